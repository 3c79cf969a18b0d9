package app

import (
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/store"
)

// verdict is which answer about a pair counts, if any, and how the pair stands.
type verdict struct {
	says   linkage.Says
	stands linkage.Stand
}

func judged(readings []linkage.Reading, sensitive bool) (v verdict) {
	v.says, v.stands = linkage.Judge(readings, sensitive)
	return v
}

// judgePair judges a pair by what people said of it and by the marks that stand now. Whoever wants to know whether somebody is still asked about
// a pair asks here or judgePairs, so that no page shows what another holds back.
func judgePair(tx *store.Tx, run id.Run, pair Pair, readings []linkage.Reading) (v verdict, s sensitive, err error) {
	s, err = sensitiveJoin(tx, run, pair[0], pair[1])
	return judged(readings, s.is()), s, err
}

// judgePairs is judgePair for many pairs. It reads marks of those people only about whom they change anything, and of all of them together. people are
// those whose the pairs' records are, where that has been read.
func judgePairs(tx *store.Tx, run id.Run, readings map[Pair][]linkage.Reading, people map[Pair][2]id.Person) (map[Pair]verdict, error) {
	out := make(map[Pair]verdict, len(readings))
	holders := map[Pair][2]id.Person{} // of pairs that would be judged otherwise were they marked
	marks := map[id.Person][]store.MarkOf{}
	for pair, r := range readings {
		if out[pair] = judged(r, false); out[pair] == judged(r, true) {
			continue
		}
		both, known := people[pair]
		for i, n := range pair {
			var err error
			if !known {
				both[i], err = tx.WhoseIs(run, n)
			}
			if err != nil {
				return nil, err
			}
			marks[both[i]] = nil
		}
		holders[pair] = both
	}
	delete(marks, 0) // nobody's
	whose := make([]id.Person, 0, len(marks))
	for p := range marks {
		whose = append(whose, p)
	}
	all, err := tx.MarksOf(run, whose)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		marks[m.Person] = append(marks[m.Person], m)
	}
	for pair, both := range holders {
		some := marks[both[0]]
		if both[1] != both[0] {
			some = append(some[:len(some):len(some)], marks[both[1]]...)
		}
		if s, _ := careFor(some); s.is() {
			out[pair] = judged(readings[pair], true)
		}
	}
	return out, nil
}
