package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// AnswerRecords is somebody's answer whether a record is a person's.
type AnswerRecords struct {
	Person id.Person
	Record id.Record
	Answer string // same, not-same, unsure
	Reason string
}

var (
	errNoAnswer     = fault.InvalidField("answer", "Choose an answer.", "Same person, not the same person, or not sure.")
	errNoPairAnswer = fault.InvalidField("answer", "Choose an answer.", "It is one of those under the question; if you cannot tell, that you are not sure.")
	errNoReason     = fault.InvalidField("reason", "Say why you think so.", "For example: the worker met both. Leave health details out.")
)

// Answer keeps an answer for ever, of somebody who has seen what the records say. "Not the same" makes the record a person of its own at once; the footprint follows, and a new
// cost run brings the cohort after it.
func (a *App) Answer(ctx context.Context, who Who, in AnswerRecords) (moved id.Person, err error) {
	acts := map[string]policy.Act{"same": policy.PersonSame, "not-same": policy.PersonNotSame, "unsure": policy.PersonUnsure}
	act, ok := acts[in.Answer]
	if !ok {
		return 0, errNoAnswer
	}
	if err := checkReason(in.Reason, errNoReason); err != nil {
		return 0, err
	}
	err = a.db.Do(ctx, request(who, act, policy.Person, int64(in.Person)), func(tx *store.Tx) error {
		run, p, others, err := membersNow(tx, in.Person)
		if err != nil {
			return err
		}
		i := slices.Index(others, in.Record)
		if i < 0 {
			return fault.Missing("record")
		}
		others = slices.Delete(others, i, i+1)
		if len(others) == 0 && in.Answer != "unsure" {
			return fault.New(fault.Invalid, "only-record", "This is the person's only record, so there is nothing to compare it with.", "")
		}
		x := store.Answer{Answer: in.Answer, Person: p, Record: in.Record, Reason: strings.TrimSpace(in.Reason)}
		for _, r := range others {
			x.Pairs = append(x.Pairs, ordered(in.Record, r))
		}
		if in.Answer == "same" {
			s, err := sensitiveJoin(tx, run, in.Record)
			if err != nil {
				return err
			}
			x.Sensitive = s.is()
		}
		if in.Answer != "unsure" && !x.Sensitive {
			x.CountsFrom = run
		}
		if err := sawRecords(tx, in.Person); err != nil {
			return err
		}
		if x, err = tx.AddAnswer(x); err != nil || in.Answer == "unsure" {
			return err
		}
		if x.Sensitive {
			if counts, err := confirm(tx, run, x); err != nil || !counts {
				return err
			}
		}
		now, err := settle(tx, run, x)
		moved = now[in.Record]
		return err
	})
	return moved, err
}

// membersNow gives the link run in force, whom a number stands for in it, and their records.
func membersNow(tx *store.Tx, n id.Person) (run id.Run, p id.Person, members []id.Record, err error) {
	here, err := tx.Area()
	if err != nil {
		return 0, 0, nil, err
	}
	if p, err = tx.Follow(n); err != nil {
		return 0, 0, nil, err
	}
	members, err = tx.MembersOf(here.LinkRun, p)
	return here.LinkRun, p, members, err
}

func ordered(a, b id.Record) [2]id.Record { return [2]id.Record{min(a, b), max(a, b)} }

// UndoAnswer takes an answer back.
type UndoAnswer struct {
	Person id.Person
	Answer int64
	Reason string
}

// UndoAnswer takes an answer back. Every record that it had moved is again where it would be had the answer never been given.
func (a *App) UndoAnswer(ctx context.Context, who Who, in UndoAnswer) error {
	return a.db.Do(ctx, request(who, policy.PersonUndoAnswer, policy.Person, int64(in.Person)), func(tx *store.Tx) error {
		x, err := tx.Answer(in.Answer)
		if err != nil {
			return err
		}
		here, err := tx.Area()
		if err != nil {
			return err
		}
		home, err := tx.Follow(x.Person)
		if err != nil {
			return err
		}
		asked, err := tx.Follow(in.Person)
		if err != nil {
			return err
		}
		holder, err := tx.HolderOf(here.LinkRun, x.Record)
		if err != nil {
			return err
		}
		if asked != home && asked != holder { // the policy was asked about somebody whom the answer is not about
			return fault.Missing("answer")
		}
		return takeBack(tx, here.LinkRun, x, in.Reason)
	})
}

// takeBack undoes an answer and lets everything that rested on it follow.
func takeBack(tx *store.Tx, run id.Run, x store.Answer, reason string) error {
	if err := checkReason(reason, nil); err != nil {
		return err
	}
	if err := tx.UndoAnswer(x.ID, run, strings.TrimSpace(reason)); err != nil {
		return err
	}
	counted := x.Counts()
	if x.Pair {
		changed, err := judge(tx, run, ordered(x.Pairs[0][0], x.Pairs[0][1]))
		if err != nil {
			return err
		}
		counted = counted || changed
	} else if x.Answer == "same" {
		changed, err := confirm(tx, run, x)
		if err != nil {
			return err
		}
		counted = counted || changed
	}
	if !counted {
		return nil
	}
	_, err := settle(tx, run, x)
	return err
}

// settling gathers what Settle works on: everybody whom an answer touches, directly or through other answers.
type settling struct {
	tx      *store.Tx
	run     id.Run
	moved   map[id.Record]id.Person // whose a record was before answers moved it, since the run
	members map[id.Person][]id.Record
	in      linkage.Settling
}

// settle makes the people of a run what the answers that count say, as far as one answer touches them, and gives whose each of their
// records is now. Who is moved is in the history, and a cost run follows.
func settle(tx *store.Tx, run id.Run, about store.Answer) (map[id.Record]id.Person, error) {
	s := settling{tx: tx, run: run, moved: map[id.Record]id.Person{}, members: map[id.Person][]id.Record{}}
	moves, err := tx.MovesIn(run)
	if err != nil {
		return nil, err
	}
	for _, m := range moves {
		if _, known := s.moved[m.Record]; !known {
			s.moved[m.Record] = m.From
		}
	}
	if err := s.gather(about); err != nil {
		return nil, err
	}
	var failed error
	s.in.Fresh = func(answer int64) id.Person {
		p, err := tx.AddPersons(1, run)
		if err == nil {
			err = tx.AnswerMade(answer, p)
		}
		failed = cmp.Or(failed, err)
		return p
	}
	now := linkage.Settle(s.in)
	if failed != nil {
		return nil, failed
	}
	return now, s.write(now, about.ID)
}

// found is whose a record is as the run found it; 0 when it is nobody's.
func (s *settling) found(r id.Record) (id.Person, error) {
	if p, ok := s.moved[r]; ok {
		return p, nil
	}
	return s.tx.WhoseIs(s.run, r)
}

// of gives a person's records as the run found them.
func (s *settling) of(p id.Person) ([]id.Record, error) {
	if some, known := s.members[p]; known {
		return some, nil
	}
	some, err := s.tx.MembersOf(s.run, p)
	if err != nil {
		return nil, err
	}
	some = slices.DeleteFunc(some, func(r id.Record) bool { _, moved := s.moved[r]; return moved })
	for r, was := range s.moved {
		if was == p {
			some = append(some, r)
		}
	}
	s.members[p] = some
	return some, nil
}

func (s *settling) gather(about store.Answer) error {
	said, err := s.tx.AnswersChangedIn(s.run)
	if err != nil {
		return err
	}
	type touching struct {
		people []id.Person
		word   *linkage.Word
		back   map[id.Record]id.Person
	}
	var all []touching
	for _, x := range append(said, about) {
		var t touching
		for _, r := range recordsOf(x) {
			p, err := s.found(r)
			if err != nil {
				return err
			}
			if p != 0 {
				t.people = append(t.people, p)
			}
		}
		switch {
		case x.ID == about.ID && len(all) == len(said): // where to begin; the answer itself is among those said
		case x.Counts() && x.CountsFrom == s.run:
			t.word = &linkage.Word{Answer: x.ID, Same: x.Answer == "same", Record: x.Record, Pairs: x.Pairs, Made: x.Made}
		case !x.Counts() && x.CountsFrom != s.run:
			if t.back, err = s.back(x); err != nil {
				return err
			}
			t.people = slices.AppendSeq(t.people, maps.Values(t.back))
		}
		all = append(all, t)
	}
	touched := map[id.Person]bool{}
	for _, p := range all[len(all)-1].people {
		touched[p] = true
	}
	used := make([]bool, len(all))
	for again := true; again; {
		again = false
		for i, t := range all {
			if used[i] || !slices.ContainsFunc(t.people, func(p id.Person) bool { return touched[p] }) {
				continue
			}
			for _, p := range t.people {
				touched[p] = true
			}
			used[i], again = true, true
		}
	}
	s.in.Found, s.in.Returns = map[id.Record]id.Person{}, map[id.Record]id.Person{}
	for i, t := range all {
		if !used[i] {
			continue
		}
		if t.word != nil {
			s.in.Words = append(s.in.Words, *t.word)
		}
		maps.Copy(s.in.Returns, t.back)
	}
	standing, err := s.tx.StandingAnswers()
	if err != nil {
		return err
	}
	same := pairsOf(standing, linkage.Same)
	for p := range touched {
		some, err := s.of(p)
		if err != nil {
			return err
		}
		for _, r := range some {
			s.in.Found[r] = p
		}
		ties, err := tiesOf(s.tx, s.run, some, same)
		if err != nil {
			return err
		}
		s.in.Ties = append(s.in.Ties, ties...)
	}
	if s.in.Apart, err = keptApart(s.tx, s.run, slices.Sorted(maps.Keys(s.in.Found)), same); err != nil {
		return err
	}
	for p := range pairsOf(standing, linkage.NotSame) { // also what was said before the run, which it has obeyed
		if s.in.Found[p[0]] != 0 && s.in.Found[p[1]] != 0 {
			s.in.Apart = append(s.in.Apart, p)
		}
	}
	return nil
}

// saidSame are the pairs of which an answer that counts says that they are one person's. It shows nobody.
func saidSame(tx *store.Tx) (map[Pair]bool, error) {
	all, err := tx.StandingAnswers()
	return pairsOf(all, linkage.Same), err
}

// pairsOf are the pairs of which one of some answers says so.
func pairsOf(answers []store.Answer, says linkage.Says) map[Pair]bool {
	pairs := map[Pair]bool{}
	for _, x := range answers {
		for _, p := range x.Pairs {
			if x.Answer == string(says) {
				pairs[ordered(p[0], p[1])] = true
			}
		}
	}
	return pairs
}

// tiesOf gives the links of a run from some records to those with higher numbers, so that each link among them comes once. What somebody said ties
// more strongly than any evidence.
func tiesOf(tx *store.Tx, run id.Run, records []id.Record, same map[Pair]bool) (ties []linkage.Tie, err error) {
	for _, r := range records {
		links, err := tx.TiesOf(run, r)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			t := linkage.Tie{A: l.A, B: l.B, Millibits: l.Millibits}
			if same[Pair{l.A, l.B}] {
				t.Millibits = linkage.TieByAnswer
			}
			ties = append(ties, t)
		}
	}
	return ties, nil
}

// recordsOf are the records that an answer is about.
func recordsOf(x store.Answer) []id.Record {
	out := []id.Record{x.Record}
	for _, p := range x.Pairs {
		out = append(out, p[0], p[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// back says where records belong that the run moved, or left moved, for an answer which counts no longer: where they were before it.
func (s *settling) back(x store.Answer) (map[id.Record]id.Person, error) {
	if x.Answer != "same" { // of a shielded person, and of victim and suspect, the next link run says whether they are one again
		sensitive, err := sensitiveJoin(s.tx, s.run, recordsOf(x)...)
		if err != nil || sensitive.is() {
			return nil, err
		}
	}
	by := []store.Answer{x}
	if x.Pair { // of several readings, one moved the records
		var err error
		if by, err = s.tx.AnswersOfPair(x.Pairs[0][0], x.Pairs[0][1]); err != nil {
			return nil, err
		}
	}
	out := map[id.Record]id.Person{}
	for _, one := range by {
		if one.Answer != x.Answer {
			continue
		}
		moves, err := s.tx.MovesOf(one.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range moves {
			if _, known := out[m.Record]; known {
				continue
			}
			now, err := s.found(m.Record)
			if err != nil {
				return nil, err
			}
			if now == 0 { // no extract says anything of it any more
				continue
			}
			if x.Answer == "same" {
				if now == m.From {
					continue
				}
				if to, err := s.tx.Follow(m.To); err != nil || to != now && m.To != now {
					continue // the run has found it to be somebody else since
				}
				out[m.Record] = m.From
				continue
			}
			if out[m.Record], err = s.home(m.From); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// home is who a person is by the run.
func (s *settling) home(p id.Person) (id.Person, error) {
	if some, err := s.of(p); err != nil || len(some) > 0 {
		return p, err
	}
	return s.tx.Follow(p)
}

// write changes the run's memberships to what was settled. A number that stands for nobody any more leads to who has its first record.
func (s *settling) write(now map[id.Record]id.Person, answer int64) error {
	before, left := map[id.Record]id.Person{}, map[id.Person]int{}
	for _, r := range slices.Sorted(maps.Keys(now)) {
		p, err := s.tx.HolderOf(s.run, r)
		if err != nil {
			return err
		}
		before[r] = p
		left[now[r]]++
	}
	var events []store.MembershipEvent
	emptied, filled := map[id.Person]id.Person{}, map[id.Person]bool{}
	for _, r := range slices.Sorted(maps.Keys(now)) {
		from, to := before[r], now[r]
		if from == to {
			continue
		}
		if err := s.tx.SetMembership(s.run, r, to); err != nil {
			return err
		}
		kind := "unlinked"
		if left[from] == 0 {
			kind = "linked"
			if emptied[from] == 0 {
				emptied[from] = to
			}
		}
		filled[to] = true
		events = append(events, store.MembershipEvent{Run: s.run, Answer: answer, Record: r, From: from, To: to, Kind: kind})
	}
	if len(events) == 0 {
		return nil
	}
	for p := range filled {
		if err := s.tx.ForwardPerson(p, 0); err != nil {
			return err
		}
	}
	for p, to := range emptied {
		if err := s.tx.ForwardPerson(p, to); err != nil {
			return err
		}
	}
	if err := s.tx.AddMembershipEvents(events); err != nil {
		return err
	}
	_, err := startCost(s.tx)
	return err
}
