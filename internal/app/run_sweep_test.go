package app

import (
	"testing"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestOneCostRunWaits asks for several runs while nobody works the queue: those that would find the same join the one that waits.
func TestOneCostRunWaits(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, w *scene) {
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		start := func() id.Job {
			n, err := w.app.StartCost(t.Context(), analyst)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := start()
		if again := start(); again != first {
			t.Errorf("a second request made job %d beside %d", again, first)
		}
		whole, err := w.app.StartRuns(t.Context(), analyst)
		if err != nil || whole == first {
			t.Fatalf("the cost run that follows a link run is job %d, the one before it %d: %v", whole, first, err)
		}
		if j, err := w.app.Job(t.Context(), analyst, whole); err != nil || j.Kind != costJob {
			t.Errorf("the last of the two is a job of the kind %q, %v", j.Kind, err)
		}
		if after := start(); after != whole {
			t.Errorf("a request after a link run made job %d beside %d", after, whole)
		}
		if len(w.jobs()) != 3 {
			t.Errorf("under way: %+v", w.jobs())
		}
		w.work()
		if after := start(); after == whole {
			t.Error("a request joined a run that had ended")
		}
		w.work()
		if len(w.jobs()) != 0 {
			t.Errorf("under way at the end: %+v", w.jobs())
		}
	})
}

// TestWorkUnderWayIsNamed sees the one job that is under way behind many that have ended.
func TestWorkUnderWayIsNamed(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	operate := func(f func(*store.Tx) error) {
		t.Helper()
		if err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), f); err != nil {
			t.Fatal(err)
		}
	}
	operate(func(tx *store.Tx) error { _, err := addJob(tx, sweepRunsJob, runArgs{}); return err })
	first := w.jobs()
	operate(func(tx *store.Tx) error {
		for range mostJobs + 1 {
			n, err := addJob(tx, "ended", runArgs{})
			if err != nil {
				return err
			}
			if _, _, err := tx.TakeJob(n, "test"); err != nil {
				return err
			}
			if err := tx.FinishJob(n, "test", nil); err != nil {
				return err
			}
		}
		return nil
	})
	if got := w.jobs(); len(first) != 1 || len(got) != 1 || got[0].ID != first[0].ID {
		t.Errorf("under way %+v, want %+v", got, first)
	}
}

// jobs is what is under way.
func (w *scene) jobs() (out []Work) {
	w.t.Helper()
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunList, policy.Area), func(tx *store.Tx) (err error) {
		out, err = w.app.working(tx)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestOldRunsKeepNoRows makes more runs than keep their rows: the oldest are swept, their own rows stay, and the run in force is whole.
func TestOldRunsKeepNoRows(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		w.accept(w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"))
		for range runsKept + 3 {
			w.run()
		}
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		superseded := map[store.RunKind]int{}
		err := w.app.db.Do(t.Context(), inArea(analyst, policy.CohortOpen, policy.Cohort), func(tx *store.Tx) error {
			runs, err := tx.Runs(100)
			if err != nil {
				return err
			}
			for _, r := range runs {
				rows := 0
				switch r.Kind {
				case store.LinkRun:
					if err := tx.Memberships(r.ID, func(store.Membership) { rows++ }); err != nil {
						return err
					}
				case store.CostRun:
					for _, place := range []string{"cohort", "single-service", "few-agencies", "below"} {
						some, err := tx.Cohort(r.ID, place, 0, 100)
						if err != nil {
							return err
						}
						rows += len(some)
					}
				}
				if r.State == "superseded" {
					superseded[r.Kind]++
				}
				if kept := superseded[r.Kind] <= runsKept; kept != (rows > 0) {
					t.Errorf("%s run %d, %s, number %d of those superseded, has %d rows", r.Kind, r.ID, r.State, superseded[r.Kind], rows)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if superseded[store.CostRun] <= runsKept {
			t.Errorf("superseded: %v", superseded)
		}
	})
}
