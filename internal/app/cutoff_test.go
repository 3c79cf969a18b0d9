package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// take takes the job that waits next for a worker of this name.
func (w *scene) take(worker string) *task {
	w.t.Helper()
	area, n, err := w.app.db.NextJob(w.t.Context())
	if err != nil || n == 0 {
		w.t.Fatalf("no job waits: %v", err)
	}
	t := &task{who: store.ByJob(area, n)}
	err = w.app.db.Do(w.t.Context(), request(t.who, policy.JobTake, policy.Job, int64(n)), func(tx *store.Tx) (err error) {
		t.Job, _, err = tx.TakeJob(n, worker)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// cutOff does the job that waits next and leaves it unfinished, as a worker does that is ended just then. Then the lease runs out, and
// another worker takes the job up.
func (w *scene) cutOff() {
	w.t.Helper()
	t := w.take("ended")
	stop := w.app.hold(w.t.Context(), t, "ended", func(error) {})
	err := w.app.do(w.t.Context(), t)
	stop()
	if err != nil {
		w.t.Fatal(err)
	}
	w.at.Add(int64(2 * time.Minute / time.Second))
}

// TestDoneButNotFinished: a job whose worker is ended between what it did and the note that it is done is taken up again, and changes
// nothing (hazard H11).
func TestDoneButNotFinished(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		got, err := w.app.ReceiveExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), ReceiveExtract{Layout: l, Name: "a.csv", AsOf: march,
			File: strings.NewReader(head + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")})
		if err != nil {
			t.Fatal(err)
		}
		w.cutOff()
		w.accept(got.Extract)
		w.work()
		diff(t, "what stands after the staging was taken up again", []string{"extract 1 line 2: 2026-01-05 quantity 1000"}, w.standing())

		if _, err := w.app.StartRuns(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
			t.Fatal(err)
		}
		w.cutOff() // the link run
		w.cutOff() // it again, and it ends; or the cost run
		w.work()
		dean := w.find("Dean", "Whitlock")
		p, err := w.app.Person(t.Context(), w.as(policy.Analyst, policy.CheckRecords), dean, 0)
		if err != nil || len(p.Records) != 1 {
			t.Errorf("after the runs were taken up again Dean has %d records, want 1 (%v)", len(p.Records), err)
		}
		f, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: dean})
		if err != nil || f.Priced.Total.Amount() == 0 {
			t.Errorf("after the runs were taken up again Dean costs %v (%v)", f.Priced.Total.Amount(), err)
		}
	})
}

// TestStagingCutAnywhere ends the staging of a file after each of its transactions in turn; taken up again it is whole (hazard H11). The
// file repeats, changes and adds to what the agency sent before, of which little is held in memory.
func TestStagingCutAnywhere(t *testing.T) {
	t.Parallel()
	const rows, before = 900, 600
	first, file := head, head
	for i := range rows {
		row := fmt.Sprintf("A1,Dean,Whitlock,04/03/1983,V%d,05/01/2026,", i)
		if i < before {
			first += row + "1\n"
		}
		file += row + fmt.Sprintln(1+i%2)
	}
	var whole store.ExtractCounts
	for after := 0; ; after++ {
		w := newScene(t, "")
		w.app.sorted = 100
		l := w.layout("lantern", numbered)
		w.accept(w.send(l, march, false, first))
		got, err := w.app.ReceiveExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), ReceiveExtract{Layout: l, Name: "a.csv", AsOf: april, File: strings.NewReader(file)})
		if err != nil {
			t.Fatal(err)
		}
		cut := w.cutAfter(after)
		w.at.Add(int64(2 * time.Minute / time.Second))
		w.work()
		p, err := w.app.Extract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), got.Extract.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if p.Extract.State != store.ExtractChecked || p.Extract.Accepted != rows-before/2 || p.Extract.Repeated != before/2 {
			t.Fatalf("cut after %d transactions and taken up again, the extract is %s with %d rows accepted and %d repeated, want %d and %d",
				after, p.Extract.State, p.Extract.Accepted, p.Extract.Repeated, rows-before/2, before/2)
		}
		w.accept(p.Extract)
		if n := len(w.standing()); n != rows {
			t.Fatalf("cut after %d transactions, %d contacts stand, want %d", after, n, rows)
		}
		if left, err := os.ReadDir(filepath.Join(w.app.dir, "spool")); err != nil || len(left) > 0 {
			t.Fatalf("cut after %d transactions, %d files are left (%v)", after, len(left), err)
		}
		if after == 0 {
			whole = p.Extract.ExtractCounts
		}
		if d := cmp.Diff(whole, p.Extract.ExtractCounts); d != "" {
			t.Fatalf("cut after %d transactions, the counts differ:\n%s", after, d)
		}
		if !cut {
			if after < 8 {
				t.Fatalf("the staging had only %d transactions", after)
			}
			return
		}
	}
}

// TestReceivedAgainAfterCut sends a file again whose check was cut off: it gives the job under way, behind however many others, keeps no second
// copy, and once the job has ended gives none.
func TestReceivedAgainAfterCut(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		send := func(file string) Received {
			t.Helper()
			got, err := w.app.ReceiveExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), ReceiveExtract{Layout: l, Name: "a.csv", AsOf: march,
				File: strings.NewReader(file)})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		file := head + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"
		first := send(file)
		w.dies(4)
		for i := range mostJobs {
			send(head + fmt.Sprintf("A1,Dean,Whitlock,04/03/1983,W%d,05/01/2026,1\n", i))
		}
		again := send(file)
		if !again.Before || again.Extract.ID != first.Extract.ID || again.Job != first.Job {
			t.Errorf("sent again while its check is cut off it gives %+v, want extract %d and job %d", again, first.Extract.ID, first.Job)
		}
		if left, err := os.ReadDir(filepath.Join(w.app.dir, "spool")); err != nil || len(left) != 1+mostJobs {
			t.Errorf("%d files wait, want %d (%v)", len(left), 1+mostJobs, err)
		}
		w.at.Add(int64(2 * time.Minute / time.Second))
		w.work()
		if ended := send(file); !ended.Before || ended.Extract.State != store.ExtractChecked || ended.Job != 0 {
			t.Errorf("sent again once it is checked it gives %+v, want no job", ended)
		}
	})
}

// cutAfter does the next job and ends its worker once it has begun so many transactions; it says whether it came to that.
func (w *scene) cutAfter(transactions int) bool {
	w.t.Helper()
	ctx, end := context.WithCancel(w.t.Context())
	defer end()
	w.asked.Store(func() {
		w.at.Add(1) // what is written later is seen to be
		if transactions--; transactions < 0 {
			end()
		}
	})
	defer w.asked.Store(func() {})
	_, err := w.app.WorkOnce(ctx, "ended")
	if err != nil && !errors.Is(err, context.Canceled) {
		w.t.Fatal(err)
	}
	return ctx.Err() != nil
}

// dies does the job that waits next until its worker is ended after so many transactions, without a chance to let go of it.
func (w *scene) dies(after int) {
	w.t.Helper()
	t := w.take("dead")
	ctx, end := context.WithCancel(w.t.Context())
	defer end()
	stop := w.app.hold(ctx, t, "dead", func(error) {})
	w.asked.Store(func() {
		if after--; after < 0 {
			end()
		}
	})
	err := w.app.do(ctx, t)
	w.asked.Store(func() {})
	stop()
	if err == nil {
		w.t.Fatal("the job ended before its worker did")
	}
}

// TestJobsStayInOrder: while a job may still be in the hand of a worker that has died, none after it is begun; what is published in the end is
// what the whole would have been.
func TestJobsStayInOrder(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A9,Omar,Obuya,09/09/1971,V1,05/01/2026,1\n"))
		if _, err := w.app.StartRuns(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
			t.Fatal(err)
		}
		w.dies(4) // the link run's worker
		if busy, err := w.app.WorkOnce(t.Context(), "next"); busy || err != nil {
			t.Errorf("a job after one that is still held was begun (%v)", err)
		}
		w.at.Add(int64(2 * time.Minute / time.Second))
		w.work()
		omar := w.find("Omar", "Obuya")
		f, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: omar})
		if err != nil || len(f.Priced.Lines) != 1 {
			t.Errorf("Omar's footprint has %d lines, want 1 (%v)", len(f.Priced.Lines), err)
		}
		diff(t, "people in the sums", 3, w.counted())
	})
}

// counted is how many people the published cost run has sums of.
func (w *scene) counted() (people int) {
	w.t.Helper()
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.CohortOpen, policy.Cohort), func(tx *store.Tx) error {
		_, report, err := costReport(tx)
		people = report.People
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return people
}

// TestLinkingCutAnywhere ends a link run after each of its transactions in turn, always later. What it had written of whose records are whose
// is told nowhere before it is published, and each change is there once then, as of that instant.
func TestLinkingCutAnywhere(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const people = 8
		first, second := strings.Builder{}, strings.Builder{}
		for i := range people {
			who := fmt.Sprintf("%s,%s,%s,,SE5 8AZ,05/01/2026\n", letters(i), letters(people-i), time.Date(1950, 1, 1+17*i, 0, 0, 0, 0, time.UTC).Format("02/01/2006"))
			fmt.Fprintf(&first, "L%d,%s", i, who)
			fmt.Fprintf(&second, "R%d,%s", i, who)
		}
		const header = "client,forename,surname,born,nhs,postcode,day\n"
		w.accept(w.send(w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact")), march, false, header+first.String()))
		riverbank := w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance"))
		w.run()
		w.accept(w.send(riverbank, march, false, header+second.String()))
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		if _, err := w.app.StartRuns(t.Context(), analyst); err != nil {
			t.Fatal(err)
		}
		told := func() (run store.Run, moves int, at time.Time) {
			t.Helper()
			err := w.app.db.Do(t.Context(), inArea(analyst, policy.CohortOpen, policy.Cohort), func(tx *store.Tx) error {
				here, err := tx.Area()
				if err != nil {
					return err
				}
				if run, err = tx.Run(here.LinkRun); err != nil {
					return err
				}
				moves = 0
				last, err := tx.LastRecord()
				if err != nil {
					return err
				}
				members := map[id.Record]id.Person{}
				if err := tx.Memberships(here.LinkRun, func(m store.Membership) { members[m.Record] = m.Person }); err != nil {
					return err
				}
				seen := map[id.Person]bool{}
				var all []id.Record
				for r := id.Record(1); r <= last; r++ {
					all = append(all, r)
				}
				history, err := tx.HistoryOf(all)
				if err != nil {
					return err
				}
				for _, m := range history {
					at = m.At
				}
				for _, p := range members {
					if seen[p] {
						continue
					}
					seen[p] = true
					changes, err := tx.RecordMovesOf(p, here.LinkRun)
					moves += len(changes)
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return run, moves, at
		}
		before, _, _ := told()
		reached := false
		for after := 0; w.cutAfter(after); after++ {
			run, moves, at := told()
			if run.ID != before.ID {
				break
			}
			reached = reached || w.doing() == "Writing what changed"
			if moves != 0 || !at.IsZero() {
				t.Fatalf("cut after %d transactions the run tells of %d changes, of %v", after, moves, at)
			}
			w.at.Add(int64(2 * time.Minute / time.Second))
		}
		if !reached {
			t.Error("the run was never cut while it wrote what changed")
		}
		w.at.Add(int64(2 * time.Minute / time.Second))
		w.work()
		if run, moves, at := told(); run.ID == before.ID || moves != people || !at.Equal(run.FinishedAt) {
			t.Errorf("%d changes are told, of %v; want %d, of %v", moves, at, people, run.FinishedAt)
		}
	})
}

// letters are a name that no other number has.
func letters(n int) string {
	name := "Qu"
	for range 3 {
		name, n = name+string(rune('a'+n%26)), n/26
	}
	return name
}

// doing is the step that the one job under way is at.
func (w *scene) doing() (step string) {
	w.t.Helper()
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunList, policy.Area), func(tx *store.Tx) error {
		jobs, err := w.app.working(tx)
		for _, j := range jobs {
			step += j.Doing
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return step
}

// TestRemovalEndsBeforeFigures: where the worker that takes an extract back has died, and its job with it, a run ends the removal first.
func TestRemovalEndsBeforeFigures(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		first := w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")
		w.accept(first)
		second := w.send(l, april, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,2\n")
		w.accept(second)
		w.run()
		if err := w.app.SentInError(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), EndExtract{Extract: second.ID, Reason: "It is of the wrong month."}); err != nil {
			t.Fatal(err)
		}
		job := w.take("dead")
		err := w.app.db.Do(t.Context(), request(job.who, policy.JobTake, policy.Job, int64(job.ID)), func(tx *store.Tx) error {
			return tx.FinishJob(job.ID, "dead", errors.New("the disk was full"))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.work()
		diff(t, "what stands", []string{"extract 1 line 2: 2026-01-05 quantity 1000"}, w.standing())
		f, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: w.find("Dean", "Whitlock")})
		if err != nil || len(f.Priced.Lines) != 1 {
			t.Errorf("the footprint has %d lines, want 1 as the run has (%v)", len(f.Priced.Lines), err)
		}
	})
}

// TestActThatPanics leaves the connection that writes to whoever comes next.
func TestActThatPanics(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), func(*store.Tx) error { panic("a fault of ours") })
		t.Errorf("the act gave %v", err)
	}()
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	if _, err := w.app.StartRuns(ctx, w.as(policy.Analyst, policy.FindAndCost)); err != nil {
		t.Errorf("after it nobody can write: %v", err)
	}
}
