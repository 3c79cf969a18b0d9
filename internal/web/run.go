package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

var runKinds = map[app.RunKind]string{app.LinkRun: "Link run", app.CostRun: "Cost run"}

// runState is a run's state as pages say it. A run of a worker that was cut off shows as under way until the worker sweeps it.
func runState(r app.RunRow, stale bool) ui.RunState {
	switch r.State {
	case "published":
		if stale {
			return ui.RunOutOfDate
		}
		return ui.RunInForce
	case "superseded":
		return ui.RunSuperseded
	case "failed":
		return ui.RunCutOff
	}
	return ui.RunUnderWay
}

// runMade is when a run was whole, or began if it is not.
func runMade(r app.RunRow) time.Time {
	if r.FinishedAt.IsZero() {
		return r.StartedAt
	}
	return r.FinishedAt
}

func (s *Server) runs(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in := app.RunsAsked{Kind: app.RunKind(q.Get("kind"))}
	if runKinds[in.Kind] == "" { // what is no kind narrows nothing
		in.Kind = ""
		q.Del("kind")
	}
	if n, err := id.Parse[id.Run](q.Get(earlier)); err == nil {
		in.Before = n
	}
	l, err := s.app.Runs(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.Runs{Filter: typedIn(q, "kind"), Narrowed: in != app.RunsAsked{}, MayRun: l.MayRun, Newest: l.Newest, Jobs: work(l.Jobs, "/runs", "What is in force stays so until the new run is whole.")}
	c.Whole, c.WholeTook = l.Whole, l.WholeTook
	for _, k := range []app.RunKind{app.LinkRun, app.CostRun} {
		c.Kinds = append(c.Kinds, ui.Option{Value: string(k), Label: runKinds[k]})
	}
	if l.Viewer.May(policy.RunExport) && len(l.Runs) > 0 {
		c.Export = address("/runs.csv", kept(q, "kind"))
	}
	if l.Next != 0 {
		asked := kept(q, "kind")
		asked.Set(earlier, strconv.FormatInt(int64(l.Next), 10))
		c.Older = address("/runs", asked)
	}
	for _, x := range l.Runs {
		c.Rows = append(c.Rows, ui.RunRow{Run: x.ID, Kind: runKinds[x.Kind], Made: runMade(x), By: l.Names[x.StartedBy],
			State: runState(x, x.ID == l.Area.CostRun && l.Stale.Any()), Found: foundWords(x, l.Found[x.ID])})
	}
	return ui.RunsPage.Write(w, http.StatusOK, s.frame(w, r, l.Viewer), c)
}

func (s *Server) exportRuns(w http.ResponseWriter, r *http.Request, who app.Who) error {
	kind := app.RunKind(r.URL.Query().Get("kind"))
	if runKinds[kind] == "" {
		kind = ""
	}
	return s.app.ExportRuns(r.Context(), who, kind, &download{ResponseWriter: w, name: "runs.csv"})
}

// foundWords is what a run found, in a line; nothing while it has not.
func foundWords(r app.RunRow, f app.RunFound) string {
	switch {
	case r.State != "published" && r.State != "superseded":
		return r.Fault
	case r.Kind == app.LinkRun:
		return fmt.Sprintf("%s in %s, %s", plural(int64(f.Persons), "person", "people"), plural(int64(f.Records), "record", "records"),
			plural(int64(f.Links), "link", "links"))
	}
	return fmt.Sprintf("%s by the rule, %s", plural(int64(f.Cohort), "person", "people"), f.Amount.Pounds())
}

var (
	runsAreBegun  = notice("runs-begun", "A link run and a cost run have begun. What is in force stays so until they are whole.")
	wholeIsBegun  = notice("whole-runs-begun", "A link run that links everything anew, and a cost run, have begun. What is in force stays so until they are whole.")
	runsWereBegun = notice("runs-were-begun", "Runs had begun already since you opened the page, so no more were begun.")
)

// startRuns begins runs once for each page that asked: the form says up to which run its page knew.
func (s *Server) startRuns(w http.ResponseWriter, r *http.Request, who app.Who) error {
	newest, err := number(r, "newest")
	if err != nil {
		return err
	}
	anew := r.PostForm.Get("anew") == "yes"
	begun, err := s.app.StartRunsAfter(r.Context(), who, id.Run(newest), anew)
	switch {
	case err != nil:
		return err
	case !begun:
		return s.done(w, "/runs", runsWereBegun)
	case anew:
		return s.done(w, "/runs", wholeIsBegun)
	}
	return s.done(w, "/runs", runsAreBegun)
}

func (s *Server) run(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Run](r, "run", "run")
	if err != nil {
		return err
	}
	p, err := s.app.Run(r.Context(), who, n)
	if err != nil {
		return err
	}
	c := ui.Run{Run: n, Kind: runKinds[p.Run.Kind], State: runState(p.Run, p.Stale.Any()), Made: runMade(p.Run), By: p.By, Why: plainWords(staleWords(p.Stale)),
		Supersedes: p.Supersedes, SupersededBy: p.SupersededBy, Versions: runVersions(p), Found: runFound(p), Digest: p.Run.InputsHash}
	c.Change, c.CrowdedN, c.TwoNumbers = runChange(p), p.CrowdedN, p.TwoNumbers
	c.MayLinks = p.Viewer.May(policy.PairList)
	c.Lists = runLists(p)
	for _, x := range p.Crowded {
		c.Crowded = append(c.Crowded, ui.CrowdedPerson{Person: x.Person, Agency: p.Area.AgencyName(x.Agency), Records: x.Records})
	}
	if !p.Run.FinishedAt.IsZero() {
		c.Took = p.Run.FinishedAt.Sub(p.Run.StartedAt)
	}
	for _, x := range p.Extracts {
		in := ui.RunInput{Name: x.Agency + ", " + x.Layout, AsOf: x.AsOf.Long(), Digest: x.SHA256, Rows: int(x.Rows), LayoutVersion: int(x.LayoutVersion)}
		if p.Viewer.May(policy.LayoutOpen) {
			in.Layout = x.Extract.Layout
		}
		if p.Viewer.May(policy.ExtractOpen) {
			in.Extract = x.ID
		}
		c.Inputs = append(c.Inputs, in)
	}
	for _, x := range p.Rules {
		if x.Pairs > 0 {
			c.Rules = append(c.Rules, ui.RunRule{Rule: sentenceCase(x.Rule), Pairs: x.Pairs})
		}
	}
	c.LeftOut = p.LeftOut
	for _, x := range p.Resting {
		c.Resting, c.RestFor = append(c.Resting, x.Rule), c.RestFor+x.Matches
	}
	if p.Model != nil {
		c.Learnt = learntWords(p.Model)
		var unlearnt int64
		for _, x := range p.Model.Weights() {
			if !x.Learnt && p.Model.Pairs > 0 {
				unlearnt++
				continue
			}
			c.Weights = append(c.Weights, ui.RunWeight{Field: sentenceCase(x.Field), Level: x.Level, Same: x.M, Other: x.U, Bits: x.Bits})
		}
		if unlearnt > 0 {
			c.Learnt += " Not listed: " + plural(unlearnt, "level", "levels") + " that could be compared in no two records, and decided nothing."
		}
	}
	return ui.RunPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// learntWords say what a model was learnt from, and whether it came to rest.
func learntWords(m *linkage.Model) string {
	switch {
	case m.Pairs == 0:
		return "There were no pairs to learn from, so these are starting values."
	case m.Converged:
		return "Learnt from " + plural(int64(m.Pairs), "pair", "pairs") + "; it came to rest after " + plural(int64(m.Iterations), "round", "rounds") + "."
	}
	return "Learnt from " + plural(int64(m.Pairs), "pair", "pairs") + "; it had not come to rest when training ended after " + plural(int64(m.Iterations), "round", "rounds") + ", so look at the weights before relying on them."
}

// plainWords are the words of a text without its marks.
func plainWords(t ui.Text) string {
	var b strings.Builder
	for _, bit := range t {
		b.WriteString(bit.Words)
	}
	return b.String()
}

// pair is a line of a summary in plain words.
func pair(name, value string) ui.Pair { return ui.Pair{Name: name, Value: ui.Say(ui.Plain(value))} }

// opens is a pair whose value leads to what it is made of, where that is so.
func opens(name, value, href string, may bool) ui.Pair {
	if !may {
		return pair(name, value)
	}
	return ui.Pair{Name: name, Value: ui.Say(ui.LinkAbout(href, value, name))}
}

// runVersions are what a run fixed beside the extracts: those things it did not depend on are left out.
func runVersions(p app.RunPage) []ui.Pair {
	in := p.Inputs
	pairs := []ui.Pair{{Name: "Program", Value: ui.Say(ui.Code("throughline " + p.Run.CodeVersion))}}
	if in.LinkRun != 0 {
		name := "Persons of"
		if p.Run.Kind == app.LinkRun {
			name = "Numbers of persons kept from"
		}
		pairs = append(pairs, ui.Pair{Name: name, Value: ui.Say(ui.Link(ui.RunPath(in.LinkRun), "link run "+commas(int64(in.LinkRun))))})
	}
	if p.Run.Kind == app.LinkRun {
		pairs = append(pairs, pair("Review answers that it kept to", commas(in.Answers)))
	}
	if in.Rule != 0 {
		pairs = append(pairs, pair("Rule", fmt.Sprintf("version %d", in.Rule)), pair("Window", windowWords(in.Window)), pair("Prices of", in.PriceYear))
	}
	if len(in.Editions) > 0 {
		var editions ui.Text
		for i, name := range in.Editions {
			if i > 0 {
				editions = append(editions, ui.Plain(", "))
			}
			editions = append(editions, ui.LinkIf(p.Viewer.May(policy.EditionOpen), ui.EditionPath(name), name))
		}
		pairs = append(pairs, ui.Pair{Name: "Price editions", Value: editions}, pair("Deflator", in.Deflator))
	}
	for _, digest := range []struct{ name, value string }{{"Digest of the price map", in.PriceMap}, {"Digest of who is who", in.Memberships},
		{"Digest of the links in doubt", in.Doubt},
		{"Digest of the area’s configuration", in.Configuration}, {"Model", in.Model}} {
		if digest.value != "" {
			pairs = append(pairs, ui.Pair{Name: digest.name, Value: ui.Say(ui.Code(digest.value))})
		}
	}
	return pairs
}

// windowWords writes a window as people read days.
func windowWords(s string) string {
	from, to, _ := strings.Cut(s, " to ")
	first, err1 := day.Parse(from)
	last, err2 := day.Parse(to)
	if err1 != nil || err2 != nil {
		return s
	}
	return first.Long() + " to " + last.Long()
}

// estimated is a run's own estimate of a share, made without anybody looking: in hundredths, which is closer than it knows, and its range.
func estimated(p app.RunPage, i linkage.Interval) string {
	about, low, high := percent(i.Value), percent(i.Low), percent(i.High)
	by := "by the run’s own estimate before anybody has looked"
	if p.Since != nil {
		by = fmt.Sprintf("by the estimate of link run %d, of its records, before anybody had looked", p.Since.Run)
	}
	if low == high {
		return about + ", " + by
	}
	return fmt.Sprintf("about %s, between %s and %s, %s", about, low, high, by)
}

// compared says whether a link run compared all records or only what came since an earlier one, and why.
func compared(p app.RunPage) []ui.Pair {
	s := p.Since
	switch {
	case s != nil && s.Came == 0:
		return []ui.Pair{{Name: "Compared", Value: ui.Say(ui.Plain("No record is new or has changed since "), ui.Link(ui.RunPath(s.Run), "link run "+commas(int64(s.Run))),
			ui.Plain(", so everybody is who they were, but for what people have answered."))}}
	case s != nil:
		return []ui.Pair{{Name: "Compared", Value: ui.Say(ui.Plain(fmt.Sprintf("The %s with %s that stood, by the model of ",
			plural(int64(s.Came), "new or changed record", "new and changed records"), commas(s.Stood))),
			ui.Link(ui.RunPath(s.Run), "link run "+commas(int64(s.Run))), ui.Plain(". Whoever none of them touches is who they were."))}}
	case p.Anew != "":
		return []ui.Pair{pair("Compared", "All records anew. "+p.Anew)}
	case p.Inputs.LinkRun == 0:
		return []ui.Pair{pair("Compared", "All records. It was the area’s first link run.")}
	}
	return nil
}

func percent(x float64) string {
	if x > 0.99 && x < 1 {
		return "over 99%"
	}
	return fmt.Sprintf("%.0f%%", x*100)
}

// runLists says what the figures of a run count, and where one by one they are seen; a run that is not in force no longer has them all.
func runLists(p app.RunPage) ui.Text {
	switch {
	case p.Run.State == "superseded":
		return ui.Say(ui.Plain("Another run has taken its place: these figures are kept as they were, and only those of the run in force open to people."))
	case p.Run.State != "published" || p.Run.Kind != app.LinkRun:
		return nil
	}
	t := ui.Say(ui.Plain("Records are those of the "), ui.Link("#inputs", "extracts that it read"), ui.Plain(", each of one person; a link joins two of them."))
	if p.Viewer.May(policy.PersonSearch) {
		t = append(t, ui.Plain(" "), ui.Link("/people", "Find a person"), ui.Plain(" to see which records and links make them one."))
	}
	return t
}

// runFound is what a run found, a figure a line.
func runFound(p app.RunPage) []ui.Pair {
	f := p.Found
	switch {
	case p.Run.Fault != "":
		return []ui.Pair{pair("Nothing, because", p.Run.Fault)}
	case p.Run.State != "published" && p.Run.State != "superseded":
		return []ui.Pair{pair("Nothing yet", "It is under way.")}
	case p.Run.Kind == app.LinkRun:
		pairs := []ui.Pair{pair("Records", commas(f.Records)), pair("People", commas(f.Persons)), pair("People of several records", commas(f.Several)),
			pair("Links", commas(f.Links)), opens("Pairs in doubt", commas(f.Doubts), "/links", p.Run.State == "published" && p.Viewer.May(policy.PairList))}
		if f.Reached.Value > 0 {
			pairs = append(pairs, pair("Of the pairs it linked, one person’s", estimated(p, f.Right)),
				pair("Of the pairs of one person, linked", estimated(p, f.Reached)))
			if few := app.FewLinks(f.Links); few != "" {
				pairs = append(pairs, pair("How far to trust that", few))
			}
		}
		return append(pairs, compared(p)...)
	}
	inForce := p.Run.State == "published" && p.Viewer.May(policy.CohortOpen)
	pairs := []ui.Pair{opens("People whom the rule finds", commas(f.Cohort), "/cohort#ranked", inForce), opens("What their use cost", f.Amount.String(), "/cohort?part=all#part", inForce)}
	if f.Apart > 0 {
		pairs = append(pairs, opens("People set apart, whose cost is mostly one service", commas(f.Apart), "/cohort#apart-people", inForce))
	}
	pairs = append(pairs, opens("People with a priced contact", commas(f.Everyone), ui.EverybodyPath, inForce),
		opens("What everybody’s use cost", f.EveryoneCost.String(), ui.EverybodyPath, inForce))
	if f.NoPerson > 0 {
		pairs = append(pairs, pair("Contacts of records that no person holds", commas(f.NoPerson)))
	}
	return pairs
}
