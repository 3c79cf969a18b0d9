package web

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// TestApprovalShowsWhatItDoes proposes a price large enough to bring people into the cohort, and holds what the page says it would do
// to the run made after it is approved.
func TestApprovalShowsWhatItDoes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s, analyst := w.site, w.analyst
	finance := w.admin.somebody("Fay", 0, policy.AgreePrices, string(policy.FinanceLead))
	lead, loader := w.admin.somebody("Gina", 0, policy.HandleExtracts, string(policy.GovernanceLead)), w.admin.somebody("Lou", 0, policy.HandleExtracts, string(policy.Analyst))
	w.take(loader, lead, "police", townLayout("police", "MISPER", "missing-person-report", "report"),
		"client,forename,surname,born,nhs,postcode,day\nP1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,09/01/2026\n")
	set := func(agency, code, unit, amount string) app.OpenPriceLine {
		line := app.OpenPriceLine{Agency: agency, Code: code, Unit: unit}
		analyst.want(analyst.post("/prices/set", url.Values{"agency": {agency}, "code": {code}, "unit": {unit}, "amount": {amount}, "counts": {"event each"},
			"year": {"2024-25"}, "source": {"Finance"}}), pathOf(line))
		return line
	}
	run := func() {
		if _, err := s.app.StartRuns(t.Context(), analyst.credential()); err != nil {
			t.Fatal(err)
		}
		w.work()
	}
	for _, line := range []app.OpenPriceLine{set("lantern", "OUTR", "contact", "30000"), set("riverbank", "AE-ATT", "attendance", "30000")} {
		p, err := s.app.PriceLine(t.Context(), finance.credential(), line)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.app.ApprovePrice(t.Context(), finance.credential(), p.State.Waiting.ID); err != nil {
			t.Fatal(err)
		}
	}
	run()
	asked := url.Values{"agency": {"police"}, "code": {"MISPER"}, "unit": {"report"}, "amount": {"9000.00"}, "counts": {"event each"}, "year": {"2024-25"}, "source": {"Finance"}}
	effect := func(asked url.Values, status int) string {
		return analyst.status(analyst.post("/prices/effect", asked), status).Body.String()
	}
	before := effect(asked, http.StatusOK)
	says(t, before, "Nothing is set yet", "Local, £9,000.00 each", `value="9000.00"`)
	asked.Set("amount", "9,000 or so")
	saysNot(t, effect(asked, http.StatusUnprocessableEntity), "Nothing is set yet")
	left := effect(url.Values{"agency": {"police"}, "code": {"MISPER"}, "unit": {"report"}, "why": {"It is not a use."}}, http.StatusOK)
	says(t, left, "Nothing is set yet", "as many contacts as now", "0 people would enter the cohort and 0 would leave it")
	line := set("police", "MISPER", "report", "9000.00") // the third agency that the rule asks for
	was, err := s.app.Cohort(t.Context(), analyst.credential(), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.app.PriceLine(t.Context(), finance.credential(), line)
	if err != nil || p.Effect == nil {
		t.Fatalf("no effect: %v", err)
	}
	e := *p.Effect
	if e.EnterN == 0 || len(e.Enter) != e.EnterN || e.Contacts != p.State.Uses() {
		t.Fatalf("%d would enter, %d are listed; %d contacts of %d are priced", e.EnterN, len(e.Enter), e.Contacts, p.State.Uses())
	}
	page := finance.status(finance.get(pathOf(line)), http.StatusOK).Body.String()
	says(t, page, effectWords(&e)...)
	says(t, before, effectWords(&e)...)
	says(t, page, `href="`+ui.FootprintPath(e.Enter[0])+`"`)
	if err := s.app.ApprovePrice(t.Context(), finance.credential(), p.State.Waiting.ID); err != nil {
		t.Fatal(err)
	}
	run()
	is, err := s.app.Cohort(t.Context(), analyst.credential(), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	if got := is.Cohort.Amount - was.Cohort.Amount; got != e.Cohort {
		t.Errorf("the cohort changed by %s, the page said %s", got, e.Cohort)
	}
	if got := is.Cohort.EveryoneCost - was.Cohort.EveryoneCost; got != e.Amount {
		t.Errorf("everybody’s cost changed by %s, the page said %s", got, e.Amount)
	}
	already := map[id.Person]bool{}
	for _, m := range was.Blocks {
		already[m.Person] = true
	}
	entered := map[id.Person]bool{}
	for _, m := range is.Blocks {
		entered[m.Person] = !already[m.Person]
	}
	for _, n := range e.Enter {
		if !entered[n] {
			t.Errorf("%s did not enter", id.Pseudonym(n))
		}
	}
	if got := len(is.Blocks) - len(was.Blocks); got != e.EnterN-e.LeaveN {
		t.Errorf("the cohort has %d more people, the page said %d in and %d out", got, e.EnterN, e.LeaveN)
	}
}

// TestReasonEntersNoAddress asks what leaving a code out would do: nothing that is typed comes back in an address, what is typed stands in the
// form again, and the address that was posted to leads a browser that opens it to the line, whatever it holds, or to the price map.
func TestReasonEntersNoAddress(t *testing.T) {
	t.Parallel()
	s := ownDemo(t)
	analyst := s.as(policy.Analyst, policy.AgreePrices)
	line := app.OpenPriceLine{Agency: "police", Code: "MISPER", Unit: "report"}
	for _, typed := range []url.Values{{"why": {"Quorlbax is not a use."}}, {"amount": {"12.00"}, "counts": {"event each"}, "year": {"2024-25"}, "source": {"Quorlbax of finance"}}} {
		form := url.Values{"agency": {line.Agency}, "code": {line.Code}, "unit": {line.Unit}}
		maps.Copy(form, typed)
		w := analyst.status(analyst.post("/prices/effect", form), http.StatusOK)
		says(t, w.Body.String(), "Nothing is set yet", "Quorlbax")
		if strings.Contains(fmt.Sprint(w.Header()), "Quorlbax") {
			t.Errorf("the answer's headers hold what was typed: %v", w.Header())
		}
		for _, m := range leads.FindAllStringSubmatch(w.Body.String(), -1) {
			if strings.Contains(m[1], "Quorlbax") {
				t.Errorf("an address holds what was typed: %s", m[1])
			}
		}
	}
	old := strings.Replace(pathOf(line), "/prices/line", "/prices/effect", 1)
	for path, to := range map[string]string{old: pathOf(line), old + "&why=Quorlbax": pathOf(line), "/prices/effect": "/prices", "/prices/effect?agency=police&code=NONE": "/prices"} {
		analyst.want(analyst.get(path), to)
	}
}

// TestNationalPriceIsChosen picks a published price, which carries its own year and source, and refuses one beside an amount.
func TestNationalPriceIsChosen(t *testing.T) {
	t.Parallel()
	s := ownDemo(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	line := app.OpenPriceLine{Agency: "lewisham", Code: "HSG-OTH", Unit: "contact"}
	page := b.status(b.get(pathOf(line)), http.StatusOK).Body.String()
	says(t, page, "Or use a national price", `value="NCC-2024-25 `, `value="2013-14"`)
	form := url.Values{"agency": {line.Agency}, "code": {line.Code}, "unit": {line.Unit}, "counts": {"event each"}, "national": {"NCC-2024-25 NCC2425-A02"}, "amount": {"12.00"}}
	if text := b.status(b.post("/prices/set", form), http.StatusUnprocessableEntity).Body.String(); text != "" {
		says(t, text, `href="#set-national"`)
	}
	form.Del("amount")
	b.want(b.post("/prices/set", form), pathOf(line))
	says(t, b.get(pathOf(line)).Body.String(), "National, NCC2425-A02 of NCC-2024-25", "another finance lead approves it")
}

// TestEveryFigureOfAPriceOpens opens each code's figures on the price map down to a row: its people's contacts and sums add up to what the map
// says, and a person's lines of the code to what their row says.
func TestEveryFigureOfAPriceOpens(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	who := s.as(policy.FinanceLead, policy.AgreePrices)
	prices, err := s.app.PriceMap(t.Context(), who.credential())
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, l := range prices.Lines {
		if l.Uses() == 0 {
			continue
		}
		in := app.OpenCodePeople{OpenPriceLine: app.OpenPriceLine{Agency: l.Agency.Slug, Code: l.Code, Unit: l.Unit}}
		var contacts, people, cohort int
		var sum money.Pence
		for in.Page = 1; ; in.Page++ {
			p, err := s.app.CodePeople(t.Context(), who.credential(), in)
			if err != nil {
				t.Fatal(err)
			}
			if p.Differs || p.Closed > 0 {
				t.Fatalf("%s %s: differs from the run, or %d are closed", l.Agency.Slug, l.Code, p.Closed)
			}
			for _, x := range p.Rows {
				contacts, people, sum = contacts+x.Contacts, people+1, sum+x.Amount
				if x.InCohort {
					cohort++
				}
			}
			if people >= p.People {
				break
			}
		}
		if contacts != l.Uses() || people != l.People || cohort != l.InCohort || sum != l.Sum.Amount {
			t.Errorf("%s %s: %d contacts of %d people, %d in the cohort, %s; the map says %d of %d, %d, %s", l.Agency.Slug, l.Code, contacts, people, cohort, sum, l.Uses(),
				l.People, l.InCohort, l.Sum.Amount)
		}
		key := priceKey(l)
		page := who.status(who.get(key.PeoplePath()), http.StatusOK).Body.String()
		says(t, page, commas(contacts), commas(people))
		lines := regexp.MustCompile(`href="(/people/[^"]*/footprint\?as=now&amp;code=[^"#]*)#lines"`).FindStringSubmatch(page)
		if lines == nil {
			t.Fatalf("%s %s leads to nobody's lines", l.Agency.Slug, l.Code)
		}
		first, err := s.app.CodePeople(t.Context(), who.credential(), app.OpenCodePeople{OpenPriceLine: in.OpenPriceLine})
		if err != nil {
			t.Fatal(err)
		}
		x := first.Rows[0]
		footprint := who.status(who.get(html.UnescapeString(html.UnescapeString(lines[1]))), http.StatusOK).Body.String()
		says(t, footprint, plural(int64(x.Contacts), "line", "lines"), "line=")
		if x.Amount != 0 {
			says(t, footprint, x.Amount.String())
		}
		opened++
	}
	if opened < 20 {
		t.Errorf("only %d codes were opened", opened)
	}
	shown := who.status(who.get("/prices?source=local"), http.StatusOK).Body.String()
	says(t, shown, "sums that rest on a local price", "Show every code with a price")
}

// TestPriceTotalsOpen: the totals of the price map open to the people they are made of, who add up to them.
func TestPriceTotalsOpen(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	who := s.as(policy.FinanceLead, policy.AgreePrices)
	prices, err := s.app.PriceMap(t.Context(), who.credential())
	if err != nil {
		t.Fatal(err)
	}
	page := who.get("/prices").Body.String()
	priced := 0
	for _, l := range prices.Lines {
		priced += l.Sum.Contacts
	}
	says(t, page, `href="/cohort?top=100#top">`+commas(priced)+"<", `href="/cohort?top=100#top">`+prices.Amount.Pounds()+"<", ui.UnpricedPath, ui.LeftOutPath)
	var contacts, people int
	var sum money.Pence
	for n := 1; people < prices.People; n++ {
		p, err := s.app.Cohort(t.Context(), who.credential(), app.OpenCohort{Top: 100, TopPage: n})
		if err != nil {
			t.Fatal(err)
		}
		if p.Top.Contacts != priced || p.Top.People != prices.People || p.Top.Page != n {
			t.Fatalf("page %d of everybody is %d, %d contacts of %d people; want %d of %d", n, p.Top.Page, p.Top.Contacts, p.Top.People, priced, prices.People)
		}
		for _, r := range p.Top.Rows {
			contacts, people, sum = contacts+int(r.Contacts), people+1, sum+r.Total
		}
	}
	if contacts != priced || sum != prices.Amount {
		t.Errorf("everybody has %d contacts and %s, want %d and %s", contacts, sum, priced, prices.Amount)
	}
	for set, of := range map[app.CodeSet]func(app.PriceLineState) bool{app.UnpricedCodes: app.PriceLineState.Gap, app.LeftOutCodes: app.PriceLineState.Aside} {
		want := 0
		for _, l := range prices.Lines {
			if of(l) {
				want += l.Uses()
			}
		}
		got, seen := 0, map[id.Person]bool{}
		for n := 1; ; n++ {
			p, err := s.app.CodePeople(t.Context(), who.credential(), app.OpenCodePeople{Set: set, Page: n})
			if err != nil {
				t.Fatal(err)
			}
			if p.Differs || p.Closed > 0 || p.Contacts != want {
				t.Fatalf("%s: %d contacts, want %d; differs from the run, or %d are closed", set, p.Contacts, want, p.Closed)
			}
			for _, x := range p.Rows {
				of := 0
				for _, k := range x.Codes {
					of += k.Contacts
				}
				if of != x.Contacts || seen[x.Person] {
					t.Errorf("%s: a person has %d contacts by code of %d, or stands twice", set, of, x.Contacts)
				}
				got, seen[x.Person] = got+x.Contacts, true
			}
			if len(seen) >= p.People {
				break
			}
		}
		if got != want || want == 0 {
			t.Errorf("%s: the people have %d contacts, want %d", set, got, want)
		}
		list := who.get("/prices/people?codes=" + string(set)).Body.String()
		says(t, list, commas(want), commas(len(seen)), "These add up to what run")
		links := regexp.MustCompile(`href="(/people/[^"]*/footprint\?as=now&amp;code=[^"#]*)#lines">([0-9]+) of `).FindAllStringSubmatch(list, -1)
		if len(links) == 0 {
			t.Fatalf("%s leads to nobody's lines", set)
		}
		for _, m := range links[:min(5, len(links))] {
			if n := allLines.FindStringSubmatch(who.get(html.UnescapeString(m[1])).Body.String()); n == nil || n[1] != m[2] {
				t.Errorf("%s: %s opens to %v, want %s", set, m[1], n, m[2])
			}
		}
	}
}

// TestNoPriceIsNoDecision: a code of which the area's price file says only what it means is a gap for somebody to fill, not something to
// approve; leaving it out is, and says so.
func TestNoPriceIsNoDecision(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	analyst, finance := d.as(policy.Analyst, policy.AgreePrices), d.as(policy.FinanceLead, policy.AgreePrices)
	line := app.OpenPriceLine{Agency: "police", Code: "MISPER", Unit: "report"}
	p, err := d.app.PriceLine(t.Context(), finance.credential(), line)
	if err != nil {
		t.Fatal(err)
	}
	if p.State.Waits || !p.State.Gap() || p.State.ID == 0 {
		t.Fatalf("the file's line without a price waits: %v, is a gap: %v", p.State.Waits, p.State.Gap())
	}
	if err := d.app.ApprovePrice(t.Context(), finance.credential(), p.State.ID); fault.As(err).Code != "nothing-decided" {
		t.Errorf("approving it: %v", err)
	}
	form := url.Values{"agency": {line.Agency}, "code": {line.Code}, "unit": {line.Unit}, "why": {"Reports are not a service."}}
	analyst.want(analyst.post("/prices/leave-out", form), pathOf(line))
	page := finance.status(finance.get(pathOf(line)), http.StatusOK).Body.String()
	says(t, page, "Should these contacts carry no price?", "Left out: Reports are not a service.", "Proposed by Ayesha Rahman", "Approve leaving them out")
	saysNot(t, page, "No price yet</strong>")
}
