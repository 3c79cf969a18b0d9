package linkage

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"throughline/internal/linkage/compare"
	"throughline/reference"
)

// dictionary numbers distinct values from 1 in the order in which they are first seen; 0 is no value. Its memory is the
// bytes of the values and about 24 bytes each.
type dictionary struct {
	bytes []byte
	end   []uint32 // end[v] is where value v ends in bytes; it begins where the one before ends
	count []uint32 // records that hold the value
	slots []uint64 // open addressing, a power of two, at most three quarters full: half of the value's hash, then its number
}

// dictionarySeed is one for all, so that a value can be hashed by others than the dictionary. No answer depends on it.
var dictionarySeed = maphash.MakeSeed()

func newDictionary() *dictionary {
	return &dictionary{end: make([]uint32, 1), count: make([]uint32, 1), slots: make([]uint64, 64)}
}

// add gives the number of a value, a new one when it is first seen; 0 for "". It counts one more record for it.
func (d *dictionary) add(s string) (v uint32, first bool) {
	if s == "" {
		return 0, false
	}
	return d.addHashed(unsafe.Slice(unsafe.StringData(s), len(s)), maphash.String(dictionarySeed, s)) // which only reads it
}

// addHashed is add for a value that is not empty and has been hashed with dictionarySeed.
func (d *dictionary) addHashed(s []byte, hash uint64) (v uint32, first bool) {
	mask, half := len(d.slots)-1, hash>>32<<32
	i := int(hash>>32) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if v = uint32(d.slots[i]); d.slots[i]&^(1<<32-1) == half && d.text(v) == string(s) {
			d.count[v]++
			return v, false
		}
	}
	v = uint32(len(d.end))
	d.bytes = append(d.bytes, s...)
	d.end = append(d.end, uint32(len(d.bytes)))
	d.count = append(d.count, 1)
	d.slots[i] = half | uint64(v)
	if len(d.end)*4 > len(d.slots)*3 {
		old := d.slots
		d.slots = written[uint64](len(old) * 2)
		mask = len(d.slots) - 1
		for _, s := range old {
			if s == 0 {
				continue
			}
			for i = int(s>>32) & mask; d.slots[i] != 0; i = (i + 1) & mask {
			}
			d.slots[i] = s
		}
	}
	return v, true
}

// number is add for a caller that does not ask whether the value is new.
func (d *dictionary) number(s string) uint32 {
	v, _ := d.add(s)
	return v
}

// numberHashed is addHashed for such a caller, and 0 for nothing.
func (d *dictionary) numberHashed(s []byte, hash uint64) uint32 {
	if len(s) == 0 {
		return 0
	}
	v, _ := d.addHashed(s, hash)
	return v
}

func (d *dictionary) text(v uint32) string {
	if v == 0 {
		return ""
	}
	b := d.bytes[d.end[v-1]:d.end[v]]
	return unsafe.String(unsafe.SliceData(b), len(b)) // bytes once written are never changed
}

// size is how many distinct values there are.
func (d *dictionary) size() int { return len(d.end) - 1 }

// pairs is how many pairs of records hold the same value.
func (d *dictionary) pairs() float64 {
	sum := 0.0
	for _, c := range d.count[1:] {
		sum += float64(c) * float64(c-1) / 2
	}
	return sum
}

// nameFacts are what is known of each distinct forename or surname.
type nameFacts struct {
	shape  compare.Shape
	sound  uint32    // Soundex; a hash of the whole name where it has none
	parts  [2]uint32 // of a name of several words, the first and the last as names of their own; else 0
	hash   uint64    // the same in every run and process
	groups []uint16  // the nickname groups it is in
}

// names is the dictionary of forenames and surnames together, so that one swapped for the other is an equal number.
type names struct {
	dictionary
	facts     []nameFacts
	forenames []uint32 // records that hold the name as a forename
	surnames  []uint32 // records that hold it as a surname
}

func newNames() *names {
	return &names{dictionary: *newDictionary(), facts: make([]nameFacts, 1), forenames: make([]uint32, 1), surnames: make([]uint32, 1)}
}

// number gives the number of a folded name and learns its facts when it is new.
func (n *names) number(name string) uint32 {
	v, first := n.add(name)
	if !first {
		return v
	}
	f := nameFacts{shape: compare.ShapeOf(name), sound: compare.Soundex(name), hash: stableHash(name), groups: nicknameGroups()[name]}
	if f.sound == 0 {
		f.sound = uint32(f.hash) | 1
	}
	n.facts = append(n.facts, f)
	n.forenames, n.surnames = append(n.forenames, 0), append(n.surnames, 0)
	if i := strings.IndexByte(name, ' '); i > 0 {
		j := strings.LastIndexByte(name, ' ')
		a, b := n.number(name[:i]), n.number(name[j+1:])
		n.facts[v].parts = [2]uint32{a, b}
	}
	return v
}

// nicknameGroups numbers the names that have familiar forms and says for each name which groups it is in: bob and rob are
// both in robert's.
var nicknameGroups = sync.OnceValue(func() map[string][]uint16 {
	table := reference.Nicknames()
	groups := make(map[string][]uint16, 2*len(table))
	for i, name := range slices.Sorted(maps.Keys(table)) {
		g := uint16(i + 1)
		groups[name] = append(groups[name], g)
		for _, nick := range table[name] {
			groups[nick] = append(groups[nick], g)
		}
	}
	return groups
})

// meet says whether two rising lists have a value in common.
func meet[T cmp.Ordered](a, b []T) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			return true
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

// stableHash is FNV-1a with a finish that spreads it over all bits. The keeper stores it, so it must never change.
func stableHash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// mix is the finish of MurmurHash3: every bit of h bears on every bit of the answer.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
