package app

import (
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
		if g := group(w.another("Second")); g.Holds != nil || !g.HoldsWaits {
			t.Errorf("who is asked as well is told %+v", g.Holds)
		}
		if h := group(first).Holds; h == nil || h.Pairs != 3 || h.Alike != 2 || h.AcrossAlike != 1 || h.Link == two {
			t.Errorf("who has answered is told %+v of %v", h, two)
		}
		if g := group(w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator)); g.Holds != nil || g.HoldsWaits {
			t.Errorf("somebody who may not know of everything is told %+v", g.Holds)
		}
	})
}
