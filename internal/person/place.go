package person

import "strings"

var noFixedAbode = list("nfa", "no fixed abode", "of no fixed abode", "no fixed address", "no fixed adress", "no abode", "homeless",
	"street homeless", "rough sleeper", "rough sleeping", "sleeping rough", "no fixed", "nfa no fixed abode", "zz99 3vz", "zz993vz")

// SaysNoFixedAbode says whether an address or postcode is words (or the code ZZ99 3VZ) for having nowhere to live.
func SaysNoFixedAbode(s string) bool { return noFixedAbode[Fold(s)] }

// ReadPostcode reads a UK postcode: "SE5 8AZ" for a whole one, "SE5" for an outcode alone, whatever its case and spaces.
// Where the shape leaves one reading only, O and 0 or I and 1 are put right. ZZ99 3VZ and words such as NFA give noFixed
// and no postcode; other ZZ99 codes stand for not known and are set aside.
func ReadPostcode(s string) (postcode string, noFixed bool, why Why) {
	if isPostcode(s) {
		return s, false, Why{}
	}
	d := compact(s)
	switch {
	case d == "":
		return "", false, Why{}
	case (d[0] == 'Z' || !isLetter(d[0]) || !hasDigit(d)) && SaysNoFixedAbode(s): // of what has digits, only ZZ99 3VZ says so
		return "", true, Why{}
	case strings.HasPrefix(d, "ZZ99"):
		return "", false, Why{"placeholder-postcode", "ZZ99 postcodes stand for a place that is not known or abroad."}
	}
	if len(d) >= 5 && len(d) <= 7 {
		if in, ok := readInward(d[len(d)-3:]); ok {
			if out, ok := readOutcode(d[:len(d)-3]); ok {
				return out + " " + in, false, Why{}
			}
		}
	}
	if len(d) <= 4 {
		if out, ok := readOutcode(d); ok {
			return out, false, Why{}
		}
	}
	return "", false, Why{"bad-postcode", "It is not written like a UK postcode (SE5 8AZ) or the first half of one (SE5)."}
}

// isPostcode says whether a whole postcode is written as ReadPostcode writes it, as nearly all are.
func isPostcode(s string) bool {
	n := len(s) - 4
	if n < 2 || n > 4 || s[n] != ' ' || s[:2] == "ZZ" || !isDigit(s[n+1]) || !isInwardLetter(s[n+2]) || !isInwardLetter(s[n+3]) || !isLetter(s[0]) {
		return false
	}
	switch out := s[1:n]; n {
	case 2:
		return isDigit(out[0])
	case 3:
		return isDigit(out[0]) && (isDigit(out[1]) || isLetter(out[1])) || isLetter(out[0]) && isDigit(out[1])
	default:
		return isLetter(out[0]) && isDigit(out[1]) && (isDigit(out[2]) || isLetter(out[2]))
	}
}

func hasDigit(s string) bool {
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isInwardLetter(c byte) bool { return isLetter(c) && strings.IndexByte("CIKMOV", c) < 0 }

// readInward reads the second half: a digit and two letters, never C I K M O or V.
func readInward(s string) (string, bool) {
	b := []byte{toDigit(s[0]), toLetter(s[1]), toLetter(s[2])}
	if !isDigit(b[0]) || !isInwardLetter(b[1]) || !isInwardLetter(b[2]) {
		return "", false
	}
	return string(b), true
}

// readOutcode reads the first half: A9 A99 AA9 AA99 A9A AA9A, or GIR.
func readOutcode(s string) (string, bool) {
	if s == "GIR" {
		return s, true
	}
	if len(s) < 2 || len(s) > 4 || !isLetter(s[0]) {
		return "", false
	}
	var shape [4]byte
	for i := range len(s) {
		switch c := s[i]; {
		case isLetter(c):
			shape[i] = 'A'
		case isDigit(c):
			shape[i] = '9'
		}
	}
	switch string(shape[:len(s)]) {
	case "A9", "A99", "AA9", "A9A", "AA99", "AA9A":
		return s, true // the plain reading first: O and I become digits only where nothing else fits
	}
	for _, pattern := range []string{"A9", "A99", "AA9", "AA99"} {
		if out, ok := inShape(s, pattern); ok {
			return out, true
		}
	}
	return "", false
}

// inShape writes an outcode in a pattern of letters and digits, if it can be one of it.
func inShape(s, pattern string) (string, bool) {
	if len(pattern) != len(s) {
		return "", false
	}
	b := []byte(s)
	for i := range b {
		if pattern[i] == '9' {
			b[i] = toDigit(b[i])
		}
		if pattern[i] == 'A' && !isLetter(b[i]) || pattern[i] == '9' && !isDigit(b[i]) {
			return "", false
		}
	}
	return string(b), true
}

func toDigit(c byte) byte {
	switch c {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	return c
}

func toLetter(c byte) byte {
	switch c {
	case '0':
		return 'O'
	case '1':
		return 'I'
	}
	return c
}

// Outcode gives the first half of a postcode as ReadPostcode writes it: "SE5" of "SE5 8AZ".
func Outcode(postcode string) string {
	out, _, _ := strings.Cut(postcode, " ")
	return out
}

// Sector gives the sector of a whole postcode: "SE5 8" of "SE5 8AZ"; "" when there is only an outcode.
func Sector(postcode string) string {
	out, in, ok := strings.Cut(postcode, " ")
	if !ok || in == "" {
		return ""
	}
	return out + " " + in[:1]
}
