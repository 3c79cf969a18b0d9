package intake

import (
	"bytes"
	"fmt"

	"throughline/internal/person"
)

// sheetErrors are what spreadsheets write where a formula failed.
var sheetErrors = [][]byte{[]byte("#N/A"), []byte("#REF!"), []byte("#VALUE!"), []byte("#NAME?"), []byte("#DIV/0!"), []byte("#NUM!"),
	[]byte("#NULL!"), []byte("#SPILL!"), []byte("#CALC!"), []byte("#GETTING_DATA"), []byte("#FIELD!"), []byte("#####")}

// errorWord says whether a value is a spreadsheet's error.
func errorWord(v []byte) bool {
	if len(v) < 4 || v[0] != '#' {
		return false
	}
	for _, e := range sheetErrors {
		if bytes.EqualFold(v, e) {
			return true
		}
	}
	return len(bytes.Trim(v, "#")) == 0
}

// shortened says whether a spreadsheet wrote a long number in short, so that digits are lost: 9.43E+09.
func shortened(v []byte) bool {
	e := bytes.IndexByte(v, '+') - 1 // few values have the sign
	if e < 1 || e+2 >= len(v) || v[e]|0x20 != 'e' {
		return false
	}
	dot := 0
	for i, c := range v {
		switch {
		case i == e || i == e+1 || c >= '0' && c <= '9':
		case c == '.' && i > 0 && i < e:
			dot++
		default:
			return false
		}
	}
	return dot <= 1
}

var replacement = []byte("\uFFFD")

// damaged says whether a value cannot be what the sender meant, whatever column it stands in.
func damaged(v []byte) person.Why {
	switch {
	case errorWord(v):
		return person.Why{Code: sheetError, Reason: "A spreadsheet's error stands in place of the value."}
	case bytes.IndexByte(v, replacement[0]) >= 0 && bytes.Contains(v, replacement):
		return person.Why{Code: lostLetters, Reason: "Letters were lost before the file was sent: a mark stands in their place."}
	}
	return person.Why{}
}

// damagedNumber adds to damaged what befalls numbers that are no amounts: identifiers, telephone numbers, record numbers.
func damagedNumber(v []byte, length int) person.Why {
	if why := damaged(v); why.Code != "" {
		return why
	}
	if shortened(v) {
		return person.Why{Code: sheetShort, Reason: "A spreadsheet wrote the number in short, and its last digits are lost."}
	}
	if length > 0 {
		if digits := digitsOf(v); digits < length {
			return person.Why{Code: lostZeros,
				Reason: fmt.Sprintf("It has %d digits where the layout says %d: leading zeros may be lost.", digits, length)}
		}
	}
	return person.Why{}
}

func digitsOf(v []byte) int {
	n := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// dayTrouble says what is wrong with a day that does not read, and the remedy. The forms are those that the layout declares.
func dayTrouble(v []byte, formed bool, forms []format) (message, remedy string) {
	name := forms[0].name
	for _, f := range forms[1:] {
		name += " or " + f.name
	}
	remedy = "Send the day as " + name
	switch {
	case errorWord(v):
		return "A spreadsheet’s error stands in place of the day", "Mend the formula in the spreadsheet and send the day as " + name
	case shortened(v):
		return "A spreadsheet wrote this as a number in short", remedy
	case formed && forms[0].serial:
		return "Not the number of a day from 1 March 1900", "Send the day as " + name
	case formed && monthFirst(v, forms):
		return "Not a day in the calendar: the month seems to stand before the day", remedy
	case formed:
		return "Not a day in the calendar", remedy
	case !forms[0].serial && len(v) == 5 && digitsOf(v) == 5:
		return "This looks like a spreadsheet’s day number, and your layout declares " + name,
			remedy + ", or declare excel serial in the layout"
	}
	return "Not in the form your layout declares (" + name + ")", remedy
}

// monthFirst says whether the value is a day when read with month and day the other way round.
func monthFirst(v []byte, forms []format) bool {
	for _, f := range forms {
		swapped := f
		swapped.parts = make([]part, len(f.parts))
		for i, p := range f.parts {
			switch p.token {
			case day2:
				p.token = month2
			case month2:
				p.token = day2
			case day1:
				p.token = month1
			case month1:
				p.token = day1
			}
			swapped.parts[i] = p
		}
		if _, _, ok := swapped.read(v); ok {
			return true
		}
	}
	return false
}
