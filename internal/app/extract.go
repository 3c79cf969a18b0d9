package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// ReceiveExtract is a file that somebody sends in.
type ReceiveExtract struct {
	Agency      id.Agency // whose file it is, where the sender said so apart from the layout; 0 leaves it to the layout
	Layout      id.Layout
	Name        string // of the file
	AsOf        day.Day
	Whole       bool // the file holds everyone the agency has: what is absent from it has ended
	ControlRows int64
	ControlSum  *money.Pence
	File        io.Reader
}

// Received is what became of a file that was sent in.
type Received struct {
	Extract store.Extract
	Job     id.Job // that checks it; 0 when it was checked before
	Before  bool   // the same bytes were sent before under this layout, so no other extract was begun
}

// ReceiveExtract takes a file in: it waits in the spool folder, readable by nobody but the server, until the worker has stored the
// columns that the layout maps, and is then deleted. Sending the same bytes again changes nothing: where their check has not ended, as when
// its worker was cut off, it gives the job under way.
func (a *App) ReceiveExtract(ctx context.Context, who Who, in ReceiveExtract) (Received, error) {
	if in.AsOf == 0 {
		return Received{}, fault.InvalidField("as_of", "Say on which day the agency took this extract from its system.", "Give the as-of day, for example 31 3 2026.")
	}
	if in.AsOf > day.In(a.now(), london) {
		return Received{}, fault.InvalidField("as_of", "The as-of day is in the future.", "Give the day on which the agency took the extract from its system.")
	}
	// Asked before a byte is read: whoever may not send a file must not fill the disk.
	if err := a.db.Do(ctx, request(who, policy.ExtractReceive, policy.Layout, int64(in.Layout)), in.ofAgency); err != nil {
		return Received{}, err
	}
	file, sum, size, err := a.spool(in.File)
	if err != nil {
		return Received{}, err
	}
	var out Received
	err = a.db.Do(ctx, request(who, policy.ExtractReceive, policy.Layout, int64(in.Layout)), func(tx *store.Tx) error {
		out = Received{} // what an attempt that lost a race gave is rolled back
		l, err := tx.Layout(in.Layout)
		if err != nil {
			return err
		}
		rows := in.ControlRows
		if rows == 0 {
			rows = -1
		}
		out.Extract, out.Before, err = tx.AddExtract(store.Extract{Agency: l.Agency, Layout: l.ID, Name: filepath.Base(in.Name), SHA256: sum, Bytes: size,
			AsOf: in.AsOf, Whole: in.Whole, ControlRows: rows, ControlSum: in.ControlSum})
		if err != nil {
			return err
		}
		if out.Before {
			out.Job, err = checkUnderWay(tx, out.Extract)
			return err
		}
		out.Job, err = addJob(tx, stageJob, stageArgs{out.Extract.ID, file})
		return err
	})
	if err != nil || out.Before {
		err = errors.Join(err, os.Remove(a.spooled(file)))
	}
	return out, err
}

// checkUnderWay gives the job that checks an extract; 0 when it has ended.
func checkUnderWay(tx *store.Tx, e store.Extract) (id.Job, error) {
	if e.State != store.ExtractReceived {
		return 0, nil
	}
	jobs, err := tx.JobsUnderWay(math.MaxInt32)
	if err != nil {
		return 0, err
	}
	for _, j := range jobs {
		var args stageArgs
		if j.Kind != stageJob {
			continue
		}
		if err := json.Unmarshal([]byte(j.Args), &args); err != nil {
			return 0, fmt.Errorf("job %d: %w", j.ID, err)
		}
		if args.Extract == e.ID {
			return j.ID, nil
		}
	}
	return 0, nil
}

// ofAgency holds the layout to the agency that the sender named.
func (in ReceiveExtract) ofAgency(tx *store.Tx) error {
	l, err := tx.Layout(in.Layout)
	if err == nil && in.Agency != 0 && in.Agency != l.Agency {
		return fault.InvalidField("layout", "This layout describes files of another agency.", "Choose a layout of the agency whose file it is.")
	}
	return err
}

// ExtractPage is everything about one extract.
type ExtractPage struct {
	Viewer      Viewer
	Extract     store.Extract
	Agency      store.Agency
	Layout      store.Layout
	SentBy      string
	DecidedBy   string          // empty while nobody has decided
	Since       []store.Extract // of the agency and the layout, decided about since this one was counted beside them
	Unmapped    []string
	Columns     []string         // of Sample, as the agency heads them
	Sample      [][]string       // the first rows that can be accepted, masked, while somebody has to decide
	Trouble     []string         // why a faulty file could not be read, each fault with its remedy
	Faults      []store.RowFault // this page of them
	Page        int
	Reason      string // the code that Faults are narrowed to; empty for all
	Faulty      int    // rejected rows, of that reason
	Reasons     []store.FaultCount
	SetAside    []store.ValueSetAside
	Reading     intake.Reading    // nothing of it once the file's rows are swept
	Services    map[string]string // names of the area's services, by their slug
	Work        []Work            // under way on it
	MayAccept   bool
	MayRefuse   bool
	MayTakeBack bool
	MayDownload bool // its rejected rows
	MayRows     bool // what its rows say; without it nothing of Sample, Faults, Reasons, SetAside and Reading is told
}

// FaultsOnPage is how many rejected rows a page shows.
const FaultsOnPage = 20

// Extract shows one extract: what became of its rows, and a page of its rejected rows, from 1.
func (a *App) Extract(ctx context.Context, who Who, n id.Extract, page int) (ExtractPage, error) {
	return a.ExtractFaults(ctx, who, n, "", page)
}

// ExtractFaults is Extract with the rejected rows of one reason, by its code; empty, or a code that no row was rejected for, is all.
func (a *App) ExtractFaults(ctx context.Context, who Who, n id.Extract, reason string, page int) (ExtractPage, error) {
	var p ExtractPage
	err := a.db.Do(ctx, request(who, policy.ExtractOpen, policy.Extract, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Extract, err = tx.Extract(n); err != nil {
			return err
		}
		if p.Layout, err = tx.Layout(p.Extract.Layout); err != nil {
			return err
		}
		agencies, err := tx.Agencies()
		if err != nil {
			return err
		}
		for _, g := range agencies {
			if g.ID == p.Extract.Agency {
				p.Agency = g
			}
		}
		if err := json.Unmarshal([]byte(p.Extract.Unmapped), &p.Unmapped); err != nil {
			return fmt.Errorf("columns not mapped of extract %d: %w", n, err)
		}
		if p.Services, err = a.serviceNames(tx); err != nil {
			return err
		}
		if p.Work, err = a.jobsOn(tx, n); err != nil {
			return err
		}
		p.Page = 1
		if p.MayRows = rowsOf(tx, p.Extract) == nil; !p.MayRows {
			return p.decision(tx)
		}
		p.Trouble = troubleWords(p.Extract.Fault)
		if p.Reasons, err = tx.FaultCounts(n); err != nil {
			return err
		}
		if err := p.faults(tx, reason, page); err != nil {
			return err
		}
		if p.SetAside, err = tx.SetAsideOf(n, 50); err != nil {
			return err
		}
		if err := p.reading(tx); err != nil {
			return err
		}
		if p.Extract.State == store.ExtractChecked {
			if err := p.sample(tx); err != nil {
				return err
			}
			if p.Since, err = decidedSince(tx, p.Extract); err != nil {
				return err
			}
		}
		return p.decision(tx)
	})
	return p, err
}

// reading tells how the file was read, as a dry run of it does.
func (p *ExtractPage) reading(tx *store.Tx) error {
	p.Reading = intake.Reading{}
	text, err := tx.ReadingOf(p.Extract.ID)
	if err != nil || text == "" {
		return err
	}
	if err := json.Unmarshal([]byte(text), &p.Reading); err != nil {
		return fmt.Errorf("reading of extract %d: %w", p.Extract.ID, err)
	}
	return nil
}

// sample shows the first rows masked, so that somebody sees whether each column holds what the layout takes it for.
func (p *ExtractPage) sample(tx *store.Tx) error {
	layout, err := intake.ParseLayout([]byte(p.Layout.Text))
	if err != nil {
		return err
	}
	c, err := tx.FirstChunk(p.Extract.ID)
	if err != nil || len(c.Data) == 0 {
		return err
	}
	p.Columns, p.Sample = nil, nil
	for _, col := range layout.Columns {
		p.Columns = append(p.Columns, col.Header)
	}
	return readChunk(c.Data, func(r sentRow) bool {
		if r.Outcome == intake.Accepted && len(r.Values) == len(layout.Columns) {
			values := make([][]byte, len(r.Values))
			for i, v := range r.Values {
				if v != nil {
					values[i] = []byte(*v)
				}
			}
			p.Sample = append(p.Sample, intake.Masked(layout, values))
		}
		return len(p.Sample) < intake.SampleRows
	})
}

// faults reads the page of rejected rows that was asked for.
func (p *ExtractPage) faults(tx *store.Tx, reason string, page int) (err error) {
	p.Reason, p.Faulty = "", 0
	for _, r := range p.Reasons {
		if r.Code == reason {
			p.Reason, p.Faulty = reason, p.Faulty+int(r.Rows)
		}
	}
	if p.Reason == "" {
		p.Faulty = int(p.Extract.Rejected)
	}
	shown, from, _ := pageOf(page, p.Faulty, FaultsOnPage)
	p.Page = shown
	p.Faults, err = tx.FaultsOf(p.Extract.ID, p.Reason, from, FaultsOnPage)
	return err
}

// decision says who sent the file in, who decided about it, and what the viewer may still decide.
func (p *ExtractPage) decision(tx *store.Tx) (err error) {
	if p.SentBy, err = tx.NameOf(p.Extract.ReceivedBy); err != nil {
		return err
	}
	if !p.Extract.DecidedAt.IsZero() {
		if p.DecidedBy, err = tx.NameOf(p.Extract.DecidedBy); err != nil {
			return err
		}
	}
	subject := policy.Subject{Kind: policy.Extract, ID: int64(p.Extract.ID)}
	facts := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: p.Extract.Agency, State: string(p.Extract.State)}
	if !p.Layout.ApprovedAt.IsZero() {
		facts.Agreement = policy.StateApproved
	}
	p.MayAccept, p.MayRefuse = tx.May(policy.ExtractAccept, subject, facts), tx.May(policy.ExtractRefuse, subject, facts)
	p.MayTakeBack = tx.May(policy.ExtractSentInError, subject, facts)
	p.MayDownload = tx.May(policy.ExtractDownloadRejects, subject, facts)
	return nil
}

// troubleWords is why a file could not be read, fault by fault.
func troubleWords(text string) []string {
	if text == "" {
		return nil
	}
	var t fileTrouble
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return nil
	}
	if len(t.Notes) == 0 {
		return []string{strings.TrimSpace(t.Message + " " + t.Remedy)}
	}
	var all []string
	for _, n := range t.Notes { // they say what the message says, and where
		said := n.Message + " " + n.Remedy
		if line, ok := strings.CutPrefix(n.Field, "line "); ok {
			said = "Line " + line + ": " + said
		}
		all = append(all, strings.TrimSpace(said))
	}
	return all
}

// ExtractList is every extract that the viewer may see, the newest first.
type ExtractList struct {
	Viewer   Viewer
	Extracts []store.Extract
	Agencies []store.Agency
	Layouts  []store.Layout
	Jobs     []Work // under way on them
}

// Extracts lists extracts; somebody of one agency sees that agency's.
func (a *App) Extracts(ctx context.Context, who Who) (ExtractList, error) {
	var l ExtractList
	err := a.db.Do(ctx, inArea(who, policy.ExtractList, policy.Area), func(tx *store.Tx) (err error) {
		if l.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if l.Extracts, l.Layouts, err = seenExtracts(tx); err != nil {
			return err
		}
		if l.Agencies, err = tx.Agencies(); err != nil {
			return err
		}
		jobs, err := a.working(tx)
		l.Jobs = nil
		for _, w := range jobs {
			if slices.ContainsFunc(l.Extracts, func(e store.Extract) bool { return e.ID == w.Extract }) {
				l.Jobs = append(l.Jobs, w)
			}
		}
		return err
	})
	return l, err
}

// AcceptExtract is somebody's decision that an extract counts. Absent says that they have seen how much a whole extract ends.
type AcceptExtract struct {
	Extract id.Extract
	Absent  bool
}

// absentPercent is the share of an agency's contacts that a whole extract may end without somebody saying that they have seen it.
const absentPercent = 5

// decidedSince gives the agency's extracts that came to count, or no longer count, after an extract was counted beside them. Those of another
// layout are not among them: rows are held only to rows of their own layout, in any of its versions.
func decidedSince(tx *store.Tx, e store.Extract) ([]store.Extract, error) {
	layouts, err := tx.Layouts()
	if err != nil {
		return nil, err
	}
	names := map[id.Layout]string{}
	for _, l := range layouts {
		names[l.ID] = l.Name
	}
	all, err := tx.Extracts(e.Agency)
	return slices.DeleteFunc(all, func(o store.Extract) bool {
		return o.ID == e.ID || names[o.Layout] != names[e.Layout] || o.State == store.ExtractRefused || !o.DecidedAt.After(e.CheckedAt)
	}), err
}

// AcceptExtract makes an extract count: its state changes, and nothing else needs to.
func (a *App) AcceptExtract(ctx context.Context, who Who, in AcceptExtract) error {
	return a.db.Do(ctx, request(who, policy.ExtractAccept, policy.Extract, int64(in.Extract)), func(tx *store.Tx) error {
		e, err := tx.Extract(in.Extract)
		if err != nil {
			return err
		}
		since, err := decidedSince(tx, e)
		if err != nil {
			return err
		}
		if e.Whole && len(since) > 0 && !in.Absent {
			return fault.New(fault.Invalid, "counted-before", "There is a problem.", "").With("absent",
				"Other files of the agency under this layout were decided about after it was counted how much this whole file ends.",
				"If the agency says that the file is whole, tick that you have seen it. If not, ask for the whole file.")
		}
		// What repeats is the part of what stands that the file holds unchanged: counting no more, the question comes rather too often.
		if e.Absent > 0 && !in.Absent && e.Absent*100 > absentPercent*(e.Absent+e.Repeated) {
			return fault.New(fault.Invalid, "many-absent", "There is a problem.", "").With("absent",
				fmt.Sprintf("This file ends %d contacts that the agency sent before: more than %d in 100.", e.Absent, absentPercent),
				"If the agency says that is right, tick that you have seen it. If not, ask for the whole file.")
		}
		return tx.MoveExtract(in.Extract, store.ExtractChecked, store.ExtractAccepted, "")
	})
}

// EndExtract is a decision against an extract, with its reason.
type EndExtract struct {
	Extract id.Extract
	Reason  string
}

func (in EndExtract) check() error {
	return checkReason(in.Reason, fault.InvalidField("reason", "Say why.", "Write a sentence that the agency would understand."))
}

// longestReason bounds a reason, in bytes.
const longestReason = 2000

// checkReason says what is wrong with a reason; missing, where there is none, and nil where none is needed. PostgreSQL keeps no text with
// a NUL in it or that is not UTF-8.
func checkReason(text string, missing error) error {
	switch {
	case strings.TrimSpace(text) == "":
		return missing
	case len(text) > longestReason:
		return fault.InvalidField("reason", "The reason is too long.", "Say it in a few sentences.")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.InvalidField("reason", "The reason holds signs that cannot be read.", "Type it anew.")
	}
	return nil
}

const sweepJob = "sweep-extract"

type sweepArgs struct {
	Extract id.Extract
	State   store.ExtractState // when nothing is left
}

// RefuseExtract decides that an extract will not count; its rows are swept.
func (a *App) RefuseExtract(ctx context.Context, who Who, in EndExtract) error {
	if err := in.check(); err != nil {
		return err
	}
	return a.db.Do(ctx, request(who, policy.ExtractRefuse, policy.Extract, int64(in.Extract)), func(tx *store.Tx) error {
		if err := tx.MoveExtract(in.Extract, store.ExtractChecked, store.ExtractRefused, in.Reason); err != nil {
			return err
		}
		_, err := addJob(tx, sweepJob, sweepArgs{in.Extract, store.ExtractRefused})
		return err
	})
}

// SentInError takes an accepted extract back. At once nothing of it counts; then its rows are swept, and figures are made again
// without it.
func (a *App) SentInError(ctx context.Context, who Who, in EndExtract) error {
	if err := in.check(); err != nil {
		return err
	}
	return a.db.Do(ctx, request(who, policy.ExtractSentInError, policy.Extract, int64(in.Extract)), func(tx *store.Tx) error {
		if err := tx.MoveExtract(in.Extract, store.ExtractAccepted, store.ExtractRemoving, in.Reason); err != nil {
			return err
		}
		if _, err := addJob(tx, sweepJob, sweepArgs{in.Extract, store.ExtractRemoved}); err != nil {
			return err
		}
		runs, err := tx.Runs(1) // one that is under way has read the extract's rows, too
		if err != nil || len(runs) == 0 {
			return err
		}
		_, err = startRuns(tx, false)
		return err
	})
}

// bridge lets what replaced an extract's rows replace what those rows replaced, so that its going leaves no gap.
func (a *App) bridge(ctx context.Context, who Who, n id.Extract) error {
	later := map[int64][]id.Extract{}
	err := a.db.Do(ctx, request(who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx) error {
		rows, err := tx.ReplacedWithin(n)
		for _, r := range rows {
			if !slices.Contains(later[r.Ref], r.By) {
				later[r.Ref] = append(later[r.Ref], r.By)
			}
		}
		return err
	})
	if err != nil || len(later) == 0 {
		return err
	}
	for after, more := (store.ContactAt{}), true; more; a.db.GiveWay(ctx) {
		last, most := after, a.db.Piece()
		err := a.db.Do(ctx, request(who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx) error {
			rows, err := tx.ReplacedBy(n, after, most)
			if err != nil {
				return err
			}
			var some []store.Replacement
			for _, r := range rows {
				for _, by := range later[r.Ref] {
					some = append(some, store.Replacement{ContactAt: r.ContactAt, By: by})
				}
			}
			if more = len(rows) == most; more {
				last = rows[len(rows)-1].ContactAt
			}
			return tx.BridgeReplacements(some)
		})
		if err != nil {
			return err
		}
		after = last // once it is committed: an act that lost a race begins again where it began
	}
	return nil
}

func (a *App) sweepExtract(ctx context.Context, t *task) error {
	var args sweepArgs
	if err := t.read(&args); err != nil {
		return err
	}
	return a.remove(ctx, t.who, args.Extract, args.State)
}

// remove deletes an extract's rows and notes its last state. Done again it does no harm.
func (a *App) remove(ctx context.Context, who Who, n id.Extract, state store.ExtractState) error {
	if state == store.ExtractRemoved {
		if err := a.bridge(ctx, who, n); err != nil {
			return err
		}
	}
	if err := a.sweep(ctx, who, n); err != nil {
		return err
	}
	return a.db.Do(ctx, request(who, policy.ExtractStage, policy.Extract, int64(n)), func(tx *store.Tx) error {
		if err := tx.ExtractIsSwept(n, state); err != nil {
			return err
		}
		return dropCodes(tx, n)
	})
}

// rowOf gives one row of an extract as its agency sent it.
func rowOf(tx *store.Tx, n id.Extract, line int64) (sentRow, error) {
	var c chunkRows
	return c.row(tx, n, line)
}

// chunkRows is the rows of one chunk, so that those asked for in order are unpacked once.
type chunkRows struct {
	rows []sentRow
	last int64
}

func (c *chunkRows) row(tx *store.Tx, n id.Extract, line int64) (sentRow, error) {
	if len(c.rows) == 0 || line > c.last {
		chunk, err := tx.ChunkOf(n, line)
		if err != nil {
			return sentRow{}, err
		}
		c.rows, c.last = c.rows[:0], chunk.LastLine
		if err := readChunk(chunk.Data, func(r sentRow) bool { c.rows = append(c.rows, r); return true }); err != nil {
			return sentRow{}, err
		}
	}
	at, found := slices.BinarySearchFunc(c.rows, line, func(r sentRow, line int64) int { return cmp.Compare(r.Line, line) })
	if !found {
		return sentRow{}, fault.Missing("row")
	}
	return c.rows[at], nil
}
