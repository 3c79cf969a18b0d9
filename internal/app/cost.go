package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// costRunReport is what a cost run found, kept with the run: everything on its pages that is not a person's row.
type costRunReport struct {
	Cohort   *cohort.Cohort
	Amount   money.Pence // of everyone in the window
	People   int
	Says     []string // what the amount is not
	MapHash  string
	Codes    []codeReport
	Feeds    []feedReport
	NoPerson int // contacts of records that no person holds

	NotPriced       int64 // contacts of the cohort's people, inside the window, that have no price
	NotPricedPeople int   `json:",omitempty"` // of the cohort, who have one; 0 in a run made before that was counted

	Reach *Reach `json:",omitempty"` // nil for a run made before it was worked out
}

type codeReport struct {
	Key      cost.Key
	Sum      cost.CodeSum
	People   int // with a contact of the code in the window, priced or not
	InCohort int // of them, in the cohort
}

// feedReport is how far an agency's data reaches.
type feedReport struct {
	Agency string // slug
	From   day.Day
	To     day.Day
	Rows   int64
	Reject int64
}

// costing is one cost run at work.
type costing struct {
	link    id.Run
	prices  *priceMap
	rule    cohort.Rule
	window  cost.Window
	persons []id.Person // in order; an Activity's Person is a place in it
	borough []string
	weakest map[id.Person]int64
	acts    []cost.Activity
	feeds   []feedReport
	inputs  RunInputs
	orphans int
}

// costContacts prices every standing contact through the price map, sums it by person, and finds the cohort.
func (a *App) costContacts(ctx context.Context, t *task) error {
	return a.inRun(ctx, t, func(run id.Run) error {
		if err := t.tell("Reading contacts", 0, 0); err != nil {
			return err
		}
		var c *costing
		var d *inDoubt
		err := a.db.Do(ctx, request(t.who, policy.RunRead, policy.Run, int64(run)), func(tx *store.Tx) (err error) {
			if d, err = pairsInDoubt(tx); err != nil {
				return err
			}
			c, err = a.gatherFrom(tx, d.keeping(tx.ContactsOfExtract))
			return err
		})
		if err != nil {
			return err
		}
		c.inputs.Doubt = d.digest()
		text, hash, err := c.inputs.text()
		if err != nil {
			return err
		}
		err = a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx) error { return tx.FixRun(run, text, hash) })
		if err != nil {
			return err
		}
		if err := t.tell("Pricing contacts", 0, int64(len(c.acts))); err != nil {
			return err
		}
		sums, err := cost.Sum(c.acts, c.prices.table, c.window)
		if err != nil {
			return err
		}
		people := c.people(sums)
		found, err := cohort.Apply(c.rule, people, c.coverage())
		if err != nil {
			return err
		}
		reach, err := a.reach(ctx, t, run, c, d, people, found)
		if err != nil {
			return err
		}
		if err := writeRun(ctx, a, t, run, "Writing sums by month", c.sums(sums), (*store.Tx).StageSums); err != nil {
			return err
		}
		totals := c.totals(sums, found)
		if err := writeRun(ctx, a, t, run, "Writing people's totals", totals, (*store.Tx).StageTotals); err != nil {
			return err
		}
		report := c.report(sums, found)
		report.Reach = reach
		return a.db.Do(ctx, request(t.who, policy.RunPublish, policy.Run, int64(run)), func(tx *store.Tx) error {
			if err := publish(tx, run, store.CostRun, report); err != nil {
				return err
			}
			return oldRuns(tx)
		})
	})
}

// gather reads in one snapshot everything that the run fixes.
func (a *App) gather(tx *store.Tx) (*costing, error) {
	return a.gatherFrom(tx, tx.ContactsOfExtract)
}

// gatherFrom is gather with the contacts of each accepted extract given by contacts.
func (a *App) gatherFrom(tx *store.Tx, contacts func(id.Extract, func(store.StoredContact) error) error) (*costing, error) {
	here, err := tx.Area()
	if err != nil {
		return nil, err
	}
	if here.LinkRun == 0 {
		return nil, fault.New(fault.Conflict, "not-linked", "Records have not been linked yet, so there is nobody to cost.", "Start a link run first.")
	}
	c := &costing{link: here.LinkRun}
	if c.prices, err = a.priceMap(tx); err != nil {
		return nil, err
	}
	c.rule, c.window = ruleOf(c.prices.area), windowOf(c.prices.area)
	if c.weakest, err = tx.WeakestLinks(here.LinkRun); err != nil {
		return nil, err
	}
	place, hash, err := c.members(tx)
	if err != nil {
		return nil, err
	}
	extracts, standing, err := extractInputs(tx)
	if err != nil {
		return nil, err
	}
	spans := map[id.Agency]*feedReport{}
	for _, e := range standing {
		f := spans[e.Agency]
		if f == nil {
			f = &feedReport{Agency: c.prices.agencies[e.Agency].Slug}
			spans[e.Agency] = f
		}
		f.Rows, f.Reject = f.Rows+e.Rows, f.Reject+e.Rejected
		s := reach(day.Span{From: f.From, To: f.To}, e)
		f.From, f.To = s.From, s.To
		err := contacts(e.ID, func(s store.StoredContact) error {
			p, ok := place[s.Record]
			if !ok {
				c.orphans++
				return nil
			}
			act := c.prices.activity(s)
			act.Person = p
			c.acts = append(c.acts, act)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, g := range slices.Sorted(maps.Keys(spans)) {
		c.feeds = append(c.feeds, *spans[g])
	}
	slices.SortStableFunc(c.acts, func(x, y cost.Activity) int { return cmp.Compare(x.Person, y.Person) })
	c.inputs = RunInputs{Extracts: extracts, LinkRun: here.LinkRun, Memberships: hash, PriceMap: c.prices.hash, Editions: c.prices.editionsUsed(),
		Deflator: c.prices.area.Prices.Deflator, PriceYear: c.prices.area.Prices.PriceYear.String(), Rule: c.rule.Version,
		Window: c.window.From.String() + " to " + c.window.To.String(), Configuration: c.prices.area.Version, Code: a.version}
	return c, nil
}

// members numbers the people of the published link run and finds each one's borough: the one that most of their records name.
func (c *costing) members(tx *store.Tx) (place map[id.Record]int32, hash string, err error) {
	of := map[id.Record]id.Person{}
	h := sha256.New()
	err = tx.Memberships(c.link, func(m store.Membership) {
		of[m.Record] = m.Person
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], uint64(m.Record))
		binary.BigEndian.PutUint64(b[8:], uint64(m.Person))
		h.Write(b[:])
	})
	if err != nil {
		return nil, "", err
	}
	c.persons = slices.Compact(slices.Sorted(maps.Values(of)))
	number := make(map[id.Person]int32, len(c.persons))
	for i, p := range c.persons {
		number[p] = int32(i)
	}
	place = make(map[id.Record]int32, len(of))
	for r, p := range of {
		place[r] = number[p]
	}
	votes := make([]map[string]int, len(c.persons))
	err = tx.Boroughs(func(r id.Record, b string) {
		p, ok := place[r]
		if !ok {
			return
		}
		if votes[p] == nil {
			votes[p] = map[string]int{}
		}
		votes[p][b]++
	})
	c.borough = make([]string, len(c.persons))
	for i, v := range votes {
		for _, b := range slices.Sorted(maps.Keys(v)) {
			if v[b] > v[c.borough[i]] {
				c.borough[i] = b
			}
		}
	}
	return place, hex.EncodeToString(h.Sum(nil)), err
}

// activity is a stored contact as it is priced. An open stay runs to the as-of day of its extract.
func (m *priceMap) activity(s store.StoredContact) cost.Activity {
	act := cost.Activity{Quantity: s.Quantity, From: s.From, To: s.To, Service: m.place[s.Service]}
	if s.To == store.OpenStay {
		act.To, act.Flags = s.AsOf, cost.Open
	}
	if s.Own != nil {
		act.Own, act.Flags = *s.Own, act.Flags|cost.HasOwn
	}
	return act
}

// ruleOf is the area's cohort rule.
func ruleOf(c *area.Area) cohort.Rule {
	r := c.Cohort
	return cohort.Rule{Version: r.Version, Agreed: r.Agreed, AWeek: r.AWeek, PriceYear: r.PriceYear, Window: day.Ending(r.AsOf, r.Days),
		AgenciesAtLeast: r.AgenciesAtLeast, LargestMostPercent: r.LargestMostPercent, Exclusions: []string{cost.RentAndBenefits}}
}

// windowOf is the window of the area's cohort rule: what a run prices, and what pages show unless they are asked for another.
func windowOf(c *area.Area) cost.Window { return cost.InTwo(ruleOf(c).Window) }

// people turns a run's sums into what the rule is applied to.
func (c *costing) people(sums *cost.Sums) []cohort.Person {
	groups := c.prices.table.Groups()
	var out []cohort.Person
	for i := 0; i < len(sums.Shares); {
		p := cohort.Person{ID: c.persons[sums.Shares[i].Person], Borough: c.borough[sums.Shares[i].Person]}
		for j := sums.Shares[i].Person; i < len(sums.Shares) && sums.Shares[i].Person == j; i++ {
			s := sums.Shares[i]
			g := groups[s.Group]
			p.Uses = append(p.Uses, cohort.Use{Agency: g.Agency, Service: g.Service, Payer: g.Payer, Crisis: g.Kind == cost.Crisis,
				Contacts: int(s.Contacts), Years: s.Years})
		}
		out = append(out, p)
	}
	return out
}

// coverage says which days each agency's data covers.
func (c *costing) coverage() []cohort.Coverage {
	spans := map[string]day.Span{}
	for _, f := range c.feeds {
		if f.From != 0 {
			spans[f.Agency] = day.Span{From: f.From, To: f.To}
		}
	}
	return coverageOf(c.prices.area, spans)
}

func (c *costing) sums(sums *cost.Sums) []store.PersonSum {
	groups := c.prices.table.Groups()
	out := make([]store.PersonSum, len(sums.Cells))
	for i, s := range sums.Cells {
		g := groups[s.Group]
		out[i] = store.PersonSum{Person: c.persons[s.Person], Month: s.Month, Agency: g.Agency, Service: g.Service, Payer: g.Payer,
			Kind: string(g.Kind), Amount: s.Amount, Contacts: int64(s.Contacts)}
	}
	return out
}

// totals is every person with a priced contact in the window, whatever place the rule gives them.
func (c *costing) totals(sums *cost.Sums, found *cohort.Cohort) []store.PersonTotal {
	placed := map[id.Person]store.PersonTotal{}
	for place, list := range map[string][]cohort.Member{"cohort": found.Members, "single-service": found.SingleService, "few-agencies": found.FewAgencies} {
		for _, m := range list {
			placed[m.ID] = store.PersonTotal{Place: place, Rank: int64(m.Rank), Agencies: strings.Join(m.Agencies, " "), AWeek: m.AWeek,
				Crisis: m.Crisis, LargestService: m.Largest, LargestShare: int64(m.LargestShare), Partial: strings.Join(m.Partial, " ")}
		}
	}
	missed := map[int32]int64{}
	for _, m := range sums.Missed {
		if m.Reason != cost.GapLeftOut {
			missed[m.Person] += int64(m.Contacts)
		}
	}
	groups := c.prices.table.Groups()
	weeks := c.rule.Weeks()
	var out []store.PersonTotal
	for i := 0; i < len(sums.Shares); {
		n := sums.Shares[i].Person
		p := c.persons[n]
		t, set := placed[p]
		if !set {
			t = store.PersonTotal{Place: "below"}
		}
		t.Person, t.Borough, t.NotPriced, t.WeakestPPM = p, c.borough[n], missed[n], cmp.Or(c.weakest[p], 1_000_000)
		agencies := map[string]bool{}
		crisis := money.Pence(0)
		for ; i < len(sums.Shares) && sums.Shares[i].Person == n; i++ {
			s := sums.Shares[i]
			t.Total, t.Year1, t.Year2 = t.Total+s.Amount, t.Year1+s.Years[0], t.Year2+s.Years[1]
			t.Contacts += int64(s.Contacts)
			agencies[groups[s.Group].Agency] = true
			if groups[s.Group].Kind == cost.Crisis {
				crisis += s.Amount
			}
		}
		if !set {
			t.Crisis, t.AWeek = crisis, cohort.AWeekEach(t.Total, 1, weeks)
			t.Agencies = strings.Join(slices.Sorted(maps.Keys(agencies)), " ")
		}
		out = append(out, t)
	}
	return out
}

func (c *costing) report(sums *cost.Sums, found *cohort.Cohort) costRunReport {
	r := costRunReport{Cohort: found, MapHash: c.prices.hash, Feeds: c.feeds, NoPerson: c.orphans, People: found.Everyone, Amount: found.EveryoneCost}
	notPriced := 0
	for _, m := range sums.Missed {
		if m.Reason != cost.GapLeftOut {
			notPriced += int(m.Contacts)
		}
	}
	r.Says = c.prices.table.TotalOf(r.Amount, notPriced).Says()
	in := map[id.Person]bool{}
	for _, m := range found.Members {
		in[m.ID] = true
	}
	missed := map[int32]bool{}
	for _, m := range sums.Missed {
		if m.Reason != cost.GapLeftOut && in[c.persons[m.Person]] {
			r.NotPriced += int64(m.Contacts)
			missed[m.Person] = true
		}
	}
	r.NotPricedPeople = len(missed)
	for i, k := range c.prices.table.Keys() {
		r.Codes = append(r.Codes, codeReport{Key: k, Sum: sums.Codes[i]})
	}
	counted := make([]int32, len(r.Codes)) // the last person counted for each code, plus one: contacts stand in order of person
	for i := range c.acts {
		x := &c.acts[i]
		if counted[x.Service] == x.Person+1 || x.From > c.window.To || max(x.From, x.To) < c.window.From {
			continue
		}
		counted[x.Service] = x.Person + 1
		r.Codes[x.Service].People++
		if in[c.persons[x.Person]] {
			r.Codes[x.Service].InCohort++
		}
	}
	return r
}

// costReport reads the published cost run and what it found; the run is zero when there is none yet.
func costReport(tx *store.Tx) (store.Run, costRunReport, error) {
	var r costRunReport
	here, err := tx.Area()
	if err != nil || here.CostRun == 0 {
		return store.Run{}, r, err
	}
	run, err := tx.Run(here.CostRun)
	if err != nil {
		return store.Run{}, r, err
	}
	r, err = reports.read(run.Report)
	return run, r, err
}

// reports keeps the newest reports that were read: every page reads the published one, which never changes.
var reports readReports

type readReports struct {
	mu  sync.Mutex
	was map[string]costRunReport // by text
}

// mostReports bounds the reports kept; an installation has one published for each area.
const mostReports = 8

// read takes a report from its text. The report is shared: nobody changes it.
func (r *readReports) read(text string) (costRunReport, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.was[text]; ok {
		return known, nil
	}
	var fresh costRunReport
	if err := json.Unmarshal([]byte(text), &fresh); err != nil {
		return costRunReport{}, err
	}
	if len(r.was) >= mostReports || r.was == nil {
		r.was = map[string]costRunReport{}
	}
	r.was[text] = fresh
	return fresh, nil
}

// faultWords is what may be shown of an error.
func faultWords(err error) string {
	f := fault.As(err)
	return strings.TrimSpace(f.Message + " " + f.Remedy)
}
