package app

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/linkage/encode"
)

// encodedUnder encodes a file under keys, and gives what leaves and the lookup, a row each.
func encodedUnder(t *testing.T, f LinkFile, names bool, keys ...*encode.Key) (leaves string, lookup []string) {
	t.Helper()
	var out, own bytes.Buffer
	waiting := t.TempDir()
	asked := EncodeAsked{Path: f.Path, Layout: f.Layout, AsOf: day.Must(2026, 3, 31), Keys: keys, Mode: encode.StrictMode, WithNames: names, Out: &out,
		Folder: waiting, Lookup: &own, Progress: func(string, int64, int64) {}}
	if _, err := EncodeFile(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(waiting); err != nil || len(left) > 0 {
		t.Errorf("a file of rows was left behind: %v, %v", left, err)
	}
	return out.String(), strings.Split(strings.TrimSpace(own.String()), "\n")[1:]
}

func newKey(t *testing.T, name string, forNames bool) *encode.Key {
	t.Helper()
	k, err := encode.NewKey(name, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.WithNames = forNames
	return k
}

// manyPeople is a file of people who have nothing in common.
func manyPeople(t *testing.T, dir string, n int) LinkFile {
	var text strings.Builder
	text.WriteString("ref,forename,surname,born,day\n")
	for i := range n {
		fmt.Fprintf(&text, "A-%02d,Zebe%cdee,Quill%cfeather,19%02d-07-%02d,2026-01-05\n", i, 'a'+i%26, 'a'+i*7%26, 20+i, 1+i%28)
	}
	return linkFile(t, dir, "people.csv", visitsLayout, text.String())
}

// records are the records of an encoded file in the order of its rows, by their names there.
func recordsIn(leaves string) (names []string) {
	lines := strings.Split(strings.TrimSpace(leaves), "\n")
	for _, line := range lines[2 : len(lines)-1] { // between the header and the last line
		name, _, _ := strings.Cut(line, ",")
		names = append(names, name)
	}
	return names
}

// TestRowsLeaveInNoOrderOfTheirs holds that what leaves is in the order of keyed names, so that two encodings of one file under two keys do not
// stand row beside row, with names beside tokens or without; the lookup keeps the file's own order.
func TestRowsLeaveInNoOrderOfTheirs(t *testing.T) {
	t.Parallel()
	const people = 40
	f := manyPeople(t, t.TempDir(), people)
	var orders [][]string // the agency's numbers in the order in which they leave
	for _, forNames := range []bool{false, false, true} {
		k := newKey(t, "a", forNames)
		leaves, lookup := encodedUnder(t, f, false, k)
		names := recordsIn(leaves)
		if len(names) != people || !slices.IsSorted(names) {
			t.Errorf("%d records leave, sorted %t; want %d in the order of their names", len(names), slices.IsSorted(names), people)
		}
		own := map[string]string{}
		for i, line := range lookup {
			name, number, _ := strings.Cut(line, ",")
			if own[name] = number; number != fmt.Sprintf("A-%02d", i) {
				t.Errorf("row %d of the lookup is %s", i, line)
			}
		}
		var order []string
		for _, name := range names {
			order = append(order, own[name])
		}
		orders = append(orders, order)
		if !forNames {
			continue
		}
		leaves, _ = encodedUnder(t, f, true, k)
		if diff := cmp.Diff(order, recordsIn(leaves)); diff != "" {
			t.Errorf("with names beside tokens the rows stand in another order (-want +got):\n%s", diff)
		}
	}
	for i := range orders {
		same := 0
		for n := range people {
			if orders[i][n] == orders[(i+1)%len(orders)][n] {
				same++
			}
		}
		if same > people/4 || slices.IsSorted(orders[i]) {
			t.Errorf("under two keys %d of %d records stand in one place, or one order is the file's: %v", same, people, orders)
		}
	}
	leaves, _ := encodedUnder(t, f, false, newKey(t, "a", false), newKey(t, "b", false))
	if names := recordsIn(leaves); len(names) != 2*people || !slices.IsSorted(names) {
		t.Errorf("under two keys %d rows leave, sorted %t", len(names), slices.IsSorted(names))
	}
}

// TestEveryRecordSaysItsOwn holds that of each record of files with names it is said what that record says.
func TestEveryRecordSaysItsOwn(t *testing.T) {
	t.Parallel()
	dir, k := t.TempDir(), newKey(t, "a", true)
	asked := LinkFilesAsked{AsOf: day.Must(2026, 3, 31), Progress: func(string, int64, int64) {}}
	for _, name := range []string{"one.csv", "two.csv"} {
		leaves, _ := encodedUnder(t, manyPeople(t, dir, 5), true, k)
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(leaves), 0o600); err != nil {
			t.Fatal(err)
		}
		asked.Files = append(asked.Files, LinkFile{Path: path})
	}
	found, err := LinkFiles(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint32(10) {
		_, number := found.record(n)
		says, known := found.Says(n)
		var i int
		if _, err := fmt.Sscanf(string(number), "A-%02d", &i); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("Forename Zebe%cdee; Surname Quill%cfeather; Date of birth %d July 19%02d; Sex not known", 'a'+i%26, 'a'+i*7%26, 1+i%28, 20+i); !known || says != want {
			t.Errorf("record %s says %q, %t; want %q", number, says, known, want)
		}
	}
}
