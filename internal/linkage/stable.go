package linkage

import (
	"cmp"
	"slices"

	"throughline/internal/id"
)

// EventKind is what happened to a person's membership.
type EventKind string

const (
	Linked    EventKind = "linked"    // a record joined a person
	Unlinked  EventKind = "unlinked"  // a record left a person
	Forwarded EventKind = "forwarded" // a person became part of another; the old id leads to the new one
)

// Event is one change of membership. Record is the row for Linked and Unlinked; To is the other person for Forwarded.
type Event struct {
	Kind   EventKind
	Record uint32
	Person id.Person
	To     id.Person
}

// Keep gives each person found an id that stays: the id of the earlier person of whom it holds most records, each id once.
// found is the person of each record as Result.Person has it, before the earlier id of each record or 0. Larger overlaps choose
// first, then lower ids; a person with no earlier id gets next(). An earlier id that no person takes is forwarded to
// the person who holds most of its records. Events are ordered: forwards, then by record.
func Keep(found []uint32, before []id.Person, next func() id.Person) ([]id.Person, []Event) {
	type pair struct {
		before id.Person
		found  uint32
	}
	overlap := map[pair]int{}
	persons := uint32(0)
	for row, p := range found {
		persons = max(persons, p+1)
		if before[row] != 0 {
			overlap[pair{before[row], p}]++
		}
	}
	order := make([]pair, 0, len(overlap))
	for p := range overlap {
		order = append(order, p)
	}
	slices.SortFunc(order, func(a, b pair) int {
		return cmp.Or(cmp.Compare(overlap[b], overlap[a]), cmp.Compare(a.before, b.before), cmp.Compare(a.found, b.found))
	})
	of := make([]id.Person, persons)
	taken := map[id.Person]bool{}
	for _, p := range order {
		if of[p.found] == 0 && !taken[p.before] {
			of[p.found], taken[p.before] = p.before, true
		}
	}
	for _, p := range found { // in order of first records, so that new ids are given in that order
		if of[p] == 0 {
			of[p] = next()
		}
	}
	var events []Event
	forwarded := map[id.Person]bool{}
	for _, p := range order {
		if !taken[p.before] && !forwarded[p.before] {
			forwarded[p.before] = true
			events = append(events, Event{Kind: Forwarded, Person: p.before, To: of[p.found]})
		}
	}
	slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.Person, b.Person) })
	out := make([]id.Person, len(found))
	for row, p := range found {
		out[row] = of[p]
		if before[row] == of[p] {
			continue
		}
		if before[row] != 0 {
			events = append(events, Event{Kind: Unlinked, Record: uint32(row), Person: before[row]})
		}
		events = append(events, Event{Kind: Linked, Record: uint32(row), Person: of[p]})
	}
	return out, events
}
