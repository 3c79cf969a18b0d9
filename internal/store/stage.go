package store

import (
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// The rows of an extract go in by pieces, under its number, and are read by no page until the extract is accepted.

// Chunk is whole rows of a file as sent, mapped columns only, compressed.
type Chunk struct {
	FirstLine, LastLine int64
	Data                []byte
}

// RowFault is why a row was rejected.
type RowFault struct {
	Line, Seq                          int64 // Seq tells several of one line apart, from 0; StageFaults gives it
	Field, Code, Said, Message, Remedy string
}

// ValueSetAside is how often a value of a column was kept as sent and not used.
type ValueSetAside struct {
	Field, Code, Said, Reason string
	Uses                      int64
	Kinds                     int64 // of different values, where uses are counted over several
}

// RecordKey is what an agency calls somebody, with our number for them.
type RecordKey struct {
	ID   id.Record
	Hash int64 // of Key, 64 bits
	Key  string
}

// RecordVersion is what one extract said of a record. Identity and SetAside are JSON.
type RecordVersion struct {
	Record             id.Record
	Extract            id.Extract
	AsOf               day.Day
	Line               int64
	Content            int64 // hash of what was said, 64 bits
	Identity, SetAside string
	Borough            string
	Worker, Reach      string // who at the agency knows the person, and how to reach them
	Key                string // what the agency calls the record, where it has no number yet
}

// Contact is one use of a service, in whole numbers.
type Contact struct {
	Extract  id.Extract
	Line     int64
	Record   id.Record
	Service  int64 // of ServiceCodes
	From, To day.Day
	Quantity int64        // thousandths of the service's unit; 0 when the file gave none
	Own      *money.Pence // the agency's own amount for it
	Ref      int64        // tells one contact of the agency from another
	Content  int64        // hash of what was said of it
}

// OpenStay marks a stay that had not ended on the as-of day: its To is this.
const OpenStay day.Day = -1

// ServiceCode is a service as an agency codes it.
type ServiceCode struct {
	ID     int64
	Agency id.Agency
	Code   string
	Unit   string
}

var (
	chunkColumns    = []string{"area", "extract", "first_line", "last_line", "data"}
	faultColumns    = []string{"area", "extract", "line", "seq", "field", "code", "said", "message", "remedy"}
	asideColumns    = []string{"area", "extract", "field", "code", "said", "reason", "uses"}
	recordColumns   = []string{"area", "id", "agency", "key_hash", "key"}
	versionColumns  = []string{"area", "record", "extract", "as_of", "line", "content", "identity", "set_aside", "borough", "worker", "reach"}
	servicesColumns = []string{"area", "extract", "service", "contacts"}
	keyColumns      = []string{"area", "key", "record", "extract"}
	workerColumns   = []string{"area", "record", "extract", "day", "worker", "reach"}
	byRecordColumns = []string{"area", "record", "extract", "line"}
	contactColumns  = []string{"area", "extract", "line", "record", "service", "from_day", "to_day", "quantity", "own", "ref", "content"}
	replaceColumns  = []string{"area", "extract", "line", "by_extract"}

	serviceCodes      = query("service.codes", `select id, agency, code, unit from service_codes where area = $1 order by id`)
	serviceCodeInsert = query("service.insert", `insert into service_codes (area, id, agency, code, unit) values ($1, $2, $3, $4, $5)`)
	serviceCodeDrop   = query("service.drop", `delete from service_codes where area = $1 and agency = $2
		and id not in (select u.service from extract_services u where u.area = $1)
		and not exists (select 1 from price_entries p where p.area = $1 and p.agency = $2 and p.code = service_codes.code and p.unit = service_codes.unit)`)
	recordKeysOf  = query("record.keys-of", `select id, key_hash, key from records where area = $1 and agency = $2 and id > $3 order by id limit $4`)
	contactRefsOf = query("contact.refs-of", `select line, ref, content from contacts where extract = $1 order by line`)
)

// StageChunk keeps whole rows of a file as sent.
func (tx *Tx) StageChunk(e id.Extract, c Chunk) error {
	return tx.bulk("extract_chunks", chunkColumns, []any{tx.area, int64(e), c.FirstLine, c.LastLine, c.Data})
}

// StageFaults keeps why rows were rejected.
func (tx *Tx) StageFaults(e id.Extract, faults []RowFault) error {
	var values []any
	seq, line := int64(0), int64(-1)
	for _, f := range faults {
		if f.Line != line {
			seq, line = 0, f.Line
		}
		values = append(values, tx.area, int64(e), f.Line, seq, f.Field, f.Code, f.Said, f.Message, f.Remedy)
		seq++
	}
	return tx.bulk("extract_faults", faultColumns, values)
}

// StageSetAside keeps how often each value was set aside.
func (tx *Tx) StageSetAside(e id.Extract, values []ValueSetAside) error {
	var rows []any
	for _, v := range values {
		rows = append(rows, tx.area, int64(e), v.Field, v.Code, v.Said, v.Reason, v.Uses)
	}
	return tx.bulk("extract_set_aside", asideColumns, rows)
}

// ServiceCodes gives every service code the area has seen.
func (tx *Tx) ServiceCodes() ([]ServiceCode, error) {
	return list(tx, serviceCodes, []any{tx.area}, func(scan func(...any) error) (s ServiceCode, err error) {
		return s, scan(&s.ID, &s.Agency, &s.Code, &s.Unit)
	})
}

// AddServiceCode gives a new service code its number.
func (tx *Tx) AddServiceCode(agency id.Agency, code, unit string) (ServiceCode, error) {
	n, err := tx.next("service_codes", 1)
	if err != nil {
		return ServiceCode{}, err
	}
	_, err = tx.exec(serviceCodeInsert, tx.area, n, int64(agency), code, unit)
	if unique(err) {
		return ServiceCode{}, fault.New(fault.Conflict, "code-exists", "This service code is already here.", "Try again.")
	}
	return ServiceCode{n, agency, code, unit}, err
}

// DropServiceCodes takes an agency's codes away that no extract uses any longer and of which nothing was ever decided: an area can have 65,535.
// The rows of a file that is not stored whole use its codes unseen, so it is called when no file of the agency is being stored.
func (tx *Tx) DropServiceCodes(agency id.Agency) error {
	_, err := tx.exec(serviceCodeDrop, tx.area, int64(agency))
	return err
}

// RecordKeys gives the agency's records after one, at most so many, in order.
func (tx *Tx) RecordKeys(agency id.Agency, after id.Record, most int) ([]RecordKey, error) {
	return list(tx, recordKeysOf, []any{tx.area, int64(agency), int64(after), most}, func(scan func(...any) error) (k RecordKey, err error) {
		return k, scan(&k.ID, &k.Hash, &k.Key)
	})
}

// AddRecords gives numbers to people that an agency had not named before.
func (tx *Tx) AddRecords(agency id.Agency, keys []RecordKey) error {
	if len(keys) == 0 {
		return nil
	}
	first, err := tx.next("records", int64(len(keys)))
	if err != nil {
		return err
	}
	values := make([]any, 0, len(keys)*len(recordColumns))
	for i := range keys {
		keys[i].ID = id.Record(first + int64(i))
		values = append(values, tx.area, int64(keys[i].ID), int64(agency), keys[i].Hash, keys[i].Key)
	}
	return tx.bulk("records", recordColumns, values)
}

// StageVersions keeps what an extract says of records.
func (tx *Tx) StageVersions(versions []RecordVersion) error {
	values := make([]any, 0, len(versions)*len(versionColumns))
	for _, v := range versions {
		values = append(values, tx.area, int64(v.Record), int64(v.Extract), int64(v.AsOf), v.Line, v.Content, v.Identity, v.SetAside,
			v.Borough, v.Worker, v.Reach)
	}
	return tx.bulk("record_versions", versionColumns, values)
}

// SearchKey is one key by which a record is searched.
type SearchKey struct {
	Key    int64
	Record id.Record
}

// StageSearchKeys keeps the keys by which an extract's records are searched.
func (tx *Tx) StageSearchKeys(e id.Extract, keys []SearchKey) error {
	values := make([]any, 0, len(keys)*len(keyColumns))
	for _, k := range keys {
		values = append(values, tx.area, k.Key, int64(k.Record), int64(e))
	}
	return tx.bulk("record_keys", keyColumns, values)
}

// RecordLine says whose the contact of a line is.
type RecordLine struct {
	Record id.Record
	Line   int64
}

// StageRecordLines keeps which of an extract's contacts each record has.
func (tx *Tx) StageRecordLines(e id.Extract, lines []RecordLine) error {
	values := make([]any, 0, len(lines)*len(byRecordColumns))
	for _, l := range lines {
		values = append(values, tx.area, int64(l.Record), int64(e), l.Line)
	}
	return tx.bulk("contact_records", byRecordColumns, values)
}

// ContactMark tells a stored contact from another.
type ContactMark struct{ Line, Ref, Content int64 }

// ContactMarks hands the marks of an extract's contacts to f, in order of line.
func (tx *Tx) ContactMarks(e id.Extract, f func(ContactMark)) error {
	return tx.each(contactRefsOf, []any{int64(e)}, func(scan func(...any) error) error {
		var m ContactMark
		err := scan(&m.Line, &m.Ref, &m.Content)
		f(m)
		return err
	})
}

// WorkerOf is who at the agency was involved with a record on a day, and how to reach them.
type WorkerOf struct {
	Record        id.Record
	Day           day.Day
	Worker, Reach string
}

// StageWorkers keeps who an extract's contacts say is involved.
func (tx *Tx) StageWorkers(e id.Extract, workers []WorkerOf) error {
	values := make([]any, 0, len(workers)*len(workerColumns))
	for _, w := range workers {
		values = append(values, tx.area, int64(w.Record), int64(e), int64(w.Day), w.Worker, w.Reach)
	}
	return tx.bulk("record_workers", workerColumns, values)
}

// StageContacts keeps contacts of an extract.
func (tx *Tx) StageContacts(contacts []Contact) error {
	values := make([]any, 0, len(contacts)*len(contactColumns))
	for i := range contacts {
		c := &contacts[i]
		var own any
		if c.Own != nil {
			own = int64(*c.Own)
		}
		values = append(values, tx.area, int64(c.Extract), c.Line, int64(c.Record), c.Service, int64(c.From), int64(c.To), c.Quantity, own,
			c.Ref, c.Content)
	}
	return tx.bulk("contacts", contactColumns, values)
}

// StageServices keeps how many contacts of each service an extract has.
func (tx *Tx) StageServices(e id.Extract, contacts map[int64]int64) error {
	values := make([]any, 0, len(contacts)*len(servicesColumns))
	for service, n := range contacts {
		values = append(values, tx.area, int64(e), service, n)
	}
	return tx.bulk("extract_services", servicesColumns, values)
}

// ContactAt names a contact by where it came from.
type ContactAt struct {
	Extract id.Extract
	Line    int64
}

// Replacement says that a contact stands no longer once the extract By counts.
type Replacement struct {
	ContactAt
	By id.Extract
}

// StageReplacements notes which contacts stand no longer, and since which extract.
func (tx *Tx) StageReplacements(some []Replacement) error {
	values := make([]any, 0, len(some)*len(replaceColumns))
	for _, r := range some {
		values = append(values, tx.area, int64(r.Extract), r.Line, int64(r.By))
	}
	return tx.bulk("contact_replacements", replaceColumns, values)
}

// ReplacedRow is a row that a replacement is about: where it is, what contact it tells of, and the extract that replaces it.
type ReplacedRow struct {
	ContactAt
	Ref int64
	By  id.Extract
}

var (
	replacedWithin = query("contact.replaced-within", `select x.extract, x.line, c.ref, x.by_extract from contact_replacements x
		join contacts c on c.extract = x.extract and c.line = x.line where x.extract = $1 and x.by_extract <> $1 and x.area = $2`)
	replacedBy = query("contact.replaced-by", `select x.extract, x.line, c.ref, x.by_extract from contact_replacements x
		join contacts c on c.extract = x.extract and c.line = x.line
		where x.by_extract = $1 and x.extract <> $1 and (x.extract, x.line) > ($2, $3) and x.area = $5 order by x.extract, x.line limit $4`)
	replacementBridge = query("contact.bridge", `insert into contact_replacements (area, extract, line, by_extract) values ($1, $2, $3, $4) on conflict do nothing`)
)

func scanReplaced(scan func(...any) error) (r ReplacedRow, err error) {
	return r, scan(&r.Extract, &r.Line, &r.Ref, &r.By)
}

// ReplacedWithin gives the rows of an extract that later extracts replace.
func (tx *Tx) ReplacedWithin(e id.Extract) ([]ReplacedRow, error) {
	return list(tx, replacedWithin, []any{int64(e), tx.area}, scanReplaced)
}

// ReplacedBy gives the rows of other extracts that an extract replaces, in order after one, at most so many.
func (tx *Tx) ReplacedBy(e id.Extract, after ContactAt, most int) ([]ReplacedRow, error) {
	return list(tx, replacedBy, []any{int64(e), int64(after.Extract), after.Line, most, tx.area}, scanReplaced)
}

// BridgeReplacements notes replacements that follow from others; those that are noted already stay.
func (tx *Tx) BridgeReplacements(some []Replacement) error {
	for _, r := range some {
		if _, err := tx.exec(replacementBridge, tx.area, int64(r.Extract), r.Line, int64(r.By)); err != nil {
			return err
		}
	}
	return nil
}

// The tables that hold an extract's rows, each with the key by which a piece of it is swept.
var sweeps = []*statement{
	query("sweep.record-lines", `delete from contact_records where extract = $1 and (record, line) in
		(select record, line from contacts where extract = $1 order by line limit $2)`),
	query("sweep.contacts", `delete from contacts where extract = $1 and line in (select line from contacts where extract = $1 order by line limit $2)`),
	query("sweep.replacements", `delete from contact_replacements where by_extract = $1 and (extract, line) in
		(select extract, line from contact_replacements where by_extract = $1 limit $2)`),
	query("sweep.replaced", `delete from contact_replacements where extract = $1 and line in
		(select line from contact_replacements where extract = $1 limit $2)`),
	query("sweep.keys", `delete from record_keys where extract = $1 and (key, record) in (select key, record from record_keys where extract = $1 limit $2)`),
	query("sweep.versions", `delete from record_versions where extract = $1 and record in (select record from record_versions where extract = $1 limit $2)`),
	query("sweep.workers", `delete from record_workers where extract = $1 and record in (select record from record_workers where extract = $1 limit $2)`),
	query("sweep.marks", `delete from record_marks where extract = $1 and (record, incident) in
		(select record, incident from record_marks where extract = $1 limit $2)`),
	query("sweep.chunks", `delete from extract_chunks where extract = $1 and first_line in
		(select first_line from extract_chunks where extract = $1 limit ($2 + 99) / 100)`),
	query("sweep.faults", `delete from extract_faults where extract = $1 and line in (select line from extract_faults where extract = $1 limit $2)`),
	query("sweep.services", `delete from extract_services where extract = $1 and $2 > 0`),
	query("sweep.set-aside", `delete from extract_set_aside where extract = $1 and $2 > 0`),
}

// SweepExtract deletes a piece of what is stored of an extract's rows, at most so many of a table, and says whether more is left. An
// extract that counts, or waits for a decision, is not swept: the fault is a Conflict.
func (tx *Tx) SweepExtract(e id.Extract, most int) (more bool, err error) {
	standing, err := tx.Extract(e)
	if err != nil {
		return false, err
	}
	if standing.State == ExtractChecked || standing.State == ExtractAccepted {
		return false, fault.New(fault.Conflict, "extract-stands", "The rows of this extract stand.", "Refuse it, or say that it was sent in error, first.")
	}
	for _, s := range sweeps {
		n, err := tx.exec(s, int64(e), most)
		if err != nil {
			return false, err
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}
