package intake

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoLazyQuotes is the lint of bar I2: no file of the module names the option of encoding/csv that merges rows without a word.
func TestNoLazyQuotes(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "vendor" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // removed while the tree was walked
		}
		if err != nil {
			return err
		}
		files++
		if line := lazyQuotes(source); line > 0 {
			t.Errorf("%s:%d: LazyQuotes reads what is not there; intake reads strictly", path, line)
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Fatalf("%d files were read: %v", files, err)
	}
	if line := lazyQuotes([]byte("package x\nfunc f(r *csv.Reader) {\n\tr.LazyQuotes = true\n}\n")); line != 3 {
		t.Errorf("a planted LazyQuotes on line 3 is found on line %d", line)
	}
}

// lazyQuotes gives the line of the first identifier of that name; 0 for none.
func lazyQuotes(source []byte) int {
	set := token.NewFileSet()
	file, _ := parser.ParseFile(set, "", source, parser.SkipObjectResolution)
	line := 0
	if file == nil {
		return 0
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "LazyQuotes" && line == 0 {
			line = set.Position(id.Pos()).Line
		}
		return true
	})
	return line
}
