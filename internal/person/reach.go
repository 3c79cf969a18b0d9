package person

import "strings"

// ReadPhone reads a telephone number as digits in national form: +44 (0)7700 900123 is 07700900123. Numbers of other countries
// keep their country's digits. Words beside the digits are refused, because whose number it is may be in them.
func ReadPhone(s string) (string, Why) {
	d := s
	if !allDigits(s) {
		var b strings.Builder
		for _, r := range strings.TrimSpace(s) {
			switch {
			case '0' <= r && r <= '9':
				b.WriteRune(r)
			case strings.ContainsRune(" ()-.+/\t\u00a0", r):
			default:
				return "", Why{"bad-phone", "A telephone number holds digits, spaces and + ( ) - only."}
			}
		}
		d = b.String()
	}
	if d == "" {
		return "", Why{}
	}
	d = strings.TrimPrefix(d, "00")
	if strings.HasPrefix(d, "44") && len(d) >= 11 {
		d = "0" + strings.TrimPrefix(d[2:], "0")
	} else if len(d) == 10 && d[0] == '7' {
		d = "0" + d // a mobile number that lost its nought in a spreadsheet
	}
	switch {
	case len(d) < 7 || len(d) > 15:
		return "", Why{"bad-phone", "A telephone number has 7 to 15 digits."}
	case strings.Trim(d[1:], d[1:2]) == "", strings.Trim(d[2:], d[2:3]) == "", d == "01234567890":
		return "", Why{"placeholder-phone", "The digits stand for a number that is not known."}
	}
	return d, Why{}
}

var placeholderMailboxes = set("none noemail no nomail unknown test na notknown notgiven refused declined x xx xxx noreply")

// ReadEmail reads an e-mail address: lower case, one @, a domain with a dot.
func ReadEmail(s string) (string, Why) {
	e := strings.ToLower(strings.TrimSpace(s))
	if e == "" {
		return "", Why{}
	}
	box, domain, ok := strings.Cut(e, "@")
	if !ok || box == "" || strings.ContainsAny(e, " \t,;<>") || strings.Contains(domain, "@") ||
		!strings.Contains(strings.Trim(domain, "."), ".") || len(e) > 254 {
		return "", Why{"bad-email", "It is not written like an e-mail address: name@example.org."}
	}
	if placeholderMailboxes[box] {
		return "", Why{"placeholder-email", "The address stands for one that is not known."}
	}
	return e, Why{}
}

var sexes = map[string]Sex{
	"m": Male, "male": Male, "1": Male, "man": Male, "boy": Male, "f": Female, "female": Female, "2": Female, "woman": Female, "girl": Female,
	"x": OtherSex, "other": OtherSex, "9": OtherSex, "i": OtherSex, "indeterminate": OtherSex, "non binary": OtherSex, "nonbinary": OtherSex,
	"": SexUnknown, "u": SexUnknown, "0": SexUnknown, "unknown": SexUnknown, "not known": SexUnknown, "nk": SexUnknown, "n k": SexUnknown,
	"not stated": SexUnknown, "not specified": SexUnknown, "not recorded": SexUnknown, "prefer not to say": SexUnknown,
}

// ReadSex reads sex in words, letters, or the codes of the NHS Data Dictionary: 1 male, 2 female, 9 indeterminate, 0 not known.
func ReadSex(s string) (Sex, Why) {
	sex, ok := sexes[Fold(s)]
	if !ok {
		return SexUnknown, Why{"bad-sex", "It is none of the words and codes that are known for sex."}
	}
	return sex, Why{}
}

// String is the sex in a word, "not known" for the zero Sex.
func (s Sex) String() string {
	switch s {
	case Female:
		return "female"
	case Male:
		return "male"
	case OtherSex:
		return "other"
	}
	return "not known"
}
