package store

import (
	"strings"
	"testing"
)

// TestTheLogIsCopiedBesideTheWrites writes more than the thousand pages at which SQLite would copy its log within a commit: no commit
// copies, and the connection that copies lets the log begin anew.
func TestTheLogIsCopiedBesideTheWrites(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	ctx := t.Context()
	write := func(rows int) {
		t.Helper()
		err := db.alone(ctx, 1, func(tx *Tx) error {
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
	var after int
	if err := db.writes.QueryRow("pragma wal_autocheckpoint").Scan(&after); err != nil || after != 0 {
		t.Errorf("a commit copies the log from %d pages (%v), want never", after, err)
	}
	write(1500)
	if length, err := db.checkpoint(ctx, "passive"); err != nil || length < 1000 {
		t.Errorf("the log is %d pages (%v), want the whole of what was written", length, err)
	}
	if _, err := db.checkpoint(ctx, "restart"); err != nil {
		t.Fatal(err)
	}
	write(1)
	if length, err := db.checkpoint(ctx, "passive"); err != nil || length > 100 {
		t.Errorf("the log is %d pages (%v), want it begun anew", length, err)
	}
}
