package linkage

import (
	"cmp"
	"maps"
	"slices"

	"throughline/internal/id"
)

// Tie is a link that holds two records of a person together, by its weight in thousandths of a bit.
type Tie struct {
	A, B      id.Record
	Millibits int64
}

// Word is an answer that counts and that the run in force did not know of.
type Word struct {
	Answer int64
	Same   bool
	Record id.Record      // the record it is about; where the answer parts, this record's side leaves
	Pairs  [][2]id.Record // what it holds for
	Made   id.Person      // the number of the person that it made when it parted; 0 before it did
}

// Settling is what a run found and what people said since.
type Settling struct {
	Found map[id.Record]id.Person // as the run found it
	Ties  []Tie
	// Returns are records that the run moved for an answer which has been taken back since, with the persons whose they were.
	Returns map[id.Record]id.Person
	Words   []Word // in the order in which they were said
	// Apart are pairs of records that do not come together whatever is said of others: those of which an answer that the run knew of says that they are
	// two people's, and those that stand as victim and suspect and of which no answer that counts says that they are one person's.
	Apart [][2]id.Record
	// Fresh gives the number for a person that an answer makes.
	Fresh func(answer int64) id.Person
}

// TieByAnswer is the weight of two records that somebody says are one person's.
const TieByAnswer = int64(1) << 62

// Settle says whose each record is, by what the run found and the answers that count. It looks at nothing else, so an answer that is
// taken back leaves everything as it would be had it never been given: exactly, and in whatever order answers are taken back.
//
// "The same" joins the smaller person to the larger, of two alike to the one with the lower number. "Not the same" parts a person where
// its ties are weakest, so that what hangs more strongly on the record in question leaves with it. Where answers contradict, "not the
// same" holds.
func Settle(in Settling) map[id.Record]id.Person {
	s := settler{of: maps.Clone(in.Found), apart: slices.Clone(in.Apart)}
	for _, w := range in.Words {
		for _, p := range w.Pairs {
			if w.Same {
				s.ties = append(s.ties, Tie{p[0], p[1], TieByAnswer})
			} else {
				s.apart = append(s.apart, p)
			}
		}
	}
	s.ties = append(s.ties, in.Ties...)
	slices.SortFunc(s.ties, func(x, y Tie) int {
		return cmp.Or(cmp.Compare(y.Millibits, x.Millibits), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	for _, r := range slices.Sorted(maps.Keys(in.Returns)) {
		if _, stands := s.of[r]; stands && !s.divided([]id.Record{r}, s.members(in.Returns[r])) {
			s.of[r] = in.Returns[r]
		}
	}
	for _, w := range in.Words {
		if w.Same {
			s.join(w)
		} else {
			s.part(w, in.Fresh)
		}
	}
	for again := true; again; { // who was held apart by a record that has left since may come together now
		again = false
		for _, w := range in.Words {
			again = w.Same && s.join(w) || again
		}
	}
	return s.of
}

type settler struct {
	of    map[id.Record]id.Person
	ties  []Tie          // strongest first
	apart [][2]id.Record // that do not come together
}

// members are a person's records, in order.
func (s *settler) members(p id.Person) (some []id.Record) {
	for r, of := range s.of {
		if of == p {
			some = append(some, r)
		}
	}
	slices.Sort(some)
	return some
}

// divided says whether an answer or an incident holds a record of one list apart from a record of the other.
func (s *settler) divided(x, y []id.Record) bool {
	return slices.ContainsFunc(s.apart, func(p [2]id.Record) bool {
		return slices.Contains(x, p[0]) && slices.Contains(y, p[1]) || slices.Contains(x, p[1]) && slices.Contains(y, p[0])
	})
}

// join says whether anybody came together.
func (s *settler) join(w Word) (joined bool) {
	for _, pair := range w.Pairs {
		stays, goes := s.of[pair[0]], s.of[pair[1]]
		if stays == 0 || goes == 0 || stays == goes {
			continue
		}
		remain, move := s.members(stays), s.members(goes)
		if s.divided(remain, move) {
			continue
		}
		if len(move) > len(remain) || len(move) == len(remain) && goes < stays {
			stays, move = goes, remain
		}
		for _, r := range move {
			s.of[r] = stays
		}
		joined = true
	}
	return joined
}

func (s *settler) part(w Word, fresh func(int64) id.Person) {
	home := s.of[w.Record]
	if home == 0 {
		return
	}
	leaves := Side(s.members(home), s.ties, w.Record, w.Pairs)
	if len(leaves) == 0 {
		return
	}
	made := w.Made
	if made == 0 || made == home || len(s.members(made)) > 0 {
		made = fresh(w.Answer)
	}
	for _, r := range leaves {
		s.of[r] = made
	}
}

// Side gives the records of a person that leave with one of them when an answer parts it from others of them by pairs: the weakest ties
// give way, and what ties to neither side stays. None leave when none of the pairs holds within the person. Ties are strongest
// first.
func Side(members []id.Record, ties []Tie, record id.Record, pairs [][2]id.Record) (leaves []id.Record) {
	side := sides(members, record, pairs)
	if !slices.Contains(slices.Collect(maps.Values(side)), stayingSide) {
		return nil
	}
	part := make(map[id.Record]id.Record, len(members)) // of each record, the first of its piece
	for _, r := range members {
		part[r] = r
	}
	for _, t := range ties {
		a, inA := part[t.A]
		b, inB := part[t.B]
		if !inA || !inB || a == b || side[a]*side[b] < 0 {
			continue
		}
		if side[a] == 0 {
			side[a] = side[b]
		}
		for r, p := range part {
			if p == b {
				part[r] = a
			}
		}
	}
	for _, r := range members {
		if side[part[r]] == leavingSide {
			leaves = append(leaves, r)
		}
	}
	return leaves
}

const leavingSide, stayingSide = 1, -1

// sides tells, of the records that pairs hold apart within a person, those on the side of one of them from the others. Pairs of which
// each has one record of either side tell them by turns.
func sides(members []id.Record, record id.Record, pairs [][2]id.Record) map[id.Record]int {
	side := map[id.Record]int{record: leavingSide}
	for again := true; again; {
		again = false
		for _, p := range pairs {
			if !slices.Contains(members, p[0]) || !slices.Contains(members, p[1]) {
				continue
			}
			for i := range 2 {
				if side[p[i]] != 0 && side[p[1-i]] == 0 {
					side[p[1-i]], again = -side[p[i]], true
				}
			}
		}
	}
	return side
}
