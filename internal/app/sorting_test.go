package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"throughline/internal/fault"
)

// TestSortingOrdersAll holds that triples come back in order, none lost and none twice, however few are held in memory, and that nothing
// of them is left on the disk.
func TestSortingOrdersAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := &sorting{dir: dir, most: rapid.IntRange(1, 9).Draw(t, "held")}
		number := rapid.Int64Range(-2, 2)
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) triple {
			return triple{number.Draw(t, "first"), number.Draw(t, "second"), number.Draw(t, "third")}
		}), 0, 40).Draw(t, "triples")
		for _, x := range want {
			s.add(x)
		}
		var got []triple
		if err := s.each(func(x triple) error { got = append(got, x); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, triple.compare)
		if !slices.Equal(want, got) {
			t.Errorf("got %v, want %v", got, want)
		}
		if files := len(s.runs); len(want) > s.most && files == 0 || len(s.held) > s.most {
			t.Errorf("of %d triples %d are held and %d files written, with room for %d", len(want), len(s.held), files, s.most)
		}
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%d files are left (%v)", len(left), err)
		}
	})
}

// TestSortingWithoutRoom says what people can do where the disk takes no more, and hands nothing out.
func TestSortingWithoutRoom(t *testing.T) {
	t.Parallel()
	s := &sorting{dir: filepath.Join(t.TempDir(), "no such folder"), most: 1}
	for range 3 {
		s.add(triple{})
	}
	err := s.each(func(triple) error { return errors.New("handed out") })
	if f := fault.As(err); f.Kind != fault.Unavailable || f.Remedy == "" {
		t.Errorf("a sorting that lost triples says %v", err)
	}
}
