package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/money"
)

// TestBulkInsertsEveryRow inserts numbers of rows around those that go in together, with an own amount on some, and reads them again.
func TestBulkInsertsEveryRow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		extract := int64(0)
		for _, rows := range []int{1, 2, 511, 513, 1000, 10_001} {
			extract++
			type kept struct{ line, own, content int64 }
			var want, got []kept
			var values []any
			for i := range rows {
				own := any(nil)
				k := kept{int64(i), -1, -int64(i)}
				if i%3 == 1 {
					own, k.own = int64(money.Pence(i)), int64(i)
				}
				values = append(values, int64(1), extract, k.line, int64(7), int64(1), int64(day.Must(2026, 3, 1)), int64(0), int64(0), own, int64(i), k.content)
				want = append(want, k)
			}
			err := db.alone(t.Context(), 1, func(tx *Tx) error {
				if err := tx.bulk("contacts", contactColumns, values); err != nil {
					return err
				}
				rows, err := tx.sql.Query(db.dialect.query("select line, coalesce(own, -1), content from contacts where extract = $1 order by line"), extract)
				if err != nil {
					return err
				}
				got, err = collect(rows, func(scan func(...any) error) (k kept, err error) { return k, scan(&k.line, &k.own, &k.content) })
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got, cmp.AllowUnexported(kept{})); d != "" {
				t.Errorf("%d rows (-want +got):\n%s", rows, d)
			}
		}
	})
}

// TestBulkHasFewTexts holds that pieces of whatever size need few statements to be kept prepared: ten on SQLite, one on PostgreSQL.
func TestBulkHasFewTexts(t *testing.T) {
	t.Parallel()
	for _, d := range []*dialect{&sqliteDialect, &postgresDialect} {
		texts, most := map[string]bool{}, 10
		if d.name == "postgres" {
			most = 1
		}
		for rows := 1; rows <= 3000; rows++ {
			for values := make([]any, 4*rows); len(values) > 0; {
				text, args, n := d.insert("record_keys", keyColumns, values)
				if len(args) > 32_766 || n < 1 {
					t.Fatalf("%s: %d parameters for %d rows", d.name, len(args), n)
				}
				texts[text] = true
				values = values[4*n:]
			}
		}
		if len(texts) != most {
			t.Errorf("%s has %d texts for one table, want %d", d.name, len(texts), most)
		}
	}
}
