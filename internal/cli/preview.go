package cli

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"throughline/internal/intake"
)

// preview is what a dry run found, as JSON shows it.
type preview struct {
	File       string       `json:"file"`
	SHA256     string       `json:"sha256"`
	Bytes      int64        `json:"bytes"`
	Encoding   string       `json:"encoding"`
	HeaderLine int          `json:"header_line"`
	Rows       int          `json:"rows"`
	Accepted   int          `json:"accepted"`
	Rejected   int          `json:"rejected"`
	Repeated   int          `json:"repeated"`
	Revised    int          `json:"revised"`
	Blank      int          `json:"blank"`
	From       string       `json:"from"`
	To         string       `json:"to"`
	Reasons    []reason     `json:"reasons"`
	First      []rejected   `json:"first_rejected"`
	SetAside   []setAside   `json:"set_aside"`
	Unmapped   []string     `json:"unmapped"`
	Services   []serviceUse `json:"services"`
	Columns    []string     `json:"columns"`
	Sample     [][]string   `json:"masked_sample"`
	readAs
}

// readAs is how a file was read and what somebody should think about before they accept it, as JSON shows it.
type readAs struct {
	Remarks []remark     `json:"remarks"`
	Largest []lineAmount `json:"largest_amounts"`
}

type remark struct {
	Code   string  `json:"code"`
	Remark string  `json:"remark"`
	Rows   int     `json:"rows,omitempty"`
	Lines  []int64 `json:"lines,omitempty"` // of some of the rows
}

type lineAmount struct {
	Line   int64  `json:"line"`
	Amount string `json:"amount"`
	Code   string `json:"code"`
}

func readingOf(r intake.Reading) readAs {
	f := readAs{Remarks: []remark{}, Largest: []lineAmount{}}
	for _, m := range r.Remarks {
		f.Remarks = append(f.Remarks, remark{m.Code, m.Words, m.Rows, m.Lines})
	}
	for _, a := range r.Largest {
		f.Largest = append(f.Largest, lineAmount{a.Line, a.Amount.Plain(), a.Code})
	}
	return f
}

// looks are the remarks, a line each.
func (f readAs) looks() string {
	var b strings.Builder
	for _, m := range f.Remarks {
		b.WriteString("Look: " + m.Remark)
		if len(m.Lines) > 0 {
			lines := make([]string, len(m.Lines))
			for i, line := range m.Lines {
				lines[i] = count(line)
			}
			name := " Lines "
			if len(lines) == 1 {
				name = " Line "
			}
			b.WriteString(name + strings.Join(lines, ", "))
			if more := m.Rows - len(lines); more > 0 {
				b.WriteString(" and " + count(more) + " more")
			}
			b.WriteString(".")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// largest is a table of the largest amounts; empty where there is none.
func (f readAs) largest() string {
	var rows [][]string
	for _, a := range f.Largest {
		rows = append(rows, []string{count(a.Line), a.Amount, a.Code})
	}
	if len(rows) == 0 {
		return ""
	}
	return "\nThe largest amounts\n" + table([]string{"LINE", "POUNDS", "CODE"}, rows) + "\n"
}

type setAside struct {
	Column string `json:"column"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Values int    `json:"values"`
	Of     int    `json:"of"`         // values that the column has
	Line   int    `json:"first_line"` // of the file
	Said   string `json:"said,omitempty"`
}

// setAsides are the kinds of values that were set aside, without what they say.
func setAsides(counts []intake.SetAsideCount) []setAside {
	list := []setAside{}
	for _, s := range counts {
		list = append(list, setAside{Column: s.Column, Code: s.Code, Reason: s.Reason, Values: s.Values, Of: s.Of, Line: s.Line})
	}
	return list
}

// String says how many of a column's values were set aside, why, and where to look.
func (s setAside) String() string {
	return fmt.Sprintf("%s: %s of %s set aside, first on line %s: %s", s.Column, count(s.Values), counted(s.Of, "value", "values"),
		count(s.Line), sentence(s.Reason))
}

type serviceUse struct {
	Code     string `json:"code"`
	Service  string `json:"service"`
	Unit     string `json:"unit"`
	Contacts int    `json:"contacts"`
	Known    bool   `json:"known"`
}

// dryRun reads files and says what would become of them.
func (c importing) dryRun(w *World, k checked) error {
	var all []preview
	var words []string
	for _, path := range c.Extracts {
		p, err := c.preview(path, k)
		if err != nil {
			return about(filepath.Base(path), err)
		}
		all, words = append(all, p), append(words, p.words(k.layout))
	}
	return c.print(w, map[string]any{"layout": k.layout.Name, "version": k.layout.Version, "previews": all},
		strings.Join(words, "\n\n"))
}

func (c importing) options(k checked) intake.Options {
	o := intake.Options{AsOf: k.asOf, Totals: intake.Totals{Rows: int(c.Rows)}}
	if k.total != nil {
		o.Totals.Amount, o.Totals.HasAmount = *k.total, true
	}
	return o
}

func (c importing) preview(path string, k checked) (p preview, err error) {
	file, err := open("extract", path)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	found, err := intake.DryRun(file, k.layout, c.options(k), shownRejected)
	if err != nil {
		return p, err
	}
	if c.Rejected != "" && found.Counts.Rejected > 0 {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return p, err
		}
		if err := writeNew("rejected", c.Rejected, func(to io.Writer) error { return writeRejected(to, file, k.layout, c.options(k)) }); err != nil {
			return p, err
		}
	}
	return previewOf(filepath.Base(path), found), nil
}

// writeRejected reads a file once more for its rejected rows: they are never held together.
func writeRejected(to io.Writer, file io.Reader, l *intake.Layout, o intake.Options) error {
	r, err := intake.NewReader(file, l, o)
	if err != nil {
		return err
	}
	return intake.WriteRejected(to, r.Headers(), func(yield func(intake.RejectedRow, error) bool) {
		for r.Next() {
			if row := r.Row(); row.Outcome == intake.Rejected && !yield(row.AsRejected(), nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(intake.RejectedRow{}, err)
		}
	})
}

func previewOf(name string, p *intake.Preview) preview {
	out := preview{File: name, SHA256: hex.EncodeToString(p.Hash[:]), Bytes: p.Bytes, Encoding: p.Encoding,
		HeaderLine: p.HeaderLine, Rows: p.Counts.Rows,
		Accepted: p.Counts.Accepted, Rejected: p.Counts.Rejected, Repeated: p.Counts.Repeated, Revised: p.Counts.Revised,
		Blank: p.Counts.Blank,
		From:  p.First.String(), To: p.Last.String(), Reasons: []reason{}, First: []rejected{}, SetAside: []setAside{},
		Unmapped: append([]string{}, p.Unmapped...),
		Services: []serviceUse{}, Columns: p.Headers, Sample: p.Sample, readAs: readingOf(p.Reading)}
	for _, r := range p.Reasons {
		out.Reasons = append(out.Reasons, reason{r.Code, r.Reason, int64(r.Rows)})
	}
	for _, r := range p.Rejected {
		out.First = append(out.First, rejected{int64(r.Line), r.Column, r.Code, r.Message, r.Remedy})
	}
	for _, s := range p.SetAside {
		out.SetAside = append(out.SetAside, setAside{s.Column, s.Code, s.Reason, s.Values, s.Of, s.Line, s.Said})
	}
	for _, s := range p.Services {
		out.Services = append(out.Services, serviceUse{s.Code, s.Service, s.Unit, s.Contacts, s.Known})
	}
	return out
}

// words says what a dry run found.
func (p preview) words(l *intake.Layout) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, read through the layout %s, version %d. Nothing is stored.\n", p.File, l.Name, l.Version)
	fmt.Fprintf(&b, "%s rows: %s accepted, %s rejected, %s repeated. The file is %s with its header on line %d.\n",
		count(p.Rows), count(p.Accepted),
		count(p.Rejected), count(p.Repeated), p.Encoding, p.HeaderLine)
	b.WriteString("Repeated means within the file: a dry run does not compare it with what is held.\n")
	if p.Revised > 0 {
		fmt.Fprintf(&b, "%s rows take the place of an earlier row with the same number.\n", count(p.Revised))
	}
	if p.From != "" {
		fmt.Fprintf(&b, "Contacts from %s to %s.\n", p.From, p.To)
	}
	b.WriteString(p.looks())
	if len(p.Unmapped) > 0 {
		fmt.Fprintf(&b, "Nothing would be stored of the columns %s.\n", strings.Join(p.Unmapped, ", "))
	}
	section := func(heading string, headings []string, rows [][]string) {
		if len(rows) > 0 {
			b.WriteString("\n" + heading + "\n" + table(headings, rows) + "\n")
		}
	}
	var rows [][]string
	for _, r := range p.Reasons {
		rows = append(rows, []string{count(r.Rows), r.Reason})
	}
	section("Rejected", []string{"ROWS", "WHY"}, rows)
	for _, r := range p.First {
		b.WriteString("  " + r.String() + "\n")
	}
	if more := p.Rejected - len(p.First); more > 0 {
		fmt.Fprintf(&b, "  and %s more: --rejected FILE writes them all to a file\n", count(more))
	}
	rows = nil
	for _, s := range p.SetAside {
		rows = append(rows, []string{count(s.Values), s.Column, cmp.Or(s.Said, "several"), s.Reason})
	}
	section("Set aside: kept as sent, not used", []string{"VALUES", "COLUMN", "AS SENT", "WHY"}, rows)
	rows = nil
	for _, s := range p.Services {
		means := s.Service
		if !s.Known {
			means = "the layout does not say what it means"
		}
		rows = append(rows, []string{count(s.Contacts), s.Code, cmp.Or(s.Unit, "contact"), means})
	}
	section("Services", []string{"CONTACTS", "CODE", "UNIT", "MEANS"}, rows)
	b.WriteString(p.largest())
	section("The first accepted rows, masked", p.Columns, p.Sample)
	return strings.TrimRight(b.String(), "\n")
}
