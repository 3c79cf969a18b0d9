package sample

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"throughline/internal/day"
)

// The ways in which a value is written down wrongly. Each gives false when it has no hold on the value.

// keys are neighbours on a keyboard.
var keys = map[rune]string{'a': "qsz", 'b': "vgn", 'c': "xvd", 'd': "sfe", 'e': "wrd", 'f': "dgr", 'g': "fht", 'h': "gjy",
	'i': "uok", 'j': "hkn",
	'k': "jli", 'l': "kop", 'm': "nj", 'n': "bmh", 'o': "ipl", 'p': "ol", 'q': "wa", 'r': "etf", 's': "adw", 't': "ryg",
	'u': "yij", 'v': "cbf",
	'w': "qes", 'x': "zcs", 'y': "tuh", 'z': "xas"}

// typo is one slip of the fingers after the first letter: a neighbour's key, a letter left out, doubled or before its time.
func typo(s *stream, word string) (string, bool) {
	r := []rune(word)
	if len(r) < 3 {
		return word, false
	}
	i := 1 + s.IntN(len(r)-1)
	switch s.IntN(4) {
	case 0:
		near := keys[unicode.ToLower(r[i])]
		if near == "" {
			return word, false
		}
		r[i] = rune(near[s.IntN(len(near))])
	case 1:
		r = append(r[:i], r[i+1:]...)
	case 2:
		r = append(r[:i+1], r[i:]...)
	default:
		if i+1 == len(r) || r[i] == r[i+1] {
			return word, false
		}
		r[i], r[i+1] = r[i+1], r[i]
	}
	out := string(r)
	return out, out != word
}

// A change of letters, tried from a place in the list on until one fits.
type change struct{ from, to string }

var (
	heard = []change{{"ph", "f"}, {"f", "ph"}, {"ie", "y"}, {"y", "ie"}, {"ck", "k"}, {"c", "k"}, {"k", "c"}, {"ee", "ea"},
		{"ea", "ee"},
		{"ou", "u"}, {"ay", "ey"}, {"ey", "ay"}, {"ll", "l"}, {"tt", "t"}, {"nn", "n"}, {"ss", "s"}, {"mm", "m"}, {"rr", "r"},
		{"l", "ll"},
		{"son", "sen"}, {"z", "s"}, {"ei", "ie"}, {"er", "a"}, {"gh", ""}, {"kn", "n"}, {"wr", "r"}, {"oo", "u"}, {"j", "g"},
		{"i", "e"}}
	scanned = []change{{"rn", "m"}, {"m", "rn"}, {"cl", "d"}, {"l", "1"}, {"o", "0"}, {"S", "5"}, {"B", "8"}, {"li", "h"},
		{"vv", "w"}, {"I", "l"},
		{"e", "c"}, {"G", "6"}}
)

func respell(s *stream, word string, rules []change) (string, bool) {
	start := s.IntN(len(rules))
	for i := range rules {
		rule := rules[(start+i)%len(rules)]
		if at := strings.LastIndex(word, rule.from); at > 0 {
			return word[:at] + rule.to + word[at+len(rule.from):], true
		}
	}
	return word, false
}

// variant is another spelling of the same name.
func variant(s *stream, word string) (string, bool) {
	other := spellings[word]
	if len(other) == 0 {
		return word, false
	}
	return pick(s, other), true
}

// initial is the first letter.
func initial(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	if size == 0 {
		return ""
	}
	return string(r)
}

// half is one part of a name of two parts.
func half(s *stream, word string) (string, bool) {
	parts := strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == ' ' })
	if len(parts) < 2 {
		return word, false
	}
	if s.chance(0.35) {
		return parts[0], true
	}
	return parts[len(parts)-1], true
}

// bare drops the marks between the parts of a name: hyphens, apostrophes, spaces.
func bare(s *stream, word string) (string, bool) {
	if !strings.ContainsAny(word, "-' ") {
		return word, false
	}
	with := ""
	if s.chance(0.6) {
		with = " "
	}
	return strings.TrimSpace(strings.NewReplacer("-", with, "'", "", " ", with).Replace(word)), true
}

// plainLetter maps letters that don't come apart into a letter and its mark.
var plainLetter = strings.NewReplacer("Ł", "L", "ł", "l", "Ø", "O", "ø", "o", "ß", "ss", "đ", "d", "Đ", "D")

// unmarked takes the marks off letters: João becomes Joao.
func unmarked(word string) string {
	ascii := true
	for i := 0; i < len(word); i++ {
		ascii = ascii && word[i] < utf8.RuneSelf
	}
	if ascii {
		return word
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(plainLetter.Replace(word)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainLetters is a name as it stands in an e-mail address.
func plainLetters(word string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "'", "", "-", "").Replace(unmarked(word)))
}

// wrongBirth is a date of birth with one slip in it, and which slip it is. No slip gives a day after today.
func wrongBirth(s *stream, d day.Day) (day.Day, string) {
	y, m, dom := d.Date()
	at := func(y int, m, dom int) day.Day {
		if dom > 28 {
			dom = 28
		}
		return day.Must(y, monthOf(m), dom)
	}
	slip, tag := d, ""
	switch x := s.Float64(); {
	case x < 0.28 && dom <= 12 && dom != int(m):
		slip, tag = at(y, dom, int(m)), "birth-day-month-swapped"
	case x < 0.48:
		slip, tag = at(y, int(m), dom%28+1), "birth-day-wrong"
	case x < 0.60:
		slip, tag = at(y, int(m)%12+1, dom), "birth-month-wrong"
	case x < 0.78:
		slip, tag = at(y+1-2*s.IntN(2), int(m), dom), "birth-year-off-by-one"
	case x < 0.90:
		slip, tag = at(y+10-20*s.IntN(2), int(m), dom), "birth-decade-slip"
	case x < 0.93 && y < 1926:
		slip, tag = at(y+100, int(m), dom), "birth-century-slip"
	default:
		slip, tag = at(y+s.between(-4, 4), 1+s.IntN(12), 1+s.IntN(28)), "birth-wrong"
	}
	if slip > today || slip < today-115*366 || slip == d {
		return at(y-1, int(m), dom), "birth-year-off-by-one"
	}
	return slip, tag
}

// wrongDigit changes one digit, so that a check digit no longer fits.
func wrongDigit(s *stream, number string) string {
	b := []byte(number)
	i := 1 + s.IntN(len(b)-2)
	b[i] = '0' + (b[i]-'0'+1+byte(s.IntN(8)))%10
	return string(b)
}
