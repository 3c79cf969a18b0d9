package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// conflictWords name the numbers that contradict each other, and how many values there are.
func conflictWords(p app.PersonPage) (out []string) {
	for name, several := range p.Conflicts {
		out = append(out, strconv.Itoa(several)+" different values of the "+name)
	}
	slices.Sort(out)
	return out
}

// crowdedWords say of which agency there are very many records.
func crowdedWords(p app.PersonPage) (out []string) {
	for _, x := range p.Crowded {
		out = append(out, commas(x.Records)+" records of "+x.Agency.Name+", each under another number of its own")
	}
	return out
}

// recordNames name the records of a person by their agencies. Where an agency has several they are numbered, as the page lists them.
func recordNames(records []app.RecordShown) map[id.Record]string {
	of, met := map[id.Agency]int{}, map[id.Agency]int{}
	for _, r := range records {
		of[r.Agency.ID]++
	}
	names := map[id.Record]string{}
	for _, r := range records {
		name := r.Agency.Name
		if met[r.Agency.ID]++; of[r.Agency.ID] > 1 {
			name += ", record " + strconv.Itoa(met[r.Agency.ID])
		}
		names[r.RecordVersion.Record] = name
	}
	return names
}

func (s *Server) group(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.groupPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) groupPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	p, err := s.app.Group(r.Context(), who, n)
	if err != nil {
		return err
	}
	if p.Was != 0 {
		return s.done(w, ui.GroupPath(p.Person), hasMoved)
	}
	shown := ui.Person{Person: p.Person, Named: p.Named}
	personRecords(&shown, p.PersonPage)
	named := recordNames(p.Records)
	for i := range shown.Records {
		shown.Records[i].Agency = named[shown.Records[i].Record]
	}
	c := ui.Group{Person: p.Person, Records: shown.RecordTable(), Few: len(p.Records) < 2, MaySplit: p.MaySplit && len(p.Records) > 1, Form: form,
		Named: p.Named, MayShowNames: p.Viewer.MayEver(policy.NamesShow) && !p.Named && p.Viewer.NamesUntil.IsZero()}
	for _, r := range p.Records {
		number := r.RecordVersion.Record
		c.Choices = append(c.Choices, ui.Option{Value: strconv.FormatInt(int64(number), 10), Label: named[number]})
	}
	link := func(x app.GroupLink) ui.GroupLink {
		out := ui.GroupLink{A: x.Pair[0], B: x.Pair[1], Probability: float64(x.PPM) / 1_000_000, Millibits: int(x.Bits), Blind: x.Blind, Doubt: x.Doubt, Said: x.Said, Why: reasonName(x.Why), Other: x.Other}
		for i, r := range x.Pair {
			if out.Names[i] = named[r]; out.Names[i] == "" {
				out.Names[i] = "a record of somebody else"
			}
		}
		return out
	}
	for _, x := range p.Held {
		c.Held = append(c.Held, link(x))
	}
	for _, x := range p.Outside {
		c.Outside = append(c.Outside, link(x))
	}
	c.Waits = p.HoldsWaits
	if h := p.Holds; h != nil {
		c.Holds = &ui.Holds{Run: p.LinkRun.ID, Pairs: h.Pairs, Alike: h.Alike, A: h.Link[0], B: h.Link[1], Names: [2]string{named[h.Link[0]], named[h.Link[1]]}, AcrossAlike: h.AcrossAlike}
		for i, part := range h.Parts {
			for _, r := range part {
				c.Holds.Parts[i] = append(c.Holds.Parts[i], named[r])
			}
		}
		c.Holds.Doubt = slices.ContainsFunc(p.Held, func(x app.GroupLink) bool { return x.Doubt && x.Pair == h.Link })
	}
	c.Against = againstShown(p.Against, func(x app.AgainstPair, i int) string { return named[x.Pair[i]] })
	c.Conflicts, c.Crowded = conflictWords(p.PersonPage), crowdedWords(p.PersonPage)
	return ui.GroupPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

// againstShown lists pairs that speak against one person, their records by name.
func againstShown(all app.AgainstPairs, name func(app.AgainstPair, int) string) ui.Against {
	out := ui.Against{More: all.More, Little: all.Little}
	for _, x := range all.Rows {
		row := ui.AgainstPair{A: x.Pair[0], B: x.Pair[1], Names: [2]string{name(x, 0), name(x, 1)}, Doubt: x.Doubt}
		for _, d := range x.Differs {
			row.Differs = append(row.Differs, [2]string{d.Field, d.Words})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

var areParted = notice("records-apart", "The records are a person of their own now. The footprint has followed; a cost run that brings the cohort after it has begun. This page lists who received the mixed data.")

func (s *Server) split(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	in := app.SplitPerson{Person: n, Reason: r.PostForm.Get("why")}
	for _, v := range r.PostForm["record"] {
		record, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return errForm("field record")
		}
		in.Records = append(in.Records, id.Record(record))
	}
	_, err = s.app.Split(r.Context(), who, in)
	if form, status, ok := again(r, renamed(err, map[string]string{"reason": "why"})); ok {
		return s.groupPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, ui.MixedPath(n), areParted)
}

func (s *Server) mixed(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	in, err := mixedAsked(n, r.URL.Query())
	if err != nil {
		return err
	}
	p, err := s.app.Mixed(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.Mixed{Person: p.Person, Nothing: p.Total == 0, Parting: partingShown(p.Parting), Now: p.Now, Cut: p.Cut, MayPerson: p.Viewer.May(policy.PersonOpen),
		MayRun: p.Viewer.May(policy.RunOpen), List: ui.List{Path: ui.MixedPath(p.Person), Kept: kept(r.URL.Query(), "answer", "run", "under"), Page: p.Page,
			Size: app.PartingsOnPage, Total: p.Total}}
	switch p.Answer.Answer {
	case "not-same":
		c.What = sentenceCase(p.By) + " answered on " + dayOf(p.Answer.At).Long() + " that records are not this person’s."
	case "same":
		c.What = sentenceCase(p.By) + " had answered on " + dayOf(p.Answer.At).Long() + " that records are one person’s; it was taken back on " + dayOf(p.Answer.UndoneAt).Long() + "."
	}
	for _, g := range p.Sides[0] {
		c.Stayed = append(c.Stayed, p.Agencies[g])
	}
	for _, g := range p.Sides[1] {
		c.Left = append(c.Left, p.Agencies[g])
	}
	words := s.app.AreaWords(p.Viewer.Area)
	readers := func(all []app.MixedReader) (out []ui.MixedReader) {
		for _, x := range all {
			who, agency := whoLooked(x.Look, words.Partnership, p.Agencies)
			out = append(out, ui.MixedReader{Who: who, Agency: agency, Did: sawWords(x.Look), Times: x.Times, First: x.First, Last: x.Last})
		}
		return out
	}
	c.Readers, c.Exports = readers(p.Readers), readers(p.Exports)
	c.Unnamed = slices.ContainsFunc(slices.Concat(p.Readers, p.Exports), func(x app.MixedReader) bool { return x.Unnamed })
	c.MayRuns, c.KeptRun = p.MayRuns, p.Kept
	for _, x := range p.Runs {
		was := "not in the cohort"
		if x.Place == "cohort" {
			was = "number " + commas(x.Rank) + " of the cohort"
		}
		c.Runs = append(c.Runs, ui.MixedRun{Run: x.ID, Made: dayOf(x.StartedAt), Was: was})
	}
	for _, x := range p.Partings {
		c.Partings = append(c.Partings, partingShown(x))
	}
	return ui.MixedPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// mixedAsked reads which parting an address asks for.
func mixedAsked(n id.Person, q url.Values) (in app.OpenMixed, err error) {
	in = app.OpenMixed{Person: n, Page: page(q)}
	if v := q.Get("answer"); v != "" {
		if in.Answer, err = strconv.ParseInt(v, 10, 64); err != nil || in.Answer <= 0 {
			return in, fault.Missing("answer")
		}
	}
	if v := q.Get("run"); v != "" {
		if in.Run, err = id.Parse[id.Run](v); err != nil {
			return in, fault.Missing("run")
		}
	}
	if v := q.Get("under"); v != "" {
		if in.Number, err = id.ParsePseudonym(v); err != nil {
			return in, fault.Missing("person")
		}
	}
	return in, nil
}

func partingShown(x app.Parting) ui.Parting {
	return ui.Parting{Answer: x.Answer.ID, TakenBack: x.Answer.Answer == "same", Run: x.Run, Number: x.Number, From: x.From, To: x.To, Times: x.Times()}
}

// parted lists whose records a link run parted.
func (s *Server) parted(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Run](r, "run", "run")
	if err != nil {
		return err
	}
	p, err := s.app.PartedBy(r.Context(), who, n, page(r.URL.Query()))
	if err != nil {
		return err
	}
	c := ui.Parted{Run: n, Made: runMade(p.Run), Kind: runKinds[p.Run.Kind], First: p.First, Costs: p.Costs, Kept: p.Kept, Closed: p.Closed,
		List: ui.List{Path: ui.PartedPath(n), Page: p.Page, Size: app.PartingsOnPage, Total: p.Total}}
	for _, x := range p.Rows {
		c.Rows = append(c.Rows, ui.PartedPerson{Person: x.Person, Parting: partingShown(x.Parting), Received: x.Received})
	}
	return ui.PartedPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

func (s *Server) cohortLinks(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.CohortLinks(r.Context(), who)
	if err != nil {
		return err
	}
	c := ui.CohortLinks{Run: p.Run.ID, Made: dayOf(p.Run.FinishedAt), People: p.People, Could: p.Could, CostOnly: p.CostOnly, Least: p.Least, Most: p.Most, Amount: p.Amount,
		MayLinks: p.Viewer.May(policy.PairList), MayRun: p.Viewer.May(policy.RunOpen), MayPerson: p.Viewer.May(policy.PersonOpen),
		Costing: ui.Costing{Year: p.Rule.PriceYear, Rents: !slices.Contains(p.Rule.Exclusions, cost.RentAndBenefits), NotPriced: int(p.NotPriced)}}
	c.Reach = reachShown(p.Reach, p.LinkRun, p.People)
	for _, x := range p.Entering {
		if c.MayPerson {
			c.Entering = append(c.Entering, ui.Entering{A: x.Pair[0], B: x.Pair[1], Persons: x.Persons, Totals: x.Totals})
		}
	}
	for _, x := range p.Rows {
		row := ui.DoubtedRow{Person: x.Person, Within: x.Within, Outside: x.Outside, Least: x.Least, Total: x.Total, Most: x.Most}
		if s := x.Spread; s != nil {
			row.Weighed, row.Low, row.High = true, s.Low, s.High
		}
		c.Rows = append(c.Rows, row)
	}
	return ui.CohortLinksPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}
