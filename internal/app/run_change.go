package app

import (
	"cmp"
	"encoding/json"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// RunChange is what differs between a run and the one of its kind that was in force before it.
type RunChange struct {
	Before     id.Run
	FoundThen  RunFound
	Came, Gone []RunExtract // extracts that only this run read, and that only the one before did
	Answers    int64        // given or taken back between the two
	Rule       bool         // a cost run's rule, window or price year is another
	Prices     bool         // of a cost run: prices were changed
	Linked     []LinkedRun  // of a cost run: the link runs published between those that the two rest on, the oldest first
	Moved      *LinkMoves   // of a link run, by it; nil where it was not kept

	Entered, Left   []Mover // a cost run's cohort; those whom the viewer may open
	EnteredN, LeftN int     // of all
}

// LinkedRun is a link run that was published between two cost runs' own.
type LinkedRun struct {
	Run   id.Run
	Moved *LinkMoves // nil where it was not kept
}

// LinkMoves is what a link run changed of who is who, held against the run before it.
type LinkMoves struct {
	Records int // that were one person's and are another's
	New     int // that no person held before
	People  int // who became part of another
	Most    []PersonMove
	Parted  *PartedPeople `json:",omitempty"` // nil for a run made before that was kept
}

// PartedPeople are the people whose records a link run parted.
type PartedPeople struct {
	People  int
	Numbers string // as writeNumbers writes them
}

// PersonMove is how many records of one person became another's.
type PersonMove struct {
	From, To id.Person
	Records  int
}

// mostMoves is how many moves a run's report keeps, those of most records first, and how many of those who enter a cohort or leave it a page
// names.
const mostMoves = 50

// Mover is somebody who entered the cohort, or left it.
type Mover struct {
	Person   id.Person
	Now      id.Person // whom the number leads to, where that is somebody else; else 0
	Was, Is  money.Pence
	WasKnown bool // the rows of the run before are kept, so Was is known
	Why      []MoveReason
}

// MoveReason is a cause for which somebody entered the cohort or left it.
type MoveReason string

// The causes, as far as the two runs tell.
const (
	MovedByAnswer  MoveReason = "answer"  // people said which records are theirs
	MovedByLink    MoveReason = "link"    // the link run gave them other records
	MovedByExtract MoveReason = "extract" // one was accepted that holds contacts of theirs
	MovedByRemoval MoveReason = "removal" // an extract was taken back; whose contacts it held is no longer known
	MovedByPrice   MoveReason = "price"
	MovedByRule    MoveReason = "rule"
)

// movesOf tells what changed in who is who.
func movesOf(changes []linkage.Event, before, after []id.Person) *LinkMoves {
	m := &LinkMoves{}
	from, ends := map[PersonMove]int{}, map[id.Person]bool{}
	for _, c := range changes {
		switch c.Kind {
		case linkage.Forwarded:
			m.People++
			ends[c.Person] = true
		case linkage.Linked:
			if was := before[c.Record]; was == 0 {
				m.New++
			} else {
				m.Records++
				from[PersonMove{From: was, To: after[c.Record]}]++
			}
		}
	}
	went, parted := map[id.Person]int{}, []id.Person(nil)
	for k, n := range from {
		k.Records = n
		m.Most = append(m.Most, k)
		went[k.From]++
	}
	for p, n := range went {
		if n > 1 || !ends[p] { // who keeps their number keeps a record
			parted = append(parted, p)
		}
	}
	slices.Sort(parted)
	m.Parted = &PartedPeople{len(parted), writeNumbers(parted)}
	slices.SortFunc(m.Most, func(x, y PersonMove) int {
		return cmp.Or(cmp.Compare(y.Records, x.Records), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	m.Most = m.Most[:min(len(m.Most), mostMoves)]
	return m
}

// change holds a run to the one before it; nothing for the first of its kind and for one that has not ended well.
func (p *RunPage) change(tx *store.Tx) error {
	if p.Change = nil; p.Supersedes == 0 || p.Run.State == store.RunFailed {
		return nil
	}
	before, err := tx.Run(p.Supersedes)
	if err != nil {
		return err
	}
	var then RunInputs
	if err := json.Unmarshal([]byte(before.Inputs), &then); err != nil {
		return err
	}
	c := &RunChange{Before: before.ID, Rule: then.Rule != p.Inputs.Rule || then.Window != p.Inputs.Window || then.PriceYear != p.Inputs.PriceYear,
		Prices: then.PriceMap != p.Inputs.PriceMap || then.Deflator != p.Inputs.Deflator}
	if c.FoundThen, err = foundBy(tx, before); err != nil {
		return err
	}
	if c.Came, err = onlyIn(tx, p.Inputs.Extracts, then.Extracts); err != nil {
		return err
	}
	if c.Gone, err = onlyIn(tx, then.Extracts, p.Inputs.Extracts); err != nil {
		return err
	}
	if c.Answers, err = tx.AnswersBetween(before.StartedAt, p.Run.StartedAt); err != nil {
		return err
	}
	if p.Run.Kind == store.CostRun {
		c.Linked, err = linkedBetween(tx, then.LinkRun, p.Inputs.LinkRun)
	} else {
		c.Moved, err = movesBy(p.Run)
	}
	if err != nil {
		return err
	}
	p.Change = c
	if p.Run.Kind == store.CostRun {
		return c.movers(tx, before, p.Run, then, p.Inputs)
	}
	return c.mayMove(tx)
}

// movesBy reads what a link run changed; nil where it was not kept.
func movesBy(run store.Run) (*LinkMoves, error) {
	if run.Report == "" {
		return nil, nil
	}
	var report linkRunReport
	err := json.Unmarshal([]byte(run.Report), &report)
	return report.Moved, err
}

// linkedBetween gives the link runs that were published after one, up to another, the oldest first. Two cost runs may rest on link runs
// between which others were published, and what the last of them changed is then not all.
func linkedBetween(tx *store.Tx, after, last id.Run) (out []LinkedRun, err error) {
	for n := last; n != after && n != 0; {
		run, err := tx.Run(n)
		if err != nil {
			return nil, err
		}
		moved, err := movesBy(run)
		if err != nil {
			return nil, err
		}
		out = append(out, LinkedRun{n, moved})
		var in RunInputs
		if err := json.Unmarshal([]byte(run.Inputs), &in); err != nil {
			return nil, err
		}
		n = in.LinkRun
	}
	slices.Reverse(out)
	return out, nil
}

// onlyIn gives the extracts of one run that another did not read.
func onlyIn(tx *store.Tx, these, others []ExtractInput) (out []RunExtract, err error) {
	for _, in := range these {
		if slices.ContainsFunc(others, func(x ExtractInput) bool { return x.Extract == in.Extract }) {
			continue
		}
		x, err := runExtract(tx, in.Extract)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// mayMove leaves of a link run's moves those between people whom the viewer may open.
func (c *RunChange) mayMove(tx *store.Tx) error {
	if c.Moved == nil {
		return nil
	}
	now := map[id.Person]id.Person{}
	var people []id.Person
	for _, m := range c.Moved.Most {
		for _, n := range []id.Person{m.From, m.To} {
			p, err := tx.Follow(n)
			if err != nil {
				return err
			}
			now[n], people = p, append(people, p)
		}
	}
	facts, err := tx.PeopleFacts(people)
	if err != nil {
		return err
	}
	may := func(n id.Person) bool {
		p := now[n]
		return tx.May(policy.PersonOpen, policy.Subject{Kind: policy.Person, ID: int64(p)}, facts[p])
	}
	known := *c.Moved
	known.Most = nil
	for _, m := range c.Moved.Most {
		if may(m.From) && may(m.To) {
			known.Most = append(known.Most, m)
			tx.Names(m.From, m.To)
		}
	}
	c.Moved = &known
	return nil
}

// movers tells who entered the cohort and who left it, and as far as can be told why.
func (c *RunChange) movers(tx *store.Tx, before, now store.Run, then, in RunInputs) error {
	was, err := reports.read(before.Report)
	if err != nil {
		return err
	}
	is, err := reports.read(now.Report)
	if err != nil || was.Cohort == nil || is.Cohort == nil {
		return err
	}
	x, err := exchange(tx, was.Cohort, is.Cohort)
	if err != nil {
		return err
	}
	c.EnteredN, c.LeftN = x.EnterN, x.LeaveN
	kept, err := tx.Cohort(before.ID, "cohort", 0, 1)
	if err != nil {
		return err
	}
	w := whyMoved{RunChange: c, tx: tx, before: before, now: now, then: then, in: in, kept: len(kept) > 0}
	if err := w.gather(); err != nil {
		return err
	}
	for _, p := range x.Enter {
		m, err := w.mover(p)
		if err != nil {
			return err
		}
		if m.Was, err = w.total(before, p); err != nil {
			return err
		}
		m.Is = amountIn(is.Cohort, p)
		c.Entered = append(c.Entered, m)
	}
	for _, p := range x.Leave {
		m, err := w.mover(p)
		if err != nil {
			return err
		}
		if m.Is, err = w.total(now, p); err != nil {
			return err
		}
		m.Was, m.WasKnown = amountIn(was.Cohort, p), true
		c.Left = append(c.Left, m)
	}
	return nil
}

func amountIn(c *cohort.Cohort, p id.Person) money.Pence {
	for _, m := range c.Members {
		if m.ID == p {
			return m.Amount
		}
	}
	return 0
}

// whyMoved finds out why somebody is in one run's cohort and not in the other's.
type whyMoved struct {
	*RunChange
	tx          *store.Tx
	before, now store.Run
	then, in    RunInputs
	kept        bool // the rows of the run before
	keptLinks   bool // those of the link run that it rests on
	answered    map[id.Person]bool
}

// gather reads once what is asked of everybody: whom answers given or taken back between the two runs took records from or gave them to, and
// whether the earlier link run still has rows.
func (w *whyMoved) gather() error {
	moves, err := w.tx.MovesBetween(w.before.StartedAt, w.now.StartedAt)
	if err != nil {
		return err
	}
	w.answered = map[id.Person]bool{}
	for _, m := range moves {
		w.answered[m.From], w.answered[m.To] = true, true
	}
	w.keptLinks, err = w.tx.MembersKept(w.then.LinkRun)
	return err
}

// total is what somebody costs by a run in whose cohort they are not.
func (w whyMoved) total(run store.Run, p id.Person) (money.Pence, error) {
	t, err := w.tx.TotalOf(run.ID, p)
	return t.Total, err
}

func (w whyMoved) mover(p id.Person) (m Mover, err error) {
	m = Mover{Person: p, WasKnown: w.kept}
	to, err := w.tx.Follow(p)
	if err != nil {
		return m, err
	}
	if to != p {
		m.Now = to
	}
	add := func(r MoveReason, yes bool, e error) {
		if err = cmp.Or(err, e); yes && e == nil {
			m.Why = append(m.Why, r)
		}
	}
	add(MovedByAnswer, w.answered[p], nil)
	linked, e := w.linked(p)
	add(MovedByLink, linked && !w.answered[p], e)
	sent, e := w.sent(p)
	add(MovedByExtract, sent, e)
	priced, e := w.priced(p, len(m.Why) > 0)
	add(MovedByPrice, priced, e)
	add(MovedByRule, w.Rule && len(m.Why) == 0, nil)
	add(MovedByRemoval, len(w.Gone) > 0 && len(m.Why) == 0, nil)
	return m, err
}

// linked says whether the link runs give the person different records; false where that is no longer known.
func (w whyMoved) linked(p id.Person) (bool, error) {
	if len(w.Linked) == 0 || !w.keptLinks {
		return false, nil
	}
	had, err := w.tx.MembersOf(w.then.LinkRun, p)
	if err != nil {
		return false, err
	}
	has, err := w.tx.MembersOf(w.in.LinkRun, p)
	return !slices.Equal(had, has), err
}

// sent says whether contacts of the person came in an extract that only the later run read.
func (w whyMoved) sent(p id.Person) (bool, error) {
	if len(w.Came) == 0 {
		return false, nil
	}
	contacts, err := w.tx.ContactsOf(p, w.in.LinkRun)
	return slices.ContainsFunc(contacts, func(c store.StoredContact) bool {
		return slices.ContainsFunc(w.Came, func(x RunExtract) bool { return x.ID == c.Extract })
	}), err
}

// priced says whether as many contacts of one service cost another sum, or prices are the only change left.
func (w whyMoved) priced(p id.Person, explained bool) (bool, error) {
	if !w.Prices {
		return false, nil
	}
	if !w.kept {
		return !explained, nil
	}
	type use struct{ agency, service string }
	var sums, counts [2]map[use]int64
	for i, run := range []id.Run{w.before.ID, w.now.ID} {
		all, err := w.tx.SumsOf(run, p)
		if err != nil {
			return false, err
		}
		sums[i], counts[i] = map[use]int64{}, map[use]int64{}
		for _, s := range all {
			k := use{s.Agency, s.Service}
			sums[i][k] += int64(s.Amount)
			counts[i][k] += s.Contacts
		}
	}
	for k, n := range counts[0] {
		if counts[1][k] == n && sums[0][k] != sums[1][k] {
			return true, nil
		}
	}
	return !explained, nil
}
