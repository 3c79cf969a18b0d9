package ui

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHoldsAreSaid says in words how well records hang together, and marks and leads to the link where least.
func TestHoldsAreSaid(t *testing.T) {
	t.Parallel()
	say := func(h Holds) (words, leads string) {
		for _, b := range h.Text() {
			words += b.Words
			leads += b.Href
		}
		return words, leads
	}
	weak := Holds{Pairs: 6, Alike: 3, A: 5, B: 7, Names: [2]string{"Police", "Lambeth"}, Parts: [2][]string{{"Riverbank", "Police"}, {"Lambeth", "Lantern"}}, AcrossAlike: 1}
	doubted, several, none := weak, weak, weak
	doubted.Doubt, doubted.Parts[1] = true, strings.Fields("a b c d")
	several.AcrossAlike, none.AcrossAlike = 2, 0
	for _, tt := range []struct {
		holds        Holds
		words, leads string
	}{
		{Holds{Pairs: 15, Alike: 15}, "All 15 pairs of these records look alike, so that no one link holds them together.", ""},
		{Holds{Pairs: 3, Alike: 1}, "1 of the 3 pairs of these records looks alike. What people have answered holds them together.", ""},
		{weak, "3 of the 6 pairs of these records look alike. One link alone holds Riverbank; Police to Lambeth; Lantern: Police and Lambeth. Without it they would be two people.", "#held"},
		{doubted, "3 of the 6 pairs of these records look alike. One link alone holds Riverbank; Police to the other 4 records: Police and Lambeth. Without it they would be two people.", PairPath(5, 7)},
		{several, "3 of the 6 pairs of these records look alike. Least holds Riverbank; Police to Lambeth; Lantern: 2 of the 4 pairs between them look alike, the likeliest Police and Lambeth.", "#held"},
		{none, "3 of the 6 pairs of these records look alike. No pair that looks alike holds Riverbank; Police to Lambeth; Lantern; the likeliest is Police and Lambeth.", "#held"},
	} {
		words, leads := say(tt.holds)
		if diff := cmp.Diff([2]string{tt.words, tt.leads}, [2]string{words, leads}); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	marked := func(g Group) (at []int) {
		g.Held = []GroupLink{{A: 1, B: 5}, {A: 5, B: 7}}
		for i, r := range g.HeldTable().Rows {
			if r.State == NeedsYou {
				at = append(at, i)
			}
		}
		return at
	}
	if diff := cmp.Diff([][]int{{0}, {1}}, [][]int{marked(Group{}), marked(Group{Holds: &weak})}); diff != "" {
		t.Errorf("links that are marked (-want +got):\n%s", diff)
	}
}
