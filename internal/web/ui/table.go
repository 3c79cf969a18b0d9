package ui

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/day"
	"throughline/internal/money"
)

// Table is the one table of the product. Its name, scopes, roles and the headings beside each value on a phone are
// written by the template, so that no page can forget them.
type Table struct {
	ID   string // unique on the page
	Name string
	Note string

	PaperName string // the name on paper, where paper holds more rows than the screen; empty for Name
	Heading   bool   // the name is a section of the page: an h2 before the table; else it is the caption
	Wide      bool   // stacks below 1,100 px, not only on a phone
	Class     string
	Columns   []Column
	Rows      []Row
	Foot      []Row
	Empty     string // said in place of the table when there are no rows
	Paging    Paging
}

// Column is a column's heading.
type Column struct {
	Name   string
	Kind   Kind
	Head   bool   // the row's heading: the thing, not its rank. One column is
	Sort   string // where its heading leads, to sort by it
	Sorted string // aria-sort: "ascending", "descending"
	Unseen bool   // the heading is for screen readers only
}

// Kind says how a column is set.
type Kind string

const (
	Words  Kind = ""  // set left, wraps
	Number Kind = "n" // set right, with even digits
	Short  Kind = "k" // set left, does not wrap
	Bars   Kind = "w" // bars, named by the row
)

// Row is a row of cells, in the order of the columns.
type Row struct {
	ID    string
	State RowState
	Cells []Cell
}

// RowState says why a row stands out.
type RowState string

const (
	Ordinary RowState = ""
	NeedsYou RowState = "tl-attn"
	Open     RowState = "tl-here"
	Sub      RowState = "tl-sub"
	OnPaper  RowState = "tl-printonly"
	OnScreen RowState = "tl-noprint"
)

// Cell is a value: words, agency marks or a bar. With a tick the words are the label of its box.
type Cell struct {
	Tick  *Tick
	Text  Text
	Marks []AgencyMark
	Bar   []Shape
}

// Tick is a box that chooses a row.
type Tick struct {
	ID, Name, Value string
	Chosen          bool
}

// IsEmpty says whether there is nothing in the cell: a column that a total does not add.
func (c Cell) IsEmpty() bool { return len(c.Text) == 0 && len(c.Marks) == 0 && len(c.Bar) == 0 }

// Class is how the cell is set: as its column, but a value longer than the column expects may break anywhere.
func (c Cell) Class(k Kind) string {
	length := 0
	for _, b := range c.Text {
		length += utf8.RuneCountInString(b.Words)
		if b.Kind == "code" && length > longWord { // a value as sent does not wrap otherwise
			return strings.TrimSpace(string(k) + " long")
		}
		if len(b.Words) <= longWord {
			continue
		}
		for word := range strings.FieldsSeq(b.Words) {
			if utf8.RuneCountInString(word) > longWord {
				return strings.TrimSpace(string(k) + " long")
			}
		}
	}
	if length > longLine && k != Words {
		return string(k) + " long"
	}
	return string(k)
}

// How many signs a word has, and a line that does not wrap, before they may break.
const longWord, longLine = 26, 44

// Stack is the class that says when the table becomes blocks.
func (t Table) Stack() string {
	if t.Wide {
		return "tl-stack tl-stack--wide"
	}
	return "tl-stack"
}

// AgencyMark is an agency's three letters, each always in its own column, so that a reader scans down for one agency.
type AgencyMark struct {
	Mark, Name string
	Position   int // from 1
}

func cell(bits ...Bit) Cell         { return Cell{Text: bits} }
func words(s string) Cell           { return cell(Plain(s)) }
func strong(s string) Cell          { return cell(Strong(s)) }
func pounds(m money.Pence) Cell     { return words(m.Pounds()) }
func pence(m money.Pence) Cell      { return words(m.String()) }
func number0(n int) Cell            { return words(count(n)) }
func bar(shapes ...Shape) Cell      { return Cell{Bar: shapes} }
func blank() Cell                   { return Cell{} }
func shortDay(d day.Day) Cell       { return words(d.Short()) }
func longDay(d day.Day) Cell        { return words(d.Long()) }
func sent(s string) Cell            { return cell(Code(s)) }
func linked(href, text string) Cell { return cell(Link(href, text)) }

// orUnknown says in words that a value is missing, and never leaves a cell blank for it.
func orUnknown(s string) Cell {
	if s == "" {
		return cell(Quiet("not known"))
	}
	return words(s)
}

// row puts cells together.
func row(cells ...Cell) Row { return Row{Cells: cells} }

// col, num, key and bars make columns of each kind; head marks the one that heads its row.
func col(name string) Column { return Column{Name: name} }
func num(name string) Column { return Column{Name: name, Kind: Number} }
func key(name string) Column { return Column{Name: name, Kind: Short} }
func bars(name string) Column {
	return Column{Name: name, Kind: Bars, Unseen: true}
}
func head(c Column) Column {
	c.Head = true
	return c
}

// List is where a page stands in a longer list: what is kept in its links, how it is sorted, which page it is.
type List struct {
	Path       string     // of the page
	Kept       url.Values // filters and views, kept in every link
	Sort       string     // the key it is sorted by
	Descending bool
	Page, Size int // Page counts from 1; Size 0 is all on one page
	Total      int // rows of all pages
}

// First and Last are the numbers of the rows on this page, from 1.
func (l List) First() int {
	if l.Total == 0 {
		return 0
	}
	return (max(l.Page, 1)-1)*l.Size + 1
}

// Last is the number of the last row on this page.
func (l List) Last() int {
	if l.Size == 0 {
		return l.Total
	}
	return min(max(l.Page, 1)*l.Size, l.Total)
}

// Pages is how many pages there are.
func (l List) Pages() int {
	if l.Size == 0 || l.Total == 0 {
		return 1
	}
	return (l.Total + l.Size - 1) / l.Size
}

// With is the page's address with some of what it keeps changed: pairs of key and value; an empty value drops the key.
func (l List) With(pairs ...string) string {
	v := url.Values{}
	for k, vs := range l.Kept {
		v[k] = vs
	}
	if l.Sort != "" {
		v.Set("sort", l.Sort)
		if l.Descending {
			v.Set("order", "descending")
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
			continue
		}
		v.Set(pairs[i], pairs[i+1])
	}
	if len(v) == 0 {
		return l.Path
	}
	return l.Path + "?" + v.Encode()
}

// sorted makes a column's heading sort the list by key: the way round that is wanted first, then the other.
func (l List) sorted(c Column, by string, firstDescending bool) Column {
	descending := firstDescending
	if l.Sort == by {
		descending = !l.Descending
		c.Sorted = "ascending"
		if l.Descending {
			c.Sorted = "descending"
		}
	}
	order := ""
	if descending {
		order = "descending"
	}
	c.Sort = l.With("sort", by, "order", order)
	return c
}

// name says which rows these are: "1 to 20 of 45 people".
func (l List) name(one, more string) string {
	if l.Pages() == 1 {
		return many(l.Total, one, more)
	}
	return count(l.First()) + " to " + count(l.Last()) + " of " + many(l.Total, one, more)
}

// Paging leads to the other pages of a list. It is nothing when there is one page.
type Paging struct {
	Label               string // of the navigation: "Pages of the cohort"
	Page, Pages         int    // Pages 0: nobody counted them
	Previous, Next, All string // addresses, empty when there is none
	NextWords, AllWords string
	Of                  string
}

// onwards leads to what is older, where nobody counts the pages.
func onwards(label, older, of string) Paging {
	if older == "" {
		return Paging{}
	}
	return Paging{Label: label, Next: older, NextWords: "Older " + of, Of: of}
}

func (l List) paging(label, of string, all bool) Paging {
	p := l.pagingBy("page", label, of, "")
	if all && p.Pages > 0 {
		p.All, p.AllWords = l.With("page", "all"), "All "+count(l.Total)+" on one page"
	}
	return p
}

// pagingBy is the paging of a list whose page stands under another name in the address, or at a place of the page.
func (l List) pagingBy(key, label, of, place string) Paging {
	if l.Pages() == 1 {
		return Paging{}
	}
	page := max(l.Page, 1)
	p := Paging{Label: label, Page: page, Pages: l.Pages(), Of: of}
	if page > 1 {
		p.Previous = l.With(key, strconv.Itoa(page-1)) + place
	}
	if page < p.Pages {
		p.Next = l.With(key, strconv.Itoa(page+1)) + place
		p.NextWords = "Next " + count(min(l.Size, l.Total-l.Last())) + " " + of
	}
	return p
}
