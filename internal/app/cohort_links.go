package app

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// DoubtedMember is somebody of the cohort with what rests on links in doubt.
type DoubtedMember struct {
	store.PersonTotal
	Spread  *cost.Spread // of their cost as the run worked it out, by what the links weigh; nil where nothing in doubt weighs
	Within  int          // links in doubt that hold their records together
	Outside int          // pairs in doubt between their records and somebody else's
	Least   money.Pence  // their cost were every link within in doubt wrong: that of the costliest part
	Most    money.Pence  // their cost were every pair outside one person's
}

// CohortLinks says how much of the cohort rests on links in doubt.
type CohortLinks struct {
	Viewer      Viewer
	Run         store.Run // the cost run in force; zero when there is none
	Rule        cohort.Rule
	NotPriced   int64
	People      int // of the cohort
	Rows        []DoubtedMember
	Could       int          // pairs of people outside the cohort whom its rule would find as one
	CostOnly    bool         // the run does not say so of them: Could are those whose cost together reaches the threshold
	Entering    []CouldEnter // the costliest of them, of those whom the viewer may open
	Least, Most money.Pence
	Amount      money.Pence // the cohort's cost as the run summed it
	LinkRun     id.Run      // that the run rests on
	Reach       *Reach      // as the run worked it out; nil for a run made before that was
}

// CouldEnter is a pair in doubt of two people outside the cohort whom its rule would find as one.
type CouldEnter struct {
	Pair    Pair
	Persons [2]id.Person
	Totals  [2]money.Pence
}

// mostEntering bounds how many such pairs are listed.
const mostEntering = 100

// CohortLinks works out the range of the cohort's cost that depends on pairs which nobody has answered yet.
func (a *App) CohortLinks(ctx context.Context, who Who) (CohortLinks, error) {
	var p CohortLinks
	err := a.db.Do(ctx, inArea(who, policy.CohortOpen, policy.Cohort), func(tx *store.Tx) (err error) {
		p = CohortLinks{}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		run, report, err := costReport(tx)
		if err != nil || run.ID == 0 {
			return err
		}
		p.Run, p.Rule, p.NotPriced, p.People, p.Amount = run, report.Cohort.Rule, report.NotPriced, len(report.Cohort.Members), report.Cohort.Amount
		p.Reach = report.Reach
		p.CostOnly = p.Reach == nil || p.Reach.Entering == nil
		var in RunInputs
		if err := json.Unmarshal([]byte(run.Inputs), &in); err != nil {
			return err
		}
		p.LinkRun = in.LinkRun
		return a.doubted(tx, &p)
	})
	return p, err
}

func (a *App) doubted(tx *store.Tx, p *CohortLinks) error {
	members, err := tx.Cohort(p.Run.ID, "cohort", 0, p.People)
	if err != nil {
		return err
	}
	facts, err := tx.CohortFacts(p.Run.ID, "cohort")
	if err != nil {
		return err
	}
	rows := map[id.Person]*DoubtedMember{}
	for _, m := range members {
		if err := tx.Confirm(policy.Subject{Kind: policy.Person, ID: int64(m.Person)}, facts[m.Person]); err != nil {
			return err
		}
		rows[m.Person] = &DoubtedMember{PersonTotal: m, Least: m.Total, Most: m.Total}
	}
	all, _, err := waitingPairs(tx)
	if err != nil {
		return err
	}
	within := map[id.Person][]Pair{}
	counted := map[[2]id.Person]bool{}
	for _, w := range all {
		if w.says != "" {
			continue // somebody has answered
		}
		pair := Pair{w.A, w.B}
		if w.Linked() {
			if row := rows[w.Persons[0]]; row != nil {
				row.Within++
				within[row.Person] = append(within[row.Person], pair)
			}
			continue
		}
		both := between(w.Persons)
		for i, q := range w.Persons {
			row := rows[q]
			if row == nil {
				continue
			}
			if row.Outside++; !counted[both] {
				row.Most += w.Totals[1-i]
			}
		}
		if rows[both[0]] == nil && rows[both[1]] == nil && !counted[both] && p.enters(both, w.Totals) {
			p.Could++
			p.Entering = append(p.Entering, CouldEnter{pair, w.Persons, w.Totals})
		}
		counted[both] = true
	}
	by, err := a.pricedBy(tx, false)
	if err != nil {
		return err
	}
	if p.Entering, err = openOf(tx, by, p.Entering); err != nil {
		return err
	}
	same, err := saidSame(tx)
	if err != nil {
		return err
	}
	for _, t := range members {
		row := rows[t.Person]
		if len(within[t.Person]) > 0 {
			if row.Least, err = leastOf(tx, by, t, within[t.Person], same); err != nil {
				return err
			}
		}
		p.Least, p.Most = p.Least+row.Least, p.Most+row.Most
		if row.Within+row.Outside > 0 {
			if s, known := p.Reach.SpreadOf(t.Person); known {
				row.Spread = &s
			}
			p.Rows = append(p.Rows, *row)
		}
	}
	return nil
}

// enters says whether two people outside the cohort could enter it as one; where only their cost is known, as far as that says.
func (p *CohortLinks) enters(two [2]id.Person, totals [2]money.Pence) bool {
	if p.CostOnly {
		return totals[0]+totals[1] >= p.Rule.Threshold()
	}
	return slices.Contains(p.Reach.Entering, two)
}

// openOf gives the costliest of some pairs, of those of which the viewer may open both people. The page shows them, and its event says so.
func openOf(tx *store.Tx, by *pricing, pairs []CouldEnter) (out []CouldEnter, err error) {
	var people []id.Person
	for _, x := range pairs {
		people = append(people, x.Persons[:]...)
	}
	slices.Sort(people)
	sights, err := by.prices.sightsOf(tx, slices.Compact(people), by.link, policy.PersonOpen)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(pairs, func(x, y CouldEnter) int {
		return cmp.Or(cmp.Compare(y.Totals[0]+y.Totals[1], x.Totals[0]+x.Totals[1]), slices.Compare(x.Pair[:], y.Pair[:]))
	})
	for _, x := range pairs {
		if len(sights[x.Persons[0]].Agencies) == 0 || len(sights[x.Persons[1]].Agencies) == 0 || len(out) == mostEntering {
			continue
		}
		tx.Names(x.Persons[:]...)
		out = append(out, x)
	}
	return out, nil
}

// leastOf is a person's cost were none of some links in doubt right: that of the costliest part that is left.
func leastOf(tx *store.Tx, by *pricing, t store.PersonTotal, doubts []Pair, same map[Pair]bool) (money.Pence, error) {
	members, err := tx.MembersOf(by.link, t.Person)
	if err != nil {
		return 0, err
	}
	ties, err := tiesOf(tx, by.link, members, same)
	if err != nil {
		return 0, err
	}
	part := id.Person(0)
	of := partsOf(t.Person, members, ties, doubts, func(int64) id.Person { part--; return part })
	stored, err := by.contacts(tx, t.Person)
	if err != nil {
		return 0, err
	}
	f, err := by.prices.footprint(stored, windowOf(by.prices.area))
	if err != nil {
		return 0, err
	}
	sums := map[id.Person]money.Pence{}
	for _, l := range f.Lines {
		sums[of[l.Contact.Record]] += l.Amount
	}
	var least money.Pence
	for _, s := range sums {
		least = max(least, s)
	}
	return min(least, t.Total), nil
}
