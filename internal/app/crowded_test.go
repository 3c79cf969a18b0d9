package app

import (
	"fmt"
	"testing"

	"throughline/internal/policy"
)

// TestVeryManyRecordsOfOneAgency: a hospital's records under many numbers of its own that became one person are said on the person's page and on
// the run's; nine are not.
func TestVeryManyRecordsOfOneAgency(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		riverbank := w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance"))
		file := "client,forename,surname,born,nhs,postcode,day\n"
		for i := range 12 {
			file += fmt.Sprintf("R%d,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,07/01/2026\n", i)
		}
		for i := range 9 {
			file += fmt.Sprintf("S%d,Ann,Poole,01/02/1990,9990000026,SE15 4QX,07/01/2026\n", i)
		}
		w.accept(w.send(riverbank, march, false, file))
		w.run()
		analyst := w.as(policy.Analyst, policy.CheckRecords)
		for name, want := range map[[2]string]int{{"Dean", "Whitlock"}: 12, {"Ann", "Poole"}: 0} {
			p, err := w.app.Person(t.Context(), analyst, w.find(name[0], name[1]), 0)
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, x := range p.Crowded {
				got += x.Records
			}
			if got != want {
				t.Errorf("%s: %d records of one agency are said, want %d (of %d)", name[0], got, want, len(p.Records))
			}
		}
		r, err := w.app.Run(t.Context(), w.as(policy.Analyst, policy.FindAndCost), 1)
		if err != nil {
			t.Fatal(err)
		}
		if r.CrowdedN != 1 || len(r.Crowded) != 1 || r.Crowded[0].Records != 12 || r.Crowded[0].Agency != "riverbank" {
			t.Errorf("the run says %d: %+v", r.CrowdedN, r.Crowded)
		}
	})
}
