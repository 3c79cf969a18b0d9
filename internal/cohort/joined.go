package cohort

import (
	"slices"

	"throughline/internal/id"
)

// Joined gives the people as they would be were the two of each pair one person: of those who hang together the one with the lowest number
// stands for all, with the uses of all and their own borough. A pair of which somebody is not among the people joins nobody. The
// order is that of the people, those left out who became part of another.
func Joined(people []Person, pairs [][2]id.Person) []Person {
	head := make(map[id.Person]id.Person, len(people)) // of each, somebody they are one with; of the lowest of all, themselves
	place := make(map[id.Person]int, len(people))
	for i, p := range people {
		head[p.ID], place[p.ID] = p.ID, i
	}
	find := func(p id.Person) id.Person {
		for head[p] != p {
			head[p] = head[head[p]]
			p = head[p]
		}
		return p
	}
	for _, pair := range pairs {
		_, a := place[pair[0]]
		_, b := place[pair[1]]
		if a && b {
			x, y := find(pair[0]), find(pair[1])
			head[max(x, y)] = min(x, y)
		}
	}
	out := slices.Clone(people)
	for _, p := range people {
		if to := find(p.ID); to != p.ID {
			t := &out[place[to]]
			t.Uses = append(slices.Clip(t.Uses), p.Uses...)
			t.Died = max(t.Died, p.Died)
		}
	}
	return slices.DeleteFunc(out, func(p Person) bool { return head[p.ID] != p.ID })
}
