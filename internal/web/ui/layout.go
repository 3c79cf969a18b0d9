package ui

import (
	"throughline/internal/day"
	"throughline/internal/id"
)

// The pages of layouts, and of one row of a file.
var (
	LayoutsPage   = register[Layouts]("layouts")
	LayoutPage    = register[Layout]("layout")
	NewLayoutPage = register[NewLayout]("new-layout")
	RowPage       = register[RowView]("row")
)

// Layouts is the list of column layouts.
type Layouts struct {
	Rows   []LayoutRow
	MayAdd bool
}

// LayoutRow is one version of a layout.
type LayoutRow struct {
	Layout           id.Layout
	Agency, Name     string
	Version, Columns int
	ApprovedBy       string // empty: it waits for the governance lead
	ApprovedOn       day.Day
	Extracts         int
	Replaced         bool // by a later version
}

// Head implements Content.
func (l Layouts) Head() Head {
	return Head{Title: "Layouts", Place: PlaceExtracts, Crumbs: []Crumb{{"Extracts", "/extracts"}}}
}

// Table lists them.
func (l Layouts) Table() Table { return layoutTable(l.Rows) }

func layoutTable(rows []LayoutRow) Table {
	t := Table{ID: "layouts", Name: many(len(rows), "layout", "layouts"), Heading: true, Wide: true, Empty: "There is no layout yet.",
		Columns: []Column{head(col("Layout")), col("Agency"), num("Version"), num("Columns kept"), num("Extracts"), col("Approved by")}}
	for _, r := range rows {
		approved := cell(Name(r.ApprovedBy), Under(r.ApprovedOn.Long()))
		line := row(linked(LayoutPath(r.Layout), r.Name), words(r.Agency), number0(r.Version), number0(r.Columns),
			number0(r.Extracts), approved)
		switch {
		case r.ApprovedBy == "":
			line.Cells[5], line.State = cell(Tag(Attention, "Not approved")), NeedsYou
		case r.Replaced:
			line.Cells[0].Text = append(line.Cells[0].Text, Under("replaced by a later version"))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// Layout is one version of a layout: an allow-list of columns, with what each means.
type Layout struct {
	Layout       id.Layout
	Agency, Name string
	Version      int
	About        []Pair // sheet, header row, delimiter, encoding, what a blank means
	Columns      []LayoutColumn
	Codes        []LayoutCode
	ApprovedBy   string
	ApprovedOn   day.Day
	MayApprove   bool
	NotYours     string // why one may not approve
	Source       string // the file, as an analyst edits it
}

// LayoutColumn is one column that is kept.
type LayoutColumn struct {
	Name     string // as sent
	Synonyms []string
	Meaning  string // "Date of birth"
	Format   string // "DD/MM/YYYY"
	Required bool
	Personal bool // it helps to say who somebody is
}

// LayoutCode is what a code of the agency means.
type LayoutCode struct{ Code, Service, Unit string }

// Head implements Content.
func (l Layout) Head() Head {
	return Head{Title: l.Name + ", version " + count(l.Version), Caption: l.Agency, Place: PlaceExtracts,
		Crumbs: []Crumb{{"Extracts", "/extracts"}, {"Layouts", "/layouts"}}}
}

// Path is the layout's address.
func (l Layout) Path() string { return LayoutPath(l.Layout) }

// ColumnTable is what each column means.
func (l Layout) ColumnTable() Table {
	t := Table{ID: "columns", Name: many(len(l.Columns), "column is kept", "columns are kept"), Heading: true, Wide: true,
		Note: "A column that is not here is never stored, only its name.",
		Columns: []Column{head(col("Column as sent")), col("Also called"), col("Meaning"), col("Format"),
			col("Must it be filled?"), col("Says who somebody is")}}
	for _, c := range l.Columns {
		also, format, required, personal := words(list(c.Synonyms)), words(c.Format), words("no"), words("no")
		if len(c.Synonyms) == 0 {
			also = words("nothing else")
		}
		if c.Format == "" {
			format = words("as sent")
		}
		if c.Required {
			required = words("yes")
		}
		if c.Personal {
			personal = words("yes")
		}
		t.Rows = append(t.Rows, row(sent(c.Name), also, words(c.Meaning), format, required, personal))
	}
	return t
}

// CodeTable is what each code means.
func (l Layout) CodeTable() Table {
	t := Table{ID: "codes", Name: "What the codes mean", Heading: true, Columns: []Column{head(col("Code as sent")),
		col("Service"), col("Unit")},
		Empty: "This layout has no codes."}
	for _, c := range l.Codes {
		t.Rows = append(t.Rows, row(sent(c.Code), words(c.Service), words(c.Unit)))
	}
	return t
}

// NewLayout adds a version of a layout, pasted or as a file.
type NewLayout struct {
	Form     Form
	Agencies []Option // those that this person may add a layout for
}

// Head implements Content.
func (n NewLayout) Head() Head {
	return Head{Title: "Add a layout", Place: PlaceExtracts, Crumbs: []Crumb{{"Extracts", "/extracts"}, {"Layouts", "/layouts"}}, Form: n.Form}
}

// The fields of the form.
func (n NewLayout) Agency() Choice {
	return n.Form.choice("agency", "Whose files does it describe?", "", append([]Option{{Label: "Choose an agency"}}, n.Agencies...))
}
func (n NewLayout) Text() Area {
	return n.Form.area("text", "The layout", "Paste it here, or choose its file below. It begins with its name and version.", 16)
}
func (n NewLayout) File() Upload {
	return Upload{n.Form.field("file", "Or its file", "YAML, as the layouts that are here."), ".yaml,.yml,.txt"}
}

// RowView is one row of an agency's file, on a page of its own.
type RowView struct {
	Row    SentRow
	Person id.Person // whose it is; zero when nobody may be told

	MayExtract bool // to open the extract it came in
}

// Head implements Content.
func (r RowView) Head() Head {
	return Head{Title: "Line " + count(r.Row.Line) + ", exactly as " + r.Row.Agency + " sent it", Place: PlaceExtracts,
		Crumbs: []Crumb{{"Extracts", "/extracts"}, {r.Row.Feed, ExtractPath(r.Row.ExtractID)}}}
}
