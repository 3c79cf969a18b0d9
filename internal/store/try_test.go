package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"throughline/internal/account"
	"throughline/internal/policy"
)

// tries makes n tries at an address from a place, a moment apart, and says how many were let through.
func tries(t *testing.T, db *DB, c *clock, email, from string, n int, apart time.Duration) (let int) {
	t.Helper()
	for range n {
		within(t, db, func(tx *Tx) error {
			tx.actor.Source = from
			_, wait, err := tx.Try(email)
			if wait == 0 {
				let++
			}
			return err
		})
		c.move(apart)
	}
	return let
}

func TestGuessesAreFew(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		if let := tries(t, db, c, "ann@example.org.uk", "192.0.2.1", 300, time.Second); let > account.Guesses {
			t.Errorf("%d guesses at one account from one place in five minutes, want at most %d", let, account.Guesses)
		}
		c.move(account.Window)
		let := 0
		for i := range 300 {
			let += tries(t, db, c, "ben@example.org.uk", fmt.Sprintf("198.51.100.%d", i%250), 1, time.Second)
		}
		if let > account.Guesses {
			t.Errorf("%d guesses at one account from many places, want at most %d", let, account.Guesses)
		}
		c.move(account.Window)
		let = 0
		for i := range 300 {
			let += tries(t, db, c, fmt.Sprintf("person-%d@example.org.uk", i), "203.0.113.9", 1, time.Second)
		}
		if let > account.Guesses {
			t.Errorf("%d guesses at many accounts from one place, want at most %d", let, account.Guesses)
		}
	})
}

// TestGuessingLocksNobodyOut has strangers guess all the time while the owner comes from where they have signed in before.
func TestGuessingLocksNobodyOut(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		within(t, db, func(tx *Tx) error {
			try, _, err := tx.Try("ann@example.org.uk")
			if err != nil {
				return err
			}
			return tx.TryWasRight(try)
		})
		tries(t, db, c, "ann@example.org.uk", "203.0.113.9", 250, time.Second)
		if let := tries(t, db, c, "ann@example.org.uk", "192.0.2.1", 1, 0); let != 1 {
			t.Error("the owner is locked out by a stranger's guesses")
		}
		if let := tries(t, db, c, "ann@example.org.uk", "198.51.100.1", 1, 0); let != 0 {
			t.Error("a stranger's guesses go on from another place")
		}
	})
}

func TestTriesAtOneMomentAreCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		var mu sync.Mutex
		var all sync.WaitGroup
		let := 0
		for range 24 {
			all.Go(func() {
				var wait time.Duration
				err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
					tx.actor = policy.Actor{Area: "test", Source: "192.0.2.1"}
					_, wait, err = tx.Try("ann@example.org.uk")
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && wait == 0 {
					let++
				}
			})
		}
		all.Wait()
		if let > account.Guesses {
			t.Errorf("%d tries made at one moment were let through, want at most %d", let, account.Guesses)
		}
	})
}

func TestTriesNameNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		tries(t, db, c, "ann@example.org.uk", "192.0.2.1", 1, 0)
		within(t, db, func(tx *Tx) error {
			var subject string
			err := tx.sql.QueryRow("select subject from sign_in_tries").Scan(&subject)
			if len(subject) != 64 || subject == tx.subject("ben@example.org.uk") {
				t.Errorf("a try is kept as %q, want a keyed hash", subject)
			}
			return err
		})
		c.move(keptTries + time.Hour)
		tries(t, db, c, "ben@example.org.uk", "192.0.2.1", 1, 0)
		within(t, db, func(tx *Tx) error {
			var n int
			err := tx.sql.QueryRow("select count(*) from sign_in_tries").Scan(&n)
			if n != 1 {
				t.Errorf("%d tries are kept, want the old one gone", n)
			}
			return err
		})
	})
}
