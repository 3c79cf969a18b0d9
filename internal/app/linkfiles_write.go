package app

import (
	"encoding/json"
	"io"

	"throughline/internal/linkage"
)

// WritePersons writes persons.csv: every record and the person it is of, persons numbered from 1 in the order of their first records.
func (l *LinkedFiles) WritePersons(w io.Writer) error {
	return linkage.WritePersons(w, len(l.Result.Person), func(n int) (file string, record []byte, person uint64) {
		file, record = l.record(uint32(n))
		return file, record, uint64(l.Result.Person[n]) + 1
	})
}

// WriteLinks writes links.csv: the links that hold each person's records together.
func (l *LinkedFiles) WriteLinks(w io.Writer) error { return l.writeLinks(w, false) }

// WriteLinksWithEvidence writes links.csv with the bits of each field.
func (l *LinkedFiles) WriteLinksWithEvidence(w io.Writer) error { return l.writeLinks(w, true) }

func (l *LinkedFiles) writeLinks(w io.Writer, evidence bool) error {
	return linkage.WriteLinks(w, len(l.Result.Links), evidence, func(n int) linkage.LinkLine {
		k := &l.Result.Links[n]
		return l.line(k.A, k.B, k.Bits, evidence)
	})
}

// line is what links.csv and pairs.csv both say of two records.
func (l *LinkedFiles) line(a, b uint32, bits float64, evidence bool) linkage.LinkLine {
	line := linkage.LinkLine{Bits: bits}
	if evidence {
		e := l.linker.Evidence(l.Result.Model, a, b)
		line.Evidence = &e
	}
	line.FileA, line.RecordA = l.record(a)
	line.FileB, line.RecordB = l.record(b)
	return line
}

// Says gives what a record says in words, and false where it came as tokens only.
func (l *LinkedFiles) Says(n uint32) (string, bool) {
	if !l.Encoded() {
		return l.linker.Describe(n), true
	}
	f := l.file(n)
	if !f.WithNames {
		return "", false
	}
	return f.says[n-f.first], true
}

// tokensOnly stands where what a record says would stand.
const tokensOnly = "(tokens only: its values are not known here)"

// WritePairs writes pairs.csv: the pairs that somebody should look at, why, with the evidence of each field and what the two records say, or that
// it is not known.
func (l *LinkedFiles) WritePairs(w io.Writer) error {
	return linkage.WritePairs(w, len(l.Result.Review), func(n int) linkage.PairLine {
		v := &l.Result.Review[n]
		line := linkage.PairLine{LinkLine: l.line(v.A, v.B, v.Bits, true), Linked: v.Linked, Reason: v.Reason}
		for _, side := range []struct {
			n    uint32
			says *string
		}{{v.A, &line.SaysA}, {v.B, &line.SaysB}} {
			var known bool
			if *side.says, known = l.Says(side.n); !known {
				*side.says = tokensOnly
			}
		}
		return line
	})
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

// Encoded says whether the records came as keyed tokens, so that no value of theirs can be shown but what a file has beside them.
func (l *LinkedFiles) Encoded() bool { return l.linker.Encoded() }

// WriteModel writes model.json: what the files were linked by, for use on others.
func (l *LinkedFiles) WriteModel(w io.Writer) error {
	return json.NewEncoder(w).Encode(l.Result.Model)
}

// WriteSample writes sample.csv: pairs for somebody to look at, with an empty column for what they say. Of a record of tokens only it says how far
// the two agree.
func (l *LinkedFiles) WriteSample(w io.Writer) error {
	rows := make([]linkage.SampleRow, len(l.Result.Sample))
	for i, p := range l.Result.Sample {
		r := &rows[i]
		r.Pair = i + 1
		r.FileA, r.RecordA = l.named(p.A)
		r.FileB, r.RecordB = l.named(p.B)
		var knownA, knownB bool
		r.SaysA, knownA = l.Says(p.A)
		r.SaysB, knownB = l.Says(p.B)
		if knownA && knownB {
			continue
		}
		e := l.linker.Evidence(l.Result.Model, p.A, p.B)
		switch agreement := "Tokens only. How far the two agree: " + e.Agreement(); {
		case !knownB:
			r.SaysB = agreement
			if !knownA {
				r.SaysA = "Tokens only: how far the two agree is beside this."
			}
		default:
			r.SaysA = agreement
		}
	}
	return linkage.WriteSample(w, rows)
}

// WriteSampleKey writes sample-key.json: what the sample stands for, not for who answers it.
func (l *LinkedFiles) WriteSampleKey(w io.Writer) error {
	return json.NewEncoder(w).Encode(linkage.NewSampleKey(l.Result))
}
