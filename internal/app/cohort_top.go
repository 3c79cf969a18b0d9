package app

import (
	"throughline/internal/cohort"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// CohortTop is a point of the curve with the people who carry it: the costliest of everyone with a priced contact.
type CohortTop struct {
	cohort.Point
	Rows     []store.PersonTotal // a page of them
	Page     int
	Contacts int // theirs that have a price, where they are everybody; else 0
}

// costliest opens a point of the curve; nil where the curve has no such point. It is for whoever may know of everybody: each person is
// confirmed all the same.
func (p *CohortPage) costliest(tx *store.Tx, in OpenCohort) (*CohortTop, error) {
	for _, point := range p.Cohort.Curve {
		if point.Percent != in.Top || point.People == 0 {
			continue
		}
		page, from, to := pageOf(in.TopPage, point.People, CohortOnPage)
		t := &CohortTop{Point: point, Page: page}
		var err error
		if t.Rows, err = tx.Costliest(p.Run.ID, from, to-from); err != nil {
			return nil, err
		}
		for _, r := range t.Rows {
			facts, err := tx.PersonFacts(r.Person)
			if err != nil {
				return nil, err
			}
			if err := tx.Confirm(policy.Subject{Kind: policy.Person, ID: int64(r.Person)}, facts); err != nil {
				return nil, err
			}
		}
		return t, nil
	}
	return nil, nil
}
