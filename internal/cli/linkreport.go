package cli

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/linkage"
)

//go:embed linkreport.html
var reportText string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{"count": anyCount}).Parse(reportText))

// anyCount writes a whole number of any size with commas.
func anyCount(n any) string {
	if m, ok := n.(int64); ok {
		return count(m)
	}
	return count(n.(int))
}

// report is the page that says what link-files read and did.
type report struct {
	Version      string
	AsOf         string
	Who          string // how many people the records are
	Links        string
	Review       string
	Files        []reportFile
	Rules        []reportRule
	Planned      string // pairs of the rules that are used
	Rested       string // a sentence on rules that were not chosen
	Pairs        string
	Every        bool // pair was compared
	Held         heldTable
	Unlinkable   string
	Cutoffs      cutoffChart
	Examples     []example
	LeftOut      string // a sentence
	Cuts         []linkage.Cut
	PassedOver   []linkage.Passed
	Resting      string // loose rules, one after the other
	Missed       string // a sentence
	Weights      weightTable
	Unlearnt     weightTable // levels that could be compared in no two records
	Starting     string      // a sentence on them
	Model        modelChart
	Moved        movedChart
	Precision    string
	Recall       string
	FewLinks     string // a warning
	Families     string // a warning
	AtWorst      string // an end of a sentence
	Strata       [][4]string
	Sample       bool
	Trained      string
	Households   bool
	Encoded      bool
	Named        string // files with names beside their tokens
	Nameless     string // a sentence on the other files
	RareNames    bool
	Population   string
	LinkAt       string
	ReviewFrom   string
	ReviewTo     string
	Histogram    histogram
	Sizes        [][2]string
	Shape        [][2]string
	Reasons      [][2]string
	OverFrequent [][3]string
}

type reportFile struct {
	Name, Layout                                          string
	Rows, Accepted, Rejected, Repeated, Records, SetAside string
	Unmapped, Reused, Totals                              string
	First, Asides                                         []string
}

type reportRule struct{ Order, Name, Pairs, Matches, Seconds, Memory string }

type weightTable struct {
	Name string
	Rows []reportWeight
}

type reportWeight struct {
	Field             string // empty on the further levels of one field
	Levels            int    // of the field, on its first
	Level, M, U, Bits string
}

// histogram counts pairs by their weight.
type histogram struct {
	Bars   []histogramBar
	Width  int
	Height int
	Base   int // y of the axis
}

type histogramBar struct {
	Label          string // "8 to 12"
	Linked, Review int
	X, Middle      int
	LinkedY        int
	LinkedHeight   int
	ReviewY        int
	ReviewHeight   int
}

// writeReport writes report.html: one file that needs no other.
func writeReport(to io.Writer, l *app.LinkedFiles, version string, asOf day.Day) error {
	r, o := l.Result, l.Options
	p := report{Version: version, AsOf: asOf.Long(), Who: recordsArePeople(len(r.Person), r.Persons),
		Links: counted(len(r.Links), "link holds", "links hold"), Review: counted(len(r.Review), "pair is", "pairs are"),
		Pairs: counted(r.Report.Pairs, "pair was", "pairs were"), Households: o.HoldHouseholds, Encoded: l.Encoded(), Cuts: r.Report.Cuts, RareNames: o.NameAndBirth == linkage.RareOnly,
		Population: count(o.Population),
		LinkAt:     percent(o.LinkAt), ReviewFrom: percent(o.ReviewFrom), ReviewTo: percent(o.ReviewTo),
		Histogram: newHistogram(r), Sizes: sizes(r), Shape: shape(r.Report.Shape, o)}
	done := linkedOf(l)
	p.FewLinks, p.Families, p.AtWorst, p.LeftOut = app.FewLinks(done.Links), done.lookAtFamilies(), done.atWorst(), done.leftOut()
	p.Named, p.Nameless = done.named()
	for _, f := range done.Files {
		file := reportFile{Name: f.File, Layout: f.Layout, Rows: count(f.Rows), Accepted: count(f.Accepted),
			Rejected: count(f.Rejected), Repeated: count(f.Repeated),
			Records: count(f.Records), SetAside: count(f.SetAside), Unmapped: strings.Join(f.Unmapped, ", ")}
		if f.Reused > 0 {
			file.Reused = f.reused()
		}
		if f.Totals > 0 {
			file.Totals = f.totals()
		}
		for _, a := range f.Asides {
			file.Asides = append(file.Asides, a.String())
		}
		for _, j := range f.First {
			file.First = append(file.First, j.String())
		}
		p.Files = append(p.Files, file)
	}
	for i, k := range r.Report.Plan {
		rule := reportRule{count(i + 1), k.Rule, count(k.Pairs), count(k.Matches), seconds(k.Seconds), megabytes(k.Bytes)}
		if k.Rests {
			rule.Order = "rests"
		}
		p.Rules = append(p.Rules, rule)
	}
	used, _ := together(r.Report.Plan)
	p.Planned, p.Rested = counted(used.Pairs, "pair", "pairs"), resting(r.Report.Plan)
	for _, v := range r.Report.OverFrequent {
		if p.Encoded {
			v.Value = "not shown"
		}
		p.OverFrequent = append(p.OverFrequent, [3]string{v.Field.String(), v.Value, count(v.Records)})
	}
	learnt, unlearnt := parted(r.Model.Weights())
	p.Weights, p.Unlearnt = weightTable{"Weights of the model", weights(learnt)}, weightTable{"Weights that decided nothing", weights(unlearnt)}
	p.Starting = starting(len(unlearnt))
	p.Model, p.Moved = newModelChart(learnt), newMovedChart(r.Model.Moved)
	if len(r.Links) > 0 {
		precision, recall := r.Quality.Estimate()
		p.Precision, p.Recall = between(precision), between(recall)
	}
	p.Strata, p.Sample, p.Trained = strata(r.Quality), len(r.Sample) > 0, trained(r.Model, o.Model != nil)
	p.Every = slices.ContainsFunc(r.Report.Rules, func(k linkage.RulePairs) bool { return k.Rule == linkage.EveryPair })
	p.Held, p.Unlinkable, p.Cutoffs, p.Examples = newHeldTable(l), unlinkable(l.Unlinkable()), newCutoffChart(r.Quality), examples(l)
	p.Reasons = reasons(r.Review)
	p.PassedOver, p.Resting, p.Missed = r.Report.PassedOver, strings.Join(r.Report.Resting, "; "), missed(&r.Report)
	return reportPage.Execute(to, p)
}

// named lists the files with names beside their tokens, and says what that means for those who sent tokens only.
func (d linked) named() (named, nameless string) {
	var with, without []string
	for _, f := range d.Files {
		if f.Names {
			with = append(with, f.File)
		} else if f.Encoded {
			without = append(without, f.File)
		}
	}
	named = strings.Join(with, ", ")
	if named != "" && len(without) > 0 {
		nameless = "Of " + strings.Join(without, ", ") + " only tokens came; whoever has these files as well can read values of theirs by the names beside the same tokens."
	}
	return named, nameless
}

// trained says what a model was learnt from.
func trained(m *linkage.Model, given bool) string {
	if m.Pairs == 0 {
		return "There were no pairs to learn from, so the model is as it starts."
	}
	what := "It was learnt"
	if given {
		what = "The model was given with --model, and was learnt"
	}
	what += fmt.Sprintf(" from %s of %s, without labels, in %s", counted(m.Pairs, "pair", "pairs"), counted(m.Records, "record", "records"),
		counted(m.Iterations, "round", "rounds"))
	if m.Converged {
		return what + ", after which nothing moved any more."
	}
	return what + ", and was still moving a little at the last."
}

// missed says what share of the pairs of one person no rule finds.
func missed(r *linkage.Report) string {
	switch {
	case !r.MissedKnown:
		return "Too few pairs were found both by names and by other evidence to say how many no rule finds."
	case r.Missed == 0:
		return "By estimate, the rules miss no pair of one person."
	case r.Missed < .001:
		return "By estimate, the rules miss fewer than 1 in 1,000 pairs of one person."
	}
	return "By estimate, the rules miss about " + percent(r.Missed) + " of the pairs of one person."
}

func percent(x float64) string { return strconv.FormatFloat(math.Round(x*1000)/10, 'f', -1, 64) + "%" }

// share writes a share of pairs so that small ones can be told apart.
func share(x float64) string {
	if x >= .001 || x <= 0 {
		return fmt.Sprintf("%.4f", x)
	}
	return "1 in " + count(int64(math.Round(1/x)))
}

// parted lists the levels that training moved and those that it left as they start.
func parted(all []linkage.Weight) (learnt, unlearnt []linkage.Weight) {
	for _, w := range all {
		if w.Learnt {
			learnt = append(learnt, w)
		} else {
			unlearnt = append(unlearnt, w)
		}
	}
	return learnt, unlearnt
}

// starting says what n levels are that were not learnt.
func starting(n int) string {
	return counted(n, "level", "levels") + " that could be compared in no two records: what the model starts with, which decided nothing"
}

func weights(levels []linkage.Weight) []reportWeight {
	var list []reportWeight
	first, last := 0, ""
	for _, w := range levels {
		row := reportWeight{Level: w.Level, M: share(w.M), U: share(w.U), Bits: signed(w.Bits)}
		if w.Field != last {
			first, last = len(list), w.Field
			row.Field = w.Field
		}
		list = append(list, row)
		list[first].Levels++
	}
	return list
}

// sizes counts people by how many records they have.
func sizes(r *linkage.Result) [][2]string {
	records := make([]int, r.Persons)
	for _, p := range r.Person {
		records[p]++
	}
	people := map[int]int{}
	for _, n := range records {
		people[min(n, mostSizes)]++
	}
	var list [][2]string
	for n := 1; n <= mostSizes; n++ {
		if people[n] == 0 {
			continue
		}
		label := count(n)
		if n == mostSizes {
			label += " or more"
		}
		list = append(list, [2]string{label, count(people[n])})
	}
	return list
}

const mostSizes = 20

// shape says how well people of several records hold together.
func shape(s linkage.Shape, o linkage.Options) [][2]string {
	return [][2]string{
		{"Three records or more", count(s.Persons)},
		{"Of these: fewer than half of the pairs of their records speak for one person", count(s.Sparse)},
		{"Of these: one pair alone holds some of the records to the others", count(s.Bridged)},
		{"Of these: two parts of the records are one person’s with less than " + percent(o.ReviewTo) + ", by the average of the pairs between them", count(s.Loose)},
	}
}

func reasons(review []linkage.Review) [][2]string {
	n := map[linkage.ReviewReason]int{}
	var order []linkage.ReviewReason
	for _, v := range review {
		if n[v.Reason]++; n[v.Reason] == 1 {
			order = append(order, v.Reason)
		}
	}
	slices.Sort(order)
	var list [][2]string
	for _, why := range order {
		list = append(list, [2]string{why.Sentence(), count(n[why])})
	}
	return list
}

// Sizes of the histogram, in pixels of its view box; a bar stands for binBits bits, and ends gather what lies beyond.
const (
	binBits          = 4
	lowest, highest  = -8, 64
	barWidth, barGap = 34, 6
	chartHeight      = 220
	chartTop         = 18
	labelRoom        = 40
)

func newHistogram(r *linkage.Result) histogram {
	bins := (highest - lowest) / binBits
	h := histogram{Bars: make([]histogramBar, bins), Width: bins * (barWidth + barGap),
		Height: chartTop + chartHeight + labelRoom, Base: chartTop + chartHeight}
	at := func(bits float64) *histogramBar {
		return &h.Bars[max(0, min(bins-1, int(math.Floor((bits-lowest)/binBits))))]
	}
	for _, k := range r.Links {
		at(k.Bits).Linked++
	}
	for _, v := range r.Review {
		if !v.Linked {
			at(v.Bits).Review++
		}
	}
	most := 1
	for _, b := range h.Bars {
		most = max(most, b.Linked+b.Review)
	}
	for i := range h.Bars {
		b := &h.Bars[i]
		from := lowest + i*binBits
		switch i {
		case 0:
			b.Label = fmt.Sprintf("below %d", from+binBits)
		case bins - 1:
			b.Label = fmt.Sprintf("%d and more", from)
		default:
			b.Label = fmt.Sprintf("%d to %d", from, from+binBits)
		}
		b.X = i * (barWidth + barGap)
		b.Middle = b.X + barWidth/2
		b.LinkedHeight = scaled(b.Linked, most)
		b.ReviewHeight = scaled(b.Review, most)
		b.LinkedY = h.Base - b.LinkedHeight
		b.ReviewY = b.LinkedY - b.ReviewHeight
	}
	return h
}

// scaled is the height of a bar; what is not nothing can be seen.
func scaled(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(1, n*chartHeight/most)
}

// Start is where the bar's weights begin, for the axis.
func (b histogramBar) Start() string {
	from, _, _ := strings.Cut(b.Label, " ")
	if from == "below" {
		return ""
	}
	return from
}
