package ui

import (
	"throughline/internal/day"
	"throughline/internal/money"
)

// Editions is the list of price editions that are held side by side.
type Editions struct {
	Rows     []EditionRow
	Deflator string // "GDP deflator, vintage of March 2026"
	Target   day.FinancialYear
}

// EditionRow is one edition.
type EditionRow struct {
	Slug, Name, Attribution, Licence string
	Years                            string // of its prices: "2006-07 to 2013-14"
	Prices, Used                     int
}

// Edition is one edition's prices, as published and uprated.
type Edition struct {
	Slug, Name, Attribution, Licence, Source string
	Years                                    string
	Target                                   day.FinancialYear
	Deflator                                 string
	Search                                   Form // q
	List                                     List
	Rows                                     []EditionPrice
}

// EditionPrice is one published price.
type EditionPrice struct {
	Code, Item, Unit, Payer string
	Year                    day.FinancialYear
	Published               money.Pence
	Uprated                 money.Pence
	Factor                  string // "× 1.1023"; empty when the price is of the target year already
	NotKnown                bool   // the deflator does not cover the year, so that Uprated is not known
	Use                     string // "usable", "not for counting: a whole-person total"
	Usable                  bool
}

// Head implements Content.
func (e Editions) Head() Head {
	return Head{Title: "Price editions", Place: PlacePrices, Crumbs: []Crumb{{"Prices", "/prices"}}}
}

// Table lists the editions.
func (e Editions) Table() Table {
	t := Table{ID: "editions", Name: many(len(e.Rows), "edition", "editions"), Wide: true, Empty: "No edition is loaded.",
		Columns: []Column{head(col("Edition")), key("Prices of"), num("Prices"), num("Used in the map"),
			col("Attribution"), col("Licence")}}
	for _, r := range e.Rows {
		t.Rows = append(t.Rows, row(linked(EditionPath(r.Slug), r.Name), words(r.Years), number0(r.Prices),
			number0(r.Used), words(r.Attribution), words(r.Licence)))
	}
	return t
}

// Head implements Content.
func (e Edition) Head() Head {
	return Head{Title: e.Name, Place: PlacePrices, Crumbs: []Crumb{{"Prices", "/prices"}, {"Editions", "/editions"}}}
}

// Path is the edition's address.
func (e Edition) Path() string { return EditionPath(e.Slug) }

// Query is the search field.
func (e Edition) Query() Input {
	return Input{Field: e.Search.field("q", "Search code, item or payer", ""), Width: 20, Kind: "search"}
}

// Table is this page of the prices.
func (e Edition) Table() Table {
	t := Table{ID: "prices", Name: e.List.name("price", "prices"), Wide: true, Empty: "No price matches. Try fewer letters.",
		Note: "Uprated to " + e.Target.String() + " by the " + e.Deflator + ".",
		Columns: []Column{e.List.sorted(key("Code"), "code", false), head(col("Item")), col("Unit"), col("Payer"),
			e.List.sorted(num("As published"), "price", true), num("Factor"), num("In " + e.Target.String()), col("May it be counted?")},
		Paging: e.List.paging("Pages of prices", "prices", false)}
	for _, r := range e.Rows {
		factor := words(r.Factor)
		if r.Factor == "" {
			factor = words("none needed")
		}
		uprated := pence(r.Uprated)
		if r.NotKnown {
			factor, uprated = words("not known"), words("not known")
		}
		use := words(r.Use)
		if !r.Usable {
			use = cell(Tag(Aside, "Not counted"), Plain(" "+r.Use))
		}
		t.Rows = append(t.Rows, row(sent(r.Code), words(r.Item), words(r.Unit), words(r.Payer),
			cell(Plain(r.Published.String()), Under(r.Year.String())), factor, uprated, use))
	}
	return t
}
