package linkage

// evidence is what a rule finds pairs by. Slips in names and slips in what is no name come about apart from each other, so that how many
// pairs of one person the one sort finds of those that the other finds says how many both miss.
type evidence uint8

const (
	byBoth evidence = iota
	byNames
	byOthers         // numbers, dates, telephones, places
	byNamesAndOthers // of a pair: one rule by the one, another by the other
	recaptures
)

// evidence is what a rule goes by in blocks that are not cut; a block that is cut goes by its parts too.
func (r *rule) evidence() evidence {
	names := 0
	for _, f := range r.needs {
		if f == Forename || f == Surname {
			names++
		}
	}
	switch names {
	case 0:
		return byOthers
	case len(r.needs):
		return byNames
	}
	return byBoth
}

const (
	// mostRecaptured is about how many pairs the estimate of missed looks at.
	mostRecaptured = 200_000
	// fewestRecaptured is how many pairs of one person both sorts of rule must find for an estimate.
	fewestRecaptured = 30
)

// missed estimates what share of the pairs of one person no rule finds, by capture and recapture (Lincoln and Petersen, as Chapman
// corrects it): of n pairs that names find and m that other evidence finds, k by both, about n×m/k are of one person, less those found.
// Each pair counts by its probability. Pairs left out of parts that are too large count as neither. The estimate is too low where a record is poor in names and in all else at once.
func (b *blocks) missed(edges []edge) (share float64, told bool) {
	if len(b.rules) > b.width {
		return 0, true // every pair was compared
	}
	const atOnce = 4096
	step := 1 + len(edges)/mostRecaptured
	looked := (len(edges) + step - 1) / step
	found := make([][recaptures]float64, (looked+atOnce-1)/atOnce) // added up in their order, so that the sums are the same every time
	inParallel(b.c.workers, looked, atOnce, func(_, from, to int) {
		for n := from; n < to; n++ {
			e := &edges[n*step]
			found[from/atOnce][b.foundBy(e)] += Probability(float64(e.bits))
		}
	})
	var sums [recaptures]float64
	for _, some := range found {
		for by, p := range some {
			sums[by] += p
		}
	}
	names, others, both := sums[byNames], sums[byOthers], sums[byNamesAndOthers]
	if both < fewestRecaptured {
		return 0, false
	}
	all := (names+both+1)*(others+both+1)/(both+1) - 1
	known := names + others + both + sums[byBoth]
	return max(0, all-known) / max(all, known), true
}

// foundBy says what finds a pair in blocks that are not cut.
func (b *blocks) foundBy(e *edge) evidence {
	var by [byOthers + 1]bool
	for k := range b.width {
		if key := b.leastShared(k, e.a, e.b); key&cutMark != 0 {
			by[byBoth] = true
		} else if key != 0 {
			by[b.rules[k].evidence()] = true
		}
	}
	switch {
	case by[byNames] && by[byOthers]:
		return byNamesAndOthers
	case by[byNames]:
		return byNames
	case by[byOthers]:
		return byOthers
	}
	return byBoth
}
