package store

import (
	"context"
	"log/slog"
	"time"
)

// SQLite's log of writes must now and then be copied into the database. Left to itself SQLite does so within whichever commit finds the
// log long, and flushes the disk twice while everybody waits for the one connection that writes. A connection of its own copies
// beside the writes instead.
const (
	checkpointEvery = 500 * time.Millisecond
	// longLog is the length, in pages of 4 KiB, from which the log is made to begin anew, for which writes wait until those who read
	// from it are done: a log that never ends makes every read slower.
	longLog = 16 << 10
)

// How the connection that copies differs: it gives up early rather than keep writes waiting for a long read.
const checkpointWait = "busy_timeout = 20"

// noCheckpoint keeps a connection from copying the log when it commits.
const noCheckpoint = "wal_autocheckpoint = 0"

// checkpoints copies the log into the database until ctx ends.
func (db *DB) checkpoints(ctx context.Context) {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := db.copyLog(ctx, longLog); err != nil && ctx.Err() == nil && !db.dialect.again(err) {
			slog.ErrorContext(ctx, "the log of writes could not be copied into the database", "error", err)
		}
	}
}

// copyLog copies what of the log can be copied. A log of so many pages or more it makes begin anew with the next write, and says whether those
// who read from it let it.
func (db *DB) copyLog(ctx context.Context, long int) (anew bool, err error) {
	length, _, err := db.checkpoint(ctx, "passive")
	if err != nil || length < long {
		return false, err
	}
	_, held, err := db.checkpoint(ctx, "restart") // what could be copied has just been, so that writes wait for the rest only
	return err == nil && !held, err
}

// checkpoint copies the log in a mode, and gives its length in pages and whether others kept it from doing all that the mode asks.
func (db *DB) checkpoint(ctx context.Context, mode string) (length int, held bool, err error) {
	var copied int
	return length, held, db.copies.QueryRowContext(ctx, "pragma wal_checkpoint("+mode+")").Scan(&held, &length, &copied)
}
