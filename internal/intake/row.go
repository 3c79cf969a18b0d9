package intake

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
	"throughline/internal/person"
)

// Outcome is what became of a row. Every data row has exactly one.
type Outcome uint8

const (
	Accepted Outcome = iota
	Rejected         // it cannot stand: Row.Rejection says why
	Repeated         // the same number with the same content stood earlier in the file
)

func (o Outcome) String() string { return [...]string{"accepted", "rejected", "repeated"}[o] }

// Row is one data row. Its slices are valid until the next call of Next; what is in Person never changes and may be kept.
type Row struct {
	Line    int // in the file, where the row begins
	Number  int // of the data row in the file, from 1
	Outcome Outcome
	// Revises is the line of the row before it with the same number and other content, in whose place this accepted row stands: a
	// contact of the file is counted once, as its last row says. 0 when there is none.
	Revises int

	// Key is the record key as sent, without spaces around. Several key columns are joined by U+001F. Without a key column it is Number.
	Key []byte
	// Values are the mapped columns exactly as sent, in the layout's order; nil for an optional column that the file lacks. A row with too few
	// values has them from the left, one with too many has those beyond the header last; neither has any where the file has columns that
	// the layout does not map, since one of theirs could be among them.
	Values [][]byte

	Person    *View             // who someone is; nil unless the layout's kind has people and the row is accepted
	Contact   Contact           // one use of a service; meant when the layout's kind has contacts and the row is accepted
	SetAside  []person.SetAside // values of the contact's side; those of the person's stand in Person
	Rejection Rejection         // meant when Outcome is Rejected
}

// clear makes the row ready for the next, without writing over what is nothing in most.
func (row *Row) clear() {
	if row.Outcome == Rejected {
		row.Rejection = Rejection{}
	}
	if row.Contact.From != 0 {
		row.Contact = Contact{}
	}
	row.Outcome, row.Revises, row.Key, row.Values, row.Person, row.SetAside = Accepted, 0, nil, nil, nil, row.SetAside[:0]
}

// LooksTotal says whether a value of the row is what stands at the head of a line of totals, and nobody's name or number: Total, Grand total, Total: 12,
// Total records.
func (row *Row) LooksTotal() bool {
	for _, v := range row.Values {
		if len(v) > 0 && v[0] == ' ' {
			v = bytes.TrimLeft(v, " ")
		}
		if len(v) < shortestTotal || !strings.ContainsRune("TtGgSs", rune(v[0])) {
			continue
		}
		for _, w := range totalWords {
			if len(v) < len(w) || !bytes.EqualFold(v[:len(w)], []byte(w)) {
				continue
			}
			rest := bytes.Trim(v[len(w):], "sS :=.,0123456789")
			if len(rest) == 0 || slices.ContainsFunc(totalOf, func(of string) bool { return bytes.EqualFold(rest, []byte(of)) }) {
				return true
			}
		}
	}
	return false
}

var totalWords = []string{"total", "grand total", "subtotal", "sub total", "sub-total"}

// totalOf is what may be totalled, of one.
var totalOf = []string{"record", "row", "line", "client", "people", "person", "case", "contact", "count"}

const shortestTotal = len("total")

// AllSetAside lists the values set aside on both sides of the row.
func (row *Row) AllSetAside() []person.SetAside {
	if row.Person == nil || len(row.Person.SetAside) == 0 {
		return row.SetAside
	}
	return append(row.Person.SetAside[:len(row.Person.SetAside):len(row.Person.SetAside)], row.SetAside...)
}

// Hash is the first half of a SHA-256 over the fields and values as sent, in an order of its own: renamed or reordered columns
// do not change it.
type Hash [16]byte

// View is an agency's view of someone, read from one row or from several with the same values.
type View struct {
	Identity person.Identity
	SetAside []person.SetAside
	Shield   Shield
	Hash     Hash
}

// Contact is one use of a service, as integers.
type Contact struct {
	ID          []byte  // the agency's number, empty when there is none
	Service     int     // index into Reader.Services
	From        day.Day // the day, or the first day of the span
	To          day.Day // the last day; From for a contact of one day; zero while Open
	Open        bool    // a stay that goes on
	HasQuantity bool    // false for an open stay, and where the quantity was set aside
	Quantity    int64   // thousandths of the service's unit, over the whole span
	HasOwn      bool
	Own         money.Pence // the contact's own amount, less what the layout takes off
	Later       bool        // it begins after the extract's as-of day
	Borough     string
	Worker      string
	Reach       string
	Incident    string      // the agency's number of an incident in which the person had a part; empty when none is said
	Part        person.Part // meant where there is an Incident
	Alike       int         // of several contacts without a number that say the same: which this is, from 1
	Hash        Hash        // over the key and the contact's columns
}

// Rejection says why a row cannot stand.
type Rejection struct {
	Line    int
	Column  string // the header as sent; empty for the whole row
	Code    string // one of Reasons
	Said    string // the value as sent, cut to a length that can be shown
	Message string // what is wrong, in words
	Remedy  string // what the agency should send
}

// Codes of rejected rows.
const (
	noKey         = "no-record-number"
	damagedKey    = "damaged-record-number"
	noDay         = "no-day"
	unreadable    = "unreadable-day"
	endBefore     = "end-before-start"
	noService     = "no-service"
	tooFew        = "too-few-values"
	tooMany       = "too-many-values"
	lostZeros     = "lost-zeros"
	sheetError    = "spreadsheet-error"
	sheetShort    = "spreadsheet-exponent"
	unknownCode   = "unknown-code"
	lostLetters   = "lost-letters"
	badAmount     = "bad-amount"
	badQuantity   = "bad-quantity"
	noQuantity    = "no-quantity"
	rentUnknown   = "rent-not-known"
	rentAbove     = "rent-above-amount"
	largeAmount   = "amount-too-large"
	largeQuantity = "quantity-too-large"
	badAge        = "bad-age"
	badInitials   = "bad-initials"
	badReference  = "damaged-contact-number"
	noIncident    = "no-incident-number"
	badMark       = "unreadable-mark"
)

// ShownAside is a value set aside as it stands beside a count: what means "not known" as it was sent; of anything else, which may
// tell who somebody is, only its shape.
func ShownAside(s person.SetAside) string {
	if strings.HasPrefix(s.Code, "placeholder-") {
		return said([]byte(s.Value))
	}
	return mask(said([]byte(s.Value)))
}

// Reason gives the few words that head a code of a rejected row in a table: "Date cannot be read".
func Reason(code string) string {
	switch code {
	case noKey:
		return "No record number"
	case damagedKey:
		return "Record number damaged"
	case lostZeros:
		return "Record number without its zeros"
	case noDay:
		return "No date"
	case unreadable:
		return "Date cannot be read"
	case endBefore:
		return "Ends before it begins"
	case noService:
		return "No service code"
	case largeAmount:
		return "Amount too large for one contact"
	case largeQuantity:
		return "Quantity too large for one contact"
	case tooFew:
		return "Too few values in the row"
	case tooMany:
		return "Too many values in the row"
	}
	return code
}

// saidLength is how much of a value is shown in a rejection, in letters.
const saidLength = 120

// said cuts a value for showing, never inside a letter with its accents.
func said(value []byte) string {
	n, i := 0, 0
	for i < len(value) {
		r, size := utf8.DecodeRune(value[i:])
		if !unicode.Is(unicode.M, r) && r != 0x200D {
			if n++; n > saidLength {
				return string(value[:i]) + "…"
			}
		}
		if i += size; i > 16*saidLength {
			return string(value[:i]) + "…"
		}
	}
	return string(value)
}

// fileFault refuses a whole file. It never repeats a value, which might tell who somebody is.
func fileFault(code string, line int, column, message, remedy string) *fault.Error {
	field := "line " + strconv.Itoa(line)
	if column != "" {
		field += ", " + column
	}
	e := fault.New(fault.Invalid, "extract-"+code, "This file cannot be read: "+lowerFirst(message), remedy)
	return e.With(field, message, remedy)
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] == ' ' || s[1] >= 'a' && s[1] <= 'z') {
		return string(s[0]|0x20) + s[1:]
	}
	return s
}
