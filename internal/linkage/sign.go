package linkage

// sign is a byte of every key under which a row may have been found before: of the rules before the one at hand, and of the earlier parts
// of a cut block. Its upper bit says that the row has the key, the others are of the key. Two signs are compared eight keys at a time; where
// they may share one, the keys themselves decide.
type sign [signWords]uint64

// signWords is how many words of eight bytes hold the keys of all rules and the parts of one, and a byte that says that the row has several
// keys of a rule, which the sign does not hold (a test says that they do).
const signWords = 4

// signSeveral is in the last byte.
const signSeveral = 1 << 63

// signByte is the byte of a key; 0 for none.
func signByte(key uint32) uint64 {
	there := (key | -key) >> 31 // 1 or 0: a branch would often be guessed wrong
	return uint64((key&127 | 128) & -there)
}

// signOf makes a sign of keys.
func signOf(keys []uint32) (s sign) {
	word := uint64(0)
	for at, key := range keys {
		word |= signByte(key) << (at & 7 * 8)
		if at&7 == 7 {
			s[at/8%signWords] = word
			word = 0
		}
	}
	s[len(keys)/8%signWords] |= word
	return s
}

// add puts a further key in a place of its own.
func (s *sign) add(at int, key uint32) { s[at/8%signWords] |= signByte(key) << (at % 8 * 8) }

// mayShare says whether two rows may share a key, of which so many words hold all. It is false only when they share none.
func (s *sign) mayShare(t *sign, words int) bool {
	shared := (s[signWords-1] | t[signWords-1]) & signSeveral
	for w := range min(words, signWords) {
		shared |= s.shared(t, w)
	}
	return shared != 0
}

// shared has the upper bit of each byte of a word that is of a key which two rows may share, and not of every other: the lowest is always of one.
func (s *sign) shared(t *sign, word int) uint64 { return zeroByte(s[word]^t[word]) & s[word] }

// zeroByte is not nought when any of eight bytes is nought (Mycroft's test).
func zeroByte(x uint64) uint64 { return (x - 0x0101010101010101) &^ x & 0x8080808080808080 }
