// Package day is calendar days without a time of day or a zone, and what is counted in them: spans, weeks and
// financial years. A date of birth is a Day, never an instant. Nothing here reads a clock.
package day

import (
	"fmt"
	"time"
)

// Day counts days of the proleptic Gregorian calendar; 1 January of year 1 is Day 1. The zero Day is no day.
type Day int32

// DaysInYear is the number of days in a year of footprint: two of them are the 728 days of 104 weeks.
const (
	DaysInWeek         = 7
	DaysIn104Weeks     = 728
	unixEpoch      Day = 719163 // 1 January 1970
)

// Of gives the day of a year, month and day of the month, and false when there is no such day.
func Of(year int, month time.Month, dom int) (Day, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || dom < 1 || dom > 31 {
		return 0, false
	}
	t := time.Date(year, month, dom, 0, 0, 0, 0, time.UTC)
	if t.Day() != dom || t.Month() != month {
		return 0, false
	}
	return fromUTC(t), true
}

// Must is Of for days written in code; it panics when there is no such day.
func Must(year int, month time.Month, dom int) Day {
	d, ok := Of(year, month, dom)
	if !ok {
		panic(fmt.Sprintf("day: no day %d-%d-%d", year, month, dom))
	}
	return d
}

// fromUTC takes a midnight of UTC, so the division leaves nothing over.
func fromUTC(t time.Time) Day { return unixEpoch + Day(t.Unix()/86400) }

// In gives the day on which an instant falls in a place: Europe/London for everything people see.
func In(t time.Time, place *time.Location) Day {
	y, m, d := t.In(place).Date()
	return fromUTC(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// Parse reads a day as it is stored and exchanged: 2026-03-31.
func Parse(s string) (Day, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, fmt.Errorf("%q is not a day written like 2026-03-31", s)
	}
	n := [3]int{}
	for i, part := range []string{s[:4], s[5:7], s[8:]} {
		for _, c := range part {
			if c < '0' || c > '9' {
				return 0, fmt.Errorf("%q is not a day written like 2026-03-31", s)
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	d, ok := Of(n[0], time.Month(n[1]), n[2])
	if !ok {
		return 0, fmt.Errorf("there is no day %s", s)
	}
	return d, nil
}

func (d Day) time() time.Time { return time.Unix(int64(d-unixEpoch)*86400, 0).UTC() }

// Date gives the year, month and day of the month. The zero Day gives year 0.
func (d Day) Date() (year int, month time.Month, dom int) {
	if d == 0 {
		return 0, 0, 0
	}
	return d.time().Date()
}

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

// String writes the day as it is stored: 2026-03-31. The zero Day is the empty string.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.time().Format("2006-01-02")
}

// Long writes the day for reading: 31 March 2026. The zero Day is "not known".
func (d Day) Long() string { return d.format("2 January 2006") }

// Short writes the day where a table is tight: 31 Mar 2026. The zero Day is "not known".
func (d Day) Short() string { return d.format("2 Jan 2006") }

func (d Day) format(layout string) string {
	if d == 0 {
		return "not known"
	}
	return d.time().Format(layout)
}

// AddMonths moves by calendar months; where the month is too short the last day of it is meant:
// one month after 31 January is 28 or 29 February.
func (d Day) AddMonths(n int) Day {
	y, m, dom := d.Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	if dom > last {
		dom = last
	}
	return fromUTC(time.Date(first.Year(), first.Month(), dom, 0, 0, 0, 0, time.UTC))
}

// Age is the number of whole years from birth to on. Someone born on 29 February has their birthday on
// 1 March of a common year (in England and Wales; the day after 28 February).
func Age(birth, on Day) int {
	by, bm, bd := birth.Date()
	y, m, d := on.Date()
	age := y - by
	if m < bm || m == bm && d < bd {
		age--
	}
	return age
}

// Month is a calendar month as year*12 + month-1, small enough to index sums by.
type Month int32

// Month gives the calendar month the day is in.
func (d Day) Month() Month {
	y, m, _ := d.Date()
	return Month(y*12 + int(m) - 1)
}

// First is the first day of the month.
func (m Month) First() Day { return Must(int(m)/12, time.Month(int(m)%12+1), 1) }

// String writes the month for reading: March 2026.
func (m Month) String() string { return m.First().format("January 2006") }

// FinancialYear is a year from 1 April to 31 March, known by the calendar year it begins in.
type FinancialYear int

// FinancialYear gives the financial year the day is in.
func (d Day) FinancialYear() FinancialYear {
	y, m, _ := d.Date()
	if m < time.April {
		y--
	}
	return FinancialYear(y)
}

// ParseFinancialYear reads 2024-25 (also 1999-00).
func ParseFinancialYear(s string) (FinancialYear, error) {
	var y, next int
	if n, err := fmt.Sscanf(s, "%4d-%2d", &y, &next); n != 2 || err != nil || FinancialYear(y).String() != s {
		return 0, fmt.Errorf("%q is not a financial year written like 2024-25", s)
	}
	return FinancialYear(y), nil
}

// String writes 2024-25.
func (y FinancialYear) String() string { return fmt.Sprintf("%04d-%02d", int(y), (int(y)+1)%100) }

// Span is the days from From to To, both counted. A Span with To before From is empty.
type Span struct{ From, To Day }

// Days is how many days the span has.
func (s Span) Days() int {
	if s.To < s.From {
		return 0
	}
	return int(s.To-s.From) + 1
}

// Has says whether d is in the span.
func (s Span) Has(d Day) bool { return d >= s.From && d <= s.To }

// Cut is the part of s inside w; it may be empty.
func (s Span) Cut(w Span) Span { return Span{max(s.From, w.From), min(s.To, w.To)} }

// Ending is the span of n days that ends on last.
func Ending(last Day, n int) Span { return Span{last - Day(n) + 1, last} }
