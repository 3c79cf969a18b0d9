package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// SignedIn is a session just begun or renewed. Token goes into the cookie; it is nowhere else.
type SignedIn struct {
	Area       id.Area
	Token      string
	MustChange bool // the password was made for them: they choose their own before anything else
}

// Credentials are what somebody types to sign in, and what their browser calls itself.
type Credentials struct {
	Area     id.Area
	Email    string
	Password string
	Source   string // the address they come from
	Agent    string
}

// errNotRight is one answer for an address that nobody has, a wrong password and an address that is none.
var errNotRight = fault.New(fault.Invalid, "not-right", "There is a problem.", "").
	With("email", "The e-mail address or the password is not right.", "Check both, and type the password again.")

// mostTyped bounds what of a typed address is hashed for the count of tries.
const mostTyped = 320

// SignIn begins a session. A try is written down before the password is checked, the same work is done whether or not anybody has
// the address, and the answers are the same.
func (a *App) SignIn(ctx context.Context, in Credentials) (SignedIn, error) {
	who := Nobody(string(in.Area), in.Source)
	email, malformed := account.ParseEmail(in.Email)
	typed := strings.ToLower(strings.TrimSpace(in.Email))
	if malformed == nil {
		typed = string(email)
	}
	if len(typed) > mostTyped {
		typed = typed[:mostTyped]
	}
	var try int64
	var secret store.Secret
	err := a.db.Do(ctx, request(who, policy.SessionTrySignIn, policy.System, 1), func(tx *store.Tx) error {
		var wait time.Duration
		var err error
		if try, wait, err = tx.Try(typed); err != nil {
			return err
		}
		if wait > 0 {
			return tooSoon(wait)
		}
		secret, err = tx.SecretOf(email)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	password := in.Password
	if secret.Temporary { // a code is typed with or without its hyphens
		if code, err := account.ParseCode(password); err == nil {
			password = code.Reveal()
		}
	}
	right, outdated, err := a.signing.verify(ctx, secret.Hash, password)
	if err != nil {
		return SignedIn{}, err
	}
	if !right {
		return SignedIn{}, errNotRight
	}
	return a.begin(ctx, who, in, secret, try, outdated)
}

// begin begins the session of somebody whose password was right.
func (a *App) begin(ctx context.Context, who Who, in Credentials, secret store.Secret, try int64, outdated bool) (SignedIn, error) {
	token, hash, err := newToken()
	if err != nil {
		return SignedIn{}, err
	}
	again := ""
	if outdated {
		if again, err = a.signing.hash(in.Password); err != nil {
			return SignedIn{}, err
		}
	}
	err = a.db.Do(ctx, request(who, policy.SessionSignIn, policy.Account, int64(secret.Account)), func(tx *store.Tx) error {
		if now, err := tx.PasswordHash(secret.Account); err != nil {
			return err
		} else if now != secret.Hash { // it was changed while this one was being checked
			return errNotRight
		}
		if secret.Temporary && !tx.Now().Before(secret.At.Add(account.CodeLife)) {
			return fault.InvalidField("password", "This temporary password has run out.", "Ask your administrator for a new one.")
		}
		if err := tx.TryWasRight(try); err != nil {
			return err
		}
		if again != "" && !secret.Temporary {
			if err := tx.SetPasswordHash(secret.Account, again, false); err != nil {
				return err
			}
		}
		return tx.StartSession(secret.Account, hash, in.Agent)
	})
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{in.Area, token, secret.Temporary}, nil
}

// SignOut ends the session that asks.
func (a *App) SignOut(ctx context.Context, who Who) error {
	return a.db.Do(ctx, request(who, policy.SessionSignOut, policy.Session, store.Own), (*store.Tx).EndOwnSession)
}

// errChangeFirst keeps somebody with a password that was made for them from anything but choosing their own.
var errChangeFirst = fault.New(fault.Denied, "change-password", "Your password was made for you.", "Choose your own password first.")

// StatePurpose notes why somebody is here, which is recorded with all they open until they say otherwise, and renews the
// session's token. A purpose that needs no names hides them. why is their own words, and may be empty.
func (a *App) StatePurpose(ctx context.Context, who Who, purpose policy.Purpose, why string) (token string, err error) {
	token, hash, err := newToken()
	if err != nil {
		return "", err
	}
	why = strings.TrimSpace(why)
	if len(why) > 500 {
		return "", fault.InvalidField("why", "The reason is longer than 500 characters.", "Say it in fewer words.")
	}
	err = a.db.Do(ctx, request(who, policy.SessionStatePurpose, policy.Session, store.Own), func(tx *store.Tx) error {
		if must, err := tx.MustChange(); err != nil || must {
			return orElse(err, errChangeFirst)
		}
		if !slices.Contains(purposesOf(tx), purpose) {
			return fault.InvalidField("purpose", "Choose why you are here.", "The purposes are those that your role has a use for.")
		}
		if err := tx.StatePurpose(purpose, why); err != nil {
			return err
		}
		if sees, _ := policy.ActInfo(policy.PersonSeeName); !slices.Contains(sees.Purposes, purpose) {
			if err := tx.ShowNamesUntil(time.Time{}); err != nil { // else a page would say that they are shown, and show none
				return err
			}
		}
		return tx.RenewSession(hash)
	})
	return token, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// purposesOf is the purposes offered to the actor. Running the system is done at its own command line.
func purposesOf(tx *store.Tx) []policy.Purpose {
	return slices.DeleteFunc(tx.Purposes(), func(p policy.Purpose) bool { return p == policy.Operate })
}

// PurposePage is what the page on which people state their purpose offers.
type PurposePage struct {
	Viewer   Viewer
	Purposes []policy.Purpose
}

// Purpose gives the purposes that are of use to whoever asks.
func (a *App) Purpose(ctx context.Context, who Who) (PurposePage, error) {
	var p PurposePage
	err := a.db.Do(ctx, request(who, policy.AccountOpenOwn, policy.Account, store.Own), func(tx *store.Tx) (err error) {
		p.Purposes = purposesOf(tx)
		p.Viewer, err = viewer(tx)
		return err
	})
	return p, err
}

// ShowNames shows people by name for policy.NamesWindow. why becomes the session's purpose, so that each name shown is recorded with
// it; it must be one that needs names. It renews the session's token.
func (a *App) ShowNames(ctx context.Context, who Who, why policy.Purpose) (token string, err error) {
	if why != policy.CheckRecords && why != policy.TakeToPanel {
		return "", fault.InvalidField("why", "Say why you need names.", "")
	}
	token, err = a.StatePurpose(ctx, who, why, "")
	if err != nil {
		return "", err
	}
	hash, _ := TokenHash(token)
	err = a.db.Do(ctx, request(who.Renewed(hash), policy.NamesShow, policy.Session, store.Own), func(tx *store.Tx) error {
		return tx.ShowNamesUntil(tx.Now().Add(policy.NamesWindow))
	})
	return token, err
}

// HideNames goes back to pseudonyms.
func (a *App) HideNames(ctx context.Context, who Who) error {
	return a.db.Do(ctx, request(who, policy.NamesHide, policy.Session, store.Own), func(tx *store.Tx) error {
		return tx.ShowNamesUntil(time.Time{})
	})
}

// OwnAccount is somebody's own account.
type OwnAccount struct {
	Viewer   Viewer
	Account  AccountRow
	Sessions []SessionRow
	Resets   []PasswordReset // the newest first
}

// PasswordReset is that somebody else made a password for an account: until it is changed they could sign in with it.
type PasswordReset struct {
	At time.Time
	By string // their name
}

// mostResets is how many resets of their password somebody is told of.
const mostResets = 5

// resetsOf gives the newest resets of an account's password.
func resetsOf(tx *store.Tx, n id.Account) ([]PasswordReset, error) {
	events, err := tx.DoneTo(policy.Subject{Kind: policy.Account, ID: int64(n)}, policy.AccountResetPassword, mostResets)
	var out []PasswordReset
	for _, e := range events {
		out = append(out, PasswordReset{e.At, cmp.Or(e.Actor, "somebody at the command line")})
	}
	return out, err
}

// OwnResets tells somebody who made a password for them, and when.
func (a *App) OwnResets(ctx context.Context, who Who) (resets []PasswordReset, err error) {
	err = a.db.Do(ctx, request(who, policy.AccountOpenOwn, policy.Account, store.Own), func(tx *store.Tx) (err error) {
		resets, err = resetsOf(tx, tx.Actor().Account)
		return err
	})
	return resets, err
}

// OwnAccount opens one's own account, with the sessions that live.
func (a *App) OwnAccount(ctx context.Context, who Who) (OwnAccount, error) {
	var p OwnAccount
	err := a.db.Do(ctx, request(who, policy.AccountOpenOwn, policy.Account, store.Own), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		names, _, err := agencyNames(tx)
		if err != nil {
			return err
		}
		row, err := tx.Account(p.Viewer.Account)
		if err != nil {
			return err
		}
		p.Account = AccountRow{row, names[row.Agency]}
		if p.Sessions, err = tx.Sessions(row.ID); err != nil {
			return err
		}
		p.Resets, err = resetsOf(tx, row.ID)
		return err
	})
	return p, err
}

// EndOtherSessions ends one's own sessions but the one that asks, such as one left open elsewhere.
func (a *App) EndOtherSessions(ctx context.Context, who Who) error {
	return a.db.Do(ctx, request(who, policy.SessionEndOwn, policy.Session, store.Own), func(tx *store.Tx) error {
		_, err := tx.EndSessions(tx.Actor().Account)
		return err
	})
}

// ChangeOwnPassword changes one's own password, ends one's other sessions and renews this one's token.
func (a *App) ChangeOwnPassword(ctx context.Context, who Who, old, chosen string) (token string, err error) {
	var own AccountRow
	var was string
	err = a.db.Do(ctx, request(who, policy.AccountOpenOwn, policy.Account, store.Own), func(tx *store.Tx) (err error) {
		if own.Account, err = tx.Account(tx.Actor().Account); err != nil {
			return err
		}
		names, _, err := agencyNames(tx)
		if err != nil {
			return err
		}
		own.AgencyName = names[own.Agency]
		was, err = tx.PasswordHash(own.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	if wait := a.signing.guess(own.ID, a.now()); wait > 0 {
		return "", tooSoon(wait)
	}
	if own.MustChange {
		if code, err := account.ParseCode(old); err == nil {
			old = code.Reveal()
		}
	}
	right, _, err := a.signing.verify(ctx, was, old)
	if err != nil {
		return "", err
	}
	var wrong error
	if !right {
		wrong = fault.InvalidField("old", "The password you have now is not right.", "Type it again.")
	} else {
		a.signing.right(own.ID)
	}
	same := error(nil)
	if right && chosen == old {
		same = fault.InvalidField("password", "This is the password you have now.", "Choose another.")
	}
	if err := together(wrong, same, account.CheckPassword(chosen, own.Name, string(own.Email), own.AgencyName)); err != nil {
		return "", err
	}
	fresh, err := a.signing.hash(chosen)
	if err != nil {
		return "", err
	}
	token, hash, err := newToken()
	if err != nil {
		return "", err
	}
	err = a.db.Do(ctx, request(who, policy.AccountChangeOwnPassword, policy.Account, store.Own), func(tx *store.Tx) error {
		if now, err := tx.PasswordHash(own.ID); err != nil {
			return err
		} else if now != was {
			return fault.New(fault.Conflict, "password-changed", "Your password was changed meanwhile.", "Sign in with the new one.")
		}
		if err := tx.SetPasswordHash(own.ID, fresh, false); err != nil {
			return err
		}
		if _, err := tx.EndSessions(own.ID); err != nil {
			return err
		}
		return tx.RenewSession(hash)
	})
	return token, err
}

// Me gives the Viewer alone, for a page that says why another could not be shown.
func (a *App) Me(ctx context.Context, who Who) (Viewer, error) {
	var v Viewer
	err := a.db.Do(ctx, request(who, policy.AccountOpenOwn, policy.Account, store.Own), func(tx *store.Tx) (err error) {
		v, err = viewer(tx)
		return err
	})
	return v, err
}
