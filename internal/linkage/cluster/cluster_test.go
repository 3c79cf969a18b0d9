package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainAverage takes the two groups with the highest average each time.
func plainAverage(w *Weights, threshold float64) []int {
	var groups [][]int
	for i := range w.n {
		groups = append(groups, []int{i})
	}
	for {
		a, b, highest := -1, -1, threshold
		for x := range groups {
			for y := x + 1; y < len(groups); y++ {
				sum := 0.0
				for _, i := range groups[x] {
					for _, j := range groups[y] {
						sum += w.Of(i, j)
					}
				}
				if avg := sum / float64(len(groups[x])*len(groups[y])); avg > highest {
					a, b, highest = x, y, avg
				}
			}
		}
		if a < 0 {
			break
		}
		groups[a] = append(groups[a], groups[b]...)
		groups = append(groups[:b], groups[b+1:]...)
	}
	into := make([]int, w.n)
	for _, g := range groups {
		for _, i := range g {
			into[i] = g[0]
			for _, j := range g {
				into[i] = min(into[i], j)
			}
		}
	}
	return number(into)
}

func drawWeights(t *rapid.T) *Weights {
	n := rapid.IntRange(1, 12).Draw(t, "n")
	w := NewWeights(n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			// Distinct values, so that no tie decides.
			w.Set(i, j, float64(rapid.IntRange(-900, 900).Draw(t, "bits"))+float64(i*n+j)/1000)
			if rapid.IntRange(0, 9).Draw(t, "never") == 0 {
				w.Set(i, j, Never)
			}
		}
	}
	return w
}

// twoThrees are two persons of three records; across bits are said of each pair of one record of each.
func twoThrees(across float64) *Weights {
	w := NewWeights(6)
	for i := range 6 {
		for j := range i {
			if i/3 == j/3 {
				w.Set(i, j, 9)
			} else {
				w.Set(i, j, across)
			}
		}
	}
	return w
}

func TestAverageIsThePlainOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeights(t)
		got, want := Average(w, 0), plainAverage(w, 0)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("groups (-want +got):\n%s", diff)
		}
		for i := range w.n {
			for j := range w.n {
				if i != j && got[i] == got[j] && w.Of(i, j) == Never {
					t.Fatalf("records %d and %d are together and never may be", i, j)
				}
			}
		}
	})
}

func TestOneBadLinkDoesNotMakeOnePersonOfTwo(t *testing.T) {
	t.Parallel()
	w := twoThrees(-8) // one cross pair looks good
	w.Set(2, 3, 5)
	if diff := cmp.Diff([]int{0, 0, 0, 1, 1, 1}, Average(w, 0)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestSpanning(t *testing.T) {
	t.Parallel()
	w := NewWeights(4)
	w.Set(0, 1, 3)
	w.Set(1, 2, 7)
	w.Set(0, 2, 5)
	w.Set(2, 3, 1)
	want := []Edge{{0, 2, 5}, {2, 1, 7}, {2, 3, 1}}
	if diff := cmp.Diff(want, Spanning(w, []int{0, 1, 2, 3})); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Edge{{0, 2, 5}}, Spanning(w, []int{0, 2})); diff != "" {
		t.Error(diff)
	}
	if Spanning(w, []int{2}) != nil {
		t.Error("one record has edges")
	}
}

func TestSets(t *testing.T) {
	t.Parallel()
	s := NewSets(4)
	if !s.Join(3, 1) || s.Join(1, 3) || !s.Join(3, 2) || s.Find(3) != 1 || s.Find(2) != 1 || s.Find(0) != 0 {
		t.Errorf("sets are %v", s.parent)
	}
}
