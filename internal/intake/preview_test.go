package intake

import (
	"encoding/csv"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/sheet"
)

func TestDryRun(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, strings.Replace(bothLayout, "kind: both", "kind: both\nheader: find\nstop: [begins Total]", 1))
	file := "Extract of May\n\nid,forename,dob,ref,code,start,end,cost,notes\n" +
		"K1,Ada,01/01/1900,R1,VIS,01/02/2025,,12.50,secret\n" +
		"K2,Unknown,01/01/1900,R2,VIS,03/02/2025,,,\n" +
		"K2,Unknown,01/01/1900,R2,VIS,03/02/2025,,,\n" +
		"K3,Bea,30/12/1899,R3,NEW,05/02/2025,,,\n" +
		",Cy,,R4,VIS,05/02/2025,,,\n" +
		"K5,Di,,R5,VIS,32/02/2025,,,\n" +
		"K6,Di,,R6,VIS,32/02/2025,,,\n" +
		"K7,Di\n\n" +
		"K8,Di,,R8,BED,01/05/2026,02/05/2026,,\n" +
		"Total,9\n"
	p, err := DryRun(strings.NewReader(file), l, Options{AsOf: asOf}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := &Preview{
		Counts: Counts{Rows: 9, Accepted: 4, Rejected: 4, Repeated: 1, Blank: 1, Above: 2, After: 1, SetAside: 4, SetAsideRows: 3},
		Hash:   p.Hash, Bytes: int64(len(file)),
		Reading: Reading{Encoding: "utf-8", HeaderLine: 3,
			Services: []ServiceUse{{"VIS", true, "street-outreach", "contact", 2}, {"BED", true, "hostel-support", "night", 1}, {"NEW", false, "", "contact", 1}},
			Largest:  []LineAmount{{4, 12_50, "VIS"}},
			Remarks:  []Remark{{"after-as-of", "1 contact begins after the as-of day. Check the as-of day.", 1, []int64{13}}}},
		Reasons: []ReasonCount{{"unreadable-day", "Date cannot be read", 2}, {"no-record-number", "No record number", 1}, {"too-few-values", "Too few values in the row", 1}},
		SetAside: []SetAsideCount{
			{"dob", "placeholder-date", "The date stands for a date of birth that is not known.", 3, 3, 4, ""},
			{"forename", "placeholder-name", "The word stands for a name that is not known.", 1, 4, 5, "Unknown"},
		},
		Rejected: []RejectedRow{
			{Rejection{8, "id", "no-record-number", "", "No record number, so the row cannot be tied to anyone", "Send the record number, in the column “id”"},
				[]string{"", "Cy", "", "R4", "VIS", "05/02/2025", "", ""}},
			{Rejection{9, "start", "unreadable-day", "32/02/2025", "Not a day in the calendar", "Send the day as DD/MM/YYYY"},
				[]string{"K5", "Di", "", "R5", "VIS", "32/02/2025", "", ""}},
		},
		Unmapped: []string{"notes"},
		First:    day.Must(2025, 2, 1), Last: day.Must(2026, 5, 2),
		Headers: []string{"id", "forename", "dob", "ref", "code", "start", "end", "cost"},
		Sample: [][]string{
			{"••", "•••", "••/••/••••", "••", "VIS", "01/02/2025", "", "12.50"},
			{"••", "•••••••", "••/••/••••", "••", "VIS", "03/02/2025", "", ""},
			{"••", "•••", "••/••/••••", "••", "NEW", "05/02/2025", "", ""},
			{"••", "••", "", "••", "BED", "01/05/2026", "02/05/2026", ""},
		},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
	again, err := DryRun(strings.NewReader(file), l, Options{AsOf: asOf}, 2)
	if err != nil || !cmp.Equal(p, again) {
		t.Errorf("the same file gives another preview: %v", err)
	}
}

// TestLooksTotal knows the head of a line of totals however it is written, and takes no name for one.
func TestLooksTotal(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"total": true, "Total": true, "  Totals: 12": true, "GRAND TOTAL": true, "grand total": true, "Subtotal": true,
		"sub total 3": true, "Sub-Total": true, "Total records: 12": true, "Total people": true, "Total Recall": false, "": false, "   ": false, "Tot": false, "Totalina": false, "Grandison": false, "Sutton": false} {
		if got := (&Row{Values: [][]byte{[]byte("12"), []byte(value)}}).LooksTotal(); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// TestWideTotalLineIsNamed: a line of totals that has as many values as the header is told to be one, whatever its value is rejected for.
func TestWideTotalLineIsNamed(t *testing.T) {
	t.Parallel()
	file := "id,forename,dob,ref,code,start,end,cost,notes\nTotal,13,,,,,,99.00,\nK1,Ada,,R1,VIS,31/02/2025,,1,\n"
	r, err := NewReader(strings.NewReader(file), mustLayout(t, bothLayout), Options{AsOf: asOf})
	if err != nil || !r.Next() {
		t.Fatal(err, r.Err())
	}
	if no := r.Row().Rejection; !strings.Contains(no.Message, "It looks like a total line") || no.Remedy != "Leave the total line out" {
		t.Errorf("a line of totals is rejected as %+v", no)
	}
	if !r.Next() || strings.Contains(r.Row().Rejection.Message, "total") {
		t.Errorf("a row is rejected as %+v", r.Row().Rejection)
	}
}

func TestTotalLineIsNamed(t *testing.T) {
	t.Parallel()
	r, err := NewReader(strings.NewReader(soundHeader+"Grand total,9\n"), mustLayout(t, fmt.Sprintf(peopleLayout, "")), Options{AsOf: asOf})
	if err != nil || !r.Next() {
		t.Fatal(err, r.Err())
	}
	want := Rejection{2, "", "too-few-values", "2 values", "The header has 4 columns, this row has 2. It looks like a total line", "Leave the total line out"}
	if d := cmp.Diff(want, r.Row().Rejection); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
}

// TestWriteRejected: the download holds the agency's own columns, the line and the remedy, and no formula.
func TestWriteRejected(t *testing.T) {
	t.Parallel()
	rows := []RejectedRow{
		{Rejection{214, "when", unreadable, "31/02/2026", "Not a day in the calendar", "Send the day as DD/MM/YYYY"}, []string{"=cmd|' /C calc'!A0", "31/02/2026"}},
		{Rejection{1880, "", tooFew, "9 values", "The header has 11 columns, this row has 9", "Look for a line break inside a value"}, nil},
	}
	var out strings.Builder
	if err := WriteRejected(&out, []string{"name", "when"}, all(rows)); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"name", "when", "line", "column", "code", "what is wrong", "remedy"},
		{"'=cmd|' /C calc'!A0", "31/02/2026", "214", "when", unreadable, "Not a day in the calendar", "Send the day as DD/MM/YYYY"},
		{"", "", "1880", "", tooFew, "The header has 11 columns, this row has 9", "Look for a line break inside a value"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
	if back := sheet.Plain(got[1][0]); back != rows[0].Values[0] {
		t.Errorf("the value comes back as %q", back)
	}
	failing := func(yield func(RejectedRow, error) bool) { yield(RejectedRow{}, os.ErrClosed) }
	if err := WriteRejected(&out, nil, failing); err != os.ErrClosed {
		t.Errorf("an error in the rows gives %v", err)
	}
}

func all(rows []RejectedRow) iter.Seq2[RejectedRow, error] {
	return func(yield func(RejectedRow, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// TestUnicodeIsStoredExactly is intake's part of bar X1: every kind of text comes through as sent, in every column of a person.
func TestUnicodeIsStoredExactly(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, fmt.Sprintf(peopleLayout, "delimiter: comma"))
	for _, s := range []string{"O'Brien", "O’Brien", "Zoë", "Zoe\u0308", "Ŵyn ŷ", "Weiß", "ﬁona", "İbrahim ışık", "محمد علي", "李小龙", "👩🏽‍🚒",
		"a" + strings.Repeat("\u0301", 10_000), "a\u200db", "\u202Eevil", "Null", "True", "X", strings.Repeat("long", 75), "\x07bell\x1b[31m", "a\tb", "\uFEFFmark"} {
		file := soundHeader + quoted(s) + "," + quoted(s) + ",," + quoted(s) + "\n"
		r, err := NewReader(strings.NewReader(file), l, Options{AsOf: asOf})
		if err != nil || !r.Next() {
			t.Fatalf("%.30q: %v %v", s, err, r.Err())
		}
		row := r.Row()
		if row.Outcome != Accepted || string(row.Values[0]) != s || string(row.Values[1]) != s || string(row.Values[3]) != s {
			t.Errorf("%.30q: %s %.200q", s, row.Outcome, row.Values)
		}
		if len(row.Person.Identity.Names) != 1 && s != "👩🏽‍🚒" {
			t.Errorf("%.30q: read as %+v, set aside %+v", s, row.Person.Identity.Names, row.Person.SetAside)
		}
	}
	if cut := said([]byte(strings.Repeat("e\u0301", 200))); cut != strings.Repeat("e\u0301", saidLength)+"…" {
		t.Errorf("a long value is cut to %q", cut)
	}
}

// TestTruthSetIsRead reads a labelled set as an analyst would: headers and values with a leading blank, dates without signs between.
func TestTruthSetIsRead(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("THROUGHLINE_SHARED_DATA")
	for up := "."; folder == "" && len(up) < 40; up += "/.." {
		if _, err := os.Stat(filepath.Join(up, "shared", "data", "linkage-truth")); err == nil {
			folder = filepath.Join(up, "shared", "data")
		}
	}
	file, err := os.Open(filepath.Join(folder, "linkage-truth", "febrl3.csv"))
	if err != nil {
		t.Skip("the labelled sets are not here: set THROUGHLINE_SHARED_DATA to their folder")
	}
	defer file.Close()
	l := mustLayout(t, `
name: febrl
version: 1
agency: febrl
kind: people
columns:
  - {header: rec_id, field: key}
  - {header: given_name, field: forename}
  - {header: surname, field: surname}
  - {header: street_number, field: address}
  - {header: address_1, field: address}
  - {header: suburb, field: place}
  - {header: date_of_birth, field: birth, format: yyyymmdd}
  - {header: soc_sec_id, field: national-id}
`)
	p, err := DryRun(file, l, Options{AsOf: asOf}, 5)
	if err != nil {
		t.Fatal(err)
	}
	if p.Counts.Rows != 5000 || p.Counts.Accepted != 5000 {
		t.Errorf("%+v %+v", p.Counts, p.Rejected)
	}
	for _, s := range p.SetAside {
		t.Logf("%+v", s)
	}
}
