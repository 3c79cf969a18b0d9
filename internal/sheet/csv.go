// Package sheet writes tables as CSV that a spreadsheet can open without running anything in them. Text from agencies and
// people may begin like a formula; it leaves here with an apostrophe before it, and Plain takes the apostrophe off again.
package sheet

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/day"
	"throughline/internal/money"
)

// Cell is one value with its type: text is made harmless, numbers, amounts and days are written as they are.
type Cell struct {
	text  string
	typed bool
}

// Text is a value that people or agencies wrote.
func Text(s string) Cell { return Cell{text: s} }

// Number is a whole number; a minus stays a minus.
func Number(n int64) Cell { return Cell{strconv.FormatInt(n, 10), true} }

// Amount is an amount of money as a bare decimal of pounds: -12.50.
func Amount(p money.Pence) Cell { return Cell{p.Plain(), true} }

// Thousandths is a quantity counted in thousandths, as a decimal without needless zeros: 1.5.
func Thousandths(n int64) Cell {
	sign, u := "", uint64(n)
	if n < 0 {
		sign, u = "-", -uint64(n)
	}
	s := strconv.FormatUint(u/1000, 10)
	if rest := u % 1000; rest > 0 {
		s += "." + strings.TrimRight(strconv.FormatUint(1000+rest, 10)[1:], "0")
	}
	return Cell{sign + s, true}
}

// Day is a day as 2026-03-31; no day is an empty cell.
func Day(d day.Day) Cell { return Cell{d.String(), true} }

// Writer writes rows of CSV (RFC 4180) in UTF-8 with lines that end in CRLF. Call Flush at the end.
type Writer struct {
	w   *bufio.Writer
	err error
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriter(w)} }

// Write writes one row. The first error stays and is given by Flush.
func (w *Writer) Write(cells ...Cell) {
	for i, c := range cells {
		if i > 0 {
			w.put(",")
		}
		s := c.text
		if !c.typed {
			s = Neutral(s)
		}
		// A row of one empty value would be an empty line, which readers pass over.
		if strings.ContainsAny(s, ",;\t\"'\r\n") || s != strings.TrimSpace(s) || s == "" && len(cells) == 1 {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		w.put(s)
	}
	w.put("\r\n")
}

// WriteText writes one row of text.
func (w *Writer) WriteText(values ...string) {
	cells := make([]Cell, len(values))
	for i, v := range values {
		cells[i] = Text(v)
	}
	w.Write(cells...)
}

func (w *Writer) put(s string) {
	if w.err == nil {
		_, w.err = w.w.WriteString(s)
	}
}

// Flush writes what is held and gives the first error.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// Neutral gives text in which no spreadsheet finds a formula: an apostrophe stands before = + - @, their full-width and small
// forms and the minus sign wherever a value may begin (at the start, and after a delimiter or line break at which another program
// may part it), also when spaces, quotes or signs that cannot be seen come first. A text that begins with a tab, a line break
// or a NUL gets one too (OWASP, CSV injection; ASVS 1.2.10).
func Neutral(s string) string {
	if strings.IndexFunc(s, isSuspect) < 0 {
		return s
	}
	var b strings.Builder
	begins := true
	for i, r := range s {
		if begins && runs(s[i:], i == 0) {
			b.WriteByte('\'')
		}
		b.WriteString(s[i : i+runeLen(s[i:], r)])
		begins = isDelimiter(r)
	}
	return b.String()
}

// Plain takes off the apostrophes that Neutral put in, and nothing else: Plain(Neutral(s)) is s.
func Plain(s string) string {
	if !strings.Contains(s, "'") {
		return s
	}
	var b strings.Builder
	begins := true
	for i, r := range s {
		if begins && r == '\'' && runs(s[i+1:], i == 0) {
			begins = false
			continue
		}
		b.WriteString(s[i : i+runeLen(s[i:], r)])
		begins = isDelimiter(r)
	}
	return b.String()
}

// runs says whether a spreadsheet may take a value for a formula; first is for the beginning of the whole text.
func runs(s string, first bool) bool {
	if first {
		if t := strings.TrimLeft(s, "'"); t != "" && strings.IndexByte("\t\r\n\x00", t[0]) >= 0 {
			return true
		}
	}
	for _, r := range s {
		switch {
		case isFormula(r):
			return true
		case isDelimiter(r):
			return false
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '"', r == '\'':
		default:
			return false
		}
	}
	return false
}

func isFormula(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹢', '﹣', '﹦', '﹫':
		return true
	}
	return false
}

func isDelimiter(r rune) bool {
	switch r {
	case ',', ';', '|', '\t', '\r', '\n':
		return true
	}
	return false
}

// isSuspect is a quick way past texts that hold nothing of the kind.
func isSuspect(r rune) bool { return isFormula(r) || r == '\t' || r == '\r' || r == '\n' || r == 0 }

// runeLen is how many bytes the rune at the start of s takes; a byte that is no UTF-8 takes one.
func runeLen(s string, r rune) int {
	if r == utf8.RuneError {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	return utf8.RuneLen(r)
}
