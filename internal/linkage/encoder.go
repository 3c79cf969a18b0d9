package linkage

import (
	"hash/maphash"
	"strings"

	"throughline/internal/person"
)

// Encoder reads identities for a Linker on a goroutine of its own: it folds names, towns and addresses, each once, and hashes what has to
// be looked up, so that adding the Batch it gives costs little. The numbers of values do not depend on encoders: the linker
// numbers a value when it adds the first record that has it. One Encoder is for one goroutine; each Batch is added to the Linker once, and those
// of one Encoder in the order in which they were made.
type Encoder struct {
	names, towns, postcodes spellings
	linker                  *translation // on the linker's side
}

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
	s.slots = make([]spelling, 2*len(old))
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

// Batch is some records that an Encoder has read.
type Batch struct {
	from    *translation
	records []batched
	numbers []uint32    // the encoder's numbers of names, towns and postcodes, and dates of birth; one record after the other
	texts   []lookup    // of addresses, telephone numbers, e-mail and other numbers; one record after the other
	bytes   []byte      // of texts
	fresh   [3][]string // folded names, towns and postcodes that the encoder met first in this batch
}

// batched is one record of a batch: how many values of each kind it has, and where they begin.
type batched struct {
	numbers, texts                   uint32
	names, births, postcodes, places uint16
	phones, emails, identifiers      uint16
	address                          bool
	sex                              person.Sex
	flags                            uint8
}

// lookup is a text on its way to a dictionary.
type lookup struct {
	hash uint64
	end  uint32 // in Batch.bytes; it begins where the one before ends
	kind person.IdentifierKind
}

// translation turns an encoder's numbers into the linker's.
type translation struct {
	names, towns, postcodes translated
	spent                   chan *Batch // that were added, for the room that they have
}

// mostSpent is how many batches of one encoder are kept to be filled again.
const mostSpent = 8

type translated struct {
	text []string // by the encoder's number
	to   []uint32 // 0 until the linker has met it
}

func newTranslated() translated { return translated{make([]string, 1), make([]uint32, 1)} }

// NewEncoder makes an encoder.
func NewEncoder() *Encoder {
	return &Encoder{newSpellings(), newSpellings(), newSpellings(), &translation{newTranslated(), newTranslated(), newTranslated(), make(chan *Batch, mostSpent)}}
}

// NewBatch gives an empty batch with room for about so many records: that of one that was added, where there is one.
func (e *Encoder) NewBatch(records int) *Batch {
	select {
	case b := <-e.linker.spent:
		b.empty()
		return b
	default:
	}
	return &Batch{from: e.linker, records: make([]batched, 0, records), numbers: make([]uint32, 0, 6*records), texts: make([]lookup, 0, 2*records),
		bytes: make([]byte, 0, 24*records)}
}

func (b *Batch) empty() {
	b.records, b.numbers, b.texts, b.bytes = b.records[:0], b.numbers[:0], b.texts[:0], b.bytes[:0]
}

// Records is how many records are in a batch.
func (b *Batch) Records() int { return len(b.records) }

func asWritten(s string) string { return s }

// Add puts one more record into a batch. The identity is not kept.
func (e *Encoder) Add(b *Batch, who *person.Identity) {
	r := batched{numbers: uint32(len(b.numbers)), texts: uint32(len(b.texts)), sex: who.Sex}
	if who.NoFixed {
		r.flags |= noFixedAbode
	}
	number := func(s string) { b.numbers = append(b.numbers, e.names.number(s, person.Fold, &b.fresh[0])) }
	for _, n := range who.Names {
		if len(n.Full) > 0 {
			if full := strings.Fields(person.Fold(n.Full)); len(full) > 0 && person.Fold(n.Forename) == "" && person.Fold(n.Surname) == "" {
				last := len(full) - 1
				n = person.Name{Forename: full[0], Middle: n.Middle}
				if last > 0 {
					n.Middle, n.Surname = strings.Join(full[1:last], " "), full[last]
				}
			}
		}
		number(n.Forename)
		number(n.Middle)
		number(n.Surname)
		r.names++
	}
	for _, d := range who.Births {
		if p := packBirth(d); p != 0 {
			b.numbers = append(b.numbers, uint32(p))
			r.births++
		}
	}
	for _, s := range who.Postcodes {
		b.numbers = append(b.numbers, e.postcodes.number(s, asWritten, &b.fresh[2]))
		r.postcodes++
	}
	if s := addressText(who.Address); s != "" {
		r.address = true
		b.text(0, s)
	}
	for _, s := range who.Places {
		b.numbers = append(b.numbers, e.towns.number(s, person.Fold, &b.fresh[1]))
		r.places++
	}
	for _, s := range who.Phones {
		b.text(0, s)
		r.phones++
	}
	for _, s := range who.Emails {
		b.text(0, s)
		r.emails++
	}
	for _, id := range who.Identifiers {
		switch id.Kind {
		case person.UPRN, person.NoIdentifier:
			continue // of an address, never of a person
		case person.NHSNumber, person.NINO:
		default:
			b.bytes = append(b.bytes, '0'+byte(id.Kind))
		}
		b.text(id.Kind, id.Value)
		r.identifiers++
	}
	b.records = append(b.records, r)
}

// text adds a text behind what of it is already in bytes.
func (b *Batch) text(kind person.IdentifierKind, s string) {
	from := uint32(0)
	if n := len(b.texts); n > 0 {
		from = b.texts[n-1].end
	}
	b.bytes = append(b.bytes, s...)
	b.texts = append(b.texts, lookup{maphash.Bytes(dictionarySeed, b.bytes[from:]), uint32(len(b.bytes)), kind})
}

// learn takes what an encoder met first in a batch.
func (t *translated) learn(fresh []string) {
	t.text = append(t.text, fresh...)
	t.to = append(t.to, make([]uint32, len(fresh))...)
}

// addTo gives the linker's number of an encoder's, as the dictionary's own number does for the text.
func (t *translated) addTo(d *dictionary, number func(string) uint32, v uint32) uint32 {
	if n := t.to[v]; n != 0 {
		d.count[n]++
		return n
	}
	t.to[v] = number(t.text[v])
	t.text[v] = ""
	return t.to[v]
}

// addBatch adds those records of a batch that stand.
func (c *columns) addBatch(agency uint16, b *Batch, stands func(i int) bool) {
	t := b.from
	t.names.learn(b.fresh[0])
	t.towns.learn(b.fresh[1])
	t.postcodes.learn(b.fresh[2])
	b.fresh = [3][]string{}
	for i := range b.records {
		if stands(i) {
			c.addBatched(agency, b, &b.records[i])
		}
	}
}

// addBatched numbers the values of one record of a batch and adds it.
func (c *columns) addBatched(agency uint16, b *Batch, e *batched) {
	r := record{agency: agency, sex: e.sex, flags: e.flags}
	var m further
	t, values, k := b.from, b.numbers[e.numbers:], int(e.texts)
	for ; e.names > 0; e.names-- {
		n := name{t.names.addTo(&c.names.dictionary, c.names.number, values[0]), t.names.addTo(&c.names.dictionary, c.names.number, values[1]),
			t.names.addTo(&c.names.dictionary, c.names.number, values[2])}
		if values = values[3:]; n == (name{}) || n == (name{r.forename, r.middle, r.surname}) || contains(m.names, n) {
			continue
		}
		c.names.forenames[n.forename]++
		c.names.surnames[n.surname]++
		if r.forename|r.middle|r.surname == 0 {
			r.forename, r.middle, r.surname = n.forename, n.middle, n.surname
		} else {
			m.names = append(m.names, n)
		}
	}
	for ; e.births > 0; e.births-- {
		p := birth(values[0])
		if values = values[1:]; keep(&r.birth, &m.births, p) {
			c.births[p]++
		}
	}
	for ; e.postcodes > 0; e.postcodes-- {
		keep(&r.postcode, &m.postcodes, t.postcodes.addTo(&c.postcodes.dictionary, c.postcodes.number, values[0]))
		values = values[1:]
	}
	if e.address {
		r.address = c.addresses.number(b.lookup(k))
		k++
	}
	for ; e.places > 0; e.places-- {
		keep(&r.place, &m.places, t.towns.addTo(&c.towns.dictionary, c.towns.number, values[0]))
		values = values[1:]
	}
	for ; e.phones > 0; e.phones-- {
		keep(&r.phone, &m.phones, c.phones.numberHashed(b.lookup(k)))
		k++
	}
	for ; e.emails > 0; e.emails-- {
		keep(&r.email, &m.emails, c.emails.numberHashed(b.lookup(k)))
		k++
	}
	for ; e.identifiers > 0; e.identifiers-- {
		c.addIdentifier(&r, &m, b, k)
		k++
	}
	if len(m.names)+len(m.births)+len(m.postcodes)+len(m.places)+len(m.phones)+len(m.emails)+len(m.others) > 0 {
		c.more = append(c.more, m)
		r.more = uint32(len(c.more))
	}
	c.records = append(c.records, r)
}

func (b *Batch) lookup(k int) (text []byte, hash uint64) {
	from := uint32(0)
	if k > 0 {
		from = b.texts[k-1].end
	}
	return b.bytes[from:b.texts[k].end], b.texts[k].hash
}

// addIdentifier puts a number where it belongs. A record with two NHS numbers keeps the first as such; the others are numbers like any
// other, with their kind before them.
func (c *columns) addIdentifier(r *record, m *further, b *Batch, k int) {
	text, hash := b.lookup(k)
	switch kind := b.texts[k].kind; {
	case kind == person.NHSNumber && r.nhs == 0:
		r.nhs = c.nhs.numberHashed(text, hash)
		return
	case kind == person.NINO && r.nino == 0:
		r.nino = c.ninos.numberHashed(text, hash)
		return
	case kind == person.NHSNumber || kind == person.NINO:
		keep(&r.other, &m.others, c.others.number(string('0'+rune(kind))+string(text)))
	default:
		keep(&r.other, &m.others, c.others.numberHashed(text, hash))
	}
}

// keep takes a value as a field's first, or as one more that is not there yet. It says whether it did.
func keep[V comparable](first *V, more *[]V, v V) bool {
	var nothing V
	switch {
	case v == nothing || v == *first || contains(*more, v):
		return false
	case *first == nothing:
		*first = v
	default:
		*more = append(*more, v)
	}
	return true
}
