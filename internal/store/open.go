// Package store is the keeper: the only SQL of the program, and the one door to it. DB.Do is the only way to reach a
// row: it loads who is asking and of whom, asks the policy, runs the function, and answers when the audit is durable.
// Rules do not enter here, nor HTML, nor files of agencies.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	sqlite "github.com/ncruces/go-sqlite3/driver"

	"throughline/internal/fault"
	"throughline/internal/policy"
)

// Config says where the rows are and what the keeper is given. Every field but Dir works at zero.
type Config struct {
	Dir      string           // the data directory: keys, checkpoints, spool, and the SQLite file
	Postgres string           // a PostgreSQL connection string; empty means SQLite in Dir
	Now      func() time.Time // the clock; time.Now when nil
	Policy   *policy.Set      // policy.Default() when nil
	Version  string           // of the program, written in each event
	Shared   bool             // do not take the directory's lock: for a command beside a running server
}

// DB is an open keeper. It exports Do and nothing else that reaches a row of an area.
type DB struct {
	dir     string
	now     func() time.Time
	policy  *policy.Set
	version string
	dialect *dialect
	writes  *sql.DB // one connection on SQLite
	reads   *sql.DB
	copies  *sql.DB // SQLite's, of the log into the database
	keys    keys
	audit   *committer
	lock    *os.File
	hold    *sql.Conn    // holds PostgreSQL's lock of the schema
	asking  atomic.Int32 // acts of people under way
	asked   atomic.Int64 // when people last asked, in milliseconds
	wentOn  atomic.Int64 // when a job last went on after giving way, in nanoseconds
	agents  sync.WaitGroup
	stop    context.CancelFunc
}

// Open opens the keeper, migrates its schema forward and starts the committer. A second server on the same directory is
// refused, as is a PostgreSQL on which row-level security would not bind.
func Open(ctx context.Context, c Config) (*DB, error) {
	db := &DB{dir: c.Dir, now: c.Now, policy: c.Policy, version: c.Version}
	if db.now == nil {
		db.now = time.Now
	}
	if db.policy == nil {
		db.policy = policy.Default()
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	if !c.Shared {
		lock, err := lockDir(c.Dir)
		if err != nil {
			return nil, err
		}
		db.lock = lock
	}
	if err := db.open(ctx, c); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, c Config) (err error) {
	if db.keys, err = openKeys(c.Dir); err != nil {
		return err
	}
	if c.Postgres == "" {
		if err := db.openSQLite(c.Dir); err != nil {
			return err
		}
	} else if err := db.openPostgres(ctx, c.Postgres); err != nil {
		return err
	} else if err := db.holdPostgres(ctx, c); err != nil {
		return err
	}
	if err := migrate(ctx, db.writes, *db.dialect); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	if db.dialect.name == "postgres" {
		if err := checkForced(ctx, db.writes); err != nil {
			return err
		}
	}
	if err := db.sameKeys(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.Background())
	db.stop = stop
	db.audit = newCommitter(db)
	db.agents.Go(func() { db.audit.run(run) })
	if db.copies != nil {
		db.agents.Go(func() { db.checkpoints(run) })
	}
	return nil
}

// Pragmas of every SQLite connection. FULL: an acknowledged write survives a power cut (bar D9).
var pragmas = []string{
	"busy_timeout = 10000", "journal_mode = wal", "synchronous = full", "foreign_keys = on", "trusted_schema = off",
	"secure_delete = on", "temp_store = memory", "cache_size = -16384",
}

func (db *DB) openSQLite(dir string) error {
	db.dialect = &sqliteDialect
	warnOfNetwork(dir)
	path := filepath.Join(dir, "throughline.db")
	open := func(query string, most int, more ...string) (*sql.DB, error) {
		connector, err := (&sqlite.SQLite{}).OpenConnector("file:" + (&url.URL{Path: path}).EscapedPath() + query)
		if err != nil {
			return nil, fmt.Errorf("open the database: %w", err)
		}
		pool := sql.OpenDB(pinned{connector, slices.Concat(pragmas, more)})
		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
		return pool, nil
	}
	var err error
	if db.writes, err = open("?_txlock=immediate", 1, noCheckpoint); err != nil {
		return err
	}
	if db.copies, err = open("", 1, noCheckpoint, checkpointWait); err != nil {
		return err
	}
	db.reads, err = open("", 8, "query_only = on")
	return err
}

func (db *DB) openPostgres(ctx context.Context, dsn string) error {
	db.dialect = &postgresDialect
	open := func(most int) (*sql.DB, error) {
		pool, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, fmt.Errorf("open PostgreSQL: %w", err)
		}
		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
		return pool, nil
	}
	var err error
	if db.writes, err = open(8); err != nil {
		return err
	}
	if db.reads, err = open(16); err != nil { // apart: the events of reads must not wait behind the reads
		return err
	}
	return checkPostgres(ctx, db.writes)
}

// holdPostgres takes the schema's lock, as lockDir takes the directory's: servers with a directory each must not share one database.
// PostgreSQL lets it go when the connection ends, however it ends.
func (db *DB) holdPostgres(ctx context.Context, c Config) (err error) {
	if c.Shared {
		return nil
	}
	if db.hold, err = db.writes.Conn(ctx); err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	free := false
	if err := db.hold.QueryRowContext(ctx, `select pg_try_advisory_lock(hashtext('throughline'), hashtext(current_schema()))`).Scan(&free); err != nil {
		return fmt.Errorf("take the database's lock: %w", err)
	}
	if !free {
		return ErrDatabaseHeld
	}
	return nil
}

// Close ends the committer after the events that wait, and lets the directory go.
func (db *DB) Close() error {
	var errs []error
	if db.stop != nil {
		db.stop()
		db.agents.Wait()
	}
	if db.hold != nil { // ended, not given back to the pool: the lock goes with it
		if err := db.hold.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
			errs = append(errs, err)
		}
	}
	if db.reads != nil {
		errs = append(errs, db.reads.Close())
	}
	if db.copies != nil {
		errs = append(errs, db.copies.Close())
	}
	if db.writes != nil {
		errs = append(errs, db.writes.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// ErrHeld is the fault of a directory that another server holds.
var ErrHeld = fault.New(fault.Unavailable, "directory-held",
	"Another Throughline server is using this data directory.", "Stop that one first, or use another directory.")

// ErrDatabaseHeld is the fault of a PostgreSQL schema that another server holds.
var ErrDatabaseHeld = fault.New(fault.Unavailable, "database-held",
	"Another Throughline server is using this database.", "Stop that one first, or use another database.")
