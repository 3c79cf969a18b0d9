package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// PriceProposal is a decision about a code that somebody may make: a local price, a national one, or leaving the code out.
type PriceProposal interface {
	about() OpenPriceLine
	check() error
	// Change makes a line of the price map say what is proposed.
	Change(*area.PriceLine)
}

// SetLocalPrice proposes a local price for a code.
type SetLocalPrice struct {
	OpenPriceLine
	Service    string // slug; empty keeps the one that stands
	Amount     money.Pence
	Basis      string // what it is the price of one of
	PriceYear  day.FinancialYear
	Source     string // where the figure comes from, in words
	Conversion string
}

func (in SetLocalPrice) check() error {
	if strings.TrimSpace(in.Source) == "" {
		return fault.InvalidField("source", "Say where the figure comes from.", "For example: Housing finance, 2024-25.")
	}
	return nil
}

// Change implements PriceProposal.
func (in SetLocalPrice) Change(l *area.PriceLine) {
	l.Service = cmp.Or(in.Service, l.Service)
	l.LeftOut, l.National = nil, nil
	l.Local = &area.LocalPrice{Amount: in.Amount, A: in.Basis, PriceYear: in.PriceYear, Source: in.Source}
	l.Conversion = cmp.Or(in.Conversion, l.Conversion, "each")
}

// SetLocalPrice proposes a local price; a finance lead approves it before it prices anything.
func (a *App) SetLocalPrice(ctx context.Context, who Who, in SetLocalPrice) error {
	return a.decidePrice(ctx, who, policy.PriceMapSetLocal, in)
}

// SetNationalPrice proposes a price of an edition for a code.
type SetNationalPrice struct {
	OpenPriceLine
	Service       string // slug; empty keeps the one that stands
	Edition, Item string // Item is the price's code in the edition
	Conversion    string
}

func (in SetNationalPrice) check() error { return nil }

// Change implements PriceProposal.
func (in SetNationalPrice) Change(l *area.PriceLine) {
	l.Service = cmp.Or(in.Service, l.Service)
	l.LeftOut, l.Local = nil, nil
	l.National = &area.NationalPrice{Edition: in.Edition, Code: in.Item}
	l.Conversion = cmp.Or(in.Conversion, l.Conversion, "each")
}

// SetNationalPrice proposes a national price; a finance lead approves it before it prices anything. It refuses a price that the
// edition does not have, or whose unit the conversion does not give.
func (a *App) SetNationalPrice(ctx context.Context, who Who, in SetNationalPrice) error {
	return a.decidePrice(ctx, who, policy.PriceMapSetLocal, in)
}

// LeaveOut decides that a code is not counted, and why.
type LeaveOut struct {
	OpenPriceLine
	Reason string
}

func (in LeaveOut) check() error {
	return checkReason(in.Reason, fault.InvalidField("reason", "Say why it is left out.", "Write a sentence that a finance director would accept."))
}

// Change implements PriceProposal.
func (in LeaveOut) Change(l *area.PriceLine) {
	l.Own, l.Local, l.National = nil, nil, nil
	l.LeftOut = &area.LeftOut{Policy: "by-decision", Reason: in.Reason}
}

// LeaveOut proposes that a code is not counted. It stays on the price map, with its reason.
func (a *App) LeaveOut(ctx context.Context, who Who, in LeaveOut) error {
	return a.decidePrice(ctx, who, policy.PriceMapLeaveOut, in)
}

func (a *App) decidePrice(ctx context.Context, who Who, act policy.Act, in PriceProposal) error {
	if err := in.check(); err != nil {
		return err
	}
	return a.db.Do(ctx, inArea(who, act, policy.PriceMap), func(tx *store.Tx) error {
		_, e, err := a.propose(tx, in)
		if err != nil {
			return err
		}
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		if _, err := m.with(tx, e); err != nil { // the map must hold together with the change, or nothing changes
			return err
		}
		_, err = tx.SetPrice(e)
		return err
	})
}

// propose is the line of the price map as a decision would have it.
func (a *App) propose(tx *store.Tx, in PriceProposal) (k cost.Key, e store.PriceEntry, err error) {
	m, err := a.priceMap(tx)
	if err != nil {
		return k, e, err
	}
	k = cost.Key(in.about())
	l, known := m.lines[k]
	if !known && !slices.ContainsFunc(m.codes, func(c store.ServiceCode) bool { return m.key(c) == k }) {
		return k, e, fault.Missing("code")
	}
	l.Agency, l.Code, l.Unit, l.ApprovedBy, l.ApprovedOn = k.Agency, k.Code, k.Unit, "", 0
	if l.Payer == "" {
		g, _ := m.area.Agency(k.Agency)
		l.Payer = g.Payer
	}
	in.Change(&l)
	for n, g := range m.agencies {
		if g.Slug == k.Agency {
			e, err = priceEntry(n, l)
			return k, e, err
		}
	}
	return k, e, fault.Missing("code")
}

// errOwnPrice keeps two pairs of eyes on a price.
var errOwnPrice = fault.New(fault.Denied, "own-price", "You set this price, so somebody else approves it.", "Ask another finance lead.")

// errNothingDecided keeps "no price" from being approved: that contacts cost nothing known is a gap, until somebody says why they are left out.
var errNothingDecided = fault.New(fault.Conflict, "nothing-decided", "Nobody has said yet what this code costs, so there is nothing to approve.",
	"Set a price, or leave the code out and say why.")

// ApprovePrice is a finance lead's approval of a proposed price or of leaving a code out, in the place of what was approved before it.
// Nobody approves what they proposed.
func (a *App) ApprovePrice(ctx context.Context, who Who, n id.Price) error {
	return a.db.Do(ctx, inArea(who, policy.PriceMapApprove, policy.PriceMap), func(tx *store.Tx) error {
		standing, err := tx.Prices()
		if err != nil {
			return err
		}
		for _, p := range standing {
			if p.ID != n {
				continue
			}
			if p.MadeBy == tx.Actor().Account {
				return errOwnPrice
			}
			var l area.PriceLine
			if err := json.Unmarshal([]byte(p.Entry), &l); err != nil {
				return fmt.Errorf("price %d: %w", p.ID, err)
			}
			if !decides(l) {
				return errNothingDecided
			}
		}
		if err := tx.ApprovePrice(n); err != nil {
			return err
		}
		_, err = a.priceMap(tx) // it must hold together with what was approved since the price was proposed
		return err
	})
}
