package app

import (
	"strings"
	"testing"

	"throughline/internal/linkage"
	"throughline/internal/policy"
)

// TestHowRecordsHoldIsToldLast: how well a person's records hang together is told to whoever reviews links and may know of everything, and not
// before they have said what they are asked about any two of them.
func TestHowRecordsHoldIsToldLast(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const head = "client,forename,surname,born,nhs,postcode,day\n"
		for _, x := range [][4]string{{"lantern", "OUTR", "street-outreach", "9990000018"}, {"riverbank", "AE-ATT", "ae-attendance", "9991234500"}, {"lambeth", "TEMPACC", "temporary-accommodation", ""}} {
			unit := map[string]string{"lantern": "contact", "riverbank": "attendance", "lambeth": "night"}[x[0]]
			w.accept(w.send(w.layout(x[0], layoutOf(x[0], x[1], x[2], unit)), march, false, head+"L1,Ottilie,Carrow,04/03/1983,"+x[3]+",SE5 8AZ,05/01/2026\n"))
		}
		w.run()
		group := func(who Who) GroupPage {
			t.Helper()
			g, err := w.app.Group(t.Context(), who, w.find("Ottilie", "Carrow"))
			if err != nil || len(g.Records) != 3 {
				t.Fatalf("the group is of %d records (%v)", len(g.Records), err)
			}
			return g
		}
		first := w.reader()
		if g := group(first); g.Holds != nil || !g.HoldsWaits {
			t.Errorf("who is asked about two numbers is told %+v", g.Holds)
		}
		pairs := w.inDoubt()
		if len(pairs) != 1 || pairs[0].Why != string(linkage.TwoNumbers) {
			t.Fatalf("in doubt are %+v", pairs)
		}
		two := Pair{pairs[0].A, pairs[0].B}
		w.answerPair(first, two, "unsure")
		if g := group(w.another("Second")); g.Holds != nil || !g.HoldsWaits || g.Against.Rows != nil {
			t.Errorf("who is asked as well is told %+v", g.Holds)
		}
		if g := group(w.as(policy.Analyst, policy.CheckRecords)); len(g.Against.Rows) != 1 || g.Against.More != 0 || g.Against.Rows[0].Pair != two || !g.Against.Rows[0].Doubt ||
			len(g.Against.Rows[0].Differs) != 1 || g.Against.Rows[0].Differs[0].Key != "nhs-number" || strings.Contains(g.Against.Rows[0].Differs[0].Words, "999") {
			t.Errorf("against one person speak %+v", g.Against)
		}
		if h := group(first).Holds; h == nil || h.Pairs != 3 || h.Alike != 2 || h.AcrossAlike != 1 || h.Link == two {
			t.Errorf("who has answered is told %+v of %v", h, two)
		}
		if g := group(w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator)); g.Holds != nil || g.HoldsWaits || g.Against.Rows != nil {
			t.Errorf("somebody who may not know of everything is told %+v", g.Holds)
		}
	})
}

// TestPairSaysWhichRecordsSpeakAgainst: who has answered about records of two people reads which of their other records do not look alike and in what;
// who is asked does not.
func TestPairSaysWhichRecordsSpeakAgainst(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const head, day = "client,forename,surname,born,nhs,postcode,day\n", ",05/01/2026\n"
		for _, x := range [][5]string{{"lantern", "OUTR", "street-outreach", "contact", "Ada,Brennan,03/03/1990,9990000018,SE5 7QQ"},
			{"fernhill", "DETOX", "inpatient-detox", "day", "Ada,Brennan,03/03/1990,9990000018,SE22 9AA"}, {"riverbank", "AE-ATT", "ae-attendance", "attendance", "Ida,Brennan,03/03/1990,,SE5 7QQ"}} {
			w.accept(w.send(w.layout(x[0], layoutOf(x[0], x[1], x[2], x[3])), march, false, head+"C1,"+x[4]+day))
		}
		w.run()
		d := w.inDoubt()[0]
		pair := Pair{d.A, d.B}
		for _, tt := range []struct {
			name string
			who  Who
		}{
			{"an analyst", w.reader()}, {"a coordinator", w.showsNames(w.as(policy.Coordinator, policy.CheckRecords))},
		} {
			if p, err := w.app.Pair(t.Context(), tt.who, pair); err != nil || !p.Blind || p.Against.Rows != nil {
				t.Fatalf("%s, who is asked, is told %+v (%v)", tt.name, p.Against, err)
			}
			w.answerPair(tt.who, pair, "unsure")
			p, err := w.app.Pair(t.Context(), tt.who, pair)
			if err != nil || len(p.Against.Rows) != 1 || p.Against.More != 0 {
				t.Fatalf("%s is told %+v (%v)", tt.name, p.Against, err)
			}
			for _, x := range p.Against.Rows {
				if x.Pair == pair || x.Agencies[0].Slug != "fernhill" || x.Agencies[1].Slug != "riverbank" || len(x.Differs) != 2 || x.Differs[0].Words != "“Ada” and “Ida”: different" {
					t.Errorf("%s is told %+v", tt.name, x)
				}
			}
		}
	})
}
