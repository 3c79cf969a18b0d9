package linkage

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"throughline/internal/fault"
	"throughline/internal/id"
)

// ErrOtherRun is why LinkSince cannot go on: the people it was given are not those of a run of these records by this model.
var ErrOtherRun = fault.New(fault.Conflict, "other-run", "The people of the earlier run are not those that its records make.",
	"Link all records anew.")

// LinkSince gives what Link would of records that are held to an earlier run, by that run's model and the same options but for answers: it
// compares only what it must, and leaves all others' people as they were. before has, of each record, its person in the earlier run, or in the
// last that was held to it; 0 for a record that was not there. again names records whose people are joined anew whatever came: those that
// that last run joined anew, and those of answers that counted then and do no more. The records of answers that count are joined anew in any case.
//
// Of Result, Links and Review are of the people joined anew, and so are, of its report, the pairs, groups and parts; Quality and Sample are empty.
// anew says of each record whether it is of them. It gives ErrOtherRun where before cannot be, and what Link gives.
func (l *Linker) LinkSince(ctx context.Context, o Options, before []id.Person, again []uint32) (r *Result, anew []bool, err error) {
	return l.linkSince(ctx, o, rules, before, again)
}

func (l *Linker) linkSince(ctx context.Context, o Options, list []rule, before []id.Person, again []uint32) (*Result, []bool, error) {
	o.Sample = 0
	progress, err := l.ready(&o)
	if err != nil {
		return nil, nil, err
	}
	l.hold()
	if o.Model == nil || len(before) != l.Records() || slices.ContainsFunc(again, func(row uint32) bool { return int(row) >= len(before) }) {
		return nil, nil, ErrOtherRun
	}
	progress("Find pairs", 0, 0)
	c := l.c
	b := newBlocks(ctx, c, o.Model.holding(list), o.Exhaustive)
	l.s = newScorer(c, c.totals(), o.Model)
	spread := newSpread(b, l.s)
	for row := range before {
		if before[row] == 0 || c.records[row].flags&cameSince != 0 {
			spread.add(uint32(row))
		}
	}
	for _, a := range o.Answers {
		spread.add(a.A)
		spread.add(a.B)
	}
	for _, row := range again {
		spread.add(row)
	}
	spread.fromFormer()
	if err := spread.out(ctx, progress); err != nil {
		return nil, nil, err
	}
	progress("Join", 0, 0)
	b.release()
	j := newJoiner(l.s, &o, b, spread.edges)
	if j.heads, err = spread.heads(before); err != nil {
		return nil, nil, err
	}
	j.join()
	j.result.Quality = nil
	j.result.Report = l.report(b, j)
	anew := make([]bool, len(before))
	for row := range anew {
		anew[row] = spread.round[row] != 0
	}
	return j.result, anew, ctx.Err()
}

// spread finds the records that hang together, by pairs that may be of one person, with any that it begins from.
type spread struct {
	b       *blocks
	s       *scorer
	narrow  [][]atomic.Pointer[narrowed] // of each rule and block that is cut
	round   []uint32                     // of each record, when it was reached, from 1; 0 for those that are not
	now     uint32
	front   []uint32 // reached and not yet compared
	edges   []edge
	workers []spreader
}

// spreader is the work of one goroutine.
type spreader struct {
	met   []uint32 // of each record, the last turn in which it was met
	turn  uint32
	pair  compared
	edges []edge
	found []int64
}

// narrowed is a block that is cut: the rows of each part, by their narrower keys.
type narrowed [partSorts][]uint64

func newSpread(b *blocks, s *scorer) *spread {
	r := &spread{b: b, s: s, narrow: make([][]atomic.Pointer[narrowed], b.width), round: make([]uint32, b.linked), now: 1,
		workers: make([]spreader, b.c.workers)}
	for k := range r.narrow {
		r.narrow[k] = make([]atomic.Pointer[narrowed], len(b.sorted[k].ends))
	}
	return r
}

// add takes a record to begin from, or one that was reached.
func (r *spread) add(row uint32) {
	if r.round[row] == 0 {
		r.round[row] = r.now
		r.front = append(r.front, row)
	}
}

// fromFormer begins from all records that may be of one person with one that stands no more: without it they may be other people.
func (r *spread) fromFormer() {
	c := r.b.c
	r.each(len(c.former), func(w *spreader, i int) {
		f := c.former[i]
		w.partners(r, f.row, func(rule uint8, row uint32) {
			w.found[rule]++
			a, b := f.row, row
			if row < f.number {
				a, b = b, a
			}
			if bits := w.weigh(r.s, a, b); bits >= groupedFrom {
				w.edges = append(w.edges, edge{row, row, float32(bits), rule})
			}
		})
	})
	for i := range r.workers {
		w := &r.workers[i]
		for _, e := range w.edges {
			r.add(e.a)
		}
		w.edges = nil
	}
}

// out goes on from what is reached until nothing more is.
func (r *spread) out(ctx context.Context, progress func(string, int, int)) error {
	reached := 0
	for len(r.front) > 0 {
		reached += len(r.front)
		progress("Compare", reached, 0)
		front := r.front
		r.each(len(front), func(w *spreader, i int) {
			if ctx.Err() != nil {
				return
			}
			row := front[i]
			w.partners(r, row, func(rule uint8, other uint32) {
				switch when := r.round[other]; {
				case when != 0 && when < r.now, when == r.now && other <= row:
					return // compared when the other's turn came, or will be
				}
				w.found[rule]++
				a, b := min(row, other), max(row, other)
				if bits := w.weigh(r.s, a, b); bits >= groupedFrom {
					w.edges = append(w.edges, edge{a, b, float32(bits), rule})
				}
			})
		})
		if err := ctx.Err(); err != nil {
			return err
		}
		r.front = nil
		r.now++
		for i := range r.workers {
			w := &r.workers[i]
			for _, e := range w.edges {
				r.add(e.a)
				r.add(e.b)
			}
			r.edges = append(r.edges, w.edges...)
			w.edges = w.edges[:0]
		}
	}
	for i := range r.workers {
		for k, n := range r.workers[i].found {
			r.b.found[k] += n
		}
	}
	return nil
}

// each does n things, on all goroutines.
func (r *spread) each(n int, do func(w *spreader, i int)) {
	inParallel(len(r.workers), n, 16, func(worker, from, to int) {
		w := &r.workers[worker]
		if w.met == nil {
			w.met, w.found = make([]uint32, len(r.round)), make([]int64, len(r.b.rules))
		}
		for i := from; i < to; i++ {
			do(w, i)
		}
	})
}

func (w *spreader) weigh(s *scorer, a, b uint32) float64 {
	var p parts
	s.columns.compare(a, b, &w.pair)
	return s.score(&w.pair, &p)
}

// partners hands each record with which a run pairs one to meet, once, with the first rule that finds it.
func (w *spreader) partners(r *spread, row uint32, meet func(rule uint8, other uint32)) {
	b := r.b
	w.turn++
	take := func(k int, other uint32) {
		if other != row && w.met[other] != w.turn {
			w.met[other] = w.turn
			meet(uint8(k), other)
		}
	}
	further := b.furtherKeys(row)
	for k := range b.width {
		r.look(k, b.keysOf(row)[k], row, take)
		for _, e := range further {
			if int(e.rule) == k {
				r.look(k, e.key, row, take)
			}
		}
	}
	if len(b.rules) > b.width {
		for other := range uint32(b.linked) {
			take(b.width, other)
		}
	}
}

// look hands to take the records of the block that a key of a row leads to; of one that is cut, those that agree with the row in a part.
func (r *spread) look(k int, key, row uint32, take func(k int, other uint32)) {
	if key == 0 {
		return
	}
	s := &r.b.sorted[k]
	n, there := slices.BinarySearchFunc(s.keys, key&^cutMark, func(e, key uint32) int { return cmp.Compare(e&^cutMark, key) })
	switch {
	case !there:
		return
	case !s.isCut(n):
		for _, other := range s.block(n) {
			take(k, other)
		}
		return
	}
	in := r.narrowed(k, n)
	for p, part := range r.b.rules[k].parts {
		r.b.eachPart(row, part, func(key uint32) {
			mine := uint64(key)
			from, _ := slices.BinarySearch(in[p], mine<<32)
			for ; from < len(in[p]) && in[p][from]>>32 == mine; from++ {
				take(k, uint32(in[p][from]))
			}
		})
	}
}

// narrowed sorts the rows of a block that is cut, when the first asks. Two that ask at once may both do it, alike.
func (r *spread) narrowed(k, n int) *narrowed {
	at := &r.narrow[k][n]
	if in := at.Load(); in != nil {
		return in
	}
	in := new(narrowed)
	for p, part := range r.b.rules[k].parts {
		for _, row := range r.b.sorted[k].block(n) {
			r.b.eachPart(row, part, func(key uint32) { in[p] = append(in[p], uint64(key)<<32|uint64(row)) })
		}
		slices.Sort(in[p])
	}
	at.Store(in)
	return in
}

// heads gives the first record of each record's person for those that were not reached, and itself for those that were.
func (r *spread) heads(before []id.Person) ([]uint32, error) {
	heads := make([]uint32, len(before))
	first := map[id.Person]uint32{}
	for row, p := range before {
		heads[row] = uint32(row)
		if r.round[row] != 0 {
			continue
		}
		if f, met := first[p]; met {
			heads[row] = f
		} else {
			first[p] = uint32(row)
		}
	}
	for row, p := range before {
		if _, left := first[p]; left && r.round[row] != 0 && r.b.c.records[row].flags&cameSince == 0 {
			return nil, ErrOtherRun
		}
	}
	return heads, nil
}
