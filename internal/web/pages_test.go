package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/policy"
)

var tokens = regexp.MustCompile(`name="record" value="([0-9]+)"`)

// TestNotTheSamePersonInABrowser parts a record from a person and takes it back: the footprint follows both ways, to the penny.
func TestNotTheSamePersonInABrowser(t *testing.T) {
	t.Parallel()
	s := ownDemo(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	person := ""
	for _, m := range hrefs.FindAllStringSubmatch(b.status(b.get("/cohort"), http.StatusOK).Body.String(), -1) {
		if strings.HasPrefix(m[1], "/people/") && strings.Contains(b.get(m[1]).Body.String(), "To answer whether they are one person, show names first") {
			person = m[1]
			break
		}
	}
	if person == "" {
		t.Fatal("nobody of the cohort has two records")
	}
	named := func() string {
		b.want(b.post(person+"/names", url.Values{"why": {"check"}}), person)
		return b.get(person).Body.String()
	}
	page := named()
	record := tokens.FindStringSubmatch(page)[1]
	before := headline(b.get(person + "/footprint").Body.String())
	said := url.Values{"record": {record}, "answer": {"not-same"}, "why": {"The worker met both."}}
	b.post("/names/hide", nil)
	saysNot(t, b.get(person).Body.String(), `id="not-same"`)
	says(t, b.status(b.post(person+"/answers", said), http.StatusConflict).Body.String(), "without having seen what the records say")
	named()
	w := b.status(b.post(person+"/answers", url.Values{"record": {record}, "answer": {"not-same"}, "why": {" "}}), http.StatusUnprocessableEntity)
	if !strings.Contains(w.Body.String(), `href="#why"`) {
		t.Error("the missing reason is not led to")
	}
	b.want(b.post(person+"/answers", said), person)
	page = b.get(person).Body.String()
	if !strings.Contains(page, "The worker met both.") || strings.Contains(page, `/records/`+record+`"`) {
		t.Error("the answer is not on the page, or the record still is")
	}
	undo := regexp.MustCompile(`action="(` + person + `/answers/[0-9]+/undo)"`).FindStringSubmatch(page)
	if undo == nil {
		t.Fatal("the answer cannot be taken back")
	}
	b.want(b.post(undo[1], nil), person)
	if page = b.get(person).Body.String(); !strings.Contains(page, `/records/`+record+`"`) || !strings.Contains(page, "taken back by") {
		t.Error("the record did not come back")
	}
	if after := headline(b.get(person + "/footprint").Body.String()); after != before {
		t.Errorf("the footprint was %s and is %s", before, after)
	}
}

var figure = regexp.MustCompile(`tl-figure-card__n">([^<]*)<`)

// headline is the first figure of a page.
func headline(page string) string {
	if m := figure.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return "no figure"
}

// TestNamesAreAskedFor shows names on a person's page only after a reason, and hides them again.
// onePerson is the address of a person's own page.
var onePerson = regexp.MustCompile(`^/people/[^/?#]+$`)

func TestNamesAreAskedFor(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	person := ""
	for _, m := range hrefs.FindAllStringSubmatch(b.get("/cohort").Body.String(), -1) {
		if onePerson.MatchString(m[1]) {
			person = m[1]
		}
	}
	hidden := b.status(b.get(person), http.StatusOK).Body.String()
	if !strings.Contains(hidden, "hidden until names are shown") {
		t.Error("the page does not say that names are hidden")
	}
	w := b.status(b.post(person+"/names", nil), http.StatusUnprocessableEntity)
	if !strings.Contains(w.Body.String(), `href="#names-why"`) {
		t.Error("the missing reason is not led to")
	}
	b.status(b.post("/cohort/names", nil), http.StatusUnprocessableEntity)
	b.want(b.post(person+"/names", url.Values{"why": {"check"}}), person)
	shown := b.get(person).Body.String()
	if strings.Contains(shown, "hidden until names are shown") || !strings.Contains(shown, "said by") {
		t.Error("names are not shown")
	}
	if title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(shown)[1]; !strings.HasPrefix(title, "Person ") {
		t.Errorf("the browser's history would keep %q", title)
	}
	b.status(b.get("/cohort-with-names.csv"), http.StatusOK)
	b.want(b.post("/names/hide", nil), "/")
	b.status(b.get("/cohort-with-names.csv"), http.StatusForbidden)
}

// TestPriceIsSetAndApproved sets a price as the analyst, who may not approve it, and approves it as the finance lead, who may not
// approve their own.
func TestPriceIsSetAndApproved(t *testing.T) {
	t.Parallel()
	s := ownDemo(t)
	analyst, finance := s.as(policy.Analyst, policy.FindAndCost), s.as(policy.FinanceLead, policy.AgreePrices)
	line := url.Values{"agency": {"police"}, "code": {"MISPER"}, "unit": {"report"}}
	with := func(more url.Values) url.Values {
		for k, v := range line {
			more[k] = v
		}
		return more
	}
	at := "/prices/line?" + line.Encode()
	if !strings.Contains(analyst.status(analyst.get(at), http.StatusOK).Body.String(), "No price yet") {
		t.Fatal("the code has a price")
	}
	wrong := analyst.post("/prices/set", with(url.Values{"amount": {"12.345"}, "counts": {"event each"}, "year": {"2024-25"}, "source": {"Police finance"}}))
	if text := analyst.status(wrong, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(text, `value="12.345"`) || !strings.Contains(text, `href="#set-amount"`) {
		t.Error("what was typed is lost, or the error does not lead to it")
	}
	misfit := analyst.post("/prices/set", with(url.Values{"amount": {"310"}, "counts": {"hour nights"}, "year": {"2024-25"}, "source": {"Police finance"}}))
	if text := analyst.status(misfit, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(text, `href="#set-counts"`) {
		t.Error("a conversion that does not fit is not led to")
	}
	set := with(url.Values{"amount": {"310.00"}, "counts": {"event each"}, "year": {"2023-24"}, "source": {"Police finance, 2023-24"}})
	notIn := regexp.MustCompile(`[0-9,]+ contacts with no price`)
	gap, home := notIn.FindString(analyst.get("/prices").Body.String()), notIn.FindString(analyst.get("/").Body.String())
	todo := regexp.MustCompile(`[0-9,]+ contacts<span[^>]*>[^<]*</span></a> are a visible gap`)
	waits := todo.FindString(analyst.get("/").Body.String())
	analyst.want(analyst.post("/prices/set", set), at)
	if page := analyst.get("/prices").Body.String(); gap == "" || notIn.FindString(page) != gap || !strings.Contains(page, "Waits for approval") {
		t.Errorf("a price that nobody approved changes what is not in the run’s sums: %q, then %q", gap, notIn.FindString(page))
	}
	if page := analyst.get("/").Body.String(); waits == "" || notIn.FindString(page) != home || todo.FindString(page) != waits {
		t.Errorf("home says %q and %q, and said %q and %q before anything was approved", notIn.FindString(page), todo.FindString(page), home, waits)
	}
	number := regexp.MustCompile(`name="price" value="([0-9]+)"`)
	if text := analyst.get(at).Body.String(); number.MatchString(text) || !strings.Contains(text, "another finance lead approves it") {
		t.Error("the analyst may approve it")
	}
	finance.want(finance.post("/prices/set", set), at)
	if number.MatchString(finance.get(at).Body.String()) {
		t.Error("the finance lead may approve their own")
	}
	own, err := s.app.PriceLine(t.Context(), app.ByOperator("south-london", "Olive Operator"), app.OpenPriceLine{Agency: "police", Code: "MISPER", Unit: "report"})
	if err != nil {
		t.Fatal(err)
	}
	finance.status(finance.post("/prices/approve", with(url.Values{"price": {strconv.FormatInt(int64(own.State.ID), 10)}})), http.StatusForbidden)
	analyst.want(analyst.post("/prices/set", set), at)
	n := number.FindStringSubmatch(finance.get(at).Body.String())
	if n == nil {
		t.Fatal("the finance lead may not approve it")
	}
	analyst.status(analyst.post("/prices/approve", with(url.Values{"price": {n[1]}})), http.StatusForbidden)
	finance.want(finance.post("/prices/approve", with(url.Values{"price": {n[1]}})), at)
	text := finance.get(at).Body.String()
	if !strings.Contains(text, "£310.00") || !strings.Contains(text, "In prices of 2024-25") {
		t.Error("the price does not stand, or is not brought to the area's year")
	}
	finance.status(finance.post("/prices/approve", with(url.Values{"price": {n[1]}})), http.StatusConflict)
	wrong = finance.post("/prices/leave-out", with(url.Values{"why": {""}}))
	if text := finance.status(wrong, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(text, `href="#leave-why"`) {
		t.Error("the missing reason is not led to")
	}
	finance.want(finance.post("/prices/leave-out", with(url.Values{"why": {"Counted by the council instead."}})), at)
	if !strings.Contains(finance.get(at).Body.String(), "Counted by the council instead.") {
		t.Error("the reason is not shown")
	}
	csv := finance.status(finance.get("/prices.csv"), http.StatusOK)
	if !strings.Contains(csv.Body.String(), "Not a saving") || !strings.Contains(csv.Header().Get("Content-Disposition"), "price-map.csv") {
		t.Error("the export lacks what its total is not, or its name")
	}
}

// TestPriceMapSaysHowEachPriceCounts: what is multiplied gives the sum beside it, uprating is named, and what is left out is listed.
func TestPriceMapSaysHowEachPriceCounts(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.FinanceLead, policy.AgreePrices)
	page := b.status(b.get("/prices"), http.StatusOK).Body.String()
	says(t, page, "1 stay = its days, without the day of leaving", "year ÷ 365, × 1.0953", "Rent and benefits: the rent column is taken off",
		"not kept: taken off as each row is read")
	saysNot(t, page, "No code is left out.")
	prison := b.get("/prices/line?agency=probation&code=CUST&unit=night").Body.String()
	says(t, prison, "£51,724", "year ÷ 365, × 1.0953")
	saysNot(t, prison, "£51724")
	for thousandths, want := range map[int64]string{1_720_500: "1,720.5 episodes", 1000: "1 episode", 2_000: "2 episodes", 250: "0.25 episodes"} {
		if got := countWords(thousandths, "episode", "episodes"); got != want {
			t.Errorf("%d thousandths are %q, want %q", thousandths, got, want)
		}
	}
}

// TestFigureOpensToTheAgencysRow goes from the cohort's largest figure to the row of a file, as anybody who doubts it would.
func TestFigureOpensToTheAgencysRow(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.FinanceLead, policy.AgreePrices)
	follow := func(page, holds string) string {
		t.Helper()
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			if href := strings.ReplaceAll(m[1], "&amp;", "&"); strings.Contains(href, holds) {
				path, _, _ := strings.Cut(href, "#")
				return b.status(b.get(path), http.StatusOK).Body.String()
			}
		}
		t.Fatalf("no link holds %q", holds)
		return ""
	}
	lines := follow(follow(follow(follow(b.get("/").Body.String(), "/cohort"), "/footprint"), "by=service"), "by=service&from")
	opened := follow(follow(lines, "service="), "line=")
	for _, want := range []string{"exactly as", "by the price map approved", "hidden until names are shown", "accepted by"} {
		if !strings.Contains(opened, want) {
			t.Errorf("the row does not say %q", want)
		}
	}
	if strings.Contains(opened, `href="/extracts/`) {
		t.Error("the row leads to an extract that a finance lead may not open")
	}
}

// TestFootprintWindows keeps what was typed, and shows the area's own window beside the error.
func TestFootprintWindows(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	person := regexp.MustCompile(`/people/[A-Z0-9-]+`).FindString(b.get("/cohort").Body.String())
	for query, want := range map[string]struct {
		status int
		holds  string
	}{
		"?from=3/4/2024&to=31/3/2026":    {http.StatusOK, "3 April 2024 to 31 March 2026"},
		"?from=2025-01-01&to=2025-01-31": {http.StatusOK, "1 January 2025 to 31 January 2025"},
		"?from=31/2/2025&to=31/3/2025":   {http.StatusUnprocessableEntity, `value="31/2/2025"`},
		"?from=1/4/2025&to=31/3/2025":    {http.StatusUnprocessableEntity, "The last day is before the first day."},
		"?from=1/1/1900&to=31/3/2026":    {http.StatusUnprocessableEntity, "longer than 20 years"},
		"?from=&to=31/3/2025":            {http.StatusUnprocessableEntity, `href="#from"`},
		"?by=month":                      {http.StatusOK, "By month"},
		"?by=payer&payer=nhs":            {http.StatusOK, "NHS: "},
		"?lines=all&kind=crisis&year=1":  {http.StatusOK, "Crisis use, year 1: "},
		"?lines=all&month=2025-04":       {http.StatusOK, "April 2025: "},
		"?lines=all&service=nothing":     {http.StatusOK, "Services used"},
		"?line=nonsense&payer=nothing":   {http.StatusOK, "Services used"},
	} {
		w := b.get(person + "/footprint" + query)
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.holds) {
			t.Errorf("%s: %d, and %q is not there: %.300s", query, w.Code, want.holds, heading(w))
		}
	}
	b.status(b.get("/people/nobody"), http.StatusNotFound)
}
