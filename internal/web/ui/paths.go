package ui

import (
	"net/url"
	"strconv"

	"throughline/internal/id"
)

// Where things are. The shell's routes are these; a test of the shell follows every link of every page.

func number[N ~int64](prefix string, n N) string { return prefix + strconv.FormatInt(int64(n), 10) }

// PersonPath is a person's page; FootprintPath what they cost; LookedPath who has looked.
func PersonPath(p id.Person) string    { return "/people/" + id.Pseudonym(p) }
func FootprintPath(p id.Person) string { return PersonPath(p) + "/footprint" }
func LookedPath(p id.Person) string    { return PersonPath(p) + "/looked" }

// LinkPath is the page of a person that explains how one record is tied to the others.
func LinkPath(p id.Person, r id.Record) string { return number(PersonPath(p)+"?record=", r) + "#links" }

// ExtractPath is an extract's page; RecordPath is the row that a record came from, as sent.
func ExtractPath(e id.Extract) string { return number("/extracts/", e) }
func RecordPath(r id.Record) string   { return number("/records/", r) }
func LayoutPath(l id.Layout) string   { return number("/layouts/", l) }
func RunPath(r id.Run) string         { return number("/runs/", r) }
func PartedPath(r id.Run) string      { return RunPath(r) + "/parted" }
func AccountPath(a id.Account) string { return number("/accounts/", a) }
func EditionPath(slug string) string  { return "/editions/" + url.PathEscape(slug) }
func JobPath(j id.Job) string         { return number("/jobs/", j) }

// PriceKey names a line of the price map: an agency's short name, its code and the unit it counts in.
type PriceKey struct{ Agency, Code, Unit string }

// String is the line as one value of an address: a code may hold spaces, so that the unit stands last.
func (k PriceKey) String() string { return k.Agency + " " + k.Code + " " + k.Unit }

// AsNow asks, of a footprint, for the prices and the extracts that stand now, rather than those of the run.
const AsNow = "now"

// LongestWindow bounds what a page of months can show: 20 years, in days.
const LongestWindow = 20 * 366

// PricePath is the page of a line of the price map. A code may hold any sign, so it stands in the query.
func PricePath(k PriceKey) string {
	return "/prices/line?" + k.query().Encode()
}

// PeoplePath is whose the contacts of a code are.
func (k PriceKey) PeoplePath() string { return "/prices/people?" + k.query().Encode() }

// linesOf is where a person's lines of the code are, as they stand now.
func (k PriceKey) linesOf(p id.Person) string {
	return FootprintPath(p) + "?" + url.Values{"as": {AsNow}, "code": {k.String()}}.Encode() + "#lines"
}

func (k PriceKey) query() url.Values {
	return url.Values{"agency": {k.Agency}, "code": {k.Code}, "unit": {k.Unit}}
}
