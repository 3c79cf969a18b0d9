// Package cohort finds the people whose use of services costs most, by the rule that a partnership agreed, and says where
// that cost lies. It is pure: the sums, the rule and what each feed covers are arguments; the same ones give the same cohort.
package cohort

import (
	"fmt"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// Rule is one version of a partnership's rule. A weekly figure means a total: £500 a week over the 104 weeks of 728 days
// is £52,000, and a person at exactly that is in.
type Rule struct {
	Version            int
	Agreed             string // who agreed it and when, in words
	AWeek              money.Pence
	PriceYear          day.FinancialYear // in whose money AWeek is
	Window             day.Span          // whole weeks, its two years of equal length
	AgenciesAtLeast    int               // different agencies with a priced contact in the window
	LargestMostPercent int               // the largest service may be at most this share of the person's cost; 100 is no limit
	Exclusions         []string          // what the sums leave out, as they say it
}

// Check says what is wrong with the rule, as a *fault.Error with a note for each field, or nil.
func (r Rule) Check() error {
	f := fault.New(fault.Invalid, "cohort-rule", "The rule cannot be used.", "Correct what is named.")
	if r.AWeek <= 0 || r.AWeek > most {
		f = f.With("a_week", "The amount a week is not above nothing, or far too large.", "Write an amount like £500.00.")
	}
	if n := r.Window.Days(); n == 0 || n%14 != 0 {
		f = f.With("window", fmt.Sprintf("The window has %d days, which are not two years of whole weeks.", n), "Use 728 days.")
	}
	if r.AgenciesAtLeast < 1 {
		f = f.With("agencies_at_least", "A member is known to at least one agency.", "Use 1 or more.")
	}
	if r.LargestMostPercent < 1 || r.LargestMostPercent > 100 {
		f = f.With("largest_most_percent", "A share is from 1 to 100 per cent.", "Use 100 for no limit.")
	}
	if r.PriceYear == 0 {
		f = f.With("price_year", "The rule does not say in which year's money it is.", "Name a year, for example 2024-25.")
	}
	if len(f.Notes) > 0 {
		return f
	}
	return nil
}

// Weeks is how many weeks the window has.
func (r Rule) Weeks() int { return r.Window.Days() / day.DaysInWeek }

// Threshold is the total at or above which a person's cost over the window meets the rule: £52,000 for £500 over 104 weeks.
func (r Rule) Threshold() money.Pence { return r.AWeek * money.Pence(r.Weeks()) }

// YearThreshold is the same for one of the window's two years: £26,000.
func (r Rule) YearThreshold() money.Pence { return r.AWeek * money.Pence(r.Weeks()/2) }

// Use is what one person's use of one agency's service cost over the window.
type Use struct {
	Agency, Service, Payer string // slugs
	Crisis                 bool
	Contacts               int
	Years                  [2]money.Pence // in the first and second year of the window
}

// Amount is both years.
func (u Use) Amount() money.Pence { return u.Years[0] + u.Years[1] }

// Person is what the rule is applied to.
type Person struct {
	ID      id.Person
	Borough string // empty is no borough
	Uses    []Use
	Died    day.Day // 0 where no death is known
}

// Member is someone whose cost meets the rule's threshold, with what the list shows of them.
type Member struct {
	ID           id.Person
	Borough      string
	Rank         int      // from 1, costliest first, in the list that the member stands in
	Agencies     []string // slugs with a priced contact, in alphabetical order
	Largest      string   // slug of the service that costs most
	LargestShare int      // of the person's cost, in tenths of a per cent
	Amount       money.Pence
	Years        [2]money.Pence
	Crisis       money.Pence
	Days         int         // of the window that the person was alive, by what is known
	AWeek        money.Pence // Amount over those days, a week
	Over         [2]bool     // at or above the rule's weekly amount in the first year, and in the second
	Partial      []string    // slugs of the person's agencies whose feed does not cover the whole window
}
