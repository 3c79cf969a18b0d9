package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/web/ui"
)

// opened is the lines behind the sum that was opened: a service, a category, a payer or a month. What is in no sum of the page
// opens nothing.
func opened(p app.FootprintPage, f ui.Footprint, all []use, q url.Values) *ui.Opened {
	key := q.Get("open")
	if key == "" {
		return nil
	}
	o := &ui.Opened{List: ui.List{Path: ui.FootprintPath(p.Person), Page: page(q), Size: linesOnPage,
		Kept: url.Values{"from": {p.Window.From.String()}, "to": {p.Window.To.String()}, "by": {f.By}, "open": {key}}}}
	var lines []ui.Line
	add := func(l cost.Line, amount money.Pence, inside day.Span) {
		lines = append(lines, ui.Line{Contact: l.Contact.ID, Span: inside, Used: quantityWords(p, l.Group.Service, l.Quantity), Price: l.UnitPrice,
			PriceFrom: l.PriceFrom, Rule: lineRule(l), Sum: amount, Extract: l.Contact.Extract, Row: int(l.Contact.Line)})
		o.Sum += amount
	}
	switch f.By {
	case "service":
		i := slices.IndexFunc(all, func(u use) bool { return u.key() == key })
		if i < 0 {
			return nil
		}
		o.Name = serviceName(p.Area, all[i].service) + ", " + agencyNamed(p.Agencies, all[i].agency)
		for _, l := range all[i].lines {
			add(l, l.Amount, l.Inside)
		}
		for _, g := range all[i].gaps {
			lines = append(lines, ui.Line{Contact: g.Contact.ID, Span: g.Inside, Used: gapWords(p, g.Service, 1), Unpriced: g.Reason.String(), Extract: g.Contact.Extract,
				Row: int(g.Contact.Line)})
		}
	case "category", "payer":
		for _, l := range p.Priced.Lines {
			of, name := category(p, l.Group.Service)
			if f.By == "payer" {
				of, name = l.Group.Payer, payerName(p.Area, l.Group.Payer)
			}
			if of == key {
				o.Name = name
				add(l, l.Amount, l.Inside)
			}
		}
	case "month":
		for _, l := range p.Priced.Lines {
			for _, part := range l.Parts {
				if part.Month.First().String()[:7] != key {
					continue
				}
				o.Name = part.Month.String()
				add(l, part.Amount, l.Inside.Cut(day.Span{From: part.Month.First(), To: (part.Month + 1).First() - 1}))
			}
		}
	}
	if o.Name == "" {
		return nil
	}
	slices.SortStableFunc(lines, func(x, y ui.Line) int {
		return cmp.Or(cmp.Compare(x.Span.From, y.Span.From), cmp.Compare(x.Contact, y.Contact))
	})
	o.List.Total = len(lines)
	o.List.Page = min(o.List.Page, o.List.Pages())
	o.Lines = lines[max(0, o.List.First()-1):o.List.Last()]
	return o
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
