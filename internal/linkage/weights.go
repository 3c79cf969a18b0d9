package linkage

import "math"

// Weight is one level of one field of a model: how often two records that can be compared in the field agree to that level when they are
// of one person (M) and of two (U), and what that is worth in bits. A value that few share is worth more than Bits, one that
// many share less.
type Weight struct {
	Field, Level string // in words
	M, U, Bits   float64
	// Learnt is false where M and U are what the model starts with, because no two records could be compared so.
	Learnt bool
}

// Weights lists the model's levels, field by field, the fullest agreement of each first.
func (m *Model) Weights() []Weight {
	var list []Weight
	for f := range fieldCount {
		for l := 1; l < len(m.m[f]); l++ {
			list = append(list, Weight{fields[f].words, fields[f].levels[l].words, m.m[f][l], m.u[f][l], m.weights[f][l], m.learnt(f, l)})
		}
	}
	return list
}

// learnt says whether training has moved a level.
func (m *Model) learnt(f Field, l int) bool {
	const none = 1e-4 // shares of levels that are not seen are only made to add up
	return math.Abs(m.m[f][l]/start.m[f][l]-1) > none || math.Abs(m.u[f][l]/start.u[f][l]-1) > none
}
