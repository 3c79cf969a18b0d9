package ui

import (
	"net/url"
	"strconv"

	"throughline/internal/day"
	"throughline/internal/id"
)

// ExtractRowsPage shows the rows behind one of the counts of an extract.
var ExtractRowsPage = register[ExtractRows]("extract-rows")

// ExtractRows is rows behind a count of an extract, in file order; each leads to the row as it was sent.
type ExtractRows struct {
	Extract            id.Extract
	Agency, Feed       string
	AsOf               day.Day
	What               string // accepted, repeated or set-aside
	Column, Why        string // of values set aside
	Columns            []string
	Rows               []ExtractsRow
	After, Last        int  // the lines after which and up to which the file was looked through
	More               bool // there is more of the file
	Gone               bool // the file's rows were removed
	Accepted, Repeated int  // of the whole file
}

// ExtractsRow is one row, masked as the preview is.
type ExtractsRow struct {
	Line      int
	Cells     []string
	Aside     []string   // what was set aside
	OfExtract id.Extract // the other file whose row it repeats; 0 for none
	OfLine    int
	OfOwn     bool // it repeats a row of its own file
}

// RowsPath is the rows behind a count of an extract; RowPath one row of it as sent.
func RowsPath(e id.Extract, what string) string { return ExtractPath(e) + "/rows?what=" + what }
func RowPath(e id.Extract, line int) string     { return ExtractPath(e) + "/rows/" + strconv.Itoa(line) }
func asidePath(e id.Extract, field, why string) string {
	return ExtractPath(e) + "/rows?" + url.Values{"what": {"set-aside"}, "column": {field}, "why": {why}}.Encode()
}

// Head implements Content.
func (r ExtractRows) Head() Head {
	return Head{Title: r.title(), Place: PlaceExtracts, Crumbs: []Crumb{{"Extracts", "/extracts"}, {r.Agency + ", " + r.Feed, ExtractPath(r.Extract)}}}
}

func (r ExtractRows) title() string {
	switch r.What {
	case "repeated":
		return "Rows that repeat what was sent before"
	case "set-aside":
		return "Rows with a value set aside"
	}
	return "Rows that are accepted"
}

// Lede says which rows these are.
func (r ExtractRows) Lede() Text {
	if r.Gone {
		return Say(Plain("The rows of this file were removed. "), Link(ExtractPath(r.Extract), "Who removed them, when and why"))
	}
	from := Plain(" of " + r.Agency + ", " + r.Feed + ", as of " + r.AsOf.Long() + ".")
	switch r.What {
	case "repeated":
		return Say(Plain(many(r.Repeated, "row", "rows")), from, Plain(" Each says what a row of this file, or of another that counts, had said, and is counted once."))
	case "set-aside":
		return Say(Plain("Accepted rows"), from, Plain(" In the column "), Code(r.Column), Plain(": "+r.Why+". The value is kept as sent and not used."))
	}
	return Say(Plain(many(r.Accepted, "row", "rows")), from)
}

// Looked says how far the file was looked through, where nobody can count the pages.
func (r ExtractRows) Looked() string {
	switch {
	case r.More && len(r.Rows) == 0:
		return "None up to line " + count(r.Last) + ". The file goes on."
	case r.More:
		return "Looked through up to line " + count(r.Last) + "."
	}
	return "That is the end of the file."
}

// Onwards and Begin lead through the file.
func (r ExtractRows) Onwards() string {
	if !r.More {
		return ""
	}
	return r.path() + "&after=" + strconv.Itoa(r.Last)
}

// Begin leads to the beginning of the file, empty when this is it.
func (r ExtractRows) Begin() string {
	if r.After == 0 {
		return ""
	}
	return r.path()
}

func (r ExtractRows) path() string {
	if r.What == "set-aside" {
		return asidePath(r.Extract, r.Column, r.Why)
	}
	return RowsPath(r.Extract, r.What)
}

// Table is this page of the rows.
func (r ExtractRows) Table() Table {
	t := Table{ID: "rows", Name: many(len(r.Rows), "row", "rows") + ", in file order", Heading: true, Wide: true, Columns: []Column{head(num("Line"))}}
	if r.After > 0 {
		t.Name += ", after line " + count(r.After)
	}
	switch r.What {
	case "repeated":
		t.Columns = append(t.Columns, col("What it repeats"))
	case "set-aside":
		t.Columns = append(t.Columns, col("Set aside"))
	}
	t.Columns = append(t.Columns, col("The row, by column"))
	for _, x := range r.Rows {
		line := row(cell(Spoken("Line "), LinkAbout(RowPath(r.Extract, x.Line), count(x.Line), "as it was sent")))
		switch {
		case r.What == "repeated" && x.OfExtract != 0:
			line.Cells = append(line.Cells, cell(LinkAbout(RowPath(x.OfExtract, x.OfLine), "line "+count(x.OfLine)+" of extract "+count(int(x.OfExtract)), "repeated")))
		case r.What == "repeated":
			line.Cells = append(line.Cells, words("an earlier row of this file"))
		case r.What == "set-aside":
			var aside Text
			for i, v := range x.Aside {
				if i > 0 {
					aside = append(aside, Plain(", "))
				}
				aside = append(aside, Code(v))
			}
			line.Cells = append(line.Cells, Cell{Text: aside})
		}
		line.Cells = append(line.Cells, r.values(x))
		t.Rows = append(t.Rows, line)
	}
	return t
}

// values are a row's values with their columns, one after another: a table with a column for each would run past the page.
func (r ExtractRows) values(x ExtractsRow) Cell {
	var t Text
	for i, v := range x.Cells {
		if v == "" || i >= len(r.Columns) {
			continue
		}
		if t != nil {
			t = append(t, Plain(" · "))
		}
		t = append(t, Quiet(r.Columns[i]+" "), Code(v))
	}
	if t == nil {
		t = Say(Quiet("empty"))
	}
	return Cell{Text: t}
}
