package cohort

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/id"
	"throughline/internal/money"
)

// TestJoinedBringsPeopleOverTheThreshold sees three parts of one person, of whom none meets the rule alone, meet it together.
func TestJoinedBringsPeopleOverTheThreshold(t *testing.T) {
	t.Parallel()
	people := []Person{three(7, "Lambeth", 20_000_00), three(3, "Southwark", 20_000_00), three(9, "", 12_000_00), three(11, "Lewisham", 60_000_00)}
	if n := len(apply(t, rule(), people).Members); n != 1 {
		t.Fatalf("%d meet the rule apart, want 1", n)
	}
	got := Joined(people, [][2]id.Person{{9, 7}, {3, 9}, {11, 400}})
	if n := len(apply(t, rule(), got).Members); n != 2 {
		t.Errorf("%d meet the rule together, want 2", n)
	}
	var who []id.Person
	for _, p := range got {
		who = append(who, p.ID)
	}
	if d := cmp.Diff([]id.Person{3, 11}, who); d != "" {
		t.Errorf("who stands for them (-want +got):\n%s", d)
	}
	if len(people[1].Uses) != 3 {
		t.Error("the people given were changed")
	}
}

// TestJoinedKeepsEveryPenny joins people at random: the whole cost stays, and who hangs together is one.
func TestJoinedKeepsEveryPenny(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var people []Person
		var want money.Pence
		n := rapid.IntRange(1, 12).Draw(t, "people")
		for i := range n {
			p := three(id.Person(i+1), "", money.Pence(rapid.IntRange(0, 9_000_000).Draw(t, "cost")))
			people = append(people, p)
			want += amountOf(p)
		}
		var pairs [][2]id.Person
		apart := n // groups left, by a slow reckoning
		group := make([]int, n)
		for i := range group {
			group[i] = i
		}
		for range rapid.IntRange(0, 12).Draw(t, "pairs") {
			a, b := rapid.IntRange(1, n).Draw(t, "a"), rapid.IntRange(1, n).Draw(t, "b")
			pairs = append(pairs, [2]id.Person{id.Person(a), id.Person(b)})
			from, to := group[a-1], group[b-1]
			if from == to {
				continue
			}
			apart--
			for i := range group {
				if group[i] == from {
					group[i] = to
				}
			}
		}
		var got money.Pence
		joined := Joined(people, pairs)
		for _, p := range joined {
			got += amountOf(p)
		}
		if got != want || len(joined) != apart {
			t.Fatalf("%d people of %v, want %d of %v", len(joined), got, apart, want)
		}
	})
}

func amountOf(p Person) (sum money.Pence) {
	for _, u := range p.Uses {
		sum += u.Amount()
	}
	return sum
}
