package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// linkRunReport is what a link run found, kept with the run.
type linkRunReport struct {
	Records int
	Persons int
	Agency  map[string]int // records by agency
	Several int            // persons of more than one record
	Links   int
	Doubts  int
	Model   *linkage.Model
	Linkage linkage.Report
	Quality linkage.Quality // empty for a run made before it was kept
	// Crowded are people of whom one agency has very many records, those of most first, at most so many as are looked at; CrowdedN is all.
	Crowded    []CrowdedPerson
	CrowdedN   int
	TwoNumbers int        // pairs linked that have different valid NHS numbers
	Moved      *LinkMoves // nil for an area's first run, and for one made before it was kept

	Since  *LinkedSince `json:",omitempty"` // nil for a run that compared all records anew
	Anew   string       `json:",omitempty"` // why it did, in words; empty for an area's first run
	Joined string       `json:",omitempty"` // records that a run since another joined anew, as writeNumbers writes them
}

// linking is one link run at work.
type linking struct {
	area    *area.Area
	linker  *linkage.Linker
	records []id.Record // in order; the linker's numbers are places in it
	agency  []id.Agency
	slugs   map[id.Agency]string
	before  map[id.Record]id.Person // the published run's memberships
	answers []linkage.Answer
	marks   linkMarks
	heard   []int64 // the numbers of the answers that counted
	inputs  RunInputs

	answered []Pair // that people have answered

	since *sinceRun // nil when all records are compared
	anew  string    // why they are
}

// linkRecords links every standing record and publishes who is who. Each cluster keeps the number of the person it overlaps most;
// a person whose records all went elsewhere is forwarded there.
func (a *App) linkRecords(ctx context.Context, t *task) error {
	var args runArgs
	if err := t.read(&args); err != nil {
		return err
	}
	return a.inRun(ctx, t, func(run id.Run) error {
		const tries = 5
		anew := ""
		if args.Anew {
			anew = anewAsked
		}
		for try := 1; ; try++ {
			err := a.linkOnce(ctx, t, run, anew)
			if errors.Is(err, linkage.ErrOtherRun) && anew == "" {
				anew = anewOther
				continue
			}
			if !errors.Is(err, errAnswered) && !errors.Is(err, errMarked) || try >= tries {
				return err
			}
			if err := a.sweepRun(ctx, t, run); err != nil {
				return err
			}
		}
	})
}

// errAnswered is why a link run begins anew: what it found without an answer must not overrule that answer.
var errAnswered = fault.New(fault.Conflict, "answered-meanwhile", "Somebody answered which records are one person while they were being linked.", "Start another run.")

// errMarked is why a link run begins anew: what it found without a mark may have joined whom the mark holds apart.
var errMarked = fault.New(fault.Conflict, "marked-meanwhile", "A file that says who is shielded, or who was victim or suspect, came to count or ceased to while records were being linked.",
	"Start another run.")

// linkOnce links everything and publishes it, unless somebody has answered or marks have changed meanwhile: then it gives errAnswered or errMarked. It compares only what came since
// an earlier run where it can, unless anew says why all records are compared.
func (a *App) linkOnce(ctx context.Context, t *task, run id.Run, anew string) error {
	if err := t.tell("Reading records", 0, 0); err != nil {
		return err
	}
	err := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		return askAgain(tx, here.LinkRun)
	})
	if err != nil {
		return err
	}
	var l *linking
	err = a.db.Do(ctx, request(t.who, policy.RunRead, policy.Run, int64(run)), func(tx *store.Tx) (err error) {
		l, err = a.gatherRecords(tx, anew)
		return err
	})
	if err != nil {
		return err
	}
	text, hash, err := l.inputs.text()
	if err != nil {
		return err
	}
	err = a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx) error { return tx.FixRun(run, text, hash) })
	if err != nil {
		return err
	}
	if err := t.tell("Comparing records", 0, int64(len(l.records))); err != nil {
		return err
	}
	found, err := l.find(ctx)
	if err != nil {
		return err
	}
	return a.writeLinks(ctx, t, run, l, found)
}

// gatherRecords reads in one snapshot everything that the run fixes.
func (a *App) gatherRecords(tx *store.Tx, anew string) (*linking, error) {
	here, err := tx.Area()
	if err != nil {
		return nil, err
	}
	l := &linking{linker: linkage.New(), before: map[id.Record]id.Person{}, slugs: map[id.Agency]string{}, anew: anew}
	if l.area, err = a.config(tx.Actor().Area); err != nil {
		return nil, err
	}
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	for _, g := range agencies {
		l.slugs[g.ID] = g.Slug
	}
	last, err := tx.LastRecord()
	if err != nil {
		return nil, err
	}
	if err := a.sinceWhich(tx, here.LinkRun, l); err != nil {
		return nil, err
	}
	place := map[id.Record]uint32{}
	err = tx.StandingRecords(0, last, func(r store.Record) error {
		var who person.Identity
		if err := json.Unmarshal([]byte(r.Identity), &who); err != nil {
			return fmt.Errorf("record %d: %w", r.RecordVersion.Record, err)
		}
		n := r.RecordVersion.Record
		if place[n], err = l.add(r, who); err != nil {
			return err
		}
		l.records, l.agency = append(l.records, n), append(l.agency, r.Agency)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if here.LinkRun != 0 {
		if err := tx.Memberships(here.LinkRun, func(m store.Membership) { l.before[m.Record] = m.Person }); err != nil {
			return nil, err
		}
	}
	if l.marks, err = readMarks(tx, l.records); err != nil {
		return nil, err
	}
	answers, err := tx.StandingAnswers()
	if err != nil {
		return nil, err
	}
	for _, x := range answers {
		l.heard = append(l.heard, x.ID)
		for _, pair := range x.Pairs {
			i, ok := place[pair[0]]
			j, ok2 := place[pair[1]]
			if ok && ok2 && x.Answer != "unsure" {
				l.answers = append(l.answers, linkage.Answer{A: i, B: j, Same: x.Answer == "same"})
			}
		}
	}
	pairs, err := tx.PairAnswers()
	if err != nil {
		return nil, err
	}
	for _, x := range pairs {
		if x.UndoneAt.IsZero() {
			l.answered = append(l.answered, ordered(x.Pairs[0][0], x.Pairs[0][1]))
		}
	}
	extracts, _, err := extractInputs(tx)
	l.inputs = RunInputs{Extracts: extracts, Answers: len(answers), Configuration: l.area.Version, Code: a.version, LinkRun: here.LinkRun}
	if l.since != nil {
		l.inputs.Held = l.since.held
	}
	return l, err
}

// options are the area's linkage settings.
func (l *linking) options() linkage.Options {
	o := linkage.DefaultOptions()
	s := l.area.Linkage
	o.Answers = l.answers
	o.Shielded, o.Incidents = l.marks.shielded, l.marks.incidents
	o.ReviewFrom, o.ReviewTo = s.ReviewAbove, s.AutomaticAbove
	o.HoldHouseholds = true // twins, and father and son of one name, are for somebody to look at
	o.NameAndBirth, o.Population = linkage.ReviewEach, s.Population
	if s.NameAndBirthRare {
		o.NameAndBirth = linkage.RareOnly
	}
	return o
}

// writeLinks gives people their numbers and writes memberships, links and doubts under the run, and publishes it.
func (a *App) writeLinks(ctx context.Context, t *task, run id.Run, l *linking, found *linkage.Result) error {
	before := make([]id.Person, len(l.records))
	for i, r := range l.records {
		before[i] = l.before[r]
	}
	fresh := 0
	persons, changes := linkage.Keep(found.Person, before, func() id.Person { // -k stands for the k-th new person until it has a number
		fresh++
		return id.Person(-fresh)
	})
	var first id.Person
	err := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx) (err error) {
		first, err = tx.AddPersons(fresh, run)
		return err
	})
	if err != nil {
		return err
	}
	number := func(p id.Person) id.Person {
		if p < 0 {
			return first - 1 - p
		}
		return p
	}
	memberships := make([]store.Membership, len(l.records))
	for i, r := range l.records {
		memberships[i] = store.Membership{Record: r, Person: number(persons[i])}
	}
	events, forwards := l.events(run, changes, number)
	err = writeRun(ctx, a, t, run, "Writing who is who", memberships, (*store.Tx).StageMemberships)
	if err != nil {
		return err
	}
	links, err := l.links(found)
	if err != nil {
		return err
	}
	if err := writeRun(ctx, a, t, run, "Writing links", links, (*store.Tx).StageLinks); err != nil {
		return err
	}
	doubts, err := l.doubts(found)
	if err != nil {
		return err
	}
	if err := writeRun(ctx, a, t, run, "Writing pairs in doubt", doubts, (*store.Tx).StageDoubts); err != nil {
		return err
	}
	changed := func(tx *store.Tx, _ id.Run, some []store.MembershipEvent) error { return tx.AddMembershipEvents(some) }
	if err := writeRun(ctx, a, t, run, "Writing what changed", events, changed); err != nil {
		return err
	}
	report := l.report(found, len(links), len(found.Review))
	now := make([]id.Person, len(persons))
	for i, p := range persons {
		now[i] = number(p)
	}
	report.Crowded, report.CrowdedN = l.crowded(now)
	if len(l.before) > 0 {
		report.Moved = movesOf(changes, before, now)
	}
	return a.db.Do(ctx, request(t.who, policy.RunPublish, policy.Run, int64(run)), func(tx *store.Tx) error {
		if now, err := tx.StandingAnswers(); err != nil {
			return err
		} else if !slices.EqualFunc(now, l.heard, func(x store.Answer, n int64) bool { return x.ID == n }) {
			return errAnswered
		}
		if now, err := readMarks(tx, l.records); err != nil {
			return err
		} else if !l.marks.equal(now) {
			return errMarked
		}
		for _, f := range forwards {
			if err := tx.ForwardPerson(f.From, f.To); err != nil {
				return err
			}
		}
		return publish(tx, run, store.LinkRun, report)
	})
}

// events turns changes of membership into the history that is kept. The first run of an area is its own history: every record in
// it is new. A record of which no extract says anything any more left its person for nobody.
func (l *linking) events(run id.Run, changes []linkage.Event, number func(id.Person) id.Person) (all, forwards []store.MembershipEvent) {
	for _, c := range changes {
		e := store.MembershipEvent{Run: run, Kind: string(c.Kind)}
		switch c.Kind {
		case linkage.Forwarded:
			e.From, e.To = number(c.Person), number(c.To)
			forwards = append(forwards, e)
		case linkage.Unlinked:
			e.Record, e.From = l.records[c.Record], number(c.Person)
		case linkage.Linked:
			e.Record, e.To = l.records[c.Record], number(c.Person)
		}
		if len(l.before) > 0 {
			all = append(all, e)
		}
	}
	for _, r := range slices.Sorted(maps.Keys(l.before)) {
		if _, stands := slices.BinarySearch(l.records, r); !stands {
			all = append(all, store.MembershipEvent{Run: run, Kind: string(linkage.Unlinked), Record: r, From: l.before[r]})
		}
	}
	return all, forwards
}

// millis turns bits into thousandths.
func millis(bits float64) int64 { return int64(math.Round(bits * 1000)) }

// millionths turns a weight in bits into a probability in millionths, rounded down so that nothing but certainty is certain.
func millionths(bits float64) int64 { return min(999_999, int64(linkage.Probability(bits)*1_000_000)) }

func (l *linking) report(found *linkage.Result, links, doubts int) linkRunReport {
	r := linkRunReport{Records: len(l.records), Persons: found.Persons, Links: links, Doubts: doubts, Model: found.Model, Linkage: found.Report, Quality: found.Quality,
		Agency: map[string]int{}, Anew: l.anew}
	if s := l.since; s != nil {
		r.Since, r.Quality, r.Joined = &s.said, s.quality, writeNumbers(s.joined)
		r.Since.Pairs = found.Report.Pairs
	}
	size := make([]int, found.Persons)
	for i, p := range found.Person {
		size[p]++
		r.Agency[l.slugs[l.agency[i]]]++
	}
	for _, x := range found.Review {
		if x.Reason == linkage.TwoNumbers {
			r.TwoNumbers++
		}
	}
	for _, n := range size {
		if n > 1 {
			r.Several++
		}
	}
	return r
}

// CrowdedPerson is somebody of whom one agency has very many records.
type CrowdedPerson struct {
	Person  id.Person
	Agency  string // slug
	Records int
}

// crowded finds people of whom one agency has very many records: the first of them, and how many there are.
func (l *linking) crowded(of []id.Person) (some []CrowdedPerson, all int) {
	records := map[CrowdedPerson]int{}
	for i, p := range of {
		records[CrowdedPerson{Person: p, Agency: l.slugs[l.agency[i]]}]++
	}
	for k, n := range records {
		if n >= manyOfOneAgency {
			k.Records = n
			some = append(some, k)
		}
	}
	slices.SortFunc(some, func(x, y CrowdedPerson) int {
		return cmp.Or(cmp.Compare(y.Records, x.Records), cmp.Compare(x.Person, y.Person), cmp.Compare(x.Agency, y.Agency))
	})
	return some[:min(len(some), mostMoves)], len(some)
}

// EvidencePart is one line of the evidence for a link, as it is kept: thousandths of a bit, which sum to the link's.
type EvidencePart struct {
	Key       string
	Field     string
	Words     string
	Millibits int64
	Compared  bool
	Level     string `json:",omitempty"` // how far two values agree, quoting neither
}

// link is a pair with its evidence. Its weight is the sum of the parts as they are shown, so that the sum on the page is exact.
func (l *linking) link(m *linkage.Model, i, j uint32) (store.Link, error) {
	a, b := l.records[i], l.records[j]
	out := store.Link{A: min(a, b), B: max(a, b)}
	var parts []EvidencePart
	for _, p := range l.linker.Explain(m, i, j).Parts {
		n := millis(p.Bits)
		out.Millibits += n
		parts = append(parts, EvidencePart{p.Key, p.Field, p.Words, n, p.Compared, p.Level})
	}
	out.PPM = millionths(float64(out.Millibits) / 1000)
	text, err := json.Marshal(parts)
	out.Evidence = string(text)
	return out, err
}

func (l *linking) links(found *linkage.Result) ([]store.Link, error) {
	out := make([]store.Link, len(found.Links))
	for i, x := range found.Links {
		var err error
		if out[i], err = l.link(found.Model, x.A, x.B); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(x, y store.Link) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out, nil
}

func (l *linking) doubts(found *linkage.Result) ([]store.Doubt, error) {
	out := make([]store.Doubt, len(found.Review))
	for i, x := range found.Review {
		link, err := l.link(found.Model, x.A, x.B)
		if err != nil {
			return nil, err
		}
		out[i] = store.Doubt{Link: link, Why: string(x.Reason)}
	}
	out, err := l.keepAnswered(found, out)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(x, y store.Doubt) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out, nil
}
