package cost

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/money"
)

func TestSpreadByHand(t *testing.T) {
	t.Parallel()
	chain := make([]DoubtfulLink, 20)
	parts := make([]money.Pence, 21)
	parts[0] = 1000_00
	for i := range chain {
		chain[i], parts[i+1] = DoubtfulLink{0, i + 1, 500_000}, 10_00
	}
	for _, tt := range []struct {
		name  string
		parts []money.Pence
		links []DoubtfulLink
		want  Spread
	}{
		{"nothing", nil, nil, Spread{}},
		{"one part", []money.Pence{961_54}, nil, Spread{961_54, 961_54, 961_54}},
		{"sure", []money.Pence{100, 50}, []DoubtfulLink{{0, 1, 1_000_000}}, Spread{150, 150, 150}},
		{"even odds", []money.Pence{100, 51}, []DoubtfulLink{{1, 0, 500_000}}, Spread{100, 126, 151}}, // 125.5, rounded up
		{"very likely", []money.Pence{100, 50}, []DoubtfulLink{{0, 1, 990_000}}, Spread{150, 150, 150}},
		{"a way of two links", []money.Pence{100, 10, 40}, []DoubtfulLink{{0, 1, 800_000}, {1, 2, 500_000}}, Spread{100, 124, 150}},
		{"two ways about", []money.Pence{100, 40}, []DoubtfulLink{{0, 1, 500_000}, {0, 1, 500_000}}, Spread{100, 130, 140}},
		{"asked of the dearest", []money.Pence{10, 500}, []DoubtfulLink{{0, 1, 100_000}}, Spread{500, 501, 510}},
	} {
		if diff := cmp.Diff(tt.want, SpreadOf(tt.parts, tt.links)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	// Of twenty links at even odds ten hold on average, and 6 to 14 in nineteen cases of twenty.
	if s := SpreadOf(parts, chain); s != SpreadOf(parts, chain) || s.Low != 1060_00 || s.High != 1140_00 || s.Expected < 1099_00 || s.Expected > 1101_00 {
		t.Errorf("twenty links at even odds: %+v", s)
	}
}

// The footprint is never below the dearest part nor above all parts, a likelier link never lowers what is expected, and the order of links says nothing.
func TestSpreadOfAnyParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "parts")
		var parts []money.Pence
		var all, dearest money.Pence
		for range n {
			p := money.Pence(rapid.IntRange(0, 1_000_00).Draw(t, "pence"))
			parts, all, dearest = append(parts, p), all+p, max(dearest, p)
		}
		var links []DoubtfulLink
		for range rapid.IntRange(0, 6).Draw(t, "links") {
			links = append(links, DoubtfulLink{rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b"), rapid.Int64Range(0, million).Draw(t, "ppm")})
		}
		s := SpreadOf(parts, links)
		if s.Low < dearest || s.High > all || s.Low > s.High || s.Expected < dearest || s.Expected > all {
			t.Fatalf("of %v with %v: %+v", parts, links, s)
		}
		if len(links) == 0 {
			return
		}
		likelier := append([]DoubtfulLink(nil), links...)
		likelier[0].PPM = (likelier[0].PPM + million) / 2
		if m := SpreadOf(parts, likelier); m.Expected < s.Expected || m.Low < s.Low || m.High < s.High {
			t.Fatalf("of %v with %v: %+v, and with a likelier link %+v", parts, links, s, m)
		}
	})
}
