package ui

import (
	"strconv"
	"strings"

	"throughline/internal/id"
	"throughline/internal/money"
)

// BoroughChart shows people by borough, one block a person, as wide as that person's cost.
func (c Cohort) BoroughChart() Chart {
	ch := Chart{ID: "boroughs", Name: "People by borough, one block a person",
		Sub: "Each block is as wide as that person’s cost in the window, costliest first. The shades only tell neighbours apart.",
		Table: Table{ID: "boroughs-table", Name: "People and cost by borough",
			Columns: []Column{head(col("Borough")), num("People"), num(c.whole()), num("Costliest person")}}}
	cost := func(p PersonCost) money.Pence { return p.Cost }
	var most, total money.Pence
	people := 0
	for _, b := range c.Boroughs {
		s := sum(b.People, cost)
		most, total, people = max(most, s), total+s, people+len(b.People)
	}
	var said []string
	for i, b := range c.Boroughs {
		y := i * 68
		s := sum(b.People, cost)
		name := b.Name
		if name == "" {
			name = "No borough"
		}
		words := many(len(b.People), "person", "people") + ", " + s.Pounds()
		ch.Shapes = append(ch.Shapes, text(0, y+15, name, "", "b"), text(full, y+15, words, "end", ""))
		ch.Shapes = append(ch.Shapes, blocks(b.People, most, y+22)...)
		var costliest money.Pence
		if len(b.People) > 0 {
			costliest = b.People[0].Cost
		}
		said = append(said, name+": "+words+", costliest person "+costliest.Pounds()+".")
		here := List{Path: "/cohort"}.With("borough", name) + "#shown"
		costly := pounds(costliest)
		if len(b.People) > 0 {
			costly = cell(LinkAbout(FootprintPath(b.People[0].Person), costliest.Pounds(), "costliest person, "+name))
		}
		ch.Table.Rows = append(ch.Table.Rows, row(linked(here, name), cell(LinkAbout(here, count(len(b.People)), "people, "+name)),
			cell(LinkAbout(here, s.Pounds(), name)), costly))
	}
	ch.Table.Foot = []Row{row(cell(Plain("All boroughs")), cell(LinkAbout("#ranked", count(people), "people, all boroughs")), c.sumOf(total, "all boroughs", "part", "all"), blank())}
	ch.Height = max(len(c.Boroughs)*68, 10)
	ch.Said = strings.Join(said, " ")
	return ch
}

// blocks lays one borough's people side by side. The costliest carries its pseudonym where it fits.
func blocks(people []PersonCost, most money.Pence, y int) []Shape {
	var shapes []Shape
	var before money.Pence
	for i, p := range people {
		x, end := share(before, most), share(before+p.Cost, most)
		class := "gap pine"
		if i%2 == 1 {
			class = "gap pine60"
		}
		shapes = append(shapes, rect(x, y, end-x, 30, class))
		if i == 0 && end-x > 7_00 {
			shapes = append(shapes, wide(text(x+(end-x)/2, y+20, id.Pseudonym(p.Person), "middle", "inv")))
		}
		before += p.Cost
	}
	return shapes
}

// KindsChart shows crisis and planned use, a bar a year.
func (c Cohort) KindsChart() Chart {
	ch := Chart{ID: "kinds", Name: "Crisis and planned use", Key: crisisKey, Height: max(len(c.Years)*74, 10),
		Sub: c.CrisisMeans,
		Table: Table{ID: "kinds-table", Name: "Crisis and planned use by year",
			Columns: []Column{head(col("Year")), num("Crisis"), num("Planned"), num("Both")}}}
	var most, crisis, planned money.Pence
	for _, y := range c.Years {
		most = max(most, y.Crisis+y.Planned)
	}
	var said []string
	for i, y := range c.Years {
		both, year := y.Crisis+y.Planned, strconv.Itoa(i+1)
		crisis, planned = crisis+y.Crisis, planned+y.Planned
		top := i * 74
		edge, end := share(y.Crisis, most), share(both, most)
		left := "crisis " + y.Crisis.Pounds() + ", " + share(y.Crisis, both).whole()
		right := "planned " + y.Planned.Pounds() + ", " + share(y.Planned, both).whole()
		ch.Shapes = append(ch.Shapes, text(0, top+15, y.Name+", to "+y.To.Long(), "", "b"), text(full, top+15, both.Pounds(), "end", ""),
			rect(0, top+21, edge, 28, "madder gap"), hatched(rect(edge, top+21, end-edge, 28, "edge")),
			wide(text(0, top+64, left, "", "")), wide(text(full, top+64, right, "end", "")),
			narrow(text(0, top+64, y.Crisis.Pounds()+", "+share(y.Crisis, both).whole(), "", "")), // two labels with their words would touch
			narrow(text(full, top+64, y.Planned.Pounds()+", "+share(y.Planned, both).whole(), "end", "")))
		said = append(said, y.Name+": "+left+"; "+right+".")
		ch.Table.Rows = append(ch.Table.Rows, row(words(y.Name), c.sumOf(y.Crisis, "crisis, "+y.Name, "year", year, "kind", "crisis"),
			c.sumOf(y.Planned, "planned, "+y.Name, "year", year, "kind", "planned"), c.sumOf(both, y.Name, "year", year)))
	}
	ch.Table.Foot = []Row{row(words(c.whole()), c.sumOf(crisis, "all crisis use", "kind", "crisis"), c.sumOf(planned, "all planned use", "kind", "planned"),
		c.sumOf(crisis+planned, "all", "part", "all"))}
	ch.Said = strings.Join(said, " ")
	return ch
}

// CurveChart shows what share of the cost the costliest people carry.
func (c Cohort) CurveChart() Chart {
	const left, top, height = 9_00, 8, 210
	ch := Chart{ID: "curve", Name: "Share of cost carried by the costliest people", Height: 246,
		Sub: "All " + count(c.All) + " people with a priced contact; " + c.AllCost.Pounds() + ". The dashed line is an even spread.",
		Table: Table{ID: "curve-table", Name: "Share of cost by share of people",
			Columns: []Column{head(col("Costliest people")), num("Share of people"), num("Cost together"), num("Share of cost")}}}
	for q := range 5 {
		y := top + height - q*height/4
		ch.Shapes = append(ch.Shapes, level(left, full, y, "grid"), text(left-1_50, y+5, strconv.Itoa(q*25)+"%", "end", "quiet"))
	}
	ch.Table.Foot = []Row{c.curveOf(c.People, c.Total, "The cohort", c.opens("part", "all")), c.curveOf(c.All, c.AllCost, "Everybody", c.topPath(100))}
	path := "M0 100"
	for _, p := range c.Curve {
		path += " L" + share(p.People, c.All).bare() + " " + (full - share(p.Cost, c.AllCost)).bare()
	}
	ch.Shapes = append(ch.Shapes, Shape{Kind: "curve", X: Percent(left).String(), Y: px(top), W: (full - left).String(), H: px(height),
		Compare: "M0 100 L100 0", Curve: path})
	var said []string
	for _, p := range c.Curve {
		if p.Said == "" {
			continue
		}
		people, cost := share(p.People, c.All), share(p.Cost, c.AllCost)
		x, y := left+people*(full-left)/full, top+height-int(cost)*height/int(full)
		label := text(x+1_80, y+11, p.Said+": "+cost.whole()+" of cost", "", "b halo")
		if people > 40_00 { // a label that would run over the edge hangs below its point
			label = text(x, y+24, p.Said+": "+cost.whole(), "middle", "b halo")
		}
		brief, _, _ := strings.Cut(p.Said, ",")
		short := label
		short.Words = brief + ": " + cost.whole()
		ch.Shapes = append(ch.Shapes, dot(x, y, 5, "pine gap"), wide(label), narrow(short))
		said = append(said, p.Said+" carry "+cost.tenths()+" of the cost")
		ch.Table.Rows = append(ch.Table.Rows, row(words(p.Said), words(people.tenths()), c.costTogether(p), words(cost.tenths())))
	}
	ch.Shapes = append(ch.Shapes, text(left, 238, "0%", "", "quiet"), wide(text(left+(full-left)/2, 238, "share of people, costliest first", "middle", "quiet")),
		narrow(text(left+(full-left)/2, 238, "share of people", "middle", "quiet")),
		text(full, 238, "100%", "end", "quiet"))
	ch.Said = "A rising curve. " + strings.Join(said, "; ") + "."
	return ch
}

// curveOf is a line of the curve's table that is no point of it.
func (c Cohort) curveOf(people int, sum money.Pence, name, href string) Row {
	together := pounds(sum)
	if href != "" {
		together = sumAt(sum, name, href)
	}
	return row(words(name+", "+many(people, "person", "people")), words(share(people, c.All).tenths()), together, words(share(sum, c.AllCost).tenths()))
}

// PayerTable says who pays, largest first.
func (c Cohort) PayerTable() Table {
	t := Table{ID: "payers", Name: "Who pays", Columns: []Column{head(key("Payer")), num("Crisis"), num("Planned"), num("Both"),
		num("Share"), bars("Bar"), num("Of it crisis")}}
	var most, crisis, planned money.Pence
	for _, p := range c.Payers {
		most, crisis, planned = max(most, p.Crisis+p.Planned), crisis+p.Crisis, planned+p.Planned
	}
	for _, p := range c.Payers {
		both := p.Crisis + p.Planned
		t.Rows = append(t.Rows, row(words(p.Payer), c.sumOf(p.Crisis, "crisis, "+p.Payer, "payer", p.Key, "kind", "crisis"),
			c.sumOf(p.Planned, "planned, "+p.Payer, "payer", p.Key, "kind", "planned"), c.sumOf(both, p.Payer, "payer", p.Key),
			words(share(both, crisis+planned).whole()), barOf(both, most), words(share(p.Crisis, both).whole())))
	}
	t.Foot = []Row{row(words("All payers"), c.sumOf(crisis, "all crisis use", "kind", "crisis"), c.sumOf(planned, "all planned use", "kind", "planned"),
		c.sumOf(crisis+planned, "all payers", "part", "all"), words("100%"), blank(), words(share(crisis, crisis+planned).whole()))}
	return t
}
