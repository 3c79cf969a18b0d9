package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
)

// layouts is throughline layout ….
type layouts struct {
	Draft   layoutDraft   `cmd:"" help:"Begin the layout of a file of people by the names of its columns, for you to correct."`
	List    layoutList    `cmd:"" help:"List layouts and who approved them."`
	Add     layoutAdd     `cmd:"" help:"Add a version of a layout. Adding the same file again changes nothing."`
	Approve layoutApprove `cmd:"" help:"Approving is the governance lead’s, in the browser: this says who that is."`
}

type layoutDraft struct {
	output
	File string `arg:"" help:"The file." type:"path"`
}

// Run prints a draft. Nothing is stored.
func (c layoutDraft) Run(w *World) (err error) {
	if app.IsEncoded(c.File) {
		return fault.InvalidField("file", filepath.Base(c.File)+" is a file that throughline encode wrote.", "It needs no layout: link-files reads it as it is.")
	}
	f, err := open("file", c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	name := filepath.Base(c.File)
	draft, err := intake.Draft(f, strings.TrimSuffix(name, filepath.Ext(name)))
	if err != nil {
		return about(name, err)
	}
	return c.print(w, map[string]string{"layout": draft}, strings.TrimSuffix(draft, "\n"))
}

// layoutLine is a layout as JSON shows it.
type layoutLine struct {
	ID       id.Layout `json:"id"`
	Agency   string    `json:"agency"`
	Name     string    `json:"name"`
	Version  int64     `json:"version"`
	Hash     string    `json:"sha256"`
	Approved string    `json:"approved_at,omitempty"`
	By       string    `json:"approved_by,omitempty"`
}

type layoutList struct{ operator }

// Run lists layouts.
func (c layoutList) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		list, err := a.Layouts(ctx, who)
		if err != nil {
			return err
		}
		slugs := map[id.Agency]string{}
		for _, g := range list.Agencies {
			slugs[g.ID] = g.Slug
		}
		lines, rows := []layoutLine{}, [][]string{}
		for _, l := range list.Layouts {
			line := layoutLine{ID: l.ID, Agency: slugs[l.Agency], Name: l.Name, Version: l.Version, Hash: l.Hash}
			state := "waits for the governance lead"
			if !l.ApprovedAt.IsZero() {
				line.Approved, line.By = moment(l.ApprovedAt), list.Names[l.ApprovedBy]
				state = line.Approved + " by " + line.By
			}
			lines = append(lines, line)
			rows = append(rows, []string{fmt.Sprint(line.ID), line.Agency, line.Name, fmt.Sprint(line.Version), state})
		}
		return c.print(w, map[string]any{"layouts": lines}, table([]string{"LAYOUT", "AGENCY", "NAME", "VERSION", "APPROVED"}, rows))
	})
}

type layoutAdd struct {
	operator
	Files []string `arg:"" name:"file" help:"Layout files." type:"path"`
}

// Run adds layouts. Each is checked before the first is added.
func (c layoutAdd) Run(ctx context.Context, w *World) error {
	texts := make([][]byte, len(c.Files))
	reads := make([]*intake.Layout, len(c.Files))
	for i, path := range c.Files {
		var err error
		if reads[i], err = readLayout(path); err != nil {
			return err
		}
		if texts[i], err = os.ReadFile(path); err != nil {
			return unreadable("file", path, err)
		}
	}
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		known, err := a.Agencies(ctx, who)
		if err != nil {
			return err
		}
		agencies := make([]id.Agency, len(c.Files))
		for i, l := range reads {
			at := slices.IndexFunc(known.Agencies, func(g app.AgencyRow) bool { return g.Slug == l.Agency })
			if at < 0 {
				return fault.InvalidField("agency",
					filepath.Base(c.Files[i])+" is of the agency “"+l.Agency+"”, which the area does not have.",
					"Correct the line agency: of the layout.")
			}
			agencies[i] = known.Agencies[at].ID
		}
		lines, words := []layoutLine{}, []string{}
		for i, text := range texts {
			l, err := a.AddLayout(ctx, who, agencies[i], text)
			if err != nil {
				return about(filepath.Base(c.Files[i]), err)
			}
			lines = append(lines, layoutLine{ID: l.ID, Agency: reads[i].Agency, Name: l.Name, Version: l.Version,
				Hash: l.Hash, Approved: moment(l.ApprovedAt)})
			said := fmt.Sprintf("%s, version %d, is layout %d.", l.Name, l.Version, l.ID)
			if l.ApprovedAt.IsZero() {
				said += " No file comes in under it before it is approved. " + governanceApproves(ctx, a, who)
			}
			words = append(words, said)
		}
		return c.print(w, map[string]any{"layouts": lines}, strings.Join(words, "\n"))
	})
}

type layoutApprove struct {
	operator
	Layout int64 `arg:"" help:"The layout’s number."`
}

// Run asks the door, which says no to an operator, and adds who may.
func (c layoutApprove) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		err := a.ApproveLayout(ctx, who, id.Layout(c.Layout))
		if fault.KindOf(err) == fault.Denied {
			f := *fault.As(err)
			f.Remedy = governanceApproves(ctx, a, who)
			return &f
		}
		return err
	})
}

// governanceApproves says who approves a layout, by name where the accounts are known.
func governanceApproves(ctx context.Context, a *app.App, who app.Who) string {
	rows, err := all(ctx, a, who)
	var names []string
	for _, row := range rows {
		if slices.Contains(row.Roles, policy.GovernanceLead) && row.SuspendedAt.IsZero() {
			names = append(names, row.Name)
		}
	}
	if err != nil || len(names) == 0 {
		return "The partnership's governance lead approves it in the browser, under Layouts."
	}
	return strings.Join(names, " or ") + " (governance lead) approves it in the browser, under Layouts."
}
