package linkage

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/person"
	"throughline/reference"
)

// looked is a run with every pair that counts in its sample, and which of them are of one person.
func looked(t testing.TB, list []labelled) (*Result, []Judged) {
	t.Helper()
	o := DefaultOptions()
	o.Sample = 1 << 30
	_, r := linkSet(t, list, o)
	all := make([]Judged, len(r.Sample))
	for i, p := range r.Sample {
		all[i] = Judged{p.Stratum, p.Bits, list[p.A].truth == list[p.B].truth}
	}
	return r, all
}

// TestEstimatesWithoutLabels wants, on each labelled set, the estimates' ranges to hold the truth, which they never see.
func TestEstimatesWithoutLabels(t *testing.T) {
	t.Parallel()
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, all := looked(t, set(t, tt.truth, tt.number, tt.files...))
			linked, right, others := 0, 0, 0
			for _, p := range all {
				switch {
				case p.Stratum < ofLinked && p.Same:
					linked, right = linked+1, right+1
				case p.Stratum < ofLinked:
					linked++
				case p.Same:
					others++
				}
			}
			precision, recall := r.Quality.Estimate()
			p, q := float64(right)/float64(linked), float64(right)/float64(right+others)
			t.Logf("precision %.4f, estimated %.4f (%.4f to %.4f); recall of what was weighed %.4f, estimated %.4f (%.4f to %.4f)",
				p, precision.Value, precision.Low, precision.High, q, recall.Value, recall.Low, recall.High)
			if p < precision.Low || p > precision.High+.0005 {
				t.Errorf("precision is %.4f, estimated between %.4f and %.4f", p, precision.Low, precision.High)
			}
			if q < recall.Low || q > recall.High+.0005 {
				t.Errorf("recall is %.4f, estimated between %.4f and %.4f", q, recall.Low, recall.High)
			}
		})
	}
}

// TestAStratifiedSampleCoversTheTruth answers 200 samples of 200 pairs of a run by its truth: most intervals hold it (docs/linkage.md has how many).
func TestAStratifiedSampleCoversTheTruth(t *testing.T) {
	t.Parallel()
	for _, set := range []labelledSet{truthSets[2], truthSets[6]} { // fake_1000 and three: the lowest precision and the lowest recall
		covers(t, set)
	}
}

func covers(t *testing.T, tt labelledSet) {
	r, all := looked(t, set(t, tt.truth, tt.number, tt.files...))
	every, err := r.Quality.Judge(all)
	if err != nil {
		t.Fatal(err)
	}
	if every.Precision.Low != every.Precision.High || every.Recall.Low != every.Recall.High {
		t.Errorf("%s: of every pair there is an interval: %+v, %+v", tt.name, every.Precision, every.Recall)
	}
	byStratum := make([][]Judged, len(r.Quality))
	for _, p := range all {
		byStratum[p.Stratum] = append(byStratum[p.Stratum], p)
	}
	const times = 200
	precise, recalled, width := 0, 0, 0.0
	random := rand.New(rand.NewPCG(3, 5))
	for range times {
		var some []Judged
		for k, n := range r.Quality.allotted(200) {
			for _, i := range random.Perm(len(byStratum[k]))[:n] {
				some = append(some, byStratum[k][i])
			}
		}
		j, err := r.Quality.Judge(some)
		if err != nil {
			t.Fatal(err)
		}
		if p := every.Precision.Value; j.Precision.Low <= p && p <= j.Precision.High {
			precise++
		}
		if p := every.Recall.Value; j.Recall.Low <= p && p <= j.Recall.High {
			recalled++
		}
		width += (j.Precision.High - j.Precision.Low) / times
	}
	t.Logf("%s: of %d intervals %d hold the precision %.4f and %d the recall %.4f; those of precision are %.4f wide", tt.name, times, precise,
		every.Precision.Value, recalled, every.Recall.Value, width)
	if precise < times*85/100 || recalled < times*85/100 {
		t.Errorf("%s: of %d intervals %d hold the precision and %d the recall, want 85 in 100 or more", tt.name, times, precise, recalled)
	}
}

// The sample is the same at any number of workers, has each stratum in it, and no pair twice.
func TestTheSampleIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	list, _ := town(2000, 5)
	var before *Result
	for _, workers := range []int{1, 3} {
		o := DefaultOptions()
		o.Workers, o.Sample = workers, 60
		_, r := link(t, list, o)
		if before != nil {
			if diff := cmp.Diff(before.Sample, r.Sample) + cmp.Diff(before.Quality, r.Quality); diff != "" {
				t.Errorf("with %d workers (-want +got):\n%s", workers, diff)
			}
		}
		before = r
	}
	drawn, seen := make([]int, strataCount), map[[2]uint32]bool{}
	for _, p := range before.Sample {
		drawn[p.Stratum]++
		if seen[[2]uint32{p.A, p.B}] || p.A >= p.B {
			t.Errorf("the pair %d, %d comes twice or the wrong way about", p.A, p.B)
		}
		seen[[2]uint32{p.A, p.B}] = true
		if linked := before.Person[p.A] == before.Person[p.B]; linked != before.Quality[p.Stratum].Linked {
			t.Errorf("the pair %d, %d is linked %v, and its stratum says otherwise", p.A, p.B, linked)
		}
	}
	for k, s := range before.Quality {
		if want := min(int64(leastOfStratum), s.Pairs); int64(drawn[k]) < want {
			t.Errorf("of stratum %d, %d pairs are drawn, want %d or more", k, drawn[k], want)
		}
	}
	if n := len(before.Sample); n > 60 {
		t.Errorf("%d pairs are drawn, want 60 at most", n)
	}
}

func TestAnswersThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	q := newQuality()
	q[1].Pairs = 5
	for name, answers := range map[string][]Judged{
		"none":            nil,
		"another stratum": {{Stratum: strataCount}},
		"too many":        make([]Judged, 6),
	} {
		if _, err := q.Judge(answers); err == nil {
			t.Errorf("%s: judged", name)
		}
	}
}

// A calibration learnt on half of a set brings the other half's probabilities nearer to the truth, and never falls.
func TestCalibrationHoldsOnTheOtherHalf(t *testing.T) {
	t.Parallel()
	for _, k := range []int{2, 5} { // fake_1000, too sure, and five, too careful
		tt := truthSets[k]
		_, all := looked(t, set(t, tt.truth, tt.number, tt.files...))
		var half []Point
		for i := 0; i < len(all); i += 2 {
			half = append(half, Point{all[i].Bits, all[i].Same, 1})
		}
		c := Calibrate(half)
		before, after, n := 0.0, 0.0, 0.0
		for i := 1; i < len(all); i += 2 {
			is := 0.0
			if all[i].Same {
				is = 1
			}
			before += math.Pow(Probability(all[i].Bits)-is, 2)
			after += math.Pow(c.Probability(all[i].Bits)-is, 2)
			n++
		}
		t.Logf("%s: squared error %.5f before, %.5f after", tt.name, before/n, after/n)
		if after >= before {
			t.Errorf("%s: squared error %.5f before, %.5f after", tt.name, before/n, after/n)
		}
		last := 0.0
		for bits := -20.0; bits < 60; bits += .25 {
			p := c.Probability(bits)
			if p < last || p > 1 {
				t.Fatalf("at %.2f bits the probability is %v after %v", bits, p, last)
			}
			last = p
		}
	}
}

// TestCutoffs holds that the lightest cut-off is the run as it is, and that heavier ones are righter and find less.
func TestCutoffs(t *testing.T) {
	t.Parallel()
	q := newQuality()
	for k, pairs := range map[int]int{2: 40, 3: 30, 5: 100, 7: 300, ofLinked + 1: 25, ofLinked + 3: 10} {
		for range pairs {
			q.count(k, q[k].From+.5)
		}
	}
	list := q.Cutoffs()
	if len(list) != 4 || list[0].From != 0 || list[0].Pairs != 470 || list[3].From != 20 || list[3].Pairs != 300 {
		t.Fatalf("cut-offs %+v", list)
	}
	precision, recall := q.Estimate()
	if list[0].Precision != precision || list[0].Recall != recall {
		t.Errorf("the lightest cut-off is %+v, the run %v and %v", list[0], precision, recall)
	}
	for i, c := range list[1:] {
		if before := list[i]; c.Precision.Value < before.Precision.Value || c.Recall.Value >= before.Recall.Value || c.Recall.Low > c.Recall.Value || c.Recall.High < c.Recall.Value {
			t.Errorf("from %+.1f bits %+v, from %+.1f %+v", before.From, before, c.From, c)
		}
	}
}

// TestWhatIsHeldAndLearnt counts fields, finds records that hold too little, and tells levels that training has seen from those it has not.
func TestWhatIsHeldAndLearnt(t *testing.T) {
	t.Parallel()
	surnames, forenames := reference.Surnames(), reference.Forenames('f', 1990)
	l := New()
	for i := range 300 {
		p := i / 2
		who := person.Identity{Names: []person.Name{{Forename: forenames[p*7%len(forenames)].Name, Surname: surnames[p*31].Name}},
			Births: []person.Birth{{Day: day.Must(1940+p%60, 3, 1+p%28), Precision: person.FullDate}}}
		if i%3 == 0 {
			who.NoFixed = true
		}
		if i >= 290 {
			who = person.Identity{Sex: person.Female}
		}
		l.Add(0, who)
	}
	r, err := l.Link(t.Context(), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, h := range l.Held(0, 300) {
		got[h.Field] = h.Records
	}
	if got["Forename"] != 290 || got["Sex"] != 10 || got["Postcode"] != 97 || got["NHS number"] != 0 {
		t.Errorf("held are %v", got)
	}
	if poor := l.Unlinkable(r.Model, .5); math.Abs(poor-10./300) > .001 {
		t.Errorf("%.4f of records hold too little, want 10 of 300", poor)
	}
	for _, w := range r.Model.Weights() {
		if want := w.Field == "Forename" && w.Level == "the same" || w.Field == "Surname" && w.Level == "the same"; want && !w.Learnt {
			t.Errorf("%s %s is not said to be learnt", w.Field, w.Level)
		}
		if w.Field == "NHS number" || w.Field == "Town" || w.Field == "Forename" && w.Level == "the same initial" {
			if w.Learnt {
				t.Errorf("%s %s is said to be learnt: m %g u %g", w.Field, w.Level, w.M, w.U)
			}
		}
	}
}
