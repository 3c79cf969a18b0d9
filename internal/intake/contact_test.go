package intake

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/internal/day"
	"throughline/internal/person"
)

func TestContactIsRead(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, wideLayout)
	d := func(dom int) day.Day { return day.Must(2025, 2, dom) }
	for _, c := range []struct {
		name    string
		changes []string
		want    Contact
	}{
		{"a visit", nil, Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 1000, Borough: "lambeth"}},
		{"nights", []string{"code", "BED", "end", "10/02/2025"}, Contact{From: d(3), To: d(10), HasQuantity: true, Quantity: 7000, Borough: "lambeth"}},
		{"days", []string{"code", "DAY", "end", "10/02/2025"}, Contact{From: d(3), To: d(10), HasQuantity: true, Quantity: 8000, Borough: "lambeth"}},
		{"a stay that goes on", []string{"code", "BED"}, Contact{From: d(3), Open: true, Borough: "lambeth"}},
		{"a stay that goes on, in a word", []string{"code", "BED", "end", "31/12/9999"}, Contact{From: d(3), Open: true, Borough: "lambeth"}},
		{"minutes as hours", []string{"code", "MIN", "mins", "50"}, Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 833, Borough: "lambeth"}},
		{"minutes that are not said", []string{"code", "MIN"}, Contact{From: d(3), To: d(3), Borough: "lambeth"}},
		{"minutes that are no number", []string{"code", "MIN", "mins", "-50"}, Contact{From: d(3), To: d(3), Borough: "lambeth"}},
		{"an own amount less rent", []string{"cost", "£1,200.00", "rent", "455.55"},
			Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 1000, HasOwn: true, Own: 74445, Borough: "lambeth"}},
		{"rent above the amount", []string{"cost", "100.00", "rent", "100.01"}, Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 1000, Borough: "lambeth"}},
		{"a refund", []string{"cost", "-12.50", "rent", "0"},
			Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 1000, HasOwn: true, Own: -1250, Borough: "lambeth"}},
		{"a code the layout does not know", []string{"code", "NEW"}, Contact{From: d(3), To: d(3), HasQuantity: true, Quantity: 1000, Borough: "lambeth"}},
		{"after the as-of day", []string{"start", "01/04/2026"},
			Contact{From: day.Must(2026, 4, 1), To: day.Must(2026, 4, 1), Later: true, HasQuantity: true, Quantity: 1000, Borough: "lambeth"}},
	} {
		row := readOneRow(t, l, c.changes...)
		if row.Outcome != Accepted {
			t.Errorf("%s: %+v", c.name, row.Rejection)
			continue
		}
		if d := cmp.Diff(c.want, row.Contact, cmpopts.IgnoreFields(Contact{}, "ID", "Hash", "Service")); d != "" {
			t.Errorf("%s (want, got)\n%s", c.name, d)
		}
	}
}

func TestThousandths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sent             string
		multiply, divide int64
		want             int64
	}{
		{"1", 1, 1, 1000}, {"11.5", 1, 1, 11500}, {"0", 1, 1, 0}, {"1,050", 1, 1, 1_050_000}, {"1,000,000.0004", 1, 1, 1_000_000_000},
		{"60", 1, 60, 1000}, {"50", 1, 60, 833}, {"70", 1, 60, 1167}, {"0.0005", 1, 1, 0}, {"0.0015", 1, 1, 2}, {"0.0025", 1, 1, 2},
		{"0.000500001", 1, 1, 1}, {"2", 7, 1, 14000}, {"1000000", 1, 1, 1_000_000_000}, {"60000000", 1, 60, 1_000_000_000}, {"0.03", 1, 60, 0}, {"0.09", 1, 60, 2},
	} {
		if got, ok, _ := readThousandths([]byte(c.sent), c.multiply, c.divide); !ok || got != c.want {
			t.Errorf("%q × %d ÷ %d = %d, %v, want %d", c.sent, c.multiply, c.divide, got, ok, c.want)
		}
	}
	for _, s := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "1,05", "1,0500", "10,50,000", "1000,000", "1.5.2", "1.0000000001", "10000000001", "½", "1 000"} {
		if got, ok, _ := readThousandths([]byte(s), 1, 1); ok {
			t.Errorf("%q is read as %d", s, got)
		}
	}
}

// TestAmountsAndQuantitiesHaveABound: what no contact can be rejects its row, naming the column and where to look, and the bound itself is
// taken in.
func TestAmountsAndQuantitiesHaveABound(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, wideLayout)
	for _, c := range []struct {
		changes []string
		column  string // that the row is rejected for; empty where it stands
		code    string
	}{
		{[]string{"cost", "99999999999999", "rent", "0"}, "cost", "amount-too-large"},
		{[]string{"cost", "10,000,000.01", "rent", "0"}, "cost", "amount-too-large"},
		{[]string{"cost", "-10000000.01", "rent", "0"}, "cost", "amount-too-large"},
		{[]string{"cost", "99999999999999999999999", "rent", "0"}, "cost", "amount-too-large"},
		{[]string{"cost", "10", "rent", "10000000.01"}, "rent", "amount-too-large"},
		{[]string{"cost", "10,000,000.00", "rent", "0"}, "", ""},
		{[]string{"cost", "-10000000.00", "rent", "10000000"}, "", ""},
		{[]string{"code", "MIN", "mins", "60000000"}, "", ""},
		{[]string{"code", "MIN", "mins", "60000001"}, "mins", "quantity-too-large"},
		{[]string{"code", "MIN", "mins", "99999999999999999999999"}, "mins", "quantity-too-large"},
	} {
		row := readOneRow(t, l, c.changes...)
		if c.column == "" {
			if row.Outcome != Accepted {
				t.Errorf("%v: %+v", c.changes, row.Rejection)
			}
			continue
		}
		no := row.Rejection
		if row.Outcome != Rejected || no.Column != c.column || no.Code != c.code || no.Line == 0 || no.Said == "" ||
			!strings.Contains(no.Remedy, "missing decimal point") || Reason(no.Code) == no.Code {
			t.Errorf("%v: %v %+v", c.changes, row.Outcome, no)
		}
	}
}

// TestRepeatedRows is the file's part of bar I4, with the words that decide: same number and same content is repeated, other content
// is a new version, and identical contacts without a number all count unless the layout says otherwise.
func TestRepeatedRows(t *testing.T) {
	t.Parallel()
	file := "id,forename,dob,ref,code,start,end,cost\n" +
		"K1,Ada,,R1,VIS,01/02/2025,,\n" +
		"K1,Ada,,R1,VIS,01/02/2025,,\n" + // the same
		"K1,Ada,,R1,VIS,02/02/2025,,\n" + // other content
		"K1,Ada,,R1,VIS,01/02/2025,,\n" + // and back again
		"K1,Ada,,,VIS,01/02/2025,,\n" +
		"K1,Ada,,,VIS,01/02/2025,,\n" + // no number
		"K1,Adah,,,VIS,01/02/2025,,\n" // the same contact of somebody whose name has changed
	people := "client,full name,dob,address\nC1,Ada Bell,,\nC1,Ada Bell,,\nC1,Ada Bell,,Road\n"
	for _, c := range []struct {
		layout, file, want string
	}{
		{bothLayout, file, "accepted repeated accepted:2 accepted:4 accepted accepted accepted"},
		{strings.Replace(bothLayout, "kind: both", "kind: both\nidentical: once", 1), file, "accepted repeated accepted:2 accepted:4 accepted repeated accepted:6"},
		{fmt.Sprintf(peopleLayout, ""), people, "accepted repeated accepted:2"},
		{strings.Replace(fmt.Sprintf(peopleLayout, ""), "field: key", "field: middle", 1), people, "accepted accepted accepted"},
	} {
		var got []string
		for _, row := range readAll(t, mustLayout(t, c.layout), c.file) {
			said := row.outcome.String()
			if row.revises > 0 {
				said += fmt.Sprint(":", row.revises)
			}
			got = append(got, said)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v, want %s", got, c.want)
		}
	}
}

type kept struct {
	outcome         Outcome
	revises         int
	key             string
	person, contact Hash
	identity        person.Identity
}

func readAll(t *testing.T, l *Layout, file string) []kept {
	t.Helper()
	r, err := NewReader(strings.NewReader(file), l, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	var rows []kept
	for r.Next() {
		row := r.Row()
		k := kept{outcome: row.Outcome, revises: row.Revises, key: string(row.Key), contact: row.Contact.Hash}
		if row.Person != nil {
			k.person, k.identity = row.Person.Hash, row.Person.Identity
		}
		rows = append(rows, k)
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return rows
}

// TestHashIsOfContent: renamed and reordered columns and another delimiter leave hashes as they are; a changed value does not.
func TestHashIsOfContent(t *testing.T) {
	t.Parallel()
	a := readAll(t, mustLayout(t, bothLayout), "id,forename,dob,ref,code,start,end,cost\nK1,Ada,19/05/1988,R1,VIS,01/02/2025,,5\n")[0]
	head, rest, _ := strings.Cut(bothLayout, "columns:\n")
	columns, services, _ := strings.Cut(rest, "services:")
	lines := strings.SplitAfter(strings.TrimRight(columns, "\n")+"\n", "\n")
	slices.Reverse(lines)
	other := strings.NewReplacer("header: ref", "header: number", "delimiter: comma", "delimiter: semicolon").
		Replace(head + "columns:\n" + strings.Join(lines, "") + "services:" + services)
	b := readAll(t, mustLayout(t, other), "notes;start;number;id;forename;code;dob;end;cost\nhidden;01/02/2025;R1;K1;Ada;VIS;19/05/1988;;5\n")[0]
	if a.person != b.person || a.contact != b.contact {
		t.Error("the order of columns changes the hash of the same content")
	}
	c := readAll(t, mustLayout(t, bothLayout), "id,forename,dob,ref,code,start,end,cost\nK1,Ada,19/05/1988,R1,VIS,01/02/2025,,6\n")[0]
	d := readAll(t, mustLayout(t, bothLayout), "id,forename,dob,ref,code,start,end,cost\nK1,Ad,a19/05/1988,R1,VIS,01/02/2025,,5\n")[0]
	if c.person != a.person || c.contact == a.contact || d.person == a.person || d.contact != a.contact {
		t.Error("a changed value must change the hash of its side, and no other")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	layout := `
name: keys
version: 1
agency: police
kind: people
%s
columns:
  - {header: pnc, field: key + pnc}
  - {header: custody, field: key}
  - {header: name, field: name, form: whole}
`
	file := "pnc,custody,name\n04/0123456B,C1,Ada\n,C2,Bea\n,,Cy\n"
	var got [][]string
	for _, keys := range []string{"keys: first", "keys: together"} {
		var row []string
		for _, k := range readAll(t, mustLayout(t, fmt.Sprintf(layout, keys)), file) {
			row = append(row, k.outcome.String()+" "+k.key)
		}
		got = append(got, row)
	}
	want := [][]string{{"accepted 04/0123456B", "accepted C2", "rejected "}, {"accepted 04/0123456B\x1FC1", "rejected ", "rejected "}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
}

// TestSeenAgainstAMap holds the table of numbers to what a map says.
func TestSeenAgainstAMap(t *testing.T) {
	t.Parallel()
	var s seen
	type last struct {
		content byte
		line    int
	}
	model := map[string]last{}
	rnd := rand.New(rand.NewPCG(3, 4))
	for line := 1; line <= 300_000; line++ {
		number := fmt.Sprint(rnd.IntN(100_000))
		content := Hash{byte(rnd.IntN(2))}
		want, known := model[number]
		before, same := s.add([]byte(number), content, line)
		if before != want.line || known && same != (want.content == content[0]) || !known && same {
			t.Fatalf("line %d, number %s: %d %v, want %+v", line, number, before, same, want)
		}
		if !known || want.content != content[0] {
			model[number] = last{content[0], line}
		}
	}
}
