package web

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"throughline/internal/account"
	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/policy"
)

// signedOut fails unless a browser is asked to sign in.
func (b *browserOf) signedOut(what string) {
	b.s.t.Helper()
	w := b.get("/account")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
		b.s.t.Errorf("%s: %d %s, want to be asked to sign in", what, w.Code, heading(w))
	}
}

func (b *browserOf) signedIn(what string) {
	b.s.t.Helper()
	if w := b.get("/account"); w.Code != http.StatusOK {
		b.s.t.Errorf("%s: %d, want to be signed in", what, w.Code)
	}
}

func (s *site) token(b *browserOf) string { return strings.Split(b.cookies[s.cookieName()], ".")[1] }

// TestSessions walks the cases of bar W1 that a cookie alone decides.
func TestSessions(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)

	planted := s.browser()
	planted.cookies[s.cookieName()] = "south-london." + strings.Repeat("A", 43) + ".WORD"
	planted.signedOut("a planted token")
	planted.want(planted.signIn("ada@example.org.uk", goodWords), "/")
	if s.token(planted) == strings.Repeat("A", 43) {
		t.Error("a planted token became good by signing in")
	}
	thief := planted.copied()
	thief.signedIn("a copied cookie, before signing out")
	planted.want(planted.post("/sign-out", nil), "/sign-in")
	thief.signedOut("a copied cookie after signing out")

	for what, value := range map[string]string{
		"no token": "south-london..WORD", "no area": "." + s.token(ada) + "." + ada.word(), "another area": "lambeth." + s.token(ada) + "." + ada.word(),
		"two parts": "south-london." + s.token(ada), "cut": "south-london." + s.token(ada)[:42] + "." + ada.word(), "nothing": "", "dots": "....",
		"a script": "<script>", "very long": strings.Repeat("x", 5000),
	} {
		b := s.browser()
		b.cookies[s.cookieName()] = value
		b.signedOut(what)
	}
	ada.signedIn("all the while")

	seen := map[string]bool{}
	for range 20 {
		b := s.browser()
		b.want(b.signIn("ada@example.org.uk", goodWords), "/")
		if token := s.token(b); len(token) != 43 || seen[token] {
			t.Errorf("token %q is short or was given before", token)
		} else {
			seen[token] = true
		}
	}
}

func TestTokenChangesWithWhatItOpens(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	ann := ada.somebody("Ann", 0, policy.FindAndCost, "analyst")
	for _, c := range []struct {
		what, path string
		form       url.Values
		to         string
	}{
		{"stating a purpose", "/purpose", url.Values{"purpose": {"check-records"}}, "/"},
		{"showing names", "/cohort/names", url.Values{"why": {"check"}}, "/cohort"},
		{"showing names on a person’s page", "/people/K7M-3Q/names", url.Values{"why": {"panel"}}, "/people/K7M-3Q"},
		{"changing the password", "/account/password", url.Values{"old": {goodWords}, "password": {"violet harbour 52 spoon"}, "again": {"violet harbour 52 spoon"}}, "/"},
	} {
		old, word := ann.copied(), ann.word()
		ann.want(ann.post(c.path, c.form), c.to)
		if ann.word() != word {
			t.Errorf("%s: forms that are open elsewhere are lost", c.what)
		}
		old.signedOut("the token from before " + c.what)
		ann.signedIn("the token from after " + c.what)
	}
	if w := ann.get("/account"); !strings.Contains(w.Body.String(), "Names are shown until") {
		t.Errorf("names are not shown: %s", heading(w))
	}
	ann.want(ann.post("/names/hide", nil), "/")
	w := ann.get("/")
	if strings.Contains(w.Body.String(), "Names are shown until") || !strings.Contains(heading(w), "Names are hidden.") {
		t.Errorf("names are shown, or nothing is said of it: %s", heading(w))
	}
	if w := ann.get("/"); strings.Contains(heading(w), "Names are hidden.") {
		t.Error("the notice is said twice")
	}
}

func TestSessionsRunOut(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	s.move(account.DefaultLimits.Idle - time.Second)
	ada.signedIn("just within the idle time")
	s.move(account.DefaultLimits.Idle)
	ada.signedOut("after the idle time")
	ada.want(ada.signIn("ada@example.org.uk", goodWords), "/")
	for range 71 {
		s.move(10 * time.Minute)
		if w := ada.get("/account"); w.Code != http.StatusOK {
			t.Fatal("ended too soon")
		}
	}
	s.move(10 * time.Minute)
	ada.signedOut("after half a day")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	other := s.browser()
	r := other.form("/sign-in", url.Values{"email": {"ada@example.org.uk"}, "password": {goodWords}})
	r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
	other.want(other.do(r), "/")
	w := ada.status(ada.get("/account"), http.StatusOK)
	for _, want := range []string{"Chrome on Windows, 192.0.2.1", "This session"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the list of sessions lacks %q", want)
		}
	}
	ada.want(ada.post("/account/end-others", nil), "/account")
	other.signedOut("a session that was ended elsewhere")
	ada.signedIn("the session that ended it")
}

// TestAdministratorsActAtOnce sees that what is done to an account holds from its next request (bar W1: disable, role change, reset).
func TestAdministratorsActAtOnce(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	version := regexp.MustCompile(`name="version" value="(\d+)"`)
	at := func(path string) string {
		m := version.FindStringSubmatch(ada.get(path).Body.String())
		if m == nil {
			t.Fatalf("no version on %s", path)
		}
		return m[1]
	}
	ann := ada.somebody("Ann", 0, policy.FindAndCost, "analyst")
	ada.want(ada.post("/accounts/2/roles", url.Values{"roles": {"auditor", "finance-lead"}, "version": {at("/accounts/2")}}), "/accounts/2")
	ann.signedOut("after the roles changed")
	ann.want(ann.signIn("ann@example.org.uk", goodWords), "/")
	ada.want(ada.post("/accounts/2/suspend", url.Values{"version": {at("/accounts/2/suspend")}}), "/accounts/2")
	ann.signedOut("after the suspension")
	if w := ann.signIn("ann@example.org.uk", goodWords); w.Code != http.StatusForbidden || !strings.Contains(heading(w), "suspended") {
		t.Errorf("signing in while suspended: %d %s", w.Code, heading(w))
	}
	old := at("/accounts/2")
	ada.want(ada.post("/accounts/2/restore", url.Values{"version": {old}}), "/accounts/2")
	if w := ada.post("/accounts/2/suspend", url.Values{"version": {old}}); w.Code != http.StatusConflict {
		t.Errorf("suspending by an old page: %d", w.Code)
	}
	ann.want(ann.signIn("ann@example.org.uk", goodWords), "/")
	ada.want(ada.post("/accounts/2/end-sessions", nil), "/accounts/2")
	ann.signedOut("after the sessions were ended")
	ann.want(ann.signIn("ann@example.org.uk", goodWords), "/")
	w := ada.status(ada.post("/accounts/2/new-password", nil), http.StatusOK)
	ann.signedOut("after the password was made anew")
	ann.want(ann.signIn("ann@example.org.uk", temporary.FindString(w.Body.String())), "/")
	ann.want(ann.get("/"), "/account/password")
	says(t, ann.status(ann.get("/account/password"), http.StatusOK).Body.String(), "Your password was reset by Ada", "Choose your own before you go on")
	made := temporary.FindString(w.Body.String())
	ann.want(ann.post("/account/password", url.Values{"old": {made}, "password": {goodWords + " too"}, "again": {goodWords + " too"}}), "/")
	says(t, ann.status(ann.get("/account"), http.StatusOK).Body.String(), "Your password was reset by Ada")
	other := s.browser()
	if w := other.signIn("ann@example.org.uk", made); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("the password that was made signs in a second time: %d %s", w.Code, heading(w))
	}
	saysNot(t, ada.status(ada.get("/account"), http.StatusOK).Body.String(), "was reset by")
}

// TestSignInIsThrottledAndSaysTheSame is bar W5 as a browser sees it.
func TestSignInIsThrottledAndSaysTheSame(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	word := regexp.MustCompile(`value="[^"]*@[^"]*"`)
	var answers []string
	for i, email := range []string{"ada@example.org.uk", "nobody@example.org.uk"} {
		b := s.browser()
		b.from = fmt.Sprintf("198.51.100.%d:99", i)
		var said []string
		let := 0
		for range 40 {
			w := b.signIn(email, "wrong words")
			if w.Code == http.StatusUnprocessableEntity {
				let++
			} else if w.Code != http.StatusTooManyRequests {
				t.Fatalf("%d %s", w.Code, heading(w))
			}
			said = append(said, fmt.Sprint(w.Code), word.ReplaceAllString(w.Body.String(), ""))
			s.move(5 * time.Second)
		}
		if let > account.Guesses {
			t.Errorf("%d guesses, want at most %d", let, account.Guesses)
		}
		answers = append(answers, strings.Join(said, "\n"))
		s.move(account.Window)
	}
	if answers[0] != answers[1] {
		t.Error("an address that somebody has is answered in other words than one that nobody has")
	}
	ada := s.browser()
	ada.from = "203.0.113.7:1"
	long := s.browser()
	long.status(long.signIn("ada@example.org.uk", strings.Repeat("long ", 2000)), http.StatusUnprocessableEntity)
	ada.want(ada.signIn("ADA@example.org.uk", goodWords), "/")
}

func TestSignInLeadsOnlyToPagesOfOurs(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	for next, want := range map[string]string{
		"/accounts?page=2": "/accounts?page=2", "": "/", "https://elsewhere.example/": "/", "//elsewhere.example": "/", `/\elsewhere.example`: "/",
		"/\t/elsewhere.example": "/", "javascript:alert(1)": "/", "/sign-out": "/", "accounts": "/",
	} {
		b := s.browser()
		b.want(b.post("/sign-in", url.Values{"email": {"ada@example.org.uk"}, "password": {goodWords}, "next": {next}}), want)
		b.want(b.post("/purpose", url.Values{"purpose": {"look-after-accounts"}, "next": {next}}), want)
	}
	nobody := s.browser()
	nobody.want(nobody.get("/accounts?page=2"), "/sign-in?next=%2Faccounts%3Fpage%3D2")
	w := nobody.status(nobody.get("/sign-in?next=//elsewhere.example"), http.StatusOK)
	if strings.Contains(w.Body.String(), "elsewhere.example") {
		t.Error("the form leads to another site")
	}
}

func TestPurposeComesFirst(t *testing.T) {
	t.Parallel()
	s, _ := newSite(t)
	b := s.browser()
	b.want(b.signIn("ada@example.org.uk", goodWords), "/")
	b.want(b.get("/"), "/purpose")
	b.want(b.get("/accounts?page=1"), "/purpose?next=%2Faccounts%3Fpage%3D1")
	if w := b.post("/purpose", url.Values{"purpose": {"find-and-cost"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "<title>Error: ") {
		t.Errorf("a purpose that is of no use to the role: %d %s", w.Code, heading(w))
	}
	b.want(b.post("/purpose", url.Values{"purpose": {"look-after-accounts"}, "next": {"/accounts?page=1"}}), "/accounts?page=1")
	w := b.status(b.get("/accounts?page=1"), http.StatusOK)
	if !strings.Contains(w.Body.String(), "<strong>look after accounts</strong>") {
		t.Error("the purpose is not shown")
	}
}

func TestFirstRunPage(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	b := s.browser()
	b.want(b.get("/"), "/sign-in")
	b.want(b.get("/sign-in"), "/first")
	b.status(b.get("/first"), http.StatusOK)
	form := url.Values{"code": {"0000-0000-0000"}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}}
	w := b.status(b.post("/first", form), http.StatusUnprocessableEntity)
	if text := w.Body.String(); !strings.Contains(text, `value="ada@example.org.uk"`) || strings.Contains(text, goodWords) || !strings.Contains(text, `href="#code"`) {
		t.Errorf("the form lost what was typed, or gave the password back: %s", heading(w))
	}
	form.Set("code", s.code)
	form.Set("again", "something else")
	b.status(b.post("/first", form), http.StatusUnprocessableEntity)
	form.Set("again", goodWords)
	b.want(b.post("/first", form), "/purpose")
	late := s.browser()
	late.want(late.get("/first"), "/sign-in")
	late.status(late.post("/first", form), http.StatusForbidden)
}

// TestFirstRunSaysAllThatIsWrong sends the form empty: every field is answered, and an invented area is chosen for nobody.
func TestFirstRunSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	b := s.browser()
	page := b.get("/first").Body.String()
	if !strings.Contains(page, "South London partnership (invented)") || strings.Contains(page, "checked") {
		t.Errorf("the area is not offered as invented, or is chosen already: %s", heading(b.get("/first")))
	}
	text := b.status(b.post("/first", url.Values{"again": {"x"}}), http.StatusUnprocessableEntity).Body.String()
	for _, field := range []string{"area", "code", "name", "email", "password", "again"} {
		if !strings.Contains(text, `href="#`+field+`"`) {
			t.Errorf("nothing is said of the empty %s", field)
		}
	}
	if strings.Index(text, `href="#area"`) > strings.Index(text, `href="#code"`) {
		t.Error("the code is spoken of before the area, which stands before it on the page")
	}
}

// TestFirstRunOfAnAreaOfOnesOwn puts an area's folder into the data directory: the page says what it lacks, then offers it in place of
// the invented one, and no page after that says invented.
func TestFirstRunOfAnAreaOfOnesOwn(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	files, err := area.Start("anytown", "Anytown partnership")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(app.OwnAreas(s.dir), "anytown")
	write := func() {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	write()
	b := s.browser()
	page := b.status(b.get("/first"), http.StatusOK).Body.String()
	if !strings.Contains(page, "The list of agencies is empty.") || strings.Contains(page, `name="code"`) || strings.Contains(page, "Become the administrator") || strings.Contains(page, "South London") {
		t.Errorf("the page does not say what the area lacks: %s", heading(b.get("/first")))
	}
	files["area.yaml"] = strings.NewReplacer("boroughs: []", "boroughs: [{slug: north, name: North}]",
		"agencies: []", "agencies: [{slug: city, mark: CTY, name: City Council, payer: councils-care, reach: [north]}]",
		`agreed: ""`, "agreed: Rule 1, agreed on 2 April 2026", `a_week: ""`, `a_week: "£500.00"`, `as_of: ""`, "as_of: 2026-03-31",
		"population: 0", "population: 90000").Replace(files["area.yaml"])
	write()
	form := url.Values{"code": {s.code}, "area": {"anytown"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}}
	b.want(b.post("/first", form), "/purpose")
	b.purpose(policy.LookAfterAccounts)
	home := b.status(b.get("/"), http.StatusOK).Body.String()
	if strings.Contains(home, "invented") || !strings.Contains(home, "Anytown partnership") {
		t.Errorf("the home page of a real area says invented, or not whose it is: %s", heading(b.get("/")))
	}
	if strings.Contains(home, "Nothing waits for you") || !strings.Contains(home, "Invite an analyst") || !strings.Contains(home, "1 is there") {
		t.Errorf("the first administrator is not told what to do: %s", heading(b.get("/")))
	}
	for name, role := range map[string]string{"Anna": "analyst", "Gwen": "governance-lead", "Fin": "finance-lead"} {
		b.status(b.post("/accounts", url.Values{"name": {name}, "email": {name + "@example.org.uk"}, "agency": {"0"}, "roles": {role}}), http.StatusOK)
	}
	if strings.Contains(b.get("/").Body.String(), "Invite ") {
		t.Error("it still asks for people who are there")
	}
}

// TestForcedPasswordIsNotLeft offers no way round a password that must be changed.
func TestForcedPasswordIsNotLeft(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	if !strings.Contains(ada.get("/account/password").Body.String(), "Leave it as it is") {
		t.Error("somebody who looked may not go back")
	}
	w := ada.status(ada.post("/accounts", url.Values{"name": {"Anna"}, "email": {"anna@example.org.uk"}, "agency": {"0"}, "roles": {"analyst"}}), http.StatusOK)
	anna := ada.s.browser()
	anna.want(anna.signIn("anna@example.org.uk", temporary.FindString(w.Body.String())), "/")
	if strings.Contains(anna.get("/account/password").Body.String(), "Leave it as it is") {
		t.Error("the page offers to leave a password that must be changed")
	}
}
