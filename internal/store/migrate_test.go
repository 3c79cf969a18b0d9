package store

import (
	"database/sql"
	"testing"

	"throughline/internal/store/storetest"
)

// TestMigratedRowsAreKept brings a database that has rows of two areas from before two tables were cut out of others: what was moved is there,
// on PostgreSQL too, whose second wall hides every row from whoever names no area.
func TestMigratedRowsAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		ctx := t.Context()
		old := Config{Dir: t.TempDir()}
		if db.dialect.name == "postgres" {
			old.Postgres = storetest.Schema(t)
		}
		before := &DB{dir: old.Dir}
		var err error
		if old.Postgres == "" {
			err = before.openSQLite(old.Dir)
		} else {
			err = before.openPostgres(ctx, old.Postgres)
		}
		if err == nil {
			err = migrateTo(ctx, before.writes, *before.dialect, 10)
		}
		if err != nil {
			t.Fatal(err)
		}
		in := func(area int64, f func(tx *Tx) error) {
			t.Helper()
			if err := before.alone(ctx, area, f); err != nil {
				t.Fatal(err)
			}
		}
		before.now = db.now
		for area := int64(1); area <= 2; area++ {
			in(area, func(tx *Tx) error {
				if err := tx.bulk("links", []string{"area", "run", "record_a", "record_b", "millibits", "ppm", "evidence"},
					[]any{area, area, 1, 2, 9000, 990_000, "[]"}); err != nil {
					return err
				}
				return tx.bulk("contacts", contactColumns, []any{area, area, 2, 1, 1, 1, 1, 0, nil, 5, 6})
			})
		}
		if err := migrate(ctx, before.writes, *before.dialect); err != nil {
			t.Fatal(err)
		}
		for area := int64(1); area <= 2; area++ {
			in(area, func(tx *Tx) error {
				for _, table := range []string{"link_evidence", "extract_services"} {
					var n int
					if err := tx.sql.QueryRow(before.text("select count(*) from "+table+" where area = $1"), area).Scan(&n); err != nil || n != 1 {
						t.Errorf("area %d has %d rows of %s (%v), want 1", area, n, table, err)
					}
				}
				return nil
			})
		}
		if db.dialect.name == "postgres" {
			if err := checkForced(ctx, before.writes); err != nil {
				t.Error(err)
			}
		}
		for _, pool := range []*sql.DB{before.reads, before.writes} {
			if err := pool.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
