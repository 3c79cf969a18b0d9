package web

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"throughline/internal/policy"
)

func TestFindAPerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.analyst
	saysNot(t, b.status(b.get("/people"), http.StatusOK).Body.String(), "Nobody found")
	found := b.status(b.post("/people/search", url.Values{"name": {"Whitlok Dean"}, "born": {"3/4/1983"}}), http.StatusOK).Body.String()
	says(t, found, "1 person found", "Forename, surname (very close) and date of birth (day and month changed over) agree", "Southwark", "RIV", "LAN", `value="Whitlok Dean"`)
	saysNot(t, found, "Dean Whitlock", "Whitlock", "4 March 1983")
	for what, in := range map[string]url.Values{
		"a surname alone":         {"name": {"whitlock"}},
		"surname, comma, first":   {"name": {"Whitlock, Dean"}},
		"a number":                {"number": {"999 000 0018"}},
		"a year of birth":         {"name": {"Dean Whitlock"}, "born": {"1983"}},
		"a day and a postcode":    {"born": {"4/3/1983"}, "postcode": {"se5 8az"}},
		"an agency's own number":  {"number": {" r1 "}},
		"a reference, written so": {"number": {firstPerson(t, found)}},
	} {
		page := b.status(b.post("/people/search", in), http.StatusOK).Body.String()
		if link := firstPerson(t, page); link != firstPerson(t, found) {
			t.Errorf("%s finds %s first, want %s", what, link, firstPerson(t, found))
		}
	}
	owned := b.status(b.post("/people/search", url.Values{"number": {"L1"}}), http.StatusOK).Body.String()
	says(t, owned, "1 person found", "Own number at Lantern Housing agrees", "Very likely")
	for _, other := range []string{"12345", "NOTONE", "L11"} { // of no agency, and no part of one
		says(t, b.status(b.post("/people/search", url.Values{"number": {other}}), http.StatusOK).Body.String(), "Nobody found")
	}
	nobody := b.status(b.post("/people/search", url.Values{"name": {"Zbigniew Xylander"}}), http.StatusOK).Body.String()
	says(t, nobody, "Nobody found", "Nobody like this is known here to you", "2 agencies", "31 March 2026")
	other := b.status(b.post("/people/search", url.Values{"name": {"Whitlock Dean"}, "sex": {"female"}, "born": {"3/4/1983"}}), http.StatusOK).Body.String()
	says(t, other, `value="female" selected`)
}

func TestFindSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.analyst
	for _, x := range []struct {
		in   url.Values
		says []string
	}{
		{url.Values{"name": {"Dean"}, "born": {"31/2/1983"}}, []string{"This is not a day of the calendar with all four figures of its year.", `value="31/2/1983"`, `value="Dean"`, "#born"}},
		{url.Values{"number": {"999 000 0019"}}, []string{"check digit", "#number"}},
		{url.Values{"name": {"Dean"}, "postcode": {"nowhere"}}, []string{"#postcode"}},
		{url.Values{"name": {"Dean"}, "born": {"2090"}}, []string{"The date of birth is still to come.", "#born"}},
		{url.Values{"name": {"Dean"}, "number": {"!!"}}, []string{"There is no figure and no letter in it.", "#number"}},
		{url.Values{"name": {"Dean"}, "sex": {"robot"}}, []string{"People are searched by female or male.", "#sex"}},
		{url.Values{"sex": {"male"}}, []string{"There is too little to search by.", "#name"}},
		{url.Values{}, []string{"There is too little to search by.", "#name"}},
	} {
		page := b.status(b.post("/people/search", x.in), http.StatusUnprocessableEntity).Body.String()
		says(t, page, append(x.says, "There is a problem")...)
		saysNot(t, page, "Nobody found")
	}
}

func TestNamesAreFoundOnceShown(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.admin.somebody("Cora", 0, policy.CheckRecords, string(policy.Analyst))
	search := func() string {
		return b.status(b.post("/people/search", url.Values{"name": {"Whitlock"}}), http.StatusOK).Body.String()
	}
	hidden := search()
	saysNot(t, hidden, "Dean Whitlock", "4 March 1983")
	if w := b.post("/people/"+firstPerson(t, hidden)+"/names", url.Values{"why": {"check"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("names are not shown: %d %s", w.Code, heading(w))
	}
	says(t, search(), "Dean Whitlock", "4 March 1983")
}

func TestFindIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, x := range []struct {
		role    policy.Role
		purpose policy.Purpose
	}{
		{policy.FinanceLead, policy.AgreePrices}, {policy.GovernanceLead, policy.AuditUse}, {policy.Auditor, policy.AuditUse},
		{policy.AgencyUser, policy.HandleExtracts}, {policy.Administrator, policy.LookAfterAccounts},
	} {
		b := w.somebodyWho(x.role, x.purpose)
		b.status(b.get("/people"), http.StatusForbidden)
		page := b.status(b.post("/people/search", url.Values{"name": {"Whitlock"}}), http.StatusForbidden).Body.String()
		saysNot(t, page, "/people/")
	}
	if w := w.analyst.get("/people/search"); w.Code == http.StatusOK {
		t.Error("a search can be asked for by its address")
	}
}

var personLinks = regexp.MustCompile(`href="/people/([A-Z0-9-]+)"`)

// firstPerson is the reference of the first person that a page leads to.
func firstPerson(t *testing.T, page string) string {
	t.Helper()
	m := personLinks.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page leads to nobody")
	}
	return m[1]
}

// TestAWeakMatchIsCalledWeak gives no score alone: a surname that many may have is said to be little, and what agrees stands beside it.
func TestAWeakMatchIsCalledWeak(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	page := w.analyst.status(w.analyst.post("/people/search", url.Values{"name": {"whitlock"}}), http.StatusOK).Body.String()
	says(t, page, "Surname agrees")
	saysNot(t, page, "%<", "tl-bar-cell")
	next := w.analyst.status(w.analyst.post("/people/search", url.Values{"name": {"whitlock"}, "page": {"2"}}), http.StatusOK).Body.String()
	saysNot(t, next, "Show the next matches", `href="/people/`+firstPerson(t, page))
}
