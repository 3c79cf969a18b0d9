package linkage

import (
	"throughline/internal/linkage/compare"
	"throughline/internal/person"
)

// The bars for names: above the first two names are very close, above the second close.
const veryCloseBar, closeBar = 0.92, 0.80

// compared is how a pair of records agrees: the levels, the two values that were set against each other in each field (the best
// pair where a record has several), and in how many ways the best could be picked.
type compared struct {
	levels levels
	a, b   record
	ways   [fieldCount]uint16 // 0 and 1: no choice
	shared []composite        // of two strict records
}

// compare sets two records against each other.
func (c *columns) compare(i, j uint32, out *compared) {
	if c.coded != nil {
		c.compareCoded(i, j, out)
		return
	}
	out.a, out.b = c.records[i], c.records[j]
	if out.a.more|out.b.more != 0 {
		c.pickBest(out)
	} else {
		out.ways = [fieldCount]uint16{}
	}
	c.compareMain(&out.a, &out.b, &out.levels)
}

// fetch has records brought from memory that are about to be compared: steps through memory that do not wait for each other are taken together.
//
//go:noinline
func (c *columns) fetch(rows ...uint32) (met uint32) {
	for _, row := range rows {
		met |= c.records[row].forename
	}
	return met // of no meaning
}

// compareMain sets the main values of two records against each other.
func (c *columns) compareMain(a, b *record, l *levels) {
	l[Forename], l[Surname] = c.compareNames(name{a.forename, a.middle, a.surname}, name{b.forename, b.middle, b.surname})
	l[Birth] = compareBirths(a.birth, b.birth)
	l[SexField] = compareSexes(a.sex, b.sex)
	l[Postcode] = c.comparePostcodes(a, b)
	l[Address] = c.compareAddresses(a.address, b.address)
	l[Place] = c.compareTowns(a.place, b.place)
	l[Phone] = compareValues(c.phones, a.phone, b.phone, closePhones)
	l[Email] = compareValues(c.emails, a.email, b.email, closeEmails)
	l[NHSNumber] = compareValues(c.nhs, a.nhs, b.nhs, closeNHSNumbers)
	l[NINO] = compareValues(c.ninos, a.nino, b.nino, compare.Typo)
	l[OtherNumber] = c.compareOthers(a.other, b.other)
}

// compareNames gives the levels of forename and surname. Where they are changed over, that is said once, with the forename.
func (c *columns) compareNames(a, b name) (forename, surname Level) {
	forename, surname = c.compareForenames(a, b), c.compareSurnames(a.surname, b.surname)
	if forename == forenameDifferent && surname == surnameDifferent && c.alike(a.forename, b.surname) && c.alike(a.surname, b.forename) {
		return forenameSwapped, none
	}
	return forename, surname
}

// alike says whether two names are the same or very close.
func (c *columns) alike(a, b uint32) bool {
	return a == b || c.similarity(a, b, veryCloseBar) >= veryCloseBar
}

// similarity is Jaro-Winkler of two names, or 0 when it is certain to stay under the bar.
func (c *columns) similarity(a, b uint32, bar float64) float64 {
	if c.coded != nil {
		return c.coded.similarity(a, b)
	}
	if compare.Bound(c.names.facts[a].shape, c.names.facts[b].shape) < bar {
		return 0
	}
	return compare.JaroWinkler(c.names.text(a), c.names.text(b))
}

func (c *columns) compareForenames(a, b name) Level {
	switch {
	case a.forename == 0 || b.forename == 0:
		return none
	case a.forename == b.forename && !c.initialOnly(a.forename):
		return forenameSame
	case c.initialOnly(a.forename) || c.initialOnly(b.forename):
		if c.initial(a.forename) == c.initial(b.forename) {
			return forenameInitial
		}
		return forenameOtherInitial
	}
	fa, fb := &c.names.facts[a.forename], &c.names.facts[b.forename]
	if meet(fa.groups, fb.groups) {
		return forenameShort
	}
	similarity := c.similarity(a.forename, b.forename, closeBar)
	switch {
	case similarity >= veryCloseBar:
		return forenameVeryClose
	case fa.parts[0] != 0 && fa.parts[0] == b.forename || fb.parts[0] != 0 && fb.parts[0] == a.forename:
		return forenameVeryClose // mary of mary-jane
	case a.middle == b.forename || b.middle == a.forename:
		return forenameSecond
	case similarity >= closeBar:
		return forenameClose
	}
	return forenameDifferent
}

func (c *columns) compareSurnames(a, b uint32) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b && !c.initialOnly(a):
		return surnameSame
	case c.initialOnly(a) || c.initialOnly(b):
		if c.initial(a) == c.initial(b) {
			return surnameInitial
		}
		return surnameOtherInitial
	}
	similarity := c.similarity(a, b, closeBar)
	switch {
	case similarity >= veryCloseBar:
		return surnameVeryClose
	case sharePart(a, b, c.names.facts[a].parts, c.names.facts[b].parts):
		return surnamePart
	case similarity >= closeBar:
		return surnameClose
	}
	return surnameDifferent
}

// sharePart says whether one of two double-barrelled surnames, or one and a single, have a whole part in common.
func sharePart(a, b uint32, pa, pb [2]uint32) bool {
	in := func(v uint32, whole uint32, parts [2]uint32) bool {
		return v != 0 && (v == whole || v == parts[0] || v == parts[1])
	}
	return in(pa[0], b, pb) || in(pa[1], b, pb) || in(pb[0], a, pa) || in(pb[1], a, pa)
}

func (c *columns) initialOnly(v uint32) bool { return c.names.end[v]-c.names.end[v-1] == 1 }
func (c *columns) initial(v uint32) byte     { return c.names.bytes[c.names.end[v-1]] }

func compareBirths(a, b birth) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case !a.whole() || !b.whole():
		return compareYears(a.year(), b.year())
	case a == b:
		return birthSame
	case (a^b)>>9 != 0 && (a^b)&511 != 0:
		return birthDifferent // neither the year nor the day of the year is the same
	}
	ma, da, mb, db := a.month(), a.day(), b.month(), b.day()
	switch {
	case a>>9 != b>>9: // the day of the year is the same
		if digitsSlip(a.year(), b.year(), 4) {
			return birthSlip
		}
		return birthPart
	case a&511 == firstOfJanuary || b&511 == firstOfJanuary:
		return birthYear // 1 January often stands for "day not known"
	case ma != mb && da != db:
		if ma == db && da == mb {
			return birthSwapped
		}
		return birthDifferent
	case slips[da]>>db&1 != 0 || slips[ma]>>mb&1 != 0:
		return birthSlip
	}
	return birthPart
}

// firstOfJanuary is the month and day of a birth.
const firstOfJanuary = birth(1<<5 | 1)

// slips[a] has a bit for each day or month b that digitsSlip finds in two digits.
var slips = func() (s [32]uint32) {
	for a := range s {
		for b := range s {
			if digitsSlip(a, b, 2) {
				s[a] |= 1 << b
			}
		}
	}
	return s
}()

func compareYears(a, b int) Level {
	switch a - b {
	case 0:
		return birthYear
	case 1, -1:
		return birthNextYear
	}
	return birthOtherYear
}

// digitsSlip says whether two numbers of n digits differ in one digit, or have two neighbouring digits changed over.
func digitsSlip(a, b, n int) bool {
	differ, beforeA, beforeB, crossed := 0, -1, -1, false
	for range n {
		x, y := a%10, b%10
		if x != y {
			differ++
			crossed = differ == 2 && x == beforeB && y == beforeA
		}
		if beforeA, beforeB = -1, -1; x != y {
			beforeA, beforeB = x, y
		}
		a, b = a/10, b/10
	}
	return differ == 1 || crossed
}

func compareSexes(a, b person.Sex) Level {
	switch {
	case a == person.SexUnknown || b == person.SexUnknown || a == person.OtherSex || b == person.OtherSex:
		return none
	case a == b:
		return sexSame
	}
	return sexDifferent
}

func (c *columns) comparePostcodes(a, b *record) Level {
	return comparePlaces(c.postcodes.place(a.postcode), c.postcodes.place(b.postcode), a.flags&noFixedAbode != 0, b.flags&noFixedAbode != 0)
}

// comparePlaces sets two postcodes against each other, and whether either record says that someone has no fixed abode.
func comparePlaces(a, b place, nowhereA, nowhereB bool) Level {
	if a.postcode == 0 || b.postcode == 0 {
		switch {
		case nowhereA && nowhereB:
			return bothNoFixed
		case nowhereA && b.postcode != 0, nowhereB && a.postcode != 0:
			return oneNoFixed
		}
		return none
	}
	whole := a.sector != 0 && b.sector != 0
	switch {
	case !whole && a.outcode == b.outcode:
		return outcodeSame
	case !whole:
		return outcodeDifferent
	case a.postcode == b.postcode:
		return postcodeSame
	case a.sector == b.sector:
		return postcodeSector
	case a.outcode == b.outcode:
		return postcodeOutcode
	}
	return postcodeDifferent
}

// wordsShared is the share of two lines' words that both have.
func (c *columns) wordsShared(a, b uint32) float64 {
	wa, wb := c.addresses.wordsOf(a), c.addresses.wordsOf(b)
	common := 0
	for _, w := range wa {
		if contains(wb, w) {
			common++
		}
	}
	if common == 0 {
		return 0
	}
	return 2 * float64(common) / float64(len(wa)+len(wb))
}

// compareAddresses counts the words two lines have in common: all, three in five, one in three.
func (c *columns) compareAddresses(a, b uint32) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b:
		return addressSame
	}
	share := c.wordsShared(a, b)
	if share == 0 {
		// One word written together or misspelt leaves none in common.
		if s, t := c.addresses.text(a), c.addresses.text(b); s[0] == t[0] && compare.JaroWinkler(s, t) >= veryCloseBar {
			return addressClose
		}
		return addressDifferent
	}
	switch {
	case share >= .6:
		return addressClose
	case compare.JaroWinkler(c.addresses.text(a), c.addresses.text(b)) >= veryCloseBar:
		return addressClose
	case share >= .33:
		return addressSome
	}
	return addressDifferent
}

func (c *columns) compareTowns(a, b uint32) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b:
		return valueSame
	case compare.Bound(c.towns.facts[a].shape, c.towns.facts[b].shape) >= .88 && compare.JaroWinkler(c.towns.text(a), c.towns.text(b)) >= .88:
		return valueClose
	}
	return valueDifferent
}

func compareValues(d *dictionary, a, b uint32, near func(s, t string) bool) Level {
	switch {
	case a == 0 || b == 0:
		return none
	case a == b:
		return valueSame
	case near(d.text(a), d.text(b)):
		return valueClose
	}
	return valueDifferent
}

// closeEmails says whether two addresses have one mailbox at two providers, or are written very alike.
func closeEmails(s, t string) bool {
	return compare.JaroWinkler(s, t) >= veryCloseBar
}

// closePhones says whether two numbers differ by one slip of the hand or in two digits.
func closePhones(s, t string) bool {
	return compare.Typo(s, t) || len(s) == len(t) && digitsThatDiffer(s, t) <= 2
}

// closeNHSNumbers says whether two numbers have ten digits of which two at most differ: one wrong digit never passes the
// check digit, so two valid numbers can be that close only through a slip and its check.
func closeNHSNumbers(s, t string) bool { return digitsThatDiffer(s, t) <= 2 }

// digitsThatDiffer counts the places in which two values of one length differ.
func digitsThatDiffer(s, t string) (n int) {
	for i := 0; i < len(s) && i < len(t); i++ {
		if s[i] != t[i] {
			n++
		}
	}
	return n
}

// compareOthers compares numbers of one kind; a PNC id says nothing about a prison number.
func (c *columns) compareOthers(a, b uint32) Level {
	if a == 0 || b == 0 || a != b && c.others.text(a)[0] != c.others.text(b)[0] {
		return none
	}
	return compareValues(c.others, a, b, compare.Typo)
}

// pickBest puts in place of each field with several values the two that agree best.
func (c *columns) pickBest(o *compared) {
	o.ways = [fieldCount]uint16{}
	var ma, mb *further
	var empty further
	ma, mb = &empty, &empty
	if o.a.more != 0 {
		ma = &c.more[o.a.more-1]
	}
	if o.b.more != 0 {
		mb = &c.more[o.b.more-1]
	}
	if len(ma.names)+len(mb.names) > 0 {
		na, nb, ways := best(name{o.a.forename, o.a.middle, o.a.surname}, ma.names, name{o.b.forename, o.b.middle, o.b.surname}, mb.names,
			func(a, b name) float64 {
				f, s := c.compareNames(a, b)
				return start.weight(Forename, f) + start.weight(Surname, s)
			})
		o.a.forename, o.a.middle, o.a.surname = na.forename, na.middle, na.surname
		o.b.forename, o.b.middle, o.b.surname = nb.forename, nb.middle, nb.surname
		o.ways[Forename] = ways
	}
	o.a.birth, o.b.birth, o.ways[Birth] = best(o.a.birth, ma.births, o.b.birth, mb.births, func(a, b birth) float64 {
		return start.weight(Birth, compareBirths(a, b))
	})
	o.a.postcode, o.b.postcode, o.ways[Postcode] = best(o.a.postcode, ma.postcodes, o.b.postcode, mb.postcodes, func(a, b uint32) float64 {
		return start.weight(Postcode, c.comparePostcodes(&record{postcode: a}, &record{postcode: b}))
	})
	o.a.place, o.b.place, o.ways[Place] = best(o.a.place, ma.places, o.b.place, mb.places, func(a, b uint32) float64 {
		return start.weight(Place, c.compareTowns(a, b))
	})
	o.a.phone, o.b.phone, o.ways[Phone] = best(o.a.phone, ma.phones, o.b.phone, mb.phones, func(a, b uint32) float64 {
		return start.weight(Phone, compareValues(c.phones, a, b, closePhones))
	})
	o.a.email, o.b.email, o.ways[Email] = best(o.a.email, ma.emails, o.b.email, mb.emails, func(a, b uint32) float64 {
		return start.weight(Email, compareValues(c.emails, a, b, closeEmails))
	})
	o.a.other, o.b.other, o.ways[OtherNumber] = best(o.a.other, ma.others, o.b.other, mb.others, func(a, b uint32) float64 {
		return start.weight(OtherNumber, c.compareOthers(a, b))
	})
}

// best gives the two values that agree best, the earliest of equals, and among how many pairs they were picked.
func best[V comparable](a V, moreA []V, b V, moreB []V, weight func(a, b V) float64) (V, V, uint16) {
	if len(moreA)+len(moreB) == 0 {
		return a, b, 1
	}
	x, y, top := a, b, weight(a, b)
	for i := -1; i < len(moreA); i++ {
		for j := -1; j < len(moreB); j++ {
			p, q := a, b
			if i >= 0 {
				p = moreA[i]
			}
			if j >= 0 {
				q = moreB[j]
			}
			if w := weight(p, q); w > top {
				x, y, top = p, q, w
			}
		}
	}
	var zero V
	if a == zero || b == zero {
		return x, y, 1
	}
	return x, y, uint16(min((1+len(moreA))*(1+len(moreB)), 1<<15))
}
