package linkage

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// fullNames knows which forenames and surnames go together. People of one origin have both from the same lists, so that strangers called
// Kojo Amoah are far commoner than the shares of Kojo and of Amoah say, and without this part a full name that a community shares would look
// like one person's. Model.Together says how many times as often as by chance strangers have both names the same, over all names; for each
// name it is weighed against how many other people of that name the data shows: a Poisson count whose mean has a gamma prior. Who has the name
// with another date of birth is another person, or the same with a slip in the date.
type fullNames struct {
	of     int // records
	named  int // of them, those with a full name
	seen   seenNames
	people float64 // about how many people have both names in the data
	pairs  float64 // of records with a date of birth that have both names the same
	dated  float64 // pairs of records with both names and a date of birth
}

// seenName is how many records have a full name, and how many dates of birth they have between them.
type seenName struct{ records, births uint32 }

// seenNames finds what was seen of full names with several dates of birth: a pair of one full name asks once, so that it takes one step to
// memory where a map takes three. Open addressing, a power of two, at most half full.
type seenNames []seenSlot

type seenSlot struct {
	key uint64 // nameKeyOf; 0 is free
	seenName
}

func (s seenNames) slot(key uint64) int {
	i := int(mix(key)) & (len(s) - 1)
	for s[i].key != 0 && s[i].key != key {
		i = (i + 1) & (len(s) - 1)
	}
	return i
}

const (
	// nameShape is the shape of the prior: the lower, the sooner the data makes a full name commoner or rarer than others.
	nameShape = .5
	// mostTogether is the most times as often as by chance that any full name is taken for.
	mostTogether = 1e4
	// roughTogether is how many pairs of strangers of one full name chance alone counts for while training.
	roughTogether = 2
)

func nameKeyOf(forename, surname uint32) uint64 { return uint64(forename)<<32 | uint64(surname) }

// fullNames counts the full names, once until a record is added.
func (c *columns) fullNames() *fullNames {
	if c.full != nil && (c.held || c.full.of == len(c.records)) {
		return c.full
	}
	named := func(r *record) bool {
		return r.forename != 0 && r.surname != 0 && !c.initialOnly(r.forename) && !c.initialOnly(r.surname)
	}
	ends := written[uint32](len(c.names.facts)) // where in list the records of each surname end
	for i := range c.records {
		if r := &c.records[i]; named(r) {
			ends[r.surname]++
		}
	}
	sum := uint32(0)
	for v, n := range ends {
		ends[v] = sum // where they begin, until they are placed
		sum += n
	}
	list := make([]uint64, sum) // forename<<32 | date of birth
	for i := range c.records {
		r := &c.records[i]
		if !named(r) {
			continue
		}
		e := uint64(r.forename) << 32
		if r.birth.whole() {
			e |= uint64(r.birth)
		}
		list[ends[r.surname]] = e
		ends[r.surname]++
	}
	f := &fullNames{of: len(c.records), named: len(list)}
	dated := 0.0
	const atOnce = 1024
	several := make([]seenNames, (len(ends)+atOnce-1)/atOnce) // in the order of the surnames
	var lock sync.Mutex
	inParallel(c.workers, len(ends), atOnce, func(_, first, to int) {
		var people, pairs, records float64 // whole numbers, whose sums are the same in any order
		some := &several[first/atOnce]
		for v := max(first, 1); v < to; v++ {
			names := list[ends[v-1]:ends[v]]
			slices.Sort(names)
			for len(names) > 0 {
				n, s := 0, seenName{}
				for ; n < len(names) && names[n]>>32 == names[0]>>32; n++ {
					if b := uint32(names[n]); b != 0 {
						s.records++
						if n == 0 || names[n-1] != names[n] {
							s.births++
						}
					}
				}
				people += math.Max(1, float64(s.births))
				pairs += float64(s.records) * (float64(s.records) - 1) / 2
				records += float64(s.records)
				if s.births > 1 {
					*some = append(*some, seenSlot{nameKeyOf(uint32(names[0]>>32), uint32(v)), s})
				}
				names = names[n:]
			}
		}
		lock.Lock()
		defer lock.Unlock()
		f.people, f.pairs, dated = f.people+people, f.pairs+pairs, dated+records
	})
	n := 0
	for _, some := range several {
		n += len(some)
	}
	f.seen = written[seenSlot](2 << bits.Len(uint(n)))
	for _, some := range several {
		for _, s := range some {
			f.seen[f.seen.slot(s.key)] = s
		}
	}
	f.dated = dated * (dated - 1) / 2
	c.full = f
	return f
}

// together is how many times as often as their shares say two strangers have this forename with this surname.
func (s *scorer) together(o *compared) float64 {
	n := s.names.seen[s.names.seen.slot(nameKeyOf(o.a.forename, o.a.surname))]
	// Two dates of birth of the pair itself do not show that there are others.
	own := 1.0
	if o.levels[Birth] != birthSame && o.levels[Birth] != none {
		own = 2
	}
	chance := s.names.people * s.nameShare(Forename, o.a.forename) * s.nameShare(Surname, o.a.surname)
	usual := s.model.Together * chance
	slips := s.slips * math.Max(0, float64(n.records)-own)
	others := 0.0
	if more := float64(n.births) - own; more > 0 {
		for range 5 { // more dates are of others and of slips as both are expected
			expected := usual * (nameShape + 1 + others) / (nameShape + 1 + usual)
			others = more * expected / (expected + slips)
		}
	}
	times := s.model.Together * (nameShape + 1 + others) / (nameShape + 1 + usual) // the 1 is who has the name in any case: the first of the two
	return math.Min(math.Max(1, times), mostTogether)
}

// nameShare is the share of people who have a name.
func (s *scorer) nameShare(f Field, v uint32) float64 {
	return s.model.m[f][valueSame] / s.same[f][v].times
}
