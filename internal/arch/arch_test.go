package arch

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// tree is the repository these tests stand in.
func tree() fs.FS { return os.DirFS("../..") }

func report(t *testing.T, problems []Problem, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestHouseStandsAsDrawn(t *testing.T) {
	t.Parallel()
	problems, err := Check(tree())
	report(t, problems, err)
}

func TestEachModuleIsADecision(t *testing.T) {
	t.Parallel()
	problems, err := CheckModules(tree())
	report(t, problems, err)
}

// TestHouseDrawingNamesEachRoom keeps docs/house.md and the table of floors the same.
func TestHouseDrawingNamesEachRoom(t *testing.T) {
	t.Parallel()
	drawing, err := fs.ReadFile(tree(), "docs/house.md")
	if err != nil {
		t.Fatal(err)
	}
	for room := range floors {
		name := strings.TrimPrefix(room, "internal/")
		if !strings.Contains(string(drawing), "`"+name+"`") && !strings.Contains(string(drawing), "`"+name+"/`") {
			t.Errorf("docs/house.md does not name the room %s", room)
		}
	}
}

// TestFaultsAreFound plants each fault in a small house and wants it found, and nothing else.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, code string
		want             []string
	}{
		{"a sound rule", "internal/cost/line.go", `package cost; import ("time"; "throughline/internal/money"); var _ time.Time`, nil},
		{"a part of the same room", "internal/linkage/block/keys.go", `package block; import "throughline/internal/linkage/compare"`, nil},
		{"a joint room on a rule", "internal/linkage/run.go", `package linkage; import "throughline/internal/person"`, nil},
		{"an act on the keeper", "internal/app/person.go", `package app; import "throughline/internal/store"`, nil},
		{"a shell's test on the keeper", "internal/web/person_test.go", `package web; import "throughline/internal/store"`, nil},
		{"a test on the yard", "internal/store/person_test.go", `package store; import "throughline/internal/sample"`, nil},
		{"climbing", "internal/cost/line.go", `package cost; import "throughline/internal/app"`,
			[]string{"internal/cost/line.go:1: internal/cost (rules) imports internal/app (acts): imports go down only"}},
		{"climbing in a test", "internal/cost/line_test.go", `package cost; import "throughline/internal/app"`,
			[]string{"internal/cost/line_test.go:1: internal/cost (rules) imports internal/app (acts): imports go down only"}},
		{"rule on rule", "internal/cost/line.go", `package cost; import "throughline/internal/person"`,
			[]string{"internal/cost/line.go:1: internal/cost imports internal/person: rooms of the rules floor never import each other; " +
				"what joins them is an act"}},
		{"word on word", "internal/day/day.go", `package day; import "throughline/internal/money"`,
			[]string{"internal/day/day.go:1: internal/day imports internal/money: rooms of the ground floor never import each other; " +
				"what joins them is an act"}},
		{"joint on joint", "internal/intake/read.go", `package intake; import "throughline/internal/linkage/compare"`,
			[]string{"internal/intake/read.go:1: internal/intake imports internal/linkage: rooms of the joint floor never import each other; " +
				"what joins them is an act"}},
		{"a package without a floor", "internal/util/util.go", `package util`,
			[]string{"internal/util/util.go:1: package internal/util has no floor; give its folder one in internal/arch/floors.go and docs/house.md"}},
		{"an import without a floor", "internal/app/run.go", `package app; import "throughline/internal/util"`,
			[]string{"internal/app/run.go:1: imports internal/util, which has no floor"}},
		{"a shell on the keeper", "internal/web/ui/table.go", `package ui; import "throughline/internal/store"`,
			[]string{"internal/web/ui/table.go:1: internal/web imports the keeper; go through an act of internal/app"}},
		{"shipped code on a test's room", "internal/web/serve.go", `package web; import "throughline/internal/browser"`,
			[]string{"internal/web/serve.go:1: internal/web imports internal/browser, which only tests may use here"}},
		{"cgo", "internal/linkage/fast.go", `package linkage; import "C"`,
			[]string{"internal/linkage/fast.go:1: imports C; one binary without cgo is promised"}},
		{"SQL outside the keeper", "internal/app/quick.go", `package app; import "database/sql"`,
			[]string{"internal/app/quick.go:1: internal/app imports database/sql; SQL is written in internal/store only"}},
		{"a rule that reads files", "internal/area/load.go", `package area; import "os"`,
			[]string{"internal/area/load.go:1: internal/area imports os; a rule takes values and gives values"}},
		{"a word on a module", "internal/day/day.go", `package day; import "golang.org/x/text/language"`,
			[]string{"internal/day/day.go:1: internal/day imports golang.org/x/text/language; words stand on the standard library only"}},
		{"a lazy reader", "internal/intake/csv.go", "package intake\n\nfunc f() { r.LazyQuotes = true }",
			[]string{"internal/intake/csv.go:3: LazyQuotes joins rows without a word; read strictly and reject the row"}},
		{"a clock in a rule", "internal/cohort/rule.go", "package cohort\n\nimport clock \"time\"\n\nvar t = clock.Now()",
			[]string{"internal/cohort/rule.go:5: time.Now in internal/cohort; the time is an argument"}},
		{"a binary fraction in money", "internal/money/split.go", "package money\n\nvar half float64",
			[]string{"internal/money/split.go:3: float64 in internal/money; money is whole pence and decimal fractions"}},
		{"a file that does not parse", "internal/cost/line.go", `package`,
			[]string{"internal/cost/line.go: does not parse: internal/cost/line.go:1:8: expected 'IDENT', found 'EOF'"}},
		{"a folder that is not looked at", "internal/cost/testdata/x.go", `package util; import "C"`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			problems, err := Check(fstest.MapFS{c.file: {Data: []byte(c.code)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestModuleFaultsAreFound(t *testing.T) {
	t.Parallel()
	many := "module m\n"
	for i := range MostDirect + 1 {
		many += "require example.org/m" + strings.Repeat("x", i) + " v1.0.0\n"
	}
	for _, c := range []struct{ name, mod, decisions, want string }{
		{"no line", "module m\nrequire example.org/a v1.0.0\n", "", "has no line in docs/decisions.md"},
		{"refused though indirect", "module m\nrequire github.com/antzucaro/matchr v1.0.0 // indirect\n", "", "must not be linked"},
		{"too many", many, "", "at most 40"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			problems, err := CheckModules(fstest.MapFS{"go.mod": {Data: []byte(c.mod)}, "docs/decisions.md": {Data: []byte(c.decisions)}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Says, c.want) }) {
				t.Errorf("want a problem that says %q, got %v", c.want, problems)
			}
		})
	}
	mod, decisions := "module m\nrequire example.org/a v1.0.0\n", "- `example.org/a`: because."
	problems, err := CheckModules(fstest.MapFS{"go.mod": {Data: []byte(mod)}, "docs/decisions.md": {Data: []byte(decisions)}})
	if err != nil || len(problems) != 0 {
		t.Errorf("a module with its line: want no problem, got %v %v", problems, err)
	}
}
