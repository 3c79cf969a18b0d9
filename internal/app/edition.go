package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// EditionRow is a price edition as the list shows it.
type EditionRow struct {
	*cost.Edition
	Years  []day.FinancialYear // of its prices, without repetition, the earliest first
	InUse  bool                // the area draws on it
	Priced int                 // codes of the price map that it prices
}

// EditionsPage is the price editions that are held, side by side.
type EditionsPage struct {
	Viewer   Viewer
	Editions []EditionRow
	Deflator *cost.Deflator
	Target   day.FinancialYear // the area's price year
}

// Editions lists the price editions. They ship with the program and are the same in every area.
func (a *App) Editions(ctx context.Context, who Who) (EditionsPage, error) {
	var p EditionsPage
	err := a.db.Do(ctx, inArea(who, policy.EditionList, policy.Area), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		if p.Deflator, err = deflatorNamed(m.area.Prices.Deflator); err != nil {
			return err
		}
		library, err := editions()
		if err != nil {
			return err
		}
		p.Target, p.Editions = m.area.Prices.PriceYear, nil
		for i, e := range library {
			if err := tx.Confirm(policy.Subject{Kind: policy.Edition, ID: int64(i + 1)}, policy.Facts{Exists: true}); err != nil {
				return err
			}
			p.Editions = append(p.Editions, m.edition(e))
		}
		slices.SortStableFunc(p.Editions, func(x, y EditionRow) int { return cmp.Compare(y.Priced, x.Priced) })
		return nil
	})
	return p, err
}

// editionsUsed names the editions that a price of the map is of, in alphabetical order.
func (m *priceMap) editionsUsed() []string {
	used := map[string]bool{}
	for _, l := range m.lines {
		if l.National != nil {
			used[l.National.Edition] = true
		}
	}
	return slices.Sorted(maps.Keys(used))
}

func (m *priceMap) edition(e *cost.Edition) EditionRow {
	row := EditionRow{Edition: e, InUse: slices.Contains(m.area.Prices.Editions, e.Name)}
	for _, p := range e.Prices {
		row.Years = append(row.Years, p.Year)
	}
	slices.Sort(row.Years)
	row.Years = slices.Compact(row.Years)
	for _, l := range m.lines {
		if l.National != nil && l.National.Edition == e.Name {
			row.Priced++
		}
	}
	return row
}

// OpenEdition chooses a page of an edition's prices.
type OpenEdition struct {
	Name       string
	Search     string // in code, item, unit and payer, whatever the case
	By         string // code or price; anything else keeps the edition's own order
	Descending bool
	Page       int // from 1
}

// PricesOnPage is how many prices a page of an edition shows.
const PricesOnPage = 50

// EditionPrice is a published price and what it is in the area's money.
type EditionPrice struct {
	cost.Price
	Published, Uprated money.Pence // rounded to pence
	Factor             string      // of uprating, to four places; empty when the price is of the area's year already
	NoDeflator         bool        // the deflator does not cover the price's year, so Uprated is not known
}

// EditionPage is one price edition.
type EditionPage struct {
	Viewer   Viewer
	Edition  EditionRow
	Deflator *cost.Deflator
	Target   day.FinancialYear
	Prices   []EditionPrice
	Found    int // prices that match, of all pages
	Page     int
}

// Edition opens one price edition: each price as it was published, and in the money of the area's price year.
func (a *App) Edition(ctx context.Context, who Who, in OpenEdition) (EditionPage, error) {
	library, err := editions()
	if err != nil {
		return EditionPage{}, err
	}
	number := slices.IndexFunc(library, func(e *cost.Edition) bool { return e.Name == in.Name })
	var p EditionPage
	err = a.db.Do(ctx, request(who, policy.EditionOpen, policy.Edition, int64(number+1)), func(tx *store.Tx) (err error) {
		if number < 0 { // said inside the door, so that nobody who may not see editions learns which there are
			return fault.Missing("price edition")
		}
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		if p.Deflator, err = deflatorNamed(m.area.Prices.Deflator); err != nil {
			return err
		}
		p.Edition, p.Target = m.edition(library[number]), m.area.Prices.PriceYear
		return p.choose(in)
	})
	return p, err
}

// choose finds the prices asked for, puts them in order and brings the page's to the area's money.
func (p *EditionPage) choose(in OpenEdition) error {
	var found []cost.Price
	sought := strings.ToLower(strings.TrimSpace(in.Search))
	for _, x := range p.Edition.Prices {
		if strings.Contains(strings.ToLower(strings.Join([]string{x.Code, x.Item, x.Unit, x.Payer, x.Category}, "\n")), sought) {
			found = append(found, x)
		}
	}
	slices.SortStableFunc(found, func(x, y cost.Price) int {
		if in.Descending {
			x, y = y, x
		}
		switch in.By {
		case "code":
			return strings.Compare(x.Code, y.Code)
		case "price":
			return x.Amount.Cmp(y.Amount)
		}
		return 0
	})
	p.Found = len(found)
	page, from, to := pageOf(in.Page, p.Found, PricesOnPage)
	p.Page, p.Prices = page, nil
	for _, x := range found[from:to] {
		shown := EditionPrice{Price: x}
		var err error
		if shown.Published, err = money.Parse(x.Amount.Round(2).String()); err != nil {
			return err
		}
		from, covered := p.Deflator.Index(x.Year)
		to, covered2 := p.Deflator.Index(p.Target)
		if shown.NoDeflator = x.Year != p.Target && !(covered && covered2); !shown.NoDeflator {
			if shown.Uprated, err = uprated(p.Deflator, x.Amount, x.Year, p.Target); err != nil {
				return err
			}
		}
		if x.Year != p.Target && !shown.NoDeflator {
			factor, err := to.Quo(from)
			if err != nil {
				return err
			}
			shown.Factor = factor.Round(4).String()
		}
		p.Prices = append(p.Prices, shown)
	}
	return nil
}
