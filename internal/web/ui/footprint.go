package ui

import (
	"slices"
	"strconv"
	"strings"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// FootprintPage is what one person's use of services costs, and whom, over any window.
var FootprintPage = register[Footprint]("footprint")

// Footprint is one person's cost. It opens from a sum to its lines, and from a line to the agency's row.
type Footprint struct {
	Person     id.Person
	FromCohort bool
	MayPerson  bool // the way back leads by the person's page
	MayExtract bool // a row leads to its extract
	MayRun     bool // to open the run
	Window     day.Span
	Quick      []View // other windows: "year 1", "everything we hold"
	PickForm   Form
	Costing    Costing

	Contacts, Agencies int
	Total, Crisis      money.Pence
	Observed           int         // days of the window that at least one feed covers
	Known              bool        // something can be said of the window; else no feed covers any of it
	Weekly             money.Pence // over the observed days
	HasWeekly          bool        // they are a week or more
	Parts              []Part      // the window's years apart
	Partial            []string    // sentences on feeds that do not cover the window
	Feeds              []FeedCover // every agency's

	NotIn   []string // what is not in the sum, in words: "2 police missing-person reports with no price"
	Twice   string   // what is counted twice: "temporary accommodation was paid on 2 nights in hospital …, £92.00"
	InRun   string   // what the published run summed, where it is not this: "run 7 summed £10,082.00"
	Since   []Text   // each thing that came after the published cost run: "the price of OUTR (Lantern Housing) was approved, …"
	Weak    string   // what rests on a weak link: "a link of 0.93: £10,082.00 (Lantern Housing)"
	CostRun id.Run   // published; zero before the first
	Now     bool     // the lines are by what stands now, else by what the run read
	By      string   // the view in front: service, category, payer, month
	Uses    []ServiceUse
	Cats    []Slice
	Pays    []Slice
	Month   []MonthSum

	OpenedOn day.Day // the page was, by whom: what paper says
	OpenedBy string
	Made     day.Day // the cost run was
	MadeBy   string  // empty where it is not for the viewer

	Opened    *Opened
	MayExport bool
}

// Basis says by which run the lines are priced, made when and by whom.
func (f Footprint) Basis() Text {
	if f.CostRun == 0 {
		return Say(Plain("No cost run has been made yet: prices and extracts are those that stand now."))
	}
	by := ""
	if f.MadeBy != "" {
		by = " by " + f.MadeBy
	}
	run := Say(LinkIf(f.MayRun, RunPath(f.CostRun), "run "+count(int(f.CostRun))), Plain(", made "+f.Made.Long()+by))
	if f.Now {
		return append(append(Say(Plain("By the prices and extracts that stand now, not those of ")), run...), Plain("."))
	}
	return append(append(Say(Plain("By the prices and extracts of ")), run...), Plain("."))
}

// Part is a part of the window with its sum.
type Part struct {
	Name string
	To   day.Day
	Sum  money.Pence
}

// FeedCover is how much of the window an agency's feed covers.
type FeedCover struct {
	Agency    string
	Has       day.Span // of the feed; zero where nothing has come
	Weeks, Of int      // of the window
}

// ServiceUse is one service of one agency over the window.
type ServiceUse struct {
	Key                 string // of the service, in addresses
	Name, Agency, Payer string
	Crisis              bool
	Used                string      // "35 days", "43 attendances"
	Price               money.Pence // of a unit; an average where it varies
	Varies              bool
	Rounded             bool // Price is rounded for showing: the sum is reckoned from the exact one
	Sum                 money.Pence
	Uncounted           int // contacts without a price, which are not in Sum
}

// Slice is a part of the cost by category or by payer.
type Slice struct {
	Key, Name       string
	Crisis, Planned money.Pence
}

// MonthSum is one month's cost.
type MonthSum struct {
	Month           day.Month
	Crisis, Planned money.Pence
}

// Opened are the lines that a sum is made of.
type Opened struct {
	Name     string // "A&E attendances"
	Sum      money.Pence
	Unpriced int  // of the lines, contacts without a price, which are not in Sum
	Choose   Form // what the lines are narrowed by: service, category, payer, kind, month, year, price
	List     List
	Lines    []Line
	Row      *SentRow // the row that is open, of one of the lines
}

// Line is one priced contact.
type Line struct {
	Contact   id.Contact
	Span      day.Span // a day, or the days of a stay that are in the window
	Used      string   // "1 attendance", "12 nights"
	Price     money.Pence
	Rounded   bool   // Price is rounded for showing
	PriceFrom string // "NHS cost collection 2024-25, per attendance"
	Rule      string // how the price became this sum, where it isn't plain: "year ÷ 365, × 1.1023"
	Sum       money.Pence
	Extract   id.Extract
	Row       int // line of the agency's file
	Unpriced  string
}

// SentRow is a row exactly as its agency sent it.
type SentRow struct {
	Contact        id.Contact
	Line           int
	Agency, Feed   string // "Riverbank Hospitals", "A&E"
	AsOf, Received day.Day
	AcceptedBy     string
	File           string // the file's name and the beginning of its SHA-256
	Values         []SentValue
	ExtractID      id.Extract
}

// SentValue is one column's value as sent, and what was made of it.
type SentValue struct {
	Column, Value string
	Meaning       string // "A&E attendance, by the price map approved 9 April 2026"
	Hidden        bool   // not shown until names are; Value is then empty
}

// Head implements Content.
func (f Footprint) Head() Head {
	h := Head{Title: "What it costs, and to whom", Caption: "Person " + id.Pseudonym(f.Person), Place: PlaceFind,
		Crumbs: []Crumb{{"Find a person", "/people"}, {id.Pseudonym(f.Person), PersonPath(f.Person)}}, Form: f.PickForm}
	if f.FromCohort || !f.MayPerson {
		h.Place, h.Crumbs[0] = PlaceCohort, Crumb{"Cohort", "/cohort"}
	}
	if !f.MayPerson {
		h.Crumbs = h.Crumbs[:1]
	}
	return h
}

func (f Footprint) here() List {
	l := List{Path: FootprintPath(f.Person), Kept: map[string][]string{"from": {f.Window.From.String()},
		"to": {f.Window.To.String()}}}
	if f.Now {
		l.Kept["as"] = []string{AsNow}
	}
	return l
}

// Path is the page's address without its window.
func (f Footprint) Path() string { return FootprintPath(f.Person) }

// ExportPath downloads all lines of the window.
func (f Footprint) ExportPath() string {
	l := f.here()
	l.Path += ".csv"
	return l.With()
}

// From and To are the window's fields.
func (f Footprint) From() Input { return f.PickForm.dayInput("from", "From", f.Window.From) }
func (f Footprint) To() Input   { return f.PickForm.dayInput("to", "To", f.Window.To) }

// Figures are the headline, to the penny.
func (f Footprint) Figures() Totals {
	if !f.Known {
		return f.Costing.totals(card("In this window", "Not known", Plain("No feed covers any of it. "), Link("#feeds", "Which feeds cover what")))
	}
	first := card("In this window", f.Total.String(), Plain(f.weekly()))
	if f.Contacts > 0 {
		first.Note = append(first.Note, Plain(". "), Link(f.open("lines", "all"), "Its "+many(f.Contacts, "line", "lines")))
	}
	cards := []Card{first}
	for i, p := range f.Parts {
		c := card(p.Name, p.Sum.String(), Plain("to "+p.To.Long()))
		if p.Sum != 0 {
			c.Note = append(c.Note, Plain(". "), LinkAbout(f.open("year", strconv.Itoa(i+1)), "Its lines", p.Name))
		}
		cards = append(cards, c)
	}
	if f.Total == 0 {
		return f.Costing.totals(cards...)
	}
	crisis := card("Crisis", share(f.Crisis, f.Total).whole(), Plain(f.Crisis.String()))
	if f.Crisis != 0 {
		crisis.Note = append(crisis.Note, Plain(". "), LinkAbout(f.open("kind", "crisis"), "Its lines", "crisis"))
	}
	return f.Costing.totals(append(cards, crisis)...)
}

// weekly is the amount a week, and over what. Weeks that no feed covers are not among those divided by.
func (f Footprint) weekly() string {
	days := f.Window.Days()
	over := many(f.Observed, "day", "days")
	if f.Observed%day.DaysInWeek == 0 {
		over = many(f.Observed/day.DaysInWeek, "week", "weeks")
	}
	switch {
	case f.Observed == 0:
		return "no feed covers this window, so there is no amount a week"
	case !f.HasWeekly:
		return "over " + over + ": too few for an amount a week"
	case f.Observed < days:
		return "partial: " + f.Weekly.Pounds() + " a week over the " + over + " that feeds cover, of " + count(days) + " days"
	}
	return f.Weekly.Pounds() + " a week over " + over
}

// FeedTable says which feeds cover the window, and how much of it.
func (f Footprint) FeedTable() Table {
	t := Table{ID: "feeds-table", Name: "Which feeds cover this window",
		Columns: []Column{head(key("Agency")), num("Data from"), num("Data up to"), num("Weeks of this window")}, Empty: "No agency has sent anything yet."}
	for _, c := range f.Feeds {
		from, to := words("nothing has come"), blank()
		if c.Has.From != 0 {
			from, to = shortDay(c.Has.From), shortDay(c.Has.To)
		}
		t.Rows = append(t.Rows, row(words(c.Agency), from, to, words(count(c.Weeks)+" of "+count(c.Of))))
	}
	return t
}

// Caveats say what is not in the sum, what is in it twice, and what rests on a weak link.
func (f Footprint) Caveats() Note {
	var line Text
	add := func(name, words string) {
		if words != "" {
			line = append(line, Strong(name+":"), Plain(" "+words+". "))
		}
	}
	add("Not in this sum", strings.Join(f.NotIn, "; "))
	if f.Costing.NotPriced > 0 {
		line = append(line, Link(f.open("price", "none"), "The "+many(f.Costing.NotPriced, "contact", "contacts")+" without a price"), Plain(". "))
	}
	add("Not what the run summed", f.InRun)
	add("Counted twice", f.Twice)
	add("Rests on a weak link", f.Weak)
	if add("Partial", strings.TrimSuffix(strings.Join(f.Partial, " "), ".")); len(f.Partial) > 0 {
		line = append(line, Link("#feeds", "Which feeds cover this window"), Plain("."))
	}
	var lines []Text
	if len(line) > 0 {
		lines = append(lines, line)
	}
	return Note{Lines: append(lines, f.since()...)}
}

// since says by whose prices and extracts the lines are where something came after the run, what it was, and leads to the other view.
func (f Footprint) since() []Text {
	if len(f.Since) == 0 {
		return nil
	}
	run := "run " + count(int(f.CostRun))
	line := Say(Strong("Since "+run+":"), Plain(" "))
	for i, what := range f.Since {
		if i > 0 {
			line = append(line, Plain("; "))
		}
		line = append(line, what...)
	}
	if f.Now {
		return []Text{append(line, Plain(". These lines are by the prices and extracts that stand now. "),
			Link(f.here().With("as", "", "by", f.By), "See them as "+run+" priced them"), Plain("."))}
	}
	return []Text{append(line, Plain(". These lines are as "+run+" priced them, by the prices and extracts that it read. "),
		Link(f.here().With("as", AsNow, "by", f.By), "See them with what stands now"), Plain("."))}
}

// Views choose which picture stands in front.
func (f Footprint) Views() []View {
	views := make([]View, 0, 4)
	for _, v := range []string{"Service", "Category", "Payer", "Month"} {
		key := strings.ToLower(v)
		views = append(views, View{v, f.here().With("by", key), key == f.By})
	}
	return views
}

// open leads to the lines that pairs of filter and value choose, in the same view.
func (f Footprint) open(pairs ...string) string {
	return f.here().With(append(pairs, "by", f.By)...) + "#lines"
}

// opens is a sum that leads to its lines; nothing is a sum that has none.
func (f Footprint) opens(sum money.Pence, about string, pairs ...string) Cell {
	if sum == 0 {
		return pence(sum)
	}
	return cell(LinkAbout(f.open(pairs...), sum.String(), about))
}

// ServiceTable are the services used, largest sum first; each opens to its lines.
func (f Footprint) ServiceTable() Table {
	t := Table{ID: "services", Name: "Services used", Wide: true, Class: "tl-services",
		Empty: "Nothing found in this window. That does not mean that nothing happened.",
		Columns: []Column{num("No."), head(col("Service")), col("Agency"), col("Payer"), col("Kind"), num("Used"), num("Price"),
			num("£"), num("Share")}}
	for i, u := range f.Uses {
		price, total, part := pence(u.Price), pence(u.Sum), words(share(u.Sum, f.Total).tenths())
		switch {
		case u.Uncounted > 0 && u.Sum == 0:
			price, total, part = cell(Tag(Attention, "No price yet")), words("not known"), words("not known")
		case u.Varies:
			price.Text = append(price.Text, Under("on average"))
		case u.Rounded:
			price.Text = append(price.Text, Under("rounded"))
		}
		kind := "Planned"
		if u.Crisis {
			kind = "Crisis"
		}
		t.Rows = append(t.Rows, row(number0(i+1), linked(f.open("service", u.Key), u.Name), words(u.Agency), words(u.Payer), words(kind),
			words(u.Used), price, total, part))
	}
	t.Foot = []Row{row(blank(), words("All services"), blank(), blank(), blank(), blank(), blank(), f.opens(f.Total, "all services", "lines", "all"), words("100%"))}
	for _, u := range f.Uses {
		if u.Rounded && !u.Varies {
			t.Note = "A price that is not whole pence is shown rounded; the sum is reckoned from the exact price."
		}
	}
	return t
}

// sliceTable is a view by category or payer.
func (f Footprint) sliceTable(by, name, heading, id string, slices []Slice) Table {
	t := Table{ID: id, Name: heading, Columns: []Column{head(col(name)), num("£"), num("Share"), bars("Bar")},
		Empty: "Nothing found in this window."}
	var most money.Pence
	for _, s := range slices {
		most = max(most, s.Crisis+s.Planned)
	}
	for _, s := range slices {
		both := s.Crisis + s.Planned
		t.Rows = append(t.Rows, row(linked(f.open(by, s.Key), s.Name), pence(both), words(share(both, f.Total).tenths()),
			barOf(both, most)))
	}
	t.Foot = []Row{row(words("All"), f.opens(f.Total, name+": all", "lines", "all"), words("100%"), blank())}
	return t
}

// CategoryTable and PayerTable are the same sum, seen other ways.
func (f Footprint) CategoryTable() Table {
	return f.sliceTable("category", "Category", "By category", "categories", f.Cats)
}
func (f Footprint) PayerTable() Table {
	return f.sliceTable("payer", "Payer", "By payer", "payers", f.Pays)
}

// Title names the opened lines, with what they come to.
func (o Opened) Title() string {
	title := o.Name + ": " + many(o.List.Total, "line", "lines")
	switch {
	case o.Unpriced == o.List.Total && o.Unpriced > 0:
		return title + " without a price"
	case o.Unpriced > 0:
		return title + ", " + count(o.Unpriced) + " of them without a price, " + o.Sum.String()
	}
	return title + ", " + o.Sum.String()
}

// Kept are the fields that a narrower choice of lines keeps.
func (o Opened) Kept() []Sent {
	var all []Sent
	for _, name := range []string{"from", "to", "by", "lines", "service", "price", "code", "agency", "as"} {
		if v := o.List.Kept.Get(name); v != "" {
			all = append(all, Sent{Name: name, Value: v})
		}
	}
	return all
}

// The choices that narrow the lines: of whom, of what, of which kind, and when.
func (f Footprint) Payer() Choice {
	return f.narrow("payer", "Payer", "Every payer", f.Pays)
}
func (f Footprint) Category() Choice {
	return f.narrow("category", "Category", "Every category", f.Cats)
}
func (f Footprint) Kind() Choice {
	return f.narrow("kind", "Kind", "Crisis and planned", []Slice{{Key: "crisis", Name: "Crisis"}, {Key: "planned", Name: "Planned"}})
}
func (f Footprint) Months() Choice {
	var all []Slice
	for _, m := range f.Month {
		if m.Crisis+m.Planned != 0 {
			all = append(all, Slice{Key: monthKey(m.Month), Name: m.Month.String()})
		}
	}
	return f.narrow("month", "Month", "Every month", all)
}
func (f Footprint) Year() Choice {
	var all []Slice
	for i, p := range f.Parts {
		all = append(all, Slice{Key: strconv.Itoa(i + 1), Name: p.Name})
	}
	return f.narrow("year", "Year", "Both years", all)
}

func (f Footprint) narrow(name, label, all string, of []Slice) Choice {
	options := []Option{{Label: all}}
	for _, s := range of {
		options = append(options, Option{Value: s.Key, Label: s.Name})
	}
	form := f.Opened.Choose
	form.Prefix = "lines-"
	return form.choice(name, label, "", options)
}

// monthKey is a month as addresses have it: 2025-04.
func monthKey(m day.Month) string { return m.First().String()[:7] }

// LineTable are the opened lines.
func (f Footprint) LineTable() Table {
	o := f.Opened
	t := Table{ID: "line-table", Name: o.List.name("line", "lines"), Wide: true,
		Columns: []Column{head(col("Day")), col("Used"), num("Price"), col("Price from"), num("£"), col("The agency’s row")}}
	for _, l := range o.Lines {
		days := words(l.Span.From.Long())
		if l.Span.To > l.Span.From {
			days = words(l.Span.From.Short() + " to " + l.Span.To.Short())
		}
		price, from, total := pence(l.Price), words(l.PriceFrom), pence(l.Sum)
		if l.Rounded {
			price.Text = append(price.Text, Under("rounded"))
		}
		if l.Rule != "" {
			from.Text = append(from.Text, Under(l.Rule))
		}
		if l.Unpriced != "" {
			price, from, total = words("no price yet"), words(l.Unpriced), words("not known")
		}
		where := o.List.With("page", strconv.Itoa(max(o.List.Page, 1)), "line", strconv.FormatInt(int64(l.Contact), 10)) + "#row"
		line := row(days, words(l.Used), price, from, total, cell(LinkAbout(where, "line "+count(l.Row), l.Span.From.Long())))
		if o.Row != nil && o.Row.Contact == l.Contact {
			line.State = Open
			line.Cells[5] = cell(Strong("line " + count(l.Row) + ", open below"))
		}
		t.Rows = append(t.Rows, line)
	}
	if o.List.Pages() > 1 {
		t.Foot = append(t.Foot, row(words(count(o.List.First())+" to "+count(o.List.Last())+", the lines above"), blank(), blank(), blank(),
			sumOf(o.Lines), blank()))
	}
	all := pence(o.Sum)
	if o.Unpriced > 0 && o.Unpriced == o.List.Total {
		all = words("not known")
	}
	t.Foot = append(t.Foot, row(words("All "+count(o.List.Total)), blank(), blank(), blank(), all, blank()))
	t.Paging = o.List.paging("Pages of lines", "lines", false)
	return t
}

// sumOf is what some lines come to: not nothing, where none of them has a price.
func sumOf(lines []Line) Cell {
	if len(lines) > 0 && !slices.ContainsFunc(lines, func(l Line) bool { return l.Unpriced == "" }) {
		return words("not known")
	}
	return pence(sum(lines, func(l Line) money.Pence { return l.Sum }))
}

// ExtractPath leads to the extract the row came in.
func (r SentRow) ExtractPath() string { return ExtractPath(r.ExtractID) }
