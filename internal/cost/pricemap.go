package cost

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// Key is what an agency sends for a use: its own code and unit.
type Key struct{ Agency, Code, Unit string }

func (k Key) String() string { return k.Agency + " " + k.Code + " (" + k.Unit + ")" }

// Conversion is how what was sent becomes units of the price. Nights of a stay are its midnights: the day of leaving is
// not counted, and a stay that ends on the day it began counts one, so that a bed used is never nought. Days of a
// period count both ends. A quantity sent for a period is spread evenly over the days of the period.
type Conversion string

const (
	Each           Conversion = "each"             // the quantity as sent, or one
	MinutesToHours Conversion = "minutes-to-hours" // the quantity ÷ 60
	Nights         Conversion = "nights"           // nights of the stay, for a price by the night or the bed day
	Days           Conversion = "days"             // days of the period
	NightsOver7    Conversion = "nights-over-7"    // nights ÷ 7, for a price by the week
	DaysOver7      Conversion = "days-over-7"
	NightsOver365  Conversion = "nights-over-365" // nights ÷ 365, for a price by the year
	DaysOver365    Conversion = "days-over-365"
)

// conversions says for each conversion which prices it fits and what a unit is divided by. by is in the unit as sent.
var conversions = map[Conversion]struct {
	fits    []Basis
	by      uint64
	counts  counting
	sayings string
}{
	Each:           {[]Basis{Event, Item, Hour, Day, Night, Week}, 1, byQuantity, ""},
	MinutesToHours: {[]Basis{Hour}, 60, byQuantity, "minutes ÷ 60"},
	Nights:         {[]Basis{Day, Night}, 1, byNights, "1 stay = its nights"},
	Days:           {[]Basis{Day}, 1, byDays, "1 period = its days"},
	NightsOver7:    {[]Basis{Week}, 7, byNights, "nights ÷ 7"},
	DaysOver7:      {[]Basis{Week}, 7, byDays, "days ÷ 7"},
	NightsOver365:  {[]Basis{Year}, 365, byNights, "year ÷ 365"},
	DaysOver365:    {[]Basis{Year}, 365, byDays, "year ÷ 365"},
}

// counting is what is counted of a contact.
type counting uint8

const (
	byQuantity counting = iota
	byNights
	byDays
)

// Says is the conversion in words, as the price map shows it; "none" where the quantity is taken as sent.
func (c Conversion) Says() string { return cmp.Or(conversions[c].sayings, "none") }

// OwnPrice says that the agency's own amount prices a contact, and in whose money the amounts are. A zero year means the
// money of the financial year in which each contact began.
type OwnPrice struct {
	Year day.FinancialYear
	Note string // what was taken off: "the rent column is taken off"
}

// LocalPrice is a price given by the partnership's finance leads.
type LocalPrice struct {
	Amount money.Pence
	Basis  Basis
	Year   day.FinancialYear
	Source string
}

// LeftOut says that a code is not counted unless its policy is asked for, and why.
type LeftOut struct{ Policy, Reason string }

// RentAndBenefits is the policy of leaving out rent and benefits, which every area starts with.
const RentAndBenefits = "rent-and-benefits"

// Entry is one line of a price map. The first of these that applies prices a contact: the contact's own amount, the
// local price, the national price. With none of them the code is a gap; never nought.
type Entry struct {
	ID id.Price
	Key
	Service    string // slug of the service meant
	Payer      string // slug of the one payer that the area names for it
	Kind       Kind   // of the service, in this area
	Conversion Conversion
	Own        *OwnPrice
	Local      *LocalPrice
	National   *Ref
	LeftOut    *LeftOut
	Accepted   string // why a price marked "caution" is used all the same
	ApprovedBy string // empty is not approved, so not used
	ApprovedOn day.Day
}

func (e Entry) priced() bool { return e.Own != nil || e.Local != nil || e.National != nil }

// Map is a price map that holds together: what NewMap has checked.
type Map struct {
	entries  []Entry
	library  Library
	deflator *Deflator
	year     day.FinancialYear
}

// Entries gives the lines of the map.
func (m *Map) Entries() []Entry { return slices.Clone(m.entries) }

// Year is the financial year in whose money the map's amounts come out.
func (m *Map) Year() day.FinancialYear { return m.year }

// NewMap checks entries against the editions and the deflator, and gives the map that reckons in the money of year.
// It refuses, naming each entry: two entries for a key; a national price that is not in the library, or whose use is
// never or person_year; a caution without its acceptance; a conversion that does not fit the price; a year that the
// deflator does not cover; and two national prices of which one holds the other, since they can never both apply.
func NewMap(entries []Entry, library Library, deflator *Deflator, year day.FinancialYear) (*Map, error) {
	c := checker{map[Key]bool{}, nil, library, deflator, year}
	for _, e := range entries {
		c.entry(e)
	}
	c.nested(entries)
	if len(c.notes) > 0 {
		f := fault.New(fault.Invalid, "price-map", "The price map does not hold together.", "Correct the lines named.")
		f.Notes = c.notes
		return nil, f
	}
	return &Map{slices.Clone(entries), library, deflator, year}, nil
}

type checker struct {
	seen     map[Key]bool
	notes    []fault.Note
	library  Library
	deflator *Deflator
	year     day.FinancialYear
}

func (c *checker) bad(e Entry, message, remedy string) {
	c.notes = append(c.notes, fault.Note{Field: e.Key.String(), Message: message, Remedy: remedy})
}

func (c *checker) entry(e Entry) {
	if c.seen[e.Key] {
		c.bad(e, "The code stands twice in the map.", "Keep one line.")
	}
	c.seen[e.Key] = true
	if e.Local != nil && e.National != nil {
		c.bad(e, "It has both a local and a national price.", "Keep one.")
	}
	if e.LeftOut != nil && (e.LeftOut.Policy == "" || strings.TrimSpace(e.LeftOut.Reason) == "") {
		c.bad(e, "It is left out without a policy or a reason.", "Give both.")
	}
	if !e.priced() {
		return
	}
	if e.Payer == "" {
		c.bad(e, "It does not say who pays.", "Name one payer.")
	}
	conversion, ok := conversions[e.Conversion]
	if !ok {
		c.bad(e, fmt.Sprintf("There is no conversion %q.", e.Conversion), "Use one of those listed in the price map's help.")
	}
	if e.Own != nil && e.Own.Year != 0 {
		c.uprates(e, e.Own.Year)
	}
	if e.Local != nil {
		c.fits(e, conversion.fits, e.Local.Basis)
		c.uprates(e, e.Local.Year)
		if e.Local.Amount <= 0 || strings.TrimSpace(e.Local.Source) == "" {
			c.bad(e, "A local price needs an amount above nothing and a source.", "Give both.")
		}
	}
	if e.National != nil {
		c.national(e, conversion.fits)
	}
}

func (c *checker) national(e Entry, fits []Basis) {
	p, err := c.library.Price(*e.National)
	if err != nil {
		f := fault.As(err)
		c.bad(e, f.Message, f.Remedy)
		return
	}
	c.fits(e, fits, p.Basis)
	c.uprates(e, p.Year)
	if p.Amount.Scale() > priceScale || !p.Amount.IsPos() {
		c.bad(e, p.Ref.String()+" has an amount that cannot be reckoned with.", "Correct the edition.")
	}
	switch p.Use {
	case UsePersonYear:
		c.bad(e, p.Ref.String()+" is a whole person's total, so it can never price a contact.", "Choose another price.")
	case UseNever:
		c.bad(e, p.Ref.String()+" can never price a contact: "+p.UseNote, "Choose another price.")
	case UseCaution:
		if strings.TrimSpace(e.Accepted) == "" {
			c.bad(e, p.Ref.String()+" has a catch: "+p.UseNote, "Say in words why it is used all the same, or choose another price.")
		}
	}
}

func (c *checker) fits(e Entry, fits []Basis, b Basis) {
	if _, ok := quantityRules[b]; !ok || !slices.Contains(fits, b) {
		c.bad(e, fmt.Sprintf("The conversion %s does not give what a price by the %s is for.", e.Conversion, b),
			"Choose a conversion that fits.")
	}
}

func (c *checker) uprates(e Entry, from day.FinancialYear) {
	if from == c.year {
		return
	}
	for _, y := range []day.FinancialYear{from, c.year} {
		if _, err := c.deflator.needs(y); err != nil {
			f := fault.As(err)
			c.bad(e, f.Message, f.Remedy)
		}
	}
}

// nested finds national prices of the map of which one holds another, whole or in part.
func (c *checker) nested(entries []Entry) {
	used := map[Ref]Entry{}
	for _, e := range entries {
		if e.National != nil {
			used[*e.National] = e
		}
	}
	for _, e := range entries {
		if e.National == nil {
			continue
		}
		p, err := c.library.Price(*e.National)
		for err == nil {
			for _, holder := range []string{p.PartlyIn, p.Parent} {
				if other, both := used[Ref{p.Edition, holder}]; both && holder != "" {
					c.bad(e, fmt.Sprintf("%s is already inside %s, which prices %s. The two can never both apply.", p.Code, holder, other.Key),
						"Price one of the two codes another way, or leave one out.")
				}
			}
			if p.Parent == "" {
				break
			}
			p, err = c.library.Price(Ref{p.Edition, p.Parent})
		}
	}
}
