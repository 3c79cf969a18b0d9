package web

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/policy"
)

// TestHomeCountsWhatAnotherPurposeOpens: a task does not vanish with the purpose, it leads to the page that changes it.
func TestHomeCountsWhatAnotherPurposeOpens(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if _, err := w.app.AddLayout(t.Context(), w.analyst.credential(), w.lantern, []byte(strings.Replace(townLayout("lantern", "HSTL", "hostel-support", "night"),
		"name: clients", "name: nights", 1))); err != nil {
		t.Fatal(err)
	}
	loader := w.admin.somebody("Lou", 0, policy.HandleExtracts, string(policy.Analyst))
	layouts, err := w.app.Layouts(t.Context(), loader.credential())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layouts.Layouts {
		if l.Agency == w.lantern && l.Name == "clients" {
			_, err = w.app.ReceiveExtract(t.Context(), loader.credential(), app.ReceiveExtract{Layout: l.ID, Name: "more.csv",
				AsOf: day.Must(2026, 4, 1), File: strings.NewReader("client,forename,surname,born,nhs,postcode,day\nL9,Ann,Poole,01/02/1990,9990000026,SE15 4QX,06/01/2026\n")})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	w.work()
	find := w.analyst.status(w.analyst.get("/"), http.StatusOK).Body.String()
	says(t, find, "Extract waiting for your decision", "Waiting for you")
	w.analyst.purpose(policy.CheckRecords)
	check := w.analyst.status(w.analyst.get("/"), http.StatusOK).Body.String()
	saysNot(t, check, "Nothing waits for you", "more.csv", "Until you accept it")
	says(t, check, "Extract waiting for your decision", `href="/purpose?next=%2Fextracts`, "“handle agencies’ extracts”")

	lead := w.admin.somebody("Gil", 0, policy.AuditUse, string(policy.GovernanceLead))
	audit := lead.status(lead.get("/"), http.StatusOK).Body.String()
	saysNot(t, audit, "Nothing waits for you")
	says(t, audit, "Layout waiting for your approval", `href="/purpose?next=%2Flayouts"`)
	lead.purpose(policy.HandleExtracts)
	handle := lead.status(lead.get("/"), http.StatusOK).Body.String()
	says(t, handle, "Waiting for an analyst")
	saysNot(t, handle, "Waiting for you<", "Waiting for a decision")
}

// TestARefusalForPurposeSaysWhichAndLeadsThere follows the menu under a purpose that does not open its pages.
func TestARefusalForPurposeSaysWhichAndLeadsThere(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	lead := ada.somebody("Gwen", 0, policy.HandleExtracts, string(policy.GovernanceLead))
	page := lead.status(lead.get("/audit?who=Anna"), http.StatusForbidden).Body.String()
	says(t, page, "check how data is used", `href="/purpose?next=%2Faudit%3Fwho%3DAnna"`, "This refusal is recorded.")
	saysNot(t, page, "look after accounts")
	analyst := ada.somebody("Anna", 0, policy.TakeToPanel, string(policy.Analyst))
	for _, path := range []string{"/prices", "/extracts"} {
		page := analyst.status(analyst.get(path), http.StatusForbidden).Body.String()
		says(t, page, "find and cost the cohort", `href="/purpose?next=%2F`+path[1:]+`"`)
	}
	finance := ada.somebody("Fin", 0, policy.AgreePrices, string(policy.FinanceLead))
	saysNot(t, finance.status(finance.get("/audit"), http.StatusForbidden).Body.String(), "Change your purpose and come back")
}

// TestExtractPageSaysWhatIsWrong sends files that cannot be used, and one whose values are set aside and whose rows are rejected.
func TestExtractPageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	loader := w.admin.somebody("Lou", 0, policy.HandleExtracts, string(policy.Analyst))
	layouts, err := w.app.Layouts(t.Context(), loader.credential())
	if err != nil {
		t.Fatal(err)
	}
	send := func(name string, rows int64, whole bool, file string) string {
		t.Helper()
		for _, l := range layouts.Layouts {
			if l.Agency != w.lantern {
				continue
			}
			got, err := w.app.ReceiveExtract(t.Context(), loader.credential(), app.ReceiveExtract{Layout: l.ID, Name: name, ControlRows: rows, Whole: whole,
				AsOf: day.Must(2026, 4, 1), File: strings.NewReader("client,forename,surname,born,nhs,postcode,day\n" + file)})
			if err != nil {
				t.Fatal(err)
			}
			w.work()
			return fmt.Sprint("/extracts/", int64(got.Extract.ID))
		}
		t.Fatal("no layout")
		return ""
	}
	page := func(path string) string { return loader.status(loader.get(path), http.StatusOK).Body.String() }

	short := page(send("short.csv", 99, true, "L7,Ida,Moss,01/02/1990,,SE15 4QX,06/01/2026\n"))
	says(t, short, "it has 1 row, 98 fewer than the 99 given.", "This file could not be used.", "/extracts/new?agency=")
	saysNot(t, short, "total_rows", "could not be read.")
	again := page(strings.ReplaceAll(regexp.MustCompile(`/extracts/new\?agency[^"]*`).FindString(short), "&amp;", "&"))
	says(t, again, `name="as_of-month" type="text" value="4"`, `value="yes" checked`, "selected>Lantern Housing")

	says(t, page(send("header.csv", 0, false, "")), "There is a header and no row beneath it.")

	path := send("mixed.csv", 0, false, "L8,Ida,Moss,01/01/1900,9990000019,SE15 4QX,06/01/2026\nL9,Max,Moss,01/01/1900,9990000027,SE15 4QX,06/01/2026\n"+
		"L10,Max,Moss,,,,31/02/2026\n,Max,Moss,,,,01/02/2026\n")
	mixed := page(path)
	says(t, mixed, "4 values set aside, by column and reason", "01/01/1900", "••••••••••", "?reason=no-record-number#rejected")
	saysNot(t, mixed, "Other values", "in accepted rows", "9990000019")
	narrowed := page(path + "?reason=no-record-number")
	says(t, narrowed, "Show every reason", "1 row, in file order: No record number")
	saysNot(t, narrowed, "31/02/2026")

	held := page(send("held.csv", 0, false, "L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,05/01/2026\n"))
	if strings.Contains(held, "0 rows</button>") {
		t.Error("a file of which nothing would count is offered for acceptance")
	}
}

// TestPolicyIsPrinted: the page names every act there is and the roles that the policies open it to.
func TestPolicyIsPrinted(t *testing.T) {
	t.Parallel()
	b := emptySite(t, nil).browser()
	page := html.UnescapeString(b.status(b.get("/policy"), http.StatusOK).Body.String())
	for _, info := range policy.Acts() {
		says(t, page, sentenceCase(info.Words))
	}
	says(t, page, "governance lead", "finance lead and operator", "everybody who is signed in")
}
