package linkage

import (
	"os"
	"strings"
	"testing"

	keyed "throughline/internal/linkage/encode"
)

// testKey is a key made of one letter, for tests.
func testKey(t testing.TB, letter string) *keyed.Key {
	t.Helper()
	k, err := keyed.NewKey("test-"+letter, strings.NewReader(strings.Repeat(letter, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func linkEncoded(t testing.TB, list []labelled, mode keyed.Mode) *Result {
	t.Helper()
	l, e := New(), keyed.New(testKey(t, "a"), mode)
	for _, r := range list {
		if err := l.AddEncoded(r.agency, mode, e.Encode(r.who)); err != nil {
			t.Fatal(err)
		}
	}
	result, err := l.Link(t.Context(), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestPrivateModeOnLabelledSets holds private linkage to plain linkage where there is no common number, and shows what the strict
// mode costs beside it.
func TestPrivateModeOnLabelledSets(t *testing.T) {
	t.Parallel()
	leastStrict := map[string]float64{"febrl3 without soc_sec_id": .90, "dirty_1000 without soc_sec_id": .99}
	for _, tt := range truthSets {
		if tt.number {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(tt.name, "multiparty") && os.Getenv("LONG") == "" {
				t.Skip("takes a minute; set LONG=1")
			}
			list := set(t, tt.truth, tt.number, tt.files...)
			truth := make([]string, len(list))
			for i, r := range list {
				truth[i] = r.truth
			}
			_, found := linkSet(t, list, DefaultOptions())
			plain := Evaluate(found.Person, truth)
			show := func(mode string, a Agreement) {
				t.Logf("%-30s %-6s pairwise P %.4f R %.4f F1 %.4f; B-cubed F1 %.4f", tt.name, mode, a.Pairwise.Precision, a.Pairwise.Recall,
					a.Pairwise.F1, a.BCubed.F1)
			}
			show("plain", plain)
			full := Evaluate(linkEncoded(t, list, keyed.FullMode).Person, truth)
			show("full", full)
			if full.Pairwise.F1 < plain.Pairwise.F1-.005 {
				t.Errorf("private F1 = %.4f, want at most 0.005 under plain's %.4f", full.Pairwise.F1, plain.Pairwise.F1)
			}
			strict := Evaluate(linkEncoded(t, list, keyed.StrictMode).Person, truth)
			show("strict", strict)
			if strict.Pairwise.F1 < leastStrict[tt.name] || strict.Pairwise.Precision < .93 {
				t.Errorf("strict F1 = %.4f, precision %.4f; want at least %.2f and 0.93", strict.Pairwise.F1, strict.Pairwise.Precision, leastStrict[tt.name])
			}
		})
	}
}
