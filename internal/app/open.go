package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"throughline/internal/store"
)

// Place says where an installation's rows are and what it is given.
type Place struct {
	Dir      string // the data directory
	Postgres string // a PostgreSQL connection string; empty means SQLite in Dir
	Areas    fs.FS  // the areas' configuration; a folder areas in Dir stands before it
	Version  string
	Now      func() time.Time
	Shared   bool // beside a running server, for a command that only asks and queues
}

// Open opens an installation. Close it.
func Open(ctx context.Context, p Place) (*App, error) {
	db, err := store.Open(ctx, store.Config{Dir: p.Dir, Postgres: p.Postgres, Now: p.Now, Version: p.Version, Shared: p.Shared})
	if err != nil {
		return nil, err
	}
	return New(db, AreaFiles(p.Dir, p.Areas), p.Dir, p.Version, p.Now), nil
}

// OwnAreas is the folder of an installation's own areas, within its data directory.
func OwnAreas(dir string) string { return filepath.Join(dir, "areas") }

// AreaFiles are the settings of areas: of the installation's own from when it has a folder of them, else the seed's.
func AreaFiles(dir string, seed fs.FS) fs.FS { return areaFiles{OwnAreas(dir), seed} }

type areaFiles struct {
	own  string
	seed fs.FS
}

// Open implements fs.FS.
func (f areaFiles) Open(name string) (fs.File, error) {
	if isFolder(f.own) {
		return os.DirFS(f.own).Open(name)
	}
	return f.seed.Open(name)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Close lets the installation go, once what waits to be recorded is.
func (a *App) Close() error { return a.db.Close() }

// sealEvery is how often events that wait are taken into the audit's tree.
const sealEvery = 15 * time.Second

// Seal takes waiting events into the audit's tree and signs a checkpoint, now and then until ctx ends, and a last time then. failed is
// told of what went wrong; sealing is tried again.
func (a *App) Seal(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		last := false
		select {
		case <-ctx.Done():
			last = true
		case <-tick.C:
		}
		if err := a.db.SealAll(context.WithoutCancel(ctx)); err != nil {
			failed(err)
		}
		if last {
			return
		}
	}
}
