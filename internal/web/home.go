package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/web/ui"
)

func (s *Server) home(w http.ResponseWriter, r *http.Request, who app.Who) error {
	h, err := s.app.Home(r.Context(), who)
	if err != nil {
		return err
	}
	switch {
	case h.Viewer.MustChange:
		return s.done(w, "/account/password", "")
	case h.Viewer.Purpose == "":
		return s.done(w, "/purpose", "")
	}
	c := ui.Home{Today: h.Today, Todos: todos(h), MayCohort: h.MayCohort, Window: h.Window, Jobs: work(h.Jobs, "/", "")}
	if b := h.Cohort; b != nil {
		c.Cohort = &ui.CohortBrief{People: b.People, Total: b.Amount, Costing: ui.Costing{Year: b.PriceYear, Rents: b.Rents, NotPriced: int(b.NotPriced)},
			Weekly: b.AWeek, Window: h.Window, Run: b.Run.ID, Made: dayOf(b.Run.FinishedAt), By: b.By, OutOfDate: b.Stale.Any()}
	} else if h.MayCohort {
		c.Steps = steps(h.Ready)
	}
	for _, f := range h.Feeds {
		c.Feeds = append(c.Feeds, feed(f, h))
	}
	return ui.HomePage.Write(w, http.StatusOK, s.frame(w, r, h.Viewer), c)
}

func feed(f app.Feed, h app.Home) ui.Feed {
	out := ui.Feed{Agency: f.Agency.Name, Sends: f.Sends, From: f.From, UpTo: f.To, Weeks: f.Weeks, Of: f.Of, Received: int(f.Rows), Rejected: int(f.Rejected)}
	switch {
	case f.Waiting:
		out.State, out.NeedsYou = "Waiting for a decision", true
	case f.Checking:
		out.State = "Being checked"
	case f.To == 0:
		out.State = "Nothing has come"
	case f.To < h.Window.To:
		out.State = "Ends before the window does"
	case f.From > h.Window.From:
		out.State = "Begins after the window does"
	default:
		out.State = "Up to date"
	}
	return out
}

// todos are what waits for the viewer; what holds up a sound cohort comes first.
func todos(h app.Home) []ui.Todo {
	var out []ui.Todo
	add := func(n int, what, href, why string) {
		if n > 0 {
			out = append(out, ui.Todo{Count: n, What: what, Href: href, Why: why})
		}
	}
	add(len(h.Waiting), either(len(h.Waiting), "Extract waiting for your decision", "Extracts waiting for your decision"), only(h.Waiting, "/extracts?state=Waiting+for+a+decision"),
		fileNames(h.Waiting)+". Until you accept "+either(len(h.Waiting), "it, nothing in it counts.", "them, nothing in them counts."))
	add(len(h.Unreadable), either(len(h.Unreadable), "File that could not be read", "Files that could not be read"), only(h.Unreadable, "/extracts?state=Could+not+be+read"),
		fileNames(h.Unreadable)+". Each page says what to ask the agency for.")
	add(len(h.Layouts), either(len(h.Layouts), "Layout waiting for your approval", "Layouts waiting for your approval"), onlyLayout(h.Layouts),
		"No file is read with a layout until you approve it.")
	contacts, cohort := 0, 0
	for _, l := range h.Unpriced {
		contacts, cohort = contacts+l.Uses(), max(cohort, l.InCohort)
	}
	why := plural(int64(contacts), "contact is a visible gap, not zero.", "contacts are a visible gap, not zero.")
	if cohort > 0 {
		why += " At least " + plural(int64(cohort), "person", "people") + " of the cohort have one."
	}
	add(len(h.Unpriced), either(len(h.Unpriced), "Agency code with no approved price", "Agency codes with no approved price"), "/prices", why)
	add(len(h.Proposed), either(len(h.Proposed), "Price waiting for your approval", "Prices waiting for your approval"), "/prices", "None counts until somebody other than who set it approves it.")
	if b := h.Cohort; b != nil && b.Stale.Any() {
		add(1, "Run out of date", "/cohort", "The cohort of "+dayOf(b.Run.FinishedAt).Long()+" was made before "+staleSince(b.Stale)+". Make a new run when what it needs is in.")
	}
	return out
}

// either is the words for one or for several.
func either(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// fileNames names extracts by agency and feed.
func fileNames(files []app.RunExtract) string {
	var names []string
	for _, x := range files {
		names = append(names, x.Agency+", "+x.Layout)
	}
	return listed(names)
}

// only leads to the one extract there is, or to the list.
func only(files []app.RunExtract, list string) string {
	if len(files) == 1 {
		return ui.ExtractPath(files[0].ID)
	}
	return list
}

func onlyLayout(layouts []app.LayoutRow) string {
	if len(layouts) == 1 {
		return ui.LayoutPath(layouts[0].ID)
	}
	return "/layouts"
}
