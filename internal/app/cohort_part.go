package app

import (
	"cmp"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// CohortPart chooses a part of the cost of those members whom the list is narrowed to; what is zero narrows nothing.
type CohortPart struct {
	Payer    string    // short name
	Kind     cost.Kind // crisis, or planned for all that is not crisis
	Year     int       // 1 or 2 of the rule's window
	Apart    bool      // of the people set apart, in place of the members
	Unpriced bool      // the contacts that have no price, in place of a part of the cost: nobody knows their payer
}

// OpenedPart is who makes up a part of the cohort's cost, by their lines as the run priced them.
type OpenedPart struct {
	CohortPart
	Rows   []PartRow
	Amount money.Pence // of the rows
	Lines  int
	InRun  money.Pence // the same part as the run summed it
	Count  int         // contacts without a price as the run counted them, where the part is those
	Known  bool        // the run has such a sum
	Hidden int         // contacts of these people that the viewer may not see, so that they are in no row
}

// PartRow is one member's share of a part.
type PartRow struct {
	Person id.Person
	Amount money.Pence
	Lines  int
}

// has says whether a part of a line's cost is in the chosen part.
func (c CohortPart) has(g cost.Group, p cost.Part) bool {
	return (c.Payer == "" || g.Payer == c.Payer) && (c.Kind == "" || (c.Kind == cost.Crisis) == (g.Kind == cost.Crisis)) && (c.Year == 0 || p.Year == c.Year-1)
}

// inRun is the part as the run summed it: of some people their years and the whole, of all members their kinds of use and payers too. A
// payer's cost was not summed by year.
func (c CohortPart) inRun(found *cohort.Cohort, some []store.PersonTotal, all bool) (sum money.Pence, known bool) {
	if c.Unpriced {
		return 0, false
	}
	if c.Payer == "" && c.Kind == "" {
		for _, r := range some {
			sum += [...]money.Pence{r.Total, r.Year1, r.Year2}[c.Year]
		}
		return sum, true
	}
	if !all {
		return 0, false
	}
	kinds := func(crisis, planned money.Pence) money.Pence {
		switch c.Kind {
		case "":
			return crisis + planned
		case cost.Crisis:
			return crisis
		}
		return planned
	}
	if c.Payer == "" {
		for year := range found.Years {
			if c.Year == 0 || c.Year == year+1 {
				sum += kinds(found.Crisis[year], found.Planned(year))
			}
		}
		return sum, true
	}
	for _, p := range found.Payers {
		if p.Slug == c.Payer && c.Year == 0 {
			return kinds(p.Crisis, p.Planned), true
		}
	}
	return 0, false
}

// open prices some people's contacts and keeps what lies in the chosen part, the largest amount first.
func (c CohortPart) open(a *App, tx *store.Tx, p *CohortPage, of confirmed) (*OpenedPart, error) {
	o := &OpenedPart{CohortPart: c}
	o.InRun, o.Known = c.inRun(p.Cohort, of.rows, !c.Apart && !p.Matching.Narrowed)
	by, err := a.pricedBy(tx, false)
	if err != nil {
		return nil, err
	}
	m := by.prices
	footprint := func(s policy.Subject, f policy.Facts) bool { return tx.May(policy.PersonFootprint, s, f) }
	window := cost.InTwo(p.Rule.Window)
	for _, member := range of.rows {
		facts := of.facts[member.Person]
		if !footprint(policy.Subject{Kind: policy.Person, ID: int64(member.Person)}, facts) {
			continue
		}
		stored, err := by.contacts(tx, member.Person)
		if err != nil {
			return nil, err
		}
		stored, hidden := m.visibleTo(tx, footprint, facts.Agencies, stored)
		o.Hidden += hidden
		priced, err := m.footprint(stored, window)
		if err != nil {
			return nil, err
		}
		o.Count += int(member.NotPriced)
		row := c.of(member.Person, priced)
		if row.Lines > 0 {
			o.Rows, o.Amount, o.Lines = append(o.Rows, row), o.Amount+row.Amount, o.Lines+row.Lines
		}
	}
	slices.SortStableFunc(o.Rows, func(x, y PartRow) int { return cmp.Or(cmp.Compare(y.Amount, x.Amount), cmp.Compare(y.Lines, x.Lines)) })
	return o, nil
}

// of is what a person's footprint has in the part.
func (c CohortPart) of(p id.Person, priced cost.Priced) PartRow {
	row := PartRow{Person: p}
	if c.Unpriced {
		for _, g := range priced.Gaps {
			if g.Reason != cost.GapLeftOut {
				row.Lines++
			}
		}
		return row
	}
	for _, l := range priced.Lines {
		in := false
		for _, part := range l.Parts {
			if c.has(l.Group, part) {
				in, row.Amount = true, row.Amount+part.Amount
			}
		}
		if in {
			row.Lines++
		}
	}
	return row
}
