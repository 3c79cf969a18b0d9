package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// onward is where somebody goes after signing in or stating a purpose: the page they wanted, or home.
func onward(next string) string {
	if isLocal(next) {
		return next
	}
	return "/"
}

// signInForm asks who it is; an installation that nobody can sign in to asks for its first administrator.
func (s *Server) signInForm(w http.ResponseWriter, r *http.Request, _ app.Who) error {
	doors, err := s.app.Doors(r.Context())
	if err != nil {
		return err
	}
	if len(doors) == 0 {
		return s.done(w, "/first", "")
	}
	p := ui.SignIn{Next: localOnly(r.URL.Query().Get("next")), Areas: doorOptions(doors)}
	return ui.SignInPage.Write(w, http.StatusOK, s.visitorFrame(w, r), p)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, _ app.Who) error {
	doors, err := s.app.Doors(r.Context())
	if err != nil {
		return err
	}
	area, err := areaChosen(doors, r.PostForm.Get("area"))
	var in app.SignedIn
	if err == nil {
		in, err = s.app.SignIn(r.Context(), app.Credentials{Area: area, Email: r.PostForm.Get("email"), Password: r.PostForm.Get("password"),
			Source: source(r), Agent: r.UserAgent()})
	}
	if form, status, ok := again(r, err); ok {
		return ui.SignInPage.Write(w, status, s.visitorFrame(w, r), ui.SignIn{Form: form, Next: localOnly(r.PostForm.Get("next")), Areas: doorOptions(doors)})
	}
	if err != nil {
		return err
	}
	s.begin(w, in)
	return s.done(w, onward(r.PostForm.Get("next")), "")
}

// localOnly is a path of ours, or nothing.
func localOnly(next string) string {
	if isLocal(next) {
		return next
	}
	return ""
}

// doorOptions is the areas to choose from, where there is more than one.
func doorOptions(doors []app.Door) []ui.Option {
	if len(doors) < 2 {
		return nil
	}
	var options []ui.Option
	for _, d := range doors {
		options = append(options, ui.Option{Value: string(d.Area), Label: d.Title})
	}
	return options
}

// areaChosen is the area that somebody signs in to: the one they chose, or the only one.
func areaChosen(doors []app.Door, chosen string) (id.Area, error) {
	for _, d := range doors {
		if string(d.Area) == chosen || chosen == "" && len(doors) == 1 {
			return d.Area, nil
		}
	}
	return "", fault.InvalidField("area", "Choose the area you sign in to.", "")
}

func (s *Server) firstForm(w http.ResponseWriter, r *http.Request, _ app.Who) error {
	if !s.app.FirstRunIsOpen() {
		return s.done(w, "/sign-in", "")
	}
	areas, err := s.app.FirstRunAreas(r.Context())
	if err != nil {
		return err
	}
	return ui.FirstPage.Write(w, http.StatusOK, s.visitorFrame(w, r), firstContent(ui.Form{}, areas))
}

func (s *Server) first(w http.ResponseWriter, r *http.Request, _ app.Who) error {
	areas, err := s.app.FirstRunAreas(r.Context())
	if err != nil {
		return err
	}
	in := app.FirstAdministrator{Code: r.PostForm.Get("code"), Area: id.Area(r.PostForm.Get("area")), Email: r.PostForm.Get("email"),
		Name: r.PostForm.Get("name"), Password: r.PostForm.Get("password"), Source: source(r), Agent: r.UserAgent()}
	in.Wrong = twice(r)
	signed, err := s.app.FirstRun(r.Context(), in)
	if form, status, ok := again(r, err); ok {
		return ui.FirstPage.Write(w, status, s.visitorFrame(w, r), firstContent(form, areas))
	}
	if err != nil {
		return err
	}
	s.begin(w, signed)
	return s.done(w, "/purpose", "")
}

// firstContent offers the areas that are at hand. An invented one is never chosen for anybody.
func firstContent(form ui.Form, areas []app.FirstRunArea) ui.First {
	c := ui.First{Form: form}
	for _, a := range areas {
		switch {
		case a.Trouble != nil:
			c.Unready = append(c.Unready, ui.Unready{Area: a.Name, Fault: a.Trouble})
		case a.Invented:
			c.Areas = append(c.Areas, ui.Option{Value: string(a.Area), Label: a.Name + " (invented)", Hint: "To try the program: " +
				plural(int64(a.Agencies), "agency", "agencies") + " that do not exist. Every page says that its people and figures are invented. Send no real file to it."})
		default:
			c.Areas = append(c.Areas, ui.Option{Value: string(a.Area), Label: a.Name, Chosen: len(areas) == 1,
				Hint: plural(int64(a.Agencies), "agency", "agencies") + ", from the folder " + string(a.Area) + "."})
		}
	}
	return c
}

// twice holds a new password to its repetition.
func twice(r *http.Request) error {
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		return fault.InvalidField("again", "The two passwords are not the same.", "Type the new password twice.")
	}
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, who app.Who) error {
	if err := s.app.SignOut(r.Context(), who); err != nil && fault.KindOf(err) != fault.SignIn {
		return err
	}
	s.forget(w)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return s.done(w, "/sign-in", "")
}

func purposeOptions(purposes []policy.Purpose, now policy.Purpose) []ui.Option {
	var options []ui.Option
	for _, p := range purposes {
		options = append(options, ui.Option{Value: string(p), Label: sentenceCase(p.Words()), Chosen: p == now})
	}
	return options
}

func (s *Server) purposePage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form, next string) error {
	p, err := s.app.Purpose(r.Context(), who)
	if err != nil {
		return err
	}
	if p.Viewer.MustChange {
		return s.done(w, "/account/password", "")
	}
	return ui.PurposePage.Write(w, status, s.frame(w, r, p.Viewer),
		ui.Purpose{Form: form, Purposes: purposeOptions(p.Purposes, p.Viewer.Purpose), Next: localOnly(next)})
}

func (s *Server) purposeForm(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.purposePage(w, r, who, http.StatusOK, ui.Form{}, r.URL.Query().Get("next"))
}

func (s *Server) purpose(w http.ResponseWriter, r *http.Request, who app.Who) error {
	token, err := s.app.StatePurpose(r.Context(), who, policy.Purpose(r.PostForm.Get("purpose")), "")
	if form, status, ok := again(r, err); ok {
		return s.purposePage(w, r, who, status, form, r.PostForm.Get("next"))
	}
	if err != nil {
		return err
	}
	s.renew(w, r, token)
	return s.done(w, onward(r.PostForm.Get("next")), "")
}

// whyNames is the purposes behind the answers of the form that shows names.
var whyNames = map[string]policy.Purpose{"check": policy.CheckRecords, "panel": policy.TakeToPanel}

var namesAreShown = notice("names-shown", "Names are shown for 30 minutes. Each one you open is recorded.")

// atGroup says that what holds a person's records together is the page that asks for names.
const atGroup = "group"

// showNames shows names, on the page that asked for them.
func (s *Server) showNames(w http.ResponseWriter, r *http.Request, who app.Who) error {
	token, err := s.app.ShowNames(r.Context(), who, whyNames[r.PostForm.Get("why")])
	if form, status, ok := again(r, err); ok {
		switch {
		case r.PathValue("person") != "" && r.PostForm.Get("at") == atGroup:
			return s.groupPage(w, r, who, status, form)
		case r.PathValue("person") != "":
			return s.personPage(w, r, who, status, form, ui.Form{})
		case r.PathValue("pair") != "":
			return s.pairPage(w, r, who, status, form)
		}
		return s.cohortPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	s.renew(w, r, token)
	back := "/cohort"
	if r.PathValue("pair") != "" {
		pair, err := pairIn(r)
		if err != nil {
			return err
		}
		back = ui.PairPath(pair[0], pair[1])
	}
	if p := r.PathValue("person"); p != "" {
		person, err := id.ParsePseudonym(p)
		if err != nil {
			return fault.Missing("person")
		}
		if back = ui.PersonPath(person); r.PostForm.Get("at") == atGroup {
			back = ui.GroupPath(person)
		}
	}
	return s.done(w, back, namesAreShown)
}

func (s *Server) hideNames(w http.ResponseWriter, r *http.Request, who app.Who) error {
	if err := s.app.HideNames(r.Context(), who); err != nil {
		return err
	}
	return s.done(w, "/", namesAreHidden)
}

var namesAreHidden = notice("names-hidden", "Names are hidden.")

// mustChange says why a password must be changed now.
const mustChange = "Your password was made for you by somebody else. Choose your own before you go on."

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	v, err := s.app.Me(r.Context(), who)
	if err != nil {
		return err
	}
	p := ui.Password{Form: form}
	if v.MustChange {
		resets, err := s.app.OwnResets(r.Context(), who)
		if err != nil {
			return err
		}
		p.Required = mustChange
		if len(resets) > 0 {
			p.Required = reset(resets[0]).Says() + " Choose your own before you go on. If you did not ask for it, tell your partnership’s governance lead."
		}
	}
	return ui.PasswordPage.Write(w, status, s.frame(w, r, v), p)
}

// reset is who made a password for somebody.
func reset(r app.PasswordReset) ui.PasswordReset { return ui.PasswordReset{By: r.By, At: r.At} }

func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.passwordPage(w, r, who, http.StatusOK, ui.Form{})
}

var passwordIsChanged = notice("password-changed", "Your password is changed. Your other sessions have ended.")

func (s *Server) password(w http.ResponseWriter, r *http.Request, who app.Who) error {
	var token string
	err := twice(r)
	if err == nil {
		token, err = s.app.ChangeOwnPassword(r.Context(), who, r.PostForm.Get("old"), r.PostForm.Get("password"))
	}
	if form, status, ok := again(r, err); ok {
		return s.passwordPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	s.renew(w, r, token)
	return s.done(w, "/", passwordIsChanged)
}
