package linkage

import (
	"runtime"
	"slices"
	"sync"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/person"
)

// Index answers, from memory, which of many records may be of one person with somebody who is asked about. It finds records by the rules by
// which a run finds pairs, and weighs them as the run does: by its model, and by how common values were among the records that it was made
// of. Records come and go without its being made anew; what it finds depends on which are there and on nothing that was there before.
//
// It is safe for use by several goroutines. Those who ask go side by side; a change waits for them and they for it. It holds what the records
// say of people, in some 400 bytes a record; whoever is asked about becomes neither a record nor a value of it.
type Index struct {
	lock    sync.RWMutex
	c       *columns
	s       *scorer
	tables  []*keyTable // of each rule; nil for those that rest
	rests   []bool      // of each rule, whether the model has it rest; loose ones rest as well while there are too many records for them
	largest []int       // of each rule, the size of the largest block that is not cut
	parts   []uint32    // the first of each of the keys by which blocks are cut, row by row
	narrow  [][]partKey // further such keys, by place in columns.more
	number  []id.Record // by row; 0 where a row is free
	rows    map[id.Record]uint32
	free    []uint32 // rows
	freed   []uint32 // places in columns.more
	guests  chan *guest
	own     *guest // of whoever changes the index
	every   int    // up to how many records every one is compared
	loose   int    // up to how many records loose rules hold
}

// Index makes an index of the linker's records, which leave the linker: it is empty afterwards. numbers has the number by which each record is
// known outside, in the order of adding; the model is that of a run over these records, or another. Encoded records have no
// index, for which it gives an *fault.Error.
func (l *Linker) Index(m *Model, numbers []id.Record) (*Index, error) {
	c := l.c
	switch {
	case c.coded != nil:
		return nil, fault.New(fault.Invalid, "encoded-index", "Encoded records cannot be looked people up in.", "Ask where the names are known.")
	case len(l.later)+len(c.former) > 0:
		return nil, fault.New(fault.Invalid, "held-index", "Records that are held to an earlier run have no index.", "Make one of the records that stand.")
	case len(numbers) != len(c.records):
		return nil, fault.New(fault.Invalid, "index-numbers", "The records and their numbers are not as many.", "Give one number for each record.")
	}
	*l = Linker{c: newColumns()}
	c.own, c.ownBatch = nil, nil
	workers := runtime.GOMAXPROCS(0)
	x := &Index{c: c, s: newScorer(c, c.totals(), m), tables: make([]*keyTable, indexRules), rests: make([]bool, indexRules), largest: make([]int, indexRules),
		parts: make([]uint32, int(partSorts)*len(c.records)), number: slices.Clone(numbers), rows: make(map[id.Record]uint32, len(numbers)),
		narrow: make([][]partKey, len(c.more)), guests: make(chan *guest, max(4, 2*workers)), every: everyPair, loose: looseUpTo}
	for row, n := range x.number {
		if _, twice := x.rows[n]; twice || n == 0 {
			return nil, fault.New(fault.Invalid, "index-numbers", "A record's number is nought or is given twice.", "Give each record a number of its own.")
		}
		x.rows[n] = uint32(row)
	}
	inParallel(workers, len(c.records), 4096, func(_, from, to int) {
		read := newKeysOf()
		for row := from; row < to; row++ {
			r := &c.records[row]
			if further := read.parts(c, r, x.parts[row*int(partSorts):][:partSorts], nil); r.more != 0 {
				x.narrow[r.more-1] = further
			}
		}
	})
	inParallel(workers, indexRules, 1, func(_, k, _ int) {
		if x.rests[k] = slices.Contains(m.Rests, rules[k].name); !x.rests[k] && !rules[k].loose() {
			x.fill(k)
		}
	})
	for region := range cap(x.guests) {
		x.guests <- newGuest(x, region)
	}
	x.own = newGuest(x, 0)
	x.own.adds = true
	x.settle()
	return x, nil
}

// indexRules is how many rules have keys; an index numbers them as the run does.
var indexRules = len(rules) - 1

// Records is how many records there are.
func (x *Index) Records() int {
	x.lock.RLock()
	defer x.lock.RUnlock()
	return len(x.rows)
}

// Add puts in a record, in place of the one that has its number. A value that no record had when the index was made is as rare as values of
// its field usually are.
func (x *Index) Add(n id.Record, agency uint16, who *person.Identity) error {
	x.lock.Lock()
	defer x.lock.Unlock()
	x.remove(n)
	g := x.own
	if err := g.receive(who); err != nil {
		return err
	}
	r := g.asked
	r.agency = agency
	x.know(r.birth)
	if g.several {
		if last := len(x.freed) - 1; last >= 0 {
			r.more, x.freed = x.freed[last], x.freed[:last]
		} else {
			x.c.more, x.narrow = append(x.c.more, further{}), append(x.narrow, nil)
			r.more = uint32(len(x.c.more))
		}
		x.c.more[r.more-1], x.narrow[r.more-1] = g.more.clone(), slices.Clone(g.narrow)
		for _, b := range g.more.births {
			x.know(b)
		}
	}
	var row uint32
	if last := len(x.free) - 1; last >= 0 {
		row, x.free = x.free[last], x.free[:last]
	} else {
		row = uint32(len(x.c.records))
		x.c.records, x.number = append(x.c.records, record{}), append(x.number, 0)
		x.parts = append(x.parts, make([]uint32, partSorts)...)
	}
	x.c.records[row], x.number[row], x.rows[n] = r, n, row
	copy(x.parts[int(row)*int(partSorts):], g.parts[:])
	for _, e := range g.keys {
		if t := x.tables[e.rule]; t != nil {
			t.add(e.key, row, x.partsOf(e.rule))
		}
	}
	x.settle()
	return nil
}

// Remove takes a record out and says whether it was there.
func (x *Index) Remove(n id.Record) bool {
	x.lock.Lock()
	defer x.lock.Unlock()
	there := x.remove(n)
	x.settle()
	return there
}

func (x *Index) remove(n id.Record) bool {
	row, there := x.rows[n]
	if !there {
		return false
	}
	r := &x.c.records[row]
	for k, t := range x.tables {
		if t != nil {
			for _, key := range x.own.read.of(x.c, r, k) {
				t.remove(key, row)
			}
		}
	}
	if r.more != 0 {
		x.c.more[r.more-1], x.narrow[r.more-1] = further{}, nil
		x.freed = append(x.freed, r.more)
	}
	*r, x.number[row] = record{}, 0
	delete(x.rows, n)
	x.free = append(x.free, row)
	return true
}

// fill puts all records under the keys of a rule.
func (x *Index) fill(k int) {
	read := newKeysOf()
	t := newKeyTable(0)
	parts := x.partsOf(uint8(k))
	for row := range x.c.records {
		if x.number[row] != 0 {
			for _, key := range read.of(x.c, &x.c.records[row], k) {
				t.add(key, uint32(row), parts)
			}
		}
	}
	x.tables[k] = t
}

// partsOf gives eight bits of each narrower key of a rule, of a row; nought for a key that the row lacks, severalParts where it has several.
func (x *Index) partsOf(rule uint8) func(row uint32) uint32 {
	return func(row uint32) (signs uint32) {
		further := x.narrowOf(row)
		for n, p := range rules[rule].parts {
			sign := partSign(x.parts[int(row)*int(partSorts)+int(p)])
			if slices.ContainsFunc(further, func(k partKey) bool { return k.part == p }) {
				sign = severalParts
			}
			signs |= sign << (8 * n)
		}
		return signs
	}
}

// narrowOf gives the second and later narrower keys of a row.
func (x *Index) narrowOf(row uint32) []partKey {
	if more := x.c.records[row].more; more != 0 {
		return x.narrow[more-1]
	}
	return nil
}

// severalParts is the sign of a row with several keys of one part.
const severalParts = 255

// partSign is eight bits of a narrower key, nought only for none.
func partSign(key uint32) uint32 {
	if key == 0 {
		return 0
	}
	return min(max(key&255, 1), severalParts-1)
}

// settle works out what follows from which records there are, and makes room for guests.
func (x *Index) settle() {
	n := len(x.rows)
	for k := range x.tables {
		each := pairsPerRecord
		if rules[k].loose() {
			each = loosePairs
			switch {
			case n > x.loose:
				x.tables[k] = nil
			case x.tables[k] == nil && !x.rests[k]:
				x.fill(k)
			}
		}
		if t := x.tables[k]; t != nil {
			x.largest[k] = t.largestWhole(each * n)
		}
	}
	x.makeRoom()
}
