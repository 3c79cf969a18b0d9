package app

import (
	"errors"
	"testing"

	"throughline/internal/fault"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestPriceMapCountsWhatStands: before the first run the price map counts the contacts that stand, each once, whatever was sent again.
func TestPriceMapCountsWhatStands(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		row := "A1,Dean,Whitlock,04/03/1983,"
		w.accept(w.send(l, march, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,1\n"))
		later := w.send(l, april, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,3\n"+row+"V3,07/04/2026,1\n")
		sent := func() int {
			t.Helper()
			p, err := w.app.PriceMap(t.Context(), w.as(policy.Analyst, policy.FindAndCost))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range p.Lines {
				if line.Agency.Slug == "lantern" && line.Code == "OUTR" {
					return line.Sent
				}
			}
			t.Fatal("the price map has no line for outreach")
			return 0
		}
		diff(t, "before the later file counts", 2, sent())
		w.accept(later)
		diff(t, "with the later file", 3, sent())
		w.sentInError(later)
		diff(t, "with the later file taken back", 2, sent())
	})
}

// priceLine is a code's line as a finance lead sees it.
func (w *scene) priceLine(code OpenPriceLine) PriceLinePage {
	w.t.Helper()
	p, err := w.app.PriceLine(w.t.Context(), w.as(policy.FinanceLead, policy.AgreePrices), code)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// proposePrice has the analyst propose a price of one event for a code.
func (w *scene) proposePrice(code OpenPriceLine, amount money.Pence) {
	w.t.Helper()
	p := w.priceLine(code)
	err := w.app.SetLocalPrice(w.t.Context(), w.as(policy.Analyst, policy.AgreePrices), SetLocalPrice{OpenPriceLine: code,
		Service: p.State.Line.Service, Amount: amount, Basis: "event", PriceYear: p.Area.Prices.PriceYear, Source: "Finance"})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestApprovedPriceStands proposes another price for a code that has an approved one: until somebody else approves it, figures are made
// with the price that stands, and the map says that another waits. Then the new one counts and the old one is history.
func TestApprovedPriceStands(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"))
		code := OpenPriceLine{Agency: "lantern", Code: "OUTR", Unit: "contact"}
		line := func() PriceLinePage { t.Helper(); return w.priceLine(code) }
		propose := func(amount money.Pence) { t.Helper(); w.proposePrice(code, amount) }
		approve := func() {
			t.Helper()
			if err := w.app.ApprovePrice(t.Context(), w.as(policy.FinanceLead, policy.AgreePrices), line().State.Waiting.ID); err != nil {
				t.Fatal(err)
			}
		}
		costs := func() money.Pence {
			t.Helper()
			w.run()
			f, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: w.find("Dean", "Whitlock")})
			if err != nil {
				t.Fatal(err)
			}
			return f.Priced.Total.Amount()
		}
		propose(100_00)
		approve()
		diff(t, "at the price approved first", money.Pence(100_00), costs())

		propose(300_00)
		propose(250_00) // takes the place of the proposal before it
		l := line().State
		if l.State != "approved" || l.Gap() || !l.Waits || l.Line.Local.Amount != 100_00 || l.Waiting.Line.Local.Amount != 250_00 {
			t.Errorf("while another price waits the map says %s, of %v; %v waits, of %v", l.State, l.Line.Local, l.Waits, l.Waiting.Line.Local)
		}
		if e := line().Effect; e == nil || e.Amount != 150_00 {
			t.Errorf("approving it is said to change the sum by %v, want £150.00", e)
		}
		diff(t, "while another waits", money.Pence(100_00), costs())

		approve()
		if l := line().State; l.State != "approved" || l.Waits || l.Line.Local.Amount != 250_00 {
			t.Errorf("once the other is approved the map says %s, of %v; waits: %v", l.State, l.Line.Local, l.Waits)
		}
		diff(t, "at the price approved then", money.Pence(250_00), costs())
	})
}

// TestEffectFollowsWhatStands: what approving a price would do is kept between views, and reckoned anew once a file, a price or an answer has
// changed what it rests on.
func TestEffectFollowsWhatStands(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	l := w.layout("lantern", numbered)
	row := "A1,Dean,Whitlock,04/03/1983,"
	w.accept(w.send(l, march, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,1\n"))
	w.run()
	code := OpenPriceLine{Agency: "lantern", Code: "OUTR", Unit: "contact"}
	line := func() PriceLinePage { t.Helper(); return w.priceLine(code) }
	was := line().State.Sum.Amount / 2 // of one contact
	propose := func(amount money.Pence) { t.Helper(); w.proposePrice(code, amount) }
	propose(100_00)
	first := line().Effect
	diff(t, "of two contacts", 2*(100_00-was), first.Amount)
	diff(t, "seen again", first, line().Effect)
	if n := len(w.app.effects.was); n != 1 {
		t.Errorf("two views of one decision were reckoned %d times", n)
	}
	propose(200_00)
	diff(t, "of another price", 2*(200_00-was), line().Effect.Amount)
	later := w.send(l, april, false, head+row+"V3,05/02/2026,1\n")
	w.accept(later)
	diff(t, "with another file", 3*(200_00-was), line().Effect.Amount)
	w.sentInError(later)
	diff(t, "with that file taken back", 2*(200_00-was), line().Effect.Amount)
}

// TestTwoPeopleAgreeAPrice: whoever proposed a price does not approve it, whatever their roles; another finance lead does.
func TestTwoPeopleAgreeAPrice(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"))
		lead := w.as(policy.FinanceLead, policy.AgreePrices)
		code := OpenPriceLine{Agency: "lantern", Code: "OUTR", Unit: "contact"}
		l, err := w.app.PriceLine(t.Context(), lead, code)
		if err != nil {
			t.Fatal(err)
		}
		err = w.app.SetLocalPrice(t.Context(), lead, SetLocalPrice{OpenPriceLine: code,
			Service: l.State.Line.Service, Amount: 100_00, Basis: "event", PriceYear: l.Area.Prices.PriceYear, Source: "Finance"})
		if err != nil {
			t.Fatal(err)
		}
		if l, err = w.app.PriceLine(t.Context(), lead, code); err != nil {
			t.Fatal(err)
		}
		waits := l.State.ID
		if l.State.Waits {
			waits = l.State.Waiting.ID
		}
		if err := w.app.ApprovePrice(t.Context(), lead, waits); fault.As(err).Code != "own-price" {
			t.Errorf("whoever proposed the price is answered %v, want that somebody else approves it", err)
		}
		if l, err = w.app.PriceLine(t.Context(), lead, code); err != nil || l.State.State == "approved" && !l.State.Waits {
			t.Errorf("the price is %s (%v), and nobody else has approved it", l.State.State, err)
		}
	})
}

// TestPriceMapOfAnActTakenBack makes the price map ready within an act that sets a price and then fails: nobody is shown that map.
func TestPriceMapOfAnActTakenBack(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.accept(w.send(w.layout("lantern", numbered), march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n"))
		hash := func(lost error, change func(tx *store.Tx) error) (got string) {
			t.Helper()
			err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.AgreePrices), policy.PriceMapSetLocal, policy.PriceMap), func(tx *store.Tx) error {
				if err := change(tx); err != nil {
					return err
				}
				m, err := w.app.priceMap(tx)
				if err != nil {
					return err
				}
				got = m.hash
				return lost
			})
			if !errors.Is(err, lost) {
				t.Fatal(err)
			}
			return got
		}
		set := func(service string) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				codes, err := tx.ServiceCodes()
				if err != nil {
					return err
				}
				_, err = tx.SetPrice(store.PriceEntry{Agency: codes[0].Agency, Code: codes[0].Code, Unit: codes[0].Unit, Entry: `{"service":"` + service + `"}`, State: "approved", ApprovedAt: tx.Now()})
				return err
			}
		}
		within := hash(errors.New("lost"), set("street-outreach"))
		other := hash(nil, set("hostel-support")) // as many changes as the act that was taken back
		if within == other {
			t.Fatal("two prices make one map")
		}
		diff(t, "the map after the act that was taken back and another", other, hash(nil, func(*store.Tx) error { return nil }))
	})
}
