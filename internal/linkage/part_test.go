package linkage

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/internal/person"
)

// hairball joins records one after the other, and each with one further on, by pairs of so many bits.
func hairball(from, to uint32, bits float32) (edges []edge) {
	for a := from; a+1 < to; a++ {
		edges = append(edges, edge{a: a, b: a + 1, bits: bits})
		if a+7 < to {
			edges = append(edges, edge{a: a, b: a + 7, bits: bits})
		}
	}
	return edges
}

// partsOf gives what groups a run of so many records makes of edges, as their first and last rows with how many of each, and which were parted.
func partsOf(records int, edges []edge, said ...Answer) (parts [][4]int, parted []int) {
	c := newColumns()
	for range records {
		c.add(0, person.Identity{})
	}
	j := &joiner{s: &scorer{columns: c}, edges: edges, answers: answerIndex(said)}
	for _, g := range j.groups() {
		parts = append(parts, [4]int{int(g.rows[0]), int(g.rows[len(g.rows)-1]), len(g.rows), len(g.edges)})
	}
	return parts, j.parted
}

// A group that is too large to weigh pair by pair falls apart where its pairs are weakest, three bits at a time; nothing but those pairs is lost, and
// the report says that it was parted. Smaller groups stay as they are.
func TestAHairballIsParted(t *testing.T) {
	t.Parallel()
	bridge := func(a, b uint32, bits float32) edge { return edge{a: a, b: b, bits: bits} }
	edges := slices.Concat(hairball(0, 1000, 10), hairball(1000, 2000, 10), hairball(2000, 2600, 2), hairball(3000, 3010, -2),
		[]edge{bridge(500, 1500, -1), bridge(400, 1400, -2.5), bridge(1999, 2000, -.5), bridge(3, 2700, -1)})
	parts, parted := partsOf(3010, edges)
	want := [][4]int{{0, 999, 1000, 999 + 993}, {1000, 1999, 1000, 999 + 993}, {2000, 2599, 600, 599 + 593}, {3000, 3009, 10, 9 + 3}}
	if diff := gocmp.Diff(want, parts); diff != "" {
		t.Errorf("groups by first and last row, rows and pairs (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]int{2601}, parted); diff != "" {
		t.Errorf("groups that were parted (-want +got):\n%s", diff)
	}
}

// Records that somebody said are one person's stay together when their group is parted, also one that nothing else ties; those said to be two
// people's do not.
func TestAnswersHoldAPartedGroupTogether(t *testing.T) {
	t.Parallel()
	edges := slices.Concat(hairball(0, 1000, 10), hairball(1000, 2000, 10), []edge{{a: 500, b: 1500, bits: -1}})
	parts, _ := partsOf(2002, edges, Answer{A: 700, B: 2000, Same: true}, Answer{A: 900, B: 2001}, Answer{A: 901, B: 1901})
	want := [][4]int{{0, 2000, 1001, 999 + 993}, {1000, 1999, 1000, 999 + 993}}
	if diff := gocmp.Diff(want, parts); diff != "" {
		t.Errorf("groups by first and last row, rows and pairs (-want +got):\n%s", diff)
	}
}

// A part that is still too large falls apart further, at a higher weight.
func TestAHairballOfHairballsIsParted(t *testing.T) {
	t.Parallel()
	edges := slices.Concat(hairball(0, 1200, 20), hairball(1200, 2400, 20), hairball(2400, 2500, 20), []edge{{a: 7, b: 1300, bits: 8}, {a: 9, b: 2400, bits: -1}})
	parts, parted := partsOf(2500, edges)
	want := [][4]int{{0, 1199, 1200, 1199 + 1193}, {1200, 2399, 1200, 1199 + 1193}, {2400, 2499, 100, 99 + 93}}
	if diff := gocmp.Diff(want, parts); diff != "" {
		t.Errorf("groups by first and last row, rows and pairs (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]int{2500, 2400, 2400, 2400}, parted); diff != "" {
		t.Errorf("groups that were parted (-want +got):\n%s", diff)
	}
}

// Thousands of records that are all alike are parted by their order, and none is lost.
func TestWhatNothingPartsIsCutByOrder(t *testing.T) {
	t.Parallel()
	parts, _ := partsOf(3200, hairball(100, 3200, 60))
	within := func(rows int) int { return 2*rows - 8 } // each row but the last with the next, each but the last seven with the seventh on
	want := [][4]int{{100, 1599, 1500, within(1500)}, {1600, 3099, 1500, within(1500)}, {3100, 3199, 100, within(100)}}
	if diff := gocmp.Diff(want, parts); diff != "" {
		t.Errorf("groups by first and last row, rows and pairs (-want +got):\n%s", diff)
	}
}
