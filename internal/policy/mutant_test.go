package policy

import (
	"fmt"
	"io/fs"
	"slices"
	"testing"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

// every policy of the set in force, once each.
func policies(s *Set) []*policy {
	var list []*policy
	for _, info := range table {
		for _, p := range append(slices.Clone(s.forbids[info.Act]), s.permits[info.Act]...) {
			if !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// with is the set in force with one policy replaced; nil takes it out.
func with(all []*policy, old, replacement *policy) *Set {
	s := newSet()
	for _, p := range all {
		if p == old {
			if p = replacement; p == nil {
				continue
			}
		}
		s.add(p)
	}
	return s
}

// cell is a question and what the set in force answers.
type cell struct {
	name     string
	request  Request
	facts    Facts
	decision Decision
}

// cells is the questions that the tables are made of, by act: in every scenario for those whose roles may ever do the act,
// since the facts change nothing for the others.
func cells() map[Act][]cell {
	actors := cast()
	m := map[Act][]cell{}
	for _, info := range table {
		for _, name := range everybody(actors) {
			for i, s := range scenarios {
				if i > 0 && !Default().MayEver(actors[name], info.Act) {
					break
				}
				for _, p := range allPurposes() {
					if i > 0 && p != "" && !slices.Contains(info.Purposes, p) {
						continue
					}
					r, f := question(actors[name], info, p, s)
					m[info.Act] = append(m[info.Act], cell{
						fmt.Sprintf("%s, %s, %q, %s", info.Act, name, p, s.name), r, f, Default().Decide(r, f)})
				}
			}
		}
	}
	return m
}

// noticed says whether a set answers any question about these acts otherwise than the set in force, in outcome or in words.
func noticed(s *Set, acts []Act, cells map[Act][]cell) bool {
	for _, act := range acts {
		for _, c := range cells[act] {
			d := s.Decide(c.request, c.facts)
			if d.Outcome != c.decision.Outcome || d.Reason != c.decision.Reason || d.NotFound != c.decision.NotFound {
				return true
			}
		}
	}
	return false
}

// TestEveryPolicyIsNeeded takes out each policy, each act that a policy names, and each part of each condition, and
// wants a printed answer to change. A change that nobody would notice is one that the tables don't guard against.
func TestEveryPolicyIsNeeded(t *testing.T) {
	t.Parallel()
	base := cells()
	all := policies(Default())
	mutants := 0
	try := func(p, replacement *policy, acts []Act, format string, args ...any) {
		mutants++
		if !noticed(with(all, p, replacement), acts, base) {
			t.Errorf("%s: %s, and no answer changes", p.id, fmt.Sprintf(format, args...))
		}
	}
	for _, p := range all {
		try(p, nil, p.acts, "it is taken out")
		if len(p.acts) < len(table) {
			for _, act := range p.acts {
				less := *p
				less.acts = slices.DeleteFunc(slices.Clone(p.acts), func(a Act) bool { return a == act })
				try(p, &less, []Act{act}, "it no longer names %s", act)
			}
		}
		for i, c := range p.cedar.AST().Conditions {
			for _, body := range weakened(c.Body) {
				bare := *p.cedar.AST()
				bare.Conditions = slices.Clone(bare.Conditions)
				bare.Conditions[i].Body = body
				other := *p
				other.cedar = cedar.NewPolicyFromAST(&bare)
				try(p, &other, p.acts, "its condition becomes\n%s", other.cedar.MarshalCedar())
			}
			bare := *p.cedar.AST()
			bare.Conditions = slices.Delete(slices.Clone(bare.Conditions), i, i+1)
			other := *p
			other.cedar = cedar.NewPolicyFromAST(&bare)
			try(p, &other, p.acts, "it loses condition %d", i+1)
		}
	}
	if mutants < 200 {
		t.Errorf("only %d changes were tried", mutants)
	}
	t.Logf("%d changes tried", mutants)
}

// weakened is the condition with one part of it missing or turned about, in every way.
func weakened(n ast.IsNode) []ast.IsNode {
	var list []ast.IsNode
	switch n := n.(type) {
	case ast.NodeTypeAnd:
		list = append(list, n.Left, n.Right)
		for _, l := range weakened(n.Left) {
			list = append(list, ast.NodeTypeAnd{BinaryNode: ast.BinaryNode{Left: l, Right: n.Right}})
		}
		for _, r := range weakened(n.Right) {
			list = append(list, ast.NodeTypeAnd{BinaryNode: ast.BinaryNode{Left: n.Left, Right: r}})
		}
	case ast.NodeTypeOr:
		list = append(list, n.Left, n.Right)
		for _, l := range weakened(n.Left) {
			list = append(list, ast.NodeTypeOr{BinaryNode: ast.BinaryNode{Left: l, Right: n.Right}})
		}
		for _, r := range weakened(n.Right) {
			list = append(list, ast.NodeTypeOr{BinaryNode: ast.BinaryNode{Left: n.Left, Right: r}})
		}
	case ast.NodeTypeNot:
		list = append(list, n.Arg)
	}
	return list
}

// embeddedPolicies is the built-in set as Cedar reads it by itself, for comparison.
func embeddedPolicies(t *testing.T) *cedar.PolicySet {
	t.Helper()
	names, err := fs.Glob(embedded, "policies/*.cedar")
	if err != nil {
		t.Fatal(err)
	}
	set := cedar.NewPolicySet()
	for _, name := range names {
		text, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			set.Add(cedar.PolicyID(p.Annotations()["id"]), p)
		}
	}
	return set
}
