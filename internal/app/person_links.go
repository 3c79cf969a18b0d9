package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/store"
)

// Explained is a link with its evidence. The parts sum to the link's weight to the last thousandth of a bit.
type Explained struct {
	store.Link
	Record, Other id.Record // the two that are linked, the first of them the one looked at
	Weakest       bool      // of the links that hold the person together by each record's strongest
	Parts         []EvidencePart
	By            LinkedBy
}

// LinkedBy says what made a link of two records.
type LinkedBy struct {
	Answered bool   // somebody has answered that the two are the same
	Rule     string // the rule by which the run linked them, in sentences that quote no value; empty where that is not told
	Changed  bool   // it is not told since the program or the area's settings are others than the run's
	Asked    bool   // nor while the viewer is asked about the two
}

// Apart is what would be if a record were taken away from its person.
type Apart struct {
	Stays, Goes money.Pence // of the cost in the area's window: the person's without it, and the record's own
	Member      bool        // the person would meet the area's rule without it
}

// While names are hidden the words of evidence quote no value: how far two agree is all that is said of them.
const (
	agrees  = "Agrees, or nearly"
	differs = "Does not agree"
)

// strongestLinks gives the strongest link of each record. Links are compared by their weight: above twenty bits all have the same millionths.
func strongestLinks(links []store.Link) map[id.Record]store.Link {
	strongest := map[id.Record]store.Link{}
	for _, l := range links {
		for _, r := range []id.Record{l.A, l.B} {
			if was, known := strongest[r]; !known || l.Millibits > was.Millibits {
				strongest[r] = l
			}
		}
	}
	return strongest
}

// weakestHeld is that of some records whose strongest link is the weakest, of equal ones the first; 0 where none has a link.
func weakestHeld(strongest map[id.Record]store.Link, records []id.Record) (weakest id.Record) {
	for _, r := range records {
		if l, linked := strongest[r]; linked && (weakest == 0 || l.Millibits < strongest[weakest].Millibits) {
			weakest = r
		}
	}
	return weakest
}

// explain chooses the link to explain, of the strongest that each record has, and reads its evidence.
func (p *PersonPage) explain(tx *store.Tx, asked id.Record) error {
	best := strongestLinks(p.Links)
	var here []id.Record
	var chosen id.Record
	for _, r := range p.Records {
		n := r.RecordVersion.Record
		if here = append(here, n); n == asked && best[n].A != 0 {
			chosen = n
		}
	}
	weakest := weakestHeld(best, here)
	if weakest == 0 {
		return nil
	}
	x := &Explained{Record: cmp.Or(chosen, weakest), Weakest: chosen == 0 || chosen == weakest}
	x.Link = best[x.Record]
	if x.Other = x.A; x.Other == x.Record {
		x.Other = x.B
	}
	evidence, err := tx.LinkEvidence(p.Person, p.LinkRun.ID, x.Link)
	if err != nil {
		return err
	}
	if x.Parts, err = evidenceParts(evidence, p.Named); err != nil {
		return fmt.Errorf("records %d and %d: %w", x.A, x.B, err)
	}
	p.Why = x
	return nil
}

// linkedBy says what made the link that is explained.
func (a *App) linkedBy(tx *store.Tx, p *PersonPage) (by LinkedBy, err error) {
	x := p.Why
	said, err := tx.AnswersOfPair(x.A, x.B)
	if err != nil {
		return by, err
	}
	if _, err := tx.Doubt(x.A, x.B); err == nil {
		if by.Asked, err = asksViewer(tx, Pair{x.A, x.B}); err != nil || by.Asked {
			return by, err
		}
	} else if fault.KindOf(err) != fault.NotFound {
		return by, err
	}
	more, err := tx.SameAnswersOn(x.A, x.B)
	if err != nil {
		return by, err
	}
	if slices.ContainsFunc(append(said, more...), func(x store.Answer) bool { return x.Answer == string(linkage.Same) && x.Counts() }) {
		return LinkedBy{Answered: true}, nil
	}
	var in RunInputs
	if err := json.Unmarshal([]byte(p.LinkRun.Inputs), &in); err != nil {
		return by, err
	}
	if p.LinkRun.CodeVersion != a.version || in.Configuration != p.Area.Version {
		return LinkedBy{Changed: true}, nil
	}
	answers, err := tx.AnswersOf(p.Person)
	if err != nil {
		return by, err
	}
	parts := agreements(x.Parts)
	for i, part := range x.Parts {
		parts[i].Bits = float64(part.Millibits) / 1000
	}
	return LinkedBy{Rule: linkage.LinkedBy(parts, p.Area.Linkage.NameAndBirthRare, p.Whole && len(p.Records) == 2 && len(answers) == 0)}, nil
}

// evidenceParts reads evidence as it is kept, its words as they may be shown.
func evidenceParts(text string, named bool) (parts []EvidencePart, err error) {
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	hideWords(parts, named)
	return parts, nil
}

// hideWords replaces words that may hold a name, a number or a date while names are hidden.
func hideWords(parts []EvidencePart, named bool) {
	for i := range parts {
		if part := &parts[i]; !named && part.Compared && part.Key != "start" && part.Key != "household" {
			switch {
			case part.Level != "":
				part.Words = strings.ToUpper(part.Level[:1]) + part.Level[1:]
			case part.Millibits < 0:
				part.Words = differs
			default:
				part.Words = agrees
			}
		}
	}
}

// apart works out what taking each record away would leave.
func (p *PersonPage) apart(rule cohort.Rule, lines []cost.Line) error {
	p.Apart = map[id.Record]Apart{}
	var all money.Pence
	goes := map[id.Record]money.Pence{}
	for _, l := range lines {
		all += l.Amount
		goes[l.Contact.Record] += l.Amount
	}
	p.Cost = all
	var err error
	if p.Member, err = meets(rule, p.Person, lines, 0); err != nil {
		return err
	}
	for _, r := range p.Records {
		n := r.RecordVersion.Record
		x := Apart{Stays: all - goes[n], Goes: goes[n]}
		if x.Member, err = meets(rule, p.Person, lines, n); err != nil {
			return err
		}
		p.Apart[n] = x
	}
	return nil
}

// meets says whether a person's lines, those of one record left out, meet a rule.
func meets(rule cohort.Rule, p id.Person, lines []cost.Line, without id.Record) (bool, error) {
	return cohort.Meets(rule, cohort.Person{ID: p, Uses: usesOf(lines, func(r id.Record) bool { return without == 0 || r != without })})
}

// usesOf sums the lines of some records as the rule is applied to them.
func usesOf(lines []cost.Line, of func(id.Record) bool) (uses []cohort.Use) {
	place := map[cost.Group]int{}
	for _, l := range lines {
		if !of(l.Contact.Record) {
			continue
		}
		i, known := place[l.Group]
		if !known {
			i = len(uses)
			place[l.Group] = i
			uses = append(uses, cohort.Use{Agency: l.Group.Agency, Service: l.Group.Service, Payer: l.Group.Payer, Crisis: l.Group.Kind == cost.Crisis})
		}
		u := &uses[i]
		u.Contacts++
		for _, part := range l.Parts {
			u.Years[part.Year] += part.Amount
		}
	}
	return uses
}
