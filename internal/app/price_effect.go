package app

import (
	"context"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// PriceEffect is what approving a decision would change in a run over what is accepted now: the same contacts, people and rule,
// reckoned with what stands, which is a gap where nothing is approved, and with the decision.
type PriceEffect struct {
	Amount       money.Pence // of everyone in the window, more or less
	Cohort       money.Pence // of the cohort, more or less
	Contacts     int         // that would have a price
	Enter, Leave []id.Person // of the cohort, whom the viewer may know of
	EnterN       int         // of all
	LeaveN       int
}

// effect is what approving the decision that waits would change. It is nil before anything is linked.
func (a *App) effect(tx *store.Tx, l PriceLineState) (*PriceEffect, error) {
	p, err := priceDecided(tx, l.Waiting.ID)
	if err != nil {
		return nil, err
	}
	return a.effectOf(tx, cost.Key{Agency: l.Agency.Slug, Code: l.Code, Unit: l.Unit}, p)
}

// priceDecided is a decision that stands or waits.
func priceDecided(tx *store.Tx, n id.Price) (store.PriceEntry, error) {
	standing, err := tx.Prices()
	if err != nil {
		return store.PriceEntry{}, err
	}
	i := slices.IndexFunc(standing, func(p store.PriceEntry) bool { return p.ID == n })
	if i < 0 {
		return store.PriceEntry{}, fault.Missing("price")
	}
	return standing[i], nil
}

// PriceEffect says what a decision would change if it were made and approved, and changes nothing. It refuses what making the decision
// would refuse. It is nil before anything is linked.
func (a *App) PriceEffect(ctx context.Context, who Who, in PriceProposal) (*PriceEffect, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	var e *PriceEffect
	err := a.db.Do(ctx, inArea(who, policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) error {
		key, entry, err := a.propose(tx, in)
		if err != nil {
			return err
		}
		e, err = a.effectOf(tx, key, entry)
		return err
	})
	return e, err
}

// effectOf reckons the window twice: with what stands, and with a decision approved.
func (a *App) effectOf(tx *store.Tx, key cost.Key, decided store.PriceEntry) (*PriceEffect, error) {
	here, err := tx.Area()
	if err != nil || here.LinkRun == 0 {
		return nil, err
	}
	c, err := a.gather(tx)
	if err != nil {
		return nil, err
	}
	before, was, err := c.reckon(c.prices)
	if err != nil {
		return nil, err
	}
	approved, err := c.prices.with(tx, decided)
	if err != nil {
		return nil, err
	}
	after, is, err := c.reckon(approved)
	if err != nil {
		return nil, err
	}
	e := &PriceEffect{Amount: is.EveryoneCost - was.EveryoneCost, Cohort: is.Amount - was.Amount}
	if at, sent := c.prices.at[key]; sent {
		e.Contacts = after.Codes[at].Contacts - before.Codes[at].Contacts
	}
	if e.Enter, e.EnterN, err = knownOf(tx, is.Members, membersOf(was)); err != nil {
		return nil, err
	}
	e.Leave, e.LeaveN, err = knownOf(tx, was.Members, membersOf(is))
	return e, err
}

// knownOf gives those members who are not among others: whom the viewer may open, and how many there are in all.
func knownOf(tx *store.Tx, members []cohort.Member, others map[id.Person]bool) (known []id.Person, all int, err error) {
	for _, m := range members {
		if others[m.ID] {
			continue
		}
		all++
		facts, err := tx.PersonFacts(m.ID)
		if err != nil {
			return nil, 0, err
		}
		if tx.May(policy.PersonFootprint, policy.Subject{Kind: policy.Person, ID: int64(m.ID)}, facts) {
			known = append(known, m.ID)
		}
	}
	tx.Names(known...)
	return known, all, nil
}

// with is the price map as it would be with a decision approved.
func (m *priceMap) with(tx *store.Tx, p store.PriceEntry) (*priceMap, error) {
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	standing, err := tx.Prices()
	if err != nil {
		return nil, err
	}
	p.State, p.ApprovedAs, p.ApprovedAt = "approved", "nobody yet", tx.Now()
	standing = slices.DeleteFunc(slices.Clone(standing), func(o store.PriceEntry) bool { return o.Agency == p.Agency && o.Code == p.Code && o.Unit == p.Unit })
	return madeFrom{area: m.area, agencies: agencies, codes: m.codes, standing: append(standing, p)}.make()
}

// reckon prices what was gathered by a map and applies the rule.
func (c *costing) reckon(m *priceMap) (*cost.Sums, *cohort.Cohort, error) {
	by := *c
	by.prices = m
	sums, err := cost.Sum(by.acts, m.table, by.window)
	if err != nil {
		return nil, nil, err
	}
	found, err := cohort.Apply(by.rule, by.people(sums), by.coverage())
	return sums, found, err
}
