package web

import (
	"strings"

	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// moveReasons say why somebody entered the cohort or left it.
var moveReasons = map[app.MoveReason]string{
	app.MovedByAnswer:  "somebody answered which records are theirs",
	app.MovedByLink:    "the link run gave them other records",
	app.MovedByExtract: "an extract was accepted that holds contacts of theirs",
	app.MovedByRemoval: "perhaps because an extract was taken back",
	app.MovedByPrice:   "prices were changed",
	app.MovedByRule:    "the rule was changed",
}

// runChange is what differs from the run before; nil where there is none.
func runChange(p app.RunPage) *ui.RunChange {
	c := p.Change
	if c == nil {
		return nil
	}
	out := &ui.RunChange{Before: c.Before, Costed: p.Run.Kind == app.CostRun, EnteredN: c.EnteredN, LeftN: c.LeftN}
	fact := func(name string, was, is int) {
		out.Facts = append(out.Facts, pair(name, commas(was)+" before, "+commas(is)+" now"))
	}
	then, now := c.FoundThen, p.Found
	if out.Costed {
		fact("People whom the rule finds", then.Cohort, now.Cohort)
		out.Facts = append(out.Facts, pair("What their use cost", then.Amount.Pounds()+" before, "+now.Amount.Pounds()+" now"),
			pair("What everybody’s use cost", then.EveryoneCost.Pounds()+" before, "+now.EveryoneCost.Pounds()+" now"))
	} else {
		fact("Records", then.Records, now.Records)
		fact("People", then.Persons, now.Persons)
		fact("Links", then.Links, now.Links)
		fact("Pairs in doubt", then.Doubts, now.Doubts)
	}
	out.Facts = append(out.Facts, extractsBetween("Extracts that came", p, c.Came), extractsBetween("Extracts taken back", p, c.Gone),
		pair("Review answers between the two", commas(c.Answers)))
	if out.Costed {
		out.Facts = append(out.Facts, pair("Prices", changed(c.Prices)), pair("Rule", changed(c.Rule)), linkedAgain(c))
	}
	if m := c.Moved; m != nil && !out.Costed {
		out.Moved = m.Records
		out.Facts = append(out.Facts, pair("Records that moved between people", commas(m.Records)), pair("Records of nobody in the run before", commas(m.New)),
			pair("People who became part of another", commas(m.People)))
		if m.Parted != nil {
			out.Facts = append(out.Facts, opens("People whose records it parted", commas(m.Parted.People), ui.PartedPath(p.Run.ID),
				m.Parted.People > 0 && p.Viewer.May(policy.PersonWhoHasSeen)))
		}
		for _, x := range m.Most {
			out.Moves = append(out.Moves, ui.RecordMove(x))
		}
	}
	out.Entered, out.Left = moversShown(c.Entered), moversShown(c.Left)
	return out
}

func changed(yes bool) string {
	if yes {
		return "changed"
	}
	return "the same"
}

// extractsBetween names extracts, each leading to its page.
func extractsBetween(name string, p app.RunPage, some []app.RunExtract) ui.Pair {
	if len(some) == 0 {
		return pair(name, "none")
	}
	var t ui.Text
	for i, x := range some {
		words := x.Agency + ", " + x.Layout + ", as of " + x.AsOf.Long()
		if i > 0 {
			t = append(t, ui.Break())
		}
		t = append(t, ui.LinkIf(p.Viewer.May(policy.ExtractOpen), ui.ExtractPath(x.ID), words))
	}
	return ui.Pair{Name: name, Value: t}
}

// linkedAgain says what each link run changed since the one that the cost run before rests on.
func linkedAgain(c *app.RunChange) ui.Pair {
	const name = "Who is who"
	if len(c.Linked) == 0 {
		return pair(name, "from the same link run")
	}
	var t ui.Text
	for i, x := range c.Linked {
		if i > 0 {
			t = append(t, ui.Break())
		}
		t = append(t, ui.Link(ui.RunPath(x.Run), "link run "+commas(int64(x.Run))))
		if m := x.Moved; m != nil {
			t = append(t, ui.Plain(": "+plural(int64(m.Records), "record", "records")+" moved between people, "+
				plural(int64(m.New), "record is", "records are")+" of nobody in the link run before"))
		}
	}
	return ui.Pair{Name: name, Value: t}
}

func moversShown(some []app.Mover) []ui.CohortMover {
	var out []ui.CohortMover
	for _, m := range some {
		var why []string
		for _, r := range m.Why {
			why = append(why, moveReasons[r])
		}
		words := "not told apart: see what came between the two runs"
		if len(why) > 0 {
			words = strings.Join(why, "; ")
		}
		out = append(out, ui.CohortMover{Person: m.Person, Now: m.Now, Was: m.Was, Is: m.Is, WasKnown: m.WasKnown, Why: sentenceCase(words)})
	}
	return out
}
