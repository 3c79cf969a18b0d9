package app

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/fnv"
	"os"
	"runtime/debug"
	"slices"
	"strconv"

	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

const stageJob = "stage-extract"

// stageArgs name the upload that a staging job reads. The upload is deleted when the job ends, whichever way.
type stageArgs struct {
	Extract id.Extract
	File    string // base name in the spool folder
}

// sortedRows is how many rows that are kept in another order than the file's gather before they are sorted and go in: about 32 MB. In
// the file's order each would change a page of its own.
const sortedRows = 2_000_000

// stagingMemory is what the collector keeps the program's memory to while a file is staged, in bytes, where it can. A file of ten million
// contacts needs about 250 MB to tell rows that it repeats itself; without a limit as much again would wait to be collected.
const stagingMemory = 400 << 20

// UnknownService begins the code under which an extract's values set aside hold a service code that its layout does not explain, and how
// many contacts have it: they count, and have no price until somebody says what the code means.
const UnknownService = "service-not-in-layout "

// staging is one extract on its way in.
type staging struct {
	app     *App
	task    *task
	area    *area.Area
	extract store.Extract
	layout  *intake.Layout
	reader  *intake.Reader

	records  map[string]id.Record // by the agency's key
	services []int64              // the keeper's number of each of the reader's services
	codes    map[[2]string]int64
	replaced *sorting // by extract and line, the extract that replaces it
	said     map[string]bool
	workers  map[string]store.WorkerOf // by the agency's key: the last that a contact named
	marks    map[markOf]int64
	search   []store.SearchKey
	lines    []store.RecordLine

	chunk    *chunkWriter
	chunks   []store.Chunk
	newKeys  []store.RecordKey
	versions []pendingVersion
	contacts []pendingContact
	faults   []store.RowFault
	aside    map[[4]string]int64
	uses     map[int64]int64 // contacts of each service, by the keeper's number
	counts   store.ExtractCounts
	rows     int
}

type pendingVersion struct {
	store.RecordVersion
	search []int64 // keys
}

type pendingContact struct {
	store.Contact
	key     string
	service int
}

// stageExtract reads an upload through its layout and stores every row under the extract's number, piece by piece. No page reads
// them until somebody accepts the extract. Done again after a cut, it sweeps what it had stored and begins anew.
func (a *App) stageExtract(ctx context.Context, t *task) error {
	var args stageArgs
	if err := t.read(&args); err != nil {
		return err
	}
	path := a.spooled(args.File)
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, stagingMemory))
	defer debug.SetMemoryLimit(before)
	err := guarded(func() error { return a.stage(ctx, t, args.Extract, path) })
	if ctx.Err() != nil || fault.As(err).Code == store.JobLost {
		return err // the job is taken up again, or another worker has it, and needs its file
	}
	if err != nil { // whatever it is, the file is refused: left as it is, the same file could not be sent again
		f := fault.As(err)
		if f.Kind == fault.Internal {
			f = fault.New(f.Kind, f.Code, "Something went wrong on our side while the file was read.", "Send it again. If it goes on, tell whoever looks after the system.")
		}
		if rerr := guarded(func() error { return a.refuseFile(ctx, t, args.Extract, f) }); rerr != nil {
			return unfinished{errors.Join(err, rerr)}
		}
		if f.Kind == fault.Invalid { // the file's fault, and said on its page; the job did what it should
			err = nil
		}
	}
	if rerr := os.Remove(path); rerr != nil && !errors.Is(rerr, os.ErrNotExist) {
		return errors.Join(err, rerr)
	}
	return err
}

func (a *App) stage(ctx context.Context, t *task, n id.Extract, path string) (err error) {
	s := &staging{app: a, task: t, records: map[string]id.Record{}, codes: map[[2]string]int64{}, replaced: a.sorting(),
		said: map[string]bool{}, workers: map[string]store.WorkerOf{}, marks: map[markOf]int64{}, aside: map[[4]string]int64{}, uses: map[int64]int64{}}
	defer func() { err = errors.Join(err, s.replaced.close()) }()
	if err := s.load(ctx, n); err != nil {
		return err
	}
	if s.extract.State != store.ExtractReceived { // checked before the worker was cut off
		return nil
	}
	if err := a.sweep(ctx, t.who, n); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fault.New(fault.Unavailable, "upload-gone", "The uploaded file is no longer there.", "Send it again.").Because(err)
	}
	defer file.Close()
	options := intake.Options{AsOf: s.extract.AsOf}
	if s.extract.ControlRows > 0 {
		options.Totals.Rows = int(s.extract.ControlRows)
	}
	if s.extract.ControlSum != nil {
		options.Totals.Amount, options.Totals.HasAmount = *s.extract.ControlSum, true
	}
	if s.reader, err = intake.NewReader(file, s.layout, options); err != nil {
		return err
	}
	for s.reader.Next() {
		s.row(s.reader.Row())
		if s.rows >= s.app.db.Piece() {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := s.reader.Err(); err != nil {
		return err
	}
	return s.finish(ctx)
}

// load gathers what the agency has sent before, so that a row can be told to be new, changed or repeated.
func (s *staging) load(ctx context.Context, n id.Extract) error {
	return s.app.db.Do(ctx, request(s.task.who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx) error {
		var err error
		if s.extract, err = tx.Extract(n); err != nil {
			return err
		}
		l, err := tx.Layout(s.extract.Layout)
		if err != nil {
			return err
		}
		if s.layout, err = intake.ParseLayout([]byte(l.Text)); err != nil {
			return err
		}
		if s.area, err = s.app.config(tx.Actor().Area); err != nil {
			return err
		}
		if s.chunk, err = newChunkWriter(); err != nil {
			return err
		}
		for after := id.Record(0); ; {
			keys, err := tx.RecordKeys(s.extract.Agency, after, 5000)
			if err != nil {
				return err
			}
			for _, k := range keys {
				s.records[k.Key], after = k.ID, k.ID
			}
			if len(keys) < 5000 {
				break
			}
		}
		codes, err := tx.ServiceCodes()
		if err != nil {
			return err
		}
		for _, c := range codes {
			if c.Agency == s.extract.Agency {
				s.codes[[2]string{c.Code, c.Unit}] = c.ID
			}
		}
		return nil
	})
}

// row takes one row in.
func (s *staging) row(r *intake.Row) {
	s.rows++
	s.chunk.add(r)
	if s.chunk.rows == rowsPerChunk {
		s.takeChunk()
	}
	if r.Outcome == intake.Rejected {
		j := r.Rejection
		s.faults = append(s.faults, store.RowFault{Line: int64(j.Line), Field: j.Column, Code: j.Code, Said: j.Said, Message: j.Message, Remedy: j.Remedy})
		return
	}
	if r.Outcome == intake.Repeated {
		return
	}
	key := string(r.Key)
	for _, v := range r.AllSetAside() {
		s.aside[[4]string{v.Field, v.Code, intake.ShownAside(v), v.Reason}]++
	}
	if _, known := s.records[key]; !known {
		s.records[key] = 0 // numbered with the piece
		s.newKeys = append(s.newKeys, store.RecordKey{Hash: int64(hash64(key)), Key: key})
	}
	s.mark(key, r)
	if r.Person != nil {
		s.person(key, r)
	}
	if s.layout.Kind.HasContacts() {
		s.contact(key, r)
	}
}

func (s *staging) takeChunk() {
	if s.chunk.rows > 0 {
		first, last := s.chunk.first, s.chunk.last
		s.chunks = append(s.chunks, store.Chunk{FirstLine: first, LastLine: last, Data: s.chunk.take()})
	}
}

// contact keeps a use of a service. Whether it is new, says something else of one that is held, or repeats one, is told by compare.
func (s *staging) contact(key string, r *intake.Row) {
	c := r.Contact
	p := pendingContact{key: key, service: c.Service, Contact: store.Contact{
		Extract: s.extract.ID, Line: int64(r.Line), From: c.From, To: c.To, Content: int64(binary.BigEndian.Uint64(c.Hash[:8]))}}
	switch {
	case c.Open:
		p.To = store.OpenStay
	case c.To == c.From && c.To != 0:
		p.To = 0
	}
	if c.HasQuantity {
		p.Quantity = c.Quantity
	}
	if c.HasOwn {
		own := c.Own
		p.Own = &own
	}
	p.Ref = s.ref(c)
	if r.Revises != 0 { // the same contact stood earlier in the file and said something else: the last counts
		s.replaced.add(triple{int64(s.extract.ID), int64(r.Revises), int64(s.extract.ID)})
		s.counts.Contacts--
	}
	if c.Worker != "" || c.Reach != "" {
		if w, named := s.workers[key]; !named || w.Day <= max(c.From, c.To) {
			s.workers[key] = store.WorkerOf{Day: max(c.From, c.To), Worker: c.Worker, Reach: c.Reach}
		}
	}
	s.contacts = append(s.contacts, p)
	s.counts.Contacts++
	s.counts.LastDay = max(s.counts.LastDay, c.From, c.To)
	if s.counts.FirstDay == 0 || c.From < s.counts.FirstDay {
		s.counts.FirstDay = c.From
	}
}

// person keeps what the row says of who somebody is, once for each record and extract.
func (s *staging) person(key string, r *intake.Row) {
	identity, err := json.Marshal(r.Person.Identity)
	if err != nil {
		return // an Identity holds nothing that JSON cannot
	}
	aside := "[]"
	if some := slices.DeleteFunc(slices.Clone(r.Person.SetAside), intake.OfMark); len(some) > 0 { // what is kept here stands on the person's page
		text, err := json.Marshal(some)
		if err == nil {
			aside = string(text)
		}
	}
	s.versions = append(s.versions, pendingVersion{store.RecordVersion{
		Extract: s.extract.ID, AsOf: s.extract.AsOf, Line: int64(r.Line), Content: int64(binary.BigEndian.Uint64(r.Person.Hash[:8])),
		Identity: string(identity), SetAside: aside, Borough: s.borough(r, r.Person.Identity), Worker: r.Contact.Worker, Reach: r.Contact.Reach,
		Key: key,
	}, slices.Concat(searchKeys(r.Person.Identity), ownKeys(s.extract.Agency, key))})
}

// borough is the one the agency sent, else that of the postcode, else none.
func (s *staging) borough(r *intake.Row, who person.Identity) string {
	if r.Contact.Borough != "" {
		return r.Contact.Borough
	}
	for _, p := range who.Postcodes {
		if b := s.area.Borough(p); b != "" {
			return b
		}
	}
	return ""
}

// ownKeys are the keys by which an agency's own number is searched however it is spaced; none for one that is its own fold, which is found
// as it stands.
func ownKeys(agency id.Agency, number string) []int64 {
	folded := person.FoldNumber(number)
	if folded == "" || folded == number {
		return nil
	}
	return []int64{ownKey(agency, folded)}
}

func ownKey(agency id.Agency, folded string) int64 {
	return int64(hash64("own\x1f" + strconv.FormatInt(int64(agency), 10) + "\x1f" + folded))
}

// searchKeys are the keys under which somebody is found.
func searchKeys(who person.Identity) []int64 {
	keys := append(linkage.BlockingKeys(who), linkage.NameKeys(who)...)
	out := make([]int64, len(keys))
	for i, k := range keys {
		out[i] = int64(hash64(k))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// finish writes the last piece, ends what a whole extract no longer holds, and hands the extract to somebody's decision.
func (s *staging) finish(ctx context.Context) error {
	s.takeChunk()
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := s.flushSorted(ctx); err != nil {
		return err
	}
	s.search, s.lines = nil, nil
	if err := s.task.tell("Comparing with what was sent before", s.reader.Bytes(), s.extract.Bytes); err != nil {
		return err
	}
	if err := s.compare(ctx); err != nil {
		return err
	}
	if err := s.flushReplaced(ctx); err != nil {
		return err
	}
	if err := pieces(ctx, s, s.involved(), (*store.Tx).StageWorkers); err != nil {
		return err
	}
	if err := pieces(ctx, s, s.marked(), (*store.Tx).StageMarks); err != nil {
		return err
	}
	return s.app.db.Do(ctx, request(s.task.who, policy.ExtractStage, policy.Extract, int64(s.extract.ID)), func(tx *store.Tx) error {
		var aside []store.ValueSetAside
		for k, uses := range s.aside {
			aside = append(aside, store.ValueSetAside{Field: k[0], Code: k[1], Said: k[2], Reason: k[3], Uses: uses})
		}
		for _, u := range s.reader.Services() {
			if !u.Known && u.Contacts > 0 {
				aside = append(aside, store.ValueSetAside{Field: "service", Code: UnknownService + u.Code, Said: u.Code, Reason: "The layout does not say what this code means.",
					Uses: int64(u.Contacts)})
			}
		}
		slices.SortFunc(aside, func(a, b store.ValueSetAside) int {
			return cmp.Or(cmp.Compare(b.Uses, a.Uses), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Said, b.Said))
		})
		if err := tx.StageSetAside(s.extract.ID, aside); err != nil {
			return err
		}
		if err := tx.StageServices(s.extract.ID, s.uses); err != nil {
			return err
		}
		read := s.reader.Counts()
		c := s.counts
		c.Rows, c.Rejected = int64(read.Rows), int64(read.Rejected)
		c.Repeated += int64(read.Repeated)
		c.Accepted = c.Rows - c.Rejected - c.Repeated
		c.SetAside = int64(read.SetAside)
		unmapped, err := json.Marshal(s.reader.Unmapped())
		if err != nil {
			return err
		}
		c.Unmapped = string(unmapped)
		reading, err := json.Marshal(s.reader.Reading())
		if err != nil {
			return err
		}
		return tx.ExtractIsChecked(s.extract.ID, c, string(reading))
	})
}

// involved gives the workers in order of record.
func (s *staging) involved() []store.WorkerOf {
	out := make([]store.WorkerOf, 0, len(s.workers))
	for key, w := range s.workers {
		w.Record = s.records[key]
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b store.WorkerOf) int { return cmp.Compare(a.Record, b.Record) })
	return out
}

// refuseFile records that the file as a whole could not be read, and sweeps what was stored of it.
func (a *App) refuseFile(ctx context.Context, t *task, n id.Extract, why *fault.Error) error {
	if err := a.sweep(ctx, t.who, n); err != nil {
		return err
	}
	text, err := json.Marshal(fileTrouble{why.Message, why.Remedy, why.Notes})
	if err != nil {
		return err
	}
	return a.db.Do(ctx, request(t.who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx) error {
		if err := tx.ExtractIsFaulty(n, string(text)); err != nil {
			return err
		}
		return dropCodes(tx, n)
	})
}

// dropCodes takes away the service codes that an extract alone had, once its rows are swept. Files of an area are stored one at a time, by the
// same worker.
func dropCodes(tx *store.Tx, n id.Extract) error {
	e, err := tx.Extract(n)
	if err != nil {
		return err
	}
	return tx.DropServiceCodes(e.Agency)
}

// fileTrouble is why a whole file could not be read.
type fileTrouble struct {
	Message, Remedy string
	Notes           []fault.Note
}

// sweep deletes what is stored of an extract's rows, piece by piece.
func (a *App) sweep(ctx context.Context, who Who, n id.Extract) error {
	return a.inPieces(ctx, request(who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx, most int) (bool, error) {
		return tx.SweepExtract(n, most)
	})
}

func hash64(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}
