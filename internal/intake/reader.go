package intake

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// Options are what is known of a file beside its layout.
type Options struct {
	AsOf   day.Day // the as-of day declared at upload; needed
	Totals Totals
	Size   int64 // of the file in bytes, so that EachPortion makes room for its rows at once; 0 when not known
}

// Totals are the sender's control totals. Where one is given and the file differs, the file is refused.
type Totals struct {
	Rows      int // data rows; 0 when not given
	Amount    money.Pence
	HasAmount bool // Amount is the sum of the amount column as sent, over every data row
}

// Counts are what became of the rows. Accepted + Rejected + Repeated = Rows, always.
type Counts struct {
	Rows, Accepted, Rejected, Repeated int
	Blank                              int // rows in which nothing stands
	Above                              int // rows above the header
	After                              int // rows from the one at which the layout says that rows stop
	SetAsideRows                       int // accepted rows with a value set aside
	SetAside                           int // values set aside in accepted rows
	Revised                            int // accepted rows that take the place of an earlier row of the file
}

// ServiceUse is a service code as it stands in the file.
type ServiceUse struct {
	Code     string `json:"code"`
	Known    bool   `json:"known"`             // the layout says what it means
	Service  string `json:"service,omitempty"` // the area's service; empty when not known
	Unit     string `json:"unit"`              // "contact" when not known: a row is one contact
	Contacts int    `json:"contacts"`          // accepted contacts
}

// Reader reads a file row by row through a layout. Memory does not grow with the file but for about twenty bytes a row with a
// number, by which repeated rows are known. The file stands or falls as one: when Err is not nil after Next gave false, no row of
// it may be kept.
type Reader struct {
	layout *Layout
	asOf   day.Day
	totals Totals
	size   int64

	source   *counted
	text     io.Reader
	encoding string
	scan     *scanner
	stretch  int // about how much text is read at once where several processors read
	header   headerLine
	plan     plan

	row      Row
	values   [][]byte
	counts   Counts
	services []ServiceUse
	remarks  remarks
	known    []*ServiceCode // of services, what the layout says; nil for unknown
	byCode   map[string]int
	seen     seen
	expected int // rows of the file, by its first portion
	views    []cachedView
	lent     *viewBuilder // where not nil, what is read of a person is lent until the next row, and hashed for this run only
	words    map[string]string
	key      []byte
	number   []byte
	content  []byte
	stopped  int // line of the row at which rows stop; 0 while they go on
	sum      money.Pence
	sumFault bool
	done     bool
	err      error
}

// NewReader reads the file as far as its header. Every error about the file is a *fault.Error that names line and remedy.
func NewReader(file io.Reader, l *Layout, o Options) (*Reader, error) {
	if o.AsOf == 0 {
		return nil, fault.InvalidField("as_of", "An extract has an as-of day.",
			"Say on which day the agency took it from its system.")
	}
	r := &Reader{layout: l, asOf: o.AsOf, totals: o.Totals, size: o.Size, stretch: stretchSize, source: &counted{r: file, hash: sha256.New()},
		byCode: map[string]int{}, words: map[string]string{}}
	var err error
	if r.text, r.encoding, err = decodeText(r.source, l.Encoding); err != nil {
		return nil, err
	}
	r.scan = newScanner(r.text, r.encoding, ',')
	for !r.scan.eof && r.scan.end < firstBuffer {
		if err := r.scan.fill(); err != nil {
			return nil, err
		}
	}
	if r.scan.end == 0 {
		return nil, fileFault("empty", 1, "", "There is nothing in it.", "Check that the whole file was sent.")
	}
	if r.header, err = headerIn(l, r.scan.buf[:r.scan.end], r.scan.eof, r.encoding); err != nil {
		return nil, err
	}
	r.scan.setDelim(r.header.delim)
	for r.scan.next() && r.scan.at < r.header.at {
		r.counts.Above++
	}
	if r.scan.err != nil {
		return nil, r.scan.err
	}
	r.scan.names = r.header.names
	r.plan = newPlan(l, &r.header)
	r.values = make([][]byte, len(l.Columns))
	if l.Kind == Both {
		r.views = make([]cachedView, viewCache)
	}
	return r, nil
}

// counted hashes and counts a file as it is read.
type counted struct {
	r    io.Reader
	hash hash.Hash
	n    int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	c.n += int64(n)
	return n, err
}

// Next reads the next data row into Row; false at the end of the file or when the file is refused.
func (r *Reader) Next() bool {
	for !r.done && r.err == nil {
		if !r.scan.next() {
			r.finish()
			r.seen = seen{} // nothing is compared any more, and it is most of the memory that a large file takes
			break
		}
		if r.stops() {
			continue
		}
		r.counts.Rows++
		r.read()
		return r.err == nil
	}
	return false
}

// stops says whether the row in hand is no data row: blank, or at or after the row at which the layout says that rows stop.
// A row there that could stand refuses the file, so that no row is passed over unseen.
func (r *Reader) stops() bool {
	blank := r.scan.blank()
	if r.stopped == 0 && !r.plan.stopsAt(r.scan.fields, blank) {
		if blank {
			r.counts.Blank++
		}
		return blank
	}
	if r.stopped == 0 {
		r.stopped = r.scan.at
	}
	if blank {
		r.counts.Blank++
		return true
	}
	r.counts.After++
	if r.couldStand() {
		r.err = fileFault("rows-after-end", r.scan.at, "",
			fmt.Sprintf("This line could be a row, and the layout says that rows stop on line %d.", r.stopped),
			"Correct stop in the layout, or take the line out that looks like the end.")
	}
	return true
}

// couldStand says whether the row in hand has the width of the header, a record number and, for contacts, a day and a service.
func (r *Reader) couldStand() bool {
	if len(r.scan.fields) != r.header.width {
		return false
	}
	r.pick()
	if _, bad := r.readKey(); bad {
		return false
	}
	if !r.layout.Kind.HasContacts() {
		return len(r.plan.keys) > 0
	}
	day, _ := r.readDay(r.plan.from)
	_, service := r.serviceCode()
	return day != 0 && service
}

// pick takes the mapped values of the row in hand.
func (r *Reader) pick() {
	for c, i := range r.header.index {
		r.values[c] = nil
		if i >= 0 {
			r.values[c] = r.scan.fields[i]
		}
	}
}

// pickRagged takes the values of a row with too few or too many in the order of the header, and those beyond it after them. Where the file has
// a column that the layout does not name it takes none: one of that column's could stand in a mapped one's place.
func (r *Reader) pickRagged() [][]byte {
	mapped := 0
	for _, i := range r.header.index {
		if i >= 0 {
			mapped++
		}
	}
	if mapped != r.header.width {
		return nil
	}
	for c, i := range r.header.index {
		r.values[c] = nil
		if i >= 0 && i < len(r.scan.fields) {
			r.values[c] = r.scan.fields[i]
		}
	}
	if len(r.scan.fields) <= r.header.width {
		return r.values
	}
	return append(r.values[:len(r.values):len(r.values)], r.scan.fields[r.header.width:]...)
}

// read judges the row in hand.
func (r *Reader) read() {
	if !r.readRow() {
		return
	}
	row := &r.row
	if r.repeated() {
		row.Outcome = Repeated
		r.counts.Repeated++
		return
	}
	if r.layout.Kind.HasContacts() {
		use := &r.services[row.Contact.Service]
		use.Contacts++
		r.remarks.add(row.Line, &row.Contact, use.Code)
	}
	aside := len(row.SetAside)
	if row.Person != nil {
		aside += len(row.Person.SetAside)
	}
	r.accept(aside)
}

// readRow reads the row in hand without asking what stood before it. False when it is rejected.
func (r *Reader) readRow() bool {
	row := &r.row
	row.clear()
	row.Line, row.Number = r.scan.at, r.counts.Rows
	if n := len(r.scan.fields); n != r.header.width {
		row.Values = r.pickRagged()
		r.reject(r.ragged(n))
		return false
	}
	r.pick()
	row.Values = r.values
	r.addAmount()
	var no Rejection
	var bad bool
	if no, bad = r.readKey(); bad {
		r.reject(no)
		return false
	}
	if r.layout.Kind.HasContacts() {
		if no, bad = r.readContact(); bad {
			r.reject(no)
			return false
		}
	}
	if r.layout.Kind.HasPeople() {
		row.Person = r.readPerson()
	}
	return true
}

// accept counts a row that stands, and how many of its values are set aside.
func (r *Reader) accept(aside int) {
	r.counts.Accepted++
	if aside > 0 {
		r.counts.SetAside += aside
		r.counts.SetAsideRows++
	}
}

func (r *Reader) reject(no Rejection) {
	no.Line = r.row.Line
	if r.isTotal() {
		no.Message, no.Remedy = no.Message+". It looks like a total line", "Leave the total line out"
	}
	r.row.Outcome, r.row.Rejection = Rejected, no
	r.counts.Rejected++
}

// ragged rejects a row that is wider or narrower than the header.
func (r *Reader) ragged(n int) Rejection {
	no := Rejection{Code: tooFew, Said: plural(n, "value", "values"), Remedy: "Look for a line break inside a value",
		Message: fmt.Sprintf("The header has %d columns, this row has %d", r.header.width, n)}
	if n > r.header.width {
		no.Code, no.Remedy = tooMany, "Put values that hold the delimiter in quotes"
	}
	return no
}

// isTotal says whether a row that cannot stand begins as a line of totals does.
func (r *Reader) isTotal() bool {
	first := bytes.ToLower(bytes.TrimSpace(r.scan.fields[0]))
	return bytes.HasPrefix(first, []byte("total")) || bytes.HasPrefix(first, []byte("grand total")) || bytes.HasPrefix(first, []byte("sum"))
}

// repeated says whether the last row with the same number had the same content; where it had another, this row takes its place.
// The number is the contact's, and in a file of people the record's. Identical contacts without a number all count, unless the
// layout says otherwise.
func (r *Reader) repeated() bool {
	contact := r.row.Contact.Hash
	number, content := r.row.Contact.ID, contact
	if r.row.Person != nil {
		for i, b := range r.row.Person.Hash {
			content[i] ^= b
		}
	}
	switch {
	case r.layout.Kind == People && len(r.plan.keys) == 0:
		return false
	case r.layout.Kind == People:
		number = r.key
	case len(number) == 0 && r.layout.Identical == "once":
		number = contact[:]
	case len(number) == 0:
		r.row.Contact.Alike = r.seen.count(contact)
		return false
	}
	before, same := r.seen.add(number, content, r.row.Line)
	if before > 0 && !same {
		r.row.Revises = before
		r.counts.Revised++
	}
	return same
}

// readKey reads the record key, or says why the row has none.
func (r *Reader) readKey() (Rejection, bool) {
	r.key = r.key[:0]
	if len(r.plan.keys) == 0 {
		r.key = strconv.AppendInt(r.key, int64(r.row.Number), 10)
		r.row.Key = r.key
		return Rejection{}, false
	}
	var empty Rejection
	for n, c := range r.plan.keys {
		v := r.value(c)
		if len(v) == 0 {
			if n == 0 || !r.plan.firstKey {
				empty = r.about(c, noKey, "No record number, so the row cannot be tied to anyone",
					"Send the record number, in the column "+quoteHeader(r.headerOf(c)))
			}
			if r.plan.firstKey {
				continue
			}
			return empty, true
		}
		if why := damagedNumber(v, r.layout.Columns[c].Length); why.Code != "" {
			code, remedy := damagedKey, "Send the number as text, in full"
			if why.Code == lostZeros {
				code = lostZeros
			}
			return r.about(c, code, trimStop(why.Reason), remedy), true
		}
		if len(r.key) > 0 {
			r.key = append(r.key, 0x1F)
		}
		r.key = append(r.key, v...)
		if r.plan.firstKey {
			break
		}
	}
	r.row.Key = r.key
	return empty, len(r.key) == 0
}

// about makes a rejection for one of the layout's columns.
func (r *Reader) about(c int, code, message, remedy string) Rejection {
	return Rejection{Column: r.headerOf(c), Code: code, Said: said(r.values[c]), Message: message, Remedy: remedy}
}

// headerOf is the header as the file has it, or as the layout has it where the file lacks the column.
func (r *Reader) headerOf(c int) string {
	if i := r.header.index[c]; i >= 0 {
		return r.header.names[i]
	}
	return r.layout.Columns[c].Header
}

func quoteHeader(h string) string { return "“" + h + "”" }

func trimStop(s string) string {
	if n := len(s); n > 0 && s[n-1] == '.' {
		return s[:n-1]
	}
	return s
}

// addAmount adds the row's amount as sent to the sum that the sender's control total is compared with.
func (r *Reader) addAmount() {
	if !r.totals.HasAmount || r.plan.amount < 0 {
		return
	}
	v := r.value(r.plan.amount)
	if len(v) == 0 {
		return
	}
	p, err := money.Parse(string(v))
	if err == nil {
		r.sum, err = money.Add(r.sum, p)
	}
	r.sumFault = r.sumFault || err != nil
}

// finish ends the file: an error of the scanner, an encoding that was declared wrongly, totals that do not agree.
func (r *Reader) finish() {
	r.done = true
	if r.err = r.scan.err; r.err != nil {
		return
	}
	if d, ok := r.text.(*detectingReader); ok && d.windows != nil {
		if w := d.windows.watch; w.sequences > 0 {
			r.err = fileFault("encoding", w.first, "", "Letters beyond ASCII are UTF-8 here, and are not on line "+strconv.Itoa(d.line+1)+
				", so nobody can tell how to read them.",
				"Look whether two files were put together that were saved in two ways. Save it as CSV UTF-8, look at names with accents, and send that; "+
					"or have the partnership’s analyst declare the encoding it is in in the layout.")
			return
		}
	}
	if w, ok := r.text.(*windowsReader); ok && w.watch.isUTF8() {
		r.err = fileFault("encoding", w.watch.first, "", "The layout declares windows-1252, and every letter beyond ASCII in the file is UTF-8.",
			"Have the partnership’s analyst write “encoding: utf-8” in the layout.")
		return
	}
	if r.counts.Rows == 0 {
		r.err = fileFault("no-rows", r.header.at, "", "There is a header and no row beneath it.",
			"Look whether the file was cut off. If there is nothing to send, no file is sent.")
		return
	}
	if t := r.totals; t.Rows > 0 && t.Rows != r.counts.Rows {
		apart := commas(t.Rows-r.counts.Rows) + " fewer than"
		if r.counts.Rows > t.Rows {
			apart = commas(r.counts.Rows-t.Rows) + " more than"
		}
		r.err = totalsFault(fmt.Sprintf("The file was read, and its total is not the one given with it: it has %s, %s the %s given.",
			plural(r.counts.Rows, "row", "rows"), apart, commas(t.Rows)))
	} else if t.HasAmount && r.sumFault {
		r.err = totalsFault("The amounts cannot be added up: one of them is no amount, or they are too large.")
	} else if t.HasAmount && t.Amount != r.sum {
		apart := (t.Amount - r.sum).String() + " less than"
		if r.sum > t.Amount {
			apart = (r.sum - t.Amount).String() + " more than"
		}
		r.err = totalsFault(fmt.Sprintf("The file was read, and its total is not the one given with it: its amounts come to %s, %s the %s given.",
			r.sum, apart, t.Amount))
	}
}

func totalsFault(message string) *fault.Error {
	remedy := "Nothing is taken in, since rows may be missing. If the total was mistyped, send the file again with the right one. " +
		"If the file was cut off or changed, send the whole file."
	return fault.New(fault.Invalid, "control-total", message, remedy)
}

// Row is the row that Next read.
func (r *Reader) Row() *Row { return &r.row }

// Err is why the file is refused, or what went wrong in reading it; nil while all is well.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(r.err, &f) {
		return f
	}
	return fault.New(fault.Unavailable, "extract-cut-off", "Reading the file ended before its end.",
		"Send it again.").Because(r.err)
}

// Counts are what became of the rows so far.
func (r *Reader) Counts() Counts { return r.counts }

// Services are the service codes met so far, in the order of their first contact.
func (r *Reader) Services() []ServiceUse { return r.services }

// Headers are the mapped columns as the file has them, in the layout's order.
func (r *Reader) Headers() []string {
	names := make([]string, len(r.layout.Columns))
	for c := range names {
		names[c] = r.headerOf(c)
	}
	return names
}

// Unmapped are the headers of the columns that the layout does not map. Nothing else of them is kept.
func (r *Reader) Unmapped() []string { return r.header.unmapped }

// HeaderLine is the line on which the header stands.
func (r *Reader) HeaderLine() int { return r.header.at }

// Encoding is the name of the encoding that the file is in.
func (r *Reader) Encoding() string {
	if d, ok := r.text.(*detectingReader); ok && d.windows != nil {
		return windowsName
	} else if ok {
		return utf8Name
	}
	return r.encoding
}

// Bytes is how much of the file has been read.
func (r *Reader) Bytes() int64 { return r.source.n }

// Hash is the SHA-256 of the file as sent; it is of the whole file once Next gave false and Err is nil.
func (r *Reader) Hash() [32]byte { return [32]byte(r.source.hash.Sum(nil)) }
