package day

import (
	"strings"
	"time"
)

// Read reads a day as people write one: 31/3/2026, 31 March 2026, 31 Mar 2026, or as it is stored: 2026-03-31. The day stands before the
// month, as in Britain, and a year has four figures: nothing is guessed.
func Read(s string) (Day, bool) {
	s = strings.TrimSpace(s)
	if d, err := Parse(s); err == nil {
		return d, true
	}
	part := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '.' || r == ' ' || r == '-' })
	if len(part) != 3 {
		return 0, false
	}
	return ReadParts(part[0], part[1], part[2])
}

// Written is the remedy for a day that Read cannot read.
const Written = "Write the day first, like 31/3/2026 or 31 March 2026, or as 2026-03-31."

// ReadParts reads a day, month and year, in figures or the month by its name, whole or its first three letters.
func ReadParts(dom, month, year string) (Day, bool) {
	d, ok1 := Figures(dom, 2)
	m, ok2 := monthIn(month)
	y, ok3 := Figures(year, 4)
	if !ok1 || !ok2 || !ok3 || len(strings.TrimSpace(year)) != 4 {
		return 0, false
	}
	return Of(y, m, d)
}

func monthIn(s string) (time.Month, bool) {
	s = strings.TrimSpace(s)
	for m := time.January; m <= time.December; m++ {
		if name := m.String(); strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) || strings.EqualFold(s, "sept") && m == time.September {
			return m, true
		}
	}
	n, ok := Figures(s, 2)
	return time.Month(n), ok
}

// Figures reads a whole number of at most so many figures, as the parts of a day are written.
func Figures(s string, most int) (int, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > most {
		return 0, false
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
