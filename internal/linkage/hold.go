package linkage

import "math"

// held says why a pair that the model would link must be looked at first: "" when it need not. shielded says that one of the two is of a person
// who is; the reason is then one that any other pair may have, so that it does not tell.
func (j *joiner) held(o *compared, p *parts, shielded bool) ReviewReason {
	if oneFieldAlone(&o.levels, p) {
		return OneFieldOnly
	}
	if otherNames(&o.levels) && p.total()-math.Max(0, p[firstField+int(Phone)])-math.Max(0, p[firstField+int(Email)]) <= j.threshold {
		return OtherNames
	}
	if j.o.HoldHouseholds && (mayBeKin(&o.levels) || mayBeParent(o, j.s.columns.coded != nil) || j.s.twoNames(o)) {
		return Household
	}
	if why := j.heldByName(o, p); why != "" {
		return why
	}
	if shielded && otherEvidenceOf(&o.levels, p) < otherEvidence {
		return CommonNameAndBirth
	}
	return ""
}

// heldByName says why a pair that rests on name and date of birth must be looked at.
func (j *joiner) heldByName(o *compared, p *parts) ReviewReason {
	if j.o.NameAndBirth == ByModel {
		return ""
	}
	if initialsOnly(&o.levels) {
		return CommonNameAndBirth
	}
	others := otherEvidenceOf(&o.levels, p)
	alone := others < otherEvidence
	if j.o.NameAndBirth == ReviewEach {
		if alone {
			return NameAndBirthOnly
		}
		return ""
	}
	expected := j.s.expectedOthers(o, j.o.Population)
	known := 1.0
	if o.levels[Forename] != none { // people are counted by their names
		known = j.known()
	}
	if j.s.halfNamed(o) {
		return CommonNameAndBirth
	}
	// A name without the whole date of birth is less than a name with it, which alone may link only where both are rare.
	if alone && (expected >= CommonName || o.levels[Birth] != birthSame) || expected*known*math.Exp2(-others) >= commonPerson {
		return CommonNameAndBirth
	}
	return ""
}

// otherEvidenceOf is what speaks for one person beside names and date of birth, in bits. A town, or where somebody was
// met, speaks only with a date of birth: of those who are met in one place several go by one name.
func otherEvidenceOf(l *levels, p *parts) (bits float64) {
	for _, f := range []Field{Postcode, Address, Phone, Email, NHSNumber, NINO, OtherNumber} {
		if f != Email || l[f] == valueSame { // e-mail addresses of one name are close
			bits += math.Max(0, p[firstField+int(f)])
		}
	}
	if p[firstField+int(Birth)] > 0 {
		bits += math.Max(0, p[firstField+int(Place)])
	}
	return bits
}

// known is about which share of the population has a record here, so that one of the two may be theirs: people are counted by full names with
// dates of birth, and records without a full name are taken to be of as many people each.
func (j *joiner) known() float64 {
	n := j.s.names
	if n.named == 0 {
		return 1
	}
	return math.Min(1, n.people*float64(n.of)/float64(n.named)/float64(j.o.Population))
}

// initialsOnly says whether all that both say of a name is an initial, and nothing is the same that few people share: no number, telephone, e-mail,
// address or whole postcode. In half a postcode two people of one date of birth and the same initials are not rare enough to be one.
func initialsOnly(l *levels) bool {
	initial := l[Forename] == forenameInitial || l[Surname] == surnameInitial
	more := l[Forename] != none && l[Forename] != forenameInitial || l[Surname] != none && l[Surname] != surnameInitial
	few := l[Postcode] == postcodeSame || l[Address] == addressSame || l[Address] == addressClose || l[Phone] == valueSame || l[Email] == valueSame
	return initial && !more && !few && !sameNumber(l)
}

// halfNamed says whether all that is known of both names is a forename, and the date of birth is not the same or stands for a year: what people are
// called where they are met, and when they were born or nearly so, is not who they are.
func (s *scorer) halfNamed(o *compared) bool {
	l := &o.levels
	day := l[Birth] == birthSame && !s.columns.standsForYear(o.a.birth)
	return l[Forename] != none && l[Forename] != forenameSwapped && l[Surname] == none && !day && !sameNumber(l)
}

// standsForYear says whether a date is 1 January, which is written where only the year is known.
func (c *columns) standsForYear(b birth) bool {
	if c.coded != nil {
		t := c.coded.births[b]
		return t != nil && t.january
	}
	return b&511 == firstOfJanuary
}

// oneFieldAlone says whether nothing but a single field speaks for one person, and that is no number: a forename alone
// links nobody, however rare it is among few records.
func oneFieldAlone(l *levels, p *parts) bool {
	agree := 0
	for _, f := range []Field{Forename, Surname, Birth, Postcode, Address, Place, Phone, Email} {
		if p[firstField+int(f)] > 0 {
			agree++
		}
	}
	return agree < 2 && !sameNumber(l) && l[Forename] != forenameSwapped
}

// otherNames says whether forename and surname are both known to be others while no number and no date of birth is the same. A telephone or
// e-mail address, which an office or a hostel shares, then links nobody.
func otherNames(l *levels) bool {
	return l.forenameDiffers() && l.surnameDiffers() && l[Birth] != birthSame && !sameNumber(l) && l[OtherNumber] != valueClose
}

// twoNames says whether two people of one day of birth, or nearly, may be twins with names alike: two forenames that are close or forms of
// one, each of which many people have, are two names sooner than one and a slip.
func (s *scorer) twoNames(o *compared) bool {
	l := &o.levels
	if sameNumber(l) || l[Birth] != birthSame && l[Birth] != birthSwapped && l[Birth] != birthSlip || !l.forenameAlike() {
		return false
	}
	listed := func(v uint32) bool { return s.totals.names[v].forename > commonnessOf[Forename].typical }
	return listed(o.a.forename) && listed(o.b.forename)
}

// generation is how many years are at least between a parent and a child.
const generation = 15

// mayBeParent says whether the years of birth are as far apart as a parent's and a child's, however alike the days are. Of encoded records it is known
// only that two years are not the same, and then they may be.
func mayBeParent(o *compared, encoded bool) bool {
	if o.a.birth == 0 || o.b.birth == 0 || sameNumber(&o.levels) {
		return false
	}
	years := o.a.birth.year() - o.b.birth.year()
	if encoded {
		return years != 0
	}
	return years >= generation || years <= -generation
}

// forenameDiffers says whether both have a forename, or an initial, and the two are others.
func (l *levels) forenameDiffers() bool {
	return l[Forename] == forenameDifferent || l[Forename] == forenameOtherInitial
}

// forenameAlike says whether two forenames that are not the same are close or forms of one.
func (l *levels) forenameAlike() bool {
	return l[Forename] == forenameShort || l[Forename] == forenameVeryClose || l[Forename] == forenameClose
}

// surnameDiffers says the same of surnames.
func (l *levels) surnameDiffers() bool {
	return l[Surname] == surnameDifferent || l[Surname] == surnameOtherInitial
}

func sameNumber(l *levels) bool {
	return l[NHSNumber] == valueSame || l[NINO] == valueSame || l[OtherNumber] == valueSame
}

// mayBeKin says whether a forename, a surname, a date of birth, the sex or the NHS number differs, and nothing agrees that two people of one household
// or hostel do not share: clerks write a twin's name beside their brother's own sex or number.
func mayBeKin(l *levels) bool {
	told := l[SexField] == sexDifferent || l[NHSNumber] == valueDifferent
	date := l[Birth] == birthDifferent || l[Birth] == birthOtherYear
	// Without a date of birth nothing tells apart a father and a son of one name at one address, or two brothers of whom one is known by an initial.
	home := l[Postcode] == postcodeSame || l[Address] == addressSame || l[Address] == addressClose || l[Phone] == valueSame
	undated := l[Birth] == none && (home || l[Forename] == forenameInitial || l[Forename] == forenameClose || l[Forename] == forenameVeryClose)
	// A number goes with its person, but clerks write down that of a brother, of a twin, or a mother's on her child's record.
	another := l[Forename] == forenameDifferent && (l[Birth] != birthSame || l[Surname] == surnameDifferent || l[SexField] == sexDifferent)
	return (l.forenameDiffers() || told || date || l.surnameDiffers() || undated) && l[Email] != valueSame && (another || !sameNumber(l))
}

// expectedOthers is how many other people of a population are expected to agree with a record's name and date of birth as far as
// this pair does.
func (s *scorer) expectedOthers(o *compared, population int) float64 {
	n := float64(population)
	for _, f := range []Field{Forename, Surname, Birth} {
		l := o.levels[f]
		switch v, _ := o.a.value(f); {
		case l == valueSame:
			n *= s.totals.share(s.columns, f, v, s.model)
		case f == Forename && l == forenameSwapped:
			n *= s.totals.share(s.columns, f, v, s.model) * s.totals.share(s.columns, Surname, o.a.surname, s.model)
		case f == Forename && l == forenameSecond: // as many as have the commoner of the two first forenames, at least
			n *= max(s.model.u[f][l], s.totals.share(s.columns, f, o.a.forename, s.model), s.totals.share(s.columns, f, o.b.forename, s.model))
		case f == Surname && (l == surnamePart || l == surnameVeryClose || l == surnameClose):
			// As many as have the commoner of two surnames that are alike, at least; forenames go with them.
			common := max(s.totals.share(s.columns, f, o.a.surname, s.model), s.totals.share(s.columns, f, o.b.surname, s.model))
			n *= max(s.model.u[f][l], common) * s.model.Together
		case l != none:
			n *= s.model.u[f][l]
		}
	}
	if l := o.levels[SexField]; l != none && o.levels[Forename] == none { // a forename tells the sex
		n *= s.model.u[SexField][l]
	}
	if o.levels[Forename] == forenameSame && o.levels[Surname] == surnameSame {
		n *= s.together(o)
	}
	return n
}
