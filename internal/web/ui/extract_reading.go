package ui

import (
	"throughline/internal/money"
)

// Remark is something about the file that somebody should think about before they accept it.
type Remark struct {
	Words string
	Rows  int   // that it is about; 0 where it is about the file
	Lines []int // of some of them
}

// FileAmount is one of the largest amounts of a file.
type FileAmount struct {
	Line   int
	Amount money.Pence
	Code   string // of the service
}

// FileService is a service code of a file.
type FileService struct {
	Code, Means, Unit string // Means is empty where the layout does not say
	Contacts          int
}

// Says is a remark with its lines, each of which leads to the row while the extract holds it.
func (e Extract) Says(r Remark) Text {
	said := Say(Plain(r.Words))
	for i, line := range r.Lines {
		switch {
		case i > 0:
			said = append(said, Plain(", "))
		case len(r.Lines) == 1:
			said = append(said, Plain(" Line "))
		default:
			said = append(said, Plain(" Lines "))
		}
		said = append(said, e.lineAsSent(line))
	}
	if more := r.Rows - len(r.Lines); more > 0 && len(r.Lines) > 0 {
		said = append(said, Plain(" and "+count(more)+" more"))
	}
	if len(r.Lines) > 0 {
		said = append(said, Plain("."))
	}
	return said
}

// lineAsSent leads to a row as it was sent, while the extract holds its rows.
func (e Extract) lineAsSent(line int) Bit {
	if e.Held() {
		return LinkAbout(RowPath(e.Extract, line), count(line), "as it was sent")
	}
	return Plain(count(line))
}

// LargestTable is the largest amounts of the file.
func (e Extract) LargestTable() Table {
	t := Table{ID: "largest", Name: "The largest amounts", Heading: true, Note: "As they count: less what the layout takes off, such as rent.",
		Columns: []Column{head(num("Line")), num("Amount"), col("Service code")}}
	for _, a := range e.Largest {
		t.Rows = append(t.Rows, row(cell(Spoken("Line "), e.lineAsSent(a.Line)), words(a.Amount.String()), sent(a.Code)))
	}
	return t
}

// ServiceTable is the service codes of the file with what they mean.
func (e Extract) ServiceTable() Table {
	t := Table{ID: "services", Name: many(len(e.Services), "service code", "service codes"),
		Columns: []Column{head(col("Code")), num("Contacts"), col("Unit"), col("Means")}}
	for _, s := range e.Services {
		means := words(s.Means)
		if s.Means == "" {
			means = cell(Quiet("the layout does not say what it means"))
		}
		t.Rows = append(t.Rows, row(sent(s.Code), number0(s.Contacts), words(s.Unit), means))
	}
	return t
}
