package person

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldedLimit bounds what Fold gives, in bytes: no name needs more to be told from another.
const foldedLimit = 120

// letters that do not decompose but are written without their stroke or joined form all the same.
var plainLetters = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h",
	'ŧ': "t", 'ŋ': "n", 'ĸ': "k", 'ə': "e", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ʻ': "", 'ʼ': "",
}

// Fold writes a name for comparing: lower case, without diacritics, apostrophes and invisible signs, hyphens and other
// punctuation as single spaces. O'Brien and O’Brien are both "obrien"; Zoë is "zoe" however it is encoded;
// Smith-Jones and Smith Jones are both "smith jones". Letters of every script are kept; a value without letters or
// digits folds to "". Fold(Fold(s)) is Fold(s).
func Fold(s string) string {
	if t, ok := foldASCII(s); ok {
		return t
	}
	var b strings.Builder
	space := false
	put := func(t string) {
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(t)
	}
	s = strings.Map(withoutApostrophe, s) // before NFKD, which makes a space of ´
	for _, r := range norm.NFKD.String(s) {
		for _, q := range norm.NFKD.String(string(lower(r))) {
			switch plain, special := plainLetters[q]; {
			case special:
				if plain != "" {
					put(plain)
				}
			case unicode.IsLetter(q) || unicode.IsDigit(q):
				put(string(q))
			case unicode.In(q, unicode.M, unicode.Cf):
			default:
				space = true
			}
		}
		if b.Len() >= foldedLimit {
			break
		}
	}
	return cut(b.String())
}

func lower(r rune) rune {
	if r == 'İ' {
		return 'i'
	}
	return unicode.ToLower(r)
}

// foldASCII is Fold for the common case, and false when s holds anything but ASCII.
func foldASCII(s string) (string, bool) {
	if isFolded(s) {
		return s, true
	}
	var room [64]byte // most names fit, and then nothing but the answer is allocated
	b, space := room[:0], false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 0x80:
			return "", false
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
		case c == '\'' || c == '`':
			continue
		default:
			space = true
			continue
		}
		if space && len(b) > 0 {
			b = append(b, ' ')
		}
		space = false
		b = append(b, c)
	}
	return cut(string(b)), true
}

// isFolded says whether a value is nothing but small ASCII letters, digits and single spaces between them, within the limit.
func isFolded(s string) bool {
	before := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != ' ' && (c < 'a' || 'z' < c) && (c < '0' || '9' < c) || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return len(s) <= foldedLimit && (before != ' ' || s == "")
}

// cut bounds a folded value at a rune.
func cut(s string) string {
	if len(s) <= foldedLimit {
		return s
	}
	end := foldedLimit
	for end > 0 && s[end]&0xC0 == 0x80 {
		end--
	}
	return strings.TrimRight(s[:end], " ")
}

func withoutApostrophe(r rune) rune {
	switch r {
	case '\'', '`', '´', '‘', '’', 'ʹ', '′', '＇', '‛':
		return -1
	}
	return r
}
