package web

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// places says which act each of the main links leads to.
var places = []struct {
	place ui.Place
	act   policy.Act
}{
	{ui.PlaceHome, policy.HomeOpen}, {ui.PlaceExtracts, policy.ExtractList}, {ui.PlaceLinks, policy.PairList},
	{ui.PlacePrices, policy.PriceMapOpen},
	{ui.PlaceCohort, policy.CohortOpen}, {ui.PlaceFind, policy.PersonSearch}, {ui.PlaceRuns, policy.RunList},
	{ui.PlaceAudit, policy.AuditSearch}, {ui.PlaceAccounts, policy.AccountList},
}

// frame is what stands round a page for this viewer.
func (s *Server) frame(w http.ResponseWriter, r *http.Request, v app.Viewer) ui.Frame {
	words := s.app.AreaWords(v.Area)
	f := ui.Frame{Area: words.Partnership, Invented: words.Invented != "", Who: v.Name, Role: roleWords(v.Roles), Purpose: v.Purpose.Words(),
		Names: v.NamesUntil, Token: s.session(r).word, Notice: s.said(w, r)}
	for _, p := range places {
		if v.May(p.act) {
			f.Places = append(f.Places, p.place)
		}
	}
	return f
}

// visitorFrame is what stands round a page for somebody who has not signed in.
func (s *Server) visitorFrame(w http.ResponseWriter, r *http.Request) ui.Frame {
	return ui.Frame{Notice: s.said(w, r)}
}

func roleWords(roles []policy.Role) string {
	var all []string
	for _, r := range policy.Roles() { // in the order of forms
		for _, has := range roles {
			if has == r {
				all = append(all, r.Words())
			}
		}
	}
	return strings.Join(all, ", ")
}

func sentenceCase(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
