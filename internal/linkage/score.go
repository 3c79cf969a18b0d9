package linkage

import "math"

// A score is a sum of parts in bits (log2 of odds): where a pair picked at random starts, one part for each field, and what
// people of one household would agree in as well. Positive speaks for one person.
const (
	startPart     = 0
	firstField    = 1
	namesPart     = firstField + int(fieldCount)
	householdPart = namesPart + 1
	partCount     = householdPart + 1
)

type parts [partCount]float64

// total sums the parts in their order, so that what is shown adds up to what was decided on to the last bit.
func (p *parts) total() float64 {
	sum := 0.0
	for _, b := range p {
		sum += b
	}
	return sum
}

// Probability turns bits into a probability that two records are of one person.
func Probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// scorer weighs compared pairs by a model and by how common their values are.
type scorer struct {
	columns *columns
	totals  *totals
	model   *Model
	start   float64
	// kin[f][l] is how much likelier level l is for two people of one household than for two people at large, but for
	// values whose commonness is known.
	kin [fieldCount][]float64
	// odds of a household pair against a pair at large.
	household float64
	names     *fullNames
	slips     float64 // the share of a person's further records that have another date of birth by a slip
	// same[f][v] is the weight of both having value v of a field whose values many records share; other fields' are worked
	// out when they are met. Dates of birth are their own numbers.
	same [fieldCount][]worth
	// shared[f][n] is the weight of both having a value that n records have, of the fields where nothing else bears on it.
	shared  [fieldCount][]worth
	cohorts cohorts
	// lessOfComposite is by how many bits a composite of the strict mode says less than its fields usually do, for being of many; nil in any other.
	lessOfComposite []float32
}

// worth is what sharing a value says: how many times likelier it is of one person than of two, and that in bits.
type worth struct{ times, bits float64 }

// How often two people of one household (or close kin) agree where strangers do by chance only; assumptions, but that one
// birth in 66 is of twins. The rest agree as strangers do.
const (
	kinSurname  = .75
	kinPostcode = .95
	kinAddress  = .90
	kinPlace    = .95
	kinPhone    = .30
	// Among pairs of kin: twins, who share a date of birth and not a forename, and namesakes (father and son), the other way about.
	kinTwins        = .03
	kinNamesakes    = .015
	twinsForename   = .001
	namesakesBirth  = 1e-5
	siblingForename = .05 // what is left of the chance to share a forename among other kin
)

func newScorer(c *columns, t *totals, m *Model) *scorer {
	s := &scorer{columns: c, totals: t, model: m, start: math.Log2(m.Match / (1 - m.Match)), household: m.Household, names: c.fullNames(),
		slips: 1 - math.Sqrt(m.m[Birth][birthSame])}
	if s.cohorts = t.cohorts; s.cohorts == nil {
		s.cohorts = c.cohorts(t)
	}
	for f := range fieldCount {
		s.kin[f] = make([]float64, len(fields[f].levels))
		s.kin[f][none] = 1
		for l := 1; l < len(s.kin[f]); l++ {
			k := kinShare(f)
			s.kin[f][l] = k*m.m[f][l]/m.u[f][l] + 1 - k
		}
	}
	for f := Postcode; f <= Email; f++ {
		s.shared[f] = make([]worth, s.mostShared(f)+1)
		for n := range s.shared[f] {
			s.shared[f][n] = s.weigh(f, uint32(n), commonnessOf[f].typical)
		}
	}
	s.same[Forename] = s.worths(Forename, len(c.names.facts))
	s.same[Surname] = s.worths(Surname, len(c.names.facts))
	s.same[Postcode] = s.worths(Postcode, c.postcodes.size()+1)
	if len(c.births) > fewBirths {
		last := birth(0)
		for b := range c.births {
			if b.whole() {
				last = max(last, b)
			}
		}
		s.same[Birth] = make([]worth, last+1)
		for b := range c.births {
			if b.whole() {
				s.same[Birth][b] = s.worth(Birth, uint32(b))
			}
		}
	}
	s.lessOfComposite = s.crowdedComposites()
	return s
}

// fewBirths is up to how many dates of birth are weighed when they are met.
const fewBirths = 1000

func (s *scorer) worths(f Field, n int) []worth {
	list := make([]worth, n)
	inParallel(s.columns.workers, n, 4096, func(_, from, to int) {
		for v := max(from, 1); v < to; v++ {
			list[v] = s.worth(f, uint32(v))
		}
	})
	return list
}

// worth weighs both having value v of a field.
func (s *scorer) worth(f Field, v uint32) worth {
	records, typical := s.totals.of(s.columns, f, v)
	if int(records) < len(s.shared[f]) {
		return s.shared[f][records]
	}
	return s.weigh(f, records, typical)
}

// weigh weighs both having a value that so many records have.
func (s *scorer) weigh(f Field, records uint32, typical float64) worth {
	times := s.model.m[f][valueSame] / s.totals.shareOf(f, records, typical, s.model)
	return worth{times, math.Log2(times)}
}

// mostShared is the most records that have one value of a field, as far as it is worth while to weigh each number once.
func (s *scorer) mostShared(f Field) (most uint32) {
	for _, n := range s.columns.dictionaryOf(f).count {
		most = max(most, n)
	}
	return min(most, 1000)
}

// sameWorth weighs the value that both records have, for fields whose values' commonness matters.
func (s *scorer) sameWorth(f Field, r *record) (worth, bool) {
	v, ok := r.value(f)
	switch {
	case !ok:
		return worth{}, false
	case s.same[f] != nil:
		return s.same[f][v], true
	}
	return s.worth(f, v), true
}

func kinShare(f Field) float64 {
	switch f {
	case Surname:
		return kinSurname
	case Postcode:
		return kinPostcode
	case Address:
		return kinAddress
	case Place:
		return kinPlace
	case Phone:
		return kinPhone
	}
	return 0
}

// score works out the parts of a pair.
func (s *scorer) score(o *compared, p *parts) float64 {
	p[startPart] = s.start
	kin := 1.0                            // how much likelier kin agree so than strangers
	forenameTimes, birthTimes := 0.0, 0.0 // where both are the same
	for f := range fieldCount {
		l := o.levels[f]
		if l == none {
			p[firstField+int(f)] = 0
			continue
		}
		if f == SexField && l == sexSame && o.levels[Forename] == forenameSame {
			p[firstField+int(f)] = 0 // the forename has told it
			continue
		}
		bits := s.model.weights[f][l]
		var w worth
		weighed := false
		if l == valueSame {
			w, weighed = s.sameWorth(f, &o.a)
		}
		if weighed {
			if f == Forename {
				bits := s.forenameBits(o.a.forename, &o.a, &o.b)
				w = worth{w.times * math.Exp2(bits-w.bits), bits}
			}
			bits = w.bits
			if k := kinShare(f); k > 0 {
				kin *= k*w.times + 1 - k
			}
			switch f {
			case Forename:
				forenameTimes = w.times
			case Birth:
				birthTimes = w.times
			}
		} else {
			kin *= s.kin[f][l]
			switch {
			case f <= Surname:
				bits += s.closeNames(f, l, o)
			case f == Place && l == valueClose:
				// Close to a common value says no more than the value itself.
				bits = min(bits, max(0, min(s.sameBits(f, &o.a), s.sameBits(f, &o.b))))
			}
		}
		if o.ways[f] > 1 && bits > 0 {
			bits = max(0, bits-math.Log2(float64(o.ways[f]))) // the best of several pairs agrees sooner by chance
		}
		p[firstField+int(f)] = bits
	}
	if s.lessOfComposite != nil {
		s.takeCrowds(o, p)
	}
	p[namesPart] = 0
	if o.levels[Forename] == forenameSame && o.levels[Surname] == surnameSame {
		p[namesPart] = -math.Log2(s.together(o))
	}
	p[householdPart] = 0
	if x := s.household * kin * kinship(forenameTimes, birthTimes); x > 1e-6 {
		p[householdPart] = -math.Log2(1 + x)
	}
	return p.total()
}

// sameBits is what the value of a record would weigh if the other had the same.
func (s *scorer) sameBits(f Field, r *record) float64 {
	w, _ := s.sameWorth(f, r)
	return w.bits
}

// kinship is how much likelier kin agree in forename and date of birth than strangers, over the sorts of kin. Each is given as how
// many times likelier one person than two would have the same, and 0 where the two records do not.
func kinship(forenameTimes, birthTimes float64) float64 {
	plain, twins, namesakes := 1-kinTwins-kinNamesakes, kinTwins, kinNamesakes
	if forenameTimes > 0 {
		plain *= siblingForename
		twins *= twinsForename
		namesakes *= min(forenameTimes, 1e6)
	}
	if birthTimes > 0 {
		twins *= min(birthTimes, 1e6)
		namesakes *= namesakesBirth * min(birthTimes, 1e6)
	}
	return plain + twins + namesakes
}

// mostCloseNames is the most that commonness adds to names that are close.
const mostCloseNames = 3

// closeNames weighs names that are close but not the same by the commoner of the two: half, in bits, of what it would be for
// the same name.
func (s *scorer) closeNames(f Field, l Level, o *compared) float64 {
	x, y := o.a.forename, o.b.forename
	switch {
	case f == Forename && (l == forenameShort || l == forenameVeryClose):
	case f == Surname && l == surnameVeryClose:
		x, y = o.a.surname, o.b.surname
	default:
		return 0
	}
	rarer := min(s.same[f][x].bits, s.same[f][y].bits)
	if f == Forename {
		rarer = min(s.forenameBits(x, &o.a, &o.b), s.forenameBits(y, &o.a, &o.b))
	}
	return min(max((rarer-s.model.weights[f][valueSame])/2, -mostCloseNames), mostCloseNames)
}
