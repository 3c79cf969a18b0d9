package store

import (
	"database/sql"
	"errors"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Membership says which person a record belongs to.
type Membership struct {
	Record id.Record
	Person id.Person
}

// MembershipEvent is a change of membership; the history is never rewritten.
type MembershipEvent struct {
	At       time.Time
	Run      id.Run
	Answer   int64
	Account  id.Account
	Record   id.Record
	From, To id.Person
	Kind     string // linked, unlinked, forwarded
}

// RecordMove is a record that a link run, or an answer, gave to a person or took from one.
type RecordMove struct {
	At       time.Time // of a run's, when the run came to be in force
	Run      id.Run
	Answer   int64 // that moved it while the run was in force; 0 where the run did
	Record   id.Record
	From, To id.Person // From is 0 where the record was of nobody before; To where it is of nobody since, as no extract says anything of it
}

// Link is a pair of records that the model holds to be one person.
type Link struct {
	A, B      id.Record
	Millibits int64  // weight of the evidence, thousandths of a bit
	PPM       int64  // probability, millionths
	Evidence  string // JSON: the parts, which sum to Millibits
}

// Doubt is a pair that a person must decide.
type Doubt struct {
	Link
	Why string
}

var (
	memberColumns = []string{"area", "run", "record", "person"}
	linkColumns   = []string{"area", "run", "record_a", "record_b", "millibits", "ppm"}
	whyColumns    = []string{"area", "run", "record_a", "record_b", "evidence"}
	doubtColumns  = []string{"area", "run", "record_a", "record_b", "millibits", "ppm", "why", "evidence"}
	personColumns = []string{"area", "id", "made_by"}
	eventRow      = []string{"area", "id", "at", "run", "answer", "account", "record", "from_person", "to_person", "kind"}

	memberships    = query("membership.list", `select record, person from memberships where run = $1 order by record`)
	membershipSet  = query("membership.set", `update memberships set person = $1 where run = $2 and record = $3`)
	personForward  = query("person.forward", `update persons set forwarded_to = $1 where id = $2 and area = $3`)
	personForwards = query("person.forwards", `select forwarded_to from persons where id = $1 and area = $2`)
	linksOf        = query("link.of-person", `
		select l.record_a, l.record_b, l.millibits, l.ppm from links l where l.run = $1
		and l.record_a in (select record from memberships where run = $1 and person = $2)
		and l.record_b in (select record from memberships where run = $1 and person = $2) order by l.record_a, l.record_b`)
	recordMoves = query("event.of-person", `
		select r.finished_at, e.run, e.record, e.from_person, e.to_person, (select made_by from persons where id = $2 and area = $1)
		from membership_events e join runs r on r.id = e.run and r.state in ('published', 'superseded')
		where e.area = $1 and e.answer = 0 and e.record in (select record from memberships where run = $3 and person = $2
			union select record from membership_events where area = $1 and from_person = $2 and kind = 'unlinked')
		order by e.run desc, e.record, e.id`)
	recordHistory = query("event.of-records", `
		select case when e.answer > 0 then e.at else r.finished_at end, e.run, e.answer, e.record, e.from_person, e.to_person
		from membership_events e join runs r on r.id = e.run and (e.answer > 0 or r.state in ('published', 'superseded'))
		where e.area = $1 and e.record > 0 and e.record in `+severalFrom(2)+` order by e.record, e.id`)
	recordsLeft  = query("event.left", `select record from membership_events where area = $1 and from_person = $2 and kind = 'unlinked' order by id`)
	linkPairs    = query("link.pairs", `select record_a, record_b from links where run = $1 order by record_a, record_b`)
	doubtWhys    = query("doubt.whys", `select record_a, record_b, why from doubts where run = $1 order by record_a, record_b`)
	linkEvidence = query("link.evidence", `select evidence from link_evidence where run = $1 and record_a = $2 and record_b = $3 and area = $4`)
	linksWeakest = query("link.weakest", `
		select a.person, min(l.ppm) from links l join memberships a on a.run = l.run and a.record = l.record_a
		join memberships b on b.run = l.run and b.record = l.record_b and b.person = a.person
		where l.run = $1 group by a.person`)
)

// AddPersons makes n new persons for a run and gives the first of their numbers.
func (tx *Tx) AddPersons(n int, run id.Run) (id.Person, error) {
	if n == 0 {
		return 0, nil
	}
	first, err := tx.next("persons", int64(n))
	if err != nil {
		return 0, err
	}
	values := make([]any, 0, n*len(personColumns))
	for i := range n {
		values = append(values, tx.area, first+int64(i), int64(run))
	}
	return id.Person(first), tx.bulk("persons", personColumns, values)
}

// StageMemberships writes memberships of a run.
func (tx *Tx) StageMemberships(run id.Run, some []Membership) error {
	values := make([]any, 0, len(some)*len(memberColumns))
	for _, m := range some {
		values = append(values, tx.area, int64(run), int64(m.Record), int64(m.Person))
	}
	return tx.bulk("memberships", memberColumns, values)
}

// StageLinks writes links of a run, with their evidence.
func (tx *Tx) StageLinks(run id.Run, some []Link) error {
	values, why := make([]any, 0, len(some)*len(linkColumns)), make([]any, 0, len(some)*len(whyColumns))
	for _, l := range some {
		values = append(values, tx.area, int64(run), int64(l.A), int64(l.B), l.Millibits, l.PPM)
		why = append(why, tx.area, int64(run), int64(l.A), int64(l.B), l.Evidence)
	}
	if err := tx.bulk("links", linkColumns, values); err != nil {
		return err
	}
	return tx.bulk("link_evidence", whyColumns, why)
}

// StageDoubts writes pairs in doubt of a run.
func (tx *Tx) StageDoubts(run id.Run, some []Doubt) error {
	values := make([]any, 0, len(some)*len(doubtColumns))
	for _, d := range some {
		values = append(values, tx.area, int64(run), int64(d.A), int64(d.B), d.Millibits, d.PPM, d.Why, d.Evidence)
	}
	return tx.bulk("doubts", doubtColumns, values)
}

// AddMembershipEvents writes changes of membership. Those that a run made, and no answer, count from when the run is published; until then
// nobody reads them, and a sweep of the run deletes them.
func (tx *Tx) AddMembershipEvents(some []MembershipEvent) error {
	if len(some) == 0 {
		return nil
	}
	first, err := tx.next("membership_events", int64(len(some)))
	if err != nil {
		return err
	}
	values := make([]any, 0, len(some)*len(eventRow))
	for i, e := range some {
		values = append(values, tx.area, first+int64(i), instant(tx.now), int64(e.Run), e.Answer, int64(tx.actor.Account), int64(e.Record),
			int64(e.From), int64(e.To), e.Kind)
	}
	return tx.bulk("membership_events", eventRow, values)
}

// Memberships hands every membership of a run to f, in order of record.
func (tx *Tx) Memberships(run id.Run, f func(Membership)) error {
	return tx.each(memberships, []any{int64(run)}, func(scan func(...any) error) error {
		var m Membership
		err := scan(&m.Record, &m.Person)
		f(m)
		return err
	})
}

// SetMembership moves a record to another person in a published run, as an answer demands.
func (tx *Tx) SetMembership(run id.Run, r id.Record, p id.Person) error {
	tx.show(p)
	_, err := tx.exec(membershipSet, int64(p), int64(run), int64(r))
	return err
}

// ForwardPerson keeps an old number alive: whoever opens it is taken to the person it became. 0 ends the forwarding.
func (tx *Tx) ForwardPerson(from, to id.Person) error {
	_, err := tx.exec(personForward, int64(to), int64(from), tx.area)
	return err
}

// Follow gives the person that a number stands for now, itself when it was never forwarded.
func (tx *Tx) Follow(p id.Person) (id.Person, error) {
	for range 50 {
		var to id.Person
		if err := tx.one(personForwards, []any{int64(p), tx.area}, &to); err != nil {
			return 0, missing(err, "person")
		}
		if to == 0 {
			return p, nil
		}
		p = to
	}
	return 0, errors.New("persons forward to each other in a ring")
}

// LinksOf gives the links that hold a person together, without their evidence.
func (tx *Tx) LinksOf(p id.Person, run id.Run) ([]Link, error) {
	tx.show(p)
	return list(tx, linksOf, []any{int64(run), int64(p)}, func(scan func(...any) error) (l Link, err error) {
		return l, scan(&l.A, &l.B, &l.Millibits, &l.PPM)
	})
}

// RecordMovesOf gives which records link runs gave to a person who holds what they hold by a run, and which they took, the newest run first.
// Records of nobody before that came in the run which made the person are left out.
func (tx *Tx) RecordMovesOf(p id.Person, run id.Run) (moves []RecordMove, err error) {
	tx.show(p)
	var out []RecordMove
	var madeBy id.Run
	err = tx.each(recordMoves, []any{tx.area, int64(p), int64(run)}, func(scan func(...any) error) error {
		var at string
		var m RecordMove
		err := scan(&at, &m.Run, &m.Record, &m.From, &m.To, &madeBy)
		m.At = moment(at)
		out = addMove(out, m)
		return err
	})
	for _, m := range out {
		if (m.From == p || m.To == p) && !(m.From == 0 && m.Run == madeBy) {
			moves = append(moves, m)
		}
	}
	return moves, err
}

// addMove adds a move to those of a record. A run writes that a record left one person and that it joined another one after the other.
func addMove(moves []RecordMove, m RecordMove) []RecordMove {
	n := len(moves)
	if n > 0 && m.From == 0 && moves[n-1].To == 0 && moves[n-1].Run == m.Run && moves[n-1].Answer == m.Answer && moves[n-1].Record == m.Record {
		moves[n-1].To = m.To
		return moves
	}
	return append(moves, m)
}

// HistoryOf gives every change of whose some records are, of each record the oldest first; nothing of a record that is whose it was from the first
// link run on. It shows nobody: whoever of them is shown is noted then.
func (tx *Tx) HistoryOf(records []id.Record) (moves []RecordMove, err error) {
	err = several(tx, recordHistory, []any{tx.area}, records, func(scan func(...any) error) error {
		var at string
		var m RecordMove
		err := scan(&at, &m.Run, &m.Answer, &m.Record, &m.From, &m.To)
		m.At = moment(at)
		moves = addMove(moves, m)
		return err
	})
	return moves, err
}

// RecordsLeft gives the records that left a person while others stayed, and those that left by a run which left the person none. One that left
// twice comes twice. It shows nobody: whoever of them is shown is noted then.
func (tx *Tx) RecordsLeft(p id.Person) ([]id.Record, error) {
	return list(tx, recordsLeft, []any{tx.area, int64(p)}, func(scan func(...any) error) (r id.Record, err error) { return r, scan(&r) })
}

// LinkEvidence gives the evidence of one link of a run, which holds a person together.
func (tx *Tx) LinkEvidence(p id.Person, run id.Run, l Link) (evidence string, err error) {
	tx.show(p)
	err = tx.one(linkEvidence, []any{int64(run), int64(l.A), int64(l.B), tx.area}, &evidence)
	return evidence, missing(err, "link")
}

// LinkPairs hands the records of every link of a run to f, in their order.
func (tx *Tx) LinkPairs(run id.Run, f func(a, b id.Record)) error {
	return tx.each(linkPairs, []any{int64(run)}, func(scan func(...any) error) error {
		var a, b id.Record
		err := scan(&a, &b)
		f(a, b)
		return err
	})
}

// DoubtWhys hands the records of every pair in doubt of a run, and why it is, to f, in their order.
func (tx *Tx) DoubtWhys(run id.Run, f func(a, b id.Record, why string)) error {
	return tx.each(doubtWhys, []any{int64(run)}, func(scan func(...any) error) error {
		var a, b id.Record
		var why string
		err := scan(&a, &b, &why)
		f(a, b, why)
		return err
	})
}

// WeakestLinks gives, for each person held together by links, the probability of the weakest, in millionths.
func (tx *Tx) WeakestLinks(run id.Run) (map[id.Person]int64, error) {
	out := map[id.Person]int64{}
	return out, tx.each(linksWeakest, []any{int64(run)}, func(scan func(...any) error) error {
		var p id.Person
		var ppm int64
		err := scan(&p, &ppm)
		out[p] = ppm
		return err
	})
}

// Answer is what a person said about records, for ever. Pairs are what it holds for.
type Answer struct {
	ID           int64
	Answer       string // same, not-same, unsure
	Person       id.Person
	Record       id.Record // the record in question; Pairs are it with each of the person's others
	Reason       string
	At           time.Time
	Account      id.Account
	UndoneAt     time.Time
	UndoneBy     id.Account
	UndoneReason string
	Pairs        [][2]id.Record
	Pair         bool      // it is about two records, not about a record and the rest of its person; several people may give one
	Both         bool      // whoever gave it asked that a second person say the same before it counts
	Sensitive    bool      // it was about records that one person may not join
	CountsFrom   id.Run    // the link run in force when it began to count; 0 when it never did, -1 when nobody noted it
	CountsTo     id.Run    // the one in force when it ceased to; 0 while it counts
	Made         id.Person // whom it made when it parted a person; 0 when it made nobody
}

// Counts says whether it is heard: by the records' persons now, and by the next link run.
func (a Answer) Counts() bool { return a.CountsFrom != 0 && a.CountsTo == 0 && a.UndoneAt.IsZero() }

// An answer comes in as many rows as it has pairs, and in one where it has none.
const answerRows = `select x.id, x.answer, x.person, x.record, x.reason, x.at, x.account, x.undone_at, x.undone_by, x.undone_reason, x.pair, x.needs_two,
	x.counts_from, x.counts_to, x.made, coalesce(p.record_a, 0), coalesce(p.record_b, 0) from answers x left join answer_pairs p on p.answer = x.id `

// inOrder is by answer, then by pair.
const inOrder = ` order by x.id, p.record_a, p.record_b`

var (
	answerInsert = query("answer.insert", `insert into answers (area, id, answer, person, record, reason, at, account, pair, needs_two, counts_from)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	answerUndo = query("answer.undo", `update answers set undone_at = $1, undone_by = $2, undone_reason = $3,
		counts_to = case when counts_from <> 0 and counts_to = 0 then $6 else counts_to end where id = $4 and undone_at = '' and area = $5`)
	answerByID     = query("answer.by-id", answerRows+`where x.id = $1 and x.area = $2`+inOrder)
	answersOf      = query("answer.of-person", answerRows+`where x.area = $1 and x.person = $2 order by x.id desc, p.record_a, p.record_b`)
	answersAll     = query("answer.standing", answerRows+`where x.area = $1 and x.undone_at = '' and x.counts_from <> 0 and x.counts_to = 0`+inOrder)
	answersSince   = query("answer.since", `select count(*) from answers where area = $1 and counts_from <> 0 and (at > $2 or undone_at > $2)`)
	answersBetween = query("answer.between", `select count(*) from answers where area = $1 and counts_from <> 0
		and (at > $2 and at <= $3 or undone_at > $2 and undone_at <= $3)`)
)

// AddAnswer keeps an answer.
func (tx *Tx) AddAnswer(a Answer) (Answer, error) {
	n, err := tx.next("answers", 1)
	if err != nil {
		return Answer{}, err
	}
	a.ID, a.At, a.Account = n, tx.now, tx.actor.Account
	if _, err := tx.exec(answerInsert, tx.area, n, a.Answer, int64(a.Person), int64(a.Record), a.Reason, instant(tx.now), int64(a.Account),
		flag(a.Pair), flag(a.Both)|flag(a.Sensitive)<<1, int64(a.CountsFrom)); err != nil {
		return Answer{}, err
	}
	values := make([]any, 0, 4*len(a.Pairs))
	for _, p := range a.Pairs {
		values = append(values, tx.area, n, int64(min(p[0], p[1])), int64(max(p[0], p[1])))
	}
	tx.show(a.Person)
	tx.creates(policy.SubjectKind("Answer"), n)
	return a, tx.bulk("answer_pairs", []string{"area", "answer", "record_a", "record_b"}, values)
}

// UndoAnswer marks an answer as taken back while a link run is in force; it stays in the history and counts no longer.
func (tx *Tx) UndoAnswer(n int64, run id.Run, reason string) error {
	changed, err := tx.exec(answerUndo, instant(tx.now), int64(tx.actor.Account), reason, n, tx.area, int64(run))
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "undone-already", "This answer has been taken back already.", "")
	}
	return err
}

// Answer gives one answer with its pairs.
func (tx *Tx) Answer(n int64) (Answer, error) {
	some, err := tx.answersBy(answerByID, n, tx.area)
	if err == nil && len(some) == 0 {
		err = fault.Missing("answer")
	}
	if err != nil {
		return Answer{}, err
	}
	tx.showAnswered(some)
	return some[0], nil
}

// showAnswered notes whom answers are about.
func (tx *Tx) showAnswered(some []Answer) {
	for _, a := range some {
		tx.show(a.Person, a.Made)
	}
}

// AnswersOf gives the answers given on a person's page, the newest first.
func (tx *Tx) AnswersOf(p id.Person) ([]Answer, error) {
	tx.show(p)
	some, err := tx.answersBy(answersOf, tx.area, int64(p))
	tx.showAnswered(some)
	return some, err
}

var membershipCount = query("membership.count", `select count(*) from memberships where run = $1 and person = $2 and area = $3`)

// MembershipCount is how many records a person has in a link run.
func (tx *Tx) MembershipCount(run id.Run, p id.Person) (n int64, err error) {
	tx.show(p)
	return n, tx.one(membershipCount, []any{int64(run), int64(p), tx.area}, &n)
}

// StandingAnswers gives every answer that counts. It shows nobody: a run or a reckoning reads them all.
func (tx *Tx) StandingAnswers() ([]Answer, error) { return tx.answersBy(answersAll, tx.area) }

// AnswersSince counts answers given or taken back after an instant, of those that counted.
func (tx *Tx) AnswersSince(t time.Time) (n int64, err error) {
	return n, tx.one(answersSince, []any{tx.area, instant(t)}, &n)
}

// AnswersBetween counts answers given or taken back after an instant and until another, of those that counted. What is said later changes nothing
// of it.
func (tx *Tx) AnswersBetween(after, until time.Time) (n int64, err error) {
	return n, tx.one(answersBetween, []any{tx.area, instant(after), instant(until)}, &n)
}

// answersBy gives answers with their pairs, and shows nobody.
func (tx *Tx) answersBy(s *statement, args ...any) (some []Answer, err error) {
	return some, tx.each(s, args, func(scan func(...any) error) error {
		var a Answer
		var at, undone string
		var pair, both int64
		var two [2]id.Record
		err := scan(&a.ID, &a.Answer, &a.Person, &a.Record, &a.Reason, &at, &a.Account, &undone, &a.UndoneBy, &a.UndoneReason, &pair, &both,
			&a.CountsFrom, &a.CountsTo, &a.Made, &two[0], &two[1])
		a.At, a.UndoneAt, a.Pair, a.Both, a.Sensitive = moment(at), moment(undone), pair != 0, both&1 != 0, both&2 != 0
		if len(some) == 0 || some[len(some)-1].ID != a.ID {
			some = append(some, a)
		}
		if two[0] != 0 {
			last := &some[len(some)-1]
			last.Pairs = append(last.Pairs, two)
		}
		return err
	})
}

// noRow says whether err is that a query gave no row.
func noRow(err error) bool { return errors.Is(err, sql.ErrNoRows) }
