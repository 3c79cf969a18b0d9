package linkage

import (
	"math"

	"throughline/internal/linkage/cluster"
)

// Shape counts the persons of three records or more by how well these hold together, as the model weighs their pairs.
type Shape struct {
	Persons int // of three records or more
	Sparse  int // of whose pairs fewer than half speak for one person
	Bridged int // of whom some records hang on the others by one pair alone that speaks for one person
	Loose   int // who fall in two parts whose pairs together are less likely of one person, on average, than Options.ReviewTo
}

func (s *Shape) add(t Shape) {
	s.Persons, s.Sparse, s.Bridged, s.Loose = s.Persons+t.Persons, s.Sparse+t.Sparse, s.Bridged+t.Bridged, s.Loose+t.Loose
}

// shape counts one person, whose records hang together by a tree.
func (w *weighed) shape(list []int, tree []cluster.Edge, to *Shape) {
	if len(list) < 3 {
		return
	}
	to.Persons++
	sure := math.Log2(w.j.o.ReviewTo / (1 - w.j.o.ReviewTo))
	least := math.Inf(1)
	for k, x := range list {
		for _, y := range list[:k] {
			least = min(least, w.bits.Of(x, y))
		}
	}
	if least > max(sure, w.j.threshold) {
		return // every pair speaks for one person, and so does every cut
	}
	if cluster.Density(&w.bits, list, w.j.threshold) < .5 {
		to.Sparse++
	}
	if len(cluster.Bridges(&w.bits, list, w.j.threshold)) > 0 {
		to.Bridged++
	}
	if cut, ok := cluster.WeakestCut(&w.bits, tree); ok && cut.Average < sure {
		to.Loose++
	}
}
