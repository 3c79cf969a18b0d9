package linkage

import (
	"throughline/internal/id"
	"throughline/internal/money"
)

// Says is what somebody says of two records.
type Says string

const (
	Same    Says = "same"
	NotSame Says = "not-same"
	Unsure  Says = "unsure"
)

// Decides says whether it says one thing or the other.
func (s Says) Decides() bool { return s == Same || s == NotSame }

// Reading is what one person said of two records, without knowing what others had said.
type Reading struct {
	By        id.Account
	Says      Says
	Both      bool // they asked that a second person say the same before it counts
	Sensitive bool // the two were marked so that one person may not join them: see Judge
}

// Stand is how far two records have been read.
type Stand string

const (
	Unread   Stand = "unread"   // nobody has said anything
	InDoubt  Stand = "in-doubt" // everybody who looked was unsure
	Waits    Stand = "waits"    // one has answered, and it counts when a second says the same
	Answered Stand = "answered" // one has answered, and it counts
	Agreed   Stand = "agreed"   // two or more have answered alike
	Disputed Stand = "disputed" // people differ, as many one way as the other: a third decides
	Settled  Stand = "settled"  // people differed, and a third has decided
)

// Judge says which answer counts, if any, and how the pair stands. readings are in their order; of one account's the first is heard. While two
// people differ the first one's answer goes on counting, unless one of them asked for a second person; then none does.
//
// Of two records that are sensitive, by a reading or by what is known now, one person's "the same" is not enough, and while as many say one as
// the other "not the same" counts: to keep apart two records that are one person's leaves a sum out, to join a shielded person's or a victim's with another's
// tells where they are.
func Judge(readings []Reading, sensitive bool) (counts Says, stands Stand) {
	var first Says
	two := false
	n, heard := map[Says]int{}, map[id.Account]bool{}
	for _, r := range readings {
		two, sensitive = two || r.Both, sensitive || r.Sensitive
		if heard[r.By] {
			continue
		}
		heard[r.By] = true
		n[r.Says]++
		if first == "" && r.Says.Decides() {
			first = r.Says
		}
	}
	same, not := n[Same], n[NotSame]
	switch {
	case len(readings) == 0:
		return "", Unread
	case first == "":
		return "", InDoubt
	case same == not && sensitive:
		return NotSame, Disputed
	case same == not && two:
		return "", Disputed
	case same == not:
		return first, Disputed
	case same+not == 1 && (two || sensitive && first == Same):
		return "", Waits
	case same+not == 1:
		return first, Answered
	}
	counts, stands = Same, Agreed
	if not > same {
		counts = NotSame
	}
	if min(same, not) > 0 {
		stands = Settled
	}
	return counts, stands
}

// AskedTwice says whether a second person is asked about a pair whatever the first says, so that it is known how often people agree: one
// pair in ten, by its numbers alone, so that nobody chooses.
func AskedTwice(a, b id.Record) bool {
	const odd = 0x9E3779B97F4A7C15 // spreads neighbouring numbers
	h := (uint64(a)*odd ^ uint64(b)) * odd
	return h>>32%10 == 0
}

// Open says whether a pair waits for one more reader. One that is asked twice waits until a second has said one thing or the other: who is
// unsure does not stand for them.
func (s Stand) Open(askedTwice bool) bool {
	switch s {
	case Unread, InDoubt, Waits, Disputed:
		return true
	case Answered:
		return askedTwice
	}
	return false
}

// Accord is how far people agree who read the same pairs without knowing of each other and said one thing or the other.
type Accord struct {
	Pairs int // read by two people
	Alike int // of them, those on which both said the same
	// Kappa is Cohen's: agreement beyond what chance alone would give, 1 where all agree; false where it is not defined, because
	// everybody said one thing of every pair.
	Kappa   float64
	Defined bool
}

// Agree counts agreement over pairs of first and second readings. One of which somebody is unsure says nothing of it and is left out.
func Agree(pairs [][2]Says) (a Accord) {
	var first, second = map[Says]int{}, map[Says]int{}
	for _, p := range pairs {
		if !p[0].Decides() || !p[1].Decides() {
			continue
		}
		a.Pairs++
		first[p[0]]++
		second[p[1]]++
		if p[0] == p[1] {
			a.Alike++
		}
	}
	chance := 0.0
	n := float64(a.Pairs)
	for _, s := range []Says{Same, NotSame} {
		chance += float64(first[s]) / max(n, 1) * float64(second[s]) / max(n, 1)
	}
	if a.Defined = a.Pairs > 0 && chance < 1; a.Defined {
		a.Kappa = (float64(a.Alike)/n - chance) / (1 - chance)
	}
	return a
}

// Gain is how much an answer about a pair is expected to change: what could move, and that times the chance that the answer changes what
// stands. ppm is the chance that the two are one person, in millionths; totals are the cost of the people whose they are. Of two people
// the smaller sum would be added to the other; from one person at most half would be taken as the smaller part.
func Gain(ppm int64, linked bool, totals [2]money.Pence) (stake, gain money.Pence) {
	if linked {
		stake, ppm = totals[0]/2, 1_000_000-ppm
	} else {
		stake = min(totals[0], totals[1])
	}
	stake = max(stake, 0)
	return stake, stake/1_000_000*money.Pence(ppm) + stake%1_000_000*money.Pence(ppm)/1_000_000
}

// Apart is a pair in doubt with the people whose the two records are, and what each of these costs.
type Apart struct {
	People [2]id.Person
	Totals [2]money.Pence
}

// Deciding says of each pair in doubt whether an answer about it can change who reaches a threshold: it stands between two people below it
// of whom one would reach it with all below it with whom they may be one, between two who reach it, or within one who does.
func Deciding(pairs []Apart, threshold money.Pence) []bool {
	could := map[id.Person]money.Pence{} // what each below the threshold costs with all that they may be
	met := map[[2]id.Person]bool{}
	for _, p := range pairs {
		both := [2]id.Person{min(p.People[0], p.People[1]), max(p.People[0], p.People[1])}
		if met[both] || max(p.Totals[0], p.Totals[1]) >= threshold {
			continue
		}
		met[both] = true
		for i, who := range p.People {
			if _, known := could[who]; !known {
				could[who] = p.Totals[i]
			}
			if both[0] != both[1] {
				could[who] += max(0, p.Totals[1-i])
			}
		}
	}
	out := make([]bool, len(pairs))
	for i, p := range pairs {
		low, high := min(p.Totals[0], p.Totals[1]), max(p.Totals[0], p.Totals[1])
		out[i] = low >= threshold || high < threshold && (could[p.People[0]] >= threshold || could[p.People[1]] >= threshold)
	}
	return out
}
