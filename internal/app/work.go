package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// progress is how a job says how far it is. Each call renews the worker's hold on the job.
type progress func(doing string, done, total int64) error

// task is a job in the worker's hand.
type task struct {
	store.Job
	who  Who
	tell progress
}

// read reads the job's arguments.
func (t *task) read(into any) error { return json.Unmarshal([]byte(t.Args), into) }

// kinds is every kind of job there is.
func (a *App) kinds() map[string]func(context.Context, *task) error {
	return map[string]func(context.Context, *task) error{
		stageJob: a.stageExtract,
		sweepJob: a.sweepExtract,
		linkJob:  a.linkRecords,
		costJob:  a.costContacts,

		sweepRunsJob: a.sweepOldRuns,
	}
}

const idle = 250 * time.Millisecond

// Work does jobs as they come, until ctx ends. name tells this worker from another; there is one, since a server holds the
// data directory alone.
func (a *App) Work(ctx context.Context, name string) error {
	var swept time.Time
	for {
		if now := a.now(); now.Sub(swept) >= unwanted {
			swept = now
			if err := a.sweepSpool(ctx); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "the spool folder could not be swept", "error", err)
			}
		}
		busy, err := a.WorkOnce(ctx, name)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the queue could not be read", "error", err)
		}
		if busy {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(idle):
		}
	}
}

// WorkOnce does one job, and says whether there was one. What goes wrong within the job is kept on its row.
func (a *App) WorkOnce(ctx context.Context, name string) (bool, error) {
	area, n, err := a.db.NextJob(ctx)
	if err != nil || n == 0 {
		return false, err
	}
	who := store.ByJob(area, n)
	var job store.Job
	taken := false
	err = a.db.Do(ctx, request(who, policy.JobTake, policy.Job, int64(n)), func(tx *store.Tx) (err error) {
		job, taken, err = tx.TakeJob(n, name)
		return err
	})
	if err != nil || !taken {
		return false, err
	}
	t := &task{Job: job, who: who}
	work, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	stop := a.hold(work, t, name, lost)
	why := a.do(work, t)
	stop()
	if err := context.Cause(work); err != nil && ctx.Err() == nil {
		return false, err // another worker has the job
	}
	if ctx.Err() != nil { // the job is taken up again by whoever works next
		err := a.db.Do(context.WithoutCancel(ctx), request(who, policy.JobTake, policy.Job, int64(n)), func(tx *store.Tx) error { return tx.ReleaseJob(n, name) })
		return false, errors.Join(ctx.Err(), err)
	}
	if why != nil {
		slog.ErrorContext(ctx, "a job failed", "job", n, "kind", job.Kind, "error", why)
	}
	if errors.As(why, new(unfinished)) {
		return false, nil
	}
	err = a.db.Do(ctx, request(who, policy.JobTake, policy.Job, int64(n)), func(tx *store.Tx) error { return tx.FinishJob(n, name, why) })
	return true, err
}

// renewal is how often a worker renews its hold on a job that has nothing new to say, well within the keeper's lease.
const renewal = 20 * time.Second

// hold gives the task its tell, and renews the worker's hold on the job until stop is called. A worker that has lost the job is told
// through lost.
func (a *App) hold(ctx context.Context, t *task, name string, lost context.CancelCauseFunc) (stop func()) {
	var mu sync.Mutex
	last := time.Time{}
	write := func() error {
		return a.db.Do(ctx, request(t.who, policy.JobTake, policy.Job, int64(t.ID)), func(tx *store.Tx) error {
			return tx.JobProgress(t.ID, name, t.Doing, t.Done, t.Total)
		})
	}
	t.tell = func(doing string, done, total int64) error {
		a.db.GiveWay(ctx)
		mu.Lock()
		defer mu.Unlock()
		now, another := a.now(), doing != t.Doing
		t.Doing, t.Done, t.Total = doing, done, total
		a.paces.note(t.ID, doing, done, now)
		if now.Sub(last) < time.Second && !another {
			return nil
		}
		last = now
		return write()
	}
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(renewal):
				mu.Lock()
				err := write()
				mu.Unlock()
				if fault.As(err).Code == store.JobLost {
					lost(err)
				}
			}
		}
	})
	return func() { close(done); renewing.Wait() }
}

func (a *App) do(ctx context.Context, t *task) error {
	f, ok := a.kinds()[t.Kind]
	if !ok {
		return fmt.Errorf("there is no kind of job called %q", t.Kind)
	}
	return guarded(func() error { return f(ctx, t) })
}

// unfinished is the error of a job that could neither do its work nor say so on what it works on, as when the disk is full. The job is
// not ended: it is taken up again, like one whose worker was cut off, once the worker's hold on it has run out.
type unfinished struct{ error }

func (u unfinished) Unwrap() error { return u.error }

// guarded makes a panic an error, so that what a job leaves is put in order as after any other.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked: %v", r)
		}
	}()
	return f()
}

// addJob puts a job of a kind into the queue, in the transaction that made it needed.
func addJob(tx *store.Tx, kind string, args any) (id.Job, error) {
	text, err := json.Marshal(args)
	if err != nil {
		return 0, err
	}
	return tx.AddJob(kind, string(text))
}

// JobState is a job as a page shows it.
type JobState struct {
	store.Job
	Left time.Duration // of its step, a guess from the rate of late; 0 while there is none
}

// Job shows how far a job is.
func (a *App) Job(ctx context.Context, who Who, n id.Job) (JobState, error) {
	var s JobState
	err := a.db.Do(ctx, request(who, policy.JobOpen, policy.Job, int64(n)), func(tx *store.Tx) (err error) {
		s.Job, err = tx.Job(n)
		s.Left = a.paces.left(s.Job, tx.Now())
		return err
	})
	return s, err
}

// Await works or watches the queue until a job has ended, telling watch how far it is. With a server running on the data
// directory the server works it; otherwise the caller does, with the same code and the same audit.
func (a *App) Await(ctx context.Context, who Who, n id.Job, alone bool, watch func(JobState)) error {
	for {
		if alone {
			done := make(chan error, 1)
			go func() {
				_, err := a.WorkOnce(ctx, "command")
				done <- err
			}()
			if err := a.watchUntil(ctx, who, n, watch, done); err != nil {
				return err
			}
		}
		s, err := a.Job(ctx, who, n)
		if err != nil {
			return err
		}
		watch(s)
		switch s.State {
		case "done":
			return nil
		case "failed", "stopped":
			return fault.New(fault.Conflict, "job-failed", s.Fault, "")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(idle):
		}
	}
}

func (a *App) watchUntil(ctx context.Context, who Who, n id.Job, watch func(JobState), done chan error) error {
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(idle):
			s, err := a.Job(ctx, who, n)
			if err != nil && !errors.Is(err, context.Canceled) {
				return errors.Join(err, <-done)
			}
			watch(s)
		}
	}
}
