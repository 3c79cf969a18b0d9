package encode

import (
	"fmt"
	"strings"

	"throughline/internal/linkage/compare"
	"throughline/internal/person"
)

// What composites are made of. Nothing of it leaves by itself.
const (
	StrictForename      = 'f'
	StrictSurname       = 's'
	StrictForenameSound = 'F' // Soundex
	StrictSurnameSound  = 'S'
	StrictForenameHead  = 'g' // the first three letters
	StrictSurnameHead   = 'u'
	StrictBirth         = 'd' // the whole date
	StrictMonth         = 'm' // year and month
	StrictMonthDay      = 'k' // year and day of the month
	StrictEither        = 'e' // the date with day and month whichever is which
	StrictYear          = 'y'
	StrictPostcode      = 'p' // whole
	StrictAddress       = 'a'
	StrictPlace         = 't'
	StrictPhone         = 'h'
	StrictEmail         = 'x'
)

var strictWords = map[byte]string{StrictForename: "forename", StrictSurname: "surname", StrictForenameSound: "sound of forename",
	StrictSurnameSound: "sound of surname", StrictForenameHead: "first three letters of forename", StrictSurnameHead: "first three letters of surname",
	StrictBirth: "date of birth", StrictMonth: "year and month of birth", StrictMonthDay: "year and day of birth",
	StrictEither: "date of birth, day and month whichever is which", StrictYear: "year of birth", StrictPostcode: "postcode",
	StrictAddress: "address", StrictPlace: "town", StrictPhone: "telephone number", StrictEmail: "e-mail"}

// composites are the tokens of the strict mode by their signs: each of two or more things together, picked so that few people of an
// area have the same.
var composites = []struct {
	sign  byte
	parts string
}{
	{'A', "fd"}, {'B', "sd"}, {'C', "Fd"}, {'D', "Sd"}, {'E', "FSe"}, {'G', "FSm"}, {'H', "FSk"}, {'I', "fsy"}, {'J', "guy"},
	{'K', "fp"}, {'L', "sp"}, {'M', "dp"}, {'O', "fa"}, {'R', "sa"}, {'S', "da"}, {'T', "pa"}, {'U', "fst"}, {'V', "dt"},
	{'W', "fh"}, {'X', "sh"}, {'Y', "dh"}, {'Z', "fx"}, {'0', "sx"}, {'1', "dx"}, {'2', "hx"}, {'3', "th"}, {'4', "gh"}, {'5', "uh"},
}

// CompositeParts gives what a composite token is made of, by its sign; "" where there is no such composite.
func CompositeParts(sign byte) string {
	for _, c := range composites {
		if c.sign == sign {
			return c.parts
		}
	}
	return ""
}

func compositeWords(sign byte) string {
	var words []string
	for _, p := range []byte(CompositeParts(sign)) {
		words = append(words, strictWords[p])
	}
	return strings.Join(words, " + ") + ", together"
}

// The columns of the strict encoding. Numbers that are unique to one person have no frequency to attack, so they stand alone.
const (
	Composite = iota
	StrictNHSNumber
	StrictNINO
	StrictOtherNumber
	strictColumns
)

// mostCombined bounds how many names, dates and other values of one record are combined with each other.
const mostCombined = 4

// strict encodes what few people have together, and nothing by itself but numbers.
func (t *tokens) strict(who person.Identity) Record {
	things := map[byte][]string{}
	add := func(sign byte, s string) {
		if s != "" && len(things[sign]) < mostCombined {
			things[sign] = append(things[sign], s)
		}
	}
	for _, p := range who.Postcodes {
		if person.Sector(p) != "" {
			add(StrictPostcode, p)
		}
	}
	add(StrictAddress, AddressText(who.Address))
	for _, p := range who.Places {
		add(StrictPlace, person.Fold(p))
	}
	for _, p := range who.Phones {
		add(StrictPhone, p)
	}
	for _, e := range who.Emails {
		add(StrictEmail, e)
	}
	var v Value
	seen := map[Token]bool{}
	names, births := who.Names[:min(len(who.Names), mostCombined)], who.Births[:min(len(who.Births), mostCombined)]
	for i := range max(1, len(names)) {
		for j := range max(1, len(births)) {
			one := map[byte][]string{}
			if i < len(names) {
				nameThings(names[i], one)
			}
			if j < len(births) {
				birthThings(births[j], one)
			}
			for _, c := range composites {
				t.combine(c.sign, c.parts, one, things, nil, func(token Token) {
					if !seen[token] {
						seen[token] = true
						v.put(c.sign, token)
					}
				})
			}
		}
	}
	full := t.full(person.Identity{Identifiers: who.Identifiers})
	r := make(Record, strictColumns)
	r.add(Composite, v)
	r[StrictNHSNumber], r[StrictNINO], r[StrictOtherNumber] = full[NHSNumber], full[NINO], full[OtherNumber]
	return r
}

// combine makes a token of each choice of values for the parts; none where a part has no value.
func (t *tokens) combine(sign byte, parts string, one, many map[byte][]string, chosen []string, put func(Token)) {
	if parts == "" {
		put(t.of("composite "+string(rune(sign)), chosen...))
		return
	}
	list := one[parts[0]]
	if list == nil {
		list = many[parts[0]]
	}
	for _, s := range list {
		t.combine(sign, parts[1:], one, many, append(chosen[:len(chosen):len(chosen)], s), put)
	}
}

func nameThings(n person.Name, things map[byte][]string) {
	forename, _, surname := namesOf(n)
	put := func(s string, whole, sound, head byte) {
		r := []rune(s)
		if len(r) < 2 {
			return // an initial says too little
		}
		things[whole] = []string{s}
		things[head] = []string{string(r[:min(3, len(r))])}
		things[sound] = things[whole]
		if code := compare.Soundex(s); code != 0 {
			things[sound] = []string{fmt.Sprintf("%x", code)}
		}
	}
	put(forename, StrictForename, StrictForenameSound, StrictForenameHead)
	put(surname, StrictSurname, StrictSurnameSound, StrictSurnameHead)
}

func birthThings(b person.Birth, things map[byte][]string) {
	if b.Precision == person.NoBirth || b.Day == 0 {
		return
	}
	year, month, day := b.Day.Date()
	y, m, d := fmt.Sprintf("%04d", year), fmt.Sprintf("%02d", int(month)), fmt.Sprintf("%02d", day)
	things[StrictYear] = []string{y}
	if b.Precision == person.YearOnly || person.FirstOfJanuary(b.Day) {
		return // 1 January often stands for "day not known", and is what many would then have together
	}
	things[StrictBirth] = []string{y + m + d}
	things[StrictMonth] = []string{y + m}
	things[StrictMonthDay] = []string{y + d}
	things[StrictEither] = []string{y + min(m, d) + max(m, d)}
}
