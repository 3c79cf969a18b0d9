package area

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/money"
)

// PriceLine is one line of the template that an area's finance lead fills: what one agency's code means, and its price.
// At most one of Local and National is the price where the contact brings no amount of its own; none of Own, Local,
// National and LeftOut means that nobody has set a price yet.
type PriceLine struct {
	Agency, Code, Unit string
	Service            string // slug
	Payer              string // slug; the agency's payer unless the line says another
	Conversion         string // how what was sent becomes the price's unit, as package cost names it
	Own                *OwnAmount
	Local              *LocalPrice
	National           *NationalPrice
	LeftOut            *LeftOut
	Accepted           string // why a price with a known catch is used all the same
	ApprovedBy         string
	ApprovedOn         day.Day
	Line               int // where it stands in the file
}

// OwnAmount says that the amount on each contact is used, and in whose money it is. A zero year means the money of the
// financial year in which the contact began.
type OwnAmount struct {
	PriceYear day.FinancialYear
	Note      string // what is taken off before: "the rent column is taken off"
}

// LocalPrice is a price that the partnership's finance leads give.
type LocalPrice struct {
	Amount    money.Pence
	A         string // what it is the price of one of: event, item, hour, day, night, week or year
	PriceYear day.FinancialYear
	Source    string // in words
}

// NationalPrice names a price of an edition.
type NationalPrice struct{ Edition, Code string }

// LeftOut says that a code is not counted, and why. Policy is the slug of what is left out as a class.
type LeftOut struct{ Policy, Reason string }

type priceFile struct {
	Lines []struct {
		Agency, Code, Unit, Service, Payer, Conversion, Accepted string

		Own *struct {
			PriceYear string `yaml:"price_year"`
			Note      string
		}
		Local *struct {
			Amount    string
			A         string
			PriceYear string `yaml:"price_year"`
			Source    string
		}
		National   *struct{ Edition, Code string }
		LeftOut    *struct{ Policy, Reason string } `yaml:"left_out"`
		ApprovedBy string                           `yaml:"approved_by"`
		ApprovedOn string                           `yaml:"approved_on"`
	}
}

// loadPrices reads the price map file, checking each line against the area's agencies, services and payers.
func (a *Area) loadPrices(f *file) {
	var in priceFile
	if !f.decode(&in) {
		return
	}
	seen := map[[3]string]int{}
	for i, l := range in.Lines {
		at := func(keys ...any) place { return f.at(append([]any{"lines", i}, keys...)...) }
		p := PriceLine{Agency: l.Agency, Code: l.Code, Unit: l.Unit, Service: l.Service, Payer: l.Payer,
			Conversion: l.Conversion, Accepted: l.Accepted, ApprovedBy: l.ApprovedBy, Line: at().line}
		agency, ok := a.Agency(l.Agency)
		if !ok {
			at("agency").bad("There is no agency %q in this area.", "Use one of the slugs under agencies in area.yaml.", l.Agency)
		}
		if _, ok := a.Service(l.Service); !ok {
			at("service").bad("There is no service %q in this area.", "Use one of the slugs under services in area.yaml.", l.Service)
		}
		if p.Payer == "" {
			p.Payer = agency.Payer
		} else if _, ok := a.Payer(p.Payer); !ok {
			at("payer").bad("There is no payer %q in this area.", "Use one of the slugs under payers in area.yaml.", l.Payer)
		}
		if l.Code == "" || l.Unit == "" {
			at().bad("A line needs the agency's code as it is sent, and its unit.", "Add code and unit.")
		}
		key := [3]string{l.Agency, l.Code, l.Unit}
		if first, twice := seen[key]; twice {
			at().bad("%s of %s in %s stands on line %d already.", "Keep one of the two lines.", l.Code, l.Agency, l.Unit, first)
		}
		seen[key] = p.Line
		priced := l.Own != nil || l.Local != nil || l.National != nil
		switch {
		case l.Local != nil && l.National != nil:
			at().bad("A line has a local or a national price, not both.", "Remove one of them.")
		case l.LeftOut != nil && priced:
			at().bad("A code that is left out has no price.", "Remove left_out, or the price.")
		case l.LeftOut != nil && (strings.TrimSpace(l.LeftOut.Reason) == "" || l.LeftOut.Policy == ""):
			at("left_out").bad("A code is left out only with a policy and a reason.", "Add policy and reason.")
		case priced && l.Conversion == "":
			at().bad("A price needs a conversion from what is sent to the price's unit.", "Add conversion, for example: each.")
		}
		if l.Own != nil {
			p.Own = &OwnAmount{Note: l.Own.Note}
			if l.Own.PriceYear != "contact" {
				p.Own.PriceYear = at("own", "price_year").year(l.Own.PriceYear)
			}
		}
		if l.Local != nil {
			at := func(key string) place { return at("local", key) }
			p.Local = &LocalPrice{Amount: at("amount").amount(l.Local.Amount), A: l.Local.A,
				PriceYear: at("price_year").year(l.Local.PriceYear), Source: at("source").words(l.Local.Source)}
		}
		if l.National != nil {
			p.National = &NationalPrice{l.National.Edition, l.National.Code}
		}
		if l.LeftOut != nil {
			p.LeftOut = &LeftOut{l.LeftOut.Policy, l.LeftOut.Reason}
		}
		if l.ApprovedOn != "" {
			p.ApprovedOn = at("approved_on").day(l.ApprovedOn)
		}
		a.Prices.Map = append(a.Prices.Map, p)
	}
}
