package cost

import (
	"math"
	"math/big"
	"math/bits"
	"slices"

	"github.com/govalues/decimal"

	"throughline/internal/day"
	"throughline/internal/fault"
)

// Policy is what a reckoning takes in that is otherwise left out: the slugs of LeftOut policies. None is the usual.
type Policy struct{ Include []string }

// Table is a price map made ready for a list of keys: each key's prices as exact fractions of a penny in the money of
// the map's year. It never changes, and any number of goroutines may use it.
type Table struct {
	keys     []Key
	rates    []rate
	groups   []Group
	year     day.FinancialYear
	deflator *Deflator
	policy   Policy
	growth   []fraction // of own amounts in the money of each contact's year, from firstYear
	exclude  []string
}

// Group is what sums are kept by: an agency's use of one service, and who pays.
type Group struct {
	Agency, Service, Payer string
	Kind                   Kind
}

// Source says which of a code's prices a line used.
type Source string

const (
	Own      Source = "own"      // the contact's own amount
	Local    Source = "local"    // a price of the partnership
	National Source = "national" // a price of an edition
)

// rate is one key's prices. A zero fraction is no price of that kind.
type rate struct {
	entry    Entry
	gap      GapReason // why nothing prices it, or 0
	group    uint16
	counts   counting
	by       uint64   // what a quantity is divided by to be units of the price
	price    fraction // pence per unit of the price, local or national
	own      fraction // factor on own amounts in the money of a fixed year
	perYear  bool     // own amounts are in the money of each contact's year
	useOwn   bool
	source   Source // of price
	national Price
}

// fraction is num ÷ den in lowest terms; zero when num is 0.
type fraction struct{ num, den uint64 }

// one is the factor that leaves an amount as it is.
var one = fraction{1, 1}

const noGroup = math.MaxUint16

// Table makes the map ready for contacts whose Service is a place in keys. A key that the map does not have is there
// as a gap. It fails only where keys are more than 65,000 or a price is absurdly large.
func (m *Map) Table(keys []Key, policy Policy) (*Table, error) {
	if len(keys) >= noGroup {
		return nil, fault.New(fault.Invalid, "too-many-codes", "There are more different codes than can be priced at once.",
			"Reckon fewer agencies.")
	}
	byKey := map[Key]Entry{}
	for _, e := range m.entries {
		byKey[e.Key] = e
	}
	t := &Table{keys: slices.Clone(keys), year: m.year, deflator: m.deflator, policy: policy}
	for y := firstYear; y <= lastYear; y++ {
		t.growth = append(t.growth, m.factor(y))
	}
	groups := map[Group]uint16{}
	for _, k := range keys {
		e, mapped := byKey[k]
		if !mapped {
			e = Entry{Key: k}
		}
		r, err := m.rate(e, policy)
		if err != nil {
			return nil, err
		}
		r.group = noGroup
		if r.gap == 0 {
			g := Group{e.Agency, e.Service, e.Payer, e.Kind}
			if _, ok := groups[g]; !ok {
				groups[g] = uint16(len(t.groups))
				t.groups = append(t.groups, g)
			}
			r.group = groups[g]
		}
		t.rates = append(t.rates, r)
	}
	for _, e := range m.entries {
		if e.LeftOut != nil && !slices.Contains(policy.Include, e.LeftOut.Policy) && !slices.Contains(t.exclude, e.LeftOut.Policy) {
			t.exclude = append(t.exclude, e.LeftOut.Policy)
		}
	}
	return t, nil
}

// Contacts of other years than these are not priced by an own amount in the money of their year: no deflator reaches them.
const (
	firstYear day.FinancialYear = 1990
	lastYear  day.FinancialYear = 2050
)

// factor is what an amount in the money of a year is multiplied by; zero where the deflator does not have the year.
func (m *Map) factor(from day.FinancialYear) fraction {
	if from == m.year {
		return one
	}
	i, ok := m.deflator.Index(from)
	j, ok2 := m.deflator.Index(m.year)
	if !ok || !ok2 {
		return fraction{}
	}
	f, _ := reduce(scaled(j), scaled(i))
	return f
}

// scaled is an index as a whole number of its last decimal.
func scaled(d decimal.Decimal) *big.Int { return whole(d, indexScale) }

// whole is d × 10^scale; d has no more decimals than that.
func whole(d decimal.Decimal, scale int) *big.Int {
	n := new(big.Int).SetUint64(d.Coef())
	return n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale-d.Scale())), nil))
}

// reduce gives num ÷ den in lowest terms, and false where that does not fit.
func reduce(num, den *big.Int) (fraction, bool) {
	g := new(big.Int).GCD(nil, nil, num, den)
	n, d := new(big.Int).Quo(num, g), new(big.Int).Quo(den, g)
	return fraction{n.Uint64(), d.Uint64()}, n.IsUint64() && d.IsUint64()
}

func (m *Map) rate(e Entry, policy Policy) (rate, error) {
	r := rate{entry: e}
	leftOut := e.LeftOut != nil && !slices.Contains(policy.Include, e.LeftOut.Policy)
	switch {
	case leftOut && e.ApprovedBy == "":
		r.gap = GapNotApproved
		return r, nil
	case leftOut:
		r.gap = GapLeftOut
		return r, nil
	case !e.priced():
		r.gap = GapNoPrice
		return r, nil
	case e.ApprovedBy == "":
		r.gap = GapNotApproved
		return r, nil
	}
	conversion := conversions[e.Conversion]
	r.counts, r.by = conversion.counts, conversion.by
	if e.Own != nil {
		r.useOwn, r.perYear = true, e.Own.Year == 0
		if !r.perYear {
			r.own = m.factor(e.Own.Year)
		}
	}
	pounds, from := decimal.Zero, m.year
	switch {
	case e.Local != nil:
		r.source, from = Local, e.Local.Year
		pounds = decimal.MustNew(int64(e.Local.Amount), 2)
	case e.National != nil:
		p, err := m.library.Price(*e.National)
		if err != nil {
			return r, err
		}
		r.source, r.national, from, pounds = National, p, p.Year, p.Amount
	}
	if r.source != "" {
		up := m.factor(from)
		num := whole(pounds, priceScale)
		num.Mul(num, new(big.Int).SetUint64(up.num)).Mul(num, big.NewInt(100))
		den := new(big.Int).Exp(big.NewInt(10), big.NewInt(priceScale), nil)
		den.Mul(den, new(big.Int).SetUint64(up.den))
		ok := false
		if r.price, ok = reduce(num, den); !ok {
			return r, fault.New(fault.Invalid, "amount-too-large", "The price of "+e.Key.String()+" is too large to reckon with.", "Check it.")
		}
	}
	return r, nil
}

// priceScale is how many decimals of a pound a price may have.
const priceScale = 8

// product is num[0] × num[1] × num[2] ÷ (den[0] × den[1] × den[2]), rounded half to even to a whole number, and false
// where the result does not fit in an int64. It is exact: the sum is done in 128 bits, and without limit where those are
// too few. No den is 0.
func product(num, den [3]uint64) (int64, bool) {
	over, d := bits.Mul64(den[0], den[1])
	over2, d := bits.Mul64(d, den[2])
	hi, lo := bits.Mul64(num[0], num[1])
	carry, lo := bits.Mul64(lo, num[2])
	over3, hi := bits.Mul64(hi, num[2])
	hi, over4 := bits.Add64(hi, carry, 0)
	if over|over2|over3|over4 != 0 {
		return productBig(num, den)
	}
	if hi >= d {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, d)
	if rem > d-rem || rem == d-rem && q%2 == 1 {
		q++
	}
	return int64(q), q <= math.MaxInt64
}

func productBig(num, den [3]uint64) (int64, bool) {
	n, d := big.NewInt(1), big.NewInt(1)
	for i := range num {
		n.Mul(n, new(big.Int).SetUint64(num[i]))
		d.Mul(d, new(big.Int).SetUint64(den[i]))
	}
	q, rem := new(big.Int).QuoRem(n, d, new(big.Int))
	switch rem.Lsh(rem, 1).Cmp(d) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		q.Add(q, big.NewInt(int64(q.Bit(0))))
	}
	return q.Int64(), q.IsInt64()
}
