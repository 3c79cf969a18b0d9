package app

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"

	"throughline/internal/linkage/encode"
)

// unordered holds what is to leave of an agency's records until the last is encoded, for it leaves in the order of the records' keyed
// names: in the agency's own order, two encodings of one extract under keys that have nothing in common would still stand row beside row. The rows
// wait in a file in the folder where what leaves is written, and some 50 bytes of each record in memory.
type unordered struct {
	file    *os.File
	to      *bufio.Writer
	size    int64
	records []unorderedRecord
}

// unorderedRecord is where a record's rows stand: one under each key.
type unorderedRecord struct {
	name string
	from int64
	rows int
}

// newUnordered makes the file. Close takes it away; where the system lets it be, it has no name from the beginning.
func newUnordered(folder string) (*unordered, error) {
	f, err := os.CreateTemp(folder, "throughline-encode-*") // readable by its owner only
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // not where an open file cannot be: then Close does it
	return &unordered{file: f, to: bufio.NewWriter(f)}, nil
}

// Close takes the file away.
func (u *unordered) Close() error {
	err := u.file.Close()
	if gone := os.Remove(u.file.Name()); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// add takes a row of a record, the rows of one record one after the other. An error stays until writeTo.
func (u *unordered) add(name string, row []byte) {
	if n := len(u.records); n == 0 || u.records[n-1].name != name {
		u.records = append(u.records, unorderedRecord{name: name, from: u.size})
	}
	u.records[len(u.records)-1].rows++
	n, _ := u.to.Write(row)
	u.size += int64(n)
}

// writeTo writes all rows in the order of their records' names.
func (u *unordered) writeTo(out *encode.Writer) error {
	if err := u.to.Flush(); err != nil {
		return err
	}
	ends := make([]int64, len(u.records))
	order := make([]int, len(u.records))
	for i := range order {
		order[i], ends[i] = i, u.size
		if i > 0 {
			ends[i-1] = u.records[i].from
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(u.records[i].name, u.records[j].name) })
	var rows []byte
	for _, i := range order {
		r := u.records[i]
		rows = slices.Grow(rows[:0], int(ends[i]-r.from))[:ends[i]-r.from]
		if _, err := io.ReadFull(io.NewSectionReader(u.file, r.from, int64(len(rows))), rows); err != nil {
			return err
		}
		out.Write(r.rows, rows)
	}
	return nil
}
