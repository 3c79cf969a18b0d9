package sample

import (
	"math"
	"slices"

	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/person"
)

// The two years the extracts are of: financial years 2024-25 and 2025-26. The cohort's window is the last 728 days of them.
var (
	extractFrom = day.Must(2024, 4, 1)
	window      = day.Ending(today, day.DaysIn104Weeks)
)

// domain is one of the five kinds of need.
type domain uint8

const (
	health domain = iota
	mental
	substance
	offending
	housing
	domains
)

// state is how a year goes (specification 7.4).
type state uint8

const (
	stable state = iota
	crisis
	inPrison
	inHospital
)

// event is one use of a service by someone.
type event struct {
	service  service
	agency   agency
	from, to day.Day // to is 0 for a single day, and for a stay that was open on the day of the extract
	open     bool
	quantity int // minutes, or tenths of a week
	amount   money.Pence
	rent     money.Pence
	borough  borough // where the person lived, or was found
	muddled  bool    // the person was drunk, unconscious or unwilling: details were taken badly
}

// last is the last day that is known of.
func (e *event) last(asOf day.Day) day.Day {
	if e.open {
		return asOf
	}
	return max(e.from, e.to)
}

// life is someone's needs and what came of them.
type life struct {
	troubled bool
	need     [domains]float64
	year     [2]state
	died     day.Day // 0 while alive
	abodes   []abode
	events   []event
	inside   []day.Span // nights in prison
}

// Rates of use. They were found by running the world and comparing with the targets in targets.go, and are the only figures
// to change when a target moves.
const (
	troubledShare = 0.0208 // of adults under 65, before sex and way of life
	heavyShare    = 0.0082 // of other adults, who use one service very much and the rest like anyone
	acuteShare    = 0.0275 // of the troubled, whose needs are all deep
	innerSpread   = 0.57   // of the log of need inside the troubled group
	innerShared   = 0.60   // correlation of needs there (specification: .5 to .7)
	outerSpread   = 0.80
	outerShared   = 0.10 // correlation of needs outside it
	crisisFactor  = 1.9
	calmFactor    = 0.45
)

// live finds someone's life: pure chance from the person's own stream.
func (w *world) live(s *stream, b *block, p *inhabitant) *life {
	s.begin(w.seed, forUse, p.index)
	age := day.Age(p.birth, today)
	l := &life{}
	if age >= 18 && age < 65 {
		chance := troubledShare
		if p.sex == person.Male {
			chance *= 1.35
		} else {
			chance *= 0.65
		}
		switch {
		case b.outsider:
			chance *= 0.25
		case b.lodgings:
			chance *= 3
		case p.members == 1:
			chance *= 1.5
		default:
			chance *= 0.7
		}
		l.troubled = s.chance(chance)
	}
	spread, shared := outerSpread, outerShared
	if l.troubled {
		spread, shared = innerSpread, innerShared
	}
	common := s.NormFloat64()
	for d := range l.need {
		z := math.Sqrt(shared)*common + math.Sqrt(1-shared)*s.NormFloat64()
		l.need[d] = math.Exp(spread * z)
	}
	if l.troubled {
		l.deepen(s)
	}
	if !l.troubled {
		w.ordinary(s, b, p, l, age)
		return l
	}
	l.abodes = w.abodes(s, b, p, true, l.need[housing])
	s.begin(w.seed, forUse, p.index, 1)
	l.years(s)
	u := &using{w: w, s: s, p: p, l: l}
	u.troubled()
	l.settleEvents(p.birth)
	return l
}

// deepen makes a few people's needs all deep at once, and leaves others with some kinds of need hardly felt.
func (l *life) deepen(s *stream) {
	acute := s.chance(acuteShare)
	for d := range l.need {
		if acute {
			l.need[d] *= 4.2
		} else if s.chance(0.36) {
			l.need[d] *= 0.2
		}
	}
}

// years walks the yearly chain of states. Death comes on a day of its own.
func (l *life) years(s *stream) {
	n := &l.need
	pick := func(was state) state {
		inCrisis, jail, bed := 0.20+0.06*(n[substance]+n[housing])/2, 0.015+0.024*n[offending], 0.008+0.014*n[mental]
		if was == crisis {
			inCrisis += 0.25
		}
		if was == inPrison {
			jail += 0.12
		}
		if was == inHospital {
			bed += 0.1
		}
		switch x := s.Float64(); {
		case x < min(jail, 0.3):
			return inPrison
		case x < min(jail, 0.3)+min(bed, 0.3):
			return inHospital
		case x < min(jail, 0.3)+min(bed, 0.3)+min(inCrisis, 0.6):
			return crisis
		}
		return stable
	}
	l.year[0] = pick(stable)
	l.year[1] = pick(l.year[0])
	if s.chance(0.035) {
		l.died = extractFrom + day.Day(s.IntN(int(today-extractFrom)))
	}
}

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

// settleEvents takes out what can't have been: before birth, after death, in prison, before the extracts begin, more than one person could
// have. What is left is in order of day.
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

func (l *life) jailed(on day.Day) bool {
	for _, span := range l.inside {
		if on > span.From && on < span.To {
			return true
		}
	}
	return false
}

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

// rare is a Poisson count of a small mean: nearly always one draw.
func (s *stream) rare(mean float64) int {
	x := s.Float64()
	if x < 1-mean { // below e^-mean: none
		return 0
	}
	n, term, total := 0, math.Exp(-mean), math.Exp(-mean)
	for x > total && n < 20 {
		n++
		term *= mean / float64(n)
		total += term
	}
	return n
}

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
