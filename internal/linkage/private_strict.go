package linkage

import (
	"cmp"
	"math"
	"slices"
	"sync"

	keyed "throughline/internal/linkage/encode"
	"throughline/internal/person"
)

// Of a strict record nothing is known of any one field: only which of its composite tokens another record has too. Two that have
// "forename and date of birth" in common have both the same; where no composite that holds a field is shared, the field is taken to
// differ. The records are found through their composites, which stand in the place of other numbers.

// strictRecord is a record's composites.
type strictRecord struct {
	tokens []composite // by rising token
	others []uint32    // numbers of their own
	has    [fieldCount]bool
}

// composite is one composite token of a record.
type composite struct {
	token  keyed.Token
	number uint32 // in columns.others
	sign   byte
}

// compositeFacts is what is known of a composite: what it is of, and how many records have it.
type compositeFacts struct {
	sign    byte
	records uint32
}

// The value that stands in the place of any that two strict records share: about as common as values of its field usually are, for how
// common it truly is cannot be known. How common a composite is can be, so that one of many takes from what its fields weigh (crowded).
const (
	standInName     = 1 // first of the dictionary of names
	restOfNames     = 2
	standInBirth    = birth(1<<9 | 1<<5 | 1)
	standInPostcode = 1
)

// addStrict takes a record of composite tokens.
func (c *columns) addStrict(agency uint16, e keyed.Record) {
	if c.coded.strict == nil {
		c.names.number("stand-in")
		c.names.number("rest of names")
		c.births[standInBirth] = 1
		c.postcodes.number("stand-in")
	}
	n := len(c.records)
	// One forename in 250 and one surname in 1,000 is as common as two strangers' names are the same (level.go).
	count := func(list []uint32, every int) {
		if list[restOfNames]++; n%every == 0 {
			list[standInName]++
		}
	}
	count(c.names.forenames, 250)
	count(c.names.surnames, 1000)
	var s strictRecord
	var signs [256]bool
	var m further
	r := record{agency: agency}
	for _, v := range e[keyed.Composite] {
		for _, t := range v {
			number := c.others.number("composite " + t.Token.String())
			c.others.count[number]-- // it is a way to find the record, and no number of anybody's
			m.others = append(m.others, number)
			s.tokens = append(s.tokens, composite{t.Token, number, t.Grain})
			c.coded.countComposite(number, t.Grain)
			signs[t.Grain] = true
			for _, p := range []byte(keyed.CompositeParts(t.Grain)) {
				if f, _ := strictLevel(p); f < fieldCount {
					s.has[f] = true
				}
			}
		}
	}
	for sign := range signs {
		if signs[sign] {
			c.coded.signs[sign]++
		}
	}
	slices.SortFunc(s.tokens, func(a, b composite) int { return cmp.Compare(a.token, b.token) })
	s.others = c.codedNumbers(&r, e[keyed.StrictNHSNumber], e[keyed.StrictNINO], e[keyed.StrictOtherNumber])
	m.others = append(m.others, s.others...)
	if len(m.others) > 0 {
		c.more = append(c.more, m)
		r.more = uint32(len(c.more))
	}
	c.records = append(c.records, r)
	c.coded.strict = append(c.coded.strict, s)
}

// strictLevel is what a shared composite says of one of its parts; no field where it says nothing.
func strictLevel(part byte) (Field, Level) {
	switch part {
	case keyed.StrictForename:
		return Forename, forenameSame
	case keyed.StrictForenameSound:
		return Forename, forenameVeryClose
	case keyed.StrictForenameHead:
		return Forename, forenameClose
	case keyed.StrictSurname:
		return Surname, surnameSame
	case keyed.StrictSurnameSound:
		return Surname, surnameVeryClose
	case keyed.StrictSurnameHead:
		return Surname, surnameClose
	case keyed.StrictBirth:
		return Birth, birthSame
	case keyed.StrictEither:
		return Birth, birthSwapped
	case keyed.StrictMonth, keyed.StrictMonthDay:
		return Birth, birthPart
	case keyed.StrictPostcode:
		return Postcode, postcodeSame
	case keyed.StrictAddress:
		return Address, addressSame
	case keyed.StrictPlace:
		return Place, valueSame
	case keyed.StrictPhone:
		return Phone, valueSame
	case keyed.StrictEmail:
		return Email, valueSame
	}
	return fieldCount, none
}

// strictDifferent is the level of a field that both records have and no shared composite holds.
var strictDifferent = [fieldCount]Level{Forename: forenameDifferent, Surname: surnameDifferent, Birth: birthDifferent,
	Postcode: postcodeDifferent, Address: addressDifferent, Place: valueDifferent, Phone: valueDifferent, Email: valueDifferent}

func (c *columns) compareStrict(i, j uint32, o *compared) {
	a, b := &c.coded.strict[i], &c.coded.strict[j]
	o.a, o.b = c.records[i], c.records[j]
	o.ways = [fieldCount]uint16{}
	o.levels = levels{}
	o.shared = o.shared[:0]
	ofMany := c.coded.ofMany(c)
	var byMany [fieldCount]bool
	l := &o.levels
	for f := range fieldCount {
		if a.has[f] && b.has[f] {
			l[f] = strictDifferent[f]
		}
	}
	for x, y := a.tokens, b.tokens; len(x) > 0 && len(y) > 0; {
		switch {
		case x[0].token < y[0].token:
			x = x[1:]
		case x[0].token > y[0].token:
			y = y[1:]
		default:
			o.shared = append(o.shared, x[0])
			for _, p := range []byte(keyed.CompositeParts(x[0].sign)) {
				f, level := strictLevel(p)
				switch {
				case f == fieldCount:
				case ofMany[x[0].number]:
					byMany[f] = true
				case level < l[f]:
					l[f] = level // the levels of a field are in falling order
				}
			}
			x, y = x[1:], y[1:]
		}
	}
	for f, many := range byMany {
		if many && l[f] == strictDifferent[f] {
			l[f] = none // no more is known than that both are among many
		}
	}
	l[NHSNumber] = near(o.a.nhs, o.b.nhs, never)
	l[NINO] = near(o.a.nino, o.b.nino, never)
	if len(a.others) > 0 && len(b.others) > 0 {
		l[OtherNumber] = valueDifferent
		if slices.ContainsFunc(a.others, func(v uint32) bool { return contains(b.others, v) }) {
			l[OtherNumber] = valueSame
		}
	}
	for _, r := range []*record{&o.a, &o.b} {
		r.forename, r.surname, r.birth, r.sex = standInName, standInName, standInBirth, person.SexUnknown
		r.postcode = standInPostcode
		r.address, r.place, r.phone, r.email = 0, 0, 0, 0
	}
}

func (d *coded) countComposite(number uint32, sign byte) {
	for len(d.composites) <= int(number) {
		d.composites = append(d.composites, compositeFacts{})
	}
	d.crowds = sync.Once{}
	d.composites[number].sign = sign
	d.composites[number].records++
}

// compositeWeight is how many people's worth of records the usual share of a composite counts for, against the records that have it.
const compositeWeight = 1000

// mostCrowded is from how many bits on a composite says too little for its fields to be taken as equal at all. Pairs that are alike in
// nothing else would otherwise be many among those from which weights are learnt.
const mostCrowded = 3

// fewRecords is up to how many times as many records as a person's are seen to be say nothing of how many people have a composite.
const fewRecords = 4

// ofMany gives which composites say too little, by number; it is worked out once for the records that there are.
func (d *coded) ofMany(c *columns) []bool {
	d.crowds.Do(func() {
		list := d.crowded(c.totals(), d.recordsSeen(), func(f Field, l Level) float64 { return start.u[f][l] })
		d.many = make([]bool, len(list))
		for number, less := range list {
			d.many[number] = less >= mostCrowded
		}
	})
	return d.many
}

// recordsSeen is how many records a record's person is seen to have before any are linked: how many have the same name and date of birth as it,
// itself among them, forename or surname, whichever sees more.
func (d *coded) recordsSeen() float64 {
	var records, pairs [256]float64
	for _, facts := range d.composites {
		n := float64(facts.records)
		records[facts.sign] += n
		pairs[facts.sign] += n * n
	}
	most := 1.0
	for sign := range records {
		if parts := keyed.CompositeParts(byte(sign)); parts == "fd" || parts == "sd" {
			most = max(most, pairs[sign]/max(records[sign], 1))
		}
	}
	return most
}

// crowded gives for each composite by how many bits it says less than its fields usually do: where a hostel's postcode and a common forename
// are the same in fifty people, the share of people who have both is that of the fifty. Records are taken for people as those of any other value are
// (frequency.go). Of those with a date of birth, or with both names, many records are mostly of one person.
func (d *coded) crowded(t *totals, perPerson float64, usual func(Field, Level) float64) []float32 {
	known := map[compositeFacts]float32{}
	list := make([]float32, len(d.composites))
	for number, facts := range d.composites {
		if float64(facts.records) <= fewRecords*perPerson {
			continue // they may all be of one person
		}
		less, ok := known[facts]
		if !ok {
			share := 1.0
			var of [fieldCount]bool
			for _, p := range []byte(keyed.CompositeParts(facts.sign)) {
				if f, l := strictLevel(p); f < fieldCount {
					share *= usual(f, l)
					of[f] = true
				}
			}
			if !of[Birth] && !(of[Forename] && of[Surname]) {
				less = float32(max(0, math.Log2(t.compositeShare(facts.records, d.signs[facts.sign], share, perPerson)/share)))
			}
			known[facts] = less
		}
		list[number] = less
	}
	return list
}

// compositeShare is the share of people who have a composite that so many records of all that have one of its kind have, where usually usual have.
func (t *totals) compositeShare(records, all uint32, usual, perPerson float64) float64 {
	people := t.crowd(all, perPerson)
	share, _ := people.share(float64(records), compositeWeight*usual, compositeWeight)
	if here, further := people.share(float64(records), compositeWeight*usual, 0); further > 1 {
		return max(share, here) // of few records, one hostel may be a third
	}
	return share
}

// crowdedComposites is crowded by what the stand-ins of fields weigh; nil where records are not of the strict mode.
func (s *scorer) crowdedComposites() []float32 {
	d := s.columns.coded
	if d == nil || d.mode != keyed.StrictMode {
		return nil
	}
	same := record{forename: standInName, surname: standInName, birth: standInBirth, postcode: standInPostcode}
	return d.crowded(s.totals, max(s.model.RecordsPerPerson, d.recordsSeen()), func(f Field, l Level) float64 {
		if w, ok := s.sameWorth(f, &same); ok && l == valueSame {
			return s.model.m[f][l] / w.times
		}
		return s.model.u[f][l]
	})
}

// takeCrowds takes from a pair's fields what the composites that they are known by say less for being of many. Of the composites that show a
// field as it is, the one that says most counts; what it says less is taken once, from the last of the fields that no better one shows.
func (s *scorer) takeCrowds(o *compared, p *parts) {
	less := s.lessOfComposite
	slices.SortFunc(o.shared, func(a, b composite) int {
		return cmp.Or(cmp.Compare(less[a.number], less[b.number]), cmp.Compare(a.sign, b.sign), cmp.Compare(a.token, b.token))
	})
	var shown [fieldCount]bool
	for _, c := range o.shared {
		var now [fieldCount]bool
		for _, part := range []byte(keyed.CompositeParts(c.sign)) {
			if f, l := strictLevel(part); f < fieldCount && o.levels[f] == l && !shown[f] {
				now[f], shown[f] = true, true
			}
		}
		take := float64(less[c.number])
		for f := fieldCount; f > 0 && take > 0; {
			if f--; now[f] {
				bits := &p[firstField+int(f)]
				taken := max(0, min(take, *bits))
				*bits -= taken
				take -= taken
			}
		}
	}
}
