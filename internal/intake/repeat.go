package intake

import "encoding/binary"

// seen is a set of 64-bit halves of hashes: eight bytes a row and a quarter empty, where a map would take forty. That two of ten
// million different rows fall together has a chance of three in a million.
type seen struct {
	slots []uint64
	n     int
	zero  bool
}

// add puts a hash in and says whether it was there already.
func (s *seen) add(h Hash) bool {
	v := binary.LittleEndian.Uint64(h[:8])
	if v == 0 {
		was := s.zero
		s.zero = true
		return was
	}
	if s.n*4 >= len(s.slots)*3 {
		s.grow()
	}
	for i := v & uint64(len(s.slots)-1); ; i = (i + 1) & uint64(len(s.slots)-1) {
		switch s.slots[i] {
		case v:
			return true
		case 0:
			s.slots[i] = v
			s.n++
			return false
		}
	}
}

func (s *seen) grow() {
	old := s.slots
	s.slots = make([]uint64, max(1024, 2*len(old)))
	for _, v := range old {
		if v == 0 {
			continue
		}
		i := v & uint64(len(s.slots)-1)
		for s.slots[i] != 0 {
			i = (i + 1) & uint64(len(s.slots)-1)
		}
		s.slots[i] = v
	}
}
