package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seed "throughline/areas"
	"throughline/internal/app"
)

// TestQueueIsTakenUp: a command that began beside another, which ended without working the queue, works it itself.
func TestQueueIsTakenUp(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	now := time.Now // two programs at one instant would number their events alike
	command := func(args ...string) (int, string) {
		var out bytes.Buffer
		w := World{Args: append(args, "--dir", dir, "--as", "Olive"), Stdin: strings.NewReader(""), Stdout: &out,
			Stderr: &out, Areas: seed.Files, Version: "test", Now: now}
		return Run(t.Context(), w), out.String()
	}
	if code, out := command("area", "load", "--area", "south-london"); code != 0 {
		t.Fatal(out)
	}
	holder, err := app.Open(t.Context(), app.Place{Dir: dir, Areas: seed.Files, Version: "test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 1)
	go func() {
		_, out := command("link")
		done <- out
	}()
	for waiting := false; !waiting; {
		select {
		case out := <-done:
			t.Fatalf("it did not wait for who holds the directory: %s", out)
		default:
			_, out := command("job", "list")
			waiting = strings.Contains(out, "cost-contacts  waiting")
		}
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if out := <-done; !strings.Contains(out, "The cohort is 0 people") {
		t.Errorf("it ends with: %s", out)
	}
}
