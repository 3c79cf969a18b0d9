package app

import (
	"context"
	"crypto/rand"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// firstRun is the one-time code of a system that nobody can sign in to. It lives in memory only.
type firstRun struct {
	hash  [32]byte
	made  time.Time // zero while there is no code
	tries []time.Time
}

// Door is what somebody who has not signed in may know of an area.
type Door = store.Door

// Doors gives the areas of this installation and whether anybody can sign in to them.
func (a *App) Doors(ctx context.Context) ([]Door, error) { return a.db.Doors(ctx) }

// OpenFirstRun makes the one-time code with which the first administrator is created, when nobody can sign in to some area or there
// is no area yet. The code is empty when it is not needed. It is given once, here, and held in memory only.
func (a *App) OpenFirstRun(ctx context.Context) (code string, err error) {
	doors, err := a.Doors(ctx)
	if err != nil {
		return "", err
	}
	if len(doors) > 0 && !anyEmpty(doors) {
		return "", nil
	}
	c, err := account.NewCode(rand.Reader)
	if err != nil {
		return "", err
	}
	a.signing.mu.Lock()
	defer a.signing.mu.Unlock()
	a.signing.first = firstRun{hash: c.Hash(), made: a.now()}
	return c.Reveal(), nil
}

func anyEmpty(doors []Door) bool {
	for _, d := range doors {
		if d.Empty {
			return true
		}
	}
	return false
}

// FirstRunIsOpen says whether a one-time code waits to be used.
func (a *App) FirstRunIsOpen() bool {
	a.signing.mu.Lock()
	defer a.signing.mu.Unlock()
	return !a.signing.first.made.IsZero()
}

// FirstRunArea is an area that somebody may become the first administrator of.
type FirstRunArea struct {
	Area     id.Area
	Name     string // of the partnership
	Invented bool   // every person and figure of it is invented, and every page says so
	Agencies int
	Trouble  *fault.Error // why its settings cannot be used; nil when they can
}

// FirstRunAreas gives the areas whose settings are at hand and that have no account yet, those that cannot be used too.
func (a *App) FirstRunAreas(ctx context.Context) ([]FirstRunArea, error) {
	doors, err := a.Doors(ctx)
	if err != nil {
		return nil, err
	}
	var slugs []id.Area
	for _, d := range doors {
		if d.Empty {
			slugs = append(slugs, d.Area)
		}
	}
	if len(doors) == 0 {
		if slugs, err = a.Configurations(); err != nil {
			return nil, err
		}
	}
	var choices []FirstRunArea
	for _, slug := range slugs {
		choice := FirstRunArea{Area: slug, Name: string(slug)}
		if c, err := a.config(slug); err != nil {
			choice.Trouble = fault.As(err)
		} else {
			choice.Name, choice.Invented, choice.Agencies = c.Partnership, c.Wording.Invented != "", len(c.Agencies)
		}
		choices = append(choices, choice)
	}
	return choices, nil
}

// FirstAdministrator is who becomes an area's first administrator. Fields are as typed.
type FirstAdministrator struct {
	Code     string
	Area     id.Area
	Email    string
	Name     string
	Password string
	Source   string
	Agent    string
	Wrong    error // what whoever read the form found wrong with it, said with the rest; nothing is done then
}

var errWrongCode = fault.InvalidField("code", "This is not the code.",
	"Type the code that the server printed where it was started. It works once and for 24 hours; starting the server again prints a new one.")

// codeIsRight spends a guess at the one-time code.
func (a *App) codeIsRight(typed string) error {
	code, bad := account.ParseCode(typed)
	a.signing.mu.Lock()
	defer a.signing.mu.Unlock()
	first := &a.signing.first
	now := a.now()
	if wait := (account.Failures{Pair: first.tries}).Wait(true, now); wait > 0 {
		return tooSoon(wait)
	}
	if bad != nil {
		return bad
	}
	if first.made.IsZero() || !code.Fits(first.hash, first.made, now) {
		if len(first.tries) > account.Guesses {
			first.tries = first.tries[1:]
		}
		first.tries = append(first.tries, now)
		return errWrongCode
	}
	return nil
}

// FirstRun creates an area from its configuration, its agencies, and its first administrator, who is signed in at once.
// A guess at the code is recorded, right or wrong.
func (a *App) FirstRun(ctx context.Context, in FirstAdministrator) (SignedIn, error) {
	refused := a.codeIsRight(in.Code)
	if fault.KindOf(refused) == fault.TooMany {
		return SignedIn{}, refused
	}
	c, err := a.config(in.Area)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = fault.InvalidField("area", "Choose the area.", "")
	} else if err != nil {
		return SignedIn{}, err
	}
	email, emailErr := account.ParseEmail(in.Email)
	name, nameErr := account.DisplayName(in.Name)
	passwordErr := account.CheckPassword(in.Password, in.Name, in.Email)
	refused = together(err, refused, nameErr, emailErr, passwordErr, in.Wrong) // in the order of the page
	var hash, token, tokenHash string
	if refused == nil {
		if hash, err = a.signing.hash(in.Password); err != nil {
			return SignedIn{}, err
		}
		if token, tokenHash, err = newToken(); err != nil {
			return SignedIn{}, err
		}
	}
	r := request(Nobody(string(in.Area), in.Source), policy.SystemFirstRun, policy.System, 1)
	err = a.db.Do(ctx, r, func(tx *store.Tx) error {
		if refused != nil {
			return refused
		}
		if err := loadArea(tx, c); err != nil {
			return err
		}
		n, err := tx.AddAccount(store.Account{Email: email, Name: name, Roles: []policy.Role{policy.Administrator}}, hash, false)
		if err != nil {
			return err
		}
		return tx.StartSession(n, tokenHash, in.Agent)
	})
	if err != nil {
		return SignedIn{}, err
	}
	a.signing.mu.Lock()
	a.signing.first = firstRun{}
	a.signing.mu.Unlock()
	return SignedIn{Area: in.Area, Token: token}, nil
}
