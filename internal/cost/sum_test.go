package cost

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// TestSumsAreThoseOfLines prices the same contacts line by line and as a run, and wants every sum of the run to be the
// sum of its lines: by month, year, person, group and code.
func TestSumsAreThoseOfLines(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	rapid.Check(t, func(t *rapid.T) {
		activities := rapid.SliceOfN(rapid.Custom(randomActivity), 0, 60).Draw(t, "activities")
		slices.SortStableFunc(activities, func(a, b Activity) int { return cmp.Compare(a.Person, b.Person) })
		got, err := sum(activities, table, window, rapid.IntRange(1, 9).Draw(t, "workers"))
		if err != nil {
			t.Fatal(err)
		}
		type cell struct {
			person int32
			group  Group
			month  day.Month
		}
		type share struct {
			person int32
			group  Group
		}
		months, shares, amounts, people := map[cell]money.Pence{}, map[share]Share{}, make([]money.Pence, len(table.keys)), map[[2]int32]bool{}
		years := map[share]*[2]money.Pence{}
		gaps, outside := map[Missed]int32{}, make([]int, len(table.keys))
		for _, a := range activities {
			p, err := Footprint([]Contact{{Activity: a}}, table, window)
			if err != nil {
				t.Fatal(err)
			}
			short, err := Amounts([]Contact{{Activity: a}}, table, window)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range p.Lines {
				want := Line{Contact: l.Contact, Group: l.Group, Amount: l.Amount, Parts: l.Parts}
				if diff := gocmp.Diff(want, short.Lines[i]); diff != "" || len(short.Lines) != len(p.Lines) {
					t.Fatalf("a line's amount alone (-want +got)\n%s", diff)
				}
			}
			if diff := gocmp.Diff(p.Gaps, short.Gaps); diff != "" || p.Total.Amount() != short.Total.Amount() || p.Outside != short.Outside {
				t.Fatalf("the total %v is %v from amounts alone; gaps (-want +got)\n%s", p.Total.Amount(), short.Total.Amount(), diff)
			}
			outside[a.Service] += p.Outside
			for _, g := range p.Gaps {
				gaps[Missed{Person: a.Person, Service: a.Service, Reason: g.Reason}]++
			}
			for _, l := range p.Lines {
				amounts[a.Service] += l.Amount
				people[[2]int32{a.Person, int32(a.Service)}] = true
				s := shares[share{a.Person, l.Group}]
				s.Contacts, s.Quantity, s.Days, s.Amount = s.Contacts+1, s.Quantity+l.Quantity, s.Days+int32(l.Days()), s.Amount+l.Amount
				shares[share{a.Person, l.Group}] = s
				if years[share{a.Person, l.Group}] == nil {
					years[share{a.Person, l.Group}] = new([2]money.Pence)
				}
				for _, m := range l.Parts {
					months[cell{a.Person, l.Group, m.Month}] += m.Amount
					years[share{a.Person, l.Group}][m.Year] += m.Amount
				}
			}
		}
		groups := table.Groups()
		for i, s := range got.Shares {
			want := shares[share{s.Person, groups[s.Group]}]
			want.Person, want.Group, want.Years = s.Person, s.Group, *years[share{s.Person, groups[s.Group]}]
			if diff := gocmp.Diff(want, s); diff != "" {
				t.Fatalf("share (-want +got)\n%s", diff)
			}
			if s.Years[0]+s.Years[1] != s.Amount {
				t.Fatalf("the years of %+v do not add up", s)
			}
			if i > 0 && (got.Shares[i-1].Person > s.Person || got.Shares[i-1].Person == s.Person && got.Shares[i-1].Group >= s.Group) {
				t.Fatalf("shares are out of order at %d", i)
			}
			delete(shares, share{s.Person, groups[s.Group]})
		}
		if len(shares) != 0 {
			t.Fatalf("shares left out: %v", shares)
		}
		cells := map[share]money.Pence{}
		for i, c := range got.Cells {
			at := cell{c.Person, groups[c.Group], c.Month}
			if months[at] != c.Amount {
				t.Fatalf("%+v: lines give %v", c, months[at])
			}
			cells[share{c.Person, groups[c.Group]}] += c.Amount
			if i > 0 && (got.Cells[i-1].Person > c.Person || got.Cells[i-1].Person == c.Person && got.Cells[i-1].Group > c.Group) {
				t.Fatalf("cells are out of order at %d", i)
			}
		}
		for _, s := range got.Shares {
			if cells[share{s.Person, groups[s.Group]}] != s.Amount {
				t.Fatalf("the months of %+v add up to %v", s, cells[share{s.Person, groups[s.Group]}])
			}
		}
		for _, m := range got.Missed {
			n := m.Contacts
			m.Contacts = 0
			if gaps[m] != n {
				t.Fatalf("%+v: %d, lines give %d", m, n, gaps[m])
			}
			delete(gaps, m)
		}
		if len(gaps) != 0 {
			t.Fatalf("gaps left out: %v", gaps)
		}
		for code, c := range got.Codes {
			n := 0
			for p := range people {
				if p[1] == int32(code) {
					n++
				}
			}
			if c.Amount != amounts[code] || c.People != n || c.Outside != outside[code] || c.BySource[Own]+c.BySource[Local]+c.BySource[National] != c.Amount {
				t.Fatalf("%v: %+v, lines give %v for %d people, %d outside", table.keys[code], c, amounts[code], n, outside[code])
			}
		}
	})
}

func TestSumsAreTheSameOnAnyNumberOfCores(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	activities := rapid.SliceOfN(rapid.Custom(randomActivity), 3000, 3000).Example(7)
	for i := range activities {
		activities[i].Person = int32(i / 7)
	}
	want, err := sum(activities, table, window, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{2, 3, 64} {
		got, err := sum(activities, table, window, workers)
		if diff := gocmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%d workers (-want +got)\n%s %v", workers, diff, err)
		}
	}
	parts := &Sums{Codes: newCodes(len(table.keys))}
	for _, part := range [][]Activity{activities[:700], activities[700:2100], activities[2100:]} {
		s, err := Sum(part, table, window)
		if err != nil {
			t.Fatal(err)
		}
		if err := parts.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff(want, parts); diff != "" {
		t.Errorf("in three parts (-want +got)\n%s", diff)
	}
}

func TestSumRefuses(t *testing.T) {
	t.Parallel()
	table := southLondon(t, Policy{})
	if _, err := Sum([]Activity{{Person: 2}, {Person: 1}}, table, window); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("people out of order: %v", err)
	}
	if _, err := Sum([]Activity{{Service: 99}}, table, window); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a code beyond the table: %v", err)
	}
	huge := Activity{Service: rooms, From: window.To, Own: 1 << 62, Flags: HasOwn}
	fits := Activity{Service: rooms, From: window.To, Own: 5_00, Flags: HasOwn}
	s, err := Sum([]Activity{huge, fits, huge}, table, window)
	if err != nil || len(s.Cells) != 1 || s.Cells[0].Amount != 5_00 {
		t.Fatalf("an amount that no contact can have keeps the others from being added up: %+v, %v", s, err)
	}
	s.Codes[rooms].Amount = 1<<63 - 1
	other, err := Sum([]Activity{fits}, table, window)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(other); err == nil {
		t.Error("a sum that does not fit wraps round")
	}
}

// TestYearsTurnWhereTheWindowSays lays a stay over the turn of the years, in the middle of April 2025.
func TestYearsTurnWhereTheWindowSays(t *testing.T) {
	t.Parallel()
	if window.From != on(2024, time.April, 3) || window.Turn != on(2025, time.April, 2) || window.To != on(2026, time.March, 31) {
		t.Fatalf("the window is %+v", window)
	}
	s, err := Sum([]Activity{{Service: ward, From: on(2025, 3, 31), To: on(2025, 4, 4)}}, southLondon(t, Policy{}), window)
	if err != nil {
		t.Fatal(err)
	}
	wantCells := []Cell{{Month: on(2025, 3, 1).Month(), Group: 1, Contacts: 1, Amount: 719_10}, {Month: on(2025, 4, 1).Month(), Group: 1, Amount: 2_157_30}}
	wantShares := []Share{{Group: 1, Contacts: 1, Quantity: 4000, Days: 4, Amount: 2_876_40, Years: [2]money.Pence{1_438_20, 1_438_20}}}
	if diff := gocmp.Diff(wantCells, s.Cells) + gocmp.Diff(wantShares, s.Shares); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPartsOfALine spreads an amount that does not divide.
func TestPartsOfALine(t *testing.T) {
	t.Parallel()
	inside := day.Span{From: on(2024, 1, 31), To: on(2024, 3, 1)}
	want := []Part{{on(2024, 1, 1).Month(), 0, 1, 3_23}, {on(2024, 2, 1).Month(), 0, 9, 29_03}, {on(2024, 2, 1).Month(), 1, 20, 64_52},
		{on(2024, 3, 1).Month(), 1, 1, 3_23}}
	if diff := gocmp.Diff(want, parts(100_01, inside, on(2024, 2, 10))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := parts(100_01, inside, 0); len(got) != 3 || got[1] != (Part{on(2024, 2, 1).Month(), 0, 29, 93_56}) {
		t.Errorf("without a turn: %+v", got)
	}
}
