package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/browser"
)

const reportLayout = `
name: people
version: 1
agency: clinic
kind: people
columns:
  - {header: ref, field: key}
  - {header: first, field: forename}
  - {header: last, field: surname}
  - {header: born, field: birth, format: yyyy-mm-dd}
  - {header: postcode, field: postcode}
`

// reportFiles writes a layout and a file with a rejected row, a column that is not mapped, a postcode that many share, and a name
// that is markup.
func reportFiles(t *testing.T) (layout, file string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("ref,first,last,born,postcode,notes\n")
	for i := range 600 {
		postcode := fmt.Sprintf("SE%d %dAB", 1+i%28, i%10)
		if i%6 == 0 {
			postcode = "SE5 8AZ"
		}
		first := i
		if i%4 < 2 {
			first = i / 2 * 2 // so that links are not all of one weight
		}
		fmt.Fprintf(&b, "%d,Name%c%c,Family%d,19%02d-%02d-%02d,%s,x\n", i, 'a'+first%26, 'a'+first/26%26, i/2, 40+i/2%60, 1+i/2%12, 1+i/2%28, postcode)
	}
	b.WriteString("<b>key</b>\n")
	dir := t.TempDir()
	layout, file = filepath.Join(dir, "people.yaml"), filepath.Join(dir, "<i>people<i>.csv")
	for path, text := range map[string]string{layout: reportLayout, file: b.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return layout, file
}

// TestReportReads drives report.html in a browser, at two widths: nothing that a machine can find is in anybody's way.
func TestReportReads(t *testing.T) {
	t.Parallel()
	layout, file := reportFiles(t)
	dir := filepath.Join(t.TempDir(), "out")
	if code, out, said := run(t, "link-files", "--layout", layout, "--out", dir, "--rare-names", "--population", "950000", file); code != 0 {
		t.Fatal(out, said)
	}
	b := browser.Start(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	for _, width := range []int{1280, 320} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := b.Open(t, server.URL, browser.Options{Width: width})
			p.Go("/report.html")
			p.MustAxe("color-contrast") // ink on white everywhere; axe cannot tell within a picture and where a region scrolls
			if wide := p.Wide(); len(wide) > 0 {
				t.Errorf("at %d px these are too wide: %v", width, wide)
			}
			if n := p.Count("svg rect"); n == 0 {
				t.Error("the histogram has no bars")
			}
			if n := p.Count("main b, main i"); n > 0 {
				t.Error("a value of the file became markup")
			}
			learnt, rest := p.Count(`[aria-label="Weights of the model"] tbody tr`), p.Count(`details [aria-label="Weights that decided nothing"] tbody tr`)
			if n := p.Count("svg.model rect"); n != 3*learnt || learnt < 20 || rest < 20 {
				t.Errorf("of %d levels that were learnt the chart has %d bars, and %d are folded away", learnt, n, rest)
			}
			if n := p.Count("svg polyline"); n != 3 {
				t.Errorf("training, precision and recall have %d lines", n)
			}
			text := p.Text("main")
			for _, want := range []string{"601", "The header has 6 columns, this row has 1", "notes", "SE5 8AZ", "950,000", "By the model alone", "What records hold",
				"Every record holds enough", "every one with every other: no pair was passed over", "levels that could be compared in no two records", "If fewer had been linked", "The least sure link: record"} {
				if !strings.Contains(text, want) {
					t.Errorf("the report does not say %q", want)
				}
			}
			p.Shot(fmt.Sprintf("link-report-%d", width))
		})
	}
}
