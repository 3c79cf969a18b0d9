package ui

import "throughline/internal/id"

// AnsweredPage lists the pairs that people have answered.
var AnsweredPage = register[Answered]("answered")

// Answered is a page of the pairs that people have answered.
type Answered struct {
	List                         List
	Rows                         []AnsweredRow
	Waits                        bool // those are shown that wait for somebody else
	Counted, Others, Yours, Gone int  // as app.AnsweredList has them
	Says                         []Option
	Filter                       Form
	Narrowed                     bool
}

// AnsweredRow is one pair with what people said of it, the oldest first.
type AnsweredRow struct {
	A, B     id.Record
	Agencies [2]string
	Stand    string
	Readings []PairReading
	MayUndo  bool
}

// Head implements Content.
func (a Answered) Head() Head {
	return Head{Title: "Pairs that people have answered", Place: PlaceLinks, Crumbs: []Crumb{{"Links to review", "/links"}}}
}

// Which chooses between the two lists; SaysSo and By narrow them.
func (a Answered) Which() Choice {
	return a.Filter.choice("which", "Which", "", []Option{{Label: "An answer counts, " + count(a.Counted)}, {Value: "waits", Label: "Wait for somebody else after you, " + count(a.Others)}})
}
func (a Answered) SaysSo() Choice {
	return a.Filter.choice("says", "Somebody says", "", append([]Option{{Label: "Anything"}}, a.Says...))
}
func (a Answered) By() Choice {
	return a.Filter.choice("by", "Answered by", "", []Option{{Label: "Anybody"}, {Value: "me", Label: "You"}})
}

// Left says which pairs are not in the list.
func (a Answered) Left() string {
	out := ""
	if a.Yours > 0 {
		out = many(a.Yours, "answered pair waits", "answered pairs wait") + " for you as well, and " + map[bool]string{true: "is", false: "are"}[a.Yours == 1] + " listed once you have answered."
	}
	if a.Gone > 0 {
		if out != "" {
			out += " "
		}
		out += "Of " + many(a.Gone, "answered pair", "answered pairs") + " a record is in no extract any more, so there is nothing to look at."
	}
	return out
}

// Table is one page of them.
func (a Answered) Table() Table {
	t := Table{ID: "answered", Name: a.List.name("pair", "pairs"), Heading: true, Wide: true, Note: "Those answered last come first. An answer is undone on its pair’s page, where the evidence is.",
		Empty:   "Nobody has answered a pair yet.",
		Columns: []Column{head(key("Pair")), col("Records of"), col("What people said"), col("How it stands")}, Paging: a.List.paging("Pages of answered pairs", "pairs", false)}
	switch {
	case a.Narrowed:
		t.Empty = "No pair matches."
	case a.Waits:
		t.Empty = "No pair that you have answered waits for somebody else."
	case a.Yours+a.Gone > 0:
		t.Empty = "No other pair has an answer that counts."
	}
	for _, r := range a.Rows {
		var said Cell
		for i, x := range r.Readings {
			if i > 0 {
				said.Text = append(said.Text, Break())
			}
			said.Text = append(said.Text, Strong(x.Says), Plain(", by "), Name(x.By), Plain(", "+moment(x.When)+"."))
			if x.Why != "" {
				said.Text = append(said.Text, Plain(" “"), Name(x.Why), Plain("”"))
			}
			if x.Counts {
				said.Text = append(said.Text, Plain(" This answer counts."))
			}
		}
		stands := words(r.Stand)
		if r.MayUndo {
			stands.Text = append(stands.Text, Break(), LinkAbout(PairPath(r.A, r.B)+"#answers", "Undo an answer", pairName(r.A, r.B)))
		}
		t.Rows = append(t.Rows, row(linked(PairPath(r.A, r.B), pairName(r.A, r.B)), words(ofAgencies(r.Agencies)), said, stands))
	}
	return t
}
