package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/intake"
)

// unreadable says why a file that was named cannot be read.
func unreadable(field, path string, err error) error {
	what := "The file " + path + " cannot be read."
	if errors.Is(err, fs.ErrNotExist) {
		what = "There is no file " + path + "."
	}
	return fault.InvalidField(field, what, "Check the name and that you may read it.").Because(err)
}

// open opens a file that was named on the command line.
func open(field, path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(field, path, err)
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, errors.Join(unreadable(field, path, err), f.Close())
	}
	return f, nil
}

// readLayout reads a layout's file.
func readLayout(path string) (*intake.Layout, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("layout", path, err)
	}
	l, err := intake.ParseLayout(text)
	return l, about(filepath.Base(path), err)
}

// readDay reads a day given by a flag, as the forms of the pages read one.
func readDay(field, s string) (day.Day, error) {
	d, ok := day.Read(s)
	if !ok {
		return 0, fault.InvalidField(field, "“"+s+"” is not a day.", day.Written)
	}
	return d, nil
}

// create makes a file that is not there yet.
func create(field, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, isThere(field, path)
	case err != nil:
		return nil, fault.InvalidField(field, "The file "+path+" cannot be made.", "Name one in a folder that you may write to.").Because(err)
	}
	return f, nil
}

// isThere refuses to write over a file.
func isThere(field, path string) error {
	return fault.InvalidField(field, "The file "+path+" is there already.", "Name another, so that nothing is overwritten.")
}
