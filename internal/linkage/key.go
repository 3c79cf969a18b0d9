package linkage

import (
	"fmt"
	"slices"
	"strings"

	"throughline/internal/person"
)

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

// eachWhole gives each name. Of one that is only half said, the other half is the main name's: an alias of one word goes with the surname.
func (c *columns) eachWhole(r *record, do func(name)) {
	c.eachName(r, func(n name) { do(n.whole(r)) })
}

func (n name) whole(r *record) name {
	if n.forename == 0 {
		n.forename = r.forename
	}
	if n.surname == 0 {
		n.surname = r.surname
	}
	return n
}

// mostJoined is in how many ways a rule that joins fields takes a name, a date of birth and a value of one more field of a record: as many as
// four of each have. Of a record that says more, what the longest of the lists says last makes no such key; each of its values still makes
// those of the rules that go by that field alone.
const mostJoined = 64

// eachJoined gives every name, a whole one, with each date of birth and each of one more field's values, which begin with the first; without
// further dates it is the main one.
func (c *columns) eachJoined(r *record, births []birth, first uint32, values []uint32, do func(name, birth, uint32)) {
	if r.more == 0 {
		do(name{r.forename, r.middle, r.surname}, r.birth, first)
		return
	}
	names := c.furtherOf(r).names
	for (1+len(names))*(1+len(births))*(1+len(values)) > mostJoined {
		switch {
		case len(values) >= max(len(names), len(births)):
			values = values[:len(values)-1]
		case len(births) >= len(names):
			births = births[:len(births)-1]
		default:
			names = names[:len(names)-1]
		}
	}
	each(name{r.forename, r.middle, r.surname}, names, func(n name) {
		n = n.whole(r)
		each(r.birth, births, func(b birth) {
			each(first, values, func(v uint32) { do(n, b, v) })
		})
	})
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

// dayOfYearKey is equal for whole dates of one day and month.
func dayOfYearKey(b birth) uint64 {
	if !b.whole() {
		return 0
	}
	return uint64(b & 511)
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

func (c *columns) soundKey(v uint32) uint64 { return uint64(c.names.facts[v].sound) }

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

// eachPart gives the keys of a record within a block that is cut: of a record with several names, dates of birth or postcodes, those that they
// make as a rule's keys are made.
func (c *columns) eachPart(p part, r *record, put func(key uint64)) {
	switch p {
	case partSurnameYear:
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) { put(join(c.soundKey(n.surname), yearKey(b))) })
	case partForenameYear:
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) { put(join(c.soundKey(n.forename), yearKey(b))) })
	case partBirth:
		each(r.birth, c.furtherOf(r).births, func(b birth) { put(birthKey(b)) })
	case partNames:
		c.eachWhole(r, func(n name) { put(soundsKey(c, n)) })
	case partOutcodeInitial:
		c.eachJoined(r, nil, r.postcode, c.furtherOf(r).postcodes, func(n name, _ birth, v uint32) {
			put(join(c.outcodeKey(v), c.initialKey(n.forename)))
		})
	}
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
//
// Since 23 November 2026 every name of a record, and every date of birth and postcode, makes the keys of the rules that join them; before, mostly the
// first did. A record that was imported before then keeps its fewer keys until its agency sends it changed: until then it is
// found by every name as a whole, and not by half an alias with a postcode, a town or a date.
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
	for i := range rules {
		if rule := &rules[i]; rule.stored != "" { // a search by so little as loose rules go by would find hundreds
			rule.keys(c, r, put(rule.stored))
		}
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
