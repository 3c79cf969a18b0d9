package intake

import (
	"bytes"
	"io"
)

// stretch is a piece of a file's text that begins and ends with whole rows.
type stretch struct {
	text  []byte
	line  int   // of its first row
	bytes int64 // of the file, read so far
}

const (
	// stretchSize is about how much text makes a stretch.
	stretchSize = 256 << 10
	// longestStretch is how much is read in search of a row's end. No value of a stretch is longer than a value may be, so that what its
	// rows are refused for does not depend on where the file was cut.
	longestStretch = maxField
)

// cutter cuts the text after the header into stretches. A line break ends a row where the quotes before it are even in number: in a file
// that is written as it should be this is every end of a row and nothing else, and where it is not, the stretch in which it first is not
// refuses the file, and what follows does not matter.
type cutter struct {
	size   int // of a stretch, about
	text   io.Reader
	source *counted
	free   chan []byte // buffers to be filled
	rest   []byte      // read and not yet in a stretch
	line   int         // of the first row of rest
	err    error       // io.EOF at the end
}

func newCutter(r *Reader, buffers int) *cutter {
	s := r.scan
	held := bytes.NewReader(s.buf[s.start:s.end]) // by the scanner, which found the header
	c := &cutter{size: r.stretch, text: io.MultiReader(held, r.text), source: r.source, free: make(chan []byte, buffers), line: s.line}
	for range buffers {
		c.free <- nil
	}
	return c
}

// next gives the next stretch; false at the end of the file, when reading failed, where no end of a row was found within the longest
// stretch, and when the reading was given up. What is left then stands in rest and err.
func (c *cutter) next(quit <-chan struct{}) (stretch, bool) {
	var b []byte
	select {
	case b = <-c.free:
	case <-quit:
		return stretch{}, false
	}
	b = append(b[:0], c.rest...)
	for size := min(c.size, longestStretch); ; size = min(2*size, longestStretch) {
		b = c.fill(b, max(size, len(b)))
		end := rowsEnd(b)
		if c.err == io.EOF {
			end = len(b)
		}
		if end > 0 && end <= longestStretch {
			c.rest = append(c.rest[:0:0], b[end:]...)
			s := stretch{b[:end], c.line, c.source.n}
			c.line += bytes.Count(b[:end], newline)
			return s, true
		}
		if c.err != nil || len(b) >= longestStretch {
			c.rest = b
			return stretch{}, false
		}
	}
}

// fill reads until b has so many bytes, or to the end.
func (c *cutter) fill(b []byte, size int) []byte {
	if cap(b) < size {
		b = append(make([]byte, 0, size), b...)
	}
	for len(b) < size && c.err == nil {
		var n int
		n, c.err = c.text.Read(b[len(b):size])
		b = b[:len(b)+n]
	}
	return b
}

// rowsEnd is where the last whole row of b ends; 0 where none does.
func rowsEnd(b []byte) int {
	for odd := bytes.Count(b, quote)%2 == 1; len(b) > 0; odd = !odd {
		last := bytes.LastIndexByte(b, '"')
		if k := bytes.LastIndexByte(b[last+1:], '\n'); !odd && k >= 0 {
			return last + 1 + k + 1
		}
		if last < 0 {
			return 0
		}
		b = b[:last]
	}
	return 0
}

var quote = []byte{'"'}
