package cohort

import (
	"cmp"
	"maps"
	"slices"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// Cohort is what a rule finds. Members meet all of it. SingleService and FewAgencies meet the threshold and are set
// apart, in none of the totals: one service is above the rule's share, or else too few agencies know the person.
type Cohort struct {
	Rule          Rule
	Members       []Member
	SingleService []Member
	FewAgencies   []Member

	Amount       money.Pence // of the members, as are all the sums down to Payers
	Years        [2]money.Pence
	Crisis       [2]money.Pence // by year; the rest is planned
	AWeekEach    money.Pence    // Amount ÷ members ÷ weeks of the window
	AWeekMiddle  money.Pence    // the median of the members' amounts, ÷ weeks
	OverBoth     int            // members over the rule's weekly amount in both years
	OverOnly     [2]int         // in the first only, in the second only
	Boroughs     []Borough      // costliest first
	Payers       []Payer        // costliest first
	Everyone     int            // people with a priced contact in the window
	EveryoneCost money.Pence
	Curve        []Point // 1 to 100 per cent of everyone
	Feeds        []Feed  // that do not cover the whole window
}

// Borough sums the members of one borough; the empty name is no borough.
type Borough struct {
	Name        string
	People      int
	Amount      money.Pence
	Most, Least money.Pence // the costliest and the least costly member
	AWeekEach   money.Pence
}

// Payer sums what one payer meets for the members. Who pays is not who would save.
type Payer struct {
	Slug            string
	Crisis, Planned money.Pence
}

// Amount is crisis and planned together.
func (p Payer) Amount() money.Pence { return p.Crisis + p.Planned }

// Point is what the costliest people carry: People of everyone, costliest first, cost Amount together.
type Point struct {
	Percent int
	People  int
	Amount  money.Pence
}

// Planned is what of a year's cost is not crisis.
func (c *Cohort) Planned(year int) money.Pence { return c.Years[year] - c.Crisis[year] }

// AtOrAbove counts the members whose cost Reaches another weekly amount, such as the rule's own in another year's money.
func (c *Cohort) AtOrAbove(aWeek money.Pence) int {
	n := 0
	for _, m := range c.Members {
		if c.Rule.Reaches(m.Amount, aWeek) {
			n++
		}
	}
	return n
}

// Reaches says whether a cost over the rule's window is at or above a weekly amount.
func (r Rule) Reaches(cost, aWeek money.Pence) bool { return cost >= aWeek*money.Pence(r.Weeks()) }

// Apply finds the cohort among people, each of whom stands once and whose uses were summed for the rule's window and in
// its price year. coverage has every agency of the area, with an empty span for one that sent nothing. It fails where the
// rule is not whole, a person stands twice, or an amount is beyond ninety million million pounds.
func Apply(rule Rule, people []Person, coverage []Coverage) (*Cohort, error) {
	if err := rule.Check(); err != nil {
		return nil, err
	}
	c := &Cohort{Rule: rule, Feeds: PartialFeeds(rule.Window, coverage)}
	partial := map[string]bool{}
	for _, f := range c.Feeds {
		partial[f.Agency] = true
	}
	seen := make(map[id.Person]bool, len(people))
	var all []money.Pence
	uses := map[id.Person][]Use{}
	for _, p := range people {
		if seen[p.ID] {
			return nil, fault.New(fault.Internal, "person-twice", "A person stands twice among the sums.", "Run the prices again.")
		}
		seen[p.ID] = true
		m, services, err := weigh(rule, p, partial)
		if err != nil {
			return nil, err
		}
		if len(m.Agencies) == 0 {
			continue
		}
		all = append(all, m.Amount)
		switch placeOf(rule, m, services) {
		case singleService:
			c.SingleService = append(c.SingleService, m)
		case fewAgencies:
			c.FewAgencies = append(c.FewAgencies, m)
		case member:
			c.Members = append(c.Members, m)
			uses[m.ID] = p.Uses
		}
	}
	for _, list := range [][]Member{c.Members, c.SingleService, c.FewAgencies} {
		rank(list)
	}
	if err := c.curve(all); err != nil {
		return nil, err
	}
	c.sum(uses)
	return c, nil
}

// Meets says whether Apply would make a person a member. It fails where the rule is not whole or an amount is too large.
func Meets(rule Rule, p Person) (bool, error) {
	if err := rule.Check(); err != nil {
		return false, err
	}
	m, services, err := weigh(rule, p, nil)
	return err == nil && len(m.Agencies) > 0 && placeOf(rule, m, services) == member, err
}

// place is where a rule puts somebody.
type place int

const (
	below place = iota // the threshold
	singleService
	fewAgencies
	member
)

func placeOf(rule Rule, m Member, services map[string]money.Pence) place {
	switch {
	case m.Amount < rule.Threshold():
		return below
	case aboveShare(services[m.Largest], m.Amount, rule.LargestMostPercent):
		return singleService
	case len(m.Agencies) < rule.AgenciesAtLeast:
		return fewAgencies
	}
	return member
}

// most keeps shares, which multiply by a thousand, within what an int64 holds: £90 million million. A contact comes to £100 million at
// most (cost.MaxContact), so that only nine hundred thousand of them for one person reach it.
const most money.Pence = 9e15

// weigh sums one person's uses.
func weigh(rule Rule, p Person, partial map[string]bool) (Member, map[string]money.Pence, error) {
	m := Member{ID: p.ID, Borough: p.Borough}
	services := map[string]money.Pence{}
	agencies := map[string]bool{}
	var err error
	var from Use
	add := func(to *money.Pence, amounts ...money.Pence) {
		sum, e := money.Add(append(amounts, *to)...)
		if err == nil && (e != nil || sum > most || sum < -most) {
			err = fault.New(fault.Invalid, "amount-too-large",
				"A person's cost is too large to add up, at the agency "+from.Agency+" and the service "+from.Service+".",
				"Check the amounts that the agency sent for that service, and its price.").Because(e)
		}
		*to = sum
	}
	for _, u := range p.Uses {
		from = u
		if u.Contacts > 0 {
			agencies[u.Agency] = true
		}
		for year, amount := range u.Years {
			add(&m.Years[year], amount)
			add(&m.Amount, amount)
			if u.Crisis {
				add(&m.Crisis, amount)
			}
		}
		service := services[u.Service]
		add(&service, u.Years[0], u.Years[1])
		services[u.Service] = service
	}
	if err != nil {
		return m, nil, err
	}
	m.Agencies = slices.Sorted(maps.Keys(agencies))
	for _, s := range slices.Sorted(maps.Keys(services)) {
		if m.Largest == "" || services[s] > services[m.Largest] {
			m.Largest = s
		}
	}
	m.LargestShare = share(services[m.Largest], m.Amount)
	lived := rule.Window
	if p.Died != 0 {
		lived = lived.Cut(day.Span{From: lived.From, To: p.Died})
	}
	if m.Days = lived.Days(); m.Days > 0 {
		m.AWeek = divide(m.Amount*day.DaysInWeek, int64(m.Days))
	}
	for year, amount := range m.Years {
		m.Over[year] = amount >= rule.YearThreshold()
	}
	for _, a := range m.Agencies {
		if partial[a] {
			m.Partial = append(m.Partial, a)
		}
	}
	return m, services, nil
}

// aboveShare says exactly whether part is more than percent of whole, which is above nothing.
func aboveShare(part, whole money.Pence, percent int) bool {
	return part*100 > whole*money.Pence(percent)
}

// share is part of whole in tenths of a per cent, rounded half to even; 0 where whole is nothing or less.
func share(part, whole money.Pence) int {
	if whole <= 0 {
		return 0
	}
	return int(divide(part*1000, int64(whole)))
}

// divide rounds half to even. n is above nothing.
func divide(p money.Pence, n int64) money.Pence {
	q, rem := int64(p)/n, int64(p)%n
	if rem < 0 {
		q, rem = q-1, rem+n
	}
	if rem > n-rem || rem == n-rem && q%2 != 0 {
		q++
	}
	return money.Pence(q)
}

// AWeekEach is an amount for people over weeks, as one person's in one week, rounded half to even; 0 for nobody.
func AWeekEach(amount money.Pence, people, weeks int) money.Pence {
	if people <= 0 || weeks <= 0 {
		return 0
	}
	return divide(amount, int64(people)*int64(weeks))
}

func rank(members []Member) {
	slices.SortFunc(members, func(a, b Member) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.ID, b.ID))
	})
	for i := range members {
		members[i].Rank = i + 1
	}
}

// curve sets what shares of everyone carry, costliest first. A share of people is rounded to the nearest person.
func (c *Cohort) curve(all []money.Pence) error {
	slices.SortFunc(all, func(a, b money.Pence) int { return cmp.Compare(b, a) })
	sum, err := money.Add(all...)
	if err != nil {
		return fault.New(fault.Invalid, "amount-too-large", "The sums are too large to add up.", "Check the amounts sent.").Because(err)
	}
	c.Everyone, c.EveryoneCost = len(all), sum
	if len(all) == 0 {
		return nil
	}
	var reached money.Pence
	people := 0
	for percent := 1; percent <= 100; percent++ {
		n := int(divide(money.Pence(len(all)*percent), 100))
		for ; people < n; people++ {
			reached += all[people]
		}
		c.Curve = append(c.Curve, Point{percent, people, reached})
	}
	return nil
}

// sum adds up the members. Their amounts are part of what curve has added up already, so the sums fit.
func (c *Cohort) sum(uses map[id.Person][]Use) {
	boroughs := map[string]*Borough{}
	payers := map[string]*Payer{}
	for _, m := range c.Members {
		c.Amount += m.Amount
		b := boroughs[m.Borough]
		if b == nil {
			b = &Borough{Name: m.Borough, Most: m.Amount, Least: m.Amount}
			boroughs[m.Borough] = b
		}
		b.People++
		b.Amount += m.Amount
		b.Most, b.Least = max(b.Most, m.Amount), min(b.Least, m.Amount)
		for year := range c.Years {
			c.Years[year] += m.Years[year]
			if m.Over[year] && !m.Over[1-year] {
				c.OverOnly[year]++
			}
		}
		if m.Over[0] && m.Over[1] {
			c.OverBoth++
		}
		for _, u := range uses[m.ID] {
			p := payers[u.Payer]
			if p == nil {
				p = &Payer{Slug: u.Payer}
				payers[u.Payer] = p
			}
			if u.Crisis {
				p.Crisis += u.Amount()
				c.Crisis[0] += u.Years[0]
				c.Crisis[1] += u.Years[1]
			} else {
				p.Planned += u.Amount()
			}
		}
	}
	weeks := c.Rule.Weeks()
	c.AWeekEach = AWeekEach(c.Amount, len(c.Members), weeks)
	if n := len(c.Members); n > 0 {
		c.AWeekMiddle = divide(c.Members[(n-1)/2].Amount+c.Members[n/2].Amount, 2*int64(weeks))
	}
	for _, b := range boroughs {
		b.AWeekEach = AWeekEach(b.Amount, b.People, weeks)
		c.Boroughs = append(c.Boroughs, *b)
	}
	slices.SortFunc(c.Boroughs, func(a, b Borough) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Name, b.Name))
	})
	for _, p := range payers {
		c.Payers = append(c.Payers, *p)
	}
	slices.SortFunc(c.Payers, func(a, b Payer) int {
		return cmp.Or(cmp.Compare(b.Amount(), a.Amount()), cmp.Compare(a.Slug, b.Slug))
	})
}
