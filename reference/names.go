package reference

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// Share is a name, folded to lower case, and how many of a million people have it.
type Share struct {
	Name       string
	PerMillion int
}

//go:embed names/surnames.csv
var surnamesCSV string

//go:embed names/forenames.csv
var forenamesCSV string

//go:embed names/forenames-early.txt
var forenamesEarly string

//go:embed names/nicknames.txt
var nicknamesText string

// Surnames gives the commonest surnames of the United Kingdom, commonest first, about nine tenths of people.
// The source is on the first lines of names/surnames.csv. The slice is shared: read only.
func Surnames() []Share { return surnames() }

// Forenames gives the commonest forenames of one sex ('f' or 'm') among those born in a decade (1930 to 2010), commonest
// first; decades outside are the nearest. From 1990 on the shares are ONS figures; before, ranks of general knowledge
// with an assumed share (see names/forenames-early.txt). The slice is shared: read only.
func Forenames(sex byte, decade int) []Share {
	decade = min(max(decade/10*10, 1930), 2010)
	return forenames()[forenameKey{sex, decade}]
}

// Nicknames gives for a name the familiar forms used for it: "robert" has "bob", "rob". Both sides are folded to lower
// case. The map is shared: read only.
func Nicknames() map[string][]string { return nicknames() }

type forenameKey struct {
	sex    byte
	decade int
}

var surnames = sync.OnceValue(func() []Share {
	var list []Share
	for line := range lines(surnamesCSV) {
		name, share, _ := strings.Cut(line, ",")
		list = append(list, Share{name, number(share)})
	}
	return list
})

var forenames = sync.OnceValue(func() map[forenameKey][]Share {
	m := map[forenameKey][]Share{}
	for line := range lines(forenamesCSV) {
		part := strings.Split(line, ",")
		k := forenameKey{part[0][0], number(part[1])}
		m[k] = append(m[k], Share{part[2], number(part[3])})
	}
	for line := range lines(forenamesEarly) {
		part := strings.Fields(line)
		k := forenameKey{part[0][0], number(part[1])}
		names := part[2:]
		sum := 0.0
		for i := range names {
			sum += 1 / float64(i+4)
		}
		// Together the listed names are taken for seven tenths of births, falling as 1/(rank+3).
		for i, name := range names {
			m[k] = append(m[k], Share{name, int(0.7e6 / float64(i+4) / sum)})
		}
	}
	return m
})

var nicknames = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range lines(nicknamesText) {
		part := strings.Fields(line)
		m[part[0]] = part[1:]
	}
	return m
})

// lines gives the lines of an embedded table but for comments and blank ones.
func lines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("reference: a name table holds " + strconv.Quote(s) + " for a number")
	}
	return n
}
