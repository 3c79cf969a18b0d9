package web

import (
	"net/http"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/web/ui"
)

// anybody is the frame of a page of words: with the links of whoever is signed in, or for a visitor.
func (s *Server) anybody(w http.ResponseWriter, r *http.Request, who app.Who) (ui.Frame, error) {
	if s.session(r) == (session{}) {
		return s.visitorFrame(w, r), nil
	}
	v, err := s.app.Me(r.Context(), who)
	if fault.KindOf(err) == fault.SignIn {
		return s.visitorFrame(w, r), nil
	}
	return s.frame(w, r, v), err
}

func (s *Server) accessibility(w http.ResponseWriter, r *http.Request, who app.Who) error {
	f, err := s.anybody(w, r, who)
	if err != nil {
		return err
	}
	return ui.AccessibilityPage.Write(w, http.StatusOK, f, ui.Accessibility{})
}

func (s *Server) privacy(w http.ResponseWriter, r *http.Request, who app.Who) error {
	f, err := s.anybody(w, r, who)
	if err != nil {
		return err
	}
	return ui.PrivacyPage.Write(w, http.StatusOK, f, ui.Privacy{Agencies: s.app.AreaWords(s.areaOf(r)).Agencies})
}

// policy shows who may do what, as the policies in force say it.
func (s *Server) policy(w http.ResponseWriter, r *http.Request, who app.Who) error {
	f, err := s.anybody(w, r, who)
	if err != nil {
		return err
	}
	var c ui.Policy
	for _, a := range s.app.WhoMay() {
		x := ui.PolicyAct{Words: sentenceCase(a.Words)}
		for _, role := range a.Roles {
			switch role {
			case "anyone":
				x.Roles = append(x.Roles, "everybody who is signed in")
			case "visitor":
				x.Roles = append(x.Roles, "anybody")
			default:
				x.Roles = append(x.Roles, role.Words())
			}
		}
		for _, p := range a.Purposes {
			x.Purposes = append(x.Purposes, p.Words())
		}
		c.Acts = append(c.Acts, x)
	}
	return ui.PolicyPage.Write(w, http.StatusOK, f, c)
}

func (s *Server) method(w http.ResponseWriter, r *http.Request, who app.Who) error {
	f, err := s.anybody(w, r, who)
	if err != nil {
		return err
	}
	return ui.MethodPage.Write(w, http.StatusOK, f, ui.Method{})
}
