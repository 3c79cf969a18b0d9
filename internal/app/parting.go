package app

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"throughline/internal/id"
	"throughline/internal/store"
)

// Parting is what ended a time in which records of two people stood under one number: an answer, the taking back of one, or a link run.
type Parting struct {
	Answer   store.Answer // that parted them, or whose taking back did; its number is 0 where a run did
	Run      id.Run       // the link run that parted them; 0 where an answer did
	Number   id.Person    // that they stood under: the person's own, or one that leads to the person since
	From, To time.Time    // when they were one; From is zero where it was so from the first link run on

	began, ended cause       // of the time
	stayed, left []id.Record // of those that the viewer may know of
}

// cause is what moved a record: an answer while a link run was in force, or that run.
type cause struct {
	run    id.Run // 0 where it was so from the first link run on
	answer int64  // 0 where the run did
}

// holding is a time in which a record was one person's.
type holding struct {
	record   id.Record
	from, to time.Time // from is zero where the record was theirs from the first link run on, to where it is theirs now
	began    cause
	ended    cause
	next     id.Person // whose the record was then; 0 where it was nobody's
}

func sooner(a, b holding) int { return a.from.Compare(b.from) }

// summed says whether a cost run begun at an instant over a link run summed the records while they were one. Of answers, the time says.
func (p Parting) summed(begun time.Time, over id.Run) bool {
	after := over > p.began.run || over == p.began.run && (p.began.answer == 0 || !begun.Before(p.From))
	return after && (over < p.ended.run || over == p.ended.run && p.ended.answer != 0 && begun.Before(p.To))
}

// parting finds what parted a person's records, from the history of whose they were. What a run changed is in it since that run was published.
type parting struct {
	tx     *store.Tx
	sight  sight
	prices *priceMap
	run    id.Run // in force
	person id.Person
	holds  map[id.Record]bool               // the person's records now
	moves  map[id.Record][]store.RecordMove // of each record looked at that the viewer may know of
	looked map[id.Record]bool
}

// partings gives everything that parted records which a person held as one, the newest first: answers, of those given, and link runs. What parted
// those of somebody who has become part of the person since is among it. Who may know of the records on one side only is not told.
func (s sight) partings(tx *store.Tx, m *priceMap, run id.Run, p id.Person, answers []store.Answer) ([]Parting, error) {
	x := parting{tx: tx, sight: s, prices: m, run: run, person: p, holds: map[id.Record]bool{}, moves: map[id.Record][]store.RecordMove{}, looked: map[id.Record]bool{}}
	now, err := tx.MembersOf(run, p)
	if err != nil {
		return nil, err
	}
	for _, r := range now {
		x.holds[r] = true
	}
	if err := x.look(now); err != nil {
		return nil, err
	}
	numbers := map[id.Person]bool{p: true} // those whose partings by runs are the person's
	if err := x.left(p); err != nil {
		return nil, err
	}
	for _, n := range x.came() {
		to, err := tx.Follow(n)
		if err != nil {
			return nil, err
		}
		if to == p {
			numbers[n] = true
			if err := x.left(n); err != nil {
				return nil, err
			}
		}
	}
	said := map[int64]store.Answer{}
	for _, a := range answers {
		if !parted(a) {
			continue
		}
		moves, err := tx.MovesOf(a.ID)
		if err != nil {
			return nil, err
		}
		if len(moves) == 0 {
			continue // it rests on another answer, which moved the records
		}
		said[a.ID] = a
		mixed := moves[0].From // who held both: before it, or after it where it joined them
		if a.Answer == "same" {
			mixed = moves[0].To
		}
		if _, known := numbers[mixed]; !known {
			numbers[mixed] = false
		}
		if err := x.left(mixed); err != nil {
			return nil, err
		}
	}
	var out []Parting
	for n, leads := range numbers {
		some, err := x.of(n, leads, said)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b Parting) int {
		return cmp.Or(b.To.Compare(a.To), cmp.Compare(b.Answer.ID, a.Answer.ID), cmp.Compare(a.Number, b.Number))
	})
	return out, nil
}

// parted says whether an answer ended a mixture: by saying "not the same", or "the same" and being taken back.
func parted(x store.Answer) bool {
	return x.CountsFrom != 0 && (x.Answer == "not-same" || x.Answer == "same" && !x.UndoneAt.IsZero())
}

// look reads the history of some records that the viewer may know of.
func (x *parting) look(records []id.Record) error {
	var some []id.Record
	for _, r := range records {
		if x.looked[r] {
			continue
		}
		x.looked[r] = true
		sees, err := x.sight.seesAnywhere(x.tx, x.prices, r, x.run)
		if err != nil {
			return err
		}
		if sees {
			x.moves[r], some = nil, append(some, r)
		}
	}
	moves, err := x.tx.HistoryOf(some)
	for _, m := range moves {
		x.moves[m.Record] = append(x.moves[m.Record], m)
	}
	return err
}

// left looks at the records that left a number.
func (x *parting) left(n id.Person) error {
	records, err := x.tx.RecordsLeft(n)
	if err != nil {
		return err
	}
	return x.look(records)
}

// came are the numbers of others from whom the records looked at came, in order.
func (x *parting) came() []id.Person {
	from := map[id.Person]bool{}
	for _, moves := range x.moves {
		for _, m := range moves {
			if m.From != 0 && m.From != x.person {
				from[m.From] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(from))
}

// held are the times in which records were a number's, in order of record and time.
func (x *parting) held(n id.Person) (out []holding, err error) {
	for _, r := range slices.Sorted(maps.Keys(x.moves)) {
		moves := x.moves[r]
		holder, since, began := x.person, time.Time{}, cause{} // a record that never moved is among the person's
		if len(moves) > 0 {
			holder = moves[0].From
		}
		for _, m := range moves {
			if holder == n && m.From == n {
				out = append(out, holding{record: r, from: since, to: m.At, began: began, ended: cause{m.Run, m.Answer}, next: m.To})
			}
			holder, since, began = m.To, m.At, cause{m.Run, m.Answer}
		}
		if holder != n {
			continue
		}
		now := n == x.person && x.holds[r]
		if n != x.person {
			whose, err := x.tx.WhoseIs(x.run, r)
			if err != nil {
				return nil, err
			}
			now = whose == n
		}
		if now {
			out = append(out, holding{record: r, from: since, began: began})
		}
	}
	return out, nil
}

// of gives what parted the records of one number: answers, of those said, and runs where its partings by them are the person's.
func (x *parting) of(n id.Person, byRuns bool, said map[int64]store.Answer) (out []Parting, err error) {
	all, err := x.held(n)
	if err != nil {
		return nil, err
	}
	type end struct {
		cause
		at time.Time
	}
	known := map[end]bool{}
	for _, h := range all {
		e := end{h.ended, h.to}
		answer := said[h.ended.answer]
		if h.next == 0 || known[e] || h.ended.answer == 0 && !byRuns || h.ended.answer != 0 && answer.ID == 0 {
			continue
		}
		known[e] = true
		p := Parting{Answer: answer, Number: n, To: h.to, ended: h.ended}
		if answer.ID == 0 {
			p.Run = h.ended.run
		}
		parts := map[id.Person][]holding{} // by whose they were next; those that stayed by the number itself
		for _, o := range all {
			switch {
			case o.next != 0 && o.ended == h.ended && o.to.Equal(h.to):
				parts[o.next] = append(parts[o.next], o)
			case o.from.Before(h.to) && (o.to.IsZero() || o.to.After(h.to)):
				parts[n] = append(parts[n], o)
			}
		}
		if len(parts) < 2 {
			continue // they went together
		}
		if err := x.sides(&p, parts); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// sides says which records stayed and which left, and since when records of two of the parts had stood together. Where none stayed under the number,
// those are taken to have stayed that went where it leads.
func (x *parting) sides(p *Parting, parts map[id.Person][]holding) error {
	var began []holding
	stays, most := p.Number, 0
	for _, next := range slices.Sorted(maps.Keys(parts)) {
		part := parts[next]
		began = append(began, slices.MinFunc(part, sooner))
		if parts[p.Number] != nil || len(part) <= most {
			continue
		}
		to, err := x.tx.Follow(next)
		if err != nil {
			return err
		}
		if to == x.person {
			stays, most = next, len(part)
		}
	}
	slices.SortFunc(began, sooner)
	p.From, p.began = began[1].from, began[1].began
	for next, part := range parts {
		for _, h := range part {
			if next == stays {
				p.stayed = append(p.stayed, h.record)
			} else {
				p.left = append(p.left, h.record)
			}
		}
	}
	slices.Sort(p.stayed)
	slices.Sort(p.left)
	return nil
}
