package ui

import (
	"net/url"
	"strconv"
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
)

var (
	// MixedPage is who received data of two people as one person's.
	MixedPage = register[Mixed]("mixed")
	// PartedPage lists whose records a link run parted.
	PartedPage = register[Parted]("parted")
)

// Mixed lists everybody who received data of two people as one's. It is made to be printed.
type Mixed struct {
	Person    id.Person
	Nothing   bool        // nothing was ever parted from this person
	Parting               // that the page tells of
	What      string      // who answered, and when; empty where a run parted
	Now       []id.Person // whose the records are now that left
	Stayed    []string    // agencies
	Left      []string
	Readers   []MixedReader
	Exports   []MixedReader
	Runs      []MixedRun
	MayRuns   bool      // the viewer may read the figures of runs
	KeptRun   id.Run    // the first cost run whose rows are kept, where earlier ones may have been made of the mixture; else 0
	Partings  []Parting // this page of all
	List      List
	Cut       bool
	MayPerson bool
	MayRun    bool // RunTable leads to their pages
	Unnamed   bool // some are shown by their role: who it was is not for the viewer
}

// MixedReader is what one person did while the data were mixed.
type MixedReader struct {
	Who, Agency, Did string
	Times            int
	First, Last      time.Time
}

// MixedRun is a cost run made of the mixture.
type MixedRun struct {
	Run  id.Run
	Made day.Day
	Was  string // "11th of the cohort"
}

// Parting is what ended a time in which records of two people stood under one number.
type Parting struct {
	Answer    int64  // 0 where a run parted them
	TakenBack bool   // that answer was "the same", and its taking back parted them
	Run       id.Run // 0 where an answer did
	Number    id.Person
	From, To  time.Time      // From zero: from the first link run on
	Times     [][2]time.Time // when they stood together, where that was more than once
}

// Head implements Content.
func (m Mixed) Head() Head {
	h := underPerson("Who received mixed data", m.Person)
	if !m.MayPerson {
		h.Place, h.Crumbs = PlaceAudit, []Crumb{{"Audit", "/audit"}}
	}
	return h
}

// Path is the page's own address.
func (m Mixed) Path() string { return MixedPath(m.Person) }

// Why says what parted the records.
func (m Mixed) Why() Text {
	if m.Run == 0 {
		return Say(Plain(m.What))
	}
	return Say(LinkIf(m.MayRun, RunPath(m.Run), "Link run "+count(int(m.Run))), Plain(" of "+onDay(m.To)+" parted records that had been held to be one person’s."))
}

// People says of how many people the data were.
func (m Mixed) People() string {
	if len(m.Now) > 1 {
		return "several"
	}
	return "two"
}

// Under is the number under which they stood, where it is not the person's own.
func (m Mixed) Under() string {
	if m.Number == m.Person {
		return "one number"
	}
	return "the number " + id.Pseudonym(m.Number) + ", which leads here now,"
}

// Since says from when to when.
func (p Parting) Since() string {
	if len(p.Times) < 2 {
		return since(p.From, p.To)
	}
	var all []string
	for _, t := range p.Times {
		all = append(all, since(t[0], t[1]))
	}
	return list(all)
}

func since(from, to time.Time) string {
	if from.IsZero() {
		return "from the first link run until " + moment(to)
	}
	return "from " + moment(from) + " until " + moment(to)
}

// by says in short what parted the records.
func (p Parting) by() string {
	switch {
	case p.Run != 0:
		return "Link run " + count(int(p.Run)) + " of " + onDay(p.To) + " parted them"
	case p.TakenBack:
		return "An answer that they are one person’s was taken back"
	}
	return "Somebody answered that records are not this person’s"
}

// address is the page of somebody for the parting.
func (p Parting) address(of id.Person) string {
	q := url.Values{}
	if p.Run != 0 {
		q.Set("run", strconv.FormatInt(int64(p.Run), 10))
	} else {
		q.Set("answer", strconv.FormatInt(p.Answer, 10))
	}
	if p.Number != of {
		q.Set("under", id.Pseudonym(p.Number))
	}
	return MixedPath(of) + "?" + q.Encode()
}

// PartingTable is this page of everything that parted records of the person.
func (m Mixed) PartingTable() Table {
	t := Table{ID: "partings", Name: m.List.name("parting", "partings") + ", the newest first", Heading: true, Paging: m.List.paging("Pages of partings", "partings", false),
		Columns: []Column{head(key("When")), col("Why"), col("Stood as one")}}
	for _, x := range m.Partings {
		when := cell(LinkAbout(x.address(m.Person), moment(x.To), "who received the mixed data until then"))
		if x.address(m.Person) == m.address(m.Person) {
			when = cell(Strong(moment(x.To)), Under("shown above"))
		}
		t.Rows = append(t.Rows, row(when, words(x.by()), words(x.Since())))
	}
	return t
}

// Agencies are whose records were mixed.
func (m Mixed) Agencies() []Pair {
	return []Pair{{"Records that stayed", Say(Plain(orNone(m.Stayed)))}, {"Records that left", Say(Plain(orNone(m.Left)))}}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "not known: no extract says anything of them any more"
	}
	return list(names)
}

// ReaderTable and ExportTable are who read, and who took data away.
func (m Mixed) ReaderTable() Table {
	return mixedTable("readers", "Who opened a page", "Nobody opened a page that showed them.", m.Readers)
}
func (m Mixed) ExportTable() Table {
	return mixedTable("exports", "Who took a file away", "Nobody took a file away in which they were.", m.Exports)
}

func mixedTable(tableID, name, empty string, some []MixedReader) Table {
	t := Table{ID: tableID, Name: name, Heading: true, Empty: empty, Columns: []Column{head(col("Who")), col("Agency"), col("What was done"), num("Times"), key("First"), key("Last")}}
	for _, r := range some {
		t.Rows = append(t.Rows, row(cell(Name(r.Who)), words(r.Agency), words(r.Did), number0(r.Times), words(moment(r.First)), words(moment(r.Last))))
	}
	return t
}

// RunTable are the runs.
func (m Mixed) RunTable() Table {
	t := Table{ID: "runs", Name: "Cost runs made of the mixture", Heading: true, Empty: "No cost run whose rows are kept was made of it.",
		Columns: []Column{head(key("Run")), key("Begun"), col("This person was")}}
	for _, r := range m.Runs {
		t.Rows = append(t.Rows, row(cell(LinkIf(m.MayRun, RunPath(r.Run), "Run "+count(int(r.Run)))), longDay(r.Made), words(r.Was)))
	}
	if m.KeptRun != 0 {
		t.Note = "Cost runs before run " + count(int(m.KeptRun)) + " keep no rows, so whether they held this person is not known."
		t.Empty += " " + t.Note
	}
	return t
}

// Parted is a page of the people whose records a link run parted.
type Parted struct {
	Run    id.Run
	Made   time.Time
	Kind   string
	First  bool // the area's first link run
	Costs  bool // a cost run, which parts nobody
	Kept   bool // the run says whom it parted
	Rows   []PartedPerson
	Closed int // people of this page whom the viewer may not open
	List   List
}

// PartedPerson is one of them.
type PartedPerson struct {
	Person id.Person // whom the number leads to now
	Parting
	Received bool // by somebody
}

// Head implements Content.
func (p Parted) Head() Head {
	return Head{Title: "Whose records the run parted", Place: PlaceRuns, Crumbs: []Crumb{{"Runs", "/runs"}, {p.Kind + " " + count(int(p.Run)), RunPath(p.Run)}}}
}

// Lede says which run it was.
func (p Parted) Lede() string {
	return p.Kind + " " + count(int(p.Run)) + " of " + onDay(p.Made) +
		" made their records two people’s or more, by what it found and the answers it kept to. They had stood under one number until then. " +
		"Whoever received their data may have to be told."
}

// Table is this page of the people.
func (p Parted) Table() Table {
	t := Table{ID: "people", Name: p.List.name("person", "people"), Heading: true, Empty: "It parted nobody’s records.", Paging: p.List.paging("Pages of people", "people", false),
		Columns: []Column{head(key("Stood under")), col("Stood as one"), col("Received by"), col("The number now")}}
	if !p.Kept {
		t.Name = "People" // of whom nobody counted is not none
	}
	switch {
	case p.Costs:
		t.Empty = "A cost run parts nobody’s records: link runs do."
	case p.First:
		t.Empty = "It is the first link run: nobody’s records had stood together before it."
	case !p.Kept:
		t.Empty = "The run keeps no such list. A person’s own page tells what runs changed."
	case p.List.Total > 0:
		t.Empty = "You may open none of them."
	}
	if p.Closed > 0 {
		t.Note = many(p.Closed, "person", "people") + " of this page are not listed: whom you may not open."
	}
	for _, x := range p.Rows {
		by := cell(Quiet("nobody"))
		if x.Received {
			by = cell(LinkAbout(x.address(x.Person), "Who it was", id.Pseudonym(x.Number)))
		}
		now := words("theirs still")
		if x.Person != x.Number {
			now = cell(Plain("part of "), Ref(x.Person))
		}
		t.Rows = append(t.Rows, row(cell(refTo(x.Number, x.address(x.Person))), words(x.Since()), by, now))
	}
	return t
}
