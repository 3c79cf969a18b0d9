package ui

import (
	"throughline/internal/day"
	"throughline/internal/money"
)

// Card is a figure with its name and a note.
type Card struct {
	Name, Figure string
	Note         Text
}

// Cards are counts. Money added up goes in Totals.
type Cards []Card

// Totals are sums of money. What a total is not is part of it: the template writes it after the figures, and there
// is no way to have the one without the other.
type Totals struct {
	Cards []Card
	Year  day.FinancialYear // the price year of every figure here
	Rents bool              // rent and benefits are counted; else they are left out, and the page says so

	NotPriced   int    // contacts without a price, which are in no figure here
	NotPricedAt string // where those are; empty where they are not opened
}

// Costing is what every sum of money rests on, and goes with it to the page.
type Costing struct {
	Year  day.FinancialYear // prices of
	Rents bool              // rent and benefits are counted

	NotPriced   int    // contacts without a price, which are not in the sum
	NotPricedAt string // where those are; empty for whoever may not open them
}

func (c Costing) totals(cards ...Card) Totals {
	return Totals{cards, c.Year, c.Rents, c.NotPriced, c.NotPricedAt}
}

func card(name, figure string, note ...Bit) Card { return Card{name, figure, note} }

// sum adds what is shown on one page. The sums of all pages come with the page, added in the run.
func sum[T any](rows []T, amount func(T) money.Pence) money.Pence {
	var t money.Pence
	for _, r := range rows {
		t += amount(r)
	}
	return t
}
