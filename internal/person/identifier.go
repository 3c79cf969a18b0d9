package person

import "strings"

// ReadNHSNumber reads an NHS number: ten digits of which the last is a check digit modulus 11 (NHS Data Dictionary).
// Spaces and hyphens do not matter. One digit ten times is a stand-in, though some pass the check.
func ReadNHSNumber(s string) (Identifier, Why) {
	d := compact(s)
	switch {
	case d == "":
		return Identifier{}, Why{}
	case len(d) != 10 || !allDigits(d):
		return Identifier{}, Why{"bad-nhs-number", "An NHS number has 10 digits."}
	case strings.Trim(d, d[:1]) == "" || d == "1234567890" || d == "0123456789":
		return Identifier{}, Why{"placeholder-nhs-number", "The digits stand for an NHS number that is not known."}
	}
	if check, ok := NHSCheckDigit(d[:9]); !ok || check != d[9] {
		return Identifier{}, Why{"nhs-check-digit", "The check digit of the NHS number does not fit."}
	}
	return Identifier{NHSNumber, d}, Why{}
}

// NHSCheckDigit gives the check digit of the first nine digits of an NHS number, and false when no number begins so.
func NHSCheckDigit(nine string) (byte, bool) {
	if len(nine) != 9 || !allDigits(nine) {
		return 0, false
	}
	sum := 0
	for i := range 9 {
		sum += int(nine[i]-'0') * (10 - i)
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 0, false
	case 11:
		return '0', true
	default:
		return byte('0' + c), true
	}
}

// ReadNINO reads a National Insurance number: two letters of those HMRC gives out, six digits, and a suffix A to D that may be
// missing. The suffix says nothing of who someone is, so the value is the first eight signs. TN and other
// administrative prefixes are set aside.
func ReadNINO(s string) (Identifier, Why) {
	d := compact(s)
	if d == "" {
		return Identifier{}, Why{}
	}
	bad := Why{"bad-nino", "It is not written like a National Insurance number: two letters, six digits, a letter A to D."}
	if len(d) == 9 && d[8] >= 'A' && d[8] <= 'D' {
		d = d[:8]
	}
	if len(d) != 8 || !isLetter(d[0]) || !isLetter(d[1]) || !allDigits(d[2:]) {
		return Identifier{}, bad
	}
	switch prefix := d[:2]; {
	case strings.ContainsRune("DFIQUV", rune(d[0])), strings.ContainsRune("DFIOQUV", rune(d[1])):
		return Identifier{}, Why{"bad-nino", "No National Insurance number begins with these letters."}
	case prefix == "BG" || prefix == "GB" || prefix == "KN" || prefix == "NK" || prefix == "NT" || prefix == "TN" || prefix == "ZZ":
		return Identifier{}, Why{"temporary-nino", "Numbers that begin so are made up by an office and belong to nobody."}
	case strings.Trim(d[2:], d[2:3]) == "" || d[2:] == "123456":
		return Identifier{}, Why{"placeholder-nino", "The digits stand for a number that is not known."}
	}
	return Identifier{NINO, d}, Why{}
}

// pncLetters are the check letters of PNC ids by remainder of year and serial modulo 23.
const pncLetters = "ZABCDEFGHJKLMNPQRTUVWXY"

// ReadPNCID reads a Police National Computer id: a year of two or four digits, up to seven digits, a check letter
// (83/49282X, 1983/0049282X, 83/0049282X). The value is the two-digit year, a slash, seven digits and the letter.
func ReadPNCID(s string) (Identifier, Why) {
	d := strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if d == "" {
		return Identifier{}, Why{}
	}
	bad := Why{"bad-pnc-id", "It is not written like a PNC id: a year, a slash, up to seven digits and a letter."}
	if !strings.Contains(d, "/") && (len(d) == 12 || len(d) == 10) {
		d = d[:len(d)-8] + "/" + d[len(d)-8:]
	}
	year, serial, ok := strings.Cut(d, "/")
	if !ok || len(year) != 2 && len(year) != 4 || !allDigits(year) || len(serial) < 2 || len(serial) > 8 || !allDigits(serial[:len(serial)-1]) {
		return Identifier{}, bad
	}
	letter, serial := serial[len(serial)-1], strings.Repeat("0", 8-len(serial))+serial[:len(serial)-1]
	year = year[len(year)-2:]
	if want, ok := PNCCheckLetter(year, serial); !ok || want != letter {
		return Identifier{}, Why{"pnc-check-letter", "The check letter of the PNC id does not fit."}
	}
	return Identifier{PNCID, year + "/" + serial + string(letter)}, Why{}
}

// PNCCheckLetter gives the check letter of a two-digit year and a seven-digit serial.
func PNCCheckLetter(year, serial string) (byte, bool) {
	if len(year) != 2 || len(serial) != 7 || !allDigits(year+serial) {
		return 0, false
	}
	n := 0
	for _, c := range year + serial {
		n = n*10 + int(c-'0')
	}
	return pncLetters[n%23], true
}

// ReadPrisonNumber reads a Prison NOMIS number: a letter, four digits, two letters (A1234BC).
func ReadPrisonNumber(s string) (Identifier, Why) {
	d := compact(s)
	if d == "" {
		return Identifier{}, Why{}
	}
	if len(d) != 7 || !isLetter(d[0]) || !allDigits(d[1:5]) || !isLetter(d[5]) || !isLetter(d[6]) {
		return Identifier{}, Why{"bad-prison-number", "It is not written like a prison number: A1234BC."}
	}
	return Identifier{PrisonNumber, d}, Why{}
}

// ReadOtherNational reads a number that an area's layout declares to be unique to one person: letters and digits, upper case.
func ReadOtherNational(s string) (Identifier, Why) {
	d := compact(s)
	switch {
	case d == "":
		return Identifier{}, Why{}
	case len(d) < 4 || len(d) > 32:
		return Identifier{}, Why{"bad-number", "A number unique to one person has 4 to 32 characters."}
	case strings.Trim(d, d[:1]) == "":
		return Identifier{}, Why{"placeholder-number", "It stands for a number that is not known."}
	}
	return Identifier{OtherNational, d}, Why{}
}

// ReadUPRN reads a Unique Property Reference Number: up to twelve digits, leading zeros dropped.
func ReadUPRN(s string) (Identifier, Why) {
	d := compact(s)
	if d == "" {
		return Identifier{}, Why{}
	}
	d = strings.TrimLeft(d, "0")
	if d == "" || len(d) > 12 || !allDigits(d) {
		return Identifier{}, Why{"bad-uprn", "A UPRN has 1 to 12 digits and is not nought."}
	}
	return Identifier{UPRN, d}, Why{}
}

// FoldNumber writes an agency's own number for comparing, as the national numbers are: capitals, without spaces, hyphens, full stops and
// slashes. 01md 78422887 24 and 01MD/78422887/24 fold alike.
func FoldNumber(s string) string { return compact(strings.TrimSpace(s)) }

// compact takes out everything but ASCII letters and digits and writes letters large. Other signs than spaces, hyphens,
// full stops and slashes stay, so that they are found wrong and not passed over.
func compact(s string) string {
	if isCompact(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '.' || r == '/' || r == '\t' || r == 0xA0:
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func isCompact(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || 'Z' < c) && (c < '0' || '9' < c) {
			return false
		}
	}
	return true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' }
