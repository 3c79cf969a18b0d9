package intake

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/person"
)

// TestPersonIsRead goes through what a layout can say of a person's columns, one column at a time.
func TestPersonIsRead(t *testing.T) {
	t.Parallel()
	type who = person.Identity
	name := func(first, middle, last string) who {
		return who{Names: []person.Name{{Forename: first, Middle: middle, Surname: last}}}
	}
	for _, c := range []struct {
		column, sent string
		want         who
		aside        string // code
	}{
		{"field: name, form: 'surname, forename'", "HARGRAVE, Dean Roy", name("Dean", "Roy", "HARGRAVE"), ""},
		{"field: name, form: 'surname, forename'", "Dean Hargrave", who{Names: []person.Name{{Full: "Dean Hargrave"}}}, ""},
		{"field: name, form: forename surname", "Dr Dean Hargrave", who{Names: []person.Name{{Title: "Dr", Forename: "Dean", Surname: "Hargrave"}}}, ""},
		{"field: name, form: forename surname", "Ana de Souza", who{Names: []person.Name{{Full: "Ana de Souza"}}}, ""},
		{"field: name, form: whole", "Big Dee", who{Names: []person.Name{{Full: "Big Dee"}}}, ""},
		{"field: name, form: whole", "Unknown", who{}, "placeholder-name"},
		{"field: alias-name, form: 'surname, forename', separator: ;", "BELL, A; ;Dee", who{Names: []person.Name{{Forename: "A", Surname: "BELL"}, {Full: "Dee"}}}, ""},
		{"field: initials", "d. r. h.", name("D", "", "H"), ""},
		{"field: initials", "D", name("D", "", ""), ""},
		{"field: initials", "Dean H", who{}, "bad-initials"},
		{"field: former-surname, separator: /", "Bell/Unknown", who{Names: []person.Name{{Surname: "Bell"}}}, "placeholder-name"},
		{"field: birth, format: dd/mm/yyyy", "01/01/1980", who{Births: []person.Birth{{Day: day.Must(1980, 1, 1), Precision: person.FullDate}}}, ""},
		{"field: birth, format: dd/mm/yyyy, january: true", "01/01/1980", who{Births: []person.Birth{{Day: day.Must(1980, 1, 1), Precision: person.YearOnly}}}, ""},
		{"field: birth, format: dd/mm/yy, pivot: 20", "02/03/21", who{Births: []person.Birth{{Day: day.Must(1921, 3, 2), Precision: person.FullDate}}}, ""},
		{"field: alias-birth, format: excel serial, separator: ;", "29182;29183",
			who{Births: []person.Birth{{Day: day.Must(1979, 11, 23), Precision: person.FullDate}, {Day: day.Must(1979, 11, 24), Precision: person.FullDate}}}, ""},
		{"field: age, as-of: extract", "45", who{Births: []person.Birth{{Day: day.Must(1980, 1, 1), Precision: person.YearOnly}}}, ""},
		{"field: age, as-of: extract", "45y", who{}, "bad-age"},
		{"field: age, as-of: extract", "450", who{}, "implausible-age"},
		{"field: sex", "Female", who{Sex: person.Female}, ""},
		{"field: sex", "7", who{}, "bad-sex"},
		{"field: sex, codes: {W: female}, default: W", "", who{Sex: person.Female}, ""},
		{"field: postcode, no-fixed: ['']", "", who{NoFixed: true}, ""},
		{"field: postcode", "zz99 3vz", who{NoFixed: true}, ""},
		{"field: postcode", "se58az", who{Postcodes: []string{"SE5 8AZ"}}, ""},
		{"field: postcode", "2119", who{}, "bad-postcode"},
		{"field: postcode, form: as written", "d02 x285", who{Postcodes: []string{"D02X285"}}, ""},
		{"field: postcode, form: as written", "NFA", who{NoFixed: true}, ""},
		{"field: address", "no fixed abode", who{NoFixed: true}, ""},
		{"field: address", " 4 High Street ", who{Address: "4 High Street"}, ""},
		{"field: place", "Elephant", who{Places: []string{"Elephant"}}, ""},
		{"field: phone, separator: ','", "07700 900123, 020 7946 0101", who{Phones: []string{"07700900123", "02079460101"}}, ""},
		{"field: email, empty: [none@none]", "none@none", who{}, ""},
		{"field: prison-number", "A1234BC", who{Identifiers: []person.Identifier{{Kind: person.PrisonNumber, Value: "A1234BC"}}}, ""},
		{"field: national-id", "4.1E+11", who{}, "spreadsheet-exponent"},
	} {
		l := mustLayout(t, "name: one\nversion: 1\nagency: one\nkind: people\ndelimiter: tab\ncolumns:\n  - {header: it, "+c.column+"}\n  - {header: x, field: title}\n")
		r, err := NewReader(strings.NewReader("it\tx\n"+c.sent+"\tMr\n"), l, Options{AsOf: asOf})
		if err != nil || !r.Next() {
			t.Fatal(c.column, err, r.Err())
		}
		got := r.Row().Person.Identity
		if len(got.Names) == 1 && got.Names[0] == (person.Name{Title: "Mr"}) {
			got.Names = nil
		}
		var codes []string
		for _, s := range r.Row().Person.SetAside {
			codes = append(codes, s.Code)
		}
		if d := cmp.Diff(c.want, got); d != "" || strings.Join(codes, " ") != c.aside {
			t.Errorf("%s %q: set aside %q, want %q (want, got)\n%s", c.column, c.sent, codes, c.aside, d)
		}
	}
}

// TestStandInBirths sets a 1 January aside where the name beside it stands for one that is not known, and only there.
func TestStandInBirths(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, "name: one\nversion: 1\nagency: one\nkind: people\ncolumns:\n  - {header: born, field: birth, format: yyyy-mm-dd}\n"+
		"  - {header: first, field: forename}\n  - {header: last, field: surname}\n  - {header: aka, field: alias-name, form: whole}\n  - {header: age, field: age, as-of: extract}\n")
	full := func(y, m, d int) []person.Birth {
		return []person.Birth{{Day: day.Must(y, time.Month(m), d), Precision: person.FullDate}}
	}
	for row, want := range map[string][]person.Birth{
		"1970-01-01,Male,Unknown,,":         nil,
		"1980-01-01,Jane,Doe,,":             nil,
		"1900-01-01,Ada,Example,,":          nil,
		"1970-01-01,unknown male 3,,,45":    {{Day: day.Must(1980, 1, 1), Precision: person.YearOnly}}, // by the age
		"1970-01-02,Male,Unknown,,":         full(1970, 1, 2),
		"1970-01-01,Ada,Example,,":          full(1970, 1, 1),
		"1970-01-01,Baby,Example,,":         full(1970, 1, 1),
		"1970-01-01,Male,Unknown,Old Tom,":  full(1970, 1, 1),
		"1970-01-01,,,,":                    full(1970, 1, 1),
		"1970-01-01,Unknown,Unknown,Anon,4": {{Day: day.Must(2021, 1, 1), Precision: person.YearOnly}},
	} {
		r, err := NewReader(strings.NewReader("born,first,last,aka,age\n"+row+"\n"), l, Options{AsOf: asOf})
		if err != nil || !r.Next() {
			t.Fatal(row, err, r.Err())
		}
		view := r.Row().Person
		if !slices.Equal(want, view.Identity.Births) {
			t.Errorf("%s: births %v, want %v", row, view.Identity.Births, want)
		}
		told := slices.ContainsFunc(view.SetAside, func(s person.SetAside) bool {
			return s.Code == "placeholder-date" && s.Field == "born" && s.Value == row[:10]
		})
		if sent, _ := day.Parse(row[:10]); told != (len(want) == 0 || want[0].Day != sent) {
			t.Errorf("%s: set aside are %+v", row, view.SetAside)
		}
	}
}

// TestViewsAreShared: rows of one person with the same values share a view, and an age of the contact's day parts them.
func TestViewsAreShared(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, strings.Replace(bothLayout, "{header: dob, field: birth, format: dd/mm/yyyy}", "{header: dob, field: age, as-of: contact}", 1))
	r, err := NewReader(strings.NewReader("id,forename,dob,ref,code,start,end,cost\nK1,Ada,30,1,VIS,01/02/2015,,\nK1,Ada,30,2,VIS,01/02/2025,,\nK1,Ada,30,3,VIS,01/02/2025,,\n"), l, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	var views []*View
	for r.Next() {
		views = append(views, r.Row().Person)
	}
	if len(views) != 3 || views[0] == views[1] || views[1] != views[2] {
		t.Errorf("views %p", views)
	}
	if a, b := views[0].Identity.Births[0].Day, views[1].Identity.Births[0].Day; b-a < 3650 {
		t.Errorf("30 years in 2015 and in 2025 give the births %s and %s", a, b)
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for period, want := range map[string]day.Day{"week": day.Must(2025, 1, 7), "month": day.Must(2025, 1, 31), "quarter": day.Must(2025, 3, 31), "year": day.Must(2025, 12, 31)} {
		l := mustLayout(t, "name: p\nversion: 1\nagency: p\nkind: contacts\nservice: SUPV\ncolumns:\n  - {header: crn, field: key}\n"+
			"  - {header: start, field: from, format: yyyy-mm-dd, period: "+period+"}\n  - {header: weeks, field: quantity}\n"+
			"services:\n  - {code: SUPV, service: probation-supervision, unit: week, quantity: column}\n")
		r, err := NewReader(strings.NewReader("crn,start,weeks\nX1,2025-01-01,11.5\n"), l, Options{AsOf: asOf})
		if err != nil || !r.Next() {
			t.Fatal(err, r.Err())
		}
		if c := r.Row().Contact; c.To != want || c.Quantity != 11500 || r.Services()[c.Service].Code != "SUPV" {
			t.Errorf("%s: %+v", period, c)
		}
	}
}

func TestServiceCodesAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id,forename,dob,ref,code,start,end,cost\n")
	for i := range maxServices + 1 {
		fmt.Fprintf(&b, "K1,Ada,,%d,CODE%d,01/02/2025,,\n", i, i)
	}
	if _, err := DryRun(strings.NewReader(b.String()), mustLayout(t, bothLayout), Options{AsOf: asOf}, 0); err == nil || !strings.Contains(err.Error(), "1,000 different service codes") {
		t.Errorf("%v", err)
	}
}

// TestManualIsTrue reads the example of docs/layouts.md, and wants every field named there.
func TestManualIsTrue(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(manual)
	if block == nil {
		t.Fatal("docs/layouts.md has no example")
	}
	l := mustLayout(t, string(block[1]))
	p, err := DryRun(strings.NewReader(example(l)), l, Options{AsOf: asOf}, 1)
	if err != nil || p.Counts.Accepted != 1 || p.Counts.SetAside != 0 {
		t.Errorf("%v %+v", err, p)
	}
	for _, f := range fields {
		if !strings.Contains(string(manual), "`"+string(f.field)+"`") {
			t.Errorf("docs/layouts.md does not name the field %s", f.field)
		}
	}
}
