// Package id holds the kinds of identifier. Each is a whole number of its own type, so that a record can never
// be handed over where a person is meant. Numbers are given out by the keeper, from 1; zero is nobody.
package id

import (
	"fmt"
	"strconv"
	"strings"
)

type (
	Account   int64 // someone who signs in
	Agency    int64 // an organisation of the partnership
	Layout    int64 // one version of a column layout
	Extract   int64 // one file from an agency
	Record    int64 // an agency's view of someone
	Contact   int64 // one use of a service
	Person    int64 // somebody, over a set of records
	Run       int64 // one link, price or cohort run
	Job       int64 // a piece of work waiting for the worker
	Event     int64 // a line of the audit
	Price     int64 // one line of a price map
	CohortSet int64 // one version of a cohort rule
)

// Area is an area's short name: "south-london".
type Area string

// The letters and digits of a pseudonym: none that is mistaken for another when read out.
const (
	letters = "ABCDEFGHJKMNPQRTUVWXY"
	digits  = "23456789"
)

// pseudonyms is how many five-sign pseudonyms there are: letter, digit, letter, digit, letter.
const pseudonyms = 21 * 8 * 21 * 8 * 21

// Pseudonym writes a person's number as people read it out on the telephone: K7M-3Q, or with more pairs
// (K7M-3Q4T) when an area has more people than there are short ones. Neighbouring numbers look unlike each
// other. It hides no secret: who may see whom is the policy's business.
func Pseudonym(p Person) string {
	if p <= 0 {
		return ""
	}
	n := uint64(p - 1)
	block, n := n/pseudonyms, n%pseudonyms
	n = n * 314159 % pseudonyms // 314,159 shares no factor with the count, so this is one to one
	var b [5]byte
	for i := len(b) - 1; i >= 0; i-- {
		set := letters
		if i%2 == 1 {
			set = digits
		}
		b[i] = set[n%uint64(len(set))]
		n /= uint64(len(set))
	}
	s := string(b[:3]) + "-" + string(b[3:])
	for block > 0 {
		block--
		s += string(digits[block%8]) + string(letters[block/8%21])
		block /= 8 * 21
	}
	return s
}

// ParsePseudonym reads what Pseudonym writes; case, spaces and the hyphen do not matter.
func ParsePseudonym(s string) (Person, error) {
	t := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
	bad := fmt.Errorf("%q is not a person's reference like K7M-3Q", s)
	if len(t) < 5 || len(t)%2 != 1 || len(t) > 11 {
		return 0, bad
	}
	var n uint64
	for i := range 5 {
		set := letters
		if i%2 == 1 {
			set = digits
		}
		v := strings.IndexByte(set, t[i])
		if v < 0 {
			return 0, bad
		}
		n = n*uint64(len(set)) + uint64(v)
	}
	n = n * inverse % pseudonyms
	var block uint64
	for i := len(t) - 2; i >= 5; i -= 2 {
		d, l := strings.IndexByte(digits, t[i]), strings.IndexByte(letters, t[i+1])
		if d < 0 || l < 0 {
			return 0, bad
		}
		block = block*8*21 + uint64(l*8+d) + 1
	}
	return Person(block*pseudonyms + n + 1), nil
}

// inverse undoes the multiplication in Pseudonym; found once, when the program starts.
var inverse = func() uint64 {
	a, m := int64(314159), int64(pseudonyms)
	x, y, r, s := int64(1), int64(0), a, m
	for s != 0 {
		q := r / s
		r, s = s, r-q*s
		x, y = y, x-q*y
	}
	if r != 1 {
		panic("id: the pseudonym's multiplier is not one to one")
	}
	return uint64((x%m + m) % m)
}()

// Parse reads a number of any kind from a URL or a flag.
func Parse[K ~int64](s string) (K, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is not a number from 1", s)
	}
	return K(n), nil
}
