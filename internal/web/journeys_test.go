package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	chromium "throughline/internal/browser"
	"throughline/internal/policy"
)

// journeyLayout is of a file of people and contacts together, with what each contact cost.
func journeyLayout(agency, code, service, unit string) string {
	return "name: journeys\nversion: 1\nagency: " + agency + `
kind: both
columns:
  - {header: client, field: key}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: born, field: birth, format: dd/mm/yyyy}
  - {header: nhs, field: nhs-number}
  - {header: postcode, field: postcode}
  - {header: visit, field: contact}
  - {header: day, field: from, format: dd/mm/yyyy}
  - {header: cost, field: amount}
service: ` + code + "\nservices:\n  - {code: " + code + ", service: " + service + ", unit: " + unit + ", quantity: one}\n"
}

const journeyHead = "client,forename,surname,born,nhs,postcode,visit,day,cost\n"

// keyboard is a page that is used by keys alone: each stop on the way must show its focus, with nothing over it.
type keyboard struct {
	*chromium.Page
	t *testing.T
}

// to presses the tab key until it stands where it should.
func (k keyboard) to(what string, is func(chromium.Stop) bool) {
	k.t.Helper()
	var passed []string
	for range 200 {
		s := k.Tab()
		if s.Tag == "body" && len(passed) > 0 {
			break
		}
		if !s.Seen || s.Covered {
			k.t.Errorf("%s: the focus on %s is seen: %v, covered: %v", k.Path(), s, s.Seen, s.Covered)
		}
		if is(s) {
			return
		}
		passed = append(passed, s.String())
	}
	k.t.Fatalf("%s: the tab key never came to %s; it passed %s\n%s", k.Path(), what, strings.Join(passed, ", "), k.Text("main"))
}

func (k keyboard) toNamed(name string) {
	k.t.Helper()
	k.to(name, func(s chromium.Stop) bool { return s.Name == name || strings.HasPrefix(s.Name, name+":") })
}

func (k keyboard) toLink(begins string) {
	k.t.Helper()
	k.to("a link to "+begins, func(s chromium.Stop) bool { return s.Tag == "a" && strings.HasPrefix(s.Href, begins) })
}

// past takes the link that skips what every page begins with; it is the first stop.
func (k keyboard) past() {
	k.t.Helper()
	if s := k.Tab(); s.Name != "Skip to main content" || !s.Seen || s.Covered {
		k.t.Errorf("%s: the first stop is %s, seen: %v", k.Path(), s, s.Seen)
	}
	k.Do(chromedp.KeyEvent(kb.Enter))
}

func (k keyboard) field(id, text string) {
	k.t.Helper()
	k.to("the field "+id, func(s chromium.Stop) bool { return s.ID == id })
	k.Type(text)
}

func (k keyboard) press(name string, status int) {
	k.t.Helper()
	k.toNamed(name)
	k.enter(name, status)
}

func (k keyboard) enter(what string, status int) {
	k.t.Helper()
	if got := k.Enter(); got != status {
		k.t.Fatalf("%s leads to %d, want %d: %s", what, got, status, k.Text("main"))
	}
}

// says fails unless the page says each of the words.
func (k keyboard) says(words ...string) {
	k.t.Helper()
	text := k.Text("main")
	for _, w := range words {
		if !strings.Contains(text, w) {
			k.t.Fatalf("%s does not say %q: %s", k.Path(), w, text)
		}
	}
}

// journey is one site, and how its pages are looked at.
type journey struct {
	*site
	t    *testing.T
	b    *chromium.Browser
	home string
	off  bool // scripts are
}

func (j journey) open(as *browserOf) keyboard {
	var cookies []*http.Cookie
	if as != nil {
		cookies = as.at()
	}
	return keyboard{j.b.Open(j.t, j.home, chromium.Options{NoScript: j.off, Cookies: cookies}), j.t}
}

// TestJourneys is bars Y2 and Y3: what people come to do, from the first run to signing out, by keys alone, and again where scripts
// are off.
func TestJourneys(t *testing.T) {
	t.Parallel()
	b := chromium.Start(t)
	for name, off := range map[string]bool{"by keyboard": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := journey{site: emptySite(t, nil), t: t, b: b, off: off}
			j.home = j.serve()
			j.firstRun()
			ada := j.browser()
			ada.want(ada.signIn("ada@example.org.uk", goodWords), "/")
			ada.purpose(policy.LookAfterAccounts)
			analyst := ada.somebody("Anna", 0, policy.FindAndCost, "analyst")
			x := newSender(j.site, analyst, ada.somebody("Gwen", 0, policy.HandleExtracts, "governance-lead"))
			visits := x.layout("lantern", journeyLayout("lantern", "HSTL", "hostel-support", "night"))
			x.send(visits, journeyHead+"L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,V1,05/01/2026,\"41,000.00\"\nL2,Ann,Poole,01/02/1990,9990000026,SE15 4QX,V2,06/01/2026,10.00\n", true)
			x.send(x.layout("riverbank", journeyLayout("riverbank", "AE-ATT", "ae-attendance", "attendance")),
				journeyHead+"R1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,V3,07/01/2026,\n", true)
			x.send(x.layout("lambeth", journeyLayout("lambeth", "TEMPACC", "temporary-accommodation", "night")),
				journeyHead+"P1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,V4,08/01/2026,\"43,000.00\"\n", true)
			analyst.want(analyst.post("/runs", url.Values{"newest": {"2"}}), "/runs")
			j.finish()
			j.signInAndOut()
			analyst = j.browser() // the new password has ended their other sessions
			analyst.want(analyst.signIn("anna@example.org.uk", goodWords+" more"), "/")
			analyst.purpose(policy.FindAndCost)
			k := j.open(analyst)
			j.findPerson(k)
			j.cohortToRow(k)
			j.notTheSame(k, analyst)
			j.upload(k)
			j.price(k, ada.somebody("Fin", 0, policy.AgreePrices, "finance-lead"))
			j.auditSearch(ada.somebody("Aud", 0, policy.AuditUse, "auditor"))
		})
	}
}

func (j journey) firstRun() {
	k := j.open(nil)
	k.Go("/")
	if k.Path() != "/first" {
		j.t.Fatalf("an empty directory opens %s", k.Path())
	}
	k.past()
	k.to("the area", func(s chromium.Stop) bool { return s.Tag == "input" })
	k.Type(" ")
	k.field("code", j.code)
	k.field("name", "Ada Admin")
	k.field("email", "ada@example.org.uk")
	k.field("password", goodWords)
	k.field("again", goodWords)
	k.press("Become the administrator", http.StatusOK)
	k.past()
	k.says("Your role has one purpose")
	k.press("Go on", http.StatusOK)
	if k.Path() != "/" {
		j.t.Errorf("after the first run and a purpose: %s", k.Path())
	}
}

// signInAndOut signs in after a mistake, states a purpose, changes the password and signs out.
func (j journey) signInAndOut() {
	k := j.open(nil)
	k.Go("/account/password")
	k.past()
	k.field("email", "anna@example.org.uk")
	k.field("password", "not this")
	k.press("Sign in", http.StatusUnprocessableEntity)
	k.says("The e-mail address or the password is not right.")
	k.field("password", goodWords)
	k.press("Sign in", http.StatusOK)
	k.past()
	k.field("old", goodWords)
	k.field("password", goodWords+" more")
	k.field("again", goodWords+" more")
	k.press("Change the password", http.StatusOK)
	k.says("Your password is changed.", "Why are you here")
	k.past()
	k.toNamed("Find and cost the cohort")
	k.Type(" ")
	k.press("Go on", http.StatusOK)
	k.says("The cohort as it stands")
	k.press("Sign out", http.StatusOK)
	k.Go("/account")
	if !strings.HasPrefix(k.Path(), "/sign-in") {
		j.t.Errorf("after signing out the account is still open: %s", k.Path())
	}
}

func (j journey) findPerson(k keyboard) {
	k.Go("/")
	k.press("Find a person", http.StatusOK)
	k.past()
	k.field("name", "Dene Whitlok")
	k.press("Search", http.StatusOK)
	k.past()
	k.toLink("/people/")
	k.enter("the person", http.StatusOK)
	k.says("Lantern Housing", "Riverbank Hospitals", "Why we think")
}

// cohortToRow goes from the cohort to a footprint, to one service's lines, to the row that the agency sent.
func (j journey) cohortToRow(k keyboard) {
	k.Go("/")
	k.press("Cohort", http.StatusOK)
	k.says("Ranked by cost", "£84,")
	k.past()
	k.toLink("/people/")
	k.enter("the first of the cohort", http.StatusOK)
	if !strings.Contains(k.Path(), "/footprint") {
		k.past()
		k.to("the footprint", func(s chromium.Stop) bool { return s.Tag == "a" && strings.HasSuffix(s.Href, "/footprint") })
		k.enter("the footprint", http.StatusOK)
	}
	k.says("£84,")
	k.past()
	k.to("a service", func(s chromium.Stop) bool { return strings.Contains(s.Href, "service=lambeth") })
	k.enter("a service", http.StatusOK) // it leads to the lines, so the next stop is one of them
	k.to("a line", func(s chromium.Stop) bool { return strings.Contains(s.Href, "line=") })
	k.enter("a line", http.StatusOK)
	k.says("exactly as Lambeth Council sent it", "43,000.00")
}

var personLink = regexp.MustCompile(`/people/[A-Z][2-9][A-Z]-[A-Z0-9]+`)

func (j journey) notTheSame(k keyboard, analyst *browserOf) {
	w := analyst.status(analyst.post("/people/search", url.Values{"name": {"Dean Whitlock"}}), http.StatusOK)
	k.Go(personLink.FindString(w.Body.String()))
	k.past()
	k.toNamed("Show names") // nobody answers about records that they have not seen
	k.Do(chromedp.KeyEvent(kb.Enter))
	k.to("why names are wanted", func(s chromium.Stop) bool { return s.Tag == "input" })
	k.Type(" ")
	k.press("Show names", http.StatusOK)
	k.says("Dean Whitlock")
	k.past()
	k.to("the reason", func(s chromium.Stop) bool { return s.Tag == "textarea" })
	k.Type("The worker met both.")
	k.press("Not the same person", http.StatusOK)
	k.says("The record is a person of its own now.", "Answers people gave")
	k.past()
	k.toNamed("Undo this answer")
	k.enter("undoing", http.StatusOK)
	k.says("The answer is taken back", "Why we think")
	k.press("Change purpose", http.StatusOK) // showing names had stated another
	k.past()
	k.to("the purposes", func(s chromium.Stop) bool { return s.Tag == "input" })
	for range 5 {
		if strings.Contains(k.Focus().Name, "cost the cohort") {
			break
		}
		k.Do(chromedp.KeyEvent(kb.ArrowDown))
	}
	k.Type(" ")
	k.press("Go on", http.StatusOK)
	j.finish()
}

// upload sends a file with a bad row, accepts the rest, and takes it back.
func (j journey) upload(k keyboard) {
	file := filepath.Join(j.t.TempDir(), "visits.csv")
	if err := os.WriteFile(file, []byte(journeyHead+"L3,Omar,Obuya,09/09/1971,,SE27 9XY,V8,08/01/2026,12.00\nL4,Ann,Poole,01/02/1990,,,V9,31/02/2026,9.00\n"), 0o600); err != nil {
		j.t.Fatal(err)
	}
	k.Go("/")
	k.press("Extracts", http.StatusOK)
	k.past()
	k.press("Send in an extract", http.StatusOK)
	k.past()
	k.field("agency", "Lantern")
	k.field("layout", "Lantern")
	k.field("as_of", "15")
	k.field("as_of-month", "4")
	k.field("as_of-year", "2026")
	k.to("the file", func(s chromium.Stop) bool { return s.ID == "file" })
	// Choosing the file is the window of the operating system, which a test cannot reach by keys.
	k.Do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	k.press("Check this file", http.StatusOK)
	page := strings.Split(k.Path(), "?")[0]
	j.finish()
	k.Go(page)
	k.says("Rejected rows", "31/02/2026")
	k.past()
	k.press("Accept 1 row", http.StatusOK)
	k.says("The extract is accepted")
	k.past()
	k.press("This extract was sent in error", http.StatusOK)
	k.past()
	k.to("the reason", func(s chromium.Stop) bool { return s.Tag == "textarea" })
	k.Type("The agency sent the wrong month.")
	k.press("Remove this extract", http.StatusOK)
	k.says("Nothing in the extract counts any more.")
	j.finish()
}

// price sets a local price as the analyst, who may not approve it, and approves it as the finance lead.
func (j journey) price(k keyboard, finance *browserOf) {
	k.Go("/")
	k.press("Prices", http.StatusOK)
	k.past()
	k.to("a line of Riverbank Hospitals", func(s chromium.Stop) bool {
		return strings.Contains(s.Href, "/prices/line") && strings.Contains(s.Href, "AE-ATT")
	})
	k.enter("the line", http.StatusOK)
	line := k.Path()
	k.past()
	k.field("set-amount", "81.50")
	k.field("set-source", "Riverbank Hospitals, full cost, 2024-25")
	k.press("Set this price", http.StatusOK)
	k.says("A price waits for approval")
	if k.Count("form[action='/prices/approve']") != 0 {
		j.t.Error("whoever set a price is offered to approve it")
	}
	f := j.open(finance)
	f.Go(line)
	f.says("A price waits for approval", "81.50")
	f.past()
	f.press("Approve this price", http.StatusOK)
	f.says("81.50")
	if strings.Contains(f.Text("main"), "A price waits for approval") {
		j.t.Error("after its approval the price still waits")
	}
}

func (j journey) auditSearch(auditor *browserOf) {
	k := j.open(auditor)
	k.Go("/")
	k.press("Audit", http.StatusOK)
	k.past()
	k.field("act", "Open a person’s footprint")
	k.press("Search", http.StatusOK)
	k.says("Anna")
}
