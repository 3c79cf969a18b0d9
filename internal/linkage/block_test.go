package linkage

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/person"
)

// someone draws an identity from few values, so that many records share them.
func someone(t *rapid.T) person.Identity {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(append(from, "")).Draw(t, label) }
	name := func() person.Name {
		return person.Name{Forename: pick("forename", "dean", "deano", "dena", "d", "mary-jane", "jane"), Middle: pick("middle", "dean", "lee"),
			Surname: pick("surname", "whitlock", "whitlok", "smith", "smith-jones", "w", "dean")}
	}
	who := person.Identity{Names: []person.Name{name()}, Sex: person.Sex(rapid.IntRange(0, 3).Draw(t, "sex")), NoFixed: rapid.Bool().Draw(t, "nfa"),
		Address: pick("address", "12 acre lane", "12 acre la", "acre lane", "3 high st")}
	if rapid.IntRange(0, 3).Draw(t, "alias") == 0 {
		who.Names = append(who.Names, name())
	}
	for range rapid.IntRange(0, 2).Draw(t, "births") {
		d := day.Must(1980+rapid.IntRange(0, 2).Draw(t, "year"), time.Month(rapid.IntRange(1, 4).Draw(t, "month")), rapid.IntRange(1, 4).Draw(t, "day"))
		who.Births = append(who.Births, person.Birth{Day: d, Precision: person.Precision(rapid.IntRange(1, 2).Draw(t, "precision"))})
	}
	for range rapid.IntRange(0, 2).Draw(t, "values") {
		if s := pick("postcode", "SE5 8AZ", "SE5 8AB", "SE5 0TR", "SE5", "N1 1AA"); s != "" {
			who.Postcodes = append(who.Postcodes, s)
		}
		if s := pick("phone", "07700900123", "07700900132", "02079460110"); s != "" {
			who.Phones = append(who.Phones, s)
		}
		if s := pick("email", "dean@example.org", "dean@example.com"); s != "" {
			who.Emails = append(who.Emails, s)
		}
		if s := pick("town", "london", "lodnon", "leeds"); s != "" {
			who.Places = append(who.Places, s)
		}
		kind := person.IdentifierKind(rapid.IntRange(0, 6).Draw(t, "kind"))
		if s := pick("number", "9434765919", "9434765870", "A1234BC", "A1234BD"); s != "" {
			who.Identifiers = append(who.Identifiers, person.Identifier{Kind: kind, Value: s})
		}
	}
	return who
}

func crowdOf(t *rapid.T, most int) *columns {
	c := newColumns()
	c.workers = 3
	for range rapid.IntRange(2, most).Draw(t, "records") {
		c.add(0, someone(t))
	}
	return c
}

// visited runs the blocks and counts how often each pair is visited.
func visited(c *columns, list []rule) map[[2]uint32]int {
	var lock sync.Mutex
	times := map[[2]uint32]int{}
	b := newBlocks(background, c, list, false)
	b.run(1, nil, func(int) {}, func(_, _ int, _ uint8, i, j uint32) {
		lock.Lock()
		times[[2]uint32{i, j}]++
		lock.Unlock()
	})
	return times
}

// shareKey says whether two records share a key of any rule.
func shareKey(c *columns, list []rule, i, j uint32) bool {
	for _, r := range list {
		keys := map[uint32]bool{}
		r.keys(c, &c.records[i], func(k uint64) { keys[shortKey(k)] = k != 0 })
		found := false
		r.keys(c, &c.records[j], func(k uint64) { found = found || k != 0 && keys[shortKey(k)] })
		if found {
			return true
		}
	}
	return false
}

func TestEachPairThatSharesAKeyIsVisitedOnce(t *testing.T) {
	t.Parallel()
	few := rules[:len(rules)-1] // without the rule that finds every pair
	rapid.Check(t, func(t *rapid.T) {
		c := crowdOf(t, 12) // too few for any block to be cut
		times := visited(c, few)
		for i := range uint32(len(c.records)) {
			for j := i + 1; j < uint32(len(c.records)); j++ {
				want := 0
				if shareKey(c, few, i, j) {
					want = 1
				}
				if got := times[[2]uint32{i, j}]; got != want {
					t.Fatalf("pair %d, %d is visited %d times, want %d", i, j, got, want)
				}
			}
		}
	})
}

// Hundreds of records with few values: every rule's blocks are cut, and each pair is still visited once.
func TestCutBlocksVisitEachPairOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	c := newColumns()
	c.workers = 3
	for range 600 {
		who := person.Identity{Names: []person.Name{{Forename: fmt.Sprintf("%c%co", 'a'+r.IntN(3), 'b'+r.IntN(3)), Surname: "smith"}},
			Births: []person.Birth{{Day: day.Must(1980+r.IntN(3), time.Month(1+r.IntN(2)), 1+r.IntN(2)), Precision: person.FullDate}}, Postcodes: []string{"SE5 8AZ"}}
		if r.IntN(5) == 0 {
			who.Names = append(who.Names, person.Name{Forename: "abo", Surname: "jones"})
		}
		c.add(0, who)
	}
	b := newBlocks(background, c, rules[:len(rules)-1], false)
	times := map[[2]uint32]int{}
	var lock sync.Mutex
	b.run(1, nil, func(int) {}, func(_, _ int, _ uint8, i, j uint32) {
		lock.Lock()
		times[[2]uint32{i, j}]++
		lock.Unlock()
	})
	if len(b.cuts) == 0 {
		t.Fatal("no block was cut, so this test shows nothing")
	}
	const oneIn = sample(7)
	sampled := map[[2]uint32]int{}
	b.run(oneIn, nil, func(int) {}, func(_, _ int, _ uint8, i, j uint32) {
		lock.Lock()
		sampled[[2]uint32{i, j}]++
		lock.Unlock()
	})
	want := maps.Clone(times)
	maps.DeleteFunc(want, func(pair [2]uint32, _ int) bool { return !oneIn.has(pair[0]) })
	if diff := cmp.Diff(want, sampled); diff != "" || len(want) == 0 {
		t.Errorf("%d pairs of the sample (-want +got)\n%s", len(want), diff)
	}
	missed := 0
	for i := range uint32(600) {
		for j := i + 1; j < 600; j++ {
			switch n := times[[2]uint32{i, j}]; {
			case n > 1:
				t.Fatalf("pair %d, %d is visited %d times", i, j, n)
			case n == 0 && c.records[i].birth == c.records[j].birth && c.records[i].forename == c.records[j].forename:
				missed++
			}
		}
	}
	if missed > 0 {
		t.Errorf("%d pairs of the same name and date of birth were lost to cut blocks", missed)
	}
	all := visited(c, rules) // with the rule for few records
	if len(all) != 600*599/2 {
		t.Errorf("%d pairs visited of %d when every pair is to be", len(all), 600*599/2)
	}
}

// Thousands of records that are all alike are too many even in part; what is left out is counted, and they still hang together.
func TestTooManyAlikeAreCountedAsLeftOut(t *testing.T) {
	t.Parallel()
	c := newColumns()
	for range largestPart + 200 {
		c.add(0, person.Identity{Names: []person.Name{{Forename: "dean", Surname: "whitlock"}},
			Births: []person.Birth{{Day: day.Must(1983, time.March, 4), Precision: person.FullDate}}})
	}
	b := newBlocks(background, c, rules, false)
	n := int64(0)
	b.run(1, nil, func(int) {}, func(_, _ int, _ uint8, _, _ uint32) { n++ })
	records := int64(len(c.records))
	near := int64(0)
	for i := range records {
		near += min(i, neighbours) // with those before it
	}
	left, parts := int64(0), 0
	for k := range b.sorted {
		for _, p := range b.rules[k].parts {
			if !b.rules[k].loose() && b.keysOf(0)[k] != 0 && b.part(0, p) != 0 {
				left += records*(records-1)/2 - near
				parts++
			}
		}
	}
	if n != near || b.left != left || parts < 2 {
		t.Errorf("%d pairs visited, want %d; %d left out of %d parts of %d records all alike, want %d", n, near, b.left, parts, records, left)
	}
	for k := range b.sorted {
		want := Passed{}
		if r := &b.rules[k]; r.loose() {
			want = Passed{r.name, 1, records * (records - 1) / 2}
		}
		if b.sorted[k].passed != want {
			t.Errorf("%s passed over %+v, want %+v", b.rules[k].name, b.sorted[k].passed, want)
		}
	}
}

// Loose rules rest when there are many records, and it is said which.
func TestLooseRulesRest(t *testing.T) {
	t.Parallel()
	c := newColumns()
	c.add(0, person.Identity{Names: []person.Name{{Forename: "dean", Surname: "whitlock"}}})
	c.records = append(c.records, make([]record, looseUpTo)...)
	b := newBlocks(background, c, rules, false)
	if diff := cmp.Diff([]string{"forename alone", "surname alone"}, b.resting); diff != "" {
		t.Errorf("resting (-want +got):\n%s", diff)
	}
	for _, r := range b.rules {
		if r.loose() {
			t.Errorf("%s is in use for %d records", r.name, len(c.records))
		}
	}
}

// What the sieve rules out, and that the rows of a block are gathered first, changes no pair that is kept.
func TestTheSieveLosesNoPair(t *testing.T) {
	t.Parallel()
	list, _ := town(4000, 11)
	c := newColumns()
	c.workers = 2
	for _, who := range list {
		c.add(1, who)
	}
	b := newBlocks(background, c, rules, false)
	s := newScorer(c, c.totals(), StartModel(len(list)))
	edges, err := collect(background, b, s, func(string, int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	want := map[[2]uint32]float32{}
	var lock sync.Mutex
	visits, agreed := 0, 0
	b.run(1, nil, func(int) {}, func(_, _ int, _ uint8, i, j uint32) {
		var o compared
		var p parts
		c.compare(i, j, &o)
		bits := s.score(&o, &p)
		lock.Lock()
		defer lock.Unlock()
		visits++
		if bits >= groupedFrom {
			want[[2]uint32{i, j}] = float32(bits)
		} else if newSieve(s, groupedFrom).ruleOut(i, j) {
			agreed++
		}
	})
	got := map[[2]uint32]float32{}
	for _, e := range edges {
		got[[2]uint32{e.a, e.b}] = e.bits
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != len(edges) {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	if below := visits - len(want); agreed*10 < below {
		t.Errorf("the sieve rules out %d of %d pairs below the floor, want a tenth at least", agreed, below)
	}
}

func TestSignsHoldEveryRuleAndPart(t *testing.T) {
	t.Parallel()
	for k, r := range rules {
		if most := k + max(0, len(r.parts)-1); most > 8*signWords-1 {
			t.Errorf("%s needs %d keys in a sign, which holds %d", r.name, most, 8*signWords-1)
		}
	}
	for f := range fieldCount {
		if n := len(fields[f].levels); n > maxLevels {
			t.Errorf("%v has %d levels, more than %d", f, n, maxLevels)
		}
	}
}

func TestRadixSort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size, keys, seed := rapid.IntRange(0, 3000).Draw(t, "size"), rapid.Uint64Range(1, 1<<31).Draw(t, "keys"), rapid.Uint64().Draw(t, "seed")
		list := make([]uint64, size)
		for i := range list {
			list[i] = mix(seed+uint64(i))%keys<<32 | uint64(i)
		}
		sorted, _ := radixSort(slices.Clone(list), make([]uint64, size))
		slices.Sort(list)
		if diff := cmp.Diff(list, sorted); diff != "" {
			t.Fatalf("order (-want +got)\n%s", diff)
		}
	})
}
