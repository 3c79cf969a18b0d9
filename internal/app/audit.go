package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// AuditAsked chooses events of the audit; what is empty chooses all.
type AuditAsked struct {
	store.EventFilter
	// Who, instead of Account and Operator, is the name of whoever did it, or as much of it as tells them from everybody else;
	// or "account 7" or "Anna at the command line", where several go by one name.
	Who string
	// Jobs asks for the pieces of work that jobs did, too. They are many, and are left out unless something else chooses among them.
	Jobs bool
}

// filter finds who goes by the name: an account, or somebody at the command line.
func (in AuditAsked) filter(tx *store.Tx) (store.EventFilter, error) {
	f, sought := in.EventFilter, strings.ToLower(strings.TrimSpace(in.Who))
	if !in.Jobs && f.Act == "" {
		f.Without = policy.Worker
	}
	if sought == "" {
		return f, nil
	}
	known, err := tx.AccountNames()
	if err != nil {
		return f, err
	}
	operators, err := tx.Operators()
	if err != nil {
		return f, err
	}
	for _, name := range operators {
		known = append(known, store.NamedAccount{Name: name})
	}
	var parts, whole []store.NamedAccount
	for _, a := range known {
		name := strings.ToLower(a.Name)
		if a.ID != 0 && sought == fmt.Sprintf("account %d", a.ID) {
			f.Account = a.ID
			return f, nil
		}
		if a.ID == 0 && sought == name+atCommandLine {
			f.Operator = a.Name
			return f, nil
		}
		if strings.Contains(name, sought) {
			parts = append(parts, a)
		}
		if name == sought {
			whole = append(whole, a)
		}
	}
	if len(whole) > 0 {
		parts = whole
	}
	switch {
	case len(parts) == 0:
		return f, fault.InvalidField("who", "Nobody with an account here goes by that name.", "Write it as the list of accounts does.")
	case len(parts) > 1:
		return f, fault.InvalidField("who", fmt.Sprintf("%d people here go by that name.", len(parts)), apart(parts, len(whole) > 0))
	}
	if f.Account = parts[0].ID; f.Account == 0 {
		f.Operator = parts[0].Name
	}
	return f, nil
}

// atCommandLine follows a name that somebody gave there.
const atCommandLine = " at the command line"

// mostNamesakes is how many people of one name a message tells apart.
const mostNamesakes = 5

// apart says how to ask for one of several: those whose whole name is alike by their numbers.
func apart(several []store.NamedAccount, alike bool) string {
	if !alike || len(several) > mostNamesakes {
		return "Write more of it, or search by person or by day."
	}
	var ways []string
	for _, a := range several {
		if a.ID != 0 {
			ways = append(ways, fmt.Sprintf("account %d", a.ID))
		} else {
			ways = append(ways, a.Name+atCommandLine)
		}
	}
	return "Write " + strings.Join(ways, " or ") + "."
}

// AuditPage is a page of the audit.
type AuditPage struct {
	Viewer     Viewer
	Filter     store.EventFilter
	Events     []store.Event
	Accounts   []store.NamedAccount // for choosing whose events to see
	Agencies   []store.Agency
	Next       id.Event  // to ask for the events before these; 0 when there are no more
	SealedSize int64     // events under the newest checkpoint
	SealedAt   time.Time // zero while there is no checkpoint
	Root       string    // hash of the tree under the newest checkpoint, base64
}

// EventsOnPage is how many events a page of the audit shows.
const EventsOnPage = 50

// SearchAudit shows who asked what of whom, when, why, and what the policy said.
func (a *App) SearchAudit(ctx context.Context, who Who, in AuditAsked) (AuditPage, error) {
	var p AuditPage
	err := a.db.Do(ctx, inArea(who, policy.AuditSearch, policy.Audit), func(tx *store.Tx) (err error) {
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Agencies, err = tx.Agencies(); err != nil {
			return err
		}
		if p.Accounts, err = tx.AccountNames(); err != nil {
			return err
		}
		if p.Filter, err = in.filter(tx); err != nil {
			return err
		}
		if p.Events, err = tx.Events(p.Filter, EventsOnPage+1); err != nil {
			return err
		}
		if len(p.Events) > EventsOnPage {
			p.Events = p.Events[:EventsOnPage]
			p.Next = p.Events[EventsOnPage-1].ID
		}
		return p.checkpoint(tx)
	})
	return p, err
}

// checkpoint reads the newest checkpoint; none leaves everything zero.
func (p *AuditPage) checkpoint(tx *store.Tx) error {
	size, at, signed, err := tx.Checkpoint()
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	p.SealedSize, p.Root = size, ""
	if lines := strings.SplitN(signed, "\n", 4); len(lines) == 4 { // what is signed, its size and its root, a line each
		p.Root = lines[2]
	}
	p.SealedAt, err = time.Parse(time.RFC3339, at)
	return err
}

// exportedEvents is how many events one export holds at most.
const exportedEvents = 100_000

// errLongExport stands in place of a file that would leave events out without saying so.
var errLongExport = fault.New(fault.Invalid, "long-export", "More than 100,000 lines match, which is more than one file holds.",
	"Narrow the search by days, and download it in parts.")

// ExportAudit writes the events that a filter chooses as CSV.
func (a *App) ExportAudit(ctx context.Context, who Who, in AuditAsked, to io.Writer) error {
	var events []store.Event
	err := a.db.Do(ctx, inArea(who, policy.AuditExport, policy.Audit), func(tx *store.Tx) error {
		f, err := in.filter(tx)
		if err != nil {
			return err
		}
		events, err = tx.Events(f, exportedEvents+1)
		if len(events) > exportedEvents {
			return errLongExport
		}
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("number", "at", "who", "roles", "act", "subject", "subject number", "purpose", "outcome", "reason", "policies", "from", "made, or searched by", "people shown")
	for _, e := range events {
		w.Write(sheet.Number(int64(e.ID)), sheet.Text(e.At.Format("2006-01-02T15:04:05.000000Z")), sheet.Text(e.Actor), sheet.Text(e.Roles), sheet.Text(string(e.Act)),
			sheet.Text(string(e.Subject.Kind)), sheet.Number(e.Subject.ID), sheet.Text(string(e.Purpose)), sheet.Text(e.Outcome), sheet.Text(e.Reason),
			sheet.Text(e.Policies), sheet.Text(e.Source), sheet.Text(e.Made), sheet.Number(e.People))
	}
	return w.Flush()
}

// VerifyAudit recomputes the audit of the area and compares it with the checkpoints kept in a folder outside the database; an
// empty folder name is the data directory's own.
func (a *App) VerifyAudit(ctx context.Context, who Who, checkpoints string) (store.Verified, error) {
	if checkpoints == "" {
		checkpoints = a.db.Checkpoints()
	}
	var v store.Verified
	err := a.db.Do(ctx, inArea(who, policy.AuditVerify, policy.Audit), func(tx *store.Tx) (err error) {
		v, err = tx.VerifyAudit(checkpoints)
		return err
	})
	return v, err
}
