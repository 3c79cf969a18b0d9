package policy

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
)

// What a forbid is about decides when its reason is given. The order keeps a refusal from telling what exists.
const (
	aboutActor   = "actor"   // nothing of the subject was looked at: may always be said
	aboutHidden  = "hidden"  // the actor may not know of the subject: answered as though it did not exist
	aboutSubject = "subject" // said only to somebody whom a permit lets know of the subject
)

// Set is a set of policies in force. It is read-only and may be used by many goroutines at once.
type Set struct {
	hash    string
	forbids map[Act][]*policy // what may speak about each act, in the order of the files
	permits map[Act][]*policy
	roles   map[Act][]Role // whose permits name the act
}

type policy struct {
	id     string
	reason string
	about  string        // of a forbid
	review bool          // of a permit: a second person is needed
	role   Role          // of a permit: whose it is
	acts   []Act         // those it may speak about
	cedar  *cedar.Policy // without the scope of its acts, since it is only asked about them
}

//go:embed policies/*.cedar
var embedded embed.FS

// Default is the set built into the program.
func Default() *Set { return standard() }

var standard = sync.OnceValue(func() *Set {
	files, err := fs.Sub(embedded, "policies")
	if err == nil {
		var s *Set
		if s, err = Load(files); err == nil {
			return s
		}
	}
	panic("policy: the built-in policies: " + err.Error()) // the tests load them; a broken set must not serve
})

// Load reads every *.cedar file at the top of files, in the order of their names, which is also the order in which
// reasons are given. It refuses a set that could be misread: a policy without a unique @id and a @reason, a forbid that
// does not say what it is @about, a permit that is for no one role or for no named acts, an act or attribute that does not exist.
func Load(files fs.FS) (*Set, error) {
	names, err := fs.Glob(files, "*.cedar") // in order
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is no policy file: nothing would be allowed")
	}
	check := newChecker()
	s := newSet()
	sum, seen := sha256.New(), map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "%d %s %d ", len(name), name, len(text))
		sum.Write(text)
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, c := range list {
			p, err := read(c)
			if err == nil && seen[p.id] {
				err = fmt.Errorf("the @id %q is used twice", p.id)
			}
			if err == nil {
				err = check.policy(p.id, c)
			}
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, c.Position().Line, err)
			}
			seen[p.id] = true
			s.add(p)
		}
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))
	return s, nil
}

// read takes one policy's annotations and scope.
func read(c *cedar.Policy) (p *policy, err error) {
	notes := c.Annotations()
	p = &policy{id: string(notes["id"]), reason: string(notes["reason"]), about: string(notes["about"]), cedar: withoutActs(c)}
	_, p.review = notes["review"]
	if p.id == "" {
		return nil, fmt.Errorf("a policy needs an @id")
	}
	if !strings.HasSuffix(p.reason, ".") {
		return nil, fmt.Errorf("policy %q needs a @reason that is a sentence", p.id)
	}
	for note := range notes {
		if !slices.Contains([]string{"id", "reason", "about", "review"}, string(note)) {
			return nil, fmt.Errorf("policy %q has @%s, which means nothing here", p.id, note)
		}
	}
	var all bool
	if p.acts, all, err = scopeActs(c); err != nil {
		return nil, fmt.Errorf("policy %q %w", p.id, err)
	}
	if c.Effect() == cedar.Forbid {
		switch {
		case p.review:
			return nil, fmt.Errorf("policy %q is a forbid: @review is for permits", p.id)
		case p.about != aboutActor && p.about != aboutHidden && p.about != aboutSubject:
			return nil, fmt.Errorf("policy %q needs @about: %s, %s or %s", p.id, aboutActor, aboutHidden, aboutSubject)
		case p.about == aboutActor && readsResource(c):
			return nil, fmt.Errorf("policy %q is @about the actor but looks at the subject, so that its reason could tell what exists", p.id)
		}
		return p, nil
	}
	if p.about != "" {
		return nil, fmt.Errorf("policy %q is a permit: @about is for forbids", p.id)
	}
	if p.role, err = scopeRole(c); err != nil {
		return nil, fmt.Errorf("policy %q %w", p.id, err)
	}
	if all {
		return nil, fmt.Errorf("policy %q is a permit for every act: name them", p.id)
	}
	return p, nil
}

func newSet() *Set {
	return &Set{forbids: map[Act][]*policy{}, permits: map[Act][]*policy{}, roles: map[Act][]Role{}}
}

// add files a policy under the acts it may speak about.
func (s *Set) add(p *policy) {
	for _, act := range p.acts {
		if p.role == "" {
			s.forbids[act] = append(s.forbids[act], p)
			continue
		}
		s.permits[act] = append(s.permits[act], p)
		if !slices.Contains(s.roles[act], p.role) {
			s.roles[act] = append(s.roles[act], p.role)
		}
	}
}

// Hash is the SHA-256 of the files, in hexadecimal: it tells in the audit which policies were in force.
func (s *Set) Hash() string { return s.hash }

// RolesFor is whose permits name the act. A role that is not among them is always refused it, whatever the subject.
func (s *Set) RolesFor(act Act) []Role { return slices.Clone(s.roles[act]) }

// MayEver says whether the actor's roles could open the act on some subject for some purpose: what a page needs to
// know before it offers a link. It is no decision.
func (s *Set) MayEver(actor Actor, act Act) bool {
	if !s.hasRole(actor, act) {
		return false
	}
	if actor.Agency == 0 { // what is kept from somebody for who they are is kept from an agency's people; to ask of all costs each page a tenth
		return true
	}
	info, _ := ActInfo(act)
	purposes := info.Purposes
	if len(purposes) == 0 {
		purposes = []Purpose{""}
	}
	return slices.ContainsFunc(purposes, func(p Purpose) bool { return s.open(actor, info, p) })
}

// open says whether no forbid about the actor stands in the way of an act for a purpose. Whether names are shown does not count: the
// purposes that open them would be in their own way.
func (s *Set) open(actor Actor, info Info, p Purpose) bool {
	actor.NamesUntil = time.Unix(1, 0)
	question, things := ask(Request{Actor: actor, Act: info.Act, Subject: Subject{Kind: info.Subject}, Purpose: p}, Facts{})
	forbids, failed := speak(s.forbids[info.Act], question, things, nil)
	return failed == nil && about(forbids, aboutActor) < 0
}

// hasRole says whether one of the actor's roles is permitted the act on some subject.
func (s *Set) hasRole(actor Actor, act Act) bool {
	return !actor.Suspended && slices.ContainsFunc(s.roles[act], func(r Role) bool { return holds(actor, r) })
}

// PurposesFor is the purposes that the actor may state, in the order in which forms show them.
func (s *Set) PurposesFor(actor Actor) []Purpose {
	return slices.DeleteFunc(Purposes(), func(p Purpose) bool {
		return !slices.ContainsFunc(table, func(info Info) bool {
			return slices.Contains(info.Purposes, p) && s.hasRole(actor, info.Act) && s.open(actor, info, p)
		})
	})
}

// The two roles that nobody is given: everybody who is known has the first, everybody else the second.
const (
	anyone  Role = "anyone"
	visitor Role = "visitor"
)

func holds(actor Actor, role Role) bool {
	switch role {
	case anyone:
		return actor.Known()
	case visitor:
		return !actor.Known()
	}
	return actor.Known() && actor.Has(role)
}

// relevant is the policies that Cedar is to evaluate. Permits of roles that the actor does not hold are left out:
// their scope cannot match.
type relevant struct {
	policies []*policy
	actor    *Actor
}

func (r relevant) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, p := range r.policies {
			if p.role != "" && !holds(*r.actor, p.role) {
				continue
			}
			if !yield(cedar.PolicyID(p.id), p.cedar) {
				return
			}
		}
	}
}
