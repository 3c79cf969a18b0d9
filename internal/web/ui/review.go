package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/internal/id"
	"throughline/internal/money"
)

// PairsPage lists the links that wait for somebody to look at them.
var PairsPage = register[Pairs]("links")

// PairPage is two records side by side.
var PairPage = register[PairView]("pair")

// Pairs is what waits for the viewer, and how often people agree.
type Pairs struct {
	List                      List
	Rows                      []PairRow
	Run                       id.Run      // the link run whose pairs they are; 0 when there is none
	Waiting, Others, Answered int         // for the viewer, for somebody else after them, and answered and listed
	Yours, Gone               int         // as app.AnsweredCount has them
	Twice, Alike              int         // pairs that two people have read, and on which they said the same
	Kappa                     string      // to two places; empty where it is not defined
	Deciding                  int         // of those that wait, the ones whose answers can change who is of the cohort
	Threshold                 money.Pence // of the cohort; 0 before there is one
	Moved                     money.Pence // expected of the answers about those
	MayCohort                 bool        // open how much of it rests on links
	Rest                      bool        // the others are shown
	Whys, Stands, Agencies    []Option
	Filter                    Form
	Narrowed                  bool
}

// PairRow is one pair. Whether the two are linked now, and how likely it is, is not in it.
type PairRow struct {
	A, B     id.Record
	Agencies [2]string
	Why      string // "One household?"
	Stand    string // "Nobody has looked"
	Dispute  bool
	Stake    money.Pence // what an answer could move, at most
}

// PairPath is where two records are looked at; the one with the lower number comes first.
func PairPath(a, b id.Record) string {
	return "/links/" + strconv.FormatInt(int64(a), 10) + "-" + strconv.FormatInt(int64(b), 10)
}

// pairName is what a pair is called.
func pairName(a, b id.Record) string {
	return fmt.Sprintf("Pair %d-%d", a, b)
}

// Head implements Content.
func (p Pairs) Head() Head { return Head{Title: "Links to review", Place: PlaceLinks} }

// Figures are how much waits and how far it has been done.
func (p Pairs) Figures() []Card {
	agree := card("Two people agree", "not known", Plain("no pair has been read by two people yet"))
	if p.Twice > 0 {
		agree = card("Two people agree", count(p.Alike)+" of "+count(p.Twice), Plain("pairs read by two who may say either, and did not know of each other"))
		if p.Kappa != "" {
			agree.Note = Say(Plain("pairs read by two who may say either, and did not know of each other; Cohen’s kappa " + p.Kappa + ", 1 where all agree, 0 as by chance"))
		}
	}
	first := card("Can change the cohort", count(p.Deciding), Plain("nobody knows yet who is of the cohort"))
	if p.Threshold > 0 {
		first = card("Can change who reaches "+p.Threshold.Pounds(), count(p.Deciding), Plain("by cost alone, or people differ"))
		if p.MayCohort {
			first.Note = append(first.Note, Plain(". "), Link("/cohort/links", "Who could enter by the whole rule"))
		}
	}
	return []Card{card("Wait for you", count(p.Waiting), Plain("questions, one about any two people")), first, listed("Wait for somebody else", p.Others, "pairs that you have answered", "/links/answered?which=waits"),
		listed("Answered", p.Answered, p.answered(), "/links/answered"), agree}
}

// answered says which pairs are counted as answered, and which are not.
func (p Pairs) answered() string {
	note := "pairs of which an answer counts"
	if p.Yours > 0 {
		note += "; not " + count(p.Yours) + " more about which you are asked as well"
	}
	if p.Gone > 0 {
		note += "; not " + count(p.Gone) + " more of which a record is in no extract any more"
	}
	return note
}

// Table is one page of what waits.
func (p Pairs) Table() Table {
	t := Table{ID: "pairs", Name: p.List.name("pair waits for you", "pairs wait for you"), Heading: true, Wide: true,
		Note: "Those first of which an answer is expected to move most. That goes by how unsure a pair is as well as by its cost. Could move: what an answer would take from one person’s cost to another’s, at most. " +
			"Not a saving: stopping one use does not release this sum.",
		Empty:   "No pair waits for you.",
		Columns: []Column{head(key("Pair")), col("Records of"), col("Why it waits"), col("So far"), num("Could move")}, Paging: p.List.paging("Pages of links to review", "pairs", false)}
	if p.Threshold > 0 && !p.Rest {
		t.Note = "As things stand, the answers about these " + count(p.Deciding) + " settle who reaches " + p.Threshold.Pounds() + "; they are expected to move " + p.Moved.Pounds() +
			" from one person to another. " + t.Note
	}
	if p.Rest {
		t.Note = "As things stand, no one answer about these changes who reaches the cohort’s threshold; they change what a person’s footprint holds, and with that what the rest of its rule, which is not applied here, makes of them. " + t.Note
	}
	if p.Narrowed || p.Rest {
		t.Empty = "No pair that waits for you matches."
	}
	for _, r := range p.Rows {
		so := words(r.Stand)
		if r.Dispute {
			so = cell(Tag(Attention, r.Stand))
		}
		t.Rows = append(t.Rows, row(linked(PairPath(r.A, r.B), pairName(r.A, r.B)), words(ofAgencies(r.Agencies)), words(r.Why), so, pounds(r.Stake)))
	}
	return t
}

// ofAgencies says whose two records are.
func ofAgencies(two [2]string) string {
	if two[0] == two[1] {
		return two[0] + ", both"
	}
	return two[0] + " and " + two[1]
}

// listed is a count whose note leads to the list of what is counted, where there is any.
func listed(name string, n int, note, path string) Card {
	if n == 0 {
		return card(name, count(n), Plain(note))
	}
	return card(name, count(n), Plain(note+". "), LinkAbout(path, "Which they are", name))
}

// Part chooses between the pairs whose answers can change the cohort and the others.
func (p Pairs) Part() Choice {
	first := "Can change the cohort, or people differ, "
	if p.Threshold > 0 {
		first = "Can change who reaches " + p.Threshold.Pounds() + ", or people differ, "
	}
	return p.Filter.choice("part", "Which", "", []Option{{Label: first + count(p.Deciding)},
		{Value: "rest", Label: "Footprints only, " + count(p.Waiting-p.Deciding)}})
}

// Why, Stand and Agency narrow the list.
func (p Pairs) Why() Choice {
	return p.Filter.choice("why", "Why it waits", "", append([]Option{{Label: "Any reason"}}, p.Whys...))
}
func (p Pairs) Stand() Choice {
	return p.Filter.choice("stand", "So far", "", append([]Option{{Label: "Any"}}, p.Stands...))
}
func (p Pairs) Agency() Choice {
	return p.Filter.choice("agency", "A record of", "", append([]Option{{Label: "Any agency"}}, p.Agencies...))
}

// PairView is two records side by side. While Blind, Link is nil and Now, Readings and Counts are empty: whoever is asked sees no weight, no
// link and no other's answer before theirs.
type PairView struct {
	A, B         id.Record
	Named        bool
	MayShowNames bool
	Why          string // it waits, a sentence
	Stand        string // "Nobody has looked yet."
	Sides        [2]PairSide
	Fields       []PairField
	Neither      []string // fields that there is nothing of on either record or, while names are hidden, on one of them

	CannotSame                   string // why the viewer, who is asked, may not say that they are one person; empty where they may
	Care                         string // that a second person is asked, and why where the viewer may know it; empty where one is enough
	Blind                        bool
	MaySame, MayNotSame, MayUndo bool
	Form                         Form
	Link                         *LinkWhy // the evidence, once the viewer has answered
	Against                      Against  // of other records of two people
	Within                       string   // where one person's records are shown as a group; empty where the viewer may not go
	Now                          Text     // whose the two are now
	Readings                     []PairReading
	Waits                        bool // for somebody else to look
}

// PairSide is where one of two records comes from.
type PairSide struct {
	Agency   string
	Record   id.Record
	From     string // "line 1,204 of admissions, as of 2 April 2026"
	SetAside []string
	MayRow   bool // From leads to the row as it was sent
}

// PairField is one field on both records.
type PairField struct {
	Field string
	How   string // "The same", "Close: one digit out", "On one record only"
	State PairState
	A, B  []Text // several where a record holds several; nothing while names are hidden
}

// PairState says how far two values agree.
type PairState string

const (
	PairSame    PairState = "same"
	PairClose   PairState = "close"
	PairDiffers PairState = "differs"
	PairNothing PairState = "nothing" // on one record or none
)

// PairReading is what somebody said.
type PairReading struct {
	ID      int64
	By      string
	Says    string // "The same person"
	Why     string
	When    time.Time
	Counts  bool
	After   bool   // what the model makes of the pair could be seen before
	Undone  string // "taken back by Grace Obuya, 3 May 2026"; empty while it stands
	MayUndo bool
}

// Head implements Content.
func (p PairView) Head() Head {
	return Head{Title: "One person or two?", Caption: pairName(p.A, p.B), Tab: pairName(p.A, p.B), Place: PlaceLinks, Crumbs: []Crumb{{"Links to review", "/links"}}, Form: p.Form,
		Skip: &Skip{"pair", "Skip to the pair"}}
}

// Asks says whether the page asks the viewer, who begins at the question: nothing went wrong that they should read first.
func (p PairView) Asks() bool { return p.Blind && p.Named && p.Form.Problem == nil }

// Path is the pair's own address.
func (p PairView) Path() string { return PairPath(p.A, p.B) }

// Withheld says why there is nothing to answer by, where the values are hidden.
func (p PairView) Withheld() string {
	if p.MayShowNames {
		return "To answer, show names first: how far values agree is not enough to go by."
	}
	return "You cannot answer: the values of these two are not shown to you, and how far they agree is not enough to go by. The pair waits for somebody who may see them."
}

// Table are the two records field by field. How far two values agree is said in words; where they differ the letters are marked as well.
func (p PairView) Table() Table {
	t := Table{ID: "fields", Name: "Field by field", Heading: true, Wide: true, Note: "Letters and digits that the other value does not have are marked.",
		Columns: []Column{head(key("Field")), col("How far they agree"), col(sideName(p.Sides, 0)), col(sideName(p.Sides, 1))}}
	if !p.Named {
		t.Note = "The values are hidden until names are shown."
	}
	tone := map[PairState]Tone{PairSame: Calm, PairClose: Attention, PairDiffers: Refused, PairNothing: Aside}
	for _, f := range p.Fields {
		line := row(words(f.Field), cell(Tag(tone[f.State], stateWords[f.State]), Under(f.How)), p.side(f, f.A), p.side(f, f.B))
		if f.How == "" {
			line.Cells[1].Text = line.Cells[1].Text[:1]
		}
		if f.State == PairDiffers || f.State == PairClose {
			line.State = NeedsYou
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// Absent says which fields are not in the table.
func (p PairView) Absent() string {
	switch {
	case len(p.Neither) == 0:
		return ""
	case p.Named:
		return "On neither record: " + inWords(p.Neither) + "."
	}
	return "Not on both records: " + inWords(p.Neither) + "."
}

// inWords lists fields as a sentence does: a name that is an abbreviation keeps its capitals.
func inWords(fields []string) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f
		if second, _ := utf8.DecodeRuneInString(f[1:]); unicode.IsLower(second) && !strings.HasPrefix(f, "National") {
			out[i] = strings.ToLower(f[:1]) + f[1:]
		}
	}
	return list(out)
}

var stateWords = map[PairState]string{PairSame: "Same", PairClose: "Close", PairDiffers: "Differs", PairNothing: "Nothing to compare"}

// sideName heads the column of a record: two of one agency are told apart by their numbers.
func sideName(sides [2]PairSide, i int) string {
	return sides[i].Agency + ", record " + count(sides[i].Record)
}

func (p PairView) side(f PairField, values []Text) Cell {
	switch {
	case len(values) == 0 && !p.Named && f.State != PairNothing:
		return cell(Dots())
	case len(values) == 0 && !p.Named:
		return cell(Quiet("not on both"))
	case len(values) == 0:
		return cell(Quiet("not sent"))
	}
	var c Cell
	for i, v := range values {
		if i > 0 {
			c.Text = append(c.Text, Break())
		}
		c.Text = append(c.Text, v...)
	}
	return c
}

// RecordPath leads to the row as the agency sent it.
func (s PairSide) RecordPath() string { return RecordPath(s.Record) }

// Answers are the ways to answer that are open to the viewer.
func (p PairView) Answers() Choice {
	var options []Option
	if p.MaySame {
		options = append(options, Option{Value: "same", Label: "The same person", Key: "1", Hint: "The two become one, if they are not, and their costs are added."})
	}
	if p.MayNotSame {
		options = append(options, Option{Value: "not-same", Label: "Not the same person", Key: "2", Hint: "If they are one now they are parted, and each keeps what hangs more strongly on it."})
	}
	options = append(options, Option{Value: "unsure", Label: "I am not sure", Key: "3", Hint: "Nothing changes; somebody else is asked."})
	keys := ""
	for _, o := range options {
		keys += o.Key + " " + map[string]string{"same": "the same", "not-same": "not the same", "unsure": "not sure"}[o.Value] + ", "
	}
	hint := "With the access key of your browser (Alt; in Firefox Alt and Shift; on a Mac Control and Option): " + keys + "K keeps the answer, N opens the next pair."
	if p.CannotSame != "" {
		hint = p.CannotSame + " " + hint
	}
	return p.Form.choice("answer", "Are these two records of one person?", hint, options)
}

// Reason asks why.
func (p PairView) Reason() Area {
	return p.Form.area("why", "Why do you think so?", "Needed unless you are not sure. For example: the worker met both. Do not put health details here.", 2)
}

// Second asks for a second person.
func (p PairView) Second() Choice {
	c := p.Form.choice("both", "A second person", "", []Option{{Value: "yes", Label: "Ask a second person before this counts", Hint: "They do not see your answer. Where you differ, a third decides."}})
	c.Small = true
	return c
}

// Number is the record's number as people read it.
func (s PairSide) Number() string { return count(s.Record) }
