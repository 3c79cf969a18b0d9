package linkage

import (
	"maps"
	"slices"

	"throughline/internal/person"
)

// A linker may be held to an earlier run: it then has that run's records, of which some stand no more, and those that came since. How common
// values are, which blocks are cut and which rules hold is as it was in the earlier run, so that whether two records are paired, and what
// they weigh, depends on nothing but these two. Whatever came since thus changes no pair that it is not in, and people whose records hang
// together with none that came or went are those of the earlier run (since_link.go).

// arrival is a record that came since.
type arrival struct {
	number uint32
	agency uint16
	who    person.Identity
}

// former is a record of the earlier run that stands no more.
type former struct {
	row    uint32 // in columns.records
	number uint32 // of the first record behind it that stands
}

// AddSince takes a record that came after the earlier run, or one of that run with what is said of it now, and gives its number as Add does. It
// is linked, and does not count for how common values are. The identity is kept until the linker links. Records of one kind and another
// are added in one order, that in which a run of all of them would have them; once they are linked no more can be added.
func (l *Linker) AddSince(agency uint16, who person.Identity) uint32 {
	n := uint32(l.Records())
	l.later = append(l.later, arrival{n, agency, who})
	return n
}

// AddFormer takes a record as the earlier run had it which stands no more, or of which something else is said now. It counts for how common
// values are, is linked with nobody, and has no number.
func (l *Linker) AddFormer(agency uint16, who person.Identity) {
	l.s = nil
	number := uint32(l.Records())
	l.c.former = append(l.c.former, former{l.c.add(agency, who), number})
}

// linked is how many records are linked: the first of them all, once they are in order.
func (c *columns) linked() int { return len(c.records) - len(c.former) }

// counted is how many records count for how common values are and which blocks are cut.
func (c *columns) counted() int { return len(c.records) - c.since }

// hold notes how common values are among the earlier run's records, adds those that came since, and puts those that stand no more last.
func (l *Linker) hold() {
	c := l.c
	if c.held {
		return
	}
	c.fullNames()
	c.held, c.since = true, len(l.later)
	earlier := len(c.records)
	before := c.counts()
	for _, a := range l.later {
		c.records[c.add(a.agency, a.who)].flags |= cameSince
	}
	c.setCounts(before)
	all := c.records
	c.records = make([]record, 0, len(all))
	came, gone := 0, 0
	for row := 0; row < earlier || came < len(l.later); {
		switch {
		case gone < len(c.former) && row == int(c.former[gone].row):
			gone++
			row++
		case came < len(l.later) && int(l.later[came].number) == len(c.records):
			c.records = append(c.records, all[earlier+came])
			came++
		default:
			c.records = append(c.records, all[row])
			row++
		}
	}
	for i := range c.former {
		f := &c.former[i]
		c.records = append(c.records, all[f.row])
		f.row = uint32(len(c.records) - 1)
	}
	l.later = nil
}

// counts are how many records hold each value.
type counts struct {
	lists  [][]uint32
	births map[birth]uint32
}

// countLists gives where it is counted how many records hold each value, but for dates of birth.
func (c *columns) countLists() []*[]uint32 {
	lists := []*[]uint32{&c.postcodes.count, &c.addresses.count}
	for _, n := range []*names{c.names, c.towns} {
		lists = append(lists, &n.count, &n.forenames, &n.surnames)
	}
	for _, d := range c.plain() {
		lists = append(lists, &d.count)
	}
	return lists
}

func (c *columns) counts() counts {
	k := counts{births: maps.Clone(c.births)}
	for _, list := range c.countLists() {
		k.lists = append(k.lists, slices.Clone(*list))
	}
	return k
}

// setCounts sets the counts to what they were. Values met since count nought.
func (c *columns) setCounts(was counts) {
	for i, list := range c.countLists() {
		clear((*list)[copy(*list, was.lists[i]):])
	}
	for b := range c.births {
		c.births[b] = was.births[b]
	}
}
