package web

import (
	"bytes"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// canaries are values that stand nowhere but in one person's row, by what they are: wherever one is seen, it came from there.
var canaries = map[string][]string{
	"forename": {"Quorlbax"}, "middle name": {"Vexmirren"}, "surname": {"Dronfitch"}, "former surname": {"Plaskwell"}, "alias": {"Zibbertane"},
	"date of birth":   {"17/09/1931", "1931-09-17", "17 September 1931", "17 Sep 1931"},
	"another birth":   {"23/11/1932", "1932-11-23", "23 November 1932", "23 Nov 1932"},
	"NHS number":      {"9990000018", "999 000 0018"},
	"bad NHS number":  {"9990000077", "999 000 0077"},
	"NI number":       {"JG731946D", "JG 73 19 46 D"},
	"PNC number":      {"2023/9483027M", "23/9483027M", "20239483027M"},
	"prison number":   {"A4471BC"},
	"property number": {"100023336956"},
	"postcode":        {"SE5 8ZX", "SE58ZX"},
	"address":         {"Grindlewort"}, "place": {"Umberlock"},
	"telephone": {"07700900842", "07700 900842", "07700 900 842", "+447700900842"},
	"e-mail":    {"kestrelwand"},
	"key":       {"KEYHOBNAIL77", "KEYWHIMBREL88"},
}

// rejectedCanaries stand in a row that was rejected; workers' names and telephones in one that was accepted.
var (
	rejectedCanaries = []string{"Wexcombrel", "Tarnquist", "KEYREJECT99", "9990000026"}
	workerCanaries   = []string{"Ostrimbole", "020 7946 0731"}
)

func canaryLayout(agency, code, service, unit string) string {
	return "name: canaries\nversion: 1\nagency: " + agency + `
kind: both
delimiter: comma
encoding: utf-8
header: 1
columns:
  - {header: client, field: key}
  - {header: forename, field: forename}
  - {header: middle, field: middle}
  - {header: surname, field: surname}
  - {header: former, field: former-surname}
  - {header: alias, field: alias-name, form: forename surname}
  - {header: born, field: birth, format: dd/mm/yyyy}
  - {header: other born, field: alias-birth, format: dd/mm/yyyy}
  - {header: nhs, field: nhs-number}
  - {header: ni, field: nino}
  - {header: pnc, field: pnc}
  - {header: prison, field: prison-number}
  - {header: uprn, field: uprn}
  - {header: postcode, field: postcode}
  - {header: address, field: address}
  - {header: spot, field: place}
  - {header: phone, field: phone}
  - {header: email, field: email}
  - {header: worker, field: worker}
  - {header: reach, field: reach}
  - {header: day, field: from, format: dd/mm/yyyy}
  - {header: cost, field: amount}
service: ` + code + "\nservices:\n  - {code: " + code + ", service: " + service + ", unit: " + unit + ", quantity: one}\n"
}

const canaryHead = "client,forename,middle,surname,former,alias,born,other born,nhs,ni,pnc,prison,uprn,postcode,address,spot,phone,email,worker,reach,day,cost,notes\n"

func canaryRow(key, nhs, day, notes string) string {
	return key + ",Quorlbax,Vexmirren,Dronfitch,Plaskwell,Zibbertane Dronfitch,17/09/1931,23/11/1932," + nhs + ",JG731946D,2023/9483027M,A4471BC,100023336956," +
		"SE5 8ZX,4 Grindlewort Mews,under Umberlock bridge,07700900842,kestrelwand@example.org.uk,J. Ostrimbole,020 7946 0731," + day + ",\"60,000.00\"," + notes + "\n"
}

// bearer is whoever sits at the browser, for what a test does without pages.
func bearer(b *browserOf) app.Who {
	who, _ := b.s.who(b.request(http.MethodGet, "/", ""))
	return who
}

// sender sends files in as the analyst and has their layouts approved.
type sender struct {
	s                   *site
	analyst, governance *browserOf
	agencies            map[string]id.Agency
}

func newSender(s *site, analyst, governance *browserOf) *sender {
	s.t.Helper()
	x := &sender{s: s, analyst: analyst, governance: governance, agencies: map[string]id.Agency{}}
	p, err := s.app.Agencies(s.t.Context(), bearer(analyst))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, g := range p.Agencies {
		x.agencies[g.Slug] = g.ID
	}
	return x
}

func (x *sender) layout(agency, text string) id.Layout {
	x.s.t.Helper()
	l, err := x.s.app.AddLayout(x.s.t.Context(), bearer(x.analyst), x.agencies[agency], []byte(text))
	if err == nil {
		err = x.s.app.ApproveLayout(x.s.t.Context(), bearer(x.governance), l.ID)
	}
	if err != nil {
		x.s.t.Fatal(err)
	}
	return l.ID
}

func (x *sender) send(l id.Layout, csv string, accept bool) id.Extract {
	x.s.t.Helper()
	got, err := x.s.app.ReceiveExtract(x.s.t.Context(), bearer(x.analyst), app.ReceiveExtract{Layout: l, Name: "sent.csv", AsOf: day.Must(2026, 4, 1), File: strings.NewReader(csv)})
	if err != nil {
		x.s.t.Fatal(err)
	}
	x.s.finish()
	if accept {
		if err := x.s.app.AcceptExtract(x.s.t.Context(), bearer(x.analyst), app.AcceptExtract{Extract: got.Extract.ID}); err != nil {
			x.s.t.Fatal(err)
		}
	}
	return got.Extract.ID
}

// safely is a log that several goroutines write.
type safely struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safely) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// TestCanaries is bar A2: as each role, every page that can be reached by a link, every address of the table of routes, every download
// and error page, their headers, and the log. A value that says who somebody is appears only where names are shown, and of a rejected
// row only to those who may download it.
func TestCanaries(t *testing.T) {
	t.Parallel()
	var log safely
	s := emptySite(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ada := s.browser()
	ada.want(ada.post("/first", url.Values{"code": {s.code}, "area": {"south-london"}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {goodWords}, "again": {goodWords}}), "/purpose")
	ada.purpose(policy.LookAfterAccounts)
	analyst := ada.somebody("Handler", 0, policy.FindAndCost, "analyst")
	governance := ada.somebody("Governor", 0, policy.HandleExtracts, "governance-lead")
	x := newSender(s, analyst, governance)
	bad := canaryHead + canaryRow("KEYWHIMBREL88", "9990000077", "06/01/2026", "") +
		"KEYREJECT99,Wexcombrel,,Tarnquist,,,01/02/1990,,9990000026,,,,,,,,,,J. Ostrimbole,,31/02/2026,1.00,\n"
	x.send(x.layout("riverbank", canaryLayout("riverbank", "AE-ATT", "ae-attendance", "attendance")), canaryHead+canaryRow("KEYHOBNAIL77", "9990000018", "05/01/2026", "unkept"), true)
	police := x.send(x.layout("police", canaryLayout("police", "ARR-DET", "arrest-and-custody", "arrest")), bad, true)
	if _, err := s.app.StartRuns(t.Context(), bearer(analyst)); err != nil {
		t.Fatal(err)
	}
	s.finish()
	person := found(t, analyst)

	cast := map[string]*browserOf{
		"nobody": s.browser(), "administrator": ada, "analyst": analyst, "governance lead": governance,
		"governance lead, audit":    ada.somebody("Watcher", 0, policy.AuditUse, "governance-lead"),
		"analyst, extracts":         ada.somebody("Loader", 0, policy.HandleExtracts, "analyst"),
		"analyst, records":          ada.somebody("Checker", 0, policy.CheckRecords, "analyst"),
		"coordinator":               ada.somebody("Cora", 0, policy.TakeToPanel, "coordinator"),
		"finance lead":              ada.somebody("Fin", 0, policy.AgreePrices, "finance-lead"),
		"finance lead, cohort":      ada.somebody("Finn", 0, policy.FindAndCost, "finance-lead"),
		"auditor":                   ada.somebody("Aud", 0, policy.AuditUse, "auditor"),
		"user of the agency":        ada.somebody("Pol", x.agencies["police"], policy.HandleExtracts, "agency-user"),
		"user of another":           ada.somebody("Riv", x.agencies["riverbank"], policy.HandleExtracts, "agency-user"),
		"administrator of the same": ada.somebody("Padm", x.agencies["police"], policy.LookAfterAccounts, "agency-administrator"),
		"analyst with names":        ada.somebody("Namer", 0, policy.CheckRecords, "analyst"),
		"coordinator with names":    ada.somebody("Panel", 0, policy.TakeToPanel, "coordinator"),
	}
	reader := ada.somebody("Ulverquist", x.agencies["riverbank"], policy.TakeToPanel, "coordinator")
	cast["coordinator of the same"] = reader
	cast["coordinator of another"] = ada.somebody("Polcoord", x.agencies["police"], policy.TakeToPanel, "coordinator")
	cast["coordinator of another with names"] = ada.somebody("Polpanel", x.agencies["police"], policy.TakeToPanel, "coordinator")
	for _, other := range []string{"coordinator of another", "coordinator of another with names"} {
		cast[other].status(cast[other].get("/people/"+person+"/looked"), http.StatusOK)
	}
	mayKnowReader := []string{"coordinator of the same", "administrator", "governance lead, audit", "auditor"}
	mayDownload := []string{"analyst", "analyst, extracts", "user of the agency"}
	rejects := fmt.Sprintf("/extracts/%d", police)
	for name, as := range cast {
		named := strings.HasSuffix(name, "with names")
		if named {
			as.want(as.post("/people/"+person+"/names", url.Values{"why": {"check"}}), "/people/"+person)
		}
		reader.status(reader.get("/people/"+person), http.StatusOK) // stands among the newest on the list of who looked
		pages := s.crawl(as, person)
		seen := map[string]bool{}
		knows, lookedAt := false, false
		for path, all := range pages {
			lookedAt = lookedAt || strings.HasPrefix(path, "/people/"+person+"/looked")
			if strings.Contains(all, "ulverquist") {
				if knows = true; !slices.Contains(mayKnowReader, name) {
					t.Errorf("%s reads who of another agency looked at %s: …%s…", name, path, around(all, "Ulverquist"))
				}
			}
			for what, forms := range canaries {
				for _, v := range forms {
					if !strings.Contains(all, strings.ToLower(v)) {
						continue
					}
					seen[what] = true
					if !named {
						t.Errorf("%s sees the %s at %s: …%s…", name, what, path, around(all, v))
					}
				}
			}
			for _, v := range rejectedCanaries {
				if strings.Contains(all, strings.ToLower(v)) && (!strings.HasPrefix(path, rejects) || !slices.Contains(mayDownload, name)) {
					t.Errorf("%s sees %q of a rejected row at %s: …%s…", name, v, path, around(all, v))
				}
			}
			for _, v := range workerCanaries {
				if strings.Contains(all, strings.ToLower(v)) && !strings.HasPrefix(path, "/people/") && !strings.HasPrefix(path, "/records/") &&
					!(strings.HasPrefix(path, rejects) && slices.Contains(mayDownload, name)) {
					t.Errorf("%s sees the worker %q at %s: …%s…", name, v, path, around(all, v))
				}
			}
		}
		if named { // otherwise the crawl could have missed what it looks for
			for _, what := range []string{"forename", "surname", "date of birth", "NHS number", "postcode", "key"} {
				if !seen[what] {
					t.Errorf("%s does not see the %s, though names are shown; %d pages were seen", name, what, len(pages))
				}
			}
		}
		if !knows && slices.Contains(mayKnowReader, name) || !lookedAt {
			t.Errorf("%s reads who looked: %v; asked for the list of them: %v", name, knows, lookedAt)
		}
		if len(pages) < 4 {
			t.Errorf("%s reached %d pages only", name, len(pages))
		}
	}
	lines := strings.ToLower(log.String())
	for what, forms := range canaries {
		for _, v := range append(forms, append(rejectedCanaries, workerCanaries...)...) {
			if strings.Contains(lines, strings.ToLower(v)) {
				t.Errorf("the log holds the %s %q", what, v)
			}
		}
	}
	if strings.Contains(lines, "panic") || strings.Contains(lines, "level=error") {
		t.Errorf("something went wrong on our side:\n%s", log.String())
	}
}

// found searches with a typo, so that what is found and what was typed can be told apart, and gives the person's reference.
func found(t *testing.T, as *browserOf) string {
	t.Helper()
	w := as.status(as.post("/people/search", url.Values{"name": {"Quorlbak Dronfich"}}), http.StatusOK)
	m := regexp.MustCompile(`href="/people/([^"/]+)"`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("nobody was found: %s", heading(w))
	}
	return m[1]
}

func around(text, v string) string {
	i := strings.Index(text, strings.ToLower(v))
	return strings.Join(strings.Fields(text[max(0, i-80):min(len(text), i+len(v)+40)]), " ")
}

var leads = regexp.MustCompile(`(?:href|action|src)="([^"#]*)`)

// crawl gives every answer that a browser can get by reading: by links from its home page, by the table of routes, and by searching.
// Each is its status, headers and body in lower case.
func (s *site) crawl(as *browserOf, person string) map[string]string {
	pages := map[string]string{}
	waiting := []string{"/", "/nowhere", "/people/" + person + "/nowhere", "/people/A1A-1A", "/people/Q9Q-9Q", "/extracts/999999", "/extracts/x"}
	for _, route := range s.Routes() {
		path, _ := filled(route)
		waiting = append(waiting, path, strings.ReplaceAll(path, "K7M-3Q", person), strings.Replace(path, "1", "2", 1), strings.Replace(path, "1", "999", 1))
	}
	keep := func(path string, w *httptest.ResponseRecorder) {
		pages[path] = strings.ToLower(fmt.Sprint(w.Code, w.Header()) + html.UnescapeString(w.Body.String()))
		waiting = append(waiting, w.Header().Get("Location"))
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			for _, m := range leads.FindAllStringSubmatch(w.Body.String(), -1) {
				waiting = append(waiting, html.UnescapeString(m[1]))
			}
		}
	}
	keep("/people/search", as.post("/people/search", url.Values{"name": {"Quorlbak Dronfich"}, "postcode": {"SE5"}}))
	keep("/people/search", as.post("/people/search", url.Values{"name": {"Quorlbak Dronfich"}}))
	for len(waiting) > 0 && len(pages) < 600 {
		path := waiting[0]
		waiting = waiting[1:]
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/static/") || pages[path] != "" {
			continue
		}
		keep(path, as.get(path))
	}
	return pages
}

// TestHiddenIsLikeMissing is bar A3: somebody of another agency and nobody at all are answered alike, to the last byte but the number
// of the request.
func TestHiddenIsLikeMissing(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	db := rowsIn(t, d.dir)
	s := d.subjects(db, 1, 1)
	as := d.as(policy.AgencyUser, policy.HandleExtracts)
	ada := d.as(policy.Administrator, policy.LookAfterAccounts)
	riverbank := numbers(t, db, "select id from agencies where slug = 'riverbank'")[0]
	agadmin := ada.somebody("Agadmin", id.Agency(riverbank), policy.LookAfterAccounts, "agency-administrator")
	compared := 0
	for _, b := range []*browserOf{as, agadmin} {
		for _, route := range d.Routes() {
			m := variable.FindStringSubmatch(route.Pattern)
			if m == nil || s[m[1]][other] == "" || m[1] == "person" {
				continue
			}
			paths := s.filled(t, route)
			answers := map[string]string{}
			for _, relation := range []string{other, missing} {
				w := b.do(s.request(t, b, route, paths[relation]))
				w.Header().Del("X-Request-Id")
				answers[relation] = fmt.Sprint(w.Code, w.Header(), w.Body)
			}
			compared++
			if answers[other] != answers[missing] {
				t.Errorf("%s tells a hidden one from one that is not there (-hidden +missing):\n%s", route, cmp.Diff(answers[other], answers[missing]))
			}
		}
	}
	if compared < 20 {
		t.Errorf("%d routes were compared", compared)
	}
}
