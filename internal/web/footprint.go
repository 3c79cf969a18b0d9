package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// linesOnPage is how many lines a page of a footprint shows.
const linesOnPage = 20

// footprintAsked reads the window of a footprint.
func footprintAsked(p id.Person, q url.Values) (app.OpenFootprint, error) {
	in := app.OpenFootprint{Person: p, Now: q.Get("as") == ui.AsNow}
	if q.Get("from") == "" && q.Get("to") == "" {
		return in, nil
	}
	f := fault.New(fault.Invalid, "window", "There is a problem.", "")
	for _, x := range []struct {
		name, words string
		day         *day.Day
	}{{"from", "From", &in.From}, {"to", "To", &in.To}} {
		d, ok := day.Read(q.Get(x.name))
		if !ok {
			f = f.With(x.name, "“"+x.words+"” is not a day that there is.", day.Written)
		}
		*x.day = d
	}
	if len(f.Notes) == 0 && in.To-in.From > ui.LongestWindow {
		f = f.With("to", "The window is longer than 20 years.", "Choose days that are nearer.")
	}
	if len(f.Notes) > 0 {
		return in, f
	}
	return in, nil
}

func (s *Server) footprint(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	in, err := footprintAsked(n, q)
	var p app.FootprintPage
	if err == nil {
		p, err = s.app.Footprint(r.Context(), who, in)
	}
	status, pick := http.StatusOK, ui.Form{}
	if f := fault.As(err); err != nil && f.Kind == fault.Invalid { // the window is what was wrong: the area's own is shown, with what was typed
		status, pick = f.Kind.Status(), typedIn(q, "from", "to")
		pick.Problem = f
		p, err = s.app.Footprint(r.Context(), who, app.OpenFootprint{Person: n, Now: in.Now})
	}
	if err != nil {
		return err
	}
	if p.Person != n {
		return s.done(w, ui.FootprintPath(p.Person), hasMoved)
	}
	f := footprintShown(p, q)
	f.PickForm, f.OpenedOn, f.OpenedBy = pick, dayOf(s.now()), p.Viewer.Name
	f.Made, f.MadeBy = dayOf(p.Made), p.By
	if f.Opened != nil {
		if f.Opened.Row, err = s.openRow(r, who, p, q.Get("line")); err != nil {
			return err
		}
	}
	return ui.FootprintPage.Write(w, status, s.frame(w, r, p.Viewer), f)
}

// use is the lines and gaps of one service of one agency.
type use struct {
	service, agency, payer string
	kind                   cost.Kind
	lines                  []cost.Line
	gaps                   []cost.Gap
	sum                    money.Pence
}

func (u use) key() string { return u.agency + " " + u.service }

// uses gathers a footprint's lines and gaps by agency and service, the largest sum first. What is left out by policy is no gap.
func uses(p app.FootprintPage) []use {
	var out []use
	at := func(agency, service string) *use {
		for i := range out {
			if out[i].agency == agency && out[i].service == service {
				return &out[i]
			}
		}
		out = append(out, use{agency: agency, service: service})
		return &out[len(out)-1]
	}
	for _, l := range p.Priced.Lines {
		u := at(l.Group.Agency, l.Group.Service)
		u.payer, u.kind, u.lines, u.sum = l.Group.Payer, l.Group.Kind, append(u.lines, l), u.sum+l.Amount
	}
	for _, g := range p.Priced.Gaps {
		if g.Reason == cost.GapLeftOut {
			continue
		}
		u := at(g.Key.Agency, cmp.Or(g.Service, g.Key.Code))
		u.gaps = append(u.gaps, g)
		if s, ok := p.Area.Service(u.service); ok && u.kind == "" {
			u.kind = cost.Kind(s.Kind)
		}
	}
	slices.SortStableFunc(out, func(x, y use) int { return cmp.Or(cmp.Compare(y.sum, x.sum), strings.Compare(x.key(), y.key())) })
	return out
}

func footprintShown(p app.FootprintPage, q url.Values) ui.Footprint {
	total := p.Priced.Total
	f := ui.Footprint{Person: p.Person, FromCohort: p.Total.Rank > 0, Window: p.Window, Contacts: len(p.Priced.Lines), Total: total.Amount(),
		Observed: p.Observed, Known: p.Known(), MayExport: p.Viewer.May(policy.PersonExport), MayPerson: p.Viewer.May(policy.PersonOpen), MayExtract: p.Viewer.May(policy.ExtractOpen), MayRun: p.Viewer.May(policy.RunOpen), By: "service",
		Costing: ui.Costing{Year: total.PriceYear(), Rents: !slices.Contains(total.Exclusions(), cost.RentAndBenefits), NotPriced: total.NotPriced()}}
	if by := q.Get("by"); slices.Contains([]string{"category", "payer", "month"}, by) {
		f.By = by
	}
	f.Weekly, f.HasWeekly = p.AWeek()
	agencies := map[string]bool{}
	years := [2]money.Pence{}
	for _, l := range p.Priced.Lines {
		agencies[l.Group.Agency] = true
		if l.Group.Kind == cost.Crisis {
			f.Crisis += l.Amount
		}
		for _, part := range l.Parts {
			years[part.Year] += part.Amount
		}
	}
	f.Agencies = len(agencies)
	if p.Own {
		_, first, second := p.Rule.Words()
		f.Parts = []ui.Part{{Name: first, To: p.Rule.Turn - 1, Sum: years[0]}, {Name: second, To: p.Rule.To, Sum: years[1]}}
	}
	f.Quick = quick(p)
	footprintNotes(&f, p)
	all := uses(p)
	for _, u := range all {
		f.Uses = append(f.Uses, serviceUse(p, u))
	}
	f.Cats = slicesBy(p, func(l cost.Line) (string, string) { return category(p, l.Group.Service) })
	f.Pays = slicesBy(p, func(l cost.Line) (string, string) { return l.Group.Payer, payerName(p.Area, l.Group.Payer) })
	f.Month = months(p)
	f.Opened = opened(p, f, all, q)
	return f
}

// quick are windows that people often ask for.
func quick(p app.FootprintPage) []ui.View {
	own := p.Rule
	whole, first, second := own.Words()
	at := func(name string, s day.Span) ui.View {
		v := url.Values{"from": {s.From.String()}, "to": {s.To.String()}}
		if p.CostRun != 0 && p.AsRun == 0 {
			v.Set("as", ui.AsNow)
		}
		return ui.View{Name: name, Href: ui.FootprintPath(p.Person) + "?" + v.Encode(), Current: s == p.Window}
	}
	views := []ui.View{at("the "+strings.ToLower(whole)+" of the rule", own.Span),
		at(strings.ToLower(first), day.Span{From: own.From, To: own.Turn - 1}), at(strings.ToLower(second), day.Span{From: own.Turn, To: own.To})}
	if p.Held.From != 0 {
		views = append(views, at("everything we hold", p.Held))
	}
	return slices.DeleteFunc(views, func(v ui.View) bool { return v.Current })
}

// footprintNotes say what is not in the sum, and what it rests on.
func footprintNotes(f *ui.Footprint, p app.FootprintPage) {
	type missing struct {
		what  string
		count int64
	}
	var all []missing
	for _, g := range p.Priced.Gaps {
		what := fmt.Sprintf("%s (%s), %s", serviceName(p.Area, cmp.Or(g.Service, g.Key.Code)), agencyNamed(p.Agencies, g.Key.Agency), g.Reason)
		i := slices.IndexFunc(all, func(m missing) bool { return m.what == what })
		if i < 0 {
			i, all = len(all), append(all, missing{what: what})
		}
		all[i].count++
	}
	for _, m := range all {
		f.NotIn = append(f.NotIn, plural(m.count, "contact", "contacts")+" of "+m.what)
	}
	if !f.Costing.Rents {
		f.NotIn = append(f.NotIn, "rent and benefits")
	}
	if !p.Whole {
		f.NotIn = append(f.NotIn, "whatever other agencies hold that you are not shown")
	}
	if p.Run != 0 {
		f.InRun = fmt.Sprintf("run %d summed %s", p.Run, p.InRun)
		if p.AsRun != 0 {
			f.InRun += ". Who holds which record is as it stands now, and what an extract brought that was taken back is gone"
		}
	}
	f.CostRun, f.Now, f.Since = p.CostRun, p.CostRun != 0 && p.AsRun == 0, sinceWords(p)
	if weak(p.Area, p.Weakest) {
		f.Weak = fmt.Sprintf("%s of the sum, %s record, a link of %s", p.Rests, whose(p.WeakOf.Name), probability(p.Weakest))
	}
	f.Partial = feedWords(p.Agencies, p.Partial(), "this window")
	for _, v := range p.Coverage {
		c := ui.FeedCover{Agency: agencyNamed(p.Agencies, v.Agency)}
		if c.Weeks, c.Of = cohort.WeeksCovered(p.Window, v.Has); v.Has.From != 0 {
			c.Has = v.Has
		}
		f.Feeds = append(f.Feeds, c)
	}
}

// mostSince is how many prices and how many extracts are named one by one.
const mostSince = 6

// sinceWords names each thing that came after the published cost run; nothing where nothing did.
func sinceWords(p app.FootprintPage) (out []ui.Text) {
	s := p.Since
	add := func(n int, name func(int) ui.Text, more string) {
		for i := range min(n, mostSince) {
			out = append(out, name(i))
		}
		if n > mostSince {
			out = append(out, ui.Say(ui.Plain(commas(n-mostSince)+more)))
		}
	}
	add(len(s.Prices), func(i int) ui.Text {
		x := s.Prices[i]
		name := ui.LinkIf(p.Viewer.May(policy.PriceMapOpen), ui.PricePath(ui.PriceKey{Agency: x.Key.Agency, Code: x.Key.Code, Unit: x.Key.Unit}), x.Key.Code)
		return ui.Say(ui.Plain("the price of "), name, ui.Plain(" ("+x.Agency+") was approved, "+x.On.Long()))
	}, " more prices were approved")
	extracts := func(all []app.RunExtract, became string) {
		add(len(all), func(i int) ui.Text {
			x := all[i]
			name := ui.LinkIf(p.Viewer.May(policy.ExtractOpen), ui.ExtractPath(x.ID), x.Agency+", "+x.Layout)
			return ui.Say(ui.Plain("the extract "), name, ui.Plain(", as of "+x.AsOf.Long()+", was "+became))
		}, " more extracts were "+became)
	}
	extracts(s.Came, "accepted")
	extracts(s.Gone, "taken back")
	if s.Answers > 0 {
		out = append(out, ui.Say(ui.Plain(plural(s.Answers, "review answer was", "review answers were")+" given or taken back")))
	}
	if s.LinkRun != 0 {
		run := ui.LinkIf(p.Viewer.May(policy.RunOpen), ui.RunPath(s.LinkRun), "link run "+commas(int(s.LinkRun)))
		out = append(out, ui.Say(run, ui.Plain(" linked records again")))
	}
	if s.Configuration {
		out = append(out, ui.Say(ui.Plain("the area’s own files were changed")))
	}
	return out
}

// probability writes millionths as people read a probability.
func probability(ppm int64) string {
	return strconv.FormatFloat(float64(ppm)/1_000_000, 'f', 2, 64)
}

func serviceUse(p app.FootprintPage, u use) ui.ServiceUse {
	out := ui.ServiceUse{Key: u.key(), Name: serviceName(p.Area, u.service), Agency: agencyNamed(p.Agencies, u.agency), Payer: payerName(p.Area, u.payer),
		Crisis: u.kind == cost.Crisis, Sum: u.sum, Uncounted: len(u.gaps)}
	var quantity int64
	for _, l := range u.lines {
		quantity += l.Quantity
		if out.Price == 0 {
			out.Price = l.UnitPrice
		}
		out.Rounded = out.Rounded || l.UnitRounded
		out.Varies = out.Varies || l.UnitPrice != out.Price
	}
	if out.Varies {
		out.Price = each(u.sum, quantity)
	}
	if len(u.lines) == 0 {
		if g, ok := p.Area.Agency(u.agency); ok {
			out.Payer = payerName(p.Area, g.Payer)
		}
		out.Used = gapWords(p, u.service, len(u.gaps))
		return out
	}
	out.Used = quantityWords(p, u.service, quantity)
	if len(u.gaps) > 0 {
		out.Used += fmt.Sprintf(", and %d without a price", len(u.gaps))
	}
	return out
}

// quantityWords writes a quantity in the service's unit: "35 days", "1.5 hours".
func quantityWords(p app.FootprintPage, service string, thousandths int64) string {
	one, several := "unit", "units"
	if s, ok := p.Area.Service(service); ok {
		one, several = s.Unit, s.Units
	}
	return countWords(thousandths, one, several)
}

// gapWords counts contacts without a price, in the unit of the service where each is one: "2 reports".
func gapWords(p app.FootprintPage, service string, n int) string {
	if s, ok := p.Area.Service(service); ok && s.Unit == "report" {
		return plural(int64(n), s.Unit, s.Units)
	}
	return plural(int64(n), "contact", "contacts")
}

// countWords writes thousandths of a unit, every decimal that there is: "1,720.5 episodes".
func countWords(thousandths int64, one, several string) string {
	n := commas(thousandths / 1000)
	if rest := thousandths % 1000; rest != 0 {
		n += "." + strings.TrimRight(fmt.Sprintf("%03d", rest), "0")
	}
	if thousandths == 1000 {
		return n + " " + one
	}
	return n + " " + several
}

// roundedWords is countWords for reading: a hundred or more to the nearest whole one.
func roundedWords(thousandths int64, one, several string) string {
	if thousandths < 100_000 || thousandths%1000 == 0 {
		return countWords(thousandths, one, several)
	}
	return "about " + countWords((thousandths+500)/1000*1000, one, several)
}

// category is the category of a service, as a key and in words.
func category(p app.FootprintPage, service string) (key, name string) {
	s, _ := p.Area.Service(service)
	if c, ok := p.Area.Category(s.Category); ok {
		return c.Slug, c.Name
	}
	return otherCategory, categoryName(p, otherCategory)
}

// otherCategory is the category of services that the area has put into none.
const otherCategory = "other"

func categoryName(p app.FootprintPage, slug string) string {
	if c, ok := p.Area.Category(slug); ok {
		return c.Name
	}
	return "Other"
}

// slicesBy sums the lines by what of gives, the largest sum first.
func slicesBy(p app.FootprintPage, of func(cost.Line) (key, name string)) []ui.Slice {
	var out []ui.Slice
	for _, l := range p.Priced.Lines {
		key, name := of(l)
		i := slices.IndexFunc(out, func(s ui.Slice) bool { return s.Key == key })
		if i < 0 {
			i, out = len(out), append(out, ui.Slice{Key: key, Name: name})
		}
		if l.Group.Kind == cost.Crisis {
			out[i].Crisis += l.Amount
		} else {
			out[i].Planned += l.Amount
		}
	}
	slices.SortStableFunc(out, func(x, y ui.Slice) int { return cmp.Compare(y.Crisis+y.Planned, x.Crisis+x.Planned) })
	return out
}

// months sums the lines by calendar month, months without any included.
func months(p app.FootprintPage) []ui.MonthSum {
	if len(p.Priced.Lines) == 0 {
		return nil
	}
	first, last := p.Window.From.Month(), p.Window.To.Month()
	out := make([]ui.MonthSum, last-first+1)
	for i := range out {
		out[i].Month = first + day.Month(i)
	}
	for _, l := range p.Priced.Lines {
		for _, part := range l.Parts {
			if l.Group.Kind == cost.Crisis {
				out[part.Month-first].Crisis += part.Amount
			} else {
				out[part.Month-first].Planned += part.Amount
			}
		}
	}
	return out
}
