// Package cost turns contacts into priced lines: price editions and the deflators that bring them to one year's money,
// the area's price map, and the arithmetic from a contact to whole pence. Every price is an average, not what one use
// more or less would cost. All is pure: editions, maps, contacts and days are arguments, and no amount is a binary fraction.
package cost

import (
	"strings"

	"github.com/govalues/decimal"

	"throughline/internal/day"
	"throughline/internal/fault"
)

// Basis is what a price is the price of one of.
type Basis string

const (
	Event Basis = "event"
	Item  Basis = "item" // a document, an administrative product or a one-off charge
	Hour  Basis = "hour"
	Day   Basis = "day" // an occupied bed day is a midnight count
	Night Basis = "night"
	Week  Basis = "week"
	Year  Basis = "year"
)

// quantityRules fixes by basis how a quantity becomes units; editions repeat it, and a row that differs is refused.
var quantityRules = map[Basis]string{Event: "per_event", Item: "per_event", Hour: "per_hour", Day: "per_day",
	Night: "per_night", Week: "per_week_days_over_7", Year: "per_year_days_over_365"}

// Kind says what sort of use a service is.
type Kind string

const (
	Crisis              Kind = "crisis"
	Planned             Kind = "planned"
	EnforcementDisposal Kind = "enforcement_disposal"
)

// Use says whether a price may price a contact.
type Use string

const (
	UseContact    Use = "contact"
	UseCaution    Use = "caution"     // usable, with a catch that must be accepted in words
	UsePersonYear Use = "person_year" // a whole person's or a year's total: never added to contacts
	UseNever      Use = "never"
)

// Mixed is the payer of a price that no single payer meets, or whose split is unknown; the payer note says more.
const Mixed = "mixed"

// Ref names a price: codes are not stable between editions, so the edition is part of the name.
type Ref struct{ Edition, Code string }

func (r Ref) String() string { return r.Code + " (" + r.Edition + ")" }

// Price is one row of an edition, in the money of its year.
type Price struct {
	Ref
	Item     string // what it is the price of, in words
	Category string
	Unit     string // as the edition prints it: "per attendance"
	Basis    Basis
	Amount   decimal.Decimal // pounds
	Year     day.FinancialYear
	Kind     Kind
	Payer    string // as editions name payers: "nhs_acute", "mixed"
	// PayerNote qualifies Payer: the payers of a mixed price, with amounts where the source gives them.
	PayerNote     string
	Parent        string // code of the price that already holds this one whole
	PartlyIn      string // code of a price that already holds part of this one
	AlternativeTo string // code of the general price for the same event
	Use           Use
	UseNote       string
	RAG           string // green, amber or red as printed; empty is none printed, not good
	Source        string
}

// Edition is a set of prices published together. Editions are kept side by side and never mixed under one code.
type Edition struct {
	Name, Title, Licence, Attribution, Source string
	Prices                                    []Price
}

// Price finds a price by its code.
func (e *Edition) Price(code string) (Price, bool) {
	for _, p := range e.Prices {
		if p.Code == code {
			return p, true
		}
	}
	return Price{}, false
}

var editionColumns = []string{"code", "item", "category", "unit", "unit_basis", "quantity_rule", "amount", "price_year", "kind", "payer",
	"payer_note", "parent", "partly_in", "alternative_to", "use", "use_note", "rag", "source"}

// ParseEdition reads an edition's file: lines "# edition:", "# title:", "# licence:", "# attribution:" and "# source:",
// then comma-separated rows under their header. name is for messages. It refuses the whole file, naming each line,
// where a row has a field missing, an amount that is not one, a word outside the lists above, or a reference to a
// code that is not in the file.
func ParseEdition(name, text string) (*Edition, error) {
	t, err := readTable(name, text, []string{"edition", "title", "licence", "attribution", "source"}, editionColumns)
	if err != nil {
		return nil, err
	}
	e := &Edition{Name: t.about["edition"], Title: t.about["title"], Licence: t.about["licence"],
		Attribution: t.about["attribution"], Source: t.about["source"]}
	if nonCommercial(e.Licence) {
		t.bad(0, "licence", "The licence does not let the prices be used here: "+e.Licence+".", "Load an edition that may be used.")
	}
	lines := map[string]int{}
	for _, r := range t.rows {
		p := r.price(e.Name)
		if first, twice := lines[p.Code]; twice {
			t.bad(r.line, "code", p.Code+" stands twice, first on line "+itoa(first)+".", "Keep one.")
		}
		lines[p.Code] = r.line
		e.Prices = append(e.Prices, p)
	}
	for i, p := range e.Prices {
		for _, ref := range [][2]string{{"parent", p.Parent}, {"partly_in", p.PartlyIn}, {"alternative_to", p.AlternativeTo}} {
			if _, there := lines[ref[1]]; ref[1] != "" && (!there || ref[1] == p.Code) {
				t.bad(t.rows[i].line, ref[0], "There is no other price "+ref[1]+" in this edition.", "Name one, or leave it empty.")
			}
		}
	}
	e.checkNesting(t)
	return e, t.fault("price-edition", "The price edition cannot be used.")
}

// checkNesting refuses parents that go round in a ring.
func (e *Edition) checkNesting(t *table) {
	for i, p := range e.Prices {
		steps := 0
		for up := p.Parent; up != ""; steps++ {
			if steps > len(e.Prices) {
				t.bad(t.rows[i].line, "parent", "The parents of "+p.Code+" go round in a ring.", "Correct one of them.")
				return
			}
			next, _ := e.Price(up)
			up = next.Parent
		}
	}
}

func nonCommercial(licence string) bool {
	l := strings.ToUpper(licence)
	return strings.Contains(l, "BY-NC") || strings.Contains(l, "NONCOMMERCIAL") || strings.Contains(l, "NON-COMMERCIAL")
}

// price reads one row.
func (r row) price(edition string) Price {
	p := Price{Ref: Ref{edition, r.need("code")}, Item: r.need("item"), Category: r.need("category"), Unit: r.need("unit"),
		Basis: Basis(r.get("unit_basis")), Amount: r.decimal("amount"), Year: r.year("price_year"), Kind: Kind(r.get("kind")),
		Payer: r.need("payer"), PayerNote: r.get("payer_note"), Parent: r.get("parent"), PartlyIn: r.get("partly_in"),
		AlternativeTo: r.get("alternative_to"), Use: Use(r.get("use")), UseNote: r.get("use_note"), RAG: r.get("rag"),
		Source: r.need("source")}
	if rule, ok := quantityRules[p.Basis]; !ok || rule != r.get("quantity_rule") {
		r.bad("unit_basis", "The unit basis and quantity rule do not go together.",
			"Use event or item with per_event, hour with per_hour, day with per_day, night with per_night, week with per_week_days_over_7, "+
				"year with per_year_days_over_365.")
	}
	r.oneOf("kind", string(Crisis), string(Planned), string(EnforcementDisposal))
	r.oneOf("use", string(UseContact), string(UseCaution), string(UsePersonYear), string(UseNever))
	r.oneOf("rag", "", "green", "amber", "red")
	if p.Use != UseContact && p.UseNote == "" {
		r.bad("use_note", "A price that is not plainly for contacts says why.", "Add a sentence.")
	}
	if p.Payer == Mixed && p.PayerNote == "" {
		r.bad("payer_note", "A mixed payer says who pays.", "Add the payers.")
	}
	if !p.Amount.IsPos() {
		r.bad("amount", "A price is more than nothing.", "Write the pounds, for example 280.17.")
	}
	return p
}

// Library is the editions that a map may draw on, the one looked at first standing first.
type Library []*Edition

// Price finds a price by edition and code.
func (l Library) Price(ref Ref) (Price, error) {
	for _, e := range l {
		if e.Name == ref.Edition {
			if p, ok := e.Price(ref.Code); ok {
				return p, nil
			}
			return Price{}, fault.New(fault.Invalid, "no-price", "There is no price "+ref.Code+" in the edition "+ref.Edition+".",
				"Look the code up in the price editions.")
		}
	}
	return Price{}, fault.New(fault.Invalid, "no-edition", "The edition "+ref.Edition+" is not in use in this area.",
		"Add it to the area's editions, or choose a price of one that is.")
}
