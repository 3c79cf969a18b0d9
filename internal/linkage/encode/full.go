package encode

import (
	"throughline/internal/person"
)

// Tagged is a token and what it is of: one sign, listed in grains.
type Tagged struct {
	Grain byte
	Token Token
}

// Value is one value of a field at its granularities, in the order in which the encoder makes them.
type Value []Tagged

// Get gives the first token of a granularity, 0 when there is none.
func (v Value) Get(grain byte) Token {
	for _, t := range v {
		if t.Grain == grain {
			return t.Token
		}
	}
	return 0
}

// All gives the tokens of a granularity.
func (v Value) All(grain byte) []Token {
	var list []Token
	for _, t := range v {
		if t.Grain == grain {
			list = append(list, t.Token)
		}
	}
	return list
}

func (v *Value) put(grain byte, t Token) {
	if t != 0 {
		*v = append(*v, Tagged{grain, t})
	}
}

// Record is who someone is, encoded: for each column its values, the main one first. The three columns of names go together: the i-th
// forename, middle name and surname are of one name, and are empty where that name lacks them.
type Record [][]Value

// The columns of an encoding of every field.
const (
	Forename = iota
	Middle
	Surname
	Birth
	Sex
	Postcode
	Address
	Place
	Phone
	Email
	NHSNumber
	NINO
	OtherNumber
	fullColumns
)

// Granularities of the encoding of every field.
const (
	Whole       = 'w' // the whole value
	Sound       = 's' // Soundex of a name
	Initial     = 'i' // first letter of a name
	Near        = 'n' // a value with one letter left out, or with none
	Far         = 'F' // a value with two letters left out, or its letters in the order of the alphabet
	Head        = 'h' // the first four letters of a name
	Short       = 'g' // a name of which this one is a familiar form
	Part        = 'p' // the first and the last word of a name of several, and that word's first letter
	LastPart    = 'q'
	LastInitial = 'f'
	Year        = 'y' // of birth
	Date        = 'd' // day and month
	Either      = 'e' // day and month, whichever is which
	Month       = 'm' // year and month
	MonthDay    = 'k' // year and day of the month
	January     = 'j' // the day is 1 January, which often stands for "not known"
	Sector      = 'r' // of a postcode
	Outcode     = 'o'
	Nowhere     = 'x' // of no fixed abode
	Word        = 'l' // a word of an address
	End         = 'z' // the last six digits of a telephone number
	Start       = 'a' // all its digits but the last three
	Ends        = 'b' // all its digits but the three in the middle that beginning and end both hold
	PNC         = 'P' // a whole PNC id, prison number, or other number unique to one person
	Prison      = 'Q'
	National    = 'N'
	Slip        = 'c' // a date with one digit left out, or without the order of two
)

// full encodes every field at all its granularities.
func (t *tokens) full(who person.Identity) Record {
	r := make(Record, fullColumns)
	for _, n := range who.Names {
		forename, middle, surname := namesOf(n)
		if forename+middle+surname == "" {
			continue
		}
		r[Forename] = append(r[Forename], t.name(forename))
		r[Middle] = append(r[Middle], t.middle(middle))
		r[Surname] = append(r[Surname], t.name(surname))
	}
	for _, b := range who.Births {
		r.add(Birth, t.birth(b))
	}
	switch who.Sex {
	case person.Female:
		r.add(Sex, Value{{Whole, t.of("sex", "female")}})
	case person.Male:
		r.add(Sex, Value{{Whole, t.of("sex", "male")}})
	}
	for _, p := range who.Postcodes {
		r.add(Postcode, t.postcode(p))
	}
	if who.NoFixed {
		r.add(Postcode, Value{{Nowhere, t.of("no fixed abode", "yes")}})
	}
	r.add(Address, t.address(who.Address))
	for _, p := range who.Places {
		r.add(Place, t.place(person.Fold(p)))
	}
	for _, p := range who.Phones {
		r.add(Phone, t.phone(p))
	}
	for _, e := range who.Emails {
		r.add(Email, t.email(e))
	}
	for _, id := range who.Identifiers {
		switch id.Kind {
		case person.NHSNumber:
			r.add(NHSNumber, Value{{Whole, t.of("NHS number", id.Value)}})
		case person.NINO:
			r.add(NINO, Value{{Whole, t.of("National Insurance number", id.Value)}})
		case person.PNCID:
			r.add(OtherNumber, Value{{PNC, t.of("PNC id", id.Value)}})
		case person.PrisonNumber:
			r.add(OtherNumber, Value{{Prison, t.of("prison number", id.Value)}})
		case person.OtherNational:
			r.add(OtherNumber, Value{{National, t.of("number of an area", id.Value)}})
		}
	}
	return r
}

func (r Record) add(column int, v Value) {
	if len(v) > 0 {
		r[column] = append(r[column], v)
	}
}
