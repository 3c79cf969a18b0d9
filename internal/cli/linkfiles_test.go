package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	seed "throughline/areas"
)

// TestLinkFilesWritesOverNothing: a folder with a file of a name that would be written is refused, whether that is seen before records are read or
// another run has put it there meanwhile; a file of another name is left as it is.
func TestLinkFilesWritesOverNothing(t *testing.T) {
	t.Parallel()
	layout, file := reportFiles(t)
	for _, x := range []struct {
		name, at string // what stands in the folder, from when on
		refused  bool
	}{{"pairs.csv", "", true}, {"report.html", "Compare", true}, {"notes.txt", "", false}} {
		out := filepath.Join(t.TempDir(), "out")
		put := func() {
			if err := os.MkdirAll(out, 0o700); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(filepath.Join(out, x.name), []byte("mine"), 0o600); err != nil {
				t.Error(err)
			}
		}
		to := &stopper{at: x.at, stop: put}
		if x.at == "" {
			put()
		}
		code := Run(t.Context(), World{Args: []string{"link-files", "--layout", layout, "--out", out, file}, Stdin: strings.NewReader(""), Stdout: to, Stderr: to,
			Areas: seed.Files, Version: "test", Now: time.Now})
		var names []string
		entries, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if text, err := os.ReadFile(filepath.Join(out, x.name)); err != nil || string(text) != "mine" {
			t.Errorf("%s is %q now, %v", x.name, text, err)
		}
		if x.at == "" && x.refused && strings.Contains(to.String(), "Read") {
			t.Errorf("%s is found after records were read: %s", x.name, to)
		}
		if !x.refused {
			if code != 0 || !slices.Contains(names, "persons.csv") {
				t.Errorf("beside %s it ends with %d and writes %v: %s", x.name, code, names, to)
			}
			continue
		}
		if code != 65 || !slices.Equal(names, []string{x.name}) || !strings.Contains(to.String(), "holds a "+x.name+" already, and nothing was written. Name another folder, or move that file away.") {
			t.Errorf("with %s it ends with %d, %v is there, and it says: %s", x.name, code, names, to)
		}
	}
}
