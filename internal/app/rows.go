package app

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"throughline/internal/intake"
)

// Rows as sent are kept in chunks of whole rows. A row is its line, what became of it, and its mapped values in the layout's
// order: numbers are varints, a value is its length plus one and its bytes, and 0 stands for a column that the file lacks.

// rowsPerChunk makes a chunk quick to open for one line and still long enough to compress.
const rowsPerChunk = 500

// sentRow is one row as its agency sent it.
type sentRow struct {
	Line    int64
	Outcome intake.Outcome
	Values  []*string // nil for a column that the file lacks
}

type chunkWriter struct {
	first, last int64
	rows        int
	raw         []byte
	zip         *zstd.Encoder
}

func newChunkWriter() (*chunkWriter, error) {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	return &chunkWriter{zip: zip}, err
}

func (w *chunkWriter) add(r *intake.Row) {
	if w.rows == 0 {
		w.first = int64(r.Line)
	}
	w.last = int64(r.Line)
	w.rows++
	w.raw = binary.AppendUvarint(w.raw, uint64(r.Line))
	w.raw = append(w.raw, byte(r.Outcome))
	w.raw = binary.AppendUvarint(w.raw, uint64(len(r.Values)))
	for _, v := range r.Values {
		if v == nil {
			w.raw = append(w.raw, 0)
			continue
		}
		w.raw = binary.AppendUvarint(w.raw, uint64(len(v))+1)
		w.raw = append(w.raw, v...)
	}
}

// take gives the chunk as it is kept and begins another.
func (w *chunkWriter) take() []byte {
	data := w.zip.EncodeAll(w.raw, nil)
	w.rows, w.raw = 0, w.raw[:0]
	return data
}

var errChunk = errors.New("the rows of this file are damaged where they are kept")

// readChunk hands each row of a chunk to f until f says that it has enough.
func readChunk(data []byte, f func(sentRow) bool) error {
	unzip, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return err
	}
	defer unzip.Close()
	raw, err := unzip.DecodeAll(data, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errChunk, err)
	}
	number := func() (uint64, error) {
		n, size := binary.Uvarint(raw)
		if size <= 0 {
			return 0, errChunk
		}
		raw = raw[size:]
		return n, nil
	}
	for len(raw) > 0 {
		line, err := number()
		if err != nil || len(raw) == 0 {
			return errChunk
		}
		row := sentRow{Line: int64(line), Outcome: intake.Outcome(raw[0])}
		raw = raw[1:]
		count, err := number()
		if err != nil || count > uint64(len(raw)) {
			return errChunk
		}
		for range count {
			n, err := number()
			if err != nil {
				return err
			}
			if n == 0 {
				row.Values = append(row.Values, nil)
				continue
			}
			if n-1 > uint64(len(raw)) {
				return errChunk
			}
			v := string(raw[:n-1])
			raw = raw[n-1:]
			row.Values = append(row.Values, &v)
		}
		if !f(row) {
			return nil
		}
	}
	return nil
}
