package web

import (
	"net/http"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

func TestEveryRouteHoldsTogether(t *testing.T) {
	t.Parallel()
	s := emptySite(t, nil)
	pages := map[string]bool{}
	for _, p := range ui.Pages() {
		pages[p.Name] = true
	}
	seen := map[string]bool{}
	for _, r := range s.Routes() {
		if seen[r.String()] {
			t.Errorf("%s stands twice", r)
		}
		seen[r.String()] = true
		if r.Page != "" && !pages[r.Page] {
			t.Errorf("%s shows a page that there is not: %s", r, r.Page)
		}
		if r.Visitor && r.Act != words && r.Act != policy.SessionSignIn && r.Act != policy.SystemFirstRun {
			t.Errorf("%s lets a visitor ask for %s", r, r.Act)
		}
	}
	for _, place := range ui.AllPlaces() {
		found := false
		for _, p := range places {
			found = found || p.place == place
		}
		if !found {
			t.Errorf("no act is known for the main link %s", place.Name)
		}
	}
}

func TestRouteWithoutAnActIsRefused(t *testing.T) {
	t.Parallel()
	h := func(http.ResponseWriter, *http.Request, app.Who) error { return nil }
	for says, r := range map[string]Route{
		"declares no act":       get("/x", "", "", h),
		"declares no act there": get("/x", "person.guess", "", h),
		"writes":                get("/x", policy.AccountSuspend, "", h),
		"writes without an act": post("/x", words, "", fields{}, h),
		"has no handler":        get("/x", policy.HomeOpen, "", nil),
		"neither GET nor POST":  {Method: "PUT", Pattern: "/x", Act: policy.HomeOpen, handle: h},
	} {
		if err := r.check(); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(says, " there")) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// TestRoutesDoTheirAct asks for every page as its own administrator and sees in the audit that the act which the table declares
// was asked of the policy (bar A1: the table that tests are made from tells the truth).
func TestRoutesDoTheirAct(t *testing.T) {
	t.Parallel()
	s, ada := newSite(t)
	for _, r := range s.Routes() {
		if r.Act == words || r.Visitor {
			continue
		}
		ada := ada.copied()
		path, form := filled(r)
		if strings.Contains(r.Pattern, "names") || r.Pattern == "/sign-out" || r.Pattern == "/purpose" && r.Method == http.MethodPost {
			continue // these change the session of this browser; session_test.go follows them
		}
		before := len(s.events())
		switch {
		case r.Method == http.MethodGet:
			ada.get(path)
		case r.File != "":
			ada.upload(path, form, "1", "1")
		default:
			ada.post(path, form)
		}
		asked := false
		for _, e := range s.events()[before:] {
			asked = asked || e.Act == r.Act
		}
		if !asked && !neverAsked[r.String()] {
			t.Errorf("%s did not ask for %s", r, r.Act)
		}
	}
}

// neverAsked are the routes that a form filled with ones does not bring as far as the act.
var neverAsked = map[string]bool{
	"POST /account/password":         true, // the old password is wrong
	"POST /accounts":                 true, // the address is none
	"POST /people/search":            true, // the date of birth is none
	"POST /layouts":                  true, // a layout is pasted and there is a file, too
	"POST /accounts/{account}/roles": true, // there is no role of that name
	"POST /prices/set":               true, // the code is none of the map's
	"POST /prices/leave-out":         true, // the code is none of the map's
	"POST /people/{person}/answers":  true, // "1" is no answer
	"POST /links/{pair}/answers":     true, // "1" is no answer
}
