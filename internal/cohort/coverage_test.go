package cohort

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/money"
)

func TestAWeekOverDays(t *testing.T) {
	t.Parallel()
	type answer struct {
		AWeek money.Pence
		OK    bool
	}
	for _, c := range []struct {
		name   string
		amount money.Pence
		days   int
		want   answer
	}{
		{"90 days are 12.86 weeks", 24_276_50, 90, answer{1_888_17, true}},
		{"two years", 52_000_00, 728, answer{500_00, true}},
		{"a week", 53_63, 7, answer{53_63, true}},
		{"a half rounds to even", 1, 14, answer{0, true}},
		{"six days are no week", 53_63, 6, answer{}},
		{"one day is no week", 53_63, 1, answer{}},
		{"none", 53_63, 0, answer{}},
	} {
		aWeek, ok := AWeekOver(c.amount, c.days)
		if d := cmp.Diff(c.want, answer{aWeek, ok}); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestCoverageOfAnyWindow(t *testing.T) {
	t.Parallel()
	rule := day.Ending(day.Must(2026, time.March, 31), 728) // 3 April 2024 to 31 March 2026
	last := rule.To
	coverage := []Coverage{
		{"fernhill", Reach(day.Must(2024, time.June, 19), last, rule)},
		{"lantern", Reach(rule.From+6, last, rule)}, // its first contact is in the first week
		{"lewisham", Reach(rule.From-90, last-16, rule)},
		{"police", day.Span{}},
	}
	type answer struct {
		Partial  []Feed
		Observed int
	}
	for _, c := range []struct {
		name   string
		window day.Span
		want   answer
	}{
		{"the rule's", rule, answer{[]Feed{{"fernhill", 93, 104}, {"lewisham", 102, 104}, {"police", 0, 104}}, 728}},
		{"90 days inside", day.Span{From: day.Must(2025, time.January, 1), To: day.Must(2025, time.March, 31)}, answer{[]Feed{{"police", 0, 13}}, 90}},
		{"long past", day.Span{From: day.Must(2010, time.January, 1), To: day.Must(2010, time.January, 31)},
			answer{[]Feed{{"fernhill", 0, 5}, {"lantern", 0, 5}, {"lewisham", 0, 5}, {"police", 0, 5}}, 0}},
		{"four years from January 2026", day.Span{From: day.Must(2026, time.January, 1), To: day.Must(2030, time.January, 1)},
			answer{[]Feed{{"fernhill", 13, 209}, {"lantern", 13, 209}, {"lewisham", 11, 209}, {"police", 0, 209}}, 90}},
		{"a day", day.Span{From: last, To: last}, answer{[]Feed{{"lewisham", 0, 1}, {"police", 0, 1}}, 1}},
	} {
		if d := cmp.Diff(c.want, answer{PartialFeeds(c.window, coverage), Observed(c.window, coverage)}); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
