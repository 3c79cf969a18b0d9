package ui

import "time"

import "throughline/internal/fault"

// The pages before and around a session.
var (
	SignInPage   = register[SignIn]("sign-in")
	FirstPage    = register[First]("first")
	PasswordPage = register[Password]("password")
	PurposePage  = register[Purpose]("purpose")
)

// SignIn asks who it is.
type SignIn struct {
	Form  Form
	Ended string   // why the last session ended, if it did: "You were signed out because nothing happened for 30 minutes."
	Next  string   // the page to go on to, a path of ours
	Areas []Option // where there is more than one
	Demo  []Pair   // names and passwords of a demonstration with invented people; empty otherwise
}

// Head implements Content.
func (s SignIn) Head() Head { return Head{Title: "Sign in", Form: s.Form} }

// The fields of the form. A browser may fill them in and paste into them.
func (s SignIn) User() Input {
	i := s.Form.input("email", "E-mail address", "", 30)
	i.Kind, i.Fill, i.Exact = "email", "username", true
	return i
}
func (s SignIn) Area() Choice { return areaChoice(s.Form, s.Areas) }
func (s SignIn) Password() Input {
	return s.Form.password("password", "Password", "", "current-password")
}

// First makes the first administrator of an empty directory, for whoever holds the one-time code.
type First struct {
	Form    Form
	Areas   []Option
	Unready []Unready
}

// Unready is an area whose settings cannot be used yet.
type Unready struct {
	Area  string
	Fault *fault.Error
}

// mostProblems bounds how much of an area's trouble is shown at once.
const mostProblems = 12

// Problems are what is wrong with its settings, each with its file, line and remedy.
func (u Unready) Problems() []string {
	var all []string
	for _, n := range u.Fault.Notes {
		all = append(all, n.Field+": "+noteWords(n))
	}
	if len(all) > mostProblems {
		return append(all[:mostProblems], "And "+count(len(all)-mostProblems)+" more.")
	}
	return all
}

// Head implements Content.
func (f First) Head() Head { return Head{Title: "Set up Throughline", Form: f.Form} }

func areaChoice(f Form, areas []Option) Choice {
	return f.choice("area", "Area", "", append([]Option{{Label: "Choose an area"}}, areas...))
}

// The fields of the form.
func (f First) Area() Choice {
	return f.Form.choice("area", "Area", "The partnership that this installation is for.", f.Areas)
}
func (f First) Code() Input {
	i := f.Form.input("code", "One-time code", "It was printed where the program was started. It works once.", 20)
	i.Exact, i.Fill = true, "one-time-code"
	return i
}
func (f First) Name() Input {
	i := f.Form.input("name", "Your name", "As colleagues should see it.", 30)
	i.Fill = "name"
	return i
}
func (f First) User() Input     { return newUser(f.Form) }
func (f First) Password() Input { return newPassword(f.Form, "Password") }
func (f First) Again() Input {
	return f.Form.password("again", "The same password again", "", "new-password")
}

func newUser(f Form) Input {
	i := f.input("email", "E-mail address", "The one that colleagues write to. It is the name to sign in with.", 30)
	i.Kind, i.Fill, i.Exact = "email", "username", true
	return i
}

func newPassword(f Form, label string) Input {
	return f.password("password", label,
		"At least 12 characters. Three or four words that do not belong together are good. You may paste it.", "new-password")
}

// Password changes one's own password.
type Password struct {
	Form     Form
	Required string // why it must be changed now, when it must
}

// PasswordReset is that somebody else made a password for whoever is signed in.
type PasswordReset struct {
	By string
	At time.Time
}

// Says is the reset in a sentence.
func (r PasswordReset) Says() string {
	return "Your password was reset by " + r.By + " on " + moment(r.At) + "."
}

// Head implements Content.
func (p Password) Head() Head {
	return Head{Title: "Change your password", Crumbs: []Crumb{{"Your account", "/account"}}, Form: p.Form}
}

// The fields of the form.
func (p Password) Old() Input {
	return p.Form.password("old", "Your password now", "", "current-password")
}
func (p Password) New() Input { return newPassword(p.Form, "New password") }
func (p Password) Again() Input {
	return p.Form.password("again", "The new password again", "", "new-password")
}

// Purpose asks why somebody is here, once a session.
type Purpose struct {
	Form     Form
	Purposes []Option // those that the person's roles may state
	Next     string   // the page to go on to
}

// Head implements Content.
func (p Purpose) Head() Head { return Head{Title: "Why are you here?", Form: p.Form} }

// Only is the purpose where there is one alone, which nobody has to choose; nil where there are more.
func (p Purpose) Only() *Option {
	if len(p.Purposes) != 1 {
		return nil
	}
	return &p.Purposes[0]
}

// Why asks for the purpose.
func (p Purpose) Why() Choice {
	return p.Form.choice("purpose", "Your purpose in this session",
		"It is shown on every page and recorded with everything you open.", p.Purposes)
}
