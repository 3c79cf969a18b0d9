package app

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/store"
)

// atOnce bounds how many passwords are hashed at one time: each takes 64 MiB and a core.
const atOnce = 2

// signing is what signing in needs beyond the keeper.
type signing struct {
	cost      account.Cost // account.Standard when zero
	once      sync.Once
	passwords *account.Passwords
	broken    error
	room      chan struct{}

	mu      sync.Mutex
	first   firstRun
	guesses map[id.Account][]time.Time // at one's own old password, when changing it
}

func (s *signing) ready() error {
	s.once.Do(func() {
		if s.cost == (account.Cost{}) {
			s.cost = account.Standard
		}
		s.room = make(chan struct{}, atOnce)
		s.passwords, s.broken = account.NewPasswords(s.cost, rand.Reader)
	})
	return s.broken
}

func (s *signing) hash(password string) (string, error) {
	if err := s.ready(); err != nil {
		return "", err
	}
	s.room <- struct{}{}
	defer func() { <-s.room }()
	return s.passwords.Hash(password, rand.Reader)
}

// verify waits for room unless the caller gives up first.
func (s *signing) verify(ctx context.Context, hash, password string) (right, outdated bool, err error) {
	if err := s.ready(); err != nil {
		return false, false, err
	}
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-ctx.Done():
		return false, false, ctx.Err()
	}
	return s.passwords.Verify(hash, password)
}

// guess notes a try of an account at its own old password and says how long it must wait. right takes the tries back.
func (s *signing) guess(n id.Account, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := (account.Failures{Pair: s.guesses[n]}).Wait(true, now); wait > 0 {
		return wait
	}
	if s.guesses == nil {
		s.guesses = map[id.Account][]time.Time{}
	}
	kept := s.guesses[n]
	if len(kept) > account.Guesses {
		kept = kept[len(kept)-account.Guesses:]
	}
	s.guesses[n] = append(kept, now)
	return 0
}

func (s *signing) right(n id.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.guesses, n)
}

// PasswordCost sets what a guess at a password costs, before the first is checked. Tests use a small one.
func (a *App) PasswordCost(c account.Cost) { a.signing.cost = c }

// newToken makes the token of a session: what goes into the cookie, and what is stored.
func newToken() (token, hash string, err error) {
	t, err := account.NewToken(rand.Reader)
	if err != nil {
		return "", "", err
	}
	return t.Reveal(), store.TokenHash(t.Hash()), nil
}

// TokenHash is how a session's token is looked up; false for what cannot be a token.
func TokenHash(token string) (string, bool) {
	t, err := account.ParseToken(token)
	if err != nil {
		return "", false
	}
	return store.TokenHash(t.Hash()), true
}

// tooSoon is the answer to a try that comes before its time.
func tooSoon(wait time.Duration) error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	when := "Wait a minute, then try again."
	if minutes > 1 {
		when = "Wait five minutes, then try again."
	} else if wait < 10*time.Second {
		when = "Wait a few seconds, then try again."
	}
	return fault.New(fault.TooMany, "too-many-tries", "There were too many tries that were not right.", when)
}
