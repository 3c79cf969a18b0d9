package day

import "testing"

// TestDaysAsPeopleWriteThem reads a day in the ways that people write one, and guesses at none.
func TestDaysAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1/5/2026", "01/05/2026", "1.5.2026", "1 May 2026", "1 may 2026", " 1 MAY 2026 ", "1-May-2026", "2026-05-01", "1 May 2026"} {
		if d, ok := Read(s); !ok || d != Must(2026, 5, 1) {
			t.Errorf("%q: %s, %t", s, d, ok)
		}
	}
	if d, ok := Read("9 Sept 2025"); !ok || d != Must(2025, 9, 9) {
		t.Errorf("9 Sept 2025: %s, %t", d, ok)
	}
	for _, s := range []string{"", "1/5/26", "1 May", "31/2/2026", "31 June 2026", "May 1 2026", "1 Ma 2026", "1 Mayor 2026", "2026", "1/13/2026", "04/30/2026", "2026-5-1", "1 5 2026 7"} {
		if d, ok := Read(s); ok {
			t.Errorf("%q was read as %s", s, d)
		}
	}
}
