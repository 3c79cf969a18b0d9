package app

import (
	"context"
	"io"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// seenExtracts gives the extracts that the viewer may see, the newest first, and the layouts there are.
func seenExtracts(tx *store.Tx) ([]store.Extract, []store.Layout, error) {
	extracts, err := tx.Extracts(tx.Actor().Agency)
	if err != nil {
		return nil, nil, err
	}
	layouts, err := tx.Layouts()
	if err != nil {
		return nil, nil, err
	}
	approved := map[id.Layout]string{}
	for _, y := range layouts {
		if !y.ApprovedAt.IsZero() {
			approved[y.ID] = policy.StateApproved
		}
	}
	for _, e := range extracts {
		f := policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: e.Agency, State: string(e.State), Agreement: approved[e.Layout]}
		if err := tx.Confirm(policy.Subject{Kind: policy.Extract, ID: int64(e.ID)}, f); err != nil {
			return nil, nil, err
		}
	}
	return extracts, layouts, nil
}

// ExportExtracts writes the list of extracts as CSV; for somebody of one agency, that agency's.
func (a *App) ExportExtracts(ctx context.Context, who Who, to io.Writer) error {
	var extracts []store.Extract
	var layouts []store.Layout
	var agencies map[id.Agency]string
	err := a.db.Do(ctx, inArea(who, policy.ExtractExport, policy.Area), func(tx *store.Tx) (err error) {
		if extracts, layouts, err = seenExtracts(tx); err != nil {
			return err
		}
		agencies, _, err = agencyNames(tx)
		return err
	})
	if err != nil {
		return err
	}
	names := map[id.Layout]string{}
	for _, y := range layouts {
		names[y.ID] = y.Name
	}
	w := sheet.NewWriter(to)
	w.WriteText("extract", "agency", "layout", "file", "SHA-256", "as of", "received", "state", "rows", "accepted", "rejected", "repeated", "values set aside")
	for _, e := range extracts {
		w.Write(sheet.Number(int64(e.ID)), sheet.Text(agencies[e.Agency]), sheet.Text(names[e.Layout]), sheet.Text(e.Name), sheet.Text(e.SHA256), sheet.Day(e.AsOf),
			instant(e.ReceivedAt), sheet.Text(e.State.Words()), sheet.Number(e.Rows), sheet.Number(e.Accepted), sheet.Number(e.Rejected), sheet.Number(e.Repeated),
			sheet.Number(e.SetAside))
	}
	return w.Flush()
}
