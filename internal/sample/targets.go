package sample

import (
	"slices"

	"throughline/internal/money"
)

// The figures of a world of M that the demonstration shows, per resident where they grow with it.
const (
	usersShare    = 0.0964 // 9,600 people with a priced contact among 100,000 residents
	contactsShare = 1.20   // 120,000 contacts
	cohortShare   = 45.0 / M
)

// targets compares the world with what it should come to. The cohort of a small world gets wider bounds, by the chance in its count.
// people are dearest first.
func targets(w *world, people []footing, r Report) []Target {
	priced := people[:r.Users]
	share := func(part float64) float64 {
		n := int(part * float64(len(priced)))
		var sum money.Pence
		for _, p := range priced[:n] {
			sum += p.total
		}
		return percent(sum, r.Cost)
	}
	var crisis, cohortCrisis money.Pence
	outside, lone := 0, 0
	for _, p := range priced {
		crisis += p.crisis
		if p.cohort {
			cohortCrisis += p.crisis
		}
		if p.outsider {
			outside += int(p.contacts)
		}
		if p.total >= cohortCost && p.largest*100 > p.total*cohortLargest {
			lone++
		}
	}
	size := float64(w.people)
	want := cohortShare * size
	slack := max(8, 0.2*want)
	list := []Target{
		{"People with a priced contact", 0.8 * usersShare * size, 1.3 * usersShare * size, float64(r.Users), "people"},
		{"Contacts", 0.9 * contactsShare * size, 1.1 * contactsShare * size, float64(r.Contacts), "contacts"},
		{"People in the cohort", max(0, want-slack), want + slack, float64(r.Cohort), "people"},
		{"Contacts of outsiders", 5, 13, 100 * float64(outside) / float64(max(1, r.Contacts)), "%"},
		{"Homelessness's users who also offend or use substances", 40, 75, alsoIn(priced, 0), "%"},
	}
	if w.people < fewestToJudge {
		return list
	}
	return append(list,
		Target{"Cohort's cost each, two years", 85_000, 118_000, float64(r.CohortBy) / 100 / max(1, float64(r.Cohort)), "£"},
		Target{"Crisis share of the cohort's cost", 70, 90, percent(cohortCrisis, r.CohortBy), "%"},
		Target{"Dearest 1% of people carry", 12, 20, share(0.01), "%"},
		Target{"Dearest 5% of people carry", 36, 50, share(0.05), "%"},
		Target{"Dearest 10% of people carry", 54, 66, share(0.10), "%"},
		Target{"Dearest 5% of health's users carry of health's cost", 40, 62,
			topShare(priced, 0.05, func(p footing) money.Pence { return p.health }), "%"},
		Target{"Cohort found by each agency's own dearest 1% together", 0, 60, ownLists(priced), "%"},
		Target{"People as dear with one service above 75%", 0, 0.5*want + 6, float64(lone), "people"})
}

// fewestToJudge is the smallest world whose tail can be judged: below, one person's cost moves the shares.
const fewestToJudge = 50_000

func percent(part, whole money.Pence) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

// topShare is what the dearest part of those with any such cost carry of it.
func topShare(people []footing, part float64, of func(footing) money.Pence) float64 {
	var costs []money.Pence
	var all, top money.Pence
	for _, p := range people {
		if c := of(p); c > 0 {
			costs = append(costs, c)
			all += c
		}
	}
	slices.Sort(costs)
	for _, c := range costs[len(costs)-int(part*float64(len(costs))):] {
		top += c
	}
	return percent(top, all)
}

// alsoIn is how many in a hundred of one side's users (homelessness is side 0) are on another side too.
func alsoIn(people []footing, side int) float64 {
	in, also := 0, 0
	for _, p := range people {
		if p.sides>>side&1 == 1 {
			in++
			if p.sides&^(1<<side) != 0 {
				also++
			}
		}
	}
	return 100 * float64(also) / float64(max(1, in))
}

// ownLists is how much of the cohort stands on some agency's own list of its dearest one in a hundred: what a partnership
// would find without linking.
func ownLists(people []footing) float64 {
	listed := map[uint64]bool{}
	for a := range agencies {
		var own []int // places in people
		for i := range people {
			if people[i].byAgency[a] > 0 {
				own = append(own, i)
			}
		}
		slices.SortStableFunc(own, func(x, y int) int { return int(people[y].byAgency[a]) - int(people[x].byAgency[a]) })
		for _, i := range own[:len(own)/100] {
			listed[people[i].index] = true
		}
	}
	found, all := 0, 0
	for _, p := range people {
		if p.cohort {
			all++
			if listed[p.index] {
				found++
			}
		}
	}
	return 100 * float64(found) / float64(max(1, all))
}
