// Package person is what identifies someone as an agency wrote it, and how that is read: names, dates of birth,
// numbers, addresses. Pure values; who is the same as whom is decided in linkage, and no clock or store enters.
package person

import "throughline/internal/day"

// Sex as agencies record it. The zero Sex is not said.
type Sex uint8

const (
	SexUnknown Sex = iota
	Female
	Male
	OtherSex
)

// Name is one name someone goes by. Any part may be empty. Full holds a name that came in one field and could
// not be told apart without guessing; then Forename and Surname are empty.
type Name struct {
	Title    string
	Forename string // the first forename, or initials alone
	Middle   string
	Surname  string
	Full     string
}

// IdentifierKind says which number an identifier is.
type IdentifierKind uint8

const (
	NoIdentifier  IdentifierKind = iota
	NHSNumber                    // 10 digits, modulus 11
	NINO                         // National Insurance number
	PNCID                        // Police National Computer
	PrisonNumber                 // Prison NOMIS number
	OtherNational                // a number unique to one person that an area's layout declares (soc_sec_id in the truth sets)
	UPRN                         // Unique Property Reference Number: of an address, so never of a person alone
)

// Identifier is one number of a kind, normalised.
type Identifier struct {
	Kind  IdentifierKind
	Value string
}

// Identity is one agency's view of who someone is, each value read and normalised; what could not be used is
// not here (it stands beside the record as sent, in a SetAside). Empty means the agency did not say.
// The first of several values is the agency's main one; the others are aliases or former values.
type Identity struct {
	Names       []Name
	Births      []Birth
	Sex         Sex
	Identifiers []Identifier
	Postcodes   []string // as NormalisePostcode writes them: "SE5 8AZ", or an outcode alone "SE5"
	NoFixed     bool     // said to be of no fixed abode (NFA, ZZ99 3VZ, a blank the layout declares to mean it)
	Address     string   // the first line of the address, as sent
	Phones      []string // digits, national form
	Emails      []string
	Places      []string // a town or city where an agency sends nothing finer
}

// Precision says how much of a date of birth is meant.
type Precision uint8

const (
	NoBirth  Precision = iota
	FullDate           // day, month and year
	YearOnly           // the day is a stand-in (1 January): the year is meant, no more
)

// Birth is a date of birth and how much of it is meant.
type Birth struct {
	Day       day.Day
	Precision Precision
}

// SetAside is a value kept as sent and not used, with the reason in words: "1900-01-01 stands for not known".
type SetAside struct {
	Field  string // the layout's name of the field
	Value  string // as sent
	Reason string
	Code   string // short and stable: "placeholder-date"
}
