package intake

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
)

// Fit says how a file's header and a layout agree. Nothing is guessed: a near miss is named and does not fit.
type Fit struct {
	Layout    *Layout
	OK        bool         // every column that the layout needs is there, once
	Line      int          // of the header
	Delimiter string       // comma, semicolon, tab or pipe
	Missing   []string     // the layout's headers that the file lacks
	Unmapped  []string     // the file's headers that the layout does not map; nothing of them is stored
	Problem   *fault.Error // why it does not fit; nil when it does
}

// headerLine is a row read as a header by a layout.
type headerLine struct {
	at       int
	delim    byte
	width    int
	names    []string // as sent, without spaces around
	index    []int    // of each of the layout's columns in the file; -1 where it is missing
	found    int
	missing  []int    // of the layout's columns, those that must be there
	twice    []string // headers that stand twice
	unmapped []string
}

func (h *headerLine) fits() bool { return h.at > 0 && len(h.missing) == 0 && len(h.twice) == 0 }

var delimiters = []struct {
	name string
	sign byte
}{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}}

// readHeader matches one row against a layout's headers.
func readHeader(l *Layout, row [][]byte, line int, delim byte) headerLine {
	h := headerLine{at: line, delim: delim, width: len(row), index: make([]int, len(l.Columns))}
	at := make(map[string]int, len(row))
	for i, value := range row {
		name := strings.TrimSpace(string(value))
		h.names = append(h.names, name)
		folded := foldHeader(name)
		if folded == "" {
			continue
		}
		if _, taken := at[folded]; taken {
			h.twice = append(h.twice, name)
			continue
		}
		at[folded] = i
	}
	mapped := make([]bool, len(row))
	for c := range l.Columns {
		col := &l.Columns[c]
		h.index[c] = -1
		for _, name := range col.Headers() {
			i, ok := at[foldHeader(name)]
			if !ok {
				continue
			}
			if h.index[c] >= 0 && h.index[c] != i { // the header and another spelling of it
				h.twice = append(h.twice, h.names[i])
				continue
			}
			h.index[c], mapped[i] = i, true
		}
		if h.index[c] >= 0 {
			h.found++
		} else if !col.Optional {
			h.missing = append(h.missing, c)
		}
	}
	for i, name := range h.names {
		switch {
		case mapped[i]:
		case name == "":
			h.unmapped = append(h.unmapped, fmt.Sprintf("(column %d has no name)", i+1))
		default:
			h.unmapped = append(h.unmapped, name)
		}
	}
	return h
}

// headerIn finds the layout's header in the beginning of a file. Of text that is no rows at all it says what it is.
func headerIn(l *Layout, beginning []byte, whole bool, encoding string) (headerLine, error) {
	h, err := findHeader(l, beginning, whole, encoding)
	if err != nil {
		if other := noRows(beginning, whole); other != nil {
			return headerLine{}, other
		}
	}
	return h, err
}

// noRows says that a text is blank, a web page or JSON; nil where it may be rows. A file whose header was found is never asked.
func noRows(beginning []byte, whole bool) *fault.Error {
	text := bytes.ToLower(bytes.TrimSpace(beginning[:min(len(beginning), 1<<12)]))
	packed := bytes.Join(bytes.Fields(text), nil)
	begins := func(with ...string) bool {
		return slices.ContainsFunc(with, func(s string) bool { return bytes.HasPrefix(packed, []byte(s)) })
	}
	switch {
	case len(bytes.TrimSpace(beginning)) == 0 && whole:
		return fileFault("empty", 1, "", "There is nothing in it but empty lines.", "Check that the whole file was sent.")
	case begins("<!doctypehtml", "<html", "<head", "<body"):
		return fileFault("not-text", 1, "", "It is a web page (HTML), and not rows of text.",
			"A sign-in page is often saved in place of a file. Fetch the file again, and send it as CSV.")
	case begins("<?xml"):
		return fileFault("not-text", 1, "", "It is XML, and not rows of text.", "Ask for the data as CSV.")
	case begins(`{"`, "{}", "[{", `["`, "[[", "[]"):
		return fileFault("not-text", 1, "", "It is JSON, and not rows of text.", "Ask for the data as CSV.")
	}
	return nil
}

// findHeader looks for the layout's header in the beginning of a file, under each delimiter that it may have.
// It refuses when no row fits, and when more than one delimiter would.
func findHeader(l *Layout, beginning []byte, whole bool, encoding string) (headerLine, error) {
	var fitting, nearest []headerLine
	var failed error
	for _, d := range delimiters {
		if l.Delimiter != "" && l.Delimiter != "detect" && l.Delimiter != d.name {
			continue
		}
		h, err := findUnder(l, beginning, whole, encoding, d.sign)
		switch {
		case err != nil && (failed == nil || d.sign == ','):
			failed = err
		case err != nil:
		case h.fits():
			fitting = append(fitting, h)
		case h.at > 0:
			nearest = append(nearest, h)
		}
	}
	if len(fitting) > 0 {
		// A layout of one column fits under every delimiter; only those that part the row can be meant.
		parting := slices.DeleteFunc(slices.Clone(fitting), func(h headerLine) bool { return h.width == 1 })
		if len(parting) == 1 {
			return parting[0], nil
		}
		if len(parting) == 0 {
			return fitting[0], nil
		}
		return headerLine{}, fileFault("delimiter", fitting[0].at, "", "The header fits under more than one delimiter.",
			"Declare the delimiter in the layout: comma, semicolon, tab or pipe.")
	}
	best := headerLine{}
	for _, h := range nearest {
		if best.at == 0 || h.found > best.found || h.found == best.found && h.width > best.width {
			best = h
		}
	}
	if best.found == 0 && failed != nil {
		return best, failed
	}
	return best, best.refuse(l, l.elsewhere(beginning, whole, encoding))
}

// elsewhere finds on which line the header stands when it is not where the layout says; 0 when it is nowhere.
func (l *Layout) elsewhere(beginning []byte, whole bool, encoding string) int {
	if l.Header == "" || l.Header == "find" {
		return 0
	}
	searching := *l
	searching.Header = "find"
	if h, err := findHeader(&searching, beginning, whole, encoding); err == nil {
		return h.at
	}
	return 0
}

// findUnder looks for the header under one delimiter: on its line, or in the first rows. When none fits it gives the nearest.
func findUnder(l *Layout, beginning []byte, whole bool, encoding string, delim byte) (headerLine, error) {
	s := &scanner{r: bytes.NewReader(nil), encoding: encoding, buf: bytes.Clone(beginning), end: len(beginning), line: 1,
		eof: whole}
	s.setDelim(delim)
	wanted, _ := strconv.Atoi(l.Header)
	var best headerLine
	for n := 0; n < headerWithin && s.next(); n++ {
		if wanted > 0 && s.at != wanted {
			if s.at > wanted {
				break
			}
			continue
		}
		h := readHeader(l, s.fields, s.at, delim)
		if h.fits() || wanted > 0 {
			return h, nil
		}
		if h.found > best.found || best.at == 0 {
			best = h
		}
	}
	if best.at == 0 {
		return best, s.err
	}
	return best, nil
}

// refuse says why a header does not fit, with a note for each column.
func (h *headerLine) refuse(l *Layout, elsewhere int) *fault.Error {
	if h.at == 0 {
		return fileFault("header", 1, "", "There is no header.",
			"Check that the file is an extract, and the header's line in the layout.")
	}
	if h.found == 0 {
		if elsewhere > 0 {
			return fileFault("header", h.at, "",
				fmt.Sprintf("This line is not the header that the layout expects; it stands on line %d.", elsewhere),
				fmt.Sprintf("Leave out what stands above it, or have the partnership’s analyst write “header: %d” or “header: find” in the layout.", elsewhere))
		}
		return fileFault("header", h.at, "", "None of the layout's columns is in the header.",
			"Check that the file and the layout belong together, the header's line, and the delimiter.")
	}
	at := "line " + strconv.Itoa(h.at)
	e := fault.New(fault.Invalid, "extract-header", "The header of this file is not the one that the layout expects.",
		"If the columns have changed, the partnership’s analyst makes a new version of the layout.")
	for _, c := range h.missing {
		want := l.Columns[c].Header
		remedy := "Put the column into the export, or have the partnership’s analyst write “optional: true” for it in the layout."
		if near := nearestHeader(want, h.unmapped); near != "" {
			remedy = fmt.Sprintf("If %q is the same column, name it %q in the export, or have the partnership’s analyst add it to the layout under “also”.", near, want)
		}
		e = e.With(at+", "+want, fmt.Sprintf("The column %q is missing.", want), remedy)
	}
	for _, name := range h.twice {
		e = e.With(at+", "+name, fmt.Sprintf("The header %q stands more than once, or beside another spelling of it.", name),
			"Export each column once, under one name.")
	}
	return e
}

// nearestHeader gives the header most like the one wanted, or none when nothing is near: a third of the letters may differ.
func nearestHeader(want string, headers []string) string {
	best, least := "", len(want)/3+1
	for _, h := range headers {
		if strings.HasPrefix(h, "(column ") {
			continue
		}
		if d := distance(foldHeader(want), foldHeader(h)); d < least {
			best, least = h, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make b of a. Long texts are not compared.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 100 || len(y) > 100 {
		return 100
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}

// Fits says how each layout agrees with the beginning of a file, in the order given. The reader is read up to 256 KiB.
func Fits(file io.Reader, layouts []*Layout) ([]Fit, error) {
	beginning, err := io.ReadAll(io.LimitReader(file, firstBuffer))
	if err != nil {
		return nil, err
	}
	all := make([]Fit, 0, len(layouts))
	for _, l := range layouts {
		f := Fit{Layout: l}
		h, err := open(l, beginning)
		if err != nil {
			f.Problem = fault.As(err)
		}
		f.OK = err == nil
		if h.at > 0 {
			f.Line, f.Unmapped = h.at, h.unmapped
			for _, c := range h.missing {
				f.Missing = append(f.Missing, l.Columns[c].Header)
			}
			for _, d := range delimiters {
				if d.sign == h.delim {
					f.Delimiter = d.name
				}
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// open finds a layout's header in the beginning of a file as its bytes are.
func open(l *Layout, beginning []byte) (headerLine, error) {
	text, encoding, err := decodeText(bytes.NewReader(beginning), l.Encoding)
	if err != nil {
		return headerLine{}, err
	}
	decoded, err := io.ReadAll(text)
	if err != nil {
		return headerLine{}, err
	}
	return headerIn(l, decoded, len(beginning) < firstBuffer, encoding)
}
