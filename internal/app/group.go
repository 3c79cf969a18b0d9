package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/linkage/cluster"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// GroupLink is a link that holds a person together, or a pair in doubt at one of their records.
type GroupLink struct {
	Pair  Pair
	PPM   int64                // 0 while the viewer is asked about the pair, and so is Bits
	Bits  int64                // the weight of the evidence, thousandths of a bit
	Blind bool                 // they are, so that its weight waits for their answer
	Doubt bool                 // the pair is in doubt: it has a page of its own
	Said  bool                 // an answer that counts says that they are the same
	Why   linkage.ReviewReason // of a pair in doubt
	Other id.Person            // whose the record outside is; 0 where both records are this person's
}

// GroupPage is a person as a group of records: what holds them together, where they are weakest, which numbers contradict each other.
type GroupPage struct {
	PersonPage
	Held     []GroupLink // weakest first, those that the viewer is asked about before the others
	Outside  []GroupLink // pairs in doubt with somebody else's records
	MaySplit bool

	// For whoever reviews links and may know of every record, how well these hang together, of three to linkage.MostHeld. It is nil while HoldsWaits:
	// the viewer is asked about two of them, and says first.
	Holds      *linkage.Holding
	HoldsWaits bool
	Against    AgainstPairs // of Holds
}

// Group shows a person's records as a group.
func (a *App) Group(ctx context.Context, who Who, n id.Person) (GroupPage, error) {
	var p GroupPage
	err := a.db.Do(ctx, request(who, policy.PersonOpen, policy.Person, int64(n)), func(tx *store.Tx) (err error) {
		p, err = a.groupPage(tx, n)
		return err
	})
	return p, err
}

func (a *App) groupPage(tx *store.Tx, n id.Person) (p GroupPage, err error) {
	if p.PersonPage, err = a.personPage(tx, n, 0); err != nil {
		return p, err
	}
	p.MaySplit = p.MayAnswer && p.Whole
	mayPairs := tx.May(policy.PairList, policy.Subject{Kind: policy.Area, ID: 1}, policy.Facts{Exists: true, Area: tx.Actor().Area})
	doubts := map[Pair]waiting{}
	var all []waiting
	if mayPairs {
		if all, _, err = waitingPairs(tx); err != nil {
			return p, err
		}
	}
	own := map[id.Record]bool{}
	for _, r := range p.Records {
		own[r.RecordVersion.Record] = true
	}
	for _, w := range all {
		doubts[Pair{w.A, w.B}] = w
		p.HoldsWaits = p.HoldsWaits || p.Whole && len(own) > 2 && own[w.A] && own[w.B] && w.waitsFor(p.Viewer.Account)
		if own[w.A] == own[w.B] || !w.open() {
			continue
		}
		other := 0
		if own[w.A] {
			other = 1
		}
		x := GroupLink{Pair: Pair{w.A, w.B}, Doubt: true, Why: blindReason(w.Why), Blind: !w.readBy(p.Viewer.Account), Other: w.Persons[other]}
		s, f, err := recordFacts(tx, x.Pair[other], w.Agencies[other], w.Persons[other])
		if err != nil {
			return p, err
		}
		if !tx.May(policy.PairOpen, s, f) {
			continue
		}
		tx.Names(x.Other)
		p.Outside = append(p.Outside, x)
	}
	said, err := saidSame(tx)
	if err != nil {
		return p, err
	}
	maps.DeleteFunc(said, func(pair Pair, _ bool) bool {
		_, here := p.who[pair[0]]
		_, too := p.who[pair[1]]
		return !here || !too
	})
	links := slices.Clone(p.Links)
	for _, pair := range p.joinedSince(said) {
		d, err := tx.Doubt(pair[0], pair[1])
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return p, err
		}
		d.A, d.B = pair[0], pair[1] // of one that the run did not weigh nothing else is known
		links = append(links, d.Link)
	}
	for _, l := range links {
		x := GroupLink{Pair: Pair{l.A, l.B}, PPM: l.PPM, Bits: l.Millibits, Said: said[Pair{l.A, l.B}]}
		if w, ok := doubts[x.Pair]; ok {
			x.Doubt, x.Why = true, blindReason(w.Why)
			if x.Blind = w.waitsFor(p.Viewer.Account); x.Blind {
				x.PPM, x.Bits = 0, 0
			}
		}
		p.Held = append(p.Held, x)
	}
	slices.SortFunc(p.Held, func(x, y GroupLink) int {
		return cmp.Or(cmp.Compare(x.PPM, y.PPM), cmp.Compare(x.Bits, y.Bits), cmp.Compare(x.Pair[0], y.Pair[0]), cmp.Compare(x.Pair[1], y.Pair[1]))
	})
	if n := len(p.Records); mayPairs && p.Whole && !p.HoldsWaits && n > 2 && n <= linkage.MostHeld {
		if err = p.holds(tx, said); err == nil {
			p.Against, err = against(tx, p.Holds.Unlike, p.Named)
		}
	}
	return p, err
}

// joinedSince gives the pairs by which answers about two of the records joined those that the run had left apart, in the order of their records.
func (p *GroupPage) joinedSince(said map[Pair]bool) (some []Pair) {
	place := make(map[id.Record]uint32, len(p.who))
	for r := range p.who {
		place[r] = uint32(len(place))
	}
	pieces := cluster.NewSets(len(place))
	for _, l := range p.Links {
		pieces.Join(place[l.A], place[l.B])
	}
	for _, pair := range slices.SortedFunc(maps.Keys(said), func(x, y Pair) int { return slices.Compare(x[:], y[:]) }) {
		if pieces.Join(place[pair[0]], place[pair[1]]) {
			some = append(some, pair)
		}
	}
	return some
}

// holds reckons how well the records hang together.
func (p *GroupPage) holds(tx *store.Tx, said map[Pair]bool) error {
	model, err := publishedModel(tx, p.LinkRun.ID)
	if err != nil {
		return err
	}
	var same [][2]id.Record
	for pair := range said {
		same = append(same, pair)
	}
	ties := make([]linkage.Tie, len(p.Links))
	for i, l := range p.Links {
		ties[i] = linkage.Tie{A: l.A, B: l.B, Millibits: l.Millibits}
	}
	h := linkage.Hold(model, p.who, ties, same)
	p.Holds = &h
	return nil
}

// numberKinds are the numbers of which one person has one.
var numberKinds = map[person.IdentifierKind]string{person.NHSNumber: "NHS number", person.NINO: "National Insurance number", person.PNCID: "PNC number",
	person.PrisonNumber: "prison number", person.OtherNational: "national number"}

// manyOfOneAgency is from how many records of one agency on a person is to be looked at. Whoever numbers visits and not people has so many of
// somebody who comes often; whoever numbers people seldom knows one by ten numbers.
const manyOfOneAgency = 10

// Crowded is an agency with very many records of one person, each under another number of its own.
type Crowded struct {
	Agency  store.Agency
	Records int
}

// contradictions counts the different values of each number among the records that the viewer may know of, and finds agencies with very many of
// them. That there are several may be said while the numbers themselves are hidden.
func (p *PersonPage) contradictions(records []store.Record) error {
	p.who = map[id.Record]person.Identity{}
	shown, agencies := map[id.Record]bool{}, map[id.Agency]int{}
	for _, r := range p.Records {
		shown[r.RecordVersion.Record] = true
		if agencies[r.Agency.ID]++; agencies[r.Agency.ID] == manyOfOneAgency {
			p.Crowded = append(p.Crowded, Crowded{Agency: r.Agency})
		}
	}
	for i := range p.Crowded {
		p.Crowded[i].Records = agencies[p.Crowded[i].Agency.ID]
	}
	values := map[string]map[string]bool{}
	for _, r := range records {
		if !shown[r.RecordVersion.Record] {
			continue
		}
		var who person.Identity
		if err := json.Unmarshal([]byte(r.Identity), &who); err != nil {
			return fmt.Errorf("record %d: %w", r.RecordVersion.Record, err)
		}
		p.who[r.RecordVersion.Record] = who
		for _, i := range who.Identifiers {
			if name := numberKinds[i.Kind]; name != "" {
				if values[name] == nil {
					values[name] = map[string]bool{}
				}
				values[name][i.Value] = true
			}
		}
	}
	p.Conflicts = map[string]int{}
	for name, v := range values {
		if len(v) > 1 {
			p.Conflicts[name] = len(v)
		}
	}
	return nil
}

// SplitPerson says that some of a person's records are not the same person's as the others.
type SplitPerson struct {
	Person  id.Person
	Records []id.Record
	Reason  string
}

// Split parts some records of a person from the others: together they become a person of their own, at once and for ever. It is one
// answer of somebody who has seen what the records say, and is taken back as one.
func (a *App) Split(ctx context.Context, who Who, in SplitPerson) (made id.Person, err error) {
	in.Reason = strings.TrimSpace(in.Reason)
	if len(in.Records) == 0 {
		return 0, fault.InvalidField("record", "Choose the records that are somebody else’s.", "Tick one or more, and leave one or more.")
	}
	if err := checkReason(in.Reason, errNoReason); err != nil {
		return 0, err
	}
	err = a.db.Do(ctx, request(who, policy.PersonNotSame, policy.Person, int64(in.Person)), func(tx *store.Tx) error {
		run, p, members, err := membersNow(tx, in.Person)
		if err != nil {
			return err
		}
		chosen := slices.Compact(slices.Sorted(slices.Values(in.Records)))
		for _, r := range chosen {
			if !slices.Contains(members, r) {
				return fault.Missing("record")
			}
		}
		if len(chosen) == len(members) {
			return fault.InvalidField("record", "These are all of the records, so nobody would be left.", "Leave at least one of them.")
		}
		x := store.Answer{Answer: string(linkage.NotSame), Person: p, Record: chosen[0], Reason: in.Reason, CountsFrom: run}
		for _, r := range members {
			if slices.Contains(chosen, r) {
				continue
			}
			for _, c := range chosen {
				x.Pairs = append(x.Pairs, ordered(c, r))
			}
		}
		if err := sawRecords(tx, in.Person); err != nil {
			return err
		}
		if x, err = tx.AddAnswer(x); err != nil {
			return err
		}
		now, err := settle(tx, run, x)
		made = now[chosen[0]]
		return err
	})
	return made, err
}
