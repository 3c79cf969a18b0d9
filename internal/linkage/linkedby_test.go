package linkage

import (
	"testing"

	"throughline/internal/day"
	"throughline/internal/person"
)

// What let a run link a pair is said from nothing but its explanation: of a pair that is a whole person surely, of others as far as that tells.
func TestWhatLinkedAPairIsSaid(t *testing.T) {
	t.Parallel()
	someone := func(forename, surname, nhs, postcode, phone string) (x person.Identity) {
		x.Names, x.Births = []person.Name{{Forename: forename, Surname: surname}}, []person.Birth{{Day: day.Must(1990, 3, 4), Precision: person.FullDate}}
		if nhs != "" {
			x.Identifiers = []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}
		}
		if postcode != "" {
			x.Postcodes = []string{postcode}
		}
		if phone != "" {
			x.Phones = []string{phone}
		}
		return x
	}
	const may = "Little but name and date of birth agrees. It linked by itself if of the population fewer than 1 in 10,000 other people are expected to have both, and else because " +
		"all pairs of these records together speak for one person: which, is not kept."
	const waits = "By itself this pair would wait for somebody to look; all pairs of these records together made them one person."
	for _, tt := range []struct {
		name      string
		a, b      person.Identity
		rare      bool
		two, more string // said of a whole person, and of a pair of more
	}{
		{"a number", someone("Ottilie", "Carrow", "9990000018", "", ""), someone("Ottilie", "Carrow", "9990000018", "", ""), false,
			"A number is the same on both: NHS number.", "A number is the same on both: NHS number."},
		{"other evidence", someone("Ottilie", "Carrow", "", "SE5 8AZ", "+447700900123"), someone("Ottilie", "Carrow", "", "SE5 8AZ", "+447700900123"), false,
			"Beside name and date of birth 32.6 bits speak for one person, where 3 are asked: postcode, phone. Of the people with a record here fewer than 1 in 100 others are expected to agree in all of it.",
			"Beside name and date of birth 32.6 bits speak for one person, where 3 are asked: postcode, phone."},
		{"rare", someone("Ottilie", "Carrow", "", "", ""), someone("Ottilie", "Carrow", "", "", ""), true,
			"Name and date of birth are the same, and of the population fewer than 1 in 10,000 other people are expected to have both.", may},
		{"never alone", someone("Ottilie", "Carrow", "", "", ""), someone("Ottilie", "Carrow", "", "", ""), false, "", waits},
		{"may be twins", someone("Sara", "Carrow", "", "SE5 8AZ", ""), someone("Sarah", "Carrow", "", "SE5 8AZ", ""), true,
			"Beside name and date of birth 13.6 bits speak for one person, where 3 are asked: postcode. Of the people with a record here fewer than 1 in 100 others are expected to agree in all of it.",
			"Beside name and date of birth 13.6 bits speak for one person, where 3 are asked: postcode. If the two looked like twins, or parent and child, all pairs of these records together made them one person: whether they did, is not kept."},
		{"kin", someone("Ada", "Carrow", "", "SE5 8AZ", "+447700900123"), someone("Priya", "Carrow", "", "SE5 8AZ", "+447700900123"), true, "", waits},
		{"strangers", someone("Ada", "Carrow", "9990000018", "", ""), someone("Priya", "Poole", "9991234500", "", ""), true, "",
			"By itself this pair is no likelier of one person than of two; all pairs of these records together made them one person."},
	} {
		s, o := compareQuery(nil, tt.a, tt.b)
		var p parts
		s.score(&o, &p)
		j := &joiner{s: s, o: &Options{HoldHouseholds: true, NameAndBirth: map[bool]NameAndBirth{true: RareOnly, false: ReviewEach}[tt.rare], Population: 300_000}}
		if held := j.held(&o, &p, false); (tt.more == waits) && held == "" {
			t.Errorf("%s: the pair does not wait", tt.name)
		}
		explained := s.explained(&o).Parts
		if two, more := LinkedBy(explained, tt.rare, true), LinkedBy(explained, tt.rare, false); two != tt.two || more != tt.more {
			t.Errorf("%s: %q and %q\nwant %q and %q", tt.name, two, more, tt.two, tt.more)
		}
	}
}
