package cost

import (
	"strings"
	"testing"

	"throughline/internal/fault"
	"throughline/internal/money"
)

// TestMapThatHoldsTogether refuses what would count something twice, or price a contact by what is not a contact's price.
func TestMapThatHoldsTogether(t *testing.T) {
	t.Parallel()
	library, hmt := editions(t), deflator(t, "hmt-2026-03")
	national := func(code string, c Conversion, edition, price string) Entry {
		return entry("agency", code, c, Crisis, Entry{National: &Ref{edition, price}})
	}
	accepted := national("A", Each, "UCD-1.2", "UCD12-CR6.0")
	accepted.Accepted = "No newer price of an arrest is to be had."
	local := func(l LocalPrice) Entry { return entry("agency", "L", Each, Crisis, Entry{Local: &l}) }
	nobody := local(LocalPrice{1, Event, 2024, "S"})
	nobody.Payer = ""
	both := national("B", Each, "NCC-2024-25", "NCC2425-03")
	both.Local = &LocalPrice{1, Event, 2024, "S"}
	left := Entry{Key: Key{"agency", "R", "each"}, LeftOut: &LeftOut{Policy: RentAndBenefits}}
	for _, c := range []struct {
		name    string
		entries []Entry
		says    string // empty is a map that holds
	}{
		{"no lines", nil, ""},
		{"two prices side by side", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO1.0"), national("B", Each, "UCD-1.2", "UCD12-HO2.0")}, ""},
		{"a child without its parent", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO5.0")}, ""},
		{"one price for two codes", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO1.0"), national("B", Each, "UCD-1.2", "UCD12-HO1.0")}, ""},
		{"a general price and one of its kinds", []Entry{national("A", Each, "NCC-2024-25", "NCC2425-ED-ALL"),
			national("B", Each, "NCC-2024-25", "NCC2425-VB11Z")}, ""},
		{"a caution that is accepted", []Entry{accepted}, ""},

		{"a parent and its child", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO5.0"), national("B", Each, "UCD-1.2", "UCD12-HO2.0")},
			"already inside UCD12-HO2.0"},
		{"a parent's parent", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO2.0"), national("B", Each, "UCD-1.2", "UCD12-HO5.3")},
			"already inside UCD12-HO2.0"},
		{"a price held in part", []Entry{national("A", Each, "UCD-1.2", "UCD12-HO3.0"), national("B", NightsOver7, "UCD-1.2", "UCD12-HO4.1")},
			"already inside UCD12-HO3.0"},
		{"a code twice", []Entry{accepted, accepted}, "stands twice"},
		{"a whole person's total", []Entry{national("A", NightsOver365, "RSQ-2020", "RSQ-2020")}, "whole person's total"},
		{"a price that is never one", []Entry{national("A", Each, "RC-CASE", "RC-EVICT")}, "can never price a contact"},
		{"a caution not accepted", []Entry{national("A", Each, "UCD-1.2", "UCD12-CR6.0")}, "has a catch: Includes legal aid"},
		{"an edition not in use", []Entry{national("A", Each, "PSSRU-2025", "PSSRU25-GP10")}, "not in use"},
		{"a code of another edition", []Entry{national("A", Each, "UCD-1.4", "UCD12-HE3.0")}, "There is no price UCD12-HE3.0"},
		{"nights for a price by the event", []Entry{national("A", Nights, "NCC-2024-25", "NCC2425-NEL-LONG")}, "price by the event"},
		{"days taken for years", []Entry{national("A", Nights, "MOJ", "MOJ-PRISON-2223")}, "price by the year"},
		{"no such conversion", []Entry{national("A", "fortnights", "NCC-2024-25", "NCC2425-03")}, "no conversion"},
		{"a local price by what is no unit", []Entry{local(LocalPrice{1, "visit", 2024, "S"})}, "price by the visit"},
		{"a local price of nothing", []Entry{local(LocalPrice{0, Event, 2024, "S"})}, "above nothing"},
		{"a local price from nowhere", []Entry{local(LocalPrice{1, Event, 2024, " "})}, "a source"},
		{"money that the deflator does not know", []Entry{local(LocalPrice{1, Event, 1980, "S"})}, "no figure for 1980-81"},
		{"own amounts of such a year", []Entry{entry("agency", "O", Nights, Crisis, Entry{Own: &OwnPrice{Year: 1980}})}, "no figure for 1980-81"},
		{"nobody pays", []Entry{nobody}, "who pays"},
		{"a local and a national price", []Entry{both}, "both a local and a national"},
		{"left out without a reason", []Entry{left}, "without a policy or a reason"},
	} {
		_, err := NewMap(c.entries, library, hmt, 2024)
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want %q, got %v", c.name, c.says, err)
		}
	}
}

// TestMixedPayerIsSaid names one payer, as the area decides, and keeps the edition's word that several meet the price.
func TestMixedPayerIsSaid(t *testing.T) {
	t.Parallel()
	e := entry("police", "A", Each, Crisis, Entry{National: &Ref{"UCD-1.2", "UCD12-CR6.0"}, Accepted: "No newer price is to be had."})
	m, err := NewMap([]Entry{e}, editions(t), deflator(t, "hmt-2026-03"), 2024)
	if err != nil {
		t.Fatal(err)
	}
	table, err := m.Table([]Key{e.Key}, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Footprint([]Contact{{Activity: Activity{From: window.To}}}, table, window)
	if err != nil || len(p.Lines) != 1 {
		t.Fatal(p, err)
	}
	if l := p.Lines[0]; l.Amount != 938_27 || l.Group.Payer != "payer of police" || !strings.HasPrefix(l.PayerNote, "police 342; courts 245") {
		t.Errorf("%v, %s, %s", l.Amount, l.Group.Payer, l.PayerNote)
	}
	if says := p.Total.Says()[2]; says != "Rent and benefits are left out." {
		t.Errorf("a map with no rent in it says %q", says)
	}
}

func TestTooManyCodes(t *testing.T) {
	t.Parallel()
	m, err := NewMap(nil, nil, deflator(t, "hmt-2026-03"), 2024)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Table(make([]Key, 1<<16), Policy{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("more codes than a contact can name: %v", err)
	}
}

// TestLeavingOutIsApprovedToo: until it is, the code is a gap that is counted, as an unapproved price is.
func TestLeavingOutIsApprovedToo(t *testing.T) {
	t.Parallel()
	e := Entry{Key: Key{"agency", "R", "each"}, Service: "rent", LeftOut: &LeftOut{"by-decision", "The council counts it."}}
	for approved, want := range map[string]GapReason{"": GapNotApproved, "A. Lead": GapLeftOut} {
		e.ApprovedBy = approved
		m, err := NewMap([]Entry{e}, nil, deflator(t, "hmt-2026-03"), 2024)
		if err != nil {
			t.Fatal(err)
		}
		table, err := m.Table([]Key{e.Key}, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Code(0).Gap; got != want {
			t.Errorf("approved by %q, it is %s, want %s", approved, got, want)
		}
	}
}

func TestCodeAsThePriceMapShowsIt(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	for _, c := range []struct {
		place            int
		gap              GapReason
		source           Source
		unit             money.Pence
		from, conversion string
	}{
		{attendance, 0, National, 280_17, "A&E / emergency care attendance, all types (weighted mean), per attendance", "none"},
		{prison, 0, National, 155_21, "Prison: overall average cost per prisoner, per person per year", "year ÷ 365, × 1.0953"},
		{wardWeek, 0, National, 133_58, "Residential rehabilitation for people who misuse drugs or alcohol, per week", "nights ÷ 7, × 1.3977"},
		{care, 0, Local, 74_00, "Council finance", "minutes ÷ 60"},
		{rooms, 0, Own, 0, "own amount on each row", "the rent column is taken off"},
		{roomsElse, 0, Own, 46_00, "own amount on each row", "1 stay = its nights"},
		{misper, GapNoPrice, "", 0, "", ""},
		{rent, GapLeftOut, "", 0, "", ""},
	} {
		got := table.Code(c.place)
		if got.Gap != c.gap || got.Source != c.source || got.UnitPrice != c.unit || got.PriceFrom != c.from || got.Conversion != c.conversion {
			t.Errorf("%+v, want %+v", got, c)
		}
	}
	for _, c := range []struct {
		sum  CodeSum
		want money.Pence
	}{{CodeSum{Amount: 322_00, Quantity: 7000}, 46_00}, {CodeSum{Amount: -322_01, Quantity: 7000}, -46_00}, {CodeSum{Amount: 1}, 0}} {
		if got := c.sum.Each(); got != c.want {
			t.Errorf("%+v is %v each, want %v", c.sum, got, c.want)
		}
	}
}
