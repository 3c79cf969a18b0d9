package store

import (
	"time"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
)

// ExtractState is where an extract stands. Its rows count only while it is accepted.
type ExtractState string

const (
	ExtractReceived ExtractState = "received" // being checked and stored; no page reads its rows
	ExtractChecked  ExtractState = "checked"  // stored whole, waiting for somebody's decision
	ExtractAccepted ExtractState = "accepted"
	ExtractRefused  ExtractState = "refused"  // not accepted; its rows are swept
	ExtractRemoving ExtractState = "removing" // sent in error; its rows no longer count and are being swept
	ExtractRemoved  ExtractState = "removed"
	ExtractFaulty   ExtractState = "faulty" // the file as a whole could not be read; nothing of it is kept
)

// Words is the state as pages, lists and commands say it, within a sentence.
func (s ExtractState) Words() string {
	switch s {
	case ExtractReceived:
		return "being checked"
	case ExtractChecked:
		return "waiting for a decision"
	case ExtractAccepted:
		return "accepted"
	case ExtractRefused:
		return "not accepted"
	case ExtractRemoving, ExtractRemoved:
		return "sent in error"
	}
	return "could not be used"
}

// Extract is one file from an agency, known by the SHA-256 of its bytes.
type Extract struct {
	ID          id.Extract
	Agency      id.Agency
	Layout      id.Layout
	Name        string // the file's base name
	SHA256      string
	Bytes       int64
	AsOf        day.Day // declared at upload
	Whole       bool    // declared to hold everyone the agency has: what is absent from it has ended
	ControlRows int64   // the sender's count of rows, -1 when not given
	ControlSum  *money.Pence
	State       ExtractState
	ReceivedAt  time.Time
	ReceivedBy  id.Account
	CheckedAt   time.Time
	DecidedAt   time.Time
	DecidedBy   id.Account
	Reason      string // why it was refused or sent in error
	ExtractCounts
	Fault string // why a faulty file could not be read: sentences for people
}

// ExtractCounts is what became of a file's rows. Accepted + Rejected + Repeated = Rows, always.
type ExtractCounts struct {
	Rows, Accepted, Rejected, Repeated int64
	SetAside                           int64 // values kept as sent and not used, in accepted rows
	People                             int64 // records of which the file says who somebody is, whether it was known or not
	Contacts                           int64
	FirstDay, LastDay                  day.Day
	Absent                             int64  // contacts ended by a whole extract that no longer holds them
	Unmapped                           string // names of columns the layout does not map, a JSON list; their values were never stored
}

const extractFields = `id, agency, layout, name, sha256, bytes, as_of, whole, control_rows, control_sum, state, received_at, received_by,
	checked_at, decided_at, decided_by, reason, rows, accepted, rejected, repeated, set_aside, people, contacts, first_day, last_day, absent, unmapped, fault`

var (
	extractInsert = query("extract.insert", `insert into extracts (area, id, agency, layout, name, sha256, bytes, as_of, whole, control_rows, control_sum,
		state, received_at, received_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'received', $12, $13)`)
	extractByID  = query("extract.by-id", `select `+extractFields+` from extracts where id = $1 and area = $2`)
	extractBySHA = query("extract.by-sha256", `select `+extractFields+` from extracts where area = $1 and sha256 = $2 and agency = $3 and layout = $4
		and state in ('received', 'checked', 'accepted') order by id limit 1`)
	extractList     = query("extract.list", `select `+extractFields+` from extracts where area = $1 order by id desc`)
	extractListOf   = query("extract.list-of", `select `+extractFields+` from extracts where area = $1 and agency = $2 order by id desc`)
	extractStanding = query("extract.standing", `select `+extractFields+` from extracts where area = $1 and state = 'accepted' order by as_of, id`)
	extractNewest   = query("extract.newest", `select agency, max(as_of) from extracts where area = $1 and state = 'accepted' group by agency order by agency`)
	extractLayout   = query("extract.layout-name", `select l.name from extracts e join layouts l on l.id = e.layout where e.id = $1 and e.area = $2`)
	extractHolding  = query("extract.holding", `select `+extractFields+` from extracts where area = $1 and agency = $2 and id <> $3
		and state in ('checked', 'accepted') order by as_of, id`)
	extractState   = query("extract.state", `update extracts set state = $1, decided_at = $2, decided_by = $3, reason = $4 where id = $5 and state = $6 and area = $7`)
	extractChecked = query("extract.checked", `update extracts set state = 'checked', checked_at = $1, rows = $2, accepted = $3, rejected = $4, repeated = $5,
		set_aside = $6, people = $7, contacts = $8, first_day = $9, last_day = $10, absent = $11, unmapped = $12, reading = $13
		where id = $14 and state = 'received' and area = $15`)
	extractReading = query("extract.reading", `select reading from extracts where id = $1 and area = $2`)
	extractFaulty  = query("extract.faulty", `update extracts set state = 'faulty', checked_at = $1, fault = $2 where id = $3 and state = 'received' and area = $4`)
	extractSwept   = query("extract.swept", `update extracts set state = $1, reading = '' where id = $2 and area = $3`)
)

// AddExtract begins an extract. When the agency has sent the same bytes under the same layout before, and they still stand,
// it gives that extract and true, and makes nothing: the same file twice changes nothing.
func (tx *Tx) AddExtract(e Extract) (Extract, bool, error) {
	same, err := tx.extractsBy(extractBySHA, tx.area, e.SHA256, int64(e.Agency), int64(e.Layout))
	if err != nil {
		return Extract{}, false, err
	}
	if len(same) > 0 {
		return same[0], true, nil
	}
	n, err := tx.next("extracts", 1)
	if err != nil {
		return Extract{}, false, err
	}
	e.ID, e.State, e.ReceivedAt, e.ReceivedBy = id.Extract(n), ExtractReceived, tx.now, tx.actor.Account
	var sum any
	if e.ControlSum != nil {
		sum = int64(*e.ControlSum)
	}
	_, err = tx.exec(extractInsert, tx.area, n, int64(e.Agency), int64(e.Layout), e.Name, e.SHA256, e.Bytes, int64(e.AsOf), flag(e.Whole),
		e.ControlRows, sum, instant(tx.now), int64(e.ReceivedBy))
	tx.creates(policy.Extract, n)
	return e, false, err
}

// Extract gives one extract.
func (tx *Tx) Extract(n id.Extract) (Extract, error) {
	some, err := tx.extractsBy(extractByID, int64(n), tx.area)
	if err == nil && len(some) == 0 {
		err = fault.Missing("extract")
	}
	if err != nil {
		return Extract{}, err
	}
	return some[0], nil
}

// Extracts gives the extracts of one agency of the area, or where that is 0 of all, the newest first.
func (tx *Tx) Extracts(agency id.Agency) ([]Extract, error) {
	if agency == 0 {
		return tx.extractsBy(extractList, tx.area)
	}
	return tx.extractsBy(extractListOf, tx.area, int64(agency))
}

// StandingExtracts gives the accepted extracts, the oldest as-of day first.
func (tx *Tx) StandingExtracts() ([]Extract, error) { return tx.extractsBy(extractStanding, tx.area) }

// NewestAsOf gives the as-of day of each agency's newest accepted extract.
func (tx *Tx) NewestAsOf() (map[id.Agency]day.Day, error) {
	out := map[id.Agency]day.Day{}
	return out, tx.each(extractNewest, []any{tx.area}, func(scan func(...any) error) error {
		var g id.Agency
		var asOf day.Day
		err := scan(&g, &asOf)
		out[g] = asOf
		return err
	})
}

// LayoutNameOf gives the name of the layout that an extract came under.
func (tx *Tx) LayoutNameOf(n id.Extract) (name string, err error) {
	err = tx.one(extractLayout, []any{int64(n), tx.area}, &name)
	return name, missing(err, "extract")
}

// HoldingExtracts gives the agency's extracts, but for one, whose rows are stored whole and stand or may yet stand.
func (tx *Tx) HoldingExtracts(agency id.Agency, but id.Extract) ([]Extract, error) {
	return tx.extractsBy(extractHolding, tx.area, int64(agency), int64(but))
}

// ReadingOf gives how an extract's file was read, as ExtractIsChecked was told it; empty once its rows are swept.
func (tx *Tx) ReadingOf(n id.Extract) (reading string, err error) {
	err = tx.one(extractReading, []any{int64(n), tx.area}, &reading)
	return reading, missing(err, "extract")
}

// ExtractIsChecked ends the checking of an extract with what became of its rows, and how they were read, as JSON.
func (tx *Tx) ExtractIsChecked(n id.Extract, c ExtractCounts, reading string) error {
	if c.Accepted+c.Rejected+c.Repeated != c.Rows {
		return fault.New(fault.Internal, "rows-lost", "The rows of this file do not add up.", "")
	}
	return moved(tx.exec(extractChecked, instant(tx.now), c.Rows, c.Accepted, c.Rejected, c.Repeated, c.SetAside, c.People, c.Contacts,
		int64(c.FirstDay), int64(c.LastDay), c.Absent, c.Unmapped, reading, int64(n), tx.area))
}

// ExtractIsFaulty ends the checking of a file that could not be read as a whole.
func (tx *Tx) ExtractIsFaulty(n id.Extract, why string) error {
	return moved(tx.exec(extractFaulty, instant(tx.now), why, int64(n), tx.area))
}

// MoveExtract takes an extract from one state to another, with who and why. When it is not in the state from, somebody else was
// first and the fault is a Conflict.
func (tx *Tx) MoveExtract(n id.Extract, from, to ExtractState, reason string) error {
	return moved(tx.exec(extractState, string(to), instant(tx.now), int64(tx.actor.Account), reason, int64(n), string(from), tx.area))
}

// ExtractIsSwept notes that nothing of a refused or removed extract's rows is left.
func (tx *Tx) ExtractIsSwept(n id.Extract, state ExtractState) error {
	_, err := tx.exec(extractSwept, string(state), int64(n), tx.area)
	return err
}

func moved(changed int64, err error) error {
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "decided-already", "Somebody else has decided about this extract.", "Open it again to see what was decided.")
	}
	return err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (tx *Tx) extractsBy(s *statement, args ...any) ([]Extract, error) {
	return list(tx, s, args, func(scan func(...any) error) (e Extract, err error) {
		var received, checked, decided string
		var whole int64
		err = scan(&e.ID, &e.Agency, &e.Layout, &e.Name, &e.SHA256, &e.Bytes, &e.AsOf, &whole, &e.ControlRows, &e.ControlSum, &e.State,
			&received, &e.ReceivedBy, &checked, &decided, &e.DecidedBy, &e.Reason, &e.Rows, &e.Accepted, &e.Rejected, &e.Repeated,
			&e.SetAside, &e.People, &e.Contacts, &e.FirstDay, &e.LastDay, &e.Absent, &e.Unmapped, &e.Fault)
		e.Whole, e.ReceivedAt, e.CheckedAt, e.DecidedAt = whole == 1, moment(received), moment(checked), moment(decided)
		return e, err
	})
}
