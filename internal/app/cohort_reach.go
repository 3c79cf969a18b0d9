package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"throughline/internal/cohort"
	"throughline/internal/cost"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Reach is how far a cost run's cohort hangs on pairs of records of which nobody has said whether they are one person's. None and All are
// what the rule finds in the two extremes; what lies between them nobody knows until somebody has looked.
type Reach struct {
	Pairs     int         // in doubt when the run was made
	None, All CohortCount // were no pair in doubt one person's, and were each
	Spreads   []PersonSpread
	Entering  [][2]id.Person   // of pairs in doubt, whom the rule would find as one and finds neither of; nil for a run made before that was kept
	Reached   linkage.Interval `json:",omitzero"` // what share of the pairs of one person the link run found by its own estimate; zero where not kept
}

// CohortCount is how many people a rule finds, and what their use costs.
type CohortCount struct {
	People int
	Amount money.Pence
}

// Least and Most are the fewest and the most people that the rule finds in any of the cases that were worked out, found being the run's own.
func (r Reach) Least(found int) int { return min(r.None.People, r.All.People, found) }

// Most is the other end of Least.
func (r Reach) Most(found int) int { return max(r.None.People, r.All.People, found) }

// PersonSpread is what a member's footprint may be while links are in doubt.
type PersonSpread struct {
	Person id.Person
	cost.Spread
}

// SpreadOf is what a member's footprint may be; false for somebody of whom nothing is in doubt.
func (r *Reach) SpreadOf(p id.Person) (cost.Spread, bool) {
	if r != nil {
		for _, s := range r.Spreads {
			if s.Person == p {
				return s.Spread, true
			}
		}
	}
	return cost.Spread{}, false
}

// inDoubt is the pairs of a link run that nobody has answered, with the contacts of those people within whom there are some.
type inDoubt struct {
	pairs    []store.DoubtPair
	within   map[id.Person][]Pair      // those that hold one person's records together
	of       map[id.Record]id.Person   // of people within whom there is doubt
	records  map[id.Person][]id.Record // theirs, in order
	contacts map[id.Person][]store.StoredContact
}

// pairsInDoubt reads the pairs that nobody has answered. It shows nobody.
func pairsInDoubt(tx *store.Tx) (*inDoubt, error) {
	d := &inDoubt{within: map[id.Person][]Pair{}, of: map[id.Record]id.Person{}, records: map[id.Person][]id.Record{},
		contacts: map[id.Person][]store.StoredContact{}}
	here, err := tx.Area()
	if err != nil {
		return nil, err
	}
	all, _, err := waitingPairs(tx)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if w.says != "" {
			continue // somebody has answered
		}
		if d.pairs = append(d.pairs, w.DoubtPair); w.Linked() {
			d.within[w.Persons[0]] = append(d.within[w.Persons[0]], Pair{w.A, w.B})
		}
	}
	if len(d.within) == 0 {
		return d, nil
	}
	err = tx.Memberships(here.LinkRun, func(m store.Membership) {
		if len(d.within[m.Person]) > 0 {
			d.of[m.Record] = m.Person
			d.records[m.Person] = append(d.records[m.Person], m.Record)
		}
	})
	for _, some := range d.records {
		slices.Sort(some)
	}
	return d, err
}

// digest is what of the pairs the reach depends on, beside the memberships.
func (d *inDoubt) digest() string {
	all := slices.SortedFunc(slices.Values(d.pairs), func(x, y store.DoubtPair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	h := sha256.New()
	for _, p := range all {
		fmt.Fprintln(h, p.A, p.B, p.PPM)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// keeping is contacts, and keeps those of people within whom there is doubt.
func (d *inDoubt) keeping(contacts func(id.Extract, func(store.StoredContact) error) error) func(id.Extract, func(store.StoredContact) error) error {
	return func(e id.Extract, f func(store.StoredContact) error) error {
		return contacts(e, func(c store.StoredContact) error {
			if p, kept := d.of[c.Record]; kept {
				d.contacts[p] = append(d.contacts[p], c)
			}
			return f(c)
		})
	}
}

// reach works out how far a cohort hangs on the pairs in doubt.
func (a *App) reach(ctx context.Context, t *task, run id.Run, c *costing, d *inDoubt, people []cohort.Person, found *cohort.Cohort) (*Reach, error) {
	r := &Reach{Pairs: len(d.pairs)}
	var over []id.Person // who could fall below the threshold
	for _, list := range [][]cohort.Member{found.Members, found.SingleService, found.FewAgencies} {
		for _, m := range list {
			if len(d.contacts[m.ID]) > 0 {
				over = append(over, m.ID)
			}
		}
	}
	ties := map[id.Person][]linkage.Tie{}
	err := a.db.Do(ctx, request(t.who, policy.RunRead, policy.Run, int64(run)), func(tx *store.Tx) error {
		same, err := saidSame(tx)
		if err != nil {
			return err
		}
		for _, p := range over {
			some, err := tiesOf(tx, c.link, d.records[p], same)
			if err != nil {
				return err
			}
			ties[p] = some
		}
		full, err := tx.Run(c.link)
		if err != nil {
			return err
		}
		var report linkRunReport
		err = json.Unmarshal([]byte(full.Report), &report)
		r.Reached = report.found().Reached
		return err
	})
	if err != nil {
		return nil, err
	}
	parts, err := d.fallApart(c, over, ties)
	if err != nil {
		return nil, err
	}
	var apart []cohort.Person
	for _, p := range people {
		if _, falls := parts[p.ID]; !falls {
			apart = append(apart, p)
		}
	}
	for _, p := range over {
		apart = append(apart, parts[p].people...)
	}
	if r.None, err = counted(c, apart); err != nil {
		return nil, err
	}
	var joined [][2]id.Person
	for _, w := range d.pairs {
		joined = append(joined, w.Persons)
	}
	if r.All, err = counted(c, cohort.Joined(people, joined)); err != nil {
		return nil, err
	}
	r.Spreads = d.spreads(people, found.Members, parts)
	r.Entering, err = d.entering(c.rule, people, found.Members)
	return r, err
}

// entering gives, the lower number first, the two people of each pair in doubt of whom neither is a member and whom the whole rule would make
// one were they one person.
func (d *inDoubt) entering(rule cohort.Rule, people []cohort.Person, members []cohort.Member) ([][2]id.Person, error) {
	outside := make(map[id.Person]cohort.Person, len(people))
	for _, p := range people {
		outside[p.ID] = p
	}
	for _, m := range members {
		delete(outside, m.ID)
	}
	met := map[[2]id.Person]bool{}
	out := [][2]id.Person{}
	for _, w := range d.pairs {
		both := between(w.Persons)
		a, known := outside[both[0]]
		b, known2 := outside[both[1]]
		if met[both] || w.Linked() || !known || !known2 {
			continue
		}
		met[both] = true
		for _, one := range cohort.Joined([]cohort.Person{a, b}, [][2]id.Person{both}) {
			enters, err := cohort.Meets(rule, one)
			if err != nil {
				return nil, err
			}
			if enters {
				out = append(out, both)
			}
		}
	}
	slices.SortFunc(out, func(x, y [2]id.Person) int { return slices.Compare(x[:], y[:]) })
	return out, nil
}

// between are two people, the lower number first.
func between(two [2]id.Person) [2]id.Person {
	return [2]id.Person{min(two[0], two[1]), max(two[0], two[1])}
}

// counted applies the rule of a run to people as they might be.
func counted(c *costing, people []cohort.Person) (CohortCount, error) {
	found, err := cohort.Apply(c.rule, people, c.coverage())
	if err != nil {
		return CohortCount{}, err
	}
	return CohortCount{len(found.Members), found.Amount}, nil
}

// fallen is somebody in the parts that they are were every link in doubt wrong.
type fallen struct {
	of     map[id.Record]id.Person // whose each record would be: their own, or a part's, below nought
	people []cohort.Person
}

// fallApart gives each of some people in parts.
func (d *inDoubt) fallApart(c *costing, some []id.Person, ties map[id.Person][]linkage.Tie) (map[id.Person]fallen, error) {
	next := id.Person(0)
	out := map[id.Person]fallen{}
	for _, p := range some {
		of := partsOf(p, d.records[p], ties[p], d.within[p], func(int64) id.Person { next--; return next })
		f, err := c.prices.footprint(d.contacts[p], c.window)
		if err != nil {
			return nil, err
		}
		x := fallen{of: of}
		for _, part := range slices.Sorted(maps.Keys(holders(of))) {
			x.people = append(x.people, cohort.Person{ID: part, Uses: usesOf(f.Lines, func(r id.Record) bool { return of[r] == part })})
		}
		out[p] = x
	}
	return out, nil
}

// holders are the people whom records are of.
func holders(of map[id.Record]id.Person) map[id.Person]bool {
	out := map[id.Person]bool{}
	for _, p := range of {
		out[p] = true
	}
	return out
}

// partsOf says whose the records of a person would be were none of some links right.
func partsOf(p id.Person, members []id.Record, ties []linkage.Tie, wrong []Pair, fresh func(int64) id.Person) map[id.Record]id.Person {
	in := linkage.Settling{Found: map[id.Record]id.Person{}, Ties: ties, Fresh: fresh}
	for _, r := range members {
		in.Found[r] = p
	}
	for i, w := range wrong {
		in.Words = append(in.Words, linkage.Word{Answer: int64(i + 1), Record: w[1], Pairs: [][2]id.Record{w}})
	}
	return linkage.Settle(in)
}

// spreads are what the members' footprints may be, of those at whose records there is doubt that weighs: their own parts and the people
// who may be them, each two tied by the likeliest pair between them.
func (d *inDoubt) spreads(people []cohort.Person, members []cohort.Member, parts map[id.Person]fallen) []PersonSpread {
	totals := map[id.Person]money.Pence{}
	for _, p := range people {
		totals[p.ID] = amountOf(p)
	}
	at := map[id.Person][]store.DoubtPair{}
	for _, w := range d.pairs {
		for i, p := range w.Persons {
			if i == 0 || !w.Linked() {
				at[p] = append(at[p], w)
			}
		}
	}
	var out []PersonSpread
	for _, m := range members {
		var sums []money.Pence
		place := map[id.Person]int{}
		add := func(p id.Person, sum money.Pence) int {
			if _, known := place[p]; !known {
				place[p] = len(sums)
				sums = append(sums, sum)
			}
			return place[p]
		}
		own := func(r id.Record) id.Person { return m.ID }
		if x, falls := parts[m.ID]; falls {
			own = func(r id.Record) id.Person { return x.of[r] }
			for _, p := range x.people {
				add(p.ID, amountOf(p))
			}
		} else {
			add(m.ID, m.Amount)
		}
		sure := map[[2]int]int64{}
		for _, w := range at[m.ID] {
			weighs := linkage.ReviewReason(w.Why).Weighs()
			a, b, ppm := 0, 0, w.PPM
			switch {
			case w.Linked():
				if a, b = add(own(w.A), 0), add(own(w.B), 0); !weighs {
					ppm = certain
				}
			case !weighs:
				continue
			case w.Persons[0] == m.ID:
				a, b = add(own(w.A), 0), add(w.Persons[1], totals[w.Persons[1]])
			default:
				a, b = add(own(w.B), 0), add(w.Persons[0], totals[w.Persons[0]])
			}
			k := [2]int{min(a, b), max(a, b)}
			sure[k] = max(sure[k], ppm)
		}
		if len(sure) == 0 {
			continue
		}
		var links []cost.DoubtfulLink
		for k, ppm := range sure {
			links = append(links, cost.DoubtfulLink{A: k[0], B: k[1], PPM: ppm})
		}
		slices.SortFunc(links, func(x, y cost.DoubtfulLink) int { return slices.Compare([]int{x.A, x.B}, []int{y.A, y.B}) })
		out = append(out, PersonSpread{m.ID, cost.SpreadOf(sums, links)})
	}
	return out
}

// certain is a probability in millionths.
const certain = 1_000_000

func amountOf(p cohort.Person) (sum money.Pence) {
	for _, u := range p.Uses {
		sum += u.Amount()
	}
	return sum
}
