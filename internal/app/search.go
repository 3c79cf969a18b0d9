package app

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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

// Close is how close a match is, in words: a probability alone would say less than what agrees.
func (f Found) Close() string {
	switch {
	case f.Only != "" && f.PPM >= 50_000:
		return "Possible: only the " + strings.ToLower(f.Only) + " agrees"
	case f.PPM >= 900_000:
		return "Very likely"
	case f.PPM >= 500_000:
		return "Likely"
	case f.PPM >= 50_000:
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
// record that the person's page would not show the viewer.
func (a *App) SearchPeople(ctx context.Context, who Who, in SearchPeople) (FoundPage, error) {
	p := FoundPage{Asked: in}
	in.Number = strings.TrimSpace(in.Number)
	if _, err := id.ParsePseudonym(in.Number); err == nil {
		in.Reference = in.Number
	}
	query, err := in.identity()
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
		p.Cut = cut
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

// namesOf are the ways in which the words of a name may be meant: a word alone may be either name, the surname may stand last or first,
// and O Brien may be one word as O'Brien is, or two.
func namesOf(s string) []person.Name {
	words := strings.Fields(strings.ReplaceAll(s, ",", " "))
	names := ordersOf(words)
	for _, between := range []string{"", " "} {
		if one := withPrefixes(words, between); len(one) < len(words) {
			names = append(names, ordersOf(one)...)
		}
	}
	return names
}

func ordersOf(words []string) []person.Name {
	n := len(words)
	switch n {
	case 0:
		return nil
	case 1:
		return []person.Name{{Surname: words[0]}, {Forename: words[0]}}
	}
	return []person.Name{
		{Forename: words[0], Middle: strings.Join(words[1:n-1], " "), Surname: words[n-1]},
		{Forename: words[1], Middle: strings.Join(words[2:], " "), Surname: words[0]},
	}
}

// prefixes begin a surname, and are written as a word of their own by some.
var prefixes = strings.Fields("o mc mac fitz de da di du la le van von der den st el al abu bin ap")

// withPrefixes puts each prefix of a surname to the word that follows it.
func withPrefixes(words []string, between string) (out []string) {
	begun := ""
	for i, w := range words {
		if i < len(words)-1 && slices.Contains(prefixes, person.Fold(w)) {
			begun += w + between
			continue
		}
		out, begun = append(out, begun+w), ""
	}
	return out
}

// identity reads what was typed. What cannot be read is said, field by field.
func (in SearchPeople) identity() (person.Identity, error) {
	var who person.Identity
	f := fault.New(fault.Invalid, "search", "There is a problem.", "")
	if in.Reference != "" {
		if _, err := id.ParsePseudonym(in.Reference); err != nil {
			f = f.With("reference", "This is not a reference like K7M-3Q.", "Read it again, or search by name.")
		}
	}
	if in.Forename != "" || in.Surname != "" {
		who.Names = []person.Name{{Forename: strings.TrimSpace(in.Forename), Surname: strings.TrimSpace(in.Surname)}}
	}
	if len(who.Names) == 0 {
		who.Names = namesOf(in.Name)
	}
	switch {
	case in.Birth != 0:
		who.Births = []person.Birth{{Day: in.Birth, Precision: person.FullDate}}
	case in.BirthYear != 0:
		if d, ok := day.Of(in.BirthYear, time.January, 1); ok {
			who.Births = []person.Birth{{Day: d, Precision: person.YearOnly}}
		}
	}
	if strings.TrimSpace(in.NHSNumber) != "" {
		n, why := person.ReadNHSNumber(in.NHSNumber)
		if why.Code != "" {
			f = f.With("nhs_number", why.Reason, "Check the ten digits, or leave the number out.")
		}
		who.Identifiers = append(who.Identifiers, n)
	}
	for _, read := range []func(string) (person.Identifier, person.Why){person.ReadNHSNumber, person.ReadNINO, person.ReadPNCID, person.ReadPrisonNumber} {
		if n, why := read(in.Number); in.Number != "" && why.Code == "" {
			who.Identifiers = append(who.Identifiers, n)
		}
	}
	if phone, why := person.ReadPhone(in.Number); why.Code == "" && strings.HasPrefix(phone, "0") {
		who.Phones = []string{phone}
	}
	who.Sex = in.Sex
	if strings.TrimSpace(in.Postcode) != "" {
		n, noFixed, why := person.ReadPostcode(in.Postcode)
		if why.Code != "" {
			f = f.With("postcode", why.Reason, "Write it like SE5 8AZ, or leave it out.")
		}
		if who.NoFixed = noFixed; n != "" {
			who.Postcodes = []string{n}
		}
	}
	if len(f.Notes) == 0 && in.Reference == "" && in.Number == "" && len(who.Names) == 0 && len(who.Identifiers) == 0 && (in.Birth == 0 || in.Postcode == "") {
		f = f.With("surname", "There is too little to search by.", "Give a name, a number, a reference, or a date of birth with a postcode.")
	}
	if len(f.Notes) > 0 {
		return who, f
	}
	return who, nil
}

// asked gives each thing that is searched by, in one way of writing it, for the audit.
func (in SearchPeople) asked(who person.Identity) (asked []store.Asked) {
	add := func(what, value string) {
		if value != "" && !slices.Contains(asked, store.Asked{What: what, Value: value}) {
			asked = append(asked, store.Asked{What: what, Value: value})
		}
	}
	add("name", person.Fold(strings.Join([]string{in.Name, in.Forename, in.Surname}, " ")))
	for _, b := range who.Births {
		if y, _, _ := b.Day.Date(); b.Precision == person.YearOnly {
			add("year of birth", strconv.Itoa(y))
		} else {
			add("date of birth", b.Day.String())
		}
	}
	if in.Sex != person.SexUnknown {
		add("sex", in.Sex.String())
	}
	for _, v := range who.Postcodes {
		add("postcode", v)
	}
	if who.NoFixed {
		add("postcode", "no fixed abode")
	}
	for _, n := range []string{in.Reference, in.NHSNumber, in.Number} {
		add("number", strings.ToUpper(strings.ReplaceAll(n, " ", "")))
	}
	return asked
}

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

// queryKeys are the keys under which whoever is asked about is looked for. By one name alone it is looked for as it is written as well, since
// the sound of a surname is too little for a forename and too much for a surname that sounds like a common one.
func queryKeys(query person.Identity) []string {
	keys := linkage.BlockingKeys(query)
	for _, n := range query.Names {
		if len(strings.Fields(n.Forename+" "+n.Middle+" "+n.Surname+" "+n.Full)) > 1 {
			return keys
		}
	}
	for _, k := range linkage.NameKeys(query) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// nameOnly says whether nothing but a name, and perhaps a sex, is asked by.
func nameOnly(query person.Identity) bool {
	return len(query.Births)+len(query.Postcodes)+len(query.Identifiers)+len(query.Phones) == 0 && !query.NoFixed
}

// anyDiffers says whether anything that was asked by is otherwise on the record.
func anyDiffers(e linkage.Explanation) bool {
	return slices.ContainsFunc(e.Parts, func(p linkage.Part) bool { return p.Compared && p.Bits < 0 && linkage.OfField(p.Key) })
}

// onlyAgrees names the one thing that agrees where it is one that others share; empty where more agrees, or what is one person's own.
func onlyAgrees(e linkage.Explanation) (only string) {
	for _, p := range e.Parts {
		switch {
		case !p.Compared || p.Bits <= 0 || p.Key == "sex" || p.Key == "start":
		case only != "" || !slices.Contains(sharedFields, p.Key):
			return ""
		default:
			only = p.Field
		}
	}
	return only
}

// sharedFields are the fields that people who are not one share by the hundred.
var sharedFields = []string{"forename", "surname", "birth", "postcode", "address", "place"}

// scoreAsked scores a record against what is asked in each order that the words of a name may have. What is changed over in one order is
// straight in the other, and is said so: whoever typed one name did not change its two over.
func scoreAsked(model *linkage.Model, query, who person.Identity) linkage.Explanation {
	best := scoreSearch(model, query, who)
	if len(query.Names) < 2 || !slices.ContainsFunc(best.Parts, isChangedOver) {
		return best
	}
	straight := linkage.Explanation{}
	for _, n := range query.Names {
		query.Names = []person.Name{n}
		if e := scoreSearch(model, query, who); !slices.ContainsFunc(e.Parts, isChangedOver) && (straight.Parts == nil || e.Bits > straight.Bits) {
			straight = e
		}
	}
	if straight.Parts == nil {
		return best
	}
	return straight
}

func isChangedOver(p linkage.Part) bool { return p.Level == changedOver }

// The levels at which names agree that a search treats apart.
const (
	changedOver = "forename and surname changed over"
	sameInitial = "the same initial"
)

// tells says whether what agrees tells people apart. A sex or the first letter of a name that was given whole does not; one typed as an
// initial may.
func tells(query person.Identity, e linkage.Explanation) bool {
	whole := slices.ContainsFunc(query.Names[:min(1, len(query.Names))], func(n person.Name) bool {
		return slices.ContainsFunc(strings.Fields(person.Fold(n.Forename+" "+n.Surname)), func(w string) bool { return utf8.RuneCountInString(w) > 1 })
	})
	return len(e.Parts) == 0 || slices.ContainsFunc(e.Parts, func(p linkage.Part) bool {
		return p.Compared && p.Bits > 0 && linkage.OfField(p.Key) && p.Key != "sex" && (p.Level != sameInitial || !whole)
	})
}

// scoreSearch scores a record against what is asked. Whoever gives two of somebody's four names has them right: where all the words given
// are words of a longer name, they are compared as if no others were there, if that agrees better.
func scoreSearch(model *linkage.Model, query, who person.Identity) linkage.Explanation {
	whole := linkage.ScoreQuery(model, query, who)
	oneSurname := len(query.Names) > 2 && slices.ContainsFunc(whole.Parts, func(p linkage.Part) bool { return p.Key == "surname" && p.Level == "the same" })
	if len(query.Names) == 0 || oneSurname || !slices.ContainsFunc(who.Names, func(n person.Name) bool { return isPart(query.Names[0], n) }) {
		return whole
	}
	if given := strings.Fields(query.Names[0].Forename + " " + query.Names[0].Surname); len(given) == 1 && !isSurname(given[0], who.Names) {
		who.Names = []person.Name{{Forename: given[0]}}
	} else {
		who.Names = query.Names[:1]
	}
	some := linkage.ScoreQuery(model, query, who)
	if some.Bits <= whole.Bits {
		return whole
	}
	for i := range some.Parts {
		if p := &some.Parts[i]; p.Compared && (p.Key == "forename" || p.Key == "surname") {
			p.Level = "part of a longer name"
		}
	}
	return some
}

// isSurname says whether a word is among those of a surname, or of a name of which nobody says which part is which.
func isSurname(word string, names []person.Name) bool {
	return slices.ContainsFunc(names, func(n person.Name) bool {
		return slices.Contains(strings.Fields(person.Fold(n.Surname+" "+n.Full)), person.Fold(word))
	})
}

// isPart says whether the words of a name are all among those of one of three words or more.
func isPart(some, whole person.Name) bool {
	words := func(n person.Name) []string {
		return strings.Fields(person.Fold(strings.Join([]string{n.Forename, n.Middle, n.Surname, n.Full}, " ")))
	}
	given, all := words(some), words(whole)
	return len(given) > 0 && len(given) < len(all) && len(all) > 2 &&
		!slices.ContainsFunc(given, func(w string) bool { return !slices.Contains(all, w) })
}

// shareOut makes of the odds of each of those found the chance that they are the person looked for, who is one of them at most: each one's
// odds in proportion to everybody's and to the one that it is nobody found. Three people who agree in a name alone are not each very likely;
// somebody of little odds takes as little from the others.
func shareOut(found []match) {
	all := 1.
	for _, m := range found {
		all += math.Exp2(m.score.Bits)
	}
	for i := range found {
		found[i].score.Probability = math.Exp2(found[i].score.Bits) / all
	}
}

// leastShown is the probability under which somebody of whom anything differs is not shown. Whoever agrees in all that was asked is shown
// however many do: a common name alone says little, but that nobody here has it would be false.
const leastShown = 0.001

// leastAsked is the same where more is asked than a name: then a total of less than -3.2 bits speaks clearly against.
const leastAsked = 0.1

// mayBe says whether a record is near enough to what is asked for its person to be shown.
func mayBe(query person.Identity, e linkage.Explanation) bool {
	least := leastAsked
	if nameOnly(query) {
		least = leastShown
	}
	return e.Probability >= least || !anyDiffers(e)
}

// mostByOne is the probability, in millionths, that one agreeing thing gives at most where others share it: that the only one here of a surname has it
// does not make them the one of that surname who is looked for.
const mostByOne = 499_999

// publishedModel is the model of the published link run.
func publishedModel(tx *store.Tx, n id.Run) (*linkage.Model, error) {
	run, err := tx.Run(n)
	if err != nil {
		return nil, err
	}
	var report linkRunReport
	if err := json.Unmarshal([]byte(run.Report), &report); err != nil {
		return nil, err
	}
	return report.Model, nil
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
