package ui

import (
	"throughline/internal/fault"
	"throughline/internal/id"
)

// The pages that say why a page is not there, ask before something is done, and explain.
var (
	ProblemPage       = register[Problem]("problem")
	ConfirmPage       = register[Confirm]("confirm")
	AccessibilityPage = register[Accessibility]("accessibility")
	PrivacyPage       = register[Privacy]("privacy")
	MethodPage        = register[Method]("method")
	PolicyPage        = register[Policy]("policy")
)

// Problem is the page shown in place of one that can't be: refused, not found, changed by somebody else, our fault.
type Problem struct {
	Fault     *fault.Error
	Reference string // to give to whoever looks after the system; only when it is our fault
	Ask       string // whom to ask: "Ruth Oyelaran, governance lead"
	Recorded  bool   // the refusal is in the audit
	Kept      []Pair // what was typed, so that nothing is lost

	Purposes   string // in words, those that would open it, when the stated one is in the way
	ChangeHref string // where one is stated, and from where one comes back
}

// Head implements Content.
func (p Problem) Head() Head {
	titles := map[fault.Kind]string{fault.Internal: "Something went wrong on our side", fault.Denied: "You cannot see or do this",
		fault.SignIn: "Sign in first", fault.NotFound: "Not found", fault.Conflict: "Somebody else changed this first",
		fault.TooMany: "Too many tries", fault.Unavailable: "This cannot be done now", fault.Invalid: "This cannot be used"}
	return Head{Title: titles[p.Fault.Kind]}
}

// Refused, SignIn and Ours say which kind it is.
func (p Problem) Refused() bool { return p.Fault.Kind == fault.Denied }
func (p Problem) SignIn() bool  { return p.Fault.Kind == fault.SignIn }
func (p Problem) Ours() bool    { return p.Fault.Kind == fault.Internal }

// Message and Remedy are the fault's words.
func (p Problem) Message() string { return p.Fault.Message }
func (p Problem) Remedy() string {
	if p.Purposes != "" {
		return "" // the way to change the purpose stands in its place
	}
	return p.Fault.Remedy
}

// Notes are what the fault says of single fields.
func (p Problem) Notes() []string {
	notes := make([]string, len(p.Fault.Notes))
	for i, n := range p.Fault.Notes {
		notes[i] = noteWords(n)
	}
	return notes
}

// Confirm asks before something is done: what will happen, how it is undone, and one button that says so.
type Confirm struct {
	Title        string // "Was this extract sent in error?"
	Place        Place
	Crumbs       []Crumb
	What         string      // what it is about, in a sentence
	Consequences []string    // in full, with counts
	Leave, Enter []id.Person // of the cohort, if it is done
	Undo         string      // how it is undone, or that it can't be
	Why          string      // label of the reason that is asked for; empty when none is
	Action       string      // where it is posted
	Fields       []Sent      // sent with it
	Button       string      // "Accept 2,871 rows"
	Grave        bool        // it destroys something
	Back         string
	Form         Form
}

// Sent is a value sent along.
type Sent struct{ Name, Value string }

// Head implements Content.
func (c Confirm) Head() Head {
	return Head{Title: c.Title, Place: c.Place, Crumbs: c.Crumbs, Form: c.Form}
}

// Reason asks why.
func (c Confirm) Reason() Area {
	return c.Form.area("why", c.Why, "It is kept with the record of what was done.", 2)
}

// Accessibility says what works for whom, and what is known not to.
type Accessibility struct{ Contact string }

// Head implements Content.
func (Accessibility) Head() Head { return Head{Title: "Accessibility"} }

// Privacy says what is held about people and who may see it.
type Privacy struct {
	Agencies []string
	Contact  string
}

// Head implements Content.
func (Privacy) Head() Head { return Head{Title: "Privacy and agreements"} }

// Method says how figures are made.
type Method struct {
	Rule     Text   // the cohort's rule in words; empty until one is agreed
	Deflator string // "GDP deflator, vintage of March 2026"
}

// Head implements Content.
func (Method) Head() Head { return Head{Title: "How figures are made"} }

// Policy is who may do what, as the policies in force say it.
type Policy struct {
	Acts []PolicyAct
}

// PolicyAct is one thing that people do here.
type PolicyAct struct {
	Words    string
	Roles    []string // none: nobody with an account
	Purposes []string // none: it needs no purpose
}

// Head implements Content.
func (Policy) Head() Head { return Head{Title: "Who may do what"} }

// Table is every act.
func (p Policy) Table() Table {
	t := Table{ID: "acts", Name: many(len(p.Acts), "thing", "things") + " that can be done here", Heading: true, Wide: true,
		Columns: []Column{head(col("What is done")), col("By whom"), col("For which purposes")}}
	for _, a := range p.Acts {
		roles, purposes := words(list(a.Roles)), words(list(a.Purposes))
		if len(a.Roles) == 0 {
			roles = cell(Quiet("nobody with an account: the machine itself"))
		}
		if len(a.Purposes) == 0 {
			purposes = cell(Quiet("needs none"))
		}
		t.Rows = append(t.Rows, row(words(sentence(a.Words)), roles, purposes))
	}
	return t
}
