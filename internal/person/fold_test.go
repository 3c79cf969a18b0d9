package person

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"O'Brien": "obrien", "O’Brien": "obrien", "O`BRIEN": "obrien", "O´Brien": "obrien",
		"Zoë": "zoe", "Zoe\u0308": "zoe", "Ŵyn ŷ": "wyn y", "Groß": "gross", "GROẞ": "gross", "ﬁona": "fiona",
		"İlker": "ilker", "ılker": "ilker", "ILKER": "ilker", "Łukasz": "lukasz", "Søren": "soren", "Þóra": "thora",
		"Smith-Jones": "smith jones", "Smith – Jones": "smith jones", "Smith  Jones ": "smith jones", "Mc Donald": "mc donald",
		"St. John": "st john", "D.A.": "d a", "Ann\u200dMarie": "annmarie", "\u202eNaed": "naed", "محمد": "محمد", "李": "李",
		"😀": "", "": "", "   ": "", "Null": "null", "True": "true", "Jo3": "jo3",
		"a" + strings.Repeat("\u0301", 10000): "a",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%.40q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldIsBoundedStableAndValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("aÉ'’- ßİ李\u0301Ø.")), 0, 400, -1)).Draw(t, "s")
		f := Fold(s)
		if Fold(f) != f {
			t.Fatalf("Fold(%q) = %q, and that folds to %q", s, f, Fold(f))
		}
		if len(f) > foldedLimit || !utf8.ValidString(f) {
			t.Fatalf("Fold(%q) = %q: %d bytes", s, f, len(f))
		}
	})
}

// The short ways through, for values that need nothing done, give what the long ways do.
func TestShortWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 -'.\u00a0é")), 0, 140, -1).Draw(t, "s")
		if got, want := squeeze(s), strings.Join(strings.Fields(s), " "); got != want {
			t.Fatalf("squeeze(%q) = %q, want %q", s, got, want)
		}
		if got, want := Fold(s), Fold("-"+s); got != want { // the hyphen takes it the long way
			t.Fatalf("Fold(%q) = %q, want %q", s, got, want)
		}
		if got, want := compact(s), compact(s+"."); got != want {
			t.Fatalf("compact(%q) = %q, want %q", s, got, want)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"O’Brien", "Zoë", "İ", "\xff\xfe", "a\u0301\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if g := Fold(s); Fold(g) != g {
			t.Fatalf("Fold(%q) = %q is not stable", s, g)
		}
	})
}
