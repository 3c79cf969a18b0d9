package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// fail turns an error into a page: the one place where that is done. route is nil when the request never came to one.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, who app.Who, route *Route, err error) {
	f := fault.As(err)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // whoever asked has gone
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		say(r, func(l *line) { l.cause = err })
	}
	if f.Kind == fault.SignIn {
		s.askToSignIn(w, r)
		return
	}
	frame, change := s.visitorFrame(w, r), purposeChange{}
	if v, unknown := s.app.Me(r.Context(), who); unknown == nil {
		if path := comesFirst(v, route, r); f.Kind == fault.Denied && path != "" {
			redirect(w, path)
			return
		}
		frame = s.frame(w, r, v)
		if f.Kind == fault.Denied {
			change = s.purposeChange(r, who, route, v)
		}
	}
	s.problem(w, r, frame, f, change)
}

// purposeChange is the purposes that would open what was refused, in words, and the way to state one and come back. It is empty when
// the purpose was not in the way.
type purposeChange struct{ words, href string }

func (s *Server) purposeChange(r *http.Request, who app.Who, route *Route, v app.Viewer) purposeChange {
	if route == nil || !v.MayEver(route.Act) {
		return purposeChange{}
	}
	info, ok := policy.ActInfo(route.Act)
	p, err := s.app.Purpose(r.Context(), who)
	if !ok || err != nil || len(info.Purposes) == 0 || slices.Contains(info.Purposes, v.Purpose) {
		return purposeChange{}
	}
	open := slices.DeleteFunc(p.Purposes, func(p policy.Purpose) bool { return !slices.Contains(info.Purposes, p) })
	if len(open) == 0 {
		return purposeChange{}
	}
	return purposeChange{purposeList(open), purposePath(r)}
}

// comesFirst is the page that somebody must go through before they come to what was refused, empty for none: their own password, or
// their purpose.
func comesFirst(v app.Viewer, route *Route, r *http.Request) string {
	if v.MustChange {
		return "/account/password"
	}
	if route == nil || v.Purpose != "" {
		return ""
	}
	if info, ok := policy.ActInfo(route.Act); !ok || len(info.Purposes) == 0 {
		return ""
	}
	return purposePath(r)
}

// purposePath is the page on which a purpose is stated, from which one comes back to what was asked for.
func purposePath(r *http.Request) string {
	if here := r.URL.RequestURI(); r.Method == http.MethodGet && isLocal(here) {
		return "/purpose?" + url.Values{"next": {here}}.Encode()
	}
	return "/purpose"
}

// askToSignIn sends the browser to the page that asks who it is, and from there back to the page that was wanted.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request) {
	path := "/sign-in"
	if here := r.URL.RequestURI(); r.Method == http.MethodGet && here != "/" && isLocal(here) {
		path += "?" + url.Values{"next": {here}}.Encode()
	}
	if s.session(r) != (session{}) {
		s.forget(w)
	}
	redirect(w, path)
}

// plain answers in words alone, for when no page can be made.
func plain(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, words)
}

// problem shows the page of an error.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, frame ui.Frame, f *fault.Error, change purposeChange) {
	status := f.Kind.Status()
	if f.Code == "bad-form" {
		status = http.StatusBadRequest
	}
	p := ui.Problem{Fault: f, Recorded: f.Kind == fault.Denied, Purposes: change.words, ChangeHref: change.href}
	if f.Kind == fault.Internal {
		p.Reference = reference(r)
	}
	if f.Code == "other-origin" || f.Code == "stale-form" {
		p.Recorded = false // it never came to the door
	}
	if err := ui.ProblemPage.Write(w, status, frame, p); err != nil {
		say(r, func(l *line) { l.cause = err })
		plain(w, http.StatusInternalServerError, "Something went wrong on our side. Reference: "+reference(r))
	}
}

// elsewhere answers what is no route: a path that there is not, or a method that a path does not take.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) {
	say(r, func(l *line) { l.route = "none" })
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		asked := r.Clone(r.Context())
		asked.Method = method
		if _, pattern := s.mux.Handler(asked); pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	who, _ := s.who(r)
	if len(allowed) == 0 {
		s.fail(w, r, who, nil, fault.Missing("page"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	plain(w, http.StatusMethodNotAllowed, "This page does not answer that kind of request.")
}
