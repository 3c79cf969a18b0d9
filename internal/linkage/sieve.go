package linkage

import (
	"math"
	"math/bits"

	"throughline/internal/linkage/compare"
	"throughline/internal/person"
)

// sieve rules out pairs that certainly weigh less than a floor, before the letters of their names are compared. Most pairs that
// rules find end in it, and most of these by their faces alone. It weighs in whole grains, rounded up.
type sieve struct {
	s     *scorer
	floor grains
	start grains
	// weights[f][l] is what a level weighs, and unlike[f] the most that values can weigh that are not the same.
	weights [fieldCount][maxLevels]grains
	unlike  [fieldCount]grains
	sexes   [16]grains // what two sexes weigh
	// What two postcodes weigh at most that may be of one sector, or of one first half.
	sector, outcode grains
	other           [4]grains  // what other NHS and telephone numbers weigh that are no slip, by which of the two both have
	faces           []face     // of each record
	names           []nameFace // of each name
	// What is taken down of each distinct number, as digitsOf gives it.
	nhs, phones []uint64
}

// grains are weights in 512ths of a bit.
type grains int32

const grainsPerBit = 512

// upTo is the least number of grains that a weight does not exceed.
func upTo(bits float64) grains { return grains(math.Ceil(bits * grainsPerBit)) }

// nameFace is what the sieve looks at in a name.
type nameFace struct {
	shape           compare.Shape
	plain, nickname bool // one word of several letters; in some nickname group
}

// slack is how much less than the floor a pair must weigh to be ruled out: more than rounding can come to.
const slack = .01

// maxLevels is more than any field has (a test says so).
const maxLevels = 12

// face is what the sieve looks at first in a record, in half a line of memory.
type face struct {
	forename, surname         uint32
	birth                     birth
	postcode, sector, outcode uint16 // the lower half of their numbers: where these differ, they do
	nhs, phone                uint16 // their last eight digits, the lower two bits of each
	// What the same forename, surname, date of birth or postcode would weigh at most.
	sameForename, sameSurname, sameBirth, samePostcode int16
	flags                                              faceFlags
	has                                                uint8 // a bit for each of numberFields, and usualNumbers
}

type faceFlags uint8

const (
	sexOf       faceFlags = 3         // the sex
	passes      faceFlags = 2 << iota // what a face does not hold: the sieve lets it through
	homeless                          // no fixed abode
	hasMiddle                         // a middle name, which may be the other's forename
	hasBirthday                       // a whole date of birth
	hasPostcode                       // a postcode, or its first half
	hasSector                         // a whole postcode
)

// Of face.has.
const (
	hasNHS, hasPhone = 1, 2
	// usualNumbers says that what there is of NHS and telephone numbers has ten and eleven digits.
	usualNumbers = 1 << len(numberFields)
	// otherNumbers are those of which a face says no more than that they are there.
	otherNumbers = usualNumbers - 1 - hasNHS - hasPhone
)

// numberFields are the fields of which values are looked at in the record itself; few pairs have both.
var numberFields = [...]Field{NHSNumber, Phone, Address, Place, Email, NINO, OtherNumber}

func newSieve(s *scorer, floor float64) *sieve {
	c := s.columns
	v := &sieve{s: s, floor: grains(math.Floor((floor - slack) * grainsPerBit)), start: upTo(s.start), faces: make([]face, len(c.records)),
		names: make([]nameFace, len(c.names.facts)), nhs: allDigits(c.nhs, c.workers), phones: allDigits(c.phones, c.workers)}
	for f := range fieldCount {
		for l, w := range s.model.weights[f] {
			v.weights[f][l] = upTo(w)
			if l > int(valueSame) {
				v.unlike[f] = max(v.unlike[f], upTo(w))
			}
		}
	}
	for a := range person.Sex(4) {
		for b := range person.Sex(4) {
			v.sexes[a<<2|b] = v.weights[SexField][compareSexes(a, b)]
		}
	}
	places := &v.weights[Postcode]
	v.outcode = max(places[postcodeOutcode], places[postcodeDifferent])
	v.sector = max(places[postcodeSector], v.outcode)
	v.unlike[Forename] = upTo(s.mostUnlike(Forename))
	v.unlike[Surname] = upTo(s.mostUnlike(Surname))
	nhs, phone := v.weights[NHSNumber][valueDifferent], v.weights[Phone][valueDifferent]
	v.other = [4]grains{hasNHS: nhs, hasPhone: phone, hasNHS | hasPhone: nhs + phone}
	for n := range v.names {
		facts := &c.names.facts[n]
		v.names[n] = nameFace{facts.shape, facts.parts[0] == 0 && facts.shape.Len() > 1, len(facts.groups) > 0}
	}
	inParallel(c.workers, len(v.faces), 4096, func(_, from, to int) {
		for row := from; row < to; row++ {
			v.faces[row] = v.look(&c.records[row])
		}
	})
	return v
}

// allDigits packs every value of a dictionary.
func allDigits(d *dictionary, workers int) []uint64 {
	list := make([]uint64, d.size()+1)
	inParallel(workers, len(list), 4096, func(_, from, to int) {
		for v := from; v < to; v++ {
			list[v] = digitsOf(d.text(uint32(v)))
		}
	})
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

// look takes down the face of a record.
func (v *sieve) look(r *record) face {
	c := v.s.columns
	lives := c.postcodes.place(r.postcode)
	f := face{forename: r.forename, surname: r.surname, birth: r.birth, flags: faceFlags(r.sex) & sexOf,
		postcode: uint16(lives.postcode), sector: uint16(lives.sector), outcode: uint16(lives.outcode), nhs: lowBits(v.nhs[r.nhs]), phone: lowBits(v.phones[r.phone])}
	mark := func(flag faceFlags, holds bool) {
		if holds {
			f.flags |= flag
		}
	}
	mark(homeless, r.flags&noFixedAbode != 0)
	mark(hasMiddle, r.middle != 0)
	mark(hasBirthday, r.birth.whole())
	mark(hasPostcode, lives.postcode != 0)
	mark(hasSector, lives.sector != 0)
	for n, field := range numberFields {
		if r.number(field) != 0 {
			f.has |= 1 << n
		}
	}
	if hasDigits(v.nhs[r.nhs], 10) && hasDigits(v.phones[r.phone], 11) {
		f.has |= usualNumbers
	}
	same := func(weight grains) int16 {
		mark(passes, weight > math.MaxInt16)
		return int16(min(max(weight, math.MinInt16), math.MaxInt16))
	}
	forename := v.sameName(Forename, r.forename)
	if listed := v.s.totals.names[r.forename].listed; listed != 0 && r.birth != 0 {
		forename += max(0, upTo(v.s.cohorts.more(listed, r.birth.year())))
	}
	f.sameForename, f.sameSurname = same(forename), same(v.sameName(Surname, r.surname))
	f.samePostcode = same(max(v.sector, upTo(v.s.same[Postcode][r.postcode].bits)))
	if r.birth.whole() {
		f.sameBirth = same(upTo(v.s.sameBits(Birth, r)))
	}
	mark(passes, r.more != 0 || c.coded != nil)
	return f
}

// sameName is the most that the same name weighs; the same initial is not the same name.
func (v *sieve) sameName(f Field, name uint32) grains {
	if name != 0 && v.s.columns.initialOnly(name) {
		return v.unlike[f]
	}
	return upTo(v.s.same[f][name].bits)
}

// number is the number of a record's value in one of numberFields.
func (r *record) number(f Field) uint32 {
	switch f {
	case NHSNumber:
		return r.nhs
	case Phone:
		return r.phone
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
func (v *sieve) hopeless(i, j uint32, a, b *face) bool {
	if (a.flags|b.flags)&passes != 0 {
		return false
	}
	most, ok := v.numbersAtMost(i, j, a, b)
	if !ok {
		return false
	}
	both := a.flags & b.flags
	most += v.start + v.sexes[a.flags&sexOf<<2|b.flags&sexOf] + v.birthsAtMost(both, a, b) + v.placesAtMost(both, a, b)
	forename := v.nameAtMost(Forename, a.forename, b.forename, a.sameForename)
	surname := v.nameAtMost(Surname, a.surname, b.surname, a.sameSurname)
	if most+forename+surname < v.floor {
		return true
	}
	x, y := [2]*nameFace{&v.names[a.forename], &v.names[a.surname]}, [2]*nameFace{&v.names[b.forename], &v.names[b.surname]}
	otherForename := (a.flags|b.flags)&hasMiddle == 0 && a.forename != b.forename && v.otherForename(a, b, x[0], y[0])
	otherSurname := a.surname != b.surname && x[1].plain && y[1].plain && !nameCloseBar.Within(&x[1].shape, &y[1].shape)
	if otherForename || otherSurname {
		crossed := a.forename != b.forename && a.surname != b.surname &&
			nameVeryCloseBar.Within(&x[0].shape, &y[1].shape) && nameVeryCloseBar.Within(&x[1].shape, &y[0].shape)
		if !crossed {
			if otherForename {
				forename = v.weights[Forename][forenameDifferent]
			}
			if otherSurname {
				surname = v.weights[Surname][surnameDifferent]
			}
			return most+forename+surname < v.floor
		}
	}
	return v.hopelessNames(most, a, b)
}

// birthsAtMost is the most that two dates of birth weigh.
func (v *sieve) birthsAtMost(both faceFlags, a, b *face) grains {
	days := a.birth ^ b.birth
	switch {
	case both&hasBirthday == 0:
	case days == 0:
		return grains(a.sameBirth)
	case days>>9 != 0 && days&511 != 0:
		return v.weights[Birth][birthDifferent] // as most are, so not asked twice
	}
	return v.weights[Birth][compareBirths(a.birth, b.birth)]
}

// placesAtMost is the most that two postcodes weigh, and no fixed abode.
func (v *sieve) placesAtMost(both faceFlags, a, b *face) grains {
	switch {
	case both&hasSector != 0:
		switch {
		case a.outcode != b.outcode:
			return v.weights[Postcode][postcodeDifferent]
		case a.sector != b.sector:
			return v.outcode
		case a.postcode != b.postcode:
			return v.sector
		}
		return grains(a.samePostcode)
	case both&hasPostcode != 0:
		if a.outcode == b.outcode {
			return max(v.weights[Postcode][outcodeSame], v.weights[Postcode][outcodeDifferent])
		}
		return v.weights[Postcode][outcodeDifferent]
	case both&homeless != 0:
		return v.weights[Postcode][bothNoFixed]
	case (a.flags|b.flags)&homeless == 0:
		return 0
	}
	return max(0, v.weights[Postcode][oneNoFixed])
}

// numbersAtMost is the most that the numbers and addresses weigh that two records both have; false where one may be the same.
func (v *sieve) numbersAtMost(i, j uint32, a, b *face) (most grains, ok bool) {
	has := a.has & b.has
	// What is not told by the digits of the faces, each worked out without a branch, which would often be guessed wrong.
	near := hasNHS*mayBeNear(a.nhs, b.nhs) | hasPhone*mayBeNear(a.phone, b.phone) | (hasNHS|hasPhone)*(1-has/usualNumbers)
	if has&(near|otherNumbers) == 0 {
		return v.other[has&(hasNHS|hasPhone)], true // as most are, so that the records are not looked up
	}
	r, t := &v.s.columns.records[i], &v.s.columns.records[j]
	for n, f := range numberFields {
		if has&(1<<n) == 0 {
			continue
		}
		x, y := r.number(f), t.number(f)
		switch {
		case x == y:
			return 0, false
		case f == NHSNumber:
			most += v.slipAtMost(f, v.nhs[x], v.nhs[y])
		case f == Phone:
			most += v.slipAtMost(f, v.phones[x], v.phones[y])
		default:
			most += v.unlike[f]
		}
	}
	return most, true
}

// lowBits are the lower two bits of each of the last eight digits of a packed number.
func lowBits(packed uint64) (h uint16) {
	for n := range 8 {
		h |= uint16(packed>>(4*n)&3) << (2 * n)
	}
	return h
}

// mayBeNear is 0 when more than two of eight digits certainly differ, by their lower two bits; else 1.
func mayBeNear(a, b uint16) uint8 {
	x := a ^ b
	return uint8(uint(bits.OnesCount16((x|x>>1)&0x5555)-3) >> (bits.UintSize - 1))
}

// hopelessNames is the last look: at the letters of both names, for a pair whose other fields weigh so much at most.
func (v *sieve) hopelessNames(most grains, a, b *face) bool {
	if (a.flags|b.flags)&hasMiddle != 0 || a.forename == b.forename && a.surname == b.surname {
		return false
	}
	forename, surname := v.s.columns.compareNames(name{forename: a.forename, surname: a.surname}, name{forename: b.forename, surname: b.surname})
	most += v.weights[Surname][surname]
	switch forename {
	case forenameSame:
		most += grains(a.sameForename)
	case forenameShort, forenameVeryClose:
		most += v.weights[Forename][forename] + mostCloseNames*grainsPerBit
	default:
		most += v.weights[Forename][forename]
	}
	switch surname {
	case surnameSame:
		most += grains(a.sameSurname) - v.weights[Surname][surname]
	case surnameVeryClose:
		most += mostCloseNames * grainsPerBit
	}
	return most < v.floor
}

// The bars of the levels of names, for shapes.
var nameCloseBar, nameVeryCloseBar = compare.NewBar(closeBar), compare.NewBar(veryCloseBar)

// otherForename says that two forenames that are not the same are certainly of the level "different" or changed over.
func (v *sieve) otherForename(a, b *face, x, y *nameFace) bool {
	if !x.plain || !y.plain || nameCloseBar.Within(&x.shape, &y.shape) {
		return false
	}
	if !x.nickname || !y.nickname {
		return true
	}
	facts := v.s.columns.names.facts
	return !meet(facts[a.forename].groups, facts[b.forename].groups)
}

// nameAtMost is the most that two names can weigh without looking at their letters.
func (v *sieve) nameAtMost(f Field, a, b uint32, same int16) grains {
	switch {
	case a == 0 || b == 0:
		return 0
	case a == b:
		return grains(same)
	}
	return v.unlike[f]
}

// slipAtMost is the most that two different numbers can weigh.
func (v *sieve) slipAtMost(f Field, a, b uint64) grains {
	if mayBeSlip(a, b) {
		return v.unlike[f]
	}
	return v.weights[f][valueDifferent]
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

// hasDigits says whether a packed number has so many digits, or is none at all.
func hasDigits(packed uint64, n int) bool { return packed == 0 || (bits.Len64(packed)+3)/4 == n }

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
