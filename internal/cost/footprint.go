package cost

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"throughline/internal/day"
	"throughline/internal/money"
)

// GapReason says why a contact inside the window has no line. A gap is shown and counted, never priced as nought.
type GapReason uint8

const (
	GapNoPrice     GapReason = iota + 1 // nobody has set a price for the code
	GapNotApproved                      // a price is set and not approved
	GapLeftOut                          // left out by policy, with a reason
	GapNoAmount                         // only the agency's own amount could price it, and none was sent
	GapNoQuantity                       // the price needs a quantity, and none above nothing was sent
	GapBadSpan                          // it ends before it begins, or is open with no as-of day
	GapNoDeflator                       // its year's money cannot be brought to the map's year
	GapTooLarge                         // the amount is beyond MaxContact
)

var gapWords = [...]string{"", "no price yet", "price not approved yet", "left out by policy", "no amount sent", "no quantity sent",
	"ends before it begins", "no deflator for its year", "amount too large"}

func (g GapReason) String() string { return gapWords[g] }

// Line is one contact priced. Days and amounts are those inside the window; Quantity is in the service's unit.
type Line struct {
	Contact   Contact
	Key       Key
	Group     Group
	Source    Source
	Price     Ref    // the national price; empty for the other sources
	PriceFrom string // where the price comes from, in words
	PayerNote string // who pays a mixed price, as the edition says
	FromYear  day.FinancialYear
	ToYear    day.FinancialYear
	Vintage   string // of the deflator, where the years differ
	Rule      string // how the amount was reckoned, in words
	UnitPrice money.Pence
	// UnitRounded says that UnitPrice is rounded for showing: Amount is reckoned from the exact price.
	UnitRounded bool
	Quantity    int64    // thousandths
	Inside      day.Span // the days charged inside the window
	Whole       int      // the days charged of the whole contact
	Amount      money.Pence
	Parts       []Part // Amount by month and year
}

// Days is how many days of the contact are charged inside the window.
func (l Line) Days() int { return l.Inside.Days() }

// Part is what of a line lies in a calendar month and, where the window has a turn, in one of its years.
type Part struct {
	Month  day.Month
	Year   int // 0 or 1
	Days   uint32
	Amount money.Pence
}

// parts spreads a line's amount by days over the calendar months it is charged in, cut once more at the turn of the
// window's years. They add up to the line; a run's sums are made of the same parts.
func parts(amount money.Pence, inside day.Span, turn day.Day) []Part {
	var parts []Part
	var days []uint32
	for from := inside.From; from <= inside.To; {
		p := Part{Month: from.Month()}
		next := min((p.Month + 1).First(), inside.To+1)
		if turn != 0 && from >= turn {
			p.Year = 1
		} else if turn > from {
			next = min(next, turn)
		}
		p.Days = uint32(next - from)
		parts, days = append(parts, p), append(days, p.Days)
		from = next
	}
	amounts, _ := money.Split(amount, days) // a line has at least one day
	for i := range parts {
		parts[i].Amount = amounts[i]
	}
	return parts
}

// Gap is one contact inside the window that has no line, and why.
type Gap struct {
	Contact Contact
	Key     Key
	Service string // what the code means, where the map says
	Reason  GapReason
	Words   string // the reason given for leaving it out, where Reason is GapLeftOut
	Inside  day.Span
}

// Priced is what Footprint gives: each contact is a line, a gap or outside the window.
type Priced struct {
	Lines   []Line
	Gaps    []Gap
	Outside int
	Total   Total
}

// Footprint prices contacts for a window, both of whose ends count. Stays and periods are cut to the window and charged
// by their days in it. Each line's amount is reckoned exactly and rounded once, half to even, to whole pence; the total
// is the sum of the lines.
func Footprint(contacts []Contact, t *Table, window Window) (Priced, error) {
	return t.price(contacts, window, t.line)
}

// Amounts is Footprint with lines that do not say how they were reckoned: each has its contact, its group, and its amount with the parts of it.
func Amounts(contacts []Contact, t *Table, window Window) (Priced, error) {
	return t.price(contacts, window, t.bare)
}

func (t *Table) price(contacts []Contact, window Window, line func(Contact, reckoned, day.Day) Line) (Priced, error) {
	p := Priced{Lines: make([]Line, 0, len(contacts))}
	amounts := make([]money.Pence, 0, len(contacts))
	for _, c := range contacts {
		if int(c.Service) >= len(t.rates) {
			return Priced{}, notInTable(c.Service)
		}
		o, r := t.reckon(c.Activity, window.Span), &t.rates[c.Service]
		switch {
		case o.outside:
			p.Outside++
		case o.gap != 0:
			g := Gap{Contact: c, Key: t.keys[c.Service], Service: r.entry.Service, Reason: o.gap, Inside: o.inside}
			if o.gap == GapLeftOut {
				g.Words = r.entry.LeftOut.Reason
			}
			p.Gaps = append(p.Gaps, g)
		default:
			p.Lines = append(p.Lines, line(c, o, window.Turn))
			amounts = append(amounts, o.amount)
		}
	}
	sum, err := money.Add(amounts...)
	if err != nil {
		return Priced{}, tooLarge(err)
	}
	p.Total = t.Total(sum, p.Gaps)
	return p, nil
}

// MaxContact is what one contact comes to at most, either way from nothing: £100 million, ten times the largest amount of its own that a
// file may hold. What is beyond is a gap, so that no price and no row can keep the others from being added up: an int64 of pence holds
// nine hundred million contacts of it.
const MaxContact money.Pence = 100_000_000_00

// reckoned is what becomes of one contact.
type reckoned struct {
	outside  bool
	gap      GapReason
	source   Source
	inside   day.Span
	whole    uint32
	quantity int64
	amount   money.Pence
}

// reckon is the one place where a contact becomes an amount, for lines and for sums alike.
func (t *Table) reckon(a Activity, window day.Span) reckoned {
	r := &t.rates[a.Service]
	charged, ok := a.charged(r.counts)
	o := reckoned{inside: charged.Cut(window), whole: uint32(charged.Days())}
	switch {
	case !ok:
		o.inside, o.gap = charged, GapBadSpan
		o.outside = !window.Has(a.From)
		return o
	case o.inside.To < o.inside.From:
		o.outside = true
		return o
	case r.gap != 0:
		o.gap = r.gap
		return o
	}
	inside := uint64(o.inside.Days())
	quantity, missing := a.quantity(r, inside, uint64(o.whole))
	o.quantity = quantity
	var amount int64
	switch {
	case r.useOwn && a.Flags&HasOwn != 0:
		o.source = Own
		factor := r.own
		if r.perYear {
			factor = t.factorOf(a.From.FinancialYear())
		}
		if factor.num == 0 {
			o.gap = GapNoDeflator
			return o
		}
		u, negative := magnitude(a.Own)
		amount, ok = product([3]uint64{u, factor.num, inside}, [3]uint64{factor.den, uint64(o.whole), 1})
		if negative {
			amount = -amount
		}
	case r.source == "":
		o.gap = GapNoAmount
		return o
	case missing:
		o.gap = GapNoQuantity
		return o
	case r.counts == byQuantity:
		o.source = r.source
		amount, ok = product([3]uint64{r.price.num, a.units(), inside}, [3]uint64{r.price.den, 1000 * r.by, uint64(o.whole)})
	case a.To == 0:
		o.source = r.source
		amount, ok = product([3]uint64{r.price.num, a.units(), 1}, [3]uint64{r.price.den, 1000 * r.by, 1})
	default:
		o.source = r.source
		amount, ok = product([3]uint64{r.price.num, inside, 1}, [3]uint64{r.price.den, r.by, 1})
	}
	if !ok || amount > int64(MaxContact) || amount < -int64(MaxContact) {
		o.gap, amount = GapTooLarge, 0
	}
	o.amount = money.Pence(amount)
	return o
}

// charged is the days that a contact is charged over, and false when it has none that make sense.
func (a Activity) charged(c counting) (day.Span, bool) {
	switch {
	case a.To == 0:
		return day.Span{From: a.From, To: a.From}, a.Flags&Open == 0
	case a.To < a.From:
		return day.Span{From: a.From, To: a.From}, false
	case c == byNights:
		return day.Span{From: a.From, To: max(a.From, a.To-1)}, true
	}
	return day.Span{From: a.From, To: a.To}, true
}

// units is the quantity sent in thousandths, or one where none was.
func (a Activity) units() uint64 {
	if a.Quantity == 0 {
		return 1000
	}
	return uint64(a.Quantity)
}

// quantity is what is shown beside an amount, in thousandths of the service's unit inside the window; missing where the
// price needs a quantity that was not sent.
func (a Activity) quantity(r *rate, inside, whole uint64) (thousandths int64, missing bool) {
	switch {
	case a.Quantity < 0 || a.Quantity == 0 && r.counts == byQuantity && r.by != 1:
		return 0, true
	case r.counts == byQuantity:
		q, ok := product([3]uint64{a.units(), inside, 1}, [3]uint64{r.by, whole, 1})
		return q, !ok
	case a.To == 0:
		return int64(a.units()), false
	}
	return int64(inside) * 1000, false
}

func (t *Table) factorOf(y day.FinancialYear) fraction {
	if y < firstYear || y > lastYear {
		return fraction{}
	}
	return t.growth[y-firstYear]
}

func magnitude(p money.Pence) (uint64, bool) {
	if p < 0 {
		return -uint64(p), true
	}
	return uint64(p), false
}

// line tells how a contact's amount came about.
func (t *Table) line(c Contact, o reckoned, turn day.Day) Line {
	r, l := &t.rates[c.Service], t.bare(c, o, turn)
	l.Key, l.Source, l.ToYear, l.FromYear, l.Quantity, l.Inside, l.Whole = t.keys[c.Service], o.source, t.year, t.year, o.quantity, o.inside, int(o.whole)
	var words []string
	switch o.source {
	case Own:
		l.PriceFrom = "own amount on each row"
		words = append(words, "the agency's own amount, "+c.Own.String())
		if r.entry.Own.Note != "" {
			words = append(words, r.entry.Own.Note)
		}
		if l.FromYear = r.entry.Own.Year; l.FromYear == 0 {
			l.FromYear = c.From.FinancialYear()
		}
		if u, negative := magnitude(o.amount); !negative && o.quantity > 0 {
			each, _ := product([3]uint64{u, 1000, 1}, [3]uint64{uint64(o.quantity), 1, 1})
			l.UnitPrice = money.Pence(each)
			back, ok := product([3]uint64{uint64(each), uint64(o.quantity), 1}, [3]uint64{1, 1, 1})
			l.UnitRounded = !ok || uint64(back) != u*1000
		}
	case Local:
		l.PriceFrom, l.FromYear = r.entry.Local.Source, r.entry.Local.Year
	case National:
		l.Price, l.PayerNote, l.FromYear = r.national.Ref, r.national.PayerNote, r.national.Year
		l.PriceFrom = r.national.Item + ", " + r.national.Unit
	}
	if o.source != Own {
		l.UnitPrice, l.UnitRounded = r.unit(0), !r.isWhole(0)
		words = append(words, thousandths(o.quantity)+" × £"+r.unitExact())
		if r.by != 1 {
			words = append(words, r.entry.Conversion.Says())
		}
	}
	if l.Days() < l.Whole {
		words = append(words, fmt.Sprintf("%d of its %d days are in the window", l.Days(), l.Whole))
	}
	if c.Flags&Open != 0 {
		words = append(words, "open on "+c.To.Long())
	}
	if l.FromYear != l.ToYear {
		l.Vintage = t.deflator.Vintage
		words = append(words, "uprated from "+l.FromYear.String()+" to "+l.ToYear.String()+" by "+l.Vintage)
	}
	l.Rule = strings.Join(words, "; ")
	return l
}

// bare is a line with its amount and no more.
func (t *Table) bare(c Contact, o reckoned, turn day.Day) Line {
	return Line{Contact: c, Group: t.groups[t.rates[c.Service].group], Amount: o.amount, Parts: parts(o.amount, o.inside, turn)}
}

// unit is the price of one of what is counted, in pence × 10^places, rounded half to even: of a night, for a price by
// the year; of an hour, where minutes are sent.
func (r *rate) unit(places int) money.Pence {
	ten, by := uint64(1), uint64(1)
	for range places {
		ten *= 10
	}
	if r.counts != byQuantity {
		by = r.by
	}
	p, _ := product([3]uint64{r.price.num, ten, 1}, [3]uint64{r.price.den, by, 1})
	return money.Pence(p)
}

// isWhole says whether unit gives the price as it is, with nothing rounded off.
func (r *rate) isWhole(places int64) bool {
	by := uint64(1)
	if r.counts != byQuantity {
		by = r.by
	}
	n, d := new(big.Int).SetUint64(r.price.num), new(big.Int).SetUint64(r.price.den)
	n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(places), nil))
	return n.Rem(n, d.Mul(d, new(big.Int).SetUint64(by))).Sign() == 0
}

// unitExact writes the unit price in pounds, with two more decimals than pence where it is not whole pence, and dots where it has
// more: amounts are reckoned from all of them.
func (r *rate) unitExact() string {
	if r.isWhole(0) {
		return r.unit(0).Plain()
	}
	four, more := uint64(r.unit(2)), ""
	if !r.isWhole(2) {
		more = "…"
	}
	return strconv.FormatUint(four/10000, 10) + fmt.Sprintf(".%04d", four%10000) + more
}

// thousandths writes a quantity without trailing noughts: 1500 is "1.5".
func thousandths(q int64) string {
	s := strconv.FormatInt(q/1000, 10) + fmt.Sprintf(".%03d", q%1000)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
