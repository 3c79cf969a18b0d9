package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/money"
)

// importing is throughline import.
type importing struct {
	operator
	Agency   string   `help:"The agency that sent the files, by its short name." required:"" placeholder:"AGENCY"`
	Layout   string   `help:"The layout that the files are read through." required:"" type:"path" placeholder:"FILE"`
	AsOf     string   `help:"The day on which the agency took the extract from its system." name:"as-of" placeholder:"DAY"`
	DryRun   bool     `help:"Read the files and say what would become of their rows. Nothing is stored." name:"dry-run"`
	Full     bool     `help:"The file holds everything the agency has: what is absent from it has ended."`
	Rows     int64    `help:"How many rows the agency says that it sent." placeholder:"N"`
	Total    string   `help:"What the agency says that the amounts come to." placeholder:"£"`
	Accept   bool     `help:"Accept what was read, so that it counts."`
	SeenEnds bool     `help:"With --full and --accept: you have seen how many contacts the file ends, and the agency says that it is right." name:"seen-ends"`
	Rejected string   `help:"Write the rejected rows there as CSV, to send back: the agency’s columns, then line, column, what is wrong, remedy." type:"path" placeholder:"FILE"`
	Extracts []string `arg:"" name:"extract" help:"The agency’s files."`
}

// Help ends the command's help.
func (importing) Help() string {
	return `Rows are accepted, rejected (line, column, what is wrong, remedy) or repeated; the three add up to the rows of the file. Nothing of
an extract counts before somebody accepts it. With a server running, the server does the work and this command shows how far it is.
The same file sent again changes nothing; where its import was cut off, the command given again ends it.

Examples:
  throughline import --dry-run --agency elmfield --layout elmfield-people.yaml --as-of 2026-03-31 people.csv
  throughline import --agency elmfield --layout elmfield-people.yaml --as-of 2026-03-31 --accept people.csv`
}

// imported is what became of one file, as JSON shows it.
type imported struct {
	File     string     `json:"file"`
	Extract  id.Extract `json:"extract"`
	State    string     `json:"state"`
	Before   bool       `json:"sent_before"`
	Rows     int64      `json:"rows"`
	Accepted int64      `json:"accepted"`
	Rejected int64      `json:"rejected"`
	Repeated int64      `json:"repeated"`
	SetAside int64      `json:"set_aside"`
	Records  int64      `json:"records"`
	Contacts int64      `json:"contacts"`
	Absent   int64      `json:"absent"`
	Unmapped []string   `json:"unmapped"`
	Reasons  []reason   `json:"reasons"`
	First    []rejected `json:"first_rejected"`
	readAs

	stands string // State, in words
	taken  bool   // its check, which had been cut off or was under way, was awaited
}

type reason struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
}

// rejected is a rejected row, without what it says of anybody.
type rejected struct {
	Line    int64  `json:"line"`
	Column  string `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

func (r rejected) String() string {
	at := fmt.Sprintf("line %d", r.Line)
	if r.Column != "" {
		at += ", " + r.Column
	}
	return at + ": " + sentence(r.Message) + " " + sentence(r.Remedy)
}

// sentence ends words with a full stop where they have no end of their own.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// checked is what the flags say once they are read.
type checked struct {
	layout *intake.Layout
	asOf   day.Day
	total  *money.Pence
}

// check reads the flags that need no installation.
func (c importing) check() (k checked, err error) {
	if c.AsOf == "" {
		return k, fault.InvalidField("as-of", "The as-of day is not said, and it decides which of two files is the newer.",
			"Give the day on which the agency took the extract from its system, for example --as-of 2026-03-31.")
	}
	if k.asOf, err = readDay("as-of", c.AsOf); err != nil {
		return k, err
	}
	if c.Total != "" {
		p, err := money.Parse(c.Total)
		if err != nil {
			return k, fault.InvalidField("total", "“"+c.Total+"” is not an amount.", "Write it in pounds, for example 12345.67.")
		}
		k.total = &p
	}
	if (c.Rows != 0 || c.Total != "" || c.Rejected != "") && len(c.Extracts) > 1 {
		return k, fault.InvalidField("extract", "--rows, --total and --rejected are about one file, and several are named.",
			"Import the files one at a time.")
	}
	if c.Rows < 0 {
		return k, fault.InvalidField("rows", "A file has no fewer than no rows.", "Leave --rows out, or give what the agency says.")
	}
	if _, err := os.Lstat(c.Rejected); c.Rejected != "" && err == nil {
		return k, isThere("rejected", c.Rejected)
	}
	if k.layout, err = readLayout(c.Layout); err != nil {
		return k, err
	}
	if k.layout.Agency != c.Agency {
		return k, fault.InvalidField("agency", "The layout is of the agency "+k.layout.Agency+", not of "+c.Agency+".",
			"Give that agency's layout, or correct --agency.")
	}
	for _, path := range c.Extracts {
		f, err := open("extract", path)
		if err != nil {
			return k, err
		}
		if err := f.Close(); err != nil {
			return k, err
		}
	}
	return k, nil
}

// Run brings files in, or says what would become of them.
func (c importing) Run(ctx context.Context, w *World) error {
	k, err := c.check()
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.dryRun(w, k)
	}
	return c.work(ctx, w, func(work *worker) error {
		layout, err := c.approved(ctx, work, k.layout)
		if err != nil {
			return err
		}
		var all []imported
		var words []string
		for _, path := range c.Extracts {
			done, said, err := c.bring(ctx, work, layout, path, k)
			if err != nil {
				return errors.Join(c.finished(w, all, words), about(filepath.Base(path), err))
			}
			all, words = append(all, done), append(words, said)
		}
		return c.print(w, map[string]any{"extracts": all}, strings.Join(words, "\n\n"))
	})
}

// finished tells of the files that were brought in before one could not be.
func (c importing) finished(w *World, all []imported, words []string) error {
	if len(all) == 0 {
		return nil
	}
	return c.print(w, map[string]any{"extracts": all}, strings.Join(words, "\n\n"))
}

// approved finds the layout in the area, approved.
func (c importing) approved(ctx context.Context, k *worker, l *intake.Layout) (id.Layout, error) {
	list, err := k.Layouts(ctx, k.who)
	if err != nil {
		return 0, err
	}
	sum := l.Hash()
	for _, known := range list.Layouts {
		if known.Hash != hex.EncodeToString(sum[:]) {
			continue
		}
		if known.ApprovedAt.IsZero() {
			return 0, fault.New(fault.Denied, "layout-not-approved",
				fmt.Sprintf("The layout %s, version %d, is not approved.", l.Name, l.Version),
				governanceApproves(ctx, k.App, k.who))
		}
		return known.ID, nil
	}
	return 0, fault.InvalidField("layout", fmt.Sprintf("The layout %s is not in the area as this file has it.", l.Name),
		"Add it (throughline layout add "+c.Layout+"), and have the governance lead approve it in the browser, under Layouts.")
}

// bring brings one file in.
func (c importing) bring(ctx context.Context, k *worker, layout id.Layout, path string, with checked) (imported, string, error) {
	file, err := open("extract", path)
	if err != nil {
		return imported{}, "", err
	}
	got, err := k.ReceiveExtract(ctx, k.who, app.ReceiveExtract{Layout: layout, Name: filepath.Base(path), AsOf: with.asOf,
		Whole:       c.Full,
		ControlRows: c.Rows, ControlSum: with.total, File: file})
	if err := errors.Join(err, file.Close()); err != nil {
		return imported{}, "", err
	}
	if got.Job != 0 {
		if err := k.await(ctx, got.Job); err != nil {
			return imported{}, "", err
		}
	}
	n := got.Extract.ID
	p, err := k.Extract(ctx, k.who, n, 0)
	if err != nil {
		return imported{}, "", err
	}
	if p.Extract.State == "faulty" {
		return imported{}, "", fault.New(fault.Invalid, "extract-faulty", strings.Join(p.Trouble, "\n  "), "")
	}
	if c.Rejected != "" && p.Extract.Rejected > 0 {
		if err := writeNew("rejected", c.Rejected, func(to io.Writer) error { return k.DownloadRejected(ctx, k.who, n, to) }); err != nil {
			return imported{}, "", err
		}
	}
	if c.Accept && p.Extract.State == "checked" {
		if err := k.AcceptExtract(ctx, k.who, app.AcceptExtract{Extract: n, Absent: c.SeenEnds}); err != nil {
			return imported{}, "", err
		}
		if p, err = k.Extract(ctx, k.who, n, 0); err != nil {
			return imported{}, "", err
		}
	}
	done := importedOf(p, got.Before)
	done.taken = got.Before && got.Job != 0
	return done, done.words(c), nil
}

// writeNew writes a file that is not there yet, and takes it away again when it cannot be written whole.
func writeNew(field, path string, write func(io.Writer) error) error {
	f, err := create(field, path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func importedOf(p app.ExtractPage, before bool) imported {
	e := p.Extract
	done := imported{File: e.Name, Extract: e.ID, State: string(e.State), stands: e.State.Words(), Before: before, Rows: e.Rows, Accepted: e.Accepted,
		Rejected: e.Rejected,
		Repeated: e.Repeated, SetAside: e.SetAside, Records: e.People, Contacts: e.Contacts, Absent: e.Absent,
		Unmapped: append([]string{}, p.Unmapped...),
		Reasons:  []reason{}, First: []rejected{}, readAs: readingOf(p.Reading)}
	for _, r := range p.Reasons {
		done.Reasons = append(done.Reasons, reason{r.Code, intake.Reason(r.Code), r.Rows})
	}
	for _, f := range p.Faults {
		done.First = append(done.First, rejected{f.Line, f.Field, f.Code, f.Message, f.Remedy})
	}
	return done
}

// shownRejected is how many rejected rows are printed.
const shownRejected = 5

// words says what became of a file.
func (d imported) words(c importing) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is extract %d: %s.\n", d.File, d.Extract, d.stands)
	switch {
	case d.taken:
		b.WriteString("It was sent before; its check had not ended then, and has now.\n")
	case d.Before:
		b.WriteString("It was sent before, so nothing has changed.\n")
	}
	fmt.Fprintf(&b, "%s rows: %s accepted, %s rejected, %s repeated. %s values set aside.\n", count(d.Rows),
		count(d.Accepted), count(d.Rejected),
		count(d.Repeated), count(d.SetAside))
	fmt.Fprintf(&b, "It says something new of %s records and has %s contacts.\n", count(d.Records), count(d.Contacts))
	if d.Absent > 0 {
		fmt.Fprintf(&b, "It ends %s contacts that the agency sent before.\n", count(d.Absent))
	}
	if len(d.Unmapped) > 0 {
		fmt.Fprintf(&b, "Nothing is stored of the columns %s.\n", strings.Join(d.Unmapped, ", "))
	}
	for i, r := range d.First {
		if i == shownRejected {
			fmt.Fprintf(&b, "  and %s more\n", count(d.Rejected-shownRejected))
			break
		}
		b.WriteString("  " + r.String() + "\n")
	}
	b.WriteString(d.looks())
	if c.Rejected != "" && d.Rejected > 0 {
		b.WriteString("The rejected rows are in " + c.Rejected + ".\n")
	}
	if d.State == "checked" {
		b.WriteString(d.largest())
		fmt.Fprintf(&b, "It does not count yet. Accept it with: throughline extract accept %d\n", d.Extract)
	}
	return strings.TrimRight(b.String(), "\n")
}
