package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/intake"
	"throughline/internal/linkage"
)

// linkFiles is throughline link-files.
type linkFiles struct {
	output
	Layout     string   `help:"The layout of the files that name none of their own." type:"path" placeholder:"FILE"`
	Out        string   `help:"The folder for persons.csv, links.csv, pairs.csv, model.json and report.html. One that holds a file of such a name is refused; other files in it are left alone." required:"" type:"path" placeholder:"DIR"`
	AsOf       string   `help:"Read ages and dates of birth as of this day; today otherwise." name:"as-of" placeholder:"DAY"`
	Threshold  float64  `help:"Link records from this probability on that they are of one person: 0.9 links fewer than 0.5, and more surely." default:"0.5" placeholder:"P"`
	Households bool     `help:"Link nobody who may be two people of one household, such as twins or father and son: pairs.csv has them to look at." name:"hold-households"`
	RareNames  bool     `help:"Link by name and date of birth alone only where fewer than 1 in 10,000 others of the population are expected to have both. Needs --population." name:"rare-names"`
	Population int      `help:"How many people live in the area." placeholder:"N"`
	WithNames  bool     `help:"Link encoded files with names (encode --with-names) together with files of tokens only. Whoever has both can read values of those who sent no names: for agencies that have all agreed to it." name:"with-names"`
	Rules      string   `help:"Which rules find pairs: chosen lets those rest, among more than 100,000 records, that add next to nothing to the others; all uses all." enum:"chosen,all" default:"chosen" placeholder:"WHICH"`
	Exhaustive bool     `help:"Compare every pair, whatever the rules, of up to 60,000 records."`
	Model      string   `help:"A model.json that another run wrote, to link by; otherwise one is learnt from these files." type:"path" placeholder:"FILE"`
	Evidence   bool     `help:"In links.csv also write the bits of each field; pairs.csv always has them."`
	Sample     int      `help:"Draw so many pairs for somebody to look at (50 or more): sample.csv with an empty column for answers, and sample-key.json for throughline evaluate." placeholder:"N"`
	Extracts   []string `arg:"" name:"extract" help:"The files, each with @LAYOUT where its layout is another one: people.csv@people.yaml."`
}

// Help ends the command's help.
func (linkFiles) Help() string {
	return `Finds who is who in an analyst's files, on this machine and without a database. persons.csv has file,record,person for each record; links.csv
has the links that hold each person together, with their weight in bits, probability and, with --evidence, the bits of each field; pairs.csv has the pairs for
somebody to look at, with how far each field agrees; model.json has what they were weighed by, for use on other files with --model; report.html
says what was read and done. Records are joined while the average pair of theirs is of one person with the probability of --threshold.
A record is what has one key in one file, or one row where the layout has no key. Columns that a layout does not map are not used.
Files that throughline encode wrote need no layout; all must be under one key, and none may be plain. docs/private-linkage.md says what is learnt from them.

Examples:
  throughline link-files --layout people.yaml --out linked people-2025.csv people-2026.csv
  throughline link-files --out linked council.csv@council.yaml hospital.csv@hospital.yaml
  throughline link-files --with-names --out linked council-with-names.csv hospital-encoded.csv`
}

// written is one file that link-files writes.
type written struct {
	name  string
	write func(*app.LinkedFiles, io.Writer) error
}

// outputs are what link-files writes.
func (c linkFiles) outputs(version string, asOf day.Day) []written {
	links := (*app.LinkedFiles).WriteLinks
	if c.Evidence {
		links = (*app.LinkedFiles).WriteLinksWithEvidence
	}
	list := []written{{"persons.csv", (*app.LinkedFiles).WritePersons}, {"links.csv", links},
		{"pairs.csv", (*app.LinkedFiles).WritePairs}, {"model.json", (*app.LinkedFiles).WriteModel},
		{"report.html", func(found *app.LinkedFiles, to io.Writer) error { return writeReport(to, found, version, asOf) }}}
	if c.Sample > 0 {
		list = append(list, written{"sample.csv", (*app.LinkedFiles).WriteSample}, written{"sample-key.json", (*app.LinkedFiles).WriteSampleKey})
	}
	return list
}

// Run links the files.
func (c linkFiles) Run(ctx context.Context, w *World) (err error) {
	files, err := c.files()
	if err != nil {
		return err
	}
	asOf := day.In(w.Now(), time.UTC)
	if c.AsOf != "" {
		if asOf, err = readDay("as-of", c.AsOf); err != nil {
			return err
		}
	}
	if c.RareNames != (c.Population != 0) || c.Population < 0 {
		return fault.InvalidField("population", "The rule for rare names and the population go together.",
			"Give both --rare-names and --population, such as --population 950000, or neither.")
	}
	if !(c.Threshold > 0 && c.Threshold < 1) {
		return fault.InvalidField("threshold", "The probability to link from is not between 0 and 1.", "Give one such as --threshold 0.9.")
	}
	outputs := c.outputs(w.Version, asOf)
	made, err := c.free(outputs)
	defer func() {
		if err != nil {
			removeEmpty(made)
		}
	}()
	if err != nil {
		return err
	}
	model, err := c.model()
	if err != nil {
		return err
	}
	began := w.Now()
	bar := newBar(w)
	found, err := app.LinkFiles(ctx, app.LinkFilesAsked{Files: files, AsOf: asOf, Threshold: c.Threshold, HoldHouseholds: c.Households,
		RareNames: c.RareNames, Population: c.Population, WithNames: c.WithNames, Exhaustive: c.Exhaustive, AllRules: c.Rules == "all",
		Model: model, Sample: c.Sample, Progress: bar.show,
		Plan: func(p []linkage.RulePlan) {
			bar.end()
			if ctx.Err() == nil { // of a run that was stopped nothing was learnt
				fmt.Fprintln(w.Stderr, planned(p))
			}
		}})
	bar.end()
	if err != nil {
		return err
	}
	if err := c.write(found, outputs); err != nil {
		return err
	}
	done := linkedOf(found)
	done.Out, done.Seconds = c.Out, w.Now().Sub(began).Seconds()
	return c.print(w, done, done.words())
}

// files pairs each file with its layout; each layout is read once.
func (c linkFiles) files() ([]app.LinkFile, error) {
	layouts := map[string]*intake.Layout{}
	encoded := slices.ContainsFunc(c.Extracts, app.IsEncoded)
	var files []app.LinkFile
	for _, arg := range c.Extracts {
		path, layout := arg, c.Layout
		if _, err := os.Stat(arg); err != nil {
			if at := strings.LastIndexByte(arg, '@'); at > 0 {
				path, layout = arg[:at], arg[at+1:]
			}
		}
		if app.IsEncoded(path) || encoded && layout == "" { // a plain file beside encoded ones is refused, and needs no layout first
			files = append(files, app.LinkFile{Path: path})
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return nil, unreadable("extract", path, err)
		}
		if layout == "" {
			return nil, fault.InvalidField("layout", "No layout is said for "+path+".",
				"Give one for all files with --layout, or for this one as "+path+"@LAYOUT. To begin one: throughline layout draft "+path+
					" > people.yaml; docs/layouts.md says what it holds.")
		}
		if layouts[layout] == nil {
			l, err := readLayout(layout)
			if err != nil {
				return nil, err
			}
			layouts[layout] = l
		}
		files = append(files, app.LinkFile{Path: path, Layout: layouts[layout]})
	}
	return files, nil
}

// model reads the model to link by; nil where none is named.
func (c linkFiles) model() (*linkage.Model, error) {
	if c.Model == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Model)
	if err != nil {
		return nil, unreadable("model", c.Model, err)
	}
	m := new(linkage.Model)
	return m, about(filepath.Base(c.Model), m.UnmarshalJSON(text))
}

// free refuses a folder in which something would be overwritten, and makes the folder where there is none, before minutes of work and not
// after. It gives the folders that it made, the inner ones last, even where it fails.
func (c linkFiles) free(outputs []written) (made []string, err error) {
	if err := c.taken(outputs); err != nil {
		return nil, err
	}
	for missing := filepath.Clean(c.Out); ; missing = filepath.Dir(missing) {
		if _, err := os.Stat(missing); !errors.Is(err, os.ErrNotExist) {
			break
		}
		made = append(made, missing)
	}
	slices.Reverse(made)
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return made, fault.InvalidField("out", "The folder "+c.Out+" cannot be made.", "Name one that you may write to.").Because(err)
	}
	return made, nil
}

// taken refuses a folder that holds a file of the name of one that is to be written. Others are left alone.
func (c linkFiles) taken(outputs []written) error {
	for _, o := range outputs {
		if _, err := os.Lstat(filepath.Join(c.Out, o.name)); err == nil {
			return fault.InvalidField("out", "The folder "+c.Out+" holds a "+o.name+" already, and nothing was written.",
				"Name another folder, or move that file away.")
		}
	}
	return nil
}

// removeEmpty removes folders of which nothing came, the last first.
func removeEmpty(folders []string) {
	for _, f := range slices.Backward(folders) {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return // something stands in it, and so in those around it
		}
	}
}

// write writes the files, all at once, beside their places and moves them there when all are whole.
func (c linkFiles) write(found *app.LinkedFiles, outputs []written) (err error) {
	part, err := os.MkdirTemp(c.Out, ".part-")
	if err != nil {
		return cannotWrite(c.Out, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(part)) }()
	var all errgroup.Group
	for _, o := range outputs {
		all.Go(func() error {
			return writeNew("out", filepath.Join(part, o.name), func(to io.Writer) error { return o.write(found, to) })
		})
	}
	if err := all.Wait(); err != nil {
		return cannotWrite(c.Out, err)
	}
	if err := c.taken(outputs); err != nil { // another run may have ended there while this one linked
		return err
	}
	for _, o := range outputs {
		if err := os.Rename(filepath.Join(part, o.name), filepath.Join(c.Out, o.name)); err != nil {
			return cannotWrite(c.Out, err)
		}
	}
	return nil
}

func cannotWrite(folder string, err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) { // under the name it was to have, whatever it is called until it is whole
		err = fmt.Errorf("%s: %w", filepath.Base(at.Path), at.Err)
	}
	return fault.New(fault.Unavailable, "write", "The files could not be written to "+folder+".",
		"Check that there is room on the disk and that you may write there.").Because(err)
}
