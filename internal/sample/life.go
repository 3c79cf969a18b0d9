package sample

import (
	"math"

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

func (l *life) jailed(on day.Day) bool {
	for _, span := range l.inside {
		if on > span.From && on < span.To {
			return true
		}
	}
	return false
}
