package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/sample"
)

// demo is throughline demo.
type demo struct {
	People int    `help:"How many residents to invent, 240 or more; about a tenth of them come to an agency." default:"100000" placeholder:"N"`
	Seed   uint64 `help:"The same seed gives the same area." default:"7" placeholder:"N"`
	Dir    string `help:"The folder of the demonstration: missing, empty, or one that demo made." default:"demo-data" type:"path" placeholder:"DIR"`
	Addr   string `help:"Where to listen: on this machine only." default:"127.0.0.1:8400" env:"THROUGHLINE_ADDR" placeholder:"HOST:PORT"`
}

// Help ends the command's help.
func (demo) Help() string {
	return `Everybody and every figure in it is invented. The first time it makes the area, which takes a minute or two, and prints the sign-ins;
after that it serves the area it made. To begin anew, delete the folder.

Example:
  throughline demo --people 10000 --dir small --addr 127.0.0.1:8500`
}

const (
	signInsFile = "demo-sign-ins.txt" // passwords of invented people; its presence says that the demonstration is whole
	logFile     = "demo-log.jsonl"
)

// Run makes the demonstration where there is none yet, and serves it.
func (c demo) Run(ctx context.Context, w *World) (err error) {
	if !loopback(c.Addr) {
		return fault.InvalidField("addr", c.Addr+" can be reached from other machines, and a demonstration is for this one.",
			"Listen on 127.0.0.1.")
	}
	made, err := c.isMade()
	if err != nil {
		return err
	}
	if !made {
		if err := sample.CheckPeople(c.People); err != nil {
			return err
		}
	}
	listener, err := listen(ctx, c.Addr) // before minutes of work, not after
	if err != nil {
		return err
	}
	defer func() {
		if listener != nil {
			err = errors.Join(err, listener.Close())
		}
	}()
	if !made {
		if err := c.make(ctx, w); err != nil {
			return err
		}
	}
	signIns, err := os.ReadFile(filepath.Join(c.Dir, signInsFile))
	if err != nil {
		return unreadable("dir", filepath.Join(c.Dir, signInsFile), err)
	}
	a, err := place{Dir: c.Dir}.open(ctx, w, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	log, err := os.OpenFile(filepath.Join(c.Dir, logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "demo-log", "The log cannot be written.",
			"Check that "+c.Dir+" may be written to.").Because(err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if _, err := fmt.Fprint(w.Stdout, c.greeting(listener.Addr().String(), string(signIns))); err != nil {
		return err
	}
	serving := listener
	listener = nil // the server closes it
	return show(ctx, w, a, serving, "", "", log)
}

// isMade says whether the folder holds a whole demonstration; a folder with anything else in it is refused.
func (c demo) isMade() (bool, error) {
	if _, err := os.Stat(filepath.Join(c.Dir, signInsFile)); err == nil {
		return true, nil
	}
	entries, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, fault.InvalidField("dir", "The folder "+c.Dir+" cannot be read.",
			"Name one that is missing or empty.").Because(err)
	}
	if len(entries) > 0 {
		return false, fault.InvalidField("dir", "The folder "+c.Dir+" is not empty, and no demonstration is in it.",
			"Name one that is missing or empty.")
	}
	return false, nil
}

// make makes the demonstration beside the folder and gives it its name when it is whole, so that one cut off leaves nothing.
func (c demo) make(ctx context.Context, w *World) (err error) {
	part := filepath.Clean(c.Dir) + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	began := w.Now()
	if err := c.fill(ctx, w, part); err != nil {
		return err
	}
	if err := os.Remove(c.Dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(part, c.Dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Stderr, "Made in %.0f seconds.\n\n", w.Now().Sub(began).Seconds())
	return err
}

func (c demo) fill(ctx context.Context, w *World, dir string) (err error) {
	a, err := place{Dir: dir}.open(ctx, w, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	bar := newBar(w)
	defer bar.end()
	told := map[string]bool{} // each step once where lines are printed: every file goes through the same ones
	accounts, err := a.MakeDemo(ctx, app.Demonstrate{People: c.People, Seed: c.Seed, Dir: filepath.Join(dir, "invented"),
		Say: func(format string, args ...any) {
			bar.end()
			fmt.Fprintf(w.Stderr, format+"\n", args...)
		},
		Watch: func(s app.JobState) {
			if bar.live || !told[s.Doing] {
				told[s.Doing] = true
				bar.show(s.Doing, s.Done, s.Total)
			}
		}})
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, x := range accounts {
		rows = append(rows, []string{x.Name, x.Role, x.Email, x.Password})
	}
	text := table([]string{"NAME", "ROLE", "E-MAIL", "PASSWORD"}, rows) + "\n"
	return os.WriteFile(filepath.Join(dir, signInsFile), []byte(text), 0o600)
}

func (c demo) greeting(addr, signIns string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Throughline is at http://%s/\n\n%s\n", addr, signIns)
	fmt.Fprintf(&b, "Everybody here is invented, so these are kept in %s; real passwords are never.\n\n", filepath.Join(c.Dir,
		signInsFile))
	b.WriteString(`Look first: sign in as the analyst, say that you find and cost people, and open the cohort. Choose a person, open the footprint,
choose a bar, then a line: you arrive at a row as the agency sent it. Then sign in as the auditor and see who looked at whom.
Ctrl+C stops it; throughline demo starts it again.
`)
	return b.String()
}
