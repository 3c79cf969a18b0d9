package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/sample"
	"throughline/internal/store"
)

// Demonstrate says which invented area to make.
type Demonstrate struct {
	People int
	Seed   uint64
	Dir    string                           // where the invented files are written
	Say    func(format string, args ...any) // tells whoever waits what is being done
	Watch  func(JobState)
}

// DemoAccount is somebody who can sign in to the demonstration.
type DemoAccount struct {
	Name, Email, Password string
	Role                  string
}

// demoPeople are the invented colleagues of the demonstration. The first is its administrator.
var demoPeople = []struct {
	name, email string
	agency      string
	roles       []policy.Role
}{
	{"Alma Thorne", "alma.thorne@throughline.example", "", []policy.Role{policy.Administrator}},
	{"Ayesha Rahman", "ayesha.rahman@throughline.example", "", []policy.Role{policy.Analyst}},
	{"Judith Mensah", "judith.mensah@throughline.example", "", []policy.Role{policy.FinanceLead}},
	{"Miriam Castle", "miriam.castle@throughline.example", "", []policy.Role{policy.GovernanceLead}},
	{"Farah Aziz", "farah.aziz@throughline.example", "", []policy.Role{policy.Coordinator}},
	{"Colm Adair", "colm.adair@throughline.example", "", []policy.Role{policy.Analyst}}, // a shielded person is joined by two
	{"Owen Pryce", "owen.pryce@throughline.example", "", []policy.Role{policy.Auditor}},
	{"Nadia Birch", "nadia.birch@riverbank.example", "riverbank", []policy.Role{policy.AgencyUser}},
	{"Tomas Reilly", "tomas.reilly@riverbank.example", "riverbank", []policy.Role{policy.AgencyAdministrator}},
}

// MakeDemo makes the demonstration in an empty data directory, by the acts that people would do: an administrator's first run, accounts, a
// governance lead's approvals, an analyst's files, and the runs.
func (a *App) MakeDemo(ctx context.Context, in Demonstrate) ([]DemoAccount, error) {
	const area = id.Area("south-london")
	in.Say("Making an invented South London of %d people", in.People)
	world, err := sample.Generate(ctx, sample.Options{Area: string(area), People: in.People, Seed: in.Seed, Out: in.Dir})
	if err != nil {
		return nil, err
	}
	in.Say("Making accounts")
	accounts, signIn, err := a.demoAccounts(ctx, area)
	if err != nil {
		return nil, err
	}
	layouts, err := a.demoLayouts(ctx, area, signIn)
	if err != nil {
		return nil, err
	}
	analyst, err := signIn(policy.Analyst, policy.HandleExtracts)
	if err != nil {
		return nil, err
	}
	for _, f := range world.Files {
		if f.Rows == 0 { // of so few people none came to the agency, and a file without rows is not sent
			in.Say("Leaving out %s: nobody of these came there", f.Name)
			continue
		}
		in.Say("Taking in %s: %d rows", f.Name, f.Rows)
		if err := a.demoExtract(ctx, analyst, in, f, layouts[f.Layout]); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err := a.SignOut(ctx, analyst); err != nil {
		return nil, err
	}
	in.Say("Linking records, pricing contacts and finding the cohort")
	if analyst, err = signIn(policy.Analyst, policy.FindAndCost); err != nil {
		return nil, err
	}
	job, err := a.StartRuns(ctx, analyst)
	if err != nil {
		return nil, err
	}
	return accounts, errors.Join(a.Await(ctx, analyst, job, true, in.Watch), a.SignOut(ctx, analyst), a.db.SealAll(ctx))
}

// signer signs one of the demonstration's people in, for a purpose.
type signer func(role policy.Role, purpose policy.Purpose) (Who, error)

func (a *App) demoAccounts(ctx context.Context, area id.Area) ([]DemoAccount, signer, error) {
	code, err := a.OpenFirstRun(ctx)
	if err != nil {
		return nil, nil, err
	}
	password := "invented-" + rand.Text()[:16]
	first := demoPeople[0]
	in, err := a.FirstRun(ctx, FirstAdministrator{Code: code, Area: area, Email: first.email, Name: first.name, Password: password, Source: policy.CommandLine})
	if err != nil {
		return nil, nil, err
	}
	admin, err := a.demoPurpose(ctx, area, in.Token, policy.LookAfterAccounts)
	if err != nil {
		return nil, nil, err
	}
	agencies, err := a.Agencies(ctx, admin)
	if err != nil {
		return nil, nil, err
	}
	numbers := map[string]id.Agency{"": 0}
	for _, g := range agencies.Agencies {
		numbers[g.Slug] = g.ID
	}
	accounts := []DemoAccount{{first.name, first.email, password, first.roles[0].Words()}}
	for _, p := range demoPeople[1:] {
		made, err := a.CreateAccount(ctx, admin, NewAccount{Email: p.email, Name: p.name, Agency: numbers[p.agency], Roles: p.roles})
		if err != nil {
			return nil, nil, err
		}
		in, err := a.SignIn(ctx, Credentials{Area: area, Email: p.email, Password: made.Temporary, Source: policy.CommandLine})
		if err != nil {
			return nil, nil, err
		}
		token, err := a.ChangeOwnPassword(ctx, bySecret(area, in.Token), made.Temporary, password)
		if err != nil {
			return nil, nil, err
		}
		if err := a.SignOut(ctx, bySecret(area, token)); err != nil {
			return nil, nil, err
		}
		accounts = append(accounts, DemoAccount{p.name, p.email, password, p.roles[0].Words()})
	}
	sign := func(role policy.Role, purpose policy.Purpose) (Who, error) {
		i := slices.IndexFunc(demoPeople, func(p struct {
			name, email string
			agency      string
			roles       []policy.Role
		}) bool {
			return p.roles[0] == role
		})
		in, err := a.SignIn(ctx, Credentials{Area: area, Email: demoPeople[i].email, Password: password, Source: policy.CommandLine})
		if err != nil {
			return Who{}, err
		}
		return a.demoPurpose(ctx, area, in.Token, purpose)
	}
	return accounts, sign, a.SignOut(ctx, admin)
}

func (a *App) demoPurpose(ctx context.Context, area id.Area, token string, purpose policy.Purpose) (Who, error) {
	token, err := a.StatePurpose(ctx, bySecret(area, token), purpose, "")
	return bySecret(area, token), err
}

// demoLayouts adds the area's layouts as the analyst and approves them as the governance lead. It gives them by name.
func (a *App) demoLayouts(ctx context.Context, area id.Area, signIn signer) (map[string]id.Layout, error) {
	analyst, err := signIn(policy.Analyst, policy.HandleExtracts)
	if err != nil {
		return nil, err
	}
	governance, err := signIn(policy.GovernanceLead, policy.HandleExtracts)
	if err != nil {
		return nil, err
	}
	texts, err := a.areaLayouts(area)
	if err != nil {
		return nil, err
	}
	agencies, err := a.Agencies(ctx, analyst)
	if err != nil {
		return nil, err
	}
	out := map[string]id.Layout{}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		reads, err := intake.ParseLayout(texts[name])
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(agencies.Agencies, func(g AgencyRow) bool { return g.Slug == reads.Agency })
		if i < 0 {
			return nil, fmt.Errorf("layout %s is of an agency that the area does not have", name)
		}
		l, err := a.AddLayout(ctx, analyst, agencies.Agencies[i].ID, texts[name])
		if err != nil {
			return nil, err
		}
		if err := a.ApproveLayout(ctx, governance, l.ID); err != nil {
			return nil, err
		}
		out[l.Name] = l.ID
	}
	return out, errors.Join(a.SignOut(ctx, analyst), a.SignOut(ctx, governance))
}

// demoExtract sends one invented file in, stores it and accepts it.
func (a *App) demoExtract(ctx context.Context, analyst Who, in Demonstrate, f sample.File, layout id.Layout) error {
	file, err := os.Open(filepath.Join(in.Dir, "extracts", f.Name))
	if err != nil {
		return err
	}
	defer file.Close()
	var sum *money.Pence
	if f.Charged != 0 {
		sum = &f.Charged
	}
	got, err := a.ReceiveExtract(ctx, analyst, ReceiveExtract{Layout: layout, Name: f.Name, AsOf: f.AsOf, ControlRows: int64(f.Rows), ControlSum: sum, File: file})
	if err != nil {
		return err
	}
	if err := a.Await(ctx, analyst, got.Job, true, in.Watch); err != nil {
		return err
	}
	p, err := a.Extract(ctx, analyst, got.Extract.ID, 0)
	if err != nil {
		return err
	}
	if p.Extract.State == store.ExtractFaulty {
		return errors.New(cmp.Or(strings.Join(p.Trouble, " "), "the file could not be read"))
	}
	return a.AcceptExtract(ctx, analyst, AcceptExtract{Extract: got.Extract.ID})
}
