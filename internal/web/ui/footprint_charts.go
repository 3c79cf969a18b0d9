package ui

import (
	"strconv"
	"strings"

	"throughline/internal/money"
)

// Front is the picture of the view in front.
func (f Footprint) Front() Chart {
	switch f.By {
	case "category":
		return f.segments("By category", "Each segment is one category, largest first; its number is the line of the table.",
			f.Cats, f.CategoryTable())
	case "payer":
		return f.segments("By payer", "Each segment is one payer, largest first; its number is the line of the table.", f.Pays,
			f.PayerTable())
	case "month":
		return f.MonthChart()
	}
	slices := make([]Slice, len(f.Uses))
	for i, u := range f.Uses {
		slices[i] = Slice{Key: u.Key, Name: u.Name, Planned: u.Sum}
		if u.Crisis {
			slices[i].Crisis, slices[i].Planned = u.Sum, 0
		}
	}
	c := f.segments("Cost by service", "Each segment is one service, largest first; its number is the line of the table.",
		slices, Table{})
	c.Beside, c.Key = true, crisisKey
	return c
}

// segments is one bar cut into parts. A part that is crisis only is filled and one that is planned only is hatched.
func (f Footprint) segments(name, sub string, slices []Slice, t Table) Chart {
	c := Chart{ID: "front", Name: name, Sub: sub, Height: 44, Table: t}
	c.Table.ID = "front-table"
	var before money.Pence
	var said []string
	for i, s := range slices {
		both := s.Crisis + s.Planned
		if both <= 0 {
			continue
		}
		x, end := share(before, f.Total), share(before+both, f.Total)
		before += both
		said = append(said, strconv.Itoa(i+1)+" "+s.Name+" "+both.String())
		number, middle := strconv.Itoa(i+1), x+(end-x)/2
		planned := s.Crisis == 0 && f.By != "category" && f.By != "payer"
		part, label := rect(x, 0, end-x, 44, segmentClass(f.By, i)), text(middle, 28, number, "middle", "inv b")
		if planned {
			part, label = hatched(rect(x, 0, end-x, 44, "gap")), text(middle, 28, number, "middle", "b halo")
		}
		c.Shapes = append(c.Shapes, part)
		switch {
		case end-x > 5_00:
			c.Shapes = append(c.Shapes, label)
		case end-x > 2_00:
			c.Shapes = append(c.Shapes, wide(label))
		}
	}
	c.Said = strings.Join(said, "; ") + "."
	if len(said) == 0 {
		c.Said = "Nothing found in this window."
	}
	return c
}

func segmentClass(by string, i int) string {
	switch {
	case by != "category" && by != "payer":
		return "madder gap"
	case i%2 == 1:
		return "pine60 gap"
	}
	return "pine gap"
}

// MonthChart has a column a month, crisis below and planned on top.
func (f Footprint) MonthChart() Chart {
	const top, height, base = 14, 110, 124
	c := Chart{ID: "months", Name: "By month", Key: crisisKey, Height: 146, Gutter: true,
		Table: Table{ID: "months-table", Name: "Cost by month", Columns: []Column{head(col("Month")), num("Crisis"),
			num("Planned"), num("Both")},
			Empty: "Nothing found in this window."}}
	if len(f.Month) == 0 {
		c.Said, c.Sub = "Nothing found in this window.", "Nothing found in this window."
		return c
	}
	var most, crisis, planned money.Pence
	highest := f.Month[0]
	for _, m := range f.Month {
		if both := m.Crisis + m.Planned; both > most {
			most, highest = both, m
		}
	}
	c.Sub = "The highest month was " + highest.Month.String() + ", " + most.String() + ". Stays are spread over their days."
	step, steps := axis(most)
	ceiling := step * money.Pence(steps)
	for i := 1; i <= steps; i++ {
		y := base - i*height/steps
		c.Shapes = append(c.Shapes, level(0, full, y, "grid"), beside(y+5, (step*money.Pence(i)).Pounds()))
	}
	width := full / Percent(len(f.Month))
	for i, m := range f.Month {
		x := full * Percent(i) / Percent(len(f.Month))
		low := int(int64(m.Crisis) * height / int64(ceiling))
		high := int(int64(m.Crisis+m.Planned) * height / int64(ceiling))
		c.Shapes = append(c.Shapes, rect(x+width/10, base-low, width*8/10, low, "madder"),
			hatched(rect(x+width/10, base-high, width*8/10, high-low, "edge")))
		if i%max(6, (len(f.Month)+7)/8) == 0 {
			first := m.Month.First()
			c.Shapes = append(c.Shapes, text(x, 142, first.Long()[2:5]+" "+first.String()[2:4], "", "quiet"))
		}
		crisis, planned = crisis+m.Crisis, planned+m.Planned
		in, key := m.Month.String(), monthKey(m.Month)
		c.Table.Rows = append(c.Table.Rows, row(linked(f.open("month", key), in), f.opens(m.Crisis, "crisis, "+in, "month", key, "kind", "crisis"),
			f.opens(m.Planned, "planned, "+in, "month", key, "kind", "planned"), f.opens(m.Crisis+m.Planned, in, "month", key)))
	}
	c.Shapes = append(c.Shapes, level(0, full, base, "axis"))
	c.Table.Foot = []Row{row(words("All"), f.opens(crisis, "all crisis use", "kind", "crisis"), f.opens(planned, "all planned use", "kind", "planned"),
		f.opens(crisis+planned, "all months", "lines", "all"))}
	c.Said = "Columns of " + count(len(f.Month)) + " months. " + c.Sub
	return c
}

// axis finds a round step so that two to four steps reach over most.
func axis(most money.Pence) (money.Pence, int) {
	step := money.Pence(100)
	for {
		for _, m := range []money.Pence{1, 2, 5} {
			if s := step * m; s*4 >= most {
				return s, max(int((most+s-1)/s), 1)
			}
		}
		step *= 10
	}
}
