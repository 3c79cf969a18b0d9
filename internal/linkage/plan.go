package linkage

// RulePlan is what a rule will cost and find, worked out before its pairs are compared. Plans stand in the order in which rules were chosen: the next
// is always the one that is expected to add the most matches for its time. Those that rest come last, as if they followed the others.
type RulePlan struct {
	Rule     string
	InBlocks int64 // pairs of records that share a key of it, in whole blocks; of blocks that are cut, at most
	Pairs    int64 // about how many of them no rule before it finds; exact for up to 50,000 records
	Matches  int64 // about how many of those are of one person, by the model
	// Seconds are of one processor, at keyNanoseconds a record and pairNanoseconds a new pair.
	Seconds float64
	Bytes   int64 // of memory that its keys and blocks hold
	Rests   bool  // it is not used, since it adds too little
}

const (
	// pairNanoseconds is about what finding, sifting and comparing one pair takes. Measured on one processor of 2.3 GHz with a million
	// records, it was 100 to 190 while other work ran beside.
	pairNanoseconds = 150
	// keyNanoseconds is about what the key of one record by one rule takes until it stands in its block, measured so too.
	keyNanoseconds = 80
)

// plan says what each rule will cost and find, as it was chosen.
func (b *blocks) plan(chosen []choice) []RulePlan {
	list := make([]RulePlan, len(chosen))
	n := int64(len(b.c.records))
	for i, c := range chosen {
		p := RulePlan{Rule: b.rules[c.rule].name, Pairs: c.pairs, Matches: int64(c.matches + .5), Seconds: c.seconds, Rests: c.rests}
		if c.rule < b.width {
			s := &b.sorted[c.rule]
			p.Bytes = 4*n + 4*int64(len(s.rows)+len(s.ends)+len(s.keys))
			for i := range s.ends {
				size := int64(len(s.block(i)))
				p.InBlocks += size * (size - 1) / 2
			}
		} else {
			p.InBlocks = n * (n - 1) / 2
		}
		list[i] = p
	}
	return list
}
