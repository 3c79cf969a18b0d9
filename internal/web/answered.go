package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/linkage"
	"throughline/internal/web/ui"
)

// answered lists the pairs that people have answered.
func (s *Server) answered(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in := app.AnsweredAsked{Waits: q.Get("which") == "waits", Says: q.Get("says"), Mine: q.Get("by") == "me", Page: page(q)}
	p, err := s.app.Answered(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.Answered{List: ui.List{Path: "/links/answered", Kept: kept(q, "which", "says", "by"), Page: p.Page, Size: app.AnsweredOnPage, Total: p.Total},
		Waits: in.Waits, Counted: p.Counted, Others: p.Others, Yours: p.Yours, Gone: p.Gone, Filter: typedIn(q, "which", "says", "by"), Narrowed: in.Says != "" || in.Mine}
	for _, says := range []linkage.Says{linkage.Same, linkage.NotSame, linkage.Unsure} {
		c.Says = append(c.Says, ui.Option{Value: string(says), Label: saysWords[string(says)]})
	}
	for _, x := range p.Rows {
		row := ui.AnsweredRow{A: x.Pair[0], B: x.Pair[1], Agencies: [2]string{x.Agencies[0].Name, x.Agencies[1].Name}, Stand: answeredStand(x), MayUndo: x.MayUndo}
		for _, y := range x.Readings {
			row.Readings = append(row.Readings, ui.PairReading{ID: y.ID, By: y.By, Says: saysWords[y.Answer.Answer], Why: y.Reason, When: y.At, Counts: y.Counts()})
		}
		c.Rows = append(c.Rows, row)
	}
	return ui.AnsweredPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// answeredStand says how far a pair is decided that people have answered.
func answeredStand(x app.AnsweredPair) string {
	switch x.Stand {
	case linkage.InDoubt:
		return "Nobody was sure; somebody else is asked"
	case linkage.Waits:
		return "Counts once a second person says the same"
	case linkage.Disputed:
		return "Two people differ; a third decides"
	case linkage.Settled:
		return "Two people differed, and a third decided"
	case linkage.Agreed:
		return "Two people agree"
	}
	if x.Open {
		return "Answered; a second person is asked as well"
	}
	return "Answered"
}
