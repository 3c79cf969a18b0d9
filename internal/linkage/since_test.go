package linkage

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/person"
)

// villager draws a record of one of some people, who are not all alike, with slips. In a hostel most have one telephone number.
func villager(t *rapid.T, hostel bool) person.Identity {
	if rapid.IntRange(0, 19).Draw(t, "anyone") == 0 {
		return someone(t)
	}
	p := rapid.IntRange(0, 47).Draw(t, "villager")
	forename, surname := fmt.Sprintf("%c%cr%c", 'a'+p%13, "aeiou"[p%5], 'a'+p%7), fmt.Sprintf("%c%cll%cn", 'b'+p%11, "aeiou"[p%4], 'a'+p%5)
	who := person.Identity{Names: named(forename, surname), Births: born(1950+p, time.Month(1+p%12), 1+p%28),
		Postcodes: []string{fmt.Sprintf("SE%d 8AZ", 1+p%9)}}
	if hostel && rapid.IntRange(0, 3).Draw(t, "at home") > 0 {
		who.Phones = []string{"02079460110"}
	}
	for range rapid.IntRange(0, 2).Draw(t, "slips") {
		switch rapid.IntRange(0, 9).Draw(t, "slip") {
		case 0:
			who.Names[0].Forename = forename[:1]
		case 1:
			who.Names[0].Surname = surname[1:]
		case 2:
			who.Names[0] = person.Name{Forename: surname, Surname: forename}
		case 3:
			who.Births = nil
		case 4:
			who.Births = born(1951+p, time.Month(1+p%12), 1+p%28)
		case 5:
			who.Births = born(1980, 1, 1)
		case 6:
			who.Postcodes = nil
		case 7:
			who.Phones = []string{fmt.Sprintf("0207946%04d", p)}
		case 8:
			who.Names = append(who.Names, person.Name{Forename: forename, Surname: "smith"})
		case 9:
			who.Identifiers = []person.Identifier{{Kind: person.NINO, Value: fmt.Sprintf("AB%06dA", p)}}
		}
	}
	return who
}

// history is an area through some runs that are held to the first.
type history struct {
	base, now map[id.Record]person.Identity
	last      id.Record
	hostel    bool
	said      map[[2]id.Record]bool // by answers that stand
	shielded  map[id.Record]bool
	opposed   map[[2]id.Record]bool
	again     map[id.Record]bool // joined anew by the last run, or of answers taken back since
	persons   map[id.Record]id.Person
	links     map[[2]id.Record]Link
	doubts    map[[2]id.Record]Review
}

// happens lets records come, change and go, and people answer.
func (h *history) happens(t *rapid.T) {
	one := func(label string) id.Record {
		return rapid.SampledFrom(slices.Sorted(maps.Keys(h.now))).Draw(t, label)
	}
	for range rapid.IntRange(0, 6).Draw(t, "arrivals") {
		h.last++
		h.now[h.last] = villager(t, h.hostel)
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		h.now[one("changed")] = villager(t, h.hostel)
	}
	for range rapid.IntRange(0, 3).Draw(t, "removals") {
		if len(h.now) > 2 {
			delete(h.now, one("removed"))
		}
	}
	if gone := slices.Collect(maps.Keys(h.base)); rapid.IntRange(0, 3).Draw(t, "return") == 0 {
		slices.Sort(gone)
		r := rapid.SampledFrom(gone).Draw(t, "returned")
		h.now[r] = h.base[r]
	}
	for range rapid.IntRange(0, 2).Draw(t, "answers") {
		a, b := one("a"), one("b")
		if rapid.Bool().Draw(t, "near") { // of one person, or in doubt
			near := slices.Concat(slices.Collect(maps.Keys(h.links)), slices.Collect(maps.Keys(h.doubts)))
			slices.SortFunc(near, func(x, y [2]id.Record) int { return compareInts(int64(x[0]), int64(y[0]), int64(x[1]), int64(y[1])) })
			if len(near) > 0 {
				pair := rapid.SampledFrom(near).Draw(t, "pair")
				a, b = pair[0], pair[1]
			}
		}
		if a != b {
			h.said[[2]id.Record{min(a, b), max(a, b)}] = rapid.Bool().Draw(t, "same")
		}
	}
	if said := slices.Collect(maps.Keys(h.said)); len(said) > 0 && rapid.Bool().Draw(t, "takes back") {
		slices.SortFunc(said, func(x, y [2]id.Record) int { return compareInts(int64(x[0]), int64(y[0]), int64(x[1]), int64(y[1])) })
		pair := rapid.SampledFrom(said).Draw(t, "taken back")
		delete(h.said, pair)
		h.again[pair[0]], h.again[pair[1]] = true, true
	}
}

// marks sets and takes away shields and incidents; records whose marks change are joined anew.
func (h *history) marks(t *rapid.T) {
	all := slices.Sorted(maps.Keys(h.now))
	for range rapid.IntRange(0, 2).Draw(t, "shields") {
		r := rapid.SampledFrom(all).Draw(t, "shielded")
		h.shielded[r], h.again[r] = !h.shielded[r], true
	}
	near := slices.Concat(slices.Collect(maps.Keys(h.links)), slices.Collect(maps.Keys(h.doubts)))
	slices.SortFunc(near, func(x, y [2]id.Record) int { return compareInts(int64(x[0]), int64(y[0]), int64(x[1]), int64(y[1])) })
	for range min(len(near), rapid.IntRange(0, 2).Draw(t, "incidents")) {
		p := rapid.SampledFrom(near).Draw(t, "opposed")
		h.opposed[p], h.again[p[0]], h.again[p[1]] = !h.opposed[p], true, true
	}
}

// linker gives a linker that is held to the first run, and the records by their numbers in it.
func (h *history) linker() (*Linker, []id.Record) {
	l := New()
	var records []id.Record
	for n := id.Record(1); n <= h.last; n++ {
		was, inBase := h.base[n]
		who, stands := h.now[n]
		switch {
		case inBase && stands && gocmp.Equal(was, who):
			l.Add(1, who)
		case inBase && stands:
			l.AddFormer(1, was)
			l.AddSince(1, who)
		case inBase:
			l.AddFormer(1, was)
		case stands:
			l.AddSince(1, who)
		}
		if stands {
			records = append(records, n)
		}
	}
	return l, records
}

// restingIn draws the rules that rest in an earlier run, mostly none.
func restingIn(t *rapid.T) (names []string) {
	if rapid.IntRange(0, 2).Draw(t, "some rest") > 0 {
		return nil
	}
	for _, r := range rules[:indexRules] {
		if rapid.Bool().Draw(t, "rests") {
			names = append(names, r.name)
		}
	}
	return names
}

// outcomeOf writes what a run found by the records' own numbers.
func outcomeOf(r *Result, records []id.Record, persons map[id.Record]uint32, links map[[2]id.Record]Link, doubts map[[2]id.Record]Review) {
	for i, p := range r.Person {
		persons[records[i]] = p
	}
	for _, k := range r.Links {
		pair := [2]id.Record{records[k.A], records[k.B]}
		k.A, k.B = 0, 0
		links[pair] = k
	}
	for _, k := range r.Review {
		pair := [2]id.Record{records[k.A], records[k.B]}
		k.A, k.B = 0, 0
		doubts[pair] = k
	}
}

// What is joined anew and what is left as it was are together what a run finds that compares everything, with its links, its pairs in doubt and
// their evidence, whatever comes, changes and goes and whatever people say.
func TestLinkSinceIsTheWholeRun(t *testing.T) {
	t.Parallel()
	var steps, cuts, alone, left, joined, answered, marked int
	walk := func(t *rapid.T, hostel bool, least int) {
		h := &history{hostel: hostel, base: map[id.Record]person.Identity{}, said: map[[2]id.Record]bool{}, again: map[id.Record]bool{},
			shielded: map[id.Record]bool{}, opposed: map[[2]id.Record]bool{}}
		for range rapid.IntRange(least, 90).Draw(t, "records") {
			h.last++
			h.base[h.last] = villager(t, h.hostel)
		}
		h.now = maps.Clone(h.base)
		list := rules
		if rapid.IntRange(0, 4).Draw(t, "by rules") > 0 {
			list = rules[:indexRules]
		}
		o := DefaultOptions()
		o.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
		o.Model = StartModel(60)
		o.Model.Rests = restingIn(t)
		o.HoldHouseholds = rapid.Bool().Draw(t, "households")
		if rapid.Bool().Draw(t, "rare") {
			o.NameAndBirth, o.Population = RareOnly, 1000
		}
		for step := range rapid.IntRange(2, 4).Draw(t, "steps") {
			if step > 0 {
				h.happens(t)
				h.marks(t)
			}
			whole, records := h.linker()
			place := map[id.Record]uint32{}
			for i, r := range records {
				place[r] = uint32(i)
			}
			o.Answers = nil
			for pair, same := range h.said {
				i, here := place[pair[0]]
				j, too := place[pair[1]]
				if here && too {
					o.Answers = append(o.Answers, Answer{i, j, same})
				}
			}
			o.Shielded, o.Incidents = nil, nil
			for r, marked := range h.shielded {
				if i, here := place[r]; here && marked {
					o.Shielded = append(o.Shielded, i)
				}
			}
			for pair, marked := range h.opposed {
				i, here := place[pair[0]]
				if j, too := place[pair[1]]; here && too && marked {
					o.Incidents = append(o.Incidents, InIncident{i, int64(pair[0])<<32 | int64(pair[1]), person.Victim}, InIncident{j, int64(pair[0])<<32 | int64(pair[1]), person.Suspect})
				}
			}
			marked += len(o.Shielded) + len(o.Incidents)
			want, err := whole.link(t.Context(), o, o.Model.holding(list))
			if err != nil {
				t.Fatal(err)
			}
			wantPersons, wantLinks, wantDoubts := map[id.Record]uint32{}, map[[2]id.Record]Link{}, map[[2]id.Record]Review{}
			outcomeOf(want, records, wantPersons, wantLinks, wantDoubts)
			if step > 0 {
				steps++
				before := make([]id.Person, len(records))
				var again []uint32
				for i, r := range records {
					before[i] = h.persons[r]
					if h.again[r] {
						again = append(again, uint32(i))
					}
				}
				l, _ := h.linker()
				got, anew, err := l.linkSince(t.Context(), o, list, before, again)
				if err != nil {
					t.Fatal(err)
				}
				persons, links, doubts := map[id.Record]uint32{}, map[[2]id.Record]Link{}, map[[2]id.Record]Review{}
				outcomeOf(got, records, persons, links, doubts)
				stays := func(pair [2]id.Record) bool {
					i, here := place[pair[0]]
					j, too := place[pair[1]]
					return here && too && !anew[i] && !anew[j]
				}
				for pair, k := range h.links {
					if stays(pair) {
						links[pair] = k
						left++
					}
				}
				for pair, k := range h.doubts {
					if stays(pair) {
						doubts[pair] = k
					}
				}
				for _, diff := range []string{gocmp.Diff(wantPersons, persons), gocmp.Diff(wantLinks, links), gocmp.Diff(wantDoubts, doubts)} {
					if diff != "" {
						t.Fatalf("step %d (-whole +since):\n%s", step, diff)
					}
				}
				if want.Persons != got.Persons || want.Report.Conflicts != got.Report.Conflicts || want.Report.LargestPerson != got.Report.LargestPerson {
					t.Fatalf("%d persons, %d conflicts and %d records of the largest, want %d, %d and %d", got.Persons, got.Report.Conflicts,
						got.Report.LargestPerson, want.Persons, want.Report.Conflicts, want.Report.LargestPerson)
				}
				for _, k := range got.Links {
					if diff := gocmp.Diff(whole.Explain(o.Model, k.A, k.B), l.Explain(o.Model, k.A, k.B)); diff != "" {
						t.Fatal(diff)
					}
				}
				joined += len(got.Links)
				answered += len(o.Answers)
				h.again = map[id.Record]bool{}
				for i, again := range anew {
					if h.again[records[i]] = again; !again {
						alone++
					}
				}
			}
			cuts += want.Report.CutBlocks
			h.links, h.doubts, h.persons = wantLinks, wantDoubts, map[id.Record]id.Person{}
			for r, p := range wantPersons {
				h.persons[r] = id.Person(p + 1)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) { walk(t, false, 2) })
	rapid.Check(t, func(t *rapid.T) { walk(t, true, 70) }) // so many that blocks are cut
	t.Logf("%d steps; %d blocks cut, %d records left alone, %d links left and %d made anew, %d answers, %d marks", steps, cuts, alone, left, joined, answered, marked)
	if cuts == 0 || alone == 0 || left == 0 || joined == 0 || answered == 0 || marked == 0 {
		t.Error("this shows too little")
	}
}

// Whatever comes or goes, two records that stay are paired or not, and weigh, as in the run that is held to.
func TestWhatComesMovesNobodyElse(t *testing.T) {
	t.Parallel()
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		hostel := rapid.Bool().Draw(t, "hostel")
		earlier, l := New(), New()
		var stay [][2]uint32 // their numbers in the one and in the other
		for i := range uint32(rapid.IntRange(2, 90).Draw(t, "records")) {
			who := villager(t, hostel)
			earlier.Add(1, who)
			switch rapid.IntRange(0, 9).Draw(t, "what becomes of it") {
			case 0:
				l.AddFormer(1, who)
			case 1:
				l.AddFormer(1, who)
				l.AddSince(1, villager(t, hostel))
			case 2:
				l.AddSince(1, villager(t, hostel))
				fallthrough
			default:
				stay = append(stay, [2]uint32{i, l.Add(1, who)})
			}
		}
		l.hold()
		m := StartModel(100)
		was, now := visited(earlier.c, rules[:indexRules]), visited(l.c, rules[:indexRules])
		for x, a := range stay {
			for _, b := range stay[x+1:] {
				if was[[2]uint32{a[0], b[0]}] != now[[2]uint32{a[1], b[1]}] {
					t.Fatalf("records %d and %d are paired %d times, and were %d", a[1], b[1], now[[2]uint32{a[1], b[1]}], was[[2]uint32{a[0], b[0]}])
				}
				compared += was[[2]uint32{a[0], b[0]}]
				if was[[2]uint32{a[0], b[0]}] == 0 {
					continue
				}
				if then, now := earlier.Explain(m, a[0], b[0]), l.Explain(m, a[1], b[1]); !slices.Equal(then.Parts, now.Parts) {
					t.Fatalf("records %d and %d (-then +now):\n%s", a[1], b[1], gocmp.Diff(then, now))
				}
			}
		}
		for pair := range now {
			if int(pair[1]) >= l.Records() {
				t.Fatal("a record that stands no more is paired")
			}
		}
	})
	if compared == 0 {
		t.Error("this shows too little")
	}
}

// A linker that is held to a run says what it cannot do.
func TestHeldLinkerRefuses(t *testing.T) {
	t.Parallel()
	held := func() *Linker {
		l := New()
		l.Add(1, person.Identity{Names: named("dean", "whitlock")})
		l.AddSince(1, person.Identity{Names: named("dean", "whitlock")})
		return l
	}
	if _, err := held().Link(t.Context(), DefaultOptions()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a model: %v", err)
	}
	if _, err := held().Index(StartModel(10), []id.Record{1, 2}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an index: %v", err)
	}
	o := DefaultOptions()
	o.Model = StartModel(10)
	if _, _, err := held().LinkSince(t.Context(), o, []id.Person{1}, nil); !errors.Is(err, ErrOtherRun) {
		t.Errorf("too few people: %v", err)
	}
	l := New()
	for range 2 {
		l.Add(1, person.Identity{Names: named("dean", "whitlock"), Births: born(1980, 2, 3)})
	}
	l.Add(1, person.Identity{Names: named("kojo", "amoah"), Births: born(1951, 7, 9)})
	l.AddSince(1, person.Identity{Names: named("dean", "whitlock"), Births: born(1980, 2, 3)})
	if _, _, err := l.LinkSince(t.Context(), o, []id.Person{1, 1, 1, 0}, nil); !errors.Is(err, ErrOtherRun) {
		t.Errorf("people that the records do not make: %v", err)
	}
}
