package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/intake"
	"throughline/internal/linkage"
)

const visitsLayout = `
name: visits
version: 1
agency: lodge
kind: both
columns:
  - {header: ref, field: key}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: born, field: birth, format: yyyy-mm-dd}
  - {header: day, field: from, format: yyyy-mm-dd}
service: VISIT
`

const peopleLayout = `
name: people
version: 1
agency: clinic
kind: people
columns:
  - {header: first, field: forename}
  - {header: last, field: surname}
  - {header: born, field: birth, format: yyyy-mm-dd}
`

func linkFile(t *testing.T, dir, name, layout, text string) LinkFile {
	t.Helper()
	l, err := intake.ParseLayout([]byte(layout))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LinkFile{path, l}
}

// TestRecordsOfFiles holds what a record is: one key in one file, or one row by its number, rejected rows counted.
func TestRecordsOfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	asked := LinkFilesAsked{AsOf: day.Must(2026, 3, 31), Progress: func(string, int64, int64) {}, Files: []LinkFile{
		linkFile(t, dir, "visits.csv", visitsLayout, "ref,forename,surname,born,day\n"+
			"A-7,Zebedee,Quillfeather,1951-07-09,2026-01-05\n"+
			"A-9,Xanthe,Okonedo-Marsh,1988-02-03,2026-01-06\n"+
			"A-7,Zeb,Quillfeather,1951-07-09,2026-01-07\n"+
			",Nobody,Inparticular,1990-01-02,2026-01-08\n"),
		linkFile(t, dir, "people.csv", peopleLayout, "first,last,born\n"+
			"Ada\n"+
			"Zebedee,Quillfeather,1951-07-09\n"+
			"Wilhelmina,Featherstonehaugh,1970-11-30\n"),
	}}
	found, err := LinkFiles(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := found.WritePersons(&out); err != nil {
		t.Fatal(err)
	}
	want := "file,record,person\nvisits.csv,A-7,1\nvisits.csv,A-9,2\npeople.csv,2,1\npeople.csv,3,3\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("persons.csv (-want +got):\n%s", diff)
	}
	out.Reset()
	if err := found.WriteLinks(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := linkage.ReadLinks(&out, "links.csv")
	if err != nil || len(rows) != 1 {
		t.Fatalf("links.csv has %+v, %v", rows, err)
	}
	l := rows[0]
	if l.FileA != "visits.csv" || l.RecordA != "A-7" || l.FileB != "people.csv" || l.RecordB != "2" || l.Probability < .5 {
		t.Errorf("the link is %+v", l)
	}
	for i, f := range found.Files {
		if len(f.Rejected) != 1 || f.Counts.Rejected != 1 || f.Records != 2 {
			t.Errorf("file %d: %+v", i, f)
		}
	}
}

// TestFilesThatCannotBeLinked are refused with the name of the file.
func TestFilesThatCannotBeLinked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, says string }{
		"header": {"first,last\nAda,Example\n", "one.csv"},
		"none":   {"first,last,born\nAda\n", "None of the rows"},
	} {
		t.Run(name, func(t *testing.T) {
			f := linkFile(t, dir, "one.csv", peopleLayout, c.text)
			_, err := LinkFiles(t.Context(), LinkFilesAsked{Files: []LinkFile{f}, AsOf: day.Must(2026, 3, 31), Progress: func(string, int64, int64) {}})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want something of %q", err, c.says)
			}
		})
	}
}
