package intake

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"throughline/internal/fault"
)

// scanner reads rows of delimited text as RFC 4180 has them, strictly: a quote opens a value at its beginning, closes it at its
// end, and is doubled inside; anything else refuses the file with its line, because where the row ends would be a guess.
// Lines end with LF or CRLF. Memory is bounded by maxRow.
type scanner struct {
	r        io.Reader
	encoding string
	delim    byte
	special  [256]bool

	buf        []byte
	start, end int
	eof        bool
	err        error

	names  []string // of the columns, once the header is known
	line   int      // of the next row
	at     int      // of the row in fields
	fields [][]byte
	joined []byte // unquoted copies of values with doubled quotes
	breaks int    // line breaks inside the row's values
}

const firstBuffer = 256 << 10

func newScanner(r io.Reader, encoding string, delim byte) *scanner {
	s := &scanner{r: r, encoding: encoding, buf: make([]byte, firstBuffer), line: 1}
	s.setDelim(delim)
	return s
}

func (s *scanner) setDelim(delim byte) {
	s.delim = delim
	s.special = [256]bool{'\n': true, '\r': true, '"': true}
	s.special[delim] = true
}

// next reads the next row into fields, which are valid until the next call; false at the end or on an error.
func (s *scanner) next() bool {
	for s.err == nil {
		n, done, err := s.parse(s.buf[s.start:s.end])
		switch {
		case err != nil:
			s.err = err
		case done && n == 0:
			return false
		case done && n > maxRow:
			s.err = s.tooLong()
		case done:
			row := s.buf[s.start : s.start+n]
			if s.err = s.check(row); s.err != nil {
				return false
			}
			s.at = s.line
			s.line += s.breaks + 1
			s.start += n
			return true
		default:
			s.err = s.fill()
		}
	}
	return false
}

// fill reads more of the file behind what is held, making room first.
func (s *scanner) fill() error {
	if s.end-s.start > maxRow {
		return s.tooLong()
	}
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.end -= s.start
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.eof = true
			return nil
		}
		if err != nil || n > 0 {
			return err
		}
	}
	return io.ErrNoProgress
}

func (s *scanner) tooLong() error {
	return fileFault("row-too-long", s.line, "", "This row is longer than 4 MiB.",
		"Look for a quote that is never closed, or line ends that are missing.")
}

// parse reads one row from the beginning of b: how many bytes it took, and whether it is complete. A complete row of no bytes
// is the end of the file.
func (s *scanner) parse(b []byte) (n int, done bool, err error) {
	s.fields, s.joined, s.breaks = s.fields[:0], s.joined[:0], 0
	if len(b) == 0 {
		return 0, s.eof, nil
	}
	for i := 0; ; i++ {
		if len(s.fields) == maxColumns {
			return 0, false, fileFault("too-many-columns", s.line, "", fmt.Sprintf("This row has more than %s columns.",
				commas(maxColumns)),
				"Check the delimiter in the layout, and that the file is an extract.")
		}
		var value []byte
		if i < len(b) && b[i] == '"' {
			value, i, err = s.quoted(b, i)
			if err != nil || i < 0 {
				return 0, false, err
			}
		} else {
			from := i
			for i < len(b) && !s.special[b[i]] {
				i++
			}
			value = b[from:i]
			if i < len(b) && b[i] == '"' {
				return 0, false, fileFault("stray-quote", s.line+s.breaks, s.column(),
					"A quote stands inside a value that does not begin with one.",
					"Put the whole value in quotes and double the quote inside it.")
			}
		}
		if len(value) > maxField {
			return 0, false, fileFault("value-too-long", s.line, s.column(), "This value is longer than 1 MiB.",
				"Look for a quote that is never closed, or leave the column out.")
		}
		if i == len(b) && !s.eof {
			return 0, false, nil
		}
		s.fields = append(s.fields, value)
		switch {
		case i == len(b):
			return i, true, nil
		case b[i] == '\n':
			return i + 1, true, nil
		case b[i] == '\r':
			if i+1 == len(b) && !s.eof {
				return 0, false, nil
			}
			if i+1 < len(b) && b[i+1] == '\n' {
				return i + 2, true, nil
			}
			return 0, false, s.bareReturn(b, i)
		}
	}
}

// quoted reads a quoted value that begins at i, and gives the index of the sign after its closing quote; -1 for more to read.
func (s *scanner) quoted(b []byte, i int) ([]byte, int, error) {
	from, doubled := i+1, false
	for i = from; ; i += 2 {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			if !s.eof && len(b)-from <= maxField {
				return nil, -1, nil
			}
			return nil, 0, fileFault("open-quote", s.line+s.breaks, s.column(),
				"A quote opens a value on this line and is never closed.",
				"Close the quote, or double it if it belongs to the value.")
		}
		i += k
		if i+1 == len(b) && !s.eof {
			return nil, -1, nil
		}
		if i+1 == len(b) || b[i+1] != '"' {
			break
		}
		doubled = true
	}
	value := b[from:i]
	if i++; i < len(b) && b[i] != s.delim && b[i] != '\n' && b[i] != '\r' {
		return nil, 0, fileFault("stray-quote", s.line+s.breaks+bytes.Count(value, newline), s.column(),
			"There is text between a closing quote and the next delimiter.",
			"Put the whole value in quotes, and double each quote inside it.")
	}
	s.breaks += bytes.Count(value, newline)
	if doubled {
		at := len(s.joined)
		for rest := value; ; {
			k := bytes.IndexByte(rest, '"')
			if k < 0 {
				s.joined = append(s.joined, rest...)
				break
			}
			s.joined = append(s.joined, rest[:k+1]...)
			rest = rest[k+2:]
		}
		value = s.joined[at:]
	}
	return value, i, nil
}

var newline = []byte{'\n'}

// column names the column being read.
func (s *scanner) column() string { return s.columnAt(len(s.fields)) }

// columnAt names a column by its header, or by its place where there is none.
func (s *scanner) columnAt(i int) string {
	if i < len(s.names) && s.names[i] != "" {
		return s.names[i]
	}
	return fmt.Sprintf("column %d", i+1)
}

// bareReturn says what is wrong with the carriage return at i of a row at the beginning of b.
func (s *scanner) bareReturn(b []byte, i int) *fault.Error {
	rest := b[i:]
	if bytes.IndexByte(b[:min(i+2, len(b))], 0) >= 0 { // a carriage return of UTF-16 seems to stand alone
		return nulFault(s.line + s.breaks)
	}
	if bytes.HasPrefix(rest, []byte("\r\r\n")) {
		return fileFault("line-ends", s.line+s.breaks, "", "The line ends with two carriage returns, where there should be one.",
			"The line ends were changed twice on the way. Ask for the file again, sent as it is and not as text.")
	}
	if s.line == 1 && !bytes.Contains(b, newline) {
		return fileFault("line-ends", 1, "", "The lines of this file end with a carriage return alone, as old Macintosh files do.",
			"Save it with the line ends of Windows or Unix.")
	}
	return fileFault("line-ends", s.line+s.breaks, s.columnAt(len(s.fields)-1),
		"A carriage return stands alone, outside quotes and not at the line's end.",
		"Put the value in quotes, or take the carriage return out.")
}

func nulFault(line int) *fault.Error {
	return fileFault("nul", line, "", "There is a NUL byte, which text never holds.",
		"It looks like UTF-16 without its mark, or a damaged file. Save it as CSV UTF-8 and send that, or ask for the file again.")
}

// check looks for what no row of text holds, and for rows that a stray quote has swallowed.
func (s *scanner) check(row []byte) error {
	if i := bytes.IndexByte(row, 0); i >= 0 {
		line := s.line + bytes.Count(row[:i], newline)
		return nulFault(line)
	}
	if !utf8.Valid(row) {
		i := 0
		for i < len(row) {
			r, size := utf8.DecodeRune(row[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		column := ""
		if c := slices.IndexFunc(s.fields, func(v []byte) bool { return !utf8.Valid(v) }); c >= 0 && len(s.names) > 0 {
			column = s.columnAt(c)
		}
		return notTextFault(s.line+bytes.Count(row[:i], newline), column, s.encoding)
	}
	if s.breaks > 0 && len(s.fields) > 2 {
		return s.swallowed()
	}
	return nil
}

// swallowed refuses a row one of whose values holds what looks like whole rows: a line with as many delimiters as the row has.
// Two quotes that each lost their partner would otherwise hide the rows between them in one value.
func (s *scanner) swallowed() error {
	for i, value := range s.fields {
		for rest := value; ; {
			k := bytes.IndexByte(rest, '\n')
			if k < 0 {
				break
			}
			rest = rest[k+1:]
			end := bytes.IndexByte(rest, '\n')
			if end < 0 {
				break // the last line ends inside its row, and is no whole one
			}
			if bytes.Count(rest[:end], []byte{s.delim}) == len(s.fields)-1 {
				return fileFault("open-quote", s.line, s.columnAt(i),
					"A value that begins on this line holds what looks like whole rows.",
					"A quote was probably opened and not closed. Close it, or double it if it belongs to the value.")
			}
		}
	}
	return nil
}

// blank says whether nothing stands in the row.
func (s *scanner) blank() bool {
	for _, f := range s.fields {
		if len(trim(f)) > 0 {
			return false
		}
	}
	return true
}
