package policy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("who may do what has changed (-want +got); if it was meant, run go test ./internal/policy -update:\n%s", diff)
	}
}

// TestMatrix prints role × act × purpose. It is the table that a governance lead reviews.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Who may do what, for which purpose, when nothing else is wrong. Made by go test ./internal/policy -update.\n\n")
	letters := map[Purpose]string{}
	for i, p := range Purposes() {
		letters[p] = string(rune('A' + i))
		fmt.Fprintf(&b, "%s  %s\n", letters[p], p.Words())
	}
	b.WriteString("yes  whatever the purpose, also when none is stated\n-  never\n\n")
	actors := cast()
	fmt.Fprintf(&b, "%-28s %-5s", "act", "")
	for _, name := range usual() {
		fmt.Fprintf(&b, " %s", name)
	}
	for _, info := range Acts() {
		fmt.Fprintf(&b, "\n%-28s %-5s", info.Act, info.Effect)
		for _, name := range usual() {
			cell := ""
			for _, p := range allPurposes() {
				d := Default().Decide(question(actors[name], info, p, scenarios[0]))
				switch {
				case d.Outcome == Deny:
				case p == "" && len(cell) == len(Purposes()):
					cell = "yes"
				case p == "":
					t.Errorf("%s for %s: without a purpose, but not for every one", info.Act, name)
				case d.Outcome == Review:
					cell += strings.ToLower(letters[p])
				default:
					cell += letters[p]
				}
			}
			if cell == "" {
				cell = "-"
			}
			fmt.Fprintf(&b, " %-*s", len(name), cell)
		}
	}
	golden(t, "matrix.golden", trimLines(b.String())+"\n")
}

// TestRefusals prints what is answered when one thing is wrong: the reason, the policies behind it, and the acts it meets.
func TestRefusals(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("What is answered, and to which acts, when one thing is wrong and somebody might have done the act otherwise.\n" +
		"Made by go test ./internal/policy -update.\n")
	actors := cast()
	for _, s := range scenarios[1:] {
		met := map[string][]string{}
		var reasons, allowed []string
		for _, info := range Acts() {
			for _, name := range everybody(actors) {
				for _, p := range append(slices.Clone(info.Purposes), "") {
					if Default().Decide(question(actors[name], info, p, scenarios[0])).Outcome == Deny {
						continue
					}
					allowed = append(allowed, string(info.Act))
					d := Default().Decide(question(actors[name], info, p, s))
					if d.Outcome != Deny {
						continue
					}
					reason := fmt.Sprintf("%s (%s)", d.Reason, strings.Join(d.Policies, ", "))
					if met[reason] == nil {
						reasons = append(reasons, reason)
					}
					met[reason] = append(met[reason], string(info.Act))
				}
			}
		}
		fmt.Fprintf(&b, "\n%s\n", s.name)
		if len(reasons) == 0 {
			b.WriteString("  nothing is refused\n")
		}
		for _, reason := range reasons {
			acts := slices.Compact(met[reason])
			if len(acts) == len(slices.Compact(allowed)) {
				acts = []string{"every act"}
			}
			fmt.Fprintf(&b, "  %s\n    %s\n", reason, strings.Join(acts, ", "))
		}
	}
	golden(t, "refusals.golden", b.String())
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
