package linkage

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/person"
)

// SampleRow is one line of sample.csv: a pair to look at. What the two records say is for reading; Answer is "same", "not", "unsure" or empty.
type SampleRow struct {
	Pair                           int // from 1
	FileA, RecordA, FileB, RecordB string
	SaysA, SaysB                   string
	Answer                         string
}

var sampleHeader = []string{"pair", "file_a", "record_a", "file_b", "record_b", "says_a", "says_b", "answer"}

// WriteSample writes sample.csv. It holds no weight and does not say what was linked, so that who answers is not led.
func WriteSample(w io.Writer, rows []SampleRow) error {
	out := csv.NewWriter(w)
	_ = out.Write(sampleHeader) // an error stays in the writer until Flush
	for _, r := range rows {
		_ = out.Write([]string{strconv.Itoa(r.Pair), r.FileA, r.RecordA, r.FileB, r.RecordB, r.SaysA, r.SaysB, r.Answer})
	}
	out.Flush()
	return out.Error()
}

// ReadSample reads sample.csv with its answers. A pair named twice, one that is no number and another answer are errors with their line.
func ReadSample(r io.Reader, name string) ([]SampleRow, error) {
	var rows []SampleRow
	seen := map[int]int{}
	err := readTable(r, name, sampleHeader, func(line int, v []string) error {
		pair, err := strconv.Atoi(v[0])
		if err != nil {
			return badFile(name, line, "its pair is not a number")
		}
		if before, twice := seen[pair]; twice {
			return badFile(name, line, fmt.Sprintf("the pair was on line %d already", before))
		}
		seen[pair] = line
		answer := strings.ToLower(strings.TrimSpace(v[7]))
		switch answer {
		case "same", "not", "unsure", "":
		default:
			return badFile(name, line, fmt.Sprintf("its answer is %q and not same, not, unsure or empty", v[7]))
		}
		rows = append(rows, SampleRow{pair, v[1], v[2], v[3], v[4], v[5], v[6], answer})
		return nil
	})
	return rows, err
}

// SampleKey is what sample-key.json holds: what a sample stands for, kept from who answers it. Pairs are in the order of their numbers.
type SampleKey struct {
	Version int             `json:"version"`
	Strata  Quality         `json:"strata"`
	Pairs   []SampleKeyPair `json:"pairs"`
}

// SampleKeyPair is one pair of a sample.
type SampleKeyPair struct {
	Stratum int     `json:"stratum"`
	Bits    float64 `json:"bits"`
}

// sampleVersion is the version of sample-key.json; it goes up when strata change meaning.
const sampleVersion = 1

// NewSampleKey makes the key of a run's sample.
func NewSampleKey(r *Result) SampleKey {
	k := SampleKey{Version: sampleVersion, Strata: r.Quality, Pairs: make([]SampleKeyPair, len(r.Sample))}
	for i, p := range r.Sample {
		k.Pairs[i] = SampleKeyPair{p.Stratum, p.Bits}
	}
	return k
}

// ReadSampleKey reads sample-key.json.
func ReadSampleKey(r io.Reader, name string) (SampleKey, error) {
	var k SampleKey
	if err := json.NewDecoder(r).Decode(&k); err != nil {
		return k, badKey(name, "it is not JSON of a sample's key").Because(err)
	}
	switch {
	case k.Version != sampleVersion:
		return k, badKey(name, fmt.Sprintf("its version is %d and this program reads %d", k.Version, sampleVersion))
	case len(k.Strata) != strataCount:
		return k, badKey(name, "its strata are not those of this program")
	}
	for i, want := range newQuality() {
		s := k.Strata[i]
		if s.Linked != want.Linked || s.From != want.From || s.Pairs < 0 || !(s.Expected >= 0 && s.Expected <= float64(s.Pairs)) {
			return k, badKey(name, "its strata are not those of this program")
		}
	}
	return k, nil
}

func badKey(name, what string) *fault.Error {
	return fault.New(fault.Invalid, "bad-sample-key", name+" cannot be used: "+what+".", "Give the sample-key.json that was written beside the sample.")
}

// Answers puts the answers of a sample to its key: those that are same or not, and how many are unsure or empty.
func (k SampleKey) Answers(rows []SampleRow, name string) (answers []Judged, unsure, empty int, err error) {
	for _, r := range rows {
		switch {
		case r.Pair < 1 || r.Pair > len(k.Pairs):
			return nil, 0, 0, fault.New(fault.Invalid, "bad-sample-key", fmt.Sprintf("%s: pair %d is not in the key.", name, r.Pair),
				"Give the sample-key.json that was written beside the sample.")
		case r.Answer == "unsure":
			unsure++
		case r.Answer == "":
			empty++
		default:
			p := k.Pairs[r.Pair-1]
			answers = append(answers, Judged{p.Stratum, p.Bits, r.Answer == "same"})
		}
	}
	return answers, unsure, empty + len(k.Pairs) - len(rows), nil
}

// Unanswered gives the numbers of the pairs of each group of the sample of which nobody has said same or not. With one answer of each, it can be
// judged.
func (k SampleKey) Unanswered(rows []SampleRow) (groups [][]int) {
	said := map[int]bool{}
	for _, r := range rows {
		if (r.Answer == "same" || r.Answer == "not") && r.Pair >= 1 && r.Pair <= len(k.Pairs) {
			said[k.Pairs[r.Pair-1].Stratum] = true
		}
	}
	of := map[int]int{} // place in groups, from 1
	for i, p := range k.Pairs {
		if said[p.Stratum] {
			continue
		}
		if of[p.Stratum] == 0 {
			groups = append(groups, nil)
			of[p.Stratum] = len(groups)
		}
		g := &groups[of[p.Stratum]-1]
		*g = append(*g, i+1)
	}
	return groups
}

// DescribeOne writes what a record of somebody says, as Describe does.
func DescribeOne(who person.Identity) string {
	l := New()
	return l.Describe(l.Add(0, who))
}

// Describe writes what a record says, for somebody who compares it with another: names, dates and numbers as they were read. It may be called
// from several goroutines.
func (l *Linker) Describe(n uint32) string {
	var parts []string
	r := &l.c.records[n]
	for f := range fieldCount {
		if s := strings.Trim(l.c.shown(f, r), "“”"); s != "" {
			parts = append(parts, f.String()+" "+s)
		}
	}
	if r.more != 0 {
		for _, alias := range l.c.more[r.more-1].names {
			parts = append(parts, "also "+quoted(strings.TrimSpace(l.c.names.text(alias.forename)+" "+l.c.names.text(alias.surname))))
		}
	}
	return strings.Join(parts, "; ")
}
