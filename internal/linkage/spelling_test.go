package linkage

import (
	"fmt"
	"strings"
	"testing"
)

// TestSpellingsAreToldApart has values that are alike in what stands in a slot, as long and longer, more than the first table holds.
func TestSpellingsAreToldApart(t *testing.T) {
	t.Parallel()
	const head = "bartholomew john" // as long as what a slot holds
	s := newSpellings()
	var texts []string
	numbers := map[string]uint32{"": 0}
	folds := 0
	fold := func(written string) string { folds++; return written }
	for _, common := range []string{"", "a", head[:15], head, head + "s", head + "son of the house"} {
		for i := range 300 {
			for _, value := range []string{common, common + strings.Repeat("x", i), common + string(rune('a'+i%26)) + strings.Repeat("y", i/26), common + "zz" + string(rune('a'+i%26))} {
				got := s.number(value, fold, &texts)
				want, known := numbers[value]
				switch {
				case !known:
					numbers[value] = got
				case got != want:
					t.Fatalf("%q is number %d and was %d", value, got, want)
				}
			}
		}
	}
	of := map[uint32]string{}
	for value, n := range numbers {
		if other, taken := of[n]; taken {
			t.Fatalf("%q and %q are both number %d", value, other, n)
		}
		of[n] = value
	}
	if folds != len(numbers)-1 || len(texts) != folds {
		t.Errorf("%d values were folded %d times and listed %d times", len(numbers)-1, folds, len(texts))
	}
}

// TestSpellingsOfOneHashAreToldApart: among so many values some eighteen pairs have one hash, and all are alike in what stands in a slot.
func TestSpellingsOfOneHashAreToldApart(t *testing.T) {
	t.Parallel()
	s := newSpellings()
	var texts []string
	const values = 400_000
	for i := range values {
		s.number(fmt.Sprintf("bartholomew john%06d", i), func(w string) string { return w }, &texts)
	}
	if len(texts) != values {
		t.Errorf("%d values are %d", values, len(texts))
	}
}
