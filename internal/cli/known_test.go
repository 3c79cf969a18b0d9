package cli

import (
	"strings"
	"testing"
)

// TestKnownRefusesWhatItCannotRead: what is left out of a question unseen is an answer to another one.
func TestKnownRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ flag, typed, want string }{
		{"--sex", "x", "sex: People are searched by female or male. Choose one of them, or leave it out."},
		{"--sex", "X", "sex: People are searched by female or male."},
		{"--sex", "unknown", "sex: People are searched by female or male."},
		{"--born", "9/1/98", "with all four figures of its year"},
	} {
		code, out, said := run(t, "known", "--dir", t.TempDir(), "--account", "a@example.org.uk", "--password-file", "-", "--purpose", "find-and-cost", "--name", "Dean", x.flag, x.typed)
		if code != 65 || out != "" || !strings.Contains(said, x.want) {
			t.Errorf("%s %s: exit %d, %s%s", x.flag, x.typed, code, out, said)
		}
	}
}
