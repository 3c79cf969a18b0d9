package ui

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"throughline/internal/day"
	"throughline/internal/id"
)

// Odds writes how likely the link is, in odds first and then as a probability.
func (l LinkWhy) Odds() string {
	odds := math.Exp2(float64(l.millibits()) / 1000)
	if len(l.Evidence) == 0 {
		odds = l.Probability / (1 - l.Probability)
	}
	return oddsWords(odds)
}

// oddsWords writes odds in words: "about 12 to 1", "about even".
func oddsWords(odds float64) string {
	switch {
	case odds >= 1_000_000: // without end as well
		return "more than a million to 1"
	case odds >= 2:
		return "about " + oddsFigure(odds) + " to 1"
	case odds >= 0.5:
		return "about even"
	case odds <= 1e-6:
		return "more than a million to 1 against"
	}
	return "about " + oddsFigure(1/odds) + " to 1 against"
}

// oddsFigure writes odds of two or more to two figures.
func oddsFigure(odds float64) string {
	if odds < 9.95 {
		return strings.TrimSuffix(strconv.FormatFloat(odds, 'f', 1, 64), ".0")
	}
	return count(int(math.Round(roundTo(odds, 2))))
}

func (l LinkWhy) millibits() (n int) {
	for _, e := range l.Evidence {
		n += e.Millibits
	}
	return n
}

// roundTo keeps n leading digits.
func roundTo(x float64, n int) float64 {
	scale := math.Pow10(int(math.Log10(x)) - n + 1)
	return math.Round(x/scale) * scale
}

// Probable is the probability in figures.
func (l LinkWhy) Probable() string { return probabilityWords(l.Probability) }

// bits writes tenths of a bit with their sign: "+11.9", "−17.6".
func bits(tenths int) string {
	switch {
	case tenths == 0:
		return "0.0"
	case tenths < 0:
		return "−" + bits(-tenths)[1:]
	}
	return "+" + strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10)
}

// tenth is thousandths as tenths, rounded half up.
func tenth(thousandths int) int { return int(math.Floor(float64(thousandths+50) / 100)) }

// Waterfall shows the evidence field by field: each bar begins where the one above ended. Each part is shown as what it adds to
// the rounded sum so far, so that the parts as shown add up to the whole as shown.
func (l LinkWhy) Waterfall() Table {
	t := Table{ID: "evidence", Name: "Evidence, field by field, " + l.Agency + " and " + l.Other, Class: "tl-waterfall",
		Columns: []Column{head(col("Field")), col("In words"), num("Bits"), {Name: "To the left: against, to the right: for",
			Kind: Bars}}}
	var lowest, highest, at float64
	for _, e := range l.Evidence {
		at += e.bits()
		lowest, highest = min(lowest, at), max(highest, at)
	}
	total := at
	width := max(highest-lowest, 1) * 1.1 // a little air on both sides
	place := func(b float64) Percent { return Percent(math.Round((b - lowest + width/22) / width * float64(full))) }
	zero := rule(place(0), -20, 120, "line") // as far as the row reaches, which cuts it off
	at = 0
	sum := 0
	for _, e := range l.Evidence {
		says, picture := words(bits(tenth(sum+e.Millibits)-tenth(sum))), []Shape{zero}
		sum += e.Millibits
		if e.Nothing {
			says = words("says nothing")
		} else {
			picture = append(picture, evidenceBar(place(at), place(at+e.bits()), e))
		}
		at += e.bits()
		t.Rows = append(t.Rows, row(words(e.Field), words(e.Words), says, bar(picture...)))
	}
	t.Foot = []Row{row(words("All together"), words(l.sumWords()), words(bits(tenth(sum))),
		bar(zero, between(place(0), place(total), "ink")))}
	return t
}

func (e Evidence) bits() float64 { return float64(e.Millibits) / 1000 }

func evidenceBar(from, to Percent, e Evidence) Shape {
	if e.Start || e.Millibits < 0 {
		return dotted(between(from, to, "line-thin"))
	}
	return between(from, to, "pine")
}

func between(a, b Percent, class string) Shape {
	return rect(min(a, b), 3, max(a, b)-min(a, b), 12, class)
}

// sumWords says what the sum comes to: the same odds as the sentence above the table.
func (l LinkWhy) sumWords() string {
	shown := strings.TrimPrefix(bits(tenth(l.millibits())), "+")
	return "2 to the power " + shown + ": " + l.Odds() + ", probability " + l.Probable()
}

// Turns says which field the pair turns on.
func (l LinkWhy) Turns() string {
	speaks := func(millibits int) string {
		if millibits >= 0 {
			return "speak for one person."
		}
		return "speak for two people."
	}
	switch {
	case len(l.Evidence) == 0:
		return ""
	case l.TurnsOn == "":
		return "It turns on no single field: without any one of them the rest would still " + speaks(l.millibits())
	}
	return "It turns on the " + inWords([]string{l.TurnsOn}) + ": without it the rest comes to " + bits(tenth(l.Rest)) + " bits, and would " + speaks(l.Rest)
}

// WhySame asks for the reason of an answer.
func (l LinkWhy) WhySame() Area {
	return l.Form.area("why", "Why do you think so?", "For example: the worker met both. Do not put health details here.", 2)
}

// LaneRow is a lane as it is drawn.
type LaneRow struct {
	Agency, Note string
	Href         string // to the lines of the contacts; empty for whoever may not open them
	Shapes       []Shape
}

// Axis are the months above the lanes.
func (p Person) Axis() []Shape {
	var shapes []Shape
	p.quarters(func(x Percent, first day.Day, i int) {
		words := text(x, 13, first.Long()[2:5]+" "+first.String()[2:4], "", "quiet")
		if i%2 == 1 {
			words = wide(words)
		}
		shapes = append(shapes, rule(x, 18, 34, "grid"), words)
	})
	return shapes
}

// quarters calls f with each quarter's first day that is in the window, or each year's when the window is long.
func (p Person) quarters(f func(Percent, day.Day, int)) {
	step := 3
	if p.Window.Days() > 3*366 {
		step = 12
	}
	first := p.Window.From.Month().First()
	i := 0
	for d := first; d <= p.Window.To; d = d.AddMonths(step) {
		f(max(p.at(d), 0), d, i)
		i++
	}
}

func (p Person) at(d day.Day) Percent { return share(int(d-p.Window.From), p.Window.Days()) }

// LaneRows are the lanes: a tall line is a crisis contact, a short one a planned one, a block is a stay to scale.
func (p Person) LaneRows() []LaneRow {
	rows := make([]LaneRow, len(p.Lanes))
	var grid []Shape
	p.quarters(func(x Percent, _ day.Day, _ int) { grid = append(grid, rule(x, 0, 30, "grid")) })
	for i, l := range p.Lanes {
		r := LaneRow{Agency: l.Agency, Note: many(l.Contacts, "contact", "contacts"), Shapes: append(make([]Shape, 0, len(grid)+len(l.Marks)), grid...)}
		for _, m := range l.Marks {
			s := m.Span.Cut(p.Window)
			if s.Days() == 0 {
				continue
			}
			mark := p.mark(m, s)
			if p.MayFootprint {
				mark.Href = rowPath(p.Person, l.Slug, s.From, m.Contact)
			}
			r.Shapes = append(r.Shapes, mark)
		}
		r.Href = p.linesPath(p.Window, l.Slug, "")
		rows[i] = r
	}
	return rows
}

// mark is a contact in its lane, in those of its days that the window has.
func (p Person) mark(m LaneMark, s day.Span) Shape {
	x, end := p.at(s.From), p.at(s.To+1)
	switch {
	case m.Stay && m.Crisis:
		return rect(x, 9, max(end-x, 20), 12, "madder")
	case m.Stay:
		return hatched(rect(x, 9, max(end-x, 20), 12, "edge"))
	case m.Crisis:
		return tick(x, 4, 2, 22, "madder")
	}
	return tick(x, 10, 2, 10, "pine")
}

// rowPath leads to the agency's row of one contact, beside its lines of a day.
func rowPath(p id.Person, agency string, d day.Day, c id.Contact) string {
	on := d.String()
	return number(FootprintPath(p)+"?agency="+url.QueryEscape(agency)+"&as=now&from="+on+"&to="+on+"&line=", c) + "#row"
}

// LaneKey explains the lanes.
func (p Person) LaneKey() []KeyEntry {
	return []KeyEntry{{crisisClass, "", "Crisis"}, {"pine", "", "Planned contact"}, {plannedClass, "hatch", "Planned stay"}}
}

// UseTable is the timeline as a table.
func (p Person) UseTable() Table {
	t := Table{ID: "uses", Name: "Services used over the window", Columns: []Column{head(col("Service")), col("Agency"), num("Times"),
		num("First"), num("Last")}, Empty: "No service was used in this window."}
	times := 0
	for _, u := range p.Uses {
		times += u.Times
		t.Rows = append(t.Rows, row(words(u.Service), words(u.Agency), p.counted(u.Times, u.Service, p.Window, u.From, u.Slug), shortDay(u.First), shortDay(u.Last)))
	}
	t.Foot = []Row{row(words("All services"), blank(), p.counted(times, "all services", p.Window, "any", ""), blank(), blank())}
	return t
}
