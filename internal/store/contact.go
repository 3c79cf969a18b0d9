package store

import (
	"database/sql"
	"errors"
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// A contact stands when its extract is accepted and no extract that counts replaced it. One that is being removed replaces until it is
// bridged: for that moment a contact may be missing, and is never counted twice.
const standingContact = `e.state = 'accepted' and not exists (
	select 1 from contact_replacements x join extracts b on b.id = x.by_extract
	where x.extract = c.extract and x.line = c.line and b.state in ('accepted', 'removing'))`

const contactFields = `c.extract, c.line, c.record, c.service, c.from_day, c.to_day, c.quantity, c.own, e.as_of`

var (
	contactsOfExtract = query("contact.of-extract", `
		select `+contactFields+` from contacts c join extracts e on e.id = c.extract where c.extract = $1 order by c.line`)
	replacedOf = query("contact.replaced", `
		select distinct x.line from contact_replacements x join extracts b on b.id = x.by_extract
		where x.extract = $1 and b.state in ('accepted', 'removing') order by x.line`)
	contactsOfPerson = query("contact.of-person", `
		select `+contactFields+` from memberships m join contact_records r on r.record = m.record
		join contacts c on c.extract = r.extract and c.line = r.line join extracts e on e.id = c.extract
		where m.run = $1 and m.person = $2 and `+standingContact+` order by c.from_day, c.extract, c.line`)
	contactsBefore = query("contact.of-person-before", `
		select `+contactFields+` from memberships m join contact_records r on r.record = m.record
		join contacts c on c.extract = r.extract and c.line = r.line join extracts e on e.id = c.extract
		where m.run = $1 and m.person = $2 and e.state = 'accepted' and e.decided_at <= $3 and not exists (
			select 1 from contact_replacements x join extracts b on b.id = x.by_extract
			where x.extract = c.extract and x.line = c.line and b.state in ('accepted', 'removing') and b.decided_at <= $3)
		order by c.from_day, c.extract, c.line`)
	contactsAgain = query("contact.again", `
		select c.ref, `+contactFields+` from contact_replacements x join contacts c on c.extract = x.extract and c.line = x.line
		join extracts e on e.id = c.extract
		where x.by_extract = $1 and x.extract <> $1 and x.area = $2 and e.state = 'accepted' and not exists (
			select 1 from contact_replacements y join extracts b on b.id = y.by_extract
			where y.extract = x.extract and y.line = x.line and y.by_extract <> $1 and b.state in ('accepted', 'removing'))
		order by c.extract, c.line`)
	contactsOfService = query("contact.of-service", `
		select m.person, `+contactFields+` from extract_services s join extracts e on e.id = s.extract
		join contacts c on c.extract = s.extract and c.service = s.service join memberships m on m.run = $3 and m.record = c.record
		where s.area = $1 and s.service = $2 and s.contacts > 0 and `+standingContact+` order by c.extract, c.line`)
	contactAt = query("contact.at", `select `+contactFields+` from contacts c join extracts e on e.id = c.extract where c.extract = $1 and c.line = $2 and c.area = $3`)
)

// StoredContact is a contact with the as-of day of its extract, to which an open stay runs.
type StoredContact struct {
	Contact
	AsOf day.Day
}

func scanContact(scan func(...any) error) (c StoredContact, err error) {
	var own sql.NullInt64
	err = scan(&c.Extract, &c.Line, &c.Record, &c.Service, &c.From, &c.To, &c.Quantity, &own, &c.AsOf)
	if own.Valid {
		p := money.Pence(own.Int64)
		c.Own = &p
	}
	return c, err
}

// ContactsOf gives the standing contacts of a person in a link run, by day.
func (tx *Tx) ContactsOf(p id.Person, run id.Run) ([]StoredContact, error) {
	tx.show(p)
	return list(tx, contactsOfPerson, []any{int64(run), int64(p)}, scanContact)
}

// ContactsBefore is ContactsOf without the extracts that were accepted after an instant: what they replaced stands. What came in an
// extract that was taken back since is not in it.
func (tx *Tx) ContactsBefore(p id.Person, run id.Run, t time.Time) ([]StoredContact, error) {
	tx.show(p)
	return list(tx, contactsBefore, []any{int64(run), int64(p), instant(t)}, scanContact)
}

// ContactAt gives one contact by where it came from.
func (tx *Tx) ContactAt(at ContactAt) (StoredContact, error) {
	var c StoredContact
	err := tx.each(contactAt, []any{int64(at.Extract), at.Line, tx.area}, func(scan func(...any) error) (err error) {
		c, err = scanContact(scan)
		return err
	})
	if err == nil && c.Line == 0 {
		err = missing(sql.ErrNoRows, "contact")
	}
	return c, err
}

// ContactsOfExtract hands the standing contacts of one accepted extract to f in order of line.
func (tx *Tx) ContactsOfExtract(e id.Extract, f func(StoredContact) error) error {
	replaced, err := list(tx, replacedOf, []any{int64(e)}, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
	if err != nil {
		return err
	}
	return tx.each(contactsOfExtract, []any{int64(e)}, func(scan func(...any) error) error {
		c, err := scanContact(scan)
		if err != nil {
			return err
		}
		for len(replaced) > 0 && replaced[0] < c.Line {
			replaced = replaced[1:]
		}
		if len(replaced) > 0 && replaced[0] == c.Line {
			return nil
		}
		return f(c)
	})
}

// ContactsOfService hands to f the standing contacts of a service code whose records a link run holds to a person, each with that person,
// in order of extract and line.
func (tx *Tx) ContactsOfService(service int64, run id.Run, f func(id.Person, StoredContact)) error {
	return tx.each(contactsOfService, []any{tx.area, service, int64(run)}, func(scan func(...any) error) error {
		var p id.Person
		c, err := scanContact(func(to ...any) error { return scan(append([]any{&p}, to...)...) })
		if err == nil {
			f(p, c)
		}
		return err
	})
}

// ContactsAgain hands to f the contacts of other accepted extracts that none but one extract replaces, each with the reference that tells
// it from the agency's other contacts, in order of extract and line.
func (tx *Tx) ContactsAgain(by id.Extract, f func(ref int64, c StoredContact) error) error {
	return tx.each(contactsAgain, []any{int64(by), tx.area}, func(scan func(...any) error) error {
		var ref int64
		c, err := scanContact(func(to ...any) error { return scan(append([]any{&ref}, to...)...) })
		if err != nil {
			return err
		}
		return f(ref, c)
	})
}

var chunkOf = query("chunk.of", `select first_line, last_line, data from extract_chunks where extract = $1 and first_line <= $2 and area = $3 order by first_line desc limit 1`)

var firstChunk = query("chunk.first", `select first_line, last_line, data from extract_chunks where extract = $1 and area = $2 order by first_line limit 1`)

// FirstChunk gives the first compressed rows of an extract; of one without rows, the zero Chunk.
func (tx *Tx) FirstChunk(e id.Extract) (Chunk, error) {
	var c Chunk
	err := tx.one(firstChunk, []any{int64(e), tx.area}, &c.FirstLine, &c.LastLine, &c.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// ChunkOf gives the compressed rows among which a line of an extract stands.
func (tx *Tx) ChunkOf(e id.Extract, line int64) (Chunk, error) {
	var c Chunk
	err := tx.one(chunkOf, []any{int64(e), line, tx.area}, &c.FirstLine, &c.LastLine, &c.Data)
	if err == nil && line > c.LastLine {
		err = sql.ErrNoRows
	}
	return c, missing(err, "row")
}

var chunkAfter = query("chunk.after", `select first_line, last_line, data from extract_chunks where extract = $1 and first_line > $2 and area = $3 order by first_line limit 1`)

// ChunkAfter gives the compressed rows that follow a line of an extract, when that line is the last of its chunk, or 0; the zero Chunk after
// the last.
func (tx *Tx) ChunkAfter(e id.Extract, line int64) (Chunk, error) {
	var c Chunk
	err := tx.one(chunkAfter, []any{int64(e), line, tx.area}, &c.FirstLine, &c.LastLine, &c.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

var heldBefore = query("contact.held-before", `
	select c.line, c.content, o.extract, o.line, o.content from contacts c join contact_records r on r.record = c.record
	join contacts o on o.extract = r.extract and o.line = r.line and o.ref = c.ref join extracts b on b.id = o.extract
	where c.extract = $1 and c.area = $2 and c.line >= $3 and c.line <= $4 and o.extract <> c.extract
		and b.state in ('accepted', 'removing')
		and (b.decided_at < $5 or b.decided_at = $5 and b.id < c.extract) order by c.line, b.as_of, b.id, o.line`)

// Repeat is a contact of an extract that said what another extract had said of it already.
type Repeat struct {
	Line int64
	Of   ContactAt
}

// RepeatsHeld gives those contacts between two lines of an extract that say what stood of them at an instant by another extract that still
// counts, in order of line. What stands of a contact is the newest row that counts.
func (tx *Tx) RepeatsHeld(e id.Extract, first, last int64, at time.Time) ([]Repeat, error) {
	var out []Repeat
	var newest struct {
		line, content, as int64
		of                ContactAt
	}
	end := func() {
		if newest.line != 0 && newest.content == newest.as {
			out = append(out, Repeat{newest.line, newest.of})
		}
	}
	err := tx.each(heldBefore, []any{int64(e), tx.area, first, last, instant(at)}, func(scan func(...any) error) error {
		var line, content, as int64
		var of ContactAt
		err := scan(&line, &content, &of.Extract, &of.Line, &as)
		if line != newest.line {
			end()
		}
		newest.line, newest.content, newest.of, newest.as = line, content, of, as
		return err
	})
	end()
	return out, err
}

const faultFields = `select line, seq, field, code, said, message, remedy from extract_faults `

var (
	faultsAfter  = query("fault.after", faultFields+`where extract = $1 and (line, seq) > ($2, $3) order by line, seq limit $4`)
	faultsOf     = query("fault.of", faultFields+`where extract = $1 order by line, seq limit $2 offset $3`)
	faultsOfCode = query("fault.of-code", faultFields+`where extract = $1 and code = $2 order by line, seq limit $3 offset $4`)
)

var faultsByCode = query("fault.by-code", `select code, field, count(*) from extract_faults where extract = $1 group by code, field order by count(*) desc, code, field`)
var asideOf = query("set-aside.of", `select field, code, said, reason, total, kinds from (
		select field, code, said, reason, cast(sum(uses) over (partition by field, code) as bigint) as total,
			count(*) over (partition by field, code) as kinds, row_number() over (partition by field, code order by uses desc, said) as place
		from extract_set_aside where extract = $1) g
	where place = 1 order by total desc, field, code limit $2`)

func scanFault(scan func(...any) error) (f RowFault, err error) {
	return f, scan(&f.Line, &f.Seq, &f.Field, &f.Code, &f.Said, &f.Message, &f.Remedy)
}

// FaultsAfter gives why rows of an extract were rejected, in file order after one, at most so many; the zero RowFault begins.
func (tx *Tx) FaultsAfter(e id.Extract, after RowFault, most int) ([]RowFault, error) {
	return list(tx, faultsAfter, []any{int64(e), after.Line, after.Seq, most}, scanFault)
}

// FaultsOf gives why rows of an extract were rejected, for one reason or, where the code is empty, for any: in file order, at most so many
// after those that are skipped.
func (tx *Tx) FaultsOf(e id.Extract, code string, skip, most int) ([]RowFault, error) {
	if code == "" {
		return list(tx, faultsOf, []any{int64(e), most, skip}, scanFault)
	}
	return list(tx, faultsOfCode, []any{int64(e), code, most, skip}, scanFault)
}

// FaultCount is how many rows were rejected for one reason.
type FaultCount struct {
	Code, Field string
	Rows        int64
}

// FaultCounts gives how many rows of an extract were rejected for each reason, the commonest first.
func (tx *Tx) FaultCounts(e id.Extract) ([]FaultCount, error) {
	return list(tx, faultsByCode, []any{int64(e)}, func(scan func(...any) error) (f FaultCount, err error) {
		return f, scan(&f.Code, &f.Field, &f.Rows)
	})
}

// SetAsideOf gives how many values of an extract were set aside in each column for each reason, with the commonest of them; the most
// frequent first, at most so many.
func (tx *Tx) SetAsideOf(e id.Extract, most int) ([]ValueSetAside, error) {
	return list(tx, asideOf, []any{int64(e), most}, func(scan func(...any) error) (v ValueSetAside, err error) {
		return v, scan(&v.Field, &v.Code, &v.Said, &v.Reason, &v.Uses, &v.Kinds)
	})
}
