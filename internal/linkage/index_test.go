package linkage

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage/encode"
	"throughline/internal/person"
)

// indexOf makes an index of a list, numbered from 1, that goes by the rules however few records there are.
func indexOf(t rapid.TB, list []person.Identity, rests ...string) *Index {
	l := New()
	numbers := make([]id.Record, len(list))
	for i, who := range list {
		l.Add(uint16(i), who)
		numbers[i] = id.Record(i + 1)
	}
	m := StartModel(1000)
	m.Rests = rests
	x, err := l.Index(m, numbers)
	if err != nil {
		t.Fatal(err)
	}
	x.every = 0
	return x
}

func lookUp(t rapid.TB, x *Index, who person.Identity, most int) Looked {
	found, err := x.Lookup(&who, math.Inf(-1), make([]Match, 0, most))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func people(t *rapid.T, label string, least, most int) []person.Identity {
	list := make([]person.Identity, rapid.IntRange(least, most).Draw(t, label))
	return namedAlike(t, list, rapid.IntRange(0, 2).Draw(t, "alike"))
}

// namedAlike fills a list with people, so many of three of whom have the same names.
func namedAlike(t *rapid.T, list []person.Identity, alike int) []person.Identity {
	names := someone(t).Names
	for i := range list {
		if list[i] = someone(t); rapid.IntRange(0, 2).Draw(t, "named") < alike {
			list[i].Names = names
		}
	}
	return list
}

// Whoever is asked about is compared with exactly the records with which a run pairs them, and weighs exactly what the run says.
func TestLookupFindsWhatTheRunPairs(t *testing.T) {
	t.Parallel()
	cuts, passed := 0, 0
	walk := func(t *rapid.T, list []person.Identity) {
		c := newColumns()
		c.workers = 2
		for _, who := range list {
			c.add(0, who)
		}
		m := StartModel(1000)
		m.Rests = restingIn(t)
		times := visited(c, m.holding(rules[:indexRules]))
		s := newScorer(c, c.totals(), m)
		x := indexOf(t, list, m.Rests...)
		for k, table := range x.tables {
			if table == nil {
				continue
			}
			for _, slot := range table.slots {
				if int(slot.rows) > x.largest[k] && rules[k].loose() {
					passed++
				} else if int(slot.rows) > x.largest[k] {
					cuts++
				}
			}
		}
		for i, who := range list {
			found := map[uint32]Match{}
			for _, m := range lookUp(t, x, who, len(list)).Matches {
				found[uint32(m.Record-1)] = m
			}
			for j := range uint32(len(list)) {
				if int(j) == i {
					continue
				}
				m, got := found[j]
				if want := times[[2]uint32{min(uint32(i), j), max(uint32(i), j)}] == 1; got != want {
					t.Fatalf("asking for record %d finds record %d: %v, and the run pairs them: %v", i, j, got, want)
				}
				if got && int(j) < i && i >= len(list)-2 { // the last ones, of which j is the earlier as it is in an index
					e := s.explain(j, uint32(i))
					if m.Bits != e.Bits {
						t.Fatalf("record %d weighs %v bits with %d, in the run %v", j, m.Bits, i, e.Bits)
					}
					why, _ := x.Explain(&who, m.Record)
					if diff := gocmp.Diff(e, why); diff != "" {
						t.Fatal(diff)
					}
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) { walk(t, people(t, "records", 2, 60)) })
	rapid.Check(t, func(t *rapid.T) { walk(t, namedAlike(t, make([]person.Identity, 60), 3)) }) // so many that blocks are cut
	if cuts == 0 || passed == 0 {
		t.Errorf("%d blocks were cut and %d passed over, so this shows too little", cuts, passed)
	}
}

// What is found depends on which records there are, and not on what came and went before.
func TestLookupForgetsWhatIsGone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := people(t, "base", 0, 40)
		x, y := indexOf(t, base), indexOf(t, base)
		bound := rapid.IntRange(5, 60).Draw(t, "loose")
		x.loose, y.loose = bound, bound
		now := map[id.Record]person.Identity{}
		for i, who := range base {
			now[id.Record(i+1)] = who
		}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			n := id.Record(rapid.IntRange(1, 50).Draw(t, "number"))
			if _, there := now[n]; there && rapid.Bool().Draw(t, "remove") {
				delete(now, n)
				if !x.Remove(n) {
					t.Fatal("a record that is there was not removed")
				}
				continue
			}
			who := someone(t)
			if rapid.IntRange(0, 3).Draw(t, "unheard of") == 0 {
				who.Names = append(who.Names, person.Name{Forename: fmt.Sprintf("ann-%d", n), Surname: fmt.Sprintf("new%d lane", n%4)})
				who.Postcodes, who.Address = append(who.Postcodes, fmt.Sprintf("N%d 1AA", n)), fmt.Sprintf("%d sea view", n)
			}
			now[n] = who
			if err := x.Add(n, 0, &who); err != nil {
				t.Fatal(err)
			}
		}
		// The same records in one go: what is gone goes first, what came comes in order.
		for i := range base {
			y.Remove(id.Record(i + 1))
		}
		for _, n := range slices.Sorted(maps.Keys(now)) {
			who := now[n]
			if err := y.Add(n, 0, &who); err != nil {
				t.Fatal(err)
			}
		}
		if x.Remove(99) || x.Records() != len(now) {
			t.Fatalf("%d records, want %d", x.Records(), len(now))
		}
		for range 5 {
			who := someone(t)
			got, want := lookUp(t, x, who, 10), lookUp(t, y, who, 10)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
			for _, m := range got.Matches {
				a, _ := x.Explain(&who, m.Record)
				b, _ := y.Explain(&who, m.Record)
				if diff := gocmp.Diff(b, a); diff != "" || a.Bits != m.Bits {
					t.Fatalf("record %d weighs %v, explained as %v\n%s", m.Record, m.Bits, a.Bits, diff)
				}
			}
		}
	})
}

// A table of keys holds what a map of sets would.
func TestKeyTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table, want := newKeyTable(0), map[uint32]map[uint32]bool{}
		parts := func(row uint32) uint32 { return row * 3 }
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			// Keys close together, at both ends of the table, so that they stand in each other's way.
			key := uint32(rapid.IntRange(1, 6).Draw(t, "key"))
			if rapid.Bool().Draw(t, "high") {
				key = 1<<31 - key
			}
			row := uint32(rapid.IntRange(0, 40).Draw(t, "row"))
			if want[key] == nil {
				want[key] = map[uint32]bool{}
			}
			if want[key][row] {
				delete(want[key], row)
				table.remove(key, row)
			} else {
				want[key][row] = true
				table.add(key, row, parts)
			}
		}
		sizes := map[int]int32{}
		for key, rows := range want {
			s := &table.slots[table.slot(key)]
			var got []uint32
			switch {
			case s.rows == 1:
				got = []uint32{s.at}
			case s.rows > 1:
				sizes[len(rows)]++
				for _, e := range table.block(s) {
					if got = append(got, uint32(e)); uint32(e>>32) != uint32(e)*3 {
						t.Fatalf("row %d has another's parts", uint32(e))
					}
				}
			}
			slices.Sort(got)
			if diff := gocmp.Diff(slices.Sorted(maps.Keys(rows)), got); diff != "" {
				t.Fatalf("key %d: %s", key, diff)
			}
		}
		for size := 2; size < len(table.sizes); size++ {
			if table.sizes[size] != sizes[size] {
				t.Fatalf("%d keys of %d rows, want %d", table.sizes[size], size, sizes[size])
			}
		}
	})
}

// Those who ask and those who change the index at the same time do not see each other's values.
func TestLookupsSideBySide(t *testing.T) {
	t.Parallel()
	list, _ := town(400, 33)
	x := indexOf(t, list)
	asked := make([]person.Identity, 40)
	want := make([]Looked, len(asked))
	for i := range asked {
		asked[i] = list[i*7]
		asked[i].Names = []person.Name{{Forename: asked[i].Names[0].Forename + fmt.Sprintf("q%d", i), Surname: asked[i].Names[0].Surname}}
		asked[i].Address = fmt.Sprintf("%d nowhere else %d", i, i)
		want[i] = lookUp(t, x, asked[i], 5)
	}
	var wait sync.WaitGroup
	for worker := range 6 {
		wait.Go(func() {
			for round := range 20 {
				i := (worker*11 + round*7) % len(asked)
				if diff := gocmp.Diff(want[i], lookUp(t, x, asked[i], 5)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wait.Go(func() {
		// Somebody whom nobody is like comes and goes.
		who := person.Identity{Names: named("Zbigniew", "Xylander"), Births: born(1901, time.May, 3), Emails: []string{"z@example.net"}}
		for n := range id.Record(200) {
			who.Names[0].Middle = fmt.Sprint("m", n)
			if err := x.Add(10_000+n, 0, &who); err != nil {
				t.Error(err)
			}
		}
		for n := range id.Record(200) {
			x.Remove(10_000 + n)
		}
	})
	wait.Wait()
}

// Looking and weighing allocate nothing: however many are compared, a look-up costs the same few allocations of reading what is asked.
func TestLookupAllocatesNothingForEachRecord(t *testing.T) {
	list, _ := town(1200, 8)
	few, many := indexOf(t, list[:1]), indexOf(t, list)
	few.every, many.every = 2000, 2000
	who, into := list[0], make([]Match, 0, 20)
	allocations := func(x *Index) float64 {
		for range 2 * cap(x.guests) { // each guest's room grows to what it needs
			lookUp(t, x, who, 20)
		}
		return testing.AllocsPerRun(20, func() {
			if _, err := x.Lookup(&who, -10, into); err != nil {
				t.Error(err)
			}
		})
	}
	if a, b := allocations(few), allocations(many); a != b || b > 12 {
		t.Errorf("one record: %v allocations, 1,200 records: %v", a, b)
	}
}

// Of a part of a block that is itself too large only the newest neighbours are compared, and the answer says how many were not.
func TestLookupPassesOverMost(t *testing.T) {
	t.Parallel()
	hostel := person.Identity{Postcodes: []string{"SE5 0TR"}, Names: named("Dean", "Whitlock")}
	list := slices.Repeat([]person.Identity{hostel}, largestPart+10)
	x := indexOf(t, list)
	who := hostel
	who.Births, who.Postcodes = born(1983, time.March, 4), nil
	if got := lookUp(t, x, who, 100); len(got.Matches) != 0 || got.PassedOver < len(list) {
		t.Errorf("%d matches, %d passed over: nothing tells these from each other", len(got.Matches), got.PassedOver)
	}
	got := lookUp(t, x, hostel, 100) // outcode and initial are the same
	var rows []id.Record
	for _, m := range got.Matches {
		rows = append(rows, m.Record)
	}
	if len(rows) != neighbours || slices.Min(rows) != id.Record(len(list)-neighbours+1) || got.PassedOver == 0 {
		t.Errorf("%d matches from %d on, %d passed over", len(rows), slices.Min(rows), got.PassedOver)
	}
}

func TestMostMatchesAreTheLikeliest(t *testing.T) {
	t.Parallel()
	list, _ := town(300, 4)
	x := indexOf(t, list)
	x.every = 1000
	all, few := lookUp(t, x, list[5], 1000).Matches, lookUp(t, x, list[5], 7).Matches
	if diff := gocmp.Diff(all[:7], few); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(all, func(a, b Match) int { return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.Record, b.Record)) }) {
		t.Error("matches are not in order")
	}
	if none := lookUp(t, x, list[5], 0); len(none.Matches) != 0 || none.Compared != len(list) {
		t.Errorf("no room for matches gives %+v", none)
	}
}

func TestIndexRefuses(t *testing.T) {
	t.Parallel()
	refused := func(err error, code string) {
		t.Helper()
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	l := New()
	l.Add(0, person.Identity{})
	l.Add(0, person.Identity{})
	_, err := l.Index(StartModel(2), []id.Record{1})
	refused(err, "index-numbers")
	_, err = l.Index(StartModel(2), []id.Record{1, 1})
	refused(err, "index-numbers")
	coded := New()
	coded.c.coded = newCoded(encode.FullMode)
	_, err = coded.Index(StartModel(2), nil)
	refused(err, "encoded-index")
	x := indexOf(t, []person.Identity{{Names: named("Dean", "Whitlock"), Births: []person.Birth{{Day: day.Must(1983, time.March, 4), Precision: person.FullDate}}}})
	var many person.Identity
	for n := range 100 {
		many.Names = append(many.Names, person.Name{Forename: fmt.Sprintf("forename%d", n)})
	}
	_, err = x.Lookup(&many, 0, nil)
	refused(err, "too-much-said")
	if _, there := x.Explain(&many, 2); there {
		t.Error("a record that is not there is explained")
	}
}

// Where dates of birth are many enough to be weighed beforehand, one that no record had yet is weighed when the first comes.
func TestANewDateOfBirthIsWeighed(t *testing.T) {
	t.Parallel()
	first := day.Must(1950, time.March, 1)
	var list []person.Identity
	for n := range fewBirths + 10 {
		list = append(list, person.Identity{Names: named("Dean", "Whitlock"), Births: []person.Birth{{Day: first + day.Day(2*n), Precision: person.FullDate}}})
	}
	x := indexOf(t, list)
	for n, born := range []day.Day{first + 1, day.Must(2024, time.May, 6)} { // between the others, and after them
		who := person.Identity{Names: named("Abena", "Mensah"), Births: []person.Birth{{Day: born, Precision: person.FullDate}}}
		if err := x.Add(id.Record(5000+n), 0, &who); err != nil {
			t.Fatal(err)
		}
		why, _ := x.Explain(&who, id.Record(5000+n))
		for _, p := range why.Parts {
			if p.Key == "birth" && (p.Level != "the same" || p.Bits < 8 || p.Bits > 20) {
				t.Errorf("%+v", p)
			}
		}
	}
}
