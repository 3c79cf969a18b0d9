package intake

import (
	"fmt"
	"strings"
	"testing"

	"throughline/internal/person"
)

// TestMarksAreRead goes through what a row can say of a shield and of an incident. What cannot be read is taken for more care, with a reason that says
// what to send; a row that says nothing says nothing.
func TestMarksAreRead(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, "name: one\nversion: 1\nagency: one\nkind: both\ndelimiter: tab\ncolumns:\n  - {header: id, field: key}\n  - {header: day, field: from, format: dd/mm/yyyy}\n"+
		"  - {header: shield, field: shielded, codes: {Y: yes, N: no}, empty: [none]}\n  - {header: crime, field: incident, length: 4}\n  - {header: part, field: part}\nservice: A\n")
	const file = "id\tday\tshield\tcrime\tpart\n"
	for _, c := range []struct {
		shield, crime, part string
		wantShield          Shield
		wantIncident        string
		wantPart            person.Part
		aside               string // codes, with their columns
	}{
		{"Y", "1007", "victim", IsShielded, "1007", person.Victim, ""},
		{"N", "1007", "Suspect", NotShielded, "1007", person.Suspect, ""},
		{"", "1007", "other", ShieldNotSaid, "1007", 0, ""},
		{"none", "1007", "", ShieldNotSaid, "", 0, ""},
		{"y", "", "", IsShielded, "", 0, "shield unreadable-mark"},
		{"#N/A", "", "", IsShielded, "", 0, "shield unreadable-mark"},
		{"", "1007", "bystander", ShieldNotSaid, "1007", person.Victim | person.Suspect, "part unreadable-mark"},
		{"", "", "victim", ShieldNotSaid, "", 0, "part no-incident-number"},
		{"", "1.0E+12", "victim", ShieldNotSaid, "", 0, "crime spreadsheet-exponent"},
		{"", "107", "victim", ShieldNotSaid, "", 0, "crime lost-zeros"},
	} {
		r, err := NewReader(strings.NewReader(file+"7\t04/05/2026\t"+c.shield+"\t"+c.crime+"\t"+c.part+"\n"), l, Options{AsOf: asOf})
		if err != nil || !r.Next() {
			t.Fatal(c, err, r.Err())
		}
		row := r.Row()
		var codes []string
		for _, s := range row.AllSetAside() {
			codes = append(codes, s.Field+" "+s.Code)
			if s.Code == badMark && (!strings.Contains(s.Reason, "Send one of the layout’s codes") || !OfMark(s)) {
				t.Errorf("%q has no remedy, or is not known as a mark", s.Reason)
			}
		}
		got := fmt.Sprint(row.Outcome, row.Person.Shield, row.Contact.Incident, row.Contact.Part, strings.Join(codes, ", "))
		if want := fmt.Sprint(Accepted, c.wantShield, c.wantIncident, c.wantPart, c.aside); got != want {
			t.Errorf("%q %q %q: %s, want %s", c.shield, c.crime, c.part, got, want)
		}
		for i, cell := range Masked(l, row.Values) {
			if l.Columns[i].Guarded() && cell != "•••" {
				t.Errorf("a mark is shown as %q", cell)
			}
		}
	}
}
