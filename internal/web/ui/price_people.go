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
	Cohort                bool // of the cohort alone
	LeftOut               bool // the code is left out, by decision
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
}

// Head implements Content.
func (c CodePeople) Head() Head {
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
	if c.Unpriced > 0 && c.Unpriced < c.Contacts {
		contacts.Note = Say(Plain(count(c.Unpriced) + " of them without a price"))
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
func (c CodePeople) Everybody() string { return c.Key.PeoplePath() }

// OfCohort leads to the list of the cohort's people alone.
func (c CodePeople) OfCohort() string { return c.Key.PeoplePath() + "&of=cohort" }

// Table is this page of the people.
func (c CodePeople) Table() Table {
	t := Table{ID: "people", Name: c.List.name("person", "people") + ", the largest sum first", Heading: true,
		Empty:   "Nobody has a contact of this code in the window.",
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
			cell(LinkAbout(c.Key.linesOf(x.Person), "Open the lines", "of "+id.Pseudonym(x.Person)))))
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
