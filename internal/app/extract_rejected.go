package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
	"throughline/internal/sheet"
	"throughline/internal/store"
)

// DownloadRejected writes the rejected rows of an extract as CSV: the agency's own columns that the layout maps, then line,
// column, code, what is wrong and the remedy. Since nothing is given before it is recorded that it was asked for, and there may be
// millions of rows, the file waits in the spool folder for that moment.
func (a *App) DownloadRejected(ctx context.Context, who Who, n id.Extract, to io.Writer) (err error) {
	if err := os.MkdirAll(a.spooled(""), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(a.spooled(""), "rejected-") // readable by nobody else
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	err = a.db.Do(ctx, request(who, policy.ExtractDownloadRejects, policy.Extract, int64(n)), func(tx *store.Tx) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := file.Truncate(0); err != nil {
			return err
		}
		return rejectedRows(tx, n, sheet.NewWriter(file))
	})
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}

func rejectedRows(tx *store.Tx, n id.Extract, w *sheet.Writer) error {
	e, err := tx.Extract(n)
	if err != nil {
		return err
	}
	switch e.State {
	case store.ExtractRefused, store.ExtractRemoving, store.ExtractRemoved:
		return fault.New(fault.Conflict, "rows-removed", "The rows of this extract were removed, so there is none to download.",
			"Its page says who removed them, when and why.")
	}
	l, err := tx.Layout(e.Layout)
	if err != nil {
		return err
	}
	layout, err := intake.ParseLayout([]byte(l.Text))
	if err != nil {
		return err
	}
	header := make([]string, len(layout.Columns))
	for i, c := range layout.Columns {
		header[i] = c.Header
	}
	w.WriteText(append(header, "line", "column", "reason", "what is wrong", "remedy")...)
	var sent chunkRows
	for after := (store.RowFault{}); ; {
		some, err := tx.FaultsAfter(n, after, 500)
		if err != nil {
			return err
		}
		for _, f := range some {
			after = f
			sent, err := sent.row(tx, n, f.Line)
			if err != nil {
				return err
			}
			row, beyond := make([]string, len(layout.Columns)), []string(nil)
			for i, v := range sent.Values {
				switch {
				case i >= len(row) && v != nil:
					beyond = append(beyond, *v)
				case v != nil:
					row[i] = *v
				}
			}
			switch {
			case beyond != nil:
				f.Message += intake.Beyond(beyond)
			case len(sent.Values) == 0:
				f.Message += ". Its values were not kept: the file has columns that the layout does not name, and one of theirs could be among them"
			}
			w.WriteText(append(row, fmt.Sprint(f.Line), f.Field, f.Code, f.Message, f.Remedy)...)
		}
		if len(some) < 500 {
			return w.Flush()
		}
	}
}
