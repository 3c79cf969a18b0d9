package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

var (
	contactsLink = regexp.MustCompile(`href="([^"]*/footprint\?[^"]*agency=[^"]*)">([\d,]+)( contacts?)?<`)
	allLines     = regexp.MustCompile(`>All ([\d,]+)</th>`)
)

// TestCountsOpenToTheirLines follows every count of contacts on the pages of some people: as many lines are behind it, those that are left
// out by decision among them.
func TestCountsOpenToTheirLines(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	p, err := s.app.Cohort(t.Context(), bearer(b), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for _, r := range p.Rows[:min(3, len(p.Rows))] {
		page := b.get(ui.PersonPath(r.Person)).Body.String()
		for _, m := range contactsLink.FindAllStringSubmatch(page, -1) {
			address := html.UnescapeString(m[1])
			where, _, _ := strings.Cut(address, "#")
			got := b.get(where)
			b.status(got, http.StatusOK)
			if n := allLines.FindStringSubmatch(got.Body.String()); n == nil || n[1] != m[2] {
				t.Errorf("%s says %s contacts and opens %v", address, m[2], n)
			}
			followed++
		}
	}
	if followed < 20 {
		t.Errorf("only %d counts led anywhere", followed)
	}
}

// TestYearsOpen: a person's year on the ranked list opens to lines that come to it.
func TestYearsOpen(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	p, err := s.app.Cohort(t.Context(), bearer(b), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	page := b.get("/cohort").Body.String()
	r := p.Rows[0]
	for i, sum := range []money.Pence{r.Year1, r.Year2} {
		q := url.Values{"from": {p.Rule.Window.From.String()}, "to": {p.Rule.Window.To.String()}, "lines": {"all"}, "year": {string(rune('1' + i))}}
		address := ui.FootprintPath(r.Person) + "?" + q.Encode() + "#lines"
		if !strings.Contains(page, html.EscapeString(address)) {
			t.Errorf("the list does not lead to %s", address)
		}
		where, _, _ := strings.Cut(address, "#")
		if got := b.get(where).Body.String(); !strings.Contains(got, sum.String()) {
			t.Errorf("%s does not come to %s", address, sum)
		}
	}
}

// TestCurveOpens adds up the people of a point of the curve, page by page: they come to what the curve says.
func TestCurveOpens(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	var sum money.Pence
	people, last := 0, money.Pence(1<<62)
	for page := 1; ; page++ {
		p, err := s.app.Cohort(t.Context(), bearer(b), app.OpenCohort{Top: 10, TopPage: page})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Top.Rows {
			if r.Total > last {
				t.Errorf("%v stands after %v", r.Total, last)
			}
			sum, people, last = sum+r.Total, people+1, r.Total
		}
		if people < p.Top.People && len(p.Top.Rows) > 0 {
			continue
		}
		if sum != p.Top.Amount || people != p.Top.People || page < 2 {
			t.Errorf("%d people of %d pages come to %s, want %d and %s", people, page, sum, p.Top.People, p.Top.Amount)
		}
		break
	}
	b.status(b.get("/cohort?top=10&people=2"), http.StatusOK)
	b.status(b.get("/cohort?top=10&people=9000"), http.StatusOK)
	if got := b.get("/cohort").Body.String(); !strings.Contains(got, "/cohort?top=10#top") {
		t.Error("the curve’s table does not lead to its people")
	}
}

// TestPaperHoldsTheWholeCohort: the page shows a part of the list and holds all of it for paper, with the run, the day and the price year.
func TestPaperHoldsTheWholeCohort(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	p, err := s.app.Cohort(t.Context(), bearer(b), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rows) != app.CohortOnPage || len(p.Later) == 0 {
		t.Fatalf("%d people are on the page and %d after it", len(p.Rows), len(p.Later))
	}
	for _, path := range []string{"/cohort", "/cohort?page=2&sort=total&order=descending"} {
		page := b.get(path).Body.String()
		says(t, page, "On paper as opened on 12 May 2026: run "+strconv.FormatInt(int64(p.Run.ID), 10), "in prices of 2024-25")
		_, table, _ := strings.Cut(page, `<table id="ranked"`)
		table, _, _ = strings.Cut(table, "</table>")
		for _, x := range p.Blocks {
			if n := strings.Count(table, `href="`+ui.PersonPath(x.Person)+`"`); n != 1 {
				t.Errorf("%s: %s stands %d times", path, ui.PersonPath(x.Person), n)
			}
		}
		if n := strings.Count(table, `<tr role="row" class="tl-printonly"`); path == "/cohort" && n != len(p.Later) {
			t.Errorf("%d rows are for paper alone, want %d", n, len(p.Later))
		}
	}
}
