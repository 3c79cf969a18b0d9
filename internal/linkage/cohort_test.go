package linkage

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/person"
	"throughline/reference"
)

// cohortTown is a town whose people have the forenames that the country gave in their time, or those of any time, and their forenames alone.
func cohortTown(t *testing.T, anyTime bool) *Linker {
	t.Helper()
	l := New()
	r := rand.New(rand.NewPCG(5, 6))
	for range 60_000 {
		born := 1930 + r.IntN(90)
		given := born
		if anyTime {
			given = 1930 + r.IntN(90)
		}
		x := r.IntN(1e6)
		for _, s := range reference.Forenames("fm"[r.IntN(2)], given) {
			if x -= s.PerMillion; x < 0 {
				l.Add(0, child(s.Name, born))
				break
			}
		}
	}
	return l
}

// child is somebody of a forename who was born in a year, or nobody knows when.
func child(forename string, year int) person.Identity {
	who := person.Identity{Names: []person.Name{{Forename: forename}}}
	if year != 0 {
		who.Births = born(year, time.May, 9)
	}
	return who
}

// forenames adds pairs of records and gives what the forenames of each say.
func forenames(l *Linker, m *Model, pairs ...[2]person.Identity) (list []Part) {
	first := uint32(l.Records())
	for _, p := range pairs {
		l.Add(0, p[0])
		l.Add(0, p[1])
	}
	for k := range uint32(len(pairs)) {
		list = append(list, l.Explain(m, first+2*k, first+2*k+1).Parts[firstField+int(Forename)])
	}
	return list
}

// Two boys called Oscar of the 2010s are many, two men called so of the 1960s are one person sooner; without both dates it is as among all.
func TestAForenameWeighsAsAmongThoseBornThen(t *testing.T) {
	t.Parallel()
	l, m := cohortTown(t, false), StartModel(60_000)
	of := func(x string, a int, y string, b int) [2]person.Identity {
		return [2]person.Identity{child(x, a), child(y, b)}
	}
	parts := forenames(l, m, of("Oscar", 2015, "Oscar", 2015), of("Oscar", 1965, "Oscar", 1965), of("Oscar", 0, "Oscar", 0),
		of("Oscar", 2015, "Oscar", 0), of("Oscar", 0, "Oscar", 1965), of("Oscar", 1965, "Oscar", 2015), of("Oscar", 2015, "Oscar", 1965),
		of("Susan", 1955, "Susann", 1955), of("Susan", 0, "Susann", 0), of("Zyxwin", 2015, "Zyxwin", 2015), of("Zyxwin", 0, "Zyxwin", 0))
	young, old, unknown := parts[0], parts[1], parts[2]
	// One boy in 83, and so one person in 167, was called Oscar in the 2010s, by the table that ships.
	if want := math.Log2(m.m[Forename][forenameSame] * 2e6 / 12002); math.Abs(young.Bits-want) > .7 {
		t.Errorf("of the 2010s: %+v, want about %.1f bits", young, want)
	}
	if !strings.HasPrefix(young.Words, "Both “Oscar”; about 1 in 1") || !strings.HasSuffix(young.Words, " of those born about 2015 here has it") {
		t.Errorf("of the 2010s: %q, want one in a hundred and more", young.Words)
	}
	if old.Bits < unknown.Bits+1.5 || unknown.Bits < young.Bits+2 {
		t.Errorf("of the 1960s %.1f bits, of any age %.1f, of the 2010s %.1f; want each much less than the one before", old.Bits, unknown.Bits, young.Bits)
	}
	for _, k := range []int{3, 4} {
		if parts[k].Bits != unknown.Bits || parts[k].Words != unknown.Words {
			t.Errorf("with one date of birth: %+v, want %+v as without", parts[k], unknown)
		}
	}
	for _, k := range []int{5, 6} {
		if parts[k].Bits != young.Bits || parts[k].Words != young.Words {
			t.Errorf("of two ages: %+v, want %+v as of the age at which it is common", parts[k], young)
		}
	}
	if parts[7].Level != "very close" || parts[7].Bits > parts[8].Bits-.5 {
		t.Errorf("names that are close: %+v, want less than %+v", parts[7], parts[8])
	}
	if parts[9].Bits != parts[10].Bits {
		t.Errorf("a name on no list: %+v, want %+v", parts[9], parts[10])
	}
}

// Where forenames do not go by the time of birth, as in files whose names were made up, they weigh as among all.
func TestForenamesOfNoTimeWeighAsAmongAll(t *testing.T) {
	t.Parallel()
	l := cohortTown(t, true)
	s := newScorer(l.c, l.c.totals(), StartModel(60_000))
	for _, name := range []string{"oscar", "susan", "ethel", "chloe"} {
		for year := 1930; year < 2020; year += 5 {
			if more := s.cohorts.more(listed().number[name], year); math.Abs(more) > .3 {
				t.Errorf("%s of %d weighs %.2f bits more, want about none", name, year, more)
			}
		}
	}
}

// What a forename weighs changes with the year by little, and is the same before the first decade and after the last.
func TestCohortsAreSmooth(t *testing.T) {
	t.Parallel()
	l := cohortTown(t, false)
	c := newScorer(l.c, l.c.totals(), StartModel(60_000)).cohorts
	rapid.Check(t, func(t *rapid.T) {
		n := uint16(rapid.IntRange(0, len(c)-1).Draw(t, "name"))
		year := rapid.IntRange(1880, 2040).Draw(t, "year")
		here, next := c.more(n, year), c.more(n, year+1)
		if math.Abs(here-next) > (math.Log2(1/leastStraying)+math.Log2(decades*200))/10 || year < 1930 && here != next || year > 2020 && here != next {
			t.Fatalf("%v bits in %d and %v in the next year", here, year, next)
		}
		if here > -math.Log2(leastStraying) {
			t.Fatalf("%v bits more in %d", here, year)
		}
	})
}

// Dates make a pair that the sieve has to let through, since a name may weigh more in its time than among all.
func TestTheSieveKnowsCohorts(t *testing.T) {
	t.Parallel()
	l := cohortTown(t, false)
	m := StartModel(60_000)
	m.Match = .01
	first := uint32(l.Records())
	for year := 1930; year < 2020; year += 3 {
		for _, name := range []string{"Oscar", "Susan", "Ethel", "Chloe"} {
			for range 2 {
				who := child(name, year)
				who.Births[0].Precision = person.YearOnly
				l.Add(0, who)
			}
		}
	}
	s := newScorer(l.c, l.c.totals(), m)
	let := 0
	for a := first; a < uint32(l.Records()); a += 2 {
		bits := s.explain(a, a+1).Bits
		if v := newSieve(s, bits-.5); v.ruleOut(a, a+1) {
			t.Errorf("called hopeless: %s of %d", l.c.names.text(l.c.records[a].forename), l.c.records[a].birth.year())
		}
		if v := newSieve(s, bits+.5); !v.ruleOut(a, a+1) {
			let++
		}
	}
	if most := (int(l.Records()) - int(first)) / 2; let > most*3/4 {
		t.Errorf("%d of %d pairs that weigh too little are let through", let, most)
	}
}
