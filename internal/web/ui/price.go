package ui

import (
	"cmp"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// The pages of prices: the map from agencies' codes to prices, one line of it, and the editions.
var (
	PricesPage   = register[Prices]("prices")
	PricePage    = register[Price]("price")
	EditionsPage = register[Editions]("editions")
	EditionPage  = register[Edition]("edition")
)

// Prices is the price map: codes with no price on top, then those with one, the largest sum first.
type Prices struct {
	Window     day.Span
	Costing    Costing
	Priced     money.Pence
	Contacts   int // that have a price
	People     int
	Unpriced   []UnpricedCode // codes without an approved price
	InCohort   int            // people of the cohort with at least one contact without a price
	Codes      []PricedCode
	Sources    []SourceSum
	LeftOut    []LeftOutCode
	OutOfDate  string      // a sentence, where the sums were made before prices were changed
	Only       PriceSource // Codes are narrowed to what rests on such prices, and their sums to that; empty for all
	MayExport  bool
	MayApprove bool
	MayCohort  bool // there is a run, whose people the viewer may list
}

// UnpricedCode is an agency's code that nobody has given a price.
type UnpricedCode struct {
	Key                        PriceKey
	Agency, Code, Meaning      string
	Unit                       string
	Contacts, People, InCohort int
	MaySet                     bool
	Waits                      string // what is proposed and waits for approval; empty where nothing is
}

// PriceSource says where a price comes from.
type PriceSource string

const (
	OwnAmount     PriceSource = "Own"      // the agency's own amount on each row
	LocalPrice    PriceSource = "Local"    // set by the area's finance leads
	NationalPrice PriceSource = "National" // of a published edition
)

// PricedCode is a code with its price.
type PricedCode struct {
	Key                   PriceKey
	Agency, Code, Meaning string
	Contacts              int
	Units                 string // "8,260 days"
	Each                  money.Pence
	Varies                bool   // Each is an average
	Conversion            string // "minutes ÷ 60"; "none"
	Sum                   money.Pence
	BySource              []SourceSum // what of Sum rests on each kind of price
	Source                PriceSource
	From                  string // "NHS cost collection 2024-25"
	ApprovedBy            string // empty: it waits for approval
	ApprovedOn            day.Day
	Waits                 string // what is proposed in its place and waits for approval; empty where nothing is
}

// SourceSum is how much of the cost rests on one kind of price.
type SourceSum struct {
	Source PriceSource
	Sum    money.Pence
}

// LeftOutCode is a code that is left out, with the reason.
type LeftOutCode struct {
	Key                   PriceKey
	Agency, Code, Meaning string
	Why                   string
	Rows                  int
	Sum                   string // what it comes to, in words where no amount is known
}

// Head implements Content.
func (p Prices) Head() Head { return Head{Title: "Price map", Place: PlacePrices} }

// Figures are the headline.
func (p Prices) Figures() Totals {
	priced := card("Priced", p.Priced.Pounds(), Plain(count(p.Contacts)+" contacts of "+many(p.People, "person", "people")+". "), Link("#codes", "By code"))
	if p.MayCohort {
		priced.Note = append(priced.Note, Plain(", "), LinkAbout(EverybodyPath, "whose it is", "all that is priced"))
	}
	none := card("No approved price", count(p.UnpricedContacts()), Plain("contacts, "+many(len(p.Unpriced), "code", "codes")+". A gap, not zero. "), Link("#unpriced", "Which codes"))
	if p.UnpricedContacts() > 0 {
		none.Note = append(none.Note, Plain(", "), LinkAbout(UnpricedPath, "whose they are", "contacts with no approved price"))
	}
	return p.Costing.totals(priced, none,
		card("Approved", count(len(p.Codes))+" of "+many(len(p.Codes)+len(p.Unpriced), "code", "codes"), Plain("that are counted. "),
			LinkAbout("#codes", "Which, and by whom", "approved")),
	)
}

// UnpricedContacts are those of every code that needs somebody.
func (p Prices) UnpricedContacts() (n int) {
	for _, u := range p.Unpriced {
		n += u.Contacts
	}
	return n
}

// UnpricedTable are the codes that need somebody.
func (p Prices) UnpricedTable() Table {
	t := Table{ID: "unpriced", Name: "Codes with no approved price", Heading: true, Wide: true,
		Note:  "Every code of every file that counts or waits to be accepted, so that its price is there when the file counts.",
		Empty: "Every code that agencies sent has an approved price, or is left out.",
		Columns: []Column{head(col("Agency")), col("Code as sent"), col("Meaning"), col("Unit"), num("Contacts"), num("People"),
			num("In the cohort"), col("What to do")}}
	for _, u := range p.Unpriced {
		do := words("a finance lead sets it")
		switch {
		case u.Waits != "":
			do = cell(LinkAbout(PricePath(u.Key), "Waits for approval", u.Code), Under(u.Waits))
		case u.MaySet:
			do = cell(LinkAbout(PricePath(u.Key)+"#set", "Set a price", u.Code), Plain(" or "),
				LinkAbout(PricePath(u.Key)+"#leave-out", "leave out, with a reason", u.Code))
		}
		meaning, unit := u.Meaning, u.Unit
		if meaning == "" {
			meaning = "not stated by the agency"
		}
		if unit == "" {
			unit = "not stated"
		}
		line := row(words(u.Agency), sent(u.Code), words(meaning), words(unit), u.Key.whose(u.Contacts, "contacts, "+u.Code),
			u.Key.whose(u.People, "people, "+u.Code), u.Key.cohorts(u.InCohort, "in the cohort, "+u.Code), do)
		line.State = NeedsYou
		t.Rows = append(t.Rows, line)
	}
	t.Foot = []Row{row(words(many(len(p.Unpriced), "code", "codes")), blank(), blank(), blank(), countAt(p.UnpricedContacts(), "contacts, all codes with no approved price", UnpricedPath), words("not added"),
		words("not added"), words("People can have more than one"))}
	return t
}

// countAt is a count that leads to what it counts; nothing has nowhere to lead.
func countAt(n int, about, href string) Cell {
	if n == 0 || href == "" {
		return number0(n)
	}
	return cell(LinkAbout(href, count(n), about))
}

// whose is a count of a code that leads to whose it is; nothing is nobody's.
func (k PriceKey) whose(n int, about string) Cell {
	return countAt(n, about, k.PeoplePath())
}

// cohorts is whose, of the cohort alone.
func (k PriceKey) cohorts(n int, about string) Cell {
	return countAt(n, about, k.PeoplePath()+"&of=cohort")
}

// whoseSum is a sum of a code that leads to whose it is.
func (k PriceKey) whoseSum(m money.Pence, about string) Cell {
	return sumAt(m, about, k.PeoplePath())
}

// shown are the codes of the table: all with a price, or those with some of their sum on one kind of price, and that part of it.
func (p Prices) shown() []PricedCode {
	if p.Only == "" {
		return p.Codes
	}
	var some []PricedCode
	for _, c := range p.Codes {
		for _, s := range c.BySource {
			if s.Source == p.Only && s.Sum != 0 {
				c.Sum = s.Sum
				some = append(some, c)
			}
		}
	}
	slices.SortStableFunc(some, func(x, y PricedCode) int { return cmp.Compare(y.Sum, x.Sum) })
	return some
}

// CodeTable are the codes with a price.
func (p Prices) CodeTable() Table {
	codes := p.shown()
	t := Table{ID: "codes", Name: many(len(codes), "code", "codes") + " with a price, largest sum first", Heading: true, Wide: true,
		Class: "tl-prices", Empty: "No code has a price yet.",
		Columns: []Column{head(col("Agency and code")), col("Meaning"), num("Contacts"), num("Units"), num("Price a unit"),
			col("How it is counted"),
			num("£"), bars("Bar"), col("Price is"), key("Approved by")}}
	var most, total money.Pence
	contacts := 0
	for _, c := range codes {
		most, total, contacts = max(most, c.Sum), total+c.Sum, contacts+c.Contacts
	}
	for _, c := range codes {
		each, approved := pence(c.Each), cell(Plain(c.ApprovedBy), Under(c.ApprovedOn.Short()))
		if c.Varies {
			each.Text = append(each.Text, Under("on average"))
		}
		line := row(cell(Plain(c.Agency), Break(), LinkAbout(PricePath(c.Key), c.Code, c.Agency)), words(c.Meaning),
			c.Key.whose(c.Contacts, "contacts, "+c.Code),
			words(c.Units), each, words(c.Conversion), c.Key.whoseSum(c.Sum, c.Code), barOf(c.Sum, most), cell(Strong(string(c.Source)),
				Under(c.From)), approved)
		if c.Waits != "" {
			line.Cells[9].Text = append(line.Cells[9].Text, Under("Another waits for approval: "+c.Waits))
			line.State = NeedsYou
		}
		if c.ApprovedBy == "" {
			line.Cells[9] = cell(Tag(Attention, "Not approved"))
			line.State = NeedsYou
		}
		t.Rows = append(t.Rows, line)
	}
	all := "All priced codes"
	if p.Only != "" {
		all = "All that rests on such prices"
		t.Name = many(len(codes), "code", "codes") + " with sums that rest on " + strings.ToLower(p.sourceWords(p.Only)) + ", and how much does"
	}
	allContacts, allPriced := number0(contacts), pounds(total)
	if p.MayCohort && p.Only == "" {
		allContacts, allPriced = countAt(contacts, "contacts, all priced codes", EverybodyPath), sumAt(total, "all priced codes", EverybodyPath)
	}
	t.Foot = []Row{row(words(all), blank(), allContacts, blank(), blank(), blank(), allPriced, blank(), blank(), words("Added in pence"))}
	return t
}

func (p Prices) sourceWords(s PriceSource) string {
	return map[PriceSource]string{OwnAmount: "The agency’s own amount", LocalPrice: "A local price", NationalPrice: "A national price"}[s]
}

// SourceTable says where the prices come from.
func (p Prices) SourceTable() Table {
	t := Table{ID: "sources", Name: "Where the prices come from", Heading: true, Columns: []Column{head(col("Source")),
		num("£"), num("Share")}}
	total := sum(p.Sources, func(s SourceSum) money.Pence { return s.Sum })
	for _, s := range p.Sources {
		name := words(p.sourceWords(s.Source))
		if s.Sum != 0 {
			name = linked("/prices?source="+strings.ToLower(string(s.Source))+"#codes", p.sourceWords(s.Source))
		}
		line := row(name, pounds(s.Sum), words(share(s.Sum, total).tenths()))
		if s.Source == p.Only {
			line.State = Open
		}
		t.Rows = append(t.Rows, line)
	}
	all := pounds(total)
	if p.MayCohort {
		all = sumAt(total, "all sources", EverybodyPath)
	}
	t.Foot = []Row{row(words("All"), all, words("100%"))}
	return t
}

// LeftOutTable are the codes left out by policy.
func (p Prices) LeftOutTable() Table {
	t := Table{ID: "left-out", Name: "Left out, with the reason", Heading: true, Empty: "No code is left out.",
		Columns: []Column{head(col("Agency")), col("Code as sent"), col("Why"), num("Contacts"), col("£")}}
	rows := 0
	for _, l := range p.LeftOut {
		rows += l.Rows
		t.Rows = append(t.Rows, row(words(l.Agency), cell(LinkAbout(PricePath(l.Key), l.Code, l.Agency), Under(l.Meaning)),
			words(l.Why), l.Key.whose(l.Rows, "contacts, "+l.Code), words(l.Sum)))
	}
	t.Foot = []Row{row(words(many(len(p.LeftOut), "code", "codes")), blank(), blank(), countAt(rows, "contacts, all codes left out", LeftOutPath), words("not known"))}
	return t
}

// Price is one line of the price map: what it is now, and the forms that change it.
type Price struct {
	Key                   PriceKey
	Agency, Code, Meaning string
	Unit                  string
	Contacts, People      int
	InCohort              int
	Now                   []Pair // price, source, edition, conversion, uprating, approved by whom and when; or that there is none
	Unapproved            bool   // what Now says was proposed, and nobody has approved it
	Sum                   money.Pence
	Costing               Costing
	Change                []string    // what a waiting price would change: who would enter and who would leave the cohort
	Enter, Leave          []id.Person // of the cohort, whom the viewer may open
	History               []PriceChange
	Waits                 bool   // a decision waits for approval:
	Proposed              string // what is proposed, in words
	ProposedBy            string
	Leaves                bool     // it is proposed that the code is left out, and so carries no price
	Decision              id.Price // that waits
	MaySet, MayApprove    bool
	NotYours              string   // why one may not approve: whoever set a price does not approve it
	Years                 []Option // financial years a local price may be of
	Services              []Option // what the code can mean; none where that is settled
	Counts                []Option // what the price is of one of, and how what was sent becomes that
	Editions              []Option // national prices that could fit, "code item, unit, price"
	SetForm, LeaveForm    Form
	Would                 *PriceWould // what the form that came back would change; nil where nobody asked
}

// PriceWould is what a price, or leaving the code out, would change if it were set and approved.
type PriceWould struct {
	LeftOut      bool   // it is about leaving the code out
	Proposed     string // the price, or the reason for leaving it out, in words
	Change       []string
	Enter, Leave []id.Person // of the cohort, whom the viewer may open
}

// PriceChange is what was set before.
type PriceChange struct {
	When day.Day
	Who  string
	What string
}

// Head implements Content.
func (p Price) Head() Head {
	h := Head{Title: p.Agency + ", code " + p.Code, Place: PlacePrices, Crumbs: []Crumb{{"Prices", "/prices"}}, Form: p.setForm()}
	if p.LeaveForm.Problem != nil {
		h.Form = p.leaveForm()
	}
	return h
}

func (p Price) setForm() Form {
	f := p.SetForm
	f.Prefix = "set-"
	return f
}

func (p Price) leaveForm() Form {
	f := p.LeaveForm
	f.Prefix = "leave-"
	return f
}

// Path is the line's address.
func (p Price) Path() string { return PricePath(p.Key) }

// Figures say how much rests on this line.
func (p Price) Figures() Totals {
	contacts := card("Contacts", count(p.Contacts), Plain("of "+many(p.People, "person", "people")+", "+count(p.InCohort)+" in the cohort. "))
	if p.Contacts > 0 {
		contacts.Note = append(contacts.Note, Link(p.Key.PeoplePath(), "Whose they are"))
	}
	cards := []Card{contacts}
	if p.Sum != 0 {
		cards = append(cards, card("Priced at", p.Sum.Pounds(), LinkAbout(p.Key.PeoplePath(), "Whose it is", "the sum")))
	}
	return p.Costing.totals(cards...)
}

// The fields of a local price.
func (p Price) Amount() Input {
	i := p.setForm().input("amount", "Price of a unit", "In pounds and pence, for example 812.00.", 10)
	i.Prefix, i.Mode = "£", "decimal"
	return i
}
func (p Price) Service() Choice {
	return p.setForm().choice("service", "What does the code mean?", "", append([]Option{{Label: "Choose a service"}}, p.Services...))
}
func (p Price) Count() Choice {
	return p.setForm().choice("counts", "What is it the price of one of?", "", p.Counts)
}
func (p Price) Year() Choice {
	return p.setForm().choice("year", "In prices of which year?", "It is uprated from there by the area’s deflator.", p.Years)
}
func (p Price) National() Choice {
	return p.setForm().choice("national", "Or use a national price", "", append([]Option{{Label: "None: use the price above"}},
		p.Editions...))
}
func (p Price) Source() Input {
	return p.setForm().input("source", "Where does it come from?", "For example: Police finance, full cost of custody, 2024-25.", 30)
}
func (p Price) LeaveWhy() Area {
	return p.leaveForm().area("why", "Why is it left out?", "The reason is shown beside every total.", 2)
}

// HistoryTable is what was set before.
func (p Price) HistoryTable() Table {
	t := Table{ID: "history", Name: "Changes", Heading: true, Columns: []Column{key("When"), head(col("What")), col("Who")},
		Empty: "Nobody has changed this line."}
	for _, c := range p.History {
		t.Rows = append(t.Rows, row(longDay(c.When), words(c.What), cell(Name(c.Who))))
	}
	return t
}
