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

// ExtractPath is an extract's page; RowPath is one row of it as sent.
func ExtractPath(e id.Extract) string       { return number("/extracts/", e) }
func RowPath(e id.Extract, line int) string { return ExtractPath(e) + "/rows/" + strconv.Itoa(line) }
func LayoutPath(l id.Layout) string         { return number("/layouts/", l) }
func RunPath(r id.Run) string               { return number("/runs/", r) }
func PricePath(p id.Price) string           { return number("/prices/", p) }
func AccountPath(a id.Account) string       { return number("/accounts/", a) }
func AgencyPath(a id.Agency) string         { return number("/agencies/", a) }
func EditionPath(slug string) string        { return "/editions/" + url.PathEscape(slug) }
func JobPath(j id.Job) string               { return number("/jobs/", j) }
