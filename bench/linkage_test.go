// Package bench measures what the house promises of speed and memory. Run a benchmark by itself on a quiet machine:
//
//	go test -run '^$' -bench Linkage -benchtime 1x ./bench
package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/intake"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/reference"
)

// BenchmarkLinkage links invented records from nothing to persons: fold, block, train, compare, join. The bar for a million
// records on 2 cores is 15 s and 1 GB. LINKAGE_RECORDS sets another number.
func BenchmarkLinkage(b *testing.B) {
	n := setting(b, "LINKAGE_RECORDS", 1_000_000)
	for b.Loop() {
		l := linkage.New()
		truth := make([]uint32, 0, n)
		crowd := newCrowd(n)
		began := time.Now()
		var making time.Duration
		for len(truth) < n {
			start := time.Now()
			batch := crowd.records(1000)
			making += time.Since(start)
			for _, r := range batch {
				l.Add(r.agency, r.who)
				truth = append(truth, r.person)
			}
		}
		added := time.Now()
		o := linkage.DefaultOptions()
		var took stopwatch
		o.Progress = func(stage string, _, _ int) { took.stage(stage) }
		r, err := l.Link(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		took.stage("")
		total := time.Since(began) - making
		a := linkage.Evaluate(r.Person, truth)
		b.Logf("%d records, %d pairs compared, %d left out, %d cut blocks; add %.1fs, %s; together %.1fs without making the records; peak %d MB",
			len(truth), r.Report.Pairs, r.Report.LeftOut, r.Report.CutBlocks, added.Sub(began).Seconds()-making.Seconds(), took.String(), total.Seconds(), peak())
		b.Logf("pairwise P %.4f R %.4f F1 %.4f; %d persons of %d, largest %d, largest group %d; converged %v after %d; review %d", a.Pairwise.Precision, a.Pairwise.Recall, a.Pairwise.F1,
			a.FoundPersons, a.TruePersons, r.Report.LargestPerson, r.Report.LargestGroup, r.Report.Converged, r.Report.Iterations, len(r.Review))
		for _, p := range r.Report.Rules {
			b.Logf("%12d %s", p.Pairs, p.Rule)
		}
		b.ReportMetric(total.Seconds(), "s/run")
		b.ReportMetric(float64(r.Report.Pairs)/total.Seconds(), "pairs/s")
		b.ReportMetric(float64(peak()), "MB-peak")
		b.ReportMetric(a.Pairwise.F1, "F1")
	}
}

// crowdLayout is the layout of what writeCrowd writes.
const crowdLayout = `
name: crowd
version: 1
agency: crowd
kind: people
columns:
  - {header: id, field: key}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: sex, field: sex, codes: {M: male, F: female}}
  - {header: born, field: birth, format: yyyy-mm-dd}
  - {header: postcode, field: postcode}
  - {header: nhs, field: nhs-number}
  - {header: phone, field: phone}
`

// writeCrowd writes the records of an invented crowd into so many files, about as many rows in each, and gives their paths and
// who each row is of, in the order of the files.
func writeCrowd(b *testing.B, dir string, records, files int) (paths []string, truth []uint32) {
	of := make([][]uint32, files)
	out := make([]*bufio.Writer, files)
	for i := range out {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("crowd-%d.csv", i)))
		f, err := os.Create(paths[i])
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		out[i] = bufio.NewWriter(f)
		fmt.Fprintln(out[i], "id,forename,surname,sex,born,postcode,nhs,phone")
	}
	first := func(list []string) string { return strings.Join(list[:min(1, len(list))], "") }
	for crowd, n := newCrowd(records), 0; n < records; {
		for _, r := range crowd.records(1000) {
			k := int(r.agency) % files
			born, number := "", ""
			for _, x := range r.who.Births {
				born = x.Day.String()
			}
			for _, x := range r.who.Identifiers {
				number = x.Value
			}
			name := r.who.Names[0]
			fmt.Fprintf(out[k], "%d,%s,%s,%s,%s,%s,%s,%s\n", n, name.Forename, name.Surname, map[person.Sex]string{person.Female: "F", person.Male: "M"}[r.who.Sex],
				born, first(r.who.Postcodes), number, first(r.who.Phones))
			of[k] = append(of[k], r.person)
			n++
		}
	}
	for i := range out {
		if err := out[i].Flush(); err != nil {
			b.Fatal(err)
		}
		truth = append(truth, of[i]...)
	}
	return paths, truth
}

// BenchmarkLinkFiles is the whole of link-files: CSV read through a layout, linked, persons and links written. The bar on 2 cores
// is 5 s and 0.5 GB for a million records in about 37 million pairs, 60 s for seven million. LINKAGE_RECORDS and LINKAGE_FILES set other
// numbers; LINKAGE_RULES=all has no rule rest.
func BenchmarkLinkFiles(b *testing.B) {
	records, files := setting(b, "LINKAGE_RECORDS", 1_000_000), setting(b, "LINKAGE_FILES", 1)
	paths, truth := writeCrowd(b, b.TempDir(), records, files)
	layout, err := intake.ParseLayout([]byte(crowdLayout))
	if err != nil {
		b.Fatal(err)
	}
	asked := app.LinkFilesAsked{AsOf: day.Must(2026, time.March, 31), AllRules: os.Getenv("LINKAGE_RULES") == "all"}
	for _, p := range paths {
		asked.Files = append(asked.Files, app.LinkFile{Path: p, Layout: layout})
	}
	out := b.TempDir()
	for b.Loop() {
		began, busy := time.Now(), processorTime()
		var took stopwatch
		asked.Progress = func(stage string, _, _ int64) { took.stage(stage) }
		found, err := app.LinkFiles(b.Context(), asked)
		if err != nil {
			b.Fatal(err)
		}
		took.stage("Write")
		for name, write := range map[string]func(io.Writer) error{"persons.csv": found.WritePersons, "links.csv": found.WriteLinks} {
			f, err := os.Create(filepath.Join(out, name))
			if err != nil {
				b.Fatal(err)
			}
			if err := errors.Join(write(f), f.Close()); err != nil {
				b.Fatal(err)
			}
		}
		took.stage("")
		total, cpu, most := time.Since(began), processorTime()-busy, peak() // before the answer is judged, which takes memory of its own
		a := linkage.Evaluate(found.Result.Person, truth)
		report := found.Result.Report
		b.Logf("%d records, %d pairs compared; %s; together %.1fs, %.1f CPU-s; peak %d MB", len(truth), report.Pairs, took.String(), total.Seconds(), cpu.Seconds(), most)
		b.Logf("pairwise P %.4f R %.4f F1 %.4f", a.Pairwise.Precision, a.Pairwise.Recall, a.Pairwise.F1)
		b.ReportMetric(total.Seconds(), "s/run")
		b.ReportMetric(cpu.Seconds(), "CPU-s/run")
		b.ReportMetric(float64(report.Pairs)/total.Seconds(), "pairs/s")
		b.ReportMetric(float64(most), "MB-peak")
		b.ReportMetric(a.Pairwise.F1, "F1")
	}
}

// stopwatch notes how long each stage takes, of the clock and of the processors.
type stopwatch struct {
	name  string
	began time.Time
	busy  time.Duration
	lines []string
}

// stage begins a stage unless it is the one at hand; "" ends the last.
func (s *stopwatch) stage(name string) {
	if name == s.name {
		return
	}
	now, busy := time.Now(), processorTime()
	if s.name != "" {
		s.lines = append(s.lines, fmt.Sprintf("%s %.2fs (%.2f CPU-s)", s.name, now.Sub(s.began).Seconds(), (busy-s.busy).Seconds()))
	}
	s.name, s.began, s.busy = name, now, busy
}

func (s *stopwatch) String() string { return strings.Join(s.lines, ", ") }

func setting(b *testing.B, name string, usual int) int {
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// peak is the most memory the process has had, in MB, where the system says so; else what the runtime has now.
func peak() uint64 {
	if kb := peakOf("self"); kb > 0 {
		return kb / 1024
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys >> 20
}

// peakOf is the most memory that a process which runs has had, in kB; 0 where the system does not say it.
func peakOf(process string) uint64 {
	text, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kb, _ := strconv.ParseUint(f[1], 10, 64)
			return kb
		}
	}
	return 0
}

// crowd makes records of invented people: two a person on average, with slips, short names, moves and gaps.
type crowd struct {
	r          *rand.Rand
	people     int
	forename   [2][]string
	surname    []string
	forenameUp [2][]int // running sums of shares
	surnameUp  []int
	places     []string
	person     uint32
}

type record struct {
	who    person.Identity
	agency uint16
	person uint32
}

func newCrowd(records int) *crowd {
	c := &crowd{r: rand.New(rand.NewPCG(uint64(records), 1)), people: records / 2}
	for i, sex := range []byte{'f', 'm'} {
		sum := 0
		for decade := 1940; decade <= 2010; decade += 10 {
			for _, s := range reference.Forenames(sex, decade) {
				sum += s.PerMillion
				c.forename[i], c.forenameUp[i] = append(c.forename[i], s.Name), append(c.forenameUp[i], sum)
			}
		}
	}
	sum := 0
	for _, s := range reference.Surnames() {
		sum += s.PerMillion
		c.surname, c.surnameUp = append(c.surname, s.Name), append(c.surnameUp, sum)
	}
	for i := range max(200, records/30) {
		c.places = append(c.places, fmt.Sprintf("SE%d %d%c%c", 1+i%28, i/28%10, 'A'+i/280%2, "ABDEFGHJLNPQRSTUWXYZ"[i/560%20])+"")
		if i >= 28*10*2*20 {
			c.places[i] = fmt.Sprintf("N%d%c %d%c%c", 1+i%22, 'A'+i/7%20, i%10, "ABDEFGHJLNPQRSTUWXYZ"[i/10%20], "ABDEFGHJLNPQRSTUWXYZ"[i/200%20])
		}
	}
	return c
}

func pick(r *rand.Rand, names []string, up []int) string {
	return names[sort.SearchInts(up, 1+r.IntN(up[len(up)-1]))]
}

// records makes all records of some people in a row; the linker does not look at the order.
func (c *crowd) records(about int) []record {
	var list []record
	for len(list) < about {
		r := c.r
		sex := r.IntN(2)
		forename, surname := pick(r, c.forename[sex], c.forenameUp[sex]), pick(r, c.surname, c.surnameUp)
		if r.IntN(8) == 0 {
			surname += strconv.Itoa(r.IntN(c.people / 10)) // a tail of rare names
		}
		born := day.Must(1935+r.IntN(80), time.Month(1+r.IntN(12)), 1+r.IntN(28))
		postcode := c.places[r.IntN(len(c.places))]
		nhs := c.nhsNumber()
		phone := fmt.Sprintf("07%09d", r.IntN(1e9))
		for range 1 + r.IntN(3) {
			f, s, b, p := forename, surname, born, postcode
			if r.IntN(15) == 0 {
				f = slip(r, f)
			}
			if r.IntN(15) == 0 {
				s = slip(r, s)
			}
			if r.IntN(40) == 0 {
				b += day.Day(r.IntN(400) - 200)
			}
			if r.IntN(4) == 0 {
				p = c.places[r.IntN(len(c.places))]
			}
			who := person.Identity{Names: []person.Name{{Forename: f, Surname: s}}, Sex: person.Sex(2 - sex%2)}
			if r.IntN(30) > 0 {
				who.Births = []person.Birth{{Day: b, Precision: person.FullDate}}
			}
			if r.IntN(10) > 0 {
				who.Postcodes = []string{p}
			}
			if r.IntN(10) < 5 {
				who.Identifiers = []person.Identifier{{Kind: person.NHSNumber, Value: nhs}}
			}
			if r.IntN(10) < 3 {
				who.Phones = []string{phone}
			}
			list = append(list, record{who, uint16(r.IntN(10)), c.person})
		}
		c.person++
	}
	return list
}

func (c *crowd) nhsNumber() string {
	for {
		nine := fmt.Sprintf("%09d", 400000000+c.r.IntN(99999999))
		if check, ok := person.NHSCheckDigit(nine); ok {
			return nine + string(check)
		}
	}
}

// slip writes a name with one letter wrong, left out or changed over with its neighbour.
func slip(r *rand.Rand, s string) string {
	if len(s) < 3 {
		return s
	}
	b, i := []byte(s), 1+r.IntN(len(s)-2)
	switch r.IntN(3) {
	case 0:
		b[i] = byte('a' + r.IntN(26))
	case 1:
		b = append(b[:i], b[i+1:]...)
	default:
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}
