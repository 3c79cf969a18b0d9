package linkage

import (
	"runtime"
	"testing"
)

// BenchmarkWritten is two goroutines that fill 64 MB of which they first look whether it is nought, as made by make and by written.
func BenchmarkWritten(b *testing.B) {
	const n = 16 << 20
	for name, list := range map[string]func(int) []uint32{"make": func(n int) []uint32 { return make([]uint32, n) }, "written": written[uint32]} {
		b.Run(name, func(b *testing.B) {
			var kept [][]uint32 // so that every list is of memory that is new to the process
			for b.Loop() {
				list := list(n)
				kept = append(kept, list)
				inParallel(2, n/16, 1<<15, func(_, from, to int) {
					for i := from; i < to; i++ {
						if list[i*16] == 0 {
							list[i*16] = 1
						}
					}
				})
			}
			runtime.KeepAlive(kept)
		})
	}
}
