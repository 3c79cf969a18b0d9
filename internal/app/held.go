package app

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"

	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// held is what an agency's other extracts hold of one contact after another, beside which a file is compared once its rows are stored.
//
// Rows of one contact are in order of as-of day, then of receipt, and the newest that counts stands. A row therefore notes every
// later row by which it is replaced, up to and with the first that counts: beyond that one it needs none, for bridge closes the gap
// should that one be sent in error. So whichever extracts come to be accepted, refused or taken back, in whichever order, one row of a
// contact stands, and what is kept grows with the rows and not with their pairs.
type held struct {
	extract  store.Extract
	others   []store.Extract // in order
	at       int             // the extract's place among them
	wholes   []int           // later extracts of the same layout that were declared whole: what they lack had ended
	same     []bool          // which of others came under the same layout, in any version
	replaced *sorting        // by extract and line, the extract that replaces it

	ref      int64     // of the contact in hand
	rows     []heldRow // its rows in others, in order
	standing *heldRow  // of rows, the one that stands
	came     bool      // the file holds it
	repeated int64     // rows of the file that say what stands
	says     bool      // the last row of the file does, of the contact in hand
	unmoved  int64     // contacts of which it does
	absent   int64     // contacts that stood and that a whole file does not hold
}

// heldRow is a stored row of a contact; from is the place of its extract among others.
type heldRow struct {
	from    int
	line    int64
	content int64
}

// compare holds the file to what the agency's other extracts hold, contact by contact: the marks of all their rows are read once and put
// in order of contact, since neither side is in that order and together they may be more than memory holds.
func (s *staging) compare(ctx context.Context) (err error) {
	marks := s.app.sorting()
	defer func() { err = errors.Join(err, marks.close()) }()
	var h held
	err = s.app.db.Do(ctx, request(s.task.who, policy.ExtractCompare, policy.Extract, int64(s.extract.ID)), func(tx *store.Tx) error {
		h = held{extract: s.extract, replaced: s.replaced}
		return errors.Join(marks.clear(), h.load(tx, marks))
	})
	if err != nil {
		return err
	}
	err = marks.each(func(m triple) error { h.take(m); return ctx.Err() })
	h.end()
	s.counts.Repeated += h.repeated
	s.counts.Contacts -= h.unmoved
	s.counts.Absent = h.absent
	return err
}

// load gathers the marks of every row that may tell of a contact of the file: the contact, where its row stands, and its content. The
// file's own come after the others of the contact.
func (h *held) load(tx *store.Tx, marks *sorting) (err error) {
	if h.others, err = tx.HoldingExtracts(h.extract.Agency, h.extract.ID); err != nil {
		return err
	}
	layouts, err := tx.Layouts()
	if err != nil {
		return err
	}
	name := map[id.Layout]string{}
	for _, l := range layouts {
		name[l.ID] = l.Name
	}
	h.same = make([]bool, len(h.others))
	for i, o := range h.others {
		h.same[i] = name[o.Layout] == name[h.extract.Layout]
		if o.AsOf < h.extract.AsOf || o.AsOf == h.extract.AsOf && o.ID < h.extract.ID {
			h.at = i + 1
		} else if o.Whole && h.same[i] {
			h.wholes = append(h.wholes, i)
		}
		if err := gatherMarks(tx, o.ID, i, marks); err != nil {
			return err
		}
	}
	if marks.empty() && len(h.wholes) == 0 {
		return nil
	}
	return gatherMarks(tx, h.extract.ID, len(h.others), marks)
}

// gatherMarks adds the marks of an extract's rows. A line is below 2³², so that one number holds the extract's place and the line.
func gatherMarks(tx *store.Tx, e id.Extract, from int, marks *sorting) error {
	return tx.ContactMarks(e, func(m store.ContactMark) { marks.add(triple{m.Ref, int64(from)<<32 | m.Line, m.Content}) })
}

// take takes the next mark. Those of a contact come together, others' rows first and in order.
func (h *held) take(m triple) {
	if m[0] != h.ref {
		h.end()
		h.ref = m[0]
	}
	r := heldRow{int(m[1] >> 32), m[1] & (1<<32 - 1), m[2]}
	if r.from < len(h.others) {
		h.rows = append(h.rows, r)
		return
	}
	if !h.came {
		h.came = true
		if i := h.lastThatCounts(); i >= 0 {
			h.standing = &h.rows[i]
		}
	}
	if h.says = h.standing != nil && h.standing.content == r.content; h.says {
		h.repeated++
	}
	later := h.rows[h.later():]
	for i, l := range later {
		if i > 0 && later[i-1].from == l.from {
			continue
		}
		h.replace(h.extract.ID, r.line, h.others[l.from].ID)
		if h.counts(l.from) {
			break
		}
	}
	for _, w := range h.wholes {
		if !slices.ContainsFunc(later, func(l heldRow) bool { return l.from == w }) {
			h.replace(h.extract.ID, r.line, h.others[w].ID)
		}
	}
}

// end ends the contact in hand: what earlier extracts say of it is replaced by the file where the file holds it, and where the file is
// whole and holds it no longer.
func (h *held) end() {
	if h.says {
		h.unmoved++
	}
	later := h.later()
	switch {
	case h.came:
		h.replaceEarlier(h.rows[:later])
	case h.extract.Whole && later > 0 && h.same[h.rows[0].from]:
		if h.replaceEarlier(h.rows[:later]) && h.lastThatCounts() < later {
			h.absent++
		}
	}
	h.rows, h.standing, h.came, h.says = h.rows[:0], nil, false, false
}

// replaceEarlier notes that earlier rows of a contact are replaced by the file, and says whether one of them counts.
func (h *held) replaceEarlier(earlier []heldRow) bool {
	for i, r := range slices.Backward(earlier) {
		if i+1 < len(earlier) && earlier[i+1].from != r.from && h.counts(earlier[i+1].from) {
			return true
		}
		h.replace(h.others[r.from].ID, r.line, h.extract.ID)
	}
	return len(earlier) > 0 && h.counts(earlier[0].from)
}

// later is where the rows begin that stand over the file's.
func (h *held) later() int {
	at := slices.IndexFunc(h.rows, func(r heldRow) bool { return r.from >= h.at })
	if at < 0 {
		return len(h.rows)
	}
	return at
}

// lastThatCounts is the place among rows of the one that stands, -1 when none does.
func (h *held) lastThatCounts() int {
	for i, r := range slices.Backward(h.rows) {
		if h.counts(r.from) {
			return i
		}
	}
	return -1
}

func (h *held) counts(from int) bool { return h.others[from].State == store.ExtractAccepted }

func (h *held) replace(e id.Extract, line int64, by id.Extract) {
	h.replaced.add(triple{int64(e), line, int64(by)})
}

// ref tells the contact from the agency's others: by its number where it has one, and otherwise by what it says and which of
// several that say the same it is.
func (s *staging) ref(c intake.Contact) int64 {
	h := fnv.New64a()
	h.Write([]byte(s.layout.Name))
	if len(c.ID) > 0 {
		h.Write([]byte{1})
		h.Write(c.ID)
		return int64(h.Sum64())
	}
	h.Write([]byte{2})
	h.Write(c.Hash[:])
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(c.Alike))
	h.Write(n[:])
	return int64(h.Sum64())
}
