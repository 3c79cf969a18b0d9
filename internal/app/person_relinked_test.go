package app

import (
	"strings"
	"testing"

	"throughline/internal/id"
	"throughline/internal/policy"
)

// TestPersonSaysWhatLinkRunsChanged: a record that says something else in a newer extract goes from one person to another, and one of nobody
// before comes; the pages of both people say in which run. What people answer stands among the answers and not there.
func TestPersonSaysWhatLinkRunsChanged(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean, ann := w.find("Dean", "Whitlock"), w.find("Ann", "Poole")
		type move struct {
			Run       id.Run
			Agency    string
			Came, New bool
			Other     id.Person
		}
		moves := func(p id.Person, who Who) (out []move) {
			t.Helper()
			page, err := w.app.Person(t.Context(), who, p, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Relinked {
				for _, r := range x.Records {
					out = append(out, move{x.Run, r.Agency.Slug, r.Came, r.New, r.Other})
				}
			}
			return out
		}
		analyst := w.as(policy.Analyst, policy.CheckRecords)
		diff(t, "after the first run", []move(nil), append(moves(dean, analyst), moves(ann, analyst)...))
		w.at.Add(60)
		second := func(agency, code, service, unit string) id.Layout {
			return w.layout(agency, strings.Replace(layoutOf(agency, code, service, unit), "version: 1", "version: 2", 1))
		}
		const header = "client,forename,surname,born,nhs,postcode,day\n"
		w.accept(w.send(second("riverbank", "AE-ATT", "ae-attendance", "attendance"), april, false, header+"R1,Ann,Poole,01/02/1990,9990000026,SE15 4QX,08/04/2026\n"))
		w.accept(w.send(second("lantern", "OUTR", "street-outreach", "contact"), april, false,
			header+"L3,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,09/04/2026\nL4,Cyril,Drax,05/06/1955,9990000034,SE1 1AA,09/04/2026\n"))
		w.run()
		diff(t, "Dean", []move{{3, "riverbank", false, false, ann}, {3, "lantern", true, true, 0}}, moves(dean, analyst))
		diff(t, "Ann", []move{{3, "riverbank", true, false, dean}}, moves(ann, analyst))
		diff(t, "somebody whom the run made", []move(nil), moves(w.find("Cyril", "Drax"), analyst))
		w.at.Add(60)
		w.run()
		diff(t, "Ann after a run that changes nothing", []move{{3, "riverbank", true, false, dean}}, moves(ann, analyst))
	})
}
