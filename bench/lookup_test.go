package bench

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
)

// BenchmarkLookup asks an index of invented records whether people are known, as a referral would tell of them: with slips in the names, days and
// months changed over, years alone, other postcodes, and without numbers for most. A look-up goes from what was typed to ten records by weight.
// The bar among a million records is 0.2 ms for 99 in 100. One in ten is known to nobody. LINKAGE_RECORDS sets another number.
func BenchmarkLookup(b *testing.B) {
	n := setting(b, "LINKAGE_RECORDS", 1_000_000)
	l, crowd := linkage.New(), newCrowd(n)
	var truth []uint32
	var referrals []record
	for len(truth) < n {
		for _, r := range crowd.records(1000) {
			l.Add(r.agency, r.who)
			if len(truth)%(1+n/20_000) == 0 {
				referrals = append(referrals, r)
			}
			truth = append(truth, r.person)
		}
	}
	known := len(referrals)
	referrals = append(referrals, crowd.records(known/10)...)
	r := rand.New(rand.NewPCG(7, 7))
	for i := range referrals {
		referrals[i].who = referral(r, referrals[i].who, crowd)
	}
	numbers := make([]id.Record, len(truth))
	for i := range numbers {
		numbers[i] = id.Record(i + 1)
	}
	o := linkage.DefaultOptions()
	found, err := l.Link(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	model := found.Model
	found = nil
	before := inUse()
	began := time.Now()
	x, err := l.Index(model, numbers)
	if err != nil {
		b.Fatal(err)
	}
	built := time.Since(began)
	b.Logf("index of %d records made in %.1fs, %d MB more in use, %d together", x.Records(), built.Seconds(), inUse()-before, inUse())
	for b.Loop() {
		took := make([]time.Duration, 0, len(referrals))
		into := make([]linkage.Match, 0, 10)
		first, five, silent, compared := 0, 0, 0, 0
		for i := range referrals {
			who := &referrals[i].who
			began := time.Now()
			answer, err := x.Lookup(who, -10, into)
			took = append(took, time.Since(began))
			if err != nil {
				b.Fatal(err)
			}
			compared += answer.Compared
			rank := slices.IndexFunc(answer.Matches, func(m linkage.Match) bool { return truth[m.Record-1] == referrals[i].person })
			switch {
			case i >= known:
				if len(answer.Matches) == 0 || answer.Matches[0].Bits < 0 {
					silent++
				}
				continue
			case rank == 0:
				first++
			}
			if rank >= 0 && rank < 5 {
				five++
			}
		}
		slices.Sort(took)
		at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1e6 }
		b.Logf("%d look-ups, %.0f records compared each: p50 %.0f µs, p95 %.0f, p99 %.0f, p99.9 %.0f, longest %.0f", len(took),
			float64(compared)/float64(len(took)), at(.5), at(.95), at(.99), at(.999), at(1))
		b.Logf("recall at 1 %.4f, at 5 %.4f; of %d who are not known %d are likelier not", float64(first)/float64(known),
			float64(five)/float64(known), len(referrals)-known, silent)
		b.ReportMetric(at(.5), "µs-p50")
		b.ReportMetric(at(.99), "µs-p99")
		b.ReportMetric(float64(first)/float64(known), "recall@1")
		b.ReportMetric(float64(five)/float64(known), "recall@5")
		b.ReportMetric(float64(inUse()), "MB")
	}
	who := referrals[0].who
	b.Logf("%.0f allocations a look-up", testing.AllocsPerRun(100, func() { x.Lookup(&who, -10, nil) }))
}

// inUse is how much memory holds what is still needed, in MB.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// referral is what somebody types of a person: one or two slips.
func referral(r *rand.Rand, who person.Identity, c *crowd) person.Identity {
	who.Names = slices.Clone(who.Names)
	name := &who.Names[0]
	for range 1 + r.IntN(2) {
		switch r.IntN(8) {
		case 0, 1:
			name.Forename = slip(r, name.Forename)
		case 2, 3:
			name.Surname = slip(r, name.Surname)
		case 4:
			name.Forename, name.Surname = name.Surname, name.Forename
		case 5:
			if len(who.Births) > 0 {
				y, m, d := who.Births[0].Day.Date()
				if turned, ok := day.Of(y, time.Month(d), int(m)); ok {
					who.Births = []person.Birth{{Day: turned, Precision: person.FullDate}}
				}
			}
		case 6:
			if len(who.Births) > 0 {
				who.Births = []person.Birth{{Day: who.Births[0].Day, Precision: person.YearOnly}}
			}
		default:
			who.Postcodes = []string{c.places[r.IntN(len(c.places))]}
		}
	}
	if r.IntN(4) > 0 {
		who.Identifiers = nil
	}
	if r.IntN(3) > 0 {
		who.Phones = nil
	}
	name.Forename, name.Surname = strings.ToUpper(name.Forename), strings.ToUpper(name.Surname)
	return who
}
