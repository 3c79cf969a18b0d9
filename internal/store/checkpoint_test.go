package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeRows writes so many rows of three thousand bytes.
func writeRows(t *testing.T, db *DB, rows int) {
	t.Helper()
	err := db.alone(t.Context(), 1, func(tx *Tx) error {
		var values []any
		for range rows {
			n, err := tx.next("chunks", 1)
			if err != nil {
				return err
			}
			values = append(values, 1, n, n, n, []byte(strings.Repeat("x", 3000)))
		}
		return tx.bulk("extract_chunks", chunkColumns, values)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheLogIsCopiedBesideTheWrites writes more than the thousand pages at which SQLite would copy its log within a commit. No commit copies;
// the connection that does copies what it can, and has a long log begin anew unless somebody reads from it.
func TestTheLogIsCopiedBesideTheWrites(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	ctx := t.Context()
	length := func() int {
		t.Helper()
		n, _, err := db.checkpoint(ctx, "passive")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	copyLog := func(long int, want bool, when string) {
		t.Helper()
		if anew, err := db.copyLog(ctx, long); err != nil || anew != want {
			t.Errorf("%s, the log is made to begin anew: %v (%v), want %v", when, anew, err, want)
		}
	}
	var after int
	if err := db.writes.QueryRow("pragma wal_autocheckpoint").Scan(&after); err != nil || after != 0 {
		t.Errorf("a commit copies the log from %d pages (%v), want never", after, err)
	}
	reader, err := db.reads.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, s := range []string{"begin", "select count(*) from extract_chunks"} {
		if _, err := reader.ExecContext(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	writeRows(t, db, 1500)
	if n := length(); n < 1000 {
		t.Errorf("the log is %d pages, want the whole of what was written", n)
	}
	copyLog(1<<30, false, "while it is short")
	copyLog(1000, false, "while somebody reads from it")
	writeRows(t, db, 1)
	if n := length(); n < 1000 {
		t.Errorf("the log is %d pages, want it to go on while somebody reads from it", n)
	}
	if _, err := reader.ExecContext(ctx, "rollback"); err != nil {
		t.Fatal(err)
	}
	copyLog(1000, true, "once nobody does")
	writeRows(t, db, 1)
	if n := length(); n > 100 {
		t.Errorf("the log is %d pages, want it begun anew", n)
	}
}

// TestTheLogIsCopiedByItself opens a keeper, writes, and waits until the database itself has grown: its agent is at work.
func TestTheLogIsCopiedByItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openTest(t, Config{Dir: dir})
	writeRows(t, db, 1500)
	for end := time.Now().Add(time.Minute); ; {
		f, err := os.Stat(filepath.Join(dir, "throughline.db"))
		if err != nil {
			t.Fatal(err)
		}
		if f.Size() > 1500*3000 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the database is %d bytes a minute after 4,500,000 were written", f.Size())
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TestTheDatabaseIsWhole has SQLite check the file: the program's own finds nothing, where Debian 12's 3.40 speaks of nulls that are none.
func TestTheDatabaseIsWhole(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	newWorld(t, db, "north")
	var found string
	if err := db.writes.QueryRow("pragma integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Errorf("the check says %q (%v)", found, err)
	}
}
