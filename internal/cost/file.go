package cost

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"throughline/internal/day"
	"throughline/internal/fault"
)

// table is a reference file while it is read: what it says of itself, and its rows. Problems are kept until all are found.
type table struct {
	name     string
	about    map[string]string
	rows     []row
	problems []fault.Note
}

type row struct {
	t      *table
	line   int
	values map[string]string
}

func itoa(n int) string { return strconv.Itoa(n) }

// readTable reads the "# key: value" lines, of which all of about must be there, then rows under exactly these columns.
func readTable(name, text string, about, columns []string) (*table, error) {
	t := &table{name: name, about: map[string]string{}}
	lines := 0
	for strings.HasPrefix(text, "#") {
		line, rest, _ := strings.Cut(text, "\n")
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		text, lines = rest, lines+1
		if key = strings.TrimSpace(key); !slices.Contains(about, key) {
			t.bad(lines, key, "The lines above the header do not have a "+strconv.Quote(key)+".", "Use "+strings.Join(about, ", ")+".")
		}
		t.about[key] = strings.TrimSpace(value)
	}
	for _, key := range about {
		if t.about[key] == "" {
			t.bad(1, key, "A line \"# "+key+":\" is missing above the header.", "Add it.")
		}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = len(columns)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := lines + 1
			if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
				line = lines + pe.Line
			}
			t.bad(line, "", "This row cannot be read: "+err.Error()+".", "Correct the row.")
			break
		}
		line, _ := r.FieldPos(0)
		if t.rows == nil {
			t.rows = []row{}
			if !slices.Equal(record, columns) {
				t.bad(lines+line, "", "The columns are not the expected ones.", "Use "+strings.Join(columns, ",")+".")
				break
			}
			continue
		}
		values := make(map[string]string, len(columns))
		for i, c := range columns {
			values[c] = strings.TrimSpace(record[i])
		}
		t.rows = append(t.rows, row{t, lines + line, values})
	}
	if len(t.rows) == 0 {
		t.bad(lines+1, "", "The file has no rows.", "Add them.")
	}
	return t, t.fault("reference-file", "The file cannot be used.")
}

func (t *table) bad(line int, field, message, remedy string) {
	at := t.name + ":" + itoa(max(line, 1))
	if field != "" {
		at += " " + field
	}
	t.problems = append(t.problems, fault.Note{Field: at, Message: message, Remedy: remedy})
}

// fault gives everything wrong so far as one error, or nil.
func (t *table) fault(code, message string) error {
	if len(t.problems) == 0 {
		return nil
	}
	f := fault.New(fault.Invalid, code, message, "Correct the lines named, and try again.")
	f.Notes = t.problems
	return f
}

func (r row) bad(field, message, remedy string) { r.t.bad(r.line, field, message, remedy) }

func (r row) get(column string) string { return r.values[column] }

func (r row) need(column string) string {
	if r.values[column] == "" {
		r.bad(column, "This must be filled in.", "Add it.")
	}
	return r.values[column]
}

func (r row) oneOf(column string, words ...string) {
	if !slices.Contains(words, r.values[column]) {
		r.bad(column, strconv.Quote(r.values[column])+" is not one of the words used here.", "Use "+strings.Join(words, ", ")+".")
	}
}

func (r row) decimal(column string) decimal.Decimal {
	d, err := decimal.Parse(r.values[column])
	if err != nil || strings.ContainsAny(r.values[column], "eE") || d.Scale() > 8 {
		r.bad(column, strconv.Quote(r.values[column])+" is not a number with at most eight decimals.", "Write it like 280.17.")
	}
	return d
}

func (r row) year(column string) day.FinancialYear {
	y, err := day.ParseFinancialYear(r.values[column])
	if err != nil {
		r.bad(column, strconv.Quote(r.values[column])+" is not a financial year.", "Write it like 2024-25.")
	}
	return y
}
