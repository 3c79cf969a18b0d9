package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
)

const (
	clientHead = "client,forename,surname,born,nhs,postcode,day\n"
	asDean     = "Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,"
)

// threeKnowDean gives a scene in which Lantern, Riverbank and Fernhill, whose service is kept to it, know Dean Whitlock, Fernhill by so many days.
func (w *scene) threeKnowDean(detox int) id.Person {
	w.t.Helper()
	w.accept(w.send(w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact")), march, false,
		clientHead+"L1,"+asDean+"05/01/2026\nL2,Ann,Poole,01/02/1990,9990000026,SE15 4QX,06/01/2026\n"))
	w.accept(w.send(w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance")), march, false, clientHead+"R1,"+asDean+"07/01/2026\n"))
	var b strings.Builder
	b.WriteString(clientHead)
	for i := range detox {
		fmt.Fprintf(&b, "F1,%s%s\n", asDean, time.Date(2025, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("02/01/2006"))
	}
	w.accept(w.send(w.layout("fernhill", layoutOf("fernhill", "DETOX", "inpatient-detox", "day")), march, false, b.String()))
	w.run()
	return w.find("Dean", "Whitlock")
}

// recordOf is the record of a person that an agency has, as the partnership's analyst sees them.
func (w *scene) recordOf(n id.Person, agency string) id.Record {
	w.t.Helper()
	p, err := w.app.Person(w.t.Context(), w.as(policy.Analyst, policy.CheckRecords), n, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	at := slices.IndexFunc(p.Records, func(r RecordShown) bool { return r.Agency.Slug == agency })
	return p.Records[at].RecordVersion.Record
}

// TestMixedDataNamesNoHiddenAgency: who received mixed data tells no agency of whose record the viewer may not know, and of runs only whoever
// may know what their sums hold.
func TestMixedDataNamesNoHiddenAgency(t *testing.T) {
	const lantern, riverbank, fernhill = "Lantern Housing", "Riverbank Hospitals", "Fernhill Recovery"
	type told struct {
		Stayed, Left []string
		Runs         int
		MayRuns      bool
	}
	for _, parted := range []struct {
		name         string
		agencies     []string
		lantern, all told
	}{
		{"riverbank", []string{"riverbank"}, told{[]string{lantern}, []string{riverbank}, 0, false}, told{[]string{fernhill, lantern}, []string{riverbank}, 1, true}},
		{"two", []string{"riverbank", "fernhill"}, told{[]string{lantern}, []string{riverbank}, 0, false}, told{[]string{lantern}, []string{fernhill, riverbank}, 1, true}},
	} {
		t.Run(parted.name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, w *scene) {
				dean := w.threeKnowDean(400)
				analyst := w.as(policy.Analyst, policy.CheckRecords)
				var leave []id.Record
				for _, agency := range parted.agencies {
					leave = append(leave, w.recordOf(dean, agency))
				}
				w.at.Add(60)
				if _, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, leave, "The worker met both."}); err != nil {
					t.Fatal(err)
				}
				for name, viewer := range map[string]struct {
					who  Who
					want told
				}{
					"Lantern’s coordinator": {w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator), parted.lantern},
					"the analyst":           {analyst, parted.all},
				} {
					m, err := w.app.Mixed(t.Context(), viewer.who, dean, 0)
					if err != nil {
						t.Fatal(err)
					}
					got := told{w.named(m.Agencies, m.Sides[0]), w.named(m.Agencies, m.Sides[1]), len(m.Runs), m.MayRuns}
					diff(t, "what "+name+" is told of who received mixed data", viewer.want, got)
				}
			})
		})
	}
}

// named are the names of agencies, in order.
func (w *scene) named(names map[id.Agency]string, some []id.Agency) (out []string) {
	for _, g := range some {
		out = append(out, names[g])
	}
	slices.Sort(out)
	return out
}
