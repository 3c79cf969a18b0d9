package web

import (
	"net/http"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/policy"
	"throughline/internal/store"
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
