package app

import (
	"slices"
	"testing"
	"time"

	"throughline/internal/cohort"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/store"
)

// TestDoubtIsFixed sees that a run's inputs name the pairs in doubt that its reach depends on, in whatever order they are read.
func TestDoubtIsFixed(t *testing.T) {
	t.Parallel()
	pairs := []store.DoubtPair{{A: 1, B: 9, PPM: 400_000}, {A: 1, B: 12, PPM: 800_000}, {A: 4, B: 5, PPM: 400_000}}
	is := (&inDoubt{pairs: pairs}).digest()
	turned := slices.Clone(pairs)
	slices.Reverse(turned)
	if (&inDoubt{pairs: turned}).digest() != is {
		t.Error("the order in which pairs are read is told in the digest")
	}
	if (&inDoubt{pairs: pairs[:2]}).digest() == is {
		t.Error("a pair that was answered is still in the digest")
	}
	turned[0].PPM++
	if (&inDoubt{pairs: turned}).digest() == is {
		t.Error("another estimate gives the same digest")
	}
}

// TestEnteringMeetsTheWholeRule: two people could enter as one only by the whole rule, not by their cost alone.
func TestEnteringMeetsTheWholeRule(t *testing.T) {
	t.Parallel()
	window := day.Ending(day.Must(2026, time.March, 31), 728)
	rule := cohort.Rule{Version: 3, Agreed: "Rule 3", Window: window, AWeek: 500_00, PriceYear: 2024, AgenciesAtLeast: 3, LargestMostPercent: 75}
	somebody := func(n id.Person, pounds ...money.Pence) cohort.Person { // what each of several agencies' own service came to
		p := cohort.Person{ID: n}
		for i, amount := range pounds {
			of := string(rune('a' + i))
			p.Uses = append(p.Uses, cohort.Use{Agency: of, Service: of, Contacts: 1, Years: [2]money.Pence{amount * 100, 0}})
		}
		return p
	}
	people := []cohort.Person{somebody(1, 93_000, 4_000, 3_000), somebody(2, 0, 0, 0), somebody(3, 40_000, 30_000), somebody(4, 20_000, 20_000), somebody(5, 20_000, 5_000, 5_000), somebody(6, 80_000, 10_000, 10_000)}
	d := &inDoubt{pairs: []store.DoubtPair{
		{Persons: [2]id.Person{1, 2}}, // above the threshold, one service 93%, with one of no cost
		{Persons: [2]id.Person{4, 3}}, // two agencies, where the rule wants three
		{Persons: [2]id.Person{6, 5}}, // one is a member already
		{Persons: [2]id.Person{5, 4}}, {Persons: [2]id.Person{4, 5}},
		{Persons: [2]id.Person{5, 5}}, // one person
	}}
	got, err := d.entering(rule, people, []cohort.Member{{ID: 6}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "who could enter", [][2]id.Person{{4, 5}}, got)
	if got, err := (&inDoubt{}).entering(rule, nil, nil); got == nil || err != nil {
		t.Error("a run in which nobody could enter is taken for one that does not say")
	}
}
