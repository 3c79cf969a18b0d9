package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/account"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// within runs f inside the area "test" as the keeper itself, without a decision.
func within(t *testing.T, db *DB, f func(tx *Tx) error) {
	t.Helper()
	err := db.alone(t.Context(), 1, func(tx *Tx) error {
		tx.actor = policy.Actor{Account: 99, Area: "test", Roles: []policy.Role{policy.Administrator}, Source: "192.0.2.1"}
		return f(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newAccount makes an account with a session, and gives its credential.
func newAccount(t *testing.T, db *DB, name string, agency id.Agency, roles ...policy.Role) (id.Account, Credential) {
	t.Helper()
	var n id.Account
	hash := strings.Repeat("0", 54) + fmt.Sprintf("%010s", name)
	within(t, db, func(tx *Tx) (err error) {
		email := account.Email(strings.ToLower(name) + "@example.org.uk")
		if n, err = tx.AddAccount(Account{Agency: agency, Email: email, Name: name, Roles: roles}, "hash of "+name, false); err != nil {
			return err
		}
		return tx.StartSession(n, hash, "Test browser")
	})
	return n, BySession("test", hash, "192.0.2.1")
}

// asks is a request that needs no purpose: to open one's home page.
func asks(who Credential) Request {
	return Request{Who: who, Act: policy.HomeOpen, Subject: policy.Subject{Kind: policy.Area, ID: 1}}
}

func nothing(*Tx) error { return nil }

func kind(t *testing.T, db *DB, r Request) fault.Kind {
	t.Helper()
	return fault.KindOf(db.Do(t.Context(), r, nothing))
}

// ok stands for no error among kinds; no fault has it.
const ok = fault.Kind(255)

func kindOrOK(err error) fault.Kind {
	if err == nil {
		return ok
	}
	return fault.KindOf(err)
}

func TestSessionsEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		_, ann := newAccount(t, db, "Ann", 0, policy.Analyst)
		steps := []struct {
			what string
			move time.Duration
			want fault.Kind
		}{
			{"at once", 0, ok},
			{"just within the idle time", account.DefaultLimits.Idle - time.Microsecond, ok},
			{"idle time counts from the last request", account.DefaultLimits.Idle - time.Microsecond, ok},
			{"idle", account.DefaultLimits.Idle, fault.SignIn},
		}
		for _, s := range steps {
			c.move(s.move)
			if got := kindOrOK(db.Do(t.Context(), asks(ann), nothing)); got != s.want {
				t.Errorf("%s: %v, want %v", s.what, got, s.want)
			}
		}
		_, ben := newAccount(t, db, "Ben", 0, policy.Analyst)
		for spent := time.Duration(0); spent < account.DefaultLimits.Absolute-10*time.Minute; spent += 10 * time.Minute {
			if err := db.Do(t.Context(), asks(ben), nothing); err != nil {
				t.Fatalf("after %v: %v", spent, err)
			}
			c.move(10 * time.Minute)
		}
		c.move(10 * time.Minute)
		if got := kindOrOK(db.Do(t.Context(), asks(ben), nothing)); got != fault.SignIn {
			t.Errorf("after half a day without a pause: %v, want to sign in again", got)
		}
	})
}

func TestWritesKeepASessionAwake(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		_, ann := newAccount(t, db, "Ann", 0, policy.Analyst)
		state := Request{Who: ann, Act: policy.SessionStatePurpose, Subject: policy.Subject{Kind: policy.Session, ID: Own}}
		for range 3 {
			c.move(account.DefaultLimits.Idle - time.Minute)
			if err := db.Do(t.Context(), state, func(tx *Tx) error { return tx.StatePurpose(policy.FindAndCost, "") }); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestSessionOfAnotherArea sees that a token counts only in the area it was given in, and that nothing of another area exists:
// SQLite has no second wall.
func TestSessionOfAnotherArea(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		n, ann := newAccount(t, db, "Ann", 0, policy.Administrator)
		err := db.Do(t.Context(), Request{Who: ByOperator("other", "Olive Operator"), Act: policy.AreaLoad,
			Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate},
			func(tx *Tx) error { return tx.SaveArea("other", "Other area", "hash") })
		if err != nil {
			t.Fatal(err)
		}
		there := ann
		there.area = "other"
		if got := kindOrOK(db.Do(t.Context(), asks(there), nothing)); got != fault.SignIn {
			t.Errorf("a token of another area: %v, want to be asked to sign in", got)
		}
		hash := strings.Repeat("f", 64)
		err = db.alone(t.Context(), 2, func(tx *Tx) error {
			tx.actor.Area = "other"
			of, err := tx.AddAccount(Account{Email: "oli@example.org.uk", Name: "Oli", Roles: []policy.Role{policy.Administrator}}, "hash", false)
			if err != nil {
				return err
			}
			return tx.StartSession(of, hash, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		oli := BySession("other", hash, "192.0.2.1")
		state := Request{Who: oli, Act: policy.SessionStatePurpose, Subject: policy.Subject{Kind: policy.Session, ID: Own}}
		if err := db.Do(t.Context(), state, func(tx *Tx) error { return tx.StatePurpose(policy.LookAfterAccounts, "") }); err != nil {
			t.Fatal(err)
		}
		for _, s := range []policy.Subject{{Kind: policy.Account, ID: int64(n)}, {Kind: policy.Account, ID: 4711}} {
			err := db.Do(t.Context(), Request{Who: oli, Act: policy.AccountOpen, Subject: s}, func(*Tx) error { t.Error("opened"); return nil })
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("account %d of another area: %v, want it not found", s.ID, err)
			}
		}
		if got := kindOrOK(db.Do(t.Context(), Request{Who: oli, Act: policy.SessionEndOwn, Subject: policy.Subject{Kind: policy.Session, ID: 1}}, nothing)); got != fault.NotFound {
			t.Errorf("a session of another area: %v, want it not found", got)
		}
	})
}

func TestSuspensionActsOnTheNextRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		n, ann := newAccount(t, db, "Ann", 0, policy.Analyst)
		err := db.alone(t.Context(), 1, func(tx *Tx) error { return tx.Suspend(n, 7) })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("suspending by another version: %v, want a conflict", err)
		}
		within(t, db, func(tx *Tx) error { return tx.Suspend(n, 1) })
		err = db.Do(t.Context(), asks(ann), func(*Tx) error { t.Error("ran"); return nil })
		if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "suspended") {
			t.Errorf("a suspended account got %v, want to be refused with the reason", err)
		}
		err = db.alone(t.Context(), 1, func(tx *Tx) error { return tx.Suspend(n, 1) })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("suspending by an old version: %v, want a conflict", err)
		}
		if err := db.alone(t.Context(), 1, func(tx *Tx) error { return tx.Restore(n, 1) }); fault.KindOf(err) != fault.Conflict {
			t.Errorf("restoring by an old version: %v, want a conflict", err)
		}
		within(t, db, func(tx *Tx) error { return tx.Restore(n, 2) })
		if err := db.Do(t.Context(), asks(ann), nothing); err != nil {
			t.Errorf("restored: %v", err)
		}
		within(t, db, func(tx *Tx) error {
			return tx.SetRoles(n, 3, []policy.Role{policy.Auditor, policy.Analyst, policy.Auditor})
		})
		within(t, db, func(tx *Tx) error {
			a, err := tx.Account(n)
			if d := cmp.Diff([]policy.Role{policy.Analyst, policy.Auditor}, a.Roles); d != "" || a.Version != 4 {
				t.Errorf("version %d, roles (-want +got):\n%s", a.Version, d)
			}
			return err
		})
	})
}

// TestPurposeOfASessionIsItsOwn sees that a purpose given with a request stands in for none that a session has stated.
func TestPurposeOfASessionIsItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		_, ann := newAccount(t, db, "Ann", 0, policy.Administrator)
		r := Request{Who: ann, Act: policy.AccountList, Subject: policy.Subject{Kind: policy.Area, ID: 1}, Purpose: policy.LookAfterAccounts}
		if got := kind(t, db, r); got != fault.Denied {
			t.Errorf("without a stated purpose: %v, want refused", got)
		}
	})
}

func TestRenewedSessionForgetsItsOldToken(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		_, ann := newAccount(t, db, "Ann", 0, policy.Analyst)
		fresh := strings.Repeat("a", 64)
		state := Request{Who: ann, Act: policy.SessionStatePurpose, Subject: policy.Subject{Kind: policy.Session, ID: Own}}
		err := db.Do(t.Context(), state, func(tx *Tx) error {
			if err := tx.ShowNamesUntil(tx.Now().Add(policy.NamesWindow)); err != nil {
				return err
			}
			return tx.RenewSession(fresh)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := kindOrOK(db.Do(t.Context(), asks(ann), nothing)); got != fault.SignIn {
			t.Errorf("the old token: %v, want it worth nothing", got)
		}
		ann = ann.Renewed(fresh)
		shown := func() (shown bool) {
			if err := db.Do(t.Context(), asks(ann), func(tx *Tx) error { shown = tx.Actor().NamesShown(tx.Now()); return nil }); err != nil {
				t.Fatal(err)
			}
			return shown
		}
		if !shown() {
			t.Error("names are not shown")
		}
		state.Who = ann
		if err := db.Do(t.Context(), state, func(tx *Tx) error { return tx.StatePurpose(policy.AgreePrices, "") }); err != nil {
			t.Fatal(err)
		}
		if shown() {
			t.Error("names are still shown after the purpose changed")
		}
		if err := db.Do(t.Context(), state, func(tx *Tx) error { return tx.ShowNamesUntil(tx.Now().Add(policy.NamesWindow)) }); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			c.move(10 * time.Minute)
			if err := db.Do(t.Context(), asks(ann), nothing); err != nil {
				t.Fatal(err)
			}
		}
		if shown() {
			t.Error("names are still shown after half an hour")
		}
	})
}

func TestAccountsAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		var east, west id.Agency
		within(t, db, func(tx *Tx) (err error) {
			if east, err = tx.AddAgency("east", "EAS", "East"); err != nil {
				return err
			}
			west, err = tx.AddAgency("west", "WES", "West")
			return err
		})
		newAccount(t, db, "Cara", east, policy.AgencyUser)
		newAccount(t, db, "Abe", west, policy.AgencyUser)
		_, boss := newAccount(t, db, "bea", east, policy.AgencyAdministrator)
		_, ada := newAccount(t, db, "Ada", 0, policy.Administrator)
		for _, who := range []Credential{boss, ada} {
			state := Request{Who: who, Act: policy.SessionStatePurpose, Subject: policy.Subject{Kind: policy.Session, ID: Own}}
			if err := db.Do(t.Context(), state, func(tx *Tx) error { return tx.StatePurpose(policy.LookAfterAccounts, "") }); err != nil {
				t.Fatal(err)
			}
		}
		none := id.Agency(0)
		for _, c := range []struct {
			who   Credential
			of    *id.Agency
			order AccountOrder
			most  int
			skip  int
			want  string
		}{
			{ada, nil, AccountOrder{}, 10, 0, "Abe Ada bea Cara of 4"},
			{ada, nil, AccountOrder{By: "name", Down: true}, 2, 1, "bea Ada of 4"},
			{ada, nil, AccountOrder{By: "agency"}, 10, 0, "Ada Cara bea Abe of 4"},
			{ada, &east, AccountOrder{By: "no such order"}, 10, 0, "bea Cara of 2"},
			{ada, &none, AccountOrder{By: "seen"}, 10, 0, "Ada of 1"},
			{boss, nil, AccountOrder{}, 10, 0, "bea Cara of 2"},
			{boss, &east, AccountOrder{}, 10, 0, "bea Cara of 2"},
			{boss, &west, AccountOrder{}, 10, 0, "of 0"},
			{boss, &none, AccountOrder{}, 10, 0, "of 0"},
		} {
			var names []string
			total := -1
			r := Request{Who: c.who, Act: policy.AccountList, Subject: policy.Subject{Kind: policy.Area, ID: 1}}
			err := db.Do(t.Context(), r, func(tx *Tx) error {
				some, n, err := tx.Accounts(c.of, c.order, c.most, c.skip)
				names, total = nil, n
				for _, a := range some {
					names = append(names, a.Name)
					if a.Sessions != 1 {
						t.Errorf("%s has %d sessions, want 1", a.Name, a.Sessions)
					}
				}
				return err
			})
			if got := strings.Join(append(names, fmt.Sprintf("of %d", total)), " "); got != c.want || err != nil {
				t.Errorf("list by %+v: %q (%v), want %q", c.order, got, err, c.want)
			}
		}
	})
}

func TestAddressesThatLookAlikeAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		newAccount(t, db, "marna.clewes", 0, policy.Analyst)
		for _, email := range []account.Email{"marna.clewes@example.org.uk", "mama.clewes@example.org.uk", "marna-clewes@examp1e.org.uk"} {
			err := db.alone(t.Context(), 1, func(tx *Tx) error {
				_, err := tx.AddAccount(Account{Email: email, Name: "Another", Roles: []policy.Role{policy.Analyst}}, "hash", false)
				return err
			})
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, want it refused", email, err)
			}
			within(t, db, func(tx *Tx) error {
				s, err := tx.SecretOf(email)
				if found := s.Account != 0; found != (email == "marna.clewes@example.org.uk") {
					t.Errorf("an address like another's finds its secret: %s", email)
				}
				return err
			})
		}
	})
}
