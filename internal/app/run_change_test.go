package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

const (
	clients = "client,forename,surname,born,nhs,postcode,day\n"
	deans   = "Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,"
)

// inNeed takes in what carries somebody over the threshold, by a version of three layouts. One of the agencies knows them by two numbers.
func (w *scene) inNeed(version int, who string) {
	w.t.Helper()
	layout := func(agency, code, service, unit string) id.Layout {
		return w.layout(agency, strings.Replace(layoutOf(agency, code, service, unit), "version: 1", fmt.Sprint("version: ", version), 1))
	}
	days := func(key string, n int) string {
		var b strings.Builder
		b.WriteString(clients)
		for i := range n {
			fmt.Fprintf(&b, "%s%d,%s%s\n", key, version, who, time.Date(2025, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("02/01/2006"))
		}
		return b.String()
	}
	w.accept(w.send(layout("lantern", "OUTR", "street-outreach", "contact"), march, false,
		clients+fmt.Sprintf("L%d,%s05/01/2026\nM%d,%s06/01/2026\n", version, who, version, who)))
	w.accept(w.send(layout("riverbank", "AE-ATT", "ae-attendance", "attendance"), march, false, days("R", 200)))
	w.accept(w.send(layout("fernhill", "DETOX", "inpatient-detox", "day"), march, false, days("F", 180)))
}

// newest gives the cost run in force.
func (w *scene) newest() id.Run {
	w.t.Helper()
	c, err := w.app.Cohort(w.t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenCohort{})
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Run.ID
}

// moves says in a line what a cost run tells of answers and of who entered or left.
func (w *scene) moves(n id.Run) string {
	w.t.Helper()
	r, err := w.app.Run(w.t.Context(), w.as(policy.Analyst, policy.FindAndCost), n)
	if err != nil {
		w.t.Fatal(err)
	}
	says := fmt.Sprint(r.Change.Answers, " answers")
	for _, m := range r.Change.Entered {
		says += fmt.Sprintf(", %d entered by %v", m.Person, m.Why)
	}
	for _, m := range r.Change.Left {
		says += fmt.Sprintf(", %d left by %v", m.Person, m.Why)
	}
	return says
}

// TestAnswerIsTheReasonForBoth: an answer parts somebody, and who is made by it enters the cohort by the answer as the other leaves it. That it is
// taken back later changes nothing of what the run tells.
func TestAnswerIsTheReasonForBoth(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.inNeed(1, deans)
		w.run()
		analyst := w.reader()
		dean := w.find("Dean", "Whitlock")
		p, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		var others []id.Record
		for _, r := range p.Records {
			if r.Agency.Slug != "lantern" || r.Line == 3 {
				others = append(others, r.RecordVersion.Record)
			}
		}
		w.at.Add(60)
		made, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, others, "The worker met both."})
		if err != nil {
			t.Fatal(err)
		}
		w.at.Add(60)
		w.work()
		parted := w.newest()
		want := fmt.Sprintf("1 answers, %d entered by [answer], %d left by [answer]", made, dean)
		diff(t, "once they are parted", want, w.moves(parted))
		if p, err = w.app.Person(t.Context(), analyst, dean, 0); err != nil {
			t.Fatal(err)
		}
		w.at.Add(60)
		if err := w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: dean, Answer: p.Answers[0].ID}); err != nil {
			t.Fatal(err)
		}
		diff(t, "of the same run, once it is taken back", want, w.moves(parted))
		w.at.Add(60)
		w.work()
		diff(t, "once one person again", fmt.Sprintf("1 answers, %d entered by [answer], %d left by [answer]", dean, made), w.moves(w.newest()))
	})
}

// TestSweptLinkRunIsNoReason: where the rows of the earlier link run are gone, nobody is said to hold other records.
func TestSweptLinkRunIsNoReason(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.inNeed(1, deans)
		w.run()
		w.at.Add(60)
		w.inNeed(2, "Ann,Poole,01/02/1990,9990000026,SE15 4QX,")
		w.run()
		by := func(why string) string {
			return fmt.Sprintf("0 answers, %d entered by [%s]", w.find("Ann", "Poole"), why)
		}
		diff(t, "while they are kept", by("link extract"), w.moves(w.newest()))
		err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area), func(tx *store.Tx) error {
			for more := true; more; {
				var err error
				if more, err = tx.SweepRun(1, 1000); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "once they are swept", by("extract"), w.moves(w.newest()))
	})
}
