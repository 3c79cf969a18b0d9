package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

func (s *Server) prices(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.PriceMap(r.Context(), who)
	if err != nil {
		return err
	}
	c := ui.Prices{Window: p.Window, Priced: p.Amount, People: p.People, MayExport: p.Viewer.May(policy.PriceMapExport), MayApprove: p.Viewer.May(policy.PriceMapApprove),
		Costing: ui.Costing{Year: p.Area.Prices.PriceYear, Rents: p.Rents}}
	if p.Changed {
		c.OutOfDate = "Sums are those of run " + commas(int64(p.Run.ID)) + " of " + dayOf(p.Run.FinishedAt).Long() + ", made before prices were changed."
	}
	for _, x := range priceSources {
		if r.URL.Query().Get("source") == strings.ToLower(string(x.as)) {
			c.Only = x.as
		}
	}
	by := map[cost.Source]money.Pence{}
	for _, l := range p.Lines {
		c.Contacts += l.Sum.Contacts
		for source, sum := range l.Sum.BySource {
			by[source] += sum
		}
		c.Costing.NotPriced += l.NotPriced()
		switch {
		case l.Gap():
			u := ui.UnpricedCode{Key: priceKey(l), Agency: l.Agency.Name, Code: l.Code, Meaning: meaning(p.Area, l), Unit: l.Unit,
				Contacts: l.Uses(), People: l.People, InCohort: l.InCohort, MaySet: p.Viewer.May(policy.PriceMapSetLocal)}
			if l.Waits {
				u.Waits = priceWords(l.Waiting.Line)
			}
			c.Unpriced = append(c.Unpriced, u)
		case l.State == "left-out":
			c.LeftOut = append(c.LeftOut, ui.LeftOutCode{Key: priceKey(l), Agency: l.Agency.Name, Code: l.Code, Meaning: meaning(p.Area, l),
				Why: l.Line.LeftOut.Reason, Rows: l.Uses(), Sum: "not known: it has no price"})
		default:
			code := pricedCode(p, l)
			for _, x := range priceSources {
				code.BySource = append(code.BySource, ui.SourceSum{Source: x.as, Sum: l.Sum.BySource[x.source]})
			}
			c.Codes = append(c.Codes, code)
			if l.Aside() {
				c.LeftOut = append(c.LeftOut, ui.LeftOutCode{Key: priceKey(l), Agency: l.Agency.Name, Code: l.Code, Meaning: meaning(p.Area, l),
					Why: "Rent and benefits: " + l.Line.Own.Note, Rows: l.Uses(), Sum: "not kept: taken off as each row is read, and still in the row as sent"})
			}
		}
	}
	c.MayCohort = p.Run.ID != 0 && p.Viewer.May(policy.CohortOpen)
	if c.UnpricedContacts() == c.Costing.NotPriced {
		c.Costing.NotPricedAt = ui.UnpricedPath
	}
	for _, x := range priceSources {
		c.Sources = append(c.Sources, ui.SourceSum{Source: x.as, Sum: by[x.source]})
	}
	return ui.PricesPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// priceSource is a source of prices as rules and as pages call it.
type priceSource struct {
	source cost.Source
	as     ui.PriceSource
}

var priceSources = []priceSource{{cost.Own, ui.OwnAmount}, {cost.Local, ui.LocalPrice}, {cost.National, ui.NationalPrice}}

func priceKey(l app.PriceLineState) ui.PriceKey {
	return ui.PriceKey{Agency: l.Agency.Slug, Code: l.Code, Unit: l.Unit}
}

// meaning is what a code means in the area's words; empty where nobody has said.
func meaning(a *area.Area, l app.PriceLineState) string {
	if l.Line.Service == "" {
		return ""
	}
	return serviceName(a, l.Line.Service)
}

func pricedCode(p app.PriceMapPage, l app.PriceLineState) ui.PricedCode {
	c := ui.PricedCode{Key: priceKey(l), Agency: l.Agency.Name, Code: l.Code, Meaning: meaning(p.Area, l), Contacts: l.Sum.Contacts, Units: l.Unit,
		Conversion: conversionWords(p.Area, l), Sum: l.Sum.Amount, ApprovedBy: l.Approved, ApprovedOn: l.On}
	if service, ok := p.Area.Service(l.Line.Service); ok {
		c.Units = roundedWords(l.Sum.Quantity, service.Unit, service.Units)
	}
	c.Each = each(l.Sum.Amount, l.Sum.Quantity)
	if l.Waits {
		c.Waits = priceWords(l.Waiting.Line)
	}
	switch {
	case l.Line.Local != nil:
		c.Source, c.From, c.Varies = ui.LocalPrice, l.Line.Local.Source, l.Line.Own != nil
	case l.Line.National != nil:
		c.Source, c.From, c.Varies = ui.NationalPrice, l.Line.National.Edition+", "+l.Line.National.Code, l.Line.Own != nil
	default:
		c.Source, c.From, c.Varies = ui.OwnAmount, cmp.Or(l.Line.Own.Note, "the amount on each row"), true
	}
	return c
}

// conversionWords say how what was sent becomes units of the price, and by what the price is uprated. Where the unit is a day, the
// nights of a stay are called days, without the day of leaving.
func conversionWords(a *area.Area, l app.PriceLineState) string {
	words := cmp.Or(l.Now.Conversion, cost.Conversion(l.Line.Conversion).Says())
	service, _ := a.Service(l.Line.Service)
	switch {
	case words == cost.Each.Says() && service.Unit != "":
		return "as sent, by the " + service.Unit
	case words == cost.Each.Says():
		return "as sent"
	case service.Unit == "day":
		return strings.Replace(words, cost.Nights.Says(), "1 stay = its days, without the day of leaving", 1)
	}
	return words
}

// each is an amount by the unit, to the nearest penny; 0 where nothing was counted.
func each(amount money.Pence, thousandths int64) money.Pence {
	if thousandths <= 0 {
		return 0
	}
	return money.Pence((int64(amount)*2000 + thousandths) / (2 * thousandths))
}

func (s *Server) exportPrices(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.app.ExportPriceMap(r.Context(), who, &download{ResponseWriter: w, name: "price-map.csv"})
}

func (s *Server) price(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.pricePage(w, r, who, http.StatusOK, lineAsked(r.URL.Query()), priceForms{})
}

func lineAsked(v url.Values) app.OpenPriceLine {
	return app.OpenPriceLine{Agency: v.Get("agency"), Code: v.Get("code"), Unit: v.Get("unit")}
}

// priceForms are the two forms of a line of the price map as they came back, and what was asked about one of them: what it would change.
type priceForms struct {
	set, leave ui.Form
	weighed    bool
	proposed   string           // what was asked about, in words
	effect     *app.PriceEffect // nil before anything is linked
}

// pricePage shows one line of the price map.
func (s *Server) pricePage(w http.ResponseWriter, r *http.Request, who app.Who, status int, in app.OpenPriceLine, forms priceForms) error {
	p, err := s.app.PriceLine(r.Context(), who, in)
	if err != nil {
		return err
	}
	l := p.State
	c := ui.Price{Key: priceKey(l), Agency: l.Agency.Name, Code: l.Code, Meaning: meaning(p.Area, l), Unit: l.Unit, Contacts: l.Uses(), People: l.People, InCohort: l.InCohort,
		Now: priceNow(p), Unapproved: l.State == "proposed", Sum: l.Sum.Amount, Costing: ui.Costing{Year: p.Area.Prices.PriceYear, Rents: p.Rents}, Waits: l.Waits, Decision: l.Waiting.ID, MaySet: p.MaySet,
		MayApprove: p.MayApprove, NotYours: "A finance lead approves it.", Years: priceYears(p.Area.Prices.PriceYear, p.Years), Counts: counts(l.Unit), SetForm: forms.set, LeaveForm: forms.leave}
	if p.OwnWaits {
		c.NotYours = "You set this, so another finance lead approves it."
	}
	c.Costing.NotPriced = l.NotPriced()
	if l.Line.Service == "" {
		for _, x := range p.Area.Services {
			c.Services = append(c.Services, ui.Option{Value: x.Slug, Label: x.Name})
		}
	}
	for _, x := range p.Choices {
		c.Editions = append(c.Editions, ui.Option{Value: x.Edition + " " + x.Code, Label: x.Item + ", " + x.Unit + ", " + publishedWords(x.Amount) + " of " + x.Year.String() + " (" + x.Edition + ")"})
	}
	if l.Waits {
		c.Change = append([]string{waitingWords(l)}, effectWords(p.Effect)...)
		c.Proposed, c.ProposedBy, c.Leaves = priceWords(l.Waiting.Line), cmp.Or(l.Waiting.MadeBy, "the area’s price file"), l.Waiting.Line.LeftOut != nil
	}
	if e := p.Effect; e != nil {
		c.Enter, c.Leave = e.Enter, e.Leave
	}
	if forms.weighed {
		c.Would = &ui.PriceWould{LeftOut: len(forms.leave.Typed) > 0, Proposed: forms.proposed, Change: effectWords(forms.effect)}
		if e := forms.effect; e != nil {
			c.Would.Enter, c.Would.Leave = e.Enter, e.Leave
		}
	}
	for _, h := range p.History {
		what := priceWords(h.Line)
		if h.Approved != "" {
			what += "; approved by " + h.Approved + ", " + h.ApprovedOn.Long()
		}
		c.History = append(c.History, ui.PriceChange{When: dayOf(h.At), Who: h.By, What: what})
	}
	return ui.PricePage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

// waitingWords says what approving the decision that waits does.
func waitingWords(l app.PriceLineState) string {
	of := plural(int64(l.Uses()), "contact of ", "contacts of ") + plural(int64(l.People), "person", "people")
	if l.Waiting.Line.LeftOut != nil {
		return of + ", " + plural(int64(l.InCohort), "of them in the cohort", "of them in the cohort") + ", carry no price and are in no sum; the page of prices shows them with the reason"
	}
	return of + ", " + commas(l.InCohort) + " of them in the cohort, get this price: " + priceWords(l.Waiting.Line)
}

// effectWords say what approving does to the sums of a run made now. Who enters or leaves is listed beside.
func effectWords(e *app.PriceEffect) []string {
	if e == nil {
		return []string{"what it does to the sums is known once records are linked"}
	}
	return []string{
		"a run made now would price " + moreOrFewer(e.Contacts) + ", " + e.Amount.String() + " in all",
		"the cohort’s sum would change by " + e.Cohort.String(),
		plural(int64(e.EnterN), "person", "people") + " would enter the cohort and " + commas(e.LeaveN) + " would leave it",
	}
}

// moreOrFewer counts contacts that are priced beside those that were.
func moreOrFewer(contacts int) string {
	switch {
	case contacts == 0:
		return "as many contacts as now"
	case contacts < 0:
		return plural(int64(-contacts), "contact", "contacts") + " fewer"
	}
	return plural(int64(contacts), "more contact", "more contacts")
}

// priceNow is the price as it stands.
func priceNow(p app.PriceLinePage) []ui.Pair {
	l := p.State
	if l.State == "none" {
		return []ui.Pair{{Name: "Price", Value: ui.Say(ui.Tag(ui.Attention, "No price yet"))}}
	}
	pairs := []ui.Pair{{Name: "Price", Value: ui.Say(ui.Plain(priceWords(l.Line)))}}
	if n := p.National; n != nil {
		pairs = append(pairs, ui.Pair{Name: "National price", Value: ui.Say(ui.Plain(n.Item+", "+n.Unit+": "+publishedWords(n.Amount)+", prices of "+n.Year.String()+". "),
			ui.Link(ui.EditionPath(n.Edition), n.Edition))})
	}
	if p.Uprated != 0 {
		pairs = append(pairs, ui.Pair{Name: "In prices of " + p.Area.Prices.PriceYear.String(), Value: ui.Say(ui.Plain(p.Uprated.String() + ", by the deflator " + p.Area.Prices.Deflator))})
	}
	if l.Line.LeftOut == nil {
		pairs = append(pairs, ui.Pair{Name: "How it is counted", Value: ui.Say(ui.Plain(conversionWords(p.Area, l)))},
			ui.Pair{Name: "Who pays", Value: ui.Say(ui.Plain(payerName(p.Area, l.Line.Payer)))})
	}
	approved := ui.Say(ui.Tag(ui.Attention, "Not approved"))
	if l.Approved != "" {
		approved = ui.Say(ui.Name(l.Approved), ui.Plain(", "+l.On.Long()))
	}
	return append(pairs, ui.Pair{Name: "Approved by", Value: approved})
}

// publishedWords writes a price as it was published, to the last decimal.
func publishedWords(pounds decimal.Decimal) string {
	if pence, err := money.Parse(pounds.Round(2).String()); err == nil && pounds.Trim(2).Scale() <= 2 {
		return pence.String()
	}
	return "£" + pounds.String()
}

// priceWords is a decision about a code in a line.
func priceWords(l area.PriceLine) string {
	switch {
	case l.LeftOut != nil:
		return "Left out: " + l.LeftOut.Reason
	case l.Local != nil:
		return fmt.Sprintf("Local, %s %s, prices of %s: %s", l.Local.Amount, cmp.Or(ofOne[cost.Basis(l.Local.A)], l.Local.A), l.Local.PriceYear, l.Local.Source)
	case l.National != nil:
		return "National, " + l.National.Code + " of " + l.National.Edition
	case l.Own != nil && l.Own.Note != "":
		return "The agency’s own amount; " + l.Own.Note
	case l.Own != nil:
		return "The agency’s own amount"
	}
	return "No price yet"
}

// ofOne says of what a price is the price.
var ofOne = map[cost.Basis]string{cost.Event: "each", cost.Item: "each", cost.Hour: "an hour", cost.Day: "a day", cost.Night: "a night", cost.Week: "a week",
	cost.Year: "a year"}

// priceYears are the financial years that a local price may be of, the newest first: those that the deflator brings to the area's.
func priceYears(target day.FinancialYear, all []day.FinancialYear) []ui.Option {
	var out []ui.Option
	for _, y := range all {
		out = append(out, ui.Option{Value: y.String(), Label: y.String(), Chosen: y == target})
	}
	return out
}

// countings are what a local price can be of one of, and how what is sent becomes that: BASIS CONVERSION, as package cost names them.
var countings = []struct {
	basis      cost.Basis
	conversion cost.Conversion
	words      string
	units      string // as sent, for which it is what is usually meant
}{
	{cost.Event, cost.Each, "one contact, as it is sent", ""},
	{cost.Night, cost.Nights, "a night of the stay", "night"},
	{cost.Day, cost.Nights, "an occupied bed day of the stay", "day"},
	{cost.Day, cost.Days, "a day of the period", ""},
	{cost.Hour, cost.Each, "an hour, hours are sent", "hour"},
	{cost.Hour, cost.MinutesToHours, "an hour, minutes are sent", "minute"},
	{cost.Week, cost.Each, "a week, weeks are sent", "week"},
	{cost.Week, cost.NightsOver7, "a week of the stay", ""},
	{cost.Week, cost.DaysOver7, "a week of the period", ""},
	{cost.Year, cost.NightsOver365, "a year of the stay", ""},
	{cost.Year, cost.DaysOver365, "a year of the period", ""},
}

func counts(unit string) []ui.Option {
	usual := 0
	for i, c := range countings {
		if c.units == unit && unit != "" {
			usual = i
		}
	}
	var out []ui.Option
	for i, c := range countings {
		out = append(out, ui.Option{Value: string(c.basis) + " " + string(c.conversion), Label: sentenceCase(c.words), Chosen: i == usual})
	}
	return out
}

// lineFields are the fields that say which line of the price map a form is about.
var lineFields = []string{"agency", "code", "unit"}

// withLine adds the line's own fields to those of a form.
func withLine(f fields) fields {
	for _, name := range lineFields {
		f[name] = once
	}
	return f
}

// withoutLine takes the line's own fields out of what was typed.
func withoutLine(f ui.Form) ui.Form {
	for name := range f.Typed {
		if slices.Contains(lineFields, name) {
			delete(f.Typed, name)
		}
	}
	return f
}

func basisOf(counted string) (basis, conversion string) {
	basis, conversion, _ = strings.Cut(counted, " ")
	return basis, conversion
}
