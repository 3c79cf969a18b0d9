package cli

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"throughline/internal/linkage"
)

// The examples of a report are the first and the middle of the links in the order of their weights.
func TestLeastAndMiddleLink(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		links := make([]linkage.Link, rapid.IntRange(1, 40).Draw(t, "links"))
		for i := range links {
			links[i] = linkage.Link{A: uint32(i), Bits: rapid.SampledFrom([]float64{-300, -2.5, -2, 0, .25, .5, 1, 4, 300}).Draw(t, "bits")}
		}
		sorted := slices.Clone(links)
		slices.SortStableFunc(sorted, func(x, y linkage.Link) int { return cmp.Compare(x.Bits, y.Bits) })
		if least, middle := leastAndMiddle(links); least != sorted[0] || middle != sorted[len(sorted)/2] {
			t.Fatalf("want %+v and %+v, got %+v and %+v", sorted[0], sorted[len(sorted)/2], least, middle)
		}
	})
}

// TestWrongFormatIsSeen says, wherever a run tells of a file, that all dates of birth were set aside, how many of how many, why, and where the first is;
// a field that is mapped and empty is not shown as one that is not mapped.
func TestWrongFormatIsSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	layout, file := filepath.Join(dir, "people.yaml"), filepath.Join(dir, "people.csv")
	rows := "ref,first,last,born,postcode\n1,Mary,Smith,03/02/1980,SE5 8AZ\n2,Ann,Lee,,SE5 8AZ\n3,John,Jones,09/01/1970,SE1 1AA\n3,John,Jones,09/01/1970,SE1 1AA\n"
	for path, text := range map[string]string{layout: reportLayout, file: rows} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const says = "born: 2 of 2 values set aside, first on line 2: Not in the form your layout declares (YYYY-MM-DD)."
	code, out, said := run(t, "link-files", "--layout", layout, "--out", dir+"/out", file)
	if code != 0 || !strings.Contains(out, "people.csv, "+says) {
		t.Error(code, out, said)
	}
	page, err := os.ReadFile(dir + "/out/report.html")
	for _, want := range []string{"<li>" + says, `Date of birth</th><td class="n">0%<`, `Phone</th><td class="n">–<`} {
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("the report has no %q, %v", want, err)
		}
	}
	_, out, _ = run(t, "link-files", "--layout", layout, "--out", dir+"/json", "--json", file)
	var got struct {
		Files []struct {
			Asides []setAside `json:"set_aside_by_column"`
		}
	}
	want := []setAside{{Column: "born", Code: "unreadable-day", Reason: "Not in the form your layout declares (YYYY-MM-DD).", Values: 2, Of: 2, Line: 2}}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Files) != 1 || !slices.Equal(want, got.Files[0].Asides) {
		t.Errorf("%v, %s", err, out)
	}
	if code, _, said := run(t, "encode", "key", "new", "--name", "k", dir+"/k.key"); code != 0 {
		t.Fatal(said)
	}
	code, out, said = run(t, "encode", "--layout", layout, "--key-file", dir+"/k.key", "--out", dir+"/encoded.csv", file)
	if code != 0 || !strings.Contains(out, says) {
		t.Error(code, out, said)
	}
}
