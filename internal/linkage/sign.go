package linkage

// sign is eight bits of every key under which a row may have been found before: of the rules before the one at hand, and of the earlier
// parts of a cut block. Two signs are compared eight keys at a time; where they may share one, the keys themselves decide.
type sign struct {
	mine, others [signWords]uint64 // the same but for keys that the row lacks, which thus equal nothing
	several      uint64            // not nought when the row has several keys of a rule, which the sign does not hold
}

// signWords is how many words of eight keys hold all rules and the parts of one (a test says so).
const signWords = 4

// sign works out the sign of a row for the rule at hand.
func (e *enumeration) sign(s *sign, row uint32, part int) {
	b := e.b
	*s = sign{several: uint64(b.extraAt[row])}
	n := 0
	put := func(key uint32) {
		mine, others := uint64(0), uint64(255)
		if key != 0 {
			mine = uint64(min(max(byte(key), 1), 254))
			others = mine
		}
		s.mine[n/8] |= mine << (n % 8 * 8)
		s.others[n/8] |= others << (n % 8 * 8)
		n++
	}
	for _, key := range b.keys[int(row)*b.width:][:e.rule] {
		put(key)
	}
	if part > 0 {
		for _, p := range b.rules[e.rule].parts[:part] {
			put(b.part(row, p))
		}
	}
	for n < 8*signWords {
		put(0)
	}
}

// mayShare says whether two rows may share a key. It is false only when they share none.
func (s *sign) mayShare(t *sign) bool {
	return s.several|t.several|zeroByte(s.mine[0]^t.others[0])|zeroByte(s.mine[1]^t.others[1])|zeroByte(s.mine[2]^t.others[2])|zeroByte(s.mine[3]^t.others[3]) != 0
}

// zeroByte is not nought when any of eight bytes is nought (Mycroft's test).
func zeroByte(x uint64) uint64 { return (x - 0x0101010101010101) &^ x & 0x8080808080808080 }
