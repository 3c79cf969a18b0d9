package linkage

// RulePlan is what a rule will cost and find, worked out before its pairs are compared.
type RulePlan struct {
	Rule     string
	InBlocks int64 // pairs of records that share a key of it, in whole blocks; of blocks that are cut, at most
	Pairs    int64 // about how many of them no earlier rule finds; exact for up to 50,000 records
	Matches  int64 // about how many of those are of one person, by the model
	// Seconds are of one processor, at pairNanoseconds a pair.
	Seconds float64
	Bytes   int64 // of memory that its keys and blocks hold
}

// pairNanoseconds is about what finding, sifting and comparing one pair takes. Measured on one processor of 2.3 GHz with a million
// records, it was 100 to 190 while other work ran beside.
const pairNanoseconds = 150

// plan works out what each rule will cost and find. found are the patterns of a sample of its pairs, rule by rule; without them
// (a stored model needs no training) a rule is taken to find all pairs of its blocks and nothing is said of matches.
func (b *blocks) plan(m *Model, found [][]patternCount) []RulePlan {
	list := make([]RulePlan, len(b.rules))
	likelihood := m.likelihood()
	for k := range list {
		p := &list[k]
		p.Rule = b.rules[k].name
		n := int64(len(b.c.records))
		if k < b.width {
			s := &b.sorted[k]
			p.Bytes = 4*n + 4*int64(len(s.rows)+len(s.ends)+len(s.keys))
			for i := range s.ends {
				size := int64(len(s.block(i)))
				p.InBlocks += size * (size - 1) / 2
			}
		} else {
			p.InBlocks = n * (n - 1) / 2
		}
		p.Pairs = p.InBlocks
		if found != nil {
			pairs, matches := int64(0), 0.0
			for _, c := range found[k] {
				l := c.pattern.levels()
				one, kin := likelihood.of(&l)
				pairs += c.count
				matches += float64(c.count) * one / (one + 1 + kin)
			}
			p.Pairs, p.Matches = pairs, int64(matches+.5)
		}
		p.Seconds = float64(p.Pairs) * pairNanoseconds / 1e9
	}
	return list
}
