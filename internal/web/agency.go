package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/web/ui"
)

func (s *Server) agencies(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.Agencies(r.Context(), who)
	if err != nil {
		return err
	}
	var content ui.Agencies
	for _, g := range p.Agencies {
		content.Rows = append(content.Rows, ui.AgencyRow{Agency: g.ID, Mark: g.Mark, Name: g.Name, Sends: g.Sends, People: g.People,
			Administrators: g.Administrators, Extracts: g.Extracts})
	}
	return ui.AgenciesPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), content)
}
