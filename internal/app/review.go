package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"throughline/internal/cohort"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// A Pair is two records of which somebody should say whether they are one person's, the lower number first.
type Pair [2]id.Record

// PairRow is a pair that waits for somebody to look.
type PairRow struct {
	Pair
	Agencies [2]store.Agency
	Why      linkage.ReviewReason
	Stand    linkage.Stand
	Readers  int         // who have looked so far
	Stake    money.Pence // what an answer could move from one person to another, at most
}

// PairsAsked is how the list of pairs is narrowed.
type PairsAsked struct {
	Why    string
	Agency string // slug: one of the two records is theirs
	Stand  string
	Rest   bool // those whose answers cannot change who is of the cohort, in place of the others
	Page   int
}

// PairsOnPage is how many pairs a page of the list shows.
const PairsOnPage = 25

// PairList is the pairs that wait for the viewer, those first of which an answer is expected to change most.
type PairList struct {
	Viewer   Viewer
	Rows     []PairRow
	Total    int         // that match what was asked
	Waiting  int         // for the viewer in all
	Deciding int         // of them, those whose answers can change who is of the cohort
	Rule     cohort.Rule // of the cohort; zero before there is one, and then every pair counts as deciding
	Moved    money.Pence // expected of the answers about those
	Others   int         // that the viewer has looked at and that wait for somebody else
	Page     int
	Agencies []store.Agency
	Run      store.Run // the link run in force; zero when there is none
	Accord   linkage.Accord
	AnsweredCount
}

// AnsweredCount is how many pairs there are of which an answer counts.
type AnsweredCount struct {
	Counted int // that are listed for the viewer
	Yours   int // about which the viewer is asked as well, and which are listed once they have said
	Gone    int // of one of whose records no extract says anything any more
}

// countAnswered counts the pairs of which an answer counts, all being those in doubt.
func countAnswered(all []waiting, verdicts map[Pair]verdict, viewer id.Account) (n AnsweredCount) {
	for _, v := range verdicts {
		if v.says != "" {
			n.Gone++
		}
	}
	for _, w := range all {
		if w.says == "" {
			continue
		}
		if n.Gone--; w.waitsFor(viewer) {
			n.Yours++
		} else {
			n.Counted++
		}
	}
	return n
}

// waiting is a pair of the link run in force with how far it has been read.
type waiting struct {
	store.DoubtPair
	readings []linkage.Reading
	verdict
	stake money.Pence
	gain  money.Pence
	// moot says that nobody is asked: the two are one person by an answer about others of their records, or another pair asks, or has
	// been answered, about the same two people.
	moot    bool
	decides bool // see decidingFirst
}

// readBy says whether somebody has looked at the pair.
func (w waiting) readBy(who id.Account) bool {
	return slices.ContainsFunc(w.readings, func(r linkage.Reading) bool { return r.By == who })
}

func (w waiting) open() bool {
	return !w.moot && w.stands.Open(linkage.AskedTwice(w.A, w.B))
}

// waitsFor says whether the pair waits for somebody to look who has not.
func (w waiting) waitsFor(who id.Account) bool { return w.open() && !w.readBy(who) }

// readingsOf gives what different people say of each pair, oldest first.
func readingsOf(answers []store.Answer) map[Pair][]linkage.Reading {
	out := map[Pair][]linkage.Reading{}
	for _, x := range answers {
		if !x.UndoneAt.IsZero() || len(x.Pairs) != 1 {
			continue
		}
		p := Pair(ordered(x.Pairs[0][0], x.Pairs[0][1]))
		out[p] = append(out[p], linkage.Reading{By: x.Account, Says: linkage.Says(x.Answer), Both: x.Both, Sensitive: x.Sensitive})
	}
	return out
}

// waitingPairs gives every pair in doubt, with how it stands, in the order of what an answer is worth: what it is expected to move; where
// that is the same, the least sure; then by their numbers.
func waitingPairs(tx *store.Tx) ([]waiting, []store.Answer, error) {
	all, answers, _, err := pairsRead(tx)
	return all, answers, err
}

// pairsRead is waitingPairs with the verdict on every pair that anybody has read, also where a record of it is gone.
func pairsRead(tx *store.Tx) ([]waiting, []store.Answer, map[Pair]verdict, error) {
	here, err := tx.Area()
	if err != nil {
		return nil, nil, nil, err
	}
	doubts, err := tx.DoubtPairs()
	if err != nil {
		return nil, nil, nil, err
	}
	answers, err := tx.PairAnswers()
	if err != nil {
		return nil, nil, nil, err
	}
	readings, people := readingsOf(answers), map[Pair][2]id.Person{}
	for _, d := range doubts {
		people[Pair{d.A, d.B}] = d.Persons
	}
	verdicts, err := judgePairs(tx, here.LinkRun, readings, people)
	if err != nil {
		return nil, nil, nil, err
	}
	out := make([]waiting, 0, len(doubts))
	for _, d := range doubts {
		if d.Persons[0] == 0 || d.Persons[1] == 0 {
			continue
		}
		w := waiting{DoubtPair: d, readings: readings[Pair{d.A, d.B}], verdict: verdict{stands: linkage.Unread}}
		if len(w.readings) > 0 {
			w.verdict = verdicts[Pair{d.A, d.B}]
		}
		w.stake, w.gain = linkage.Gain(d.PPM, d.Linked(), d.Totals)
		out = append(out, w)
	}
	unsure := func(w waiting) int64 { return min(w.PPM, 1_000_000-w.PPM) }
	slices.SortFunc(out, func(x, y waiting) int {
		return cmp.Or(cmp.Compare(y.gain, x.gain), cmp.Compare(unsure(y), unsure(x)), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	askOnce(out)
	return out, answers, verdicts, nil
}

// askOnce leaves one question about any two people. Pairs that somebody has read go on as they stand.
func askOnce(all []waiting) {
	asked := map[[2]id.Person]bool{}
	for _, w := range all {
		if len(w.readings) > 0 && !w.Linked() {
			asked[between(w.Persons)] = true
		}
	}
	for i, w := range all {
		switch {
		case len(w.readings) > 0:
		case w.Linked():
			all[i].moot = !linkage.ReviewReason(w.Why).OfOnePerson()
		default:
			all[i].moot = asked[between(w.Persons)]
			asked[between(w.Persons)] = true
		}
	}
}

// decidingFirst puts those pairs first whose answers can change who reaches the cohort's threshold, by the rule of the cost run in force, or on
// which people differ.
func decidingFirst(tx *store.Tx, some []waiting) (cohort.Rule, error) {
	run, report, err := costReport(tx)
	if err != nil {
		return cohort.Rule{}, err
	}
	if run.ID == 0 {
		for i := range some {
			some[i].decides = true
		}
		return cohort.Rule{}, nil
	}
	pairs := make([]linkage.Apart, len(some))
	for i, w := range some {
		pairs[i] = linkage.Apart{People: w.Persons, Totals: w.Totals}
	}
	for i, d := range linkage.Deciding(pairs, report.Cohort.Rule.Threshold()) {
		some[i].decides = d || some[i].stands == linkage.Disputed
	}
	slices.SortStableFunc(some, func(x, y waiting) int {
		switch {
		case x.decides == y.decides:
			return 0
		case x.decides:
			return -1
		}
		return 1
	})
	return report.Cohort.Rule, nil
}

// Pairs lists what waits for the viewer.
func (a *App) Pairs(ctx context.Context, who Who, in PairsAsked) (PairList, error) {
	var p PairList
	err := a.db.Do(ctx, inArea(who, policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		p = PairList{Page: max(1, in.Page)}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		return p.fill(tx, in)
	})
	return p, err
}

func (p *PairList) fill(tx *store.Tx, in PairsAsked) error {
	here, err := tx.Area()
	if err != nil {
		return err
	}
	if p.Agencies, err = tx.Agencies(); err != nil || here.LinkRun == 0 {
		return err
	}
	if p.Run, err = tx.Run(here.LinkRun); err != nil {
		return err
	}
	all, answers, verdicts, err := pairsRead(tx)
	if err != nil {
		return err
	}
	if err := p.agree(tx, answers); err != nil {
		return err
	}
	p.AnsweredCount = countAnswered(all, verdicts, p.Viewer.Account)
	agencies := map[id.Agency]store.Agency{}
	for _, g := range p.Agencies {
		agencies[g.ID] = g
	}
	var mine, some []waiting
	for _, w := range all {
		switch {
		case w.waitsFor(p.Viewer.Account):
			mine = append(mine, w)
		case w.open():
			p.Others++
		}
	}
	p.Waiting = len(mine)
	if p.Rule, err = decidingFirst(tx, mine); err != nil {
		return err
	}
	for _, w := range mine {
		if w.decides {
			p.Deciding, p.Moved = p.Deciding+1, p.Moved+w.gain
		}
		if w.decides != in.Rest && (in.Why == "" || in.Why == string(blindReason(w.Why))) && (in.Stand == "" || in.Stand == string(shownStand(w.stands))) &&
			(in.Agency == "" || agencies[w.Agencies[0]].Slug == in.Agency || agencies[w.Agencies[1]].Slug == in.Agency) {
			some = append(some, w)
		}
	}
	p.Total = len(some)
	page, from, to := pageOf(in.Page, p.Total, PairsOnPage)
	p.Page = page
	for _, w := range some[from:to] {
		for i, r := range []id.Record{w.A, w.B} {
			if _, _, err := listRecord(tx, here.LinkRun, r, w.Agencies[i], w.Persons[i]); err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, PairRow{Pair: Pair{w.A, w.B}, Agencies: [2]store.Agency{agencies[w.Agencies[0]], agencies[w.Agencies[1]]},
			Why: blindReason(w.Why), Stand: shownStand(w.stands), Readers: len(w.readings), Stake: w.stake})
	}
	return nil
}

// agree says how often two people agree, of those who may say either answer: of who may only say that two are not the same it would tell nothing.
func (p *PairList) agree(tx *store.Tx, answers []store.Answer) error {
	either := map[id.Account]bool{}
	for _, x := range answers {
		if _, asked := either[x.Account]; asked {
			continue
		}
		same, err := tx.AccountMayEver(x.Account, policy.PairSame)
		not, err2 := tx.AccountMayEver(x.Account, policy.PairNotSame)
		if err != nil || err2 != nil {
			return errors.Join(err, err2)
		}
		either[x.Account] = same && not
	}
	var twice [][2]linkage.Says
	for _, says := range blindReadings(answers, func(by id.Account) bool { return either[by] }) {
		if len(says) > 1 {
			twice = append(twice, [2]linkage.Says(says[:2]))
		}
	}
	p.Accord = linkage.Agree(twice)
	return nil
}

// afterUndo are the answers given once one about the same pair had been taken back: whoever gave them may have seen what the model makes of
// the pair, and what others said. answers are in their order.
func afterUndo(answers []store.Answer) map[int64]bool {
	back := map[Pair]time.Time{}
	out := map[int64]bool{}
	for _, x := range answers {
		if len(x.Pairs) != 1 {
			continue
		}
		p := Pair(ordered(x.Pairs[0][0], x.Pairs[0][1]))
		at, any := back[p]
		out[x.ID] = any && !at.After(x.At)
		if !x.UndoneAt.IsZero() && (!any || x.UndoneAt.Before(at)) {
			back[p] = x.UndoneAt
		}
	}
	return out
}

// blindReadings are what some people said first of each pair, also where they took it back, but for what is afterUndo and for who was unsure: by these it
// is measured how often people agree.
func blindReadings(answers []store.Answer, of func(id.Account) bool) map[Pair][]linkage.Says {
	type reader struct {
		pair Pair
		by   id.Account
	}
	after, heard, out := afterUndo(answers), map[reader]bool{}, map[Pair][]linkage.Says{}
	for _, x := range answers {
		if len(x.Pairs) != 1 || after[x.ID] || !of(x.Account) {
			continue
		}
		r := reader{Pair(ordered(x.Pairs[0][0], x.Pairs[0][1])), x.Account}
		if !heard[r] {
			heard[r] = true
			if says := linkage.Says(x.Answer); says.Decides() {
				out[r.pair] = append(out[r.pair], says)
			}
		}
	}
	return out
}

// shownStand is how a pair stands as it may be said to somebody who is yet to look: that others differ, or wait for a second, would tell
// what to expect, but that somebody has looked is told.
func shownStand(s linkage.Stand) linkage.Stand {
	switch s {
	case linkage.Unread, linkage.Disputed:
		return s
	}
	return linkage.Waits
}

// blindReason is why a pair is in doubt, without whether the two are linked now.
func blindReason(why string) linkage.ReviewReason {
	switch r := linkage.ReviewReason(why); r {
	case linkage.WeakLink, answeredBefore:
		return linkage.UncertainPair
	default:
		return r
	}
}

// answeredBefore is why a pair that a run would not ask about is kept with its evidence: people have answered it.
const answeredBefore linkage.ReviewReason = "answered"

// recordFacts is a record as a subject, with what the policy may know of it.
func recordFacts(tx *store.Tx, r id.Record, of id.Agency, p id.Person) (policy.Subject, policy.Facts, error) {
	f, err := tx.PersonFacts(p)
	f.Owner = of
	return policy.Subject{Kind: policy.Record, ID: int64(r)}, f, err
}

// listRecord holds a record in a list to the policy, and notes whose it is as shown.
func listRecord(tx *store.Tx, run id.Run, r id.Record, of id.Agency, p id.Person) (policy.Subject, policy.Facts, error) {
	s, f, err := recordFacts(tx, r, of, p)
	if err == nil {
		err = tx.Confirm(s, f)
	}
	if err == nil {
		_, err = tx.HolderOf(run, r)
	}
	return s, f, err
}

// NextPair gives the pair that waits for the viewer and of which an answer is expected to change most; the zero Pair when none waits.
func (a *App) NextPair(ctx context.Context, who Who) (next Pair, err error) {
	err = a.db.Do(ctx, inArea(who, policy.PairList, policy.Area), func(tx *store.Tx) error {
		next = Pair{}
		all, _, err := waitingPairs(tx)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(w waiting) bool { return !w.waitsFor(tx.Actor().Account) })
		if _, err = decidingFirst(tx, all); err == nil && len(all) > 0 {
			next = Pair{all[0].A, all[0].B}
		}
		return err
	})
	return next, err
}

// pairsWaiting counts the pairs that wait for the viewer.
func pairsWaiting(tx *store.Tx) (n int, err error) {
	all, _, err := waitingPairs(tx)
	for _, w := range all {
		if w.waitsFor(tx.Actor().Account) {
			n++
		}
	}
	return n, err
}

// keepAnswered adds to the pairs in doubt of a run those that people have answered: their evidence stays to be looked at.
func (l *linking) keepAnswered(found *linkage.Result, doubts []store.Doubt) ([]store.Doubt, error) {
	has := map[Pair]bool{}
	for _, d := range doubts {
		has[Pair{d.A, d.B}] = true
	}
	for _, p := range l.answered {
		if has[p] {
			continue
		}
		has[p] = true
		i, ok := slices.BinarySearch(l.records, p[0])
		j, ok2 := slices.BinarySearch(l.records, p[1])
		if !ok || !ok2 { // no extract says anything of one any more
			continue
		}
		link, err := l.link(found.Model, uint32(i), uint32(j))
		if err != nil {
			return nil, err
		}
		doubts = append(doubts, store.Doubt{Link: link, Why: string(answeredBefore)})
	}
	return doubts, nil
}
