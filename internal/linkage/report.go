package linkage

import "sort"

// Report says what a run did, for the people who have to trust it.
type Report struct {
	Records, Persons int
	Plan             []RulePlan // made before pairs were compared
	Rules            []RulePairs
	Pairs            int64 // compared
	LeftOut          int64 // at most: pairs in parts of blocks too large to compare every pair, beyond each record's neighbours
	Cuts             []Cut // blocks that were cut into parts, largest first, at most 50
	CutBlocks        int   // all of them
	PassedOver       []Passed
	Resting          []string // loose rules that do not hold for so many records
	// Missed is about what share of the pairs of one person no rule finds, and MissedKnown false when the rules found too few to say. Pairs
	// left out are neither found nor missed.
	Missed        float64
	MissedKnown   bool
	Kept          int // pairs that were weighed above the floor
	LargestPerson int
	LargestGroup  int
	PartedGroups  []int // sizes of groups too large to weigh pair by pair
	Shape         Shape
	Conflicts     int // answers that contradict each other; "not the same" held
	OverFrequent  []OverFrequent
	Converged     bool
	Iterations    int
}

// EveryPair is the rule by which few records are compared, each with every other.
const EveryPair = "every pair"

// RulePairs is how many pairs a rule found that no earlier rule had.
type RulePairs struct {
	Rule  string
	Pairs int64
}

// OverFrequent is a value that so many records share that it says little of who someone is: a hostel's postcode, 1 January.
type OverFrequent struct {
	Field   Field
	Value   string
	Records int
}

// overFrequent is how many times as many records as the field's usual value (and at least thirty) share an over-frequent one.
const overFrequent, overFrequentLeast = 20, 30

func (l *Linker) report(b *blocks, j *joiner) Report {
	r := Report{Records: l.Records(), Persons: j.result.Persons, Kept: j.kept, LargestGroup: j.largest,
		PartedGroups: j.parted, Conflicts: j.conflicts, Shape: j.shape, CutBlocks: len(b.cuts), Resting: b.resting,
		Converged: j.result.Model.Converged, Iterations: j.result.Model.Iterations}
	for k := range b.sorted {
		if p := b.sorted[k].passed; p.Blocks > 0 {
			r.PassedOver = append(r.PassedOver, p)
		}
	}
	for k, n := range b.found {
		r.Rules = append(r.Rules, RulePairs{b.rules[k].name, n})
		r.Pairs += n
	}
	n := int64(r.Records)
	r.LeftOut = min(b.left, n*(n-1)/2-r.Pairs) // which are counted in each part that they stand in
	sort.SliceStable(b.cuts, func(x, y int) bool { return b.cuts[x].Records > b.cuts[y].Records })
	r.Cuts = b.cuts[:min(50, len(b.cuts))]
	sizes := make([]int, j.result.Persons)
	for _, p := range j.result.Person {
		sizes[p]++
		r.LargestPerson = max(r.LargestPerson, sizes[p])
	}
	r.OverFrequent = l.c.overFrequentValues()
	return r
}

func (c *columns) overFrequentValues() []OverFrequent {
	var list []OverFrequent
	look := func(f Field, d *dictionary, text func(uint32) string) {
		records := 0
		for _, n := range d.count[1:] {
			records += int(n)
		}
		if d.size() == 0 {
			return
		}
		bar := max(overFrequentLeast, overFrequent*records/d.size())
		for v := 1; v <= d.size(); v++ {
			if n := int(d.count[v]); n >= bar {
				list = append(list, OverFrequent{f, text(uint32(v)), n})
			}
		}
	}
	look(Postcode, &c.postcodes.dictionary, c.postcodes.text)
	look(Address, &c.addresses.dictionary, c.addresses.text)
	look(Phone, c.phones, c.phones.text)
	look(Email, c.emails, c.emails.text)
	births, dates := 0, 0
	for b, n := range c.births {
		if b.whole() {
			births, dates = births+int(n), dates+1
		}
	}
	if dates > 0 {
		bar := max(overFrequentLeast, overFrequent*births/dates)
		for b, n := range c.births {
			if b.whole() && int(n) >= bar {
				list = append(list, OverFrequent{Birth, b.String(), int(n)})
			}
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return a.Field < b.Field || a.Field == b.Field && (a.Records > b.Records || a.Records == b.Records && a.Value < b.Value)
	})
	return list
}
