package account

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"throughline/internal/fault"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	context := []string{"Ayesha Rahman", "ayesha.rahman@riverbank.example", "Riverbank Hospitals", "South London"}
	for _, c := range []struct {
		password string
		says     string // part of the message; empty when the password may be chosen
	}{
		{"", "too short"},
		{"x7#Qp2!", "too short"}, // seven, however odd
		{"plum kettle orbit tram", ""},
		{"PlumKettleOrbit", ""},
		{"q8!vR2zLx", ""}, // nine odd ones
		{"winter 2026 in Lewisham was long", ""},
		{"Monday1!", "easy to guess"},
		{"kettle7tram", "easy to guess"}, // eleven that score 2
		{"houseofcards99", ""},           // fourteen that score 2
		{"password", "easy to guess"},
		{"iloveyou1", "easy to guess"},
		{"passwordpassword", "long, but easy"},
		{"aaaaaaaaaaaaaaaaaaaa", "long, but easy"},
		{"1234567890123", "long, but easy"},
		{"qwertyuiop123", "long, but easy"},
		{"abcdefghijklmnop", "long, but easy"},
		{"Throughline2026!", "little more than your name"},
		{"throughlinethroughline", "little more than your name"},
		{"AYESHARAHMAN1985", "little more than your name"},
		{"riverbank-hospitals", "little more than your name"},
		{"riverbank plum kettle orbit", ""}, // the word counts for nothing, the rest is enough
		{"riverbank qwertyuiop", "easy to guess"},
		{"naïve café crème brûlée", ""},
		{"пароль один кувшин трамвай", ""},
		{"кувшинтрамвай", ""},
		{"ааааааааааааааааааа", "long, but easy"}, // Cyrillic
		{"pässwördpässwörd", "long, but easy"},
		{strings.Repeat("e\u0301", 7), "too short"}, // fourteen marks and letters, seven characters
		{"plum kettle\torbit tram", "a tab"},
		{"plum kettle\x00orbit tram", "a tab"},
		{"plum kettle \xff orbit tram", "cannot be read"},
		{strings.Repeat("plum kettle orbit tram ", 11), ""}, // 253
		{strings.Repeat("crème brûlée tôt ", 15) + "c", ""}, // 256 characters, more bytes
		{strings.Repeat("plum kettle orbit tram ", 12), "longer than 256"},
	} {
		err := CheckPassword(c.password, context...)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%q: %v", c.password, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%q: error %v, want one that says %q", c.password, err, c.says)
		}
		if err == nil {
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Notes) != 1 || f.Notes[0].Field != "password" || f.Notes[0].Remedy == "" {
			t.Errorf("%q: %#v is not an error with its field and remedy", c.password, err)
		}
		if c.password != "" && strings.Contains(err.Error(), c.password) && c.password != "password" {
			t.Errorf("the message repeats the password: %v", err)
		}
	}
}

// The measure of strength comes from elsewhere: whatever is typed, it must answer, and never for a short password.
func TestCheckPasswordAnswersAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.String().Draw(t, "password")
		context := rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "context")
		if err := CheckPassword(password, context...); err == nil && utf8.RuneCountInString(Normal(password)) < MinPassword {
			t.Fatalf("%q may be chosen", password)
		}
	})
}

func TestContextNeverMakesAPasswordBetter(t *testing.T) {
	t.Parallel()
	words := []string{"plum", "kettle", "orbit", "tram", "riverbank", "Ayesha", "2026", "qwerty", "!"}
	rapid.Check(t, func(t *rapid.T) {
		password := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "words"), "")
		if CheckPassword(password) != nil && CheckPassword(password, "Ayesha", "Riverbank Hospitals") == nil {
			t.Fatalf("%q may be chosen only when it holds the person's name", password)
		}
	})
}
