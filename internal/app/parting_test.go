package app

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// again is a newer file of an agency, under a layout's second version.
func (w *scene) again(agency, code, service, unit, rows string) store.Extract {
	w.t.Helper()
	l := w.layout(agency, strings.Replace(layoutOf(agency, code, service, unit), "version: 1", "version: 2", 1))
	e := w.send(l, april, false, clientHead+rows)
	w.accept(e)
	return e
}

// runLater links and costs a minute after somebody asked for it.
func (w *scene) runLater() {
	w.t.Helper()
	if _, err := w.app.StartRuns(w.t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
		w.t.Fatal(err)
	}
	w.at.Add(60)
	w.work()
}

// mixed is who received mixed data, as somebody who checks how data is used is told it.
func (w *scene) mixed(in OpenMixed) MixedPage {
	w.t.Helper()
	m, err := w.app.Mixed(w.t.Context(), w.as(policy.GovernanceLead, policy.AuditUse), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// did are the readers, or those who took files, who did something of a person's own page or file.
func (w *scene) did(some []MixedReader) (out []string) {
	w.t.Helper()
	var looks []Look
	for _, r := range some {
		if strings.HasPrefix(string(r.Act), "person.") && r.Act != policy.PersonSearch {
			looks = append(looks, r.Look)
		}
	}
	return w.lookers(looks)
}

// TestALinkRunPartsAndWhoReceived: an agency says something else of its record, so that a run parts two records, and takes it back, so that the next run
// parts two others. Whoever opened the page and took the file while the records were one is listed, and nobody who did before or after.
func TestALinkRunPartsAndWhoReceived(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean, ann := w.find("Dean", "Whitlock"), w.find("Ann", "Poole")
		w.at.Add(60)
		analyst, lantern := w.as(policy.Analyst, policy.CheckRecords), w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator)
		w.opens(analyst, ann) // of one record yet
		w.opens(lantern, dean)
		if err := w.app.ExportFootprint(t.Context(), analyst, OpenFootprint{Person: dean}, io.Discard); err != nil {
			t.Fatal(err)
		}
		w.at.Add(60)
		sent := w.again("riverbank", "AE-ATT", "ae-attendance", "attendance", "R1,Ann,Poole,01/02/1990,9990000026,SE15 4QX,08/04/2026\n")
		w.runLater()
		first := w.now()
		w.at.Add(60)
		w.sentInError(sent) // which makes runs 5 and 6
		second := w.now()
		w.at.Add(60)
		later := w.another("Later")
		w.opens(later, dean)
		w.opens(later, ann)

		m := w.mixed(OpenMixed{Person: dean})
		diff(t, "the run", []id.Run{3}, []id.Run{m.Run})
		diff(t, "when Dean’s records were one", []time.Time{{}, first}, []time.Time{m.From, m.To})
		diff(t, "whose stayed", []string{"Lantern Housing"}, w.named(m.Agencies, m.Sides[0]))
		diff(t, "whose left", []string{"Riverbank Hospitals"}, w.named(m.Agencies, m.Sides[1]))
		diff(t, "who read", []string{"Sam of lantern/lantern"}, w.did(m.Readers))
		diff(t, "who took a file", []string{"Ayesha Rahman/"}, w.did(m.Exports))
		if len(m.Runs) != 1 || m.Runs[0].ID != 2 || m.Total != 1 {
			t.Errorf("of cost runs made of the mixture %+v are told, and %d partings", m.Runs, m.Total)
		}
		m = w.mixed(OpenMixed{Person: ann})
		diff(t, "the second run", []id.Run{5}, []id.Run{m.Run})
		diff(t, "when Ann’s were one", []time.Time{first, second}, []time.Time{m.From, m.To})
		diff(t, "whose the record is now that left her", []id.Person{dean}, m.Now)
		if len(m.Runs) != 1 || m.Runs[0].ID != 4 {
			t.Errorf("of cost runs made of Ann’s mixture %+v are told", m.Runs)
		}
		if m.Total != 1 || m.Readers != nil || m.Exports != nil || m.Cut {
			t.Errorf("nobody saw Ann’s while they were two people’s; told are %+v and %+v", m.Readers, m.Exports)
		}
		for _, want := range []struct {
			run      id.Run
			person   id.Person
			received bool
		}{{3, dean, true}, {5, ann, false}} {
			list, err := w.app.PartedBy(t.Context(), analyst, want.run, 1)
			if err != nil || list.Total != 1 || len(list.Rows) != 1 || list.Rows[0].Person != want.person || list.Rows[0].Received != want.received {
				t.Errorf("of run %d %d people are listed, %+v (%v)", want.run, list.Total, list.Rows, err)
			}
		}
		for _, p := range []id.Person{dean, ann} {
			page, err := w.app.Person(t.Context(), analyst, p, 0)
			if err != nil || !page.Parted {
				t.Errorf("the page of %d does not lead to who received mixed data (%v)", p, err)
			}
		}
		for _, in := range []OpenMixed{{Person: ann, Run: 3}, {Person: dean, Run: 5}, {Person: dean, Run: 2}, {Person: dean, Answer: 1}} {
			if _, err := w.app.Mixed(t.Context(), analyst, in); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%+v gave %v", in, err)
			}
		}
		for n, firstOf := range map[id.Run]bool{1: true, 2: true, 3: false} {
			if list, err := w.app.PartedBy(t.Context(), analyst, n, 1); err != nil || list.First != firstOf || list.Kept == firstOf {
				t.Errorf("of run %d: first %t, says whom it parted %t (%v)", n, list.First, list.Kept, err)
			}
		}
		if _, err := w.app.PartedBy(t.Context(), analyst, 99, 1); fault.KindOf(err) != fault.NotFound {
			t.Errorf("whom a run parted that is not there: %v", err)
		}
	})
}

// TestRunsWithoutRowsAreSaid: once the rows of a cost run that may have been made of a mixture are swept, the list says that it does not know.
func TestRunsWithoutRowsAreSaid(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		analyst, dean := w.reader(), w.find("Dean", "Whitlock")
		w.at.Add(60)
		riverbank := w.recordOf(dean, "riverbank")
		w.opens(analyst, dean)
		if _, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, []id.Record{riverbank}, "The worker met both."}); err != nil {
			t.Fatal(err)
		}
		told := func() (out []id.Run) {
			m := w.mixed(OpenMixed{Person: dean})
			for _, r := range m.Runs {
				out = append(out, r.ID)
			}
			return append(out, m.Kept)
		}
		w.work()
		for range runsKept - 1 {
			w.runLater()
		}
		diff(t, "the runs of the mixture, and from which on rows are kept where some are not", []id.Run{2, 0}, told())
		w.runLater()
		w.at.Add(60)
		if got := told(); len(got) != 1 || got[0] <= 2 {
			t.Errorf("with the rows of run 2 swept, %v is told", got)
		}
		read := func(atOnce, most int) (out []id.Run) {
			err := w.app.db.Do(t.Context(), inArea(analyst, policy.PairList, policy.Area), func(tx *store.Tx) error {
				out = nil
				return eachCostRun(tx, atOnce, func(r store.Run) (bool, error) {
					out = append(out, r.ID)
					return len(out) < most, nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		all := read(500, 500)
		if len(all) != runsKept+2 {
			t.Fatalf("there are %d cost runs", len(all))
		}
		diff(t, "the runs read two at once", all, read(2, 500))
		diff(t, "the first three of them", all[:3], read(2, 3))
	})
}

// TestSomebodyPartedBetweenTwo: a run gives each of a person's two records to somebody else, so that no number of theirs is left but to lead on. What
// was received under it is told on the page that it leads to.
func TestSomebodyPartedBetweenTwo(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const ann, dean, cyril = "Ann,Poole,01/02/1990,9990000026,SE15 4QX,", asDean, "Cyril,Drax,05/06/1955,9990000034,SE1 1AA,"
		rows := func(agency, day string) string {
			return agency + "1," + dean + day + "\n" + agency + "2," + ann + day + "\n" + agency + "3," + cyril + day + "\n"
		}
		w.accept(w.send(w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact")), march, false, clientHead+rows("L", "05/01/2026")))
		w.accept(w.send(w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance")), march, false, clientHead+rows("R", "06/01/2026")))
		w.run()
		was, to := w.find("Dean", "Whitlock"), w.find("Ann", "Poole")
		w.at.Add(60)
		w.opens(w.as(policy.Analyst, policy.CheckRecords), was)
		w.at.Add(60)
		w.again("lantern", "OUTR", "street-outreach", "contact", "L1,"+ann+"08/04/2026\n")
		w.again("riverbank", "AE-ATT", "ae-attendance", "attendance", "R1,"+cyril+"08/04/2026\n")
		w.run()
		m := w.mixed(OpenMixed{Person: was})
		if m.Person != to || m.Number != was || m.Run != 3 || m.Total != 1 {
			t.Fatalf("Dean’s number leads to %d (want %d), of whom %d partings are told, the newest of number %d by run %d", m.Person, to, m.Total, m.Number, m.Run)
		}
		diff(t, "who read", []string{"Ayesha Rahman/"}, w.did(m.Readers))
		diff(t, "whose is now", []id.Person{w.find("Cyril", "Drax")}, m.Now)
		list, err := w.app.PartedBy(t.Context(), w.as(policy.Analyst, policy.CheckRecords), 3, 1)
		if err != nil || len(list.Rows) != 1 || list.Rows[0].Number != was || list.Rows[0].Person != to || !list.Rows[0].Received {
			t.Errorf("of the run %+v is listed (%v)", list, err)
		}
	})
}

// TestNoPartingWithoutTwoSides: two people who become one are not parted, nor is anybody of whom a record goes with the extract that said it; their page
// says that it went.
func TestNoPartingWithoutTwoSides(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean, ann := w.find("Dean", "Whitlock"), w.find("Ann", "Poole")
		w.at.Add(60)
		w.again("lantern", "OUTR", "street-outreach", "contact", "L2,"+asDean+"08/04/2026\n")
		more := w.send(w.layout("fernhill", layoutOf("fernhill", "DETOX", "inpatient-detox", "day")), april, false, clientHead+"F1,"+asDean+"08/04/2026\n")
		w.accept(more)
		w.run()
		w.at.Add(60)
		w.sentInError(more)
		w.run()
		if m := w.mixed(OpenMixed{Person: ann}); m.Person != dean || m.Total != 0 {
			t.Errorf("Ann became part of %d (want %d), of whom %d partings are told", m.Person, dean, m.Total)
		}
		p, err := w.app.Person(t.Context(), w.as(policy.Analyst, policy.CheckRecords), dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		went := slices.ContainsFunc(p.Relinked, func(x Relinked) bool {
			return x.Run == 5 && len(x.Records) == 1 && x.Records[0].Gone && !x.Records[0].Came
		})
		if p.Parted || !went {
			t.Errorf("Dean’s page leads to who received mixed data: %t; it tells of link runs %+v", p.Parted, p.Relinked)
		}
	})
}

// TestPartingByARunIsKeptFromOthers: that a run took away a record of which the viewer may not know is not told to them.
func TestPartingByARunIsKeptFromOthers(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		dean := w.threeKnowDean(30)
		w.at.Add(60)
		w.again("fernhill", "DETOX", "inpatient-detox", "day", "F1,Ann,Poole,01/02/1990,9990000026,SE15 4QX,08/04/2026\n")
		w.run()
		lantern := w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator)
		told := map[string]int{}
		for name, who := range map[string]Who{"Lantern’s coordinator": lantern, "the analyst": w.as(policy.Analyst, policy.CheckRecords)} {
			m, err := w.app.Mixed(t.Context(), who, OpenMixed{Person: dean})
			if err != nil {
				t.Fatal(err)
			}
			told[name] = m.Total
			page, err := w.app.Person(t.Context(), who, dean, 0)
			if err != nil || page.Parted != (m.Total > 0) {
				t.Errorf("Dean’s page leads %s to who received mixed data: %t (%v)", name, page.Parted, err)
			}
		}
		diff(t, "partings told", map[string]int{"Lantern’s coordinator": 0, "the analyst": 1}, told)
		if _, err := w.app.Mixed(t.Context(), lantern, OpenMixed{Person: dean, Run: 3}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Lantern’s coordinator asks by the run’s number: %v", err)
		}
	})
}

// TestAnAnswerTakenBackRestartsNoClock: who received a mixture is told from when its sides first stood together, under whatever number, though answers
// that were taken back moved them away and back; what was received while an answer kept them apart is not.
func TestAnAnswerTakenBackRestartsNoClock(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		analyst := w.reader()
		var johns []id.Record // four people of one record each, the first in doubt with each of the others
		for _, d := range w.inDoubt() {
			if d.Why == string(linkage.CommonNameAndBirth) && (len(johns) == 0 || slices.Contains(johns, d.A) || slices.Contains(johns, d.B)) {
				johns = append(johns, d.A, d.B)
			}
		}
		slices.Sort(johns)
		if johns = slices.Compact(johns); len(johns) != 4 {
			t.Fatalf("the people in doubt for a common name are %v", johns)
		}
		whose := func(r id.Record) (p id.Person) {
			t.Helper()
			err := w.app.db.Do(t.Context(), inArea(analyst, policy.PairList, policy.Area), func(tx *store.Tx) error {
				here, err := tx.Area()
				if err == nil {
					p, err = tx.WhoseIs(here.LinkRun, r)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		step := func(name string) {
			t.Helper()
			w.at.Add(60)
			w.opens(w.another(name), whose(johns[1]))
			w.at.Add(60)
		}
		outer := Pair{johns[0], johns[1]}
		w.answerPair(analyst, Pair{johns[1], johns[2]}, "same")
		w.answerPair(analyst, Pair{johns[0], johns[3]}, "same")
		came, john := w.now(), whose(johns[1])
		parts := func() time.Time {
			t.Helper()
			w.opens(analyst, john)
			if _, err := w.app.Split(t.Context(), analyst, SplitPerson{john, johns[2:3], "The worker met both."}); err != nil {
				t.Fatal(err)
			}
			return w.now()
		}
		step("First")
		apart := parts()
		step("Apart")
		page, err := w.app.Person(t.Context(), analyst, john, 0)
		if err == nil {
			err = w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: john, Answer: page.Answers[0].ID, Reason: "It was not so."})
		}
		if err != nil {
			t.Fatal(err)
		}
		back := w.now()
		w.at.Add(60)
		w.answerPair(analyst, outer, "same")
		if whose(johns[1]) == john {
			t.Fatal("the answer did not move the records to another number")
		}
		step("Away")
		asked, err := w.app.Pair(t.Context(), analyst, outer)
		if err == nil {
			err = w.app.UndoPair(t.Context(), analyst, UndoPair{Pair: outer, Answer: asked.Readings[0].ID})
		}
		if err != nil {
			t.Fatal(err)
		}
		step("Again")
		last := parts()
		step("Later")

		m := w.mixed(OpenMixed{Person: john})
		who := w.did(m.Readers)
		diff(t, "who read", []string{"Again/", "Away/", "First/"}, slices.DeleteFunc(who, func(n string) bool { return n == "Ayesha Rahman/" }))
		var times []time.Time
		for _, s := range m.Times() {
			times = append(times, s[0], s[1])
		}
		diff(t, "when they stood together", []time.Time{came, apart, back, last}, times)
	})
}
