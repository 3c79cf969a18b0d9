package cli

import (
	"fmt"

	"throughline/internal/linkage"
)

// planned is the table of what each rule that has blocks is expected to cost and find, and a sentence on those that rest.
func planned(plan []linkage.RulePlan) string {
	var rows [][]string
	none := 0
	row := func(order string, p linkage.RulePlan) {
		if p.InBlocks == 0 && p.Pairs == 0 {
			if order != "" {
				none++
			}
			return // no two records share a key of it
		}
		rows = append(rows, []string{order, p.Rule, count(p.InBlocks), count(p.Pairs), count(p.Matches), seconds(p.Seconds), megabytes(p.Bytes)})
	}
	used, rest := together(plan)
	for i, p := range plan[:len(plan)-rest] {
		row(count(i+1), p)
	}
	used.Rule = "together"
	row("", used)
	for _, p := range plan[len(plan)-rest:] {
		row("rests", p)
	}
	said := table([]string{"ORDER", "RULE", "PAIRS IN BLOCKS", "ABOUT NEW PAIRS", "ABOUT NEW MATCHES", "OF ONE PROCESSOR", "MEMORY"}, rows)
	said += "\nFor more than 50,000 records new pairs and matches are by a sample of pairs, so that they may be a little more than the blocks hold."
	if none > 0 {
		said += " " + counted(none, "rule is not shown: no two records share a key of it.", "rules are not shown: no two records share a key of them.")
	}
	if resting := resting(plan); resting != "" {
		said += "\n" + resting + " Use them with --rules all."
	}
	return said
}

// together adds up the rules that are used, and says how many rest.
func together(plan []linkage.RulePlan) (sum linkage.RulePlan, rest int) {
	for _, p := range plan {
		if p.Rests {
			rest++
			continue
		}
		sum.InBlocks, sum.Pairs, sum.Matches = sum.InBlocks+p.InBlocks, sum.Pairs+p.Pairs, sum.Matches+p.Matches
		sum.Seconds, sum.Bytes = sum.Seconds+p.Seconds, sum.Bytes+p.Bytes
	}
	return sum, rest
}

// resting says what is lost and saved where rules rest; empty where none does.
func resting(plan []linkage.RulePlan) string {
	used, rest := together(plan)
	if rest == 0 {
		return ""
	}
	lost, saved := int64(0), int64(0)
	for _, p := range plan[len(plan)-rest:] {
		lost, saved = lost+p.Matches, saved+p.Pairs
	}
	return fmt.Sprintf("%s: of one person they are expected to add %s to about %s, for %s more to compare.",
		counted(rest, "rule rests", "rules rest"), counted(lost, "pair", "pairs"), count(used.Matches), counted(saved, "pair", "pairs"))
}

func seconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
