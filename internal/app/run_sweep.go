package app

import (
	"context"

	"throughline/internal/policy"
	"throughline/internal/store"
)

const sweepRunsJob = "sweep-runs"

// runsKept is how many superseded runs of each kind keep their rows, beside the one in force.
const runsKept = 3

// oldRuns asks for a sweep where others have superseded a run long since. It is a job of its own: a run that was published must
// not be taken up again because what came after it was cut off.
func oldRuns(tx *store.Tx) error {
	for _, kind := range []store.RunKind{store.LinkRun, store.CostRun} {
		old, err := tx.OldRun(kind, runsKept)
		if err != nil {
			return err
		}
		if old != 0 {
			_, err := addJob(tx, sweepRunsJob, runArgs{})
			return err
		}
	}
	return nil
}

// sweepOldRuns deletes the rows of old runs in pieces. What such a run fixed and found stays on its own row.
func (a *App) sweepOldRuns(ctx context.Context, t *task) error {
	for _, kind := range []store.RunKind{store.LinkRun, store.CostRun} {
		if err := t.tell("Removing rows of old runs", 0, 0); err != nil {
			return err
		}
		err := a.inPieces(ctx, request(t.who, policy.JobTake, policy.Job, int64(t.ID)), func(tx *store.Tx, most int) (more bool, err error) {
			old, err := tx.OldRun(kind, runsKept)
			if err != nil || old == 0 {
				return false, err
			}
			_, err = tx.SweepRun(old, most)
			return true, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
