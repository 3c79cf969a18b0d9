package web

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// small is a small invented South London, made once for the tests of the pages that show it. Tests change only what no other reads.
type small struct {
	server   *Server
	app      *app.App
	accounts []app.DemoAccount
	at       time.Time
}

var made struct {
	sync.Once
	small
	err   error
	close func() error
	dir   string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if made.close != nil {
		if err := made.close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if made.dir != "" {
		os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

// lowRule is the area with a rule so low that few people make a cohort of some size.
func lowRule() (fs.FS, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(areas.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(areas.Files, path)
		files[path] = &fstest.MapFile{Data: bytes.Replace(text, []byte(`a_week: "£500.00"`), []byte(`a_week: "£50.00"`), 1)}
		return err
	})
	return files, err
}

func makeSmall() (d small, closeIt func() error, dir string, err error) {
	if dir, err = os.MkdirTemp("", "throughline-web"); err != nil {
		return d, nil, dir, err
	}
	d.at = time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return d.at }
	files, err := lowRule()
	if err != nil {
		return d, nil, dir, err
	}
	data := filepath.Join(dir, "data")
	db, err := store.Open(context.Background(), store.Config{Dir: data, Now: now, Version: "test"})
	if err != nil {
		return d, nil, dir, err
	}
	d.app = app.New(db, files, data, "test", now)
	d.app.PasswordCost(account.Cost{Memory: 64, Passes: 1, Threads: 1})
	d.accounts, err = d.app.MakeDemo(context.Background(), app.Demonstrate{People: 4000, Seed: 7, Dir: filepath.Join(dir, "world"),
		Say: func(string, ...any) {}, Watch: func(app.JobState) {}})
	d.server = New(Config{App: d.app, Now: now})
	return d, db.Close, dir, err
}

func smallSite(t *testing.T) *site {
	t.Helper()
	made.Do(func() { made.small, made.close, made.dir, made.err = makeSmall() })
	if made.err != nil {
		t.Fatal(made.err)
	}
	return &site{Server: made.server, t: t, handler: made.server.Handler(), at: made.at}
}

// as is the browser of one of the demonstration's people, their purpose stated.
func (s *site) as(role policy.Role, purpose policy.Purpose) *browserOf {
	s.t.Helper()
	for _, a := range made.accounts {
		if a.Role == role.Words() {
			b := s.browser()
			b.want(b.signIn(a.Email, a.Password), "/")
			b.purpose(purpose)
			return b
		}
	}
	s.t.Fatalf("nobody is a %s", role)
	return nil
}

var (
	hrefs    = regexp.MustCompile(`href="([^"]*)"`)
	headings = regexp.MustCompile(`<h1[ >]`)
)

// TestEveryLinkLeadsSomewhere follows the links of every page that each role can reach for each purpose, as people would, and finds no page
// missing, refused or broken.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	for _, a := range made.accounts {
		for _, purpose := range s.purposesOf(a) {
			t.Run(a.Role+"/"+string(purpose), func(t *testing.T) {
				t.Parallel()
				s := &site{Server: s.Server, t: t, handler: s.handler, at: s.at}
				b := s.browser()
				b.want(b.signIn(a.Email, a.Password), "/")
				b.purpose(purpose)
				crawl(t, b)
			})
		}
	}
}

// purposesOf gives the purposes that one of the demonstration's people is asked to choose from.
func (s *site) purposesOf(a app.DemoAccount) []policy.Purpose {
	s.t.Helper()
	b := s.browser()
	b.want(b.signIn(a.Email, a.Password), "/")
	page := b.status(b.get("/purpose"), http.StatusOK).Body.String()
	var all []policy.Purpose
	for _, p := range policy.Purposes() {
		if strings.Contains(page, `value="`+string(p)+`"`) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		s.t.Errorf("no purpose is open to the %s", a.Role)
	}
	return all
}

// crawl follows links from home. Of links that differ in numbers alone it follows a few.
func crawl(t *testing.T, b *browserOf) {
	seen, kinds := map[string]bool{}, map[string]int{}
	queue, from := []string{"/"}, map[string]string{} // where a path was found
	number := regexp.MustCompile(`[0-9]+|/people/[A-Z0-9-]+|=[^&]*`)
	for len(queue) > 0 {
		path, _, _ := strings.Cut(queue[0], "#")
		queue = queue[1:]
		kind := number.ReplaceAllString(path, "*")
		if path == "" || seen[path] || kinds[kind] == 2 {
			continue
		}
		seen[path] = true
		kinds[kind]++
		w := b.get(path)
		if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther && path == "/links/next" { // whichever comes next
			queue = append(queue, to)
			continue
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s, from %s, is answered with %d to %q: %s", path, from[path], w.Code, w.Header().Get("Location"), heading(w))
			continue
		}
		if !isPage(w) {
			continue
		}
		text := w.Body.String()
		if n := len(headings.FindAllString(text, -1)); n != 1 {
			t.Errorf("%s has %d main headings", path, n)
		}
		for _, m := range hrefs.FindAllStringSubmatch(text, -1) {
			if href := html.UnescapeString(m[1]); strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "/static/") {
				if queue = append(queue, href); from[href] == "" {
					from[href] = path
				}
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d pages were reached", len(seen))
	}
	t.Logf("%d pages", len(seen))
}

func isPage(w *httptest.ResponseRecorder) bool {
	return strings.HasPrefix(w.Header().Get("Content-Type"), "text/html")
}
