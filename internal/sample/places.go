package sample

import (
	"strconv"
	"strings"
	"time"

	"throughline/internal/day"
)

// borough is one of the area's three, or nowhere of them.
type borough uint8

const (
	lambeth borough = iota
	southwark
	lewisham
	nowhere
)

func (b borough) String() string { return [...]string{"Lambeth", "Southwark", "Lewisham", ""}[b] }

var boroughShares = cumulate(0.35, 0.34, 0.31)

// boroughSectors are sectors that the area's own list (areas/south-london/postcode-sectors.yaml) counts under each borough.
var boroughSectors = [3][]string{
	sectors("SE11 4,SE11 5,SE11 6,SE24 0,SE24 9,SE27 0,SE27 9,SW2 1,SW2 2,SW2 3,SW2 4,SW2 5,SW4 0,SW4 6,SW4 7,SW4 8,SW4 9," +
		"SW8 1,SW8 2,SW8 3,SW9 0,SW9 6,SW9 7,SW9 8,SW9 9,SW16 1,SW16 2,SE5 9"),
	sectors("SE1 1,SE1 3,SE1 4,SE1 5,SE1 6,SE5 0,SE5 7,SE5 8,SE15 1,SE15 2,SE15 3,SE15 4,SE15 5,SE15 6,SE16 2,SE16 3,SE16 4," +
		"SE16 5,SE16 6,SE16 7,SE17 1,SE17 2,SE17 3,SE21 7,SE22 0,SE22 8,SE22 9"),
	sectors("SE4 1,SE4 2,SE6 1,SE6 2,SE6 3,SE6 4,SE8 3,SE8 4,SE8 5,SE12 0,SE12 8,SE12 9,SE13 5,SE13 6,SE13 7,SE14 5,SE14 6," +
		"SE23 1,SE23 2,SE23 3,SE26 4,SE26 5,SE26 6"),
}

// outerSectors are round about, in no borough of the area.
var outerSectors = sectors("SW11 1,SW12 8,SW17 7,SW18 2,SW19 1,SE3 7,SE7 8,SE9 1,SE10 8,SE18 4,SE19 2,SE20 7,SE25 4,CR0 2,CR4 3,CR7 7,BR2 0," +
	"BR3 1,E14 3,EC1V 2,N1 7,E1 5,W2 1,TN13 1,ME4 4")

func sectors(s string) []string { return strings.Split(s, ",") }

// abode is somewhere that a record may have as an address.
type abode struct {
	from     day.Day
	kind     abodeKind
	borough  borough
	postcode string // "" for none
	line     string // the first line of the address
	town     string
}

type abodeKind uint8

const (
	home abodeKind = iota
	lodging
	hostel
	noFixed
	careOf
)

var (
	streetStarts = words("Comber Alder Brixham Calder Dunmore Elstow Fairmead Gresley Harcombe Ivybridge Jessop Kelmore Lanscombe Marden Netley " +
		"Oakhurst Penrose Quarry Ruskington Selwyn Tarrant Ulverstone Venner Wexcombe Yarrow Ashcombe Bellenger Coldred Danby Exmoor " +
		"Frensham Gatling Hexham Inchmery Kestrel Lorrimer Melling Nunhurst Ommaney Pelling")
	streetEnds  = words("Road Road Road Street Street Avenue Close Gardens Grove Lane Court Walk Way Terrace Rise Hill")
	houseStarts = words("Beacon Harbour Wren Linden Mulberry Keel Anchor Meridian Juniper Haven Cobden Bridgeway Lantern Osprey Tallis Fathom")
	townsOf     = [4][]string{words("Brixton Clapham Stockwell Kennington Streatham"),
		words("Camberwell Peckham Bermondsey Walworth Dulwich"),
		words("Deptford Catford Lewisham Sydenham Brockley"), words("London London Croydon Bromley Greenwich")}
	councilOffices = [4]string{"SW2 1ZZ", "SE1 5ZZ", "SE6 4ZZ", ""}
)

// frontDoor is where the household lives now.
func (w *world) frontDoor(b *block, p *inhabitant) abode {
	n := mix(w.seed ^ b.number*7919)
	if b.lodgings {
		part := uint64(p.household / 60)
		return abode{kind: lodging, borough: b.borough, postcode: unit(b.sector, mix(n+part)),
			line: "Room " + strconv.Itoa(p.household%60+1) + ", " + houseStarts[(n+part)%uint64(len(houseStarts))] + " Lodge",
			town: townsOf[b.borough][n%5]}
	}
	u := uint64(p.household / 15)
	h := mix(n + u*31)
	return abode{kind: home, borough: b.borough, postcode: unit(b.sector, h),
		line: strconv.Itoa(int(h>>20%90)+p.household%15*2+1) + " " + street(h), town: townsOf[b.borough][n%5]}
}

func street(h uint64) string {
	return streetStarts[h>>8%uint64(len(streetStarts))] + " " + streetEnds[h>>16%uint64(len(streetEnds))]
}

// somewhere is a home in a borough, or outside them all.
func (w *world) somewhere(s *stream, where borough) abode {
	list := outerSectors
	if where != nowhere {
		list = boroughSectors[where]
	}
	h := s.Uint64()
	a := abode{kind: home, borough: where, postcode: unit(pick(s, list), h), town: pick(s, townsOf[where]),
		line: strconv.Itoa(1+s.IntN(180)) + " " + street(h)}
	if s.chance(0.35) {
		a.line = "Flat " + strconv.Itoa(1+s.IntN(40)) + ", " + a.line
	}
	return a
}

// hostelPeople is how many residents there are for each hostel, which has room for 30 to 300 over two years.
const hostelPeople = 9_000

// hostelIn is one of a borough's hostels. There are more of them in a larger world, so that each stays as crowded.
func (w *world) hostelIn(s *stream, where borough) abode {
	if where == nowhere {
		where = borough(s.weighted(boroughShares))
	}
	n := s.IntN(max(1, w.people/hostelPeople/3))
	h := mix(w.seed ^ uint64(where)<<32 ^ uint64(n)*104729)
	list := boroughSectors[where]
	return abode{kind: hostel, borough: where, postcode: unit(list[h%uint64(len(list))], h>>13),
		line: houseStarts[h>>24%uint64(len(houseStarts))] + " House, " + street(h), town: townsOf[where][h%5]}
}

// abodes is where someone lived, oldest first, from some years before the window to today. A troubled life moves three times a
// year (specification 7.1), through rooms, hostels and no abode at all; any other one year in ten.
func (w *world) abodes(s *stream, b *block, p *inhabitant, troubled bool, housing float64) []abode {
	s.begin(w.seed, forAddress, p.index)
	now := w.frontDoor(b, p)
	began := max(today-8*365, p.birth)
	if !troubled {
		list := []abode{now}
		list[0].from = began
		for d := today - day.Day(s.ExpFloat64()*3650); d > began; d -= day.Day(1 + s.ExpFloat64()*3650) {
			list[0].from = d
			before := w.somewhere(s, w.elsewhere(s, b.borough))
			before.from = began
			list = append([]abode{before}, list...)
		}
		return list
	}
	began = max(today-4*365, p.birth)
	where := b.borough
	var list []abode
	rough := min(0.75, 0.08+0.17*housing)
	for d := began; d < today; d += day.Day(15 + s.ExpFloat64()*120) {
		a := w.somewhere(s, where)
		switch x := s.Float64(); {
		case x < rough*0.55:
			a = abode{kind: noFixed, borough: where, town: a.town}
		case x < rough:
			a = w.hostelIn(s, where)
		case x < rough+0.08:
			a.kind = careOf
			a.line = "c/o " + a.line
		case x < rough+0.3:
			a = now
		}
		if a.kind != hostel && a.kind != home {
			a.borough = where
		}
		a.from = d
		list = append(list, a)
		if s.chance(0.12) {
			where = w.elsewhere(s, where)
		}
	}
	return list
}

// elsewhere is where someone moves: mostly within the borough.
func (w *world) elsewhere(s *stream, from borough) borough {
	switch x := s.Float64(); {
	case x < 0.6:
		return from
	case x < 0.9:
		return borough(s.weighted(boroughShares))
	}
	return nowhere
}

// living is the abode of a day.
func living(list []abode, on day.Day) *abode {
	at := &list[0]
	for i := range list {
		if list[i].from <= on {
			at = &list[i]
		}
	}
	return at
}

func itoa(n int) string { return strconv.Itoa(n) }

func monthOf(m int) time.Month { return time.Month(m) }
