package ui

import (
	"html/template"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // places' clocks, for machines that have none

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// functions are what templates may call.
var functions = template.FuncMap{
	"seen":   seen,
	"text":   textMarkup,
	"shapes": shapeMarkup,
	"heads":  headMarkup,
	"rows":   rowMarkup,
	"count":  count[int],
	"pounds": money.Pence.Pounds,
	"pence":  money.Pence.String,
	"long":   day.Day.Long,
	"short":  day.Day.Short,
	"moment": moment,
	"clock":  clock,
	"ref":    id.Pseudonym,
	"many":   many,
	"whose":  whose,
	"crisis": func() []KeyEntry { return crisisKey },
}

// london is the clock of everything people see.
var london = func() *time.Location {
	place, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zones are embedded
	}
	return place
}()

// moment writes an instant: 12 May 2026, 11:40. The zero instant is "not known".
func moment(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.In(london).Format("2 January 2006, 15:04")
}

// onDay writes the day of an instant: 12 May 2026.
func onDay(t time.Time) string { return t.In(london).Format("2 January 2006") }

// second writes an instant to the second, in a table: 12 May 2026, 11:40:05.
func second(t time.Time) string { return t.In(london).Format("2 Jan 2006, 15:04:05") }

// clock writes an instant of today: 11:40.
func clock(t time.Time) string { return t.In(london).Format("15:04") }

// count writes a whole number with commas: 1,234.
func count[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// many writes a count with its noun: "1 record", "2 records".
func many(n int, one, more string) string {
	if n == 1 {
		return count(n) + " " + one
	}
	return count(n) + " " + more
}

// whose writes the possessive of a name: "Police’s", "Riverbank Hospitals’".
func whose(name string) string {
	if strings.HasSuffix(name, "s") {
		return name + "’"
	}
	return name + "’s"
}

// ordinal writes a rank: 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	end := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return count(n) + end
}

// list joins words as a sentence does: "a, b and c".
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// Percent is hundredths of one per cent, for widths and shares. It is never money.
type Percent int

// String writes it as a width: "12.34%".
func (p Percent) String() string { return p.bare() + "%" }

func (p Percent) bare() string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	s := sign + strconv.Itoa(int(p/100))
	if rest := int(p % 100); rest != 0 {
		s += "." + strings.TrimRight(strconv.Itoa(100 + rest)[1:], "0")
	}
	return s
}

// whole writes it as people read a share: "83%". tenths writes one decimal: "97.5%".
func (p Percent) whole() string { return strconv.Itoa(int(p+50)/100) + "%" }
func (p Percent) tenths() string {
	t := int(p+5) / 10
	return strconv.Itoa(t/10) + "." + strconv.Itoa(t%10) + "%"
}

// share is part of whole. It is nothing when there is no whole.
func share[N ~int | ~int64](part, whole N) Percent {
	if whole == 0 {
		return 0
	}
	const full = 100_00
	if part > 1<<48 || part < -1<<48 { // keep the product within an int64
		return Percent(int64(part) / (int64(whole) / full))
	}
	return Percent(int64(part) * full / int64(whole))
}

// spanWords writes a span: "3 April 2024 to 31 March 2026".
func spanWords(s day.Span) string { return s.From.Long() + " to " + s.To.Long() }

// typedDay writes a day as people type one: 3/4/2024.
func typedDay(d day.Day) string {
	if d == 0 {
		return ""
	}
	y, m, dom := d.Date()
	return strconv.Itoa(dom) + "/" + strconv.Itoa(int(m)) + "/" + strconv.Itoa(y)
}
