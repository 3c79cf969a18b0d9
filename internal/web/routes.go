package web

import (
	"fmt"
	"net/http"

	"throughline/internal/app"
	"throughline/internal/policy"
)

// Route is one line of the table: what is asked, which act answers it, and who shows the answer.
type Route struct {
	Method  string // GET or POST; GET answers HEAD too
	Pattern string // as http.ServeMux reads it
	Act     policy.Act
	Page    string // the page it shows, empty for one that leads on or downloads
	Form    fields // the fields its form may hold, beside the frame's own
	File    string // the field of the file it takes, which its form puts last; empty for none
	Query   bool   // a POST that keeps its page's query
	Visitor bool   // for somebody who has not signed in: its form carries no word of a session

	handle handle
}

// handle answers one request as somebody. An error becomes a page, in one place.
type handle func(w http.ResponseWriter, r *http.Request, who app.Who) error

// words is the act of pages that hold words only, the same for everybody, and so need no decision.
const words policy.Act = "words"

// check says what is wrong with a line of the table.
func (r Route) check() error {
	info, known := policy.ActInfo(r.Act)
	switch {
	case r.Act != words && !known:
		return fmt.Errorf("%s declares no act that there is: %q", r, r.Act)
	case r.handle == nil:
		return fmt.Errorf("%s has no handler", r)
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return fmt.Errorf("%s is neither GET nor POST", r)
	case r.Method == http.MethodGet && r.Act != words && info.Effect == policy.Write:
		return fmt.Errorf("%s writes: %s", r, r.Act)
	case r.Method == http.MethodGet && (r.Form != nil || r.File != ""):
		return fmt.Errorf("%s has a form, but reads only", r)
	case r.Method == http.MethodPost && r.Act == words:
		return fmt.Errorf("%s writes without an act", r)
	}
	return nil
}

func get(pattern string, act policy.Act, page string, h handle) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Act: act, Page: page, handle: h}
}

func post(pattern string, act policy.Act, page string, form fields, h handle) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Act: act, Page: page, Form: form, handle: h}
}

// file says which field of a route's form takes a file.
func file(field string, r Route) Route {
	r.File = field
	return r
}

// visitor marks a route for somebody who has not signed in.
func visitor(r Route) Route {
	r.Visitor = true
	return r
}

// table is every route there is.
func (s *Server) table() []Route {
	return []Route{
		get("/{$}", policy.HomeOpen, "home", s.home),

		visitor(get("/sign-in", words, "sign-in", s.signInForm)),
		visitor(post("/sign-in", policy.SessionSignIn, "sign-in", fields{"email": once, "password": once, "next": once, "area": once}, s.signIn)),
		visitor(get("/first", words, "first", s.firstForm)),
		visitor(post("/first", policy.SystemFirstRun, "first",
			fields{"code": once, "area": once, "name": once, "email": once, "password": once, "again": once}, s.first)),
		post("/sign-out", policy.SessionSignOut, "", fields{}, s.signOut),
		get("/purpose", policy.AccountOpenOwn, "purpose", s.purposeForm),
		post("/purpose", policy.SessionStatePurpose, "purpose", fields{"purpose": once, "next": once}, s.purpose),
		post("/cohort/names", policy.NamesShow, "", fields{"why": once}, s.showNames),
		post("/people/{person}/names", policy.NamesShow, "", fields{"why": once, "at": once}, s.showNames),
		post("/names/hide", policy.NamesHide, "", fields{}, s.hideNames),

		get("/account", policy.AccountOpenOwn, "own-account", s.ownAccount),
		post("/account/end-others", policy.SessionEndOwn, "", fields{}, s.endOthers),
		get("/account/password", policy.AccountOpenOwn, "password", s.passwordForm),
		post("/account/password", policy.AccountChangeOwnPassword, "password", fields{"old": once, "password": once, "again": once}, s.password),

		get("/accounts", policy.AccountList, "accounts", s.accounts),
		get("/accounts.csv", policy.AccountExport, "", s.exportAccounts),
		get("/accounts/new", policy.AccountList, "new-account", s.newAccount),
		post("/accounts", policy.AccountCreate, "account-made", fields{"name": once, "email": once, "agency": once, "roles": many}, s.createAccount),
		get("/accounts/{account}", policy.AccountOpen, "account", s.account),
		post("/accounts/{account}/roles", policy.AccountEditRoles, "account", fields{"roles": many, "version": once}, s.change(s.editRoles, rolesAreSaved)),
		get("/accounts/{account}/suspend", policy.AccountOpen, "confirm", s.ask(sureSuspend)),
		post("/accounts/{account}/suspend", policy.AccountSuspend, "account", fields{"version": once}, s.change(s.suspend, isSuspended)),
		post("/accounts/{account}/restore", policy.AccountRestore, "account", fields{"version": once}, s.change(s.restore, isRestored)),
		get("/accounts/{account}/end-sessions", policy.AccountOpen, "confirm", s.ask(sureEnd)),
		post("/accounts/{account}/end-sessions", policy.AccountEndSessions, "account", fields{}, s.change(s.endSessions, sessionsAreEnded)),
		get("/accounts/{account}/new-password", policy.AccountOpen, "confirm", s.ask(surePassword)),
		post("/accounts/{account}/new-password", policy.AccountResetPassword, "account-made", fields{}, s.newPassword),
		get("/agencies", policy.AgencyList, "agencies", s.agencies),

		get("/people", policy.PersonSearch, "find", s.findForm),
		post("/people/search", policy.PersonSearch, "find", fields{"name": once, "born": once, "sex": once, "postcode": once, "number": once, "page": once}, s.find),

		get("/links", policy.PairList, "links", s.links),
		get("/links/next", policy.PairList, "", s.nextPair),
		get("/links/answered", policy.PairList, "answered", s.answered),
		get("/links/{pair}", policy.PairOpen, "pair", s.pair),
		post("/links/{pair}/names", policy.NamesShow, "", fields{"why": once}, s.showNames),
		post("/links/{pair}/answers", policy.PairUnsure, "pair", fields{"answer": once, "why": once, "both": once}, s.answerPair),
		post("/links/{pair}/answers/{answer}/undo", policy.PairUndo, "", fields{}, s.undoPair),

		get("/editions", policy.EditionList, "editions", s.editions),
		get("/editions/{edition}", policy.EditionOpen, "edition", s.edition),

		get("/runs", policy.RunList, "runs", s.runs),
		get("/runs.csv", policy.RunExport, "", s.exportRuns),
		post("/runs", policy.RunStart, "", fields{"newest": once, "anew": once}, s.startRuns),
		get("/runs/{run}", policy.RunOpen, "run", s.run),
		get("/runs/{run}/parted", policy.RunOpen, "parted", s.parted),

		get("/audit", policy.AuditSearch, "audit", s.audit),
		get("/audit/verify", policy.AuditVerify, "audit", s.verifyAudit),
		get("/audit.csv", policy.AuditExport, "", s.exportAudit),

		get("/extracts", policy.ExtractList, "extracts", s.extracts),
		get("/extracts.csv", policy.ExtractExport, "", s.exportExtracts),
		get("/extracts/new", policy.LayoutList, "send-in", s.sendIn),
		file("file", post("/extracts", policy.ExtractReceive, "send-in", fields{"agency": once, "layout": once, "as_of-day": once, "as_of-month": once,
			"as_of-year": once, "rows": once, "amount": once, "full": once}, s.receive)),
		get("/extracts/{extract}", policy.ExtractOpen, "extract", s.extract),
		get("/extracts/{extract}/rows", policy.ExtractOpen, "extract-rows", s.extractRows),
		get("/extracts/{extract}/rows/{line}", policy.ExtractOpen, "row", s.extractRow),
		get("/extracts/{extract}/rejected.csv", policy.ExtractDownloadRejects, "", s.rejected),
		post("/extracts/{extract}/accept", policy.ExtractAccept, "confirm", fields{"absent": once}, s.acceptExtract),
		get("/extracts/{extract}/decline", policy.ExtractOpen, "confirm", s.askEnding(declining)),
		post("/extracts/{extract}/decline", policy.ExtractRefuse, "confirm", fields{"why": once}, s.endExtract(declining)),
		get("/extracts/{extract}/sent-in-error", policy.ExtractOpen, "confirm", s.askEnding(takingBack)),
		post("/extracts/{extract}/sent-in-error", policy.ExtractSentInError, "confirm", fields{"why": once}, s.endExtract(takingBack)),

		get("/layouts", policy.LayoutList, "layouts", s.layouts),
		get("/layouts/new", policy.LayoutList, "new-layout", s.newLayout),
		file("file", post("/layouts", policy.LayoutAdd, "new-layout", fields{"agency": once, "text": once}, s.addLayout)),
		get("/layouts/{layout}", policy.LayoutOpen, "layout", s.layout),
		post("/layouts/{layout}/approve", policy.LayoutApprove, "", fields{}, s.approveLayout),

		get("/jobs/{job}", policy.JobOpen, "job", s.job),

		get("/records/{record}", policy.RecordOpen, "row", s.openRecord),

		get("/prices", policy.PriceMapOpen, "prices", s.prices),
		get("/prices.csv", policy.PriceMapExport, "", s.exportPrices),
		get("/prices/line", policy.PriceMapOpen, "price", s.price),
		get("/prices/people", policy.PriceMapOpen, "price-people", s.codePeople),
		post("/prices/effect", policy.PriceMapOpen, "price",
			withLine(fields{"service": once, "amount": once, "counts": once, "year": once, "source": once, "national": once, "why": once}), s.priceEffect),
		get("/prices/effect", policy.PriceMapOpen, "", s.noEffect),
		post("/prices/set", policy.PriceMapSetLocal, "price",
			withLine(fields{"service": once, "amount": once, "counts": once, "year": once, "source": once, "national": once}), s.setPrice),
		post("/prices/leave-out", policy.PriceMapLeaveOut, "price", withLine(fields{"why": once}), s.leaveOut),
		post("/prices/approve", policy.PriceMapApprove, "price", withLine(fields{"price": once}), s.approvePrice),

		get("/cohort", policy.CohortOpen, "cohort", s.cohort),
		get("/cohort/links", policy.CohortOpen, "cohort-links", s.cohortLinks),
		get("/cohort.csv", policy.CohortExport, "", s.exportCohort),
		get("/cohort-with-names.csv", policy.CohortExportNames, "", s.exportNamedCohort),
		get("/people/{person}", policy.PersonOpen, "person", s.person),
		post("/people/{person}/answers", policy.PersonUnsure, "person", fields{"record": once, "answer": once, "why": once}, s.answer),
		post("/people/{person}/answers/{answer}/undo", policy.PersonUndoAnswer, "", fields{}, s.undoAnswer),
		get("/people/{person}/group", policy.PersonOpen, "group", s.group),
		post("/people/{person}/split", policy.PersonNotSame, "group", fields{"record": many, "why": once}, s.split),
		get("/people/{person}/mixed", policy.PersonWhoHasSeen, "mixed", s.mixed),
		get("/people/{person}/looked", policy.PersonWhoHasSeen, "looked", s.looked),
		get("/people/{person}/footprint", policy.PersonFootprint, "footprint", s.footprint),
		get("/people/{person}/footprint.csv", policy.PersonExport, "", s.exportFootprint),

		visitor(get("/accessibility", words, "accessibility", s.accessibility)),
		visitor(get("/privacy", words, "privacy", s.privacy)),
		visitor(get("/policy", words, "policy", s.policy)),
		visitor(get("/method", words, "method", s.method)),
	}
}
