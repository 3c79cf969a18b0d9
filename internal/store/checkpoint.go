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
		length, err := db.checkpoint(ctx, "passive")
		if err == nil && length >= longLog { // what could be copied has just been, so that writes wait for the rest only
			_, err = db.checkpoint(ctx, "restart")
		}
		if err != nil && ctx.Err() == nil && !db.dialect.again(err) {
			slog.ErrorContext(ctx, "the log of writes could not be copied into the database", "error", err)
		}
	}
}

// checkpoint copies what of the log can be copied in a mode, and gives the log's length in pages.
func (db *DB) checkpoint(ctx context.Context, mode string) (length int, err error) {
	var busy, copied int
	return length, db.copies.QueryRowContext(ctx, "pragma wal_checkpoint("+mode+")").Scan(&busy, &length, &copied)
}
