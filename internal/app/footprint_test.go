package app

import (
	"strings"
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
		reader := w.reader()
		p, err := w.app.Person(t.Context(), reader, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		parted := AnswerRecords{Person: dean, Record: p.Records[0].RecordVersion.Record, Answer: "not-same", Reason: "The worker met both."}
		if _, err := w.app.Answer(t.Context(), reader, parted); err != nil {
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

// TestFootprintIsAsTheRunPriced approves a price and accepts an extract after a run: the lines still add up to what the run summed to the
// penny, what has come is named, and what stands now is there for the asking.
func TestFootprintIsAsTheRunPriced(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		shown := func(now bool) FootprintPage {
			t.Helper()
			p, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: dean, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		same := func(what string, lines int) Since {
			t.Helper()
			p := shown(false)
			if p.AsRun == 0 || p.Run != 0 || p.Priced.Total.Amount() != p.Total.Total || len(p.Priced.Lines) != lines {
				t.Errorf("%s: %d lines of run %d come to %s, and the run summed %s over %d", what, len(p.Priced.Lines), p.AsRun, p.Priced.Total.Amount(), p.Total.Total, lines)
			}
			return p.Since
		}
		then := shown(false).Priced.Total.Amount()
		if s := same("before anything came", 2); s.Any() || shown(true).Priced.Total.Amount() != then {
			t.Errorf("nothing has come since the run, and the page names %+v", s)
		}

		w.at.Add(60)
		code := OpenPriceLine{Agency: "lantern", Code: "OUTR", Unit: "contact"}
		w.proposePrice(code, 500_00)
		w.at.Add(60)
		if err := w.app.ApprovePrice(t.Context(), w.as(policy.FinanceLead, policy.AgreePrices), w.priceLine(code).State.Waiting.ID); err != nil {
			t.Fatal(err)
		}
		since := same("a price approved since", 2)
		if len(since.Prices) != 1 || since.Prices[0].Key.Code != "OUTR" || len(since.Came) != 0 {
			t.Errorf("the price approved since is named %+v", since)
		}
		priced := shown(true)
		if priced.AsRun != 0 || priced.Run == 0 || priced.InRun != then || priced.Priced.Total.Amount() <= then {
			t.Errorf("at the price that stands now: %s, said to be not run %d's %s", priced.Priced.Total.Amount(), priced.Run, priced.InRun)
		}

		w.at.Add(60)
		again := layoutOf("lantern", "OUTR", "street-outreach", "contact")
		e := w.send(w.layout("lantern", strings.Replace(again, "version: 1", "version: 2", 1)), april, false,
			"client,forename,surname,born,nhs,postcode,day\nL1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,09/01/2026\n")
		w.at.Add(60)
		w.accept(e)
		since = same("an extract accepted since", 2)
		if len(since.Prices) != 1 || len(since.Came) != 1 || since.Came[0].ID != e.ID {
			t.Errorf("what has come since is named %+v", since)
		}
		if p := shown(true); len(p.Priced.Lines) != 3 {
			t.Errorf("with what stands now there are %d lines, want 3", len(p.Priced.Lines))
		}

		w.run()
		if s := same("after a new run", 3); s.Any() {
			t.Errorf("after a new run the page still names %+v", s)
		}
	})
}

// TestFootprintOfARunWhoseFilesAreAllGone: where every extract that a run read was taken back, the lines as the run priced are none, and not
// those of an extract that it never read.
func TestFootprintOfARunWhoseFilesAreAllGone(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const row = "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"
		l := w.layout("lantern", numbered)
		first := w.send(l, march, false, head+row)
		w.accept(first)
		w.run()
		w.at.Add(60)
		dean := w.find("Dean", "Whitlock")
		second := w.send(l, april, false, head+row+"A1,Dean,Whitlock,04/03/1983,V2,06/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V3,07/01/2026,1\n")
		w.accept(second)
		w.at.Add(60)
		gone := EndExtract{Extract: first.ID, Reason: "The agency sent the wrong month."}
		if err := w.app.SentInError(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), gone); err != nil {
			t.Fatal(err)
		}
		for now, want := range map[bool]int{false: 0, true: 3} {
			p, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: dean, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Priced.Lines) != want || p.Run == 0 || len(p.Since.Gone) != 1 || len(p.Since.Came) != 1 {
				t.Errorf("by what stands now, %v: %d lines, want %d, said to differ from run %d; %d extracts came since and %d were taken back",
					now, len(p.Priced.Lines), want, p.Run, len(p.Since.Came), len(p.Since.Gone))
			}
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
