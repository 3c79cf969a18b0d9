package ui

import (
	"time"

	"throughline/internal/id"
)

// The pages of people who sign in, and of agencies.
var (
	AccountsPage    = register[Accounts]("accounts")
	AccountPage     = register[Account]("account")
	NewAccountPage  = register[NewAccount]("new-account")
	OwnAccountPage  = register[OwnAccount]("own-account")
	AgenciesPage    = register[Agencies]("agencies")
	AccountMadePage = register[AccountMade]("account-made")
)

// Accounts is the list of people who sign in. An agency's administrator sees those of the agency.
type Accounts struct {
	Scope       string // "Lambeth Council"; empty: every agency
	List        List
	Rows        []AccountRow
	MayAdd      bool
	MayAgencies bool
	MayExport   bool
}

// ExportPath downloads the list as it is narrowed and sorted.
func (a Accounts) ExportPath() string {
	l := a.List
	l.Path = "/accounts.csv"
	return l.With()
}

// AccountRow is one person who signs in.
type AccountRow struct {
	Account            id.Account
	Name, User, Agency string
	Roles              []string
	LastSeen           time.Time
	Sessions           int
	Suspended          bool
}

// Head implements Content.
func (a Accounts) Head() Head {
	return Head{Title: "People who sign in", Place: PlaceAccounts}
}

// Table is this page of the list.
func (a Accounts) Table() Table {
	t := Table{ID: "accounts", Name: a.List.name("person", "people"), Wide: true, Empty: "Nobody has been added yet.",
		Columns: []Column{head(a.List.sorted(col("Name"), "name", false)), col("E-mail address"), a.List.sorted(col("Agency"),
			"agency", false), col("Roles"),
			a.List.sorted(key("Last seen"), "seen", true), num("Sessions"), col("State")},
		Paging: a.List.paging("Pages of people", "people", false)}
	for _, r := range a.Rows {
		state, seenAt := words("Active"), words(moment(r.LastSeen))
		if r.Suspended {
			state = cell(Tag(Aside, "Suspended"))
		}
		if r.LastSeen.IsZero() {
			seenAt = words("never")
		}
		t.Rows = append(t.Rows, row(linked(AccountPath(r.Account), r.Name), sent(r.User), words(r.Agency), words(list(r.Roles)), seenAt,
			number0(r.Sessions), state))
	}
	return t
}

// Account is one person who signs in, as an administrator sees them.
type Account struct {
	Account            id.Account
	Version            int64 // as it was read, sent back with a change
	Name, User, Agency string
	Suspended          bool
	Since              time.Time
	Roles              []Option // those that this administrator may give; Chosen are those held
	Form               Form
	Sessions           []Session
	MayEdit            bool
	Self               bool // nobody edits their own roles
}

// Session is a place where somebody is signed in.
type Session struct {
	Key         string // in its address
	Began, Last time.Time
	From        string // "Chrome on Windows, 192.0.2.17"
	Current     bool
}

// Head implements Content.
func (a Account) Head() Head {
	return Head{Title: a.Name, Caption: a.Agency, Tab: "Account", Place: PlaceAccounts,
		Crumbs: []Crumb{{"Accounts", "/accounts"}}, Form: a.Form}
}

// Path is the account's address.
func (a Account) Path() string { return AccountPath(a.Account) }

// Held are the roles as boxes.
func (a Account) Held() Choice {
	return a.Form.choice("roles", "Roles",
		"What a role may do is in the printed policy. A change holds from the next page that person opens.", a.Roles)
}

// SessionTable is where they are signed in.
func (a Account) SessionTable() Table {
	return sessionTable(a.Sessions, "Where this person is signed in")
}

func sessionTable(sessions []Session, name string) Table {
	t := Table{ID: "sessions", Name: name, Heading: true, Columns: []Column{head(col("From")), key("Signed in"),
		key("Last seen"), col("State")}, Empty: "Nowhere."}
	for _, s := range sessions {
		state := words("Signed in")
		if s.Current {
			state = cell(Tag(Calm, "This session"))
		}
		t.Rows = append(t.Rows, row(words(s.From), words(moment(s.Began)), words(moment(s.Last)), state))
	}
	return t
}

// NewAccount adds somebody.
type NewAccount struct {
	Form     Form
	Agencies []Option // those that this administrator may add people to
	Roles    []Option
}

// Head implements Content.
func (n NewAccount) Head() Head {
	return Head{Title: "Add a person", Place: PlaceAccounts, Crumbs: []Crumb{{"Accounts", "/accounts"}}, Form: n.Form}
}

// The fields of the form.
func (n NewAccount) Name() Input {
	return n.Form.input("name", "Name", "As colleagues should see it.", 30)
}
func (n NewAccount) User() Input {
	i := newUser(n.Form)
	i.Fill = "off"
	return i
}
func (n NewAccount) Agency() Choice {
	return n.Form.choice("agency", "Agency", "", append([]Option{{Label: "Choose an agency"}}, n.Agencies...))
}
func (n NewAccount) Held() Choice { return n.Form.choice("roles", "Roles", "", n.Roles) }

// AccountMade shows a new person's first password, once.
type AccountMade struct {
	Account    id.Account
	Name, User string
	Password   string // for the first sign-in only; it must be changed then
	Again      bool   // a new password for somebody who is already there
}

// Head implements Content.
func (a AccountMade) Head() Head {
	h := Head{Title: "Person added", Place: PlaceAccounts, Crumbs: []Crumb{{"Accounts", "/accounts"}}}
	if a.Again {
		h.Title = "New password made"
	}
	return h
}

// Path is the account's address.
func (a AccountMade) Path() string { return AccountPath(a.Account) }

// OwnAccount is the page of whoever is signed in.
type OwnAccount struct {
	Name, User, Agency string
	Roles              []string
	PasswordSet        time.Time
	Sessions           []Session
	Resets             []PasswordReset // the newest first
}

// Head implements Content.
func (o OwnAccount) Head() Head { return Head{Title: "Your account"} }

// About is who it is.
func (o OwnAccount) About() []Pair {
	return []Pair{{"Name", Say(Name(o.Name))}, {"E-mail address", Say(Code(o.User))}, {"Agency", Say(Plain(o.Agency))},
		{"Roles", Say(Plain(list(o.Roles)))},
		{"Password", Say(Plain("Set "+moment(o.PasswordSet)+". "), Link("/account/password", "Change it"))}}
}

// SessionTable is where they are signed in.
func (o OwnAccount) SessionTable() Table { return sessionTable(o.Sessions, "Where you are signed in") }

// Others says whether there is another session than this one.
func (o OwnAccount) Others() bool { return len(o.Sessions) > 1 }

// Agencies is the list of agencies.
type Agencies struct {
	Rows []AgencyRow
}

// AgencyRow is one agency.
type AgencyRow struct {
	Agency            id.Agency
	Mark, Name, Sends string
	People            int // who sign in
	Administrators    []string
	Extracts          int
}

// Head implements Content.
func (a Agencies) Head() Head {
	return Head{Title: "Agencies", Place: PlaceAccounts, Crumbs: []Crumb{{"Accounts", "/accounts"}}}
}

// Table lists them.
func (a Agencies) Table() Table {
	t := Table{ID: "agencies", Name: many(len(a.Rows), "agency", "agencies"), Wide: true, Empty: "There is no agency yet.",
		Columns: []Column{key("Mark"), head(col("Agency")), col("What it sends"), num("People who sign in"),
			col("Administrators"), num("Extracts")}}
	for _, r := range a.Rows {
		administrators := orUnknown(list(r.Administrators))
		if len(r.Administrators) == 0 {
			administrators = cell(Tag(Attention, "None yet"))
		}
		t.Rows = append(t.Rows, row(words(r.Mark), words(r.Name), words(r.Sends), number0(r.People),
			administrators, number0(r.Extracts)))
	}
	return t
}
