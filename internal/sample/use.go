package sample

import (
	"slices"

	"throughline/internal/day"
	"throughline/internal/money"
)

// using lays events down.
type using struct {
	w *world
	s *stream
	p *inhabitant
	l *life
}

func (u *using) add(e event) {
	if e.agency == 0 && e.service != temporaryAccommodation && e.service != eviction && e.service != socialCare {
		e.agency = tariffs[e.service].agency
	}
	u.l.events = append(u.l.events, e)
}

// at adds a use of one day, where the person lives.
func (u *using) at(sv service, on day.Day) { u.muddledAt(sv, on, false) }

func (u *using) muddledAt(sv service, on day.Day, muddled bool) {
	if on < extractFrom || on > today {
		return
	}
	where := nowhere
	if len(u.l.abodes) > 0 {
		where = living(u.l.abodes, on).borough
	}
	u.add(event{service: sv, from: on, borough: where, muddled: muddled})
}

// year gives the first and last day of a year of the extracts.
func year(y int) (from, to day.Day) {
	if y == 0 {
		return extractFrom, extractFrom + 364
	}
	return extractFrom + 365, today
}

// someDay is a day of a year.
func (u *using) someDay(y int) day.Day {
	from, to := year(y)
	return from + day.Day(u.s.IntN(int(to-from)+1))
}

// over calls do for each of a negative binomial number of days of a year.
func (u *using) over(y int, mean float64, do func(day.Day)) {
	for range u.s.events(mean, 1.5) {
		do(u.someDay(y))
	}
}

// stayOf adds a stay of some nights from a day, cut off at the day of the extract, where it stands open.
func (u *using) stayOf(sv service, from day.Day, nights int) day.Span {
	to := from + day.Day(nights)
	e := event{service: sv, from: from, to: to}
	if to > today {
		e.to, e.open = 0, true
	}
	e.borough = living(u.l.abodes, from).borough
	u.add(e)
	return day.Span{From: from, To: to}
}

// admit adds an emergency admission: short, or long with its span.
func (u *using) admit(on day.Day, long bool) {
	if on > today {
		return
	}
	e := event{service: admissionShort, from: on, to: on + day.Day(u.s.IntN(2))}
	if long {
		e.service, e.to = admissionLong, on+day.Day(u.s.stay(2, 7, 60, 0.8))
	}
	if e.to > today {
		e.to, e.open = 0, true
	}
	if len(u.l.abodes) > 0 {
		e.borough = living(u.l.abodes, on).borough
	}
	u.add(e)
}

// detained adds a ward stay that begins, half the time, at a place of safety, and ends with the crisis team.
func (u *using) detained(on day.Day, nights int) {
	if on > today {
		return
	}
	if u.s.chance(0.5) {
		u.muddledAt(placeOfSafety, on, u.s.chance(0.5))
		on++
	}
	span := u.stayOf(ward, min(on, today), nights)
	for range u.s.IntN(6) {
		u.at(crisisTeam, span.To+day.Day(u.s.IntN(21)))
	}
}

// council adds a use of the council where the person lives then; outside the area there is none.
func (u *using) council(sv service, from, to day.Day, quantity int) {
	where := living(u.l.abodes, from).borough
	if where == nowhere || from < extractFrom || from > today {
		return
	}
	u.add(event{service: sv, agency: councilOf(where), from: from, to: to, quantity: quantity, borough: where})
}

// care adds a package of social care: a row a month of so many minutes.
func (u *using) care(from day.Day, months, minutesAMonth int) {
	for m := range months {
		on := from.AddMonths(m)
		u.council(socialCare, on, 0, max(15, (minutesAMonth+u.s.IntN(60)-30)/5*5))
	}
}

// accommodate adds temporary accommodation, billed by the month: 46 pounds a night or so, after rent.
func (u *using) accommodate(from day.Day, nights int) {
	where := living(u.l.abodes, from).borough
	if where == nowhere {
		return
	}
	net, rent := money.Pence(3800+u.s.IntN(1700)), money.Pence(1500+u.s.IntN(900))
	u.billed(event{service: temporaryAccommodation, agency: councilOf(where), borough: where}, from, nights, net, rent)
}

// billed cuts a stay into calendar months. Each row has nights from its first day to its last, the last not slept, but the amount
// and rent of just those nights.
func (u *using) billed(e event, from day.Day, nights int, net, rent money.Pence) {
	for left, end := from, from+day.Day(nights); left < end && left <= today; {
		next := min(left.Month().First().AddMonths(1), end)
		e.from, e.to, e.open = left, next, false
		if next > today {
			e.to, e.open, next = 0, true, today+1
		}
		n := money.Pence(next - left)
		e.amount, e.rent = n*(net+rent), n*rent
		u.add(e)
		left = next
	}
}

// weekly adds supervision or treatment: a row of so many weeks for each quarter, or each week of treatment.
func (u *using) weekly(sv service, from day.Day, n int) {
	review := 13
	if sv == treatment {
		review = 1
	}
	for left := n; left > 0 && from <= today; left -= review {
		took := min(left, review)
		to := from + day.Day(7*took) - 1
		tenths := took * 10
		if sv == supervision {
			tenths -= u.s.IntN(4)
		}
		if to > today {
			to = today
			tenths = max(1, int(today-from+1)*10/7)
		}
		if from >= extractFrom {
			u.add(event{service: sv, from: from, to: to, quantity: tenths, borough: living(u.l.abodes, from).borough})
		}
		from += day.Day(7 * review)
	}
}

// settleEvents takes out what can't have been: before birth, after death, in prison, before the extracts begin, in two beds of one
// kind, more than maxEvents. What is left is in order of day.
func (l *life) settleEvents(born day.Day) {
	keep := l.events[:0]
	for _, e := range l.events {
		last := e.last(today)
		if e.from < born || l.died != 0 && e.from > l.died || last < extractFrom || len(keep) >= maxEvents {
			continue
		}
		if e.service != prison && l.jailed(e.from) {
			continue
		}
		if l.died != 0 && (e.open || e.to > l.died) && (tariffs[e.service].unit == spanned || tariffs[e.service].unit == own) {
			if tariffs[e.service].unit == own {
				continue
			}
			e.to, e.open = l.died, false
		}
		keep = append(keep, e)
	}
	slices.SortStableFunc(keep, func(a, b event) int { return int(a.from) - int(b.from) })
	var until [services]day.Day // nobody sleeps in two beds of one kind
	l.events = slices.DeleteFunc(keep, func(e event) bool {
		if unit := tariffs[e.service].unit; unit != spanned && unit != own {
			return false
		}
		if e.from < until[e.service] {
			return true
		}
		until[e.service] = e.last(today)
		return false
	})
}

// maxEvents bounds one person's events: contact numbers leave room for no more.
const maxEvents = 1000
