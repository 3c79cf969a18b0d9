package linkage

import "slices"

// open renews a guest's view, since records and values may have come since its last.
func (g *guest) open() {
	c, s, r := g.index.c, g.index.s, g.region
	reach := (r + 1) * guestValues
	g.names = names{facts: c.names.facts[:len(c.names.facts)+reach], forenames: c.names.forenames[:len(c.names.forenames)+reach],
		surnames: c.names.surnames[:len(c.names.surnames)+reach]}
	g.towns = names{facts: c.towns.facts[:len(c.towns.facts)+reach], forenames: c.towns.forenames[:len(c.towns.forenames)+reach],
		surnames: c.towns.surnames[:len(c.towns.surnames)+reach]}
	g.postcodes = places{sector: c.postcodes.sector[:len(c.postcodes.sector)+reach], outcode: c.postcodes.outcode[:len(c.postcodes.outcode)+reach]}
	words := len(c.addresses.list) + r*guestValues
	g.addresses = addresses{words: c.addresses.words, list: c.addresses.list[: words : words+guestValues], end: c.addresses.end[:len(c.addresses.end)+reach]}
	g.addresses.end[len(c.addresses.end)+r*guestValues] = uint32(words)
	l := &g.lodgings
	l.names.view(&g.names.dictionary, &c.names.dictionary, r)
	l.towns.view(&g.towns.dictionary, &c.towns.dictionary, r)
	l.postcodes.view(&g.postcodes.dictionary, &c.postcodes.dictionary, r)
	l.addresses.view(&g.addresses.dictionary, &c.addresses.dictionary, r)
	for n, d := range c.plain() {
		l.plain[n].view(&g.plain[n], d, r)
	}
	v := &g.view
	*v = *c
	v.names, v.towns, v.postcodes, v.addresses = &g.names, &g.towns, &g.postcodes, &g.addresses
	v.phones, v.emails, v.nhs, v.ninos, v.others = &g.plain[0], &g.plain[1], &g.plain[2], &g.plain[3], &g.plain[4]
	g.totals, g.scorer = *s.totals, *s
	g.scorer.columns, g.scorer.totals = v, &g.totals
	g.totals.names = s.totals.names[:len(s.totals.names)+reach]
	for _, f := range []Field{Forename, Surname} {
		g.scorer.same[f] = s.same[f][:len(s.same[f])+reach]
	}
}

// makeRoom keeps room behind every list for the regions of all guests.
func (x *Index) makeRoom() {
	c, s, guests := x.c, x.s, cap(x.guests)
	values := guests * guestValues
	dictionaries := append([]*dictionary{&c.names.dictionary, &c.towns.dictionary, &c.postcodes.dictionary, &c.addresses.dictionary},
		c.phones, c.emails, c.nhs, c.ninos, c.others)
	for _, d := range dictionaries {
		d.bytes, d.end, d.count = slices.Grow(d.bytes, guests*guestBytes), slices.Grow(d.end, values), slices.Grow(d.count, values)
	}
	for _, n := range []*names{c.names, c.towns} {
		n.facts, n.forenames, n.surnames = slices.Grow(n.facts, values), slices.Grow(n.forenames, values), slices.Grow(n.surnames, values)
	}
	p, a, t := c.postcodes, c.addresses, s.totals
	p.sector, p.outcode = slices.Grow(p.sector, values), slices.Grow(p.outcode, values)
	a.list, a.end = slices.Grow(a.list, values), slices.Grow(a.end, values)
	t.names = slices.Grow(t.names, values)
	for _, f := range []Field{Forename, Surname} {
		s.same[f] = slices.Grow(s.same[f], values)
	}
	c.more = slices.Grow(c.more, guests)
}

// know makes a date of birth one that can be weighed.
func (x *Index) know(b birth) {
	if _, there := x.c.births[b]; there || b == 0 {
		return
	}
	x.c.births[b] = 0
	if s := x.s; s.same[Birth] != nil && b.whole() {
		s.same[Birth] = reach(s.same[Birth], uint32(b))
		s.same[Birth][b] = s.worth(Birth, uint32(b))
	}
}

// empty forgets all records and values.
func (c *columns) empty() {
	for _, d := range c.plain() {
		d.empty()
	}
	for _, n := range []*names{c.names, c.towns} {
		n.empty()
		n.facts, n.forenames, n.surnames = n.facts[:1], n.forenames[:1], n.surnames[:1]
	}
	c.postcodes.empty()
	c.postcodes.sector, c.postcodes.outcode = c.postcodes.sector[:1], c.postcodes.outcode[:1]
	c.addresses.empty()
	c.addresses.words.empty()
	c.addresses.list, c.addresses.end = c.addresses.list[:0], c.addresses.end[:1]
	clear(c.births)
	c.records, c.more = c.records[:0], c.more[:0]
}

func (d *dictionary) empty() {
	d.bytes, d.end, d.count = d.bytes[:0], d.end[:1], d.count[:1]
	clear(d.slots)
}

// empty forgets what the encoder has read; batches that were made and not added are lost.
func (e *Encoder) empty() {
	for _, s := range []*spellings{&e.names, &e.towns, &e.postcodes} {
		s.empty()
	}
	for _, t := range []*translated{&e.linker.names, &e.linker.towns, &e.linker.postcodes} {
		t.text, t.to = t.text[:1], t.to[:1]
	}
}
