package store

import "throughline/internal/id"

// Mark is what an extract says of a record that asks for care when records are joined. Incident 0 is the shield: Says is 1 where the person is
// shielded and 0 where they are not. Any other is an incident of the agency's, and Says the part in it as person.Part.
type Mark struct {
	Record   id.Record
	Incident int64
	Says     int64
}

// MarkOf is a mark that stands, with whose record it is.
type MarkOf struct {
	Mark
	Agency id.Agency
	Person id.Person
}

// A mark stands until a newer accepted extract says anything of the same record and incident; one that says nothing takes nothing away.
const standingMark = `k.mark > 0 and e.state = 'accepted' and not exists (
	select 1 from record_marks n join extracts f on f.id = n.extract where n.record = k.record and n.incident = k.incident
	and f.state = 'accepted' and (f.as_of > e.as_of or (f.as_of = e.as_of and f.id > e.id)))`

var (
	markColumns   = []string{"area", "record", "incident", "extract", "mark"}
	marksStanding = query("mark.standing", `select k.record, k.incident, k.mark from record_marks k join extracts e on e.id = k.extract
		where k.area = $1 and `+standingMark+` order by k.record, k.incident`)
	marksOfPeople = query("mark.of-people", `select k.record, k.incident, k.mark, r.agency, m.person from memberships m
		join record_marks k on k.record = m.record join extracts e on e.id = k.extract join records r on r.id = k.record
		where m.run = $1 and m.person in `+severalFrom(2)+` and `+standingMark+` order by k.record, k.incident`)
	marksSaid = query("mark.said", `select distinct record from record_marks where extract = $1 order by record`)
)

// StageMarks keeps what an extract says of records that asks for care.
func (tx *Tx) StageMarks(e id.Extract, marks []Mark) error {
	values := make([]any, 0, len(marks)*len(markColumns))
	for _, m := range marks {
		values = append(values, tx.area, int64(m.Record), m.Incident, int64(e), m.Says)
	}
	return tx.bulk("record_marks", markColumns, values)
}

// Marks hands every mark that stands to f, by record and incident. It shows nobody.
func (tx *Tx) Marks(f func(Mark)) error {
	return tx.each(marksStanding, []any{tx.area}, func(scan func(...any) error) error {
		var m Mark
		err := scan(&m.Record, &m.Incident, &m.Says)
		f(m)
		return err
	})
}

// MarksOf gives the marks that stand on people's records in a link run. It shows nobody: they are asked for to know whether a second person is
// needed, and whoever is shown is noted then.
func (tx *Tx) MarksOf(run id.Run, people []id.Person) (marks []MarkOf, err error) {
	return marks, several(tx, marksOfPeople, []any{int64(run)}, people, func(scan func(...any) error) error {
		var m MarkOf
		err := scan(&m.Record, &m.Incident, &m.Says, &m.Agency, &m.Person)
		marks = append(marks, m)
		return err
	})
}

// MarkedBy gives the records of which an extract says something that asks for care, or that it no longer does.
func (tx *Tx) MarkedBy(e id.Extract) ([]id.Record, error) {
	return list(tx, marksSaid, []any{int64(e)}, func(scan func(...any) error) (r id.Record, err error) { return r, scan(&r) })
}
