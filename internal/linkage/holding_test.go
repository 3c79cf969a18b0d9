package linkage

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/person"
)

// Two people's records that one link holds together are told from one person's: the link and the two parts are named, an answer is no weak link, and
// no pair weighs more than the ties that the run chose before it.
func TestHoldSaysWhereRecordsPart(t *testing.T) {
	t.Parallel()
	someone := func(forename, surname, nhs string, born day.Day) person.Identity {
		return person.Identity{Names: []person.Name{{Forename: forename, Surname: surname}}, Births: []person.Birth{{Day: born, Precision: person.FullDate}},
			Identifiers: []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}}
	}
	dean, ann := someone("Dean", "Whitlock", "9990000018", day.Must(1983, 3, 4)), someone("Ann", "Poole", "9990000026", day.Must(1990, 2, 1))
	of := func(some ...person.Identity) (both person.Identity) {
		for _, x := range some {
			both.Names, both.Births = append(both.Names, x.Names...), append(both.Births, x.Births...)
		}
		return both
	}
	bess := someone("Bess", "Quill", "", day.Must(1971, 9, 9))
	either := of(dean, ann)
	both := map[id.Record]person.Identity{3: dean, 5: dean, 7: ann, 9: ann}
	tie := func(a, b id.Record, bits int64) Tie { return Tie{A: a, B: b, Millibits: bits * 1000} }
	for _, tt := range []struct {
		name string
		who  map[id.Record]person.Identity
		ties []Tie
		same [][2]id.Record
		want Holding
	}{
		{"one record", map[id.Record]person.Identity{3: dean}, nil, nil, Holding{}},
		{"all alike", map[id.Record]person.Identity{3: dean, 5: dean, 7: dean}, []Tie{tie(3, 5, 30), tie(5, 7, 30)}, nil, Holding{Pairs: 3, Alike: 3}},
		{"one link holds two", map[id.Record]person.Identity{3: dean, 5: of(dean, bess), 7: of(bess, ann), 9: ann}, []Tie{tie(3, 5, 30), tie(5, 7, 4), tie(7, 9, 30)}, nil,
			Holding{6, 3, [2]id.Record{5, 7}, [2][]id.Record{{3, 5}, {7, 9}}, 4, 1, nil}},
		{"somebody said so", both, []Tie{tie(3, 5, 30), tie(5, 7, -20), tie(7, 9, 29)}, [][2]id.Record{{5, 7}},
			Holding{6, 2, [2]id.Record{7, 9}, [2][]id.Record{{3, 5, 7}, {9}}, 3, 1, nil}},
		{"of all", both, nil, [][2]id.Record{{3, 5}, {5, 7}, {7, 9}}, Holding{Pairs: 6, Alike: 2}},
		{"no more than its ties", map[id.Record]person.Identity{3: dean, 5: dean, 7: dean, 9: dean}, []Tie{tie(3, 5, 30), tie(5, 7, -1), tie(7, 9, 30)}, nil,
			Holding{6, 2, [2]id.Record{3, 5}, [2][]id.Record{{3}, {5, 7, 9}}, 3, 1, nil}},
		{"by two pairs of three", map[id.Record]person.Identity{3: dean, 5: either, 6: either, 7: ann}, []Tie{tie(3, 5, 8), tie(5, 6, 20), tie(5, 7, 9)}, nil,
			Holding{6, 5, [2]id.Record{3, 5}, [2][]id.Record{{3}, {5, 6, 7}}, 3, 2, nil}},
		{"no number is another", map[id.Record]person.Identity{3: dean, 5: someone("Dean", "Whitlock", "9991234500", day.Must(1983, 3, 4)), 7: of(dean)},
			[]Tie{tie(3, 5, 12), tie(5, 7, 11)}, nil, Holding{3, 2, [2]id.Record{3, 7}, [2][]id.Record{{3}, {5, 7}}, 2, 1, nil}},
	} {
		got := Hold(nil, tt.who, tt.ties, tt.same)
		if len(got.Unlike) != got.Pairs-got.Alike || !slices.IsSortedFunc(got.Unlike, leastAlike) {
			t.Errorf("%s: of %d pairs %d are alike, and those that are not are %+v", tt.name, got.Pairs, got.Alike, got.Unlike)
		}
		got.Unlike = nil
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Pairs of two people are listed with what differs, what says most first, and a father and a son, who would look alike but for what a
// household shares (no field of theirs speaks against one person), are among them.
func TestBetweenSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	someone := func(forename, nhs string, born day.Day) person.Identity {
		return person.Identity{Names: []person.Name{{Forename: forename, Surname: "Whitlock"}}, Births: []person.Birth{{Day: born, Precision: person.FullDate}},
			Postcodes: []string{"SE5 8AZ"}, Identifiers: []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}}
	}
	dean, father := someone("Dean", "9990000018", day.Must(1983, 3, 4)), someone("Dean", "", day.Must(1953, 3, 4))
	s, o := compareQuery(nil, dean, father)
	if bits := s.score(&o, new(parts)); bits <= 0 {
		t.Errorf("father and son weigh %.1f, so that they would not look alike anyway", bits)
	}
	got := Between(nil, map[id.Record]person.Identity{9: dean},
		map[id.Record]person.Identity{3: someone("Ottilie", "9991234500", day.Must(1990, 2, 1)), 5: dean, 12: someone("Mark", "", day.Must(1983, 3, 4)),
			14: father})
	type shown struct {
		Pair    [2]id.Record
		Differs []string
	}
	var out []shown
	for _, u := range got {
		x := shown{Pair: u.Pair}
		for _, p := range u.Differs {
			x.Differs = append(x.Differs, p.Key)
		}
		out = append(out, x)
	}
	if diff := gocmp.Diff([]shown{{[2]id.Record{3, 9}, []string{"nhs-number", "birth", "forename"}}, {[2]id.Record{9, 12}, []string{"forename"}},
		{[2]id.Record{9, 14}, nil}}, out); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
