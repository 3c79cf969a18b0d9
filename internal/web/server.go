// Package web is the pages in a browser: it parses what was sent, calls one act, and shows the answer. routes.go lists every
// route; chain.go is what every request passes through. It decides nothing about rows and reaches none.
package web

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"throughline/internal/app"
)

// Config is what the pages are given.
type Config struct {
	App     *app.App
	Now     func() time.Time // the clock, for how long requests take
	Log     *slog.Logger     // one line a request, without personal data
	Largest int64            // of a file that is sent in, in bytes; 0 for 8 GiB
	Secure  bool             // people reach it by TLS: cookies are for TLS only, and browsers are told to stay with it
}

// Server answers requests for pages.
type Server struct {
	app     *app.App
	now     func() time.Time
	log     *slog.Logger
	secure  bool
	largest int64
	routes  []Route
	mux     *http.ServeMux
}

// New makes the server. It panics when the table of routes does not hold together, so that a route without an act never serves.
func New(c Config) *Server {
	s := &Server{app: c.App, now: c.Now, log: c.Log, secure: c.Secure, largest: cmp.Or(c.Largest, maxFile), mux: http.NewServeMux()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.routes = s.table()
	for _, route := range s.routes {
		if err := route.check(); err != nil {
			panic("web: " + err.Error())
		}
		s.mux.Handle(route.Method+" "+route.Pattern, s.page(route))
	}
	s.mux.Handle("GET /static/", http.HandlerFunc(s.static))
	s.mux.Handle("/", http.HandlerFunc(s.elsewhere))
	return s
}

// Routes is the table of every route, for the tests that are made from it.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// Limits of a connection. A page is small; the routes that move files lengthen their own.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	fileTimeout   = time.Hour
	maxHeader     = 32 << 10
)

// garbagePercent is how far the heap grows before the collector runs while pages are served, in percent of what is in use. Go's own 100 makes one page in a
// hundred some ten milliseconds later; a job that needs much memory sets a limit of its own. GOGC outranks it.
const garbagePercent = 300

// HTTP is the server with its limits, to be served on a listener. It sets how often the program's garbage is collected.
func (s *Server) HTTP() *http.Server {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	return &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// source is the address a request comes from, without its port. What a request says of itself (X-Forwarded-For) counts for nothing.
func source(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// page is the handler of one route: its limits, its form and its session, and what becomes of its errors.
func (s *Server) page(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say(r, func(l *line) { l.route, l.act = route.Pattern, string(route.Act) })
		who, session := s.who(r)
		err := s.read(w, r, route, session)
		if err == nil {
			err = route.handle(w, r, who)
		}
		if err != nil {
			s.fail(w, r, who, &route, err)
		}
	})
}

func (r Route) String() string { return fmt.Sprintf("%s %s", r.Method, r.Pattern) }
