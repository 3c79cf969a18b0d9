package cli

import (
	"fmt"
	"math"

	"throughline/internal/linkage"
)

// modelChart draws a model: a row for each level, with how often records of one person and of two agree so, and what that weighs.
type modelChart struct {
	Rows   []modelRow
	Height int
	Zero   int // x of nought bits
}

type modelRow struct {
	Field, Level string // Field on its first level only
	Y, TextY     int
	M, U         int // widths
	X, Bits      int // of the bar of bits
	Against      bool
	Label        string
	LabelX       int
	LabelAt      string // text-anchor
}

// Sizes of the chart of the model, in pixels of its view box. Bits beyond mostBits are drawn as far.
const (
	modelRowHeight = 22
	modelTop       = 30
	modelBars      = 360 // x where the bars of m and u begin
	modelBarWidth  = 180
	modelZero      = 700
	pixelsABit     = 7
	mostBits       = 24
)

func newModelChart(levels []linkage.Weight) modelChart {
	c := modelChart{Zero: modelZero}
	last := ""
	for i, w := range levels {
		y := modelTop + i*modelRowHeight
		row := modelRow{Level: w.Level, Y: y, TextY: y + 14, M: scaledTo(w.M, modelBarWidth), U: scaledTo(w.U, modelBarWidth), Label: signed(w.Bits)}
		if w.Field != last {
			row.Field, last = w.Field, w.Field
		}
		bits := math.Max(-mostBits, math.Min(mostBits, w.Bits))
		row.Bits = int(math.Round(math.Abs(bits) * pixelsABit))
		row.X, row.LabelX, row.LabelAt = modelZero, modelZero+row.Bits+4, "start"
		if row.Against = bits < 0; row.Against {
			row.X, row.LabelX, row.LabelAt = modelZero-row.Bits, modelZero-row.Bits-4, "end"
		}
		c.Rows = append(c.Rows, row)
	}
	c.Height = modelTop + len(c.Rows)*modelRowHeight + 10
	return c
}

// scaledTo is the width of a bar for a share; what is not nothing can be seen.
func scaledTo(share float64, width int) int { return max(1, int(math.Round(share*float64(width)))) }

// movedChart draws how training came to rest: the largest change of each round, on a scale of powers of ten.
type movedChart struct {
	Points []movedPoint
	Line   string // of the SVG's polyline
	Steps  []movedStep
}

type movedPoint struct {
	Round int
	Moved string
	X, Y  int
}

type movedStep struct {
	Label string
	Y     int
}

// Sizes of the chart of training: a power of ten is so high, from ten to a millionth.
const (
	movedWidth, movedDecade, movedTop = 640, 28, 20
	movedMost, movedLeast             = 1, -6
	movedLeft                         = 60
)

func newMovedChart(moved []float64) movedChart {
	var c movedChart
	for p := movedMost; p >= movedLeast; p-- {
		c.Steps = append(c.Steps, movedStep{fmt.Sprintf("%g", math.Pow(10, float64(p))), movedTop + (movedMost-p)*movedDecade})
	}
	for i, v := range moved {
		x := movedLeft
		if len(moved) > 1 {
			x += i * movedWidth / (len(moved) - 1)
		}
		decades := math.Max(movedLeast, math.Min(movedMost, math.Log10(math.Max(v, 1e-12))))
		y := movedTop + int(math.Round((movedMost-decades)*movedDecade))
		c.Points = append(c.Points, movedPoint{i + 1, fmt.Sprintf("%.2g", v), x, y})
		c.Line += fmt.Sprintf("%d,%d ", x, y)
	}
	return c
}

// strata are the rows of the table of what the model expects of pairs by their weight.
func strata(q linkage.Quality) [][4]string {
	var list [][4]string
	for _, s := range q {
		if s.Pairs == 0 {
			continue
		}
		linked := "not linked"
		if s.Linked {
			linked = "linked"
		}
		list = append(list, [4]string{fmt.Sprintf("%+.1f", s.From), linked, count(s.Pairs), fmt.Sprintf("%.3f", s.Expected/float64(s.Pairs))})
	}
	return list
}
