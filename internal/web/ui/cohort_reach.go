package ui

import (
	"cmp"
	"math"
	"strconv"

	"throughline/internal/id"
	"throughline/internal/money"
)

// Reach is how far a cohort hangs on pairs of records of which nobody has said whether they are one person's.
type Reach struct {
	Found       int // people whom the rule finds
	Pairs       int // in doubt when the run was made
	Least, Most int // people, in the cases worked out
	None, All   Reached
	Low, High   float64 // what share of the pairs of one person the link run found, by its own estimate; 0 where it is not known
	LinkRun     id.Run
}

// Reached is what the rule finds in one of the cases.
type Reached struct {
	People int
	Amount money.Pence
}

// linksPath leads to how far the cohort rests on links in doubt.
const linksPath = "/cohort/links"

// Range is the number's range, with the way to why; nothing where nothing is in doubt or nothing was said.
func (r *Reach) Range() Text {
	switch {
	case r == nil:
		return nil
	case r.Least == r.Most:
		return Say(Plain(count(r.Found)+" whatever the links in doubt. "), LinkAbout(linksPath, "Why", "how sure the number is"))
	}
	return Say(Plain("By links in doubt. "), LinkAbout(linksPath, "Why", "how sure the number is"))
}

// people is a number of people with its range beside it: "31, up to 62". cost is a cost with its.
func (r *Reach) people(found int) string {
	if r == nil {
		return count(found)
	}
	return ranged(found, r.Least, r.Most, count[int])
}
func (r *Reach) cost(found money.Pence) string {
	if r == nil {
		return found.Pounds()
	}
	return ranged(found, min(found, r.None.Amount, r.All.Amount), max(found, r.None.Amount, r.All.Amount), money.Pence.Pounds)
}

// ranged sets the range of a number beside it, at the same rank: who reads the one reads the other.
func ranged[T cmp.Ordered](found, least, most T, shown func(T) string) string {
	switch {
	case least < found && found < most:
		return shown(found) + ", from " + shown(least) + " to " + shown(most)
	case found < most:
		return shown(found) + ", up to " + shown(most)
	case least < found:
		return shown(found) + ", at least " + shown(least)
	}
	return shown(found)
}

// Says is the range in sentences: what was counted, the two extremes, and what the link run thinks that it missed.
func (r *Reach) Says() string {
	if r == nil {
		return ""
	}
	if r.Pairs == 0 {
		return "No pair of records was in doubt when the run was made." + r.missed()
	}
	return "Of " + many(r.Pairs, "pair", "pairs") + " of records nobody has said yet whether " + Either(r.Pairs, "it is", "they are") + " one person’s. Were none of them, " +
		count(r.None.People) + " would meet the rule, at " + r.None.Amount.Pounds() + "; were all of them, " + count(r.All.People) + ", at " + r.All.Amount.Pounds() + "." + r.missed()
}

// missed says what the link run thinks that it found of the pairs of one person, no more exactly than it knows: in tenths.
func (r *Reach) missed() string {
	if r.High == 0 {
		return ""
	}
	low, high := math.Round(r.Low*10), math.Round(r.High*10)
	found := tenths(low)
	if low != high {
		found = "between " + tenths(low) + " and " + tenths(high)
	}
	s := " By its own estimate the link run found " + found + " in 10 of the pairs of records that are one person’s"
	if high < 9 {
		return s + ", so some people’s cost lies in pieces, and the number is more likely too small than too large."
	}
	return s + "."
}

// RunPath leads to the link run.
func (r *Reach) RunPath() string { return RunPath(r.LinkRun) }

// CohortTop are the costliest people of all, opened from a point of the curve.
type CohortTop struct {
	Percent, People int
	Sum             money.Pence
	Contacts        int // of everybody; 0 where they are not all
	List            List
	Rows            []PersonCost // this page of them
}

// Title is who they are, with what they cost.
func (t CohortTop) Title() string {
	if t.Percent == 100 {
		return "Everybody with a priced contact: " + t.Sum.String()
	}
	return "The costliest " + strconv.Itoa(t.Percent) + "%: " + t.Sum.String()
}

// Table is this page of them; each leads to their footprint.
func (t CohortTop) Table() Table {
	out := Table{ID: "top-people", Name: t.List.name("person", "people"), Columns: []Column{num("No."), head(col("Person")), num("Priced contacts"), num("£"), bars("Bar")}}
	var most money.Pence
	for _, p := range t.Rows {
		most = max(most, p.Cost)
	}
	for i, p := range t.Rows {
		out.Rows = append(out.Rows, row(number0(t.List.First()+i), cell(refTo(p.Person, FootprintPath(p.Person))), number0(p.Contacts), pounds(p.Cost), barOf(p.Cost, most)))
	}
	contacts := blank()
	if t.Contacts > 0 {
		contacts = number0(t.Contacts)
	}
	out.Foot = []Row{row(blank(), words("All "+count(t.People)), contacts, pounds(t.Sum), blank())}
	out.Paging = t.List.pagingBy("people", "Pages of the costliest people", "people", "#top")
	return out
}

// costTogether is what the costliest people carry, which leads to them; not for whoever may know of some people only.
func (c Cohort) costTogether(p CurvePoint) Cell {
	if c.Only != "" || p.Percent == 0 {
		return pounds(p.Cost)
	}
	return cell(LinkAbout(c.topPath(p.Percent), p.Cost.Pounds(), p.Said))
}

// EverybodyPath leads to everybody with a priced contact.
const EverybodyPath = "/cohort?top=100#top"

// topPath leads to the costliest so many per cent of everybody; nowhere for whoever may know of some people only.
func (c Cohort) topPath(percent int) string {
	if c.Only != "" {
		return ""
	}
	return List{Path: "/cohort"}.With("top", strconv.Itoa(percent)) + "#top"
}

func tenths(n float64) string { return strconv.Itoa(int(n)) }

// Either is the words for one or for several.
func Either(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}
