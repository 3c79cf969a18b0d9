package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/policy"
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
	c := ui.Home{Today: h.Today, Todos: append(todos(h), elsewhere(h.Elsewhere)...), Setup: settingUp(h.Setup), MayCohort: h.MayCohort, MayAccounts: h.Viewer.May(policy.AccountCreate), MayAgencies: h.Viewer.May(policy.AgencyList), Window: h.Window, Jobs: work(h.Jobs, "/", "")}
	if b := h.Cohort; b != nil {
		c.Cohort = &ui.CohortBrief{People: b.People, Total: b.Amount, Costing: ui.Costing{Year: b.PriceYear, Rents: b.Rents, NotPriced: int(b.NotPriced), NotPricedAt: notPricedPath},
			Weekly: b.AWeek, Window: h.Window, Run: b.Run.ID, MayRun: h.Viewer.May(policy.RunOpen), Made: dayOf(b.Run.FinishedAt), By: b.By, OutOfDate: b.Stale.Any(),
			Reach: reachShown(b.Reach, 0, b.People)}
	} else if h.MayCohort {
		c.Steps = firstSteps(h)
	}
	for _, f := range h.Feeds {
		c.Feeds = append(c.Feeds, feed(f, h))
	}
	return ui.HomePage.Write(w, http.StatusOK, s.frame(w, r, h.Viewer), c)
}

func feed(f app.Feed, h app.Home) ui.Feed {
	out := ui.Feed{Agency: f.Agency.Name, Sends: f.Sends, From: f.From, UpTo: f.To, Weeks: f.Weeks, Of: f.Of, Received: int(f.Rows), Rejected: int(f.Rejected),
		Path: "/extracts?agency=" + strconv.FormatInt(int64(f.Agency.ID), 10)}
	switch {
	case f.Waiting && slices.ContainsFunc(h.Waiting, func(x app.RunExtract) bool { return x.Agency == f.Agency.Name }):
		out.State, out.NeedsYou = "Waiting for you", true
	case f.Waiting:
		out.State = "Waiting for an analyst"
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

// firstSteps are what a first cohort needs, from the first layout on.
func firstSteps(h app.Home) []ui.Step {
	return append([]ui.Step{{Name: "Add a layout for each file that agencies send, and have it approved", Href: "/layouts", Done: h.Approved > 0}}, steps(h.Ready)...)
}

// settingUp is what an administrator does before anybody can work; nothing once it is done.
func settingUp(s *app.Setup) []ui.Step {
	if s == nil {
		return nil
	}
	steps := []ui.Step{{Name: "The area’s agencies: " + plural(int64(s.Agencies), "is there", "are there"), Href: "/agencies", Done: s.Agencies > 0}}
	done := s.Agencies > 0
	for _, who := range []struct {
		role policy.Role
		does string
	}{
		{policy.Analyst, "adds layouts, sends extracts in, accepts them and makes runs"},
		{policy.GovernanceLead, "approves layouts and looks at the audit"},
		{policy.FinanceLead, "sets and approves prices"},
	} {
		held := s.Holds(who.role)
		steps = append(steps, ui.Step{Name: "Invite " + article(who.role.Words()) + ", who " + who.does, Href: "/accounts/new", Done: held})
		done = done && held
	}
	if done {
		return nil
	}
	return steps
}

// article sets a or an before a word.
func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

// waits says what waits under another purpose, in one and in several, and where it is.
var waits = map[app.Waits]struct{ one, several, href string }{
	app.WaitsExtract:    {"Extract waiting for your decision", "Extracts waiting for your decision", "/extracts?state=Waiting+for+a+decision"},
	app.WaitsUnreadable: {"File that could not be used", "Files that could not be used", "/extracts?state=Could+not+be+used"},
	app.WaitsLayout:     {"Layout waiting for your approval", "Layouts waiting for your approval", "/layouts"},
	app.WaitsUnpriced:   {"Agency code with no price", "Agency codes with no price", "/prices"},
	app.WaitsRun:        {"Run out of date", "Runs out of date", "/cohort"},
	app.WaitsPair:       {"Link waiting to be reviewed", "Links waiting to be reviewed", "/links"},
	app.WaitsPrice:      {"Price waiting for your approval", "Prices waiting for your approval", "/prices"},
}

// elsewhere is what waits under a purpose that was not stated: how much, and the way to it.
func elsewhere(all []app.Elsewhere) []ui.Todo {
	var out []ui.Todo
	for _, e := range all {
		w := waits[e.What]
		out = append(out, ui.Todo{Count: e.Count, What: ui.Either(e.Count, w.one, w.several), Href: "/purpose?" + url.Values{"next": {w.href}}.Encode(),
			Why: ui.Say(ui.Plain("Not open under the purpose you stated. Change it to " + purposeList(e.Purposes) + "."))})
	}
	return out
}

// purposeList names purposes of which any will do: “agree prices” or “find and cost the cohort”.
func purposeList(purposes []policy.Purpose) string {
	var words []string
	for _, p := range purposes {
		words = append(words, "“"+p.Words()+"”")
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// todos are what waits for the viewer; what holds up a sound cohort comes first.
func todos(h app.Home) []ui.Todo {
	var out []ui.Todo
	add := func(n int, what, href, why string) {
		if n > 0 {
			out = append(out, ui.Todo{Count: n, What: what, Href: href, Why: ui.Say(ui.Plain(why))})
		}
	}
	if r := h.Failed; r != nil {
		add(1, "Run that failed", ui.RunPath(r.ID), "Run "+strconv.FormatInt(int64(r.ID), 10)+" of "+dayOf(r.FinishedAt).Long()+": "+sentenced(r.Fault)+
			" What was in force before still is. Its page says more; make a new run once the cause is mended.")
	}
	add(len(h.Waiting), ui.Either(len(h.Waiting), "Extract waiting for your decision", "Extracts waiting for your decision"), only(h.Waiting, "/extracts?state=Waiting+for+a+decision"),
		fileNames(h.Waiting)+". Until you accept "+ui.Either(len(h.Waiting), "it, nothing in it counts.", "them, nothing in them counts."))
	add(len(h.Unreadable), ui.Either(len(h.Unreadable), "File that could not be used", "Files that could not be used"), only(h.Unreadable, "/extracts?state=Could+not+be+used"),
		fileNames(h.Unreadable)+". Each page says why, and what mends it.")
	add(len(h.Layouts), ui.Either(len(h.Layouts), "Layout waiting for your approval", "Layouts waiting for your approval"), onlyLayout(h.Layouts),
		"No file is read with a layout until you approve it.")
	if len(h.Unpriced) > 0 {
		out = append(out, ui.Todo{Count: len(h.Unpriced), What: ui.Either(len(h.Unpriced), "Agency code with no approved price", "Agency codes with no approved price"),
			Href: "/prices#unpriced", Why: unpricedWhy(h)})
	}
	add(len(h.Proposed), ui.Either(len(h.Proposed), "Price waiting for your approval", "Prices waiting for your approval"), "/prices", "None counts until somebody other than who set it approves it.")
	add(h.Pairs, ui.Either(h.Pairs, "Link waiting to be reviewed", "Links waiting to be reviewed"), "/links",
		"Pairs of records of which it is not sure whether they are one person’s. Those that could change most come first.")
	rows := int64(0)
	for _, x := range h.Rejected {
		rows += x.Rejected
	}
	mend := "What is rejected does not count. Download it, have the agency put it right, and send the file in again. They stay here until mended rows, or a file that covers the same days, are accepted."
	if h.Viewer.Agency != 0 {
		mend = "They are your agency’s, and do not count. Each file’s page says what is wrong with which row: download the rows, put them right, and send the file in again."
	}
	in := "In " + plural(int64(len(h.Rejected)), "file", "files")
	if len(h.Rejected) <= 3 {
		in = fileNames(h.Rejected)
	}
	add(int(rows), ui.Either(int(rows), "Rejected row", "Rejected rows"), only(h.Rejected, "/extracts?state=Accepted"),
		in+". "+mend)
	if b := h.Cohort; b != nil && b.Stale.Any() {
		add(1, "Run out of date", "/cohort", "The cohort of "+dayOf(b.Run.FinishedAt).Long()+" was made before "+staleSince(b.Stale)+". Make a new run when what it needs is in.")
	}
	return out
}

// unpricedWhy is what hangs on codes without an approved price, with the way to whose contacts they are.
func unpricedWhy(h app.Home) ui.Text {
	contacts, cohort, unused := 0, 0, 0
	for _, l := range h.Unpriced {
		contacts, cohort = contacts+l.Uses(), max(cohort, l.InCohort)
		if l.Uses() == 0 {
			unused++
		}
	}
	var t ui.Text
	if contacts > 0 {
		t = ui.Say(ui.LinkAbout(ui.UnpricedPath, plural(int64(contacts), "contact", "contacts"), "whose they are"),
			ui.Plain(" "+ui.Either(contacts, "is", "are")+" a visible gap, not zero. "))
	}
	switch b := h.Cohort; {
	case b != nil && b.Gapped > 0 && len(h.Unpriced) > 0:
		t = append(t, ui.LinkAbout(notPricedPath, plural(int64(b.Gapped), "person", "people")+" of the cohort", "who has a contact with no price"),
			ui.Plain(" "+ui.Either(b.Gapped, "has", "have")+" a contact with no price. "))
	case cohort > 0:
		t = append(t, ui.Plain("At least "+plural(int64(cohort), "person", "people")+" of the cohort have one. "))
	}
	if unused > 0 {
		t = append(t, ui.Plain(plural(int64(unused), "code has", "codes have")+" no contact in the run: the file that brought it waits to be accepted, came after the run, or lies outside the window."))
	}
	return t
}

// notPricedPath is whose the contacts of the cohort are that have no price.
const notPricedPath = "/cohort?price=none#part"

// fileNames names extracts by agency and feed, and by as-of day where several are of one feed.
func fileNames(files []app.RunExtract) string {
	feed := func(x app.RunExtract) string { return x.Agency + ", " + x.Layout }
	of := map[string]int{}
	for _, x := range files {
		of[feed(x)]++
	}
	var names []string
	for _, x := range files {
		name := feed(x)
		if of[name] > 1 {
			name += " of " + x.AsOf.Long()
		}
		names = append(names, name)
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
