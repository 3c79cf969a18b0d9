package linkage

import (
	"fmt"
	"slices"
	"strings"

	"throughline/internal/person"
)

// rule is one way in which two records come to be compared: both have an equal key. A record may have several keys of a rule
// (aliases, two surnames); nought is no key.
type rule struct {
	name string // in words, for the report and beside each link
	// needs are the fields without which no record has a key; a rule whose fields nobody sends costs nothing.
	needs []Field
	// keys is nil for the rule that finds every pair.
	keys func(c *columns, r *record, put func(key uint64))
	// parts are how a block that is too large is cut: two of its records are compared when they agree in any of these. A rule
	// with none is loose: it holds for few records, and its blocks that are too large are passed over.
	parts []part
}

// part is a narrower key within a block.
type part uint8

const (
	partSurnameYear part = iota
	partForenameYear
	partBirth
	partNames
	partOutcodeInitial
	partSorts
)

// rules are the default rules for records of people in the United Kingdom, after those of NHS England's linkage: numbers, dates of
// birth, sounds of names, places. Earlier rules win: a pair is compared under the first that finds it.
var rules = []rule{
	{"NHS number", []Field{NHSNumber}, func(c *columns, r *record, put func(uint64)) {
		put(textKey(c.nhs, r.nhs))
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"National Insurance number", []Field{NINO}, func(c *columns, r *record, put func(uint64)) {
		put(textKey(c.ninos, r.nino))
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"another number", []Field{OtherNumber}, func(c *columns, r *record, put func(uint64)) {
		each(r.other, c.furtherOf(r).others, func(v uint32) { put(textKey(c.others, v)) })
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"e-mail", []Field{Email}, func(c *columns, r *record, put func(uint64)) {
		each(r.email, c.furtherOf(r).emails, func(v uint32) { put(textKey(c.emails, v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"phone", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(textKey(c.phones, v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"end of phone", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(c.phoneEnd(v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"beginning of phone and initial", []Field{Phone, Forename}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(join(c.phoneStart(v), c.forenameInitial(r))) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"date of birth", []Field{Birth}, func(c *columns, r *record, put func(uint64)) {
		each(r.birth, c.furtherOf(r).births, func(b birth) { put(birthKey(b)) })
	}, []part{partSurnameYear, partForenameYear, partOutcodeInitial}},
	{"sound of both names", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(soundsKey(c, n)) })
	}, []part{partSurnameYear, partBirth, partOutcodeInitial}},
	{"postcode and sound of forename", []Field{Postcode, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachPostcode(r, func(v uint32) { put(join(textKey(&c.postcodes.dictionary, v), c.forenameSound(r))) })
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"postcode and sound of surname", []Field{Postcode, Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachPostcode(r, func(v uint32) { put(join(textKey(&c.postcodes.dictionary, v), c.surnameSound(r))) })
	}, []part{partForenameYear, partSurnameYear, partBirth}},
	{"address and initial", []Field{Address, Forename}, func(c *columns, r *record, put func(uint64)) {
		put(join(textKey(&c.addresses.dictionary, r.address), c.forenameInitial(r)))
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"surname, initial and year of birth", []Field{Surname, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) {
			f := &c.names.facts[n.surname]
			put(join(f.hash, c.forenameInitial(r), yearKey(r.birth)))
			for _, p := range f.parts {
				if p != 0 {
					put(join(c.names.facts[p].hash, c.forenameInitial(r), yearKey(r.birth)))
				}
			}
		})
	}, []part{partNames, partBirth, partOutcodeInitial}},
	{"forename, surname’s initial and year of birth", []Field{Forename, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) {
			put(join(c.names.facts[n.forename].hash, c.initialKey(n.surname), yearKey(r.birth)))
		})
	}, []part{partNames, partBirth, partOutcodeInitial}},
	{"surname, day and month of birth", []Field{Surname, Birth}, func(c *columns, r *record, put func(uint64)) {
		if r.birth.whole() && r.surname != 0 {
			put(join(c.names.facts[r.surname].hash, uint64(r.birth&511)))
		}
	}, []part{partNames, partOutcodeInitial}},
	{"outcode, sound of forename and year of birth", []Field{Postcode, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachPostcode(r, func(v uint32) { put(join(c.outcodeKey(v), c.forenameSound(r), yearKey(r.birth))) })
	}, []part{partNames, partBirth}},
	{"town, sound of forename and year of birth", []Field{Place, Birth}, func(c *columns, r *record, put func(uint64)) {
		each(r.place, c.furtherOf(r).places, func(v uint32) {
			if v != 0 {
				put(join(c.towns.facts[v].hash, c.forenameSound(r), yearKey(r.birth)))
			}
		})
	}, []part{partNames, partBirth}},
	{"surname and initial", []Field{Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(join(c.names.facts[n.surname].hash, c.initialKey(n.forename))) })
	}, []part{partSurnameYear, partBirth, partOutcodeInitial}},
	{"forename and surname’s initial", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(join(c.names.facts[n.forename].hash, c.initialKey(n.surname))) })
	}, []part{partForenameYear, partBirth, partOutcodeInitial}},
	// From here on a rule finds what no other does, in small blocks only: two records that are poor in all but one thing.
	{"forename alone", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(c.nameKey(n.forename)) })
	}, nil},
	{"surname alone", []Field{Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(c.nameKey(n.surname)) })
	}, nil},
	{"day and month of birth, and initial", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		if r.birth.whole() {
			put(join(uint64(r.birth&511), c.forenameInitial(r)))
		}
	}, nil},
	{"month and year of birth, and initial", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		put(join(c.monthKey(r.birth), c.forenameInitial(r)))
	}, nil},
	{"day and year of birth, and initial", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		put(join(c.dayKey(r.birth), c.forenameInitial(r)))
	}, nil},
	{"both ends of phone", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(c.phoneEnds(v)) })
	}, nil},
	{"half of another number", []Field{OtherNumber}, func(c *columns, r *record, put func(uint64)) {
		each(r.other, c.furtherOf(r).others, func(v uint32) { c.eachHalf(v, put) })
	}, nil},
	{"address and postcode", []Field{Address, Postcode}, func(c *columns, r *record, put func(uint64)) {
		c.eachPostcode(r, func(v uint32) {
			put(join(textKey(&c.addresses.dictionary, r.address), textKey(&c.postcodes.dictionary, v)))
		})
	}, nil},
	{"every pair", nil, nil, nil},
}

// loose says whether a rule has no narrower keys, and finds only what is rare.
func (r *rule) loose() bool { return r.keys != nil && len(r.parts) == 0 }

// looseUpTo is up to how many records loose rules hold.
const looseUpTo = 100_000

// everyPair is up to how many records all pairs are compared, so that no rule can miss one.
const everyPair = 1500

// said says whether any record says anything in a field. Forenames and surnames are one dictionary.
func (c *columns) said(f Field) bool {
	switch f {
	case Forename, Surname:
		return c.names.size() > 0
	case Birth:
		return len(c.births) > 0
	case Postcode:
		return c.postcodes.size() > 0
	case Address:
		return c.addresses.size() > 0
	case Place:
		return c.towns.size() > 0
	case Phone:
		return c.phones.size() > 0
	case Email:
		return c.emails.size() > 0
	case NHSNumber:
		return c.nhs.size() > 0
	case NINO:
		return c.ninos.size() > 0
	case OtherNumber:
		return c.others.size() > 0
	}
	return true
}

var nothingMore further

func (c *columns) furtherOf(r *record) *further {
	if r.more == 0 {
		return &nothingMore
	}
	return &c.more[r.more-1]
}

func each[V any](first V, more []V, do func(V)) {
	do(first)
	for _, v := range more {
		do(v)
	}
}

func (c *columns) eachName(r *record, do func(name)) {
	each(name{r.forename, r.middle, r.surname}, c.furtherOf(r).names, do)
}

func (c *columns) eachPostcode(r *record, do func(uint32)) {
	each(r.postcode, c.furtherOf(r).postcodes, do)
}

// join makes one key of several; nought where any of them is.
func join(parts ...uint64) uint64 {
	h := uint64(len(parts))
	for _, p := range parts {
		if p == 0 {
			return 0
		}
		h = mix(h*31 + p)
	}
	return h | 1
}

func textKey(d *dictionary, v uint32) uint64 {
	if v == 0 {
		return 0
	}
	return stableHash(d.text(v)) | 1
}

// birthKey is equal for dates with day and month changed over; nought when the date is not whole.
func birthKey(b birth) uint64 {
	if !b.whole() {
		return 0
	}
	low, high := min(b.month(), b.day()), max(b.month(), b.day())
	return mix(uint64(b.year()<<10|low<<5|high)) | 1
}

func yearKey(b birth) uint64 {
	if b == 0 {
		return 0
	}
	return uint64(b.year())
}

// monthKey is equal for whole dates in one month of a year, dayKey for those on one day of a month and in one year.
func (c *columns) monthKey(b birth) uint64 {
	switch {
	case !b.whole():
		return 0
	case c.coded != nil:
		return uint64(c.coded.births[b].month)
	}
	return uint64(b >> 5)
}

func (c *columns) dayKey(b birth) uint64 {
	switch {
	case !b.whole():
		return 0
	case c.coded != nil:
		return uint64(c.coded.births[b].monthDay)
	}
	return uint64(b.year()<<5 | b.day())
}

// soundsKey is equal for names with forename and surname changed over.
func soundsKey(c *columns, n name) uint64 {
	f, s := uint64(c.names.facts[n.forename].sound), uint64(c.names.facts[n.surname].sound)
	if n.forename == 0 || n.surname == 0 || c.initialOnly(n.forename) && c.initialOnly(n.surname) {
		return 0
	}
	return join(min(f, s), max(f, s))
}

func (c *columns) forenameSound(r *record) uint64 { return uint64(c.names.facts[r.forename].sound) }
func (c *columns) surnameSound(r *record) uint64  { return uint64(c.names.facts[r.surname].sound) }

func (c *columns) forenameInitial(r *record) uint64 { return c.initialKey(r.forename) }

// nameKey is a name that is more than an initial.
func (c *columns) nameKey(v uint32) uint64 {
	if v == 0 || c.initialOnly(v) {
		return 0
	}
	return c.names.facts[v].hash
}

func (c *columns) initialKey(v uint32) uint64 {
	if v == 0 {
		return 0
	}
	return uint64(c.initial(v))
}

// phoneEnd is the last six digits: equal for a number with and without its code, or with a slip in its beginning.
func (c *columns) phoneEnd(v uint32) uint64 {
	if c.coded != nil {
		return uint64(c.coded.phones[v].end)
	}
	if s := c.phones.text(v); len(s) > 6 {
		return stableHash(s[len(s)-6:])
	}
	return 0
}

// phoneEnds is all but the three digits that end and beginning both hold: a slip anywhere leaves one of the three keys as it is.
func (c *columns) phoneEnds(v uint32) uint64 {
	if c.coded != nil {
		return uint64(c.coded.phones[v].ends)
	}
	if s := c.phones.text(v); len(s) > 6 {
		return join(stableHash(s[:len(s)-6]), stableHash(s[len(s)-3:]))
	}
	return 0
}

// eachHalf gives both halves of a number, so that a slip anywhere leaves one.
func (c *columns) eachHalf(v uint32, put func(uint64)) {
	s := c.others.text(v)
	if c.coded != nil || len(s) < 7 { // with the mark of its kind
		return
	}
	put(join(uint64(s[0]), 1, stableHash(s[1:len(s)/2+1])))
	put(join(uint64(s[0]), 2, stableHash(s[len(s)/2+1:])))
}

// phoneStart is all digits but the last three.
func (c *columns) phoneStart(v uint32) uint64 {
	if c.coded != nil {
		return uint64(c.coded.phones[v].start)
	}
	if s := c.phones.text(v); len(s) > 6 {
		return stableHash(s[:len(s)-3])
	}
	return 0
}

func (c *columns) outcodeKey(postcode uint32) uint64 {
	if postcode == 0 {
		return 0
	}
	return stableHash(c.postcodes.text(c.postcodes.outcode[postcode]))
}

// partKey is the key of a record within a block that is cut.
func (c *columns) partKey(p part, r *record) uint32 {
	var k uint64
	switch p {
	case partSurnameYear:
		k = join(c.surnameSound(r), yearKey(r.birth))
	case partForenameYear:
		k = join(c.forenameSound(r), yearKey(r.birth))
	case partBirth:
		k = birthKey(r.birth)
	case partNames:
		k = soundsKey(c, name{r.forename, r.middle, r.surname})
	case partOutcodeInitial:
		k = join(c.outcodeKey(r.postcode), c.forenameInitial(r))
	}
	return shortKey(k)
}

// shortKey is the part of a key that is stored: 31 bits, so that one is left to mark a block that is cut. 0 is no key.
func shortKey(k uint64) uint32 {
	if k == 0 {
		return 0
	}
	return max(uint32(k>>33), 1)
}

// mostParts is how many words of a name keys are made of: of eight there are 28 pairs.
const mostParts = 8

// partKeys are the keys by which a name of more than two words is found by some of them: by one of its surnames, and by any two words in
// their order. Antonio Pereira finds António dos Pereira Rodrigues.
func (c *columns) partKeys(n name, surname, both func(uint64)) {
	sounds := func(texts ...uint32) (list []uint64) {
		for _, v := range texts {
			for w := range strings.FieldsSeq(c.names.text(v)) {
				if part := c.names.number(w); !c.initialOnly(part) && len(list) < mostParts {
					list = append(list, uint64(c.names.facts[part].sound))
				}
			}
		}
		return list
	}
	all := sounds(n.forename, n.middle, n.surname)
	if len(all) < 3 {
		return
	}
	for _, s := range sounds(n.surname) {
		surname(s << 16)
	}
	for i, forename := range all {
		for _, s := range all[i+1:] {
			both(mix(s<<32 | forename))
		}
	}
}

// BlockingKeys gives the keys under which the keeper finds whoever might be this person: every rule's, and looser ones for a search
// with little to go by. Equal keys mean "worth scoring", no more. Keys are text and the same in every run and release
// of model version 1; they are hashes and still personal data.
func BlockingKeys(who person.Identity) []string {
	c := newColumns()
	c.add(0, who)
	r := &c.records[0]
	var keys []string
	put := func(sort string) func(uint64) {
		return func(k uint64) {
			if k != 0 {
				keys = append(keys, fmt.Sprintf("%s%015x", sort, k>>4))
			}
		}
	}
	for i := range rules[:len(rules)-1] { // the last finds everybody
		if rules[i].loose() {
			continue // a search by so little would find hundreds
		}
		rules[i].keys(c, r, put(string(rune('a'+i))))
	}
	c.eachName(r, func(n name) {
		put("S")(uint64(c.names.facts[n.surname].sound) << 16)
		if n.surname != 0 && n.forename != 0 { // whoever knows no more than a name asks by both of its sounds
			put("N")(mix(uint64(c.names.facts[n.surname].sound)<<32 | uint64(c.names.facts[n.forename].sound)))
		}
		if n.surname == 0 || c.initialOnly(n.surname) {
			put("F")(c.names.facts[n.forename].hash)
		}
		c.partKeys(n, put("S"), put("N"))
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}
