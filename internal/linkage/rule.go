package linkage

// rule is one way in which two records come to be compared: both have an equal key. A record may have several keys of a rule
// (aliases, two surnames); nought is no key.
type rule struct {
	name string // in words, for the report and beside each link
	// stored begins the rule's keys where the keeper stores them (BlockingKeys): a letter of its own that never changes, wherever the rule
	// stands. Loose rules have none, and are not stored.
	stored string
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
	{"NHS number", "a", []Field{NHSNumber}, func(c *columns, r *record, put func(uint64)) {
		put(textKey(c.nhs, r.nhs))
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"National Insurance number", "b", []Field{NINO}, func(c *columns, r *record, put func(uint64)) {
		put(textKey(c.ninos, r.nino))
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"another number", "c", []Field{OtherNumber}, func(c *columns, r *record, put func(uint64)) {
		each(r.other, c.furtherOf(r).others, func(v uint32) { put(textKey(c.others, v)) })
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"e-mail", "d", []Field{Email}, func(c *columns, r *record, put func(uint64)) {
		each(r.email, c.furtherOf(r).emails, func(v uint32) { put(textKey(c.emails, v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"phone", "e", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(textKey(c.phones, v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"end of phone", "f", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(c.phoneEnd(v)) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"beginning of phone and initial", "g", []Field{Phone, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, nil, r.phone, c.furtherOf(r).phones, func(n name, _ birth, v uint32) { put(join(c.phoneStart(v), c.initialKey(n.forename))) })
	}, []part{partNames, partSurnameYear, partForenameYear, partBirth}},
	{"date of birth", "h", []Field{Birth}, func(c *columns, r *record, put func(uint64)) {
		each(r.birth, c.furtherOf(r).births, func(b birth) { put(birthKey(b)) })
	}, []part{partSurnameYear, partForenameYear, partOutcodeInitial}},
	{"sound of both names", "i", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachWhole(r, func(n name) { put(soundsKey(c, n)) })
	}, []part{partSurnameYear, partBirth, partOutcodeInitial}},
	{"postcode and sound of forename", "j", []Field{Postcode, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, nil, r.postcode, c.furtherOf(r).postcodes, func(n name, _ birth, v uint32) {
			put(join(textKey(&c.postcodes.dictionary, v), c.soundKey(n.forename)))
		})
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"postcode and sound of surname", "k", []Field{Postcode, Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, nil, r.postcode, c.furtherOf(r).postcodes, func(n name, _ birth, v uint32) {
			put(join(textKey(&c.postcodes.dictionary, v), c.soundKey(n.surname)))
		})
	}, []part{partForenameYear, partSurnameYear, partBirth}},
	{"address and initial", "l", []Field{Address, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachWhole(r, func(n name) { put(join(textKey(&c.addresses.dictionary, r.address), c.initialKey(n.forename))) })
	}, []part{partSurnameYear, partForenameYear, partBirth}},
	{"surname, initial and year of birth", "m", []Field{Surname, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			f := &c.names.facts[n.surname]
			put(join(f.hash, c.initialKey(n.forename), yearKey(b)))
			for _, p := range f.parts {
				if p != 0 {
					put(join(c.names.facts[p].hash, c.initialKey(n.forename), yearKey(b)))
				}
			}
		})
	}, []part{partNames, partBirth, partOutcodeInitial}},
	{"forename, surname’s initial and year of birth", "n", []Field{Forename, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			put(join(c.names.facts[n.forename].hash, c.initialKey(n.surname), yearKey(b)))
		})
	}, []part{partNames, partBirth, partOutcodeInitial}},
	{"surname, day and month of birth", "o", []Field{Surname, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			put(join(c.names.facts[n.surname].hash, dayOfYearKey(b)))
		})
	}, []part{partNames, partOutcodeInitial}},
	{"outcode, sound of forename and year of birth", "p", []Field{Postcode, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, r.postcode, c.furtherOf(r).postcodes, func(n name, b birth, v uint32) {
			put(join(c.outcodeKey(v), c.soundKey(n.forename), yearKey(b)))
		})
	}, []part{partNames, partBirth}},
	{"town, sound of forename and year of birth", "q", []Field{Place, Birth}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, r.place, c.furtherOf(r).places, func(n name, b birth, v uint32) {
			put(join(c.towns.facts[v].hash, c.soundKey(n.forename), yearKey(b)))
		})
	}, []part{partNames, partBirth}},
	{"surname and initial", "r", []Field{Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachWhole(r, func(n name) { put(join(c.names.facts[n.surname].hash, c.initialKey(n.forename))) })
	}, []part{partSurnameYear, partBirth, partOutcodeInitial}},
	{"forename and surname’s initial", "s", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachWhole(r, func(n name) { put(join(c.names.facts[n.forename].hash, c.initialKey(n.surname))) })
	}, []part{partForenameYear, partBirth, partOutcodeInitial}},
	// From here on a rule finds what no other does, in small blocks only: two records that are poor in all but one thing.
	{"forename alone", "", []Field{Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(c.nameKey(n.forename)) })
	}, nil},
	{"surname alone", "", []Field{Surname}, func(c *columns, r *record, put func(uint64)) {
		c.eachName(r, func(n name) { put(c.nameKey(n.surname)) })
	}, nil},
	{"day and month of birth, and initial", "", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			put(join(dayOfYearKey(b), c.initialKey(n.forename)))
		})
	}, nil},
	{"month and year of birth, and initial", "", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			put(join(c.monthKey(b), c.initialKey(n.forename)))
		})
	}, nil},
	{"day and year of birth, and initial", "", []Field{Birth, Forename}, func(c *columns, r *record, put func(uint64)) {
		c.eachJoined(r, c.furtherOf(r).births, 0, nil, func(n name, b birth, _ uint32) {
			put(join(c.dayKey(b), c.initialKey(n.forename)))
		})
	}, nil},
	{"both ends of phone", "", []Field{Phone}, func(c *columns, r *record, put func(uint64)) {
		each(r.phone, c.furtherOf(r).phones, func(v uint32) { put(c.phoneEnds(v)) })
	}, nil},
	{"half of another number", "", []Field{OtherNumber}, func(c *columns, r *record, put func(uint64)) {
		each(r.other, c.furtherOf(r).others, func(v uint32) { c.eachHalf(v, put) })
	}, nil},
	{"address and postcode", "", []Field{Address, Postcode}, func(c *columns, r *record, put func(uint64)) {
		c.eachPostcode(r, func(v uint32) {
			put(join(textKey(&c.addresses.dictionary, r.address), textKey(&c.postcodes.dictionary, v)))
		})
	}, nil},
	{EveryPair, "", nil, nil, nil},
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
