package app

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"throughline/internal/policy"
	"throughline/internal/store"
)

// TestEffectIsReckonedOnce has eight people ask the same at once: one reckons and the others find the answer. A reckoning that failed, and one
// that does not last, answer nobody else; and no two reckon at the same time.
func TestEffectIsReckonedOnce(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	who := w.as(policy.FinanceLead, policy.AgreePrices)
	for _, c := range []struct {
		what  string
		lasts bool
		err   error
		want  int64
	}{
		{"that lasts", true, nil, 1},
		{"that does not last", false, nil, 8},
		{"that fails", true, errors.New("no"), 8},
	} {
		var f kept[reckonedBoth]
		var reckoned, beside atomic.Int64
		var done sync.WaitGroup
		for range 8 {
			done.Go(func() {
				err := w.app.reckoning(t.Context(), inArea(who, policy.PriceMapOpen, policy.PriceMap), func(*store.Tx) error {
					_, err := f.of("key", c.lasts, func() (reckonedBoth, error) {
						if reckoned.Add(1); beside.Add(1) > 1 {
							t.Errorf("%s: two reckon at once", c.what)
						}
						for range 100 {
							runtime.Gosched()
						}
						beside.Add(-1)
						return reckonedBoth{}, c.err
					})
					return err
				})
				if !errors.Is(err, c.err) {
					t.Errorf("%s: %v", c.what, err)
				}
			})
		}
		done.Wait()
		if n := reckoned.Load(); n != c.want {
			t.Errorf("an effect %s was reckoned %d times, want %d", c.what, n, c.want)
		}
	}
}

// TestReckoningKeepsNobodyWaiting has more people wait for a reckoning than there are connections for reading: pages open all the same, and
// who goes away waits no longer.
func TestReckoningKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	who := w.as(policy.FinanceLead, policy.AgreePrices)
	w.app.turn <- struct{}{}
	ctx, away := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range 40 {
		waiting.Go(func() {
			if _, err := w.app.PriceLine(ctx, who, OpenPriceLine{}); !errors.Is(err, context.Canceled) {
				t.Errorf("who went away was answered %v", err)
			}
		})
	}
	patience, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	for range 40 {
		if _, err := w.app.PriceMap(patience, who); err != nil {
			t.Errorf("beside those who wait: %v", err)
			break
		}
	}
	away()
	waiting.Wait()
	<-w.app.turn
}
