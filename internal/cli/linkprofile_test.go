package cli

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"throughline/internal/linkage"
)

// The examples of a report are the first and the middle of the links in the order of their weights.
func TestLeastAndMiddleLink(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		links := make([]linkage.Link, rapid.IntRange(1, 40).Draw(t, "links"))
		for i := range links {
			links[i] = linkage.Link{A: uint32(i), Bits: float64(rapid.IntRange(-2, 4).Draw(t, "bits"))}
		}
		sorted := slices.Clone(links)
		slices.SortStableFunc(sorted, func(x, y linkage.Link) int { return cmp.Compare(x.Bits, y.Bits) })
		if least, middle := leastAndMiddle(links); least != sorted[0] || middle != sorted[len(sorted)/2] {
			t.Fatalf("want %+v and %+v, got %+v and %+v", sorted[0], sorted[len(sorted)/2], least, middle)
		}
	})
}
