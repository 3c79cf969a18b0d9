package app

import (
	"context"
	"slices"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// PartedByRun is a page of the people whose records a link run parted, in the order of their numbers.
type PartedByRun struct {
	Viewer Viewer
	Run    store.Run
	Costs  bool           // a cost run, which parts nobody
	First  bool           // the area's first of its kind
	Kept   bool           // the run says whose records it parted
	Rows   []PartedPerson // of this page, those of whom the viewer may see who has seen them
	Closed int            // the others of this page
	Total  int            // on every page
	Page   int            // from 1
}

// PartedPerson is somebody whose records a link run parted.
type PartedPerson struct {
	Parting
	Person   id.Person // whom the number leads to now
	Received bool      // somebody opened a page that showed the records, or took them away in a file, while they were one
}

// PartedBy lists whose records a link run parted. For one made before that was kept the list is empty: its people's own pages tell.
func (a *App) PartedBy(ctx context.Context, who Who, n id.Run, page int) (PartedByRun, error) {
	var p PartedByRun
	err := a.db.Do(ctx, request(who, policy.RunOpen, policy.Run, int64(n)), func(tx *store.Tx) (err error) {
		p = PartedByRun{}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Run, err = tx.Run(n); err != nil {
			return err
		}
		before, _, err := tx.RunsBeside(p.Run.Kind, n)
		if err != nil {
			return err
		}
		p.First, p.Costs = before == 0, p.Run.Kind == store.CostRun
		moved, err := movesBy(p.Run)
		if err != nil || p.Run.Kind != store.LinkRun || moved == nil || moved.Parted == nil {
			return err
		}
		p.Kept = true
		people, err := readNumbers[id.Person](moved.Parted.Numbers)
		if err != nil {
			return err
		}
		p.Total = len(people)
		shown, from, to := pageOf(page, p.Total, PartingsOnPage)
		p.Page = shown
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		here, err := tx.Area()
		if err != nil {
			return err
		}
		for _, number := range people[from:to] {
			x, told, err := partedPerson(tx, m, here.LinkRun, n, number)
			if err != nil {
				return err
			}
			if !told {
				p.Closed++
				continue
			}
			tx.Names(x.Number, x.Person)
			p.Rows = append(p.Rows, x)
		}
		return nil
	})
	return p, err
}

// partedPerson tells how a run parted the records of a number, where the viewer may know of records on both sides.
func partedPerson(tx *store.Tx, m *priceMap, inForce, by id.Run, number id.Person) (x PartedPerson, told bool, err error) {
	if x.Person, err = tx.Follow(number); err != nil {
		return x, false, err
	}
	s, err := m.sightBy(tx, x.Person, inForce, policy.PersonWhoHasSeen)
	if err != nil || !s.May {
		return x, false, err
	}
	all, err := s.partings(tx, m, inForce, x.Person, nil)
	if err != nil {
		return x, false, err
	}
	at := slices.IndexFunc(all, func(p Parting) bool { return p.Run == by && p.Number == number })
	if at < 0 {
		return x, false, nil
	}
	x.Parting = all[at]
	seen, err := x.seen(tx, 1)
	x.Received = len(seen) > 0
	return x, true, err
}

// seen gives the newest events, at most so many, in which records that were mixed were shown or handed out as one person's.
func (p Parting) seen(tx *store.Tx, most int) (out []store.Event, err error) {
	known := map[id.Event]bool{} // an event may name two numbers
	for _, s := range slices.Backward(p.Spells) {
		if len(out) == most {
			break
		}
		some, err := tx.Events(store.EventFilter{Person: s.Number, Outcome: "permit", From: s.From, Until: s.To}, most-len(out))
		if err != nil {
			return nil, err
		}
		for _, e := range some {
			if !known[e.ID] {
				known[e.ID], out = true, append(out, e)
			}
		}
	}
	return out, nil
}
