package linkage

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/person"
)

// Three records that agree in little are one person because somebody said so of two pairs of them: these two are the links, nobody is asked about the
// third pair, which is likelier, and the run's estimate takes their word. A fourth record, which is said not to be of one of the three, is in doubt with none.
func TestAPersonHeldTogetherByAnswers(t *testing.T) {
	t.Parallel()
	list, _ := town(600, 21)
	n := uint32(len(list))
	phone, email := []string{"07700900123"}, []string{"info@example.org"}
	list = append(list, person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, 3, 4), Identifiers: nhs("9434765919"), Phones: phone, Emails: email},
		person.Identity{Names: named("Kojo", "Amoah"), Births: born(1951, 7, 19), Identifiers: nhs("4505577104"), Phones: phone, Emails: email},
		person.Identity{Names: named("Priya", "Hargreave"), Births: born(1999, 11, 28)},
		person.Identity{Names: named("Kojo", "Amoah"), Births: born(1951, 7, 19), Postcodes: []string{"SE27 9XY"}})
	o := DefaultOptions()
	o.Sample = len(list) * len(list) // every pair
	o.Answers = []Answer{{n, n + 2, true}, {n + 1, n + 2, true}, {n, n + 3, false}}
	l, r := link(t, list, o)
	bits := func(a, b uint32) float64 { return l.Explain(r.Model, a, b).Bits }
	if bits(n, n+1) <= max(bits(n, n+2), bits(n+1, n+2)) || bits(n+1, n+3) < 5 {
		t.Fatal("of the three pairs the one that nobody answered is not the likeliest, or the fourth record is like no other: this test shows nothing")
	}
	links := slices.DeleteFunc(slices.Clone(r.Links), func(k Link) bool { return k.A < n })
	want := []Link{{A: n, B: n + 2, Bits: bits(n, n+2), Rule: "answer", Answered: true}, {A: n + 1, B: n + 2, Bits: bits(n+1, n+2), Rule: "answer", Answered: true, Weakest: true}}
	if diff := gocmp.Diff(want, links); diff != "" {
		t.Errorf("links of a person by answers (-want +got):\n%s", diff)
	}
	for _, v := range r.Review {
		if v.A >= n {
			t.Errorf("asked about what is settled: %+v", v)
		}
	}
	judged := map[[2]uint32]float64{}
	for _, p := range r.Sample {
		if p.A >= n {
			judged[[2]uint32{p.A, p.B}] = p.Bits
		}
	}
	if diff := gocmp.Diff(map[[2]uint32]float64{{n, n + 1}: strongest, {n, n + 2}: strongest, {n + 1, n + 2}: strongest}, judged); diff != "" {
		t.Errorf("what the estimate makes of their pairs (-want +got):\n%s", diff)
	}
}

// Where somebody said that two records with different NHS numbers are one person's, a third number is asked about all the same.
func TestAThirdNumberIsAsked(t *testing.T) {
	t.Parallel()
	list, _ := town(1000, 40)
	n := uint32(len(list))
	for _, number := range []string{"9434765919", "4505577104", "9434765870"} {
		list = append(list, person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, 3, 4), Postcodes: []string{"SE27 9XY"}, Phones: []string{"07700900123"},
			Emails: []string{"dean@example.org"}, Identifiers: nhs(number)})
	}
	o := DefaultOptions()
	o.Answers = []Answer{{n, n + 1, true}}
	_, r := link(t, list, o)
	if !slices.ContainsFunc(r.Review, func(v Review) bool { return v.A == n && v.B == n+2 && v.Reason == TwoNumbers }) {
		t.Errorf("the third number is of person %d and the first of %d, and nobody is asked", r.Person[n+2], r.Person[n])
	}
}

// Whatever people say, a person's links are first those that somebody said, and nothing is asked that follows from what was said.
func TestNothingThatIsSettledIsAsked(t *testing.T) {
	t.Parallel()
	list, truth := town(120, 4)
	follows, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		o := DefaultOptions()
		o.ReviewFrom, o.ReviewTo, o.Model = 0, 1, StartModel(len(list)) // every link and each two persons of a group are asked about
		said := map[[2]uint32]bool{}
		for range rapid.IntRange(1, 12).Draw(t, "answers") {
			a := uint32(rapid.IntRange(0, 29).Draw(t, "a"))
			b := a + uint32(rapid.IntRange(1, 4).Draw(t, "further"))
			same := truth[a] == truth[b]
			if rapid.IntRange(0, 4).Draw(t, "mistaken") == 0 {
				same = !same
			}
			o.Answers = append(o.Answers, Answer{a, b, same})
			said[[2]uint32{a, b}] = same
		}
		l := New()
		for _, who := range list {
			l.Add(1, who)
		}
		r, err := l.Link(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Report.Conflicts > 0 {
			t.Skip("what was said contradicts itself")
		}
		one := make([]uint32, len(list)) // of each record, the first of those that are said to be one person's
		for i := range one {
			one[i] = uint32(i)
		}
		for range list {
			for pair, same := range said {
				if same {
					one[pair[0]] = min(one[pair[0]], one[pair[1]])
					one[pair[1]] = one[pair[0]]
				}
			}
		}
		settled := func(a, b uint32) bool {
			if one[a] == one[b] {
				return true
			}
			for pair, same := range said {
				x, y := one[pair[0]], one[pair[1]]
				if !same && (x == one[a] && y == one[b] || x == one[b] && y == one[a]) {
					return true
				}
			}
			return false
		}
		for _, k := range r.Links {
			if one[k.A] == one[k.B] && !said[[2]uint32{k.A, k.B}] {
				t.Fatalf("records %d and %d are linked by %q, and are one person by what was said of others: %v", k.A, k.B, k.Rule, o.Answers)
			}
		}
		for a := range uint32(34) {
			for b := a + 1; b < 34; b++ {
				if _, direct := said[[2]uint32{a, b}]; !direct && settled(a, b) {
					follows++
				}
			}
		}
		for _, v := range r.Review {
			if settled(v.A, v.B) {
				t.Fatalf("%+v is asked, and follows from %v", v, o.Answers)
			}
			if v.B < 34 {
				asked++
			}
		}
	})
	if follows == 0 || asked == 0 {
		t.Errorf("%d pairs follow from answers and %d are asked: this shows too little", follows, asked)
	}
}

// Whatever people say, "the same" takes no record from anybody: whoever the model holds to be one person stays so, and those of whom it was said that they are one are,
// whole. Only where "not the same" stands between two such people do parts of them come together.
func TestTheSameTakesNoRecordFromAnybody(t *testing.T) {
	t.Parallel()
	list, _ := town(150, 12)
	whole, pulled, divided := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		o := DefaultOptions()
		o.Model = StartModel(len(list))
		persons := func() []uint32 {
			l := New()
			for _, who := range list {
				l.Add(1, who)
			}
			r, err := l.Link(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			return r.Person
		}
		var same []Answer
		for range rapid.IntRange(1, 6).Draw(t, "answers") {
			a, b := uint32(rapid.IntRange(0, 59).Draw(t, "a")), uint32(rapid.IntRange(60, 119).Draw(t, "b"))
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				o.Answers = append(o.Answers, Answer{a, b, false})
			case 1: // between two records of which it is said that a third is the same as both
				if len(same) > 0 && same[0].B != b {
					same = append(same, Answer{same[0].A, b, true})
					o.Answers = append(o.Answers, Answer{min(same[0].B, b), max(same[0].B, b), false})
				}
			default:
				same = append(same, Answer{a, b, true})
			}
		}
		before := persons()
		one := slices.Clone(before) // of each record's person, the least of those who are said to be one
		find := func(row uint32) uint32 {
			p := before[row]
			for one[p] != p {
				p = one[p]
			}
			return p
		}
		for p := range one {
			one[p] = uint32(p)
		}
		for _, x := range same {
			a, b := find(x.A), find(x.B)
			one[max(a, b)] = min(a, b)
		}
		held := map[uint32]bool{}
		for _, x := range o.Answers {
			if find(x.A) == find(x.B) {
				held[find(x.A)] = true
			}
		}
		o.Answers = append(o.Answers, same...)
		after := persons()
		for i := range list {
			for k := range i {
				switch joined := find(uint32(i)) == find(uint32(k)); {
				case joined && held[find(uint32(i))]:
					divided++
				case joined != (after[i] == after[k]):
					t.Fatalf("records %d and %d, of persons %d and %d: one by what was said %v, after it %v; %v", k, i, before[k], before[i], joined, after[i] == after[k], o.Answers)
				case joined && before[i] != before[k]:
					whole++
					if !slices.ContainsFunc(same, func(x Answer) bool { return x.A == uint32(k) && x.B == uint32(i) }) {
						pulled++
					}
				}
			}
		}
	})
	if whole == 0 || pulled == 0 || divided == 0 {
		t.Errorf("%d pairs came together, %d of them with the pair in question, and %d were held apart: this shows too little", whole, pulled, divided)
	}
}
