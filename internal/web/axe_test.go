package web

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"strings"
	"testing"

	chromium "throughline/internal/browser"
	"throughline/internal/policy"
)

// triaged are the rules of axe-core that it leaves open and that a person has looked at: it cannot measure the contrast of text over a
// pattern or of what is hidden until it has the focus, and ui's own test of colours does.
var triaged = []string{"color-contrast"}

// look opens a page and holds it to bars Y1 and Y4: no barrier that axe-core finds, nothing that sticks out to the side, no target too
// small to hit. What breaches the content policy, or asks another host, fails when the page is closed.
func look(t *testing.T, p *chromium.Page, path string, status int) {
	t.Helper()
	if got := p.Go(path); got != status {
		t.Errorf("%s: %d, want %d", path, got, status)
		return
	}
	p.MustAxe(triaged...)
	for _, w := range p.Wide() {
		t.Errorf("%s is too wide: %s", path, w)
	}
	for _, s := range p.Small() {
		t.Errorf("%s has a target that is too small: %s", path, s)
	}
}

// at gives the cookies of a browser of these tests to a real one.
func (b *browserOf) at() []*http.Cookie {
	var all []*http.Cookie
	for name, value := range b.cookies {
		all = append(all, &http.Cookie{Name: name, Value: value, HttpOnly: true})
	}
	return all
}

// visit is one page as somebody sees it.
type visit struct {
	path   string
	status int
}

// TestEveryPageIsAccessible opens every GET route that shows a page, as somebody who may, at 1280 and at 320 pixels (bars Y1 and Y4).
// The list is the table of routes: a page that nobody here may open fails. The widths are two tests, of which the narrow one looks at
// the states too.
func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	db := rowsIn(t, d.dir)
	s := d.subjects(db, 2, 3)
	as := map[policy.Role]*browserOf{}
	for role, purpose := range map[policy.Role]policy.Purpose{policy.Analyst: policy.FindAndCost, policy.FinanceLead: policy.AgreePrices,
		policy.GovernanceLead: policy.HandleExtracts, policy.Auditor: policy.AuditUse, policy.Administrator: policy.LookAfterAccounts,
		policy.AgencyUser: policy.HandleExtracts} {
		as[role] = d.as(role, purpose)
	}
	order := []policy.Role{policy.Analyst, policy.FinanceLead, policy.GovernanceLead, policy.Auditor, policy.Administrator, policy.AgencyUser}
	visits := map[policy.Role][]visit{}
	for _, route := range d.Routes() {
		if route.Method != http.MethodGet || route.Page == "" {
			continue
		}
		if route.Visitor {
			if route.Pattern != "/first" { // its state is opened below
				visits[""] = append(visits[""], visit{route.Pattern, http.StatusOK})
			}
			continue
		}
		path := s.page(t, route)
		found := false
		for _, role := range order {
			if !found && as[role].get(path).Code == http.StatusOK {
				visits[role], found = append(visits[role], visit{path, http.StatusOK}), true
			}
		}
		if !found {
			t.Errorf("%s was opened by nobody", route)
		}
	}
	person := "/people/" + s["person"][own]
	footprint := as[policy.Analyst].get(person + "/footprint").Body.String()
	opened := ""
	for _, m := range hrefs.FindAllStringSubmatch(footprint, -1) {
		if opened == "" && strings.Contains(m[1], "service=") {
			opened = html.UnescapeString(m[1])
		}
	}
	lines := as[policy.Analyst].get(strings.Split(opened, "#")[0]).Body.String()
	for _, m := range hrefs.FindAllStringSubmatch(lines, -1) {
		if strings.Contains(m[1], "line=") {
			opened = html.UnescapeString(m[1])
			break
		}
	}
	visits[policy.Analyst] = append(visits[policy.Analyst], visit{opened, http.StatusOK}, visit{person + "/footprint?from=x&to=y", http.StatusUnprocessableEntity},
		visit{person + "/footprint?by=month", http.StatusOK}, visit{person + "/footprint?by=payer", http.StatusOK}, visit{"/cohort?page=all", http.StatusOK},
		visit{"/accounts", http.StatusForbidden}, visit{"/people/Q9Q-9Q", http.StatusNotFound}, visit{"/nowhere", http.StatusNotFound})
	b := chromium.Start(t)
	home := d.serve()
	for _, width := range []int{1280, 320} {
		for role, pages := range visits {
			t.Run(fmt.Sprintf("%s at %d", role, width), func(t *testing.T) {
				var cookies []*http.Cookie
				if role != "" {
					cookies = as[role].at()
				}
				p := b.Open(t, home, chromium.Options{Width: width, Cookies: cookies})
				for _, v := range pages {
					look(t, p, v.path, v.status)
					p.Shot(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(strings.Trim(v.path, "/")))
				}
			})
		}
	}
}

// page is the path of a page, with a subject that is there.
func (s subjects) page(t *testing.T, route Route) string {
	t.Helper()
	paths := s.filled(t, route)
	if strings.HasSuffix(route.Pattern, "/decline") {
		return "/extracts/" + s["spare extract"][own] + "/decline" // one that waits
	}
	if path, ok := paths[none]; ok {
		return path
	}
	return paths[own]
}

// TestStatesAreAccessible opens the states that the full area does not show: nothing in it yet, a form that comes back with its errors,
// and a password that must be chosen (bars Y1, Y4 and Y5).
func TestStatesAreAccessible(t *testing.T) {
	t.Parallel()
	empty := emptySite(t, nil)
	b := chromium.Start(t)
	widths := []int{320}
	if os.Getenv("LONG") == "1" {
		widths = []int{320, 1280}
	}
	for _, width := range widths {
		look(t, b.Open(t, empty.serve(), chromium.Options{Width: width}), "/first", http.StatusOK)
	}
	s, ada := newSite(t)
	analyst := ada.somebody("Anna", 0, policy.FindAndCost, "analyst")
	finance := ada.somebody("Fin", 0, policy.AgreePrices, "finance-lead")
	auditor := ada.somebody("Audrey", 0, policy.AuditUse, "auditor")
	home := s.serve()
	for _, width := range widths {
		for _, x := range []struct {
			as    *browserOf
			paths []string
		}{{analyst, []string{"/", "/cohort", "/extracts", "/layouts", "/people", "/runs", "/prices"}}, {finance, []string{"/", "/prices", "/editions"}}, {auditor, []string{"/", "/audit"}}} {
			p := b.Open(t, home, chromium.Options{Width: width, Cookies: x.as.at()})
			for _, path := range x.paths {
				look(t, p, path, http.StatusOK)
			}
		}
		errorsOfForms(t, b, home, analyst, ada, width)
	}
}

// errorsOfForms sends each form with nothing in it. What comes back says so first in its title, leads from each error to its field, and
// has the focus on the summary (bar Y5).
func errorsOfForms(t *testing.T, b *chromium.Browser, home string, analyst, ada *browserOf, width int) {
	t.Helper()
	for _, x := range []struct {
		as          *browserOf
		path, press string
	}{
		{nil, "/sign-in", "form[action='/sign-in'] button"}, {ada, "/accounts/new", "form[action='/accounts'] button"},
		{ada, "/account/password", "form[action='/account/password'] button"}, {analyst, "/people", "form[action='/people/search'] button"},
		{analyst, "/extracts/new", "form[action='/extracts'] button"}, {analyst, "/layouts/new", "form[action='/layouts'] button"},
	} {
		var cookies []*http.Cookie
		if x.as != nil {
			cookies = x.as.at()
		}
		p := b.Open(t, home, chromium.Options{Width: width, Cookies: cookies})
		if got := p.Go(x.path); got != http.StatusOK {
			t.Errorf("%s: %d", x.path, got)
			continue
		}
		chromium.Eval[bool](p, "[...document.forms].every(f => f.noValidate = true)") // a browser that asks for fields itself would send nothing
		if got := p.Click(x.press); got != http.StatusUnprocessableEntity {
			t.Errorf("%s sent empty: %d, want %d", x.path, got, http.StatusUnprocessableEntity)
			continue
		}
		p.MustAxe(triaged...)
		for _, w := range p.Wide() {
			t.Errorf("the errors of %s are too wide: %s", x.path, w)
		}
		if !strings.HasPrefix(p.Title(), "Error: ") {
			t.Errorf("%s with errors is titled %q", x.path, p.Title())
		}
		if n, links := p.Count(".govuk-error-summary a"), chromium.Eval[int](p, `[...document.querySelectorAll(".govuk-error-summary a")].filter(a => document.querySelector(a.getAttribute("href"))).length`); n == 0 || links != n {
			t.Errorf("%s: of %d errors %d lead to their field", x.path, n, links)
		}
	}
}
