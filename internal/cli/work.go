package cli

import (
	"context"
	"errors"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
)

// act opens an installation beside whatever runs on it, for a command that asks or decides and has nothing worked.
func (o operator) act(ctx context.Context, w *World, do func(a *app.App, who app.Who) error) (err error) {
	if err := o.exists(); err != nil {
		return err
	}
	a, err := o.open(ctx, w, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	who, err := o.who(ctx, a)
	if err != nil {
		return err
	}
	return do(a, who)
}

// worker is an installation opened by a command that puts jobs in the queue. Alone, the command works the queue itself; beside a running
// server it watches.
type worker struct {
	*app.App
	who   app.Who
	alone bool
	place place
	world *World
}

// work opens an installation for a command that has jobs done.
func (o operator) work(ctx context.Context, w *World, do func(*worker) error) (err error) {
	if err := o.exists(); err != nil {
		return err
	}
	k := &worker{place: o.place, world: w}
	if err := k.open(ctx); err != nil {
		return err
	}
	defer func() {
		if k.App != nil {
			err = errors.Join(err, k.Close())
		}
		if ctx.Err() != nil && err != nil {
			err = errors.Join(err, errQueued)
		}
	}()
	if k.who, err = o.who(ctx, k.App); err != nil {
		return err
	}
	return do(k)
}

func (k *worker) open(ctx context.Context) (err error) {
	k.App, err = k.place.open(ctx, k.world, false)
	if k.alone = err == nil; k.alone {
		return nil
	}
	if f := fault.As(err); f.Code != "directory-held" {
		return err
	}
	k.App, err = k.place.open(ctx, k.world, true)
	return err
}

// patience is how many looks a job may wait, at four a second, before the command sees whether it must work the queue itself: what held
// the directory may have been another command, which has ended.
const patience = 20

var errWaiting = errors.New("nobody has taken the job")

// await has a job done and shows how far it is.
func (k *worker) await(ctx context.Context, job id.Job) error {
	bar := newBar(k.world)
	defer bar.end()
	for {
		err := k.watch(ctx, job, bar)
		if !errors.Is(err, errWaiting) {
			return err
		}
		if err := k.Close(); err != nil {
			return err
		}
		k.App = nil
		if err := k.open(ctx); err != nil {
			return err
		}
	}
}

// drain works the queue until it is empty, when nobody else does.
func (k *worker) drain(ctx context.Context) error {
	for busy := k.alone; busy; {
		var err error
		if busy, err = k.WorkOnce(ctx, "command"); err != nil {
			return err
		}
	}
	return nil
}

func (k *worker) watch(ctx context.Context, job id.Job, bar *bar) error {
	watching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	waited := 0
	err := k.Await(watching, k.who, job, k.alone, func(s app.JobState) {
		switch {
		case s.State == "working":
			waited = 0
			bar.show(s.Doing, s.Done, s.Total)
		case s.State == "waiting" && !k.alone:
			if waited++; waited > patience {
				stop(errWaiting)
			}
		}
	})
	if errors.Is(context.Cause(watching), errWaiting) {
		return errWaiting
	}
	return err
}
