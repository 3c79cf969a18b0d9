package linkage

import (
	"cmp"
	"slices"

	"throughline/internal/person"
)

// What an area marks as sensitive holds records apart until people have looked: see Options.Shielded and Options.Incidents. A shield is of a
// person, and who that is comes of the joining: each person that is found to have a shielded record is joined anew as one that is shielded, until
// nobody more is.

// InIncident is the part that a record's person had in an incident: one for each record and incident.
type InIncident struct {
	Row      uint32
	Incident int64 // one number an incident
	Part     person.Part
}

// guarded are the marks of a run.
type guarded struct {
	shielded map[uint32]bool
	parts    map[uint32][]InIncident // of each record, by incident
}

func newGuarded(o *Options) guarded {
	g := guarded{make(map[uint32]bool, len(o.Shielded)), make(map[uint32][]InIncident, len(o.Incidents))}
	for _, row := range o.Shielded {
		g.shielded[row] = true
	}
	for _, x := range o.Incidents {
		g.parts[x.Row] = append(g.parts[x.Row], x)
	}
	for _, parts := range g.parts {
		slices.SortFunc(parts, func(x, y InIncident) int { return cmp.Compare(x.Incident, y.Incident) })
	}
	return g
}

// marksNone says whether a mark names a record that there is not.
func marksNone(o *Options, records int) bool {
	return slices.ContainsFunc(o.Shielded, func(row uint32) bool { return int(row) >= records }) ||
		slices.ContainsFunc(o.Incidents, func(x InIncident) bool { return int(x.Row) >= records })
}

// opposes says whether two records stand as victim and suspect of one incident.
func (g guarded) opposes(a, b uint32) bool {
	if len(g.parts) == 0 {
		return false
	}
	x, y := g.parts[a], g.parts[b]
	for len(x) > 0 && len(y) > 0 {
		switch c := cmp.Compare(x[0].Incident, y[0].Incident); {
		case c < 0:
			x = x[1:]
		case c > 0:
			y = y[1:]
		case x[0].Part.Opposes(y[0].Part):
			return true
		default:
			x, y = x[1:], y[1:]
		}
	}
	return false
}

// shieldedOf says which of some records are shielded, in place of what is in to.
func (g guarded) shieldedOf(rows []uint32, to []bool) []bool {
	to = to[:0]
	for _, row := range rows {
		to = append(to, len(g.shielded) > 0 && g.shielded[row])
	}
	return to
}

// shieldPersons shields all records of each person who has a shielded one, and says whether any were not. A record that leaves such a person
// for that stays shielded: somebody looks at it once more than need be.
func (w *weighed) shieldPersons(labels []int) (more bool) {
	if len(w.j.guarded.shielded) == 0 {
		return false
	}
	person := make([]bool, len(labels))
	for x, label := range labels {
		person[label] = person[label] || w.shield[x]
	}
	for x, label := range labels {
		more = more || person[label] && !w.shield[x]
		w.shield[x] = person[label]
	}
	return more
}
