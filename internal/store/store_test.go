package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// clock is the tests' clock: it stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 4, 20, 9, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// onBoth runs a test on SQLite and, when THROUGHLINE_TEST_PG holds a connection string, on PostgreSQL in a schema of its own.
func onBoth(t *testing.T, f func(t *testing.T, db *DB, c *clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		f(t, openTest(t, Config{Dir: t.TempDir(), Now: c.now}), c)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		f(t, openTest(t, Config{Dir: t.TempDir(), Now: c.now, Postgres: storetest.Schema(t)}), c)
	})
}

func openTest(t *testing.T, c Config) *DB {
	t.Helper()
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// newArea makes the area "test" as the operator.
func newArea(t *testing.T, db *DB) {
	t.Helper()
	err := db.Do(t.Context(), Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AreaLoad,
		Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate},
		func(tx *Tx) error { return tx.SaveArea("test", "Test area", "hash") })
	if err != nil {
		t.Fatal(err)
	}
}

// events gives the audit as text, one line an event, straight from the table.
func events(t *testing.T, db *DB) string {
	t.Helper()
	var b strings.Builder
	err := db.alone(context.Background(), 1, func(tx *Tx) error {
		b.Reset()
		rows, err := tx.sql.Query(`select actor_name, act, subject_kind, subject_id, purpose, outcome, made, people from audit order by id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var actor, act, kind, purpose, outcome, made string
			var subject, people int64
			if err := rows.Scan(&actor, &act, &kind, &subject, &purpose, &outcome, &made, &people); err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s | %s | %s %d | %s | %s | %s | %d\n", actor, act, kind, subject, purpose, outcome, made, people)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
