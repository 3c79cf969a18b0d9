package cost

import (
	"cmp"
	"math/big"
	"math/rand/v2"
	"slices"

	"throughline/internal/money"
)

// DoubtfulLink says how sure it is that two parts of what is known of people are of one person: PPM in a million.
type DoubtfulLink struct {
	A, B int // places among the parts
	PPM  int64
}

// Spread is what a person's footprint may be while links are in doubt: in nineteen cases of twenty between Low and High, and Expected on average.
type Spread struct{ Low, Expected, High money.Pence }

const (
	million = 1_000_000
	// weighedLinks is of how many doubtful links every combination is worked out; of more, drawnCases are drawn, the same every time.
	weighedLinks = 12
	drawnCases   = 1 << weighedLinks
)

// SpreadOf works out the footprint of the person whose dearest part is among the parts, when each link holds or not by itself: the sum of the
// parts that hang together with the dearest, the first of equals. Parts that a person has for sure are one part, or are linked with a million.
func SpreadOf(parts []money.Pence, links []DoubtfulLink) Spread {
	if len(parts) == 0 {
		return Spread{}
	}
	dearest := 0
	for i, p := range parts {
		if p > parts[dearest] {
			dearest = i
		}
	}
	var sure, doubtful []DoubtfulLink
	for _, l := range links {
		if l.PPM >= million {
			sure = append(sure, l)
		} else if l.PPM > 0 {
			doubtful = append(doubtful, l)
		}
	}
	type outcome struct {
		cost   money.Pence
		weight *big.Int
	}
	var list []outcome
	held := slices.Clone(sure)
	one := big.NewInt(1)
	if len(doubtful) <= weighedLinks {
		for set := range 1 << len(doubtful) {
			held, weight := held[:len(sure)], big.NewInt(1)
			for k, l := range doubtful {
				if set>>k&1 == 1 {
					held = append(held, l)
					weight.Mul(weight, big.NewInt(l.PPM))
				} else {
					weight.Mul(weight, big.NewInt(million-l.PPM))
				}
			}
			list = append(list, outcome{together(parts, held, dearest), weight})
		}
	} else {
		r := rand.New(rand.NewPCG(1, 2))
		for range drawnCases {
			held := held[:len(sure)]
			for _, l := range doubtful {
				if r.Int64N(million) < l.PPM {
					held = append(held, l)
				}
			}
			list = append(list, outcome{together(parts, held, dearest), one})
		}
	}
	slices.SortStableFunc(list, func(x, y outcome) int { return cmp.Compare(x.cost, y.cost) })
	all, sum := new(big.Int), new(big.Int)
	for _, o := range list {
		all.Add(all, o.weight)
		sum.Add(sum, new(big.Int).Mul(o.weight, big.NewInt(int64(o.cost))))
	}
	at := func(thousandths int64) money.Pence { // the least cost that so much of the weight is at or below
		bar, so := new(big.Int).Mul(all, big.NewInt(thousandths)), new(big.Int)
		for _, o := range list {
			so.Add(so, o.weight)
			if new(big.Int).Mul(so, big.NewInt(1000)).Cmp(bar) >= 0 {
				return o.cost
			}
		}
		return list[len(list)-1].cost
	}
	twice := new(big.Int).Add(new(big.Int).Lsh(sum, 1), all) // rounded to the nearest penny
	return Spread{at(25), money.Pence(twice.Div(twice, new(big.Int).Lsh(all, 1)).Int64()), at(975)}
}

// together is the sum of the parts that links tie to one.
func together(parts []money.Pence, links []DoubtfulLink, one int) money.Pence {
	tied := make([]bool, len(parts))
	tied[one] = true
	for again := true; again; {
		again = false
		for _, l := range links {
			if tied[l.A] != tied[l.B] {
				tied[l.A], tied[l.B], again = true, true, true
			}
		}
	}
	var sum money.Pence
	for i, p := range parts {
		if tied[i] {
			sum += p
		}
	}
	return sum
}
