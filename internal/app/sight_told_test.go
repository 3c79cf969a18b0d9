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
		By           string
		Runs         int
		MayRuns      bool
	}
	for _, parted := range []struct {
		name         string
		agencies     []string
		lantern, all told
	}{
		{"riverbank", []string{"riverbank"}, told{[]string{lantern}, []string{riverbank}, "somebody of the partnership", 0, false}, told{[]string{fernhill, lantern}, []string{riverbank}, "Ayesha Rahman", 1, true}},
		{"two", []string{"riverbank", "fernhill"}, told{[]string{lantern}, []string{riverbank}, "somebody of the partnership", 0, false}, told{[]string{lantern}, []string{fernhill, riverbank}, "Ayesha Rahman", 1, true}},
	} {
		t.Run(parted.name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, w *scene) {
				dean := w.threeKnowDean(400)
				analyst := w.reader()
				var leave []id.Record
				for _, agency := range parted.agencies {
					leave = append(leave, w.recordOf(dean, agency))
				}
				w.opens(analyst, dean) // the last opening counts, and recordOf opens without values
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
					m, err := w.app.Mixed(t.Context(), viewer.who, OpenMixed{Person: dean})
					if err != nil {
						t.Fatal(err)
					}
					got := told{w.named(m.Agencies, m.Sides[0]), w.named(m.Agencies, m.Sides[1]), m.By, len(m.Runs), m.MayRuns}
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

// TestPagesTellNothingOfWhatIsKept: somebody of an agency is told the same of a person whether or not another agency keeps something of them to
// itself: no count, no run's sum or rank, and "nothing found" of no agency that might keep something.
func TestPagesTellNothingOfWhatIsKept(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		dean := w.threeKnowDean(400)
		ann := w.find("Ann", "Poole")
		type told struct {
			Whole          bool
			Nothing        []string
			Rank           int64
			Split          bool
			FootprintWhole bool
			FootprintRank  int64
			FootprintInRun id.Run
			FootprintTotal string
		}
		look := func(who, purposed Who, n id.Person) told {
			t.Helper()
			g, err := w.app.Group(t.Context(), who, n)
			if err != nil {
				t.Fatal(err)
			}
			f, err := w.app.Footprint(t.Context(), purposed, OpenFootprint{Person: n})
			if err != nil {
				t.Fatal(err)
			}
			out := told{Whole: g.Whole, Rank: g.Total.Rank, Split: g.MaySplit, FootprintWhole: f.Whole, FootprintRank: f.Total.Rank,
				FootprintInRun: f.Run, FootprintTotal: f.Total.Total.String()}
			for _, x := range g.Nothing {
				out.Nothing = append(out.Nothing, x.Agency.Slug)
			}
			return out
		}
		lantern := w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator)
		diff(t, "Lantern’s coordinator of Dean", told{FootprintTotal: "£0.00"}, look(lantern, lantern, dean))
		diff(t, "Lantern’s coordinator of Ann, whom nobody else knows", told{Nothing: []string{"riverbank"}, FootprintTotal: "£0.00"}, look(lantern, lantern, ann))
		all := look(w.as(policy.Analyst, policy.CheckRecords), w.as(policy.Analyst, policy.FindAndCost), dean)
		if !all.Whole || !all.FootprintWhole || all.Rank != 1 || all.FootprintRank != 1 || !all.Split {
			t.Errorf("the analyst is told %+v, so that this test holds nothing", all)
		}
	})
}

// TestWorkersOfHiddenContactsAreNotTold: whom an agency's hidden contact names, and the file that it came in, are told to nobody of another agency.
func TestWorkersOfHiddenContactsAreNotTold(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.accept(w.send(w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact")), march, false, clientHead+"L1,"+asDean+"05/01/2026\n"))
		visits := strings.Replace(layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance"), "service: AE-ATT\nservices:\n",
			"  - {header: code, field: service}\n  - {header: worker, field: worker}\n  - {header: phone, field: reach}\nservices:\n  - {code: PSY, service: mental-health-ward, unit: day, quantity: one}\n", 1)
		w.accept(w.send(w.layout("riverbank", visits), march, false, strings.TrimSpace(clientHead)+",code,worker,phone\n"+
			"R1,"+asDean+"07/01/2026,AE-ATT,,\nR1,"+asDean+"09/01/2026,PSY,Dr Psyche Sane,psychiatric ward 0207\n"))
		w.run()
		dean := w.find("Dean", "Whitlock")
		type told struct {
			Workers, Sources []string
		}
		look := func(who Who) (out told) {
			t.Helper()
			p, err := w.app.Person(t.Context(), who, dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range p.Involved {
				out.Workers = append(out.Workers, v.Agency.Slug+" "+v.Worker+" "+v.Reach)
			}
			for _, r := range p.Records {
				out.Sources = append(out.Sources, fmt.Sprintf("%s %s %d %d", r.Agency.Slug, r.Layout, r.Line, r.AsOf))
			}
			slices.Sort(out.Workers)
			slices.Sort(out.Sources)
			return out
		}
		lantern, analyst := w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator), w.as(policy.Analyst, policy.CheckRecords)
		diff(t, "Lantern’s coordinator in March", told{[]string{"lantern  ", "riverbank  "},
			[]string{fmt.Sprintf("lantern clients 2 %d", march), fmt.Sprintf("riverbank clients 2 %d", march)}}, look(lantern))
		ward := strings.Replace(layoutOf("riverbank", "PSY", "mental-health-ward", "day"), "name: clients", "name: psychiatric-admissions", 1)
		w.accept(w.send(w.layout("riverbank", ward), april, false, clientHead+"R1,"+asDean+"08/04/2026\n"))
		w.run()
		diff(t, "Lantern’s coordinator in April", told{[]string{"lantern  ", "riverbank  "},
			[]string{fmt.Sprintf("lantern clients 2 %d", march), "riverbank  0 0"}}, look(lantern))
		diff(t, "the analyst in April", told{[]string{"lantern  ", "riverbank Dr Psyche Sane psychiatric ward 0207"},
			[]string{fmt.Sprintf("lantern clients 2 %d", march), fmt.Sprintf("riverbank psychiatric-admissions 2 %d", april)}}, look(analyst))
	})
}

// TestExtractsTellNothingOfWhatIsKept: whoever may open another agency's extract is told nothing of what its rows say, and whoever may take one
// back is told everybody's sums only if they may know of every row that the sums hold.
func TestExtractsTellNothingOfWhatIsKept(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	w.threeKnowDean(30)
	detox := w.layout("fernhill", strings.Replace(layoutOf("fernhill", "DETOX", "inpatient-detox", "day"), "version: 1", "version: 2", 1))
	e := w.send(detox, april, false, clientHead+"F2,Ruth,Hale,07/07/1971,,SE1 1AA,07/01/2026\nF3,Ruth,Hale,07/07/1971,,SE1 1AA,xx/01/2026\nF4,Ruth,Hale,01/01/1900,,SE1 1AA,07/01/2026\n")
	lead := w.somebodyOf("lantern", policy.HandleExtracts, policy.GovernanceLead)
	for name, viewer := range map[string]struct {
		who  Who
		told bool
	}{"Lantern’s governance lead": {lead, false}, "the partnership’s": {w.as(policy.GovernanceLead, policy.HandleExtracts), true}} {
		p, err := w.app.Extract(t.Context(), viewer.who, e.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		for what, told := range map[string]bool{"rows": p.MayRows, "the sample": len(p.Sample) > 0, "rejected rows": len(p.Faults) > 0, "reasons": len(p.Reasons) > 0,
			"values set aside": len(p.SetAside) > 0, "service codes": len(p.Reading.Services) > 0} {
			if told != viewer.told {
				t.Errorf("%s is told %s: %t", name, what, told)
			}
		}
		r, err := w.app.Removal(t.Context(), viewer.who, 3)
		if err != nil || r.MaySums != viewer.told || (r.Was != 0) != viewer.told || (r.Is != 0) != viewer.told {
			t.Errorf("%s is told of the sums %+v (%v)", name, r, err)
		}
	}
	if r, err := w.app.Removal(t.Context(), w.somebodyOf("lantern", policy.HandleExtracts, policy.AgencyUser), 1); err == nil {
		t.Errorf("a user who takes nothing back is told %+v of their agency's extract", r)
	}
}
