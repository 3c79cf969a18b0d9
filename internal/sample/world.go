package sample

import (
	"math"
	"time"

	"throughline/internal/day"
	"throughline/internal/person"
)

// The world is arithmetic: who lives in the i-th neighbourhood is found from the seed and i alone, so a world of ten million
// needs no more memory than the neighbourhoods in hand. Nothing that joins people (families, twins, shared front doors)
// reaches out of a neighbourhood.

// neighbours is how many people live in a neighbourhood: about a hundred households.
const neighbours = 240

// world is what all workers share; it is read only.
type world struct {
	seed      uint64
	people    int // residents of the three boroughs
	outsiders int // people from further off, who use some services here
	blocks    int // neighbourhoods of residents; those of outsiders follow
	outer     int // neighbourhoods of outsiders
	names     *namer
}

// outsiderShare is outsiders for each resident. They make nearly a tenth of contacts, as 7.1 of the specification has it.
const outsiderShare = 0.16

func newWorld(seed uint64, people int) *world {
	w := &world{seed: seed, people: people, outsiders: int(float64(people) * outsiderShare), names: newNamer()}
	w.blocks = (w.people + neighbours - 1) / neighbours
	w.outer = (w.outsiders + neighbours - 1) / neighbours
	return w
}

// size bounds the index of any person.
func (w *world) size() uint64 { return uint64(w.blocks+w.outer) * neighbours }

// role is someone's place in a household.
type role uint8

const (
	head role = iota
	partner
	child
	sharer
	sibling
)

func (r role) String() string { return [...]string{"head", "partner", "child", "sharer", "sibling"}[r] }

// inhabitant is one person of a neighbourhood before anything is known of names or use.
type inhabitant struct {
	index     uint64 // in the world
	slot      int    // in the neighbourhood
	household int    // in the neighbourhood
	first     int    // slot of the first person of the household
	members   int    // of the household
	role      role
	sex       person.Sex // as given at birth
	birth     day.Day
	group     int
	family    int // sharers each have a surname of their own: which draw of the household's
	twin      int // slot of a twin, or -1
	namesake  bool
}

// block is one neighbourhood.
type block struct {
	number   uint64
	outsider bool
	lodgings bool // rooms to let: 60 people or more behind one postcode
	borough  borough
	sector   string
	folk     []inhabitant
}

// household sizes, 1 to 6 people, mean 2.4.
var sizeShares = cumulate(0.30, 0.32, 0.16, 0.14, 0.05, 0.03)

// adults' ages by band of five years from 18-22, roughly inner London's: many in their twenties and thirties.
var adultAges = cumulate(85, 125, 135, 120, 98, 84, 76, 70, 62, 48, 38, 28, 20, 12, 6)

// today is the day the world is looked at from: the day the extracts were made.
var today = day.Must(2026, time.March, 31)

func (w *world) block(s *stream, number int) *block {
	s.begin(w.seed, forBlock, uint64(number))
	b := &block{number: uint64(number), outsider: number >= w.blocks, folk: make([]inhabitant, 0, neighbours)}
	b.lodgings = s.chance(0.025)
	b.borough, b.sector = nowhere, pick(s, outerSectors)
	if !b.outsider {
		b.borough = borough(s.weighted(boroughShares))
		b.sector = pick(s, boroughSectors[b.borough])
	}
	limit := neighbours
	if !b.outsider && number == w.blocks-1 {
		limit = w.people - (w.blocks-1)*neighbours
	}
	if b.outsider && number == w.blocks+w.outer-1 {
		limit = w.outsiders - (w.outer-1)*neighbours
	}
	for household := 0; len(b.folk) < limit; household++ {
		size := 1 + s.weighted(sizeShares)
		if b.lodgings {
			size = 1
		}
		b.settle(s, household, min(size, limit-len(b.folk)))
	}
	return b
}

// settle adds a household to the neighbourhood.
func (b *block) settle(s *stream, household, size int) {
	first, group := len(b.folk), s.weighted(groupShares)
	add := func(r role, sex person.Sex, birth day.Day, group, family int) *inhabitant {
		slot := len(b.folk)
		b.folk = append(b.folk, inhabitant{index: b.number*neighbours + uint64(slot), slot: slot, household: household, first: first,
			members: size, role: r, sex: sex, birth: birth, group: group, family: family, twin: -1})
		return &b.folk[slot]
	}
	someGroup := func() int {
		if s.chance(0.75) {
			return group
		}
		return s.weighted(groupShares)
	}
	age := s.adultAge()
	switch kind := s.Float64(); {
	case size == 1:
		add(head, s.sex(0.52), s.bornAt(age), group, 0)
	case size > 1 && kind < 0.12: // people who share a home
		for i := range size {
			add(sharer, s.sex(0.5), s.bornAt(18+s.IntN(30)), someGroup(), i)
		}
	case size == 2 && kind < 0.17: // grown brothers and sisters; one pair in ten are twins
		older := s.bornAt(age)
		add(sibling, s.sex(0.5), older, group, 0)
		if s.chance(0.1) {
			b.pair(add(sibling, s.sex(0.5), older, group, 0))
		} else {
			add(sibling, s.sex(0.5), older+day.Day(s.between(400, 1800)), group, 0)
		}
	default:
		adults := 1
		couple := kind < 0.78
		sex := s.sex(0.12)
		if couple {
			sex = s.sex(0.9)
		} else if age > 60 {
			age = 20 + s.IntN(40) // children of a lone parent live at home
		}
		if size > 2 || !couple {
			age = min(age, 24+s.IntN(32))
		}
		add(head, sex, s.bornAt(age), group, 0)
		if couple {
			other := person.Female
			if sex == person.Female != s.chance(0.03) {
				other = person.Male
			}
			add(partner, other, s.bornAt(max(18, age+s.between(-5, 3))), someGroup(), 1)
			adults = 2
		}
		b.children(s, add, size-adults, age, group)
	}
}

// twinBirths is one birth in so many (specification 7.1).
const twinBirths = 66

func (b *block) children(s *stream, add func(role, person.Sex, day.Day, int, int) *inhabitant, n, parentAge, group int) {
	eldest := max(0, parentAge-s.between(17, 34))
	birth := s.bornAt(eldest)
	for n > 0 {
		if birth > today {
			birth = today - day.Day(s.IntN(300))
		}
		c := add(child, s.sex(0.512), birth, group, 0)
		c.namesake = c.sex == person.Male && s.chance(0.015)
		n--
		if n > 0 && s.chance(1.0/twinBirths) {
			b.pair(add(child, s.sex(0.512), birth, group, 0))
			n--
		}
		birth += day.Day(s.between(700, 1500))
	}
}

// pair makes twins of the last two people.
func (b *block) pair(last *inhabitant) {
	last.twin = last.slot - 1
	b.folk[last.slot-1].twin = last.slot
}

func (s *stream) sex(male float64) person.Sex {
	if s.chance(male) {
		return person.Male
	}
	return person.Female
}

func (s *stream) adultAge() int { return 18 + 5*s.weighted(adultAges) + s.IntN(5) }

// bornAt is a birth date of someone who is so old today.
func (s *stream) bornAt(age int) day.Day {
	return today - day.Day(math.Round(float64(age)*365.2425)) - day.Day(s.IntN(365))
}

// nameSpell is a name and the day it began. The first begins at birth.
type nameSpell struct {
	from day.Day
	name fullName
}

// identity is all that is true of who someone is, with dates.
type identity struct {
	names      []nameSpell
	transition day.Day // from then on the other sex and the second NHS number; 0 for nearly everyone
	nhs        [2]string
	nino       string
	phone      string
	email      string
	diminutive string // what friends call them, where they use it
	street     string // the name they go by on the street
}

// called is the name of a day.
func (t *identity) called(on day.Day) fullName {
	name := t.names[0].name
	for _, spell := range t.names[1:] {
		if spell.from <= on {
			name = spell.name
		}
	}
	return name
}

// sexOn is someone's sex of a day as their records of then would have it.
func (t *identity) sexOn(p *inhabitant, on day.Day) person.Sex {
	if t.transition == 0 || on < t.transition {
		return p.sex
	}
	if p.sex == person.Male {
		return person.Female
	}
	return person.Male
}

// nhsOn is someone's NHS number of a day.
func (t *identity) nhsOn(on day.Day) string {
	if t.transition != 0 && on >= t.transition {
		return t.nhs[1]
	}
	return t.nhs[0]
}

// familyName is the surname of a household, or of one sharer in it.
func (w *world) familyName(s *stream, b *block, p *inhabitant, draw int) string {
	s.begin(w.seed, forHousehold, b.number, uint64(p.household), uint64(draw))
	return w.names.surname(s, p.group)
}

// birthName is the name someone was given, with no changes since. Twins of one sex are told apart.
func (w *world) birthName(s *stream, b *block, p *inhabitant) fullName {
	family := w.familyName(s, b, p, p.family)
	s.begin(w.seed, forName, p.index)
	if p.role == child && s.chance(0.25) { // of parents who don't share a surname
		family = w.names.surname(s, p.group)
	}
	year, _, _ := p.birth.Date()
	name := w.names.name(s, p.group, p.sex, year, family)
	if p.namesake && b.folk[p.first].sex == person.Male {
		father := w.birthName(s, b, &b.folk[p.first])
		name.forename, name.surname = father.forename, father.surname
	}
	if p.twin >= 0 && p.twin < p.slot && b.folk[p.twin].sex == p.sex {
		other := w.birthName(s, b, &b.folk[p.twin])
		name.surname = other.surname
		s.begin(w.seed, forName, p.index, 1)
		for name.forename == other.forename {
			name.forename = w.names.forename(s, p.group, p.sex, year)
		}
	}
	return name
}

var streetNames = words("Big Smiler Red Scouse Ginger Taff Jock Shorty Tiny Irish Prof Doc Mouse Lefty Spider Dizzy Sparky Nana Champ Biscuit " +
	"Tango Bones Lucky Whistler Rev Skip Ziggy Duchess Pops Magpie")

// identify finds who someone is. It leaves the stream in no particular place.
func (w *world) identify(s *stream, b *block, p *inhabitant) *identity {
	t := &identity{names: []nameSpell{{p.birth, w.birthName(s, b, p)}}}
	size := w.size()
	t.nhs = [2]string{nhsNumber(w.seed, p.index, 2*size), nhsNumber(w.seed, size+p.index, 2*size)}
	family := w.familyName(s, b, p, 0)
	s.begin(w.seed, forNumber, p.index)
	t.nino = nino(w.seed, p.index)
	t.phone = phone(s)
	born := t.names[0].name
	adult := p.birth + 18*365
	age := day.Age(p.birth, today)
	rename := func(on day.Day, name fullName) { t.names = append(t.names, nameSpell{on, name}) }
	married := func() day.Day { return min(today-30, p.birth+day.Day(s.between(21*365, 36*365))) }
	switch own := groups[p.group].rule == british || groups[p.group].rule == plain; {
	case own && p.sex == person.Female && p.role == partner && age > 21 && s.chance(0.65):
		rename(married(), fullName{born.forename, born.middle, family})
	case own && p.sex == person.Female && p.role == head && age > 27 && s.chance(0.3):
		on := married()
		rename(on, fullName{born.forename, born.middle, w.names.surname(s, p.group)})
		if back := on + day.Day(s.between(900, 5500)); back < today && s.chance(0.5) {
			rename(back, born)
		}
	case age > 18 && s.chance(0.003): // by deed poll
		rename(adult+day.Day(s.IntN(int(today-adult)+1)), fullName{w.names.forename(s, p.group, p.sex, 1990), born.middle,
			w.names.surname(s, p.group)})
	}
	if age >= 18 && age < 60 && s.chance(0.001) {
		t.transition = today - day.Day(s.between(100, 3000))
		last := t.called(t.transition)
		other := person.Male
		if p.sex == person.Male {
			other = person.Female
		}
		year, _, _ := p.birth.Date()
		rename(t.transition, fullName{w.names.forename(s, p.group, other, year), "", last.surname})
	}
	if s.chance(0.35) {
		t.diminutive, _ = w.names.diminutive(s, t.called(today).forename)
	}
	t.street = pick(s, streetNames)
	if s.chance(0.6) {
		t.street += " " + t.called(today).forename
	}
	if now := t.called(today); s.chance(0.45) {
		t.email = plainLetters(now.forename+"."+now.surname) + itoa(s.IntN(90)+10) + "@example.org"
	}
	return t
}
