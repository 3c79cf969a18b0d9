package linkage

import (
	"math"
	"testing"
	"time"

	"throughline/internal/person"
)

// Each test here holds one mechanism of which no labelled set is needed to see that it works.

// Whatever pairs training looks at, it does not come to say of one person's records that more than half differ in a name or a date of birth; how often
// the other levels come stays in proportion.
func TestMostRecordsOfOnePersonDoNotDiffer(t *testing.T) {
	t.Parallel()
	m := StartModel(1000)
	all := &whole{levels: newTables(), total: 5e5, sample: 5e5}
	list := []trained{{levels{Forename: forenameDifferent, Surname: surnameDifferent, Birth: birthDifferent, NHSNumber: valueSame, Email: valueSame}, 20_000, true}}
	next := m.step(list, all)
	for f, different := range map[Field]Level{Forename: forenameDifferent, Surname: surnameDifferent, Birth: birthDifferent} {
		if p := next.m[f][different]; math.Abs(p-mostDifferent) > 1e-9 {
			t.Errorf("%v: %.3f of one person's records differ, want %.2f", f, p, mostDifferent)
		}
		sum := 0.0
		for l := 1; l < len(next.m[f]); l++ {
			if fields[f].levels[l].kind == fields[f].levels[different].kind {
				sum += next.m[f][l]
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%v: the levels sum to %.6f, want 1", f, sum)
		}
	}
	before, after := m.m[Forename][forenameShort]/m.m[Forename][forenameSame], next.m[Forename][forenameShort]/next.m[Forename][forenameSame]
	if math.Abs(after/before-1) > 1e-6 {
		t.Errorf("short forms come %.4f times as often as the same forename, want %.4f as before", after, before)
	}
}

// A thousand pairs that a number tells of, with one date of birth, and a hundred thousand that none does, of which half have another: these count for a
// tenth of the first at most.
func TestPairsThatNoNumberTellsOfTeachLess(t *testing.T) {
	t.Parallel()
	m := StartModel(1000)
	all := &whole{levels: newTables(), total: 1e6, sample: 1e6}
	told, untold := make([]float64, len(m.m[Birth])), make([]float64, len(m.m[Birth]))
	told[birthSame], untold[birthSame], untold[birthDifferent] = 1000, 50_000, 50_000
	m.learnField(Birth, told, untold, all)
	if p := m.m[Birth][birthDifferent]; p < .01 || p > .05 {
		t.Errorf("%.3f of one person's records differ in date of birth, want about 50 of 1,100", p)
	}
}

// Fewer people than live in an area have a record: known is that share, and never more than all.
func TestKnownIsTheShareWithARecord(t *testing.T) {
	t.Parallel()
	j := &joiner{s: &scorer{names: &fullNames{people: 5000, named: 8000, of: 16_000}}, o: &Options{Population: 100_000}}
	if got := j.known(); math.Abs(got-.1) > 1e-9 {
		t.Errorf("known is %v, want 10,000 of 100,000", got)
	}
	j.o.Population = 5000
	if got := j.known(); got != 1 {
		t.Errorf("of fewer people than have records %v are known, want 1", got)
	}
}

// As many others are expected to have a full name and a date of birth as names go together.
func TestOthersAreExpectedAsNamesGoTogether(t *testing.T) {
	t.Parallel()
	list, _ := community(400, 2)
	n := uint32(len(list))
	both := person.Identity{Names: named("Kojo", "Mensah"), Births: born(1999, 12, 31)}
	l, r := link(t, append(list, both, both), DefaultOptions())
	var o compared
	l.c.compare(n, n+1, &o)
	s := newScorer(l.c, l.c.totals(), r.Model)
	apart := compared{levels: o.levels, a: o.a, b: o.b}
	apart.levels[Surname] = none // so that names cannot go together
	times := s.expectedOthers(&o, 900_000) / (s.expectedOthers(&apart, 900_000) * s.totals.share(s.columns, Surname, o.a.surname, s.model))
	if want := s.together(&o); want < 3 || math.Abs(times/want-1) > 1e-6 {
		t.Errorf("%.2f times as many others are expected as by chance, want %.2f, and 3 or more", times, want)
	}
}

// Two towns that are written alike weigh no more than the commoner of them.
func TestACloseTownWeighsAsTheCommoner(t *testing.T) {
	t.Parallel()
	l := New()
	at := func(town string) uint32 { return l.Add(0, person.Identity{Places: []string{town}}) }
	for range 60 {
		at("Camberwell")
	}
	rare := at("Camberwel")
	s := newScorer(l.c, l.c.totals(), StartModel(1000))
	common := s.sameBits(Place, &l.c.records[0])
	for _, pair := range [][2]uint32{{0, rare}, {rare, 0}} {
		part := s.explain(pair[0], pair[1]).Parts[firstField+int(Place)]
		if part.Bits > math.Max(0, common)+1e-9 || s.model.weight(Place, valueClose) <= common {
			t.Errorf("a town like one that most have weighs %.2f bits, want %.2f at most", part.Bits, math.Max(0, common))
		}
	}
}

// Addresses agree by the words that both have, or by how they are written where a word is written together or misspelt.
func TestAddressesWrittenAlike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want Level
	}{
		{"12 Coldharbour Lane", "12 Coldharbour Lane", addressSame},
		{"12 Coldharbour Lane", "Flat 2 12 Coldharbour Lane", addressClose}, // words
		{"12 Coldharbour Lane", "12 Cold Harbour Lane", addressClose},       // written together
		{"Rosemount", "Rosemont", addressClose},                             // no word in common
		{"Rosemount", "Oakfield", addressDifferent},
		{"12 Coldharbour Lane", "12 Acre Road", addressSome},
		{"12 Coldharbour Lane", "7 Elm Street", addressDifferent},
		{"12 Coldharbour Lane", "", none},
	} {
		c := newColumns()
		c.add(0, person.Identity{Address: tt.a})
		c.add(0, person.Identity{Address: tt.b})
		if got := c.compareAddresses(c.records[0].address, c.records[1].address); got != tt.want {
			t.Errorf("%q and %q: %q, want %q", tt.a, tt.b, fields[Address].levels[got].words, fields[Address].levels[tt.want].words)
		}
	}
}

// Rules that find what nothing else does: numbers half of which was copied wrongly, a telephone with two digits wrong in its middle.
func TestHalfANumberFindsAPair(t *testing.T) {
	t.Parallel()
	number := func(v string) person.Identity {
		return person.Identity{Identifiers: []person.Identifier{{Kind: person.OtherNational, Value: v}}}
	}
	phone := func(v string) person.Identity { return person.Identity{Phones: []string{v}} }
	for _, tt := range []struct {
		name string
		a, b person.Identity
		want bool
	}{
		{"the second half", number("48291736"), number("48291063"), true},
		{"the first half", number("48291736"), number("90041736"), true},
		{"both halves", number("48291736"), number("90041063"), false},
		{"the middle of a telephone number", phone("02079460110"), phone("02079580110"), true},
		{"the ends of a telephone number", phone("02079460110"), phone("01319460777"), false},
	} {
		c := newColumns()
		c.add(0, tt.a)
		c.add(0, tt.b)
		if got := len(visited(c, rules[:indexRules])) > 0; got != tt.want {
			t.Errorf("%s differs: found %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A year with a digit out may be a parent's, fifteen years apart and more, and is not when it is nearer.
func TestADigitOfTheYearMayMakeAParent(t *testing.T) {
	t.Parallel()
	for years, want := range map[int]bool{30: true, 20: true, 10: false, 1: false} {
		c := newColumns()
		for _, y := range []int{1953, 1953 + years} {
			c.add(0, person.Identity{Names: named("Dean", "Whitlock"), Births: born(y, time.March, 4), Postcodes: []string{"SE5 8AZ"}})
		}
		for _, hold := range []bool{true, false} {
			s := newScorer(c, c.totals(), StartModel(1000))
			j := &joiner{s: s, o: &Options{HoldHouseholds: hold}}
			var o compared
			var p parts
			c.compare(0, 1, &o)
			s.score(&o, &p)
			if got := j.held(&o, &p, false) == Household; got != (want && hold) {
				t.Errorf("%d years apart, households held %v: held as a household %v, want %v", years, hold, got, want && hold)
			}
		}
	}
}

// Encoded years are numbers in the order in which they were met, so that how far apart two are says nothing.
func TestYearsOfEncodedRecordsAreNotSubtracted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b           int
		plain, encoded bool
	}{{1961, 1991, true, true}, {1961, 1962, false, true}, {1961, 1961, false, false}, {1, 40, true, true}} {
		var o compared
		o.a.birth, o.b.birth = birth(c.a)<<9|firstOfJanuary, birth(c.b)<<9|firstOfJanuary
		if got := mayBeParent(&o, false); got != c.plain {
			t.Errorf("%d and %d: may be a parent's is %v, want %v", c.a, c.b, got, c.plain)
		}
		if got := mayBeParent(&o, true); got != c.encoded {
			t.Errorf("%d and %d, encoded: may be a parent's is %v, want %v", c.a, c.b, got, c.encoded)
		}
	}
}
