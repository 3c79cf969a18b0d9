package app

import (
	"cmp"
	"slices"
	"strconv"

	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// A mark says that records are joined with more care: an agency shields the person, or says that they were victim or suspect of an incident. It
// is of a record, stands until a newer extract says otherwise, and hides nothing yet: addresses are shown as before.

// theShield stands where an incident's number does.
const theShield = 0

// markOf is what a mark is about: a record by its agency's key, and an incident.
type markOf struct {
	key      string
	incident int64
}

// mark keeps what a row says. Of several rows of one extract the one under which more care is taken counts.
func (s *staging) mark(key string, r *intake.Row) {
	if r.Person != nil && r.Person.Shield != intake.ShieldNotSaid {
		shielded := int64(0)
		if r.Person.Shield == intake.IsShielded {
			shielded = 1
		}
		s.marks[markOf{key, theShield}] |= shielded
	}
	if r.Contact.Incident != "" {
		s.marks[markOf{key, incidentNumber(s.extract.Agency, r.Contact.Incident)}] |= int64(r.Contact.Part)
	}
}

// incidentNumber is one number for an incident of an agency, however its number is spaced.
func incidentNumber(agency id.Agency, number string) int64 {
	n := int64(hash64("incident\x1f" + strconv.FormatInt(int64(agency), 10) + "\x1f" + person.FoldNumber(number)))
	return cmp.Or(n, 1)
}

// marked gives what the file says in order of record.
func (s *staging) marked() []store.Mark {
	out := make([]store.Mark, 0, len(s.marks))
	for of, says := range s.marks {
		out = append(out, store.Mark{Record: s.records[of.key], Incident: of.incident, Says: says})
	}
	slices.SortFunc(out, func(a, b store.Mark) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Incident, b.Incident))
	})
	return out
}

// linkMarks are the marks that stand on the records of a link run.
type linkMarks struct {
	shielded  []uint32
	incidents []linkage.InIncident
}

// readMarks reads the marks that stand on some records, which are in order.
func readMarks(tx *store.Tx, records []id.Record) (l linkMarks, err error) {
	err = tx.Marks(func(m store.Mark) {
		row, stands := slices.BinarySearch(records, m.Record)
		switch {
		case !stands:
		case m.Incident == theShield:
			l.shielded = append(l.shielded, uint32(row))
		default:
			l.incidents = append(l.incidents, linkage.InIncident{Row: uint32(row), Incident: m.Incident, Part: person.Part(m.Says)})
		}
	})
	return l, err
}

func (l *linkMarks) equal(m linkMarks) bool {
	return slices.Equal(l.shielded, m.shielded) && slices.Equal(l.incidents, m.incidents)
}

// sensitive is why one person may not join some records.
type sensitive struct {
	Shielded bool // one of the people is
	Opposed  bool // two of them stand as victim and suspect of one incident
	known    bool // the viewer may know of every mark that it comes of
}

// SecondAsked says that one person's "the same" is not enough, and why where the viewer may know it.
type SecondAsked struct {
	Asked    bool
	Shielded bool // one of the people is shielded
	Opposed  bool // two of the records stand as victim and suspect of one incident
}

// told is what the viewer may be told.
func (s sensitive) told() SecondAsked {
	return SecondAsked{Asked: s.is(), Shielded: s.known && s.Shielded, Opposed: s.known && s.Opposed}
}

func (s sensitive) is() bool { return s.Shielded || s.Opposed }

// sensitiveJoin says whether one person may join some records: not where one of the people whose they are has a shielded record, nor where two of
// their records stand as victim and suspect.
func sensitiveJoin(tx *store.Tx, run id.Run, records ...id.Record) (s sensitive, err error) {
	people, err := holdersOf(tx, run, records)
	if err != nil {
		return s, err
	}
	return marksAmong(tx, run, people...)
}

// marksAmong says whether one person may join some people, and asks the policy whether the viewer may be told why.
func marksAmong(tx *store.Tx, run id.Run, people ...id.Person) (s sensitive, err error) {
	marks, err := tx.MarksOf(run, people)
	if err != nil {
		return s, err
	}
	s, some := careFor(marks)
	s.known = len(some) > 0
	for _, m := range some {
		subject, facts, err := recordFacts(tx, m.Record, m.Agency, m.Person)
		if err != nil {
			return s, err
		}
		if !tx.May(policy.RecordSeeMark, subject, facts) {
			s.known = false
			break
		}
	}
	return s, nil
}

// careFor says whether marks on the records of some people ask that one person may not join them, and which do.
func careFor(marks []store.MarkOf) (s sensitive, some []store.MarkOf) {
	for i, m := range marks {
		if m.Incident == theShield {
			s.Shielded, some = true, append(some, m)
		}
		for _, n := range marks[:i] {
			if opposed(m, n) {
				s.Opposed, some = true, append(some, m, n)
			}
		}
	}
	return s, some
}

// holdersOf are the people who have some records, each once.
func holdersOf(tx *store.Tx, run id.Run, records []id.Record) (people []id.Person, err error) {
	for _, r := range records {
		p, err := tx.WhoseIs(run, r)
		if err != nil {
			return nil, err
		}
		if p != 0 && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	return people, nil
}

// opposed says whether two marks are of two records that stand as victim and suspect of one incident.
func opposed(m, n store.MarkOf) bool {
	return m.Incident != theShield && m.Incident == n.Incident && m.Record != n.Record && person.Part(m.Says).Opposes(person.Part(n.Says))
}

// keptApart gives the pairs among some people's records that stand as victim and suspect, but for those of which an answer that counts says that they
// are the same.
func keptApart(tx *store.Tx, run id.Run, records []id.Record, same map[Pair]bool) (pairs [][2]id.Record, err error) {
	people, err := holdersOf(tx, run, records)
	if err != nil {
		return nil, err
	}
	marks, err := tx.MarksOf(run, people)
	for i, m := range marks {
		for _, n := range marks[:i] {
			if pair := ordered(m.Record, n.Record); opposed(m, n) && !same[pair] {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs, err
}

// confirm lets those answers count that say of a record and the rest of its person that they are the same, where one person may not say so alone
// and another has said the same of each two of the records. It looks at the answers that share two records with one, and says whether any has
// changed.
func confirm(tx *store.Tx, run id.Run, about store.Answer) (changed bool, err error) {
	said := map[[2]id.Record][]store.Answer{}
	of := func(pair [2]id.Record) ([]store.Answer, error) {
		if _, known := said[pair]; !known {
			if said[pair], err = tx.SameAnswersOn(pair[0], pair[1]); err != nil {
				return nil, err
			}
		}
		return said[pair], nil
	}
	seen := map[int64]bool{}
	for _, pair := range about.Pairs {
		some, err := of(pair)
		if err != nil {
			return false, err
		}
		for _, x := range some {
			if seen[x.ID] || !x.Sensitive {
				continue
			}
			seen[x.ID] = true
			should := true
			for _, p := range x.Pairs {
				others, err := of(p)
				if err != nil {
					return false, err
				}
				should = should && slices.ContainsFunc(others, func(y store.Answer) bool { return y.Account != x.Account })
			}
			set, err := setCounts(tx, run, x, should)
			if err != nil {
				return false, err
			}
			changed = changed || set
		}
	}
	return changed, nil
}

// askAgain lets those answers count no longer by which one person joined records that have been marked since, until a second says the same.
func askAgain(tx *store.Tx, run id.Run) error {
	marked := false
	if err := tx.Marks(func(store.Mark) { marked = true }); err != nil || !marked || run == 0 {
		return err
	}
	answers, err := tx.StandingAnswers()
	if err != nil {
		return err
	}
	for _, x := range answers {
		if x.Answer != "same" || x.Sensitive {
			continue
		}
		s, err := sensitiveJoin(tx, run, recordsOf(x)...)
		if err != nil {
			return err
		}
		if !s.is() {
			continue
		}
		changed := false
		if x.Pair {
			changed, err = judge(tx, run, Pair(x.Pairs[0]))
		} else if err = tx.AnswerIsSensitive(x.ID); err == nil {
			changed, err = confirm(tx, run, x)
		}
		if err == nil && changed {
			_, err = settle(tx, run, x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
