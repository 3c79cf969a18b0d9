package linkage

import "math"

// held says why a pair that the model would link must be looked at first: "" when it need not.
func (j *joiner) held(a, b uint32, o *compared, p *parts) ReviewReason {
	if oneFieldAlone(&o.levels, p) {
		return UncertainPair
	}
	if j.o.HoldHouseholds && mayBeKin(&o.levels) {
		return Household
	}
	only := j.o.ReviewOnly != nil && j.o.ReviewOnly(a, b)
	if j.o.NameAndBirth == ByModel && !only {
		return ""
	}
	others := 0.0
	for _, f := range []Field{Postcode, Address, Phone, Email, NHSNumber, NINO, OtherNumber} {
		others += math.Max(0, p[firstField+int(f)])
	}
	switch {
	case others >= otherEvidence:
		return ""
	case only, j.o.NameAndBirth == ReviewEach:
		return NameAndBirthOnly
	case j.s.expectedOthers(o, j.o.Population) >= CommonName:
		return CommonNameAndBirth
	}
	return ""
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
	number := l[NHSNumber] == valueSame || l[NINO] == valueSame || l[OtherNumber] == valueSame || l[Forename] == forenameSwapped
	return agree < 2 && !number
}

// mayBeKin says whether a forename or a date of birth differs and nothing agrees that two people of one household do not share.
func mayBeKin(l *levels) bool {
	forename := l[Forename] == forenameDifferent || l[Forename] == forenameOtherInitial
	date := l[Birth] == birthDifferent || l[Birth] == birthOtherYear
	return (forename || date) && l[Email] != valueSame && l[NHSNumber] != valueSame && l[NINO] != valueSame && l[OtherNumber] != valueSame
}

// expectedOthers is how many other people of a population are expected to agree with a record's name and date of birth as far as
// this pair does.
func (s *scorer) expectedOthers(o *compared, population int) float64 {
	n := float64(population)
	per := s.model.RecordsPerPerson
	for _, f := range []Field{Forename, Surname, Birth} {
		l := o.levels[f]
		switch v, _ := o.a.value(f); {
		case l == valueSame:
			n *= s.totals.share(s.columns, f, v, per)
		case f == Forename && l == forenameSwapped:
			n *= s.totals.share(s.columns, f, v, per) * s.totals.share(s.columns, Surname, o.a.surname, per)
		case l != none:
			n *= s.model.u[f][l]
		}
	}
	return n
}
