package linkage

import (
	"sync"

	"throughline/reference"
)

// How common a value is decides how much it says that two records share it. The share of other people who have it is
//
//	(max(0, records with it / records a person - 1) + weight × typical) / (records with any / records a person + weight)
//
// where typical is the share expected before seeing the data (for names the Office for National Statistics's, else the
// field's own below) and weight the number of people it counts for. One person's many records thus do not make
// their own name common, and 1 January or a hostel's postcode does. Of telephone, e-mail and address the share is no less than that of the
// others at hand once two have the value: among few records the weight would hide that an office's address is everybody's.
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

// totals are how many records say anything in the fields whose values are weighed by how common they are, and how common each
// name typically is.
type totals struct {
	records                         [fieldCount]uint32
	forenameTypical, surnameTypical []float64 // by number of the name
}

func (c *columns) totals() *totals {
	t := &totals{forenameTypical: make([]float64, len(c.names.facts)), surnameTypical: make([]float64, len(c.names.facts))}
	for v := 1; v < len(c.names.facts); v++ {
		t.records[Forename] += c.names.forenames[v]
		t.records[Surname] += c.names.surnames[v]
		t.forenameTypical[v], t.surnameTypical[v] = typicalOf(c.names.text(uint32(v)))
	}
	for _, n := range c.births {
		t.records[Birth] += n
	}
	for f, d := range map[Field]*dictionary{Postcode: &c.postcodes.dictionary, Address: &c.addresses.dictionary, Place: &c.towns.dictionary,
		Phone: c.phones, Email: c.emails} {
		for _, n := range d.count[1:] {
			t.records[f] += n
		}
	}
	return t
}

// typicalOf is how common a name typically is as a forename and as a surname.
func typicalOf(name string) (forename, surname float64) {
	lists := commonest()
	return max(lists.forenames[name], commonnessOf[Forename].typical), max(lists.surnames[name], commonnessOf[Surname].typical)
}

// value gives the number of a record's value in a field, and false for fields whose values are not weighed by how common they are.
func (r *record) value(f Field) (uint32, bool) {
	switch f {
	case Forename:
		return r.forename, true
	case Surname:
		return r.surname, true
	case Birth:
		return uint32(r.birth), true
	case Postcode:
		return r.postcode, true
	case Address:
		return r.address, true
	case Place:
		return r.place, true
	case Phone:
		return r.phone, true
	case Email:
		return r.email, true
	}
	return 0, false
}

// share is the share of other people in the data who have value v in a field.
func (t *totals) share(c *columns, f Field, v uint32, perPerson float64) float64 {
	typical := commonnessOf[f].typical
	var records uint32
	switch f {
	case Forename:
		records, typical = c.names.forenames[v], t.forenameTypical[v]
	case Surname:
		records, typical = c.names.surnames[v], t.surnameTypical[v]
	case Birth:
		records = c.births[birth(v)]
	case Postcode:
		records = c.postcodes.count[v]
	case Address:
		records = c.addresses.count[v]
	case Place:
		records = c.towns.count[v]
	case Phone:
		records = c.phones.count[v]
	case Email:
		records = c.emails.count[v]
	}
	w := commonnessOf[f].weight
	people, others := float64(t.records[f])/perPerson, max(0, float64(records)/perPerson-1)
	share := (others + w*typical) / (people + w)
	if others > 1 && (f == Phone || f == Email || f == Address) {
		return max(share, others/people) // of few records, one address of an office may be a seventh
	}
	return share
}
