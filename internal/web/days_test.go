package web

import (
	"testing"

	"throughline/internal/day"
)

// TestDaysAsPeopleWriteThem reads a day in the ways that people write one, and guesses at none.
func TestDaysAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1/5/2026", "01/05/2026", "1.5.2026", "1 May 2026", "1 may 2026", " 1 MAY 2026 ", "1-May-2026", "2026-05-01"} {
		if d, ok := readDay(s); !ok || d != day.Must(2026, 5, 1) {
			t.Errorf("%q: %s, %t", s, d, ok)
		}
	}
	if d, ok := readDay("9 Sept 2025"); !ok || d != day.Must(2025, 9, 9) {
		t.Errorf("9 Sept 2025: %s, %t", d, ok)
	}
	for _, s := range []string{"", "1/5/26", "1 May", "31/2/2026", "31 June 2026", "May 1 2026", "1 Ma 2026", "1 Mayor 2026", "2026", "1/13/2026", "2026-5-1", "1 5 2026 7"} {
		if d, ok := readDay(s); ok {
			t.Errorf("%q was read as %s", s, d)
		}
	}
}
