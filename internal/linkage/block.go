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
	pairsPerRecord = 10
	// smallestCut is the size up to which a block is never cut.
	smallestCut = 12
	// largestPart is how many a part may have before each of its records is compared with its next neighbours only.
	largestPart = 1500
	neighbours  = 50
	// cutMark marks the key of a block that is cut.
	cutMark = 1 << 31
)

// blocks finds each pair of records that any rule finds, once, without ever holding the pairs.
type blocks struct {
	c       *columns
	rules   []rule
	ctx     context.Context // when it ends, pairs end
	width   int             // rules
	keys    []uint32        // the first key of each rule, row by row
	extra   [][]extraKey    // further keys of the rows that have any; the first list is empty
	extraAt []uint32        // where in extra those of each row are
	cuts    []Cut           // blocks that were cut
	left    int64           // pairs left out, in parts that were still too large
	found   []int64         // pairs found by each rule
}

// extraKey is a second or later key of a rule.
type extraKey struct {
	rule uint8
	key  uint32
}

// Cut reports one block that was too large to compare every pair in it. Pairs that were not compared here may have been found by
// another rule.
type Cut struct {
	Rule     string
	Records  int
	Pairs    int64 // in the block
	Compared int64 // of them, because two records agreed in a part and no earlier rule had found them
}

func newBlocks(ctx context.Context, c *columns, rules []rule) *blocks {
	n := len(c.records)
	b := &blocks{c: c, ctx: ctx, rules: rules, width: len(rules), keys: make([]uint32, len(rules)*n), extra: make([][]extraKey, 1),
		extraAt: make([]uint32, n), found: make([]int64, len(rules))}
	var lock sync.Mutex
	inParallel(c.workers, n, 4096, func(_, from, to int) {
		for row := from; row < to; row++ {
			var seen []extraKey
			slot := b.keys[row*b.width : (row+1)*b.width]
			for k := range rules {
				rules[k].keys(c, &c.records[row], func(key uint64) {
					switch short := shortKey(key); {
					case short == 0 || short == slot[k]:
					case slot[k] == 0:
						slot[k] = short
					case !contains(seen, extraKey{uint8(k), short}):
						seen = append(seen, extraKey{uint8(k), short})
					}
				})
			}
			if seen != nil {
				lock.Lock()
				b.extraAt[row] = uint32(len(b.extra))
				b.extra = append(b.extra, seen)
				lock.Unlock()
			}
		}
	})
	return b
}

// visit is called for each pair, i < j, with the number of the goroutine (below columns.workers) and of the piece of work it is in:
// pieces are many, and the pairs of one come from one goroutine in the same order every time.
type visit func(worker, piece int, rule uint8, i, j uint32)

// sortedRule are the keys of a rule in order, and how its blocks are cut.
type sortedRule struct {
	list, scratch []uint64 // key<<32 | row
	largest       int      // size of the largest block that is not cut
}

// run finds the pairs: every pair, or about one in oneIn by a hash of its records. Before any pair of a rule is visited ready
// is told its number and how many pieces there are, counted over all rules so far; it is called from one goroutine. While one rule's pairs
// are visited the next rule's keys are put in order.
func (b *blocks) run(oneIn uint64, ready func(rule, pieces int), do visit) {
	b.cuts, b.left = nil, 0
	clear(b.found)
	pieces := 0
	var now, next sortedRule
	b.order(0, &next)
	for k := range b.rules {
		now, next = next, now
		ordered := make(chan struct{})
		go func() {
			if k+1 < len(b.rules) {
				b.order(k+1, &next)
			}
			close(ordered)
		}()
		work := b.divide(k, &now)
		first := pieces
		pieces += len(work)
		ready(k, pieces)
		found := make([]int64, len(work))
		left := make([]int64, len(work))
		cuts := make([][]Cut, len(work))
		inParallel(b.c.workers, len(work), 1, func(worker, from, to int) {
			for w := from; w < to && b.ctx.Err() == nil; w++ {
				e := &enumeration{b: b, rule: uint8(k), largest: now.largest, oneIn: oneIn, worker: worker, piece: first + w, do: do}
				e.blocks(now.list[work[w].from:work[w].to])
				found[w], left[w], cuts[w] = e.found, e.left, e.cuts
			}
		})
		<-ordered
		for w := range work {
			b.found[k] += found[w]
			b.left += left[w]
			b.cuts = append(b.cuts, cuts[w]...)
		}
	}
}

// order puts all keys of a rule in order and marks the keys of blocks that will be cut.
func (b *blocks) order(k int, s *sortedRule) {
	n := len(b.c.records)
	list := s.list[:0]
	for row := range n {
		if key := b.keys[row*b.width+k] &^ cutMark; key != 0 {
			list = append(list, uint64(key)<<32|uint64(row))
		}
	}
	if len(b.extra) > 1 {
		for row := range uint32(n) {
			for _, e := range b.furtherKeys(row) {
				if int(e.rule) == k {
					list = append(list, uint64(e.key&^cutMark)<<32|uint64(row))
				}
			}
		}
	}
	s.scratch = slices.Grow(s.scratch[:0], len(list))[:len(list)]
	list, s.scratch = radixSort(list, s.scratch)
	s.list = list
	s.largest = b.largestWhole(list)
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		if to-from > s.largest && b.rules[k].parts != nil {
			for _, e := range list[from:to] {
				b.mark(uint32(e), k, uint32(e>>32))
			}
		}
		from = to
	}
}

// largestWhole is the largest size at which the blocks of up to that size have no more pairs than a rule may find.
func (b *blocks) largestWhole(list []uint64) int {
	blocksOf := map[int]int{}
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		blocksOf[to-from]++
		from = to
	}
	left, largest := pairsPerRecord*len(b.c.records), smallestCut
	for _, size := range slices.Sorted(maps.Keys(blocksOf)) {
		if left -= blocksOf[size] * size * (size - 1) / 2; left < 0 {
			break
		}
		largest = max(largest, size)
	}
	return largest
}

func (b *blocks) mark(row uint32, k int, key uint32) {
	if p := &b.keys[int(row)*b.width+k]; *p&^cutMark == key {
		*p |= cutMark
		return
	}
	extra := b.furtherKeys(row)
	for i := range extra {
		if int(extra[i].rule) == k && extra[i].key&^cutMark == key {
			extra[i].key |= cutMark
		}
	}
}

// radixSort orders by the upper 31 of 64 bits, least digit first, keeping the order of equals. The two
// lists are as long; one of them comes back sorted.
func radixSort(list, scratch []uint64) (sorted, other []uint64) {
	const digit = 11
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

type stretch struct{ from, to int }

// divide cuts the sorted entries between blocks into pieces of about as many pairs each.
func (b *blocks) divide(k int, s *sortedRule) []stretch {
	const pairsEach = 100_000
	var work []stretch
	start, pairs := 0, 0
	list := s.list
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		if n := to - from; n > s.largest && b.rules[k].parts != nil {
			pairs += n * s.largest
		} else {
			pairs += n * (n - 1) / 2
		}
		if pairs >= pairsEach || to == len(list) {
			work = append(work, stretch{start, to})
			start, pairs = to, 0
		}
		from = to
	}
	return work
}

// inParallel calls do for stretches of n things, at most step each, on so many goroutines; worker tells them apart.
func inParallel(workers, n, step int, do func(worker, from, to int)) {
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
