package person

import (
	"slices"
	"time"

	"throughline/internal/day"
)

// oldest is the greatest age, in years, that a date of birth may give.
const oldest = 120

// Days that systems write when no date is known: their first days, and the days on which spreadsheets begin to count.
var placeholderBirths = []day.Day{
	day.Must(1900, time.January, 1), day.Must(1899, time.December, 30), day.Must(1899, time.December, 31),
	day.Must(1901, time.January, 1), day.Must(1800, time.January, 1), day.Must(1753, time.January, 1),
	day.Must(1, time.January, 1), day.Must(1111, time.November, 11), day.Must(9999, time.December, 31),
}

// IsPlaceholderDay says whether a day is one that systems write when no date is known.
func IsPlaceholderDay(d day.Day) bool { return slices.Contains(placeholderBirths, d) }

// ReadBirth judges a date of birth on the extract's as-of day. A stand-in (1 January 1900), a day after asOf and an age over
// 120 are set aside. firstOfJanuaryMeansYear is what the agency's layout says: then 1 January means the year only.
func ReadBirth(d, asOf day.Day, firstOfJanuaryMeansYear bool) (Birth, Why) {
	switch {
	case d == 0:
		return Birth{}, Why{}
	case IsPlaceholderDay(d):
		return Birth{}, Why{"placeholder-date", "The date stands for a date of birth that is not known."}
	case d > asOf:
		return Birth{}, Why{"future-birth", "The date of birth is after the as-of day of the extract."}
	case asOf-d > oldest*365 && day.Age(d, asOf) > oldest: // of few is the age asked for
		return Birth{}, Why{"implausible-age", "The date of birth makes the person older than 120."}
	}
	if firstOfJanuaryMeansYear && FirstOfJanuary(d) {
		return Birth{d, YearOnly}, Why{}
	}
	return Birth{d, FullDate}, Why{}
}

// FirstOfJanuary says whether a day is a 1 January, which agencies often write when only the year is known.
func FirstOfJanuary(d day.Day) bool {
	_, m, dom := d.Date()
	return m == time.January && dom == 1
}

// StandInBirth says of a 1 January beside a name that stands for "not known" why it is set aside: with nobody to ask, systems and clerks write one.
var StandInBirth = Why{"placeholder-date", "A 1 January beside a name that is not known stands for a date of birth that is not known."}

// BirthOfAge gives the year of birth meant by an age in whole years on a day: the likelier of the two it may be. It is a year
// only; whoever compares it must allow the year beside it.
func BirthOfAge(age int, on day.Day) (Birth, Why) {
	if age < 0 || age > oldest {
		return Birth{}, Why{"implausible-age", "An age is 0 to 120 years."}
	}
	y, m, _ := on.Date()
	if m < time.July {
		y--
	}
	return Birth{day.Must(y-age, time.January, 1), YearOnly}, Why{}
}
