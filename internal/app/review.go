package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/fault"
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
	Answered int // pairs of which an answer counts
}

// waiting is a pair of the link run in force with how far it has been read.
type waiting struct {
	store.DoubtPair
	readings []linkage.Reading
	stands   linkage.Stand
	stake    money.Pence
	gain     money.Pence
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
	doubts, err := tx.DoubtPairs()
	if err != nil {
		return nil, nil, err
	}
	answers, err := tx.PairAnswers()
	if err != nil {
		return nil, nil, err
	}
	readings := readingsOf(answers)
	out := make([]waiting, 0, len(doubts))
	for _, d := range doubts {
		if d.Persons[0] == 0 || d.Persons[1] == 0 {
			continue
		}
		w := waiting{DoubtPair: d, readings: readings[Pair{d.A, d.B}]}
		_, w.stands = linkage.Judge(w.readings, false)
		w.stake, w.gain = linkage.Gain(d.PPM, d.Linked(), d.Totals)
		out = append(out, w)
	}
	unsure := func(w waiting) int64 { return min(w.PPM, 1_000_000-w.PPM) }
	slices.SortFunc(out, func(x, y waiting) int {
		return cmp.Or(cmp.Compare(y.gain, x.gain), cmp.Compare(unsure(y), unsure(x)), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	askOnce(out)
	return out, answers, nil
}

// askOnce leaves one question about any two people. Pairs that somebody has read go on as they stand.
func askOnce(all []waiting) {
	asked := map[[2]id.Person]bool{}
	people := func(w waiting) [2]id.Person {
		return [2]id.Person{min(w.Persons[0], w.Persons[1]), max(w.Persons[0], w.Persons[1])}
	}
	for _, w := range all {
		if len(w.readings) > 0 && !w.Linked() {
			asked[people(w)] = true
		}
	}
	for i, w := range all {
		switch {
		case len(w.readings) > 0:
		case w.Linked():
			all[i].moot = !linkage.ReviewReason(w.Why).OfOnePerson()
		default:
			all[i].moot = asked[people(w)]
			asked[people(w)] = true
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
	all, answers, err := waitingPairs(tx)
	if err != nil {
		return err
	}
	p.count(answers)
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
			s, f, err := recordFacts(tx, r, w.Agencies[i], w.Persons[i])
			if err == nil {
				err = tx.Confirm(s, f)
			}
			if err == nil {
				_, err = tx.HolderOf(here.LinkRun, r) // the list shows them, and its event says so
			}
			if err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, PairRow{Pair: Pair{w.A, w.B}, Agencies: [2]store.Agency{agencies[w.Agencies[0]], agencies[w.Agencies[1]]},
			Why: blindReason(w.Why), Stand: shownStand(w.stands), Readers: len(w.readings), Stake: w.stake})
	}
	return nil
}

// count says how often two people agree, and how many pairs are answered.
func (p *PairList) count(answers []store.Answer) {
	for _, r := range readingsOf(answers) {
		if says, _ := linkage.Judge(r, false); says != "" {
			p.Answered++
		}
	}
	var twice [][2]linkage.Says
	for _, says := range blindReadings(answers) {
		if len(says) > 1 {
			twice = append(twice, [2]linkage.Says(says[:2]))
		}
	}
	p.Accord = linkage.Agree(twice)
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

// blindReadings are what people said first of each pair, also where they took it back, but for what is afterUndo and for who was unsure: by these it is measured how
// often people agree.
func blindReadings(answers []store.Answer) map[Pair][]linkage.Says {
	type reader struct {
		pair Pair
		by   id.Account
	}
	after, heard, out := afterUndo(answers), map[reader]bool{}, map[Pair][]linkage.Says{}
	for _, x := range answers {
		if len(x.Pairs) != 1 || after[x.ID] {
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

// ReadingShown is what somebody said of a pair.
type ReadingShown struct {
	store.Answer
	By, UndoneBy string
	After        bool // it was given once another had been taken back: see afterUndo
}

// PairPage is two records side by side. Until the viewer has answered, nothing of the model's weight is in it, nor whether the two are
// linked, nor what others said.
type PairPage struct {
	Viewer   Viewer
	Area     *area.Area
	Pair     Pair
	Named    bool // names of both are shown
	Sides    [2]RecordShown
	Why      linkage.ReviewReason // blind while Blind
	Rule     string               // which rule let the pair wait, in a sentence that tells no weight; empty where the run does not say it
	Compared []EvidencePart       // how far each field agrees, without weights
	Blind    bool                 // the viewer is asked, and sees no weight before they have answered
	Again    bool                 // an answer about the pair was taken back
	Second   SecondAsked
	Stand    linkage.Stand
	MaySame, MayNotSame, MayUnsure,
	MayUndo bool

	// Filled in once the pair is not blind.
	Linked   bool
	People   [2]id.Person // whose they are now
	Holds    [2]int       // how many records each of these has
	Evidence Explained
	Against  AgainstPairs // of other records of two people
	Readings []ReadingShown
	Counts   linkage.Says // which answer counts; empty when none does
	Waits    bool         // for somebody else
	Run      store.Run
}

// Pair opens a pair in doubt.
func (a *App) Pair(ctx context.Context, who Who, in Pair) (PairPage, error) {
	var p PairPage
	err := a.db.Do(ctx, request(who, policy.PairOpen, policy.Record, int64(in[0])), func(tx *store.Tx) (err error) {
		p, err = a.pairPage(tx, in)
		return err
	})
	return p, err
}

// bothSides gives the records of a pair, of which the policy has been asked about the first, and now about the second.
func bothSides(tx *store.Tx, in Pair, run id.Run) (r [2]store.Record, f [2]policy.Facts, err error) {
	for i, n := range in {
		if r[i], err = tx.Record(n, run); err != nil {
			if fault.KindOf(err) == fault.NotFound {
				err = fault.Missing("pair")
			}
			return r, f, err
		}
		var s policy.Subject
		if s, f[i], err = recordFacts(tx, n, r[i].Agency, r[i].Person); err == nil {
			err = tx.Ask(s, f[i])
		}
		if err != nil {
			return r, f, err
		}
	}
	return r, f, nil
}

func (a *App) pairPage(tx *store.Tx, in Pair) (p PairPage, err error) {
	p.Pair = in
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	here, err := tx.Area()
	if err != nil {
		return p, err
	}
	d, err := tx.Doubt(in[0], in[1])
	if err != nil {
		return p, err
	}
	if p.Run, err = tx.Run(here.LinkRun); err != nil {
		return p, err
	}
	records, facts, err := bothSides(tx, in, here.LinkRun)
	if err != nil {
		return p, err
	}
	p.Named = true
	for i, r := range records {
		p.Named = p.Named && tx.May(policy.PersonSeeName, policy.Subject{Kind: policy.Person, ID: int64(r.Person)}, facts[i])
	}
	notes(tx, pairNoted(in), p.Named)
	m, err := a.priceMap(tx)
	if err != nil {
		return p, err
	}
	p.Area = m.area
	shown := PersonPage{Named: p.Named}
	if err := shown.records(tx, m, sight{May: true}, records[:]); err != nil {
		return p, err
	}
	copy(p.Sides[:], shown.Records)
	if err := p.read(tx, in, here.LinkRun, p.may(tx, in, facts)); err != nil {
		return p, err
	}
	p.Why, p.Linked, p.People = linkage.ReviewReason(d.Why), records[0].Person == records[1].Person, [2]id.Person{records[0].Person, records[1].Person}
	for i, who := range p.People {
		held, err := tx.MembersOf(here.LinkRun, who)
		if err != nil {
			return p, err
		}
		p.Holds[i] = len(held)
	}
	if !p.Blind && !p.Linked {
		if err := p.against(tx, m); err != nil {
			return p, err
		}
	}
	return p, p.explain(d, p.Run.CodeVersion == a.version)
}

// may says what the viewer may answer, and whether they may answer at all.
func (p *PairPage) may(tx *store.Tx, in Pair, f [2]policy.Facts) bool {
	both := func(act policy.Act) bool {
		for i, n := range in {
			if !tx.May(act, policy.Subject{Kind: policy.Record, ID: int64(n)}, f[i]) {
				return false
			}
		}
		return true
	}
	p.MaySame, p.MayNotSame, p.MayUnsure = both(policy.PairSame), both(policy.PairNotSame), both(policy.PairUnsure)
	p.MayUndo = both(policy.PairUndo)
	return p.MaySame || p.MayNotSame || p.MayUnsure
}

// read gathers what people said, and whether the viewer is asked.
func (p *PairPage) read(tx *store.Tx, in Pair, run id.Run, may bool) error {
	answers, err := tx.AnswersOfPair(in[0], in[1])
	if err != nil {
		return err
	}
	readings := readingsOf(answers)[in]
	sensitive, err := sensitiveJoin(tx, run, in[0], in[1])
	if err != nil {
		return err
	}
	p.Second = sensitive.told()
	p.Counts, p.Stand = linkage.Judge(readings, sensitive.is())
	open := p.Stand.Open(linkage.AskedTwice(in[0], in[1]))
	mine := slices.ContainsFunc(readings, func(r linkage.Reading) bool { return r.By == p.Viewer.Account })
	p.Blind, p.Waits = open && !mine && may, open && mine
	after := afterUndo(answers)
	for _, x := range answers {
		r := ReadingShown{Answer: x, After: after[x.ID]}
		p.Again = p.Again || !x.UndoneAt.IsZero()
		if r.By, err = tx.NameOf(x.Account); err != nil {
			return err
		}
		if r.UndoneBy, err = tx.NameOf(x.UndoneBy); err != nil {
			return err
		}
		p.Readings = append(p.Readings, r)
	}
	return nil
}

// explain reads the evidence, and takes away whatever the viewer must not know before they answer. The rule is named where the run was made by this
// program, whose rules are known.
func (p *PairPage) explain(d store.Doubt, ours bool) error {
	parts, err := evidenceParts(d.Evidence, p.Named)
	if err != nil {
		return fmt.Errorf("pair %d and %d: %w", d.A, d.B, err)
	}
	if said := linkage.ReviewReason(d.Why).Because(agreements(parts)); ours && said != linkage.ReviewReason(d.Why).Sentence() {
		p.Rule = said
	}
	p.Evidence = Explained{Link: d.Link, Record: d.A, Other: d.B, Parts: parts}
	p.Evidence.Evidence = ""
	for _, part := range p.Evidence.Parts {
		if linkage.OfField(part.Key) {
			p.Compared = append(p.Compared, EvidencePart{Key: part.Key, Field: part.Field, Compared: part.Compared, Level: part.Level})
		}
	}
	if p.Blind {
		p.Evidence, p.Readings, p.Linked, p.People, p.Holds, p.Counts = Explained{}, nil, false, [2]id.Person{}, [2]int{}, ""
		p.Why, p.Stand = blindReason(string(p.Why)), shownStand(p.Stand)
	}
	return nil
}

// agreements are how far the fields agree, and no more of the evidence.
func agreements(parts []EvidencePart) []linkage.Part {
	out := make([]linkage.Part, len(parts))
	for i, p := range parts {
		out[i] = linkage.Part{Key: p.Key, Compared: p.Compared, Level: p.Level}
	}
	return out
}

// answersShown are the answers that stand on a person's page, but for those about a pair that waits for the viewer: they say first.
func answersShown(tx *store.Tx, p id.Person) ([]store.Answer, error) {
	all, err := tx.AnswersOf(p)
	if err != nil || !tx.MayEver(policy.PairUnsure) {
		return all, err
	}
	out := all[:0]
	for _, x := range all {
		if x.Pair {
			if asked, err := asksViewer(tx, Pair(x.Pairs[0])); err != nil {
				return nil, err
			} else if asked {
				continue
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// AnswerPair is somebody's answer whether two records are one person's.
type AnswerPair struct {
	Pair   Pair
	Answer string // same, not-same, unsure
	Reason string
	Both   bool // a second person must say the same before it counts
}

// pairActs are the acts of answering.
var pairActs = map[string]policy.Act{"same": policy.PairSame, "not-same": policy.PairNotSame, "unsure": policy.PairUnsure}

// AnswerPair keeps an answer about two records for ever, of somebody who has seen what both say. Once an answer counts, the two people become one or the one becomes two at once;
// the footprint follows, a new cost run brings the cohort after it, and the next link run keeps to it.
func (a *App) AnswerPair(ctx context.Context, who Who, in AnswerPair) error {
	act, ok := pairActs[in.Answer]
	in.Reason = strings.TrimSpace(in.Reason)
	if !ok {
		return errNoPairAnswer
	}
	var missing error
	if in.Answer != "unsure" {
		missing = errNoReason
	}
	if err := checkReason(in.Reason, missing); err != nil {
		return err
	}
	return a.db.Do(ctx, request(who, act, policy.Record, int64(in.Pair[0])), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		if _, err := tx.Doubt(in.Pair[0], in.Pair[1]); err != nil {
			return err
		}
		records, _, err := bothSides(tx, in.Pair, here.LinkRun)
		if err != nil {
			return err
		}
		before, err := tx.AnswersOfPair(in.Pair[0], in.Pair[1])
		if err != nil {
			return err
		}
		readings := readingsOf(before)[in.Pair]
		sensitive, err := sensitiveJoin(tx, here.LinkRun, in.Pair[0], in.Pair[1])
		if err != nil {
			return err
		}
		_, stands := linkage.Judge(readings, sensitive.is())
		switch {
		case slices.ContainsFunc(readings, func(r linkage.Reading) bool { return r.By == tx.Actor().Account }):
			return fault.New(fault.Conflict, "answered-already", "You have answered this pair already.", "Take your answer back to give another.")
		case !stands.Open(linkage.AskedTwice(in.Pair[0], in.Pair[1])):
			return fault.New(fault.Conflict, "answered-already", "Somebody has answered this pair meanwhile.", "Look at their answer; whoever thinks otherwise can take it back, with a reason.")
		}
		if err := sawPair(tx, in.Pair); err != nil {
			return err
		}
		x := store.Answer{Answer: in.Answer, Record: in.Pair[1], Person: records[0].Person, Reason: in.Reason, Pair: true, Both: in.Both && in.Answer != "unsure",
			Pairs: [][2]id.Record{in.Pair}}
		if records[0].Person == records[1].Person {
			if x.Record, err = leaving(tx, here.LinkRun, records[0].Person, in.Pair); err != nil {
				return err
			}
		}
		if x, err = tx.AddAnswer(x); err != nil || in.Answer == "unsure" {
			return err
		}
		changed, err := judge(tx, here.LinkRun, in.Pair)
		if err != nil || !changed {
			return err
		}
		now, err := settle(tx, here.LinkRun, x)
		if err != nil || in.Answer != "same" {
			return err
		}
		return tx.AnswerIsOn(x.ID, now[in.Pair[0]])
	})
}

// leaving is which of two records of a person leaves should they be parted: the one with whom fewer go.
func leaving(tx *store.Tx, run id.Run, p id.Person, pair Pair) (id.Record, error) {
	members, err := tx.MembersOf(run, p)
	if err != nil {
		return 0, err
	}
	same, err := saidSame(tx)
	if err != nil {
		return 0, err
	}
	ties, err := tiesOf(tx, run, members, same)
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(ties, func(x, y linkage.Tie) int { return cmp.Compare(y.Millibits, x.Millibits) })
	pairs := [][2]id.Record{pair}
	if len(linkage.Side(members, ties, pair[0], pairs)) < len(linkage.Side(members, ties, pair[1], pairs)) {
		return pair[0], nil
	}
	return pair[1], nil
}

// judge lets of several readings of a pair those count that decide it, and says whether that has changed anything. Where one person may not join
// the two it notes that with each, so that it holds also once the mark is gone.
func judge(tx *store.Tx, run id.Run, pair Pair) (changed bool, err error) {
	answers, err := tx.AnswersOfPair(pair[0], pair[1])
	if err != nil {
		return false, err
	}
	sensitive, err := sensitiveJoin(tx, run, pair[0], pair[1])
	if err != nil {
		return false, err
	}
	says, _ := linkage.Judge(readingsOf(answers)[pair], sensitive.is())
	for _, x := range answers {
		if !x.UndoneAt.IsZero() {
			continue
		}
		if sensitive.is() && !x.Sensitive {
			if err := tx.AnswerIsSensitive(x.ID); err != nil {
				return false, err
			}
		}
		set, err := setCounts(tx, run, x, says != "" && x.Answer == string(says))
		if err != nil {
			return false, err
		}
		changed = changed || set
	}
	return changed, nil
}

// setCounts lets an answer count from the run in force on, or no longer, and says whether that has changed anything.
func setCounts(tx *store.Tx, run id.Run, x store.Answer, should bool) (changed bool, err error) {
	if should == x.Counts() {
		return false, nil
	}
	from, to := run, id.Run(0)
	switch {
	case should && x.CountsFrom != 0 && x.CountsTo == run:
		from = x.CountsFrom // as the run in force has it
	case !should && x.CountsFrom == run:
		from = 0
	case !should:
		from, to = x.CountsFrom, run
	}
	return true, tx.SetCounts(x.ID, from, to)
}

// UndoPair takes an answer about two records back.
type UndoPair struct {
	Pair   Pair
	Answer int64
	Reason string
}

// UndoPair takes an answer about two records back. Whatever it had moved is where it would be had it never been given; but records of a shielded
// person, or of victim and suspect, that an earlier run parted come together by the next run alone.
func (a *App) UndoPair(ctx context.Context, who Who, in UndoPair) error {
	return a.db.Do(ctx, request(who, policy.PairUndo, policy.Record, int64(in.Pair[0])), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		if _, _, err := bothSides(tx, in.Pair, here.LinkRun); err != nil {
			return err
		}
		x, err := tx.Answer(in.Answer)
		if err != nil {
			return err
		}
		if !x.Pair || len(x.Pairs) != 1 || Pair(x.Pairs[0]) != in.Pair {
			return fault.Missing("answer")
		}
		return takeBack(tx, here.LinkRun, x, in.Reason)
	})
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
