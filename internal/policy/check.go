package policy

import (
	"fmt"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// vocabulary is what policies may speak of. Every subject has every attribute; what does not apply to it is false,
// zero or empty.
const vocabulary = `
entity Role;
entity Actor in [Role] = {
  agency: Long,       // whose person they are; 0 is the partnership itself
  area: String,
  local: Bool,        // at the command line of the machine itself
  suspended: Bool,
};
entity %s = {
  agencies: Set<Long>, // those with a record of the person, or of the person whose record it is
  agreement: String,   // state of the layout that the subject is, or came under
  area: String,
  exists: Bool,
  owner: Long,         // the agency that sent it, or whose account it is
  roles: Set<String>,  // of an account: held, and to be given
  self: Bool,          // the actor's own account or session
  sensitive: Bool,     // about drugs, alcohol, mental health or abuse
  shielded: Bool,
  state: String,
};
type Context = {
  names: Bool,            // a window of names is open
  purpose: String,        // stated for this session; empty when none is
  purposes: Set<String>,  // those that allow the act; empty when it needs none
};
`

// checker holds policies against the vocabulary, so that a misspelt attribute is an error when the set is loaded
// and not a policy that never speaks.
type checker struct{ *validate.Validator }

func newChecker() checker {
	var kinds []string
	seen := map[SubjectKind]bool{}
	var acts strings.Builder
	for _, info := range table {
		on := []string{string(info.Subject)}
		if info.Row != "" {
			on = append(on, string(info.Row))
		}
		for _, kind := range on {
			if !seen[SubjectKind(kind)] {
				seen[SubjectKind(kind)] = true
				kinds = append(kinds, kind)
			}
		}
		fmt.Fprintf(&acts, "action %q appliesTo { principal: [Actor], resource: [%s], context: Context };\n",
			string(info.Act), strings.Join(on, ", "))
	}
	var s schema.Schema
	if err := s.UnmarshalCedar([]byte(fmt.Sprintf(vocabulary, strings.Join(kinds, ", ")) + acts.String())); err != nil {
		panic("policy: the vocabulary: " + err.Error()) // made of this file and the table of acts alone
	}
	resolved, err := s.Resolve()
	if err != nil {
		panic("policy: the vocabulary: " + err.Error())
	}
	return checker{validate.New(resolved)}
}

func (c checker) policy(id string, p *cedar.Policy) error {
	return c.Policy(id, (*ast.Policy)(p.AST()))
}
