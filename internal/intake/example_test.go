package intake

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"throughline/internal/day"
)

var asOf = day.Must(2026, 3, 31)

// example gives the file that stands in the comment of a layout: its lines begin with "#   ".
func example(l *Layout) string {
	var b strings.Builder
	for line := range strings.SplitSeq(string(l.Source()), "\n") {
		if text, ok := strings.CutPrefix(line, "#   "); ok {
			b.WriteString(text + "\r\n")
		}
	}
	return b.String()
}

// TestExamplesInLayoutsAreRead keeps the example at the head of each layout true: every row of it is accepted.
func TestExamplesInLayoutsAreRead(t *testing.T) {
	t.Parallel()
	for name, l := range areaLayouts(t) {
		text := example(l)
		if l.Encoding == "windows-1252" {
			text, _ = charmap.Windows1252.NewEncoder().String(text)
		}
		r, err := NewReader(strings.NewReader(text), l, Options{AsOf: asOf})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for r.Next() {
			row := r.Row()
			if row.Outcome != Accepted {
				t.Errorf("%s line %d is %s: %+v", name, row.Line, row.Outcome, row.Rejection)
				continue
			}
			for _, s := range row.AllSetAside() {
				if !strings.Contains(s.Value, "QQ") { // numbers that belong to nobody, as examples should
					t.Errorf("%s line %d sets aside %s %q: %s", name, row.Line, s.Field, s.Value, s.Reason)
				}
			}
			if l.Kind.HasPeople() {
				t.Logf("%s: %+v", name, row.Person.Identity)
			}
			if l.Kind.HasContacts() {
				t.Logf("%s: %s %s to %s open %v quantity %d own %s %q", name, r.Services()[row.Contact.Service].Code, row.Contact.From,
					row.Contact.To, row.Contact.Open, row.Contact.Quantity, row.Contact.Own, row.Contact.Borough)
			}
		}
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c := r.Counts(); c.Rows == 0 || c.Accepted != c.Rows {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
