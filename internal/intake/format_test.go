package intake

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/day"
)

func TestQuickDayIsTheCalendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y, m, d := rapid.IntRange(-1, 10_000).Draw(t, "year"), rapid.IntRange(-1, 14).Draw(t, "month"), rapid.IntRange(-1, 33).Draw(t, "day")
		want, wantOK := day.Of(y, time.Month(m), d)
		if got, ok := quickDay(y, m, d); got != want || ok != wantOK {
			t.Fatalf("quickDay(%d, %d, %d) = %d, %v, want %d, %v", y, m, d, got, ok, want, wantOK)
		}
	})
	last := day.Must(2104, 12, 31)
	for d := day.Must(1896, 1, 1); d <= last; d++ {
		y, m, dom := d.Date()
		if got, ok := quickDay(y, int(m), dom); got != d || !ok {
			t.Fatalf("quickDay(%d, %d, %d) = %d, want %d", y, m, dom, got, d)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	pivot := 26
	for _, c := range []struct {
		format, sent, want string // want empty: not read
	}{
		{"dd/mm/yyyy", "03/02/2025", "2025-02-03"},
		{"dd/mm/yyyy", "29/02/2024", "2024-02-29"},
		{"dd/mm/yyyy", "29/02/2025", ""},
		{"dd/mm/yyyy", "3/2/2025", ""},
		{"dd/mm/yyyy", "03-02-2025", ""},
		{"dd/mm/yyyy", "03/02/2025 10:15", ""},
		{"dd/mm/yyyy", "03/02/20255", ""},
		{"dd/mm/yyyy", "", ""},
		{"dd/mm/yyyy", "٠٣/02/2025", ""},
		{"d/m/yyyy", "3/2/2025", "2025-02-03"},
		{"d/m/yyyy", "03/12/2025", "2025-12-03"},
		{"d/m/yyyy", "003/2/2025", ""},
		{"dd-mm-yyyy", "31-12-1999", "1999-12-31"},
		{"dd.mm.yyyy", "31.12.1999", "1999-12-31"},
		{"yyyy-mm-dd", "2025-02-03", "2025-02-03"},
		{"yyyymmdd", "20250203", "2025-02-03"},
		{"yyyymmdd", "20251302", ""},
		{"mm/dd/yyyy", "02/03/2025", "2025-02-03"},
		{"dd/mm/yy", "03/02/26", "2026-02-03"},
		{"dd/mm/yy", "03/02/27", "1927-02-03"},
		{"d mon yyyy", "3 Feb 2025", "2025-02-03"},
		{"d mon yyyy", "03 february 2025", "2025-02-03"},
		{"d mon yyyy", "3 Febr 2025", ""},
		{"dd-mon-yyyy", "03-FEB-2025", "2025-02-03"},
		{"dd/mm/yyyy hh:mm", "03/02/2025 23:59", "2025-02-03"},
		{"dd/mm/yyyy hh:mm", "03/02/2025 23:59:30", "2025-02-03"},
		{"dd/mm/yyyy hh:mm", "03/02/2025 25:00", ""},
		{"yyyy-mm-ddThh:mm:ss", "2025-02-03T10:15:00", "2025-02-03"},
		{"yyyy-mm-ddThh:mm:ss", "2025-02-03T10:15:00.000", "2025-02-03"},
		{"yyyy-mm-ddThh:mm:ssZ", "2025-02-03T23:15:00Z", "2025-02-03"},
		{"yyyy-mm-ddThh:mm:ssZ", "2025-02-03T23:15:00+01:00", "2025-02-03"},
		{"yyyy-mm-ddThh:mm:ssZ", "2025-02-03T23:15:00", ""},
		{"excel serial", "45691", "2025-02-03"},
		{"excel serial", "45691.75", "2025-02-03"},
		{"excel serial", "61", "1900-03-01"},
		{"excel serial", "60", ""},
		{"excel serial", "2958465", "9999-12-31"},
		{"excel serial", "2958466", ""},
		{"excel serial", "99999999999999999999", ""},
		{"excel serial", "03/02/2025", ""},
		{"excel serial", "45691.", ""},
		{"dd/mm/yyyy or yyyy-mm-dd", "2025-02-03", "2025-02-03"},
		{"dd/mm/yyyy or yyyy-mm-dd", "03/02/2025", "2025-02-03"},
	} {
		forms, err := parseFormats(c.format, &pivot)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if d, _ := readForms([]byte(c.sent), forms); d.String() != c.want {
			t.Errorf("%q as %s is %q, want %q", c.sent, c.format, d, c.want)
		}
	}
}
