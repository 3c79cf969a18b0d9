package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLayoutFromTextToApproval adds a layout, sees what it keeps, and has the governance lead approve it.
func TestLayoutFromTextToApproval(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	second := strings.Replace(visits, "version: 1", "version: 2", 1)
	a.want(a.upload("/layouts", url.Values{"agency": {d.agency}, "text": {""}}, "visits.yaml", second), "/layouts/2")
	w := a.status(a.get("/layouts/2"), http.StatusOK)
	d.says(w, "visits, version 2", "This version is not approved", "7 columns are kept", "Date of birth", "dd/mm/yyyy", "dob", "Street outreach", "The layout is added",
		"The partnership’s governance lead approves layouts.", "header: client")
	a.status(a.post("/layouts/2/approve", nil), http.StatusForbidden)
	if page := a.get("/extracts/new").Body.String(); strings.Contains(page, "version 2") {
		t.Error("files are offered to come in under a layout that is not approved")
	}
	a.status(a.upload("/extracts", d.extractForm("layout", "2"), "f.csv", visitsHead), http.StatusForbidden)
	d.says(d.lead.status(d.lead.get("/layouts/2"), http.StatusOK), "Approve 7 columns")
	d.lead.want(d.lead.post("/layouts/2/approve", nil), "/layouts/2")
	d.says(d.lead.get("/layouts/2"), "The layout is approved", "Approved by Miriam, 20 April 2026")
	d.lead.status(d.lead.post("/layouts/2/approve", nil), http.StatusConflict)
	d.says(a.status(a.get("/layouts"), http.StatusOK), "2 layouts", "replaced by a later version", "Add a layout")
	for _, gone := range []string{"/layouts/0", "/layouts/4711", "/layouts/x", "/layouts/01"} {
		a.status(a.get(gone), http.StatusNotFound)
	}
}

// TestLayoutForms refuses what cannot be a layout, by line, with the text kept to be mended.
func TestLayoutForms(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	bad := strings.Replace(visits, "version: 1", "version: one", 1)
	for _, c := range []struct{ name, agency, text, file, content, field, says, keeps string }{
		{"pasted", d.agency, bad, "", "", "text", "Line 2", "version: one"},
		{"as a file", d.agency, "", "visits.yaml", bad, "text", "Line 2", "version: one"},
		{"nothing", d.agency, " ", "", "", "text", "There is no layout", ""},
		{"both", d.agency, visits, "visits.yaml", visits, "text", "two layouts", "version: 1"},
		{"no agency", "", visits, "", "", "agency", "Choose whose files", "version: 1"},
		{"another agency's", "1", visits, "", "", "text", "lantern", "version: 1"},
		{"the same version with other words", d.agency, visits + "empty: [none]\n", "", "", "text", "already another layout", "empty: [none]"},
		{"a file of rows", d.agency, "", "rows.csv", strings.Repeat("a,b\n", 40_000), "file", "larger than 64 kB", ""},
	} {
		w := a.status(a.upload("/layouts", url.Values{"agency": {c.agency}, "text": {c.text}}, c.file, c.content), http.StatusUnprocessableEntity)
		page := w.Body.String()
		if !strings.Contains(page, `href="#`+c.field+`"`) || !strings.Contains(page, c.says) || !strings.Contains(page, c.keeps) {
			t.Errorf("%s: %s", c.name, heading(w))
		}
	}
	a.want(a.upload("/layouts", url.Values{"agency": {d.agency}, "text": {strings.ReplaceAll(visits, "\n", "\r\n")}}, "", ""), "/layouts/1")
	for name, b := range map[string]*browserOf{"the governance lead": d.lead, "an agency's user": d.lantern} {
		b.status(b.get("/layouts/new"), http.StatusNotFound)
		if w := b.upload("/layouts", url.Values{"agency": {d.agency}, "text": {bad}}, "", ""); w.Code != http.StatusForbidden {
			t.Errorf("%s adds a layout: %d %s", name, w.Code, heading(w))
		}
	}
	d.auditor.status(d.auditor.get("/layouts"), http.StatusForbidden)
}
