package sample

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/person"
)

// record is one agency's view of someone under one number of its own: what a clerk wrote, not what is true.
type record struct {
	agency      agency
	person      uint64
	key         string
	registered  day.Day
	title       string
	forename    string
	middle      string
	surname     string
	former      string
	aliases     []fullName
	aliasBirths []day.Day
	knownAs     string // a familiar or street name
	birth       day.Day
	trueBirth   day.Day // for the age that a crew guess
	ageOnly     bool
	guess       string // words where a birth date should be
	custody     string // the number of the custody record; the key where there is no PNC number
	sex         person.Sex
	nhs         string
	nino        string
	pnc         string
	prison      string
	at          abode
	postcode    string // as written; "" when missing
	noFixed     bool
	address     string
	phone       string
	email       string
	household   uint64   // for crimes within it
	victim      bool     // in those crimes; else suspect
	restricted  bool     // the agency shields the person
	wrong       []string // what went wrong, for the truth file
	tags        []string // hard cases
	files       uint16   // a bit for each file it stands in
}

// manner is how well an agency writes things down (specification 7.2 and 7.3).
type manner struct {
	factor     float64 // of all error rates
	duplicates float64 // share of people with a second record
	nhs, nino  float64 // share of records with the number
	birth      float64
	postcode   float64
	nickname   float64 // chance that the familiar form of someone who uses one is written
	early      float64 // chance that the record is older than the extract's contacts
	operators  uint64
}

var manners = [agencies]manner{
	aLambeth:   {3, 0.12, 0.35, 0.70, 0.96, 0.96, 0.10, 0.5, 60},
	aSouthwark: {3, 0.12, 0.40, 0.70, 0.96, 0.96, 0.10, 0.5, 60},
	aLewisham:  {3, 0.12, 0, 0.70, 0.96, 0.95, 0.10, 0.5, 50},
	aRiverbank: {3, 0.04, 0.93, 0, 0.97, 0.95, 0.05, 0.6, 120},
	aElmfield:  {1.5, 0.01, 0.98, 0, 0.99, 0.98, 0.05, 0.6, 40},
	aAmbulance: {4, 0, 0.55, 0, 0.75, 0.97, 0.12, 0, 200},
	aPolice:    {5, 0.02, 0, 0, 0.99, 0.90, 0.12, 0.4, 150},
	aProbation: {2, 0.005, 0, 0, 0.995, 0.96, 0.05, 0.4, 40},
	aLantern:   {10, 0.25, 0, 0, 0.60, 0, 0.60, 0, 12},
	aFernhill:  {2, 0.06, 0, 0, 0.99, 0.97, 0.08, 0.2, 15},
}

// kin is a twin, brother, sister or namesake whose details get written under someone's number.
type kin struct {
	name  fullName
	birth day.Day
	nhs   string
	twin  bool
}

// subject is someone as seen by all the clerks who wrote about them.
type subject struct {
	b    *block
	p    *inhabitant
	t    *identity
	l    *life
	kin  *kin
	poor float64 // how much worse than others' this person's records are: the costliest have the worst (7.4)
	pnc  string
	noms string
	// arrests and jail make aliases
	aliases []fullName
	births  []day.Day
}

func (w *world) subject(s *stream, b *block, p *inhabitant, l *life) *subject {
	x := &subject{b: b, p: p, t: w.identify(s, b, p), l: l, poor: 1}
	var near *inhabitant
	switch {
	case p.twin >= 0:
		near = &b.folk[p.twin]
	case p.namesake:
		near = &b.folk[p.first]
	case (p.role == child || p.role == sibling) && p.slot+1 < len(b.folk) && b.folk[p.slot+1].household == p.household:
		near = &b.folk[p.slot+1]
	}
	if near != nil {
		x.kin = &kin{w.birthName(s, b, near), near.birth, nhsNumber(w.seed, near.index, 2*w.size()), p.twin >= 0}
	}
	s.begin(w.seed, forNumber, p.index, 1)
	if l.troubled {
		mean := 0.0
		for _, n := range l.need {
			mean += n / float64(domains)
		}
		x.poor = min(3.5, 1.4+0.6*mean)
	}
	first, _, _ := extractFrom.Date()
	born, _, _ := p.birth.Date()
	x.pnc = pnc(w.seed, p.index, w.size(), max(born+15, first-s.IntN(20)))
	x.noms = prisonNumber(w.seed, p.index)
	n := 0
	if l.troubled {
		for n < 12 && s.chance(min(0.8, 0.35+0.12*l.need[offending])) {
			n++
		}
	} else if s.chance(0.12) {
		n = 1
	}
	now := x.t.called(today)
	for range n {
		x.aliases = append(x.aliases, w.alias(s, p, x.t, now))
		if s.chance(0.3) {
			d, _ := wrongBirth(s, p.birth)
			x.births = append(x.births, d)
		}
	}
	return x
}

// alias is another name given to a custody sergeant.
func (w *world) alias(s *stream, p *inhabitant, t *identity, now fullName) fullName {
	a := fullName{forename: now.forename, surname: now.surname}
	year, _, _ := p.birth.Date()
	switch x := s.Float64(); {
	case x < 0.25 && t.diminutive != "":
		a.forename = t.diminutive
	case x < 0.45 && now.middle != "":
		a.forename, _, _ = strings.Cut(now.middle, " ")
	case x < 0.65:
		a.surname, _ = typo(s, now.surname)
	case x < 0.8:
		a.forename = w.names.forename(s, p.group, p.sex, year)
	case x < 0.92:
		a.surname = w.names.surname(s, p.group)
	default:
		a = fullName{forename: w.names.forename(s, p.group, p.sex, year), surname: w.names.surname(s, p.group)}
	}
	if a.surname == "" {
		a.surname = w.names.surname(s, p.group)
	}
	return a
}

// note keeps what went wrong.
func (r *record) note(what string) { r.wrong = append(r.wrong, what) }

func (r *record) tag(what string) { r.tags = append(r.tags, what) }
