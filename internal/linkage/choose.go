package linkage

import "slices"

// finders are the rules that find a pair, by their places in blocks.rules: a bit each.
type finders uint64

func (f finders) has(rule int) bool { return f>>rule&1 != 0 }

// catch is what the same rules find.
type catch struct {
	by      finders
	pairs   int64
	matches float64 // how many of them are of one person, by the model
}

// choice is a rule in its turn: what it adds to those before it, and what that costs.
type choice struct {
	rule    int
	pairs   int64
	matches float64
	seconds float64 // of one processor
	rests   bool
}

const (
	// restShare is the share of all matches that rules may rest for: together they find no more of those that the others miss.
	restShare = .001
	// worthSecond is from how many matches that it adds a rule is worth a second of one processor, however small their share.
	worthSecond = 1000
)

// cover orders rules by greedy cover: next comes the one that adds the most matches for its time, of equal ones the first. The last rest, if any may:
// from where all that are left would add a share of restShare at most and the next is not worth its time. keys has, of each rule, the seconds that
// its keys take.
func cover(all []catch, keys []float64, mayRest bool) []choice {
	left := slices.Clone(all)
	few := restShare * matchesOf(left)
	var list []choice
	var taken finders
	resting := false
	for range keys {
		best := choice{rule: -1}
		for k := range keys {
			if c := adding(k, left, keys[k]); !taken.has(k) && (best.rule < 0 || c.matches*best.seconds > best.matches*c.seconds) {
				best = c
			}
		}
		resting = resting || mayRest && matchesOf(left) <= few && best.matches < worthSecond*best.seconds
		best.rests = resting
		taken |= 1 << best.rule
		left = without(left, best.rule)
		list = append(list, best)
	}
	return list
}

// inTurn is what each of so many rules adds in the order in which they stand.
func inTurn(all []catch, keys []float64) (list []choice) {
	left := slices.Clone(all)
	for k := range keys {
		list = append(list, adding(k, left, keys[k]))
		left = without(left, k)
	}
	return list
}

func matchesOf(list []catch) (sum float64) {
	for _, c := range list {
		sum += c.matches
	}
	return sum
}

// without leaves out what a rule finds.
func without(left []catch, rule int) []catch {
	return slices.DeleteFunc(left, func(c catch) bool { return c.by.has(rule) })
}

// adding is what a rule finds of what is left.
func adding(rule int, left []catch, keys float64) choice {
	sum := choice{rule: rule}
	for _, c := range left {
		if c.by.has(rule) {
			sum.pairs += c.pairs
			sum.matches += c.matches
		}
	}
	sum.seconds = keys + float64(sum.pairs)*pairNanoseconds/1e9
	return sum
}

// finders are the rules that find a pair, of which the first is told.
func (b *blocks) finders(first uint8, i, j uint32) finders {
	by := finders(1) << first
	for k := int(first) + 1; k < b.width; k++ {
		if b.leastShared(k, i, j) != 0 {
			by |= 1 << k
		}
	}
	return by
}

// choose says what each rule adds by a sample of the pairs that they find, and which rest, if any may. Unlikely pairs count by their chance too:
// where a value that agrees is rare they weigh more than the sample says. Where every pair is compared rules stay in their order.
func (b *blocks) choose(m *Model, sample []patternCount, mayRest bool) []choice {
	var all []catch
	likelihood := m.likelihood()
	for _, p := range sample { // in the order of who finds them
		if len(all) == 0 || all[len(all)-1].by != p.by {
			all = append(all, catch{by: p.by})
		}
		c := &all[len(all)-1]
		c.pairs += p.count
		l := p.pattern.levels()
		one, kin := likelihood.of(&l)
		c.matches += float64(p.count) * one / (one + 1 + kin)
	}
	keys := make([]float64, len(b.rules))
	for k := range b.width {
		keys[k] = float64(len(b.c.records)) * keyNanoseconds / 1e9
	}
	if b.width < len(b.rules) {
		return inTurn(all, keys)
	}
	return cover(all, keys, mayRest)
}

// rest has the rules that rest find nothing, and gives their names.
func (b *blocks) rest(list []choice) (names []string) {
	var resting []int
	for _, c := range list {
		if c.rests {
			resting = append(resting, c.rule)
			names = append(names, b.rules[c.rule].name)
			b.sorted[c.rule] = sortedRule{}
		}
	}
	if len(resting) == 0 {
		return nil
	}
	inParallel(b.c.workers, len(b.c.records), 4096, func(_, from, to int) {
		for row := from; row < to; row++ {
			keys := b.keysOf(uint32(row))
			for _, k := range resting {
				keys[k] = 0 // who has no first key has no further ones
			}
		}
	})
	b.work = nil
	b.divide()
	return names
}

// holding are the rules of a list that hold where a run is held to another by its model.
func (m *Model) holding(list []rule) []rule {
	return slices.DeleteFunc(slices.Clone(list), func(r rule) bool { return slices.Contains(m.Rests, r.name) })
}
