// Package sample invents a whole area: people, families, homes, needs, what they used and what it cost, and the extracts that ten
// agencies would send of it, with the errors that clerks make. Beside the extracts it writes the truth, so that linkage and
// footprints can be judged. No real record enters, and nothing here is about anyone.
//
// The same version, area, seed and number of people give the same bytes at any number of threads: each thing draws from a
// stream of its own (random.go), and stretches of people are written in order.
package sample

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"throughline/internal/fault"
)

// Version changes when the same seed gives other bytes.
const Version = 2

// Presets of People. The demonstration uses M.
const (
	S  = 10_000
	M  = 100_000
	L  = 1_000_000
	XL = 10_000_000
)

// Options say which world to make.
type Options struct {
	Area    string // "south-london", the only one so far
	People  int    // residents, of whom about a tenth come to an agency; M when 0
	Seed    uint64
	Threads int    // all processors when 0; the bytes don't depend on it
	Out     string // a folder that is missing or empty

	// Progress is called now and then with how many of the people, outsiders among them, are written. It may be nil.
	Progress func(done, all int)
}

// bounds of Options.People: below, no cohort could be; above, contact numbers would no longer fit.
const (
	fewest = 240
	most   = 20_000_000
)

// CheckPeople refuses a number of people that cannot be made.
func CheckPeople(n int) error {
	if n < fewest || n > most {
		return fault.InvalidField("people", fmt.Sprintf("An area of %d people can't be made.", n), "Give a number from 240 to 20,000,000.")
	}
	return nil
}

func (o *Options) check() error {
	if o.Area != "south-london" {
		return fault.InvalidField("area", fmt.Sprintf("There is no invented area called %q.", o.Area), "Use south-london.")
	}
	if o.People == 0 {
		o.People = M
	}
	if err := CheckPeople(o.People); err != nil {
		return err
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Out == "" {
		return fault.InvalidField("out", "There is no folder to write to.", "Name a folder that is missing or empty.")
	}
	if list, err := os.ReadDir(o.Out); err == nil && len(list) > 0 {
		return fault.InvalidField("out", "The folder "+o.Out+" is not empty.",
			"Name a folder that is missing or empty, so that nothing is overwritten.")
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.InvalidField("out", "The folder "+o.Out+" can't be read.",
			"Name a folder that is missing or empty.").Because(err)
	}
	return nil
}

// Generate writes a world to o.Out: extracts/ with a file for each layout, truth/, and manifest.csv. It is made beside o.Out and
// renamed at the end, so that a run cut off leaves no folder that looks whole. It stops when ctx ends.
func Generate(ctx context.Context, o Options) (report Report, err error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	temporary := filepath.Clean(o.Out) + ".part"
	if err := os.RemoveAll(temporary); err != nil {
		return Report{}, cannotWrite(err)
	}
	defer os.RemoveAll(temporary)
	out, err := openWriters(temporary)
	if err != nil {
		return Report{}, cannotWrite(err)
	}
	defer out.abandon()
	w := newWorld(o.Seed, o.People)
	if err := w.make(ctx, o, out); err != nil {
		if ctx.Err() != nil {
			return Report{}, ctx.Err()
		}
		return Report{}, cannotWrite(err)
	}
	report = out.report(w, o)
	if err := out.finish(temporary, report); err != nil {
		return Report{}, cannotWrite(err)
	}
	if err := os.Remove(o.Out); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Report{}, cannotWrite(err)
	}
	if err := os.Rename(temporary, o.Out); err != nil {
		return Report{}, cannotWrite(err)
	}
	return report, nil
}

func cannotWrite(err error) error {
	return fault.New(fault.Unavailable, "sample-write", "The invented area could not be written.",
		"Check that there is room on the disk and that the folder may be written to.").Because(err)
}

// make has workers make stretches and writes them in order. At most twice as many stretches as workers are in memory.
func (w *world) make(ctx context.Context, o Options, out *writers) error {
	blocks := w.blocks + w.outer
	stretches := (blocks + stretchBlocks - 1) / stretchBlocks
	made := make([]chan *stretch, stretches)
	for i := range made {
		made[i] = make(chan *stretch, 1)
	}
	room := make(chan struct{}, 2*o.Threads)
	next := make(chan int)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(next)
		for i := range stretches {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range o.Threads {
		group.Go(func() error {
			m := &maker{w: w, s: newStream(), registered: map[registration]*record{}}
			for i := range next {
				made[i] <- m.stretch(i*stretchBlocks, min((i+1)*stretchBlocks, blocks))
			}
			return nil
		})
	}
	group.Go(func() error {
		for i := range stretches {
			select {
			case st := <-made[i]:
				if err := out.write(st); err != nil {
					return err
				}
				<-room
			case <-ctx.Done():
				return ctx.Err()
			}
			if o.Progress != nil {
				all := w.people + w.outsiders
				o.Progress(min((i+1)*stretchBlocks*neighbours, all), all)
			}
		}
		return nil
	})
	return group.Wait()
}

// writers are the open files of a run and what was counted while writing.
type writers struct {
	extracts [files]*output
	truth    [truths]*output
	tallies  [files]tally
	people   []footing
}

type output struct {
	f *os.File
	*bufio.Writer
}

func create(path string) (*output, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &output{f, bufio.NewWriterSize(f, 1<<18)}, nil
}

func (o *output) close() error {
	return errors.Join(o.Flush(), o.f.Close())
}

const (
	extractsFolder = "extracts"
	truthFolder    = "truth"
)

func openWriters(folder string) (*writers, error) {
	w := &writers{}
	for _, sub := range []string{extractsFolder, truthFolder} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o755); err != nil {
			return nil, err
		}
	}
	for i := range forms {
		out, err := create(filepath.Join(folder, extractsFolder, forms[i].file()))
		if err != nil {
			w.abandon()
			return w, err
		}
		w.extracts[i] = out
		for _, line := range append(append([]string(nil), forms[i].above...), forms[i].header) {
			out.WriteString(line + "\r\n") // bufio keeps the error for close
		}
	}
	for i := range truthForms {
		out, err := create(filepath.Join(folder, truthFolder, truthForms[i].name))
		if err != nil {
			w.abandon()
			return w, err
		}
		w.truth[i] = out
		out.WriteString(truthForms[i].header + "\n")
	}
	return w, nil
}

// abandon closes what is still open; after finish there is nothing.
func (w *writers) abandon() {
	for _, o := range append(w.extracts[:], w.truth[:]...) {
		if o != nil {
			_ = o.f.Close() // what was written is being removed
		}
	}
}

func (w *writers) write(st *stretch) error {
	for i := range st.pages {
		if _, err := w.extracts[i].Write(st.pages[i].text); err != nil {
			return err
		}
		w.tallies[i].add(st.pages[i].tally)
	}
	for i := range st.truth {
		if _, err := w.truth[i].Write(st.truth[i]); err != nil {
			return err
		}
	}
	w.people = append(w.people, st.people...)
	return nil
}

// finish writes the lines below the rows, closes all, and adds the top lists and the manifest.
func (w *writers) finish(folder string, r Report) error {
	for i, o := range w.extracts {
		for _, line := range r.Files[i].below {
			o.WriteString(line + "\r\n")
		}
		if err := o.close(); err != nil {
			return err
		}
		w.extracts[i] = nil
	}
	for i, o := range w.truth {
		if err := o.close(); err != nil {
			return err
		}
		w.truth[i] = nil
	}
	if err := writeTop(filepath.Join(folder, truthFolder, "top.csv"), w.people); err != nil {
		return err
	}
	return writeManifest(filepath.Join(folder, manifestName), r)
}
