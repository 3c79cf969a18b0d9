package linkage

import "hash/maphash"

// spellings numbers values by what they are when they are folded, and folds each as it is written only once.
type spellings struct {
	slots  []spelling // open addressing, a power of two, at most half full
	used   int
	bytes  []byte // of the values as they are written, what their heads do not hold
	folded *dictionary
}

// spelling is one way in which a value is written; the zero spelling is none. Most are short and stand in it whole, so that one step to memory finds
// and tells them.
type spelling struct {
	hash   uint32
	length uint32
	folded uint32 // number
	from   uint32 // in bytes, of what is longer than its head
	head   spellingHead
}

// spellingHead is the first letters of a spelling.
type spellingHead [16]byte

func newSpellings() spellings { return spellings{slots: make([]spelling, 64), folded: newDictionary()} }

// number gives the encoder's number of a value that is folded when it is new.
func (s *spellings) number(written string, fold func(string) string, to *[]string) uint32 {
	if written == "" {
		return 0
	}
	hash := uint32(maphash.String(dictionarySeed, written) >> 32)
	var head spellingHead
	rest := written[copy(head[:], written):]
	mask := len(s.slots) - 1
	i := int(hash) & mask
	for ; s.slots[i].length != 0; i = (i + 1) & mask {
		if p := &s.slots[i]; p.hash == hash && int(p.length) == len(written) && p.head == head && string(s.bytes[p.from:][:len(rest)]) == rest {
			return p.folded
		}
	}
	v, first := s.folded.add(fold(written))
	if first {
		*to = append(*to, s.folded.text(v))
	}
	s.slots[i] = spelling{hash, uint32(len(written)), v, uint32(len(s.bytes)), head}
	s.bytes = append(s.bytes, rest...)
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
