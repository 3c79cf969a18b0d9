package linkage

// sign is a byte of every key of a row, by rule, and of every narrower key. Its upper bit says that the row has the key, the others are
// of the key. Two signs are compared eight keys at a time; where they may share one, the keys themselves decide.
type sign [signWords]uint64

// signWords is how many words of eight bytes hold a row's keys; its narrower keys but the last, which comes before no other; and a
// byte that says that the row has several keys of a rule, which the sign does not hold (a test says that they do).
const signWords = 4

const (
	signParts   = 8*signWords - int(partSorts) // where the narrower keys are
	signSeveral = 1 << 63
)

// signOf makes the sign of a row.
func signOf(keys, parts []uint32, several bool) (s sign) {
	for k, key := range keys {
		s.put(k, key)
	}
	for p, key := range parts[:partSorts-1] {
		s.put(signParts+p, key)
	}
	if several {
		s[signWords-1] |= signSeveral
	}
	return s
}

func (s *sign) put(at int, key uint32) {
	if key != 0 {
		s[at/8] |= uint64(key&127|128) << (at % 8 * 8)
	}
}

// sought says by which keys signs are compared: the upper bits of their bytes, in so many words.
type sought struct {
	mask  sign
	words int
}

// soughtBefore is for a rule, and in its cut blocks for one of the parts: the keys of the rules before it, and the parts before.
func soughtBefore(rule int, parts []part) (by sought) {
	for k := range rule {
		by.mask[k/8] |= 128 << (k % 8 * 8)
		by.words = k/8 + 1
	}
	for _, p := range parts {
		by.mask[(signParts+int(p))/8] |= 128 << ((signParts + int(p)) % 8 * 8)
		by.words = signWords
	}
	return by
}

// mayShare says whether two rows may share one of the keys. It is false only when they share none.
func (by *sought) mayShare(s, t *sign) bool {
	shared := (s[signWords-1] | t[signWords-1]) & signSeveral
	for w := range by.words {
		shared |= zeroByte(s[w]^t[w]) & s[w] & by.mask[w]
	}
	return shared != 0
}

// zeroByte is not nought when any of eight bytes is nought (Mycroft's test).
func zeroByte(x uint64) uint64 { return (x - 0x0101010101010101) &^ x & 0x8080808080808080 }
