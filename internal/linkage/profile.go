package linkage

import (
	"math"
	"slices"
)

// Held is in how many of some records a field is.
type Held struct {
	Field   string // in words
	Records int
}

// Held counts in how many records from one number to below another each field is. No fixed abode counts as a postcode.
func (l *Linker) Held(from, to int) []Held {
	var n [fieldCount]int
	for i := range l.c.records[from:to] {
		r := &l.c.records[from+i]
		for f, v := range [fieldCount]uint32{r.forename, r.surname, uint32(r.birth), uint32(r.sex), r.postcode | uint32(r.flags&noFixedAbode), r.address,
			r.place, r.phone, r.email, r.nhs, r.nino, r.other} {
			if v != 0 {
				n[f]++
			}
		}
	}
	list := make([]Held, fieldCount)
	for f := range fieldCount {
		list[f] = Held{f.String(), n[f]}
	}
	return list
}

// mostProfiled is about how many records Unlinkable looks at.
const mostProfiled = 100_000

// Unlinkable estimates the share of records that hold so little that a record which says exactly the same would not be linked with them by a model
// from a probability on.
func (l *Linker) Unlinkable(m *Model, linkAt float64) float64 {
	records := l.Records()
	step := 1 + records/mostProfiled
	poor, looked := 0, 0
	for n := 0; n < records; n += step {
		looked++
		if e := l.Evidence(m, uint32(n), uint32(n)); Probability(e.parts.total()) < linkAt {
			poor++
		}
	}
	return float64(poor) / math.Max(1, float64(looked))
}

// Cutoff is what is expected of a run's linked pairs if only those of a weight or more had been linked.
type Cutoff struct {
	From              float64 // bits
	Pairs             int64   // linked pairs of this weight or more
	Precision, Recall Interval
}

// Cutoffs gives precision and recall by the weight from which pairs are linked, from the lightest that the run linked, by the model alone as
// Estimate does. Records that another weight would have grouped otherwise are left where they are.
func (q Quality) Cutoffs() (list []Cutoff) {
	rest := slices.Clone(q)
	for k := range ofLinked {
		if rest[k].Pairs > 0 {
			c := Cutoff{From: q[k].From}
			for _, s := range rest[:ofLinked] {
				c.Pairs += s.Pairs
			}
			c.Precision, c.Recall = rest.Estimate()
			list = append(list, c)
		}
		not := &rest[ofLinked+k]
		not.Pairs, not.Expected = not.Pairs+rest[k].Pairs, not.Expected+rest[k].Expected
		not.Low, not.High = not.Low+rest[k].Low, not.High+rest[k].High
		rest[k] = Stratum{Linked: true, From: q[k].From}
	}
	return list
}
