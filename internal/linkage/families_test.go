package linkage

import (
	"math"
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
		c.want.Through = int64(c.want.Links())
		r := &Result{Model: start, Person: []uint32{0, 0}, Links: []Link{{A: 0, B: 1}}}
		if got := l.Families(r); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		r.Links[0].Answered = true
		if got := l.Families(r); got != (Families{}) {
			t.Errorf("%s, whom somebody said to be the same: %+v", name, got)
		}
	}
}

// TestFamiliesAtWorst: of a family of six records one link makes two twins of three records one person, nine pairs of fifteen; five pairs of another
// two people hang on nothing of the kind. With the model right of 97 in a hundred at least, that leaves .97 - 9/20.
func TestFamiliesAtWorst(t *testing.T) {
	t.Parallel()
	l := New()
	for _, forename := range []string{"Dean", "Errol"} {
		for range 3 {
			l.Add(0, person.Identity{Names: []person.Name{{Forename: forename, Surname: "Whitlock"}}, Births: []person.Birth{{Day: day.Must(1983, 3, 4), Precision: person.FullDate}}})
		}
	}
	for _, records := range []int{3, 2, 2} {
		for range records {
			l.Add(0, person.Identity{Names: []person.Name{{Forename: "Ottilie", Surname: "Quill"}}})
		}
	}
	r := &Result{Model: start, Person: []uint32{0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3}, Links: []Link{{A: 0, B: 1}, {A: 1, B: 2}, {A: 0, B: 3}, {A: 3, B: 4}, {A: 3, B: 5},
		{A: 6, B: 7}, {A: 6, B: 8}, {A: 9, B: 10}, {A: 11, B: 12}}}
	f := l.Families(r)
	if want := (Families{OtherForename: 1, Through: 9}); f != want {
		t.Errorf("%+v, want %+v", f, want)
	}
	q := newQuality()
	q[0] = Stratum{Linked: true, Pairs: 12, Low: 11.4}
	q[3] = Stratum{Linked: true, Pairs: 8, Low: 8}
	q[ofLinked] = Stratum{Pairs: 1000}
	if got := f.AtWorst(q); math.Abs(got-(.97-.45)) > 1e-12 {
		t.Errorf("at worst %v, want .52", got)
	}
	if got := (Families{Through: 20}).AtWorst(q); got != 0 {
		t.Errorf("if all are of families, %v at worst", got)
	}
}
