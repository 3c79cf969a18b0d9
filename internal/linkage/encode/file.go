package encode

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
)

// Mode says how much of a record is encoded.
type Mode string

const (
	FullMode   Mode = "full"   // every field by itself, at all its granularities
	StrictMode Mode = "strict" // two or more fields together in every token
)

// columnNames are the columns of a file after the record and the key.
var columnNames = map[Mode][]string{
	FullMode: {"forename", "middle", "surname", "birth", "sex", "postcode", "address", "place", "phone", "email", "nhs_number", "nino",
		"other_number"},
	StrictMode: {"composite", "nhs_number", "nino", "other_number"},
}

// fileMark begins every encoded file, and namesMark one that has names beside its tokens, so that nobody takes it for another; what follows is
// the version of the format, the mode, and each key's id and name. endMark begins the last line, on which stand how many rows there are and the
// SHA-256 sum of all lines before it. The sum guards against accidents: whoever changes a file can work it out anew.
const fileMark, namesMark, endMark, fileVersion = "throughline-encoding", "throughline-encoding-with-names", "end of throughline-encoding", "4"

// sumlessVersion is that of files whose last line has no sum. Their tokens are the same, so they are read.
const sumlessVersion = "3"

// Header is what an encoded file says of itself.
type Header struct {
	Mode      Mode
	Keys      []KeyName
	WithNames bool // rows have the agency's own number of the record in place of its keyed name, and beside the tokens what it says in words
}

// columns are the columns of such a file: what a row is, then what tokens are of.
func (h Header) columns() (lead, tokens []string) {
	lead = []string{"record", "key"}
	if h.WithNames {
		lead = append(lead, "says")
	}
	return lead, columnNames[h.Mode]
}

// KeyName names a key without its secret.
type KeyName struct{ ID, Name string }

// String names a key as people are told of it.
func (k KeyName) String() string { return k.Name + " (" + k.ID + ")" }

// Writer writes an encoded file: the mark, a header, and a row for each record and key, and the last line. Its errors are Close's.
type Writer struct {
	out       *bufio.Writer
	sum       hash.Hash
	line      *csv.Writer // into text
	text      bytes.Buffer
	withNames bool
	rows      int
	row       []string
}

// NewWriter begins a file.
func NewWriter(w io.Writer, h Header) *Writer {
	out := &Writer{out: bufio.NewWriter(w), sum: sha256.New(), withNames: h.WithNames}
	out.line = csv.NewWriter(&out.text)
	mark := []string{fileMark, fileVersion, string(h.Mode)}
	if h.WithNames {
		mark[0] = namesMark
	}
	for _, k := range h.Keys {
		mark = append(mark, k.ID, k.Name)
	}
	out.Write(0, out.lineOf(mark))
	out.Write(0, out.lineOf(slices.Concat(h.columns())))
	return out
}

// lineOf gives values as a line, until it is called again.
func (w *Writer) lineOf(values []string) []byte {
	w.text.Reset()
	_ = w.line.Write(values) // into memory
	w.line.Flush()
	return w.text.Bytes()
}

// Row gives the row of one record under one key, until it is called again. In a file with names record is the agency's own number, and says
// what the record says in words; in any other record is its RecordName, and says is not written.
func (w *Writer) Row(record, keyID, says string, r Record) []byte {
	w.row = append(w.row[:0], record, keyID)
	if w.withNames {
		w.row = append(w.row, says)
	}
	for _, values := range r {
		w.row = append(w.row, cell(values))
	}
	return w.lineOf(w.row)
}

// Write writes n rows as Row gave them. Their order must tell nothing of the records, which is the caller's to see to.
func (w *Writer) Write(n int, rows []byte) {
	w.rows += n
	w.sum.Write(bytes.ReplaceAll(rows, []byte("\r\n"), []byte("\n"))) // as a value of two lines is read
	_, _ = w.out.Write(rows)                                          // an error stays in the writer until Close
}

// Close ends the file with how many rows it has and the sum of all, so that one cut short or changed is noticed, and gives the first error of all.
// What it was written to is the caller's to close.
func (w *Writer) Close() error {
	_, _ = w.out.Write(w.lineOf([]string{endMark, strconv.Itoa(w.rows), sumOf(w.sum)}))
	return w.out.Flush()
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// cell writes values with a semicolon between them: each is its tokens with a space between them, the sign of its granularity first.
func cell(values []Value) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte(';')
		}
		for j, t := range v {
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteByte(t.Grain)
			b.WriteString(t.Token.String())
		}
	}
	return b.String()
}

// Reader reads an encoded file. A file stands or falls as one: where Err is not nil after Next gave false, no record of it may be kept.
type Reader struct {
	Header
	size   func() int64
	in     *csv.Reader
	sum    hash.Hash
	line   *csv.Writer // into sum, as the lines were written: line ends and quotes may differ since
	name   string
	at     int // line
	rows   int
	summed bool // its last line has a sum
	ended  bool // the last line was read
	record string
	key    string
	says   string
	tokens Record
	seen   map[[2]string]int
	err    error
}

// IsEncoded says whether a file begins as encoded files do, or did before a spreadsheet saved it. start is its first bytes.
func IsEncoded(start []byte) bool {
	text := strings.TrimPrefix(string(start), "\ufeff")
	return strings.HasPrefix(strings.TrimPrefix(text, `"`), fileMark)
}

// MarkLength is how many bytes IsEncoded needs.
const MarkLength = len("\ufeff") + 1 + len(fileMark)

// NewReader reads what a file says of itself. name is what errors call it.
func NewReader(r io.Reader, name string) (*Reader, error) {
	in := csv.NewReader(bufio.NewReader(r))
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	e := &Reader{in: in, sum: sha256.New(), name: name, at: 1, size: in.InputOffset, seen: map[[2]string]int{}}
	e.line = csv.NewWriter(e.sum)
	mark, err := in.Read()
	_ = e.line.Write(mark) // into a sum, which gives no error
	switch {
	case err != nil || mark[0] != fileMark && mark[0] != namesMark:
		return nil, e.bad("it does not begin as an encoded file does, with “" + fileMark + "”")
	case len(mark) < 2 || mark[1] != fileVersion && mark[1] != sumlessVersion:
		return nil, fault.New(fault.Invalid, "encoding-version", name+", line 1: it is of another version of the format than "+sumlessVersion+" and "+fileVersion+".",
			"Encode with the same version of the program as the others, or link with a newer one.")
	case len(mark) < 5 || len(mark)%2 == 0 || columnNames[Mode(mark[2])] == nil:
		return nil, e.bad("it names no mode, or no key")
	}
	e.summed = mark[1] == fileVersion
	e.Mode, e.WithNames = Mode(mark[2]), mark[0] == namesMark
	for i := 3; i < len(mark); i += 2 {
		if mark[i] == "" {
			return nil, e.bad("it has a key without an id")
		}
		e.Keys = append(e.Keys, KeyName{mark[i], mark[i+1]})
	}
	header, err := in.Read()
	e.at = 2
	_ = e.line.Write(header)
	if err != nil || !slices.Equal(header, slices.Concat(e.columns())) {
		return nil, e.bad("the header is not that of an encoded file")
	}
	return e, nil
}

// Next reads the next row.
func (r *Reader) Next() bool {
	if r.err != nil {
		return false
	}
	row, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		if r.at++; !r.ended {
			r.err = r.bad("the last line, which says how many rows there are, is missing, so that more may be")
		}
		return false
	}
	r.at, _ = r.in.FieldPos(0)
	switch {
	case r.ended:
		r.err = r.bad("it stands after the last line")
		return false
	case err == nil && row[0] == endMark && (r.summed && len(row) == 3 || !r.summed && len(row) == 2):
		r.line.Flush()
		switch {
		case row[1] != strconv.Itoa(r.rows):
			r.err = r.bad(fmt.Sprintf("it does not give the number of rows before it, which are %d: rows are missing, or are here that were not written", r.rows))
			return false
		case r.summed && row[2] != sumOf(r.sum):
			r.err = fault.New(fault.Invalid, "changed-encoding", r.name+" was changed after it was encoded: its lines do not have the sum that is on the last one.",
				"Fetch it anew from its agency, or ask for it to be encoded again.")
			return false
		}
		r.ended = true
		return r.Next()
	}
	_ = r.line.Write(row)
	r.rows++
	lead, columns := r.columns()
	if err != nil || len(row) != len(lead)+len(columns) {
		r.err = r.bad(fmt.Sprintf("it has not the %d values of the header", len(lead)+len(columns)))
		return false
	}
	// What is kept is cloned: a row is one string, of some kilobytes.
	r.record, r.key, r.tokens = strings.Clone(row[0]), strings.Clone(row[1]), make(Record, len(columns))
	if r.WithNames {
		r.says = strings.Clone(row[2])
	}
	row = row[len(lead):]
	switch {
	case strings.TrimSpace(r.record) == "":
		r.err = r.bad("record is empty")
		return false
	case !slices.ContainsFunc(r.Keys, func(k KeyName) bool { return k.ID == r.key }):
		r.err = r.bad("key is none that the first line names")
		return false
	}
	if before, twice := r.seen[[2]string{r.record, r.key}]; twice {
		r.err = r.bad(fmt.Sprintf("the record was on line %d already", before))
		return false
	}
	r.seen[[2]string{r.record, r.key}] = r.at
	for i, name := range columns {
		var ok bool
		if r.tokens[i], ok = parseCell(row[i]); !ok {
			r.err = r.bad(name + " is not written as tokens")
			return false
		}
	}
	if r.Mode == FullMode {
		r.alignNames()
	}
	if r.Mode == FullMode && (len(r.tokens[Forename]) != len(r.tokens[Surname]) || len(r.tokens[Middle]) != len(r.tokens[Surname])) {
		r.err = r.bad("forename, middle and surname have not as many values")
		return false
	}
	return true
}

// alignNames gives back to a record's only name the parts that it lacks: an empty cell is no value, or one that is empty.
func (r *Reader) alignNames() {
	for _, column := range []int{Forename, Middle, Surname} {
		if r.tokens[column] == nil && max(len(r.tokens[Forename]), len(r.tokens[Middle]), len(r.tokens[Surname])) == 1 {
			r.tokens[column] = make([]Value, 1)
		}
	}
}

// Row gives the record's name, in a file with names the agency's own number of it, the key it is encoded under and its tokens.
func (r *Reader) Row() (record, keyID string, tokens Record) { return r.record, r.key, r.tokens }

// Says is what the row's record says in words, empty in a file without names.
func (r *Reader) Says() string { return r.says }

// Bytes is how much of the file was read.
func (r *Reader) Bytes() int64 { return r.size() }

// Err is why Next gave false, nil at the end of the file.
func (r *Reader) Err() error { return r.err }

// bad never repeats a value: it may be a name, where the file is not an encoded one at all.
func (r *Reader) bad(what string) error {
	return fault.New(fault.Invalid, "bad-encoding", fmt.Sprintf("%s, line %d: %s.", r.name, r.at, what),
		"Send the file as throughline encode wrote it; do not open and save it in a spreadsheet.")
}

func parseCell(s string) ([]Value, bool) {
	if s == "" {
		return nil, true
	}
	var values []Value
	for text := range strings.SplitSeq(s, ";") {
		var v Value
		for len(text) > 0 {
			if len(text) < 1+tokenLength || len(text) > 1+tokenLength && text[1+tokenLength] != ' ' {
				return nil, false
			}
			token, ok := parseToken(text[1 : 1+tokenLength])
			if !ok || !strings.ContainsRune(grainSigns, rune(text[0])) {
				return nil, false
			}
			v = append(v, Tagged{text[0], token})
			if text = text[1+tokenLength:]; text != "" {
				if text = text[1:]; text == "" {
					return nil, false
				}
			}
		}
		values = append(values, v)
	}
	return values, true
}
