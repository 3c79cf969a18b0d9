package app

import (
	"context"
	"io"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// AuditPage is a page of the audit.
type AuditPage struct {
	Viewer     Viewer
	Filter     store.EventFilter
	Events     []store.Event
	Accounts   []store.NamedAccount // for choosing whose events to see
	Agencies   []store.Agency
	Next       id.Event // to ask for the events after these; 0 when there are no more
	SealedSize int64    // events under the newest checkpoint
	SealedAt   string
}

// EventsOnPage is how many events a page of the audit shows.
const EventsOnPage = 50

// SearchAudit shows who asked what of whom, when, why, and what the policy said.
func (a *App) SearchAudit(ctx context.Context, who Who, f store.EventFilter) (AuditPage, error) {
	p := AuditPage{Filter: f}
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
		if p.Events, err = tx.Events(f, EventsOnPage+1); err != nil {
			return err
		}
		if len(p.Events) > EventsOnPage {
			p.Events = p.Events[:EventsOnPage]
			p.Next = p.Events[EventsOnPage-1].ID
		}
		p.SealedSize, p.SealedAt, err = tx.NewestCheckpoint()
		return err
	})
	return p, err
}

// exportedEvents is how many events one export holds at most.
const exportedEvents = 100_000

// ExportAudit writes the events that a filter chooses as CSV.
func (a *App) ExportAudit(ctx context.Context, who Who, f store.EventFilter, to io.Writer) error {
	var events []store.Event
	err := a.db.Do(ctx, inArea(who, policy.AuditExport, policy.Audit), func(tx *store.Tx) (err error) {
		events, err = tx.Events(f, exportedEvents)
		return err
	})
	if err != nil {
		return err
	}
	w := sheet.NewWriter(to)
	w.WriteText("number", "at", "who", "roles", "act", "subject", "subject number", "purpose", "outcome", "reason", "policies", "from", "made", "people shown")
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
