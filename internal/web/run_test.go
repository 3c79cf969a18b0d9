package web

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/app"
	"throughline/internal/policy"
)

func TestRunsAreListedAndOpened(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.analyst
	list := b.status(b.get("/runs"), http.StatusOK).Body.String()
	says(t, list, `href="/runs/1"`, "Link run", "3 people in 4 records, 1 link", `href="/runs/2"`, "Cost run", "0 people by the rule, £0", "In force", "Anna",
		"Make a new run")
	link := b.status(b.get("/runs/1"), http.StatusOK).Body.String()
	says(t, link, "Link run 1", "throughline test", "People of several records", "Lantern Housing, clients", "31 March 2026", `href="/extracts/1"`, "With so few links", "compared in no two records, and decided nothing")
	cost := b.status(b.get("/runs/2"), http.StatusOK).Body.String()
	says(t, cost, "Cost run 2", `href="/runs/1"`, "People whom the rule finds", "£688.34", "hmt-2026-03", "3 April 2024 to 31 March 2026", "Digest of the price map")
	for _, path := range []string{"/runs/99", "/runs/01", "/runs/x"} {
		b.status(b.get(path), http.StatusNotFound)
	}
}

func TestRunsAreStarted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.analyst
	says(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), `name="newest" value="2"`)
	b.want(b.post("/runs", url.Values{"newest": {"2"}}), "/runs")
	begun := b.status(b.get("/runs"), http.StatusOK).Body.String()
	says(t, begun, "A link run and a cost run have begun", "Making link run 3", "Making cost run 4", "Under way")
	says(t, b.status(b.get("/runs/3"), http.StatusOK).Body.String(), "It is under way.")
	b.want(b.post("/runs", url.Values{"newest": {"2"}}), "/runs") // the same button, pressed twice
	again := b.status(b.get("/runs"), http.StatusOK).Body.String()
	says(t, again, "Runs had begun already", "Making cost run 4")
	saysNot(t, again, "run 5", "run 6")
	w.work()
	b.want(b.post("/runs", url.Values{"newest": {"2"}}), "/runs")
	saysNot(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), "run 5")
	says(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), "Superseded")
	says(t, b.status(b.get("/runs/1"), http.StatusOK).Body.String(), `href="/runs/3"`, "Superseded")
	says(t, b.status(b.get("/runs/4"), http.StatusOK).Body.String(), "It superseded", `href="/runs/2"`)

	// What came since is linked by itself, until somebody asks for all.
	says(t, b.status(b.get("/runs/1"), http.StatusOK).Body.String(), "It was the area’s first link run.")
	says(t, b.status(b.get("/runs/3"), http.StatusOK).Body.String(), "No record is new or has changed since")
	says(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), "changed since link run 1,")
	b.want(b.post("/runs", url.Values{"newest": {"4"}, "anew": {"yes"}}), "/runs")
	says(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), "A link run that links everything anew, and a cost run, have begun.")
	w.work()
	says(t, b.status(b.get("/runs/5"), http.StatusOK).Body.String(), "All records anew. Somebody asked for it.")
	says(t, b.status(b.get("/runs"), http.StatusOK).Body.String(), "changed since link run 5,")
}

func TestRunsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, x := range []struct {
		role    policy.Role
		purpose policy.Purpose
		status  int
	}{
		{policy.FinanceLead, policy.AgreePrices, http.StatusOK},
		{policy.GovernanceLead, policy.AuditUse, http.StatusOK},
		{policy.Auditor, policy.AuditUse, http.StatusOK},
		{policy.AgencyUser, policy.HandleExtracts, http.StatusForbidden},
		{policy.Administrator, policy.LookAfterAccounts, http.StatusForbidden},
	} {
		b := w.somebodyWho(x.role, x.purpose)
		saysNot(t, b.status(b.get("/runs"), x.status).Body.String(), "Make a new run")
		b.status(b.get("/runs/1"), x.status)
		b.status(b.post("/runs", url.Values{"newest": {"2"}}), http.StatusForbidden)
	}
	saysNot(t, w.analyst.get("/runs").Body.String(), `href="/runs/3"`)
}

// TestRunsArePagedAndNarrowed follows the pages back to the first run, and meets each run of a kind once.
func TestRunsArePagedAndNarrowed(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.analyst
	for range app.RunsOnPage {
		if _, err := w.app.StartRuns(t.Context(), b.credential()); err != nil {
			t.Fatal(err)
		}
	}
	for kind, first := range map[string]int{"": 2*app.RunsOnPage + 2, "link": 2*app.RunsOnPage + 1, "cost": 2*app.RunsOnPage + 2, "neither": 2*app.RunsOnPage + 2} {
		step, path, pages := 2, "/runs?kind="+kind, 0
		if kind == "" || kind == "neither" {
			step = 1
		}
		var met []string
		for ; path != ""; pages++ {
			page := b.status(b.get(path), http.StatusOK).Body.String()
			_, table, _ := strings.Cut(page, "<table")
			for _, m := range runLine.FindAllStringSubmatch(table, -1) {
				met = append(met, m[1])
			}
			path = ""
			if m := olderRuns.FindStringSubmatch(page); m != nil {
				path = html.UnescapeString(m[1])
			}
		}
		var want []string
		for n := first; n > 0; n -= step {
			want = append(want, fmt.Sprint(n))
		}
		if d := cmp.Diff(want, met); d != "" || pages != (len(want)+app.RunsOnPage-1)/app.RunsOnPage {
			t.Errorf("kind %q: %d pages (-want +got):\n%s", kind, pages, d)
		}
	}
	says(t, b.status(b.get("/runs?kind=link&before=1"), http.StatusOK).Body.String(), "No run is like that.", `<option value="link" selected>`)
}

// TestListsAreDownloaded: whoever may see a list whole may download it, by a link on its page.
func TestListsAreDownloaded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for path, x := range map[string]struct {
		as    *browserOf
		words []string
		lines int
	}{
		"/runs.csv":     {w.analyst, []string{`"1","link","in force"`, `"2","cost"`, "Anna"}, 3},
		"/extracts.csv": {w.analyst, []string{"Lantern Housing", "lantern.csv", "2026-03-31", "accepted"}, 3},
		"/accounts.csv": {w.admin, []string{"ada@example.org.uk", "administrator", "Lena"}, 5},
	} {
		says(t, x.as.get(strings.TrimSuffix(path, ".csv")).Body.String(), `href="`+path+`"`)
		got := x.as.status(x.as.get(path), http.StatusOK)
		body := strings.TrimPrefix(got.Body.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(rows) != x.lines {
			t.Errorf("%s has %d lines, want %d: %v\n%s", path, len(rows), x.lines, err, body)
		}
		for _, word := range x.words {
			if !strings.Contains(strings.ReplaceAll(body, `"`, ""), strings.ReplaceAll(word, `"`, "")) {
				t.Errorf("%s does not say %s:\n%s", path, word, body)
			}
		}
	}
	lantern := w.somebodyWho(policy.AgencyUser, policy.HandleExtracts)
	saysNot(t, lantern.status(lantern.get("/extracts.csv"), http.StatusOK).Body.String(), "Riverbank")
	w.admin.status(w.admin.get("/runs.csv"), http.StatusForbidden)
	w.analyst.status(w.analyst.get("/accounts.csv"), http.StatusForbidden)
}

var (
	runLine   = regexp.MustCompile(`href="/runs/(\d+)"`)
	olderRuns = regexp.MustCompile(`href="(/runs\?[^"]*before=[^"]*)"`)
)

// somebodyWho is somebody new with a role: of Lantern Housing when the role is an agency's.
func (w *town) somebodyWho(role policy.Role, purpose policy.Purpose) *browserOf {
	w.t.Helper()
	if role == policy.AgencyUser {
		return w.admin.somebody("new-"+string(role), w.lantern, purpose, string(role))
	}
	return w.admin.somebody("new-"+string(role), 0, purpose, string(role))
}
