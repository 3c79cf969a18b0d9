package linkage

import "math/bits"

// keyTable holds the blocks of one rule while records come and go: the rows under each key, in no order. It is a table of open addresses
// whose key says where to look, since keys are hashes and so lie evenly; a key of one row has it in its slot, the rows of others stand side by
// side in room, in as many places as the power of two that holds them.
type keyTable struct {
	slots []keySlot
	used  int // keys
	room  []uint64
	free  [32][]uint32 // by power of two, places in room that are free
	sizes []int32      // how many keys have so many rows, from 2 on
}

// keySlot is one key: its row where it is the only one, else where in room its rows begin. A slot without rows is free.
type keySlot struct{ key, rows, at uint32 }

// An entry of room is a row below and, above it, eight bits of each of up to four narrower keys, so that most rows of a block that is cut are
// passed over without looking at them.
func entryOf(row, parts uint32) uint64 { return uint64(parts)<<32 | uint64(row) }

func newKeyTable(expect int) *keyTable { return &keyTable{slots: make([]keySlot, 16+expect*4/3)} }

// home is the first place to look for a key, of 31 bits.
func (t *keyTable) home(key uint32) int { return int(uint64(key) * uint64(len(t.slots)) >> 31) }

// slot gives the place of a key, or the free one where it would go.
func (t *keyTable) slot(key uint32) int {
	i := t.home(key)
	for t.slots[i].rows != 0 && t.slots[i].key != key {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	return i
}

// block gives the entries of a key, which has two rows or more.
func (t *keyTable) block(s *keySlot) []uint64 { return t.room[s.at : s.at+s.rows] }

// powerFor is the power of two that holds so many rows.
func powerFor(rows uint32) int { return bits.Len32(rows - 1) }

func (t *keyTable) take(power int) uint32 {
	if n := len(t.free[power]); n > 0 {
		at := t.free[power][n-1]
		t.free[power] = t.free[power][:n-1]
		return at
	}
	at := uint32(len(t.room))
	for range 1 << power {
		t.room = append(t.room, 0)
	}
	return at
}

// count moves a key from one size to another.
func (t *keyTable) count(from, to uint32) {
	for int(max(from, to)) >= len(t.sizes) {
		t.sizes = append(t.sizes, 0)
	}
	t.sizes[from]--
	t.sizes[to]++
}

// add puts a row under a key. parts gives the bits of a row's narrower keys.
func (t *keyTable) add(key, row uint32, parts func(row uint32) uint32) {
	if t.used*4 >= len(t.slots)*3 {
		t.grow()
	}
	s := &t.slots[t.slot(key)]
	switch n := s.rows; {
	case n == 0:
		t.used++
		s.key, s.at = key, row
	case n == 1:
		at := t.take(1)
		t.room[at], t.room[at+1] = entryOf(s.at, parts(s.at)), entryOf(row, parts(row))
		s.at = at
	default:
		if n&(n-1) == 0 { // its places are all taken
			at := t.take(powerFor(n) + 1)
			copy(t.room[at:], t.room[s.at:s.at+n])
			t.free[powerFor(n)] = append(t.free[powerFor(n)], s.at)
			s.at = at
		}
		t.room[s.at+n] = entryOf(row, parts(row))
	}
	s.rows++
	t.count(s.rows-1, s.rows)
}

// remove takes a row from under a key, where it stands.
func (t *keyTable) remove(key, row uint32) {
	i := t.slot(key)
	s := &t.slots[i]
	n := s.rows
	t.count(n, n-1)
	if n == 1 {
		t.close(i)
		return
	}
	block := t.block(s)
	for k := range block {
		if uint32(block[k]) == row {
			block[k] = block[n-1]
			break
		}
	}
	s.rows--
	switch m := s.rows; {
	case m == 1:
		last := uint32(block[0])
		t.free[1] = append(t.free[1], s.at)
		s.at = last
	case m&(m-1) == 0: // half its places are enough
		at := t.take(powerFor(m))
		copy(t.room[at:], t.room[s.at:s.at+m])
		t.free[powerFor(n)] = append(t.free[powerFor(n)], s.at)
		s.at = at
	}
}

// close frees a slot and moves up those behind it that would no longer be found.
func (t *keyTable) close(i int) {
	t.used--
	n := len(t.slots)
	for j := i; ; {
		t.slots[i] = keySlot{}
		for {
			if j++; j == n {
				j = 0
			}
			if t.slots[j].rows == 0 {
				return
			}
			// One that may stand at i or before it, going round, moves there.
			if home := t.home(t.slots[j].key); (j-home+n)%n >= (j-i+n)%n {
				break
			}
		}
		t.slots[i] = t.slots[j]
		i = j
	}
}

func (t *keyTable) grow() {
	old := t.slots
	t.slots = make([]keySlot, len(old)*3/2)
	for _, s := range old {
		if s.rows != 0 {
			t.slots[t.slot(s.key)] = s
		}
	}
}

// largestWhole is the largest size at which the blocks of up to that size have no more pairs than a rule may find, as
// sortedRule.largestWhole says for blocks that do not change.
func (t *keyTable) largestWhole(pairs int) int {
	largest := smallestCut
	for size := 2; size < len(t.sizes); size++ {
		if t.sizes[size] == 0 {
			continue
		}
		if pairs -= int(t.sizes[size]) * size * (size - 1) / 2; pairs < 0 {
			break
		}
		largest = max(largest, size)
	}
	return largest
}

// partKey is a narrower key of a record, by which a block is cut.
type partKey struct {
	part part
	key  uint32
}

// keysOf reads the keys of records, each once, as they are stored.
type keysOf struct {
	list []uint32
	put  func(uint64)
}

func newKeysOf() *keysOf {
	k := &keysOf{}
	k.put = func(long uint64) {
		if key := shortKey(long); key != 0 && !contains(k.list, key) {
			k.list = append(k.list, key)
		}
	}
	return k
}

// of gives the keys of a record by a rule; they stand until the next are asked for.
func (k *keysOf) of(c *columns, r *record, rule int) []uint32 {
	k.list = k.list[:0]
	rules[rule].keys(c, r, k.put)
	return k.list
}

// parts gives the first narrower keys of a record to first, one for each part, and adds the others to further.
func (k *keysOf) parts(c *columns, r *record, first []uint32, further []partKey) []partKey {
	for p := range partSorts {
		k.list = k.list[:0]
		c.eachPart(p, r, k.put)
		first[p] = 0
		for n, key := range k.list {
			if n == 0 {
				first[p] = key
			} else {
				further = append(further, partKey{p, key})
			}
		}
	}
	return further
}
