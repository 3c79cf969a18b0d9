package cost

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// Window is what a run sums over. Turn is the first day of its second year; zero where it is not told apart by years.
type Window struct {
	day.Span
	Turn day.Day
}

// InTwo is a window of an even number of days in two years of equal length: 728 days are two of 364.
func InTwo(s day.Span) Window { return Window{Span: s, Turn: s.From + day.Day(s.Days()/2)} }

// Words name the window and each of its years. What is not 728 days is called by its weeks, and its years halves.
func (w Window) Words() (whole, first, second string) {
	if w.Days() == day.DaysIn104Weeks {
		return "Two years", "Year 1", "Year 2"
	}
	return fmt.Sprintf("%d weeks", w.Days()/day.DaysInWeek), "First half", "Second half"
}

// Cell is what one person's use of one group costs in one calendar month.
type Cell struct {
	Person   int32
	Month    day.Month
	Group    uint16 // place in Table.Groups
	Contacts int32  // that begin, inside the window, in the month
	Amount   money.Pence
}

// Share is what one person's use of one group costs over the window. Years are its first and second year, which add up
// to Amount; without a Turn all is in the first.
type Share struct {
	Person   int32
	Group    uint16
	Contacts int32
	Quantity int64 // thousandths of the service's unit
	Days     int32 // charged inside the window
	Amount   money.Pence
	Years    [2]money.Pence
}

// Missed counts one person's contacts of one code inside the window that have no line.
type Missed struct {
	Person   int32
	Service  uint16 // place in the Table's keys
	Reason   GapReason
	Contacts int32
}

// CodeSum is what became of all contacts of one code.
type CodeSum struct {
	Contacts, People int // priced, inside the window
	Quantity         int64
	Days             int64
	Amount           money.Pence
	Gaps             [len(gapWords)]int // by reason
	Outside          int
	BySource         map[Source]money.Pence
}

// Sums is what a run keeps: lines are not kept, but any of them can be reckoned again with Footprint.
type Sums struct {
	Cells  []Cell  // by person, group, month
	Shares []Share // by person, group
	Missed []Missed
	Codes  []CodeSum // in the order of the Table's keys
}

// Groups gives what Cells and Shares count by.
func (t *Table) Groups() []Group { return append([]Group(nil), t.groups...) }

// Keys gives the codes that Service and Codes are places in.
func (t *Table) Keys() []Key { return append([]Key(nil), t.keys...) }

// Sum prices contacts, which must stand in order of person, and adds them up. It uses every core it is given and gives
// the same sums on any number of them. Each amount is the one that Footprint gives for the contact and the window.
func Sum(activities []Activity, t *Table, w Window) (*Sums, error) {
	return sum(activities, t, w, runtime.GOMAXPROCS(0))
}

func sum(activities []Activity, t *Table, w Window, workers int) (*Sums, error) {
	for i, a := range activities {
		if i > 0 && a.Person < activities[i-1].Person {
			return nil, fault.New(fault.Internal, "contacts-out-of-order", "The contacts are not in order of person.", "Sort them first.")
		}
		if int(a.Service) >= len(t.rates) {
			return nil, notInTable(a.Service)
		}
	}
	calendar := newCalendar(w)
	parts := make([]*summer, 4*workers)
	var done sync.WaitGroup
	room := make(chan struct{}, workers)
	from := 0
	for i := range parts {
		to := len(activities) * (i + 1) / len(parts)
		for to > from && to < len(activities) && activities[to].Person == activities[to-1].Person {
			to++
		}
		piece := activities[from:max(from, to)]
		from = max(from, to)
		parts[i] = newSummer(t, w, calendar)
		done.Add(1)
		go func() {
			defer done.Done()
			room <- struct{}{}
			defer func() { <-room }()
			parts[i].all(piece)
		}()
	}
	done.Wait()
	total := &Sums{Codes: newCodes(len(t.keys))}
	cells, shares, missed := 0, 0, 0
	for _, p := range parts {
		if p.err != nil {
			return nil, p.err
		}
		cells, shares, missed = cells+len(p.sums.Cells), shares+len(p.sums.Shares), missed+len(p.sums.Missed)
	}
	total.Cells, total.Shares = slices.Grow(total.Cells, cells), slices.Grow(total.Shares, shares)
	total.Missed = slices.Grow(total.Missed, missed)
	for i, p := range parts {
		if err := total.Add(&p.sums); err != nil {
			return nil, err
		}
		parts[i] = nil // its memory may go while the others are joined
	}
	return total, nil
}

func newCodes(n int) []CodeSum {
	codes := make([]CodeSum, n)
	for i := range codes {
		codes[i].BySource = map[Source]money.Pence{}
	}
	return codes
}

// Add joins the sums of other people, reckoned with the same table and window, to s.
func (s *Sums) Add(other *Sums) error {
	s.Cells = append(s.Cells, other.Cells...)
	s.Shares = append(s.Shares, other.Shares...)
	s.Missed = append(s.Missed, other.Missed...)
	for i, o := range other.Codes {
		c := &s.Codes[i]
		amount, err := money.Add(c.Amount, o.Amount)
		if err != nil {
			return tooLarge(err)
		}
		c.Amount = amount
		c.Contacts, c.People, c.Outside = c.Contacts+o.Contacts, c.People+o.People, c.Outside+o.Outside
		c.Quantity, c.Days = c.Quantity+o.Quantity, c.Days+o.Days
		for r, n := range o.Gaps {
			c.Gaps[r] += n
		}
		for source, a := range o.BySource {
			c.BySource[source] += a
		}
	}
	return nil
}

// calendar tells apart the pieces of a window: calendar months, cut once more at the turn of its years.
type calendar struct {
	from   day.Day
	piece  []uint16 // of each day of the window
	months []day.Month
	years  []uint8
}

func newCalendar(w Window) calendar {
	c := calendar{from: w.From}
	for d := w.From; d <= w.To; d++ {
		year := uint8(0)
		if w.Turn != 0 && d >= w.Turn {
			year = 1
		}
		if n := len(c.months); n == 0 || c.months[n-1] != d.Month() || c.years[n-1] != year {
			c.months, c.years = append(c.months, d.Month()), append(c.years, year)
		}
		c.piece = append(c.piece, uint16(len(c.months)-1))
	}
	return c
}

// summer adds up people one after another; its tables are those of the person in hand, and are wiped after each.
type summer struct {
	t        *Table
	w        Window
	calendar calendar
	sums     Sums
	err      error

	amounts []money.Pence // by group and piece
	counts  []int32       // by group and piece
	shares  []Share       // by group
	touched []int         // places in amounts and counts that are not nought, some of them twice
	pieces  int           // of the calendar
	missed  map[missing]int32
	codes   []bool // whether the person has a priced contact of the code
	days    []uint32
	sources [3][]money.Pence
}

type missing struct {
	service uint16
	reason  GapReason
}

func newSummer(t *Table, w Window, c calendar) *summer {
	n := len(t.groups) * len(c.months)
	s := &summer{t: t, w: w, calendar: c, pieces: len(c.months), amounts: make([]money.Pence, n), counts: make([]int32, n),
		shares: make([]Share, len(t.groups)), missed: map[missing]int32{}, codes: make([]bool, len(t.keys))}
	s.sums.Codes = newCodes(len(t.keys))
	for i := range s.sources {
		s.sources[i] = make([]money.Pence, len(t.keys))
	}
	return s
}

func (s *summer) all(activities []Activity) {
	for i := range activities {
		s.one(activities[i])
		if i+1 == len(activities) || activities[i+1].Person != activities[i].Person {
			s.person(activities[i].Person)
		}
		if s.err != nil {
			return
		}
	}
	for i, source := range []Source{Own, Local, National} {
		for code, amount := range s.sources[i] {
			if amount != 0 {
				s.sums.Codes[code].BySource[source] = amount
			}
		}
	}
}

// one prices a contact and adds it to the person in hand.
func (s *summer) one(a Activity) {
	o := s.t.reckon(a, s.w.Span)
	code := &s.sums.Codes[a.Service]
	switch {
	case o.outside:
		code.Outside++
		return
	case o.gap != 0:
		code.Gaps[o.gap]++
		s.missed[missing{a.Service, o.gap}]++
		return
	}
	group := int(s.t.rates[a.Service].group)
	row, share := group*s.pieces, &s.shares[group]
	first, last := s.calendar.piece[o.inside.From-s.w.From], s.calendar.piece[o.inside.To-s.w.From]
	s.touched = append(s.touched, row+int(first))
	s.counts[row+int(first)]++
	if first == last {
		s.add(row, int(first), share, o.amount)
	} else {
		s.spread(row, share, o)
	}
	sum, err := money.Add(code.Amount, o.amount)
	if err != nil {
		s.err = tooLarge(err)
	}
	code.Amount = sum
	code.Contacts++
	code.Quantity += o.quantity
	days := o.inside.Days()
	code.Days += int64(days)
	s.codes[a.Service] = true
	s.sources[sourceIndex(o.source)][a.Service] += o.amount
	share.Contacts++
	share.Quantity += o.quantity
	share.Days += int32(days)
	share.Amount += o.amount
}

func sourceIndex(s Source) int {
	switch s {
	case Own:
		return 0
	case Local:
		return 1
	}
	return 2
}

func (s *summer) add(row, piece int, share *Share, amount money.Pence) {
	s.amounts[row+piece] += amount
	share.Years[s.calendar.years[piece]] += amount
}

// spread lays a contact's amount over the pieces of the window it is charged in, by their days.
func (s *summer) spread(row int, share *Share, o reckoned) {
	pieces := s.calendar.piece[o.inside.From-s.w.From : o.inside.To-s.w.From+1]
	first := int(pieces[0])
	s.days = s.days[:0]
	for _, p := range pieces {
		for len(s.days) <= int(p)-first {
			s.days = append(s.days, 0)
		}
		s.days[int(p)-first]++
	}
	amounts, _ := money.Split(o.amount, s.days) // there is at least one day
	for i, amount := range amounts {
		if i > 0 {
			s.touched = append(s.touched, row+first+i)
		}
		s.add(row, first+i, share, amount)
	}
}

// person hands over what the person in hand came to, and makes the tables ready for the next.
func (s *summer) person(p int32) {
	for group := range s.shares {
		if share := &s.shares[group]; share.Contacts > 0 {
			share.Person, share.Group = p, uint16(group)
			s.sums.Shares = append(s.sums.Shares, *share)
			*share = Share{}
		}
	}
	slices.Sort(s.touched)
	before := len(s.sums.Cells)
	for _, at := range s.touched {
		if s.amounts[at] == 0 && s.counts[at] == 0 {
			continue // touched twice, and handed over
		}
		c := Cell{Person: p, Month: s.calendar.months[at%s.pieces], Group: uint16(at / s.pieces), Contacts: s.counts[at], Amount: s.amounts[at]}
		s.amounts[at], s.counts[at] = 0, 0
		if last := len(s.sums.Cells) - 1; last >= before && s.sums.Cells[last].Month == c.Month && s.sums.Cells[last].Group == c.Group {
			s.sums.Cells[last].Amount += c.Amount
			s.sums.Cells[last].Contacts += c.Contacts
			continue
		}
		s.sums.Cells = append(s.sums.Cells, c)
	}
	s.touched = s.touched[:0]
	for code, used := range s.codes {
		if used {
			s.sums.Codes[code].People++
			s.codes[code] = false
		}
	}
	if len(s.missed) == 0 {
		return
	}
	from := len(s.sums.Missed)
	for m, n := range s.missed {
		s.sums.Missed = append(s.sums.Missed, Missed{p, m.service, m.reason, n})
	}
	clear(s.missed)
	slices.SortFunc(s.sums.Missed[from:], func(a, b Missed) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Reason, b.Reason))
	})
}
