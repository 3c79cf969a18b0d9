package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// OpenFootprint chooses a window of a person's footprint; no days is the area's own window. Lines are priced as the published cost run priced
// them, so that its figures open down to their lines, unless what stands now is asked for.
type OpenFootprint struct {
	Person   id.Person
	From, To day.Day
	Now      bool // by the prices and the extracts that stand now
}

// FootprintPage is what one person's use of services cost, and whom, in a window.
type FootprintPage struct {
	Viewer   Viewer
	Area     *area.Area
	Agencies []store.Agency
	Person   id.Person
	Total    store.PersonTotal // in the published run; zero when the person is not in it, and where Whole is false
	Window   day.Span
	Rule     cost.Window // of the area's cohort rule
	Own      bool        // the window is the rule's
	Held     day.Span
	Priced   cost.Priced
	Says     []string
	Weakest  int64             // probability of the weakest link that holds a record to the person, millionths
	WeakOf   store.Agency      // whose record that is
	Rests    money.Pence       // of the sum, on that link
	Coverage []cohort.Coverage // of each agency's feed, of the extracts that the lines are of
	Observed int               // days of the window that at least one feed covers
	Whole    bool              // the viewer may know of everything there may be; else no sum here holds what is kept from them
	AsRun    id.Run            // the published cost run by whose prices and extracts the lines are; 0 where they are by what stands now
	CostRun  id.Run            // the published cost run; 0 before the first
	Made     time.Time         // when it was
	By       string            // who made it; empty for whoever may not open a cohort
	Since    Since             // what came after it
	Run      id.Run            // the published cost run, where these lines are not what it summed; else 0
	InRun    money.Pence       // what it summed
}

// MoreElsewhere is said to whoever may not know of everything, in the same words whether or not there is more.
const MoreElsewhere = "Other agencies may hold more about this person that you are not shown."

// Footprint prices one person's contacts for any window, line by line.
func (a *App) Footprint(ctx context.Context, who Who, in OpenFootprint) (FootprintPage, error) {
	var p FootprintPage
	err := a.db.Do(ctx, request(who, policy.PersonFootprint, policy.Person, int64(in.Person)), func(tx *store.Tx) (err error) {
		p, err = a.footprintPage(tx, in)
		return err
	})
	return p, err
}

func (a *App) footprintPage(tx *store.Tx, in OpenFootprint) (p FootprintPage, err error) {
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	here, err := tx.Area()
	if err != nil {
		return p, err
	}
	if p.Person, err = tx.Follow(in.Person); err != nil {
		return p, err
	}
	if p.Agencies, err = tx.Agencies(); err != nil {
		return p, err
	}
	by, err := a.pricedBy(tx, in.Now)
	if err != nil {
		return p, err
	}
	m := by.prices
	p.Area, p.AsRun, p.CostRun, p.Since = m.area, by.asRun, here.CostRun, by.since
	w := windowOf(m.area)
	if in.From != 0 || in.To != 0 {
		if in.To < in.From || in.From == 0 {
			return p, fault.InvalidField("to", "The last day is before the first day.", "Give a first day and a last day that is the same or later.")
		}
		own := in.From == w.From && in.To == w.To
		if !own {
			w = cost.Window{Span: day.Span{From: in.From, To: in.To}}
		}
	}
	p.Window, p.Rule, p.Own = w.Span, windowOf(m.area), w.Turn != 0
	stored, err := by.contacts(tx, p.Person)
	if err != nil {
		return p, err
	}
	sight, err := m.sightOf(tx, p.Person, here.LinkRun, policy.PersonFootprint)
	if err != nil {
		return p, err
	}
	p.Whole = sight.whole()
	stored, _ = m.visible(tx, sight.Facts.Agencies, stored)
	contacts := make([]cost.Contact, len(stored))
	for i, s := range stored {
		contacts[i] = m.contact(s)
		if p.Held.From == 0 || s.From < p.Held.From {
			p.Held.From = s.From
		}
		p.Held.To = max(p.Held.To, s.From, contacts[i].To)
	}
	if p.Priced, err = cost.Footprint(contacts, m.table, w); err != nil {
		return p, err
	}
	p.Says = p.Priced.Total.Says()
	p.Coverage = by.coverage
	p.Observed = cohort.Observed(p.Window, p.Coverage)
	if here.CostRun != 0 {
		run, err := tx.Run(here.CostRun)
		if err != nil {
			return p, err
		}
		if p.Made = run.FinishedAt; p.Viewer.May(policy.CohortOpen) {
			if p.By, err = tx.NameOf(run.StartedBy); err != nil {
				return p, err
			}
		}
	}
	if here.CostRun != 0 && p.Whole {
		if p.Total, err = tx.TotalOf(here.CostRun, p.Person); err != nil {
			return p, err
		}
		if err := p.held(tx, here.CostRun); err != nil {
			return p, err
		}
	}
	links, err := tx.LinksOf(p.Person, here.LinkRun)
	if err != nil {
		return p, err
	}
	return p, p.weakest(tx, sight.links(links), here.LinkRun)
}

// held holds the lines to the sums that the run stored by month, service and payer. They differ when something came after the
// run; a viewer who may not see every contact, or asks for another window, has nothing to hold to them.
func (p *FootprintPage) held(tx *store.Tx, run id.Run) error {
	if !p.Own {
		return nil
	}
	stored, err := tx.SumsOf(run, p.Person)
	if err != nil {
		return err
	}
	type cell struct {
		month day.Month
		group cost.Group
	}
	sums, whole := map[cell]money.Pence{}, money.Pence(0)
	for _, s := range stored {
		sums[cell{s.Month, cost.Group{Agency: s.Agency, Service: s.Service, Payer: s.Payer, Kind: cost.Kind(s.Kind)}}] += s.Amount
		whole += s.Amount
	}
	for _, l := range p.Priced.Lines {
		for _, part := range l.Parts {
			sums[cell{part.Month, l.Group}] -= part.Amount
		}
	}
	for _, left := range sums {
		if left != 0 {
			p.Run, p.InRun = run, whole
		}
	}
	return nil
}

// weakest finds the record that the weakest link holds, and how much of the sum is its own.
func (p *FootprintPage) weakest(tx *store.Tx, links []store.Link, run id.Run) (err error) {
	p.Weakest = 1_000_000
	strongest := strongestLinks(links)
	weak := weakestHeld(strongest, slices.Sorted(maps.Keys(strongest)))
	if weak == 0 {
		return nil
	}
	p.Weakest = strongest[weak].PPM
	for _, l := range p.Priced.Lines {
		if l.Contact.Record == weak {
			p.Rests += l.Amount
		}
	}
	p.WeakOf, err = agencyOf(tx, weak, run)
	return err
}

// footprint prices stored contacts in a window.
func (m *priceMap) footprint(stored []store.StoredContact, w cost.Window) (cost.Priced, error) {
	contacts := make([]cost.Contact, len(stored))
	for i, s := range stored {
		contacts[i] = m.contact(s)
	}
	return cost.Footprint(contacts, m.table, w)
}

// contact is a stored contact as a line shows it.
func (m *priceMap) contact(s store.StoredContact) cost.Contact {
	return cost.Contact{Activity: m.activity(s), ID: ContactNumber(s.Extract, s.Line), Record: s.Record, Extract: s.Extract, Line: int32(s.Line)}
}

// ContactNumber is the number by which a page names a contact: its extract and line in one.
func ContactNumber(e id.Extract, line int64) id.Contact { return id.Contact(int64(e)<<31 | line) }

func contactAt(n id.Contact) store.ContactAt {
	return store.ContactAt{Extract: id.Extract(int64(n) >> 31), Line: int64(n) & (1<<31 - 1)}
}

// SentCell is one value of a row as its agency sent it.
type SentCell struct {
	Column  string
	Value   string
	Missing bool // the file lacks the column
	Who     bool // the column says who somebody is, so it is hidden until names are shown
	Hidden  bool // there is a value, and it is hidden
	Meant   string
	shape   string // the value as the preview shows it
}

// SentRow is one row of an extract exactly as its agency sent it.
type SentRow struct {
	Viewer   Viewer
	Extract  store.Extract
	Agency   store.Agency
	Layout   string
	Line     int64
	Person   id.Person // whose it is; 0 when the viewer may not open them
	Cells    []SentCell
	Accepted string // by whom
}

// OpenLine opens the agency's row behind a line of a person's footprint.
type OpenLine struct {
	Person  id.Person
	Record  id.Record // of the contact
	Contact id.Contact
}

// Line shows the agency's row behind a line of a person's footprint. Values that say who somebody is are hidden until names are shown.
func (a *App) Line(ctx context.Context, who Who, in OpenLine) (SentRow, error) {
	at := contactAt(in.Contact)
	var out SentRow
	err := a.db.Do(ctx, request(who, policy.PersonLine, policy.Record, int64(in.Record)), func(tx *store.Tx) error {
		c, err := tx.ContactAt(at)
		if err != nil {
			return err
		}
		here, err := tx.Area()
		if err != nil {
			return err
		}
		r, err := tx.Record(c.Record, here.LinkRun)
		if err != nil {
			return err
		}
		p, err := tx.Follow(in.Person)
		if err != nil {
			return err
		}
		if r.Person != p || c.Record != in.Record {
			return fault.Missing("row")
		}
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		of, err := tx.PersonFacts(p)
		if err != nil {
			return err
		}
		s, f := m.row(tx, c, of.Agencies)
		if err := tx.Ask(s, f); err != nil {
			return err
		}
		out, err = a.sentRow(tx, at, p, m.means(m.codes[m.place[c.Service]]))
		return err
	})
	return out, err
}

// row is a contact as the policy knows it: whose it is, and whether it is of a kind that is hidden from other agencies.
func (m *priceMap) row(tx *store.Tx, c store.StoredContact, agencies []id.Agency) (policy.Subject, policy.Facts) {
	f := m.serviceFacts(tx, c.Service)
	f.Agencies = agencies
	return policy.Subject{Kind: policy.Record, ID: int64(c.Record)}, f
}

// visible gives the contacts that the policy lets the viewer see, and how many it hides. What the policy is told of a contact is its
// record and its service, so it is asked once of each two.
// agencies are those with a record of the person.
func (m *priceMap) visible(tx *store.Tx, agencies []id.Agency, all []store.StoredContact) (some []store.StoredContact, hidden int) {
	return m.visibleTo(tx, tx.MayHere, agencies, all)
}

// visibleTo is visible under another question than whether the request's act may see the contact.
func (m *priceMap) visibleTo(tx *store.Tx, may func(policy.Subject, policy.Facts) bool, agencies []id.Agency,
	all []store.StoredContact) (some []store.StoredContact, hidden int) {
	type kind struct {
		record  id.Record
		service int64
	}
	known := map[kind]bool{}
	for _, c := range all {
		k := kind{c.Record, c.Service}
		yes, asked := known[k]
		if !asked {
			yes = may(m.row(tx, c, agencies))
			known[k] = yes
		}
		if yes {
			some = append(some, c)
		} else {
			hidden++
		}
	}
	return some, hidden
}

// RecordRow opens the row that a record of a person came from.
func (a *App) RecordRow(ctx context.Context, who Who, n id.Record) (SentRow, error) {
	var out SentRow
	err := a.db.Do(ctx, request(who, policy.RecordOpen, policy.Record, int64(n)), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		r, err := tx.Record(n, here.LinkRun)
		if err != nil {
			return err
		}
		out, err = a.sentRow(tx, store.ContactAt{Extract: r.Extract, Line: r.Line}, r.Person, "")
		return err
	})
	return out, err
}

// means says what a code means in the area's words, and who says so.
func (m *priceMap) means(c store.ServiceCode) string {
	l := m.state(m.key(c), codeReport{})
	s, known := m.area.Service(l.Line.Service)
	switch {
	case !known:
		return "not in the price map"
	case l.On == 0:
		return s.Name + ", by the price map"
	}
	return s.Name + ", by the price map approved " + l.On.Long()
}

// sentRow gives a row as its agency sent it. service is what its service code means, where that is known.
func (a *App) sentRow(tx *store.Tx, at store.ContactAt, p id.Person, service string) (out SentRow, err error) {
	if out.Viewer, err = viewer(tx); err != nil {
		return out, err
	}
	if out.Extract, err = tx.Extract(at.Extract); err != nil {
		return out, err
	}
	agencies, err := tx.Agencies()
	if err != nil {
		return out, err
	}
	for _, g := range agencies {
		if g.ID == out.Extract.Agency {
			out.Agency = g
		}
	}
	l, err := tx.Layout(out.Extract.Layout)
	if err != nil {
		return out, err
	}
	layout, err := intake.ParseLayout([]byte(l.Text))
	if err != nil {
		return out, err
	}
	if out.Accepted, err = tx.NameOf(out.Extract.DecidedBy); err != nil {
		return out, err
	}
	sent, err := rowOf(tx, at.Extract, at.Line)
	if err != nil {
		return out, err
	}
	facts, err := tx.PersonFacts(p)
	if err != nil {
		return out, err
	}
	somebody := policy.Subject{Kind: policy.Person, ID: int64(p)}
	named := tx.May(policy.PersonSeeName, somebody, facts)
	if tx.May(policy.PersonOpen, somebody, facts) {
		out.Person = p
	}
	owned := facts
	owned.Owner = out.Extract.Agency
	marks := tx.May(policy.RecordSeeMark, policy.Subject{Kind: policy.Record, ID: at.Line}, owned)
	out.Layout, out.Line = fmt.Sprintf("%s, version %d", l.Name, l.Version), at.Line
	masked := shapes(layout, sent)
	for i := range layout.Columns {
		c := SentCell{Column: layout.Columns[i].Header, Missing: true, shape: masked[i]}
		if i < len(sent.Values) && sent.Values[i] != nil {
			c.Value, c.Missing = *sent.Values[i], false
		}
		if layout.Columns[i].Is(intake.Service) {
			c.Meant = service
		}
		if layout.Columns[i].Guarded() {
			if !marks {
				c.Value, c.Missing, c.Meant = masked[i], false, "told only to those who may know of it"
			}
			out.Cells = append(out.Cells, c)
			continue
		}
		c.Who = saysWho(&layout.Columns[i])
		if c.Who && !named {
			c.Hidden, c.Value = c.Value != "", ""
		}
		out.Cells = append(out.Cells, c)
	}
	return out, nil
}

// saysWho says whether a column tells who somebody is, so that its values are hidden until names are shown.
func saysWho(c *intake.Column) bool {
	return slices.ContainsFunc(c.Fields(), func(f intake.Field) bool {
		switch f {
		case intake.ContactID, intake.From, intake.To, intake.Service, intake.Quantity, intake.Amount, intake.Less, intake.Borough,
			intake.Worker, intake.Reach, intake.SexField:
			return false
		}
		return true
	})
}

// AWeek is the sum as an amount a week, over those days of the window that feeds cover; none where they are less than a week.
func (p FootprintPage) AWeek() (aWeek money.Pence, ok bool) {
	return cohort.AWeekOver(p.Priced.Total.Amount(), p.Observed)
}

// Known says whether anything can be said of the window: a feed covers some of it, or a contact lies in it all the same.
func (p FootprintPage) Known() bool {
	return p.Observed > 0 || len(p.Priced.Lines)+len(p.Priced.Gaps) > 0
}

// inWords is the window with its sum, what it comes to a week, and how much of it feeds cover.
func (p FootprintPage) inWords() string {
	s := fmt.Sprintf("%s to %s: ", p.Window.From.Long(), p.Window.To.Long())
	if !p.Known() {
		return s + "not known, since no feed covers any of it."
	}
	s += p.Priced.Total.Amount().String()
	if aWeek, ok := p.AWeek(); ok {
		s += fmt.Sprintf(", %s a week over the %d of %d days that feeds cover", aWeek, p.Observed, p.Window.Days())
	}
	for _, f := range p.Partial() {
		s += fmt.Sprintf("; %s covers %d of %d weeks", p.Area.AgencyName(f.Agency), f.Weeks, f.Of)
	}
	return s + "."
}

// Partial are the feeds that do not cover the whole of the window.
func (p FootprintPage) Partial() []cohort.Feed { return cohort.PartialFeeds(p.Window, p.Coverage) }

// ExportFootprint writes a person's lines as CSV, with what the total is not.
func (a *App) ExportFootprint(ctx context.Context, who Who, in OpenFootprint, to io.Writer) error {
	var p FootprintPage
	err := a.db.Do(ctx, request(who, policy.PersonExport, policy.Person, int64(in.Person)), func(tx *store.Tx) (err error) {
		p, err = a.footprintPage(tx, in)
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("person", "from", "to", "agency", "code", "service", "payer", "kind", "quantity", "unit price", "price from", "rule", "amount", "extract", "line")
	for _, l := range p.Priced.Lines {
		w.Write(sheet.Text(id.Pseudonym(p.Person)), sheet.Day(l.Inside.From), sheet.Day(l.Inside.To), sheet.Text(p.Area.AgencyName(l.Key.Agency)), sheet.Text(l.Key.Code),
			sheet.Text(p.Area.ServiceName(l.Group.Service)), sheet.Text(p.Area.PayerName(l.Group.Payer)), sheet.Text(string(l.Group.Kind)), sheet.Thousandths(l.Quantity), sheet.Amount(l.UnitPrice),
			sheet.Text(l.PriceFrom), sheet.Text(l.Rule), sheet.Amount(l.Amount), sheet.Number(int64(l.Contact.Extract)), sheet.Number(int64(l.Contact.Line)))
	}
	for _, g := range p.Priced.Gaps {
		w.Write(sheet.Text(id.Pseudonym(p.Person)), sheet.Day(g.Inside.From), sheet.Day(g.Inside.To), sheet.Text(p.Area.AgencyName(g.Key.Agency)), sheet.Text(g.Key.Code),
			sheet.Text(p.Area.ServiceName(g.Service)), sheet.Text(""), sheet.Text(""), sheet.Text(""), sheet.Text(""), sheet.Text("not priced: "+cmp.Or(g.Words, g.Reason.String())),
			sheet.Text(""), sheet.Text(""), sheet.Number(int64(g.Contact.Extract)), sheet.Number(int64(g.Contact.Line)))
	}
	w.WriteText(p.inWords())
	for _, s := range p.Says {
		w.WriteText(s)
	}
	if !p.Whole {
		w.WriteText(MoreElsewhere)
	}
	return w.Flush()
}
