package store

import (
	"time"

	"throughline/internal/id"
	"throughline/internal/money"
)

// DoubtPair is a pair in doubt without its evidence, with what says how much an answer is worth.
type DoubtPair struct {
	A, B     id.Record
	PPM      int64
	Why      string
	Agencies [2]id.Agency
	Persons  [2]id.Person   // whose the two are now; 0 for a record that is nobody's
	Totals   [2]money.Pence // of those people in the cost run in force
}

// Linked says whether the two are one person's now.
func (d DoubtPair) Linked() bool { return d.Persons[0] != 0 && d.Persons[0] == d.Persons[1] }

// Moved is a change of membership that an answer made.
type Moved struct {
	Record   id.Record
	From, To id.Person
}

var (
	doubtPairs = query("doubt.pairs", `
		select d.record_a, d.record_b, d.ppm, d.why, ra.agency, rb.agency, coalesce(ma.person, 0), coalesce(mb.person, 0), coalesce(ta.total, 0), coalesce(tb.total, 0)
		from areas a join doubts d on d.run = a.link_run join records ra on ra.id = d.record_a join records rb on rb.id = d.record_b
		left join memberships ma on ma.run = d.run and ma.record = d.record_a left join memberships mb on mb.run = d.run and mb.record = d.record_b
		left join person_totals ta on ta.run = a.cost_run and ta.person = ma.person
		left join person_totals tb on tb.run = a.cost_run and tb.person = mb.person
		where a.id = $1 and d.area = $1 order by d.record_a, d.record_b`)
	doubtOf = query("doubt.of-pair", `
		select d.record_a, d.record_b, d.millibits, d.ppm, d.evidence, d.why from areas a join doubts d on d.run = a.link_run
		where a.id = $1 and d.area = $1 and d.record_a = $2 and d.record_b = $3`)
	answersPaired = query("answer.of-pairs", answerRows+`where x.area = $1 and x.pair = 1`+inOrder)
	answersOfPair = query("answer.of-pair", answerRows+`where x.area = $1 and x.pair = 1
		and x.id in (select answer from answer_pairs where record_a = $2 and record_b = $3)`+inOrder)
	answersChanged = query("answer.changed-in", answerRows+`where x.area = $1 and x.counts_from = $2
		union `+answerRows+`where x.area = $1 and x.counts_to = $2 order by 1, 16, 17`)
	sameAnswersOn = query("answer.same-on", answerRows+`where x.area = $1 and x.undone_at = '' and x.pair = 0 and x.answer = 'same'
		and x.id in (select answer from answer_pairs where record_a = $2 and record_b = $3)`+inOrder)
	answerSensitive = query("answer.sensitive", `update answers set needs_two = needs_two + 2 where id = $1 and area = $2 and needs_two < 2`)
	answerCounts    = query("answer.counts", `update answers set counts_from = $1, counts_to = $2 where id = $3 and area = $4`)
	answerMade      = query("answer.made", `update answers set made = $1 where id = $2 and area = $3`)
	answerPerson    = query("answer.person", `update answers set person = $1 where id = $2 and area = $3`)
	answerMoves     = query("event.moves", `select record, from_person, to_person from membership_events where area = $1 and run = $2 and answer > 0 and record > 0 order by id`)
	movesBetween    = query("event.moves-between", `select record, from_person, to_person from membership_events
		where area = $1 and answer > 0 and record > 0 and at > $2 and at <= $3 order by id`)
	movesOf     = query("event.moves-of", `select record, from_person, to_person from membership_events where area = $1 and answer = $2 and answer > 0 and record > 0 order by id`)
	membersOf   = query("membership.of-person", `select record from memberships where run = $1 and person = $2 order by record`)
	membersKept = query("membership.kept", `select coalesce((select 1 from memberships where run = $1 and area = $2 limit 1), 0)`)
	holderOf    = query("membership.of-record", `select person from memberships where run = $1 and record = $2`)
	tiesOf      = query("link.of-record", `select record_a, record_b, millibits, ppm from links where run = $1 and record_a = $2 order by record_b`)
)

// DoubtPairs gives every pair in doubt of the link run in force. It shows nobody: whoever is shown is noted then.
func (tx *Tx) DoubtPairs() ([]DoubtPair, error) {
	return list(tx, doubtPairs, []any{tx.area}, func(scan func(...any) error) (d DoubtPair, err error) {
		return d, scan(&d.A, &d.B, &d.PPM, &d.Why, &d.Agencies[0], &d.Agencies[1], &d.Persons[0], &d.Persons[1], &d.Totals[0], &d.Totals[1])
	})
}

// Doubt gives a pair in doubt of the link run in force, with its evidence.
func (tx *Tx) Doubt(a, b id.Record) (d Doubt, err error) {
	err = tx.one(doubtOf, []any{tx.area, int64(a), int64(b)}, &d.A, &d.B, &d.Millibits, &d.PPM, &d.Evidence, &d.Why)
	return d, missing(err, "pair")
}

// PairAnswers gives every answer about two records, also those taken back, oldest first, and shows nobody.
func (tx *Tx) PairAnswers() ([]Answer, error) { return tx.answersBy(answersPaired, tx.area) }

// AnswersOfPair gives what people said of two records, taken back or not, oldest first.
func (tx *Tx) AnswersOfPair(a, b id.Record) ([]Answer, error) {
	some, err := tx.answersBy(answersOfPair, tx.area, int64(a), int64(b))
	tx.showAnswered(some)
	return some, err
}

// SameAnswersOn gives the answers that stand and say of a record and the rest of its person that they are the same, and that hold for two records,
// oldest first. It shows nobody: whoever of them is touched is noted then.
func (tx *Tx) SameAnswersOn(a, b id.Record) ([]Answer, error) {
	return tx.answersBy(sameAnswersOn, tx.area, int64(a), int64(b))
}

// AnswerIsSensitive notes that an answer is about records that one person may not join.
func (tx *Tx) AnswerIsSensitive(answer int64) error {
	_, err := tx.exec(answerSensitive, answer, tx.area)
	return err
}

// AnswersChangedIn gives the answers that began to count, or ceased to, while a link run was in force, oldest first. It shows nobody:
// whoever of them is touched is noted then.
func (tx *Tx) AnswersChangedIn(run id.Run) ([]Answer, error) {
	return tx.answersBy(answersChanged, tx.area, int64(run))
}

// SetCounts says from which link run on an answer counts, and in which it ceased to.
func (tx *Tx) SetCounts(answer int64, from, to id.Run) error {
	_, err := tx.exec(answerCounts, int64(from), int64(to), answer, tx.area)
	return err
}

// AnswerMade notes whom an answer made when it parted a person.
func (tx *Tx) AnswerMade(answer int64, p id.Person) error {
	_, err := tx.exec(answerMade, int64(p), answer, tx.area)
	return err
}

// AnswerIsOn notes on whose page an answer stands.
func (tx *Tx) AnswerIsOn(answer int64, p id.Person) error {
	tx.show(p)
	_, err := tx.exec(answerPerson, int64(p), answer, tx.area)
	return err
}

func (tx *Tx) moves(s *statement, args ...any) ([]Moved, error) {
	return list(tx, s, args, func(scan func(...any) error) (m Moved, err error) {
		return m, scan(&m.Record, &m.From, &m.To)
	})
}

// MovesIn gives the changes of membership that answers made to a link run, oldest first. It shows nobody: whoever of them is touched is noted then.
func (tx *Tx) MovesIn(run id.Run) ([]Moved, error) { return tx.moves(answerMoves, tx.area, int64(run)) }

// MovesBetween gives the changes of membership that answers, given or taken back, made after an instant and until another, oldest first. It shows
// nobody: whoever of them is shown is noted then.
func (tx *Tx) MovesBetween(after, until time.Time) ([]Moved, error) {
	return tx.moves(movesBetween, tx.area, instant(after), instant(until))
}

// MovesOf gives the changes of membership that one answer made, oldest first.
func (tx *Tx) MovesOf(answer int64) ([]Moved, error) {
	some, err := tx.moves(movesOf, tx.area, answer)
	for _, m := range some {
		tx.show(m.From, m.To)
	}
	return some, err
}

// MembersOf gives the records of a person in a link run.
func (tx *Tx) MembersOf(run id.Run, p id.Person) ([]id.Record, error) {
	tx.show(p)
	return list(tx, membersOf, []any{int64(run), int64(p)}, func(scan func(...any) error) (r id.Record, err error) { return r, scan(&r) })
}

// MembersKept says whether a link run still has rows: those of old ones are swept.
func (tx *Tx) MembersKept(run id.Run) (bool, error) {
	var n int64
	err := tx.one(membersKept, []any{int64(run), tx.area}, &n)
	return n > 0, err
}

// HolderOf gives whose a record is in a link run; 0 when it is nobody's.
func (tx *Tx) HolderOf(run id.Run, r id.Record) (p id.Person, err error) {
	p, err = tx.WhoseIs(run, r)
	tx.show(p)
	return p, err
}

// WhoseIs is HolderOf, and shows nobody: whoever of many is touched is noted then.
func (tx *Tx) WhoseIs(run id.Run, r id.Record) (p id.Person, err error) {
	if err = tx.one(holderOf, []any{int64(run), int64(r)}, &p); noRow(err) {
		err = nil
	}
	return p, err
}

// TiesOf gives the links of a run between a record and those with higher numbers, without their evidence.
func (tx *Tx) TiesOf(run id.Run, r id.Record) ([]Link, error) {
	return list(tx, tiesOf, []any{int64(run), int64(r)}, func(scan func(...any) error) (l Link, err error) {
		return l, scan(&l.A, &l.B, &l.Millibits, &l.PPM)
	})
}
