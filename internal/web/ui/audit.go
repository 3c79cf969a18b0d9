package ui

import (
	"strconv"
	"time"

	"throughline/internal/id"
)

// AuditPage searches the audit and shows how it stands.
var AuditPage = register[AuditSearch]("audit")

// AuditSearch is a search of the audit: who, whom, what, when, and how it came out.
type AuditSearch struct {
	Form      Form
	Agencies  []Option // whose people may be chosen
	Acts      []Option // kinds of act there are
	Older     string   // the address of the lines before these; empty when there are none
	Export    string   // the address that downloads the lines found
	Rows      []AuditRow
	Intact    bool
	Checked   time.Time
	Sealed    int // lines under the last checkpoint
	Waiting   int // lines not yet sealed
	SignedAt  time.Time
	Digest    string   // root hash of the last checkpoint
	Broken    []string // what did not agree when it was checked, in sentences
	MayExport bool
	MayVerify bool
}

// AuditRow is one line of the audit. It links and never quotes.
type AuditRow struct {
	Event            id.Event
	When             time.Time
	Who, Agency, Act string
	Person           id.Person // zero when the line is not about one
	About            string    // "Extract 20", "45 people of run 31"
	AboutPath        string
	Purpose          string
	Outcome          Outcome
	Why              string // the policy's reason
}

// Outcome is how an act came out.
type Outcome string

const (
	Permitted Outcome = "Allowed"
	Denied    Outcome = "Refused"
	Failed    Outcome = "Failed"
)

// Head implements Content.
func (a AuditSearch) Head() Head { return Head{Title: "Audit", Place: PlaceAudit, Form: a.Form} }

// The fields of the search.
func (a AuditSearch) Who() Input {
	i := a.Form.input("who", "Who", "", 20)
	i.Exact = true
	return i
}
func (a AuditSearch) Whom() Input {
	i := a.Form.input("whom", "About whom (reference)", "", 20)
	i.Exact = true
	return i
}
func (a AuditSearch) Agency() Choice {
	return a.Form.choice("agency", "Of which agency", "", append([]Option{{Label: "Anybody"}}, a.Agencies...))
}
func (a AuditSearch) Act() Choice {
	return a.Form.choice("act", "What was done", "", append([]Option{{Label: "Anything"}}, a.Acts...))
}
func (a AuditSearch) Outcome() Choice {
	return a.Form.choice("outcome", "How it came out", "", []Option{{Label: "Any outcome"}, {Value: string(Permitted),
		Label: string(Permitted)},
		{Value: string(Denied), Label: string(Denied)}, {Value: string(Failed), Label: string(Failed)}})
}
func (a AuditSearch) Jobs() Choice {
	return a.Form.choice("jobs", "Pieces of jobs", "", []Option{{Label: "Left out"}, {Value: "shown", Label: "Shown"}})
}
func (a AuditSearch) From() Input { return a.Form.dayInput("from", "From day", 0) }
func (a AuditSearch) To() Input   { return a.Form.dayInput("to", "To day", 0) }

// State is how the audit stands.
func (a AuditSearch) State() []Pair {
	state := Say(Tag(Calm, "Intact"), Plain(" checked "+moment(a.Checked)))
	switch {
	case a.Checked.IsZero():
		state = Say(Plain("not yet checked"))
	case !a.Intact:
		state = Say(Tag(Refused, "Not intact"),
			Plain(" checked "+moment(a.Checked)+". Keep the machine as it is and tell the governance lead."))
	}
	signed := moment(a.SignedAt)
	if a.SignedAt.IsZero() {
		signed = "none yet"
	}
	pairs := []Pair{{"State", state}, {"Sealed lines", Say(Plain(count(a.Sealed)))}, {"Last signed checkpoint", Say(Plain(signed))}}
	if !a.Checked.IsZero() {
		pairs = append(pairs, Pair{"Waiting to be sealed", Say(Plain(count(a.Waiting)))})
	}
	if a.Digest != "" {
		pairs = append(pairs, Pair{"Its root hash", Say(Code(a.Digest))})
	}
	return pairs
}

// Table is this page of the lines found.
func (a AuditSearch) Table() Table {
	t := Table{ID: "lines", Class: "tl-audit", Name: many(len(a.Rows), "line", "lines") + ", the newest first", Heading: true, Wide: true,
		Empty:   "No line matches.",
		Note:    "Of a line’s number the last six figures are shown; the download has it whole.",
		Columns: []Column{head(num("Line")), key("When"), col("Who"), col("What was done"), col("About"), col("Purpose"), col("Outcome")},
		Paging:  onwards("Pages of the audit", a.Older, "lines")}
	for _, r := range a.Rows {
		about := cell(Quiet("nothing of one person"))
		switch {
		case r.Person != 0:
			about = cell(refTo(r.Person, LookedPath(r.Person)))
		case r.AboutPath != "":
			about = linked(r.AboutPath, r.About)
		case r.About != "":
			about = words(r.About)
		}
		who := cell(Name(r.Who))
		if r.Agency != "" {
			who.Text = append(who.Text, Quiet(", "+r.Agency))
		}
		outcome := words(string(r.Outcome))
		if r.Outcome != Permitted {
			outcome = cell(Tag(Refused, string(r.Outcome)))
		}
		if r.Why != "" {
			outcome.Text = append(outcome.Text, Quiet(" "+r.Why))
		}
		line := row(words(lineWords(r.Event)), words(second(r.When)), who, words(r.Act), about, words(r.Purpose), outcome)
		line.ID = number("line-", r.Event)
		t.Rows = append(t.Rows, line)
	}
	return t
}

// lineWords is the end of a line's number, by which people tell the lines of a page apart.
func lineWords(n id.Event) string {
	s := strconv.FormatInt(int64(n), 10)
	if len(s) <= 6 {
		return s
	}
	return "…" + s[len(s)-6:len(s)-3] + " " + s[len(s)-3:]
}
