package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/sample"
	"throughline/internal/store"
)

// made is a demonstration of a small invented South London, with settings of these files.
func made(t *testing.T, people int, settings fs.FS) (*App, []DemoAccount) {
	t.Helper()
	dir := t.TempDir()
	now := func() time.Time { return time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC) }
	db, err := store.Open(t.Context(), store.Config{Dir: dir, Now: now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	a := New(db, settings, dir, "test", now)
	a.PasswordCost(account.Cost{Memory: 64, Passes: 1, Threads: 1})
	accounts, err := a.MakeDemo(context.Background(), Demonstrate{People: people, Seed: 7, Dir: filepath.Join(t.TempDir(), "world"),
		Say: t.Logf, Watch: func(JobState) {}})
	if err != nil {
		t.Fatal(err)
	}
	return a, accounts
}

func signInAs(t *testing.T, a *App, accounts []DemoAccount, role policy.Role, purpose policy.Purpose) Who {
	t.Helper()
	for _, x := range accounts {
		if x.Role == role.Words() {
			in, err := a.SignIn(t.Context(), Credentials{Area: "south-london", Email: x.Email, Password: x.Password, Source: "192.0.2.7"})
			if err != nil {
				t.Fatal(err)
			}
			who, err := a.demoPurpose(t.Context(), "south-london", in.Token, purpose)
			if err != nil {
				t.Fatal(err)
			}
			return who
		}
	}
	t.Fatalf("nobody is a %s", role)
	return Who{}
}

// TestLeastDemonstration: of the fewest people that can be invented nobody comes to some agencies, whose files have no row and are not sent.
func TestLeastDemonstration(t *testing.T) {
	t.Parallel()
	if err := sample.CheckPeople(239); err == nil {
		t.Fatal("240 is not the least number of people: make fewer here")
	}
	a, accounts := made(t, 240, areas.Files)
	analyst := signInAs(t, a, accounts, policy.Analyst, policy.FindAndCost)
	c, err := a.Cohort(t.Context(), analyst, OpenCohort{})
	if err != nil || c.Run.ID == 0 {
		t.Fatalf("the cohort cannot be opened: %v", err)
	}
}

// TestFromFilesToCohort walks the whole way: files in, people linked, contacts priced, the cohort opened down to a row of a file.
func TestFromFilesToCohort(t *testing.T) {
	a, accounts := made(t, demoSize(t), areas.Files)
	analyst := signInAs(t, a, accounts, policy.Analyst, policy.FindAndCost)
	c, err := a.Cohort(t.Context(), analyst, OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rows) == 0 || c.Cohort.Amount == 0 {
		t.Fatalf("the cohort is empty: %+v", c.Cohort)
	}
	sum := c.Cohort.Amount * 0
	for _, r := range c.Blocks {
		sum += r.Total
	}
	if sum != c.Cohort.Amount {
		t.Errorf("the members cost %s together, the cohort says %s", sum, c.Cohort.Amount)
	}
	t.Logf("cohort: %d people, %s; everyone: %d, %s", len(c.Cohort.Members), c.Cohort.Amount, c.Cohort.Everyone, c.Cohort.EveryoneCost)
	eachAgencyKnowsItsOwn(t, a, analyst, c)
	first := c.Rows[0]
	f, err := a.Footprint(t.Context(), analyst, OpenFootprint{Person: first.Person})
	if err != nil {
		t.Fatal(err)
	}
	if f.Priced.Total.Amount() != first.Total {
		t.Errorf("the footprint of the first is %s, the run says %s", f.Priced.Total.Amount(), first.Total)
	}
	line := f.Priced.Lines[0]
	row, err := a.Line(t.Context(), analyst, OpenLine{Person: first.Person, Record: line.Contact.Record, Contact: line.Contact.ID})
	if err != nil {
		t.Fatal(err)
	}
	if len(row.Cells) == 0 {
		t.Error("the row has no cells")
	}
	p, err := a.Person(t.Context(), analyst, first.Person, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Records) == 0 || len(p.Involved) == 0 {
		t.Errorf("the person's page is empty: %+v", p)
	}
	if _, err := a.PriceMap(t.Context(), analyst); err != nil {
		t.Error(err)
	}
}

// TestEveryPageHasTheRulesWindow makes an area whose rule is over 364 days: its run and its pages are of those, and agree.
func TestEveryPageHasTheRulesWindow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, areas.Files); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "south-london", "area.yaml")
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "  days: 728\n") {
		t.Fatalf("the settings have no window of 728 days: %v", err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "  days: 728\n", "  days: 364\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	a, accounts := made(t, 20_000, os.DirFS(dir))
	analyst := signInAs(t, a, accounts, policy.Analyst, policy.FindAndCost)
	c, err := a.Cohort(t.Context(), analyst, OpenCohort{})
	if err != nil || len(c.Rows) == 0 {
		t.Fatalf("nobody is in the cohort: %v", err)
	}
	want := day.Ending(c.Area.Cohort.AsOf, 364)
	someone := c.Rows[0]
	f, err := a.Footprint(t.Context(), analyst, OpenFootprint{Person: someone.Person})
	if err != nil {
		t.Fatal(err)
	}
	if f.Priced.Total.Amount() != someone.Total || someone.Year1+someone.Year2 != someone.Total {
		t.Errorf("the footprint is %s, the run says %s of %s and %s", f.Priced.Total.Amount(), someone.Total, someone.Year1, someone.Year2)
	}
	years := [2]money.Pence{}
	for _, l := range f.Priced.Lines {
		for _, part := range l.Parts {
			years[part.Year] += part.Amount
		}
	}
	if years != [2]money.Pence{someone.Year1, someone.Year2} {
		t.Errorf("the lines' halves are %v, the run says %s and %s", years, someone.Year1, someone.Year2)
	}
	p, err := a.Person(t.Context(), analyst, someone.Person, 0)
	if err != nil || p.Cost != someone.Total {
		t.Errorf("the person's page says %s, the run %s: %v", p.Cost, someone.Total, err)
	}
	prices, err := a.PriceMap(t.Context(), analyst)
	if err != nil {
		t.Fatal(err)
	}
	home, err := a.Home(t.Context(), analyst)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]day.Span{"cohort": c.Rule.Window, "footprint": f.Window, "person": p.Window, "prices": prices.Window, "home": home.Standing.Window}
	for page, span := range got {
		if span != want {
			t.Errorf("the %s page is of %s to %s, the rule of %s to %s", page, span.From, span.To, want.From, want.To)
		}
	}
	if c.Inputs.Window != want.From.String()+" to "+want.To.String() {
		t.Errorf("the run fixed %s", c.Inputs.Window)
	}
}

// eachAgencyKnowsItsOwn holds the SQL that lists the members of whom an agency has a record to the facts that the policy decides by.
func eachAgencyKnowsItsOwn(t *testing.T, a *App, who Who, c CohortPage) {
	t.Helper()
	listed := 0
	err := a.db.Do(t.Context(), inArea(who, policy.CohortOpen, policy.Cohort), func(tx *store.Tx) error {
		facts, err := tx.CohortFacts(c.Run.ID, "cohort")
		for _, m := range c.Blocks {
			one, err := tx.PersonFacts(m.Person)
			if d := cmp.Diff(one, facts[m.Person]); d != "" || err != nil {
				t.Errorf("the facts of one person and of all (-one +all):\n%s%v", d, err)
			}
		}
		for _, g := range c.Agencies {
			var want []store.PersonTotal
			for _, m := range c.Blocks {
				if slices.Contains(facts[m.Person].Agencies, g.ID) {
					want = append(want, m)
				}
			}
			got, err := tx.Cohort(c.Run.ID, "cohort", g.ID, len(c.Blocks))
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%s lists (-want +got):\n%s%v", g.Name, d, err)
			}
			listed += len(got)
		}
		return err
	})
	if err != nil || listed == 0 {
		t.Errorf("agencies list %d members: %v", listed, err)
	}
}

// demoSize is how many residents the story has: few, or with LONG=1 as many as the demonstration.
func demoSize(t *testing.T) int {
	t.Helper()
	if os.Getenv("LONG") == "1" {
		return sample.M
	}
	return 20_000
}
