package app

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Involvement is one agency's part in a person's life: who is involved, since when, and whether it goes on.
type Involvement struct {
	Agency        store.Agency
	Worker, Reach string
	First, Last   day.Day
	Contacts      int
	Open          bool // a stay had not ended when the agency sent its data; a contact of one day is never open
	AsOf          day.Day
}

// NothingFound is an agency in which no contact was found, as of a day, and of which the viewer may know every contact. It is not the same as nothing having happened.
type NothingFound struct {
	Agency store.Agency
	AsOf   day.Day
}

// RecordShown is one record of a person as its agency sent it.
type RecordShown struct {
	store.Record
	Agency   store.Agency
	Layout   string // name of the layout that the extract came under; empty, with no extract, line and day, where the viewer may not know of it
	Who      person.Identity
	SetAside []person.SetAside
	PPM      int64 // of the strongest link that holds it; 0 for a person of one record
	Millibit int64
}

// TimelineBar is one contact on a person's timeline.
type TimelineBar struct {
	Contact id.Contact
	Agency  store.Agency
	From    day.Day
	To      day.Day // the same day for a contact of one day
	Crisis  bool
	Stay    bool
	Service string // the area's word for it
	Slug    string // the service's short name, or the agency's code where nothing says what that means
}

// PersonPage is everything that a person's page shows.
type PersonPage struct {
	Viewer    Viewer
	Area      *area.Area
	Person    id.Person
	Was       id.Person // the number that was asked for, when it forwards to Person
	Named     bool      // names are shown
	Name      Said
	Birth     Said
	Borough   string
	Involved  []Involvement
	Nothing   []NothingFound
	Timeline  []TimelineBar
	Records   []RecordShown
	Links     []store.Link
	Why       *Explained // the link of the record asked for, else the weakest; nil with one record
	LinkRun   store.Run
	Answers   []store.Answer
	AnswerBy  map[id.Account]string
	AnswerOf  map[id.Record]Answered // the records that answers were about
	Relinked  []Relinked             // what link runs changed of whose the records are, the newest first
	Parted    bool                   // an answer or a link run parted records, so that somebody may have received mixed data
	Changed   bool                   // an answer came after the published cost run, which has yet to follow it
	Cost      money.Pence            // of the contacts that the viewer may see, in the window
	Apart     map[id.Record]Apart
	Member    bool // the person meets the area's rule
	Members   int  // in the published cost run
	Seen      []Look
	SeenCount int64
	Total     store.PersonTotal // in the published cost run; zero when the person is not in it, and where Whole is false
	CostRun   store.Run
	Gaps      []cost.Gap
	Whole     bool           // the viewer may know of everything there may be; else no sum, count or agency here goes by what is kept from them
	Conflicts map[string]int // kinds of number of which there are several different values
	Crowded   []Crowded
	who       map[id.Record]person.Identity // what the records say, whatever is shown of it
	Window    day.Span
	MayAnswer bool
	MaySame   bool
	Second    SecondAsked // of those who may say that a record is the person's
	MayUndo   bool
}

// Person shows who is involved with somebody, what happened when, their records with where each came from, and why they are held
// to be one person: the link of the record asked for, or the weakest, is explained.
func (a *App) Person(ctx context.Context, who Who, n id.Person, asked id.Record) (PersonPage, error) {
	var p PersonPage
	err := a.db.Do(ctx, request(who, policy.PersonOpen, policy.Person, int64(n)), func(tx *store.Tx) (err error) {
		p, err = a.personPage(tx, n, asked)
		return err
	})
	return p, err
}

func (a *App) personPage(tx *store.Tx, n id.Person, asked id.Record) (p PersonPage, err error) {
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	here, err := tx.Area()
	if err != nil {
		return p, err
	}
	if p.Person, err = tx.Follow(n); err != nil {
		return p, err
	}
	if p.Person != n {
		p.Was = n
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return p, err
	}
	p.Area, p.Window = m.area, windowOf(m.area).Span
	sight, err := m.sightOf(tx, p.Person, here.LinkRun, policy.PersonOpen)
	if err != nil {
		return p, err
	}
	p.Whole = sight.whole()
	facts := sight.Facts
	me := policy.Subject{Kind: policy.Person, ID: int64(p.Person)}
	p.Named, p.MayAnswer = tx.May(policy.PersonSeeName, me, facts), tx.May(policy.PersonNotSame, me, facts)
	p.MaySame, p.MayUndo = tx.May(policy.PersonSame, me, facts), tx.May(policy.PersonUndoAnswer, me, facts)
	if p.MaySame {
		marked, err := marksAmong(tx, here.LinkRun, p.Person)
		if err != nil {
			return p, err
		}
		p.Second = marked.told()
	}
	records, err := tx.RecordsOf(p.Person, here.LinkRun)
	if err != nil {
		return p, err
	}
	if records = sight.records(records); len(records) == 0 {
		return p, fault.Missing("person")
	}
	if p.Links, err = tx.LinksOf(p.Person, here.LinkRun); err != nil {
		return p, err
	}
	p.Links = sight.links(p.Links)
	if p.LinkRun, err = tx.Run(here.LinkRun); err != nil {
		return p, err
	}
	if err := p.records(tx, m, sight, records); err != nil {
		return p, err
	}
	if notes(tx, theirRecords, p.Named); p.Named {
		p.Name, p.Birth = bestName(records), bestBirth(records)
	}
	if err := p.contacts(tx, m, sight, here.LinkRun); err != nil {
		return p, err
	}
	if err := p.contradictions(records); err != nil {
		return p, err
	}
	if err := p.explain(tx, asked); err != nil {
		return p, err
	}
	if p.Why != nil {
		if p.Why.By, err = a.linkedBy(tx, &p); err != nil {
			return p, err
		}
	}
	if p.Answers, err = answersShown(tx, p.Person); err != nil {
		return p, err
	}
	if p.Answers, err = sight.answers(tx, m, here.LinkRun, p.Answers); err != nil {
		return p, err
	}
	p.AnswerBy, p.AnswerOf = map[id.Account]string{}, map[id.Record]Answered{}
	for _, x := range p.Answers {
		for _, by := range []id.Account{x.Account, x.UndoneBy} {
			if p.AnswerBy[by], err = sight.who(tx, m, by); err != nil {
				return p, err
			}
		}
		if p.AnswerOf[x.Record], err = p.answered(tx, m, sight, x.Record, here.LinkRun); err != nil {
			return p, err
		}
	}
	if p.Relinked, err = p.relinked(tx, m, sight, here.LinkRun); err != nil {
		return p, err
	}
	if len(p.Answers) > 0 || len(p.Relinked) > 0 {
		parted, err := sight.partings(tx, m, here.LinkRun, p.Person, p.Answers)
		if err != nil {
			return p, err
		}
		p.Parted = len(parted) > 0
	}
	if here.CostRun != 0 {
		var report costRunReport
		if p.CostRun, report, err = costReport(tx); err != nil {
			return p, err
		}
		p.Members = len(report.Cohort.Members)
		if p.Whole { // the run's sums, and whether there are any, hold what is kept from others
			if p.Total, err = tx.TotalOf(here.CostRun, p.Person); err != nil {
				return p, err
			}
		}
	}
	p.Borough = boroughOf(records)
	for _, x := range p.Answers {
		p.Changed = p.Changed || p.Total.Person != 0 && (x.At.After(p.CostRun.StartedAt) || x.UndoneAt.After(p.CostRun.StartedAt))
	}
	if p.SeenCount, err = tx.EventCount(p.Person); err != nil {
		return p, err
	}
	seen, err := tx.Events(store.EventFilter{Person: p.Person, From: tx.Now().Add(-30 * 24 * time.Hour)}, 5)
	p.Seen = sight.looks(tx, seen)
	return p, err
}

// agencyOf is the agency whose record it is, also when no extract says anything of it any more.
func agencyOf(tx *store.Tx, n id.Record, run id.Run) (store.Agency, error) {
	r, err := tx.Record(n, run)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return store.Agency{Name: "An agency"}, nil
	}
	if err != nil {
		return store.Agency{}, err
	}
	return tx.Agency(r.Agency)
}

// Answered is a record that an answer was about.
type Answered struct {
	Agency store.Agency
	AsOf   day.Day // with Line what tells it from another record of its agency; zero where no file says anything of it that the viewer may know of
	Line   int64
	Person id.Person // who holds it now, where that is somebody else whom the viewer may open; else 0
}

func (p *PersonPage) answered(tx *store.Tx, m *priceMap, sight sight, n id.Record, run id.Run) (a Answered, err error) {
	r, err := tx.SourceOf(n)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Answered{Agency: store.Agency{Name: "An agency"}}, nil
	}
	if err != nil {
		return a, err
	}
	told, err := sight.source(tx, m, n, r)
	if err != nil {
		return a, err
	}
	if told {
		a.AsOf, a.Line = r.AsOf, r.Line
	}
	if a.Agency, err = tx.Agency(r.Agency); err != nil {
		return a, err
	}
	holder, err := tx.WhoseIs(run, n)
	if err != nil || holder == 0 || holder == p.Person {
		return a, err
	}
	a.Person, err = mayOpen(tx, holder)
	return a, err
}

// boroughOf is the borough that most records name, the first by name where they tie.
func boroughOf(records []store.Record) string {
	votes := map[string]int{}
	for _, r := range records {
		if r.Borough != "" {
			votes[r.Borough]++
		}
	}
	best := ""
	for _, b := range slices.Sorted(maps.Keys(votes)) {
		if votes[b] > votes[best] {
			best = b
		}
	}
	return best
}

// records gathers the records with where each came from. Until names are shown, what says who somebody is stays behind the door.
func (p *PersonPage) records(tx *store.Tx, m *priceMap, sight sight, records []store.Record) error {
	layouts := map[id.Extract]string{}
	for i := range records {
		from := store.RecordSource{Agency: records[i].Agency, Extract: records[i].Extract, AsOf: records[i].AsOf, Line: records[i].Line}
		told, err := sight.source(tx, m, records[i].RecordVersion.Record, from)
		if err != nil {
			return err
		}
		if !told {
			records[i].Extract, records[i].Line, records[i].AsOf, records[i].Worker, records[i].Reach = 0, 0, 0, "", ""
		}
	}
	for _, r := range records {
		shown := RecordShown{Record: r, Agency: m.agencies[r.Agency]}
		if _, known := layouts[r.Extract]; !known && r.Extract != 0 {
			name, err := tx.LayoutNameOf(r.Extract)
			if err != nil {
				return err
			}
			layouts[r.Extract] = name
		}
		shown.Layout = layouts[r.Extract]
		if err := json.Unmarshal([]byte(r.Identity), &shown.Who); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(r.SetAside), &shown.SetAside); err != nil {
			return err
		}
		for _, l := range p.Links {
			if n := r.RecordVersion.Record; (l.A == n || l.B == n) && l.PPM > shown.PPM {
				shown.PPM, shown.Millibit = l.PPM, l.Millibits
			}
		}
		if !p.Named {
			shown.Who, shown.Key, shown.Identity = person.Identity{}, "", ""
			for i := range shown.SetAside {
				shown.SetAside[i].Value = ""
			}
		}
		p.Records = append(p.Records, shown)
	}
	return nil
}

// contacts gathers who is involved and the timeline, of what the viewer may see. Who a contact names is kept by record and file, not by what
// the contact was about, so that people of another agency are told it only of agencies whose every contact they may know of.
func (p *PersonPage) contacts(tx *store.Tx, m *priceMap, sight sight, run id.Run) error {
	all, err := tx.ContactsOf(p.Person, run)
	if err != nil {
		return err
	}
	stored, _ := m.visible(tx, sight.Facts.Agencies, all)
	priced := make([]cost.Contact, len(stored))
	agencyOf := map[int64]id.Agency{}
	for _, c := range m.codes {
		agencyOf[c.ID] = c.Agency
	}
	involved := map[id.Agency]*Involvement{}
	for i, s := range stored {
		priced[i] = m.contact(s)
		g := agencyOf[s.Service]
		v := involved[g]
		if v == nil {
			v = &Involvement{Agency: m.agencies[g], First: s.From}
			involved[g] = v
		}
		v.Contacts++
		v.First, v.Last, v.AsOf = min(v.First, s.From), max(v.Last, s.From, priced[i].To), max(v.AsOf, s.AsOf)
		v.Open = v.Open || s.To == store.OpenStay
		bar := TimelineBar{Contact: priced[i].ID, Agency: m.agencies[g], From: s.From, To: max(s.From, priced[i].To), Stay: s.To != 0}
		line := m.lines[m.key(m.codes[m.place[s.Service]])]
		bar.Slug = cmp.Or(line.Service, m.codes[m.place[s.Service]].Code)
		if service, ok := m.area.Service(line.Service); ok {
			bar.Crisis, bar.Service = service.Kind == string(cost.Crisis), service.Name
		}
		p.Timeline = append(p.Timeline, bar)
	}
	for _, r := range p.Records {
		v := involved[r.Agency.ID]
		if v == nil {
			v = &Involvement{Agency: r.Agency}
			involved[r.Agency.ID] = v
		}
		v.Worker, v.Reach, v.AsOf = cmp.Or(r.Worker, v.Worker), cmp.Or(r.Reach, v.Reach), max(v.AsOf, r.AsOf)
	}
	workers, err := tx.InvolvedWith(p.Person, run)
	if err != nil {
		return err
	}
	agencyOfRecord := map[id.Record]id.Agency{}
	for _, r := range p.Records {
		agencyOfRecord[r.Record.RecordVersion.Record] = r.Agency.ID
	}
	for _, w := range workers { // the last one named stands
		g := agencyOfRecord[w.Record]
		if v := involved[g]; v != nil && sight.seesAll(tx, m, g) {
			v.Worker, v.Reach = w.Worker, w.Reach
		}
	}
	for _, v := range involved {
		p.Involved = append(p.Involved, *v)
	}
	slices.SortFunc(p.Involved, func(x, y Involvement) int { return cmp.Compare(x.Agency.ID, y.Agency.ID) })
	newest, err := tx.NewestAsOf()
	if err != nil {
		return err
	}
	for g, asOf := range newest {
		if involved[g] == nil && sight.seesAll(tx, m, g) {
			p.Nothing = append(p.Nothing, NothingFound{m.agencies[g], asOf})
		}
	}
	slices.SortFunc(p.Nothing, func(x, y NothingFound) int { return cmp.Compare(x.Agency.ID, y.Agency.ID) })
	f, err := cost.Amounts(priced, m.table, windowOf(m.area))
	if err != nil {
		return err
	}
	p.Gaps = f.Gaps
	return p.apart(ruleOf(m.area), f.Lines)
}

// WhoHasSeenPage is every event that shows a person, the newest first.
type WhoHasSeenPage struct {
	Viewer   Viewer
	Person   id.Person
	Agencies map[id.Agency]string // names
	Looks    []Look
	Count    int64
	Next     id.Event // to ask for the events after these; 0 when there are no more
}

// SeenOnPage is how many events a page shows.
const SeenOnPage = 50

// WhoHasSeen shows who has opened a person's record, when and why.
func (a *App) WhoHasSeen(ctx context.Context, who Who, n id.Person, before id.Event) (WhoHasSeenPage, error) {
	var p WhoHasSeenPage
	err := a.db.Do(ctx, request(who, policy.PersonWhoHasSeen, policy.Person, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Person, err = tx.Follow(n); err != nil {
			return err
		}
		if p.Agencies, _, err = agencyNames(tx); err != nil {
			return err
		}
		if p.Count, err = tx.EventCount(p.Person); err != nil {
			return err
		}
		sight, _, _, err := a.sightNow(tx, p.Person, policy.PersonWhoHasSeen)
		if err != nil {
			return err
		}
		events, err := tx.Events(store.EventFilter{Person: p.Person, Before: before}, SeenOnPage+1)
		if len(events) > SeenOnPage {
			events = events[:SeenOnPage]
			p.Next = events[SeenOnPage-1].ID
		}
		p.Looks = sight.looks(tx, events)
		return err
	})
	return p, err
}
