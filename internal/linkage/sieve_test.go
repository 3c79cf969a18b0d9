package linkage

import (
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/person"
)

// What the lower bits of eight digits call far apart is no slip.
func TestFarDigitsAreNoSlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := []byte(strconv.Itoa(rapid.IntRange(1e9, 1e10-1).Draw(t, "a")))
		b := append([]byte(nil), a...)
		for range rapid.IntRange(0, 4).Draw(t, "changed") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "place")] = byte(rapid.IntRange('0', '9').Draw(t, "digit"))
		}
		x, y := digitsOf(string(a)), digitsOf(string(b))
		if mayBeSlip(x, y) && mayBeNear(lowBits(x), lowBits(y)) == 0 {
			t.Fatalf("%s and %s may be a slip and are called far apart", a, b)
		}
	})
	if x, y := digitsOf("9434765919"), digitsOf("9435876919"); mayBeNear(lowBits(x), lowBits(y)) != 0 {
		t.Error("three of the last eight digits differ, each by one, and they are called near")
	}
}

// A digit left out shifts all behind it, so that the lower bits say nothing: such numbers are looked at themselves.
func TestADigitLeftOutMayBeASlip(t *testing.T) {
	t.Parallel()
	one := person.Identity{Names: named("Dean", "Whitlock"), Phones: []string{"07912345678"}}
	other := one
	for _, phone := range []string{"0791234568", "079123456789"} {
		other.Phones = []string{phone}
		l, r := link(t, []person.Identity{one, other}, DefaultOptions())
		v := newSieve(newScorer(l.c, l.c.totals(), r.Model), groupedFrom)
		if mayBeNear(v.faces[0].phone, v.faces[1].phone) != 0 {
			t.Errorf("%s: its ends are called near, so that it shows nothing", phone)
		}
		if most, _ := v.numbersAtMost(0, 1, &v.faces[0], &v.faces[1]); most < v.unlike[Phone] {
			t.Errorf("%s weighs %d at most, want the %d of a slip", phone, most, v.unlike[Phone])
		}
	}
}

// Weights worked out once for each number of records are those of each value.
func TestWorthGoesByHowManyHaveAValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := crowdOf(t, 30)
		s := newScorer(c, c.totals(), StartModel(len(c.records)))
		for f := Postcode; f <= Email; f++ {
			for v := 1; v <= c.dictionaryOf(f).size(); v++ {
				want := s.model.m[f][valueSame] / s.totals.share(c, f, uint32(v), s.model)
				if got := s.worth(f, uint32(v)); got != (worth{want, math.Log2(want)}) {
					t.Fatalf("%v %s: want %v times, got %v", f, c.dictionaryOf(f).text(uint32(v)), want, got.times)
				}
			}
		}
	})
}

// What is seen of full names is what counting them record by record gives.
func TestFullNamesAreCounted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := crowdOf(t, 60)
		type counted struct {
			records uint32
			births  map[birth]bool
		}
		names := map[uint64]*counted{}
		want := fullNames{of: len(c.records)}
		dated := 0.0
		for _, r := range c.records {
			if r.forename == 0 || r.surname == 0 || c.initialOnly(r.forename) || c.initialOnly(r.surname) {
				continue
			}
			want.named++
			key := nameKeyOf(r.forename, r.surname)
			if names[key] == nil {
				names[key] = &counted{births: map[birth]bool{}}
			}
			if r.birth.whole() {
				names[key].records++
				names[key].births[r.birth] = true
				dated++
			}
		}
		got := *c.fullNames()
		for key, n := range names {
			want.people += math.Max(1, float64(len(n.births)))
			want.pairs += float64(n.records) * float64(n.records-1) / 2
			seen := seenName{}
			if len(n.births) > 1 {
				seen = seenName{n.records, uint32(len(n.births))}
			}
			if s := got.seen[got.seen.slot(key)]; s.seenName != seen {
				t.Errorf("%x: want %+v, got %+v", key, seen, s.seenName)
			}
		}
		want.dated = dated * (dated - 1) / 2
		got.seen = nil
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(fullNames{})); diff != "" {
			t.Errorf("full names (-want +got)\n%s", diff)
		}
	})
}
