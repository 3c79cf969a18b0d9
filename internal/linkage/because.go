package linkage

import "strings"

// Because says in a sentence which rule let a pair wait, by how far the fields of its explanation agree: the sentence of the reason where more than
// one may have. It quotes no value and no weight, so that it may be read before somebody has looked; and it is of what held the pair whoever it is
// of, so that it tells nothing of a mark. The explanation must be of a run of this program, since rules change with it.
func (r ReviewReason) Because(parts []Part) string {
	l, known := levelsOf(parts)
	said := ""
	switch {
	case !known:
	case r == Household && mayBeKin(&l):
		said = becauseKin(&l)
	case r == Household:
		said = becauseParentOrTwin(&l)
	case r == CommonNameAndBirth && initialsOnly(&l):
		said = "All that both say of a name is an initial, and nothing is the same that few people share, such as a number, a telephone or a whole postcode."
	case r == CommonNameAndBirth && l[Forename] != none && l[Forename] != forenameSwapped && l[Surname] == none && l[Birth] != birthSame && !sameNumber(&l):
		said = "All that is known of both names is a forename, the date of birth is not the same, and so no forename is rare enough."
	}
	if said == "" {
		return r.Sentence()
	}
	return said
}

// becauseKin says what mayBeKin goes by.
func becauseKin(l *levels) string {
	var differ []string
	for _, x := range []struct {
		differs bool
		words   string
	}{
		{l.forenameDiffers(), "forename"}, {l.surnameDiffers(), "surname"},
		{l[Birth] == birthDifferent || l[Birth] == birthOtherYear, "date of birth"}, {l[SexField] == sexDifferent, "sex"}, {l[NHSNumber] == valueDifferent, "NHS number"},
	} {
		if x.differs {
			differ = append(differ, x.words)
		}
	}
	switch n := len(differ); {
	case n == 0:
		return "The date of birth is missing on one or both, and nothing else tells two people of one family apart."
	case sameNumber(l):
		return another(differ) + " though a number is the same: clerks write down that of a brother or sister, a twin or a mother."
	default:
		return another(differ) + " and the rest is what two people of one household share."
	}
}

// another says which fields are another's: "Forename and sex differ,".
func another(differ []string) string {
	last := len(differ) - 1
	if last == 0 {
		return sentence(differ[0]) + " differs,"
	}
	return sentence(strings.Join(differ[:last], ", ")) + " and " + differ[last] + " differ,"
}

// sentence begins one.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// becauseParentOrTwin says what a household is held for that mayBeKin does not find.
func becauseParentOrTwin(l *levels) string {
	twins := l.forenameAlike()
	switch {
	case l[Birth] == birthSame || l[Birth] == birthSwapped: // of one year
		return "The forenames are alike and not the same: the two may be twins."
	case twins && l[Birth] == birthSlip:
		return "Forenames and dates of birth are alike and not the same: the two may be twins, or parent and child."
	}
	return "The years of birth are as far apart as a parent’s and a child’s, and no number is the same."
}

// levelsOf reads how far two records agree from an explanation; false where it says what no field has.
func levelsOf(parts []Part) (l levels, known bool) {
	for _, p := range parts {
		if !OfField(p.Key) || !p.Compared || p.Level == "" { // one that is left unsaid, of no fixed abode, is asked by no rule here
			continue
		}
		at := none
		for f := range fieldCount {
			for k := range fields[f].levels {
				if fields[f].key == p.Key && k > 0 && fields[f].levels[k].words == p.Level && at == none {
					at, l[f] = Level(k), Level(k)
				}
			}
		}
		if at == none {
			return l, false
		}
	}
	return l, true
}
