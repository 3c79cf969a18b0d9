package store

import (
	"strings"
	"testing"
)

// unscoped are the queries that do not name the area, each with why that is safe on SQLite too, where no second wall stands.
var unscoped = map[string]string{
	"counter.up":          "numbers are never of an area",
	"price.version":       "a count of changes, of no area",
	"installation.keep":   "one row, of the installation",
	"installation.keys":   "one row, of the installation",
	"area.by-slug":        "finds the area itself",
	"area.list":           "finds the areas themselves",
	"area.numbers":        "finds the areas themselves",
	"facts.system":        "finds the areas themselves",
	"seal.set":            "by an event's number from this area's own list",
	"verify.people":       "by an event's number from this area's own list",
	"session.seen":        "by the number of the session that was let in",
	"session.renew":       "by the number of the session that was let in",
	"session.names":       "by the number of the session that was let in",
	"session.purpose":     "by the number of the session that was let in",
	"membership.set":      "in the area's own link run",
	"account.roles":       "by an account's number from this area's own list",
	"account.role-delete": "by an account's number from this area's own list",
}

// byParent are how other queries begin their search: at the number of an extract, run or answer, which the acts take from the area's
// own rows or from a subject whose facts were found in the area.
var byParent = []string{"extract = $1", "run = $1", "m.run = $1", "l.run = $1", "answer = $1", "x.extract = $1", "c.extract = $1", "by_extract = $1", "p.run = $1"}

// TestQueriesStayInTheirArea reads every registered query: one that neither names the area nor begins at such a number fails.
func TestQueriesStayInTheirArea(t *testing.T) {
query:
	for name, s := range registered {
		if strings.Contains(s.text, "area") {
			continue
		}
		if _, ok := unscoped[name]; ok {
			continue
		}
		for _, p := range byParent {
			if strings.Contains(s.text, p) {
				continue query
			}
		}
		t.Errorf("%s reaches rows without naming the area:\n%s", name, s.text)
	}
}
