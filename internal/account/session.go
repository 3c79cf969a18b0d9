package account

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"
)

// Token is the secret of a session, 256 bits. Only its hash is stored. Printing one shows nothing.
type Token struct{ secret [32]byte }

// NewToken takes a token from a source of randomness.
func NewToken(random io.Reader) (Token, error) {
	var t Token
	if _, err := io.ReadFull(random, t.secret[:]); err != nil {
		return Token{}, fmt.Errorf("token: %w", err)
	}
	return t, nil
}

// ParseToken reads what Reveal wrote into a cookie. The error does not repeat it.
func ParseToken(s string) (Token, error) {
	var t Token
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(t.secret) || len(s) != base64.RawURLEncoding.EncodedLen(len(b)) { // the decoder skips line breaks
		return Token{}, errors.New("the session token cannot be read")
	}
	copy(t.secret[:], b)
	return t, nil
}

// Reveal is the token as it goes into the cookie: 43 signs that are safe there.
func (t Token) Reveal() string { return base64.RawURLEncoding.EncodeToString(t.secret[:]) }

// Hash is what is stored and looked up. A token has as many bits as the hash, so a plain one is enough.
func (t Token) Hash() [32]byte { return sha256.Sum256(t.secret[:]) }

func (Token) String() string                { return "[token]" }
func (Token) Format(f fmt.State, verb rune) { io.WriteString(f, "[token]") }

// Limits is how long a session lasts.
type Limits struct {
	Idle     time.Duration // since the last request
	Absolute time.Duration // since signing in
}

// DefaultLimits ends a session after a quarter of an hour without a request, and after half a day in any case.
var DefaultLimits = Limits{Idle: 15 * time.Minute, Absolute: 12 * time.Hour}

// warning is how long before the end a page says so.
const warning = 2 * time.Minute

// Check says whether an installation may have these limits: 5 to 60 minutes idle, 12 hours at most.
func (l Limits) Check() error {
	switch {
	case l.Idle < 5*time.Minute || l.Idle > time.Hour:
		return fmt.Errorf("a session may be idle for 5 to 60 minutes, not %v", l.Idle)
	case l.Absolute < l.Idle || l.Absolute > 12*time.Hour:
		return fmt.Errorf("a session may last up to 12 hours and no less than it may be idle, not %v", l.Absolute)
	}
	return nil
}

// End is when a session ends that began and was last used at these times.
func (l Limits) End(began, used time.Time) time.Time {
	idle, absolute := used.Add(l.Idle), began.Add(l.Absolute)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// Live says whether the session still stands. One that began or was used after now, by a clock that was wrong, does not.
func (l Limits) Live(began, used, now time.Time) bool {
	return !began.IsZero() && !used.Before(began) && !used.After(now) && now.Before(l.End(began, used))
}

// Warn is from when on a page says that the session is about to end.
func (l Limits) Warn(began, used time.Time) time.Time { return l.End(began, used).Add(-warning) }

// Change is something that happened to a session or its account.
type Change uint8

const (
	SignedIn Change = iota
	PurposeStated
	NamesShown
	RolesChanged
	PasswordChanged
	AccountSuspended
	SignedOut
)

// Effect is what a change does to the session in which it happened and to the account's other sessions.
type Effect struct {
	Renew     bool // this session goes on under a new token; the old one is worth nothing
	End       bool // this session ends
	EndOthers bool // the account's other sessions end
}

// Effect is what must follow a change, before the answer leaves. A token that was known before the change
// never carries what came with it.
func (c Change) Effect() Effect {
	switch c {
	case SignedIn, PurposeStated, NamesShown:
		return Effect{Renew: true}
	case PasswordChanged:
		return Effect{Renew: true, EndOthers: true}
	}
	return Effect{End: true, EndOthers: c != SignedOut} // whose roles changed signs in again
}
