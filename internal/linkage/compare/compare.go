// Package compare holds the kernels that say how alike two values are: Jaro-Winkler, Soundex, digits that differ. Values
// are folded first (person.Fold); signs are bytes, so that no kernel allocates. Nothing here knows what a person is.
package compare

import (
	"math"
	"math/bits"
)

// Longest is how many bytes of a value Jaro-Winkler reads; what follows is not looked at.
const Longest = 64

// Shape is what a value's bytes say at a glance: enough to rule out, without comparing, that two are alike.
type Shape struct {
	bag    uint64 // for each letter one bit for its first and one for its second time
	prefix uint32 // the first four bytes
	len    uint8
	extra  uint8 // bytes that bag does not count: third times, and signs that are not a-z
}

// ShapeOf gives the shape of a folded value.
func ShapeOf(s string) Shape {
	if len(s) > Longest {
		s = s[:Longest]
	}
	h := Shape{len: uint8(len(s))}
	for i := 0; i < len(s); i++ {
		if i < 4 {
			h.prefix |= uint32(s[i]) << (8 * i)
		}
		c := s[i] - 'a'
		switch {
		case c >= 26:
			h.extra++
		case h.bag>>(2*c)&1 == 0:
			h.bag |= 1 << (2 * c)
		case h.bag>>(2*c+1)&1 == 0:
			h.bag |= 2 << (2 * c)
		default:
			h.extra++
		}
	}
	return h
}

// commonPrefix is how many of the first four bytes agree.
func commonPrefix(a, b Shape) int {
	n := bits.TrailingZeros32(a.prefix^b.prefix) / 8
	return min(n, int(a.len), int(b.len))
}

// Bound is a number that JaroWinkler of the two values never exceeds.
func Bound(a, b Shape) float64 {
	if a.len == 0 || b.len == 0 {
		return 0
	}
	m := min(bits.OnesCount64(a.bag&b.bag)+min(int(a.extra), int(b.extra)), int(a.len), int(b.len))
	return bound(m, int(a.len), int(b.len), commonPrefix(a, b))
}

// bound is what two values of so many bytes come to at most of which m are in both and prefix at their beginnings.
func bound(m, lenA, lenB, prefix int) float64 {
	if m == 0 {
		return 0
	}
	j := (float64(m)/float64(lenA) + float64(m)/float64(lenB) + 1) / 3
	return j + float64(prefix)*0.1*(1-j)
}

// Bar is a bar for JaroWinkler that many shapes are held against: how many bytes two values must have in common, by their
// lengths and how many of the first four bytes agree.
type Bar struct {
	at   float64
	need [tabled * tabled * 8]uint8
}

// tabled is the length from which values are not in a Bar's table.
const tabled = 32

// NewBar works out a bar above 0.
func NewBar(bar float64) *Bar {
	b := &Bar{at: bar}
	for n := range b.need {
		i, j, prefix := n/8/tabled, n/8%tabled, n%8
		m := 0
		for m <= min(i, j) && bound(m, i, j, min(prefix, i, j)) < bar {
			m++
		}
		if b.need[n] = uint8(m); m > min(i, j) {
			b.need[n] = math.MaxUint8 // nothing is enough
		}
	}
	return b
}

// Within says whether Bound of two shapes is at the bar or above; when it is not, nor is JaroWinkler.
func (b *Bar) Within(x, y *Shape) bool {
	if (x.len|y.len)&^(tabled-1) != 0 {
		return Bound(*x, *y) >= b.at
	}
	m := bits.OnesCount64(x.bag&y.bag) + int(min(x.extra, y.extra))
	prefix := uint(bits.TrailingZeros32(x.prefix^y.prefix)) / 8
	return m >= int(b.need[(uint(x.len)*tabled+uint(y.len))*8+prefix])
}

// Len is the length of the value in bytes, up to Longest.
func (a Shape) Len() int { return int(a.len) }

// JaroWinkler is how alike two folded values are, from 0 to 1: Jaro's measure with Winkler's prefix of up to four signs
// at a weight of 0.1, applied always. Two empty values are not alike (0).
// The matching is done for a whole window at once on bits, as Hyyrö's and later bit-parallel versions do.
func JaroWinkler(s, t string) float64 {
	if len(s) > Longest {
		s = s[:Longest]
	}
	if len(t) > Longest {
		t = t[:Longest]
	}
	if len(s) == 0 || len(t) == 0 {
		return 0
	}
	if s == t {
		return 1
	}
	// at[c] has a bit for each place of the byte c in t. A byte is its low five bits: those of a-z and of a space are their own, others
	// share a slot, and then a hit is checked against t itself.
	var at [32]uint64
	letters := true
	for i := 0; i < len(t); i++ {
		at[t[i]&31] |= 1 << i
		letters = letters && isLetter(t[i])
	}
	reach := max(len(s), len(t))/2 - 1
	reach = max(reach, 0)
	var tTaken, sTaken uint64
	for i := 0; i < len(s); i++ {
		hits := at[s[i]&31] &^ tTaken & window(i, reach)
		if !letters || !isLetter(s[i]) {
			hits = same(hits, s[i], t)
		}
		if hits != 0 {
			tTaken |= hits & -hits
			sTaken |= 1 << i
		}
	}
	m := bits.OnesCount64(sTaken)
	if m == 0 {
		return 0
	}
	moved := 0
	for a, b := sTaken, tTaken; a != 0; a, b = a&(a-1), b&(b-1) {
		if s[bits.TrailingZeros64(a)] != t[bits.TrailingZeros64(b)] {
			moved++
		}
	}
	f := float64(m)
	j := (f/float64(len(s)) + f/float64(len(t)) + (f-float64(moved/2))/f) / 3
	p := 0
	for p < 4 && p < len(s) && p < len(t) && s[p] == t[p] {
		p++
	}
	return j + float64(p)*0.1*(1-j)
}

// isLetter says whether a byte is a-z or a space.
func isLetter(c byte) bool { return c-'a' < 26 || c == ' ' }

// window has the bits of the places within reach of place i.
func window(i, reach int) uint64 {
	low, high := max(i-reach, 0), i+reach+1
	w := ^uint64(0)
	if high < 64 {
		w = 1<<high - 1
	}
	return w &^ (1<<low - 1)
}

// same keeps the hits whose byte of t is c.
func same(hits uint64, c byte, t string) uint64 {
	kept := uint64(0)
	for ; hits != 0; hits &= hits - 1 {
		if i := bits.TrailingZeros64(hits); t[i] == c {
			kept |= 1 << i
		}
	}
	return kept
}

// Typo says whether two values of digits or letters differ by one slip of the hand: one sign wrong, one more, one fewer, or two
// neighbours changed over. Equal values are no typo.
func Typo(s, t string) bool {
	if len(s) > len(t) {
		s, t = t, s
	}
	if len(t)-len(s) > 1 || s == t {
		return false
	}
	i := 0
	for i < len(s) && s[i] == t[i] {
		i++
	}
	if len(s) < len(t) {
		return s[i:] == t[i+1:]
	}
	if s[i+1:] == t[i+1:] {
		return true
	}
	return i+1 < len(s) && s[i] == t[i+1] && s[i+1] == t[i] && s[i+2:] == t[i+2:]
}

// soundexDigits maps a-z to Soundex digits; 0 is a vowel, 7 is h and w, which do not part equal digits.
const soundexDigits = "01230127022455012623017202"

// Soundex is the American Soundex of a folded value (NARA's rules), packed: the letter and three digits. 0 when the value does
// not begin with a-z.
func Soundex(s string) uint32 {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return 0
	}
	code, n := uint32(s[0]), 0
	last := soundexDigits[s[0]-'a']
	for i := 1; i < len(s) && n < 3; i++ {
		if s[i] < 'a' || s[i] > 'z' {
			continue // a space or hyphen parts nothing
		}
		d := soundexDigits[s[i]-'a']
		switch {
		case d == '7':
			continue
		case d != '0' && d != last:
			code = code<<4 | uint32(d-'0')
			n++
		}
		last = d
	}
	return code << (4 * (3 - n))
}
