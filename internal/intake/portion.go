package intake

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"io"
	"iter"
	"strconv"
	"sync"
)

// Portion is a stretch of a file's rows, read apart from the others.
type Portion[M any] struct {
	Made     M             // what the caller made of the rows
	Rows     []PortionRow  // those that were given to the caller, in the order of the file
	Rejected []RejectedRow // the first of those that cannot stand
	Bytes    int64         // of the file, read up to the portion's end
	Expected int           // in the first portion, about how many rows the file has by its size and them; 0 where the size is not known

	stretch  stretch
	keys     []byte
	counts   Counts
	rejected int // how many of Rejected are wanted
	err      error
	done     chan struct{}
}

// PortionRow is one row of a portion that is not rejected.
type PortionRow struct {
	Outcome Outcome // Accepted or Repeated
	Revises int     // as Row.Revises

	id      uint64 // of the key, for seen
	content uint32 // of the values, for seen
	line    uint32
	number  uint32 // among the rows of its portion, from 1
	keyFrom uint32 // in keys
	keyTo   uint32
	aside   uint32 // values set aside
}

// Key is the record key of a row, as Row.Key.
func (p *Portion[M]) Key(row *PortionRow) []byte { return p.keys[row.keyFrom:row.keyTo] }

// EachPortion reads the rest of the file as Next does, but in portions that several processors read at once. On a worker's goroutine it
// calls work for each portion with those of its rows that are not rejected; a row and all in it are valid until the next, and its Number,
// a Key made of that and the Hash of who it is about are not meant. On the caller's goroutine it then calls take with one portion after the other, in the order of the file and
// with what is known of its rows by then: which repeat or revise an earlier one. A portion is valid until take returns; an error of
// take's ends the reading. Rejected rows are kept up to a number. After EachPortion, Err, Counts and Bytes are as after Next gave false.
//
// Only files of people are read by several processors, and not those with rows that mark the end or a sender's sum. Work is then called with a
// worker's number below workers; the others are read by worker 0.
func EachPortion[M any](ctx context.Context, r *Reader, workers, rejected int, work func(worker int, rows iter.Seq[*Row]) M,
	take func(*Portion[M]) error) error {
	if r.layout.Kind != People || len(r.plan.stop) > 0 || r.totals != (Totals{}) {
		return oneByOne(ctx, r, rejected, work, take)
	}
	r.lent = &viewBuilder{r: r}
	if err := together(ctx, r, workers, rejected, work, take); err != nil || r.done || r.err != nil {
		return err
	}
	return oneByOne(ctx, r, rejected, work, take) // from a row on that is too long to be cut off before it is read
}

// rowsAtOnce is how many rows make a portion where they are read one by one.
const rowsAtOnce = 1024

func oneByOne[M any](ctx context.Context, r *Reader, rejected int, work func(int, iter.Seq[*Row]) M, take func(*Portion[M]) error) error {
	for !r.done && r.err == nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p := &Portion[M]{}
		p.Made = work(0, func(yield func(*Row) bool) {
			for n := 0; n < rowsAtOnce && r.Next(); n++ {
				if r.row.Outcome == Rejected {
					if len(p.Rejected) < rejected {
						p.Rejected = append(p.Rejected, r.row.AsRejected())
					}
					continue
				}
				from := uint32(len(p.keys))
				p.keys = append(p.keys, r.row.Key...)
				p.Rows = append(p.Rows, PortionRow{Outcome: r.row.Outcome, Revises: r.row.Revises, keyFrom: from, keyTo: uint32(len(p.keys))})
				if !yield(&r.row) {
					return
				}
			}
		})
		p.Bytes = r.source.n
		p.expect(r)
		if err := take(p); err != nil {
			return err
		}
	}
	return nil
}

// together reads portions on workers until the file ends, is refused, or has a row that cannot be cut off: then Next goes on from there.
func together[M any](ctx context.Context, r *Reader, workers, rejected int, work func(int, iter.Seq[*Row]) M, take func(*Portion[M]) error) error {
	most := 2*workers + 2 // portions at once
	c := newCutter(r, most)
	spent := make(chan *Portion[M], most) // for the room that they have
	jobs, order := make(chan *Portion[M], 2*workers), make(chan *Portion[M], 2*workers)
	quit := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(jobs)
		defer close(order)
		for {
			s, ok := c.next(quit)
			if !ok {
				return
			}
			p := &Portion[M]{}
			select {
			case p = <-spent:
			default:
			}
			*p = Portion[M]{stretch: s, Bytes: s.bytes, rejected: rejected, done: make(chan struct{}), Rows: p.Rows[:0], keys: p.keys[:0]}
			select {
			case order <- p:
			case <-quit:
				return
			}
			jobs <- p // order has as much room, and its reader waits for p
		}
	})
	for w := range workers {
		all.Go(func() {
			s := r.shard()
			for p := range jobs {
				readPortion(s, p, w, work)
				close(p.done)
			}
		})
	}
	var err error
	for p := range order {
		<-p.done
		if err == nil && r.err == nil {
			if err = ctx.Err(); err == nil && judge(r, p) {
				err = take(p)
			}
			if err != nil || r.err != nil {
				close(quit)
			}
		}
		text := p.stretch.text
		spent <- p // there is one of them for each text
		c.free <- text
	}
	all.Wait()
	if err == nil && r.err == nil {
		r.resume(c)
	}
	return err
}

// shard is a reader of stretches of the same file.
func (r *Reader) shard() *Reader {
	s := &Reader{layout: r.layout, asOf: r.asOf, header: r.header, plan: r.plan, values: make([][]byte, len(r.layout.Columns)),
		scan: &scanner{encoding: r.encoding, names: r.header.names, eof: true}, words: map[string]string{}}
	s.scan.setDelim(r.header.delim)
	s.lent = &viewBuilder{r: s}
	return s
}

// readPortion reads the rows of a portion but for what depends on the rows before it.
func readPortion[M any](r *Reader, p *Portion[M], worker int, work func(int, iter.Seq[*Row]) M) {
	r.counts, r.err, r.done = Counts{}, nil, false
	s := r.scan
	s.buf, s.start, s.end, s.line, s.err = p.stretch.text, 0, len(p.stretch.text), p.stretch.line, nil
	p.Made = work(worker, func(yield func(*Row) bool) {
		for s.next() {
			if s.blank() {
				r.counts.Blank++
				continue
			}
			r.counts.Rows++
			if !r.readRow() {
				if len(p.Rejected) < p.rejected {
					p.Rejected = append(p.Rejected, r.row.AsRejected())
				}
				continue
			}
			row := PortionRow{line: uint32(r.row.Line), number: uint32(r.counts.Rows), keyFrom: uint32(len(p.keys)), aside: uint32(len(r.row.Person.SetAside))}
			if len(r.plan.keys) > 0 {
				p.keys = append(p.keys, r.key...)
				row.id, row.content = maphash.Bytes(seenSeed, r.key), binary.LittleEndian.Uint32(r.row.Person.Hash[:])
			}
			row.keyTo = uint32(len(p.keys))
			p.Rows = append(p.Rows, row)
			if !yield(&r.row) {
				return
			}
		}
	})
	p.counts, p.err = r.counts, s.err
}

// expect says how many rows the file has if they are all about as long as those of its first portion.
func (p *Portion[M]) expect(r *Reader) {
	if r.expected == 0 && p.Bytes > 0 && r.size >= p.Bytes {
		r.expected = int(float64(len(p.Rows)) / float64(p.Bytes) * float64(r.size) * moreThanExpected)
		p.Expected = r.expected
	}
}

// moreThanExpected is by how much rows are expected to be more than the first are, since room for a few too many costs less than to grow.
const moreThanExpected = 1.03

// judge adds a portion to the file: it counts its rows and says which of them repeat or revise an earlier one. False when the file is
// refused.
func judge[M any](r *Reader, p *Portion[M]) bool {
	if p.expect(r); p.Expected > 0 && len(r.plan.keys) > 0 {
		r.seen.expect(p.Expected)
	}
	for i := range p.Rows {
		row := &p.Rows[i]
		if len(r.plan.keys) == 0 {
			row.keyFrom = uint32(len(p.keys))
			p.keys = strconv.AppendInt(p.keys, int64(r.counts.Rows)+int64(row.number), 10)
			row.keyTo = uint32(len(p.keys))
		} else if before, same := r.seen.addHashed(row.id, row.content, int(row.line)); same {
			row.Outcome = Repeated
			r.counts.Repeated++
			continue
		} else if before > 0 {
			row.Revises = before
			r.counts.Revised++
		}
		r.accept(int(row.aside))
	}
	r.counts.Rows += p.counts.Rows
	r.counts.Blank += p.counts.Blank
	r.counts.Rejected += p.counts.Rejected
	r.err = p.err
	return p.err == nil
}

// resume puts the reader where the cutter ended: at the end of the file, or before a row for Next to read.
func (r *Reader) resume(c *cutter) {
	s := r.scan
	s.buf, s.start, s.end, s.line, s.eof = c.rest, 0, len(c.rest), c.line, c.err == io.EOF
	if c.err != nil && c.err != io.EOF {
		s.err = c.err
	}
	if s.err != nil || s.eof && s.end == 0 {
		r.finish()
	}
}
