package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Work is a job in words.
type Work struct {
	store.Job
	What    string // "Checking a file from Police"
	Unit    string // what Done and Total count
	By      string
	Left    time.Duration // of its step, a guess from the rate of late; 0 while there is none
	Extract id.Extract    // that it is about; 0 for none
	Run     id.Run        // that it makes; 0 for none
}

// Ended says whether there is nothing more to come of it.
func (w Work) Ended() bool { return w.State != "waiting" && w.State != "working" }

// workOf says in words what a job is.
func (a *App) workOf(tx *store.Tx, j store.Job) (w Work, err error) {
	w = Work{Job: j, Left: a.paces.left(j, tx.Now())}
	if w.By, err = tx.NameOf(j.CreatedBy); err != nil {
		return w, err
	}
	var args struct {
		Extract id.Extract
		Run     id.Run
	}
	if err := json.Unmarshal([]byte(j.Args), &args); err != nil {
		return w, fmt.Errorf("job %d: %w", j.ID, err)
	}
	w.Extract, w.Run = args.Extract, args.Run
	switch j.Kind {
	case linkJob:
		w.What, w.Unit = fmt.Sprintf("Making link run %d", w.Run), "records"
		return w, nil
	case costJob:
		w.What, w.Unit = fmt.Sprintf("Making cost run %d", w.Run), "contacts"
		return w, nil
	}
	if j.Kind == sweepRunsJob {
		w.What = "Removing rows of old runs"
		return w, nil
	}
	from, err := senderOf(tx, w.Extract)
	switch j.Kind {
	case stageJob:
		w.What, w.Unit = "Checking a file from "+from, "bytes"
	case sweepJob:
		w.What, w.Unit = "Removing a file from "+from, "rows"
	}
	return w, err
}

// senderOf is the name of the agency that an extract came from.
func senderOf(tx *store.Tx, n id.Extract) (string, error) {
	e, err := tx.Extract(n)
	if err != nil {
		return "", err
	}
	g, err := tx.Agency(e.Agency)
	return g.Name, err
}

// mostJobs bounds how many jobs under way a page names, the newest first.
const mostJobs = 20

// working gives the jobs that wait or are being done.
func (a *App) working(tx *store.Tx) ([]Work, error) {
	jobs, err := tx.JobsUnderWay(mostJobs)
	if err != nil {
		return nil, err
	}
	var out []Work
	for _, j := range jobs {
		w, err := a.workOf(tx, j)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// jobsOn gives the jobs under way on one extract.
func (a *App) jobsOn(tx *store.Tx, n id.Extract) ([]Work, error) {
	all, err := a.working(tx)
	var out []Work
	for _, w := range all {
		if w.Extract == n {
			out = append(out, w)
		}
	}
	return out, err
}

// JobPage is one piece of work.
type JobPage struct {
	Viewer Viewer
	Work   Work
}

// JobPage shows one job to whoever wants to know how far it is.
func (a *App) JobPage(ctx context.Context, who Who, n id.Job) (JobPage, error) {
	var p JobPage
	err := a.db.Do(ctx, request(who, policy.JobOpen, policy.Job, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		j, err := tx.Job(n)
		if fault.KindOf(err) == fault.NotFound {
			return fault.Missing("job")
		}
		if err != nil {
			return err
		}
		p.Work, err = a.workOf(tx, j)
		return err
	})
	return p, err
}
