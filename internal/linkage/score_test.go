package linkage

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/person"
)

var background = context.Background()

func TestPatternsFit32BitsAndComeBack(t *testing.T) {
	t.Parallel()
	product := uint64(1)
	for f := range fieldCount {
		product *= uint64(len(fields[f].levels))
	}
	if product > math.MaxUint32 {
		t.Fatalf("there are %d patterns, too many for 32 bits", product)
	}
	rapid.Check(t, func(t *rapid.T) {
		var l levels
		for f := range fieldCount {
			l[f] = Level(rapid.IntRange(0, len(fields[f].levels)-1).Draw(t, "level"))
		}
		if back := l.pattern().levels(); back != l {
			t.Fatalf("levels %v come back as %v", l, back)
		}
	})
}

func TestTheStartingTableAddsUp(t *testing.T) {
	t.Parallel()
	for f := range fieldCount {
		sums := map[uint8][2]float64{}
		for _, l := range fields[f].levels[1:] {
			s := sums[l.kind]
			sums[l.kind] = [2]float64{s[0] + l.m, s[1] + l.u}
			if l.kind >= kinds {
				t.Errorf("%v has a kind %d, and there is room for %d", f, l.kind, kinds)
			}
		}
		for kind, s := range sums {
			if math.Abs(s[0]-1) > .002 || math.Abs(s[1]-1) > .002 {
				t.Errorf("%v, kind %d: m sums to %.4f and u to %.4f, want 1", f, kind, s[0], s[1])
			}
		}
	}
}

// Whatever two records hold, what is not on both weighs nothing, the parts sum to the total to the last bit, and the two can be
// given either way about.
func TestScoresOfAnyTwoRecords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := crowdOf(t, 6)
		m := StartModel(1000)
		s := newScorer(c, c.totals(), m)
		e := s.explain(0, 1)
		sum := 0.0
		for _, p := range e.Parts {
			sum += p.Bits
			if !p.Compared && p.Bits != 0 {
				t.Fatalf("%s has nothing to compare and weighs %v", p.Field, p.Bits)
			}
			if math.IsNaN(p.Bits) || math.IsInf(p.Bits, 0) || p.Words == "" {
				t.Fatalf("%s weighs %v in words %q", p.Field, p.Bits, p.Words)
			}
		}
		if sum != e.Bits {
			t.Fatalf("the parts sum to %v and the total is %v", sum, e.Bits)
		}
		var o compared
		var p parts
		c.compare(0, 1, &o)
		if bits := s.score(&o, &p); bits != e.Bits {
			t.Fatalf("decided on %v and explained %v", bits, e.Bits)
		}
		if v := newSieve(s, groupedFrom); v.ruleOut(0, 1) && e.Bits >= groupedFrom {
			t.Fatalf("called hopeless at %v bits", e.Bits)
		}
		if diff := cmp.Diff(e, s.explain(1, 0)); diff != "" {
			t.Fatalf("the other way about (-want +got):\n%s", diff)
		}
	})
}

func TestLevels(t *testing.T) {
	t.Parallel()
	who := func(forename, surname string) person.Identity {
		return person.Identity{Names: []person.Name{{Forename: forename, Surname: surname}}}
	}
	born := func(s string, p person.Precision) person.Identity {
		d, err := day.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return person.Identity{Births: []person.Birth{{Day: d, Precision: p}}}
	}
	at := func(postcode string) person.Identity { return person.Identity{Postcodes: []string{postcode}} }
	lives := func(line string) person.Identity { return person.Identity{Address: line} }
	number := func(kind person.IdentifierKind, v string) person.Identity {
		return person.Identity{Identifiers: []person.Identifier{{Kind: kind, Value: v}}}
	}
	nfa := person.Identity{NoFixed: true}
	const full, year = person.FullDate, person.YearOnly
	for _, tt := range []struct {
		name  string
		a, b  person.Identity
		field Field
		want  Level
	}{
		{"same", who("Dean", "x"), who("DEAN", "y"), Forename, forenameSame},
		{"short form", who("Robert", "x"), who("Bob", "y"), Forename, forenameShort},
		{"two short forms", who("Rob", "x"), who("Bob", "y"), Forename, forenameShort},
		{"slip", who("Michaela", "x"), who("Micheala", "y"), Forename, forenameVeryClose},
		{"first of two", who("Mary-Jane", "x"), who("Mary", "y"), Forename, forenameVeryClose},
		{"close", who("Dwayne", "x"), who("Duane", "y"), Forename, forenameClose},
		{"second forename", person.Identity{Names: []person.Name{{Forename: "Paul", Middle: "Dean"}}}, who("Dean", ""), Forename, forenameSecond},
		{"changed over", who("Dean", "Whitlock"), who("Whitlok", "Dean"), Forename, forenameSwapped},
		{"changed over, surname says nothing more", who("Dean", "Whitlock"), who("Whitlok", "Dean"), Surname, none},
		{"initial", who("D", "x"), who("Dean", "y"), Forename, forenameInitial},
		{"another initial", who("P", "x"), who("Dean", "y"), Forename, forenameOtherInitial},
		{"two initials", who("D", "x"), who("D", "y"), Forename, forenameInitial},
		{"different", who("Dean", "x"), who("Priya", "y"), Forename, forenameDifferent},
		{"one missing", who("", "x"), who("Dean", "y"), Forename, none},
		{"apostrophe", who("", "O'Brien"), who("", "O’BRIEN"), Surname, surnameSame},
		{"half of a double name", who("", "Smith-Jones"), who("", "Jones"), Surname, surnamePart},
		{"halves in common", who("", "Smith-Jones"), who("", "Smith Taylor"), Surname, surnamePart},
		{"surname slip", who("", "Whitlock"), who("", "Whitlok"), Surname, surnameVeryClose},
		{"surname initial", who("", "W"), who("", "Whitlock"), Surname, surnameInitial},
		{"surname different", who("", "Whitlock"), who("", "Sandhu"), Surname, surnameDifferent},
		{"same day", born("1983-03-04", full), born("1983-03-04", full), Birth, birthSame},
		{"day and month", born("1983-03-04", full), born("1983-04-03", full), Birth, birthSwapped},
		{"one digit", born("1983-03-04", full), born("1983-03-14", full), Birth, birthSlip},
		{"two digits changed over", born("1983-03-04", full), born("1938-03-04", full), Birth, birthSlip},
		{"one part", born("1983-03-04", full), born("1983-03-29", full), Birth, birthPart},
		{"different day", born("1983-03-04", full), born("1971-11-29", full), Birth, birthDifferent},
		{"year only", born("1983-03-04", full), born("1983-01-01", year), Birth, birthYear},
		{"first of January", born("1983-03-04", full), born("1983-01-01", full), Birth, birthYear},
		{"both first of January", born("1983-01-01", full), born("1983-01-01", full), Birth, birthSame},
		{"age a year out", born("1983-03-04", full), born("1984-01-01", year), Birth, birthNextYear},
		{"another year", born("1983-03-04", full), born("1990-01-01", year), Birth, birthOtherYear},
		{"unit", at("SE5 8AZ"), at("SE5 8AZ"), Postcode, postcodeSame},
		{"sector", at("SE5 8AZ"), at("SE5 8AB"), Postcode, postcodeSector},
		{"outcode", at("SE5 8AZ"), at("SE5 0TR"), Postcode, postcodeOutcode},
		{"outcode alone", at("SE5 8AZ"), at("SE5"), Postcode, outcodeSame},
		{"another outcode alone", at("SE15"), at("SE5"), Postcode, outcodeDifferent},
		{"elsewhere", at("SE5 8AZ"), at("N1 1AA"), Postcode, postcodeDifferent},
		{"both no fixed abode", nfa, nfa, Postcode, bothNoFixed},
		{"one no fixed abode", nfa, at("SE5 8AZ"), Postcode, oneNoFixed},
		{"no fixed abode and nothing", nfa, person.Identity{}, Postcode, none},
		{"address", lives("12 Acre Rd."), lives("12 ACRE ROAD"), Address, addressSame},
		{"address close", lives("Flat 2, 12 Acre Road"), lives("12 Acre Road Flat"), Address, addressClose},
		{"address some", lives("12 Acre Road"), lives("Acre House, High Road"), Address, addressSome},
		{"address different", lives("12 Acre Road"), lives("3 High Street"), Address, addressDifferent},
		{"NHS number", number(person.NHSNumber, "9434765919"), number(person.NHSNumber, "9434765870"), NHSNumber, valueDifferent},
		{"NINO slip", number(person.NINO, "AB123457"), number(person.NINO, "AB123475"), NINO, valueClose},
		{"PNC and prison number", number(person.PNCID, "23/0583843L"), number(person.PrisonNumber, "A1234BC"), OtherNumber, none},
		{"UPRN is no one's own", number(person.UPRN, "100"), number(person.UPRN, "100"), OtherNumber, none},
		{"phone, two digits", person.Identity{Phones: []string{"07700900123"}}, person.Identity{Phones: []string{"07700911123"}}, Phone, valueClose},
		{"phone, three digits", person.Identity{Phones: []string{"07700900123"}}, person.Identity{Phones: []string{"07700911124"}}, Phone, valueDifferent},
		{"sex", person.Identity{Sex: person.Male}, person.Identity{Sex: person.Female}, SexField, sexDifferent},
		{"other sex says nothing", person.Identity{Sex: person.OtherSex}, person.Identity{Sex: person.Female}, SexField, none},
		{"an alias agrees", person.Identity{Names: []person.Name{{Forename: "Paul", Surname: "Hill"}, {Forename: "Dean", Surname: "Whitlock"}}},
			who("Dean", "Whitlock"), Surname, surnameSame},
		{"name in one field", person.Identity{Names: []person.Name{{Full: "Dean Lee Whitlock"}}}, who("Dean", "Whitlock"), Surname, surnameSame},
		{"name in one field, the other way about", person.Identity{Names: []person.Name{{Full: "Whitlock Dean"}}}, who("Dean", "Whitlock"), Forename, forenameSwapped},
	} {
		c := newColumns()
		c.add(0, tt.a)
		c.add(0, tt.b)
		for _, pair := range [][2]uint32{{0, 1}, {1, 0}} {
			var o compared
			c.compare(pair[0], pair[1], &o)
			if got := o.levels[tt.field]; got != tt.want {
				t.Errorf("%s: %v is %q, want %q", tt.name, tt.field, fields[tt.field].levels[got].words, fields[tt.field].levels[tt.want].words)
			}
		}
	}
}

func TestTheBestOfManyAliasesCostsWhatItGainsByChance(t *testing.T) {
	t.Parallel()
	c := newColumns()
	names := []person.Name{{Forename: "Dean", Surname: "Whitlock"}}
	c.add(0, person.Identity{Names: names})
	c.add(0, person.Identity{Names: names})
	c.add(0, person.Identity{Names: append([]person.Name{{Forename: "Paul", Surname: "Hill"}, {Forename: "Lee", Surname: "Ray"}, {Forename: "Al", Surname: "Fox"}}, names...)})
	s := newScorer(c, c.totals(), StartModel(1000))
	plain, many := s.explain(0, 1), s.explain(0, 2)
	if got := plain.Parts[firstField].Bits - many.Parts[firstField].Bits; got != 2 {
		t.Errorf("one of four aliases costs %v bits, want 2", got)
	}
}

func TestModelComesBackFromJSON(t *testing.T) {
	t.Parallel()
	m := StartModel(5000)
	m.Pairs, m.Converged, m.Iterations, m.Together = 7, true, 9, 3.5
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, &back, cmp.AllowUnexported(Model{})); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	for _, change := range []func(map[string]any){
		func(v map[string]any) { v["version"] = 2 },
		func(v map[string]any) { v["match"] = 0 },
		func(v map[string]any) { v["together"] = .5 },
		func(v map[string]any) { delete(v["fields"].(map[string]any), "birth") },
		func(v map[string]any) { v["fields"].(map[string]any)["sex"].([]any)[0].(map[string]any)["m"] = 1.5 },
		func(v map[string]any) {
			v["fields"].(map[string]any)["sex"].([]any)[0].(map[string]any)["level"] = "akin"
		},
	} {
		var v map[string]any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		change(v)
		bad, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(bad, new(Model)); err == nil {
			t.Errorf("a model that cannot be is read: %s", bad[:80])
		}
	}
}

func TestSearchFindsWhoIsMisspelt(t *testing.T) {
	t.Parallel()
	known := person.Identity{Names: []person.Name{{Forename: "Dean", Surname: "Whitlock"}}, Sex: person.Male, Postcodes: []string{"SE5 8AZ"},
		Births: []person.Birth{{Day: day.Must(1983, time.March, 4), Precision: person.FullDate}}}
	stranger := person.Identity{Names: []person.Name{{Forename: "Paul", Surname: "Hargreave"}}, Births: []person.Birth{{Day: day.Must(1961, time.May, 9), Precision: person.FullDate}}}
	for _, query := range []person.Identity{
		{Names: []person.Name{{Forename: "Deen", Surname: "Whitlok"}}},
		{Names: []person.Name{{Surname: "Witlock"}}},
		{Names: []person.Name{{Forename: "Whitlock", Surname: "Dean"}}},
		{Names: []person.Name{{Full: "dean whitlock"}}},
		{Names: []person.Name{{Forename: "Dean"}}, Births: []person.Birth{{Day: day.Must(1983, time.April, 3), Precision: person.FullDate}}},
	} {
		shared := false
		keys := map[string]bool{}
		for _, k := range BlockingKeys(known) {
			keys[k] = true
		}
		for _, k := range BlockingKeys(query) {
			shared = shared || keys[k]
		}
		if !shared {
			t.Errorf("%v shares no key with the person looked for", query.Names)
		}
		if right, wrong := ScoreQuery(nil, query, known).Bits, ScoreQuery(nil, query, stranger).Bits; right <= wrong {
			t.Errorf("%v weighs %.1f against the person looked for and %.1f against another", query.Names, right, wrong)
		}
	}
	if diff := cmp.Diff(BlockingKeys(known), BlockingKeys(known)); diff != "" {
		t.Errorf("keys change from call to call:\n%s", diff)
	}
}

func TestExplanationReadsAsSentences(t *testing.T) {
	t.Parallel()
	l := New()
	for range 3 {
		l.Add(1, person.Identity{Names: []person.Name{{Forename: "Dean", Surname: "Whitlock"}}, Sex: person.Male})
	}
	var words []string
	for _, p := range l.Explain(StartModel(1000), 0, 1).Parts {
		words = append(words, p.Field+": "+p.Words)
	}
	want := []string{
		"Starting point: Of pairs picked at random, one in 1,000 is of one person",
		"Forename: Both “Dean”; about 1 person in 560 here has it",
		"Surname: Both “Whitlock”; about 1 person in 1,700 here has it",
		"Date of birth: Not on both records",
		"Sex: Both male",
	}
	if diff := cmp.Diff(want, words[:len(want)]); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

// ruleOut asks the sieve of two rows.
func (v *sieve) ruleOut(i, j uint32) bool {
	return v.hopeless(i, j, &v.faces[i], &v.faces[j])
}

// The field that a pair turns on is the one that says least of those that could turn it; names go with what both take off together, and what is no
// field turns nothing.
func TestAPairTurnsOnItsLeastField(t *testing.T) {
	t.Parallel()
	part := func(key string, bits float64) Part { return Part{Key: key, Bits: bits} }
	for _, tt := range []struct {
		name  string
		parts []Part
		at    float64
		want  string
		rest  float64
	}{
		{"the lesser of two that could", []Part{part("start", -10), part("surname", 8), part("birth", 6), part("sex", 1)}, 0, "birth", -1},
		{"nothing alone", []Part{part("start", -10), part("surname", 11), part("birth", 11)}, 0, "", 0},
		{"what speaks against", []Part{part("start", -10), part("surname", 12), part("birth", -3), part("sex", -1)}, 0, "birth", 1},
		{"a surname takes the names along", []Part{part("start", -10), part("forename", 8), part("surname", 5), part("birth", 6), part("names", -5)}, 0, "birth", -2},
		{"the start is no field", []Part{part("start", -10), part("household", -3), part("birth", 5)}, 0, "", 0},
		{"another threshold", []Part{part("start", -10), part("surname", 8), part("birth", 12)}, 3, "surname", 2},
	} {
		field, rest, ok := Turns(tt.parts, tt.at)
		if field.Key != tt.want || rest != tt.rest || ok != (tt.want != "") {
			t.Errorf("%s: it turns on %q, the rest %v, %v; want %q, %v", tt.name, field.Key, rest, ok, tt.want, tt.rest)
		}
	}
}
