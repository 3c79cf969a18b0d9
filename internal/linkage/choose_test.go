package linkage

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"throughline/internal/person"
)

// Of three rules the second finds the most for its time. The first then adds more than the third, and takes longer: it comes last, when the third has found a part of
// its matches. What the two add is less than one in a thousand of all, and too little for their time.
func TestRulesAreChosenByWhatTheyAdd(t *testing.T) {
	t.Parallel()
	all := []catch{
		{by: 1 << 0, pairs: 60_000, matches: 1},
		{by: 1<<1 | 1<<2, pairs: 2000, matches: 1900},
		{by: 1 << 1, pairs: 100, matches: 90},
		{by: 1<<0 | 1<<2, pairs: 5000, matches: .5},
		{by: 1 << 2, pairs: 9000, matches: 0},
	}
	keys := []float64{.001, .001, .001}
	want := []choice{
		{1, 2100, 1990, .001 + 2100*150e-9, false},
		{2, 14_000, .5, .001 + 14_000*150e-9, true},
		{0, 60_000, 1, .001 + 60_000*150e-9, true},
	}
	near := cmpopts.EquateApprox(1e-9, 0)
	if diff := gocmp.Diff(want, cover(all, keys, true), gocmp.AllowUnexported(choice{}), near); diff != "" {
		t.Errorf("chosen (-want +got):\n%s", diff)
	}
	for i := range want {
		want[i].rests = false
	}
	if diff := gocmp.Diff(want, cover(all, keys, false), gocmp.AllowUnexported(choice{}), near); diff != "" {
		t.Errorf("chosen where none may rest (-want +got):\n%s", diff)
	}
}

// Pairs that are far too unlikely to be kept count by their chance, since where a value is rare they weigh more: of pairs in which nothing is compared,
// at odds of 1 to 20 before kin of .2, one in 25 is of one person. The second rule finds 1,500, and the first ten more.
func TestUnlikelyPairsCount(t *testing.T) {
	t.Parallel()
	c := newColumns()
	c.records = make([]record, 2)
	b := &blocks{c: c, rules: rules[:2], width: 2}
	m := *start
	m.Match, m.Household = 1./21, .2
	sample := []patternCount{{by: 1 << 0, count: 10}, {by: 1<<0 | 1<<1, count: 1000}, {by: 1 << 1, count: 500}}
	keys := 2 * keyNanoseconds * 1e-9
	want := []choice{{1, 1500, 60, keys + 1500*pairNanoseconds*1e-9, false}, {0, 10, .4, keys + 10*pairNanoseconds*1e-9, false}}
	if diff := gocmp.Diff(want, b.choose(&m, sample, false), gocmp.AllowUnexported(choice{}), cmpopts.EquateApprox(1e-9, 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each rule comes once, none that comes later would add more for its time, what all add is what any finds, and those that rest would add next to
// nothing: counted pair by pair.
func TestCoverIsGreedy(t *testing.T) {
	t.Parallel()
	rested, held := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		keys := make([]float64, rapid.IntRange(1, 6).Draw(t, "rules"))
		for k := range keys {
			keys[k] = rapid.SampledFrom([]float64{.001, .01, 1}).Draw(t, "keys")
		}
		all := make([]catch, rapid.IntRange(1, 12).Draw(t, "catches"))
		for i := range all {
			all[i] = catch{by: finders(rapid.IntRange(1, 1<<len(keys)-1).Draw(t, "by")), pairs: rapid.SampledFrom([]int64{1, 1e4, 1e5, 1e7}).Draw(t, "pairs"),
				matches: float64(rapid.SampledFrom([]int{0, 1, 3, 1000, 200_000}).Draw(t, "matches"))}
		}
		mayRest := rapid.Bool().Draw(t, "may rest")
		// what a rule adds to those before it
		adds := func(k int, before []choice) (pairs int64, matches float64) {
			for _, c := range all {
				if c.by.has(k) && !slices.ContainsFunc(before, func(b choice) bool { return c.by.has(b.rule) }) {
					pairs, matches = pairs+c.pairs, matches+c.matches
				}
			}
			return pairs, matches
		}
		list := cover(all, keys, mayRest)
		if len(list) != len(keys) {
			t.Fatalf("%d rules of %d", len(list), len(keys))
		}
		var pairs int64
		var matches, resting float64
		for i, c := range list {
			n, worth := adds(c.rule, list[:i])
			if n != c.pairs || worth != c.matches || c.seconds != keys[c.rule]+float64(n)*pairNanoseconds/1e9 {
				t.Fatalf("%+v adds %d pairs, %v matches", c, n, worth)
			}
			for _, later := range list[i+1:] {
				n, worth := adds(later.rule, list[:i])
				if later.rule == c.rule || worth/(keys[later.rule]+float64(n)*pairNanoseconds/1e9) > c.matches/c.seconds*(1+1e-9) {
					t.Fatalf("%+v comes before rule %d, which adds %v with %d pairs", c, later.rule, worth, n)
				}
			}
			pairs, matches = pairs+c.pairs, matches+c.matches
			if c.rests {
				resting += c.matches
			} else if i > 0 && list[i-1].rests {
				t.Fatalf("%+v holds after one that rests", c)
			}
		}
		var wantPairs int64
		var wantMatches float64
		for _, c := range all {
			wantPairs, wantMatches = wantPairs+c.pairs, wantMatches+c.matches
		}
		if pairs != wantPairs || matches != wantMatches {
			t.Fatalf("%d pairs and %v matches are added, of %d and %v", pairs, matches, wantPairs, wantMatches)
		}
		if resting > .001*wantMatches || !mayRest && list[len(list)-1].rests {
			t.Fatalf("%v of %v matches are lost to rest: %+v", resting, wantMatches, list)
		}
		rests := false
		for i, c := range list {
			left := 0.0
			for _, later := range list[i:] {
				left += later.matches
			}
			if rests = rests || mayRest && left <= .001*wantMatches && c.matches < 1000*c.seconds; c.rests != rests {
				t.Fatalf("%+v rests: %v, want %v", c, c.rests, rests)
			}
			if c.rests {
				rested++
			} else {
				held++
			}
		}
	})
	if rested == 0 || held == 0 {
		t.Errorf("%d rested and %d held, so this shows nothing", rested, held)
	}
}

// Every rule that finds a pair is noted beside it, and a rule that rests finds what it would if it were not there.
func TestRestingIsAsIfTheRuleWereNotThere(t *testing.T) {
	t.Parallel()
	cuts := 0
	walk := func(t *rapid.T, list []person.Identity) {
		c := newColumns()
		c.workers = 2
		for _, who := range list {
			c.add(0, who)
		}
		some := rules[:indexRules]
		b := newBlocks(background, c, some, false)
		rests := finders(rapid.Uint64().Draw(t, "rests"))
		var chosen []choice
		var stay []rule
		for k, r := range b.rules {
			chosen = append(chosen, choice{rule: k, rests: rests.has(k)})
			if !rests.has(k) {
				stay = append(stay, r)
			}
		}
		type seen struct {
			pair [2]uint32
			rule string
		}
		var lock sync.Mutex
		want, got := map[seen]int{}, map[seen]int{}
		b.run(1, nil, func(int) {}, func(_, _ int, rule uint8, i, j uint32) {
			lock.Lock()
			defer lock.Unlock()
			for k, by := 0, b.finders(rule, i, j); k < b.width; k++ {
				if by.has(k) && !rests.has(k) { // the first that does not rest
					want[seen{[2]uint32{i, j}, b.rules[k].name}]++
					return
				}
			}
		})
		cuts += len(b.cuts)
		names := b.rest(chosen)
		if len(names)+len(stay) != len(b.rules) {
			t.Fatalf("%d of %d rules rest, and %d stay", len(names), len(b.rules), len(stay))
		}
		visit := func(b *blocks, to map[seen]int) {
			b.run(1, nil, func(int) {}, func(_, _ int, rule uint8, i, j uint32) {
				lock.Lock()
				to[seen{[2]uint32{i, j}, b.rules[rule].name}]++
				lock.Unlock()
			})
		}
		visit(b, got)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("pairs (-want +got):\n%s", diff)
		}
		never := map[seen]int{}
		m := &Model{Rests: names}
		visit(newBlocks(background, c, m.holding(some), false), never)
		if diff := gocmp.Diff(never, got); diff != "" {
			t.Fatalf("pairs (-without the rules +while they rest):\n%s", diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		walk(t, namedAlike(t, make([]person.Identity, rapid.SampledFrom([]int{6, 12, 50}).Draw(t, "records")), rapid.IntRange(0, 3).Draw(t, "alike")))
	})
	if cuts == 0 {
		t.Error("no block was cut, so this shows too little")
	}
}

// Among many records the rules that add next to nothing rest, the same at any number of workers; the model keeps which, and all hold when asked.
func TestRulesRestAmongMany(t *testing.T) {
	t.Parallel()
	list, truth := town(3000, 8)
	run := func(change func(*Options)) *Result {
		l := New()
		for _, who := range list {
			l.Add(0, who)
		}
		for range looseUpTo { // of whom nothing is known
			l.Add(0, person.Identity{})
		}
		o := DefaultOptions()
		change(&o)
		r, err := l.Link(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	one := run(func(o *Options) { o.Workers = 1 })
	var rest, names []string
	lost, matches := int64(0), int64(0)
	for _, p := range one.Report.Plan {
		matches += p.Matches
		if p.Rests {
			rest, lost = append(rest, p.Rule), lost+p.Matches
		}
	}
	for _, p := range one.Report.Rules {
		if slices.Contains(rest, p.Rule) && p.Pairs > 0 {
			t.Errorf("%s rests and finds %d pairs", p.Rule, p.Pairs)
		}
	}
	if diff := gocmp.Diff(rest, one.Model.Rests); diff != "" || len(rest) == 0 || len(rest) == len(one.Report.Plan) || lost > 1+matches/1000 {
		t.Errorf("%d of %d rules rest for %d of %d matches, and the model keeps (-want +got):\n%s", len(rest), len(one.Report.Plan), lost, matches, diff)
	}
	text, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(run(func(o *Options) { o.Workers = 7 })); err != nil || string(again) != string(text) {
		t.Errorf("seven workers give another answer than one (%v)", err)
	}
	given := run(func(o *Options) { o.Model = one.Model })
	if diff := gocmp.Diff(one.Report.Plan, given.Report.Plan); diff != "" {
		t.Errorf("by the same model rules are chosen otherwise:\n%s", diff)
	}
	all := run(func(o *Options) { o.AllRules = true })
	for _, p := range all.Report.Plan {
		names = append(names, p.Rule)
		if p.Rests {
			t.Errorf("%s rests where all are asked for", p.Rule)
		}
	}
	if len(all.Model.Rests) > 0 || len(names) != len(one.Report.Plan) {
		t.Errorf("of %q these rest: %q", names, all.Model.Rests)
	}
	f1 := func(r *Result) float64 { return Evaluate(r.Person[:len(truth)], truth).Pairwise.F1 }
	if f1(one) < f1(all)-.002 {
		t.Errorf("F1 %.4f with the rules that were chosen, %.4f with all", f1(one), f1(all))
	}
	m := new(Model)
	if kept, err := json.Marshal(one.Model); err != nil || json.Unmarshal(kept, m) != nil || !slices.Equal(m.Rests, rest) {
		t.Errorf("the model is read back with %q at rest, want %q", m.Rests, rest)
	}
	m.Rests = []string{"shoe size"}
	if kept, err := json.Marshal(m); err != nil || json.Unmarshal(kept, new(Model)) == nil {
		t.Errorf("a model is read that rests a rule which is not known (%v)", err)
	}
}
