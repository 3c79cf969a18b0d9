package ui

import (
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// typed fills every field of a form with what should not be typed into it.
func typed(fields ...string) Form {
	f := Form{Problem: wrong(fields...), Typed: map[string][]string{}}
	for _, n := range fields {
		f.Typed[n] = []string{`"><script>alert(1)</script> ` + oddName}
	}
	return f
}

func entryCases() []Case {
	purposes := []Option{{Value: "cohort", Label: "Find and cost the cohort"}, {Value: "check", Label: "Check that records belong to one person", Hint: "Names may be shown."}}
	refused := Form{Problem: fault.New(fault.Denied, "sign-in", "The e-mail address or the password is not right.", "Try again, or ask your agency’s administrator.")}
	return []Case{
		show(SignInPage, "full", signedOut(), SignIn{Next: "/cohort", Demo: []Pair{{"Analyst", Say(Code("a.rahman@partnership.example"), Plain(" · "), Code("four-words-of-the-demo"))}}}),
		show(SignInPage, "error", signedOut(), SignIn{Form: refused}),
		show(SignInPage, "ended", signedOut(), SignIn{Ended: "You were signed out because nothing happened for 30 minutes. What you saved is kept.", Form: typed("email", "password")}),
		show(FirstPage, "full", with(signedOut(), func(f *Frame) { f.Area, f.Invented, f.Help = "", false, "" }), First{Areas: []Option{
			{Value: "anytown", Label: "Anytown partnership", Hint: "2 agencies, from the folder anytown."}, {Value: "odd", Label: oddName, Hint: "10 agencies, from the folder odd."}}}),
		show(FirstPage, "unready", signedOut(), First{Unready: []Unready{{Area: longName, Fault: wrong("area.yaml:9 agencies", oddName)}}}),
		show(FirstPage, "error", signedOut(), First{Areas: []Option{{Value: "south-london", Label: "South London"}}, Form: typed("code", "name", "email", "password", "again")}),
		show(PasswordPage, "full", signedIn(), Password{Required: "This is your first sign-in, so choose a password of your own."}),
		show(PasswordPage, "error", signedIn(), Password{Form: typed("old", "password", "again")}),
		show(PurposePage, "full", with(signedIn(), func(f *Frame) { f.Purpose = "" }), Purpose{Purposes: purposes, Next: "/cohort"}),
		show(PurposePage, "error", signedIn(), Purpose{Purposes: purposes, Form: typed("purpose")}),
		show(PurposePage, "one", signedIn(), Purpose{Purposes: purposes[:1]}),
		show(PurposePage, "empty", signedIn(), Purpose{}),
	}
}

func priceCases() []Case {
	p := Prices{Window: window, Costing: costing, Priced: amount(49_510_822), Contacts: 110_953, People: 9638, InCohort: 14, MayExport: true, MayApprove: true,
		Unpriced: []UnpricedCode{{PriceKey{"police", "MISPER", "report"}, "Police", "MISPER", "Missing person report", "report", 612, 201, 9, true, ""}, {PriceKey{"riverbank", "UTC-2", "attendance"}, "Riverbank Hospitals", "UTC-2", "", "", 488, 433, 6, true, "Local, £31.00 each, prices of 2024-25: Hospital finance"}},
		Sources:  []SourceSum{{OwnAmount, amount(6_301_174)}, {LocalPrice, amount(10_752_000)}, {NationalPrice, amount(32_457_648)}},
		LeftOut:  []LeftOutCode{{PriceKey{"lantern", "SERVCH", "week"}, "Lantern Housing", "SERVCH", "hostel rent and service charge", "Rent and benefits are left out by the area’s policy", 498, "not known: it has no price"}}}
	for i, m := range []string{"Mental health ward", "Prison", "Emergency admission, long stay", "Arrest and custody", "Temporary accommodation, net of rent"} {
		p.Codes = append(p.Codes, PricedCode{Key: PriceKey{"police", "CODE-" + string(rune('A'+i)), "day"}, Agency: agencies[9-i].Name, Code: "CODE-" + string(rune('A'+i)), Meaning: m, Contacts: 402 * (i + 1),
			Units: "8,260 days", Each: money.Pence(71910 - i*1000), Varies: i == 4, Conversion: "1 stay = its days", Sum: amount(5_939_766 / (i + 1)),
			Source: []PriceSource{NationalPrice, LocalPrice, OwnAmount}[i%3], From: "NHS cost collection 2024-25", ApprovedBy: []string{"J. Mensah", ""}[i/4], ApprovedOn: on(2026, 4, 9)})
	}
	long := p
	long.Unpriced = append([]UnpricedCode{{PriceKey{"police", oddName, longName}, longName, oddName, longName, oddName, 1, 1, 1, true, oddName}}, p.Unpriced...)
	one := Price{Key: PriceKey{"police", "ARR-DET", "arrest"}, Decision: 11, Agency: "Police", Code: "ARR-DET", Meaning: "Arrest and custody", Unit: "arrest", Contacts: 5318, People: 2104, InCohort: 22, Sum: amount(4_318_216), Costing: costing,
		Now:    []Pair{{"Price", Say(Plain("£812.00 an arrest, local, 2024-25"))}, {"Source", Say(Plain("Police finance, full cost of custody"))}, {"Approved", Say(Name("J. Mensah"), Plain(", 10 April 2026"))}},
		Change: []string{"2 people would enter the cohort and nobody would leave it", "the cohort’s total would rise by £48,112"}, Waits: true, Proposed: "Local, £820.00 each", ProposedBy: "R. Oyelaran", MaySet: true, MayApprove: true,
		Years: []Option{{Value: "2024-25", Label: "2024-25", Chosen: true}, {Value: "2023-24", Label: "2023-24"}}, Editions: []Option{{Value: "x", Label: "Arrest, detained, per incident, £812.00"}},
		History: []PriceChange{{on(2026, 4, 9), "R. Oyelaran", "Set £812.00 an arrest"}}}
	failed, left, mine := one, one, one
	failed.SetForm, left.LeaveForm = typed("amount", "year", "national", "source"), typed("why")
	mine.MayApprove, mine.NotYours, mine.MaySet = false, "You set this price, so another finance lead approves it.", false
	none := Price{Key: PriceKey{"riverbank", oddName, ""}, Agency: "Riverbank Hospitals", Code: oddName, Contacts: 488, People: 433, InCohort: 6, Costing: costing, Now: []Pair{{"Price", Say(Tag(Attention, "No price yet"))}}}
	bySource := p
	bySource.Codes = append([]PricedCode(nil), p.Codes...)
	bySource.Only = NationalPrice
	bySource.Codes[0].BySource = []SourceSum{{NationalPrice, amount(5_000_000)}, {OwnAmount, amount(939_766)}}
	people := CodePeople{Key: one.Key, Agency: "Police", Code: "ARR-DET", Meaning: "Arrest and custody", Window: window, Costing: costing, Contacts: 5318, People: 2104, Unpriced: 3, Sum: amount(4_318_216),
		Run: 31, Differs: true, RunContacts: 5317, InRun: amount(4_317_404), Closed: 2, List: List{Path: "/prices/people", Page: 2, Size: 25, Total: 2104},
		Rows: []CodePerson{{dean, 70, 0, amount(56_840), true, nil}, {dean + 1, 12, 2, amount(8120), false, nil}, {dean + 2, 1, 1, 0, false, nil}}}
	set := people
	set.Set, set.Codes, set.Differs = "left-out", 3, false
	set.Rows = []CodePerson{{dean, 70, 0, amount(56_840), true, []CodeCount{{one.Key, 60}, {PriceKey{"riverbank", oddName, ""}, 10}}}}
	unpriced := set
	unpriced.Set, unpriced.Unpriced, unpriced.Sum = "unpriced", people.Contacts, 0
	leftOut := people
	leftOut.LeftOut, leftOut.Unpriced, leftOut.Sum, leftOut.Differs, leftOut.Cohort = true, people.Contacts, 0, false, true
	would, leaves := one, one
	would.Would = &PriceWould{Proposed: "Local, £812.00 each: " + oddName, Change: one.Change, Enter: []id.Person{dean}}
	leaves.Proposed, leaves.ProposedBy, leaves.Leaves = "Left out: "+oddName, oddName, true
	editions := Editions{Deflator: "GDP deflator, vintage of March 2026", Target: 2024, Rows: []EditionRow{{"ncc-2024-25", "NHS cost collection 2024-25", "Source: NHS England.", "Open Government Licence 3.0", "2024-25", 1204, 9}, {"moj-2022-23", "Prison costs 2022-23", "Ministry of Justice.", "Open Government Licence 3.0", "2016-17 to 2022-23", 14, 1}}}
	edition := Edition{Slug: "moj-2022-23", Name: "Prison costs 2022-23", Attribution: "Ministry of Justice.", Licence: "Open Government Licence 3.0", Years: "2016-17 to 2022-23", Target: 2024, Deflator: "GDP deflator, vintage of March 2026",
		Source: "Costs per place and costs per prisoner.", List: List{Path: "/editions/moj-2022-23", Page: 1, Size: 2, Total: 14, Sort: "code"},
		Rows: []EditionPrice{{"MOJ-PRISON-2223", "Prison place, per year", "year", "Ministry of Justice", 2022, 5181700, 5711900, "× 1.1023", false, "usable", true},
			{"WHOLE-1", "A rough sleeper, per year, all services", "year", "all", 2022, 2012800, 2218700, "", true, "a total over all services", false}}}
	searched := edition
	searched.Rows, searched.List.Total, searched.Search = nil, 0, Form{Typed: map[string][]string{"q": {oddName}}}
	return []Case{
		show(PricesPage, "full", signedIn(), p),
		show(PricesPage, "empty", signedIn(), Prices{Window: window, Costing: costing}),
		show(PricesPage, "long", signedIn(), long),
		show(PricesPage, "source", signedIn(), bySource),
		show(CodePeoplePage, "full", signedIn(), people),
		show(CodePeoplePage, "left-out", signedIn(), leftOut),
		show(CodePeoplePage, "set-left-out", signedIn(), set),
		show(CodePeoplePage, "set-unpriced", signedIn(), unpriced),
		show(CodePeoplePage, "empty", signedIn(), CodePeople{Key: one.Key, Agency: "Police", Code: oddName, Window: window, Costing: costing}),
		show(PricePage, "would", signedIn(), would),
		show(PricePage, "leaves", signedIn(), leaves),
		show(PricePage, "full", signedIn(), one),
		show(PricePage, "error", signedIn(), failed),
		show(PricePage, "error-leave", signedIn(), left),
		show(PricePage, "own", signedIn(), mine),
		show(PricePage, "empty", signedIn(), none),
		show(EditionsPage, "full", signedIn(), editions),
		show(EditionsPage, "empty", signedIn(), Editions{Deflator: editions.Deflator, Target: 2024}),
		show(EditionPage, "full", signedIn(), edition),
		show(EditionPage, "empty", signedIn(), searched),
	}
}

func findCases() []Case {
	found := Find{Searched: true, Listed: "It is very likely that one of those found is the person you look for. Several of them may be one person whose records are not linked.", AsOf: window.To, Agencies: 10, More: true, Form: Form{Typed: map[string][]string{"name": {"Whitlok"}, "born": {"3/4/1983"}}},
		Found: []Found{{dean, "Dean Whitlock", "4 March 1983", "Lambeth", agencies[3:8], "Surname one letter off; day and month swapped", "Very likely"},
			{dean + 1, "", "", "", agencies[:2], "Surname sounds alike", "Possible"}, {dean + 2, oddName + longName, oddPile(), longName, agencies, "Same postcode", "Possible"}}}
	nobody := found
	nobody.Found, nobody.More = nil, false
	nobody.Form.Typed = map[string][]string{"name": {oddName + longName}}
	looked := Looked{MayPerson: true, Unnamed: true, Person: dean, Total: 46, Older: LookedPath(dean) + "?before=7", Looks: []Look{
		{at(12, 11, 40), "Ayesha Rahman", "Partnership", "This page, names shown", "Check that records belong to one person", "Analyst of the partnership", false},
		{at(3, 9, 5), "Coordinator", "Another agency", "Open a person’s page", "Take a person to a panel", "Coordinators read the people they take to a panel.", false},
		{at(2, 14, 30), oddName, longName, "mental health contacts", "Treatment", "Not opened to Fernhill Recovery", true}}}
	return []Case{
		show(FindPage, "full", namesShown(), found),
		show(FindPage, "before", signedIn(), Find{}),
		show(FindPage, "empty", signedIn(), nobody),
		show(FindPage, "cut", signedIn(), Find{Searched: true, Cut: true, Found: found.Found[1:2], AsOf: window.To, Agencies: 10}),
		show(FindPage, "cut-empty", signedIn(), Find{Searched: true, Cut: true, AsOf: window.To, Agencies: 1}),
		show(FindPage, "error", signedIn(), Find{Form: typed("name", "born", "postcode", "number"), Searched: true}),
		show(LookedPage, "full", signedIn(), looked),
		show(LookedPage, "empty", signedIn(), Looked{Person: dean}),
	}
}

func runCases() []Case {
	runs := Runs{MayRun: true, Whole: 27, WholeTook: 212 * time.Second, Jobs: []Job{running}, Kinds: []Option{{Value: "link", Label: "Link run"}}, Older: "/runs?before=29", Export: "/runs.csv", Rows: []RunRow{
		{31, "Cohort run", at(2, 16, 5), "Ayesha Rahman", RunOutOfDate, "45 people"}, {30, "Price run", at(2, 16, 1), "Ayesha Rahman", RunInForce, "110,953 contacts"}, {29, "Link run", at(1, 9, 0), oddName, RunSuperseded, longName}}}
	run := Run{TwoNumbers: 2, MayLinks: true, CrowdedN: 3, Crowded: []CrowdedPerson{{dean, longName, 40}, {dean + 1, oddName, 12}}, Change: &change, Run: 31, Kind: "Cohort run", State: RunOutOfDate, Made: at(2, 16, 5), Took: 94 * time.Second, By: "Ayesha Rahman", Why: "4 review answers came after it.", Supersedes: 28, SupersededBy: 32,
		Inputs:  []RunInput{{20, "Riverbank Hospitals, A&E", "31 March 2026", "9f3c51d04b2e8a77c0d1e2f3a4b5c6d79f3c51d04b2e8a77c0d1e2f3a4b5c6d7", 14502, 3, 2}, {21, oddName, "15 March 2026", "77ab", 2600, 0, 1}},
		LeftOut: 1_203_550, Resting: []string{"end of phone", "forename and surname’s initial"}, RestFor: 434,
		Rules: []RunRule{{"NHS number", 41_202}, {oddName, 1}}, Learnt: "Learnt from 1,204,000 pairs; it came to rest after 19 rounds.",
		Weights:  []RunWeight{{"Date of birth", "the same", 0.94, 0.00003, 14.9}, {"Date of birth", "different", 0.02, 0.98, -5.6}},
		Versions: []Pair{{"Program", Say(Code("throughline 0.1.0"))}, {"Rule", Say(Plain("rule 3, agreed 2 April 2026"))}, {"Deflator", Say(Plain("GDP deflator, vintage of March 2026"))}},
		Lists:    Say(Plain("Records are those of the "), Link("#inputs", "extracts that it read"), Plain(".")),
		Found:    []Pair{{"People", Say(Plain("45"))}, {"People with a priced contact", Say(Plain("9,638"))}}, Digest: "c0ffee51d04b2e8a77c0d1e2f3a4b5c6d79f3c51d04b2e8a77c0d1e2f3a4b5c6"}
	stop := running
	stop.Stoppable = true
	audit := AuditSearch{Agencies: []Option{{Value: "1", Label: "Lambeth Council"}}, Acts: []Option{{Value: "open-person", Label: "Open a person"}}, Older: "/audit?before=40109", Export: "/audit.csv", MayExport: true, Intact: true, Checked: at(12, 9, 0), Sealed: 40_100, Waiting: 12,
		SignedAt: at(12, 9, 0), Digest: "c0ffee51d04b2e8a77c0d1e2f3a4b5c6d79f3c51d04b2e8a77c0d1e2f3a4b5c6", Rows: []AuditRow{
			{40112, at(12, 11, 40), "Ayesha Rahman", "Partnership", "Open a person", dean, "", "", "Find and cost the cohort", Permitted, ""},
			{40111, at(12, 11, 38), "L. Duarte", "Fernhill Recovery", "Open contacts", dean, "", "", "Treatment", Denied, "Mental health contacts are not opened to Fernhill Recovery"},
			{40110, at(12, 11, 30), oddName, longName, "Accept an extract", 0, "Extract 20", "/extracts/20", "Find and cost the cohort", Permitted, ""},
			{40109, at(12, 11, 30), "Ayesha Rahman", "Partnership", "Sign in", 0, "", "", "", Failed, ""}}}
	broken, failed := audit, audit
	broken.Intact = false
	failed.Form = typed("who", "whom", "act", "outcome", "from", "to")
	return []Case{
		show(RunsPage, "full", signedIn(), runs),
		show(RunsPage, "empty", signedIn(), Runs{}),
		show(RunPage, "full", signedIn(), run),
		show(RunPage, "empty", signedIn(), Run{Run: 1, Kind: "Link run", State: RunCutOff, Made: at(1, 9, 0), By: "Ayesha Rahman"}),
		show(JobPage, "full", signedIn(), JobView{Job: stop}),
		show(JobPage, "ended", signedIn(), JobView{Job: running, Ended: "Run 32 was made: 47 people.", Leads: "/runs/32"}),
		show(JobPage, "failed", signedIn(), JobView{Job: running, Failure: "The disk is full. Free 2 GB, then make the run again."}),
		show(AuditPage, "full", signedIn(), audit),
		show(AuditPage, "broken", signedIn(), broken),
		show(AuditPage, "error", signedIn(), failed),
		show(AuditPage, "empty", signedIn(), AuditSearch{}),
	}
}

func accountCases() []Case {
	list := Accounts{MayAdd: true, MayAgencies: true, MayExport: true, List: List{Path: "/accounts", Page: 1, Size: 3, Total: 14, Sort: "name"}, Rows: []AccountRow{
		{1, "Ayesha Rahman", "a.rahman@partnership.example", "Partnership", []string{"analyst"}, at(12, 11, 40), 1, false}, {2, oddName, "o.name", longName, []string{"finance lead", "administrator"}, time.Time{}, 0, true}}}
	scoped := list
	scoped.Scope, scoped.MayAgencies = "Lambeth Council", false
	roles := []Option{{Value: "analyst", Label: "Analyst", Hint: "Loads extracts, links and prices, sees the cohort.", Chosen: true}, {Value: "finance", Label: "Finance lead"}}
	sessions := []Session{{"a", at(12, 8, 2), at(12, 11, 40), "Chrome on Windows, 192.0.2.17", true}, {"b", at(11, 8, 2), at(11, 17, 1), oddName, false}}
	one := Account{Account: 1, Name: "Ayesha Rahman", User: "a.rahman@partnership.example", Agency: "Partnership", Since: at(1, 9, 0), Roles: roles, Sessions: sessions, MayEdit: true}
	suspended, self, failed, long := one, one, one, one
	suspended.Suspended, suspended.Sessions = true, nil
	self.Self, self.MayEdit = true, false
	failed.Form = Form{Problem: wrong("roles")}
	long.Name, long.User, long.Agency = longName, oddName, oddPile()
	options := []Option{{Value: "1", Label: "Lambeth Council"}, {Value: "2", Label: longName}}
	agenciesList := Agencies{Rows: []AgencyRow{{4, "RIV", "Riverbank Hospitals", "A&E and admissions", 6, []string{"Sam Patel"}, 12}, {5, "ELM", longName, oddName, 0, nil, 0}}}
	return []Case{
		show(AccountsPage, "full", signedIn(), list),
		show(AccountsPage, "agency", signedIn(), scoped),
		show(AccountsPage, "empty", signedIn(), Accounts{List: List{Path: "/accounts"}}),
		show(AccountPage, "full", signedIn(), one),
		show(AccountPage, "suspended", signedIn(), suspended),
		show(AccountPage, "self", signedIn(), self),
		show(AccountPage, "error", signedIn(), failed),
		show(AccountPage, "long", signedIn(), long),
		show(NewAccountPage, "full", signedIn(), NewAccount{Agencies: options, Roles: roles}),
		show(NewAccountPage, "error", signedIn(), NewAccount{Agencies: options, Roles: roles, Form: typed("name", "email", "agency", "roles")}),
		show(AccountMadePage, "full", signedIn(), AccountMade{Account: 2, Name: longName, User: "k.marlowe@lantern.example", Password: "tunnel-orchid-88-lamp"}),
		show(AccountMadePage, "again", signedIn(), AccountMade{Account: 2, Name: "Kit", User: "k.marlowe@lantern.example", Password: "tunnel-orchid-88-lamp", Again: true}),
		show(OwnAccountPage, "full", signedIn(), OwnAccount{"Ayesha Rahman", "a.rahman@partnership.example", "Partnership", []string{"analyst"}, at(1, 9, 0), sessions, []PasswordReset{{oddName, at(1, 9, 0)}}}),
		show(OwnAccountPage, "empty", signedIn(), OwnAccount{Name: oddName, User: "x", Agency: longName, Sessions: sessions[:1]}),
		show(AgenciesPage, "full", signedIn(), agenciesList),
		show(AgenciesPage, "empty", signedIn(), Agencies{}),
	}
}

func layoutCases() []Case {
	rows := []LayoutRow{{4, "Riverbank Hospitals", "A&E", 4, 11, "Ruth Oyelaran", on(2026, 4, 1), 3, false}, {5, "Police", "Custody", 1, 9, "", 0, 0, false}, {3, longName, oddName, 3, 10, "Ruth Oyelaran", on(2026, 1, 1), 9, true}}
	l := Layout{Layout: 4, Agency: "Riverbank Hospitals", Name: "A&E", Version: 4, About: []Pair{{"Header", Say(Plain("on line 3"))}, {"Delimiter", Say(Code(","))}},
		Columns: []LayoutColumn{{"local_id", nil, "Record number", "", true, true}, {"arrival_date", []string{"arr_dt", "date"}, "Day", "DD/MM/YYYY", true, false}, {oddName, []string{longName}, longName, oddName, false, true}},
		Codes:   []LayoutCode{{"AE-ATT", "A&E attendance", "attendance"}, {oddName, longName, "x"}}, ApprovedBy: "Ruth Oyelaran", ApprovedOn: on(2026, 4, 1), Source: "name: riverbank-ae\ncolumns:\n  - name: local_id\n    means: record\n# " + longName}
	waiting, notYours := l, l
	waiting.ApprovedBy, waiting.MayApprove = "", true
	notYours.ApprovedBy, notYours.NotYours, notYours.Codes = "", "The governance lead approves layouts.", nil
	r := RowView{Person: dean, MayExtract: true, Row: SentRow{Line: 1340, Agency: "Riverbank Hospitals", Feed: "A&E", AsOf: window.To, Received: on(2026, 4, 2), AcceptedBy: "Ayesha Rahman", File: "9f3c51d0…e27a", ExtractID: 20,
		Values: []SentValue{{"local_id", "RH-448120", "", false}, {"surname", "", "", true}, {"notes", "", "", false}}}}
	long := r
	long.Row.Agency, long.Row.Values = longName, []SentValue{{longName, oddName + longName, oddPile(), false}}
	return []Case{
		show(LayoutsPage, "full", signedIn(), Layouts{rows, true}),
		show(LayoutsPage, "empty", signedIn(), Layouts{}),
		show(LayoutPage, "full", signedIn(), l),
		show(NewLayoutPage, "full", signedIn(), NewLayout{Agencies: []Option{{Value: "4", Label: "Riverbank Hospitals"}}}),
		show(NewLayoutPage, "error", signedIn(), NewLayout{Agencies: []Option{{Value: "4", Label: longName}}, Form: typed("agency", "text", "file")}),
		show(LayoutPage, "waiting", signedIn(), waiting),
		show(LayoutPage, "not-yours", signedIn(), notYours),
		show(RowPage, "full", signedIn(), r),
		show(RowPage, "long", signedIn(), long),
	}
}

func stateCases() []Case {
	confirm := Confirm{Title: "Was this extract sent in error?", Place: PlaceExtracts, Crumbs: []Crumb{{"Extracts", "/extracts"}}, What: "Riverbank Hospitals, A&E, as of 31 March 2026.",
		Consequences: []string{"2,871 rows leave the record, and everything made from them", "run 31 is marked out of date; 2 people of the cohort rest on this file", "the file’s name, digest and day stay in the audit"},
		Undo:         "send the same file in again and accept it.", Why: "Why was it sent in error?", Action: "/extracts/20/sent-in-error", Fields: []Sent{{"version", "3"}}, Button: "Remove 2,871 rows", Grave: true, Back: "/extracts/20"}
	failed := confirm
	failed.Form = typed("why")
	plain := confirm
	plain.Why, plain.Grave, plain.What, plain.Fields = "", false, "", nil
	kinds := map[string]*fault.Error{
		"denied":      fault.New(fault.Denied, "no-agreement", "Mental health contacts are not opened to Fernhill Recovery.", "Ask the agency that holds them."),
		"missing":     fault.Missing("person"),
		"conflict":    fault.New(fault.Conflict, "decided", "Grace Obuya accepted this extract while you looked at it.", "Look at it again."),
		"full":        fault.As(nil),
		"sign-in":     fault.New(fault.SignIn, "ended", "Your session has ended.", "Sign in, and you come back here."),
		"unavailable": fault.New(fault.Unavailable, "disk", "The disk is full, so nothing can be recorded.", "Free some space, then try again."),
		"too-many":    fault.New(fault.TooMany, "tries", "There were too many tries.", "Wait 30 seconds."),
		"invalid":     fault.InvalidField("from", "The window ends after our data, which stops on 31 March 2026.", "Enter a day up to 31 March 2026."),
	}
	cases := []Case{
		show(ConfirmPage, "full", signedIn(), confirm),
		show(ConfirmPage, "error", signedIn(), failed),
		show(ConfirmPage, "plain", signedIn(), plain),
		show(AccessibilityPage, "full", signedOut(), Accessibility{"Ruth Oyelaran"}),
		show(PrivacyPage, "full", signedOut(), Privacy{[]string{"Lambeth Council", longName}, "Ruth Oyelaran"}),
		show(PolicyPage, "full", signedOut(), Policy{[]PolicyAct{{"Open a person’s page", []string{"analyst", "coordinator"}, []string{"find and cost the cohort"}}, {longName, nil, nil}}}),
		show(PrivacyPage, "empty", signedOut(), Privacy{}),
		show(MethodPage, "full", signedOut(), Method{Say(Plain("People at "), Strong("£500 a week"), Plain(" or more.")), "GDP deflator, vintage of March 2026"}),
	}
	for name, f := range kinds {
		cases = append(cases, show(ProblemPage, name, signedIn(), Problem{Fault: f, Reference: "7F3-K29", Ask: "Ruth Oyelaran, governance lead", Recorded: name == "denied",
			Kept: []Pair{{"Why do you think so?", Say(Plain(oddName))}}}))
	}
	return cases
}

var change = RunChange{Before: 28, Costed: true, Moved: 9, EnteredN: 3, LeftN: 2,
	Facts:   []Pair{{"People whom the rule finds", Say(Plain("44 before, 45 now"))}, {"Extracts that came", Say(Link(ExtractPath(20), longName), Break(), Plain(oddName))}},
	Moves:   []RecordMove{{dean, dean + 1, 7}, {dean + 2, dean, 1}},
	Entered: []CohortMover{{dean, 0, 0, amount(61_000), false, "Prices were changed"}, {dean + 3, 0, amount(50_120), amount(61_000), true, "The link run gave them other records; an extract was accepted that holds contacts of theirs"}},
	Left:    []CohortMover{{dean + 4, dean, amount(70_000), 0, true, "Somebody answered which records are theirs"}}}
