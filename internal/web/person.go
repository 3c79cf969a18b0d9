package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

var hasMoved = notice("person-moved", "The reference you asked for is part of this person now.")

func (s *Server) person(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.personPage(w, r, who, http.StatusOK, ui.Form{}, ui.Form{})
}

// personPage shows a person. names and answer are the page's two forms, as they came back.
func (s *Server) personPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, names, answer ui.Form) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	asked, err := strconv.ParseInt(cmp.Or(r.PostForm.Get("record"), r.URL.Query().Get("record")), 10, 64)
	if err != nil {
		asked = 0
	}
	p, err := s.app.Person(r.Context(), who, n, id.Record(asked))
	if err != nil {
		return err
	}
	if p.Was != 0 {
		return s.done(w, ui.PersonPath(p.Person), hasMoved)
	}
	c := ui.Person{Person: p.Person, Name: p.Name.Value, Born: p.Birth.Value, Borough: p.Area.BoroughName(p.Borough), Window: p.Window,
		Agencies: countAgencies(p), MayShowNames: p.Viewer.MayEver(policy.NamesShow) && !p.Named && p.Viewer.NamesUntil.IsZero(), NamesForm: names, Named: p.Named,
		MayFootprint: p.Viewer.May(policy.PersonFootprint), MayRow: p.Viewer.May(policy.RecordOpen)}
	if p.Total.Place == "cohort" {
		c.Rank, c.Of, c.CohortMade, c.FromCohort = int(p.Total.Rank), p.Members, dayOf(p.CostRun.FinishedAt), true
	}
	personInvolved(&c, p)
	personTimeline(&c, p)
	personRecords(&c, p)
	c.Conflicts, c.Crowded = conflictWords(p), crowdedWords(p)
	c.Link = linkWhy(p)
	if c.Link != nil {
		c.Link.Form = answer
	}
	c.Answers, c.Linked = answers(p), relinked(p)
	if len(p.Relinked) > 0 && p.Relinked[0].Run == p.LinkRun.ID {
		c.Anew = p.LinkRun.ID
	}
	c.Parted = p.Parted
	if p.Changed {
		c.Behind = fmt.Sprintf("An answer about this person came after run %d. Their place in the cohort is still that run’s, and follows with the next.", p.CostRun.ID)
	}
	c.Looked, c.LookedN = looks(p.Seen, p.Area.Partnership, agencyNames(p)), int(p.SeenCount)
	return ui.PersonPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

func countAgencies(p app.PersonPage) int {
	of := map[id.Agency]bool{}
	for _, r := range p.Records {
		of[r.Agency.ID] = true
	}
	return len(of)
}

func agencyNames(p app.PersonPage) map[id.Agency]string {
	names := map[id.Agency]string{}
	for _, v := range p.Involved {
		names[v.Agency.ID] = v.Agency.Name
	}
	for _, v := range p.Nothing {
		names[v.Agency.ID] = v.Agency.Name
	}
	return names
}

// personInvolved says who is involved, and in which agencies nothing was found.
func personInvolved(c *ui.Person, p app.PersonPage) {
	for _, v := range p.Involved {
		c.Involved = append(c.Involved, ui.Involved{Agency: v.Agency.Name, Slug: v.Agency.Slug, Worker: v.Worker, Reach: v.Reach, First: v.First, Last: v.Last,
			Contacts: v.Contacts, Open: v.Open})
	}
	byDay := map[day.Day][]string{}
	var days []day.Day
	for _, v := range p.Nothing {
		if byDay[v.AsOf] == nil {
			days = append(days, v.AsOf)
		}
		byDay[v.AsOf] = append(byDay[v.AsOf], v.Agency.Name)
	}
	slices.Sort(days)
	for _, d := range days {
		found := "Nothing found in "
		if !p.Whole { // a record without contacts may be kept from the viewer
			found = "No contact found in "
		}
		c.Gaps = append(c.Gaps, found+listed(byDay[d])+" as of "+d.Long()+".")
	}
	if !p.Whole {
		c.Gaps = append(c.Gaps, app.MoreElsewhere)
	}
}

// personTimeline lays out the contacts of the window, and counts how often each service was used.
func personTimeline(c *ui.Person, p app.PersonPage) {
	lanes := map[id.Agency]int{}
	uses := map[[2]string]int{}
	for _, b := range p.Timeline {
		if b.From > p.Window.To || b.To < p.Window.From {
			continue
		}
		i, known := lanes[b.Agency.ID]
		if !known {
			i = len(c.Lanes)
			lanes[b.Agency.ID], c.Lanes = i, append(c.Lanes, ui.Lane{Agency: b.Agency.Name, Slug: b.Agency.Slug})
		}
		c.Lanes[i].Contacts++
		c.Lanes[i].Marks = append(c.Lanes[i].Marks, ui.LaneMark{Contact: b.Contact, Span: day.Span{From: b.From, To: b.To}, Stay: b.Stay, Crisis: b.Crisis})
		key := [2]string{b.Slug, b.Agency.Slug}
		j, known := uses[key]
		if !known {
			j = len(c.Uses)
			uses[key], c.Uses = j, append(c.Uses, ui.Use{Service: cmp.Or(b.Service, "Service not known, code "+b.Slug), Slug: b.Slug, Agency: b.Agency.Name, From: b.Agency.Slug, First: b.From})
		}
		u := &c.Uses[j]
		u.Times++
		u.First, u.Last = min(u.First, b.From), max(u.Last, b.To)
	}
	slices.SortStableFunc(c.Lanes, func(x, y ui.Lane) int { return cmp.Compare(y.Contacts, x.Contacts) })
	slices.SortStableFunc(c.Uses, func(x, y ui.Use) int { return cmp.Compare(y.Times, x.Times) })
	n := 0
	for _, g := range p.Gaps {
		if g.Reason != cost.GapLeftOut {
			n++
		}
	}
	if n > 0 {
		c.Unpriced = plural(int64(n), "contact of the window has no price and is", "contacts of the window have no price and are") + " not in the cost."
	}
}

// personRecords are the records as they are read.
func personRecords(c *ui.Person, p app.PersonPage) {
	for _, r := range p.Records {
		x := ui.RecordRow{Record: r.RecordVersion.Record, Agency: r.Agency.Name, Number: r.Key, Extract: r.Extract, Line: int(r.Line),
			From:        recordFrom(r),
			Probability: float64(r.PPM) / 1_000_000, Weak: r.PPM != 0 && weak(p.Area, r.PPM)}
		for _, n := range r.Who.Names {
			if x.Name = nameWords(n); x.Name != "" {
				break
			}
		}
		for _, b := range r.Who.Births {
			x.Birth = b.Day.Long()
			if b.Precision == person.YearOnly {
				y, _, _ := b.Day.Date()
				x.Birth, x.BirthNote = strconv.Itoa(y), "year only"
			}
			break
		}
		for _, i := range r.Who.Identifiers {
			x.Identifiers = append(x.Identifiers, identifierWords(i))
		}
		if x.Postcode = strings.Join(r.Who.Postcodes, ", "); r.Who.NoFixed {
			x.Postcode = "no fixed abode"
		}
		for _, v := range r.SetAside {
			if !slices.Contains(x.SetAside, v.Field) {
				x.SetAside = append(x.SetAside, v.Field)
			}
		}
		c.Records = append(c.Records, x)
	}
	for _, said := range []struct {
		fact string
		by   app.Said
	}{{"Name", p.Name}, {"Date of birth", p.Birth}} {
		if said.by.Value != "" {
			by := "said by " + strconv.Itoa(len(said.by.By)) + " of " + plural(int64(len(p.Records)), "record", "records")
			if said.by.Last != 0 {
				by += ", last as of " + said.by.Last.Long()
			}
			c.Said = append(c.Said, ui.Saying{Fact: said.fact, Value: said.by.Value, By: by})
		}
	}
}

// recordFrom says which row of which file a record came from, or whose file where the viewer may know no more.
func recordFrom(r app.RecordShown) string {
	if r.Layout == "" {
		return "a file of " + r.Agency.Name
	}
	return "line " + commas(r.Line) + " of " + r.Layout + ", as of " + r.AsOf.Short()
}

func nameWords(n person.Name) string {
	if n.Full != "" {
		return n.Full
	}
	return strings.Join(strings.Fields(n.Forename+" "+n.Middle+" "+n.Surname), " ")
}

func identifierWords(i person.Identifier) string {
	kinds := map[person.IdentifierKind]string{person.NHSNumber: "NHS", person.NINO: "National Insurance", person.PNCID: "PNC", person.PrisonNumber: "Prison",
		person.OtherNational: "National number", person.UPRN: "UPRN"}
	v := i.Value
	if i.Kind == person.NHSNumber && len(v) == 10 {
		v = v[:3] + " " + v[3:6] + " " + v[6:]
	}
	return kinds[i.Kind] + " " + v
}

// looks are events about a person, as who has looked.
func looks(events []app.Look, partnership string, agencies map[id.Agency]string) []ui.Look {
	var out []ui.Look
	for _, e := range events {
		l := ui.Look{When: e.At, Saw: sawWords(e), Purpose: sentenceCase(e.Purpose.Words()), AllowedBy: e.Reason, Refused: e.Outcome == "deny"}
		l.Who, l.Agency = whoLooked(e, partnership, agencies)
		out = append(out, l)
	}
	return out
}

// whoLooked names somebody and their agency, or says in what role they looked where the name is not for the viewer.
func whoLooked(l app.Look, partnership string, agencies map[id.Agency]string) (who, agency string) {
	switch {
	case l.Elsewhere:
		agency = "Another agency"
	case l.Agency == 0:
		agency = partnership
	default:
		agency = cmp.Or(agencies[l.Agency], "an agency")
	}
	if !l.Unnamed {
		return cmp.Or(l.Actor, "nobody signed in"), agency
	}
	var roles []string
	for _, r := range strings.Fields(l.Roles) {
		roles = append(roles, policy.Role(r).Words())
	}
	return sentenceCase(cmp.Or(strings.Join(roles, ", "), "nobody signed in")), agency
}

// sawWords says what somebody did who looked, as far as the viewer may know.
func sawWords(l app.Look) string {
	if l.Among {
		return "Look at a list or a report"
	}
	return actWords(l.Act)
}

// actWords says what was done: "Open a person’s page".
func actWords(a policy.Act) string {
	if info, ok := policy.ActInfo(a); ok {
		return sentenceCase(info.Words)
	}
	return string(a)
}

// before is how the address of older entries says where to go on.
const before = "before"

func (s *Server) looked(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := personIn(r)
	if err != nil {
		return err
	}
	from := eventIn(r)
	p, err := s.app.WhoHasSeen(r.Context(), who, n, from)
	if err != nil {
		return err
	}
	words := s.app.AreaWords(p.Viewer.Area)
	c := ui.Looked{Person: p.Person, Total: int(p.Count), Looks: looks(p.Looks, words.Partnership, p.Agencies), MayPerson: p.Viewer.May(policy.PersonOpen),
		Unnamed: slices.ContainsFunc(p.Looks, func(l app.Look) bool { return l.Unnamed })}
	if p.Next != 0 {
		c.Older = ui.LookedPath(p.Person) + "?" + before + "=" + strconv.FormatInt(int64(p.Next), 10)
	}
	return ui.LookedPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// eventIn is the event before which a list goes on; 0 for its beginning.
func eventIn(r *http.Request) id.Event {
	n, err := strconv.ParseInt(r.URL.Query().Get(before), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return id.Event(n)
}

// openRecord shows the row that a record came from.
func (s *Server) openRecord(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Record](r, "record", "record")
	if err != nil {
		return err
	}
	row, err := s.app.RecordRow(r.Context(), who, n)
	if err != nil {
		return err
	}
	return ui.RowPage.Write(w, http.StatusOK, s.frame(w, r, row.Viewer), ui.RowView{Row: sentRow(row), Person: row.Person, MayExtract: row.Viewer.May(policy.ExtractOpen)})
}
