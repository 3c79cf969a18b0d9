package linkage

import (
	"cmp"
	"math"
	"slices"
)

// Stratum is the pairs of a run that were linked, or were not, and weigh about the same. Two records of one person are a linked pair whether
// or not a rule found them; they weigh what they do themselves or what the weakest link of the way between them does, whichever is more.
// Pairs that were not linked are those that weigh groupedFrom or more and of which no answer says that they are two people's.
type Stratum struct {
	Linked   bool    `json:"linked"`
	From     float64 `json:"from_bits"` // as far as the next stratum's; the lowest of the linked holds all below
	Pairs    int64   `json:"pairs"`
	Expected float64 `json:"expected"` // of one person, by the model
	Low      float64 `json:"low"`      // the same if every pair weighed four bits less
	High     float64 `json:"high"`     // and if more
}

// Quality is the strata of a run: first of linked pairs, then of others, each from the lightest.
type Quality []Stratum

// Interval is an estimate with a range that is meant to hold the truth nineteen times in twenty; docs/linkage.md has how often it did.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// strataFrom are the bits at which strata begin.
var strataFrom = [...]float64{groupedFrom, -2, 0, 2, 6.6, 10, 13.3, 20}

const (
	ofLinked    = len(strataFrom)
	strataCount = 2 * ofLinked
)

// wrongAtMost is by how many bits the model is taken to be wrong at most, either way, for all pairs at once, where nobody has looked. No
// band of weights with fifty pairs of a labelled set or of an invented area is further out (TestReliability).
const wrongAtMost = 4

// newQuality makes empty strata.
func newQuality() Quality {
	q := make(Quality, strataCount)
	for i := range q {
		q[i].Linked, q[i].From = i < ofLinked, strataFrom[i%ofLinked]
	}
	return q
}

// stratum is which stratum a pair is in; false for a pair that was not linked and weighs too little to count.
func stratum(bits float64, linked bool) (int, bool) {
	k := 0
	for k+1 < ofLinked && bits >= strataFrom[k+1] {
		k++
	}
	if linked {
		return k, true
	}
	return ofLinked + k, bits >= strataFrom[0]
}

func (q Quality) count(k int, bits float64) {
	q[k].Pairs++
	q[k].Expected += Probability(bits)
	q[k].Low += Probability(bits - wrongAtMost)
	q[k].High += Probability(bits + wrongAtMost)
}

func (q Quality) add(r Quality) {
	for k := range r {
		q[k].Pairs += r[k].Pairs
		q[k].Expected += r[k].Expected
		q[k].Low += r[k].Low
		q[k].High += r[k].High
	}
}

// Estimate says, without labels, what share of the linked pairs are of one person, and what share the linked are of all pairs of one person that
// were weighed at all. Pairs that no rule finds are in neither.
func (q Quality) Estimate() (precision, recall Interval) {
	expected := func(k int) float64 { return q[k].Expected }
	low := func(k int) float64 { return q[k].Low }
	high := func(k int) float64 { return q[k].High }
	precision = Interval{q.precision(expected), q.precision(low), q.precision(high)}
	// Linked pairs mostly weigh so much that a few bits change nothing, and the others mostly do not.
	recall = Interval{q.recall(expected, expected), q.recall(low, high), q.recall(high, low)}
	return precision, recall
}

// precision is the share of linked pairs that are of one person, as of says how many of each stratum are.
func (q Quality) precision(of func(k int) float64) float64 {
	right, pairs := 0.0, 0.0
	for k, s := range q[:ofLinked] {
		right, pairs = right+of(k), pairs+float64(s.Pairs)
	}
	if pairs == 0 {
		return 1
	}
	return right / pairs
}

// recall is the share that linked pairs of one person are of all, as the two say how many of each stratum there are.
func (q Quality) recall(linked, others func(k int) float64) float64 {
	found, missing := 0.0, 0.0
	for k := range ofLinked {
		found, missing = found+linked(k), missing+others(ofLinked+k)
	}
	if found+missing == 0 {
		return 1
	}
	return found / (found + missing)
}

// SampledPair is a pair drawn for somebody to look at.
type SampledPair struct {
	A, B    uint32 // A < B
	Bits    float64
	Stratum int // in Quality
}

// drawn holds the pairs of a stratum whose hashes are lowest, so that the same are drawn whatever the order in which they come.
type drawn struct {
	most int
	list []SampledPair
	bar  uint64 // the highest hash that was kept at the last trim; 0 before there was one
}

func (p SampledPair) hash() uint64 { return mix(uint64(p.A)<<32 | uint64(p.B) + 1) }

func byHash(x, y SampledPair) int {
	return cmp.Or(cmp.Compare(x.hash(), y.hash()), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
}

func (d *drawn) put(p SampledPair) {
	if d.bar != 0 && p.hash() > d.bar {
		return
	}
	if d.list = append(d.list, p); len(d.list) >= 2*d.most {
		d.trim()
	}
}

func (d *drawn) trim() {
	slices.SortFunc(d.list, byHash)
	d.list = d.list[:min(d.most, len(d.list))]
	if n := len(d.list); n > 0 {
		d.bar = d.list[n-1].hash()
	}
}

// LeastSample is the fewest pairs that a sample can have.
const LeastSample = 50

// leastOfStratum is how many pairs of each stratum are looked at at least, if it has so many.
const leastOfStratum = 3

// likely is the share of a stratum that the model takes to be of one person, but never as all or none: it may be wrong where it is sure.
func (s Stratum) likely() float64 { return min(max(s.Expected/float64(s.Pairs), .02), .98) }

// allotted says how many pairs of each stratum are looked at, of most in all: after Neyman, in proportion to the pairs of a stratum and to how
// unsure they are.
func (q Quality) allotted(most int) []int {
	share, all := make([]float64, len(q)), 0.0
	for k, s := range q {
		if s.Pairs > 0 {
			p := s.likely()
			share[k] = float64(s.Pairs) * math.Sqrt(p*(1-p))
			all += share[k]
		}
	}
	list := make([]int, len(q))
	left := most
	for k, s := range q {
		list[k] = int(min(int64(leastOfStratum), s.Pairs))
		left -= list[k]
	}
	spare := float64(max(0, left))
	for k, s := range q {
		if all > 0 {
			list[k] = int(min(float64(s.Pairs), float64(list[k])+math.Floor(spare*share[k]/all)))
		}
	}
	return list
}

// draw takes the sample out of what each goroutine drew.
func (q Quality) draw(most int, from []*[strataCount]drawn) []SampledPair {
	var sample []SampledPair
	for k, n := range q.allotted(most) {
		all := drawn{most: n}
		for _, f := range from {
			all.list = append(all.list, f[k].list...)
		}
		all.trim()
		sample = append(sample, all.list...)
	}
	slices.SortFunc(sample, byHash) // an order that tells nothing
	return sample
}

// judge counts the pairs of a group by stratum and draws from them.
func (w *weighed) judge(labels []int, links []Link, out *outcome) {
	if out.quality == nil {
		out.quality = newQuality()
	}
	w.ways(links)
	for x := range labels {
		for y := x + 1; y < len(labels); y++ {
			bits, linked := w.bits.Of(x, y), labels[x] == labels[y]
			if linked {
				bits = max(bits, w.way[x*len(labels)+y])
			} else if w.settled(x, y) {
				continue
			}
			k, ok := stratum(bits, linked)
			if !ok {
				continue
			}
			out.quality.count(k, bits)
			if w.j.o.Sample > 0 {
				if w.drawn[k].most == 0 {
					w.drawn[k].most = w.j.o.Sample
				}
				w.drawn[k].put(SampledPair{w.rows[x], w.rows[y], bits, k})
			}
		}
	}
}

// ways works out, for each two records of a person, the weight of the weakest link on the way between them.
func (w *weighed) ways(links []Link) {
	n := len(w.rows)
	w.way = slices.Grow(w.way[:0], n*n)[:n*n]
	for i := range w.way {
		w.way[i] = math.Inf(-1)
	}
	w.strong = append(w.strong[:0], links...)
	bits := func(k Link) float64 {
		if k.Answered {
			return strongest
		}
		return k.Bits
	}
	slices.SortStableFunc(w.strong, func(x, y Link) int { return cmp.Compare(bits(y), bits(x)) })
	w.side = slices.Grow(w.side[:0], n)[:n]
	for i := range w.side {
		w.side[i] = append(w.side[i][:0], i)
	}
	w.at = w.at[:0]
	for x := range n {
		w.at = append(w.at, x)
	}
	for _, k := range w.strong { // the strongest first: what a link brings together has it as its weakest
		from, to := w.at[w.place(k.A)], w.at[w.place(k.B)]
		for _, x := range w.side[from] {
			for _, y := range w.side[to] {
				w.way[min(x, y)*n+max(x, y)] = bits(k)
			}
		}
		for _, y := range w.side[to] {
			w.at[y] = from
		}
		w.side[from] = append(w.side[from], w.side[to]...)
	}
}
