package area

import (
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/areas"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
)

func southLondon(t *testing.T) *Area {
	t.Helper()
	a, err := Load(areas.Files, "south-london")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSouthLondon(t *testing.T) {
	t.Parallel()
	a := southLondon(t)
	var marks []string
	for _, g := range a.Agencies {
		marks = append(marks, g.Mark)
	}
	if diff := cmp.Diff([]string{"LAM", "SOU", "LEW", "RIV", "ELM", "AMB", "POL", "PRO", "LAN", "FER"}, marks); diff != "" {
		t.Errorf("agencies (-want +got)\n%s", diff)
	}
	want := CohortRule{Version: 3, Agreed: "Rule 3, agreed by the partnership on 2 April 2026", AWeek: 500_00, PriceYear: 2024, ShownAlsoIn: 2013,
		Days: 728, AsOf: day.Must(2026, time.March, 31), AgenciesAtLeast: 3, LargestMostPercent: 75}
	if diff := cmp.Diff(want, a.Cohort); diff != "" {
		t.Errorf("cohort (-want +got)\n%s", diff)
	}
	codes, unpriced := map[string]bool{}, []string{}
	used := map[string]bool{}
	for _, p := range a.Prices.Map {
		codes[p.Code], used[p.Service] = true, true
		if p.Own == nil && p.Local == nil && p.National == nil && p.LeftOut == nil {
			unpriced = append(unpriced, p.Code)
		} else if p.ApprovedBy == "" || p.ApprovedOn == 0 || p.Payer == "" {
			t.Errorf("prices.yaml:%d has no approval or no payer", p.Line)
		}
	}
	if len(codes) != 27 || !slices.Equal(unpriced, []string{"MISPER", "UTC-2", "HSG-OTH"}) {
		t.Errorf("%d codes, of which %v have no price", len(codes), unpriced)
	}
	for _, s := range a.Services {
		if !used[s.Slug] {
			t.Errorf("no code means %s", s.Slug)
		}
	}
	if len(a.Version) != 64 {
		t.Errorf("the version is %q", a.Version)
	}
}

func TestBorough(t *testing.T) {
	t.Parallel()
	a := southLondon(t)
	for postcode, want := range map[string]string{"SE5 8AZ": "southwark", "SE5 9RS": "lambeth", "se13 6ab": "lewisham", "SW9 8": "lambeth",
		"SE13": "lewisham", "SE5": "", "ZZ99 3VZ": "", "": "", "SE": "", "SE1": "", "N1 9AA": ""} {
		if got := a.Borough(postcode); got != want {
			t.Errorf("%q is in %q, want %q", postcode, got, want)
		}
	}
	for slug, want := range map[string]string{"lewisham": "Lewisham", "bromley": "bromley", "": "no borough"} {
		if got := a.BoroughName(slug); got != want {
			t.Errorf("%q is called %q, want %q", slug, got, want)
		}
	}
}

// changed is South London with a piece of one of its files replaced.
func changed(t *testing.T, file, old, with string) fs.FS {
	t.Helper()
	m := fstest.MapFS{}
	for _, name := range []string{"area.yaml", "prices.yaml", "postcode-sectors.yaml"} {
		text, err := fs.ReadFile(areas.Files, "south-london/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if name == file {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s does not hold %q", file, old)
			}
			text = []byte(strings.Replace(string(text), old, with, 1))
		}
		m["south-london/"+name] = &fstest.MapFile{Data: text}
	}
	return m
}

// lineOf is the line of South London's file on which a piece of it stands first.
func lineOf(t *testing.T, file, piece string) string {
	t.Helper()
	text, err := fs.ReadFile(areas.Files, "south-london/"+file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), piece)
	if !found {
		t.Fatalf("%s does not hold %q", file, piece)
	}
	return file + ":" + strconv.Itoa(strings.Count(before, "\n")+1)
}

func TestSettingsAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	const settings, prices, sectors = "area.yaml", "prices.yaml", "postcode-sectors.yaml"
	for _, c := range []struct{ name, file, old, with, says, at string }{
		{"an unknown key", settings, "agencies_at_least: 3", "agencies_at_leest: 3", `no setting called "agencies_at_leest"`, ""},
		{"a key twice", settings, "  days: 728", "  days: 728\n  days: 364", "already defined", "area.yaml:87"},
		{"not YAML", settings, "title: South London", "title: [", "", "area.yaml:"},
		{"a word for a number", settings, "days: 728", "days: two years", "cannot", ""},
		{"another slug", settings, "slug: south-london", "slug: south-london-2", "the folder is", ""},
		{"no title", settings, "title: South London", "title: ''", "filled in", ""},
		{"an unknown payer", settings, "payer: police, reach", "payer: polis, reach", `no payer "polis"`, ""},
		{"a mark of another", settings, "mark: SOU", "mark: LAM", "three capitals", ""},
		{"a borough of elsewhere", settings, "reach: [southwark]", "reach: [bromley]", `no borough "bromley"`, ""},
		{"an agency twice", settings, "slug: southwark", "slug: lambeth", "stands twice", ""},
		{"a slug with a blank", settings, "slug: lantern", "slug: lantern housing", "not a slug", ""},
		{"an unknown category", settings, "category: social-care", "category: care", `no category "care"`, ""},
		{"a category of which nothing is said", settings, ", sensitivity: mental-health}", "}", "stay with the agency that sent them", ""},
		{"a category of which too little is said", settings, "sensitivity: drug-and-alcohol", "sensitivity: ''", "Write sensitivity: ", ""},
		{"a sensitivity that is not one", settings, "sensitivity: drug-and-alcohol", "sensitivity: drugs", `"drugs" is not a sensitivity`, ""},
		{"a sensitivity that is not one, of a service", settings, "category: health, kind: crisis, unit: journey",
			"category: health, sensitivity: secret, kind: crisis, unit: journey", `"secret" is not a sensitivity`, ""},
		{"an unknown kind", settings, "kind: planned, unit: hour", "kind: plannd, unit: hour", "not a kind", ""},
		{"an amount that is not one", settings, `a_week: "£500.00"`, `a_week: "1.234,50"`, "not an amount", ""},
		{"a day that is not one", settings, "as_of: 2026-03-31", "as_of: 2026-02-29", "not a day", ""},
		{"a year that is not one", settings, "shown_also_in: 2013-14", "shown_also_in: 2013-15", "not a financial year", ""},
		{"days that are no weeks", settings, "days: 728", "days: 730", "multiple of 14", ""},
		{"a share above all", settings, "percent: 75", "percent: 101", "from 1 to 100", ""},
		{"prices of another year", settings, "price_year: 2024-25\n  shown", "price_year: 2023-24\n  shown", "Use one year", ""},
		{"no people", settings, "population: 116000 ", "population: 0", "people who live", ""},
		{"no answer", settings, "name_and_birth_alone: rare", "name_and_birth_alone: sometimes", "not an answer", ""},
		{"thresholds the wrong way round", settings, "automatic_above: 0.99", "automatic_above: 0.4", "review", ""},
		{"a file that is not there", settings, "map: prices.yaml", "map: price.yaml", "not there", "price.yaml:1"},
		{"an unknown key of a price", prices, "code: TEMPACC, unit", "code: TEMPACC, units", `no setting called "units"`, ""},
		{"an agency of elsewhere", prices, "agency: southwark, code: TA-N", "agency: southwerk, code: TA-N", `no agency "southwerk"`, ""},
		{"an unknown service", prices, "service: prison", "service: prisons", `no service "prisons"`, ""},
		{"an unknown payer of a price", prices, "payer: moj", "payer: mjo", `no payer "mjo"`, ""},
		{"a code twice", prices, "code: EVICT-C, unit: eviction", "code: TA-N, unit: night", "stands on line", ""},
		{"no code", prices, "code: S-T-C", "code: ''", "the agency's code", ""},
		{"a price that is not one", prices, `"£812.00"`, `"812 pounds"`, "not an amount", ""},
		{"a price of nothing", prices, `"£812.00"`, `"£0.00"`, "more than nothing", ""},
		{"no source", prices, `source: "Police finance, 2024-25 (invented)"`, `source: ""`, "filled in", ""},
		{"no conversion", prices, "conversion: nights-over-365, ", "", "needs a conversion", ""},
		{"two prices", prices, "code: S-T-C, unit: journey,", `code: S-T-C, unit: journey, local: {amount: "£1", a: event, price_year: 2024-25, source: x},`,
			"not both", ""},
		{"left out and priced", prices, "code: S-T-C, unit: journey,", `code: S-T-C, unit: journey, left_out: {policy: p, reason: r},`, "has no price", ""},
		{"left out without a reason", prices, "service: urgent-treatment}", "service: urgent-treatment, left_out: {policy: p}}", "policy and a reason", ""},
		{"a sector that is not one", sectors, "SE24 0", "SE24", "not a postcode sector", ""},
		{"a sector of two boroughs", sectors, "SE4 1", "SE5 8", "stands under southwark already", ""},
		{"a sector of elsewhere", sectors, "lewisham:", "bromley:", `no borough "bromley"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.at == "" {
				c.at = lineOf(t, c.file, c.old) + " "
			}
			_, err := Load(changed(t, c.file, c.old, c.with), "south-london")
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("want a refusal, got %v", err)
			}
			if !slices.ContainsFunc(fault.As(err).Notes, func(n fault.Note) bool {
				return strings.HasPrefix(n.Field+" ", c.at) && strings.Contains(n.Message+n.Remedy, c.says) && n.Remedy != ""
			}) {
				t.Errorf("want %s: %s, got %v", c.at, c.says, err)
			}
		})
	}
}

func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	m := changed(t, "area.yaml", "days: 728", "days: 730").(fstest.MapFS)
	m["south-london/prices.yaml"] = &fstest.MapFile{Data: []byte("lines:\n  - {agency: nobody, code: A, unit: each, service: nothing}\n")}
	_, err := Load(m, "south-london")
	var fields []string
	for _, n := range fault.As(err).Notes {
		fields = append(fields, n.Field)
	}
	want := []string{lineOf(t, "area.yaml", "days: 728") + " cohort.days", "prices.yaml:2 lines.1.agency", "prices.yaml:2 lines.1.service"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An entry of a list is named as it names itself.
func TestAProblemNamesTheAgency(t *testing.T) {
	t.Parallel()
	_, err := Load(changed(t, "area.yaml", "name: Southwark Council, payer: councils-care", "name: Southwark Council, payer: nobody"), "south-london")
	if f := fault.As(err); err == nil || !strings.HasSuffix(f.Notes[0].Field, " agencies.southwark.payer") {
		t.Errorf("the problem is at %+v", f)
	}
}

func TestFilesThatAreNoArea(t *testing.T) {
	t.Parallel()
	for _, slug := range []id.Area{"", "..", "south-london/layouts", "South London"} {
		if _, err := Load(areas.Files, slug); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", slug, err)
		}
	}
	for _, text := range []string{"", "# nothing\n", "--- {}\n--- {}\n", "- a\n"} {
		m := fstest.MapFS{"empty/area.yaml": {Data: []byte(text)}}
		if _, err := Load(m, "empty"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSecondDocument would else be left unread without a word.
func TestSecondDocument(t *testing.T) {
	t.Parallel()
	m := changed(t, "area.yaml", "slug", "slug").(fstest.MapFS)
	m["south-london/area.yaml"].Data = append(slices.Clone(m["south-london/area.yaml"].Data), "---\ntitle: Another\n"...)
	if _, err := Load(m, "south-london"); err == nil || !strings.Contains(err.Error(), "more than one document") {
		t.Errorf("want a refusal, got %v", err)
	}
}

// TestSensitivityIsSaid: a category says it for its services, whatever it is called, and a service may say otherwise.
func TestSensitivityIsSaid(t *testing.T) {
	t.Parallel()
	m := changed(t, "area.yaml", "name: Eviction, category: housing", "name: Eviction, category: housing, sensitivity: abuse").(fstest.MapFS)
	settings := m["south-london/area.yaml"]
	settings.Data = []byte(strings.ReplaceAll(strings.ReplaceAll(string(settings.Data), "slug: mental-health,", "slug: minds,"), "category: mental-health", "category: minds"))
	a, err := Load(m, "south-london")
	if err != nil {
		t.Fatal(err, fault.As(err).Notes)
	}
	got := map[string]Sensitivity{}
	for _, slug := range []string{"eviction", "street-outreach", "place-of-safety", "inpatient-detox", "nothing-of-the-kind"} {
		s, _ := a.Service(slug)
		got[slug] = s.Sensitivity
	}
	want := map[string]Sensitivity{"eviction": Abuse, "street-outreach": Ordinary, "place-of-safety": MentalHealth, "inpatient-detox": DrugAndAlcohol,
		"nothing-of-the-kind": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestVersionIsOfTheWords changes one letter of each file, and only then the version.
func TestVersionIsOfTheWords(t *testing.T) {
	t.Parallel()
	versions := map[string]bool{southLondon(t).Version: true}
	if again := southLondon(t).Version; !versions[again] {
		t.Error("the same words have two versions")
	}
	for _, c := range [][3]string{{"area.yaml", "invented partnership", "invented Partnership"}, {"prices.yaml", "invented", "Invented"},
		{"postcode-sectors.yaml", "demonstration", "Demonstration"}} {
		a, err := Load(changed(t, c[0], c[1], c[2]), "south-london")
		if err != nil {
			t.Fatal(err)
		}
		versions[a.Version] = true
	}
	if len(versions) != 4 {
		t.Errorf("%d versions of four different areas: %v", len(versions), slices.Collect(maps.Keys(versions)))
	}
}
