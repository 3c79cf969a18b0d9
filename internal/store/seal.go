package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"throughline/internal/fault"
	"throughline/internal/id"
)

var (
	sealWaiting   = query("seal.waiting", `select id, leaf from audit where area = $1 and seal < 0 order by id limit $2`)
	sealSize      = query("seal.size", `select coalesce(max(seal), -1) + 1 from audit where area = $1 and seal >= 0`)
	sealSet       = query("seal.set", `update audit set seal = $1 where id = $2 and seal < 0`)
	hashAt        = query("seal.hash", `select hash from audit_hashes where area = $1 and place = $2`)
	checkpointPut = query("checkpoint.put", `insert into audit_checkpoints (area, size, at, note) values ($1, $2, $3, $4)
		on conflict (area, size) do nothing`)
	checkpointNew = query("checkpoint.newest", `select size, at, note from audit_checkpoints where area = $1 order by size desc limit 1`)
	areaNumbers   = query("area.numbers", `select id from areas order by id`)
)

// mostSealed bounds one sealing, so that the write connection is never held for long; mostBeside does while people ask, whose own events
// wait behind it: five hundred take ten to twenty milliseconds, fifty two or three.
const mostSealed, mostBeside = 500, 50

// sealing is how many events are sealed at a time just now.
func (db *DB) sealing() int {
	if db.Busy() {
		return mostBeside
	}
	return mostSealed
}

// seal takes at most so many of the events that wait into the area's tree, in the order of their numbers, and says how many it took.
func (tx *Tx) seal(most int) (int, error) {
	var size int64
	if err := tx.one(sealSize, []any{tx.area}, &size); err != nil {
		return 0, err
	}
	type leaf struct {
		id   int64
		hash []byte
	}
	waiting, err := list(tx, sealWaiting, []any{tx.area, most}, func(scan func(...any) error) (l leaf, err error) {
		return l, scan(&l.id, &l.hash)
	})
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	fresh := map[int64]tlog.Hash{}
	reader := tx.hashes(fresh)
	var rows []any
	for _, l := range waiting {
		hashes, err := tlog.StoredHashes(size, l.hash, reader)
		if err != nil {
			return 0, err
		}
		place := tlog.StoredHashIndex(0, size)
		for i, h := range hashes {
			fresh[place+int64(i)] = h
			rows = append(rows, tx.area, place+int64(i), bytes.Clone(h[:]))
		}
		if _, err := tx.exec(sealSet, size, l.id); err != nil {
			return 0, err
		}
		size++
	}
	return len(waiting), tx.bulk("audit_hashes", []string{"area", "place", "hash"}, rows)
}

// hashes reads the tree's stored hashes, those in fresh before those in the database.
func (tx *Tx) hashes(fresh map[int64]tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(places))
		for i, place := range places {
			if h, ok := fresh[place]; ok {
				out[i] = h
				continue
			}
			var b []byte
			if err := tx.one(hashAt, []any{tx.area, place}, &b); err != nil {
				return nil, err
			}
			copy(out[i][:], b)
		}
		return out, nil
	})
}

// sign signs a checkpoint over the area's tree as it stands, and gives the newest one when that covers it already: it may not have
// reached the outside. The text is empty while nothing is sealed.
func (tx *Tx) sign() (size int64, text string, err error) {
	if err := tx.one(sealSize, []any{tx.area}, &size); err != nil || size == 0 {
		return 0, "", err
	}
	newest, _, signed, err := tx.Checkpoint()
	if err == nil && newest == size {
		return size, signed, nil
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return 0, "", err
	}
	root, err := tlog.TreeHash(size, tx.hashes(nil))
	if err != nil {
		return 0, "", err
	}
	at := instant(tx.now)
	fresh, err := note.Sign(&note.Note{Text: checkpointText(tx.area, size, root, at)}, tx.db.keys.signer)
	if err != nil {
		return 0, "", fmt.Errorf("sign the checkpoint: %w", err)
	}
	_, err = tx.exec(checkpointPut, tx.area, size, at, string(fresh))
	return size, string(fresh), err
}

func checkpointText(area, size int64, root tlog.Hash, at string) string {
	return fmt.Sprintf("throughline audit of area %d\n%d\n%s\n%s\n", area, size, root, at)
}

// Checkpoint gives the newest signed checkpoint, which anyone who holds the public key can check.
func (tx *Tx) Checkpoint() (size int64, at, signed string, err error) {
	err = tx.one(checkpointNew, []any{tx.area}, &size, &at, &signed)
	return size, at, signed, missing(err, "checkpoint")
}

// keepCheckpoint writes a signed checkpoint to the checkpoints folder of the data directory, from where the operator
// carries it to another machine. A checkpoint already there is left as it is.
func (db *DB) keepCheckpoint(area, size int64, signed string) error {
	dir := filepath.Join(db.Checkpoints(), strconv.FormatInt(area, 10))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%012d.txt", size)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(signed)
	return errors.Join(err, f.Sync(), f.Close())
}

// Checkpoints is the folder in which signed checkpoints are kept outside the database, one folder in it for each area.
func (db *DB) Checkpoints() string { return filepath.Join(db.dir, "checkpoints") }

var verifyEvents = query("verify.events", `select area, id, at, account, actor_name, agency, roles, act, subject_kind, subject_id, purpose,
	outcome, reason, policies, policy_hash, session, source, version, made, people, leaf, seal from audit
	where area = $1 and seal >= $2 order by seal limit $3`)
var verifyPeople = query("verify.people", `select person from audit_people where event = $1 and area = $2 order by person`)
var verifyStray = query("verify.stray-people", `select count(*) from audit_people p where p.area = $1
	and not exists (select 1 from audit e where e.id = p.event and e.area = p.area)`)
var verifyHashes = query("verify.hashes", `select place, hash from audit_hashes where area = $1 order by place`)
var verifyUnsealed = query("verify.unsealed", `select count(*) from audit where area = $1 and seal < 0`)

// Verified is what an examination of the audit found.
type Verified struct {
	Events      int64  // events in the tree, each recomputed from its row
	Unsealed    int64  // events not yet in the tree
	Checkpoints int    // checkpoints outside the database that the tree agrees with
	Through     string // the instant of the newest checkpoint
	Broken      []string
}

// VerifyAudit recomputes everything: each event's keyed hash from its row, each leaf and the root of the tree from the
// events, and every signed checkpoint kept outside the database. outside is the folder of checkpoints, or one brought from
// another machine. Broken lists what does not agree; an empty list means that no event before the last checkpoint was altered,
// removed, added or moved.
func (tx *Tx) VerifyAudit(outside string) (Verified, error) {
	var v Verified
	broken := func(format string, args ...any) {
		if len(v.Broken) < 50 {
			v.Broken = append(v.Broken, fmt.Sprintf(format, args...))
		}
	}
	marks, err := readCheckpoints(filepath.Join(outside, strconv.FormatInt(tx.area, 10)), tx.area, tx.db.keys.verifier)
	if err != nil {
		return v, err
	}
	anchored := len(marks) > 0
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(places))
		for i, p := range places {
			out[i] = hashes[p]
		}
		return out, nil
	})
	check := func(size int64) error {
		m, ok := marks[size]
		if !ok {
			return nil
		}
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			return err
		}
		if root.String() != m.root {
			broken("the checkpoint of %s over %d events does not agree with the events", m.at, size)
		} else {
			v.Checkpoints++
			v.Through = max(v.Through, m.at)
		}
		delete(marks, size)
		return nil
	}
	for {
		page, err := list(tx, verifyEvents, []any{tx.area, v.Events, 1000}, scanSealed)
		if err != nil {
			return v, err
		}
		for _, s := range page {
			if s.seal != v.Events {
				broken("the tree has no event at place %d: the next is at %d", v.Events, s.seal)
				return v, nil
			}
			e := s.event
			if e.people, err = list(tx, verifyPeople, []any{e.id, tx.area}, func(scan func(...any) error) (p id.Person, err error) {
				return p, scan(&p)
			}); err != nil {
				return v, err
			}
			if int64(len(e.people)) != s.people || !bytes.Equal(e.leaf(tx.db.keys.leaf), s.leaf) {
				broken("event %d of %s was altered", e.id, e.at)
			}
			more, err := tlog.StoredHashes(v.Events, e.leaf(tx.db.keys.leaf), reader)
			if err != nil {
				return v, err
			}
			hashes = append(hashes, more...)
			v.Events++
			if err := check(v.Events); err != nil {
				return v, err
			}
		}
		if len(page) < 1000 {
			break
		}
	}
	for size, m := range marks {
		broken("the checkpoint of %s covers %d events, but only %d are left", m.at, size, v.Events)
	}
	if v.Events > 0 && !anchored {
		broken("there is no checkpoint in %s, so nothing outside the database speaks for these %d events", outside, v.Events)
	}
	if err := tx.verifyTables(hashes, broken); err != nil {
		return v, err
	}
	return v, tx.one(verifyUnsealed, []any{tx.area}, &v.Unsealed)
}

// verifyTables compares what is kept beside the events with what the events say: the hashes from which the next checkpoint would be
// signed, and the lines that say who was shown.
func (tx *Tx) verifyTables(hashes []tlog.Hash, broken func(string, ...any)) error {
	wrong, first, kept := 0, int64(-1), int64(0)
	err := tx.each(verifyHashes, []any{tx.area}, func(scan func(...any) error) error {
		var place int64
		var hash []byte
		err := scan(&place, &hash)
		if place != kept || place >= int64(len(hashes)) || !bytes.Equal(hash, hashes[place][:]) {
			if wrong == 0 {
				first = place
			}
			wrong++
		}
		kept++
		return err
	})
	if err != nil {
		return err
	}
	if wrong > 0 || kept != int64(len(hashes)) {
		broken("the stored tree of %d hashes does not agree with the events, which give %d: the first wrong one is at place %d", kept, len(hashes), first)
	}
	var stray int64
	if err := tx.one(verifyStray, []any{tx.area}, &stray); err != nil {
		return err
	}
	if stray > 0 {
		broken("%d lines say that somebody was shown in an event that is not there", stray)
	}
	return nil
}

type sealedEvent struct {
	event  event
	people int64
	leaf   []byte
	seal   int64
}

func scanSealed(scan func(...any) error) (s sealedEvent, err error) {
	e := &s.event
	return s, scan(&e.area, &e.id, &e.at, &e.account, &e.actorName, &e.agency, &e.roles, &e.act, &e.subjectKind, &e.subject, &e.purpose,
		&e.outcome, &e.reason, &e.policies, &e.policyHash, &e.session, &e.source, &e.version, &e.made, &s.people, &s.leaf, &s.seal)
}

type checkpoint struct{ root, at string }

// readCheckpoints reads and checks the signatures of every checkpoint in a folder.
func readCheckpoints(dir string, area int64, verifier note.Verifier) (map[int64]checkpoint, error) {
	out := map[int64]checkpoint{}
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		n, err := note.Open(data, note.VerifierList(verifier))
		if err != nil {
			return nil, fault.New(fault.Invalid, "checkpoint", "The checkpoint "+filepath.Base(name)+" is not signed by this system's key.",
				"Use the checkpoints of this system and its own key file.").Because(err)
		}
		lines := strings.Split(n.Text, "\n")
		if len(lines) < 4 || lines[0] != fmt.Sprintf("throughline audit of area %d", area) {
			return nil, fmt.Errorf("the checkpoint %s is not one of this area's audit", filepath.Base(name))
		}
		size, err := strconv.ParseInt(lines[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the checkpoint %s has no size: %w", filepath.Base(name), err)
		}
		if known, ok := out[size]; ok && known.root != lines[2] {
			return nil, fault.New(fault.Invalid, "checkpoint", fmt.Sprintf("Two checkpoints over %d events say different things.", size),
				"The key file has signed two histories. Find out who has had it.")
		}
		out[size] = checkpoint{lines[2], lines[3]}
	}
	return out, nil
}

// SealAll takes every waiting event of every area into its tree and puts each checkpoint outside the database. It is the
// keeper's own work on its own tables; no row of an area leaves with it, so it asks no decision and makes no event.
func (db *DB) SealAll(ctx context.Context) error {
	areas := []int64{0}
	rows, err := db.writes.QueryContext(ctx, areaNumbers.in(db.dialect))
	if err != nil {
		return err
	}
	more, err := collect(rows, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
	if err != nil {
		return err
	}
	for _, area := range append(areas, more...) {
		if err := db.sealArea(ctx, area); err != nil {
			return fmt.Errorf("seal the audit of area %d: %w", area, err)
		}
	}
	return nil
}

func (db *DB) sealArea(ctx context.Context, area int64) error {
	for more := true; more; {
		most, began := db.sealing(), time.Now()
		err := db.alone(ctx, area, func(tx *Tx) error {
			took, err := tx.seal(most)
			more = took == most
			return err
		})
		if err != nil {
			return err
		}
		if more {
			db.rest(ctx, time.Since(began))
		}
	}
	var size int64
	var text string
	err := db.alone(ctx, area, func(tx *Tx) (err error) {
		size, text, err = tx.sign()
		return err
	})
	if err != nil || text == "" {
		return err
	}
	return db.keepCheckpoint(area, size, text)
}

// peek reads the keeper's own tables of an area on the read pool.
func (db *DB) peek(ctx context.Context, area int64, f func(*Tx) error) error {
	s, err := db.reads.BeginTx(ctx, db.dialect.read)
	if err != nil {
		return err
	}
	tx := &Tx{ctx: ctx, db: db, sql: s, now: db.now().UTC()}
	if err = tx.setArea(area); err == nil {
		err = f(tx)
	}
	return errors.Join(err, s.Rollback())
}

// alone runs the keeper's own writing to its own tables of an area, again when it lost a race.
func (db *DB) alone(ctx context.Context, area int64, f func(*Tx) error) error {
	for try := 1; ; try++ {
		s, err := db.writes.BeginTx(ctx, db.dialect.write)
		if err != nil {
			return err
		}
		tx := &Tx{ctx: ctx, db: db, sql: s, now: db.now().UTC()}
		if err = tx.setArea(area); err == nil {
			err = f(tx)
		}
		if err == nil {
			err = s.Commit()
		} else {
			err = errors.Join(err, s.Rollback())
		}
		if err == nil || !db.dialect.again(err) || try == 20 {
			return err
		}
		if err := stepBack(ctx, try); err != nil {
			return err
		}
	}
}
