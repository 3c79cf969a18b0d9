package app

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestOneRowOfAContactStands sends, accepts, refuses and takes back extracts in random orders, with repeated, changed and absent rows and
// older files after newer ones, and compares what stands with a model: of each contact the newest row that counts (bar I4).
func TestOneRowOfAContactStands(t *testing.T) {
	t.Parallel()
	histories := 8
	if os.Getenv("LONG") != "" {
		histories = 100
	}
	for seed := range histories {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newScene(t, "")
			if seed%2 == 1 {
				w.app.sorted = 3 // of a few rows most wait on the disk
			}
			h := history{scene: w, random: rand.New(rand.NewPCG(7, uint64(seed))), layout: w.layout("lantern", numbered)}
			for range 30 {
				h.step()
				if want, got := h.model(), w.standing(); !slices.Equal(want, got) {
					t.Fatalf("after\n%s\nthere stand %q, want %q", strings.Join(h.done, "\n"), got, want)
				}
			}
		})
	}
}

// history is extracts of one layout, and what was done with them.
type history struct {
	*scene
	random *rand.Rand
	layout id.Layout
	files  []*sentFile
	done   []string
}

// sentFile is an extract, and the last that it says of each contact.
type sentFile struct {
	store.Extract
	quantity map[string]int
	line     map[string]int
}

func (h *history) step() {
	some := func(state store.ExtractState) *sentFile {
		var of []*sentFile
		for _, f := range h.files {
			if f.State == state {
				of = append(of, f)
			}
		}
		if len(of) == 0 {
			return nil
		}
		return of[h.random.IntN(len(of))]
	}
	did := func(what string, f *sentFile, state store.ExtractState) {
		f.State = state
		h.done = append(h.done, fmt.Sprintf("%s %d", what, f.ID))
	}
	switch n := h.random.IntN(10); {
	case n < 4:
		h.sendSome()
	case n < 7:
		if f := some(store.ExtractChecked); f != nil {
			h.accept(f.Extract)
			did("accept", f, store.ExtractAccepted)
		}
	case n < 8:
		if f := some(store.ExtractChecked); f != nil {
			end := EndExtract{Extract: f.ID, Reason: "It is of the wrong month."}
			if err := h.app.RefuseExtract(h.t.Context(), h.as(policy.Analyst, policy.HandleExtracts), end); err != nil {
				h.t.Fatal(err)
			}
			h.work()
			did("refuse", f, store.ExtractRefused)
		}
	default:
		if f := some(store.ExtractAccepted); f != nil {
			h.sentInError(f.Extract)
			did("take back", f, store.ExtractRemoved)
		}
	}
}

func (h *history) sendSome() {
	f := &sentFile{quantity: map[string]int{}, line: map[string]int{}}
	csv := head
	for i := range 1 + h.random.IntN(4) {
		visit, quantity := fmt.Sprint("V", h.random.IntN(3)), 1+h.random.IntN(2)
		csv += fmt.Sprintf("A1,,,,%s,05/01/2026,%d\n", visit, quantity)
		if f.quantity[visit] != quantity { // a row that only repeats the one before is not kept
			f.quantity[visit], f.line[visit] = quantity, i+2
		}
	}
	csv += fmt.Sprintf("A1,,,,,,rejected %d\n", len(h.files)) // the same bytes again would be the same extract
	f.Extract = h.send(h.layout, march+day.Day(h.random.IntN(4)), h.random.IntN(3) == 0, csv)
	h.files = append(h.files, f)
	h.done = append(h.done, fmt.Sprintf("send %d as of %s, whole: %v\n%s", f.ID, f.AsOf, f.Whole, csv))
}

// model gives what should stand, in the order of scene.standing: by as-of day, extract and line.
func (h *history) model() (want []string) {
	var standing []*sentFile
	for _, f := range h.files {
		if f.State == store.ExtractAccepted {
			standing = append(standing, f)
		}
	}
	slices.SortStableFunc(standing, func(a, b *sentFile) int { return cmp.Compare(a.AsOf, b.AsOf) })
	for i, f := range standing {
		byLine := map[int]string{}
		for visit, line := range f.line {
			over := slices.ContainsFunc(standing[i+1:], func(later *sentFile) bool { return later.Whole || later.line[visit] > 0 })
			if !over {
				byLine[line] = fmt.Sprintf("extract %d line %d: 2026-01-05 quantity %d000", f.ID, line, f.quantity[visit])
			}
		}
		for _, line := range slices.Sorted(maps.Keys(byLine)) {
			want = append(want, byLine[line])
		}
	}
	return want
}
