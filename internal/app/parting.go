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
	Number   id.Person    // that they stood under at the end: the person's own, or one that leads to the person since
	From, To time.Time    // when they were one, at first and at last; From is zero where it was so from the first link run on
	Spells   []Spell      // every time until then in which records of both sides were one's, the earliest first

	ended        cause
	stayed, left []id.Record // of those that the viewer may know of
}

// Spell is a time in which records that were parted at last stood under one number.
type Spell struct {
	Number   id.Person
	From, To time.Time // From is zero where it was so from the first link run on

	began, ended cause
}

// cause is what moved a record: an answer while a link run was in force, or that run.
type cause struct {
	run    id.Run // 0 where it was so from the first link run on
	answer int64  // 0 where the run did
}

// holding is a time in which a record was one person's.
type holding struct {
	record   id.Record
	holder   id.Person
	from, to time.Time // from is zero where the record was theirs from the first link run on, to where it is theirs now
	began    cause
	ended    cause
	next     id.Person // whose the record was then; 0 where it was nobody's
}

// Times are the spells as from when until when, with those that follow on one another, or run side by side, as one.
func (p Parting) Times() (out [][2]time.Time) {
	for _, s := range p.Spells {
		if n := len(out); n > 0 && !s.From.After(out[n-1][1]) {
			if s.To.After(out[n-1][1]) {
				out[n-1][1] = s.To
			}
			continue
		}
		out = append(out, [2]time.Time{s.From, s.To})
	}
	return out
}

// summed says whether a cost run begun at an instant over a link run summed the records while they were one. Of answers, the time says.
func (s Spell) summed(begun time.Time, over id.Run) bool {
	after := over > s.began.run || over == s.began.run && (s.began.answer == 0 || !begun.Before(s.From))
	return after && (over < s.ended.run || over == s.ended.run && s.ended.answer != 0 && begun.Before(s.To))
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

// history is who held a record, one after the other; the last holds it still where nothing ended it.
func (x *parting) history(r id.Record) (out []holding) {
	moves := x.moves[r]
	h := holding{record: r, holder: x.person} // a record that never moved is among the person's
	if len(moves) > 0 {
		h.holder = moves[0].From
	}
	for _, m := range moves {
		c := cause{m.Run, m.Answer}
		if h.holder == m.From {
			h.to, h.ended, h.next = m.At, c, m.To
			out = append(out, h)
		}
		h = holding{record: r, holder: m.To, from: m.At, began: c}
	}
	return append(out, h)
}

// held are the times in which records were a number's, in order of record and time.
func (x *parting) held(n id.Person) (out []holding, err error) {
	for _, r := range slices.Sorted(maps.Keys(x.moves)) {
		all := x.history(r)
		last := all[len(all)-1]
		for _, h := range all[:len(all)-1] {
			if h.holder == n {
				out = append(out, h)
			}
		}
		if last.holder != n {
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
			out = append(out, last)
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

// sides says which records stayed and which left, and when records of two of the parts had stood together. Where none stayed under the number,
// those are taken to have stayed that went where it leads.
func (x *parting) sides(p *Parting, parts map[id.Person][]holding) error {
	stays, most := p.Number, 0
	for _, next := range slices.Sorted(maps.Keys(parts)) {
		part := parts[next]
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
	p.Spells = x.together(*p, parts)
	p.From = p.Spells[0].From
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

// together gives every time until a parting in which one number held records of two of its parts: they may have become another's, and theirs again,
// by answers that were taken back.
func (x *parting) together(p Parting, parts map[id.Person][]holding) (out []Spell) {
	type step struct {
		at     time.Time
		cause  cause
		part   id.Person
		change int // of how many records of the part the number held
	}
	steps := map[id.Person][]step{}
	for part, some := range parts {
		for _, last := range some {
			for _, h := range x.history(last.record) {
				end := h == last
				if end {
					h.to, h.ended = p.To, p.ended
				}
				if h.to.Before(h.from) {
					h.from = h.to // a run that came to be in force after an answer had been given
				}
				if h.holder != 0 {
					steps[h.holder] = append(steps[h.holder], step{h.from, h.began, part, 1}, step{h.to, h.ended, part, -1})
				}
				if end {
					break
				}
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(steps)) {
		slices.SortStableFunc(steps[n], func(a, b step) int { // what begins as another ends is one time
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(b.change, a.change))
		})
		holds, s := map[id.Person]int{}, Spell{}
		for _, e := range steps[n] {
			was := len(holds)
			if holds[e.part] += e.change; holds[e.part] == 0 {
				delete(holds, e.part)
			}
			switch now := len(holds); {
			case was < 2 && now == 2:
				s = Spell{Number: n, From: e.at, began: e.cause}
			case was == 2 && now < 2:
				s.To, s.ended = e.at, e.cause
				if s.From.Before(s.To) || n == p.Number && s.To.Equal(p.To) {
					out = append(out, s)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Spell) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return out
}
