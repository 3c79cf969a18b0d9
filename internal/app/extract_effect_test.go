package app

import (
	"testing"

	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestRemovalSaysWhatTakingBackDoes asks of each of three files that repeat each other what taking it back would do, takes it back, and
// holds the next run to the answer.
func TestRemovalSaysWhatTakingBackDoes(t *testing.T) {
	row := "A1,Dean,Whitlock,04/03/1983,"
	other := "B2,Ann,Poole,01/02/1990,"
	files := []string{
		head + row + "V1,05/01/2026,1\n" + row + "V2,06/01/2026,1\n" + other + "V9,06/01/2026,4\n",
		head + row + "V1,05/01/2026,2\n" + row + "V2,06/01/2026,3\n" + row + "V3,07/02/2026,1\n",
		head + row + "V1,05/01/2026,5\n",
	}
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		sum := func() money.Pence {
			t.Helper()
			p, err := w.app.Cohort(t.Context(), analyst, OpenCohort{})
			if err != nil {
				t.Fatal(err)
			}
			return p.Cohort.EveryoneCost
		}
		var sent []store.Extract
		for i, csv := range files {
			sent = append(sent, w.send(l, march+day.Day(i), false, csv))
			w.accept(sent[i])
		}
		r, err := w.app.Removal(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), sent[1].ID)
		if err != nil || r != nil {
			t.Fatalf("before anything is linked: %+v, %v", r, err)
		}
		w.run()
		for _, step := range []struct {
			extract                 int
			contacts, people, again int
		}{{1, 2, 1, 1}, {2, 1, 1, 1}, {0, 3, 2, 0}} {
			before := sum()
			r, err := w.app.Removal(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), sent[step.extract].ID)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "what the extract holds", [3]int{step.contacts, step.people, step.again}, [3]int{r.Contacts, r.People, r.Again})
			w.sentInError(sent[step.extract])
			diff(t, "the sums before and after", [2]money.Pence{before, sum()}, [2]money.Pence{r.Was, r.Is})
		}
	})
}
