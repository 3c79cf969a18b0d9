package ui

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// CohortPage is the people an area's rule finds, ranked, with where the cost lies.
var CohortPage = register[Cohort]("cohort")

// Cohort is one cohort run as its page shows it.
type Cohort struct {
	Run       id.Run // zero when there is no run yet
	Made      day.Day
	By        string
	OutOfDate Text     // why the run no longer holds: "4 review answers came after it."; empty when it does
	Steps     []Step   // what a cohort still needs, when there is no run
	Jobs      []Job    // a run being made
	Rule      Text     // the area's rule in words, from "People whose …"
	Window    day.Span // of the rule
	Weekly    money.Pence
	Costing   Costing

	Reach                  *Reach // of the number of people; nil when the run does not say
	People                 int
	Total, Year1, Year2    money.Pence
	Average, Median        money.Pence // a week each
	Middle                 []id.Person // whose cost is the median, or halfway between theirs; none where the viewer may not know of everybody
	Crisis                 money.Pence
	Both, FirstYear, Later int      // people at the threshold in both years, in the first only, in the second only
	Partial                []string // sentences on feeds that do not cover the window
	OtherYear              Text     // a sentence on the same threshold in another year's prices; empty for none

	Only        string       // the agency that knows everybody listed, where the viewer may know of no others; empty for all
	Agencies    []AgencyMark // in the order of the marks
	List        List         // of those that match the filter
	Filter      Form         // borough, agency
	Narrowed    *Narrowed    // sums of those that match; nil when nothing is filtered
	Ranked      []CohortRow  // this page of them
	PagesBefore []CohortRow  // of the pages before this one and after it: on paper alone, and empty where the list is too long for that
	PagesAfter  []CohortRow
	Opened      day.Day     // when the page was opened, which paper says
	Apart       []CohortRow // over the threshold, but one service carries more than the rule allows
	ApartSum    money.Pence

	MayPerson    bool // else people lead to their footprints
	MayShowNames bool
	NamesUntil   time.Time // zero when they are not shown
	NamesForm    Form
	MayExport    bool
	MayRun       bool // to start one
	MayOpenRun   bool
	Newest       id.Run // of all there are: a form that comes twice begins runs once
	MayRuns      bool   // open the list of runs, where everything can be linked anew

	Part        *CohortPart // opened; nil when none is
	Top         *CohortTop  // a point of the curve, opened; nil when none is
	Boroughs    []BoroughPeople
	Curve       []CurvePoint // cumulative, costliest first; from nobody to everybody
	All         int          // people with a priced contact
	AllCost     money.Pence
	Years       []YearKinds
	Payers      []PayerSum
	CrisisMeans string // what the area counts as crisis: "Crisis: A&E, ambulance, prison. All the rest is planned."
	RunsTakes   string // "about 2 minutes"
}

// Narrowed are the sums of those people of the cohort that match a filter.
type Narrowed struct {
	Year1, Year2, Total money.Pence
	To                  string // what they match: "at £500 a week or more in both years, of Lambeth"; empty for whom the viewer may know of
}

// CohortRow is one person of the cohort.
type CohortRow struct {
	Rank         int
	Person       id.Person
	Name         string // empty until names are shown
	Borough      string // empty: no borough
	Agencies     []AgencyMark
	Largest      string // the service that costs most
	LargestShare Percent
	Weekly       money.Pence
	Year1, Year2 money.Pence
	Total        money.Pence
	WeakLink     bool
	Partial      bool
}

// BoroughPeople are the people of one borough, costliest first.
type BoroughPeople struct {
	Name   string
	People []PersonCost
}

// PersonCost is what a person cost over the window.
type PersonCost struct {
	Person   id.Person
	Cost     money.Pence
	Contacts int // that have a price; 0 where nobody asks
}

// CurvePoint says that the costliest People of all carry Cost together. Said marks the points that are named.
type CurvePoint struct {
	People  int
	Cost    money.Pence
	Said    string
	Percent int // of everyone; names the point in addresses
}

// YearKinds are one year's cost by kind of use.
type YearKinds struct {
	Name            string
	To              day.Day
	Crisis, Planned money.Pence
}

// PayerSum is what one payer bears. Key names the payer in addresses.
type PayerSum struct {
	Key, Payer      string
	Crisis, Planned money.Pence
}

// CohortPart is a part of the cohort's cost, opened to the people it is made of.
type CohortPart struct {
	Name    string // "NHS, crisis use"
	Sum     money.Pence
	Lines   int
	People  []PartOf
	Filter  url.Values // chooses the same lines on a footprint
	Hidden  int        // contacts that the viewer may not see, which are in no row
	Differs bool       // the run summed another amount, or counted others:
	InRun   money.Pence
	Counted int

	Unpriced bool // it is contacts that have no price, and so no sum
}

// PartOf is one person's share of a part.
type PartOf struct {
	Person id.Person
	Sum    money.Pence
	Lines  int
}

// Head implements Content.
func (c Cohort) Head() Head {
	return Head{Title: "The cohort", Place: PlaceCohort, Form: namesForm(c.NamesForm)}
}

// Exists says whether there is a run to show.
func (c Cohort) Exists() bool { return c.Run != 0 }

// Figures are the headline.
func (c Cohort) Figures() Totals {
	if c.People == 0 {
		return c.Costing.totals(card("People", c.Reach.people(0), append(Say(Plain("at "+c.Weekly.Pounds()+" a week or more; ")), c.Reach.Range()...)...),
			card(c.whole(), c.Reach.cost(c.Total), LinkIf(c.MayOpenRun, RunPath(c.Run), "what run "+count(int(c.Run))+" fixed")))
	}
	return c.Costing.totals(
		card("People", c.Reach.people(c.People), append(c.Reach.Range(), Under("at "+c.Weekly.Pounds()+" a week or more. "), Link("#ranked", "Who they are"))...),
		card(c.whole(), c.Reach.cost(c.Total), Link(c.opens("part", "all"), "Whose it is"), Plain(", "), LinkIf(c.MayOpenRun, RunPath(c.Run), "what run "+count(int(c.Run))+" fixed")),
		card("Each, on average", c.Average.Pounds()+" a week", c.averageOf()...),
		card("Crisis", share(c.Crisis, c.Total).whole(), Plain(c.Crisis.Pounds()+" of "+c.Total.Pounds()+". "), LinkAbout(c.opens("kind", "crisis"), "Whose it is", "crisis")),
	)
}

// averageOf says of which list the average is, and leads to it and to who stands in the middle of it.
func (c Cohort) averageOf() []Bit {
	if len(c.Middle) == 0 {
		return Say(Plain("of everybody of the cohort; the middle person " + c.Median.Pounds()))
	}
	of := Say(Plain("of "), LinkAbout("/cohort#ranked", "the ranked "+many(c.People, "person", "people"), "the average"))
	if len(c.Middle) == 1 {
		return append(of, Plain("; the middle person "), LinkAbout(FootprintPath(c.Middle[0]), c.Median.Pounds(), id.Pseudonym(c.Middle[0])))
	}
	return append(of, Plain("; the middle "+c.Median.Pounds()+", between "), refTo(c.Middle[0], FootprintPath(c.Middle[0])), Plain(" and "),
		refTo(c.Middle[1], FootprintPath(c.Middle[1])))
}

// ShownSays is what the list is narrowed to, with the way back; nothing where it is not.
func (c Cohort) ShownSays() Text {
	if c.Narrowed == nil || c.Narrowed.To == "" {
		return nil
	}
	return Say(Strong("Shown: "+count(c.List.Total)+" of the "+many(c.People, "person", "people")), Plain(", those "+c.Narrowed.To+". "),
		Link(c.List.With("borough", "", "agency", "", "over", "", "page", "")+"#ranked", "Show all "+count(c.People)))
}

// opens leads to the people that a part of the cost is made of.
func (c Cohort) opens(pairs ...string) string {
	return List{Path: "/cohort"}.With(pairs...) + "#part"
}

// sumOf is a sum in whole pounds that leads to the people it is made of; nothing is a sum that has none.
func (c Cohort) sumOf(sum money.Pence, about string, pairs ...string) Cell {
	return sumAt(sum, about, c.opens(pairs...))
}

func sumAt(sum money.Pence, about, href string) Cell {
	if sum == 0 {
		return pounds(sum)
	}
	return cell(LinkAbout(href, sum.Pounds(), about))
}

// Title is the part in words, with what it comes to.
func (p CohortPart) Title() string {
	if p.Unpriced {
		return p.Name + ": " + count(p.Lines)
	}
	return p.Name + ": " + p.Sum.String()
}

// PartTable are the people of the part that is open; each leads to their lines.
func (c Cohort) PartTable() Table {
	p := c.Part
	if p.Unpriced {
		return p.unpricedTable()
	}
	t := Table{ID: "part-people", Name: many(len(p.People), "person", "people") + ", " + many(p.Lines, "line", "lines"), Empty: "Nobody whom you may open has a line in it.",
		Columns: []Column{head(col("Person")), num("Lines"), num("£"), num("Share"), bars("Bar")}}
	var most money.Pence
	for _, x := range p.People {
		most = max(most, x.Sum)
	}
	for _, x := range p.People {
		t.Rows = append(t.Rows, row(cell(refTo(x.Person, FootprintPath(x.Person)+"?"+p.Filter.Encode()+"#lines")), number0(x.Lines), pence(x.Sum),
			words(share(x.Sum, p.Sum).tenths()), barOf(x.Sum, most)))
	}
	t.Foot = []Row{row(words("All"), number0(p.Lines), pence(p.Sum), words("100%"), blank())}
	return t
}

// unpricedTable are whose the contacts are that have no price.
func (p CohortPart) unpricedTable() Table {
	t := Table{ID: "part-people", Name: many(len(p.People), "person", "people") + " with a contact that has no price", Empty: "Nobody has a contact without a price.",
		Columns: []Column{head(col("Person")), num("Contacts with no price"), num("£")}}
	for _, x := range p.People {
		t.Rows = append(t.Rows, row(cell(refTo(x.Person, FootprintPath(x.Person)+"?"+p.Filter.Encode()+"#lines")), number0(x.Lines), words("not known")))
	}
	t.Foot = []Row{row(words("All"), number0(p.Lines), words("not known"))}
	return t
}

// PartSays is what the part's sum leaves out, and where it is not what the run summed.
func (c Cohort) PartSays() string {
	var says []string
	if n := c.Part.Hidden; n > 0 {
		says = append(says, many(n, "contact that you may not see is", "contacts that you may not see are")+" not in it.")
	}
	if c.Part.Differs {
		found := "summed " + c.Part.InRun.String()
		if c.Part.Unpriced {
			found = "counted " + count(c.Part.Counted)
		}
		says = append(says, "Run "+count(int(c.Run))+" "+found+": who holds which record, and what an extract brought that was taken back, are as they stand now.")
	}
	return strings.Join(says, " ")
}

// whole is what the rule's window is called.
func (c Cohort) whole() string {
	name, _, _ := cost.InTwo(c.Window).Words()
	return name
}

// Whole says whether paper holds the whole list.
func (c Cohort) Whole() bool {
	return len(c.PagesBefore)+len(c.Ranked)+len(c.PagesAfter) == c.List.Total
}

// RunPath leads to what the run fixed.
func (c Cohort) RunPath() string { return RunPath(c.Run) }

// ExportPath downloads the list as it is sorted and filtered.
func (c Cohort) ExportPath() string {
	l := c.List
	l.Path = "/cohort.csv"
	return l.With("page", "")
}

// NamesPath is ExportPath with names, while they are shown.
func (c Cohort) NamesPath() string {
	if c.NamesUntil.IsZero() {
		return ""
	}
	l := c.List
	l.Path = "/cohort-with-names.csv"
	return l.With("page", "")
}

// Borough and Agency narrow the list. The figures above it stay those of the whole cohort.
func (c Cohort) Borough() Choice {
	options := []Option{{Label: "Every borough"}}
	for _, b := range c.Boroughs {
		name := b.Name
		if name == "" {
			name = "No borough"
		}
		options = append(options, Option{Value: name, Label: name})
	}
	return c.Filter.choice("borough", "Borough", "", options)
}
func (c Cohort) Agency() Choice {
	options := []Option{{Label: "Any agency"}}
	for _, a := range c.Agencies {
		options = append(options, Option{Value: a.Mark, Label: a.Name})
	}
	return c.Filter.choice("agency", "Known to", "", options)
}

// Warning stands above the figures when the run no longer holds.
func (c Cohort) Warning() Note {
	line := Say(Strong("Run "+count(int(c.Run))+" of "+c.Made.Long()+" is out of date."), Plain(" "))
	line = append(line, c.OutOfDate...)
	return Note{Label: "Run out of date", Attention: true, Lines: []Text{line}}
}

// RankedTable is this page of the list.
func (c Cohort) RankedTable() Table {
	whole, first, second := cost.InTwo(c.Window).Words()
	t := c.table("ranked", c.List.name("person", "people"), slices.Concat(c.PagesBefore, c.Ranked, c.PagesAfter))
	paper := len(c.PagesBefore)+len(c.PagesAfter) > 0
	for i := range t.Rows {
		if i < len(c.PagesBefore) || i >= len(c.PagesBefore)+len(c.Ranked) {
			t.Rows[i].State = OnPaper
		}
	}
	if paper {
		t.PaperName = many(c.List.Total, "person", "people")
	}
	t.Note = "Each bar is £ a week; the upright line is " + c.Weekly.Pounds() + "."
	t.Empty = "Nobody meets the rule in this run."
	t.Columns[0] = c.List.sorted(t.Columns[0], "rank", false)
	t.Columns[1] = c.List.sorted(t.Columns[1], "person", false)
	t.Columns[2] = c.List.sorted(t.Columns[2], "borough", false)
	t.Columns[5] = c.List.sorted(t.Columns[5], "weekly", true)
	t.Columns[7] = c.List.sorted(t.Columns[7], "year1", true)
	t.Columns[8] = c.List.sorted(t.Columns[8], "year2", true)
	t.Columns[9] = c.List.sorted(t.Columns[9], "total", true)
	if c.List.Pages() > 1 {
		t.Foot = append(t.Foot, sums(count(c.List.First())+" to "+count(c.List.Last()),
			sum(c.Ranked, func(r CohortRow) money.Pence { return r.Year1 }),
			sum(c.Ranked, func(r CohortRow) money.Pence { return r.Year2 }),
			sum(c.Ranked, func(r CohortRow) money.Pence { return r.Total })))
		if paper {
			t.Foot[0].State = OnScreen
		}
	}
	if n := c.Narrowed; n != nil {
		match := sums("All "+count(c.List.Total)+" that match", n.Year1, n.Year2, n.Total)
		for i, x := range []struct {
			sum                money.Pence
			name, filter, what string
		}{{n.Year1, first, "year", "1"}, {n.Year2, second, "year", "2"}, {n.Total, whole, "part", "all"}} {
			match.Cells[7+i] = sumAt(x.sum, "all that match, "+x.name, c.List.With("page", "", x.filter, x.what)+"#part")
		}
		t.Foot = append(t.Foot, match)
		t.Empty = "Nobody of the cohort matches."
	}
	all := sums("All "+count(c.People), c.Year1, c.Year2, c.Total)
	all.Cells[7], all.Cells[8], all.Cells[9] = c.sumOf(c.Year1, first, "year", "1"), c.sumOf(c.Year2, second, "year", "2"), c.sumOf(c.Total, whole, "part", "all")
	t.Foot = append(t.Foot, all)
	t.Paging = c.List.paging("Pages of the cohort", "people", true)
	return t
}

// ApartTable are the people kept apart because one service carries more than the rule allows.
func (c Cohort) ApartTable() Table {
	t := c.table("apart", many(len(c.Apart), "person", "people")+" with one service above the rule’s share", c.Apart)
	t.Note = "Not added to the cohort."
	t.Columns[0].Name = "No."
	whole, first, second := cost.InTwo(c.Window).Words()
	all := sums("All "+count(len(c.Apart)), 0, 0, 0)
	all.Cells[7] = c.sumOf(sum(c.Apart, func(r CohortRow) money.Pence { return r.Year1 }), "all listed apart, "+first, "of", "apart", "year", "1")
	all.Cells[8] = c.sumOf(sum(c.Apart, func(r CohortRow) money.Pence { return r.Year2 }), "all listed apart, "+second, "of", "apart", "year", "2")
	all.Cells[9] = c.sumOf(c.ApartSum, "all listed apart, "+whole, "of", "apart", "part", "all")
	t.Foot = []Row{all}
	return t
}

func sums(name string, year1, year2, total money.Pence) Row {
	return row(blank(), words(name), blank(), blank(), blank(), blank(), blank(), pounds(year1), pounds(year2), pounds(total))
}

func (c Cohort) table(tableID, name string, people []CohortRow) Table {
	whole, first, second := cost.InTwo(c.Window).Words()
	t := Table{ID: tableID, Name: name, Wide: true, Class: "tl-ranked",
		Columns: []Column{num("Rank"), head(col("Person")), col("Borough"), col("Agencies"), key("Largest service"),
			num("£ a week"), bars("Bar"), num(first), num(second), num(whole)}}
	most := c.Weekly
	for _, p := range people {
		most = max(most, p.Weekly)
	}
	for _, p := range people {
		at := PersonPath
		if !c.MayPerson {
			at = FootprintPath
		}
		who := cell(refTo(p.Person, at(p.Person)))
		if p.Name != "" {
			who.Text = Say(Link(at(p.Person), p.Name), Under(id.Pseudonym(p.Person)))
		}
		if p.WeakLink {
			who.Text = append(who.Text, Under("weak link"))
		}
		weekly := cell(LinkAbout(FootprintPath(p.Person), p.Weekly.Pounds(), id.Pseudonym(p.Person)+" a week"))
		if p.Partial {
			weekly.Text = append(weekly.Text, Under("partial"))
		}
		borough := p.Borough
		if borough == "" {
			borough = "no borough"
		}
		t.Rows = append(t.Rows, row(number0(p.Rank), who, words(borough), Cell{Marks: p.Agencies},
			cell(Plain(p.Largest+" "), Strong(p.LargestShare.whole())), weekly, barWithLine(p.Weekly, most, c.Weekly),
			c.yearOf(p, p.Year1, "1", first), c.yearOf(p, p.Year2, "2", second), cell(LinkAbout(FootprintPath(p.Person), p.Total.Pounds(), id.Pseudonym(p.Person)))))
	}
	return t
}

// yearOf is a person's cost in one of the window's years, which leads to its lines.
func (c Cohort) yearOf(p CohortRow, sum money.Pence, year, name string) Cell {
	if sum == 0 {
		return pounds(sum)
	}
	at := url.Values{"from": {c.Window.From.String()}, "to": {c.Window.To.String()}, "lines": {"all"}, "year": {year}}
	return cell(LinkAbout(FootprintPath(p.Person)+"?"+at.Encode()+"#lines", sum.Pounds(), id.Pseudonym(p.Person)+", "+name))
}

// ApartSays is how many people were kept apart, and why, in a sentence.
func (c Cohort) ApartSays() string {
	return many(len(c.Apart), "more person costs", "more people cost") + " " + c.Weekly.Pounds() +
		" a week or more, but one service is above the share that the rule allows (" + c.ApartSum.Pounds() + " together)."
}

// YearsSay is who was at the threshold in which year; each number narrows the list to them.
func (c Cohort) YearsSay() Text {
	_, first, second := cost.InTwo(c.Window).Words()
	number := func(n int, over, about string) Bit {
		if n == 0 {
			return Plain(count(n))
		}
		return LinkAbout(List{Path: "/cohort"}.With("over", over)+"#shown", count(n), about)
	}
	return Say(Plain("Of the "+count(c.People)+", "), number(c.Both, "both", "in both years"), Plain(" were at "+c.Weekly.Pounds()+" a week in both, "),
		number(c.FirstYear, "first", "in the first year only"), Plain(" in "+strings.ToLower(first)+" only and "),
		number(c.Later, "second", "in the second year only"), Plain(" in "+strings.ToLower(second)+" only."))
}

// WhyNames asks why names are needed.
func (c Cohort) WhyNames() Choice { return whyNames(c.NamesForm) }

// namesForm keeps the field's id apart from that of another "why" on the page.
func namesForm(f Form) Form {
	f.Prefix = "names-"
	return f
}

func whyNames(f Form) Choice {
	c := namesForm(f).choice("why", "Why do you need names?", "", []Option{
		{Value: "check", Label: "To check that records belong to one person"},
		{Value: "panel", Label: "To take people to a panel that may see them"},
	})
	c.Small = true
	return c
}
