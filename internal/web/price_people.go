package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/web/ui"
)

// codePeople shows whose the contacts of a code are.
func (s *Server) codePeople(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in := app.OpenCodePeople{OpenPriceLine: lineAsked(q), Cohort: q.Get("of") == "cohort", Page: page(q)}
	p, err := s.app.CodePeople(r.Context(), who, in)
	if err != nil {
		return err
	}
	key := priceKey(p.State)
	a := p.Area
	keep := kept(q, "agency", "code", "unit", "of")
	c := ui.CodePeople{Key: key, Agency: p.State.Agency.Name, Code: p.State.Code, Meaning: meaning(a, p.State), Window: p.Rule.Span, Cohort: in.Cohort,
		People: p.People, Contacts: p.Contacts, Unpriced: p.Unpriced, Sum: p.Amount, Closed: p.Closed, LeftOut: p.State.State == "left-out",
		Costing: ui.Costing{Year: a.Prices.PriceYear, Rents: p.Rents, NotPriced: p.State.NotPriced()},
		List:    ui.List{Path: "/prices/people", Kept: keep, Page: p.Page, Size: app.CodePeopleOnPage, Total: p.People}}
	if p.Run.ID != 0 {
		c.Run = p.Run.ID
		if p.Differs {
			c.InRun, c.RunContacts, c.Differs = p.State.Sum.Amount, p.State.Uses(), true
		}
	}
	for _, x := range p.Rows {
		c.Rows = append(c.Rows, ui.CodePerson{Person: x.Person, Contacts: x.Contacts, Unpriced: x.Unpriced, Sum: x.Amount, InCohort: x.InCohort})
	}
	return ui.CodePeoplePage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}
