package policy

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	cedar "github.com/cedar-policy/cedar-go"

	"throughline/internal/id"
)

// notHere is the reason of every refusal that must not tell whether the subject exists.
const notHere = "There is no such thing here, or you may not see it."

// Decide answers a request about a subject of which the facts are these. It is a function of its arguments and the set
// alone. It answers Deny unless a permit opens the act and no forbid speaks; a policy that cannot be evaluated is a Deny.
func (s *Set) Decide(r Request, f Facts) Decision {
	info, ok := byName[r.Act]
	known := r.Actor.Known()
	switch {
	case !ok && !known:
		return notSignedIn
	case !ok:
		return Decision{Reason: "There is no such act."}
	case !info.takes(r.Subject.Kind):
		return Decision{Reason: "This act is not done to a subject of that kind."}
	case !slices.ContainsFunc(s.roles[r.Act], func(role Role) bool { return holds(r.Actor, role) }):
		return s.outsideRoles(r, info)
	}

	question, things := ask(r, f)
	forbids, err := speak(s.forbids[r.Act], question, things, nil)
	if err != nil {
		return Decision{Reason: cannotTell, Policies: err}
	}
	permits, err := speak(s.permits[r.Act], question, things, &r.Actor)
	if err != nil {
		return Decision{Reason: cannotTell, Policies: err}
	}
	return answer(forbids, permits)
}

const cannotTell = "A policy could not be applied, so the answer is no."

var notSignedIn = Decision{Reason: "You are not signed in.", SignIn: true}

// outsideRoles refuses an act that none of the actor's roles opens. It looks at no fact, so it tells nothing of the subject.
func (s *Set) outsideRoles(r Request, info Info) Decision {
	if !r.Actor.Known() {
		return notSignedIn
	}
	var who []string
	for _, role := range append(Roles(), Operator, Worker) {
		if slices.Contains(s.roles[r.Act], role) {
			who = append(who, article(role.Words()))
		}
	}
	if len(who) == 0 {
		return Decision{Reason: "You are signed in already."}
	}
	list := who[0]
	if n := len(who); n > 1 {
		list = strings.Join(who[:n-1], ", ") + " or " + who[n-1]
	}
	return Decision{Reason: "Only " + list + " may " + info.Words + "."}
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// speak gives those of the policies that match, in their order, or the ids of those that could not be evaluated.
// Forbids and permits are asked apart because Cedar names no permit once a forbid has matched, and whether a permit
// let the actor know of the subject decides which reason may be given.
func speak(policies []*policy, question cedar.Request, things cedar.EntityGetter, actor *Actor) (spoke []*policy, failed []string) {
	_, said := cedar.Authorize(relevant{policies, actor}, things, question)
	for _, e := range said.Errors {
		failed = append(failed, string(e.PolicyID))
	}
	for _, reason := range said.Reasons {
		i := slices.IndexFunc(policies, func(p *policy) bool { return p.id == string(reason.PolicyID) })
		spoke = append(spoke, policies[i])
	}
	return spoke, failed
}

// answer turns what matched into an outcome and its reason. A reason about the actor comes first, since it tells
// nothing of the subject; then "not here", when a forbid hides the subject or no permit's conditions hold; then the rest.
func answer(forbids, permits []*policy) Decision {
	if i := about(forbids, aboutActor); i >= 0 {
		return Decision{Reason: forbids[i].reason, Policies: ids(forbids)}
	}
	if len(permits) == 0 || about(forbids, aboutHidden) >= 0 {
		return Decision{Reason: notHere, NotFound: true, Policies: ids(forbids)}
	}
	if len(forbids) > 0 {
		return Decision{Reason: forbids[0].reason, Policies: ids(forbids)}
	}
	if i := slices.IndexFunc(permits, func(p *policy) bool { return !p.review }); i >= 0 {
		return Decision{Outcome: Permit, Reason: permits[i].reason, Policies: ids(permits)}
	}
	return Decision{Outcome: Review, Reason: permits[0].reason, Policies: ids(permits)}
}

func about(forbids []*policy, what string) int {
	return slices.IndexFunc(forbids, func(p *policy) bool { return p.about == what })
}

func ids(policies []*policy) []string {
	list := make([]string, len(policies))
	for i, p := range policies {
		list[i] = p.id
	}
	return list
}

// things are the two entities of one question. Roles and acts are names only and have nothing behind them.
type things struct{ actor, subject cedar.Entity }

func (t *things) Get(uid cedar.EntityUID) (cedar.Entity, bool) {
	switch uid {
	case t.actor.UID:
		return t.actor, true
	case t.subject.UID:
		return t.subject, true
	}
	return cedar.Entity{}, false
}

// ask writes a request and its facts in Cedar's words. schema in check.go says what each word means.
func ask(r Request, f Facts) (cedar.Request, *things) {
	actor := cedar.NewEntityUID("Actor", cedar.String(strconv.FormatInt(int64(r.Actor.Account), 10)))
	subject := cedar.NewEntityUID(cedar.EntityType(r.Subject.Kind), cedar.String(strconv.FormatInt(r.Subject.ID, 10)))
	agreement := f.Agreement
	if r.Subject.Kind == Layout {
		agreement = f.State
	}
	t := &things{
		actor: cedar.Entity{UID: actor, Parents: parents(r.Actor), Attributes: cedar.NewRecord(cedar.RecordMap{
			"agency":    cedar.Long(r.Actor.Agency),
			"area":      cedar.String(r.Actor.Area),
			"local":     cedar.Boolean(r.Actor.Source == CommandLine),
			"suspended": cedar.Boolean(r.Actor.Suspended),
		})},
		subject: cedar.Entity{UID: subject, Attributes: cedar.NewRecord(cedar.RecordMap{
			"agreement": cedar.String(agreement),
			"area":      cedar.String(f.Area),
			"exists":    cedar.Boolean(f.Exists),
			"owner":     cedar.Long(f.Owner),
			"agencies":  agencies(f.Agencies),
			"roles":     roleNames(f.Roles),
			"self":      cedar.Boolean(f.Self),
			"sensitive": cedar.Boolean(sensitive(r.Subject.Kind, f.Sensitivity)),
			"shielded":  cedar.Boolean(f.Shielded),
			"state":     cedar.String(f.State),
		})},
	}
	return cedar.Request{
		Principal: actor,
		Action:    cedar.NewEntityUID("Action", cedar.String(r.Act)),
		Resource:  subject,
		Context:   context(circumstances{r.Act, r.Purpose, r.Actor.NamesShown(r.At)}),
	}, t
}

// sensitive says whether a subject is kept to its agency. Only a record has rows of which it must be said.
func sensitive(kind SubjectKind, s Sensitivity) bool {
	return s != Ordinary && (s != Unsaid || kind == Record)
}

// circumstances are what a question says beside its actor and subject.
type circumstances struct {
	act     Act
	purpose Purpose
	names   bool
}

// contexts holds those there can be, in Cedar's words: there are few, and making one takes as long as a policy.
var contexts = sync.OnceValue(func() map[circumstances]cedar.Record {
	m := map[circumstances]cedar.Record{}
	for _, info := range table {
		for _, purpose := range append(Purposes(), "") {
			for _, names := range []bool{false, true} {
				c := circumstances{info.Act, purpose, names}
				m[c] = newContext(c)
			}
		}
	}
	return m
})

func context(c circumstances) cedar.Record {
	if record, ok := contexts()[c]; ok {
		return record
	}
	return newContext(c) // a purpose outside the table
}

func newContext(c circumstances) cedar.Record {
	purposes := byName[c.act].Purposes
	values := make([]cedar.Value, len(purposes))
	for i, p := range purposes {
		values[i] = cedar.String(p)
	}
	return cedar.NewRecord(cedar.RecordMap{
		"names":    cedar.Boolean(c.names),
		"purpose":  cedar.String(c.purpose),
		"purposes": cedar.NewSet(values...),
	})
}

func parents(a Actor) cedar.EntityUIDSet {
	first := visitor
	if a.Known() {
		first = anyone
	}
	uids := []cedar.EntityUID{cedar.NewEntityUID("Role", cedar.String(first))}
	for _, role := range a.Roles {
		if holds(a, role) {
			uids = append(uids, cedar.NewEntityUID("Role", cedar.String(role)))
		}
	}
	return cedar.NewEntityUIDSet(uids...)
}

func agencies(list []id.Agency) cedar.Set {
	values := make([]cedar.Value, len(list))
	for i, a := range list {
		values[i] = cedar.Long(a)
	}
	return cedar.NewSet(values...)
}

func roleNames(list []Role) cedar.Set {
	values := make([]cedar.Value, len(list))
	for i, r := range list {
		values[i] = cedar.String(r)
	}
	return cedar.NewSet(values...)
}
