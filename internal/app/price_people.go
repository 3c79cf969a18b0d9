package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// CodeSet is several codes of the price map that are opened together.
type CodeSet string

const (
	UnpricedCodes CodeSet = "unpriced" // those without an approved price
	LeftOutCodes  CodeSet = "left-out" // those left out by decision, or of whose amounts a part is
)

// of says whether a code is one of the set.
func (s CodeSet) of(l PriceLineState) bool {
	switch s {
	case UnpricedCodes:
		return l.Gap()
	case LeftOutCodes:
		return l.Aside()
	}
	return false
}

// OpenCodePeople asks whose the contacts of a code are, or of a set of codes.
type OpenCodePeople struct {
	OpenPriceLine
	Set    CodeSet // in place of the one code; empty for that
	Cohort bool    // of the cohort alone
	Page   int     // from 1; 0 is the first
}

// CodePeoplePage is whose the contacts of a code in the area's window are, by the records and prices as they stand now.
type CodePeoplePage struct {
	Viewer   Viewer
	Area     *area.Area
	Rents    bool             // rent and benefits are counted
	State    PriceLineState   // of the code; of a set, zero
	Codes    []PriceLineState // that were opened: the one, or those of the set
	Rule     cost.Window
	Run      store.Run // the published cost run; zero when there is none
	Page     int
	Rows     []CodePerson // this page of those whom the viewer may open, the largest sum first
	Closed   int          // people of this page whom the viewer may not open
	People   int          // all there are, on every page
	Contacts int          // theirs, with a price or without
	Unpriced int          // of them, without
	Amount   money.Pence  // of all there are
	Cohort   bool
	Differs  bool // the run counted or summed something else: records, contacts or prices changed after it
}

// CodePerson is one person's contacts of a code.
type CodePerson struct {
	Person   id.Person
	Contacts int // with a price or without
	Unpriced int
	Amount   money.Pence
	InCohort bool
	Codes    []CodeCount // what they are made of

	some []store.StoredContact // one of each code
}

// CodeCount is how many of somebody's contacts are of a code.
type CodeCount struct {
	Key      cost.Key
	Contacts int
}

// CodePeopleOnPage is how many people a page shows.
const CodePeopleOnPage = 25

// CodePeople opens the figures of one code of the price map: whose its contacts are, with what each person's come to. It sums what
// a run would sum, so that they add up to the run's sum unless something changed after it.
func (a *App) CodePeople(ctx context.Context, who Who, in OpenCodePeople) (CodePeoplePage, error) {
	var p CodePeoplePage
	err := a.reckoning(ctx, inArea(who, policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) error {
		page, err := a.priceMapPage(tx)
		if err != nil {
			return err
		}
		p = CodePeoplePage{Viewer: page.Viewer, Area: page.Area, Rents: page.Rents, Rule: windowOf(page.Area), Run: page.Run, Cohort: in.Cohort}
		if p.Codes, err = in.codes(page); err != nil {
			return err
		}
		if in.Set == "" {
			p.State = p.Codes[0]
		}
		all, err := a.peopleOf(tx, p.Codes, p.Run.ID)
		if err != nil {
			return err
		}
		uses, amount := 0, money.Pence(0)
		for _, l := range p.Codes {
			uses, amount = uses+l.Uses(), amount+l.Sum.Amount
		}
		if in.Cohort {
			all = slices.DeleteFunc(all, func(x CodePerson) bool { return !x.InCohort })
		}
		for _, x := range all {
			p.People, p.Contacts, p.Unpriced, p.Amount = p.People+1, p.Contacts+x.Contacts, p.Unpriced+x.Unpriced, p.Amount+x.Amount
		}
		p.Differs = p.Run.ID != 0 && !in.Cohort && (p.Contacts != uses || p.Amount != amount)
		shown, from, to := pageOf(in.Page, len(all), CodePeopleOnPage)
		p.Page = shown
		return a.openCodePeople(tx, &p, all[from:to])
	})
	return p, err
}

// codes finds what was asked for on the price map.
func (in OpenCodePeople) codes(p PriceMapPage) ([]PriceLineState, error) {
	if in.Set == "" {
		one, err := in.OpenPriceLine.of(p)
		return []PriceLineState{one}, err
	}
	var some []PriceLineState
	for _, l := range p.Lines {
		if in.Set.of(l) {
			some = append(some, l)
		}
	}
	return some, nil
}

// peopleOf is codePeople of several codes, each person once.
func (a *App) peopleOf(tx *store.Tx, codes []PriceLineState, run id.Run) ([]CodePerson, error) {
	var all []CodePerson
	at := map[id.Person]int{}
	for _, l := range codes {
		some, err := a.codePeople(tx, l, run)
		if err != nil {
			return nil, err
		}
		for _, x := range some {
			i, met := at[x.Person]
			if !met {
				at[x.Person] = len(all)
				x.Codes, x.some = slices.Clone(x.Codes), slices.Clone(x.some)
				all = append(all, x)
				continue
			}
			y := &all[i]
			y.Contacts, y.Unpriced, y.Amount = y.Contacts+x.Contacts, y.Unpriced+x.Unpriced, y.Amount+x.Amount
			y.Codes, y.some = append(y.Codes, x.Codes...), append(y.some, x.some...)
		}
	}
	slices.SortFunc(all, bySum)
	return all, nil
}

// bySum puts the largest sum first, then the most contacts.
func bySum(x, y CodePerson) int {
	return cmp.Or(cmp.Compare(y.Amount, x.Amount), cmp.Compare(y.Contacts, x.Contacts), cmp.Compare(x.Person, y.Person))
}

// of finds the code on the price map.
func (in OpenPriceLine) of(p PriceMapPage) (PriceLineState, error) {
	i := slices.IndexFunc(p.Lines, func(l PriceLineState) bool {
		return l.Agency.Slug == in.Agency && l.Code == in.Code && l.Unit == in.Unit
	})
	if i < 0 {
		return PriceLineState{}, fault.Missing("code")
	}
	return p.Lines[i], nil
}

// openCodePeople keeps of some people those whom the viewer may open, for the code's contacts too.
func (a *App) openCodePeople(tx *store.Tx, p *CodePeoplePage, some []CodePerson) error {
	m, err := a.priceMap(tx)
	if err != nil {
		return err
	}
	for _, x := range some {
		facts, err := tx.PersonFacts(x.Person)
		if err != nil {
			return err
		}
		hidden := slices.ContainsFunc(x.some, func(c store.StoredContact) bool {
			row, of := m.row(tx, c, facts.Agencies)
			return !tx.May(policy.PersonFootprint, row, of)
		})
		if hidden || !tx.May(policy.PersonFootprint, policy.Subject{Kind: policy.Person, ID: int64(x.Person)}, facts) {
			p.Closed++
			continue
		}
		p.Rows = append(p.Rows, x)
		tx.Names(x.Person)
	}
	return nil
}

// codePeople reads and prices every standing contact of a code inside the area's window, by person; nobody before anything is linked.
func (a *App) codePeople(tx *store.Tx, l PriceLineState, run id.Run) ([]CodePerson, error) {
	here, err := tx.Area()
	if err != nil || here.LinkRun == 0 {
		return nil, err
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return nil, err
	}
	at, sent := m.at[cost.Key{Agency: l.Agency.Slug, Code: l.Code, Unit: l.Unit}]
	if !sent {
		return nil, nil
	}
	key, lasts, err := effectKey(tx, here, m, m)
	if err != nil {
		return nil, err
	}
	key += fmt.Sprint(" people of ", at, " run ", run)
	people, err := a.codes.of(key, lasts, func() ([]CodePerson, error) { return reckonCodePeople(tx, m, at, here.LinkRun, run) })
	return slices.Clone(people), err
}

func reckonCodePeople(tx *store.Tx, m *priceMap, at int, link, run id.Run) (people []CodePerson, err error) {
	service, key := m.codes[at].ID, m.key(m.codes[at])
	number := map[id.Person]int32{}
	var acts []cost.Activity
	err = tx.ContactsOfService(service, link, func(p id.Person, s store.StoredContact) {
		n, met := number[p]
		if !met {
			n = int32(len(people))
			number[p] = n
			people = append(people, CodePerson{Person: p, some: []store.StoredContact{s}})
		}
		act := m.activity(s)
		act.Person = n
		acts = append(acts, act)
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(acts, func(x, y cost.Activity) int { return cmp.Compare(x.Person, y.Person) })
	sums, err := cost.Sum(acts, m.table, windowOf(m.area))
	if err != nil {
		return nil, err
	}
	for _, s := range sums.Shares {
		people[s.Person].Contacts += int(s.Contacts)
		people[s.Person].Amount += s.Amount
	}
	for _, g := range sums.Missed {
		people[g.Person].Contacts += int(g.Contacts)
		people[g.Person].Unpriced += int(g.Contacts)
	}
	people = slices.DeleteFunc(people, func(x CodePerson) bool { return x.Contacts == 0 }) // outside the window
	if run != 0 {
		members, err := tx.CohortFacts(run, "cohort")
		if err != nil {
			return nil, err
		}
		for i := range people {
			_, people[i].InCohort = members[people[i].Person]
		}
	}
	for i, x := range people {
		people[i].Codes = []CodeCount{{key, x.Contacts}}
	}
	slices.SortFunc(people, bySum)
	return people, nil
}
