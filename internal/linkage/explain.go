package linkage

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"throughline/internal/person"
)

// Explanation is the evidence for and against two records being of one person, part by part. Bits is the sum of the parts, taken in
// their order, to the last digit; one bit doubles the odds or halves them.
type Explanation struct {
	Parts       []Part
	Bits        float64
	Probability float64
}

// Part is one line of the evidence.
type Part struct {
	Key      string // short and stable: "start", "surname", "names", "household"
	Field    string // in words
	Words    string // a sentence; it may hold names and dates, folded
	Bits     float64
	Compared bool   // false: nothing to compare, which says nothing
	Level    string // how far two values agree, quoting neither: "very close"; empty where that alone would tell something of a person
}

// OfField says whether the part of a key is of a field that records have, and not of the pair as a whole.
func OfField(key string) bool { return key != "start" && key != "names" && key != "household" }

// Turns gives the field that says least of those without which the parts of a pair would come to the other side of a threshold, in bits, and what
// the rest then comes to; false where no single one would. A forename or a surname goes with what both names together take off. It is of the
// parts as they stand: what a household takes off is not worked out again.
func Turns(parts []Part, threshold float64) (field Part, rest float64, ok bool) {
	sum, names := 0.0, 0.0
	for _, p := range parts {
		if sum += p.Bits; p.Key == "names" {
			names = p.Bits
		}
	}
	for _, p := range parts {
		without := sum - p.Bits
		if p.Key == fields[Forename].key || p.Key == fields[Surname].key {
			without -= names
		}
		if OfField(p.Key) && (sum >= threshold) != (without >= threshold) && (!ok || math.Abs(p.Bits) < math.Abs(field.Bits)) {
			field, rest, ok = p, without, true
		}
	}
	return field, rest, ok
}

// Explain says why two records weigh what they do by a model: with that of a run's result, exactly what the run decided on. How
// common values are is taken from the records in the linker, so a link's explanation is best kept with the link.
func (l *Linker) Explain(m *Model, a, b uint32) Explanation {
	return l.scorer(m).explain(a, b)
}

// scorer weighs the linker's records by a model: that of the last run, where it is the same model.
func (l *Linker) scorer(m *Model) *scorer {
	if l.s == nil || l.s.model != m {
		l.s = newScorer(l.c, l.c.totals(), m)
	}
	return l.s
}

func (s *scorer) explain(a, b uint32) Explanation {
	var o compared
	s.columns.compare(min(a, b), max(a, b), &o)
	return s.explained(&o)
}

// explained says why a compared pair weighs what it does.
func (s *scorer) explained(o *compared) Explanation {
	var p parts
	bits := s.score(o, &p)
	e := Explanation{Bits: bits, Probability: Probability(bits)}
	e.Parts = append(e.Parts, Part{"start", "Starting point", "Of pairs picked at random, one in " + oneIn(s.model.Match) + " is of one person",
		p[startPart], true, ""})
	for f := range fieldCount {
		l := o.levels[f]
		words, level := "Not on both records", ""
		if l != none {
			words = s.words(f, l, o)
			if o.ways[f] > 1 {
				words += "; a record holds several, and these are the closest"
			}
			if f != Postcode || l < bothNoFixed {
				level = fields[f].levels[l].words
			}
		}
		e.Parts = append(e.Parts, Part{fields[f].key, fields[f].words, words, p[firstField+int(f)], l != none, level})
	}
	if o.levels[Forename] == forenameSame && o.levels[Surname] == surnameSame {
		e.Parts = append(e.Parts, namesWords(p[namesPart]))
	}
	words := "Kin or people of one household would not agree like this"
	if p[householdPart] < -.05 {
		words = "Kin or people of one household could agree like this too"
	}
	e.Parts = append(e.Parts, Part{"household", "One household", words, p[householdPart], true, ""})
	return e
}

// namesWords say how often a forename and a surname that both agree go together: where that is more often than their shares say, they prove
// less together than each by itself.
func namesWords(bits float64) Part {
	p := Part{Key: "names", Field: "How common the two names are together", Bits: bits, Compared: true, Level: "no commoner than by chance",
		Words: "Forename and surname go together no more often than by chance, so nothing is taken off"}
	if bits < -.05 {
		p.Level = "commoner than by chance, so they prove less together than each by itself"
		p.Words = "Forename and surname go together about " + count(math.Exp2(-bits)) + " times as often as by chance, so they prove less together than each by itself"
	}
	return p
}

// words say how far two values agree.
func (s *scorer) words(f Field, l Level, o *compared) string {
	c := s.columns
	x, y := c.shown(f, &o.a), c.shown(f, &o.b)
	if v, ok := o.a.value(f); ok && l == valueSame {
		if f == Forename {
			if _, year := s.cohort(v, &o.a, &o.b); year != 0 {
				return fmt.Sprintf("Both %s; about 1 in %s of those born about %d here has it", x, oneIn(s.forenameShare(v, &o.a, &o.b)), year)
			}
		}
		return fmt.Sprintf("Both %s; about 1 person in %s here has it", x, oneIn(s.totals.share(c, f, v, s.model)))
	}
	switch {
	case f == SexField && l == sexSame:
		return "Both " + x
	case f == Postcode && l == bothNoFixed:
		return "Both of no fixed abode"
	case f == Postcode && l == oneNoFixed:
		return "One of no fixed abode, the other with an address"
	case f == Forename && l == forenameSwapped:
		return "Forename and surname changed over: " + quoted(c.names.text(o.a.forename)+" "+c.names.text(o.a.surname)) + " and " +
			quoted(c.names.text(o.b.forename)+" "+c.names.text(o.b.surname))
	case f == Forename && l == forenameSecond:
		return "One is the other’s second forename: " + quoted(c.names.text(o.a.forename)+" "+c.names.text(o.a.middle)) + " and " +
			quoted(c.names.text(o.b.forename)+" "+c.names.text(o.b.middle))
	case f >= Phone && l == valueSame:
		return "Both " + x
	}
	words := fields[f].levels[l].words
	return fmt.Sprintf("%s and %s: %s", x, y, words)
}

// shown writes the value of a field for reading.
func (c *columns) shown(f Field, r *record) string {
	switch f {
	case Forename:
		return quoted(c.names.text(r.forename))
	case Surname:
		return quoted(c.names.text(r.surname))
	case Birth:
		return r.birth.String()
	case SexField:
		return r.sex.String()
	case Postcode:
		return c.postcodes.text(r.postcode)
	case Address:
		return quoted(c.addresses.text(r.address))
	case Place:
		return quoted(c.towns.text(r.place))
	case Phone:
		return c.phones.text(r.phone)
	case Email:
		return c.emails.text(r.email)
	case NHSNumber:
		return c.nhs.text(r.nhs)
	case NINO:
		return c.ninos.text(r.nino)
	case OtherNumber:
		if s := c.others.text(r.other); s != "" {
			return s[1:] // without the mark of its kind
		}
	}
	return ""
}

// quoted writes a folded name with large first letters: “Smith Jones”.
func quoted(folded string) string {
	words := strings.Fields(folded)
	for i, w := range words {
		for j, r := range w {
			if j == 0 {
				words[i] = strings.ToUpper(string(r)) + w[len(string(r)):]
			}
		}
	}
	return "“" + strings.Join(words, " ") + "”"
}

// oneIn writes the reciprocal of a share: 9,100.
func oneIn(share float64) string { return count(1 / share) }

// count writes a number to two figures with commas.
func count(n float64) string {
	if n >= 100 {
		unit := math.Pow(10, math.Floor(math.Log10(n))-1)
		n = math.Round(n/unit) * unit
	}
	digits := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// ScoreQuery weighs what is known of someone who is looked for against one known person, by a stored model (nil: the model as it
// starts). Names are as common as in the whole country and other values as rare as an area's usually are. The
// starting point is of a pair at random among the model's records.
func ScoreQuery(m *Model, query, candidate person.Identity) Explanation {
	s, o := compareQuery(m, query, candidate)
	return s.explained(&o)
}

// compareQuery compares two people as ScoreQuery weighs them.
func compareQuery(m *Model, query, candidate person.Identity) (s *scorer, o compared) {
	if m == nil {
		m = start
	}
	c := newColumns()
	c.add(0, query)
	c.add(0, candidate)
	t := c.totals()
	c.forgetCounts()
	s = newScorer(c, &totals{names: t.names}, m)
	c.compare(0, 1, &o)
	return s, o
}

// forgetCounts leaves every value as common as it is typically.
func (c *columns) forgetCounts() {
	for _, d := range []*dictionary{&c.postcodes.dictionary, &c.addresses.dictionary, &c.towns.dictionary, c.phones, c.emails} {
		clear(d.count)
	}
	clear(c.names.forenames)
	clear(c.names.surnames)
	for b := range c.births {
		c.births[b] = 0
	}
}
