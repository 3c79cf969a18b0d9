package linkage

import (
	"math/bits"

	"throughline/internal/linkage/compare"
	"throughline/internal/person"
)

// sieve rules out pairs that certainly weigh less than a floor, before the letters of their names are compared. Most pairs that
// rules find end in it, so it looks at nothing but two faces.
type sieve struct {
	s     *scorer
	floor float32
	start float32
	// weights[f][l] is what a level weighs, and unlike[f] the most that values can weigh that are not the same.
	weights [fieldCount][maxLevels]float32
	unlike  [fieldCount]float32
	sexes   [4][4]float32 // what two sexes weigh
	// What is taken down of each distinct value, close together: a face is then a handful of steps through memory.
	names       []nameFace
	places      []placeFace
	nhs, phones []uint64 // as digitsOf gives them
}

// nameFace is what a face holds of a name.
type nameFace struct {
	shape                     compare.Shape
	sameForename, sameSurname float32
	plain, nickname           bool   // one word of several letters; in some nickname group
	listed                    uint16 // as a forename; 0 for on no list
}

// placeFace is what a face holds of a postcode.
type placeFace struct {
	place place
	same  float32
}

// slack is how much less than the floor a pair must weigh to be ruled out: more than rounding can come to.
const slack = .01

// maxLevels is more than any field has (a test says so).
const maxLevels = 12

// face is what the sieve looks at in a record.
type face struct {
	row                         uint32
	forename, surname           uint32
	birth                       birth
	place                       place
	nhs, phone                  uint64 // as digitsOf gives them
	forenameShape, surnameShape compare.Shape
	// What the same forename, surname, date of birth or postcode would weigh at most.
	sameForename, sameSurname, sameBirth, samePostcode float32
	sex                                                person.Sex
	flags                                              faceFlags
	rest                                               uint8 // which of restFields it has
}

type faceFlags uint8

const (
	passes        faceFlags = 1 << iota // several values in a field, or values of which only tokens are known: the sieve lets it through
	homeless                            // no fixed abode
	hasMiddle                           // a middle name, which may be the other's forename
	plainForename                       // one word of several letters
	plainSurname
	hasNickname
	hasBirthday
	hasPostcode
)

// restFields are looked at in the record itself; few pairs have both.
var restFields = [...]Field{Address, Place, Email, NINO, OtherNumber}

func newSieve(s *scorer, floor float64) *sieve {
	v := &sieve{s: s, floor: float32(floor - slack), start: float32(s.start)}
	for f := range fieldCount {
		for l, w := range s.model.weights[f] {
			v.weights[f][l] = float32(w)
			if l > int(valueSame) {
				v.unlike[f] = max(v.unlike[f], float32(w))
			}
		}
	}
	for a := range v.sexes {
		for b := range v.sexes[a] {
			v.sexes[a][b] = v.weights[SexField][compareSexes(person.Sex(a), person.Sex(b))]
		}
	}
	v.unlike[Forename] = float32(s.mostUnlike(Forename))
	v.unlike[Surname] = float32(s.mostUnlike(Surname))
	c := s.columns
	v.names = make([]nameFace, len(c.names.facts))
	for n := range v.names {
		facts := &c.names.facts[n]
		v.names[n] = nameFace{facts.shape, float32(s.same[Forename][n].bits), float32(s.same[Surname][n].bits),
			facts.parts[0] == 0 && facts.shape.Len() > 1, len(facts.groups) > 0, s.totals.names[n].listed}
		if facts.shape.Len() < 2 { // the same initial is not the same name
			v.names[n].sameForename, v.names[n].sameSurname = v.unlike[Forename], v.unlike[Surname]
		}
	}
	v.places = make([]placeFace, c.postcodes.size()+1)
	for n := range v.places {
		v.places[n] = placeFace{c.postcodes.place(uint32(n)), float32(s.same[Postcode][n].bits)}
	}
	v.nhs, v.phones = allDigits(c.nhs), allDigits(c.phones)
	return v
}

// allDigits packs every value of a dictionary.
func allDigits(d *dictionary) []uint64 {
	list := make([]uint64, d.size()+1)
	for v := range list {
		list[v] = digitsOf(d.text(uint32(v)))
	}
	return list
}

// mostUnlike is the most that two names can weigh that are not the same.
func (s *scorer) mostUnlike(f Field) float64 {
	most := 0.0
	for l := 2; l < len(s.model.weights[f]); l++ {
		most = max(most, s.model.weights[f][l]+mostCloseNames)
	}
	return most
}

// look takes down the faces of rows.
func (v *sieve) look(to []face, rows []uint32) {
	c := v.s.columns
	for x, row := range rows {
		r, f := &c.records[row], &to[x]
		*f = face{row: row, forename: r.forename, surname: r.surname, birth: r.birth, sex: r.sex, place: place{postcode: r.postcode},
			nhs: uint64(r.nhs), phone: uint64(r.phone)}
		if r.more != 0 || c.coded != nil {
			f.flags = passes
		}
		if r.flags&noFixedAbode != 0 {
			f.flags |= homeless
		}
		if r.middle != 0 {
			f.flags |= hasMiddle
		}
		for i, field := range restFields {
			if r.rest(field) != 0 {
				f.rest |= 1 << i
			}
		}
	}
	for x := range to {
		f := &to[x]
		n := &v.names[f.forename]
		f.forenameShape, f.sameForename = n.shape, n.sameForename
		if n.listed != 0 && f.birth != 0 {
			f.sameForename += max(0, float32(v.s.cohorts.more(n.listed, f.birth.year())))
		}
		if n.plain {
			f.flags |= plainForename
		}
		if n.nickname {
			f.flags |= hasNickname
		}
	}
	for x := range to {
		f := &to[x]
		n := &v.names[f.surname]
		f.surnameShape, f.sameSurname = n.shape, n.sameSurname
		if n.plain {
			f.flags |= plainSurname
		}
	}
	for x := range to {
		f := &to[x]
		lives := &v.places[f.place.postcode]
		f.place, f.samePostcode = lives.place, lives.same
		if f.place.sector != 0 {
			f.flags |= hasPostcode
		}
	}
	for x := range to {
		f := &to[x]
		f.nhs, f.phone = v.nhs[f.nhs], v.phones[f.phone]
		if f.birth.whole() {
			f.flags |= hasBirthday
			f.sameBirth = float32(v.s.sameBits(Birth, &record{birth: f.birth}))
		}
	}
}

// rest is the number of a record's value in one of restFields.
func (r *record) rest(f Field) uint32 {
	switch f {
	case Address:
		return r.address
	case Place:
		return r.place
	case Email:
		return r.email
	case NINO:
		return r.nino
	}
	return r.other
}

// hopeless says that a pair certainly weighs less than the floor. It may say no of a pair that does.
func (v *sieve) hopeless(a, b *face) bool {
	if (a.flags|b.flags)&passes != 0 {
		return false
	}
	most := v.start + v.sexes[a.sex&3][b.sex&3]
	both := a.flags & b.flags
	if days := a.birth ^ b.birth; both&hasBirthday != 0 && days>>9 != 0 && days&511 != 0 {
		most += v.weights[Birth][birthDifferent] // as most are, so not asked twice
	} else if l := compareBirths(a.birth, b.birth); l == birthSame {
		most += a.sameBirth
	} else {
		most += v.weights[Birth][l]
	}
	if both&hasPostcode != 0 && a.place.outcode != b.place.outcode {
		most += v.weights[Postcode][postcodeDifferent]
	} else if l := comparePlaces(a.place, b.place, a.flags&homeless != 0, b.flags&homeless != 0); l == postcodeSame {
		most += a.samePostcode
	} else {
		most += v.weights[Postcode][l]
	}
	if a.nhs != 0 && b.nhs != 0 {
		if a.nhs == b.nhs {
			return false
		}
		most += v.numbers(NHSNumber, a.nhs, b.nhs)
	}
	if a.phone != 0 && b.phone != 0 {
		if a.phone == b.phone {
			return false
		}
		most += v.numbers(Phone, a.phone, b.phone)
	}
	if rest := a.rest & b.rest; rest != 0 {
		more, ok := v.restAtMost(rest, a.row, b.row)
		if !ok {
			return false
		}
		most += more
	}
	forename := v.nameAtMost(Forename, a.forename, b.forename, a.sameForename)
	surname := v.nameAtMost(Surname, a.surname, b.surname, a.sameSurname)
	if most+forename+surname < v.floor {
		return true
	}
	otherForename := v.otherForename(a, b)
	otherSurname := a.surname != b.surname && a.flags&b.flags&plainSurname != 0 && !nameCloseBar.Within(&a.surnameShape, &b.surnameShape)
	crossed := nameVeryCloseBar.Within(&a.forenameShape, &b.surnameShape) && nameVeryCloseBar.Within(&a.surnameShape, &b.forenameShape)
	if (otherForename || otherSurname) && !crossed {
		if otherForename {
			forename = v.weights[Forename][forenameDifferent]
		}
		if otherSurname {
			surname = v.weights[Surname][surnameDifferent]
		}
		return most+forename+surname < v.floor
	}
	return v.hopelessNames(most, a, b)
}

// hopelessNames is the last look: at the letters of both names, for a pair whose other fields weigh so much at most.
func (v *sieve) hopelessNames(most float32, a, b *face) bool {
	if (a.flags|b.flags)&hasMiddle != 0 || a.forename == b.forename && a.surname == b.surname {
		return false
	}
	forename, surname := v.s.columns.compareNames(name{forename: a.forename, surname: a.surname}, name{forename: b.forename, surname: b.surname})
	most += v.weights[Surname][surname]
	switch forename {
	case forenameSame:
		most += a.sameForename
	case forenameShort, forenameVeryClose:
		most += v.weights[Forename][forename] + mostCloseNames
	default:
		most += v.weights[Forename][forename]
	}
	switch surname {
	case surnameSame:
		most += a.sameSurname - v.weights[Surname][surname]
	case surnameVeryClose:
		most += mostCloseNames
	}
	return most < v.floor
}

// The bars of the levels of names, for shapes.
var nameCloseBar, nameVeryCloseBar = compare.NewBar(closeBar), compare.NewBar(veryCloseBar)

// otherForename says that two forenames are certainly of the level "different" or changed over.
func (v *sieve) otherForename(a, b *face) bool {
	if a.forename == b.forename || a.flags&b.flags&plainForename == 0 || (a.flags|b.flags)&hasMiddle != 0 ||
		nameCloseBar.Within(&a.forenameShape, &b.forenameShape) {
		return false
	}
	if a.flags&b.flags&hasNickname == 0 { // of the forenames
		return true
	}
	facts := v.s.columns.names.facts
	return !meet(facts[a.forename].groups, facts[b.forename].groups)
}

// nameAtMost is the most that two names can weigh without looking at their letters.
func (v *sieve) nameAtMost(f Field, a, b uint32, same float32) float32 {
	switch {
	case a == 0 || b == 0:
		return 0
	case a == b:
		return same
	}
	return v.unlike[f]
}

// numbers is the most that two different numbers can weigh.
func (v *sieve) numbers(f Field, a, b uint64) float32 {
	if mayBeSlip(a, b) {
		return v.unlike[f]
	}
	return v.weights[f][valueDifferent]
}

// restAtMost is the most that the fields weigh that two records both have; false when one of them is the same.
func (v *sieve) restAtMost(rest uint8, i, j uint32) (most float32, ok bool) {
	a, b := &v.s.columns.records[i], &v.s.columns.records[j]
	for n, f := range restFields {
		if rest&(1<<n) == 0 {
			continue
		}
		if a.rest(f) == b.rest(f) {
			return 0, false
		}
		most += v.unlike[f]
	}
	return most, true
}

// noDigits stands for a value that digitsOf cannot pack.
const noDigits = ^uint64(0)

// digitsOf packs up to fifteen digits in four bits each, as the digit plus one so that the length is part of it.
func digitsOf(s string) (packed uint64) {
	if len(s) > 15 {
		return noDigits
	}
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return noDigits
		}
		packed = packed<<4 | uint64(d+1)
	}
	return packed
}

// mayBeSlip is false when two different numbers are certainly further apart than a slip: of one length and with more than two
// digits that differ, or of lengths more than one apart.
func mayBeSlip(a, b uint64) bool {
	if a == noDigits || b == noDigits {
		return true
	}
	if n := (bits.Len64(a)+3)/4 - (bits.Len64(b)+3)/4; n != 0 {
		return -1 <= n && n <= 1
	}
	x := a ^ b
	x |= x >> 1
	x |= x >> 2
	return bits.OnesCount64(x&0x1111111111111111) <= 2
}
