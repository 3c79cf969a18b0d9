package sample

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/day"
	"throughline/internal/money"
)

// File is one extract of a world, as its agency would describe it, and what was planted in it.
type File struct {
	Name     string // in the folder extracts
	Agency   string
	Layout   string // the layout's name in the area
	AsOf     day.Day
	From     day.Day     // the first day that the data covers
	Rows     int         // data rows, those planted among them
	Rejected int         // planted rows that can't stand
	Repeated int         // planted rows sent twice
	Charged  money.Pence // the amounts of the file added up, planted rows among them but for those with values missing
	Rent     money.Pence // the same of what is taken off

	below []string
}

// Target is a figure that the world should come to (7.4 of the specification and docs/area-south-london.md), and what it came to.
type Target struct {
	Name      string
	Low, High float64 // both allowed
	Got       float64
	Unit      string // "people", "contacts", "£", "%"
}

// Met says whether the figure is within its bounds.
func (t Target) Met() bool { return t.Got >= t.Low && t.Got <= t.High }

// Report is what was made.
type Report struct {
	Area     string
	Seed     uint64
	People   int // residents
	Users    int // people with a priced contact
	Contacts int
	Records  int
	Cost     money.Pence // of all users in the window
	Cohort   int
	CohortBy money.Pence // their cost together
	Single   int         // people at the cohort's cost and agencies whose largest service is above its share, or with too few agencies
	Files    []File
	Targets  []Target
}

// String is the report as a command prints it.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, invented from seed %d: %d residents, %d people with a priced contact, %d contacts, %d records, %s over two years.\n",
		r.Area, r.Seed, r.People, r.Users, r.Contacts, r.Records, r.Cost.Pounds())
	fmt.Fprintf(&b, "The cohort is %d people, %s; %d more cost as much without its other marks.\n\n", r.Cohort,
		r.CohortBy.Pounds(), r.Single)
	fmt.Fprintf(&b, "%-26s %10s %9s %9s\n", "Extract", "rows", "to reject", "repeated")
	for _, f := range r.Files {
		fmt.Fprintf(&b, "%-26s %10d %9d %9d\n", f.Name, f.Rows, f.Rejected, f.Repeated)
	}
	b.WriteString("\nTargets\n")
	for _, t := range r.Targets {
		met := "met"
		if !t.Met() {
			met = "NOT MET"
		}
		fmt.Fprintf(&b, "%-62s %11s  wanted %s to %s  %s\n", t.Name, t.show(t.Got), t.show(t.Low), t.show(t.High), met)
	}
	return b.String()
}

func (t Target) show(x float64) string {
	switch t.Unit {
	case "£":
		return money.Pence(x * 100).Pounds()
	case "%":
		return fmt.Sprintf("%.1f%%", x)
	}
	return strconv.Itoa(int(x))
}

// report sums up what was written. It sorts people by cost, dearest first.
func (w *writers) report(world *world, o Options) Report {
	r := Report{Area: o.Area, Seed: o.Seed, People: o.People}
	slices.SortFunc(w.people, func(a, b footing) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.index, b.index))
	})
	for _, p := range w.people {
		r.Contacts += int(p.contacts)
		r.Records += int(p.records)
		r.Cost += p.total
		if p.total > 0 {
			r.Users++
		}
		if p.cohort {
			r.Cohort++
			r.CohortBy += p.total
		} else if p.total >= cohortCost {
			r.Single++
		}
	}
	for i := range forms {
		f, t := &forms[i], w.tallies[i]
		from := f.from
		if from == 0 {
			from = extractFrom
		}
		file := File{Name: f.file(), Agency: f.agency.String(), Layout: f.name, AsOf: f.day(), From: from, Rows: t.rows,
			Rejected: t.rejected,
			Repeated: t.repeated, Charged: t.charged, Rent: t.rent, below: f.below}
		if f.total {
			file.below = []string{"Total," + strconv.Itoa(t.rows)}
			file.Rows++
			file.Rejected++
		}
		if i == int(fLambeth) {
			file.below = []string{"Total," + strconv.Itoa(t.rows) + strings.Repeat(",", 18)}
		}
		r.Files = append(r.Files, file)
	}
	r.Targets = targets(world, w.people, r)
	return r
}

const manifestName = "manifest.csv"

// writeManifest says of each file what its agency would say, and what was planted.
func writeManifest(path string, r Report) error {
	var b strings.Builder
	b.WriteString("file,agency,layout,as_of,from,rows,to_reject,repeated,charged,rent\n")
	for _, f := range r.Files {
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%d,%d,%d,%s,%s\n", f.Name, f.Agency, f.Layout, f.AsOf, f.From, f.Rows, f.Rejected, f.Repeated,
			f.Charged.Plain(), f.Rent.Plain())
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// writeTop lists who a perfect linkage puts on top: the cohort, the dearest 45, one and ten in a hundred. people are
// dearest first.
func writeTop(path string, people []footing) error {
	var b strings.Builder
	b.WriteString("list,rank,person,two_years,agencies\n")
	list := func(name string, n int, in func(footing) bool) {
		rank := 0
		for _, p := range people {
			if rank == n {
				return
			}
			if in(p) && p.total > 0 {
				rank++
				fmt.Fprintf(&b, "%s,%d,%s,%s,%d\n", name, rank, personID(p.index), p.total.Plain(), p.agencies)
			}
		}
	}
	users := 0
	for _, p := range people {
		if p.total > 0 {
			users++
		}
	}
	all := func(footing) bool { return true }
	list("cohort", len(people), func(p footing) bool { return p.cohort })
	list("45", 45, all)
	list("1%", users/100, all)
	list("10%", users/10, all)
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
