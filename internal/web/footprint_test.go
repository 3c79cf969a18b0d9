package web

import (
	"net/http"
	"regexp"
	"testing"

	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// TestFootprintOfAnotherWindow holds the amount a week to the days that feeds cover. In the town they cover 5 January to
// 31 March 2026, and Dean's contacts are of 5 and 7 January.
func TestFootprintOfAnotherWindow(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	at := w.deans() + "/footprint"
	for _, c := range []struct {
		window      string
		says, never []string
	}{
		{"from=2026-01-05&to=2026-03-29", []string{"£344.17", "£29 a week over 12 weeks"}, []string{"partial: £"}},
		{"from=2026-01-05&to=2026-03-31", []string{"£28 a week over 86 days"}, []string{"partial: £"}},
		{"from=2026-01-01&to=2026-03-31", []string{"partial: £28 a week over the 86 days that feeds cover, of 90 days", "cover 13 of the 13 weeks"}, nil},
		{"from=2026-01-07&to=2026-01-07", []string{"£280.17", "over 1 day: too few for an amount a week"}, []string{"a week over", "0 weeks"}},
		{"from=2026-01-01&to=2030-01-01", []string{"partial: £28 a week over the 86 days", "of 1,462 days", "cover 13 of the 209 weeks of this window", `href="#feeds"`, `id="feeds"`}, nil},
		{"from=2010-01-01&to=2011-01-01", []string{"Not known", "No feed covers any of it", "See which feeds cover this window", `id="feeds"`},
			[]string{"£0", "0%<", "a week over", "of the rule’s window"}},
	} {
		page := w.analyst.status(w.analyst.get(at+"?"+c.window), http.StatusOK).Body.String()
		says(t, page, c.says...)
		saysNot(t, page, c.never...)
		if t.Failed() {
			t.Fatalf("in the window %s", c.window)
		}
	}
	csv := w.analyst.status(w.analyst.get(at+".csv?from=2010-01-01&to=2011-01-01"), http.StatusOK).Body.String()
	says(t, csv, "1 January 2010 to 1 January 2011: not known, since no feed covers any of it.")
	csv = w.analyst.status(w.analyst.get(at+".csv?from=2026-01-01&to=2026-03-31"), http.StatusOK).Body.String()
	says(t, csv, "£344.17, £28.01 a week over the 86 of 90 days that feeds cover", "Lantern Housing", "A&E attendance")
}

// deans is the address of Dean's page.
func (w *town) deans() string {
	w.t.Helper()
	p, err := w.app.SearchPeople(w.t.Context(), w.analyst.credential(), app.SearchPeople{Forename: "Dean", Surname: "Whitlock"})
	if err != nil || len(p.People) != 1 {
		w.t.Fatalf("%d people are called Dean Whitlock: %v", len(p.People), err)
	}
	return ui.PersonPath(p.People[0].Person)
}

// TestFeedsAreCountedOnce holds the feeds of the home page to those of the cohort: the same weeks, and no feed that begins late is
// up to date.
func TestFeedsAreCountedOnce(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	says(t, b.get("/cohort").Body.String(), "Fernhill Recovery covers 93 of the 104 weeks")
	home := b.get("/").Body.String()
	says(t, home, "93 of 104", "Begins after the window does")
	saysNot(t, home, "94 of 104")
}

// TestCohortDownloadSaysWhatItIs holds the foot of the download to the page: the same contacts without a price, the window and the
// rule, names and not short names.
func TestCohortDownloadSaysWhatItIs(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	without := regexp.MustCompile(`([0-9,]+) contacts? with no price`)
	page, csv := b.get("/cohort").Body.String(), b.status(b.get("/cohort.csv"), http.StatusOK).Body.String()
	if want := without.FindStringSubmatch(page); want == nil || without.FindStringSubmatch(csv) == nil || without.FindStringSubmatch(csv)[1] != want[1] {
		t.Errorf("the page says %v, the download %v", want, without.FindStringSubmatch(csv))
	}
	says(t, csv, "rule version ", "3 April 2024 to 31 March 2026", "Southwark Council", "Mental health ward")
	saysNot(t, csv, "mental-health-ward", "southwark,", "southwark ")
}
