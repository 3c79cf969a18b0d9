package intake

import (
	"cmp"
	"io"
	"slices"
	"unicode"

	"throughline/internal/day"
)

// Preview is what a dry run of a file found. Nothing of it has been stored.
type Preview struct {
	Reading
	Counts   Counts
	Hash     [32]byte
	Bytes    int64
	Reasons  []ReasonCount   // of rejected rows, the most frequent first
	SetAside []SetAsideCount // of values in accepted rows, the most frequent first
	Rejected []RejectedRow   // the first of them, in file order
	Unmapped []string        // headers of columns of which nothing is stored
	First    day.Day         // of the contacts' first days; zero when there is none
	Last     day.Day         // the latest day of a contact
	Headers  []string        // of Sample and of the rejected rows' values
	Sample   [][]string      // the first accepted rows, masked
}

// ReasonCount is how many rows were rejected for one reason.
type ReasonCount struct {
	Code   string
	Reason string // a few words: "Date cannot be read"
	Rows   int
}

// RejectedRow is a rejected row with its mapped columns as sent.
type RejectedRow struct {
	Rejection
	Values []string // by Headers; empty for a row with too few or too many values
}

// SampleRows is how many masked rows a preview shows.
const SampleRows = 5

// DryRun reads a whole file and keeps only counts, the first rejected rows and a masked sample.
func DryRun(file io.Reader, l *Layout, o Options, rejected int) (*Preview, error) {
	r, err := NewReader(file, l, o)
	if err != nil {
		return nil, err
	}
	p := &Preview{Unmapped: r.Unmapped(), Headers: r.Headers()}
	reasons := map[string]int{}
	var aside AsideTally
	for r.Next() {
		row := r.Row()
		switch row.Outcome {
		case Rejected:
			reasons[row.Rejection.Code]++
			if len(p.Rejected) < rejected {
				p.Rejected = append(p.Rejected, row.AsRejected())
			}
		case Accepted:
			p.accept(l, row)
			aside.Add(row)
		}
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	p.Counts, p.Hash, p.Bytes = r.Counts(), r.Hash(), r.Bytes()
	p.Reading = r.Reading()
	for code, n := range reasons {
		p.Reasons = append(p.Reasons, ReasonCount{code, Reason(code), n})
	}
	slices.SortFunc(p.Reasons, func(a, b ReasonCount) int { return cmp.Or(b.Rows-a.Rows, cmp.Compare(a.Code, b.Code)) })
	p.SetAside = aside.Counts(p.Headers)
	return p, nil
}

// AsRejected copies a rejected row, to be kept beyond the next one.
func (row *Row) AsRejected() RejectedRow {
	no := RejectedRow{Rejection: row.Rejection}
	for _, v := range row.Values {
		no.Values = append(no.Values, string(v))
	}
	return no
}

func (p *Preview) accept(l *Layout, row *Row) {
	if len(p.Sample) < SampleRows {
		p.Sample = append(p.Sample, Masked(l, row.Values))
	}
	if !l.Kind.HasContacts() {
		return
	}
	c := &row.Contact
	if p.First == 0 || c.From < p.First {
		p.First = c.From
	}
	p.Last = max(p.Last, c.From, c.To)
}

// Masked hides what tells who someone is and keeps what shows whether columns stand where the layout says.
func Masked(l *Layout, values [][]byte) []string {
	masked := make([]string, len(values))
	for c, v := range values {
		col := &l.Columns[c]
		switch {
		case col.Is(Service), col.Is(SexField), col.Is(From), col.Is(To), col.Is(Quantity), col.Is(Amount), col.Is(Less), col.Is(Borough):
			masked[c] = said(v)
		case col.Guarded(): // not even whether there is a value
			masked[c] = "•••"
		default:
			masked[c] = mask(said(v))
		}
	}
	return masked
}

// mask puts a point for every letter and digit and leaves the signs between, which show the shape.
func mask(s string) string {
	var out []rune
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			r = '•'
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			r = '�'
		}
		out = append(out, r)
	}
	return string(out)
}
