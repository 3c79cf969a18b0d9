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
	threats, err := fs.ReadFile(tree(), "docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"docs/hazards.md": doc, "docs/threats.md": threats} {
		for _, named := range testName.FindAllStringSubmatch(string(text), -1) {
			if room, test := named[1], named[2]; !exist["internal/"+room+"."+test] && !exist[room+"."+test] {
				t.Errorf("%s names %s.%s, and there is no such test", name, room, test)
			}
		}
	}
}

var (
	tableMade  = regexp.MustCompile(`(?mi)^create table (\w+)`)
	tableNamed = regexp.MustCompile("`(\\w+)`")
)

// TestDataModelNamesEveryTable holds the page's list of tables to the migrations.
func TestDataModelNamesEveryTable(t *testing.T) {
	t.Parallel()
	doc, err := fs.ReadFile(tree(), "docs/data-model.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "## Tables")
	named, made := map[string]bool{}, map[string]bool{}
	for _, m := range tableNamed.FindAllStringSubmatch(list, -1) {
		named[m[1]] = true
	}
	files, err := fs.Glob(tree(), "internal/store/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d migrations were found (%v)", len(files), err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(tree(), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range tableMade.FindAllStringSubmatch(string(text), -1) {
			if made[m[1]] = true; !named[m[1]] {
				t.Errorf("%s makes the table %s, which docs/data-model.md does not name", file, m[1])
			}
		}
	}
	for table := range named {
		if !made[table] {
			t.Errorf("docs/data-model.md names the table %s, which no migration makes", table)
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
