package intake

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
)

// seen remembers, for each number met in a file, what the last row with it said: sixteen bytes a number and about a quarter
// more, where a map would take three times that. It is parted so that growing never copies more than a thousandth of it.
type seen struct {
	parts [seenParts]seenPart
}

const (
	seenBits  = 10
	seenParts = 1 << seenBits
)

type seenPart struct {
	slots []seenSlot
	n     int
}

// seenSlot is empty while its number is zero. Two of ten million numbers fall together with a chance of three in a million.
type seenSlot struct {
	number  uint64
	content uint32
	line    uint32 // or how many rows without a number said the same
}

var seenSeed = maphash.MakeSeed() // numbers are compared within one run of the program only

// add notes a row. It gives the line of the last row with the same number, 0 when there was none, and whether that row had the
// same content; where it had another, this row takes its place.
func (s *seen) add(number []byte, content Hash, line int) (before int, same bool) {
	return s.addHashed(maphash.Bytes(seenSeed, number), binary.LittleEndian.Uint32(content[:4]), line)
}

// addHashed is add for a number hashed with seenSeed and the beginning of a content.
func (s *seen) addHashed(number uint64, what uint32, line int) (before int, same bool) {
	slot, first := s.slot(number)
	if first {
		slot.content, slot.line = what, uint32(line)
		return 0, false
	}
	before, same = int(slot.line), slot.content == what
	if !same {
		slot.content, slot.line = what, uint32(line)
	}
	return before, same
}

// count notes a row without a number, and gives how many such rows have said the same so far.
func (s *seen) count(content Hash) int {
	slot, _ := s.slot(maphash.Bytes(seenSeed, content[:]))
	slot.line++
	return int(slot.line)
}

// slot gives the slot of a hashed number, and whether it is new.
func (s *seen) slot(hashed uint64) (_ *seenSlot, first bool) {
	n := hashed | 1 // never zero
	p := &s.parts[n>>(64-seenBits)]
	if p.n*5 >= len(p.slots)*4 {
		p.grow()
	}
	slot := p.find(n)
	if slot.number == 0 {
		p.n++
		slot.number = n
		return slot, true
	}
	return slot, false
}

// expect makes room for so many different numbers in all.
func (s *seen) expect(numbers int) {
	each := float64(numbers) / seenParts
	each += 4 * math.Sqrt(each) // parts have about as many each, few more than this
	for i := range s.parts {
		if p := &s.parts[i]; p.n == 0 {
			p.empty(int(each*5/4) + 8)
		}
	}
}

// find gives the slot of a number, or the empty one where it belongs.
func (p *seenPart) find(n uint64) *seenSlot {
	hi, _ := bits.Mul64(n<<seenBits, uint64(len(p.slots)))
	for i := int(hi); ; i++ {
		if i == len(p.slots) {
			i = 0
		}
		if s := &p.slots[i]; s.number == n || s.number == 0 {
			return s
		}
	}
}

// empty makes so many slots. They are written at once: memory that is looked at before it is first written is given twice, and the second time
// every processor is stopped for it.
func (p *seenPart) empty(slots int) {
	p.slots = make([]seenSlot, slots)
	clear(p.slots)
}

func (p *seenPart) grow() {
	old := p.slots
	p.empty(max(8, len(old)+len(old)/4))
	for _, s := range old {
		if s.number != 0 {
			*p.find(s.number) = s
		}
	}
}
