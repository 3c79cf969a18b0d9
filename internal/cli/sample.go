package cli

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"throughline/internal/fault"
	"throughline/internal/sample"
)

// sampling is throughline sample.
type sampling struct {
	output
	Area    string `help:"Which area to invent." default:"south-london" placeholder:"AREA"`
	People  int    `help:"How many residents; about a tenth of them come to an agency. Presets: 10000, 100000, 1000000, 10000000." default:"100000" placeholder:"N"`
	Seed    uint64 `help:"The same seed gives the same bytes." default:"7" placeholder:"N"`
	Out     string `help:"A folder that is missing or empty." required:"" type:"path" placeholder:"DIR"`
	Threads int    `help:"How many processors to use; all of them otherwise. The bytes do not depend on it." placeholder:"N"`
}

// Help ends the command's help.
func (sampling) Help() string {
	return `Writes DIR/extracts with a file for each layout, DIR/layouts, DIR/truth for judging linkage and costs, and DIR/manifest.csv with what
each agency says of its file. Nobody in it is real.

Example:
  throughline sample --area south-london --people 100000 --seed 7 --out invented`
}

// Run invents an area.
func (c sampling) Run(ctx context.Context, w *World) error {
	if err := sample.CheckPeople(c.People); err != nil {
		return err
	}
	bar := newBar(w)
	report, err := sample.Generate(ctx, sample.Options{Area: c.Area, People: c.People, Seed: c.Seed, Threads: c.Threads, Out: c.Out,
		Progress: func(done, all int) { bar.show("Inventing people", int64(done), int64(all)) }})
	bar.end()
	if err != nil {
		return err
	}
	if err := copyLayouts(w.Areas, c.Area, filepath.Join(c.Out, "layouts")); err != nil {
		return err
	}
	return c.print(w, sampleAnswer(report), report.String()+"\nWritten to "+c.Out+".")
}

// copyLayouts writes an area's layouts beside the extracts that are read through them.
func copyLayouts(areas fs.FS, area, folder string) error {
	names, err := fs.Glob(areas, path.Join(area, "layouts", "*.yaml"))
	if err == nil {
		err = os.Mkdir(folder, 0o755)
	}
	for _, name := range names {
		var text []byte
		if err == nil {
			text, err = fs.ReadFile(areas, name)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, path.Base(name)), text, 0o644)
		}
	}
	if err != nil {
		return fault.New(fault.Unavailable, "sample-layouts", "The layouts could not be written to "+folder+".",
			"Check that there is room on the disk, and begin again with an empty folder.").Because(err)
	}
	return nil
}

func sampleAnswer(r sample.Report) map[string]any {
	files, targets := []map[string]any{}, []map[string]any{}
	for _, f := range r.Files {
		files = append(files, map[string]any{"file": f.Name, "agency": f.Agency, "layout": f.Layout, "as_of": f.AsOf.String(),
			"from": f.From.String(),
			"rows": f.Rows, "to_reject": f.Rejected, "repeated": f.Repeated, "charged": f.Charged.Plain(), "rent": f.Rent.Plain()})
	}
	for _, t := range r.Targets {
		targets = append(targets, map[string]any{"target": t.Name, "low": t.Low, "high": t.High, "got": t.Got, "unit": t.Unit,
			"met": t.Met()})
	}
	return map[string]any{"area": r.Area, "seed": r.Seed, "people": r.People, "users": r.Users, "contacts": r.Contacts,
		"records": r.Records,
		"cost":    r.Cost.Plain(), "cohort": r.Cohort, "cohort_cost": r.CohortBy.Plain(), "files": files, "targets": targets}
}
