package linkage

import "sync"

// Families counts linked pairs that may be of two people of one family, whom the model takes for one: what such people share, one person's records
// share too. A pair is counted under the first that holds of it.
type Families struct {
	OtherForename int `json:"other_forename"` // one date of birth with one surname, postcode or address, and no number that both have
	OtherBirth    int `json:"other_birth"`    // one name at one postcode, born years or all of a date apart, and no number that both have
	OtherNumber   int `json:"other_number"`   // two NHS numbers that are not alike
}

// Pairs is how many there are of all kinds.
func (f Families) Pairs() int { return f.OtherForename + f.OtherBirth + f.OtherNumber }

// Families looks at each link of a run that has ended with a model.
func (l *Linker) Families(m *Model, links []Link) (f Families) {
	s := l.scorer(m)
	var lock sync.Mutex
	inParallel(s.columns.workers, len(links), 4096, func(_, from, to int) {
		some := s.families(links[from:to])
		lock.Lock()
		defer lock.Unlock()
		f.OtherForename, f.OtherBirth, f.OtherNumber = f.OtherForename+some.OtherForename, f.OtherBirth+some.OtherBirth, f.OtherNumber+some.OtherNumber
	})
	return f
}

func (s *scorer) families(links []Link) (f Families) {
	var o compared
	for i := range links {
		s.columns.compare(links[i].A, links[i].B, &o)
		v := &o.levels
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
	}
	return f
}
