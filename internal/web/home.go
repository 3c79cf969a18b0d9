package web

import (
	"net/http"

	"throughline/internal/app"
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
	return ui.HomePage.Write(w, http.StatusOK, s.frame(w, r, h.Viewer), ui.Home{Today: h.Today})
}
