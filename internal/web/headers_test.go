package web

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"throughline/internal/web/ui"
)

// wrong lists what is missing from an answer's headers (bar W3).
func wrong(w *httptest.ResponseRecorder, secure bool) []string {
	h := w.Header()
	var all []string
	want := func(name, value string) {
		if got := h.Get(name); got != value {
			all = append(all, name+" is "+got)
		}
	}
	for _, part := range []string{"default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(h.Get("Content-Security-Policy"), part) {
			all = append(all, "the content policy lacks "+part)
		}
	}
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
		all = append(all, "the content policy is unsafe")
	}
	want("X-Content-Type-Options", "nosniff")
	want("Referrer-Policy", "no-referrer")
	want("Cross-Origin-Opener-Policy", "same-origin")
	want("Cross-Origin-Resource-Policy", "same-origin")
	if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
		all = append(all, "no Permissions-Policy")
	}
	if secure {
		want("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	} else {
		want("Strict-Transport-Security", "")
	}
	want("Server", "")
	want("X-Powered-By", "")
	if kind := h.Get("Content-Type"); w.Body.Len() > 0 && strings.HasPrefix(kind, "text/") && !strings.HasSuffix(kind, "; charset=utf-8") {
		all = append(all, "the kind "+kind+" has no charset")
	} else if w.Body.Len() > 0 && kind == "" {
		all = append(all, "no kind")
	}
	return all
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := emptySite(t, func(c *Config) { c.Secure = secure })
		s.mux.Handle("GET /panics", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("planted") }))
		b := s.browser()
		check := func(what string, w *httptest.ResponseRecorder, kept string) {
			t.Helper()
			for _, is := range wrong(w, secure) {
				t.Errorf("secure %v, %s (%d): %s", secure, what, w.Code, is)
			}
			if got := w.Header().Get("Cache-Control"); got != kept {
				t.Errorf("%s: Cache-Control is %q, want %q", what, got, kept)
			}
		}
		ask := func(as *browserOf) {
			for _, route := range s.Routes() {
				path, form := filled(route)
				r := as.request(route.Method, path, "")
				if route.Method == http.MethodPost {
					r = as.form(path, form)
				}
				w := httptest.NewRecorder()
				s.handler.ServeHTTP(w, r)
				check(route.String(), w, "no-store")
			}
		}
		ask(b)
		check("not there", b.get("/not-there"), "no-store")
		check("a method it does not take", b.do(b.request(http.MethodDelete, "/sign-in", "")), "no-store")
		check("OPTIONS", b.do(b.request(http.MethodOptions, "/sign-in", "")), "no-store")
		w := b.get("/panics")
		check("a panic", w, "no-store")
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("a panic is %d without its reference: %s", w.Code, heading(w))
		}
		style := ui.Frame{}.StyleSheet()
		kept := "public, max-age=31536000, immutable"
		if !strings.Contains(style, "?v=") {
			kept = "no-store" // the front end was not built, so there is no such file
		}
		check("a style sheet by its hash", b.get(style), kept)
		check("no such file", b.get("/static/nothing.css"), "no-store")
		check("out of the folder", b.get("/static/../static.go"), "no-store")
		if w := b.get("/static/not-built.html"); w.Code == http.StatusOK {
			check("a file by its name", w, "no-cache")
		}
		w = b.post("/first", map[string][]string{"code": {s.code}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}})
		check("first run", w, "no-store")
		if w.Code != http.StatusSeeOther {
			t.Fatalf("first run: %d %s", w.Code, heading(w))
		}
		ask(b)
	}
}

func TestCookiesAreGuarded(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := emptySite(t, func(c *Config) { c.Secure = secure })
		w := s.browser().post("/first", map[string][]string{"code": {s.code}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}})
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if strings.HasPrefix(c.Name, "__Host-") != secure || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" ||
			c.Domain != "" || len(c.String()) > 4096 {
			t.Errorf("secure %v: %s", secure, c)
		}
	}
}

// TestLogNamesNobody reads every line of the log of a morning's work.
func TestLogNamesNobody(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := emptySite(t, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	b := s.browser()
	b.want(b.post("/first", map[string][]string{"code": {s.code}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}}), "/purpose")
	b.purpose("look-after-accounts")
	b.get("/accounts/1")
	b.get("/people/K7M-3Q?name=Whitlock")
	b.post("/people/K7M-3Q/names", nil)
	b.get("/nobody/Whitlock")
	for _, secret := range []string{"Ada", "ada@", "copper", s.code, "K7M", "Whitlock", "192.0.2.1", b.word(), strings.Split(b.cookies[s.cookieName()], ".")[1]} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if lines := strings.Count(log.String(), "\n"); lines != 6 {
		t.Errorf("%d lines for 6 requests:\n%s", lines, log.String())
	}
}

// TestHalfAnAnswerIsBroken sees that a panic after the first byte ends the connection instead of looking whole.
func TestHalfAnAnswerIsBroken(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	s.mux.Handle("GET /half", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte("half")); err != nil {
			t.Error(err)
		}
		panic("planted")
	}))
	defer func() {
		if p := recover(); p == nil || !errors.Is(p.(error), http.ErrAbortHandler) {
			t.Errorf("the connection goes on: %v", p)
		}
	}()
	s.browser().get("/half")
}
