package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/web/ui"
)

func (s *Server) editions(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.Editions(r.Context(), who)
	if err != nil {
		return err
	}
	c := ui.Editions{Deflator: p.Deflator.Title, Target: p.Target}
	for _, e := range p.Editions {
		c.Rows = append(c.Rows, ui.EditionRow{Slug: e.Name, Name: e.Title, Attribution: e.Attribution, Licence: e.Licence, Years: yearWords(e.Years),
			Prices: len(e.Prices), Used: e.Priced})
	}
	return ui.EditionsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// yearWords are financial years from the first to the last: "2006-07 to 2013-14".
func yearWords(years []day.FinancialYear) string {
	switch len(years) {
	case 0:
		return "no year"
	case 1:
		return years[0].String()
	}
	return years[0].String() + " to " + years[len(years)-1].String()
}

// editionAsked reads how an edition's prices are searched, sorted and paged.
func editionAsked(name string, q url.Values) (app.OpenEdition, ui.List) {
	in := app.OpenEdition{Name: name, Search: q.Get("q"), Descending: q.Get("order") == "descending", Page: page(q)}
	if by := q.Get("sort"); by == "code" || by == "price" {
		in.By = by
	}
	return in, ui.List{Path: ui.EditionPath(name), Kept: kept(q, "q"), Sort: in.By, Descending: in.Descending, Size: app.PricesOnPage}
}

func (s *Server) edition(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in, list := editionAsked(r.PathValue("edition"), q)
	p, err := s.app.Edition(r.Context(), who, in)
	if err != nil {
		return err
	}
	list.Total, list.Page = p.Found, p.Page
	e := p.Edition
	c := ui.Edition{Slug: e.Name, Name: e.Title, Attribution: e.Attribution, Licence: e.Licence, Source: e.Source, Years: yearWords(e.Years), Target: p.Target,
		Deflator: p.Deflator.Title, Search: typedIn(q, "q"), List: list}
	for _, x := range p.Prices {
		row := ui.EditionPrice{Code: x.Code, Item: x.Item, Unit: x.Unit, Payer: editionPayer(x.Price), Year: x.Year, Published: x.Published, Uprated: x.Uprated,
			NotKnown: x.NoDeflator}
		if x.Factor != "" {
			row.Factor = "× " + x.Factor
		}
		row.Use, row.Usable = useWords(x.Price)
		c.Rows = append(c.Rows, row)
	}
	return ui.EditionPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// editionPayer is who pays, in the edition's own words.
func editionPayer(p cost.Price) string {
	words := strings.ReplaceAll(p.Payer, "_", " ")
	if rest, ok := strings.CutPrefix(words, "nhs"); ok {
		words = "NHS" + rest
	}
	if p.PayerNote != "" {
		words += ": " + p.PayerNote
	}
	return sentenceCase(words)
}

// useWords say whether a price may be counted, and with what catch.
func useWords(p cost.Price) (words string, usable bool) {
	note := func(says string) string {
		if p.UseNote == "" {
			return says
		}
		return says + ": " + p.UseNote
	}
	switch p.Use {
	case cost.UseContact:
		return note("Yes"), true
	case cost.UseCaution:
		return note("With care"), true
	case cost.UsePersonYear:
		return cmp.Or(p.UseNote, "It is the total of a whole person."), false
	}
	return cmp.Or(p.UseNote, "It has no sound source."), false
}
