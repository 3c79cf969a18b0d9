package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// showing is a read that shows one person.
func showing(p id.Person) func(*Tx) error {
	return func(tx *Tx) error {
		tx.show(p)
		return nil
	}
}

// eventsShowing counts the events that name a person, on a connection of its own.
func eventsShowing(t *testing.T, db *DB, p id.Person) (n int64) {
	t.Helper()
	err := db.peek(t.Context(), 1, func(tx *Tx) error { return tx.one(eventsCount, []any{1, int64(p)}, &n) })
	if err != nil {
		t.Error(err)
	}
	return n
}

// TestTwoHundredReaders reads at once from many sides: whoever has an answer finds its event there already, and nobody's is there twice.
func TestTwoHundredReaders(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		var group sync.WaitGroup
		for p := id.Person(1); p <= 200; p++ {
			group.Go(func() {
				if err := db.Do(t.Context(), asksAsOperator(), showing(p)); err != nil {
					t.Error(err)
				}
				if n := eventsShowing(t, db, p); n != 1 {
					t.Errorf("the answer about person %d left with %d events, want 1", p, n)
				}
			})
		}
		group.Wait()
	})
}

// TestTwoHundredReadersWithoutAudit takes the audit away: no answer leaves, and answers leave again when it is back, without a restart.
func TestTwoHundredReadersWithoutAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		change := func(s string) {
			t.Helper()
			if _, err := db.writes.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		change("alter table audit_people rename to audit_people_gone")
		var group sync.WaitGroup
		for p := id.Person(1); p <= 200; p++ {
			group.Go(func() {
				if err := db.Do(t.Context(), asksAsOperator(), showing(p)); fault.KindOf(err) != fault.Unavailable {
					t.Errorf("person %d was shown without an event: %v", p, err)
				}
			})
		}
		group.Wait()
		change("alter table audit_people_gone rename to audit_people")
		if err := db.Do(t.Context(), asksAsOperator(), showing(7)); err != nil {
			t.Errorf("with the audit back: %v", err)
		}
		if n := eventsShowing(t, db, 7); n != 1 {
			t.Errorf("person 7 has %d events, want only the one that was answered", n)
		}
	})
}

// TestOneBadEventOfAGroup has whoever asked for the one event that can't be written go unanswered, and takes nobody else with it.
func TestOneBadEventOfAGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		newArea(t, db)
		good := event{area: 1, at: instant(c.now()), act: "agency.list", outcome: "permit", people: []id.Person{5}}
		bad := good
		bad.at, bad.people = "not an instant", []id.Person{6}
		var waiters []*pending
		for _, e := range []event{good, bad, good} {
			waiters = append(waiters, &pending{event: e, done: make(chan error, 1)})
		}
		db.audit.settle(waiters)
		for i, w := range waiters {
			if err := <-w.done; (err != nil) != (i == 1) {
				t.Errorf("waiter %d was told %v", i, err)
			}
		}
		if n, none := eventsShowing(t, db, 5), eventsShowing(t, db, 6); n != 2 || none != 0 {
			t.Errorf("%d events and %d bad ones are there, want 2 and none", n, none)
		}
		if err := db.Do(t.Context(), asksAsOperator(), showing(5)); err != nil {
			t.Error(err)
		}
	})
}

// TestAnsweredReadsOutliveTheProcess opens a copy of the files as they lie on the disk at the moment of an answer, as after a kill.
func TestAnsweredReadsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	db := openTest(t, Config{Dir: dir, Now: c.now})
	newArea(t, db)
	for p := id.Person(1); p <= 5; p++ {
		c.move(time.Second)
		if err := db.Do(t.Context(), asksAsOperator(), showing(p)); err != nil {
			t.Fatal(err)
		}
		after := t.TempDir()
		for _, name := range []string{"throughline.db", "throughline.db-wal", "keys.json"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(after, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		other, err := Open(t.Context(), Config{Dir: after, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		if n := eventsShowing(t, other, p); n != 1 {
			t.Errorf("after a kill person %d has %d events, want 1", p, n)
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestClosingWhileReading closes the keeper among readers: an answer that left is in the audit, the others are refused.
func TestClosingWhileReading(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{false, true} {
		config := Config{Dir: t.TempDir(), Now: newClock().now}
		if postgres {
			if os.Getenv("THROUGHLINE_TEST_PG") == "" {
				continue
			}
			config.Postgres = storetest.Schema(t)
		}
		db, err := Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		newArea(t, db)
		var answered [200]atomic.Bool
		var group sync.WaitGroup
		begun := make(chan struct{}, 200)
		for i := range answered {
			group.Go(func() {
				err := db.Do(context.Background(), asksAsOperator(), func(tx *Tx) error {
					begun <- struct{}{}
					tx.show(id.Person(i + 1))
					return nil
				})
				answered[i].Store(err == nil)
			})
		}
		for range 50 {
			<-begun
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		group.Wait()
		again := openTest(t, Config{Dir: config.Dir, Postgres: config.Postgres, Now: func() time.Time { return newClock().now().Add(time.Hour) }})
		for i := range answered {
			if n := eventsShowing(t, again, id.Person(i+1)); answered[i].Load() && n != 1 {
				t.Errorf("reader %d had an answer, and the audit has %d events of it", i, n)
			}
		}
	}
}

// TestSixtyFourAtOnce reads, adds and changes from 64 sides: no change is lost, no number is given twice, and every write that was
// acknowledged has its event.
func TestSixtyFourAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		change := Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AreaLoad, Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate}
		if err := db.Do(t.Context(), change, func(tx *Tx) error { return tx.SaveArea("test", "0", "hash") }); err != nil {
			t.Fatal(err)
		}
		var counted, added atomic.Int64
		insist := func(f func(*Tx) error) bool {
			for range 50 {
				err := db.Do(t.Context(), change, f)
				if err == nil {
					return true
				}
				if fault.KindOf(err) != fault.Conflict {
					t.Error(err)
					return false
				}
			}
			return false
		}
		var group sync.WaitGroup
		for g := range 64 {
			group.Go(func() {
				for i := range 3 {
					switch g % 4 {
					case 0:
						if insist(func(tx *Tx) error {
							a, err := tx.Area()
							if err != nil {
								return err
							}
							n, err := strconv.Atoi(a.Title)
							return errors.Join(err, tx.SaveArea("test", strconv.Itoa(n+1), "hash"))
						}) {
							counted.Add(1)
						}
					case 1:
						if insist(func(tx *Tx) error { _, err := tx.AddJob("stage", fmt.Sprint(g, i)); return err }) {
							added.Add(1)
						}
					default:
						if err := db.Do(t.Context(), asksAsOperator(), showing(id.Person(g*10+i+1))); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		group.Wait()
		var title string
		var jobs, numbers, last, writes, reads int64
		err := db.alone(t.Context(), 1, func(tx *Tx) error {
			return errors.Join(tx.sql.QueryRow("select title from areas").Scan(&title),
				tx.sql.QueryRow("select count(*), count(distinct id), max(id) from jobs").Scan(&jobs, &numbers, &last),
				tx.sql.QueryRow("select count(*) from audit where act = 'area.load' and outcome = 'permit'").Scan(&writes),
				tx.sql.QueryRow("select count(*) from audit_people").Scan(&reads))
		})
		if err != nil {
			t.Fatal(err)
		}
		if counted.Load() != 48 || title != "48" {
			t.Errorf("%d changes were acknowledged and the row says %s, want 48 of both", counted.Load(), title)
		}
		if n := added.Load(); n != 48 || jobs != n || numbers != n || last != n {
			t.Errorf("%d jobs were acknowledged; %d are there with %d numbers up to %d", n, jobs, numbers, last)
		}
		if writes != 2+96 || reads != 96 {
			t.Errorf("%d events of writes and %d of reads, want 98 and 96", writes, reads)
		}
	})
}

// TestLostRaceIsRunAgain has a write overtaken by another on PostgreSQL between its reading and its writing. It runs again from its
// beginning, sees what the other wrote, and leaves one event.
func TestLostRaceIsRunAgain(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir(), Now: newClock().now, Postgres: storetest.Schema(t)})
	newArea(t, db)
	change := Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AreaLoad, Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate}
	var saw []string
	err := db.Do(t.Context(), change, func(tx *Tx) error {
		a, err := tx.Area()
		if err != nil {
			return err
		}
		if saw = append(saw, a.Title); len(saw) == 1 {
			if err := db.Do(t.Context(), change, func(tx *Tx) error { return tx.SaveArea("test", "overtaken", "hash") }); err != nil {
				return err
			}
		}
		return tx.SaveArea("test", a.Title+", then changed", "hash")
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Test area", "overtaken"}, saw); d != "" {
		t.Errorf("what the runs saw (-want +got):\n%s", d)
	}
	want := "Olive Operator | area.load | System 0 | operate | permit | Area 1 | 0\n" +
		"Olive Operator | area.load | System 0 | operate | permit |  | 0\n" +
		"Olive Operator | area.load | System 0 | operate | permit |  | 0\n"
	if d := cmp.Diff(want, events(t, db)); d != "" {
		t.Errorf("audit (-want +got):\n%s", d)
	}
}

// TestRaceThatIsNeverWon gives up after some tries with an answer that says so, and leaves nothing.
func TestRaceThatIsNeverWon(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir(), Now: newClock().now, Postgres: storetest.Schema(t)})
	newArea(t, db)
	change := Request{Who: ByOperator("test", "Olive Operator"), Act: policy.AreaLoad, Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate}
	tries := 0
	err := db.Do(t.Context(), change, func(tx *Tx) error {
		a, err := tx.Area()
		if err != nil {
			return err
		}
		tries++
		overtake := func(tx *Tx) error { return tx.SaveArea("test", fmt.Sprint("overtaken ", tries), "hash") }
		return errors.Join(db.Do(t.Context(), change, overtake), tx.SaveArea("test", a.Title+" lost", "hash"))
	})
	if fault.KindOf(err) != fault.Conflict || tries < 2 {
		t.Errorf("after %d tries: %v, want a conflict after several", tries, err)
	}
	err = db.alone(t.Context(), 1, func(tx *Tx) error {
		var title string
		err := tx.sql.QueryRow("select title from areas").Scan(&title)
		if want := fmt.Sprint("overtaken ", tries); title != want {
			t.Errorf("the area is called %q, want %q", title, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNumbersAreGivenOnce takes numbers from many sides, some in acts that fail: no two rows that stand have one number, and numbers rise.
func TestNumbersAreGivenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		lost := errors.New("lost")
		given := make(chan int64, 1000)
		var group sync.WaitGroup
		for g := range 8 {
			group.Go(func() {
				before := int64(0)
				for i := range 10 {
					var n int64
					err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
						if n, err = tx.next("things", int64(1+i%3)); err == nil && (g+i)%4 == 0 {
							err = lost
						}
						return err
					})
					if err != nil {
						if !errors.Is(err, lost) {
							t.Error(err)
						}
						continue
					}
					if n <= before {
						t.Errorf("number %d came after %d", n, before)
					}
					before = n
					for k := range int64(1 + i%3) {
						given <- n + k
					}
				}
			})
		}
		group.Wait()
		close(given)
		once := map[int64]bool{}
		for n := range given {
			if once[n] || n < 1 {
				t.Errorf("number %d was given twice, or never should be", n)
			}
			once[n] = true
		}
	})
}

// TestEventNumbersNeverGoBack has the clock stand still and step back: the numbers of events go on rising.
func TestEventNumbersNeverGoBack(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir(), Now: newClock().now})
	at, last := newClock().now(), int64(0)
	for _, step := range []time.Duration{0, 0, 0, -time.Hour, -time.Hour, time.Microsecond, 2 * time.Hour} {
		at = at.Add(step)
		if n := db.audit.nextID(at); n <= last {
			t.Errorf("after a step of %v the number %d follows %d", step, n, last)
		} else {
			last = n
		}
	}
}

// TestPolicyIsAskedOfWhomTheAnswerShows: the facts of a forwarded number are those of the person whom it stands for now.
func TestPolicyIsAskedOfWhomTheAnswerShows(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		w := newWorld(t, db, "north")
		err := db.alone(t.Context(), w.number, func(tx *Tx) error {
			tx.actor = policy.Actor{Account: w.account, Area: "north"}
			tx.shown = map[id.Person]struct{}{}
			old, err := tx.AddPersons(1, w.linkRun)
			if err != nil {
				return err
			}
			if err := tx.ForwardPerson(old, w.person); err != nil {
				return err
			}
			got, err := tx.facts(policy.Subject{Kind: policy.Person, ID: int64(old)})
			if d := cmp.Diff(policy.Facts{Exists: true, Area: "north", Agencies: []id.Agency{w.agency}}, got); d != "" {
				t.Errorf("the facts of a forwarded number (-want +got):\n%s", d)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestEventsDoNotWaitBehindReads takes every connection for reading: a refusal, which reads nothing more, is recorded all the same.
func TestEventsDoNotWaitBehindReads(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		for range db.reads.Stats().MaxOpenConnections {
			tx, err := db.reads.BeginTx(t.Context(), db.dialect.read)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback() }()
		}
		recorded := make(chan error, 1)
		go func() {
			recorded <- db.audit.record(event{area: 1, at: instant(db.now()), act: string(policy.AgencyList), outcome: "permit"})
		}()
		select {
		case err := <-recorded:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(5 * time.Second):
			t.Error("an event waits until somebody has done reading")
		}
	})
}
