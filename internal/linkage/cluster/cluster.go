// Package cluster parts a group of records into persons when every pair of them has been weighed.
package cluster

import (
	"math"
	"slices"
)

// Never is the weight of two records that must not come together: "not the same person" by someone who knows.
const Never = -math.MaxFloat32

// Weights are what is said of each pair of n records, in bits; positive speaks for one person. Symmetric.
type Weights struct {
	n    int
	bits []float64
}

// NewWeights makes weights of n records, all nought.
func NewWeights(n int) *Weights { return &Weights{n, make([]float64, n*n)} }

// Reset makes the weights those of n records, all nought, in the same memory where it is enough.
func (w *Weights) Reset(n int) {
	w.n, w.bits = n, slices.Grow(w.bits[:0], n*n)[:n*n]
	clear(w.bits)
}

// Set gives the weight of a pair.
func (w *Weights) Set(i, j int, bits float64) { w.bits[i*w.n+j], w.bits[j*w.n+i] = bits, bits }

// Of is the weight of a pair.
func (w *Weights) Of(i, j int) float64 { return w.bits[i*w.n+j] }

// Average joins records, then groups, as long as some two groups' weights average above the threshold over all their cross
// pairs, the highest average first. It gives the group of each record, numbered from 0 by their first records. Two
// records with the weight Never are never in one group. Equal averages are decided by the records' order, so the same
// weights give the same groups. The work grows with the square of the number of records (nearest-neighbour chains,
// which for averages give the same groups as taking the highest each time).
func Average(w *Weights, threshold float64) []int {
	n := w.n
	if n == 2 { // most groups, and no more to it
		if w.Of(0, 1) > threshold {
			return []int{0, 0}
		}
		return []int{0, 1}
	}
	sum := slices.Clone(w.bits)
	size, alive, into := make([]int, n), make([]bool, n), make([]int, n)
	for i := range n {
		size[i], alive[i], into[i] = 1, true, i
	}
	done := make([]bool, n) // nothing left averages above the threshold with it
	var chain []int
	for start := 0; ; {
		if len(chain) == 0 {
			for start < n && (!alive[start] || done[start]) {
				start++
			}
			if start == n {
				break
			}
			chain = append(chain, start)
		}
		top := chain[len(chain)-1]
		before := -1
		if len(chain) > 1 {
			before = chain[len(chain)-2]
		}
		next, highest := -1, threshold
		if before >= 0 {
			next, highest = before, sum[top*n+before]/float64(size[top]*size[before])
		}
		for k := range n {
			if k == top || k == before || !alive[k] || done[k] {
				continue
			}
			if a := sum[top*n+k] / float64(size[top]*size[k]); a > highest {
				next, highest = k, a
			}
		}
		switch {
		case next < 0:
			done[top] = true
			chain = chain[:len(chain)-1]
		case next == before:
			a, b := min(top, before), max(top, before)
			for k := range n {
				sum[a*n+k] += sum[b*n+k]
				sum[k*n+a] = sum[a*n+k]
			}
			size[a] += size[b]
			alive[b], into[b] = false, a
			chain = chain[:len(chain)-2]
			done[a] = false
			start = 0
		default:
			chain = append(chain, next)
		}
	}
	return number(into)
}

// number follows each record to the record its group is kept under, and numbers groups by their first records.
func number(into []int) []int {
	groups, next := make([]int, len(into)), 0
	for i := range into {
		if into[i] == i { // the first record of its group
			groups[i] = next
			next++
			continue
		}
		root := i
		for into[root] != root {
			root = into[root]
		}
		groups[i] = groups[root]
	}
	return groups
}

// Edge is a pair of records of one group.
type Edge struct {
	I, J int
	Bits float64
}

// Spanning gives, for the records of one group, the edges that hold it together by the strongest weights: one fewer than records
// (Prim's algorithm from the first of them).
func Spanning(w *Weights, members []int) []Edge {
	switch len(members) {
	case 0, 1:
		return nil
	case 2: // most, and no more to it
		return []Edge{{members[0], members[1], w.Of(members[0], members[1])}}
	}
	best, from := make([]float64, len(members)), make([]int, len(members))
	in := make([]bool, len(members))
	in[0] = true
	for k := 1; k < len(members); k++ {
		best[k] = w.Of(members[0], members[k])
	}
	var edges []Edge
	for range len(members) - 1 {
		pick := -1
		for k := range members {
			if !in[k] && (pick < 0 || best[k] > best[pick]) {
				pick = k
			}
		}
		in[pick] = true
		edges = append(edges, Edge{members[from[pick]], members[pick], best[pick]})
		for k := range members {
			if b := w.Of(members[pick], members[k]); !in[k] && b > best[k] {
				best[k], from[k] = b, pick
			}
		}
	}
	return edges
}

// Sets keeps which of n things hang together (union-find).
type Sets struct{ parent []uint32 }

// NewSets begins with each thing by itself.
func NewSets(n int) *Sets {
	s := &Sets{make([]uint32, n)}
	for i := range s.parent {
		s.parent[i] = uint32(i)
	}
	return s
}

// Find gives the least thing of i's set.
func (s *Sets) Find(i uint32) uint32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// Join puts two sets together and says whether they were apart.
func (s *Sets) Join(i, j uint32) bool {
	i, j = s.Find(i), s.Find(j)
	if i == j {
		return false
	}
	s.parent[max(i, j)] = min(i, j)
	return true
}
