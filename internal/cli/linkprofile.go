package cli

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/intake"
	"throughline/internal/linkage"
)

// heldTable says which share of each file's records has each field.
type heldTable struct {
	Files []string
	Rows  []heldRow
}

type heldRow struct {
	Field  string
	Shares []string
}

// mostHeld is of how many files the fields are set side by side; of more they are counted together.
const mostHeld = 6

func newHeldTable(l *app.LinkedFiles) heldTable {
	held := l.Held()
	records, mapped := make([]int, len(held)), make([]*intake.Layout, len(held))
	var t heldTable
	for i, f := range l.Files {
		records[i], mapped[i] = f.Records, f.Layout
		t.Files = append(t.Files, f.Name)
	}
	if len(held) > mostHeld {
		all := slices.Clone(held[0])
		for i, of := range held[1:] {
			records[0] += records[i+1]
			for f := range of {
				all[f].Records += of[f].Records
			}
		}
		t.Files, held = []string{"All files"}, [][]linkage.Held{all}
	}
	for f := range held[0] {
		row := heldRow{Field: held[0][f].Field}
		for i := range held {
			layouts := mapped[i : i+1]
			if len(held) == 1 {
				layouts = mapped
			}
			share := shareOf(held[i][f].Records, records[i])
			if held[i][f].Records == 0 && slices.ContainsFunc(layouts, func(l *intake.Layout) bool { return maps(l, linkage.Field(f)) }) {
				share = "0%"
			}
			row.Shares = append(row.Shares, share)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// columnsFor are the fields of a layout's columns by which records have a field to be compared by.
var columnsFor = map[linkage.Field][]intake.Field{
	linkage.Forename:    {intake.Forename, intake.FullName, intake.Initials},
	linkage.Surname:     {intake.Surname, intake.FullName, intake.Initials},
	linkage.Birth:       {intake.BirthDay, intake.Age},
	linkage.SexField:    {intake.SexField},
	linkage.Postcode:    {intake.Postcode},
	linkage.Address:     {intake.Address},
	linkage.Place:       {intake.Place},
	linkage.Phone:       {intake.Phone},
	linkage.Email:       {intake.Email},
	linkage.NHSNumber:   {intake.NHSNumber},
	linkage.NINO:        {intake.NINO},
	linkage.OtherNumber: {intake.PNC, intake.PrisonNumber, intake.NationalID},
}

// maps says whether a layout has a column for what records are compared by.
func maps(l *intake.Layout, f linkage.Field) bool {
	return slices.ContainsFunc(columnsFor[f], func(c intake.Field) bool { return l.Find(c) >= 0 })
}

// shareOf writes a share so that only nothing is nothing and only all is all.
func shareOf(n, of int) string {
	x := float64(n) / math.Max(1, float64(of))
	switch {
	case n == 0:
		return "–"
	case x < .001:
		return "under 0.1%"
	case n < of && x > .999:
		return "over 99.9%"
	}
	return percent(x)
}

// unlinkable says of how many records too little is known.
func unlinkable(share float64) string {
	switch {
	case share == 0:
		return "Every record holds enough to be linked with one that says the same."
	case share < .001:
		return "Fewer than 1 in 1,000 records hold so little that even one that says exactly the same would not be linked with them."
	}
	return "About " + percent(share) + " of records hold so little that even one that says exactly the same would not be linked with them."
}

// cutoffChart draws precision and recall by the weight from which pairs are linked.
type cutoffChart struct {
	Rows              []cutoffRow
	Precision, Recall string // of the SVG's polylines
	Steps             []movedStep
}

type cutoffRow struct {
	From, Chance, Pairs, Precision, Recall string
	X, PrecisionY, RecallY                 int
}

// Sizes of the chart of cut-offs, in pixels of its view box.
const (
	cutoffLeft, cutoffTop, cutoffHeight, cutoffStep = 60, 20, 200, 80
)

func newCutoffChart(q linkage.Quality) (c cutoffChart) {
	list := q.Cutoffs()
	if len(list) < 2 {
		return c // one point is no line
	}
	y := func(share float64) int { return cutoffTop + int(math.Round((1-share)*cutoffHeight)) }
	for _, share := range []float64{1, .75, .5, .25, 0} {
		c.Steps = append(c.Steps, movedStep{percent(share), y(share)})
	}
	for i, k := range list {
		row := cutoffRow{From: fmt.Sprintf("%+.1f", k.From), Chance: strconv.FormatFloat(math.Round(linkage.Probability(k.From)*1e6)/1e6, 'f', -1, 64),
			Pairs: count(k.Pairs), Precision: between(k.Precision), Recall: between(k.Recall),
			X: cutoffLeft + i*cutoffStep, PrecisionY: y(k.Precision.Value), RecallY: y(k.Recall.Value)}
		c.Precision += fmt.Sprintf("%d,%d ", row.X, row.PrecisionY)
		c.Recall += fmt.Sprintf("%d,%d ", row.X, row.RecallY)
		c.Rows = append(c.Rows, row)
	}
	return c
}

// example is a pair part by part.
type example struct {
	Title, A, B, Bits, Chance string
	SaysA, SaysB              string // of encoded records whose values stand beside their tokens
	Rows                      []exampleRow
}

type exampleRow struct{ Field, Words, Bits, Sum string }

// examples explains the least sure link, a link in the middle, and the likeliest pair that was not linked.
func examples(l *app.LinkedFiles) (list []example) {
	if links := l.Result.Links; len(links) > 0 {
		least, middle := leastAndMiddle(links)
		list = append(list, newExample(l, "The least sure link", least.A, least.B))
		if len(links) > 2 {
			list = append(list, newExample(l, "A link in the middle", middle.A, middle.B))
		}
	}
	best := -1
	for i, v := range l.Result.Review {
		if !v.Linked && (best < 0 || v.Bits > l.Result.Review[best].Bits) {
			best = i
		}
	}
	if best >= 0 {
		v := l.Result.Review[best]
		list = append(list, newExample(l, "The likeliest pair that was not linked", v.A, v.B))
	}
	return list
}

// leastAndMiddle are the first link and that in the middle of some in the order of their weights, of equal ones the earlier first.
func leastAndMiddle(links []linkage.Link) (least, middle linkage.Link) {
	const bands = 256 // of one bit each, and what is beyond them in the first and the last: only the one in the middle is sorted
	band := func(k *linkage.Link) int { return int(max(0, min(bands-1, math.Floor(k.Bits)+bands/2))) }
	var in [bands]int
	least = links[0]
	for i := range links {
		in[band(&links[i])]++
		if links[i].Bits < least.Bits {
			least = links[i]
		}
	}
	at, nth := 0, len(links)/2 // of the band
	for ; nth >= in[at]; at++ {
		nth -= in[at]
	}
	some := make([]int, 0, in[at])
	for i := range links {
		if band(&links[i]) == at {
			some = append(some, i)
		}
	}
	slices.SortFunc(some, func(x, y int) int { return cmp.Or(cmp.Compare(links[x].Bits, links[y].Bits), cmp.Compare(x, y)) })
	return least, links[some[nth]]
}

// recordWords names a record; the columns of a key of several are parted.
func recordWords(file, key string) string {
	return "record " + strings.ReplaceAll(key, "\x1f", ", ") + " of " + file
}

func newExample(l *app.LinkedFiles, title string, a, b uint32) example {
	e := l.Explain(a, b)
	x := example{Title: title, A: recordWords(e.FileA, e.RecordA), B: recordWords(e.FileB, e.RecordB), Bits: signed(e.Bits),
		Chance: strconv.FormatFloat(math.Floor(e.Probability*10_000)/10_000, 'f', -1, 64)}
	if l.Encoded() {
		x.SaysA, _ = l.Says(a)
		x.SaysB, _ = l.Says(b)
	}
	sum := 0.0
	for _, p := range e.Parts {
		sum += p.Bits
		if !p.Compared {
			continue
		}
		words := p.Words
		if l.Encoded() && linkage.OfField(p.Key) {
			words = p.Level
		}
		x.Rows = append(x.Rows, exampleRow{p.Field, words, signed(p.Bits), signed(sum)})
	}
	return x
}
