package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// cohortAsked reads how the list is narrowed, sorted and paged.
func cohortAsked(q url.Values) (app.OpenCohort, ui.List) {
	in := app.OpenCohort{By: q.Get("sort"), Descending: q.Get("order") == "descending", Borough: q.Get("borough"), Agency: q.Get("agency"),
		Page: page(q), All: q.Get("page") == "all", Over: q.Get("over")}
	if q.Get("part") == "all" || len(kept(q, partFilters...)) > 0 {
		in.Part = &app.CohortPart{Payer: q.Get("payer"), Kind: cost.Kind(q.Get("kind")), Apart: q.Get("of") == "apart"}
		if y := q.Get("year"); y == "1" || y == "2" {
			in.Part.Year = int(y[0] - '0')
		}
		if q.Get("price") == "none" {
			in.Part = &app.CohortPart{Unpriced: true, Apart: in.Part.Apart}
		}
	}
	in.Top, _ = strconv.Atoi(q.Get("top"))
	in.TopPage, _ = strconv.Atoi(q.Get("people"))
	return in, ui.List{Path: "/cohort", Kept: kept(q, "borough", "agency", "over"), Sort: in.By, Descending: in.Descending}
}

// topShown is a point of the curve with its people; nil where none was asked for.
func topShown(p app.CohortPage) *ui.CohortTop {
	t := p.Top
	if t == nil {
		return nil
	}
	out := &ui.CohortTop{Percent: t.Percent, People: t.People, Sum: t.Amount, Contacts: t.Contacts,
		List: ui.List{Path: "/cohort", Kept: url.Values{"top": {strconv.Itoa(t.Percent)}}, Page: t.Page, Size: app.CohortOnPage, Total: t.People}}
	for _, r := range t.Rows {
		out.Rows = append(out.Rows, ui.PersonCost{Person: r.Person, Cost: r.Total, Contacts: int(r.Contacts)})
	}
	return out
}

// partFilters are the query's names of what chooses a part of the cohort's cost.
var partFilters = []string{"payer", "kind", "year", "price"}

// partShown is a part of the cohort's cost with the people it is made of.
func partShown(p app.CohortPage) *ui.CohortPart {
	o := p.Opened
	if o == nil {
		return nil
	}
	_, first, second := cost.InTwo(p.Rule.Window).Words()
	var words []string
	filter := url.Values{}
	if o.Payer != "" {
		words = append(words, payerName(p.Area, o.Payer))
		filter.Set("payer", o.Payer)
	}
	if o.Kind != "" {
		name := "planned use"
		if o.Kind == cost.Crisis {
			name = "crisis use"
		}
		words = append(words, name)
		filter.Set("kind", string(o.Kind))
	}
	if o.Year != 0 {
		words = append(words, strings.ToLower([]string{first, second}[o.Year-1]))
		filter.Set("year", strconv.Itoa(o.Year))
	}
	if o.Unpriced {
		words = append(words, "contacts with no price")
		filter.Set("price", "none")
	}
	if len(words) == 0 {
		words = []string{"the whole cost"}
	}
	switch {
	case o.Apart:
		words = append(words, "of the people listed apart")
	case p.Matching.Narrowed:
		words = append(words, "of the people who match")
	}
	filter.Set("lines", "all")
	filter.Set("from", p.Rule.Window.From.String())
	filter.Set("to", p.Rule.Window.To.String())
	out := &ui.CohortPart{Name: sentenceCase(strings.Join(words, ", ")), Sum: o.Amount, Lines: o.Lines, Filter: filter, Hidden: o.Hidden, Unpriced: o.Unpriced}
	differs := o.Known && o.InRun != o.Amount
	if o.Unpriced {
		differs = o.Count != o.Lines
	}
	if p.Only == 0 && differs {
		out.InRun, out.Counted, out.Differs = o.InRun, o.Count, true
	}
	for _, r := range o.Rows {
		out.People = append(out.People, ui.PartOf{Person: r.Person, Sum: r.Amount, Lines: r.Lines})
	}
	return out
}

func (s *Server) cohort(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.cohortPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) cohortPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, names ui.Form) error {
	in, list := cohortAsked(r.URL.Query())
	p, err := s.app.Cohort(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.Cohort{Rule: ruleWords(p.Rule), Window: p.Rule.Window, Weekly: p.Rule.AWeek, MayShowNames: p.Viewer.MayEver(policy.NamesShow) && p.Viewer.NamesUntil.IsZero(),
		NamesUntil: p.Viewer.NamesUntil, NamesForm: names, MayExport: p.MayExport, MayRun: p.MayRun, MayOpenRun: p.Viewer.May(policy.RunOpen), Newest: p.Newest, MayRuns: p.Viewer.May(policy.RunList), List: list, MayPerson: p.Viewer.May(policy.PersonOpen),
		Filter: typedIn(r.URL.Query(), "borough", "agency")}
	if p.Run.ID == 0 {
		c.Jobs, c.Steps = work(p.Jobs, "/cohort", ""), steps(p.Ready)
		return ui.CohortPage.Write(w, status, s.frame(w, r, p.Viewer), c)
	}
	c.Jobs = work(p.Jobs, "/cohort", fmt.Sprintf("Run %d stays in use until the new one is whole.", p.Run.ID))
	c.Run, c.Made, c.By, c.OutOfDate = p.Run.ID, dayOf(p.Run.FinishedAt), p.By, staleWords(p.Stale)
	c.Costing = ui.Costing{Year: p.Rule.PriceYear, Rents: !slices.Contains(p.Rule.Exclusions, cost.RentAndBenefits), NotPriced: int(p.NotPriced)}
	c.Costing.NotPricedAt = notPricedPath
	for _, g := range p.Agencies {
		if g.ID == p.Only {
			c.Only = g.Name
		}
	}
	cohortFigures(&c, p.Cohort)
	c.Middle = middle(p)
	c.Reach = reachShown(p.Reach, p.Inputs.LinkRun, len(p.Cohort.Members))
	c.List.Total, c.List.Page, c.List.Size = p.Matching.People, p.Page, app.CohortOnPage
	if in.All {
		c.List.Size = 0
	}
	if p.Matching.Narrowed {
		c.Narrowed = &ui.Narrowed{Year1: p.Matching.Year1, Year2: p.Matching.Year2, Total: p.Matching.Total, To: narrowedTo(p, in)}
	}
	c.Agencies = marks(p.Agencies, everyAgency)
	c.Ranked, c.Apart = cohortRows(p, p.Rows), cohortRows(p, p.Apart)
	c.PagesBefore, c.PagesAfter, c.Opened = cohortRows(p, p.Earlier), cohortRows(p, p.Later), dayOf(s.now())
	for _, x := range p.Apart {
		c.ApartSum += x.Total
	}
	c.Partial, c.OtherYear = feedWords(p.Agencies, p.Cohort.Feeds, "the window"), otherYearWords(p)
	cohortCharts(&c, p)
	c.Part, c.Top = partShown(p), topShown(p)
	return ui.CohortPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

// narrowedTo says in words what the list is narrowed to; nothing where it is only to what the viewer may know of.
func narrowedTo(p app.CohortPage, in app.OpenCohort) string {
	_, first, second := cost.InTwo(p.Rule.Window).Words()
	at := "at " + p.Rule.AWeek.Pounds() + " a week or more in "
	var words []string
	switch p.Matching.Over {
	case app.OverBoth:
		words = append(words, at+"both years")
	case app.OverFirst:
		words = append(words, at+strings.ToLower(first)+" only")
	case app.OverSecond:
		words = append(words, at+strings.ToLower(second)+" only")
	case app.OverAlso:
		words = append(words, "at "+p.AlsoAWeek.String()+" a week or more, which is "+p.Rule.AWeek.Pounds()+" of "+p.Area.Cohort.ShownAlsoIn.String()+" in the prices of "+p.Rule.PriceYear.String())
	}
	if in.Borough != "" {
		words = append(words, boroughWords(p.Area, in.Borough))
	}
	if in.Agency != "" {
		name := in.Agency
		for _, g := range p.Agencies {
			if g.Mark == in.Agency {
				name = g.Name
			}
		}
		words = append(words, "known to "+name)
	}
	return strings.Join(words, ", ")
}

// boroughWords is a borough as the area writes it, however it was typed.
func boroughWords(a *area.Area, typed string) string {
	for _, b := range a.Boroughs {
		if strings.EqualFold(b.Name, typed) {
			return "of " + b.Name
		}
	}
	if none := a.BoroughName(""); strings.EqualFold(none, typed) {
		return "of " + none
	}
	return "of “" + typed + "”, which is no borough of this area"
}

// middle is who stands in the middle of the members: one person, or two of an even number.
func middle(p app.CohortPage) []id.Person {
	if n := len(p.Blocks); p.Only == 0 && n > 0 && n == len(p.Cohort.Members) {
		return slices.Compact([]id.Person{p.Blocks[(n-1)/2].Person, p.Blocks[n/2].Person})
	}
	return nil
}

// cohortFigures are the headline.
func cohortFigures(c *ui.Cohort, found *cohort.Cohort) {
	c.People, c.Total, c.Year1, c.Year2 = len(found.Members), found.Amount, found.Years[0], found.Years[1]
	c.Average, c.Median, c.Crisis = found.AWeekEach, found.AWeekMiddle, found.Crisis[0]+found.Crisis[1]
	c.Both, c.FirstYear, c.Later = found.OverBoth, found.OverOnly[0], found.OverOnly[1]
	c.All, c.AllCost = found.Everyone, found.EveryoneCost
}

// reachShown is how far a cohort hangs on links in doubt; nil where the run did not say.
func reachShown(r *app.Reach, link id.Run, found int) *ui.Reach {
	if r == nil {
		return nil
	}
	out := &ui.Reach{Found: found, Pairs: r.Pairs, Least: r.Least(found), Most: r.Most(found), None: ui.Reached(r.None), All: ui.Reached(r.All), LinkRun: link}
	if r.Reached.Value > 0 {
		out.Low, out.High = r.Reached.Low, r.Reached.High
	}
	return out
}

// steps are what a first run needs.
func steps(r app.Ready) []ui.Step {
	return []ui.Step{
		{Name: "Accept the extracts of at least two agencies", Href: "/extracts", Done: r.Agencies > 1},
		{Name: "Give each code a price, or leave it out", Href: "/prices", Done: r.Codes > 0 && r.Unpriced == 0},
		{Name: "Make the first run", Href: "/cohort"},
	}
}

// ruleWords is the area's rule as a sentence.
func ruleWords(r cohort.Rule) ui.Text {
	whole, _, _ := cost.InTwo(r.Window).Words()
	t := ui.Say(ui.Plain("People whose use of services cost "), ui.Strong(r.AWeek.Pounds()+" a week or more"),
		ui.Plain(" over the "+strings.ToLower(whole)+" to "+r.Window.To.Long()+" ("+commas(r.Window.Days())+" days, "+r.Threshold().Pounds()+"), in "),
		ui.Strong("prices of "+r.PriceYear.String()))
	if r.AgenciesAtLeast > 1 {
		t = append(t, ui.Plain(", from "), ui.Strong(numberWord(r.AgenciesAtLeast)+" agencies or more"))
	}
	if r.LargestMostPercent < 100 {
		t = append(t, ui.Plain(", with "), ui.Strong("no single service above "+strconv.Itoa(r.LargestMostPercent)+"%"), ui.Plain(" of their cost"))
	}
	left := ". "
	if slices.Contains(r.Exclusions, cost.RentAndBenefits) {
		left = ". Rent and benefits are left out. "
	}
	return append(t, ui.Plain(left+r.Agreed+"."))
}

func numberWord(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// staleWords says what came after a run; nothing where nothing did.
func staleWords(s app.Stale) ui.Text {
	if !s.Any() {
		return nil
	}
	return ui.Say(ui.Plain("It was made before " + staleSince(s) + "."))
}

// staleSince is what came after a run.
func staleSince(s app.Stale) string {
	var why []string
	if s.Answers > 0 {
		why = append(why, plural(s.Answers, "review answer", "review answers"))
	}
	if s.Extracts > 0 {
		why = append(why, plural(int64(s.Extracts), "extract that was accepted or taken back", "extracts that were accepted or taken back"))
	}
	if s.Prices {
		why = append(why, "a change of prices")
	}
	if s.Links {
		why = append(why, "another link run")
	}
	return listed(why)
}

func cohortRows(p app.CohortPage, people []app.CohortRow) []ui.CohortRow {
	var out []ui.CohortRow
	for _, x := range people {
		out = append(out, ui.CohortRow{Rank: int(x.Rank), Person: x.Person, Name: x.Name, Borough: p.Area.BoroughName(x.Borough),
			Agencies: marks(p.Agencies, known(x.Agencies)), Largest: serviceName(p.Area, x.LargestService), LargestShare: ui.Percent(x.LargestShare * 10),
			Weekly: x.AWeek, Year1: x.Year1, Year2: x.Year2, Total: x.Total, WeakLink: weak(p.Area, x.WeakestPPM), Partial: x.Partial != ""})
	}
	return out
}

// feedWords says of feeds that do not cover the whole of a window how much of it they cover; feeds that cover as much as each other
// in one sentence, those that cover least first.
func feedWords(agencies []app.Agency, feeds []cohort.Feed, window string) []string {
	by := map[int][]string{}
	of := 0
	for _, f := range feeds {
		by[f.Weeks], of = append(by[f.Weeks], agencyNamed(agencies, f.Agency)), f.Of
	}
	var out []string
	for _, weeks := range slices.Sorted(maps.Keys(by)) {
		names := by[weeks]
		switch {
		case weeks == 0 && len(names) == len(agencies):
			out = append(out, "No feed covers any of "+window+".")
		case weeks == 0:
			out = append(out, "Nothing from "+listed(names)+" covers "+window+".")
		default:
			out = append(out, fmt.Sprintf("%s %s %d of the %d weeks of %s.", listed(names), ui.Either(len(names), "covers", "cover"), weeks, of, window))
		}
	}
	return out
}

// otherYearWords says what the same amount a week in another year's money would be, and leads to whom it would leave.
func otherYearWords(p app.CohortPage) ui.Text {
	if p.AlsoAWeek == 0 {
		return nil
	}
	above := ui.Plain("none")
	if p.AlsoAbove > 0 {
		above = ui.Link("/cohort?over="+app.OverAlso+"#shown", commas(p.AlsoAbove)+" of these "+plural(int64(len(p.Cohort.Members)), "person", "people"))
	}
	return ui.Say(ui.Plain(fmt.Sprintf("The same %s in %s prices would be %s a week in %s: ", p.Rule.AWeek.Pounds(), p.Area.Cohort.ShownAlsoIn, p.AlsoAWeek,
		p.Rule.PriceYear)), above, ui.Plain(" "+ui.Either(p.AlsoAbove, "is", "are")+" at or above that."))
}

// cohortCharts say where the cost lies.
func cohortCharts(c *ui.Cohort, p app.CohortPage) {
	people := map[string][]ui.PersonCost{}
	for _, b := range p.Blocks {
		people[b.Borough] = append(people[b.Borough], ui.PersonCost{Person: b.Person, Cost: b.Total})
	}
	for _, b := range p.Cohort.Boroughs {
		c.Boroughs = append(c.Boroughs, ui.BoroughPeople{Name: p.Area.BoroughName(b.Name), People: people[b.Name]})
	}
	w := cost.InTwo(p.Rule.Window)
	_, first, second := w.Words()
	c.Years = []ui.YearKinds{{Name: first, To: w.Turn - 1, Crisis: p.Cohort.Crisis[0], Planned: p.Cohort.Planned(0)},
		{Name: second, To: w.To, Crisis: p.Cohort.Crisis[1], Planned: p.Cohort.Planned(1)}}
	for _, x := range p.Cohort.Payers {
		c.Payers = append(c.Payers, ui.PayerSum{Key: x.Slug, Payer: payerName(p.Area, x.Slug), Crisis: x.Crisis, Planned: x.Planned})
	}
	said := map[int]string{1: "Top 1%", 10: "Top 10%", 50: "Top 50%"}
	for _, x := range p.Cohort.Curve {
		point := ui.CurvePoint{People: x.People, Cost: x.Amount, Percent: x.Percent}
		if words, ok := said[x.Percent]; ok && x.People > 0 {
			point.Said = words + ", " + plural(int64(x.People), "person", "people")
		}
		c.Curve = append(c.Curve, point)
	}
	var crisis []string
	for _, s := range p.Area.Services {
		if s.Kind == string(cost.Crisis) {
			crisis = append(crisis, inSentence(s.Name))
		}
	}
	c.CrisisMeans = "Crisis: " + strings.Join(crisis, "; ") + ". All the rest is planned."
}

// exportCohort downloads the list as it is narrowed and sorted; with names while they are shown.
func (s *Server) exportCohort(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in, _ := cohortAsked(r.URL.Query())
	return s.app.ExportCohort(r.Context(), who, in, false, &download{ResponseWriter: w, name: "cohort.csv"})
}

// exportNamedCohort is exportCohort with names, for whoever may have them.
func (s *Server) exportNamedCohort(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in, _ := cohortAsked(r.URL.Query())
	return s.app.ExportCohort(r.Context(), who, in, true, &download{ResponseWriter: w, name: "cohort-with-names.csv"})
}
