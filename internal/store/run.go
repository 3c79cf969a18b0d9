package store

import (
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// RunKind says what a run works out.
type RunKind string

const (
	LinkRun RunKind = "link" // which records are one person
	CostRun RunKind = "cost" // what people's use costs, and the cohort
)

// The states of a run.
const (
	RunWorking    = "working"
	RunPublished  = "published"
	RunSuperseded = "superseded"
	RunFailed     = "failed"
)

// Run fixes its inputs, and what it found. No page reads a run's rows until it is published, which is one row changing.
type Run struct {
	ID          id.Run
	Kind        RunKind
	State       string
	StartedAt   time.Time
	StartedBy   id.Account
	FinishedAt  time.Time
	Inputs      string // JSON: hashes of extracts, layouts, model, map, editions; the same inputs give the same bytes
	InputsHash  string
	CodeVersion string
	Report      string // JSON, by kind
	Found       string // JSON: what the report comes to, for lists; empty for a run made before it was kept
	Fault       string
}

const runFields = `id, kind, state, started_at, started_by, finished_at, inputs, inputs_hash, code_version, report, found, fault`

// In a list a run comes without what it fixed and its report, which may be large.
const runRow = `id, kind, state, started_at, started_by, finished_at, '', inputs_hash, code_version, '', found, fault`

var (
	runInsert   = query("run.insert", `insert into runs (area, id, kind, state, started_at, started_by, inputs, inputs_hash, code_version) values ($1, $2, $3, 'working', $4, $5, $6, $7, $8)`)
	runByID     = query("run.by-id", `select `+runFields+` from runs where id = $1 and area = $2`)
	runList     = query("run.list", `select `+runRow+` from runs where area = $1 order by id desc limit $2`)
	runListFrom = query("run.list-from", `select `+runRow+` from runs where area = $1 and id < $2 order by id desc limit $3`)
	runListKind = query("run.list-of-kind", `select `+runRow+` from runs where area = $1 and kind = $4 and id < $2 order by id desc limit $3`)
	runBeside   = query("run.beside", `select coalesce((select max(id) from runs where area = $1 and kind = $2 and id < $3 and state in ('published', 'superseded')), 0),
		coalesce((select min(id) from runs where area = $1 and kind = $2 and id > $3 and state in ('published', 'superseded')), 0)`)
	runInputs    = query("run.inputs", `update runs set inputs = $1, inputs_hash = $2 where id = $3 and state = 'working' and area = $4`)
	runFinish    = query("run.finish", `update runs set state = 'published', finished_at = $1, report = $2, found = $5 where id = $3 and state = 'working' and area = $4`)
	runFail      = query("run.fail", `update runs set state = 'failed', finished_at = $1, fault = $2 where id = $3 and state = 'working' and area = $4`)
	runSupersede = query("run.supersede", `update runs set state = 'superseded' where area = $1 and kind = $2 and id <> $3 and state = 'published'`)
	runOld       = query("run.old", `select r.id from runs r where r.area = $1 and r.kind = $2 and r.state = 'superseded'
		and r.id < (select k.id from runs k where k.area = $1 and k.kind = $2 and k.state = 'superseded' order by k.id desc limit 1 offset $3)
		and (exists (select 1 from memberships where run = r.id) or exists (select 1 from links where run = r.id)
		or exists (select 1 from doubts where run = r.id) or exists (select 1 from person_sums where run = r.id)
		or exists (select 1 from person_totals where run = r.id)) order by r.id limit 1`)
	areaLinkRun = query("area.link-run", `update areas set link_run = $1 where id = $2`)
	areaCostRun = query("area.cost-run", `update areas set cost_run = $1 where id = $2`)
)

// AddRun begins a run; what it works on is fixed when the worker takes it up.
func (tx *Tx) AddRun(kind RunKind) (id.Run, error) {
	n, err := tx.next("runs", 1)
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(runInsert, tx.area, n, string(kind), instant(tx.now), int64(tx.actor.Account), "{}", "", tx.db.version)
	tx.creates(policy.Run, n)
	return id.Run(n), err
}

// Run gives one run.
func (tx *Tx) Run(n id.Run) (Run, error) {
	some, err := tx.runsBy(runByID, int64(n), tx.area)
	if err == nil && len(some) == 0 {
		err = fault.Missing("run")
	}
	if err != nil {
		return Run{}, err
	}
	return some[0], nil
}

// Runs gives the newest runs of the area, without what they fixed and their reports.
func (tx *Tx) Runs(most int) ([]Run, error) { return tx.runsBy(runList, tx.area, most) }

// RunsBefore gives the newest runs with a lower number than one, of a kind or, where that is empty, of both; 0 begins at the newest. They come
// without what they fixed and their reports.
func (tx *Tx) RunsBefore(n id.Run, kind RunKind, most int) ([]Run, error) {
	before := int64(n)
	if before == 0 {
		before = 1<<63 - 1
	}
	if kind == "" {
		return tx.runsBy(runListFrom, tx.area, before, most)
	}
	return tx.runsBy(runListKind, tx.area, before, most, string(kind))
}

// RunsBeside gives the runs of a kind that came to be in force next before a run and next after it; 0 for none.
func (tx *Tx) RunsBeside(kind RunKind, n id.Run) (before, after id.Run, err error) {
	return before, after, tx.one(runBeside, []any{tx.area, string(kind), int64(n)}, &before, &after)
}

// FixRun fixes what a run works on.
func (tx *Tx) FixRun(n id.Run, inputs, inputsHash string) error {
	_, err := tx.exec(runInputs, inputs, inputsHash, int64(n), tx.area)
	return err
}

// PublishRun makes a finished run the one that pages read. found is what its report comes to in a few figures.
func (tx *Tx) PublishRun(n id.Run, kind RunKind, report, found string) error {
	changed, err := tx.exec(runFinish, instant(tx.now), report, int64(n), tx.area, found)
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.New(fault.Conflict, "run-ended", "This run has ended already.", "Start a new one.")
	}
	if _, err := tx.exec(runSupersede, tx.area, string(kind), int64(n)); err != nil {
		return err
	}
	current := areaLinkRun
	if kind == CostRun {
		current = areaCostRun
	}
	_, err = tx.exec(current, int64(n), tx.area)
	return err
}

// FailRun ends a run that can't be finished.
func (tx *Tx) FailRun(n id.Run, why string) error {
	_, err := tx.exec(runFail, instant(tx.now), why, int64(n), tx.area)
	return err
}

var runSweeps = []*statement{
	query("run.sweep-memberships", `delete from memberships where run = $1 and record in (select record from memberships where run = $1 limit $2)`),
	query("run.sweep-link-evidence", `delete from link_evidence where run = $1 and record_a in (select record_a from link_evidence where run = $1 limit $2)`),
	query("run.sweep-links", `delete from links where run = $1 and record_a in (select record_a from links where run = $1 limit $2)`),
	query("run.sweep-doubts", `delete from doubts where run = $1 and record_a in (select record_a from doubts where run = $1 limit $2)`),
	query("run.sweep-sums", `delete from person_sums where run = $1 and person in (select person from person_sums where run = $1 limit $2)`),
	query("run.sweep-totals", `delete from person_totals where run = $1 and person in (select person from person_totals where run = $1 limit $2)`),
}

// What a run changed is the history of whoever's records they are, and stays when others have superseded the run.
var runSweepEvents = query("run.sweep-events", `delete from membership_events where run = $1 and answer = 0
	and id in (select id from membership_events where run = $1 and answer = 0 limit $2)`)

// SweepRun deletes a piece of the rows of a run, and says whether more is left. What it changed goes too, unless it has been in force. A run
// that pages read is not swept: the fault is a Conflict.
func (tx *Tx) SweepRun(n id.Run, most int) (more bool, err error) {
	r, err := tx.Run(n)
	if err != nil {
		return false, err
	}
	if r.State == RunPublished {
		return false, fault.New(fault.Conflict, "run-ended", "This run is published.", "Start a new one.")
	}
	sweeps := runSweeps
	if r.State != RunSuperseded {
		sweeps = append([]*statement{runSweepEvents}, runSweeps...)
	}
	for _, s := range sweeps {
		gone, err := tx.exec(s, int64(n), most)
		if err != nil || gone > 0 {
			return gone > 0, err
		}
	}
	return false, nil
}

// OldRun gives a superseded run of a kind that still has rows and came before the newest kept superseded ones; 0 when there is none.
func (tx *Tx) OldRun(kind RunKind, kept int) (n id.Run, err error) {
	if err = tx.one(runOld, []any{tx.area, string(kind), kept - 1}, &n); noRow(err) {
		err = nil
	}
	return n, err
}

func (tx *Tx) runsBy(s *statement, args ...any) ([]Run, error) {
	return list(tx, s, args, func(scan func(...any) error) (r Run, err error) {
		var started, finished string
		err = scan(&r.ID, &r.Kind, &r.State, &started, &r.StartedBy, &finished, &r.Inputs, &r.InputsHash, &r.CodeVersion, &r.Report, &r.Found, &r.Fault)
		r.StartedAt, r.FinishedAt = moment(started), moment(finished)
		return r, err
	})
}
