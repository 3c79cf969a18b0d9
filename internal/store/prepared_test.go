package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ncruces/go-sqlite3"
)

// TestQueryWithinTheSameQuery runs a statement while its rows are being read: each has its own place.
func TestQueryWithinTheSameQuery(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	newArea(t, db)
	within(t, db, func(tx *Tx) error {
		for i := range 3 {
			if _, err := tx.AddAgency(fmt.Sprint("agency-", i), "A", fmt.Sprint(i)); err != nil {
				return err
			}
		}
		var got []string
		for range 2 { // made the first time, kept the second
			err := tx.each(agencyList, []any{tx.area}, func(scan func(...any) error) error {
				var n int64
				var slug, mark, name string
				all, err := tx.Agencies()
				got = append(got, fmt.Sprint(len(all)))
				err = errors.Join(err, scan(&n, &slug, &mark, &name))
				got = append(got, name)
				return err
			})
			if err != nil {
				return err
			}
		}
		if d := cmp.Diff(strings.Fields("3 0 3 1 3 2 3 0 3 1 3 2"), got); d != "" {
			t.Errorf("rows (-want +got):\n%s", d)
		}
		return nil
	})
}

// TestStatementsAreKeptWithinBounds uses more texts than a connection keeps.
func TestStatementsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	conn, err := db.writes.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	texts := 0
	for i := range 100 {
		var n int
		if err := conn.QueryRowContext(t.Context(), fmt.Sprintf("select %d /* %s */", i, strings.Repeat("x", 10_000))).Scan(&n); err != nil || n != i {
			t.Fatalf("statement %d gave %d: %v", i, n, err)
		}
	}
	err = conn.Raw(func(c any) error {
		k := c.(*keeping)
		sum := 0
		for text := range k.idle {
			sum += len(text)
			texts++
		}
		if sum != k.bytes || sum > mostKept {
			t.Errorf("%d bytes are kept and %d are counted, want at most %d", sum, k.bytes, mostKept)
		}
		for i := 80; i < 100; i++ {
			if k.idle[fmt.Sprintf("select %d /* %s */", i, strings.Repeat("x", 10_000))] == nil {
				t.Errorf("statement %d, used lately, was not kept", i)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if texts < 20 || texts > 26 {
		t.Errorf("%d statements are kept", texts)
	}
}

// TestStatementsKeepTheirPlans runs every query twice: SQLite must not read its text again because other values are bound.
func TestStatementsKeepTheirPlans(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	conn, err := db.reads.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		for _, q := range registered {
			if !strings.HasPrefix(strings.TrimSpace(q.sqlite), "select") {
				continue
			}
			s, err := c.(*keeping).Prepare(q.sqlite)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			counting, ok := s.(*kept).statementOf.(interface {
				BindCount() int
				Status(op sqlite3.StmtStatus, reset bool) int
			})
			if !ok {
				t.Fatal("the driver's statements do not count any more")
			}
			for i := range 2 {
				args := make([]driver.NamedValue, counting.BindCount())
				for j := range args {
					args[j] = driver.NamedValue{Ordinal: j + 1, Value: int64(i)}
				}
				rows, err := s.(*kept).QueryContext(t.Context(), args)
				if err != nil {
					return fmt.Errorf("%s: %w", q.name, err)
				}
				if err := rows.Next(make([]driver.Value, len(rows.Columns()))); err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("%s: %w", q.name, err)
				}
				if err := rows.Close(); err != nil {
					return err
				}
			}
			if n := counting.Status(sqlite3.STMTSTATUS_REPREPARE, false); n != 0 {
				t.Errorf("%s was read again %d times", q.name, n)
			}
			if err := s.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPersonsPagesSearch sees that what a person's page asks of the large tables begins at an index, whatever the size of the area.
func TestPersonsPagesSearch(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	for _, s := range []*statement{linksOf, recordsOfPerson, contactsOfPerson, totalOf, sumsOf, factsAgencies, factsRecordAgencies, answersOf, eventsCount, eventsByPerson,
		recordByNumber, contactAt, chunkOf, cohortAll, cohortOfAgency, cohortFacts, doubtOf, answersOfPair, answersChanged, answerMoves, movesOf, membersOf, holderOf, tiesOf, recordHistory, recordsLeft} {
		most := 0
		for _, m := range parameter.FindAllStringSubmatch(s.text, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			most = max(most, n)
		}
		rows, err := db.reads.Query("explain query plan "+s.sqlite, make([]any, most)...)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		plan, err := collect(rows, func(scan func(...any) error) (detail string, err error) {
			var a, b, c int
			return detail, scan(&a, &b, &c, &detail)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "(run=?)") || strings.Contains(step, "(area=?)") {
				t.Errorf("%s reads a whole table, run or area: %s\n%s", s.name, step, strings.Join(plan, "\n"))
			}
		}
	}
}
