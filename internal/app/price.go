package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
	"throughline/reference"
)

// editions reads the price editions that ship with the program, once.
var editions = sync.OnceValues(func() (cost.Library, error) {
	var out cost.Library
	err := eachFile(reference.UnitCosts(), func(name, text string) error {
		e, err := cost.ParseEdition(name, text)
		out = append(out, e)
		return err
	})
	return out, err
})

// deflators reads the deflators that ship with the program, once.
var deflators = sync.OnceValues(func() ([]*cost.Deflator, error) {
	var out []*cost.Deflator
	err := eachFile(reference.Deflators(), func(name, text string) error {
		d, err := cost.ParseDeflator(name, text)
		out = append(out, d)
		return err
	})
	return out, err
})

func eachFile(files fs.FS, f func(name, text string) error) error {
	names, err := fs.Glob(files, "*.csv")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := f(path.Base(name), string(text)); err != nil {
			return err
		}
	}
	return nil
}

func deflatorNamed(vintage string) (*cost.Deflator, error) {
	all, err := deflators()
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.Vintage == vintage {
			return d, nil
		}
	}
	return nil, fault.New(fault.Invalid, "no-deflator", "There is no deflator of the vintage "+vintage+".", "Name one of the reference data in area.yaml.")
}

// seedPrices puts the lines of the area's price file that no standing decision covers into the price map. A line that the
// file says somebody approved comes in as approved by them.
func seedPrices(tx *store.Tx, c *area.Area) error {
	standing, err := tx.Prices()
	if err != nil {
		return err
	}
	agencies, err := agencyNumbers(tx)
	if err != nil {
		return err
	}
	have := map[cost.Key]bool{}
	for _, p := range standing {
		have[cost.Key{Agency: fmt.Sprint(p.Agency), Code: p.Code, Unit: p.Unit}] = true
	}
	for _, l := range c.Prices.Map {
		n := agencies[l.Agency]
		if have[cost.Key{Agency: fmt.Sprint(n), Code: l.Code, Unit: l.Unit}] {
			continue
		}
		e, err := priceEntry(n, l)
		if err != nil {
			return err
		}
		if l.ApprovedBy != "" {
			e.State, e.ApprovedAs = "approved", l.ApprovedBy
			y, m, d := l.ApprovedOn.Date()
			e.ApprovedAt = time.Date(y, m, d, 12, 0, 0, 0, london)
		}
		if _, err := tx.SetPrice(e); err != nil {
			return err
		}
	}
	return nil
}

func priceEntry(agency id.Agency, l area.PriceLine) (store.PriceEntry, error) {
	text, err := json.Marshal(l)
	return store.PriceEntry{Agency: agency, Code: l.Code, Unit: l.Unit, Entry: string(text), State: "proposed"}, err
}

// agencyNumbers gives the number of each agency by its short name.
func agencyNumbers(tx *store.Tx) (map[string]id.Agency, error) {
	all, err := tx.Agencies()
	out := map[string]id.Agency{}
	for _, a := range all {
		out[a.Slug] = a.ID
	}
	return out, err
}

// priceMap is an area's price map made ready, with what is needed to say where it came from.
type priceMap struct {
	area     *area.Area
	agencies map[id.Agency]store.Agency
	codes    []store.ServiceCode
	place    map[int64]uint16              // of a code's number in codes
	at       map[cost.Key]int              // of a code in codes
	entries  map[cost.Key]store.PriceEntry // approved, or where nothing is, proposed
	lines    map[cost.Key]area.PriceLine   // of entries
	waiting  map[cost.Key]WaitingPrice     // proposed
	table    *cost.Table
	hash     string // over everything that prices depend on
}

// key is a code as the price map knows it.
func (m *priceMap) key(c store.ServiceCode) cost.Key {
	return cost.Key{Agency: m.agencies[c.Agency].Slug, Code: c.Code, Unit: c.Unit}
}

// priceMaps keeps each area's price map as last made, with what it was made from.
type priceMaps struct {
	mu  sync.Mutex
	was map[id.Area]madeFrom
}

func (p *priceMaps) of(slug id.Area) (madeFrom, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, made := p.was[slug]
	return was, made
}

func (p *priceMaps) keep(slug id.Area, f madeFrom) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.was == nil {
		p.was = map[id.Area]madeFrom{}
	}
	p.was[slug] = f
}

// madeFrom is all that a price map depends on but the reference data of the program.
type madeFrom struct {
	area     *area.Area
	version  int64 // the keeper's, of the others
	agencies []store.Agency
	codes    []store.ServiceCode
	standing []store.PriceEntry
	ready    *priceMap
}

// priceMap gathers the standing decisions about prices and makes them ready for every code that the area has seen. It is made anew
// only when one of them has changed. The map is shared: nobody changes it.
func (a *App) priceMap(tx *store.Tx) (*priceMap, error) {
	slug := tx.Actor().Area
	var f madeFrom
	var err error
	if f.area, err = a.config(slug); err != nil {
		return nil, err
	}
	version, known, err := tx.PriceMapsVersion()
	if err != nil {
		return nil, err
	}
	f.version = version
	if was, made := a.prices.of(slug); made && known && was.version == version && was.area == f.area {
		return was.ready, nil
	}
	if f.agencies, err = tx.Agencies(); err != nil {
		return nil, err
	}
	if f.codes, err = tx.ServiceCodes(); err != nil {
		return nil, err
	}
	if f.standing, err = tx.Prices(); err != nil {
		return nil, err
	}
	if f.ready, err = f.make(); err != nil {
		return nil, err
	}
	if known {
		a.prices.keep(slug, f)
	}
	return f.ready, nil
}

func (f madeFrom) make() (*priceMap, error) {
	c := f.area
	m := &priceMap{area: c, agencies: map[id.Agency]store.Agency{}, codes: f.codes, place: map[int64]uint16{}, entries: map[cost.Key]store.PriceEntry{},
		at: map[cost.Key]int{}, lines: map[cost.Key]area.PriceLine{}, waiting: map[cost.Key]WaitingPrice{}}
	for _, g := range f.agencies {
		m.agencies[g.ID] = g
	}
	h := sha256.New()
	var entries []cost.Entry
	for _, p := range f.standing {
		var l area.PriceLine
		if err := json.Unmarshal([]byte(p.Entry), &l); err != nil {
			return nil, fmt.Errorf("price %d: %w", p.ID, err)
		}
		e, err := m.entry(p, l)
		if err != nil {
			return nil, err
		}
		if p.State == "proposed" && decides(l) {
			m.waiting[e.Key] = WaitingPrice{ID: p.ID, Line: l, MadeBy: p.MadeName, By: p.MadeBy}
		}
		if _, approved := m.entries[e.Key]; approved { // it comes first, and stands until the other is approved
			continue
		}
		m.entries[e.Key], m.lines[e.Key] = p, l
		entries = append(entries, e)
		fmt.Fprintf(h, "%s %s %s\n", e.Key, p.State, p.Entry)
	}
	library, err := editions()
	if err != nil {
		return nil, err
	}
	deflator, err := deflatorNamed(c.Prices.Deflator)
	if err != nil {
		return nil, err
	}
	ready, err := cost.NewMap(entries, library, deflator, c.Prices.PriceYear)
	if err != nil {
		return nil, err
	}
	keys := make([]cost.Key, len(m.codes))
	for i, s := range m.codes {
		keys[i], m.place[s.ID] = m.key(s), uint16(i)
		m.at[keys[i]] = i
	}
	if m.table, err = ready.Table(keys, cost.Policy{}); err != nil {
		return nil, err
	}
	fmt.Fprintf(h, "%s %s\n", c.Prices.Deflator, c.Prices.PriceYear)
	m.hash = hex.EncodeToString(h.Sum(nil))
	return m, nil
}

// entry turns a line of the map into what prices contacts.
func (m *priceMap) entry(p store.PriceEntry, l area.PriceLine) (cost.Entry, error) {
	s, ok := m.area.Service(l.Service)
	if !ok {
		return cost.Entry{}, fault.New(fault.Invalid, "no-service", "The price map names a service "+l.Service+" that the area does not have.", "Correct area.yaml or the price map.")
	}
	e := cost.Entry{ID: p.ID, Key: cost.Key{Agency: m.agencies[p.Agency].Slug, Code: p.Code, Unit: p.Unit}, Service: l.Service, Payer: l.Payer,
		Kind: cost.Kind(s.Kind), Conversion: cost.Conversion(l.Conversion), Accepted: l.Accepted}
	if l.Own != nil {
		e.Own = &cost.OwnPrice{Year: l.Own.PriceYear, Note: l.Own.Note}
	}
	if l.Local != nil {
		e.Local = &cost.LocalPrice{Amount: l.Local.Amount, Basis: cost.Basis(l.Local.A), Year: l.Local.PriceYear, Source: l.Local.Source}
	}
	if l.National != nil {
		e.National = &cost.Ref{Edition: l.National.Edition, Code: l.National.Code}
	}
	if l.LeftOut != nil {
		e.LeftOut = &cost.LeftOut{Policy: l.LeftOut.Policy, Reason: l.LeftOut.Reason}
	}
	if p.State == "approved" {
		e.ApprovedBy, e.ApprovedOn = approver(p), day.In(p.ApprovedAt, london)
	}
	return e, nil
}

// decides says whether a line says what its contacts cost, or that they are left out. One that only says what the code means has nothing in it
// to approve.
func decides(l area.PriceLine) bool {
	return l.Own != nil || l.Local != nil || l.National != nil || l.LeftOut != nil
}

// approver is who approved a price, in words.
func approver(p store.PriceEntry) string {
	return cmp.Or(p.OKName, p.ApprovedAs, "account "+fmt.Sprint(p.ApprovedBy))
}

// PriceLineState is one code of the price map as its page shows it.
type PriceLineState struct {
	ID       id.Price // of the decision that stands, or where none is approved of the one that waits; 0 when there is none
	Agency   store.Agency
	Code     string
	Unit     string
	Line     area.PriceLine // zero when nobody has decided
	State    string         // approved, proposed, none, left-out
	Approved string         // by whom
	On       day.Day
	Waits    bool         // a decision waits for approval
	Waiting  WaitingPrice // that decision
	Sum      cost.CodeSum // in the area's window, from the published cost run
	People   int          // who have the code in the window
	InCohort int          // of them, in the cohort
	Sent     int          // contacts in the accepted extracts, where there is no cost run yet
	Now      cost.Code    // how a contact is priced by the map as it stands; zero for a code that no agency has sent
}

// WaitingPrice is a decision about a code that waits for somebody's approval. What is approved stands until then.
type WaitingPrice struct {
	ID     id.Price
	Line   area.PriceLine
	MadeBy string
	By     id.Account
}

// Gap says whether a run made now would leave the code's contacts without a price: nobody has decided, or nobody has approved it. That is
// so of a code too whose file waits to be accepted, so that its price can be there when the file counts.
func (l PriceLineState) Gap() bool { return l.State == "none" || l.Approved == "" }

// Aside says whether the code is left out by decision, or a part of each of its amounts is, as rent is.
func (l PriceLineState) Aside() bool {
	return l.State == "left-out" || !l.Gap() && l.Line.Own != nil && l.Line.Own.Note != ""
}

// NotPriced is how many contacts of the code in the window had no price in the published run; before the first run, all that a run
// would leave without. Those left out by decision are not among them.
func (l PriceLineState) NotPriced() int {
	n := 0
	for reason, contacts := range l.Sum.Gaps {
		if cost.GapReason(reason) != cost.GapLeftOut {
			n += contacts
		}
	}
	if l.Gap() {
		n += l.Sent
	}
	return n
}

// Uses is how many contacts of the code there are in the window, priced or not; before the first run, in all that is accepted.
func (l PriceLineState) Uses() int {
	n := l.Sum.Contacts + l.Sent
	for _, g := range l.Sum.Gaps {
		n += g
	}
	return n
}

// PriceMapPage is the price map.
type PriceMapPage struct {
	Viewer  Viewer
	Area    *area.Area
	Run     store.Run // the published cost run that the sums come from; zero when there is none
	Window  day.Span
	Lines   []PriceLineState // gaps first, then by sum
	Amount  money.Pence
	People  int
	Says    []string // what the total is not
	Rents   bool     // rent and benefits are counted
	Changed bool     // the map was changed after the run
}

// PriceMap shows what each agency's code means, its price, and who approved it.
func (a *App) PriceMap(ctx context.Context, who Who) (PriceMapPage, error) {
	var p PriceMapPage
	err := a.db.Do(ctx, inArea(who, policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) (err error) {
		p, err = a.priceMapPage(tx)
		return err
	})
	return p, err
}

func (a *App) priceMapPage(tx *store.Tx) (p PriceMapPage, err error) {
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return p, err
	}
	run, report, err := costReport(tx)
	if err != nil {
		return p, err
	}
	p.Area, p.Run, p.Window = m.area, run, windowOf(m.area).Span
	p.Amount, p.People, p.Rents = report.Amount, report.People, rentsCounted(m.table.TotalOf(0, 0).Exclusions())
	if p.Says = report.Says; run.ID == 0 {
		p.Says = m.table.TotalOf(0, 0).Says()
	}
	p.Changed = run.ID != 0 && report.MapHash != m.hash
	p.Lines = m.all(report.Codes)
	if run.ID != 0 {
		return p, nil
	}
	uses, err := tx.CodeUses()
	sent := map[cost.Key]int{}
	for service, n := range uses {
		sent[m.key(m.codes[m.place[service]])] = int(n)
	}
	for i, l := range p.Lines {
		p.Lines[i].Sent = sent[cost.Key{Agency: l.Agency.Slug, Code: l.Code, Unit: l.Unit}]
	}
	return p, err
}

// all gives every code of the map and every code that agencies sent: the gaps first, then by sum.
func (m *priceMap) all(codes []codeReport) []PriceLineState {
	sums := map[cost.Key]codeReport{}
	for _, c := range codes {
		sums[c.Key] = c
	}
	var lines []PriceLineState
	seen := map[cost.Key]bool{}
	for _, c := range m.codes {
		k := m.key(c)
		seen[k] = true
		lines = append(lines, m.state(k, sums[k]))
	}
	for k := range m.lines {
		if !seen[k] {
			lines = append(lines, m.state(k, sums[k]))
		}
	}
	slices.SortFunc(lines, func(x, y PriceLineState) int {
		return cmp.Or(cmp.Compare(open(y), open(x)), cmp.Compare(y.Sum.Amount, x.Sum.Amount), strings.Compare(x.Agency.Slug, y.Agency.Slug),
			strings.Compare(x.Code, y.Code), strings.Compare(x.Unit, y.Unit))
	})
	return lines
}

// open is 1 for a code that somebody must decide about.
func open(l PriceLineState) int {
	if l.Gap() {
		return 1
	}
	return 0
}

func (m *priceMap) state(k cost.Key, c codeReport) PriceLineState {
	s := PriceLineState{Code: k.Code, Unit: k.Unit, State: "none", Sum: c.Sum, People: c.People, InCohort: c.InCohort}
	for _, g := range m.agencies {
		if g.Slug == k.Agency {
			s.Agency = g
		}
	}
	if at, sent := m.at[k]; sent {
		s.Now = m.table.Code(at)
	}
	p, ok := m.entries[k]
	if !ok {
		return s
	}
	s.ID, s.Line = p.ID, m.lines[k]
	s.Waiting, s.Waits = m.waiting[k]
	switch {
	case s.Line.LeftOut != nil:
		s.State = "left-out"
	case decides(s.Line):
		s.State = p.State
	default:
		return s
	}
	if p.State == "approved" {
		s.Approved, s.On = approver(p), day.In(p.ApprovedAt, london)
	}
	return s
}
