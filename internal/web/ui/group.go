package ui

import (
	"math"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// GroupPage is a person as a group of records.
var GroupPage = register[Group]("group")

// CohortLinksPage is how much of the cohort rests on links in doubt.
var CohortLinksPage = register[CohortLinks]("cohort-links")

// Group is a person's records, the links that hold them together, and where they may be parted.
type Group struct {
	Person    id.Person
	Records   Table    // as the person's page has it, but that several of one agency are numbered
	Choices   []Option // the records, in the order of the table
	Held      []GroupLink
	Outside   []GroupLink
	Conflicts []string // "2 different NHS numbers"
	Crowded   []string // "40 records of Riverbank Hospitals, each under another number of its own"
	Few       bool     // one record, so that nothing holds it
	Holds     *Holds   // how well they hang together; nil where that is not told
	Against   Against  // of Holds
	Waits     bool     // it is told once the viewer has answered
	MaySplit  bool
	Form      Form

	Named, MayShowNames bool
}

// GroupLink is a link of the group, or a pair in doubt at its edge.
type GroupLink struct {
	A, B        id.Record
	Names       [2]string // of the records, as the table of records has them
	Probability float64   // 0 while Blind, as Millibits
	Millibits   int       // the weight of the evidence
	Blind       bool      // it waits for the viewer's answer
	Doubt       bool      // it has a page of its own
	Said        bool      // somebody answered that they are the same
	Why         string
	Other       id.Person
}

// Holds is how well the records of a group hang together. A and B are where least, and 0 where all pairs are alike or answers hold every record.
type Holds struct {
	Run          id.Run // by whose model
	Pairs, Alike int    // of records
	A, B         id.Record
	Names        [2]string   // of these, as the table of records has them
	Doubt        bool        // the pair has a page of its own
	Parts        [2][]string // names of the records on either side, that of A first
	AcrossAlike  int
}

// Against lists pairs of records that do not look alike, those first that speak most against one person.
type Against struct {
	Of     [2]id.Person // whose records stand first and whose second; zero on a page about one person
	Rows   []AgainstPair
	More   int // that differ as well and are not listed
	Little int // in which nothing differs, and too little agrees
}

// AgainstPair is two records that do not look alike.
type AgainstPair struct {
	A, B    id.Record
	Names   [2]string
	Doubt   bool        // it has a page of its own
	Differs [][2]string // field and words, what says most first
}

// Table lists them.
func (a Against) Table() Table {
	t := Table{ID: "against", Name: "Pairs that do not look alike", Heading: true, Wide: true, Note: "Those first that speak most against one person. Of each, the field that says most comes first; those that agree, or are not on both, are not named.",
		Columns: []Column{head(col("Records")), col("What differs")}}
	if a.Of[0] != 0 {
		t.Name, t.Note = "Their other records that do not look alike", "One of "+id.Pseudonym(a.Of[0])+" and one of "+id.Pseudonym(a.Of[1])+", those first that speak most against one person. Of each, the field that says most comes first; those that agree, or are not on both, are not named."
	}
	if a.More > 0 {
		t.Note += " " + count(a.More) + " more, which speak less against it, are not listed."
	}
	for _, x := range a.Rows {
		who := cell(Plain(x.Names[0] + " and " + x.Names[1]))
		if x.Doubt {
			who = cell(LinkAbout(PairPath(x.A, x.B), x.Names[0]+" and "+x.Names[1], "look at the pair"))
		}
		var what Cell
		for i, d := range x.Differs {
			if i > 0 {
				what.Text = append(what.Text, Break())
			}
			what.Text = append(what.Text, Strong(d[0]+":"), Plain(" "+d[1]))
		}
		t.Rows = append(t.Rows, row(who, what))
	}
	if a.Little > 0 {
		t.Rows = append(t.Rows, row(words(many(a.Little, "other pair", "other pairs")), cell(Quiet("Nothing differs; too little agrees."))))
	}
	return t
}

// Any says whether there is one.
func (a Against) Any() bool { return len(a.Rows)+a.Little > 0 }

// Text says it in sentences.
func (h Holds) Text() Text {
	if h.Alike == h.Pairs {
		return Say(Strong("All "+many(h.Pairs, "pair", "pairs")+" of these records look alike"), Plain(", so that no one link holds them together."))
	}
	look := " look alike."
	if h.Alike == 1 {
		look = " looks alike."
	}
	t := Say(Strong(count(h.Alike)+" of the "+many(h.Pairs, "pair", "pairs")+" of these records"+look), Plain(" "))
	if h.A == 0 {
		return append(t, Plain("What people have answered holds them together."))
	}
	small, large := h.Parts[0], h.Parts[1]
	if len(small) > len(large) {
		small, large = large, small
	}
	sides := part(small, "") + " to " + part(large, "the other ")
	between := Link("#held", h.Names[0]+" and "+h.Names[1])
	if h.Doubt {
		between = Link(PairPath(h.A, h.B), h.Names[0]+" and "+h.Names[1])
	}
	switch {
	case h.AcrossAlike == 1:
		return append(t, Plain("One link alone holds "+sides+": "), between, Plain(". Without it they would be two people."))
	case h.AcrossAlike == 0:
		return append(t, Plain("No pair that looks alike holds "+sides+"; the likeliest is "), between, Plain("."))
	}
	return append(t, Plain("Least holds "+sides+": "+count(h.AcrossAlike)+" of the "+count(len(small)*len(large))+" pairs between them look alike, the likeliest "), between, Plain("."))
}

// part names the records on one side, or counts them where they are many.
func part(names []string, others string) string {
	const most = 3
	if len(names) > most {
		return others + count(len(names)) + " records"
	}
	return strings.Join(names, "; ")
}

// How says what is weighed and by what.
func (h Holds) How() string {
	return "Two records look alike where they are of one person sooner than of two, by the model of link run " + count(h.Run) + ", and differ in nothing that tells two people of one " +
		"household apart. Of pairs that are no link, names count as common as in the whole country."
}

// GroupPath is a person's page as a group of records; MixedPath who received data that were mixed.
func GroupPath(p id.Person) string { return PersonPath(p) + "/group" }
func MixedPath(p id.Person) string { return PersonPath(p) + "/mixed" }

func underPerson(title string, p id.Person) Head {
	return Head{Title: title, Caption: "Person " + id.Pseudonym(p), Place: PlaceFind, Crumbs: []Crumb{{"Find a person", "/people"}, {id.Pseudonym(p), PersonPath(p)}}}
}

// Head implements Content.
func (g Group) Head() Head {
	h := underPerson("What holds the records together", g.Person)
	h.Form = g.Form
	return h
}

// Path is the person's own address.
func (g Group) Path() string { return PersonPath(g.Person) }

// HeldTable are the links, weakest first.
func (g Group) HeldTable() Table {
	t := Table{ID: "held", Name: "Links, the weakest first", Heading: true, Note: "The fewest links that hold every record, each by an answer or else by the strongest evidence there is. Cut one, and the records fall into two.",
		Empty: "There is one record, so nothing is linked.", Columns: []Column{head(col("Records")), col("Odds that they are one person"), num("Probability"), num("Bits"), col("In doubt")}}
	for i, l := range g.Held {
		doubt, probability := words("no"), words(probabilityWords(l.Probability))
		odds, weight := words(oddsWords(math.Exp2(float64(l.Millibits)/1000))), words(bits(tenth(l.Millibits)))
		if l.Doubt {
			doubt = cell(LinkAbout(PairPath(l.A, l.B), "Look at the pair", pairName(l.A, l.B)), Under(l.Why))
		}
		if l.Said && l.Probability == 0 {
			odds, probability, weight = cell(Quiet("not weighed")), blank(), blank()
		}
		if l.Blind {
			odds, probability, weight = cell(Quiet("shown once you have answered")), blank(), blank()
		}
		pair := cell(Plain(l.Names[0] + " and " + l.Names[1]))
		if l.Said {
			pair.Text = append(pair.Text, Under("somebody answered that they are one person’s"))
		}
		line := row(pair, odds, probability, weight, doubt)
		if g.isWeakest(i) {
			line.State = NeedsYou
			under := "the weakest"
			if g.Holds != nil && g.Holds.A != 0 {
				under = "where they hold least"
			}
			line.Cells[0].Text = append(line.Cells[0].Text, Under(under))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// isWeakest says whether a link is the one to look at first: where the records hang together least, and where that is not told, what weighs least.
func (g Group) isWeakest(i int) bool {
	if h := g.Holds; h != nil && h.A != 0 {
		return g.Held[i].A == h.A && g.Held[i].B == h.B
	}
	return i == 0 && len(g.Held) > 1 && !g.Held[0].Blind
}

// OutsideTable are pairs in doubt with other people's records.
func (g Group) OutsideTable() Table {
	t := Table{ID: "outside", Name: "In doubt with somebody else’s records", Heading: true, Empty: "No record of this person is in doubt with somebody else’s.",
		Columns: []Column{head(col("Records")), col("Why")}}
	for i, l := range g.Outside {
		t.Rows = append(t.Rows, row(cell(LinkAbout(PairPath(l.A, l.B), l.Names[0]+" and "+l.Names[1], "look at pair "+count(i+1)+" of "+count(len(g.Outside)))), words(l.Why)))
	}
	return t
}

// Withheld says why the records cannot be parted by whoever might, where their values are hidden.
func (g Group) Withheld() string {
	if g.MayShowNames {
		return "To part records, show names first, so that you see what each of them says."
	}
	return "You cannot part these records: what they say is not shown to you."
}

// Ticks is the table of records with a box to tick beside each.
func (g Group) Ticks() Table {
	t, which := g.Records, g.Which()
	t.Rows = slices.Clone(t.Rows)
	for i, o := range which.Options {
		row := &t.Rows[i]
		row.Cells = slices.Clone(row.Cells)
		row.Cells[0].Tick = &Tick{ID: which.OptionID(i), Name: which.Name, Value: o.Value, Chosen: o.Chosen}
	}
	return t
}

// Which asks for the records that are somebody else's.
func (g Group) Which() Choice {
	return g.Form.choice("record", "Which records are somebody else’s?", "Those you tick become one person of their own. Leave at least one.", g.Choices)
}

// WhySplit asks for the reason.
func (g Group) WhySplit() Area {
	return g.Form.area("why", "Why do you think so?", "For example: the worker met both. Do not put health details here.", 2)
}

// CohortLinks is how much of the cohort rests on links that nobody has answered.
type CohortLinks struct {
	Run         id.Run // 0 when there is none
	Made        day.Day
	People      int
	Rows        []DoubtedRow
	Could       int
	CostOnly    bool       // of these it is known only that their cost together reaches the threshold
	Entering    []Entering // the costliest of these, of those whom the viewer may open
	Least, Most money.Pence
	Amount      money.Pence
	Costing     Costing
	MayLinks    bool
	MayRun      bool // to open runs
	MayPerson   bool
	Reach       *Reach // nil when the run does not say
}

// Entering is two people outside the cohort who could enter it as one, by a pair of records in doubt.
type Entering struct {
	A, B    id.Record
	Persons [2]id.Person
	Totals  [2]money.Pence
}

// EnteringTable are the pairs of people who could enter, the costliest first.
func (c CohortLinks) EnteringTable() Table {
	t := Table{ID: "entering", Name: many(len(c.Entering), "pair", "pairs") + " of people who could enter, the costliest first", Heading: true,
		Note:    "Neither is of the cohort; were the two one person, that person would meet its whole rule.",
		Columns: []Column{head(key("Person")), num("£"), key("And"), num("£"), num("Together")}}
	if c.CostOnly {
		t.Note = "Neither is of the cohort; their costs together reach its threshold. Run " + count(int(c.Run)) + " does not say whether they would meet the rest of its rule; the next run does."
	}
	if n := c.Could - len(c.Entering); n > 0 {
		t.Note += " " + count(n) + " more are not listed."
	}
	for _, x := range c.Entering {
		both := cell(LinkIf(c.MayLinks, PairPath(x.A, x.B), (x.Totals[0] + x.Totals[1]).Pounds()))
		t.Rows = append(t.Rows, row(cell(refTo(x.Persons[0], FootprintPath(x.Persons[0]))), pounds(x.Totals[0]),
			cell(refTo(x.Persons[1], FootprintPath(x.Persons[1]))), pounds(x.Totals[1]), both))
	}
	return t
}

// couldEnter is the figure's card, which leads to the pairs that are listed.
func (c CohortLinks) couldEnter() Card {
	says := "pairs of people outside the cohort who would meet its rule as one"
	if c.CostOnly {
		says = "pairs of people outside the cohort whose costs together reach its threshold; the rest of its rule was not applied"
	}
	if len(c.Entering) == 0 {
		return card("Could enter", count(c.Could), Plain(says))
	}
	return card("Could enter", count(c.Could), Plain(says+". "), Link("#entering", "Who they are"))
}

// DoubtedRow is somebody of the cohort at whose records there is doubt.
type DoubtedRow struct {
	Person             id.Person
	Within, Outside    int
	Least, Total, Most money.Pence
	Weighed            bool // Low and High are known
	Low, High          money.Pence
}

// Head implements Content.
func (c CohortLinks) Head() Head {
	return Head{Title: "How much rests on links in doubt", Place: PlaceCohort, Crumbs: []Crumb{{"Cohort", "/cohort"}}}
}

// RunPath leads to the run.
func (c CohortLinks) RunPath() string { return RunPath(c.Run) }

// Figures are the headline.
func (c CohortLinks) Figures() Totals {
	sure := card("No link in doubt", count(c.People-len(c.Rows))+" of "+count(c.People), Plain("people of the "), Link("/cohort#ranked", "ranked list"),
		Plain(": all but the "), Link("#doubted", many(len(c.Rows), "person", "people")+" below"))
	if c.Reach == nil {
		return c.Costing.totals(
			sure,
			card("Cost of these people", c.Least.Pounds()+" to "+c.Most.Pounds(), Plain("in run "+count(int(c.Run))+" "+c.Amount.Pounds())))
	}
	return c.Costing.totals(
		sure,
		card("People", c.Reach.people(c.People), Plain("by links in doubt. "), LinkAbout("/cohort#ranked", "Who they are", "the "+count(c.People)+" of the cohort")),
		card("Cost of these people", c.Least.Pounds()+" to "+c.Most.Pounds(), Plain("in run "+count(int(c.Run))+" "+c.Amount.Pounds())),
		c.couldEnter(),
	)
}

// Table is who has links in doubt.
func (c CohortLinks) Table() Table {
	t := Table{ID: "doubted", Name: many(len(c.Rows), "person", "people") + " with links in doubt", Heading: true, Wide: true,
		Note:    "In run " + count(int(c.Run)) + ": their cost as that run summed it, which counts until another run is made. At least: the costliest part, were every link within in doubt wrong. At most: with the cost of everybody outside who may be them. Likely: the cost lies in this range 19 times in 20, if each pair is right as often as its probability says, in whole thousands where that stays within At least and At most; pairs held back because a household shares so much are counted as two people.",
		Empty:   "Nobody of the cohort has a link in doubt.",
		Columns: []Column{head(key("Person")), num("In doubt within"), num("In doubt with others"), num("At least"), num("In run " + count(int(c.Run))), num("At most"), num("Likely")}}
	var least, total, most money.Pence
	for _, r := range c.Rows {
		who, within, outside, least1, most1 := cell(Strong(id.Pseudonym(r.Person))), number0(r.Within), number0(r.Outside), pounds(r.Least), pounds(r.Most)
		if c.MayPerson {
			if r.Least < r.Total {
				least1 = cell(LinkAbout(GroupPath(r.Person)+"#held", r.Least.Pounds(), "from the links within "+id.Pseudonym(r.Person)))
			}
			if r.Most > r.Total {
				most1 = cell(LinkAbout(GroupPath(r.Person)+"#outside", r.Most.Pounds(), "with the pairs at "+id.Pseudonym(r.Person)))
			}
			who = cell(refTo(r.Person, GroupPath(r.Person)))
			if r.Within > 0 {
				within = cell(LinkAbout(GroupPath(r.Person)+"#held", count(r.Within), "within "+id.Pseudonym(r.Person)))
			}
			if r.Outside > 0 {
				outside = cell(LinkAbout(GroupPath(r.Person)+"#outside", count(r.Outside), "at "+id.Pseudonym(r.Person)))
			}
		}
		least, total, most = least+r.Least, total+r.Total, most+r.Most
		likely := cell(Quiet("not known"))
		if r.Weighed {
			const step = 1000_00 // nobody knows it more closely, but for the bounds: where rounding passes one, neither end is rounded
			low, high := r.Low/step*step, (r.High+step-1)/step*step
			if low < r.Least || high > r.Most {
				low, high = r.Low, r.High
			}
			likely = words(low.Pounds())
			if low.Pounds() != high.Pounds() {
				likely = words(low.Pounds() + " to " + high.Pounds())
			}
		}
		t.Rows = append(t.Rows, row(who, within, outside, least1, cell(LinkAbout(FootprintPath(r.Person), r.Total.Pounds(), id.Pseudonym(r.Person))), most1, likely))
	}
	t.Foot = []Row{row(words("Together, of the rows above"), blank(), blank(), pounds(least), pounds(total), pounds(most), blank())}
	return t
}
