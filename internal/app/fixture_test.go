package app

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
)

// scene is an area with accounts and no files yet.
type scene struct {
	t        *testing.T
	app      *App
	accounts []DemoAccount
	sign     signer
	at       atomic.Int64 // unix seconds
	asked    atomic.Value // a func() that is called when the clock is asked
}

// now is the scene's clock. Each transaction asks it once.
func (w *scene) now() time.Time {
	if f, ok := w.asked.Load().(func()); ok {
		f()
	}
	return time.Unix(w.at.Load(), 0).UTC()
}

// inBoth runs a story on SQLite and, when THROUGHLINE_TEST_PG holds a connection string, on PostgreSQL in a schema of its own.
func inBoth(t *testing.T, f func(t *testing.T, w *scene)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, newScene(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, newScene(t, storetest.Schema(t))) })
}

func newScene(t *testing.T, postgres string) *scene {
	t.Helper()
	w := &scene{t: t}
	w.at.Store(time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC).Unix())
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Dir: dir, Now: w.now, Postgres: postgres, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.app = New(db, areas.Files, dir, "test", w.now)
	w.app.PasswordCost(account.Cost{Memory: 64, Passes: 1, Threads: 1})
	if w.accounts, w.sign, err = w.app.demoAccounts(t.Context(), "south-london"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *scene) as(role policy.Role, purpose policy.Purpose) Who {
	w.t.Helper()
	who, err := w.sign(role, purpose)
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

// reader is an analyst to whom names are shown, so that they may answer about what they open.
func (w *scene) reader() Who {
	w.t.Helper()
	return w.showsNames(w.as(policy.Analyst, policy.CheckRecords))
}

// showsNames shows names to somebody. Their session goes on by the Who that it gives.
func (w *scene) showsNames(who Who) Who {
	w.t.Helper()
	token, err := w.app.ShowNames(w.t.Context(), who, policy.CheckRecords)
	if err != nil {
		w.t.Fatal(err)
	}
	return bySecret("south-london", token)
}

// opens opens a person's page, so that an answer may be given about it.
func (w *scene) opens(who Who, p id.Person) {
	w.t.Helper()
	if _, err := w.app.Person(w.t.Context(), who, p, 0); err != nil {
		w.t.Fatal(err)
	}
}

// layout adds a layout and approves it.
func (w *scene) layout(agency, text string) id.Layout {
	w.t.Helper()
	analyst := w.as(policy.Analyst, policy.HandleExtracts)
	page, err := w.app.Agencies(w.t.Context(), analyst)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range page.Agencies {
		if g.Slug != agency {
			continue
		}
		l, err := w.app.AddLayout(w.t.Context(), analyst, g.ID, []byte(text))
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.app.ApproveLayout(w.t.Context(), w.as(policy.GovernanceLead, policy.HandleExtracts), l.ID); err != nil {
			w.t.Fatal(err)
		}
		return l.ID
	}
	w.t.Fatalf("there is no agency %s", agency)
	return 0
}

// work does every job that waits.
func (w *scene) work() {
	w.t.Helper()
	for {
		busy, err := w.app.WorkOnce(w.t.Context(), "test")
		if err != nil {
			w.t.Fatal(err)
		}
		if !busy {
			return
		}
	}
}

// send sends a file in and stores it; it is not yet accepted.
func (w *scene) send(l id.Layout, asOf day.Day, whole bool, csv string) store.Extract {
	w.t.Helper()
	analyst := w.as(policy.Analyst, policy.HandleExtracts)
	got, err := w.app.ReceiveExtract(w.t.Context(), analyst, ReceiveExtract{Layout: l, Name: "test.csv", AsOf: asOf, Whole: whole, File: strings.NewReader(csv)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.work()
	p, err := w.app.Extract(w.t.Context(), analyst, got.Extract.ID, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Extract
}

func (w *scene) accept(e store.Extract) {
	w.t.Helper()
	err := w.app.AcceptExtract(w.t.Context(), w.as(policy.Analyst, policy.HandleExtracts), AcceptExtract{Extract: e.ID, Absent: true})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *scene) sentInError(e store.Extract) {
	w.t.Helper()
	err := w.app.SentInError(w.t.Context(), w.as(policy.Analyst, policy.HandleExtracts), EndExtract{Extract: e.ID, Reason: "The agency sent the wrong month."})
	if err != nil {
		w.t.Fatal(err)
	}
	w.work()
}

// run links and costs.
func (w *scene) run() {
	w.t.Helper()
	if _, err := w.app.StartRuns(w.t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
		w.t.Fatal(err)
	}
	w.work()
}

// standing gives every standing contact as text, by record key, day and quantity, straight through the door.
func (w *scene) standing() []string {
	w.t.Helper()
	var out []string
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.CohortOpen, policy.Cohort), func(tx *store.Tx) error {
		out = nil
		extracts, err := tx.StandingExtracts()
		if err != nil {
			return err
		}
		for _, e := range extracts {
			err := tx.ContactsOfExtract(e.ID, func(c store.StoredContact) error {
				out = append(out, fmt.Sprintf("extract %d line %d: %s quantity %d", e.ID, c.Line, c.From, c.Quantity))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}
