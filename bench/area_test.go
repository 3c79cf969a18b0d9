package bench

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/areas"
	"throughline/internal/day"
	"throughline/internal/intake"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/sample"
)

// TestAreaLinkage links an invented area and sets what is found beside its truth: pairs, automatic links, what people would have to look at,
// and what the costliest people cost. It is small unless AREA_PEOPLE says how many residents there are; AREA_SEED makes another world, and
// AREA_QUICK=1 links it once, by the area's settings. With -v it prints what docs/linkage.md has, and the evidence of each wrong automatic link:
//
//	AREA_PEOPLE=100000 go test ./bench -run AreaLinkage -v
func TestAreaLinkage(t *testing.T) {
	t.Parallel()
	people, seed, quick := number(t, "AREA_PEOPLE", sample.S), number(t, "AREA_SEED", 7), number(t, "AREA_QUICK", 0) > 0
	dir := filepath.Join(t.TempDir(), "area")
	if _, err := sample.Generate(t.Context(), sample.Options{Area: "south-london", People: people, Seed: uint64(seed), Out: dir}); err != nil {
		t.Fatal(err)
	}
	a := readArea(t, dir)
	if !quick {
		even := linkage.DefaultOptions()
		even.Sample = people * people // every pair
		r, _ := a.measure(t, "even odds, nobody held", even)
		a.reliability(t, r)
	}
	area := linkage.DefaultOptions() // as areas/south-london/area.yaml has it
	area.HoldHouseholds, area.NameAndBirth, area.Population = true, linkage.RareOnly, people*116/100
	area.ReviewFrom, area.ReviewTo = .5, .99
	r, wrong := a.measure(t, "the area's settings", area)
	if wrong > len(r.Links)/1000 {
		t.Errorf("%d of %d automatic links are of two people, want one in a thousand at most", wrong, len(r.Links))
	}
	if quick {
		return
	}
	for range 3 { // somebody looks at all that is to be looked at, and again at what comes of it
		for _, v := range r.Review {
			area.Answers = append(area.Answers, linkage.Answer{A: v.A, B: v.B, Same: a.truth[v.A] == a.truth[v.B]})
		}
		r, _ = a.measure(t, fmt.Sprintf("the area's settings, %d pairs looked at", len(area.Answers)), area)
	}
}

// number is a whole number from the environment, or the usual one.
func number(t *testing.T, name string, usual int) int {
	t.Helper()
	if os.Getenv(name) == "" {
		return usual
	}
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// invented is an invented area as its agencies send it, with its truth.
type invented struct {
	linker *linkage.Linker
	truth  []string                     // the person of each record
	cost   []money.Pence                // of each record's contacts
	of     map[string]map[string]string // person.csv by person
}

func readArea(t *testing.T, dir string) *invented {
	t.Helper()
	a := &invented{linker: linkage.New(), of: map[string]map[string]string{}}
	truth, at := map[[2]string]string{}, map[[2]string]int{} // by file and record
	people := map[string]string{}                            // the file with an agency's people, for files that have contacts only
	for _, r := range rows(t, dir, "record_truth.csv") {
		truth[[2]string{r["file"], r["record"]}] = r["person"]
		people[r["agency"]] = r["file"]
	}
	files, err := filepath.Glob(filepath.Join(dir, "extracts", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for n, path := range files {
		text, err := fs.ReadFile(areas.Files, "south-london/layouts/"+strings.TrimSuffix(filepath.Base(path), ".csv")+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		layout, err := intake.ParseLayout(text)
		if err != nil {
			t.Fatal(err)
		}
		if !layout.Kind.HasPeople() {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := intake.NewReader(f, layout, intake.Options{AsOf: day.Must(2026, 3, 31)})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Base(path)
		for r.Next() {
			row := r.Row()
			key := [2]string{file, string(row.Key)}
			if _, before := at[key]; before || row.Outcome != intake.Accepted {
				continue
			}
			at[key] = len(a.truth)
			a.linker.Add(uint16(n), row.Person.Identity)
			a.truth = append(a.truth, truth[key])
		}
		if err := errors.Join(r.Err(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	a.cost = make([]money.Pence, len(a.truth))
	for _, e := range rows(t, dir, "event.csv") {
		n, ok := at[[2]string{e["file"], e["record"]}]
		if !ok {
			n, ok = at[[2]string{people[e["agency"]], e["record"]}]
		}
		if p, err := money.Parse(e["true_cost"]); ok && err == nil {
			a.cost[n] += p
		}
	}
	for _, p := range rows(t, dir, "person.csv") {
		a.of[p["person"]] = p
	}
	return a
}

// rows reads a file of the truth as rows by column.
func rows(t *testing.T, dir, name string) (list []map[string]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	header, err := in.Read()
	if err != nil {
		t.Fatal(err)
	}
	for {
		v, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		row := make(map[string]string, len(v))
		for i := range v {
			row[header[i]] = v[i]
		}
		list = append(list, row)
	}
}

func (a *invented) measure(t *testing.T, name string, o linkage.Options) (*linkage.Result, int) {
	t.Helper()
	r, err := a.linker.Link(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	e := linkage.Evaluate(r.Person, a.truth)
	automatic, wrong := 0, 0
	for _, k := range r.Links {
		if linkage.Probability(k.Bits) >= .99 && !k.Answered {
			automatic++
			if a.truth[k.A] != a.truth[k.B] {
				wrong++
				a.wrongLink(t, r.Model, k)
			}
		}
	}
	precision, recall := r.Quality.Estimate()
	t.Logf("%s: %d records; pairwise P %.4f R %.4f F1 %.4f; B-cubed P %.4f R %.4f F1 %.4f; %d automatic links, %d wrong (P %.5f); %d pairs to look at",
		name, e.Records, e.Pairwise.Precision, e.Pairwise.Recall, e.Pairwise.F1, e.BCubed.Precision, e.BCubed.Recall, e.BCubed.F1, automatic, wrong,
		1-float64(wrong)/float64(max(1, automatic)), len(r.Review))
	t.Logf("  without labels: precision %.4f (%.4f to %.4f), recall of what was weighed %.4f (%.4f to %.4f)", precision.Value, precision.Low,
		precision.High, recall.Value, recall.Low, recall.High)
	a.costs(t, r)
	a.groups(t, r)
	return r, wrong
}

// wrongLink says of what a wrong link is made.
func (a *invented) wrongLink(t *testing.T, m *linkage.Model, k linkage.Link) {
	t.Helper()
	var said strings.Builder
	for _, p := range a.linker.Explain(m, k.A, k.B).Parts {
		if p.Compared {
			fmt.Fprintf(&said, "; %s %.1f (%s)", p.Field, p.Bits, p.Words)
		}
	}
	t.Logf("  wrong: %s and %s, %.1f bits%s", a.truth[k.A], a.truth[k.B], k.Bits, said.String())
}

// reliability sets what the model says of pairs against the truth, by their bits; docs/linkage.md has the bands.
func (a *invented) reliability(t *testing.T, r *linkage.Result) {
	t.Helper()
	from := []float64{-3, -2, 0, 2, 6.6, 10, 13.3}
	type band struct {
		pairs           int
		expected, right float64
	}
	list := make([]band, len(from))
	for _, pair := range r.Sample {
		bits := a.linker.Explain(r.Model, pair.A, pair.B).Bits
		k := -1
		for k+1 < len(from) && bits >= from[k+1] {
			k++
		}
		if k < 0 {
			continue // brought together by others alone
		}
		b := &list[k]
		b.pairs++
		b.expected += linkage.Probability(bits)
		if a.truth[pair.A] == a.truth[pair.B] {
			b.right++
		}
	}
	for k, b := range list {
		n := float64(max(1, b.pairs))
		t.Logf("  from %4.1f bits: %6d pairs, expected %.4f, of one person %.4f", from[k], b.pairs, b.expected/n, b.right/n)
	}
}

// costs says what of the costliest people's cost is found as theirs, and what is added to people wrongly.
func (a *invented) costs(t *testing.T, r *linkage.Result) {
	t.Helper()
	type cell struct {
		found uint32
		truth string
	}
	whole, in, cluster := map[string]money.Pence{}, map[cell]money.Pence{}, map[uint32]money.Pence{}
	for n, p := range r.Person {
		whole[a.truth[n]] += a.cost[n]
		in[cell{p, a.truth[n]}] += a.cost[n]
		cluster[p] += a.cost[n]
	}
	most, main := map[string]money.Pence{}, map[uint32]cell{} // the most of a person that one found person holds; whom each found person mostly is
	for c, cost := range in {
		most[c.truth] = max(most[c.truth], cost)
		if m, ok := main[c.found]; !ok || cost > in[m] || cost == in[m] && c.truth < m.truth {
			main[c.found] = c
		}
	}
	var wrongly, all money.Pence
	for p, cost := range cluster {
		wrongly += cost - in[main[p]]
		all += cost
	}
	people, found := make([]string, 0, len(whole)), make([]uint32, 0, len(cluster))
	for p := range whole {
		people = append(people, p)
	}
	for p := range cluster {
		found = append(found, p)
	}
	slices.SortFunc(people, func(x, y string) int { return cmp.Or(cmp.Compare(whole[y], whole[x]), cmp.Compare(x, y)) })
	slices.SortFunc(found, func(x, y uint32) int { return cmp.Or(cmp.Compare(cluster[y], cluster[x]), cmp.Compare(x, y)) })
	for _, top := range []struct {
		name string
		n    int
	}{{"dearest 1%", len(people) / 100}, {"dearest 45", min(45, len(people))}} {
		var theirs, held money.Pence
		for _, p := range people[:top.n] {
			theirs, held = theirs+whole[p], held+most[p]
		}
		both := 0
		for _, p := range found[:top.n] {
			if slices.Contains(people[:top.n], main[p].truth) {
				both++
			}
		}
		t.Logf("  %s: %.1f%% of their cost is found as theirs; %d of %d are on the list found", top.name, 100*float64(held)/float64(max(1, theirs)), both, top.n)
	}
	t.Logf("  £%s of £%s (%.3f%%) are added to somebody wrongly", wrongly.Plain(), all.Plain(), 100*float64(wrongly)/float64(max(1, all)))
}

// groups gives B-cubed precision and recall of the records of men and women, by age and by tradition of names.
func (a *invented) groups(t *testing.T, r *linkage.Result) {
	t.Helper()
	type cell struct {
		found uint32
		truth string
	}
	ofFound, ofTruth, ofBoth := map[uint32]float64{}, map[string]float64{}, map[cell]float64{}
	for n, p := range r.Person {
		ofFound[p]++
		ofTruth[a.truth[n]]++
		ofBoth[cell{p, a.truth[n]}]++
	}
	type sums struct{ records, precision, recall float64 }
	of := map[string]*sums{}
	for n, p := range r.Person {
		who := a.of[a.truth[n]]
		if who == nil {
			continue
		}
		year, _ := strconv.Atoi(who["birth"][:4])
		age := 2026 - year
		band := "age 65 and over"
		for _, x := range []struct {
			below int
			name  string
		}{{18, "age under 18"}, {35, "age 18 to 34"}, {65, "age 35 to 64"}} {
			if age < x.below {
				band = x.name
				break
			}
		}
		both := ofBoth[cell{p, a.truth[n]}]
		for _, group := range []string{"sex " + who["sex"], band, "names " + who["naming"]} {
			if of[group] == nil {
				of[group] = &sums{}
			}
			s := of[group]
			s.records++
			s.precision += both / ofFound[p]
			s.recall += both / ofTruth[a.truth[n]]
		}
	}
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := of[name]
		t.Logf("  %-32s %6.0f records, B-cubed P %.4f R %.4f", name, s.records, s.precision/s.records, s.recall/s.records)
	}
}
