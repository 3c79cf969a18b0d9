package intake

import (
	"strings"

	"throughline/internal/person"
)

// An agency may mark whom it shields, and who had which part in an incident: those records are joined with more care. A value that says neither
// one thing nor the other is taken for the one under which more care is taken, and is set aside with its reason like any other.

// Shield is what a row says of whether somebody is shielded.
type Shield uint8

const (
	ShieldNotSaid Shield = iota
	NotShielded
	IsShielded
)

// What the codes of marks mean.
const (
	saysYes, saysNo                    = "yes", "no"
	saysVictim, saysSuspect, saysOther = "victim", "suspect", "other"
)

// OfMark says whether a value that was set aside is a mark, which is told only to those who may know of it.
func OfMark(s person.SetAside) bool { return s.Code == badMark }

// meaning is what a value means by the column's codes, or the value itself, in small letters, where the column has none.
func (r *Reader) meaning(c int, v string) string {
	if codes := r.layout.Columns[c].Codes; codes != nil {
		return codes[v]
	}
	return strings.ToLower(v)
}

// shield reads whether somebody is shielded. Whoever sent a value that does not say meant to say something.
func (b *viewBuilder) shield(c int, s string) {
	switch b.r.meaning(c, s) {
	case saysYes:
		b.view.Shield = IsShielded
	case saysNo:
		b.view.Shield = NotShielded
	default:
		b.view.Shield = IsShielded
		b.aside(c, s, person.Why{Code: badMark, Reason: "It does not say whether the person is shielded, so they count as shielded. " +
			"Send one of the layout’s codes, or add this one to them."})
	}
}

// readPart reads the incident and the person's part in it.
func (r *Reader) readPart(c *Contact) {
	if r.plan.incident < 0 || r.plan.part < 0 {
		return
	}
	number, part := r.value(r.plan.incident), r.value(r.plan.part)
	if len(number) == 0 && len(part) > 0 {
		r.aside(r.plan.part, person.Why{Code: noIncident, Reason: "A part without the number of its incident holds nobody apart. Send the number."})
	}
	if len(number) == 0 || len(part) == 0 {
		return
	}
	if why := damagedNumber(number, r.layout.Columns[r.plan.incident].Length); why.Code != "" {
		r.aside(r.plan.incident, person.Why{Code: why.Code, Reason: why.Reason + " So the part in the incident holds nobody apart."})
		return
	}
	c.Incident = r.word(number)
	switch r.meaning(r.plan.part, string(part)) {
	case saysVictim:
		c.Part = person.Victim
	case saysSuspect:
		c.Part = person.Suspect
	case saysOther:
	default:
		c.Part = person.Victim | person.Suspect
		r.aside(r.plan.part, person.Why{Code: badMark, Reason: "It does not say what part the person had, so they count as victim and as suspect. " +
			"Send one of the layout’s codes, or add this one to them."})
	}
}
