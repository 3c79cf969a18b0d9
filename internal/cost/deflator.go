package cost

import (
	"strings"

	"github.com/govalues/decimal"

	"throughline/internal/day"
	"throughline/internal/fault"
)

// Deflator is one vintage of a price index by financial year. Vintages differ (2006-07 to 2013-14 is 1.1802 in one and
// 1.1556 in another), so every uprated figure names its vintage. Only ratios of the index mean anything.
type Deflator struct {
	Vintage, Title, Licence, Attribution, Source string

	index    map[day.FinancialYear]decimal.Decimal
	forecast map[day.FinancialYear]bool
}

// indexScale is how many decimals an index has: far more than the series are published with, and few enough that
// a price, two indices and a length of stay multiply within 128 bits.
const indexScale = 8

// ParseDeflator reads a vintage's file: lines "# vintage:", "# title:", "# licence:", "# attribution:" and "# source:",
// then rows financial_year,index,status or financial_year,growth_percent,status, years following one another. In a file
// of growth the first year has none and is 100. Status is outturn or forecast.
func ParseDeflator(name, text string) (*Deflator, error) {
	about := []string{"vintage", "title", "licence", "attribution", "source"}
	series := "index"
	if strings.Contains(text, "\nfinancial_year,growth_percent,") {
		series = "growth_percent"
	}
	t, err := readTable(name, text, about, []string{"financial_year", series, "status"})
	if err != nil {
		return nil, err
	}
	d := &Deflator{Vintage: t.about["vintage"], Title: t.about["title"], Licence: t.about["licence"], Attribution: t.about["attribution"],
		Source: t.about["source"], index: map[day.FinancialYear]decimal.Decimal{}, forecast: map[day.FinancialYear]bool{}}
	level := decimal.MustNew(100, 0)
	var last day.FinancialYear
	for i, r := range t.rows {
		year := r.year("financial_year")
		if i > 0 && year != last+1 {
			r.bad("financial_year", "The years do not follow one another.", "Put "+(last+1).String()+" here.")
		}
		last = year
		if series == "index" {
			level = r.decimal("index")
		} else if i > 0 {
			level = grow(level, r.decimal("growth_percent"))
		} else if r.get("growth_percent") != "" {
			r.bad("growth_percent", "The first year is where the series begins, so it has no growth.", "Leave it empty.")
		}
		if !level.IsPos() {
			r.bad(series, "An index is more than nothing.", "Correct the figure.")
		}
		r.oneOf("status", "outturn", "forecast")
		d.index[year], d.forecast[year] = level.Round(indexScale), r.get("status") == "forecast"
	}
	return d, t.fault("deflator", "The deflator cannot be used.")
}

// grow raises an index by a percentage. It gives 0, which is refused, where the figures are absurdly large.
func grow(level, percent decimal.Decimal) decimal.Decimal {
	step, err := percent.Quo(decimal.Hundred)
	if err != nil {
		return decimal.Zero
	}
	level, err = level.AddMul(level, step)
	if err != nil {
		return decimal.Zero
	}
	return level
}

// Index gives the index of a year, and false where the vintage does not have it.
func (d *Deflator) Index(y day.FinancialYear) (decimal.Decimal, bool) {
	i, ok := d.index[y]
	return i, ok
}

// Forecast says whether the figure of a year was a forecast when the vintage was published.
func (d *Deflator) Forecast(y day.FinancialYear) bool { return d.forecast[y] }

// Uprate brings an amount in pounds from one year's money to another's. It multiplies before it divides and rounds
// nothing to pence: rounding is done once, where an amount is shown or becomes a line.
func (d *Deflator) Uprate(amount decimal.Decimal, from, to day.FinancialYear) (decimal.Decimal, error) {
	if from == to {
		return amount, nil
	}
	i, err := d.needs(from)
	if err != nil {
		return decimal.Decimal{}, err
	}
	j, err := d.needs(to)
	if err != nil {
		return decimal.Decimal{}, err
	}
	up, err := amount.Mul(j)
	if err != nil {
		return decimal.Decimal{}, tooLarge(err)
	}
	up, err = up.Quo(i)
	if err != nil {
		return decimal.Decimal{}, tooLarge(err)
	}
	return up, nil
}

func (d *Deflator) needs(y day.FinancialYear) (decimal.Decimal, error) {
	i, ok := d.index[y]
	if !ok {
		return i, fault.New(fault.Invalid, "no-deflator-year", "The deflator "+d.Vintage+" has no figure for "+y.String()+".",
			"Choose a vintage that covers the year.")
	}
	return i, nil
}

func tooLarge(cause error) error {
	return fault.New(fault.Invalid, "amount-too-large", "The amount is too large to reckon with.", "Check it.").Because(cause)
}
