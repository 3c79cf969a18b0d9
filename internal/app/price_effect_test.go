package app

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// TestEffectIsReckonedOnce has eight people ask the same at once: one reckons and the others wait for it. A reckoning that failed, and one that
// does not last, answer nobody else.
func TestEffectIsReckonedOnce(t *testing.T) {
	t.Parallel()
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
		var reckoned atomic.Int64
		var begun, done sync.WaitGroup
		begun.Add(8)
		for range 8 {
			done.Go(func() {
				begun.Done()
				_, err := f.of("key", c.lasts, func() (reckonedBoth, error) {
					reckoned.Add(1)
					begun.Wait()
					for range 100 {
						runtime.Gosched()
					}
					return reckonedBoth{}, c.err
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
