package policy

import (
	"fmt"
	"slices"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

// scopeActs is the acts that a policy's scope names, and whether it is for every act.
func scopeActs(c *cedar.Policy) (acts []Act, all bool, err error) {
	var uids []cedar.EntityUID
	switch scope := c.AST().Action.(type) {
	case ast.ScopeTypeAll:
		for _, info := range table {
			acts = append(acts, info.Act)
		}
		return acts, true, nil
	case ast.ScopeTypeEq:
		uids = []cedar.EntityUID{scope.Entity}
	case ast.ScopeTypeInSet:
		uids = scope.Entities
	default:
		return nil, false, fmt.Errorf("names its acts in another way than action == … or action in […]")
	}
	for _, uid := range uids {
		act := Act(uid.ID)
		if _, ok := byName[act]; !ok || uid.Type != "Action" {
			return nil, false, fmt.Errorf("names %s, and there is no such act", uid)
		}
		if slices.Contains(acts, act) {
			return nil, false, fmt.Errorf("names %s twice", uid)
		}
		acts = append(acts, act)
	}
	return acts, false, nil
}

// withoutActs is the policy without the scope of its acts.
func withoutActs(c *cedar.Policy) *cedar.Policy {
	bare := *c.AST()
	bare.Action = ast.Scope{}.All()
	return cedar.NewPolicyFromAST(&bare)
}

// scopeRole is the role that a permit's scope names.
func scopeRole(c *cedar.Policy) (Role, error) {
	scope, ok := c.AST().Principal.(ast.ScopeTypeIn)
	if !ok || scope.Entity.Type != "Role" {
		return "", fmt.Errorf(`is a permit: say whose it is, principal in Role::"…"`)
	}
	role := Role(scope.Entity.ID)
	if _, ok := roleWords[role]; !ok && role != anyone && role != visitor {
		return "", fmt.Errorf("is for %s, and there is no such role", scope.Entity)
	}
	return role, nil
}

// readsResource says whether a policy looks at the subject at all.
func readsResource(c *cedar.Policy) bool {
	bare := *c.AST()
	if _, all := bare.Resource.(ast.ScopeTypeAll); !all {
		return true
	}
	bare.Annotations = nil
	_, conditions, _ := strings.Cut(string(bare.MarshalCedar()), ")") // what follows the scope
	return strings.Contains(conditions, "resource")
}
