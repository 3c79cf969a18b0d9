package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/money"
)

// TestFarOutAmounts holds the count of amounts that stand far above the others to its promise, and what is kept to the largest: every amount 64
// times the middle one of its code or more is counted, none that is not above 32 times, and few amounts are never judged.
func TestFarOutAmounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m remarks
		var all []LineAmount
		byCode := make([][]money.Pence, 3)
		for line := range rapid.IntRange(0, 120).Draw(t, "rows") {
			code := rapid.IntRange(0, len(byCode)-1).Draw(t, "code")
			amount := money.Pence(rapid.Int64Range(-4000, 4000).Draw(t, "amount"))
			if rapid.IntRange(0, 9).Draw(t, "slip") == 0 {
				amount *= 100
			}
			m.add(line, &Contact{Service: code, HasOwn: true, Own: amount}, fmt.Sprint(code))
			if amount != 0 {
				all = append(all, LineAmount{int64(line), amount, fmt.Sprint(code)})
				byCode[code] = append(byCode[code], max(amount, -amount))
			}
		}
		slices.SortFunc(all, byLargest)
		if d := cmp.Diff(append([]LineAmount(nil), all[:min(len(all), LargestAmounts)]...), m.largest); d != "" {
			t.Fatalf("the largest (want, got)\n%s", d)
		}
		surely, perhaps := 0, 0
		for _, amounts := range byCode {
			if len(amounts) < farOutAmong {
				continue
			}
			slices.Sort(amounts)
			middle := amounts[(len(amounts)-1)/2]
			for _, a := range amounts {
				if a >= 64*middle {
					surely++
				}
				if a > 32*middle {
					perhaps++
				}
			}
		}
		rows, some := m.farOut()
		if rows < surely || rows > perhaps || len(some) != min(rows, RemarkLines) {
			t.Fatalf("%d are far out, with %d lines; want from %d to %d", rows, len(some), surely, perhaps)
		}
	})
}

// TestPenceSentAsPounds is a slip that agencies make: the line of it is named.
func TestPenceSentAsPounds(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString("id,forename,dob,ref,code,start,end,cost\n")
	for i := range 40 {
		cost := fmt.Sprintf("%d.50", 10+i%5)
		if i == 30 {
			cost = "1250"
		}
		fmt.Fprintf(&file, "K%d,Ada,02/03/1980,R%d,VIS,01/02/2025,,%s\n", i, i, cost)
	}
	p, err := DryRun(strings.NewReader(file.String()), mustLayout(t, bothLayout), Options{AsOf: asOf}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []Remark{{"far-out-amount", "1 amount is more than 32 times the middle amount of the same service code. " +
		"Look for a missing decimal point, or pence sent as pounds.", 1, []int64{32}}}
	if d := cmp.Diff(want, p.Remarks); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
	if d := cmp.Diff(LineAmount{32, 1250_00, "VIS"}, p.Largest[0]); d != "" || len(p.Largest) != LargestAmounts {
		t.Errorf("%d amounts, the largest (want, got)\n%s", len(p.Largest), d)
	}
}

// TestManyRowsOfOneKindAreRemarked holds two remarks to their bounds: rows that revise others from one in twenty on, and rejected rows from half
// on, neither of few rows.
func TestManyRowsOfOneKindAreRemarked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                  string
		rows, revise, rejects int
		want                  []string
	}{
		{"as few as are never remarked", 19, 0, 19, nil},
		{"half rejected", 20, 0, 10, nil},
		{"over half rejected", 20, 0, 11, []string{"mostly-rejected"}},
		{"nineteen revise", 100, 19, 0, nil},
		{"one in twenty revises", 400, 20, 0, nil},
		{"over one in twenty revises", 399, 20, 0, []string{"many-revised"}},
	} {
		var file strings.Builder
		file.WriteString("id,forename,dob,ref,code,start,end,cost\n")
		for i := range c.rows {
			key, ref, start := i, i, "01/02/2025"
			switch {
			case i < c.rejects:
				start = "no day"
			case i >= c.rows-c.revise:
				key, ref, start = i-c.revise, i-c.revise, "02/02/2025"
			}
			fmt.Fprintf(&file, "K%d,Ada,02/03/1980,R%d,VIS,%s,,10\n", key, ref, start)
		}
		p, err := DryRun(strings.NewReader(file.String()), mustLayout(t, bothLayout), Options{AsOf: asOf}, 2)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range p.Remarks {
			got = append(got, r.Code)
		}
		if d := cmp.Diff(c.want, got); d != "" || p.Counts.Revised != c.revise || p.Counts.Rejected != c.rejects {
			t.Errorf("%s: %d revise, %d rejected (want, got)\n%s", c.name, p.Counts.Revised, p.Counts.Rejected, d)
		}
	}
}
