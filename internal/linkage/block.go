package linkage

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// pairsPerRecord is how many pairs a record a rule may find in whole blocks. Its largest blocks are cut to keep to it, so
	// that the work grows with the records and not with their square.
	pairsPerRecord = 9
	// loosePairs is the same of a loose rule, whose larger blocks are passed over.
	loosePairs = 2
	// smallestCut is the size up to which a block is never cut.
	smallestCut = 12
	// largestPart is how many a part may have before each of its records is compared with its next neighbours only.
	largestPart = 1500
	neighbours  = 50
	// cutMark marks the key of a block that is cut.
	cutMark = 1 << 31
	// tile is how many records are set against as many others at a time where every pair is compared.
	tile = 512
)

// blocks finds each pair of records that any rule finds, once, without ever holding the pairs.
type blocks struct {
	c       *columns
	linked  int             // records, from the first, that are linked; those behind them only say which blocks are cut
	rules   []rule          // those whose fields the records have
	ctx     context.Context // when it ends, pairs end
	width   int             // rules with keys
	keys    []uint32        // row by row, the first key of each rule, and then where in extra the further ones are; stride each
	stride  int             // whole lines of memory of 64 bytes
	parts   []uint32        // the first of each of the keys by which blocks are cut, row by row
	extra   [][]extraKey    // further keys, and keys by which blocks are cut, of the rows that have any; the first list is empty
	sorted  []sortedRule    // of each rule with keys
	work    []stretch       // pieces of about as many pairs each, rule by rule
	cuts    []Cut           // blocks that were cut
	resting []string        // loose rules that do not hold for so many records
	left    int64           // pairs left out, in parts that were still too large
	found   []int64         // pairs found by each rule
}

// extraKey is a second or later key of a rule, or, with partRule added to the number of the part, of those by which blocks are cut.
type extraKey struct {
	rule uint8
	key  uint32
}

const partRule = 128

// Cut reports one block that was too large to compare every pair in it. Pairs that agree in no part of it may have been found by
// another rule.
type Cut struct {
	Rule     string
	Records  int
	Pairs    int64 // in the block
	Compared int64 // of them, because two records agreed in a part and no earlier rule had found them
}

// Passed reports what a loose rule passed over: blocks that were too large for it. Their pairs may have been found by other rules.
type Passed struct {
	Rule   string
	Blocks int
	Pairs  int64
}

// sortedRule are the blocks of one rule that hold more than one record, in the order of their keys.
type sortedRule struct {
	rows    []uint32 // block by block, rising within each
	ends    []uint32 // where in rows each block ends; it begins where the one before ends
	keys    []uint32 // the key of each block, with its mark
	largest int      // size of the largest block that is not cut
	passed  Passed   // what a loose rule passed over
}

func (s *sortedRule) block(n int) []uint32 {
	from := uint32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return s.rows[from:s.ends[n]]
}

// isCut says whether a block is cut.
func (s *sortedRule) isCut(n int) bool { return s.keys[n]&cutMark != 0 }

// stretch is one piece of the work: blocks from up to to of a rule, or where every pair is compared the records of tile from
// against those of tile to.
type stretch struct {
	rule     uint8
	from, to int
}

// newBlocks puts the records in blocks by the rules that they have fields for. The last of a list may be the rule of every pair; it holds
// for few records, or when all is true.
func newBlocks(ctx context.Context, c *columns, list []rule, all bool) *blocks {
	n := len(c.records)
	b := &blocks{c: c, ctx: ctx, linked: c.linked(), extra: make([][]extraKey, 1)}
	for _, r := range list {
		switch holds := r.keys != nil && !slices.ContainsFunc(r.needs, func(f Field) bool { return !c.said(f) }); {
		case holds && r.loose() && c.counted() > looseUpTo:
			b.resting = append(b.resting, r.name)
		case holds, r.keys == nil && (all || c.counted() <= everyPair):
			b.rules = append(b.rules, r)
		}
	}
	b.found = make([]int64, len(b.rules))
	b.width = len(b.rules)
	if b.width > 0 && b.rules[b.width-1].keys == nil {
		b.width--
	}
	b.stride = (b.width + 1 + 15) &^ 15
	b.keys, b.parts = make([]uint32, b.stride*n), make([]uint32, int(partSorts)*n)
	var lock sync.Mutex
	inParallel(c.workers, n, 4096, func(_, from, to int) { b.fill(from, to, &lock) })
	b.sorted = make([]sortedRule, b.width)
	room := make([]sorting, c.workers)
	inParallel(c.workers, b.width, 1, func(worker, k, _ int) {
		if ctx.Err() == nil {
			b.order(k, &room[worker])
		}
	})
	b.divide()
	return b
}

// release lets go of what pairs are found by, when all have been; the counts stay.
func (b *blocks) release() {
	b.keys, b.parts, b.extra = nil, nil, nil
	for k := range b.sorted {
		s := &b.sorted[k]
		s.rows, s.ends, s.keys = nil, nil, nil
	}
}

// fill works out the keys of some rows: of one rule after the other for a few rows at a time, so that steps through memory for one row do not
// wait for those of the row before.
func (b *blocks) fill(from, to int, lock *sync.Mutex) {
	const atOnce = 64
	var seen [atOnce][]extraKey // of each of the rows at hand
	var slot *uint32
	var more *[]extraKey
	rule := uint8(0)
	put := func(key uint64) {
		switch short := shortKey(key); {
		case short == 0 || short == *slot:
		case *slot == 0:
			*slot = short
		case !contains(*more, extraKey{rule, short}):
			*more = append(*more, extraKey{rule, short})
		}
	}
	for ; from < to; from += atOnce {
		few := b.c.records[from:min(from+atOnce, to)]
		clear(b.keys[from*b.stride:][:len(few)*b.stride]) // see written
		clear(b.parts[from*int(partSorts):][:len(few)*int(partSorts)])
		for k := range b.width {
			rule = uint8(k)
			for x := range few {
				slot, more = &b.keysOf(uint32(from + x))[k], &seen[x]
				b.rules[k].keys(b.c, &few[x], put)
			}
		}
		for p := range partSorts {
			rule = partRule + uint8(p)
			for x := range few {
				slot, more = &b.parts[(from+x)*int(partSorts)+int(p)], &seen[x]
				b.c.eachPart(p, &few[x], put)
			}
		}
		for x := range few {
			if len(seen[x]) > 0 {
				lock.Lock()
				b.keysOf(uint32(from + x))[b.width] = uint32(len(b.extra))
				b.extra = append(b.extra, slices.Clone(seen[x]))
				lock.Unlock()
				seen[x] = seen[x][:0]
			}
		}
	}
}

// sorting is room to sort in, used again for one rule after the other.
type sorting struct {
	list, scratch []uint64 // key<<32 | row
	sizes         []uint32 // of blocks, by which they are cut: records that count
}

// order sorts the keys of a rule into blocks and marks the keys of those that will be cut.
func (b *blocks) order(k int, room *sorting) {
	n := len(b.c.records)
	list := slices.Grow(room.list[:0], n)
	for row := range n {
		if key := b.keysOf(uint32(row))[k]; key != 0 {
			list = append(list, uint64(key)<<32|uint64(row))
		}
		further := b.furtherKeys(uint32(row))
		for i := range further {
			if e := &further[i]; int(e.rule) == k { // another rule's key may just be marked by another goroutine
				list = append(list, uint64(e.key)<<32|uint64(row))
			}
		}
	}
	list, room.scratch = radixSort(list, slices.Grow(room.scratch[:0], len(list))[:len(list)])
	room.list = list
	s := &b.sorted[k]
	rows, number := 0, 0
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		if to-from > 1 {
			rows, number = rows+to-from, number+1
		}
		from = to
	}
	s.rows, s.ends, s.keys = make([]uint32, 0, rows), make([]uint32, 0, number), make([]uint32, 0, number)
	sizes := room.sizes[:0]
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		if to-from > 1 {
			size := to - from
			for _, e := range list[from:to] {
				row := uint32(e)
				if int(row) < b.linked {
					s.rows = append(s.rows, row)
				}
				if b.c.since > 0 && b.c.records[row].flags&cameSince != 0 {
					size--
				}
			}
			s.ends = append(s.ends, uint32(len(s.rows)))
			s.keys = append(s.keys, uint32(list[from]>>32))
			sizes = append(sizes, uint32(size))
		}
		from = to
	}
	room.sizes = sizes
	each := pairsPerRecord
	if b.rules[k].loose() {
		each = loosePairs
	}
	s.largest = largestWhole(sizes, each*b.c.counted())
	for n := range s.ends {
		if int(sizes[n]) > s.largest {
			for _, row := range s.block(n) {
				b.mark(row, k, s.keys[n])
			}
			s.keys[n] |= cutMark
		}
	}
	if b.rules[k].loose() {
		s.dropCut()
		s.passed.Rule = b.rules[k].name
	}
}

// dropCut leaves out the blocks that would be cut.
func (s *sortedRule) dropCut() {
	rows, ends, keys := s.rows[:0], s.ends[:0], s.keys[:0]
	from := uint32(0)
	for n, to := range s.ends {
		if !s.isCut(n) {
			rows = append(rows, s.rows[from:to]...)
			ends, keys = append(ends, uint32(len(rows))), append(keys, s.keys[n])
		} else {
			size := int64(to - from)
			s.passed.Blocks++
			s.passed.Pairs += size * (size - 1) / 2
		}
		from = to
	}
	s.rows, s.ends, s.keys = rows, ends, keys
}

// largestWhole is the largest size at which the blocks of up to that size have no more pairs than a rule may find.
func largestWhole(sizes []uint32, pairs int) int {
	blocksOf := map[int]int{}
	for _, size := range sizes {
		blocksOf[int(size)]++
	}
	largest := smallestCut
	for _, size := range slices.Sorted(maps.Keys(blocksOf)) {
		if pairs -= blocksOf[size] * size * (size - 1) / 2; pairs < 0 {
			break
		}
		largest = max(largest, size)
	}
	return largest
}

func (b *blocks) mark(row uint32, k int, key uint32) {
	if p := &b.keysOf(row)[k]; *p == key {
		*p |= cutMark
		return
	}
	extra := b.furtherKeys(row)
	for i := range extra {
		if int(extra[i].rule) == k && extra[i].key == key {
			extra[i].key |= cutMark
		}
	}
}

// keysOf are the first keys of a row, by rule, and then where in extra its further ones are; nought where it has none.
func (b *blocks) keysOf(row uint32) []uint32 {
	return b.keys[int(row)*b.stride:][:b.width+1]
}

// furtherKeys are the second and later keys of a row, of rules and of parts.
func (b *blocks) furtherKeys(row uint32) []extraKey { return b.extra[b.keysOf(row)[b.width]] }

// radixSort orders by the upper 31 of 64 bits, least digit first, keeping the order of equals, of which the lower bits rise. The two
// lists are as long; one of them comes back sorted.
func radixSort(list, scratch []uint64) (sorted, other []uint64) {
	const digit = 11
	if len(list) < 1<<digit/4 {
		slices.Sort(list) // more quickly than so many digits are counted
		return list, scratch
	}
	for shift := 32; shift < 64; shift += digit {
		var count [1 << digit]int
		for _, e := range list {
			count[e>>shift&(1<<digit-1)]++
		}
		sum := 0
		for i, n := range count {
			count[i] = sum
			sum += n
		}
		for _, e := range list {
			d := e >> shift & (1<<digit - 1)
			scratch[count[d]] = e
			count[d]++
		}
		list, scratch = scratch, list
	}
	return list, scratch
}

// blockEnd is where the run of equal keys that begins at from ends.
func blockEnd(list []uint64, from int) int {
	key := list[from] >> 32
	to := from + 1
	for to < len(list) && list[to]>>32 == key {
		to++
	}
	return to
}

// divide parts the blocks into pieces of about as many pairs each. The pieces do not depend on the number of goroutines.
func (b *blocks) divide() {
	const pairsEach = 100_000
	for k := range b.sorted {
		s := &b.sorted[k]
		start, pairs := 0, 0
		for n := range s.ends {
			if size := len(s.block(n)); s.isCut(n) {
				pairs += size * s.largest
			} else {
				pairs += size * (size - 1) / 2
			}
			if pairs >= pairsEach || n == len(s.ends)-1 {
				b.work = append(b.work, stretch{uint8(k), start, n + 1})
				start, pairs = n+1, 0
			}
		}
	}
	if len(b.rules) == b.width {
		return
	}
	tiles := (b.linked + tile - 1) / tile
	for x := range tiles {
		for y := x; y < tiles; y++ {
			b.work = append(b.work, stretch{uint8(b.width), x, y})
		}
	}
}

// inParallel calls do for stretches of n things, at most step each, on so many goroutines; worker tells them apart. One stretch is done in place.
func inParallel(workers, n, step int, do func(worker, from, to int)) {
	if n <= step {
		if n > 0 {
			do(0, 0, n)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range min(workers, (n+step-1)/step) {
		wait.Go(func() {
			for {
				from := int(next.Add(int64(step))) - step
				if from >= n {
					return
				}
				do(worker, from, min(from+step, n))
			}
		})
	}
	wait.Wait()
}
