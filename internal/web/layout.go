package web

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/web/ui"
)

func (s *Server) layouts(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.Layouts(r.Context(), who)
	if err != nil {
		return err
	}
	content := ui.Layouts{MayAdd: len(p.Adds) > 0}
	names := map[id.Agency]string{}
	for _, g := range p.Agencies {
		names[g.ID] = g.Name
	}
	type feed struct {
		agency id.Agency
		name   string
	}
	later := map[feed]bool{} // the list has the newest version of each layout first
	for _, l := range p.Layouts {
		reads, err := intake.ParseLayout([]byte(l.Text))
		if err != nil {
			return err
		}
		of := feed{l.Agency, l.Name}
		row := ui.LayoutRow{Layout: l.ID, Agency: names[l.Agency], Name: l.Name, Version: int(l.Version), Columns: len(reads.Columns),
			ApprovedOn: dayOf(l.ApprovedAt), Extracts: p.Extracts[l.ID], Replaced: later[of]}
		if !l.ApprovedAt.IsZero() {
			row.ApprovedBy, later[of] = p.Names[l.ApprovedBy], true
		}
		content.Rows = append(content.Rows, row)
	}
	return ui.LayoutsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), content)
}

func (s *Server) layout(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Layout](r, "layout", "layout")
	if err != nil {
		return err
	}
	p, err := s.app.Layout(r.Context(), who, n)
	if err != nil {
		return err
	}
	c := ui.Layout{Layout: n, Agency: p.Agency.Name, Name: p.Layout.Name, Version: int(p.Layout.Version), About: aboutLayout(p.Reads),
		ApprovedBy: p.ApprovedBy, ApprovedOn: dayOf(p.Layout.ApprovedAt), MayApprove: p.MayApprove, NotYours: "The partnership’s governance lead approves layouts.",
		Source: p.Layout.Text}
	for i := range p.Reads.Columns {
		c.Columns = append(c.Columns, layoutColumn(p.Reads, &p.Reads.Columns[i]))
	}
	for _, code := range p.Reads.Services {
		c.Codes = append(c.Codes, ui.LayoutCode{Code: code.Code, Service: cmp.Or(p.Services[code.Service], code.Service), Unit: code.Unit})
	}
	return ui.LayoutPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// layoutColumn is what a column of a layout means, in words.
func layoutColumn(l *intake.Layout, c *intake.Column) ui.LayoutColumn {
	out := ui.LayoutColumn{Name: c.Header, Synonyms: c.Also, Format: c.Format, Required: l.Needs(c)}
	var means []string
	for _, f := range c.Fields() {
		means = append(means, f.Words())
		out.Personal = out.Personal || f.Identifies()
	}
	out.Meaning = sentenceCase(listed(means))
	if out.Format == "" {
		out.Format = c.Form
	}
	return out
}

// aboutLayout is how the file as a whole is read.
func aboutLayout(l *intake.Layout) []ui.Pair {
	pair := func(name, words string) ui.Pair { return ui.Pair{Name: name, Value: ui.Say(ui.Plain(words))} }
	holds := map[intake.Kind]string{intake.People: "One row is a person as the agency knows them", intake.Contacts: "One row is one use of a service",
		intake.Both: "One row is one use of a service, with the person it was for"}
	keys := "Each row is known by its number in the file"
	if k := l.KeyHeaders(); len(k) > 0 {
		keys = listed(k)
		if l.Keys == "first" {
			keys = "The first of " + keys + " that has a value"
		}
	}
	out := []ui.Pair{pair("Rows", holds[l.Kind]), pair("Record number", keys), pair("Header", headerWords(l.Header)),
		pair("Between values", sentenceCase(cmp.Or(l.Delimiter, "detect"))), pair("Encoding", encodingWords(l.Encoding))}
	if len(l.Stop) > 0 {
		out = append(out, pair("Rows end at", listed(l.Stop)))
	}
	if len(l.Empty) > 0 {
		out = append(out, pair("Means no value", "An empty value, "+listed(l.Empty)))
	}
	if l.Service != "" {
		out = append(out, pair("Service of every row", l.Service))
	}
	return out
}

func headerWords(line string) string {
	if line == "" || line == "find" {
		return "The row that holds the columns’ names"
	}
	return "Line " + line
}

var isApproved = notice("layout-approved", "The layout is approved. Files may come in under it from now on.")

func (s *Server) approveLayout(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Layout](r, "layout", "layout")
	if err != nil {
		return err
	}
	if err := s.app.ApproveLayout(r.Context(), who, n); err != nil {
		return err
	}
	return s.done(w, ui.LayoutPath(n), isApproved)
}

func (s *Server) newLayout(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.newLayoutPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) newLayoutPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	p, err := s.app.Layouts(r.Context(), who)
	if err != nil {
		return err
	}
	if len(p.Adds) == 0 {
		return fault.Missing("page")
	}
	content := ui.NewLayout{Form: form}
	for _, g := range p.Adds {
		content.Agencies = append(content.Agencies, ui.Option{Value: strconv.FormatInt(int64(g.ID), 10), Label: g.Name})
	}
	return ui.NewLayoutPage.Write(w, status, s.frame(w, r, p.Viewer), content)
}

var isAdded = notice("layout-added", "The layout is added. No file is read with it until the governance lead has approved it.")

func (s *Server) addLayout(w http.ResponseWriter, r *http.Request, who app.Who) error {
	agency, err := id.Parse[id.Agency](r.PostForm.Get("agency"))
	if err != nil {
		err = fault.InvalidField("agency", "Choose whose files it describes.", "")
	}
	text, unread := layoutSent(r)
	err = cmp.Or(err, unread)
	var added id.Layout
	if err == nil {
		added, err = s.addedLayout(r, who, agency, text)
	}
	if form, status, ok := again(r, atText(err)); ok {
		if len(text) > 0 { // a browser does not choose a file again, so what was in it stands in the field to be mended
			form.Typed["text"] = []string{string(text)}
		}
		return s.newLayoutPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, ui.LayoutPath(added), isAdded)
}

func (s *Server) addedLayout(r *http.Request, who app.Who, agency id.Agency, text []byte) (id.Layout, error) {
	l, err := s.app.AddLayout(r.Context(), who, agency, text)
	return l.ID, err
}

// largestLayout bounds a layout's file, in bytes. The longest there are have a few thousand.
const largestLayout = 64 << 10

// layoutSent is the text of a layout, pasted or as a file.
func layoutSent(r *http.Request) ([]byte, error) {
	pasted := r.PostForm.Get("text")
	if noFile(r.PostForm.Get("file")) {
		if strings.TrimSpace(pasted) == "" {
			return nil, fault.InvalidField("text", "There is no layout.", "Paste it, or choose its file.")
		}
		return []byte(strings.ReplaceAll(pasted, "\r\n", "\n")), nil // forms end lines as no file does
	}
	if strings.TrimSpace(pasted) != "" {
		return nil, fault.InvalidField("text", "There are two layouts: one is pasted, one is a file.", "Empty the field, or leave the file out.")
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, largestLayout+1))
	if err != nil {
		return nil, tooLarge(err)
	}
	if len(text) > largestLayout {
		return nil, fault.InvalidField("file", fmt.Sprintf("The file is larger than %s, and no layout is.", size(largestLayout)), "Choose the layout’s file, not the agency’s.")
	}
	return text, nil
}

// atText ties what is wrong with a line of a layout to the field that the layout stands in.
func atText(err error) error {
	f := fault.As(err)
	if f.Kind != fault.Invalid || len(f.Notes) == 0 {
		return err
	}
	c := *f
	c.Notes = append([]fault.Note(nil), f.Notes...)
	for i, n := range c.Notes {
		if n.Field != "agency" && n.Field != "text" && n.Field != "file" {
			c.Notes[i].Field, c.Notes[i].Message = "text", sentenceCase(n.Field)+": "+n.Message
		}
	}
	return &c
}

// encodingWords writes an encoding as its standard does.
func encodingWords(s string) string {
	if s == "" || s == "detect" {
		return "Detect"
	}
	return strings.Replace(strings.Replace(strings.ToLower(s), "utf", "UTF", 1), "windows", "Windows", 1)
}
