package app

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/person"
	"throughline/internal/store"
)

// namesOf are the ways in which the words of a name may be meant: a word alone may be either name, the surname may stand last or first,
// and O Brien may be one word as O'Brien is, or two.
func namesOf(s string) []person.Name {
	words := strings.Fields(strings.ReplaceAll(s, ",", " "))
	names := ordersOf(words)
	for _, between := range []string{"", " "} {
		if one := withPrefixes(words, between); len(one) < len(words) {
			names = append(names, ordersOf(one)...)
		}
	}
	return names
}

func ordersOf(words []string) []person.Name {
	n := len(words)
	switch n {
	case 0:
		return nil
	case 1:
		return []person.Name{{Surname: words[0]}, {Forename: words[0]}}
	}
	return []person.Name{
		{Forename: words[0], Middle: strings.Join(words[1:n-1], " "), Surname: words[n-1]},
		{Forename: words[1], Middle: strings.Join(words[2:], " "), Surname: words[0]},
	}
}

// prefixes begin a surname, and are written as a word of their own by some.
var prefixes = strings.Fields("o mc mac fitz de da di du la le van von der den st el al abu bin ap")

// withPrefixes puts each prefix of a surname to the word that follows it.
func withPrefixes(words []string, between string) (out []string) {
	begun := ""
	for i, w := range words {
		if i < len(words)-1 && slices.Contains(prefixes, person.Fold(w)) {
			begun += w + between
			continue
		}
		out, begun = append(out, begun+w), ""
	}
	return out
}

// identity reads what was typed on a day. What cannot be read is said, field by field.
func (in SearchPeople) identity(today day.Day) (person.Identity, error) {
	var who person.Identity
	f := fault.New(fault.Invalid, "search", "There is a problem.", "")
	if in.Reference != "" {
		if _, err := id.ParsePseudonym(in.Reference); err != nil {
			f = f.With("reference", "This is not a reference like K7M-3Q.", "Read it again, or search by name.")
		}
	}
	if in.Forename != "" || in.Surname != "" {
		who.Names = []person.Name{{Forename: strings.TrimSpace(in.Forename), Surname: strings.TrimSpace(in.Surname)}}
	}
	if len(who.Names) == 0 {
		who.Names = namesOf(in.Name)
	}
	if birth, why := in.born(today); why != "" {
		f = f.With("born", why, "Check the year, or leave the date out.")
	} else if birth.Day != 0 {
		who.Births = []person.Birth{birth}
	}
	if strings.TrimSpace(in.NHSNumber) != "" {
		n, why := person.ReadNHSNumber(in.NHSNumber)
		if why.Code != "" {
			f = f.With("nhs_number", why.Reason, "Check the ten digits, or leave the number out.")
		}
		who.Identifiers = append(who.Identifiers, n)
	}
	for _, read := range []func(string) (person.Identifier, person.Why){person.ReadNHSNumber, person.ReadNINO, person.ReadPNCID, person.ReadPrisonNumber} {
		if n, why := read(in.Number); in.Number != "" && why.Code == "" {
			who.Identifiers = append(who.Identifiers, n)
		}
	}
	if in.Number != "" && person.Fold(in.Number) == "" {
		f = f.With("number", "There is no figure and no letter in it.", "Check the number, or leave it out.")
	}
	if phone, why := person.ReadPhone(in.Number); why.Code == "" && strings.HasPrefix(phone, "0") {
		who.Phones = []string{phone}
	}
	who.Sex = in.Sex
	if strings.TrimSpace(in.Postcode) != "" {
		n, noFixed, why := person.ReadPostcode(in.Postcode)
		switch {
		case why.Code != "":
			f = f.With("postcode", why.Reason, "Write it like SE5 8AZ, or leave it out.")
		case n == "" && !noFixed:
			f = f.With("postcode", "There is no figure and no letter in it.", "Write it like SE5 8AZ, or leave it out.")
		}
		if who.NoFixed = noFixed; n != "" {
			who.Postcodes = []string{n}
		}
	}
	if len(f.Notes) == 0 && in.Reference == "" && in.Number == "" && len(who.Names) == 0 && len(who.Identifiers) == 0 && (in.Birth == 0 || in.Postcode == "") {
		f = f.With("surname", "There is too little to search by.", "Give a name, a number, a reference, or a date of birth with a postcode.")
	}
	if len(f.Notes) > 0 {
		return who, f
	}
	return who, nil
}

// born reads the date or year of birth, and says why somebody who was looked for on a day cannot have been born then.
func (in SearchPeople) born(today day.Day) (b person.Birth, why string) {
	b = person.Birth{Day: in.Birth, Precision: person.FullDate}
	youngest := in.Birth // that somebody born then can be
	if in.Birth == 0 && in.BirthYear != 0 {
		first, ok := day.Of(in.BirthYear, time.January, 1)
		last, _ := day.Of(in.BirthYear, time.December, 31)
		if !ok {
			return b, "This is no year."
		}
		b, youngest = person.Birth{Day: first, Precision: person.YearOnly}, max(first, min(last, today))
	}
	switch _, bad := person.ReadBirth(youngest, today, false); bad.Code {
	case "":
		return b, ""
	case "future-birth":
		return b, "The date of birth is still to come."
	default:
		return b, bad.Reason
	}
}

// asked gives each thing that is searched by, in one way of writing it, for the audit.
func (in SearchPeople) asked(who person.Identity) (asked []store.Asked) {
	add := func(what, value string) {
		if value != "" && !slices.Contains(asked, store.Asked{What: what, Value: value}) {
			asked = append(asked, store.Asked{What: what, Value: value})
		}
	}
	add("name", person.Fold(strings.Join([]string{in.Name, in.Forename, in.Surname}, " ")))
	for _, b := range who.Births {
		if y, _, _ := b.Day.Date(); b.Precision == person.YearOnly {
			add("year of birth", strconv.Itoa(y))
		} else {
			add("date of birth", b.Day.String())
		}
	}
	if in.Sex != person.SexUnknown {
		add("sex", in.Sex.String())
	}
	for _, v := range who.Postcodes {
		add("postcode", v)
	}
	if who.NoFixed {
		add("postcode", "no fixed abode")
	}
	for _, n := range []string{in.Reference, in.NHSNumber, in.Number} {
		add("number", strings.ToUpper(strings.ReplaceAll(n, " ", "")))
	}
	return asked
}
