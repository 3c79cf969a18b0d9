package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"throughline/internal/person"
)

// plan is a layout made ready for one file: which columns carry what.
type plan struct {
	columns   []columnPlan
	keys      []int
	firstKey  bool
	stop      []stopRule
	from, to  int
	service   int
	contactID []int
	quantity  int
	amount    int
	less      []int
	borough   int
	worker    int
	reach     int
	incident  int
	part      int

	// person and contact list, in the order of the table of fields, what each hash is made of.
	person  []carried
	contact []carried
	who     []columnField // what is read of a person, in the order of the columns
	ageOn   bool          // an age is of the contact's first day, so that the view depends on it
	codes   map[string]*ServiceCode
}

type carried struct{ field, column int }

type columnField struct {
	field  Field
	column int
}

type columnPlan struct {
	nulls    [][]byte
	fallback []byte
	formats  []format
	noFixed  [][]byte
	sexes    map[string]person.Sex // by the layout's codes
	open     [][]byte
}

func newPlan(l *Layout, h *headerLine) plan {
	p := plan{firstKey: l.Keys == "first", codes: map[string]*ServiceCode{}, from: l.Find(From), to: l.Find(To),
		service:  l.Find(Service),
		quantity: l.Find(Quantity), amount: l.Find(Amount), borough: l.Find(Borough), worker: l.Find(Worker),
		reach: l.Find(Reach), incident: l.Find(Incident), part: l.Find(InIt)}
	for _, s := range l.Stop {
		rule, _ := parseStop(s) // checked when the layout was read
		p.stop = append(p.stop, rule)
	}
	for i := range l.Services {
		p.codes[l.Services[i].Code] = &l.Services[i]
	}
	for c := range l.Columns {
		col := &l.Columns[c]
		formats, _ := []format(nil), error(nil)
		if col.Format != "" {
			formats, _ = parseFormats(col.Format, col.Pivot) // checked when the layout was read
		}
		p.columns = append(p.columns, columnPlan{nulls: words(slices.Concat(l.Empty, col.Empty)), fallback: []byte(col.Default),
			formats: formats, noFixed: words(col.NoFixed), open: words(col.Open)})
		if col.Is(Key) {
			p.keys = append(p.keys, c)
		}
		if col.Is(ContactID) {
			p.contactID = append(p.contactID, c)
		}
		if col.Is(Less) {
			p.less = append(p.less, c)
		}
		p.columns[c].sexes = sexesOf(col.Codes)
		for _, f := range col.fields {
			if h.index[c] >= 0 && fields[fieldIndex(f)].side == personSide {
				p.who = append(p.who, columnField{f, c})
			}
		}
		p.ageOn = p.ageOn || col.Is(Age) && col.AsOf == "contact"
	}
	for f := range fields {
		for c := range l.Columns {
			if !l.Columns[c].Is(fields[f].field) || h.index[c] < 0 {
				continue
			}
			if fields[f].side != contactSide {
				p.person = append(p.person, carried{f, c})
			}
			if fields[f].side != personSide {
				p.contact = append(p.contact, carried{f, c})
			}
		}
	}
	return p
}

// sexesOf reads what a column's codes mean.
func sexesOf(codes map[string]string) map[string]person.Sex {
	sexes := make(map[string]person.Sex, len(codes))
	for code, meaning := range codes {
		if sex, why := person.ReadSex(meaning); why.Code == "" {
			sexes[code] = sex
		}
	}
	return sexes
}

func words(list []string) [][]byte {
	var w [][]byte
	for _, s := range list {
		w = append(w, []byte(s))
	}
	return w
}

func isWord(v []byte, words [][]byte) bool {
	for _, w := range words {
		if bytes.EqualFold(v, w) {
			return true
		}
	}
	return false
}

// stopsAt says whether the rows of the file end at this one.
func (p *plan) stopsAt(fields [][]byte, blank bool) bool {
	if len(p.stop) == 0 {
		return false
	}
	var first []byte
	for _, f := range fields {
		if first = bytes.TrimSpace(f); len(first) > 0 {
			break
		}
	}
	for _, rule := range p.stop {
		switch {
		case rule.blank:
			if blank {
				return true
			}
		case blank || len(first) > maxHeader:
		case rule.is != "" && foldHeader(string(first)) == rule.is:
			return true
		case rule.begins != "" && len(first) >= len(rule.begins) && bytes.HasPrefix([]byte(foldHeader(string(first))),
			[]byte(rule.begins)):
			return true
		}
	}
	return false
}

// maxHeader is the longest value, in bytes, that is looked at as a mark of the end.
const maxHeader = 1000

// value is a mapped value of the row in hand as it is read: without spaces around, nothing where the layout's words say so,
// and the layout's default in place of nothing.
func (r *Reader) value(c int) []byte {
	p := &r.plan.columns[c]
	v := trim(r.values[c])
	if len(v) > 0 && len(p.nulls) > 0 && isWord(v, p.nulls) {
		v = nil
	}
	if len(v) == 0 {
		return p.fallback
	}
	return v
}

// trim is bytes.TrimSpace, at once for the many values that have no space at either end.
func trim(v []byte) []byte {
	if n := len(v); n > 0 && isInk(v[0]) && isInk(v[n-1]) {
		return v
	}
	return bytes.TrimSpace(v)
}

// isInk says whether a byte is a sign of ASCII that can be seen.
func isInk(c byte) bool { return ' ' < c && c < 0x7F }

// contentOf writes fields and values as sent one after another, so that no two contents are written alike.
func (r *Reader) contentOf(of []carried) {
	r.content = r.content[:0]
	for _, f := range of {
		if v := r.values[f.column]; len(v) > 0 {
			r.content = append(r.content, byte(f.field))
			r.content = binary.AppendUvarint(r.content, uint64(len(v)))
			r.content = append(r.content, v...)
		}
	}
}

func hashOf(content []byte) Hash {
	sum := sha256.Sum256(content)
	return Hash(sum[:16])
}

// maxWords bounds how many different words are kept to be shared between rows.
const maxWords = 1 << 16

// word gives a value as a string, the same one for the same value.
func (r *Reader) word(v []byte) string {
	if s, ok := r.words[string(v)]; ok || len(v) == 0 {
		return s
	}
	s := string(v)
	if len(r.words) < maxWords && len(s) < 200 {
		r.words[s] = s
	}
	return s
}
