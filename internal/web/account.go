package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// The orders of the list of accounts, by the keys in its links.
var accountOrders = []string{"name", "agency", "seen"}

func (s *Server) accounts(w http.ResponseWriter, r *http.Request, who app.Who) error {
	asked, list := accountsAsked(r.URL.Query())
	p, err := s.app.Accounts(r.Context(), who, asked)
	if err != nil {
		return err
	}
	list.Size, list.Total = p.PerPage, p.Total
	content := ui.Accounts{Scope: p.Scope, List: list, MayAdd: p.Viewer.May(policy.AccountCreate), MayAgencies: p.Viewer.May(policy.AgencyList),
		MayExport: p.Viewer.May(policy.AccountExport)}
	for _, a := range p.Accounts {
		content.Rows = append(content.Rows, ui.AccountRow{Account: a.ID, Name: a.Name, User: string(a.Email), Agency: a.AgencyName,
			Roles: eachRole(a.Roles), LastSeen: a.SeenAt, Sessions: a.Sessions, Suspended: !a.SuspendedAt.IsZero()})
	}
	return ui.AccountsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), content)
}

// exportAccounts downloads the list as it is narrowed and sorted.
func (s *Server) exportAccounts(w http.ResponseWriter, r *http.Request, who app.Who) error {
	asked, _ := accountsAsked(r.URL.Query())
	return s.app.ExportAccounts(r.Context(), who, asked, &download{ResponseWriter: w, name: "accounts.csv"})
}

// accountsAsked reads the list that an address asks for, and how its links keep that.
func accountsAsked(q url.Values) (app.AccountsAsked, ui.List) {
	asked := app.AccountsAsked{Page: page(q), By: "name", Descending: q.Get("order") == "descending"}
	if by := q.Get("sort"); slices.Contains(accountOrders, by) {
		asked.By = by
	}
	list := ui.List{Path: "/accounts", Kept: url.Values{}, Sort: q.Get("sort"), Descending: asked.Descending, Page: asked.Page}
	if n, err := strconv.ParseInt(q.Get("agency"), 10, 64); err == nil && n >= 0 {
		of := id.Agency(n)
		asked.Agency = &of
		list.Kept.Set("agency", q.Get("agency"))
	}
	return asked, list
}

// page reads which page of a list is asked for; what is no number is the first.
func page(q url.Values) int {
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

func eachRole(roles []policy.Role) []string {
	var out []string
	for _, r := range roles {
		out = append(out, r.Words())
	}
	return out
}

func roleOptions(givable, held []policy.Role) []ui.Option {
	var options []ui.Option
	for _, r := range givable {
		options = append(options, ui.Option{Value: string(r), Label: sentenceCase(r.Words()), Chosen: slices.Contains(held, r)})
	}
	return options
}

func chosenRoles(r *http.Request) []policy.Role {
	var roles []policy.Role
	for _, v := range r.PostForm["roles"] {
		roles = append(roles, policy.Role(v))
	}
	return roles
}

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	n, err := pathID[id.Account](r, "account", "account")
	if err != nil {
		return err
	}
	p, err := s.app.Account(r.Context(), who, n)
	if err != nil {
		return err
	}
	a := p.Account
	return ui.AccountPage.Write(w, status, s.frame(w, r, p.Viewer), ui.Account{Account: a.ID, Version: a.Version, Name: a.Name, User: string(a.Email),
		Agency: a.AgencyName, Suspended: !a.SuspendedAt.IsZero(), Since: a.CreatedAt, Roles: roleOptions(p.Givable, a.Roles), Form: form,
		Sessions: sessions(p.Sessions), MayEdit: p.Viewer.May(policy.AccountEditRoles) && !p.Own, Self: p.Own})
}

// signedInFrom says where a session was begun.
func signedInFrom(l app.SessionRow) string {
	if l.Source == policy.CommandLine {
		return "The command line"
	}
	return browser(l.Agent) + ", " + l.Source
}

func sessions(list []app.SessionRow) []ui.Session {
	var out []ui.Session
	for _, l := range list {
		out = append(out, ui.Session{Key: strconv.FormatInt(l.ID, 10), Began: l.StartedAt, Last: l.SeenAt, From: signedInFrom(l), Current: l.Own})
	}
	return out
}

func (s *Server) account(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.accountPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) newAccountPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	f, err := s.app.NewAccountForm(r.Context(), who)
	if err != nil {
		return err
	}
	content := ui.NewAccount{Form: form, Roles: roleOptions(f.Givable, nil)}
	typed := form.Typed["agency"]
	option := func(n id.Agency, name string) {
		value := strconv.FormatInt(int64(n), 10)
		content.Agencies = append(content.Agencies, ui.Option{Value: value, Label: name, Chosen: slices.Contains(typed, value)})
	}
	if f.Partnership {
		option(0, "The partnership itself")
	}
	for _, g := range f.Agencies {
		option(g.ID, g.Name)
	}
	return ui.NewAccountPage.Write(w, status, s.frame(w, r, f.Viewer), content)
}

func (s *Server) newAccount(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.newAccountPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) createAccount(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in := app.NewAccount{Email: r.PostForm.Get("email"), Name: r.PostForm.Get("name"), Agency: -1, Roles: chosenRoles(r)}
	if n, err := strconv.ParseInt(r.PostForm.Get("agency"), 10, 64); err == nil && n >= 0 {
		in.Agency = id.Agency(n)
	}
	made, err := s.app.CreateAccount(r.Context(), who, in)
	if form, status, ok := again(r, err); ok {
		return s.newAccountPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	return s.made(w, r, made, false)
}

// made shows a temporary password, once.
func (s *Server) made(w http.ResponseWriter, r *http.Request, made app.AccountMade, anew bool) error {
	return ui.AccountMadePage.Write(w, http.StatusOK, s.frame(w, r, made.Viewer), ui.AccountMade{Account: made.Account, Name: made.Name,
		User: made.Email, Password: made.Temporary, Again: anew})
}

// change carries out a change to the account in the path, and goes back to its page.
func (s *Server) change(do func(r *http.Request, who app.Who, n id.Account) error, key string) handle {
	return func(w http.ResponseWriter, r *http.Request, who app.Who) error {
		n, err := pathID[id.Account](r, "account", "account")
		if err != nil {
			return err
		}
		err = do(r, who, n)
		if form, status, ok := again(r, err); ok {
			return s.accountPage(w, r, who, status, form)
		}
		if err != nil {
			return err
		}
		return s.done(w, ui.AccountPath(n), key)
	}
}

var (
	rolesAreSaved    = notice("roles-saved", "The roles are saved. The person signs in again to use them.")
	isSuspended      = notice("suspended", "The person is suspended and signed out everywhere.")
	isRestored       = notice("restored", "The person may sign in again.")
	sessionsAreEnded = notice("sessions-ended", "The person is signed out everywhere.")
	othersAreEnded   = notice("others-ended", "Your other sessions have ended.")
)

func (s *Server) editRoles(r *http.Request, who app.Who, n id.Account) error {
	version, err := number(r, "version")
	if err != nil {
		return err
	}
	return s.app.EditRoles(r.Context(), who, n, version, chosenRoles(r))
}

func (s *Server) suspend(r *http.Request, who app.Who, n id.Account) error {
	version, err := number(r, "version")
	if err != nil {
		return err
	}
	return s.app.SuspendAccount(r.Context(), who, n, version)
}

func (s *Server) restore(r *http.Request, who app.Who, n id.Account) error {
	version, err := number(r, "version")
	if err != nil {
		return err
	}
	return s.app.RestoreAccount(r.Context(), who, n, version)
}

func (s *Server) endSessions(r *http.Request, who app.Who, n id.Account) error {
	return s.app.EndAccountSessions(r.Context(), who, n)
}

func (s *Server) newPassword(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Account](r, "account", "account")
	if err != nil {
		return err
	}
	made, err := s.app.ResetPassword(r.Context(), who, n)
	if err != nil {
		return err
	}
	return s.made(w, r, made, true)
}

// sure is what is asked before something is done to an account.
type sure struct {
	title, button, undo, path string
	consequences              []string
	grave                     bool
}

var (
	sureSuspend = sure{title: "Suspend this person?", button: "Suspend this person", undo: "restore the person on the same page.", path: "/suspend", grave: true,
		consequences: []string{"The next page they ask for is refused, and they are signed out everywhere.", "What they did stays on record."}}
	sureEnd = sure{title: "End all their sessions?", button: "End all sessions", undo: "the person signs in again.", path: "/end-sessions",
		consequences: []string{"They are signed out everywhere. What they were typing is lost."}}
	surePassword = sure{title: "Make a new password?", button: "Make a new password", undo: "it cannot be undone; make another.", path: "/new-password",
		consequences: []string{"The password they have stops working, and they are signed out everywhere.",
			"You are shown a temporary password once. It works for 24 hours, and they choose their own at the first sign-in.",
			"They are told that you made it, and when."}}
)

// ask shows the page that asks first.
func (s *Server) ask(what sure) handle {
	return func(w http.ResponseWriter, r *http.Request, who app.Who) error {
		n, err := pathID[id.Account](r, "account", "account")
		if err != nil {
			return err
		}
		p, err := s.app.Account(r.Context(), who, n)
		if err != nil {
			return err
		}
		path := ui.AccountPath(n)
		c := ui.Confirm{Title: what.title, Place: ui.PlaceAccounts, Crumbs: []ui.Crumb{{Name: "Accounts", Href: "/accounts"}, {Name: p.Account.Name, Href: path}},
			What: p.Account.Name + ", " + p.Account.AgencyName + ".", Consequences: what.consequences, Undo: what.undo, Action: path + what.path,
			Button: what.button, Grave: what.grave, Back: path}
		if what.path == sureSuspend.path {
			c.Fields = []ui.Sent{{Name: "version", Value: strconv.FormatInt(p.Account.Version, 10)}}
		}
		return ui.ConfirmPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
	}
}

func (s *Server) ownAccount(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.OwnAccount(r.Context(), who)
	if err != nil {
		return err
	}
	a := p.Account
	c := ui.OwnAccount{Name: a.Name, User: string(a.Email), Agency: a.AgencyName, Roles: eachRole(a.Roles), PasswordSet: a.PasswordAt, Sessions: sessions(p.Sessions)}
	for _, x := range p.Resets {
		c.Resets = append(c.Resets, reset(x))
	}
	return ui.OwnAccountPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

func (s *Server) endOthers(w http.ResponseWriter, r *http.Request, who app.Who) error {
	if err := s.app.EndOtherSessions(r.Context(), who); err != nil {
		return err
	}
	return s.done(w, "/account", othersAreEnded)
}
