package linkage

import (
	"math"
	"sync"

	"throughline/reference"
)

// How common a value is decides how much it says that two records share it. Of two records of two people that have a value, the second has it with
// a chance of about
//
//	(seen + further people with it + weight × typical) / (people with any + weight)
//
// where typical is the share expected before seeing the data (for names the Office for National Statistics's, else the field's own below) and
// weight the number of people it counts for. seen is one person, the first of the two, for values some of which are far commoner than others, so
// that one who has a value says that it is among the commoner; a telephone number says no such thing.
//
// People are not known before records are linked. How many records they have is taken to follow Fisher's logarithmic series (Journal of Animal
// Ecology, 1943), of which the model knows the mean that records see, RecordsPerPerson; most people then have one record and a few have dozens. How many
// people the c records with a value are of then follows Ewens's sampling formula (Theoretical Population Biology, 1972): besides the two at hand, the
// sum of t / (t + i) over i from 2 to c - 1, where t is the number of pairs of records of two people that have the value for each pair of one. One
// person's many records thus do not make their own name common, and 1 January or a hostel's postcode does.
type commonness struct {
	typical float64 // of a value about which nothing is known
	weight  float64
	seen    float64
}

var commonnessOf = [fieldCount]commonness{
	Forename: {3e-5, 2000, 1},   // of a forename that is not on the list
	Surname:  {1e-5, 2000, 1},   // of a surname that is not on the list
	Birth:    {3.4e-5, 5000, 0}, // one day in eighty years
	Postcode: {5e-5, 1000, 1},   // one of 20,000 postcodes of an area
	Address:  {3e-5, 1000, 0},
	Place:    {.01, 100, 0},
	Phone:    {1e-6, 5000, 0},
	Email:    {1e-6, 5000, 0},
}

// commonest gives the listed names' shares of people.
var commonest = sync.OnceValue(func() (t struct{ forenames, surnames map[string]float64 }) {
	t.forenames, t.surnames = map[string]float64{}, map[string]float64{}
	for _, s := range reference.Surnames() {
		t.surnames[s.Name] = float64(s.PerMillion) / 1e6
	}
	for decade := firstDecade; decade <= lastDecade; decade += 10 {
		for _, sex := range []byte{'f', 'm'} {
			for _, s := range reference.Forenames(sex, decade) {
				t.forenames[s.Name] += float64(s.PerMillion) / 2e6 / decades
			}
		}
	}
	return t
})

// totals are how many records say anything in the fields whose values are weighed by how common they are, and how common each
// name typically is.
type totals struct {
	all     int // records that count
	records [fieldCount]uint32
	names   []typicalName // by number of the name
	cohorts cohorts       // nil until they are worked out
}

// typicalName is how common a name typically is, and its number on the list of forenames by decade of birth, 0 where it is on none.
type typicalName struct {
	forename, surname float64
	listed            uint16
}

func (c *columns) totals() *totals {
	t := &totals{all: c.counted(), names: make([]typicalName, len(c.names.facts))}
	for v := 1; v < len(c.names.facts); v++ {
		t.records[Forename] += c.names.forenames[v]
		t.records[Surname] += c.names.surnames[v]
		t.names[v] = typicalOf(c.names.text(uint32(v)))
	}
	for _, n := range c.births {
		t.records[Birth] += n
	}
	for f := Postcode; f <= Email; f++ {
		for _, n := range c.dictionaryOf(f).count[1:] {
			t.records[f] += n
		}
	}
	return t
}

// typicalOf is how common a name typically is as a forename and as a surname.
func typicalOf(name string) typicalName {
	lists := commonest()
	return typicalName{max(lists.forenames[name], commonnessOf[Forename].typical), max(lists.surnames[name], commonnessOf[Surname].typical),
		listed().number[name]}
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

// of counts the records that have value v in a field, and gives the share of people who typically have it.
func (t *totals) of(c *columns, f Field, v uint32) (records uint32, typical float64) {
	typical = commonnessOf[f].typical
	switch f {
	case Forename:
		return c.names.forenames[v], t.names[v].forename
	case Surname:
		return c.names.surnames[v], t.names[v].surname
	case Birth:
		return c.births[birth(v)], typical
	}
	return c.dictionaryOf(f).count[v], typical
}

// dictionaryOf is the dictionary of a field from Postcode to Email.
func (c *columns) dictionaryOf(f Field) *dictionary {
	switch f {
	case Postcode:
		return &c.postcodes.dictionary
	case Address:
		return &c.addresses.dictionary
	case Place:
		return &c.towns.dictionary
	case Phone:
		return c.phones
	}
	return c.emails
}

// share is the share of people who have value v in a field, of whom one is at hand.
func (t *totals) share(c *columns, f Field, v uint32, m *Model) float64 {
	records, typical := t.of(c, f, v)
	return t.shareOf(f, records, typical, m)
}

// shareOf is the share of people who have a value of a field that so many records have, by how common such values typically are.
func (t *totals) shareOf(f Field, records uint32, typical float64, m *Model) float64 {
	if t.records[f] == 0 {
		return typical
	}
	p := t.people(f, m.RecordsPerPerson)
	if f == Birth {
		return p.dateShare(float64(records), m.u[Birth][birthSame])
	}
	w := commonnessOf[f]
	share, _ := p.share(float64(records), w.seen+w.weight*typical, w.weight)
	if f == Phone || f == Email || f == Address {
		if here, further := p.share(float64(records), w.weight*typical, 0); further > 1 {
			return max(share, here) // of few records, one address of an office may be a seventh
		}
	}
	return share
}

// crowd is how many people the records of a field are of.
type crowd struct {
	people float64
	apart  float64 // pairs of records of two people for each of one
}

// people says how many people the records that say anything in a field are of, by the logarithmic series.
func (t *totals) people(f Field, perPerson float64) crowd {
	return t.crowd(t.records[f], perPerson)
}

// crowd says how many people so many records are of.
func (t *totals) crowd(records uint32, perPerson float64) crowd {
	further := max(perPerson-1, 1e-6)
	apart := float64(t.all) / further
	return crowd{apart * math.Log1p(float64(records)/apart), apart}
}

// share is the share of people who have a value that so many records have, and how many they are besides those of two records; first and weight are
// what is known before.
func (p crowd) share(records, first, weight float64) (share, further float64) {
	slope := (p.people + weight) / p.apart
	rest := max(0, records-2)
	t := (first + rest) / slope // no less than what is sought
	for range 30 {
		// The sum over i is all but its integral. What is sought is where a concave curve meets a line, so that each step ends between.
		log := math.Log((rest + 1.5 + t) / (1.5 + t))
		step := (first + t*log - slope*t) / (log + t/(rest+1.5+t) - t/(1.5+t) - slope)
		t -= step
		if step < 1e-6*t {
			break
		}
	}
	share = t / p.apart
	return share, share*(p.people+weight) - first
}

// unknownDates is the share of dates that are taken to stand for "not known" before the data is seen: one 1 January in ten.
const unknownDates = 1.0 / 3650

// dateShare is the share of people born on a date that so many records have. Dates are about equally common, as usual has it, so that many records of
// one are of one person; but for those that stand for "not known", whose many records are too many for any person.
func (p crowd) dateShare(records, usual float64) float64 {
	w := commonnessOf[Birth]
	share, _ := p.share(records, w.weight*w.typical, w.weight)
	if share <= usual {
		return usual
	}
	likely := func(share float64) float64 { // ln of how likely so many records are, but for what depends on them alone
		t := share * p.apart
		a, _ := math.Lgamma(records + t)
		b, _ := math.Lgamma(t)
		return a - b - share*p.people
	}
	odds := unknownDates * math.Exp(min(likely(share)-likely(usual), 50))
	return (usual + odds*share) / (1 + odds)
}
