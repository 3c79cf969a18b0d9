package app

import (
	"context"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// LayoutList is every layout of the area.
type LayoutList struct {
	Viewer   Viewer
	Layouts  []store.Layout
	Agencies []store.Agency
	Names    map[id.Account]string // of who added and approved
	Extracts map[id.Layout]int     // files that came under each
	Sends    []store.Agency        // agencies that the viewer may send a file of
	Adds     []store.Agency        // agencies that the viewer may add a layout for
}

// Layouts lists layouts; somebody of one agency sees that agency's.
func (a *App) Layouts(ctx context.Context, who Who) (LayoutList, error) {
	l := LayoutList{Names: map[id.Account]string{}}
	err := a.db.Do(ctx, inArea(who, policy.LayoutList, policy.Area), func(tx *store.Tx) (err error) {
		if l.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if l.Agencies, err = tx.Agencies(); err != nil {
			return err
		}
		if l.Layouts, err = tx.Layouts(); err != nil {
			return err
		}
		if l.Viewer.Agency != 0 {
			l.Layouts = slices.DeleteFunc(l.Layouts, func(y store.Layout) bool { return y.Agency != l.Viewer.Agency })
		}
		for _, y := range l.Layouts {
			f := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: y.Agency}
			if !y.ApprovedAt.IsZero() {
				f.State = policy.StateApproved
			}
			if err := tx.Confirm(policy.Subject{Kind: policy.Layout, ID: int64(y.ID)}, f); err != nil {
				return err
			}
			for _, by := range []id.Account{y.AddedBy, y.ApprovedBy} {
				if l.Names[by], err = tx.NameOf(by); err != nil {
					return err
				}
			}
		}
		return l.uses(tx)
	})
	return l, err
}

// uses counts the files under each layout, and finds whose files and layouts the viewer may add.
func (l *LayoutList) uses(tx *store.Tx) error {
	all, err := tx.Extracts(l.Viewer.Agency)
	if err != nil {
		return err
	}
	l.Extracts, l.Sends, l.Adds = map[id.Layout]int{}, nil, nil
	for _, e := range all {
		l.Extracts[e.Layout]++
	}
	for _, g := range l.Agencies {
		facts := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: g.ID, State: policy.StateApproved, Agreement: policy.StateApproved}
		if tx.May(policy.ExtractReceive, policy.Subject{Kind: policy.Layout, ID: 1}, facts) {
			l.Sends = append(l.Sends, g)
		}
		if tx.May(policy.LayoutAdd, policy.Subject{Kind: policy.Agency, ID: int64(g.ID)}, facts) {
			l.Adds = append(l.Adds, g)
		}
	}
	return nil
}

// LayoutPage is one version of a layout and what it maps.
type LayoutPage struct {
	Viewer     Viewer
	Layout     store.Layout
	Agency     store.Agency
	Reads      *intake.Layout
	Services   map[string]string // the words of the area's services by their short names
	AddedBy    string
	ApprovedBy string
	MayApprove bool
}

// Layout shows one version of a layout.
func (a *App) Layout(ctx context.Context, who Who, n id.Layout) (LayoutPage, error) {
	var p LayoutPage
	err := a.db.Do(ctx, request(who, policy.LayoutOpen, policy.Layout, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Layout, err = tx.Layout(n); err != nil {
			return err
		}
		agencies, err := tx.Agencies()
		if err != nil {
			return err
		}
		for _, g := range agencies {
			if g.ID == p.Layout.Agency {
				p.Agency = g
			}
		}
		if p.Reads, err = intake.ParseLayout([]byte(p.Layout.Text)); err != nil {
			return err
		}
		if p.Services, err = a.serviceNames(tx); err != nil {
			return err
		}
		if p.AddedBy, err = tx.NameOf(p.Layout.AddedBy); err != nil {
			return err
		}
		if !p.Layout.ApprovedAt.IsZero() {
			if p.ApprovedBy, err = tx.NameOf(p.Layout.ApprovedBy); err != nil {
				return err
			}
		}
		p.MayApprove = p.Layout.ApprovedAt.IsZero() && tx.May(policy.LayoutApprove, policy.Subject{Kind: policy.Layout, ID: int64(n)},
			policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: p.Layout.Agency})
		return nil
	})
	return p, err
}

// AddLayout adds a version of a layout, as the analyst wrote it. The layout names its agency; adding the same text again changes nothing.
func (a *App) AddLayout(ctx context.Context, who Who, agency id.Agency, text []byte) (store.Layout, error) {
	reads, unread := intake.ParseLayout(text) // told to nobody but whoever may add one
	var out store.Layout
	err := a.db.Do(ctx, request(who, policy.LayoutAdd, policy.Agency, int64(agency)), func(tx *store.Tx) error {
		if unread != nil {
			return unread
		}
		numbers, err := agencyNumbers(tx)
		if err != nil {
			return err
		}
		if numbers[reads.Agency] != agency {
			return fault.InvalidField("text", "The layout says that it is of the agency “"+reads.Agency+"”.", "Choose that agency, or correct the line “agency:” of the layout.")
		}
		hash := reads.Hash()
		out, err = tx.AddLayout(store.Layout{Agency: agency, Name: reads.Name, Version: int64(reads.Version), Hash: hex.EncodeToString(hash[:]), Text: string(text)})
		return err
	})
	return out, err
}

// ApproveLayout is the governance lead's approval: files may come in under the layout from now on.
func (a *App) ApproveLayout(ctx context.Context, who Who, n id.Layout) error {
	return a.db.Do(ctx, request(who, policy.LayoutApprove, policy.Layout, int64(n)), func(tx *store.Tx) error { return tx.ApproveLayout(n) })
}

// areaLayouts gives the texts of the layouts that an area's configuration holds, by file name.
func (a *App) areaLayouts(slug id.Area) (map[string][]byte, error) {
	names, err := fs.Glob(a.areas, path.Join(string(slug), "layouts", "*.yaml"))
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, name := range names {
		text, err := fs.ReadFile(a.areas, name)
		if err != nil {
			return nil, err
		}
		out[path.Base(name)] = text
	}
	return out, nil
}

// serviceNames gives the names of the area's services by their slug.
func (a *App) serviceNames(tx *store.Tx) (map[string]string, error) {
	c, err := a.config(tx.Actor().Area)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, s := range c.Services {
		names[s.Slug] = s.Name
	}
	return names, nil
}
