package app

import (
	"slices"
	"testing"

	"throughline/internal/store"
)

// TestDoubtIsFixed sees that a run's inputs name the pairs in doubt that its reach depends on, in whatever order they are read.
func TestDoubtIsFixed(t *testing.T) {
	t.Parallel()
	pairs := []store.DoubtPair{{A: 1, B: 9, PPM: 400_000}, {A: 1, B: 12, PPM: 800_000}, {A: 4, B: 5, PPM: 400_000}}
	is := (&inDoubt{pairs: pairs}).digest()
	turned := slices.Clone(pairs)
	slices.Reverse(turned)
	if (&inDoubt{pairs: turned}).digest() != is {
		t.Error("the order in which pairs are read is told in the digest")
	}
	if (&inDoubt{pairs: pairs[:2]}).digest() == is {
		t.Error("a pair that was answered is still in the digest")
	}
	turned[0].PPM++
	if (&inDoubt{pairs: turned}).digest() == is {
		t.Error("another estimate gives the same digest")
	}
}
