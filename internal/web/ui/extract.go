package ui

import (
	"strings"
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// The pages of extracts: the list, sending one in, and one extract with its decision.
var (
	ExtractsPage = register[Extracts]("extracts")
	SendInPage   = register[SendIn]("send-in")
	ExtractPage  = register[Extract]("extract")
)

// Extracts is the list of files that agencies sent.
type Extracts struct {
	List      List
	Rows      []ExtractRow
	MayUpload bool
	MayExport bool
	Filter    Form // agency, state
	Agencies  []Option
	Jobs      []Job
}

// ExtractRow is one extract of the list.
type ExtractRow struct {
	Extract                              id.Extract
	Agency, Feed                         string
	AsOf, Received                       day.Day
	State                                ExtractState
	Accepted, Rejected, Repeated, InFile int
}

// ExtractState is how far an extract has come.
type ExtractState string

const (
	ExtractChecking ExtractState = "Being checked"
	ExtractWaiting  ExtractState = "Waiting for a decision"
	ExtractAccepted ExtractState = "Accepted"
	ExtractDeclined ExtractState = "Not accepted"
	ExtractRemoved  ExtractState = "Sent in error"
	ExtractFailed   ExtractState = "Could not be used"
)

// Gone says that the file's rows were removed: it was declined, or taken back. What was counted of them is kept.
func (s ExtractState) Gone() bool { return s == ExtractDeclined || s == ExtractRemoved }

func (s ExtractState) cell() Cell {
	switch s {
	case ExtractWaiting:
		return cell(Tag(Attention, string(s)))
	case ExtractDeclined, ExtractRemoved:
		return cell(Tag(Aside, string(s)))
	case ExtractFailed:
		return cell(Tag(Refused, string(s)))
	}
	return words(string(s))
}

// Head implements Content.
func (e Extracts) Head() Head { return Head{Title: "Extracts", Place: PlaceExtracts} }

// Agency and State narrow the list.
func (e Extracts) Agency() Choice {
	return e.Filter.choice("agency", "Agency", "", append([]Option{{Label: "All agencies"}}, e.Agencies...))
}
func (e Extracts) State() Choice {
	options := []Option{{Label: "Any state"}}
	for _, s := range []ExtractState{ExtractWaiting, ExtractChecking, ExtractAccepted, ExtractDeclined, ExtractRemoved,
		ExtractFailed} {
		options = append(options, Option{Value: string(s), Label: string(s)})
	}
	return e.Filter.choice("state", "State", "", options)
}

// Table is this page of the list.
func (e Extracts) Table() Table {
	t := Table{ID: "extracts", Name: e.List.name("extract", "extracts"), Wide: true,
		Empty: "No agency has sent an extract yet, or none matches what you asked for.",
		Columns: []Column{head(col("Extract")), e.List.sorted(num("As of"), "as-of", true), e.List.sorted(num("Received"),
			"received", true),
			num("Rows"), num("Accepted"), num("Rejected"), num("Repeated"), col("State")},
		Paging: e.List.paging("Pages of extracts", "extracts", false)}
	for _, r := range e.Rows {
		line := row(linked(ExtractPath(r.Extract), r.Agency+", "+r.Feed), longDay(r.AsOf), longDay(r.Received), number0(r.InFile),
			number0(r.Accepted), number0(r.Rejected), number0(r.Repeated), r.State.cell())
		if r.State == ExtractWaiting {
			line.State = NeedsYou
		}
		if r.State == ExtractChecking || r.State == ExtractFailed {
			for i := 3; i <= 6; i++ {
				line.Cells[i] = words("not known")
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// SendIn is the form that sends an extract in.
type SendIn struct {
	Form     Form
	Agencies []Option // those whose files this person may send in
	Layouts  []Option
	Largest  string // "2 GB"
}

// Head implements Content.
func (u SendIn) Head() Head {
	return Head{Title: "Send in an extract", Place: PlaceExtracts, Crumbs: []Crumb{{"Extracts", "/extracts"}}, Form: u.Form}
}

// The fields of the form.
func (u SendIn) Agency() Choice {
	c := u.Form.choice("agency", "Whose file is it?", "", append([]Option{{Label: "Choose an agency"}}, u.Agencies...))
	c.Needed = true
	return c
}
func (u SendIn) Layout() Choice {
	c := u.Form.choice("layout", "Which layout is it in?",
		"The layout says what each column means. A column it does not name is not stored.",
		append([]Option{{Label: "Choose a layout"}}, u.Layouts...))
	c.Needed = true
	return c
}
func (u SendIn) AsOf() Date {
	d := u.Form.date("as_of", "As of which day is it?",
		"The day on which the agency took the file from its system, for example 31 3 2026 or 31 Mar 2026. It decides which of two files is the newer.")
	d.Needed = true
	return d
}
func (u SendIn) File() Upload {
	hint := "CSV, exactly as the agency sent it."
	if u.Largest != "" {
		hint += " Up to " + u.Largest + "."
	}
	return u.Form.upload("file", "The file", hint, ".csv,.txt")
}
func (u SendIn) Rows() Input {
	i := u.Form.input("rows", "How many rows does the agency say it has? (optional)", "If the file has another number of rows, it is not taken in: it may have been cut off.", 10)
	i.Mode = "numeric"
	return i
}
func (u SendIn) Amount() Input {
	i := u.Form.input("amount", "What does the agency say its amounts add up to? (optional)", "Only for files that carry amounts. If they add up to something else, the file is not taken in.", 10)
	i.Prefix, i.Mode = "£", "decimal"
	return i
}
func (u SendIn) Full() Choice {
	return u.Form.choice("full", "Is it everything the agency holds?", "", []Option{{Value: "yes",
		Label: "Yes, a full extract: a contact that is not in it was taken back by the agency",
		Hint:  "If too many contacts are missing, none is taken out and you are asked again. People whom a file leaves out stay."}})
}

// Extract is one file: what was found in it, and the decision about it.
type Extract struct {
	Extract            id.Extract
	Agency, Feed       string // "Riverbank Hospitals", "A&E"
	State              ExtractState
	Checked            time.Time
	AsOf               day.Day
	SentBy             string
	File               string // name, size and the beginning of its SHA-256
	Layout             id.Layout
	LayoutName         string // "A&E version 4"
	Full               bool
	Jobs               []Job    // while it is being checked
	Failure            []string // why it could not be used, each fault with its remedy
	Again              string   // where it is sent again, with what was said of it; empty for whoever may not
	Decided            string   // "Accepted by Ayesha Rahman on 2 April 2026."
	InFile             int
	Accepted           int
	Rejected           int
	Repeated           int
	SaidRows           int // the agency's own count; 0 when it gave none
	Amount, SaidAmount money.Pence
	SetAside           []SetAside
	SetAsideValues     int // of all kinds, also those that are not in SetAside
	Reasons            []Reason
	Rejects            []Reject // this page of them
	List               List
	LeftOut            []string // names of columns that the layout does not map
	Preview            *Preview
	ReadAs             string // "utf-8, with its header on line 3"; empty once the rows are removed
	Remarks            []Remark
	Largest            []FileAmount
	Services           []FileService // the most frequent first
	Consequences       []string      // of accepting, from "2,871 attendances join the record"
	Own                bool          // the viewer is of the agency that sent it
	MayDecide          bool          // to accept it
	MayDecline         bool
	MayRemove          bool
	MayDownload        bool // the rejected rows
	Withheld           bool // what the rows say is not for the viewer
}

// SetAside is a kind of value that is kept as sent and not used.
type SetAside struct {
	Column, Sent string // Sent is the commonest value, or its shape where it may tell who somebody is
	Values       int
	Kinds        int // different ones among them
	Why          string
}

// Reason is why rows were rejected, and how many.
type Reason struct {
	Code, Words string
	Rows        int
	Shown       bool // the rejected rows are narrowed to it
}

// Reject is one rejected row.
type Reject struct {
	Line          int
	Column        string // empty: the whole row
	Sent          string // empty: nothing was sent
	Wrong, Remedy string
}

// Preview is how the first rows are read.
type Preview struct {
	Columns []string
	Rows    [][]string
}

// Head implements Content.
func (e Extract) Head() Head {
	return Head{Title: e.Agency + ", " + e.Feed + ", as of " + e.AsOf.Long(), Place: PlaceExtracts,
		Crumbs: []Crumb{{"Extracts", "/extracts"}}}
}

// Path is the extract's address; LayoutPath its layout's.
func (e Extract) Path() string       { return ExtractPath(e.Extract) }
func (e Extract) LayoutPath() string { return LayoutPath(e.Layout) }

// Waiting says whether a decision waits; Counted whether the file has been read.
func (e Extract) Waiting() bool { return e.State == ExtractWaiting }
func (e Extract) Counted() bool { return e.State != ExtractChecking && e.State != ExtractFailed }

// Was says what was counted of a file whose rows are gone.
func (e Extract) Was() string {
	was := "When it was checked, the file had " + many(e.InFile, "row", "rows") + ": " + count(e.Accepted) + " could be accepted, " + count(e.Rejected) + " " +
		Either(e.Rejected, "was", "were") + " rejected and " + count(e.Repeated) + " repeated what we held."
	if e.Withheld {
		return was
	}
	return was + " " + many(e.SetAsideValues, "value was", "values were") + " set aside."
}

// Removable says whether it can be taken back.
func (e Extract) Removable() bool { return e.MayRemove && e.State == ExtractAccepted }

// Sum shows that accepted, rejected and repeated rows are the file.
func (e Extract) Sum() Table {
	t := Table{ID: "sum", Name: many(e.InFile, "row in the file", "rows in the file"), Heading: true,
		Columns: []Column{head(col("What happened")), num("Rows"), num("Share"), bars("Bar"), col("What it means")}}
	from := 0
	line := func(name Cell, n int, class, means string) {
		x, end := share(from, e.InFile), share(from+n, e.InFile)
		from += n
		picture := bar(rect(x, 2, max(end-x, 30), 14, class))
		if n == 0 {
			picture = bar()
		}
		t.Rows = append(t.Rows, row(name, number0(n), words(share(n, e.InFile).tenths()), picture, words(means)))
	}
	counts := "Will count once you accept the extract"
	if e.State == ExtractAccepted {
		counts = "Counted"
	} else if !e.Waiting() {
		counts = "Not counted"
	}
	rejected := words("Rejected")
	if e.Rejected > 0 && !e.Withheld {
		rejected = linked("#rejected", "Rejected")
	}
	opens := func(name, what string, rows int) Cell {
		if rows == 0 || !e.Held() || e.Withheld {
			return words(name)
		}
		return linked(RowsPath(e.Extract, what), name)
	}
	line(opens("Accepted", "accepted", e.Accepted), e.Accepted, "pine", counts)
	line(rejected, e.Rejected, "ink", e.keptOut())
	line(opens("Repeated", "repeated", e.Repeated), e.Repeated, "pine35", "Same number and same content as a row we hold: counted once")
	t.Foot = []Row{row(words("Rows in the file"), number0(e.InFile), words("100%"), blank(), words(e.control()))}
	return t
}

func (e Extract) keptOut() string {
	if e.Withheld {
		return "Cannot stand: kept out"
	}
	return "Cannot stand: kept out, listed below with the remedy"
}

// Held says whether the file's rows are still held: those of one that is not accepted, or that was sent in error, are removed.
func (e Extract) Held() bool { return e.State == ExtractWaiting || e.State == ExtractAccepted }

// control says whether the agency's own totals agree with ours.
func (e Extract) control() string {
	var s string
	switch {
	case e.SaidRows == 0:
		s = e.Agency + " gave no count of its own."
	case e.SaidRows == e.InFile:
		s = e.Agency + " says " + count(e.SaidRows) + ": agrees."
	default:
		s = e.Agency + " says " + count(e.SaidRows) + ": does not agree, " + many(abs(e.SaidRows-e.InFile), "row", "rows") + " apart."
	}
	switch {
	case e.SaidAmount == 0:
	case e.SaidAmount == e.Amount:
		s += " Amounts add up to " + e.Amount.String() + ": agrees."
	default:
		s += " Amounts add up to " + e.Amount.String() + ", " + e.Agency + " says " + e.SaidAmount.String() + ": does not agree."
	}
	return s
}

func abs(n int) int { return max(n, -n) }

// SetAsideTable are the values kept as sent and not used.
func (e Extract) SetAsideTable() Table {
	t := Table{ID: "set-aside", Name: many(e.SetAsideValues, "value", "values") + " set aside, by column and reason", Heading: true,
		Columns: []Column{head(col("Column")), col("For example"), num("Values"), col("Why it is not used")}, Empty: "Every value could be used."}
	for _, s := range e.SetAside {
		example := sent(s.Sent)
		if s.Kinds > 1 {
			example.Text = append(example.Text, Under("and "+many(s.Kinds-1, "other", "others")))
		}
		values := number0(s.Values)
		if e.Held() {
			values = cell(LinkAbout(asidePath(e.Extract, s.Column, s.Why), count(s.Values), "values of "+s.Column+" set aside"))
		}
		t.Rows = append(t.Rows, row(sent(s.Column), example, values, words(s.Why)))
	}
	t.Foot = []Row{row(words("All columns"), blank(), number0(e.SetAsideValues), words("Kept as sent, marked, never guessed"))}
	return t
}

// ReasonTable is why rows were rejected.
func (e Extract) ReasonTable() Table {
	t := Table{ID: "reasons", Name: many(e.Rejected, "rejected row", "rejected rows") + ", by reason", Heading: true,
		Columns: []Column{head(col("Reason")), num("Rows"), bars("Bar")}, Empty: "No row was rejected."}
	most := 0
	for _, r := range e.Reasons {
		most = max(most, r.Rows)
	}
	for _, r := range e.Reasons {
		line := row(linked(e.Path()+"?reason="+r.Code+"#rejected", r.Words), number0(r.Rows), barAs(r.Rows, most, "pine60"))
		if r.Shown {
			line.State = Open
		}
		t.Rows = append(t.Rows, line)
	}
	t.Foot = []Row{row(words("Rejected"), number0(e.Rejected), blank())}
	return t
}

// RejectTable is this page of the rejected rows.
func (e Extract) RejectTable() Table {
	name := "Rows " + e.List.name("in file order", "in file order")
	if e.List.Pages() == 1 {
		name = many(e.List.Total, "row", "rows") + ", in file order"
	}
	if why := e.Narrowed(); why != "" {
		name += ": " + why
	}
	t := Table{ID: "reject-table", Name: name, Class: "tl-rejected",
		Columns: []Column{head(num("Line")), col("Column"), col("As sent"), col("What is wrong"), col("Remedy")},
		Paging:  e.List.paging("Pages of rejected rows", "rows", false)}
	for _, r := range e.Rejects {
		column, value := sent(r.Column), sent(r.Sent)
		if r.Column == "" {
			column = cell(Quiet("whole row"))
		}
		if r.Sent == "" {
			value = cell(Quiet("empty"))
		}
		t.Rows = append(t.Rows, row(cell(Spoken("Line "), e.lineAsSent(r.Line)), column, value, words(r.Wrong), words(r.Remedy)))
	}
	return t
}

// Narrowed is the reason that the rejected rows are narrowed to; empty for all.
func (e Extract) Narrowed() string {
	for _, r := range e.Reasons {
		if r.Shown {
			return r.Words
		}
	}
	return ""
}

// Masked says whether a value stands for others by its shape.
func (e Extract) Masked() bool {
	for _, s := range e.SetAside {
		if strings.Contains(s.Sent, "•") {
			return true
		}
	}
	return false
}

// Nothing says that accepting the file would change nothing.
func (e Extract) Nothing() bool { return e.Accepted == 0 && !e.Full }

// PreviewTable is how the first accepted rows are read.
func (e Extract) PreviewTable() Table {
	t := Table{ID: "preview", Name: "The first rows, as we read them", Wide: true, Columns: []Column{head(num("Row"))}}
	for _, c := range e.Preview.Columns {
		t.Columns = append(t.Columns, col(c))
	}
	for i, r := range e.Preview.Rows {
		line := row(number0(i + 1))
		for _, v := range r {
			line.Cells = append(line.Cells, sent(v))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}
