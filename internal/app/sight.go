package app

import (
	"slices"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// sight is what a viewer may know of one person. Every page that tells of a person's records goes by it, and search goes by it before it
// compares anything: that an agency has a record would tell what the record's contacts hide.
type sight struct {
	May      bool         // the policy lets the viewer know of the person
	Facts    policy.Facts // for the policy; the agencies of it are more than the viewer may know of
	Agencies []id.Agency  // those with a record that the viewer may know of, in order
	hides    map[id.Record]bool
	act      policy.Act // by which the viewer would see a record
}

// sees says whether the viewer may know of a record of the person.
func (s sight) sees(r id.Record) bool { return s.May && !s.hides[r] }

// records leaves out those that the viewer may not know of.
func (s sight) records(all []store.Record) []store.Record {
	return slices.DeleteFunc(all, func(r store.Record) bool { return !s.sees(r.Record) })
}

// answers leaves out those about a record that the viewer may not know of, also where that is somebody else's by now, and of the others the
// pairs with such a record.
func (s sight) answers(tx *store.Tx, m *priceMap, run id.Run, all []store.Answer) (some []store.Answer, err error) {
	if s.hides == nil {
		return all, nil
	}
	for _, x := range all {
		known := map[id.Record]bool{}
		for _, n := range recordsOf(x) {
			if known[n], err = s.seesAnywhere(tx, m, n, run); err != nil {
				return nil, err
			}
		}
		pairs := slices.DeleteFunc(slices.Clone(x.Pairs), func(p [2]id.Record) bool { return !known[p[0]] || !known[p[1]] })
		if !known[x.Record] || x.Pair && len(pairs) == 0 {
			continue
		}
		x.Pairs = pairs
		some = append(some, x)
	}
	return some, nil
}

// whole says that the viewer may know of every record and contact, so that sums and counts tell them nothing that is kept from them.
func (s sight) whole() bool { return s.May && s.hides == nil }

// seesAnywhere says whether the viewer may know of a record, also where that is somebody else's by now, whom it does not note as shown. One of
// which no extract says anything any more is as one without contacts.
func (s sight) seesAnywhere(tx *store.Tx, m *priceMap, n id.Record, run id.Run) (bool, error) {
	if s.hides == nil {
		return true, nil
	}
	if hidden, theirs := s.hides[n]; theirs { // the person's own, of which the policy has been asked
		return s.May && !hidden, nil
	}
	holder, err := tx.WhoseIs(run, n)
	if err != nil {
		return false, err
	}
	if holder == 0 {
		owner, err := tx.OwnerOf(n)
		return err == nil && s.seesUnsaid(tx, n, owner), err
	}
	there := sight{May: true, Facts: s.Facts, act: s.act}
	if err := there.judge(tx, m, holder, run); err != nil {
		return false, err
	}
	return there.sees(n), nil
}

// seesUnsaid says whether the viewer may know of a record of an agency whatever it is about.
func (s sight) seesUnsaid(tx *store.Tx, n id.Record, owner id.Agency) bool {
	return tx.May(s.act, policy.Subject{Kind: policy.Record, ID: int64(n)},
		policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: owner, Agencies: s.Facts.Agencies, Sensitivity: policy.Unsaid})
}

// source says whether the viewer may know from which row of which file what stands of a record came: the name of a file and its day tell what
// else the agency does. A row that is no contact may be of a file about anything.
func (s sight) source(tx *store.Tx, m *priceMap, n id.Record, from store.RecordSource) (bool, error) {
	if s.whole() || s.seesUnsaid(tx, n, from.Agency) {
		return true, nil
	}
	c, err := tx.ContactAt(store.ContactAt{Extract: from.Extract, Line: from.Line})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	subject, facts := m.row(tx, c, s.Facts.Agencies)
	return tx.May(s.act, subject, facts), nil
}

// seesAll says whether the viewer may know of every contact that an agency has, by what its service codes mean: what is found there, or not,
// then tells nothing of what is kept from them.
func (s sight) seesAll(tx *store.Tx, m *priceMap, g id.Agency) bool {
	if s.whole() || s.seesUnsaid(tx, 0, g) {
		return true
	}
	return !slices.ContainsFunc(m.codes, func(c store.ServiceCode) bool {
		facts := m.serviceFacts(tx, c.ID)
		facts.Agencies = s.Facts.Agencies
		return c.Agency == g && !tx.May(s.act, policy.Subject{Kind: policy.Record}, facts)
	})
}

// links leaves out those with an end that the viewer may not know of.
func (s sight) links(all []store.Link) []store.Link {
	return slices.DeleteFunc(all, func(l store.Link) bool { return !s.sees(l.A) || !s.sees(l.B) })
}

// sightOf asks the policy what the viewer may know of a person in a link run, and of the records that act would show. A record is hidden when every contact of it is; one without
// contacts is as a contact of which nobody has said what it is. It notes nobody as shown: whoever is shown is noted then.
func (m *priceMap) sightOf(tx *store.Tx, p id.Person, run id.Run, act policy.Act) (sight, error) {
	return m.sightUnder(tx, p, run, act, func(s sight) bool { return s.mayHere(tx, p) })
}

// sightBy is sightOf where the act of the request is about something else, such as a run, and act is about the person too.
func (m *priceMap) sightBy(tx *store.Tx, p id.Person, run id.Run, act policy.Act) (sight, error) {
	return m.sightUnder(tx, p, run, act, func(s sight) bool {
		return tx.May(act, policy.Subject{Kind: policy.Person, ID: int64(p)}, s.Facts)
	})
}

// sightUnder is sightOf where another question says whether the viewer may know of the person.
func (m *priceMap) sightUnder(tx *store.Tx, p id.Person, run id.Run, act policy.Act, may func(sight) bool) (sight, error) {
	facts, err := tx.PersonFacts(p)
	s := sight{Facts: facts, act: act}
	if err != nil || s.decides(tx, may(s)) {
		return s, err
	}
	return s, s.judge(tx, m, p, run)
}

// sightNow is sightOf in the link run in force, with that run and the price map that it goes by.
func (a *App) sightNow(tx *store.Tx, p id.Person, act policy.Act) (s sight, m *priceMap, run id.Run, err error) {
	if m, err = a.priceMap(tx); err != nil {
		return s, nil, 0, err
	}
	here, err := tx.Area()
	if err != nil {
		return s, nil, 0, err
	}
	s, err = m.sightOf(tx, p, here.LinkRun, act)
	return s, m, here.LinkRun, err
}

// sightsOf is sightOf for several people, in a number of queries that does not grow with each of them.
func (m *priceMap) sightsOf(tx *store.Tx, people []id.Person, run id.Run, act policy.Act) (map[id.Person]sight, error) {
	facts, err := tx.PeopleFacts(people)
	if err != nil {
		return nil, err
	}
	out := make(map[id.Person]sight, len(people))
	var open []id.Person
	for _, p := range people {
		s := sight{Facts: facts[p], act: act}
		if !s.decides(tx, s.mayHere(tx, p)) {
			open = append(open, p)
		}
		out[p] = s
	}
	services, err := tx.PeopleServices(open, run)
	if err != nil {
		return nil, err
	}
	for _, p := range open {
		s := out[p]
		s.judged(tx, m, services[p])
		out[p] = s
	}
	return out, nil
}

// mayHere says whether the viewer may know of the person under the act of the request.
func (s sight) mayHere(tx *store.Tx, p id.Person) bool {
	return tx.MayHere(policy.Subject{Kind: policy.Person, ID: int64(p)}, s.Facts)
}

// decides says whether what holds for the person as a whole decides about their records: the viewer may know of none, or of all.
func (s *sight) decides(tx *store.Tx, may bool) bool {
	if s.May = may; !may {
		return true
	}
	// Whoever may see what nobody has said the sense of, whosever it is, may see all.
	if tx.May(s.act, policy.Subject{Kind: policy.Record}, policy.Facts{Exists: true, Area: tx.Actor().Area, Sensitivity: policy.Unsaid}) {
		s.Agencies = s.Facts.Agencies
		return true
	}
	return false
}

// judge asks of each record of a person, as a person of whom the sight's agencies have a record, whether the viewer may know of it.
func (s *sight) judge(tx *store.Tx, m *priceMap, p id.Person, run id.Run) error {
	services, err := tx.ServicesOf(p, run)
	if err == nil {
		s.judged(tx, m, services)
	}
	return err
}

// judged is judge of records whose services were read.
func (s *sight) judged(tx *store.Tx, m *priceMap, services []store.RecordService) {
	seen, contacts := map[id.Record]bool{}, map[id.Record]bool{}
	ask := func(x store.RecordService, f policy.Facts) {
		f.Agencies = s.Facts.Agencies
		seen[x.Record] = seen[x.Record] || tx.May(s.act, policy.Subject{Kind: policy.Record, ID: int64(x.Record)}, f)
	}
	for _, x := range services {
		if x.Service != 0 {
			contacts[x.Record] = true
			ask(x, m.serviceFacts(tx, x.Service))
		}
	}
	s.hides = map[id.Record]bool{}
	for _, x := range services {
		if x.Service == 0 && !contacts[x.Record] {
			ask(x, policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: x.Agency, Sensitivity: policy.Unsaid})
		}
		s.hides[x.Record] = !seen[x.Record]
		if seen[x.Record] && !slices.Contains(s.Agencies, x.Agency) {
			s.Agencies = append(s.Agencies, x.Agency)
		}
	}
	slices.Sort(s.Agencies)
}

// sensitivity says of what kind a service is, to be hidden from other agencies. A code of which nobody has said what it means may be of any.
func (m *priceMap) sensitivity(service string) policy.Sensitivity {
	s, _ := m.area.Service(service)
	return policy.Sensitivity(s.Sensitivity)
}

// serviceFacts is what the policy may know of a contact by its service code: whose it is, and of what kind.
func (m *priceMap) serviceFacts(tx *store.Tx, service int64) policy.Facts {
	code := m.codes[m.place[service]]
	return policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: code.Agency, Sensitivity: m.sensitivity(m.lines[m.key(code)].Service)}
}
