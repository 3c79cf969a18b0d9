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

// write makes the record of someone at an agency. number tells the records of one person at one agency apart; on is the day of
// its first contact. All that goes wrong shares one measure of how careful the clerk was that day.
func (w *world) write(s *stream, x *subject, a agency, number int, on day.Day, muddled bool) *record {
	s.begin(w.seed, forRecord, x.p.index, uint64(a), uint64(number))
	m := &manners[a]
	r := &record{agency: a, person: x.p.index, registered: on}
	if s.chance(m.early) {
		r.registered = max(on-day.Day(s.ExpFloat64()*900), x.p.birth)
	}
	operator := mix(w.seed ^ uint64(a)<<40 ^ s.Uint64()%m.operators)
	careless := 0.25 + 1.5*float64(operator%1000)/1000*float64(operator>>10%1000)/500
	bad := m.factor * careless * s.gamma(2) * x.poor
	if muddled && (a == aRiverbank || a == aAmbulance) {
		bad *= 5
	}
	slip := func(rate float64) bool { return s.chance(min(0.6, rate*bad)) }
	w.writeName(s, x, r, m, slip)
	w.writeBirth(s, x, r, m, slip, muddled)
	w.writeNumbers(s, x, r, m, slip)
	w.writeAddress(s, x, r, m, slip)
	if muddled && (a == aAmbulance && s.chance(0.22) || a == aRiverbank && s.chance(0.10)) {
		r.forename, r.middle, r.surname = "Male", "", "Unknown"
		if r.sex == person.Female {
			r.forename = "Female"
		}
		if s.chance(0.5) {
			r.forename, r.surname = "UNKNOWN", "UNKNOWN"
		}
		r.nhs, r.phone = "", ""
		r.note("placeholder-name")
		r.tag("placeholder")
	}
	if x.p.twin >= 0 {
		r.tag("twin")
	}
	if x.p.namesake {
		r.tag("father-son")
	}
	return r
}

func (w *world) writeName(s *stream, x *subject, r *record, m *manner, slip func(float64) bool) {
	name, now := x.t.called(r.registered), x.t.called(today)
	female := x.p.sex == person.Female
	if name.surname != now.surname {
		r.tag("married-name")
		r.note("former-name")
	}
	r.forename, r.middle, r.surname = name.forename, name.middle, name.surname
	if len(x.t.names) > 1 && s.chance(0.5) {
		if was := x.t.names[0].name.surname; was != r.surname {
			r.former = was
		}
	}
	turn := func(field *string, what string, to string, ok bool) {
		if ok && to != "" && to != *field {
			*field = to
			r.note(what)
		}
	}
	if x.t.diminutive != "" && s.chance(m.nickname) {
		turn(&r.forename, "nickname", x.t.diminutive, true)
	}
	if r.agency == aPolice && x.l.troubled && len(x.aliases) > 0 && s.chance(0.10) {
		r.forename, r.middle, r.surname = x.aliases[0].forename, "", x.aliases[0].surname
		r.note("alias-as-name")
		r.tag("alias-only")
	}
	if x.kin != nil && slip(0.008) {
		turn(&r.forename, "name-of-kin", x.kin.name.forename, true)
	}
	each := func(field *string, which string, rates [6]float64) {
		if slip(rates[0]) {
			to, ok := variant(s, *field)
			turn(field, which+"-spelling", to, ok)
		}
		if slip(rates[1]) {
			to, ok := typo(s, *field)
			turn(field, which+"-typo", to, ok)
		}
		if slip(rates[2]) {
			to, ok := respell(s, *field, heard)
			turn(field, which+"-misheard", to, ok)
		}
		if slip(rates[3]) {
			to, ok := respell(s, *field, scanned)
			turn(field, which+"-misread", to, ok)
		}
		if slip(rates[4]) {
			to, ok := bare(s, *field)
			turn(field, which+"-marks-lost", to, ok)
		}
		if slip(rates[5]) {
			to, ok := half(s, *field)
			turn(field, which+"-half", to, ok)
		}
	}
	each(&r.forename, "forename", [6]float64{0.03, 0.0046, 0.0030, 0.0008, 0.05, 0.04})
	each(&r.surname, "surname", [6]float64{0.015, 0.0028, 0.0020, 0.0006, 0.06, 0.08})
	if slip(0.004) {
		turn(&r.forename, "initial-only", initial(r.forename), true)
	}
	if r.middle != "" && slip(0.0025) {
		first, _, _ := strings.Cut(r.middle, " ")
		r.middle = r.forename
		turn(&r.forename, "middle-as-first", first, true)
	}
	if female && slip(0.008) && len(x.t.names) > 1 {
		turn(&r.surname, "other-surname", x.t.names[s.IntN(len(x.t.names))].name.surname, true)
	}
	swap := 0.0015
	if groups[x.p.group].rule == chinese {
		swap = 0.02
	}
	if r.surname != "" && slip(swap) {
		r.forename, r.surname = r.surname, r.forename
		r.note("names-swapped")
		r.tag("swapped-names")
	}
	if slip(0.002) {
		r.forename = pick(s, words("Mr Ms Dr")) + " " + r.forename
		r.note("title-in-name")
	}
	if limit := 10 + s.IntN(6); slip(0.02) && len(r.surname) > limit {
		turn(&r.surname, "cut-short", strings.ToValidUTF8(r.surname[:limit], ""), true)
	}
	if s.chance(0.6) {
		if f, l := unmarked(r.forename), unmarked(r.surname); f != r.forename || l != r.surname {
			r.forename, r.surname = f, l
			r.note("accents-lost")
		}
	}
	if x.t.diminutive != "" && s.chance(0.5) {
		r.knownAs = x.t.diminutive
	}
	r.title = pick(s, words("Mr Mr Mr Dr Mx"))
	if female {
		r.title = pick(s, words("Ms Mrs Miss Miss Ms Dr"))
	}
	if r.agency == aPolice || r.agency == aProbation && s.chance(0.7) {
		r.aliases, r.aliasBirths = x.aliases, x.births
	}
}

func (w *world) writeBirth(s *stream, x *subject, r *record, m *manner, slip func(float64) bool, muddled bool) {
	r.trueBirth = x.p.birth
	r.birth, r.sex = x.p.birth, x.t.sexOn(x.p, r.registered)
	if slip(0.0033) {
		r.sex = [...]person.Sex{person.SexUnknown, person.Male, person.Female}[s.IntN(3)]
		r.note("sex")
	}
	switch {
	case !s.chance(m.birth):
		r.ageOnly = true
		r.birth = 0
		r.note("birth-missing")
		if s.chance(0.3) {
			r.guess = "about " + itoa(day.Age(x.p.birth, today)/5*5)
		}
	case muddled && r.agency != aPolice && s.chance(0.06) || slip(0.0006):
		y, _, _ := x.p.birth.Date()
		r.birth = day.Must(min(y+s.between(-4, 4), 2026), 1, 1)
		r.note("birth-estimated")
		r.tag("placeholder")
	case slip(0.0008):
		r.birth = day.Must(1900, 1, 1)
		r.note("birth-stand-in")
		r.tag("placeholder")
	case x.kin != nil && x.kin.birth != x.p.birth && slip(0.004):
		r.birth = x.kin.birth
		r.note("birth-of-kin")
	case slip(0.0049):
		var what string
		r.birth, what = wrongBirth(s, x.p.birth)
		r.note(what)
		if what == "birth-day-month-swapped" {
			r.tag("swapped-date")
		}
	case len(x.births) > 0 && r.agency == aPolice && s.chance(0.06):
		r.birth = x.births[0]
		r.note("birth-of-alias")
	}
}

func (w *world) writeNumbers(s *stream, x *subject, r *record, m *manner, slip func(float64) bool) {
	has := m.nhs
	if living(abodesOf(x.l), r.registered).kind == noFixed {
		has *= 0.75
	}
	if s.chance(has) {
		r.nhs = x.t.nhsOn(r.registered)
		switch {
		case x.kin != nil && x.kin.twin && slip(0.01):
			r.nhs = x.kin.nhs
			r.note("nhs-number-of-twin")
		case slip(0.0015):
			r.nhs = wrongDigit(s, r.nhs)
			r.note("nhs-number-digit")
		}
	}
	if day.Age(x.p.birth, r.registered) >= 16 && s.chance(m.nino) {
		r.nino = x.t.nino
	}
	if r.agency == aPolice && s.chance(0.85) || r.agency == aProbation && s.chance(0.95) {
		r.pnc = x.pnc
	}
	if r.agency == aProbation {
		r.prison = x.noms
	}
	if s.chance(0.6) {
		r.phone = x.t.phone
		if slip(0.02) {
			r.phone = phone(s)
			r.note("phone-of-another")
		}
	}
	if s.chance(0.5) {
		r.email = x.t.email
	}
}

func abodesOf(l *life) []abode {
	if len(l.abodes) == 0 {
		return []abode{{}}
	}
	return l.abodes
}

func (w *world) writeAddress(s *stream, x *subject, r *record, m *manner, slip func(float64) bool) {
	list := abodesOf(x.l)
	r.at = *living(list, r.registered)
	if len(list) > 1 && slip(0.03) {
		r.at = list[s.IntN(len(list))]
		r.note("another-address")
	}
	r.postcode, r.address = r.at.postcode, r.at.line
	switch {
	case r.at.kind == noFixed:
		r.noFixed = true
		r.tag("nfa-only")
		switch s.IntN(6) {
		case 0:
			r.postcode, r.noFixed = councilOffices[r.at.borough], false
			r.note("council-office-as-address")
		case 1:
			h := w.hostelIn(s, r.at.borough)
			r.postcode, r.address, r.noFixed = h.postcode, "c/o "+h.line, false
			r.note("hostel-as-address")
		case 2:
			r.noFixed = false
			r.note("address-missing")
		}
	case !s.chance(m.postcode):
		r.postcode = ""
		r.note("postcode-missing")
	case len(r.postcode) > 5 && slip(0.0097):
		r.postcode = r.postcode[:len(r.postcode)-2] + unit("", s.Uint64())
		r.note("postcode-wrong")
	case len(r.postcode) > 5 && slip(0.004):
		at := strings.LastIndexByte(r.postcode, ' ') + 1
		if r.postcode[at] == '0' || r.postcode[at] == '1' {
			r.postcode = r.postcode[:at] + map[byte]string{'0': "O", '1': "I"}[r.postcode[at]] + r.postcode[at+1:]
			r.note("postcode-letter-for-digit")
		}
	}
}
