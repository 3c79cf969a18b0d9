package sample

import (
	"throughline/internal/day"
	"throughline/internal/money"
)

// ordinary is everyone else: a visit now and then, sometimes one service for long.
func (w *world) ordinary(s *stream, b *block, p *inhabitant, l *life, age int) {
	u := &using{w: w, s: s, p: p, l: l}
	ageing, adult := 1.0, 0.0
	switch {
	case age < 5:
		ageing = 1.5
	case age < 18:
		ageing = 0.7
	case age >= 80:
		ageing, adult = 2.6, 1
	case age >= 65:
		ageing, adult = 1.5, 1
	default:
		adult = 1
	}
	here := 1.0
	if b.outsider { // who come for what is near, and have no council here
		here, ageing = 0.9, ageing*3
	}
	n := &l.need
	type start struct {
		what service
		n    int
	}
	starts := [...]start{
		{attendance, s.rare(0.030 * ageing * n[health])},
		{communityMentalHealth, s.rare(0.0080 * adult * here * n[mental])},
		{ward, s.rare(0.0008 * adult * here * n[mental])},
		{arrest, s.rare(0.0068 * adult * here * n[offending])},
		{supervision, s.rare(0.0036 * adult * here * n[offending])},
		{prison, s.rare(0.00035 * adult * here * n[offending])},
		{treatment, s.rare(0.0042 * adult * here * n[substance])},
		{temporaryAccommodation, s.rare(0.0020 * adult * n[housing])},
		{eviction, s.rare(0.0003 * adult * n[housing])},
		{socialCare, s.rare(0.0030 * adult * ageing * n[health])},
		{housingOther, s.rare(0.0030 * adult * n[housing])},
		{missingPerson, s.rare(0.0006 * n[mental])},
	}
	heavy := adult > 0 && !b.outsider && s.chance(heavyShare)
	any := 0
	if heavy {
		any = 1
	}
	for _, st := range starts {
		any += st.n
	}
	if any == 0 {
		return
	}
	l.abodes = w.abodes(s, b, p, false, 0)
	s.begin(w.seed, forUse, p.index, 1)
	if s.chance(0.008 * ageing * ageing) {
		l.died = max(p.birth, extractFrom) + day.Day(s.IntN(int(today-extractFrom)))
	}
	if heavy {
		u.heavy()
	}
	for _, st := range starts {
		for range st.n {
			u.ordinaryCourse(st.what, u.someDay(s.IntN(2)), ageing)
		}
	}
	l.settleEvents(p.birth)
}

// heavy is two years of one service used very much: what puts someone on one agency's own list and on no joint one.
func (u *using) heavy() {
	s := u.s
	from := u.someDay(0)
	switch s.weighted(heavyKinds) {
	case 0: // at the hospital's door
		for range s.between(20, 70) {
			on := u.someDay(s.IntN(2))
			u.at(attendance, on)
			if s.chance(0.12) {
				u.admit(on, s.chance(0.35))
			}
		}
	case 1: // with the community team every week
		on := from
		for range s.between(85, 165) {
			u.at(communityMentalHealth, on)
			on += day.Day(2 + s.ExpFloat64()*6)
		}
	case 2: // on a ward
		u.detained(from, s.between(30, 70))
	case 3: // arrested over and over
		for range s.between(14, 42) {
			u.at(arrest, u.someDay(s.IntN(2)))
		}
	case 4:
		u.accommodate(from, s.between(420, 728))
	case 5: // in one hostel all along
		where := living(u.l.abodes, from).borough
		u.billed(event{service: hostelSupport, borough: where}, from, s.between(420, 728), 3300+money.Pence(s.IntN(900)), 1700)
	case 6:
		u.care(from, 24, 600+s.IntN(600))
	case 7: // of the ambulance service, each time taken to hospital
		for range s.between(12, 40) {
			on := u.someDay(s.IntN(2))
			u.at(journey, on)
			u.at(attendance, on)
		}
	}
}

// heavyKinds are shares of the eight kinds of heavy use.
var heavyKinds = cumulate(20, 20, 12, 8, 15, 10, 8, 7)

// ordinaryCourse adds what one such start brings.
func (u *using) ordinaryCourse(what service, on day.Day, ageing float64) {
	s := u.s
	switch what {
	case attendance:
		for again := on; s.chance(0.36); {
			again += day.Day(1 + s.ExpFloat64()*60)
			u.at(attendance, again)
		}
		if s.chance(0.1) {
			u.at(urgentTreatment, on)
			return
		}
		if s.chance(min(0.6, 0.27*ageing)) {
			u.muddledAt(journey, on, s.chance(0.06))
		}
		u.muddledAt(attendance, on, s.chance(0.03))
		switch x := s.Float64() / ageing; {
		case x < 0.036:
			u.admit(on, true)
		case x < 0.15:
			u.admit(on, false)
		}
	case communityMentalHealth:
		n := 2 + s.poisson(46*s.gamma(0.32))
		for range n {
			u.at(communityMentalHealth, on)
			on += day.Day(1 + s.ExpFloat64()*20)
		}
	case ward:
		u.detained(on, s.stay(5, 22, 120, 0.7))
	case arrest:
		u.muddledAt(arrest, on, s.chance(0.2))
	case supervision:
		u.weekly(supervision, on-90, s.between(20, 80))
	case prison:
		span := u.stayOf(prison, on, s.stay(14, 50, 200, 0.6))
		u.l.inside = append(u.l.inside, span)
		u.weekly(supervision, span.To, s.between(13, 52))
	case treatment:
		u.weekly(treatment, on-60, s.between(4, 52))
	case temporaryAccommodation:
		u.accommodate(on, s.stay(14, 100, 500, 0.9))
	case eviction:
		u.council(eviction, on, 0, 0)
	case socialCare:
		u.care(on, s.between(4, 24), 40+s.IntN(240))
	case housingOther:
		if living(u.l.abodes, on).borough == lewisham {
			u.at(housingOther, on)
		}
	case missingPerson:
		u.at(missingPerson, on)
	}
}
