// Package area is a partnership's settings: its boroughs, agencies, services, payers, purposes, cohort rule, price map
// and linkage settings, read from a folder of strict YAML. Areas differ in these files only; no code asks which area it is in.
package area

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// Area is one partnership's settings. Version is the SHA-256 of every file that made it, in hex: runs fix it, and a
// decision made under it can be traced to the words then in force.
type Area struct {
	Slug        id.Area
	Title       string // "South London"
	Partnership string // "South London partnership"
	Version     string

	Boroughs   []Named
	Agencies   []Agency
	Categories []Category
	Services   []Service
	Payers     []Named
	Purposes   []Purpose
	Roles      []string
	Cohort     CohortRule
	Prices     Prices
	Linkage    Linkage
	Wording    Wording

	sectors map[string]string // "SE5 8" to the slug of a borough
}

// Agency is an organisation that sends extracts.
type Agency struct {
	Slug  string
	Mark  string // three capitals that stand for it in a tight table
	Name  string
	Sends string   // what its files hold, in words
	Payer string   // slug of the payer that meets its costs unless a price line says otherwise
	Reach []string // slugs of the boroughs it works in
}

// Named is a slug and the words shown for it.
type Named struct{ Slug, Name string }

// Category is what services are gathered under.
type Category struct {
	Slug, Name  string
	Sensitivity Sensitivity // of its services that say none of their own
}

// Sensitivity says whether contacts with a service are kept to the agency that sends them, and why. The zero Sensitivity is that of a
// service of which nobody has said it: Load refuses an area that has one, and whoever meets one keeps it to its agency.
type Sensitivity string

// The words of an area's files; those of package policy are the same.
const (
	Ordinary       Sensitivity = "ordinary" // not kept to its agency
	MentalHealth   Sensitivity = "mental-health"
	DrugAndAlcohol Sensitivity = "drug-and-alcohol"
	Abuse          Sensitivity = "abuse"
)

// Sensitivities gives the words that an area may use.
func Sensitivities() []Sensitivity {
	return []Sensitivity{Ordinary, MentalHealth, DrugAndAlcohol, Abuse}
}

// Service is a kind of use that agencies' codes mean, the same across agencies.
type Service struct {
	Slug, Name  string
	Category    string // slug
	Kind        string // "crisis", "planned" or "enforcement_disposal"
	Unit, Units string // the word for one and for several: "night", "nights"
	Sensitivity Sensitivity
}

// Purpose is a reason for being here that people state once a session.
type Purpose struct{ Slug, Words string }

// CohortRule is the partnership's rule for its high-cost cohort, as it was agreed.
type CohortRule struct {
	Version            int
	Agreed             string // "Rule 3, agreed by the partnership on 2 April 2026"
	AWeek              money.Pence
	PriceYear          day.FinancialYear
	ShownAlsoIn        day.FinancialYear // a second year in whose money AWeek is shown; 0 is none
	Days               int               // length of the window
	AsOf               day.Day           // last day of the window
	AgenciesAtLeast    int
	LargestMostPercent int // a single service may be at most this share of a member's cost
}

// Prices says in whose money the area reckons and where its price map came from.
type Prices struct {
	PriceYear day.FinancialYear
	Deflator  string   // vintage, as package reference names it
	Editions  []string // national price editions, the one looked at first standing first
	Map       []PriceLine
}

// Linkage is what an area decides about joining records. Probabilities are between 0 and 1.
type Linkage struct {
	Population       int  // people who live in the area, for how many share a name and birth date by chance
	NameAndBirthRare bool // link on name and birth date alone when both are rare in the population; false is never
	AutomaticAbove   float64
	ReviewAbove      float64
}

// Wording is the sentences that stand beside every total of the area.
type Wording struct {
	NotASaving string
	Average    string
	LeftOut    string
	Invented   string // empty in a real area
}

// Agency finds an agency by slug.
func (a *Area) Agency(slug string) (Agency, bool) {
	return find(a.Agencies, func(g Agency) bool { return g.Slug == slug })
}

// Service finds a service by slug.
func (a *Area) Service(slug string) (Service, bool) {
	return find(a.Services, func(s Service) bool { return s.Slug == slug })
}

// Payer finds a payer by slug.
func (a *Area) Payer(slug string) (Named, bool) {
	return find(a.Payers, func(p Named) bool { return p.Slug == slug })
}

// Category finds a category by slug.
func (a *Area) Category(slug string) (Category, bool) {
	return find(a.Categories, func(c Category) bool { return c.Slug == slug })
}

// Purpose finds a purpose by slug.
func (a *Area) Purpose(slug string) (Purpose, bool) {
	return find(a.Purposes, func(p Purpose) bool { return p.Slug == slug })
}

// AgencyName, ServiceName and PayerName are the words for a slug, or the slug itself where the area does not have it.
func (a *Area) AgencyName(slug string) string {
	if g, ok := a.Agency(slug); ok {
		return g.Name
	}
	return slug
}

func (a *Area) ServiceName(slug string) string {
	if s, ok := a.Service(slug); ok {
		return s.Name
	}
	return slug
}

func (a *Area) PayerName(slug string) string {
	if p, ok := a.Payer(slug); ok {
		return p.Name
	}
	return slug
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	for _, t := range all {
		if is(t) {
			return t, true
		}
	}
	var none T
	return none, false
}

// BoroughName is the name of a borough; a slug that is not the area's is shown as it is, and none as "no borough".
func (a *Area) BoroughName(slug string) string {
	if slug == "" {
		return "no borough"
	}
	if b, ok := find(a.Boroughs, func(b Named) bool { return b.Slug == slug }); ok {
		return b.Name
	}
	return slug
}

// Borough gives the slug of the borough of a postcode ("SE5 8AZ") or of a sector alone, from the area's list of sectors. An outcode
// alone ("SE5") has a borough only when every listed sector of it is in the same one. Empty means no borough.
func (a *Area) Borough(postcode string) string {
	out, in, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(postcode)), " ")
	if in != "" {
		return a.sectors[out+" "+in[:1]]
	}
	only := ""
	for sector, borough := range a.sectors {
		if strings.HasPrefix(sector, out+" ") {
			if only != "" && only != borough {
				return ""
			}
			only = borough
		}
	}
	return only
}
