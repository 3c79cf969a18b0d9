package policy

import (
	"slices"
	"strings"
	"time"

	"throughline/internal/id"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	home  id.Area   = "south-london"
	own   id.Agency = 3
	other id.Agency = 5
)

// cast is everybody whose answers are compared: each role alone, as its holder usually is, nobody, and those whose
// agency or second role matters.
func cast() map[string]Actor {
	actors := map[string]Actor{"nobody": {}}
	add := func(name string, agency id.Agency, roles ...Role) {
		actors[name] = Actor{Account: 7, Area: home, Agency: agency, Roles: roles, Source: "192.0.2.7", NamesUntil: noon.Add(time.Minute)}
	}
	for _, role := range Roles() {
		agency := id.Agency(0)
		if role.ForAgency() {
			agency = own
		}
		add(string(role), agency, role)
	}
	add("no role", 0)
	add("analyst of an agency", own, Analyst)
	add("coordinator of an agency", own, Coordinator)
	add("finance lead of an agency", own, FinanceLead)
	add("agency-user of no agency", 0, AgencyUser)
	add("agency-administrator of no agency", 0, AgencyAdministrator)
	add("administrator and agency-administrator", own, Administrator, AgencyAdministrator)
	for _, role := range []Role{Operator, Worker} {
		actors[string(role)] = Actor{Name: "root", Area: home, Roles: []Role{role}, Source: CommandLine}
	}
	return actors
}

// usual is the actors of the printed table, in its order.
func usual() []string {
	names := []string{"nobody", "no role"}
	for _, role := range append(Roles(), Operator, Worker) {
		names = append(names, string(role))
	}
	return names
}

// plain is the facts of a subject with which nothing is wrong: it is there, it is the actor's agency's, what must be
// approved is, and it is the actor's own where acts are for one's own.
func plain(act Act, actor Actor) Facts {
	f := Facts{Exists: true, Area: home, Owner: actor.Agency, Agencies: []id.Agency{own, other}, State: StateApproved, Agreement: StateApproved, Sensitivity: Ordinary}
	switch {
	case act == SystemFirstRun:
		f.State = StateEmpty
	case act == AccountCreate || act == AccountEditRoles:
		if f.Owner != 0 {
			f.Roles = []Role{AgencyUser}
		}
	}
	name := string(act)
	f.Self = strings.HasPrefix(name, "session.") || strings.HasPrefix(name, "names.") || strings.Contains(name, "-own")
	return f
}

// A scenario changes one thing of a plain question.
type scenario struct {
	name   string
	change func(*Request, *Facts)
}

var scenarios = []scenario{
	{"nothing is wrong", func(*Request, *Facts) {}},
	{"the actor’s account is suspended", func(r *Request, _ *Facts) { r.Actor.Suspended = true }},
	{"the actor is not at the machine itself", func(r *Request, _ *Facts) { r.Actor.Account, r.Actor.Source = 7, "192.0.2.7" }},
	{"names are not shown", func(r *Request, _ *Facts) { r.Actor.NamesUntil = r.At }},
	{"a purpose outside the table", func(r *Request, _ *Facts) { r.Purpose = "curiosity" }},
	{"the subject does not exist", func(_ *Request, f *Facts) { *f = Facts{} }},
	{"the subject is another area’s", func(_ *Request, f *Facts) { f.Area = "essex" }},
	{"the subject exists no longer", func(_ *Request, f *Facts) { f.Exists = false }},
	{"the person is shielded", func(_ *Request, f *Facts) { f.Shielded = true }},
	{"the row is sensitive, of the actor’s agency", func(_ *Request, f *Facts) { f.Sensitivity = MentalHealth }},
	{"the row is sensitive, of another agency", func(_ *Request, f *Facts) { f.Sensitivity, f.Owner = DrugAndAlcohol, other }},
	{"nobody has said what the row is about, another agency’s", func(r *Request, f *Facts) {
		f.Sensitivity, f.Owner = Unsaid, other
		if info, _ := ActInfo(r.Act); info.Row != "" {
			r.Subject.Kind = info.Row
		}
	}},
	{"the subject is another agency’s", func(_ *Request, f *Facts) { f.Owner = other }},
	{"the subject is the partnership’s", func(_ *Request, f *Facts) { f.Owner = 0 }},
	{"the actor’s agency has no record of the person", func(_ *Request, f *Facts) { f.Agencies = []id.Agency{other} }},
	{"a row of the list", func(r *Request, _ *Facts) {
		if info, _ := ActInfo(r.Act); info.Row != "" {
			r.Subject.Kind = info.Row
		}
	}},
	{"a row of the list, of another agency", func(r *Request, f *Facts) {
		f.Owner, f.Agencies = other, []id.Agency{other}
		if info, _ := ActInfo(r.Act); info.Row != "" {
			r.Subject.Kind = info.Row
		}
	}},
	{"nothing is approved", func(_ *Request, f *Facts) { f.State, f.Agreement = "", "" }},
	{"the account is suspended", func(_ *Request, f *Facts) { f.State = StateSuspended }},
	{"own and others’ are changed about", func(_ *Request, f *Facts) { f.Self = !f.Self }},
	{"the roles include the operator’s", func(_ *Request, f *Facts) { f.Roles = []Role{Analyst, Operator} }},
	{"the roles include the worker’s", func(_ *Request, f *Facts) { f.Roles = []Role{Worker} }},
	{"the roles include a partnership’s", func(_ *Request, f *Facts) { f.Roles = []Role{AgencyUser, Analyst} }},
	{"agency roles for the partnership", func(_ *Request, f *Facts) { f.Owner, f.Roles = 0, []Role{AgencyUser} }},
	{"agency administrator for the partnership", func(_ *Request, f *Facts) { f.Owner, f.Roles = 0, []Role{AgencyAdministrator} }},
	{"an analyst for an agency", func(_ *Request, f *Facts) { f.Owner, f.Roles = own, []Role{Analyst} }},
	{"an analyst for the partnership", func(_ *Request, f *Facts) { f.Owner, f.Roles = 0, []Role{Analyst} }},
	{"an auditor for an agency", func(_ *Request, f *Facts) { f.Owner, f.Roles = own, []Role{Auditor} }},
	{"a finance lead for an agency", func(_ *Request, f *Facts) { f.Owner, f.Roles = own, []Role{FinanceLead} }},
	{"agency roles for another agency", func(_ *Request, f *Facts) { f.Owner, f.Roles = other, []Role{AgencyAdministrator} }},
}

// question is one cell: who, what, why, in which scenario.
func question(actor Actor, info Info, purpose Purpose, s scenario) (Request, Facts) {
	r := Request{Actor: actor, Act: info.Act, Subject: Subject{info.Subject, 12}, Purpose: purpose, At: noon}
	f := plain(info.Act, actor)
	s.change(&r, &f)
	return r, f
}

func allPurposes() []Purpose { return append(Purposes(), "") }

// names of the cast in a settled order.
func everybody(actors map[string]Actor) []string {
	names := make([]string, 0, len(actors))
	for name := range actors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
