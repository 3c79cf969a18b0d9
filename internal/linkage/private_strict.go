package linkage

import (
	"slices"

	keyed "throughline/internal/linkage/encode"
	"throughline/internal/person"
)

// Of a strict record nothing is known of any one field: only which of its composite tokens another record has too. Two that have
// "forename and date of birth" in common have both the same; where no composite that holds a field is shared, the field is taken to
// differ. The records are found through their composites, which stand in the place of other numbers.

// strictRecord is a record's composites.
type strictRecord struct {
	tokens []keyed.Tagged // by rising token
	others []uint32       // numbers of their own
	has    [fieldCount]bool
}

// The value that stands in the place of any that two strict records share: about as common as values of its field usually are, for how
// common it truly is cannot be known.
const (
	standInName     = 1 // first of the dictionary of names
	restOfNames     = 2
	standInBirth    = birth(1<<9 | 1<<5 | 1)
	standInPostcode = 1
)

// addStrict takes a record of composite tokens.
func (c *columns) addStrict(agency uint16, e keyed.Record) {
	if c.coded.strict == nil {
		c.names.number("stand-in")
		c.names.number("rest of names")
		c.births[standInBirth] = 1
		c.postcodes.number("stand-in")
	}
	n := len(c.records)
	// One forename in 250 and one surname in 1,000 is as common as two strangers' names are the same (level.go).
	count := func(list []uint32, every int) {
		if list[restOfNames]++; n%every == 0 {
			list[standInName]++
		}
	}
	count(c.names.forenames, 250)
	count(c.names.surnames, 1000)
	var s strictRecord
	var m further
	r := record{agency: agency}
	for _, v := range e[keyed.Composite] {
		for _, t := range v {
			s.tokens = append(s.tokens, t)
			composite := c.others.number("composite " + t.Token.String())
			c.others.count[composite]-- // it is a way to find the record, and no number of anybody's
			m.others = append(m.others, composite)
			for _, p := range []byte(keyed.CompositeParts(t.Grain)) {
				if f, _ := strictLevel(p); f < fieldCount {
					s.has[f] = true
				}
			}
		}
	}
	slices.SortFunc(s.tokens, func(a, b keyed.Tagged) int {
		if a.Token < b.Token {
			return -1
		}
		return 1
	})
	s.others = c.codedNumbers(&r, e[keyed.StrictNHSNumber], e[keyed.StrictNINO], e[keyed.StrictOtherNumber])
	m.others = append(m.others, s.others...)
	if len(m.others) > 0 {
		c.more = append(c.more, m)
		r.more = uint32(len(c.more))
	}
	c.records = append(c.records, r)
	c.coded.strict = append(c.coded.strict, s)
}

// strictLevel is what a shared composite says of one of its parts; no field where it says nothing.
func strictLevel(part byte) (Field, Level) {
	switch part {
	case keyed.StrictForename:
		return Forename, forenameSame
	case keyed.StrictForenameSound:
		return Forename, forenameVeryClose
	case keyed.StrictForenameHead:
		return Forename, forenameClose
	case keyed.StrictSurname:
		return Surname, surnameSame
	case keyed.StrictSurnameSound:
		return Surname, surnameVeryClose
	case keyed.StrictSurnameHead:
		return Surname, surnameClose
	case keyed.StrictBirth:
		return Birth, birthSame
	case keyed.StrictEither:
		return Birth, birthSwapped
	case keyed.StrictMonth, keyed.StrictMonthDay:
		return Birth, birthPart
	case keyed.StrictPostcode:
		return Postcode, postcodeSame
	case keyed.StrictAddress:
		return Address, addressSame
	case keyed.StrictPlace:
		return Place, valueSame
	case keyed.StrictPhone:
		return Phone, valueSame
	case keyed.StrictEmail:
		return Email, valueSame
	}
	return fieldCount, none
}

// strictDifferent is the level of a field that both records have and no shared composite holds.
var strictDifferent = [fieldCount]Level{Forename: forenameDifferent, Surname: surnameDifferent, Birth: birthDifferent,
	Postcode: postcodeDifferent, Address: addressDifferent, Place: valueDifferent, Phone: valueDifferent, Email: valueDifferent}

func (c *columns) compareStrict(i, j uint32, o *compared) {
	a, b := &c.coded.strict[i], &c.coded.strict[j]
	o.a, o.b = c.records[i], c.records[j]
	o.ways = [fieldCount]uint16{}
	o.levels = levels{}
	l := &o.levels
	for f := range fieldCount {
		if a.has[f] && b.has[f] {
			l[f] = strictDifferent[f]
		}
	}
	for x, y := a.tokens, b.tokens; len(x) > 0 && len(y) > 0; {
		switch {
		case x[0].Token < y[0].Token:
			x = x[1:]
		case x[0].Token > y[0].Token:
			y = y[1:]
		default:
			for _, p := range []byte(keyed.CompositeParts(x[0].Grain)) {
				if f, level := strictLevel(p); f < fieldCount && level < l[f] {
					l[f] = level // the levels of a field are in falling order
				}
			}
			x, y = x[1:], y[1:]
		}
	}
	l[NHSNumber] = near(o.a.nhs, o.b.nhs, never)
	l[NINO] = near(o.a.nino, o.b.nino, never)
	if len(a.others) > 0 && len(b.others) > 0 {
		l[OtherNumber] = valueDifferent
		if slices.ContainsFunc(a.others, func(v uint32) bool { return contains(b.others, v) }) {
			l[OtherNumber] = valueSame
		}
	}
	for _, r := range []*record{&o.a, &o.b} {
		r.forename, r.surname, r.birth, r.sex = standInName, standInName, standInBirth, person.SexUnknown
		r.postcode = standInPostcode
		r.address, r.place, r.phone, r.email = 0, 0, 0, 0
	}
}
