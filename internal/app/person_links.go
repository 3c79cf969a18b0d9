package app

import (
	"encoding/json"
	"fmt"
	"strings"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/store"
)

// Explained is a link with its evidence. The parts sum to the link's weight to the last thousandth of a bit.
type Explained struct {
	store.Link
	Parts []EvidencePart
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

// explain reads the evidence of the person's links. Until names are shown, words that may hold a name, a number or a date are
// replaced.
func (p *PersonPage) explain() error {
	p.Why = nil
	for i, l := range p.Links {
		x := Explained{Link: l}
		if err := json.Unmarshal([]byte(l.Evidence), &x.Parts); err != nil {
			return fmt.Errorf("evidence of records %d and %d: %w", l.A, l.B, err)
		}
		x.Evidence, p.Links[i].Evidence = "", ""
		for j := range x.Parts {
			if part := &x.Parts[j]; !p.Named && part.Compared && part.Key != "start" && part.Key != "household" {
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
		p.Why = append(p.Why, x)
	}
	return nil
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
	somebody := cohort.Person{ID: p}
	uses := map[cost.Group]int{}
	for _, l := range lines {
		if without != 0 && l.Contact.Record == without {
			continue
		}
		i, known := uses[l.Group]
		if !known {
			i = len(somebody.Uses)
			uses[l.Group] = i
			somebody.Uses = append(somebody.Uses, cohort.Use{Agency: l.Group.Agency, Service: l.Group.Service, Payer: l.Group.Payer, Crisis: l.Group.Kind == cost.Crisis})
		}
		u := &somebody.Uses[i]
		u.Contacts++
		for _, part := range l.Parts {
			u.Years[part.Year] += part.Amount
		}
	}
	found, err := cohort.Apply(rule, []cohort.Person{somebody}, nil)
	if err != nil {
		return false, err
	}
	return len(found.Members) == 1, nil
}
