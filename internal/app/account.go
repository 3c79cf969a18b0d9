package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// AccountRow is an account as lists and its own page show it.
type AccountRow struct {
	store.Account
	AgencyName string // "the partnership" for agency 0
}

// partnership is what agency 0 is called.
const partnership = "The partnership"

func agencyNames(tx *store.Tx) (map[id.Agency]string, []store.Agency, error) {
	all, err := tx.Agencies()
	names := map[id.Agency]string{0: partnership}
	for _, g := range all {
		names[g.ID] = g.Name
	}
	return names, all, err
}

// AccountsAsked is what a list of accounts is to hold. Page is from 1; Agency nil is all.
type AccountsAsked struct {
	Agency     *id.Agency
	By         string // name, agency or seen
	Descending bool
	Page       int
}

// AccountsPage is one page of the accounts that the viewer may know of.
type AccountsPage struct {
	Viewer   Viewer
	Accounts []AccountRow
	Total    int
	Page     int
	PerPage  int
	Scope    string // the agency whose accounts alone are listed; empty for all
}

const accountsPerPage = 50

// Accounts lists accounts: all of the area, or for an agency's administrator that agency's.
func (a *App) Accounts(ctx context.Context, who Who, asked AccountsAsked) (AccountsPage, error) {
	p := AccountsPage{Page: max(asked.Page, 1), PerPage: accountsPerPage}
	r := inArea(who, policy.AccountList, policy.Area)
	r.Purpose = policy.LookAfterAccounts
	err := a.db.Do(ctx, r, func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		names, _, err := agencyNames(tx)
		if err != nil {
			return err
		}
		p.Scope = ""
		if own := tx.Actor().Agency; agencyOnly(tx) {
			p.Scope = names[own]
		} else if asked.Agency != nil {
			p.Scope = names[*asked.Agency]
		}
		rows, total, err := tx.Accounts(asked.Agency, store.AccountOrder{By: asked.By, Down: asked.Descending}, p.PerPage, (p.Page-1)*p.PerPage)
		p.Accounts, p.Total = make([]AccountRow, len(rows)), total
		for i, row := range rows {
			p.Accounts[i] = AccountRow{row, names[row.Agency]}
		}
		return err
	})
	return p, err
}

// exportedAccounts bounds a file of accounts.
const exportedAccounts = 100_000

// ExportAccounts writes accounts as CSV, in the order asked for: all of the area, of one agency, or for an agency's administrator that
// agency's.
func (a *App) ExportAccounts(ctx context.Context, who Who, asked AccountsAsked, to io.Writer) error {
	var rows []store.Account
	var names map[id.Agency]string
	r := inArea(who, policy.AccountExport, policy.Area)
	r.Purpose = policy.LookAfterAccounts
	err := a.db.Do(ctx, r, func(tx *store.Tx) (err error) {
		if names, _, err = agencyNames(tx); err != nil {
			return err
		}
		rows, _, err = tx.Accounts(asked.Agency, store.AccountOrder{By: asked.By, Down: asked.Descending}, exportedAccounts, 0)
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("account", "name", "e-mail address", "agency", "roles", "made", "last seen", "suspended")
	for _, x := range rows {
		var roles []string
		for _, role := range x.Roles {
			roles = append(roles, role.Words())
		}
		w.Write(sheet.Number(int64(x.ID)), sheet.Text(x.Name), sheet.Text(string(x.Email)), sheet.Text(names[x.Agency]), sheet.Text(strings.Join(roles, ", ")),
			instant(x.CreatedAt), instant(x.SeenAt), instant(x.SuspendedAt))
	}
	return w.Flush()
}

// knownAgencies is the agencies whose accounts the actor may look after: all, or their own.
func knownAgencies(tx *store.Tx, all []store.Agency) []store.Agency {
	if agencyOnly(tx) {
		return slices.DeleteFunc(slices.Clone(all), func(g store.Agency) bool { return g.ID != tx.Actor().Agency })
	}
	return all
}

// agencyOnly says whether the actor knows of one agency only.
func agencyOnly(tx *store.Tx) bool {
	return !slices.ContainsFunc(tx.Actor().Roles, func(r policy.Role) bool { return !r.ForAgency() })
}

// AccountPage is one account and what the viewer may do with it.
type AccountPage struct {
	Viewer   Viewer
	Account  AccountRow
	Own      bool
	Givable  []policy.Role // the roles that the viewer may give to it
	Sessions []SessionRow
}

// SessionRow is a session as pages show it.
type SessionRow = store.Session

// Account opens one account.
func (a *App) Account(ctx context.Context, who Who, n id.Account) (AccountPage, error) {
	var p AccountPage
	err := a.db.Do(ctx, request(who, policy.AccountOpen, policy.Account, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		names, _, err := agencyNames(tx)
		if err != nil {
			return err
		}
		row, err := tx.Account(n)
		p.Account = AccountRow{row, names[row.Agency]}
		p.Own = n == tx.Actor().Account
		p.Givable = givable(p.Viewer)
		if err != nil {
			return err
		}
		p.Sessions, err = tx.Sessions(n)
		return err
	})
	return p, err
}

// givable is the roles that a viewer may give: an agency's administrator gives those of an agency only.
func givable(v Viewer) []policy.Role {
	roles := policy.Roles()
	if !slices.Contains(v.Roles, policy.Administrator) {
		roles = slices.DeleteFunc(roles, func(r policy.Role) bool { return !r.ForAgency() })
	}
	return roles
}

// AccountForm is what the form for a new account offers.
type AccountForm struct {
	Viewer      Viewer
	Agencies    []store.Agency
	Partnership bool // the account may belong to the partnership itself
	Givable     []policy.Role
}

// NewAccountForm gives what may be chosen for a new account.
func (a *App) NewAccountForm(ctx context.Context, who Who) (AccountForm, error) {
	var f AccountForm
	err := a.db.Do(ctx, inArea(who, policy.AccountList, policy.Area), func(tx *store.Tx) (err error) {
		if f.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if !f.Viewer.MayEver(policy.AccountCreate) {
			return fault.New(fault.Denied, "denied", "Only an administrator or an agency’s administrator may create an account.", "Ask one of them.")
		}
		all, err := tx.Agencies()
		f.Agencies, f.Givable = knownAgencies(tx, all), givable(f.Viewer)
		f.Partnership = slices.Contains(f.Viewer.Roles, policy.Administrator)
		return err
	})
	return f, err
}

// NewAccount is an account to be made. Fields are as typed.
type NewAccount struct {
	Email  string
	Name   string
	Agency id.Agency // 0 is the partnership itself, a negative one none chosen
	Roles  []policy.Role
}

// AccountMade is an account with a password for its first day, which is shown once and must be changed.
type AccountMade struct {
	Viewer    Viewer
	Account   id.Account
	Name      string
	Email     string
	Temporary string
	Until     time.Time // when the temporary password stops working
}

// CreateAccount makes an account.
func (a *App) CreateAccount(ctx context.Context, who Who, in NewAccount) (AccountMade, error) {
	email, emailErr := account.ParseEmail(in.Email)
	name, nameErr := account.DisplayName(in.Name)
	var agencyErr error
	if in.Agency < 0 {
		agencyErr = fault.InvalidField("agency", "Choose an agency.", "")
	}
	if err := together(nameErr, emailErr, agencyErr, checkRoles(in.Roles)); err != nil {
		return AccountMade{}, err
	}
	secret, hash, err := a.temporary()
	if err != nil {
		return AccountMade{}, err
	}
	r := request(who, policy.AccountCreate, policy.Agency, int64(in.Agency))
	r.Giving = in.Roles
	made := AccountMade{Name: name, Email: string(email), Temporary: secret}
	err = a.db.Do(ctx, r, func(tx *store.Tx) (err error) {
		made.Until = tx.Now().Add(account.CodeLife)
		if made.Viewer, err = viewer(tx); err != nil {
			return err
		}
		made.Account, err = tx.AddAccount(store.Account{Agency: in.Agency, Email: email, Name: name, Roles: in.Roles}, hash, true)
		return err
	})
	if err != nil {
		return AccountMade{}, err
	}
	return made, nil
}

// temporary makes a password for somebody else: a code that they type once and then change.
func (a *App) temporary() (secret, hash string, err error) {
	code, err := account.NewCode(rand.Reader)
	if err != nil {
		return "", "", err
	}
	hash, err = a.signing.hash(code.Reveal())
	return code.Reveal(), hash, err
}

func checkRoles(roles []policy.Role) error {
	if len(roles) == 0 {
		return fault.InvalidField("roles", "Choose at least one role.", "An account without a role can do nothing.")
	}
	for _, r := range roles {
		if !slices.Contains(policy.Roles(), r) {
			return fault.InvalidField("roles", fmt.Sprintf("There is no role %q.", string(r)), "Choose from the list.")
		}
	}
	return nil
}

// together joins the notes of several Invalid faults into one, so that a form says all that is wrong with it at once.
// Any other error stands alone.
func together(errs ...error) error {
	var all *fault.Error
	for _, err := range errs {
		var f *fault.Error
		switch {
		case err == nil:
		case !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Notes) == 0:
			return err
		case all == nil:
			all = f
		default:
			for _, n := range f.Notes {
				all = all.With(n.Field, n.Message, n.Remedy)
			}
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// EditRoles gives the account these roles and no others. Its sessions end: whose roles changed signs in again.
func (a *App) EditRoles(ctx context.Context, who Who, n id.Account, version int64, roles []policy.Role) error {
	if err := checkRoles(roles); err != nil {
		return err
	}
	r := request(who, policy.AccountEditRoles, policy.Account, int64(n))
	r.Giving = roles
	return a.db.Do(ctx, r, func(tx *store.Tx) error {
		if err := tx.SetRoles(n, version, roles); err != nil {
			return err
		}
		_, err := tx.EndSessions(n)
		return err
	})
}

// SuspendAccount keeps somebody out from their next request on, and ends their sessions.
func (a *App) SuspendAccount(ctx context.Context, who Who, n id.Account, version int64) error {
	return a.db.Do(ctx, request(who, policy.AccountSuspend, policy.Account, int64(n)), func(tx *store.Tx) error {
		if err := tx.Suspend(n, version); err != nil {
			return err
		}
		_, err := tx.EndSessions(n)
		return err
	})
}

// RestoreAccount lets somebody in again.
func (a *App) RestoreAccount(ctx context.Context, who Who, n id.Account, version int64) error {
	r := request(who, policy.AccountRestore, policy.Account, int64(n))
	r.Purpose = policy.LookAfterAccounts
	return a.db.Do(ctx, r, func(tx *store.Tx) error { return tx.Restore(n, version) })
}

// EndAccountSessions signs somebody out everywhere.
func (a *App) EndAccountSessions(ctx context.Context, who Who, n id.Account) error {
	return a.db.Do(ctx, request(who, policy.AccountEndSessions, policy.Account, int64(n)), func(tx *store.Tx) error {
		_, err := tx.EndSessions(n)
		return err
	})
}

// ResetPassword gives somebody a temporary password and ends their sessions.
func (a *App) ResetPassword(ctx context.Context, who Who, n id.Account) (AccountMade, error) {
	secret, hash, err := a.temporary()
	if err != nil {
		return AccountMade{}, err
	}
	made := AccountMade{Account: n, Temporary: secret}
	r := request(who, policy.AccountResetPassword, policy.Account, int64(n))
	r.Purpose = policy.LookAfterAccounts
	err = a.db.Do(ctx, r, func(tx *store.Tx) error {
		of, err := tx.Account(n)
		if err != nil {
			return err
		}
		made.Name, made.Email, made.Until = of.Name, string(of.Email), tx.Now().Add(account.CodeLife)
		if made.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if err := tx.SetPasswordHash(n, hash, true); err != nil {
			return err
		}
		_, err = tx.EndSessions(n)
		return err
	})
	if err != nil {
		return AccountMade{}, err
	}
	return made, nil
}
