package linkage

import (
	"fmt"
	"strings"
	"time"

	"throughline/internal/person"
)

// record is one record in numbers of the dictionaries; 0 is not said. It holds the first value of each field; the few
// records with more have them in columns.more.
type record struct {
	forename, middle, surname uint32
	birth                     birth
	postcode, address, place  uint32
	phone, email              uint32
	nhs, nino                 uint32
	other                     uint32 // PNC, prison or another national number: the kind is part of the value
	more                      uint32 // 1 + the place in columns.more; 0 when no field has a second value
	agency                    uint16 // as every Add says it; no rule and no weight goes by it, since parameters of agencies lose (docs/linkage.md)
	sex                       person.Sex
	flags                     uint8
}

// record.flags
const (
	noFixedAbode uint8 = 1 << iota // said to have nowhere to live
	cameSince                      // it came after the run that is held to, and does not count
)

// birth is a date of birth packed so that whole numbers order and compare as dates: year, month and day, and a mark when only
// the year is meant. 0 is not said.
type birth uint32

const birthYearOnly birth = 1 << 31

func packBirth(b person.Birth) birth {
	if b.Precision == person.NoBirth || b.Day == 0 {
		return 0
	}
	y, m, d := b.Day.Date()
	p := birth(y)<<9 | birth(m)<<5 | birth(d)
	if b.Precision == person.YearOnly {
		p |= birthYearOnly
	}
	return p
}

// String writes the date as 1983-03-04, or the year when no more is meant.
func (b birth) String() string {
	switch {
	case b == 0:
		return ""
	case !b.whole():
		return fmt.Sprint(b.year())
	}
	return fmt.Sprintf("%d %s %d", b.day(), time.Month(b.month()), b.year())
}

func (b birth) year() int   { return int(b &^ birthYearOnly >> 9) }
func (b birth) month() int  { return int(b >> 5 & 15) }
func (b birth) day() int    { return int(b & 31) }
func (b birth) whole() bool { return b != 0 && b&birthYearOnly == 0 }

// name is one name someone goes by, in numbers.
type name struct{ forename, middle, surname uint32 }

// further holds the second and later values of a record's fields.
type further struct {
	names     []name
	births    []birth
	postcodes []uint32
	places    []uint32
	phones    []uint32
	emails    []uint32
	others    []uint32
}

// columns are all records and the dictionaries of their values.
type columns struct {
	records   []record
	more      []further
	names     *names
	postcodes *places
	addresses *addresses
	towns     *names // compared like names
	phones    *dictionary
	emails    *dictionary
	nhs       *dictionary
	ninos     *dictionary
	others    *dictionary
	births    map[birth]uint32 // records that hold the date
	full      *fullNames       // nil until asked for
	held      bool             // how common values are is that of an earlier run, however many records came since
	former    []former         // records of that run that stand no more, the last of records
	since     int              // records that came after it
	workers   int              // goroutines that work on them
	coded     *coded           // what is known of values that came as keyed tokens; nil for plain records
	own       *Encoder         // of records that are added one by one; nil while there are none
	ownBatch  *Batch
}

func newColumns() *columns {
	return &columns{names: newNames(), postcodes: newPlaces(), addresses: newAddresses(), towns: newNames(), phones: newDictionary(),
		emails: newDictionary(), nhs: newDictionary(), ninos: newDictionary(), others: newDictionary(), births: map[birth]uint32{}, workers: 1}
}

// place is where someone lives: a postcode, its sector and its outcode as numbers; without a sector, the postcode is an outcode.
type place struct{ postcode, sector, outcode uint32 }

func (p *places) place(v uint32) place { return place{v, p.sector[v], p.outcode[v]} }

// places is the dictionary of postcodes with, for each, its sector and outcode as numbers of their own.
type places struct {
	dictionary
	sector, outcode []uint32
}

func newPlaces() *places {
	return &places{*newDictionary(), make([]uint32, 1), make([]uint32, 1)}
}

func (p *places) number(postcode string) uint32 {
	v, first := p.add(postcode)
	if !first {
		return v
	}
	p.sector, p.outcode = append(p.sector, 0), append(p.outcode, 0)
	out, sector := person.Outcode(postcode), person.Sector(postcode)
	p.outcode[v] = v
	if out != postcode {
		w := p.number(out)
		p.count[w]-- // the record did not send the outcode alone
		p.outcode[v] = w
	}
	if sector != "" {
		// A sector is written with a mark that no postcode has, so that "SE5 8" is never taken for a value that was sent.
		w, first := p.add("sector " + sector)
		p.count[w]--
		if first {
			p.sector, p.outcode = append(p.sector, 0), append(p.outcode, p.outcode[v])
		}
		p.sector[v] = w
	}
	return v
}

// addresses is the dictionary of address lines with the words of each.
type addresses struct {
	dictionary
	words *dictionary
	list  []uint32 // words of all addresses, one address after the other
	end   []uint32
}

func newAddresses() *addresses {
	return &addresses{dictionary: *newDictionary(), words: newDictionary(), end: make([]uint32, 1)}
}

var shortForms = map[string]string{"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "ct": "court",
	"cres": "crescent", "cl": "close", "pl": "place", "sq": "square", "gdns": "gardens", "hse": "house", "apt": "flat", "terr": "terrace"}

// addressText folds an address line and writes its short forms long: "12 Acre La." is "12 acre la".
func addressText(s string) string {
	words := strings.Fields(person.Fold(s))
	for i, w := range words {
		if long, ok := shortForms[w]; ok && i > 0 {
			words[i] = long
		}
	}
	return strings.Join(words, " ")
}

// number gives the number of an address as addressText writes it.
func (a *addresses) number(line []byte, hash uint64) uint32 {
	if len(line) == 0 {
		return 0
	}
	v, first := a.addHashed(line, hash)
	if !first {
		return v
	}
	for w := range strings.FieldsSeq(a.text(v)) {
		n, _ := a.words.add(w)
		a.list = append(a.list, n)
	}
	a.end = append(a.end, uint32(len(a.list)))
	return v
}

func (a *addresses) wordsOf(v uint32) []uint32 { return a.list[a.end[v-1]:a.end[v]] }

// add encodes an identity and gives its row.
func (c *columns) add(agency uint16, who person.Identity) uint32 {
	if c.own == nil {
		c.own = NewEncoder()
		c.ownBatch = c.own.NewBatch(1)
	}
	b := c.ownBatch
	b.empty()
	c.own.Add(b, &who)
	c.addBatch(agency, b, func(int) bool { return true })
	return uint32(len(c.records) - 1)
}

func first[T any](list []T) (head T, rest []T) {
	if len(list) == 0 {
		return head, nil
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list[0], list[1:]
}

func contains[T comparable](list []T, v T) bool {
	for _, w := range list {
		if w == v {
			return true
		}
	}
	return false
}
