package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/web/ui"
)

// chosen narrows a footprint's lines; what is empty narrows nothing.
type chosen struct {
	service, category, payer, kind, month string // service is as use.key has it; month is 2025-04
	code                                  string // as codeKey has it
	year                                  int    // 1 or 2 of the rule's window, 0 for both
	gaps                                  bool   // only contacts that have no price
	agency                                string // short name of one, or anyAgency: also what is left out by decision, so that every contact is shown
}

// anyAgency opens every contact, whosever it is.
const anyAgency = "any"

// filters are the query's names of what narrows lines; lines alone opens all of them.
var filters = []string{"service", "category", "payer", "kind", "month", "year", "price", "code", "agency"}

// chosenBy reads which lines were asked for; false where none were, or by a word that the page does not know.
func chosenBy(p app.FootprintPage, all []use, q url.Values) (c chosen, any bool) {
	c = chosen{service: q.Get("service"), category: q.Get("category"), payer: q.Get("payer"), kind: q.Get("kind"), month: q.Get("month"),
		code: q.Get("code"), agency: q.Get("agency"), gaps: q.Get("price") == "none"}
	if y := q.Get("year"); p.Own && (y == "1" || y == "2") {
		c.year = int(y[0] - '0')
	}
	_, payer := p.Area.Payer(c.payer)
	_, category := p.Area.Category(c.category)
	_, err := day.Parse(c.month + "-01")
	known := (c.service == "" || c.agency != "" || slices.ContainsFunc(all, func(u use) bool { return u.key() == c.service })) &&
		(c.agency == "" || c.agency == anyAgency || slices.ContainsFunc(p.Agencies, func(g app.Agency) bool { return g.Slug == c.agency })) && (c.category == "" || category || c.category == otherCategory) &&
		(c.payer == "" || payer) && (c.kind == "" || c.kind == string(cost.Crisis) || c.kind == string(cost.Planned)) && (c.month == "" || err == nil)
	return c, known && (q.Get("lines") == "all" || c != chosen{})
}

// of says whether a service of an agency is among the chosen; of what has no price nobody knows the payer. What is not crisis is planned.
func (c chosen) of(p app.FootprintPage, agency, service, payer string, kind cost.Kind) bool {
	slug, _ := category(p, service)
	return (c.agency == "" || c.agency == anyAgency || c.agency == agency) && (c.service == "" || c.service == use{service: service, agency: agency}.key()) && (c.category == "" || c.category == slug) &&
		(c.payer == "" || c.payer == payer) && (c.kind == "" || (c.kind == string(cost.Crisis)) == (kind == cost.Crisis))
}

// part is what of a line lies in the chosen month and year: its amount and its days. The days are empty where nothing does.
func (c chosen) part(l cost.Line) (sum money.Pence, days day.Span) {
	from := l.Inside.From
	for _, part := range l.Parts {
		to := from + day.Day(part.Days) - 1
		if (c.month == "" || part.Month.First().String()[:7] == c.month) && (c.year == 0 || part.Year == c.year-1) {
			if days.From == 0 {
				days.From = from
			}
			sum, days.To = sum+part.Amount, to
		}
		from = to + 1
	}
	return sum, days
}

// codeKey is a code of an agency as addresses have it; the unit stands last.
func codeKey(k cost.Key) string {
	return ui.PriceKey{Agency: k.Agency, Code: k.Code, Unit: k.Unit}.String()
}

// has says whether a day lies in the chosen month and year of the window.
func (c chosen) has(p app.FootprintPage, d day.Day) bool {
	second := d >= p.Rule.Turn
	return (c.month == "" || d.Month().First().String()[:7] == c.month) && (c.year == 0 || second == (c.year == 2))
}

// words say which lines are chosen.
func (c chosen) words(p app.FootprintPage) string {
	var all []string
	add := func(chosen, words string) {
		if chosen != "" {
			all = append(all, words)
		}
	}
	agency, service, _ := strings.Cut(c.service, " ")
	add(c.service, serviceName(p.Area, service)+", "+agencyNamed(p.Agencies, agency))
	if c.service == "" && c.agency != anyAgency {
		add(c.agency, "every contact, "+agencyNamed(p.Agencies, c.agency))
	}
	add(c.category, categoryName(p, c.category))
	add(c.payer, payerName(p.Area, c.payer))
	add(c.kind, c.kind+" use")
	if c.year != 0 {
		_, first, second := p.Rule.Words()
		all = append(all, strings.ToLower([]string{first, second}[c.year-1]))
	}
	if m, err := day.Parse(c.month + "-01"); err == nil {
		all = append(all, m.Month().String())
	}
	if c.code != "" {
		agency, code, _ := strings.Cut(c.code, " ")
		all = append(all, agencyNamed(p.Agencies, agency)+", code "+strings.TrimSpace(code))
	}
	if c.gaps {
		all = append(all, "no price")
	}
	if len(all) == 0 {
		return "Every line"
	}
	return sentenceCase(strings.Join(all, ", "))
}

// opened is the lines behind the sum that was opened, and those contacts among them that no price turns into a sum.
func opened(p app.FootprintPage, f ui.Footprint, all []use, q url.Values) *ui.Opened {
	c, any := chosenBy(p, all, q)
	if !any {
		return nil
	}
	keep := url.Values{"from": {p.Window.From.String()}, "to": {p.Window.To.String()}, "by": {f.By}, "lines": {"all"}}
	if f.Now {
		keep.Set("as", ui.AsNow)
	}
	for _, name := range filters {
		if v := q.Get(name); v != "" {
			keep.Set(name, v)
		}
	}
	o := &ui.Opened{Name: c.words(p), List: ui.List{Path: ui.FootprintPath(p.Person), Page: page(q), Size: linesOnPage, Kept: keep}, Choose: typedIn(q, filters...)}
	var lines []ui.Line
	for _, l := range p.Priced.Lines {
		sum, days := c.part(l)
		if c.gaps || days.From == 0 || c.code != "" && c.code != codeKey(l.Key) || !c.of(p, l.Group.Agency, l.Group.Service, l.Group.Payer, l.Group.Kind) {
			continue
		}
		lines = append(lines, ui.Line{Contact: l.Contact.ID, Span: days, Used: usedWords(p, l, days), Price: l.UnitPrice, Rounded: l.UnitRounded,
			PriceFrom: l.PriceFrom, Rule: lineRule(l), Sum: sum, Extract: l.Contact.Extract, Row: int(l.Contact.Line)})
		o.Sum += sum
	}
	for _, g := range p.Priced.Gaps {
		var kind cost.Kind
		if s, ok := p.Area.Service(g.Service); ok {
			kind = cost.Kind(s.Kind)
		}
		// What is left out by decision is no gap; where its code or its agency is asked for, its contacts are shown as such.
		if g.Reason == cost.GapLeftOut && c.code == "" && c.agency == "" || c.code != "" && c.code != codeKey(g.Key) || !c.has(p, g.Inside.From) || !c.of(p, g.Key.Agency, cmp.Or(g.Service, g.Key.Code), "", kind) {
			continue
		}
		lines = append(lines, ui.Line{Contact: g.Contact.ID, Span: g.Inside, Used: gapWords(p, g.Service, 1), Unpriced: g.Reason.String(), Extract: g.Contact.Extract,
			Row: int(g.Contact.Line)})
		o.Unpriced++
	}
	slices.SortStableFunc(lines, func(x, y ui.Line) int {
		return cmp.Or(cmp.Compare(x.Span.From, y.Span.From), cmp.Compare(x.Contact, y.Contact))
	})
	o.List.Total = len(lines)
	o.List.Page = min(o.List.Page, o.List.Pages())
	o.Lines = lines[max(0, o.List.First()-1):o.List.Last()]
	return o
}

// usedWords is how much of a line was used in some of its days: those days, for what is counted by days; else the whole, named as such.
func usedWords(p app.FootprintPage, l cost.Line, days day.Span) string {
	switch {
	case days == l.Inside:
		return quantityWords(p, l.Group.Service, l.Quantity)
	case l.Quantity == int64(l.Days())*1000:
		return quantityWords(p, l.Group.Service, int64(days.Days())*1000)
	}
	return "part of " + quantityWords(p, l.Group.Service, l.Quantity)
}

// lineRule says how a price became a line's amount, where it is not plainly one times the other.
func lineRule(l cost.Line) string {
	if l.Quantity == 1000 && l.Amount == l.UnitPrice && l.FromYear == l.ToYear && l.Source != cost.Own {
		return ""
	}
	return l.Rule
}

// openRow opens the agency's row behind one of the footprint's lines.
func (s *Server) openRow(r *http.Request, who app.Who, p app.FootprintPage, line string) (*ui.SentRow, error) {
	if line == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil {
		return nil, fault.Missing("row")
	}
	var record id.Record
	for _, l := range p.Priced.Lines {
		if l.Contact.ID == id.Contact(n) {
			record = l.Contact.Record
		}
	}
	for _, g := range p.Priced.Gaps {
		if g.Contact.ID == id.Contact(n) {
			record = g.Contact.Record
		}
	}
	if record == 0 {
		return nil, fault.Missing("row")
	}
	row, err := s.app.Line(r.Context(), who, app.OpenLine{Person: p.Person, Record: record, Contact: id.Contact(n)})
	if err != nil {
		return nil, err
	}
	out := sentRow(row)
	out.Contact = id.Contact(n)
	return &out, nil
}

// sentRow is a row as its agency sent it.
func sentRow(row app.SentRow) ui.SentRow {
	out := ui.SentRow{Line: int(row.Line), Agency: row.Agency.Name, Feed: row.Layout, AsOf: row.Extract.AsOf, Received: dayOf(row.Extract.ReceivedAt),
		AcceptedBy: row.Accepted, File: row.Extract.Name + ", " + short(row.Extract.SHA256), ExtractID: row.Extract.ID}
	for _, c := range row.Cells {
		v := ui.SentValue{Column: c.Column, Value: c.Value, Meaning: c.Meant, Hidden: c.Hidden}
		if c.Missing {
			v.Meaning = "the file does not have this column"
		}
		out.Values = append(out.Values, v)
	}
	return out
}

func (s *Server) exportFootprint(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	in, err := footprintAsked(n, r.URL.Query())
	if err != nil {
		return err
	}
	return s.app.ExportFootprint(r.Context(), who, in, &download{ResponseWriter: w, name: "footprint-" + id.Pseudonym(n) + ".csv"})
}
