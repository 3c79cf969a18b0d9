package intake

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/internal/fault"
	"throughline/internal/person"
)

const portionColumns = `
name: p
version: 1
agency: p
kind: people
columns:
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: dob, field: birth, format: dd/mm/yyyy}
  - {header: town, field: place, optional: true}
  - {header: alias, field: alias-name, form: "surname, forename", separator: ";", optional: true}
  - {header: postcode, field: postcode, optional: true}
`

// readRowOf is what a row came to, kept beyond it.
type readRowOf struct {
	Outcome Outcome
	Revises int
	Key     string
	Who     string
}

type readFile struct {
	Rows     []readRowOf
	Rejected []RejectedRow
	Counts   Counts
	Bytes    int64
	Err      *fault.Error
}

func whoOf(who *person.Identity) string { return fmt.Sprintf("%q", fmt.Sprint(*who)) }

func readAlone(file []byte, l *Layout) (f readFile) {
	r, err := NewReader(bytes.NewReader(file), l, Options{AsOf: asOf})
	if err != nil {
		return readFile{Err: fault.As(err)}
	}
	for r.Next() {
		if row := r.Row(); row.Outcome == Rejected {
			f.Rejected = append(f.Rejected, row.AsRejected())
		} else {
			f.Rows = append(f.Rows, readRowOf{row.Outcome, row.Revises, string(row.Key), whoOf(&row.Person.Identity)})
		}
	}
	return f.end(r, nil)
}

func readTogether(ctx context.Context, file []byte, l *Layout, stretch, workers int) (f readFile) {
	r, err := NewReader(bytes.NewReader(file), l, Options{AsOf: asOf})
	if err != nil {
		return readFile{Err: fault.As(err)}
	}
	r.stretch = stretch
	err = EachPortion(ctx, r, workers, 1<<20, func(_ int, rows iter.Seq[*Row]) (made []string) {
		for row := range rows {
			made = append(made, whoOf(&row.Person.Identity))
		}
		return made
	}, func(p *Portion[[]string]) error {
		for i := range p.Rows {
			row := &p.Rows[i]
			f.Rows = append(f.Rows, readRowOf{row.Outcome, row.Revises, string(p.Key(row)), p.Made[i]})
		}
		f.Rejected = append(f.Rejected, p.Rejected...)
		return nil
	})
	return f.end(r, err)
}

// end notes how the reading ended. Of a file that is refused nothing else counts.
func (f readFile) end(r *Reader, err error) readFile {
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return readFile{Err: fault.As(err)}
	}
	f.Counts, f.Bytes = r.Counts(), r.Bytes()
	return f
}

// TestPortionsAreTheFile reads files of every sort, sound and damaged, in portions as small as a row and row by row: the same rows
// come in the same order, and what is refused is refused for the same reason on the same line.
func TestPortionsAreTheFile(t *testing.T) {
	t.Parallel()
	keyed := strings.Replace(portionColumns, "columns:\n", "columns:\n  - {header: id, field: key}\n", 1)
	layouts := []*Layout{mustLayout(t, keyed), mustLayout(t, "encoding: utf-8"+keyed), mustLayout(t, portionColumns), mustLayout(t, "encoding: windows-1252"+keyed),
		mustLayout(t, keyed+"stop: [begins total]\n"), mustLayout(t, strings.NewReplacer("kind: people", "kind: both",
			"field: birth", "field: birth + from").Replace(keyed)+"service: VISIT\n")}
	refused := map[string]int{}
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		l := layouts[rnd.IntN(len(layouts))]
		file := peopleFile(rnd)
		want := readAlone(file, l)
		got := readTogether(t.Context(), file, l, 1+rnd.IntN(400), 1+rnd.IntN(3))
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(fault.Error{})); diff != "" {
			t.Fatalf("seed %d: row by row and in portions (-want +got):\n%s\n%s", seed, diff, file)
		}
		if want.Err != nil {
			refused[want.Err.Code]++
		}
	}
	for _, code := range []string{"extract-stray-quote", "extract-open-quote", "extract-line-ends", "extract-nul", "extract-encoding"} {
		if refused[code] == 0 {
			t.Errorf("no file was refused as %s, so nothing is known of it: %v", code, refused)
		}
	}
}

// peopleFile writes a file of people; half of them are then damaged in one place.
func peopleFile(rnd *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("id,forename,surname,dob,town,alias,postcode\n")
	words := []string{"Ada", "O'Brien", `Dee "Big" Dee`, "Smith, Jo", "two\nlines", "Mr Alan", "Unknown", "", " spaced ", "J.R."}
	word := func() string {
		w := words[rnd.IntN(len(words))]
		if strings.ContainsAny(w, ",\"\n") || rnd.IntN(5) == 0 {
			w = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
		}
		return w
	}
	for range rnd.IntN(40) {
		switch rnd.IntN(16) {
		case 0:
			b.WriteString("\r\n")
		case 1:
			b.WriteString("Total,,\n")
		default:
			fmt.Fprintf(&b, "K%d,%s,%s,%02d/0%d/1980,%s,%s,SE5 8A%c%s", rnd.IntN(30), word(), word(), rnd.IntN(33), rnd.IntN(9), word(), word(),
				'A'+rnd.IntN(26), []string{"\n", "\r\n"}[rnd.IntN(2)])
		}
	}
	file := b.Bytes()
	if rnd.IntN(2) == 0 {
		damage := []byte{'"', '\r', 0, 0xFF, '\n', ','}
		file[rnd.IntN(len(file))] = damage[rnd.IntN(len(damage))]
	}
	return file
}

// TestLongRowsInPortions reads rows that are longer than what is cut off at once, up to and beyond what a value and a row may be.
func TestLongRowsInPortions(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, portionColumns)
	for name, c := range map[string]struct {
		value string
		code  string
	}{
		"quoted, of many lines": {`"` + strings.Repeat("a\n", 300<<10) + `"`, ""},
		"a whole value":         {strings.Repeat("a", maxField), ""},
		"too long a value":      {strings.Repeat("a", maxField+1), "extract-value-too-long"},
		"too long and quoted":   {`"` + strings.Repeat("a", maxField+1) + `"`, "extract-value-too-long"},
		"never closed":          {`"` + strings.Repeat("a", 2*maxField), "extract-open-quote"},
		"too long a row":        {strings.Repeat(strings.Repeat("a", maxField)+",", 5), "extract-row-too-long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := []byte("forename,surname,dob\nAda,Bell,01/02/1980\nBo," + c.value + ",01/02/1980\nCy,Dell,01/02/1980\n")
			want, got := readAlone(file, l), readTogether(t.Context(), file, l, stretchSize, 2)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(fault.Error{})); diff != "" {
				t.Errorf("row by row and in portions (-want +got):\n%.2000s", diff)
			}
			if want.Err == nil && c.code != "" || want.Err != nil && want.Err.Code != c.code {
				t.Errorf("refused for %+v, want %q", want.Err, c.code)
			}
		})
	}
}

// TestPortionsEnd: the reading stops with its context and with an error of whoever takes.
func TestPortionsEnd(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, portionColumns)
	file := []byte("forename,surname,dob\n" + strings.Repeat("Ada,Bell,01/02/1980\n", 40_000))
	for _, workers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		full := errorText("full")
		for name, stop := range map[string]func() error{"cancelled": func() error { cancel(); return nil }, "full": func() error { return full }} {
			r, err := NewReader(bytes.NewReader(file), l, Options{AsOf: asOf})
			if err != nil {
				t.Fatal(err)
			}
			r.stretch = 1000
			portions := 0
			err = EachPortion(ctx, r, workers, 0, func(int, iter.Seq[*Row]) int { return 0 }, func(*Portion[int]) error { portions++; return stop() })
			if name == "full" && ctx.Err() == nil && err != error(full) || err == nil || portions > 1 {
				t.Errorf("%s: %v after %d portions", name, err, portions)
			}
		}
	}
}

type errorText string

func (e errorText) Error() string { return string(e) }
