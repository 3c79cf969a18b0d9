package web

import (
	"net/http"
	"strings"

	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/web/ui"
)

var (
	priceIsSet     = notice("price-set", "The price is set. It counts once a finance lead has approved it.")
	codeIsLeftOut  = notice("price-left-out", "The code is left out, with your reason. A finance lead approves that.")
	priceIsAllowed = notice("price-approved", "It is approved, and counts from the next run.")
)

func (s *Server) setPrice(w http.ResponseWriter, r *http.Request, who app.Who) error {
	line := lineAsked(r.PostForm)
	in, err := priceProposed(r, line)
	switch in := in.(type) {
	case app.SetNationalPrice:
		err = s.app.SetNationalPrice(r.Context(), who, in)
	case app.SetLocalPrice:
		err = s.app.SetLocalPrice(r.Context(), who, in)
	}
	err = priceTrouble(err)
	if form, status, ok := again(r, err); ok {
		return s.pricePage(w, r, who, status, line, priceForms{set: withoutLine(form)})
	}
	if err != nil {
		return err
	}
	return s.done(w, pathOf(line), priceIsSet)
}

// effectFields are what a form of a line of the price map may ask about.
var effectFields = []string{"service", "amount", "counts", "year", "national", "source", "why"}

// priceEffect shows what a price would change, or leaving the code out, before anybody proposes it. It changes nothing. It is posted, so
// that what is typed enters no address.
func (s *Server) priceEffect(w http.ResponseWriter, r *http.Request, who app.Who) error {
	line := lineAsked(r.PostForm)
	leave := r.PostForm.Has("why")
	var in app.PriceProposal
	var err error
	if leave {
		in = app.LeaveOut{OpenPriceLine: line, Reason: r.PostForm.Get("why")}
	} else {
		in, err = priceProposed(r, line)
	}
	forms := priceForms{}
	if err == nil {
		forms.effect, err = s.app.PriceEffect(r.Context(), who, in)
		forms.weighed = true
	}
	form, status, ok := again(r, priceTrouble(err))
	switch {
	case err == nil:
		form, status = typedIn(r.PostForm, effectFields...), http.StatusOK
		forms.proposed = proposalWords(in)
	case !ok:
		return err
	default:
		form, forms.weighed = withoutLine(form), false
	}
	if leave {
		forms.leave = form
	} else {
		forms.set = form
	}
	return s.pricePage(w, r, who, status, line, forms)
}

// noEffect leads whoever opens the address of priceEffect, which is posted to, to the line that it is about, or to the price map.
func (s *Server) noEffect(w http.ResponseWriter, r *http.Request, who app.Who) error {
	line := lineAsked(r.URL.Query())
	switch _, err := s.app.PriceLine(r.Context(), who, line); {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return s.done(w, "/prices", "")
	case err != nil:
		return err
	}
	return s.done(w, pathOf(line), "")
}

// proposalWords are a proposal as the line of the price map would say it.
func proposalWords(in app.PriceProposal) string {
	var l area.PriceLine
	in.Change(&l)
	return priceWords(l)
}

// priceProposed reads the price that a form proposes: that of an edition, where one was chosen, or an amount.
func priceProposed(r *http.Request, line app.OpenPriceLine) (app.PriceProposal, error) {
	if r.PostForm.Get("national") == "" {
		return priceAsked(r, line)
	}
	edition, item, _ := strings.Cut(r.PostForm.Get("national"), " ")
	in := app.SetNationalPrice{OpenPriceLine: line, Service: r.PostForm.Get("service"), Edition: edition, Item: item}
	_, in.Conversion = basisOf(r.PostForm.Get("counts"))
	if strings.TrimSpace(r.PostForm.Get("amount")) != "" {
		return nil, fault.InvalidField("national", "There is an amount and a national price.", "Leave one of them out.")
	}
	return in, nil
}

func pathOf(line app.OpenPriceLine) string { return ui.PricePath(ui.PriceKey(line)) }

// priceAsked reads a local price as it was typed.
func priceAsked(r *http.Request, line app.OpenPriceLine) (app.PriceProposal, error) {
	form := r.PostForm
	f := fault.New(fault.Invalid, "price", "There is a problem.", "")
	in := app.SetLocalPrice{OpenPriceLine: line, Service: form.Get("service"), Source: strings.TrimSpace(form.Get("source"))}
	in.Basis, in.Conversion = basisOf(form.Get("counts"))
	var err error
	switch in.Amount, err = money.Parse(form.Get("amount")); {
	case strings.TrimSpace(form.Get("amount")) == "":
		f = f.With("amount", "The price is missing.", "Write pounds and pence, for example 812.00.")
	case err != nil || in.Amount <= 0:
		f = f.With("amount", "This is not a price.", "Write pounds and pence, for example 812.00.")
	}
	if in.PriceYear, err = day.ParseFinancialYear(form.Get("year")); err != nil {
		f = f.With("year", "Choose the year that the price is of.", "")
	}
	if in.Source == "" {
		f = f.With("source", "Say where the figure comes from.", "For example: Housing finance, 2024-25.")
	}
	if len(f.Notes) > 0 {
		return nil, f
	}
	return in, nil
}

// priceTrouble ties what the price map says of the code to the fields of the form.
func priceTrouble(err error) error {
	f := fault.As(err)
	if err == nil || f.Kind != fault.Invalid {
		return err
	}
	fields := map[string]bool{"amount": true, "year": true, "source": true, "service": true, "counts": true, "why": true, "national": true}
	c := *f
	c.Notes = nil
	for _, n := range f.Notes {
		if n.Field == "reason" {
			n.Field = "why"
		}
		if !fields[n.Field] { // the map names the code
			n.Field = "counts"
		}
		c.Notes = append(c.Notes, n)
	}
	if f.Code == "no-service" {
		c.Notes = []fault.Note{{Field: "service", Message: "Choose what the code means.", Remedy: ""}}
	}
	return &c
}

func (s *Server) leaveOut(w http.ResponseWriter, r *http.Request, who app.Who) error {
	line := lineAsked(r.PostForm)
	err := priceTrouble(s.app.LeaveOut(r.Context(), who, app.LeaveOut{OpenPriceLine: line, Reason: r.PostForm.Get("why")}))
	if form, status, ok := again(r, err); ok {
		return s.pricePage(w, r, who, status, line, priceForms{leave: withoutLine(form)})
	}
	if err != nil {
		return err
	}
	return s.done(w, pathOf(line), codeIsLeftOut)
}

func (s *Server) approvePrice(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := number(r, "price")
	if err != nil {
		return err
	}
	if err := s.app.ApprovePrice(r.Context(), who, id.Price(n)); err != nil {
		return err
	}
	return s.done(w, pathOf(lineAsked(r.PostForm)), priceIsAllowed)
}
