// Package account holds the rules of signing in: passwords, how often somebody may guess, sessions, one-time codes,
// and the names people sign in and are shown by. It reads no clock and no source of randomness: both are arguments.
package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nbutton23/zxcvbn-go"
	"golang.org/x/text/unicode/norm"

	"throughline/internal/fault"
)

// Limits of a password, in characters. Sixty-four must be accepted (NIST SP 800-63B); the upper one only keeps a
// request from being a way to waste the server's time.
const (
	MinPassword = 8
	Unchecked   = 12 // from here on length stands in for a good score
	MaxPassword = 256
)

// scored is how many characters are looked at for weakness: the measure takes time that grows faster than the length,
// and more characters never make a password weaker.
const scored = 64

// Normal is a password as it is measured and hashed: its characters in Unicode's composed form (NFC, as RFC 8265
// asks), because é is one character on one keyboard and two on another. Nothing else is changed: no trimming, no case.
func Normal(password string) string { return norm.NFC.String(password) }

// CheckPassword says whether a password may be chosen. context is words that an attacker would try first: the
// person's name, e-mail address, agency and area; they count for nothing. What is left must be at least 8 characters that
// zxcvbn scores 3 of 4, or at least 12 that it scores 2: length alone does not save passwordpassword. There are no rules
// of composition.
func CheckPassword(password string, context ...string) error {
	if !utf8.ValidString(password) {
		return weak("The password has characters that cannot be read.", "Type it again, or choose another.")
	}
	password = Normal(password)
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		return weak("The password is too short.", "Use at least 12 characters. Three or four words that do not belong together are easy to remember.")
	case n > MaxPassword:
		return weak("The password is longer than 256 characters.", "Use 256 characters or fewer.")
	case strings.ContainsFunc(password, unicode.IsControl):
		return weak("The password has a tab, a line break or another character that cannot be seen.",
			"Leave it out: it is easily lost when a password is copied.")
	}
	rest := without(password, words(context))
	if length := utf8.RuneCountInString(rest); length < MinPassword && length < n {
		return weak("The password is little more than your name, your agency or the name of this service.",
			"Choose words that have nothing to do with you or your work.")
	}
	score := strength(rest)
	switch length := utf8.RuneCountInString(rest); {
	case score >= 3, length >= Unchecked && score == 2:
		return nil
	case length >= Unchecked:
		return weak("The password is long, but easy to guess: it is a common password, a repetition or a row of keys.",
			"Use three or four words that do not belong together.")
	}
	return weak("The password is easy to guess.",
		"Make it at least 12 characters. Three or four words that do not belong together are easy to remember.")
}

func weak(message, remedy string) error { return fault.InvalidField("password", message, remedy) }

// strength is zxcvbn's score, 0 to 4, of the first characters. The measure knows ASCII only: letters lose their accents,
// since pässwörd is no better than password, and characters of other alphabets stand as signs, the same for the same one.
func strength(password string) int {
	const signs = "!#$%&*+,;:=?@^|~"
	var b strings.Builder
	for _, r := range norm.NFD.String(password) {
		switch {
		case b.Len() == scored:
		case r <= unicode.MaxASCII:
			b.WriteRune(r)
		case !unicode.IsMark(r):
			b.WriteByte(signs[int(r)%len(signs)])
		}
	}
	if b.Len() == 0 {
		return 0
	}
	return zxcvbn.PasswordStrength(b.String(), nil).Score
}

// words takes the context apart into lower-case words of four letters and more, the name of the service among them.
// Shorter ones turn up in passwords by chance.
func words(context []string) []string {
	list := []string{"throughline"}
	for _, c := range context {
		for _, w := range strings.FieldsFunc(strings.ToLower(Normal(c)), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			if utf8.RuneCountInString(w) >= 4 {
				list = append(list, w)
			}
		}
	}
	return list
}

// without is the password with every word taken out, whatever its case.
func without(password string, words []string) string {
	runes := []rune(password)
	lower := make([]rune, len(runes)) // rune by rune, so that places in both agree
	for i, r := range runes {
		lower[i] = unicode.ToLower(r)
	}
	gone := make([]bool, len(runes))
	for _, w := range words {
		word := []rune(w)
		for i := 0; i+len(word) <= len(lower); i++ {
			if string(lower[i:i+len(word)]) == w {
				for j := range word {
					gone[i+j] = true
				}
			}
		}
	}
	var rest []rune
	for i, r := range runes {
		if !gone[i] {
			rest = append(rest, r)
		}
	}
	return string(rest)
}
