package store

import (
	"context"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Job is a piece of work that the worker does after the transaction that asked for it.
type Job struct {
	ID        id.Job
	Kind      string
	Args      string // JSON, read by the job's kind
	State     string // waiting, working, done, failed, stopped
	CreatedAt time.Time
	CreatedBy id.Account
	StartedAt time.Time
	Finished  time.Time
	Doing     string // what it is at, in words
	Done      int64
	Total     int64
	Tries     int64
	Fault     string // what went wrong, safe to show
}

const jobFields = `id, kind, args, state, created_at, created_by, started_at, finished_at, doing, done, total, tries, fault`

var (
	jobInsert   = query("job.insert", `insert into jobs (area, id, kind, args, state, created_at, created_by) values ($1, $2, $3, $4, 'waiting', $5, $6)`)
	jobByID     = query("job.by-id", `select `+jobFields+` from jobs where id = $1 and area = $2`)
	jobUnderWay = query("job.under-way", `select `+jobFields+` from jobs where area = $1 and state in ('waiting', 'working') order by id desc limit $2`)
	jobWaiting  = query("job.waiting", `select id from jobs j where j.area = $1 and j.kind = $2 and j.state = 'waiting' and not exists (
		select 1 from jobs k where k.area = $1 and k.kind = $3 and k.state in ('waiting', 'working') and k.id > j.id) order by id limit 1`)
	jobNext = query("job.next", `select id from jobs where area = $1 and (state = 'waiting' or (state = 'working' and lease_until < $2))
		and not exists (select 1 from jobs b where b.area = $1 and b.state = 'working' and b.lease_until >= $2) order by id limit 1`)
	jobArgs    = query("job.args-to-come", `select args from jobs where area = $1 and kind = $2 and state in ('waiting', 'working') order by id`)
	jobRelease = query("job.release", `update jobs set lease_until = '' where id = $1 and claimed_by = $2 and state = 'working' and area = $3`)
	jobClaim   = query("job.claim", `update jobs set state = 'working', claimed_by = $1, lease_until = $2, tries = tries + 1,
		started_at = case when started_at = '' then $3 else started_at end
		where id = $4 and area = $5 and (state = 'waiting' or (state = 'working' and lease_until < $3)) returning `+jobFields)
	jobProgress = query("job.progress", `update jobs set doing = $1, done = $2, total = $3, lease_until = $4 where id = $5 and claimed_by = $6 and state = 'working' and area = $7`)
	jobFinish   = query("job.finish", `update jobs set state = $1, finished_at = $2, fault = $3, doing = '', claimed_by = '' where id = $4 and claimed_by = $5 and area = $6`)
)

// JobLost is the code of the fault that tells a worker that another has its job.
const JobLost = "job-lost"

// lease is how long a worker may be silent before its job is given to another.
const lease = time.Minute

// AddJob puts a job into the queue, in the transaction that made it needed.
func (tx *Tx) AddJob(kind, args string) (id.Job, error) {
	n, err := tx.next("jobs", 1)
	if err != nil {
		return 0, err
	}
	if _, err := tx.exec(jobInsert, tx.area, n, kind, args, instant(tx.now), int64(tx.actor.Account)); err != nil {
		return 0, err
	}
	tx.creates(policy.Job, n)
	return id.Job(n), nil
}

// Job gives one job.
func (tx *Tx) Job(n id.Job) (Job, error) {
	var j Job
	err := scanJob(&j, func(into ...any) error { return tx.one(jobByID, []any{int64(n), tx.area}, into...) })
	return j, missing(err, "job")
}

// JobsUnderWay gives the newest jobs of the area that wait or are being done.
func (tx *Tx) JobsUnderWay(most int) ([]Job, error) {
	return list(tx, jobUnderWay, []any{tx.area, most}, func(scan func(...any) error) (j Job, err error) { return j, scanJob(&j, scan) })
}

// WaitingJob gives the job of a kind that waits with none of another kind under way behind which it must stand; 0 when there is none.
func (tx *Tx) WaitingJob(kind, behind string) (n id.Job, err error) {
	if err = tx.one(jobWaiting, []any{tx.area, kind, behind}, &n); noRow(err) {
		err = nil
	}
	return n, err
}

// NextJob looks for a job that waits, or whose worker has fallen silent, in any area; its number is 0 when there is none. Jobs of an area are
// done in order: while one is in a worker's hand, or was until a moment ago, none after it is begun. It
// reaches the queue and nothing else, and shows no more than that there is work: the worker takes the job through Do.
func (db *DB) NextJob(ctx context.Context) (area string, n id.Job, err error) {
	err = db.areas(ctx, func(slug string, tx *Tx) (more bool, err error) {
		if err = tx.one(jobNext, []any{tx.area, instant(tx.now)}, &n); noRow(err) {
			return true, nil
		}
		area = slug
		return false, err
	})
	return area, n, err
}

// JobsToCome gives the arguments of the jobs of a kind that have not ended, in any area. Like NextJob it reaches the queue and nothing
// else: arguments are numbers and the names of files that wait.
func (db *DB) JobsToCome(ctx context.Context, kind string) (args []string, err error) {
	err = db.areas(ctx, func(_ string, tx *Tx) (more bool, err error) {
		some, err := list(tx, jobArgs, []any{tx.area, kind}, func(scan func(...any) error) (text string, err error) { return text, scan(&text) })
		args = append(args, some...)
		return true, err
	})
	return args, err
}

// areas looks into one area after another, for as long as there is more to look for.
func (db *DB) areas(ctx context.Context, look func(slug string, tx *Tx) (more bool, err error)) error {
	rows, err := db.writes.QueryContext(ctx, areaList.in(db.dialect))
	if err != nil {
		return err
	}
	type number struct {
		id   int64
		slug string
	}
	areas, err := collect(rows, func(scan func(...any) error) (a number, err error) { return a, scan(&a.id, &a.slug) })
	more := true
	for _, a := range areas {
		if err != nil || !more {
			break
		}
		err = db.peek(ctx, a.id, func(tx *Tx) (err error) { more, err = look(a.slug, tx); return err })
	}
	return err
}

// TakeJob takes a job for the worker of this name. The second value is false when another was first.
func (tx *Tx) TakeJob(n id.Job, worker string) (Job, bool, error) {
	var j Job
	err := scanJob(&j, func(into ...any) error {
		return tx.one(jobClaim, []any{worker, instant(tx.now.Add(lease)), instant(tx.now), int64(n), tx.area}, into...)
	})
	if noRow(err) {
		return Job{}, false, nil
	}
	return j, err == nil, err
}

// JobProgress says how far a job is and renews its lease. A worker that has lost its job is told so.
func (tx *Tx) JobProgress(n id.Job, worker, doing string, done, total int64) error {
	changed, err := tx.exec(jobProgress, doing, done, total, instant(tx.now.Add(lease)), int64(n), worker, tx.area)
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, JobLost, "This job was given to another worker.", "")
	}
	return err
}

// ReleaseJob lets go of a job that its worker cannot end, so that another need not wait until the lease has run out.
func (tx *Tx) ReleaseJob(n id.Job, worker string) error {
	_, err := tx.exec(jobRelease, int64(n), worker, tx.area)
	return err
}

// FinishJob ends a job: done when why is nil, failed otherwise with what may be shown of why.
func (tx *Tx) FinishJob(n id.Job, worker string, why error) error {
	state, words := "done", ""
	if why != nil {
		f := fault.As(why)
		state, words = "failed", f.Message+" "+f.Remedy
	}
	_, err := tx.exec(jobFinish, state, instant(tx.now), words, int64(n), worker, tx.area)
	return err
}

func scanJob(j *Job, scan func(...any) error) error {
	var created, started, finished string
	err := scan(&j.ID, &j.Kind, &j.Args, &j.State, &created, &j.CreatedBy, &started, &finished, &j.Doing, &j.Done, &j.Total, &j.Tries, &j.Fault)
	j.CreatedAt, j.StartedAt, j.Finished = moment(created), moment(started), moment(finished)
	return err
}
