package cost

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/govalues/decimal"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/reference"
)

// editions reads every edition that ships.
func editions(t testing.TB) Library {
	t.Helper()
	var l Library
	eachFile(t, reference.UnitCosts(), func(name, text string) {
		e, err := ParseEdition(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if e.Name+".csv" != name {
			t.Errorf("%s holds the edition %s", name, e.Name)
		}
		l = append(l, e)
	})
	return l
}

func deflator(t testing.TB, vintage string) *Deflator {
	t.Helper()
	text, err := fs.ReadFile(reference.Deflators(), vintage+".csv")
	if err != nil {
		t.Fatal(err)
	}
	d, err := ParseDeflator(vintage+".csv", string(text))
	if err != nil {
		t.Fatal(err)
	}
	if d.Vintage != vintage {
		t.Errorf("%s.csv holds the vintage %s", vintage, d.Vintage)
	}
	return d
}

func eachFile(t testing.TB, fsys fs.FS, do func(name, text string)) {
	t.Helper()
	files, err := fs.Glob(fsys, "*.csv")
	if err != nil || len(files) == 0 {
		t.Fatal("no files: ", err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		do(name, string(text))
	}
}

func TestEditionsThatShip(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, e := range editions(t) {
		count[e.Name] = len(e.Prices)
	}
	want := map[string]int{"NCC-2024-25": 50, "UCD-1.2": 97, "UCD-1.4": 36, "MOJ": 3, "HANSARD": 3, "PRESS": 2, "RSQ-2020": 1,
		"CAMBS-2018-19": 5, "RC-CASE": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNothingShipsThatMayNot looks at the words of the files, not at what was read of them.
func TestNothingShipsThatMayNot(t *testing.T) {
	t.Parallel()
	for _, fsys := range []fs.FS{reference.UnitCosts(), reference.Deflators()} {
		eachFile(t, fsys, func(name, text string) {
			for _, sign := range []string{"BY-NC", "NC-SA", "NONCOMMERCIAL", "NON-COMMERCIAL", "PSSRU2", "PSSRU-2", "DO NOT SHIP"} {
				if strings.Contains(strings.ToUpper(text), sign) {
					t.Errorf("%s holds %q", name, sign)
				}
			}
		})
	}
}

// TestCodesDrift shows why the edition is part of a price's name.
func TestCodesDrift(t *testing.T) {
	t.Parallel()
	l := editions(t)
	old, err := l.Price(Ref{"UCD-1.2", "UCD12-HE3.0"})
	if err != nil || !strings.HasPrefix(old.Item, "A&E") {
		t.Errorf("%+v %v", old, err)
	}
	later, err := l.Price(Ref{"UCD-1.4", "UCD14-HE3.0"})
	if err != nil || !strings.HasPrefix(later.Item, "Ambulance") {
		t.Errorf("%+v %v", later, err)
	}
	for _, ref := range []Ref{{"UCD-1.4", "UCD12-HE3.0"}, {"PSSRU-2025", "PSSRU25-GP10"}} {
		if _, err := l.Price(ref); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v: %v", ref, err)
		}
	}
}

const goodEdition = `# edition: E
# title: T
# licence: OGL v3.0
# attribution: A
# source: S
code,item,category,unit,unit_basis,quantity_rule,amount,price_year,kind,payer,payer_note,parent,partly_in,alternative_to,use,use_note,rag,source
A,Whole,health,each,event,per_event,10.50,2024-25,crisis,nhs,,,,,contact,,,S
B,Part,health,each,event,per_event,2,2024-25,crisis,mixed,nhs 1; police 1,A,,,caution,A catch.,red,S
`

func TestEditionIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := ParseEdition("e.csv", goodEdition); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, with, at string }{
		{"no licence", "# licence: OGL v3.0\n", "", "e.csv:1 licence"},
		{"a licence that forbids", "OGL v3.0", "CC BY-NC-SA 4.0", "e.csv:1 licence"},
		{"an unknown line above", "# source: S", "# source: S\n# colour: red", "e.csv:6 colour"},
		{"other columns", "code,item", "item,code", "e.csv:6"},
		{"a ragged row", ",,,S\nB", ",,S\nB", "e.csv:7"},
		{"an amount in words", "10.50", "ten", "e.csv:7 amount"},
		{"an amount with an exponent", "10.50", "1e3", "e.csv:7 amount"},
		{"an amount of nothing", "10.50", "0", "e.csv:7 amount"},
		{"a year that is not one", "2024-25,crisis,nhs", "2024-26,crisis,nhs", "e.csv:7 price_year"},
		{"a rule of another basis", "per_event,10.50", "per_hour,10.50", "e.csv:7 unit_basis"},
		{"an unknown kind", "crisis,nhs", "urgent,nhs", "e.csv:7 kind"},
		{"an unknown use", "contact", "maybe", "e.csv:7 use"},
		{"an unknown mark", "red", "blue", "e.csv:8 rag"},
		{"a catch without its note", "A catch.", "", "e.csv:8 use_note"},
		{"a mixed payer without its note", "nhs 1; police 1", "", "e.csv:8 payer_note"},
		{"a parent that is not there", ",A,,,caution", ",C,,,caution", "e.csv:8 parent"},
		{"a ring of parents", "nhs,,,,,contact", "nhs,,B,,,contact", "e.csv:7 parent"},
		{"a code twice", "B,Part", "A,Part", "e.csv:8 code"},
		{"no source", ",,,S\nB", ",,,\nB", "e.csv:7 source"},
		{"no rows", goodEdition[strings.Index(goodEdition, "A,Whole"):], "", "e.csv:6"},
	} {
		if !strings.Contains(goodEdition, c.old) {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		_, err := ParseEdition("e.csv", strings.Replace(goodEdition, c.old, c.with, 1))
		if err == nil || !strings.Contains(err.Error(), "["+c.at) {
			t.Errorf("%s: want a note at %s, got %v", c.name, c.at, err)
		}
	}
}

// TestPublishedUprating reproduces what others printed, each by its own vintage.
func TestPublishedUprating(t *testing.T) {
	t.Parallel()
	hmt, ucd := deflator(t, "hmt-2026-03"), deflator(t, "ucd-1.2")
	for _, c := range []struct {
		name     string
		d        *Deflator
		amount   string
		from, to day.FinancialYear
		want     string
	}{
		{"CR6.0", ucd, "593", 2006, 2013, "699.85"},
		{"CR1.0", ucd, "500", 2002, 2013, "647.52"},
		{"HO1.0", ucd, "6680", 2010, 2013, "7094.98"},
		{"HO6.0", ucd, "7900", 2010, 2013, "8390.77"},
		{"HE1.7", ucd, "152", 2012, 2013, "155.496"},
		{"HE3.0", ucd, "109", 2011, 2013, "113.18"},
		{"CR2.0", ucd, "2470", 2008, 2013, "2766.21"},
		{"CR6.0 as printed", ucd, "593", 2006, 2013, "700"},
		{"CR1.0 as printed", ucd, "500", 2002, 2013, "648"},
		{"HO1.0 as printed", ucd, "6680", 2010, 2013, "7095"},
		{"HO6.0 as printed", ucd, "7900", 2010, 2013, "8391"},
		{"HE1.7 as printed", ucd, "152", 2012, 2013, "155"},
		{"HE3.0 as printed", ucd, "109", 2011, 2013, "113"},
		{"CR2.0 as printed", ucd, "2470", 2008, 2013, "2766"},
		{"arrest", hmt, "593", 2006, 2024, "938.27"},
		{"complex eviction", hmt, "6680", 2010, 2024, "9701.39"},
		{"simple repossession", hmt, "690", 2010, 2024, "1002.09"},
		{"hostel week", hmt, "107.45", 2010, 2024, "156.05"},
		{"detox day", hmt, "152", 2013, 2024, "208.12"},
		{"rehab week", hmt, "633", 2013, 2024, "866.72"},
		{"prison year", hmt, "51724", 2022, 2024, "56653.04"},
		{"£500 a week of 2013-14", hmt, "500", 2013, 2024, "684.62"},
		{"factor of the 2014 vintage", ucd, "1", 2006, 2013, "1.1802"},
		{"factor of the 2026 vintage", hmt, "1", 2006, 2013, "1.1556"},
		{"the same year", hmt, "1.23456789", 2013, 2013, "1.23456789"},
	} {
		got, err := c.d.Uprate(decimal.MustParse(c.amount), c.from, c.to)
		want := decimal.MustParse(c.want)
		if err != nil || got.Round(want.Scale()).Cmp(want) != 0 {
			t.Errorf("%s: %v to %v is %v, want %v (%v)", c.name, c.from, c.to, got, want, err)
		}
	}
	if _, err := ucd.Uprate(decimal.One, 2013, 2024); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a year that the vintage does not have: %v", err)
	}
	if hmt.Forecast(2024) || !hmt.Forecast(2025) {
		t.Error("2024-25 is outturn and 2025-26 a forecast")
	}
}

func TestDeflatorIsRefused(t *testing.T) {
	t.Parallel()
	good := "# vintage: V\n# title: T\n# licence: L\n# attribution: A\n# source: S\nfinancial_year,index,status\n2023-24,96.1,outturn\n2024-25,100,outturn\n"
	if _, err := ParseDeflator("d.csv", good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, with, at string }{
		{"a year left out", "2024-25", "2025-26", "d.csv:8 financial_year"},
		{"an index of nothing", "96.1", "0", "d.csv:7 index"},
		{"a status of its own", "100,outturn", "100,guess", "d.csv:8 status"},
		{"growth in the first year", "index,status", "growth_percent,status", "d.csv:7 growth_percent"},
	} {
		_, err := ParseDeflator("d.csv", strings.Replace(good, c.old, c.with, 1))
		if err == nil || !strings.Contains(err.Error(), "["+c.at) {
			t.Errorf("%s: want a note at %s, got %v", c.name, c.at, err)
		}
	}
}
