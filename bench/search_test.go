package bench

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// BenchmarkSearch searches an invented area of SEARCH_PEOPLE residents (a tenth come to an agency) one after another, through the acts that
// the pages call: by somebody's name, by their name with a slip, and by an agency's own number for them, as the partnership's analyst and as
// a coordinator of the police, who may know of less and of whom more is asked.
//
//	SEARCH_PEOPLE=100000 go test ./bench -run - -bench Search/sqlite -benchtime 1x -timeout 1h
func BenchmarkSearch(b *testing.B) {
	people := size(b, "SEARCH_PEOPLE", 2_000)
	onBoth(b, func(b *testing.B, p app.Place) {
		a := open(b, p)
		accounts, err := a.MakeDemo(b.Context(), app.Demonstrate{People: people, Seed: 7, Dir: filepath.Join(b.TempDir(), "world"),
			Say: func(string, ...any) {}, Watch: func(app.JobState) {}})
		if err != nil {
			b.Fatal(err)
		}
		token, err := a.ShowNames(b.Context(), by(b, signIn(b, a, account(b, accounts, policy.Analyst), policy.CheckRecords)), policy.CheckRecords)
		if err != nil {
			b.Fatal(err)
		}
		analyst := by(b, token)
		police := coordinator(b, a, accounts, "police")
		asked := questions(b, a, analyst)
		if len(asked) == 0 {
			b.Skip("so few people have no cohort to look for: set SEARCH_PEOPLE")
		}
		for b.Loop() {
			for _, viewer := range []struct {
				name string
				who  app.Who
			}{{"analyst", analyst}, {"agency", police}} {
				for kind, all := range asked {
					var took []time.Duration
					found := 0
					for _, in := range all {
						began := time.Now()
						p, err := a.SearchPeople(b.Context(), viewer.who, in)
						took = append(took, time.Since(began))
						if err != nil {
							b.Fatal(err)
						}
						found += min(1, len(p.People))
					}
					slices.Sort(took)
					at := func(percent int) float64 { return took[percent*(len(took)-1)/100].Seconds() * 1e3 }
					b.Logf("%s by %s: %d searches, %d found somebody, p50 %.1f ms, p95 %.1f, p99 %.1f", kind, viewer.name, len(took), found, at(50), at(95), at(99))
					b.ReportMetric(at(50), kind+"-"+viewer.name+"-p50-ms")
					b.ReportMetric(at(99), kind+"-"+viewer.name+"-p99-ms")
				}
			}
		}
	})
}

// coordinator signs in a coordinator of an agency.
func coordinator(b *testing.B, a *app.App, accounts []app.DemoAccount, agency string) app.Who {
	b.Helper()
	admin := by(b, signIn(b, a, account(b, accounts, policy.Administrator), policy.LookAfterAccounts))
	list, err := a.Agencies(b.Context(), admin)
	if err != nil {
		b.Fatal(err)
	}
	at := slices.IndexFunc(list.Agencies, func(g app.AgencyRow) bool { return g.Slug == agency })
	who := app.DemoAccount{Email: "coordinator@example.org.uk", Password: "invented-words-for-a-coordinator"}
	made, err := a.CreateAccount(b.Context(), admin, app.NewAccount{Email: who.Email, Name: "Coordinator", Agency: list.Agencies[at].ID,
		Roles: []policy.Role{policy.Coordinator}})
	if err != nil {
		b.Fatal(err)
	}
	in, err := a.SignIn(b.Context(), app.Credentials{Area: southLondonArea, Email: who.Email, Password: made.Temporary, Source: policy.CommandLine})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := a.ChangeOwnPassword(b.Context(), by(b, in.Token), made.Temporary, who.Password); err != nil {
		b.Fatal(err)
	}
	return by(b, signIn(b, a, who, policy.CheckRecords))
}

// questions gives what is searched for, by kind: of people of the cohort's run, each by a record of theirs.
func questions(b *testing.B, a *app.App, analyst app.Who) map[string][]app.SearchPeople {
	b.Helper()
	cohort, err := a.Cohort(b.Context(), analyst, app.OpenCohort{})
	if err != nil {
		b.Fatal(err)
	}
	asked := map[string][]app.SearchPeople{}
	for i, m := range cohort.Blocks {
		if i == 100 {
			break
		}
		p, err := a.Person(b.Context(), analyst, m.Person, id.Record(0))
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range p.Records {
			if len(r.Who.Names) == 0 {
				continue
			}
			n := r.Who.Names[0]
			slip := n.Surname
			if len(slip) > 3 {
				slip = slip[:2] + slip[3:] // a letter left out
			}
			asked["name"] = append(asked["name"], app.SearchPeople{Name: strings.TrimSpace(n.Forename + " " + n.Surname)})
			asked["typo"] = append(asked["typo"], app.SearchPeople{Name: strings.TrimSpace(n.Forename + " " + slip)})
			asked["number"] = append(asked["number"], app.SearchPeople{Number: r.Key})
			break
		}
	}
	return asked
}
