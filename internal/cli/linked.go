package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/linkage"
)

// linked is what link-files did, as JSON shows it.
type linked struct {
	Out     string       `json:"out"`
	Files   []linkedFile `json:"files"`
	Records int          `json:"records"`
	Persons int          `json:"persons"`
	Links   int          `json:"links"`
	Review  int          `json:"pairs_to_look_at"`
	Pairs   int64        `json:"pairs_compared"`
	LeftOut int64        `json:"pairs_left_out"` // at most
	// Precision of linked pairs, which does not see families, what is left of it at worst if all links that may be of a family are wrong, and recall
	// of what was weighed, as estimated without labels; null where nothing was linked.
	Precision  *linkage.Interval `json:"estimated_precision"`
	AtWorst    *float64          `json:"estimated_precision_if_families_are_wrong"`
	Loose      []string          `json:"rules_for_fewer_records"` // which were not used
	Families   linkage.Families  `json:"links_that_may_be_families"`
	Recall     *linkage.Interval `json:"estimated_recall"`
	LinkAt     float64           `json:"threshold"`
	Households bool              `json:"hold_households"`
	Settled    bool              `json:"training_settled"`
	Seconds    float64           `json:"seconds"`
}

type linkedFile struct {
	File     string     `json:"file"`
	Layout   string     `json:"layout"`
	Encoded  bool       `json:"encoded"`
	Names    bool       `json:"with_names"` // beside its tokens
	Rows     int        `json:"rows"`
	Accepted int        `json:"accepted"`
	Rejected int        `json:"rejected"`
	Repeated int        `json:"repeated"`
	Reused   int        `json:"reused_keys"` // rows with the key of an earlier row that say something else
	Lines    []int      `json:"first_reused_lines"`
	Totals   int        `json:"rows_like_totals"` // records that look like lines of totals
	TotalsAt []int      `json:"first_lines_like_totals"`
	Records  int        `json:"records"`
	SetAside int        `json:"set_aside"`
	Asides   []setAside `json:"set_aside_by_column"`
	Unmapped []string   `json:"unmapped"`
	First    []rejected `json:"first_rejected"`

	OtherKeys int `json:"rows_under_other_keys"` // of an encoded file; they are not linked
}

func linkedOf(found *app.LinkedFiles) linked {
	r := found.Result
	done := linked{Records: len(r.Person), Persons: r.Persons, Links: len(r.Links), Review: len(r.Review), Pairs: r.Report.Pairs,
		LeftOut: r.Report.LeftOut}
	done.LinkAt, done.Households = found.Options.LinkAt, found.Options.HoldHouseholds
	if len(r.Links) > 0 {
		precision, recall := r.Quality.Estimate()
		worst := found.Families.AtWorst(r.Quality)
		done.Precision, done.AtWorst, done.Recall, done.Families = &precision, &worst, &recall, found.Families
	}
	done.Settled, done.Loose = r.Model.Converged, append([]string{}, r.Report.Resting...)
	for _, f := range found.Files {
		c := f.Counts
		line := linkedFile{File: f.Name, Layout: f.Layout.Name, Encoded: found.Encoded(), Names: f.WithNames, Rows: c.Rows, Accepted: c.Accepted, Rejected: c.Rejected,
			Repeated: c.Repeated, Records: f.Records, Reused: f.Reused, Lines: append([]int{}, f.First...), Totals: f.Totals, TotalsAt: append([]int{}, f.TotalsAt...),
			SetAside: c.SetAside, Asides: setAsides(f.SetAside), Unmapped: append([]string{}, f.Unmapped...), First: []rejected{}}
		line.OtherKeys = f.OtherKeys
		for _, j := range f.Rejected {
			line.First = append(line.First, rejected{int64(j.Line), j.Column, j.Code, j.Message, j.Remedy})
		}
		done.Files = append(done.Files, line)
	}
	return done
}

// From how many links that may be of two people of one family it is said that there are such: so many, or this share of the links and a few.
const (
	manyFamilies  = 20
	shareFamilies = .01
	fewFamilies   = 3
)

// families is how many links may be of two people of one family; zero where they are no more than a few.
func (d linked) families() int {
	n := d.Families.Links()
	if n < fewFamilies || n < manyFamilies && float64(n) < shareFamilies*float64(d.Links) {
		return 0
	}
	return n
}

// atWorst ends the sentence on how many linked pairs are right, where families may make it untrue: if none of the 57 links that may be of two
// people of one family is wrong, and 89.32% at worst if all are.
func (d linked) atWorst() string {
	n := d.families()
	if n == 0 {
		return ""
	}
	return " if none of the " + count(n) + " links that may be of two people of one family is wrong, and " + exact(*d.AtWorst) + " at worst if all of them are"
}

// lookAtFamilies says which links may be of two people of one family; empty where they are no more than a few.
func (d linked) lookAtFamilies() string {
	f, n := d.Families, d.families()
	if n == 0 {
		return ""
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		what string
	}{{f.OtherForename, "another forename beside the same date of birth and surname or address"},
		{f.OtherBirth, "one name at one postcode and dates of birth far apart"}, {f.OtherNumber, "two NHS numbers"}} {
		if k.n > 0 {
			kinds = append(kinds, count(k.n)+" with "+k.what)
		}
	}
	remedy := "draw a sample (--sample 200) and look at it, or link with --hold-households."
	if d.Households {
		remedy = "draw a sample (--sample 200) and look at it."
	}
	return "Look: " + count(n) + " of the links may be of two people of one family: " + strings.Join(kinds, "; ") +
		". The estimate does not see families: " + remedy
}

// leftOut says that pairs were not compared where too many records are alike; empty where all were that a rule names.
func (d linked) leftOut() string {
	if d.LeftOut == 0 {
		return ""
	}
	return "Up to " + counted(d.LeftOut, "pair was", "pairs were") + " not compared: where more than 1,500 records agree in the same values, each is compared with the 50 " +
		"before it and the 50 after it among them, and no later rule finds the others. They count as neither found nor missed, so the estimates leave them out. " +
		"Look which values very many records share: where one stands for not known, say so in the layout."
}

// nothingLinked stands where an estimate would.
const nothingLinked = "No pairs were linked, so nothing can be said of how good links are."

// between writes an estimate with its range: 99.2% (97.8% to 99.9%).
func between(v linkage.Interval) string {
	return exact(v.Value) + " (" + exact(v.Low) + " to " + exact(v.High) + ")"
}

// exact writes a share with two places after the point; what is not all is never 100%.
func exact(share float64) string {
	return strconv.FormatFloat(math.Floor(share*10_000)/100, 'f', -1, 64) + "%"
}

// reused says how many rows have a key that an earlier row has and something else to say, since a key that is given to two people makes one of
// them be passed over.
func (f linkedFile) reused() string {
	return counted(f.Reused, "row has the key of an earlier row and says", "rows have the key of an earlier row and say") +
		" something else of who it is; the first row of each key counts. Look whether one key was given to two people: the keys of " + linesOf(f.Reused, f.Lines) + " come again."
}

// totals says how many records may be lines of totals and nobody.
func (f linkedFile) totals() string {
	return counted(f.Totals, "row looks like a line of totals, and was taken for a person", "rows look like lines of totals, and were taken for people") +
		": " + linesOf(f.Totals, f.TotalsAt) +
		". Leave such lines out, or have the layout stop there (stop: [begins Total]), and link again."
}

// linesOf names the lines of the first of so many rows.
func linesOf(all int, first []int) string {
	if len(first) == 1 {
		return "line " + count(first[0])
	}
	lines := make([]string, len(first))
	for i, n := range first {
		lines[i] = count(n)
	}
	at := "lines " + strings.Join(lines, ", ")
	if all > len(lines) {
		at += " and others"
	}
	return at
}

func (d linked) words() string {
	var rows [][]string
	for _, f := range d.Files {
		rows = append(rows, []string{f.File, f.Layout, count(f.Rows), count(f.Accepted), count(f.Rejected), count(f.Repeated),
			count(f.Reused), count(f.Records), count(f.SetAside)})
	}
	var b strings.Builder
	b.WriteString(table([]string{"FILE", "LAYOUT", "ROWS", "ACCEPTED", "REJECTED", "REPEATED", "KEY AGAIN", "RECORDS", "SET ASIDE"}, rows) + "\n")
	for _, f := range d.Files {
		for i, r := range f.First {
			if i == shownRejected {
				fmt.Fprintf(&b, "  %s: and %s more\n", f.File, count(f.Rejected-shownRejected))
				break
			}
			fmt.Fprintf(&b, "  %s, %s\n", f.File, r)
		}
		if f.OtherKeys > 0 {
			fmt.Fprintf(&b, "  %s: %s under other keys and not linked.\n", f.File, counted(f.OtherKeys, "row is", "rows are"))
		}
		if f.Reused > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", f.File, f.reused())
		}
		if f.Totals > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", f.File, f.totals())
		}
		for _, s := range f.Asides {
			fmt.Fprintf(&b, "  %s, %s\n", f.File, s)
		}
		if len(f.Unmapped) > 0 {
			fmt.Fprintf(&b, "  %s: not used: %s\n", f.File, strings.Join(f.Unmapped, ", "))
		}
	}
	fmt.Fprintf(&b, "\n%s, by %s from a probability of %g on. %s for someone to look at. %s compared, in %.1f seconds.\n",
		recordsArePeople(d.Records, d.Persons), counted(d.Links, "link", "links"), d.LinkAt, counted(d.Review, "pair is", "pairs are"),
		counted(d.Pairs, "pair was", "pairs were"), d.Seconds)
	if d.Households {
		b.WriteString("Who may be two people of one household was linked with nobody: --hold-households.\n")
	}
	if d.Precision == nil {
		b.WriteString(nothingLinked + "\n")
	} else {
		fmt.Fprintf(&b, "By the model alone, %s of linked pairs are right%s; and %s of the pairs of one person that were weighed are linked.\n",
			between(*d.Precision), d.atWorst(), between(*d.Recall))
	}
	for _, more := range []string{app.FewLinks(d.Links), d.lookAtFamilies(), d.leftOut()} {
		if more != "" {
			b.WriteString(more + "\n")
		}
	}
	if len(d.Loose) > 0 {
		b.WriteString("Not used, since they hold for up to 100,000 records only: " + strings.Join(d.Loose, "; ") + ".\n")
	}
	if !d.Settled && d.Links > 0 {
		b.WriteString("Training did not settle: its last figures were still moving. Treat weights and probabilities with care.\n")
	}
	if named, nameless := d.named(); named != "" {
		b.WriteString(strings.TrimSpace("Look: pairs.csv, a sample and report.html hold names from "+named+". "+nameless) + "\n")
	}
	b.WriteString("persons.csv, links.csv, pairs.csv, model.json and report.html are in " + d.Out + ".")
	return b.String()
}
