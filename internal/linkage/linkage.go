// Package linkage finds which records are of one person. Records go in as identities (package person), one after the
// other; out come persons, the links that hold each together with their evidence in bits, pairs that someone should look at,
// and a report of what was done. It follows Fellegi and Sunter: blocking rules find pairs worth comparing (rule.go,
// block.go), each pair agrees to some level in each field (level.go, pair.go), a model learnt without labels weighs
// levels (model.go, train.go) by how common the values are (frequency.go, score.go), and records join while the
// average weight between groups speaks for one person (persons.go). docs/linkage.md has the method and what was measured.
//
// The same records in the same order give the same answer, whatever the number of processors. Memory grows with the
// records; pairs are never held.
package linkage

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"

	"throughline/internal/fault"
	"throughline/internal/person"
)

// Options say how a run decides. The zero Options are not usable; start from DefaultOptions.
type Options struct {
	// LinkAt is the probability that records of two groups are of one person, on average, from which they are one person.
	LinkAt float64
	// ReviewFrom and ReviewTo bound the probabilities between which a pair is for someone to look at, linked or not.
	ReviewFrom, ReviewTo float64
	// NameAndBirth says when name and date of birth alone may link. Initials with half a postcode never do, but by the model.
	NameAndBirth NameAndBirth
	// HoldHouseholds asks someone to look at each pair whose forename, surname, date of birth, sex or NHS number differs while the rest that
	// agrees is what two people of one household share: twins, father and son. False leaves them to the model.
	HoldHouseholds bool
	// Population is how many people the area has; NameAndBirth needs it.
	Population int
	// Shielded are records of people who are shielded: to a person with such a record name and date of birth alone link nothing.
	Shielded []uint32
	// Incidents say which records had which part in an incident. Two who stand as victim and suspect are of two people, and so are all that are
	// linked with the one and with the other, unless Answers say of the two themselves that they are the same.
	Incidents []InIncident
	// Exhaustive compares every pair, whatever the rules; Link refuses it for more than MostExhaustive records.
	Exhaustive bool
	// AllRules has every rule hold that the records have fields for, but for loose ones among many records; otherwise, of more than 100,000 records,
	// those rest that are expected to add too little. Records that are held to an earlier run are compared by that run's rules.
	AllRules bool
	// Sample is how many pairs to draw for somebody to look at, so that the run can be judged; 0 draws none.
	Sample int
	// Answers outrank the model.
	Answers []Answer
	// Model is a model learnt before; nil trains one on these records.
	Model *Model
	// Workers is how many goroutines compare; 0 is one for each processor.
	Workers int
	// Plan, if not nil, is told before pairs are compared what each rule will cost and find.
	Plan func([]RulePlan)
	// against stands in for oneAgainst where a test measures what another bound would do.
	against float64
	// Progress, if not nil, is told from one goroutine how far a stage has come: done of total, total 0 when
	// not known.
	Progress func(stage string, done, total int)
}

// NameAndBirth says when name and date of birth alone link two records without anyone looking.
type NameAndBirth uint8

const (
	ByModel    NameAndBirth = iota // as the model weighs them
	RareOnly                       // only when fewer than 1 in 10,000 others are expected to have both (see CommonName)
	ReviewEach                     // never: always for someone to look at
)

// CommonName is the expected number of other people in the population with a name and date of birth from which on
// RareOnly asks someone to look.
const CommonName = 1e-4

// commonPerson is the expected number of other people who agree in name, date of birth and all else that does from which on RareOnly
// asks someone to look: with more, a link is not as sure as 99 in 100.
const commonPerson = .01

// MostExhaustive is up to how many records every pair may be compared: 1.8 thousand million pairs.
const MostExhaustive = 60_000

// otherEvidence is how many bits all other fields must give together for a pair not to rest on name and date of birth alone.
const otherEvidence = 3.0

// Answer is what someone said of two records. It outranks the model.
type Answer struct {
	A, B uint32
	Same bool
}

// DefaultOptions link at even odds and ask someone to look between 10 and 95 per cent. Name and date of birth go by the
// model; an area sets RareOnly and its population.
func DefaultOptions() Options { return Options{LinkAt: .5, ReviewFrom: .10, ReviewTo: .95} }

func (o *Options) check(records int) error {
	switch {
	case !(o.LinkAt > 0 && o.LinkAt < 1):
		return fault.InvalidField("link_at", "The probability to link at is not between 0 and 1.", "Give one such as 0.5.")
	case o.Exhaustive && records > MostExhaustive:
		return fault.InvalidField("exhaustive", fmt.Sprintf("Every pair of %d records would be %d pairs.", records, records*(records-1)/2),
			fmt.Sprintf("Compare every pair of up to %d records, or leave it to the rules.", MostExhaustive))
	case !(o.ReviewFrom >= 0 && o.ReviewFrom <= o.ReviewTo && o.ReviewTo <= 1):
		return fault.InvalidField("review", "The review band does not run from one probability to a higher one.",
			"Give a band such as 0.10 to 0.95.")
	case o.Sample != 0 && o.Sample < LeastSample:
		return fault.InvalidField("sample", fmt.Sprintf("A sample of %d pairs says too little.", o.Sample), fmt.Sprintf("Draw %d pairs or more.", LeastSample))
	case o.NameAndBirth == RareOnly && o.Population <= 0:
		return fault.InvalidField("population", "The rule for common names needs the area's population.", "Set the population of the area.")
	}
	if marksNone(o, records) {
		return fault.InvalidField("marks", "A mark names a record that is not in this run.", "Leave the mark out of this run.")
	}
	for _, a := range o.Answers {
		if int(a.A) >= records || int(a.B) >= records || a.A == a.B {
			return fault.InvalidField("answers", "A review answer names a record that is not in this run, or one record twice.",
				"Leave the answer out of this run.")
		}
	}
	return nil
}

// Linker holds the records of a run. It is not safe for use by several goroutines, but that what a run found may be looked at from several
// with the run's own model.
type Linker struct {
	c     *columns
	s     *scorer   // of the last run or explanation; nil when records were added since
	later []arrival // records that AddSince took and that are not in c yet
}

// New makes a linker without records.
func New() *Linker { return &Linker{c: newColumns()} }

// Add takes a record of an agency and gives its number: 0, 1, 2 in order of adding. The identity is not kept.
func (l *Linker) Add(agency uint16, who person.Identity) uint32 {
	l.s = nil
	l.c.add(agency, who)
	return uint32(l.Records() - 1)
}

// AddBatch takes those records of a batch that stand, in their order, as Add would. The batch may not be used again.
func (l *Linker) AddBatch(agency uint16, b *Batch, stands func(i int) bool) {
	l.s = nil
	l.c.addBatch(agency, b, stands)
	select {
	case b.from.spent <- b:
	default:
	}
}

// Expect makes room for so many more records at once. Fewer or more may come.
func (l *Linker) Expect(more int) {
	list := l.c.records
	if len(list)+more <= cap(list) {
		return
	}
	// As slices.Grow does, which clears all of it in one step that the collector has to interrupt again and again. Room grows by a quarter at
	// least, so that many small files do not have all records copied for each of them.
	l.c.records = append(make([]record, 0, max(len(list)+more, cap(list)+cap(list)/4)), list...)
}

// Records is how many records were added that are linked.
func (l *Linker) Records() int { return l.c.linked() + len(l.later) }

// Result is what a run found. Records are named by the number Add gave.
type Result struct {
	// Person is the person of each record: 0, 1, 2 in order of their first records.
	Person []uint32
	// Persons is how many there are.
	Persons int
	// Links hold each person of several records together: one fewer than records, by strongest evidence; ordered by person.
	Links []Link
	// Review are pairs that someone should look at, ordered by their records.
	Review []Review
	// Model is what the run weighed by.
	Model *Model
	// Quality counts the pairs by what they weigh, and Sample are those drawn from it, in no order that tells anything.
	Quality Quality
	Sample  []SampledPair
	// Report says what was done.
	Report Report
}

// Link is why two records are of one person. Probability(Bits) is that they are.
type Link struct {
	A, B     uint32 // A < B
	Bits     float64
	Rule     string // the rule that found the pair; "answer" when someone said so, "group" when others led to it
	Weakest  bool   // of its person's links
	Answered bool   // someone said that they are the same
}

// Link compares, trains unless a model is given, weighs and joins. It gives an *fault.Error for options that cannot be,
// and the context's error when that ends first.
func (l *Linker) Link(ctx context.Context, o Options) (*Result, error) { return l.link(ctx, o, rules) }

func (l *Linker) link(ctx context.Context, o Options, list []rule) (*Result, error) {
	progress, err := l.ready(&o)
	if err != nil {
		return nil, err
	}
	c := l.c
	progress("Find pairs", 0, 0)
	m := o.Model
	if c.held {
		list = m.holding(list)
	}
	var t *totals
	var beside sync.WaitGroup // what needs no model is counted while blocks are made: by itself it would leave processors waiting
	beside.Go(func() {
		c.fullNames()
		t = c.totals()
		t.cohorts = c.cohorts(t)
	})
	b := newBlocks(ctx, c, list, o.Exhaustive)
	beside.Wait()
	var plan []RulePlan
	if !c.held {
		m, plan = b.learn(&o, progress)
	}
	s := newScorer(c, t, m)
	l.s = s
	edges, err := collect(ctx, b, s, progress)
	if err != nil {
		return nil, err
	}
	missed, known := b.missed(edges)
	progress("Join", 0, 0)
	b.release()
	j := newJoiner(s, &o, b, edges)
	j.join()
	r := j.result
	r.Report = l.report(b, j)
	r.Report.Plan, r.Report.Missed, r.Report.MissedKnown = plan, missed, known
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

// learn trains a model, unless one is given, and chooses rules, by a sample of the pairs that they find.
func (b *blocks) learn(o *Options, progress func(string, int, int)) (*Model, []RulePlan) {
	var m *Model
	var sample []patternCount
	if o.Model == nil {
		progress("Train", 0, 0)
		sample = b.c.countFound(b)
		m = b.c.train(whoeverFinds(sample))
	} else {
		progress("Choose rules", 0, 0)
		sample, m = b.c.countFound(b), new(*o.Model)
	}
	chosen := b.choose(m, sample, !o.AllRules && b.c.counted() > looseUpTo)
	plan := b.plan(chosen)
	if o.Plan != nil {
		o.Plan(plan)
	}
	m.Rests = b.rest(chosen)
	return m, plan
}

// ready checks the options and makes the records ready to be compared. It gives whom to tell of progress.
func (l *Linker) ready(o *Options) (progress func(string, int, int), err error) {
	if err := o.check(l.Records()); err != nil {
		return nil, err
	}
	if l.c.workers = o.Workers; l.c.workers <= 0 {
		l.c.workers = runtime.GOMAXPROCS(0)
	}
	if len(l.later)+len(l.c.former) > 0 {
		l.hold()
	}
	if l.c.held && o.Model == nil {
		return nil, fault.InvalidField("model", "A run that is held to an earlier one needs that run's model.", "Give the model, or link all records anew.")
	}
	if progress = o.Progress; progress == nil {
		progress = func(string, int, int) {}
	}
	return progress, nil
}

func newJoiner(s *scorer, o *Options, b *blocks, edges []edge) *joiner {
	return &joiner{s: s, o: o, rules: b.rules, edges: edges, result: &Result{Model: s.model}, threshold: math.Log2(o.LinkAt / (1 - o.LinkAt)),
		answers: answerIndex(o.Answers), guarded: newGuarded(o)}
}

// edge is a pair that may be of one person.
type edge struct {
	a, b uint32
	bits float32
	rule uint8
}

// collect weighs every pair that the rules find and keeps those that may matter, in the order in which they are
// found.
func collect(ctx context.Context, b *blocks, s *scorer, progress func(string, int, int)) ([]edge, error) {
	pieces := make([][]edge, len(b.work))
	ofWorker := make([]compared, s.columns.workers)
	b.run(1, newSieve(s, groupedFrom), func(done int) { progress("Compare", done, len(b.work)) }, func(worker, piece int, rule uint8, i, j uint32) {
		o := &ofWorker[worker]
		s.columns.compare(i, j, o)
		var p parts
		if bits := s.score(o, &p); bits >= groupedFrom {
			pieces[piece] = append(pieces[piece], edge{i, j, float32(bits), rule})
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n := 0
	for _, p := range pieces {
		n += len(p)
	}
	edges := make([]edge, 0, n)
	for _, p := range pieces {
		edges = append(edges, p...)
	}
	return edges, nil
}
