package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/id"
)

func TestZeroIsNo(t *testing.T) {
	t.Parallel()
	analyst := cast()["analyst"]
	ask := Request{Actor: analyst, Act: PersonOpen, Subject: Subject{Person, 12}, Purpose: FindAndCost, At: noon}
	there := Facts{Exists: true, Area: home}
	for _, c := range []struct {
		name   string
		change func(*Request, *Facts)
		reason string
	}{
		{"nothing wrong", func(*Request, *Facts) {}, ""},
		{"zero request", func(r *Request, f *Facts) { *r, *f = Request{}, Facts{} }, "You are not signed in."},
		{"nobody", func(r *Request, _ *Facts) { r.Actor = Actor{} }, "You are not signed in."},
		{"a role without an account", func(r *Request, _ *Facts) { r.Actor.Account = 0 }, "You are not signed in."},
		{"the operator’s role from the network", func(r *Request, _ *Facts) {
			r.Actor = Actor{Area: home, Roles: []Role{Operator}, Source: "192.0.2.7"}
			r.Act, r.Subject, r.Purpose = RunStart, Subject{Area, 1}, Operate
		}, "You are not signed in."},
		{"an analyst at the machine without an account", func(r *Request, _ *Facts) { r.Actor.Account, r.Actor.Source = 0, CommandLine }, "You are not signed in."},
		{"no role", func(r *Request, _ *Facts) { r.Actor.Roles = nil }, "Only an analyst or a coordinator may open a person’s page."},
		{"a role outside the table", func(r *Request, _ *Facts) { r.Actor.Roles = []Role{"anyone", "visitor", "Analyst", "king"} },
			"Only an analyst or a coordinator may open a person’s page."},
		{"unknown act", func(r *Request, _ *Facts) { r.Act = "person.delete" }, "There is no such act."},
		{"no act", func(r *Request, _ *Facts) { r.Act = "" }, "There is no such act."},
		{"another kind of subject", func(r *Request, _ *Facts) { r.Subject.Kind = Extract }, "This act is not done to a subject of that kind."},
		{"no subject", func(r *Request, _ *Facts) { r.Subject = Subject{} }, "This act is not done to a subject of that kind."},
		{"no purpose", func(r *Request, _ *Facts) { r.Purpose = "" }, "State your purpose first."},
		{"no facts", func(_ *Request, f *Facts) { *f = Facts{} }, notHere},
		{"no area", func(r *Request, f *Facts) { r.Actor.Area = "" }, notHere},
		{"suspended", func(r *Request, _ *Facts) { r.Actor.Suspended = true }, "Your account is suspended."},
	} {
		r, f := ask, there
		c.change(&r, &f)
		d := Default().Decide(r, f)
		if c.reason == "" {
			if d.Outcome != Permit {
				t.Fatalf("%s: %+v", c.name, d)
			}
			continue
		}
		if d.Outcome != Deny || d.Reason != c.reason {
			t.Errorf("%s: %v %q, want deny %q", c.name, d.Outcome, d.Reason, c.reason)
		}
		if d.SignIn != (c.reason == "You are not signed in.") || d.NotFound != (c.reason == notHere) {
			t.Errorf("%s: sign in %v, not found %v", c.name, d.SignIn, d.NotFound)
		}
	}
	if (Decision{}).Outcome != Deny {
		t.Error("the zero Decision is not a refusal")
	}
}

// What an actor may not know of and what does not exist are answered alike, to everybody, for every act.
func TestNoOracle(t *testing.T) {
	t.Parallel()
	hidden, told := 0, 0
	actors := cast()
	for _, info := range Acts() {
		if info.Subject == System {
			continue // everybody knows that the system exists
		}
		for _, name := range everybody(actors) {
			for i, s := range scenarios {
				for _, p := range allPurposes() {
					if i > 0 && p != "" && !slices.Contains(info.Purposes, p) {
						continue
					}
					r, f := question(actors[name], info, p, s)
					d, missing := Default().Decide(r, f), Default().Decide(r, Facts{})
					switch {
					case missing.Outcome != Deny:
						t.Fatalf("%s by %s in %q: allowed on what does not exist", info.Act, name, s.name)
					case d.Outcome != Deny:
					case d.NotFound || !missing.NotFound: // hidden, or refused before the subject was looked at
						if hidden++; d.Reason != missing.Reason || d.NotFound != missing.NotFound {
							t.Fatalf("%s by %s in %q: told %q, but %q when it does not exist", info.Act, name, s.name, d.Reason, missing.Reason)
						}
					default: // a reason about the subject, for somebody who is let know of it when nothing is wrong
						told++
						plain := Facts{Exists: true, Area: f.Area, Owner: f.Owner, Agencies: f.Agencies, Self: f.Self, State: StateApproved, Agreement: StateApproved}
						open := slices.ContainsFunc([]bool{false, true}, func(self bool) bool {
							plain.Self = self
							return Default().Decide(r, plain).Outcome != Deny
						})
						if !open {
							t.Fatalf("%s by %s in %q: told %q of what they may not know of", info.Act, name, s.name, d.Reason)
						}
					}
				}
			}
		}
	}
	if hidden == 0 || told == 0 {
		t.Errorf("%d were hidden and %d told: the property was not tried", hidden, told)
	}
}

// A stranger to the subject is told nothing of its state: the reason about an unapproved layout is for those who may see it.
func TestStateIsNotToldToStrangers(t *testing.T) {
	t.Parallel()
	r := Request{Actor: cast()["agency-user"], Act: ExtractReceive, Subject: Subject{Layout, 4}, Purpose: HandleExtracts, At: noon}
	for owner, says := range map[id.Agency]string{own: "The layout is not approved.", other: notHere} {
		d := Default().Decide(r, Facts{Exists: true, Area: home, Owner: owner, State: "added"})
		if d.Outcome != Deny || !strings.HasPrefix(d.Reason, says) {
			t.Errorf("owner %d: %v %q, want %q", owner, d.Outcome, d.Reason, says)
		}
	}
}

// What decide does in its own order, with the policies that matter only, is what Cedar says of the whole set; and it says it twice.
func TestDecideIsCedars(t *testing.T) {
	t.Parallel()
	set := embeddedPolicies(t)
	agency := rapid.SampledFrom([]id.Agency{0, own, other})
	roles := rapid.SliceOfN(rapid.SampledFrom(append(Roles(), Operator, Worker)), 0, 3)
	state := rapid.SampledFrom([]string{"", StateApproved, StateSuspended, StateEmpty, "accepted"})
	area := rapid.SampledFrom([]id.Area{home, home, home, "essex"})
	outcomes := map[Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		actor := Actor{
			Account: id.Account(rapid.IntRange(0, 2).Draw(t, "account")), Area: home, Agency: agency.Draw(t, "actor’s agency"), Roles: roles.Draw(t, "roles"),
			Source: rapid.SampledFrom([]string{"192.0.2.7", CommandLine}).Draw(t, "source"), Suspended: rapid.IntRange(0, 9).Draw(t, "suspended") == 9,
			NamesUntil: noon.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "names")) * time.Minute),
		}
		f := Facts{
			Exists: rapid.IntRange(0, 9).Draw(t, "exists") > 0, Area: area.Draw(t, "area"), Owner: agency.Draw(t, "owner"),
			Agencies: rapid.SliceOfN(agency, 0, 2).Draw(t, "agencies"), Shielded: rapid.IntRange(0, 9).Draw(t, "shielded") == 9,
			State: state.Draw(t, "state"), Agreement: state.Draw(t, "agreement"), Roles: roles.Draw(t, "account’s roles"),
			Sensitivity: rapid.SampledFrom([]Sensitivity{Ordinary, Ordinary, Abuse, Unsaid}).Draw(t, "sensitivity"), Self: rapid.Bool().Draw(t, "self"),
		}
		purpose, row := rapid.SampledFrom(allPurposes()).Draw(t, "purpose"), rapid.Bool().Draw(t, "row")
		for _, info := range table {
			r := Request{Actor: actor, Act: info.Act, Subject: Subject{info.Subject, 12}, Purpose: purpose, At: noon}
			if row && info.Row != "" {
				r.Subject.Kind = info.Row
			}
			got := Default().Decide(r, f)
			if again := Default().Decide(r, f); !cmp.Equal(got, again) {
				t.Fatalf("%s: two answers: %+v, %+v", info.Act, got, again)
			}
			cedarRequest, things := ask(r, f)
			want, said := cedar.Authorize(set, things, cedarRequest)
			if len(said.Errors) > 0 {
				t.Fatalf("%s: a policy cannot be evaluated: %v", info.Act, said.Errors)
			}
			if (got.Outcome != Deny) != bool(want) {
				t.Fatalf("%s: Decide says %+v, Cedar says %v because of %v", info.Act, got, want, said.Reasons)
			}
			if !strings.HasSuffix(got.Reason, ".") {
				t.Fatalf("%s: no reason in words: %+v", info.Act, got)
			}
			outcomes[got.Outcome]++
		}
	})
	if outcomes[Permit] == 0 || outcomes[Deny] == 0 {
		t.Errorf("outcomes were %v: the property was not tried", outcomes)
	}
}

func TestNamesNeedAWindow(t *testing.T) {
	t.Parallel()
	r := Request{Actor: cast()["analyst"], Act: PersonSeeName, Subject: Subject{Person, 12}, Purpose: CheckRecords, At: noon}
	f := Facts{Exists: true, Area: home}
	for _, c := range []struct {
		name    string
		until   time.Time
		purpose Purpose
		want    Outcome
	}{
		{"open", noon.Add(1), CheckRecords, Permit},
		{"open for a panel", noon.Add(1), TakeToPanel, Permit},
		{"at its end", noon, CheckRecords, Deny},
		{"never opened", time.Time{}, CheckRecords, Deny},
		{"open, but the purpose was changed", noon.Add(time.Hour), FindAndCost, Deny},
	} {
		r.Actor.NamesUntil, r.Purpose = c.until, c.purpose
		if d := Default().Decide(r, f); d.Outcome != c.want {
			t.Errorf("%s: %v %q, want %v", c.name, d.Outcome, d.Reason, c.want)
		}
	}
}

func TestPurposesFor(t *testing.T) {
	t.Parallel()
	actors := cast()
	for name, want := range map[string][]Purpose{
		"nobody": {}, "no role": {},
		"analyst":              {FindAndCost, CheckRecords, TakeToPanel, HandleExtracts, AgreePrices},
		"coordinator":          {CheckRecords, TakeToPanel},
		"finance-lead":         {FindAndCost, AgreePrices},
		"governance-lead":      {HandleExtracts, AuditUse},
		"auditor":              {AuditUse},
		"administrator":        {LookAfterAccounts, Operate},
		"agency-user":          {HandleExtracts},
		"agency-administrator": {LookAfterAccounts},
		"operator":             {FindAndCost, HandleExtracts, LookAfterAccounts, AuditUse, Operate},
	} {
		if diff := cmp.Diff(want, Default().PurposesFor(actors[name])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	suspended := actors["analyst"]
	suspended.Suspended = true
	if Default().MayEver(suspended, PersonSearch) {
		t.Error("a suspended analyst is offered a search")
	}
	if got := Default().PurposesFor(suspended); len(got) > 0 {
		t.Errorf("a suspended analyst may state %v", got)
	}
}

// Where MayEver says no, no subject and no purpose opens the act; where it says yes, some does.
func TestMayEver(t *testing.T) {
	t.Parallel()
	actors := cast()
	for _, info := range Acts() {
		for _, name := range everybody(actors) {
			ever := false
			for _, s := range scenarios {
				for _, p := range allPurposes() {
					r, f := question(actors[name], info, p, s)
					r.Actor.Account, r.Actor.Source = actors[name].Account, actors[name].Source // the actor that MayEver is asked about
					ever = ever || Default().Decide(r, f).Outcome != Deny
				}
				if ever {
					break
				}
			}
			hopeless := strings.HasSuffix(name, "of no agency") // their roles would allow it, if they had an agency
			if may := Default().MayEver(actors[name], info.Act); may != ever && !(may && hopeless) {
				t.Errorf("%s by %s: may ever %v, but is allowed somewhere %v", info.Act, name, may, ever)
			}
		}
	}
}

func TestActs(t *testing.T) {
	t.Parallel()
	seen := map[Act]bool{}
	for _, info := range Acts() {
		if seen[info.Act] {
			t.Errorf("%s stands twice in the table", info.Act)
		}
		seen[info.Act] = true
		if got, ok := ActInfo(info.Act); !ok || !cmp.Equal(got, info) {
			t.Errorf("ActInfo(%s) = %+v, %v", info.Act, got, ok)
		}
		if info.Words == "" || strings.HasSuffix(info.Words, ".") || info.Subject == "" {
			t.Errorf("%+v is not complete", info)
		}
		if len(Default().RolesFor(info.Act)) == 0 {
			t.Errorf("nobody may ever %s", info.Words)
		}
		for _, p := range info.Purposes {
			if p.Words() == "" {
				t.Errorf("%s: purpose %q has no words", info.Act, p)
			}
		}
	}
	if _, ok := ActInfo("person.delete"); ok {
		t.Error("there is an act that is not in the table")
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	text := `
@id("lead") @reason("With a second person.") @review("second person")
permit (principal in Role::"governance-lead", action == Action::"extract.sent-in-error", resource);
@id("analyst") @reason("Analysts may.")
permit (principal in Role::"analyst", action == Action::"extract.sent-in-error", resource);
@id("shielded") @about("subject") @reason("Not this one.")
forbid (principal, action, resource) when { resource.shielded };`
	s, err := Load(fstest.MapFS{"a.cedar": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		roles    []Role
		shielded bool
		want     Outcome
	}{
		{[]Role{GovernanceLead}, false, Review},
		{[]Role{GovernanceLead, Analyst}, false, Permit},
		{[]Role{GovernanceLead}, true, Deny},
	} {
		r := Request{Actor: Actor{Account: 7, Area: home, Roles: c.roles}, Act: ExtractSentInError, Subject: Subject{Extract, 4}}
		if d := s.Decide(r, Facts{Shielded: c.shielded}); d.Outcome != c.want {
			t.Errorf("%v, shielded %v: %+v, want %v", c.roles, c.shielded, d, c.want)
		}
	}
}

// A policy that cannot be evaluated is never passed over: a forbid that fails would otherwise say nothing.
func TestPolicyThatFails(t *testing.T) {
	t.Parallel()
	s, err := Load(fstest.MapFS{"a.cedar": {Data: []byte(`
@id("analyst") @reason("Analysts may.")
permit (principal in Role::"analyst", action == Action::"person.open", resource);
@id("overflow") @about("subject") @reason("Never.")
forbid (principal, action, resource) when { 9223372036854775807 + resource.owner > 0 && false };`)}})
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Actor: Actor{Account: 7, Area: home, Roles: []Role{Analyst}}, Act: PersonOpen, Subject: Subject{Person, 4}}
	if d := s.Decide(r, Facts{}); d.Outcome != Permit {
		t.Fatalf("without the failure: %+v", d)
	}
	if d := s.Decide(r, Facts{Owner: 1}); d.Outcome != Deny || !slices.Equal(d.Policies, []string{"overflow"}) {
		t.Errorf("a forbid that fails: %+v, want a refusal that names it", d)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	permit := `@id("p") @reason("So.") permit (principal in Role::"analyst", action == Action::"person.open", resource)`
	forbid := `@id("f") @reason("So.") @about("subject") forbid (principal, action, resource)`
	for _, c := range []struct{ text, says string }{
		{permit + ";" + forbid + " when { resource.shielded };", ""},
		{"", ""},
		{"permit everything;", "a.cedar"},
		{strings.Replace(permit, `@id("p")`, "", 1) + ";", "needs an @id"},
		{strings.Replace(permit, `@reason("So.")`, "", 1) + ";", "@reason that is a sentence"},
		{strings.Replace(permit, "So.", "So", 1) + ";", "@reason that is a sentence"},
		{permit + ";" + permit + ";", "used twice"},
		{"@because(\"x\")" + permit + ";", "@because, which means nothing"},
		{"@about(\"subject\")" + permit + ";", "@about is for forbids"},
		{"@review(\"x\")" + forbid + ";", "@review is for permits"},
		{strings.Replace(forbid, `@about("subject")`, "", 1) + ";", "needs @about"},
		{strings.Replace(forbid, `subject`, "weather", 1) + ";", "needs @about"},
		{strings.Replace(forbid, `"subject"`, `"actor"`, 1) + " when { resource.shielded };", "looks at the subject"},
		{strings.Replace(strings.Replace(forbid, `"subject"`, `"actor"`, 1), "resource)", "resource is Person)", 1) + ";", "looks at the subject"},
		{strings.Replace(permit, `principal in Role::"analyst"`, "principal", 1) + ";", "say whose it is"},
		{strings.Replace(permit, "analyst", "king", 1) + ";", "no such role"},
		{strings.Replace(permit, `Role::"analyst"`, `Person::"1"`, 1) + ";", "say whose it is"},
		{strings.Replace(permit, `action == Action::"person.open"`, "action", 1) + ";", "for every act"},
		{strings.Replace(permit, "person.open", "person.opens", 1) + ";", "no such act"},
		{strings.Replace(permit, `== Action::"person.open"`, `in [Action::"person.open", Action::"person.open"]`, 1) + ";", "twice"},
		{permit + " when { resource.shield };", "shield"},
		{permit + ` when { resource.owner == "3" };`, "p"},
		{permit + ` when { context.reason == "3" };`, "reason"},
	} {
		_, err := Load(fstest.MapFS{"a.cedar": {Data: []byte(c.text)}})
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s\n  %v", c.text, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "a.cedar")):
			t.Errorf("%s\n  error %v, want one that names the file and says %q", c.text, err, c.says)
		}
	}
	if _, err := Load(fstest.MapFS{"a.txt": {}}); err == nil {
		t.Error("a folder without policies is accepted")
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	text := []byte(`@id("p") @reason("So.") permit (principal in Role::"analyst", action == Action::"person.open", resource);`)
	hash := func(files fstest.MapFS) string {
		t.Helper()
		s, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash()
	}
	base := hash(fstest.MapFS{"a.cedar": {Data: text}})
	if len(base) != 64 || base != hash(fstest.MapFS{"a.cedar": {Data: text}, "README.md": {Data: []byte("x")}}) {
		t.Errorf("hash %q is not of the policy files alone", base)
	}
	for name, files := range map[string]fstest.MapFS{
		"longer text":  {"a.cedar": {Data: append(slices.Clone(text), ' ')}},
		"another text": {"a.cedar": {Data: []byte(strings.Replace(string(text), "So.", "Oh.", 1))}},
		"another name": {"b.cedar": {Data: text}},
		"another file": {"a.cedar": {Data: text}, "b.cedar": {}},
	} {
		if hash(files) == base {
			t.Errorf("%s has the same hash", name)
		}
	}
}

func TestDecisionFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    Decision
		kind fault.Kind
	}{
		{Decision{Reason: "No."}, fault.Denied},
		{Decision{Reason: "No.", NotFound: true}, fault.NotFound},
		{notSignedIn, fault.SignIn},
		{Decision{Outcome: Review, Reason: "Perhaps."}, fault.Denied},
	} {
		if err := c.d.Fault("person"); fault.KindOf(err) != c.kind {
			t.Errorf("%+v becomes %v", c.d, err)
		}
	}
	if err := (Decision{Outcome: Permit}).Fault("person"); err != nil {
		t.Errorf("a permit becomes %v", err)
	}
	hidden, missing := Decision{NotFound: true, Reason: notHere}.Fault("person"), fault.Missing("person")
	var a *fault.Error
	if !errors.As(hidden, &a) || a.Message != missing.Message || a.Code != missing.Code || a.Remedy != missing.Remedy {
		t.Errorf("hidden %v is told from missing %v", hidden, missing)
	}
}
