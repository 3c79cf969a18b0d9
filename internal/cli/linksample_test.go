package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/linkage"
	"throughline/reference"
)

// someFamilies writes a file of people with two records each, whose rows 2k and 2k+1 are of one person, and its layout.
func someFamilies(t *testing.T, people int) (layout, file string) {
	t.Helper()
	surnames, forenames := reference.Surnames(), reference.Forenames('f', 1990)
	var b strings.Builder
	b.WriteString("ref,first,last,born,postcode\n")
	for p := range people {
		for copies := range 2 {
			first, last := forenames[p%len(forenames)].Name, surnames[p*3].Name
			if copies == 1 && p%4 == 0 {
				first = first[:1]
			}
			fmt.Fprintf(&b, "%d,%s,%s,19%02d-%02d-%02d,SE%d %dAB\n", 2*p+copies, first, last, 40+p%60, 1+p%12, 1+p%28, 1+p/2%28, p%10)
		}
	}
	dir := t.TempDir()
	layout, file = filepath.Join(dir, "people.yaml"), filepath.Join(dir, "people.csv")
	for path, text := range map[string]string{layout: reportLayout, file: b.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return layout, file
}

// TestSampleAndAnswers draws a sample, answers it as somebody would, and judges the run by it. The sample shows no weight and not what was linked.
func TestSampleAndAnswers(t *testing.T) {
	t.Parallel()
	layout, file := someFamilies(t, 400)
	dir := filepath.Join(t.TempDir(), "out")
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir, "--sample", "60", file); code != 0 {
		t.Fatal(said)
	}
	sample, key := filepath.Join(dir, "sample.csv"), filepath.Join(dir, "sample-key.json")
	text, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "pair,file_a,record_a,file_b,record_b,says_a,says_b,answer" {
		t.Fatalf("the sample has %s", got)
	}
	if n := len(rows) - 1; n < 5 || n > 60 {
		t.Errorf("%d pairs are drawn, want 60 at most", n)
	}
	judge := func(change func([][]string)) (int, string, string) {
		list := make([][]string, len(rows))
		for i, r := range rows {
			list[i] = append([]string(nil), r...)
			if i > 0 {
				var a, b int
				fmt.Sscan(r[2], &a)
				fmt.Sscan(r[4], &b)
				list[i][7] = "not"
				if a/2 == b/2 {
					list[i][7] = "same"
				}
			}
		}
		change(list)
		var out bytes.Buffer
		if err := csv.NewWriter(&out).WriteAll(list); err != nil {
			t.Fatal(err)
		}
		answers := filepath.Join(t.TempDir(), "answers.csv")
		if err := os.WriteFile(answers, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return run(t, "evaluate", "--answers", answers, "--key", key, "--json")
	}
	code, out, said := judge(func(list [][]string) { list[1][7] = "unsure" })
	if code != 0 {
		t.Fatal(said)
	}
	var got struct {
		Precision, Recall linkage.Interval
		Answered, Unsure  int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Unsure != 1 || got.Answered != len(rows)-2 || got.Precision.Value < .9 || got.Precision.Low >= got.Precision.Value || got.Recall.Value < .5 {
		t.Errorf("the answers say %+v", got)
	}
	for name, change := range map[string]func([][]string){
		"its answer is \"perhaps\"": func(list [][]string) { list[2][7] = "perhaps" },
		"the pair was on line":      func(list [][]string) { list[2][0] = list[1][0] },
		"is not in the key":         func(list [][]string) { list[1][0] = "9999" },
		"Answer one of the pairs": func(list [][]string) {
			for _, r := range list[2:] {
				r[7] = ""
			}
		},
		"nobody has answered any": func(list [][]string) {
			for _, r := range list[1:] {
				r[7] = ""
			}
		},
	} {
		if code, _, said := judge(change); code == 0 || !strings.Contains(said, name) {
			t.Errorf("want %q, got %d: %s", name, code, said)
		}
	}
	if code, _, said := run(t, "evaluate", "--answers", sample); code == 0 || !strings.Contains(said, "--key") {
		t.Errorf("answers without a key give %d: %s", code, said)
	}
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir+"2", "--sample", "5", file); code == 0 || !strings.Contains(said, "50") {
		t.Errorf("a sample of five gives %d: %s", code, said)
	}
}

// TestLinkFilesByAModel links by the model that another run wrote: persons are the same, and one that is none is refused by name.
func TestLinkFilesByAModel(t *testing.T) {
	t.Parallel()
	layout, file := someFamilies(t, 300)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", first, file); code != 0 {
		t.Fatal(said)
	}
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", second, "--model", filepath.Join(first, "model.json"), file); code != 0 {
		t.Fatal(said)
	}
	for _, name := range []string{"persons.csv", "links.csv", "model.json"} {
		a, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(second, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s by the model that was saved is another", name)
		}
	}
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir+"/third", "--model", layout, file); code == 0 || !strings.Contains(said, "people.yaml") {
		t.Errorf("a layout for a model gives %d: %s", code, said)
	}
}

// TestLinkFilesSaysWhenTrainingDidNotSettle links by a model whose training had not settled, and by one whose had: words, JSON and report say so.
func TestLinkFilesSaysWhenTrainingDidNotSettle(t *testing.T) {
	t.Parallel()
	layout, file := someFamilies(t, 300)
	dir := t.TempDir()
	if code, out, said := run(t, "link-files", "--layout", layout, "--out", dir+"/first", file); code != 0 || strings.Contains(out, "did not settle") {
		t.Fatal(out, said)
	}
	text, err := os.ReadFile(dir + "/first/model.json")
	if err != nil {
		t.Fatal(err)
	}
	model := dir + "/model.json"
	if err := os.WriteFile(model, bytes.Replace(text, []byte(`"converged":true`), []byte(`"converged":false`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, said := run(t, "link-files", "--layout", layout, "--out", dir+"/second", "--model", model, file)
	if code != 0 || !strings.Contains(out, "did not settle") {
		t.Errorf("%d: %s%s", code, out, said)
	}
	page, err := os.ReadFile(dir + "/second/report.html")
	if err != nil || !strings.Contains(string(page), "still moving") {
		t.Errorf("the report does not say that training did not settle, %v", err)
	}
}
