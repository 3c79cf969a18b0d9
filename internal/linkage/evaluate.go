package linkage

import (
	"maps"
	"slices"
)

// Agreement is how well persons found agree with a truth about the same records.
type Agreement struct {
	Records      int     `json:"records"`
	TruePersons  int     `json:"true_persons"`
	FoundPersons int     `json:"found_persons"`
	TruePairs    int64   `json:"true_pairs"`    // pairs of records that are of one person
	FoundPairs   int64   `json:"found_pairs"`   // pairs that were put together
	RightPairs   int64   `json:"right_pairs"`   // both
	Pairwise     Measure `json:"pairwise"`      // over pairs of records
	BCubed       Measure `json:"b_cubed"`       // over records: of the records put with each, and of those that should be
	ExactPersons int     `json:"exact_persons"` // true persons found whole and alone
}

// Measure is precision, recall and their harmonic mean. Where nothing was put together precision is 1, and where nothing should
// have been recall is 1.
type Measure struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func measure(precision, recall float64) Measure {
	if precision+recall == 0 {
		return Measure{}
	}
	return Measure{precision, recall, 2 * precision * recall / (precision + recall)}
}

// Evaluate compares the person found of each record with the true one, both as any labels, exactly: found[i] and truth[i] are of
// one record. It panics when they are not as many. The work grows with the records, not with pairs.
func Evaluate[F, T comparable](found []F, truth []T) Agreement {
	if len(found) != len(truth) {
		panic("linkage: found and truth are not of the same records")
	}
	type cell struct {
		found F
		truth T
	}
	ofFound, ofTruth, ofBoth := map[F]int{}, map[T]int{}, map[cell]int{}
	for i := range found {
		ofFound[found[i]]++
		ofTruth[truth[i]]++
		ofBoth[cell{found[i], truth[i]}]++
	}
	a := Agreement{Records: len(found), TruePersons: len(ofTruth), FoundPersons: len(ofFound)}
	a.FoundPairs, a.TruePairs, a.RightPairs = pairsWithin(ofFound), pairsWithin(ofTruth), pairsWithin(ofBoth)
	a.Pairwise = measure(share(a.RightPairs, a.FoundPairs), share(a.RightPairs, a.TruePairs))
	// Squares are summed as whole numbers by size, so that the order of a map does not show in the last digits.
	precision, recall := map[int]int64{}, map[int]int64{}
	for c, n := range ofBoth {
		precision[ofFound[c.found]] += int64(n) * int64(n)
		recall[ofTruth[c.truth]] += int64(n) * int64(n)
		if n == ofFound[c.found] && n == ofTruth[c.truth] {
			a.ExactPersons++
		}
	}
	if len(found) > 0 {
		a.BCubed = measure(overSizes(precision)/float64(len(found)), overSizes(recall)/float64(len(found)))
	} else {
		a.BCubed = measure(1, 1)
	}
	return a
}

func pairsWithin[K comparable](sizes map[K]int) (pairs int64) {
	for _, n := range sizes {
		pairs += int64(n) * int64(n-1) / 2
	}
	return pairs
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// overSizes sums squares[size]/size in the order of sizes.
func overSizes(squares map[int]int64) float64 {
	sum := 0.0
	for _, size := range slices.Sorted(maps.Keys(squares)) {
		sum += float64(squares[size]) / float64(size)
	}
	return sum
}
