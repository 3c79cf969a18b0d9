package intake

import (
	"cmp"
	"math/bits"
	"slices"

	"throughline/internal/money"
)

// Reading is how a file was read and what somebody should think about before they accept it. A dry run and a file that waits for acceptance
// have it from the same Reader, so that both say the same.
type Reading struct {
	Encoding   string       `json:"encoding"`
	HeaderLine int          `json:"header_line"`
	Services   []ServiceUse `json:"services,omitempty"` // the most frequent first
	Largest    []LineAmount `json:"largest,omitempty"`  // the largest own amounts of contacts, either way from nothing; at most LargestAmounts
	Remarks    []Remark     `json:"remarks,omitempty"`
}

// Remark is a sentence about the file, with the lines that it is about.
type Remark struct {
	Code  string  `json:"code"`
	Words string  `json:"words"`
	Rows  int     `json:"rows,omitempty"`  // that it is about; 0 where it is about the file
	Lines []int64 `json:"lines,omitempty"` // of the first rows, or of those of the largest amounts; at most RemarkLines
}

// LineAmount is a contact's own amount.
type LineAmount struct {
	Line   int64       `json:"line"`
	Amount money.Pence `json:"amount"`
	Code   string      `json:"code"` // of the service
}

// What a Reading keeps at most, however long the file is.
const (
	LargestAmounts = 5
	RemarkLines    = 10
)

// An amount is far out when it is of a power of two so many above the one in which the middle amount of its service code lies, among so many
// amounts of the code that are not nothing. So every amount 64 times the middle one or more is far out, as pence sent for pounds make it, and
// none below 32 times.
const (
	farOutPowers = 6
	farOutAmong  = 20
)

// remarks gathers what a Reading says of contacts, in memory that grows with the service codes alone.
type remarks struct {
	later      int
	laterLines []int64
	largest    []LineAmount
	sizes      []amountSizes // by service
}

// amountSizes are the own amounts of one service code that are not nothing.
type amountSizes struct {
	byPower [64]int // by the digits of the pence in twos
	largest []LineAmount
}

// add takes an accepted row's contact in.
func (m *remarks) add(line int, c *Contact, code string) {
	if c.Later {
		if m.later++; m.later <= RemarkLines {
			m.laterLines = append(m.laterLines, int64(line))
		}
	}
	if !c.HasOwn || c.Own == 0 {
		return
	}
	for len(m.sizes) <= c.Service {
		m.sizes = append(m.sizes, amountSizes{})
	}
	s := &m.sizes[c.Service]
	s.byPower[powerOf(c.Own)]++
	a := LineAmount{int64(line), c.Own, code}
	m.largest = amongLargest(m.largest, a, LargestAmounts)
	s.largest = amongLargest(s.largest, a, RemarkLines)
}

func sizeOf(p money.Pence) money.Pence { return max(p, -p) }

func powerOf(p money.Pence) int { return bits.Len64(uint64(sizeOf(p))) }

func byLargest(a, b LineAmount) int {
	return cmp.Or(cmp.Compare(sizeOf(b.Amount), sizeOf(a.Amount)), cmp.Compare(a.Line, b.Line))
}

// amongLargest puts an amount in its place among the largest, if it is one of so many.
func amongLargest(largest []LineAmount, a LineAmount, most int) []LineAmount {
	if len(largest) == most && byLargest(a, largest[most-1]) > 0 {
		return largest
	}
	at, _ := slices.BinarySearchFunc(largest, a, byLargest)
	largest = slices.Insert(largest, at, a)
	return largest[:min(len(largest), most)]
}

// farOut counts the amounts that stand far above the middle one of their service code, and gives the largest of them.
func (m *remarks) farOut() (rows int, some []LineAmount) {
	for i := range m.sizes {
		s := &m.sizes[i]
		all, under, middle := 0, 0, 0
		for _, n := range s.byPower {
			all += n
		}
		if all < farOutAmong {
			continue
		}
		for under*2 < all {
			under += s.byPower[middle]
			middle++
		}
		limit := middle - 1 + farOutPowers
		for power := limit; power < len(s.byPower); power++ {
			rows += s.byPower[power]
		}
		for _, a := range s.largest {
			if powerOf(a.Amount) >= limit {
				some = amongLargest(some, a, RemarkLines)
			}
		}
	}
	return rows, some
}

// Reading is what the file was read as; it is of the whole file once Next gave false and Err is nil.
func (r *Reader) Reading() Reading {
	out := Reading{Encoding: r.Encoding(), HeaderLine: r.header.at, Services: slices.Clone(r.services), Largest: slices.Clone(r.remarks.largest)}
	slices.SortStableFunc(out.Services, func(a, b ServiceUse) int {
		return cmp.Or(b.Contacts-a.Contacts, cmp.Compare(a.Code, b.Code))
	})
	say := func(code, words string, rows int, lines []int64) {
		out.Remarks = append(out.Remarks, Remark{code, words, rows, lines})
	}
	if d, ok := r.text.(*detectingReader); ok && d.windows != nil && r.done {
		say("windows-1252", "The file is not UTF-8 and was read as Windows-1252, as Excel in Windows saves it. Look at names with accents.", 0, []int64{int64(d.line + 1)})
	}
	if w, ok := r.text.(*windowsReader); ok && r.done && w.watch.sequences > 0 {
		say("some-utf-8", "Some letters look like UTF-8, and were read as two wrong letters each, since the layout declares windows-1252. Look at names with accents.",
			0, []int64{int64(w.watch.first)})
	}
	c := r.counts
	lines := c.Rows + c.Blank + c.Above + c.After + 1
	if (lines == 65_536 || lines == 1_048_576) && r.totals.Rows == 0 {
		say("full-sheet", "The file has exactly "+commas(lines)+" lines, the most that a spreadsheet holds. Look whether rows were cut off.", 0, nil)
	}
	if n := r.remarks.later; n > 0 {
		say("after-as-of", plural(n, "contact begins", "contacts begin")+" after the as-of day. Check the as-of day.", n, slices.Clone(r.remarks.laterLines))
	}
	if n, some := r.remarks.farOut(); n > 0 {
		var at []int64
		for _, a := range some {
			at = append(at, a.Line)
		}
		say("far-out-amount", plural(n, "amount is", "amounts are")+" more than 32 times the middle amount of the same service code. "+
			"Look for a missing decimal point, or pence sent as pounds.", n, at)
	}
	if c.Revised >= 20 && c.Revised*20 > c.Rows {
		say("many-revised", plural(c.Revised, "row has", "rows have")+" the number of another row that says something else, and would take its place. "+
			"Check that the number is unique in the file; in the layout several columns can make one number.", 0, nil)
	}
	if c.Rows >= 20 && c.Rejected*2 > c.Rows {
		say("mostly-rejected", "More than half of the rows are rejected. The layout is probably not the right one for this file.", 0, nil)
	}
	return out
}
