package linkage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/person"
)

// strict are the rules that hold however many records there are.
var strict = slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return r.loose() || r.keys == nil })

// known draws a record that says several names, dates of birth and places, each whole.
func known(t *rapid.T) person.Identity {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	who := person.Identity{Address: pick("address", "12 acre lane", "3 high street", "")}
	for range rapid.IntRange(1, 3).Draw(t, "names") {
		who.Names = append(who.Names, person.Name{Forename: pick("forename", "dean", "deano", "paul", "mary-jane", "p"),
			Surname: pick("surname", "whitlock", "whitlok", "smith-jones", "smith", "owusu")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "births") {
		who.Births = append(who.Births, person.Birth{Day: day.Must(1980+rapid.IntRange(0, 2).Draw(t, "year"), time.Month(rapid.IntRange(1, 3).Draw(t, "month")),
			rapid.IntRange(1, 3).Draw(t, "day")), Precision: person.Precision(rapid.IntRange(1, 2).Draw(t, "precision"))})
	}
	for range rapid.IntRange(0, 2).Draw(t, "postcodes") {
		who.Postcodes = append(who.Postcodes, pick("postcode", "SE5 8AZ", "SE5 0TR", "N1 1AA", "N1"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "places") {
		who.Places = append(who.Places, pick("town", "london", "leeds"))
		who.Phones = append(who.Phones, pick("phone", "07700900123", "02079460110"))
	}
	return who
}

// eachSingle gives every identity that says one name, one date of birth and one value of each other field of those that a record says.
func eachSingle(who person.Identity, do func(person.Identity)) {
	or := func(n int) int { return max(n, 1) }
	for n := range who.Names {
		for b := range or(len(who.Births)) {
			for p := range or(len(who.Postcodes)) {
				for v := range or(len(who.Places)) {
					one := person.Identity{Names: who.Names[n : n+1], Address: who.Address}
					if b < len(who.Births) {
						one.Births = who.Births[b : b+1]
					}
					if p < len(who.Postcodes) {
						one.Postcodes = who.Postcodes[p : p+1]
					}
					if v < len(who.Places) {
						one.Places, one.Phones = who.Places[v:v+1], who.Phones[v:v+1]
					}
					do(one)
				}
			}
		}
	}
}

// keysOfEach gives the keys of an identity by each rule and each part of a block that is cut.
func keysOfEach(who person.Identity) map[string]map[uint64]bool {
	c := newColumns()
	c.add(0, who)
	sets := map[string]map[uint64]bool{}
	put := func(name string) func(uint64) {
		sets[name] = map[uint64]bool{}
		return func(key uint64) {
			if key != 0 {
				sets[name][key] = true
			}
		}
	}
	for k := range rules[:indexRules] {
		rules[k].keys(c, &c.records[0], put(rules[k].name))
	}
	for p := range partSorts {
		c.eachPart(p, &c.records[0], put(fmt.Sprint("part ", p)))
	}
	return sets
}

// A record is found as whoever it says that somebody may be: by every rule, and within blocks that are cut, its keys are those that each of its
// names makes with each of its dates of birth, postcodes, towns and telephone numbers.
func TestEveryNameMakesKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		who := known(t)
		want := keysOfEach(person.Identity{})
		eachSingle(who, func(one person.Identity) {
			for name, keys := range keysOfEach(one) {
				maps.Copy(want[name], keys)
			}
		})
		if diff := gocmp.Diff(want, keysOfEach(who)); diff != "" {
			t.Fatalf("%+v (-one by one +together):\n%s", who, diff)
		}
	})
}

// Whoever the police know by one name and an agency by another is found whichever of the two the police wrote first.
func TestAnAliasFindsWhatTheMainNameFinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule  string
		other person.Identity
	}{
		{"postcode and sound of forename", person.Identity{Names: named("Dean", ""), Postcodes: []string{"SE5 8AZ"}}},
		{"postcode and sound of surname", person.Identity{Names: named("", "Whitlock"), Postcodes: []string{"SE5 8AZ"}}},
		{"address and initial", person.Identity{Names: named("D", ""), Address: "12 Acre Lane"}},
		{"surname, initial and year of birth", person.Identity{Names: named("D", "Whitlock"),
			Births: []person.Birth{{Day: day.Must(1983, 1, 1), Precision: person.YearOnly}}}},
		{"surname, day and month of birth", person.Identity{Names: named("", "Whitlock"), Births: born(1938, time.March, 4)}},
		{"outcode, sound of forename and year of birth", person.Identity{Names: named("Deen", ""), Births: born(1983, time.May, 9), Postcodes: []string{"SE5 0TR"}}},
		{"town, sound of forename and year of birth", person.Identity{Names: named("Deen", ""), Births: born(1983, time.May, 9), Places: []string{"London"}}},
		{"surname and initial", person.Identity{Names: named("D", "Whitlock")}},
	} {
		for _, names := range [][]person.Name{
			{{Forename: "Dean", Surname: "Whitlock"}, {Forename: "Marlon", Surname: "Pryce"}},
			{{Forename: "Marlon", Surname: "Pryce"}, {Forename: "Dean", Surname: "Whitlock"}},
			{{Forename: "Marlon", Surname: "Whitlock"}, {Forename: "Dean"}}, // what he is called, and the surname goes without saying
		} {
			c := newColumns()
			c.add(0, person.Identity{Names: names, Births: slices.Concat(born(1979, time.July, 21), born(1983, time.March, 4)), Address: "12 Acre Lane",
				Postcodes: []string{"N1 1AA", "SE5 8AZ"}, Places: []string{"London"}})
			c.add(0, tt.other)
			b := newBlocks(t.Context(), c, strict, false)
			var by []string
			b.run(1, nil, func(int) {}, func(_, _ int, rule uint8, _, _ uint32) { by = append(by, b.rules[rule].name) })
			if diff := gocmp.Diff([]string{tt.rule}, by); diff != "" {
				t.Errorf("known as %v, asked for as %v (-want +got):\n%s", names, tt.other.Names, diff)
			}
		}
	}
}

// However much a record says, a rule makes no more keys of it than is promised, and every name still makes one.
func TestKeysOfARecordAreBounded(t *testing.T) {
	t.Parallel()
	var who person.Identity
	for n := range 30 {
		who.Names = append(who.Names, person.Name{Forename: fmt.Sprintf("f%cname", 'a'+n%26), Surname: fmt.Sprintf("Smith%c-Jones%c", 'a'+n%26, 'a'+n%26)})
		who.Births = append(who.Births, born(1950+n, time.Month(1+n%12), 1+n%28)...)
		who.Postcodes = append(who.Postcodes, fmt.Sprintf("SE%d 8AZ", n+1))
		who.Places = append(who.Places, fmt.Sprintf("town%c", 'a'+n%26))
	}
	for name, keys := range keysOfEach(who) {
		if len(keys) > 3*mostJoined { // a surname of two words makes three
			t.Errorf("%s makes %d keys of one record", name, len(keys))
		}
	}
	all := keysOfEach(who)
	for n := range who.Names {
		one := keysOfEach(person.Identity{Names: who.Names[n : n+1]})
		for key := range one["sound of both names"] {
			if !all["sound of both names"][key] {
				t.Errorf("%v makes no key", who.Names[n])
			}
		}
	}
	first := person.Identity{Names: who.Names[:1], Births: who.Births[:1], Postcodes: who.Postcodes[:1], Places: who.Places[:1]}
	for name, keys := range keysOfEach(first) {
		for key := range keys {
			if !all[name][key] {
				t.Errorf("%s makes no key of what the record says first", name)
			}
		}
	}
}

// In blocks that are cut records with several names, dates of birth or postcodes are compared where any of their narrower keys is the same, once.
func TestCutBlocksGoByEveryName(t *testing.T) {
	t.Parallel()
	cut, several := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := newColumns()
		c.workers = 2
		var list []person.Identity
		for range rapid.IntRange(2, 60).Draw(t, "records") {
			who := known(t)
			if rapid.IntRange(0, 2).Draw(t, "hostel") > 0 {
				who.Phones = []string{"02079460110"}
			}
			list = append(list, who)
			c.add(0, who)
		}
		few := rules[:indexRules]
		times := visited(c, few)
		b := newBlocks(background, c, few, false)
		since := newSpread(b, nil) // how a run that is held to another finds them
		w := &spreader{met: make([]uint32, len(list))}
		x := indexOf(t, list[:1]) // and how somebody is looked up among records that came one by one
		for i := 1; i < len(list); i++ {
			if err := x.Add(id.Record(i+1), 0, &list[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i := range uint32(len(list)) {
			with := map[uint32]bool{}
			w.partners(since, i, func(_ uint8, other uint32) { with[other] = true })
			found := map[uint32]bool{}
			for _, m := range lookUp(t, x, list[i], len(list)).Matches {
				found[uint32(m.Record-1)] = true
			}
			for j := range uint32(len(list)) {
				if i != j && found[j] != with[j] {
					t.Fatalf("asking for record %d finds record %d: %v, and a run that is held pairs them: %v", i, j, found[j], with[j])
				}
				if with[j] != (times[[2]uint32{min(i, j), max(i, j)}] == 1) {
					t.Fatalf("record %d is a partner of %d: %v\n%+v\n%+v", j, i, with[j], list[i], list[j])
				}
			}
		}
		keys := make([][]map[uint32]bool, len(list)) // of each record, by rule
		parts := make([][]map[uint32]bool, len(list))
		for i := range list {
			r := &c.records[i]
			for k := range few {
				set := map[uint32]bool{}
				keys[i] = append(keys[i], set)
				few[k].keys(c, r, func(key uint64) { set[shortKey(key)] = key != 0 })
			}
			for p := range partSorts {
				set := map[uint32]bool{}
				parts[i] = append(parts[i], set)
				c.eachPart(p, r, func(key uint64) { set[shortKey(key)] = key != 0 })
			}
		}
		share := func(x, y map[uint32]bool) bool {
			for key := range x {
				if key != 0 && y[key] {
					return true
				}
			}
			return false
		}
		for i := range list {
			for j := i + 1; j < len(list); j++ {
				want := 0
				for k := range b.width {
					full := slices.IndexFunc(few, func(r rule) bool { return r.name == b.rules[k].name })
					agree := slices.ContainsFunc(b.rules[k].parts, func(p part) bool { return share(parts[i][p], parts[j][p]) })
					for n, key := range b.sorted[k].keys {
						if short := key &^ cutMark; !keys[i][full][short] || !keys[j][full][short] {
							continue
						}
						if b.sorted[k].isCut(n) {
							if cut++; agree && len(parts[i][partNames])+len(parts[j][partNames]) > 2 {
								several++
							}
						}
						if !b.sorted[k].isCut(n) || agree {
							want = 1
						}
					}
				}
				if got := times[[2]uint32{uint32(i), uint32(j)}]; got != want {
					t.Fatalf("pair %d, %d is visited %d times, want %d:\n%+v\n%+v", i, j, got, want, list[i], list[j])
				}
			}
		}
	})
	if cut == 0 || several == 0 {
		t.Errorf("%d pairs in blocks that are cut, %d of them of several names: this shows too little", cut, several)
	}
}

// The keeper stores these keys, so that none may change from release to release without a new model version: whoever changes one here loses
// the records that were imported before.
func TestStoredKeysStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		who  person.Identity
		want string
	}{
		{person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, time.March, 4), Postcodes: []string{"SE5 8AZ"}, Address: "12 Acre La",
			Places: []string{"London"}, Phones: []string{"07700900123"}, Emails: []string{"dean@example.org"}, Identifiers: []person.Identifier{
				{Kind: person.NHSNumber, Value: "9434765919"}, {Kind: person.NINO, Value: "AB123456C"}, {Kind: person.PNCID, Value: "2001/0123456X"}}}, `
			N809f6be76718a30 S000000077342000 aac34d5be709b242 b910ace01560a0d1 c295315fcfa8272f d48886429c97aa27
			eb31c971aabc435f f96427da592258ae g08570a76fefec66 h6c74be384becb12 ic1ad45cb681ba6c j55bfb90c20ceff0
			k418013c50c09d22 l8d9199688da4ddc mc27f69031ca1170 ne3ed31b2362cfc8 off76c010c76dec9 pdcb2459a0c7e016
			q533b52160a7ce1b rff76c010c76dec9 s4945fd280a8fa2d`},
		{person.Identity{Names: named("Mary-Jane", "Smith Jones"), Births: []person.Birth{{Day: day.Must(1990, 1, 1), Precision: person.YearOnly}},
			Postcodes: []string{"N1"}}, `
			N04c1458a05be78a N2916b24eeb13e9f N616903b9962fd27 N9c0144f738489e7 Nc89e4771fc9caaf Nd58c2c9b8cd2ec5
			Ne194551160b2425 S00000006a520000 S000000073530000 S000000073532000 idea3c5c1de935ce jae253fe26397ac0
			k30f216774a1d6de m00fd4d377c1c58f m5a1a0a1016fd9cb m7bff11c553570c3 n6274574e8665ffb pd4238463c8154b0
			ra089d84b29d900f s856c97274333d2a`},
		{person.Identity{Names: []person.Name{{Forename: "Marlon", Surname: "Pryce"}, {Forename: "Dean", Surname: "Whitlock"}, {Forename: "Spider"}},
			Births: append(born(1983, time.March, 4), born(1979, time.July, 21)...), Postcodes: []string{"SE5 8AZ", "N1 1AA"}}, `
			F92afc7bf06806a2 N809f6be76718a30 N9bfc67362836bc0 S000000070620000 S000000077342000 h30c7ddcce46f5dd
			h6c74be384becb12 i5a4ca44b8477150 ic1ad45cb681ba6c ie1a8a5b5c846b7a j01de38e807a6303 j2ccf7685e43564b
			j55bfb90c20ceff0 j613b25f2e7ce2a3 j9f8c1ff6bda9e37 ja138500a2182645 k418013c50c09d22 k768090304bfd656
			k86c609739ebe932 k9344306c6f8e398 m22f340d727bc985 m32f954ecb6dac82 m7c0415b961eac9f m988bfc29359e3b8
			mc27f69031ca1170 mc9cd22443ebece5 n0bc781f42d535a1 n28d97067b25395c n72f44754417fe90 n908f96112486fbe
			nb7c767eba9dc149 ne3ed31b2362cfc8 o6ef09d14e1d2ae6 oa5e217c3a67247a od0a842060a035aa off76c010c76dec9
			p04ea774e6b6d3be p2bdc6ca8c8de7ea p345fb326db7ef70 p4ae79e3e11065c6 p5d0757fc3056353 p78c59c99281a63f
			paaf188fe155ab06 pcf22b8c2014c587 pd5d170e6ebf3d0f pd8a3815cef63872 pdcb2459a0c7e016 pff7a8591857d8ae
			r4188edd954979dc r93a40cf34343268 rff76c010c76dec9 s262d1ca72e63d94 s4945fd280a8fa2d sbb576bb5cc09d75`},
	} {
		if diff := gocmp.Diff(strings.Fields(tt.want), BlockingKeys(tt.who)); diff != "" {
			t.Errorf("stored keys of %v (-were +are):\n%s", tt.who.Names, diff)
		}
	}
}

// The keeper stores these keys too, in this order of what they say.
func TestStoredNameKeysStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name person.Name
		want string
	}{
		{person.Name{Forename: "Bob", Surname: "Whitlock"}, `
			Ee79868791bb4089 Ff6493629e5654ae Ha29558fa996f66c Hf6493629e5654ae H70becb5027b6da4 Hac7a66bc2e008f2
			G000000062100000`},
		{person.Name{Forename: "Errol-Dean", Middle: "Winston", Surname: "Smith Jones"}, `
			E35ff9ddd8e94d04 Ef5c962cb02b0bbf Fb68bf4fa9ee8405 Faf24a40d193737d Fe172ddd7173ddd3 G000000065640000
			G000000064500000 G000000077523000`},
		{person.Name{Full: "Dean Whitlock"}, `
			Eaf24a40d193737d Ee79868791bb4089 Faf24a40d193737d Fe79868791bb4089 G000000064500000 G000000077342000`},
		{person.Name{Surname: "O'Brien"}, `Ebfed19dcbb61fc0`},
	} {
		if diff := gocmp.Diff(strings.Fields(tt.want), NameKeys(person.Identity{Names: []person.Name{tt.name}})); diff != "" {
			t.Errorf("stored keys of %v (-were +are):\n%s", tt.name, diff)
		}
	}
}

// Each rule that holds however many records there are is stored, under a letter of its own.
func TestStoredRulesHaveALetterOfTheirOwn(t *testing.T) {
	t.Parallel()
	was := map[string]string{}
	for _, r := range rules {
		switch other := was[r.stored]; {
		case r.loose() || r.keys == nil:
			if r.stored != "" {
				t.Errorf("%s is loose and stored", r.name)
			}
			continue
		case len(r.stored) != 1 || r.stored < "a" || r.stored > "z":
			t.Errorf("%s is stored as %q, want a small letter", r.name, r.stored)
		case other != "":
			t.Errorf("%s and %s are stored as %q", r.name, other, r.stored)
		}
		was[r.stored] = r.name
	}
}
