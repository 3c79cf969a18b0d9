package app

import (
	"context"

	"throughline/internal/policy"
	"throughline/internal/store"
)

// AgencyRow is an agency of the partnership.
type AgencyRow struct {
	store.Agency
	Sends          string   // what its files hold, as the area's configuration says
	People         int      // who sign in
	Administrators []string // their names
	Extracts       int      // files that came from it
}

// AgenciesPage is the agencies that the viewer may know of.
type AgenciesPage struct {
	Viewer   Viewer
	Agencies []AgencyRow
}

// Agencies lists the area's agencies: all of them, or for an agency's administrator their own.
func (a *App) Agencies(ctx context.Context, who Who) (AgenciesPage, error) {
	var p AgenciesPage
	err := a.db.Do(ctx, inArea(who, policy.AgencyList, policy.Area), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		all, err := tx.Agencies()
		if err != nil {
			return err
		}
		p.Agencies = nil
		for _, g := range knownAgencies(tx, all) {
			facts := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: g.ID}
			if err := tx.Confirm(policy.Subject{Kind: policy.Agency, ID: int64(g.ID)}, facts); err != nil {
				return err
			}
			row := AgencyRow{Agency: g}
			if row.People, row.Administrators, row.Extracts, err = tx.AgencyStanding(g.ID); err != nil {
				return err
			}
			p.Agencies = append(p.Agencies, row)
		}
		return nil
	})
	if err != nil {
		return AgenciesPage{}, err
	}
	c, err := a.config(p.Viewer.Area)
	if err != nil {
		return AgenciesPage{}, err
	}
	for i := range p.Agencies {
		if g, ok := c.Agency(p.Agencies[i].Slug); ok {
			p.Agencies[i].Sends = g.Sends
		}
	}
	return p, nil
}
