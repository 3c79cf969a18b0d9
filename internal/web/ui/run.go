package ui

import (
	"math"
	"strconv"
	"time"

	"throughline/internal/id"
)

// The pages of runs and of work under way.
var (
	RunsPage = register[Runs]("runs")
	RunPage  = register[Run]("run")
	JobPage  = register[JobView]("job")
)

// RunState says whether a run's figures are those in force.
type RunState string

const (
	RunInForce    RunState = "In force"
	RunSuperseded RunState = "Superseded"
	RunOutOfDate  RunState = "In force, out of date"
	RunCutOff     RunState = "Cut off: nothing of it counts"
	RunUnderWay   RunState = "Under way"
)

func (s RunState) cell() Cell {
	switch s {
	case RunOutOfDate, RunCutOff:
		return cell(Tag(Attention, string(s)))
	case RunInForce:
		return cell(Tag(Calm, string(s)))
	}
	return words(string(s))
}

// Runs is a page of the list of runs, the newest first.
type Runs struct {
	Filter   Form
	Kinds    []Option // that the list may be narrowed to
	Narrowed bool     // it is not the list from its beginning, of every kind
	Export   string   // the address that downloads the runs; empty for whoever may not
	Older    string   // the address of the runs before these; empty when there are none
	Rows     []RunRow
	Jobs     []Job
	MayRun   bool
	Newest   id.Run // of all there are: a form that comes twice begins runs once

	Whole     id.Run // the link run to which the next is held, unless everything is linked anew; 0 before there is one
	WholeTook time.Duration
}

// RunRow is one run.
type RunRow struct {
	Run   id.Run
	Kind  string // "Link run", "Price run", "Cohort run"
	Made  time.Time
	By    string
	State RunState
	Found string // "1,206,411 links among 9,638 people"
}

// Head implements Content.
func (r Runs) Head() Head { return Head{Title: "Runs", Place: PlaceRuns} }

// Anew asks whether everything is linked anew.
func (r Runs) Anew() Choice {
	c := Form{}.choice("anew", "What it links", "", []Option{{Value: "yes", Label: "Link everything anew",
		Hint: "Otherwise, where few records are new or changed since link run " + count(r.Whole) + ", only these are compared, by what that run learnt of how common values are and " +
			"what they prove. Choose it where what came since may have changed that: a new agency, or another way of writing names. Run " + count(r.Whole) + " took " + lasted(r.WholeTook) + "."}})
	c.Small = true
	return c
}

// Kind is the filter of the list.
func (r Runs) Kind() Choice {
	return r.Filter.choice("kind", "Kind", "", append([]Option{{Label: "Every kind"}}, r.Kinds...))
}

// Table is this page of the list.
func (r Runs) Table() Table {
	t := Table{ID: "runs", Name: many(len(r.Rows), "run", "runs") + ", the newest first", Wide: true, Empty: "No run has been made yet.",
		Columns: []Column{head(col("Run")), col("Kind"), key("Made"), col("By"), col("What it found"), col("State")},
		Paging:  onwards("Pages of runs", r.Older, "runs")}
	if r.Narrowed {
		t.Empty = "No run is like that."
	}
	for _, x := range r.Rows {
		t.Rows = append(t.Rows, row(linked(RunPath(x.Run), "Run "+count(int(x.Run))), words(x.Kind), words(moment(x.Made)),
			cell(Name(x.By)),
			words(x.Found), x.State.cell()))
	}
	return t
}

// Run is what one run fixed and found. The same inputs give the same figures.
type Run struct {
	Run          id.Run
	Kind         string
	State        RunState
	Made         time.Time
	Took         time.Duration
	By           string
	Why          string // why it is out of date
	Supersedes   id.Run
	SupersededBy id.Run
	MayLinks     bool
	TwoNumbers   int             // of a link run: pairs linked that have different valid NHS numbers
	Crowded      []CrowdedPerson // of a link run: people of whom one agency has very many records, whom the viewer may open
	CrowdedN     int             // all of them
	Change       *RunChange      // from the run before; nil for the first
	Inputs       []RunInput
	Versions     []Pair // layouts, model, person version, price map, editions, deflator, rule, program
	Found        []Pair
	Lists        Text        // what the figures count, and where one by one they are seen; empty where each opens
	Weights      []RunWeight // of a link run
	Rules        []RunRule   // of a link run
	LeftOut      int64       // pairs, at most, that it did not compare because too many records are alike
	Resting      []string    // rules that a link run chose not to use
	RestFor      int64       // how many pairs of one person they were expected to add
	Learnt       string      // what the weights were learnt from, and whether that came to rest
	Digest       string      // of everything above: equal for equal inputs
}

// CrowdedPerson is somebody of whom one agency has very many records.
type CrowdedPerson struct {
	Person  id.Person
	Agency  string
	Records int
}

// CrowdedTable are the people to look at, those of most records first.
func (r Run) CrowdedTable() Table {
	t := Table{ID: "crowded", Name: many(r.CrowdedN, "person", "people") + " of whom one agency has ten records or more", Heading: true,
		Note:    "Usual where an agency numbers visits, not people. Where it numbers people, they may be several people.",
		Empty:   "Whom you may not open.",
		Columns: []Column{head(key("Person")), col("Agency"), num("Records")}}
	for _, x := range r.Crowded {
		t.Rows = append(t.Rows, row(cell(refTo(x.Person, GroupPath(x.Person))), words(x.Agency), number0(x.Records)))
	}
	if n := r.CrowdedN - len(r.Crowded); n > 0 {
		t.Note += " " + count(n) + " more are not listed."
	}
	return t
}

// RunInput is one extract that a run read.
type RunInput struct {
	Extract id.Extract // zero for whoever may not open it
	Name    string
	AsOf    string
	Digest  string // SHA-256 of the file
	Rows    int

	Layout        id.Layout // zero for whoever may not open it
	LayoutVersion int       // in force when the file was read
}

// RunRule is a rule that names pairs worth comparing, and how many it was the first to find.
type RunRule struct {
	Rule  string
	Pairs int64
}

// RuleTable are the rules, in their order.
func (r Run) RuleTable() Table {
	t := Table{ID: "rules", Name: "How pairs were found", Heading: true, Note: "A pair is counted for the first rule that finds it.",
		Columns: []Column{head(col("Rule")), num("Pairs"), bars("Pairs, as a bar")}}
	var most, all int64
	for _, x := range r.Rules {
		most, all = max(most, x.Pairs), all+x.Pairs
	}
	if r.LeftOut > 0 {
		t.Note += " Up to " + many(int(r.LeftOut), "pair was", "pairs were") + " not compared: where more than 1,500 records agree in the same values, each is compared with 100 of the others."
	}
	if len(r.Resting) > 0 {
		t.Note += " Not used, since together they were expected to find " + many(int(r.RestFor), "pair", "pairs") + " of one person that no other rule finds: " + list(r.Resting) + "."
	}
	for _, x := range r.Rules {
		t.Rows = append(t.Rows, row(words(x.Rule), words(count(x.Pairs)), barOf(x.Pairs, most)))
	}
	t.Foot = []Row{row(words("All"), words(count(all)), blank())}
	return t
}

// RunWeight is what a link run made of one level of agreement in one field: how often records of one person reach it, and of two.
type RunWeight struct {
	Field, Level      string
	Same, Other, Bits float64
}

// Head implements Content.
func (r Run) Head() Head {
	return Head{Title: r.Kind + " " + count(int(r.Run)), Place: PlaceRuns, Crumbs: []Crumb{{"Runs", "/runs"}}}
}

// StateText is the run's state.
func (r Run) StateText() Text { return r.State.cell().Text }

// SupersedesPath and SupersededByPath lead to the neighbours.
func (r Run) SupersedesPath() string   { return RunPath(r.Supersedes) }
func (r Run) SupersededByPath() string { return RunPath(r.SupersededBy) }

// Lasted is how long it took.
func (r Run) Lasted() string { return lasted(r.Took) }

// InputTable are the extracts it read.
func (r Run) InputTable() Table {
	t := Table{ID: "inputs", Name: many(len(r.Inputs), "extract", "extracts") + " that it read", Heading: true, Wide: true,
		Empty:   "It read no extract.",
		Columns: []Column{head(col("Extract")), col("Layout"), key("As of"), num("Rows"), col("SHA-256 of the file")}}
	switch {
	case len(r.Inputs) > 0:
	case r.State == RunUnderWay:
		t.Name, t.Empty = "Extracts that it reads", "What it reads is fixed once it has begun to read."
	case r.State == RunCutOff:
		t.Name, t.Empty = "Extracts that it read", "It ended before what it reads was fixed."
	}
	rows := 0
	for _, i := range r.Inputs {
		rows += i.Rows
		name := linked(ExtractPath(i.Extract), i.Name)
		if i.Extract == 0 {
			name = words(i.Name)
		}
		layout := words("version " + count(i.LayoutVersion))
		if i.Layout != 0 {
			layout = cell(LinkAbout(LayoutPath(i.Layout), "version "+count(i.LayoutVersion), i.Name))
		}
		sentIn := number0(i.Rows)
		if i.Extract != 0 {
			sentIn = countAt(i.Rows, "rows, "+i.Name, ExtractPath(i.Extract))
		}
		t.Rows = append(t.Rows, row(name, layout, words(i.AsOf), sentIn, sent(i.Digest)))
	}
	t.Foot = []Row{row(words("All"), blank(), blank(), number0(rows), blank())}
	return t
}

// WeightTable is the weights that a link run kept to, a level of agreement a row.
func (r Run) WeightTable() Table {
	t := Table{ID: "weights", Name: "Weights of agreement", Heading: true, Class: "tl-waterfall",
		Note:    "How often two records that can be compared agree so far, and what that weighs: a bit doubles the odds that they are of one person.",
		Columns: []Column{head(col("Agreement")), num("Of one person"), num("Of two people"), num("Bits"), {Name: "To the left: against, to the right: for", Kind: Bars}}}
	if r.Learnt != "" {
		t.Note += " " + r.Learnt
	}
	var lowest, highest float64
	for _, w := range r.Weights {
		lowest, highest = min(lowest, w.Bits), max(highest, w.Bits)
	}
	place := func(b float64) Percent {
		return Percent(math.Round((b - lowest) / max(highest-lowest, 1) * float64(full)))
	}
	field := ""
	for _, w := range r.Weights {
		name := cell(Plain(w.Level))
		if w.Field != field {
			field = w.Field
			name = cell(Strong(w.Field), Break(), Plain(w.Level))
		}
		t.Rows = append(t.Rows, row(name, words(oneIn(w.Same)), words(oneIn(w.Other)), words(bits(int(math.Round(w.Bits*10)))), bar(rule(place(0), -20, 120, "line"), weightBar(place(0), place(w.Bits), w.Bits < 0))))
	}
	return t
}

// weightBar is filled where agreement speaks for one person, and dotted where it speaks against.
func weightBar(zero, to Percent, against bool) Shape {
	if against {
		return dotted(between(zero, to, "line-thin"))
	}
	return between(zero, to, "pine")
}

// oneIn writes a share as people read it: per cent, or one in so many where that is rarer than one in a hundred.
func oneIn(x float64) string {
	if x >= 0.01 {
		return strconv.FormatFloat(x*100, 'f', 1, 64) + "%"
	}
	if x <= 0 {
		return "never"
	}
	return "1 in " + count(int64(1/x+0.5))
}

// JobView is one piece of work: under way, ended, or failed.
type JobView struct {
	Job     Job
	Ended   string // what came of it: "Run 32 was made." Empty while it is under way
	Leads   string // the page to go on to
	Failure string // why it failed, with what to do
}

// Head implements Content.
func (j JobView) Head() Head {
	return Head{Title: j.Job.What, Place: PlaceRuns, Crumbs: []Crumb{{"Runs", "/runs"}}}
}
