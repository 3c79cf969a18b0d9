package linkage

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/id"
	"throughline/internal/money"
)

// TestSettle walks through joining, parting and contradictions.
func TestSettle(t *testing.T) {
	found := map[id.Record]id.Person{1: 10, 2: 10, 3: 10, 4: 20, 5: 30}
	ties := []Tie{{1, 2, 9000}, {2, 3, 4000}}
	same := func(n int64, a, b id.Record) Word {
		return Word{Answer: n, Same: true, Record: a, Pairs: [][2]id.Record{{a, b}}}
	}
	not := func(n int64, r id.Record, others ...id.Record) Word {
		w := Word{Answer: n, Record: r}
		for _, o := range others {
			w.Pairs = append(w.Pairs, [2]id.Record{min(r, o), max(r, o)})
		}
		return w
	}
	for _, c := range []struct {
		name    string
		words   []Word
		returns map[id.Record]id.Person
		want    map[id.Record]id.Person
	}{
		{"nothing said", nil, nil, found},
		{"the smaller joins the larger", []Word{same(1, 4, 1)}, nil, map[id.Record]id.Person{1: 10, 2: 10, 3: 10, 4: 10, 5: 30}},
		{"of two alike the lower number stays", []Word{same(1, 5, 4)}, nil, map[id.Record]id.Person{1: 10, 2: 10, 3: 10, 4: 20, 5: 20}},
		{"the weakest tie gives way", []Word{not(1, 3, 1)}, nil, map[id.Record]id.Person{1: 10, 2: 10, 3: 101, 4: 20, 5: 30}},
		{"what hangs on the record goes with it", []Word{not(1, 1, 3)}, nil, map[id.Record]id.Person{1: 101, 2: 101, 3: 10, 4: 20, 5: 30}},
		{"one record from all others", []Word{not(1, 2, 1, 3)}, nil, map[id.Record]id.Person{1: 10, 2: 101, 3: 10, 4: 20, 5: 30}},
		{"said to be the same, they leave together", []Word{same(1, 2, 3), not(2, 1, 3)}, nil, map[id.Record]id.Person{1: 102, 2: 10, 3: 10, 4: 20, 5: 30}},
		{"not the same holds", []Word{not(1, 4, 3), same(2, 4, 1)}, nil, found},
		{"and so it does when said later", []Word{same(1, 4, 1), not(2, 4, 3)}, nil, found},
		{"of a record that is gone", []Word{same(1, 9, 1), not(2, 9, 1)}, nil, found},
		{"a record returns", nil, map[id.Record]id.Person{4: 10}, map[id.Record]id.Person{1: 10, 2: 10, 3: 10, 4: 10, 5: 30}},
		{"but not to whom it is held apart from", []Word{not(1, 4, 1)}, map[id.Record]id.Person{4: 10}, found},
	} {
		got := Settle(Settling{Found: found, Ties: ties, Words: c.words, Returns: c.returns, Fresh: func(n int64) id.Person { return id.Person(100 + n) }})
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// TestSettleHolds: whatever a run found and people said, no answer "not the same" is overruled, nothing is lost, and every person's records
// hang together by ties or by what was said.
func TestSettleHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Settling{Found: map[id.Record]id.Person{}}
		n := rapid.IntRange(2, 9).Draw(t, "records")
		for i := 1; i <= n; i++ {
			r := id.Record(i)
			in.Found[r] = id.Person(rapid.IntRange(1, 3).Draw(t, "person"))
			for j := i - 1; j >= 1; j-- { // a tree within each person
				if in.Found[id.Record(j)] == in.Found[r] {
					in.Ties = append(in.Ties, Tie{id.Record(j), r, rapid.Int64Range(1, 50).Draw(t, "weight")})
					break
				}
			}
		}
		for k := range rapid.IntRange(0, 8).Draw(t, "answers") {
			a, b := id.Record(rapid.IntRange(1, n).Draw(t, "a")), id.Record(rapid.IntRange(1, n).Draw(t, "b"))
			if a != b {
				in.Words = append(in.Words, Word{Answer: int64(k + 1), Same: rapid.Bool().Draw(t, "same"), Record: a, Pairs: [][2]id.Record{{min(a, b), max(a, b)}}})
			}
		}
		fresh := id.Person(100)
		in.Fresh = func(int64) id.Person { fresh++; return fresh }
		got := Settle(in)
		if d := cmp.Diff(slices.Sorted(maps.Keys(in.Found)), slices.Sorted(maps.Keys(got))); d != "" {
			t.Fatalf("records were lost:\n%s", d)
		}
		said := map[[2]id.Record]bool{}
		for _, w := range in.Words {
			if !w.Same {
				said[w.Pairs[0]] = true
			}
		}
		for p := range said {
			if got[p[0]] == got[p[1]] {
				t.Fatalf("records %d and %d are one person, and somebody said they are not: %v", p[0], p[1], in.Words)
			}
		}
		for _, w := range in.Words {
			x, y := got[w.Pairs[0][0]], got[w.Pairs[0][1]]
			if !w.Same || x == y {
				continue
			}
			held := false // by an answer across the two people
			for p := range said {
				held = held || got[p[0]] == x && got[p[1]] == y || got[p[0]] == y && got[p[1]] == x
			}
			if !held {
				t.Fatalf("records %v were said to be one person and are not: %v", w.Pairs[0], in.Words)
			}
		}
	})
}

// TestJudge follows a pair through its readers.
func TestJudge(t *testing.T) {
	const asked, sensitive = 1, 2
	for _, c := range []struct {
		said   []Says
		how    int // a second person is asked for, or the two are sensitive
		counts Says
		stands Stand
	}{
		{nil, 0, "", Unread}, {nil, sensitive, "", Unread},
		{[]Says{Unsure}, 0, "", InDoubt}, {[]Says{Unsure, Unsure}, asked, "", InDoubt}, {[]Says{Unsure}, sensitive, "", InDoubt},
		{[]Says{Same}, 0, Same, Answered}, {[]Says{Same}, asked, "", Waits}, {[]Says{Same}, sensitive, "", Waits},
		{[]Says{Unsure, NotSame}, 0, NotSame, Answered}, {[]Says{Unsure, NotSame}, asked, "", Waits}, {[]Says{Unsure, NotSame}, sensitive, NotSame, Answered},
		{[]Says{Same, Same}, asked, Same, Agreed}, {[]Says{Same, Same}, sensitive, Same, Agreed}, {[]Says{NotSame, NotSame}, 0, NotSame, Agreed},
		{[]Says{Same, NotSame}, 0, Same, Disputed}, {[]Says{Same, NotSame}, asked, "", Disputed}, {[]Says{Same, NotSame}, sensitive, NotSame, Disputed},
		{[]Says{NotSame, Same}, asked | sensitive, NotSame, Disputed},
		{[]Says{Same, NotSame, NotSame}, 0, NotSame, Settled}, {[]Says{NotSame, Same, Unsure, NotSame}, asked, NotSame, Settled},
		{[]Says{NotSame, Same, Same}, sensitive, Same, Settled},
		{[]Says{Same, Unsure}, asked, "", Waits}, {[]Says{Same, Unsure}, sensitive, "", Waits},
	} {
		var readings []Reading
		for i, s := range c.said {
			readings = append(readings, Reading{By: id.Account(i + 1), Says: s, Both: c.how&asked != 0 && i == len(c.said)-1})
		}
		expect := func(how string, known bool) {
			t.Helper()
			if counts, stands := Judge(readings, known); counts != c.counts || stands != c.stands {
				t.Errorf("%v, %s: %q %s, want %q %s", c.said, how, counts, stands, c.counts, c.stands)
			}
		}
		expect("as it is known now", c.how&sensitive != 0)
		if c.how&sensitive != 0 && len(readings) > 0 {
			readings[0].Sensitive = true
			expect("as it was known then", false)
		}
		for i := range len(readings) { // nobody is heard twice
			readings = append(readings, readings[i], Reading{By: readings[i].By, Says: Same}, Reading{By: readings[i].By, Says: NotSame})
		}
		expect("with repetitions", c.how&sensitive != 0)
	}
}

// TestAgree holds Cohen's kappa to a figure worked out by hand: 20 and 15 of 50 alike, .7 observed, .5 by chance.
func TestAgree(t *testing.T) {
	var pairs [][2]Says
	for said, n := range map[[2]Says]int{{Same, Same}: 20, {Same, NotSame}: 5, {NotSame, Same}: 10, {NotSame, NotSame}: 15} {
		for range n {
			pairs = append(pairs, said)
		}
	}
	a := Agree(pairs)
	if a.Pairs != 50 || a.Alike != 35 || !a.Defined || a.Kappa < .3999 || a.Kappa > .4001 {
		t.Errorf("agreement is %+v, want 35 of 50 and kappa .4", a)
	}
	if a := Agree([][2]Says{{Same, Unsure}, {Unsure, Unsure}, {Unsure, NotSame}}); a != (Accord{}) {
		t.Errorf("of pairs of which somebody is unsure the agreement is %+v, want none", a)
	}
	if a := Agree([][2]Says{{Same, Same}}); a.Defined || a.Alike != 1 {
		t.Errorf("where all say one thing kappa is %+v, want none", a)
	}
	if a := Agree(nil); a != (Accord{}) {
		t.Errorf("of no pairs the agreement is %+v", a)
	}
}

// TestAskedTwice: one pair in ten is asked of two people, whatever the numbers.
func TestAskedTwice(t *testing.T) {
	n := 0
	for a := id.Record(1); a <= 200; a++ {
		for b := a + 1; b <= a+50; b++ {
			if AskedTwice(a, b) {
				n++
			}
		}
	}
	if n < 850 || n > 1150 {
		t.Errorf("%d of 10,000 pairs are asked twice", n)
	}
}

// TestGain: of two people the smaller sum is at stake, of one person half of theirs; the chance that the answer changes something weighs it.
func TestGain(t *testing.T) {
	if stake, gain := Gain(250_000, false, [2]money.Pence{40_000_00, 8_000_00}); stake != 8_000_00 || gain != 2_000_00 {
		t.Errorf("two people: %s at stake, %s gained", stake, gain)
	}
	if stake, gain := Gain(900_000, true, [2]money.Pence{40_000_00, 40_000_00}); stake != 20_000_00 || gain != 2_000_00 {
		t.Errorf("one person: %s at stake, %s gained", stake, gain)
	}
}

func TestDeciding(t *testing.T) {
	t.Parallel()
	pair := func(p, q id.Person, x, y money.Pence) Apart {
		return Apart{[2]id.Person{p, q}, [2]money.Pence{x * 100, y * 100}}
	}
	for _, tt := range []struct {
		name  string
		pairs []Apart
		want  []bool
	}{
		{"together they reach it", []Apart{pair(1, 2, 30_000, 22_000)}, []bool{true}},
		{"a pound less", []Apart{pair(1, 2, 30_000, 21_999)}, []bool{false}},
		{"with two others", []Apart{pair(1, 2, 30_000, 15_000), pair(3, 1, 7_000, 30_000), pair(4, 5, 900, 800)}, []bool{true, true, false}},
		{"two pairs of the same two people count once", []Apart{pair(1, 2, 30_000, 15_000), pair(2, 1, 15_000, 30_000)}, []bool{false, false}},
		{"one reaches it without the other", []Apart{pair(1, 2, 60_000, 22_000)}, []bool{false}},
		{"who reaches it lends nobody", []Apart{pair(1, 2, 60_000, 30_000), pair(2, 3, 30_000, 1_000)}, []bool{false, false}},
		{"both reach it", []Apart{pair(1, 2, 60_000, 52_000)}, []bool{true}},
		{"within one who reaches it", []Apart{pair(1, 1, 60_000, 60_000)}, []bool{true}},
		{"within one below it", []Apart{pair(1, 1, 30_000, 30_000)}, []bool{false}},
	} {
		if diff := cmp.Diff(tt.want, Deciding(tt.pairs, 52_000_00)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
