package app

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/store"
)

// queryKeys are the keys under which whoever is asked about is looked for. By one name alone it is looked for as it is written as well, since
// the sound of a surname is too little for a forename and too much for a surname that sounds like a common one.
func queryKeys(query person.Identity) []string {
	keys := linkage.BlockingKeys(query)
	for _, n := range query.Names {
		if len(strings.Fields(n.Forename+" "+n.Middle+" "+n.Surname+" "+n.Full)) > 1 {
			return keys
		}
	}
	for _, k := range linkage.NameKeys(query) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// nameOnly says whether nothing but a name, and perhaps a sex, is asked by.
func nameOnly(query person.Identity) bool {
	return len(query.Births)+len(query.Postcodes)+len(query.Identifiers)+len(query.Phones) == 0 && !query.NoFixed
}

// anyDiffers says whether anything that was asked by is otherwise on the record.
func anyDiffers(e linkage.Explanation) bool {
	return slices.ContainsFunc(e.Parts, func(p linkage.Part) bool { return p.Compared && p.Bits < 0 && linkage.OfField(p.Key) })
}

// anyAgrees says whether anything that was asked by is on the record.
func anyAgrees(e linkage.Explanation) bool {
	return slices.ContainsFunc(e.Parts, func(p linkage.Part) bool { return p.Compared && p.Bits > 0 && linkage.OfField(p.Key) })
}

// onlyAgrees names the one thing that agrees where it is one that others share; empty where more agrees, or what is one person's own.
func onlyAgrees(e linkage.Explanation) (only string) {
	for _, p := range e.Parts {
		switch {
		case !p.Compared || p.Bits <= 0 || p.Key == "sex" || p.Key == "start":
		case only != "" || !slices.Contains(sharedFields, p.Key):
			return ""
		default:
			only = p.Field
		}
	}
	return only
}

// sharedFields are the fields that people who are not one share by the hundred.
var sharedFields = []string{"forename", "surname", "birth", "postcode", "address", "place"}

// scoreAsked scores a record against what is asked in each order that the words of a name may have. What is changed over in one order is
// straight in the other, and is said so: whoever typed one name did not change its two over.
func scoreAsked(model *linkage.Model, query, who person.Identity) linkage.Explanation {
	best := scoreSearch(model, query, who)
	if len(query.Names) < 2 || !slices.ContainsFunc(best.Parts, isChangedOver) {
		return best
	}
	straight := linkage.Explanation{}
	for _, n := range query.Names {
		query.Names = []person.Name{n}
		if e := scoreSearch(model, query, who); !slices.ContainsFunc(e.Parts, isChangedOver) && (straight.Parts == nil || e.Bits > straight.Bits) {
			straight = e
		}
	}
	if straight.Parts == nil {
		return best
	}
	return straight
}

func isChangedOver(p linkage.Part) bool { return p.Level == changedOver }

// The levels at which names agree that a search treats apart.
const (
	changedOver = "forename and surname changed over"
	sameInitial = "the same initial"
)

// tells says whether what agrees tells people apart. A sex or the first letter of a name that was given whole does not; one typed as an
// initial may.
func tells(query person.Identity, e linkage.Explanation) bool {
	whole := slices.ContainsFunc(query.Names[:min(1, len(query.Names))], func(n person.Name) bool {
		return slices.ContainsFunc(strings.Fields(person.Fold(n.Forename+" "+n.Surname)), func(w string) bool { return utf8.RuneCountInString(w) > 1 })
	})
	return len(e.Parts) == 0 || slices.ContainsFunc(e.Parts, func(p linkage.Part) bool {
		return p.Compared && p.Bits > 0 && linkage.OfField(p.Key) && p.Key != "sex" && (p.Level != sameInitial || !whole)
	})
}

// scoreSearch scores a record against what is asked. Whoever gives two of somebody's four names has them right: where all the words given
// are words of a longer name, they are compared as if no others were there, if that agrees better.
func scoreSearch(model *linkage.Model, query, who person.Identity) linkage.Explanation {
	whole := linkage.ScoreQuery(model, query, who)
	oneSurname := len(query.Names) > 2 && slices.ContainsFunc(whole.Parts, func(p linkage.Part) bool { return p.Key == "surname" && p.Level == "the same" })
	if len(query.Names) == 0 || oneSurname || !slices.ContainsFunc(who.Names, func(n person.Name) bool { return isPart(query.Names[0], n) }) {
		return whole
	}
	if given := strings.Fields(query.Names[0].Forename + " " + query.Names[0].Surname); len(given) == 1 && !isSurname(given[0], who.Names) {
		who.Names = []person.Name{{Forename: given[0]}}
	} else {
		who.Names = query.Names[:1]
	}
	some := linkage.ScoreQuery(model, query, who)
	if some.Bits <= whole.Bits {
		return whole
	}
	for i := range some.Parts {
		if p := &some.Parts[i]; p.Compared && (p.Key == "forename" || p.Key == "surname") {
			p.Level = "part of a longer name"
		}
	}
	return some
}

// isSurname says whether a word is among those of a surname, or of a name of which nobody says which part is which.
func isSurname(word string, names []person.Name) bool {
	return slices.ContainsFunc(names, func(n person.Name) bool {
		return slices.Contains(strings.Fields(person.Fold(n.Surname+" "+n.Full)), person.Fold(word))
	})
}

// isPart says whether the words of a name are all among those of one of three words or more.
func isPart(some, whole person.Name) bool {
	words := func(n person.Name) []string {
		return strings.Fields(person.Fold(strings.Join([]string{n.Forename, n.Middle, n.Surname, n.Full}, " ")))
	}
	given, all := words(some), words(whole)
	return len(given) > 0 && len(given) < len(all) && len(all) > 2 &&
		!slices.ContainsFunc(given, func(w string) bool { return !slices.Contains(all, w) })
}

// shareOut makes of the odds of each of those found the chance that they are the person looked for, who is one of them at most: each one's
// odds in proportion to everybody's and to the one that it is nobody found. Three people who agree in a name alone are not each very likely;
// somebody of little odds takes as little from the others.
func shareOut(found []match) {
	all := 1.
	for _, m := range found {
		all += math.Exp2(m.score.Bits)
	}
	for i := range found {
		found[i].score.Probability = math.Exp2(found[i].score.Bits) / all
	}
}

// leastShown is the probability under which somebody of whom anything differs is not shown. Whoever agrees in all that was asked is shown
// however many do: a common name alone says little, but that nobody here has it would be false.
const leastShown = 0.001

// leastAsked is the same where more is asked than a name: then a total of less than -3.2 bits speaks clearly against.
const leastAsked = 0.1

// mayBe says whether a record is near enough to what is asked for its person to be shown.
func mayBe(query person.Identity, e linkage.Explanation) bool {
	least := leastAsked
	if nameOnly(query) {
		least = leastShown
	}
	return e.Probability >= least || !anyDiffers(e)
}

// mostByOne is the probability, in millionths, that one agreeing thing gives at most where others share it: that the only one here of a surname has it
// does not make them the one of that surname who is looked for.
const mostByOne = 499_999

// publishedModel is the model of the published link run.
func publishedModel(tx *store.Tx, n id.Run) (*linkage.Model, error) {
	run, err := tx.Run(n)
	if err != nil {
		return nil, err
	}
	var report linkRunReport
	if err := json.Unmarshal([]byte(run.Report), &report); err != nil {
		return nil, err
	}
	return report.Model, nil
}
