package ui

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jba/templatecheck"
	"golang.org/x/net/html"
)

var galleryFolder = flag.String("gallery", "", "write the gallery's pages to this folder")

// TestTemplatesMatchTheirStructs checks every page's template against the struct that fills it.
func TestTemplatesMatchTheirStructs(t *testing.T) {
	t.Parallel()
	registered := map[string]bool{}
	for _, p := range Pages() {
		registered[p.Name] = true
		if err := templatecheck.CheckHTMLStrict(p.Template(), p.Value); err != nil {
			t.Errorf("page %s: %v", p.Name, err)
		}
	}
	files, err := templateFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !registered[f] {
			t.Errorf("templates/pages/%s.html belongs to no page", f)
		}
	}
}

// TestEveryPageIsInTheGallery keeps a page from being made without being looked at.
func TestEveryPageIsInTheGallery(t *testing.T) {
	t.Parallel()
	states := map[string][]string{}
	for _, c := range Cases() {
		if slices.Contains(states[c.Page], c.State) {
			t.Errorf("%s is there twice", c.Name())
		}
		states[c.Page] = append(states[c.Page], c.State)
	}
	for _, p := range Pages() {
		if !slices.Contains(states[p.Name], "full") {
			t.Errorf("page %s has no full state in the gallery", p.Name)
		}
	}
}

func TestGallery(t *testing.T) {
	t.Parallel()
	for _, c := range Cases() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			page, err := c.Render()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := html.Parse(bytes.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			checkPage(t, doc)
			if *galleryFolder != "" {
				if err := os.WriteFile(filepath.Join(*galleryFolder, c.Name()+".html"), page, 0o644); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// checkPage asserts what must hold on every page in every state.
func checkPage(t *testing.T, doc *html.Node) {
	t.Helper()
	ids, labels := map[string]int{}, map[string]bool{}
	for n := range doc.Descendants() {
		if v := attr(n, "id"); v != "" {
			ids[v]++
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = true
		}
	}
	for v, n := range ids {
		if n > 1 {
			t.Errorf("id %q is there %d times", v, n)
		}
	}
	level, ones := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		checkElement(t, n, ids, labels)
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			next := int(n.Data[1] - '0')
			if next == 1 {
				ones++
			}
			// The error summary stands above the main heading, as the library has it.
			if next > level+1 && !(level == 0 && inside(n, "govuk-error-summary")) {
				t.Errorf("heading %q skips from level %d to %d", textOf(n), level, next)
			}
			if !inside(n, "govuk-error-summary") {
				level = next
			}
			if strings.TrimSpace(textOf(n)) == "" {
				t.Errorf("a %s is empty", n.Data)
			}
		}
	}
	if ones != 1 {
		t.Errorf("%d main headings, want 1", ones)
	}
	checkMoney(t, doc)
	if has(doc, "govuk-error-message") || has(doc, "govuk-error-summary") {
		checkErrors(t, doc)
	}
}

func checkElement(t *testing.T, n *html.Node, ids map[string]int, labels map[string]bool) {
	t.Helper()
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s has an inline %s", n.Data, a.Key)
		}
		if a.Key == "aria-labelledby" || a.Key == "aria-describedby" {
			for _, v := range strings.Fields(a.Val) {
				if ids[v] == 0 {
					t.Errorf("%s names %q, which is not there", a.Key, v)
				}
			}
		}
		if strings.Contains(a.Val, "ZgotmplZ") {
			t.Errorf("%s of %s was refused by the template", a.Key, n.Data)
		}
	}
	switch n.Data {
	case "style":
		t.Error("there is an inline style sheet")
	case "script":
		if attr(n, "src") == "" {
			t.Error("there is an inline script")
		}
	case "input", "select", "textarea":
		if attr(n, "type") != "hidden" && !labels[attr(n, "id")] {
			t.Errorf("%s %q has no label", n.Data, attr(n, "name"))
		}
	case "table":
		if attr(n, "aria-labelledby") == "" && (n.FirstChild == nil || !slices.ContainsFunc(slices.Collect(n.ChildNodes()), func(c *html.Node) bool { return c.Data == "caption" })) {
			t.Error("a table has no name")
		}
		checkTable(t, n)
	case "form":
		if attr(n, "method") == "post" && !field(n, "token") {
			t.Errorf("the form to %s has no hidden token", attr(n, "action"))
		}
	case "a":
		if href := attr(n, "href"); strings.HasPrefix(href, "#") && ids[href[1:]] == 0 && !strings.HasPrefix(href, "#main") {
			t.Errorf("the link %q leads to %s, which is not there", textOf(n), href)
		}
		if strings.TrimSpace(textOf(n)) == "" && !forPointersAlone(n) {
			t.Error("a link has no words")
		}
	case "svg":
		if attr(n, "role") == "img" && attr(n, "aria-labelledby") == "" {
			t.Error("a chart has no title and description")
		}
	}
}

// forPointersAlone says of a link that neither the keyboard nor a reader of screens comes to it, as to a mark of a picture whose table has the same links.
func forPointersAlone(a *html.Node) bool {
	hidden := func(n *html.Node) bool { return attr(n, "aria-hidden") == "true" }
	return attr(a, "tabindex") == "-1" && slices.ContainsFunc(slices.Collect(a.Ancestors()), hidden)
}

func checkTable(t *testing.T, table *html.Node) {
	t.Helper()
	columns := -1
	for n := range table.Descendants() {
		if n.Data != "tr" || n.Type != html.ElementNode {
			continue
		}
		cells, heads := 0, 0
		for c := range n.ChildNodes() {
			if c.Type != html.ElementNode {
				continue
			}
			cells++
			if attr(c, "role") == "" {
				t.Error("a cell has no role")
			}
			if attr(c, "scope") == "row" {
				heads++
			}
		}
		if columns == -1 {
			columns = cells
		} else if cells != columns {
			t.Errorf("a row of %q has %d cells, its heading %d", textOf(table)[:20], cells, columns)
		}
		if n.Parent.Data != "thead" && heads != 1 {
			t.Errorf("a row of a table has %d headings, want 1: %s", heads, textOf(n))
		}
	}
}

// checkMoney holds that a sum of money among the figures never stands without what it is not.
func checkMoney(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if strings.Contains(attr(n, "class"), "tl-figure-card__n") && strings.Contains(textOf(n), "£") && !has(doc, "tl-not") {
			t.Errorf("the figure %s does not say what it is not", textOf(n))
		}
	}
}

// checkErrors holds that every error is in the summary, linked to its field, and that the title says so.
func checkErrors(t *testing.T, doc *html.Node) {
	t.Helper()
	linked := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Data == "a" && inside(n, "govuk-error-summary") {
			linked[strings.TrimPrefix(attr(n, "href"), "#")] = true
		}
		if n.Data == "title" && n.Parent.Data == "head" && !strings.HasPrefix(textOf(n), "Error: ") {
			t.Errorf("the title %q does not begin with Error", textOf(n))
		}
	}
	for n := range doc.Descendants() {
		if f := strings.TrimSuffix(attr(n, "id"), "-error"); f != attr(n, "id") && !linked[f] {
			t.Errorf("the error of field %q is not in the summary", f)
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(doc *html.Node, class string) bool {
	for n := range doc.Descendants() {
		if slices.Contains(strings.Fields(attr(n, "class")), class) {
			return true
		}
	}
	return false
}

func inside(n *html.Node, class string) bool {
	for ; n != nil; n = n.Parent {
		if slices.Contains(strings.Fields(attr(n, "class")), class) {
			return true
		}
	}
	return false
}

func field(form *html.Node, name string) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && attr(n, "name") == name && attr(n, "value") != "" {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
