package sample

import (
	"math"
	"math/rand/v2"
)

// stream is a source of chance that belongs to one thing: a block, a person's use of services, a record. It is
// seeded from the run's seed, what it is for, and the thing's number, never from another stream, so that what one
// thing draws does not depend on which worker reached it first.
type stream struct {
	pcg *rand.PCG
	*rand.Rand
}

// purpose keeps the streams of one thing apart.
type purpose uint64

const (
	forBlock purpose = iota + 1
	forName
	forNumber
	forUse
	forAddress
	forRecord
	forPlace
	forOrder
	forHousehold
	forFault
)

func newStream() *stream {
	pcg := rand.NewPCG(0, 0)
	return &stream{pcg, rand.New(pcg)}
}

// begin points the stream at a thing. parts tell things of the same purpose apart.
func (s *stream) begin(seed uint64, p purpose, parts ...uint64) *stream {
	h := mix(seed ^ mix(uint64(p)))
	for _, part := range parts {
		h = mix(h ^ mix(part+0x632be59bd9b4e019))
	}
	s.pcg.Seed(h, mix(h))
	return s
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit of x reaches every bit of the answer.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (s *stream) chance(p float64) bool { return p > 0 && s.Float64() < p }

// between is a whole number from low to high, both possible.
func (s *stream) between(low, high int) int { return low + s.IntN(high-low+1) }

// poisson counts events of a mean rate (Knuth's product method below 30, a rounded normal above).
func (s *stream) poisson(mean float64) int {
	switch {
	case mean <= 0:
		return 0
	case mean > 30:
		return max(0, int(math.Round(mean+math.Sqrt(mean)*s.NormFloat64())))
	}
	limit, product, n := math.Exp(-mean), s.Float64(), 0
	for product > limit {
		product *= s.Float64()
		n++
	}
	return n
}

// rare is a Poisson count of a small mean: nearly always one draw.
func (s *stream) rare(mean float64) int {
	x := s.Float64()
	if x < 1-mean { // below e^-mean: none
		return 0
	}
	n, term, total := 0, math.Exp(-mean), math.Exp(-mean)
	for x > total && n < 20 {
		n++
		term *= mean / float64(n)
		total += term
	}
	return n
}

// gamma has mean 1 and variance 1/shape (Marsaglia and Tsang, 2000).
func (s *stream) gamma(shape float64) float64 {
	boost, k := 1.0, shape
	if k < 1 {
		boost = math.Pow(1-s.Float64(), 1/k)
		k++
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-s.Float64()) < 0.5*x*x+d*(1-v+math.Log(v)) {
			return boost * d * v / shape
		}
	}
}

// events is a negative binomial count: a Poisson whose rate differs from person to person by a gamma of that shape.
func (s *stream) events(mean, shape float64) int {
	if mean <= 0 {
		return 0
	}
	return s.poisson(mean * s.gamma(shape))
}

// stay is a length in days: at least low, a lognormal of that median above it, at most high.
func (s *stream) stay(low, median, high int, spread float64) int {
	n := low + int(float64(median-low)*math.Exp(spread*s.NormFloat64()))
	return min(max(n, low), high)
}

// weighted picks a place in a table of cumulative weights that ends at its total.
func (s *stream) weighted(cumulative []float64) int {
	x := s.Float64() * cumulative[len(cumulative)-1]
	low, high := 0, len(cumulative)-1
	for low < high {
		mid := (low + high) / 2
		if cumulative[mid] > x {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

func pick[T any](s *stream, from []T) T { return from[s.IntN(len(from))] }

// cumulate turns weights into running totals for weighted.
func cumulate(weights ...float64) []float64 {
	out, total := make([]float64, len(weights)), 0.0
	for i, w := range weights {
		total += w
		out[i] = total
	}
	return out
}
