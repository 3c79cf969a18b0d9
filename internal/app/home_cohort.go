package app

import (
	"encoding/json"

	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Standing is how the area stands, as far as the viewer's purpose lets them know. What they may not know of is left empty.
type Standing struct {
	Window     day.Span     // of the area's rule
	Cohort     *CohortBrief // nil when there is none, or the viewer may not open it
	MayCohort  bool
	Ready      Ready
	Waiting    []RunExtract     // extracts that wait for the viewer's decision
	Unreadable []RunExtract     // files that could not be read
	Rejected   []RunExtract     // accepted extracts with rejected rows that no later file has put right
	Unpriced   []PriceLineState // codes without an approved price, as the price map lists them
	Proposed   []PriceLineState // prices that wait for the viewer's approval
	Layouts    []store.Layout   // that wait for the viewer's approval
	Failed     *store.Run       // the newest run that has ended, where it failed and the viewer may know of runs
	Pairs      int              // of records that wait for the viewer to say whether they are one person's
	Feeds      []Feed
}

// CohortBrief is the cohort of the run in force in two figures.
type CohortBrief struct {
	Run       store.Run
	By        string
	People    int
	Amount    money.Pence
	NotPriced int64
	Gapped    int         // people who have one of those contacts; 0 in a run made before that was counted
	AWeek     money.Pence // of the rule
	PriceYear day.FinancialYear
	Rents     bool // rent and benefits are counted
	Reach     *Reach
	Stale     Stale
}

// Ready is what a cohort needs, and how much of it is there.
type Ready struct {
	Agencies int // with an accepted extract
	Codes    int // that agencies sent
	Unpriced int // of them, without a price
}

// standing gathers what the home page shows. Each part is asked for as the page that it leads to would be.
func (a *App) standing(tx *store.Tx) (s Standing, err error) {
	here := policy.Facts{Exists: true, Area: tx.Actor().Area}
	may := func(act policy.Act, kind policy.SubjectKind) bool {
		return tx.May(act, policy.Subject{Kind: kind, ID: 1}, here)
	}
	if may(policy.PairList, policy.Area) {
		if s.Pairs, err = pairsWaiting(tx); err != nil {
			return s, err
		}
	}
	if may(policy.RunList, policy.Area) {
		if s.Failed, err = failedLast(tx); err != nil {
			return s, err
		}
	}
	prices, extracts := may(policy.PriceMapOpen, policy.PriceMap), may(policy.ExtractList, policy.Area)
	s.MayCohort = may(policy.CohortOpen, policy.Cohort)
	if !prices && !extracts && !s.MayCohort {
		return s, nil
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return s, err
	}
	s.Window = windowOf(m.area).Span
	if s.MayCohort {
		if s.Ready, err = a.ready(tx); err != nil {
			return s, err
		}
		if s.Cohort, err = a.cohortBrief(tx); err != nil {
			return s, err
		}
	}
	if prices {
		if err := s.prices(tx, m, may(policy.PriceMapApprove, policy.PriceMap)); err != nil {
			return s, err
		}
	}
	if extracts {
		if err := s.extracts(tx); err != nil {
			return s, err
		}
		if s.Feeds, err = feeds(tx, m.area, s.Window); err != nil {
			return s, err
		}
	}
	return s, s.layouts(tx)
}

// ready says how far the area is from a first run.
func (a *App) ready(tx *store.Tx) (r Ready, err error) {
	_, standing, err := extractInputs(tx)
	if err != nil {
		return r, err
	}
	sent := map[int64]bool{}
	for _, e := range standing {
		sent[int64(e.Agency)] = true
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return r, err
	}
	r.Agencies, r.Codes = len(sent), len(m.codes)
	for _, c := range m.codes {
		if m.state(m.key(c), codeReport{}).State == "none" {
			r.Unpriced++
		}
	}
	return r, nil
}

func (a *App) cohortBrief(tx *store.Tx) (*CohortBrief, error) {
	run, report, err := costReport(tx)
	if err != nil || run.ID == 0 {
		return nil, err
	}
	c := report.Cohort
	b := &CohortBrief{Run: run, People: len(c.Members), Amount: c.Amount, AWeek: c.Rule.AWeek, PriceYear: c.Rule.PriceYear, Rents: rentsCounted(c.Rule.Exclusions),
		NotPriced: report.NotPriced, Gapped: report.NotPricedPeople, Reach: report.Reach}
	if b.By, err = tx.NameOf(run.StartedBy); err != nil {
		return nil, err
	}
	var in RunInputs
	if err := json.Unmarshal([]byte(run.Inputs), &in); err != nil {
		return nil, err
	}
	b.Stale, err = a.stale(tx, run, in)
	return b, err
}

// rentsCounted says whether sums with these exclusions hold rent and benefits.
func rentsCounted(exclusions []string) bool {
	for _, e := range exclusions {
		if e == cost.RentAndBenefits {
			return false
		}
	}
	return true
}

func (s *Standing) prices(tx *store.Tx, m *priceMap, approve bool) error {
	_, report, err := costReport(tx)
	if err != nil {
		return err
	}
	for _, l := range m.all(report.Codes) {
		if l.Gap() {
			s.Unpriced = append(s.Unpriced, l)
		}
		if approve && l.Waits && l.Waiting.By != tx.Actor().Account {
			s.Proposed = append(s.Proposed, l)
		}
	}
	return nil
}

func (s *Standing) extracts(tx *store.Tx) error {
	all, err := tx.Extracts(tx.Actor().Agency)
	if err != nil {
		return err
	}
	for _, e := range all {
		subject, facts := policy.Subject{Kind: policy.Extract, ID: int64(e.ID)}, policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: e.Agency,
			State: string(e.State), Agreement: policy.StateApproved}
		if e.State == store.ExtractAccepted && e.Rejected > 0 && !mended(all, e) && tx.May(policy.ExtractDownloadRejects, subject, facts) {
			x, err := runExtract(tx, e.ID)
			if err != nil {
				return err
			}
			s.Rejected = append(s.Rejected, x)
			continue
		}
		decides, sees := tx.May(policy.ExtractAccept, subject, facts), tx.May(policy.ExtractOpen, subject, facts)
		if !(e.State == store.ExtractChecked && decides) && !(e.State == store.ExtractFaulty && sees) {
			continue
		}
		x, err := runExtract(tx, e.ID)
		if err != nil {
			return err
		}
		if e.State == store.ExtractChecked {
			s.Waiting = append(s.Waiting, x)
		} else if !sentAgain(all, e) {
			s.Unreadable = append(s.Unreadable, x)
		}
	}
	return nil
}

// sentAgain says whether a file under the same layout came after one and could be read.
func sentAgain(all []store.Extract, bad store.Extract) bool {
	for _, e := range all {
		if e.ID > bad.ID && e.Agency == bad.Agency && e.Layout == bad.Layout && e.State != store.ExtractFaulty && e.State != store.ExtractReceived {
			return true
		}
	}
	return false
}

// mended says whether the rejected rows of an accepted extract need nobody any more: a later file of the layout counts that is whole, or
// covers the same days, or lies within them and holds at least as many rows, as one of the mended rows alone does.
func mended(all []store.Extract, bad store.Extract) bool {
	for _, e := range all {
		if e.ID <= bad.ID || e.Agency != bad.Agency || e.Layout != bad.Layout || e.State != store.ExtractAccepted {
			continue
		}
		covers := e.FirstDay <= bad.FirstDay && e.LastDay >= bad.LastDay
		within := e.FirstDay >= bad.FirstDay && e.LastDay <= bad.LastDay && e.Rows-e.Rejected >= bad.Rejected
		if bad.FirstDay == 0 { // people have no days: the file holds as many of them, or the mended ones
			covers, within = e.Rows >= bad.Rows, e.Rows-e.Rejected >= bad.Rejected
		}
		if e.Whole || covers || within {
			return true
		}
	}
	return false
}

// failedLast gives the newest run that has ended, where it failed.
func failedLast(tx *store.Tx) (*store.Run, error) {
	runs, err := tx.RunsBefore(0, "", 5) // two that work and two that wait at most stand before it
	for _, r := range runs {
		if r.State == store.RunFailed {
			return &r, err
		}
		if r.State != store.RunWorking {
			break
		}
	}
	return nil, err
}

func (s *Standing) layouts(tx *store.Tx) error {
	all, err := tx.Layouts()
	for _, l := range all {
		facts := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: l.Agency}
		if l.ApprovedAt.IsZero() && tx.May(policy.LayoutApprove, policy.Subject{Kind: policy.Layout, ID: int64(l.ID)}, facts) {
			s.Layouts = append(s.Layouts, l)
		}
	}
	return err
}
