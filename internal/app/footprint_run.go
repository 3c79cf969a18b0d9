package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/store"
)

// PriceSince is a decision about a code that somebody approved after a run.
type PriceSince struct {
	Key    cost.Key
	Agency string // its name
	On     day.Day
}

// Since is what came after a cost run.
type Since struct {
	Prices        []PriceSince
	Came, Gone    []RunExtract // extracts accepted, and taken back
	Answers       int64        // given or taken back
	LinkRun       id.Run       // the link run in force, where it is another than the run's; else 0
	Configuration bool         // the area's own files are others
}

// Any says whether anything came.
func (s Since) Any() bool {
	return len(s.Prices)+len(s.Came)+len(s.Gone) > 0 || s.Answers > 0 || s.LinkRun != 0 || s.Configuration
}

// pricing is what people's contacts are priced by.
type pricing struct {
	prices   *priceMap
	link     id.Run    // in force
	bounded  bool      // only the extracts accepted until read count
	read     time.Time // zero where none does
	coverage []cohort.Coverage
	asRun    id.Run // the cost run whose prices and extracts these are; 0 where they are what stands now
	since    Since  // what came after the published cost run
}

// contacts gives the contacts of a person of the extracts that count, by day.
func (p *pricing) contacts(tx *store.Tx, n id.Person) ([]store.StoredContact, error) {
	if p.bounded {
		return tx.ContactsBefore(n, p.link, p.read)
	}
	return tx.ContactsOf(n, p.link)
}

// pricedBy gives what the published cost run priced people by, as far as it can be had again: its price map to the letter, and the extracts
// that it read. Who holds which record is as it stands now, and an extract that was taken back is gone. Before the first run, and where what
// stands now is asked for, it is that.
func (a *App) pricedBy(tx *store.Tx, now bool) (*pricing, error) {
	here, err := tx.Area()
	if err != nil {
		return nil, err
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return nil, err
	}
	p := &pricing{prices: m, link: here.LinkRun}
	run, report, err := costReport(tx)
	if err != nil {
		return nil, err
	}
	if run.ID == 0 {
		p.coverage, err = coverageNow(tx, m)
		return p, err
	}
	var in RunInputs
	if err := json.Unmarshal([]byte(run.Inputs), &in); err != nil {
		return nil, err
	}
	then, err := a.pricesOf(tx, run, in, m)
	if err != nil {
		return nil, err
	}
	newest, err := p.cameSince(tx, run, in, then)
	if err != nil {
		return nil, err
	}
	if now {
		p.coverage, err = coverageNow(tx, m)
		return p, err
	}
	p.asRun, p.prices = run.ID, then
	p.coverage = (&costing{prices: then, feeds: report.Feeds}).coverage()
	p.bounded, p.read = len(p.since.Came) > 0, newest
	return p, nil
}

// cameSince finds what came after a cost run, and when the newest extract that the run read was accepted; zero where none of them still counts.
func (p *pricing) cameSince(tx *store.Tx, run store.Run, in RunInputs, then *priceMap) (newest time.Time, err error) {
	p.since = Since{Prices: approvedSince(then, p.prices), Configuration: in.Configuration != p.prices.area.Version}
	if p.link != in.LinkRun {
		p.since.LinkRun = p.link
	}
	if p.since.Answers, err = tx.AnswersSince(run.StartedAt); err != nil {
		return newest, err
	}
	inputs, standing, err := extractInputs(tx)
	if err != nil {
		return newest, err
	}
	for _, e := range standing {
		if slices.ContainsFunc(in.Extracts, func(x ExtractInput) bool { return x.Extract == e.ID }) && e.DecidedAt.After(newest) {
			newest = e.DecidedAt
		}
	}
	if p.since.Came, err = onlyIn(tx, inputs, in.Extracts); err != nil {
		return newest, err
	}
	p.since.Gone, err = onlyIn(tx, in.Extracts, inputs)
	return newest, err
}

// pricesOf is the price map that a run fixed, which its digest tells; the one that stands where no moment of the run gives that digest, as
// after the area's own files were changed.
func (a *App) pricesOf(tx *store.Tx, run store.Run, in RunInputs, now *priceMap) (*priceMap, error) {
	if in.PriceMap == now.hash {
		return now, nil
	}
	version, lasts, err := tx.PriceMapsVersion()
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(tx.Actor().Area, run.ID, in.PriceMap, now.area.Version, version)
	return a.ranWith.of(key, lasts, func() (*priceMap, error) {
		all, err := tx.PricesSince(run.StartedAt)
		if err != nil {
			return nil, err
		}
		agencies, err := tx.Agencies()
		if err != nil {
			return nil, err
		}
		for _, at := range momentsOf(all, run) {
			m, err := madeFrom{area: now.area, agencies: agencies, codes: now.codes, standing: stoodAt(all, at)}.make()
			if err != nil {
				return nil, err
			}
			if m.hash == in.PriceMap {
				return m, nil
			}
		}
		return now, nil
	})
}

// momentsOf are the moments of a run at which prices may have been others than the moment before: its beginning, and each decision until its end.
func momentsOf(all []store.PriceEntry, run store.Run) []time.Time {
	out := []time.Time{run.StartedAt}
	for _, p := range all {
		for _, t := range []time.Time{p.MadeAt, p.ApprovedAt, p.EndedAt} {
			if t.After(run.StartedAt) && !t.After(run.FinishedAt) && !slices.ContainsFunc(out, t.Equal) {
				out = append(out, t)
			}
		}
	}
	return out
}

// stoodAt is the decisions that stood at a moment, as the keeper gives those that stand now: by code, and of each what is approved first.
// What the area's own file approves is approved from when it was read.
func stoodAt(all []store.PriceEntry, at time.Time) []store.PriceEntry {
	var out []store.PriceEntry
	for _, p := range all {
		if p.MadeAt.After(at) || !p.EndedAt.IsZero() && !p.EndedAt.After(at) {
			continue
		}
		if p.ApprovedBy != 0 && p.ApprovedAt.After(at) {
			p.State = "proposed"
		}
		i := len(out)
		if i > 0 && p.State == "approved" && out[i-1].Agency == p.Agency && out[i-1].Code == p.Code && out[i-1].Unit == p.Unit {
			i--
		}
		out = slices.Insert(out, i, p)
	}
	return out
}

// approvedSince are the decisions that price contacts now and did not then, by agency and code.
func approvedSince(then, now *priceMap) []PriceSince {
	var out []PriceSince
	if then == now {
		return nil
	}
	for k, p := range now.entries {
		if was, had := then.entries[k]; p.State != "approved" || had && was.ID == p.ID && was.State == p.State {
			continue
		}
		out = append(out, PriceSince{Key: k, Agency: now.agencies[p.Agency].Name, On: day.In(p.ApprovedAt, london)})
	}
	slices.SortFunc(out, func(x, y PriceSince) int {
		return cmp.Or(strings.Compare(x.Agency, y.Agency), strings.Compare(x.Key.Code, y.Key.Code), strings.Compare(x.Key.Unit, y.Key.Unit))
	})
	return out
}
