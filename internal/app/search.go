package app

import (
	"context"
	"strings"

	"throughline/internal/area"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// SearchPeople is what somebody knows of the person they look for. Spelling may be wrong; at least a name, a number or a date of
// birth with a postcode is needed.
type SearchPeople struct {
	Reference string // a pseudonym read out: K7M-3Q
	Name      string // any part of a name, in any order; instead of Forename and Surname
	Forename  string
	Surname   string
	Birth     day.Day
	BirthYear int // instead of Birth, where no more is known
	Sex       person.Sex
	Postcode  string
	NHSNumber string
	Number    string // of any kind: a reference, a national number, a telephone number, or an agency's own number for the person
	Page      int    // of the answer, from 1; 0 is the first
}

// SetBorn takes a day of birth as typed, or four figures as a year of birth.
func (in *SearchPeople) SetBorn(typed string) error {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return nil
	}
	if year, ok := day.Figures(typed, 4); ok && len(typed) == 4 && year > 0 {
		in.BirthYear = year
		return nil
	}
	d, ok := day.Read(typed)
	if !ok {
		return fault.InvalidField("born", "This is not a day of the calendar with all four figures of its year.",
			"Write it like 4/3/1983 or 4 March 1983, or the year alone.")
	}
	in.Birth = d
	return nil
}

// SetSex takes female or male as typed, or nothing.
func (in *SearchPeople) SetSex(typed string) error {
	sex, _ := person.ReadSex(typed)
	if sex != person.Female && sex != person.Male && strings.TrimSpace(typed) != "" {
		return fault.InvalidField("sex", "People are searched by female or male.", "Choose one of them, or leave it out.")
	}
	in.Sex = sex
	return nil
}

// Found is somebody who may be the person looked for.
type Found struct {
	Person   id.Person
	Name     string // empty until names are shown
	Birth    string // like Name
	Borough  string
	Agencies []store.Agency
	PPM      int64    // shared among those found: probability that the best of their records is of the person looked for, and nobody else's of those found, millionths
	Agrees   []string // what agrees, in words that name no value: "surname", "date of birth, day and month changed over"
	Differs  []string
	Only     string // what alone agrees where others share it, such as a surname: whoever has it is no more than possibly the person; else empty

	// Evidence is what the best of their records weighs, part by part, naming no value; Millibits is its sum.
	Evidence  []FoundEvidence
	Millibits int64
}

// FoundEvidence is one part of why somebody was found.
type FoundEvidence struct {
	What, How string // what was compared, and how far it agrees where that tells nothing of a person
	Millibits int64  // thousandths of a bit
}

// The least probabilities, in millionths, of what is said to be very likely, likely and possible.
const (
	veryLikely = 900_000
	likely     = 500_000
	possible   = 50_000
)

// chanceAmong is how likely it is that the person looked for is one of those found, and whether several of these may be the person: who is found is one
// by the link run, which may have left one person's records apart. Those of whom one shared thing alone agrees, or nothing, make it no more than even.
func chanceAmong(found []match) (ppm int64, several bool) {
	var all, only float64
	n := 0
	for _, m := range found {
		if onlyAgrees(m.score) == "" && anyAgrees(m.score) {
			all += m.score.Probability
		} else {
			only += m.score.Probability
		}
		if m.score.Probability*1_000_000 >= possible {
			n++
		}
	}
	return max(min(999_999, int64(all*1_000_000)), min(mostByOne, int64((all+only)*1_000_000))), n > 1
}

// Listed says in words how likely it is that the person looked for is one of those found, and that several may be one person; empty where fewer
// than two are possibly the person, who then speak for themselves.
func (p FoundPage) Listed() string {
	how := ""
	switch {
	case !p.Several:
		return ""
	case p.Among >= veryLikely:
		how = "It is very likely that one of those found is the person you look for"
	case p.Among >= likely:
		how = "It is likely that one of those found is the person you look for"
	default:
		how = "It is possible that one of those found is the person you look for"
	}
	return how + ". Several of them may be one person whose records are not linked: how close each is says how likely it is this one and none of the others."
}

// Close is how close a match is, in words: a probability alone would say less than what agrees.
func (f Found) Close() string {
	switch {
	case f.Only != "" && f.PPM >= possible:
		return "Possible: only the " + strings.ToLower(f.Only) + " agrees"
	case f.PPM >= veryLikely:
		return "Very likely"
	case f.PPM >= likely:
		return "Likely"
	case f.PPM >= possible:
		return "Possible"
	}
	if f.Millibits < 0 {
		return "Weak: too little agrees"
	}
	return "Weak: many others agree as much"
}

// FoundPage is the answer to a search.
type FoundPage struct {
	Viewer   Viewer
	Area     *area.Area
	Asked    SearchPeople
	People   []Found
	Among    int64          // probability that the person looked for is one of those found, on whichever page, millionths; 0 where not all were looked at
	Several  bool           // two or more of those found are at least possibly the person, so that they may be one
	More     bool           // there are others, less likely
	Cut      bool           // so many have such a name that not all of them were looked at
	AsOf     day.Day        // as-of day of the newest extract searched
	Searched int            // agencies whose records were searched
	Agencies []store.Agency // all there are, in their order
}

// MostFound is how many people a page of a search shows.
const MostFound = 20

// candidatesPerKey bounds how many records one key brings: a key that so many share says little.
const candidatesPerKey = 300

// SearchForm says who may search, before anything is looked for.
func (a *App) SearchForm(ctx context.Context, who Who) (Viewer, error) {
	var v Viewer
	err := a.db.Do(ctx, inArea(who, policy.PersonSearch, policy.Area), func(tx *store.Tx) (err error) {
		v, err = viewer(tx)
		return err
	})
	return v, err
}

// SearchPeople looks for somebody among what is known, with typos: records that share a key are scored as a pair of records would
// be, and people are shown likeliest first. Somebody hidden from the viewer is not found, and changes nothing of the answer; nor does a
// record that the person's page would not show the viewer. Only where more than candidatesPerKey records share a key do theirs count among
// those that are looked at, so that the answer is said to be cut as it would be for who may see them.
func (a *App) SearchPeople(ctx context.Context, who Who, in SearchPeople) (FoundPage, error) {
	p := FoundPage{Asked: in}
	in.Number = strings.TrimSpace(in.Number)
	if _, err := id.ParsePseudonym(in.Number); err == nil {
		in.Reference = in.Number
	}
	query, err := in.identity(day.In(a.now(), london))
	if err != nil {
		return p, err
	}
	err = a.db.Do(ctx, inArea(who, policy.PersonSearch, policy.Area), func(tx *store.Tx) (err error) {
		p.People, p.More, p.Cut = nil, false, false
		tx.Asks(in.asked(query))
		if p.Viewer, err = viewer(tx); err != nil {
			return err
		}
		if p.Area, err = a.config(tx.Actor().Area); err != nil {
			return err
		}
		here, err := tx.Area()
		if err != nil || here.LinkRun == 0 {
			return err
		}
		if p.Agencies, err = tx.Agencies(); err != nil {
			return err
		}
		m, err := a.priceMap(tx)
		if err != nil {
			return err
		}
		known := &knowing{tx: tx, prices: m, run: here.LinkRun, of: map[id.Person]sight{}}
		owned, err := ownNumber(tx, known, p.Agencies, in.Number)
		if err != nil {
			return err
		}
		best, cut, err := a.candidates(tx, known, query, in.Reference, owned)
		if err != nil {
			return err
		}
		p.Cut, p.Among, p.Several = cut, 0, false
		if !cut {
			p.Among, p.Several = chanceAmong(best)
		}
		if p.People, p.More, err = p.found(tx, known, best, max(0, in.Page-1)*MostFound); err != nil {
			return err
		}
		if why := damagedNHSNumber(in.Number); len(best) == 0 && why != "" {
			return fault.InvalidField("number", why, "Check the ten digits, or leave the number out.")
		}
		p.AsOf, p.Searched, err = reachOf(tx)
		return err
	})
	return p, err
}

// reachOf is the as-of day of the newest accepted extract, and how many agencies accepted ones are from.
func reachOf(tx *store.Tx) (asOf day.Day, agencies int, err error) {
	standing, err := tx.StandingExtracts()
	seen := map[id.Agency]bool{}
	for _, e := range standing {
		asOf, seen[e.Agency] = max(asOf, e.AsOf), true
	}
	return asOf, len(seen), err
}

// weighs adds a part to the evidence, where it says anything. How two values differ is not said.
func (f *Found) weighs(p linkage.Part) {
	n := millis(p.Bits)
	if !p.Compared || n == 0 {
		return
	}
	x := FoundEvidence{What: p.Field, How: p.Level, Millibits: n}
	if n < 0 && linkage.OfField(p.Key) {
		x.How = "differs"
	}
	f.Evidence = append(f.Evidence, x)
	f.Millibits += n
}

// found fills in a page of who was found, after so many.
func (p *FoundPage) found(tx *store.Tx, known *knowing, best []match, skip int) (out []Found, more bool, err error) {
	agencies := map[id.Agency]store.Agency{}
	for _, g := range p.Agencies {
		agencies[g.ID] = g
	}
	for _, m := range best {
		sight, err := known.person(m.person)
		if err != nil {
			return nil, false, err
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(out) == MostFound {
			return out, true, nil
		}
		f := Found{Person: m.person, PPM: min(999_999, int64(m.score.Probability*1_000_000)), Only: onlyAgrees(m.score)}
		if f.Only != "" {
			f.PPM = min(f.PPM, mostByOne)
		}
		for _, g := range sight.Agencies {
			f.Agencies = append(f.Agencies, agencies[g])
		}
		for _, p := range m.score.Parts {
			f.weighs(p)
			switch {
			case !linkage.OfField(p.Key) || !p.Compared:
			case p.Bits > 0:
				agrees := p.Field
				if isChangedOver(p) {
					agrees = "Forename and surname, changed over,"
				} else if p.Level != "" && p.Level != "the same" {
					agrees += " (" + p.Level + ")"
				}
				f.Agrees = append(f.Agrees, agrees)
			case p.Bits < 0:
				f.Differs = append(f.Differs, p.Field)
			}
		}
		records, err := tx.RecordsOf(m.person, known.run)
		if err != nil {
			return nil, false, err
		}
		records = sight.records(records)
		f.Borough = boroughOf(records)
		if tx.May(policy.PersonSeeName, policy.Subject{Kind: policy.Person, ID: int64(m.person)}, sight.Facts) {
			f.Name, f.Birth = bestName(records).Value, bestBirth(records).Value
		}
		out = append(out, f)
	}
	return out, false, nil
}
