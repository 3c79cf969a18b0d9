package linkage

import (
	"math"
	"sync"

	"throughline/reference"
)

// Forenames go with the time of birth: Oscar is one boy in eighty of the 2010s and hardly one man of sixty. Where both records say when somebody was
// born, the same forename is weighed by how common it is among those born then: its share among all, as frequency.go has it, times
//
//	stray + (1 - stray) × share of those born then / share of all ages
//
// where both shares are the country's (reference.Forenames, all ages as the records here have them) and stray is the share of people whose forename
// does not go by their time of birth: they are from elsewhere, or the list is wrong. The records say how many that are, of all forenames and of each,
// since such people's birthdays are spread as everybody's. Files whose names were made up thus weigh as if nothing were known of cohorts.
// Between the middles of two decades the bits change evenly with the year. A name that is on no decade's list weighs as ever.

const (
	firstDecade, lastDecade = 1930, 2010
	decades                 = (lastDecade-firstDecade)/10 + 1
)

// byDecade is something of each decade of birth, from firstDecade.
type byDecade [decades]float64

// unlisted is how common a name is taken to be in a decade whose list lacks it, by the last name of that list.
const unlisted = 1. / 20

// listed gives the country's forenames: a number from 1 for each, and by number their shares of people born in each decade. Number 0 is of no name.
var listed = sync.OnceValue(func() (t struct {
	number map[string]uint16
	shares []byDecade
}) {
	t.number, t.shares = map[string]uint16{}, make([]byDecade, 1)
	var rest byDecade // of a name that a decade's lists lack
	for d := range decades {
		for _, sex := range []byte{'f', 'm'} {
			list := reference.Forenames(sex, firstDecade+10*d)
			for _, s := range list {
				n, known := t.number[s.Name]
				if !known {
					n = uint16(len(t.shares))
					t.number[s.Name], t.shares = n, append(t.shares, byDecade{})
				}
				t.shares[n][d] += float64(s.PerMillion) / 2e6
			}
			rest[d] += unlisted * float64(list[len(list)-1].PerMillion) / 4e6
		}
	}
	for n := range t.shares {
		for d := range decades {
			t.shares[n][d] = max(t.shares[n][d], rest[d])
		}
	}
	return t
})

// cohorts is what it weighs more, in bits, that two people born in the middle of a decade have a listed forename, by its number.
type cohorts [][decades]float32

const (
	// straying is the share of people whose forename does not go by their birth before the data says so, and strayingCounts for how many records
	// that stands. As many more are taken to be born evenly over the decades.
	straying, strayingCounts = .95, 200
	// strayingOfOne is for how many records what is learnt of all forenames stands where one is learnt.
	strayingOfOne = 20
	// leastStraying keeps a name that the data has never met in a decade from saying more than a few bits.
	leastStraying = .05
)

// usualCohorts are those of no data.
var usualCohorts = sync.OnceValue(func() cohorts { return (&births{}).cohorts() })

// births counts records by decade of birth: all, and those of each listed forename.
type births struct {
	all [decades]int
	of  [][decades]uint32 // by number; nil for none
}

// cohorts are what the records that count teach, or the usual ones where none do.
func (c *columns) cohorts(t *totals) cohorts {
	if t.all == 0 {
		return usualCohorts()
	}
	return c.birthsOf(t).cohorts()
}

// birthsOf counts the records that count.
func (c *columns) birthsOf(t *totals) *births {
	b := &births{of: make([][decades]uint32, len(listed().shares))}
	for i := range c.records {
		r := &c.records[i]
		if r.birth == 0 || r.flags&cameSince != 0 {
			continue
		}
		d := decadeOf(r.birth)
		b.all[d]++
		b.of[t.names[r.forename].listed][d]++
	}
	return b
}

func decadeOf(b birth) int { return min(max(b.year()-firstDecade, 0)/10, decades-1) }

// cohorts works out what forenames weigh more among those born in each decade, and learns how many people's go by it: of all names, then of each.
func (b *births) cohorts() cohorts {
	var ages byDecade // the share of people born in each decade
	sum := 0.0
	for d, n := range b.all {
		ages[d] = float64(n) + strayingCounts/decades
		sum += ages[d]
	}
	shares := listed().shares
	ratios := make([]byDecade, len(shares)) // of the share of those born then to that of all
	var met []cell
	for n := 1; n < len(shares); n++ {
		mean := 0.0
		for d, share := range shares[n] {
			mean += share * ages[d] / sum
		}
		for d, share := range shares[n] {
			ratios[n][d] = share / mean
		}
		met = b.met(met, n, &ratios[n])
	}
	usual := stray(met, straying, strayingCounts)
	list := make(cohorts, len(shares))
	for n := 1; n < len(shares); n++ {
		met = b.met(met[:0], n, &ratios[n])
		own := max(stray(met, usual, strayingOfOne), leastStraying)
		for d, ratio := range ratios[n] {
			list[n][d] = float32(-math.Log2(own + (1-own)*ratio))
		}
	}
	return list
}

// cell is how many records of a forename are of people born in a decade, and how many times as common it is among these as among all.
type cell struct{ records, ratio float64 }

// met adds a forename's cells.
func (b *births) met(to []cell, n int, ratios *byDecade) []cell {
	if b.of == nil {
		return to
	}
	for d, k := range b.of[n] {
		if k > 0 {
			to = append(to, cell{float64(k), ratios[d]})
		}
	}
	return to
}

// stray is the share of people whose forename does not go by their birth, by expectation and maximisation over who is one of them; it begins as
// usual, which stands for so many records.
func stray(list []cell, usual, counts float64) float64 {
	all := counts
	for _, c := range list {
		all += c.records
	}
	share := usual
	for range 50 {
		sum := usual * counts
		for _, c := range list {
			sum += c.records * share / (share + (1-share)*c.ratio)
		}
		next := sum / all
		moved := math.Abs(next - share)
		if share = next; moved < 1e-4 {
			break
		}
	}
	return share
}

// more is what a listed forename weighs more among those born in a year.
func (c cohorts) more(listed uint16, year int) float64 {
	b := &c[listed]
	x := min(max(float64(year)-(firstDecade+5), 0)/10, decades-1)
	d := min(int(x), decades-2)
	part := x - float64(d)
	return float64(b[d])*(1-part) + float64(b[d+1])*part
}

// cohort is what a forename weighs more where both records say when somebody was born, and the year it goes by: that in which it is the commoner.
// Without both, or of a name that is on no list, the year is 0.
func (s *scorer) cohort(forename uint32, a, b *record) (more float64, year int) {
	n := s.totals.names[forename].listed
	if n == 0 || a.birth == 0 || b.birth == 0 {
		return 0, 0
	}
	year = a.birth.year()
	more = s.cohorts.more(n, year)
	if other := b.birth.year(); other != year {
		if x := s.cohorts.more(n, other); x < more || x == more && other < year {
			more, year = x, other
		}
	}
	return more, year
}

// forenameBits is what having a forename weighs for two records: no less than nothing because many of their age have it.
func (s *scorer) forenameBits(v uint32, a, b *record) float64 {
	bits := s.same[Forename][v].bits
	more, _ := s.cohort(v, a, b)
	return max(bits+more, min(bits, 0))
}

// forenameShare is the share of those born when two records say, or of all, who have a forename.
func (s *scorer) forenameShare(v uint32, a, b *record) float64 {
	return s.totals.share(s.columns, Forename, v, s.model) * math.Exp2(s.same[Forename][v].bits-s.forenameBits(v, a, b))
}
