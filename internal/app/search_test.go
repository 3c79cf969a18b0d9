package app

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/linkage"
	"throughline/internal/person"
)

// levelsOf says how far the names of a record agree with what was typed.
func levelsOf(typed string, who person.Name) map[string]string {
	e := scoreAsked(nil, person.Identity{Names: namesOf(typed)}, person.Identity{Names: []person.Name{who}})
	levels := map[string]string{}
	for _, p := range e.Parts {
		if p.Compared && (p.Key == "forename" || p.Key == "surname") {
			levels[p.Key] = p.Level
		}
	}
	return levels
}

// TestASearchSaysWhatAgrees names the two that were misspelt, in either order, and nothing that was not done.
func TestASearchSaysWhatAgrees(t *testing.T) {
	t.Parallel()
	stephen := person.Name{Forename: "Stephen", Surname: "Longworth"}
	want := map[string]string{"forename": "very close", "surname": "very close"}
	for _, typed := range []string{"Stephan Longwurth", "Longwurth, Stephan", "longwurth stephan"} {
		if d := cmp.Diff(want, levelsOf(typed, stephen)); d != "" {
			t.Errorf("%s (-want +got):\n%s", typed, d)
		}
	}
	same := map[string]string{"forename": "the same", "surname": "the same"}
	if d := cmp.Diff(same, levelsOf("Longworth Stephen", stephen)); d != "" {
		t.Error("the surname first (-want +got):\n" + d)
	}
}

// TestSpacesAndApostrophesInANameFindTheSame takes the prefix of a surname for what it is, however it is written.
func TestSpacesAndApostrophesInANameFindTheSame(t *testing.T) {
	t.Parallel()
	for surname, ways := range map[string][]string{
		"O'Brien":  {"O'Brien", "O’Brien", "OBrien", "O Brien", "o' brien", "Sean O Brien", "O Brien Sean"},
		"De Souza": {"De Souza", "de souza", "Sean de Souza", "De Souza, Sean"},
		"McDonald": {"Mc Donald", "McDonald", "Sean Mc Donald"},
	} {
		for _, typed := range ways {
			if got := levelsOf(typed, person.Name{Forename: "Sean", Surname: surname})["surname"]; got != "the same" {
				t.Errorf("%s finds the surname %s %q, want the same", typed, surname, got)
			}
			query := person.Identity{Names: namesOf(typed)}
			kept := linkage.BlockingKeys(person.Identity{Names: []person.Name{{Forename: "Sean", Surname: surname}}})
			if !slices.ContainsFunc(linkage.BlockingKeys(query), func(k string) bool { return slices.Contains(kept, k) }) {
				t.Errorf("%s does not look under any key of %s", typed, surname)
			}
		}
	}
}

// TestChancesShareTheOdds: somebody of little odds takes as little from whoever is all but certain, and two alike are even.
func TestChancesShareTheOdds(t *testing.T) {
	t.Parallel()
	of := func(bits ...float64) []int {
		var all []match
		for _, b := range bits {
			all = append(all, match{score: linkage.Explanation{Bits: b, Probability: linkage.Probability(b)}})
		}
		shareOut(all)
		var out []int
		for _, m := range all {
			out = append(out, int(math.Round(1000*m.score.Probability)))
		}
		return out
	}
	for _, x := range []struct{ bits, want []float64 }{
		{[]float64{28.8, -5.4}, []float64{1000, 0}},
		{[]float64{10, 10}, []float64{500, 500}},
		{[]float64{0}, []float64{500}},
		{[]float64{1, 0, 0}, []float64{400, 200, 200}},
		{nil, nil},
	} {
		var want []int
		for _, w := range x.want {
			want = append(want, int(w))
		}
		if d := cmp.Diff(want, of(x.bits...)); d != "" {
			t.Errorf("of %v (-want +got):\n%s", x.bits, d)
		}
	}
}

// TestChanceAmongThoseFound: of several who share the odds it is said together how likely one of them is the person, and that they may be one; where one
// shared thing alone agrees, however many share it, no more than even.
func TestChanceAmongThoseFound(t *testing.T) {
	t.Parallel()
	surname := []linkage.Part{{Key: "surname", Field: "Surname", Compared: true, Bits: 5}}
	birth := append(slices.Clone(surname), linkage.Part{Key: "birth", Field: "Date of birth", Compared: true, Bits: 5})
	for _, x := range []struct {
		what  string
		bits  []float64
		parts []linkage.Part
		want  string
	}{
		{"six alike", []float64{10, 10, 10, 10, 10, 10}, birth, "very likely 999"},
		{"two, and nobody as likely", []float64{0, 0}, birth, "likely 666"},
		{"two of a surname", []float64{10, 10}, surname, "possible 499"},
		{"two of whom nothing agrees", []float64{10, 10}, surname[:0], "possible 499"},
		{"one of two", []float64{20, 10}, birth, ""},
		{"one", []float64{20}, birth, ""},
	} {
		var all []match
		for _, b := range x.bits {
			all = append(all, match{score: linkage.Explanation{Bits: b, Parts: x.parts}})
		}
		shareOut(all)
		var p FoundPage
		p.Among, p.Several = chanceAmong(all)
		got := ""
		if words, said := strings.CutPrefix(p.Listed(), "It is "); said {
			how, _, _ := strings.Cut(words, " that")
			got = fmt.Sprintf("%s %d", how, p.Among/1000)
		}
		diff(t, x.what, x.want, got)
	}
}

// TestWhatStandsAloneDoesNotMakeLikely: one who may be the person, and many who share a surname with them, are together no likelier than even.
func TestWhatStandsAloneDoesNotMakeLikely(t *testing.T) {
	t.Parallel()
	surname := []linkage.Part{{Key: "surname", Field: "Surname", Compared: true, Bits: 5}}
	more := append(slices.Clone(surname), linkage.Part{Key: "forename", Field: "Forename", Compared: true, Bits: 5})
	found := []match{{score: linkage.Explanation{Probability: .2, Parts: more}}, {score: linkage.Explanation{Probability: .6, Parts: surname}}}
	if ppm, _ := chanceAmong(found); ppm != mostByOne {
		t.Errorf("together %d, want %d", ppm, mostByOne)
	}
	found[0].score.Probability = .7
	if ppm, _ := chanceAmong(found); ppm != 700_000 {
		t.Errorf("together %d, want what the first has", ppm)
	}
}

// TestBornIsReadAsTyped refuses what nobody alive can be born on, and keeps the rest as it was meant.
func TestBornIsReadAsTyped(t *testing.T) {
	t.Parallel()
	born := func(typed string) string {
		in := SearchPeople{Name: "Dean"}
		if err := in.SetBorn(typed); err != nil {
			return err.Error()
		}
		who, err := in.identity(day.Must(2026, time.November, 24))
		switch {
		case err != nil:
			return err.Error()
		case len(who.Births) == 0:
			return "nothing"
		case who.Births[0].Precision == person.YearOnly:
			return "the year of " + who.Births[0].Day.String()
		}
		return who.Births[0].Day.String()
	}
	const unreadable, ahead, old = "not a day of the calendar", "still to come", "older than 120"
	for typed, want := range map[string]string{
		"": "nothing", "1983": "the year of 1983-01-01", "2026": "the year of 2026-01-01", "1905": "the year of 1905-01-01",
		" 4/3/1983 ": "1983-03-04", "1/1/1983": "1983-01-01", "24/11/2026": "2026-11-24",
		"-198": unreadable, "+198": unreadable, "0000": unreadable, "198": unreadable, "9/1/98": unreadable, "31/2/1983": unreadable, "١٩٨٣": unreadable,
		"0983": old, "1898-01-01": old, "1904": old, "2027": ahead, "25/11/2026": ahead, "1/1/1901": "stands for a date of birth that is not known",
	} {
		if got := born(typed); !strings.Contains(got, want) {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestSexIsReadAsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"": "not known", "female": "female", " M ": "male", "x": "refused", "robot": "refused", "not known": "refused"} {
		var in SearchPeople
		got := "refused"
		if err := in.SetSex(typed); err == nil {
			got = in.Sex.String()
		}
		diff(t, typed, want, got)
	}
}

// TestWhatIsNoPostcodeOrNumberIsTold: nobody would be found by it, and that would read as that nobody is known.
func TestWhatIsNoPostcodeOrNumberIsTold(t *testing.T) {
	t.Parallel()
	const shape, empty, abroad, taken = "not written like a UK postcode", "no figure and no letter", "not known or abroad", ""
	for field, typed := range map[string]map[string]string{
		"postcode": {"ZZZ": shape, "!!": shape, "SE5 8A": shape, "- -": empty, "ZZ99 3CZ": abroad, "SE5": taken, "se58az": taken, "NFA": taken, "ZZ99 3VZ": taken, " ": taken},
		"number":   {"!!": empty, "- -": empty, "A": taken, "7": taken, "A-1/22": taken},
	} {
		for text, want := range typed {
			in := SearchPeople{Name: "Dean", Postcode: text}
			if field == "number" {
				in = SearchPeople{Name: "Dean", Number: text}
			}
			got := taken
			_, err := in.identity(day.Must(2026, time.November, 24))
			if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind == fault.Invalid && f.Notes[0].Remedy != "" && f.Notes[0].Field == field {
				got = f.Notes[0].Message
			}
			if (want == taken) != (err == nil) || !strings.Contains(got, want) {
				t.Errorf("%s %q: %v, want %q", field, text, err, want)
			}
		}
	}
}

// TestOneNameSaysWhichItIs: a forename of somebody of many names is not said to be a surname.
func TestOneNameSaysWhichItIs(t *testing.T) {
	t.Parallel()
	who := person.Name{Forename: "Lydia Ann", Surname: "Ferreira Desai"}
	for typed, want := range map[string]map[string]string{"Lydia": {"forename": "part of a longer name"}, "ann": {"forename": "part of a longer name"}, "Desai": {"surname": "part of a longer name"}} {
		if d := cmp.Diff(want, levelsOf(typed, who)); d != "" {
			t.Errorf("%s (-want +got):\n%s", typed, d)
		}
	}
}

// TestAnInitialAloneIsNoFind finds nobody by the first letter of a name that was given whole.
func TestAnInitialAloneIsNoFind(t *testing.T) {
	t.Parallel()
	z := person.Identity{Names: []person.Name{{Forename: "Zoe", Surname: "Z"}}, Sex: person.Female}
	o := person.Identity{Names: []person.Name{{Forename: "Olive", Surname: "Bell"}}}
	for _, x := range []struct {
		typed string
		who   person.Identity
		want  bool
	}{{"zzzzqq", z, false}, {"O Brien", o, false}, {"Z", z, true}, {"Z Zoe", z, true}, {"O B", o, true}, {"O Bell", o, true}} {
		query := person.Identity{Names: namesOf(x.typed), Sex: person.Female}
		if got := tells(query, scoreAsked(nil, query, x.who)); got != x.want {
			t.Errorf("%s finds %v: %t, want %t", x.typed, x.who.Names, got, x.want)
		}
	}
}

// TestWhoeverIsSpokenAgainstIsNotShown leaves out somebody whose names both differ or who was born on another day, and keeps a slip in each name, and a name
// alone however little it says.
func TestWhoeverIsSpokenAgainstIsNotShown(t *testing.T) {
	t.Parallel()
	who := person.Identity{Names: []person.Name{{Forename: "Stephen", Surname: "Longworth"}}, Births: []person.Birth{{Day: day.Must(1980, 1, 1), Precision: person.FullDate}}}
	for _, x := range []struct {
		typed string
		year  int
		want  bool
	}{{"Qqqx Wwwz", 1980, false}, {"Stephen Wwwz", 1990, false}, {"Stephan Longwurth", 1980, true}, {"Stephen Longworth", 1990, true},
		{"Stephen", 1980, true}, {"Stephen", 0, true}, {"Longworth", 0, true}, {"Stephen Longwurth", 0, true},
		{"Qqqx Longworth", 1980, true}, {"Steven Long", 1990, true}, {"Stephen Wwwz", 0, true}, {"S Wwwz", 0, false}} {
		query := person.Identity{Names: namesOf(x.typed)}
		if x.year > 0 {
			query.Births = []person.Birth{{Day: day.Must(x.year, 1, 1), Precision: person.FullDate}}
		}
		e := scoreAsked(nil, query, who)
		t.Logf("%s %d: %.1f bits", x.typed, x.year, e.Bits)
		if got := mayBe(query, e); got != x.want {
			t.Errorf("%s, %d: %t, want %t", x.typed, x.year, got, x.want)
		}
	}
	if got := (Found{PPM: 4_000, Millibits: -7_900}).Close(); strings.Contains(got, "others") {
		t.Errorf("one who is spoken against is %q", got)
	}
}
