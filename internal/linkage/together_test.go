package linkage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"throughline/internal/person"
)

// community is people of one origin, whose ten forenames and ten surnames go together, among a town whose names do not, with so many records
// each, all with the right name and date of birth. The records of every second person have a National Insurance number.
func community(people, records int) (list []person.Identity, truth []int) {
	list, truth = town(2000, 5)
	r := rand.New(rand.NewPCG(8, 5))
	forenames := strings.Fields("Kojo Abena Yaw Kwabena Efua Fiifi Nana Ebo Dede Tetteh")
	surnames := strings.Fields("Amoah Mensah Boateng Owusu Asante Quaye Lamptey Nkrumah Tagoe Yeboah")
	first := truth[len(truth)-1] + 1
	for p := range people {
		who := person.Identity{Names: named(forenames[r.IntN(10)], surnames[r.IntN(10)]),
			Births: born(1950+r.IntN(60), time.Month(1+r.IntN(12)), 1+r.IntN(28)), Sex: person.Male}
		for range records {
			list, truth = append(list, who), append(truth, first+p)
		}
	}
	for i, p := range truth {
		if p%2 == 0 {
			list[i].Identifiers = []person.Identifier{{Kind: person.NINO, Value: fmt.Sprintf("AB%06dA", p)}}
		}
	}
	return list, truth
}

// Two people of a community who have one full name, one of them without a date of birth, are as likely two as the community's names say, and
// the same agreement in names that go together nowhere else links as before.
func TestNamesOfACommunityGoTogether(t *testing.T) {
	t.Parallel()
	list, truth := community(400, 2)
	shared, alone := uint32(len(list)), uint32(len(list)+2)
	list = append(list, person.Identity{Names: named("Kojo", "Mensah")}, person.Identity{Names: named("Kojo", "Mensah")},
		person.Identity{Names: named("Dean", "Whitlock")}, person.Identity{Names: named("Dean", "Whitlock")})
	l, r := link(t, list, DefaultOptions())
	part := func(a uint32) Part { return l.Explain(r.Model, a, a+1).Parts[namesPart] }
	if p := part(shared); p.Key != "names" || !p.Compared || p.Bits > -2.5 {
		t.Errorf("a community's full name: %+v, want -2.5 bits or fewer", p)
	}
	if p := part(alone); p.Bits < -3 {
		t.Errorf("a full name of nobody else: %+v, want -3 bits or more", p)
	}
	wrong := 0
	for _, k := range r.Links {
		if int(k.B) < len(truth) && truth[k.A] != truth[k.B] {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d links of %d are of two people", wrong, len(r.Links))
	}
}

// One person's many records, some with a slip in the date of birth, do not make their name look like a community's.
func TestManyRecordsOfOnePersonAreNotACommunity(t *testing.T) {
	t.Parallel()
	list, _ := town(2000, 5)
	first := uint32(len(list))
	for i := range 20 {
		who := person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, 3, 4)}
		if i >= 18 {
			who.Births = born(1983, 3, i)
		}
		list = append(list, who)
	}
	l, r := link(t, list, DefaultOptions())
	if p := l.Explain(r.Model, first, first+1).Parts[namesPart]; p.Bits < -math.Log2(r.Model.Together)-.5 {
		t.Errorf("twenty records with two slips: %+v, want no more than for any name (%.1f times)", p, r.Model.Together)
	}
}

// A number tells who is one person. A file in which many people share a full name and some records have a number teaches how often one
// person's dates of birth differ from those with a number, and not from all who share a name.
func TestNumbersTeachHowOthersAgree(t *testing.T) {
	t.Parallel()
	list, _ := community(600, 3)
	_, r := link(t, list, DefaultOptions())
	if m := r.Model.m[Birth][birthDifferent]; m > .01 {
		t.Errorf("of records of one person %.3f differ in date of birth by the model, and none do", m)
	}
}

// Two dates of birth of one full name are of two people where another record has one of them; those of the pair at hand do not show that there
// are others.
func TestAPairsOwnDatesShowNobodyElse(t *testing.T) {
	t.Parallel()
	kojo := func(year int) person.Identity {
		return person.Identity{Names: named("Kojo", "Mensah"), Births: born(year, time.March, 4)}
	}
	together := func(list ...person.Identity) float64 {
		crowd, _ := town(300, 5)
		l := New()
		for _, who := range append(list, crowd...) {
			l.Add(0, who)
		}
		m := StartModel(l.Records())
		m.Together = 50
		s := newScorer(l.c, l.c.totals(), m)
		var o compared
		l.c.compare(0, 1, &o)
		return s.together(&o)
	}
	own, third := together(kojo(1960), kojo(1985)), together(kojo(1960), kojo(1985), kojo(1999))
	alike := together(kojo(1960), kojo(1960))
	if own > 1.01*alike {
		t.Errorf("two dates of the pair itself make its names %.2f times as common as chance, one date %.2f", own, alike)
	}
	if third < 1.02*own {
		t.Errorf("a third date makes them %.2f times as common, without it %.2f: want more", third, own)
	}
}
