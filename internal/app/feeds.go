package app

import (
	"throughline/internal/area"
	"throughline/internal/cohort"
	"throughline/internal/day"
	"throughline/internal/store"
)

// Feed is how far an agency's data reaches, over its accepted extracts.
type Feed struct {
	Agency         store.Agency
	Sends          string // what its files hold
	From, To       day.Day
	Weeks, Of      int   // weeks of the window with data on at least one day, as a run counts them
	Rows, Rejected int64 // of accepted extracts; a row that a later file has put right is rejected no more
	Waiting        bool  // an extract waits for a decision
	Checking       bool  // an extract is being checked
}

// feeds gives the feed of each agency that the viewer may know of.
func feeds(tx *store.Tx, c *area.Area, window day.Span) ([]Feed, error) {
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	all, err := tx.Extracts(tx.Actor().Agency)
	if err != nil {
		return nil, err
	}
	var out []Feed
	for _, g := range agencies {
		if own := tx.Actor().Agency; own != 0 && own != g.ID {
			continue
		}
		f := Feed{Agency: g, Of: window.Days() / day.DaysInWeek}
		if in, ok := c.Agency(g.Slug); ok {
			f.Sends = in.Sends
		}
		for _, e := range all {
			if e.Agency == g.ID {
				f.add(e, mended(all, e))
			}
		}
		if f.From != 0 {
			f.From = cohort.Reach(f.From, f.To, window).From
			f.Weeks, _ = cohort.WeeksCovered(window, day.Span{From: f.From, To: f.To})
		}
		out = append(out, f)
	}
	return out, nil
}

func (f *Feed) add(e store.Extract, mended bool) {
	switch e.State {
	case store.ExtractChecked:
		f.Waiting = true
	case store.ExtractReceived:
		f.Checking = true
	case store.ExtractAccepted:
		if f.Rows += e.Rows; !mended {
			f.Rejected += e.Rejected
		}
		s := reach(day.Span{From: f.From, To: f.To}, e)
		f.From, f.To = s.From, s.To
	}
}

// reach widens the days that a feed has by an accepted extract: from its first contact to its as-of day. Contacts that were all known count
// too, since they were still so on that day; an extract of people alone changes nothing.
func reach(s day.Span, e store.Extract) day.Span {
	if e.FirstDay == 0 {
		return s
	}
	if s.From == 0 || e.FirstDay < s.From {
		s.From = e.FirstDay
	}
	s.To = max(s.To, e.AsOf)
	return s
}

// coverageOf says which days of feeds whose first contact and last day these are, by agency, are covered: every agency of the area
// stands in it, with an empty span where nothing has come.
func coverageOf(c *area.Area, spans map[string]day.Span) []cohort.Coverage {
	var out []cohort.Coverage
	for _, g := range c.Agencies {
		v := cohort.Coverage{Agency: g.Slug}
		if s, ok := spans[g.Slug]; ok {
			v.Has = cohort.Reach(s.From, s.To, ruleOf(c).Window)
		}
		out = append(out, v)
	}
	return out
}

// coverageNow says which days the accepted extracts cover.
func coverageNow(tx *store.Tx, m *priceMap) ([]cohort.Coverage, error) {
	_, standing, err := extractInputs(tx)
	spans := map[string]day.Span{}
	for _, e := range standing {
		slug := m.agencies[e.Agency].Slug
		if s := reach(spans[slug], e); s.From != 0 {
			spans[slug] = s
		}
	}
	return coverageOf(m.area, spans), err
}
