package cost

import (
	"fmt"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// Total is an amount that cannot be taken apart from what it leaves out. Only a Table makes one.
type Total struct {
	amount     money.Pence
	year       day.FinancialYear
	vintage    string
	exclusions []string
	notPriced  int
}

// Total makes a total of an amount that the table reckoned, and of the gaps beside it.
func (t *Table) Total(amount money.Pence, gaps []Gap) Total {
	n := 0
	for _, g := range gaps {
		if g.Reason != GapLeftOut {
			n++
		}
	}
	return t.TotalOf(amount, n)
}

// TotalOf is Total where the contacts that have no price are counted already; those left out by policy are not among them.
func (t *Table) TotalOf(amount money.Pence, notPriced int) Total {
	exclusions := slices.Clone(t.exclude)
	if !slices.Contains(t.policy.Include, RentAndBenefits) && !slices.Contains(exclusions, RentAndBenefits) {
		exclusions = append([]string{RentAndBenefits}, exclusions...)
	}
	return Total{amount, t.year, t.deflator.Vintage, exclusions, notPriced}
}

// Amount is the sum in pence.
func (t Total) Amount() money.Pence { return t.amount }

// PriceYear is the financial year in whose money the amount is.
func (t Total) PriceYear() day.FinancialYear { return t.year }

// Vintage is the deflator by which prices of other years were brought to PriceYear.
func (t Total) Vintage() string { return t.vintage }

// Exclusions are the policies of what is left out: "rent-and-benefits".
func (t Total) Exclusions() []string { return slices.Clone(t.exclusions) }

// NotPriced is how many contacts inside the window have no price; they are not in the amount.
func (t Total) NotPriced() int { return t.notPriced }

// Says are the sentences that stand beside the amount wherever it is shown.
func (t Total) Says() []string {
	says := []string{"Not a saving: stopping one use does not release this sum.",
		"Prices are averages, not what one more or one fewer use would cost."}
	if slices.Contains(t.exclusions, RentAndBenefits) {
		says = append(says, "Rent and benefits are left out.")
	} else {
		says = append(says, "Rent and benefits are taken in, as asked.")
	}
	for _, e := range t.exclusions {
		if e != RentAndBenefits {
			says = append(says, "Left out by policy: "+e+".")
		}
	}
	says = append(says, "Prices of "+t.year.String()+".")
	return append(says, notPricedSays(t.notPriced)...)
}

const notIn = "Not in this sum: "

func notPricedSays(n int) []string {
	switch n {
	case 0:
		return nil
	case 1:
		return []string{notIn + "1 contact with no price."}
	}
	return []string{fmt.Sprintf("%s%d contacts with no price.", notIn, n)}
}

// SaysOfPart gives the sentences of a total as they stand beside a part of it, of whose contacts notPriced have no price.
func SaysOfPart(says []string, notPriced int) []string {
	part := slices.DeleteFunc(slices.Clone(says), func(s string) bool { return strings.HasPrefix(s, notIn) })
	return append(part, notPricedSays(notPriced)...)
}

func notInTable(service uint16) error {
	return fault.New(fault.Internal, "code-not-in-table",
		fmt.Sprintf("A contact names code %d, which the price table does not have.", service), "Make the price table again.")
}
