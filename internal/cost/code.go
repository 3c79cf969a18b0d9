package cost

import (
	"fmt"

	"throughline/internal/day"
	"throughline/internal/money"
)

// Code is what the price map says of one code, made ready to be shown.
type Code struct {
	Key    Key
	Entry  Entry
	Gap    GapReason // why nothing prices it; 0 where something does
	Source Source    // the price looked at first: own, local or national
	// UnitPrice is of one of what is counted, in the money of the map's year, rounded for showing: amounts are reckoned from
	// the price itself. It is 0 where only own amounts price the code; CodeSum.Each gives their average.
	UnitPrice  money.Pence
	PriceFrom  string // in words
	FromYear   day.FinancialYear
	ToYear     day.FinancialYear
	Conversion string // in words: "year ÷ 365, × 1.0953"
}

// Code gives what the table knows of the key at a place.
func (t *Table) Code(place int) Code {
	r := &t.rates[place]
	c := Code{Key: t.keys[place], Entry: r.entry, Gap: r.gap, Source: r.source, FromYear: t.year, ToYear: t.year}
	if r.gap != 0 {
		return c
	}
	c.Conversion = r.entry.Conversion.Says()
	switch r.source {
	case Local:
		c.PriceFrom, c.FromYear = r.entry.Local.Source, r.entry.Local.Year
	case National:
		c.PriceFrom, c.FromYear = r.national.Item+", "+r.national.Unit, r.national.Year
	}
	if r.source != "" {
		c.UnitPrice = r.unit(0)
	}
	if r.useOwn {
		c.Source, c.PriceFrom = Own, "own amount on each row"
		if r.entry.Own.Note != "" {
			c.Conversion = r.entry.Own.Note
		}
		if r.source == "" && !r.perYear {
			c.FromYear = r.entry.Own.Year
		}
	}
	if f := t.factorOf(c.FromYear); c.FromYear != c.ToYear && f.num != 0 {
		tenThousandths, _ := product([3]uint64{f.num, 10_000, 1}, [3]uint64{f.den, 1, 1})
		times := fmt.Sprintf("× %d.%04d", tenThousandths/10_000, tenThousandths%10_000)
		if c.Conversion == "none" {
			c.Conversion = times
		} else {
			c.Conversion += ", " + times
		}
	}
	return c
}

// Each is what one unit came to on average, rounded half to even; 0 where no quantity above nothing was priced.
func (c CodeSum) Each() money.Pence {
	if c.Quantity <= 0 {
		return 0
	}
	u, negative := magnitude(c.Amount)
	each, _ := product([3]uint64{u, 1000, 1}, [3]uint64{uint64(c.Quantity), 1, 1})
	if negative {
		each = -each
	}
	return money.Pence(each)
}
