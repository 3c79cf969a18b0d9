package linkage

import "slices"

// enumeration is the work on one piece.
type enumeration struct {
	b           *blocks
	rule        uint8
	largest     int
	oneIn       uint64
	worker      int
	piece       int
	do          visit
	found, left int64
	cuts        []Cut
	parts       []uint64
}

func (e *enumeration) blocks(list []uint64) {
	for from := 0; from < len(list); {
		to := blockEnd(list, from)
		if block := list[from:to]; len(block) > e.largest && e.b.rules[e.rule].parts != nil {
			before := e.found
			e.cut(block)
			e.cuts = append(e.cuts, Cut{e.b.rules[e.rule].name, len(block), int64(len(block)) * int64(len(block)-1) / 2, e.found - before})
		} else {
			for x, i := range block {
				for _, j := range block[x+1:] {
					e.pair(uint32(i>>32), uint32(i), uint32(j), -1)
				}
			}
		}
		from = to
	}
}

// cut visits the pairs of a large block that agree in any part of its rule.
func (e *enumeration) cut(block []uint64) {
	key := uint32(block[0]>>32) | cutMark
	c := e.b.c
	for n, p := range e.b.rules[e.rule].parts {
		list := e.parts[:0]
		for _, entry := range block {
			if k := c.partKey(p, &c.records[uint32(entry)]); k != 0 {
				list = append(list, uint64(k)<<32|entry&(1<<32-1))
			}
		}
		slices.Sort(list)
		e.parts = list
		for from := 0; from < len(list); {
			to := blockEnd(list, from)
			part := list[from:to]
			for x, i := range part {
				others := part[x+1:]
				if len(part) > largestPart && len(others) > neighbours {
					e.left += int64(len(others) - neighbours)
					others = others[:neighbours]
				}
				for _, j := range others {
					e.pair(key, uint32(i), uint32(j), n)
				}
			}
			from = to
		}
	}
}

// pair visits a pair unless it was found before: by an earlier rule, by another key of this rule, or by an earlier part of the
// cut block (part is the number of this one, or -1).
func (e *enumeration) pair(key, i, j uint32, part int) {
	if i == j || e.oneIn > 1 && mix(uint64(min(i, j))<<32|uint64(max(i, j)))%e.oneIn != 0 {
		return
	}
	b := e.b
	if b.extraAt[i]|b.extraAt[j] != 0 {
		if !b.firstFound(e.rule, key, i, j, part) {
			return
		}
	} else {
		x, y := b.keys[int(i)*b.width:], b.keys[int(j)*b.width:]
		for k := range int(e.rule) {
			if x[k] == y[k] && x[k] != 0 && (x[k]&cutMark == 0 || b.agreeInPart(k, i, j, len(b.rules[k].parts))) {
				return
			}
		}
		if part > 0 && b.agreeInPart(int(e.rule), i, j, part) {
			return
		}
	}
	e.found++
	if i > j {
		i, j = j, i
	}
	e.do(e.worker, e.piece, e.rule, i, j)
}

// agreeInPart says whether two records agree in any of the first n parts of a rule.
func (b *blocks) agreeInPart(k int, i, j uint32, n int) bool {
	c := b.c
	for _, p := range b.rules[k].parts[:n] {
		if x := c.partKey(p, &c.records[i]); x != 0 && x == c.partKey(p, &c.records[j]) {
			return true
		}
	}
	return false
}

// firstFound is the same test for records with several keys of a rule: whether (rule, key, part) is the first of all under
// which the pair is found.
func (b *blocks) firstFound(rule uint8, key, i, j uint32, part int) bool {
	for k := range int(rule) {
		if b.leastShared(k, i, j) != 0 {
			return false
		}
	}
	if b.leastShared(int(rule), i, j)&^cutMark != key&^cutMark {
		return false
	}
	return part <= 0 || !b.agreeInPart(int(rule), i, j, part)
}

// leastShared is the least key of a rule under which the pair is found; 0 when there is none.
func (b *blocks) leastShared(k int, i, j uint32) (least uint32) {
	x, y := b.keys[int(i)*b.width+k], b.keys[int(j)*b.width+k]
	if x == 0 || y == 0 {
		return 0 // who has no first key has no further ones
	}
	look := func(x, y uint32) {
		if x == y && (least == 0 || x&^cutMark < least&^cutMark) && (x&cutMark == 0 || b.agreeInPart(k, i, j, len(b.rules[k].parts))) {
			least = x
		}
	}
	look(x, y)
	ei, ej := b.furtherKeys(i), b.furtherKeys(j)
	for _, e := range ei {
		if int(e.rule) == k {
			look(e.key, y)
		}
	}
	for _, f := range ej {
		if int(f.rule) != k {
			continue
		}
		look(x, f.key)
		for _, e := range ei {
			if int(e.rule) == k {
				look(e.key, f.key)
			}
		}
	}
	return least
}

// furtherKeys are the second and later keys of a row.
func (b *blocks) furtherKeys(row uint32) []extraKey { return b.extra[b.extraAt[row]] }
