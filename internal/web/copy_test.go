package web

import (
	"database/sql"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/driver"

	"throughline/internal/account"
	"throughline/internal/app"
)

// ownSite is a site over a copy of the demonstration that one test has to itself, to change as it likes.
type ownSite struct {
	*site
	dir string
}

// ownDemo copies the demonstration that the tests share, as it is at that moment, and opens the copy.
func ownDemo(t *testing.T) *ownSite {
	t.Helper()
	shared := smallSite(t)
	o := &ownSite{site: &site{t: t, at: shared.at.Add(time.Hour)}, dir: t.TempDir()}
	from := filepath.Join(made.dir, "data")
	err := fs.WalkDir(os.DirFS(from), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasPrefix(path, "throughline.db") {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(o.dir, path), 0o700)
		}
		b, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(o.dir, path), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rowsIn(t, from).Exec("vacuum into ?", filepath.Join(o.dir, "throughline.db")); err != nil {
		t.Fatal(err)
	}
	files, err := lowRule()
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Place{Dir: o.dir, Areas: files, Version: "test", Now: o.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	a.PasswordCost(account.Cost{Memory: 64, Passes: 1, Threads: 1})
	o.Server = New(Config{App: a, Now: o.clock})
	o.handler = o.Handler()
	return o
}

// rowsIn reads the rows of a data directory beside the program.
func rowsIn(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := driver.Open("file:" + filepath.Join(dir, "throughline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// numbers gives the numbers that a query finds.
func numbers(t *testing.T, db *sql.DB, query string, args ...any) []int64 {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// finish does every job that waits.
func (s *site) finish() {
	s.t.Helper()
	for {
		busy, err := s.app.WorkOnce(s.t.Context(), "test")
		if err != nil {
			s.t.Fatal(err)
		}
		if !busy {
			return
		}
	}
}

// serve puts the site on a port of this machine, for a real browser. Its connections' limits are by the real clock.
func (s *site) serve() string {
	server := httptest.NewServer(New(Config{App: s.app, Now: time.Now}).Handler())
	s.t.Cleanup(server.Close)
	return server.URL
}
