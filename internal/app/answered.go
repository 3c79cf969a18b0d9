package app

import (
	"cmp"
	"context"
	"slices"

	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// AnsweredAsked is how the list of pairs that people have answered is narrowed.
type AnsweredAsked struct {
	Waits bool   // those that the viewer has answered and that wait for somebody else, in place of those of which an answer counts
	Says  string // somebody says so: same, not-same, unsure
	Mine  bool   // the viewer has answered
	Page  int
}

// AnsweredPair is a pair that people have answered.
type AnsweredPair struct {
	Pair     Pair
	Agencies [2]store.Agency
	Stand    linkage.Stand
	Open     bool           // somebody else is asked as well
	Readings []ReadingShown // that stand, the oldest first
	MayUndo  bool
}

// AnsweredList is the pairs that people have answered, those answered last first. Pairs about which the viewer is asked are not in it: they say first.
type AnsweredList struct {
	Viewer Viewer
	Rows   []AnsweredPair
	Total  int // that match what was asked
	Page   int
	AnsweredCount
	Others int // that the viewer has answered and that wait for somebody else
}

// AnsweredOnPage is how many pairs a page of the list shows.
const AnsweredOnPage = 25

// Answered lists the pairs that people have answered, with who said what, when and why.
func (a *App) Answered(ctx context.Context, who Who, in AnsweredAsked) (AnsweredList, error) {
	var p AnsweredList
	err := a.db.Do(ctx, inArea(who, policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		p = AnsweredList{}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		all, answers, verdicts, err := pairsRead(tx)
		if err != nil {
			return err
		}
		of := map[Pair][]store.Answer{}
		for _, x := range answers {
			if x.UndoneAt.IsZero() && len(x.Pairs) == 1 {
				pair := Pair(ordered(x.Pairs[0][0], x.Pairs[0][1]))
				of[pair] = append(of[pair], x)
			}
		}
		some := p.choose(all, verdicts, of, in)
		p.Total = len(some)
		page, from, to := pageOf(in.Page, p.Total, AnsweredOnPage)
		p.Page = page
		return p.show(tx, some[from:to], of, afterUndo(answers))
	})
	return p, err
}

// choose counts the pairs and gives those that match what is asked, those answered last first.
func (p *AnsweredList) choose(all []waiting, verdicts map[Pair]verdict, of map[Pair][]store.Answer, in AnsweredAsked) (some []waiting) {
	me := p.Viewer.Account
	p.AnsweredCount = countAnswered(all, verdicts, me)
	for _, w := range all {
		pair := Pair{w.A, w.B}
		others := w.open() && w.readBy(me)
		if len(w.readings) == 0 || w.waitsFor(me) {
			continue
		}
		if others {
			p.Others++
		}
		said := in.Says == "" || slices.ContainsFunc(of[pair], func(x store.Answer) bool { return x.Answer == in.Says })
		if said && (!in.Mine || w.readBy(me)) && (in.Waits && others || !in.Waits && w.says != "") {
			some = append(some, w)
		}
	}
	newest := func(w waiting) int64 {
		var last int64
		for _, x := range of[Pair{w.A, w.B}] {
			last = max(last, x.ID)
		}
		return last
	}
	slices.SortFunc(some, func(x, y waiting) int { return cmp.Compare(newest(y), newest(x)) })
	return some
}

// show fills the rows of a page.
func (p *AnsweredList) show(tx *store.Tx, some []waiting, of map[Pair][]store.Answer, after map[int64]bool) error {
	all, err := tx.Agencies()
	if err != nil {
		return err
	}
	agencies := map[id.Agency]store.Agency{}
	for _, g := range all {
		agencies[g.ID] = g
	}
	here, err := tx.Area()
	if err != nil {
		return err
	}
	for _, w := range some {
		row := AnsweredPair{Pair: Pair{w.A, w.B}, Stand: w.stands, Open: w.open(), MayUndo: true}
		for i, r := range row.Pair {
			row.Agencies[i] = agencies[w.Agencies[i]]
			s, f, err := listRecord(tx, here.LinkRun, r, w.Agencies[i], w.Persons[i])
			if err != nil {
				return err
			}
			row.MayUndo = row.MayUndo && tx.May(policy.PairUndo, s, f)
		}
		for _, x := range of[row.Pair] {
			r := ReadingShown{Answer: x, After: after[x.ID]}
			if r.By, err = tx.NameOf(x.Account); err != nil {
				return err
			}
			row.Readings = append(row.Readings, r)
		}
		p.Rows = append(p.Rows, row)
	}
	return nil
}
