package store

import (
	"database/sql"
	"errors"
	"time"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

var areaBySlug = query("area.by-slug", `select id, slug, title, config_hash, link_run, cost_run from areas where slug = $1`)

var sessionActor = query("session.actor", `
	select s.id, s.purpose, s.names_until, s.started_at, s.seen_at, s.ended_at, a.id, a.agency, a.name, a.suspended_at
	from sessions s join accounts a on a.id = s.account where s.token_hash = $1 and s.area = $2`)

var jobActor = query("job.actor", `
	select j.created_by, coalesce(a.agency, 0), coalesce(a.name, 'the operator')
	from jobs j left join accounts a on a.id = j.created_by where j.id = $1 and j.area = $2 and j.state in ('waiting', 'working')`)

var accountRoles = query("account.roles", `select role from account_roles where account = $1 order by role`)

// setArea names the transaction's area to PostgreSQL's row-level security; without it the transaction sees no rows.
func (tx *Tx) setArea(area int64) error {
	tx.area = area
	if tx.db.dialect.name != "postgres" {
		return nil
	}
	_, err := tx.sql.ExecContext(tx.ctx, `select set_config('throughline.area', $1::bigint::text, true)`, area)
	return err
}

// enter finds the area and the actor of a credential. A credential that is not good leaves the actor at zero, and the policy
// refuses it.
func (tx *Tx) enter(c Credential) error {
	tx.actor = policy.Actor{Source: c.source}
	if c.area == "" {
		return nil
	}
	here, err := tx.areaCalled(c.area)
	if errors.Is(err, sql.ErrNoRows) {
		if c.operator != "" { // the operator may make an area that is not there yet
			tx.actor, tx.purpose = operator(c), policy.Operate
		}
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.setArea(here.ID); err != nil {
		return err
	}
	tx.here, tx.actor.Area = here, here.Slug
	switch {
	case c.token != "":
		return tx.enterSession(c)
	case c.operator != "":
		tx.actor, tx.purpose = operator(c), policy.Operate
		return nil
	case c.job != 0:
		return tx.enterJob(c)
	}
	return nil
}

func operator(c Credential) policy.Actor {
	return policy.Actor{Name: c.operator, Area: id.Area(c.area), Roles: []policy.Role{policy.Operator}, Source: policy.CommandLine}
}

func (tx *Tx) enterSession(c Credential) error {
	var session, acc, agency int64
	var purpose, names, started, seen, ended, name, suspended string
	err := tx.one(sessionActor, []any{c.token, tx.area}, &session, &purpose, &names, &started, &seen, &ended, &acc, &agency, &name, &suspended)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if ended != "" || !tx.live(moment(started), moment(seen)) {
		return nil
	}
	roles, err := tx.rolesOf(id.Account(acc))
	if err != nil {
		return err
	}
	tx.session, tx.purpose = session, policy.Purpose(purpose)
	tx.actor = policy.Actor{Account: id.Account(acc), Name: name, Area: id.Area(c.area), Agency: id.Agency(agency), Roles: roles,
		Session: token(session), Source: c.source, NamesUntil: moment(names), Suspended: suspended != ""}
	return nil
}

// live says whether a session still stands. A request that began a moment before another of the same session was recorded
// must not take that for a wrong clock.
func (tx *Tx) live(started, seen time.Time) bool {
	if seen.After(tx.now) && seen.Sub(tx.now) < time.Minute {
		seen = tx.now
	}
	return account.DefaultLimits.Live(started, seen, tx.now)
}

func (tx *Tx) enterJob(c Credential) error {
	var acc, agency int64
	var name string
	err := tx.one(jobActor, []any{int64(c.job), tx.area}, &acc, &agency, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	tx.purpose = policy.Operate
	tx.actor = policy.Actor{Account: id.Account(acc), Name: name, Area: id.Area(c.area), Agency: id.Agency(agency),
		Roles: []policy.Role{policy.Worker}, Source: policy.CommandLine}
	return nil
}

func (tx *Tx) rolesOf(a id.Account) ([]policy.Role, error) {
	return list(tx, accountRoles, []any{int64(a)}, func(scan func(...any) error) (r policy.Role, err error) { return r, scan(&r) })
}

// token writes a session's number as the event shows it.
func token(session int64) string { return id.Pseudonym(id.Person(session)) }

// Area is what the door knows of the area it opened on.
type Area struct {
	ID         int64
	Slug       id.Area
	Title      string
	ConfigHash string
	LinkRun    id.Run // the published link run, 0 when there is none yet
	CostRun    id.Run // the published cost run
}

// Area gives the area of the transaction and the runs that its pages read. A read has it from the door; a write may have changed it since.
func (tx *Tx) Area() (Area, error) {
	if info, _ := policy.ActInfo(tx.act); info.Effect == policy.Read && tx.here.ID != 0 {
		return tx.here, nil
	}
	a, err := tx.areaCalled(string(tx.actor.Area))
	return a, missing(err, "area")
}

func (tx *Tx) areaCalled(slug string) (a Area, err error) {
	return a, tx.one(areaBySlug, []any{slug}, &a.ID, &a.Slug, &a.Title, &a.ConfigHash, &a.LinkRun, &a.CostRun)
}

var areaInsert = query("area.insert", `insert into areas (id, slug, title, config_hash, loaded_at) values ($1, $2, $3, $4, $5)`)
var areaConfig = query("area.config", `update areas set title = $1, config_hash = $2, loaded_at = $3 where id = $4`)

// SaveArea makes the area of the credential, or notes that its configuration was loaded anew.
func (tx *Tx) SaveArea(slug id.Area, title, configHash string) error {
	if tx.area != 0 {
		_, err := tx.exec(areaConfig, title, configHash, instant(tx.now), tx.area)
		return err
	}
	n, err := tx.next("areas", 1)
	if err != nil {
		return err
	}
	if _, err := tx.exec(areaInsert, n, string(slug), title, configHash, instant(tx.now)); err != nil {
		if unique(err) {
			return fault.New(fault.Conflict, "area-exists", "This area is already here.", "")
		}
		return err
	}
	tx.actor.Area = slug
	tx.creates(policy.Area, n)
	return tx.setArea(n)
}

var areaList = query("area.list", `select id, slug from areas order by id`)

var counterUp = query("counter.up", `
	insert into counters (name, next) values ($1, $2) on conflict (name) do update set next = counters.next + excluded.next returning next`)

// next takes n numbers of a kind and gives the first of them. Numbers begin at 1 and are never used twice.
func (tx *Tx) next(kind string, n int64) (int64, error) {
	var last int64
	if err := tx.one(counterUp, []any{kind, n}, &last); err != nil {
		return 0, err
	}
	return last - n + 1, nil
}
