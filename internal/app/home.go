package app

import (
	"context"
	"encoding/json"
	"slices"

	"throughline/internal/day"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Home is what the first page after signing in shows. What the viewer may not know of is left empty.
type Home struct {
	Viewer    Viewer
	Today     day.Day
	Jobs      []Work // waiting or under way
	Setup     *Setup // nil for whoever does not set the area up
	Approved  int    // layouts that are, where the viewer may list them
	Elsewhere []Elsewhere
	Standing
}

// Setup is how far the area's administrator is in making it usable.
type Setup struct {
	Agencies int
	Held     []policy.Role // by somebody who can sign in
}

// Holds says whether anybody has a role.
func (s Setup) Holds(r policy.Role) bool { return slices.Contains(s.Held, r) }

// Elsewhere counts what waits for the viewer under a purpose that they have not stated. It tells how much, and not what.
type Elsewhere struct {
	What     Waits
	Count    int
	Purposes []policy.Purpose // each of which opens it
}

// Waits is a kind of thing that waits for somebody.
type Waits string

const (
	WaitsExtract    Waits = "extract"    // for a decision
	WaitsUnreadable Waits = "unreadable" // a file
	WaitsLayout     Waits = "layout"     // for approval
	WaitsUnpriced   Waits = "unpriced"   // a code without a price
	WaitsPrice      Waits = "price"      // for approval
	WaitsPair       Waits = "pair"       // of records in doubt
	WaitsRun        Waits = "run"        // a cost run in force that is out of date, for whoever may make another
)

// Home opens the home page.
func (a *App) Home(ctx context.Context, who Who) (Home, error) {
	var h Home
	err := a.db.Do(ctx, inArea(who, policy.HomeOpen, policy.Area), func(tx *store.Tx) (err error) {
		h = Home{Today: day.In(tx.Now(), london)}
		if h.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if h.Viewer.May(policy.JobList) {
			if h.Jobs, err = a.working(tx); err != nil {
				return err
			}
		}
		if h.Viewer.MayEver(policy.AccountCreate) && h.Viewer.Agency == 0 {
			if h.Setup, err = setup(tx); err != nil {
				return err
			}
		}
		if tx.May(policy.LayoutList, policy.Subject{Kind: policy.Area, ID: 1}, policy.Facts{Exists: true, Area: tx.Actor().Area}) {
			if h.Approved, err = approvedLayouts(tx); err != nil {
				return err
			}
		}
		if h.Standing, err = a.standing(tx); err != nil {
			return err
		}
		h.Elsewhere, err = a.elsewhere(tx)
		return err
	})
	return h, err
}

func setup(tx *store.Tx) (*Setup, error) {
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	held, err := tx.RolesHeld()
	return &Setup{len(agencies), held}, err
}

func approvedLayouts(tx *store.Tx) (n int, err error) {
	all, err := tx.Layouts()
	for _, l := range all {
		if !l.ApprovedAt.IsZero() {
			n++
		}
	}
	return n, err
}

// otherwise finds what only another purpose opens to the viewer.
type otherwise struct {
	tx     *store.Tx
	others []policy.Purpose
	found  []Elsewhere
}

// purposes gives the purposes that open an act which the stated one does not; none where that one does.
func (o *otherwise) purposes(act policy.Act, s policy.Subject, f policy.Facts) []policy.Purpose {
	if o.tx.May(act, s, f) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.others), func(p policy.Purpose) bool { return !o.tx.MayFor(p, act, s, f) })
}

func (o *otherwise) add(what Waits, n int, purposes []policy.Purpose) {
	if n == 0 || len(purposes) == 0 {
		return
	}
	for i := range o.found {
		if o.found[i].What == what {
			o.found[i].Count += n
			return
		}
	}
	o.found = append(o.found, Elsewhere{what, n, purposes})
}

// elsewhere counts what waits for the viewer and that standing leaves out, because another purpose opens it.
func (a *App) elsewhere(tx *store.Tx) ([]Elsewhere, error) {
	o := &otherwise{tx: tx}
	for _, p := range tx.Purposes() {
		if p != tx.Purpose() {
			o.others = append(o.others, p)
		}
	}
	here := policy.Facts{Exists: true, Area: tx.Actor().Area}
	if err := o.extracts(here); err != nil {
		return nil, err
	}
	layouts, err := tx.Layouts()
	if err != nil {
		return nil, err
	}
	for _, l := range layouts {
		if facts := here; l.ApprovedAt.IsZero() {
			facts.Owner = l.Agency
			o.add(WaitsLayout, 1, o.purposes(policy.LayoutApprove, policy.Subject{Kind: policy.Layout, ID: int64(l.ID)}, facts))
		}
	}
	if open := o.purposes(policy.PairList, policy.Subject{Kind: policy.Area, ID: 1}, here); len(open) > 0 {
		n, err := pairsWaiting(tx)
		if err != nil {
			return nil, err
		}
		o.add(WaitsPair, n, open)
	}
	if err := a.outOfDate(o, here); err != nil {
		return nil, err
	}
	return o.found, a.unpriced(o, here)
}

// outOfDate tells whoever may start a run under another purpose that the one in force no longer holds.
func (a *App) outOfDate(o *otherwise, here policy.Facts) error {
	cohort, area := policy.Subject{Kind: policy.Cohort, ID: 1}, policy.Subject{Kind: policy.Area, ID: 1}
	open := slices.DeleteFunc(o.purposes(policy.CohortOpen, cohort, here), func(p policy.Purpose) bool { return !o.tx.MayFor(p, policy.RunStart, area, here) })
	if len(open) == 0 {
		return nil
	}
	run, _, err := costReport(o.tx)
	if err != nil || run.ID == 0 {
		return err
	}
	var in RunInputs
	if err := json.Unmarshal([]byte(run.Inputs), &in); err != nil {
		return err
	}
	s, err := a.stale(o.tx, run, in)
	if s.Any() {
		o.add(WaitsRun, 1, open)
	}
	return err
}

func (o *otherwise) extracts(here policy.Facts) error {
	all, err := o.tx.Extracts(o.tx.Actor().Agency)
	for _, e := range all {
		facts := here
		facts.Owner, facts.State, facts.Agreement = e.Agency, string(e.State), policy.StateApproved
		subject := policy.Subject{Kind: policy.Extract, ID: int64(e.ID)}
		switch {
		case e.State == store.ExtractChecked:
			o.add(WaitsExtract, 1, o.purposes(policy.ExtractAccept, subject, facts))
		case e.State == store.ExtractFaulty && !sentAgain(all, e):
			o.add(WaitsUnreadable, 1, o.purposes(policy.ExtractOpen, subject, facts))
		}
	}
	return err
}

// unpriced counts codes without a price and prices that wait. The price map is made only when another purpose would open it.
func (a *App) unpriced(o *otherwise, here policy.Facts) error {
	prices := policy.Subject{Kind: policy.PriceMap, ID: 1}
	open, approve := o.purposes(policy.PriceMapOpen, prices, here), o.purposes(policy.PriceMapApprove, prices, here)
	if len(open) == 0 && len(approve) == 0 {
		return nil
	}
	m, err := a.priceMap(o.tx)
	if err != nil {
		return err
	}
	var s Standing
	if err := s.prices(o.tx, m, true); err != nil {
		return err
	}
	o.add(WaitsUnpriced, len(s.Unpriced), open)
	o.add(WaitsPrice, len(s.Proposed), approve)
	return nil
}
