package ui

import (
	"throughline/internal/id"
	"throughline/internal/money"
)

// RunChange is what differs between a run and the one before it.
type RunChange struct {
	Before id.Run
	Facts  []Pair // before and after, and what came between
	Moves  []RecordMove
	Moved  int // records, in all
	Costed bool
	// Of a cost run: who entered its cohort and who left it, of those whom the viewer may open, and how many in all.
	Entered, Left   []CohortMover
	EnteredN, LeftN int
}

// RecordMove is how many records of one person became another's.
type RecordMove struct {
	From, To id.Person
	Records  int
}

// CohortMover is somebody who entered the cohort or left it.
type CohortMover struct {
	Person, Now id.Person // Now is whom the number leads to, where that is another; else 0
	Was, Is     money.Pence
	WasKnown    bool
	Why         string
}

// BeforePath leads to the run before.
func (c RunChange) BeforePath() string { return RunPath(c.Before) }

// MoveTable are the people between whom records moved, those of most records first.
func (c RunChange) MoveTable() Table {
	t := Table{ID: "moves", Name: "Records that moved between people", Heading: true, Note: "Those of most records first.",
		Columns: []Column{head(key("Were of")), key("Are of"), num("Records")}}
	shown := 0
	for _, m := range c.Moves {
		shown += m.Records
		t.Rows = append(t.Rows, row(cell(Ref(m.From)), cell(Ref(m.To)), number0(m.Records)))
	}
	t.Foot = []Row{row(words("Shown here"), blank(), number0(shown))}
	if shown != c.Moved {
		t.Foot = append(t.Foot, row(words("All"), blank(), number0(c.Moved)))
	}
	return t
}

// EnteredTable and LeftTable are who entered the cohort and who left it.
func (c RunChange) EnteredTable() Table {
	return c.movers("entered", many(c.EnteredN, "person", "people")+" who entered the cohort", "Nobody entered the cohort.", c.Entered, c.EnteredN)
}
func (c RunChange) LeftTable() Table {
	return c.movers("left", many(c.LeftN, "person", "people")+" who left the cohort", "Nobody left the cohort.", c.Left, c.LeftN)
}

func (c RunChange) movers(tableID, name, empty string, some []CohortMover, all int) Table {
	t := Table{ID: tableID, Name: name, Heading: true, Empty: empty,
		Columns: []Column{head(key("Person")), num("Cost before"), num("Cost now"), col("Why")}}
	if n := all - len(some); n > 0 {
		t.Note = many(n, "more is", "more are") + " not listed: whom you may not open, or beyond the first 50."
		t.Empty = "You may open none of them."
	}
	for _, m := range some {
		who := cell(refTo(m.Person, PersonPath(m.Person)))
		now := cell(LinkAbout(FootprintPath(m.Person), m.Is.Pounds(), id.Pseudonym(m.Person)))
		if m.Now != 0 {
			now = cell(Plain("part of "), Ref(m.Now))
		}
		was := pounds(m.Was)
		if !m.WasKnown {
			was = cell(Quiet("not kept"))
		}
		t.Rows = append(t.Rows, row(who, was, now, words(m.Why)))
	}
	return t
}
