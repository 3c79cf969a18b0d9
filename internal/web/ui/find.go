package ui

import (
	"throughline/internal/day"
	"throughline/internal/id"
)

// The pages that look for somebody, and that show who has looked.
var (
	FindPage   = register[Find]("find")
	LookedPage = register[Looked]("looked")
)

// Find looks for a person by what is known of them, typos and all. It is posted, so that no name enters an address,
// a log or the browser's history.
type Find struct {
	Form     Form
	Searched bool
	AsOf     day.Day // of the newest data searched
	Agencies int     // whose records were searched
	Found    []Found
	Page     int    // of those found, from 1
	Before   int    // how many are on the pages before
	Listed   string // how likely it is that one of those found is the person; empty where they speak for themselves
	More     bool   // others match less closely
	Cut      bool   // so many have such a name that not all of them were looked at
}

// Found is a person who may be the one looked for.
type Found struct {
	Person   id.Person
	Name     string // empty until names are shown
	Born     string
	Borough  string
	Agencies []AgencyMark
	Why      string // "Surname sounds alike; day and month swapped; same postcode"
	Close    string // how close, in words
}

// Head implements Content.
func (f Find) Head() Head { return Head{Title: "Find a person", Place: PlaceFind, Form: f.Form} }

// The fields of the search.
func (f Find) Name() Input {
	i := f.Form.input("name", "Name", "Any part, in any order. Other spellings and short forms are found too.", 30)
	i.Exact = true
	return i
}
func (f Find) Born() Input {
	i := f.Form.input("born", "Date of birth", "For example 4/3/1983, or 1983.", 10)
	i.Exact = true
	return i
}
func (f Find) Sex() Choice {
	return f.Form.choice("sex", "Sex", "", []Option{{Value: "", Label: "Not said"}, {Value: "female", Label: "Female"}, {Value: "male", Label: "Male"}})
}
func (f Find) Postcode() Input {
	i := f.Form.input("postcode", "Postcode", "All of it, or the first half.", 10)
	i.Exact = true
	return i
}
func (f Find) Number() Input {
	i := f.Form.input("number", "A number", "An NHS, telephone or other number, an agency’s own number for the person, or a reference like K7M-3Q.", 20)
	i.Exact = true
	return i
}

// searchedBy are the names of the fields.
var searchedBy = []string{"name", "born", "sex", "postcode", "number"}

// Again is what was asked for, to be sent once more for the next page.
func (f Find) Again() []Sent {
	again := []Sent{{"page", count(max(f.Page, 1) + 1)}}
	for _, k := range searchedBy {
		if v := f.Form.typed(k); v != "" {
			again = append(again, Sent{k, v})
		}
	}
	return again
}

// Nobody says whether the search found nobody.
func (f Find) Nobody() bool { return f.Searched && len(f.Found) == 0 && f.Form.Problem == nil }

// Asked repeats what was looked for.
func (f Find) Asked() string {
	var asked []string
	for _, k := range searchedBy {
		if v := f.Form.typed(k); v != "" {
			asked = append(asked, v)
		}
	}
	return list(asked)
}

// Table are those found, the closest first.
func (f Find) Table() Table {
	name := many(len(f.Found), "person", "people") + " found, the closest first"
	switch {
	case f.Before > 0:
		name = "Matches " + count(f.Before+1) + " to " + count(f.Before+len(f.Found)) + ", the closest first"
	case f.More:
		name = "The " + count(len(f.Found)) + " closest matches of more"
	}
	t := Table{ID: "found", Name: name, Heading: true, Wide: true,
		Columns: []Column{head(col("Person")), col("Born"), col("Borough"), col("Agencies"), col("Why they match"),
			col("How close")}}
	for _, p := range f.Found {
		who := cell(Ref(p.Person))
		if p.Name != "" {
			who = cell(Link(PersonPath(p.Person), p.Name), Under(id.Pseudonym(p.Person)))
		}
		born := words(p.Born)
		if p.Born == "" {
			born = cell(Dots())
		}
		borough := p.Borough
		if borough == "" {
			borough = "no borough"
		}
		t.Rows = append(t.Rows, row(who, born, words(borough), Cell{Marks: p.Agencies}, words(p.Why), words(p.Close)))
	}
	return t
}

// Looked is everybody who has looked at one person's record.
type Looked struct {
	Person id.Person
	Total  int
	Older  string // the address of the entries before these; empty when there are none
	Looks  []Look

	Unnamed   bool // some are shown by their role: who it was is not for the viewer
	MayPerson bool // the way back leads by the person's page, else by the audit
}

// Head implements Content.
func (l Looked) Head() Head {
	if !l.MayPerson {
		return Head{Title: "Who has looked", Caption: "Person " + id.Pseudonym(l.Person), Place: PlaceAudit, Crumbs: []Crumb{{"Audit", "/audit"}}}
	}
	return Head{Title: "Who has looked", Caption: "Person " + id.Pseudonym(l.Person), Place: PlaceFind,
		Crumbs: []Crumb{{"Find a person", "/people"}, {id.Pseudonym(l.Person), PersonPath(l.Person)}}}
}

// Table is this page of the list.
func (l Looked) Table() Table {
	t := lookTable("looked", count(len(l.Looks))+" of "+many(l.Total, "entry", "entries")+", the newest first", l.Looks)
	t.Paging = onwards("Pages of entries", l.Older, "entries")
	return t
}
