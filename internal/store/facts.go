package store

import (
	"database/sql"
	"errors"
	"fmt"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// The facts of each kind of subject: whose it is and how it stands. All are read in the transaction they govern.
var (
	factsSystem  = query("facts.system", `select count(*) from areas`)
	factsAccount = query("facts.account", `select agency, case when suspended_at = '' then '' else 'suspended' end from accounts where id = $1 and area = $2`)
	factsAgency  = query("facts.agency", `select id from agencies where id = $1 and area = $2`)
	factsLayout  = query("facts.layout", `select agency, case when approved_at = '' then '' else 'approved' end from layouts where id = $1 and area = $2`)
	factsExtract = query("facts.extract", `select e.agency, e.state, case when l.approved_at = '' then '' else 'approved' end
		from extracts e join layouts l on l.id = e.layout where e.id = $1 and e.area = $2`)
	factsRecord         = query("facts.record", `select agency from records where id = $1 and area = $2`)
	factsRecordAgencies = query("facts.record-agencies", `
		select distinct r.agency from memberships me join memberships m on m.run = me.run and m.person = me.person join records r on r.id = m.record
		where me.run = (select link_run from areas where id = $1) and me.record = $2 order by r.agency`)
	factsPerson   = query("facts.person", `select count(*) from persons where id = $1 and area = $2`)
	factsAgencies = query("facts.agencies", `
		select distinct r.agency from memberships m join records r on r.id = m.record
		where m.run = (select link_run from areas where id = $1) and m.person = $2 order by r.agency`)
	factsRun     = query("facts.run", `select state from runs where id = $1 and area = $2`)
	factsJob     = query("facts.job", `select created_by, state from jobs where id = $1 and area = $2`)
	factsSession = query("facts.session", `select account, case when ended_at = '' then '' else 'ended' end from sessions where id = $1 and area = $2`)
)

// facts loads what the policy may know of a subject. What does not exist gives the zero Facts.
func (tx *Tx) facts(s policy.Subject) (policy.Facts, error) {
	f := policy.Facts{Exists: true, Area: tx.actor.Area}
	var err error
	switch s.Kind {
	case policy.System:
		var some int64
		if tx.area == 0 {
			err = tx.one(factsSystem, nil, &some)
		} else { // an area that was loaded before anybody could sign in is as empty as none
			err = tx.one(accountsIn, []any{tx.area}, &some)
		}
		f.Area = ""
		if some == 0 {
			f.State = policy.StateEmpty
		}
	case policy.Area, policy.Audit, policy.PriceMap, policy.Cohort, policy.Edition:
		f.Exists = tx.area != 0
	case policy.Account:
		if err = tx.one(factsAccount, []any{s.ID, tx.area}, &f.Owner, &f.State); err == nil {
			f.Self = s.ID == int64(tx.actor.Account)
			f.Roles, err = tx.rolesOf(id.Account(s.ID))
		}
	case policy.Agency:
		if s.ID != 0 { // agency 0 is the partnership itself
			err = tx.one(factsAgency, []any{s.ID, tx.area}, &f.Owner)
		}
	case policy.Layout:
		err = tx.one(factsLayout, []any{s.ID, tx.area}, &f.Owner, &f.State)
	case policy.Extract:
		err = tx.one(factsExtract, []any{s.ID, tx.area}, &f.Owner, &f.State, &f.Agreement)
	case policy.Record:
		if err = tx.one(factsRecord, []any{s.ID, tx.area}, &f.Owner); err == nil {
			f.Sensitivity = policy.Ordinary // that the record is there; what its rows are about the act asks, once it knows their services
			f.Agencies, err = list(tx, factsRecordAgencies, []any{tx.area, s.ID}, func(scan func(...any) error) (a id.Agency, err error) {
				return a, scan(&a)
			})
		}
	case policy.Person:
		var now id.Person // whom a forwarded number stands for: that is whom the answer shows
		if now, err = tx.Follow(id.Person(s.ID)); fault.KindOf(err) == fault.NotFound && err != nil {
			return policy.Facts{}, nil
		}
		if err == nil {
			f, err = tx.PersonFacts(now)
		}
	case policy.Run:
		err = tx.one(factsRun, []any{s.ID, tx.area}, &f.State)
	case policy.Job:
		var by int64
		err = tx.one(factsJob, []any{s.ID, tx.area}, &by, &f.State)
		f.Self = by == int64(tx.actor.Account)
	case policy.Session:
		var of int64
		err = tx.one(factsSession, []any{s.ID, tx.area}, &of, &f.State)
		f.Self = of == int64(tx.actor.Account)
	case "":
		return policy.Facts{}, nil
	default:
		return policy.Facts{}, fmt.Errorf("no facts are known of a %s", s.Kind)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return policy.Facts{}, nil
	}
	return f, err
}

// PersonFacts gives what the policy may know of a person: which agencies have a record of them.
func (tx *Tx) PersonFacts(p id.Person) (policy.Facts, error) {
	var n int64
	if err := tx.one(factsPerson, []any{int64(p), tx.area}, &n); err != nil || n == 0 {
		return policy.Facts{}, err
	}
	f := policy.Facts{Exists: true, Area: tx.actor.Area}
	var err error
	f.Agencies, err = list(tx, factsAgencies, []any{tx.area, int64(p)}, func(scan func(...any) error) (a id.Agency, err error) {
		return a, scan(&a)
	})
	return f, err
}
