package linkage

import (
	"math/rand/v2"
	"testing"
)

// TestLinksAreOrderedByPerson has more persons than one goroutine orders the links of at a time, their links in no order.
func TestLinksAreOrderedByPerson(t *testing.T) {
	t.Parallel()
	const persons, records = 20_000, 4
	r := &Result{Persons: persons, Person: make([]uint32, persons*records)}
	var links []Link
	for row := range r.Person {
		r.Person[row] = uint32(row % persons)
		if row >= persons {
			links = append(links, Link{A: uint32(row - persons), B: uint32(row)})
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(links), func(i, k int) { links[i], links[k] = links[k], links[i] })
	half := len(links) / 2
	got := byPerson([]outcome{{links: links[:half]}, {links: links[half:]}}, r, 4)
	for n, k := range got {
		person, step := uint32(n/(records-1)), uint32(n%(records-1))
		if want := (Link{A: person + step*persons, B: person + (step+1)*persons}); k != want {
			t.Fatalf("link %d is %+v, want %+v", n, k, want)
		}
	}
}
