package linkage

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/id"
)

func TestEvaluateByHand(t *testing.T) {
	t.Parallel()
	// Truth: {0 1 2} {3 4} {5}. Found: {0 1} {2 3 4} {5}.
	got := Evaluate([]int{7, 7, 8, 8, 8, 9}, []string{"a", "a", "a", "b", "b", "c"})
	want := Agreement{Records: 6, TruePersons: 3, FoundPersons: 3, TruePairs: 4, FoundPairs: 4, RightPairs: 2, ExactPersons: 1,
		Pairwise: Measure{.5, .5, .5},
		// Precision by record: 1 1 1/3 2/3 2/3 1; recall: 2/3 2/3 1/3 1 1 1.
		BCubed: Measure{7.0 / 9, 7.0 / 9, 7.0 / 9}}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("agreement (-want +got):\n%s", diff)
	}
	if got := Evaluate[int, int](nil, nil); got.Pairwise.F1 != 1 || got.BCubed.F1 != 1 {
		t.Errorf("nothing agrees with nothing: %+v", got)
	}
}

func TestEvaluateIsTheSumOverPairsAndRecords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		found := rapid.SliceOfN(rapid.IntRange(0, 6), n, n).Draw(t, "found")
		truth := rapid.SliceOfN(rapid.IntRange(0, 6), n, n).Draw(t, "truth")
		var want Agreement
		precision, recall := 0.0, 0.0
		for i := range n {
			inFound, inTruth, inBoth := 0.0, 0.0, 0.0
			for j := range n {
				f, r := found[i] == found[j], truth[i] == truth[j]
				if f {
					inFound++
				}
				if r {
					inTruth++
				}
				if f && r {
					inBoth++
				}
				if i < j && f {
					want.FoundPairs++
				}
				if i < j && r {
					want.TruePairs++
				}
				if i < j && f && r {
					want.RightPairs++
				}
			}
			precision += inBoth / inFound
			recall += inBoth / inTruth
		}
		got := Evaluate(found, truth)
		if got.FoundPairs != want.FoundPairs || got.TruePairs != want.TruePairs || got.RightPairs != want.RightPairs {
			t.Fatalf("pairs %d %d %d, want %d %d %d", got.FoundPairs, got.TruePairs, got.RightPairs, want.FoundPairs, want.TruePairs, want.RightPairs)
		}
		bcubed := measure(precision/float64(n), recall/float64(n))
		if diff := cmp.Diff(bcubed, got.BCubed, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Fatalf("B-cubed (-want +got):\n%s", diff)
		}
	})
}

func TestFilesComeBack(t *testing.T) {
	t.Parallel()
	numbers := []uint64{7, 7, 8}
	rows := []Row{{"a.csv", "1", "7"}, {"a, b.csv", "RH-\"1\"", "7"}, {"c.csv", "1", "8"}}
	var b bytes.Buffer
	if err := WritePersons(&b, len(rows), func(n int) (string, []byte, uint64) { return rows[n].File, []byte(rows[n].Record), numbers[n] }); err != nil {
		t.Fatal(err)
	}
	back, err := ReadPersons(&b, "persons.csv")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, back); diff != "" {
		t.Errorf("persons (-want +got):\n%s", diff)
	}
	b.Reset()
	links := []LinkRow{{"a.csv", "1", "c.csv", "1", 12.3456, .999808}}
	var e Evidence
	e.parts[startPart], e.parts[firstField+int(Forename)], e.levels[Forename] = -10.5, 22.84561, forenameSame
	line := LinkLine{"a.csv", "c.csv", []byte("1"), []byte("1"), 12.34561, &e}
	if err := WriteLinks(&b, 1, true, func(int) LinkLine { return line }); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "file_a,record_a,file_b,record_b,weight_bits,probability,start_bits,forename_bits,surname_bits,birth_bits,"+
		"sex_bits,postcode_bits,address_bits,place_bits,phone_bits,email_bits,nhs_number_bits,nino_bits,other_number_bits,names_bits,household_bits\n"+
		"a.csv,1,c.csv,1,12.3456,0.999808,-10.5000,22.8456,,,,,,,,,,,,0.0000,0.0000\n"; got != want {
		t.Errorf("links.csv is %q, want %q", got, want)
	}
	backLinks, err := ReadLinks(&b, "links.csv")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(links, backLinks); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestManyRows writes more rows than all goroutines take at once: they come in their order, and what stops the file is said.
func TestManyRows(t *testing.T) {
	t.Parallel()
	many := 2*rowsAtOnce*runtime.GOMAXPROCS(0) + 7
	row := func(n int) (string, []byte, uint64) {
		return "a.csv", strconv.AppendInt(nil, int64(n), 10), uint64(2 * n)
	}
	var b bytes.Buffer
	if err := WritePersons(&b, many, row); err != nil {
		t.Fatal(err)
	}
	rows, err := ReadPersons(&b, "persons.csv")
	if err != nil || len(rows) != many {
		t.Fatalf("%d rows and %v, want %d", len(rows), err, many)
	}
	for n, r := range rows {
		if want := (Row{"a.csv", strconv.Itoa(n), strconv.Itoa(2 * n)}); r != want {
			t.Fatalf("row %d is %v, want %v", n, r, want)
		}
	}
	file, in := io.Pipe()
	full := errors.New("the disk is full")
	go func() {
		_, _ = io.CopyN(io.Discard, file, 100_000)
		_ = file.CloseWithError(full)
	}()
	if err := WritePersons(in, many, row); !errors.Is(err, full) {
		t.Errorf("a file that cannot be written gives %v", err)
	}
}

// TestValuesAsCSV holds lines to what encoding/csv writes.
func TestValuesAsCSV(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune("ab, \"\n\r\t\\.é\u00a0\u2003")))
		row := []string{value.Draw(t, "a"), value.Draw(t, "b"), value.Draw(t, "c")}
		var want, got bytes.Buffer
		w := csv.NewWriter(&want)
		if err := errors.Join(w.Write(personsHeader), w.Write(row)); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if err := writeRows(&got, personsHeader, 1, func(text []byte, _ int) []byte {
			return appendValue(appendValue(appendValue(text, row[0]), []byte(row[1])), row[2])
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                       "truth.csv, line 1: the file is empty.",
		"file,record,person\n":                   "truth.csv, line 1: the header is not file,record,truth.",
		"file,record,truth\na,1\n":               "truth.csv, line 2: it is not 3 columns of CSV: file,record,truth.",
		"file,record,truth\na,1,x\na,,y\n":       "truth.csv, line 3: its record is empty.",
		"file,record,truth\na,1,x\na,1,y\n":      "truth.csv, line 3: the record was on line 2 already.",
		"file,record,truth\n\"a\nb\",1,x\na,,\n": "truth.csv, line 4: its record is empty.",
	} {
		_, err := ReadTruth(strings.NewReader(text), "truth.csv")
		if err == nil || fault.KindOf(err) != fault.Invalid || fault.As(err).Message != want {
			t.Errorf("%q gives %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"a,1,b,1,x,0.5", "a,1,b,1,1,1.5", "a,1,b,1,1,NaN"} {
		if _, err := ReadLinks(strings.NewReader(strings.Join(linksHeader, ",")+"\n"+text+"\n"), "links.csv"); err == nil {
			t.Errorf("the line %q is read as a link", text)
		}
	}
	if rows, err := ReadPersons(strings.NewReader("\ufefffile,record,person\na,1,x\n"), "persons.csv"); err != nil || len(rows) != 1 {
		t.Errorf("a file with a byte order mark gives %v, %v", rows, err)
	}
}

func TestEvaluateRowsCountsWhatIsMissing(t *testing.T) {
	t.Parallel()
	persons := []Row{{"a", "1", "p"}, {"a", "2", "p"}, {"a", "9", "q"}}
	truth := []Row{{"a", "1", "x"}, {"a", "2", "x"}, {"a", "3", "x"}, {"a", "4", "y"}}
	got, cover := EvaluateRows(persons, truth)
	if diff := cmp.Diff(Coverage{Missing: 2, Unlabelled: 1}, cover); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if got.Pairwise.Precision != 1 || got.RightPairs != 1 || got.TruePairs != 3 || got.FoundPersons != 3 {
		t.Errorf("agreement is %+v", got)
	}
}

func TestPersonsKeepTheirIds(t *testing.T) {
	t.Parallel()
	next := id.Person(100)
	got, events := Keep(
		[]uint32{0, 0, 0, 1, 1, 2, 3, 3, 4}, // persons found
		[]id.Person{7, 7, 8, 8, 0, 8, 9, 5, 0},
		func() id.Person { next++; return next })
	// Person 0 keeps 7 (two records). 8 has one record each in 0, 1 and 2; 0 has 7, so 1 takes it. 2 is new. 3 keeps 5, the
	// lower of two; 9 is forwarded to it. 4 is new.
	if diff := cmp.Diff([]id.Person{7, 7, 7, 8, 8, 101, 5, 5, 102}, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	want := []Event{
		{Kind: Forwarded, Person: 9, To: 5},
		{Kind: Unlinked, Record: 2, Person: 8}, {Kind: Linked, Record: 2, Person: 7},
		{Kind: Linked, Record: 4, Person: 8},
		{Kind: Unlinked, Record: 5, Person: 8}, {Kind: Linked, Record: 5, Person: 101},
		{Kind: Unlinked, Record: 6, Person: 9}, {Kind: Linked, Record: 6, Person: 5},
		{Kind: Linked, Record: 8, Person: 102},
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestIdsOfAnyTwoRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "n")
		found := make([]uint32, n)
		persons := uint32(0)
		for i := range found {
			found[i] = uint32(rapid.IntRange(0, int(persons)).Draw(t, "person"))
			persons = max(persons, found[i]+1)
		}
		before := make([]id.Person, n)
		for i := range before {
			before[i] = id.Person(rapid.IntRange(0, 8).Draw(t, "before"))
		}
		next := id.Person(1000)
		got, events := Keep(found, before, func() id.Person { next++; return next })
		of := map[uint32]id.Person{}
		takenBy := map[id.Person]uint32{}
		for i, p := range found {
			if q, ok := of[p]; ok && q != got[i] {
				t.Fatalf("person %d has two ids, %d and %d", p, q, got[i])
			}
			of[p] = got[i]
			if q, ok := takenBy[got[i]]; ok && q != p {
				t.Fatalf("id %d is of two persons", got[i])
			}
			takenBy[got[i]] = p
		}
		again, none := Keep(found, got, func() id.Person { t.Fatal("a person needs a new id though nothing changed"); return 0 })
		if len(none) > 0 || cmp.Diff(got, again) != "" {
			t.Fatalf("the same run again gives %v with events %v", again, none)
		}
		// The events lead from the membership before to the one after, and every id that is gone is forwarded.
		now := append([]id.Person(nil), before...)
		forwarded := map[id.Person]bool{}
		for _, e := range events {
			switch e.Kind {
			case Forwarded:
				forwarded[e.Person] = true
				if _, alive := takenBy[e.To]; !alive {
					t.Fatalf("%d is forwarded to %d, which nobody has", e.Person, e.To)
				}
			case Unlinked:
				if now[e.Record] != e.Person {
					t.Fatalf("record %d leaves %d and was in %d", e.Record, e.Person, now[e.Record])
				}
				now[e.Record] = 0
			case Linked:
				now[e.Record] = e.Person
			}
		}
		if diff := cmp.Diff(got, now); diff != "" {
			t.Fatalf("events lead elsewhere (-want +got):\n%s", diff)
		}
		for _, b := range before {
			if _, alive := takenBy[b]; b != 0 && alive == forwarded[b] {
				t.Fatalf("id %d: in use %v, forwarded %v", b, alive, forwarded[b])
			}
		}
	})
}
