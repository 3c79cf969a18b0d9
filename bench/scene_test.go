package bench

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"throughline/areas"
	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// The measurements here are Go benchmarks that bench/run starts one by one, each in a process of its own, so that the memory they
// report is theirs. Their sizes come from the environment; without it they are small, and their figures say nothing.

const southwark = "southwark"

// size is a number from the environment, or the small one.
func size(b *testing.B, name string, small int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return small
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%s is not a number above 0", name, text)
	}
	return n
}

// onBoth runs a benchmark on SQLite and, when THROUGHLINE_TEST_PG holds a connection string, on PostgreSQL in a schema of its own.
func onBoth(b *testing.B, f func(b *testing.B, p app.Place)) {
	b.Helper()
	place := app.Place{Areas: areas.Files, Version: "bench", Now: time.Now}
	b.Run("sqlite", func(b *testing.B) {
		p := place
		p.Dir = b.TempDir()
		f(b, p)
	})
	b.Run("postgres", func(b *testing.B) {
		p := place
		p.Dir, p.Postgres = b.TempDir(), storetest.Schema(b)
		f(b, p)
	})
}

func open(b *testing.B, p app.Place) *app.App {
	b.Helper()
	a, err := app.Open(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	return a
}

const password = "invented for measuring only"

// staff makes an analyst and a governance lead in a new area, by the acts that people would do.
func staff(b *testing.B, a *app.App) (analyst, governance app.DemoAccount) {
	b.Helper()
	ctx := b.Context()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	code, err := a.OpenFirstRun(ctx)
	must(err)
	first := app.FirstAdministrator{Code: code, Area: southLondonArea, Email: "alma@throughline.example", Name: "Alma Thorne", Password: password, Source: policy.CommandLine}
	in, err := a.FirstRun(ctx, first)
	must(err)
	token, err := a.StatePurpose(ctx, by(b, in.Token), policy.LookAfterAccounts, "")
	must(err)
	add := func(name string, role policy.Role) app.DemoAccount {
		email := strings.ToLower(name) + "@throughline.example"
		made, err := a.CreateAccount(ctx, by(b, token), app.NewAccount{Email: email, Name: name, Roles: []policy.Role{role}})
		must(err)
		in, err := a.SignIn(ctx, app.Credentials{Area: southLondonArea, Email: email, Password: made.Temporary, Source: policy.CommandLine})
		must(err)
		_, err = a.ChangeOwnPassword(ctx, by(b, in.Token), made.Temporary, password)
		must(err)
		return app.DemoAccount{Name: name, Email: email, Password: password}
	}
	return add("Ayesha", policy.Analyst), add("Miriam", policy.GovernanceLead)
}

const southLondonArea = id.Area("south-london")

// by is whoever holds a session's token.
func by(b *testing.B, token string) app.Who {
	b.Helper()
	hash, ok := app.TokenHash(token)
	if !ok {
		b.Fatal("a token that is none")
	}
	return app.BySession(string(southLondonArea), hash, policy.CommandLine)
}

// signIn signs somebody in for a purpose and gives the session's token.
func signIn(b *testing.B, a *app.App, who app.DemoAccount, purpose policy.Purpose) string {
	b.Helper()
	in, err := a.SignIn(b.Context(), app.Credentials{Area: southLondonArea, Email: who.Email, Password: who.Password, Source: policy.CommandLine})
	if err != nil {
		b.Fatal(err)
	}
	token, err := a.StatePurpose(b.Context(), by(b, in.Token), purpose, "")
	if err != nil {
		b.Fatal(err)
	}
	return token
}

// approved finds Southwark's layout of a name, adding and approving it where it is not.
func approved(b *testing.B, a *app.App, analyst, governance app.DemoAccount, name string) id.Layout {
	b.Helper()
	text, err := fs.ReadFile(areas.Files, "south-london/layouts/"+name+".yaml")
	if err != nil {
		b.Fatal(err)
	}
	who := by(b, signIn(b, a, analyst, policy.HandleExtracts))
	list, err := a.Agencies(b.Context(), who)
	if err != nil {
		b.Fatal(err)
	}
	for _, g := range list.Agencies {
		if g.Slug != southwark {
			continue
		}
		l, err := a.AddLayout(b.Context(), who, g.ID, text)
		if err != nil {
			b.Fatal(err)
		}
		if l.ApprovedAt.IsZero() {
			if err := a.ApproveLayout(b.Context(), by(b, signIn(b, a, governance, policy.HandleExtracts)), l.ID); err != nil {
				b.Fatal(err)
			}
		}
		return l.ID
	}
	b.Fatal("the area has no agency " + southwark)
	return 0
}

var asOf = day.Must(2026, 3, 31)

// take sends a file in, and gives its extract's number and its job.
func take(ctx context.Context, a *app.App, who app.Who, layout id.Layout, path string) (id.Extract, id.Job, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	got, err := a.ReceiveExtract(ctx, who, app.ReceiveExtract{Layout: layout, Name: filepath.Base(path), AsOf: asOf, File: f})
	return got.Extract.ID, got.Job, err
}
