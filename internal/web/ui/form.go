package ui

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/fault"
)

// Form is what somebody typed and what was wrong with it. An empty Form is one not yet filled in.
type Form struct {
	Prefix  string              // tells the fields of two forms on one page apart
	Typed   map[string][]string // by field, exactly as typed
	Problem *fault.Error        // nil when nothing was wrong
}

func (f Form) fieldID(name string) string { return f.Prefix + strings.ReplaceAll(name, ".", "-") }

func (f Form) typed(name string) string {
	if v := f.Typed[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (f Form) chose(name, value string) bool {
	for _, v := range f.Typed[name] {
		if v == value {
			return true
		}
	}
	return false
}

// was gives what was typed, or else what stood there before.
func (f Form) was(name, before string) string {
	if _, ok := f.Typed[name]; ok {
		return f.typed(name)
	}
	return before
}

func (f Form) wrong(name string) string {
	if f.Problem == nil {
		return ""
	}
	for _, n := range f.Problem.Notes {
		if n.Field == name {
			return noteWords(n)
		}
	}
	return ""
}

// Field is what every field has: its name in the form, its label, a hint, and what is wrong with it.
type Field struct {
	ID, Name, Label, Hint, Error, Value string

	Needed bool // a browser asks for it before it sends: for forms with a file, which would be lost with an answer that finds fault
}

// Described names the elements that describe the field, for a screen reader.
func (f Field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Form) field(name, label, hint string) Field {
	return Field{ID: f.fieldID(name), Name: name, Label: label, Hint: hint, Error: f.wrong(name), Value: f.typed(name)}
}

// Input is a line of text. Width is in characters (2, 3, 4, 5, 10, 20, 30), 0 for the whole column.
type Input struct {
	Field
	Width  int
	Kind   string // "text" when empty; "password", "email", "search"
	Mode   string // inputmode: "numeric", "decimal"
	Fill   string // autocomplete
	Prefix string // stands before the field: "£"
	Exact  bool   // no spelling check, no capitals: codes, names, numbers
}

// Type is the input's type.
func (i Input) Type() string {
	if i.Kind == "" {
		return "text"
	}
	return i.Kind
}

func (f Form) input(name, label, hint string, width int) Input {
	return Input{Field: f.field(name, label, hint), Width: width}
}

// password is a field whose value never comes back from the server.
func (f Form) password(name, label, hint, fill string) Input {
	i := Input{Field: f.field(name, label, hint), Width: 20, Kind: "password", Fill: fill, Exact: true}
	i.Value = ""
	return i
}

// dayInput is one field for a day, as people type it: 3/4/2024.
func (f Form) dayInput(name, label string, before day.Day) Input {
	i := Input{Field: f.field(name, label, ""), Width: 10, Exact: true}
	i.Value = f.was(name, typedDay(before))
	return i
}

// Area is several lines of text.
type Area struct {
	Field
	Rows int
}

func (f Form) area(name, label, hint string, rows int) Area {
	return Area{f.field(name, label, hint), rows}
}

// Option is one of several answers.
type Option struct {
	Value, Label, Hint string
	Chosen             bool
	Key                string // that chooses it with the browser's access key; empty for none
}

// Choice is radios, checkboxes or a list of answers.
type Choice struct {
	Field
	Options []Option
	Small   bool
}

// OptionID is the id of an option. The first has the field's own, so that the error summary's link finds it.
func (c Choice) OptionID(i int) string {
	if i == 0 {
		return c.ID
	}
	return c.ID + "-" + count(i+1)
}

func (f Form) choice(name, label, hint string, options []Option) Choice {
	c := Choice{Field: f.field(name, label, hint), Options: make([]Option, len(options))}
	for i, o := range options {
		if _, ok := f.Typed[name]; ok || f.Problem != nil {
			o.Chosen = f.chose(name, o.Value)
		}
		c.Options[i] = o
	}
	return c
}

// Date is a day in three fields.
type Date struct {
	Field
	Day, Month, Year string
}

// date asks for a day; the parts are named NAME-day, NAME-month and NAME-year.
func (f Form) date(name, label, hint string) Date {
	return Date{f.field(name, label, hint), f.typed(name + "-day"), f.typed(name + "-month"), f.typed(name + "-year")}
}

// Upload is a file field. What was chosen before can't be kept: a browser does not allow it, so the hint says to choose it again.
type Upload struct {
	Field
	Accept string
}

// upload asks for a file.
func (f Form) upload(name, label, hint, accept string) Upload {
	u := Upload{f.field(name, label, hint), accept}
	if len(u.Value) > 1 && f.Problem != nil { // where none was chosen, its name is a point
		u.Hint = "Choose the file again (it was " + u.Value + "): nothing of it was kept, and a browser does not send a file a second time by itself. " + hint
	}
	u.Needed = true
	return u
}

// Pair is a line of a summary list.
type Pair struct {
	Name  string
	Value Text
}
