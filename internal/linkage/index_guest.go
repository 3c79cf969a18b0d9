package linkage

import (
	"hash/maphash"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/person"
)

// guest is room in which one person who is asked about is turned into a record that can be set against those of an index. What that person
// is called need not be in the dictionaries, and asking must not put it there. So behind the values of each dictionary, past the end that others
// see, there is a region for each guest; a guest has a view of the columns that reaches to the end of its own region.
type guest struct {
	index  *Index
	region int
	adds   bool // new values go into the dictionaries, for a record that stays
	full   bool // there were more values than there is room for

	alone   *columns // with one record: the person's
	encoder *Encoder
	batch   *Batch
	read    *keysOf

	view      columns
	names     names
	towns     names
	postcodes places
	addresses addresses
	plain     [plainDictionaries]dictionary
	lodgings  struct {
		names, towns, postcodes, addresses lodgings
		plain                              [plainDictionaries]lodgings
	}
	scorer scorer
	totals totals

	asked   record
	several bool // values in a field
	more    further
	keys    []extraKey // by rule
	parts   [partSorts]uint32
	narrow  []partKey // further narrower keys
	pair    compared

	found   []Match
	least   float64
	passed  int
	rows    []uint32
	met     []met
	seen    []uint64 // the rows of met, each as turn<<32 | row, in open addresses
	turn    uint32
	fetched [atOnce]record
	sounds  uint32 // what is fetched must be used, or it would not be
}

// What a guest has room for in each dictionary. The first value of a region is the mark at which its texts begin.
const (
	guestValues = 64
	guestBytes  = 4096
)

// plainDictionaries is how many dictionaries know nothing of a value but the value.
const plainDictionaries = 5

func (c *columns) plain() [plainDictionaries]*dictionary {
	return [...]*dictionary{c.phones, c.emails, c.nhs, c.ninos, c.others}
}

// lodgings are where a guest's values of one dictionary go.
type lodgings struct{ next, bytesEnd int }

// view makes d a view of a dictionary to the end of a guest's region.
func (l *lodgings) view(d, of *dictionary, region int) {
	n, size := len(of.end)+region*guestValues, len(of.bytes)+region*guestBytes
	*d = dictionary{bytes: of.bytes[:size], end: of.end[:n+guestValues], count: of.count[:n+guestValues], slots: of.slots}
	d.end[n] = uint32(size)
	l.next, l.bytesEnd = n+1, size+guestBytes
}

// take lodges a value that the dictionary does not have; 0 where there is no room.
func (l *lodgings) take(d *dictionary, text string) uint32 {
	v := l.next
	if v == len(d.end) || len(d.bytes)+len(text) > l.bytesEnd {
		return 0
	}
	d.bytes = append(d.bytes, text...)
	d.end[v], d.count[v] = uint32(len(d.bytes)), 0
	l.next++
	return uint32(v)
}

// find gives the number of a value, 0 where the dictionary does not have it.
func (d *dictionary) find(s string) uint32 {
	hash := maphash.String(dictionarySeed, s)
	mask, half := len(d.slots)-1, hash>>32<<32
	for i := int(hash>>32) & mask; d.slots[i] != 0; i = (i + 1) & mask {
		if v := uint32(d.slots[i]); d.slots[i]&^(1<<32-1) == half && d.text(v) == s {
			return v
		}
	}
	return 0
}

func newGuest(x *Index, region int) *guest {
	g := &guest{index: x, region: region, alone: newColumns(), encoder: NewEncoder(), read: newKeysOf(), seen: make([]uint64, 1024)}
	g.batch = g.encoder.NewBatch(1)
	return g
}

// receive turns a person into g.asked and what goes with it.
func (g *guest) receive(who *person.Identity) error {
	g.alone.empty()
	g.encoder.empty()
	b := g.batch
	b.empty()
	g.encoder.Add(b, who)
	g.alone.addBatch(0, b, func(int) bool { return true })
	r := &g.alone.records[0]
	g.keys = g.keys[:0]
	for k := range indexRules {
		for _, key := range g.read.of(g.alone, r, k) {
			g.keys = append(g.keys, extraKey{uint8(k), key})
		}
	}
	g.narrow = g.read.parts(g.alone, r, g.parts[:], g.narrow[:0])
	if g.full = false; !g.adds {
		g.open()
	}
	g.asked = record{forename: g.name(r.forename), middle: g.name(r.middle), surname: g.name(r.surname), birth: r.birth,
		postcode: g.postcode(r.postcode), address: g.address(r.address), place: g.town(r.place), phone: g.value(0, r.phone),
		email: g.value(1, r.email), nhs: g.value(2, r.nhs), nino: g.value(3, r.nino), other: g.value(4, r.other), sex: r.sex, flags: r.flags}
	if g.several = r.more != 0; g.several {
		g.furtherOf(g.alone.furtherOf(r))
	}
	if g.full {
		return fault.New(fault.Invalid, "too-much-said", "More is said of this person than can be compared at once.",
			"Leave out some of the names or addresses.")
	}
	return nil
}

// furtherOf numbers the further values of a record.
func (g *guest) furtherOf(m *further) {
	f := &g.more
	f.names = f.names[:0]
	for _, n := range m.names {
		f.names = append(f.names, name{g.name(n.forename), g.name(n.middle), g.name(n.surname)})
	}
	f.births = append(f.births[:0], m.births...)
	numbered := func(to *[]uint32, of []uint32, number func(uint32) uint32) {
		*to = (*to)[:0]
		for _, v := range of {
			*to = append(*to, number(v))
		}
	}
	numbered(&f.postcodes, m.postcodes, g.postcode)
	numbered(&f.places, m.places, g.town)
	numbered(&f.phones, m.phones, func(v uint32) uint32 { return g.value(0, v) })
	numbered(&f.emails, m.emails, func(v uint32) uint32 { return g.value(1, v) })
	numbered(&f.others, m.others, func(v uint32) uint32 { return g.value(4, v) })
	if !g.adds {
		last := len(g.index.c.more) + g.region
		g.view.more = g.view.more[:last+1]
		g.view.more[last] = *f
		g.asked.more = uint32(last + 1)
	}
}

func (f *further) clone() further {
	return further{slices.Clone(f.names), slices.Clone(f.births), slices.Clone(f.postcodes), slices.Clone(f.places), slices.Clone(f.phones),
		slices.Clone(f.emails), slices.Clone(f.others)}
}

// lodge gives the number of a value: the dictionary's own, or that of its lodgings, or where it is added a new one, which no record had when the
// index was made. fresh says that what is known of the value is still to be written.
func (g *guest) lodge(l *lodgings, view, d *dictionary, text string) (v uint32, fresh bool) {
	if v = d.find(text); v != 0 {
		return v, false
	}
	if g.adds {
		v, _ = d.add(text)
		d.count[v] = 0
		return v, true
	}
	if v = l.take(view, text); v == 0 {
		g.full = true
		return 0, false
	}
	return v, true
}

func (g *guest) value(n int, v uint32) uint32 {
	if v == 0 {
		return 0
	}
	v, _ = g.lodge(&g.lodgings.plain[n], &g.plain[n], g.index.c.plain()[n], g.alone.plain()[n].text(v))
	return v
}

func (g *guest) name(v uint32) uint32 {
	if v == 0 {
		return 0
	}
	to, s := &g.names, &g.scorer
	if g.adds {
		to, s = g.index.c.names, g.index.s
	}
	n, fresh := g.lodge(&g.lodgings.names, &g.names.dictionary, &g.index.c.names.dictionary, g.alone.names.text(v))
	if !fresh {
		return n
	}
	g.describe(to, n, &g.alone.names.facts[v], g.name)
	s.totals.names = reach(s.totals.names, n)
	s.totals.names[n] = typicalOf(to.text(n))
	for _, f := range []Field{Forename, Surname} {
		s.same[f] = reach(s.same[f], n)
		s.same[f][n] = s.worth(f, n)
	}
	return n
}

func (g *guest) town(v uint32) uint32 {
	if v == 0 {
		return 0
	}
	to := &g.towns
	if g.adds {
		to = g.index.c.towns
	}
	n, fresh := g.lodge(&g.lodgings.towns, &g.towns.dictionary, &g.index.c.towns.dictionary, g.alone.towns.text(v))
	if fresh {
		g.describe(to, n, &g.alone.towns.facts[v], g.town)
	}
	return n
}

// describe writes what is known of a new name: what is known of it alone, with the numbers that its parts have here.
func (g *guest) describe(to *names, n uint32, alone *nameFacts, number func(uint32) uint32) {
	to.facts, to.forenames, to.surnames = reach(to.facts, n), reach(to.forenames, n), reach(to.surnames, n)
	to.facts[n], to.forenames[n], to.surnames[n] = *alone, 0, 0
	a, b := number(alone.parts[0]), number(alone.parts[1])
	to.facts[n].parts = [2]uint32{a, b}
}

// reach makes a list long enough to have an entry n.
func reach[T any](list []T, n uint32) []T {
	for int(n) >= len(list) {
		var nothing T
		list = append(list, nothing)
	}
	return list
}

func (g *guest) postcode(v uint32) uint32 {
	if v == 0 {
		return 0
	}
	to, alone := &g.postcodes, g.alone.postcodes
	if g.adds {
		to = g.index.c.postcodes
	}
	n, fresh := g.lodge(&g.lodgings.postcodes, &g.postcodes.dictionary, &g.index.c.postcodes.dictionary, alone.text(v))
	if !fresh {
		return n
	}
	to.sector, to.outcode = reach(to.sector, n), reach(to.outcode, n)
	to.sector[n], to.outcode[n] = 0, n
	if w := alone.outcode[v]; w != v {
		w = g.postcode(w)
		to.outcode[n] = w
	}
	if w := alone.sector[v]; w != 0 {
		w = g.postcode(w)
		to.sector[n] = w
	}
	if s := g.index.s; g.adds {
		s.same[Postcode] = reach(s.same[Postcode], n)
		s.same[Postcode][n] = s.worth(Postcode, n)
	}
	return n
}

func (g *guest) address(v uint32) uint32 {
	if v == 0 {
		return 0
	}
	c, alone := g.index.c, g.alone.addresses
	n, fresh := g.lodge(&g.lodgings.addresses, &g.addresses.dictionary, &c.addresses.dictionary, alone.text(v))
	if !fresh {
		return n
	}
	to := &g.addresses
	if g.adds {
		to = c.addresses
	}
	for k, w := range alone.wordsOf(v) {
		word := alone.words.text(w)
		number := c.addresses.words.find(word)
		switch {
		case number != 0:
		case g.adds:
			number, _ = c.addresses.words.add(word)
		default:
			number = uint32(c.addresses.words.size() + 1 + k) // a word that no record has
			if i := slices.Index(alone.wordsOf(v), w); i < k {
				number = uint32(c.addresses.words.size() + 1 + i)
			}
		}
		if !g.adds && len(to.list) == cap(to.list) {
			g.full = true
			return 0
		}
		to.list = append(to.list, number)
	}
	to.end = reach(to.end, n)
	to.end[n] = uint32(len(to.list))
	return n
}
