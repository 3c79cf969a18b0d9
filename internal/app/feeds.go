package app

import (
	"throughline/internal/area"
	"throughline/internal/day"
	"throughline/internal/store"
)

// Feed is how far an agency's data reaches, over its accepted extracts.
type Feed struct {
	Agency         store.Agency
	Sends          string // what its files hold
	From, To       day.Day
	Weeks, Of      int   // weeks of the window with data on at least one day, as a run counts them
	Rows, Rejected int64 // of accepted extracts
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
				f.add(e)
			}
		}
		if f.From != 0 { // a feed is held to begin with the week of its first contact, as in a run
			f.Weeks = weeksOf(day.Span{From: f.From - day.DaysInWeek + 1, To: f.To}, window)
			if f.From-day.DaysInWeek < window.From {
				f.From = min(f.From, window.From)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

func (f *Feed) add(e store.Extract) {
	switch e.State {
	case store.ExtractChecked:
		f.Waiting = true
	case store.ExtractReceived:
		f.Checking = true
	case store.ExtractAccepted:
		f.Rows, f.Rejected = f.Rows+e.Rows, f.Rejected+e.Rejected
		if e.Contacts == 0 {
			return
		}
		if f.From == 0 || e.FirstDay < f.From {
			f.From = e.FirstDay
		}
		f.To = max(f.To, e.AsOf)
	}
}

// weeksOf counts the weeks of a window that a span has a day in.
func weeksOf(s, window day.Span) int {
	in := s.Cut(window)
	if in.Days() == 0 {
		return 0
	}
	return int(in.To-window.From)/day.DaysInWeek - int(in.From-window.From)/day.DaysInWeek + 1
}
