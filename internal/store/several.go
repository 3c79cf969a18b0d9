package store

import (
	"fmt"
	"strings"

	"throughline/internal/id"
	"throughline/internal/policy"
)

// severalAtOnce is how many rows a query for several asks for; what is left over of a text's places asks for number 0, which nothing has.
const severalAtOnce = 64

// severalFrom is the places of a query for several, from $from on.
func severalFrom(from int) string {
	places := make([]string, severalAtOnce)
	for i := range places {
		places[i] = fmt.Sprintf("$%d", from+i)
	}
	return "(" + strings.Join(places, ", ") + ")"
}

// several runs a query for as many numbers as it takes, after the arguments that come first.
func several[K ~int64](tx *Tx, s *statement, first []any, numbers []K, row func(scan func(...any) error) error) error {
	for len(numbers) > 0 {
		n := min(severalAtOnce, len(numbers))
		args := append(make([]any, 0, len(first)+severalAtOnce), first...)
		for i := range severalAtOnce {
			var k int64
			if i < n {
				k = int64(numbers[i])
			}
			args = append(args, k)
		}
		if err := tx.each(s, args, row); err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return nil
}

var (
	factsPeople         = query("facts.people", `select id from persons where area = $1 and id in `+severalFrom(2))
	factsPeopleAgencies = query("facts.people-agencies", `
		select distinct m.person, r.agency from memberships m join records r on r.id = m.record
		where m.run = (select link_run from areas where id = $1) and m.person in `+severalFrom(2)+` order by m.person, r.agency`)
	servicesOfPeople = query("record.services-of-people", `
		select m.person, m.record, o.agency, 0 from memberships m join records o on o.id = m.record where m.run = $1 and m.person in `+severalFrom(2)+`
		union select m.person, m.record, o.agency, c.service from memberships m join records o on o.id = m.record join contact_records r on r.record = m.record
		join contacts c on c.extract = r.extract and c.line = r.line join extracts e on e.id = c.extract
		where m.run = $1 and m.person in `+severalFrom(2)+` and `+standingContact+` order by 1, 2, 4`)
	identitiesOf = query("record.identities", `select v.record, v.identity from record_versions v join extracts e on e.id = v.extract
		where v.area = $1 and v.record in `+severalFrom(2)+` and `+standing)
)

// PeopleFacts is PersonFacts for several people; who does not exist is not in it.
func (tx *Tx) PeopleFacts(people []id.Person) (map[id.Person]policy.Facts, error) {
	out := map[id.Person]policy.Facts{}
	err := several(tx, factsPeople, []any{tx.area}, people, func(scan func(...any) error) error {
		var p id.Person
		err := scan(&p)
		out[p] = policy.Facts{Exists: true, Area: tx.actor.Area}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, several(tx, factsPeopleAgencies, []any{tx.area}, people, func(scan func(...any) error) error {
		var p id.Person
		var g id.Agency
		err := scan(&p, &g)
		if f, exists := out[p]; exists {
			f.Agencies = append(f.Agencies, g)
			out[p] = f
		}
		return err
	})
}

// PeopleServices is ServicesOf for several people.
func (tx *Tx) PeopleServices(people []id.Person, run id.Run) (map[id.Person][]RecordService, error) {
	out := map[id.Person][]RecordService{}
	return out, several(tx, servicesOfPeople, []any{int64(run)}, people, func(scan func(...any) error) error {
		var p id.Person
		var s RecordService
		err := scan(&p, &s.Record, &s.Agency, &s.Service)
		out[p] = append(out[p], s)
		return err
	})
}

// Identities gives what stands of who the people of records are, for scoring a search; a record of which nothing stands is not in it. It shows
// nobody: whoever is shown is noted then.
func (tx *Tx) Identities(records []id.Record) (map[id.Record]string, error) {
	out := map[id.Record]string{}
	return out, several(tx, identitiesOf, []any{tx.area}, records, func(scan func(...any) error) error {
		var r id.Record
		var text string
		err := scan(&r, &text)
		out[r] = text
		return err
	})
}
