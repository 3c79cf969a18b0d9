package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/govalues/decimal"

	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// OpenPriceLine names one code of the price map.
type OpenPriceLine struct{ Agency, Code, Unit string } // Agency is its short name

func (in OpenPriceLine) about() OpenPriceLine { return in }

// PriceLinePage is one code of the price map: its price as it stands, and what was decided before.
type PriceLinePage struct {
	Viewer     Viewer
	Area       *area.Area
	State      PriceLineState
	National   *cost.Price // of an edition, where the code has one
	Uprated    money.Pence // National or the local price in the area's price year, of one of what it is the price of
	Rents      bool        // rent and benefits are counted
	History    []PriceDecision
	MaySet     bool
	MayApprove bool                // the decision that waits
	OwnWaits   bool                // the viewer made the decision that waits, so somebody else approves it
	Effect     *PriceEffect        // of the decision that waits; nil where none does, or nothing is linked yet
	Years      []day.FinancialYear // that a local price may be of, the newest first
	Choices    []cost.Price        // of the editions that the area draws on, that may price a contact without a catch
}

// PriceDecision is what was once decided about a code.
type PriceDecision struct {
	At         time.Time
	By         string
	Line       area.PriceLine
	Approved   string // by whom; empty for nobody
	ApprovedOn day.Day
}

// PriceLine opens one code of the price map.
func (a *App) PriceLine(ctx context.Context, who Who, in OpenPriceLine) (PriceLinePage, error) {
	var p PriceLinePage
	err := a.reckoning(ctx, inArea(who, policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) (err error) {
		page, err := a.priceMapPage(tx)
		if err != nil {
			return err
		}
		p = PriceLinePage{Viewer: page.Viewer, Area: page.Area, Rents: page.Rents}
		if p.State, err = in.of(page); err != nil {
			return err
		}
		here, all := policy.Facts{Exists: true, Area: tx.Actor().Area}, policy.Subject{Kind: policy.PriceMap, ID: 1}
		p.MaySet = tx.May(policy.PriceMapSetLocal, all, here)
		p.OwnWaits = p.State.Waits && p.State.Waiting.By == tx.Actor().Account
		p.MayApprove = p.State.Waits && !p.OwnWaits && tx.May(policy.PriceMapApprove, all, here)
		if err := p.price(); err != nil {
			return err
		}
		if p.MaySet {
			if err := p.choices(); err != nil {
				return err
			}
		}
		if p.State.Waits {
			if p.Effect, err = a.effect(tx, p.State); err != nil {
				return err
			}
		}
		return p.history(tx)
	})
	return p, err
}

// choices gathers the national prices that may be chosen.
func (p *PriceLinePage) choices() error {
	library, err := editions()
	if err != nil {
		return err
	}
	d, err := deflatorNamed(p.Area.Prices.Deflator)
	if err != nil {
		return err
	}
	p.Choices, p.Years = nil, nil
	for y := p.Area.Prices.PriceYear; ; y-- {
		if _, covered := d.Index(y); !covered && y != p.Area.Prices.PriceYear {
			break
		}
		p.Years = append(p.Years, y)
	}
	for _, e := range library {
		if !slices.Contains(p.Area.Prices.Editions, e.Name) {
			continue
		}
		for _, x := range e.Prices {
			if x.Use == cost.UseContact {
				p.Choices = append(p.Choices, x)
			}
		}
	}
	return nil
}

// price finds the price of one unit in the area's money.
func (p *PriceLinePage) price() error {
	var pounds decimal.Decimal
	var from day.FinancialYear
	switch l := p.State.Line; {
	case l.Local != nil:
		pounds, from = decimal.MustNew(int64(l.Local.Amount), 2), l.Local.PriceYear
	case l.National != nil:
		library, err := editions()
		if err != nil {
			return err
		}
		n, err := library.Price(cost.Ref{Edition: l.National.Edition, Code: l.National.Code})
		if err != nil {
			return err
		}
		p.National, pounds, from = &n, n.Amount, n.Year
	default:
		return nil
	}
	d, err := deflatorNamed(p.Area.Prices.Deflator)
	if err != nil {
		return err
	}
	p.Uprated, err = uprated(d, pounds, from, p.Area.Prices.PriceYear)
	return err
}

// uprated is an amount in another year's money, rounded to pence.
func uprated(d *cost.Deflator, pounds decimal.Decimal, from, to day.FinancialYear) (money.Pence, error) {
	pounds, err := d.Uprate(pounds, from, to)
	if err != nil {
		return 0, err
	}
	return money.Parse(pounds.Round(2).String())
}

func (p *PriceLinePage) history(tx *store.Tx) error {
	all, err := tx.PriceHistory(p.State.Agency.ID, p.State.Code, p.State.Unit)
	for _, e := range all {
		d := PriceDecision{At: e.MadeAt, By: cmp.Or(e.MadeName, "the area’s price file")}
		if err := json.Unmarshal([]byte(e.Entry), &d.Line); err != nil {
			return fmt.Errorf("price %d: %w", e.ID, err)
		}
		if e.State == "approved" {
			d.Approved, d.ApprovedOn = approver(e), day.In(e.ApprovedAt, london)
		}
		p.History = append(p.History, d)
	}
	return err
}

// ExportPriceMap writes the price map as CSV, with what its total is not.
func (a *App) ExportPriceMap(ctx context.Context, who Who, to io.Writer) error {
	var p PriceMapPage
	err := a.db.Do(ctx, inArea(who, policy.PriceMapExport, policy.PriceMap), func(tx *store.Tx) (err error) {
		p, err = a.priceMapPage(tx)
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("agency", "code", "unit", "service", "payer", "price is", "price of one", "edition and code", "conversion", "contacts", "people", "in the cohort",
		"amount", "amount of run", "state", "approved by", "approved on", "reason left out")
	for _, l := range p.Lines {
		kind, each, ref, reason := "none", sheet.Text(""), "", ""
		switch {
		case l.Line.LeftOut != nil:
			kind, reason = "left out", l.Line.LeftOut.Reason
		case l.Line.Local != nil:
			kind, each = "local", sheet.Amount(l.Line.Local.Amount)
		case l.Line.National != nil:
			kind, ref = "national", l.Line.National.Edition+" "+l.Line.National.Code
		case l.Line.Own != nil:
			kind = "own amount"
		}
		amount, run := sheet.Text(""), sheet.Text("")
		if l.Sum.Contacts > 0 {
			amount, run = sheet.Amount(l.Sum.Amount), sheet.Number(int64(p.Run.ID))
		}
		w.Write(sheet.Text(l.Agency.Name), sheet.Text(l.Code), sheet.Text(l.Unit), sheet.Text(p.Area.ServiceName(l.Line.Service)), sheet.Text(p.Area.PayerName(l.Line.Payer)), sheet.Text(kind), each,
			sheet.Text(ref), sheet.Text(l.Line.Conversion), sheet.Number(int64(l.Uses())), sheet.Number(int64(l.People)), sheet.Number(int64(l.InCohort)),
			amount, run, sheet.Text(l.State), sheet.Text(l.Approved), sheet.Day(l.On), sheet.Text(reason))
	}
	if p.Run.ID == 0 {
		w.WriteText("No run has been made yet, so there is no amount; contacts are those of all that is accepted.")
	} else {
		w.WriteText(fmt.Sprintf("Contacts, people and amounts are those of run %d. An amount is empty where that run had no price.", p.Run.ID))
	}
	for _, s := range p.Says {
		w.WriteText(s)
	}
	return w.Flush()
}
