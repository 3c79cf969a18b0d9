package web

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/money"
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
	says(t, csv, "By links in doubt the cohort is from ", "rule version ", "3 April 2024 to 31 March 2026", "Southwark Council", "Mental health ward")
	saysNot(t, csv, "mental-health-ward", "southwark,", "southwark ")
}

var (
	sumLink = regexp.MustCompile(`<a class="govuk-link" href="([^"]+#lines)">(£[0-9,.]+)<`)
	summed  = regexp.MustCompile(`(?s)id="lines">.*?<h2[^>]*>[^<]*?(£[0-9,.]+)?</h2>`)
)

// TestEveryFigureOpens follows each sum on a footprint to its lines, which come to the same.
func TestEveryFigureOpens(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	person := regexp.MustCompile(`/people/[A-Z0-9-]+`).FindString(b.get("/cohort").Body.String())
	opens := func(href string) string {
		t.Helper()
		path, _, _ := strings.Cut(html.UnescapeString(href), "#")
		found := summed.FindStringSubmatch(b.status(b.get(path), http.StatusOK).Body.String())
		if found == nil {
			t.Fatalf("%s opens no lines", href)
		}
		return found[1]
	}
	page := b.get(person + "/footprint?by=month").Body.String()
	sums := sumLink.FindAllStringSubmatch(page, -1)
	if len(sums) < 10 {
		t.Fatalf("%d sums of the page open", len(sums))
	}
	for _, m := range sums {
		if got := opens(m[1]); got != m[2] {
			t.Errorf("%s opens to %s: %s", m[2], got, m[1])
		}
	}
	cards := regexp.MustCompile(`(?s)<dt>([^<]+)</dt><dd class="tl-figure-card__n">([^<]+)</dd><dd[^>]*>([^<]*?)<a class="govuk-link" href="([^"]+#lines)">`).FindAllStringSubmatch(page, -1)
	if len(cards) < 4 {
		t.Fatalf("%d figures of the head open: %q", len(cards), cards)
	}
	for _, m := range cards {
		want := m[2]
		if m[1] == "Crisis" {
			want = strings.TrimSuffix(m[3], ". ")
		}
		if got := opens(m[4]); got != want {
			t.Errorf("%s, %s, opens to %s", m[1], want, got)
		}
	}
	for _, m := range regexp.MustCompile(`href="([^"]+(?:service|category|payer)=[^"]+#lines)">[^<]+</a></th>.*?data-h="£">(£[0-9,.]+)<`).FindAllStringSubmatch(page, -1) {
		if got := opens(m[1]); got != m[2] {
			t.Errorf("%s opens to %s: %s", m[2], got, m[1])
		}
	}
}

// TestCohortFiguresOpen follows each sum on the cohort's page to the people that it is made of, and one of them to the lines.
func TestCohortFiguresOpen(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	opens := func(href string) string {
		t.Helper()
		path, _, _ := strings.Cut(html.UnescapeString(href), "#")
		return b.status(b.get(path), http.StatusOK).Body.String()
	}
	page := b.get("/cohort").Body.String()
	sums := regexp.MustCompile(`<a class="govuk-link" href="(/cohort[^"]+#part)">(£[0-9,]+)<`).FindAllStringSubmatch(page, -1)
	if len(sums) < 10 {
		t.Fatalf("%d sums of the page open", len(sums))
	}
	for _, m := range sums {
		part := opens(m[1])
		found := regexp.MustCompile(`(?s)id="part">.*?: (£[0-9,.]+)</h3>`).FindStringSubmatch(part)
		if found == nil {
			t.Errorf("%s opens nothing", m[1])
			continue
		}
		sum, err := money.Parse(strings.NewReplacer("£", "", ",", "").Replace(found[1]))
		if err != nil || sum.Pounds() != m[2] {
			t.Errorf("%s opens to %s: %s", m[2], found[1], m[1])
		}
		saysNot(t, part, "as they stand now", "you may not see")
		person := regexp.MustCompile(`href="(/people/[^"]+#lines)">[^<]+</a></th>.*?data-h="£">(£[0-9,.]+)<`).FindStringSubmatch(part)
		if person == nil {
			t.Errorf("%s names nobody", m[1])
			continue
		}
		if lines := summed.FindStringSubmatch(opens(person[1])); lines == nil || lines[1] != person[2] {
			t.Errorf("%s opens to %q: %s", person[2], lines, person[1])
		}
	}
	for over, want := range map[string]string{"both": "in both years", "first": "in the first year only", "second": "in the second year only"} {
		n := regexp.MustCompile(`over=` + over + `#shown">([0-9]+)<span class="govuk-visually-hidden">: ` + want).FindStringSubmatch(page)
		if n == nil {
			continue // nobody was
		}
		says(t, opens("/cohort?over="+over), "All "+n[1]+" that match")
	}
}
