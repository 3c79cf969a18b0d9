package store

import (
	"regexp"
	"testing"
)

// unscoped are the queries that do not bind the area, each with why that is safe on SQLite too, where no second wall stands.
var unscoped = map[string]string{
	"counter.up":          "numbers are never of an area",
	"installation.keep":   "one row, of the installation",
	"installation.keys":   "one row, of the installation",
	"area.by-slug":        "finds the area itself",
	"area.list":           "finds the areas themselves",
	"area.numbers":        "finds the areas themselves",
	"area.doors":          "finds the areas themselves",
	"area.insert":         "makes an area",
	"facts.system":        "finds the areas themselves",
	"price.version":       "counts changes, of whichever area",
	"seal.set":            "by an event's number from this area's own list",
	"session.seen":        "by the number of the session that was let in",
	"session.renew":       "by the number of the session that was let in",
	"session.names":       "by the number of the session that was let in",
	"session.purpose":     "by the number of the session that was let in",
	"membership.set":      "in the area's own link run",
	"account.roles":       "by an account's number from this area's own list",
	"account.role-delete": "by an account's number from this area's own list",
}

var (
	// bindsArea are the ways to hold a query to the area that the caller's credential is of: rows of it, its own run, the area itself, or a row
	// made in it.
	bindsArea = regexp.MustCompile(`(^|[ (.])area = \$[0-9]+\b|\brun = \(select (link|cost)_run from areas where id = \$[0-9]+\)|^(select|update) [^;]*\bareas\b[^;]* id = \$[0-9]+$|^insert into [a-z_]+ \(area, `)
	// byParent is how other queries begin their search: at the number of an extract, run or answer, which the acts take from the area's own
	// rows or from a subject whose facts were found in the area.
	byParent = regexp.MustCompile(`\bwhere (\w\.)?(extract|by_extract|run|answer) = \$1\b`)
)

// staysHome says whether a query binds the area or begins at such a number.
func staysHome(text string) bool {
	text = regexp.MustCompile(`\s+`).ReplaceAllString(text, " ")
	return bindsArea.MatchString(text) || byParent.MatchString(text)
}

// TestQueriesStayInTheirArea reads every registered query: one that neither binds the area nor begins at the number of a row found in it
// fails. To name the area, as a column that is read or in a word of another meaning, is not enough.
func TestQueriesStayInTheirArea(t *testing.T) {
	for name, s := range registered {
		switch _, known := unscoped[name]; {
		case !known && !staysHome(s.text):
			t.Errorf("%s reaches rows without binding the area:\n%s", name, s.text)
		case known && staysHome(s.text):
			t.Errorf("%s binds the area, so it needs no exception", name)
		}
	}
	for name := range unscoped {
		if registered[name] == nil {
			t.Errorf("there is no query %s to except", name)
		}
	}
	for text, want := range map[string]bool{
		`select id from jobs where area = $1 and id = $2`:                                true,
		`select e.id from layouts l join extracts e on e.layout = l.id where e.area =$1`: false, // written as no other is
		`select id, area from jobs where id = $1`:                                        false,
		`select id from jobs where id = $1 order by area`:                                false,
		`select j.id from jobs j join areas a on a.id = j.area where j.id = $1`:          false,
		`select id from jobs where area <> $1`:                                           false,
		`select id from jobs where area = area and id = $1`:                              false,
		`insert into jobs (area, id) values ($1, $2)`:                                    true,
		`insert into jobs (id, area) values ($1, $2)`:                                    false,
		`select x.line from contact_replacements x where x.extract = $1`:                 true,
		`select line from contacts where line = $1 and extract = 5`:                      false,
	} {
		if staysHome(text) != want {
			t.Errorf("of %q the test says %v", text, !want)
		}
	}
}
