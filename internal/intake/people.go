package intake

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"throughline/internal/day"
	"throughline/internal/person"
)

// viewCache is how many views are kept to be shared between rows of one person: in a file of people and contacts together the
// same values come again and again.
const viewCache = 1 << 13

type cachedView struct {
	content []byte
	view    *View
}

var cacheSeed = maphash.MakeSeed() // only where in the cache a view lies depends on it

// readPerson gives the view of who the row in hand is about.
func (r *Reader) readPerson() *View {
	r.contentOf(r.plan.person)
	if r.views == nil {
		return r.newView()
	}
	named := len(r.content)
	if r.plan.ageOn {
		r.content = binary.LittleEndian.AppendUint32(r.content, uint32(r.row.Contact.From))
	}
	place := &r.views[maphash.Bytes(cacheSeed, r.content)%viewCache]
	if place.view != nil && bytes.Equal(place.content, r.content) {
		return place.view
	}
	place.content = append(place.content[:0], r.content...)
	r.content = r.content[:named]
	place.view = r.newView()
	return place.view
}

// newView reads the person's columns of the row in hand, whose content has been written.
func (r *Reader) newView() *View {
	b := r.lent
	if b == nil {
		b = &viewBuilder{r: r, view: &View{Hash: hashOf(r.content)}}
	} else {
		b.clear()
		binary.LittleEndian.PutUint64(b.view.Hash[:], maphash.Bytes(seenSeed, r.content))
	}
	for _, in := range r.plan.who {
		b.read(in.field, in.column)
	}
	b.finish()
	return b.view
}

// clear makes a builder whose last view is no longer wanted ready for the next.
func (b *viewBuilder) clear() {
	if b.view == nil {
		b.view = &View{}
	}
	v, who := b.view, &b.view.Identity
	v.SetAside = v.SetAside[:0]
	who.Names, who.Births, who.Sex, who.Identifiers = who.Names[:0], who.Births[:0], person.SexUnknown, who.Identifiers[:0]
	who.Postcodes, who.NoFixed, who.Address = who.Postcodes[:0], false, ""
	who.Phones, who.Emails, who.Places = who.Phones[:0], who.Emails[:0], who.Places[:0]
	b.title, b.forename, b.middle, b.surname, b.age, b.january, b.unnamed = "", namePart{}, "", namePart{}, 0, 0, false
	b.former, b.others, b.aliases, b.births, b.address = b.former[:0], b.others[:0], b.aliases[:0], b.births[:0], b.address[:0]
}

// text gives a value as a string. Where the view is lent the value's own bytes are lent with it.
func (b *viewBuilder) text(v []byte) string {
	if b.r.lent != nil {
		return unsafe.String(unsafe.SliceData(v), len(v))
	}
	return string(v)
}

// viewBuilder collects a view column by column; names in parts are put together at the end.
type viewBuilder struct {
	r        *Reader
	view     *View
	title    string
	middle   string
	forename namePart
	surname  namePart
	former   []namePart
	others   []person.Name // whole names and initials
	aliases  []person.Name
	births   []person.Birth // of aliases
	address  []string
	age      int  // column of the age, plus 1
	january  int  // column of a date of birth that is a 1 January, plus 1
	unnamed  bool // a name stood for one that is not known
}

// namePart is one part of a name and the column it came in.
type namePart struct {
	text   string
	column int
}

func (b *viewBuilder) read(f Field, c int) {
	v := b.r.value(c)
	p := &b.r.plan.columns[c]
	if p.noFixed != nil && isWord(trim(b.r.values[c]), p.noFixed) {
		b.view.Identity.NoFixed = true
		return
	}
	separator := b.r.layout.Columns[c].Separator
	if len(v) == 0 {
		return
	}
	if separator == "" {
		b.readOne(f, c, b.text(v), v)
		return
	}
	for _, one := range strings.Split(b.text(v), separator) {
		if one = strings.TrimSpace(one); one != "" {
			b.readOne(f, c, one, []byte(one))
		}
	}
}

// readOne reads one value of one field.
func (b *viewBuilder) readOne(f Field, c int, s string, v []byte) {
	who := &b.view.Identity
	if why := damaged(v); why.Code != "" && f != Shielded {
		b.aside(c, s, why)
		return
	}
	switch f {
	case Title:
		b.title = s
	case Forename:
		b.forename = namePart{s, c}
	case Middle:
		b.middle = s
	case Surname:
		b.surname = namePart{s, c}
	case FormerSurname:
		b.former = append(b.former, namePart{s, c})
	case FullName:
		b.others = append(b.others, b.name(c, s)...)
	case AliasName:
		b.aliases = append(b.aliases, b.name(c, s)...)
	case Initials:
		if first, last := initials(s); first != "" {
			b.others = append(b.others, person.Name{Forename: first, Surname: last})
		} else {
			b.aside(c, s, person.Why{Code: badInitials, Reason: "Initials are one to four letters."})
		}
	case BirthDay, AliasBirth:
		birth, ok := b.birth(c, s, v)
		switch {
		case ok && f == BirthDay:
			who.Births = append(who.Births, birth)
			if person.FirstOfJanuary(birth.Day) {
				b.january = c + 1
			}
		case ok:
			b.births = append(b.births, birth)
		}
	case Age:
		b.age = c + 1
	case SexField:
		b.sex(c, s)
	case Shielded:
		b.shield(c, s)
	case NHSNumber:
		b.number(c, s, v, person.ReadNHSNumber)
	case NINO:
		b.number(c, s, v, person.ReadNINO)
	case PNC:
		b.number(c, s, v, person.ReadPNCID)
	case PrisonNumber:
		b.number(c, s, v, person.ReadPrisonNumber)
	case NationalID:
		b.number(c, s, v, person.ReadOtherNational)
	case UPRN:
		b.number(c, s, v, person.ReadUPRN)
	case Postcode:
		postcode, noFixed, why := b.postcode(c, s)
		who.NoFixed = who.NoFixed || noFixed
		if why.Code != "" {
			b.aside(c, s, why)
		} else if postcode != "" {
			who.Postcodes = append(who.Postcodes, postcode)
		}
	case Address:
		if person.SaysNoFixedAbode(s) {
			who.NoFixed = true
		} else {
			b.address = append(b.address, s)
		}
	case Place:
		who.Places = append(who.Places, s)
	case Phone:
		why := damagedNumber(v, 0)
		phone := ""
		if why.Code == "" {
			phone, why = person.ReadPhone(s)
		}
		if why.Code != "" {
			b.aside(c, s, why)
		} else if phone != "" {
			who.Phones = append(who.Phones, phone)
		}
	case Email:
		if email, why := person.ReadEmail(s); why.Code != "" {
			b.aside(c, s, why)
		} else if email != "" {
			who.Emails = append(who.Emails, email)
		}
	}
}

// postcode reads a postcode of the United Kingdom, or takes one of another country as it is written, in capitals without spaces.
func (b *viewBuilder) postcode(c int, s string) (postcode string, noFixed bool, why person.Why) {
	if b.r.layout.Columns[c].Form != asWritten || person.SaysNoFixedAbode(s) {
		return person.ReadPostcode(s)
	}
	return strings.ToUpper(strings.Join(strings.Fields(s), "")), false, person.Why{}
}

func (b *viewBuilder) aside(c int, s string, why person.Why) {
	b.view.SetAside = append(b.view.SetAside, why.SetAside(b.r.headerOf(c), s))
}

// number reads an identifier. A number that a spreadsheet damaged is set aside for that reason before any other.
func (b *viewBuilder) number(c int, s string, v []byte, read func(string) (person.Identifier, person.Why)) {
	why := damagedNumber(v, b.r.layout.Columns[c].Length)
	var number person.Identifier
	if why.Code == "" {
		number, why = read(s)
	}
	switch {
	case why.Code != "":
		b.aside(c, s, why)
	case number.Kind != person.NoIdentifier:
		b.view.Identity.Identifiers = append(b.view.Identity.Identifiers, number)
	}
}

// name reads a whole name as the column's form says. Where the surname is cannot be told from the words of a name of one or of
// more than two, so such a name stays whole.
func (b *viewBuilder) name(c int, s string) []person.Name {
	form := b.r.layout.Columns[c].Form
	var name person.Name
	var aside []person.SetAside
	switch form {
	case "whole":
		name, aside = person.ReadFullName(strings.ReplaceAll(s, ",", " "))
	case "forename surname":
		title, rest := person.StripTitle(s)
		if w := strings.Fields(rest); len(w) == 2 && !strings.Contains(rest, ",") {
			name, aside = person.ReadName(title, w[0], "", w[1])
		} else {
			name, aside = person.ReadFullName(s)
		}
	default:
		name, aside = person.ReadFullName(s)
	}
	b.unnamed = b.unnamed || len(aside) > 0
	for _, a := range aside {
		b.aside(c, a.Value, person.Why{Code: a.Code, Reason: a.Reason})
	}
	if name.IsZero() {
		return nil
	}
	return []person.Name{name}
}

// initials gives the first letter of the forename and of the surname: of "J.S.", "J S" and "JS".
func initials(s string) (first, last string) {
	var letters []string
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters = append(letters, string(unicode.ToUpper(r)))
		}
	}
	switch {
	case len(letters) == 0 || len(letters) > 4:
		return "", ""
	case len(letters) == 1:
		return letters[0], ""
	}
	return letters[0], letters[len(letters)-1]
}

// birth reads a date of birth, or sets it aside with its reason.
func (b *viewBuilder) birth(c int, s string, v []byte) (person.Birth, bool) {
	d, formed := readForms(v, b.r.plan.columns[c].formats)
	why := person.Why{}
	var birth person.Birth
	if d == 0 {
		message, _ := dayTrouble(v, formed, b.r.plan.columns[c].formats)
		why = person.Why{Code: unreadable, Reason: message + "."}
	} else {
		birth, why = person.ReadBirth(d, b.r.asOf, b.r.layout.Columns[c].January)
	}
	if why.Code != "" {
		b.aside(c, s, why)
	}
	return birth, why.Code == ""
}

// sex reads a sex through the column's codes, or by the words that every agency means alike.
func (b *viewBuilder) sex(c int, s string) {
	if sex, ok := b.r.plan.columns[c].sexes[s]; ok {
		b.view.Identity.Sex = sex
		return
	}
	codes := b.r.layout.Columns[c].Codes
	if codes != nil {
		meaning, ok := codes[s]
		if !ok {
			b.aside(c, s, person.Why{Code: unknownCode, Reason: "The layout does not say what this code means."})
			return
		}
		s = meaning
	}
	sex, why := person.ReadSex(s)
	if why.Code != "" {
		b.aside(c, s, why)
		return
	}
	b.view.Identity.Sex = sex
}

// finish puts together what several columns say: the main name first, then former surnames, then aliases.
func (b *viewBuilder) finish() {
	who := &b.view.Identity
	name, aside := person.ReadName(b.title, b.forename.text, b.middle, b.surname.text)
	b.unnamed = b.unnamed || len(aside) > 0
	for _, a := range aside {
		c := b.forename.column
		if a.Field == "surname" {
			c = b.surname.column
		}
		b.aside(c, a.Value, person.Why{Code: a.Code, Reason: a.Reason})
	}
	if !name.IsZero() {
		who.Names = append(who.Names, name)
	}
	who.Names = append(who.Names, b.others...)
	for _, former := range b.former {
		n, aside := person.ReadName("", name.Forename, name.Middle, former.text)
		for _, a := range aside {
			b.aside(former.column, a.Value, person.Why{Code: a.Code, Reason: a.Reason})
		}
		if n.Surname != "" && n.Surname != name.Surname {
			who.Names = append(who.Names, n)
		}
	}
	who.Names = append(who.Names, b.aliases...)
	if b.january > 0 && b.unnamed && len(who.Names) == 0 {
		who.Births = slices.DeleteFunc(who.Births, func(d person.Birth) bool { return person.FirstOfJanuary(d.Day) })
		b.aside(b.january-1, b.text(b.r.value(b.january-1)), person.StandInBirth)
	}
	who.Births = append(who.Births, b.births...)
	who.Address = strings.Join(b.address, " ")
	if b.age > 0 && len(who.Births) == 0 {
		b.readAge(b.age - 1)
	}
}

// readAge gives the year of birth that an age means, where no date of birth was read.
func (b *viewBuilder) readAge(c int) {
	v := b.r.value(c)
	on := b.r.asOf
	if b.r.layout.Columns[c].AsOf == "contact" {
		on = b.r.row.Contact.From
	}
	age, ok := wholeYears(v)
	if !ok {
		b.aside(c, string(v), person.Why{Code: badAge, Reason: "An age is a whole number of years."})
		return
	}
	birth, why := person.BirthOfAge(age, on)
	if why.Code == "" && day.Age(birth.Day, b.r.asOf) < 0 {
		why = person.Why{Code: badAge, Reason: "The age is of a day after the as-of day."}
	}
	if why.Code != "" {
		b.aside(c, string(v), why)
		return
	}
	b.view.Identity.Births = append(b.view.Identity.Births, birth)
}

func wholeYears(v []byte) (int, bool) {
	if len(v) == 0 || len(v) > 3 || !utf8.Valid(v) {
		return 0, false
	}
	n, used := digitsAt(v, 0, 1, 3)
	return n, used == len(v)
}
