package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/id"
	"throughline/internal/policy"
)

// visits is a layout of Lantern Housing: visits with a number of their own, and what each cost.
const visits = `name: visits
version: 1
agency: lantern
kind: both
columns:
  - {header: client, field: key}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: born, also: [dob], field: birth, format: dd/mm/yyyy}
  - {header: visit, field: contact}
  - {header: day, field: from, format: dd/mm/yyyy}
  - {header: cost, field: amount}
service: OUTR
services:
  - {code: OUTR, service: street-outreach, unit: contact, quantity: one}
`

const visitsHead = "client,forename,surname,born,visit,day,cost,notes\n"

// desk is a site with the people who handle extracts, each at a browser of their own, and an approved layout.
type desk struct {
	*site
	analyst, lead, lantern, police, auditor *browserOf
	agency                                  string // Lantern Housing's number
}

var optionOf = regexp.MustCompile(`<option value="(\d+)"[^>]*>([^<]*)</option>`)

// agencyNumbers reads the numbers of agencies from a page that offers them.
func agencyNumbers(w *httptest.ResponseRecorder) map[string]string {
	found := map[string]string{}
	for _, m := range optionOf.FindAllStringSubmatch(w.Body.String(), -1) {
		found[m[2]] = m[1]
	}
	return found
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, ada := newSite(t)
	d := &desk{site: s, analyst: ada.somebody("Ayesha", 0, policy.HandleExtracts, "analyst"),
		lead: ada.somebody("Miriam", 0, policy.HandleExtracts, "governance-lead"), auditor: ada.somebody("Owen", 0, policy.AuditUse, "auditor")}
	numbers := agencyNumbers(d.analyst.status(d.analyst.get("/layouts/new"), http.StatusOK))
	d.agency = numbers["Lantern Housing"]
	at := func(name string) (n id.Agency) {
		if _, err := fmt.Sscan(numbers[name], &n); err != nil {
			t.Fatalf("no agency %s in %v", name, numbers)
		}
		return n
	}
	d.lantern = ada.somebody("Lena", at("Lantern Housing"), policy.HandleExtracts, "agency-user")
	d.police = ada.somebody("Pat", at("Police"), policy.HandleExtracts, "agency-user")
	d.analyst.want(d.analyst.upload("/layouts", url.Values{"agency": {d.agency}, "text": {visits}}, "", ""), "/layouts/1")
	d.lead.want(d.lead.post("/layouts/1/approve", nil), "/layouts/1")
	return d
}

// upload sends a form with a file, as a browser does: the fields in the order of the page, then the file.
func (b *browserOf) upload(path string, v url.Values, name, content string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	put := func(field string, values ...string) {
		for _, value := range values {
			if err := m.WriteField(field, value); err != nil {
				b.s.t.Fatal(err)
			}
		}
	}
	put("token", b.word())
	for field, values := range v {
		put(field, values...)
	}
	f, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		b.s.t.Fatal(err)
	}
	return b.sendBody(path, m.FormDataContentType(), body.String())
}

func (b *browserOf) sendBody(path, kind, body string) *httptest.ResponseRecorder {
	r := b.request(http.MethodPost, path, body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// extractForm is a right form for an extract of 31 March 2026, changed by pairs of field and value.
func (d *desk) extractForm(pairs ...string) url.Values {
	v := url.Values{"agency": {d.agency}, "layout": {"1"}, "as_of-day": {"31"}, "as_of-month": {"3"}, "as_of-year": {"2026"}, "rows": {""}, "amount": {""}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// work does every job that waits.
func (d *desk) work() {
	d.t.Helper()
	for busy := true; busy; {
		var err error
		if busy, err = d.app.WorkOnce(d.t.Context(), "test"); err != nil {
			d.t.Fatal(err)
		}
	}
}

// says fails unless a page holds each of some words.
func (d *desk) says(w *httptest.ResponseRecorder, words ...string) {
	d.t.Helper()
	page := strings.Join(strings.Fields(tags.ReplaceAllString(w.Body.String(), " ")), " ")
	for _, want := range words {
		if !strings.Contains(page, want) && !strings.Contains(w.Body.String(), want) {
			d.t.Errorf("the page lacks %q:\n%s", want, heading(w))
		}
	}
}

// TestExtractFromFileToRemoval follows one file through everything that can be done with it.
func TestExtractFromFileToRemoval(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	d.says(a.status(a.get("/extracts"), http.StatusOK), "No agency has sent an extract yet", "Send in an extract")
	d.says(a.status(a.get("/extracts/new"), http.StatusOK), "Lantern Housing: visits, version 1", "Up to 8 GB")
	file := visitsHead + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,10.50,x\nA2,Ann,UNKNOWN,01/01/1900,V2,06/01/2026,2,x\n" +
		"A3,=1+1,\"@Sum\",04/03/1990,V3,31/02/2026,1,x\n"
	a.want(a.upload("/extracts", d.extractForm("rows", "3", "full", "yes"), "visits.csv", file), "/extracts/1")
	w := a.status(a.get("/extracts/1"), http.StatusOK)
	d.says(w, "Lantern Housing, visits, as of 31 March 2026", "Being checked", "Checking a file from Lantern Housing", "Check again", "The file has come whole")
	d.says(a.status(a.get("/extracts"), http.StatusOK), "Being checked", "not known", "Checking a file from Lantern Housing")
	d.says(a.status(a.get("/jobs/1"), http.StatusOK), "Checking a file from Lantern Housing", `href="/jobs/1"`, "Check again")
	d.work()
	d.says(a.status(a.get("/jobs/1"), http.StatusOK), "It has ended", `href="/extracts/1"`)
	w = a.status(a.get("/extracts/1"), http.StatusOK)
	d.says(w, "Waiting for a decision", "3 rows in the file", "Lantern Housing says 3: agrees", "visits.csv, ", "Date cannot be read", "31/02/2026", "notes",
		"2 contacts join the record, from 5 January 2026 to 6 January 2026", "Accept 2 rows", "A full extract.")
	d.says(d.lead.get("/extracts/1"), "Do not accept")
	for _, other := range []string{"Accept 2 rows", "rejected.csv"} {
		if page := d.lead.get("/extracts/1").Body.String(); strings.Contains(page, other) || !strings.Contains(w.Body.String(), other) {
			t.Errorf("%q is for the analyst, and for the governance lead it is not", other)
		}
	}
	a.want(a.post("/extracts/1/accept", nil), "/extracts/1")
	d.says(a.status(a.get("/extracts/1"), http.StatusOK), "Accepted by Ayesha on 20 April 2026", "The extract is accepted", "This extract was sent in error")
	d.says(a.status(a.get("/"), http.StatusOK), "Rejected row", "have the agency put it right")
	a.status(a.post("/extracts/1/accept", nil), http.StatusConflict)
	a.status(a.get("/extracts/1/decline"), http.StatusConflict)

	a.want(a.upload("/extracts", d.extractForm("as_of-day", "1", "as_of-month", "4"), "again.csv", file), "/extracts/1")
	d.says(a.get("/extracts/1"), "had been sent in before")

	d.says(a.status(a.get("/extracts/1/sent-in-error"), http.StatusOK), "Was this extract sent in error?", "2 contacts leave the record", "Remove this extract")
	w = a.status(a.post("/extracts/1/sent-in-error", url.Values{"why": {"  "}}), http.StatusUnprocessableEntity)
	d.says(w, "Say why.", `href="#why"`)
	a.want(a.post("/extracts/1/sent-in-error", url.Values{"why": {"It was the wrong month"}}), "/extracts/1")
	d.says(a.status(a.get("/extracts/1"), http.StatusOK), "Sent in error", "Taken back by Ayesha on 20 April 2026: It was the wrong month.", "Removing a file from Lantern Housing")
	d.work()
	d.says(a.status(a.get("/extracts"), http.StatusOK), "Sent in error")
	d.rowsAreGone("/extracts/1", "Taken back by Ayesha on 20 April 2026: It was the wrong month.",
		"the file had 3 rows: 2 could be accepted, 1 was rejected and 0 repeated what we held. 2 values were set aside.")
}

// rowsAreGone fails unless the page of a file whose rows were removed says so, and offers none of them.
func (d *desk) rowsAreGone(path string, words ...string) {
	d.t.Helper()
	w := d.analyst.status(d.analyst.get(path), http.StatusOK)
	d.says(w, append(words, "Its rows are removed.")...)
	for _, not := range []string{"No row was rejected", "Every value could be used", "<table", "rejected.csv", "Send these back", "still count"} {
		if strings.Contains(w.Body.String(), not) {
			d.t.Errorf("%s, whose rows are removed, says %q", path, not)
		}
	}
	w = d.analyst.status(d.analyst.get(path+"/rows?what=accepted"), http.StatusOK)
	d.says(w, "The rows of this file were removed.", "Who removed them, when and why")
	if strings.Contains(w.Body.String(), "2 rows") {
		d.t.Errorf("%s counts rows that are removed", path)
	}
	d.says(d.analyst.status(d.analyst.get(path+"/rejected.csv"), http.StatusConflict), "The rows of this extract were removed")
}

// TestFailedWorkSaysWhy shows work that could not be done, and the remedy.
func TestFailedWorkSaysWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.analyst.want(d.analyst.upload("/extracts", d.extractForm(), "f.csv", visitsHead), "/extracts/1")
	spooled, err := filepath.Glob(filepath.Join(d.dir, "spool", "*"))
	if err != nil || len(spooled) != 1 {
		t.Fatalf("the spool holds %v, %v", spooled, err)
	}
	if err := os.Remove(spooled[0]); err != nil {
		t.Fatal(err)
	}
	d.work()
	d.says(d.analyst.status(d.analyst.get("/jobs/1"), http.StatusOK), "It did not end well.", "The uploaded file is no longer there. Send it again.")
	d.says(d.analyst.status(d.analyst.get("/extracts/1"), http.StatusOK), "Could not be used", "The uploaded file is no longer there. Send it again.")
	d.analyst.want(d.analyst.upload("/extracts", d.extractForm(), "f.csv", visitsHead), "/extracts/2")
	d.analyst.status(d.analyst.get("/jobs/4711"), http.StatusNotFound)
	d.lantern.status(d.lantern.get("/jobs/1"), http.StatusForbidden)
}

// TestRejectedRowsDownload is for sending back: every row, and nothing that a spreadsheet would carry out.
func TestRejectedRowsDownload(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	file := visitsHead + "A1,\"=HYPERLINK(\"\"x\"\")\",@Whitlock,04/03/1983,V1,31/02/2026,1,secret\n"
	d.lantern.want(d.lantern.upload("/extracts", d.extractForm(), "visits.csv", file), "/extracts/1")
	d.work()
	d.says(d.lantern.status(d.lantern.get("/extracts/1"), http.StatusOK), "Put these right where they come from.")
	d.says(d.analyst.status(d.analyst.get("/extracts/1"), http.StatusOK), "Send these back to Lantern Housing.")
	w := d.lantern.status(d.lantern.get("/extracts/1/rejected.csv"), http.StatusOK)
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="extract-1-rejected.csv"` {
		t.Errorf("it comes as %s", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	for _, cell := range rows[1] {
		if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") || strings.Contains(cell, "secret") {
			t.Errorf("a cell reads %q", cell)
		}
	}
	if !strings.Contains(strings.Join(rows[1], "|"), "31/02/2026|1|2|day|unreadable-day|") {
		t.Errorf("the row reads %q", rows[1])
	}
	for _, b := range []*browserOf{d.lead, d.auditor} {
		w := b.status(b.get("/extracts/1/rejected.csv"), http.StatusForbidden)
		if w.Header().Get("Content-Disposition") != "" || strings.Contains(w.Body.String(), "HYPERLINK") {
			t.Errorf("a refusal comes as a file")
		}
	}
}

// TestExtractForms refuses what is wrong with the form, with what was typed kept, and leaves nothing behind.
func TestExtractForms(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	before := d.written()
	cases := []struct {
		name, file string
		form       url.Values
		field      string
		says       string
	}{
		{"no agency", "f.csv", d.extractForm("agency", ""), "agency", "Choose whose file it is"},
		{"no layout", "f.csv", d.extractForm("layout", ""), "layout", "Choose the layout"},
		{"a month by a name that is none", "f.csv", d.extractForm("as_of-month", "Ma"), "as_of", "31 Mar 2026"},
		{"no such day", "f.csv", d.extractForm("as_of-day", "31", "as_of-month", "2"), "as_of", "not a day in the calendar"},
		{"a short year", "f.csv", d.extractForm("as_of-year", "26"), "as_of", "not a day in the calendar"},
		{"a day to come", "f.csv", d.extractForm("as_of-year", "2027"), "as_of", "in the future"},
		{"rows in words", "f.csv", d.extractForm("rows", "many"), "rows", "not a number"},
		{"no rows", "f.csv", d.extractForm("rows", "0"), "rows", "not a number"},
		{"an amount in words", "f.csv", d.extractForm("amount", "1e5"), "amount", "not an amount"},
		{"no file", "", d.extractForm(), "file", "Choose the file"},
		{"an odd name", "f\u0085.csv", d.extractForm(), "file", "cannot be read"},
		{"a long name", strings.Repeat("f", 300), d.extractForm(), "file", "too long"},
		{"another agency's layout", "f.csv", d.extractForm("agency", "1"), "layout", "another agency"},
	}
	for _, c := range cases {
		w := a.status(a.upload("/extracts", c.form, c.file, visitsHead), http.StatusUnprocessableEntity)
		page := w.Body.String()
		if !strings.Contains(page, `href="#`+c.field+`"`) || !strings.Contains(page, c.says) || !strings.Contains(page, "<title>Error: ") {
			t.Errorf("%s: %s", c.name, heading(w))
		}
		if again := strings.Contains(page, "Choose the file again (it was "); again != (c.file != "") {
			t.Errorf("%s: the file must be chosen again: %t", c.name, again)
		}
		if want := `value="` + c.form.Get("as_of-day") + `"`; !strings.Contains(page, want) {
			t.Errorf("%s: the day that was typed is gone", c.name)
		}
	}
	a.status(a.upload("/extracts", d.extractForm("layout", "4711"), "f.csv", visitsHead), http.StatusNotFound)
	a.status(a.upload("/extracts", d.extractForm("is_admin", "1"), "f.csv", visitsHead), http.StatusBadRequest)
	if spooled, err := filepath.Glob(filepath.Join(d.dir, "spool", "*")); err != nil || len(spooled) != 0 {
		t.Errorf("%d files stay in the spool, %v", len(spooled), err)
	}
	d.says(a.get("/extracts"), "No agency has sent an extract yet")
	if after := d.written(); after > before+len(cases)+1 { // the question before a byte is read is on record; nothing else is
		t.Errorf("%d writes", after-before)
	}
}

// TestFileBeforeItsFields is refused in words, since nothing tells yet what the file is.
func TestFileBeforeItsFields(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nclient\r\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" +
		d.analyst.word() + "\r\n--b--\r\n"
	w := d.analyst.status(d.analyst.sendBody("/extracts", "multipart/form-data; boundary=b", body), http.StatusUnprocessableEntity)
	d.says(w, "The file came before the fields of its form")
}

// TestFileOverTheLimit is refused with the limit, and nothing of it stays.
func TestFileOverTheLimit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.largest = 64 << 10
	w := d.analyst.status(d.analyst.upload("/extracts", d.extractForm(), "f.csv", visitsHead+strings.Repeat("x", 256<<10)), http.StatusUnprocessableEntity)
	d.says(w, "The file is larger than 64 kB", `href="#file"`)
	left, err := os.ReadDir(filepath.Join(d.dir, "spool"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d files stay in the spool, %v", len(left), err)
	}
}

// TestFaultyFileSaysWhy shows a file that cannot be read as a whole, by its line and its remedy, and offers no decision.
func TestFaultyFileSaysWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i, c := range []struct{ form, file, says string }{
		{"", visitsHead + "A1,\"Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\n", "Line 2"},
		{"4", visitsHead + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\n", "it has 1 row, 3 fewer than the 4 given. Nothing is taken in, since rows may be missing. If the total was mistyped, send the file again"},
		{"", "", "Line 1: There is nothing in it. Check that the whole file was sent."},
	} {
		path := fmt.Sprint("/extracts/", i+1)
		d.analyst.want(d.analyst.upload("/extracts", d.extractForm("rows", c.form), "f.csv", c.file), path)
		d.work()
		w := d.analyst.status(d.analyst.get(path), http.StatusOK)
		d.says(w, "Could not be used", c.says, "Nothing in it was stored.")
		d.analyst.status(d.analyst.get(path+"/decline"), http.StatusConflict)
		d.analyst.status(d.analyst.post(path+"/accept", nil), http.StatusConflict)
	}
}

// TestExtractsByRole: an agency knows of its own, the auditor of none, and who may not decide is refused.
func TestExtractsByRole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.says(d.lantern.status(d.lantern.get("/extracts/new"), http.StatusOK), `<option value="`+d.agency+`" selected>`)
	d.lantern.want(d.lantern.upload("/extracts", d.extractForm(), "visits.csv", visitsHead+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\n"), "/extracts/1")
	d.says(d.lantern.status(d.lantern.get("/extracts/1"), http.StatusOK), `href="/extracts/1">Check again`)
	d.work()
	d.says(d.lantern.status(d.lantern.get("/extracts/1"), http.StatusOK), "Sent in by Lena", "The decision is for an analyst")
	d.lantern.status(d.lantern.post("/extracts/1/accept", nil), http.StatusForbidden)
	d.lantern.status(d.lantern.get("/extracts/1/decline"), http.StatusNotFound)
	d.lantern.status(d.lantern.post("/extracts/1/decline", url.Values{"why": {"x"}}), http.StatusForbidden)

	for path, want := range map[string]int{"/extracts/1": http.StatusNotFound, "/extracts/1/rejected.csv": http.StatusNotFound, "/layouts/1": http.StatusNotFound,
		"/extracts/1/decline": http.StatusNotFound, "/extracts": http.StatusOK} {
		if w := d.police.get(path); w.Code != want || strings.Contains(w.Body.String(), "Lantern") {
			t.Errorf("the police ask for %s: %d %s", path, w.Code, heading(w))
		}
		if w := d.auditor.get(path); w.Code != http.StatusForbidden && w.Code != http.StatusNotFound && w.Code != http.StatusSeeOther {
			t.Errorf("the auditor asks for %s: %d", path, w.Code)
		}
	}
	if w := d.police.upload("/extracts", d.extractForm(), "f.csv", visitsHead); w.Code != http.StatusNotFound {
		t.Errorf("the police send in another's file: %d %s", w.Code, heading(w))
	}
	d.lead.status(d.lead.get("/extracts/new"), http.StatusNotFound)
	if w := d.lead.upload("/extracts", d.extractForm(), "f.csv", visitsHead); w.Code != http.StatusForbidden {
		t.Errorf("the governance lead sends a file in: %d %s", w.Code, heading(w))
	}
	d.lead.status(d.lead.post("/extracts/1/accept", nil), http.StatusForbidden)
	d.says(d.lead.status(d.lead.get("/extracts/1/decline"), http.StatusOK), "Do not accept this extract?")
	d.lead.want(d.lead.post("/extracts/1/decline", url.Values{"why": {"It holds too much."}}), "/extracts/1")
	d.says(d.lantern.get("/extracts/1"), "Declined by Miriam on 20 April 2026: It holds too much.")
	d.rowsAreGone("/extracts/1", "the file had 1 row: 1 could be accepted, 0 were rejected")
}

// TestExtractListIsNarrowedAndSorted by what its links and its form ask for.
func TestExtractListIsNarrowedAndSorted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	for i, of := range []string{"20", "10", "15"} {
		a.want(a.upload("/extracts", d.extractForm("as_of-day", of), "f.csv", fmt.Sprintf("%sA1,Dean,Whitlock,04/03/1983,V%d,05/01/2026,1,x\n", visitsHead, i)),
			fmt.Sprint("/extracts/", i+1))
	}
	d.work()
	a.want(a.post("/extracts/2/accept", nil), "/extracts/2")
	order := regexp.MustCompile(`href="/extracts/(\d+)"`)
	for query, want := range map[string]string{"": "3 2 1", "?sort=as-of": "2 3 1", "?sort=as-of&order=descending": "1 3 2", "?sort=received": "1 2 3",
		"?state=Accepted": "2", "?state=Nonsense": "", "?agency=" + d.agency: "3 2 1", "?agency=1": "", "?page=99": "3 2 1", "?page=-1&sort=%00": "3 2 1"} {
		var got []string
		for _, m := range order.FindAllStringSubmatch(a.status(a.get("/extracts"+query), http.StatusOK).Body.String(), -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("/extracts%s lists %v, want %s", query, got, want)
		}
	}
}
