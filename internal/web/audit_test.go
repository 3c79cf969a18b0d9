package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

func TestAuditIsSearched(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	dean := firstPerson(t, w.analyst.post("/people/search", url.Values{"name": {"Dean Whitlock"}}).Body.String())
	w.analyst.get("/people/" + dean)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	search := func(q url.Values) string {
		return b.status(b.get("/audit?"+q.Encode()), http.StatusOK).Body.String()
	}
	says(t, search(nil), "Search the audit", "Otto", "South London partnership", "Check how data is used", "not yet checked", "none yet")
	runs := search(url.Values{"act": {string(policy.RunStart)}})
	says(t, runs, "1 line,", "Anna", "Start a run")
	says(t, search(url.Values{"who": {"anna"}, "act": {string(policy.PersonOpen)}}), "1 line,", dean)
	says(t, search(url.Values{"whom": {strings.ToLower(dean)}, "act": {string(policy.PersonSearch)}}), "1 line,", "Search for people")
	says(t, search(url.Values{"who": {"Lena"}, "act": {string(policy.RunStart)}}), "No line matches")
	says(t, search(url.Values{"from": {"20/4/2026"}, "to": {"20/4/2026"}, "act": {string(policy.RunStart)}}), "1 line,")
	says(t, search(url.Values{"to": {"19/4/2026"}}), "No line matches")
	says(t, search(url.Values{"from": {"2026-04-21"}}), "No line matches")
	saysNot(t, search(nil), "Whitlock")
	w.somebodyWho(policy.AgencyUser, policy.HandleExtracts)
	ofLantern := search(url.Values{"agency": {fmt.Sprint(w.lantern)}})
	says(t, ofLantern, "new-agency-user")
	saysNot(t, ofLantern, "Anna")
}

// TestAuditTellsNamesakesApart: two accounts may have one name, and somebody at the command line has none.
func TestAuditTellsNamesakesApart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if _, err := w.app.SearchAudit(t.Context(), app.ByOperator("south-london", "Olive Groves"), app.AuditAsked{}); err != nil {
		t.Fatal(err)
	}
	w.admin.status(w.admin.post("/accounts", url.Values{"name": {"Anna"}, "email": {"other@example.org.uk"}, "agency": {"0"},
		"roles": {string(policy.Auditor)}}), http.StatusOK)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	page := b.status(b.get("/audit?who=Anna"), http.StatusUnprocessableEntity).Body.String()
	says(t, page, "2 people here go by that name.", "Write account 2 or account 5.")
	says(t, b.status(b.get("/audit?who=account+2&act=run.start"), http.StatusOK).Body.String(), "1 line,", "Anna")
	says(t, b.status(b.get("/audit?who=account+5"), http.StatusOK).Body.String(), "No line matches")
	olive := b.status(b.get("/audit?who=olive"), http.StatusOK).Body.String()
	says(t, olive, "1 line,", "Olive Groves", "At the command line")
	if _, err := w.app.SearchAudit(t.Context(), app.ByOperator("south-london", "Otto"), app.AuditAsked{}); err != nil {
		t.Fatal(err)
	}
	says(t, b.status(b.get("/audit?who=otto"), http.StatusUnprocessableEntity).Body.String(), "Write account 6 or Otto at the command line.")
	says(t, b.status(b.get("/audit?who=otto+at+the+command+line"), http.StatusOK).Body.String(), "1 line,", "At the command line")
	says(t, b.status(b.get("/audit?who=olive&whom=K7M-3Q"), http.StatusOK).Body.String(), "No line matches")
}

func TestRefusalsAreFoundInTheAudit(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.admin.status(w.admin.get("/runs"), http.StatusForbidden)
	b := w.admin.somebody("Gina", 0, policy.AuditUse, string(policy.GovernanceLead))
	page := b.status(b.get("/audit?outcome="+string(ui.Denied)+"&act=run.list"), http.StatusOK).Body.String()
	says(t, page, "1 line,", "Ada Admin", "Refused", "Only an analyst, a finance lead")
	says(t, b.get("/audit?outcome="+string(ui.Permitted)+"&act=run.list").Body.String(), "No line matches")
}

func TestAuditSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	for query, words := range map[string][]string{
		"who=Nobody+Here":             {"Nobody with an account here goes by that name.", `value="Nobody Here"`, "#who"},
		"who=n":                       {"people here go by that name.", "#who"},
		"whom=XX":                     {"This is not a reference like K7M-3Q.", "#whom"},
		"act=person.guess":            {"There is no such act.", "#act"},
		"outcome=Perhaps":             {"Choose one of the list.", "#outcome"},
		"from=31/2/2026":              {"is not a day that there is.", `value="31/2/2026"`, "#from"},
		"from=20/4/2026&to=19/4/2026": {"The last day is before the first.", "#to"},
	} {
		page := b.status(b.get("/audit?"+query), http.StatusUnprocessableEntity).Body.String()
		says(t, page, append(words, "There is a problem", "No line matches")...)
		saysNot(t, page, "/audit.csv")
		b.status(b.get("/audit.csv?"+query), http.StatusUnprocessableEntity)
	}
}

var olderLink = regexp.MustCompile(`href="(/audit\?[^"]*before=[^"]*)"`)

// TestAuditIsPaged follows the pages back to the first line there is and meets every line once.
func TestAuditIsPaged(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	for range 60 {
		b.status(b.get("/runs/1"), http.StatusOK)
	}
	path, met := "/audit?act="+string(policy.RunOpen)+"&who=Otto", map[string]int{}
	pages := 0
	for path != "" {
		page := b.status(b.get(path), http.StatusOK).Body.String()
		lines := auditLine.FindAllStringSubmatch(page, -1)
		if len(lines) == 0 {
			t.Fatal("a page without lines")
		}
		for _, m := range lines {
			met[m[1]]++
		}
		path = ""
		if m := olderLink.FindStringSubmatch(page); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
			says(t, path, "who=Otto", "act=run.open")
		}
		pages++
	}
	if pages != 2 || len(met) != 60 {
		t.Errorf("%d pages with %d lines, want 2 with 60", pages, len(met))
	}
	for line, n := range met {
		if n != 1 {
			t.Errorf("line %s was met %d times", line, n)
		}
	}
}

var auditLine = regexp.MustCompile(`id="line-(\d+)"`)

// TestAuditLeavesOutPiecesOfJobs shows what people did, and what jobs did only where it is asked for.
func TestAuditLeavesOutPiecesOfJobs(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	piece := ">Write a piece of a run</td>"
	page := b.status(b.get("/audit"), http.StatusOK).Body.String()
	saysNot(t, page, piece)
	says(t, page, ">Start a run</td>")
	says(t, b.status(b.get("/audit?jobs=shown"), http.StatusOK).Body.String(), piece, "/audit.csv?jobs=shown")
	says(t, b.status(b.get("/audit?act=run.write"), http.StatusOK).Body.String(), piece)
}

func TestAuditIsDownloaded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Gina", 0, policy.AuditUse, string(policy.GovernanceLead))
	page := b.status(b.get("/audit?who=Anna&act=run.start"), http.StatusOK).Body.String()
	says(t, page, "/audit.csv?act=run.start&amp;who=Anna")
	got := b.status(b.get("/audit.csv?act=run.start&who=Anna"), http.StatusOK)
	if h := got.Header().Get("Content-Disposition"); h != `attachment; filename="audit.csv"` {
		t.Errorf("it is sent as %q", h)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[1][2] != "Anna" || rows[1][4] != "run.start" {
		t.Errorf("the file holds %v, want the one start of runs", rows)
	}
}

func TestAuditIsVerified(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Otto", 0, policy.AuditUse, string(policy.Auditor))
	says(t, b.status(b.get("/audit"), http.StatusOK).Body.String(), "not yet checked")
	says(t, b.status(b.get("/audit/verify"), http.StatusOK).Body.String(), "Intact", "20 April 2026, 10:30", "Waiting to be sealed")
	ended, end := context.WithCancel(t.Context())
	end() // it seals a last time then
	w.app.Seal(ended, func(err error) { t.Error(err) })
	page := b.status(b.get("/audit"), http.StatusOK).Body.String()
	saysNot(t, page, "none yet")
	if !rootHash.MatchString(page) {
		t.Error("the page gives no root hash of the checkpoint")
	}
	says(t, b.status(b.get("/audit/verify"), http.StatusOK).Body.String(), "Intact")
}

// rootHash is 32 bytes in base 64, as a page writes it.
var rootHash = regexp.MustCompile(`[A-Za-z0-9/]([A-Za-z0-9/]|\+|&#43;){42}=`)

func TestAuditIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, x := range []struct {
		role    policy.Role
		purpose policy.Purpose
	}{{policy.Analyst, policy.FindAndCost}, {policy.FinanceLead, policy.AgreePrices}, {policy.AgencyUser, policy.HandleExtracts},
		{policy.Administrator, policy.LookAfterAccounts}} {
		b := w.somebodyWho(x.role, x.purpose)
		for _, path := range []string{"/audit", "/audit?who=Nobody+Here", "/audit?from=x", "/audit.csv", "/audit/verify"} {
			w := b.get(path)
			if w.Code != http.StatusForbidden && !(path == "/audit.csv" && w.Code == http.StatusNotFound) {
				t.Errorf("%s asks for %s: %d", x.role, path, w.Code)
			}
			saysNot(t, w.Body.String(), "Ada Admin</", "people here go by")
		}
	}
}
