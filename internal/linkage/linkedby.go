package linkage

import (
	"fmt"
	"strings"
)

// LinkedBy says in sentences by which rule a run linked a pair that nobody answered, from its explanation, which must be of a run of this program at
// even odds. rare is whether name and date of birth alone may link where both are rare; two that the person is these two records alone, so that the
// pair linked by itself. Of other pairs it is not kept whether they did, or others of their records, and where that matters it says so. It quotes no
// value, and is empty where the explanation does not tell.
func LinkedBy(explained []Part, rare, two bool) string {
	l, known := levelsOf(explained)
	if !known {
		return ""
	}
	p := weightsOf(explained)
	others := otherEvidenceOf(&l, &p)
	waits := oneFieldAlone(&l, &p) || otherNames(&l) || mayBeKin(&l) || initialsOnly(&l) || others < otherEvidence && (!rare || l[Birth] != birthSame)
	switch {
	case p.total() <= 0:
		return linkedByOthers(two, "By itself this pair is no likelier of one person than of two")
	case waits:
		return linkedByOthers(two, "By itself this pair would wait for somebody to look")
	case sameNumber(&l):
		return "A number is the same on both: " + agreeing(&l, &p, NHSNumber, NINO, OtherNumber) + "."
	case others < otherEvidence && two:
		return "Name and date of birth are the same, and of the population fewer than 1 in 10,000 other people are expected to have both."
	case others < otherEvidence:
		return "Little but name and date of birth agrees. It linked by itself if of the population fewer than 1 in 10,000 other people are expected to have both, and else because " +
			"all pairs of these records together speak for one person: which, is not kept."
	}
	said := fmt.Sprintf("Beside name and date of birth %.1f bits speak for one person, where %.0f are asked: %s.", others, otherEvidence,
		agreeing(&l, &p, Postcode, Address, Place, Phone, Email, NHSNumber, NINO, OtherNumber))
	switch {
	case two:
		said += " Of the people with a record here fewer than 1 in 100 others are expected to agree in all of it."
	case l.forenameAlike() || l[Birth] != birthSame:
		said += " If the two looked like twins, or parent and child, all pairs of these records together made them one person: whether they did, is not kept."
	}
	return said
}

// linkedByOthers says that other records made two of them one person's; nothing where there are none.
func linkedByOthers(two bool, why string) string {
	if two {
		return ""
	}
	return why + "; all pairs of these records together made them one person."
}

// agreeing names those of some fields that speak for one person.
func agreeing(l *levels, p *parts, some ...Field) string {
	var names []string
	for _, f := range some {
		if p[firstField+int(f)] > 0 && (f != Email || l[f] == valueSame) && (f != Place || p[firstField+int(Birth)] > 0) {
			name := fields[f].words
			if f != NHSNumber && f != NINO {
				name = strings.ToLower(name)
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// weightsOf reads what each part of an explanation weighs.
func weightsOf(explained []Part) (p parts) {
	for _, x := range explained {
		switch x.Key {
		case "start":
			p[startPart] = x.Bits
		case "names":
			p[namesPart] = x.Bits
		case "household":
			p[householdPart] = x.Bits
		}
		for f := range fieldCount {
			if fields[f].key == x.Key {
				p[firstField+int(f)] = x.Bits
			}
		}
	}
	return p
}
