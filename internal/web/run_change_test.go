package web

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// TestRunSaysWhatDiffers parts a record from somebody of the cohort who falls below the threshold by it, takes an extract back, and reads after
// each what the next run says of who left and why.
func TestRunSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	ctx := t.Context()
	analyst, checker := d.as(policy.Analyst, policy.FindAndCost), d.as(policy.Analyst, policy.CheckRecords)
	checker.want(checker.post("/cohort/names", url.Values{"why": {"check"}}), "/cohort")
	cohort := func() app.CohortPage {
		t.Helper()
		p, err := d.app.Cohort(ctx, bearer(analyst), app.OpenCohort{All: true})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	latest := func() app.RunPage { // a cost run follows an answer, and an extract's end
		t.Helper()
		d.finish()
		n := cohort().Run.ID
		p, err := d.app.Run(ctx, bearer(analyst), n)
		if err != nil {
			t.Fatal(err)
		}
		page := analyst.status(analyst.get(ui.RunPath(n)), http.StatusOK).Body.String()
		says(t, page, "What differs from", "who entered the cohort", "who left the cohort")
		for _, m := range append(p.Change.Left, p.Change.Entered...) {
			says(t, page, `href="`+ui.PersonPath(m.Person)+`"`)
		}
		return p
	}
	was := cohort()
	first, err := d.app.Run(ctx, bearer(analyst), was.Run.ID)
	if err != nil || first.Change != nil {
		t.Fatalf("the first run differs from nothing: %+v, %v", first.Change, err)
	}
	parted := id.Person(0)
	for _, r := range was.Rows {
		p, err := d.app.Person(ctx, bearer(checker), r.Person, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Records {
			if n := x.RecordVersion.Record; parted == 0 && !p.Apart[n].Member && len(p.Records) > 1 {
				if _, err := d.app.Answer(ctx, bearer(checker), app.AnswerRecords{Person: r.Person, Record: n, Answer: "not-same", Reason: "The worker met both."}); err != nil {
					t.Fatal(err)
				}
				parted = r.Person
			}
		}
	}
	if parted == 0 {
		t.Fatal("nobody of the cohort rests on one record")
	}
	p := latest()
	c := p.Change
	if c.Answers != 1 || len(c.Came)+len(c.Gone) != 0 || c.Prices || c.Rule || len(c.Linked) != 0 {
		t.Errorf("after an answer: %+v", c)
	}
	i := slices.IndexFunc(c.Left, func(m app.Mover) bool { return m.Person == parted })
	if i < 0 || !slices.Contains(c.Left[i].Why, app.MovedByAnswer) || c.Left[i].Was <= c.Left[i].Is {
		t.Errorf("who was parted is not among those who left: %+v", c.Left)
	}
	if got := len(cohort().Cohort.Members) - len(was.Cohort.Members); got != c.EnteredN-c.LeftN {
		t.Errorf("the cohort has %d more people; %d entered and %d left", got, c.EnteredN, c.LeftN)
	}
	loader := d.as(policy.Analyst, policy.HandleExtracts)
	x := p.Extracts[len(p.Extracts)-1]
	if err := d.app.SentInError(ctx, bearer(loader), app.EndExtract{Extract: x.ID, Reason: "It was the wrong month."}); err != nil {
		t.Fatal(err)
	}
	d.finish()
	c = latest().Change
	if c.Answers != 0 || len(c.Gone) != 1 || c.Gone[0].ID != x.ID {
		t.Errorf("after taking %d back: %+v", x.ID, c)
	}
	for _, m := range c.Left {
		if len(m.Why) == 0 {
			t.Errorf("%+v left for no reason", m)
		}
	}
	if _, err := d.app.StartRuns(ctx, bearer(analyst)); err != nil {
		t.Fatal(err)
	}
	c = latest().Change
	if len(c.Linked) != 1 || c.Linked[0].Moved == nil {
		t.Fatalf("after linking again: %+v", c)
	}
	linked := c.Linked[0]
	r, err := d.app.Run(ctx, bearer(analyst), linked.Run)
	if err != nil || r.Change.Moved == nil || r.Change.Moved.Records != linked.Moved.Records {
		t.Errorf("link run %d moved %+v, its cost run says %+v (%v)", linked.Run, r.Change.Moved, linked.Moved, err)
	}
	says(t, analyst.status(analyst.get(ui.RunPath(linked.Run)), http.StatusOK).Body.String(), "Records that moved between people")
}
