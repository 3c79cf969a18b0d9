package ui

import (
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

const dean = id.Person(1042)

func personCases() []Case {
	p := Person{Named: true, Person: dean, Name: "Dean Whitlock", Born: "4 March 1983", Borough: "Lambeth", Agencies: 8, Rank: 11, Of: 45,
		CohortMade: on(2026, time.April, 20), Window: window, FromCohort: true, MayShowNames: true, MayFootprint: true, MayRow: true, Conflicts: []string{"2 different values of the NHS number"},
		Crowded: []string{"40 records of " + longName + ", each under another number of its own", "12 records of Police, each under another number of its own"},
		Involved: []Involved{
			{"Riverbank Hospitals", "", "Emergency department, 020 7946 0110", "riverbank", on(2024, 4, 14), on(2026, 1, 31), 50, false},
			{"Police", "PC T. Hargreave", "Camberwell team, 020 7946 0128", "police", on(2024, 5, 11), on(2025, 6, 29), 16, false},
			{"Elmfield Mental Health", "Dr Y. Sandhu", "", "elmfield", on(2024, 6, 5), on(2026, 2, 22), 16, true},
			{"Lantern Housing", "Kit Marlowe-Ede", "Lantern, Camberwell Road, 020 7946 0171", "lantern", on(2024, 4, 13), on(2026, 3, 31), 31, true}},
		Gaps: []string{"Nothing found in Southwark Council as of 31 March 2026, nor in Lewisham Council as of 15 March 2026.",
			"Fernhill Recovery’s data begins on 19 June 2024: nothing found before that day does not mean that nothing happened."},
		Uses:     []Use{{"A&E attendance", "Riverbank Hospitals", "ae-attendance", "riverbank", 43, on(2024, 4, 14), on(2026, 1, 31)}, {"Prison", "Probation Service", "prison", "probation", 1, on(2024, 9, 13), on(2024, 12, 17)}},
		Unpriced: "2 police missing-person reports (11 May and 2 August 2024) have no price and are not in the cost.",
		Records: []RecordRow{
			{Record: 1, Agency: "Riverbank Hospitals", Number: "RH-448120", Name: "Dean Whitlock", Birth: "04/03/1983", Postcode: "SE5 8AZ", Identifiers: []string{"NHS 943 476 5919"}, Extract: 20, Line: 1204, From: "line 1,204 of admissions, 2 April 2026"},
			{Record: 2, Agency: "Police", Number: "PN/83/5521", Name: "Dean Whitlock", Birth: "03/04/1983", BirthNote: "day, month swapped", Postcode: "NFA", Extract: 21, Line: 881, From: "line 881 of custody, 1 April 2026", Probability: 0.9994},
			{Record: 3, Agency: "Lantern Housing", Number: "LH-2291", Name: "Deano Whitlock", Birth: "01/01/1983", SetAside: []string{"date of birth"}, Postcode: "SE5 0TR", Extract: 22, Line: 3007, From: "line 3,007 of hostels, 7 April 2026", Probability: 0.93, Weak: true},
			{Record: 4, Agency: "Fernhill Recovery", Number: "FR-88127", Name: "D W", Birth: "04/03/1983", Postcode: "SE5", Extract: 23, Line: 9164, From: "line 9,164 of treatment, 9 April 2026", Probability: 0.99995}},
		Said: []Saying{{"Name", "Dean Whitlock", "said by Riverbank Hospitals and Police, last on 9 April 2026"}, {"Date of birth", "4 March 1983", "said by 2 of 4"}},
		Link: &LinkWhy{Record: 3, Agency: "Lantern Housing", Other: "Fernhill Recovery", Probability: 0.93, Weakest: true, Rests: amount(10_082),
			Decides: "In the cohort with or without it.", Model: "Model of 12 April 2026, link run 29.", RecordsAfter: 7, CostAfter: 11_929_702, Moved: 1_008_200, MayAnswer: true, MaySame: true, Care: "A second person is asked.",
			Evidence: []Evidence{{"Starting point", "Two records picked at random are almost never one person", -17600, false, true},
				{"Surname", "Both “Whitlock”; about 1 person in 9,100 here has it", 11900, false, false}, {"Forename", "“Deano” is a short form of “Dean”", 4600, false, false},
				{"Date of birth", "Year 1983 agrees; 1 January stands for “day not known”", 3100, false, false}, {"Postcode", "SE5 0TR on both since September 2025", 2200, false, false},
				{"Sex", "Both male", 900, false, false}, {"Shared address", "58 other people use this hostel’s postcode", -1400, false, false},
				{"NHS number", "Lantern does not send it", 0, true, false}}},
		Anew: 29,
		Linked: []Text{Say(Link(RunPath(29), "Link run 29"), Plain(", 12 April 2026: Probation Service’s record (line 31 as of 31 Mar 2026) came from "), Ref(dean+1), Plain(".")),
			Say(Link(RunPath(27), "Link run 27"), Plain(", 2 March 2026: "+oddName+"’s record (line 2) went to somebody whom you may not open."))},
		Answers: []Answer{{7, "Probation Service’s record (line 31 as of 31 Mar 2026) is the same person", dean + 1, "The worker met both.", "Grace Obuya", at(2, 10, 5), true}},
		Looked: []Look{{at(12, 11, 40), "Ayesha Rahman", "Partnership", "This page, names shown", "Check that records belong to one person", "Analyst of the partnership", false},
			{at(2, 14, 30), "L. Duarte", "Fernhill Recovery", "mental health contacts", "Treatment", "Not opened to Fernhill Recovery", true}},
		LookedN: 46, Parted: true,
	}
	for i, name := range []string{"Riverbank Hospitals", "Police", "Elmfield Mental Health", "Probation Service", "Lantern Housing"} {
		l := Lane{Agency: name, Slug: "agency", Contacts: 20 + i}
		for j := range 20 + i {
			d := window.From + day.Day((j*j*3+i*41+j*17)%728)
			l.Marks = append(l.Marks, LaneMark{Span: day.Span{From: d, To: d}, Crisis: i < 3})
		}
		l.Marks = append(l.Marks, LaneMark{Span: day.Span{From: window.From + day.Day(90*i), To: window.From + day.Day(90*i+70)}, Stay: true, Crisis: i != 4})
		p.Lanes = append(p.Lanes, l)
	}
	hidden := p
	hidden.Named, hidden.Name, hidden.Born, hidden.Said = false, "", "", nil
	hidden.Records = append([]RecordRow(nil), p.Records...)
	for i := range hidden.Records {
		r := &hidden.Records[i]
		r.Number, r.Name, r.Birth, r.Postcode, r.Identifiers, r.BirthNote = "", "", "", "", nil, ""
	}
	long, failed := p, p
	long.Name, long.Borough = oddName+" "+longName, oddPile()
	long.Records = append([]RecordRow{{Record: 9, Agency: longName, Number: oddName, Name: oddPile(), Birth: "not a date \u0007", Postcode: longName, From: oddName, Extract: 1, Line: 1, Probability: 0.5}}, p.Records...)
	link := *p.Link
	link.Form = Form{Problem: wrong("why"), Typed: map[string][]string{"why": {"</textarea><script>x()</script>"}}}
	failed.Link = &link
	empty := Person{Person: dean + 1, Window: window, Agencies: 1, Records: hidden.Records[:1], Was: dean}
	return []Case{
		show(PersonPage, "full", namesShown(), p),
		show(PersonPage, "hidden", signedIn(), hidden),
		show(PersonPage, "long", namesShown(), long),
		show(PersonPage, "error", namesShown(), failed),
		show(PersonPage, "empty", signedIn(), empty),
	}
}

func footprintCases() []Case {
	f := Footprint{MayPerson: true, MayExtract: true, MayRun: true, Person: dean, FromCohort: true, Window: window, Costing: costing, Contacts: 227, Agencies: 8, Observed: 728, Known: true, HasWeekly: true, By: "service",
		Quick: []View{{Name: "year 1", Href: "/people/K7M-3Q/footprint?from=2024-04-03&to=2025-04-01"}, {Name: "everything we hold", Href: "/people/K7M-3Q/footprint"}},
		NotIn: []string{"2 police missing-person reports with no price", "rent and benefits"},
		Twice: "temporary accommodation was paid on 2 nights in hospital, 19 and 20 June 2025, £92.00", Weak: "0.93, £10,082.00 (Lantern Housing)", MayExport: true}
	uses := []struct {
		name, agency, payer, used string
		crisis                    bool
		price, sum                money.Pence
	}{
		{"Mental health ward", "Elmfield Mental Health", "NHS", "35 days", true, 71910, 2516850},
		{"Prison", "Probation Service", "Ministry of Justice", "96 nights", true, 15621, 1499616},
		{"Arrest and custody", "Police", "Police", "16 arrests", true, 81200, 1299200},
		{"A&E attendances", "Riverbank Hospitals", "NHS", "43 attendances", true, 28017, 1204731},
		{"Ambulance journeys", "Ambulance Service", "NHS", "23 journeys", true, 48939, 1125597},
		{"Temporary accommodation, net of rent", "Lambeth Council", "Councils, housing and care", "185 nights", true, 4600, 851000},
		{"Hostel support, net of rent", "Lantern Housing", "Councils, housing and care", "212 nights", false, 3850, 816200},
		{"Probation supervision", "Probation Service", "Ministry of Justice", "52 weeks", false, 5800, 301600},
		{"Adult social care", "Lambeth Council", "Councils, housing and care", "6 hours", false, 7400, 44400},
	}
	for _, u := range uses {
		f.Uses = append(f.Uses, ServiceUse{Key: u.name[:3], Name: u.name, Agency: u.agency, Payer: u.payer, Crisis: u.crisis, Used: u.used, Price: u.price, Sum: u.sum, Varies: u.price == 4600})
		f.Total += u.sum
		if u.crisis {
			f.Crisis += u.sum
		}
	}
	f.Uses = append(f.Uses, ServiceUse{Key: "missing", Name: "Missing person report", Agency: "Police", Payer: "Police", Crisis: true, Used: "2 reports", Uncounted: 2})
	f.Weekly = f.Total / 104
	f.Parts = []Part{{"Year 1", on(2025, 4, 1), f.Total / 2}, {"Year 2", window.To, f.Total - f.Total/2}}
	f.Cats = []Slice{{"health", "Hospital and ambulance", f.Total / 2, 0}, {"housing", "Housing and homelessness", f.Total / 5, f.Total / 10}, {"justice", "Prison and probation", 0, f.Total / 5}}
	f.Pays = []Slice{{"nhs", "NHS", f.Total / 2, f.Total / 20}, {"councils", "Councils, housing and care", f.Total / 5, f.Total / 5}, {"moj", "Ministry of Justice", f.Total / 20, 0}}
	for m := range 24 {
		f.Month = append(f.Month, MonthSum{Month: window.From.Month() + day.Month(m), Crisis: amount(200 + m*m*m%2240), Planned: amount(m * 90)})
	}
	f.CostRun = 7
	f.Since = []Text{Say(Plain("the price of "), Link("/prices/line?agency=lantern&code=OUTR&unit=contact", "OUTR"), Plain(" (Lantern Housing) was approved, 9 April 2026")),
		Say(Plain("the extract "), Link("/extracts/21", "Riverbank Hospitals, A&E"), Plain(", as of 31 March 2026, was accepted"))}
	open := f
	open.Now, open.InRun = true, "run 7 summed £71,000.00"
	o := &Opened{Name: "A&E attendances", Sum: 1204731, List: List{Path: "/people/K7M-3Q/footprint", Page: 1, Size: 8, Total: 43, Kept: map[string][]string{"service": {"A&E"}}}}
	for i := range 8 {
		d := window.From + day.Day(11+i*9)
		o.Lines = append(o.Lines, Line{Contact: id.Contact(i + 1), Span: day.Span{From: d, To: d}, Used: "1 attendance", Price: 28017,
			PriceFrom: "NHS cost collection 2024-25, per attendance", Sum: 28017, Extract: 20, Row: 1204 + i*31})
	}
	o.Lines[5].Span.To += 12
	o.Lines[5].Rule = "year ÷ 365, × 1.1023"
	o.Lines[6].Unpriced = "no price for UTC-2 yet"
	o.Row = &SentRow{Contact: 4, Line: 1297, Agency: "Riverbank Hospitals", Feed: "A&E", AsOf: window.To, Received: on(2026, 4, 2), AcceptedBy: "Ayesha Rahman",
		File: "9f3c51d0…e27a", ExtractID: 20, Values: []SentValue{{"local_id", "RH-448120", "", false}, {"arrival_date", "16/05/2024", "", false},
			{"attendance_type", "AE-ATT", "A&E attendance, by the price map approved 9 April 2026", false}, {"postcode", "ZZ99 3VZ", "no fixed abode", false},
			{"notes", "", "", false}, {"odd", oddName, "", false}, {"nhs_number", "", "", true}}}
	open.Opened = o
	cats, pays, months, failed, empty := f, f, f, f, Footprint{Person: dean, Window: window, Costing: costing, By: "service",
		Partial: []string{"Nothing found as of 31 March 2026; Fernhill Recovery covers 93 of the 104 weeks."}}
	cats.By, pays.By, months.By = "category", "payer", "month"
	failed.PickForm = Form{Problem: wrong("to"), Typed: map[string][]string{"from": {"3/4/2024"}, "to": {"2/4/2026 \u202e"}}}
	long := open
	long.Uses = append([]ServiceUse{{Key: "x", Name: longName, Agency: oddName, Payer: longName, Used: "1", Price: 1, Sum: 1}}, f.Uses...)
	return []Case{
		show(FootprintPage, "full", signedIn(), open),
		show(FootprintPage, "category", signedIn(), cats),
		show(FootprintPage, "payer", signedIn(), pays),
		show(FootprintPage, "month", signedIn(), months),
		show(FootprintPage, "error", signedIn(), failed),
		show(FootprintPage, "empty", signedIn(), empty),
		show(FootprintPage, "long", signedIn(), long),
	}
}
