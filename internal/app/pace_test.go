package app

import (
	"testing"
	"time"

	"throughline/internal/store"
)

// TestTimeLeftFollowsTheRateOfLate: a step's time left is that of the step, at the rate of the last minute, whatever came before.
func TestTimeLeftFollowsTheRateOfLate(t *testing.T) {
	t.Parallel()
	var p paces
	at := time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	job := store.Job{ID: 7, State: "working", StartedAt: at.Add(-time.Hour), Doing: "Reading", Total: 10_000}
	left := func(after time.Duration, done int64) time.Duration {
		at, job.Done = at.Add(after), done
		return p.left(job, at)
	}
	diff(t, "at once", time.Duration(0), left(0, 100))
	diff(t, "after a second", time.Duration(0), left(time.Second, 200))
	diff(t, "after ten seconds, a hundred a second", 89*time.Second, left(9*time.Second, 1100))
	for range 60 { // it slows down to ten a second
		left(time.Second, job.Done+10)
	}
	for range 60 {
		left(time.Second, job.Done+10)
	}
	diff(t, "ten a second for the last minute", time.Duration(10_000-2310)*time.Second/10, left(time.Second, 2310))
	job.Doing, job.Total = "Sorting", 500
	diff(t, "the next step begins anew", time.Duration(0), left(time.Second, 10))
	diff(t, "and has a rate of its own", 44*time.Second, left(10*time.Second, 100))
	diff(t, "stood still for long", time.Duration(0), func() time.Duration { left(30*time.Second, 100); left(time.Minute, 100); return left(time.Minute, 100) }())
	job.State = "done"
	diff(t, "ended", time.Duration(0), left(time.Second, 400))
}
