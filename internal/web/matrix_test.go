package web

import (
	"bytes"
	"database/sql"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// reviewed is the table of internal/policy/testdata/matrix.golden, which a governance lead reads: what each role may do, and for
// which purposes. The matrix of routes takes what to expect from there, and from nothing that the server is made of.
type reviewed struct {
	acts    map[policy.Act]map[string]string
	letters map[policy.Purpose]string
}

// columns of the table, in their order. The seventh and eighth are asked for as people of one agency.
var columns = []string{"nobody", "no-role", "analyst", "coordinator", "finance-lead", "governance-lead", "auditor", "administrator", "agency-user",
	"agency-administrator", "operator", "worker"}

func readReviewed(t *testing.T) reviewed {
	t.Helper()
	text, err := os.ReadFile("../policy/testdata/matrix.golden")
	if err != nil {
		t.Fatal(err)
	}
	out := reviewed{map[policy.Act]map[string]string{}, map[policy.Purpose]string{}}
	for _, line := range strings.Split(string(text), "\n") {
		for _, p := range policy.Purposes() {
			if len(line) > 3 && line[1:3] == "  " && line[3:] == p.Words() {
				out.letters[p] = line[:1]
			}
		}
		f := strings.Fields(line)
		if len(f) == len(columns)+2 && (f[1] == "read" || f[1] == "write") {
			row := map[string]string{}
			for i, c := range columns {
				row[c] = f[i+2]
			}
			out.acts[policy.Act(f[0])] = row
		}
	}
	if len(out.letters) != len(policy.Purposes()) || len(out.acts) != len(policy.Acts()) {
		t.Fatalf("the reviewed table gives %d purposes and %d acts", len(out.letters), len(out.acts))
	}
	return out
}

// Outcomes of a request, as far as the matrix tells them apart.
const (
	answered   = "answered"   // shown or carried out
	formBack   = "form back"  // what the form asks for does not fit, and it says so
	denied     = "denied"     // 403, with its reason
	hidden     = "not there"  // 404
	askSignIn  = "sign in"    // led to the page that asks who it is
	askPurpose = "purpose"    // led to the page that asks why
	broken     = "broken"     // anything else
	own        = "own"        // the relation of a subject: their agency's own, or the partnership's to everybody else
	other      = "other's"    // of another agency
	missing    = "not made"   // there is no such subject
	notNumber  = "no number"  // the path holds something else
	none       = "no subject" // the route names none
)

func outcome(w *httptest.ResponseRecorder) string {
	to := w.Header().Get("Location")
	switch {
	case w.Code == http.StatusSeeOther && strings.HasPrefix(to, "/sign-in"):
		return askSignIn
	case w.Code == http.StatusSeeOther && strings.HasPrefix(to, "/purpose"):
		return askPurpose
	case w.Code == http.StatusOK || w.Code == http.StatusSeeOther:
		return answered
	case w.Code == http.StatusConflict || w.Code == http.StatusUnprocessableEntity:
		return formBack
	case w.Code == http.StatusForbidden:
		return denied
	case w.Code == http.StatusNotFound:
		return hidden
	}
	return broken
}

// member of the cast: somebody with a role, signed in for one purpose.
type member struct {
	name    string // of the column in the reviewed table
	agency  bool   // they work for one agency
	purpose policy.Purpose
	fresh   func() *browserOf // signs them in
	names   bool              // they have shown names
	out     bool              // nobody, or somebody whose session is over
	account int64
}

// subjects are what the paths of routes name: for each variable, each relation and its value.
type subjects map[string]map[string]string

func (d *ownSite) subjects(db *sql.DB, spare, spareElsewhere int64) subjects {
	t := d.t
	one := func(query string) string {
		found := numbers(t, db, query)
		if len(found) == 0 {
			t.Fatalf("nothing in the demonstration is: %s", query)
		}
		return strconv.FormatInt(found[0], 10)
	}
	ref := func(query string) string {
		n, err := strconv.ParseInt(one(query), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return id.Pseudonym(id.Person(n))
	}
	every := func(query string) (out []string) {
		for _, n := range numbers(t, db, query) {
			out = append(out, strconv.FormatInt(n, 10))
		}
		return out
	}
	pair := func() string {
		const doubts = " from doubts d join areas a on a.link_run = d.run "
		return one("select d.record_a"+doubts+"order by d.record_a, d.record_b limit 1") + "-" + one("select d.record_b"+doubts+"order by d.record_a, d.record_b limit 1")
	}
	const riverbank = "(select id from agencies where slug = 'riverbank')"
	x := newSender(d.site, d.as(policy.Analyst, policy.HandleExtracts), d.as(policy.GovernanceLead, policy.HandleExtracts))
	spareExtract := func(agency, code, service, unit string) string {
		l := x.layout(agency, canaryLayout(agency, code, service, unit))
		return fmt.Sprint(x.send(l, canaryHead+canaryRow("KEYHOBNAIL77", "9990000018", "05/01/2026", ""), false))
	}
	const person = "select person from person_totals where place = 'cohort' and agencies %s order by rank limit 1"
	far := map[string]string{missing: "99999999", notNumber: "x%20y"}
	all := subjects{
		"account":       {own: fmt.Sprint(spare), other: fmt.Sprint(spareElsewhere)},
		"agency":        {own: one("select " + riverbank), other: one("select id from agencies where slug = 'police'")},
		"extract":       {own: one("select id from extracts where agency = " + riverbank), other: one("select id from extracts where agency = (select id from agencies where slug = 'police')")},
		"spare extract": {own: spareExtract("riverbank", "AE-ATT", "ae-attendance", "attendance"), other: spareExtract("police", "ARR-DET", "arrest-and-custody", "arrest")},
		"layout":        {own: one("select id from layouts where agency = " + riverbank), other: one("select id from layouts where agency = (select id from agencies where slug = 'police')")},
		"record": {own: one("select id from records where agency = " + riverbank),
			other: one("select id from records where agency = (select id from agencies where slug = 'police')")},
		"person":           {own: ref(fmt.Sprintf(person, "like '%riverbank%'")), missing: id.Pseudonym(90_000_000), notNumber: "A1A-1A"},
		"person's records": {own: strings.Join(every(fmt.Sprintf("select m.record from memberships m join areas a on a.link_run = m.run where m.person = ("+person+")", "like '%riverbank%'")), ",")},
		"person's record":  {own: one(fmt.Sprintf("select m.record from memberships m where m.person = ("+person+")", "like '%riverbank%'"))},
		"run":              {own: one("select max(id) from runs where kind = 'cost'")},
		"job":              {own: one("select max(id) from jobs")},
		"answer":           {missing: "99999999"},
		"pair":             {own: pair(), missing: "99999998-99999999"},
		"edition":          {own: "MOJ", missing: "no-such"},
	}
	for name, relations := range all {
		for relation, value := range far {
			if relations[relation] == "" && (name != "edition" || relation == missing) {
				relations[relation] = value
			}
		}
	}
	return all
}

var variable = regexp.MustCompile(`\{([a-z]+)\}`)

// filled gives the paths of a route, by the relation of the subject that it names. A route that names none has one path.
func (s subjects) filled(t *testing.T, route Route) map[string]string {
	t.Helper()
	names := variable.FindAllStringSubmatch(route.Pattern, -1)
	if len(names) == 0 {
		path := strings.TrimSuffix(route.Pattern, "{$}")
		evictions := ui.PriceKey{Agency: "lambeth", Code: "EVIC", Unit: "eviction"}
		switch path {
		case "/prices/line":
			path = ui.PricePath(evictions)
		case "/prices/people":
			path = evictions.PeoplePath()
		}
		return map[string]string{none: path}
	}
	name := names[0][1]
	if len(s[name]) == 0 {
		t.Fatalf("the matrix has no %s for %s", name, route)
	}
	out := map[string]string{}
	if name == "extract" && route.Method == http.MethodPost {
		name = "spare extract"
	}
	for relation, value := range s[name] {
		path := strings.Replace(route.Pattern, names[0][0], value, 1)
		if strings.HasSuffix(path, "/rows") {
			path += "?what=accepted"
		}
		path = strings.Replace(path, "{line}", "2", 1) // the first row of every file
		for _, rest := range names[1:] {               // what lies under a subject; it is not there, so a permitted request is answered 404
			path = strings.ReplaceAll(path, "{"+rest[1]+"}", s[rest[1]][missing])
		}
		out[relation] = path
	}
	return out
}

// sound are fields of forms with which a permitted request passes the checks of its form, where ones do not do.
func (s subjects) sound(route Route, path string) url.Values {
	_, form := filled(route)
	set := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			if _, asked := route.Form[pairs[i]]; asked {
				form.Set(pairs[i], pairs[i+1])
			}
		}
	}
	set("code", "0000-0000-0000", "password", goodWords, "again", goodWords, "email", "new.person@example.org.uk", "name", "New Person", "roles", "agency-user", "agency", s["agency"][own], "why", "A test of the matrix.",
		"born", "1983", "postcode", "", "number", "", "answer", "unsure", "layout", s["layout"][own])
	switch {
	case strings.HasPrefix(route.Pattern, "/prices/"):
		set("agency", "lambeth", "code", "EVIC", "unit", "eviction", "price", "1")
	case strings.HasSuffix(route.Pattern, "/names"):
		set("why", "check")
	case strings.HasSuffix(path, "/"+s["account"][other]+"/roles"):
		set("roles", "auditor") // an agency's roles are not for the partnership
	case strings.HasSuffix(route.Pattern, "/split"): // nobody would be left, so the form comes back
		form["record"] = strings.Split(s["person's records"][own], ",")
	case strings.HasSuffix(route.Pattern, "/answers"):
		set("record", s["person's record"][own])
	case route.Pattern == "/people/search":
		set("name", "Dean Hargrave")
	case route.Pattern == "/layouts":
		set("agency", s["agency"][other])
	}
	return form
}

// request makes the request of a cell.
func (s subjects) request(t *testing.T, as *browserOf, route Route, path string) *http.Request {
	t.Helper()
	if route.Method == http.MethodGet {
		r := as.request(http.MethodGet, path, "")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return r
	}
	form := s.sound(route, path)
	if route.File == "" {
		return as.form(path, form)
	}
	form.Set("token", as.word())
	return as.fileForm(t, path, form, route.File, "test.csv", "a,b\n1,2\n")
}

// upload is a form with a file, which its form puts last.
func (b *browserOf) fileForm(t *testing.T, path string, form url.Values, field, name, content string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, vs := range form {
		for _, v := range vs {
			if err := m.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := m.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := b.request(http.MethodPost, path, body.String())
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// leadsTo are the forms whose pages are for those only who may do what the form asks for.
var leadsTo = map[string]policy.Act{
	"GET /accounts/new": policy.AccountCreate, "GET /layouts/new": policy.LayoutAdd, "GET /extracts/new": policy.ExtractReceive,
	"GET /extracts/{extract}/decline": policy.ExtractRefuse, "GET /extracts/{extract}/sent-in-error": policy.ExtractSentInError,
}

// expected says what the reviewed table means for a cell of the matrix.
func (table reviewed) expected(m member, route Route, relation string) []string {
	act := route.Act
	if to, ok := leadsTo[route.String()]; ok {
		act = to
	}
	info, _ := policy.ActInfo(act)
	letter, cell := table.letters[m.purpose], table.acts[act][m.name]
	if act == policy.NamesShow { // its form states a purpose of its own
		letter = table.letters[policy.CheckRecords]
	}
	permitted := cell == "yes" || letter != "" && strings.Contains(cell, letter)
	switch {
	case act == policy.SystemFirstRun: // it is over
		return []string{denied}
	case route.Pattern == "/first" || act == policy.SessionSignOut:
		return []string{askSignIn}
	case act == words || route.Visitor:
		return []string{answered, formBack}
	case relation == notNumber: // no reference at all, so nothing is looked up, whoever asks
		return []string{hidden, askSignIn}
	case m.out:
		return []string{askSignIn}
	case act == policy.NamesShow && !permitted: // the form may say that the purpose it states is not for them
		return []string{denied, hidden, formBack, askPurpose}
	case act == policy.NamesShow:
		return []string{answered}
	case m.purpose == "" && (len(info.Purposes) > 0 || act == policy.HomeOpen):
		return []string{askPurpose}
	case !permitted || act == policy.CohortExportNames && !m.names: // a reason about the actor tells nothing of the subject
		return []string{denied, hidden}
	case m.agency && m.name == "coordinator" && (act == policy.CohortOpen || strings.HasPrefix(string(act), "pair.")): // both hold what is other agencies'
		return []string{denied}
	case relation == missing || m.agency && relation == other || strings.Contains(route.Pattern, "{answer}"):
		return []string{hidden}
	}
	return []string{answered, formBack}
}

// TestMatrix is bar A1: every route, asked for by everybody, for every purpose that they may state and for none, about subjects of
// theirs, of others and that do not exist. What is expected is the table that a governance lead reviews. Beside it stands bar U1:
// a page with a pseudonym on it is in the audit with the person whom it shows.
func TestMatrix(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	db := rowsIn(t, d.dir)
	table := readReviewed(t)
	cast, spare, elsewhere := d.cast(db)
	s := d.subjects(db, spare, elsewhere)
	cells, people := 0, 0
	for _, m := range cast {
		d.move(20 * time.Minute) // so that nobody tries too often
		signedIn := m.fresh()
		for _, route := range d.inOrder() {
			for relation, path := range s.filled(t, route) {
				as := signedIn
				if endsSession(route) {
					as = m.fresh()
				}
				before := numbers(t, db, "select coalesce(max(id), 0) from audit")[0]
				w := as.do(s.request(t, as, route, path))
				cells++
				want := table.expected(m, route, relation)
				if got := outcome(w); !slices.Contains(want, got) {
					t.Errorf("%s for %q, %s, %s (%s): %s, want %s: %d %s", m.name, m.purpose, route, path, relation, got, want, w.Code, heading(w))
				}
				if w.Code == http.StatusOK {
					people += eachIsRecorded(t, db, m, before, path, w.Body.String())
				}
			}
		}
	}
	t.Logf("%d cells; %d times somebody was shown, and each time it is in the audit", cells, people)
	if people == 0 {
		t.Error("no page showed anybody")
	}
}

var pseudonym = regexp.MustCompile(`\b[A-Z][2-9][A-Z]-[2-9][A-Z](?:[2-9][A-Z])*\b`)

// eachIsRecorded holds each pseudonym of an answer to the audit since before, and gives how many there are.
func eachIsRecorded(t *testing.T, db *sql.DB, m member, before int64, path, body string) int {
	t.Helper()
	seen := map[string]bool{}
	for _, ref := range pseudonym.FindAllString(body, -1) {
		seen[ref] = true
	}
	if len(seen) == 0 {
		return 0
	}
	recorded := map[id.Person]bool{}
	for _, n := range numbers(t, db, `select p.person from audit_people p join audit e on e.id = p.event where e.id > ? and e.account = ?`, before, m.account) {
		recorded[id.Person(n)] = true
	}
	for ref := range seen {
		if ref == "K7M-3Q" {
			continue // the example beside fields that take a reference
		}
		p, err := id.ParsePseudonym(ref)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !recorded[p] {
			t.Errorf("%s for %s %q shows %s, and no event names them", path, m.name, m.purpose, ref)
		}
	}
	return len(seen)
}

// endsSession says whether a route ends or renews the session that asks, so that it takes one of its own.
func endsSession(route Route) bool {
	info, _ := policy.ActInfo(route.Act)
	return route.Method == http.MethodPost && (info.Subject == policy.Session || route.Act == policy.SessionEndOwn || route.Act == policy.AccountChangeOwnPassword)
}

// inOrder is the routes with those last that end sessions.
func (d *ownSite) inOrder() []Route {
	routes := d.Routes()
	slices.SortStableFunc(routes, func(x, y Route) int {
		switch {
		case endsSession(x) == endsSession(y):
			return 0
		case endsSession(x):
			return 1
		}
		return -1
	})
	return routes
}

// cast is everybody who asks: each role for each purpose and for none, nobody, and somebody suspended. spare are an account of the
// agency and one of the partnership, for what is done to accounts.
func (d *ownSite) cast(db *sql.DB) (cast []member, spare, elsewhere int64) {
	d.t.Helper()
	riverbank := id.Agency(numbers(d.t, db, "select id from agencies where slug = 'riverbank'")[0])
	ada := d.as(policy.Administrator, policy.LookAfterAccounts)
	browsers := map[string]*browserOf{}
	account := func(name string, agency id.Agency, p policy.Purpose, roles ...string) int64 {
		browsers[name] = ada.somebody(name, agency, p, roles...)
		return numbers(d.t, db, "select max(id) from accounts")[0]
	}
	spare = account("Spare", riverbank, policy.HandleExtracts, "agency-user")
	elsewhere = account("Elsewhere", 0, policy.AuditUse, "auditor")
	account("Coordinator", 0, policy.CheckRecords, "coordinator")
	account("Riverbank", riverbank, policy.CheckRecords, "coordinator")
	account("Agadmin", riverbank, policy.LookAfterAccounts, "agency-administrator")
	gone := account("Gone", 0, policy.FindAndCost, "analyst")
	ada.want(ada.post(fmt.Sprintf("/accounts/%d/suspend", gone), url.Values{"version": {"1"}}), fmt.Sprintf("/accounts/%d", gone))

	add := func(name, email, password string, agency bool) {
		number := numbers(d.t, db, "select id from accounts where email = ?", email)[0]
		purposes := []policy.Purpose{""}
		first := d.browser()
		first.want(first.signIn(email, password), "/")
		for _, p := range policy.Purposes() {
			if strings.Contains(first.get("/purpose").Body.String(), `value="`+string(p)+`"`) {
				purposes = append(purposes, p)
			}
		}
		for _, p := range purposes {
			fresh := func() *browserOf {
				b := d.browser()
				b.want(b.signIn(email, password), "/")
				if p != "" {
					b.purpose(p)
				}
				return b
			}
			cast = append(cast, member{name: name, agency: agency, purpose: p, fresh: fresh, account: number})
		}
	}
	named := func(m member, path string) {
		fresh := m.fresh
		m.names, m.fresh = true, func() *browserOf {
			b := fresh()
			b.want(b.post(path, url.Values{"why": {"check"}}), strings.TrimSuffix(path, "/names"))
			return b
		}
		cast = append(cast, m)
	}
	for _, x := range made.accounts {
		add(strings.ReplaceAll(x.Role, " ", "-"), x.Email, x.Password, x.Role == policy.AgencyUser.Words() || x.Role == policy.AgencyAdministrator.Words())
	}
	add("coordinator", "coordinator@example.org.uk", goodWords, false)
	for _, m := range slices.Clone(cast) {
		if m.purpose == policy.CheckRecords {
			named(m, "/cohort/names")
		}
	}
	add("coordinator", "riverbank@example.org.uk", goodWords, true)
	add("agency-administrator", "agadmin@example.org.uk", goodWords, true)
	cast = append(cast, member{name: "nobody", fresh: d.browser, out: true}, member{name: "suspended", fresh: browsers["Gone"].copied, out: true})
	return cast, spare, elsewhere
}
