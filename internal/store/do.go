package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Request is what Do is asked: who, which act, upon whom, and why. The zero Request means no.
type Request struct {
	Who     Credential
	Act     policy.Act
	Subject policy.Subject
	Purpose policy.Purpose // of an operator, whose usual one is to run the system; a session's purpose is the one stated for it
	Giving  []policy.Role  // the roles that an account would be given by the act
}

// Credential is what somebody shows at the door: a session's token, the operator's hand on the data directory, or a job
// in the worker's hand. Who that is, and what they may do, is loaded inside the transaction, so that a suspension or an
// ended session takes effect on the next request. The zero Credential is nobody.
type Credential struct {
	area     string
	token    string // SHA-256 of the session's token
	operator string
	job      id.Job
	source   string
}

// Nobody is somebody who has not signed in, for the acts of signing in.
func Nobody(area, source string) Credential { return Credential{area: area, source: source} }

// BySession is whoever holds the session whose token has this hash.
func BySession(area, tokenHash, source string) Credential {
	return Credential{area: area, token: tokenHash, source: source}
}

// ByOperator is a named person at the command line, who holds the data directory and its keys.
func ByOperator(area, name string) Credential {
	return Credential{area: area, operator: name, source: policy.CommandLine}
}

// ByJob is the worker, acting for whoever asked for the job.
func ByJob(area string, job id.Job) Credential {
	return Credential{area: area, job: job, source: policy.CommandLine}
}

// Area is the short name of the area the credential is for.
func (c Credential) Area() string { return c.area }

// Tx is the inside of the door. It cannot be made outside this package, and is of no use once Do returns. An act touches
// nothing but its Tx: on PostgreSQL it may be run again from the beginning.
type Tx struct {
	ctx     context.Context
	db      *DB
	sql     *sql.Tx
	now     time.Time
	area    int64
	here    Area // as the door found it
	actor   policy.Actor
	session int64
	purpose policy.Purpose
	act     policy.Act
	shown   map[id.Person]struct{}
	made    []string
	priced  bool // it has changed what price maps are made from
}

// Now is the instant of the transaction, the same throughout.
func (tx *Tx) Now() time.Time { return tx.now }

// Actor is who is asking, as loaded in this transaction.
func (tx *Tx) Actor() policy.Actor { return tx.actor }

// Purpose is why they are asking.
func (tx *Tx) Purpose() policy.Purpose { return tx.purpose }

// show notes people whose rows were read or written, for the event. The functions that scan such rows call it.
func (tx *Tx) show(people ...id.Person) {
	for _, p := range people {
		if p > 0 {
			tx.shown[p] = struct{}{}
		}
	}
}

// Names notes people whom the answer names though it read no row of theirs, for the event.
func (tx *Tx) Names(people ...id.Person) { tx.show(people...) }

// creates notes what the act made, so that its event names it.
func (tx *Tx) creates(kind policy.SubjectKind, n int64) {
	if len(tx.made) < 20 {
		tx.made = append(tx.made, fmt.Sprintf("%s %d", kind, n))
	}
}

// Shows notes what of its subject an answer holds, so that its event tells it.
func (tx *Tx) Shows(what string) { tx.made = append(tx.made, what) }

// Asked is one thing that somebody searched by: what it is, and its value in one way of writing it.
type Asked struct{ What, Value string }

// Asks notes what a search went by, so that its event tells it: by its name and a mark of its value. In one installation the same value has
// the same mark every time, so that it shows when somebody is searched for again and again; nobody without the key file can tell the
// value from it.
func (tx *Tx) Asks(some []Asked) {
	tx.made = tx.made[:0]
	for _, a := range some {
		tx.made = append(tx.made, a.What+" "+tx.subject("searched by " + a.What + " " + a.Value)[:8])
	}
}

// Do is the one door. It begins a transaction, loads who is asking and the facts of the subject, asks the policy, and runs
// f if the answer is yes. A write commits together with its event. A read runs in one snapshot, and Do returns only when
// its event is durable; if the event cannot be written the error is Unavailable and the caller must show nothing of what
// f read. A refusal is rolled back, recorded, and returned as a Denied, SignIn or NotFound fault with its reason. An error of f
// rolls back and is recorded too. f may be called more than once.
func (db *DB) Do(ctx context.Context, r Request, f func(*Tx) error) error {
	info, known := policy.ActInfo(r.Act)
	if !known {
		return fault.New(fault.Internal, "unknown-act", "There is no such act.", "").Because(fmt.Errorf("act %q", r.Act))
	}
	begin, pool := db.dialect.read, db.reads
	if info.Effect == policy.Write {
		begin, pool = db.dialect.write, db.writes
	}
	if r.Who.token != "" && r.Act != policy.JobOpen { // to look how far a job is must not hold it up
		db.asking.Add(1)
		db.asked.Store(time.Now().UnixMilli())
		defer db.asking.Add(-1)
	}
	const tries = 12
	for try := 1; ; try++ {
		err := db.attempt(ctx, pool, begin, r, info, f)
		if err == nil || !db.dialect.again(err) {
			return err
		}
		if try == tries {
			return fault.New(fault.Conflict, "busy", "Many people are changing the same thing just now.", "Try again in a moment.").Because(err)
		}
		if err := stepBack(ctx, try); err != nil {
			return err
		}
	}
}

// stepBack waits before a transaction that lost a race is tried again, longer each time and never as long as the others that lost it.
func stepBack(ctx context.Context, try int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(1+rand.IntN(1<<min(try, 8))) * time.Millisecond):
		return nil
	}
}

// GiveWay lets people go before a job's next piece: while they ask, the job rests three times as long as it worked since it gave way last, so that it
// has a quarter of the time of one processor, and waits for a moment in which nobody is being answered. It never waits for long.
func (db *DB) GiveWay(ctx context.Context) {
	defer func() { db.wentOn.Store(time.Now().UnixNano()) }()
	db.rest(ctx, time.Since(time.Unix(0, db.wentOn.Load())))
	for end := time.Now().Add(longestWait); db.asking.Load() > 0 && ctx.Err() == nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// rest waits three times as long as somebody worked beside people, and not at all while nobody asks.
func (db *DB) rest(ctx context.Context, worked time.Duration) {
	if !db.Busy() {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(min(3*worked, longestWait)):
	}
}

// Busy says whether people have been asking within the last second. Then a job's pieces should be small.
func (db *DB) Busy() bool {
	return time.Since(time.UnixMilli(db.asked.Load())) < time.Second
}

// Piece is how many rows a job should write at a time just now: few while people ask, so that none waits for longer than two milliseconds.
func (db *DB) Piece() int {
	if db.Busy() {
		return smallPiece
	}
	return db.dialect.piece
}

const smallPiece = 128

// longestWait bounds each of the two waits.
const longestWait = 40 * time.Millisecond

func (db *DB) attempt(ctx context.Context, pool *sql.DB, begin *sql.TxOptions, r Request, info policy.Info, f func(*Tx) error) error {
	s, err := pool.BeginTx(ctx, begin)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = s.Rollback() }() // an act that panics must not keep the one connection that writes; after an end this does nothing
	tx := &Tx{ctx: ctx, db: db, sql: s, now: db.now().UTC(), shown: map[id.Person]struct{}{}}
	e, err := tx.decide(r, info)
	if err == nil && e.refusal == nil {
		err = f(tx)
		if db.dialect.again(err) {
			return errors.Join(err, s.Rollback())
		}
	}
	e.people, e.made = tx.people(), strings.Join(tx.made, ", ")
	switch {
	case e.refusal != nil:
		err = e.refusal
	case err != nil && e.act != "":
		e.outcome, e.reason, e.made = "failed", fault.As(err).Code, "" // what it made is rolled back
	case err != nil:
		return errors.Join(err, s.Rollback())
	case info.Effect == policy.Write:
		e.area = tx.area // an act may have made its area
		if err := tx.record(e); err != nil {
			return errors.Join(err, s.Rollback())
		}
		if err := tx.seen(); err != nil {
			return errors.Join(err, s.Rollback())
		}
		if err := s.Commit(); err != nil {
			return unavailable(err)
		}
		return nil
	}
	if rerr := s.Rollback(); rerr != nil {
		return errors.Join(err, rerr)
	}
	if aerr := db.audit.record(e); aerr != nil {
		return fault.New(fault.Unavailable, "audit", "What you asked for can't be recorded just now, so it can't be shown.",
			"Try again in a minute. If it goes on, tell whoever looks after the system.").Because(errors.Join(aerr, err))
	}
	return err
}

// decide loads the actor and the subject's facts and asks the policy. It gives the event of the decision.
func (tx *Tx) decide(r Request, info policy.Info) (event, error) {
	if err := tx.enter(r.Who); err != nil {
		return event{}, err
	}
	r.Subject = tx.own(r.Subject)
	facts, err := tx.facts(r.Subject)
	if err != nil {
		return event{}, err
	}
	facts.Roles = append(facts.Roles, r.Giving...)
	if tx.session == 0 && r.Purpose != "" {
		tx.purpose = r.Purpose
	}
	tx.act = r.Act
	d := tx.db.policy.Decide(policy.Request{Actor: tx.actor, Act: r.Act, Subject: r.Subject, Purpose: tx.purpose, At: tx.now}, facts)
	e := event{
		area: tx.area, at: instant(tx.now), account: int64(tx.actor.Account), actorName: tx.actor.Name, agency: int64(tx.actor.Agency),
		roles: roleWords(tx.actor.Roles), act: string(info.Act), subjectKind: string(r.Subject.Kind), subject: r.Subject.ID,
		purpose: string(tx.purpose), reason: d.Reason, policies: strings.Join(d.Policies, " "), policyHash: tx.db.policy.Hash(),
		session: tx.session, source: tx.actor.Source, version: tx.db.version, outcome: "deny",
	}
	switch d.Outcome {
	case policy.Permit:
		e.outcome = "permit"
	case policy.Review: // goes on by an act of its own, in which the second person agrees; until there is one it goes no further
		e.outcome, e.refusal = "review", d.Fault(noun(r.Subject.Kind))
	default:
		e.refusal = d.Fault(noun(r.Subject.Kind))
	}
	return e, nil
}

// noun is what a subject is called in an answer that must not say whether it exists.
func noun(k policy.SubjectKind) string {
	switch k {
	case policy.System, policy.Area, policy.Audit:
		return "page"
	case policy.PriceMap:
		return "price map"
	case policy.Edition:
		return "price edition"
	}
	return strings.ToLower(string(k))
}

func (tx *Tx) people() []id.Person {
	out := make([]id.Person, 0, len(tx.shown))
	for p := range tx.shown {
		out = append(out, p)
	}
	return out
}

// Confirm asks the policy about one row of a list, under the act of the list. SQL pages and counts; Cedar has the last word
// on each row shown. A row that the policy refuses means that the two disagree, so the whole answer fails.
func (tx *Tx) Confirm(s policy.Subject, f policy.Facts) error {
	d := tx.db.policy.Decide(policy.Request{Actor: tx.actor, Act: tx.act, Subject: s, Purpose: tx.purpose, At: tx.now}, f)
	if d.Outcome != policy.Permit {
		return fmt.Errorf("%s listed %s %d, which the policy refuses: %s", tx.act, s.Kind, s.ID, d.Reason)
	}
	return nil
}

// Ask asks the policy about one row under the act of the request and gives its refusal, nil when it permits.
func (tx *Tx) Ask(s policy.Subject, f policy.Facts) error {
	d := tx.db.policy.Decide(policy.Request{Actor: tx.actor, Act: tx.act, Subject: s, Purpose: tx.purpose, At: tx.now}, f)
	return d.Fault(noun(s.Kind))
}

// MayHere says whether the policy permits one row under the act of the request.
func (tx *Tx) MayHere(s policy.Subject, f policy.Facts) bool { return tx.May(tx.act, s, f) }

// May asks the policy whether the actor may do a further act here, such as see a name, without doing it.
func (tx *Tx) May(act policy.Act, s policy.Subject, f policy.Facts) bool {
	return tx.MayFor(tx.purpose, act, s, f)
}

// MayFor is May had the actor stated another purpose: to say that stating it would open something.
func (tx *Tx) MayFor(p policy.Purpose, act policy.Act, s policy.Subject, f policy.Facts) bool {
	d := tx.db.policy.Decide(policy.Request{Actor: tx.actor, Act: act, Subject: s, Purpose: p, At: tx.now}, f)
	return d.Outcome == policy.Permit
}

func roleWords(roles []policy.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

func unavailable(err error) error {
	if sqliteDialect.again(err) || postgresDialect.again(err) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unavailable, "store", "The record can't be reached just now.", "Try again in a minute.").Because(err)
}

// instant writes an instant as the database keeps it: UTC, to the microsecond, always 27 signs, so that text order is time order.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// moment reads an instant; the empty string is the zero time.
func moment(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05.000000Z", s)
	if err != nil {
		return time.Time{}
	}
	return t
}
