package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/internal/linkage"
)

// truthFolder is where the labelled sets are; the test is skipped where they are not.
func truthFolder(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("THROUGHLINE_SHARED_DATA"); dir != "" {
		return filepath.Join(dir, "linkage-truth")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "shared", "data", "linkage-truth")
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
		if dir == filepath.Dir(dir) {
			t.Skip("The labelled sets are not here. Set THROUGHLINE_SHARED_DATA to the folder that holds linkage-truth.")
		}
	}
}

// run runs a command as a person would and gives what it printed.
func run(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	now := func() time.Time { return time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC) }
	code = Run(t.Context(), World{Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Version: "test",
		Now: now})
	return code, stdout.String(), stderr.String()
}

// shuffled copies a labelled file with its rows in another order, and gives the truth of each by its new place. The
// column of the truth is one that the layouts do not map.
func shuffled(t *testing.T, from, to, column string, truth func(string) string, seed uint64) []linkage.Row {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 3))
	r.Shuffle(len(rows)-1, func(i, j int) { rows[i+1], rows[j+1] = rows[j+1], rows[i+1] })
	at := slices.IndexFunc(rows[0], func(h string) bool { return strings.TrimSpace(h) == column })
	var labels []linkage.Row
	for i, row := range rows[1:] {
		labels = append(labels, linkage.Row{File: filepath.Base(to), Record: strconv.Itoa(i + 1),
			Person: truth(strings.TrimSpace(row[at]))})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return labels
}

func itself(s string) string { return s }

// febrlPerson is the N of rec-N-org and rec-N-dup-k.
func febrlPerson(s string) string { return strings.Split(s, "-")[1] }

var truthSets = []struct {
	name, layout, column string
	truth                func(string) string
	least                float64 // pairwise F1
	files                []string
}{
	{"febrl3 without soc_sec_id", "febrl3", "rec_id", febrlPerson, .99, []string{"febrl3.csv"}},
	{"febrl3 with soc_sec_id", "febrl3-number", "rec_id", febrlPerson, .99, []string{"febrl3.csv"}},
	{"fake_1000", "fake", "cluster", itself, .85, []string{"fake_1000.csv"}},
	{"dirty_1000", "dirty", "rec_id", itself, .95, []string{"dirty_1000_50_1.csv", "dirty_1000_50_2.csv"}},
	{"multiparty, five", "multiparty", "id", itself, .80, []string{"multiparty/dataset-1.csv", "multiparty/dataset-2.csv",
		"multiparty/dataset-3.csv",
		"multiparty/dataset-4.csv", "multiparty/dataset-5.csv"}},
	{"multiparty, three", "multiparty", "id", itself, .80, []string{"multiparty/dataset-alice.csv", "multiparty/dataset-bob.csv",
		"multiparty/dataset-charlie.csv"}},
}

// TestNamesBesideTokensOnLabelledSets splits labelled sets between a party that sends names beside its tokens and one that sends tokens only, and
// holds that who is who is then found as from tokens alone, and about as well as from plain files.
func TestNamesBesideTokensOnLabelledSets(t *testing.T) {
	t.Parallel()
	folder := truthFolder(t)
	for _, tt := range truthSets {
		if tt.name != "fake_1000" && (tt.name != "febrl3 without soc_sec_id" || os.Getenv("LONG") == "") {
			continue // one is enough to see that no name changes anything
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			at := func(name string) string { return filepath.Join(dir, name) }
			layout := filepath.Join("testdata", "layouts", tt.layout+".yaml")
			labels := shuffled(t, filepath.Join(folder, tt.files[0]), at("all.csv"), tt.column, tt.truth, 1)
			text, err := os.ReadFile(at("all.csv"))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(text), "\n")
			half := len(labels) / 2
			truth := map[[2]string]string{}
			for i, name := range []string{"council.csv", "hospital.csv"} {
				first, last := 1+i*half, 1+half+i*(len(labels)-half)
				if err := os.WriteFile(at(name), []byte(lines[0]+strings.Join(lines[first:last], "")), 0o600); err != nil {
					t.Fatal(err)
				}
				for row := first; row < last; row++ {
					truth[[2]string{name, strconv.Itoa(row - first + 1)}] = labels[row-1].Person
				}
			}
			do := func(args ...string) {
				if code, _, said := run(t, args...); code != 0 {
					t.Fatalf("%v gives %d: %s", args, code, said)
				}
			}
			do("encode", "key", "new", "--with-names", "--name", "names", at("key"))
			encode := []string{"encode", "--layout", layout, "--key-file", at("key"), "--out"}
			do(append(encode, at("names.csv"), "--with-names", at("council.csv"))...)
			do(append(encode, at("tokens1.csv"), "--lookup", at("lookup1.csv"), at("council.csv"))...)
			do(append(encode, at("tokens2.csv"), "--lookup", at("lookup2.csv"), at("hospital.csv"))...)
			do("link-files", "--out", at("plain"), "--layout", layout, at("council.csv"), at("hospital.csv"))
			do("link-files", "--out", at("tokens"), at("tokens1.csv"), at("tokens2.csv"))
			do("link-files", "--out", at("beside"), "--with-names", at("names.csv"), at("tokens2.csv"))
			number := map[[2]string]string{} // of a keyed name
			for i := range 2 {
				file := "lookup" + strconv.Itoa(i+1) + ".csv"
				for _, row := range rowsOf(t, at(file))[1:] {
					number[[2]string{"tokens" + strconv.Itoa(i+1) + ".csv", row[0]}] = row[1]
				}
			}
			plainName := map[string]string{"names.csv": "council.csv", "tokens1.csv": "council.csv", "tokens2.csv": "hospital.csv"}
			f1, people := map[string]float64{}, map[string][]string{}
			for _, out := range []string{"plain", "tokens", "beside"} {
				var is []string
				for _, row := range rowsOf(t, filepath.Join(at(out), "persons.csv"))[1:] {
					file, record := row[0], row[1]
					if n, keyed := number[[2]string{file, record}]; keyed {
						record = n
					}
					if name := plainName[file]; name != "" {
						file = name
					}
					who, ok := truth[[2]string{file, record}]
					if !ok {
						t.Fatalf("%s: no record has the number %s of %s", out, record, row[0])
					}
					people[out], is = append(people[out], row[2]), append(is, who)
				}
				f1[out] = linkage.Evaluate(people[out], is).Pairwise.F1
			}
			t.Logf("pairwise F1: plain %.4f, tokens %.4f, names beside tokens %.4f", f1["plain"], f1["tokens"], f1["beside"])
			if !slices.Equal(people["tokens"], people["beside"]) || len(people["beside"]) != len(people["plain"]) {
				t.Error("with names beside half of the tokens others are found to be one person than by tokens alone")
			}
			if f1["beside"] < f1["plain"]-.005 {
				t.Errorf("pairwise F1 is %.4f, want at most 0.005 under plain's %.4f", f1["beside"], f1["plain"])
			}
		})
	}
}

func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestLabelledSets runs link-files and evaluate on public labelled sets, as an analyst would.
func TestLabelledSets(t *testing.T) {
	t.Parallel()
	folder := truthFolder(t)
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var labels []linkage.Row
			args := []string{"link-files", "--layout", filepath.Join("testdata", "layouts", tt.layout+".yaml"), "--out",
				filepath.Join(dir, "out")}
			for i, name := range tt.files {
				file := filepath.Join(dir, filepath.Base(name))
				labels = append(labels, shuffled(t, filepath.Join(folder, name), file, tt.column, tt.truth, uint64(i))...)
				args = append(args, file)
			}
			var truth bytes.Buffer
			if err := linkage.WriteTruth(&truth, labels); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "truth.csv"), truth.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, _, said := run(t, args...); code != 0 {
				t.Fatalf("link-files gives %d: %s", code, said)
			}
			code, out, said := run(t, "evaluate", "--persons", filepath.Join(dir, "out", "persons.csv"), "--truth",
				filepath.Join(dir, "truth.csv"), "--json")
			if code != 0 {
				t.Fatalf("evaluate gives %d: %s", code, said)
			}
			var a linkage.Agreement
			if err := json.Unmarshal([]byte(out), &a); err != nil {
				t.Fatal(err)
			}
			t.Logf("pairwise P %.4f R %.4f F1 %.4f; B-cubed P %.4f R %.4f F1 %.4f; %d of %d people found whole and alone",
				a.Pairwise.Precision, a.Pairwise.Recall,
				a.Pairwise.F1, a.BCubed.Precision, a.BCubed.Recall, a.BCubed.F1, a.ExactPersons, a.TruePersons)
			if a.Records != len(labels) {
				t.Errorf("%d records were judged, want %d", a.Records, len(labels))
			}
			if a.Pairwise.F1 < tt.least {
				t.Errorf("pairwise F1 is %.4f, want at least %.2f", a.Pairwise.F1, tt.least)
			}
		})
	}
}
