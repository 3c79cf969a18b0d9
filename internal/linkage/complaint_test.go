package linkage

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/person"
)

// The tests here answer what users of other tools complain of; docs/linkage-complaints.md has the list.

// TestComplaintsNameTests reads the list and wants each test that it names.
func TestComplaintsNameTests(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "linkage-complaints.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+|Benchmark\w+)\(`)
	for _, folder := range []string{"internal/linkage", "internal/linkage/*", "internal/cli", "internal/app", "internal/store", "internal/web", "internal/person", "bench"} {
		files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			code, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range function.FindAllSubmatch(code, -1) {
				known[string(m[1])] = true
			}
		}
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Complaint") {
			continue
		}
		rows++
		names := regexp.MustCompile(`(Test|Benchmark)[A-Z]\w+`).FindAllString(line, -1)
		for _, name := range names {
			if !known[name] {
				t.Errorf("the list names %s, which is not there", name)
			}
		}
		if len(names) == 0 && !strings.Contains(line, "Not ") {
			t.Errorf("neither a test nor a reason why not: %s", line)
		}
	}
	if rows < 13 {
		t.Errorf("%d complaints are answered, want 13 or more", rows)
	}
}

// A pair that is compared and speaks against one person leaves nothing in memory: every pair of sixteen hundred records takes less than a byte
// more than the few that rules find.
func TestPairsAreNotKept(t *testing.T) { // not parallel: it counts what is allocated
	c := newColumns()
	for i := range 1600 {
		c.add(0, person.Identity{Names: named(fmt.Sprintf("%cx%d", 'a'+i%26, i), fmt.Sprintf("%cy%d", 'a'+i/26%26, i)),
			Births: born(1930+i%80, time.Month(1+i%12), 1+i%28), Postcodes: []string{fmt.Sprintf("SE%d %dAB", 1+i%20, i/20%10)}})
	}
	s := newScorer(c, c.totals(), StartModel(1600))
	taken := func(exhaustive bool) (bytes, pairs int64) {
		b := newBlocks(t.Context(), c, rules, exhaustive)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		edges, err := collect(t.Context(), b, s, func(string, int, int) {})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range b.found {
			pairs += n
		}
		return int64(after.TotalAlloc-before.TotalAlloc) - 100*int64(len(edges)), pairs
	}
	few, fewPairs := taken(false)
	many, manyPairs := taken(true)
	if manyPairs < 20*fewPairs {
		t.Fatalf("%d and %d pairs: this test shows nothing", fewPairs, manyPairs)
	}
	if more := many - few; more > manyPairs-fewPairs {
		t.Errorf("%d more pairs take %d bytes more", manyPairs-fewPairs, more)
	}
}

// The same records are the same people in a larger file of other people: no two of them are put together or parted by who else is there, but for a
// few that are near the threshold.
func TestTheSameRecordsInALargerFile(t *testing.T) {
	t.Parallel()
	list, _ := town(1000, 3)
	_, alone := link(t, list, DefaultOptions())
	for _, more := range []int{1000, 5000} {
		others, _ := town(more, 77)
		_, among := link(t, append(list[:len(list):len(list)], others...), DefaultOptions())
		if a := Evaluate(among.Person[:len(list)], alone.Person); a.Pairwise.F1 < .975 {
			t.Errorf("among %d others, agreement with the file alone: %+v", more, a.Pairwise)
		}
	}
}

// Training that runs out of iterations says so, and its largest changes fall.
func TestTrainingThatStopsEarlySaysSo(t *testing.T) {
	t.Parallel()
	list, _ := town(1500, 5)
	c := newColumns()
	for _, who := range list {
		c.add(0, who)
	}
	found := whoeverFinds(c.countFound(newBlocks(t.Context(), c, rules, false)))
	if m := c.trainUpTo(2, found); m.Converged || m.Iterations != 2 || len(m.Moved) != 2 {
		t.Errorf("after two iterations converged %v, iterations %d, moved %v", m.Converged, m.Iterations, m.Moved)
	}
	m := c.train(found)
	if !m.Converged || len(m.Moved) != m.Iterations || m.Moved[len(m.Moved)-1] >= settled || m.Moved[0] < settled {
		t.Errorf("to the end: converged %v, iterations %d, moved %v", m.Converged, m.Iterations, m.Moved)
	}
}

// Whatever the records, no m or u becomes nought or one, every weight is finite and "nothing to compare" weighs nought.
func TestNoShareIsNought(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]person.Identity{
		"one":        {{Names: named("Dean", "Whitlock")}},
		"nobody":     make([]person.Identity, 50),
		"all alike":  slicesOf(60, person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, 3, 4), Sex: person.Male, Identifiers: nhs("9434765919")}),
		"names only": slicesOf(40, person.Identity{Names: named("Dean", "Whitlock")}),
	} {
		_, r := link(t, list, DefaultOptions())
		for f := range fieldCount {
			if w := r.Model.weight(f, none); w != 0 {
				t.Errorf("%s: %v with nothing to compare weighs %v", name, f, w)
			}
			for l := 1; l < len(r.Model.m[f]); l++ {
				if m, u, w := r.Model.m[f][l], r.Model.u[f][l], r.Model.weights[f][l]; !isShare(m) || !isShare(u) || math.IsInf(w, 0) || math.IsNaN(w) {
					t.Errorf("%s: %v, %s: m %v, u %v, weight %v", name, f, fields[f].levels[l].words, m, u, w)
				}
			}
		}
	}
}

func slicesOf(n int, who person.Identity) (list []person.Identity) {
	for range n {
		list = append(list, who)
	}
	return list
}

// Whatever two records hold, a field in which there is nothing to compare weighs nought and leaves every other field's weight as it was; but the sex has
// something to say once there is no forename that tells it.
// TestScoresOfAnyTwoRecords has it of what records hold.
func TestNothingToCompareWeighsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := crowdOf(t, 6)
		s := newScorer(c, c.totals(), StartModel(1000))
		f := Field(rapid.IntRange(0, int(fieldCount)-1).Draw(t, "field"))
		var whole, without parts
		var o compared
		c.compare(0, 1, &o)
		s.score(&o, &whole)
		o.levels[f] = none
		s.score(&o, &without)
		for g := range fieldCount {
			if f == Forename && g == SexField {
				continue
			}
			if got, want := without[firstField+int(g)], whole[firstField+int(g)]; g == f && got != 0 || g != f && got != want {
				t.Fatalf("without %v, %v weighs %v, was %v", f, g, got, want)
			}
		}
	})
}

// The commoner a value is, the less it says that two have it, and the share that a value is given is never below what the data shows.
func TestAValueThatMoreShareNeverWeighsMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		few, many := rapid.IntRange(2, 40).Draw(t, "few"), rapid.IntRange(2, 40).Draw(t, "many")
		few, many = min(few, many), max(few, many)
		l := New()
		add := func(n int, who person.Identity) uint32 {
			first := uint32(l.Records())
			for range n {
				l.Add(0, who)
			}
			return first
		}
		a := add(few, person.Identity{Names: named("Qeana", "Qwhit"), Postcodes: []string{"SE5 8AZ"}, Phones: []string{"07700900123"}, Places: []string{"ham"},
			Emails: []string{"a@example.org"}, Address: "1 Acre Road", Births: born(1980, 1, 2)})
		b := add(many, person.Identity{Names: named("Zaxby", "Zwick"), Postcodes: []string{"SE5 8AB"}, Phones: []string{"07700900456"}, Places: []string{"kew"},
			Emails: []string{"b@example.org"}, Address: "2 Elm Street", Births: born(1981, 3, 4)})
		m := StartModel(1000)
		rarer, commoner := l.Explain(m, a, a+1), l.Explain(m, b, b+1)
		for f := range fieldCount {
			if x, y := rarer.Parts[firstField+int(f)], commoner.Parts[firstField+int(f)]; y.Bits > x.Bits {
				t.Fatalf("%v that %d share weighs %v and that %d share %v", f, few, x.Bits, many, y.Bits)
			}
		}
	})
}

// Names that are close but not the same are weighed by the commoner of the two.
func TestCloseNamesAreWeighedByTheCommoner(t *testing.T) {
	t.Parallel()
	l := New()
	for _, surname := range []string{"Smith", "Smithe", "Obuyalo", "Obuyalov"} {
		l.Add(0, person.Identity{Names: named("", surname)})
	}
	m := StartModel(1000)
	common, rare := l.Explain(m, 0, 1).Parts[firstField+int(Surname)], l.Explain(m, 2, 3).Parts[firstField+int(Surname)]
	if common.Level != rare.Level || common.Bits >= rare.Bits-1 {
		t.Errorf("close to a common name %+v, to a rare one %+v", common, rare)
	}
}

// A model learnt on one file is saved, read back and used on another: the answer is that of the model in memory, and nothing of the
// second file is learnt from.
func TestAModelIsTransferred(t *testing.T) {
	t.Parallel()
	first, _ := town(1500, 5)
	second, truth := town(1200, 8)
	_, learnt := link(t, first, DefaultOptions())
	text, err := json.Marshal(learnt.Model)
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	if err := json.Unmarshal(text, &o.Model); err != nil {
		t.Fatal(err)
	}
	_, r := link(t, second, o)
	after, err := json.Marshal(r.Model)
	if err != nil || string(after) != string(text) {
		t.Errorf("the model changed in use, error %v", err)
	}
	if a := Evaluate(r.Person, truth); a.Pairwise.F1 < .95 {
		t.Errorf("a town by the model of another: %+v", a.Pairwise)
	}
}
