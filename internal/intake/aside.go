package intake

import (
	"bytes"
	"cmp"
	"slices"
)

// SetAsideCount is how many values of one column were set aside for one reason.
type SetAsideCount struct {
	Column string
	Code   string
	Reason string // of the first
	Values int
	Of     int    // values that the column has in accepted rows
	Line   int    // of the first row with such a value
	Said   string // as sent, where all the values are the same; otherwise empty
}

// AsideTally counts the values that are set aside in rows, by column and reason. A tally belongs to one goroutine at a time.
type AsideTally struct {
	rows   int
	filled []int // values by column of the layout
	counts map[[2]string]*SetAsideCount
	// What each row added for now, so that a row which turns out to repeat another can be taken out again.
	marks []uint64 // a bit for each column that has a value, words bits a row
	words int
	noted []notedAside
}

type notedAside struct {
	row   int
	count *SetAsideCount
}

// Add counts a row.
func (t *AsideTally) Add(row *Row) { t.add(row, false) }

// AddForNow counts a row that Remove may take out again.
func (t *AsideTally) AddForNow(row *Row) { t.add(row, true) }

func (t *AsideTally) add(row *Row, forNow bool) {
	if t.counts == nil {
		t.counts, t.filled, t.words = map[[2]string]*SetAsideCount{}, make([]int, len(row.Values)), (len(row.Values)+63)/64
	}
	at := len(t.marks)
	for n := 0; forNow && n < t.words; n++ {
		t.marks = append(t.marks, 0)
	}
	for c, v := range row.Values {
		if len(v) > 0 && (v[0] > ' ' || len(bytes.TrimSpace(v)) > 0) {
			if t.filled[c]++; forNow {
				t.marks[at+c/64] |= 1 << (c % 64)
			}
		}
	}
	for _, s := range row.AllSetAside() {
		k := [2]string{s.Field, s.Code}
		a := t.counts[k]
		if a == nil {
			a = &SetAsideCount{Column: s.Field, Code: s.Code, Reason: s.Reason, Line: row.Line, Said: said([]byte(s.Value))}
			t.counts[k] = a
		}
		if a.Values++; a.Said != "" && a.Said != said([]byte(s.Value)) {
			a.Said = ""
		}
		if forNow {
			t.noted = append(t.noted, notedAside{t.rows, a})
		}
	}
	t.rows++
}

// Remove takes out rows that were added for now, by their place in the order in which they were.
func (t *AsideTally) Remove(rows []int) {
	for _, n := range rows {
		for c := range t.filled {
			t.filled[c] -= int(t.marks[n*t.words+c/64] >> (c % 64) & 1)
		}
		at, _ := slices.BinarySearchFunc(t.noted, n, func(x notedAside, n int) int { return cmp.Compare(x.row, n) })
		for ; at < len(t.noted) && t.noted[at].row == n; at++ {
			t.noted[at].count.Values--
		}
	}
}

// Take adds what another tally counted of rows that stand later in the same file.
func (t *AsideTally) Take(later *AsideTally) {
	if later.counts == nil {
		return
	}
	if t.counts == nil {
		t.counts, t.filled = map[[2]string]*SetAsideCount{}, make([]int, len(later.filled))
	}
	for c, n := range later.filled {
		t.filled[c] += n
	}
	for k, more := range later.counts {
		a := t.counts[k]
		switch {
		case more.Values == 0: // all of them in rows that repeat others
		case a == nil:
			t.counts[k] = more
		default:
			if a.Values += more.Values; a.Said != more.Said {
				a.Said = ""
			}
		}
	}
}

// Counts are the kinds of values set aside, the most frequent first. Headers are the reader's.
func (t *AsideTally) Counts(headers []string) (list []SetAsideCount) {
	for _, a := range t.counts {
		of := *a
		for c, h := range headers {
			if h == of.Column {
				of.Of = max(of.Of, t.filled[c])
			}
		}
		list = append(list, of)
	}
	slices.SortFunc(list, func(a, b SetAsideCount) int {
		return cmp.Or(b.Values-a.Values, cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
	return list
}
