package linkage

import (
	"slices"
	"sync"

	"throughline/internal/linkage/cluster"
)

// Families counts linked pairs that may be of two people of one family, whom the model takes for one: what such people share, one person's records
// share too. A pair is counted under the first that holds of it.
type Families struct {
	OtherForename int `json:"other_forename"` // one date of birth with one surname, postcode or address, and no number that both have
	OtherBirth    int `json:"other_birth"`    // one name at one postcode, born years or all of a date apart, and no number that both have
	OtherNumber   int `json:"other_number"`   // two NHS numbers that are not alike

	// Through is how many pairs of records are one person's by these links alone: of three records of each of two twins, one link makes nine.
	Through int64 `json:"pairs_through_them"`
}

// Links is how many there are of all kinds.
func (f Families) Links() int { return f.OtherForename + f.OtherBirth + f.OtherNumber }

// AtWorst is what share of the linked pairs are of one person at least, if every pair that these links make were of two people and the model were
// as wrong of the others as the low end of its estimate says.
func (f Families) AtWorst(q Quality) float64 {
	precision, _ := q.Estimate()
	pairs := int64(0)
	for _, s := range q {
		if s.Linked {
			pairs += s.Pairs
		}
	}
	return max(0, precision.Low-float64(f.Through)/float64(max(1, pairs)))
}

// Families looks at each link of a run that has ended.
func (l *Linker) Families(r *Result) (f Families) {
	s := l.scorer(r.Model)
	may := make([]bool, len(r.Links))
	var lock sync.Mutex
	inParallel(s.columns.workers, len(r.Links), 4096, func(_, from, to int) {
		some := s.families(r.Links[from:to], may[from:to])
		lock.Lock()
		defer lock.Unlock()
		f.OtherForename, f.OtherBirth, f.OtherNumber = f.OtherForename+some.OtherForename, f.OtherBirth+some.OtherBirth, f.OtherNumber+some.OtherNumber
	})
	for from, to := 0, 0; from < len(r.Links); from = to {
		for to = from; to < len(r.Links) && r.Person[r.Links[to].A] == r.Person[r.Links[from].A]; to++ {
		}
		if slices.Contains(may[from:to], true) {
			f.Through += through(r.Links[from:to], may[from:to])
		}
	}
	return f
}

// through counts the pairs of one person's records between which the way leads over a link that may be of two people.
func through(links []Link, may []bool) (pairs int64) {
	places := map[uint32]uint32{}
	place := func(record uint32) uint32 {
		if _, known := places[record]; !known {
			places[record] = uint32(len(places))
		}
		return places[record]
	}
	parts := cluster.NewSets(len(links) + 1)
	for i, k := range links {
		if a, b := place(k.A), place(k.B); !may[i] {
			parts.Join(a, b)
		}
	}
	size := make([]int64, len(links)+1)
	for i := range size {
		of := parts.Find(uint32(i))
		pairs += int64(i) - size[of] // with those before it that are of another part
		size[of]++
	}
	return pairs
}

// families counts links and marks those that it counts.
func (s *scorer) families(links []Link, may []bool) (f Families) {
	const atOnce = 256
	var o compared
	for i := range links {
		if i%atOnce == 0 {
			for _, k := range links[i:min(i+atOnce, len(links))] {
				s.columns.fetch(k.A, k.B)
			}
		}
		s.columns.compare(links[i].A, links[i].B, &o)
		v := &o.levels
		counted := f.Links()
		home := v[Postcode] == postcodeSame || v[Address] == addressSame || v[Address] == addressClose
		switch {
		case links[i].Answered:
		case v.forenameDiffers() && v[Birth] == birthSame && (v[Surname] == surnameSame || home) && !sameNumber(v):
			f.OtherForename++
		case v[Forename] == forenameSame && v[Surname] == surnameSame && v[Postcode] == postcodeSame && !sameNumber(v) &&
			(v[Birth] == birthDifferent || v[Birth] > birthSame && v[Birth] < birthDifferent && mayBeParent(&o, s.columns.coded != nil)):
			f.OtherBirth++
		case v[NHSNumber] == valueDifferent:
			f.OtherNumber++
		}
		may[i] = f.Links() > counted
	}
	return f
}
