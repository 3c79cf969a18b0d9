package app

import (
	"cmp"
	"context"
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

// MixedPage says who received data of two people as one person's: after an answer has parted them.
type MixedPage struct {
	Viewer   Viewer
	Person   id.Person
	Answer   store.Answer // that parted, or whose taking back did; zero when nothing was parted
	By       string
	Other    id.Person // whose the other records are now
	From, To time.Time // when they were one; From is zero where it was so from the first link run on
	Agencies map[id.Agency]string
	Sides    [2][]id.Agency // whose records stayed, and whose left, of those that the viewer may know of
	Readers  []MixedReader  // who read
	Exports  []MixedReader  // who took data away
	Runs     []MixedRun     // none where MayRuns is false
	MayRuns  bool           // the viewer may know of everything that the runs' sums hold
	Others   []store.Answer // further answers that parted something
	Cut      bool           // there are more events than could be read
}

// mostMixed bounds how many events of a mixed person are read.
const mostMixed = 20_000

// takesAway are the acts that hand out a file.
var takesAway = []policy.Act{policy.PersonExport, policy.CohortExport, policy.CohortExportNames, policy.AuditExport, policy.RunExport, policy.ExtractExport}

// Mixed lists everybody who read or took away somebody's data while those of another were mixed in, for one answer or, where none is named,
// the newest that parted somebody.
func (a *App) Mixed(ctx context.Context, who Who, n id.Person, answer int64) (MixedPage, error) {
	var p MixedPage
	err := a.db.Do(ctx, request(who, policy.PersonWhoHasSeen, policy.Person, int64(n)), func(tx *store.Tx) (err error) {
		p = MixedPage{}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Person, err = tx.Follow(n); err != nil {
			return err
		}
		if p.Agencies, _, err = agencyNames(tx); err != nil {
			return err
		}
		sight, m, run, err := a.sightNow(tx, p.Person, policy.PersonWhoHasSeen)
		if err != nil {
			return err
		}
		all, err := tx.AnswersOf(p.Person)
		if err != nil {
			return err
		}
		if all, err = sight.answers(tx, m, run, all); err != nil {
			return err
		}
		p.MayRuns = sight.whole()
		return p.fill(tx, m, sight, run, all, answer)
	})
	return p, err
}

// parted says whether an answer ended a mixture: by saying "not the same", or "the same" and being taken back.
func parted(x store.Answer) bool {
	return x.CountsFrom != 0 && (x.Answer == "not-same" || x.Answer == "same" && !x.UndoneAt.IsZero())
}

// fill fills the page for one of the answers that the viewer may know of.
func (p *MixedPage) fill(tx *store.Tx, m *priceMap, sight sight, run id.Run, all []store.Answer, answer int64) (err error) {
	for _, x := range all {
		if !parted(x) {
			continue
		}
		if p.Answer.ID == 0 && (answer == 0 || x.ID == answer) {
			p.Answer = x
		} else {
			p.Others = append(p.Others, x)
		}
	}
	switch {
	case answer != 0 && p.Answer.ID == 0:
		return fault.Missing("answer")
	case p.Answer.ID == 0:
		return nil
	}
	if p.By, err = sight.who(tx, m, p.Answer.Account); err != nil {
		return err
	}
	moves, err := tx.MovesOf(p.Answer.ID)
	if err != nil || len(moves) == 0 {
		return err
	}
	mixed, joined := moves[0].From, moves[0].To // who held both: before it, or after it where it joined them
	if moves, err = sight.moves(tx, m, run, moves); err != nil {
		return err
	}
	p.To = p.Answer.At
	if p.Answer.Answer == "same" {
		mixed, p.From, p.To = joined, p.Answer.At, p.Answer.UndoneAt
	} else {
		for _, x := range moves {
			since, err := tx.JoinedAt(x.Record, mixed, p.To)
			if err != nil {
				return err
			}
			if since.After(p.From) {
				p.From = since
			}
		}
	}
	if err := p.sides(tx, run, moves); err != nil {
		return err
	}
	if err := p.readers(tx, sight, mixed); err != nil || !p.MayRuns {
		return err
	}
	return p.runs(tx, mixed)
}

// sides say of which agencies the records are that were mixed.
func (p *MixedPage) sides(tx *store.Tx, run id.Run, moves []store.Moved) error {
	left := map[id.Record]bool{}
	for _, x := range moves {
		left[x.Record] = true
	}
	for _, r := range recordsOf(p.Answer) {
		left[r] = left[r] || r == p.Answer.Record
	}
	for r, went := range left {
		x, err := tx.SourceOf(r)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue // no extract says anything of it any more
		}
		if err != nil {
			return err
		}
		side := 0
		if went {
			side = 1
			holder, err := tx.WhoseIs(run, r)
			if err == nil {
				err = p.other(tx, holder)
			}
			if err != nil {
				return err
			}
		}
		if !slices.Contains(p.Sides[side], x.Agency) {
			p.Sides[side] = append(p.Sides[side], x.Agency)
		}
	}
	for i := range p.Sides {
		slices.Sort(p.Sides[i])
	}
	return nil
}

// other notes whose the records are now that left, where that is somebody else whom the viewer may know of.
func (p *MixedPage) other(tx *store.Tx, n id.Person) error {
	if n == p.Person || n == 0 {
		return nil
	}
	facts, err := tx.PersonFacts(n)
	if err == nil && tx.MayHere(policy.Subject{Kind: policy.Person, ID: int64(n)}, facts) {
		p.Other = n
		tx.Names(n)
	}
	return err
}

func (p *MixedPage) readers(tx *store.Tx, sight sight, mixed id.Person) error {
	events, err := tx.Events(store.EventFilter{Person: mixed, Outcome: "permit", From: p.From, Until: p.To}, mostMixed+1)
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

// runs are the cost runs made of the mixture, as far as their rows are kept.
func (p *MixedPage) runs(tx *store.Tx, mixed id.Person) error {
	runs, err := tx.RunsBefore(0, store.CostRun, 500)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.FinishedAt.IsZero() || r.State == store.RunFailed || !r.StartedAt.Before(p.To) || r.StartedAt.Before(p.From) {
			continue
		}
		total, err := tx.TotalOf(r.ID, mixed)
		if err != nil {
			return err
		}
		if total.Person != 0 {
			p.Runs = append(p.Runs, MixedRun{r, total.Place, total.Rank})
		}
	}
	return nil
}
