package app

import (
	"testing"

	"throughline/internal/linkage"
)

// TestPairsSayWhichRuleHeldThem: whoever is asked about a pair reads which rule let it wait, where the run was made by this program, and no weight.
func TestPairsSayWhichRuleHeldThem(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		analyst := w.reader()
		said := func() map[string]bool {
			t.Helper()
			out := map[string]bool{}
			for _, d := range w.inDoubt() {
				p, err := w.app.Pair(t.Context(), analyst, Pair{d.A, d.B})
				if err != nil || !p.Blind {
					t.Fatalf("the pair is not blind (%v)", err)
				}
				if d.Why == string(linkage.Household) || p.Rule != "" {
					out[p.Rule] = true
				}
			}
			return out
		}
		diff(t, "rules that are named", map[string]bool{"Forename differs, and the rest is what two people of one household share.": true,
			"The forenames are alike and not the same: the two may be twins.":                                     true,
			"Forenames and dates of birth are alike and not the same: the two may be twins, or parent and child.": true}, said())
		version := w.app.version
		w.app.version = "another"
		diff(t, "of a run by another program", map[string]bool{"": true}, said())
		w.app.version = version
	})
}

// TestLinksSayWhichRuleMadeThem: a person's page says by which rule the run linked two records, or that somebody answered, or that it is not told.
func TestLinksSayWhichRuleMadeThem(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.keptToItsAgency()
		analyst := w.reader()
		dean := w.find("Dean", "Whitlock")
		by := func() LinkedBy {
			t.Helper()
			p, err := w.app.Person(t.Context(), analyst, dean, 0)
			if err != nil || p.Why == nil {
				t.Fatalf("no link is explained (%v)", err)
			}
			return p.Why.By
		}
		diff(t, "by the run", LinkedBy{Rule: "A number is the same on both: NHS number."}, by())
		version := w.app.version
		w.app.version = "another"
		diff(t, "of a run by another program", LinkedBy{Changed: true}, by())
		w.app.version = version
		p, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err == nil {
			_, err = w.app.Answer(t.Context(), analyst, AnswerRecords{Person: dean, Record: p.Records[0].RecordVersion.Record, Answer: "same", Reason: "The worker met both."})
		}
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "after an answer", LinkedBy{Answered: true}, by())
	})
}
