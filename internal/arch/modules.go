package arch

import (
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/modfile"
)

// MostDirect is how many modules the product may name itself.
const MostDirect = 40

// refused are modules that must not be linked, with the reason.
var refused = map[string]string{
	"github.com/antzucaro/matchr": "it is under the GPL",
}

// CheckModules holds go.mod to docs/decisions.md: each module that the product names itself has its line there in
// backquotes, there are at most MostDirect of them, and none is refused.
func CheckModules(tree fs.FS) ([]Problem, error) {
	source, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return nil, err
	}
	decisions, err := fs.ReadFile(tree, "docs/decisions.md")
	if err != nil {
		return nil, err
	}
	mod, err := modfile.Parse("go.mod", source, nil)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	direct := 0
	for _, r := range mod.Require {
		place := fmt.Sprintf("go.mod:%d", r.Syntax.Start.Line)
		if why := refused[r.Mod.Path]; why != "" {
			problems = append(problems, Problem{place, r.Mod.Path + " must not be linked: " + why})
		}
		if r.Indirect {
			continue
		}
		direct++
		if !strings.Contains(string(decisions), "`"+r.Mod.Path+"`") {
			problems = append(problems, Problem{place, r.Mod.Path + " has no line in docs/decisions.md saying why it is needed"})
		}
	}
	if direct > MostDirect {
		problems = append(problems, Problem{"go.mod", fmt.Sprintf("%d direct modules; at most %d", direct, MostDirect)})
	}
	return problems, nil
}
