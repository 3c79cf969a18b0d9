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
	result    *Result

	largest   int   // records of the largest group
	parted    []int // sizes of the groups that were parted by dropping pairs
	conflicts int   // answers that contradict each other
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
	edges []edge
}

// settledGroup is what was found in one group.
type settledGroup struct {
	persons [][]uint32 // each rising, ordered by their first records
	links   []Link
	review  []Review
}

func (j *joiner) join() {
	groups := j.groups()
	done := make([]settledGroup, len(groups))
	var lock sync.Mutex
	inParallel(j.s.columns.workers, len(groups), 32, func(_, from, to int) {
		for g := from; g < to; g++ {
			settled, conflicts := j.settle(&groups[g])
			done[g] = settled
			lock.Lock()
			j.largest = max(j.largest, len(groups[g].rows))
			j.conflicts += conflicts
			lock.Unlock()
		}
	})
	r := j.result
	n := len(j.s.columns.records)
	r.Person = make([]uint32, n)
	head := make([]uint32, n) // the first record of each record's person
	for row := range head {
		head[row] = uint32(row)
	}
	for _, d := range done {
		for _, p := range d.persons {
			for _, row := range p {
				head[row] = p[0]
			}
		}
		r.Links = append(r.Links, d.links...)
		r.Review = append(r.Review, d.review...)
	}
	for row, h := range head {
		if int(h) == row {
			r.Person[row] = uint32(r.Persons)
			r.Persons++
		} else {
			r.Person[row] = r.Person[h]
		}
	}
	slices.SortFunc(r.Links, func(a, b Link) int {
		return compareInts(int64(r.Person[a.A])<<40|int64(a.A)<<8, int64(r.Person[b.A])<<40|int64(b.A)<<8, int64(a.B), int64(b.B))
	})
	slices.SortFunc(r.Review, func(a, b Review) int { return compareInts(int64(a.A), int64(b.A), int64(a.B), int64(b.B)) })
}

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
	n := len(j.s.columns.records)
	sets := cluster.NewSets(n)
	for _, e := range j.edges {
		sets.Join(e.a, e.b)
	}
	for pair := range j.answers {
		sets.Join(pair[0], pair[1])
	}
	index := make([]int32, n) // of the group of each set's first record
	var list []group
	for row := range uint32(n) {
		root := sets.Find(row)
		if root == row {
			continue
		}
		if index[root] == 0 {
			list = append(list, group{rows: []uint32{root}})
			index[root] = int32(len(list))
		}
		g := &list[index[root]-1]
		g.rows = append(g.rows, row)
	}
	for _, e := range j.edges {
		if root := sets.Find(e.a); index[root] != 0 && root == sets.Find(e.b) {
			g := &list[index[root]-1]
			g.edges = append(g.edges, e)
		}
	}
	var small []group
	for _, g := range list {
		small = append(small, j.part(g, groupedFrom)...)
	}
	return small
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

// weighed is one group with every pair of its records weighed.
type weighed struct {
	j        *joiner
	rows     []uint32
	place    map[uint32]int
	bits     *cluster.Weights // as scored
	decide   *cluster.Weights // as they count: answers, bounds, and the rule for common names
	held     map[[2]int]Review
	rules    map[[2]int]uint8
	answered int
}

// settle weighs every pair of a group and parts it into persons.
func (j *joiner) settle(g *group) (settledGroup, int) {
	n := len(g.rows)
	w := &weighed{j: j, rows: g.rows, place: make(map[uint32]int, n), bits: cluster.NewWeights(n), decide: cluster.NewWeights(n),
		held: map[[2]int]Review{}, rules: make(map[[2]int]uint8, len(g.edges))}
	for i, row := range g.rows {
		w.place[row] = i
	}
	for _, e := range g.edges {
		w.rules[[2]int{w.place[e.a], w.place[e.b]}] = e.rule
	}
	var o compared
	var p parts
	for x := range n {
		for y := x + 1; y < n; y++ {
			j.s.columns.compare(g.rows[x], g.rows[y], &o)
			bits := j.s.score(&o, &p)
			w.bits.Set(x, y, bits)
			w.decide.Set(x, y, w.counts(x, y, bits, &o, &p))
		}
	}
	conflicts := w.sameAnswers()
	labels := cluster.Average(w.decide, j.threshold)
	return w.persons(labels), conflicts
}

// counts is what a pair brings to an average.
func (w *weighed) counts(x, y int, bits float64, o *compared, p *parts) float64 {
	a, b := w.rows[x], w.rows[y]
	if same, ok := w.j.answers[[2]uint32{a, b}]; ok && !same {
		return cluster.Never
	}
	if bits > w.j.threshold {
		if reason := w.j.held(a, b, o, p); reason != "" {
			w.held[[2]int{x, y}] = Review{A: a, B: b, Bits: bits, Reason: reason}
			return w.j.threshold - 1
		}
	}
	return max(weakest, min(strongest, bits))
}

// sameAnswers puts records that someone said are the same together whatever else speaks: each weighs against the others as the
// two do on average, and nothing but "not the same" stands between them. It gives how many answers contradict others.
func (w *weighed) sameAnswers() (conflicts int) {
	if len(w.j.answers) == 0 {
		return 0
	}
	sets := cluster.NewSets(len(w.rows))
	apart := func(x, y uint32) bool {
		for k := range w.rows {
			for l := range w.rows {
				if sets.Find(uint32(k)) == x && sets.Find(uint32(l)) == y && w.decide.Of(k, l) == cluster.Never {
					return true
				}
			}
		}
		return false
	}
	for x := range w.rows {
		for y := x + 1; y < len(w.rows); y++ {
			if same, ok := w.j.answers[[2]uint32{w.rows[x], w.rows[y]}]; !ok || !same {
				continue
			}
			if rx, ry := sets.Find(uint32(x)), sets.Find(uint32(y)); rx != ry && apart(rx, ry) {
				conflicts++
				continue
			}
			sets.Join(uint32(x), uint32(y))
		}
	}
	for x := range w.rows {
		for y := x + 1; y < len(w.rows); y++ {
			if sets.Find(uint32(x)) == sets.Find(uint32(y)) {
				w.decide.Set(x, y, always)
				w.answered++
			}
		}
	}
	return conflicts
}

// always outweighs anything the model can say over a largest group, and stays far from cluster.Never.
const always = 1e9

// persons reads the groups that averaging made.
func (w *weighed) persons(labels []int) settledGroup {
	var out settledGroup
	members := make([][]int, 0, 4)
	for i, label := range labels {
		if label == len(members) {
			members = append(members, nil)
		}
		members[label] = append(members[label], i)
	}
	for _, list := range members {
		rows := make([]uint32, len(list))
		for i, x := range list {
			rows[i] = w.rows[x]
		}
		out.persons = append(out.persons, rows)
		out.links = append(out.links, w.links(list)...)
	}
	out.review = w.review(labels, members)
	return out
}

// links are the strongest pairs that hold one person's records together. Pairs someone answered come first.
func (w *weighed) links(list []int) []Link {
	if len(list) < 2 {
		return nil
	}
	tree := w.bits
	if w.answered > 0 {
		tree = w.decide
	}
	var links []Link
	weak := 0
	for _, e := range cluster.Spanning(tree, list) {
		x, y := min(e.I, e.J), max(e.I, e.J)
		link := Link{A: w.rows[x], B: w.rows[y], Bits: w.exact(x, y), Rule: "group"}
		if same, ok := w.j.answers[[2]uint32{link.A, link.B}]; ok && same {
			link.Answered, link.Rule = true, "answer"
		} else if k, ok := w.rules[[2]int{x, y}]; ok {
			link.Rule = w.j.rules[k].name
		}
		links = append(links, link)
		if last := len(links) - 1; links[weak].Answered || !link.Answered && link.Bits < links[weak].Bits {
			weak = last
		}
	}
	links[weak].Weakest = true
	return links
}

// exact weighs a pair again: the weights of a group are kept in fewer digits.
func (w *weighed) exact(x, y int) float64 {
	var o compared
	var p parts
	w.j.s.columns.compare(w.rows[x], w.rows[y], &o)
	return w.j.s.score(&o, &p)
}
