package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"throughline/internal/fault"
)

// Email is the name somebody signs in with, in the one form that is stored and compared: lower case, without space
// around it.
type Email string

// ParseEmail reads an e-mail address. Only letters, digits and the signs of everyday addresses are taken: a letter of
// another alphabet can look the same as one of ours and be somebody else's address.
func ParseEmail(s string) (Email, error) {
	s = strings.TrimSpace(s)
	bad := func(message, remedy string) (Email, error) { return "", fault.InvalidField("email", message, remedy) }
	if s == "" {
		return bad("Enter an e-mail address.", "")
	}
	if len(s) > 254 {
		return bad("The e-mail address is longer than 254 characters.", "Use a shorter one.")
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		return bad("The e-mail address has a character that is not a plain letter, digit or sign, though it may look like one.",
			"Type the address by hand instead of pasting it.")
	}
	s = strings.ToLower(s)
	local, domain, ok := strings.Cut(s, "@")
	if !ok || !plainLocal(local) || !plainDomain(domain) {
		return bad("This is not an e-mail address.", "Write it like name@example.org.uk.")
	}
	return Email(s), nil
}

func plainLocal(s string) bool {
	return s != "" && len(s) <= 64 && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") && !strings.Contains(s, "..") &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-") == ""
}

func plainDomain(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasPrefix(label, "xn--") {
			return false
		}
	}
	return len(labels) >= 2 && len(s) <= 253
}

// LookAlike is the same for two addresses that the eye takes for one another: rn and m, vv and w, cl and d, 0 and o,
// 1, i and l, 5 and s, 2 and z, with or without dots and hyphens before the @. No second account is made with the key of another.
func (e Email) LookAlike() string {
	local, domain, _ := strings.Cut(string(e), "@")
	local = strings.NewReplacer(".", "", "-", "", "_", "").Replace(local)
	return alike.Replace(local) + "@" + alike.Replace(domain)
}

var alike = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "0", "o", "1", "l", "i", "l", "5", "s", "2", "z")

// MaxName is the most characters of a name that is shown.
const MaxName = 80

// DisplayName is the name that others see, with its space put in order. It refuses what could pass for another's
// name or change how a line reads: invisible characters, characters that turn the direction of writing, and letters of two
// alphabets mixed.
func DisplayName(s string) (string, error) {
	bad := func(message, remedy string) (string, error) { return "", fault.InvalidField("name", message, remedy) }
	if !utf8.ValidString(s) {
		return bad("The name has characters that cannot be read.", "Type it again.")
	}
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	var letters, others int
	alphabets := map[string]bool{}
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector): // letters and marks that show nothing
			others++
		case unicode.IsLetter(r):
			letters++
			alphabets[alphabet(r)] = true
		case unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" -'’.,()", r):
		default:
			others++
		}
	}
	switch {
	case letters == 0:
		return bad("Enter a name.", "Use the name that colleagues know the person by.")
	case utf8.RuneCountInString(s) > MaxName:
		return bad("The name is longer than 80 characters.", "Use a shorter form of it.")
	case others > 0:
		return bad("The name has a character that does not belong in a name, or that cannot be seen.", "Type the name by hand instead of pasting it.")
	case len(alphabets) > 1:
		return bad("The name mixes letters of two alphabets, some of which look the same.", "Type the whole name in one alphabet.")
	}
	return s, nil
}

// alphabet names those scripts whose letters are mistaken for one another; all further ones are one.
func alphabet(r rune) string {
	for name, table := range map[string]*unicode.RangeTable{
		"Latin": unicode.Latin, "Greek": unicode.Greek, "Cyrillic": unicode.Cyrillic, "Armenian": unicode.Armenian,
		"Cherokee": unicode.Cherokee, "Coptic": unicode.Coptic,
	} {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "another"
}
