package linkage

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

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
	linksHeader   = []string{"file_a", "record_a", "file_b", "record_b", "weight_bits", "probability"}
)

// WritePersons writes persons.csv.
func WritePersons(w io.Writer, rows []Row) error { return writeRows(w, personsHeader, rows) }

// WriteTruth writes truth.csv.
func WriteTruth(w io.Writer, rows []Row) error { return writeRows(w, truthHeader, rows) }

func writeRows(w io.Writer, header []string, rows []Row) error {
	out := csv.NewWriter(w)
	_ = out.Write(header) // an error stays in the writer until Flush
	for _, r := range rows {
		_ = out.Write([]string{r.File, r.Record, r.Person})
	}
	out.Flush()
	return out.Error()
}

// WriteLinks writes links.csv: bits to four places, probabilities to six.
func WriteLinks(w io.Writer, rows []LinkRow) error {
	out := csv.NewWriter(w)
	_ = out.Write(linksHeader)
	for _, r := range rows {
		_ = out.Write([]string{r.FileA, r.RecordA, r.FileB, r.RecordB,
			strconv.FormatFloat(r.WeightBits, 'f', 4, 64), strconv.FormatFloat(r.Probability, 'f', 6, 64)})
	}
	out.Flush()
	return out.Error()
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

// ReadLinks reads links.csv.
func ReadLinks(r io.Reader, name string) ([]LinkRow, error) {
	var rows []LinkRow
	err := readTable(r, name, linksHeader, func(line int, v []string) error {
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
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(header)
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
			return badFile(name, line, fmt.Sprintf("it is not %d columns of CSV", len(header))).Because(err)
		}
		line, _ := in.FieldPos(0)
		if first {
			v[0] = strings.TrimPrefix(v[0], "\ufeff")
			if !slices.Equal(v, header) {
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
