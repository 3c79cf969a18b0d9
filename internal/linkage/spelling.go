package linkage

import "hash/maphash"

// spellings numbers values by what they are when they are folded, and folds each as it is written only once.
type spellings struct {
	slots  []spelling // open addressing, a power of two, at most half full
	used   int
	bytes  []byte // of the values as they are written
	folded *dictionary
}

// spelling is one way in which a value is written; the zero spelling is none.
type spelling struct {
	hash   uint32
	from   uint32 // in bytes
	length uint32
	folded uint32 // number
}

func newSpellings() spellings { return spellings{slots: make([]spelling, 64), folded: newDictionary()} }

// number gives the encoder's number of a value that is folded when it is new.
func (s *spellings) number(written string, fold func(string) string, to *[]string) uint32 {
	if written == "" {
		return 0
	}
	hash := maphash.String(dictionarySeed, written)
	mask := len(s.slots) - 1
	i := int(hash>>32) & mask
	for ; s.slots[i].length != 0; i = (i + 1) & mask {
		if p := &s.slots[i]; p.hash == uint32(hash>>32) && string(s.bytes[p.from:p.from+p.length]) == written {
			return p.folded
		}
	}
	v, first := s.folded.add(fold(written))
	if first {
		*to = append(*to, s.folded.text(v))
	}
	s.slots[i] = spelling{uint32(hash >> 32), uint32(len(s.bytes)), uint32(len(written)), v}
	s.bytes = append(s.bytes, written...)
	if s.used++; s.used*2 > len(s.slots) {
		s.grow()
	}
	return v
}

func (s *spellings) grow() {
	old := s.slots
	s.slots = written[spelling](2 * len(old))
	mask := len(s.slots) - 1
	for _, p := range old {
		if p.length == 0 {
			continue
		}
		i := int(p.hash) & mask
		for s.slots[i].length != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = p
	}
}

// empty forgets all values.
func (s *spellings) empty() {
	clear(s.slots)
	s.used, s.bytes = 0, s.bytes[:0]
	s.folded.empty()
}
