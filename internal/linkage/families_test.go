package linkage

import (
	"testing"

	"throughline/internal/day"
	"throughline/internal/person"
)

// TestFamilies counts who may be two people of one family, and neither a slip of the hand nor a new name beside one number.
func TestFamilies(t *testing.T) {
	t.Parallel()
	const one, two = "9434765919", "9876543210"
	on := func(born string) day.Day {
		d, err := day.Parse(born)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	who := func(forename, surname, born, postcode, address, nhs string) person.Identity {
		p := person.Identity{Names: []person.Name{{Forename: forename, Surname: surname}}, Postcodes: []string{postcode}, Address: address,
			Births: []person.Birth{{Day: on(born), Precision: person.FullDate}}}
		if nhs != "" {
			p.Identifiers = []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}
		}
		return p
	}
	dean := who("Dean", "Whitlock", "1983-03-04", "SE5 8AZ", "", "")
	numbered := who("Dean", "Whitlock", "1983-03-04", "SE5 8AZ", "", one)
	for name, c := range map[string]struct {
		a, b person.Identity
		want Families
	}{
		"twins":                         {dean, who("Errol", "Whitlock", "1983-03-04", "SE5 8AZ", "", ""), Families{OtherForename: 1}},
		"twins who live apart":          {dean, who("Errol", "Whitlock", "1983-03-04", "N1 2AB", "", ""), Families{OtherForename: 1}},
		"twins of two surnames":         {dean, who("Errol", "Okafor", "1983-03-04", "SE5 8AZ", "", ""), Families{OtherForename: 1}},
		"twins at one address":          {who("Dean", "Whitlock", "1983-03-04", "SE5 8AZ", "9 High Road", ""), who("Errol", "Okafor", "1983-03-04", "N1 2AB", "9 High Road", ""), Families{OtherForename: 1}},
		"strangers of one birthday":     {dean, who("Errol", "Okafor", "1983-03-04", "N1 2AB", "", ""), Families{}},
		"brothers":                      {dean, who("Errol", "Whitlock", "1985-11-20", "SE5 8AZ", "", ""), Families{}},
		"father":                        {dean, who("Dean", "Whitlock", "1953-03-04", "SE5 8AZ", "", ""), Families{OtherBirth: 1}},
		"father of another day":         {dean, who("Dean", "Whitlock", "1961-11-20", "SE5 8AZ", "", ""), Families{OtherBirth: 1}},
		"father who lives elsewhere":    {dean, who("Dean", "Whitlock", "1961-11-20", "N1 2AB", "", ""), Families{}},
		"another day beside one number": {numbered, who("Dean", "Whitlock", "1961-11-20", "SE5 8AZ", "", one), Families{}},
		"slip":                          {dean, who("Dean", "Whitlock", "1984-03-04", "SE5 8AZ", "", ""), Families{}},
		"numbers":                       {numbered, who("Dean", "Whitlock", "1983-03-04", "SE5 8AZ", "", two), Families{OtherNumber: 1}},
		"slip in a number":              {numbered, who("Dean", "Whitlock", "1983-03-04", "SE5 8AZ", "", "9434765918"), Families{}},
		"renamed":                       {numbered, who("Errol", "Whitlock", "1983-03-04", "SE5 8AZ", "", one), Families{}},
		"one person":                    {dean, dean, Families{}},
	} {
		l := New()
		l.Add(0, c.a)
		l.Add(0, c.b)
		if got := l.Families(start, []Link{{A: 0, B: 1}, {A: 0, B: 1, Answered: true}}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
