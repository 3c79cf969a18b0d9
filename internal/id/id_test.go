package id

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPseudonymIsOneToOne(t *testing.T) {
	seen := map[string]Person{}
	for p := Person(1); p <= 20000; p++ {
		s := Pseudonym(p)
		if q, ok := seen[s]; ok {
			t.Fatalf("%d and %d are both %s", p, q, s)
		}
		seen[s] = p
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Person(rapid.Int64Range(1, 60_000_000).Draw(t, "person"))
		got, err := ParsePseudonym(Pseudonym(p))
		if err != nil || got != p {
			t.Fatalf("ParsePseudonym(Pseudonym(%d) = %q) = %d, %v", p, Pseudonym(p), got, err)
		}
	})
}

func TestParsePseudonymRefuses(t *testing.T) {
	for _, s := range []string{"", "K7M", "0000-0", "K7M-3", "K7M-3QQ", "K1M-3Q", "K7M-3Q4", "A2A-2A2A2A2A2A"} {
		if p, err := ParsePseudonym(s); err == nil {
			t.Errorf("ParsePseudonym(%q) = %d, want an error", s, p)
		}
	}
}
