package store

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Own stands for the number of the actor's own account or session in a Request, since only the door knows it.
const Own = -1

// Renewed is the same credential under the token that its session was renewed with.
func (c Credential) Renewed(tokenHash string) Credential {
	c.token = tokenHash
	return c
}

// own puts the actor's number where a subject says Own; with nobody there, the subject does not exist.
func (tx *Tx) own(s policy.Subject) policy.Subject {
	if s.ID == Own {
		switch s.Kind {
		case policy.Account:
			s.ID = int64(tx.actor.Account)
		case policy.Session:
			s.ID = tx.session
		}
	}
	return s
}

// Session is one signed-in browser.
type Session struct {
	ID        int64
	Source    string // the address it was begun from
	Agent     string // what the browser called itself
	StartedAt time.Time
	SeenAt    time.Time
	Own       bool // the one that asks
}

var (
	sessionInsert = query("session.insert", `insert into sessions (area, id, token_hash, account, source, agent, started_at, seen_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sessionRenew   = query("session.renew", `update sessions set token_hash = $1 where id = $2 and ended_at = ''`)
	sessionPurpose = query("session.purpose", `update sessions set purpose = $1, purpose_why = $2, names_until = '' where id = $3 and ended_at = ''`)
	sessionNames   = query("session.names", `update sessions set names_until = $1 where id = $2 and ended_at = ''`)
	sessionEnd     = query("session.end", `update sessions set ended_at = $1, ended_by = $2 where area = $3 and id = $4 and account = $5 and ended_at = ''`)
	sessionEndAll  = query("session.end-all", `update sessions set ended_at = $1, ended_by = $2
		where area = $3 and account = $4 and id <> $5 and ended_at = ''`)
	sessionList = query("session.list", `select id, source, agent, started_at, seen_at from sessions
		where area = $1 and account = $2 and ended_at = '' order by started_at desc, id desc`)
	sessionMust = query("session.must-change", `select must_change from accounts where area = $1 and id = $2`)
)

// mostAgent bounds what is kept of a browser's own name.
const mostAgent = 200

// TokenHash writes the hash of a session's token as it is stored.
func TokenHash(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

// StartSession begins a session of an account. hash is that of its token, agent what the browser calls itself.
func (tx *Tx) StartSession(n id.Account, hash, agent string) error {
	number, err := tx.next("sessions", 1)
	if err != nil {
		return err
	}
	if len(agent) > mostAgent {
		agent = agent[:mostAgent]
	}
	_, err = tx.exec(sessionInsert, tx.area, number, hash, int64(n), tx.actor.Source, printable(agent), instant(tx.now), instant(tx.now))
	tx.creates(policy.Session, number)
	return err
}

// printable keeps the plain signs of a text from outside.
func printable(s string) string {
	kept := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c <= '~' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}

// RenewSession gives the actor's session a new token; the one before is worth nothing from here on.
func (tx *Tx) RenewSession(hash string) error {
	return tx.only(sessionRenew, "session", hash, tx.session)
}

// StatePurpose notes why the actor is here. A window of names that stood for the purpose before is closed.
func (tx *Tx) StatePurpose(p policy.Purpose, why string) error {
	return tx.only(sessionPurpose, "session", string(p), why, tx.session)
}

// ShowNamesUntil opens the actor's window of names; the zero time closes it.
func (tx *Tx) ShowNamesUntil(t time.Time) error {
	until := ""
	if !t.IsZero() {
		until = instant(t)
	}
	return tx.only(sessionNames, "session", until, tx.session)
}

// seen notes a writing request of the session; the committer notes the reading ones.
func (tx *Tx) seen() error {
	if tx.session == 0 {
		return nil
	}
	_, err := tx.exec(sessionSeen, instant(tx.now), tx.session)
	return err
}

// EndSession ends one session of the actor.
func (tx *Tx) EndSession(n int64) error {
	return tx.only(sessionEnd, "session", instant(tx.now), int64(tx.actor.Account), tx.area, n, int64(tx.actor.Account))
}

// EndOwnSession ends the session that asks.
func (tx *Tx) EndOwnSession() error { return tx.EndSession(tx.session) }

// EndSessions ends every session of an account but the one that asks, and says how many there were.
func (tx *Tx) EndSessions(n id.Account) (int64, error) {
	return tx.exec(sessionEndAll, instant(tx.now), int64(tx.actor.Account), tx.area, int64(n), tx.session)
}

// Sessions gives the sessions of an account that still live, the newest first.
func (tx *Tx) Sessions(n id.Account) ([]Session, error) {
	all, err := list(tx, sessionList, []any{tx.area, int64(n)}, func(scan func(...any) error) (s Session, err error) {
		var started, seen string
		err = scan(&s.ID, &s.Source, &s.Agent, &started, &seen)
		s.StartedAt, s.SeenAt, s.Own = moment(started), moment(seen), s.ID == tx.session
		return s, err
	})
	if err != nil {
		return nil, err
	}
	var live []Session
	for _, s := range all {
		if tx.live(s.StartedAt, s.SeenAt) {
			live = append(live, s)
		}
	}
	return live, nil
}

// MustChange says whether the actor still has a password that somebody made for them.
func (tx *Tx) MustChange() (bool, error) {
	if tx.actor.Account == 0 {
		return false, nil
	}
	var must int64
	err := tx.one(sessionMust, []any{tx.area, int64(tx.actor.Account)}, &must)
	return must != 0, missing(err, "account")
}

// MayEver says whether the actor's roles could ever open an act, for the links that a page offers.
func (tx *Tx) MayEver(act policy.Act) bool { return tx.db.policy.MayEver(tx.actor, act) }

// AccountMayEver is MayEver of another account, by the roles that it has now; of one that is no more it is false.
func (tx *Tx) AccountMayEver(n id.Account, act policy.Act) (bool, error) {
	a, err := tx.Account(n)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil && tx.db.policy.MayEver(policy.Actor{Account: n, Area: tx.actor.Area, Agency: a.Agency, Roles: a.Roles}, act), err
}

// Purposes gives the purposes that are of any use to the actor.
func (tx *Tx) Purposes() []policy.Purpose { return tx.db.policy.PurposesFor(tx.actor) }

// Agency gives the agency that the actor belongs to; false for the partnership itself.
func (tx *Tx) Agency(n id.Agency) (Agency, error) {
	all, err := tx.Agencies()
	for _, a := range all {
		if a.ID == n {
			return a, nil
		}
	}
	if err == nil {
		err = fault.Missing("agency")
	}
	return Agency{}, err
}

// Door is what somebody who has not signed in may know of an area.
type Door struct {
	Area  id.Area
	Title string
	Empty bool // nobody can sign in to it yet
}

var areaDoors = query("area.doors", `select id, slug, title from areas order by id`)

// Doors gives the areas of this installation, for the page on which people sign in and for the server's start. It is asked
// before anybody is known, tells nothing but the areas' names and whether they have an account, and makes no event.
func (db *DB) Doors(ctx context.Context) ([]Door, error) {
	rows, err := db.reads.QueryContext(ctx, areaDoors.in(db.dialect))
	if err != nil {
		return nil, unavailable(err)
	}
	var numbers []int64
	doors, err := collect(rows, func(scan func(...any) error) (d Door, err error) {
		var n int64
		err = scan(&n, &d.Area, &d.Title)
		numbers = append(numbers, n)
		return d, err
	})
	if err != nil {
		return nil, err
	}
	for i, n := range numbers {
		if doors[i].Empty, err = db.noAccounts(ctx, n); err != nil {
			return nil, err
		}
	}
	return doors, nil
}

func (db *DB) noAccounts(ctx context.Context, area int64) (bool, error) {
	s, err := db.reads.BeginTx(ctx, db.dialect.read)
	if err != nil {
		return false, unavailable(err)
	}
	tx := &Tx{ctx: ctx, db: db, sql: s}
	var some int64
	if err = tx.setArea(area); err == nil {
		err = tx.one(accountsIn, []any{area}, &some)
	}
	return some == 0, errors.Join(err, s.Rollback())
}
