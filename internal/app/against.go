package app

import (
	"encoding/json"
	"fmt"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// AgainstPair is two records that do not look alike.
type AgainstPair struct {
	Pair     Pair
	Records  [2]id.Record    // the two, on a pair's page those of its first person first
	Agencies [2]store.Agency // whose they are, on a pair's page, where no table of records names them
	Differs  []EvidencePart  // what speaks against one person, what says most first
	Doubt    bool            // the pair has a page of its own
}

// AgainstPairs are pairs that do not look alike, those first that speak most against one person.
type AgainstPairs struct {
	Rows   []AgainstPair
	More   int // that differ as well and are not listed
	Little int // in which nothing differs, and too little agrees
}

// mostAgainst is how many pairs that do not look alike a page lists.
const mostAgainst = 20

// against gives the first of some pairs that do not look alike in something, and how many do not for want of anything that agrees, but for those about which the viewer is asked: they say first.
func against(tx *store.Tx, all []linkage.Unlike, named bool) (out AgainstPairs, err error) {
	differ := slices.DeleteFunc(slices.Clone(all), func(u linkage.Unlike) bool { return len(u.Differs) == 0 })
	out.Little = len(all) - len(differ)
	for i, u := range differ {
		if len(out.Rows) == mostAgainst {
			out.More = len(differ) - i
			break
		}
		x := AgainstPair{Pair: u.Pair, Records: u.Pair}
		_, err := tx.Doubt(u.Pair[0], u.Pair[1])
		if x.Doubt = err == nil; err != nil && fault.KindOf(err) != fault.NotFound {
			return out, err
		}
		if x.Doubt {
			if asked, err := asksViewer(tx, u.Pair); err != nil || asked {
				if err != nil {
					return out, err
				}
				continue
			}
		}
		for _, p := range u.Differs {
			x.Differs = append(x.Differs, EvidencePart{p.Key, p.Field, p.Words, millis(p.Bits), p.Compared, p.Level})
		}
		hideWords(x.Differs, named)
		out.Rows = append(out.Rows, x)
	}
	return out, nil
}

// asksViewer says whether a pair in doubt waits for the viewer by what people have said of it.
func asksViewer(tx *store.Tx, pair Pair) (bool, error) {
	here, err := tx.Area()
	if err != nil {
		return false, err
	}
	answers, err := tx.AnswersOfPair(pair[0], pair[1])
	if err != nil {
		return false, err
	}
	w := waiting{DoubtPair: store.DoubtPair{A: pair[0], B: pair[1]}, readings: readingsOf(answers)[pair]}
	w.verdict, _, err = judgePair(tx, here.LinkRun, pair, w.readings)
	return w.waitsFor(tx.Actor().Account), err
}

// against finds, of two people, the pairs of one's record and the other's that do not look alike, where the viewer may know of every record of both.
func (p *PairPage) against(tx *store.Tx, m *priceMap) error {
	if p.Holds[0]+p.Holds[1] > linkage.MostHeld {
		return nil
	}
	agencies := map[id.Record]store.Agency{}
	var who [2]map[id.Record]person.Identity
	for i, n := range p.People {
		sight, err := m.sightBy(tx, n, p.Run.ID, policy.PersonOpen)
		if err != nil || !sight.whole() {
			return err // people of the partnership look at pairs, and may know of every record
		}
		records, err := tx.RecordsOf(n, p.Run.ID)
		if err != nil {
			return err
		}
		who[i] = map[id.Record]person.Identity{}
		for _, r := range records {
			var says person.Identity
			if err := json.Unmarshal([]byte(r.Identity), &says); err != nil {
				return fmt.Errorf("record %d: %w", r.RecordVersion.Record, err)
			}
			who[i][r.RecordVersion.Record], agencies[r.RecordVersion.Record] = says, m.agencies[r.Agency]
		}
	}
	model, err := publishedModel(tx, p.Run.ID)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(linkage.Between(model, who[0], who[1]), func(u linkage.Unlike) bool { return u.Pair == p.Pair })
	if p.Against, err = against(tx, others, p.Named); err != nil {
		return err
	}
	for i, x := range p.Against.Rows {
		if _, first := who[0][x.Records[0]]; !first {
			x.Records[0], x.Records[1] = x.Records[1], x.Records[0]
		}
		x.Agencies = [2]store.Agency{agencies[x.Records[0]], agencies[x.Records[1]]}
		p.Against.Rows[i] = x
	}
	return nil
}
