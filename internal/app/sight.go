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

// answers leaves out those about a record that the viewer may not know of, also where that is somebody else's by now.
func (s sight) answers(tx *store.Tx, m *priceMap, run id.Run, all []store.Answer) (some []store.Answer, err error) {
	if s.hides == nil {
		return all, nil
	}
	for _, x := range all {
		about := []id.Record{x.Record}
		if x.Pair {
			about = append(about, x.Pairs[0][0], x.Pairs[0][1])
		}
		shown := true
		for _, n := range about {
			r, err := tx.Record(n, run)
			switch {
			case fault.KindOf(err) == fault.NotFound:
				continue // no extract says anything of it any more: it is "an agency's"
			case err != nil:
				return nil, err
			}
			there := sight{May: true, Facts: s.Facts, act: s.act}
			if err := there.judge(tx, m, r.Person, run); err != nil {
				return nil, err
			}
			shown = shown && there.sees(n)
		}
		if shown {
			some = append(some, x)
		}
	}
	return some, nil
}

// links leaves out those with an end that the viewer may not know of.
func (s sight) links(all []store.Link) []store.Link {
	return slices.DeleteFunc(all, func(l store.Link) bool { return !s.sees(l.A) || !s.sees(l.B) })
}

// sightOf asks the policy what the viewer may know of a person in a link run, and of the records that act would show. A record is hidden when every contact of it is; one without
// contacts is as a contact of which nobody has said what it is. It notes nobody as shown: whoever is shown is noted then.
func (m *priceMap) sightOf(tx *store.Tx, p id.Person, run id.Run, act policy.Act) (s sight, err error) {
	s.act = act
	if s.Facts, err = tx.PersonFacts(p); err != nil {
		return s, err
	}
	if s.May = tx.MayHere(policy.Subject{Kind: policy.Person, ID: int64(p)}, s.Facts); !s.May {
		return s, nil
	}
	// Whoever may see what nobody has said the sense of, whosever it is, may see all.
	if tx.May(act, policy.Subject{Kind: policy.Record}, policy.Facts{Exists: true, Area: tx.Actor().Area, Sensitivity: policy.Unsaid}) {
		s.Agencies = s.Facts.Agencies
		return s, nil
	}
	return s, s.judge(tx, m, p, run)
}

// judge asks of each record of a person, as a person of whom the sight's agencies have a record, whether the viewer may know of it.
func (s *sight) judge(tx *store.Tx, m *priceMap, p id.Person, run id.Run) error {
	services, err := tx.ServicesOf(p, run)
	if err != nil {
		return err
	}
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
	return nil
}

// sensitivity says of what kind a service is, to be hidden from other agencies. A code of which nobody has said what it means may be of any.
func (m *priceMap) sensitivity(service string) policy.Sensitivity {
	s, known := m.area.Service(service)
	switch {
	case !known:
		return policy.Unsaid
	case s.Category == "mental-health":
		return policy.MentalHealth
	case s.Category == "substance-misuse":
		return policy.DrugAndAlcohol
	}
	return policy.Ordinary
}

// serviceFacts is what the policy may know of a contact by its service code: whose it is, and of what kind.
func (m *priceMap) serviceFacts(tx *store.Tx, service int64) policy.Facts {
	code := m.codes[m.place[service]]
	return policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: code.Agency, Sensitivity: m.sensitivity(m.lines[m.key(code)].Service)}
}
