package ui

import (
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// CodePeoplePage shows whose the contacts of a code are.
var CodePeoplePage = register[CodePeople]("price-people")

// CodePeople is whose the contacts of one code of the price map are, the largest sum first; each leads to their lines, and a line to
// the agency's row.
type CodePeople struct {
	Key                   PriceKey
	Agency, Code, Meaning string
	Window                day.Span
	Costing               Costing
	Set                   string // of several codes together: "unpriced" or "left-out"; empty for the one
	Codes                 int    // of the set
	Cohort                bool   // of the cohort alone
	LeftOut               bool   // the code is left out, by decision
	Rows                  []CodePerson
	List                  List
	Closed                int // people of this page whom the viewer may not open
	People                int // on every page, as the next three
	Contacts              int
	Unpriced              int
	Sum                   money.Pence
	Run                   id.Run // the run whose figures the price map shows; 0 when there is none
	Differs               bool   // it found something else:
	RunContacts           int
	InRun                 money.Pence
}

// CodePerson is one person's contacts of the code.
type CodePerson struct {
	Person             id.Person
	Contacts, Unpriced int
	Sum                money.Pence
	InCohort           bool
	Codes              []CodeCount // what they are made of
}

// CodeCount is how many of somebody's contacts are of a code.
type CodeCount struct {
	Key      PriceKey
	Contacts int
}

// UnpricedPath is whose the contacts are of every code without an approved price, and LeftOutPath of every code that is left out, or of whose
// amounts a part is.
const (
	UnpricedPath = "/prices/people?codes=unpriced"
	LeftOutPath  = "/prices/people?codes=left-out"
)

// Head implements Content.
func (c CodePeople) Head() Head {
	switch c.Set {
	case "unpriced":
		return Head{Title: "Whose contacts have no approved price", Place: PlacePrices, Crumbs: []Crumb{{"Prices", "/prices"}}}
	case "left-out":
		return Head{Title: "Whose contacts are left out, or a part of their amount", Place: PlacePrices, Crumbs: []Crumb{{"Prices", "/prices"}}}
	}
	return Head{Title: "Whose contacts they are: " + c.Agency + ", code " + c.Code, Place: PlacePrices,
		Crumbs: []Crumb{{"Prices", "/prices"}, {c.Agency + ", " + c.Code, PricePath(c.Key)}}}
}

// Figures are the sums of every page.
func (c CodePeople) Figures() Totals {
	sum := card("Priced at", c.Sum.String())
	switch {
	case c.Contacts == c.Unpriced && c.LeftOut:
		sum = card("Priced at", "left out", LinkAbout(PricePath(c.Key), "Why", "this code is left out"))
	case c.Contacts == c.Unpriced:
		sum = card("Priced at", "not known", Plain("no approved price"))
	}
	contacts := card("Contacts", count(c.Contacts))
	if c.Set != "" {
		contacts.Note = Say(Plain("of "), LinkAbout("/prices#"+c.Set, many(c.Codes, "code", "codes"), "the contacts"))
	}
	if c.Unpriced > 0 && c.Unpriced < c.Contacts {
		if contacts.Note != nil {
			contacts.Note = append(contacts.Note, Plain(", "))
		}
		contacts.Note = append(contacts.Note, Plain(count(c.Unpriced)+" of them without a price"))
	}
	return c.Costing.totals(card("People", count(c.People)), contacts, sum)
}

// Says holds the sums to those of the run.
func (c CodePeople) Says() string {
	switch {
	case c.Run == 0:
		return "No run has been made yet: these are the contacts as they stand now."
	case c.Differs:
		return "Run " + count(int(c.Run)) + ", which the price map shows, found " + many(c.RunContacts, "contact", "contacts") + " and " + c.InRun.String() +
			". Records, contacts or prices changed after it: these are the contacts as they stand now."
	case c.Cohort:
		return "Only people of the cohort of run " + count(int(c.Run)) + "."
	}
	return "These add up to what run " + count(int(c.Run)) + " found."
}

// Everybody and OfCohort lead to the two lists.
func (c CodePeople) Everybody() string { return c.List.With("of", "", "page", "") }

// OfCohort leads to the list of the cohort's people alone.
func (c CodePeople) OfCohort() string { return c.List.With("of", "cohort", "page", "") }

// Table is this page of the people.
func (c CodePeople) Table() Table {
	t := Table{ID: "people", Name: c.List.name("person", "people") + ", the largest sum first", Heading: true,
		Empty:   "Nobody has such a contact in the window.",
		Columns: []Column{head(col("Person")), col("In the cohort"), num("Contacts"), num("£"), bars("Bar"), col("Lines")},
		Paging:  c.List.paging("Pages of people", "people", false)}
	var most money.Pence
	for _, x := range c.Rows {
		most = max(most, x.Sum)
	}
	for _, x := range c.Rows {
		in, sum := words("no"), pence(x.Sum)
		if x.InCohort {
			in = words("yes")
		}
		if c.Run == 0 {
			in = words("not known yet")
		}
		switch {
		case x.Unpriced == x.Contacts && c.LeftOut:
			sum = words("left out")
		case x.Unpriced == x.Contacts:
			sum = words("not known")
		case x.Unpriced > 0:
			sum.Text = append(sum.Text, Under(many(x.Unpriced, "contact", "contacts")+" without a price"))
		}
		t.Rows = append(t.Rows, row(cell(refTo(x.Person, FootprintPath(x.Person))), in, number0(x.Contacts), sum, barOf(x.Sum, most),
			c.lines(x)))
	}
	if c.Closed > 0 {
		t.Rows = append(t.Rows, row(words(many(c.Closed, "person", "people")+" whom you may not open"), words("not shown"), words("not shown"), words("not shown"), blank(), blank()))
	}
	sum := pence(c.Sum)
	if c.Unpriced == c.Contacts {
		sum = words("not known")
	}
	t.Foot = []Row{row(words("All "+many(c.People, "person", "people")), blank(), number0(c.Contacts), sum, blank(), blank())}
	return t
}

// lines leads to somebody's lines of the code, or of each code of a set.
func (c CodePeople) lines(x CodePerson) Cell {
	if c.Set == "" {
		return cell(LinkAbout(c.Key.linesOf(x.Person), "Open the lines", "of "+id.Pseudonym(x.Person)))
	}
	var t Text
	for i, k := range x.Codes {
		if i > 0 {
			t = append(t, Plain(", "))
		}
		t = append(t, LinkAbout(k.Key.linesOf(x.Person), count(k.Contacts)+" of "+k.Key.Code, "lines of "+id.Pseudonym(x.Person)))
	}
	return Cell{Text: t}
}
