package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

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
		v, _, err := judgePair(tx, here.LinkRun, in.Pair, readings)
		if err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(readings, func(r linkage.Reading) bool { return r.By == tx.Actor().Account }):
			return fault.New(fault.Conflict, "answered-already", "You have answered this pair already.", "Take your answer back to give another.")
		case !v.stands.Open(linkage.AskedTwice(in.Pair[0], in.Pair[1])):
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
	v, sensitive, err := judgePair(tx, run, pair, readingsOf(answers)[pair])
	if err != nil {
		return false, err
	}
	for _, x := range answers {
		if !x.UndoneAt.IsZero() {
			continue
		}
		if sensitive.is() && !x.Sensitive {
			if err := tx.AnswerIsSensitive(x.ID); err != nil {
				return false, err
			}
		}
		set, err := setCounts(tx, run, x, v.says != "" && x.Answer == string(v.says))
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
