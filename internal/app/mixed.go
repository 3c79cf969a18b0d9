package app

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// MixedReader is one person's use of one act while a person's data were mixed with another's.
type MixedReader struct {
	Look        // one of the times, for who it was and what they did
	Times       int
	First, Last time.Time
}

// MixedRun is a cost run whose sums had two people's data under one number.
type MixedRun struct {
	store.Run
	Place string // cohort, below, …
	Rank  int64
}

// MixedPage says who received data of two people as one person's, until an answer or a link run parted them.
type MixedPage struct {
	Viewer   Viewer
	Person   id.Person
	Parting              // of those below; zero when nothing was parted
	By       string      // who answered
	Now      []id.Person // whose the records are now that left, of those whom the viewer may know of
	Agencies map[id.Agency]string
	Sides    [2][]id.Agency // whose records stayed, and whose left, of those that the viewer may know of
	Readers  []MixedReader  // who read
	Exports  []MixedReader  // who took data away
	Runs     []MixedRun     // none where MayRuns is false
	Kept     id.Run         // the first cost run whose rows are kept, where earlier ones were made while the records were one; else 0
	MayRuns  bool           // the viewer may know of everything that the runs' sums hold
	Partings []Parting      // a page of everything that parted something, the newest first
	Total    int            // on every page
	Page     int            // from 1
	Cut      bool           // there are more events than could be read
}

// OpenMixed asks for who received mixed data: by the newest parting, or by the one that an answer or a link run made, of records that stood under
// the person's number or under one that leads to them.
type OpenMixed struct {
	Person id.Person
	Answer int64
	Run    id.Run
	Number id.Person // 0 for any
	Page   int       // of the list of partings, from 1
}

// PartingsOnPage is how many partings a page lists.
const PartingsOnPage = 20

// mostMixed bounds how many events of a mixed person are read.
const mostMixed = 20_000

// takesAway are the acts that hand out a file.
var takesAway = []policy.Act{policy.PersonExport, policy.CohortExport, policy.CohortExportNames, policy.AuditExport, policy.RunExport, policy.ExtractExport}

// Mixed lists everybody who read or took away somebody's data while those of another were mixed in.
func (a *App) Mixed(ctx context.Context, who Who, in OpenMixed) (MixedPage, error) {
	var p MixedPage
	err := a.db.Do(ctx, request(who, policy.PersonWhoHasSeen, policy.Person, int64(in.Person)), func(tx *store.Tx) (err error) {
		p = MixedPage{}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Person, err = tx.Follow(in.Person); err != nil {
			return err
		}
		if p.Agencies, _, err = agencyNames(tx); err != nil {
			return err
		}
		sight, m, run, err := a.sightNow(tx, p.Person, policy.PersonWhoHasSeen)
		if err != nil {
			return err
		}
		answers, err := tx.AnswersOf(p.Person)
		if err != nil {
			return err
		}
		if answers, err = sight.answers(tx, m, run, answers); err != nil {
			return err
		}
		all, err := sight.partings(tx, m, run, p.Person, answers)
		if err != nil {
			return err
		}
		p.MayRuns = sight.whole()
		p.Total = len(all)
		page, from, to := pageOf(in.Page, p.Total, PartingsOnPage)
		p.Page, p.Partings = page, all[from:to]
		for _, x := range p.Partings {
			tx.Names(x.Number)
		}
		return p.fill(tx, m, sight, run, all, in)
	})
	return p, err
}

// fill fills the page for one of the partings that the viewer may know of.
func (p *MixedPage) fill(tx *store.Tx, m *priceMap, sight sight, run id.Run, all []Parting, in OpenMixed) (err error) {
	at := slices.IndexFunc(all, func(x Parting) bool {
		return (in.Answer == 0 || x.Answer.ID == in.Answer) && (in.Run == 0 || x.Run == in.Run) && (in.Number == 0 || x.Number == in.Number)
	})
	switch {
	case at >= 0:
		p.Parting = all[at]
	case in.Answer != 0:
		return fault.Missing("answer")
	case in.Run != 0:
		return fault.Missing("run")
	default:
		return nil
	}
	if p.By, err = sight.who(tx, m, p.Answer.Account); err != nil {
		return err
	}
	if err := p.sides(tx, run); err != nil {
		return err
	}
	if err := p.readers(tx, sight); err != nil || !p.MayRuns {
		return err
	}
	return p.runs(tx)
}

// sides say of which agencies the records are that were mixed, and whose those are now that left.
func (p *MixedPage) sides(tx *store.Tx, run id.Run) error {
	for side, records := range [][]id.Record{p.stayed, p.left} {
		for _, r := range records {
			x, err := tx.SourceOf(r)
			if fault.KindOf(err) == fault.NotFound && err != nil {
				continue // no extract says anything of it any more
			}
			if err != nil {
				return err
			}
			if !slices.Contains(p.Sides[side], x.Agency) {
				p.Sides[side] = append(p.Sides[side], x.Agency)
			}
			if side == 0 {
				continue
			}
			holder, err := tx.WhoseIs(run, r)
			if err == nil {
				err = p.now(tx, holder)
			}
			if err != nil {
				return err
			}
		}
		slices.Sort(p.Sides[side])
	}
	slices.Sort(p.Now)
	return nil
}

// now notes whose a record is now that left, where that is somebody else whom the viewer may know of.
func (p *MixedPage) now(tx *store.Tx, n id.Person) error {
	if n == p.Person || n == 0 || slices.Contains(p.Now, n) {
		return nil
	}
	facts, err := tx.PersonFacts(n)
	if err == nil && tx.MayHere(policy.Subject{Kind: policy.Person, ID: int64(n)}, facts) {
		p.Now = append(p.Now, n)
		tx.Names(n)
	}
	return err
}

func (p *MixedPage) readers(tx *store.Tx, sight sight) error {
	events, err := p.seen(tx, mostMixed+1)
	if err != nil {
		return err
	}
	p.Cut = len(events) > mostMixed
	type key struct {
		account id.Account
		name    string
		agency  id.Agency
		roles   string
		act     policy.Act
	}
	found := map[key]*MixedReader{}
	for _, e := range sight.looks(tx, events) {
		k := key{e.Account, e.Actor, e.Agency, e.Roles, e.Act}
		r := found[k]
		if r == nil {
			r = &MixedReader{Look: e, First: e.At, Last: e.At}
			found[k] = r
		}
		r.Times++
		if e.At.Before(r.First) {
			r.First = e.At
		}
		if e.At.After(r.Last) {
			r.Last = e.At
		}
	}
	for _, r := range found {
		if slices.Contains(takesAway, r.Act) {
			p.Exports = append(p.Exports, *r)
		} else {
			p.Readers = append(p.Readers, *r)
		}
	}
	for _, list := range [][]MixedReader{p.Readers, p.Exports} {
		slices.SortFunc(list, func(x, y MixedReader) int {
			return cmp.Or(cmp.Compare(x.Agency, y.Agency), cmp.Compare(x.Actor, y.Actor), cmp.Compare(x.Roles, y.Roles), cmp.Compare(x.Act, y.Act))
		})
	}
	return nil
}

// runs are the cost runs made of the mixture, as far as their rows are kept, and whether there may have been others.
func (p *MixedPage) runs(tx *store.Tx) error {
	superseded, first := 0, id.Run(0)
	return eachCostRun(tx, 500, func(r store.Run) (more bool, err error) {
		if r.State == store.RunSuperseded {
			superseded++
		}
		swept := superseded > runsKept
		if !swept && !r.FinishedAt.IsZero() && r.State != store.RunFailed {
			first = r.ID
		}
		if r.FinishedAt.IsZero() || r.State == store.RunFailed || r.FinishedAt.Before(p.From) || r.StartedAt.After(p.To) {
			return true, nil
		}
		over, err := linkRunOf(tx, r.ID)
		if err != nil {
			return false, err
		}
		for _, s := range p.Spells {
			if !s.summed(r.StartedAt, over) {
				continue
			}
			if swept { // and so are all before it
				p.Kept = first
				return false, nil
			}
			total, err := tx.TotalOf(r.ID, s.Number)
			if err != nil {
				return false, err
			}
			if total.Person != 0 {
				p.Runs = append(p.Runs, MixedRun{r, total.Place, total.Rank})
				break
			}
		}
		return true, nil
	})
}

// eachCostRun hands every cost run to f, the newest first, until f wants no more. It reads so many at once.
func eachCostRun(tx *store.Tx, atOnce int, f func(store.Run) (more bool, err error)) error {
	for before := id.Run(0); ; {
		runs, err := tx.RunsBefore(before, store.CostRun, atOnce)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if more, err := f(r); err != nil || !more {
				return err
			}
			before = r.ID
		}
		if len(runs) < atOnce {
			return nil
		}
	}
}

// linkRunOf is the link run over which a cost run was made.
func linkRunOf(tx *store.Tx, n id.Run) (id.Run, error) {
	r, err := tx.Run(n)
	if err != nil {
		return 0, err
	}
	var in RunInputs
	err = json.Unmarshal([]byte(r.Inputs), &in)
	return in.LinkRun, err
}
