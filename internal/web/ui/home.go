package ui

import (
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// HomePage is where everybody begins: what needs doing, the cohort as it stands, what is running, the feeds.
var HomePage = register[Home]("home")

// Home is the first page after signing in. What a role may not see is left empty and does not appear.
type Home struct {
	Today  day.Day
	Todos  []Todo       // what holds up a sound cohort comes first
	Cohort *CohortBrief // nil when there is no run yet

	MayAccounts, MayAgencies bool // of whoever looks after them, said where nothing waits

	Setup []Step // what an administrator does first; empty once it is done

	MayCohort bool   // else nothing is said of one
	Steps     []Step // what a cohort still needs, when there is none
	Jobs      []Job
	Window    day.Span // that coverage is counted in
	Feeds     []Feed
}

// CohortBrief is the cohort in two figures.
type CohortBrief struct {
	People    int
	Total     money.Pence
	Costing   Costing
	Weekly    money.Pence // the rule's threshold a week
	Window    day.Span
	Run       id.Run
	MayRun    bool // to open the run
	Made      day.Day
	By        string
	OutOfDate bool
	Reach     *Reach // nil when the run does not say
}

// Feed is how an agency's data stands.
type Feed struct {
	Agency             string
	Path               string // of the agency's extracts; empty for whoever may not list them
	Sends              string
	From, UpTo         day.Day // zero: nothing has come
	Weeks, Of          int     // weeks of the window in which the feed has data
	Received, Rejected int
	State              string // "Up to date", "Waiting for you"
	NeedsYou           bool
}

// Head implements Content.
func (h Home) Head() Head { return Head{Title: "What needs doing", Place: PlaceHome} }

// Weekday is today, written out.
func (h Home) Weekday() string { return h.Today.Weekday().String() }

// Figures are the cohort's two figures.
func (c CohortBrief) Figures() Totals {
	return c.Costing.totals(
		card("People at "+c.Weekly.Pounds()+" a week or more", c.Reach.people(c.People), append(c.Reach.Range(), Break(), Link("/cohort", "Open the cohort"))...),
		card("Cost over the window", c.Reach.cost(c.Total), Plain(spanWords(c.Window)+". "), LinkAbout("/cohort?part=all#part", "Whose it is", "the cost")),
	)
}

// RunPath leads to the run.
func (c CohortBrief) RunPath() string { return RunPath(c.Run) }

// FeedTable is the state of each feed.
func (h Home) FeedTable() Table {
	t := Table{ID: "feeds", Name: "State of each feed", Heading: true, Wide: true, Class: "tl-feeds",
		Empty: "No agency has sent anything yet.",
		Columns: []Column{head(key("Agency")), col("What it sends"), key("Data up to"), num("Weeks covered"), bars("Bar"),
			num("Rows received"), num("Rows rejected"), col("State")}}
	received, rejected := 0, 0
	for _, f := range h.Feeds {
		received, rejected = received+f.Received, rejected+f.Rejected
		state := words(f.State)
		if f.NeedsYou {
			state = cell(Tag(Attention, f.State))
		}
		weeks, upTo, covers := cell(Plain(count(f.Weeks)+" of "+count(f.Of))), longDay(f.UpTo), blank()
		if f.Weeks < f.Of {
			weeks = strong(count(f.Weeks) + " of " + count(f.Of))
		}
		if f.UpTo == 0 {
			weeks, upTo = words("none"), words("nothing has come")
		} else if w := (day.Span{From: f.From, To: f.UpTo}).Cut(h.Window); w.Days() > 0 {
			covers = covered(share(int(w.From-h.Window.From), h.Window.Days()), share(int(w.To-h.Window.From)+1, h.Window.Days()))
		}
		t.Rows = append(t.Rows, row(words(f.Agency), words(f.Sends), upTo, weeks, covers, f.rows(f.Received, "received"),
			f.rows(f.Rejected, "rejected"), state))
	}
	t.Foot = []Row{row(words(many(len(h.Feeds), "agency", "agencies")), blank(), blank(), blank(), blank(), number0(received),
		number0(rejected), blank())}
	return t
}

// rows is a number of rows that leads to the files they came in.
func (f Feed) rows(n int, about string) Cell {
	if n == 0 || f.Path == "" {
		return number0(n)
	}
	return cell(LinkAbout(f.Path, count(n), f.Agency+", "+about))
}

// Gaps says which feeds do not cover the window, so that nothing found never looks like nothing happened.
func (h Home) Gaps() []string {
	var gaps []string
	for _, f := range h.Feeds {
		switch {
		case f.UpTo == 0:
			gaps = append(gaps, "Nothing has come from "+f.Agency+".")
		case f.From > h.Window.From && f.UpTo < h.Window.To:
			gaps = append(gaps, f.Agency+" covers only "+spanWords(day.Span{From: f.From, To: f.UpTo})+".")
		case f.From > h.Window.From:
			gaps = append(gaps, whose(f.Agency)+" data begins on "+f.From.Long()+".")
		case f.UpTo < h.Window.To:
			gaps = append(gaps, whose(f.Agency)+" data ends on "+f.UpTo.Long()+".")
		}
	}
	return gaps
}
