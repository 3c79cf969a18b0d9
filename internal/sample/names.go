package sample

import (
	"math"
	"strings"
	"unicode"

	"throughline/internal/person"
	"throughline/reference"
)

// fullName is what someone is called at one time.
type fullName struct {
	forename, middle, surname string
}

func (n fullName) String() string {
	return strings.Join(strings.Fields(n.forename+" "+n.middle+" "+n.surname), " ")
}

// namer holds the reference tables as running totals. It is read only.
type namer struct {
	surnames     []string
	surnameSums  []float64
	forenames    map[forenameKey][]string
	forenameSums map[forenameKey][]float64
	nicknames    map[string][]string
}

type forenameKey struct {
	female bool
	decade int
}

func newNamer() *namer {
	n := &namer{forenames: map[forenameKey][]string{}, forenameSums: map[forenameKey][]float64{}, nicknames: map[string][]string{}}
	n.surnames, n.surnameSums = table(reference.Surnames())
	for decade := 1930; decade <= 2010; decade += 10 {
		for _, female := range []bool{false, true} {
			k, letter := forenameKey{female, decade}, byte('m')
			if female {
				letter = 'f'
			}
			n.forenames[k], n.forenameSums[k] = table(reference.Forenames(letter, decade))
		}
	}
	for name, short := range reference.Nicknames() {
		if len(short) == 0 {
			continue
		}
		written := make([]string, len(short))
		for i := range short {
			written[i] = capital(short[i])
		}
		n.nicknames[name] = written
	}
	return n
}

func table(shares []reference.Share) ([]string, []float64) {
	names, weights := make([]string, len(shares)), make([]float64, len(shares))
	for i, s := range shares {
		names[i], weights[i] = capital(s.Name), float64(s.PerMillion)
	}
	return names, cumulate(weights...)
}

// capital writes a folded name as people write it: O'Neill, McDonald, Smith-Jones.
func capital(s string) string {
	out, start := []rune(s), true
	for i, r := range out {
		if start && unicode.IsLetter(r) {
			out[i] = unicode.ToUpper(r)
		}
		start = r == '-' || r == ' ' || r == '\'' || i == 1 && len(out) > 4 && out[0] == 'M' && r == 'c'
	}
	return string(out)
}

// Surnames rarer than the table's are made from pieces, their shares falling as 1/rank: the tail that makes a rare surname
// strong evidence.
var (
	tailStarts = words("Ash Bar Black Brad Bram Car Chal Col Cran Dal Den Dun Earl Elm Farn Fen Gil Glad Had Hal Hart Hath Hol Ing " +
		"Kel Kil Lang Led Lin Mar Mel Nor Oak Pem Pen Quar Rad Red Row San Sel Shel Stan Swin Tar Thorn Tre Up Wal War Wen Whit Win Wy Yar")
	tailMiddles = []string{"", "", "", "er", "en", "ing", "el", "ar", "in", "ow", "a", "is"}
	tailEnds    = words("bottom bridge burn bury by cliffe combe cote croft dale den dyke fold ford gate grave ham hurst ington land " +
		"ley low man marsh mere more ness ridge shaw side stead stock ston stow thorpe thwaite ton tree vale wade water well wick wood worth")
)

const tailShare = 0.12 // of people, whose surnames the national table doesn't reach

func (n *namer) britishSurname(s *stream) string {
	if !s.chance(tailShare) {
		name := n.surnames[s.weighted(n.surnameSums)]
		if s.chance(0.025) {
			return name + "-" + n.surnames[s.weighted(n.surnameSums)]
		}
		return name
	}
	all := len(tailStarts) * len(tailMiddles) * len(tailEnds)
	// 1/rank over ranks 1 to all: the inverse of its running total is close to all^u.
	u := s.Float64()
	rank := uint64(math.Pow(float64(all), u)) - 1
	at := shuffle(41, min(rank, uint64(all-1)), uint64(all))
	k := int(at)
	return tailStarts[k%len(tailStarts)] + tailMiddles[k/len(tailStarts)%len(tailMiddles)] + tailEnds[k/len(tailStarts)/len(tailMiddles)]
}

// surname draws the surname of a household.
func (n *namer) surname(s *stream, g int) string {
	switch groups[g].rule {
	case british:
		return n.britishSurname(s)
	case somali, habesha:
		return pick(s, groups[g].male)
	case portugal:
		first, second := pick(s, groups[g].surnames), pick(s, groups[g].surnames)
		if strings.HasPrefix(groups[g].name, "Port") && s.chance(0.35) {
			first = pick(s, []string{"da ", "dos ", "de "}) + first
		}
		return first + " " + second
	}
	return pick(s, groups[g].surnames)
}

// forename draws a forename for a sex and year of birth.
func (n *namer) forename(s *stream, g int, sex person.Sex, birthYear int) string {
	female := sex == person.Female
	if groups[g].rule != british {
		// The children of every group are more and more given names of the country.
		if !(birthYear >= 1980 && s.chance(0.2)) || groups[g].rule == somali {
			if female {
				return pick(s, groups[g].female)
			}
			return pick(s, groups[g].male)
		}
	}
	k := forenameKey{female, min(max(birthYear/10*10, 1930), 2010)}
	return n.forenames[k][s.weighted(n.forenameSums[k])]
}

// name draws the name someone was given at birth, in a family of that surname.
func (n *namer) name(s *stream, g int, sex person.Sex, birthYear int, family string) fullName {
	full := fullName{forename: n.forename(s, g, sex, birthYear), surname: family}
	female := sex == person.Female
	switch groups[g].rule {
	case british, plain:
		if s.chance(0.7) {
			full.middle = n.forename(s, g, sex, birthYear-15)
		}
		if groups[g].name == "Polish" && female && strings.HasSuffix(family, "ski") {
			full.surname = strings.TrimSuffix(family, "i") + "a"
		}
	case singhKaur:
		full.middle = "Singh"
		if female {
			full.middle = "Kaur"
		}
		if s.chance(0.35) {
			full.middle, full.surname = "", full.middle
		}
	case begumKhan:
		if female && s.chance(0.4) {
			full.surname = pick(s, []string{"Begum", "Begum", "Bibi", "Khatun"})
		} else if !female && s.chance(0.45) {
			full.forename, full.middle = pick(s, mohammeds), full.forename
		}
	case somali:
		full.middle = pick(s, groups[g].male)
	case habesha:
		if s.chance(0.06) {
			full.surname = ""
		}
	}
	return full
}

// diminutive gives a familiar form of a forename, if it has one.
func (n *namer) diminutive(s *stream, forename string) (string, bool) {
	short := n.nicknames[strings.ToLower(forename)]
	if len(short) == 0 {
		return "", false
	}
	return pick(s, short), true
}
