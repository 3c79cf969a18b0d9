package linkage

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"throughline/internal/person"
)

// series draws how many records a person has, from a logarithmic series.
func series(r *rand.Rand, q float64) int {
	x, k, p := r.Float64(), 1, -q/math.Log1p(-q)
	for ; x > p; k++ {
		x -= p
		p *= q * float64(k) / float64(k+1)
	}
	return k
}

// Two records that have a rare name are of one person as often as the share says, however many records have it: of what is left when names are
// drawn anew for thousands of people of whom a few have dozens of records.
func TestAValueWeighsAsOftenAsItIsRight(t *testing.T) {
	t.Parallel()
	const people, names, q = 60_000, 20_000, .8
	r := rand.New(rand.NewPCG(4, 9))
	common := make([]float64, names) // how common each name is: gamma of shape .25
	sum := 0.0
	for n := range common {
		common[n] = gamma(r, .25)
		sum += common[n]
	}
	records, one := make([]int, names), make([]float64, names) // of each name, and pairs of them of one person
	for n := range common {
		for of := common[n] / sum * people; ; {
			if of -= r.ExpFloat64(); of < 0 {
				break
			}
			k := series(r, q)
			records[n] += k
			one[n] += float64(k) * float64(k-1) / 2
		}
	}
	all, matched := 0, 0.0
	for n := range records {
		all += records[n]
		matched += one[n]
	}
	perPerson := 1 + 2*matched/float64(all)
	totals := totals{all: all}
	totals.records[Surname] = uint32(all)
	crowd := totals.people(Surname, perPerson)
	if crowd.people < .9*people || crowd.people > 1.1*people {
		t.Fatalf("%d records are taken to be of %.0f people, and are of %d", all, crowd.people, people)
	}
	for _, band := range [][2]int{{2, 2}, {3, 3}, {4, 6}, {7, 12}, {13, 30}, {31, 80}} {
		pairs, expected, right := 0.0, 0.0, 0.0
		for n, c := range records {
			if c < band[0] || c > band[1] {
				continue
			}
			// A name's mean is people/names; the gamma says so with the strength of .25 of them.
			share, _ := crowd.share(float64(c), 1+.25, .25*names)
			of := float64(c) * float64(c-1) / 2
			pairs, right, expected = pairs+of, right+one[n], expected+of/(1+share*crowd.apart)
		}
		if math.Abs(expected-right) > .04*pairs {
			t.Errorf("names of %d to %d records: %.3f of %.0f pairs are of one person, and %.3f are expected to be", band[0], band[1], right/pairs, pairs, expected/pairs)
		}
	}
}

// A share is where both sides of the sum that frequency.go describes meet, and no value becomes rarer by another record.
func TestSharesMeetAndGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		totals := totals{all: rapid.IntRange(2, 1e7).Draw(t, "records")}
		totals.records[Surname] = uint32(rapid.IntRange(1, totals.all).Draw(t, "of the field"))
		crowd := totals.people(Surname, rapid.Float64Range(1, 40).Draw(t, "records a person"))
		records := rapid.IntRange(0, int(totals.records[Surname])).Draw(t, "records of the value")
		first, weight := rapid.Float64Range(1e-4, 30).Draw(t, "first"), rapid.Float64Range(0, 1e4).Draw(t, "weight")
		share, further := crowd.share(float64(records), first, weight)
		if !(share > 0) || further < -1e-6*first || math.IsInf(share, 0) {
			t.Fatalf("a share of %v and %v further people", share, further)
		}
		if x := share * crowd.apart; records > 2 {
			want := x * math.Log((float64(records)-.5+x)/(1.5+x))
			if math.Abs(further-want) > 1e-3*(want+first) {
				t.Fatalf("%v further people, want %v", further, want)
			}
		}
		if more, _ := crowd.share(float64(records+1), first, weight); more < share*(1-1e-5) {
			t.Fatalf("a share of %v, and with one record more of %v", share, more)
		}
	})
}

// Many records on one date are of one person who is often met; a hundred times as many are of people whose date is not known.
func TestADateIsCommonOnlyWhereNoPersonHasSoManyRecords(t *testing.T) {
	t.Parallel()
	totals := totals{all: 20_000}
	totals.records[Birth] = 20_000
	crowd := totals.people(Birth, 5)
	const usual = 4e-5
	for _, tt := range []struct{ records, least, most float64 }{{0, usual, usual}, {2, usual, usual}, {12, usual, 1.2 * usual}, {30, usual, 2 * usual}, {400, .005, .04}} {
		if share := crowd.dateShare(tt.records, usual); share < tt.least || share > tt.most {
			t.Errorf("a date of %.0f records is taken for one in %.0f people's, want one in %.0f to %.0f", tt.records, 1/share, 1/tt.most, 1/tt.least)
		}
	}
}

// The same sex says nothing beside the same forename, which tells it, and something beside another.
func TestAForenameTellsTheSex(t *testing.T) {
	t.Parallel()
	c := newColumns()
	for _, forename := range []string{"Dean", "Dean", "Deane"} {
		c.add(0, person.Identity{Names: named(forename, "Whitlock"), Sex: person.Male})
	}
	s := newScorer(c, c.totals(), StartModel(1000))
	if p := s.explain(0, 1).Parts[firstField+int(SexField)]; p.Bits != 0 || !p.Compared {
		t.Errorf("beside the same forename: %+v, want 0 bits", p)
	}
	if p := s.explain(0, 2).Parts[firstField+int(SexField)]; p.Bits < .9 {
		t.Errorf("beside a forename that is close: %+v, want about a bit", p)
	}
}
