package linkage

import (
	"math/rand/v2"
	"testing"
)

// TestLinksAreOrderedByPerson has more persons, and more outcomes, than one goroutine takes at a time, and the links of each person in no order.
func TestLinksAreOrderedByPerson(t *testing.T) {
	t.Parallel()
	const persons, records, outcomes = 20_000, 4, 500
	r := &Result{Persons: persons, Person: make([]uint32, persons*records)}
	done := make([]outcome, outcomes)
	for row := range r.Person {
		r.Person[row] = uint32(row % persons)
		if row >= persons {
			of := &done[row%persons*7%outcomes] // persons side by side are of outcomes far apart
			of.links = append(of.links, Link{A: uint32(row - persons), B: uint32(row)})
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, o := range done {
		random.Shuffle(len(o.links), func(i, k int) { o.links[i], o.links[k] = o.links[k], o.links[i] })
	}
	got := byPerson(done, r, 4)
	if len(got) != persons*(records-1) {
		t.Fatalf("%d links", len(got))
	}
	for n, k := range got {
		person, step := uint32(n/(records-1)), uint32(n%(records-1))
		if want := (Link{A: person + step*persons, B: person + (step+1)*persons}); k != want {
			t.Fatalf("link %d is %+v, want %+v", n, k, want)
		}
	}
}
