package app

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestPiecesWhilePeopleAsk writes and sweeps in the name of somebody signed in, so that somebody asks all the while: each transaction takes few
// rows, and every row goes in once, in order.
func TestPiecesWhilePeopleAsk(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	r := inArea(w.as(policy.Analyst, policy.FindAndCost), policy.RunStart, policy.Area)
	rows := make([]int, 300)
	for i := range rows {
		rows[i] = i
	}
	var wrote, told, swept []int
	last := 0
	err := writePieces(t.Context(), w.app, r, rows, func(_ *store.Tx, some []int) error {
		wrote = append(wrote, some...)
		return nil
	}, func(written int) error {
		told, last = append(told, written-last), written
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	left := 300
	err = w.app.inPieces(t.Context(), r, func(_ *store.Tx, most int) (bool, error) {
		n := min(most, left)
		swept = append(swept, n)
		left -= n
		return left > 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	few := []int{128, 128, 44}
	if d := cmp.Diff(fmt.Sprint(rows, few, few), fmt.Sprint(wrote, told, swept)); d != "" {
		t.Errorf("rows in order, and sizes of the pieces written and swept (-want +got):\n%s", d)
	}
}
