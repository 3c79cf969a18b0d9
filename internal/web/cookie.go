package web

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"

	"throughline/internal/app"
	"throughline/internal/id"
)

// session is what the cookie carries: the area, the session's token, and the word that this session's pages put into their forms.
type session struct {
	area  string
	token string
	word  string
}

// The cookie's names. The first can only be set over TLS by this very host, for all of it.
const (
	secureCookie = "__Host-throughline"
	plainCookie  = "throughline"
)

func (s *Server) cookieName() string {
	if s.secure {
		return secureCookie
	}
	return plainCookie
}

// read takes the cookie apart; the zero session is nobody's.
func (s *Server) session(r *http.Request) session {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return session{}
	}
	part := strings.Split(c.Value, ".")
	if len(part) != 3 || part[0] == "" || part[2] == "" {
		return session{}
	}
	return session{part[0], part[1], part[2]}
}

// who is the credential of a request.
func (s *Server) who(r *http.Request) (app.Who, session) {
	c := s.session(r)
	hash, ok := app.TokenHash(c.token)
	if !ok {
		return app.Nobody("", source(r)), session{}
	}
	return app.BySession(c.area, hash, source(r)), c
}

// begin gives the browser a session that has just begun.
func (s *Server) begin(w http.ResponseWriter, in app.SignedIn) {
	s.give(w, session{string(in.Area), in.Token, rand.Text()})
}

// renew gives the browser the new token of its session. Forms that are open in other windows stay good.
func (s *Server) renew(w http.ResponseWriter, r *http.Request, token string) {
	c := s.session(r)
	c.token = token
	s.give(w, c)
}

func (s *Server) give(w http.ResponseWriter, c session) {
	http.SetCookie(w, s.cookie(s.cookieName(), c.area+"."+c.token+"."+c.word))
}

func (s *Server) cookie(name, value string) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// forget takes the cookie back and asks the browser to drop what it kept.
func (s *Server) forget(w http.ResponseWriter) {
	http.SetCookie(w, s.cookie(s.cookieName(), ""))
}

// fits says whether a form came from a page of this session.
func (c session) fits(word string) bool {
	return c.word != "" && subtle.ConstantTimeCompare([]byte(c.word), []byte(word)) == 1
}

// areaOf is the area of the request's session.
func (s *Server) areaOf(r *http.Request) id.Area { return id.Area(s.session(r).area) }

// Notices are what a page says once after something was done. The cookie carries the key; the words are ours alone.
var notices = map[string]string{}

// notice registers a notice, and gives its key.
func notice(key, words string) string {
	notices[key] = words
	return key
}

const noticeCookie = "notice"

func (s *Server) noticeName() string {
	if s.secure {
		return "__Host-" + noticeCookie
	}
	return noticeCookie
}

// done answers a form that was carried out: the browser goes to a page, which says the notice once. No key says nothing.
func (s *Server) done(w http.ResponseWriter, path, key string) error {
	if key != "" {
		c := s.cookie(s.noticeName(), key)
		c.MaxAge = 60
		http.SetCookie(w, c)
	}
	redirect(w, path)
	return nil
}

// redirect sends the browser to a page of ours.
func redirect(w http.ResponseWriter, path string) {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// said takes the notice that waits for this page.
func (s *Server) said(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(s.noticeName())
	if err != nil {
		return ""
	}
	http.SetCookie(w, s.cookie(s.noticeName(), ""))
	return notices[c.Value]
}
