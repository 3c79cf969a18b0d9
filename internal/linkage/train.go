package linkage

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// patternCount is how often a pattern was seen among the pairs compared that the same rules find.
type patternCount struct {
	pattern pattern
	by      finders
	count   int64
}

// tally counts patterns by who finds them; one goroutine has one. Open addressing; a slot without a count is free.
type tally struct {
	pair  compared // the pair at hand
	slots []patternCount
	used  int
}

func newTally() *tally { return &tally{slots: make([]patternCount, 1<<9)} }

func (t *tally) add(p pattern, by finders, n int64) {
	mask := uint64(len(t.slots) - 1)
	for i := mix(uint64(p)+uint64(by)*0x9e3779b97f4a7c15) & mask; ; i = (i + 1) & mask {
		switch s := &t.slots[i]; {
		case s.count == 0:
			*s = patternCount{p, by, n}
			if t.used++; t.used*2 > len(t.slots) {
				t.grow()
			}
			return
		case s.pattern == p && s.by == by:
			s.count += n
			return
		}
	}
}

func (t *tally) grow() {
	old := *t
	t.slots, t.used = make([]patternCount, 2*len(old.slots)), 0
	for _, s := range old.slots {
		if s.count > 0 {
			t.add(s.pattern, s.by, s.count)
		}
	}
}

// merged gives the counts of all tallies in order, so that sums over them are the same every time.
func merged(tallies []*tally) []patternCount {
	all := newTally()
	for _, t := range tallies {
		for _, s := range t.slots {
			if s.count > 0 {
				all.add(s.pattern, s.by, s.count)
			}
		}
	}
	return all.list()
}

// whoeverFinds adds up counts whoever finds the pairs.
func whoeverFinds(list []patternCount) []patternCount {
	all := newTally()
	for _, p := range list {
		all.add(p.pattern, 0, p.count)
	}
	return all.list()
}

// list gives the counts in the order of who finds them, and of their patterns.
func (t *tally) list() []patternCount {
	list := slices.DeleteFunc(t.slots, func(s patternCount) bool { return s.count == 0 })
	slices.SortFunc(list, func(a, b patternCount) int {
		return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.pattern, b.pattern))
	})
	return list
}

const (
	// trainingRecords is for how many records all pairs found are trained on; of k times as many, about one pair in k.
	trainingRecords = 25_000
	// mostTrained is about how many pairs are trained on where every pair is compared.
	mostTrained = 5_000_000
	// randomPairs is how many pairs are picked at random to learn how two people agree; of few records, all. They are all pairs of so many
	// records at a time, which are picked at random: fifty records and their values stay at hand while 1,225 pairs of them are compared.
	randomPairs  = clumps * clumpRecords * (clumpRecords - 1) / 2
	clumps       = 800
	clumpRecords = 50
	// lastIteration is where training stops if it has not converged before.
	lastIteration = 300
	// settled is the largest change of any m, and of the share of matches relative to itself, that counts as none.
	settled = 1e-5
	// roughPairs is how many random pairs the u of the table in level.go count for.
	roughPairs = 2000
	// leastKin is how many pairs of kin there are at least for each pair of one person. Records of families look like those of
	// one person whose forename or date of birth is wrong, and a file may hold too few to learn from.
	leastKin = .01
	// mostDifferent is the most that training says of records of one person: that half differ in forename, in surname or in date of birth.
	// Without it a file of hostels, in which far more pairs share an address than are of one person, teaches that who shares one is one.
	mostDifferent = .5
	// enoughTold is how many pairs of one person that have a number on both records are enough to learn from how such pairs agree in the
	// other fields; those without then count for untoldWorth times as many at most. A number says who is one person whatever else differs,
	// while a pair without was found because it agrees: left to themselves, people of one full name teach that dates of birth often differ.
	enoughTold, untoldWorth = 500, .1
	// rare is the u below which data never lowers it.
	rare = 1e-5
)

// trainedOn is the sample of pairs that training looks at.
func (b *blocks) trainedOn() sample {
	oneIn := 1 + len(b.c.records)/trainingRecords
	if every := len(b.rules) > b.width; every {
		n := len(b.c.records)
		oneIn = max(oneIn, n*(n-1)/2/mostTrained)
	}
	return sample(oneIn)
}

// countFound counts the patterns of the pairs that rules find, by which: of every pair, or of a sample of one in k, counted k times.
func (c *columns) countFound(b *blocks) []patternCount {
	oneIn := b.trainedOn()
	tallies := c.newTallies()
	b.run(oneIn, nil, func(int) {}, func(worker, _ int, rule uint8, i, j uint32) {
		t := tallies[worker]
		c.compare(i, j, &t.pair)
		t.add(t.pair.levels.pattern(), b.finders(rule, i, j), int64(oneIn))
	})
	return merged(tallies)
}

// countRandom counts the patterns of pairs at large, and says how many there are.
func (c *columns) countRandom() ([]patternCount, float64) {
	n := len(c.records)
	tallies := c.newTallies()
	count := func(worker int, i, j uint32) {
		t := tallies[worker]
		c.compare(i, j, &t.pair)
		t.add(t.pair.levels.pattern(), 0, 1)
	}
	if n*(n-1)/2 <= randomPairs {
		inParallel(c.workers, n, 16, func(worker, from, to int) {
			for i := from; i < to; i++ {
				for j := i + 1; j < n; j++ {
					count(worker, uint32(i), uint32(j))
				}
			}
		})
		return merged(tallies), float64(n) * float64(n-1) / 2
	}
	inParallel(c.workers, clumps, 1, func(worker, clump, _ int) {
		var rows [clumpRecords]uint32
		for k := range rows {
			high, _ := bits.Mul64(mix(uint64(clump*clumpRecords+k)*0x9e3779b97f4a7c15+1), uint64(n))
			rows[k] = uint32(high)
		}
		for k, i := range rows {
			for _, j := range rows[k+1:] {
				if i != j {
					count(worker, min(i, j), max(i, j))
				}
			}
		}
	})
	return merged(tallies), randomPairs
}

func (c *columns) newTallies() []*tally {
	list := make([]*tally, c.workers)
	for i := range list {
		list[i] = newTally()
	}
	return list
}

// tables are sums by field and level.
type tables [fieldCount][]float64

func newTables() (t tables) {
	for f := range fieldCount {
		t[f] = make([]float64, len(fields[f].levels))
	}
	return t
}

// Train learns a model by expectation and maximisation over three sorts of pair: of one person, of two people who are kin or
// live together, of two strangers. Pairs that no rule finds are taken for strangers. How strangers agree (u) is what all
// pairs show less what the pairs of one person account for; what the data does not say stays as StartModel has it.
func (c *columns) train(found []patternCount) *Model { return c.trainUpTo(lastIteration, found) }

// trainUpTo trains for so many iterations at most.
func (c *columns) trainUpTo(last int, found []patternCount) *Model {
	random, sample := c.countRandom()
	n := len(c.records)
	total := float64(n) * float64(n-1) / 2
	m := StartModel(n)
	m.Records = n
	for _, p := range found {
		m.Pairs += int(p.count)
	}
	if n < 2 {
		m.Converged = true
		return m
	}
	all := whole{levels: newTables(), alike: c.fullNames().pairs, dated: c.fullNames().dated, total: total, sample: min(sample, total)}
	for _, p := range random {
		l := p.pattern.levels()
		for f := range fieldCount {
			all.levels[f][l[f]] += float64(p.count) / sample * total
		}
	}
	c.exactPairs(&all.levels)
	list := make([]trained, len(found))
	for i, p := range found {
		l := p.pattern.levels()
		list[i] = trained{l, float64(p.count), l[NHSNumber]|l[NINO]|l[OtherNumber] != none}
	}
	for m.Iterations = 1; m.Iterations <= last; m.Iterations++ {
		next := m.step(list, &all)
		moved := math.Abs(next.Match-m.Match) / m.Match
		for f := range fieldCount {
			for l := range m.m[f] {
				moved = math.Max(moved, math.Abs(next.m[f][l]-m.m[f][l]))
			}
		}
		iterations, before := m.Iterations, m.Moved
		*m = *next
		m.Iterations, m.Moved = iterations, append(before, moved)
		if moved < settled {
			m.Converged = true
			break
		}
	}
	m.Iterations = min(m.Iterations, last)
	m.RecordsPerPerson = 1 + m.Match*float64(n-1)
	m.weigh()
	return m
}

// exactPairs puts exact counts in place of sampled ones where equal values can be counted.
func (c *columns) exactPairs(all *tables) {
	put := func(f Field, pairs float64) { all[f][valueSame] = pairs }
	put(Phone, c.phones.pairs())
	put(Email, c.emails.pairs())
	put(NHSNumber, c.nhs.pairs())
	put(NINO, c.ninos.pairs())
	put(OtherNumber, c.others.pairs())
	put(Address, c.addresses.pairs())
	births := 0.0
	for b, n := range c.births {
		if b.whole() {
			births += float64(n) * float64(n-1) / 2
		}
	}
	put(Birth, births)
}

// trained is one pattern while training.
type trained struct {
	levels  levels
	count   float64
	numbers bool // both records have a number of one kind
}

// likelihood is how much likelier each level is under a model, by field.
type likelihood struct {
	m          *Model
	ratio, kin [fieldCount][]float64 // of one person, and of two who are kin, against two strangers
}

func (m *Model) likelihood() *likelihood {
	h := &likelihood{m: m}
	for f := range fieldCount {
		h.ratio[f], h.kin[f] = make([]float64, len(m.m[f])), make([]float64, len(m.m[f]))
		h.ratio[f][none], h.kin[f][none] = 1, 1
		k := kinShare(f)
		for l := 1; l < len(m.m[f]); l++ {
			h.ratio[f][l] = m.m[f][l] / m.u[f][l]
			h.kin[f][l] = k*h.ratio[f][l] + 1 - k
		}
	}
	return h
}

// of gives how many times likelier than of two strangers a pair of these levels is of one person, and of two who are kin.
func (h *likelihood) of(l *levels) (one, kin float64) {
	one, kin = h.m.Match/(1-h.m.Match), h.m.Household
	for f := range fieldCount {
		one *= h.ratio[f][l[f]]
		kin *= h.kin[f][l[f]]
	}
	forename, birth := 0.0, 0.0
	if l[Forename] == forenameSame {
		forename = h.ratio[Forename][forenameSame]
		if l[SexField] == sexSame { // the forename has told it
			one /= h.ratio[SexField][sexSame]
		}
	}
	if l[Birth] == birthSame {
		birth = h.ratio[Birth][birthSame]
	}
	if l[Forename] == forenameSame && l[Surname] == surnameSame {
		one /= h.m.Together
	}
	return one, kin * kinship(forename, birth)
}

// whole is what training holds still: what is known of all pairs at large.
type whole struct {
	levels tables  // pairs by level
	alike  float64 // pairs that have forename and surname the same and, both, a whole date of birth
	dated  float64 // pairs of records that have both names and a whole date of birth
	total  float64 // pairs
	sample float64 // of how many the levels were counted
}

// step is one iteration: who is likely of one person under m, and the model that makes that likeliest.
func (m *Model) step(list []trained, all *whole) *Model {
	told, untold := newTables(), newTables() // pairs of one person: with a number on both records, and without
	matches, households, alike := 0.0, 0.0, 0.0
	likelihood := m.likelihood()
	for i := range list {
		p := &list[i]
		likelier, kinLikelier := likelihood.of(&p.levels)
		of := p.count / (likelier + 1 + kinLikelier)
		matches += of * likelier
		households += of * kinLikelier
		if p.levels[Forename] == forenameSame && p.levels[Surname] == surnameSame && p.levels[Birth] != none && p.levels[Birth] < birthYear {
			alike += of * likelier
		}
		to := &untold
		if p.numbers {
			to = &told
		}
		for f := range fieldCount {
			to[f][p.levels[f]] += of * likelier
		}
	}
	next := m.clone()
	next.Match = min((matches+1)/all.total, .5)
	next.Household = max(min(households/all.total, .5), leastKin*next.Match)
	for f := range fieldCount {
		next.learnField(f, told[f], untold[f], all)
	}
	byChance := next.u[Forename][forenameSame] * next.u[Surname][surnameSame] * all.dated
	next.Together = math.Max(1, (all.alike-alike+roughTogether)/(byChance+roughTogether))
	next.capDifferent(Forename, forenameDifferent)
	next.capDifferent(Surname, surnameDifferent)
	next.capDifferent(Birth, birthDifferent)
	return next
}

// learnField works out m and u of one field from the pairs of one person, by level, that a number tells of and that none does.
func (m *Model) learnField(f Field, told, untold []float64, all *whole) {
	begin := fields[f].levels
	var toldOf, untoldOf, oneOf, twoOf [kinds]float64
	for l := 1; l < len(begin); l++ {
		toldOf[begin[l].kind] += told[l]
		untoldOf[begin[l].kind] += untold[l]
	}
	one, two := make([]float64, len(begin)), make([]float64, len(begin))
	for l := 1; l < len(begin); l++ {
		kind := begin[l].kind
		counts := 1.0 // what a pair that no number tells of counts for
		if f < NHSNumber && toldOf[kind] >= enoughTold {
			counts = min(1, untoldWorth*toldOf[kind]/untoldOf[kind])
		}
		one[l] = told[l] + counts*untold[l] + fields[f].strength*begin[l].m
		two[l] = math.Max(0, all.levels[f][l]-told[l]-untold[l])*all.sample/all.total + roughPairs*begin[l].u
		oneOf[kind] += one[l]
		twoOf[kind] += two[l]
	}
	for l := 1; l < len(begin); l++ {
		m.m[f][l] = one[l] / oneOf[begin[l].kind]
		m.u[f][l] = two[l] / twoOf[begin[l].kind]
		if begin[l].u < rare {
			m.u[f][l] = math.Max(m.u[f][l], begin[l].u) // too rare for random pairs to tell
		}
	}
}

// capDifferent keeps the m of a level to mostDifferent; the other levels of its kind share what is taken off.
func (m *Model) capDifferent(f Field, different Level) {
	p := m.m[f][different]
	if p <= mostDifferent {
		return
	}
	for l := 1; l < len(m.m[f]); l++ {
		if fields[f].levels[l].kind == fields[f].levels[different].kind {
			m.m[f][l] *= (1 - mostDifferent) / (1 - p)
		}
	}
	m.m[f][different] = mostDifferent
}
