package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// errTried ends a transaction in which an attack was tried, so that the next finds everything as it was.
var errTried = errors.New("tried")

// looks makes n events of an area's home page, each showing two people whom no event showed before.
func looks(t *testing.T, db *DB, c *clock, who Credential, n int) {
	t.Helper()
	for range n {
		c.move(time.Second)
		p := id.Person(c.now().Sub(newClock().at) / time.Second)
		err := db.Do(t.Context(), asks(who), func(tx *Tx) error {
			tx.show(100+p, 200+p)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// watched is an area with nine events in the tree and two checkpoints outside the database.
func watched(t *testing.T, db *DB, c *clock) Credential {
	t.Helper()
	newArea(t, db)
	_, zoe := newAccount(t, db, "Zoë", 0, policy.Analyst)
	looks(t, db, c, zoe, 5)
	seal(t, db)
	looks(t, db, c, zoe, 3)
	seal(t, db)
	return zoe
}

func seal(t *testing.T, db *DB) {
	t.Helper()
	if err := db.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestSealingBesidePeople seals few events at a time while somebody asks, many when nobody does, and all of them in the end.
func TestSealingBesidePeople(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		zoe := watched(t, db, c)
		looks(t, db, c, zoe, 2*mostBeside+1)
		took := func() (n int) {
			err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
				n, err = tx.seal(db.sealing())
				return errors.Join(err, errTried)
			})
			if !errors.Is(err, errTried) {
				t.Fatal(err)
			}
			return n
		}
		db.asked.Store(time.Now().UnixMilli())
		if n := took(); n != mostBeside {
			t.Errorf("%d events were sealed at once while somebody asked, want %d", n, mostBeside)
		}
		db.asked.Store(0)
		if n := took(); n != 2*mostBeside+1 {
			t.Errorf("%d events were sealed at once while nobody asked, want all", n)
		}
		db.asked.Store(time.Now().UnixMilli())
		seal(t, db)
		if v := verified(t, db, db.Checkpoints()); v.Unsealed != 0 || len(v.Broken) > 0 {
			t.Errorf("%d events are not sealed, and broken is %v", v.Unsealed, v.Broken)
		}
	})
}

// verified examines the audit as it stands.
func verified(t *testing.T, db *DB, outside string) Verified {
	t.Helper()
	var v Verified
	err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
		v, err = tx.VerifyAudit(outside)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// unguarded are what somebody with full rights to the database does first.
func unguarded(d *dialect) []string {
	if d.name == "postgres" {
		var out []string
		for _, table := range []string{"audit", "audit_people", "audit_hashes", "audit_checkpoints"} {
			out = append(out, "drop trigger "+table+"_no_change on "+table, "alter table "+table+" disable row level security")
		}
		return append(out, "drop index audit_sealed")
	}
	var out []string
	for _, table := range []string{"audit", "audit_people", "audit_hashes", "audit_checkpoints"} {
		out = append(out, "drop trigger "+table+"_no_update", "drop trigger "+table+"_no_delete")
	}
	return append(out, "drop index audit_sealed")
}

// foiled tries an attack in a transaction that is then rolled back, and says whether the examination finds it.
func foiled(t *testing.T, db *DB, attack func(tx *Tx) error) (found bool) {
	t.Helper()
	err := db.alone(t.Context(), 1, func(tx *Tx) error {
		for _, s := range unguarded(db.dialect) {
			if _, err := tx.sql.Exec(s); err != nil {
				return err
			}
		}
		if err := attack(tx); unique(err) { // a key that no right can take away stood in its way
			found = true
			return errTried
		} else if err != nil {
			return err
		}
		v, err := tx.VerifyAudit(db.Checkpoints())
		if err != nil {
			return err
		}
		found = len(v.Broken) > 0
		return errTried
	})
	if !errors.Is(err, errTried) {
		t.Fatal(err)
	}
	return found
}

// by is an attack of some statements.
func by(statements ...string) func(*Tx) error {
	return func(tx *Tx) error {
		for _, s := range statements {
			if _, err := tx.sql.Exec(s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}
}

// TestTampering tries every way of changing the audit behind the program's back that we know of (bar U3).
func TestTampering(t *testing.T) {
	attacks := map[string]func(*Tx) error{
		"an event deleted":             by("delete from audit where seal = 4"),
		"an event deleted, closed up":  by("delete from audit where seal = 4", "update audit set seal = seal - 1 where seal > 4"),
		"the head cut off":             by("delete from audit where seal < 3"),
		"the head cut off, renumbered": by("delete from audit where seal < 3", "update audit set seal = seal - 3 where seal >= 3"),
		"the tail cut off":             by("delete from audit where seal >= 6"),
		"the tail cut off everywhere": by("delete from audit where seal >= 6", "delete from audit_hashes where place >= 10",
			"delete from audit_people where event not in (select id from audit)", "delete from audit_checkpoints where size > 6"),
		"everything cut off": by("delete from audit", "delete from audit_people", "delete from audit_hashes", "delete from audit_checkpoints"),
		"two events swapped": by("update audit set seal = 1000 where seal = 2", "update audit set seal = 2 where seal = 5",
			"update audit set seal = 5 where seal = 1000"),
		"all turned round":                 by("update audit set seal = 8 - seal where seal >= 0"),
		"taken out of the tree":            by("update audit set seal = -1 where seal = 8"),
		"numbers moved":                    by("update audit set id = id + 1024"),
		"numbers moved with the people":    by("update audit set id = id + 1024", "update audit_people set event = event + 1024"),
		"an hour earlier":                  by("update audit set at = replace(at, 'T09:', 'T08:')"),
		"two instants exchanged":           by("update audit set at = (select at from audit b where b.seal = 7 - audit.seal) where seal in (3, 4)"),
		"a letter moved to the next field": by("update audit set roles = 'analys', act = 't' || act where seal = 3"),
		"a name written another way":       by("update audit set actor_name = 'Zoe\u0308' where actor_name = 'Zoë'"),
		"a look-alike letter":              by("update audit set actor_name = 'Ζoë' where actor_name = 'Zoë'"),
		"blamed on another account":        by("update audit set account = 7, actor_name = 'Ann' where seal = 5"),
		"a refusal made a permit":          by("update audit set outcome = 'deny' where seal = 4"),
		"the purpose made good":            by("update audit set purpose = 'audit-use' where seal = 4"),
		"somebody never seen":              by("delete from audit_people where person = 101"),
		"somebody never seen, counted": by("update audit set people = people - 1 where id = (select event from audit_people where person = 101)",
			"delete from audit_people where person = 101"),
		"somebody else seen":                by("update audit_people set person = 999 where person = 101"),
		"seen in another area":              by("update audit_people set area = 2 where person = 101"),
		"seen at another time":              by("update audit_people set event = (select id from audit where seal = 0) where person = 101"),
		"one more seen":                     by("insert into audit_people (area, person, event) select 1, 999, id from audit where seal = 4"),
		"seen in no event":                  by("insert into audit_people (area, person, event) values (1, 999, 12345)"),
		"a hash of the tree gone":           by("delete from audit_hashes where place = 3"),
		"a hash of the tree moved":          by("update audit_hashes set place = 1000 where place = 3"),
		"a hash too many":                   by("insert into audit_hashes (area, place, hash) select 1, 500, hash from audit_hashes where place = 3"),
		"all hashes gone":                   by("delete from audit_hashes"),
		"an event put in again":             copyEvent(0, 1, 9),
		"an event put in between":           copyEvent(4, 7, 4),
		"rehashed without the key":          rehash(5, func(*DB) []byte { return make([]byte, 32) }),
		"rehashed with the stolen leaf key": rehash(5, func(db *DB) []byte { return db.keys.leaf }),
	}
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		watched(t, db, c)
		if foiled(t, db, by()) {
			t.Fatal("an untouched audit is found broken")
		}
		for name, attack := range attacks {
			if !foiled(t, db, attack) {
				t.Errorf("not found: %s", name)
			}
		}
	})
}

// copyEvent puts a copy of an event in at a place, its number moved on, and closes up after it.
func copyEvent(from, ahead, at int) func(*Tx) error {
	columns := "at, account, actor_name, agency, roles, act, subject_kind, subject_id, purpose, outcome, reason, policies, policy_hash, session, source, version, made, people, leaf"
	return by(fmt.Sprintf("update audit set seal = seal + 1 where seal >= %d", at),
		fmt.Sprintf("insert into audit (area, id, seal, %s) select area, id + %d, %d, %s from audit where seal in (%d, %d) order by seal limit 1",
			columns, ahead, at, columns, from, from+1))
}

// rehash changes who acted in one event and makes every leaf and hash of the tree anew with a key, as somebody would who has the
// database but not the checkpoints.
func rehash(seal int64, key func(*DB) []byte) func(*Tx) error {
	return func(tx *Tx) error {
		if _, err := tx.sql.Exec(fmt.Sprintf("update audit set actor_name = 'Ann' where seal = %d", seal)); err != nil {
			return err
		}
		all, err := list(tx, verifyEvents, []any{tx.area, 0, 1000}, scanSealed)
		if err != nil {
			return err
		}
		if err := by("delete from audit_hashes")(tx); err != nil {
			return err
		}
		fresh := map[int64]tlog.Hash{}
		var rows []any
		for i, s := range all {
			s.event.people, err = list(tx, verifyPeople, []any{s.event.id, tx.area}, func(scan func(...any) error) (p id.Person, err error) { return p, scan(&p) })
			if err != nil {
				return err
			}
			leaf := s.event.leaf(key(tx.db))
			if _, err := tx.sql.Exec(tx.db.text("update audit set leaf = $1 where id = $2"), leaf, s.event.id); err != nil {
				return err
			}
			hashes, err := tlog.StoredHashes(int64(i), leaf, tx.hashes(fresh))
			if err != nil {
				return err
			}
			place := tlog.StoredHashIndex(0, int64(i))
			for j, h := range hashes {
				fresh[place+int64(j)] = h
				rows = append(rows, tx.area, place+int64(j), bytes.Clone(h[:]))
			}
		}
		if err := tx.bulk("audit_hashes", []string{"area", "place", "hash"}, rows); err != nil {
			return err
		}
		root, err := tlog.TreeHash(int64(len(all)), tx.hashes(nil))
		if err != nil {
			return err
		}
		return by("delete from audit_checkpoints", fmt.Sprintf("insert into audit_checkpoints (area, size, at, note) values (1, %d, '%s', '%s')",
			len(all), instant(tx.now), checkpointText(1, int64(len(all)), root, instant(tx.now))))(tx)
	}
}

// text is a statement of a test as the engine writes its parameters.
func (db *DB) text(s string) string { return db.dialect.query(s) }

// TestEveryBitCounts flips bits of every column of some events, of who was shown in them, and of the tree (bar U3).
func TestEveryBitCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		watched(t, db, c)
		tries := 0
		for _, f := range flips(t, db) {
			tries++
			if !foiled(t, db, func(tx *Tx) error { _, err := tx.sql.Exec(db.text(f.change), f.to, f.key); return err }) {
				t.Errorf("not found: %s made %v where it is %v", f.change, f.to, f.key)
			}
		}
		if tries < 250 {
			t.Errorf("only %d flips were tried", tries)
		}
	})
}

type flip struct {
	change  string
	to, key any
}

// flips gives a change for some bits of each column of two events, and of a row of each table beside them.
func flips(t *testing.T, db *DB) []flip {
	t.Helper()
	var out []flip
	add := func(table, key, where string) {
		err := db.alone(t.Context(), 1, func(tx *Tx) error {
			rows, err := tx.sql.Query("select * from " + table + " where " + where)
			if err != nil {
				return err
			}
			defer rows.Close()
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values := make([]any, len(names))
				into := make([]any, len(names))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				k := values[slices.Index(names, key)]
				for i, name := range names {
					for _, to := range flipped(values[i]) {
						out = append(out, flip{"update " + table + " set " + name + " = $1 where " + key + " = $2", to, k})
					}
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("audit", "seal", "seal in (0, 5)")
	add("audit_people", "person", "person = 102")
	add("audit_hashes", "place", "place in (2, 6)")
	return out
}

// flipped gives a value with one bit changed, for several bits.
func flipped(v any) (out []any) {
	switch v := v.(type) {
	case int64:
		for _, bit := range []int{0, 1, 9, 40, 62} {
			out = append(out, v^1<<bit)
		}
	case string:
		if v == "" {
			return []any{"x"}
		}
		for i := 0; i < len(v); i += 1 + len(v)/12 {
			b := []byte(v)
			if b[i] ^= 1; b[i] < 0x80 {
				out = append(out, string(b))
			}
		}
	case []byte:
		for i := 0; i < len(v); i += 3 {
			b := bytes.Clone(v)
			b[i] ^= 1 << (i % 8)
			out = append(out, b)
		}
	}
	return out
}

// TestOlderCopyOfTheDatabase puts back the file of an hour ago; the checkpoints outside tell.
func TestOlderCopyOfTheDatabase(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	open := func() *DB {
		db, err := Open(t.Context(), Config{Dir: dir, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	shut := func(db *DB) {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := open()
	zoe := watched(t, db, c)
	older := filepath.Join(t.TempDir(), "older.db")
	if _, err := db.writes.Exec("vacuum into ?", older); err != nil {
		t.Fatal(err)
	}
	looks(t, db, c, zoe, 2)
	seal(t, db)
	if v := verified(t, db, db.Checkpoints()); len(v.Broken) != 0 {
		t.Fatalf("before: %v", v.Broken)
	}
	shut(db)
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "throughline.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.Rename(older, filepath.Join(dir, "throughline.db")); err != nil {
		t.Fatal(err)
	}
	db = open()
	defer shut(db)
	if v := verified(t, db, db.Checkpoints()); len(v.Broken) == 0 {
		t.Error("an older copy of the database was taken for the newest")
	}
	// Going on from it does not heal it: the next checkpoint forks from what stands outside.
	c.move(time.Minute)
	looks(t, db, c, zoe, 4)
	seal(t, db)
	if v := verified(t, db, db.Checkpoints()); len(v.Broken) == 0 {
		t.Error("a fork of the audit was not found")
	}
}

// TestAlteredBeforeItWasSealed changes an event that the sequencer has not taken yet.
func TestAlteredBeforeItWasSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		zoe := watched(t, db, c)
		looks(t, db, c, zoe, 1)
		tamper(t, db, "update audit set actor_name = 'Ann' where seal < 0")
		seal(t, db)
		if v := verified(t, db, db.Checkpoints()); len(v.Broken) == 0 || !strings.Contains(v.Broken[0], "was altered") {
			t.Errorf("found %q, want the altered event first", v.Broken)
		}
	})
}

// TestForgedEvent puts in an event of one's own making before the sequencer comes: without the leaf key it is found.
func TestForgedEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		watched(t, db, c)
		e := event{area: 1, id: c.now().Add(time.Second).UnixMicro() << 10, at: instant(c.now().Add(time.Second)), actorName: "Ann", act: string(policy.HomeOpen),
			subjectKind: string(policy.Area), subject: 1, outcome: "permit", source: "192.0.2.1"}
		err := db.alone(t.Context(), 1, func(tx *Tx) error { return tx.bulk("audit", eventColumns, e.row(make([]byte, 32))) })
		if err != nil {
			t.Fatal(err)
		}
		seal(t, db)
		if v := verified(t, db, db.Checkpoints()); len(v.Broken) == 0 {
			t.Error("a forged event was sealed and not found")
		}
	})
}

// TestAppendOnly sees that the database itself refuses what needs no full rights.
func TestAppendOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		watched(t, db, c)
		for _, s := range []string{
			"update audit set actor_name = 'Ann' where seal = 3", "update audit set outcome = 'deny'", "update audit set seal = seal + 100",
			"update audit set seal = -1", "delete from audit where seal = 8", "update audit_people set person = 7", "delete from audit_people",
			"update audit_hashes set hash = hash", "delete from audit_hashes where place = 0",
		} {
			err := db.alone(t.Context(), 1, by(s))
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v, want to hear that the audit is append-only", s, err)
			}
		}
	})
}

// TestCheckpointsOutside takes the outside away, forges it and has it say two things (bar U4).
func TestCheckpointsOutside(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		zoe := watched(t, db, c)
		if v := verified(t, db, t.TempDir()); len(v.Broken) != 1 || !strings.Contains(v.Broken[0], "no checkpoint") {
			t.Errorf("with no checkpoints outside: %q, want to hear of it", v.Broken)
		}
		folder := filepath.Join(db.Checkpoints(), "1")
		names, err := filepath.Glob(filepath.Join(folder, "*.txt"))
		if err != nil || len(names) != 2 {
			t.Fatalf("checkpoints %v (%v), want two", names, err)
		}
		newest := names[1]
		text, err := os.ReadFile(newest)
		if err != nil {
			t.Fatal(err)
		}

		// One that did not reach the outside is put there with the next sealing, though nothing is new.
		if err := os.Remove(newest); err != nil {
			t.Fatal(err)
		}
		seal(t, db)
		if again, err := os.ReadFile(newest); err != nil || !bytes.Equal(again, text) {
			t.Errorf("the checkpoint that was lost is %q (%v), want %q", again, err, text)
		}

		refused := func(what string, name string, data []byte) {
			t.Helper()
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			err := db.alone(t.Context(), 1, func(tx *Tx) error { _, err := tx.VerifyAudit(db.Checkpoints()); return err })
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, want it refused", what, err)
			}
		}
		for i := 0; i < len(text)-1; i += 7 {
			b := bytes.Clone(text)
			b[i] ^= 1
			refused(fmt.Sprintf("a bit of byte %d turned", i), newest, b)
		}
		other, _, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), checkpointName)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := note.NewSigner(other)
		if err != nil {
			t.Fatal(err)
		}
		forged, err := note.Sign(&note.Note{Text: checkpointText(1, 9, tlog.Hash{}, instant(c.now()))}, signer)
		if err != nil {
			t.Fatal(err)
		}
		refused("signed with another key", newest, forged)
		fork, err := note.Sign(&note.Note{Text: checkpointText(1, 6, tlog.Hash{}, instant(c.now()))}, db.keys.signer)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(newest, text, 0o600); err != nil {
			t.Fatal(err)
		}
		refused("two histories", filepath.Join(folder, "fork.txt"), fork)
		if err := os.Remove(filepath.Join(folder, "fork.txt")); err != nil {
			t.Fatal(err)
		}
		looks(t, db, c, zoe, 1)
		if v := verified(t, db, db.Checkpoints()); len(v.Broken) != 0 || v.Unsealed != 1 {
			t.Errorf("at the end %+v, want nothing broken and one event unsealed", v)
		}
	})
}

// TestSealingChangesTheSealAlone tries to change each column of an event in the update that seals it, and to change a checkpoint.
func TestSealingChangesTheSealAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		w := newWorld(t, db, "north")
		seal(t, db)
		if err := db.Do(t.Context(), w.home(), nothing); err != nil { // one more event, which waits
			t.Fatal(err)
		}
		refused := func(change string) {
			t.Helper()
			err := db.alone(t.Context(), w.number, func(tx *Tx) error { _, err := tx.sql.Exec(change); return err })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v, want it refused", change, err)
			}
		}
		changed := "seal = 1000, %s = "
		for column := range columns["audit"] {
			value := column + " || 'x'"
			switch column {
			case "seal", "area": // the area of another is refused by the wall first
				continue
			case "leaf":
				value = "(select leaf from audit where seal = 0)"
			case "id", "account", "agency", "subject_id", "session", "people":
				value = column + " + 100000"
			case "at":
				value = "replace(at, 'T09:', 'T08:')"
			}
			refused("update audit set " + fmt.Sprintf(changed, column) + value + " where seal < 0")
		}
		refused("update audit_checkpoints set note = note || 'x'")
		refused("delete from audit_checkpoints")
	})
}
