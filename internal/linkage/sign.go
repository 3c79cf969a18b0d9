package linkage

// sign is eight bits of every key under which a row may have been found before: of the rules before the one at hand, and of the earlier
// parts of a cut block. Two signs are compared eight keys at a time; where they may share one, the keys themselves decide.
type sign struct {
	mine, others [signWords]uint64 // the same but for keys that the row lacks, which thus equal nothing
	several      uint64            // not nought when the row has several keys of a rule, which the sign does not hold
}

// signWords is how many words of eight keys hold all rules and the parts of one (a test says so).
const signWords = 4

// set takes a row's keys of the rules before the one at hand, and of the parts before the one at hand.
func (s *sign) set(keys, parts []uint32) {
	n, mine, others := 0, uint64(0), uint64(0)
	for _, list := range [2][]uint32{keys, parts} {
		for _, key := range list {
			there := uint64((key | -key) >> 31) // 1 for a key, 0 for none
			v := min(max(uint64(byte(key)), 1), 254)
			mine |= v & -there << (n & 7 * 8)
			others |= (v | (there - 1)) & 255 << (n & 7 * 8)
			if n++; n&7 == 0 {
				s.mine[n/8-1], s.others[n/8-1] = mine, others
				mine, others = 0, 0
			}
		}
	}
	for w := n / 8; w < signWords; w++ {
		s.mine[w], s.others[w] = mine, others|^uint64(0)<<(n&7*8)
		n, mine, others = 0, 0, 0
	}
}

// mayShare says whether two rows may share a key, of which so many words hold all. It is false only when they share none.
func (s *sign) mayShare(t *sign, words int) bool {
	shared := s.several | t.several
	for w := range min(words, signWords) {
		shared |= zeroByte(s.mine[w] ^ t.others[w])
	}
	return shared != 0
}

// zeroByte is not nought when any of eight bytes is nought (Mycroft's test).
func zeroByte(x uint64) uint64 { return (x - 0x0101010101010101) &^ x & 0x8080808080808080 }
