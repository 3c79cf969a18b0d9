package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// auditOutcomes are how an act may come out, by the words of the search.
var auditOutcomes = map[ui.Outcome]string{ui.Permitted: "permit", ui.Denied: "deny", ui.Failed: "failed"}

// auditFields are those of the search.
var auditFields = []string{"who", "agency", "whom", "act", "outcome", "from", "to", "jobs"}

// auditAsked reads a search of the audit from its address.
func auditAsked(q url.Values) (app.AuditAsked, error) {
	var in app.AuditAsked
	f := fault.New(fault.Invalid, "search", "There is a problem.", "")
	typed := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	in.Who = typed("who")
	if typed("agency") != "" {
		n, err := id.Parse[id.Agency](typed("agency"))
		if err != nil {
			f = f.With("agency", "There is no such agency.", "Choose one of the list.")
		}
		in.Agency = n
	}
	if whom := typed("whom"); whom != "" {
		p, err := id.ParsePseudonym(whom)
		if err != nil {
			f = f.With("whom", "This is not a reference like K7M-3Q.", "Read it again.")
		}
		in.Person = p
	}
	if act := policy.Act(typed("act")); act != "" {
		if _, ok := policy.ActInfo(act); !ok {
			f = f.With("act", "There is no such act.", "Choose one of the list.")
		}
		in.Act = act
	}
	if outcome := typed("outcome"); outcome != "" {
		if in.Outcome = auditOutcomes[ui.Outcome(outcome)]; in.Outcome == "" {
			f = f.With("outcome", "Nothing comes out so.", "Choose one of the list.")
		}
	}
	readTo := func(name string, after int) time.Time {
		if typed(name) == "" {
			return time.Time{}
		}
		d, ok := day.Read(typed(name))
		if !ok {
			f = f.With(name, "“"+sentenceCase(name)+" day” is not a day that there is.", day.Written)
			return time.Time{}
		}
		y, m, dom := (d + day.Day(after)).Date()
		return time.Date(y, m, dom, 0, 0, 0, 0, london)
	}
	in.From, in.Until = readTo("from", 0), readTo("to", 1)
	if !in.From.IsZero() && !in.Until.IsZero() && !in.From.Before(in.Until) {
		f = f.With("to", "The last day is before the first.", "Change one of them.")
	}
	in.Jobs = typed("jobs") == "shown"
	if n, err := strconv.ParseInt(q.Get(earlier), 10, 64); err == nil && n > 0 {
		in.Before = id.Event(n)
	}
	if len(f.Notes) > 0 {
		return in, f
	}
	return in, nil
}

// earlier says in an address before which event a list goes on.
const earlier = "before"

// nothing chooses no event: they count from 1.
var nothing = app.AuditAsked{EventFilter: app.EventFilter{Before: 1}}

func (s *Server) audit(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.auditPage(w, r, who, ui.AuditSearch{})
}

// auditPage shows the search that the address asks for. One that cannot be read comes back with what is wrong, and finds nothing.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request, who app.Who, c ui.AuditSearch) error {
	q := r.URL.Query()
	status := http.StatusOK
	c.Form = typedIn(q, auditFields...)
	in, err := auditAsked(q)
	var p app.AuditPage
	if err == nil {
		p, err = s.app.SearchAudit(r.Context(), who, in)
	}
	if f := fault.As(err); err != nil && f.Kind == fault.Invalid {
		c.Form.Problem, status = f, f.Kind.Status()
		p, err = s.app.SearchAudit(r.Context(), who, nothing)
	}
	if err != nil {
		return err
	}
	c.Acts = auditActs()
	c.MayExport, c.MayVerify = p.Viewer.May(policy.AuditExport) && status == http.StatusOK, p.Viewer.May(policy.AuditVerify)
	c.Sealed, c.SignedAt, c.Digest = int(p.SealedSize), p.SealedAt, p.Root
	asked := kept(q, auditFields...)
	c.Export = address("/audit.csv", asked)
	if p.Next != 0 {
		asked.Set(earlier, strconv.FormatInt(int64(p.Next), 10))
		c.Older = address("/audit", asked)
	}
	agencies := map[id.Agency]string{0: s.app.AreaWords(p.Viewer.Area).Partnership}
	for _, g := range p.Agencies {
		agencies[g.ID] = g.Name
		c.Agencies = append(c.Agencies, ui.Option{Value: strconv.FormatInt(int64(g.ID), 10), Label: g.Name})
	}
	for _, e := range p.Events {
		c.Rows = append(c.Rows, auditRow(e, agencies, p.Viewer))
	}
	return ui.AuditPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// auditActs are the acts there are, in the order of their words.
func auditActs() []ui.Option {
	var out []ui.Option
	for _, info := range policy.Acts() {
		out = append(out, ui.Option{Value: string(info.Act), Label: sentenceCase(info.Words)})
	}
	slices.SortFunc(out, func(x, y ui.Option) int { return cmp.Compare(x.Label, y.Label) })
	return out
}

// auditRow is one event. It says where to look and never what was seen.
func auditRow(e app.Event, agencies map[id.Agency]string, v app.Viewer) ui.AuditRow {
	row := ui.AuditRow{Event: e.ID, When: e.At, Who: cmp.Or(e.Actor, "Nobody signed in"), Agency: agencies[e.Agency], Act: actWords(e.Act),
		Purpose: sentenceCase(e.Purpose.Words()), Outcome: ui.Permitted}
	switch {
	case e.Account != 0:
	case e.Source == policy.CommandLine:
		row.Agency = "At the command line"
	default:
		row.Agency = "From " + e.Source
	}
	switch e.Outcome {
	case "deny":
		row.Outcome, row.Why = ui.Denied, e.Reason
	case "failed":
		row.Outcome = ui.Failed
	}
	if e.Subject.Kind == policy.Person && e.Outcome != "deny" { // who was asked for and refused may not be there at all
		row.Person = id.Person(e.Subject.ID)
		return row
	}
	if row.About, row.AboutPath = aboutWords(e, v); e.Subject.Kind == policy.Agency {
		row.About = agencies[id.Agency(e.Subject.ID)]
	}
	return row
}

// aboutWords say what an event is about when that is no person, and where it is, if the viewer could ever open it.
func aboutWords(e app.Event, v app.Viewer) (words, path string) {
	n := e.Subject.ID
	link := func(noun string, act policy.Act, path string) (string, string) {
		if !v.May(act) {
			path = ""
		}
		return noun + " " + commas(n), path
	}
	switch e.Subject.Kind {
	case policy.Extract:
		return link("Extract", policy.ExtractOpen, ui.ExtractPath(id.Extract(n)))
	case policy.Run:
		return link("Run", policy.RunOpen, ui.RunPath(id.Run(n)))
	case policy.Layout:
		return link("Layout", policy.LayoutOpen, ui.LayoutPath(id.Layout(n)))
	case policy.Account:
		return link("Account", policy.AccountOpen, ui.AccountPath(id.Account(n)))
	case policy.Record, policy.Job:
		return string(e.Subject.Kind) + " " + commas(n), ""
	}
	if e.People > 0 {
		return plural(e.People, "person", "people"), ""
	}
	return "", ""
}

// verifyAudit recomputes the whole audit, and shows how it stands.
func (s *Server) verifyAudit(w http.ResponseWriter, r *http.Request, who app.Who) error {
	v, err := s.app.VerifyAudit(r.Context(), who, "")
	if err != nil {
		return err
	}
	return s.auditPage(w, r, who, ui.AuditSearch{Checked: s.now(), Intact: len(v.Broken) == 0, Broken: v.Broken, Waiting: int(v.Unsealed)})
}

// exportAudit downloads the events that a search finds.
func (s *Server) exportAudit(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in, err := auditAsked(r.URL.Query())
	if err != nil {
		return err
	}
	in.Before = 0
	return s.app.ExportAudit(r.Context(), who, in, &download{ResponseWriter: w, name: "audit.csv"})
}
