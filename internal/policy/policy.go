// Package policy answers one question: may this actor do this act to this subject, for this purpose, now?
// The answer is written in Cedar policies, in files that a governance lead can read (folder policies), and every
// answer has its reason in words. The package reads nothing: the keeper hands it the facts, and the time is in the request.
//
// A permit names whose role it is for and which acts it opens; its conditions look at the facts. A forbid says why not,
// and outweighs every permit. What no permit opens is refused. What an actor may not know of is answered in the
// words used for what does not exist.
package policy

import (
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
)

// Role is what an account is trusted with. An account may hold several.
type Role string

const (
	Administrator       Role = "administrator"        // accounts and areas; no person, no extract, no figure
	GovernanceLead      Role = "governance-lead"      // approves layouts, takes back what was sent in error, sees who has seen whom
	Analyst             Role = "analyst"              // loads extracts, links, prices, reads the cohort by pseudonym
	FinanceLead         Role = "finance-lead"         // approves the price map, reads the cohort by pseudonym
	AgencyAdministrator Role = "agency-administrator" // looks after the accounts of one agency
	AgencyUser          Role = "agency-user"          // uploads the agency's own extracts and sees its own rejected rows
	Coordinator         Role = "coordinator"          // takes people to a panel
	Auditor             Role = "auditor"              // reads the audit, changes nothing
	Operator            Role = "operator"             // the command line and its jobs; never given to an account
	Worker              Role = "worker"               // the job worker, acting for a named account; never given to an account
)

// Roles is every role that an account can be given, in the order in which forms show them.
func Roles() []Role {
	return []Role{Analyst, Coordinator, FinanceLead, GovernanceLead, Auditor, Administrator, AgencyUser, AgencyAdministrator}
}

// ForAgency says whether the role belongs to people of one agency, who may be looked after by its own administrator.
func (r Role) ForAgency() bool { return r == AgencyUser || r == AgencyAdministrator }

// Words is the role as people say it: "governance lead". A role outside the table is shown as it is written.
func (r Role) Words() string {
	if w, ok := roleWords[r]; ok {
		return w
	}
	return string(r)
}

var roleWords = map[Role]string{
	Administrator: "administrator", GovernanceLead: "governance lead", Analyst: "analyst", FinanceLead: "finance lead",
	AgencyAdministrator: "agency administrator", AgencyUser: "agency user", Coordinator: "coordinator", Auditor: "auditor",
	Operator: "operator", Worker: "job worker",
}

// CommandLine is the Source of an actor who sits at the machine itself.
const CommandLine = "command line"

// Actor is who asks. The zero Actor is nobody, who may only create the first administrator and sign in.
type Actor struct {
	Account    id.Account // zero only for nobody and for the operator and the worker at the command line
	Name       string     // the display name, for reading the audit only
	Area       id.Area
	Agency     id.Agency // 0 is the partnership itself
	Roles      []Role
	Session    string    // a reference to the session, never the token
	Source     string    // the network address, or CommandLine
	NamesUntil time.Time // names may be shown until then; zero is pseudonyms only
	Suspended  bool
}

// Known says whether anybody is there: somebody signed in, or the operator or the worker at the machine itself.
func (a Actor) Known() bool {
	if a.Account > 0 {
		return true
	}
	return a.Source == CommandLine && (a.Has(Operator) || a.Has(Worker))
}

// Has says whether the actor holds the role.
func (a Actor) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// NamesShown says whether a window of names is open at that time. It decides nothing by itself: see PersonSeeName.
func (a Actor) NamesShown(at time.Time) bool { return at.Before(a.NamesUntil) }

// NamesWindow is how long names stay shown after "show names".
const NamesWindow = 30 * time.Minute

// Purpose is why somebody opens what they open, stated once a session and recorded with every act.
type Purpose string

const (
	FindAndCost       Purpose = "find-and-cost"
	CheckRecords      Purpose = "check-records"
	TakeToPanel       Purpose = "take-to-panel"
	LookAfterAccounts Purpose = "look-after-accounts"
	HandleExtracts    Purpose = "handle-extracts"
	AgreePrices       Purpose = "agree-prices"
	AuditUse          Purpose = "audit-use"
	Operate           Purpose = "operate"
)

// Purposes is every purpose, in the order in which forms show them.
func Purposes() []Purpose {
	return []Purpose{FindAndCost, CheckRecords, TakeToPanel, HandleExtracts, AgreePrices, LookAfterAccounts, AuditUse, Operate}
}

// Words is the purpose as it follows "Purpose:" on a page; empty for a purpose outside the table.
func (p Purpose) Words() string { return purposeWords[p] }

var purposeWords = map[Purpose]string{
	FindAndCost:       "find and cost the cohort",
	CheckRecords:      "check whether records are the same person’s",
	TakeToPanel:       "take a person to a panel",
	LookAfterAccounts: "look after accounts",
	HandleExtracts:    "handle agencies’ extracts",
	AgreePrices:       "agree prices",
	AuditUse:          "check how data is used",
	Operate:           "run the system",
}

// Subject is what the act is done to.
type Subject struct {
	Kind SubjectKind
	ID   int64
}

// Request is the whole question. The zero Request is refused.
type Request struct {
	Actor   Actor
	Act     Act
	Subject Subject
	Purpose Purpose
	At      time.Time
}

// Sensitivity says whether a row is about something that is hidden from other agencies' users. A row's is said, or it is hidden.
type Sensitivity string

const (
	Unsaid         Sensitivity = "" // nobody has said what it is about, so that it may be about any of these
	Ordinary       Sensitivity = "ordinary"
	DrugAndAlcohol Sensitivity = "drug-and-alcohol"
	MentalHealth   Sensitivity = "mental-health"
	Abuse          Sensitivity = "abuse"
)

// States that policies name. A subject may have others, which no policy names.
const (
	StateEmpty     = "empty"     // of the system: nothing has been set up in it yet
	StateApproved  = "approved"  // of a layout: the governance lead has approved it
	StateSuspended = "suspended" // of an account
)

// Facts are what the keeper knows of the subject, read in the transaction that the decision governs.
// The zero Facts are those of a thing that does not exist.
type Facts struct {
	Exists      bool
	Area        id.Area
	Owner       id.Agency   // the agency that sent it, or whose account it is; 0 is the partnership itself
	Agencies    []id.Agency // those with a record of the person; of a record: of its person
	Shielded    bool
	State       string      // where the subject stands: StateApproved and the like
	Agreement   string      // state of the layout that an extract came under; for a layout State says it
	Sensitivity Sensitivity // of a record or a row; what has none of its own, such as an account, is not sensitive
	Roles       []Role      // of an account: those it holds together with those the act would give it
	Self        bool        // the subject is the actor's own account or session
}

// Outcome is the answer without its reason. The zero Outcome is Deny.
type Outcome uint8

const (
	Deny   Outcome = iota
	Permit         // go on
	Review         // go on once a second person has agreed, by an act of their own
)

func (o Outcome) String() string { return [...]string{"deny", "permit", "review"}[o] }

// Decision is the answer.
type Decision struct {
	Outcome  Outcome
	Reason   string   // a sentence, shown and logged
	Policies []string // the ids of the policies that decided, in order; none when no policy spoke
	SignIn   bool     // refused because nobody is signed in
	NotFound bool     // refused, to be answered as though the subject did not exist
}

// Fault is the refusal as the error that people are shown, nil when the outcome is Permit. noun names the subject
// in an answer that must not say whether it exists: "person".
func (d Decision) Fault(noun string) error {
	switch {
	case d.Outcome == Permit:
		return nil
	case d.Outcome == Review:
		return fault.New(fault.Denied, "second-person", d.Reason, "Ask a second person to agree to it.")
	case d.SignIn:
		return fault.New(fault.SignIn, "sign-in", d.Reason, "Sign in, then try again.")
	case d.NotFound:
		return fault.Missing(noun)
	}
	return fault.New(fault.Denied, "denied", d.Reason, "If you need this for your work, ask your administrator.")
}
