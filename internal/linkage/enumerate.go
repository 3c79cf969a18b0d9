package linkage

import (
	"math/bits"
	"slices"
)

// visit is called for each pair, i < j, with the number of the goroutine (below columns.workers) and of the piece of work it is in:
// the pairs of a piece come from one goroutine in the same order every time.
type visit func(worker, piece int, rule uint8, i, j uint32)

// sample says which pairs are visited: all when oneIn is 1, else those whose first record's hash is one in so many. All pairs of a record
// with later ones are in or out together, so that what is out costs nothing.
type sample uint64

func (s sample) has(i uint32) bool {
	part, _ := bits.Mul64(mix(uint64(i)+1), uint64(s))
	return part == 0
}

// run finds the pairs, and visits those in the sample that the sieve, if there is one, does not rule out. done is told from one
// goroutine how many pieces of b.work have been begun.
func (b *blocks) run(of sample, s *sieve, done func(pieces int), do visit) {
	b.cuts, b.left = nil, 0
	clear(b.found)
	workers := make([]enumeration, b.c.workers)
	cuts := make([][]Cut, len(b.work))
	inParallel(b.c.workers, len(b.work), 1, func(worker, piece, _ int) {
		if b.ctx.Err() != nil {
			return
		}
		if worker == 0 {
			done(piece)
		}
		e := &workers[worker]
		if e.b == nil {
			*e = enumeration{b: b, of: of, sieve: s, worker: worker, do: do, found: make([]int64, len(b.rules))}
		}
		e.piece, e.rule, e.cuts = piece, b.work[piece].rule, nil
		e.work(b.work[piece])
		cuts[piece] = e.cuts
	})
	for w := range workers {
		for k, n := range workers[w].found {
			b.found[k] += n
		}
		b.left += workers[w].left
	}
	for _, list := range cuts {
		b.cuts = append(b.cuts, list...)
	}
}

// enumeration is the work of one goroutine, on one piece after the other. Of the rows of several blocks it gathers side by side what
// pairs are sifted by, because rows lie far apart in memory and each is in many pairs: steps through memory that do not wait for each other
// are taken together.
type enumeration struct {
	b      *blocks
	of     sample
	sieve  *sieve
	do     visit
	worker int
	piece  int
	rule   uint8
	narrow uint32 // the key of the part at hand, of a block that is cut
	found  []int64
	left   int64
	cuts   []Cut
	list   []uint64 // of a cut block, key<<32 | row
	room   []uint64 // to sort it in
	part   []uint32 // of a cut block, the rows of one part
	rows   []uint32 // gathered, group by group
	groups []gathered
	signs  []sign // of the gathered rows
	words  int    // of signs, that hold keys
	met    uint32 // of no meaning: it has rows fetched
	faces  []face
	kept   [][2]uint32 // pairs that the sieve did not rule out
}

// gathered are rows side by side whose pairs are to be visited: a block, or one part of a cut block.
type gathered struct {
	end   int // where in rows it ends; it begins where the one before ends
	after int // with how many of those after it each record is compared
	// The key of the block, and in a block that is cut the narrower one.
	key, narrow uint32
}

// gatheredAtOnce is about how many rows are gathered before their pairs are visited: few enough to stay at hand.
const gatheredAtOnce = 256

func (e *enumeration) work(w stretch) {
	if int(w.rule) == e.b.width {
		e.tiles(w.from, w.to)
		return
	}
	s := &e.b.sorted[w.rule]
	for n := w.from; n < w.to; n++ {
		rows := s.block(n)
		if !s.isCut(n) {
			e.add(rows, s.keys[n], 0, -1, len(rows))
			continue
		}
		e.pairs(-1)
		before := e.found[e.rule]
		e.cut(rows, s.keys[n])
		size := int64(len(rows))
		e.cuts = append(e.cuts, Cut{e.b.rules[e.rule].name, len(rows), size * (size - 1) / 2, e.found[e.rule] - before})
	}
	e.pairs(-1)
}

// add has the pairs of a block, or of one part of a cut block, visited, each record with so many of those after it: of a sample at
// once, else before or when pairs is next called.
func (e *enumeration) add(rows []uint32, key, narrow uint32, part, after int) {
	if e.of > 1 {
		e.narrow = narrow
		e.sampled(rows, key, part, after)
		return
	}
	e.rows = append(e.rows, rows...)
	e.groups = append(e.groups, gathered{len(e.rows), after, key, narrow})
	if len(e.rows) >= gatheredAtOnce {
		e.pairs(part)
	}
}

// sampled visits the pairs of a block that are in the sample.
func (e *enumeration) sampled(rows []uint32, key uint32, part, after int) {
	for x, i := range rows {
		if !e.of.has(i) {
			continue
		}
		others := rows[x+1 : min(len(rows), x+1+after)]
		for _, j := range others { // fetched together
			e.met |= e.b.keysOf(j)[0]
		}
		for _, j := range others {
			if e.first(key, i, j, part) {
				e.kept = append(e.kept, [2]uint32{i, j})
			}
		}
		e.visitKept()
	}
}

// pairs visits the pairs of all groups that were added since it was last called, all of one part.
func (e *enumeration) pairs(part int) {
	e.gather(part)
	from := 0
	for _, g := range e.groups {
		e.narrow = g.narrow
		for x := from; x < g.end; x++ {
			e.against(x, x+1, min(g.end, x+1+g.after), g.key, part)
		}
		from = g.end
	}
	e.visitKept()
	e.rows, e.groups = e.rows[:0], e.groups[:0]
}

func (e *enumeration) visit(i, j uint32) {
	e.found[e.rule]++
	e.do(e.worker, e.piece, e.rule, i, j)
}

// gather puts side by side what the pairs of the rows are sifted by.
func (e *enumeration) gather(part int) {
	b, k, n := e.b, int(e.rule), len(e.rows)
	parts := b.rules[k].parts[:max(part, 0)]
	e.words = (k + len(parts) + 7) / 8
	for _, row := range e.rows { // steps through memory that do not wait for each other are taken together
		e.met |= b.keysOf(row)[0]
	}
	e.signs = slices.Grow(e.signs[:0], n)[:n]
	for x, row := range e.rows {
		keys := b.keysOf(row)
		s := signOf(keys[:k])
		for at, p := range parts {
			s.add(k+at, b.part(row, p))
		}
		if keys[b.width] != 0 {
			s[signWords-1] |= signSeveral
		}
		e.signs[x] = s
	}
	if e.sieve != nil {
		e.faces = slices.Grow(e.faces[:0], n)[:n]
		for x, row := range e.rows {
			e.faces[x] = e.sieve.faces[row]
		}
	}
}

// against visits the pairs of gathered row x with those of from up to to.
func (e *enumeration) against(x, from, to int, key uint32, part int) {
	a, i := &e.signs[x], e.rows[x]
	for y := from; y < to; y++ {
		if b := &e.signs[y]; a.mayShare(b, e.words) && !e.firstOfSigned(a, b, key, i, e.rows[y], part) {
			continue
		}
		if e.sieve != nil && e.sieve.hopeless(i, e.rows[y], &e.faces[x], &e.faces[y]) {
			e.found[e.rule]++
			continue
		}
		e.kept = append(e.kept, [2]uint32{i, e.rows[y]})
	}
}

// visitKept visits the pairs that were kept, whose records are fetched together.
func (e *enumeration) visitKept() {
	records := e.b.c.records
	for _, pair := range e.kept {
		e.met |= records[pair[0]].forename | records[pair[1]].forename
	}
	for _, pair := range e.kept {
		e.visit(pair[0], pair[1])
	}
	e.kept = e.kept[:0]
}

// tiles visits every pair of a record of one tile with one of another, or of those of one tile.
func (e *enumeration) tiles(x, y int) {
	n := e.b.linked
	e.rows = e.rows[:0]
	for _, t := range []int{x, y}[:min(2, 1+y-x)] {
		for row := t * tile; row < min(n, (t+1)*tile); row++ {
			e.rows = append(e.rows, uint32(row))
		}
	}
	e.gather(-1)
	from := tile
	for i := range min(tile, len(e.rows)) {
		if x == y {
			from = i + 1
		}
		if e.of.has(e.rows[i]) {
			e.against(i, from, len(e.rows), 0, -1)
			e.visitKept()
		}
	}
	e.rows = e.rows[:0]
}

// cut visits the pairs of a large block that agree in any part of its rule.
func (e *enumeration) cut(rows []uint32, key uint32) {
	for _, row := range rows { // fetched together
		e.met |= e.b.part(row, 0) | e.b.keysOf(row)[0]
	}
	for n, p := range e.b.rules[e.rule].parts {
		list, wanted := e.list[:0], e.wanted(rows, p)
		for _, row := range rows {
			e.b.eachPart(row, p, func(k uint32) {
				if wanted>>(k&63)&1 != 0 {
					list = append(list, uint64(k)<<32|uint64(row))
				}
			})
		}
		list, e.room = radixSort(list, slices.Grow(e.room[:0], len(list))[:len(list)])
		e.list = list
		for from := 0; from < len(list); {
			to := blockEnd(list, from)
			after := to - from
			if after > largestPart && !e.b.c.held {
				e.left += leftOut(after)
				after = neighbours
			}
			if after > 1 {
				e.part = e.part[:0]
				for _, entry := range list[from:to] {
					e.part = append(e.part, uint32(entry))
				}
				e.add(e.part, key, uint32(list[from]>>32), n, after)
			}
			from = to
		}
		e.pairs(n)
	}
}

// wanted has, by the last six bits of keys, those of a part whose rows may make pairs that are visited: of a sample, few.
func (e *enumeration) wanted(rows []uint32, p part) (marks uint64) {
	if e.of <= 1 {
		return ^marks
	}
	for _, row := range rows {
		if e.of.has(row) {
			e.b.eachPart(row, p, func(k uint32) { marks |= 1 << (k & 63) })
		}
	}
	return marks
}

// leftOut is how many pairs of a part of so many records are not those of neighbours.
func leftOut(size int) int64 {
	n := int64(size - neighbours)
	return n * (n - 1) / 2
}

func (b *blocks) part(row uint32, p part) uint32 { return b.parts[int(row)*int(partSorts)+int(p)] }

// eachPart gives all keys of a row by which blocks are cut in one way.
func (b *blocks) eachPart(row uint32, p part, do func(key uint32)) {
	key := b.part(row, p)
	if key == 0 {
		return // who has no first key has no further ones
	}
	do(key)
	for _, e := range b.furtherKeys(row) {
		if e.rule == partRule+uint8(p) {
			do(e.key)
		}
	}
}

// agreeInPart says whether two records with one key at most of each part agree in any of the first n parts of a rule.
func (b *blocks) agreeInPart(k int, i, j uint32, n int) bool {
	for _, p := range b.rules[k].parts[:n] {
		if x := b.part(i, p); x != 0 && x == b.part(j, p) {
			return true
		}
	}
	return false
}

// first says whether a pair was not found before: by an earlier rule, by another key of this rule, or by an earlier part of the
// cut block (part is the number of this one, or -1).
func (e *enumeration) first(key, i, j uint32, part int) bool {
	b := e.b
	x, y := b.keysOf(i), b.keysOf(j)
	if x[b.width]|y[b.width] != 0 {
		return e.firstOfSeveral(key, i, j, part)
	}
	return e.firstOfKeys(x[:e.rule], y[:e.rule], i, j, part)
}

// firstOfKeys is first for two rows with one key at most of each rule: those of the rules before the one at hand.
func (e *enumeration) firstOfKeys(x, y []uint32, i, j uint32, part int) bool {
	b := e.b
	for k := range x {
		if b.findsPair(k, x[k], y[k], i, j) {
			return false
		}
	}
	return part <= 0 || !b.agreeInPart(int(e.rule), i, j, part)
}

// findsPair says whether a rule of which two rows have these keys, and no others, finds the pair.
func (b *blocks) findsPair(k int, x, y, i, j uint32) bool {
	return x == y && x != 0 && (x&cutMark == 0 || b.agreeInPart(k, i, j, len(b.rules[k].parts)))
}

// firstOfSigned is first for two rows with signs that may share something: it looks at that alone.
func (e *enumeration) firstOfSigned(s, t *sign, key, i, j uint32, part int) bool {
	if (s[signWords-1]|t[signWords-1])&signSeveral != 0 {
		return e.firstOfSeveral(key, i, j, part)
	}
	b := e.b
	x, y := b.keysOf(i), b.keysOf(j)
	for w := range e.words {
		for shared := s.shared(t, w); shared != 0; shared &= shared - 1 {
			k := 8*w + bits.TrailingZeros64(shared)/8
			if k < int(e.rule) {
				if b.findsPair(k, x[k], y[k], i, j) {
					return false
				}
			} else if p := b.rules[e.rule].parts[k-int(e.rule)]; b.part(i, p) == b.part(j, p) {
				return false
			}
		}
	}
	return true
}

// firstOfSeveral is the same test for records with several keys of a rule or of a part: whether (rule, key, part, key of the part) is the first
// of all under which the pair is found.
func (e *enumeration) firstOfSeveral(key, i, j uint32, part int) bool {
	b := e.b
	for k := range int(e.rule) {
		if b.leastShared(k, i, j) != 0 {
			return false
		}
	}
	if int(e.rule) < b.width && b.leastShared(int(e.rule), i, j)&^cutMark != key&^cutMark {
		return false
	}
	return part < 0 || !b.shareParts(int(e.rule), i, j, part) && b.leastPart(b.rules[e.rule].parts[part], i, j) == e.narrow
}

// leastShared is the least key of a rule under which the pair is found; 0 when there is none.
func (b *blocks) leastShared(k int, i, j uint32) (least uint32) {
	x, y := b.keysOf(i), b.keysOf(j)
	if x[b.width]|y[b.width] == 0 {
		if b.findsPair(k, x[k], y[k], i, j) {
			return x[k]
		}
		return 0
	}
	b.eachShared(uint8(k), x[k], y[k], i, j, func(key uint32) {
		if (least == 0 || key&^cutMark < least&^cutMark) && (key&cutMark == 0 || b.shareParts(k, i, j, len(b.rules[k].parts))) {
			least = key
		}
	})
	return least
}

// shareParts says whether two records, with however many keys, agree in any of the first n parts of a rule.
func (b *blocks) shareParts(k int, i, j uint32, n int) bool {
	for _, p := range b.rules[k].parts[:n] {
		if b.leastPart(p, i, j) != 0 {
			return true
		}
	}
	return false
}

// leastPart is the least key of a part that two records share; 0 when there is none.
func (b *blocks) leastPart(p part, i, j uint32) (least uint32) {
	b.eachShared(partRule+uint8(p), b.part(i, p), b.part(j, p), i, j, func(key uint32) {
		if least == 0 || key < least {
			least = key
		}
	})
	return least
}

// eachShared gives the keys of a rule, or of a part, that two rows share, of which x and y are the first.
func (b *blocks) eachShared(rule uint8, x, y, i, j uint32, do func(key uint32)) {
	if x == 0 || y == 0 {
		return // who has no first key has no further ones
	}
	if x == y {
		do(x)
	}
	ei, ej := b.furtherKeys(i), b.furtherKeys(j)
	for _, e := range ei {
		if e.rule == rule && e.key == y {
			do(y)
		}
	}
	for _, f := range ej {
		if f.rule != rule {
			continue
		}
		if f.key == x {
			do(x)
		}
		for _, e := range ei {
			if e.rule == rule && e.key == f.key {
				do(f.key)
			}
		}
	}
}
