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

// number gives the linker's number of an encoder's, as the dictionary's own does for the text, which is asked only the first time.
func (t *translated) number(d *dictionary, own func(string) uint32, v uint32) uint32 {
	if v == 0 {
		return 0
	}
	if n := t.to[v]; n != 0 {
		d.count[n]++
		return n
	}
	t.to[v] = own(t.text[v])
	t.text[v] = ""
	return t.to[v]
}

// addBatch adds those records of a batch that stand. It takes one field after the other through all of them: what is looked up in one
// dictionary then comes from memory together, and not one after the other.
func (c *columns) addBatch(agency uint16, b *Batch, stands func(i int) bool) {
	t := b.from
	t.names.learn(b.fresh[0])
	t.towns.learn(b.fresh[1])
	t.postcodes.learn(b.fresh[2])
	b.fresh = [3][]string{}
	stand, before := b.records[:0], len(c.records)
	for i := range b.records {
		if e := b.records[i]; stands(i) {
			stand = append(stand, e)
			c.records = append(c.records, record{agency: agency, sex: e.sex, flags: e.flags})
		}
	}
	b.records = stand
	added := c.records[before:]
	c.addNames(b, added)
	c.addBirths(b, added)
	c.addPlaces(b, added)
	c.addTexts(b, added)
}

func (c *columns) addNames(b *Batch, added []record) {
	t, own := &b.from.names, c.names.number
	for i := range added {
		r, e := &added[i], &b.records[i]
		for values := b.numbers[e.numbers:][:3*e.names]; len(values) > 0; values = values[3:] {
			n := name{t.number(&c.names.dictionary, own, values[0]), t.number(&c.names.dictionary, own, values[1]),
				t.number(&c.names.dictionary, own, values[2])}
			switch {
			case n == (name{}) || n == (name{r.forename, r.middle, r.surname}) || contains(c.furtherOf(r).names, n):
				continue
			case r.forename|r.middle|r.surname == 0:
				r.forename, r.middle, r.surname = n.forename, n.middle, n.surname
			default:
				m := c.addFurther(r)
				m.names = append(m.names, n)
			}
			c.names.forenames[n.forename]++
			c.names.surnames[n.surname]++
		}
	}
}

func (c *columns) addBirths(b *Batch, added []record) {
	for i := range added {
		r, e := &added[i], &b.records[i]
		for _, v := range b.numbers[e.numbers+3*uint32(e.names):][:e.births] {
			if keep(c, r, &r.birth, birth(v), func(m *further) *[]birth { return &m.births }) {
				c.births[birth(v)]++
			}
		}
	}
}

// addPlaces adds postcodes and towns.
func (c *columns) addPlaces(b *Batch, added []record) {
	t, postcode, town := b.from, c.postcodes.number, c.towns.number
	for i := range added {
		r, e := &added[i], &b.records[i]
		values := b.numbers[e.numbers+3*uint32(e.names)+uint32(e.births):]
		for _, v := range values[:e.postcodes] {
			keep(c, r, &r.postcode, t.postcodes.number(&c.postcodes.dictionary, postcode, v), func(m *further) *[]uint32 { return &m.postcodes })
		}
		for _, v := range values[e.postcodes:][:e.places] {
			keep(c, r, &r.place, t.towns.number(&c.towns.dictionary, town, v), func(m *further) *[]uint32 { return &m.places })
		}
	}
}

// addTexts adds addresses, telephone numbers, e-mail and numbers that are unique to a person.
func (c *columns) addTexts(b *Batch, added []record) {
	for i := range added {
		r, e := &added[i], &b.records[i]
		k := int(e.texts)
		if e.address {
			r.address = c.addresses.number(b.lookup(k))
			k++
		}
		for range e.phones {
			keep(c, r, &r.phone, c.phones.numberHashed(b.lookup(k)), func(m *further) *[]uint32 { return &m.phones })
			k++
		}
		for range e.emails {
			keep(c, r, &r.email, c.emails.numberHashed(b.lookup(k)), func(m *further) *[]uint32 { return &m.emails })
			k++
		}
		for range e.identifiers {
			c.addIdentifier(r, b, k)
			k++
		}
	}
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
func (c *columns) addIdentifier(r *record, b *Batch, k int) {
	text, hash := b.lookup(k)
	var number uint32
	switch kind := b.texts[k].kind; {
	case kind == person.NHSNumber && r.nhs == 0:
		r.nhs = c.nhs.numberHashed(text, hash)
		return
	case kind == person.NINO && r.nino == 0:
		r.nino = c.ninos.numberHashed(text, hash)
		return
	case kind == person.NHSNumber || kind == person.NINO:
		number = c.others.number(string('0'+rune(kind)) + string(text))
	default:
		number = c.others.numberHashed(text, hash)
	}
	keep(c, r, &r.other, number, func(m *further) *[]uint32 { return &m.others })
}

// addFurther is furtherOf for a record that is to have more.
func (c *columns) addFurther(r *record) *further {
	if r.more == 0 {
		c.more = append(c.more, further{})
		r.more = uint32(len(c.more))
	}
	return &c.more[r.more-1]
}

// keep takes a value as a field's first, or as one more that is not there yet. It says whether it did.
func keep[V comparable](c *columns, r *record, first *V, v V, more func(*further) *[]V) bool {
	var nothing V
	switch {
	case v == nothing || v == *first:
		return false
	case *first == nothing:
		*first = v
		return true
	}
	list := more(c.addFurther(r))
	if contains(*list, v) {
		return false
	}
	*list = append(*list, v)
	return true
}
