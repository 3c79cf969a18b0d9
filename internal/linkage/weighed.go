package linkage

import (
	"cmp"
	"slices"

	"throughline/internal/linkage/cluster"
)

// weighed is one group with every pair of its records weighed. One goroutine uses one for group after group.
type weighed struct {
	j       *joiner
	rows    []uint32
	edges   []edge
	bits    cluster.Weights // as scored
	decide  cluster.Weights // as they count: answers, bounds, and the rule for common names
	held    map[[2]int]Review
	members [][]int  // of each person
	same    [][2]int // pairs of which someone said so
	apart   [][2]int // pairs of which someone said that they are not
	opposed [][2]int // pairs that stand as victim and suspect, and of which nobody said that they are the same
	said    []int    // of each record, its first by "the same" alone; empty where nobody said anything of the group
	pair    compared
	way     []float64 // see ways
	side    [][]int
	at      []int  // which side each record is on
	strong  []Link // the strongest first
	shield  []bool // of each record, that its person is to be joined by more than name and date of birth
	drawn   [strataCount]drawn
}

// settle weighs every pair of a group and parts it into persons: head gets the first record of each record's.
func (w *weighed) settle(j *joiner, g *group, head []uint32, out *outcome) {
	w.j, w.rows, w.edges = j, g.rows, g.edges
	w.shield = j.guarded.shieldedOf(w.rows, w.shield)
	labels, conflicts := w.part()
	for w.shieldPersons(labels) {
		labels, conflicts = w.part()
	}
	out.largest = max(out.largest, len(g.rows))
	out.conflicts += conflicts
	w.persons(labels, head, out)
}

// part weighs the pairs and gives whose each record is, with how many answers contradict others.
func (w *weighed) part() (labels []int, conflicts int) {
	n := len(w.rows)
	w.bits.Reset(n)
	w.decide.Reset(n)
	clear(w.held)
	w.opposed = w.opposed[:0]
	var p parts
	for x := range n {
		for y := x + 1; y < n; y++ {
			w.j.s.columns.compare(w.rows[x], w.rows[y], &w.pair)
			bits := w.j.s.score(&w.pair, &p)
			w.bits.Set(x, y, bits)
			w.decide.Set(x, y, w.counts(x, y, bits, &w.pair, &p))
		}
	}
	conflicts = w.answers()
	return w.together(), conflicts
}

// together gives whose each record is: persons as the model makes them, and of those of whom somebody said that they are one, all records together,
// as the answer made them when it was given (Settle). An answer so takes no record from anybody. Where something that holds two of these records apart stands
// between the persons, only the records of which somebody said so come together first, each weighing against the others as they do on average, and
// the rest goes by the model.
func (w *weighed) together() []int {
	for {
		labels := cluster.Average(&w.decide, w.j.threshold)
		if len(w.same) == 0 {
			return labels
		}
		persons := cluster.NewSets(len(labels))
		for _, p := range w.same {
			if w.said[p[0]] == w.said[p[1]] {
				persons.Join(uint32(labels[p[0]]), uint32(labels[p[1]]))
			}
		}
		first := map[uint32]bool{} // the answers that come before the model, by the first of their records
		for _, p := range slices.Concat(w.apart, w.opposed) {
			if of := persons.Find(uint32(labels[p[0]])); of == persons.Find(uint32(labels[p[1]])) {
				for _, q := range w.same {
					if w.said[q[0]] == w.said[q[1]] && persons.Find(uint32(labels[q[0]])) == of {
						first[uint32(w.said[q[0]])] = true
					}
				}
			}
		}
		if len(first) == 0 {
			return numbered(labels, persons)
		}
		for x, of := range w.said {
			for y := x + 1; first[uint32(of)] && y < len(w.said); y++ {
				if w.said[y] == of {
					w.decide.Set(x, y, always)
				}
			}
		}
	}
}

// numbered numbers sets of labels by their first records.
func numbered(labels []int, sets *cluster.Sets) []int {
	next, number := 0, make(map[uint32]int, len(labels))
	for i, label := range labels {
		of := sets.Find(uint32(label))
		n, known := number[of]
		if !known {
			n = next
			number[of], next = n, next+1
		}
		labels[i] = n
	}
	return labels
}

// counts is what a pair brings to an average.
func (w *weighed) counts(x, y int, bits float64, o *compared, p *parts) float64 {
	a, b := w.rows[x], w.rows[y]
	same, answered := w.j.answers[[2]uint32{a, b}]
	if answered && !same {
		return cluster.Never
	}
	opposed := !same && w.j.guarded.opposes(a, b)
	if opposed {
		w.opposed = append(w.opposed, [2]int{x, y})
	}
	if bits > w.j.threshold {
		if reason := w.j.held(o, p, w.shield[x] || w.shield[y]); reason != "" {
			if w.held == nil {
				w.held = map[[2]int]Review{}
			}
			w.held[[2]int{x, y}] = Review{A: a, B: b, Bits: bits, Reason: reason}
			if !opposed {
				return w.j.threshold - 1
			}
		}
	}
	if opposed {
		return cluster.Never
	}
	floor := cmp.Or(w.j.o.against, oneAgainst)
	if l := &o.levels; l[NHSNumber] == valueDifferent || l[NINO] == valueDifferent || l[OtherNumber] == valueDifferent {
		floor = weakest
	}
	return max(floor, min(strongest, bits))
}

// answers notes which records someone said are the same: nothing but "not the same" and an incident stands between them. It gives how many answers contradict others.
func (w *weighed) answers() (conflicts int) {
	w.same, w.apart, w.said = w.same[:0], w.apart[:0], w.said[:0]
	if len(w.j.answers) == 0 {
		return 0
	}
	for x := range w.rows {
		for y := x + 1; y < len(w.rows); y++ {
			if same, ok := w.j.answers[[2]uint32{w.rows[x], w.rows[y]}]; ok && same {
				w.same = append(w.same, [2]int{x, y})
			} else if ok {
				w.apart = append(w.apart, [2]int{x, y})
			}
		}
	}
	if len(w.same)+len(w.apart) == 0 {
		return 0
	}
	for x := range w.rows {
		w.said = append(w.said, x)
	}
	for _, p := range w.same {
		first, other := min(w.said[p[0]], w.said[p[1]]), max(w.said[p[0]], w.said[p[1]])
		if w.divided(first, other) || w.between(w.opposed, first, other) {
			conflicts++
			continue
		}
		for x, of := range w.said {
			if of == other {
				w.said[x] = first
			}
		}
	}
	return conflicts
}

// divided says whether someone holds apart two records of which one is by answers the same as x, and the other as y, each the first of those.
func (w *weighed) divided(x, y int) bool { return w.between(w.apart, x, y) }

// between says whether one of some pairs stands between two records as divided has them.
func (w *weighed) between(pairs [][2]int, x, y int) bool {
	return slices.ContainsFunc(pairs, func(p [2]int) bool {
		a, b := w.said[p[0]], w.said[p[1]]
		return a == x && b == y || a == y && b == x
	})
}

// settled says whether answers tell of two records whether they are one person's: what was said of these two, or of others that are by answers the
// same as they.
func (w *weighed) settled(x, y int) bool {
	return len(w.said) > 0 && (w.said[x] == w.said[y] || w.divided(w.said[x], w.said[y]))
}

// always outweighs anything the model can say over a largest group, and stays far from cluster.Never.
const always = 1e9

// persons reads the groups that averaging made.
func (w *weighed) persons(labels []int, head []uint32, out *outcome) {
	w.members = w.members[:0]
	for i, label := range labels {
		if label == len(w.members) {
			if w.members = slices.Grow(w.members, 1)[:label+1]; w.members[label] != nil {
				w.members[label] = w.members[label][:0]
			}
		}
		w.members[label] = append(w.members[label], i)
	}
	first, tree := len(out.links), w.tree()
	for _, list := range w.members {
		for _, x := range list {
			head[w.rows[x]] = w.rows[list[0]]
		}
		edges := cluster.Spanning(tree, list)
		out.links = w.links(edges, out.links)
		w.shape(list, edges, &out.shape)
	}
	out.review = w.review(labels, out.links[first:], out.review)
	w.judge(labels, out.links[first:], out)
}

// tree is by what the links that hold a person together are chosen: pairs of which someone said that they are the same, then the likeliest.
// Averaging is done with what it decided by.
func (w *weighed) tree() *cluster.Weights {
	if len(w.same) == 0 {
		return &w.bits
	}
	for x := range w.rows {
		for y := x + 1; y < len(w.rows); y++ {
			w.decide.Set(x, y, w.bits.Of(x, y))
		}
	}
	for _, p := range w.same {
		w.decide.Set(p[0], p[1], always+w.bits.Of(p[0], p[1]))
	}
	return &w.decide
}

// links adds the pairs of a tree that hold one person's records together.
func (w *weighed) links(tree []cluster.Edge, to []Link) []Link {
	if len(tree) == 0 {
		return to
	}
	first := len(to)
	weak := first
	for _, e := range tree {
		x, y := min(e.I, e.J), max(e.I, e.J)
		link := Link{A: w.rows[x], B: w.rows[y], Bits: w.bits.Of(x, y), Rule: "group"}
		if same, ok := w.j.answers[[2]uint32{link.A, link.B}]; ok && same {
			link.Answered, link.Rule = true, "answer"
		} else if k, ok := slices.BinarySearchFunc(w.edges, edge{a: link.A, b: link.B}, byRecords); ok {
			link.Rule = w.j.rules[w.edges[k].rule].name
		}
		to = append(to, link)
		if last := len(to) - 1; to[weak].Answered || !link.Answered && link.Bits < to[weak].Bits {
			weak = last
		}
	}
	to[weak].Weakest = true
	return to
}

// place is where in the group a record is.
func (w *weighed) place(row uint32) int {
	x, _ := slices.BinarySearch(w.rows, row)
	return x
}
