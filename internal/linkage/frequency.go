package linkage

import (
	"math"
	"sync"

	"throughline/reference"
)

// How common a value is decides how much it says that two records share it. The share of other people who have it is
//
//	(max(0, records with it / records a person - 1) + weight × typical) / (records with any / records a person + weight)
//
// where typical is the share expected before seeing the data (for names the Office for National Statistics's, else the
// field's own below) and weight the number of people it counts for. One person's many records thus do not make
// their own name common, and 1 January or a hostel's postcode does.
type commonness struct {
	typical float64 // of a value about which nothing is known
	weight  float64
}

var commonnessOf = [fieldCount]commonness{
	Forename: {3e-5, 2000},   // of a forename that is not on the list
	Surname:  {1e-5, 2000},   // of a surname that is not on the list
	Birth:    {3.4e-5, 5000}, // one day in eighty years
	Postcode: {5e-5, 1000},   // one of 20,000 postcodes of an area
	Address:  {3e-5, 1000},
	Place:    {.01, 100},
	Phone:    {1e-6, 5000},
	Email:    {1e-6, 5000},
}

// share is the share of other people in the data who have the value that a record has in a field.
func (c *columns) share(f Field, v, n uint32, typical, perPerson float64) float64 {
	w := commonnessOf[f].weight
	return (math.Max(0, float64(v)/perPerson-1) + w*typical) / (float64(n)/perPerson + w)
}

// commonest gives the listed names' shares of people.
var commonest = sync.OnceValue(func() (t struct{ forenames, surnames map[string]float64 }) {
	t.forenames, t.surnames = map[string]float64{}, map[string]float64{}
	for _, s := range reference.Surnames() {
		t.surnames[s.Name] = float64(s.PerMillion) / 1e6
	}
	decades := 0.0
	for decade := 1930; decade <= 2010; decade += 10 {
		decades++
		for _, sex := range []byte{'f', 'm'} {
			for _, s := range reference.Forenames(sex, decade) {
				t.forenames[s.Name] += float64(s.PerMillion) / 2e6
			}
		}
	}
	for name := range t.forenames {
		t.forenames[name] /= decades
	}
	return t
})

// totals are how many records say anything in the fields whose values are weighed by how common they are.
type totals struct {
	forename, surname, birth, postcode, address, place, phone, email uint32
	forenameTypical, surnameTypical                                  []float64 // by number of the name
}

func (c *columns) totals() *totals {
	t := &totals{forenameTypical: make([]float64, len(c.names.facts)), surnameTypical: make([]float64, len(c.names.facts))}
	lists := commonest()
	for v := 1; v < len(c.names.facts); v++ {
		text := c.names.text(uint32(v))
		t.forename += c.names.forenames[v]
		t.surname += c.names.surnames[v]
		t.forenameTypical[v] = math.Max(lists.forenames[text], commonnessOf[Forename].typical)
		t.surnameTypical[v] = math.Max(lists.surnames[text], commonnessOf[Surname].typical)
	}
	for _, n := range c.births {
		t.birth += n
	}
	sum := func(d *dictionary) (n uint32) {
		for _, k := range d.count[1:] {
			n += k
		}
		return n
	}
	t.postcode, t.address, t.place = sum(&c.postcodes.dictionary), sum(&c.addresses.dictionary), sum(&c.towns.dictionary)
	t.phone, t.email = sum(c.phones), sum(c.emails)
	return t
}

func (t *totals) forenameShare(c *columns, v uint32, perPerson float64) float64 {
	return c.share(Forename, c.names.forenames[v], t.forename, t.forenameTypical[v], perPerson)
}

func (t *totals) surnameShare(c *columns, v uint32, perPerson float64) float64 {
	return c.share(Surname, c.names.surnames[v], t.surname, t.surnameTypical[v], perPerson)
}

// shareOf gives the share of other people with the value that both records of a pair have in field f, and false where the
// level is not one that a value's commonness bears on.
func (t *totals) shareOf(c *columns, f Field, l Level, a *record, perPerson float64) (float64, bool) {
	if l != valueSame { // the first level of every field is "the same"
		return 0, false
	}
	typical := commonnessOf[f].typical
	switch f {
	case Forename:
		return t.forenameShare(c, a.forename, perPerson), true
	case Surname:
		return t.surnameShare(c, a.surname, perPerson), true
	case Birth:
		return c.share(f, c.births[a.birth], t.birth, typical, perPerson), true
	case Postcode:
		return c.share(f, c.postcodes.count[a.postcode], t.postcode, typical, perPerson), true
	case Address:
		return c.share(f, c.addresses.count[a.address], t.address, typical, perPerson), true
	case Place:
		return c.share(f, c.towns.count[a.place], t.place, typical, perPerson), true
	case Phone:
		return c.share(f, c.phones.count[a.phone], t.phone, typical, perPerson), true
	case Email:
		return c.share(f, c.emails.count[a.email], t.email, typical, perPerson), true
	}
	return 0, false
}
