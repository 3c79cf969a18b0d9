package linkage

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"throughline/internal/fault"
)

// Judged is a pair of a sample that somebody has said something of.
type Judged struct {
	Stratum int
	Bits    float64
	Same    bool
}

// Judgement is what a stratified sample says of a run.
type Judgement struct {
	Precision Interval       `json:"precision"`
	Recall    Interval       `json:"recall"` // of the pairs of one person that were weighed at all
	Strata    []JudgedStrata `json:"strata"`
}

// JudgedStrata is one stratum beside what the sample says of it.
type JudgedStrata struct {
	Stratum
	Looked int `json:"looked_at"`
	Same   int `json:"same"`
	// Calibrated is the mean probability of the pairs looked at by all the sample's answers together; see Calibrate.
	Calibrated float64 `json:"calibrated"`
}

// draws is how many times the strata's shares are drawn anew for an interval.
const draws = 2000

// Judge estimates precision and recall from the answers to a stratified sample, each stratum in proportion to its pairs. The intervals
// hold the middle 95 in 100 of what is likely of the pairs nobody looked at, where the model counts for one answer in each stratum. It gives a *fault.Error where a
// stratum that has pairs has no answer.
func (q Quality) Judge(answers []Judged) (Judgement, error) {
	looked, same := make([]int, len(q)), make([]int, len(q))
	for _, a := range answers {
		if a.Stratum < 0 || a.Stratum >= len(q) {
			return Judgement{}, badSample("an answer names a stratum that is not in the key")
		}
		looked[a.Stratum]++
		if a.Same {
			same[a.Stratum]++
		}
	}
	var points []Point
	for _, a := range answers {
		points = append(points, Point{a.Bits, a.Same, float64(q[a.Stratum].Pairs) / float64(looked[a.Stratum])})
	}
	calibration := Calibrate(points)
	j := Judgement{Strata: make([]JudgedStrata, len(q))}
	right := make([]float64, len(q)) // how many pairs of each stratum are of one person
	for k, s := range q {
		if s.Pairs > 0 && looked[k] == 0 {
			return Judgement{}, badSample("nobody has answered any pair of one of its groups")
		}
		if int64(looked[k]) > s.Pairs {
			return Judgement{}, badSample("a group has more answers than pairs")
		}
		if looked[k] > 0 {
			right[k] = float64(s.Pairs) * float64(same[k]) / float64(looked[k])
		}
		j.Strata[k] = JudgedStrata{s, looked[k], same[k], 0}
	}
	for _, a := range answers {
		j.Strata[a.Stratum].Calibrated += calibration.Probability(a.Bits) / float64(looked[a.Stratum])
	}
	of := func(k int) float64 { return right[k] }
	j.Precision.Value, j.Recall.Value = q.precision(of), q.recall(of, of)
	r := rand.New(rand.NewPCG(1, 2)) // the same answers give the same interval
	precisions, recalls := make([]float64, draws), make([]float64, draws)
	for d := range draws {
		for k, s := range q {
			if s.Pairs > 0 {
				rest := float64(s.Pairs) - float64(looked[k]) // nobody looked at
				p := s.likely()
				right[k] = float64(same[k]) + rest*beta(r, float64(same[k])+p, float64(looked[k]-same[k])+1-p)
			}
		}
		precisions[d], recalls[d] = q.precision(of), q.recall(of, of)
	}
	j.Precision.within(precisions)
	j.Recall.within(recalls)
	return j, nil
}

// within sets the range to the middle 95 in 100 of what was drawn, and at least as far as the estimate.
func (v *Interval) within(list []float64) {
	slices.Sort(list)
	v.Low = min(v.Value, list[len(list)*25/1000])
	v.High = max(v.Value, list[len(list)*975/1000])
}

func badSample(what string) *fault.Error {
	return fault.New(fault.Invalid, "bad-sample", "The sample cannot be judged: "+what+".",
		"Answer more of its pairs with same or not, and keep the sample with the key that was written beside it.")
}

// beta draws from the beta distribution, as two gammas.
func beta(r *rand.Rand, a, b float64) float64 {
	x, y := gamma(r, a), gamma(r, b)
	return x / (x + y)
}

// gamma draws from the gamma distribution of a shape and scale 1, by Marsaglia and Tsang's method (ACM Transactions on Mathematical Software,
// 2000).
func gamma(r *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(r, shape+1) * math.Pow(1-r.Float64(), 1/shape)
	}
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// Point is a pair whose truth is known, and how many pairs it stands for.
type Point struct {
	Bits   float64
	Same   bool
	Weight float64
}

// Calibration turns the model's bits into the probability that answers bear out. It never falls as bits rise.
type Calibration struct {
	bits, share []float64 // at which bits the probability is how much; between two, in proportion
}

// Calibrate fits a calibration: the shares that are nearest to the points among all that never fall (isotonic regression, by pooling what
// lies the wrong way about).
func Calibrate(points []Point) Calibration {
	type pool struct{ bits, same, weight float64 } // sums
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(x, y Point) int { return cmp.Compare(x.Bits, y.Bits) })
	var pools []pool
	for _, p := range sorted {
		next := pool{p.Bits * p.Weight, 0, p.Weight}
		if p.Same {
			next.same = p.Weight
		}
		for len(pools) > 0 {
			if last := pools[len(pools)-1]; last.same/last.weight < next.same/next.weight {
				break
			} else {
				next = pool{last.bits + next.bits, last.same + next.same, last.weight + next.weight}
				pools = pools[:len(pools)-1]
			}
		}
		pools = append(pools, next)
	}
	var c Calibration
	for _, p := range pools {
		c.bits, c.share = append(c.bits, p.bits/p.weight), append(c.share, p.same/p.weight)
	}
	return c
}

// Probability is that of a pair of so many bits; without points, the model's own.
func (c Calibration) Probability(bits float64) float64 {
	n := len(c.bits)
	if n == 0 {
		return Probability(bits)
	}
	k, _ := slices.BinarySearch(c.bits, bits)
	switch {
	case k == 0:
		return c.share[0]
	case k == n:
		return c.share[n-1]
	}
	part := (bits - c.bits[k-1]) / (c.bits[k] - c.bits[k-1])
	return c.share[k-1] + part*(c.share[k]-c.share[k-1])
}
