package app

import (
	"context"

	"throughline/internal/day"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Home is what the first page after signing in shows. What the viewer may not know of is left empty.
type Home struct {
	Viewer Viewer
	Today  day.Day
	Jobs   []store.Job // waiting or under way
}

// mostJobs bounds how many of the newest jobs are looked through for those under way.
const mostJobs = 20

// Home opens the home page.
func (a *App) Home(ctx context.Context, who Who) (Home, error) {
	var h Home
	err := a.db.Do(ctx, inArea(who, policy.HomeOpen, policy.Area), func(tx *store.Tx) (err error) {
		h.Today = day.In(tx.Now(), london)
		if h.Viewer, err = viewer(tx); err != nil || !h.Viewer.May(policy.JobList) {
			return err
		}
		h.Jobs = nil
		jobs, err := tx.Jobs(mostJobs)
		for _, j := range jobs {
			if j.State == "waiting" || j.State == "working" {
				h.Jobs = append(h.Jobs, j)
			}
		}
		return err
	})
	return h, err
}
