package app

import (
	"testing"

	"throughline/internal/cohort"
	"throughline/internal/day"
	"throughline/internal/policy"
)

// TestFootprintIsHeldToTheRun: the lines add up to what the run stored by month, service and payer, and where they no longer do the
// page says what the run summed.
func TestFootprintIsHeldToTheRun(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		shown := func() FootprintPage {
			t.Helper()
			p, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: dean})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if p := shown(); p.Run != 0 || p.Priced.Total.Amount() == 0 || p.Total.Total != p.Priced.Total.Amount() {
			t.Errorf("the lines are %s and the run has %s; said to differ from run %d", p.Priced.Total.Amount(), p.Total.Total, p.Run)
		}
		before := shown().Priced.Total.Amount()
		p, err := w.app.Person(t.Context(), w.as(policy.Analyst, policy.CheckRecords), dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		parted := AnswerRecords{Person: dean, Record: p.Records[0].RecordVersion.Record, Answer: "not-same", Reason: "The worker met both."}
		if _, err := w.app.Answer(t.Context(), w.as(policy.Analyst, policy.CheckRecords), parted); err != nil {
			t.Fatal(err)
		}
		if p := shown(); p.Run == 0 || p.InRun != before || p.Priced.Total.Amount() == before {
			t.Errorf("a record was parted since the run; said to differ from run %d, which summed %s, want %s", p.Run, p.InRun, before)
		}
		w.work()
		if p := shown(); p.Run != 0 {
			t.Errorf("after a new run the lines are said to differ from run %d, which summed %s", p.Run, p.InRun)
		}
	})
}

// TestCoverageGoesOnWhenNothingIsNew: an agency that sends again what is known covers the days up to the later as-of day, on the page and in
// the run alike.
func TestCoverageGoesOnWhenNothingIsNew(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		january := day.Must(2026, 1, 31)
		row := "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"
		w.accept(w.send(l, january, false, head+row))
		w.accept(w.send(l, march, false, head+row+row))
		w.run()
		p, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: w.find("Dean", "Whitlock")})
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.app.Cohort(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenCohort{})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "feeds that do not cover the window", c.Cohort.Feeds, cohort.PartialFeeds(c.Cohort.Rule.Window, p.Coverage))
		for _, v := range p.Coverage {
			if v.Agency == "lantern" && v.Has.To != march {
				t.Errorf("Lantern's feed is covered to %s, want %s", v.Has.To, march)
			}
		}
	})
}
