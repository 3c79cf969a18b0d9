package cluster

// Cut parts the records of a group in two at an edge of its tree.
type Cut struct {
	Edge    Edge
	Side    []int   // the records on the side of Edge.J
	Average float64 // bits, over all pairs of which one record is on either side
}

// Density is the share of a group's pairs that weigh more than a threshold: 1 where all do, as for one record alone.
func Density(w *Weights, members []int, threshold float64) float64 {
	above, all := 0, 0
	for k, x := range members {
		for _, y := range members[:k] {
			if all++; w.Of(x, y) > threshold {
				above++
			}
		}
	}
	if all == 0 {
		return 1
	}
	return float64(above) / float64(all)
}

// Bridges gives the pairs above a threshold without which, alone, records of a group no longer hang together by such pairs (Tarjan, 1974), each once,
// in the order in which a walk from the first record leaves them behind.
func Bridges(w *Weights, members []int, threshold float64) (bridges []Edge) {
	n := len(members)
	met, low := make([]int, n), make([]int, n) // when each record was met, from 1, and the earliest that its side reaches by another way
	turn := 0
	var walk func(at, from int)
	walk = func(at, from int) {
		turn++
		met[at], low[at] = turn, turn
		for to := range n {
			bits := w.Of(members[at], members[to])
			switch {
			case to == at || to == from || bits <= threshold:
			case met[to] != 0:
				low[at] = min(low[at], met[to])
			default:
				walk(to, at)
				low[at] = min(low[at], low[to])
				if low[to] > met[at] {
					bridges = append(bridges, Edge{members[at], members[to], bits})
				}
			}
		}
	}
	for k := range n {
		if met[k] == 0 {
			walk(k, -1)
		}
	}
	return bridges
}

// WeakestCut gives, of the cuts at the edges of a group's tree as Spanning gives it, the one whose cross pairs weigh least on average; of two alike the
// first. The average and not the sum, since records join by averages: it says how near the group is to falling apart, whatever its size. The work
// grows with the square of the number of records. A tree without edges has no cut.
func WeakestCut(w *Weights, tree []Edge) (weakest Cut, ok bool) {
	if len(tree) == 0 {
		return Cut{}, false
	}
	below, all, within := map[int][]int{}, map[int]float64{}, map[int]float64{} // of each record and what hangs on it: the records, their weights to all, and among themselves
	root := tree[0].I
	members := []int{root}
	for _, e := range tree {
		members = append(members, e.J)
	}
	for _, x := range members {
		below[x] = []int{x}
		for _, y := range members {
			if x != y {
				all[x] += w.Of(x, y)
			}
		}
	}
	cuts := make([]Cut, len(tree))
	for k := len(tree) - 1; k >= 0; k-- { // children before their parents
		e := tree[k]
		side := below[e.J]
		cross := all[e.J] - 2*within[e.J]
		cuts[k] = Cut{e, side, cross / float64(len(side)*(len(members)-len(side)))}
		within[e.I] += within[e.J]
		for _, x := range below[e.I] {
			for _, y := range side {
				within[e.I] += w.Of(x, y)
			}
		}
		all[e.I] += all[e.J]
		below[e.I] = append(below[e.I], side...)
	}
	weakest = cuts[0]
	for _, c := range cuts[1:] {
		if c.Average < weakest.Average {
			weakest = c
		}
	}
	return weakest, true
}
