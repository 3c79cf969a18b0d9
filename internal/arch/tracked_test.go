package arch

import (
	"bytes"
	"io/fs"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The patterns are written in pieces, so that this file does not find itself.
var neverCommitted = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"a path of one machine", regexp.MustCompile(`(^|[^\w.~*-])/(wo` + `rk|fa` + `rm|ro` + `ot|t` + `mp|home/\w+|Users/\w+)/[\w.]`)},
	{"a package registry's host", regexp.MustCompile(`registry\.npm` + `js\.org|(proxy|sum)\.gol` + `ang\.org|pythonho` + `sted\.org|` +
		`deb\.deb` + `ian\.org|repo1\.ma` + `ven\.org|static\.crat` + `es\.io`)},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIV` + `ATE KEY|PRIV` + `ATE\+KEY\+[\w.-]+\+[0-9a-f]{8}\+`)},
	{"an access token", regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36}|xox[bp]-[0-9A-Za-z-]{20,}|npm_[0-9A-Za-z]{36})\b`)},
}

// tracked lists the files that git keeps; where this is no clone, as in an unpacked archive, all files that would be.
func tracked(t *testing.T) []string {
	t.Helper()
	git := exec.Command("git", "ls-files", "-z")
	git.Dir = "../.."
	if out, err := git.Output(); err == nil {
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	}
	var files []string
	err := fs.WalkDir(tree(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"node_modules", ".git", "bin", "dist"}, d.Name()):
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestNothingTrackedTellsOfAMachineOrASecret(t *testing.T) {
	t.Parallel()
	files := tracked(t)
	if len(files) < 20 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, name := range files {
		content, err := fs.ReadFile(tree(), name)
		if err != nil || bytes.IndexByte(content, 0) >= 0 {
			continue // removed but not yet committed, or not text
		}
		for n, line := range bytes.Split(content, []byte("\n")) {
			for _, never := range neverCommitted {
				if found := never.pattern.Find(line); found != nil {
					t.Errorf("%s:%d holds %s: %s", name, n+1, never.what, found)
				}
			}
		}
	}
}

func TestNeverCommittedIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"open /wo" + "rk/main/x", "a path of one machine"},
		{`"/ro` + `ot/.cache"`, "a path of one machine"},
		{"https://proxy.gol" + "ang.org/x", "a package registry's host"},
		{"-----BEGIN EC PRIV" + "ATE KEY-----", "a private key"},
		{"AKIA" + strings.Repeat("A", 16), "an access token"},
		{"the frame/work/of rules; ~/tmp/x; https://example.org/work/", ""},
	} {
		got := ""
		for _, never := range neverCommitted {
			if never.pattern.MatchString(c.line) {
				got = never.what
			}
		}
		if got != c.want {
			t.Errorf("%q: want %q, got %q", c.line, c.want, got)
		}
	}
}
