package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"throughline/internal/fault"
)

// Handler is everything that a request passes through, in this order.
func (s *Server) Handler() http.Handler {
	var h http.Handler = s.mux
	for _, wrap := range []func(http.Handler) http.Handler{ // the last is the outermost
		s.sameOrigin, // a write comes from our own pages
		s.limitBody,  // nothing larger than a form, but where a route takes files
		s.headers,    // what browsers are told to refuse
		s.recover,    // a panic is a page with a reference, and a line in the log
		s.note,       // one line a request, with its reference
	} {
		h = wrap(h)
	}
	return h
}

// line is what the log says of a request: which route, never which person.
type line struct {
	reference, route, act string
	status                int
	bytes                 int64
	cause                 error
}

type lineKey struct{}

// say changes the line of a request.
func say(r *http.Request, change func(*line)) {
	if l, ok := r.Context().Value(lineKey{}).(*line); ok {
		change(l)
	}
}

// reference is the request's number, which a page shows when something went wrong on our side.
func reference(r *http.Request) string {
	if l, ok := r.Context().Value(lineKey{}).(*line); ok {
		return l.reference
	}
	return ""
}

func (s *Server) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		l := &line{reference: newReference(), status: http.StatusOK}
		w.Header().Set("X-Request-Id", l.reference)
		next.ServeHTTP(&counted{ResponseWriter: w, line: l}, r.WithContext(context.WithValue(r.Context(), lineKey{}, l)))
		level, attrs := slog.LevelInfo, []slog.Attr{
			slog.String("id", l.reference), slog.String("method", r.Method), slog.String("route", l.route), slog.String("act", l.act),
			slog.Int("status", l.status), slog.Int64("bytes", l.bytes), slog.Int64("ms", s.now().Sub(began).Milliseconds()),
		}
		if l.cause != nil {
			level, attrs = slog.LevelError, append(attrs, slog.Any("error", l.cause))
		}
		s.log.LogAttrs(r.Context(), level, "request", attrs...)
	})
}

// newReference is eight signs of base 32 from the system's randomness, in two groups for reading out.
func newReference() string {
	t := rand.Text()
	return t[:4] + "-" + t[4:8]
}

// counted sees what goes out.
type counted struct {
	http.ResponseWriter
	line  *line
	begun bool
}

func (c *counted) WriteHeader(status int) {
	if !c.begun && status >= 200 {
		c.begun, c.line.status = true, status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	c.begun = true
	n, err := c.ResponseWriter.Write(b)
	c.line.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			if c, ok := w.(*counted); ok && c.begun { // half an answer is out; the browser must see that it is broken
				say(r, func(l *line) { l.cause = err })
				panic(http.ErrAbortHandler)
			}
			who, _ := s.who(r)
			s.fail(w, r, who, nil, err)
		}()
		next.ServeHTTP(w, r)
	})
}

// contentPolicy lets a page use our own style sheet, script, font, pictures and forms, and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// permissions turns off what a page of ours never asks of a browser.
const permissions = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), " +
	"magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()"

func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// Bounds on what a request may carry.
const (
	maxForm = 64 << 10
	maxFile = 8 << 30
)

func (s *Server) limitBody(next http.Handler) http.Handler {
	files := map[string]bool{}
	for _, route := range s.routes {
		if route.File != "" {
			files[route.Method+" "+route.Pattern] = true
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxForm)
		if _, pattern := s.mux.Handler(r); files[pattern] {
			limit = s.largest + maxForm // the fields stand before the file
			s.lengthen(w)
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// lengthen gives a request that moves a file the time for it.
func (s *Server) lengthen(w http.ResponseWriter) {
	c, until := http.NewResponseController(w), s.now().Add(fileTimeout)
	for _, set := range []func(time.Time) error{c.SetReadDeadline, c.SetWriteDeadline} {
		if err := set(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			s.log.Warn("a connection keeps its short time", "error", err)
		}
	}
}

// errOtherOrigin is the answer to a write that another site may have brought about.
var errOtherOrigin = fault.New(fault.Denied, "other-origin", "This request did not come from a page of this service, so nothing was done.",
	"Open the page here and try again. A very old browser does not say where a form comes from and cannot be used.")

// sameOrigin refuses every write that a browser does not vouch for: from another site, or without saying whence.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		silent := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if err := protection.Check(r); err != nil || !safe && silent {
			who, _ := s.who(r)
			s.fail(w, r, who, nil, errOtherOrigin)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLocal says whether a path may be gone to after signing in: one of ours, and nowhere else.
func isLocal(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\t") &&
		!strings.HasPrefix(path, "/sign-") && len(path) < 2000
}
