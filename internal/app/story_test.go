package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/policy"
	"throughline/internal/sample"
	"throughline/internal/store"
)

// made is a demonstration of a small invented South London, made once for the tests that read it.
func made(t *testing.T, people int) (*App, []DemoAccount) {
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
	a := New(db, areas.Files, dir, "test", now)
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

// TestFromFilesToCohort walks the whole way: files in, people linked, contacts priced, the cohort opened down to a row of a file.
func TestFromFilesToCohort(t *testing.T) {
	a, accounts := made(t, demoSize(t))
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
	p, err := a.Person(t.Context(), analyst, first.Person)
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
