package store

import (
	"database/sql"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/fault"
	"throughline/internal/policy"
)

func TestEveryQueryPrepares(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		for name, s := range registered {
			p, err := db.writes.PrepareContext(t.Context(), s.in(db.dialect))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestDoRecordsPermitsRefusalsAndFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		operator := ByOperator("test", "Olive Operator")
		read := Request{Who: operator, Act: policy.AgencyList, Subject: policy.Subject{Kind: policy.Area, ID: 1}, Purpose: policy.Operate}
		if err := db.Do(t.Context(), read, func(tx *Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		nobody := read
		nobody.Who = Nobody("test", "192.0.2.1")
		if err := db.Do(t.Context(), nobody, func(tx *Tx) error { t.Error("ran for nobody"); return nil }); fault.KindOf(err) != fault.SignIn {
			t.Errorf("nobody got %v, want to be asked to sign in", err)
		}
		broken := errors.New("it broke")
		write := Request{Who: operator, Act: policy.AreaLoad, Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate}
		err := db.Do(t.Context(), write, func(tx *Tx) error {
			if _, err := tx.AddAgency("lost", "LOS", "Lost"); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("Do = %v, want the act's own error", err)
		}
		err = db.Do(t.Context(), read, func(tx *Tx) error {
			some, err := tx.Agencies()
			if len(some) != 0 {
				t.Errorf("a failed act left %v", some)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		want := "Olive Operator | area.load | System 0 | operate | permit | Area 1 | 0\n" +
			"Olive Operator | agency.list | Area 1 | operate | permit |  | 0\n" +
			" | agency.list | Area 1 | operate | deny |  | 0\n" +
			"Olive Operator | area.load | System 0 | operate | failed |  | 0\n" +
			"Olive Operator | agency.list | Area 1 | operate | permit |  | 0\n"
		if d := cmp.Diff(want, events(t, db)); d != "" {
			t.Errorf("audit (-want +got):\n%s", d)
		}
	})
}

func TestZeroRequestIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		if err := db.Do(t.Context(), Request{}, func(*Tx) error { t.Error("ran"); return nil }); err == nil {
			t.Error("the zero request was let in")
		}
		for _, info := range policy.Acts() {
			if info.Act == policy.SystemFirstRun || info.Act == policy.SessionSignIn || info.Act == policy.SessionTrySignIn {
				continue
			}
			err := db.Do(t.Context(), Request{Act: info.Act}, func(*Tx) error { t.Errorf("%s ran", info.Act); return nil })
			if err == nil {
				t.Errorf("%s without anybody was let in", info.Act)
			}
		}
	})
}

// TestNoEventNoAnswer takes the audit table away and sees that reads fail closed and writes leave nothing.
func TestNoEventNoAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		if _, err := db.writes.Exec("alter table audit rename to audit_gone"); err != nil {
			t.Fatal(err)
		}
		r := Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AgencyList, Subject: policy.Subject{Kind: policy.Area, ID: 1}, Purpose: policy.Operate}
		if err := db.Do(t.Context(), r, func(*Tx) error { return nil }); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a read without an audit gave %v, want Unavailable", err)
		}
		r.Act, r.Subject = policy.AreaLoad, policy.Subject{Kind: policy.System}
		if err := db.Do(t.Context(), r, func(tx *Tx) error { return tx.SaveArea("test", "Changed", "x") }); err == nil {
			t.Error("a write without an audit was acknowledged")
		}
		var title string
		err := db.alone(t.Context(), 1, func(tx *Tx) error { return tx.sql.QueryRow("select title from areas").Scan(&title) })
		if err != nil || title != "Test area" {
			t.Errorf("the area is called %q (%v), want it unchanged", title, err)
		}
	})
}

func TestSecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	openTest(t, Config{Dir: dir})
	if _, err := Open(t.Context(), Config{Dir: dir}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a second server got %v, want to be refused", err)
	}
}

func TestAuditVerifies(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		r := Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AgencyList, Subject: policy.Subject{Kind: policy.Area, ID: 1}, Purpose: policy.Operate}
		for range 7 {
			if err := db.Do(t.Context(), r, func(*Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.SealAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		verify := func() Verified {
			var v Verified
			err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
				v, err = tx.VerifyAudit(db.Checkpoints())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := verify(); v.Events != 8 || v.Checkpoints != 1 || len(v.Broken) != 0 {
			t.Fatalf("verify = %+v, want 8 events, 1 checkpoint, nothing broken", v)
		}
		// Somebody with full rights takes the guards away and changes who looked.
		tamper(t, db, "update audit set actor_name = 'Somebody Else' where seal = 3")
		if v := verify(); len(v.Broken) == 0 {
			t.Error("an altered event was not found")
		}
	})
}

// tamper changes the audit behind the program's back, the way a database administrator could.
func tamper(t *testing.T, db *DB, change string) {
	t.Helper()
	guards := []string{"drop trigger audit_no_update", "drop trigger audit_no_delete", "drop trigger audit_people_no_update",
		"drop trigger audit_people_no_delete", "drop trigger audit_hashes_no_update", "drop trigger audit_hashes_no_delete"}
	if db.dialect.name == "postgres" {
		guards = []string{"drop trigger audit_no_change on audit", "drop trigger audit_people_no_change on audit_people",
			"drop trigger audit_hashes_no_change on audit_hashes"}
	}
	err := db.alone(t.Context(), 1, func(tx *Tx) error {
		for _, s := range append(guards, change) {
			if _, err := tx.sql.Exec(s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPragmas asks every pinned setting over many connections of both pools (bar D9).
func TestPragmas(t *testing.T) {
	db := openTest(t, Config{Dir: t.TempDir()})
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "trusted_schema": "0", "secure_delete": "1", "busy_timeout": "10000"}
	db.writes.SetMaxOpenConns(50)
	db.reads.SetMaxOpenConns(50)
	db.copies.SetMaxOpenConns(50)
	for pool, p := range map[string]*sql.DB{"writes": db.writes, "reads": db.reads, "copies": db.copies} {
		if pool == "copies" {
			want["busy_timeout"] = "20"
		} else {
			want["busy_timeout"] = "10000"
		}
		for range 50 {
			conn, err := p.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for name, value := range want {
				var got string
				if err := conn.QueryRowContext(t.Context(), "pragma "+name).Scan(&got); err != nil || got != value {
					t.Fatalf("%s: pragma %s = %q (%v), want %q", pool, name, got, err, value)
				}
			}
		}
	}
}

// TestReviewGoesNoFurther: what needs a second person is not done on the word of the first, and the event says so.
func TestReviewGoesNoFurther(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		w := newWorld(t, db, "north")
		set, err := policy.Load(fstest.MapFS{"a.cedar": {Data: []byte(`
@id("look") @reason("Analysts may look.")
permit (principal in Role::"analyst", action in [Action::"home.open", Action::"extract.open"], resource);
@id("two") @reason("With a second person.") @review("second person")
permit (principal in Role::"analyst", action == Action::"extract.sent-in-error", resource);`)}})
		if err != nil {
			t.Fatal(err)
		}
		db.policy = set
		done := false
		err = db.Do(t.Context(), Request{Who: w.who, Act: policy.ExtractSentInError, Subject: policy.Subject{Kind: policy.Extract, ID: int64(w.extract)}}, func(*Tx) error {
			done = true
			return nil
		})
		if f := fault.As(err); done || f.Kind != fault.Denied || f.Code != "second-person" {
			t.Errorf("done: %t, %v; want it refused until a second person agrees", done, err)
		}
		var outcome string
		err = db.alone(t.Context(), w.number, func(tx *Tx) error {
			return tx.sql.QueryRow(db.text("select outcome from audit where area = $1 and act = 'extract.sent-in-error' order by id desc limit 1"), w.number).Scan(&outcome)
		})
		if err != nil || outcome != "review" {
			t.Errorf("the event says %q (%v), want review", outcome, err)
		}
	})
}
