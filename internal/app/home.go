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
	Jobs   []Work // waiting or under way
	Standing
}

// Home opens the home page.
func (a *App) Home(ctx context.Context, who Who) (Home, error) {
	var h Home
	err := a.db.Do(ctx, inArea(who, policy.HomeOpen, policy.Area), func(tx *store.Tx) (err error) {
		h.Today = day.In(tx.Now(), london)
		if h.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if h.Viewer.May(policy.JobList) {
			if h.Jobs, err = working(tx); err != nil {
				return err
			}
		}
		h.Standing, err = a.standing(tx)
		return err
	})
	return h, err
}
