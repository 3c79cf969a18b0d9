package linkage

import (
	"testing"
)

// bands are the bits between which pairs are counted; Probability of them is .2, .5, .8, .99, .999 and .9999.
var bands = []float64{-3, -2, 0, 2, 6.6, 10, 13.3}

// band is how many pairs weigh so much, how many of them the model expects to be of one person, and how many are.
type band struct {
	pairs, right int
	expected     float64
}

// reliability sets what the model says of the pairs that rules find against a truth, band by band.
func reliability[T comparable](t testing.TB, l *Linker, truth []T) (list [7]band) {
	t.Helper()
	edges, err := collect(t.Context(), newBlocks(t.Context(), l.c, rules, false), l.s, func(string, int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		k := 0
		for k+1 < len(bands) && float64(e.bits) >= bands[k+1] {
			k++
		}
		list[k].pairs++
		list[k].expected += Probability(float64(e.bits))
		if truth[e.a] == truth[e.b] {
			list[k].right++
		}
	}
	return list
}

// TestReliability prints how far the model's probabilities hold on the labelled sets, and holds those of .9999 and more to .99.
func TestReliability(t *testing.T) {
	t.Parallel()
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := set(t, tt.truth, tt.number, tt.files...)
			l, _ := linkSet(t, list, DefaultOptions())
			truth := make([]string, len(list))
			for i := range list {
				truth[i] = list[i].truth
			}
			for k, b := range reliability(t, l, truth) {
				if b.pairs > 0 {
					t.Logf("from %5.1f bits: %6d pairs, expected %.4f, observed %.4f", bands[k], b.pairs, b.expected/float64(b.pairs), float64(b.right)/float64(b.pairs))
				}
				if k == len(bands)-1 && float64(b.right) < .99*float64(b.pairs) {
					t.Errorf("%d of %d pairs of %.1f bits and more are of one person, want 99 in 100", b.right, b.pairs, bands[k])
				}
			}
		})
	}
}
