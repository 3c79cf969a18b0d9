// Package money is whole pence. No fraction of a penny and no floating point enters it.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Pence is an amount of money in pence. Negative amounts are money going the other way.
type Pence int64

// ErrRange is returned when a sum does not fit in an int64 of pence (about £92,000 million million).
var ErrRange = errors.New("amount is too large")

// String writes pounds and pence with commas, the way amounts are shown on lines: "£1,234.50", "−£0.01".
func (p Pence) String() string {
	u, sign := p.magnitude()
	return sign + "£" + commas(u/100) + fmt.Sprintf(".%02d", u%100)
}

// Pounds writes whole pounds, rounded half to even, the way totals are shown: "£1,234".
// Totals are added in pence and rounded once, here.
func (p Pence) Pounds() string {
	u, sign := p.magnitude()
	q, r := u/100, u%100
	if r > 50 || r == 50 && q%2 == 1 {
		q++
	}
	if q == 0 {
		sign = ""
	}
	return sign + "£" + commas(q)
}

// Plain writes the amount as a bare decimal for files: "-1234.50".
func (p Pence) Plain() string {
	u, sign := p.magnitude()
	if sign != "" {
		sign = "-"
	}
	return sign + strconv.FormatUint(u/100, 10) + fmt.Sprintf(".%02d", u%100)
}

func (p Pence) magnitude() (uint64, string) {
	if p < 0 {
		return -uint64(p), "−"
	}
	return uint64(p), ""
}

func commas(u uint64) string {
	s := strconv.FormatUint(u, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Add adds amounts and reports ErrRange instead of wrapping round.
func Add(amounts ...Pence) (Pence, error) {
	var t Pence
	for _, a := range amounts {
		if a > 0 && t > math.MaxInt64-a || a < 0 && t < math.MinInt64-a {
			return 0, ErrRange
		}
		t += a
	}
	return t, nil
}

// Parse reads an amount as agencies write it: "£1,234.50", "1234.5", "-0.01", "£12". Commas may only stand
// between thousands. It refuses exponents, a third decimal, other digits than 0-9, other separators, NaN and
// amounts that do not fit. An empty string is an error: no amount is not zero.
func Parse(s string) (Pence, error) {
	t := strings.TrimSpace(s)
	neg := false
	if r, ok := strings.CutPrefix(t, "-"); ok {
		neg, t = true, r
	} else if r, ok := strings.CutPrefix(t, "−"); ok {
		neg, t = true, r
	}
	t = strings.TrimPrefix(t, "£")
	whole, frac, dot := strings.Cut(t, ".")
	if whole == "" || dot && (frac == "" || len(frac) > 2) {
		return 0, fmt.Errorf("%q is not an amount in pounds and pence", s)
	}
	if strings.Contains(whole, ",") {
		groups := strings.Split(whole, ",")
		for i, g := range groups {
			if i == 0 && (g == "" || len(g) > 3) || i > 0 && len(g) != 3 {
				return 0, fmt.Errorf("%q has a comma that does not mark thousands", s)
			}
		}
		whole = strings.Join(groups, "")
	}
	for len(frac) < 2 {
		frac += "0"
	}
	var u uint64
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%q is not an amount in pounds and pence", s)
		}
		if u > (math.MaxInt64-uint64(c-'0'))/10 {
			return 0, ErrRange
		}
		u = u*10 + uint64(c-'0')
	}
	if neg {
		return -Pence(u), nil
	}
	return Pence(u), nil
}

// Split divides total in proportion to weights so that the parts add up to total exactly. Each part is the
// exact share rounded towards zero; the pence left over go one each to the largest remainders, the earliest
// first when they tie (the largest remainder rule). Weights must not be negative and must not all be zero.
func Split(total Pence, weights []uint32) ([]Pence, error) {
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	if sum == 0 {
		return nil, errors.New("nothing to split between: every weight is zero")
	}
	u, sign := total.magnitude()
	parts := make([]Pence, len(weights))
	remainders := make([]uint64, len(weights))
	left := u
	for i, w := range weights {
		hi, lo := bits.Mul64(u, uint64(w))
		q, r := bits.Div64(hi, lo, sum) // w <= sum, so the quotient fits
		parts[i], remainders[i] = Pence(q), r
		left -= q
	}
	for ; left > 0; left-- {
		best := 0
		for i := range remainders {
			if remainders[i] > remainders[best] {
				best = i
			}
		}
		parts[best]++
		remainders[best] = 0
	}
	if sign != "" {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}
