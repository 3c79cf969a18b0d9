package app

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/internal/policy"
)

// TestSpoolIsSwept ends an upload where a kill would: its file stays until nobody can be sending it any more. A file that a job waits
// for stays however old it is.
func TestSpoolIsSwept(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		got, err := w.app.ReceiveExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), ReceiveExtract{Layout: l, Name: "a.csv", AsOf: march,
			File: strings.NewReader(head + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")})
		if err != nil {
			t.Fatal(err)
		}
		killed, _, _, err := w.app.spool(strings.NewReader(head))
		if err != nil {
			t.Fatal(err)
		}
		sweep := func(after time.Duration) int {
			files, err := os.ReadDir(w.app.spooled(""))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if err := os.Chtimes(w.app.spooled(f.Name()), time.Time{}, w.now().Add(-after)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.app.sweepSpool(t.Context()); err != nil {
				t.Fatal(err)
			}
			files, err = os.ReadDir(w.app.spooled(""))
			if err != nil {
				t.Fatal(err)
			}
			return len(files)
		}
		diff(t, "files while somebody may still be sending", 2, sweep(unwanted/2))
		diff(t, "files once nobody is", 1, sweep(unwanted*2))
		if _, err := os.Stat(w.app.spooled(killed)); !os.IsNotExist(err) {
			t.Errorf("the file that is left is the one that nobody waits for (%v)", err)
		}
		w.work()
		p, err := w.app.Extract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), got.Extract.ID, 0)
		if err != nil || p.Extract.Accepted != 1 {
			t.Errorf("of the file that waited %d rows were accepted, want 1 (%v)", p.Extract.Accepted, err)
		}
	})
}

// TestSameFileAtOnce sends the same bytes many times at once: one extract is made, with one job and one file, and every sender but one is
// told that it was sent before; all are given that job. On PostgreSQL attempts lose races and run again.
func TestSameFileAtOnce(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		who := w.as(policy.Analyst, policy.HandleExtracts)
		const senders = 8
		var got [senders]Received
		var all sync.WaitGroup
		for i := range senders {
			all.Go(func() {
				var err error
				got[i], err = w.app.ReceiveExtract(t.Context(), who, ReceiveExtract{Layout: l, Name: "a.csv", AsOf: march,
					File: strings.NewReader(head + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		under := w.jobs()
		if len(under) != 1 {
			t.Fatalf("%d jobs wait, want 1", len(under))
		}
		first := 0
		for _, r := range got {
			if r.Extract.ID != got[0].Extract.ID {
				t.Errorf("extracts %d and %d are of the same bytes", got[0].Extract.ID, r.Extract.ID)
			}
			if !r.Before {
				first++
			}
			if r.Job != under[0].ID {
				t.Errorf("a sender is given job %d, and %d checks the file", r.Job, under[0].ID)
			}
		}
		files, err := os.ReadDir(w.app.spooled(""))
		if first != 1 || err != nil || len(files) != 1 {
			t.Errorf("%d senders were first, and %d files wait (%v); want 1 and 1", first, len(files), err)
		}
	})
}
