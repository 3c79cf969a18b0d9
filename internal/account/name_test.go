package account

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Email{
		"a.rahman@riverbank.example":                   "a.rahman@riverbank.example",
		"  A.Rahman@Riverbank.EXAMPLE ":                "a.rahman@riverbank.example",
		"o'neill+tl@south-london.org.uk":               "o'neill+tl@south-london.org.uk",
		"":                                             "",
		"a.rahman":                                     "",
		"a.rahman@riverbank":                           "",
		"@riverbank.example":                           "",
		"a..rahman@riverbank.example":                  "",
		".rahman@riverbank.example":                    "",
		"a rahman@riverbank.example":                   "",
		"a@b@riverbank.example":                        "",
		"a.rahman@-riverbank.example":                  "",
		"a.rahman@riverbank..example":                  "",
		"a.rahman@riverbank.example.":                  "",
		"а.rahman@riverbank.example":                   "", // the first letter is Cyrillic
		"a.rahman@rıverbank.example":                   "", // a dotless i
		"a.rahman\u200b@riverbank.example":             "",
		"\u212aelly@riverbank.example":                 "", // the first letter is the Kelvin sign
		"a.rahman@xn--rverbank-m4a.test":               "", // the same dotless i as its code
		"a@riverbank.example\r\nBcc: b@c.d":            "",
		strings.Repeat("a", 65) + "@riverbank.example": "",
	} {
		got, err := ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseEmail(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestParseEmailIsSettled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Za-z0-9._ 'ſK-]{1,12}@[A-Za-z0-9.-]{1,12}`).Draw(t, "address")
		once, err := ParseEmail(s)
		if err != nil {
			return
		}
		if twice, err := ParseEmail(string(once)); err != nil || twice != once {
			t.Fatalf("%q becomes %q, which becomes %q, %v", s, once, twice, err)
		}
	})
}

func TestLookAlike(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]Email{
		{"ayesha.rahman@council.example", "ayesha.rahrnan@council.example"},
		{"ayesha.rahman@council.example", "ayesharahman@council.example"},
		{"bill@council.example", "bi11@council.example"},
		{"bill@council.example", "biil@council.example"},
		{"owen@council.example", "0vven@council.example"},
		{"suzi@council.example", "5u2i@council.example"},
		{"adam@council.example", "aclam@council.example"},
		{"a@councl1.example", "a@councll.example"},
	} {
		if pair[0].LookAlike() != pair[1].LookAlike() {
			t.Errorf("%s and %s are told apart: %s, %s", pair[0], pair[1], pair[0].LookAlike(), pair[1].LookAlike())
		}
	}
	for _, pair := range [][2]Email{
		{"ayesha@council.example", "aisha@council.example"},
		{"ayesha@council.example", "ayesha@council.test"},
		{"ayesha@a-council.example", "ayesha@acouncil.example"},
	} {
		if pair[0].LookAlike() == pair[1].LookAlike() {
			t.Errorf("%s and %s pass for one another", pair[0], pair[1])
		}
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ayesha Rahman":            "Ayesha Rahman",
		"  Ayesha \t Rahman ":      "Ayesha Rahman",
		"Siân O’Neill-Smith (Dr.)": "Siân O’Neill-Smith (Dr.)",
		"Sia\u0302n":               "Siân",
		"Ольга Петрова":            "Ольга Петрова",
		"محمد علي":                 "محمد علي",
		"李 小龍":                     "李 小龍",
		"Worker 2":                 "Worker 2",
		"":                         "",
		"  ":                       "",
		"123":                      "",
		"Аyesha Rahman":            "", // the first letter is Cyrillic
		"Ayesha\u202eRahman":       "", // turns the writing round
		"Ayesha\u200bRahman":       "", // a space without width
		"Ayesha\u3164Rahman":       "", // a letter that shows nothing
		"Ayesha\ufe0fRahman":       "", // a mark that shows nothing
		"Ayesha\x00":               "",
		"Ayesha <b>":               "",
		"Ayesha \xff":              "",
		strings.Repeat("é", 80):    strings.Repeat("é", 80),
		strings.Repeat("é", 81):    "",
	} {
		got, err := DisplayName(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("DisplayName(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}
