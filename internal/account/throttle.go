package account

import (
	"slices"
	"time"
)

// How often somebody may guess: at most Guesses in any Window for one account, and for one address, with growing
// waits before that. Nobody waits longer than Window, so that guessing cannot lock anybody out for long; and
// who comes from where they have signed in before does not wait for what strangers do.
const (
	Guesses = 10
	Window  = 5 * time.Minute
	free    = 3 // tries that may follow each other at once: a typing mistake or two
)

// Failures are the times of tries that did not succeed, in any order. A try is written down before the password
// is checked, and taken back if it was right: otherwise tries made at the same moment would all be let through.
type Failures struct {
	Pair    []time.Time // of this account from this place, since it last signed in from there
	Account []time.Time // of this account from anywhere unknown to it
	Address []time.Time // of any account, or of none, from this address; signing in does not clear them
}

// Wait is how long the next try must wait, zero when it may be made now. known says that the account has signed in from this
// device or address before, as a signed cookie or the keeper's list shows.
func (f Failures) Wait(known bool, now time.Time) time.Duration {
	wait := max(backOff(f.Pair, now), limit(f.Pair, now))
	if !known {
		wait = max(wait, limit(f.Account, now), limit(f.Address, now))
	}
	return wait
}

// limit waits until fewer than Guesses lie within the window.
func limit(tries []time.Time, now time.Time) time.Duration {
	recent := within(tries, now)
	if len(recent) < Guesses {
		return 0
	}
	return recent[len(recent)-Guesses].Add(Window).Sub(now)
}

// backOff doubles from a second after the third failure, counted from the last one.
func backOff(tries []time.Time, now time.Time) time.Duration {
	recent := within(tries, now)
	if len(recent) < free {
		return 0
	}
	pause := time.Second << min(len(recent)-free, 6)
	return max(0, recent[len(recent)-1].Add(pause).Sub(now))
}

// within is the tries of the window that ends now, oldest first. A time that lies ahead, as after a clock was
// set back, counts as now.
func within(tries []time.Time, now time.Time) []time.Time {
	var recent []time.Time
	for _, t := range tries {
		if t.After(now) {
			t = now
		}
		if now.Sub(t) < Window {
			recent = append(recent, t)
		}
	}
	slices.SortFunc(recent, time.Time.Compare)
	return recent
}
