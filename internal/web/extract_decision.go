package web

import (
	"net/http"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/web/ui"
)

var isAccepted = notice("extract-accepted", "The extract is accepted. Its rows count in the next run.")

func (s *Server) acceptExtract(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Extract](r, "extract", "extract")
	if err != nil {
		return err
	}
	err = s.app.AcceptExtract(r.Context(), who, app.AcceptExtract{Extract: n, Absent: r.PostForm.Get("absent") == "seen"})
	switch code := fault.As(err).Code; {
	case err == nil:
		return s.done(w, ui.ExtractPath(n), isAccepted)
	case code == "many-absent", code == "counted-before":
		return s.sureAbsent(w, r, who, code)
	}
	return err
}

// sureAbsent asks again before a full extract is accepted that ends much, or of which nobody knows how much it ends now.
func (s *Server) sureAbsent(w http.ResponseWriter, r *http.Request, who app.Who, code string) error {
	p, err := s.extractOf(r, who)
	if err != nil {
		return err
	}
	c := aboutExtract(p)
	c.Action, c.Button, c.Grave = c.Back+"/accept", "Accept "+plural(p.Extract.Accepted, "row", "rows"), true
	c.Fields = []ui.Sent{{Name: "absent", Value: "seen"}}
	says := absent(p) + ". That is more than 5 in 100 of what it sent"
	if c.Title = "Is so much missing from this extract?"; code == "counted-before" {
		c.Title = "Is this extract still full?"
		says = "what " + p.Agency.Name + " sent before under this layout and this full extract does not hold no longer counts. How much that is was" +
			" counted before other files were decided about, and may be more now"
	}
	c.Consequences = append([]string{says + ": ask the agency whether the file is whole"}, accepting(p)...)
	c.Undo = "the extract can be taken back with “Sent in error”, and then they count again."
	return ui.ConfirmPage.Write(w, http.StatusUnprocessableEntity, s.frame(w, r, p.Viewer), c)
}

// aboutExtract is what every question about an extract says.
func aboutExtract(p app.ExtractPage) ui.Confirm {
	path, name := ui.ExtractPath(p.Extract.ID), p.Agency.Name+", "+p.Layout.Name
	return ui.Confirm{Place: ui.PlaceExtracts, Crumbs: []ui.Crumb{{Name: "Extracts", Href: "/extracts"}, {Name: name, Href: path}}, Back: path,
		What: name + ", as of " + p.Extract.AsOf.Long() + ": " + plural(p.Extract.Rows, "row", "rows") + "."}
}

// ending is a decision against an extract.
type ending struct {
	from  ui.ExtractState
	may   func(app.ExtractPage) bool
	fill  func(app.ExtractPage, *ui.Confirm)
	weigh func(*Server, *http.Request, app.Who, app.ExtractPage, *ui.Confirm) error // adds what it would do to figures; nil where it does nothing
	carry func(*Server, *http.Request, app.Who, app.EndExtract) error
	said  string
}

var declining = ending{
	from: ui.ExtractWaiting,
	may:  func(p app.ExtractPage) bool { return p.MayRefuse },
	fill: func(p app.ExtractPage, c *ui.Confirm) {
		c.Title, c.Action, c.Button, c.Why = "Do not accept this extract?", c.Back+"/decline", "Do not accept it", "Why is it not accepted?"
		c.Consequences = []string{"Nothing in it counts, now or later.", "Its " + plural(p.Extract.Rows, "row is", "rows are") + " removed. What stays is its name, its digest and your decision."}
		c.Undo = "send the same file in again."
	},
	carry: func(s *Server, r *http.Request, who app.Who, in app.EndExtract) error {
		return s.app.RefuseExtract(r.Context(), who, in)
	},
	said: notice("extract-declined", "The extract is not accepted. Its rows are being removed."),
}

var takingBack = ending{
	from: ui.ExtractAccepted,
	may:  func(p app.ExtractPage) bool { return p.MayTakeBack },
	fill: func(p app.ExtractPage, c *ui.Confirm) {
		c.Title, c.Action, c.Why, c.Grave = "Was this extract sent in error?", c.Back+"/sent-in-error", "What was wrong with it?", true
		c.Button = "Remove this extract"
		c.Consequences = []string{"At once nothing in it counts.",
			"Its rows and everything made from them are removed. What stays is its name, its digest and your decision.",
			"What other extracts said and this one replaced counts again.", "Where a run has been made, new ones are made without it."}
		c.Undo = "send the same file in again, and accept it."
	},
	weigh: func(s *Server, r *http.Request, who app.Who, p app.ExtractPage, c *ui.Confirm) error {
		e, err := s.app.Removal(r.Context(), who, p.Extract.ID)
		if err != nil {
			return unreckoned(err, c)
		}
		if e == nil {
			c.Consequences = append(c.Consequences, leaving(p.Extract.Contacts)+". No run has been made, so no sum changes.")
			return nil
		}
		c.Consequences = append(c.Consequences, removalWords(e)...)
		c.Enter, c.Leave = e.Enter, e.Leave
		return nil
	},
	carry: func(s *Server, r *http.Request, who app.Who, in app.EndExtract) error {
		return s.app.SentInError(r.Context(), who, in)
	},
	said: notice("extract-taken-back", "Nothing in the extract counts any more. Its rows are being removed."),
}

// unreckoned says that it is not known what taking an extract back does to the sums. That is no reason to keep it: it may be what keeps
// them from being made.
func unreckoned(err error, c *ui.Confirm) error {
	f := fault.As(err)
	if f.Kind != fault.Invalid && f.Kind != fault.Internal {
		return err
	}
	why := f.Message
	if f.Kind == fault.Internal {
		why = "Something went wrong on our side."
	}
	c.Consequences = append(c.Consequences, "What it would change in the sums cannot be reckoned. "+why+" It can be taken back all the same.")
	return nil
}

// leaving counts the contacts that an extract takes with it.
func leaving(n int64) string { return plural(n, "contact leaves", "contacts leave") + " the record" }

// removalWords say what taking an extract back does to the sums of a run made now.
func removalWords(e *app.Removal) []string {
	again := "."
	if e.Again > 0 {
		again = "; " + plural(int64(e.Again), "contact", "contacts") + " that it replaced would count again."
	}
	leave := leaving(int64(e.Contacts))
	if e.People == 0 && e.Again == 0 {
		return []string{leave + ". No run has them yet, so no sum changes."}
	}
	says := []string{leave + ", of " + plural(int64(e.People), "person", "people") + again}
	if e.MaySums {
		says = append(says, "Everybody’s use in the rule’s window would come to "+e.Is.String()+" in place of "+e.Was.String()+": "+(e.Was-e.Is).String()+" less.")
	}
	if e.MayCohort {
		says = append(says, "The cohort would be "+plural(int64(e.MembersIs), "person", "people")+" and "+e.CohortIs.String()+" in place of "+
			plural(int64(e.MembersWas), "person", "people")+" and "+e.CohortWas.String()+": "+commas(e.LeaveN)+" would leave it and "+commas(e.EnterN)+" would enter it.")
	}
	if len(e.CohortFor) > 0 {
		says = append(says, "What it would change in the cohort, and who would enter or leave it, is shown under the purpose "+purposeList(e.CohortFor)+
			". You can change yours at the top of the page and come back.")
	}
	return append(says, "This is reckoned with people linked as they are. Without the extract’s records some may be linked otherwise.")
}

// askEnding asks before an extract is decided against.
func (s *Server) askEnding(what ending) handle {
	return func(w http.ResponseWriter, r *http.Request, who app.Who) error {
		return s.endingPage(w, r, who, what, http.StatusOK, ui.Form{})
	}
}

func (s *Server) endingPage(w http.ResponseWriter, r *http.Request, who app.Who, what ending, status int, form ui.Form) error {
	p, err := s.extractOf(r, who)
	switch {
	case err != nil:
		return err
	case !what.may(p):
		return fault.Missing("page")
	case extractState(p.Extract.State) != what.from:
		return fault.New(fault.Conflict, "decided-already", "Somebody has decided about this extract.", "Open it again to see what was decided.")
	}
	c := aboutExtract(p)
	what.fill(p, &c)
	c.Form = form
	if what.weigh != nil {
		if err := what.weigh(s, r, who, p, &c); err != nil {
			return err
		}
	}
	return ui.ConfirmPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

// endExtract carries a decision against an extract out.
func (s *Server) endExtract(what ending) handle {
	return func(w http.ResponseWriter, r *http.Request, who app.Who) error {
		n, err := pathID[id.Extract](r, "extract", "extract")
		if err != nil {
			return err
		}
		err = what.carry(s, r, who, app.EndExtract{Extract: n, Reason: strings.TrimSpace(r.PostForm.Get("why"))})
		if f := fault.As(err); f.Kind == fault.Invalid {
			form, status, _ := again(r, renamed(err, map[string]string{"reason": "why"}))
			return s.endingPage(w, r, who, what, status, form)
		}
		if err != nil {
			return err
		}
		return s.done(w, ui.ExtractPath(n), what.said)
	}
}
