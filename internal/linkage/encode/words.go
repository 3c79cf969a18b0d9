package encode

import (
	"strings"
)

// grains says in words what each granularity is a token of.
var grains = map[byte]string{
	Whole: "the whole value", Sound: "how it sounds (Soundex)", Initial: "its first letter", Near: "it with one letter left out, or none",
	Far: "it with two letters or digits left out, or its letters in order", Head: "its first four letters",
	Short: "a name it is a familiar form of", Part: "its first word", LastPart: "its last word", LastInitial: "the first letter of its last word",
	Year: "the year", Date: "day and month", Either: "day and month, whichever is which", Month: "year and month",
	MonthDay: "year and day of the month", January: "that it is a 1 January", Slip: "the date with one digit left out, or without the order of two neighbours",
	Sector: "the sector", Outcode: "the outcode", Nowhere: "that there is no fixed abode", Word: "a word of it",
	End: "its last six digits", Start: "all its digits but the last three", Ends: "its digits without the middle", PNC: "a whole PNC id", Prison: "a whole prison number",
	National: "another whole number",
}

// grainSigns are all signs of granularities.
var grainSigns = func() string {
	var b strings.Builder
	for sign := range grains {
		b.WriteByte(sign)
	}
	for _, c := range composites {
		b.WriteByte(c.sign)
	}
	return b.String()
}()

// Words lists what leaves of one record, a line for each thing that tokens are of: the column, what it is, and the tokens.
func (r Record) Words(mode Mode) []string {
	var lines []string
	for column, values := range r {
		for _, v := range values {
			for i := 0; i < len(v); {
				end := i + 1
				for end < len(v) && v[end].Grain == v[i].Grain {
					end++
				}
				what := grains[v[i].Grain]
				if mode == StrictMode && column == Composite {
					what = compositeWords(v[i].Grain)
				}
				tokens := make([]string, 0, end-i)
				for _, x := range v[i:end] {
					tokens = append(tokens, x.Token.String())
				}
				lines = append(lines, columnNames[mode][column]+": "+what+": "+strings.Join(tokens, " "))
				i = end
			}
		}
	}
	return lines
}
