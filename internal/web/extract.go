package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// extractsOnPage is how many extracts a page of the list shows.
const extractsOnPage = 25

// extractState is a state of the keeper's as pages say it.
func extractState[S ~string](s S) ui.ExtractState {
	switch s {
	case "received":
		return ui.ExtractChecking
	case "checked":
		return ui.ExtractWaiting
	case "accepted":
		return ui.ExtractAccepted
	case "refused":
		return ui.ExtractDeclined
	case "removing", "removed":
		return ui.ExtractRemoved
	}
	return ui.ExtractFailed
}

func (s *Server) extracts(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.Extracts(r.Context(), who)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	content := ui.Extracts{MayUpload: p.Viewer.May(policy.ExtractReceive), MayExport: p.Viewer.May(policy.ExtractExport),
		Filter: typedIn(q, "agency", "state"), Jobs: work(p.Jobs, "/extracts", "")}
	names := map[id.Agency]string{}
	for _, g := range p.Agencies {
		names[g.ID] = g.Name
		if p.Viewer.Agency == 0 || p.Viewer.Agency == g.ID {
			content.Agencies = append(content.Agencies, ui.Option{Value: strconv.FormatInt(int64(g.ID), 10), Label: g.Name})
		}
	}
	feeds := map[id.Layout]string{}
	for _, l := range p.Layouts {
		feeds[l.ID] = l.Name
	}
	var rows []ui.ExtractRow
	for _, e := range p.Extracts {
		row := ui.ExtractRow{Extract: e.ID, Agency: names[e.Agency], Feed: feeds[e.Layout], AsOf: e.AsOf, Received: dayOf(e.ReceivedAt), State: extractState(e.State),
			Accepted: int(e.Accepted), Rejected: int(e.Rejected), Repeated: int(e.Repeated), InFile: int(e.Rows)}
		if matches(q, "agency", strconv.FormatInt(int64(e.Agency), 10)) && matches(q, "state", string(row.State)) {
			rows = append(rows, row)
		}
	}
	content.Rows, content.List = extractsShown(rows, q)
	return ui.ExtractsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), content)
}

func (s *Server) exportExtracts(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.app.ExportExtracts(r.Context(), who, &download{ResponseWriter: w, name: "extracts.csv"})
}

// matches says whether a list is narrowed to a value, or not at all.
func matches(q url.Values, name, value string) bool { return q.Get(name) == "" || q.Get(name) == value }

// extractsShown is the page of the list that was asked for, in the order that was asked for: the last received first unless said.
func extractsShown(rows []ui.ExtractRow, q url.Values) ([]ui.ExtractRow, ui.List) {
	list := ui.List{Path: "/extracts", Kept: kept(q, "agency", "state"), Sort: "received", Descending: true, Page: page(q), Size: extractsOnPage, Total: len(rows)}
	of := func(r ui.ExtractRow) day.Day { return r.Received }
	if by := q.Get("sort"); by == "as-of" || by == "received" {
		list.Sort, list.Descending = by, q.Get("order") == "descending"
		if by == "as-of" {
			of = func(r ui.ExtractRow) day.Day { return r.AsOf }
		}
	}
	slices.SortStableFunc(rows, func(a, b ui.ExtractRow) int {
		order := cmp.Or(cmp.Compare(of(a), of(b)), cmp.Compare(a.Extract, b.Extract))
		if list.Descending {
			return -order
		}
		return order
	})
	list.Page = min(list.Page, list.Pages())
	return rows[max(0, min(len(rows), list.First()-1)):list.Last()], list
}

func (s *Server) extract(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.extractOf(r, who)
	if err != nil {
		return err
	}
	e, path := p.Extract, ui.ExtractPath(p.Extract.ID)
	c := ui.Extract{Extract: e.ID, Agency: p.Agency.Name, Feed: p.Layout.Name, State: extractState(e.State), Checked: e.CheckedAt, AsOf: e.AsOf, SentBy: p.SentBy,
		File:   e.Name + ", " + size(e.Bytes) + ", " + short(e.SHA256),
		Layout: e.Layout, LayoutName: p.Layout.Name + ", version " + strconv.FormatInt(p.Layout.Version, 10), Full: e.Whole, Jobs: work(p.Work, path, ""),
		Failure: p.Trouble, Decided: decided(p), InFile: int(e.Rows), Accepted: int(e.Accepted), Rejected: int(e.Rejected), Repeated: int(e.Repeated),
		SaidRows: int(max(0, e.ControlRows)), SetAsideValues: int(e.SetAside), Reasons: reasons(p), Again: sendAgain(p), LeftOut: p.Unmapped, Consequences: accepting(p),
		List: ui.List{Path: path, Page: p.Page, Size: app.FaultsOnPage, Total: p.Faulty, Kept: kept(r.URL.Query(), "reason")},
		Own:  p.Viewer.Agency == e.Agency, MayDecide: p.MayAccept, MayDecline: p.MayRefuse, MayRemove: p.MayTakeBack, MayDownload: p.MayDownload, Withheld: !p.MayRows}
	if len(p.Sample) > 0 {
		c.Preview = &ui.Preview{Columns: p.Columns, Rows: p.Sample}
	}
	if e.ControlSum != nil { // a file whose amounts come to something else is refused, so both are the same
		c.Amount, c.SaidAmount = *e.ControlSum, *e.ControlSum
	}
	for _, v := range p.SetAside {
		if strings.HasPrefix(v.Code, app.UnknownService) {
			continue // among the consequences
		}
		c.SetAside = append(c.SetAside, ui.SetAside{Column: v.Field, Sent: v.Said, Values: int(v.Uses), Kinds: int(v.Kinds), Why: v.Reason})
	}
	readingOf(&c, p)
	for _, f := range p.Faults {
		c.Rejects = append(c.Rejects, ui.Reject{Line: int(f.Line), Column: f.Field, Sent: f.Said, Wrong: f.Message, Remedy: f.Remedy})
	}
	return ui.ExtractPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// readingOf fills in how the file was read.
func readingOf(c *ui.Extract, p app.ExtractPage) {
	if r := p.Reading; r.Encoding != "" {
		c.ReadAs = r.Encoding + ", with its header on line " + strconv.Itoa(r.HeaderLine)
	}
	for _, m := range p.Reading.Remarks {
		lines := make([]int, len(m.Lines))
		for i, n := range m.Lines {
			lines[i] = int(n)
		}
		c.Remarks = append(c.Remarks, ui.Remark{Words: m.Words, Rows: m.Rows, Lines: lines})
	}
	for _, a := range p.Reading.Largest {
		c.Largest = append(c.Largest, ui.FileAmount{Line: int(a.Line), Amount: a.Amount, Code: a.Code})
	}
	for _, u := range p.Reading.Services {
		c.Services = append(c.Services, ui.FileService{Code: u.Code, Means: cmp.Or(p.Services[u.Service], u.Service), Unit: u.Unit, Contacts: u.Contacts})
	}
}

// extractOf opens the extract in the path, at the page of rejected rows that is asked for.
func (s *Server) extractOf(r *http.Request, who app.Who) (app.ExtractPage, error) {
	n, err := pathID[id.Extract](r, "extract", "extract")
	if err != nil {
		return app.ExtractPage{}, err
	}
	return s.app.ExtractFaults(r.Context(), who, n, r.URL.Query().Get("reason"), page(r.URL.Query()))
}

// decided says who decided what about an extract; nothing while nobody has.
func decided(p app.ExtractPage) string {
	if p.DecidedBy == "" {
		return ""
	}
	by := p.DecidedBy + " on " + dayOf(p.Extract.DecidedAt).Long()
	switch extractState(p.Extract.State) {
	case ui.ExtractAccepted:
		return "Accepted by " + by + "."
	case ui.ExtractDeclined:
		return "Declined by " + by + ": " + sentenced(p.Extract.Reason)
	}
	return "Taken back by " + by + ": " + sentenced(p.Extract.Reason)
}

// sentenced ends what somebody wrote as a sentence ends.
func sentenced(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// reasons counts rejected rows by what is wrong, whatever the column.
func reasons(p app.ExtractPage) []ui.Reason {
	var out []ui.Reason
	for _, f := range p.Reasons {
		at := slices.IndexFunc(out, func(r ui.Reason) bool { return r.Code == f.Code })
		if at < 0 {
			at = len(out)
			out = append(out, ui.Reason{Code: f.Code, Words: intake.Reason(f.Code), Shown: f.Code == p.Reason})
		}
		out[at].Rows += int(f.Rows)
	}
	slices.SortStableFunc(out, func(a, b ui.Reason) int { return cmp.Compare(b.Rows, a.Rows) })
	return out
}

// sendAgain is the way to send a file again that could not be used, with what was said of it but its totals, which may be what was wrong;
// empty for whoever may send none.
func sendAgain(p app.ExtractPage) string {
	e := p.Extract
	if extractState(e.State) != ui.ExtractFailed || !p.Viewer.May(policy.ExtractReceive) {
		return ""
	}
	year, month, dom := e.AsOf.Date()
	q := url.Values{"agency": {strconv.FormatInt(int64(e.Agency), 10)}, "layout": {strconv.FormatInt(int64(e.Layout), 10)},
		"as_of-day": {strconv.Itoa(dom)}, "as_of-month": {strconv.Itoa(int(month))}, "as_of-year": {strconv.Itoa(year)}}
	if e.Whole {
		q.Set("full", "yes")
	}
	return "/extracts/new?" + q.Encode()
}

// accepting is what follows when an extract is accepted.
func accepting(p app.ExtractPage) []string {
	e := p.Extract
	var out []string
	if e.Contacts > 0 {
		out = append(out, plural(e.Contacts, "contact joins", "contacts join")+" the record, from "+e.FirstDay.Long()+" to "+e.LastDay.Long())
	}
	if e.Contacts > 0 && e.Accepted > e.Contacts {
		out = append(out, plural(e.Accepted-e.Contacts, "row takes", "rows take")+" the place of an earlier row of the file with the same number, and no contact counts twice")
	}
	for _, v := range p.SetAside {
		if strings.HasPrefix(v.Code, app.UnknownService) {
			out = append(out, plural(v.Uses, "contact has", "contacts have")+" the service code “"+v.Said+"”, which the layout does not explain: without a price until somebody says what it means")
		}
	}
	if e.People > 0 {
		out = append(out, plural(e.People, "record of the agency says", "records of the agency say")+" who somebody is")
	}
	if e.Absent > 0 {
		out = append(out, absent(p))
	}
	if e.Whole && e.Contacts == 0 && e.People > 0 {
		out = append(out, "nobody’s record ends because this full extract lacks it: what ends so is contacts, where a file holds them")
	}
	for _, o := range p.Since {
		what := "accepted"
		if extractState(o.State) != ui.ExtractAccepted {
			what = "sent in error"
		}
		ends := ""
		if e.Whole {
			ends = ", and more or fewer of those that " + p.Agency.Name + " sent before may end"
		}
		out = append(out, "“"+o.Name+"”, as of "+o.AsOf.Long()+", was "+what+" after these rows were counted, so more or fewer of them may repeat a row we hold"+ends+"; none counts twice")
	}
	return append(out, "no figure that was made changes; runs are marked out of date until new ones are made")
}

// absent is what a whole extract ends.
func absent(p app.ExtractPage) string {
	return plural(p.Extract.Absent, "contact", "contacts") + " that " + p.Agency.Name + " sent before no longer count, because they are not in this full extract"
}

// rejected downloads the rejected rows of an extract, to send back.
func (s *Server) rejected(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Extract](r, "extract", "extract")
	if err != nil {
		return err
	}
	name := "extract-" + strconv.FormatInt(int64(n), 10) + "-rejected.csv"
	return s.app.DownloadRejected(r.Context(), who, n, &download{ResponseWriter: w, name: name})
}
