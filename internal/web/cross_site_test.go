package web

import (
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"throughline/internal/policy"
)

// forgery is one way in which another site, or somebody else's page, may bring a browser to write.
type forgery struct {
	name  string
	forge func(t *testing.T, b *browserOf, route Route) *http.Request
}

func header(name, value string) func(*testing.T, *browserOf, Route) *http.Request {
	return func(_ *testing.T, b *browserOf, route Route) *http.Request {
		path, form := filled(route)
		r := b.form(path, form)
		r.Header.Del("Sec-Fetch-Site")
		if name != "" {
			r.Header.Set(name, value)
		}
		return r
	}
}

func word(give func(b *browserOf) string) func(*testing.T, *browserOf, Route) *http.Request {
	return func(_ *testing.T, b *browserOf, route Route) *http.Request {
		path, form := filled(route)
		form.Set("token", give(b))
		return b.form(path, form)
	}
}

func body(kind, content string) func(*testing.T, *browserOf, Route) *http.Request {
	return func(_ *testing.T, b *browserOf, route Route) *http.Request {
		path, _ := filled(route)
		r := b.request(http.MethodPost, path, strings.ReplaceAll(content, "WORD", b.word()))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return r
	}
}

func method(name, override string) func(*testing.T, *browserOf, Route) *http.Request {
	return func(_ *testing.T, b *browserOf, route Route) *http.Request {
		path, form := filled(route)
		form.Set("token", b.word())
		form.Set("_method", "POST")
		r := b.request(name, path+"?"+form.Encode(), form.Encode())
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if override != "" {
			r.Header.Set("X-HTTP-Method-Override", override)
			r.Header.Set("X-Method-Override", override)
		}
		return r
	}
}

func multipartForm(t *testing.T, b *browserOf, route Route) *http.Request {
	t.Helper()
	var body strings.Builder
	m := multipart.NewWriter(&body)
	path, form := filled(route)
	for name := range form {
		if err := m.WriteField(name, form.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.WriteField("token", "of-another-session"); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := b.request(http.MethodPost, path, body.String())
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// TestNoForgedWriteIsAccepted sends every writing route every forgery, as somebody who is signed in (bar W2). Accepted must
// be none: no act is carried out, and no answer is other than a refusal.
func TestNoForgedWriteIsAccepted(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	other := ada.somebody("Bea", 0, policy.LookAfterAccounts, "administrator")
	ended := s.browser()
	ended.want(ended.signIn("bea@example.org.uk", goodWords), "/")
	stale := ended.word()
	ended.want(ended.post("/sign-out", nil), "/sign-in")

	forgeries := []forgery{
		{"says nothing of where it comes from", header("", "")},
		{"from another site", header("Sec-Fetch-Site", "cross-site")},
		{"from a sibling", header("Sec-Fetch-Site", "same-site")},
		{"from another origin", header("Origin", "https://elsewhere.example")},
		{"from a sandbox", header("Origin", "null")},
		{"from our host by another scheme", header("Origin", "ftp://elsewhere.example.com")},
		{"a form as plain text", body("text/plain", "token=WORD")},
		{"plain text that is JSON", body("text/plain", `{"token":"WORD"}`)},
		{"JSON", body("application/json", `{"token":"WORD"}`)},
		{"no kind", body("", "token=WORD")},
		{"multipart", multipartForm},
		{"GET", method(http.MethodGet, "")},
		{"HEAD", method(http.MethodHead, "")},
		{"GET with an override", method(http.MethodGet, http.MethodPost)},
		{"PUT", method(http.MethodPut, http.MethodPost)},
		{"DELETE", method(http.MethodDelete, http.MethodPost)},
		{"PATCH", method(http.MethodPatch, http.MethodPost)},
	}
	ofASession := []forgery{
		{"no word", word(func(*browserOf) string { return "" })},
		{"another's word", word(func(*browserOf) string { return other.word() })},
		{"a word of a session that ended", word(func(*browserOf) string { return stale })},
	}
	before := s.written()
	sent := 0
	for _, route := range s.Routes() {
		if route.Method != http.MethodPost {
			continue
		}
		all := forgeries
		if !route.Visitor {
			all = append(append([]forgery{}, forgeries...), ofASession...)
		}
		for _, f := range all {
			sent++
			r := f.forge(t, ada, route)
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			reads := r.Method == http.MethodGet || r.Method == http.MethodHead
			if !reads && (w.Code < 400 || w.Code >= 500) {
				t.Errorf("%s, %s: %d", route, f.name, w.Code)
			}
			for _, c := range w.Result().Cookies() {
				if c.Name == s.cookieName() && c.Value != "" {
					t.Errorf("%s, %s: began or renewed a session", route, f.name)
				}
			}
		}
	}
	if sent < 200 {
		t.Errorf("only %d forgeries were sent", sent)
	}
	if after := s.written(); after != before {
		t.Errorf("%d of %d forged writes were accepted", after-before, sent)
	}
}

// TestOwnFormsAreAccepted is the other half: what the same browser sends from its own page comes through to the route.
func TestOwnFormsAreAccepted(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	for _, route := range s.Routes() {
		if route.Method != http.MethodPost || route.File != "" {
			continue
		}
		path, form := filled(route)
		for _, vouched := range []string{"Sec-Fetch-Site", "Origin"} {
			b := ada.copied()
			r := b.form(path, form)
			if vouched == "Origin" {
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Set("Origin", "http://"+r.Host)
			}
			w := b.do(r)
			if text := heading(w); strings.Contains(text, "did not come from a page") || strings.Contains(text, "session that has ended") ||
				w.Code == http.StatusBadRequest && route.Form["version"] == many {
				t.Errorf("%s by %s: %d %s", route, vouched, w.Code, text)
			}
		}
		if route.Pattern == "/sign-out" || route.Act == policy.SessionStatePurpose || route.Act == policy.NamesShow {
			ada = s.browser()
			ada.want(ada.signIn("ada@example.org.uk", goodWords), "/")
			ada.purpose(policy.LookAfterAccounts)
		}
	}
}
