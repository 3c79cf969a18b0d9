package linkage

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"throughline/internal/linkage/compare"
	"throughline/internal/person"
	"throughline/reference"
)

// NameKeys gives the keys by which the keeper finds somebody of whom no more than one name is known: as it is written first, by itself as a
// forename and as a surname, then by the names of which it is a short form, then by its sound as a forename; its sound as a surname is among
// BlockingKeys. They are as lasting, and as personal, as those.
func NameKeys(who person.Identity) []string {
	var exact, forms, sounds []string
	put := func(to *[]string, sort string, h uint64) { *to = append(*to, fmt.Sprintf("%s%015x", sort, h>>4)) }
	for _, n := range who.Names {
		for _, w := range nameWords(n.Surname, n.Full) {
			put(&exact, "E", stableHash(w))
		}
		for _, w := range nameWords(n.Forename, n.Middle, n.Full) {
			put(&exact, "F", stableHash(w))
			for _, form := range longForms()[w] {
				put(&forms, "H", stableHash(form))
			}
			if s := compare.Soundex(w); s != 0 {
				put(&sounds, "G", uint64(s)<<16)
			}
		}
	}
	var keys []string
	for _, k := range slices.Concat(exact, forms, sounds) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// IsExactName says of a key whether it is of a name as it is written, and not of one like it.
func IsExactName(key string) bool { return strings.HasPrefix(key, "E") || strings.HasPrefix(key, "F") }

// IsWholeName says of a key whether it is of a forename and a surname together, by their sounds.
func IsWholeName(key string) bool { return strings.HasPrefix(key, "N") }

// nameWords are the folded words of names, at most mostParts of each, without initials.
func nameWords(names ...string) (words []string) {
	for _, n := range names {
		some := strings.Fields(person.Fold(n))
		for _, w := range some[:min(len(some), mostParts)] {
			if utf8.RuneCountInString(w) > 1 {
				words = append(words, w)
			}
		}
	}
	return words
}

// longForms says of each name which names it may be a short form of; a name with short forms is one of its own.
var longForms = sync.OnceValue(func() map[string][]string {
	table, forms := reference.Nicknames(), map[string][]string{}
	for name, short := range table {
		forms[name] = append(forms[name], name)
		for _, s := range short {
			forms[s] = append(forms[s], name)
		}
	}
	for _, list := range forms {
		slices.Sort(list)
	}
	return forms
})
