package app

import (
	"fmt"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// The event of whoever opens a person or a pair says whether the page showed what the records say, and not only how far they agree. An
// answer is held to it.
const (
	withValues    = " with values"
	withoutValues = " without values"
	theirRecords  = "records"
)

// pairNoted is a pair as its events call it.
func pairNoted(p Pair) string { return fmt.Sprintf("pair %d-%d", p[0], p[1]) }

// notes lets the event say whether what was opened is shown with its values.
func notes(tx *store.Tx, what string, named bool) {
	if named {
		tx.Shows(what + withValues)
	} else {
		tx.Shows(what + withoutValues)
	}
}

// openingsRead bounds how many openings of a subject, by whomever, are read to find somebody's last.
const openingsRead = 500

var errUnseen = fault.New(fault.Conflict, "values-not-seen", "You would answer without having seen what the records say.",
	"Show names on this page, read the records, then answer.")

// sawValues gives an error unless the records' values were shown when the actor last opened what an answer is about. That names may be hidden
// again by the time that they answer does not matter.
func sawValues(tx *store.Tx, opened policy.Act, s policy.Subject, what string) error {
	events, err := tx.DoneTo(s, opened, openingsRead)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(events, func(e store.Event) bool {
		return e.Account == tx.Actor().Account && strings.HasPrefix(e.Made, what+" ")
	})
	if i < 0 || events[i].Made != what+withValues {
		return errUnseen
	}
	return nil
}

// sawPair is sawValues of two records.
func sawPair(tx *store.Tx, p Pair) error {
	return sawValues(tx, policy.PairOpen, policy.Subject{Kind: policy.Record, ID: int64(p[0])}, pairNoted(p))
}

// sawRecords is sawValues of a person's records.
func sawRecords(tx *store.Tx, p id.Person) error {
	return sawValues(tx, policy.PersonOpen, policy.Subject{Kind: policy.Person, ID: int64(p)}, theirRecords)
}
