package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"throughline/internal/policy"
)

// TestFormsAreReadStrictly sends every writing route what its page does not ask for (bar A9): each is refused or ignored, and
// nothing is done.
func TestFormsAreReadStrictly(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	before := s.written()
	sent := 0
	for _, route := range s.Routes() {
		if route.Method != http.MethodPost || route.File != "" {
			continue
		}
		path, good := filled(route)
		cases := map[string]func(v url.Values) string{
			"a field of its own": func(v url.Values) string { v.Set("is_admin", "1"); return "" },
			"an array":           func(v url.Values) string { v.Set("roles[]", "administrator"); return "" },
			"a method":           func(v url.Values) string { v.Set("_method", "DELETE"); return "" },
			"another's id":       func(v url.Values) string { v.Set("account", "2"); return "" },
			"a word twice":       func(v url.Values) string { v.Add("token", "x"); return "" },
			"a query":            func(url.Values) string { return "?roles=administrator" },
			"a semicolon":        func(v url.Values) string { v.Set("x;y", "1"); return "" },
		}
		for field, several := range route.Form {
			if !several {
				cases[field+" twice"] = func(v url.Values) string { v.Add(field, "2"); return "" }
			}
		}
		for what, spoil := range cases {
			sent++
			form := url.Values{"token": {ada.word()}}
			for k, v := range good {
				form[k] = append([]string{}, v...)
			}
			query := spoil(form)
			r := ada.form(path+query, nil)
			r.Body = http.NoBody
			r = ada.request(http.MethodPost, path+query, form.Encode())
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			if w.Code != http.StatusBadRequest {
				t.Errorf("%s with %s: %d", route, what, w.Code)
			}
			if strings.Contains(w.Body.String(), "is_admin") {
				t.Errorf("%s repeats what was sent", route)
			}
		}
	}
	if after := s.written(); after != before {
		t.Errorf("%d of %d spoilt forms were carried out", after-before, sent)
	}
}

// TestHeadersOfAProxyAreIgnored sees that what a request says of itself changes neither its method nor where it comes from.
func TestHeadersOfAProxyAreIgnored(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	r := ada.request(http.MethodGet, "/account", "")
	for name, value := range map[string]string{"X-Forwarded-For": "203.0.113.99", "X-Real-Ip": "203.0.113.99", "Forwarded": "for=203.0.113.99",
		"X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example", "X-Original-Url": "/accounts", "X-Rewrite-Url": "/accounts", "X-HTTP-Method-Override": "POST"} {
		r.Header.Set(name, value)
	}
	w := ada.status(ada.do(r), http.StatusOK)
	if w.Header().Get("Strict-Transport-Security") != "" || strings.Contains(w.Body.String(), "elsewhere.example") {
		t.Error("a header that anybody can send was believed")
	}
	events := s.events()
	last := events[len(events)-1]
	if last.Act != policy.AccountOpenOwn || last.Source != "192.0.2.1" {
		t.Errorf("recorded %s from %s", last.Act, last.Source)
	}
}

func TestLargeFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	b := s.browser()
	w := b.post("/sign-in", url.Values{"email": {strings.Repeat("a", maxForm)}, "password": {"x"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(heading(w), "larger") {
		t.Errorf("%d %s", w.Code, heading(w))
	}
}

// TestFormErrors holds the pages with forms to bar Y5: a summary that leads to the fields, what was typed kept, the title said.
func TestFormErrors(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	w := ada.status(ada.post("/accounts", url.Values{"name": {"Nia\u202eNew"}, "email": {"nia"}, "agency": {"3"}, "roles": {"agency-user"}}), http.StatusUnprocessableEntity)
	page := w.Body.String()
	for _, want := range []string{"<title>Error: Add a person", "govuk-error-summary", `href="#name"`, `href="#email"`, `value="nia"`, `<option value="3" selected>`,
		`value="agency-user" checked`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	w = ada.status(ada.post("/accounts", url.Values{"name": {"Nia New"}, "email": {"ada@example.org.uk"}, "agency": {"0"}, "roles": {"analyst"}}), http.StatusUnprocessableEntity)
	if !strings.Contains(w.Body.String(), `href="#email"`) {
		t.Errorf("an address that is taken: %s", heading(w))
	}
	w = ada.status(ada.post("/accounts", url.Values{"name": {"Nia New"}, "email": {"nia@example.org.uk"}, "agency": {""}, "roles": {"analyst"}}), http.StatusUnprocessableEntity)
	if !strings.Contains(w.Body.String(), `href="#agency"`) {
		t.Errorf("no agency: %s", heading(w))
	}
}

// TestNoOracle compares, byte for byte but for the request's reference and word, what an agency's administrator is told of another
// agency's account and of one that does not exist (bar A3).
func TestNoOracle(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	ada.somebody("Sam", 2, policy.HandleExtracts, "agency-user") // account 2, of another agency
	bea := ada.somebody("Bea", 1, policy.LookAfterAccounts, "agency-administrator")
	for _, route := range s.Routes() {
		if !strings.Contains(route.Pattern, "{account}") {
			continue
		}
		ask := func(account string) string {
			_, form := filled(route)
			if form.Has("roles") {
				form.Set("roles", "agency-user")
			}
			path := strings.Replace(route.Pattern, "{account}", account, 1)
			var w *httptest.ResponseRecorder
			if route.Method == http.MethodGet {
				w = bea.get(path)
			} else {
				w = bea.post(path, form)
			}
			w.Header().Del("X-Request-Id")
			return fmt.Sprint(w.Code, w.Header(), w.Body.String())
		}
		absent := ask("4711")
		for _, hidden := range []string{"1", "2"} {
			if got := ask(hidden); got != absent {
				t.Errorf("%s: account %s is answered differently from none:\n%s\n%s", route, hidden, got, absent)
			}
		}
		if !strings.HasPrefix(absent, "404") {
			t.Errorf("%s: %.3s, want not found", route, absent)
		}
		for _, odd := range []string{"0", "-1", "01", "x", "1e3", "99999999999999999999"} {
			if got := ask(odd); got != absent {
				t.Errorf("%s: account %q is answered differently from none", route, odd)
			}
		}
	}
	for _, odd := range []string{"02", "+2", "2.0", "%202"} { // account 2 has one address only
		ada.status(ada.get("/accounts/"+odd), http.StatusNotFound)
	}
	lists := func(query string) string { return heading(bea.status(bea.get("/accounts?"+query), http.StatusOK)) }
	other, none := lists("agency=2"), lists("agency=4711")
	if strings.Contains(other, "Sam") || other != none {
		t.Errorf("the list of another agency differs from that of none:\n%s\n%s", other, none)
	}
}
