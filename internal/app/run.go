package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// london is where people are: days on pages are days there.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zone data is embedded in the binary
	}
	return l
}()

const (
	linkJob = "link-records"
	costJob = "cost-contacts"
)

type runArgs struct{ Run id.Run }

// startRuns begins a link run and, after it, a cost run.
func startRuns(tx *store.Tx) error {
	link, err := tx.AddRun(store.LinkRun)
	if err != nil {
		return err
	}
	if _, err := addJob(tx, linkJob, runArgs{link}); err != nil {
		return err
	}
	_, err = startCost(tx)
	return err
}

// startCost begins a cost run over the link run that is published when the worker takes it up.
func startCost(tx *store.Tx) (id.Job, error) {
	n, err := tx.AddRun(store.CostRun)
	if err != nil {
		return 0, err
	}
	return addJob(tx, costJob, runArgs{n})
}

// StartRuns links everything that is accepted and then costs it. It gives the job of the last of the two.
func (a *App) StartRuns(ctx context.Context, who Who) (id.Job, error) {
	var last id.Job
	err := a.db.Do(ctx, inArea(who, policy.RunStart, policy.Area), func(tx *store.Tx) error {
		if err := startRuns(tx); err != nil {
			return err
		}
		jobs, err := tx.Jobs(1)
		if err == nil && len(jobs) > 0 {
			last = jobs[0].ID
		}
		return err
	})
	return last, err
}

// StartCost prices contacts over the persons of the published link run.
func (a *App) StartCost(ctx context.Context, who Who) (id.Job, error) {
	var n id.Job
	err := a.db.Do(ctx, inArea(who, policy.RunStart, policy.Area), func(tx *store.Tx) (err error) {
		n, err = startCost(tx)
		return err
	})
	return n, err
}

// RunList is the newest runs of the area.
type RunList struct {
	Viewer Viewer
	Area   store.Area
	Runs   []store.Run
	Jobs   []store.Job
}

// Runs lists the newest runs.
func (a *App) Runs(ctx context.Context, who Who) (RunList, error) {
	var l RunList
	err := a.db.Do(ctx, inArea(who, policy.RunList, policy.Area), func(tx *store.Tx) (err error) {
		if l.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if l.Area, err = tx.Area(); err != nil {
			return err
		}
		if l.Runs, err = tx.Runs(100); err != nil {
			return err
		}
		l.Jobs, err = tx.Jobs(20)
		return err
	})
	return l, err
}

// RunPage is one run and what it fixed.
type RunPage struct {
	Viewer Viewer
	Run    store.Run
	Inputs RunInputs
	Report json.RawMessage
}

// Run shows what a run fixed and found.
func (a *App) Run(ctx context.Context, who Who, n id.Run) (RunPage, error) {
	var p RunPage
	err := a.db.Do(ctx, request(who, policy.RunOpen, policy.Run, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Run, err = tx.Run(n); err != nil {
			return err
		}
		if p.Run.Report != "" {
			p.Report = json.RawMessage(p.Run.Report)
		}
		return json.Unmarshal([]byte(p.Run.Inputs), &p.Inputs)
	})
	return p, err
}

// RunInputs is what a run fixes. The same inputs give the same bytes.
type RunInputs struct {
	Extracts      []ExtractInput `json:",omitempty"`
	Answers       int            `json:",omitempty"` // standing answers taken into account
	LinkRun       id.Run         `json:",omitempty"`
	Memberships   string         `json:",omitempty"` // SHA-256 over record and person of every membership
	PriceMap      string         `json:",omitempty"` // SHA-256
	Editions      []string       `json:",omitempty"`
	Deflator      string         `json:",omitempty"`
	PriceYear     string         `json:",omitempty"`
	Window        string         `json:",omitempty"`
	Rule          int            `json:",omitempty"`
	Configuration string         `json:",omitempty"` // SHA-256 of the area's files
	Model         string         `json:",omitempty"`
	Code          string
}

// ExtractInput is one accepted extract as a run took it.
type ExtractInput struct {
	Extract id.Extract
	SHA256  string
	Layout  id.Layout
	AsOf    string
}

// text writes the inputs as they are kept, with their hash.
func (in RunInputs) text() (string, string, error) {
	b, err := json.Marshal(in)
	sum := sha256.Sum256(b)
	return string(b), hex.EncodeToString(sum[:]), err
}

func extractInputs(tx *store.Tx) ([]ExtractInput, []store.Extract, error) {
	standing, err := tx.StandingExtracts()
	out := make([]ExtractInput, len(standing))
	for i, e := range standing {
		out[i] = ExtractInput{e.ID, e.SHA256, e.Layout, e.AsOf.String()}
	}
	return out, standing, err
}

// writePieces writes the rows of a run, a piece at a time.
func writePieces[T any](ctx context.Context, a *App, t *task, run id.Run, doing string, rows []T, write func(*store.Tx, []T) error) error {
	for at := 0; at < len(rows); at += pieceRows {
		some := rows[at:min(at+pieceRows, len(rows))]
		err := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx) error { return write(tx, some) })
		if err != nil {
			return err
		}
		if err := t.tell(doing, int64(at+len(some)), int64(len(rows))); err != nil {
			return err
		}
	}
	return nil
}

// inRun does the work of a run. It sweeps first what the run had written before it was cut off; a run that cannot go on is swept
// again and marked as failed, with what may be shown of why.
func (a *App) inRun(ctx context.Context, t *task, do func(run id.Run) error) error {
	var args runArgs
	if err := t.read(&args); err != nil {
		return err
	}
	sweep := func() error {
		for more := true; more; {
			err := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(args.Run)), func(tx *store.Tx) (err error) {
				more, err = tx.SweepRun(args.Run, pieceRows)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := sweep(); err != nil {
		return err
	}
	err := do(args.Run)
	if err != nil && ctx.Err() == nil {
		why := faultWords(err)
		if serr := sweep(); serr != nil {
			return serr
		}
		ferr := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(args.Run)), func(tx *store.Tx) error { return tx.FailRun(args.Run, why) })
		if ferr != nil {
			return ferr
		}
	}
	return err
}
