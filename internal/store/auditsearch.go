package store

import (
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
)

// Event is a line of the audit as people read it.
type Event struct {
	ID       id.Event
	At       time.Time
	Account  id.Account
	Actor    string
	Agency   id.Agency
	Roles    string
	Act      policy.Act
	Subject  policy.Subject
	Purpose  policy.Purpose
	Outcome  string // permit, review, deny, failed
	Reason   string
	Policies string
	Source   string
	Made     string
	People   int64
	Sealed   bool
}

// EventFilter chooses events; a zero field chooses all.
type EventFilter struct {
	Account  id.Account
	Operator string // of somebody at the command line, by the name they gave; instead of Account
	Agency   id.Agency
	Person   id.Person
	Act      policy.Act
	Outcome  string
	Without  policy.Role // whoever has this role alone is left out, and looks at how far a job is, but for what was refused or failed
	From     time.Time   // from this instant
	Until    time.Time   // before this instant
	Before   id.Event    // for paging: events with a lower number
}

const eventFields = `e.id, e.at, e.account, e.actor_name, e.agency, e.roles, e.act, e.subject_kind, e.subject_id, e.purpose, e.outcome, e.reason,
	e.policies, e.source, e.made, e.people, e.seal`

const eventChosen = ` and e.at >= $2 and e.at < $3 and ($5 = '' or e.act = $5) and ($6 = '' or e.outcome = $6)
	and ($8 = 0 or e.agency = $8) and ($9 = '' or e.roles <> $9 and e.act <> '` + string(policy.JobOpen) + `' or e.outcome <> 'permit')`

const eventWindow = eventChosen + ` and e.id < $4 order by e.id desc limit $7`

// Of a person, the numbers of the events stand in the order of the index, so that the newest are found without the others.
const eventsOfPerson = `select ` + eventFields + ` from audit_people p join audit e on e.id = p.event where p.area = $1 and p.person = $10`

const personWindow = eventChosen + ` and p.event < $4 order by p.event desc limit $7`

// An operator has no account; whoever has none and no name has not signed in.
const byOperator = ` and e.account = 0 and e.source = '` + policy.CommandLine + `' and e.actor_name = `

var (
	eventsAll        = query("event.all", `select `+eventFields+` from audit e where e.area = $1`+eventWindow)
	eventsByAccount  = query("event.by-account", `select `+eventFields+` from audit e where e.area = $1 and e.account = $10`+eventWindow)
	eventsByOperator = query("event.by-operator", `select `+eventFields+` from audit e where e.area = $1`+byOperator+`$10`+eventWindow)
	eventsByPerson   = query("event.by-person", eventsOfPerson+personWindow)
	eventsByBoth     = query("event.by-both", eventsOfPerson+` and e.account = $11`+personWindow)

	eventsByOperatorAndPerson = query("event.by-operator-and-person", eventsOfPerson+byOperator+`$11`+personWindow)
	eventOperators            = query("event.operators", `select distinct actor_name from audit where area = $1 and account = 0 and source = $2 order by actor_name`)
	eventsDoneTo              = query("event.done-to", `select `+eventFields+` from audit e
		where e.area = $1 and e.subject_kind = $2 and e.subject_id = $3 and e.act = $4 and e.outcome = 'permit' order by e.id desc limit $5`)
	eventsCount = query("event.count-of-person", `select count(*) from audit_people where area = $1 and person = $2`)
)

// Events gives the newest events that a filter chooses, at most so many.
func (tx *Tx) Events(f EventFilter, most int) ([]Event, error) {
	until, before := "9999", int64(f.Before)
	if !f.Until.IsZero() {
		until = instant(f.Until)
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	from := ""
	if !f.From.IsZero() {
		from = instant(f.From)
	}
	s, args := eventsAll, []any{tx.area, from, until, before, string(f.Act), f.Outcome, most, int64(f.Agency), string(f.Without)}
	switch {
	case f.Operator != "" && f.Person != 0:
		s, args = eventsByOperatorAndPerson, append(args, int64(f.Person), f.Operator)
	case f.Operator != "":
		s, args = eventsByOperator, append(args, f.Operator)
	case f.Account != 0 && f.Person != 0:
		s, args = eventsByBoth, append(args, int64(f.Person), int64(f.Account))
	case f.Person != 0:
		s, args = eventsByPerson, append(args, int64(f.Person))
	case f.Account != 0:
		s, args = eventsByAccount, append(args, int64(f.Account))
	}
	tx.show(f.Person)
	return list(tx, s, args, scanEvent)
}

// DoneTo gives the newest events of an act that was carried out upon one subject, at most so many.
func (tx *Tx) DoneTo(s policy.Subject, act policy.Act, most int) ([]Event, error) {
	return list(tx, eventsDoneTo, []any{tx.area, string(s.Kind), s.ID, string(act), most}, scanEvent)
}

func scanEvent(scan func(...any) error) (e Event, err error) {
	var at string
	var seal int64
	err = scan(&e.ID, &at, &e.Account, &e.Actor, &e.Agency, &e.Roles, &e.Act, &e.Subject.Kind, &e.Subject.ID, &e.Purpose, &e.Outcome,
		&e.Reason, &e.Policies, &e.Source, &e.Made, &e.People, &seal)
	e.At, e.Sealed = moment(at), seal >= 0
	return e, err
}

// Operators are the names that people at the command line gave, of all that is in the audit.
func (tx *Tx) Operators() ([]string, error) {
	return list(tx, eventOperators, []any{tx.area, policy.CommandLine}, func(scan func(...any) error) (name string, err error) {
		return name, scan(&name)
	})
}

// EventCount is how many events show a person.
func (tx *Tx) EventCount(p id.Person) (n int64, err error) {
	return n, tx.one(eventsCount, []any{tx.area, int64(p)}, &n)
}
