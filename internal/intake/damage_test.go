package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const wideLayout = `
name: wide
version: 1
agency: riverbank
kind: both
delimiter: comma
empty: ["NULL"]
columns:
  - {header: id, field: key, length: 7}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: dob, field: birth, format: dd/mm/yyyy}
  - {header: sex, field: sex, codes: {"1": male, "2": female}}
  - {header: nhs, field: nhs-number, length: 10}
  - {header: nino, field: nino}
  - {header: uprn, field: uprn}
  - {header: postcode, field: postcode, no-fixed: [NOWHERE]}
  - {header: phone, field: phone}
  - {header: ref, field: contact}
  - {header: code, field: service}
  - {header: start, field: from, format: dd/mm/yyyy}
  - {header: end, field: to, format: dd/mm/yyyy, open: ["", 31/12/9999]}
  - {header: mins, field: quantity}
  - {header: cost, field: amount}
  - {header: rent, field: less}
  - {header: la, field: borough, codes: {E09000022: lambeth}}
services:
  - {code: BED, service: hostel-support, unit: night, quantity: nights}
  - {code: DAY, service: inpatient-detox, unit: day, quantity: days}
  - {code: MIN, service: adult-social-care, unit: hour, quantity: column, divide: 60}
  - {code: VIS, service: street-outreach, unit: contact}
`

// soundRow is a row of wideLayout by header; a test changes some of its values.
var soundRow = map[string]string{"id": "0012345", "forename": "Ada", "surname": "Bell", "dob": "19/05/1988", "sex": "2", "nhs": "9434765919",
	"nino": "AB123465C", "uprn": "100023336956", "postcode": "SE5 8AZ", "phone": "07700 900123", "ref": "R1", "code": "VIS", "start": "03/02/2025",
	"la": "E09000022"}

// readOneRow reads a file of soundRow with changes, given as header, value, header, value.
func readOneRow(t *testing.T, l *Layout, changes ...string) *Row {
	t.Helper()
	var headers, values []string
	for i := range l.Columns {
		h := l.Columns[i].Header
		v := soundRow[h]
		for j := 0; j < len(changes); j += 2 {
			if changes[j] == h {
				v = changes[j+1]
			}
		}
		headers, values = append(headers, h), append(values, quoted(v))
	}
	r, err := NewReader(strings.NewReader(strings.Join(headers, ",")+"\n"+strings.Join(values, ",")+"\n"), l, Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Next() {
		t.Fatalf("no row: %v", r.Err())
	}
	return r.Row()
}

// TestSpreadsheetDamage is bar I3: what a spreadsheet does to values is found, and never mended by a guess.
func TestSpreadsheetDamage(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, wideLayout)
	for _, c := range []struct{ header, value, code, says string }{
		{"id", "12345", "lost-zeros", "5 digits where the layout says 7"},
		{"id", "9.43E+09", "damaged-record-number", "wrote the number in short"},
		{"id", "#N/A", "damaged-record-number", "spreadsheet's error"},
		{"id", "#######", "damaged-record-number", "spreadsheet's error"},
		{"id", "NULL", "no-record-number", "cannot be tied to anyone"},
		{"id", " ", "no-record-number", "cannot be tied to anyone"},
		{"start", "45691", "unreadable-day", "spreadsheet’s day number"},
		{"start", "02/13/2025", "unreadable-day", "month seems to stand before the day"},
		{"start", "31/02/2025", "unreadable-day", "Not a day in the calendar"},
		{"start", "2025-02-03", "unreadable-day", "Not in the form your layout declares (DD/MM/YYYY)"},
		{"start", "3/2/2025", "unreadable-day", "Not in the form"},
		{"start", "03/02/25", "unreadable-day", "Not in the form"},
		{"start", "13.4.26 am", "unreadable-day", "Not in the form"},
		{"start", "#VALUE!", "unreadable-day", "spreadsheet’s error"},
		{"start", "4.57E+04", "unreadable-day", "in short"},
		{"start", "01/01/1900", "unreadable-day", "stands for “not known”"},
		{"start", "01/04/1820", "unreadable-day", "before anybody of today could be born"},
		{"start", "", "no-day", "cannot tell when"},
		{"end", "02/02/2025", "end-before-start", "before the first, 3 Feb 2025"},
		{"end", "soon", "unreadable-day", "Not in the form"},
		{"code", "", "no-service", "cannot tell what was used"},
		{"code", "#REF!", "no-service", "spreadsheet’s error"},
	} {
		row := readOneRow(t, l, c.header, c.value)
		no := row.Rejection
		if row.Outcome != Rejected || no.Code != c.code || no.Column != c.header || !strings.Contains(no.Message, c.says) || no.Remedy == "" || no.Line != 2 {
			t.Errorf("%s %q: %s %+v, want rejected %s … %s …", c.header, c.value, row.Outcome, no, c.code, c.says)
		}
	}
	for _, c := range []struct{ header, value, code string }{
		{"forename", "Unknown", "placeholder-name"},
		{"forename", "#N/A", "spreadsheet-error"},
		{"surname", "O\uFFFDBrien", "lost-letters"},
		{"dob", "01/01/1900", "placeholder-date"},
		{"dob", "05/19/1988", "unreadable-day"},
		{"dob", "32282", "unreadable-day"},
		{"dob", "19/05/2031", "future-birth"},
		{"dob", "19/05/1888", "implausible-age"},
		{"sex", "3", "unknown-code"},
		{"sex", "F", "unknown-code"},
		{"nhs", "9.43E+09", "spreadsheet-exponent"},
		{"nhs", "943476591", "lost-zeros"},
		{"nhs", "9434765918", "nhs-check-digit"},
		{"nhs", "#N/A", "spreadsheet-error"},
		{"nhs", "94347659190", "bad-nhs-number"},
		{"nino", "AB1234", "bad-nino"},
		{"uprn", "1.00023E+11", "spreadsheet-exponent"},
		{"uprn", "1000233369561234", "bad-uprn"},
		{"postcode", "SE5", ""},
		{"postcode", "Camberwell", "bad-postcode"},
		{"postcode", "NOWHERE", ""},
		{"phone", "4.4E+11", "spreadsheet-exponent"},
		{"phone", "ring his mum", "bad-phone"},
		{"ref", "1.2E+11", "damaged-contact-number"},
		{"ref", "#N/A", "damaged-contact-number"},
		{"la", "E07000008", "unknown-code"},
		{"cost", "12.345", "bad-amount"},
		{"cost", "1.2E+03", "spreadsheet-exponent"},
		{"cost", "(12.50)", "bad-amount"},
		{"cost", "12.50", "rent-not-known"},
	} {
		row := readOneRow(t, l, c.header, c.value)
		var codes, sent []string
		for _, s := range row.AllSetAside() {
			codes, sent = append(codes, s.Code), append(sent, s.Value)
			if s.Field != c.header || s.Reason == "" {
				t.Errorf("%s %q: %+v", c.header, c.value, s)
			}
		}
		want, values := []string{c.code}, []string{c.value}
		if c.code == "" {
			want, values = nil, nil
		}
		if row.Outcome != Accepted || !cmp.Equal(want, codes) || !cmp.Equal(values, sent) {
			t.Errorf("%s %q: %s, set aside %v %q, want accepted and %v", c.header, c.value, row.Outcome, codes, sent, want)
		}
	}
}

func TestDamagedWords(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"9.43E+09", "1E+10", "1.23456E+11", "9e+9"} {
		if !shortened([]byte(s)) {
			t.Errorf("%q is not taken for a number in short", s)
		}
	}
	for _, s := range []string{"", "E+09", "A1234BC", "1E10", "9.4.3E+09", "12E+", "LE+1", "+1E+1"} {
		if shortened([]byte(s)) {
			t.Errorf("%q is taken for a number in short", s)
		}
	}
	for _, s := range []string{"#N/A", "#n/a", "#REF!", "#DIV/0!", "####"} {
		if !errorWord([]byte(s)) {
			t.Errorf("%q is not taken for an error", s)
		}
	}
	for _, s := range []string{"", "#", "#1 The Street", "#12"} {
		if errorWord([]byte(s)) {
			t.Errorf("%q is taken for an error", s)
		}
	}
}
