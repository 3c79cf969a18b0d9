package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/page"
)

// Finding is one barrier on a page, as axe-core tells it.
type Finding struct {
	Rule   string   // axe's name: "image-alt"
	Impact string   // minor, moderate, serious or critical
	Help   string   // what to do
	Where  []string // a selector and the source of each place
}

func (f Finding) String() string {
	return fmt.Sprintf("%s (%s): %s\n    %s", f.Rule, f.Impact, f.Help, strings.Join(f.Where, "\n    "))
}

var axeSource = sync.OnceValues(func() (string, error) {
	folder, ok := root()
	if !ok {
		return "", fmt.Errorf("no go.mod above the test")
	}
	b, err := os.ReadFile(filepath.Join(folder, "frontend", "node_modules", "axe-core", "axe.min.js"))
	return string(b), err
})

// axeRun asks for WCAG 2.2 AA and axe's best practices, and gives each finding in the shape of Finding. What reads the style sheets
// themselves, which axe fetches anew for every run, is asked once for each set of them.
const axeRun = `axe.run(document, {
  preload: %v,
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations", "incomplete"],
}).then(({violations, incomplete}) => [violations, incomplete].map(list => list.map(f => ({
  Rule: f.id, Impact: f.impact || "", Help: f.help,
  Where: f.nodes.map(n => n.target.join(" ") + "  " + n.html.slice(0, 160) + "  " + (n.any.concat(n.all, n.none).map(c => c.message).join("; "))),
}))))`

// Axe looks for barriers on the page as it stands: those axe-core is sure of, and those it leaves to a person. The test
// is skipped where axe-core is not installed, unless THROUGHLINE_TEST_ALL is set.
func (p *Page) Axe() (sure, open []Finding) {
	p.t.Helper()
	source, err := axeSource()
	if err != nil {
		lacking(p.t, "axe-core is not installed; make frontend installs it: "+err.Error())
	}
	if !Eval[bool](p, "typeof axe === 'object'") {
		Eval[bool](p, source+"; true")
		p.must(call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}),
			"keeping axe-core for the next page")
	}
	styles := fmt.Sprint(p.width, Eval[string](p, `[...document.styleSheets].map(s => s.href).join(" ")`))
	_, known := p.styles.LoadOrStore(styles, true)
	both := Eval[[2][]Finding](p, fmt.Sprintf(axeRun, !known))
	return both[0], both[1]
}

// MustAxe fails the test for each barrier, and for each open finding whose rule is not among those a person has looked at.
func (p *Page) MustAxe(triaged ...string) {
	p.t.Helper()
	sure, open := p.Axe()
	for _, f := range sure {
		p.t.Errorf("%s at %d px: barrier %s", p.Path(), p.width, f)
	}
next:
	for _, f := range open {
		for _, rule := range triaged {
			if f.Rule == rule {
				continue next
			}
		}
		p.t.Errorf("%s at %d px: not triaged %s", p.Path(), p.width, f)
	}
}
