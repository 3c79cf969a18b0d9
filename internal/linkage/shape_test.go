package linkage

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/internal/linkage/cluster"
)

// A person of three records that all agree, one whose third record hangs on the second alone, and one held together by an answer are counted as what they
// are; two records make no shape.
func TestShapeOfPersons(t *testing.T) {
	t.Parallel()
	count := func(bits ...float64) (s Shape) { // of pairs 0-1, 0-2, 1-2
		w := &weighed{j: &joiner{o: &Options{ReviewTo: .95}}}
		w.bits.Reset(3)
		list := []int{0, 1}
		w.bits.Set(0, 1, bits[0])
		if len(bits) > 1 {
			list = []int{0, 1, 2}
			w.bits.Set(0, 2, bits[1])
			w.bits.Set(1, 2, bits[2])
		}
		w.shape(list, cluster.Spanning(&w.bits, list), &s)
		return s
	}
	for _, tt := range []struct {
		name string
		bits []float64
		want Shape
	}{
		{"two records", []float64{-9}, Shape{}},
		{"all agree", []float64{12, 9, 8}, Shape{Persons: 1}},
		{"by two pairs", []float64{12, -2, 14}, Shape{Persons: 1, Bridged: 1}},
		{"by one", []float64{12, -4, -2}, Shape{Persons: 1, Sparse: 1, Bridged: 1, Loose: 1}},
		{"none is sure", []float64{3, 3, 3}, Shape{Persons: 1, Loose: 1}},
		{"by an answer", []float64{-9, -8, -7}, Shape{Persons: 1, Sparse: 1, Loose: 1}},
	} {
		if diff := gocmp.Diff(tt.want, count(tt.bits...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
