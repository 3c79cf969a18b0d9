package cost

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// The codes of the tests, in the order that activities name them.
const (
	attendance = iota
	ward
	prison
	care
	rooms
	supervision
	eviction
	treatment
	misper
	rent
	wardWeek
	unapproved
	roomsElse
	unmapped
)

var (
	window  = InTwo(day.Ending(day.Must(2026, time.March, 31), 728))
	entries = []Entry{
		attendance:  entry("riverbank", "AE-ATT", Each, Crisis, Entry{National: &Ref{"NCC-2024-25", "NCC2425-ED-ALL"}}),
		ward:        entry("elmfield", "IP-ACUTE", Nights, Crisis, Entry{National: &Ref{"NCC-2024-25", "NCC2425-200MHPS"}}),
		prison:      entry("probation", "CUST", NightsOver365, Crisis, Entry{National: &Ref{"MOJ", "MOJ-PRISON-2223"}}),
		care:        entry("lambeth", "SW-MIN", MinutesToHours, Planned, Entry{Local: &LocalPrice{74_00, Hour, 2024, "Council finance"}}),
		rooms:       entry("lambeth", "TEMPACC", Nights, Crisis, Entry{Own: &OwnPrice{Year: 2024, Note: "the rent column is taken off"}}),
		supervision: entry("probation", "SUPV", Each, Planned, Entry{Local: &LocalPrice{58_00, Week, 2024, "Probation finance"}}),
		eviction:    entry("lambeth", "EVIC", Each, Crisis, Entry{Local: &LocalPrice{8_950_00, Event, 2024, "Housing finance"}}),
		treatment:   entry("fernhill", "STRUCT", DaysOver7, Planned, Entry{Local: &LocalPrice{71_50, Week, 2024, "Contract"}}),
		misper:      {Key: Key{"police", "MISPER", "report"}, Service: "missing"},
		rent: entry("lambeth", "TA-RENT", Nights, Planned, Entry{Own: &OwnPrice{Year: 2024},
			LeftOut: &LeftOut{RentAndBenefits, "Rent is paid whoever lives there."}}),
		wardWeek:   entry("elmfield", "REHAB", NightsOver7, Planned, Entry{National: &Ref{"UCD-1.2", "UCD12-HE1.9"}}),
		unapproved: {Key: Key{"lambeth", "NEW", "each"}, Payer: "nhs", Conversion: Each, Local: &LocalPrice{1_00, Event, 2024, "A guess"}},
		roomsElse: entry("southwark", "TA-N", Nights, Crisis, Entry{Own: &OwnPrice{},
			Local: &LocalPrice{46_00, Night, 2024, "Housing finance"}}),
	}
)

func entry(agency, code string, c Conversion, k Kind, e Entry) Entry {
	e.Key = Key{agency, code, "each"}
	e.Service, e.Payer, e.Kind, e.Conversion, e.ApprovedBy = strings.ToLower(code), "payer of "+agency, k, c, "A finance lead"
	return e
}

func southLondon(t testing.TB, policy Policy) *Table {
	t.Helper()
	m, err := NewMap(entries, editions(t), deflator(t, "hmt-2026-03"), 2024)
	if err != nil {
		t.Fatal(err)
	}
	var keys []Key
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	table, err := m.Table(append(keys, Key{"police", "NOBODY-KNOWS", "each"}), policy)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func on(year int, month time.Month, dom int) day.Day { return day.Must(year, month, dom) }

func TestContactsBecomePence(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	last := window.To
	for _, c := range []struct {
		name     string
		a        Activity
		want     money.Pence
		quantity int64
		days     int
	}{
		{"one attendance", Activity{Service: attendance, From: last}, 280_17, 1000, 1},
		{"three attendances on a row", Activity{Service: attendance, From: last, Quantity: 3000}, 840_51, 3000, 1},
		{"a stay of two nights is two midnights", Activity{Service: ward, From: on(2025, 6, 1), To: on(2025, 6, 3)}, 1_438_20, 2000, 2},
		{"a stay within one day counts one", Activity{Service: ward, From: on(2025, 6, 1), To: on(2025, 6, 1)}, 719_10, 1000, 1},
		{"a stay that began before the window", Activity{Service: ward, From: on(2024, 3, 1), To: on(2024, 4, 5)}, 1_438_20, 2000, 2},
		{"a stay that outlasts the window", Activity{Service: ward, From: on(2026, 3, 30), To: on(2026, 5, 1)}, 1_438_20, 2000, 2},
		{"an open stay runs to the as-of day", Activity{Service: ward, From: on(2026, 3, 1), To: on(2026, 3, 15), Flags: Open}, 10_067_40, 14000, 14},
		{"a row of nights without its stay", Activity{Service: ward, From: last, Quantity: 2000}, 1_438_20, 2000, 1},
		{"prison, a year ÷ 365, uprated once", Activity{Service: prison, From: on(2024, 6, 1), To: on(2025, 6, 1)}, 56_653_04, 365000, 365},
		{"one night of prison", Activity{Service: prison, From: last, To: last}, 155_21, 1000, 1},
		{"a hundred nights are not a hundred rounded nights", Activity{Service: prison, From: on(2024, 6, 1), To: on(2024, 9, 9)}, 15_521_38, 100000, 100},
		{"minutes are sixtieths of an hour", Activity{Service: care, From: last, Quantity: 100_000}, 123_33, 1667, 1},
		{"the agency's own amount", Activity{Service: rooms, From: on(2025, 6, 1), To: on(2025, 6, 8), Own: 322_00, Flags: HasOwn}, 322_00, 7000, 7},
		{"half of an own amount lies in the window", Activity{Service: rooms, From: on(2024, 4, 1), To: on(2024, 4, 5), Own: 100_01, Flags: HasOwn},
			50_00, 2000, 2},
		{"an own amount of nought is an amount", Activity{Service: rooms, From: last, Flags: HasOwn}, 0, 1000, 1},
		{"money taken back", Activity{Service: rooms, From: last, Own: -46_00, Flags: HasOwn}, -46_00, 1000, 1},
		{"13 weeks of a quarter", Activity{Service: supervision, From: on(2025, 4, 1), To: on(2025, 6, 30), Quantity: 13_000}, 754_00, 13000, 91},
		{"13 weeks of a quarter that the window cuts", Activity{Service: supervision, From: on(2026, 1, 1), To: on(2026, 4, 1), Quantity: 13_000},
			745_71, 12857, 90},
		{"an eviction", Activity{Service: eviction, From: last}, 8_950_00, 1000, 1},
		{"ten days of treatment ÷ 7", Activity{Service: treatment, From: on(2025, 6, 1), To: on(2025, 6, 10)}, 102_14, 10000, 10},
		{"an own amount of 2025-26 in the money of 2024-25", Activity{Service: roomsElse, From: on(2025, 6, 1), Own: 103_24, Flags: HasOwn}, 100_00, 1000, 1},
		{"a local price where none was sent", Activity{Service: roomsElse, From: on(2025, 6, 1), To: on(2025, 6, 4)}, 138_00, 3000, 3},
	} {
		p, err := Footprint([]Contact{{Activity: c.a}}, table, window)
		if err != nil || len(p.Lines) != 1 {
			t.Errorf("%s: %+v, %v", c.name, p, err)
			continue
		}
		if l := p.Lines[0]; l.Amount != c.want || l.Quantity != c.quantity || l.Days() != c.days || p.Total.Amount() != c.want {
			t.Errorf("%s: %v for %d over %d days, want %v for %d over %d", c.name, l.Amount, l.Quantity, l.Days(), c.want, c.quantity, c.days)
		}
	}
}

func TestContactsThatHaveNoLine(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	last := window.To
	for _, c := range []struct {
		name string
		a    Activity
		want GapReason
	}{
		{"no price set", Activity{Service: misper, From: last}, GapNoPrice},
		{"a code that the map does not have", Activity{Service: unmapped, From: last}, GapNoPrice},
		{"a price not approved", Activity{Service: unapproved, From: last}, GapNotApproved},
		{"left out by policy", Activity{Service: rent, From: last, Own: 5_00, Flags: HasOwn}, GapLeftOut},
		{"no amount sent", Activity{Service: rooms, From: last}, GapNoAmount},
		{"no minutes sent", Activity{Service: care, From: last}, GapNoQuantity},
		{"minutes below nothing", Activity{Service: care, From: last, Quantity: -1}, GapNoQuantity},
		{"attendances below nothing", Activity{Service: attendance, From: last, Quantity: -1}, GapNoQuantity},
		{"nights below nothing", Activity{Service: ward, From: last, Quantity: -1}, GapNoQuantity},
		{"ends before it begins", Activity{Service: ward, From: last, To: last - 1}, GapBadSpan},
		{"open without an as-of day", Activity{Service: ward, From: last, Flags: Open}, GapBadSpan},
		{"a price of more than a contact can come to", Activity{Service: eviction, From: last, Quantity: 1_000_000_000}, GapTooLarge},
		{"an own amount that no contact can have", Activity{Service: rooms, From: last, Own: 99_999_999_999_999_00, Flags: HasOwn}, GapTooLarge},
		{"a refund that no contact can have", Activity{Service: rooms, From: last, Own: -99_999_999_999_999_00, Flags: HasOwn}, GapTooLarge},
		{"beyond every number", Activity{Service: eviction, From: last, Quantity: math.MaxInt64}, GapTooLarge},
	} {
		p, err := Footprint([]Contact{{Activity: c.a}}, table, window)
		if err != nil || len(p.Lines) != 0 || len(p.Gaps) != 1 || p.Gaps[0].Reason != c.want {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
	outside := []Contact{{Activity: Activity{Service: attendance, From: window.To + 1}}, {Activity: Activity{Service: misper, From: window.From - 1}},
		{Activity: Activity{Service: ward, From: window.From - 9, To: window.From}}, {Activity: Activity{Service: ward, From: window.To + 9, To: 1}}}
	p, err := Footprint(outside, table, window)
	if err != nil || p.Outside != 4 || len(p.Lines)+len(p.Gaps) != 0 {
		t.Errorf("outside the window: %+v, %v", p, err)
	}
	if _, err := Footprint([]Contact{{Activity: Activity{Service: 99}}}, table, window); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a code beyond the table: %v", err)
	}
}

func TestLineNamesItsPriceAndRule(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	c := []Contact{
		{Activity: Activity{Service: prison, From: on(2024, 3, 30), To: on(2024, 4, 8), Flags: Open}, ID: 7, Record: 8, Extract: 9, Line: 10},
		{Activity: Activity{Service: rooms, From: on(2025, 6, 1), To: on(2025, 6, 8), Own: 322_00, Flags: HasOwn}},
		{Activity: Activity{Service: care, From: on(2025, 6, 1), Quantity: 90_000}},
	}
	p, err := Footprint(c, table, window)
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{
		{Contact: c[0], Key: entries[prison].Key, Group: Group{"probation", "cust", "payer of probation", Crisis}, Source: National,
			Price: Ref{"MOJ", "MOJ-PRISON-2223"}, PriceFrom: "Prison: overall average cost per prisoner, per person per year", FromYear: 2022, ToYear: 2024,
			Vintage: "hmt-2026-03", UnitPrice: 155_21, UnitRounded: true, Quantity: 5000, Inside: day.Span{From: on(2024, 4, 3), To: on(2024, 4, 7)}, Whole: 9, Amount: 776_07,
			Parts: []Part{{on(2024, 4, 1).Month(), 0, 5, 776_07}},
			Rule:  "5 × £155.2138…; year ÷ 365; 5 of its 9 days are in the window; open on 8 April 2024; uprated from 2022-23 to 2024-25 by hmt-2026-03"},
		{Contact: c[1], Key: entries[rooms].Key, Group: Group{"lambeth", "tempacc", "payer of lambeth", Crisis}, Source: Own,
			PriceFrom: "own amount on each row", FromYear: 2024, ToYear: 2024, UnitPrice: 46_00, Quantity: 7000,
			Inside: day.Span{From: on(2025, 6, 1), To: on(2025, 6, 7)}, Whole: 7, Amount: 322_00,
			Parts: []Part{{on(2025, 6, 1).Month(), 1, 7, 322_00}},
			Rule:  "the agency's own amount, £322.00; the rent column is taken off"},
		{Contact: c[2], Key: entries[care].Key, Group: Group{"lambeth", "sw-min", "payer of lambeth", Planned}, Source: Local,
			PriceFrom: "Council finance", FromYear: 2024, ToYear: 2024, UnitPrice: 74_00, Quantity: 1500,
			Inside: day.Span{From: on(2025, 6, 1), To: on(2025, 6, 1)}, Whole: 1, Amount: 111_00,
			Parts: []Part{{on(2025, 6, 1).Month(), 1, 1, 111_00}}, Rule: "1.5 × £74.00; minutes ÷ 60"},
	}
	if diff := cmp.Diff(want, p.Lines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTotalSaysWhatItIsNot(t *testing.T) {
	t.Parallel()
	contacts := []Contact{{Activity: Activity{Service: attendance, From: window.To}}, {Activity: Activity{Service: misper, From: window.To}},
		{Activity: Activity{Service: rent, From: window.To, Own: 5_00, Flags: HasOwn}}}
	p, err := Footprint(contacts, southLondon(t, Policy{}), window)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Not a saving: stopping one use does not release this sum.", "Prices are averages, not what one more or one fewer use would cost.",
		"Rent and benefits are left out.", "Prices of 2024-25.", "Not in this sum: 1 contact with no price."}
	if diff := cmp.Diff(want, p.Total.Says()); diff != "" || p.Total.Amount() != 280_17 {
		t.Errorf("%v (-want +got)\n%s", p.Total.Amount(), diff)
	}
	p, err = Footprint(contacts, southLondon(t, Policy{Include: []string{RentAndBenefits}}), window)
	if err != nil || p.Total.Amount() != 285_17 || len(p.Gaps) != 1 || p.Total.Says()[2] != "Rent and benefits are taken in, as asked." {
		t.Errorf("asked for rent: %v, %v, %v", p.Total.Amount(), p.Total.Says(), err)
	}
}

// randomActivity draws anything that may stand in the store, and much that should not.
func randomActivity(t *rapid.T) Activity {
	a := Activity{
		Service: uint16(rapid.IntRange(0, unmapped).Draw(t, "service")),
		From:    window.From + day.Day(rapid.IntRange(-200, 900).Draw(t, "from")),
		Person:  int32(rapid.IntRange(0, 6).Draw(t, "person")),
	}
	if rapid.Bool().Draw(t, "span") {
		a.To = a.From + day.Day(rapid.IntRange(-1, 400).Draw(t, "days"))
		if rapid.IntRange(0, 5).Draw(t, "open") == 0 {
			a.Flags |= Open
		}
	}
	if rapid.Bool().Draw(t, "quantified") {
		a.Quantity = rapid.Int64Range(-1, 200_000).Draw(t, "quantity")
	}
	if rapid.Bool().Draw(t, "own") {
		a.Own, a.Flags = money.Pence(rapid.Int64Range(-10_000, 2_000_000).Draw(t, "amount")), a.Flags|HasOwn
	}
	return a
}

// TestAmountsAreThoseOfDecimals reckons each line again, in decimals and in fractions without limit, from its price and
// days alone, and wants the same penny.
func TestAmountsAreThoseOfDecimals(t *testing.T) {
	t.Parallel()
	table, library, hmt := southLondon(t, Policy{}), editions(t), deflator(t, "hmt-2026-03")
	rapid.Check(t, func(t *rapid.T) {
		a := randomActivity(t)
		p, err := Footprint([]Contact{{Activity: a}}, table, window)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Lines {
			num, den := decimal.MustNew(int64(l.Days()), 0), decimal.MustNew(int64(l.Whole), 0)
			var pounds decimal.Decimal
			switch l.Source {
			case Own:
				pounds = decimal.MustNew(int64(a.Own), 2)
			case Local:
				pounds = decimal.MustNew(int64(entries[a.Service].Local.Amount), 2)
			case National:
				price, err := library.Price(l.Price)
				if err != nil {
					t.Fatal(err)
				}
				pounds = price.Amount
			}
			conversion := conversions[entries[a.Service].Conversion]
			if l.Source != Own {
				if conversion.counts != byQuantity && a.To != 0 {
					den = decimal.One
				} else {
					num, _ = num.Mul(decimal.MustNew(int64(a.units()), 3))
				}
				den, _ = den.Mul(decimal.MustNew(int64(conversion.by), 0))
			}
			i, j := decimal.One, decimal.One
			if l.FromYear != l.ToYear {
				i, _ = hmt.Index(l.FromYear)
				j, _ = hmt.Index(l.ToYear)
			}
			top, err1 := decimal.Prod(pounds, num, j)
			bottom, err2 := den.Mul(i)
			exact, err3 := top.Quo(bottom)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
			if want := exact.Round(2).Rescale(2).String(); want != l.Amount.Plain() && want != "-0.00" {
				t.Fatalf("%+v: %s, decimals give %s (%s)", a, l.Amount.Plain(), want, exact)
			}
			rat := big.NewRat(1, 1)
			for _, d := range []decimal.Decimal{pounds, num, j} {
				rat = mul(rat, d, false)
			}
			for _, d := range []decimal.Decimal{den, i} {
				rat = mul(rat, d, true)
			}
			if want := halfEven(rat.Mul(rat, big.NewRat(100, 1))); want != int64(l.Amount) {
				t.Fatalf("%+v: %s, fractions give %d pence", a, l.Amount.Plain(), want)
			}
		}
	})
}

func mul(r *big.Rat, d decimal.Decimal, over bool) *big.Rat {
	s, ok := new(big.Rat).SetString(d.String())
	if !ok {
		panic(d)
	}
	if over {
		return r.Quo(r, s)
	}
	return r.Mul(r, s)
}

func halfEven(r *big.Rat) int64 {
	two := new(big.Int).Lsh(r.Denom(), 1)
	n := new(big.Int).Lsh(r.Num(), 1)
	n.Add(n, r.Denom())
	q, rem := new(big.Int).DivMod(n, two, new(big.Int)) // floor(x + ½)
	if rem.Sign() == 0 && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	return q.Int64()
}

// TestProductIsExact puts 128 bits beside numbers without limit, at the sizes where the one gives way to the other.
func TestProductIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var num, den [3]uint64
		for i := range num {
			num[i] = rapid.Uint64().Draw(t, "num") >> rapid.IntRange(0, 63).Draw(t, "shift")
			den[i] = rapid.Uint64Min(1).Draw(t, "den")>>rapid.IntRange(0, 63).Draw(t, "shift") | 1
		}
		got, ok := product(num, den)
		want, wantOK := productBig(num, den)
		if ok != wantOK || ok && got != want {
			t.Fatalf("product(%v, %v) = %d, %v, want %d, %v", num, den, got, ok, want, wantOK)
		}
	})
	for _, c := range []struct {
		name     string
		num, den [3]uint64
	}{
		{"a product of two denominators above 64 bits", [3]uint64{1 << 63, 2, 1}, [3]uint64{1 << 33, 1 << 33, 1}},
		{"a product of three denominators above 64 bits", [3]uint64{1 << 63, 2, 1}, [3]uint64{1 << 33, 1 << 30, 8}},
		{"a numerator above 128 bits", [3]uint64{1 << 63, 1 << 63, 1 << 62}, [3]uint64{1 << 63, 1, 1}},
		{"a numerator carried above 128 bits", [3]uint64{math.MaxUint64, 0x5555555555555556, 3}, [3]uint64{1 << 63, 1, 1}},
		{"one penny too many", [3]uint64{1 << 63, 1, 1}, [3]uint64{1, 1, 1}},
	} {
		got, ok := product(c.num, c.den)
		if want, wantOK := productBig(c.num, c.den); ok != wantOK || ok && got != want {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, got, ok, want, wantOK)
		}
	}
	for _, c := range []struct {
		num, den uint64
		want     int64
	}{{1, 2, 0}, {3, 2, 2}, {5, 2, 2}, {2, 3, 1}, {1, 3, 0}, {math.MaxInt64, 1, math.MaxInt64}} {
		if got, _ := product([3]uint64{c.num, 1, 1}, [3]uint64{c.den, 1, 1}); got != c.want {
			t.Errorf("%d ÷ %d rounds to %d, want %d", c.num, c.den, got, c.want)
		}
	}
}
