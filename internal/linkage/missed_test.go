package linkage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"throughline/internal/person"
)

// lost is what share of pairs no rule finds.
func (b *blocks) lost(pairs [][2]uint32) float64 {
	n := 0
	for _, p := range pairs {
		found := false
		for k := range b.width {
			found = found || b.leastShared(k, p[0], p[1]) != 0
		}
		if !found {
			n++
		}
	}
	return float64(n) / float64(len(pairs))
}

// TestMissedIsWhatIsLost: where names are replaced in one pair in ten and the number in one in five, each for itself, one pair in fifty has
// nothing left to be found by, and the estimate says so without being told who is who.
func TestMissedIsWhatIsLost(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	c := newColumns()
	var pairs [][2]uint32
	for i := range 20_000 {
		who := func(names, number bool) person.Identity {
			n, id := i, 400_000_0000+i*7919%99_999_999
			if names {
				n = r.IntN(1 << 30)
			}
			if number {
				id = r.IntN(399_999_9999)
			}
			return person.Identity{Names: []person.Name{{Forename: word(n), Surname: word(n * 31)}},
				Identifiers: []person.Identifier{{Kind: person.NHSNumber, Value: fmt.Sprint(id)}}}
		}
		a, b := c.add(0, who(false, false)), c.add(1, who(r.IntN(10) == 0, r.IntN(5) == 0))
		pairs = append(pairs, [2]uint32{a, b})
	}
	b := newBlocks(t.Context(), c, rules, false)
	lost := b.lost(pairs)
	if math.Abs(lost-.02) > .004 {
		t.Fatalf("%.4f of the pairs are lost, and the records were made to lose .02", lost)
	}
	var edges []edge
	for _, p := range pairs {
		edges = append(edges, edge{a: p[0], b: p[1], bits: 20})
	}
	share, known := b.missed(foundOf(b, edges))
	if !known || math.Abs(share-lost) > .003 {
		t.Errorf("the estimate is %.4f, %v; lost are %.4f", share, known, lost)
	}
	if _, known := b.missed(edges[:10]); known {
		t.Error("ten pairs are enough for an estimate")
	}
}

// foundOf keeps the edges that a rule finds, as collect would.
func foundOf(b *blocks, edges []edge) (found []edge) {
	for _, e := range edges {
		if b.lost([][2]uint32{{e.a, e.b}}) == 0 {
			found = append(found, e)
		}
	}
	return found
}

// word makes a name of a number that sounds like few others.
func word(n int) string {
	h, s := mix(uint64(n)+1), ""
	for range 4 {
		s += string("bdfgklmnrst"[h%11]) + string("aeiou"[h/11%5])
		h /= 55
	}
	return s
}

// TestMissedBesideTruth prints what the estimate says of the labelled sets beside what is lost in truth.
func TestMissedBesideTruth(t *testing.T) {
	t.Parallel()
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := set(t, tt.truth, tt.number, tt.files...)
			l, r := linkSet(t, list, DefaultOptions())
			byPerson := map[string][]uint32{}
			var pairs [][2]uint32
			for n, x := range list {
				for _, m := range byPerson[x.truth] {
					pairs = append(pairs, [2]uint32{m, uint32(n)})
				}
				byPerson[x.truth] = append(byPerson[x.truth], uint32(n))
			}
			b := newBlocks(t.Context(), l.c, rules, false)
			lost := b.lost(pairs)
			if len(b.rules) > b.width {
				lost = 0 // every pair is compared
			}
			t.Logf("%-32s missed, as estimated %.4f (%v); in truth %.4f", tt.name, r.Report.Missed, r.Report.MissedKnown, lost)
			if r.Report.MissedKnown && math.Abs(r.Report.Missed-lost) > .02 {
				t.Errorf("the estimate is %.4f, and %.4f are lost", r.Report.Missed, lost)
			}
		})
	}
}
