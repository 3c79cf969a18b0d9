package intake

import (
	"fmt"
	"strings"
	"time"

	"throughline/internal/day"
)

// A format reads days of one written form. Forms are strict: dd and mm are two digits, d and m one or two.
type format struct {
	name   string
	serial bool
	parts  []part
	pivot  int // of yy; -1 when none is declared
}

// part is one piece of a format: a token such as dd, or a literal sign.
type part struct {
	token   partKind
	literal byte
}

type partKind uint8

const (
	literal    partKind = iota
	day2                // dd
	day1                // d
	month2              // mm
	month1              // m
	monthName           // mon: Jan … Dec, or the month in full
	year4               // yyyy
	year2               // yy
	clock               // hh:mm or hh:mm:ss, read and checked, then left out
	clockZone           // hh:mm:ssZ with a zone, as ISO writes it; the day written is the day meant
	serialDays          // excel serial
)

var tokens = []struct {
	text string
	kind partKind
}{
	{"hh:mm:ssz", clockZone}, {"hh:mm:ss", clock}, {"hh:mm", clock}, {"yyyy", year4}, {"yy", year2},
	{"mon", monthName}, {"mm", month2}, {"m", month1}, {"dd", day2}, {"d", day1},
}

// parseFormats reads a layout's format: one, or several joined by "or".
func parseFormats(text string, pivot *int) ([]format, error) {
	var formats []format
	for _, t := range strings.Split(text, " or ") {
		f, err := parseFormat(strings.TrimSpace(t), pivot)
		if err != nil {
			return nil, err
		}
		formats = append(formats, f)
	}
	return formats, nil
}

func parseFormat(text string, pivot *int) (format, error) {
	f := format{name: strings.ToUpper(text), pivot: -1}
	if pivot != nil {
		f.pivot = *pivot
	}
	if strings.EqualFold(text, "excel serial") {
		f.name, f.serial = "an Excel day number", true
		return f, nil
	}
	seen := map[partKind]int{}
	for rest := strings.ToLower(text); rest != ""; {
		p, used := part{}, 1
		for _, t := range tokens {
			if strings.HasPrefix(rest, t.text) {
				p.token, used = t.kind, len(t.text)
				break
			}
		}
		if p.token == literal {
			p.literal = text[len(text)-len(rest)]
			if !strings.ContainsRune("/-. ,Tt", rune(p.literal)) {
				return f, fmt.Errorf("%q is not a form of a day that can be read", text)
			}
		}
		seen[p.token]++
		f.parts = append(f.parts, p)
		rest = rest[used:]
	}
	if seen[day2]+seen[day1] != 1 || seen[month2]+seen[month1]+seen[monthName] != 1 || seen[year4]+seen[year2] != 1 {
		return f, fmt.Errorf("%q does not say day, month and year once each", text)
	}
	if seen[year2] == 1 && f.pivot < 0 {
		return f, fmt.Errorf("%q has two-digit years, and no pivot says which century is meant", text)
	}
	return f, nil
}

// excelZero is the day before Excel's day 1 as its serials after February 1900 count: Excel believes in 29 February 1900.
var excelZero = day.Must(1899, time.December, 30)

// Serials of Excel that are days: 61 is 1 March 1900, the first on which every spreadsheet agrees; the last is 31 December 9999.
const (
	firstSerial = 61
	lastSerial  = 2958465
)

// read gives the day, and whether the text has the form (a text of the right form may still be no day of the calendar).
func (f *format) read(s []byte) (d day.Day, formed, ok bool) {
	if f.serial {
		return readSerial(s)
	}
	var y, m, dom, i int
	for _, p := range f.parts {
		var n int
		switch p.token {
		case literal:
			if i >= len(s) || s[i]|0x20 != p.literal|0x20 || s[i] != p.literal && p.literal|0x20 != 't' {
				return 0, false, false
			}
			i++
			continue
		case clock, clockZone:
			n = clockLength(s[i:], p.token == clockZone)
		case day2:
			dom, n = digitsAt(s, i, 2, 2)
		case day1:
			dom, n = digitsAt(s, i, 1, 2)
		case month2:
			m, n = digitsAt(s, i, 2, 2)
		case month1:
			m, n = digitsAt(s, i, 1, 2)
		case monthName:
			m, n = monthAt(s[i:])
		case year4:
			y, n = digitsAt(s, i, 4, 4)
		case year2:
			y, n = digitsAt(s, i, 2, 2)
			if y <= f.pivot {
				y += 2000
			} else {
				y += 1900
			}
		}
		if n == 0 {
			return 0, false, false
		}
		i += n
	}
	if i != len(s) {
		return 0, false, false
	}
	d, ok = quickDay(y, m, dom)
	return d, true, ok
}

// digitsAt reads between low and high digits at i; n is how many there were, 0 for too few.
func digitsAt(s []byte, i, low, high int) (v, n int) {
	for n < high && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		v = v*10 + int(s[i+n]-'0')
		n++
	}
	if n < low {
		return 0, 0
	}
	return v, n
}

func monthAt(s []byte) (m, n int) {
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	for m = 1; m <= 12; m++ {
		name := time.Month(m).String()
		if n >= 3 && (strings.EqualFold(string(s[:n]), name) || strings.EqualFold(string(s[:n]), name[:3])) {
			return m, n
		}
	}
	return 0, 0
}

// clockLength is the length of a time of day at the start of s, 0 when there is none.
func clockLength(s []byte, zone bool) int {
	h, n := digitsAt(s, 0, 2, 2)
	if n == 0 || h > 24 || len(s) < 5 || s[2] != ':' {
		return 0
	}
	if m, n := digitsAt(s, 3, 2, 2); n == 0 || m > 59 {
		return 0
	}
	i := 5
	if i+2 < len(s) && s[i] == ':' {
		if sec, n := digitsAt(s, i+1, 2, 2); n == 0 || sec > 60 {
			return 0
		}
		i += 3
		if i < len(s) && s[i] == '.' {
			for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			}
		}
	}
	if !zone {
		return i
	}
	switch {
	case i < len(s) && (s[i] == 'Z' || s[i] == 'z'):
		return i + 1
	case i+6 <= len(s) && (s[i] == '+' || s[i] == '-') && s[i+3] == ':':
		return i + 6
	}
	return 0
}

func readSerial(s []byte) (d day.Day, formed, ok bool) {
	n, i := 0, 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if n = n*10 + int(s[i]-'0'); n > lastSerial {
			return 0, true, false
		}
	}
	if i == 0 {
		return 0, false, false
	}
	if i < len(s) { // a fraction is the time of day
		if s[i] != '.' || i+1 == len(s) {
			return 0, false, false
		}
		for i++; i < len(s); i++ {
			if s[i] < '0' || s[i] > '9' {
				return 0, false, false
			}
		}
	}
	if n < firstSerial {
		return 0, true, false
	}
	return excelZero + day.Day(n), true, true
}

// quickDay is day.Of without the standard library's calendar, for millions of rows.
func quickDay(y, m, dom int) (day.Day, bool) {
	if y < 1 || y > 9999 || m < 1 || m > 12 || dom < 1 || dom > monthDays(y, m) {
		return 0, false
	}
	if m < 3 { // count years from March, so that the leap day is the last
		y--
		m += 12
	}
	days := 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + dom - 306
	return day.Day(days), true
}

func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
