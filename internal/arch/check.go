package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Module is the path of the product's module in import paths.
const Module = "throughline"

// Problem is one place where the code is not as the house is drawn.
type Problem struct {
	Place string // file, and line where there is one: "internal/cost/price.go:12"
	Says  string // what is wrong and what to do, in a sentence
}

func (p Problem) String() string { return p.Place + ": " + p.Says }

// Check reads every Go file of a tree and gives its problems in the order of their places. Files that do not parse
// are problems too. Folders named testdata, node_modules or tools, and those that begin with a dot or an underscore,
// are not looked at: the first two hold no code of the product, and tools is a module of its own.
func Check(tree fs.FS) ([]Problem, error) {
	c := checker{files: token.NewFileSet(), homeless: map[string]bool{}}
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && notLookedAt(d.Name()) || p == "tools" {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		c.file(p, source)
		return nil
	})
	sort.Slice(c.problems, func(i, j int) bool { return c.problems[i].String() < c.problems[j].String() })
	return c.problems, err
}

func notLookedAt(folder string) bool {
	return folder == "testdata" || folder == "node_modules" || strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_")
}

type checker struct {
	files    *token.FileSet
	problems []Problem
	homeless map[string]bool // folders without a floor that have been told of
}

// code is one parsed file and where it stands.
type code struct {
	*ast.File
	path, room string
	floor      Floor
	test       bool
}

func (c *checker) say(at token.Pos, format string, args ...any) {
	p := c.files.Position(at)
	c.problems = append(c.problems, Problem{fmt.Sprintf("%s:%d", p.Filename, p.Line), fmt.Sprintf(format, args...)})
}

func (c *checker) file(p string, source []byte) {
	parsed, err := parser.ParseFile(c.files, p, source, parser.SkipObjectResolution)
	if err != nil {
		c.problems = append(c.problems, Problem{p, "does not parse: " + err.Error()})
		return
	}
	folder := path.Dir(p)
	room, ok := roomOf(folder)
	if !ok {
		if !c.homeless[folder] {
			c.homeless[folder] = true
			c.say(parsed.Package, "package %s has no floor; give its folder one in internal/arch/floors.go and docs/house.md", folder)
		}
		return
	}
	f := code{parsed, p, room, floors[room], strings.HasSuffix(p, "_test.go")}
	for _, s := range f.Imports {
		imported, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			c.say(s.Pos(), "import path %s cannot be read", s.Path.Value)
			continue
		}
		c.imports(f, s.Pos(), imported)
	}
	c.body(f)
}

// imports holds one import of a file to the drawing.
func (c *checker) imports(f code, at token.Pos, imported string) {
	if imported == "C" {
		c.say(at, "imports C; one binary without cgo is promised")
		return
	}
	inside, ours := strings.CutPrefix(imported, Module+"/")
	if !ours {
		c.foreign(f, at, imported)
		return
	}
	room, ok := roomOf(inside)
	if !ok {
		c.say(at, "imports %s, which has no floor", inside)
		return
	}
	floor := floors[room]
	switch {
	case room == f.room || f.floor == Yard:
	case floor == Yard:
		if !f.test && !yardUsers[room][f.room] {
			c.say(at, "%s imports %s, which only tests may use here", f.room, room)
		}
	case floor > f.floor:
		c.say(at, "%s (%s) imports %s (%s): imports go down only", f.room, f.floor, room, floor)
	case floor == f.floor:
		c.say(at, "%s imports %s: rooms of the %s floor never import each other; what joins them is an act", f.room, room, floor)
	case room == "internal/store" && !storeUsers[f.room] && !f.test:
		c.say(at, "%s imports the keeper; go through an act of internal/app", f.room)
	}
}

// foreign holds an import of the standard library or of another module to what the floor may reach.
func (c *checker) foreign(f code, at token.Pos, imported string) {
	if f.test || f.floor == Yard {
		return
	}
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	if f.room != "internal/store" && among(keeperOnly, imported) {
		c.say(at, "%s imports %s; SQL is written in internal/store only", f.room, imported)
		return
	}
	pure := f.floor == Rules || f.floor == Ground && f.room != "internal/fault" // fault holds the table of HTTP statuses
	if pure && among(outside, imported) {
		c.say(at, "%s imports %s; a rule takes values and gives values", f.room, imported)
	}
	if f.floor == Ground && !standard && !groundMay[f.room][imported] {
		c.say(at, "%s imports %s; words stand on the standard library only", f.room, imported)
	}
}

// groundMay are the few modules that words stand on, each because writing it again would be worse.
var groundMay = map[string]map[string]bool{
	"internal/money": {"github.com/govalues/decimal": true},
}

// body looks for what may not be used, whatever was imported.
func (c *checker) body(f code) {
	clock := "" // the name that package time goes by in this file
	for _, s := range f.Imports {
		if s.Path.Value == `"time"` {
			clock = "time"
			if s.Name != nil {
				clock = s.Name.Name
			}
		}
	}
	ast.Inspect(f.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "LazyQuotes" {
				c.say(n.Pos(), "LazyQuotes joins rows without a word; read strictly and reject the row")
			}
			if exact[f.room] && !f.test && (n.Name == "float64" || n.Name == "float32") {
				c.say(n.Pos(), "%s in %s; money is whole pence and decimal fractions", n.Name, f.room)
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && clock != "" && x.Name == clock && readsClock(n.Sel.Name) && !f.test && !clocks[f.room] {
				c.say(n.Pos(), "time.%s in %s; the time is an argument", n.Sel.Name, f.room)
			}
		}
		return true
	})
}

func readsClock(name string) bool { return name == "Now" || name == "Since" || name == "Until" }
