package app

import (
	"testing"

	"throughline/internal/policy"
)

// TestPriceMapCountsWhatStands: before the first run the price map counts the contacts that stand, each once, whatever was sent again.
func TestPriceMapCountsWhatStands(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		row := "A1,Dean,Whitlock,04/03/1983,"
		w.accept(w.send(l, march, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,1\n"))
		later := w.send(l, april, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,3\n"+row+"V3,07/04/2026,1\n")
		sent := func() int {
			t.Helper()
			p, err := w.app.PriceMap(t.Context(), w.as(policy.Analyst, policy.FindAndCost))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range p.Lines {
				if line.Agency.Slug == "lantern" && line.Code == "OUTR" {
					return line.Sent
				}
			}
			t.Fatal("the price map has no line for outreach")
			return 0
		}
		diff(t, "before the later file counts", 2, sent())
		w.accept(later)
		diff(t, "with the later file", 3, sent())
		w.sentInError(later)
		diff(t, "with the later file taken back", 2, sent())
	})
}
