package linkage

import (
	"os"
	"strings"
	"testing"
)

// judged links a labelled set and sets what is found beside its truth.
func judged(t *testing.T, tt *labelledSet, o Options) (Agreement, *Result, []string) {
	t.Helper()
	list := set(t, tt.truth, tt.number, tt.files...)
	_, r := linkSet(t, list, o)
	truth := make([]string, len(list))
	for i := range list {
		truth[i] = list[i].truth
	}
	return Evaluate(r.Person, truth), r, truth
}

// TestLeaveOneSetOut links each labelled set by the bound of one pair against (oneAgainst, the one number that was chosen by looking at the sets) that
// the other sets would choose: of three, the one with the highest sum of F1. Sets of one maker are left out together.
func TestLeaveOneSetOut(t *testing.T) {
	if os.Getenv("LONG") == "" {
		t.Skip("takes a minute; set LONG=1")
	}
	bounds := []float64{-3, oneAgainst, -5}
	maker := func(tt *labelledSet) string {
		return strings.FieldsFunc(tt.name, func(r rune) bool { return r == ' ' || r == ',' })[0]
	}
	f1 := make([][]float64, len(truthSets)) // by set and bound
	for i := range truthSets {
		for _, bound := range bounds {
			o := DefaultOptions()
			o.against = bound
			a, _, _ := judged(t, &truthSets[i], o)
			f1[i] = append(f1[i], a.Pairwise.F1)
		}
	}
	for i := range truthSets {
		best, most := 0, 0.0
		for k := range bounds {
			sum := 0.0
			for other := range truthSets {
				if maker(&truthSets[other]) != maker(&truthSets[i]) {
					sum += f1[other][k]
				}
			}
			if sum > most {
				best, most = k, sum
			}
		}
		t.Logf("%-32s F1 %.4f by %v: the others choose %.0f, F1 %.4f", truthSets[i].name, f1[i], bounds, bounds[best], f1[i][best])
		if f1[i][best] < truthSets[i].least {
			t.Errorf("%s: F1 = %.4f by the bound that other sets choose, want at least %.2f", truthSets[i].name, f1[i][best], truthSets[i].least)
		}
	}
}

// TestLabelledSetsAsAnArea links the labelled sets by the settings of a live area of a million people, and again once somebody has looked at all that
// is to be looked at.
func TestLabelledSetsAsAnArea(t *testing.T) {
	t.Parallel()
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := DefaultOptions()
			o.HoldHouseholds, o.NameAndBirth, o.Population = true, RareOnly, 1_000_000
			o.ReviewFrom, o.ReviewTo = .5, .99
			unseen, r, truth := judged(t, &tt, o)
			automatic, wrong := 0, 0
			for _, k := range r.Links {
				if Probability(k.Bits) < .99 {
					continue
				}
				if automatic++; truth[k.A] != truth[k.B] {
					wrong++
				}
			}
			for _, v := range r.Review {
				o.Answers = append(o.Answers, Answer{v.A, v.B, truth[v.A] == truth[v.B]})
			}
			seen, _, _ := judged(t, &tt, o)
			t.Logf("%-32s %d automatic links, %d wrong; P %.4f R %.4f F1 %.4f; %d pairs to look at, then P %.4f R %.4f F1 %.4f", tt.name, automatic, wrong,
				unseen.Pairwise.Precision, unseen.Pairwise.Recall, unseen.Pairwise.F1, len(r.Review), seen.Pairwise.Precision, seen.Pairwise.Recall, seen.Pairwise.F1)
			if wrong > automatic/1000 {
				t.Errorf("%d of %d automatic links are of two people, want one in a thousand at most", wrong, automatic)
			}
		})
	}
}
