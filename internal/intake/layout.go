// Package intake reads an agency's extract through a layout: it checks every row, keeps what the layout allows exactly
// as sent, and says of each row whether it is accepted, rejected (line, column, what is wrong, remedy) or repeated.
// Nothing is guessed: what cannot be read for certain is set aside, rejected or refused, and counted.
package intake

import (
	"slices"
	"strings"

	"throughline/internal/fault"
)

// Kind says what a file holds.
type Kind string

const (
	People   Kind = "people"   // one row is an agency's view of someone
	Contacts Kind = "contacts" // one row is one use of a service, tied to someone by the key
	Both     Kind = "both"     // one row is both: the person's columns are repeated on each contact
)

// HasPeople says whether rows of this kind carry who someone is.
func (k Kind) HasPeople() bool { return k == People || k == Both }

// HasContacts says whether rows of this kind carry a use of a service.
func (k Kind) HasContacts() bool { return k == Contacts || k == Both }

// Field is what a column means.
type Field string

const (
	Key       Field = "key"     // the agency's number for the person; several columns make one key
	ContactID Field = "contact" // the agency's number for the contact; several columns make one number

	Title         Field = "title"
	Forename      Field = "forename"
	Middle        Field = "middle"
	Surname       Field = "surname"
	FormerSurname Field = "former-surname"
	FullName      Field = "name"       // both names in one value; form says how they stand
	AliasName     Field = "alias-name" // other names in full; form says how they stand
	Initials      Field = "initials"   // "J.S.": the first letter of the forename and of the surname
	BirthDay      Field = "birth"
	AliasBirth    Field = "alias-birth"
	Age           Field = "age" // whole years on the day that asOf says
	SexField      Field = "sex"
	NHSNumber     Field = "nhs-number"
	NINO          Field = "nino"
	PNC           Field = "pnc"
	PrisonNumber  Field = "prison-number"
	NationalID    Field = "national-id"
	UPRN          Field = "uprn"
	Postcode      Field = "postcode"
	Address       Field = "address" // several columns are joined in the order of the layout
	Place         Field = "place"
	Phone         Field = "phone"
	Email         Field = "email"

	From     Field = "from" // the contact's day, or the first day of its span
	To       Field = "to"   // the last day of the span
	Service  Field = "service"
	Quantity Field = "quantity"
	Amount   Field = "amount" // the contact's own amount in pounds
	Less     Field = "less"   // taken off the own amount, such as rent; several columns are all taken off
	Borough  Field = "borough"
	Worker   Field = "worker" // who at the agency is involved
	Reach    Field = "reach"  // how that worker is reached

	Shielded Field = "shielded" // whether the agency shields the person
	Incident Field = "incident" // the agency's number of an incident that the contact is about
	InIt     Field = "part"     // the person's part in that incident
)

// side says on which side of a row a field stands.
type side uint8

const (
	eitherSide side = iota
	personSide
	contactSide
)

// fields lists every field once, with its side and whether several columns may carry it. The order is the
// order in which contents are hashed, so it may be added to at the end and never changed.
var fields = []struct {
	field  Field
	side   side
	many   bool
	about  string // a word for messages
	values bool   // one value may hold several, with a separator
}{
	{Key, eitherSide, true, "record number", false},
	{ContactID, contactSide, true, "contact number", false},
	{Title, personSide, false, "title", false},
	{Forename, personSide, false, "forename", false},
	{Middle, personSide, false, "middle name", false},
	{Surname, personSide, false, "surname", false},
	{FormerSurname, personSide, true, "former surname", true},
	{FullName, personSide, false, "name", false},
	{AliasName, personSide, true, "alias", true},
	{Initials, personSide, false, "initials", false},
	{BirthDay, personSide, false, "date of birth", false},
	{AliasBirth, personSide, true, "date of birth of an alias", true},
	{Age, personSide, false, "age", false},
	{SexField, personSide, false, "sex", false},
	{NHSNumber, personSide, false, "NHS number", true},
	{NINO, personSide, false, "National Insurance number", true},
	{PNC, personSide, false, "PNC number", true},
	{PrisonNumber, personSide, false, "prison number", true},
	{NationalID, personSide, false, "national number", true},
	{UPRN, personSide, false, "UPRN", true},
	{Postcode, personSide, true, "postcode", true},
	{Address, personSide, true, "address", false},
	{Place, personSide, true, "place", true},
	{Phone, personSide, true, "telephone number", true},
	{Email, personSide, true, "e-mail address", true},
	{From, contactSide, false, "first day", false},
	{To, contactSide, false, "last day", false},
	{Service, contactSide, false, "service code", false},
	{Quantity, contactSide, false, "quantity", false},
	{Amount, contactSide, false, "amount", false},
	{Less, contactSide, true, "amount taken off", false},
	{Borough, contactSide, false, "borough", false},
	{Worker, contactSide, false, "worker", false},
	{Reach, contactSide, false, "how the worker is reached", false},
	{Shielded, personSide, false, "whether the person is shielded", false},
	{Incident, contactSide, false, "incident number", false},
	{InIt, contactSide, false, "part in the incident", false},
}

// Words are the field in words: "record number". A field outside the list is shown as it is written.
func (f Field) Words() string {
	if i := fieldIndex(f); i >= 0 {
		return fields[i].about
	}
	return string(f)
}

// Identifies says whether the field tells who somebody is.
func (f Field) Identifies() bool {
	i := fieldIndex(f)
	return i >= 0 && fields[i].side == personSide
}

// Guarded says whether what the field says is itself told only to those who may know of it: that somebody is shielded, and in which incident
// they had a part.
func (f Field) Guarded() bool { return f == Shielded || f == Incident || f == InIt }

func fieldIndex(f Field) int {
	for i := range fields {
		if fields[i].field == f {
			return i
		}
	}
	return -1
}

// Layout is one version of the meaning of a file's columns: a strict YAML file (docs/layouts.md) that an analyst
// reads and edits. It is an allow-list: a column it does not map is never stored, only its name is listed.
type Layout struct {
	Name      string        `yaml:"name"`
	Version   int           `yaml:"version"`
	Agency    string        `yaml:"agency"`
	Kind      Kind          `yaml:"kind"`
	Sheet     string        `yaml:"sheet"`     // for spreadsheets, later; refused now
	Delimiter string        `yaml:"delimiter"` // detect (or empty), comma, semicolon, tab, pipe
	Encoding  string        `yaml:"encoding"`  // detect (or empty), utf-8, windows-1252, utf-16, utf-16le, utf-16be
	Header    string        `yaml:"header"`    // the header's line, or find (or empty): the row that holds the headers
	Stop      []string      `yaml:"stop"`      // where rows end: "blank row", "begins Total", "is END OF REPORT"
	Empty     []string      `yaml:"empty"`     // words that mean no value, in any column; letter case does not matter
	Keys      string        `yaml:"keys"`      // together (or empty): key columns are joined; first: the first that has a value
	Identical string        `yaml:"identical"` // of contacts without a number: count (or empty) counts all identical rows, once counts one
	Service   string        `yaml:"service"`   // the code of every contact, where there is no service column
	Columns   []Column      `yaml:"columns"`
	Services  []ServiceCode `yaml:"services"` // the service codes that are known

	source []byte
	hash   [32]byte
}

// Column maps one column of the file.
type Column struct {
	Header    string            `yaml:"header"`
	Also      []string          `yaml:"also"`      // other spellings of the header
	Field     string            `yaml:"field"`     // what it means; two meanings are joined: "key + contact"
	Format    string            `yaml:"format"`    // of days: dd/mm/yyyy, yyyy-mm-dd, excel serial … ; several are joined by "or"
	Pivot     *int              `yaml:"pivot"`     // two-digit years up to this one are 20xx, the others 19xx
	Codes     map[string]string `yaml:"codes"`     // as sent → meaning; letter case matters
	Default   string            `yaml:"default"`   // read in place of an empty value
	Optional  bool              `yaml:"optional"`  // the file may lack the column
	Separator string            `yaml:"separator"` // between several values in one
	Form      string            `yaml:"form"`      // of names: "surname, forename", "forename surname", or whole; of postcodes: as written
	AsOf      string            `yaml:"as-of"`     // of ages: extract (the extract's as-of day) or contact (the contact's first day)
	Empty     []string          `yaml:"empty"`     // words that mean no value in this column
	NoFixed   []string          `yaml:"no-fixed"`  // of addresses: words that mean no fixed abode ("" for an empty value)
	Open      []string          `yaml:"open"`      // of last days: words that mean the stay goes on ("" for an empty value)
	Length    int               `yaml:"length"`    // of numbers: how many digits each has; fewer tell of lost leading zeros
	January   bool              `yaml:"january"`   // of dates of birth: 1 January means that only the year is known
	Period    string            `yaml:"period"`    // of first days: the contact covers the week, month, quarter or year that begins here

	fields []Field
}

// ServiceCode says what one service code means, in which unit it is counted, and how the quantity is found.
type ServiceCode struct {
	Code     string `yaml:"code"`
	Service  string `yaml:"service"`  // the service's short name in the area: "eviction"
	Unit     string `yaml:"unit"`     // "night", "hour", "attendance"
	Quantity string `yaml:"quantity"` // one (or empty), nights or days of the span, or column
	Multiply int64  `yaml:"multiply"` // of a quantity column; 1 when left out
	Divide   int64  `yaml:"divide"`   // minutes to hours: 60; 1 when left out
	Stay     bool   `yaml:"stay"`     // a contact is a stay, which may go on; so are all that count nights or days
}

// IsStay says whether a contact of the service is a stay with a first and a last day, which may be still open.
func (s *ServiceCode) IsStay() bool { return s.Stay || s.Quantity == "nights" || s.Quantity == "days" }

// asWritten is the form of postcodes of other countries.
const asWritten = "as written"

// Fields are what the column means.
func (c *Column) Fields() []Field { return c.fields }

// Is says whether the column carries a field.
func (c *Column) Is(f Field) bool {
	for _, g := range c.fields {
		if g == f {
			return true
		}
	}
	return false
}

// Guarded says whether the column carries a field that is guarded.
func (c *Column) Guarded() bool { return slices.ContainsFunc(c.fields, Field.Guarded) }

// Needs says whether a row without a value in the column is rejected.
func (l *Layout) Needs(c *Column) bool {
	return c.Default == "" && (c.Is(Key) && l.Keys != "first" || c.Is(From) || c.Is(Service) && l.Service == "")
}

// Headers are the column's header and its other spellings.
func (c *Column) Headers() []string { return append([]string{c.Header}, c.Also...) }

// Source is the layout's file as it was read.
func (l *Layout) Source() []byte { return l.source }

// Hash is the SHA-256 of the layout's file: what a run fixes.
func (l *Layout) Hash() [32]byte { return l.hash }

// Find gives the index of the first column with a field, or -1.
func (l *Layout) Find(f Field) int {
	for i := range l.Columns {
		if l.Columns[i].Is(f) {
			return i
		}
	}
	return -1
}

// KeyHeaders are the headers of the columns that make the record key, in the layout's order. None means that rows are known by
// their 1-based number in the file.
func (l *Layout) KeyHeaders() []string {
	var keys []string
	for i := range l.Columns {
		if l.Columns[i].Is(Key) {
			keys = append(keys, l.Columns[i].Header)
		}
	}
	return keys
}

// foldHeader is how headers are compared: spaces around and letter case do not matter, runs of space are one.
func foldHeader(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// layoutFault is what every error about a layout is.
func layoutFault(message, remedy string) *fault.Error {
	return fault.New(fault.Invalid, "layout", message, remedy)
}
