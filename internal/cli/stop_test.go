package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seed "throughline/areas"
	"throughline/internal/app"
)

// stopper is a standard error whose reader presses Ctrl-C on seeing a text.
type stopper struct {
	bytes.Buffer
	at   string
	stop func()
}

func (s *stopper) Write(b []byte) (int, error) {
	n, err := s.Buffer.Write(b)
	if s.at != "" && strings.Contains(s.String(), s.at) {
		s.stop()
	}
	return n, err
}

// stoppedAt runs a command that is stopped when it says something; with nothing to stop at it runs to its end.
func stoppedAt(t *testing.T, at string, args ...string) (code int, said string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	to := &stopper{at: at, stop: stop}
	code = Run(ctx, World{Args: args, Stdin: strings.NewReader(""), Stdout: to, Stderr: to, Areas: seed.Files, Version: "test", Now: time.Now})
	return code, to.String()
}

func TestStoppedLinkingOfFilesKeepsNothing(t *testing.T) {
	t.Parallel()
	layout, file := reportFiles(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, at := range []string{"Read", "Compare"} {
		code, said := stoppedAt(t, at, "link-files", "--layout", layout, "--out", out, file)
		if code != 130 || !strings.Contains(said, "Stopped before the end. Nothing was kept") || strings.Contains(said, "our side") {
			t.Errorf("stopped at %s it ends with %d and says: %s", at, code, said)
		}
		if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("stopped at %s there is a folder: %v", at, err)
		}
	}
}

func TestStoppedRunStaysInTheQueue(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	command := func(ctx context.Context, args ...string) (int, string) {
		var out bytes.Buffer
		code := Run(ctx, World{Args: append(args, "--dir", dir, "--as", "Olive"), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
			Areas: seed.Files, Version: "test", Now: time.Now})
		return code, out.String()
	}
	if code, said := command(t.Context(), "area", "load", "--area", "south-london"); code != 0 {
		t.Fatal(said)
	}
	holder, err := app.Open(t.Context(), app.Place{Dir: dir, Areas: seed.Files, Version: "test", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	type ended struct {
		code int
		said string
	}
	done := make(chan ended, 1)
	go func() {
		code, said := command(ctx, "link")
		done <- ended{code, said}
	}()
	for waiting := false; !waiting; {
		_, out := command(t.Context(), "job", "list")
		waiting = strings.Contains(out, "waiting")
	}
	stop()
	if e := <-done; e.code != 130 || !strings.Contains(e.said, "Stopped. What had ended is kept") || strings.Contains(e.said, "our side") {
		t.Errorf("stopped, it ends with %d and says: %s", e.code, e.said)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if code, said := command(t.Context(), "link"); code != 0 || !strings.Contains(said, "The cohort is 0 people") {
		t.Errorf("given again, it ends with %d and says: %s", code, said)
	}
}
