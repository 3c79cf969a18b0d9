package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

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
	Amount   money.Pence // of everyone in the window, more or less
	Cohort   money.Pence // of the cohort, more or less
	Contacts int         // that would have a price
	Exchange
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
	err := a.reckoning(ctx, inArea(who, policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) error {
		key, entry, err := a.propose(tx, in)
		if err != nil {
			return err
		}
		e, err = a.effectOf(tx, key, entry)
		return err
	})
	return e, err
}

// effectOf is what a decision would change if it were approved; nil before anything is linked.
func (a *App) effectOf(tx *store.Tx, code cost.Key, decided store.PriceEntry) (*PriceEffect, error) {
	here, err := tx.Area()
	if err != nil || here.LinkRun == 0 {
		return nil, err
	}
	standing, err := a.priceMap(tx)
	if err != nil {
		return nil, err
	}
	approved, err := standing.with(tx, decided)
	if err != nil {
		return nil, err
	}
	key, lasts, err := effectKey(tx, here, standing, approved)
	if err != nil {
		return nil, err
	}
	r, err := a.effects.of(key, lasts, func() (reckonedBoth, error) { return a.reckonBoth(tx, approved) })
	if err != nil {
		return nil, err
	}
	e := &PriceEffect{Amount: r.is.EveryoneCost - r.was.EveryoneCost, Cohort: r.is.Amount - r.was.Amount}
	if at, sent := standing.at[code]; sent {
		e.Contacts = r.priced[at]
	}
	e.Exchange, err = exchange(tx, r.was, r.is)
	return e, err
}

// reckonedBoth is the cohort at the prices that stand and with a decision approved, and how many more contacts of each code have a price.
type reckonedBoth struct {
	was, is *cohort.Cohort
	priced  []int
}

// reckonBoth reads every contact that stands and prices it twice.
func (a *App) reckonBoth(tx *store.Tx, approved *priceMap) (r reckonedBoth, err error) {
	c, err := a.gather(tx)
	if err != nil {
		return r, err
	}
	before, was, err := c.reckon(c.prices)
	if err != nil {
		return r, err
	}
	after, is, err := c.reckon(approved)
	if err != nil {
		return r, err
	}
	r = reckonedBoth{was, is, make([]int, len(after.Codes))}
	for i := range r.priced {
		r.priced[i] = after.Codes[i].Contacts - before.Codes[i].Contacts
	}
	return r, nil
}

// effectKey names all that both reckonings depend on, which is quickly read; it does not last while an extract is being taken back, since
// what stands then changes piece by piece.
func effectKey(tx *store.Tx, here store.Area, standing, approved *priceMap) (key string, lasts bool, err error) {
	answers, err := tx.StandingAnswers()
	if err != nil {
		return "", false, err
	}
	all, err := tx.Extracts(0)
	if err != nil {
		return "", false, err
	}
	lasts = true
	h := sha256.New()
	fmt.Fprintln(h, here.ID, here.LinkRun, len(answers), standing.hash, approved.hash, standing.area.Version, len(standing.codes))
	for _, c := range standing.codes {
		fmt.Fprintln(h, c.ID)
	}
	for _, x := range answers {
		fmt.Fprintln(h, x.ID)
	}
	for _, e := range all {
		if e.State == store.ExtractAccepted {
			fmt.Fprintln(h, e.ID)
		}
		lasts = lasts && e.State != store.ExtractRemoving
	}
	return string(h.Sum(nil)), lasts, nil
}

// kept keeps what was last reckoned under some keys: whoever approves a price or goes through a code's people opens a page several times,
// and with ten million contacts each reckoning takes many seconds.
type kept[T any] struct {
	mu  sync.Mutex
	was map[string]T
}

// reckoning opens the door for an act that may reckon over every contact of an area. Those that do wait for each other before they open a
// transaction: no two hold an area's contacts in memory, one who asks what another is reckoning finds the answer kept, and whoever
// waits, or goes away while waiting, keeps nobody from a page.
func (a *App) reckoning(ctx context.Context, r store.Request, act func(tx *store.Tx) error) error {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
		return a.db.Do(ctx, r, act)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mostKept bounds what is kept; a decision seldom waits beside more than a few others.
const mostKept = 8

// of gives what was reckoned under a key, or reckons it. What does not last is reckoned each time.
func (f *kept[T]) of(key string, lasts bool, reckon func() (T, error)) (T, error) {
	if r, known := f.get(key); known && lasts {
		return r, nil
	}
	r, err := reckon()
	if err == nil && lasts {
		f.keep(key, r)
	}
	return r, err
}

func (f *kept[T]) get(key string) (T, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, known := f.was[key]
	return r, known
}

func (f *kept[T]) keep(key string, r T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.was[key]; !known && len(f.was) >= mostKept || f.was == nil {
		f.was = map[string]T{}
	}
	f.was[key] = r
}

// knownOf gives those members who are not among others: the first of those whom the viewer may open, as many as a page shows, and how many
// there are in all.
func knownOf(tx *store.Tx, members []cohort.Member, others map[id.Person]bool) (known []id.Person, all int, err error) {
	for _, m := range members {
		if others[m.ID] {
			continue
		}
		if all++; len(known) == mostMoves {
			continue
		}
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
