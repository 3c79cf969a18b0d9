package linkage

import (
	"cmp"
	"slices"

	"throughline/internal/id"
	"throughline/internal/person"
)

// Match is a record that may be of the person asked about. Probability(Bits) is that it is.
type Match struct {
	Record id.Record
	Bits   float64
	Rule   string // by which it was found
}

// Looked is what a look-up found and how far it looked.
type Looked struct {
	Matches []Match // likeliest first, of two alike the lower number first
	// Compared is how many records were compared, and PassedOver how many were not that share a key with the person asked about: one that so
	// many share that only those are compared which agree in more.
	Compared, PassedOver int
}

// Lookup gives the records that may be of the person asked about: up to so many as into has room for, of those that weigh at least so many bits.
// It weighs them as a run would with that person's record as its last. It gives an *fault.Error for a person of whom more is
// said than can be compared at once.
func (x *Index) Lookup(who *person.Identity, least float64, into []Match) (Looked, error) {
	g := <-x.guests
	x.lock.RLock()
	defer func() {
		x.lock.RUnlock()
		x.guests <- g
	}()
	if err := g.receive(who); err != nil {
		return Looked{}, err
	}
	g.found, g.least = into[:0], least
	g.passed = 0
	g.forget()
	if len(x.rows) <= x.every {
		for row, n := range x.number {
			if n != 0 {
				g.meet(uint32(row), indexRules)
			}
		}
	}
	for _, e := range g.keys {
		g.look(e)
	}
	for from := 0; from < len(g.met); from += atOnce {
		g.weigh(g.met[from:min(len(g.met), from+atOnce)])
	}
	return Looked{g.found, len(g.met), g.passed}, nil
}

// Explain says why a record weighs what Lookup says, and false where there is no such record.
func (x *Index) Explain(who *person.Identity, n id.Record) (Explanation, bool) {
	g := <-x.guests
	x.lock.RLock()
	defer func() {
		x.lock.RUnlock()
		x.guests <- g
	}()
	row, there := x.rows[n]
	if !there || g.receive(who) != nil {
		return Explanation{}, false
	}
	g.compare(&g.view.records[row])
	return g.scorer.explained(&g.pair), true
}

// look weighs the records under one key.
func (g *guest) look(e extraKey) {
	x, rule := g.index, int(e.rule)
	t := x.tables[rule]
	if t == nil {
		return
	}
	s := &t.slots[t.slot(e.key)]
	switch {
	case s.rows == 0:
	case s.rows == 1:
		g.meet(s.at, rule)
	case int(s.rows) <= x.largest[rule]:
		for _, entry := range t.block(s) {
			g.meet(uint32(entry), rule)
		}
	case rules[rule].loose():
		g.passed += int(s.rows)
	default:
		g.lookIn(t.block(s), rule)
	}
}

// lookIn weighs those of a block that is cut which agree in any narrower key, as enumeration.cut does: of a part that is itself too large,
// the neighbours with the highest numbers.
func (g *guest) lookIn(block []uint64, rule int) {
	found := 0
	for n, p := range rules[rule].parts {
		if mine := g.parts[p]; mine != 0 {
			found = max(found, g.lookInPart(block, rule, n, mine))
		}
		for _, k := range g.narrow {
			if k.part == p {
				found = max(found, g.lookInPart(block, rule, n, k.key))
			}
		}
	}
	g.passed += len(block) - found
}

// lookInPart weighs those that have one narrower key, of the rule's n-th part, and says how many they are.
func (g *guest) lookInPart(block []uint64, rule, n int, mine uint32) int {
	x, p, sign := g.index, rules[rule].parts[n], partSign(mine)
	rows := g.rows[:0]
	for _, entry := range block {
		row := uint32(entry)
		switch uint32(entry>>(32+8*n)) & 255 {
		case sign:
			if x.parts[int(row)*int(partSorts)+int(p)] == mine {
				rows = append(rows, row)
			}
		case severalParts:
			if x.parts[int(row)*int(partSorts)+int(p)] == mine || contains(x.narrowOf(row), partKey{p, mine}) {
				rows = append(rows, row)
			}
		}
	}
	g.rows = rows
	if len(rows) > largestPart {
		slices.SortFunc(rows, func(a, b uint32) int { return cmp.Compare(x.number[b], x.number[a]) })
		rows = rows[:neighbours]
	}
	for _, row := range rows {
		g.meet(row, rule)
	}
	return len(rows)
}

// met is a row that is to be compared, and the first rule that found it.
type met struct{ row, rule uint32 }

// meet takes a row for comparing, once.
func (g *guest) meet(row uint32, rule int) {
	if g.first(row) {
		g.met = append(g.met, met{row, uint32(rule)})
	}
}

// atOnce is how many rows are fetched before any of them is compared.
const atOnce = 32

// weigh compares the person asked about with some records, and keeps those that are among the likeliest. Records and what is known of their names lie
// far apart in memory; fetched one behind the other, without waiting for what each says, they come side by side.
func (g *guest) weigh(some []met) {
	for i, m := range some {
		g.fetched[i] = g.view.records[m.row]
	}
	facts := g.view.names.facts
	for i := range some {
		r := &g.fetched[i]
		g.sounds += facts[r.forename].sound + facts[r.surname].sound
	}
	var p parts
	for i, m := range some {
		g.compare(&g.fetched[i])
		bits := g.scorer.score(&g.pair, &p)
		if bits >= g.least {
			g.keep(bits, g.index.number[m.row], int(m.rule))
		}
	}
}

// keep takes a match where it is among the likeliest.
func (g *guest) keep(bits float64, n id.Record, rule int) {
	switch {
	case len(g.found) < cap(g.found):
		g.found = append(g.found, Match{})
	case len(g.found) == 0 || !before(bits, n, &g.found[len(g.found)-1]):
		return
	}
	i := len(g.found) - 1
	for ; i > 0 && before(bits, n, &g.found[i-1]); i-- {
		g.found[i] = g.found[i-1]
	}
	g.found[i] = Match{n, bits, rules[rule].name}
}

// before says whether a record stands before a match.
func before(bits float64, n id.Record, m *Match) bool {
	return bits > m.Bits || bits == m.Bits && n < m.Record
}

// compare sets a record and the person asked about against each other, in the order of a run in which the latter is the last.
func (g *guest) compare(r *record) {
	o := &g.pair
	o.a, o.b = *r, g.asked
	if o.a.more|o.b.more != 0 {
		g.view.pickBest(o)
	} else {
		o.ways = [fieldCount]uint16{}
	}
	g.view.compareMain(&o.a, &o.b, &o.levels)
}

// forget begins a new look-up: no row was compared.
func (g *guest) forget() {
	if g.turn++; g.turn == 0 {
		clear(g.seen)
		g.turn = 1
	}
	g.met = g.met[:0]
}

// first says whether a row is met for the first time in this look-up.
func (g *guest) first(row uint32) bool {
	if 2*len(g.met) >= len(g.seen) {
		old := g.seen
		g.seen = make([]uint64, max(256, 2*len(old)))
		for _, e := range old {
			if uint32(e>>32) == g.turn {
				g.first(uint32(e))
			}
		}
	}
	mask := uint64(len(g.seen) - 1)
	mine := uint64(g.turn)<<32 | uint64(row)
	for i := uint64(row*2654435761) >> 7 & mask; ; i = (i + 1) & mask {
		switch e := g.seen[i]; {
		case e == mine:
			return false
		case uint32(e>>32) != g.turn:
			g.seen[i] = mine
			return true
		}
	}
}
