package sample

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/money"
	"throughline/internal/person"
)

// hashes gives the SHA-256 of every file under a folder.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		rel, err := filepath.Rel(dir, path)
		m[filepath.ToSlash(rel)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSameSeedSameBytes makes one world of three stretches with 1, 2 and 8 workers. Another seed must differ.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	one, _ := generated(t, 60_000, 11, 1)
	want := hashes(t, one)
	if len(want) != files+truths+2 {
		t.Errorf("%d files were written", len(want))
	}
	for _, threads := range []int{2, 8} {
		dir, _ := generated(t, 60_000, 11, threads)
		if diff := cmp.Diff(want, hashes(t, dir)); diff != "" {
			t.Errorf("%d threads give other bytes (-1 +%d):\n%s", threads, threads, diff)
		}
	}
	other, _ := generated(t, 60_000, 12, 2)
	for name, h := range hashes(t, other) {
		if want[name] == h {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestTargetsAreMet holds the world that the demonstration shows, and two others of its size, to every target.
func TestTargetsAreMet(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{7, 1, 2} {
		_, r := generated(t, M, seed, 0)
		for _, target := range r.Targets {
			if !target.Met() {
				t.Errorf("seed %d: %s is %s, wanted %s to %s", seed, target.Name, target.show(target.Got), target.show(target.Low),
					target.show(target.High))
			}
		}
		if seed == 7 && (r.Cohort < 40 || r.Cohort > 50 || r.CohortBy < 4_000_000_00 || r.CohortBy > 5_000_000_00) {
			t.Errorf("the demonstration's cohort is %d people and %s", r.Cohort, r.CohortBy.Pounds())
		}
	}
}

// read gives a CSV file's rows as maps from header to value.
func read(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			m[rows[0][i]] = v
		}
		list = append(list, m)
	}
	return list
}

func pence(t *testing.T, s string) money.Pence {
	t.Helper()
	p, err := money.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTruthHoldsTogether follows every event to its record and person, and adds costs up again.
func TestTruthHoldsTogether(t *testing.T) {
	t.Parallel()
	dir, report := generated(t, 20_000, 3, 0)
	truth := func(name string) []map[string]string { return read(t, filepath.Join(dir, truthFolder, name)) }
	people := map[string]map[string]string{}
	for _, p := range truth("person.csv") {
		if people[p["person"]] != nil {
			t.Fatalf("%s stands twice", p["person"])
		}
		people[p["person"]] = p
	}
	of := map[string]string{}
	for _, r := range truth("truth.csv") {
		k := r["file"] + " " + r["record"]
		if of[k] != "" {
			t.Errorf("record %s stands twice", k)
		}
		if of[k] = r["truth"]; people[r["truth"]] == nil {
			t.Errorf("record %s is of nobody: %s", k, r["truth"])
		}
	}
	if n := len(truth("record_truth.csv")); n != len(of) {
		t.Errorf("%d records have their errors told, of %d", n, len(of))
	}
	sums, contacts, ids := map[string]money.Pence{}, 0, map[string]bool{}
	apart := map[string]string{"southwark-contacts.csv": "southwark-people.csv", "elmfield-contacts.csv": "elmfield-people.csv",
		"probation-contacts.csv": "probation-people.csv"}
	for _, e := range truth("event.csv") {
		contacts++
		name := e["file"]
		if apart[name] != "" {
			name = apart[name]
		}
		if of[name+" "+e["record"]] != e["person"] {
			t.Fatalf("the record of %v is of %s", e, of[name+" "+e["record"]])
		}
		if id := e["file"] + " " + e["contact"]; e["contact"] != "" && ids[id] {
			t.Errorf("contact %s stands twice", id)
		} else {
			ids[id] = true
		}
		if p := people[e["person"]]; e["from"] < p["birth"] || p["died"] != "" && e["from"] > p["died"] {
			t.Errorf("%v is before birth %s or after death %s", e, p["birth"], p["died"])
		}
		sums[e["person"]] += pence(t, e["true_cost"])
	}
	cohort := 0
	for _, c := range truth("cost.csv") {
		if total := pence(t, c["two_years"]); total != sums[c["person"]] || total != pence(t, c["year_1"])+pence(t, c["year_2"]) {
			t.Errorf("%s cost %s; the events add to %s, the years to %s and %s", c["person"], total, sums[c["person"]],
				c["year_1"], c["year_2"])
		}
		if c["cohort"] == "true" {
			cohort++
		}
	}
	if contacts != report.Contacts || cohort != report.Cohort || len(sums) != len(people) {
		t.Errorf("%d contacts, %d in the cohort, %d people with events; the report says %d, %d; there are %d people", contacts,
			cohort,
			len(sums), report.Contacts, report.Cohort, len(people))
	}
	twins := map[string]string{}
	for _, w := range truth("twins.csv") {
		twins[w["person"]] = w["twin"]
	}
	for a, b := range twins {
		if twins[b] != "" && twins[b] != a || people[b] != nil && people[a]["birth"] != people[b]["birth"] {
			t.Errorf("%s and %s are no twins", a, b)
		}
	}
	if len(twins) == 0 {
		t.Error("nobody has a twin")
	}
	kinds := map[string]bool{}
	for _, r := range truth("record_truth.csv") {
		for _, tag := range strings.Split(r["hard_cases"], ";") {
			kinds[tag] = true
		}
	}
	for _, tag := range []string{"twin", "married-name", "nfa-only", "initials-only", "alias-only", "swapped-date", "placeholder"} {
		if !kinds[tag] {
			t.Errorf("there is no hard case %q", tag)
		}
	}
}

// TestNumbersAreNobodys holds every number in every file to the ranges that belong to nobody.
func TestNumbersAreNobodys(t *testing.T) {
	t.Parallel()
	dir, _ := generated(t, 20_000, 3, 0)
	nhs, insurance := map[string]bool{}, map[string]bool{}
	for _, p := range read(t, filepath.Join(dir, truthFolder, "person.csv")) {
		for _, column := range []string{"nhs_number", "later_nhs_number"} {
			n := p[column]
			if id, why := person.ReadNHSNumber(n); n != "" && (why.Code != "" || id.Value != n || n[:3] != "999" || nhs[n]) {
				t.Errorf("NHS number %s: %s", n, why.Reason)
			}
			nhs[n] = n != ""
		}
		if _, why := person.ReadNINO(p["nino"]); why.Code != "" && why.Code != "placeholder-nino" || insurance[p["nino"]] {
			t.Errorf("National Insurance number %s: %s", p["nino"], why.Reason)
		}
		insurance[p["nino"]] = true
		if _, why := person.ReadPNCID(p["pnc"]); why.Code != "" {
			t.Errorf("PNC id %s: %s", p["pnc"], why.Reason)
		}
		if _, why := person.ReadPrisonNumber(p["prison_number"]); why.Code != "" {
			t.Errorf("prison number %s: %s", p["prison_number"], why.Reason)
		}
	}
	drama := regexp.MustCompile(`^(07700900\d{3}|02079460\d{3})$`)
	like := regexp.MustCompile(`^0[27]\d{9}$`)
	for _, f := range forms {
		text, err := os.ReadFile(filepath.Join(dir, extractsFolder, f.file()))
		if err != nil {
			t.Fatal(err)
		}
		phones := 0
		for _, value := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(",;|\r\n\"", r) }) {
			if v := strings.ReplaceAll(value, " ", ""); like.MatchString(v) && !strings.HasPrefix(value, "02/") {
				if phones++; !drama.MatchString(v) {
					t.Errorf("%s holds %s, which may be somebody's telephone", f.name, value)
				}
			}
		}
		if f.name == "lambeth" && phones == 0 {
			t.Error("no telephone number was seen")
		}
	}
}

// TestShuffleIsOneToOne: no two people share a number.
func TestShuffleIsOneToOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(2, 20_000_000_000).Draw(t, "size")
		seed := rapid.Uint64().Draw(t, "seed")
		a := rapid.Uint64Range(0, size-1).Draw(t, "a")
		b := rapid.Uint64Range(0, size-1).Draw(t, "b")
		x, y := shuffle(seed, a, size), shuffle(seed, b, size)
		if x >= size || (a == b) != (x == y) {
			t.Fatalf("%d and %d of %d become %d and %d", a, b, size, x, y)
		}
	})
	seen := map[string]bool{}
	for i := range uint64(800_000) {
		n := nhsNumber(5, i, 800_000)
		if seen[n] || n[:3] != "999" {
			t.Fatalf("number %d is %s", i, n)
		}
		seen[n] = true
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "kept"), []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	for field, o := range map[string]Options{
		"area":   {Area: "nowhere", Out: filepath.Join(t.TempDir(), "w")},
		"people": {Area: "south-london", People: 3, Out: filepath.Join(t.TempDir(), "w")},
		"out":    {Area: "south-london", Out: full},
	} {
		_, err := Generate(context.Background(), o)
		if f := fault.As(err); f.Kind != fault.Invalid || len(f.Notes) != 1 || f.Notes[0].Field != field || f.Notes[0].Remedy == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if list, err := os.ReadDir(full); err != nil || len(list) != 1 {
		t.Errorf("a folder that is in use was touched: %v %v", list, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "w")
	if _, err := Generate(ctx, Options{Area: "south-london", People: 1000, Out: out}); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is stopped gives %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
		t.Errorf("a run that is stopped leaves %v, %v", left, err)
	}
}
