package intake

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/fault"
	"throughline/internal/money"
)

const bothLayout = `
name: sample
version: 1
agency: riverbank
kind: both
delimiter: comma
columns:
  - {header: id, field: key}
  - {header: forename, field: forename}
  - {header: dob, field: birth, format: dd/mm/yyyy}
  - {header: ref, field: contact}
  - {header: code, field: service}
  - {header: start, field: from, format: dd/mm/yyyy}
  - {header: end, field: to, format: dd/mm/yyyy, open: [""]}
  - {header: cost, field: amount}
services:
  - {code: BED, service: hostel-support, unit: night, quantity: nights}
  - {code: VIS, service: street-outreach, unit: contact}
`

func mustLayout(t testing.TB, source string) *Layout {
	t.Helper()
	l, err := ParseLayout([]byte(source))
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return l
}

// planned is a row of a generated file and what must become of it, decided when it was made and not by the code under test.
type planned struct {
	values  []string
	outcome Outcome
	code    string // of the rejection
	aside   int
}

// plan makes the rows of one file: sound ones, each kind of fault, and rows sent twice.
func planFile(rnd *rand.Rand, n int) []planned {
	texts := []string{"Ada", "O'Brien", `Dee "Big" Dee`, "Smith, Jo", "two\nlines", "Zoë", "=1+1", " spaced ", "Ŵyn", "Jo🙂"}
	var rows []planned
	for i := range n {
		row := planned{values: []string{fmt.Sprint("K", rnd.IntN(50)), texts[rnd.IntN(len(texts))], "19/05/1988",
			fmt.Sprint("R", i), "VIS", fmt.Sprintf("%02d/0%d/2025", 1+rnd.IntN(28), 1+rnd.IntN(9)), "", "12.50", "a note"}}
		v := row.values
		switch rnd.IntN(14) {
		case 0:
			v[0], row.outcome, row.code = " ", Rejected, noKey
		case 1:
			v[5], row.outcome, row.code = "", Rejected, noDay
		case 2:
			v[5], row.outcome, row.code = "31/02/2025", Rejected, unreadable
		case 3:
			v[4], row.outcome, row.code = "", Rejected, noService
		case 4:
			row.values, row.outcome, row.code = v[:rnd.IntN(7)+2], Rejected, tooFew
		case 5:
			row.values, row.outcome, row.code = append(v, "more"), Rejected, tooMany
		case 6:
			v[6], row.outcome, row.code = "01/01/2020", Rejected, endBefore
		case 7:
			v[2], row.aside = "01/01/1900", 1
		case 8:
			v[1], v[7], row.aside = "Unknown", "1.2E+04", 2
		case 9:
			v[4] = "NEW-CODE" // kept: the price map shows it
		case 10:
			v[3] = "" // identical rows without a number all count
			rows = append(rows, row)
		case 11:
			if len(rows) > 0 {
				if again := rows[rnd.IntN(len(rows))]; again.outcome == Accepted && again.values[3] != "" {
					again.outcome, again.aside = Repeated, 0
					row = again
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// writeFile writes rows as one of the ways in which an exact reading is certain.
func writeFile(rnd *rand.Rand, rows []planned) []byte {
	ends := []string{"\n", "\r\n"}
	mixed, end := rnd.IntN(3) == 0, ends[rnd.IntN(2)]
	var b bytes.Buffer
	if rnd.IntN(2) == 0 {
		b.WriteString("\uFEFF")
	}
	b.WriteString("id,forename,dob,ref,code,start,end,cost,notes" + end)
	for i, row := range rows {
		for j, v := range row.values {
			if j > 0 {
				b.WriteByte(',')
			}
			if strings.ContainsAny(v, ",\"\n") || rnd.IntN(5) == 0 {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		if mixed {
			end = ends[rnd.IntN(2)]
		}
		if i < len(rows)-1 || rnd.IntN(2) == 0 {
			b.WriteString(end)
		}
		if rnd.IntN(20) == 0 && i < len(rows)-1 {
			b.WriteString(end)
		}
	}
	return b.Bytes()
}

// TestConservation is bar I1: in 10,000 generated files each row becomes what it must, and the counts add up to the file.
func TestConservation(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, bothLayout)
	for seed := range uint64(10_000) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		rows := planFile(rnd, rnd.IntN(30))
		file := writeFile(rnd, rows)
		want, got := Counts{Rows: len(rows)}, Counts{}
		r, err := NewReader(inPieces(rnd, file), l, Options{AsOf: asOf, Totals: Totals{Rows: len(rows)}})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, file)
		}
		for i := 0; r.Next(); i++ {
			row := r.Row()
			if i >= len(rows) {
				t.Fatalf("seed %d: more rows than the file has\n%s", seed, file)
			}
			if row.Outcome != rows[i].outcome || row.Rejection.Code != rows[i].code {
				t.Fatalf("seed %d row %d: %s %+v, want %s %s\n%s", seed, i+1, row.Outcome, row.Rejection, rows[i].outcome, rows[i].code, file)
			}
			if ragged := rows[i].code == tooFew || rows[i].code == tooMany; ragged != (row.Values == nil) {
				t.Fatalf("seed %d row %d: values of a ragged row are kept, or others lost: %q", seed, i+1, row.Values)
			}
			if row.Values != nil {
				for c, v := range row.Values {
					if string(v) != rows[i].values[c] {
						t.Fatalf("seed %d row %d column %d is %q, was sent as %q", seed, i+1, c, v, rows[i].values[c])
					}
				}
			}
			if row.Outcome == Rejected && (row.Rejection.Line != row.Line || row.Rejection.Message == "" || row.Rejection.Remedy == "") {
				t.Fatalf("seed %d: a rejection says too little: %+v", seed, row.Rejection)
			}
			switch row.Outcome {
			case Accepted:
				got.Accepted++
			case Rejected:
				got.Rejected++
			case Repeated:
				got.Repeated++
			}
		}
		if len(rows) == 0 && fault.As(r.Err()).Code == "extract-no-rows" {
			continue
		}
		if r.Err() != nil {
			t.Fatalf("seed %d: %v\n%s", seed, r.Err(), file)
		}
		for _, row := range rows {
			switch row.outcome {
			case Accepted:
				want.Accepted++
			case Rejected:
				want.Rejected++
			case Repeated:
				want.Repeated++
			}
			if row.aside > 0 {
				want.SetAside += row.aside
				want.SetAsideRows++
			}
		}
		counts := r.Counts()
		if got.Accepted+got.Rejected+got.Repeated != len(rows) || counts.Accepted+counts.Rejected+counts.Repeated != counts.Rows {
			t.Fatalf("seed %d: rows do not add up: %+v", seed, counts)
		}
		counts.Blank = 0
		if d := cmp.Diff(want, counts); d != "" {
			t.Fatalf("seed %d (want, got)\n%s\n%s", seed, d, file)
		}
	}
}

// inPieces reads a file in pieces of random length, so that every place in it is once the end of a piece.
func inPieces(rnd *rand.Rand, file []byte) io.Reader {
	return &pieces{rnd, file}
}

type pieces struct {
	rnd  *rand.Rand
	rest []byte
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := min(len(b), len(p.rest), 1+p.rnd.IntN(50))
	copy(b, p.rest[:n])
	p.rest = p.rest[n:]
	return n, nil
}

// TestNoRows refuses a file that was cut off after its header.
func TestNoRows(t *testing.T) {
	t.Parallel()
	_, err := DryRun(bytes.NewReader(contactsFile(0)), areaLayouts(t)["elmfield-contacts"], Options{AsOf: asOf}, 10)
	if f := fault.As(err); err == nil || f.Code != "extract-no-rows" || !strings.Contains(f.Remedy, "cut off") {
		t.Errorf("a file without a row is answered with %v", err)
	}
}

// TestSizes reads files of as many rows as spreadsheets have cut off; LONG=1 adds the million.
func TestSizes(t *testing.T) {
	t.Parallel()
	sizes := []int{1, 65_535, 65_536, 65_537}
	if os.Getenv("LONG") != "" {
		sizes = append(sizes, 1_048_575, 1_048_576, 1_048_577)
	}
	l := areaLayouts(t)["elmfield-contacts"]
	for _, n := range sizes {
		p, err := DryRun(bytes.NewReader(contactsFile(n)), l, Options{AsOf: asOf}, 10)
		if err != nil {
			t.Fatal(err)
		}
		if want := (Counts{Rows: n, Accepted: n}); p.Counts != want {
			t.Errorf("%d rows: %+v", n, p.Counts)
		}
		warned := slices.ContainsFunc(p.Remarks, func(r Remark) bool { return r.Code == "full-sheet" })
		if want := n == 65_535 || n == 1_048_575; warned != want {
			t.Errorf("%d rows and a header: warned of a spreadsheet's limit %v, want %v", n, warned, want)
		}
		if _, err := DryRun(bytes.NewReader(contactsFile(n)), l, Options{AsOf: asOf, Totals: Totals{Rows: n + 1}}, 0); err == nil {
			t.Errorf("%d rows pass for %d", n, n+1)
		}
	}
}

func TestControlTotals(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, bothLayout)
	file := "id,forename,dob,ref,code,start,end,cost,notes\n" +
		"K1,Ada,,R1,VIS,01/02/2025,,\"1,000.50\",\nK1,Ada,,R1,VIS,01/02/2025,,\"1,000.50\",\n,,,R2,VIS,01/02/2025,,-0.50,\n"
	for _, c := range []struct {
		totals Totals
		want   string
	}{
		{Totals{}, ""},
		{Totals{Rows: 3, Amount: 200050, HasAmount: true}, ""},
		{Totals{Rows: 2}, "The file was read, and its total is not the one given with it: it has 3 rows, 1 more than the 2 given."},
		{Totals{Amount: 200051, HasAmount: true}, "The file was read, and its total is not the one given with it: its amounts come to £2,000.50, £0.01 less than the £2,000.51 given."},
		{Totals{HasAmount: true}, "The file was read, and its total is not the one given with it: its amounts come to £2,000.50, £2,000.50 more than the £0.00 given."},
	} {
		_, err := DryRun(strings.NewReader(file), l, Options{AsOf: asOf, Totals: c.totals}, 0)
		got := ""
		if err != nil {
			got = fault.As(err).Message
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.totals, got, c.want)
		}
	}
	_, err := DryRun(strings.NewReader(strings.Replace(file, "-0.50", "1E+03", 1)), l,
		Options{AsOf: asOf, Totals: Totals{Amount: money.Pence(200100), HasAmount: true}}, 0)
	if err == nil {
		t.Error("amounts that cannot be added up pass for a total")
	}
}
