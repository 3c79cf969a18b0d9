package day

import (
	"testing"
	"time"
	_ "time/tzdata" // the days of London are the same on a machine without zones

	"pgregory.net/rapid"
)

func london(t *testing.T) *time.Location {
	t.Helper()
	place, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// TestEveryDayIsItself walks each day from 1900 to 2100 and wants it to follow the one before, and to come back from
// its date and from what is written of it.
func TestEveryDayIsItself(t *testing.T) {
	t.Parallel()
	want := time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)
	for d := Must(1900, time.January, 1); d <= Must(2100, time.December, 31); d++ {
		y, m, dom := d.Date()
		if wy, wm, wd := want.Date(); y != wy || m != wm || dom != wd || d.Weekday() != want.Weekday() {
			t.Fatalf("day %d is %v, want %v", int(d), d, want)
		}
		if back, ok := Of(y, m, dom); !ok || back != d {
			t.Fatalf("Of(%d, %d, %d) = %v, %v, want %v", y, m, dom, back, ok, d)
		}
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("Parse(%q) = %v, %v", d.String(), back, err)
		}
		if first := d.Month().First(); first.Month() != d.Month() || d-first != Day(dom-1) {
			t.Fatalf("the month of %v begins on %v", d, first)
		}
		want = want.AddDate(0, 0, 1)
	}
}

// TestNoDayIsLostToSummerTime takes every hour of each day in London, also of 1968 to 1971, when the whole year was an
// hour ahead. A date of birth that went through midnight UTC would come out a day early.
func TestNoDayIsLostToSummerTime(t *testing.T) {
	t.Parallel()
	place := london(t)
	for d := Must(1960, time.January, 1); d <= Must(2030, time.December, 31); d++ {
		y, m, dom := d.Date()
		for _, minutes := range []int{0, 30, 90, 12 * 60, 23*60 + 59} {
			at := time.Date(y, m, dom, 0, minutes, 0, 0, place)
			if got := In(at.UTC(), place); got != d {
				t.Fatalf("%v is %v, want %v", at, got, d)
			}
		}
	}
	if born := In(time.Date(1970, time.July, 1, 0, 0, 0, 0, place), place); born.String() != "1970-07-01" {
		t.Errorf("born on %v", born)
	}
	if utc := In(time.Date(1970, time.June, 30, 23, 30, 0, 0, time.UTC), place); utc.String() != "1970-07-01" {
		t.Errorf("half past eleven UTC in the summer of 1970 is %v in London", utc)
	}
	if old := In(time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC), time.UTC); old != 1 {
		t.Errorf("the first day is %d", int(old))
	}
}

func TestDaysThatAreNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ y, m, d int }{{2026, 2, 29}, {1900, 2, 29}, {2026, 13, 1}, {2026, 0, 1}, {2026, 4, 31}, {2026, 1, 0}, {0, 1, 1}, {10000, 1, 1}} {
		if d, ok := Of(c.y, time.Month(c.m), c.d); ok || d != 0 {
			t.Errorf("Of(%d, %d, %d) = %v", c.y, c.m, c.d, d)
		}
	}
	for _, s := range []string{"", "2026-3-31", "31/03/2026", "2026-02-29", "2026-03-31 ", "2026/03/31", "２026-03-3", "+026-03-31", "2026-+3-31", "0000-00-00"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", s, d)
		}
	}
	var none Day
	if none.String() != "" || none.Long() != "not known" || none.Short() != "not known" {
		t.Errorf("no day is written %q, %q, %q", none.String(), none.Long(), none.Short())
	}
	if y, m, d := none.Date(); y != 0 || m != 0 || d != 0 {
		t.Errorf("no day has the date %d-%d-%d", y, m, d)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	d := Must(2026, time.March, 5)
	if d.Long() != "5 March 2026" || d.Short() != "5 Mar 2026" || d.Month().String() != "March 2026" {
		t.Errorf("%q, %q, %q", d.Long(), d.Short(), d.Month())
	}
}

func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, want string
		months     int
	}{
		{"2027-01-31", "2027-02-28", 1},
		{"2028-01-31", "2028-02-29", 1},
		{"2028-01-30", "2028-02-29", 1},
		{"2028-02-29", "2029-02-28", 12},
		{"2026-03-31", "2026-04-30", 1},
		{"2026-12-15", "2027-01-15", 1},
		{"2026-01-15", "2025-12-15", -1},
		{"2026-03-31", "2026-02-28", -1},
		{"2026-03-31", "2026-03-31", 0},
	} {
		d, err := Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.AddMonths(c.months).String(); got != c.want {
			t.Errorf("%d months after %s is %s, want %s", c.months, c.from, got, c.want)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"2000-02-29", "2018-02-28", 17},
		{"2000-02-29", "2018-03-01", 18}, // the birthday of a common year
		{"2000-02-29", "2020-02-28", 19},
		{"2000-02-29", "2020-02-29", 20},
		{"1970-07-01", "1988-06-30", 17},
		{"1970-07-01", "1988-07-01", 18},
		{"2026-03-31", "2026-03-31", 0},
	} {
		birth, err1 := Parse(c.birth)
		on, err2 := Parse(c.on)
		if got := Age(birth, on); err1 != nil || err2 != nil || got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
}

func TestFinancialYear(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"2025-03-31": "2024-25", "2025-04-01": "2025-26", "2000-03-31": "1999-00", "2000-01-01": "1999-00"} {
		d, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.FinancialYear().String(); got != want {
			t.Errorf("%s is in %s, want %s", s, got, want)
		}
		if y, err := ParseFinancialYear(want); err != nil || y != d.FinancialYear() {
			t.Errorf("ParseFinancialYear(%q) = %v, %v", want, y, err)
		}
	}
	for _, s := range []string{"", "2024", "2024-26", "2024/25", "2024-2025", "24-25", "2024-25 ", "+024-25", " 024-25", "2024--5", "2024-+5", "２024-2"} {
		if y, err := ParseFinancialYear(s); err == nil {
			t.Errorf("ParseFinancialYear(%q) = %v, want an error", s, y)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	last := Must(2026, time.March, 31)
	w := Ending(last, DaysIn104Weeks)
	if w.From != Must(2024, time.April, 3) || w.To != last || w.Days() != 728 || !w.Has(w.From) || !w.Has(last) || w.Has(last+1) || w.Has(w.From-1) {
		t.Errorf("%+v has %d days", w, w.Days())
	}
	rapid.Check(t, func(t *rapid.T) {
		day := func() Day { return last + Day(rapid.IntRange(-20, 20).Draw(t, "day")) }
		a, b := Span{day(), day()}, Span{day(), day()}
		n := 0
		for d := last - 30; d <= last+30; d++ {
			in := a.Has(d) && b.Has(d)
			if in {
				n++
			}
			if a.Cut(b).Has(d) != in {
				t.Fatalf("%v cut to %v is %v", a, b, a.Cut(b))
			}
		}
		if got := a.Cut(b).Days(); got != n {
			t.Fatalf("%v cut to %v has %d days, want %d", a, b, got, n)
		}
	})
}
