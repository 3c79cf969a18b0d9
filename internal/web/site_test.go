package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// site is the real handler over a real installation in an empty directory, with a clock that stands still until it is moved.
type site struct {
	*Server
	t       *testing.T
	handler http.Handler
	dir     string // where its data is
	code    string // the one-time code, as the server would print it
	mu      sync.Mutex
	at      time.Time
}

const goodWords = "copper lantern 39 orbit"

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *site) move(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func emptySite(t *testing.T, change func(*Config)) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), at: time.Date(2026, 4, 20, 9, 30, 0, 0, time.UTC)}
	a, err := app.Open(t.Context(), app.Place{Dir: s.dir, Areas: areas.Files, Version: "test", Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	a.PasswordCost(account.Cost{Memory: 64, Passes: 1, Threads: 1})
	c := Config{App: a, Now: s.clock}
	if change != nil {
		change(&c)
	}
	s.Server = New(c)
	s.handler = s.Handler()
	if s.code, err = a.OpenFirstRun(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// newSite is a site with its first administrator, whose browser it gives, their purpose stated.
func newSite(t *testing.T) (*site, *browserOf) {
	t.Helper()
	s := emptySite(t, nil)
	b := s.browser()
	b.want(b.post("/first", url.Values{"code": {s.code}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}}), "/purpose")
	b.purpose(policy.LookAfterAccounts)
	return s, b
}

// browserOf keeps cookies and the word of its forms, as a browser does.
type browserOf struct {
	s       *site
	cookies map[string]string
	from    string
}

func (s *site) browser() *browserOf {
	return &browserOf{s: s, cookies: map[string]string{}, from: "192.0.2.1:4711"}
}

func (b *browserOf) copied() *browserOf {
	c := &browserOf{s: b.s, cookies: map[string]string{}, from: b.from}
	for k, v := range b.cookies {
		c.cookies[k] = v
	}
	return c
}

func (b *browserOf) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = b.from
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (b *browserOf) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.s.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w
}

func (b *browserOf) get(path string) *httptest.ResponseRecorder {
	r := b.request(http.MethodGet, path, "")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// word is what this browser's pages put into their forms.
func (b *browserOf) word() string {
	part := strings.Split(b.cookies[b.s.cookieName()], ".")
	return part[len(part)-1]
}

func (b *browserOf) form(path string, v url.Values) *http.Request {
	all := url.Values{"token": {b.word()}}
	for k, vs := range v {
		all[k] = vs
	}
	r := b.request(http.MethodPost, path, all.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (b *browserOf) post(path string, v url.Values) *httptest.ResponseRecorder {
	return b.do(b.form(path, v))
}

// want fails unless the answer leads on to a path.
func (b *browserOf) want(w *httptest.ResponseRecorder, path string) {
	b.s.t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
		b.s.t.Fatalf("%d to %q, want to be led to %s:\n%s", w.Code, w.Header().Get("Location"), path, heading(w))
	}
}

// status fails unless the answer has a status.
func (b *browserOf) status(w *httptest.ResponseRecorder, want int) *httptest.ResponseRecorder {
	b.s.t.Helper()
	if w.Code != want {
		b.s.t.Fatalf("%d %s, want %d: %s", w.Code, w.Header().Get("Location"), want, heading(w))
	}
	return w
}

var tags = regexp.MustCompile(`<[^>]*>`)

// heading is the words of an answer, for messages of tests.
func heading(w *httptest.ResponseRecorder) string {
	_, main, _ := strings.Cut(w.Body.String(), `<main`)
	return strings.Join(strings.Fields(tags.ReplaceAllString("<"+main, " ")), " ")
}

func (b *browserOf) purpose(p policy.Purpose) {
	b.s.t.Helper()
	b.want(b.post("/purpose", url.Values{"purpose": {string(p)}}), "/")
}

func (b *browserOf) signIn(email, password string) *httptest.ResponseRecorder {
	return b.post("/sign-in", url.Values{"email": {email}, "password": {password}})
}

var temporary = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b`)

// somebody is added by an administrator, chooses a password and states a purpose.
func (b *browserOf) somebody(name string, agency id.Agency, p policy.Purpose, roles ...string) *browserOf {
	b.s.t.Helper()
	email := strings.ToLower(name) + "@example.org.uk"
	w := b.status(b.post("/accounts", url.Values{"name": {name}, "email": {email}, "agency": {fmt.Sprint(int64(agency))}, "roles": roles}), http.StatusOK)
	c := b.s.browser()
	first := temporary.FindString(w.Body.String())
	c.want(c.signIn(email, first), "/")
	c.want(c.get("/"), "/account/password")
	c.want(c.post("/account/password", url.Values{"old": {first}, "password": {goodWords}, "again": {goodWords}}), "/")
	c.want(c.get("/"), "/purpose")
	c.purpose(p)
	c.get("/") // where the notice of the password is said
	return c
}

// events gives the whole audit, the oldest first, as the operator reads it.
func (s *site) events() []store.Event {
	s.t.Helper()
	var all []store.Event
	f := app.AuditAsked{}
	for {
		p, err := s.app.SearchAudit(s.t.Context(), app.ByOperator("south-london", "Olive Operator"), f)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, e := range p.Events {
			if e.Act != policy.AuditSearch || e.Account != 0 { // these very searches leave their own lines
				all = append([]store.Event{e}, all...)
			}
		}
		if f.Before = p.Next; f.Before == 0 {
			return all
		}
	}
}

// written is how many writing acts were carried out so far.
func (s *site) written() int {
	n := 0
	for _, e := range s.events() {
		if info, _ := policy.ActInfo(e.Act); info.Effect == policy.Write && e.Outcome == "permit" {
			n++
		}
	}
	return n
}

// filled is a route's path with something in place of its variables, and a form with something in each field.
func filled(route Route) (path string, form url.Values) {
	path = strings.NewReplacer("{$}", "", "{person}", "K7M-3Q", "{account}", "1", "{pair}", "1-2", "{edition}", "MOJ").Replace(route.Pattern)
	path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "1")
	form = url.Values{}
	for field := range route.Form {
		form.Set(field, "1")
		if strings.HasSuffix(field, "-year") {
			form.Set(field, "2026")
		}
	}
	return path, form
}
