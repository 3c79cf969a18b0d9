package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// london is where people are: days on pages are days there.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zone data is embedded in the binary
	}
	return l
}()

const (
	linkJob = "link-records"
	costJob = "cost-contacts"
)

type runArgs struct {
	Run  id.Run
	Anew bool `json:",omitempty"` // of a link run: compare all records, whatever came since another
}

// startRuns begins a link run and, after it, a cost run, whose job it gives. anew has it compare all records.
func startRuns(tx *store.Tx, anew bool) (id.Job, error) {
	link, err := tx.AddRun(store.LinkRun)
	if err != nil {
		return 0, err
	}
	if _, err := addJob(tx, linkJob, runArgs{link, anew}); err != nil {
		return 0, err
	}
	return startCost(tx)
}

// startCost begins a cost run over the link run that is published when the worker takes it up. It joins one that waits already,
// since that one will find what this one would.
func startCost(tx *store.Tx) (id.Job, error) {
	if waits, err := tx.WaitingJob(costJob, linkJob); err != nil || waits != 0 {
		return waits, err
	}
	n, err := tx.AddRun(store.CostRun)
	if err != nil {
		return 0, err
	}
	return addJob(tx, costJob, runArgs{Run: n})
}

// StartRuns links everything that is accepted and then costs it. It gives the job of the last of the two.
func (a *App) StartRuns(ctx context.Context, who Who) (id.Job, error) {
	last, _, err := a.startUnless(ctx, who, false, func(id.Run) bool { return false })
	return last, err
}

// StartRunsAnew is StartRuns with all records compared and a model learnt from them, however few came since the last run.
func (a *App) StartRunsAnew(ctx context.Context, who Who) (id.Job, error) {
	last, _, err := a.startUnless(ctx, who, true, func(id.Run) bool { return false })
	return last, err
}

// StartRunsAfter is StartRuns for whoever saw the runs up to newest. Where one was begun since, as by the same button pressed twice, it
// begins none and says so. anew asks for what StartRunsAnew does.
func (a *App) StartRunsAfter(ctx context.Context, who Who, newest id.Run, anew bool) (begun bool, err error) {
	_, begun, err = a.startUnless(ctx, who, anew, func(now id.Run) bool { return now > newest })
	return begun, err
}

func (a *App) startUnless(ctx context.Context, who Who, anew bool, asked func(newest id.Run) bool) (last id.Job, begun bool, err error) {
	err = a.db.Do(ctx, inArea(who, policy.RunStart, policy.Area), func(tx *store.Tx) error {
		newest, err := newestRun(tx)
		if begun = err == nil && !asked(newest); !begun {
			return err
		}
		last, err = startRuns(tx, anew)
		return err
	})
	return last, begun, err
}

// newestRun is the number of the newest run, whatever became of it; 0 before the first.
func newestRun(tx *store.Tx) (id.Run, error) {
	runs, err := tx.Runs(1)
	if err != nil || len(runs) == 0 {
		return 0, err
	}
	return runs[0].ID, nil
}

// StartCost prices contacts over the persons of the published link run.
func (a *App) StartCost(ctx context.Context, who Who) (id.Job, error) {
	var n id.Job
	err := a.db.Do(ctx, inArea(who, policy.RunStart, policy.Area), func(tx *store.Tx) (err error) {
		n, err = startCost(tx)
		return err
	})
	return n, err
}

// RunsAsked chooses runs; what is zero chooses all.
type RunsAsked struct {
	Kind   RunKind
	Before id.Run // for paging: runs with a lower number
}

// RunsOnPage is how many runs a page of the list shows.
const RunsOnPage = 50

// RunList is a page of the runs of the area, the newest first.
type RunList struct {
	Viewer Viewer
	Area   store.Area
	Runs   []store.Run
	Jobs   []Work
	Names  map[id.Account]string // of who started them
	Found  map[id.Run]RunFound
	Stale  Stale  // of the cost run in force
	Next   id.Run // to ask for the runs before these; 0 when there are no more
	MayRun bool
	Newest id.Run // of all there are

	// For whoever may start one: the last link run that compared all records, to which the next is held unless it does so too, and how long it
	// took from when it was asked for. 0 before there is one.
	Whole     id.Run
	WholeTook time.Duration
}

// Runs lists runs, the newest first.
func (a *App) Runs(ctx context.Context, who Who, in RunsAsked) (RunList, error) {
	var l RunList
	err := a.db.Do(ctx, inArea(who, policy.RunList, policy.Area), func(tx *store.Tx) (err error) {
		if l.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if l.Area, err = tx.Area(); err != nil {
			return err
		}
		if l.Runs, err = tx.RunsBefore(in.Before, in.Kind, RunsOnPage+1); err != nil {
			return err
		}
		if l.Next = 0; len(l.Runs) > RunsOnPage {
			l.Runs = l.Runs[:RunsOnPage]
			l.Next = l.Runs[RunsOnPage-1].ID
		}
		if l.Jobs, err = a.working(tx); err != nil {
			return err
		}
		slices.Reverse(l.Jobs) // in the order in which they are done
		if l.MayRun = mayRun(tx); l.MayRun {
			if err := l.whole(tx); err != nil {
				return err
			}
		}
		if l.Newest, err = newestRun(tx); err != nil {
			return err
		}
		l.Names, l.Found = map[id.Account]string{}, map[id.Run]RunFound{}
		for _, r := range l.Runs {
			if err := tx.Confirm(policy.Subject{Kind: policy.Run, ID: int64(r.ID)}, policy.Facts{Exists: true, Area: tx.Actor().Area, State: r.State}); err != nil {
				return err
			}
			if l.Names[r.StartedBy], err = tx.NameOf(r.StartedBy); err != nil {
				return err
			}
			if l.Found[r.ID], err = foundBy(tx, r); err != nil {
				return err
			}
			if r.ID == l.Area.CostRun {
				full, err := tx.Run(r.ID)
				if err != nil {
					return err
				}
				var in RunInputs
				if err := json.Unmarshal([]byte(full.Inputs), &in); err != nil {
					return err
				}
				if l.Stale, err = a.stale(tx, full, in); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return l, err
}

// whole finds the last link run that compared all records.
func (l *RunList) whole(tx *store.Tx) error {
	if l.Whole, l.WholeTook = l.Area.LinkRun, 0; l.Whole == 0 {
		return nil
	}
	run, inputs, _, err := linkRunKept(tx, l.Whole)
	if err == nil && inputs.Held != 0 {
		l.Whole = inputs.Held
		run, err = tx.Run(l.Whole)
	}
	l.WholeTook = run.FinishedAt.Sub(run.StartedAt)
	return err
}

// RunStateWords is a run's state as pages, lists and commands say it, within a sentence.
func RunStateWords(state string) string {
	switch state {
	case store.RunPublished:
		return "in force"
	case store.RunSuperseded:
		return "superseded"
	case store.RunFailed:
		return "cut off"
	}
	return "under way"
}

// ExportRuns writes every run as CSV, the newest first; those of one kind where that is asked.
func (a *App) ExportRuns(ctx context.Context, who Who, kind RunKind, to io.Writer) error {
	var runs []store.Run
	names := map[id.Account]string{}
	err := a.db.Do(ctx, inArea(who, policy.RunExport, policy.Area), func(tx *store.Tx) (err error) {
		if runs, err = tx.RunsBefore(0, kind, exportedRuns); err != nil {
			return err
		}
		for _, r := range runs {
			if err := tx.Confirm(policy.Subject{Kind: policy.Run, ID: int64(r.ID)}, policy.Facts{Exists: true, Area: tx.Actor().Area, State: r.State}); err != nil {
				return err
			}
			if names[r.StartedBy] == "" {
				if names[r.StartedBy], err = tx.NameOf(r.StartedBy); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("run", "kind", "state", "started", "by", "finished", "program", "SHA-256 of what it fixed", "why it failed")
	for _, r := range runs {
		w.Write(sheet.Number(int64(r.ID)), sheet.Text(string(r.Kind)), sheet.Text(RunStateWords(r.State)), instant(r.StartedAt), sheet.Text(names[r.StartedBy]), instant(r.FinishedAt),
			sheet.Text(r.CodeVersion), sheet.Text(r.InputsHash), sheet.Text(r.Fault))
	}
	return w.Flush()
}

// exportedRuns bounds a file of runs: a run an hour for eleven years.
const exportedRuns = 100_000

// instant is a cell with a moment, empty where there is none.
func instant(t time.Time) sheet.Cell {
	if t.IsZero() {
		return sheet.Text("")
	}
	return sheet.Text(t.UTC().Format(time.RFC3339))
}

// mayRun says whether the viewer may start a run.
func mayRun(tx *store.Tx) bool {
	return tx.May(policy.RunStart, policy.Subject{Kind: policy.Area, ID: 1}, policy.Facts{Exists: true, Area: tx.Actor().Area})
}

// RunFound is what a run found, in a few figures. Those of the other kind of run are 0.
type RunFound struct {
	Records, Persons, Several int         `json:",omitempty"` // of a link run; Several are persons of more than one record
	Links, Doubts             int         `json:",omitempty"`
	Cohort, Apart             int         `json:",omitempty"` // of a cost run: people whom the rule finds, and those set apart for one service
	Amount                    money.Pence `json:",omitempty"`
	Everyone                  int         `json:",omitempty"` // people with a priced contact in the window
	EveryoneCost              money.Pence `json:",omitempty"`
	NoPerson                  int         `json:",omitempty"` // contacts of records that no person holds

	// Of a link run, by its own estimate without labels, and zero where it was not kept: what share of the pairs that it linked are of one
	// person, and what share of all pairs of one person it linked.
	Right, Reached linkage.Interval `json:",omitzero"`
}

// foundBy gives what a run found; nothing where it has not ended well. A run made before that was kept has it in its report.
func foundBy(tx *store.Tx, r store.Run) (f RunFound, err error) {
	if r.State != store.RunPublished && r.State != store.RunSuperseded {
		return f, nil
	}
	if r.Found != "" {
		return f, json.Unmarshal([]byte(r.Found), &f)
	}
	if r, err = tx.Run(r.ID); err != nil {
		return f, err
	}
	if r.Kind == store.LinkRun {
		var report linkRunReport
		err = json.Unmarshal([]byte(r.Report), &report)
		return report.found(), err
	}
	var report costRunReport
	err = json.Unmarshal([]byte(r.Report), &report)
	return report.found(), err
}

// enoughLinks is below how many links a run's estimate of itself is told with a warning: it then rests on what models start with.
const enoughLinks = 100

// FewLinks warns of an estimate that rests on so many links; empty where there are enough, or none and no estimate.
func FewLinks(links int) string {
	if links == 0 || links >= enoughLinks {
		return ""
	}
	return "With so few links the model has little to learn from, and these figures look surer than they are: look at the links themselves."
}

func (r linkRunReport) found() RunFound {
	f := RunFound{Records: r.Records, Persons: r.Persons, Several: r.Several, Links: r.Links, Doubts: r.Doubts}
	if r.Quality != nil {
		f.Right, f.Reached = r.Quality.Estimate()
	}
	return f
}

func (r costRunReport) found() RunFound {
	c := r.Cohort
	if c == nil {
		return RunFound{}
	}
	return RunFound{Cohort: len(c.Members), Apart: len(c.SingleService), Amount: c.Amount, Everyone: c.Everyone, EveryoneCost: c.EveryoneCost, NoPerson: r.NoPerson}
}

// publish makes a finished run the one that pages read.
func publish(tx *store.Tx, n id.Run, kind store.RunKind, report interface{ found() RunFound }) error {
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	found, err := json.Marshal(report.found())
	if err != nil {
		return err
	}
	return tx.PublishRun(n, kind, string(text), string(found))
}

// linked gives what a link run alone has: the model that it trained and kept to, and whom to look at.
func (p *RunPage) linked(tx *store.Tx) error {
	p.Model, p.Crowded, p.CrowdedN, p.TwoNumbers, p.Rules, p.LeftOut = nil, nil, 0, 0, nil, 0
	p.Since, p.Anew, p.Resting = nil, "", nil
	if p.Run.Report == "" || p.Run.Kind != store.LinkRun {
		return nil
	}
	var report linkRunReport
	if err := json.Unmarshal([]byte(p.Run.Report), &report); err != nil {
		return err
	}
	p.Model, p.CrowdedN, p.TwoNumbers, p.Rules, p.LeftOut = report.Model, report.CrowdedN, report.TwoNumbers, report.Linkage.Rules, report.Linkage.LeftOut
	p.Since, p.Anew = report.Since, report.Anew
	p.Resting = slices.DeleteFunc(report.Linkage.Plan, func(r linkage.RulePlan) bool { return !r.Rests })
	for _, x := range report.Crowded {
		to, err := tx.Follow(x.Person)
		if err != nil {
			return err
		}
		facts, err := tx.PersonFacts(to)
		if err != nil {
			return err
		}
		if tx.May(policy.PersonOpen, policy.Subject{Kind: policy.Person, ID: int64(to)}, facts) {
			p.Crowded = append(p.Crowded, x)
			tx.Names(x.Person)
		}
	}
	return nil
}

// RunPage is one run and what it fixed.
type RunPage struct {
	Viewer       Viewer
	Area         *area.Area
	Run          store.Run
	By           string
	Inputs       RunInputs
	Extracts     []RunExtract // that it read
	Found        RunFound
	Model        *linkage.Model      // of a link run that has ended; nil else
	Rules        []linkage.RulePairs // of a link run: how many pairs each rule was the first to find
	LeftOut      int64               // of a link run: pairs, at most, that it did not compare because too many records are alike
	Resting      []linkage.RulePlan  // of a link run: rules that it chose not to use, since they were expected to add too little
	Stale        Stale               // when it is the cost run in force
	TwoNumbers   int                 // of a link run: pairs linked that have different valid NHS numbers
	Since        *LinkedSince        // of a link run that compared only what came since an earlier one; nil else
	Anew         string              // of another link run: why it did not, in words; empty for an area's first
	Crowded      []CrowdedPerson     // of a link run: people of whom one agency has very many records, those whom the viewer may open
	CrowdedN     int                 // all of them
	Change       *RunChange          // from the run before; nil for the first of its kind
	Supersedes   id.Run              // the run of its kind that was in force before it; 0 for none
	SupersededBy id.Run              // the one that took its place; 0 for none
}

// RunExtract is an extract that a run read.
type RunExtract struct {
	store.Extract
	Agency, Layout string
	LayoutVersion  int64
}

// Run shows what a run fixed and found.
func (a *App) Run(ctx context.Context, who Who, n id.Run) (RunPage, error) {
	var p RunPage
	err := a.db.Do(ctx, request(who, policy.RunOpen, policy.Run, int64(n)), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Run, err = tx.Run(n); err != nil {
			return err
		}
		if p.Area, err = a.config(tx.Actor().Area); err != nil {
			return err
		}
		if p.By, err = tx.NameOf(p.Run.StartedBy); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(p.Run.Inputs), &p.Inputs); err != nil {
			return err
		}
		if p.Found, err = foundBy(tx, p.Run); err != nil {
			return err
		}
		if err := p.linked(tx); err != nil {
			return err
		}
		p.Extracts = nil
		for _, in := range p.Inputs.Extracts {
			x, err := runExtract(tx, in.Extract)
			if err != nil {
				return err
			}
			p.Extracts = append(p.Extracts, x)
		}
		if err := p.neighbours(tx); err != nil {
			return err
		}
		if err := p.change(tx); err != nil {
			return err
		}
		here, err := tx.Area()
		if err == nil && here.CostRun == n {
			p.Stale, err = a.stale(tx, p.Run, p.Inputs)
		}
		return err
	})
	return p, err
}

func runExtract(tx *store.Tx, n id.Extract) (x RunExtract, err error) {
	if x.Extract, err = tx.Extract(n); err != nil {
		return x, err
	}
	g, err := tx.Agency(x.Extract.Agency)
	if err != nil {
		return x, err
	}
	l, err := tx.Layout(x.Extract.Layout)
	x.Agency, x.Layout, x.LayoutVersion = g.Name, l.Name, l.Version
	return x, err
}

// neighbours finds the runs of the same kind that were in force before and after; of a run that never was in force there are none.
func (p *RunPage) neighbours(tx *store.Tx) (err error) {
	p.Supersedes, p.SupersededBy = 0, 0
	if p.Run.State == store.RunPublished || p.Run.State == store.RunSuperseded {
		p.Supersedes, p.SupersededBy, err = tx.RunsBeside(p.Run.Kind, p.Run.ID)
	}
	return err
}

// RunInputs is what a run fixes. The same inputs give the same bytes.
type RunInputs struct {
	Extracts      []ExtractInput `json:",omitempty"`
	Answers       int            `json:",omitempty"` // standing answers taken into account
	LinkRun       id.Run         `json:",omitempty"`
	Held          id.Run         `json:",omitempty"` // of a link run: the whole run whose model and commonness of values it kept to
	Memberships   string         `json:",omitempty"` // SHA-256 over record and person of every membership
	Doubt         string         `json:",omitempty"` // SHA-256 over the pairs of records in doubt that nobody had answered
	PriceMap      string         `json:",omitempty"` // SHA-256
	Editions      []string       `json:",omitempty"`
	Deflator      string         `json:",omitempty"`
	PriceYear     string         `json:",omitempty"`
	Window        string         `json:",omitempty"`
	Rule          int            `json:",omitempty"`
	Configuration string         `json:",omitempty"` // SHA-256 of the area's files
	Model         string         `json:",omitempty"`
	Code          string
}

// ExtractInput is one accepted extract as a run took it.
type ExtractInput struct {
	Extract id.Extract
	SHA256  string
	Layout  id.Layout
	AsOf    string
}

// text writes the inputs as they are kept, with their hash.
func (in RunInputs) text() (string, string, error) {
	b, err := json.Marshal(in)
	sum := sha256.Sum256(b)
	return string(b), hex.EncodeToString(sum[:]), err
}

func extractInputs(tx *store.Tx) ([]ExtractInput, []store.Extract, error) {
	standing, err := tx.StandingExtracts()
	out := make([]ExtractInput, len(standing))
	for i, e := range standing {
		out[i] = ExtractInput{e.ID, e.SHA256, e.Layout, e.AsOf.String()}
	}
	return out, standing, err
}

// writeRun writes rows of a run.
func writeRun[T any](ctx context.Context, a *App, t *task, run id.Run, doing string, rows []T, write func(*store.Tx, id.Run, []T) error) error {
	return writePieces(ctx, a, request(t.who, policy.RunWrite, policy.Run, int64(run)), rows,
		func(tx *store.Tx, some []T) error { return write(tx, run, some) },
		func(written int) error { return t.tell(doing, int64(written), int64(len(rows))) })
}

// sweepRun deletes what a run has written, piece by piece.
func (a *App) sweepRun(ctx context.Context, t *task, run id.Run) error {
	return a.inPieces(ctx, request(t.who, policy.RunWrite, policy.Run, int64(run)), func(tx *store.Tx, most int) (bool, error) {
		return tx.SweepRun(run, most)
	})
}

// endRemovals ends what is left of taking extracts back: until it is bridged, what such an extract replaced stands nowhere.
func (a *App) endRemovals(ctx context.Context, t *task, run id.Run) error {
	var removing []id.Extract
	err := a.db.Do(ctx, request(t.who, policy.RunRead, policy.Run, int64(run)), func(tx *store.Tx) error {
		all, err := tx.Extracts(0)
		removing = nil
		for _, e := range all {
			if e.State == store.ExtractRemoving {
				removing = append(removing, e.ID)
			}
		}
		return err
	})
	for _, n := range removing {
		if err == nil {
			err = a.remove(ctx, t.who, n, store.ExtractRemoved)
		}
	}
	return err
}

// inRun does the work of a run. It sweeps first what the run had written before it was cut off; one that had ended then is left as it
// is. A run that cannot go on is swept again and marked as failed, with what may be shown of why.
func (a *App) inRun(ctx context.Context, t *task, do func(run id.Run) error) error {
	var args runArgs
	if err := t.read(&args); err != nil {
		return err
	}
	var state string
	err := a.db.Do(ctx, request(t.who, policy.RunRead, policy.Run, int64(args.Run)), func(tx *store.Tx) error {
		r, err := tx.Run(args.Run)
		state = r.State
		return err
	})
	if err != nil || state != store.RunWorking {
		return err
	}
	if err := a.sweepRun(ctx, t, args.Run); err != nil {
		return err
	}
	err = guarded(func() error {
		if err := a.endRemovals(ctx, t, args.Run); err != nil {
			return err
		}
		return do(args.Run)
	})
	if err != nil && ctx.Err() == nil && fault.As(err).Code != store.JobLost { // whoever has the job now writes the run
		why := faultWords(err)
		if serr := a.sweepRun(ctx, t, args.Run); serr != nil {
			return unfinished{errors.Join(err, serr)}
		}
		ferr := a.db.Do(ctx, request(t.who, policy.RunWrite, policy.Run, int64(args.Run)), func(tx *store.Tx) error { return tx.FailRun(args.Run, why) })
		if ferr != nil {
			return unfinished{errors.Join(err, ferr)}
		}
	}
	return err
}
