package linkage

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Evidence is what speaks for and against two records being of one person in numbers and levels alone: no value of either record is in it.
type Evidence struct {
	levels levels
	parts  parts
}

// Evidence gives why two records weigh what they do by a model, as Explain does. It may be called from several goroutines once a run has ended
// with that model.
func (l *Linker) Evidence(m *Model, a, b uint32) Evidence {
	s := l.scorer(m)
	var o compared
	var e Evidence
	s.columns.compare(min(a, b), max(a, b), &o)
	s.score(&o, &e.parts)
	e.levels = o.levels
	return e
}

// partKeys are the names of a score's parts in their order.
var partKeys = func() (keys [partCount]string) {
	keys[startPart], keys[namesPart], keys[householdPart] = "start", "names", "household"
	for f := range fieldCount {
		keys[firstField+int(f)] = strings.ReplaceAll(fields[f].key, "-", "_")
	}
	return keys
}()

// bitsHeader names a column of bits for each part: start_bits, forename_bits to household_bits.
func bitsHeader() (header []string) {
	for _, k := range partKeys {
		header = append(header, k+"_bits")
	}
	return header
}

// evidenceHeader is bitsHeader with each field's level before its bits.
func evidenceHeader() (header []string) {
	for p, k := range partKeys {
		if isField(p) {
			header = append(header, k)
		}
		header = append(header, k+"_bits")
	}
	return header
}

func isField(part int) bool { return part >= firstField && part < namesPart }

// appendBits adds a column for each part; what is not on both records is left empty.
func (e *Evidence) appendBits(line []byte) []byte {
	for p := range e.parts {
		if !isField(p) || e.levels[p-firstField] != none {
			line = appendFixed(line, e.parts[p])
		}
		line = append(line, ',')
	}
	return line
}

// appendEvidence adds the columns of evidenceHeader.
func (e *Evidence) appendEvidence(line []byte) []byte {
	for p := range e.parts {
		if isField(p) {
			l := e.levels[p-firstField]
			if l == none {
				line = append(line, ',', ',')
				continue
			}
			line = appendValue(line, fields[p-firstField].levels[l].words)
		}
		line = append(appendFixed(line, e.parts[p]), ',')
	}
	return line
}

// appendFixed writes a number of bits to four places, as strconv does and sooner.
func appendFixed(line []byte, bits float64) []byte { return appendPlaces(line, bits, 1e4) }

// appendPlaces writes a number to as many places as one has noughts.
func appendPlaces(line []byte, x, one float64) []byte {
	n, whole := int64(math.Round(x*one)), int64(one)
	if n < 0 {
		line, n = append(line, '-'), -n
	}
	line = append(strconv.AppendInt(line, n/whole, 10), '.')
	for n %= whole; whole > 1; n %= whole {
		whole /= 10
		line = append(line, byte('0'+n/whole))
	}
	return line
}

// Agreement says in words how far two records agree in each field that both have, and quotes no value.
func (e *Evidence) Agreement() string {
	var list []string
	for f := range fieldCount {
		if l := e.levels[f]; l != none {
			list = append(list, fields[f].words+" "+fields[f].levels[l].words)
		}
	}
	return strings.Join(list, "; ")
}

// PairLine is one line of pairs.csv: a pair that someone should look at, with its evidence.
type PairLine struct {
	LinkLine
	Linked       bool // the two are one person for now
	Reason       ReviewReason
	SaysA, SaysB string // values of the two records
}

var pairsHeader = slices.Concat(linksHeader, []string{"linked", "reason"}, evidenceHeader(), []string{"says_a", "says_b"})

// WritePairs writes pairs.csv. Line gives each of so many pairs, on several goroutines.
func WritePairs(w io.Writer, pairs int, line func(n int) PairLine) error {
	return writeRows(w, pairsHeader, pairs, func(text []byte, n int) []byte {
		l := line(n)
		text = append(strconv.AppendBool(l.appendTo(text), l.Linked), ',')
		text = l.Evidence.appendEvidence(appendValue(text, string(l.Reason)))
		return appendValue(appendValue(text, l.SaysA), l.SaysB)
	})
}
