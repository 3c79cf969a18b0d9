package sample

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/person"
)

// restrictedOneIn is of how many people an agency that shields people shields one.
const restrictedOneIn = 60

// write makes the record of someone at an agency. number tells the records of one person at one agency apart; on is the day of
// its first contact. All that goes wrong shares one measure of how careful the clerk was that day.
func (w *world) write(s *stream, x *subject, a agency, number int, on day.Day, muddled bool) *record {
	s.begin(w.seed, forRecord, x.p.index, uint64(a), uint64(number))
	m := &manners[a]
	r := &record{agency: a, person: x.p.index, registered: on, household: x.b.number*neighbours + uint64(x.p.first), victim: (x.p.slot-x.p.first)%2 != 0,
		restricted: mix(w.seed^mix(x.p.index))%restrictedOneIn == 0}
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
