package cohort

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// rule is the South London rule: £500 a week over the 728 days to 31 March 2026, three agencies, no service above 75%.
func rule() Rule {
	return Rule{Version: 3, Agreed: "Rule 3", AWeek: 500_00, PriceYear: 2024, Window: day.Ending(day.Must(2026, time.March, 31), 728),
		AgenciesAtLeast: 3, LargestMostPercent: 75}
}

// three spreads an amount over three agencies and services, half in each year.
func three(p id.Person, borough string, amount money.Pence) Person {
	parts, _ := money.Split(amount, []uint32{1, 1, 1, 1, 1, 1})
	use := func(agency, service, payer string, crisis bool, i int) Use {
		return Use{agency, service, payer, crisis, 1, [2]money.Pence{parts[i], parts[i+3]}}
	}
	return Person{ID: p, Borough: borough, Uses: []Use{use("riverbank", "ae", "nhs", true, 0), use("police", "arrest", "police", true, 1),
		use("lantern", "hostel", "councils", false, 2)}}
}

func apply(t *testing.T, r Rule, people []Person, coverage ...Coverage) *Cohort {
	t.Helper()
	c, err := Apply(r, people, coverage)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFiguresOfTheSeeds holds the amounts that the field's own papers print.
func TestFiguresOfTheSeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		got, want money.Pence
	}{
		{"45 people, £4.5m over 104 weeks", AWeekEach(4_500_000_00, 45, 104), 961_54},
		{"15 people, £1.83m over 104 weeks", AWeekEach(1_830_000_00, 15, 104), 1_173_08},
		{"£500 a week over two years", rule().Threshold(), 52_000_00},
		{"£500 a week over one year", rule().YearThreshold(), 26_000_00},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if w := rule().Window; w.From.String() != "2024-04-03" || w.To.String() != "2026-03-31" {
		t.Errorf("the window is %v to %v", w.From, w.To)
	}
}

func TestExactlyAtTheThresholdIsIn(t *testing.T) {
	t.Parallel()
	c := apply(t, rule(), []Person{three(1, "Lambeth", 52_000_00), three(2, "Lambeth", 51_999_99)})
	if len(c.Members) != 1 || c.Members[0].ID != 1 || c.Amount != 52_000_00 || c.Members[0].AWeek != 500_00 {
		t.Errorf("members are %+v", c.Members)
	}
	if c.Everyone != 2 || c.EveryoneCost != 103_999_99 {
		t.Errorf("everyone is %d people at %v", c.Everyone, c.EveryoneCost)
	}
}

func TestSetApart(t *testing.T) {
	t.Parallel()
	lone := func(p id.Person, ward, rest money.Pence) Person {
		return Person{ID: p, Uses: []Use{
			{"elmfield", "ward", "nhs", true, 4, [2]money.Pence{ward, 0}},
			{"police", "arrest", "police", true, 1, [2]money.Pence{rest, 0}},
			{"riverbank", "ae", "nhs", true, 1, [2]money.Pence{}}, // priced at nothing is still known to the agency
		}}
	}
	two := lone(3, 30_000_00, 30_000_00)
	two.Uses = two.Uses[:2]
	c := apply(t, rule(), []Person{lone(1, 75_000_00, 25_000_00), lone(2, 75_000_01, 25_000_00), two})
	if len(c.Members) != 1 || c.Members[0].ID != 1 || c.Members[0].LargestShare != 750 {
		t.Errorf("exactly three quarters is not above it: members %+v", c.Members)
	}
	if len(c.SingleService) != 1 || c.SingleService[0].ID != 2 || c.SingleService[0].Rank != 1 {
		t.Errorf("single-service people are %+v", c.SingleService)
	}
	if len(c.FewAgencies) != 1 || c.FewAgencies[0].ID != 3 {
		t.Errorf("people with few agencies are %+v", c.FewAgencies)
	}
	if c.Amount != 100_000_00 {
		t.Errorf("those apart are in the total: %v", c.Amount)
	}
}

// TestOneServiceOfTwoCouncils counts temporary accommodation of two councils as one service.
func TestOneServiceOfTwoCouncils(t *testing.T) {
	t.Parallel()
	p := three(1, "", 10_000_00)
	for _, council := range []string{"lambeth", "southwark"} {
		p.Uses = append(p.Uses, Use{council, "rooms", "councils", true, 1, [2]money.Pence{30_000_00, 0}})
	}
	if c := apply(t, rule(), []Person{p}); len(c.SingleService) != 1 || c.SingleService[0].Largest != "rooms" {
		t.Errorf("members %+v, apart %+v", c.Members, c.SingleService)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	onlyFirst := three(4, "Lewisham", 0)
	for i := range onlyFirst.Uses {
		onlyFirst.Uses[i].Years[0] = 20_000_00
	}
	c := apply(t, rule(), []Person{onlyFirst, three(3, "Lambeth", 60_000_00), three(1, "Lambeth", 72_000_00), three(2, "Southwark", 90_000_00),
		three(5, "Lambeth", 60_00), {ID: 6}},
		Coverage{"fernhill", day.Span{From: day.Must(2024, time.June, 19), To: day.Must(2026, time.March, 31)}},
		Coverage{"lewisham", day.Span{From: day.Must(2024, time.April, 1), To: day.Must(2026, time.March, 15)}},
		Coverage{"riverbank", day.Span{From: day.Must(2024, time.April, 1), To: day.Must(2026, time.March, 28)}},
		Coverage{"police", day.Span{From: day.Must(2020, time.April, 1), To: day.Must(2026, time.June, 1)}},
		Coverage{"ambulance", day.Span{}})
	var ids []id.Person
	for _, m := range c.Members {
		ids = append(ids, m.ID)
	}
	if diff := cmp.Diff([]id.Person{2, 1, 3, 4}, ids); diff != "" {
		t.Errorf("costliest first, equals by number (-want +got)\n%s", diff)
	}
	want := &Cohort{
		Amount: 282_000_00, Years: [2]money.Pence{171_000_00, 111_000_00}, Crisis: [2]money.Pence{114_000_00, 74_000_00},
		AWeekEach: 677_88, AWeekMiddle: 634_62, OverBoth: 3, OverOnly: [2]int{1, 0},
		Boroughs: []Borough{
			{"Lambeth", 2, 132_000_00, 72_000_00, 60_000_00, 634_62},
			{"Southwark", 1, 90_000_00, 90_000_00, 90_000_00, 865_38},
			{"Lewisham", 1, 60_000_00, 60_000_00, 60_000_00, 576_92},
		},
		Payers:   []Payer{{"councils", 0, 94_000_00}, {"nhs", 94_000_00, 0}, {"police", 94_000_00, 0}},
		Everyone: 5, EveryoneCost: 282_060_00,
		Feeds: []Feed{{"ambulance", 0, 104}, {"fernhill", 93, 104}, {"lewisham", 102, 104}, {"riverbank", 104, 104}},
	}
	got := *c
	got.Rule, got.Members, got.Curve = Rule{}, nil, nil
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if c.Planned(0) != 57_000_00 || c.AtOrAbove(684_62) != 2 {
		t.Errorf("planned %v, at the other year's money %d", c.Planned(0), c.AtOrAbove(684_62))
	}
	member := Member{ID: 2, Borough: "Southwark", Rank: 1, Agencies: []string{"lantern", "police", "riverbank"}, Largest: "ae", LargestShare: 333,
		Amount: 90_000_00, Years: [2]money.Pence{45_000_00, 45_000_00}, Crisis: 60_000_00, Days: 728, AWeek: 865_38, Over: [2]bool{true, true},
		Partial: []string{"riverbank"}}
	if diff := cmp.Diff(member, c.Members[0]); diff != "" {
		t.Errorf("the costliest (-want +got)\n%s", diff)
	}
}

func TestDivideRoundsHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int64{{1, 2, 0}, {3, 2, 2}, {5, 2, 2}, {-1, 2, 0}, {-3, 2, -2}, {-5, 2, -2}, {-5, 3, -2}, {-4, 3, -1}, {7, 7, 1}, {0, 9, 0}} {
		if got := divide(money.Pence(c[0]), c[1]); got != money.Pence(c[2]) {
			t.Errorf("%d ÷ %d rounds to %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// TestAgencyWithoutAContact is one whose contacts all lie outside the window or have no price.
func TestAgencyWithoutAContact(t *testing.T) {
	t.Parallel()
	p := three(1, "", 60_000_00)
	p.Uses[0].Contacts, p.Uses[0].Agency = 0, "nobody"
	if c := apply(t, rule(), []Person{p}); len(c.FewAgencies) != 1 {
		t.Errorf("members %+v", c.Members)
	}
}

func TestWeeksEndWithADeath(t *testing.T) {
	t.Parallel()
	p := three(1, "", 52_000_00)
	p.Died = rule().Window.From + 363
	c := apply(t, rule(), []Person{p}, Coverage{"police", day.Span{}})
	if m := c.Members[0]; m.Days != 364 || m.AWeek != 1_000_00 || !slices.Equal(m.Partial, []string{"police"}) {
		t.Errorf("%+v", m)
	}
}

func TestCurve(t *testing.T) {
	t.Parallel()
	var people []Person
	for i := range 9638 {
		people = append(people, three(id.Person(i+1), "", 100))
	}
	c := apply(t, rule(), people)
	for _, want := range []Point{{1, 96, 9600}, {5, 482, 48200}, {10, 964, 96400}, {20, 1928, 192800}, {50, 4819, 481900}, {100, 9638, 963800}} {
		if got := c.Curve[want.Percent-1]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestRuleIsRefused(t *testing.T) {
	t.Parallel()
	r := rule()
	r.Window.From++
	r.AWeek, r.AgenciesAtLeast, r.LargestMostPercent, r.PriceYear = 0, 0, 101, 0
	_, err := Apply(r, nil, nil)
	for _, field := range []string{"a_week", "window", "agencies_at_least", "largest_most_percent", "price_year"} {
		if err == nil || !strings.Contains(err.Error(), "["+field+"]") {
			t.Errorf("no note on %s in %v", field, err)
		}
	}
}

func TestPeopleAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := Apply(rule(), []Person{three(1, "", 1), three(1, "", 1)}, nil); err == nil {
		t.Error("a person who stands twice is counted twice")
	}
	if _, err := Apply(rule(), []Person{three(1, "", math.MaxInt64)}, nil); err == nil {
		t.Error("an absurd amount is taken")
	}
}

// TestPartsAddUp holds every breakdown to the members' own amounts, and the cohort to its people whatever their order.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rule()
		r.AgenciesAtLeast = rapid.IntRange(1, 3).Draw(t, "agencies")
		var people []Person
		for i := range rapid.IntRange(0, 30).Draw(t, "people") {
			p := Person{ID: id.Person(i + 1), Borough: rapid.SampledFrom([]string{"", "Lambeth", "Lewisham"}).Draw(t, "borough")}
			for range rapid.IntRange(0, 5).Draw(t, "uses") {
				amount := func() money.Pence { return money.Pence(rapid.Int64Range(-10_00, 80_000_00).Draw(t, "amount")) }
				word := func(words ...string) string { return rapid.SampledFrom(words).Draw(t, "word") }
				p.Uses = append(p.Uses, Use{word("a", "b", "c"), word("x", "y"), word("p", "q"), rapid.Bool().Draw(t, "crisis"), 1,
					[2]money.Pence{amount(), amount()}})
			}
			people = append(people, p)
		}
		c, err := Apply(r, people, nil)
		if err != nil {
			t.Fatal(err)
		}
		var members, boroughs, payers, listed money.Pence
		for _, m := range c.Members {
			members += m.Amount
			if m.Amount < 52_000_00 || len(m.Agencies) < r.AgenciesAtLeast || m.Years[0]+m.Years[1] != m.Amount {
				t.Fatalf("not a member: %+v", m)
			}
		}
		for _, b := range c.Boroughs {
			boroughs += b.Amount
			listed += money.Pence(b.People)
		}
		for _, p := range c.Payers {
			payers += p.Amount()
		}
		if members != c.Amount || boroughs != members || payers != members || c.Years[0]+c.Years[1] != members || int(listed) != len(c.Members) {
			t.Fatalf("members %v, boroughs %v, payers %v, years %v, amount %v", members, boroughs, payers, c.Years, c.Amount)
		}
		if c.OverBoth+c.OverOnly[0]+c.OverOnly[1] != len(c.Members) {
			t.Fatalf("over in both %d, in one %v, members %d", c.OverBoth, c.OverOnly, len(c.Members))
		}
		if n := len(c.Curve); n > 0 && (c.Curve[n-1].Amount != c.EveryoneCost || c.Curve[n-1].People != c.Everyone) {
			t.Fatalf("the curve ends at %+v of %v", c.Curve[n-1], c.EveryoneCost)
		}
		for _, p := range people {
			meets, err := Meets(r, p)
			if want := slices.ContainsFunc(c.Members, func(m Member) bool { return m.ID == p.ID }); err != nil || meets != want {
				t.Fatalf("that %+v meets the rule is %v (%v), want %v", p, meets, err, want)
			}
		}
		slices.Reverse(people)
		again, err := Apply(r, people, nil)
		if diff := cmp.Diff(c, again); err != nil || diff != "" {
			t.Fatalf("another order gives another cohort: %v\n%s", err, diff)
		}
	})
}
