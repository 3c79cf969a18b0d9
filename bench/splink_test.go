//go:build linux

package bench

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/internal/linkage"
	"throughline/internal/person"
)

// BenchmarkLinkageBesideSplink links the same files with link-files and with Splink on DuckDB, each in a process of its own, one after the
// other, and judges both with evaluate: the labelled sets, where they are at hand, and LINKAGE_RECORDS invented records. Both are timed from the
// beginning of their process until persons and links are written; ours is built as it is released, and writes the pairs to look at and the report besides.
// PEERS_PYTHON is a Python that has Splink; its settings are in peers/linkage_splink.py.
//
//	LINKAGE_RECORDS=1000000 PEERS_PYTHON=~/splink/bin/python go test ./bench -run - -bench BesideSplink -benchtime 1x -timeout 1h
func BenchmarkLinkageBesideSplink(b *testing.B) {
	python := os.Getenv("PEERS_PYTHON")
	if python == "" {
		b.Skip("PEERS_PYTHON names no Python that has Splink; see bench/peers/README.md")
	}
	if err := exec.CommandContext(b.Context(), python, "-c", "import splink").Run(); err != nil {
		b.Skip("The Python that PEERS_PYTHON names has no Splink; see bench/peers/README.md")
	}
	program := filepath.Join(b.TempDir(), "throughline")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-pgo=../scripts/release.pgo", "-o", program, "../cmd/throughline").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, set := range rivalSets {
		b.Run(set.name, func(b *testing.B) {
			folder := linkageTruth(b)
			for range b.N {
				r := rivals{program: program, python: python, dir: b.TempDir()}
				r.lay(b, set.rows(b, folder))
				r.compare(b, set.layout, set.models...)
			}
		})
	}
	b.Run("people", func(b *testing.B) {
		n := size(b, "LINKAGE_RECORDS", 20_000)
		for range b.N {
			r := rivals{program: program, python: python, dir: b.TempDir(), rules: "all"} // as many pairs as Splink's
			r.lay(b, inventedRows(n))
			layout := "peers/layouts/people.yaml"
			// What a machine gives changes from one minute to the next, and Splink's takes two: ours is the mean of several before it and after.
			mean, runs := effort{}, 0.0
			count := func(e effort) {
				mean.Seconds, mean.Processor, runs = mean.Seconds+e.Seconds, mean.Processor+e.Processor, runs+1
			}
			several := func(times int, when string) {
				for range times {
					out := filepath.Join(r.dir, "again")
					e := r.link(b, layout, out)
					b.Logf("link-files %s Splink: %v", when, e)
					count(e)
					if err := os.RemoveAll(out); err != nil {
						b.Fatal(err)
					}
				}
			}
			several(2, "before")
			ours, theirs := r.compare(b, layout, "people")
			count(ours)
			several(3, "after")
			r.rules = "chosen"
			out := filepath.Join(r.dir, "chosen")
			chosen := r.link(b, layout, out)
			b.Logf("link-files by the rules that it chooses: %s; %v", r.judge(b, filepath.Join(out, "persons.csv")), chosen)
			b.ReportMetric(mean.Seconds/runs, "ours-s")
			b.ReportMetric(theirs.Seconds, "splink-s")
			b.ReportMetric(theirs.Seconds/mean.Seconds*runs, "times-slower")
			b.ReportMetric(theirs.Processor/mean.Processor*runs, "times-slower-in-CPU-s")
		}
	})
}

// labelledRows are the rows of one file, the header first, with whose each is.
type labelledRows struct {
	file  string
	rows  [][]string
	truth []string
}

// rivalSet is a labelled set with our layout and Splink's models for it.
type rivalSet struct {
	name   string
	rows   func(b *testing.B, folder string) []labelledRows
	layout string
	models []string
}

const cliLayouts = "../internal/cli/testdata/layouts/"

var (
	dirtyFiles = []string{"dirty_1000_50_1.csv", "dirty_1000_50_2.csv"}
	five       = []string{"multiparty/dataset-1.csv", "multiparty/dataset-2.csv", "multiparty/dataset-3.csv", "multiparty/dataset-4.csv",
		"multiparty/dataset-5.csv"}
	three = []string{"multiparty/dataset-alice.csv", "multiparty/dataset-bob.csv", "multiparty/dataset-charlie.csv"}
)

var rivalSets = []rivalSet{
	{"febrl3 without soc_sec_id", asSent("rec_id", "febrl3.csv"), cliLayouts + "febrl3.yaml", []string{"febrl3-without", "extended-without"}},
	{"febrl3 with soc_sec_id", asSent("rec_id", "febrl3.csv"), cliLayouts + "febrl3-number.yaml", []string{"febrl3", "extended"}},
	{"fake_1000", asSent("cluster", "fake_1000.csv"), cliLayouts + "fake.yaml", []string{"fake"}},
	{"dirty_1000 without soc_sec_id", asSent("rec_id", dirtyFiles...), cliLayouts + "dirty.yaml", []string{"febrl4-without", "extended-without"}},
	{"dirty_1000 with soc_sec_id", asSent("rec_id", dirtyFiles...), "peers/layouts/dirty-number.yaml", []string{"febrl4", "extended"}},
	{"multiparty five", asSent("id", five...), cliLayouts + "multiparty.yaml", []string{"multiparty"}},
	{"multiparty three", asSent("id", three...), cliLayouts + "multiparty.yaml", []string{"multiparty"}},
	{"senzing people", senzingPeople, "peers/layouts/senzing.yaml", []string{"senzing"}},
}

// linkageTruth is the folder of the labelled sets, which are not in this repository.
func linkageTruth(b *testing.B) string {
	b.Helper()
	if dir := os.Getenv("THROUGHLINE_SHARED_DATA"); dir != "" {
		return filepath.Join(dir, "linkage-truth")
	}
	dir, err := os.Getwd()
	if err != nil {
		b.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "shared", "data", "linkage-truth")
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
		if dir == filepath.Dir(dir) {
			b.Skip("The labelled sets are not here. Set THROUGHLINE_SHARED_DATA to the folder that holds linkage-truth.")
		}
	}
}

func readTable(b *testing.B, path string) [][]string {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// asSent takes files as they are; the truth is a column that no layout and no model reads, and of febrl3 the N in rec-N-org and rec-N-dup-k.
func asSent(column string, files ...string) func(*testing.B, string) []labelledRows {
	return func(b *testing.B, folder string) (list []labelledRows) {
		for _, name := range files {
			rows := readTable(b, filepath.Join(folder, name))
			at := slices.IndexFunc(rows[0], func(h string) bool { return strings.TrimSpace(h) == column })
			l := labelledRows{file: filepath.Base(name), rows: rows}
			for _, row := range rows[1:] {
				truth := strings.TrimSpace(row[at])
				if parts := strings.Split(truth, "-"); len(parts) > 2 {
					truth = parts[1]
				}
				l.truth = append(l.truth, truth)
			}
			list = append(list, l)
		}
		return list
	}
}

// senzingPeople lays the people of Senzing's three sources out as one file, for both alike: organisations are left out, a name in one piece is
// cut at its comma or last space, a name in no Latin letters stands where there is no other, days are American and none is to come.
func senzingPeople(b *testing.B, folder string) []labelledRows {
	folder = filepath.Join(folder, "senzing")
	of := map[[2]string]string{}
	for _, row := range readTable(b, filepath.Join(folder, "actual_truthset_key.csv"))[1:] {
		of[[2]string{row[2], row[3]}] = row[1]
	}
	l := labelledRows{file: "senzing.csv", rows: [][]string{{"forename", "surname", "sex", "born", "address", "postcode", "phone", "email", "number"}}}
	for _, name := range []string{"customers.csv", "reference.csv", "watchlist.csv"} {
		rows := readTable(b, filepath.Join(folder, name))
		for _, row := range rows[1:] {
			get := func(column string) string {
				if i := slices.Index(rows[0], column); i >= 0 {
					return strings.TrimSpace(row[i])
				}
				return ""
			}
			if get("RECORD_TYPE") != "PERSON" {
				continue
			}
			forename, surname := strings.TrimSpace(get("PRIMARY_NAME_FIRST")+" "+get("PRIMARY_NAME_MIDDLE")), get("PRIMARY_NAME_LAST")
			if full := get("PRIMARY_NAME_FULL") + get("NATIVE_NAME_FULL"); forename+surname == "" && full != "" {
				if last, first, ok := strings.Cut(full, ", "); ok {
					forename, surname = first, last
				} else {
					at := strings.LastIndexByte(full, ' ')
					forename, surname = strings.TrimSpace(full[:max(at, 0)]), full[at+1:]
				}
			}
			sex := get("GENDER")
			if !slices.Contains([]string{"M", "Male", "F", "Female"}, sex) {
				sex = ""
			}
			address := get("ADDR_FULL")
			if address == "" {
				address = strings.TrimSpace(get("ADDR_LINE1") + " " + get("ADDR_CITY"))
			}
			l.rows = append(l.rows, []string{forename, surname, sex, american(b, get("DATE_OF_BIRTH")), address, get("ADDR_POSTAL_CODE"),
				get("PHONE_NUMBER"), get("EMAIL_ADDRESS"), get("SSN_NUMBER")})
			truth := of[[2]string{get("DATA_SOURCE"), get("RECORD_ID")}]
			if truth == "" {
				b.Fatalf("%s %s has no truth", get("DATA_SOURCE"), get("RECORD_ID"))
			}
			l.truth = append(l.truth, truth)
		}
	}
	return []labelledRows{l}
}

// american reads the ways in which Senzing's set writes a day.
func american(b *testing.B, s string) string {
	b.Helper()
	if s == "" {
		return ""
	}
	for _, form := range []string{"1/2/2006", "2/1/2006", "1/2/06", "2006-01-02", "Jan 2 2006", "2-Jan-06"} {
		if d, err := time.Parse(form, s); err == nil {
			if d.Year() > 2025 {
				d = d.AddDate(-100, 0, 0)
			}
			return d.Format("2006-01-02")
		}
	}
	b.Fatalf("%q is no day", s)
	return ""
}

// inventedRows are the people of BenchmarkLinkage in one file.
func inventedRows(n int) []labelledRows {
	l := labelledRows{file: "people.csv", rows: [][]string{{"forename", "surname", "sex", "dob", "postcode", "nhs_number", "phone"}}}
	crowd := newCrowd(n)
	first := func(values []string) string {
		if len(values) == 0 {
			return ""
		}
		return values[0]
	}
	for len(l.truth) < n {
		for _, r := range crowd.records(1000) {
			born, nhs, sex := "", "", "m"
			if len(r.who.Births) > 0 {
				born = r.who.Births[0].Day.String()
			}
			if len(r.who.Identifiers) > 0 {
				nhs = r.who.Identifiers[0].Value
			}
			if r.who.Sex == person.Female {
				sex = "f"
			}
			name := r.who.Names[0]
			l.rows = append(l.rows, []string{name.Forename, name.Surname, sex, born, first(r.who.Postcodes), nhs, first(r.who.Phones)})
			l.truth = append(l.truth, strconv.Itoa(int(r.person)))
		}
	}
	return []labelledRows{l}
}

// rivals are the two programs over one folder: files in `files`, the truth beside it.
type rivals struct {
	program, python, dir string
	files                []string
	records              int
	rules                string // that link-files goes by; those that it chooses if empty
}

// lay writes the files with their rows shuffled and numbered, so that the order tells nothing, and the truth.
func (r *rivals) lay(b *testing.B, list []labelledRows) {
	b.Helper()
	folder := filepath.Join(r.dir, "files")
	if err := os.Mkdir(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	var labels []linkage.Row
	for i, l := range list {
		order := rand.New(rand.NewPCG(uint64(i), 3)).Perm(len(l.truth))
		path := filepath.Join(folder, l.file)
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		w := csv.NewWriter(f)
		_ = w.Write(append([]string{"row"}, l.rows[0]...)) // an error stays in the writer until Flush
		for n, at := range order {
			row := strconv.Itoa(n + 1)
			_ = w.Write(append([]string{row}, l.rows[at+1]...))
			labels = append(labels, linkage.Row{File: l.file, Record: row, Person: l.truth[at]})
		}
		w.Flush()
		if err := w.Error(); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil { // on the disk before anything is measured
			b.Fatal(err)
		}
		r.files = append(r.files, path)
	}
	r.records = len(labels)
	var truth bytes.Buffer
	if err := linkage.WriteTruth(&truth, labels); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "truth.csv"), truth.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
}

// effort is what one program took.
type effort struct {
	Seconds   float64 `json:"seconds"`
	Processor float64 `json:"processor_seconds"`
	PeakMiB   float64 `json:"peak_mib"`
	Pairs     int64   `json:"pairs"`
}

func (e effort) String() string {
	return fmt.Sprintf("%d pairs, %.2f s, %.2f s of processor, peak %.0f MiB", e.Pairs, e.Seconds, e.Processor, e.PeakMiB)
}

// compare links with ours and then with each of Splink's models, and says how well each did and what it took.
func (r *rivals) compare(b *testing.B, layout string, models ...string) (ours, theirs effort) {
	b.Helper()
	out := filepath.Join(r.dir, "ours")
	ours = r.link(b, layout, out)
	b.Logf("%d records; link-files: %s; %v", r.records, r.judge(b, filepath.Join(out, "persons.csv")), ours)
	for _, model := range models {
		e := exec.CommandContext(b.Context(), r.python, filepath.Join("peers", "linkage_splink.py"), filepath.Join(r.dir, "files"), model,
			fmt.Sprint(runtime.GOMAXPROCS(0)))
		var said, failed bytes.Buffer
		e.Stdout, e.Stderr = &said, &failed
		debug.FreeOSMemory()
		if err := e.Run(); err != nil {
			b.Fatalf("%v: %s", err, failed.String())
		}
		var told struct {
			effort
			Source     string
			Stages     json.RawMessage
			Thresholds []float64
		}
		if err := json.Unmarshal(said.Bytes(), &told); err != nil {
			b.Fatalf("%v: %s", err, said.String())
		}
		found := filepath.Join(r.dir, "files", "splink")
		best, at, usual := agreement{}, 0.0, agreement{}
		for _, t := range told.Thresholds {
			a := r.judge(b, filepath.Join(found, fmt.Sprintf("%v.csv", t)))
			if a.Pairwise.F1 > best.Pairwise.F1 {
				best, at = a, t
			}
			if t == .95 {
				usual = a
			}
		}
		b.Logf("Splink, %s\n    at .95: %s\n    at %v, its best here: %s\n    %v %s", told.Source, usual, at, best, told.effort, told.Stages)
		theirs = told.effort
		if err := os.Rename(found, filepath.Join(r.dir, model)); err != nil {
			b.Fatal(err)
		}
	}
	return ours, theirs
}

// link runs link-files and measures the whole process.
func (r *rivals) link(b *testing.B, layout, out string) (e effort) {
	b.Helper()
	c := exec.CommandContext(b.Context(), r.program, append([]string{"link-files", "--json", "--layout", layout, "--out", out, "--rules", cmp.Or(r.rules, "chosen")}, r.files...)...)
	var said, failed bytes.Buffer
	c.Stdout, c.Stderr = &said, &failed
	debug.FreeOSMemory() // at once, and not beside what is measured
	begun := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- c.Wait() }()
	// What the system keeps for a process that has ended counts the memory of the one that began it, so it is asked while the process runs.
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatalf("%v: %s", err, failed.String())
			}
			running = false
		case <-looks.C:
			e.PeakMiB = max(e.PeakMiB, float64(peakOf(strconv.Itoa(c.Process.Pid)))/1024)
		}
	}
	e.Seconds = time.Since(begun).Seconds()
	e.Processor = (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
	var told struct {
		Pairs int64 `json:"pairs_compared"`
	}
	if err := json.Unmarshal(said.Bytes(), &told); err != nil {
		b.Fatalf("%v: %s", err, said.String())
	}
	e.Pairs = told.Pairs
	return e
}

type agreement linkage.Agreement

func (a agreement) String() string {
	return fmt.Sprintf("pairwise P %.4f R %.4f F1 %.4f, B-cubed F1 %.4f", a.Pairwise.Precision, a.Pairwise.Recall, a.Pairwise.F1, a.BCubed.F1)
}

// judge runs evaluate; records that are in only one of the files fail.
func (r *rivals) judge(b *testing.B, persons string) (a agreement) {
	b.Helper()
	c := exec.CommandContext(b.Context(), r.program, "evaluate", "--json", "--persons", persons, "--truth", filepath.Join(r.dir, "truth.csv"))
	var said, failed bytes.Buffer
	c.Stdout, c.Stderr = &said, &failed
	if err := c.Run(); err != nil {
		b.Fatalf("%v: %s", err, failed.String())
	}
	if err := json.Unmarshal(said.Bytes(), &a); err != nil {
		b.Fatalf("%v: %s", err, said.String())
	}
	return a
}
