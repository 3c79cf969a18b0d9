package ui

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// PersonPage is one person over all agencies: who is involved, when, on which records, and why those are linked.
var PersonPage = register[Person]("person")

// Person is one person's overview. Until names are shown, Name is empty and the records hold no names, numbers or dates.
type Person struct {
	Person     id.Person
	Name       string
	Born       string // "4 March 1983", "1983, day not known"; empty until names are shown
	Borough    string
	Agencies   int
	Rank, Of   int // in the cohort; Rank 0 when not in it
	CohortMade day.Day
	Behind     string // why Rank is of before: a sentence; empty when it is not
	Window     day.Span
	FromCohort bool      // came from the cohort: the way back leads there
	Was        id.Person // the reference that was asked for, where it is another; zero else

	MayFootprint bool // a count leads to its lines
	MayRow       bool // a record leads to its row as sent

	Named        bool // names are shown; else nothing of a record says who somebody is
	MayShowNames bool
	NamesForm    Form

	Involved  []Involved
	Gaps      []string // "Nothing found in Southwark Council as of 31 March 2026."
	Lanes     []Lane
	Uses      []Use
	Conflicts []string // "2 different values of the NHS number"
	Crowded   []string // "40 records of Riverbank Hospitals, each under another number of its own"
	Unpriced  string   // a sentence on contacts without a price

	Records []RecordRow
	Said    []Saying
	Link    *LinkWhy // the link that is explained: the one asked for, else the weakest; nil with one record
	Answers []Answer // that people gave about these records
	Linked  []Text   // what link runs changed of which records are this person's, the newest first
	Anew    id.Run   // the link run in force, where it is the newest of them; else 0
	Parted  bool     // an answer has parted records, so that somebody may have received mixed data
	Looked  []Look   // of the last 30 days
	LookedN int      // of all time
}

// Involved is one agency's part.
type Involved struct {
	Agency, Worker, Reach string
	Slug                  string // of the agency, in addresses
	First, Last           day.Day
	Contacts              int
	Open                  bool
}

// Lane is one agency's contacts over the window.
type Lane struct {
	Agency   string
	Slug     string // of the agency, in addresses
	Marks    []LaneMark
	Contacts int
}

// LaneMark is a contact on a day, or a stay over a span.
type LaneMark struct {
	Contact id.Contact
	Span    day.Span
	Stay    bool
	Crisis  bool
}

// Use is how often a service was used, for the timeline's table.
type Use struct {
	Service, Agency string
	Slug, From      string // of the service and of the agency, in addresses
	Times           int
	First, Last     day.Day
}

// RecordRow is one agency's record as it is read.
type RecordRow struct {
	Record                        id.Record
	Agency                        string
	Number, Name, Birth, Postcode string   // as read; empty until names are shown
	Identifiers                   []string // "NHS 943 476 5919"; empty until names are shown
	BirthNote                     string   // "day, month swapped"
	SetAside                      []string // names of values kept as sent and not used: "date of birth"
	Extract                       id.Extract
	Line                          int
	From                          string  // "line 1,204 of admissions, 2 April 2026"
	Probability                   float64 // of its link to the others; 0 for the record that the others are linked to
	Weak                          bool
}

// Saying is a fact and who says so: "Date of birth", "4 March 1983", "said by 6 of 8".
type Saying struct{ Fact, Value, By string }

// LinkWhy explains why one record is linked to the others.
type LinkWhy struct {
	Record           id.Record
	Agency, Other    string // whose record, and whose it is compared with
	Which            string // which of the agency's records: " (line 12 as of 31 Mar 2026)"
	Probability      float64
	Weakest          bool
	Rests            money.Pence // of the cost, on this link
	Decides          string      // "In the cohort with or without it."
	Evidence         []Evidence
	TurnsOn          string // the field without which the rest speaks the other way; empty where no single one does
	Rest             int    // what the rest then comes to, in thousandths of a bit
	By               string // what made the link, in sentences; empty on a pair's page
	Model            string // "Model of 12 April 2026, link run 29."
	RecordsAfter     int    // that would stay
	CostAfter, Moved money.Pence
	MayAnswer        bool
	MaySame          bool   // say that it is the same person
	Care             string // that a second person is asked, as on PairView
	Form             Form
}

// Evidence is what one field says, in bits: positive for one person, negative against. Until names are shown its Words
// quote no value of a record: "surnames agree; about 1 person in 9,100 here has it".
type Evidence struct {
	Field, Words string
	Millibits    int
	Nothing      bool // the field says nothing
	Start        bool // the starting point, before any evidence
}

// Answer is what a person said about two records; it outranks the model.
type Answer struct {
	ID      id.Event
	Says    string    // "Lantern Housing’s record (line 12 as of 31 Mar 2026) is not the same person"
	Now     id.Person // who holds the record now; 0 where that is this person
	Why     string
	By      string
	When    time.Time
	MayUndo bool
}

// Look is one line of who has looked.
type Look struct {
	When                      time.Time
	Who, Agency, Saw, Purpose string
	AllowedBy                 string
	Refused                   bool
}

// Head implements Content. The name is the heading once it is shown, and never goes into the tab's title.
func (p Person) Head() Head {
	h := Head{Title: p.Name, Caption: "Person " + id.Pseudonym(p.Person), Tab: "Person " + id.Pseudonym(p.Person),
		Place: PlaceFind, Crumbs: []Crumb{{"Find a person", "/people"}}, Form: namesForm(p.NamesForm)}
	if p.FromCohort {
		h.Place, h.Crumbs = PlaceCohort, []Crumb{{"Cohort", "/cohort"}}
	}
	if p.Name == "" {
		h.Title, h.Caption = id.Pseudonym(p.Person), "Person"
	}
	if p.Link != nil && p.Link.Form.Problem != nil {
		h.Form = p.Link.Form
	}
	return h
}

// Path is the person's own address.
func (p Person) Path() string { return PersonPath(p.Person) }

// Lede is the person in a line.
func (p Person) Lede() string {
	s := ""
	if p.Born != "" {
		s = "Born " + p.Born + ". "
	}
	if p.Borough != "" {
		s += p.Borough + ". "
	}
	s += many(len(p.Records), "record", "records") + " from " + many(p.Agencies, "agency", "agencies") + "."
	if p.Rank > 0 {
		s += " " + ordinal(p.Rank) + " of " + count(p.Of) + " in the cohort of " + p.CohortMade.Long() + "."
	}
	return s
}

// Views are the ways of looking at this person.
func (p Person) Views() []View {
	return []View{{"Overview", p.Path(), true}, {"What it costs", FootprintPath(p.Person), false},
		{"Links", "#links", false}, {"All records together", GroupPath(p.Person), false}, {"Who has looked", LookedPath(p.Person), false}}
}

// InvolvedTable is who is involved.
func (p Person) InvolvedTable() Table {
	t := Table{ID: "involved", Name: "Who is involved", Heading: true, Wide: true,
		Note: "Open: a stay had not ended when the agency sent its data. A contact of one day is never open.", Empty: "No agency has a contact in this window.",
		Columns: []Column{head(key("Agency")), col("Worker"), col("How to reach them"), num("First contact"), num("Last contact"),
			num("Contacts"), col("Now")}}
	contacts, open, all := 0, 0, day.Span{}
	for _, a := range p.Involved {
		worker, now := a.Worker, words("Closed")
		if worker == "" {
			worker = "none named"
		}
		if a.Open {
			open++
			now = cell(Tag(Calm, "Open"))
		}
		contacts += a.Contacts
		all = day.Span{From: min(cmp.Or(all.From, a.First), cmp.Or(a.First, all.From)), To: max(all.To, a.Last)}
		t.Rows = append(t.Rows, row(words(a.Agency), cell(Name(worker)), orUnknown(a.Reach), shortDay(a.First), shortDay(a.Last),
			p.counted(a.Contacts, a.Agency, day.Span{From: a.First, To: a.Last}, a.Slug, ""), now))
	}
	t.Foot = []Row{row(words(many(len(p.Involved), "agency", "agencies")), blank(), blank(), blank(), blank(), p.counted(contacts, "every agency", all, "any", ""),
		words(count(open)+" open"))}
	return t
}

// counted is a number of contacts that leads to their lines, and from each of them to the agency's row.
func (p Person) counted(n int, about string, s day.Span, agency, service string) Cell {
	at := p.linesPath(s, agency, service)
	if n == 0 || at == "" {
		return number0(n)
	}
	return cell(LinkAbout(at, count(n), about))
}

// linesPath leads to the lines of an agency's contacts as they stand now, in some days, of one of its services where that is named; nothing for whoever may not
// open them, and for more days than a footprint shows.
func (p Person) linesPath(s day.Span, agency, service string) string {
	if !p.MayFootprint || s.From == 0 || s.To-s.From > LongestWindow {
		return ""
	}
	v := url.Values{"as": {AsNow}, "from": {s.From.String()}, "to": {s.To.String()}, "agency": {agency}}
	if service != "" {
		v.Set("service", agency+" "+service)
	}
	return FootprintPath(p.Person) + "?" + v.Encode() + "#lines"
}

// RecordTable are the records as they are read; each leads to its row as the agency sent it.
func (p Person) RecordTable() Table {
	t := Table{ID: "records-table", Name: "Records, as we read them", Heading: true, Wide: true, Note: "Each leads to its row as the agency sent it.",
		Columns: []Column{head(key("Agency")), key("Its number"), col("Name"), col("Date of birth"), key("Postcode"),
			col("Where it came from"), num("Probability"), key("Action")}}
	if !p.Named {
		t.Note += " Names, numbers, dates of birth and postcodes are hidden until names are shown."
	}
	for _, r := range p.Records {
		number, birth := p.shown(Code, r.Number), p.shown(Plain, r.Birth)
		for _, n := range r.Identifiers {
			number.Text = append(number.Text, Under(n))
		}
		if r.BirthNote != "" {
			birth.Text = append(birth.Text, Under(r.BirthNote))
		}
		for _, s := range r.SetAside {
			birth.Text = append(birth.Text, Plain(" "), Tag(Aside, s+" set aside"))
		}
		probability, action := words(probabilityWords(r.Probability)), blank()
		if r.Probability == 0 {
			probability = words("–")
		} else {
			action = cell(LinkAbout(LinkPath(p.Person, r.Record), "Why it is linked", r.Agency))
		}
		line := row(words(r.Agency), number, p.shown(Name, r.Name), birth, p.shown(Plain, r.Postcode),
			cell(LinkIf(p.MayRow, RecordPath(r.Record), r.From)), probability, action)
		if r.Weak {
			line.State = NeedsYou
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// shown is a value that says who somebody is: hidden until names are shown.
func (p Person) shown(as func(string) Bit, value string) Cell {
	switch {
	case !p.Named:
		return cell(Dots())
	case value == "":
		return cell(Quiet("not sent"))
	}
	return cell(as(value))
}

// probabilityWords writes a probability with as many places as tell it apart from certainty, which it never is.
func probabilityWords(p float64) string {
	if p > 0.9999 {
		return "over 0.9999"
	}
	if p >= 0.99 {
		return strconv.FormatFloat(p, 'f', 4, 64)
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// WhyNames asks why names are needed.
func (p Person) WhyNames() Choice { return whyNames(p.NamesForm) }

// LookedTable is who has looked lately.
func (p Person) LookedTable() Table {
	return lookTable("looked", "Who has looked, last 30 days", p.Looked)
}

// GroupPath leads to what holds the records together.
func (p Person) GroupPath() string { return GroupPath(p.Person) }

// MixedPath leads to who received data that were mixed.
func (p Person) MixedPath() string { return MixedPath(p.Person) }

// LookedPath leads to everybody who has looked.
func (p Person) LookedPath() string { return LookedPath(p.Person) }

func lookTable(tableID, name string, looks []Look) Table {
	t := Table{ID: tableID, Name: name, Heading: true, Empty: "Nobody has opened this person’s record.",
		Columns: []Column{head(key("When")), key("Who"), col("Agency"), col("What was done"), col("Purpose"), col("Allowed by")}}
	for _, l := range looks {
		saw := words(l.Saw)
		if l.Refused {
			saw = cell(Tag(Refused, "Refused"), Plain(" "+l.Saw))
		}
		t.Rows = append(t.Rows, row(words(moment(l.When)), cell(Name(l.Who)), words(l.Agency), saw, words(l.Purpose), words(l.AllowedBy)))
	}
	return t
}
