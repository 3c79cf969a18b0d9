package policy

import (
	"testing"

	"throughline/internal/id"
)

func BenchmarkDecide(b *testing.B) {
	s := Default()
	r := Request{
		Actor: Actor{Account: 7, Area: "south-london", Roles: []Role{Analyst, GovernanceLead}}, Act: PersonOpen,
		Subject: Subject{Person, 12}, Purpose: FindAndCost,
	}
	f := Facts{Exists: true, Area: "south-london", Agencies: []id.Agency{1, 4, 6, 7}}
	for b.Loop() {
		if d := s.Decide(r, f); d.Outcome != Permit {
			b.Fatal(d)
		}
	}
}
