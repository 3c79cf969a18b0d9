package money

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestParseReadsWhatAgenciesWrite includes amounts that a binary fraction cannot hold: read as one and multiplied by a
// hundred they lose a penny.
func TestParseReadsWhatAgenciesWrite(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Pence{
		"£1,234.50":             123450,
		"1234.5":                123450,
		"1234":                  123400,
		"-0.01":                 -1,
		"−0.01":                 -1,
		"-£12":                  -1200,
		" £0.10 ":               10,
		"0":                     0,
		"-0":                    0,
		"1,234,567.89":          123456789,
		"0001.10":               110,
		"1.15":                  115,
		"4.35":                  435,
		"90071992547409.93":     1<<53 + 1,
		"70368744177664.01":     7036874417766401,
		"92233720368547758.07":  math.MaxInt64,
		"-92233720368547758.07": -math.MaxInt64,
	} {
		if got, err := Parse(s); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", " ", "£", "-", ".", ".5", "5.", "1.234,50", "1.234.50", "1,23.45", "12,34", ",123", "1234,567", "1,234,56", "1,,234",
		"1e3", "1E3", "0x10", "1_000", "NaN", "Inf", "-Inf", "1.005", "0.001", "1.2.3", "1-", "--1", "+1", "£-1", "- 1", "£ 1", "1 234", "12p", "€5",
		"１２", "१२", "12.५0", "1\x00", "92233720368547758.08", "-92233720368547758.08", "-92233720368547758.09", "999999999999999999999"} {
		if got, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %d, want an error", s, got)
		}
	}
	if _, err := Parse("92233720368547758.08"); !errors.Is(err, ErrRange) {
		t.Errorf("one penny too many: %v", err)
	}
}

func TestWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Pence(rapid.Int64Min(-math.MaxInt64).Draw(t, "pence"))
		for _, s := range []string{p.String(), p.Plain()} {
			if got, err := Parse(s); err != nil || got != p {
				t.Fatalf("Parse(%q) = %d, %v, want %d", s, got, err, p)
			}
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p                     Pence
		string, pounds, plain string
	}{
		{0, "£0.00", "£0", "0.00"},
		{-1, "−£0.01", "£0", "-0.01"},
		{123450, "£1,234.50", "£1,234", "1234.50"}, // a half goes to the even pound
		{123550, "£1,235.50", "£1,236", "1235.50"},
		{123451, "£1,234.51", "£1,235", "1234.51"},
		{-150, "−£1.50", "−£2", "-1.50"},
		{-250, "−£2.50", "−£2", "-2.50"},
		{50, "£0.50", "£0", "0.50"},
		{99_999_999_50, "£99,999,999.50", "£100,000,000", "99999999.50"},
		{math.MaxInt64, "£92,233,720,368,547,758.07", "£92,233,720,368,547,758", "92233720368547758.07"},
		{math.MinInt64, "−£92,233,720,368,547,758.08", "−£92,233,720,368,547,758", "-92233720368547758.08"},
	} {
		if c.p.String() != c.string || c.p.Pounds() != c.pounds || c.p.Plain() != c.plain {
			t.Errorf("%d is %q, %q, %q, want %q, %q, %q", int64(c.p), c.p.String(), c.p.Pounds(), c.p.Plain(), c.string, c.pounds, c.plain)
		}
	}
}

func TestAddRefusesToWrap(t *testing.T) {
	t.Parallel()
	if got, err := Add(1, 2, -4); err != nil || got != -1 {
		t.Errorf("Add(1, 2, -4) = %d, %v", got, err)
	}
	if got, err := Add(); err != nil || got != 0 {
		t.Errorf("Add() = %d, %v", got, err)
	}
	if got, err := Add(math.MaxInt64, 0); err != nil || got != math.MaxInt64 {
		t.Errorf("the largest amount is not too large: %v", err)
	}
	for _, amounts := range [][]Pence{{math.MaxInt64, 1}, {math.MinInt64, -1}, {1 << 62, 1 << 62}} {
		if got, err := Add(amounts...); !errors.Is(err, ErrRange) {
			t.Errorf("Add(%v) = %d, %v, want ErrRange", amounts, got, err)
		}
	}
}

func TestSplitByTheLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		total   Pence
		weights []uint32
		want    []Pence
	}{
		{"three ways", 100, []uint32{1, 1, 1}, []Pence{34, 33, 33}},
		{"a debt three ways", -100, []uint32{1, 1, 1}, []Pence{-34, -33, -33}},
		{"a month into weeks", 310_00, []uint32{7, 7, 7, 7, 3}, []Pence{70_00, 70_00, 70_00, 70_00, 30_00}},
		{"a common year by quarters", 12_000_00, []uint32{91, 91, 92, 91}, []Pence{2_991_78, 2_991_78, 3_024_66, 2_991_78}},
		{"a leap year by quarters", 12_000_00, []uint32{91, 91, 92, 92}, []Pence{2_983_61, 2_983_61, 3_016_39, 3_016_39}},
		{"percentages", 99_99, []uint32{58, 21, 21}, []Pence{57_99, 21_00, 21_00}},
		{"nothing for nothing", 5, []uint32{0, 1, 0}, []Pence{0, 5, 0}},
		{"no more pence than parts", 2, []uint32{1, 1, 1, 1, 1}, []Pence{1, 1, 0, 0, 0}},
		{"the last penny to the larger remainder", 1, []uint32{2, 3}, []Pence{0, 1}},
		{"nothing at all", 0, []uint32{3, 4}, []Pence{0, 0}},
	} {
		got, err := Split(c.total, c.weights)
		if err != nil || !equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	for _, weights := range [][]uint32{nil, {}, {0, 0}} {
		if got, err := Split(1, weights); err == nil {
			t.Errorf("Split(1, %v) = %v, want an error", weights, got)
		}
	}
}

func equal(a, b []Pence) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// TestSplitLosesNoPenny makes a million random splits; each adds up to its whole, and no part is a penny or more from
// its exact share.
func TestSplitLosesNoPenny(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 4))
	weights := make([]uint32, 12)
	for range 1_000_000 {
		w := weights[:1+random.IntN(len(weights))]
		var sum int64
		for i := range w {
			w[i] = random.Uint32N(367)
			sum += int64(w[i])
		}
		if sum == 0 {
			continue
		}
		total := Pence(random.Int64N(2_000_000_00) - 1_000_000_00)
		parts, err := Split(total, w)
		if err != nil {
			t.Fatal(err)
		}
		var back Pence
		for i, p := range parts {
			back += p
			if d := int64(p)*sum - int64(total)*int64(w[i]); d <= -sum || d >= sum {
				t.Fatalf("Split(%d, %v)[%d] = %d is a penny or more from its share", total, w, i, p)
			}
		}
		if back != total {
			t.Fatalf("Split(%d, %v) = %v adds up to %d", total, w, parts, back)
		}
	}
}

// TestSplitAtTheEdges splits the largest and smallest amounts there are.
func TestSplitAtTheEdges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := Pence(rapid.Int64().Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Uint32(), 1, 40).Draw(t, "weights")
		parts, err := Split(total, weights)
		if err != nil {
			for _, w := range weights {
				if w != 0 {
					t.Fatal(err)
				}
			}
			return
		}
		var back Pence
		for _, p := range parts {
			back += p
		}
		if back != total {
			t.Fatalf("Split(%d, %v) = %v adds up to %d", total, weights, parts, back)
		}
	})
}
