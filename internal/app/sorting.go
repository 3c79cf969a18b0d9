package app

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"throughline/internal/fault"
)

// triple is three whole numbers, in order by the first, then the second, then the third.
type triple [3]int64

func (t triple) compare(u triple) int {
	return cmp.Or(cmp.Compare(t[0], u[0]), cmp.Compare(t[1], u[1]), cmp.Compare(t[2], u[2]))
}

const tripleBytes = 24

// sortedInMemory is how many triples are put in order in memory: 24 MB.
const sortedInMemory = 1 << 20

// sorting puts any number of triples in order in bounded memory: beyond what may be held they wait, each run of them in order, in files
// of a folder. close it. What goes wrong with the files is said by each, once all is added.
type sorting struct {
	dir    string
	most   int // held in memory
	held   []triple
	runs   []*os.File
	failed error
}

// sorting begins one in the spool folder; what a cut-off worker leaves there is swept with uploads that nobody waits for.
func (a *App) sorting() *sorting { return &sorting{dir: filepath.Join(a.dir, "spool"), most: a.sorted} }

func (s *sorting) empty() bool { return len(s.held) == 0 && len(s.runs) == 0 }

func (s *sorting) add(t triple) {
	if s.failed != nil {
		return
	}
	if len(s.held) >= s.most {
		s.failed = s.spill()
	}
	s.held = append(s.held, t)
}

// spill writes what is held into a file of its own.
func (s *sorting) spill() error {
	slices.SortFunc(s.held, triple.compare)
	f, err := os.CreateTemp(s.dir, "sorting-") // readable by nobody else
	if err != nil {
		return err
	}
	s.runs = append(s.runs, f)
	w := bufio.NewWriterSize(f, 1<<16)
	var b []byte
	for _, t := range s.held {
		b = b[:0]
		for _, n := range t {
			b = binary.LittleEndian.AppendUint64(b, uint64(n))
		}
		w.Write(b) // an error stays until Flush
	}
	s.held = s.held[:0]
	return w.Flush()
}

// each hands the triples to f in order.
func (s *sorting) each(f func(triple) error) error {
	if s.failed != nil {
		return s.unavailable(s.failed)
	}
	slices.SortFunc(s.held, triple.compare)
	rest := s.held
	sources := merging{}
	take := func(next func() (triple, error)) error {
		t, err := next()
		if err == nil {
			sources = append(sources, source{t, next})
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
		return err
	}
	err := take(func() (t triple, err error) {
		if len(rest) == 0 {
			return t, io.EOF
		}
		t, rest = rest[0], rest[1:]
		return t, nil
	})
	for _, file := range s.runs {
		if _, serr := file.Seek(0, io.SeekStart); serr != nil {
			return s.unavailable(serr)
		}
		r := bufio.NewReaderSize(file, 1<<16)
		var b [tripleBytes]byte
		err = errors.Join(err, take(func() (t triple, err error) {
			if _, err = io.ReadFull(r, b[:]); err != nil {
				return t, err
			}
			for i := range t {
				t[i] = int64(binary.LittleEndian.Uint64(b[i*8:]))
			}
			return t, nil
		}))
	}
	if err != nil {
		return s.unavailable(err)
	}
	heap.Init(&sources)
	for len(sources) > 0 {
		first := &sources[0]
		if err := f(first.triple); err != nil {
			return err
		}
		switch first.triple, err = first.next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&sources)
		case err != nil:
			return s.unavailable(err)
		default:
			heap.Fix(&sources, 0)
		}
	}
	return nil
}

// clear forgets what was added.
func (s *sorting) clear() error {
	errs := []error{}
	for _, f := range s.runs {
		errs = append(errs, f.Close(), os.Remove(f.Name()))
	}
	s.held, s.runs, s.failed = s.held[:0], nil, nil
	return errors.Join(errs...)
}

// close deletes the files.
func (s *sorting) close() error {
	err := s.clear()
	s.held = nil
	return err
}

func (s *sorting) unavailable(err error) error {
	return fault.New(fault.Unavailable, "sorting", "The rows of the file could not be put in order on the disk.",
		"Send the file again. If it goes on, the disk may be full: tell whoever looks after the system.").Because(err)
}

// source is one of the runs that are merged: its first triple, and how to get the next.
type source struct {
	triple
	next func() (triple, error)
}

type merging []source

func (m merging) Len() int           { return len(m) }
func (m merging) Less(i, j int) bool { return m[i].compare(m[j].triple) < 0 }
func (m merging) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merging) Push(x any)        { *m = append(*m, x.(source)) }
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
