package ui

import (
	"time"

	"throughline/internal/id"
	"throughline/internal/money"
)

func reviewCases() []Case {
	list := Pairs{List: List{Path: "/links", Page: 1, Size: 3, Total: 41}, Run: 29, Waiting: 41, Deciding: 12, Threshold: 52_000_00, Moved: 31_400_00, MayCohort: true, Others: 2, Answered: 118, Yours: 3, Gone: 1, Twice: 14, Alike: 12, Kappa: "0.71",
		Whys: []Option{{Value: "household", Label: "One household?"}}, Stands: []Option{{Value: "unread", Label: "Nobody has looked"}}, Agencies: []Option{{Value: "police", Label: "Police"}},
		Rows: []PairRow{{12, 3407, [2]string{"Lantern Housing", "Police"}, "One household?", "Nobody has looked", false, amount(10_082)},
			{41, 9_120, [2]string{"Riverbank Hospitals", "Riverbank Hospitals"}, "Two NHS numbers", "Two people differ", true, amount(8_400)},
			{7, 77_123, [2]string{oddName, longName}, "Name and date of birth only", "Somebody has looked", false, 0}}}
	narrowed := list
	narrowed.Rows, narrowed.List.Total, narrowed.Narrowed, narrowed.Filter = nil, 0, true, Form{Typed: map[string][]string{"why": {oddName}}}
	p := PairView{A: 12, B: 3407, Named: true, Why: "Forename and date of birth differ, though a number is the same: clerks write down that of a brother or sister, a twin or a mother.", Stand: "Nobody has looked yet.",
		Blind: true, MaySame: true, MayNotSame: true, MayUndo: true,
		Sides: [2]PairSide{{"Lantern Housing", 12, "line 12 of hostels, as of 31 March 2026", []string{"date of birth"}, true}, {"Police", 3407, "line 881 of custody, as of 1 April 2026", nil, true}},
		Fields: []PairField{{"Forename", "A short form of the other", PairClose, []Text{Say(Plain("Dean"), Differs("o"))}, []Text{Say(Plain("Dean")), Say(Name("Deo"))}},
			{"Surname", "", PairSame, []Text{Say(Name("Whitlock"))}, []Text{Say(Name("Whitlock"))}}, {"Date of birth", "", PairDiffers, []Text{Say(Plain("4 March 198"), Differs("3"))}, []Text{Say(Plain("4 March 198"), Differs("5"))}},
			{"NHS number", "", PairNothing, nil, []Text{Say(Plain("NHS 943 476 5919"))}}, {"Address", "Share some words", PairClose, []Text{Say(Name(longName))}, []Text{Say(Name(oddName)), Say(Name(oddPile()))}}}}
	p.Neither = []string{"Postcode", "E-mail", "National Insurance number"}
	hidden, failed, seen := p, p, p
	hidden.Named, hidden.MayShowNames, hidden.Fields = false, true, append([]PairField(nil), p.Fields...)
	for i := range hidden.Fields {
		hidden.Fields[i].A, hidden.Fields[i].B = nil, nil
	}
	failed.Form = Form{Problem: wrong("answer", "why"), Typed: map[string][]string{"why": {"</textarea><script>x()</script>"}, "both": {"yes"}}}
	seen.Blind, seen.Link, seen.Now = false, personLink(), Say(Plain("The two are one person now: "), Ref(dean), Plain("."))
	seen.Against = Against{Of: [2]id.Person{dean, dean + 1}, More: 3, Little: 14, Rows: []AgainstPair{{A: 12, B: 41, Names: [2]string{"Lantern Housing, record 12", longName}, Doubt: true, Differs: [][2]string{{"NHS number", "943 476 5919 and 943 476 5870: different"}, {"Forename", oddPile()}}}}}
	seen.Readings = []PairReading{{7, "Ayesha Rahman", "The same person", "The worker met both.", at(12, 10, 5), true, false, "", true},
		{8, oddName, "Not the same person", oddPile(), at(12, 11, 5), false, true, "Taken back by Grace Obuya, 12 May 2026", false}}
	careful := p
	careful.Care = "One of the people is shielded by an agency. A second person is asked: that they are the same counts when two people have said so; one who says that they are not is enough."
	apart := careful
	apart.MaySame, apart.CannotSame, apart.Form = false, "Only an analyst can say that they are the same person.", Form{Problem: wrong("answer")}
	long := p
	long.Sides = [2]PairSide{{longName, 12, oddName, []string{longName}, true}, {oddName, 3407, longName, nil, true}}
	return []Case{
		show(PairsPage, "full", signedIn(), list),
		show(PairsPage, "narrowed", signedIn(), narrowed),
		show(PairsPage, "empty", signedIn(), Pairs{}),
		show(AnsweredPage, "full", signedIn(), Answered{List: List{Path: "/links/answered", Page: 1, Size: 25, Total: 41}, Counted: 41, Others: 2, Yours: 3, Gone: 1, Says: []Option{{Value: "same", Label: "The same person"}},
			Rows: []AnsweredRow{{12, 3407, [2]string{"Lantern Housing", "Police"}, "Two people differ; a third decides", seen.Readings, true}, {7, 77_123, [2]string{oddName, oddName}, "Answered", seen.Readings[:1], false}}}),
		show(AnsweredPage, "empty", signedIn(), Answered{Waits: true}),
		show(PairPage, "full", namesShown(), p),
		show(PairPage, "second", namesShown(), careful),
		show(PairPage, "apart", namesShown(), apart),
		show(PairPage, "hidden", signedIn(), hidden),
		show(PairPage, "error", namesShown(), failed),
		show(PairPage, "answered", namesShown(), seen),
		show(PairPage, "long", namesShown(), long),
		show(PairPage, "empty", signedIn(), PairView{A: 1, B: 2, Sides: [2]PairSide{{"Police", 1, "line 1 of custody", nil, false}, {"Police", 2, "line 2 of custody", nil, false}}, Why: "Nobody knows.", Stand: "It is answered.", Now: Say(Plain("The two are of two people now: "), Ref(id.Person(1)), Plain("."))}),
	}
}

func personLink() *LinkWhy {
	return &LinkWhy{Agency: "Lantern Housing", Other: "Police", Probability: 0.93, Model: "Link run 29 of 1 May 2026.", By: "A number is the same on both: NHS number.",
		Evidence: []Evidence{{"Starting point", "Two records picked at random are almost never one person", -17600, false, true},
			{"Surname", "Both “Whitlock”; about 1 person in 9,100 here has it", 11900, false, false}, {"Forename", "“Deano” is a short form of “Dean”", 4600, false, false},
			{"Date of birth", "One part differs", -3100, false, false}, {"NHS number", "Not on both records", 0, true, false}}}
}

func groupCases() []Case {
	p := Person{Person: dean, Named: true, Records: []RecordRow{{Record: 12, Agency: "Lantern Housing", Number: "LH-2291", Name: "Dean Whitlock", From: "line 12 of hostels, as of 31 Mar 2026", Probability: 0.93, Weak: true},
		{Record: 3407, Agency: "Police", Name: "Deo Whitlock", From: "line 881 of custody", Probability: 0.99}}}
	g := Group{Person: dean, Records: p.RecordTable(), MaySplit: true, Named: true, Conflicts: []string{"2 different values of the NHS number"},
		Choices: []Option{{Value: "12", Label: "Lantern Housing, record 12"}, {Value: "3407", Label: oddName}},
		Held: []GroupLink{{A: 12, B: 3407, Names: [2]string{"Lantern Housing", "Police"}, Blind: true, Doubt: true, Why: "Not enough evidence either way"},
			{A: 13, B: 3408, Names: [2]string{"Lantern Housing", "Police"}, Said: true},
			{A: 12, B: 3408, Names: [2]string{longName, oddName}, Probability: 0.9931, Millibits: 7_170}},
		Outside: []GroupLink{{A: 12, B: 90_001, Names: [2]string{"Lantern Housing", "somebody else’s"}, Blind: true, Doubt: true, Why: "One household?", Other: dean + 1}}}
	failed, hidden, alike, parted := g, g, g, g
	g.Waits = true
	alike.Holds = &Holds{Run: 29, Pairs: 15, Alike: 15}
	parted.Held = []GroupLink{{A: 12, B: 3408, Names: [2]string{longName, oddName}, Probability: 0.9931, Millibits: 7_170}, {A: 12, B: 3407, Names: [2]string{"Lantern Housing", "Police"}, Doubt: true, Millibits: 2_000, Probability: 0.8}}
	parted.Holds = &Holds{Run: 29, Pairs: 15, Alike: 7, A: 12, B: 3407, Names: [2]string{"Lantern Housing, record 2", oddName}, Doubt: true, AcrossAlike: 1,
		Parts: [2][]string{{"Lantern Housing, record 2", longName}, {"Police", oddName, "Riverbank", "Lambeth"}}}
	parted.Against = Against{Rows: []AgainstPair{{A: 12, B: 3407, Names: [2]string{"Lantern Housing, record 2", oddName}, Differs: [][2]string{{"Date of birth", "Different"}}}}}
	hidden.Named, hidden.MayShowNames = false, true
	failed.Form = Form{Problem: wrong("record", "why"), Typed: map[string][]string{"record": {"12"}, "why": {"</textarea>"}}}
	parting := Parting{Run: 12, Number: dean + 3, From: at(2, 9, 0), To: at(12, 10, 5)}
	parting.Times = [][2]time.Time{{at(2, 9, 0), at(4, 9, 0)}, {at(5, 9, 0), at(12, 10, 5)}}
	m := Mixed{Person: dean, KeptRun: 31, MayPerson: true, Parting: parting, Now: []id.Person{dean + 1, dean + 2}, Cut: true, MayRuns: true, MayRun: true,
		Stayed: []string{"Lantern Housing", "Police"}, Left: []string{longName},
		Readers: []MixedReader{{"Ayesha Rahman", "South London partnership", "Open a person’s page", 3, at(2, 9, 0), at(11, 16, 20)}, {oddName, longName, "Open the cohort", 1, at(3, 9, 0), at(3, 9, 0)}},
		Unnamed: true, Exports: []MixedReader{{"Judith Mensah", "South London partnership", "Export the cohort by pseudonym", 1, at(4, 9, 0), at(4, 9, 0)}},
		Runs: []MixedRun{{31, on(2026, 5, 2), "number 11 of the cohort"}}, Partings: []Parting{parting, {Answer: 7, Number: dean, To: at(12, 10, 5)}, {Answer: 9, TakenBack: true, Number: dean, From: at(2, 9, 0), To: at(4, 9, 0)}},
		List: List{Path: MixedPath(dean), Page: 2, Size: 20, Total: 43}}
	answered := Mixed{Person: dean, What: "Ayesha Rahman answered on 12 May 2026 that records are not this person’s.", Parting: Parting{Answer: 7, Number: dean, To: at(12, 10, 5)},
		KeptRun: 31, MayRuns: true, Partings: []Parting{{Answer: 7, Number: dean, To: at(12, 10, 5)}}, List: List{Path: MixedPath(dean), Page: 1, Size: 20, Total: 1}}
	people := Parted{Run: 12, Made: at(12, 10, 5), Kind: "Link run", Kept: true, Closed: 2, List: List{Path: PartedPath(12), Page: 2, Size: 20, Total: 312},
		Rows: []PartedPerson{{dean, Parting{Run: 12, Number: dean, From: at(2, 9, 0), To: at(12, 10, 5)}, true}, {dean + 1, Parting{Run: 12, Number: dean + 2, To: at(12, 10, 5)}, false}}}
	c := CohortLinks{Run: 31, Made: on(2026, 4, 20), People: 45, Could: 2, Entering: []Entering{{A: 12, B: 3407, Persons: [2]id.Person{dean, dean}, Totals: [2]money.Pence{amount(31_000), amount(24_500)}}}, Least: amount(4_574_908), Most: amount(5_110_020), Amount: amount(4_695_223), Costing: costing, MayLinks: true, MayRun: true, MayPerson: true,
		Rows: []DoubtedRow{{dean, 1, 2, amount(109_000), amount(119_297), amount(131_000), true, amount(119_297), amount(131_000)}, {dean + 2, 0, 1, amount(60_000), amount(60_000), amount(60_400), false, 0, 0}}, Reach: &reach}
	return []Case{
		show(GroupPage, "full", namesShown(), g),
		show(GroupPage, "alike", namesShown(), alike),
		show(GroupPage, "parted", namesShown(), parted),
		show(GroupPage, "error", namesShown(), failed),
		show(GroupPage, "hidden", signedIn(), hidden),
		show(GroupPage, "empty", signedIn(), Group{Person: dean, Few: true, Records: Person{Person: dean}.RecordTable()}),
		show(MixedPage, "full", signedIn(), m),
		show(MixedPage, "answered", signedIn(), answered),
		show(PartedPage, "full", signedIn(), people),
		show(PartedPage, "closed", signedIn(), Parted{Run: 12, Kind: "Link run", Kept: true, Closed: 2, List: List{Path: PartedPath(12), Page: 1, Size: 20, Total: 2}}),
		show(PartedPage, "empty", signedIn(), Parted{Run: 12, Kind: "Link run", Kept: true}),
		show(PartedPage, "first", signedIn(), Parted{Run: 1, Kind: "Link run", First: true}),
		show(PartedPage, "cost", signedIn(), Parted{Run: 2, Kind: "Cost run", Costs: true}),
		show(PartedPage, "unkept", signedIn(), Parted{Run: 3, Kind: "Link run"}),
		show(MixedPage, "empty", signedIn(), Mixed{Person: dean, Nothing: true}),
		show(CohortLinksPage, "full", signedIn(), c),
		show(CohortLinksPage, "firm", signedIn(), CohortLinks{Run: 31, Made: on(2026, 4, 20), People: 45, Costing: costing, Reach: &Reach{Found: 45, Least: 45, Most: 45}}),
		show(CohortLinksPage, "before", signedIn(), CohortLinks{Run: 31, Made: on(2026, 4, 20), People: 45, Could: 1, CostOnly: true, Entering: c.Entering, Costing: costing}),
		show(CohortLinksPage, "empty", signedIn(), CohortLinks{}),
	}
}
