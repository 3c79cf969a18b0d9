package cluster

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Two threes of records that hang together by one pair: the pair is the bridge and the weakest cut, and seven pairs of fifteen are above nought.
func TestShapeOfTwoThrees(t *testing.T) {
	t.Parallel()
	w := twoThrees(-2)
	w.Set(1, 4, 5)
	members := []int{0, 1, 2, 3, 4, 5}
	if d := Density(w, members, 0); math.Abs(d-7.0/15) > 1e-9 || Density(w, members[:1], 0) != 1 {
		t.Errorf("density %v, want 7 of 15", d)
	}
	if diff := cmp.Diff([]Edge{{1, 4, 5}}, Bridges(w, members, 0)); diff != "" {
		t.Errorf("bridges (-want +got):\n%s", diff)
	}
	cut, ok := WeakestCut(w, Spanning(w, members))
	slices.Sort(cut.Side)
	if diff := cmp.Diff(Cut{Edge{1, 4, 5}, []int{3, 4, 5}, (5 - 2*8) / 9.0}, cut); diff != "" || !ok {
		t.Errorf("weakest cut (-want +got):\n%s", diff)
	}
	if _, ok := WeakestCut(w, nil); ok {
		t.Error("one record has a cut")
	}
}

// Bridges and cuts are those that a plain look at every pair and every edge finds.
func TestShapeIsThePlainOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "n")
		w := NewWeights(n)
		var members []int
		for i := range n {
			members = append(members, i)
			for j := range i {
				w.Set(i, j, float64(rapid.IntRange(-20, 12).Draw(t, "bits"))+float64(i*n+j)/1000)
			}
		}
		pieces := func(without [2]int) (sets *Sets, count int) {
			sets, count = NewSets(n), n
			for i := range n {
				for j := range i {
					if w.Of(i, j) > 0 && without != [2]int{j, i} && sets.Join(uint32(i), uint32(j)) {
						count--
					}
				}
			}
			return sets, count
		}
		_, whole := pieces([2]int{-1, -1})
		var want, got [][2]int
		for i := range n {
			for j := range i {
				if _, p := pieces([2]int{j, i}); w.Of(i, j) > 0 && p > whole {
					want = append(want, [2]int{j, i})
				}
			}
		}
		for _, e := range Bridges(w, members, 0) {
			got = append(got, [2]int{min(e.I, e.J), max(e.I, e.J)})
		}
		order := func(x, y [2]int) int { return slices.Compare(x[:], y[:]) }
		slices.SortFunc(want, order)
		slices.SortFunc(got, order)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("bridges (-want +got):\n%s", diff)
		}
		tree := Spanning(w, members)
		least := math.Inf(1)
		for k := range tree {
			sets := NewSets(n)
			for l, e := range tree {
				if l != k {
					sets.Join(uint32(e.I), uint32(e.J))
				}
			}
			sum, pairs := 0.0, 0.0
			for i := range n {
				for j := range i {
					if sets.Find(uint32(i)) != sets.Find(uint32(j)) {
						sum, pairs = sum+w.Of(i, j), pairs+1
					}
				}
			}
			least = min(least, sum/pairs)
		}
		if cut, _ := WeakestCut(w, tree); math.Abs(cut.Average-least) > 1e-6 {
			t.Fatalf("the weakest cut averages %v, want %v", cut.Average, least)
		}
	})
}
