package linkage

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"throughline/internal/id"
	"throughline/internal/linkage/cluster"
	"throughline/internal/person"
)

// MostHeld is of how many records Hold should be asked at most: a person of more is looked at whatever the links.
const MostHeld = largePerson

// Holding is how well the records of one person hang together, for whoever looks at them.
type Holding struct {
	// Pairs are of records. Alike are those that by themselves are of one person sooner than of two, and agree in more than a household does and than
	// one thing or initials are.
	Pairs, Alike int

	// Where they hang together least: Link is the strongest pair between two parts, and no answer holds it. Zero where all pairs are alike, or
	// answers hold every record.
	Link        [2]id.Record   // the lower number first
	Parts       [2][]id.Record // in order, the part of each record of Link
	Across      int            // pairs between the parts
	AcrossAlike int            // 1 where the link alone speaks for one person, so that without it they would be two

	Unlike []Unlike // the other pairs, those first that look least alike
}

// Unlike is a pair of records that does not look alike.
type Unlike struct {
	Pair    [2]id.Record // the lower number first
	Bits    float64      // as the pair counts in Holding
	Differs []Part       // the fields that speak against one person, what says most first; none where merely too little agrees
}

// unlike says what speaks against one person in a pair.
func unlike(s *scorer, o *compared, a, b id.Record, bits float64) Unlike {
	u := Unlike{Pair: [2]id.Record{min(a, b), max(a, b)}, Bits: bits}
	for _, p := range s.explained(o).Parts {
		if OfField(p.Key) && p.Compared && p.Bits < 0 {
			u.Differs = append(u.Differs, p)
		}
	}
	slices.SortStableFunc(u.Differs, func(x, y Part) int { return cmp.Compare(x.Bits, y.Bits) })
	return u
}

// leastAlike puts pairs in the order in which they speak against one person.
func leastAlike(x, y Unlike) int {
	return cmp.Or(cmp.Compare(x.Bits, y.Bits), slices.Compare(x.Pair[:], y.Pair[:]))
}

// Between gives the pairs of one person's record and another's that do not look alike, those first that look least alike, as Hold weighs pairs that
// no run has linked. What differs is said of the one's value first. The work grows with the number of such pairs.
func Between(m *Model, one, other map[id.Record]person.Identity) (out []Unlike) {
	for a, x := range one {
		for b, y := range other {
			s, o := compareQuery(m, x, y)
			var p parts
			bits := s.score(&o, &p)
			if s.waits(&o, &p) {
				bits = min(bits, -1)
			}
			if bits <= 0 {
				out = append(out, unlike(s, &o, a, b, bits))
			}
		}
	}
	slices.SortFunc(out, leastAlike)
	return out
}

// Hold says how the records of one person hang together: by the ties that a run made of them, the pairs of which an answer that counts says that they
// are the same and, of other pairs, by what the model makes of what they say. How common values were in the run is not known here, so that other pairs
// weigh as ScoreQuery has them, but less than any tie on the way from one to the other: the run made ties of the strongest. The work grows with the
// square of the number of records.
func Hold(m *Model, who map[id.Record]person.Identity, ties []Tie, same [][2]id.Record) (h Holding) {
	records := slices.Sorted(maps.Keys(who))
	place := make(map[id.Record]int, len(records))
	for i, r := range records {
		place[r] = i
	}
	k := holding{records: records, alike: cluster.NewWeights(len(records)), holds: cluster.NewWeights(len(records)), same: map[[2]int]bool{}}
	edges := make([][]cluster.Edge, len(records)) // the ties at each record
	for _, t := range ties {
		i, j, bits := place[t.A], place[t.B], float64(t.Millibits)/1000
		k.alike.Set(i, j, bits)
		edges[i], edges[j] = append(edges[i], cluster.Edge{I: i, J: j, Bits: bits}), append(edges[j], cluster.Edge{I: j, J: i, Bits: bits})
	}
	for _, p := range same {
		i, j := place[p[0]], place[p[1]]
		k.same[[2]int{min(i, j), max(i, j)}] = true
	}
	for x := range records {
		least := k.leastFrom(x, edges)
		for y := x + 1; y < len(records); y++ {
			s, o := compareQuery(m, who[records[x]], who[records[y]])
			var p parts
			bits := min(s.score(&o, &p), math.Nextafter(least[y], math.Inf(-1)))
			if slices.ContainsFunc(edges[x], func(e cluster.Edge) bool { return e.J == y }) {
				bits = k.alike.Of(x, y)
			}
			if s.waits(&o, &p) {
				bits = min(bits, -1) // as it counts towards an average
			}
			k.alike.Set(x, y, bits)
			if k.holds.Set(x, y, k.alike.Of(x, y)); k.same[[2]int{x, y}] {
				k.holds.Set(x, y, always)
			}
			h.Pairs++
			if bits = k.alike.Of(x, y); bits > 0 {
				h.Alike++
				continue
			}
			h.Unlike = append(h.Unlike, unlike(s, &o, records[x], records[y], bits))
		}
	}
	slices.SortFunc(h.Unlike, leastAlike)
	if h.Alike < h.Pairs {
		k.weakest(&h)
	}
	return h
}

// waits says whether a pair waits for somebody whatever it weighs, by nothing but its values and how common names are in the country.
func (s *scorer) waits(o *compared, p *parts) bool {
	l := &o.levels
	return oneFieldAlone(l, p) || otherNames(l) || mayBeKin(l) || mayBeParent(o, false) || s.twoNames(o) || initialsOnly(l) || s.halfNamed(o)
}

// holding is the weights of a person's pairs of records, by their places.
type holding struct {
	records []id.Record
	alike   *cluster.Weights // by evidence
	holds   *cluster.Weights // with answers
	same    map[[2]int]bool  // the lower place first
}

// leastFrom gives the weight of the weakest tie on the way from a record to each other that was chosen for its weight, and not for an answer: infinite
// where there is none, or no way.
func (k *holding) leastFrom(x int, edges [][]cluster.Edge) []float64 {
	least, met := make([]float64, len(edges)), make([]bool, len(edges))
	for i := range least {
		least[i] = math.Inf(1)
	}
	met[x] = true
	for next := []int{x}; len(next) > 0; {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		for _, e := range edges[at] {
			if met[e.J] {
				continue
			}
			if least[e.J] = least[at]; !k.same[[2]int{min(e.I, e.J), max(e.I, e.J)}] {
				least[e.J] = min(least[at], e.Bits)
			}
			met[e.J] = true
			next = append(next, e.J)
		}
	}
	return least
}

// weakest finds where the records hang together least: at the weakest of the pairs that alone hold two parts together, and where there is none, where
// the pairs between two parts weigh least on average.
func (k *holding) weakest(h *Holding) {
	members := make([]int, len(k.records))
	for i := range members {
		members[i] = i
	}
	tree := cluster.Spanning(k.holds, members)
	var at cluster.Edge
	found := false
	for _, e := range cluster.Bridges(k.holds, members, 0) {
		if !k.same[[2]int{min(e.I, e.J), max(e.I, e.J)}] && (!found || e.Bits < at.Bits) {
			at, found = e, true
		}
	}
	if cut, ok := cluster.WeakestCut(k.holds, tree); !found && ok {
		at, found = cut.Edge, !k.same[[2]int{min(cut.Edge.I, cut.Edge.J), max(cut.Edge.I, cut.Edge.J)}]
	}
	if !found {
		return
	}
	i, j := min(at.I, at.J), max(at.I, at.J)
	sets := cluster.NewSets(len(members))
	for _, e := range tree {
		if min(e.I, e.J) != i || max(e.I, e.J) != j {
			sets.Join(uint32(e.I), uint32(e.J))
		}
	}
	h.Link = [2]id.Record{k.records[i], k.records[j]}
	for x, r := range k.records {
		if sets.Find(uint32(x)) == sets.Find(uint32(i)) {
			h.Parts[0] = append(h.Parts[0], r)
			continue
		}
		h.Parts[1] = append(h.Parts[1], r)
		for y := range k.records {
			if sets.Find(uint32(y)) == sets.Find(uint32(i)) {
				if h.Across++; k.alike.Of(x, y) > 0 {
					h.AcrossAlike++
				}
			}
		}
	}
}
