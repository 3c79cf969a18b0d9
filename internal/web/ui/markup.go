package ui

import (
	"html"
	"html/template"
	"strconv"
	"strings"
)

// Words, table rows and the marks of charts are written here and not by templates: a page has thousands of them, and
// html/template takes milliseconds for a page of them. Everything that came from outside goes through text or attr.

// markup is HTML being written.
type markup struct{ strings.Builder }

// put writes markup of ours.
func (m *markup) put(parts ...string) {
	for _, p := range parts {
		m.WriteString(p)
	}
}

// text writes words, escaped, with what is not seen made visible.
func (m *markup) text(s string) { m.WriteString(html.EscapeString(seen(s))) }

// attr writes an attribute, escaped; nothing when its value is empty.
func (m *markup) attr(name, value string) {
	if value != "" {
		m.put(" ", name, `="`, html.EscapeString(value), `"`)
	}
}

// href writes an address of ours. Any other is not a place that a page may lead to.
func (m *markup) href(address string) {
	if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "#") && !strings.HasPrefix(address,
		"?") || strings.HasPrefix(address, "//") {
		address = "#"
	}
	m.attr("href", address)
}

// element writes words in an element.
func (m *markup) element(open, words, closing string) {
	m.WriteString(open)
	m.text(words)
	m.WriteString(closing)
}

func (m *markup) bit(b Bit) {
	switch b.Kind {
	case "":
		m.text(b.Words)
	case "strong":
		m.element("<strong>", b.Words, "</strong>")
	case "link", "ref":
		class := "govuk-link"
		if b.Kind == "ref" {
			class += " tl-nowrap"
		}
		m.WriteString("<a")
		m.attr("class", class)
		m.href(b.Href)
		m.element(">", b.Words, "")
		if b.About != "" {
			m.element(`<span class="govuk-visually-hidden">: `, b.About, "</span>")
		}
		m.WriteString("</a>")
	case "differs":
		m.element("<mark><strong>", b.Words, "</strong></mark>")
	case "code":
		m.element(`<span class="tl-code"><bdi>`, b.Words, "</bdi></span>")
	case "name":
		m.element("<bdi>", b.Words, "</bdi>")
	case "quiet":
		m.element(`<span class="tl-quiet">`, b.Words, "</span>")
	case "under":
		m.element(`<br><span class="tl-quiet">`, b.Words, "</span>")
	case "break":
		m.WriteString("<br>")
	case "tag":
		m.WriteString(`<strong class="govuk-tag govuk-tag--` + html.EscapeString(string(b.Tone)) + `">`)
		m.element("", b.Words, "</strong>")
	case "masked":
		m.element(`<span class="tl-mask">`, b.Words, `</span> <span class="tl-quiet">hidden until names are shown</span>`)
	case "dots":
		m.WriteString(`<span class="tl-mask" aria-hidden="true">••••</span><span class="govuk-visually-hidden">hidden</span>`)
	case "spoken":
		m.element(`<span class="govuk-visually-hidden">`, b.Words, "</span>")
	default:
		panic("ui: no such kind of words: " + b.Kind)
	}
}

// textMarkup is a Text as HTML.
func textMarkup(t Text) template.HTML {
	var m markup
	for _, b := range t {
		m.bit(b)
	}
	return template.HTML(m.String())
}

// shapeMarkup is the marks of a chart as SVG.
func shapeMarkup(shapes []Shape) template.HTML {
	var m markup
	m.Grow(shapeLength * len(shapes))
	for _, s := range shapes {
		m.shape(s)
	}
	return template.HTML(m.String())
}

func (m *markup) shape(s Shape) {
	if s.Href != "" {
		m.WriteString("<a")
		m.attr("href", s.Href)
		m.WriteString(` tabindex="-1">`)
		defer m.WriteString("</a>")
	}
	switch s.Kind {
	case "rect":
		m.WriteString("<rect")
		m.place("x", s.X, "y", s.Y, "width", s.W, "height", s.H)
		if s.Fill != "" {
			m.attr("fill", "url(#"+s.Fill+")")
		}
		m.attr("class", s.Class)
		m.WriteString("/>")
	case "line":
		m.WriteString("<line")
		m.place("x1", s.X, "x2", s.W, "y1", s.Y, "y2", s.H)
		m.attr("class", s.Class)
		m.WriteString("/>")
	case "circle":
		m.WriteString("<circle")
		m.place("cx", s.X, "cy", s.Y, "r", s.W)
		m.attr("class", s.Class)
		m.WriteString("/>")
	case "text":
		class := s.Class
		switch {
		case s.WideOnly:
			class += " wide"
		case s.NarrowOnly:
			class += " narrow"
		}
		m.WriteString("<text")
		m.place("x", s.X, "y", s.Y, "text-anchor", s.Anchor)
		m.attr("class", class)
		m.element(">", s.Words, "</text>")
	case "curve":
		m.WriteString("<svg")
		m.place("x", s.X, "y", s.Y, "width", s.W, "height", s.H)
		m.WriteString(` viewBox="0 0 100 100" preserveAspectRatio="none"><path`)
		m.attr("d", s.Compare)
		m.WriteString(` class="even" vector-effect="non-scaling-stroke"/><path`)
		m.attr("d", s.Curve)
		m.WriteString(` class="thread" vector-effect="non-scaling-stroke" stroke-linejoin="round"/></svg>`)
	default:
		panic("ui: no such shape: " + s.Kind)
	}
}

func (m *markup) place(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		m.attr(pairs[i], pairs[i+1])
	}
}

// cellLength and shapeLength are about how many bytes a cell of a table and a mark of a chart take.
const cellLength, shapeLength = 80, 80

// rowMarkup is rows of a table as HTML. Each cell says its role, because a stacked table loses it in some browsers, and
// carries its column's heading, which a phone shows beside it; an empty cell of a total has nothing to show there.
func rowMarkup(columns []Column, rows []Row) template.HTML {
	var m markup
	m.Grow(cellLength * len(rows) * len(columns))
	for _, r := range rows {
		m.WriteString("\n      <tr role=\"row\"")
		m.attr("id", r.ID)
		m.attr("class", string(r.State))
		m.WriteString(">")
		for i, c := range r.Cells {
			m.cell(columns[i], c)
		}
		m.WriteString("</tr>")
	}
	return template.HTML(m.String())
}

func (m *markup) cell(column Column, c Cell) {
	class, element := c.Class(column.Kind), "td"
	switch {
	case column.Head:
		element = "th"
		m.WriteString(`<th scope="row" role="rowheader"`)
	case column.Kind == Bars && !c.IsEmpty():
		class += " tl-bar-cell"
		fallthrough
	default:
		m.WriteString(`<td role="cell"`)
	}
	m.attr("class", class)
	if (!column.Head || column.Kind == Number) && column.Kind != Bars && !c.IsEmpty() { // a number alone does not say what it is
		m.attr("data-h", seen(column.Name))
	}
	m.WriteString(">")
	switch {
	case len(c.Bar) > 0:
		m.WriteString(`<svg class="tl-bar" height="18" aria-hidden="true" focusable="false">`)
		for _, s := range c.Bar {
			m.shape(s)
		}
		m.WriteString("</svg>")
	case len(c.Marks) > 0:
		m.WriteString(`<ul class="tl-marks">`)
		for _, a := range c.Marks {
			m.WriteString(`<li class="tl-mark tl-mark--` + strconv.Itoa(a.Position) + `"><abbr`)
			m.attr("title", seen(a.Name))
			m.element(">", a.Mark, "</abbr></li>")
		}
		m.WriteString("</ul>")
	case c.Tick != nil:
		m.tick(*c.Tick, c.Text)
	default:
		for _, b := range c.Text {
			m.bit(b)
		}
	}
	m.put("</", element, ">")
}

// tick is a box to tick, with its words as its label.
func (m *markup) tick(t Tick, label Text) {
	m.WriteString(`<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" type="checkbox"`)
	m.attr("id", t.ID)
	m.attr("name", t.Name)
	m.attr("value", t.Value)
	if t.Chosen {
		m.WriteString(" checked")
	}
	m.WriteString(`><label class="govuk-label govuk-checkboxes__label"`)
	m.attr("for", t.ID)
	m.WriteString(">")
	for _, b := range label {
		m.bit(b)
	}
	m.WriteString("</label></div></div>")
}

// headMarkup is the headings of a table's columns as HTML.
func headMarkup(columns []Column) template.HTML {
	var m markup
	m.Grow(100 * len(columns))
	for _, c := range columns {
		m.WriteString(`<th scope="col" role="columnheader"`)
		m.attr("aria-sort", c.Sorted)
		m.attr("class", string(c.Kind))
		m.WriteString(">")
		switch {
		case c.Unseen:
			m.element(`<span class="govuk-visually-hidden">`, c.Name, "</span>")
		case c.Sort != "":
			m.WriteString(`<a class="govuk-link tl-sort"`)
			m.href(c.Sort)
			m.element(">", c.Name, "</a>")
		default:
			m.text(c.Name)
		}
		m.WriteString("</th>")
	}
	return template.HTML(m.String())
}
