package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"throughline/internal/id"
)

// event is one line of the audit: links, never content.
type event struct {
	id, area                                       int64
	at                                             string
	account                                        int64
	actorName                                      string
	agency                                         int64
	roles, act, subjectKind                        string
	subject                                        int64
	purpose, outcome, reason, policies, policyHash string
	session                                        int64
	source, version, made                          string
	people                                         []id.Person
	refusal                                        error
}

// leaf is the keyed hash of an event: HMAC-SHA256 over every field, each with its length before it, so that no two events
// can be written the same way.
func (e *event) leaf(key []byte) []byte {
	h := hmac.New(sha256.New, key)
	var n [8]byte
	number := func(v int64) {
		binary.BigEndian.PutUint64(n[:], uint64(v))
		h.Write(n[:])
	}
	text := func(s string) {
		number(int64(len(s)))
		h.Write([]byte(s))
	}
	for _, v := range []int64{e.id, e.area, e.account, e.agency, e.subject, e.session} {
		number(v)
	}
	for _, s := range []string{e.at, e.actorName, e.roles, e.act, e.subjectKind, e.purpose, e.outcome, e.reason, e.policies,
		e.policyHash, e.source, e.version, e.made} {
		text(s)
	}
	slices.Sort(e.people)
	number(int64(len(e.people)))
	for _, p := range e.people {
		number(int64(p))
	}
	return h.Sum(nil)
}

var eventColumns = []string{"area", "id", "at", "account", "actor_name", "agency", "roles", "act", "subject_kind", "subject_id",
	"purpose", "outcome", "reason", "policies", "policy_hash", "session", "source", "version", "made", "people", "leaf"}

func (e *event) row(key []byte) []any {
	return []any{e.area, e.id, e.at, e.account, e.actorName, e.agency, e.roles, e.act, e.subjectKind, e.subject,
		e.purpose, e.outcome, e.reason, e.policies, e.policyHash, e.session, e.source, e.version, e.made, len(e.people), e.leaf(key)}
}

// record writes an event inside the transaction of the act it tells of.
func (tx *Tx) record(e event) error { return tx.recordAll([]*event{&e}) }

func (tx *Tx) recordAll(events []*event) error {
	var rows, people []any
	for _, e := range events {
		e.id = tx.db.audit.nextID(tx.now)
		rows = append(rows, e.row(tx.db.keys.leaf)...)
		for _, p := range e.people {
			people = append(people, e.area, int64(p), e.id)
		}
	}
	if err := tx.bulk("audit", eventColumns, rows); err != nil {
		return err
	}
	return tx.bulk("audit_people", []string{"area", "person", "event"}, people)
}

// committer makes the events of reads and refusals durable: it takes all that wait and writes them in one transaction, so that
// a hundred readers share one flush of the disk.
type committer struct {
	db      *DB
	waiting chan *pending
	last    atomic.Int64
	apart   int64 // below 1024; a command beside a server numbers events in the same microsecond apart from it
	done    chan struct{}
}

type pending struct {
	event event
	done  chan error
}

// mostTogether bounds one group, so that the write connection is never held for long.
const mostTogether = 512

func newCommitter(db *DB) *committer {
	return &committer{db: db, waiting: make(chan *pending, mostTogether), apart: rand.Int64N(1 << 10), done: make(chan struct{})}
}

// nextID gives an event its number: the instant in microseconds with ten bits for order within it, never going back while the
// program runs. Numbers tell events apart and roughly in time; the order that counts is the tree's.
func (c *committer) nextID(now time.Time) int64 {
	for {
		last := c.last.Load()
		next := max(now.UnixMicro()<<10+c.apart, last+1)
		if c.last.CompareAndSwap(last, next) {
			return next
		}
	}
}

var errClosing = errors.New("the keeper is closing")

// record waits until the event is durable, or says why it is not. It waits though whoever asked is gone: what they asked stays on record.
func (c *committer) record(e event) error {
	p := &pending{event: e, done: make(chan error, 1)}
	select {
	case c.waiting <- p:
	case <-c.done:
		return errClosing
	}
	select {
	case err := <-p.done:
		return err
	case <-c.done:
		select {
		case err := <-p.done:
			return err
		default:
			return errClosing
		}
	}
}

func (c *committer) run(ctx context.Context) {
	defer close(c.done)
	for {
		var group []*pending
		select {
		case p := <-c.waiting:
			group = append(group, p)
		case <-ctx.Done():
			return
		}
	gather:
		for len(group) < mostTogether {
			select {
			case p := <-c.waiting:
				group = append(group, p)
			default:
				break gather
			}
		}
		c.settle(group)
	}
}

// settle writes a group and tells each waiter. Events of several areas are written area by area, as the wall demands. Where a group
// cannot be written each event is tried alone, so that one does not take the others with it; not where the database is too slow.
func (c *committer) settle(group []*pending) {
	byArea := map[int64][]*pending{}
	for _, p := range group {
		byArea[p.event.area] = append(byArea[p.event.area], p)
	}
	for area, some := range byArea {
		err := c.write(area, some)
		for _, p := range some {
			if err != nil && len(some) > 1 && !errors.Is(err, context.DeadlineExceeded) {
				p.done <- c.write(area, []*pending{p})
				continue
			}
			p.done <- err
		}
	}
}

var sessionSeen = query("session.seen", `update sessions set seen_at = $1 where id = $2 and seen_at < $1 and ended_at = ''`)

func (c *committer) write(area int64, group []*pending) error {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	return c.db.alone(ctx, area, func(tx *Tx) error {
		events := make([]*event, len(group))
		seen := map[int64]string{}
		for i, p := range group {
			events[i] = &p.event
			if p.event.session != 0 && p.event.outcome != "deny" {
				seen[p.event.session] = p.event.at
			}
		}
		if err := tx.recordAll(events); err != nil {
			return err
		}
		for session, at := range seen {
			if _, err := tx.exec(sessionSeen, at, session); err != nil {
				return err
			}
		}
		return nil
	})
}
