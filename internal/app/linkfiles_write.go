package app

import (
	"encoding/json"
	"io"
	"runtime"
	"strconv"
	"sync"

	"throughline/internal/linkage"
)

// WritePersons writes persons.csv: every record and the person it is of, persons numbered from 1 in the order of their first records.
func (l *LinkedFiles) WritePersons(w io.Writer) error {
	out := linkage.NewPersonsWriter(w)
	var number []byte
	for n, p := range l.Result.Person {
		file, key := l.record(uint32(n))
		number = strconv.AppendUint(number[:0], uint64(p)+1, 10)
		out.Write(file, key, number)
	}
	return out.Flush()
}

// linksAtOnce is of how many pairs the evidence is worked out before they are written.
const linksAtOnce = 16 << 10

// WriteLinks writes links.csv: the links that hold each person's records together, with their evidence.
func (l *LinkedFiles) WriteLinks(w io.Writer) error {
	out := linkage.NewLinksWriter(w)
	links := l.Result.Links
	evidence := make([]linkage.Evidence, min(len(links), linksAtOnce))
	for len(links) > 0 {
		some := links[:min(len(links), linksAtOnce)]
		links = links[len(some):]
		l.weigh(evidence[:len(some)], func(i int) (a, b uint32) { return some[i].A, some[i].B })
		for i, k := range some {
			fileA, keyA := l.record(k.A)
			fileB, keyB := l.record(k.B)
			out.Write(fileA, keyA, fileB, keyB, k.Bits, &evidence[i])
		}
	}
	return out.Flush()
}

// weigh works out the evidence of pairs on all processors.
func (l *LinkedFiles) weigh(to []linkage.Evidence, pair func(i int) (a, b uint32)) {
	const piece = 512
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			for from := w * piece; from < len(to); from += workers * piece {
				for i := from; i < min(from+piece, len(to)); i++ {
					a, b := pair(i)
					to[i] = l.linker.Evidence(l.Result.Model, a, b)
				}
			}
		})
	}
	all.Wait()
}

// WritePairs writes pairs.csv: the pairs that somebody should look at, why, with the evidence of each field and what the two records say. Of
// encoded records the values are left empty, for there are none to show.
func (l *LinkedFiles) WritePairs(w io.Writer) error {
	out := linkage.NewPairsWriter(w)
	var row linkage.PairRow
	for _, v := range l.Result.Review {
		row.Review, row.Evidence = v, l.linker.Evidence(l.Result.Model, v.A, v.B)
		row.FileA, row.RecordA = l.named(v.A)
		row.FileB, row.RecordB = l.named(v.B)
		if !l.Encoded() {
			row.SaysA, row.SaysB = l.linker.Describe(v.A), l.linker.Describe(v.B)
		}
		out.Write(&row)
	}
	return out.Flush()
}

// Held counts in how many records of each file each field is.
func (l *LinkedFiles) Held() [][]linkage.Held {
	list := make([][]linkage.Held, len(l.Files))
	for i, f := range l.Files {
		list[i] = l.linker.Held(int(f.first), int(f.first)+f.Records)
	}
	return list
}

// Unlinkable estimates the share of records that hold too little to be linked with anything.
func (l *LinkedFiles) Unlinkable() float64 {
	return l.linker.Unlinkable(l.Result.Model, l.Options.LinkAt)
}

// ExplainedPair is a pair and why it weighs what it does.
type ExplainedPair struct {
	FileA, RecordA, FileB, RecordB string
	linkage.Explanation
}

// Explain says why two records weigh what they do. Of encoded records the words of its parts are not of anybody's values.
func (l *LinkedFiles) Explain(a, b uint32) ExplainedPair {
	e := ExplainedPair{Explanation: l.linker.Explain(l.Result.Model, a, b)}
	e.FileA, e.RecordA = l.named(a)
	e.FileB, e.RecordB = l.named(b)
	return e
}

func (l *LinkedFiles) named(n uint32) (file, key string) {
	file, text := l.record(n)
	return file, string(text)
}

// Encoded says whether the records came as keyed tokens, so that no value of theirs can be shown.
func (l *LinkedFiles) Encoded() bool { return l.linker.Encoded() }

// WriteModel writes model.json: what the files were linked by, for use on others.
func (l *LinkedFiles) WriteModel(w io.Writer) error {
	return json.NewEncoder(w).Encode(l.Result.Model)
}

// WriteSample writes sample.csv: pairs for somebody to look at, with an empty column for what they say. Of encoded records it says how far they
// agree.
func (l *LinkedFiles) WriteSample(w io.Writer) error {
	rows := make([]linkage.SampleRow, len(l.Result.Sample))
	for i, p := range l.Result.Sample {
		r := &rows[i]
		r.Pair = i + 1
		r.FileA, r.RecordA = l.named(p.A)
		r.FileB, r.RecordB = l.named(p.B)
		if l.Encoded() {
			e := l.linker.Evidence(l.Result.Model, p.A, p.B)
			r.SaysA, r.SaysB = "Encoded: how far the two agree is beside this.", e.Agreement()
		} else {
			r.SaysA, r.SaysB = l.linker.Describe(p.A), l.linker.Describe(p.B)
		}
	}
	return linkage.WriteSample(w, rows)
}

// WriteSampleKey writes sample-key.json: what the sample stands for, not for who answers it.
func (l *LinkedFiles) WriteSampleKey(w io.Writer) error {
	return json.NewEncoder(w).Encode(linkage.NewSampleKey(l.Result))
}
