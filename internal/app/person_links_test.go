package app

import (
	"testing"

	"throughline/internal/id"
	"throughline/internal/store"
)

// TestWeakestIsByWeight tells links apart whose probabilities are the same to the millionth, in whatever order they come.
func TestWeakestIsByWeight(t *testing.T) {
	t.Parallel()
	ab := store.Link{A: 1, B: 2, Millibits: 28_900, PPM: 999_999}
	ac := store.Link{A: 1, B: 3, Millibits: 23_000, PPM: 999_999}
	ad := store.Link{A: 1, B: 4, Millibits: 33_400, PPM: 999_999}
	for _, links := range [][]store.Link{{ab, ac, ad}, {ad, ac, ab}, {ac, ab, ad}} {
		strongest := strongestLinks(links)
		if strongest[1] != ad {
			t.Errorf("the strongest link of 1 is %+v", strongest[1])
		}
		if got := weakestHeld(strongest, []id.Record{1, 2, 3, 4, 5}); got != 3 {
			t.Errorf("%d is held by least, want 3", got)
		}
	}
	if got := weakestHeld(nil, []id.Record{7}); got != 0 {
		t.Errorf("%d has no link", got)
	}
}
