package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/web/ui"
)

// codePeople shows whose the contacts of a code are.
func (s *Server) codePeople(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in := app.OpenCodePeople{OpenPriceLine: lineAsked(q), Set: app.CodeSet(q.Get("codes")), Cohort: q.Get("of") == "cohort", Page: page(q)}
	p, err := s.app.CodePeople(r.Context(), who, in)
	if err != nil {
		return err
	}
	key := priceKey(p.State)
	a := p.Area
	keep := kept(q, "agency", "code", "unit", "codes", "of")
	c := ui.CodePeople{Key: key, Agency: p.State.Agency.Name, Code: p.State.Code, Meaning: meaning(a, p.State), Window: p.Rule.Span, Cohort: in.Cohort,
		People: p.People, Contacts: p.Contacts, Unpriced: p.Unpriced, Sum: p.Amount, Closed: p.Closed, LeftOut: p.State.State == "left-out", Set: string(in.Set), Codes: len(p.Codes),
		Costing: ui.Costing{Year: a.Prices.PriceYear, Rents: p.Rents},
		List:    ui.List{Path: "/prices/people", Kept: keep, Page: p.Page, Size: app.CodePeopleOnPage, Total: p.People}}
	c.Run, c.Differs = p.Run.ID, p.Differs
	for _, l := range p.Codes {
		c.InRun, c.RunContacts, c.Costing.NotPriced = c.InRun+l.Sum.Amount, c.RunContacts+l.Uses(), c.Costing.NotPriced+l.NotPriced()
	}
	for _, x := range p.Rows {
		row := ui.CodePerson{Person: x.Person, Contacts: x.Contacts, Unpriced: x.Unpriced, Sum: x.Amount, InCohort: x.InCohort}
		for _, k := range x.Codes {
			row.Codes = append(row.Codes, ui.CodeCount{Key: ui.PriceKey(k.Key), Contacts: k.Contacts})
		}
		c.Rows = append(c.Rows, row)
	}
	return ui.CodePeoplePage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}
