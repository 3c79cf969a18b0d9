package app

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// knowing is what the viewer of a search may know of each person who comes up in it.
type knowing struct {
	tx     *store.Tx
	prices *priceMap
	run    id.Run
	of     map[id.Person]sight
}

func (k *knowing) person(p id.Person) (s sight, err error) {
	s, met := k.of[p]
	if !met {
		s, err = k.prices.sightOf(k.tx, p, k.run, policy.PersonOpen)
		k.of[p] = s
	}
	return s, err
}

// people finds out at once what the viewer may know of those whom records are of.
func (k *knowing) people(found []store.RecordFound) error {
	var some []id.Person
	for _, f := range found {
		if _, met := k.of[f.Person]; !met && f.Person != 0 && !slices.Contains(some, f.Person) {
			some = append(some, f.Person)
		}
	}
	sights, err := k.prices.sightsOf(k.tx, some, k.run, policy.PersonOpen)
	maps.Copy(k.of, sights)
	return err
}

// match is how well the best of a person's records fits what was asked.
type match struct {
	person id.Person
	score  linkage.Explanation
}

// damagedNHSNumber says why ten digits are no NHS number; empty for what has not ten, which may be an agency's own number.
func damagedNHSNumber(number string) string {
	digits := 0
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != ' ' && r != '-':
			return ""
		}
	}
	if _, why := person.ReadNHSNumber(number); digits == 10 {
		return why.Reason
	}
	return ""
}

// ownNumber finds the people whom an agency knows by this number, by records that the viewer may know of. In capitals or not is the same, and
// so are spaces, hyphens, full stops and slashes; who has the number just as it was typed stands first.
func ownNumber(tx *store.Tx, known *knowing, agencies []store.Agency, number string) (map[id.Person]linkage.Explanation, error) {
	out := map[id.Person]linkage.Explanation{}
	if number == "" {
		return out, nil
	}
	folded := person.FoldNumber(number)
	spellings := slices.Compact(slices.Sorted(slices.Values([]string{number, strings.ToUpper(number), strings.ToLower(number), folded})))
	for _, g := range agencies {
		own := linkage.Part{Key: "own", Field: "own number at " + g.Name, Bits: exactly, Compared: true}
		add := func(found []store.RecordFound, bits float64) error {
			if err := known.people(found); err != nil {
				return err
			}
			for _, f := range found {
				if e := out[f.Person]; known.of[f.Person].sees(f.Record) && !slices.Contains(e.Parts, own) {
					e.Bits, e.Probability, e.Parts = max(e.Bits, bits), 1, append(e.Parts, own)
					out[f.Person] = e
				}
			}
			return nil
		}
		for _, key := range spellings {
			some, err := tx.RecordOfKey(g.ID, store.RecordKey{Hash: int64(hash64(key)), Key: key}, known.run)
			if err != nil {
				return nil, err
			}
			if err := add(some, exactly); err != nil {
				return nil, err
			}
		}
		if folded == "" {
			continue
		}
		some, err := tx.RecordsByKey(ownKey(g.ID, folded), known.run, candidatesPerKey)
		if err != nil {
			return nil, err
		}
		if err := add(some, exactly-1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// exactly is the evidence, in bits, of a number or reference that is exactly somebody's.
const exactly = 40

// candidates scores every record that shares a key with the query, of those that the viewer may know of, and gives each person's best; best
// begins with those found otherwise. It says as well whether some of a name that so many share were left out.
func (a *App) candidates(tx *store.Tx, known *knowing, query person.Identity, reference string, best map[id.Person]linkage.Explanation) (found []match, cut bool, err error) {
	if reference != "" {
		p, err := id.ParsePseudonym(reference)
		if err != nil {
			return nil, false, err
		}
		if p, err = tx.Follow(p); err == nil {
			s, err := known.person(p)
			if err != nil {
				return nil, false, err
			}
			if len(s.Agencies) > 0 {
				best[p] = linkage.Explanation{Bits: exactly, Probability: 1}
			}
		} else if fault.KindOf(err) != fault.NotFound {
			return nil, false, err
		}
	}
	model, err := publishedModel(tx, known.run)
	if err != nil {
		return nil, false, err
	}
	type keyed struct {
		some  []store.RecordFound
		whole bool // the key is of all that the query says of a name
	}
	var byKey []keyed
	for _, key := range queryKeys(query) {
		some, err := tx.RecordsByKey(int64(hash64(key)), known.run, candidatesPerKey)
		if err != nil {
			return nil, false, err
		}
		k := keyed{some, linkage.IsExactName(key) || linkage.IsWholeName(key)}
		cut = cut || k.whole && nameOnly(query) && len(some) == candidatesPerKey
		byKey = append(byKey, k)
	}
	slices.SortStableFunc(byKey, func(x, y keyed) int { return cmp.Compare(len(x.some), len(y.some)) })
	seen := map[id.Record]bool{}
	for _, k := range byKey {
		some := k.some
		if len(some) == candidatesPerKey && len(seen) >= MostFound && !k.whole {
			continue // of a key that so many share only some were read, and rarer ones have brought enough
		}
		if err := known.people(some); err != nil {
			return nil, false, err
		}
		some = slices.DeleteFunc(some, func(c store.RecordFound) bool {
			return seen[c.Record] || c.Person == 0 || !known.of[c.Person].sees(c.Record)
		})
		var records []id.Record
		for _, c := range some {
			seen[c.Record] = true
			records = append(records, c.Record)
		}
		texts, err := tx.Identities(records)
		if err != nil {
			return nil, false, err
		}
		for _, c := range some {
			text, stands := texts[c.Record]
			if !stands {
				return nil, false, fault.Missing("record")
			}
			var who person.Identity
			if err := json.Unmarshal([]byte(text), &who); err != nil {
				return nil, false, err
			}
			score := scoreAsked(model, query, who)
			if was, ok := best[c.Person]; !ok || score.Bits > was.Bits {
				best[c.Person] = score
			}
		}
	}
	out := make([]match, 0, len(best))
	for p, s := range best {
		if mayBe(query, s) && tells(query, s) {
			out = append(out, match{p, s})
		}
	}
	shareOut(out)
	slices.SortFunc(out, func(x, y match) int {
		return cmp.Or(cmp.Compare(y.score.Bits, x.score.Bits), cmp.Compare(x.person, y.person))
	})
	return out, cut, nil
}
