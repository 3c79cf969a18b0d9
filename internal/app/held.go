package app

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"

	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/store"
)

// held is what an agency's other extracts hold already, beside which a file is staged.
//
// Rows of one contact are in order of as-of day, then of receipt, and the newest that counts stands. A row therefore notes every
// later row by which it is replaced, up to and with the first that counts: beyond that one it needs none, for bridge closes the gap
// should that one be sent in error. So whichever extracts come to be accepted, refused or taken back, in whichever order, one row of a
// contact stands, and what is kept grows with the rows and not with their pairs.
type held struct {
	extract  store.Extract
	others   []store.Extract // in order
	at       int             // the extract's place among them
	rows     []heldRow       // by ref, then in order
	came     []bool          // which rows are of contacts that the file holds
	wholes   []int           // later extracts of the same layout that were declared whole: what they lack had ended
	same     []bool          // which of others came under the same layout, in any version
	replaced []store.Replacement
}

// heldRow marks a stored contact; from is the place of its extract among others.
type heldRow struct {
	ref           int64
	content, line uint32
	from          int32
}

func (h *held) load(tx *store.Tx, e store.Extract) error {
	h.extract = e
	var err error
	if h.others, err = tx.HoldingExtracts(e.Agency, e.ID); err != nil {
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
		h.same[i] = name[o.Layout] == name[e.Layout]
		if o.AsOf < e.AsOf || o.AsOf == e.AsOf && o.ID < e.ID {
			h.at = i + 1
		} else if o.Whole && h.same[i] {
			h.wholes = append(h.wholes, i)
		}
		err := tx.ContactMarks(o.ID, func(m store.ContactMark) {
			h.rows = append(h.rows, heldRow{m.Ref, uint32(m.Content), uint32(m.Line), int32(i)})
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(h.rows, func(a, b heldRow) int {
		return cmp.Or(cmp.Compare(a.ref, b.ref), cmp.Compare(a.from, b.from), cmp.Compare(a.line, b.line))
	})
	h.came = make([]bool, len(h.rows))
	return nil
}

func (h *held) replace(e id.Extract, line int64, by id.Extract) {
	h.replaced = append(h.replaced, store.Replacement{ContactAt: store.ContactAt{Extract: e, Line: line}, By: by})
}

func (h *held) counts(from int32) bool { return h.others[from].State == store.ExtractAccepted }

// add notes a row of the file, and says whether it repeats the row that stands of the same contact.
func (h *held) add(c *store.Contact) (repeats bool) {
	first, _ := slices.BinarySearchFunc(h.rows, c.Ref, func(r heldRow, ref int64) int { return cmp.Compare(r.ref, ref) })
	end := first
	for end < len(h.rows) && h.rows[end].ref == c.Ref {
		end++
	}
	group := h.rows[first:end]
	later := 0
	for later < len(group) && int(group[later].from) < h.at {
		later++
	}
	if len(group) > 0 && !h.came[first] {
		h.end(group[:later])
		for i := range group {
			h.came[first+i] = true
		}
	}
	for i, r := range group[later:] {
		if i == 0 || r.from != group[later+i-1].from {
			h.replace(h.extract.ID, c.Line, h.others[r.from].ID)
			if h.counts(r.from) {
				break
			}
		}
	}
	for _, w := range h.wholes {
		if !slices.ContainsFunc(group[later:], func(r heldRow) bool { return int(r.from) == w }) {
			h.replace(h.extract.ID, c.Line, h.others[w].ID)
		}
	}
	for _, r := range slices.Backward(group) {
		if h.counts(r.from) {
			return r.content == uint32(c.Content)
		}
	}
	return false
}

// end notes that earlier rows of a contact are replaced by the file, and says whether one of them counts.
func (h *held) end(earlier []heldRow) bool {
	for i, r := range slices.Backward(earlier) {
		if i+1 < len(earlier) && earlier[i+1].from != r.from && h.counts(earlier[i+1].from) {
			return true
		}
		h.replace(h.others[r.from].ID, int64(r.line), h.extract.ID)
	}
	return len(earlier) > 0 && h.counts(earlier[0].from)
}

// endAbsent ends the contacts of the layout that a whole extract does not hold, and counts those that stood.
func (h *held) endAbsent() (stood int64) {
	for first := 0; first < len(h.rows); {
		end, later := first, first
		for end < len(h.rows) && h.rows[end].ref == h.rows[first].ref {
			if int(h.rows[end].from) < h.at {
				later = end + 1
			}
			end++
		}
		if !h.came[first] && h.same[h.rows[first].from] && later > first {
			counted := slices.ContainsFunc(h.rows[later:end], func(r heldRow) bool { return h.counts(r.from) })
			if h.end(h.rows[first:later]) && !counted {
				stood++
			}
		}
		first = end
	}
	return stood
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
