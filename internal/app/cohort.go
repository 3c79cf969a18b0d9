package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// OpenCohort chooses what of the ranked list is shown.
type OpenCohort struct {
	By         string // rank, person, borough, weekly, year1, year2 or total; anything else is rank
	Descending bool
	Borough    string // the name of one, or "no borough"; empty for all
	Agency     string // the mark of one that knows the people; empty for any
	Page       int    // from 1
	All        bool   // on one page

	Over    string // one of the Over values; anything else is all
	Top     int    // the curve's point that is opened to its people: the costliest so many per cent of everyone; 0 for none
	TopPage int    // of those people, from 1

	Part *CohortPart // opened to the people it is made of; nil for none
}

// What OpenCohort.Over narrows the list to: who was at the rule's weekly amount in both years, or in one alone, or over the window at the
// amount that is shown beside it.
const (
	OverBoth   = "both"
	OverFirst  = "first"
	OverSecond = "second"
	OverAlso   = "also"
)

// CohortOnPage is how many people a page of the ranked list shows.
const CohortOnPage = 20

// CohortRow is one person of the cohort as the list shows them.
type CohortRow struct {
	store.PersonTotal
	Name string // empty until names are shown
}

// CohortPage is the cohort of the published cost run.
type CohortPage struct {
	Viewer    Viewer
	Area      *area.Area
	Agencies  []store.Agency
	Run       store.Run // zero when nothing has been costed yet
	By        string    // who started the run
	Inputs    RunInputs
	Cohort    *cohort.Cohort
	Says      []string    // what the cohort's total is not
	Rule      cohort.Rule // of the run; the area's own before the first
	AlsoAWeek money.Pence // the rule's weekly amount of the other year in the money of the price year; 0 when none is shown
	AlsoAbove int         // members at or above it
	Rows      []CohortRow
	Top       *CohortTop  // the point of the curve asked for; nil where none was
	Opened    *OpenedPart // the part asked for; nil where none was
	Earlier   []CohortRow // of the pages before and after, for paper, which holds the whole list where that is not too long
	Later     []CohortRow
	Apart     []CohortRow         // over the threshold with one service above the rule's share
	Blocks    []store.PersonTotal // every member whom the viewer may know of, for the charts
	Only      id.Agency           // the agency that has a record of everybody listed, where the viewer may know of no others; 0 for all
	NotPriced int64               // contacts of the whole cohort that have no price
	Reach     *Reach              // how far the cohort hangs on pairs in doubt; nil for a run made before that was worked out
	Matching  Matching
	Page      int
	Stale     Stale
	Ready     Ready
	Jobs      []Work // under way
	MayExport bool
	MayRun    bool
	Newest    id.Run // of all runs there are
}

// Matching is the members whom the list was narrowed to, or all of them.
type Matching struct {
	Narrowed            bool
	Over                string // one of the Over values; empty where they do not narrow
	People              int
	Year1, Year2, Total money.Pence
}

// Stale says what came after a run was made.
type Stale struct {
	Answers  int64 // review answers given or taken back
	Extracts int   // accepted or taken back
	Prices   bool  // the price map was changed
	Links    bool  // records were linked again
}

// Any says whether the run no longer holds.
func (s Stale) Any() bool { return s.Answers > 0 || s.Extracts > 0 || s.Prices || s.Links }

// Cohort shows the high-cost cohort: the rule, the headline, the ranked list by pseudonym, and where the cost lies.
func (a *App) Cohort(ctx context.Context, who Who, in OpenCohort) (CohortPage, error) {
	var p CohortPage
	err := a.db.Do(ctx, inArea(who, policy.CohortOpen, policy.Cohort), func(tx *store.Tx) (err error) {
		p, err = a.cohortPage(tx, in)
		return err
	})
	return p, err
}

func (a *App) cohortPage(tx *store.Tx, in OpenCohort) (p CohortPage, err error) {
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	if p.Area, err = a.config(tx.Actor().Area); err != nil {
		return p, err
	}
	if p.Agencies, err = tx.Agencies(); err != nil {
		return p, err
	}
	p.Rule = ruleOf(p.Area)
	run, report, err := costReport(tx)
	if err != nil {
		return p, err
	}
	if p.Jobs, err = a.working(tx); err != nil {
		return p, err
	}
	all := policy.Subject{Kind: policy.Cohort, ID: 1}
	here := policy.Facts{Exists: true, Area: tx.Actor().Area}
	p.MayExport, p.MayRun = tx.May(policy.CohortExport, all, here), mayRun(tx)
	if p.Newest, err = newestRun(tx); err != nil {
		return p, err
	}
	if run.ID == 0 {
		p.Ready, err = a.ready(tx)
		return p, err
	}
	p.Run, p.Cohort, p.Rule, p.NotPriced, p.Reach = run, report.Cohort, report.Cohort.Rule, report.NotPriced, report.Reach
	p.Says = cost.SaysOfPart(report.Says, int(report.NotPriced))
	if err := json.Unmarshal([]byte(run.Inputs), &p.Inputs); err != nil {
		return p, err
	}
	if p.By, err = tx.NameOf(run.StartedBy); err != nil {
		return p, err
	}
	if p.Stale, err = a.stale(tx, run, p.Inputs); err != nil {
		return p, err
	}
	if err := p.otherYear(); err != nil {
		return p, err
	}
	knowsAll := policy.Facts{Exists: true, Area: tx.Actor().Area} // somebody of whom no agency has a record
	if !tx.MayHere(policy.Subject{Kind: policy.Person, ID: 1}, knowsAll) {
		p.Only = tx.Actor().Agency
	}
	members, err := p.list(tx, "cohort", len(p.Cohort.Members))
	if err != nil {
		return p, err
	}
	p.Blocks = members.rows
	chosen, from, to := p.choose(in)
	if p.Rows, err = members.named(tx, chosen[from:to]); err != nil {
		return p, err
	}
	if len(chosen) <= mostOnPaper {
		if p.Earlier, err = members.named(tx, chosen[:from]); err != nil {
			return p, err
		}
		if p.Later, err = members.named(tx, chosen[to:]); err != nil {
			return p, err
		}
	}
	if in.Top != 0 && p.Only == 0 {
		if p.Top, err = p.costliest(tx, in); err != nil {
			return p, err
		}
		if p.Top != nil && p.Top.People == p.Cohort.Everyone {
			for _, c := range report.Codes {
				p.Top.Contacts += c.Sum.Contacts
			}
		}
	}
	apart, err := p.list(tx, "single-service", mostApart)
	if err != nil {
		return p, err
	}
	if p.Apart, err = apart.named(tx, apart.rows); err != nil || in.Part == nil {
		return p, err
	}
	of := confirmed{rows: chosen, facts: members.facts}
	if in.Part.Apart {
		of = apart
	}
	p.Opened, err = in.Part.open(a, tx, &p, of)
	return p, err
}

// confirmed is the people of a place in a run, each confirmed by the policy, with the facts that it asked.
type confirmed struct {
	rows  []store.PersonTotal
	facts map[id.Person]policy.Facts
}

// list gives the people of a place. SQL says whom the viewer's agency works with; the policy has the last word on each.
func (p *CohortPage) list(tx *store.Tx, place string, most int) (c confirmed, err error) {
	if c.rows, err = tx.Cohort(p.Run.ID, place, p.Only, most); err != nil {
		return c, err
	}
	if c.facts, err = tx.CohortFacts(p.Run.ID, place); err != nil {
		return c, err
	}
	for _, r := range c.rows {
		if err := tx.Confirm(policy.Subject{Kind: policy.Person, ID: int64(r.Person)}, c.facts[r.Person]); err != nil {
			return c, err
		}
	}
	return c, nil
}

// mostApart bounds the list of people set apart. A rule that sets more apart is not one to work by.
const mostApart = 1000

// mostOnPaper is how long a list a page holds for paper, beyond what it shows.
const mostOnPaper = 100

// choose narrows the members to those asked for, puts them in order and says which of them are on the page.
func (p *CohortPage) choose(in OpenCohort) (rows []store.PersonTotal, from, to int) {
	knows := ""
	for _, g := range p.Agencies {
		if g.Mark == in.Agency {
			knows = g.Slug
		}
	}
	over := p.over(in.Over)
	p.Matching = Matching{Narrowed: in.Borough != "" || in.Agency != "" || over != nil || p.Only != 0}
	if over != nil {
		p.Matching.Over = in.Over
	}
	for _, t := range p.Blocks {
		if in.Borough != "" && !strings.EqualFold(p.Area.BoroughName(t.Borough), in.Borough) ||
			in.Agency != "" && !slices.Contains(strings.Fields(t.Agencies), knows) || over != nil && !over[t.Person] {
			continue
		}
		rows = append(rows, t)
		p.Matching.People++
		p.Matching.Year1, p.Matching.Year2, p.Matching.Total = p.Matching.Year1+t.Year1, p.Matching.Year2+t.Year2, p.Matching.Total+t.Total
	}
	order, known := cohortOrders[in.By]
	if !known {
		order = cohortOrders["rank"]
	}
	slices.SortStableFunc(rows, func(x, y store.PersonTotal) int {
		if in.Descending {
			x, y = y, x
		}
		return order(x, y)
	})
	p.Page = 1
	if in.All {
		return rows, 0, len(rows)
	}
	page, from, to := pageOf(in.Page, len(rows), CohortOnPage)
	p.Page = page
	return rows, from, to
}

// over gives the members of one of the Over values; nil for what is none.
func (p *CohortPage) over(which string) map[id.Person]bool {
	is, known := map[string]func(cohort.Member) bool{
		OverBoth:   func(m cohort.Member) bool { return m.Over[0] && m.Over[1] },
		OverFirst:  func(m cohort.Member) bool { return m.Over[0] && !m.Over[1] },
		OverSecond: func(m cohort.Member) bool { return !m.Over[0] && m.Over[1] },
		OverAlso:   func(m cohort.Member) bool { return p.Rule.Reaches(m.Amount, p.AlsoAWeek) },
	}[which]
	if !known || which == OverAlso && p.AlsoAWeek == 0 {
		return nil
	}
	some := map[id.Person]bool{}
	for _, m := range p.Cohort.Members {
		some[m.ID] = is(m)
	}
	return some
}

// cohortOrders compare two members by the columns that the list is sorted by.
var cohortOrders = map[string]func(x, y store.PersonTotal) int{
	"rank": func(x, y store.PersonTotal) int { return cmp.Compare(x.Rank, y.Rank) },
	"person": func(x, y store.PersonTotal) int {
		return strings.Compare(id.Pseudonym(x.Person), id.Pseudonym(y.Person))
	},
	"borough": func(x, y store.PersonTotal) int { return strings.Compare(x.Borough, y.Borough) },
	"weekly":  func(x, y store.PersonTotal) int { return cmp.Compare(x.AWeek, y.AWeek) },
	"year1":   func(x, y store.PersonTotal) int { return cmp.Compare(x.Year1, y.Year1) },
	"year2":   func(x, y store.PersonTotal) int { return cmp.Compare(x.Year2, y.Year2) },
	"total":   func(x, y store.PersonTotal) int { return cmp.Compare(x.Total, y.Total) },
}

// stale says what came after a cost run.
func (a *App) stale(tx *store.Tx, run store.Run, in RunInputs) (s Stale, err error) {
	if s.Answers, err = tx.AnswersSince(run.StartedAt); err != nil {
		return s, err
	}
	now, _, err := extractInputs(tx)
	if err != nil {
		return s, err
	}
	had := map[id.Extract]bool{}
	for _, e := range in.Extracts {
		had[e.Extract] = true
	}
	for _, e := range now {
		if !had[e.Extract] {
			s.Extracts++
		}
		delete(had, e.Extract)
	}
	s.Extracts += len(had)
	m, err := a.priceMap(tx)
	if err != nil {
		return s, err
	}
	s.Prices = m.hash != in.PriceMap
	here, err := tx.Area()
	s.Links = here.LinkRun != in.LinkRun
	return s, err
}

// otherYear works out the same weekly amount in another year's money: £500 of 2013-14 is more than £500 today.
func (p *CohortPage) otherYear() error {
	from := p.Area.Cohort.ShownAlsoIn
	if from == 0 {
		return nil
	}
	d, err := deflatorNamed(p.Area.Prices.Deflator)
	if err != nil {
		return err
	}
	pounds, err := decimal.New(int64(p.Rule.AWeek), 2)
	if err != nil {
		return err
	}
	if pounds, err = d.Uprate(pounds, from, p.Rule.PriceYear); err != nil {
		return err
	}
	if p.AlsoAWeek, err = money.Parse(pounds.Round(2).String()); err != nil {
		return err
	}
	p.AlsoAbove = p.Cohort.AtOrAbove(p.AlsoAWeek)
	return nil
}

// named gives some of the rows with names where names are shown.
func (c confirmed) named(tx *store.Tx, rows []store.PersonTotal) ([]CohortRow, error) {
	here, err := tx.Area()
	if err != nil {
		return nil, err
	}
	out := make([]CohortRow, len(rows))
	for i, r := range rows {
		out[i].PersonTotal = r
		s := policy.Subject{Kind: policy.Person, ID: int64(r.Person)}
		if !tx.May(policy.PersonSeeName, s, c.facts[r.Person]) {
			continue
		}
		records, err := tx.RecordsOf(r.Person, here.LinkRun)
		if err != nil {
			return nil, err
		}
		out[i].Name = bestName(records).Value
	}
	return out, nil
}

// ExportCohort writes the ranked list as CSV, as it is narrowed and sorted, on one page: pseudonyms, or names too while they are shown.
func (a *App) ExportCohort(ctx context.Context, who Who, in OpenCohort, names bool, to io.Writer) error {
	act := policy.CohortExport
	if names {
		act = policy.CohortExportNames
	}
	var p CohortPage
	err := a.db.Do(ctx, inArea(who, act, policy.Cohort), func(tx *store.Tx) (err error) {
		in.All = true
		p, err = a.cohortPage(tx, in)
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	whole, first, second := cost.InTwo(p.Rule.Window).Words()
	w.WriteText("person", "rank", "borough", "agencies", "largest service", "share of largest, per cent", "a week", strings.ToLower(first),
		strings.ToLower(second), strings.ToLower(whole), "crisis", "contacts not priced", "name")
	notPriced := int64(0)
	for _, r := range p.Rows {
		notPriced += r.NotPriced
		var agencies []string
		for _, slug := range strings.Fields(r.Agencies) {
			agencies = append(agencies, p.Area.AgencyName(slug))
		}
		w.Write(sheet.Text(id.Pseudonym(r.Person)), sheet.Number(r.Rank), sheet.Text(p.Area.BoroughName(r.Borough)), sheet.Text(strings.Join(agencies, "; ")),
			sheet.Text(p.Area.ServiceName(r.LargestService)), sheet.Thousandths(r.LargestShare*100), sheet.Amount(r.AWeek), sheet.Amount(r.Year1),
			sheet.Amount(r.Year2), sheet.Amount(r.Total), sheet.Amount(r.Crisis), sheet.Number(r.NotPriced), sheet.Text(r.Name))
	}
	if p.Cohort != nil {
		w.WriteText()
		w.WriteText(fmt.Sprintf("Run %d, rule version %d: %s a week or more from %s to %s. ", p.Run.ID, p.Rule.Version, p.Rule.AWeek.Pounds(),
			p.Rule.Window.From.Long(), p.Rule.Window.To.Long()) + strings.Join(cost.SaysOfPart(p.Says, int(notPriced)), " "))
		if r, found := p.Reach, p.Cohort; r != nil && r.Least(len(found.Members)) < r.Most(len(found.Members)) {
			w.WriteText(fmt.Sprintf("By links in doubt the cohort is from %d to %d people, and its cost from %s to %s; the run found %d, at %s.",
				r.Least(len(found.Members)), r.Most(len(found.Members)), min(r.None.Amount, r.All.Amount, found.Amount).Pounds(),
				max(r.None.Amount, r.All.Amount, found.Amount).Pounds(), len(found.Members), found.Amount.Pounds()))
		}
	}
	return w.Flush()
}

// Said is a value shown of a person, with who said it and when.
type Said struct {
	Value string
	By    []id.Agency
	Last  day.Day // as-of day of the newest that said it
}

// bestName is the name that most agencies give, the newest where they tie.
func bestName(records []store.Record) Said {
	return mostSaid(records, func(who person.Identity) string {
		if len(who.Names) == 0 {
			return ""
		}
		n := who.Names[0]
		if n.Full != "" {
			return n.Full
		}
		return strings.TrimSpace(n.Forename + " " + n.Surname)
	})
}

// bestBirth is the date of birth that most agencies give.
func bestBirth(records []store.Record) Said {
	return mostSaid(records, func(who person.Identity) string {
		for _, b := range who.Births {
			if b.Precision == person.FullDate {
				return b.Day.Long()
			}
		}
		return ""
	})
}

func mostSaid(records []store.Record, of func(person.Identity) string) Said {
	votes := map[string]*Said{}
	var best *Said
	for _, r := range records {
		var who person.Identity
		if err := json.Unmarshal([]byte(r.Identity), &who); err != nil {
			continue // an identity that cannot be read says nothing; the record shows it as such
		}
		v := of(who)
		if v == "" {
			continue
		}
		s := votes[v]
		if s == nil {
			s = &Said{Value: v}
			votes[v] = s
		}
		s.By, s.Last = append(s.By, r.Agency), max(s.Last, r.AsOf)
		if best == nil || len(s.By) > len(best.By) || len(s.By) == len(best.By) && s.Last > best.Last {
			best = s
		}
	}
	if best == nil {
		return Said{}
	}
	return *best
}
