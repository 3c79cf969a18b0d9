package linkage

import (
	"testing"

	"throughline/internal/day"
	"throughline/internal/person"
)

// The sentence of a pair that is held names the rule that held it, from nothing but what is kept of how far the fields agree.
func TestWhatHoldsAPairIsSaid(t *testing.T) {
	t.Parallel()
	someone := func(forename, surname string, year int, more ...string) (x person.Identity) {
		x.Names, x.Postcodes = []person.Name{{Forename: forename, Surname: surname}}, []string{"SE5 8AZ"}
		if year != 0 {
			x.Births = []person.Birth{{Day: day.Must(year, 3, 4), Precision: person.FullDate}}
		}
		for _, nhs := range more {
			x.Identifiers = append(x.Identifiers, person.Identifier{Kind: person.NHSNumber, Value: nhs})
		}
		return x
	}
	met := func(x person.Identity, outcode string) person.Identity {
		x.Postcodes = []string{outcode}
		return x
	}
	of := func(x person.Identity, sex person.Sex) person.Identity {
		x.Sex = sex
		return x
	}
	for _, tt := range []struct {
		a, b person.Identity
		why  ReviewReason
		want string
	}{
		{someone("Ada", "Brennan", 1990), someone("Priya", "Brennan", 1990), Household, "Forename differs, and the rest is what two people of one household share."},
		{of(someone("Ada", "Brennan", 1990, "9990000018"), person.Female), of(someone("Ada", "Brennan", 1990, "9991234500"), person.Male), Household,
			"Sex and NHS number differ, and the rest is what two people of one household share."},
		{someone("Priya", "Brennan", 1990, "9990000018"), someone("Ada", "Whitlock", 1990, "9990000018"), Household,
			"Forename and surname differ, though a number is the same: clerks write down that of a brother or sister, a twin or a mother."},
		{someone("John", "Brennan", 1951), someone("John", "Brennan", 1981), Household, "The years of birth are as far apart as a parent’s and a child’s, and no number is the same."},
		{someone("Sarah", "Brennan", 1990), someone("Sara", "Brennan", 1990), Household, "The forenames are alike and not the same: the two may be twins."},
		{someone("Sarah", "Brennan", 1951), someone("Sara", "Brennan", 1981), Household,
			"Forenames and dates of birth are alike and not the same: the two may be twins, or parent and child."},
		{someone("John", "Brennan", 0), someone("John", "Brennan", 1990), Household, "The date of birth is missing on one or both, and nothing else tells two people of one family apart."},
		{met(someone("J", "B", 1990), "SE5"), met(someone("John", "Brennan", 1990), "SE5"), CommonNameAndBirth,
			"All that both say of a name is an initial, and nothing is the same that few people share, such as a number, a telephone or a whole postcode."},
		{someone("Wolfgang", "", 1990), someone("Wolfgang", "", 1991), CommonNameAndBirth,
			"All that is known of both names is a forename, the date of birth is not the same, and so no forename is rare enough."},
		{met(someone("John", "Smith", 1990), ""), met(someone("John", "Smith", 1990), ""), CommonNameAndBirth, CommonNameAndBirth.Sentence()},
	} {
		s, o := compareQuery(nil, tt.a, tt.b)
		var p parts
		s.score(&o, &p)
		j := &joiner{s: s, o: &Options{HoldHouseholds: true, NameAndBirth: RareOnly, Population: 300_000}}
		why := j.held(&o, &p, false)
		if got := why.Because(s.explained(&o).Parts); why != tt.why || got != tt.want {
			t.Errorf("%v and %v: %s, %q; want %s, %q", tt.a.Names, tt.b.Names, why, got, tt.why, tt.want)
		}
	}
	odd := []Part{{Key: "sex", Compared: true, Level: "of another kind"}}
	if got := Household.Because(odd); got != Household.Sentence() {
		t.Errorf("what no field has is read as %q", got)
	}
}
