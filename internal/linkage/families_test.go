package linkage

import (
	"testing"
	"time"

	"throughline/internal/day"
	"throughline/internal/person"
)

// TestFamilies counts a twin, a father and son, and two NHS numbers, and neither a slip of the hand nor a new name beside one number.
func TestFamilies(t *testing.T) {
	t.Parallel()
	who := func(forename string, year int, nhs string) person.Identity {
		p := person.Identity{Names: []person.Name{{Forename: forename, Surname: "Whitlock"}}, Postcodes: []string{"SE5 8AZ"},
			Births: []person.Birth{{Day: day.Must(year, time.March, 4), Precision: person.FullDate}}}
		if nhs != "" {
			p.Identifiers = []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}
		}
		return p
	}
	for name, c := range map[string]struct {
		a, b person.Identity
		want Families
	}{
		"twins":      {who("Dean", 1983, ""), who("Errol", 1983, ""), Families{OtherForename: 1}},
		"father":     {who("Dean", 1953, ""), who("Dean", 1983, ""), Families{OtherBirth: 1}},
		"slip":       {who("Dean", 1983, ""), who("Dean", 1984, ""), Families{}},
		"numbers":    {who("Dean", 1983, "9434765919"), who("Dean", 1983, "9876543210"), Families{OtherNumber: 1}},
		"renamed":    {who("Dean", 1983, "9434765919"), who("Errol", 1983, "9434765919"), Families{}},
		"one person": {who("Dean", 1983, ""), who("Dean", 1983, ""), Families{}},
	} {
		l := New()
		l.Add(0, c.a)
		l.Add(0, c.b)
		if got := l.Families(start, []Link{{A: 0, B: 1}}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
