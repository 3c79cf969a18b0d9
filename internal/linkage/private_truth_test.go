package linkage

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	keyed "throughline/internal/linkage/encode"
	"throughline/internal/person"
	area "throughline/internal/sample"
)

// testKey is a key made of one letter, for tests.
func testKey(t testing.TB, letter string) *keyed.Key {
	t.Helper()
	k, err := keyed.NewKey("test-"+letter, strings.NewReader(strings.Repeat(letter, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func linkEncoded(t testing.TB, list []labelled, mode keyed.Mode) *Result {
	t.Helper()
	l, e := New(), keyed.New(testKey(t, "a"), mode)
	for _, r := range list {
		if err := l.AddEncoded(r.agency, mode, e.Encode(r.who)); err != nil {
			t.Fatal(err)
		}
	}
	result, err := l.Link(t.Context(), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestWhatNamesBesideTokensShow measures what docs/private-linkage.md says is read of people who are not in a file with names: nine in ten people of an
// invented area are, and the others' tokens are looked for among theirs.
func TestWhatNamesBesideTokensShow(t *testing.T) {
	t.Parallel()
	o := area.Options{Area: "south-london", People: 10_000, Seed: 7, Out: filepath.Join(t.TempDir(), "area")}
	if os.Getenv("LONG") != "" {
		o.People = 1_000_000
	}
	if _, err := area.Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	full, strict := keyed.New(testKey(t, "a"), keyed.FullMode), keyed.New(testKey(t, "a"), keyed.StrictMode)
	known := map[keyed.Tagged]bool{}
	var others []person.Identity
	alike := [2]map[string]int{{}, {}} // records by how many tokens of what they have, which no key changes
	for i, who := range inventedPeople(t, o.Out) {
		for mode, r := range [2]keyed.Record{full.Encode(who), strict.Encode(who)} {
			alike[mode][shapeOf(r)]++
		}
		if i%10 == 0 {
			others = append(others, who)
			continue
		}
		for _, values := range slices.Concat(full.Encode(who), strict.Encode(who)) {
			for _, v := range values {
				for _, token := range v {
					known[token] = true
				}
			}
		}
	}
	what := []string{"full: forename", "full: surname", "full: date of birth", "full: postcode", "full: both names and date of birth",
		"strict: something", "strict: both names and date of birth"}
	read := make([]int, len(what))
	for _, who := range others {
		f := full.Encode(who)
		has := func(column int, grains ...byte) bool {
			return len(f[column]) > 0 && !slices.ContainsFunc(grains, func(g byte) bool { return !known[keyed.Tagged{Grain: g, Token: f[column][0].Get(g)}] })
		}
		forename, surname, birth := has(keyed.Forename, keyed.Whole), has(keyed.Surname, keyed.Whole), has(keyed.Birth, keyed.Year, keyed.Date)
		parts := "" // of every token that is read in strict mode
		for _, v := range strict.Encode(who)[keyed.Composite] {
			for _, token := range v {
				if known[token] {
					parts += keyed.CompositeParts(token.Grain)
				}
			}
		}
		for i, is := range []bool{forename, surname, birth, has(keyed.Postcode, keyed.Whole), forename && surname && birth, parts != "",
			strings.ContainsRune(parts, keyed.StrictForename) && strings.ContainsRune(parts, keyed.StrictSurname) && strings.ContainsRune(parts, keyed.StrictBirth)} {
			if is {
				read[i]++
			}
		}
	}
	for mode, name := range []string{"full", "strict"} {
		people, alone := 0, 0
		for _, n := range alike[mode] {
			if people += n; n == 1 {
				alone++
			}
		}
		t.Logf("%-36s %5d of %5d: %.3f", name+": alone with so many tokens of each", alone, people, float64(alone)/float64(people))
	}
	share := func(i int) float64 { return float64(read[i]) / float64(len(others)) }
	for i := range what {
		t.Logf("%-36s read of %5d of %5d: %.3f", what[i], read[i], len(others), share(i))
	}
	if share(4) < .2 || share(5) > .3 || share(6) > .01 {
		t.Errorf("names and date of birth are read of %.3f in full mode and of %.3f in strict, and something in strict of %.3f: docs/private-linkage.md says otherwise",
			share(4), share(6), share(5))
	}
}

// TestStrictKeepsAHostelApart holds that people of one hostel are not linked by its postcode and a common forename: nearly a third of an invented
// file's people live at one postcode, and of each two agencies know something, in part wrongly.
func TestStrictKeepsAHostelApart(t *testing.T) {
	t.Parallel()
	o := area.Options{Area: "south-london", People: 30_000, Seed: 7, Out: filepath.Join(t.TempDir(), "area")}
	if _, err := area.Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	people := inventedPeople(t, o.Out)
	var list []labelled
	r := rand.New(rand.NewPCG(1, 1))
	for i, who := range people {
		if r.Float64() < .3 {
			who.Postcodes = []string{"SE5 8AZ"}
		}
		list = append(list, labelled{who: who, truth: strconv.Itoa(i)})
		if r.Float64() < .2 {
			continue
		}
		other := who
		switch x := r.Float64(); {
		case x < .1:
			other.Names = people[r.IntN(len(people))].Names
			if len(who.Names) > 0 && len(other.Names) > 0 {
				other.Names = []person.Name{{Forename: who.Names[0].Forename, Surname: other.Names[0].Surname}}
			}
		case x < .2 && len(who.Births) > 0:
			other.Births = []person.Birth{{Day: who.Births[0].Day + 9, Precision: person.FullDate}}
		case x < .3:
			other.Postcodes = people[r.IntN(len(people))].Postcodes
		case x < .4:
			other.Births = nil
		}
		list = append(list, labelled{agency: 1, who: other, truth: strconv.Itoa(i)})
	}
	truth := make([]string, len(list))
	for i, l := range list {
		truth[i] = l.truth
	}
	a := Evaluate(linkEncoded(t, list, keyed.StrictMode).Person, truth)
	t.Logf("%d records: pairwise P %.4f R %.4f F1 %.4f", len(list), a.Pairwise.Precision, a.Pairwise.Recall, a.Pairwise.F1)
	if a.Pairwise.Precision < .75 || a.Pairwise.Recall < .98 {
		t.Errorf("precision %.4f, recall %.4f; want at least .75 and .98", a.Pairwise.Precision, a.Pairwise.Recall)
	}
}

// shapeOf is how many tokens of what a record has.
func shapeOf(r keyed.Record) string {
	var b []byte
	for column, values := range r {
		for _, v := range values {
			b = append(b, byte(column), '.')
			for _, token := range v {
				b = append(b, token.Grain)
			}
		}
	}
	return string(b)
}

// inventedPeople are the people of an invented area, as they truly are.
func inventedPeople(t *testing.T, folder string) (list []person.Identity) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "truth", "person.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, header := range rows[0] {
		at[header] = i
	}
	for _, row := range rows[1:] {
		var who person.Identity
		if n, _ := person.ReadName("", row[at["forename"]], row[at["middle"]], row[at["surname"]]); !n.IsZero() {
			who.Names = []person.Name{n}
		}
		if d := readDay(row[at["birth"]]); d != 0 {
			who.Births = []person.Birth{{Day: d, Precision: person.FullDate}}
		}
		addresses := strings.Split(row[at["addresses"]], ";") // a day and a postcode each
		if _, last, ok := strings.Cut(addresses[len(addresses)-1], " "); ok && last != "no fixed abode" {
			who.Postcodes = []string{last}
		}
		list = append(list, who)
	}
	return list
}

// TestPrivateModeOnLabelledSets holds private linkage to plain linkage where there is no common number, and shows what the strict
// mode costs beside it.
func TestPrivateModeOnLabelledSets(t *testing.T) {
	t.Parallel()
	leastStrict := map[string]float64{"febrl3 without soc_sec_id": .90, "dirty_1000 without soc_sec_id": .99}
	for _, tt := range truthSets {
		if tt.number {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(tt.name, "multiparty") && os.Getenv("LONG") == "" {
				t.Skip("takes a minute; set LONG=1")
			}
			list := set(t, tt.truth, tt.number, tt.files...)
			truth := make([]string, len(list))
			for i, r := range list {
				truth[i] = r.truth
			}
			_, found := linkSet(t, list, DefaultOptions())
			plain := Evaluate(found.Person, truth)
			show := func(mode string, a Agreement) {
				t.Logf("%-30s %-6s pairwise P %.4f R %.4f F1 %.4f; B-cubed F1 %.4f", tt.name, mode, a.Pairwise.Precision, a.Pairwise.Recall,
					a.Pairwise.F1, a.BCubed.F1)
			}
			show("plain", plain)
			full := Evaluate(linkEncoded(t, list, keyed.FullMode).Person, truth)
			show("full", full)
			if full.Pairwise.F1 < plain.Pairwise.F1-.005 {
				t.Errorf("private F1 = %.4f, want at most 0.005 under plain's %.4f", full.Pairwise.F1, plain.Pairwise.F1)
			}
			strict := Evaluate(linkEncoded(t, list, keyed.StrictMode).Person, truth)
			show("strict", strict)
			if strict.Pairwise.F1 < leastStrict[tt.name] || strict.Pairwise.Precision < .93 {
				t.Errorf("strict F1 = %.4f, precision %.4f; want at least %.2f and 0.93", strict.Pairwise.F1, strict.Pairwise.Precision, leastStrict[tt.name])
			}
		})
	}
}
