package web

import (
	"fmt"
	"net/http"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// linkWhy lays out the link that is explained; nil with one record.
func linkWhy(p app.PersonPage) *ui.LinkWhy {
	x := p.Why
	if x == nil {
		return nil
	}
	agencies, which := map[id.Record]string{}, map[id.Record]string{}
	for _, r := range p.Records {
		n := r.RecordVersion.Record
		agencies[n], which[n] = r.Agency.Name, recordWords(r.Line, r.AsOf)
	}
	record := x.Record
	apart := p.Apart[record]
	l := &ui.LinkWhy{Record: record, Agency: agencies[record], Which: which[record], Other: agencies[x.Other], Probability: float64(x.PPM) / 1_000_000, Weakest: x.Weakest,
		Rests: apart.Goes, RecordsAfter: len(p.Records) - 1, CostAfter: apart.Stays, Moved: apart.Goes, MayAnswer: p.MayAnswer, MaySame: p.MaySame, Care: careWords(p.Second, false),
		Model: fmt.Sprintf("Link run %d of %s.", p.LinkRun.ID, dayOf(p.LinkRun.FinishedAt).Long()), Decides: decides(p, apart)}
	for _, part := range x.Parts {
		l.Evidence = append(l.Evidence, ui.Evidence{Field: part.Field, Words: part.Words, Millibits: int(part.Millibits), Nothing: !part.Compared,
			Start: part.Key == "start"})
	}
	l.TurnsOn, l.Rest = turnsOn(x.Parts)
	l.By = linkedByWords(x.By)
	return l
}

// linkedByWords says what made a link.
func linkedByWords(by app.LinkedBy) string {
	switch {
	case by.Answered:
		return "Somebody has answered that the two are the same person."
	case by.Asked:
		return "You are asked about this pair; what let the run link it shows once you have answered."
	case by.Changed:
		return "Which rule let the run link them is not told: the program or the area’s settings have changed since."
	case by.Rule == "":
		return "What is kept of the run does not tell which rule let it link them."
	}
	return "The link run did it, without anybody’s answer. " + by.Rule
}

// turnsOn says which field a pair turns on, by the parts as they are shown, at even odds: an area links at these.
func turnsOn(shown []app.EvidencePart) (field string, rest int) {
	parts := make([]linkage.Part, len(shown))
	for i, p := range shown {
		parts[i] = linkage.Part{Key: p.Key, Field: p.Field, Bits: float64(p.Millibits)} // whole numbers, whose sums are exact
	}
	part, without, _ := linkage.Turns(parts, 0)
	return part.Field, int(without)
}

// recordWords tell a record from another of its agency, without saying whose it is.
func recordWords(line int64, asOf day.Day) string {
	if asOf == 0 {
		return ""
	}
	return " (line " + commas(line) + " as of " + asOf.Short() + ")"
}

// decides says what the record means for the cohort, by the rule applied to the contacts as they are now; nothing to whoever may not open
// the cohort, who may not see all contacts either.
func decides(p app.PersonPage, without app.Apart) string {
	switch {
	case !p.Viewer.May(policy.CohortOpen):
		return ""
	case p.Member && without.Member:
		return "In the cohort with or without it."
	case p.Member:
		return "Without it, this person would not meet the cohort’s rule."
	case without.Member:
		return "Without it, this person would meet the cohort’s rule."
	}
	return "Not in the cohort with or without it."
}

// answers are what people said about the person's records.
func answers(p app.PersonPage) []ui.Answer {
	says := map[string]string{"same": "is the same person", "not-same": "is not the same person", "unsure": "may or may not be the same person"}
	var out []ui.Answer
	for _, x := range p.Answers {
		of := p.AnswerOf[x.Record]
		record := " record" + recordWords(of.Line, of.AsOf)
		if with := leftTogether(x); with > 1 {
			record += " and " + plural(int64(with-1), "other record", "other records") + " that left with it:"
		}
		a := ui.Answer{ID: id.Event(x.ID), Says: whose(of.Agency.Name) + record + " " + says[x.Answer], Now: of.Person, Why: x.Reason, By: p.AnswerBy[x.Account], When: x.At,
			MayUndo: p.MayUndo && x.UndoneAt.IsZero()}
		if x.Answer == "same" && x.Sensitive && x.UndoneAt.IsZero() && !x.Counts() {
			a.Says += " (waits for a second person to say the same)"
		}
		if !x.UndoneAt.IsZero() {
			a.Says += " (taken back by " + p.AnswerBy[x.UndoneBy] + " on " + dayOf(x.UndoneAt).Long() + ")"
		}
		out = append(out, a)
	}
	return out
}

// relinked is what link runs changed of which records are the person's, a sentence for each record.
func relinked(p app.PersonPage) []ui.Text {
	var out []ui.Text
	for _, x := range p.Relinked {
		run := "Link run " + commas(int64(x.Run))
		t := ui.Say(ui.Plain(run))
		if p.Viewer.May(policy.RunOpen) {
			t = ui.Say(ui.Link(ui.RunPath(x.Run), run))
		}
		t = append(t, ui.Plain(", "+dayOf(x.At).Long()+":"))
		for i, r := range x.Records {
			if i > 0 {
				t = append(t, ui.Plain(";"))
			}
			t = append(t, ui.Plain(" "+whose(r.Agency.Name)+" record"+recordWords(r.Line, r.AsOf)))
			switch {
			case r.Came && r.New:
				t = append(t, ui.Plain(" came, which was nobody’s before"))
			case r.Came && r.Other != 0:
				t = append(t, ui.Plain(" came from "), ui.Ref(r.Other))
			case r.Came:
				t = append(t, ui.Plain(" came from somebody whom you may not open"))
			case r.Gone:
				t = append(t, ui.Plain(" went, as no extract said anything of it any more"))
			case r.Other != 0:
				t = append(t, ui.Plain(" went to "), ui.Ref(r.Other))
			default:
				t = append(t, ui.Plain(" went to somebody whom you may not open"))
			}
		}
		out = append(out, append(t, ui.Plain(".")))
	}
	return out
}

// leftTogether is how many records an answer parts from the others together.
func leftTogether(x app.Answer) int {
	against := map[id.Record]bool{} // those that the answer holds apart from its record
	all := map[id.Record]bool{x.Record: true}
	for _, p := range x.Pairs {
		all[p[0]], all[p[1]] = true, true
		if p[0] == x.Record {
			against[p[1]] = true
		} else if p[1] == x.Record {
			against[p[0]] = true
		}
	}
	return len(all) - len(against)
}

var (
	answerIsKept = notice("answer-kept", "Your answer is kept. It outranks the model from the next link run.")
	isApart      = notice("record-apart", "The record is a person of its own now. It is named under “Answers people gave” on this page. The footprint has followed; a cost run that brings the cohort after it has begun.")
	isTakenBack  = notice("answer-undone", "The answer is taken back, and the record is where it was. The footprint has followed; a cost run that brings the cohort after it has begun.")
)

func (s *Server) answer(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	record, err := number(r, "record")
	if err != nil {
		return err
	}
	in := app.AnswerRecords{Person: n, Record: id.Record(record), Answer: r.PostForm.Get("answer"), Reason: r.PostForm.Get("why")}
	_, err = s.app.Answer(r.Context(), who, in)
	if form, status, ok := again(r, renamed(err, map[string]string{"reason": "why"})); ok {
		return s.personPage(w, r, who, status, ui.Form{}, form)
	}
	if err != nil {
		return err
	}
	key := answerIsKept
	if in.Answer == "not-same" {
		key = isApart
	}
	return s.done(w, ui.PersonPath(n), key)
}

func (s *Server) undoAnswer(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	answer, err := strconv.ParseInt(r.PathValue("answer"), 10, 64)
	if err != nil {
		return fault.Missing("answer")
	}
	if err := s.app.UndoAnswer(r.Context(), who, app.UndoAnswer{Person: n, Answer: answer}); err != nil {
		return err
	}
	return s.done(w, ui.PersonPath(n), isTakenBack)
}
