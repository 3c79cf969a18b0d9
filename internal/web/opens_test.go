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
	"throughline/internal/cohort"
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

// TestHeadlineOpens opens the figures of the cohort's page that are no sum of its table: each list is as long as its figure, or adds up to it.
func TestHeadlineOpens(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	open := func(in app.OpenCohort) app.CohortPage {
		t.Helper()
		p, err := s.app.Cohort(t.Context(), bearer(b), in)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	whole := open(app.OpenCohort{})
	page := b.get("/cohort").Body.String()

	middle := money.Pence(0)
	for _, x := range []int{(len(whole.Blocks) - 1) / 2, len(whole.Blocks) / 2} {
		middle += whole.Blocks[x].Total
		if at := ui.FootprintPath(whole.Blocks[x].Person); !strings.Contains(page, `href="`+at+`"`) {
			t.Errorf("the middle does not lead to %s", at)
		}
	}
	if got := cohort.AWeekEach(middle, 2, whole.Rule.Weeks()); got != whole.Cohort.AWeekMiddle {
		t.Errorf("the people in the middle cost %s a week, and the page says %s", got, whole.Cohort.AWeekMiddle)
	}

	also := open(app.OpenCohort{Over: app.OverAlso, All: true})
	if n := len(also.Rows); n == 0 || n == len(whole.Blocks) || n != whole.AlsoAbove {
		t.Errorf("the other year’s amount opens %d people of %d, want %d", n, len(whole.Blocks), whole.AlsoAbove)
	}
	for _, over := range []string{app.OverAlso, app.OverBoth, app.OverFirst, app.OverSecond} {
		p := open(app.OpenCohort{Over: over, Part: &app.CohortPart{}})
		if p.Opened.Amount != p.Matching.Total || p.Opened.InRun != p.Opened.Amount {
			t.Errorf("%s opens to %s, and the list adds up to %s", over, p.Opened.Amount, p.Matching.Total)
		}
		got := b.get("/cohort?part=all&over=" + over).Body.String()
		says(t, got, "<strong>Shown: "+strconv.Itoa(p.Matching.People)+" of the "+strconv.Itoa(len(whole.Blocks))+" people</strong>", "a week or more",
			`<a class="govuk-link" href="/cohort#ranked">Show all `+strconv.Itoa(len(whole.Blocks))+"</a>", "/cohort?over="+over+"&amp;part=all#part", "The whole cost, of the people who match: "+p.Matching.Total.String())
	}

	says(t, page, `href="/cohort?price=none#part">`+strconv.FormatInt(whole.NotPriced, 10)+" contacts with no price</a>")
	gaps := open(app.OpenCohort{Part: &app.CohortPart{Unpriced: true}}).Opened
	lines := 0
	for _, r := range gaps.Rows {
		lines += r.Lines
	}
	if whole.NotPriced == 0 || int64(lines) != whole.NotPriced || gaps.Lines != lines || gaps.Count != lines {
		t.Errorf("%d contacts with no price are opened, want %d", lines, whole.NotPriced)
	}
	opened := b.get("/cohort?price=none").Body.String()
	saysNot(t, opened, "as they stand now", "you may not see")
	for _, r := range gaps.Rows[:min(3, len(gaps.Rows))] {
		q := url.Values{"from": {whole.Rule.Window.From.String()}, "to": {whole.Rule.Window.To.String()}, "lines": {"all"}, "price": {"none"}}
		address := ui.FootprintPath(r.Person) + "?" + q.Encode()
		says(t, opened, html.EscapeString(address))
		if n := allLines.FindStringSubmatch(b.get(address).Body.String()); n == nil || n[1] != strconv.Itoa(r.Lines) {
			t.Errorf("%s opens to %v contacts, want %d", address, n, r.Lines)
		}
	}

	var sums [3]money.Pence
	for _, r := range whole.Apart {
		sums[0], sums[1], sums[2] = sums[0]+r.Total, sums[1]+r.Year1, sums[2]+r.Year2
	}
	for year, want := range sums {
		part := open(app.OpenCohort{Part: &app.CohortPart{Apart: true, Year: year}}).Opened
		if want == 0 || part.Amount != want || part.InRun != want || len(part.Rows) > len(whole.Apart) {
			t.Errorf("year %d of those listed apart opens to %s of %d people, want %s", year, part.Amount, len(part.Rows), want)
		}
	}
	says(t, page, "/cohort?of=apart&amp;part=all#part", "/cohort?of=apart&amp;year=1#part", "/cohort?of=apart&amp;year=2#part", "/cohort?top=100#top")
	if everybody := open(app.OpenCohort{Top: 100}).Top; everybody.People != whole.Cohort.Everyone || everybody.Amount != whole.Cohort.EveryoneCost {
		t.Errorf("everybody is %d people and %s, want %d and %s", everybody.People, everybody.Amount, whole.Cohort.Everyone, whole.Cohort.EveryoneCost)
	}
}

// TestMarksOpen: each mark of a timeline opens the agency's row of its contact, and there are as many marks as contacts in the window.
func TestMarksOpen(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	p, err := s.app.Cohort(t.Context(), bearer(b), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	page := b.get(ui.PersonPath(p.Rows[0].Person)).Body.String()
	marks := regexp.MustCompile(`<a href="([^"]*&amp;line=[0-9]+)#row" tabindex="-1"><rect`).FindAllStringSubmatch(page, -1)
	contacts := 0
	for _, m := range regexp.MustCompile(`tl-lane__note"><a [^>]*>([0-9,]+) contacts?<`).FindAllStringSubmatch(page, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		contacts += n
	}
	if len(marks) == 0 || len(marks) != contacts {
		t.Fatalf("%d marks for %d contacts", len(marks), contacts)
	}
	for i := 0; i < len(marks); i += max(1, len(marks)/12) {
		got := b.status(b.get(html.UnescapeString(marks[i][1])), http.StatusOK).Body.String()
		says(t, got, `id="row"`, ", open below")
	}
}
