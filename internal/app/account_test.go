package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"throughline/areas"
	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// world is an installation with its first administrator, and a clock that stands still until it is moved.
type world struct {
	*App
	t     *testing.T
	mu    sync.Mutex
	at    time.Time
	admin Who
}

const (
	southLondon = id.Area("south-london")
	adminEmail  = "ada@example.org.uk"
	goodWords   = "copper lantern 39 orbit"
	otherWords  = "violet harbour 52 spoon"
	here        = "192.0.2.1"
)

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) move(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

var cheap = account.Cost{Memory: 64, Passes: 1, Threads: 1}

// onBoth runs a story on SQLite and, when THROUGHLINE_TEST_PG holds a connection string, on PostgreSQL in a schema of its own.
func onBoth(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		story(t, newWorld(t, ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		story(t, newWorld(t, storetest.Schema(t)))
	})
}

// empty is an installation in an empty directory.
func empty(t *testing.T, postgres string) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 4, 20, 9, 30, 0, 0, time.UTC)}
	a, err := Open(t.Context(), Place{Dir: t.TempDir(), Postgres: postgres, Areas: areas.Files, Version: "test", Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	a.PasswordCost(cheap)
	w.App = a
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func newWorld(t *testing.T, postgres string) *world {
	t.Helper()
	w := empty(t, postgres)
	code, err := w.OpenFirstRun(t.Context())
	if err != nil || code == "" {
		t.Fatalf("no one-time code in an empty directory: %v", err)
	}
	in, err := w.FirstRun(t.Context(), FirstAdministrator{Code: code, Area: southLondon, Email: adminEmail, Name: "Ada Admin", Password: goodWords, Source: here})
	if err != nil {
		t.Fatal(err)
	}
	w.admin = w.purpose(w.by(in.Token), policy.LookAfterAccounts)
	return w
}

func (w *world) by(token string) Who {
	w.t.Helper()
	hash, ok := TokenHash(token)
	if !ok {
		w.t.Fatalf("%q is no token", token)
	}
	return BySession(string(southLondon), hash, here)
}

func (w *world) purpose(who Who, p policy.Purpose) Who {
	w.t.Helper()
	token, err := w.StatePurpose(w.t.Context(), who, p, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return w.by(token)
}

func (w *world) signIn(email, password string) (SignedIn, error) {
	return w.SignIn(w.t.Context(), Credentials{Area: southLondon, Email: email, Password: password, Source: here, Agent: "Test browser"})
}

// somebody makes an account and gives its number and a session that states a purpose, once they have chosen their password.
func (w *world) somebody(name string, agency id.Agency, p policy.Purpose, roles ...policy.Role) (id.Account, Who) {
	w.t.Helper()
	email := strings.ToLower(name) + "@example.org.uk"
	made, err := w.CreateAccount(w.t.Context(), w.admin, NewAccount{Email: email, Name: name, Agency: agency, Roles: roles})
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.signIn(email, made.Temporary)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := w.ChangeOwnPassword(w.t.Context(), w.by(in.Token), made.Temporary, goodWords)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Account, w.purpose(w.by(token), p)
}

func (w *world) agency(slug string) id.Agency {
	w.t.Helper()
	p, err := w.Agencies(w.t.Context(), w.admin)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range p.Agencies {
		if g.Slug == slug {
			return g.ID
		}
	}
	w.t.Fatalf("no agency %s", slug)
	return 0
}

func refused(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestFirstRun(t *testing.T) {
	t.Parallel()
	w := empty(t, "")
	ctx := t.Context()
	code, err := w.OpenFirstRun(ctx)
	if err != nil {
		t.Fatal(err)
	}
	good := FirstAdministrator{Code: code, Area: southLondon, Email: adminEmail, Name: "Ada Admin", Password: goodWords, Source: here}
	for name, spoil := range map[string]func(*FirstAdministrator){
		"code":     func(f *FirstAdministrator) { f.Code = "0000-0000-0000" },
		"area":     func(f *FirstAdministrator) { f.Area = "../south-london" },
		"email":    func(f *FirstAdministrator) { f.Email = "ada" },
		"name":     func(f *FirstAdministrator) { f.Name = " " },
		"password": func(f *FirstAdministrator) { f.Password = "ada-admin" },
	} {
		in := good
		spoil(&in)
		_, err := w.FirstRun(ctx, in)
		refused(t, name, err, fault.Invalid)
		if f := fault.As(err); len(f.Notes) != 1 || f.Notes[0].Field != name {
			t.Errorf("%s: notes %+v", name, f.Notes)
		}
	}
	if doors, err := w.Doors(ctx); err != nil || len(doors) != 0 {
		t.Fatalf("a refused first run left %v, %v", doors, err)
	}
	good.Code = strings.ToLower(strings.ReplaceAll(code, "-", " "))
	if _, err := w.FirstRun(ctx, good); err != nil {
		t.Fatal(err)
	}
	_, err = w.FirstRun(ctx, good)
	refused(t, "the code again", err, fault.Denied)
	if code, err := w.OpenFirstRun(ctx); err != nil || code != "" {
		t.Errorf("a second code %q, %v", code, err)
	}
}

func TestFirstRunCodeIsGuardedAndRunsOut(t *testing.T) {
	t.Parallel()
	w := empty(t, "")
	code, err := w.OpenFirstRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in := FirstAdministrator{Code: "0000-0000-0000", Area: southLondon, Email: adminEmail, Name: "Ada Admin", Password: goodWords, Source: here}
	looked := 0
	for range 299 {
		if _, err := w.FirstRun(t.Context(), in); fault.KindOf(err) == fault.Invalid {
			looked++
		}
		w.move(time.Second)
	}
	if looked > account.Guesses {
		t.Errorf("%d guesses at the code were looked at in five minutes, want at most %d", looked, account.Guesses)
	}
	w.move(account.CodeLife)
	in.Code = code
	_, err = w.FirstRun(t.Context(), in)
	refused(t, "a code of yesterday", err, fault.Invalid)
}

// TestFirstRunOfALoadedArea sees that an area that was loaded before anybody could sign in can still get its first administrator, and
// one that has an account cannot get another this way.
func TestFirstRunOfALoadedArea(t *testing.T) {
	t.Parallel()
	w := empty(t, "")
	operator := ByOperator(string(southLondon), "Olive Operator")
	for range 2 {
		if loaded, err := w.LoadArea(t.Context(), operator); err != nil || loaded.Agencies != 10 {
			t.Fatalf("load: %+v, %v", loaded, err)
		}
	}
	code, err := w.OpenFirstRun(t.Context())
	if err != nil || code == "" {
		t.Fatalf("no code: %v", err)
	}
	in := FirstAdministrator{Code: code, Area: southLondon, Email: adminEmail, Name: "Ada Admin", Password: goodWords, Source: here}
	if _, err := w.FirstRun(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	w.signing.first = firstRun{hash: mustCode(t, code).Hash(), made: w.clock()}
	_, err = w.FirstRun(t.Context(), in)
	refused(t, "another first administrator", err, fault.Denied)
}

func mustCode(t *testing.T, s string) account.Code {
	t.Helper()
	c, err := account.ParseCode(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSignInAnswersAlike compares, word for word, what strangers are told (bars W5 and A3).
func TestSignInAnswersAlike(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var answers []string
		for _, email := range []string{adminEmail, "nobody@example.org.uk", "not an address", "", strings.Repeat("a", 4000) + "@example.org.uk"} {
			_, err := w.signIn(email, "wrong "+goodWords)
			refused(t, email, err, fault.Invalid)
			answers = append(answers, err.Error())
			w.move(account.Window)
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("the answers differ: %q and %q", answers[0], a)
			}
		}
		in, err := w.signIn("  ADA@example.org.uk ", goodWords)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Home(t.Context(), w.by(in.Token)); err != nil {
			t.Error(err)
		}
	})
}

// TestGuessesAtAnUnknownAddressEndAlike holds the count of tries to the same answer for an address that nobody has.
func TestGuessesAtAnUnknownAddressEndAlike(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var ends []string
		for i, email := range []string{adminEmail, "nobody@example.org.uk"} {
			var seen []string
			for range 12 {
				in := Credentials{Area: southLondon, Email: email, Password: "wrong", Source: fmt.Sprintf("198.51.100.%d", i)}
				_, err := w.SignIn(t.Context(), in)
				seen = append(seen, err.Error())
			}
			ends = append(ends, strings.Join(seen, "\n"))
			w.move(account.Window)
		}
		if ends[0] != ends[1] || !strings.Contains(ends[0], "too many tries") {
			t.Errorf("an address that somebody has:\n%s\nand one that nobody has:\n%s", ends[0], ends[1])
		}
	})
}

func TestSuspendedSignInSaysSoOnlyToTheOwner(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		n, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		if err := w.SuspendAccount(t.Context(), w.admin, n, 1); err != nil {
			t.Fatal(err)
		}
		_, err := w.Home(t.Context(), ann)
		refused(t, "the next request", err, fault.SignIn) // the session ended with the suspension
		_, err = w.signIn("ann@example.org.uk", "wrong")
		refused(t, "a stranger", err, fault.Invalid)
		_, err = w.signIn("ann@example.org.uk", goodWords)
		refused(t, "the owner", err, fault.Denied)
		if err := w.RestoreAccount(t.Context(), w.admin, n, 2); err != nil {
			t.Fatal(err)
		}
		if _, err := w.signIn("ann@example.org.uk", goodWords); err != nil {
			t.Error(err)
		}
	})
}

func TestTemporaryPasswordOpensNothingButItsChange(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		made, err := w.CreateAccount(t.Context(), w.admin, NewAccount{Email: "ann@example.org.uk", Name: "Ann", Roles: []policy.Role{policy.Analyst}})
		if err != nil {
			t.Fatal(err)
		}
		in, err := w.signIn("ann@example.org.uk", strings.ToLower(strings.ReplaceAll(made.Temporary, "-", "")))
		if err != nil || !in.MustChange {
			t.Fatalf("sign in with %q: %+v, %v", made.Temporary, in, err)
		}
		ann := w.by(in.Token)
		_, err = w.StatePurpose(t.Context(), ann, policy.FindAndCost, "")
		refused(t, "a purpose before the password", err, fault.Denied)
		_, err = w.ChangeOwnPassword(t.Context(), ann, made.Temporary, "password1234")
		refused(t, "a weak password", err, fault.Invalid)
		_, err = w.ChangeOwnPassword(t.Context(), ann, made.Temporary, made.Temporary)
		refused(t, "the same password", err, fault.Invalid)
		token, err := w.ChangeOwnPassword(t.Context(), ann, made.Temporary, goodWords)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), ann)
		refused(t, "the old token", err, fault.SignIn)
		ann = w.purpose(w.by(token), policy.FindAndCost)
		_, err = w.signIn("ann@example.org.uk", made.Temporary)
		refused(t, "the temporary password", err, fault.Invalid)

		made, err = w.ResetPassword(t.Context(), w.purposeAgain(), made.Account)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), ann)
		refused(t, "a session from before the reset", err, fault.SignIn)
		w.move(account.CodeLife)
		_, err = w.signIn("ann@example.org.uk", made.Temporary)
		refused(t, "a temporary password of yesterday", err, fault.Invalid)
	})
}

// purposeAgain signs the administrator in anew, since the clock was moved.
func (w *world) purposeAgain() Who {
	w.t.Helper()
	in, err := w.signIn(adminEmail, goodWords)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.purpose(w.by(in.Token), policy.LookAfterAccounts)
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		in, err := w.signIn("ann@example.org.uk", goodWords)
		if err != nil {
			t.Fatal(err)
		}
		other := w.by(in.Token)
		own, err := w.OwnAccount(t.Context(), ann)
		if err != nil || len(own.Sessions) != 2 {
			t.Fatalf("%d sessions, %v; want 2", len(own.Sessions), err)
		}
		if _, err := w.ChangeOwnPassword(t.Context(), ann, "wrong", otherWords); fault.KindOf(err) != fault.Invalid {
			t.Errorf("by a wrong old password: %v", err)
		}
		token, err := w.ChangeOwnPassword(t.Context(), ann, goodWords, otherWords)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), other)
		refused(t, "the other session", err, fault.SignIn)
		if _, err := w.Home(t.Context(), w.by(token)); err != nil {
			t.Errorf("this session: %v", err)
		}
		guesses := 0
		for range 20 {
			if _, err := w.ChangeOwnPassword(t.Context(), w.by(token), "wrong", goodWords); fault.KindOf(err) == fault.Invalid {
				guesses++
			}
		}
		if guesses > account.Guesses {
			t.Errorf("%d guesses at one's own password", guesses)
		}
	})
}

func TestOtherSessionsCanBeEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		in, err := w.signIn("ann@example.org.uk", goodWords)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.EndOtherSessions(t.Context(), ann); err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), w.by(in.Token))
		refused(t, "the other session", err, fault.SignIn)
		if err := w.SignOut(t.Context(), ann); err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), ann)
		refused(t, "after signing out", err, fault.SignIn)
	})
}

func TestNamesAreShownForAPurposeThatNeedsThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		_, err := w.ShowNames(t.Context(), ann, policy.FindAndCost)
		refused(t, "for a purpose without names", err, fault.Invalid)
		token, err := w.ShowNames(t.Context(), ann, policy.CheckRecords)
		if err != nil {
			t.Fatal(err)
		}
		ann = w.by(token)
		h, err := w.Home(t.Context(), ann)
		if err != nil || h.Viewer.NamesUntil != w.clock().Add(policy.NamesWindow) || h.Viewer.Purpose != policy.CheckRecords {
			t.Errorf("names until %v for %q, %v", h.Viewer.NamesUntil, h.Viewer.Purpose, err)
		}
		if err := w.HideNames(t.Context(), ann); err != nil {
			t.Fatal(err)
		}
		if h, err := w.Home(t.Context(), ann); err != nil || !h.Viewer.NamesUntil.IsZero() {
			t.Errorf("hidden names are shown until %v, %v", h.Viewer.NamesUntil, err)
		}
		_, auditor := w.somebody("Otto", 0, policy.AuditUse, policy.Auditor)
		_, err = w.ShowNames(t.Context(), auditor, policy.CheckRecords)
		if k := fault.KindOf(err); err == nil || k != fault.Denied && k != fault.Invalid {
			t.Errorf("an auditor shows names: %v", err)
		}
	})
}

// TestAgencyAdministratorsLookAfterTheirOwn holds every act upon an account to the agency, with one answer for what belongs to
// another agency and what does not exist.
func TestAgencyAdministratorsLookAfterTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		mine, other := w.agency("lambeth"), w.agency("police")
		colleague, _ := w.somebody("Cara", mine, policy.HandleExtracts, policy.AgencyUser)
		stranger, _ := w.somebody("Sam", other, policy.HandleExtracts, policy.AgencyUser)
		central, _ := w.somebody("Ann", mine, policy.TakeToPanel, policy.Coordinator)
		_, boss := w.somebody("Bea", mine, policy.LookAfterAccounts, policy.AgencyAdministrator)

		acts := map[string]func(n id.Account) error{
			"open":     func(n id.Account) error { _, err := w.Account(ctx, boss, n); return err },
			"roles":    func(n id.Account) error { return w.EditRoles(ctx, boss, n, 1, []policy.Role{policy.AgencyUser}) },
			"suspend":  func(n id.Account) error { return w.SuspendAccount(ctx, boss, n, 2) },
			"restore":  func(n id.Account) error { return w.RestoreAccount(ctx, boss, n, 3) },
			"sessions": func(n id.Account) error { return w.EndAccountSessions(ctx, boss, n) },
			"password": func(n id.Account) error { _, err := w.ResetPassword(ctx, boss, n); return err },
		}
		for _, name := range []string{"open", "roles", "suspend", "restore", "sessions", "password"} {
			if err := acts[name](colleague); err != nil {
				t.Errorf("%s a colleague: %v", name, err)
			}
			hidden, absent := acts[name](stranger), acts[name](4711)
			refused(t, name+" a stranger", hidden, fault.NotFound)
			if hidden == nil || absent == nil || hidden.Error() != absent.Error() {
				t.Errorf("%s: %v for a stranger and %v for nobody", name, hidden, absent)
			}
			if name != "open" {
				refused(t, name+" a colleague with a role of the partnership", acts[name](central), fault.Denied)
			}
		}
		one := NewAccount{Email: "new@example.org.uk", Name: "Nia New", Agency: mine, Roles: []policy.Role{policy.AgencyUser}}
		for _, agency := range []id.Agency{other, 4711, 0} {
			in := one
			in.Agency = agency
			_, err := w.CreateAccount(ctx, boss, in)
			refused(t, fmt.Sprintf("an account of agency %d", agency), err, fault.NotFound)
		}
		up := one
		up.Roles = []policy.Role{policy.AgencyUser, policy.Analyst}
		_, err := w.CreateAccount(ctx, boss, up)
		refused(t, "an account with a role of the partnership", err, fault.Denied)
		if _, err := w.CreateAccount(ctx, boss, one); err != nil {
			t.Error(err)
		}
		p, err := w.Agencies(ctx, boss)
		if err != nil || len(p.Agencies) != 1 || p.Agencies[0].ID != mine || p.Agencies[0].People != 4 {
			t.Errorf("agencies %+v, %v; want one's own with its four people", p.Agencies, err)
		}
	})
}

func TestAdministratorsDoNotRaiseThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		own, err := w.OwnAccount(t.Context(), w.admin)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, "one's own roles", w.EditRoles(t.Context(), w.admin, own.Account.ID, 1, []policy.Role{policy.Administrator, policy.Analyst}), fault.Denied)
		refused(t, "one's own suspension", w.SuspendAccount(t.Context(), w.admin, own.Account.ID, 1), fault.Denied)
		_, err = w.CreateAccount(t.Context(), w.admin, NewAccount{Email: "op@example.org.uk", Name: "Op", Roles: []policy.Role{policy.Operator}})
		refused(t, "the machine's role", err, fault.Invalid)
		n, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		if err := w.EditRoles(t.Context(), w.admin, n, 1, []policy.Role{policy.FinanceLead}); err != nil {
			t.Fatal(err)
		}
		_, err = w.Home(t.Context(), ann)
		refused(t, "a session from before the roles changed", err, fault.SignIn)
		refused(t, "roles by an old version", w.EditRoles(t.Context(), w.admin, n, 1, []policy.Role{policy.Auditor}), fault.Conflict)
	})
}

// TestWhoeverReadsPeopleReadsNoAccounts walks the acts upon accounts as each role that has no business with them.
func TestWhoeverReadsPeopleReadsNoAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, ann := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		_, err := w.Accounts(t.Context(), ann, AccountsAsked{})
		refused(t, "the list", err, fault.Denied)
		_, err = w.NewAccountForm(t.Context(), ann)
		refused(t, "the form", err, fault.Denied)
		_, otto := w.somebody("Otto", 0, policy.AuditUse, policy.Auditor)
		if p, err := w.Accounts(t.Context(), otto, AccountsAsked{}); err != nil || p.Total != 3 {
			t.Errorf("an auditor sees %d accounts, %v", p.Total, err)
		}
		_, err = w.NewAccountForm(t.Context(), otto)
		refused(t, "the form for an auditor", err, fault.Denied)
	})
}

func TestOperatorRestoresFromTheCommandLine(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		n, _ := w.somebody("Ann", 0, policy.FindAndCost, policy.Analyst)
		if err := w.SuspendAccount(t.Context(), w.admin, n, 1); err != nil {
			t.Fatal(err)
		}
		operator := ByOperator(string(southLondon), "Olive Operator")
		if err := w.RestoreAccount(t.Context(), operator, n, 2); err != nil {
			t.Error(err)
		}
		if p, err := w.Accounts(t.Context(), operator, AccountsAsked{}); err != nil || p.Total != 2 {
			t.Errorf("the operator sees %d accounts, %v", p.Total, err)
		}
		_, err := w.CreateAccount(t.Context(), operator, NewAccount{Email: "new@example.org.uk", Name: "Nia New", Roles: []policy.Role{policy.Analyst}})
		refused(t, "an account made by the operator", err, fault.Denied)
	})
}
