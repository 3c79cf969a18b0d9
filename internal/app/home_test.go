package app

import (
	"testing"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestRejectedRowsWaitUntilTheyAreMended: a later accepted file of the layout puts rejected rows right that is whole, covers the same days, or
// lies within them and holds as many rows as were rejected.
func TestRejectedRowsWaitUntilTheyAreMended(t *testing.T) {
	t.Parallel()
	first, last := day.Must(2026, 3, 1), day.Must(2026, 3, 31)
	file := func(n id.Extract, from, to day.Day, rows, rejected int64) store.Extract {
		return store.Extract{ID: n, Agency: 1, Layout: 1, State: store.ExtractAccepted,
			ExtractCounts: store.ExtractCounts{FirstDay: from, LastDay: to, Rows: rows, Rejected: rejected}}
	}
	with := func(e store.Extract, f func(*store.Extract)) store.Extract { f(&e); return e }
	bad, people := file(5, first, last, 100, 4), file(5, 0, 0, 100, 4)
	for _, x := range []struct {
		name     string
		bad, got store.Extract
		want     bool
	}{
		{"the same days", bad, file(6, first, last, 1, 1), true},
		{"more days", bad, file(6, first-1, last+1, 1, 0), true},
		{"the mended rows alone", bad, file(6, first+3, last-3, 4, 0), true},
		{"too few of them", bad, file(6, first+3, last-3, 3, 0), false},
		{"as many, of which some are rejected again", bad, file(6, first+3, last-3, 4, 1), false},
		{"days that begin later and end later", bad, file(6, first+1, last+30, 100, 0), false},
		{"days that begin earlier and end earlier", bad, file(6, first-30, last-1, 100, 0), false},
		{"a whole file of other days", bad, with(file(6, last+1, last+30, 1, 0), func(e *store.Extract) { e.Whole = true }), true},
		{"an earlier file", bad, file(4, first, last, 100, 0), false},
		{"another agency's", bad, with(file(6, first, last, 100, 0), func(e *store.Extract) { e.Agency = 2 }), false},
		{"another layout's", bad, with(file(6, first, last, 100, 0), func(e *store.Extract) { e.Layout = 2 }), false},
		{"one that waits for a decision", bad, with(file(6, first, last, 100, 0), func(e *store.Extract) { e.State = store.ExtractChecked }), false},
		{"one that was taken back", bad, with(file(6, first, last, 100, 0), func(e *store.Extract) { e.State = store.ExtractRemoved }), false},
		{"all the people again", people, file(6, 0, 0, 100, 4), true},
		{"the mended people alone", people, file(6, 0, 0, 4, 0), true},
		{"too few people", people, file(6, 0, 0, 4, 1), false},
	} {
		if got := mended([]store.Extract{x.bad, x.got}, x.bad); got != x.want {
			t.Errorf("%s mends what was rejected: %v, want %v", x.name, got, x.want)
		}
	}
}

// TestHomeKeepsRejectedRows until a file with the mended rows counts, and the feed's count goes by the same.
func TestHomeKeepsRejectedRows(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		kept := func() [2]int64 {
			t.Helper()
			h, err := w.app.Home(t.Context(), w.as(policy.Analyst, policy.HandleExtracts))
			if err != nil {
				t.Fatal(err)
			}
			out := [2]int64{int64(len(h.Rejected)), 0}
			for _, f := range h.Feeds {
				out[1] += f.Rejected
			}
			return out
		}
		w.accept(w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V2,31/02/2026,1\n"+
			"A1,Dean,Whitlock,04/03/1983,V3,31/03/2026,1\n"))
		diff(t, "after rows were rejected", [2]int64{1, 1}, kept())
		mends := w.send(l, april, false, head+"A1,Dean,Whitlock,04/03/1983,V2,28/02/2026,1\n")
		diff(t, "while the mended row waits", [2]int64{1, 1}, kept())
		w.accept(mends)
		diff(t, "with the mended row", [2]int64{0, 0}, kept())
		w.sentInError(mends)
		diff(t, "with the mended row taken back", [2]int64{1, 1}, kept())
	})
}

// TestHomeTellsARunThatFailed, until one of a later start ends well; runs under way say nothing yet.
func TestHomeTellsARunThatFailed(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A9,Omar,Obuya,09/09/1971,V1,05/01/2026,1\n"))
		failed := func(role policy.Role, purpose policy.Purpose) id.Run {
			t.Helper()
			h, err := w.app.Home(t.Context(), w.as(role, purpose))
			if err != nil {
				t.Fatal(err)
			}
			if h.Failed == nil {
				return 0
			}
			return h.Failed.ID
		}
		run := func() (n id.Run) {
			t.Helper()
			err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), func(tx *store.Tx) (err error) {
				n, err = tx.AddRun(store.LinkRun)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		told := func() id.Run { return failed(policy.Analyst, policy.FindAndCost) }
		diff(t, "before any run", id.Run(0), told())
		bad := run()
		diff(t, "while it works", id.Run(0), told())
		err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), func(tx *store.Tx) error {
			return tx.FailRun(bad, "The disk is full.")
		})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "once it has failed", bad, told())
		run()
		diff(t, "with another under way", bad, told())
		diff(t, "to somebody who may not know of runs", id.Run(0), failed(policy.Administrator, policy.LookAfterAccounts))
		w.run()
		diff(t, "once another ended well", id.Run(0), told())
	})
}

// TestContactsOfAnExtractAreThoseThatCome: the count that a file's page gives before it is accepted is of the contacts that stand by it
// afterwards, whatever it repeats, replaces and says twice.
func TestContactsOfAnExtractAreThoseThatCome(t *testing.T) {
	row := "A1,Dean,Whitlock,04/03/1983,"
	for name, x := range map[string]struct {
		later          string
		brings, stands int64
	}{
		"all of it is held":                    {row + "V2,06/01/2026,1\n" + row + "V1,05/01/2026,1\n", 0, 2},
		"one says something else":              {row + "V1,05/01/2026,1\n" + row + "V2,06/01/2026,3\n", 1, 2},
		"one is new":                           {row + "V3,07/01/2026,1\n", 1, 3},
		"one is new and said twice":            {row + "V3,07/01/2026,1\n" + row + "V3,07/01/2026,2\n", 1, 3},
		"one says something else twice":        {row + "V2,06/01/2026,3\n" + row + "V2,06/01/2026,4\n", 1, 2},
		"one says what holds and then another": {row + "V2,06/01/2026,1\n" + row + "V2,06/01/2026,3\n", 1, 2},
		"one says another and then what holds": {row + "V2,06/01/2026,3\n" + row + "V2,06/01/2026,1\n", 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, w *scene) {
				l := w.layout("lantern", numbered)
				w.accept(w.send(l, march, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,1\n"))
				e := w.send(l, april, false, head+x.later)
				w.accept(e)
				diff(t, "contacts that it brings, and that stand with it", [2]int64{x.brings, x.stands}, [2]int64{e.Contacts, int64(len(w.standing()))})
			})
		})
	}
}
