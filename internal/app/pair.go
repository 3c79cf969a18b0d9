package app

import (
	"context"
	"fmt"
	"slices"

	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// ReadingShown is what somebody said of a pair.
type ReadingShown struct {
	store.Answer
	By, UndoneBy string
	After        bool // it was given once another had been taken back: see afterUndo
}

// PairPage is two records side by side. Until the viewer has answered, nothing of the model's weight is in it, nor whether the two are
// linked, nor what others said.
type PairPage struct {
	Viewer   Viewer
	Area     *area.Area
	Pair     Pair
	Named    bool // names of both are shown
	Sides    [2]RecordShown
	Why      linkage.ReviewReason // blind while Blind
	Rule     string               // which rule let the pair wait, in a sentence that tells no weight; empty where the run does not say it
	Compared []EvidencePart       // how far each field agrees, without weights
	Blind    bool                 // the viewer is asked, and sees no weight before they have answered
	Again    bool                 // an answer about the pair was taken back
	Second   SecondAsked
	Stand    linkage.Stand
	MaySame, MayNotSame, MayUnsure,
	MayUndo bool

	// Filled in once the pair is not blind.
	Linked   bool
	People   [2]id.Person // whose they are now
	Holds    [2]int       // how many records each of these has
	Evidence Explained
	Against  AgainstPairs // of other records of two people
	Readings []ReadingShown
	Counts   linkage.Says // which answer counts; empty when none does
	Waits    bool         // for somebody else
	Run      store.Run
}

// Pair opens a pair in doubt.
func (a *App) Pair(ctx context.Context, who Who, in Pair) (PairPage, error) {
	var p PairPage
	err := a.db.Do(ctx, request(who, policy.PairOpen, policy.Record, int64(in[0])), func(tx *store.Tx) (err error) {
		p, err = a.pairPage(tx, in)
		return err
	})
	return p, err
}

// bothSides gives the records of a pair, of which the policy has been asked about the first, and now about the second.
func bothSides(tx *store.Tx, in Pair, run id.Run) (r [2]store.Record, f [2]policy.Facts, err error) {
	for i, n := range in {
		if r[i], err = tx.Record(n, run); err != nil {
			if fault.KindOf(err) == fault.NotFound {
				err = fault.Missing("pair")
			}
			return r, f, err
		}
		var s policy.Subject
		if s, f[i], err = recordFacts(tx, n, r[i].Agency, r[i].Person); err == nil {
			err = tx.Ask(s, f[i])
		}
		if err != nil {
			return r, f, err
		}
	}
	return r, f, nil
}

func (a *App) pairPage(tx *store.Tx, in Pair) (p PairPage, err error) {
	p.Pair = in
	if p.Viewer, err = viewer(tx); err != nil {
		return p, err
	}
	here, err := tx.Area()
	if err != nil {
		return p, err
	}
	d, err := tx.Doubt(in[0], in[1])
	if err != nil {
		return p, err
	}
	if p.Run, err = tx.Run(here.LinkRun); err != nil {
		return p, err
	}
	records, facts, err := bothSides(tx, in, here.LinkRun)
	if err != nil {
		return p, err
	}
	p.Named = true
	for i, r := range records {
		p.Named = p.Named && tx.May(policy.PersonSeeName, policy.Subject{Kind: policy.Person, ID: int64(r.Person)}, facts[i])
	}
	notes(tx, pairNoted(in), p.Named)
	m, err := a.priceMap(tx)
	if err != nil {
		return p, err
	}
	p.Area = m.area
	shown := PersonPage{Named: p.Named}
	if err := shown.records(tx, m, sight{May: true}, records[:]); err != nil {
		return p, err
	}
	copy(p.Sides[:], shown.Records)
	if err := p.read(tx, in, here.LinkRun, p.may(tx, in, facts)); err != nil {
		return p, err
	}
	p.Why, p.Linked, p.People = linkage.ReviewReason(d.Why), records[0].Person == records[1].Person, [2]id.Person{records[0].Person, records[1].Person}
	for i, who := range p.People {
		held, err := tx.MembersOf(here.LinkRun, who)
		if err != nil {
			return p, err
		}
		p.Holds[i] = len(held)
	}
	if !p.Blind && !p.Linked {
		if err := p.against(tx, m); err != nil {
			return p, err
		}
	}
	return p, p.explain(d, p.Run.CodeVersion == a.version)
}

// may says what the viewer may answer, and whether they may answer at all.
func (p *PairPage) may(tx *store.Tx, in Pair, f [2]policy.Facts) bool {
	both := func(act policy.Act) bool {
		for i, n := range in {
			if !tx.May(act, policy.Subject{Kind: policy.Record, ID: int64(n)}, f[i]) {
				return false
			}
		}
		return true
	}
	p.MaySame, p.MayNotSame, p.MayUnsure = both(policy.PairSame), both(policy.PairNotSame), both(policy.PairUnsure)
	p.MayUndo = both(policy.PairUndo)
	return p.MaySame || p.MayNotSame || p.MayUnsure
}

// read gathers what people said, and whether the viewer is asked.
func (p *PairPage) read(tx *store.Tx, in Pair, run id.Run, may bool) error {
	answers, err := tx.AnswersOfPair(in[0], in[1])
	if err != nil {
		return err
	}
	readings := readingsOf(answers)[in]
	v, sensitive, err := judgePair(tx, run, in, readings)
	if err != nil {
		return err
	}
	p.Second, p.Counts, p.Stand = sensitive.told(), v.says, v.stands
	open := p.Stand.Open(linkage.AskedTwice(in[0], in[1]))
	mine := slices.ContainsFunc(readings, func(r linkage.Reading) bool { return r.By == p.Viewer.Account })
	p.Blind, p.Waits = open && !mine && may, open && mine
	after := afterUndo(answers)
	for _, x := range answers {
		r := ReadingShown{Answer: x, After: after[x.ID]}
		p.Again = p.Again || !x.UndoneAt.IsZero()
		if r.By, err = tx.NameOf(x.Account); err != nil {
			return err
		}
		if r.UndoneBy, err = tx.NameOf(x.UndoneBy); err != nil {
			return err
		}
		p.Readings = append(p.Readings, r)
	}
	return nil
}

// explain reads the evidence, and takes away whatever the viewer must not know before they answer. The rule is named where the run was made by this
// program, whose rules are known.
func (p *PairPage) explain(d store.Doubt, ours bool) error {
	parts, err := evidenceParts(d.Evidence, p.Named)
	if err != nil {
		return fmt.Errorf("pair %d and %d: %w", d.A, d.B, err)
	}
	if said := linkage.ReviewReason(d.Why).Because(agreements(parts)); ours && said != linkage.ReviewReason(d.Why).Sentence() {
		p.Rule = said
	}
	p.Evidence = Explained{Link: d.Link, Record: d.A, Other: d.B, Parts: parts}
	p.Evidence.Evidence = ""
	for _, part := range p.Evidence.Parts {
		if linkage.OfField(part.Key) {
			p.Compared = append(p.Compared, EvidencePart{Key: part.Key, Field: part.Field, Compared: part.Compared, Level: part.Level})
		}
	}
	if p.Blind {
		p.Evidence, p.Readings, p.Linked, p.People, p.Holds, p.Counts = Explained{}, nil, false, [2]id.Person{}, [2]int{}, ""
		p.Why, p.Stand = blindReason(string(p.Why)), shownStand(p.Stand)
	}
	return nil
}

// agreements are how far the fields agree, and no more of the evidence.
func agreements(parts []EvidencePart) []linkage.Part {
	out := make([]linkage.Part, len(parts))
	for i, p := range parts {
		out[i] = linkage.Part{Key: p.Key, Compared: p.Compared, Level: p.Level}
	}
	return out
}

// answersShown are the answers that stand on a person's page, but for those about a pair that waits for the viewer: they say first.
func answersShown(tx *store.Tx, p id.Person) ([]store.Answer, error) {
	all, err := tx.AnswersOf(p)
	if err != nil || !tx.MayEver(policy.PairUnsure) {
		return all, err
	}
	out := all[:0]
	for _, x := range all {
		if x.Pair {
			if asked, err := asksViewer(tx, Pair(x.Pairs[0])); err != nil {
				return nil, err
			} else if asked {
				continue
			}
		}
		out = append(out, x)
	}
	return out, nil
}
