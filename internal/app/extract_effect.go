package app

import (
	"context"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Removal is what taking an accepted extract back would change in a run over what is accepted now, with people linked as they are:
// reckoned with the extract and without it.
type Removal struct {
	Contacts  int         // of the extract, that count now
	People    int         // whose they are
	Again     int         // contacts of other extracts that it replaced and that would count again
	Was, Is   money.Pence // of everybody; 0 where MaySums is false
	MaySums   bool        // the viewer may know of every row that the sums hold
	MayCohort bool        // the viewer may open the cohort, so the rest is filled in
	// CohortFor are the purposes of the viewer under which they may, where the stated one is not among them.
	CohortFor []policy.Purpose

	CohortWas, CohortIs money.Pence
	MembersWas          int
	MembersIs           int
	Exchange
}

// Exchange is who would enter the cohort, and who would leave it.
type Exchange struct {
	Enter, Leave   []id.Person // the first of those whom the viewer may know of, mostMoves of each
	EnterN, LeaveN int         // of all
}

// exchange holds one cohort to another.
func exchange(tx *store.Tx, was, is *cohort.Cohort) (x Exchange, err error) {
	if x.Enter, x.EnterN, err = knownOf(tx, is.Members, membersOf(was)); err != nil {
		return x, err
	}
	x.Leave, x.LeaveN, err = knownOf(tx, was.Members, membersOf(is))
	return x, err
}

// Removal reckons what taking an extract back would change, for whoever may take it back; nil while nothing is linked.
func (a *App) Removal(ctx context.Context, who Who, n id.Extract) (*Removal, error) {
	var r *Removal
	err := a.reckoning(ctx, request(who, policy.ExtractOpen, policy.Extract, int64(n)), func(tx *store.Tx) (err error) {
		r = nil
		e, err := tx.Extract(n)
		if err != nil {
			return err
		}
		subject, facts := policy.Subject{Kind: policy.Extract, ID: int64(n)}, policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: e.Agency, State: string(e.State)}
		if !tx.May(policy.ExtractSentInError, subject, facts) {
			return fault.Missing("extract")
		}
		here, err := tx.Area()
		if err != nil || here.LinkRun == 0 {
			return err
		}
		c, err := a.gather(tx)
		if err != nil {
			return err
		}
		_, was, err := c.reckon(c.prices)
		if err != nil {
			return err
		}
		r = &Removal{Was: was.EveryoneCost}
		if c, err = a.gatherWithout(tx, n, r); err != nil {
			return err
		}
		_, is, err := c.reckon(c.prices)
		if err != nil {
			return err
		}
		r.Is = is.EveryoneCost
		if r.MaySums = rowsOf(tx, store.Extract{}) == nil; !r.MaySums {
			r.Was, r.Is = 0, 0
			return nil
		}
		all := policy.Subject{Kind: policy.Cohort, ID: 1}
		if r.MayCohort = tx.May(policy.CohortOpen, all, policy.Facts{Exists: true, Area: tx.Actor().Area}); !r.MayCohort {
			r.CohortFor = slices.DeleteFunc(tx.Purposes(), func(p policy.Purpose) bool {
				return !tx.MayFor(p, policy.CohortOpen, all, policy.Facts{Exists: true, Area: tx.Actor().Area})
			})
			return nil
		}
		r.CohortWas, r.CohortIs, r.MembersWas, r.MembersIs = was.Amount, is.Amount, len(was.Members), len(is.Members)
		r.Exchange, err = exchange(tx, was, is)
		return err
	})
	return r, err
}

// membersOf is who is in a cohort.
func membersOf(c *cohort.Cohort) map[id.Person]bool {
	in := map[id.Person]bool{}
	for _, m := range c.Members {
		in[m.ID] = true
	}
	return in
}

// gatherWithout is gather as the contacts would stand without an extract.
func (a *App) gatherWithout(tx *store.Tx, n id.Extract, r *Removal) (*costing, error) {
	counts := map[id.Extract]bool{}
	_, standing, err := extractInputs(tx)
	if err != nil {
		return nil, err
	}
	for _, e := range standing {
		counts[e.ID] = true
	}
	gone := map[int64]bool{} // what the extract said and a later one said again: that one stands in place of what both replaced
	rows, err := tx.ReplacedWithin(n)
	if err != nil {
		return nil, err
	}
	for _, x := range rows {
		gone[x.Ref] = gone[x.Ref] || counts[x.By]
	}
	records := map[id.Record]bool{}
	c, err := a.gatherFrom(tx, func(e id.Extract, add func(store.StoredContact) error) error {
		if e != n {
			return tx.ContactsOfExtract(e, add)
		}
		if err := tx.ContactsOfExtract(e, func(s store.StoredContact) error {
			r.Contacts++
			records[s.Record] = true
			return nil
		}); err != nil {
			return err
		}
		return tx.ContactsAgain(e, func(ref int64, s store.StoredContact) error {
			if gone[ref] {
				return nil
			}
			r.Again++
			return add(s)
		})
	})
	if err != nil {
		return nil, err
	}
	people := map[id.Person]bool{}
	err = tx.Memberships(c.link, func(m store.Membership) {
		if records[m.Record] {
			people[m.Person] = true
		}
	})
	r.People = len(people)
	return c, err
}
