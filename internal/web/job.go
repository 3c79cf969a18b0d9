package web

import (
	"net/http"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// job shows one piece of work: how far it is, what came of it, or why it failed.
func (s *Server) job(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Job](r, "job", "job")
	if err != nil {
		return err
	}
	p, err := s.app.JobPage(r.Context(), who, n)
	if err != nil {
		return err
	}
	c := ui.JobView{Job: job(p.Work, "", "")}
	switch {
	case p.Work.State == "failed":
		c.Failure = p.Work.Fault
	case p.Work.State == "stopped":
		c.Failure = "Somebody stopped it."
	case p.Work.Run != 0:
		if p.Viewer.May(policy.RunOpen) {
			c.Leads = ui.RunPath(p.Work.Run)
		}
		c.Ended = "Run " + strconv.FormatInt(int64(p.Work.Run), 10) + " was made."
	case p.Work.Extract != 0:
		if p.Viewer.May(policy.ExtractOpen) {
			c.Leads = ui.ExtractPath(p.Work.Extract)
		}
		c.Ended = "It has ended. The extract’s page shows what was found."
	}
	if !p.Work.Ended() {
		c.Ended = ""
	}
	return ui.JobPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}
