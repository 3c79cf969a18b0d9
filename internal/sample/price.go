package sample

import (
	"throughline/internal/day"
	"throughline/internal/money"
)

// account is what someone truly cost in the window, in the prices of 2024-25: what a perfect linkage of the extracts comes to.
type account struct {
	total, crisis, firstYear money.Pence
	byService                [services]money.Pence
	byAgency                 [agencies]money.Pence
	contacts                 int
}

// prison prices: £51,724 for 365 nights in 2022-23, by the deflator 91.2996 of that year against 100.0000 of 2024-25.
const (
	prisonYear   = 5_172_400
	prisonBefore = 912_996
	prisonAfter  = 1_000_000
)

// cost prices the part of an event in a window. asOf is the day of the agency's extract, to which open stays run. Nights are
// midnights, at least one; a quantity over a period, and an episode, is spread evenly over its days.
func (e *event) cost(asOf day.Day, w day.Span) money.Pence {
	t := &tariffs[e.service]
	last := e.last(asOf)
	switch t.unit {
	case each, minutes, weeks:
		all := day.Span{From: e.from, To: last}
		n, by := int64(t.price)*int64(all.Cut(w).Days()), int64(all.Days())
		switch t.unit {
		case minutes:
			n, by = n*int64(e.quantity), by*60
		case weeks:
			n, by = n*int64(e.quantity), by*10
		}
		return round(n, by)
	}
	nights := day.Span{From: e.from, To: max(e.from, last-1)}
	in := int64(nights.Cut(w).Days())
	switch {
	case t.unit == own:
		return round(int64(e.amount-e.rent)*in, int64(nights.Days()))
	case e.service == prison:
		return round(in*prisonYear*prisonAfter, prisonBefore*365)
	}
	return t.price * money.Pence(in)
}

// round divides to the nearest, halves to even; n is not negative.
func round(n, by int64) money.Pence {
	q, r := n/by, n%by
	if 2*r > by || 2*r == by && q%2 == 1 {
		q++
	}
	return money.Pence(q)
}

// enter adds an event to the account.
func (a *account) enter(e *event, asOf day.Day) money.Pence {
	c := e.cost(asOf, window)
	a.total += c
	a.byService[e.service] += c
	a.byAgency[e.agency] += c
	a.contacts++
	if tariffs[e.service].crisis {
		a.crisis += c
	}
	a.firstYear += e.cost(asOf, day.Span{From: window.From, To: window.From + day.DaysIn104Weeks/2 - 1})
	return c
}

// agenciesUsed counts agencies with a priced contact.
func (a *account) agenciesUsed() int {
	n := 0
	for _, c := range a.byAgency {
		if c > 0 {
			n++
		}
	}
	return n
}

// largest is the service that cost most.
func (a *account) largest() (service, money.Pence) {
	best := service(0)
	for s, c := range a.byService {
		if c > a.byService[best] {
			best = service(s)
		}
	}
	return best, a.byService[best]
}

// The rule of the area's cohort: £500 a week over the 104 weeks, three agencies or more, no service above three quarters.
const cohortCost money.Pence = 52_000_00

const (
	cohortAgencies = 3
	cohortLargest  = 75 // per cent
)

func (a *account) inCohort() bool {
	_, most := a.largest()
	return a.total >= cohortCost && a.agenciesUsed() >= cohortAgencies && most*100 <= a.total*cohortLargest
}
