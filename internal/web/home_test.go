package web

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/policy"
	"throughline/internal/store"
	"throughline/internal/web/ui"
)

// TestHomeSaysWhatWaits: an agency is told of its own rejected rows, an analyst who handles extracts that the run is out of date, and an
// administrator for whom nothing waits what they look after; whoever has one purpose is not asked to choose it.
func TestHomeSaysWhatWaits(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	agency := d.as(policy.AgencyUser, policy.HandleExtracts)
	says(t, agency.status(agency.get("/"), http.StatusOK).Body.String(), "Rejected row", "They are your agency’s")
	admin := d.as(policy.Administrator, policy.LookAfterAccounts)
	says(t, admin.status(admin.get("/"), http.StatusOK).Body.String(), "Nothing waits for you", `href="/accounts/new"`, `href="/agencies"`)
	says(t, admin.status(admin.get("/purpose"), http.StatusOK).Body.String(), "Your role has one purpose", `name="purpose" value="look-after-accounts"`)
	analyst := d.as(policy.Analyst, policy.HandleExtracts)
	says(t, analyst.status(analyst.get("/purpose"), http.StatusOK).Body.String(), `type="radio"`)
	saysNot(t, analyst.status(analyst.get("/"), http.StatusOK).Body.String(), "Run out of date")
	finder := d.as(policy.Analyst, policy.FindAndCost)
	p, err := d.app.Runs(t.Context(), bearer(finder), app.RunsAsked{Kind: app.LinkRun})
	if err != nil || len(p.Runs) != 1 {
		t.Fatalf("%d link runs (%v)", len(p.Runs), err)
	}
	if _, err := d.app.StartRuns(t.Context(), bearer(finder)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.app.WorkOnce(t.Context(), "test"); err != nil { // the link run, not the cost run
		t.Fatal(err)
	}
	says(t, analyst.status(analyst.get("/"), http.StatusOK).Body.String(), "Run out of date", "find and cost the cohort")
}

// Files of one feed are told apart by their day, and others are named without one.
func TestFilesAreToldApart(t *testing.T) {
	t.Parallel()
	file := func(agency string, asOf day.Day) app.RunExtract {
		return app.RunExtract{Extract: store.Extract{AsOf: asOf}, Agency: agency, Layout: "visits"}
	}
	march, april := day.Must(2026, time.March, 31), day.Must(2026, time.April, 30)
	got := fileNames([]app.RunExtract{file("Lantern", march), file("Lantern", april), file("Police", april)})
	if want := "Lantern, visits of 31 March 2026, Lantern, visits of 30 April 2026 and Police, visits"; got != want {
		t.Errorf("named %q, want %q", got, want)
	}
}

// TestHomeCountsOpen: the codes without an approved price are as many on the first page as on the price map, also where a file that waits to be
// accepted brought one, and the counts beside them lead to lists that are as long.
func TestHomeCountsOpen(t *testing.T) {
	t.Parallel()
	s := ownDemo(t)
	analyst, finance := s.as(policy.Analyst, policy.FindAndCost), s.as(policy.FinanceLead, policy.AgreePrices)
	codes := func(b *browserOf) int {
		t.Helper()
		count := regexp.MustCompile(`tl-todo__n">([0-9]+)</span><div><p class="tl-todo__what"><a class="govuk-link" href="/prices#unpriced">`).FindStringSubmatch(b.get("/").Body.String())
		listed := regexp.MustCompile(`>([0-9]+) codes</th>`).FindStringSubmatch(b.get("/prices").Body.String())
		if count == nil || listed == nil || count[1] != listed[1] {
			t.Fatalf("the first page counts %v codes without an approved price, and the price map lists %v", count, listed)
		}
		n, err := strconv.Atoi(count[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := codes(finance)
	home := analyst.get("/").Body.String()
	p, err := s.app.Cohort(t.Context(), bearer(analyst), app.OpenCohort{Part: &app.CohortPart{Unpriced: true}})
	if err != nil {
		t.Fatal(err)
	}
	says(t, home, `href="`+ui.UnpricedPath+`"`, `href="/cohort?price=none#part">`+plural(int64(len(p.Opened.Rows)), "person", "people")+" of the cohort<",
		`href="/cohort?price=none#part">`+plural(p.NotPriced, "contact", "contacts")+" with no price</a>")
	x := newSender(s.site, analyst, s.as(policy.GovernanceLead, policy.HandleExtracts))
	x.send(x.layout("police", canaryLayout("police", "NEW-CODE", "arrest-and-custody", "arrest")), canaryHead+canaryRow("P1", "", "01/03/2026", "x"), false)
	if after := codes(finance); after != before+1 {
		t.Errorf("%d codes have no approved price after a file with a new one was sent, want %d", after, before+1)
	}
	says(t, finance.get("/").Body.String(), "1 code has no contact in the run: the file that brought it waits to be accepted")
}
