package store

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Account is somebody who signs in.
type Account struct {
	ID          id.Account
	Agency      id.Agency // 0 is the partnership itself
	Email       account.Email
	Name        string
	PasswordAt  time.Time // when the password was set
	MustChange  bool      // somebody made the password for them, and they choose their own before anything else
	CreatedAt   time.Time
	CreatedBy   id.Account
	SuspendedAt time.Time // zero unless suspended
	SuspendedBy id.Account
	Version     int64     // of roles and standing, for the check that nobody else changed them first
	SeenAt      time.Time // the last request of any of its sessions; zero when there was none
	Sessions    int       // those that live
	Roles       []policy.Role
}

// facts are what the policy may know of the account, for confirming a row of a list.
func (a Account) facts(tx *Tx) policy.Facts {
	f := policy.Facts{Exists: true, Area: tx.actor.Area, Owner: a.Agency, Roles: a.Roles, Self: a.ID == tx.actor.Account}
	if !a.SuspendedAt.IsZero() {
		f.State = policy.StateSuspended
	}
	return f
}

const accountFields = `a.id, a.agency, a.email, a.name, a.password_at, a.must_change, a.created_at, a.created_by, a.suspended_at, a.suspended_by, a.version,
	coalesce((select max(s.seen_at) from sessions s where s.account = a.id), '') as seen`

var (
	accountInsert = query("account.insert", `insert into accounts (area, id, agency, email, email_folded, name, password_hash, password_at, must_change, created_at, created_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	accountByID   = query("account.by-id", `select `+accountFields+` from accounts a where a.area = $1 and a.id = $2`)
	accountSecret = query("account.secret", `select id, email, password_hash, password_at, must_change from accounts where area = $1 and email_folded = $2`)
	accountHash   = query("account.hash", `select password_hash from accounts where area = $1 and id = $2`)
	accountRehash = query("account.set-hash", `update accounts set password_hash = $1, password_at = $2, must_change = $3 where area = $4 and id = $5`)
	accountMoved  = query("account.moved", `update accounts set version = version + 1 where area = $1 and id = $2 and version = $3`)
	accountOut    = query("account.suspend", `update accounts set suspended_at = $1, suspended_by = $2, version = version + 1
		where area = $3 and id = $4 and version = $5 and suspended_at = ''`)
	accountBack = query("account.restore", `update accounts set suspended_at = '', suspended_by = 0, version = version + 1
		where area = $1 and id = $2 and version = $3 and suspended_at <> ''`)
	roleInsert  = query("account.role-insert", `insert into account_roles (area, account, role) values ($1, $2, $3)`)
	roleDelete  = query("account.role-delete", `delete from account_roles where account = $1`)
	accountLive = query("account.live-sessions", `select started_at, seen_at from sessions where area = $1 and account = $2 and ended_at = ''`)
	accountsIn  = query("account.count", `select count(*) from accounts where area = $1`)
	agencyAccs  = query("account.count-of-agency", `select count(*) from accounts where area = $1 and agency = $2`)
)

// AddAccount makes an account with a password's hash, which must be changed when temporary. The address must not be
// another's, nor look like another's.
func (tx *Tx) AddAccount(a Account, hash string, temporary bool) (id.Account, error) {
	n, err := tx.next("accounts", 1)
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(accountInsert, tx.area, n, int64(a.Agency), string(a.Email), a.Email.LookAlike(), a.Name, hash, instant(tx.now),
		mark(temporary), instant(tx.now), int64(tx.actor.Account))
	if unique(err) {
		return 0, fault.InvalidField("email", "This address, or one that looks like it, cannot be used for a new account.",
			"Check the address. If the person has an account already, ask the partnership’s administrator.")
	}
	if err != nil {
		return 0, err
	}
	tx.creates(policy.Account, n)
	return id.Account(n), tx.setRoles(id.Account(n), a.Roles)
}

// mark writes a truth as the database keeps it.
func mark(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (tx *Tx) setRoles(n id.Account, roles []policy.Role) error {
	if _, err := tx.exec(roleDelete, int64(n)); err != nil {
		return err
	}
	for _, r := range slices.Compact(slices.Sorted(slices.Values(roles))) {
		if _, err := tx.exec(roleInsert, tx.area, int64(n), string(r)); err != nil {
			return err
		}
	}
	return nil
}

var rolesHeld = query("account.roles-held", `select distinct r.role from account_roles r join accounts a on a.id = r.account
	where a.area = $1 and a.suspended_at = '' order by r.role`)

// RolesHeld gives the roles that somebody of the area has who can sign in. It names nobody.
func (tx *Tx) RolesHeld() ([]policy.Role, error) {
	return list(tx, rolesHeld, []any{tx.area}, func(scan func(...any) error) (r policy.Role, err error) { return r, scan(&r) })
}

// Account gives one account of the area.
func (tx *Tx) Account(n id.Account) (Account, error) {
	var a Account
	err := scanAccount(&a, func(into ...any) error { return tx.one(accountByID, []any{tx.area, int64(n)}, into...) })
	if err != nil {
		return Account{}, missing(err, "account")
	}
	return a, tx.fill(&a)
}

// fill adds what is not in the account's own row.
func (tx *Tx) fill(a *Account) (err error) {
	if a.Roles, err = tx.rolesOf(a.ID); err != nil {
		return err
	}
	a.Sessions = 0
	return tx.each(accountLive, []any{tx.area, int64(a.ID)}, func(scan func(...any) error) error {
		var started, seen string
		err := scan(&started, &seen)
		if tx.live(moment(started), moment(seen)) {
			a.Sessions++
		}
		return err
	})
}

func scanAccount(a *Account, scan func(...any) error) error {
	var must int64
	var set, created, suspended, seen string
	err := scan(&a.ID, &a.Agency, &a.Email, &a.Name, &set, &must, &created, &a.CreatedBy, &suspended, &a.SuspendedBy, &a.Version, &seen)
	a.PasswordAt, a.MustChange = moment(set), must != 0
	a.CreatedAt, a.SuspendedAt, a.SeenAt = moment(created), moment(suspended), moment(seen)
	return err
}

// Secret is what signing in needs of an account before anybody is known.
type Secret struct {
	Account   id.Account
	Hash      string
	At        time.Time // when the password was set
	Temporary bool      // somebody made it for them
}

// SecretOf finds the secret behind an address. An address that nobody has gives the zero Secret.
func (tx *Tx) SecretOf(e account.Email) (Secret, error) {
	var s Secret
	var email account.Email
	var at string
	var temporary int64
	err := tx.one(accountSecret, []any{tx.area, e.LookAlike()}, &s.Account, &email, &s.Hash, &at, &temporary)
	if errors.Is(err, sql.ErrNoRows) || err == nil && email != e {
		return Secret{}, nil
	}
	s.At, s.Temporary = moment(at), temporary != 0
	return s, err
}

// PasswordHash gives the stored hash of an account's password.
func (tx *Tx) PasswordHash(n id.Account) (hash string, err error) {
	return hash, missing(tx.one(accountHash, []any{tx.area, int64(n)}, &hash), "account")
}

// SetPasswordHash changes an account's password.
func (tx *Tx) SetPasswordHash(n id.Account, hash string, temporary bool) error {
	return tx.only(accountRehash, "account", hash, instant(tx.now), mark(temporary), tx.area, int64(n))
}

// only runs a statement that must change one row; none is a NotFound.
func (tx *Tx) only(s *statement, noun string, args ...any) error {
	n, err := tx.exec(s, args...)
	if err == nil && n == 0 {
		return fault.Missing(noun)
	}
	return err
}

var errAccountMoved = fault.New(fault.Conflict, "account-changed", "Somebody else changed this account since you opened it.",
	"Look at it as it is now, then decide again.")

// SetRoles gives the account these roles and no others, unless it changed since this version of it was read.
func (tx *Tx) SetRoles(n id.Account, version int64, roles []policy.Role) error {
	changed, err := tx.exec(accountMoved, tx.area, int64(n), version)
	if err != nil {
		return err
	}
	if changed == 0 {
		return errAccountMoved
	}
	return tx.setRoles(n, roles)
}

// Suspend keeps the account from doing anything from the next request on, unless it changed since this version was read.
func (tx *Tx) Suspend(n id.Account, version int64) error {
	changed, err := tx.exec(accountOut, instant(tx.now), int64(tx.actor.Account), tx.area, int64(n), version)
	if err == nil && changed == 0 {
		return errAccountMoved
	}
	return err
}

// Restore lets a suspended account sign in again.
func (tx *Tx) Restore(n id.Account, version int64) error {
	changed, err := tx.exec(accountBack, tx.area, int64(n), version)
	if err == nil && changed == 0 {
		return errAccountMoved
	}
	return err
}

// AccountOrder is how a list of accounts is sorted. The zero order is by name.
type AccountOrder struct {
	By   string // name, agency, seen; others are by name
	Down bool
}

var accountOrders = map[string]string{
	"name": "lower(a.name)", "agency": "a.agency", "seen": "seen",
}

// The lists of accounts, a text for each order and for the filter by agency.
var accountLists = func() map[string]*statement {
	lists := map[string]*statement{}
	for by, column := range accountOrders {
		for word, direction := range map[string]string{"up": "", "down": " desc"} {
			end := ` order by ` + column + direction + `, a.id` + direction
			all, some := "account.list-"+by+"-"+word, "account.list-of-agency-"+by+"-"+word
			lists[all] = query(all, `select `+accountFields+` from accounts a where a.area = $1`+end+` limit $2 offset $3`)
			lists[some] = query(some, `select `+accountFields+` from accounts a where a.area = $1 and a.agency = $2`+end+` limit $3 offset $4`)
		}
	}
	return lists
}()

// Accounts gives one page of the accounts that the actor may know of, and how many there are. of limits it to one agency
// (0 is the partnership itself), nil to none. Each row is confirmed by the policy.
func (tx *Tx) Accounts(of *id.Agency, order AccountOrder, most, skip int) ([]Account, int, error) {
	if own := tx.actor.Agency; !tx.seesAllAccounts() {
		if of != nil && *of != own {
			return nil, 0, nil
		}
		of = &own
	}
	by := order.By
	if accountOrders[by] == "" {
		by = "name"
	}
	if by += "-up"; order.Down {
		by = by[:len(by)-len("up")] + "down"
	}
	s, args, counts, countArgs := accountLists["account.list-"+by], []any{tx.area, most, skip}, accountsIn, []any{tx.area}
	if of != nil {
		s, args = accountLists["account.list-of-agency-"+by], []any{tx.area, int64(*of), most, skip}
		counts, countArgs = agencyAccs, []any{tx.area, int64(*of)}
	}
	var total int
	if err := tx.one(counts, countArgs, &total); err != nil {
		return nil, 0, err
	}
	some, err := list(tx, s, args, func(scan func(...any) error) (a Account, err error) { return a, scanAccount(&a, scan) })
	if err != nil {
		return nil, 0, err
	}
	for i := range some {
		if err := tx.fill(&some[i]); err != nil {
			return nil, 0, err
		}
		if err := tx.Confirm(policy.Subject{Kind: policy.Account, ID: int64(some[i].ID)}, some[i].facts(tx)); err != nil {
			return nil, 0, err
		}
	}
	return some, total, nil
}

// seesAllAccounts is the SQL side of who may know of accounts beyond their own agency's; Confirm holds it to the policy.
func (tx *Tx) seesAllAccounts() bool {
	return slices.ContainsFunc(tx.actor.Roles, func(r policy.Role) bool { return !r.ForAgency() })
}

var (
	agencyHeads = query("agency.administrators", `select a.name from accounts a join account_roles r on r.account = a.id
		where a.area = $1 and a.agency = $2 and r.role = 'agency-administrator' and a.suspended_at = '' order by lower(a.name)`)
	agencyExtracts = query("agency.extracts", `select count(*) from extracts where area = $1 and agency = $2`)
)

// AgencyStanding says how many people of an agency sign in, who administers them, and how many extracts came from it.
func (tx *Tx) AgencyStanding(n id.Agency) (people int, administrators []string, extracts int, err error) {
	if err := tx.one(agencyAccs, []any{tx.area, int64(n)}, &people); err != nil {
		return 0, nil, 0, err
	}
	administrators, err = list(tx, agencyHeads, []any{tx.area, int64(n)}, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
	if err != nil {
		return 0, nil, 0, err
	}
	return people, administrators, extracts, tx.one(agencyExtracts, []any{tx.area, int64(n)}, &extracts)
}
