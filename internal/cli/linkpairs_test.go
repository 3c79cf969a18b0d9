package cli

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/fault"
)

// csvRows reads a CSV file as a map a row.
func csvRows(t *testing.T, path string) (list []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		list = append(list, m)
	}
	return list
}

// withKin adds a father and son of one name at one address to a file of families.
func withKin(t *testing.T) (layout, file string) {
	t.Helper()
	layout, file = someFamilies(t, 300)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "F,James,Whitlock,1961-02-03,SE1 9ZZ\nS,James,Whitlock,1991-02-03,SE1 9ZZ\n"...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return layout, file
}

// TestHouseholdsAreHeld links a father and son by the model alone and not where households are held: then pairs.csv has them, with why.
func TestHouseholdsAreHeld(t *testing.T) {
	t.Parallel()
	layout, file := withKin(t)
	dir := t.TempDir()
	kin := func(out string) (linked bool, pair map[string]string) {
		for _, l := range csvRows(t, filepath.Join(out, "links.csv")) {
			linked = linked || l["record_a"] == "F" && l["record_b"] == "S"
		}
		for _, p := range csvRows(t, filepath.Join(out, "pairs.csv")) {
			if p["record_a"] == "F" && p["record_b"] == "S" {
				pair = p
			}
		}
		return linked, pair
	}
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir+"/model", file); code != 0 {
		t.Fatal(said)
	}
	if linked, _ := kin(dir + "/model"); !linked {
		t.Error("the model alone does not link the two, so that this test can show nothing")
	}
	code, out, said := run(t, "link-files", "--layout", layout, "--out", dir+"/held", "--hold-households", file)
	if code != 0 || !strings.Contains(out, "--hold-households") {
		t.Fatal(code, out, said)
	}
	linked, pair := kin(dir + "/held")
	if linked || pair["linked"] != "false" || pair["reason"] != "household" || pair["surname"] != "the same" || pair["birth"] != "one digit out" ||
		pair["phone"] != "" || pair["phone_bits"] != "" || !strings.Contains(pair["says_a"], "1961") || !strings.Contains(pair["says_b"], "1991") {
		t.Errorf("linked %v, to look at %v", linked, pair)
	}
	page, err := os.ReadFile(dir + "/held/report.html")
	if err != nil || !strings.Contains(string(page), "were not linked and are to be looked at (--hold-households)") {
		t.Errorf("the report does not say that households are held, %v", err)
	}
}

// TestFamiliesAreWarnedOf says beside the estimate how many links may be of twins or of father and son, and nothing where there are none.
func TestFamiliesAreWarnedOf(t *testing.T) {
	t.Parallel()
	layout, file := someFamilies(t, 300)
	dir := t.TempDir()
	code, out, said := run(t, "link-files", "--layout", layout, "--out", dir+"/none", file)
	if code != 0 || strings.Contains(out, "does not see families") {
		t.Fatal(code, out, said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 26 {
		name := fmt.Sprintf("James,Whit%clock", 'a'+i)
		for n, year := range []int{1930 + i, 1960 + i} {
			text = fmt.Appendf(text, "F%d-%d,%s,%d-%02d-%02d,SE%d %dAB\n", i, n, name, year, 1+i%12, 1+i%27, 1+i%28, i%9)
		}
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, said = run(t, "link-files", "--layout", layout, "--out", dir+"/kin", file)
	const says = "with one name at one postcode and dates of birth far apart. The estimate does not see families: draw a sample"
	if code != 0 || !strings.Contains(out, says) {
		t.Error(code, out, said)
	}
	worst := " if none of the 26 links that may be of two people of one family is wrong, and "
	if !regexp.MustCompile(`of linked pairs are right` + worst + `(8[0-9]|9[0-2])[.0-9]*% at worst if all of them are; and`).MatchString(out) {
		t.Errorf("the share of right pairs stands without what families may make of it: %s", out)
	}
	if page, err := os.ReadFile(dir + "/kin/report.html"); err != nil || !strings.Contains(string(page), says) || !strings.Contains(string(page), "are of one person<strong>"+worst) {
		t.Errorf("the report does not warn, %v", err)
	}
	if _, out, _ = run(t, "link-files", "--layout", layout, "--out", dir+"/held", "--hold-households", file); strings.Contains(out, "does not see families") {
		t.Error(out)
	}
}

// TestEvidenceAddsUp holds that the bits of fields are those that a pair was weighed by, in links.csv and pairs.csv.
func TestEvidenceAddsUp(t *testing.T) {
	t.Parallel()
	layout, file := withKin(t)
	dir := filepath.Join(t.TempDir(), "out")
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir, "--hold-households", "--evidence", file); code != 0 {
		t.Fatal(said)
	}
	for _, name := range []string{"links.csv", "pairs.csv"} {
		rows := csvRows(t, filepath.Join(dir, name))
		if len(rows) == 0 {
			t.Errorf("%s has no rows", name)
		}
		for _, r := range rows {
			sum, weight := 0.0, 0.0
			for h, v := range r {
				x, err := strconv.ParseFloat(v, 64)
				switch {
				case h == "weight_bits":
					weight = x
				case strings.HasSuffix(h, "_bits") && v != "":
					sum += x
				default:
					continue
				}
				if err != nil {
					t.Fatalf("%s: %s is %q", name, h, v)
				}
			}
			if math.Abs(sum-weight) > .001 {
				t.Errorf("%s: parts add up to %f, the weight is %f: %v", name, sum, weight, r)
			}
		}
	}
}

// TestThreshold links fewer by a higher probability, and has those that a lower one would link looked at.
func TestThreshold(t *testing.T) {
	t.Parallel()
	layout, file := withKin(t)
	dir := t.TempDir()
	links := func(threshold string) int {
		out := filepath.Join(dir, threshold)
		if code, _, said := run(t, "link-files", "--layout", layout, "--out", out, "--threshold", threshold, file); code != 0 {
			t.Fatal(said)
		}
		rows := csvRows(t, filepath.Join(out, "links.csv"))
		for _, p := range csvRows(t, filepath.Join(out, "pairs.csv")) {
			if p["reason"] == "against-others" && p["probability"] < threshold {
				t.Errorf("at %s a pair of %s is said to have others against it", threshold, p["probability"])
			}
		}
		return len(rows)
	}
	if low, high := links("0.5"), links("0.9999999"); high >= low || high == 0 {
		t.Errorf("%d links at .5, %d at .9999999", low, high)
	}
	for _, bad := range []string{"0", "1", "-1", "1.5", "NaN"} {
		if code, _, said := run(t, "link-files", "--layout", layout, "--out", dir+"/bad", "--threshold="+bad, file); code != 65 || !strings.Contains(said, "0.9") {
			t.Errorf("--threshold %s: exit %d, %s", bad, code, said)
		}
	}
}

// TestNothingLinked claims nothing of links where there are none.
func TestNothingLinked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	layout := filepath.Join(dir, "people.yaml")
	if err := os.WriteFile(layout, []byte(reportLayout), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string]func(i int) string{
		"one":   func(i int) string { return [...]string{"1,Ada,Example,1980-02-03,SE5 8AZ", ""}[min(i, 1)] },
		"empty": func(i int) string { return fmt.Sprintf("%d,,,,", i) },
	} {
		file, out := filepath.Join(dir, name+".csv"), filepath.Join(dir, name)
		text := "ref,first,last,born,postcode\n"
		for i := range 100 {
			if r := rows(i); r != "" {
				text += r + "\n"
			}
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, said, _ := run(t, "link-files", "--layout", layout, "--out", out, file)
		if code != 0 || !strings.Contains(said, "nothing can be said") || strings.Contains(said, "100%") || strings.Contains(said, "did not settle") {
			t.Errorf("%s: exit %d, %s", name, code, said)
		}
		page, err := os.ReadFile(filepath.Join(out, "report.html"))
		if err != nil || !strings.Contains(string(page), "nothing can be said") || strings.Contains(string(page), "100%</strong>") {
			t.Errorf("%s: the report claims something of links that are not there, %v", name, err)
		}
		if name == "one" && !strings.Contains(said, "1 record is 1 person, by 0 links") {
			t.Errorf("the words for one record: %s", said)
		}
		_, answer, _ := run(t, "link-files", "--layout", layout, "--out", out+"2", "--json", file)
		var got struct {
			Precision any `json:"estimated_precision"`
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Precision != nil {
			t.Errorf("%s: %v, %s", name, err, answer)
		}
	}
}

// TestEncodedShowsNoValues holds that what is shown of encoded records is how far they agree, and no stand-in that reads like a value.
func TestEncodedShowsNoValues(t *testing.T) {
	t.Parallel()
	layout, file := withKin(t)
	dir := t.TempDir()
	if code, _, said := run(t, "encode", "key", "new", "--name", "k", dir+"/k.key"); code != 0 {
		t.Fatal(said)
	}
	for _, mode := range []string{"full", "strict"} {
		args := []string{"encode", "--layout", layout, "--key-file", dir + "/k.key", "--out", dir + "/" + mode + ".csv"}
		if mode == "strict" {
			args = append(args, "--strict")
		}
		if code, _, said := run(t, append(args, file)...); code != 0 {
			t.Fatal(said)
		}
		out := dir + "/" + mode
		if code, _, said := run(t, "link-files", "--out", out, "--hold-households", "--sample", "60", dir+"/"+mode+".csv"); code != 0 {
			t.Fatal(said)
		}
		levels := 0
		for _, r := range append(csvRows(t, out+"/sample.csv"), csvRows(t, out+"/pairs.csv")...) {
			if r["says_b"] != "" && strings.Contains(r["says_b"], " the same") {
				levels++
			}
			for _, says := range []string{r["says_a"], r["says_b"]} {
				if strings.ContainsAny(says, "0123456789“") || strings.Contains(says, "male") {
					t.Fatalf("%s: a value is shown: %q", mode, says)
				}
			}
		}
		if levels == 0 {
			t.Errorf("%s: the sample says nowhere how far two records agree", mode)
		}
	}
}

// TestPlaceholdersLinkNobody links no two records whose names are not known, by default dates and no fixed abode.
func TestPlaceholdersLinkNobody(t *testing.T) {
	t.Parallel()
	layout, file := someFamilies(t, 400)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Male,Unknown", "Not Known,Not Known", "Not,Known", "Jane,Doe", "Baby,Doe", "unknown male 3,", "XXX,XXX", "Mr John,Doe", "Test,Patient"}
	for i := range 12 * len(names) {
		text = fmt.Appendf(text, "P%d,%s,%s-01-01,%s\n", i, names[i%len(names)], []string{"1970", "1980", "1900"}[i/len(names)%3], []string{"NFA", "ZZ99 3VZ"}[i%2])
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if code, _, said := run(t, "link-files", "--layout", layout, "--out", out, file); code != 0 {
		t.Fatal(said)
	}
	links := csvRows(t, out+"/links.csv")
	if len(links) < 300 {
		t.Errorf("%d links", len(links))
	}
	for _, l := range links {
		if l["record_a"][0] == 'P' || l["record_b"][0] == 'P' {
			t.Errorf("%s is linked with %s", l["record_a"], l["record_b"])
		}
	}
}

// linkText links a file of the layout of the report and gives what was said.
func linkText(t *testing.T, text string, args ...string) (code int, out, said string) {
	t.Helper()
	dir := t.TempDir()
	layout, file := filepath.Join(dir, "people.yaml"), filepath.Join(dir, "people.csv")
	for path, text := range map[string]string{layout: reportLayout, file: "ref,first,last,born,postcode\n" + text} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return run(t, append([]string{"link-files", "--layout", layout, "--out", filepath.Join(dir, "out"), file}, args...)...)
}

// TestKeysThatComeAgain counts rows whose key an earlier row has when they say something else, and says where to look.
func TestKeysThatComeAgain(t *testing.T) {
	t.Parallel()
	_, out, said := linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n1,John,Jones,1970-01-09,SE1 1AA\n2,Ann,Lee,1981-02-03,SE5 8AZ\n2,Ann,Lee,1981-02-03,SE5 8AZ\n")
	if !strings.Contains(out, "1 row has the key of an earlier row and says something else") || !strings.Contains(out, "the keys of line 2 come again") {
		t.Errorf("a key of two people is not told of: %s%s", out, said)
	}
	var got struct{ Files []linkedFile }
	_, out, _ = linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n1,John,Jones,1970-01-09,SE1 1AA\n2,Ann,Lee,1981-02-03,SE5 8AZ\n2,Ann,Lee,1981-02-03,SE5 8AZ\n", "--json")
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Files[0].Reused != 1 || got.Files[0].Repeated != 1 || got.Files[0].Records != 2 {
		t.Errorf("%v, %s", err, out)
	}
	if _, out, _ := linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n2,Ann,Lee,1981-02-03,SE5 8AZ\n"); strings.Contains(out, "come again") {
		t.Errorf("keys that come once are said to come again: %s", out)
	}
}

// TestTotalsAreNobody warns of lines of totals that were taken for people, and of nobody whose name begins so.
func TestTotalsAreNobody(t *testing.T) {
	t.Parallel()
	_, out, said := linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n2,Totalina,Subton,1981-02-03,SE5 8AZ\nTotal,2,,,\nx,GRAND TOTAL: 2,,,\nx,GRAND TOTAL: 2,,,\n")
	if !strings.Contains(out, "2 rows look like lines of totals, and were taken for people: lines 4, 5. Leave") {
		t.Errorf("totals are not told of: %s%s", out, said)
	}
	if _, out, _ := linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n2,Totalina,Subton,1981-02-03,SE5 8AZ\n"); strings.Contains(out, "totals") {
		t.Errorf("people are said to be totals: %s", out)
	}
}

// TestNobodyReadSaysWhy names line, column and remedy of rows when none of them can stand.
func TestNobodyReadSaysWhy(t *testing.T) {
	t.Parallel()
	code, _, said := linkText(t, ",Mary,Smith,1980-02-03,SE5 8AZ\n,John,Jones,1970-01-09,SE1 1AA\n")
	if code != 65 || !strings.Contains(said, "people.csv, line 2, ref: ") || !strings.Contains(said, "line 3") {
		t.Errorf("exit %d, %s", code, said)
	}
}

// TestTroubleIsSaidOnce holds that what is wrong with a file is not said twice over.
func TestTroubleIsSaidOnce(t *testing.T) {
	t.Parallel()
	code, _, said := linkText(t, "1,\"Mary,Smith,1980-02-03,SE5 8AZ\n")
	if code != 65 || strings.Count(strings.ToLower(said), "a quote opens a value") != 1 || !strings.Contains(said, "line 2, first") {
		t.Errorf("exit %d, %s", code, said)
	}
}

// TestTooManyAlikeIsSaid: pairs that were not compared, since too many records are alike, are said in the answer, in the report and as JSON.
func TestTooManyAlikeIsSaid(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 1800 {
		fmt.Fprintf(&text, "%d,Dean,Whitlock,1983-03-04,SE5 8AZ\n", i)
	}
	code, out, said := linkText(t, text.String(), "--json")
	var got struct {
		LeftOut int64 `json:"pairs_left_out"`
		Out     string
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || got.LeftOut != 1750*1749/2 {
		t.Fatalf("exit %d, %v, %s%s", code, err, out, said)
	}
	_, words, _ := linkText(t, text.String())
	page, err := os.ReadFile(filepath.Join(got.Out, "report.html"))
	for _, where := range []string{words, string(page)} {
		if want := "Up to " + count(got.LeftOut) + " pairs were not compared"; !strings.Contains(where, want) {
			t.Errorf("%q is not said in %.300s, %v", want, where, err)
		}
	}
}

// TestRefusedLeavesNothing: files that cannot be linked leave no folder that was not there before, and one that was there stays.
func TestRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	layout, _ := someFamilies(t, 1)
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.csv")
	if err := os.WriteFile(broken, []byte("ref\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := func(out string) {
		if code, _, said := run(t, "link-files", "--layout", layout, "--out", filepath.Join(dir, out), broken); code != 65 {
			t.Fatalf("exit %d, %s", code, said)
		}
	}
	refused("a/b/c")
	refused("broken.csv/a")
	if _, err := os.Stat(filepath.Join(dir, "a")); !os.IsNotExist(err) {
		t.Errorf("an empty folder is left: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	refused("mine")
	refused("mine/a")
	if left, err := os.ReadDir(filepath.Join(dir, "mine")); err != nil || len(left) > 0 {
		t.Errorf("the folder that was there: %v, %v", left, err)
	}
}

// TestTooFewForADemonstration are refused before anything is made.
func TestTooFewForADemonstration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, people := range []string{"-1", "0", "1", "239"} {
		code, out, said := run(t, "demo", "--people="+people, "--dir", filepath.Join(dir, "demo"), "--addr", "127.0.0.1:0")
		if left, err := os.ReadDir(dir); code != 65 || !strings.Contains(said, "from 240 to") || strings.Contains(said, "Making") || len(left) > 0 || err != nil {
			t.Errorf("%s people: exit %d, %s%s, and %v is left, %v", people, code, out, said, left, err)
		}
	}
}

// TestLayoutDraft leads from a file without a layout to one that links it.
func TestLayoutDraft(t *testing.T) {
	t.Parallel()
	_, file := someFamilies(t, 100)
	dir := t.TempDir()
	code, _, said := run(t, "link-files", "--out", dir+"/out", file)
	if code != 65 || !strings.Contains(said, "throughline layout draft "+file) || !strings.Contains(said, "docs/layouts.md") {
		t.Errorf("exit %d, %s", code, said)
	}
	code, draft, said := run(t, "layout", "draft", file)
	if code != 0 {
		t.Fatal(said)
	}
	if err := os.WriteFile(dir+"/draft.yaml", []byte(draft), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, said := run(t, "link-files", "--layout", dir+"/draft.yaml", "--out", dir+"/out", file); code != 0 || !strings.Contains(out, "200 records are") {
		t.Errorf("exit %d, %s%s", code, out, said)
	}
}

// TestFilesAreWrittenAllOrNone: when one file cannot be written none is there, and what was written beside its place is gone either way.
func TestFilesAreWrittenAllOrNone(t *testing.T) {
	t.Parallel()
	whole := func(_ *app.LinkedFiles, w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }
	full := errors.New("no space left on device")
	broken := func(_ *app.LinkedFiles, w io.Writer) error {
		return errors.Join(whole(nil, w), &fs.PathError{Op: "write", Path: "/srv/out/.part-7/b.csv", Err: full})
	}
	for name, c := range map[string]struct {
		second func(*app.LinkedFiles, io.Writer) error
		want   []string
	}{"all": {whole, []string{"a.csv", "b.csv", "c.csv"}}, "none": {broken, nil}} {
		dir := t.TempDir()
		err := linkFiles{Out: dir}.write(nil, []written{{"a.csv", whole}, {"b.csv", c.second}, {"c.csv", whole}})
		if failed := c.want == nil; errors.Is(err, full) != failed || !failed && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f := (*fault.Error)(nil); errors.As(err, &f) && !strings.HasPrefix(errors.Unwrap(f).Error(), "b.csv: ") {
			t.Errorf("the file is not told by its own name: %v", errors.Unwrap(f))
		}
		there, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range there {
			got = append(got, f.Name())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: the folder holds %v, want %v", name, got, c.want)
		}
	}
}

// TestLayoutOfNobodyIsRefused before anything is read: nobody can be linked by it.
func TestLayoutOfNobodyIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	layout, file, out := filepath.Join(dir, "key.yaml"), filepath.Join(dir, "people.csv"), filepath.Join(dir, "out")
	for path, text := range map[string]string{layout: "name: key\nversion: 1\nagency: council\nkind: people\ncolumns:\n  - {header: id, field: key}\n  - {header: sex, field: sex, codes: {F: female, M: male}}\n",
		file: "id,sex,first\n1,F,Mary\n2,M,John\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, _, said := run(t, "link-files", "--layout", layout, "--out", out, file)
	if code != 65 || !strings.Contains(said, "people.csv is read through the layout key, which maps no name, date of birth, number, address, telephone or e-mail") {
		t.Errorf("%d: %s", code, said)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the folder for what is found is left behind")
	}
}

// TestFewLinksAreNotSure warns beside an estimate that rests on next to nothing, in the report too.
func TestFewLinksAreNotSure(t *testing.T) {
	t.Parallel()
	_, out, _ := linkText(t, "1,Mary,Smith,1980-02-03,SE5 8AZ\n2,Mary,Smith,1980-02-03,SE5 8AZ\n3,John,Jones,1970-01-09,SE1 1AA\n")
	_, folder, _ := strings.Cut(out, "report.html are in ")
	report, err := os.ReadFile(filepath.Join(strings.TrimSuffix(strings.TrimSpace(folder), "."), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"answer": out, "report": string(report)} {
		if !strings.Contains(text, "With so few links") {
			t.Errorf("the %s says how sure links are, and nothing of how few they are:\n%s", name, text)
		}
	}
}
