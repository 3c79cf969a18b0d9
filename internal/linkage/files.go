package linkage

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"throughline/internal/fault"
)

// Row is one line of persons.csv (file, record, person) or truth.csv (file, record, truth): whose record it is. Record is the
// layout's key, else the 1-based data row; File is a base name.
type Row struct{ File, Record, Person string }

// LinkRow is one line of links.csv.
type LinkRow struct {
	FileA, RecordA, FileB, RecordB string
	WeightBits, Probability        float64
}

var (
	personsHeader = []string{"file", "record", "person"}
	truthHeader   = []string{"file", "record", "truth"}
	linksHeader   = []string{"file_a", "record_a", "file_b", "record_b", "weight_bits", "probability"} // then bitsHeader, where evidence is asked for
)

// appendValue adds a value, as encoding/csv writes it, and a comma.
func appendValue[S string | []byte](line []byte, value S) []byte {
	quoted := len(value) > 0 && (value[0] <= ' ' || value[0] >= 0x80 || value[0] == '\\') && mustQuote(string(value))
	for i := 0; i < len(value) && !quoted; i++ {
		c := value[i]
		quoted = c == ',' || c == '"' || c == '\n' || c == '\r'
	}
	if !quoted {
		return append(append(line, value...), ',')
	}
	line = append(line, '"')
	for i := 0; i < len(value); i++ {
		if value[i] == '"' {
			line = append(line, '"')
		}
		line = append(line, value[i])
	}
	return append(line, '"', ',')
}

// mustQuote says whether the beginning of a value asks for quotes: white space would be taken off, and \. alone ends a file for some databases.
func mustQuote(value string) bool {
	first, _ := utf8.DecodeRuneInString(value)
	return unicode.IsSpace(first) || value == `\.`
}

// rowsAtOnce is how many rows one goroutine writes before all are put into the file.
const rowsAtOnce = 4096

// writeRows writes a header and so many rows. Add writes row n behind others, with a comma behind its last value; it is called on all processors at
// once, for writing numbers takes longer than the file does to take them.
func writeRows(w io.Writer, header []string, rows int, add func(text []byte, n int) []byte) error {
	var first []byte
	for _, h := range header {
		first = appendValue(first, h)
	}
	first[len(first)-1] = '\n' // in place of the last comma
	if _, err := w.Write(first); err != nil {
		return err
	}
	texts := make([][]byte, runtime.GOMAXPROCS(0))
	for from := 0; from < rows; {
		var all sync.WaitGroup
		for i := range texts {
			first, last := from, min(from+rowsAtOnce, rows)
			all.Go(func() {
				text := texts[i][:0]
				for n := first; n < last; n++ {
					text = add(text, n)
					text[len(text)-1] = '\n'
				}
				texts[i] = text
			})
			from = last
		}
		all.Wait()
		for _, text := range texts {
			if _, err := w.Write(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// WritePersons writes persons.csv. Row gives the person of each of so many records by number, on several goroutines.
func WritePersons(w io.Writer, records int, row func(n int) (file string, record []byte, person uint64)) error {
	return writeRows(w, personsHeader, records, func(text []byte, n int) []byte {
		file, record, person := row(n)
		return append(strconv.AppendUint(appendValue(appendValue(text, file), record), person, 10), ',')
	})
}

// LinkLine is one line of links.csv that is to be written.
type LinkLine struct {
	FileA, FileB     string
	RecordA, RecordB []byte
	Bits             float64
	Evidence         *Evidence // nil where it is not asked for
}

// appendTo adds the columns of linksHeader.
func (l *LinkLine) appendTo(text []byte) []byte {
	text = appendValue(appendValue(appendValue(appendValue(text, l.FileA), l.RecordA), l.FileB), l.RecordB)
	text = append(appendFixed(text, l.Bits), ',')
	return append(appendPlaces(text, Probability(l.Bits), 1e6), ',')
}

// WriteLinks writes links.csv: of each link its weight in bits to four places, the probability of that to six, and where evidence is asked for the
// bits of each part. Line gives each of so many links, on several goroutines.
func WriteLinks(w io.Writer, links int, evidence bool, line func(n int) LinkLine) error {
	header := linksHeader
	if evidence {
		header = slices.Concat(header, bitsHeader())
	}
	return writeRows(w, header, links, func(text []byte, n int) []byte {
		l := line(n)
		text = l.appendTo(text)
		if evidence {
			text = l.Evidence.appendBits(text)
		}
		return text
	})
}

// WriteTruth writes truth.csv.
func WriteTruth(w io.Writer, rows []Row) error {
	return writeRows(w, truthHeader, len(rows), func(text []byte, n int) []byte {
		r := &rows[n]
		return appendValue(appendValue(appendValue(text, r.File), r.Record), r.Person)
	})
}

// ReadPersons reads persons.csv; ReadTruth reads truth.csv. name is what an error calls the file. Another header, a row with an
// empty field or a record named twice is an error with its line.
func ReadPersons(r io.Reader, name string) ([]Row, error) { return readRows(r, name, personsHeader) }

// ReadTruth reads truth.csv as ReadPersons does persons.csv.
func ReadTruth(r io.Reader, name string) ([]Row, error) { return readRows(r, name, truthHeader) }

func readRows(r io.Reader, name string, header []string) ([]Row, error) {
	var rows []Row
	seen := map[[2]string]int{}
	err := readTable(r, name, header, func(line int, v []string) error {
		for i, value := range v {
			if value == "" {
				return badFile(name, line, fmt.Sprintf("its %s is empty", header[i]))
			}
		}
		key := [2]string{v[0], v[1]}
		if before, twice := seen[key]; twice {
			return badFile(name, line, fmt.Sprintf("the record was on line %d already", before))
		}
		seen[key] = line
		rows = append(rows, Row{v[0], v[1], v[2]})
		return nil
	})
	return rows, err
}

// ReadLinks reads links.csv; of columns behind those of a LinkRow nothing is read.
func ReadLinks(r io.Reader, name string) ([]LinkRow, error) {
	var rows []LinkRow
	err := readColumns(r, name, linksHeader, true, func(line int, v []string) error {
		bits, err := strconv.ParseFloat(v[4], 64)
		if err != nil {
			return badFile(name, line, "its weight_bits is not a number")
		}
		p, err := strconv.ParseFloat(v[5], 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return badFile(name, line, "its probability is not between 0 and 1")
		}
		rows = append(rows, LinkRow{v[0], v[1], v[2], v[3], bits, p})
		return nil
	})
	return rows, err
}

func readTable(r io.Reader, name string, header []string, row func(line int, values []string) error) error {
	return readColumns(r, name, header, false, row)
}

// readColumns reads a table of the columns of a header, and with more of any that follow.
func readColumns(r io.Reader, name string, header []string, more bool, row func(line int, values []string) error) error {
	in := csv.NewReader(r)
	if !more {
		in.FieldsPerRecord = len(header) // otherwise as many as the first line has
	}
	in.ReuseRecord = true
	for first := true; ; first = false {
		v, err := in.Read()
		switch {
		case errors.Is(err, io.EOF) && first:
			return badFile(name, 1, "the file is empty")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			var at *csv.ParseError
			line := 1
			if errors.As(err, &at) {
				line = at.Line
			}
			return badFile(name, line, fmt.Sprintf("it is not %d columns of CSV: %s", len(header), strings.Join(header, ","))).Because(err)
		}
		line, _ := in.FieldPos(0)
		if first {
			v[0] = strings.TrimPrefix(v[0], "\ufeff")
			if len(v) < len(header) || !slices.Equal(v[:len(header)], header) {
				return badFile(name, 1, "the header is not "+strings.Join(header, ","))
			}
			continue
		}
		if err := row(line, v); err != nil {
			return err
		}
	}
}

func badFile(name string, line int, what string) *fault.Error {
	return fault.New(fault.Invalid, "bad-file", fmt.Sprintf("%s, line %d: %s.", name, line, what), "Correct the file and run the command again.")
}

// Coverage says how two files of rows cover each other.
type Coverage struct {
	Missing    int `json:"missing"`    // records of the truth that were not linked at all; each counts as a person of its own
	Unlabelled int `json:"unlabelled"` // records linked of which the truth says nothing; they are left out
}

// EvaluateRows compares persons.csv with truth.csv record by record.
func EvaluateRows(persons, truth []Row) (Agreement, Coverage) {
	of := make(map[[2]string]string, len(persons))
	for _, r := range persons {
		of[[2]string{r.File, r.Record}] = r.Person
	}
	cover := Coverage{Unlabelled: len(persons)}
	type label struct {
		person string
		alone  int // told apart where there is no person
	}
	found, right := make([]label, len(truth)), make([]string, len(truth))
	for i, r := range truth {
		right[i] = r.Person
		if p, ok := of[[2]string{r.File, r.Record}]; ok {
			found[i].person = p
			cover.Unlabelled--
		} else {
			found[i].alone = i + 1
			cover.Missing++
		}
	}
	return Evaluate(found, right), cover
}
