package store

import (
	"throughline/internal/day"
	"throughline/internal/id"
)

// Record is what stands of a record: the newest thing that the agency's accepted extracts say of somebody.
type Record struct {
	RecordVersion
	Agency id.Agency
	Key    string // what the agency calls them
	Person id.Person
}

// A version stands when its extract is accepted and no accepted extract of a later as-of day, or the same day and received
// later, says something newer of the record.
const standing = `e.state = 'accepted' and not exists (
	select 1 from record_versions w join extracts f on f.id = w.extract
	where w.record = v.record and f.state = 'accepted' and (w.as_of > v.as_of or (w.as_of = v.as_of and w.extract > v.extract)))`

const recordFields = `v.record, v.extract, v.as_of, v.line, v.content, v.identity, v.set_aside, v.borough, v.worker, v.reach, r.agency, r.key`

var (
	recordsStanding = query("record.standing", `
		select `+recordFields+`, 0 from record_versions v join extracts e on e.id = v.extract join records r on r.id = v.record
		where v.area = $1 and v.record > $2 and v.record <= $3 and `+standing+` order by v.record`)
	boroughsStanding = query("record.boroughs", `
		select v.record, v.borough from record_versions v join extracts e on e.id = v.extract
		where v.area = $1 and v.borough <> '' and `+standing+` order by v.record`)
	versionsBeside = query("record.versions-beside", `
		select v.record, v.extract, v.as_of, v.identity from record_versions n join record_versions v on v.record = n.record
		join extracts e on e.id = v.extract where n.extract = $1 and n.area = $2 and e.state = 'accepted' order by v.record, v.extract`)
	recordsLast    = query("record.last", `select coalesce(max(id), 0) from records where area = $1`)
	recordByNumber = query("record.by-number", `
		select `+recordFields+`, coalesce(m.person, 0) from record_versions v join extracts e on e.id = v.extract join records r on r.id = v.record
		left join memberships m on m.record = v.record and m.run = $2 where v.record = $1 and v.area = $3 and `+standing)
	recordSource = query("record.source", `
		select r.agency, v.extract, v.as_of, v.line from record_versions v join extracts e on e.id = v.extract join records r on r.id = v.record
		where v.record = $1 and v.area = $2 and `+standing)
	recordsOfPerson = query("record.of-person", `
		select `+recordFields+`, m.person from memberships m join record_versions v on v.record = m.record
		join extracts e on e.id = v.extract join records r on r.id = v.record
		where m.run = $1 and m.person = $2 and `+standing+` order by r.agency, v.record`)
	recordsByKey = query("record.by-key", `
		select distinct k.record, coalesce(m.person, 0) from record_keys k join extracts e on e.id = k.extract
		left join memberships m on m.record = k.record and m.run = $3
		where k.area = $1 and k.key = $2 and e.state = 'accepted' order by k.record limit $4`)
)

func scanRecord(scan func(...any) error) (r Record, err error) {
	return r, scan(&r.Record, &r.Extract, &r.AsOf, &r.Line, &r.Content, &r.Identity, &r.SetAside, &r.Borough, &r.Worker, &r.Reach,
		&r.Agency, &r.Key, &r.Person)
}

// LastRecord is the highest number of a record in the area.
func (tx *Tx) LastRecord() (id.Record, error) {
	var n id.Record
	return n, tx.one(recordsLast, []any{tx.area}, &n)
}

// StandingRecords hands the standing records numbered above after and up to last to f, in order.
func (tx *Tx) StandingRecords(after, last id.Record, f func(Record) error) error {
	return tx.each(recordsStanding, []any{tx.area, int64(after), int64(last)}, func(scan func(...any) error) error {
		r, err := scanRecord(scan)
		if err != nil {
			return err
		}
		return f(r)
	})
}

// VersionsBeside hands to f what it and other accepted extracts say of the records of which one extract says something, in order of record.
// Of each version it gives the record, the extract, the as-of day and the identity.
func (tx *Tx) VersionsBeside(extract id.Extract, f func(RecordVersion) error) error {
	return tx.each(versionsBeside, []any{int64(extract), tx.area}, func(scan func(...any) error) error {
		var v RecordVersion
		if err := scan(&v.Record, &v.Extract, &v.AsOf, &v.Identity); err != nil {
			return err
		}
		return f(v)
	})
}

// Record gives what stands of one record.
func (tx *Tx) Record(n id.Record, run id.Run) (Record, error) {
	var r Record
	err := tx.one(recordByNumber, []any{int64(n), int64(run), tx.area}, &r.Record, &r.Extract, &r.AsOf, &r.Line, &r.Content, &r.Identity, &r.SetAside,
		&r.Borough, &r.Worker, &r.Reach, &r.Agency, &r.Key, &r.Person)
	tx.show(r.Person)
	return r, missing(err, "record")
}

// OwnerOf is the agency whose record it is, also when no extract says anything of it any more; 0 when there is no such record. It shows nobody.
func (tx *Tx) OwnerOf(n id.Record) (g id.Agency, err error) {
	if err = tx.one(factsRecord, []any{int64(n), tx.area}, &g); noRow(err) {
		err = nil
	}
	return g, err
}

// RecordSource is the row that says what stands of a record.
type RecordSource struct {
	Agency  id.Agency
	Extract id.Extract
	AsOf    day.Day
	Line    int64
}

// SourceOf gives the row that says what stands of one record. It shows nobody: whoever holds the record is noted where they are shown.
func (tx *Tx) SourceOf(n id.Record) (s RecordSource, err error) {
	return s, missing(tx.one(recordSource, []any{int64(n), tx.area}, &s.Agency, &s.Extract, &s.AsOf, &s.Line), "record")
}

// RecordsOf gives the standing records of a person in a link run.
func (tx *Tx) RecordsOf(p id.Person, run id.Run) ([]Record, error) {
	tx.show(p)
	return list(tx, recordsOfPerson, []any{int64(run), int64(p)}, scanRecord)
}

var involvedWith = query("record.involved-with", `
	select w.record, w.day, w.worker, w.reach from memberships m join record_workers w on w.record = m.record join extracts e on e.id = w.extract
	where m.run = $1 and m.person = $2 and e.state = 'accepted' order by w.day, w.extract, w.record`)

// InvolvedWith gives who is involved with a person's records, as their contacts say, the last named last.
func (tx *Tx) InvolvedWith(p id.Person, run id.Run) ([]WorkerOf, error) {
	tx.show(p)
	return list(tx, involvedWith, []any{int64(run), int64(p)}, func(scan func(...any) error) (w WorkerOf, err error) {
		return w, scan(&w.Record, &w.Day, &w.Worker, &w.Reach)
	})
}

var servicesOfPerson = query("record.services", `
	select m.record, o.agency, 0 from memberships m join records o on o.id = m.record where m.run = $1 and m.person = $2
	union select m.record, o.agency, c.service from memberships m join records o on o.id = m.record join contact_records r on r.record = m.record
	join contacts c on c.extract = r.extract and c.line = r.line join extracts e on e.id = c.extract
	where m.run = $1 and m.person = $2 and `+standingContact+` order by 1, 3`)

// RecordService is a record of an agency and a service code that a standing contact of it has; code 0 stands for the record itself.
type RecordService struct {
	Record  id.Record
	Agency  id.Agency
	Service int64
}

// ServicesOf gives the records of a person in a link run, each with the service codes of its standing contacts, for the policy to judge.
// It shows nobody: whoever is shown is noted then.
func (tx *Tx) ServicesOf(p id.Person, run id.Run) ([]RecordService, error) {
	return list(tx, servicesOfPerson, []any{int64(run), int64(p)}, func(scan func(...any) error) (s RecordService, err error) {
		return s, scan(&s.Record, &s.Agency, &s.Service)
	})
}

// RecordFound is a record that shares a key with a search.
type RecordFound struct {
	Record id.Record
	Person id.Person
}

// RecordsByKey gives records that share a blocking key, at most so many.
func (tx *Tx) RecordsByKey(key int64, run id.Run, most int) ([]RecordFound, error) {
	return list(tx, recordsByKey, []any{tx.area, key, int64(run), most}, func(scan func(...any) error) (f RecordFound, err error) {
		return f, scan(&f.Record, &f.Person)
	})
}

var recordOfKey = query("record.of-key", `
	select r.id, m.person from records r join memberships m on m.run = $5 and m.record = r.id
	where r.area = $1 and r.agency = $2 and r.key_hash = $3 and r.key = $4`)

// RecordOfKey gives the record that an agency knows by a key, and whose it is in a link run; none where nobody has it.
func (tx *Tx) RecordOfKey(agency id.Agency, key RecordKey, run id.Run) ([]RecordFound, error) {
	return list(tx, recordOfKey, []any{tx.area, int64(agency), key.Hash, key.Key, int64(run)}, func(scan func(...any) error) (f RecordFound, err error) {
		return f, scan(&f.Record, &f.Person)
	})
}

// Boroughs hands the borough of every standing record that has one to f, in order of record.
func (tx *Tx) Boroughs(f func(id.Record, string)) error {
	return tx.each(boroughsStanding, []any{tx.area}, func(scan func(...any) error) error {
		var r id.Record
		var b string
		err := scan(&r, &b)
		f(r, b)
		return err
	})
}
