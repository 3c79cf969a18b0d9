package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestRunsAreListedWithoutTheirReports: a list says what each run found and reads neither reports nor what runs fixed, which grow with the
// area; what it says is what the report says.
func TestRunsAreListedWithoutTheirReports(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies() // and a run of each kind
		w.run()
		l, err := w.app.Runs(t.Context(), w.as(policy.Analyst, policy.FindAndCost), RunsAsked{})
		if err != nil || len(l.Runs) != 4 {
			t.Fatalf("%d runs are listed (%v)", len(l.Runs), err)
		}
		for i, r := range l.Runs {
			if r.Report != "" || r.Inputs != "" {
				t.Errorf("the list reads the report or the inputs of run %d", r.ID)
			}
			p, err := w.app.Run(t.Context(), w.as(policy.Analyst, policy.FindAndCost), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			err = w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunList, policy.Area), func(tx *store.Tx) error {
				before := p.Run
				before.Found = "" // as a run made before it was kept
				read, err := foundBy(tx, before)
				diff(t, "what the report says", read, l.Found[r.ID])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if l.Found[r.ID] == (RunFound{}) {
				t.Errorf("run %d found nothing", r.ID)
			}
			older, newer := i+2 < 4, i >= 2
			if d := cmp.Diff([2]bool{older, newer}, [2]bool{p.Supersedes != 0, p.SupersededBy != 0}); d != "" {
				t.Errorf("run %d supersedes %d and is superseded by %d", r.ID, p.Supersedes, p.SupersededBy)
			}
		}
	})
}

// TestRelinkedIsOutOfDate: a cost run over persons that a later link run has replaced says so, until the costs are made again.
func TestRelinkedIsOutOfDate(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A9,Omar,Obuya,09/09/1971,V1,05/01/2026,1\n"))
	w.run()
	stale := func() Stale {
		t.Helper()
		l, err := w.app.Runs(t.Context(), w.as(policy.Analyst, policy.FindAndCost), RunsAsked{})
		if err != nil {
			t.Fatal(err)
		}
		return l.Stale
	}
	diff(t, "just made", Stale{}, stale())
	if _, err := w.app.StartRuns(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.WorkOnce(t.Context(), "test"); err != nil { // the link run
		t.Fatal(err)
	}
	diff(t, "linked again", Stale{Links: true}, stale())
	w.work()
	diff(t, "costed again", Stale{}, stale())
}

// TestCostRunTellsEveryLinkRunBetween: where records were linked twice since the cost run before, each of the link runs says what came by it:
// the last alone would say that nothing did.
func TestCostRunTellsEveryLinkRunBetween(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		w.accept(w.send(l, march, false, head+"A9,Omar,Obuya,09/09/1971,V1,05/01/2026,1\n"))
		w.run()
		w.accept(w.send(l, april, false, head+"A9,Omar,Obuya,09/09/1971,V1,05/01/2026,1\n"+
			"B1,Ann,Poole,01/02/1990,V2,06/04/2026,1\nB2,Cyril,Drax,05/06/1955,V3,07/04/2026,1\n"))
		err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), func(tx *store.Tx) error {
			link, err := tx.AddRun(store.LinkRun) // no costs follow it, as where its cost run failed
			if err != nil {
				return err
			}
			_, err = addJob(tx, linkJob, runArgs{Run: link})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.run()
		runs, err := w.app.Runs(t.Context(), w.as(policy.Analyst, policy.FindAndCost), RunsAsked{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.app.Run(t.Context(), w.as(policy.Analyst, policy.FindAndCost), runs.Area.CostRun)
		if err != nil {
			t.Fatal(err)
		}
		var fresh []int
		for _, x := range p.Change.Linked {
			fresh = append(fresh, x.Moved.New)
		}
		diff(t, "records of nobody before, by link run", []int{2, 0}, fresh)
	})
}
