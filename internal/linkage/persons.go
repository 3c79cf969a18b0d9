package linkage

import (
	"slices"
	"sync"

	"throughline/internal/linkage/cluster"
)

const (
	// largestGroup is how many records are weighed pair by pair; a larger group is parted first by dropping its weakest pairs.
	largestGroup = 1500
	// strongest and weakest bound what one pair can bring to an average, so that one number that agrees does not outvote
	// a dozen records, nor one that differs.
	strongest, weakest = 24, -24
	// oneAgainst is the most that one pair says against one person where no number of theirs differs: that it is sixteen times likelier of
	// two. How unlike a spoilt record is to another says how it was spoilt, not whose it is, so that one such pair does not outweigh several
	// that agree. Two numbers that differ speak without bound.
	oneAgainst = -4
	// groupedFrom is the weight, one to eight, from which a pair brings two records into one group, whose pairs are then all
	// weighed.
	groupedFrom = -3
)

// joiner makes persons of pairs.
type joiner struct {
	s         *scorer
	o         *Options
	rules     []rule // that found the edges
	edges     []edge
	threshold float64
	answers   map[[2]uint32]bool
	guarded   guarded
	heads     []uint32 // of each record, the first of its person before groups are joined; nil when each is its own
	result    *Result

	kept      int   // edges
	largest   int   // records of the largest group
	parted    []int // sizes of the groups that were parted by dropping pairs
	conflicts int   // answers that contradict each other
	shape     Shape
}

func answerIndex(list []Answer) map[[2]uint32]bool {
	m := make(map[[2]uint32]bool, len(list))
	for _, a := range list {
		m[[2]uint32{min(a.A, a.B), max(a.A, a.B)}] = a.Same // the last answer holds
	}
	return m
}

// group is records that hang together by pairs that may be of one person.
type group struct {
	rows  []uint32 // rising
	edges []edge   // rising by their records
}

// outcome is what was found in some groups.
type outcome struct {
	links     []Link
	review    []Review
	largest   int
	conflicts int
	quality   Quality
	shape     Shape
}

func (j *joiner) join() {
	const atOnce = 256
	groups := j.groups()
	head := j.heads // the first record of each record's person
	if head == nil {
		head = make([]uint32, j.s.columns.linked())
		for row := range head {
			head[row] = uint32(row)
		}
	}
	done := make([]outcome, (len(groups)+atOnce-1)/atOnce)
	workers := make([]weighed, j.s.columns.workers)
	inParallel(j.s.columns.workers, len(groups), atOnce, func(worker, from, to int) {
		w, out := &workers[worker], &done[from/atOnce]
		for _, g := range groups[from:to] {
			j.s.columns.fetch(g.rows...)
		}
		for g := from; g < to; g++ {
			w.settle(j, &groups[g], head, out)
		}
	})
	r := j.result
	r.Person = head
	for row, h := range head {
		if int(h) == row {
			r.Person[row] = uint32(r.Persons)
			r.Persons++
		} else {
			r.Person[row] = r.Person[h] // its first record is before it
		}
	}
	reviews := 0
	r.Quality = newQuality()
	for i := range done {
		r.Quality.add(done[i].quality)
		j.shape.add(done[i].shape)
		reviews += len(done[i].review)
		j.largest, j.conflicts = max(j.largest, done[i].largest), j.conflicts+done[i].conflicts
	}
	var review sync.WaitGroup
	review.Go(func() {
		r.Review = make([]Review, 0, reviews)
		for i := range done {
			r.Review = append(r.Review, done[i].review...)
		}
		slices.SortFunc(r.Review, func(a, b Review) int { return compareInts(int64(a.A), int64(b.A), int64(a.B), int64(b.B)) })
	})
	r.Links = byPerson(done, r, j.s.columns.workers)
	review.Wait()
	if j.o.Sample > 0 {
		from := make([]*[strataCount]drawn, len(workers))
		for i := range workers {
			from[i] = &workers[i].drawn
		}
		r.Sample = r.Quality.draw(j.o.Sample, from)
	}
}

// byPerson puts links in the order of their persons, and of their records within each.
func byPerson(done []outcome, r *Result, workers int) []Link {
	begins := written[uint32](r.Persons) // of each person's links: how many there are, then where they end, and once they are placed where they begin
	each := func(do func(k *Link, begins *uint32)) {
		inParallel(workers, len(done), 16, func(_, from, to int) { // a person's links are of one outcome
			for i := from; i < to; i++ {
				for n := range done[i].links {
					k := &done[i].links[n]
					do(k, &begins[r.Person[k.A]])
				}
			}
		})
	}
	each(func(_ *Link, begins *uint32) { *begins++ })
	all := make([]Link, ends(begins))
	each(func(k *Link, begins *uint32) {
		*begins--
		all[*begins] = *k
	})
	inParallel(workers, r.Persons, 4096, func(_, from, to int) {
		for p := from; p < to; p++ {
			slices.SortFunc(between(all, begins, p), func(a, b Link) int { return compareInts(int64(a.A), int64(b.A), int64(a.B), int64(b.B)) })
		}
	})
	return all
}

func byRecords(x, y edge) int { return compareInts(int64(x.a), int64(y.a), int64(x.b), int64(y.b)) }

func compareInts(a, b, c, d int64) int {
	switch {
	case a != b:
		return int(max(-1, min(1, a-b)))
	default:
		return int(max(-1, min(1, c-d)))
	}
}

// groups gives the groups of more than one record, ordered by their first records.
func (j *joiner) groups() []group {
	n := j.s.columns.linked()
	sets := cluster.NewSets(n)
	for _, e := range j.edges {
		sets.Join(e.a, e.b)
	}
	for pair := range j.answers {
		sets.Join(pair[0], pair[1])
	}
	// Groups are numbered by their first records, and their rows and edges counted, then put one group after the other.
	of := written[uint32](n) // the group of each record, from 1; 0 of one by itself
	var rowsOf, edgesOf []uint32
	for row := range uint32(n) {
		first := sets.Find(row)
		if first == row {
			continue
		}
		if of[first] == 0 {
			rowsOf, edgesOf = append(rowsOf, 1), append(edgesOf, 0)
			of[first] = uint32(len(rowsOf))
		}
		of[row] = of[first]
		rowsOf[of[row]-1]++
	}
	for _, e := range j.edges {
		edgesOf[of[e.a]-1]++
	}
	rows, edges := make([]uint32, ends(rowsOf)), make([]edge, ends(edgesOf))
	var both sync.WaitGroup // backwards, so that where each group ended is in the end where it begins
	both.Go(func() {
		for row := uint32(n); row > 0; row-- {
			if g := of[row-1]; g != 0 {
				rowsOf[g-1]--
				rows[rowsOf[g-1]] = row - 1
			}
		}
	})
	both.Go(func() {
		for _, e := range slices.Backward(j.edges) {
			at := &edgesOf[of[e.a]-1]
			*at--
			edges[*at] = e
		}
	})
	both.Wait()
	list := make([]group, len(rowsOf))
	inParallel(j.s.columns.workers, len(list), 4096, func(_, from, to int) {
		for g := from; g < to; g++ {
			list[g] = group{between(rows, rowsOf, g), between(edges, edgesOf, g)}
			slices.SortFunc(list[g].edges, byRecords)
		}
	})
	j.edges = nil
	j.kept = len(edges)
	if !slices.ContainsFunc(list, func(g group) bool { return len(g.rows) > largestGroup }) {
		return list
	}
	var small []group
	for _, g := range list {
		small = append(small, j.part(g, groupedFrom)...)
	}
	return small
}

// ends turns how many each group or person has into where each ends when they stand one after the other, and gives how many there are in all.
func ends(counts []uint32) uint32 {
	sum := uint32(0)
	for g := range counts {
		sum += counts[g]
		counts[g] = sum
	}
	return sum
}

// between is what stands in a list from where group or person g begins to where the next does.
func between[T any](list []T, begins []uint32, g int) []T {
	to := uint32(len(list))
	if g+1 < len(begins) {
		to = begins[g+1]
	}
	return list[begins[g]:to:to]
}

// part cuts a group that is too large to weigh pair by pair by dropping its weakest pairs, three bits at a time.
func (j *joiner) part(g group, floor float32) []group {
	if len(g.rows) <= largestGroup {
		return []group{g}
	}
	j.parted = append(j.parted, len(g.rows))
	floor += 3
	place := make(map[uint32]uint32, len(g.rows))
	for i, row := range g.rows {
		place[row] = uint32(i)
	}
	sets := cluster.NewSets(len(g.rows))
	for _, e := range g.edges {
		if e.bits >= floor {
			sets.Join(place[e.a], place[e.b])
		}
	}
	for pair, same := range j.answers { // which hold at any weight
		a, here := place[pair[0]]
		if b, there := place[pair[1]]; same && here && there {
			sets.Join(a, b)
		}
	}
	byRoot := map[uint32]*group{}
	var roots []uint32
	for i, row := range g.rows {
		root := sets.Find(uint32(i))
		if byRoot[root] == nil {
			byRoot[root] = &group{}
			roots = append(roots, root)
		}
		byRoot[root].rows = append(byRoot[root].rows, row)
	}
	for _, e := range g.edges {
		if root := sets.Find(place[e.a]); root == sets.Find(place[e.b]) {
			byRoot[root].edges = append(byRoot[root].edges, e)
		}
	}
	var parts []group
	for _, root := range roots {
		if p := byRoot[root]; len(p.rows) > 1 {
			if len(p.rows) > largestGroup && floor > strongest {
				parts = append(parts, halves(*p)...)
				continue
			}
			parts = append(parts, j.part(*p, floor)...)
		}
	}
	return parts
}

// halves cuts a group that nothing parts (thousands of records that are all alike) by the order of its records.
func halves(g group) []group {
	var parts []group
	for from := 0; from < len(g.rows); from += largestGroup {
		p := group{rows: g.rows[from:min(from+largestGroup, len(g.rows))]}
		first, last := p.rows[0], p.rows[len(p.rows)-1]
		for _, e := range g.edges {
			if e.a >= first && e.a <= last && e.b >= first && e.b <= last {
				p.edges = append(p.edges, e)
			}
		}
		parts = append(parts, p)
	}
	return parts
}
