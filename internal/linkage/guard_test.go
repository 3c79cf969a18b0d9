package linkage

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/person"
)

// incidents makes the first record of each pair the victim of an incident, and the second the suspect. Parts that oppose nobody are among them.
func incidents(pairs ...[2]uint32) (all []InIncident) {
	for i, p := range pairs {
		n := int64(len(pairs) - i)
		all = append(all, InIncident{p[1], n, person.Suspect}, InIncident{p[0], n, person.Victim}, InIncident{p[0], -n, person.Suspect}, InIncident{p[1], -n, person.Suspect})
	}
	return all
}

// Two who stand as victim and suspect are never one person for the model, also where a third record is like both; the two themselves are asked about.
func TestVictimAndSuspectStayApart(t *testing.T) {
	t.Parallel()
	list, _ := town(1500, 33)
	full := person.Identity{Names: named("Ansel", "Thrupp-Obuya"), Births: born(1964, time.May, 9), Postcodes: []string{"SE27 9XY"}, Identifiers: nhs("9434765919")}
	list = append(list, full, full, full)
	n := uint32(len(list) - 3)
	o := DefaultOptions()
	if _, r := link(t, list, o); r.Person[n] != r.Person[n+1] || r.Person[n] != r.Person[n+2] {
		t.Fatal("without an incident the three are not one person, so this shows nothing")
	}
	o.Incidents = incidents([2]uint32{n + 2, n})
	_, r := link(t, list, o)
	if r.Person[n] == r.Person[n+2] {
		t.Error("a third record joins victim and suspect")
	}
	asks := func(r *Result) (some [][2]uint32) {
		for _, v := range r.Review {
			if v.A >= n {
				some = append(some, [2]uint32{v.A, v.B})
				if v.Reason != AgainstOthers {
					t.Errorf("the reason %q tells of the incident", v.Reason)
				}
			}
		}
		return some
	}
	if got := asks(r); !slices.Equal(got, [][2]uint32{{n, n + 2}}) {
		t.Errorf("asks about %v, want the two themselves, %d and %d", got, n, n+2)
	}
	for _, c := range []struct {
		answers   []Answer
		one       bool
		conflicts int
	}{
		{[]Answer{{n, n + 1, true}, {n + 1, n + 2, true}}, false, 1}, // said of others, not of the two
		{[]Answer{{n, n + 2, true}}, true, 0},
		{[]Answer{{n, n + 2, false}}, false, 0},
	} {
		o.Answers = c.answers
		_, r := link(t, list, o)
		if one := r.Person[n] == r.Person[n+2]; one != c.one || r.Report.Conflicts != c.conflicts {
			t.Errorf("%v: one person %t, %d conflicts; want %t and %d", c.answers, one, r.Report.Conflicts, c.one, c.conflicts)
		}
	}
}

// A person is shielded by any of their records: a record that would come by name and date of birth alone to another of theirs waits as well.
func TestAShieldIsOfThePerson(t *testing.T) {
	t.Parallel()
	list, _ := town(1500, 33)
	numbered := person.Identity{Names: named("A", "T"), Postcodes: []string{"SE27 9XY"}, Identifiers: nhs("9434765919")}
	named := person.Identity{Names: named("Ansel", "Thrupp-Obuya"), Births: born(1964, time.May, 9)}
	both := named
	both.Identifiers = numbered.Identifiers
	list = append(list, numbered, both, named)
	n := uint32(len(list) - 3)
	o := DefaultOptions()
	o.NameAndBirth, o.Population = RareOnly, 900_000
	if _, r := link(t, list, o); r.Person[n] != r.Person[n+1] || r.Person[n] != r.Person[n+2] {
		t.Fatal("without a shield the three are not one person, so this shows nothing")
	}
	o.Shielded = []uint32{n}
	_, r := link(t, list, o)
	if r.Person[n] != r.Person[n+1] {
		t.Error("a number that is the same links a shielded person no longer")
	}
	if r.Person[n+1] == r.Person[n+2] {
		t.Error("name and date of birth alone join a record to a shielded person's other record")
	}
	if !slices.ContainsFunc(r.Review, func(v Review) bool { return v.A == n+1 && v.B == n+2 && v.Reason == CommonNameAndBirth }) {
		t.Errorf("nobody is asked about it: %+v", r.Review)
	}
}

// Whatever records, marks and answers there are: no two that are opposed are of one person unless an answer about the two says so, and a
// shielded record is not linked to another by name and date of birth alone.
func TestMarksHold(t *testing.T) {
	t.Parallel()
	var opposed, shielded, apart int
	rapid.Check(t, func(t *rapid.T) {
		l := New()
		n := uint32(rapid.IntRange(2, 60).Draw(t, "records"))
		for range n {
			l.Add(1, villager(t, rapid.Bool().Draw(t, "hostel")))
		}
		o := DefaultOptions()
		o.Model = StartModel(60)
		plain, err := l.Link(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		same, held := map[[2]uint32]bool{}, [][2]uint32{}
		for _, k := range plain.Links { // marks where they matter
			switch pair := [2]uint32{k.A, k.B}; rapid.IntRange(0, 4).Draw(t, "mark") {
			case 0:
				held = append(held, pair)
			case 1:
				held, same[pair] = append(held, pair), true
				o.Answers = append(o.Answers, Answer{k.A, k.B, true})
			case 2:
				o.Shielded = append(o.Shielded, k.A)
			}
		}
		o.Incidents = incidents(held...)
		r, err := l.Link(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range held {
			opposed++
			if r.Person[p[0]] == r.Person[p[1]] && !same[p] {
				t.Fatalf("victim and suspect %v are one person", p)
			}
		}
		size := make([]int, r.Persons)
		for _, p := range r.Person {
			size[p]++
		}
		shield := map[uint32]bool{}
		for _, row := range o.Shielded {
			shield[row] = true
		}
		for _, k := range r.Links { // of two records there is no third that could speak for both
			if k.Answered || size[r.Person[k.A]] != 2 || !shield[k.A] && !shield[k.B] {
				continue
			}
			shielded++
			var p parts
			var pair compared
			l.c.compare(k.A, k.B, &pair)
			l.s.score(&pair, &p)
			if otherEvidenceOf(&pair.levels, &p) < otherEvidence {
				t.Fatalf("%d and %d are linked by name and date of birth alone, and one is shielded", k.A, k.B)
			}
		}
		for i := range r.Person {
			for k := range i {
				if plain.Person[i] == plain.Person[k] && r.Person[i] != r.Person[k] {
					apart++
				}
			}
		}
	})
	if opposed == 0 || shielded == 0 || apart == 0 {
		t.Errorf("this shows too little: %d opposed, %d shielded, %d apart", opposed, shielded, apart)
	}
}

func TestMarksThatNameNoRecord(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*Options){
		func(o *Options) { o.Shielded = []uint32{3} },
		func(o *Options) { o.Incidents = incidents([2]uint32{1, 3}) },
	} {
		l := New()
		for range 3 {
			l.Add(1, person.Identity{Names: named("dean", "whitlock")})
		}
		o := DefaultOptions()
		o.Model = StartModel(10)
		change(&o)
		if _, err := l.Link(t.Context(), o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
