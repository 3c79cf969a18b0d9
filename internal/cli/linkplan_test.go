package cli

import (
	"strings"
	"testing"

	"throughline/internal/linkage"
)

// A rule without blocks is not in the table, and what is by a sample is said to be so; rules that hold for fewer records are named.
func TestPlanSaysWhatIsByASample(t *testing.T) {
	t.Parallel()
	said := planned([]linkage.RulePlan{{Rule: "NHS number", InBlocks: 171, Pairs: 195, Matches: 180}, {Rule: "surname alone"}})
	if strings.Contains(said, "surname alone") || !strings.Contains(said, "ABOUT NEW PAIRS") || !strings.Contains(said, "by a sample of pairs") ||
		!strings.Contains(said, "1 rule is not shown: no two records share a key of it.") {
		t.Error(said)
	}
	words := linked{Loose: []string{"forename alone", "surname alone"}}.words()
	if !strings.Contains(words, "hold for up to 100,000 records only: forename alone; surname alone.") {
		t.Error(words)
	}
}
