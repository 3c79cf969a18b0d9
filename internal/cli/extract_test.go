package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seed "throughline/areas"
	passwords "throughline/internal/account"
	"throughline/internal/app"
)

// TestSentInError drives the command over an area of invented people: it asks first, takes back the extract that is meant and no other, makes
// figures again without it, and does nothing a second time, for an extract that is not there, without a reason, or in another area.
func TestSentInError(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	a, err := app.Open(t.Context(), app.Place{Dir: dir, Areas: seed.Files, Version: "test", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	a.PasswordCost(passwords.Cost{Memory: 64, Passes: 1, Threads: 1})
	_, err = a.MakeDemo(t.Context(), app.Demonstrate{People: 240, Seed: 7, Dir: filepath.Join(t.TempDir(), "world"), Say: t.Logf, Watch: func(app.JobState) {}})
	if cerr := a.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	command := func(args ...string) (int, string, string) {
		var out, said bytes.Buffer
		w := World{Args: append(args, "--dir", dir, "--as", "Olive"), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Areas: seed.Files, Version: "test", Now: time.Now}
		return Run(t.Context(), w), out.String(), said.String()
	}
	answer := func(into any, args ...string) {
		t.Helper()
		code, out, said := command(append(args, "--json")...)
		if err := json.Unmarshal([]byte(out), into); code != 0 || err != nil {
			t.Fatalf("%v: exit %d, %v, %s%s", args, code, err, out, said)
		}
	}
	states := func() map[int]string {
		t.Helper()
		var list struct {
			Extracts []struct {
				ID    int
				State string
			}
		}
		answer(&list, "extract", "list")
		of := map[int]string{}
		for _, e := range list.Extracts {
			of[e.ID] = e.State
		}
		return of
	}
	runs := func() (in []string) {
		t.Helper()
		var list struct{ Runs []struct{ State string } }
		answer(&list, "run", "list")
		for _, r := range list.Runs {
			in = append(in, r.State)
		}
		return in
	}
	refused := func(want int, says string, args ...string) {
		t.Helper()
		before, stood := states(), len(runs())
		code, out, said := command(append([]string{"extract"}, args...)...)
		if code != want || out != "" || !strings.Contains(said, says) {
			t.Errorf("%v: exit %d, %q %q, want %d and %q", args, code, out, said, want, says)
		}
		if diff := cmp.Diff(before, states()); diff != "" || len(runs()) != stood {
			t.Errorf("%v has done something: %d runs, were %d, and extracts (-before +now):\n%s", args, len(runs()), stood, diff)
		}
	}
	const why = "--reason=The agency sent the wrong month."
	refused(65, "Give --sure to do it", "sent-in-error", "3", why)
	refused(65, "removes 113 rows that count", "sent-in-error", "3", why)
	refused(65, "Say why", "sent-in-error", "3", "--sure", "--reason= ")
	refused(66, "no such extract", "sent-in-error", "99", "--sure", why)
	refused(64, "throughline extract list shows them", "sent-in-error", "riverbank", "--sure", why)
	refused(66, "no such extract", "sent-in-error", "3", "--sure", why, "--area=elsewhere")
	refused(77, "Only an analyst or a governance lead", "refuse", "3", why) // not the operator's

	var done struct {
		Extract int
		State   string
	}
	stood := len(runs())
	answer(&done, "extract", "sent-in-error", "3", "--sure", why)
	if done.Extract != 3 || done.State != "removed" {
		t.Errorf("it answers %+v", done)
	}
	for n, state := range states() {
		if want := map[bool]string{true: "removed", false: "accepted"}[n == 3]; state != want {
			t.Errorf("extract %d is %s, want %s", n, state, want)
		}
	}
	if now := runs(); len(now) != stood+2 || now[0] != "published" || now[1] != "published" {
		t.Errorf("the runs are %v, want two in force made again", now)
	}
	refused(75, "it is sent in error. Nothing is done", "sent-in-error", "3", "--sure", why)
	refused(75, "it is sent in error. Nothing is done", "sent-in-error", "3", why)
}
