package ui

import (
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

var running = Job{ID: 4, What: "Link run 30", Step: "Pairs compared", Done: 1_210_000, Of: 1_940_000, Unit: "pairs", Left: 40 * time.Second,
	Began: at(12, 11, 38), By: "Ayesha Rahman", Meanwhile: "Run 31 stays in use until this one is whole.", CheckAgain: "/"}

var starting = Job{ID: 5, What: "Checking a file from Police", Began: at(12, 11, 40), By: "R. Oyelaran"}

func homeCases() []Case {
	full := Home{MayCohort: true, Today: on(2026, time.May, 12), Window: window, Jobs: []Job{running, starting},
		Todos: []Todo{
			{2, "Extracts waiting for your decision", "/extracts", Say(Plain("Riverbank Hospitals, A&E (checked 7 May) and Lewisham Council, housing (checked 11 May). Until you accept them nothing in them counts."))},
			{58, "Rejected rows not yet sent back", "/extracts", Say(Plain("41 from Riverbank Hospitals, 17 from Lewisham Council. Each agency can mend and resend its own."))},
			{3, "Agency codes with no price", "/prices", Say(Plain("1,284 contacts are a visible gap, not zero. 14 people of the cohort have at least one."))},
			{1, "Run out of date", "/cohort", Say(Plain("The cohort of 20 April was made before 4 review answers. Make a new run when the extracts are in."))},
		},
		Cohort: &CohortBrief{People: 45, Reach: &reach, Total: amount(4_695_223), Costing: costing, Weekly: amount(500), Window: window, Run: 31, MayRun: true,
			Made: on(2026, time.April, 20), By: "Ayesha Rahman", OutOfDate: true},
	}
	for i, a := range agencies {
		f := Feed{Agency: a.Name, Path: "/extracts?agency=1", Sends: "Housing and social care", From: window.From - 10, UpTo: window.To, Weeks: 104, Of: 104,
			Received: 3834 + i*977, Rejected: 4 + i*3, State: "Up to date"}
		switch a.Mark {
		case "LEW":
			f.UpTo, f.Weeks, f.State, f.NeedsYou = on(2026, time.March, 15), 102, "Waiting for you", true
		case "FER":
			f.From, f.Weeks, f.Sends = on(2024, time.June, 19), 93, "Treatment"
		}
		full.Feeds = append(full.Feeds, f)
	}
	empty := Home{MayCohort: true, Today: full.Today, Window: window, Steps: []Step{{"Accept at least two agencies’ extracts", "/extracts", true},
		{"Give each code a price", "/prices", true}, {"Make the first run", "/cohort", false}}}
	long := full
	long.Feeds = append([]Feed{{Agency: longName, Sends: oddName, State: "Nothing has come", Of: 104}}, full.Feeds...)
	return []Case{
		show(HomePage, "full", signedIn(), full),
		show(HomePage, "empty", with(signedIn(), func(f *Frame) { f.Purpose, f.Audit = "", Audit{} }), empty),
		show(HomePage, "setting up", signedIn(), Home{Today: full.Today, Setup: []Step{{"The area’s agencies: 10 are there", "/agencies", true},
			{"Invite an analyst", "/accounts/new", false}}}),
		show(HomePage, "looks after accounts", signedIn(), Home{Today: full.Today, MayAccounts: true, MayAgencies: true}),
		show(HomePage, "done", with(signedIn(), func(f *Frame) {
			f.Notice, f.Audit.Intact = "Extract accepted: 2,871 rows count from now on.", false
		}), full),
		show(HomePage, "long", with(signedIn(), func(f *Frame) { f.Who, f.Area = longName, oddName }), long),
	}
}

func extractCases() []Case {
	options := []Option{{Value: "4", Label: "Riverbank Hospitals"}, {Value: "7", Label: "Police"}, {Value: "9", Label: oddName}}
	list := Extracts{MayUpload: true, Agencies: options, List: List{Path: "/extracts", Page: 1, Size: 4, Total: 23, Sort: "received", Descending: true}}
	states := []ExtractState{ExtractWaiting, ExtractChecking, ExtractAccepted, ExtractFailed, ExtractDeclined, ExtractRemoved}
	for i, s := range states {
		list.Rows = append(list.Rows, ExtractRow{Extract: id.Extract(20 - i), Agency: agencies[i].Name, Feed: "contacts", AsOf: window.To,
			Received: on(2026, time.May, 11-i), State: s, InFile: 2946, Accepted: 2871, Rejected: 41, Repeated: 34})
	}
	one := Extract{Extract: 20, Agency: "Riverbank Hospitals", Feed: "A&E", State: ExtractWaiting, Checked: at(7, 14, 12),
		AsOf: on(2026, time.April, 30), SentBy: "Ayesha Rahman", File: "riverbank-ae-2026-04.csv, 412 kB, 9f3c51d0…e27a", Layout: 4,
		LayoutName: "A&E version 4", InFile: 2946, Accepted: 2871, Rejected: 41, Repeated: 34, SaidRows: 2946, SetAsideValues: 119,
		MayDecide: true, MayDecline: true, MayRemove: true, MayDownload: true, LeftOut: []string{"kw_notes", "offence_text"},
		SetAside: []SetAside{{"dob", "01/01/1900", 63, 2, "Stands for “not known”"}, {"surname", "UNKNOWN", 27, 1, "Not a name"},
			{"nhs_number", "•••••••••••", 12, 12, "Fails the check digit"}},
		Reasons: []Reason{{"bad-date", "Date cannot be read", 22, false}, {"no-service", "No service code", 9, true}, {"no-key", "No record number", 6, false}, {"few", "Too few values in the row", 4, false}},
		List:    List{Path: "/extracts/20", Page: 1, Size: 8, Total: 41},
		Rejects: []Reject{{214, "arrival_date", "31/02/2026", "Not a day in the calendar", "Send the day as DD/MM/YYYY"},
			{602, "local_id", "", "No record number, so the row cannot be tied to anyone", "Send the hospital number"},
			{1880, "", "9 values", "The header has 11 columns, this row has 9", "Look for a line break inside a field"},
			{2251, "attendance_type", oddName, "Not a code of the layout", "Send one of the 7 codes in your layout"}},
		Preview: &Preview{Columns: []string{"Record", "Day", "Service"}, Rows: [][]string{{"RH-448120", "2024-05-16", "AE-ATT"}, {"RH-448121", "2024-05-17", "AE-ATT"}}},
		ReadAs:  "utf-8, with its header on line 1",
		Remarks: []Remark{{"12 contacts begin after the as-of day. Check the as-of day.", 12, []int{88, 90, 91, 102, 300, 301, 302, 303, 304, 305}},
			{"1 amount is more than 32 times the middle amount of the same service code. Look for a missing decimal point, or pence sent as pounds.", 1, []int{2044}},
			{"More than half of the rows are rejected.", 0, nil}},
		Largest:  []FileAmount{{2044, amount(812_000), "AE-ATT"}, {17, amount(310), oddName}},
		Services: []FileService{{"AE-ATT", "A&E attendance", "contact", 2861}, {oddName, "", "contact", 10}},
		Consequences: []string{"2,871 attendances join the record; 1,206 people have something new, 18 of them in the cohort",
			"no figure already made changes; run 31 is marked out of date until you make a new run"},
	}
	accepted, clean, checking, failed := one, one, one, one
	accepted.State, accepted.Decided, accepted.SaidRows, accepted.SaidAmount, accepted.Amount = ExtractAccepted,
		"Accepted by Ayesha Rahman on 8 May 2026.", 2950, amount(800), amount(812)
	clean.Rejected, clean.Rejects, clean.Reasons, clean.SetAside, clean.Accepted, clean.InFile, clean.MayDecide, clean.MayDecline = 0, nil, nil, nil, 2946, 2946, false, false
	clean.Repeated, clean.SaidRows, clean.Preview, clean.LeftOut = 0, 0, nil, nil
	clean.ReadAs, clean.Remarks, clean.Largest, clean.Services = "", nil, nil, nil
	checking.State, checking.Jobs = ExtractChecking, []Job{starting}
	failed.Again = "/extracts/new?agency=4&layout=4"
	failed.State, failed.Failure = ExtractFailed, []string{"Line 3 ends inside a quotation mark. Ask the agency to export the file again."}
	gone := one
	gone.State, gone.Decided = ExtractRemoved, "Taken back by Ayesha Rahman on 8 May 2026: It was the wrong month."
	several := failed
	several.Failure = []string{"Line 1, address: The column \"address\" is missing. " + longName, "Line 1, dob: The header \"dob\" stands more than once. " + oddName}
	long := one
	long.Agency, long.Feed, long.File = longName, oddName, oddPile()
	send := SendIn{Agencies: options, Layouts: []Option{{Value: "4", Label: "A&E version 4"}}, Largest: "2 GB"}
	sent := send
	sent.Form = Form{Problem: wrong("agency", "as_of", "file", "rows", "full"), Typed: map[string][]string{"agency": {"7"}, "as_of-day": {"31"},
		"as_of-month": {"2"}, "as_of-year": {"26"}, "rows": {"many\u202e"}, "full": {"yes"}}}
	withheld := accepted
	withheld.Withheld, withheld.Preview, withheld.Rejects, withheld.Reasons, withheld.SetAside = true, nil, nil, nil, nil
	return []Case{
		show(ExtractsPage, "full", signedIn(), list),
		show(ExtractsPage, "empty", signedIn(), Extracts{List: List{Path: "/extracts"}, Jobs: []Job{starting}}),
		show(SendInPage, "full", signedIn(), send),
		show(SendInPage, "error", signedIn(), sent),
		show(ExtractRowsPage, "full", signedIn(), rowsOfOne("accepted")),
		show(ExtractRowsPage, "repeated", signedIn(), rowsOfOne("repeated")),
		show(ExtractRowsPage, "set-aside", signedIn(), rowsOfOne("set-aside")),
		show(ExtractRowsPage, "none", signedIn(), ExtractRows{Extract: 7, Agency: longName, Feed: oddName, What: "repeated", Last: 50_001, More: true}),
		show(ExtractPage, "full", signedIn(), one),
		show(ExtractPage, "accepted", signedIn(), accepted),
		show(ExtractPage, "withheld", signedIn(), withheld),
		show(ExtractPage, "empty", signedIn(), clean),
		show(ExtractPage, "checking", signedIn(), checking),
		show(ExtractPage, "failed", signedIn(), failed),
		show(ExtractPage, "removed", signedIn(), gone),
		show(ExtractRowsPage, "removed", signedIn(), ExtractRows{Extract: 7, Agency: longName, Feed: oddName, What: "accepted", Gone: true}),
		show(ExtractPage, "several-faults", signedIn(), several),
		show(ExtractPage, "long", signedIn(), long),
	}
}

func cohortCases() []Case {
	boroughs := []string{"Lambeth", "Southwark", "Lewisham", ""}
	services := []string{"Prison", "Mental health ward", "Custody", "Eviction", "Long admissions", "A&E"}
	c := Cohort{Reach: &reach, MayPerson: true, Run: 31, Made: on(2026, time.April, 20), By: "Ayesha Rahman", Window: window, Weekly: amount(500), Costing: costing,
		OutOfDate: Say(Plain("4 review answers came after it.")), People: 45, Median: amount(807), Both: 35, FirstYear: 5, Later: 5,
		Rule: Say(Plain("People whose use of services cost "), Strong("£500 a week or more"), Plain(" over the two years to 31 March 2026 (728 days, £52,000), in "),
			Strong("prices of 2024-25"), Plain(", from "), Strong("three agencies or more"), Plain(", with "),
			Strong("no single service above 75%"), Plain(" of their cost. Rent and benefits are left out.")),
		Partial:   []string{"Fernhill Recovery covers 93 of the 104 weeks and Lewisham Council 102."},
		OtherYear: Say(Plain("The same £500 in 2013-14 prices would be £684.62 a week today: "), Link("/cohort?over=also#shown", "30 of these 45 people"), Plain(" are above that.")),
		Middle:    []id.Person{174_221},
		Agencies:  agencies, MayShowNames: true, MayExport: true, MayRun: true, MayRuns: true, MayOpenRun: true, RunsTakes: "about 2 minutes",
		CrisisMeans: "Crisis: A&E, ambulance, emergency beds, ward, custody, prison, eviction, temporary accommodation. All the rest is planned.",
		List:        List{Path: "/cohort", Page: 1, Size: 20, Total: 45, Sort: "weekly", Descending: true}, All: 9638, AllCost: amount(49_510_822)}
	people := make(map[string][]PersonCost)
	for i := range 45 {
		total := amount(286_488 * 10 / (10 + i*2))
		r := CohortRow{Rank: i + 1, Person: id.Person(i*7919 + 3), Borough: boroughs[i*7%3], Largest: services[i%len(services)],
			LargestShare: Percent(54_00 - i*70), Weekly: total / 104, Year1: total / 5 * 2, Year2: total - total/5*2, Total: total,
			WeakLink: i == 10, Partial: i == 6}
		for j, a := range agencies {
			if (i+j*j)%3 != 0 {
				r.Agencies = append(r.Agencies, a)
			}
		}
		if i == 44 {
			r.Borough = ""
		}
		people[r.Borough] = append(people[r.Borough], PersonCost{Person: r.Person, Cost: total})
		c.Total, c.Year1, c.Year2 = c.Total+total, c.Year1+r.Year1, c.Year2+r.Year2
		if i < 20 {
			c.Ranked = append(c.Ranked, r)
		} else if i < 23 {
			r.LargestShare = 81_00
			c.Apart = append(c.Apart, r)
			c.ApartSum += total
		}
	}
	c.Average, c.Crisis = c.Total/104/45, c.Total/100*83
	for _, b := range boroughs {
		c.Boroughs = append(c.Boroughs, BoroughPeople{Name: b, People: people[b]})
	}
	for i := range 101 {
		x := 100 - i
		c.Curve = append(c.Curve, CurvePoint{Percent: i, People: 9638 * i / 100, Cost: c.AllCost - c.AllCost/1_000_000*money.Pence(x*x*x)})
	}
	c.Curve[1].Said, c.Curve[10].Said, c.Curve[50].Said = "45 people, 0.5%", "Top 10%, 964 people", "Top 50%"
	c.Years = []YearKinds{{"Year 1", on(2025, time.April, 1), c.Year1 / 100 * 83, c.Year1 / 100 * 17}, {"Year 2", window.To, c.Year2 / 100 * 80, c.Year2 / 100 * 20}}
	c.Payers = []PayerSum{{"nhs", "NHS", amount(2_238_134), amount(191_889)}, {"councils", "Councils, housing and care", amount(644_098), amount(401_068)},
		{"police", "Police", amount(647_976), 0}, {"moj", "Ministry of Justice", amount(366_626), amount(56_202)}, {"health", "Councils, public health", 0, amount(149_230)}}
	named, failed, all, none, narrowed := c, c, c, c, c
	narrowed.Filter = Form{Typed: map[string][]string{"borough": {"Lambeth"}, "agency": {"RIV"}}}
	narrowed.Narrowed, narrowed.List.Total, narrowed.Ranked = &Narrowed{c.Year1 / 5, c.Year2 / 5, c.Total / 5, "of Lambeth, known to " + longName}, 3, c.Ranked[:3]
	named.NamesUntil, named.OutOfDate = at(12, 12, 10), nil
	named.Ranked = append([]CohortRow(nil), c.Ranked...)
	for i := range named.Ranked {
		named.Ranked[i].Name = []string{"Dean Whitlock", longName, oddName, "Kofi Ó Súilleabháin"}[i%4]
	}
	failed.NamesForm = Form{Problem: wrong("why")}
	narrowed.Top = &CohortTop{Percent: 1, People: 96, Sum: c.Total, Rows: people["Lambeth"], List: List{Path: "/cohort", Kept: map[string][]string{"top": {"1"}}, Page: 2, Size: 20, Total: 96}}
	narrowed.Part = &CohortPart{Name: "NHS, crisis use", Sum: 1_000_00, Lines: 12, Filter: map[string][]string{"payer": {"nhs"}, "kind": {"crisis"}},
		People: []PartOf{{3, 900_00, 10}, {7922, 100_00, 2}}, Hidden: 2, Differs: true, InRun: 1_200_00}
	all.List.Size, all.Apart, all.MayShowNames, all.MayExport, all.MayRun, all.Partial, all.OtherYear = 0, nil, false, false, false, nil, nil
	all.Middle = []id.Person{3, 7922}
	all.Top = &CohortTop{Percent: 100, People: 9638, Sum: c.AllCost, Rows: people["Lambeth"], List: List{Path: "/cohort", Kept: map[string][]string{"top": {"100"}}, Page: 1, Size: 20, Total: 9638}}
	all.Part = &CohortPart{Name: "Contacts with no price", Unpriced: true, Lines: 12, Filter: map[string][]string{"price": {"none"}}, People: []PartOf{{3, 0, 10}, {7922, 0, 2}}, Differs: true, Counted: 14}
	none.People, none.Ranked, none.Boroughs, none.Curve, none.Years, none.Payers, none.Apart = 0, nil, nil, nil, nil, nil, nil
	none.Total, none.Year1, none.Year2, none.Crisis, none.Average, none.Median, none.List.Total = 0, 0, 0, 0, 0, 0, 0
	return []Case{
		show(CohortPage, "full", signedIn(), c),
		show(CohortPage, "names", namesShown(), named),
		show(CohortPage, "error", signedIn(), failed),
		show(CohortPage, "narrowed", signedIn(), narrowed),
		show(CohortPage, "all", signedIn(), all),
		show(CohortPage, "nobody", signedIn(), none),
		show(CohortPage, "empty", signedIn(), Cohort{MayRun: true, Jobs: []Job{starting}, Window: day.Span{},
			Steps: []Step{{"Accept at least two agencies’ extracts", "/extracts", true}, {"Give each code a price", "/prices", false}}}),
	}
}

func rowsOfOne(what string) ExtractRows {
	return ExtractRows{Extract: 7, Agency: "Riverbank Hospitals", Feed: "A&E", AsOf: on(2026, 4, 30), What: what, Column: "dob", Why: "Stands for “not known”", Columns: []string{"local_id", oddName, "arrival_date"},
		Rows:  []ExtractsRow{{2, []string{"••-•••", "", "31/03/2026"}, []string{"01/01/1900", oddName}, 3, 12, false}, {1417, []string{"••-•••", longName, "31/03/2026"}, nil, 0, 0, true}},
		After: 1, Last: 1417, More: what != "accepted", Accepted: 2871, Repeated: 34}
}
