package ui

import "strconv"

// Shape is a mark of a chart. x is in per cent of the width and y in px, so that letters never shrink.
type Shape struct {
	Kind           string // rect, line, text, circle, curve
	X, Y, W, H     string // of a rect; of a line x and y to w and h
	Class, Fill    string // Fill names a pattern: hatch, dots
	Words, Anchor  string // of text
	WideOnly       bool   // left out on a phone
	NarrowOnly     bool   // on a phone only
	Href           string // where a pointer opens it; whoever has none opens the same from the table beside
	Curve, Compare string // paths in a square of 100 by 100, of a curve and of the even spread beside it
}

func px(n int) string { return strconv.Itoa(n) }

func rect(x Percent, y int, w Percent, h int, class string) Shape {
	return Shape{Kind: "rect", X: x.String(), Y: px(y), W: w.String(), H: px(h), Class: class}
}

// tick is a rect a few px wide, which stays so at any width of the page.
func tick(x Percent, y, w, h int, class string) Shape {
	return Shape{Kind: "rect", X: x.String(), Y: px(y), W: px(w), H: px(h), Class: class}
}

func hatched(s Shape) Shape {
	s.Fill = "hatch"
	return s
}

func dotted(s Shape) Shape {
	s.Fill = "dots"
	return s
}

func rule(x Percent, y1, y2 int, class string) Shape {
	return Shape{Kind: "line", X: x.String(), W: x.String(), Y: px(y1), H: px(y2), Class: class}
}

func level(x1, x2 Percent, y int, class string) Shape {
	return Shape{Kind: "line", X: x1.String(), W: x2.String(), Y: px(y), H: px(y), Class: class}
}

func text(x Percent, y int, words, anchor, class string) Shape {
	return Shape{Kind: "text", X: x.String(), Y: px(y), Words: words, Anchor: anchor, Class: class}
}

// beside is a label of an axis, in the gutter left of the picture.
func beside(y int, words string) Shape {
	return Shape{Kind: "text", X: "-8", Y: px(y), Words: words, Anchor: "end", Class: "quiet"}
}

func wide(s Shape) Shape {
	s.WideOnly = true
	return s
}

func narrow(s Shape) Shape {
	s.NarrowOnly = true
	return s
}

func dot(x Percent, y, r int, class string) Shape {
	return Shape{Kind: "circle", X: x.String(), Y: px(y), W: px(r), Class: class}
}

// Chart is a picture with its name, its figures in words, and its table.
type Chart struct {
	ID     string
	Name   string
	Sub    string
	Key    []KeyEntry
	Height int
	Shapes []Shape
	Said   string // the figures in words
	Table  Table  // the same figures, under the picture
	Gutter bool   // room is left beside the picture for the labels of its axis
	Beside bool   // the table is shown beside the chart by the page, not under it
}

// HeightPx is the picture's height.
func (c Chart) HeightPx() string { return px(c.Height) }

// KeyEntry explains a fill.
type KeyEntry struct{ Class, Fill, Words string }

// Crisis is filled, planned is hatched: they differ in lightness and pattern as well as in colour.
const (
	crisisClass  = "madder"
	plannedClass = "edge"
)

var crisisKey = []KeyEntry{{crisisClass, "", "Crisis"}, {plannedClass, "hatch", "Planned"}}

// full is the whole width.
const full Percent = 100_00

// barOf is a bar of one sum against the largest.
func barOf[N ~int | ~int64](n, most N) Cell { return barAs(n, most, "pine") }

func barAs[N ~int | ~int64](n, most N, class string) Cell {
	w := share(n, most)
	if n > 0 && w < 50 {
		w = 50 // a sum that is there is seen
	}
	return bar(rect(0, 2, w, 14, class))
}

// barWithLine is a bar with an upright line at a threshold.
func barWithLine[N ~int | ~int64](n, most, line N) Cell {
	c := barAs(n, most, "pine60")
	c.Bar = append(c.Bar, rule(share(line, most), 0, 18, "line"))
	return c
}

// covered is a bar of the part of a window that a feed covers, from its first to its last day.
func covered(from, to Percent) Cell {
	return bar(Shape{Kind: "rect", X: "0", Y: "4", W: "100%", H: "10", Class: "none edge"}, rect(from, 4, to-from, 10, "pine60"))
}
