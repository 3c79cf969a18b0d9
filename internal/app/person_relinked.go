package app

import (
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Relinked is what one link run changed of whose a person's records are.
type Relinked struct {
	Run     id.Run
	At      time.Time
	Records []RelinkedRecord
}

// RelinkedRecord is a record that came to a person or went from them.
type RelinkedRecord struct {
	Answered           // which record it is; its Person is meant in answers only
	Came     bool      // else it went
	New      bool      // it came, and was of nobody before
	Gone     bool      // it went, and is of nobody since: no extract said anything of it any more
	Other    id.Person // whom it came from or went to, where the viewer may open them; else 0
}

// relinked gathers which records link runs gave to the person or took, of those that the viewer may know of, the newest run first. What people
// answered is not among it.
func (p *PersonPage) relinked(tx *store.Tx, m *priceMap, sight sight, run id.Run) ([]Relinked, error) {
	moves, err := tx.RecordMovesOf(p.Person, run)
	if err != nil {
		return nil, err
	}
	var out []Relinked
	for _, x := range moves {
		sees, err := sight.seesAnywhere(tx, m, x.Record, run)
		if err != nil {
			return nil, err
		}
		if !sees {
			continue
		}
		r := RelinkedRecord{Came: x.To == p.Person, New: x.From == 0, Gone: x.To == 0}
		if r.Answered, err = p.answered(tx, m, sight, x.Record, run); err != nil {
			return nil, err
		}
		other := x.From
		if !r.Came {
			other = x.To
		}
		if other != 0 {
			if r.Other, err = mayOpen(tx, other); err != nil {
				return nil, err
			}
		}
		if n := len(out); n == 0 || out[n-1].Run != x.Run {
			out = append(out, Relinked{Run: x.Run, At: x.At})
		}
		last := &out[len(out)-1]
		last.Records = append(last.Records, r)
	}
	return out, nil
}

// mayOpen gives a person where the viewer may open them under the number that theirs leads to now, and 0 where not.
func mayOpen(tx *store.Tx, n id.Person) (id.Person, error) {
	to, err := tx.Follow(n)
	if err != nil {
		return 0, err
	}
	facts, err := tx.PersonFacts(to)
	if err != nil || !tx.May(policy.PersonOpen, policy.Subject{Kind: policy.Person, ID: int64(to)}, facts) {
		return 0, err
	}
	tx.Names(n)
	return n, nil
}
