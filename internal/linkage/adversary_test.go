package linkage

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"throughline/internal/day"
	"throughline/internal/person"
	"throughline/reference"
)

// hard is a pair of two people whom a careless linker makes one.
type hard struct {
	sort string
	a, b person.Identity
}

// adversary invents pairs of two people each: by their sort, what they share is what people of that sort do share.
type adversary struct {
	r        *rand.Rand
	names    [2][]string // forenames of women and of men
	surnames []string
	hostels  []person.Identity // where each is
}

func newAdversary(seed uint64) *adversary {
	a := &adversary{r: rand.New(rand.NewPCG(seed, 5))}
	for i, sex := range []byte{'f', 'm'} {
		for _, s := range reference.Forenames(sex, 1980) {
			a.names[i] = append(a.names[i], s.Name)
		}
	}
	for _, s := range reference.Surnames() {
		a.surnames = append(a.surnames, s.Name)
	}
	for range 20 {
		a.hostels = append(a.hostels, person.Identity{Postcodes: []string{a.postcode()}, Phones: []string{a.phone()}})
	}
	return a
}

func (a *adversary) one() person.Identity {
	sex := a.r.IntN(2)
	return person.Identity{Names: named(a.names[sex][a.r.IntN(len(a.names[sex]))], a.surnames[a.r.IntN(len(a.surnames))]), Sex: person.Sex(2 - sex%2),
		Births: a.birth(), Postcodes: []string{a.postcode()}, Phones: []string{a.phone()}}
}

func (a *adversary) birth() []person.Birth {
	return born(1940+a.r.IntN(65), time.Month(1+a.r.IntN(12)), 1+a.r.IntN(28))
}

func (a *adversary) postcode() string {
	return fmt.Sprintf("SE%d %d%c%c", 1+a.r.IntN(28), a.r.IntN(10), "ABDEFGHJLN"[a.r.IntN(10)], "PQRSTUWXYZ"[a.r.IntN(10)])
}

func (a *adversary) phone() string { return fmt.Sprintf("07%09d", a.r.IntN(1e9)) }

// otherForename is another forename of the person's sex.
func (a *adversary) otherForename(p person.Identity) string {
	list := a.names[(2-int(p.Sex))%2]
	for {
		if n := list[a.r.IntN(len(list))]; n != p.Names[0].Forename {
			return n
		}
	}
}

// pair invents a pair of one sort.
func (a *adversary) pair(sort string) hard {
	x := a.one()
	y := x
	switch sort {
	case "twins":
		y.Names = named(a.otherForename(x), x.Names[0].Surname)
		if a.r.IntN(2) == 0 {
			y.Phones = []string{a.phone()}
		}
	case "father and son":
		d := x.Births[0].Day
		y.Births = []person.Birth{{Day: d.AddMonths(-12*(18+a.r.IntN(25))) + day.Day(a.r.IntN(300)), Precision: person.FullDate}}
		if a.r.IntN(2) == 0 {
			y.Phones = []string{a.phone()}
		}
	case "swapped dates": // two people of one surname, whose days are each other's with day and month changed over
		d, m := 1+a.r.IntN(12), 1+a.r.IntN(12)
		year := 1940 + a.r.IntN(65)
		x.Births, y.Births = born(year, time.Month(m), d), born(year, time.Month(d), m)
		y.Names, y.Postcodes, y.Phones = named(a.otherForename(x), x.Names[0].Surname), []string{a.postcode()}, []string{a.phone()}
	case "hostel": // one address and telephone for all, and one name in two
		hostel := a.hostels[a.r.IntN(len(a.hostels))]
		x.Postcodes, x.Phones = hostel.Postcodes, hostel.Phones
		y = a.one()
		y.Postcodes, y.Phones = x.Postcodes, x.Phones
		if a.r.IntN(2) == 0 {
			y.Names = named(x.Names[0].Forename, y.Names[0].Surname)
		}
	case "adopted names": // someone goes by the name of another, at an address of their own
		y = a.one()
		y.Names = append(named(x.Names[0].Forename, x.Names[0].Surname), y.Names...)
	}
	return hard{sort, x, y}
}

// TestTwoPeopleAreNotMadeOne links ten thousand hard pairs among others by the settings of a live area: none is one person without
// somebody having looked.
func TestTwoPeopleAreNotMadeOne(t *testing.T) {
	t.Parallel()
	const pairs = 10_000
	a := newAdversary(17)
	l := New()
	list := make([]hard, pairs)
	for i := range list {
		list[i] = a.pair([]string{"twins", "father and son", "swapped dates", "hostel", "adopted names"}[i%5])
		l.Add(1, list[i].a)
		l.Add(2, list[i].b)
	}
	truth := make([]int, 0, 3*pairs)
	for i := range 2 * pairs {
		truth = append(truth, i)
	}
	for range pairs { // people who are one, so that there is something to learn
		p := a.one()
		for k := range 2 {
			l.Add(uint16(1+k), p)
			truth = append(truth, 3*pairs+len(truth)/2)
			p.Postcodes = []string{a.postcode()}
		}
	}
	o := DefaultOptions()
	o.HoldHouseholds, o.NameAndBirth, o.Population = true, RareOnly, 100_000
	r, err := l.Link(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	wrong := map[string]int{}
	for i, h := range list {
		if r.Person[2*i] != r.Person[2*i+1] {
			continue
		}
		if wrong[h.sort]++; wrong[h.sort] <= 3 {
			for _, p := range l.Explain(r.Model, uint32(2*i), uint32(2*i+1)).Parts {
				if p.Compared {
					t.Logf("%6.1f %s: %s", p.Bits, p.Field, p.Words)
				}
			}
		}
	}
	found, chance := 0, 0
	for _, k := range r.Links {
		switch {
		case truth[k.A] == truth[k.B]:
			found++
		case k.A < 2*pairs && k.B == k.A^1:
		default:
			chance++
		}
	}
	t.Logf("%d of %d people with two records found; %d pairs to look at", found, pairs, len(r.Review))
	if len(wrong) > 0 {
		t.Errorf("automatic false links: %v, want none", wrong)
	}
	// Of so many people a few share name and date of birth by chance: one in CommonName's reciprocal, which the area's rule accepts.
	if most := int(CommonName * float64(len(truth))); chance > most {
		t.Errorf("%d automatic false links by chance, want %d at most", chance, most)
	}
	if found < pairs*9/10 {
		t.Errorf("%d of %d people who are one were found", found, pairs)
	}
}
