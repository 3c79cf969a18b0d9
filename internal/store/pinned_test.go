package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// TestPinnedOnConnectionsToCome closes every connection again and again: one that the pool opens later is pinned like the first (bar D9).
func TestPinnedOnConnectionsToCome(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	for range 10 {
		db.reads.SetMaxIdleConns(0)
		db.reads.SetMaxIdleConns(8)
		for name, want := range map[string]string{"synchronous": "2", "foreign_keys": "1", "trusted_schema": "0", "secure_delete": "1", "temp_store": "2"} {
			var got string
			if err := db.reads.QueryRow("pragma " + name).Scan(&got); err != nil || got != want {
				t.Errorf("pragma %s = %q (%v), want %q", name, got, err, want)
			}
		}
	}
}

// asksAsOperator is a reading request of the operator.
func asksAsOperator() Request {
	return Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AgencyList, Subject: policy.Subject{Kind: policy.Area, ID: 1}, Purpose: policy.Operate}
}

// TestReadsCannotWrite holds an act that says it reads to that, on both engines: an act whose table says read but whose function
// writes would write without its event in the same transaction.
func TestReadsCannotWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		err := db.Do(t.Context(), asksAsOperator(), func(tx *Tx) error {
			_, err := tx.AddAgency("north", "NOR", "North")
			return err
		})
		if err == nil {
			t.Error("a reading act wrote")
		}
		err = db.alone(t.Context(), 1, func(tx *Tx) error {
			some, err := tx.Agencies()
			if len(some) != 0 {
				t.Errorf("a reading act left %v", some)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestWritersBeginAtOnce sees that a write transaction takes the write lock when it begins: one that took it at its first write could
// lose a race without the busy handler being asked.
func TestWritersBeginAtOnce(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	other, err := driver.Open("file:"+filepath.Join(db.dir, "throughline.db")+"?_txlock=immediate", func(c *sqlite3.Conn) error {
		return c.Exec("pragma busy_timeout = 0")
	})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := db.writes.BeginTx(t.Context(), db.dialect.write)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.BeginTx(context.Background(), nil); !errors.Is(err, sqlite3.BUSY) {
		t.Errorf("a second writer began with %v while the first had only begun, want busy", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	next, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatalf("with nobody writing: %v", err)
	}
	if err := next.Rollback(); err != nil {
		t.Error(err)
	}
}

// TestDirectoryIsFreeAgain closes the first server; a second may then have the directory, and a command may look in beside it.
func TestDirectoryIsFreeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		db, err := Open(t.Context(), Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		beside, err := Open(t.Context(), Config{Dir: dir, Shared: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrHeld) {
			t.Errorf("a second server got %v, want %v", err, ErrHeld)
		}
		if err := errors.Join(beside.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNetworkFileSystems knows the kinds by their numbers, as statfs gives them.
func TestNetworkFileSystems(t *testing.T) {
	t.Parallel()
	for kind, want := range map[uint32]string{0x6969: "NFS", 0xFF534D42: "SMB", 0xFE534D42: "SMB", 0x517B: "SMB", 0x01021997: "9P",
		0xEF53: "", 0x01021994: "", 0x9123683E: "", 0x794C7630: ""} {
		if got := networkFileSystem(kind); got != want {
			t.Errorf("file system %#x is %q, want %q", kind, got, want)
		}
	}
}

// TestNewerSchemaIsRefused gives an older program the database of a newer one.
func TestNewerSchemaIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		if _, err := db.writes.Exec("insert into goose_db_version (version_id, is_applied) values (9999, true)"); err != nil {
			t.Fatal(err)
		}
		err := migrate(t.Context(), db.writes, *db.dialect)
		if err == nil || !strings.Contains(err.Error(), "use the newer program") {
			t.Errorf("a newer schema gave %v, want it refused in words", err)
		}
	})
}

// TestLostKeysAreRefused takes the key file from beside a database: new keys would hide that the old ones are gone.
func TestLostKeysAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "keys.json")); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), Config{Dir: dir}); err == nil {
		t.Errorf("a database without its keys was opened (%v)", db.Close())
	}
}

// TestPostgresHoldsItsKeysAndItsServer: a second server on one schema is refused, whatever its directory; and so is a key file that is
// not the one the audit was made with, a new one too.
func TestPostgresHoldsItsKeysAndItsServer(t *testing.T) {
	t.Parallel()
	schema, dir, elsewhere := storetest.Schema(t), t.TempDir(), t.TempDir()
	open := func(dir string) error {
		db, err := Open(t.Context(), Config{Dir: dir, Postgres: schema})
		if err != nil {
			return err
		}
		return db.Close()
	}
	db, err := Open(t.Context(), Config{Dir: dir, Postgres: schema})
	if err != nil {
		t.Fatal(err)
	}
	if err := open(elsewhere); !errors.Is(err, ErrDatabaseHeld) {
		t.Errorf("a second server on the database got %v, want %v", err, ErrDatabaseHeld)
	}
	beside, err := Open(t.Context(), Config{Dir: dir, Postgres: schema, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(beside.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := open(dir); err != nil {
		t.Errorf("the database is not free again: %v", err)
	}
	if err := open(elsewhere); err == nil || !strings.Contains(err.Error(), "is not the one that this database") {
		t.Errorf("another directory's keys gave %v, want them refused", err)
	}
	keys := filepath.Join(dir, "keys.json")
	kept, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(keys); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := open(dir); err == nil || !strings.Contains(err.Error(), "keys.json is missing") {
			t.Errorf("lost keys gave %v, want them missed", err)
		}
	}
	if err := os.WriteFile(keys, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(dir); err != nil {
		t.Errorf("with its keys put back it gave %v", err)
	}
}
