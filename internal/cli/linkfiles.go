package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Out        string   `help:"The folder for persons.csv, links.csv, pairs.csv, model.json and report.html. Nothing in it is overwritten." required:"" type:"path" placeholder:"DIR"`
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

// linked is what link-files did, as JSON shows it.
type linked struct {
	Out     string       `json:"out"`
	Files   []linkedFile `json:"files"`
	Records int          `json:"records"`
	Persons int          `json:"persons"`
	Links   int          `json:"links"`
	Review  int          `json:"pairs_to_look_at"`
	Pairs   int64        `json:"pairs_compared"`
	LeftOut int64        `json:"pairs_left_out"` // at most
	// Precision of linked pairs and recall of what was weighed, as estimated without labels; null where nothing was linked.
	Precision  *linkage.Interval `json:"estimated_precision"`
	Recall     *linkage.Interval `json:"estimated_recall"`
	Families   linkage.Families  `json:"links_that_may_be_families"`
	LinkAt     float64           `json:"threshold"`
	Households bool              `json:"hold_households"`
	Settled    bool              `json:"training_settled"`
	Seconds    float64           `json:"seconds"`
}

type linkedFile struct {
	File     string     `json:"file"`
	Layout   string     `json:"layout"`
	Encoded  bool       `json:"encoded"`
	Names    bool       `json:"with_names"` // beside its tokens
	Rows     int        `json:"rows"`
	Accepted int        `json:"accepted"`
	Rejected int        `json:"rejected"`
	Repeated int        `json:"repeated"`
	Reused   int        `json:"reused_keys"` // rows with the key of an earlier row that say something else
	Lines    []int      `json:"first_reused_lines"`
	Records  int        `json:"records"`
	SetAside int        `json:"set_aside"`
	Asides   []setAside `json:"set_aside_by_column"`
	Unmapped []string   `json:"unmapped"`
	First    []rejected `json:"first_rejected"`
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
			fmt.Fprintln(w.Stderr, planned(p))
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

// planned is the table of what each rule is expected to cost and find, and a sentence on those that rest.
func planned(plan []linkage.RulePlan) string {
	var rows [][]string
	row := func(order string, p linkage.RulePlan) {
		rows = append(rows, []string{order, p.Rule, count(p.InBlocks), count(p.Pairs), count(p.Matches), seconds(p.Seconds), megabytes(p.Bytes)})
	}
	used, rest := together(plan)
	for i, p := range plan[:len(plan)-rest] {
		row(count(i+1), p)
	}
	used.Rule = "together"
	row("", used)
	for _, p := range plan[len(plan)-rest:] {
		row("rests", p)
	}
	said := table([]string{"ORDER", "RULE", "PAIRS IN BLOCKS", "NEW PAIRS", "EXPECTED NEW MATCHES", "OF ONE PROCESSOR", "MEMORY"}, rows)
	if resting := resting(plan); resting != "" {
		said += "\n" + resting + " Use them with --rules all."
	}
	return said
}

// together adds up the rules that are used, and says how many rest.
func together(plan []linkage.RulePlan) (sum linkage.RulePlan, rest int) {
	for _, p := range plan {
		if p.Rests {
			rest++
			continue
		}
		sum.InBlocks, sum.Pairs, sum.Matches = sum.InBlocks+p.InBlocks, sum.Pairs+p.Pairs, sum.Matches+p.Matches
		sum.Seconds, sum.Bytes = sum.Seconds+p.Seconds, sum.Bytes+p.Bytes
	}
	return sum, rest
}

// resting says what is lost and saved where rules rest; empty where none does.
func resting(plan []linkage.RulePlan) string {
	used, rest := together(plan)
	if rest == 0 {
		return ""
	}
	lost, saved := int64(0), int64(0)
	for _, p := range plan[len(plan)-rest:] {
		lost, saved = lost+p.Matches, saved+p.Pairs
	}
	return fmt.Sprintf("%s: of one person they are expected to add %s to about %s, for %s more to compare.",
		counted(rest, "rule rests", "rules rest"), counted(lost, "pair", "pairs"), count(used.Matches), counted(saved, "pair", "pairs"))
}

func seconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

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
	for _, o := range outputs {
		if _, err := os.Lstat(filepath.Join(c.Out, o.name)); err == nil {
			return nil, fault.InvalidField("out", "The folder "+c.Out+" holds a "+o.name+" already.",
				"Name another folder, so that nothing is overwritten.")
		}
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

// removeEmpty removes folders of which nothing came, the last first.
func removeEmpty(folders []string) {
	for _, f := range slices.Backward(folders) {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return // something stands in it, and so in those around it
		}
	}
}

// write writes the files beside their places and moves them there when all are whole.
func (c linkFiles) write(found *app.LinkedFiles, outputs []written) (err error) {
	part, err := os.MkdirTemp(c.Out, ".part-")
	if err != nil {
		return cannotWrite(c.Out, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(part)) }()
	for _, o := range outputs {
		err := writeNew("out", filepath.Join(part, o.name), func(to io.Writer) error { return o.write(found, to) })
		if err != nil {
			return cannotWrite(c.Out, err)
		}
	}
	for _, o := range outputs {
		if err := os.Rename(filepath.Join(part, o.name), filepath.Join(c.Out, o.name)); err != nil {
			return cannotWrite(c.Out, err)
		}
	}
	return nil
}

func cannotWrite(folder string, err error) error {
	return fault.New(fault.Unavailable, "write", "The files could not be written to "+folder+".",
		"Check that there is room on the disk and that you may write there.").Because(err)
}

func linkedOf(found *app.LinkedFiles) linked {
	r := found.Result
	done := linked{Records: len(r.Person), Persons: r.Persons, Links: len(r.Links), Review: len(r.Review), Pairs: r.Report.Pairs,
		LeftOut: r.Report.LeftOut}
	done.LinkAt, done.Households = found.Options.LinkAt, found.Options.HoldHouseholds
	if len(r.Links) > 0 {
		precision, recall := r.Quality.Estimate()
		done.Precision, done.Recall, done.Families = &precision, &recall, found.Families
	}
	done.Settled = r.Model.Converged
	for _, f := range found.Files {
		c := f.Counts
		line := linkedFile{File: f.Name, Layout: f.Layout.Name, Encoded: found.Encoded(), Names: f.WithNames, Rows: c.Rows, Accepted: c.Accepted, Rejected: c.Rejected,
			Repeated: c.Repeated, Records: f.Records, Reused: f.Reused, Lines: append([]int{}, f.First...),
			SetAside: c.SetAside, Asides: setAsides(f.SetAside), Unmapped: append([]string{}, f.Unmapped...), First: []rejected{}}
		for _, j := range f.Rejected {
			line.First = append(line.First, rejected{int64(j.Line), j.Column, j.Code, j.Message, j.Remedy})
		}
		done.Files = append(done.Files, line)
	}
	return done
}

// From how many links that may be of two people of one family it is said that there are such: so many, or this share of the links and a few.
const (
	manyFamilies  = 20
	shareFamilies = .01
	fewFamilies   = 3
)

// families warns of links that may be of two people of one family; empty where they are no more than a few.
func (d linked) families() string {
	f := d.Families
	n := f.Pairs()
	if n < fewFamilies || n < manyFamilies && float64(n) < shareFamilies*float64(d.Links) {
		return ""
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		what string
	}{{f.OtherForename, "another forename beside the same date of birth and surname or address"},
		{f.OtherBirth, "one name at one postcode and dates of birth far apart"}, {f.OtherNumber, "two NHS numbers"}} {
		if k.n > 0 {
			kinds = append(kinds, count(k.n)+" with "+k.what)
		}
	}
	remedy := "draw a sample (--sample 200) and look at it, or link with --hold-households."
	if d.Households {
		remedy = "draw a sample (--sample 200) and look at it."
	}
	return "Look: " + count(n) + " of the links may be of two people of one family: " + strings.Join(kinds, "; ") +
		". The estimate does not see families: " + remedy
}

// leftOut says that pairs were not compared where too many records are alike; empty where all were that a rule names.
func (d linked) leftOut() string {
	if d.LeftOut == 0 {
		return ""
	}
	return "Up to " + counted(d.LeftOut, "pair was", "pairs were") + " not compared: where more than 1,500 records agree in the same values, each is compared with the 50 " +
		"before it and the 50 after it among them, and no later rule finds the others. They count as neither found nor missed, so the estimates leave them out. " +
		"Look which values very many records share: where one stands for not known, say so in the layout."
}

// nothingLinked stands where an estimate would.
const nothingLinked = "No pairs were linked, so nothing can be said of how good links are."

// between writes an estimate with its range: 99.2% (97.8% to 99.9%).
func between(v linkage.Interval) string {
	return exact(v.Value) + " (" + exact(v.Low) + " to " + exact(v.High) + ")"
}

// exact writes a share with two places after the point; what is not all is never 100%.
func exact(share float64) string {
	return strconv.FormatFloat(math.Floor(share*10_000)/100, 'f', -1, 64) + "%"
}

// reused says how many rows have a key that an earlier row has and something else to say, since a key that is given to two people makes one of
// them be passed over.
func (f linkedFile) reused() string {
	lines := make([]string, len(f.Lines))
	for i, n := range f.Lines {
		lines[i] = count(n)
	}
	at := "line " + lines[0]
	if len(lines) > 1 {
		at = "lines " + strings.Join(lines, ", ")
		if f.Reused > len(lines) {
			at += " and others"
		}
	}
	return counted(f.Reused, "row has the key of an earlier row and says", "rows have the key of an earlier row and say") +
		" something else of who it is; the first row of each key counts. Look whether one key was given to two people: the keys of " + at + " come again."
}

func (d linked) words() string {
	var rows [][]string
	for _, f := range d.Files {
		rows = append(rows, []string{f.File, f.Layout, count(f.Rows), count(f.Accepted), count(f.Rejected), count(f.Repeated),
			count(f.Reused), count(f.Records), count(f.SetAside)})
	}
	var b strings.Builder
	b.WriteString(table([]string{"FILE", "LAYOUT", "ROWS", "ACCEPTED", "REJECTED", "REPEATED", "KEY AGAIN", "RECORDS", "SET ASIDE"}, rows) + "\n")
	for _, f := range d.Files {
		for i, r := range f.First {
			if i == shownRejected {
				fmt.Fprintf(&b, "  %s: and %s more\n", f.File, count(f.Rejected-shownRejected))
				break
			}
			fmt.Fprintf(&b, "  %s, %s\n", f.File, r)
		}
		if f.Reused > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", f.File, f.reused())
		}
		for _, s := range f.Asides {
			fmt.Fprintf(&b, "  %s, %s\n", f.File, s)
		}
		if len(f.Unmapped) > 0 {
			fmt.Fprintf(&b, "  %s: not used: %s\n", f.File, strings.Join(f.Unmapped, ", "))
		}
	}
	fmt.Fprintf(&b, "\n%s, by %s from a probability of %g on. %s for someone to look at. %s compared, in %.1f seconds.\n",
		recordsArePeople(d.Records, d.Persons), counted(d.Links, "link", "links"), d.LinkAt, counted(d.Review, "pair is", "pairs are"),
		counted(d.Pairs, "pair was", "pairs were"), d.Seconds)
	if d.Households {
		b.WriteString("Who may be two people of one household was linked with nobody: --hold-households.\n")
	}
	if d.Precision == nil {
		b.WriteString(nothingLinked + "\n")
	} else {
		fmt.Fprintf(&b, "By the model alone, %s of linked pairs are right, and %s of the pairs of one person that were weighed are linked.\n",
			between(*d.Precision), between(*d.Recall))
	}
	for _, more := range []string{d.families(), d.leftOut()} {
		if more != "" {
			b.WriteString(more + "\n")
		}
	}
	if !d.Settled && d.Links > 0 {
		b.WriteString("Training did not settle: its last figures were still moving. Treat weights and probabilities with care.\n")
	}
	if named, nameless := d.named(); named != "" {
		b.WriteString(strings.TrimSpace("Look: pairs.csv, a sample and report.html hold names from "+named+". "+nameless) + "\n")
	}
	b.WriteString("persons.csv, links.csv, pairs.csv, model.json and report.html are in " + d.Out + ".")
	return b.String()
}
