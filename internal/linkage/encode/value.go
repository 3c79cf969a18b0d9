package encode

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"throughline/internal/linkage/compare"
	"throughline/internal/person"
	"throughline/reference"
)

// namesOf folds a name. One that came in one field is read with its first word as forename and its last as surname.
func namesOf(n person.Name) (forename, middle, surname string) {
	forename, middle, surname = person.Fold(n.Forename), person.Fold(n.Middle), person.Fold(n.Surname)
	if full := strings.Fields(person.Fold(n.Full)); forename == "" && surname == "" && len(full) > 0 {
		forename = full[0]
		if last := len(full) - 1; last > 0 {
			surname, middle = full[last], strings.Join(full[1:last], " ")
		}
	}
	return forename, middle, surname
}

// name encodes a folded forename or surname; the two are encoded alike, so that one written for the other is found.
func (t *tokens) name(s string) Value {
	if s == "" {
		return nil
	}
	var v Value
	_, size := utf8.DecodeRuneInString(s)
	v.put(Initial, t.of("initial", s[:size]))
	if len(s) == size {
		return v // an initial alone
	}
	v.put(Whole, t.of("name", s))
	sound := s
	if code := compare.Soundex(s); code != 0 {
		sound = fmt.Sprintf("%x", code)
	}
	v.put(Sound, t.of("sound of name", sound))
	if r := []rune(s); len(r) > headLength {
		v.put(Head, t.of("head of name", string(r[:headLength])))
	}
	for _, group := range familiar()[s] {
		v.put(Short, t.of("familiar form", group))
	}
	if words := strings.Fields(s); len(words) > 1 {
		last := words[len(words)-1]
		_, size := utf8.DecodeRuneInString(last)
		v.put(Part, t.of("name", words[0]))
		v.put(LastPart, t.of("name", last))
		v.put(LastInitial, t.of("initial", last[:size]))
	}
	return slices.Concat(v, t.near("near name", s), t.far("near name", s))
}

const headLength = 4

// middle encodes middle names, which are only ever compared whole with a forename.
func (t *tokens) middle(s string) (v Value) {
	if _, size := utf8.DecodeRuneInString(s); len(s) > size {
		v.put(Initial, t.of("initial", s[:size]))
		v.put(Whole, t.of("name", s))
	}
	return v
}

const (
	// leastNear is how many letters a value has at least to be encoded with letters left out: of fewer, too many would be near.
	leastNear = 4
	// mostNear bounds how many letters are left out in turn.
	mostNear = 24
)

// near encodes a value with each of its letters left out in turn, and with none: two values have a token in common when one letter was
// changed, left out, put in or changed over with its neighbour (Mor and Fraenkel 1982; Garbe's SymSpell).
func (t *tokens) near(what, s string) (v Value) {
	r := []rune(s)
	if len(r) < leastNear {
		return nil
	}
	r = r[:min(len(r), mostNear)]
	v.put(Near, t.of(what, string(r)))
	for i := range r {
		v.put(Near, t.of(what, string(r[:i])+string(r[i+1:])))
	}
	return v.shuffled()
}

// far encodes a value with each two of its letters left out, and its letters in the order of the alphabet: for two slips, and for any
// number of letters changed over.
func (t *tokens) far(what, s string) (v Value) {
	r := []rune(s)
	if len(r) < leastNear {
		return nil
	}
	r = r[:min(len(r), mostNear)]
	v.put(Far, t.letters("letters of "+what, s))
	for i := range r {
		for j := range i {
			v.put(Far, t.of(what, string(r[:j])+string(r[j+1:i])+string(r[i+1:])))
		}
	}
	return v.shuffled()
}

// letters gives the token of a value's letters in the order of the alphabet.
func (t *tokens) letters(what, s string) Token {
	r := []rune(s)
	slices.Sort(r)
	return t.of(what, string(r))
}

// shuffled gives the different tokens in the order of their bits, which tells nothing of the letters.
func (v Value) shuffled() Value {
	slices.SortFunc(v, func(a, b Tagged) int { return cmp.Compare(a.Token, b.Token) })
	return slices.Compact(v)
}

// familiar gives the names of which a name is a familiar form, and the name itself where it has such forms.
var familiar = sync.OnceValue(func() map[string][]string {
	table := reference.Nicknames()
	forms := make(map[string][]string, 2*len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		forms[name] = append(forms[name], name)
		for _, nick := range table[name] {
			forms[nick] = append(forms[nick], name)
		}
	}
	return forms
})

func (t *tokens) birth(b person.Birth) (v Value) {
	if b.Precision == person.NoBirth || b.Day == 0 {
		return nil
	}
	year, month, day := b.Day.Date()
	y, m, d := fmt.Sprintf("%04d", year), fmt.Sprintf("%02d", int(month)), fmt.Sprintf("%02d", day)
	v.put(Year, t.of("year", y))
	if b.Precision == person.YearOnly {
		return v
	}
	v.put(Date, t.of("day and month", m, d))
	if day <= 12 && day != int(month) {
		v.put(Either, t.of("day and month, either way", min(m, d), max(m, d)))
	}
	v.put(Month, t.of("year and month", y, m))
	v.put(MonthDay, t.of("year and day", y, d))
	if person.FirstOfJanuary(b.Day) {
		v.put(January, t.of("1 January", "yes"))
	}
	s := y + m + d
	for i := range s {
		v.put(Slip, t.of("date but for a digit", s[:i]+"-"+s[i+1:]))
	}
	for _, i := range []int{0, 1, 2, 4, 6} { // neighbours of one part of the date
		low, high := min(s[i], s[i+1]), max(s[i], s[i+1])
		v.put(Slip, t.of("date but for the order of two digits", fmt.Sprint(i), s[:i]+string([]byte{low, high})+s[i+2:]))
	}
	return v
}

// postcode encodes what person.ReadPostcode gives: a whole postcode or an outcode alone.
func (t *tokens) postcode(s string) (v Value) {
	sector := person.Sector(s)
	if sector != "" {
		v.put(Whole, t.of("postcode", s))
	}
	v.put(Sector, t.of("sector", sector))
	v.put(Outcode, t.of("outcode", person.Outcode(s)))
	return v
}

func (t *tokens) address(line string) (v Value) {
	words := strings.Fields(AddressText(line))
	if len(words) == 0 {
		return nil
	}
	v.put(Whole, t.of("address", words...))
	for _, w := range words[:min(len(words), mostWords)] {
		v.put(Word, t.of("word of address", w))
	}
	return append(v[:1:1], v[1:].shuffled()...)
}

// mostWords bounds how many words of an address line are encoded.
const mostWords = 16

// AddressText folds an address line and writes its short forms long, as package linkage does.
func AddressText(s string) string {
	words := strings.Fields(person.Fold(s))
	for i, w := range words {
		if long, ok := shortForms[w]; ok && i > 0 {
			words[i] = long
		}
	}
	return strings.Join(words, " ")
}

var shortForms = map[string]string{"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "ct": "court",
	"cres": "crescent", "cl": "close", "pl": "place", "sq": "square", "gdns": "gardens", "hse": "house", "apt": "flat", "terr": "terrace"}

func (t *tokens) place(s string) (v Value) {
	v.put(Whole, t.of("place", s))
	return slices.Concat(v, t.near("near place", s), t.far("near place", s))
}

func (t *tokens) phone(s string) (v Value) {
	v = append(v, t.near("near phone", s)...)
	v.put(Whole, t.of("phone", s))
	if len(s) > 6 {
		v.put(End, t.of("end of phone", s[len(s)-6:]))
		v.put(Start, t.of("beginning of phone", s[:len(s)-3]))
		v.put(Ends, t.of("both ends of phone", s[:len(s)-6], s[len(s)-3:]))
	}
	return append(v, t.twoDigits(s)...)
}

// twoDigits encodes a telephone number with each two of its digits left open: two of one length have a token in common when they differ in
// two digits at most.
func (t *tokens) twoDigits(s string) (v Value) {
	if len(s) <= 6 || len(s) > mostNear {
		return nil
	}
	for i := range s {
		for j := range i {
			v.put(Far, t.of("phone but for two digits", s[:j]+"-"+s[j+1:i]+"-"+s[i+1:]))
		}
	}
	return v.shuffled()
}

func (t *tokens) email(s string) (v Value) {
	v.put(Whole, t.of("e-mail", s))
	v = append(v, t.near("near e-mail", s)...)
	v.put(Far, t.letters("letters of e-mail", s))
	if box, _, ok := strings.Cut(s, "@"); ok {
		v = slices.Concat(v, t.near("near mailbox", box), t.far("near mailbox", box))
	}
	return v
}
