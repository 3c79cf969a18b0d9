package cohort

import (
	"maps"
	"slices"

	"throughline/internal/day"
	"throughline/internal/money"
)

// Coverage says which days an agency's feed has data for. An empty span is a feed that sent nothing.
type Coverage struct {
	Agency string
	Has    day.Span
}

// Feed is an agency's feed that does not cover a whole window: Weeks of Of weeks have data on at least one day.
type Feed struct {
	Agency    string
	Weeks, Of int
}

// Reach is the days that a feed covers: from its first contact to its last day. A feed whose first contact is in the first
// week of the rule's window is held to cover the window from its beginning.
func Reach(first, last day.Day, rule day.Span) day.Span {
	if first < rule.From+day.DaysInWeek {
		first = min(first, rule.From)
	}
	return day.Span{From: first, To: last}
}

// WeeksCovered counts the weeks of a window, begun ones included, and those of them in which the spans have a day.
func WeeksCovered(window day.Span, has ...day.Span) (weeks, of int) {
	of = (window.Days() + day.DaysInWeek - 1) / day.DaysInWeek
	in := make([]bool, of)
	for _, s := range has {
		s = s.Cut(window)
		for d := s.From; d <= s.To; d++ {
			if week := int(d-window.From) / day.DaysInWeek; !in[week] {
				in[week] = true
				weeks++
			}
		}
	}
	return weeks, of
}

// PartialFeeds finds the feeds that do not cover every day of a window, in alphabetical order. An agency's spans may be several.
func PartialFeeds(window day.Span, coverage []Coverage) []Feed {
	spans := map[string][]day.Span{}
	for _, v := range coverage {
		spans[v.Agency] = append(spans[v.Agency], v.Has)
	}
	var partial []Feed
	for _, agency := range slices.Sorted(maps.Keys(spans)) {
		if daysCovered(window, spans[agency]) < window.Days() {
			weeks, of := WeeksCovered(window, spans[agency]...)
			partial = append(partial, Feed{agency, weeks, of})
		}
	}
	return partial
}

// Observed counts the days of a window that at least one feed covers.
func Observed(window day.Span, coverage []Coverage) int {
	var spans []day.Span
	for _, v := range coverage {
		spans = append(spans, v.Has)
	}
	return daysCovered(window, spans)
}

func daysCovered(window day.Span, spans []day.Span) int {
	covered := make([]bool, window.Days())
	n := 0
	for _, s := range spans {
		s = s.Cut(window)
		for d := s.From; d <= s.To; d++ {
			if at := d - window.From; !covered[at] {
				covered[at] = true
				n++
			}
		}
	}
	return n
}

// AWeekOver is an amount over days as an amount a week: amount ÷ (days ÷ 7), rounded half to even to a penny. There is none for
// less than a week, which says nothing of weeks.
func AWeekOver(amount money.Pence, days int) (aWeek money.Pence, ok bool) {
	if days < day.DaysInWeek {
		return 0, false
	}
	return divide(amount*day.DaysInWeek, int64(days)), true
}
