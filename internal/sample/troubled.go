package sample

import (
	"throughline/internal/day"
	"throughline/internal/money"
)

func (u *using) troubled() {
	s, l, n := u.s, u.l, &u.l.need
	for y := range 2 {
		rate := calmFactor
		switch l.year[y] {
		case crisis:
			rate = crisisFactor
		case inPrison:
			rate = 0.9
			from := u.someDay(y) - 60
			if from = max(from, extractFrom); s.chance(0.2) && y == 0 {
				from = extractFrom - day.Day(s.IntN(60))
			}
			span := u.stayOf(prison, from, s.stay(14, 75, 300, 0.7))
			l.inside = append(l.inside, span)
			u.muddledAt(arrest, from-day.Day(s.between(0, 3)), s.chance(0.4))
		case inHospital:
			rate = 1
			u.detained(u.someDay(y), s.stay(8, 27, 200, 0.7))
		}
		u.crises(y, rate)
		u.over(y, 0.7*rate*n[health], func(on day.Day) { u.muddledAt(attendance, on, s.chance(0.15)) })
		u.over(y, 0.25*rate*n[health], func(on day.Day) { u.at(urgentTreatment, on) })
		u.over(y, 0.40*rate*n[offending], func(on day.Day) { u.muddledAt(arrest, on, s.chance(0.35)) })
		u.over(y, 0.05*rate*n[mental], func(on day.Day) { u.at(missingPerson, on) })
		if s.chance(0.45) {
			u.over(y, 7*n[mental], func(on day.Day) { u.at(communityMentalHealth, on) })
		}
		u.over(y, 0.03*rate*n[housing], func(on day.Day) { u.council(eviction, on, on, 0) })
		if s.chance(0.1) {
			u.care(u.someDay(y), s.between(2, 10), 60+s.IntN(300))
		}
		if s.chance(min(0.6, 0.16*n[housing])) {
			u.accommodate(u.someDay(y), s.stay(20, 120, 420, 0.8))
		}
		if s.chance(0.04 * n[substance]) {
			u.stayOf(detox, u.someDay(y), s.between(6, 20))
		}
	}
	if s.chance(min(0.85, 0.3*n[offending])) {
		u.weekly(supervision, u.someDay(s.IntN(2))-90, s.between(20, 104))
	}
	for range 2 {
		if s.chance(min(0.8, 0.3*n[substance])) {
			u.weekly(treatment, u.someDay(s.IntN(2))-60, s.between(6, 60))
		}
	}
	u.street()
}

// crises are runs of days in which everything happens at once, in several services.
func (u *using) crises(y int, rate float64) {
	s, n := u.s, &u.l.need
	whole := (n[health] + n[mental] + n[substance] + n[offending] + n[housing]) / 5
	u.over(y, 0.8*rate*whole, func(on day.Day) {
		muddled := s.chance(0.35)
		later := func() day.Day { return on + day.Day(s.IntN(4)) }
		if s.chance(0.62) {
			u.muddledAt(journey, on, muddled)
			u.muddledAt(attendance, on, muddled)
		} else if s.chance(0.6) {
			u.muddledAt(attendance, later(), muddled)
		}
		if s.chance(min(0.5, 0.16*n[health])) {
			u.admit(later(), s.chance(min(0.6, 0.24*n[health])))
		}
		if s.chance(min(0.7, 0.25*n[offending])) {
			u.muddledAt(arrest, later(), muddled)
		}
		if s.chance(min(0.3, 0.04*n[mental])) {
			u.detained(later(), s.stay(3, 14, 90, 0.7))
		} else if s.chance(min(0.5, 0.2*n[mental])) {
			for range s.between(1, 5) {
				u.at(crisisTeam, on+day.Day(s.IntN(14)))
			}
		}
	})
}

// street follows the abodes: hostel stays are paid to Lantern, nights with no abode bring outreach.
func (u *using) street() {
	l, s := u.l, u.s
	for i, a := range l.abodes {
		end := today
		if i+1 < len(l.abodes) {
			end = l.abodes[i+1].from
		}
		if a.from < extractFrom || a.from > today {
			continue
		}
		switch a.kind {
		case hostel:
			u.billed(event{service: hostelSupport, borough: a.borough}, a.from, int(end-a.from), 3300+money.Pence(s.IntN(1100)),
				1500+money.Pence(s.IntN(500)))
		case noFixed:
			for d := a.from + day.Day(s.ExpFloat64()*10); d < end; d += 1 + day.Day(s.ExpFloat64()*10) {
				u.at(outreach, d)
			}
		}
	}
}
