package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"throughline/internal/fault"
)

func TestPasswordsAreNotShown(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"":                                      "",
		"postgres://ada:secret@db.example/area": "postgres://ada@db.example/area",
		"postgres://db.example/area?user=ada&password=secret": "postgres://db.example/area",
		"host=db.example user=ada password=secret":            "given, and not shown",
		"postgres://ada:sec%ret@db.example/area":              "given, and not shown",
	} {
		if got := withoutPassword(dsn); got != want {
			t.Errorf("%q is shown as %q, want %q", dsn, got, want)
		}
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mine.csv")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := writeNew("out", path, func(w io.Writer) error { _, err := w.Write([]byte("theirs")); return err })
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("writing over a file gives %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	half := filepath.Join(filepath.Dir(path), "half.csv")
	if err := writeNew("out", half, func(io.Writer) error { return io.ErrUnexpectedEOF }); err == nil {
		t.Error("a write that fails is no error")
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("half a file is left behind")
	}
}
