package linkage

import "slices"

// visit is called for each pair, i < j, with the number of the goroutine (below columns.workers) and of the piece of work it is in:
// the pairs of a piece come from one goroutine in the same order every time.
type visit func(worker, piece int, rule uint8, i, j uint32)

// sample says which pairs are visited: all when oneIn is 1, else those whose first record's hash is one in so many. All pairs of a record
// with later ones are in or out together, so that what is out costs nothing.
type sample uint64

func (s sample) has(i uint32) bool { return s == 1 || mix(uint64(i)+1)%uint64(s) == 0 }

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

// enumeration is the work of one goroutine, on one piece after the other. Of the rows of a block it gathers side by side what
// pairs are sifted by, because rows lie far apart in memory and each is in many pairs.
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
	list   []uint64
	rows   []uint32
	keys   []uint32 // of the gathered rows, those of the rules before the one at hand
	signs  []sign
	words  int // of signs, that hold keys
	faces  []face
}

// fewRows is how many rows of a block are not worth gathering.
const fewRows = 3

func (e *enumeration) work(w stretch) {
	if int(w.rule) == e.b.width {
		e.tiles(w.from, w.to)
		return
	}
	s := &e.b.sorted[w.rule]
	for n := w.from; n < w.to; n++ {
		rows := s.block(n)
		if !s.isCut(n) {
			e.all(rows, s.keys[n], -1, len(rows))
			continue
		}
		before := e.found[e.rule]
		e.cut(rows, s.keys[n])
		size := int64(len(rows))
		e.cuts = append(e.cuts, Cut{e.b.rules[e.rule].name, len(rows), size * (size - 1) / 2, e.found[e.rule] - before})
	}
}

// all visits the pairs of a block, or of one part of a cut block, each record with so many of those after it.
func (e *enumeration) all(rows []uint32, key uint32, part, after int) {
	if len(rows) <= fewRows || e.of > 1 {
		for x, i := range rows {
			if !e.of.has(i) {
				continue
			}
			for _, j := range rows[x+1 : min(len(rows), x+1+after)] {
				if e.first(key, i, j, part) {
					e.visit(i, j)
				}
			}
		}
		return
	}
	e.gather(rows, part)
	for x := range rows {
		e.against(rows, x, x+1, min(len(rows), x+1+after), key, part)
	}
}

func (e *enumeration) visit(i, j uint32) {
	e.found[e.rule]++
	e.do(e.worker, e.piece, e.rule, i, j)
}

// gather puts side by side what the pairs of some rows are sifted by. It goes through the rows once for each array that it reads, because
// steps through memory that do not wait for each other are taken together.
func (e *enumeration) gather(rows []uint32, part int) {
	b, k, n := e.b, int(e.rule), len(rows)
	e.keys = slices.Grow(e.keys[:0], n*k)[:n*k]
	for x, row := range rows {
		copy(e.keys[x*k:(x+1)*k], b.keys[int(row)*b.width:][:k])
	}
	e.signs = slices.Grow(e.signs[:0], n)[:n]
	for x, row := range rows {
		e.signs[x].several = uint64(b.extraAt[row])
	}
	var parts []uint32
	e.words = (k + max(part, 0) + 7) / 8
	for x, row := range rows {
		if part > 0 {
			parts = parts[:0]
			for _, p := range b.rules[e.rule].parts[:part] {
				parts = append(parts, b.part(row, p))
			}
		}
		e.signs[x].set(e.keys[x*k:(x+1)*k], parts)
	}
	if e.sieve != nil {
		e.faces = slices.Grow(e.faces[:0], n)[:n]
		e.sieve.look(e.faces, rows)
	}
}

// against visits the pairs of gathered row x with those of from up to to.
func (e *enumeration) against(rows []uint32, x, from, to int, key uint32, part int) {
	a := &e.signs[x]
	i := rows[x]
	for y := from; y < to; y++ {
		if a.mayShare(&e.signs[y], e.words) && !e.firstGathered(rows, x, y, key, part) {
			continue
		}
		if e.sieve != nil && e.sieve.hopeless(&e.faces[x], &e.faces[y]) {
			e.found[e.rule]++
			continue
		}
		e.visit(i, rows[y])
	}
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
	if x == y {
		e.all(e.rows, 0, -1, n)
		return
	}
	e.gather(e.rows, -1)
	for i := range tile {
		if e.of.has(e.rows[i]) {
			e.against(e.rows, i, tile, len(e.rows), 0, -1)
		}
	}
}

// cut visits the pairs of a large block that agree in any part of its rule.
func (e *enumeration) cut(rows []uint32, key uint32) {
	for n, p := range e.b.rules[e.rule].parts {
		list := e.list[:0]
		for _, row := range rows {
			e.b.eachPart(row, p, func(k uint32) { list = append(list, uint64(k)<<32|uint64(row)) })
		}
		slices.Sort(list)
		e.list = list
		for from := 0; from < len(list); {
			to := blockEnd(list, from)
			e.rows = e.rows[:0]
			for _, entry := range list[from:to] {
				e.rows = append(e.rows, uint32(entry))
			}
			after := len(e.rows)
			if after > largestPart && !e.b.c.held {
				e.left += leftOut(after)
				after = neighbours
			}
			e.narrow = uint32(list[from] >> 32)
			e.all(e.rows, key, n, after)
			from = to
		}
	}
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
	if b.extraAt[row] == 0 {
		return
	}
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
	if b.extraAt[i]|b.extraAt[j] != 0 {
		return e.firstOfSeveral(key, i, j, part)
	}
	return e.firstOfKeys(b.keys[int(i)*b.width:][:e.rule], b.keys[int(j)*b.width:][:e.rule], i, j, part)
}

// firstGathered is first for two rows that are gathered.
func (e *enumeration) firstGathered(rows []uint32, x, y int, key uint32, part int) bool {
	if e.signs[x].several|e.signs[y].several != 0 {
		return e.firstOfSeveral(key, rows[x], rows[y], part)
	}
	k := int(e.rule)
	return e.firstOfKeys(e.keys[x*k:(x+1)*k], e.keys[y*k:(y+1)*k], rows[x], rows[y], part)
}

// firstOfKeys is first for two rows with one key at most of each rule: those of the rules before the one at hand.
func (e *enumeration) firstOfKeys(x, y []uint32, i, j uint32, part int) bool {
	b := e.b
	for k := range x {
		if x[k] == y[k] && x[k] != 0 && (x[k]&cutMark == 0 || b.agreeInPart(k, i, j, len(b.rules[k].parts))) {
			return false
		}
	}
	return part <= 0 || !b.agreeInPart(int(e.rule), i, j, part)
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
	b.eachShared(uint8(k), b.keys[int(i)*b.width+k], b.keys[int(j)*b.width+k], i, j, func(key uint32) {
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
