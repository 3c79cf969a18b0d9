package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	hazardLine = regexp.MustCompile(`(?m)^\| H\d\d \|.*$`)
	testName   = regexp.MustCompile("`([\\w/]+)\\.((?:Test|Fuzz)[A-Z]\\w*)`")
)

// TestEachHazardNamesTestsThatExist keeps the hazard log honest: a control that no test holds is not a control, and is
// said so in the log's own words ("not yet").
func TestEachHazardNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	doc, err := fs.ReadFile(tree(), "docs/hazards.md")
	if err != nil {
		t.Fatal(err)
	}
	exist := testsInTree(t)
	lines := hazardLine.FindAllString(string(doc), -1)
	if len(lines) < 25 {
		t.Errorf("the log holds %d hazards; at least 25 are wanted", len(lines))
	}
	for _, line := range lines {
		names := testName.FindAllStringSubmatch(line, -1)
		if len(names) == 0 && !strings.Contains(line, "not yet") {
			t.Errorf("names no test and does not say \"not yet\": %s", line)
		}
	}
	for _, name := range testName.FindAllStringSubmatch(string(doc), -1) {
		if room, test := name[1], name[2]; !exist["internal/"+room+"."+test] && !exist[room+"."+test] {
			t.Errorf("docs/hazards.md names %s.%s, and there is no such test", room, test)
		}
	}
}

// testsInTree gives all tests and fuzz targets as folder.Name.
func testsInTree(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := fs.WalkDir(tree(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && notLookedAt(d.Name()) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path.Base(p), "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(tree(), p)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, source, parser.SkipObjectResolution)
		if err != nil {
			return nil // TestHouseStandsAsDrawn tells of files that do not parse
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[path.Dir(p)+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
