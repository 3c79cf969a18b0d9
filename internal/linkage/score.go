package linkage

import "math"

// A score is a sum of parts in bits (log2 of odds): where a pair picked at random starts, one part for each field, and what
// people of one household would agree in as well. Positive speaks for one person.
const (
	startPart     = 0
	firstField    = 1
	householdPart = firstField + int(fieldCount)
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
}

// How often two people of one household (or close kin) agree where strangers do by chance only; assumptions but for twins, one in
// 66 births. The rest agree as strangers do.
const (
	kinSurname  = .75
	kinPostcode = .95
	kinAddress  = .90
	kinPlace    = .95
	kinPhone    = .30
	// Among pairs of kin: twins, who share a date of birth and not a forename, and namesakes (father and son), the other way about.
	kinTwins        = .015
	kinNamesakes    = .015
	twinsForename   = .001
	namesakesBirth  = 1e-5
	siblingForename = .05 // what is left of the chance to share a forename among other kin
)

func newScorer(c *columns, t *totals, m *Model) *scorer {
	s := &scorer{columns: c, totals: t, model: m, start: math.Log2(m.Match / (1 - m.Match)), household: m.Household}
	for f := range fieldCount {
		s.kin[f] = make([]float64, len(fields[f].levels))
		s.kin[f][none] = 1
		for l := 1; l < len(s.kin[f]); l++ {
			k := kinShare(f)
			s.kin[f][l] = k*m.m[f][l]/m.u[f][l] + 1 - k
		}
	}
	return s
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
	kin := 1.0                                // how much likelier kin agree so than strangers
	forenameChance, birthChance := -1.0, -1.0 // share of other people with the value, where both are the same
	for f := range fieldCount {
		l := o.levels[f]
		if l == none {
			p[firstField+int(f)] = 0
			continue
		}
		bits := s.model.weights[f][l]
		if share, ok := s.totals.shareOf(s.columns, f, l, &o.a, s.model.RecordsPerPerson); ok {
			bits = math.Log2(s.model.m[f][l] / share)
			if k := kinShare(f); k > 0 {
				kin *= k*s.model.m[f][l]/share + 1 - k
			}
			switch f {
			case Forename:
				forenameChance = share
			case Birth:
				birthChance = share
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
			bits = math.Max(0, bits-math.Log2(float64(o.ways[f]))) // the best of several pairs agrees sooner by chance
		}
		p[firstField+int(f)] = bits
	}
	p[householdPart] = -math.Log2(1 + s.household*kin*kinship(forenameChance, birthChance))
	return p.total()
}

// sameBits is what the value of a record would weigh if the other had the same.
func (s *scorer) sameBits(f Field, r *record) float64 {
	share, _ := s.totals.shareOf(s.columns, f, valueSame, r, s.model.RecordsPerPerson)
	return math.Log2(s.model.m[f][valueSame] / share)
}

// kinship is how much likelier kin agree in forename and date of birth than strangers, over the sorts of kin. A chance below
// nought says that the two records do not have the same value.
func kinship(forename, birth float64) float64 {
	plain, twins, namesakes := 1-kinTwins-kinNamesakes, kinTwins, kinNamesakes
	if forename >= 0 {
		plain *= siblingForename
		twins *= twinsForename
		namesakes /= math.Max(forename, 1e-6)
	}
	if birth >= 0 {
		twins /= math.Max(birth, 1e-6)
		namesakes *= namesakesBirth / math.Max(birth, 1e-6)
	}
	return plain + twins + namesakes
}

// closeNames weighs names that are close but not the same by the commoner of the two: half, in bits, of what it would be for
// the same name.
func (s *scorer) closeNames(f Field, l Level, o *compared) float64 {
	var share float64
	per := s.model.RecordsPerPerson
	switch {
	case f == Forename && (l == forenameShort || l == forenameVeryClose):
		share = math.Max(s.totals.forenameShare(s.columns, o.a.forename, per), s.totals.forenameShare(s.columns, o.b.forename, per))
	case f == Surname && l == surnameVeryClose:
		share = math.Max(s.totals.surnameShare(s.columns, o.a.surname, per), s.totals.surnameShare(s.columns, o.b.surname, per))
	default:
		return 0
	}
	usual := math.Max(s.model.u[f][valueSame], share/1024)
	return min(max(math.Log2(usual/share)/2, -3), 3)
}
