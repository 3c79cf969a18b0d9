package app

import (
	"context"

	"throughline/internal/store"
)

// Bulk work goes through the door a piece at a time, as many rows as the keeper finds right just now, and gives way to people after each. So
// a write of many rows, a sweep and a file being read hold nobody up.

// inPieces runs f in one transaction after another until nothing is left. most is how many rows f may take at a time. Like any act f may be
// run again from its beginning, and so must keep nothing that it learned but more, or what its next run replaces.
func (a *App) inPieces(ctx context.Context, r store.Request, f func(tx *store.Tx, most int) (more bool, err error)) error {
	for more := true; more; {
		most := a.db.Piece()
		err := a.db.Do(ctx, r, func(tx *store.Tx) (err error) {
			more, err = f(tx, most)
			return err
		})
		if err != nil {
			return err
		}
		a.db.GiveWay(ctx)
	}
	return nil
}

// writePieces hands rows to write, a piece at a time, and after each tells how many are written. tell gives way.
func writePieces[T any](ctx context.Context, a *App, r store.Request, rows []T, write func(*store.Tx, []T) error, tell func(written int) error) error {
	for at := 0; at < len(rows); {
		some := rows[at:min(at+a.db.Piece(), len(rows))]
		if err := a.db.Do(ctx, r, func(tx *store.Tx) error { return write(tx, some) }); err != nil {
			return err
		}
		at += len(some)
		if err := tell(at); err != nil {
			return err
		}
	}
	return nil
}
