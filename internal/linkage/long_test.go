package linkage

import (
	"math/rand/v2"
	"os"
	"testing"

	"throughline/internal/linkage/compare"
	"throughline/reference"
)

// longPairs is how many random pairs the kernels are held against their plain references on: ten million when LONG is set.
func longPairs() int {
	if os.Getenv("LONG") != "" {
		return 10_000_000
	}
	return 100_000
}

// Names as people have them, and with slips: what the bars let pass is what the bound does, and no name that Jaro-Winkler calls
// close is ruled out.
func TestNoCloseNameIsRuledOut(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 7))
	names := reference.Surnames()
	name := func() string { return names[r.IntN(min(len(names), 4000))].Name }
	close, within := 0, 0
	for range longPairs() {
		a, b := name(), name()
		if r.IntN(4) == 0 {
			b = slipped(r, a)
		}
		x, y := compare.ShapeOf(a), compare.ShapeOf(b)
		similarity, bound := compare.JaroWinkler(a, b), compare.Bound(x, y)
		for _, bar := range []struct {
			at  float64
			bar *compare.Bar
		}{{closeBar, nameCloseBar}, {veryCloseBar, nameVeryCloseBar}} {
			if got := bar.bar.Within(&x, &y); got != (bound >= bar.at) || similarity >= bar.at && !got {
				t.Fatalf("%q and %q: within the bar %v is %v, the bound is %v, Jaro-Winkler %v", a, b, bar.at, got, bound, similarity)
			}
		}
		if similarity >= closeBar {
			close++
		}
		if nameCloseBar.Within(&x, &y) {
			within++
		}
	}
	if close == 0 || within > 2*close {
		t.Errorf("%d pairs are close and %d are not ruled out, want at most twice as many", close, within)
	}
}

// slipped has one letter left out, changed over with its neighbour or written twice.
func slipped(r *rand.Rand, s string) string {
	if len(s) < 3 {
		return s + s
	}
	i := r.IntN(len(s) - 1)
	switch r.IntN(3) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
	}
	return s[:i+1] + s[i:]
}

// Numbers that the sieve takes for further apart than a slip are; the plain reference compares the text.
func TestNoSlipIsRuledOut(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 7))
	number := func() string {
		b := []byte("07700900000")[:9+r.IntN(3)]
		for range r.IntN(4) {
			b[r.IntN(len(b))] = byte('0' + r.IntN(10))
		}
		return string(b)
	}
	slips, ruledOut := 0, 0
	for range longPairs() {
		a, b := number(), number()
		if r.IntN(4) == 0 {
			b = slipped(r, a)
		}
		slip := compare.Typo(a, b) || len(a) == len(b) && a != b && closeNHSNumbers(a, b)
		may := mayBeSlip(digitsOf(a), digitsOf(b))
		if slip && !may {
			t.Fatalf("%s and %s are a slip apart and ruled out", a, b)
		}
		if (digitsOf(a) == digitsOf(b)) != (a == b) {
			t.Fatalf("%s and %s are packed alike", a, b)
		}
		if slip {
			slips++
		} else if !may {
			ruledOut++
		}
	}
	if slips == 0 || ruledOut == 0 {
		t.Errorf("%d slips and %d ruled out: this test shows nothing", slips, ruledOut)
	}
}

// Two rows whose signs share nothing share no key, of rules and of parts.
func TestSignsMissNoSharedKey(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 7))
	const rows, width = 2000, 13
	b := &blocks{width: width, stride: width + 1, rules: rules[:width], keys: make([]uint32, rows*(width+1)), parts: make([]uint32, rows*int(partSorts))}
	for row := range uint32(rows) {
		for k := range width {
			b.keysOf(row)[k] = r.Uint32() >> (1 + r.IntN(2)*24) & -uint32(r.IntN(2)) // some of few values, and some that are none
		}
	}
	for i := range b.parts {
		b.parts[i] = r.Uint32() >> (1 + r.IntN(2)*24) & -uint32(r.IntN(2))
	}
	const rule, part = width - 1, 2
	e := &enumeration{b: b, rule: rule}
	for row := range uint32(rows) {
		e.rows = append(e.rows, row)
	}
	e.gather(part)
	shared, told := 0, 0
	for range longPairs() {
		i, j := uint32(r.IntN(rows)), uint32(r.IntN(rows))
		may := e.signs[i].mayShare(&e.signs[j], e.words)
		share := b.agreeInPart(rule, i, j, part)
		for k := range rule {
			share = share || b.keysOf(i)[k] != 0 && b.keysOf(i)[k] == b.keysOf(j)[k]
		}
		if share && !may {
			t.Fatalf("rows %d and %d share a key and their signs do not", i, j)
		}
		if share {
			shared++
		} else if !may {
			told++
		}
	}
	if shared == 0 || told == 0 {
		t.Errorf("%d share a key and %d are told apart: this test shows nothing", shared, told)
	}
}
