package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"throughline/internal/fault"
)

func (a *App) spooled(name string) string { return filepath.Join(a.dir, "spool", filepath.Base(name)) }

// spool writes an upload to the spool folder, under a name of its own, and hashes it on the way.
func (a *App) spool(from io.Reader) (name, sum string, size int64, err error) {
	if err := os.MkdirAll(filepath.Join(a.dir, "spool"), 0o700); err != nil {
		return "", "", 0, err
	}
	name = rand.Text()
	f, err := os.OpenFile(a.spooled(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", "", 0, err
	}
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, h), from)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", "", 0, errors.Join(fault.New(fault.Unavailable, "upload-cut-off", "The file did not arrive whole.",
			"Send it again. If it goes on, the disk may be full: tell whoever looks after the system.").Because(err), os.Remove(a.spooled(name)))
	}
	return name, hex.EncodeToString(h.Sum(nil)), size, nil
}

// unwanted is how long a file of the spool folder that no job waits for is left alone: somebody may still be sending it.
const unwanted = time.Hour

// sweepSpool deletes what was left in the spool folder by an upload, or by a worker's sorting, that was cut off: files that no job waits
// for and that nobody has written to for a while.
func (a *App) sweepSpool(ctx context.Context) error {
	files, err := os.ReadDir(a.spooled(""))
	if errors.Is(err, os.ErrNotExist) || len(files) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	waiting, err := a.db.JobsToCome(ctx, stageJob)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, text := range waiting {
		var args stageArgs
		if err := json.Unmarshal([]byte(text), &args); err != nil {
			return err
		}
		wanted[args.File] = true
	}
	var failed []error
	for _, f := range files {
		info, err := f.Info()
		switch {
		case errors.Is(err, os.ErrNotExist): // its job has just ended
		case err != nil:
			failed = append(failed, err)
		case !wanted[f.Name()] && a.now().Sub(info.ModTime()) > unwanted:
			failed = append(failed, os.Remove(a.spooled(f.Name())))
		}
	}
	return errors.Join(failed...)
}
