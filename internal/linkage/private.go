package linkage

import (
	"slices"
	"sync"

	"throughline/internal/fault"
	keyed "throughline/internal/linkage/encode"
	"throughline/internal/person"
)

// coded is what is known of values that came as keyed tokens (package encode), beside their numbers in the dictionaries. A linker holds
// plain records or coded ones, never both. Names, postcodes and towns get numbers, sounds and initials of their own as plain ones
// do, and days of birth a place in an invented calendar in which equal, changed over and part-equal days stand as the true ones do;
// rules, commonness and persons then need not know that a value is coded. Only where letters or digits are compared do
// tokens take their place.
type coded struct {
	mode         keyed.Mode
	names, towns []nearness // by number
	phones       []phoneTokens
	emails       []nearness
	births       map[birth]*birthTokens
	initials     map[keyed.Token]byte
	groups       map[keyed.Token]uint16
	years        map[keyed.Token]int
	calendar     map[keyed.Token]birth // day and month
	free         calendar
	female       keyed.Token
	crowds       sync.Once
	many         []bool
	strict       []strictRecord   // by record, in strict mode
	composites   []compositeFacts // by number in columns.others
	signs        [256]uint32      // records that have a composite of the sign
}

// nearness is by what two names are near that are not the same.
type nearness struct {
	near, far   []keyed.Token // rising
	sound, head keyed.Token
}

type phoneTokens struct {
	near, far        []keyed.Token // rising
	start, ends, end keyed.Token
}

type birthTokens struct {
	month, monthDay keyed.Token
	january         bool
	slips           []keyed.Token
}

// AddEncoded takes an agency's record that is encoded under the run's key, and gives an *fault.Error where it cannot be linked with those
// already there: tokens are never equal to names, nor those of one mode to those of the other.
func (l *Linker) AddEncoded(agency uint16, mode keyed.Mode, r keyed.Record) error {
	l.s = nil
	c := l.c
	if c.coded == nil && len(c.records) > 0 || c.coded != nil && c.coded.mode != mode {
		return fault.New(fault.Invalid, "mixed-encodings", "Records that are encoded and others, or of two modes, cannot be linked together.",
			"Encode all of them in one mode.")
	}
	if c.coded == nil {
		c.coded = newCoded(mode)
	}
	if mode == keyed.StrictMode {
		c.addStrict(agency, r)
		return nil
	}
	return c.addEncoded(agency, r)
}

// Encoded says whether the records came as keyed tokens. What Describe and Explain then quote are stand-ins and no values of anybody's.
func (l *Linker) Encoded() bool { return l.c.coded != nil }

func newCoded(mode keyed.Mode) *coded {
	return &coded{mode: mode, names: make([]nearness, 1), towns: make([]nearness, 1), phones: make([]phoneTokens, 1), emails: make([]nearness, 1),
		births: map[birth]*birthTokens{}, initials: map[keyed.Token]byte{}, groups: map[keyed.Token]uint16{},
		years: map[keyed.Token]int{}, calendar: map[keyed.Token]birth{}, free: newCalendar()}
}

func (c *columns) addEncoded(agency uint16, e keyed.Record) error {
	d := c.coded
	r := record{agency: agency}
	var m further
	var list []name
	for i := range e[keyed.Forename] {
		n := name{c.codedName(e[keyed.Forename][i]), c.codedName(e[keyed.Middle][i]), c.codedName(e[keyed.Surname][i])}
		if n == (name{}) || contains(list, n) {
			continue
		}
		c.names.forenames[n.forename]++
		c.names.surnames[n.surname]++
		list = append(list, n)
	}
	main, others := first(list)
	r.forename, r.middle, r.surname, m.names = main.forename, main.middle, main.surname, others
	var births []birth
	for _, v := range e[keyed.Birth] {
		b, ok := d.birth(v)
		if !ok {
			return fault.New(fault.Invalid, "bad-encoding", "The dates of birth have more than 366 days of the year, so they were not all encoded alike.",
				"Encode every file again with one version of the program.")
		}
		if b != 0 && !contains(births, b) {
			births = append(births, b)
			c.births[b]++
		}
	}
	r.birth, m.births = first(births)
	for _, v := range e[keyed.Sex] {
		if d.female == 0 {
			d.female = v.Get(keyed.Whole)
		}
		r.sex = person.Male // which of the two is which does not matter
		if v.Get(keyed.Whole) == d.female {
			r.sex = person.Female
		}
	}
	var postcodes []uint32
	for _, v := range e[keyed.Postcode] {
		if v.Get(keyed.Nowhere) != 0 {
			r.flags |= noFixedAbode
		} else if p := c.postcodes.coded(v); p != 0 && !contains(postcodes, p) {
			postcodes = append(postcodes, p)
		}
	}
	r.postcode, m.postcodes = first(postcodes)
	for _, v := range e[keyed.Address] {
		r.address = c.addresses.coded(v)
	}
	r.place, m.places = first(numbers(e[keyed.Place], c.codedTown))
	r.phone, m.phones = first(numbers(e[keyed.Phone], c.codedPhone))
	r.email, m.emails = first(numbers(e[keyed.Email], c.codedEmail))
	r.other, m.others = first(c.codedNumbers(&r, e[keyed.NHSNumber], e[keyed.NINO], e[keyed.OtherNumber]))
	if len(m.names)+len(m.births)+len(m.postcodes)+len(m.places)+len(m.phones)+len(m.emails)+len(m.others) > 0 {
		c.more = append(c.more, m)
		r.more = uint32(len(c.more))
	}
	c.records = append(c.records, r)
	return nil
}

// codedNumbers puts a record's numbers in their places and gives those that have none of their own.
func (c *columns) codedNumbers(r *record, nhs, nino, others []keyed.Value) []uint32 {
	list := numbers(others, func(v keyed.Value) uint32 { return c.others.number(string(rune(v[0].Grain)) + v[0].Token.String()) })
	for _, v := range nino {
		r.nino = c.ninos.number(v.Get(keyed.Whole).String())
	}
	for i, v := range nhs {
		if i == 0 {
			r.nhs = c.nhs.number(v.Get(keyed.Whole).String())
		} else {
			list = append(list, c.others.number(string(rune(keyed.Whole))+v.Get(keyed.Whole).String()))
		}
	}
	return list
}

// numbers numbers each different value of a field.
func numbers(values []keyed.Value, number func(keyed.Value) uint32) []uint32 {
	var out []uint32
	for _, v := range values {
		if n := number(v); n != 0 && !contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// codedName gives the number of a name. Its text is a sign for its first letter and the token of the whole.
func (c *columns) codedName(v keyed.Value) uint32 {
	if len(v) == 0 {
		return 0
	}
	d := c.coded
	n := c.codedText(v.Get(keyed.Initial), v.Get(keyed.Whole))
	if d.names[n].sound != 0 || v.Get(keyed.Sound) == 0 {
		return n // known, or nothing to learn
	}
	d.names[n] = nearness{v.All(keyed.Near), farTokens(v), v.Get(keyed.Sound), v.Get(keyed.Head)}
	f := nameFacts{hash: c.names.facts[n].hash, sound: uint32(v.Get(keyed.Sound)) | 1}
	for _, t := range v.All(keyed.Short) {
		if d.groups[t] == 0 {
			d.groups[t] = uint16(len(d.groups) + 1)
		}
		f.groups = append(f.groups, d.groups[t])
	}
	slices.Sort(f.groups)
	if part := v.Get(keyed.Part); part != 0 {
		f.parts = [2]uint32{c.codedText(v.Get(keyed.Initial), part), c.codedText(v.Get(keyed.LastInitial), v.Get(keyed.LastPart))}
	}
	c.names.facts[n] = f
	return n
}

func (c *columns) codedText(initial, whole keyed.Token) uint32 {
	d := c.coded
	if initial != 0 && d.initials[initial] == 0 {
		d.initials[initial] = byte('a' + len(d.initials)%('z'-'a'+1))
	}
	text := string(rune(d.initials[initial]))
	if whole != 0 {
		text += whole.String()
	}
	n := c.names.number(text)
	for len(d.names) <= int(n) {
		d.names = append(d.names, nearness{})
	}
	return n
}

// similarity stands in for Jaro-Winkler: one letter apart is very close, the same sound or beginning is close.
func (d *coded) similarity(a, b uint32) float64 {
	x, y := &d.names[a], &d.names[b]
	return x.similarity(y)
}

func (x *nearness) similarity(y *nearness) float64 {
	switch {
	case meet(x.near, y.near):
		return veryCloseBar
	case meet(x.far, y.far):
		return closeBar
	case x.sound != 0 && x.sound == y.sound, x.head != 0 && x.head == y.head:
		return closeBar
	}
	return 0
}

// birth gives a date its place in the invented calendar, and false when there is none left.
func (d *coded) birth(v keyed.Value) (birth, bool) {
	year := v.Get(keyed.Year)
	if year == 0 {
		return 0, true
	}
	if d.years[year] == 0 {
		d.years[year] = len(d.years) + 1
	}
	date := v.Get(keyed.Date)
	if date == 0 {
		return birth(d.years[year])<<9 | birthYearOnly, true
	}
	if d.calendar[date] == 0 {
		if d.calendar[date] = d.free.place(v.Get(keyed.Either)); d.calendar[date] == 0 {
			return 0, false
		}
	}
	b := birth(d.years[year])<<9 | d.calendar[date]
	if d.births[b] == nil {
		slips := v.All(keyed.Slip)
		slices.Sort(slips)
		d.births[b] = &birthTokens{v.Get(keyed.Month), v.Get(keyed.MonthDay), v.Get(keyed.January) != 0, slips}
	}
	return b, true
}

// calendar gives out days of an invented year, such that two that are each other's with day and month changed over stay so, and
// no others are. There are 66 such pairs and 234 other days.
type calendar struct {
	either       map[keyed.Token]birth // the day given to the one of a pair that came first
	pairs, other []birth
}

func newCalendar() calendar {
	c := calendar{either: map[keyed.Token]birth{}}
	for month := birth(1); month <= 12; month++ {
		for day := birth(1); day <= 31; day++ {
			if day > month && day <= 12 {
				c.pairs = append(c.pairs, month<<5|day)
			} else if day == month || day > 12 {
				c.other = append(c.other, month<<5|day)
			}
		}
	}
	return c
}

// place gives a day a place, 0 when none is left: then the days are not of one key.
func (c *calendar) place(either keyed.Token) birth {
	if b := c.either[either]; either != 0 && b != 0 {
		return b&31<<5 | b>>5
	}
	list := &c.other
	if either != 0 {
		list = &c.pairs
	}
	if len(*list) == 0 {
		return 0
	}
	b := (*list)[0]
	*list = (*list)[1:]
	c.either[either] = b
	return b
}

func (d *coded) compareBirths(a, b birth) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case (!a.whole() || !b.whole()) && a.year() == b.year():
		return birthYear
	case !a.whole() || !b.whole():
		return birthOtherYear
	case a == b:
		return birthSame
	}
	x, y := d.births[a], d.births[b]
	switch sameYear := a.year() == b.year(); {
	case sameYear && (x.january || y.january):
		return birthYear
	case sameYear && a&31 == b>>5&15 && b&31 == a>>5&15:
		return birthSwapped
	case meet(x.slips, y.slips):
		return birthSlip
	case x.month == y.month, x.monthDay == y.monthDay, a&511 == b&511:
		return birthPart
	}
	return birthDifferent
}

// coded numbers a postcode, its sector and its outcode.
func (p *places) coded(v keyed.Value) uint32 {
	whole, sector, outcode := v.Get(keyed.Whole), v.Get(keyed.Sector), v.Get(keyed.Outcode)
	number := func(t keyed.Token) uint32 {
		n, first := p.add(t.String())
		if first {
			p.sector, p.outcode = append(p.sector, 0), append(p.outcode, n)
		}
		return n
	}
	out := number(outcode)
	if whole == 0 {
		return out
	}
	p.count[out]-- // the record did not send the outcode alone
	n := number(whole)
	p.outcode[n], p.sector[n] = out, number(sector)
	p.count[p.sector[n]]--
	return n
}

// coded numbers an address line and its words.
func (a *addresses) coded(v keyed.Value) uint32 {
	n, first := a.add(v.Get(keyed.Whole).String())
	if first {
		for _, t := range v.All(keyed.Word) {
			w, _ := a.words.add(t.String())
			a.list = append(a.list, w)
		}
		a.end = append(a.end, uint32(len(a.list)))
	}
	return n
}

func (c *columns) codedTown(v keyed.Value) uint32 {
	n := c.towns.number(v.Get(keyed.Whole).String())
	if d := c.coded; int(n) == len(d.towns) {
		d.towns = append(d.towns, nearness{near: v.All(keyed.Near), far: farTokens(v)})
	}
	return n
}

// codedPhone numbers a telephone number. Its text ends in its end's token, by which rules find it.
func (c *columns) codedPhone(v keyed.Value) uint32 {
	n := c.phones.number(v.Get(keyed.Whole).String())
	if d := c.coded; int(n) == len(d.phones) {
		d.phones = append(d.phones, phoneTokens{v.All(keyed.Near), sorted(v.All(keyed.Far)), v.Get(keyed.Start), v.Get(keyed.Ends), v.Get(keyed.End)})
	}
	return n
}

func (c *columns) codedEmail(v keyed.Value) uint32 {
	n := c.emails.number(v.Get(keyed.Whole).String())
	if d := c.coded; int(n) == len(d.emails) {
		d.emails = append(d.emails, nearness{near: v.All(keyed.Near), far: farTokens(v)})
	}
	return n
}

// compareCoded sets two coded records against each other.
func (c *columns) compareCoded(i, j uint32, o *compared) {
	if c.coded.mode == keyed.StrictMode {
		c.compareStrict(i, j, o)
		return
	}
	o.a, o.b = c.records[i], c.records[j]
	o.ways = [fieldCount]uint16{}
	if o.a.more|o.b.more != 0 {
		c.pickBestCoded(o)
	}
	a, b, d := &o.a, &o.b, c.coded
	l := &o.levels
	l[Forename], l[Surname] = c.compareNames(name{a.forename, a.middle, a.surname}, name{b.forename, b.middle, b.surname})
	l[Birth] = d.compareBirths(a.birth, b.birth)
	l[SexField] = compareSexes(a.sex, b.sex)
	l[Postcode] = c.comparePostcodes(a, b)
	l[Address] = c.compareCodedAddresses(a.address, b.address)
	l[Place] = near(a.place, b.place, d.nearTowns)
	l[Phone] = near(a.phone, b.phone, d.nearPhones)
	l[Email] = near(a.email, b.email, d.nearEmails)
	l[NHSNumber] = near(a.nhs, b.nhs, never)
	l[NINO] = near(a.nino, b.nino, never)
	l[OtherNumber] = c.compareCodedOthers(a.other, b.other)
}

func near(a, b uint32, isNear func(a, b uint32) bool) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b:
		return valueSame
	case isNear(a, b):
		return valueClose
	}
	return valueDifferent
}

func never(_, _ uint32) bool { return false }

func (d *coded) nearTowns(a, b uint32) bool  { return meet(d.towns[a].far, d.towns[b].far) }
func (d *coded) nearEmails(a, b uint32) bool { return meet(d.emails[a].far, d.emails[b].far) }
func (d *coded) nearPhones(a, b uint32) bool {
	x, y := &d.phones[a], &d.phones[b]
	return meet(x.near, y.near) || meet(x.far, y.far)
}

func (c *columns) compareCodedOthers(a, b uint32) Level {
	if a == 0 || b == 0 || c.others.text(a)[0] != c.others.text(b)[0] {
		return none
	}
	return near(a, b, never)
}

// compareCodedAddresses counts the words two lines have in common, as compareAddresses does.
func (c *columns) compareCodedAddresses(a, b uint32) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b:
		return addressSame
	}
	switch share := c.wordsShared(a, b); {
	case share >= .6:
		return addressClose
	case share >= .33:
		return addressSome
	}
	return addressDifferent
}

// pickBestCoded is pickBest for coded values.
func (c *columns) pickBestCoded(o *compared) {
	d := c.coded
	ma, mb := c.furtherOf(&o.a), c.furtherOf(&o.b)
	na, nb, ways := best(name{o.a.forename, o.a.middle, o.a.surname}, ma.names, name{o.b.forename, o.b.middle, o.b.surname}, mb.names,
		func(a, b name) float64 {
			f, s := c.compareNames(a, b)
			return start.weight(Forename, f) + start.weight(Surname, s)
		})
	o.a.forename, o.a.middle, o.a.surname = na.forename, na.middle, na.surname
	o.b.forename, o.b.middle, o.b.surname = nb.forename, nb.middle, nb.surname
	o.ways[Forename] = ways
	o.a.birth, o.b.birth, o.ways[Birth] = best(o.a.birth, ma.births, o.b.birth, mb.births, func(a, b birth) float64 {
		return start.weight(Birth, d.compareBirths(a, b))
	})
	o.a.postcode, o.b.postcode, o.ways[Postcode] = best(o.a.postcode, ma.postcodes, o.b.postcode, mb.postcodes, func(a, b uint32) float64 {
		return start.weight(Postcode, c.comparePostcodes(&record{postcode: a}, &record{postcode: b}))
	})
	o.a.place, o.b.place, o.ways[Place] = best(o.a.place, ma.places, o.b.place, mb.places, d.weigh(Place, d.nearTowns))
	o.a.phone, o.b.phone, o.ways[Phone] = best(o.a.phone, ma.phones, o.b.phone, mb.phones, d.weigh(Phone, d.nearPhones))
	o.a.email, o.b.email, o.ways[Email] = best(o.a.email, ma.emails, o.b.email, mb.emails, d.weigh(Email, d.nearEmails))
	o.a.other, o.b.other, o.ways[OtherNumber] = best(o.a.other, ma.others, o.b.other, mb.others, func(a, b uint32) float64 {
		return start.weight(OtherNumber, c.compareCodedOthers(a, b))
	})
}

func (d *coded) weigh(f Field, isNear func(a, b uint32) bool) func(a, b uint32) float64 {
	return func(a, b uint32) float64 { return start.weight(f, near(a, b, isNear)) }
}

// farTokens gives the tokens by which two values at most two slips apart meet.
func farTokens(v keyed.Value) []keyed.Token {
	return sorted(append(v.All(keyed.Near), v.All(keyed.Far)...))
}

func sorted(list []keyed.Token) []keyed.Token {
	slices.Sort(list)
	return list
}
